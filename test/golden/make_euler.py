"""Golden values for lib/models/euler from diffusers' EulerDiscreteScheduler and HeunDiscreteScheduler.

    python test/golden/make_euler.py > test/golden/euler.json

Whole runs with a network that is a formula: eps(x, t) = sin(x) (1 - t/2000), t counted from 0.
"""

import json

import diffusers
import numpy as np
import torch
from diffusers import EulerDiscreteScheduler, HeunDiscreteScheduler
from precise import precise

SHAPE = (2, 3)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def run(kind, count, karras, prediction="epsilon"):
    scheduler = precise(
        kind(
            num_train_timesteps=1000,
            beta_start=1e-4,
            beta_end=0.02,
            beta_schedule="linear",
            use_karras_sigmas=karras,
            prediction_type=prediction,
        )
    )
    scheduler.set_timesteps(count)
    sigmas = scheduler.sigmas.double()
    x = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * sigmas[0]
    row = {"x": numbers(x)}
    for t in scheduler.timesteps:
        scaled = scheduler.scale_model_input(x, t)
        x = scheduler.step(torch.sin(scaled) * (1 - t / 2000), t, x).prev_sample.double()
    levels = sigmas if kind is EulerDiscreteScheduler else torch.unique(sigmas).flip(0)
    return row | {"sigmas": [float(s) for s in levels], "x0": numbers(x)}


def levels():
    """Noise levels of DDPM's steps, and the steps of noise levels in between, by numpy."""
    bar = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    sigmas = np.sqrt((1 - bar) / bar)
    wanted = [0.02, 0.5, 3.0, 80.0]
    return {
        "at": [1, 10, 500, 1000],
        "sigmas": [float(sigmas[t - 1]) for t in (1, 10, 500, 1000)],
        "wanted": wanted,
        "steps": [float(t) for t in np.interp(np.log(wanted), np.log(sigmas), np.arange(1, 1001))],
    }


cases = {
    "noise levels": levels(),
    "Euler, Karras levels": run(EulerDiscreteScheduler, 12, True),
    "Euler, linear levels": run(EulerDiscreteScheduler, 8, False),
    "Euler, velocity": run(EulerDiscreteScheduler, 10, True, "v_prediction"),
    "Heun, Karras levels": run(HeunDiscreteScheduler, 9, True),
}
print(json.dumps({"source": f"diffusers {diffusers.__version__}, torch {torch.__version__}", "cases": cases}))
