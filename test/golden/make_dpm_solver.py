"""Golden values for lib/models/dpm-solver from diffusers' DPMSolverMultistepScheduler (dpmsolver++, order 2, midpoint).

    python test/golden/make_dpm_solver.py > test/golden/dpm-solver.json

Whole runs with a network that is a formula: eps(x, t) = sin(x) (1 - t/2000), t counted from 0.
"""

import json

import diffusers
import torch
from diffusers import DPMSolverMultistepScheduler
from precise import precise

SHAPE = (2, 3)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def run(count, final="zero", prediction="epsilon", order=2):
    scheduler = precise(
        DPMSolverMultistepScheduler(
            algorithm_type="dpmsolver++", solver_order=order, final_sigmas_type=final, prediction_type=prediction
        )
    )
    scheduler.set_timesteps(count)
    # set_timesteps keeps the noise levels in single precision
    bar = scheduler.alphas_cumprod
    levels = ((1 - bar) / bar).sqrt()
    last = torch.zeros(1) if final == "zero" else levels[:1]
    scheduler.sigmas = torch.cat([levels[scheduler.timesteps], last.double()])
    x = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    row = {"steps": [t + 1 for t in scheduler.timesteps.tolist()], "xT": numbers(x)}
    for t in scheduler.timesteps.tolist():
        x = scheduler.step(torch.sin(x) * (1 - t / 2000), t, x).prev_sample
    return row | {"x0": numbers(x)}


cases = {
    "10 steps to the image": run(10),
    "20 steps to the image": run(20),
    "10 steps to the first step": run(10, final="sigma_min"),
    "20 steps to the first step": run(20, final="sigma_min"),
    "12 steps, velocity": run(12, prediction="v_prediction"),
    "12 steps, image": run(12, prediction="sample"),
    "6 steps of first order": run(6, order=1),
}
print(json.dumps({"source": f"diffusers {diffusers.__version__}, torch {torch.__version__}", "cases": cases}))
