import torch
import torch.nn as nn
from networks import Attention, Mlp, Residual, Unet
from shared import minimizer


def flow(network, shape):
    x1 = torch.randn(shape)
    each = (shape[0], *[1] * (len(shape) - 1))

    def loss():
        t, noise = torch.rand(shape[0]), torch.randn(shape)
        xt = (1 - t.view(each)) * noise + t.view(each) * x1
        return (network(xt, t) - (x1 - noise)).square().mean()

    return minimizer(loss, network.parameters())


def points():
    network, x0 = Mlp(scale=1000), torch.randn(256, 2)

    def loss():
        t, noise = torch.rand(256) * 0.999 + 0.001, torch.randn(256, 2)
        integral = t * 0.1 + t**2 * 19.9 / 2
        mean, std = torch.exp(-integral / 2)[:, None], torch.sqrt(-torch.expm1(-integral))[:, None]
        score = network((mean * x0 + std * noise) / torch.hypot(mean, std), t) / -std
        return (score * std + noise).square().mean()

    return minimizer(loss, network.parameters())


class Body(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):
        for part in self.parts:
            x = part(x, None) if isinstance(part, Residual) else part(x)
        return x


def stage1():
    def leave(channels, out):
        return nn.Sequential(nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, out, 3, padding=1))

    def conv(before, after, stride=1):
        return nn.Conv2d(before, after, 3, stride, 1)

    def double(channels):
        return nn.Sequential(nn.Upsample(scale_factor=2), conv(channels, channels))

    residual = lambda before, after: Residual(before, after, 0, 8)
    encode = Body(
        *(conv(3, 32), residual(32, 32), conv(32, 32, 2), residual(32, 64), conv(64, 64, 2), residual(64, 64)),
        *(Attention(64, 8, 1), leave(64, 8)),
    )
    decode = Body(
        *(conv(4, 64), Attention(64, 8, 1), residual(64, 64), double(64), residual(64, 64), double(64)),
        *(residual(64, 32), leave(32, 3)),
    )
    x = torch.rand(16, 3, 32, 32) * 2 - 1

    def loss():
        mean, log_variance = encode(x).chunk(2, 1)
        log_variance = log_variance.clamp(-30, 20)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum([1, 2, 3]).mean()
        return (x - decode(z)).abs().mean() + 1e-6 * kl

    return minimizer(loss, [*encode.parameters(), *decode.parameters()])


def sampler():
    network = Unet(scale=1000)

    def sample():
        with torch.no_grad():
            x = torch.randn(16, 1, 28, 28)
            for i in range(10):
                x = x + 0.1 * network(x, torch.full((16,), i / 10))
        return x

    return sample


steps = {
    "Flow matching B32": lambda: flow(Unet(scale=1000), (32, 1, 28, 28)),
    "Flow matching of points B256": lambda: flow(Mlp(scale=1000), (256, 2)),
    "Score model of points B256": points,
    "Latent diffusion, stage 1 (KL) B16": stage1,
}
samplers = {"Flow matching, 16 images, 10 steps of Euler": sampler}
