"""Golden values for test/models/realnvp.test.ts: torch.distributions' transforms and torch layers in double precision.

Run: python3 test/golden/make_realnvp.py      (needs torch; writes realnvp.json beside itself)
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch.distributions import AffineTransform, ComposeTransform, ExpTransform, Normal, SigmoidTransform

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def rounded(tensor):
    """As TensorFlow.js will hold it, so that both sides see the same inputs."""
    return tensor.float().double()


def draw(*shape, scale=1.0):
    return rounded(torch.randn(*shape) * scale)


def last(x):
    """[B,C,H,W] -> [B,H,W,C]."""
    return x.permute(0, 2, 3, 1)


def first(x):
    """[B,H,W,C] -> [B,C,H,W]."""
    return x.permute(0, 3, 1, 2)


# A coupling of points: the first coordinate stays, the second goes through torch's own affine transform.
points, target = draw(6, 2), draw(6, 2)
weights = [draw(2, 5), draw(5), draw(5, 2), draw(2), draw(5, 2), draw(2)]
bound = rounded(torch.tensor([1.5, 0.7]))
parameters = [w.clone().requires_grad_() for w in [*weights, bound]]


def scale_and_shift(kept):
    w1, b1, ws, bs, wt, bt, c = parameters
    h = torch.relu(kept @ w1 + b1)
    return c * torch.tanh(h @ ws + bs), h @ wt + bt


x = points.clone().requires_grad_()
log_scale, shift = scale_and_shift(x * torch.tensor([1.0, 0.0]))
transform = AffineTransform(loc=shift[:, 1], scale=log_scale[:, 1].exp())
moved = transform(x[:, 1])
y = torch.stack([x[:, 0], moved], 1)
log_det = transform.log_abs_det_jacobian(x[:, 1], moved)
((y * target).sum() + log_det.sum()).backward()
inverted = transform.inv(target[:, 1]).detach()  # of points whose kept coordinate is x's
coupling = dict(x=points, target=target, weights=weights, bound=bound, y=y, logDet=log_det)
coupling.update(inverse=inverted, xGradient=x.grad, weightGradients=[p.grad for p in parameters])

# Squeeze, with the ordering of torch's pixel_unshuffle.
image = torch.arange(2 * 4 * 6 * 3.0).reshape(2, 3, 4, 6)
squeezing = dict(x=last(image), y=last(F.pixel_unshuffle(image, 2)))

# Dequantization and logit: grey levels -> [0, 1) -> α + (1 − 2α) x -> logit, by torch's transforms.
levels = torch.tensor([0, 1, 17, 128, 254, 255]).repeat(3, 1).double()
noise = rounded(torch.rand(3, 6))
noise[0, 0] = 0.0
spread = (levels + noise) / 256
alpha = 0.05
logit = ComposeTransform([AffineTransform(alpha, 1 - 2 * alpha), SigmoidTransform().inv])
opened = logit(spread)
logit_log_det = logit.log_abs_det_jacobian(spread, opened).sum(1)
# Bits/dim of a normal with mean 0 and standard deviation 2 for the logits.
nats = -(Normal(0.0, 2.0).log_prob(opened).sum(1) + logit_log_det)
bits = (nats + 6 * math.log(256)) / (6 * math.log(2))
dequantization = dict(levels=levels, noise=noise, x=spread, y=opened, logDet=logit_log_det, nats=nats, bits=bits)

# Activation normalization.
batch, norm_log_scale, norm_bias = draw(5, 3, 3, 2), draw(2), draw(2)
norm = ComposeTransform([AffineTransform(norm_bias, 1.0), AffineTransform(0.0, norm_log_scale.exp())])
normed = norm(batch)
act_norm = dict(x=batch, logScale=norm_log_scale, bias=norm_bias, y=normed)
act_norm['logDet'] = norm.log_abs_det_jacobian(batch, normed).sum((1, 2, 3))
act_norm['firstMean'] = batch.mean((0, 1, 2))
act_norm['firstDeviation'] = batch.std((0, 1, 2), unbiased=False)

# The whole flow: 4×4, two scales, one residual block of 3 and 6 channels; weights in the order of the layers.
flow_weights = []
flow_parameters = []


def weight(*shape, scale=0.15):
    value = draw(*shape, scale=scale)
    flow_weights.append(value)
    flow_parameters.append(value.clone().requires_grad_())
    return flow_parameters[-1]


def conv_weights(kernel, inner, outer):
    return weight(kernel, kernel, inner, outer), weight(outer)  # HWIO, as TensorFlow has it


def conv(x, kernel_and_bias):
    kernel, bias = kernel_and_bias
    return F.conv2d(x, kernel.permute(3, 2, 0, 1).contiguous(), bias, padding=kernel.shape[0] // 2)


class Coupling:
    def __init__(self, mask, channels, width):
        self.mask = mask
        self.first = conv_weights(3, channels, width)
        self.a, self.b = conv_weights(3, width, width), conv_weights(1, width, width)
        self.raw_scale, self.bound = conv_weights(3, width, channels), weight(channels, scale=1.0)
        self.shift = conv_weights(3, width, channels)

    def __call__(self, x):
        h = conv(x * self.mask, self.first)
        h = torch.relu(h + conv(torch.relu(conv(torch.relu(h), self.a)), self.b))
        s = self.bound[:, None, None] * torch.tanh(conv(h, self.raw_scale))
        t = conv(h, self.shift)
        y = self.mask * x + (1 - self.mask) * (x * s.exp() + t)
        return y, ((1 - self.mask) * s).sum((1, 2, 3))


class Norm:
    def __init__(self, channels):
        self.log_scale, self.bias = weight(channels), weight(channels)

    def __call__(self, x):
        pixels = x.shape[2] * x.shape[3]
        y = (x + self.bias[:, None, None]) * self.log_scale.exp()[:, None, None]
        return y, (self.log_scale.sum() * pixels).expand(x.shape[0])


def checkerboard(side, channels, flip):
    row, column = torch.meshgrid(torch.arange(side), torch.arange(side), indexing='ij')
    odd = ((row + column) % 2 == 1) != flip
    return odd.double().expand(channels, side, side)


def by_channel(side, channels, flip):
    chosen = (torch.arange(channels) < channels // 2) != flip
    return chosen.double()[:, None, None].expand(channels, side, side)


def steps_of(masks, channels, width):
    return [step for mask in masks for step in (Coupling(mask, channels, width), Norm(channels))]


first_scale = steps_of([checkerboard(4, 1, i % 2 == 1) for i in range(3)], 1, 3)
squeezed = steps_of([by_channel(2, 4, i % 2 == 1) for i in range(3)], 4, 3)
second_scale = steps_of([checkerboard(2, 2, i % 2 == 1) for i in range(4)], 2, 6)


def flow(x):
    total = 0
    h = first(x)
    for step in first_scale:
        h, log_det = step(h)
        total = total + log_det
    h = F.pixel_unshuffle(h, 2)
    for step in squeezed:
        h, log_det = step(h)
        total = total + log_det
    finished, h = h.chunk(2, 1)
    for step in second_scale:
        h, log_det = step(h)
        total = total + log_det
    z = torch.cat([last(finished).flatten(1), last(h).flatten(1)], 1)
    return z, total


pictures = draw(4, 4, 4, 1)
z, total = flow(pictures)
log_prob = Normal(0.0, 1.0).log_prob(z).sum(1) + total
log_prob.sum().backward()
# The same log-determinant from the Jacobian itself.
jacobians = [torch.autograd.functional.jacobian(lambda p: flow(p[None])[0][0], p).reshape(16, 16) for p in pictures]
by_jacobian = torch.stack([torch.linalg.slogdet(j).logabsdet for j in jacobians])
assert torch.allclose(by_jacobian, total), (by_jacobian, total)
whole = dict(x=pictures, weights=flow_weights, z=z, logDet=by_jacobian, logProb=log_prob)
whole['gradients'] = [p.grad for p in flow_parameters]

cases = {
    'coupling of points, its inverse, log-determinant and gradients': coupling,
    'squeeze': squeezing,
    'dequantization, logit and bits/dim': dequantization,
    'activation normalization': act_norm,
    'multi-scale flow, log-determinant by Jacobian, gradients': whole,
}


def plain(value):
    if isinstance(value, list):
        return [plain(each) for each in value]
    return [float(f'{v:.9g}') for v in value.flatten().tolist()] if value.dim() else value.item()


def described(case):
    """Flat values; shapes beside them where the test must rebuild the tensor."""
    return {key: plain(value) for key, value in case.items()}


path = pathlib.Path(__file__).with_name('realnvp.json')
as_lists = {name: described(case) for name, case in cases.items()}
as_lists['multi-scale flow, log-determinant by Jacobian, gradients']['shapes'] = [list(w.shape) for w in flow_weights]
path.write_text(json.dumps(dict(source=f'torch {torch.__version__}', cases=as_lists)) + '\n')
print(f'{path.name}: {len(cases)} cases from torch {torch.__version__}, {path.stat().st_size} bytes')
