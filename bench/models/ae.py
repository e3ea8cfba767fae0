import torch
from shared import decoder, encoder, minimizer


def autoencoder(arch):
    net = torch.nn.Sequential(*encoder(arch, 2), *decoder(arch, 2), torch.nn.Sigmoid())
    x = torch.rand(128, 1, 28, 28)
    return minimizer(lambda: (net(x).reshape(x.shape) - x).square().sum() / 128, net.parameters())


steps = {
    "Autoencoder B128": lambda: autoencoder("mlp"),
    "Autoencoder, convolutional B128": lambda: autoencoder("conv"),
}
