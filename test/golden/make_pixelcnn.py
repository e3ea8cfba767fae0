"""Golden values for test/models/pixelcnn.test.ts: torch layers in double precision.

Run: python3 test/golden/make_pixelcnn.py      (needs torch; writes pixelcnn.json beside itself)
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def draw(*shape, scale=1.0):
    """As TensorFlow.js will hold it, so that both sides see the same inputs."""
    return (torch.randn(*shape) * scale).float().double()


def first(x):
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def masked(x, kernel, mask, bias=None):
    """x [B,C,H,W], kernel [kh,kw,C,D] as TensorFlow has it."""
    mask = torch.tensor(mask, dtype=torch.float64)
    weight = (kernel * mask[:, :, None, None]).permute(3, 2, 0, 1).contiguous()
    return F.conv2d(x, weight, bias, padding=(mask.shape[0] // 2, mask.shape[1] // 2))


raster_a = [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
raster_b = [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
x, kernel, target = draw(2, 4, 5, 2), draw(3, 3, 2, 3), draw(2, 4, 5, 3)
convolutions = {}
for name, mask in [('A', raster_a), ('B', raster_b)]:
    inner, weight = x.clone().requires_grad_(), kernel.clone().requires_grad_()
    y = masked(first(inner), weight, mask)
    (last(y) * target).sum().backward()
    convolutions[name] = dict(y=last(y), xGradient=inner.grad, kernelGradient=weight.grad)

# The gated layer in full, figure 2, on a 3×4 grid of 3 levels read as grey, of two classes; p = 2, kernels 5 and 3.
K, P, OUT, CLASSES, LAYERS = 3, 2, 5, 2, 2
vertical_a = [[1] * 5] * 2 + [[0] * 5] * 3
vertical_b = [[1] * 3] * 2 + [[0] * 3]
horizontal_a, horizontal_b = [[1, 1, 0, 0, 0]], [[1, 1, 0]]
parameters = {}


def weight(name, *shape):
    parameters[name] = draw(*shape, scale=0.5).requires_grad_()
    return parameters[name]


def pointwise(x, name, inner, outer):
    kernel, bias = weight(f'{name}/kernel', 1, 1, inner, outer), weight(f'{name}/bias', outer)
    return F.conv2d(x, kernel.permute(3, 2, 0, 1).contiguous(), bias)


def seen(x, name, mask, inner, rows, columns):
    """Only the part of the kernel that the mask lets through is a weight; the rest is zeros."""
    part = weight(f'{name}/kernel', rows[1] - rows[0], columns[1] - columns[0], inner, 2 * P)
    bias = weight(f'{name}/bias', 2 * P)
    height, width = len(mask), len(mask[0])
    kernel = F.pad(part, (0, 0, 0, 0, columns[0], width - columns[1], rows[0], height - rows[1]))
    return masked(x, kernel, mask, bias)


def gate(x):
    signal, opening = x.chunk(2, 1)
    return torch.tanh(signal) * torch.sigmoid(opening)


def class_bias(name):
    return (F.one_hot(labels, CLASSES).double() @ weight(f'{name}/kernel', CLASSES, 2 * P))[:, :, None, None]


indices = torch.randint(K, (3, 3, 4))
labels = torch.tensor([1, 0, 1])
grey = (indices.double() * 2 / (K - 1) - 1)[:, None]
v = h = grey
for i in range(LAYERS + 1):
    inner = 1 if i == 0 else P
    if i == 0:
        above = seen(v, 'vertical0', vertical_a, inner, (0, 2), (0, 5))
    else:
        above = seen(v, f'vertical{i}', vertical_b, inner, (0, 2), (0, 3))
    above = above + class_bias(f'labelAbove{i}')
    message = pointwise(above, f'down{i}', 2 * P, 2 * P) + class_bias(f'labelLeft{i}')
    v = gate(above)
    left = seen(h, f'horizontal{i}', horizontal_b if i else horizontal_a, inner, (0, 1), (0, 2))
    out = pointwise(gate(left + message), f'out{i}', P, P)
    h = out + h if i else out
logits = pointwise(torch.relu(pointwise(torch.relu(h), 'hidden', P, OUT)), 'logits', OUT, K)
log_likelihood = -F.cross_entropy(logits, indices, reduction='none').sum((1, 2))
log_likelihood.sum().backward()
network = dict(indices=indices, labels=labels, logits=last(logits), logLikelihood=log_likelihood)

cases = {
    'masked convolution, masks A and B, and its gradients': dict(
        x=x, kernel=kernel, target=target, **{f'{k}{n}': v for n, case in convolutions.items() for k, v in case.items()}
    ),
    'gated network with classes: logits, log p, gradients of every weight': network,
}


def plain(tensor):
    values = tensor.flatten().tolist()
    return [float(f'{v:.9g}') for v in values]


as_lists = {name: {key: plain(value) for key, value in case.items()} for name, case in cases.items()}
as_lists['gated network with classes: logits, log p, gradients of every weight']['weights'] = {
    name: dict(shape=list(p.shape), values=plain(p), **({} if p.grad is None else dict(gradient=plain(p.grad))))
    for name, p in parameters.items()
}
path = pathlib.Path(__file__).with_name('pixelcnn.json')
path.write_text(json.dumps(dict(source=f'torch {torch.__version__}', cases=as_lists)) + '\n')
print(f'{path.name}: {len(cases)} cases from torch {torch.__version__}, {path.stat().st_size} bytes')
