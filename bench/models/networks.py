"""The U-Net and the MLP of lib/nn in PyTorch, layer for layer. Has no `steps`, so it is no group itself."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def waves(t, dim):
    half = dim // 2
    angles = t[:, None] * torch.exp(-math.log(10_000) * torch.arange(half) / (half - 1))
    return torch.cat([angles.sin(), angles.cos()], 1)


class Embedding(nn.Module):
    """Time, and with classes the label, as a vector past a SiLU. [B] -> [B,width]"""

    def __init__(self, width, classes=0, scale=1):
        super().__init__()
        self.dim, self.scale = max(4, width // 4), scale
        self.dense = nn.Sequential(nn.Linear(self.dim, width), nn.SiLU(), nn.Linear(width, width))
        self.table = nn.Embedding(classes + 1, width) if classes else None

    def forward(self, t, label=None):
        h = self.dense(waves(t * self.scale, self.dim))
        return F.silu(h + self.table(label) if self.table else h)


class Residual(nn.Module):
    def __init__(self, before, after, embedding, groups):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, before), nn.Conv2d(before, after, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(groups, after), nn.Conv2d(after, after, 3, padding=1)
        self.time = nn.Linear(embedding, after) if embedding else None
        self.skip = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, x, embedding):
        h = self.conv1(F.silu(self.norm1(x)))
        if self.time:
            h = h + self.time(embedding)[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    """Self-attention, and with a context cross-attention behind it, each around the image. [B,C,H,W] -> [B,C,H,W]"""

    def __init__(self, channels, groups, heads, context=0):
        super().__init__()
        self.heads = heads
        self.norm, self.parts = nn.GroupNorm(groups, channels), self.projections(channels, channels)
        self.cross = (nn.GroupNorm(groups, channels), self.projections(channels, context)) if context else None
        if context:
            self.cross_modules = nn.ModuleList(self.cross)

    @staticmethod
    def projections(channels, offered):
        sizes = [(channels, channels), (offered, channels), (offered, channels), (channels, channels)]
        return nn.ModuleList(nn.Linear(*size) for size in sizes)

    def attend(self, x, norm, parts, other=None):
        b, c, h, w = x.shape
        query, key, value, out = parts
        flat = norm(x).flatten(2).transpose(1, 2)
        other = flat if other is None else other
        split = lambda y: y.reshape(b, -1, self.heads, c // self.heads).transpose(1, 2)
        q, k, v = split(query(flat)), split(key(other)), split(value(other))
        mixed = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(c // self.heads), -1) @ v
        return x + out(mixed.transpose(1, 2).reshape(b, h * w, c)).transpose(1, 2).reshape(x.shape)

    def forward(self, x, context=None):
        x = self.attend(x, self.norm, self.parts)
        return self.attend(x, *self.cross, context) if self.cross else x


class Unet(nn.Module):
    def __init__(self, image=1, channels=32, multipliers=(1, 2), blocks=1, attention=(1,), heads=4, groups=8, classes=0, context=0, scale=1, out=None):
        super().__init__()
        width = 4 * channels
        self.embedding = Embedding(width, classes, scale)
        self.enter = nn.Conv2d(image, channels, 3, padding=1)
        self.down, self.up, skips, now = nn.ModuleList(), nn.ModuleList(), [channels], channels

        def block(before, level):
            after = channels * multipliers[level]
            look = Attention(after, groups, heads, context) if level in attention else None
            return nn.ModuleList([Residual(before, after, width, groups), *([look] if look else [])])

        for level, multiplier in enumerate(multipliers):
            if level > 0:
                self.down.append(nn.Conv2d(now, now, 3, 2, 1))
                skips.append(now)
            for _ in range(blocks):
                self.down.append(block(now, level))
                now = channels * multiplier
                skips.append(now)
        self.middle = nn.ModuleList(
            [Residual(now, now, width, groups), Attention(now, groups, heads, context), Residual(now, now, width, groups)]
        )
        for level in reversed(range(len(multipliers))):
            for _ in range(blocks + 1):
                self.up.append(block(now + skips.pop(), level))
                now = channels * multipliers[level]
            if level > 0:
                self.up.append(nn.Conv2d(now, now, 3, padding=1))
        self.leave = nn.Sequential(nn.GroupNorm(groups, now), nn.SiLU(), nn.Conv2d(now, out or image, 3, padding=1))

    def through(self, part, h, embedding, context):
        h = part[0](h, embedding)
        return part[1](h, context) if len(part) > 1 else h

    def forward(self, x, t, label=None, context=None):
        embedding = self.embedding(t, label)
        h = self.enter(x)
        skips = [h]
        for part in self.down:
            h = part(h) if isinstance(part, nn.Conv2d) else self.through(part, h, embedding, context)
            skips.append(h)
        h = self.middle[2](self.middle[1](self.middle[0](h, embedding), context), embedding)
        for part in self.up:
            if isinstance(part, nn.Conv2d):
                h = part(F.interpolate(h, scale_factor=2))
            else:
                h = self.through(part, torch.cat([h, skips.pop()], 1), embedding, context)
        return self.leave(h)


class Mlp(nn.Module):
    def __init__(self, dims=2, width=64, layers=3, classes=0, scale=1):
        super().__init__()
        self.embedding = Embedding(width, classes, scale)
        self.enter, self.leave = nn.Linear(dims, width), nn.Linear(width, dims)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.time = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(layers))

    def forward(self, x, t, label=None):
        embedding = self.embedding(t, label)
        h = self.enter(x)
        for layer, time in zip(self.hidden, self.time):
            h = h + F.silu(layer(h) + time(embedding))
        return self.leave(h)
