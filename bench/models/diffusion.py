import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from shared import Same, minimizer
from torch.distributions import Normal, kl_divergence

T = 1000


def schedule(kind, steps):
    if kind == "linear":
        betas = torch.linspace(1e-4 * 1000 / steps, 0.02 * 1000 / steps, steps)
    else:
        left = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2) ** 2
        betas = (1 - left[1:] / left[:-1]).clamp(max=0.999)
    return betas, torch.cumprod(1 - betas, 0)


def waves(t, dim):
    angles = t[:, None] * torch.exp(-math.log(10000) * torch.arange(dim // 2) / (dim // 2 - 1))
    return torch.cat([angles.sin(), angles.cos()], 1)


class Embedding(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.dim = width // 4
        self.time = nn.Sequential(nn.Linear(self.dim, width), nn.SiLU(), nn.Linear(width, width))
        self.table = nn.Embedding(classes + 1, width) if classes else None

    def forward(self, t, labels):
        e = self.time(waves(t, self.dim))
        return F.silu(e + self.table(labels) if self.table else e)


class Residual(nn.Module):
    def __init__(self, channels_in, channels, width):
        super().__init__()
        self.first = nn.Sequential(nn.GroupNorm(8, channels_in), nn.SiLU(), nn.Conv2d(channels_in, channels, 3, 1, 1))
        self.time = nn.Linear(width, channels)
        self.second = nn.Sequential(nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, 1, 1))
        self.around = nn.Identity() if channels_in == channels else nn.Conv2d(channels_in, channels, 1)

    def forward(self, x, e):
        return self.around(x) + self.second(self.first(x) + self.time(e)[:, :, None, None])


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.attention = nn.MultiheadAttention(channels, 4, batch_first=True)

    def forward(self, x, e):
        h = self.norm(x).flatten(2).transpose(1, 2)
        return x + self.attention(h, h, h, need_weights=False)[0].transpose(1, 2).reshape(x.shape)


class Unet(nn.Module):
    """lib/nn/unet.ts with its defaults."""

    def __init__(self, out=1, classes=0):
        super().__init__()
        self.embedding = Embedding(128, classes)
        self.into = nn.Conv2d(1, 32, 3, 1, 1)
        self.down0 = Residual(32, 32, 128)
        self.halve = nn.Sequential(Same(), nn.Conv2d(32, 32, 3, 2))
        self.down1 = nn.ModuleList([Residual(32, 64, 128), Attention(64)])
        self.middle = nn.ModuleList([Residual(64, 64, 128), Attention(64), Residual(64, 64, 128)])
        self.up1 = nn.ModuleList([Residual(128, 64, 128), Attention(64), Residual(96, 64, 128), Attention(64)])
        self.doubled = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(64, 64, 3, 1, 1))
        self.up0 = nn.ModuleList([Residual(96, 32, 128), Residual(64, 32, 128)])
        self.out = nn.Sequential(nn.GroupNorm(8, 32), nn.SiLU(), nn.Conv2d(32, out, 3, 1, 1))

    def forward(self, x, t, labels=None):
        e = self.embedding(t, labels)
        skips = [self.into(x)]
        skips.append(self.down0(skips[-1], e))
        skips.append(self.halve(skips[-1]))
        h = skips[-1]
        for block in self.down1:
            h = block(h, e)
        skips.append(h)
        for block in self.middle:
            h = block(h, e)
        for i in (0, 2):
            h = self.up1[i + 1](self.up1[i](torch.cat([h, skips.pop()], 1), e), e)
        h = self.doubled(h)
        for block in self.up0:
            h = block(torch.cat([h, skips.pop()], 1), e)
        return self.out(h)


class Mlp(nn.Module):
    """lib/nn/mlp-denoiser.ts with its defaults."""

    def __init__(self):
        super().__init__()
        self.embedding = Embedding(64, 0)
        self.into, self.out = nn.Linear(2, 64), nn.Linear(64, 2)
        self.hidden = nn.ModuleList([nn.Linear(64, 64) for _ in range(3)])
        self.time = nn.ModuleList([nn.Linear(64, 64, bias=False) for _ in range(3)])

    def forward(self, x, t):
        e, h = self.embedding(t, None), self.into(x)
        for hidden, time in zip(self.hidden, self.time):
            h = h + F.silu(hidden(h) + time(e))
        return self.out(h)


def simple(net, shape, steps):
    betas, bar = schedule("linear", steps)
    x0 = torch.rand(shape) * 2 - 1

    def loss():
        t, noise = torch.randint(0, steps, (shape[0],)), torch.randn(shape)
        left = bar[t].reshape(-1, *[1] * (len(shape) - 1))
        return (net(left.sqrt() * x0 + (1 - left).sqrt() * noise, t + 1.0) - noise).square().mean()

    return minimizer(loss, net.parameters())


def hybrid():
    betas, bar = schedule("cosine", T)
    before = torch.cat([torch.ones(1), bar[:-1]])
    small = betas * (1 - before) / (1 - bar)
    small[0] = small[1]
    first, second = before.sqrt() * betas / (1 - bar), (1 - betas).sqrt() * (1 - before) / (1 - bar)
    net, x0 = Unet(out=2), torch.rand(32, 1, 28, 28) * 2 - 1

    def loss():
        t, noise = torch.randint(0, T, (32,)), torch.randn(x0.shape)
        at = lambda table: table[t].reshape(-1, 1, 1, 1)  # noqa: E731
        xt = at(bar).sqrt() * x0 + (1 - at(bar)).sqrt() * noise
        said, share = net(xt, t + 1.0).chunk(2, 1)
        fixed = (xt - (1 - at(bar)).sqrt() * said.detach()) / at(bar).sqrt()
        log_variance = (share + 1) / 2 * at(betas).log() + (1 - share) / 2 * at(small).log()
        p = Normal(at(first) * fixed + at(second) * xt, (0.5 * log_variance).exp(), validate_args=False)
        kl = kl_divergence(Normal(at(first) * x0 + at(second) * xt, at(small).sqrt()), p)
        decoded = (p.cdf(x0 + 1 / 255) - p.cdf(x0 - 1 / 255)).clamp(min=1e-12).log().neg()
        bound = torch.where(t == 0, decoded.mean((1, 2, 3)), kl.mean((1, 2, 3))).mean() / math.log(2)
        return (said - noise).square().mean() + 1e-3 * T * bound

    return minimizer(loss, net.parameters())


def reverse(classes):
    betas, bar = schedule("linear", T)
    net, xt = Unet(classes=classes), torch.randn(32, 1, 28, 28)
    t, labels = torch.full((32,), 500.0), torch.arange(32) % 10
    left, before, beta = bar[499], bar[498], betas[499]

    def step():
        if classes:
            both = torch.cat([labels, torch.full((32,), classes)])
            c, u = net(torch.cat([xt, xt]), torch.cat([t, t]), both).chunk(2)
            eps = 3 * c - 2 * u
        else:
            eps = net(xt, t)
        x0 = ((xt - (1 - left).sqrt() * eps) / left.sqrt()).clamp(-1, 1)
        mean = before.sqrt() * beta / (1 - left) * x0 + (1 - beta).sqrt() * (1 - before) / (1 - left) * xt
        return mean + beta.sqrt() * torch.randn(xt.shape)

    return step


steps = {
    "DDPM U-Net B32": lambda: simple(Unet(), (32, 1, 28, 28), T),
    "Improved DDPM U-Net B32": hybrid,
    "DDPM of points B512": lambda: simple(Mlp(), (512, 2), 100),
}
samplers = {
    "DDPM, one step of 32 images": lambda: reverse(0),
    "Classifier-free guidance, one step of 32 images": lambda: reverse(10),
}
