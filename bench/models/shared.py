"""What the groups share. Has no `steps`, so it is no group itself."""

import torch
import torch.nn as nn


def minimizer(loss, parameters):
    """A training step with Adam at 1e-3, as bench/support/minimizer.ts. Gives the loss."""
    optimizer = torch.optim.Adam(list(parameters), lr=1e-3)

    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value.detach()

    return step


class Same(nn.Module):
    """TensorFlow's "same" padding of a 3×3 convolution with stride 2: a row and a column below and to the right."""

    def forward(self, x):
        return nn.functional.pad(x, (0, 1, 0, 1))


def encoder(arch, out, hidden=(512, 128), extra=0):
    """The body of lib/nn/blocks.ts with a dense layer behind it. [B,1,28,28] -> [B,out]"""
    if arch == "conv":
        layers = [Same(), nn.Conv2d(1, 32, 3, 2), nn.ReLU(), Same(), nn.Conv2d(32, 64, 3, 2), nn.ReLU()]
        return [*layers, nn.Flatten(), nn.Linear(64 * 49, out)]
    sizes = [784 + extra, *hidden]
    layers = [layer for i, o in zip(sizes, sizes[1:]) for layer in (nn.Linear(i, o), nn.ReLU())]
    return [nn.Flatten(), *layers, nn.Linear(sizes[-1], out)]


def decoder(arch, latent, hidden=(512, 128)):
    """The way back. [B,latent] -> [B,1,28,28] or [B,784], logits"""
    if arch == "conv":
        return [
            *(nn.Linear(latent, 49 * 64), nn.ReLU(), nn.Unflatten(1, (64, 7, 7))),
            *(nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1), nn.ReLU()),
            nn.ConvTranspose2d(32, 1, 3, 2, 1, output_padding=1),
        ]
    sizes = [latent, *reversed(hidden)]
    layers = [layer for i, o in zip(sizes, sizes[1:]) for layer in (nn.Linear(i, o), nn.ReLU())]
    return [*layers, nn.Linear(sizes[-1], 784)]
