import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from shared import minimizer


class Residual(nn.Module):
    """x + conv₁(relu(conv₃(relu(x))))."""

    def __init__(self, channels):
        super().__init__()
        self.a, self.b = nn.Conv2d(channels, channels, 3, 1, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x + self.b(torch.relu(self.a(torch.relu(x))))


class Coupling(nn.Module):
    """A coupling and its activation normalization. `shape` is [C] or [C,H,W]."""

    def __init__(self, shape, mask, net, width):
        super().__init__()
        channels = shape[0]
        self.net = net
        points = len(shape) == 1
        head = (lambda: nn.Linear(width, channels)) if points else (lambda: nn.Conv2d(width, channels, 3, 1, 1))
        self.scale, self.shift = head(), head()
        self.bound, self.log_scale, self.bias = (
            nn.Parameter(value * torch.ones(channels, *(1 for _ in shape[1:]))) for value in (1.0, 0.0, 0.0)
        )
        self.register_buffer("mask", mask)
        self.pixels = math.prod(shape[1:])

    def read(self, kept):
        h = self.net(kept)
        return self.bound * torch.tanh(self.scale(h)) * (1 - self.mask), self.shift(h) * (1 - self.mask)

    def forward(self, x):
        s, t = self.read(x * self.mask)
        y = (x * s.exp() + t + self.bias) * self.log_scale.exp()
        return y, s.flatten(1).sum(1) + self.log_scale.sum() * self.pixels

    def inverse(self, y):
        y = y * (-self.log_scale).exp() - self.bias
        s, t = self.read(y * self.mask)
        return (y - t) * (-s).exp()


def board(channels, height, width, flip):
    row, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (((row + column) % 2 == 1) != flip).float().expand(channels, height, width)


def by_channel(channels, height, width, flip):
    return ((torch.arange(channels) < channels // 2) != flip).float()[:, None, None].expand(channels, height, width)


class RealNvp(nn.Module):
    def __init__(self, channels=32, blocks=2):
        super().__init__()

        def couplings(shape, mask, count, width):
            first = lambda: nn.Conv2d(shape[0], width, 3, 1, 1)
            nets = [nn.Sequential(first(), *(Residual(width) for _ in range(blocks)), nn.ReLU()) for _ in range(count)]
            return nn.ModuleList(Coupling(shape, mask(*shape, i % 2 == 1), net, width) for i, net in enumerate(nets))

        self.first = couplings((1, 28, 28), board, 3, channels)
        self.first_deep = couplings((4, 14, 14), by_channel, 3, channels)
        self.second = couplings((2, 14, 14), board, 3, 2 * channels)
        self.second_deep = couplings((8, 7, 7), by_channel, 3, 2 * channels)
        self.third = couplings((4, 7, 7), board, 4, 4 * channels)

    def forward(self, x):
        total, finished = 0, []
        for flat, deep in ((self.first, self.first_deep), (self.second, self.second_deep)):
            for step in flat:
                x, log_det = step(x)
                total = total + log_det
            x = F.pixel_unshuffle(x, 2)
            for step in deep:
                x, log_det = step(x)
                total = total + log_det
            done, x = x.chunk(2, 1)
            finished.append(done.flatten(1))
        for step in self.third:
            x, log_det = step(x)
            total = total + log_det
        return torch.cat([*finished, x.flatten(1)], 1), total

    def inverse(self, count):
        x = torch.randn(count, 4, 7, 7)
        for step in reversed(self.third):
            x = step.inverse(x)
        for flat, deep in ((self.second, self.second_deep), (self.first, self.first_deep)):
            x = torch.cat([torch.randn_like(x), x], 1)
            for step in reversed(deep):
                x = step.inverse(x)
            x = F.pixel_shuffle(x, 2)
            for step in reversed(flat):
                x = step.inverse(x)
        return ((torch.sigmoid(x) - 0.05) / 0.9).clamp(0, 1)


def flow_loss(flow, x):
    def loss():
        z, log_det = flow(x)
        return (0.5 * (z**2 + math.log(2 * math.pi)).sum(1) - log_det).mean()

    return loss


def real_nvp():
    flow = RealNvp()
    return minimizer(flow_loss(flow, torch.randn(16, 1, 28, 28)), flow.parameters())


def points():
    def net():
        return nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())

    masks = [torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])]
    steps = nn.ModuleList(Coupling((2,), masks[i % 2], net(), 64) for i in range(8))

    def flow(x):
        total = 0
        for step in steps:
            x, log_det = step(x)
            total = total + log_det
        return x, total

    return minimizer(flow_loss(flow, torch.randn(256, 2)), steps.parameters())


def gate(x):
    signal, opening = x.chunk(2, 1)
    return torch.tanh(signal) * torch.sigmoid(opening)


