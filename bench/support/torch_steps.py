"""The training steps of nets.ts in PyTorch. Answers each line on standard input, a net's name, with milliseconds a step."""

import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch_peer import introduce


def minimizer(loss, parameters):
    parameters = list(parameters)
    optimizer = torch.optim.Adam(parameters, lr=1e-3)

    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value

    return step


def six_convolutions():
    sizes = [(1, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1), (64, 64, 1)]
    layers = [layer for i, o, s in sizes for layer in (nn.Conv2d(i, o, 3, s, 1), nn.ReLU())]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 14 * 14, 10, bias=False))
    x = torch.randn(32, 1, 28, 28)
    labels = torch.arange(32, device=x.device) % 10
    return minimizer(lambda: F.cross_entropy(net(x), labels), net.parameters())


def dense_vae():
    encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
    x = torch.rand(128, 784)

    def loss():
        mu, log_var = encoder(x).chunk(2, 1)
        logits = decoder(mu + torch.exp(log_var / 2) * torch.randn(128, 20))
        kl = 0.5 * (mu**2 + log_var.exp() - log_var - 1).sum()
        return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / 128

    return minimizer(loss, [*encoder.parameters(), *decoder.parameters()])


def critic():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(32, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(7 * 7 * 64, 1, bias=False)),
    )


def dcgan():
    discriminator = critic()
    generator = nn.Sequential(
        *(nn.Linear(64, 7 * 7 * 64, bias=False), nn.Unflatten(1, (64, 7, 7)), nn.ReLU()),
        *(nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False), nn.ReLU()),
        *(nn.ConvTranspose2d(32, 1, 4, 2, 1, bias=False), nn.Tanh()),
    )
    real = torch.rand(64, 1, 28, 28) * 2 - 1

    def loss_d():
        with torch.no_grad():
            fake = generator(torch.randn(64, 64))
        return F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()

    step_d = minimizer(loss_d, discriminator.parameters())
    step_g = minimizer(
        lambda: F.softplus(-discriminator(generator(torch.randn(64, 64)))).mean(), generator.parameters()
    )

    def step():
        step_d()
        return step_g()

    return step


def wgan_gp():
    judge = critic()
    real, fake = torch.rand(64, 1, 28, 28) * 2 - 1, torch.rand(64, 1, 28, 28) * 2 - 1

    def loss():
        share = torch.rand(64, 1, 1, 1)
        between = (real * share + fake * (1 - share)).requires_grad_()
        (gradient,) = torch.autograd.grad(judge(between).sum(), between, create_graph=True)
        penalty = (((gradient**2).sum((1, 2, 3)) + 1e-12).sqrt() - 1).square().mean()
        return judge(fake).mean() - judge(real).mean() + 10 * penalty

    return minimizer(loss, judge.parameters())


def attention():
    to_qkv, to_out = nn.Linear(64, 192, bias=False), nn.Linear(64, 64, bias=False)
    x = torch.randn(32, 64, 64)

    def loss():
        q, k, v = (part.reshape(32, 64, 4, 16).transpose(1, 2) for part in to_qkv(x).chunk(3, 2))
        mixed = torch.softmax(q @ k.transpose(2, 3) * 0.25, -1) @ v
        return (x + to_out(mixed.transpose(1, 2).reshape(32, 64, 64))).square().mean()

    return minimizer(loss, [*to_qkv.parameters(), *to_out.parameters()])


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.conv1, self.time = nn.GroupNorm(8, i), nn.Conv2d(i, o, 3, 1, 1), nn.Linear(128, o)
        self.norm2, self.conv2 = nn.GroupNorm(8, o), nn.Conv2d(o, o, 3, 1, 1)
        self.skip = nn.Identity() if i == o else nn.Conv2d(i, o, 1)

    def forward(self, h, t):
        middle = self.conv1(F.silu(self.norm1(h))) + self.time(t)[:, :, None, None]
        return self.skip(h) + self.conv2(F.silu(self.norm2(middle)))


class SmallUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, 128), nn.SiLU(), nn.Linear(128, 128), nn.SiLU())
        self.first, self.down1, self.smaller1 = nn.Conv2d(1, 32, 3, 1, 1), Block(32, 32), nn.Conv2d(32, 32, 3, 2, 1)
        self.down2, self.smaller2, self.middle = Block(32, 64), nn.Conv2d(64, 64, 3, 2, 1), Block(64, 64)
        self.up2, self.narrow, self.up1 = Block(128, 64), nn.Conv2d(64, 32, 3, 1, 1), Block(64, 32)
        self.norm, self.last = nn.GroupNorm(8, 32), nn.Conv2d(32, 1, 3, 1, 1)

    def forward(self, x, embedding):
        t = self.time(embedding)
        h1 = self.down1(self.first(x), t)
        h2 = self.down2(self.smaller1(h1), t)
        h3 = self.middle(self.smaller2(h2), t)
        h4 = self.up2(torch.cat([F.interpolate(h3, scale_factor=2), h2], 1), t)
        h5 = self.up1(torch.cat([self.narrow(F.interpolate(h4, scale_factor=2)), h1], 1), t)
        return self.last(F.silu(self.norm(h5)))


def small_u_net():
    net = SmallUNet()
    x, noise, embedding = torch.randn(32, 1, 28, 28), torch.randn(32, 1, 28, 28), torch.randn(32, 32)
    return minimizer(lambda: (net(x, embedding) - noise).square().mean(), net.parameters())


def real_nvp():
    def network(c):
        return nn.Sequential(
            *(nn.Conv2d(c, 32, 3, 1, 1), nn.ReLU(), nn.Conv2d(32, 32, 3, 1, 1), nn.ReLU()),
            nn.Conv2d(32, 2 * c, 3, 1, 1),
        )

    x = torch.randn(64, 1, 28, 28)
    place = torch.arange(28, device=x.device)
    checkerboard = ((place[:, None] + place) % 2).float()[None, None]
    halves = torch.tensor([1.0, 1, 0, 0], device=x.device)[None, :, None, None]
    nets = nn.ModuleList([network(1) for _ in range(4)] + [network(4) for _ in range(4)])
    masks = [1 - m if i % 2 else m for m in (checkerboard, halves) for i in range(4)]

    def loss():
        h, total = x, 0
        for i, (net, mask) in enumerate(zip(nets, masks)):
            if i == 4:
                h = F.pixel_unshuffle(h, 2)
            scale, shift = net(h * mask).chunk(2, 1)
            log_scale = torch.tanh(scale) * (1 - mask)
            h = h * mask + (h * log_scale.exp() + shift) * (1 - mask)
            total = total + log_scale.sum()
        return (0.5 * h.square().sum() - total) / 64

    return minimizer(loss, nets.parameters())


nets = {
    "6-conv net B32": six_convolutions,
    "small DDPM U-Net B32": small_u_net,
    "dense VAE B128": dense_vae,
    "DCGAN D+G B64": dcgan,
    "WGAN-GP critic B64": wgan_gp,
    "RealNVP B64": real_nvp,
    "attention block B32": attention,
}

introduce()
steps = {}
for line in sys.stdin:
    name = line.strip()
    if name not in steps:
        steps[name] = nets[name]()
        steps[name]()
    start = time.perf_counter()
    steps[name]().item()
    print((time.perf_counter() - start) * 1000, flush=True)
