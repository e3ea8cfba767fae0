"""Golden values for lib/models/ddim from diffusers' DDIMScheduler.

    python test/golden/make_ddim.py > test/golden/ddim.json

Whole runs with a network that is a formula: eps(x, t) = sin(x) (1 - t/2000), t counted from 0.
"""

import json

import diffusers
import torch
from diffusers import DDIMScheduler
from precise import precise

SHAPE = (2, 3)


def draw(seed):
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def network(x, t):
    return torch.sin(x) * (1 - t / 2000)


def run(count, eta=0.0, to_one=True, prediction="epsilon", schedule="linear", clip=False):
    scheduler = precise(
        DDIMScheduler(
            beta_schedule=schedule, clip_sample=clip, set_alpha_to_one=to_one, prediction_type=prediction
        )
    )
    scheduler.set_timesteps(count)
    x = draw(0)
    row = {"steps": [t + 1 for t in scheduler.timesteps.tolist()], "xT": numbers(x), "noises": []}
    for i, t in enumerate(scheduler.timesteps.tolist()):
        noise = draw(100 + i)
        row["noises"].append(numbers(noise))
        answer = network(x, t)
        x = scheduler.step(answer, t, x, eta=eta, use_clipped_model_output=clip, variance_noise=noise).prev_sample
    return row | {"eta": eta, "x0": numbers(x)}


cases = {
    "eta 0": run(10),
    "eta 0.5": run(10, eta=0.5),
    "eta 1": run(20, eta=1.0),
    "ends at the first step": run(10, to_one=False),
    "velocity, cosine": run(5, prediction="v_prediction", schedule="squaredcos_cap_v2"),
    "image, clipped, eta 0.3": run(8, eta=0.3, prediction="sample", clip=True),
}
print(json.dumps({"source": f"diffusers {diffusers.__version__}, torch {torch.__version__}", "cases": cases}))
