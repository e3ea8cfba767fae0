"""Golden values for lib/nn (group norm, attention, time embedding, U-Net) from PyTorch and diffusers, in double precision.

    python test/golden/make_nn.py > test/golden/nn.json
"""

import json
import math

import diffusers
import torch
import torch.nn.functional as F
from diffusers.models.embeddings import get_timestep_embedding

torch.set_default_dtype(torch.float64)


def wave(shape, start):
    """Numbers that the test can make again: cos(1.3 k + start)."""
    return torch.cos(torch.arange(math.prod(shape)) * 1.3 + start).reshape(shape).clone().requires_grad_()


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def projection(gradient):
    """One number for a gradient: its product with cos k."""
    return float((gradient.flatten() * torch.cos(torch.arange(gradient.numel()).double())).sum())


def weighted_squares(y):
    return (torch.cos(torch.arange(1, y.numel() + 1).double()).reshape(y.shape) * y**2).sum()


def group_norm():
    x, norm = wave((2, 3, 4, 6), 0), torch.nn.GroupNorm(3, 6)
    gamma, beta = norm.weight, norm.bias
    with torch.no_grad():
        gamma.copy_(wave((6,), 1))
        beta.copy_(wave((6,), 2))
    y = norm(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    first = torch.autograd.grad(weighted_squares(y), [x, gamma, beta], create_graph=True)
    second = torch.autograd.grad(sum(weighted_squares(g) for g in first), [x, gamma, beta])
    return {"y": numbers(y), "first": [numbers(g) for g in first], "second": [numbers(g) for g in second]}


def attention_weights(channels, offered):
    names = ["query", "key", "value", "output"]
    kernels = {n: wave((offered if n in ("key", "value") else channels, channels), i) for i, n in enumerate(names)}
    biases = {n: wave((channels,), 10 + i) for i, n in enumerate(names)}
    return kernels, biases


def multi_head(cross):
    channels, heads, offered = 8, 2, 5 if cross else 8
    kernels, biases = attention_weights(channels, offered)
    module = torch.nn.MultiheadAttention(channels, heads, kdim=offered, vdim=offered, batch_first=True)
    with torch.no_grad():
        if cross:
            module.q_proj_weight.copy_(kernels["query"].T)
            module.k_proj_weight.copy_(kernels["key"].T)
            module.v_proj_weight.copy_(kernels["value"].T)
        else:
            module.in_proj_weight.copy_(torch.cat([kernels[n].T for n in ("query", "key", "value")]))
        module.in_proj_bias.copy_(torch.cat([biases[n] for n in ("query", "key", "value")]))
        module.out_proj.weight.copy_(kernels["output"].T)
        module.out_proj.bias.copy_(biases["output"])
    x = wave((2, 6, channels), 20)
    context = wave((2, 3, offered), 30) if cross else x
    y, _ = module(x, context, context)
    inputs = [x, context] if cross else [x]
    gradients = torch.autograd.grad(weighted_squares(y), inputs)
    return {"y": numbers(y), "gradients": [numbers(g) for g in gradients]}


def time_embedding():
    t = torch.tensor([0.0, 1.0, 2.5, 40.0, 999.0])
    plain = get_timestep_embedding(t, 16)
    scaled = get_timestep_embedding(t / 1000, 8, scale=1000)
    return {"t": t.tolist(), "embedding": numbers(plain), "scaled": numbers(scaled)}


class Unet:
    """The U-Net of lib/nn/unet.ts in torch.nn.functional. Weights come from their names, so that both sides have the same."""

    def __init__(self, groups, heads):
        self.groups, self.heads, self.weights = groups, heads, {}

    def weight(self, name, *shape):
        start = sum(map(ord, name)) % 97
        fan_in = math.prod(shape[:-1]) if len(shape) > 1 else 1
        size = 1 / math.sqrt(fan_in) if len(shape) > 1 else 0.1
        offset = 1 if name.endswith("gamma") else 0
        values = (offset + size * torch.cos(torch.arange(math.prod(shape)) * 1.3 + start)).reshape(shape)
        return self.weights.setdefault(name, values.requires_grad_())

    def conv(self, x, channels, name, size=3, stride=1):
        kernel = self.weight(f"{name}/kernel", size, size, x.shape[1], channels).permute(3, 2, 0, 1)
        bias = self.weight(f"{name}/bias", channels)
        if stride == 2:  # TensorFlow's "same" pads below and to the right
            return F.conv2d(F.pad(x, (0, 1, 0, 1)), kernel, bias, stride=2)
        return F.conv2d(x, kernel, bias, padding=size // 2)

    def dense(self, x, units, name, bias=True):
        y = x @ self.weight(f"{name}/kernel", x.shape[-1], units)
        return y + self.weight(f"{name}/bias", units) if bias else y

    def norm(self, x, name):
        channels = x.shape[1]
        return F.group_norm(
            x, self.groups, self.weight(f"{name}/gamma", channels), self.weight(f"{name}/beta", channels), 1e-5
        )

    def residual(self, x, embedding, channels, name):
        h = self.conv(F.silu(self.norm(x, f"{name}_norm1")), channels, f"{name}_conv1")
        h = h + self.dense(embedding, channels, f"{name}_time")[:, :, None, None]
        h = self.conv(F.silu(self.norm(h, f"{name}_norm2")), channels, f"{name}_conv2")
        return h + (x if x.shape[1] == channels else self.conv(x, channels, f"{name}_skip", 1))

    def attend(self, x, context, name):
        b, c, height, width = x.shape
        h = self.norm(x, f"{name}_norm").permute(0, 2, 3, 1).reshape(b, -1, c)
        other = h if context is None else context

        def project(part, value):
            kernel = self.weight(f"{name}/{part}_kernel", value.shape[-1], c)
            return value @ kernel + self.weight(f"{name}/{part}_bias", c)

        def heads(value):
            return value.reshape(b, -1, self.heads, c // self.heads).transpose(1, 2)

        q, k, v = (heads(project(p, o)) for p, o in (("query", h), ("key", other), ("value", other)))
        mixed = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(c // self.heads), -1) @ v
        out = project("output", mixed.transpose(1, 2).reshape(b, -1, c))
        return x + out.reshape(b, height, width, c).permute(0, 3, 1, 2)

    def attention(self, x, context, name):
        x = self.attend(x, None, f"{name}_self")
        return self.attend(x, context, f"{name}_cross")

    def __call__(self, x, t, label, context, channels, multipliers, classes):
        wide = 4 * channels
        e = F.silu(self.dense(get_timestep_embedding(t, channels).double(), wide, "time_dense1"))
        e = self.dense(e, wide, "time_dense2") + self.weight("class/table", classes + 1, wide)[label]
        e = F.silu(e)
        h = self.conv(x.permute(0, 3, 1, 2), channels, "in")
        skips = [h]
        last = len(multipliers) - 1
        for level, m in enumerate(multipliers):
            if level > 0:
                h = self.conv(h, h.shape[1], f"down{level}_half", stride=2)
                skips.append(h)
            h = self.residual(h, e, channels * m, f"down{level}_block1")
            if level == last:
                h = self.attention(h, context, f"down{level}_block1_attention")
            skips.append(h)
        h = self.residual(h, e, h.shape[1], "middle_block1")
        h = self.attention(h, context, "middle_attention")
        h = self.residual(h, e, h.shape[1], "middle_block2")
        for level in range(last, -1, -1):
            for i in (1, 2):
                h = self.residual(torch.cat([h, skips.pop()], 1), e, channels * multipliers[level], f"up{level}_block{i}")
                if level == last:
                    h = self.attention(h, context, f"up{level}_block{i}_attention")
            if level > 0:
                h = self.conv(F.interpolate(h, scale_factor=2), h.shape[1], f"up{level}_double")
        h = self.conv(F.silu(self.norm(h, "out_norm")), x.shape[-1], "out")
        return h.permute(0, 2, 3, 1)


def unet():
    net = Unet(groups=4, heads=2)
    x, context = wave((2, 8, 4, 2), 0), wave((2, 3, 5), 1)
    t, label = torch.tensor([3.0, 700.0]), torch.tensor([1, 3])
    y = net(x, t, label, context, channels=8, multipliers=(1, 2), classes=3)
    loss = weighted_squares(y)
    names = list(net.weights)
    by_x, by_context, *rest = torch.autograd.grad(loss, [x, context, *net.weights.values()])
    return {
        "y": numbers(y),
        "loss": float(loss),
        "xGradient": numbers(by_x),
        "contextGradient": numbers(by_context),
        "weightGradients": {name: projection(g) for name, g in zip(names, rest)},
    }


def average():
    """The exponential moving average by torch.lerp, with the decay of each step given."""
    weights, average = torch.tensor([1.0, -2.0]), torch.tensor([1.0, -2.0])
    rows = []
    for n in range(1, 6):
        weights = weights + torch.tensor([0.5, 1.0])
        average = torch.lerp(weights, average, min(0.5, (1 + n) / (10 + n)))
        rows.append(average.tolist())
    return {"averages": rows}


cases = {
    "group norm": group_norm(),
    "self-attention": multi_head(False),
    "cross-attention": multi_head(True),
    "time embedding": time_embedding(),
    "U-Net": unet(),
    "moving average": average(),
}
print(json.dumps({"source": f"torch {torch.__version__}, diffusers {diffusers.__version__}", "cases": cases}))
