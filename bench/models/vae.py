import torch
import torch.nn as nn
import torch.nn.functional as F
from shared import decoder, encoder, minimizer

HIDDEN = (400,)


def networks(arch, classes=0):
    return nn.Sequential(*encoder(arch, 40, HIDDEN, classes)), nn.Sequential(*decoder(arch, 20 + classes, HIDDEN))


def step(arch, classes=0):
    encode, decode = networks(arch, classes)
    x = torch.rand(128, 1, 28, 28)
    label = [F.one_hot(torch.arange(128) % 10, classes).float()] if classes else []

    def loss():
        mu, log_var = encode(torch.cat([x.flatten(1), *label], 1) if label else x).chunk(2, 1)
        z = mu + torch.exp(log_var / 2) * torch.randn(128, 20)
        logits = decode(torch.cat([z, *label], 1)).reshape(x.shape)
        kl = 0.5 * (mu**2 + log_var.exp() - log_var - 1).sum()
        return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / 128

    return minimizer(loss, [*encode.parameters(), *decode.parameters()])


def sampler(arch):
    _, decode = networks(arch)
    return lambda: torch.sigmoid(decode(torch.randn(512, 20)))


steps = {
    "VAE B128": lambda: step("mlp"),
    "VAE, convolutional B128": lambda: step("conv"),
    "Conditional VAE B128": lambda: step("mlp", 10),
}
samplers = {
    "VAE, 512 images": lambda: sampler("mlp"),
    "VAE, convolutional, 512 images": lambda: sampler("conv"),
}
