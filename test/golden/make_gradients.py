"""Golden values of forward, first and second derivatives, by PyTorch in double precision.

Run with a Python that has PyTorch (Debian: /usr/bin/python3 with python3-torch); it writes gradients.json beside itself.
Each case is an operation y = op(inputs). From y two sums are made:

    f = sum(cos(1 + i) * y_i ** 2)          and its gradients g for every input,
    h = sum(cos(2 + i) * g_i ** 2)          over all inputs, and its gradients: a gradient penalty's way through op.

test/engine/gradients.test.ts does the same with TensorFlow.js on every engine. Images are [batch, height, width, channel]
and filters [height, width, in, out], as there.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(7)


def numbers(*shape, low=-2.0, high=2.0, away_from=(0.0,), gap=0.08):
    """Uniform numbers with four decimals, none nearer than `gap` to a point where a derivative jumps."""
    x = torch.rand(*shape, generator=generator, dtype=torch.float64) * (high - low) + low
    for point in away_from:
        near = (x - point).abs() < gap
        x = torch.where(near, x + 2 * gap, x)
    return torch.round(x, decimals=4)


def distinct(*shape):
    """Numbers of which no two are near each other, for maxima."""
    count = math.prod(shape)
    order = torch.randperm(count, generator=generator)
    return torch.round((order.double() - count / 2) * (3.0 / count) + 0.05, decimals=4).reshape(shape)


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def same(x, size, stride, value=0.0):
    """TensorFlow's 'same' padding, which puts an odd rest at the end."""
    pads = []
    for length in (x.shape[3], x.shape[2]):  # width first, as F.pad wants it
        total = max(0, (math.ceil(length / stride) - 1) * stride + size - length)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def conv(x, w, stride=1, pad="valid", dilation=1, groups=1):
    x = nchw(x)
    if pad == "same":
        x = same(x, (w.shape[0] - 1) * dilation + 1, stride)
    elif pad != "valid":
        x = F.pad(x, [pad] * 4)
    return nhwc(F.conv2d(x, w.permute(3, 2, 0, 1), stride=stride, dilation=dilation, groups=groups))


def conv1d_same(x, w, dilation):
    return F.conv1d(x.permute(0, 2, 1), w.permute(2, 1, 0), dilation=dilation, padding="same").permute(0, 2, 1)


def conv_transpose(x, w, out_size, stride):
    """What TensorFlow calls the transpose of a 'same' convolution: w is [height, width, out, in]."""
    size = w.shape[0]
    total = max(0, (math.ceil(out_size / stride) - 1) * stride + size - out_size)
    full = F.conv_transpose2d(nchw(x), w.permute(3, 2, 0, 1), stride=stride)
    start = total // 2
    full = F.pad(full, [0, max(0, start + out_size - full.shape[3]), 0, max(0, start + out_size - full.shape[2])])
    return nhwc(full[:, :, start : start + out_size, start : start + out_size])


def depthwise(x, w, stride=1, pad="valid"):
    kh, kw, channels, multiplier = w.shape
    x = nchw(x)
    if pad == "same":
        x = same(x, kh, stride)
    filters = w.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, kh, kw)
    return nhwc(F.conv2d(x, filters, stride=stride, groups=channels))


def avg_pool(x, size, stride, pad):
    if pad == "valid":
        return nhwc(F.avg_pool2d(nchw(x), size, stride))
    total = F.avg_pool2d(same(nchw(x), size, stride), size, stride)
    count = F.avg_pool2d(same(torch.ones_like(nchw(x)), size, stride), size, stride)
    return nhwc(total / count)


def max_pool(x, size, stride, pad):
    x = nchw(x)
    if pad == "same":
        x = same(x, size, stride, value=-1e9)
    return nhwc(F.max_pool2d(x, size, stride))