class PixelCnn(nn.Module):
    def __init__(self, levels=4, depth=1, channels=32, layers=6, kernels=(7, 3), hidden=64):
        super().__init__()
        sizes = [kernels[0], *[kernels[1]] * layers]
        self.levels, self.depth, self.sizes = levels, depth, sizes
        inner = [depth, *[channels] * layers]
        # As ours: what the masks hide is not stored.
        tall = lambda i, k: (k // 2 + (i > 0), k)
        wide = lambda i, k: (1, k // 2 + (i > 0))
        conv = lambda kernel: nn.ModuleList(
            nn.Conv2d(c, 2 * channels, kernel(i, k)) for i, (c, k) in enumerate(zip(inner, sizes))
        )
        self.above, self.left = conv(tall), conv(wide)
        self.down = nn.ModuleList(nn.Conv2d(2 * channels, 2 * channels, 1) for _ in sizes)
        self.out = nn.ModuleList(nn.Conv2d(channels, channels, 1) for _ in sizes)
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, levels, 1)
        )
        self.rows_seen = sum(k // 2 for k in sizes)

    def read(self, grid):
        if self.depth > 1:
            return F.one_hot(grid, self.levels).float().permute(0, 3, 1, 2)
        return (grid.float() * 2 / (self.levels - 1) - 1)[:, None]

    def vertical(self, x):
        messages, v = [], x
        for i, k in enumerate(self.sizes):
            padded = F.pad(v, (k // 2, k // 2, k // 2, 0))
            features = self.above[i](padded if i else padded[:, :, :-1])
            messages.append(self.down[i](features))
            v = gate(features)
        return messages

    def horizontal(self, x, messages):
        h = x
        for i, k in enumerate(self.sizes):
            padded = F.pad(h, (k // 2, 0, 0, 0))
            out = self.out[i](gate(self.left[i](padded if i else padded[..., :-1]) + messages[i]))
            h = h + out if i else out
        return self.head(h)

    def forward(self, grid):
        x = self.read(grid)
        return self.horizontal(x, self.vertical(x))

    def sample(self, count, height, width):
        grid = torch.zeros(count, height, width, dtype=torch.long)
        for row in range(height):
            top = max(0, row - self.rows_seen)
            messages = [m[:, :, row - top :] for m in self.vertical(self.read(grid[:, top : row + 1]))]
            for column in range(width):
                logits = self.horizontal(self.read(grid[:, row : row + 1]), messages)[:, :, 0, column]
                grid[:, row, column] = torch.multinomial(torch.softmax(logits, 1), 1)[:, 0]
        return grid


def autoregression(model, count, side):
    grid = torch.randint(model.levels, (count, side, side))
    return minimizer(lambda: F.cross_entropy(model(grid), grid) / math.log(2), model.parameters())


def prior():
    return PixelCnn(levels=128, depth=128, channels=48, layers=4, kernels=(5, 3))


class VqVae(nn.Module):
    def __init__(self, codes=128, dims=16):
        super().__init__()
        self.encoder = nn.Sequential(
            *(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU()),
            *(Residual(64), Residual(64), nn.ReLU(), nn.Conv2d(64, dims, 1)),
        )
        self.decoder = nn.Sequential(
            *(nn.Conv2d(dims, 64, 3, 1, 1), Residual(64), Residual(64), nn.ReLU()),
            *(nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1)),
        )
        self.register_buffer("vectors", torch.rand(codes, dims) * 2 / codes - 1 / codes)
        self.register_buffer("counts", torch.zeros(codes))
        self.register_buffer("sums", torch.zeros(codes, dims))

    def decode(self, grid):
        return self.decoder(self.vectors[grid].permute(0, 3, 1, 2))


def vq_vae():
    model = VqVae()
    x = torch.rand(64, 1, 28, 28)

    def loss():
        z = model.encoder(x).permute(0, 2, 3, 1)
        rows = z.reshape(-1, 16)
        with torch.no_grad():
            indices = ((model.vectors**2).sum(1) - 2 * rows @ model.vectors.T).argmin(1)
            assigned = F.one_hot(indices, 128).float()
            chosen = model.vectors[indices]
            model.counts.mul_(0.99).add_(0.01 * assigned.sum(0))
            model.sums.mul_(0.99).add_(0.01 * assigned.T @ rows)
            seen = model.counts[:, None] > 1e-12
            model.vectors.copy_(torch.where(seen, model.sums / model.counts[:, None].clamp(min=1e-12), model.vectors))
        straight = (rows + (chosen - rows).detach()).reshape(z.shape).permute(0, 3, 1, 2)
        error = 0.5 * ((x - model.decoder(straight)) ** 2).sum() / 0.01
        return (error + 0.25 * ((rows - chosen) ** 2).sum()) / 64

    return minimizer(loss, model.parameters())


def flow_sampler():
    flow = RealNvp()
    return lambda: flow.inverse(16)


def pixel_sampler():
    model = PixelCnn()
    return lambda: model.sample(4, 28, 28)


def vq_sampler():
    model, codes = VqVae(), prior()
    return lambda: model.decode(codes.sample(64, 7, 7))


steps = {
    "RealNVP B16": real_nvp,
    "RealNVP of points B256": points,
    "PixelCNN B32": lambda: autoregression(PixelCnn(), 32, 28),
    "VQ-VAE B64": vq_vae,
    "VQ-VAE prior B64": lambda: autoregression(prior(), 64, 7),
}
samplers = {
    "RealNVP, 16 images": flow_sampler,
    "PixelCNN, 4 images": pixel_sampler,
    "VQ-VAE with prior, 64 images": vq_sampler,
}
