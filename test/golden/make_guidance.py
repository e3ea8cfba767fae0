"""Golden values for lib/models/guidance by PyTorch's autograd, in double precision, and diffusers' DDPMScheduler and DDIMScheduler.

    python test/golden/make_guidance.py > test/golden/guidance.json

The network and the classifier are formulas: eps = sin(x) (1 - t/2000), logits = tanh(x) W (1 + t/1000), t counted from 0.
"""

import json

import diffusers
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from precise import precise

SHAPE, CLASSES = (2, 3), 4


def draw(seed, *shape):
    return torch.randn(shape or SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


WEIGHTS, LABELS, SCALE = draw(50, 3, CLASSES), torch.tensor([2, 0]), 4.0


def network(x, t):
    return torch.sin(x) * (1 - t / 2000)


def gradient(x, t):
    x = x.detach().requires_grad_()
    logits = torch.tanh(x) @ WEIGHTS * (1 + t / 1000)
    chosen = torch.log_softmax(logits, -1)[torch.arange(len(x)), LABELS].sum()
    return torch.autograd.grad(chosen, x)[0]


def classifier_gradient():
    x = draw(1)
    return {"xt": numbers(x), "rows": [{"t": t, "gradient": numbers(gradient(x, t - 1))} for t in (1, 300, 1000)]}


def ancestral():
    """mean + s * variance * gradient, with the mean and the variance that diffusers has."""
    scheduler = precise(DDPMScheduler(beta_schedule="linear", variance_type="fixed_small", clip_sample=False))
    rows = []
    for t in (2, 300, 1000):
        x, noise = draw(t + 5000), draw(t)
        out = scheduler.step(network(x, t - 1), t - 1, x, generator=torch.Generator().manual_seed(t)).prev_sample
        variance = scheduler._get_variance(t - 1, variance_type="fixed_small")
        moved = out + SCALE * variance * gradient(x, t - 1)
        rows.append({"t": t, "xt": numbers(x), "noise": numbers(noise), "previous": numbers(moved)})
    return {"rows": rows}


def implicit():
    """DDIM with eps - s * sqrt(1 - alpha_bar) * gradient."""
    scheduler = precise(DDIMScheduler(beta_schedule="linear", clip_sample=False))
    scheduler.set_timesteps(10)
    x = draw(2)
    row = {"xT": numbers(x), "steps": [int(t) + 1 for t in scheduler.timesteps]}
    for t in scheduler.timesteps.tolist():
        spread = (1 - scheduler.alphas_cumprod[t]).sqrt()
        x = scheduler.step(network(x, t) - SCALE * spread * gradient(x, t), t, x).prev_sample
    return row | {"x0": numbers(x)}


def free():
    """As diffusers' pipelines combine the two: u + s (c - u)."""
    c, u = draw(3), draw(4)
    return {"c": numbers(c), "u": numbers(u), "rows": [{"s": s, "eps": numbers(u + s * (c - u))} for s in (0.0, 1.0, 7.5)]}


cases = {
    "classifier gradient": classifier_gradient(),
    "classifier guidance, DDPM": ancestral(),
    "classifier guidance, DDIM": implicit(),
    "classifier-free guidance": free(),
}
about = {"weights": WEIGHTS.tolist(), "labels": LABELS.tolist(), "scale": SCALE}
print(json.dumps({"source": f"torch {torch.__version__}, diffusers {diffusers.__version__}", **about, "cases": cases}))