def resize(x, height, width, mode):
    if mode == "nearest":
        return nhwc(F.interpolate(nchw(x), (height, width), mode="nearest"))
    # TensorFlow.js's bilinear, as it is called by default: source position = target position * scale, no half pixels.
    rows = torch.arange(height, dtype=torch.float64) * (x.shape[1] / height)
    columns = torch.arange(width, dtype=torch.float64) * (x.shape[2] / width)

    def weights(positions, length):
        low = positions.floor().long().clamp(max=length - 1)
        high = (low + 1).clamp(max=length - 1)
        part = positions - low
        matrix = torch.zeros(len(positions), length, dtype=torch.float64)
        matrix[torch.arange(len(positions)), low] += 1 - part
        matrix[torch.arange(len(positions)), high] += part
        return matrix

    return torch.einsum("ph,bhwc,qw->bpqc", weights(rows, x.shape[1]), x, weights(columns, x.shape[2]))


def depth_to_space(x, block):
    b, h, w, c = x.shape
    x = x.reshape(b, h, w, block, block, c // block**2).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h * block, w * block, c // block**2)


def reflect(x, mode):
    """[[0, 0], [2, 1], [1, 2], [0, 0]] of tf.mirrorPad."""
    rows, columns = list(range(x.shape[1])), list(range(x.shape[2]))

    def around(line, before, after):
        skip = 1 if mode == "reflect" else 0
        return line[skip : skip + before][::-1] + line + line[::-1][skip : skip + after]

    return x[:, around(rows, 2, 1)][:, :, around(columns, 1, 2)]


def normalize(x, axes, offset=None, scale=None, epsilon=1e-3):
    mean = x.mean(axes, keepdim=True)
    variance = ((x - mean) ** 2).mean(axes, keepdim=True)
    y = (x - mean) / torch.sqrt(variance + epsilon)
    return y if offset is None else y * scale + offset


def band(x, lower, upper):
    """tf.linalg.bandPart; a negative number keeps all of that side."""
    rows, columns = x.shape[-2:]
    distance = torch.arange(rows)[:, None] - torch.arange(columns)[None, :]
    keep = torch.ones(rows, columns, dtype=torch.bool)
    if lower >= 0:
        keep &= distance <= lower
    if upper >= 0:
        keep &= -distance <= upper
    return x * keep


def group_norm(x, groups, scale, offset):
    return nhwc(F.group_norm(nchw(x), groups, scale, offset, eps=1e-5))


def spectral(w, u):
    """W / σ(W) after one power iteration from u, through which the gradient flows."""
    v = F.normalize(w.mT @ u, dim=0, eps=0)
    u = F.normalize(w @ v, dim=0, eps=0)
    return w / (u.mT @ w @ v)


positive = dict(low=0.3, high=2.5, away_from=())
smooth = dict(away_from=())
image = (2, 4, 4, 3)

cases = {
    # of one tensor, element by element
    "abs": (torch.abs, [numbers(6)]),
    "neg": (torch.neg, [numbers(6)]),
    "exp": (torch.exp, [numbers(6, **smooth)]),
    "expm1": (torch.expm1, [numbers(6, **smooth)]),
    "log": (torch.log, [numbers(6, **positive)]),
    "log1p": (torch.log1p, [numbers(6, **positive)]),
    "sqrt": (torch.sqrt, [numbers(6, **positive)]),
    "rsqrt": (torch.rsqrt, [numbers(6, **positive)]),
    "square": (torch.square, [numbers(6)]),
    "reciprocal": (torch.reciprocal, [numbers(6, low=0.5, high=2, away_from=())]),
    "sin": (torch.sin, [numbers(6, **smooth)]),
    "cos": (torch.cos, [numbers(6, **smooth)]),
    "tanh": (torch.tanh, [numbers(300, low=-6, high=6, **smooth)]),
    "sigmoid": (torch.sigmoid, [numbers(6, **smooth)]),
    "softplus": (F.softplus, [numbers(6, low=-20, high=20, **smooth)]),
    "erf": (torch.erf, [numbers(6, **smooth)]),
    "relu": (F.relu, [numbers(8)]),
    "relu6": (F.relu6, [numbers(8, low=-3, high=8, away_from=(0.0, 6.0))]),
    "leakyRelu": (lambda x: F.leaky_relu(x, 0.2), [numbers(8)]),
    "elu": (F.elu, [numbers(8)]),
    "selu": (F.selu, [numbers(8)]),
    "silu": (F.silu, [numbers(8, **smooth)]),
    "gelu": (F.gelu, [numbers(8, **smooth)]),
    "clipByValue": (lambda x: torch.clamp(x, -1, 0.8), [numbers(8, away_from=(-1.0, 0.8))]),
    "pow number": (lambda x: x**2.5, [numbers(6, **positive)]),
    "sign": (torch.sign, [numbers(6)]),
    "floor": (torch.floor, [numbers(6, away_from=(-1.0, 0.0, 1.0))]),
    "round": (torch.round, [numbers(6, away_from=(-1.5, -0.5, 0.5, 1.5))]),
    "stopGradient": (lambda x: x * (x * x).detach(), [numbers(6)]),
    # of several tensors, element by element, with broadcasting
    "add": (torch.add, [numbers(2, 3), numbers(3)]),
    "sub": (torch.sub, [numbers(2, 3), numbers(2, 1)]),
    "mul": (torch.mul, [numbers(2, 3), numbers(3)]),
    "div": (torch.div, [numbers(2, 3), numbers(2, 1, **positive)]),
    "pow": (torch.pow, [numbers(2, 3, **positive), numbers(3)]),
    "maximum": (torch.maximum, [distinct(2, 3), torch.tensor([0.31, -0.72, 0.13], dtype=torch.float64)]),
    "minimum": (torch.minimum, [distinct(2, 3), torch.tensor([[0.31], [-0.72]], dtype=torch.float64)]),
    "squaredDifference": (lambda a, b: (a - b) ** 2, [numbers(2, 3), numbers(3)]),
    "where": (lambda a, b: torch.where(a > 0.5, a, b * b), [numbers(2, 3, away_from=(0.5,)), numbers(2, 3)]),
    "prelu": (lambda x, a: torch.where(x > 0, x, a * x), [numbers(2, 3), numbers(3, low=0.1, high=0.5, away_from=())]),
    # sums and the like
    "sum": (lambda x: x.sum((0, 2)), [numbers(2, 3, 4)]),
    "mean": (lambda x: x.mean((1, 2), keepdim=True), [numbers(2, 3, 2, 4)]),
    "max": (lambda x: x.amax(1), [distinct(2, 5, 3)]),
    "min": (lambda x: x.amin(-1), [distinct(3, 5)]),
    "logSumExp": (lambda x: torch.logsumexp(x, -1), [numbers(2, 5, **smooth)]),
    "softmax": (lambda x: torch.softmax(x, -1), [numbers(2, 5, **smooth)]),
    "logSoftmax": (lambda x: torch.log_softmax(x, -1), [numbers(2, 5, **smooth)]),
    "norm": (lambda x: x.norm(dim=1), [numbers(2, 5)]),
    "cumsum": (lambda x: x.cumsum(-1), [numbers(2, 4)]),
    "cumsum first axis, reverse, exclusive": (
        lambda x: x.flip(0).cumsum(0).flip(0) - x,
        [numbers(4, 3)],
    ),
    "cumprod": (lambda x: x.cumprod(-1), [numbers(2, 5)]),
    "cumprod first axis, exclusive": (
        lambda x: torch.cat([torch.ones_like(x[:1]), x.cumprod(0)[:-1]]),
        [numbers(4, 3)],
    ),
    "cumprod reverse": (lambda x: x.flip(1).cumprod(1).flip(1), [numbers(2, 3, 2)]),
    "cumprod of zeros": (lambda x: x.cumprod(-1), [torch.tensor([[0.5, 0, 2, -1], [1.5, 0, 0, 3]], dtype=torch.float64)]),
    "prod": (lambda x: x.prod(1), [numbers(2, 4, 3)]),
    "l2Normalize": (lambda x: F.normalize(x, dim=-1, eps=0), [numbers(3, 4)]),
    "groupNorm": (lambda x, scale, offset: group_norm(x, 2, scale, offset), [numbers(2, 3, 3, 4), numbers(4), numbers(4)]),
    # products
    "matMul": (torch.matmul, [numbers(2, 3), numbers(3, 4)]),
    "matMul transposed a": (lambda a, b: a.mT @ b, [numbers(3, 2), numbers(3, 4)]),
    "matMul transposed b": (lambda a, b: a @ b.mT, [numbers(2, 3), numbers(4, 3)]),
    "matMul transposed both": (lambda a, b: a.mT @ b.mT, [numbers(3, 2), numbers(4, 3)]),
    "matMul batch": (lambda a, b: a @ b.mT, [numbers(2, 2, 2, 3), numbers(2, 2, 4, 3)]),
    "matMul broadcast batch": (torch.matmul, [numbers(2, 2, 3), numbers(1, 3, 4)]),
    "matMul broadcast left": (torch.matmul, [numbers(1, 2, 3), numbers(3, 3, 2)]),
    "matMul broadcast heads": (torch.matmul, [numbers(2, 1, 3, 2), numbers(1, 3, 2, 4)]),
    "matMul oneHot": (lambda x: F.one_hot(torch.tensor([2, 0, 2, 1]), 3).double() @ x, [numbers(3, 4)]),
    "einsum": (lambda a, b: torch.einsum("ij,jk->ik", a, b), [numbers(2, 3), numbers(3, 4)]),
    "einsum batch": (lambda a, b: torch.einsum("bqhd,bkhd->bhqk", a, b), [numbers(2, 3, 2, 3), numbers(2, 4, 2, 3)]),
    "einsum outer": (lambda a, b: torch.einsum("i,j->ji", a, b), [numbers(3), numbers(4)]),
    "einsum sum": (lambda a, b: torch.einsum("bi,bij->b", a, b), [numbers(2, 3), numbers(2, 3, 4)]),
    "einsum one": (lambda a: torch.einsum("abc->ca", a), [numbers(2, 3, 4)]),
    "spectralNorm": (spectral, [numbers(3, 4), numbers(3, 1)]),
    "attention": (
        lambda q, k, v: torch.softmax(q @ k.mT / math.sqrt(3), -1) @ v,
        [numbers(2, 4, 3), numbers(2, 4, 3), numbers(2, 4, 3)],
    ),
    # moving elements
    "reshape": (lambda x: x.reshape(3, 4), [numbers(2, 6)]),
    "transpose": (lambda x: x.permute(2, 0, 1), [numbers(2, 3, 4)]),
    "transpose in the middle": (lambda x: x.permute(0, 2, 1, 3), [numbers(2, 3, 4, 2)]),
    "concat": (lambda a, b: torch.cat([a, b], 1), [numbers(2, 3), numbers(2, 2)]),
    "stack": (lambda a, b: torch.stack([a, b], 1), [numbers(2, 3), numbers(2, 3)]),
    "unstack one": (lambda x: x[0] * x[0], [numbers(1, 3)]),
    "unstack": (lambda x: x[:, 0] * x[:, 1], [numbers(2, 2, 3)]),
    "split": (lambda x: x[:, :2] * x[:, 2:], [numbers(2, 4)]),
    "slice": (lambda x: x[:, 1:3, 1:], [numbers(2, 4, 3)]),
    "stridedSlice": (lambda x: x[:, ::2], [numbers(2, 5)]),
    "pad": (lambda x: F.pad(x, [1, 0, 0, 2], value=0.5), [numbers(2, 3)]),
    "mirrorPad reflect": (lambda x: reflect(x, "reflect"), [numbers(2, 3, 4, 1)]),
    "mirrorPad symmetric": (lambda x: reflect(x, "symmetric"), [numbers(1, 3, 3, 2)]),
    "tile": (lambda x: x.repeat(2, 1, 3), [numbers(2, 3, 2)]),
    "broadcastTo": (lambda x: x.expand(2, 3, 4), [numbers(2, 1, 4)]),
    "gather": (lambda x: x[:, [2, 0, 2]], [numbers(2, 3, 2)]),
    "gather rows": (lambda x: x[[1, 1, 3, 0]], [numbers(4, 3)]),
    "embedding": (lambda x: x[[3, 1, 0, 3, 2, 3]].reshape(2, 3, 2), [numbers(4, 2)]),
    "bandPart": (lambda x: band(x, 1, 0), [numbers(2, 3, 4)]),
    "bandPart upper": (lambda x: band(x, 0, -1), [numbers(4, 4)]),
    "reverse": (lambda x: x.flip(0, 2), [numbers(2, 3, 2)]),
    "depthToSpace": (lambda x: depth_to_space(x, 2), [numbers(1, 2, 2, 8)]),
    # images
    "conv2d same": (lambda x, w: conv(x, w, pad="same"), [numbers(*image), numbers(3, 3, 3, 4)]),
    "conv2d valid": (conv, [numbers(*image), numbers(3, 3, 3, 2)]),
    "conv2d 1 x 1": (conv, [numbers(*image), numbers(1, 1, 3, 5)]),
    "conv2d stride 2": (lambda x, w: conv(x, w, 2, "same"), [numbers(2, 5, 5, 2), numbers(4, 4, 2, 3)]),
    "conv2d stride 2 valid": (lambda x, w: conv(x, w, 2), [numbers(1, 6, 6, 2), numbers(3, 3, 2, 3)]),
    "conv2d pad 1 stride 2": (lambda x, w: conv(x, w, 2, 1), [numbers(1, 6, 6, 2), numbers(4, 4, 2, 3)]),
    "conv2d stride 3, filter 2": (lambda x, w: conv(x, w, 3, "same"), [numbers(1, 6, 6, 2), numbers(2, 2, 2, 2)]),
    "conv2d dilated": (lambda x, w: conv(x, w, pad="same", dilation=2), [numbers(1, 6, 6, 2), numbers(3, 3, 2, 2)]),
    "conv2d dilated valid": (lambda x, w: conv(x, w, dilation=2), [numbers(2, 7, 7, 2), numbers(3, 3, 2, 2)]),
    "conv2d layer": (
        lambda x, w, b: conv(x, w, pad="same", dilation=2) + b,
        [numbers(2, 5, 5, 2), numbers(3, 3, 2, 3), numbers(3)],
    ),
    "conv1d": (
        lambda x, w: conv(x[:, None], w[None], 2)[:, 0],
        [numbers(2, 7, 2), numbers(3, 2, 4)],
    ),
    "conv1d layer": (
        lambda x, w, b: conv1d_same(x, w, 2) + b,
        [numbers(2, 6, 2), numbers(3, 2, 2), numbers(2)],
    ),
    "conv2dTranspose": (lambda x, w: conv_transpose(x, w, 6, 2), [numbers(2, 3, 3, 2), numbers(4, 4, 3, 2)]),
    "conv2dTranspose 3 x 3": (lambda x, w: conv_transpose(x, w, 6, 2), [numbers(1, 3, 3, 2), numbers(3, 3, 3, 2)]),
    "depthwiseConv2d": (lambda x, w: depthwise(x, w, pad="same"), [numbers(*image), numbers(3, 3, 3, 2)]),
    "depthwiseConv2d stride 2": (lambda x, w: depthwise(x, w, 2, "same"), [numbers(1, 5, 5, 3), numbers(3, 3, 3, 1)]),
    "depthwiseConv2d dilated": (
        lambda x, w: nhwc(F.conv2d(nchw(x), w.permute(2, 3, 0, 1).reshape(4, 1, 2, 2), dilation=2, groups=2)),
        [numbers(1, 5, 5, 2), numbers(2, 2, 2, 2)],
    ),
    "avgPool": (lambda x: avg_pool(x, 2, 2, "valid"), [numbers(*image)]),
    "avgPool same 2/1": (lambda x: avg_pool(x, 2, 1, "same"), [numbers(1, 4, 4, 2)]),
    "avgPool same 3/2": (lambda x: avg_pool(x, 3, 2, "same"), [numbers(2, 5, 5, 2)]),
    "maxPool": (lambda x: max_pool(x, 2, 2, "valid"), [distinct(*image)]),
    "maxPool same 3/2": (lambda x: max_pool(x, 3, 2, "same"), [distinct(2, 5, 5, 2)]),
    "resizeNearestNeighbor": (lambda x: resize(x, 8, 8, "nearest"), [numbers(2, 4, 4, 2)]),
    "resizeNearestNeighbor smaller": (lambda x: resize(x, 2, 2, "nearest"), [numbers(2, 4, 4, 2)]),
    "resizeBilinear": (lambda x: resize(x, 6, 6, "bilinear"), [numbers(2, 3, 3, 2)]),
    "resizeBilinear oblong": (lambda x: resize(x, 3, 7, "bilinear"), [numbers(2, 4, 3, 2)]),
    "upSampling2d": (lambda x: resize(x, 4, 6, "nearest"), [numbers(2, 2, 3, 2)]),
    "globalAveragePooling2d": (lambda x: x.mean((1, 2)), [numbers(2, 3, 3, 2)]),
    "batchNorm": (
        lambda x, offset, scale: normalize(x, (0, 1, 2), offset, scale),
        [numbers(2, 3, 3, 2), numbers(2), numbers(2)],
    ),
    "moments": (lambda x: normalize(x, (1, 2)), [numbers(2, 3, 3, 2)]),
    # losses, and a critic as a gradient penalty meets it
    "critic": (
        lambda x, a, b, c: (
            F.leaky_relu(conv(F.leaky_relu(conv(x, a, 2, "same"), 0.2), b, pad="same"), 0.2).sum((1, 2)) @ c
        ).tanh(),
        [numbers(2, 6, 6, 1), numbers(4, 4, 1, 3), numbers(3, 3, 3, 4), numbers(4, 1, low=-0.02, high=0.02, away_from=())],
    ),
    "binaryCrossEntropy": (
        lambda x, t: F.relu(x) - x * t + torch.log1p(torch.exp(-x.abs())),
        [numbers(2, 4), numbers(2, 4, low=0, high=1, away_from=())],
    ),
    "sigmoidCrossEntropy": (
        lambda x, t: F.binary_cross_entropy_with_logits(x, t),
        [numbers(2, 4), numbers(2, 4, low=0, high=1, away_from=())],
    ),
    "softmaxCrossEntropy": (
        lambda x, t: -(t * torch.log_softmax(x, -1)).sum(-1).mean(),
        [numbers(3, 4), torch.softmax(numbers(3, 4), -1)],
    ),
    "huber": (
        lambda x, t: F.huber_loss(x, t, delta=1.0),
        [numbers(2, 4, low=-3, high=3, away_from=(-1.0, 0.0, 1.0)), torch.zeros(2, 4, dtype=torch.float64)],
    ),
}


def plain(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().reshape(-1).tolist()]


def weights(tensor, start):
    return torch.cos(start + torch.arange(tensor.numel(), dtype=torch.float64)).reshape(tensor.shape)


golden = {}
for name, (operation, inputs) in cases.items():
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = operation(*inputs)
    if not y.requires_grad:
        y = y + 0 * inputs[0].sum()
    f = (weights(y, 1) * y**2).sum()
    first = torch.autograd.grad(f, inputs, create_graph=True)
    h = sum((weights(g, 2) * g**2).sum() for g in first)
    second = torch.autograd.grad(h, inputs, allow_unused=True) if h.requires_grad else [None] * len(inputs)
    golden[name] = {
        "inputs": [{"shape": list(x.shape), "values": plain(x)} for x in inputs],
        "output": {"shape": list(y.shape), "values": plain(y)},
        "first": [plain(g) for g in first],
        "second": [plain(torch.zeros_like(x) if s is None else s) for x, s in zip(inputs, second)],
    }

lines = [f"{json.dumps(name)}: {json.dumps(case, separators=(',', ':'))}" for name, case in golden.items()]
text = '{"source": ' + json.dumps(f"torch {torch.__version__}, float64") + ',\n"cases": {\n' + ",\n".join(lines) + "\n}}\n"
pathlib.Path(__file__).with_name("gradients.json").write_text(text)
