"""Golden values for lib/models/flow-matching.ts: makes flow-matching.json.

Sampling steps are those of diffusers (FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler), which count noise
levels from 1 to 0 where the paper counts time from 0 to 1, and point from data to noise; the loss is PyTorch's.

    pip install torch "diffusers==0.31.0"; python test/golden/make_flow_matching.py
"""

import json
from pathlib import Path

import diffusers
import torch
from diffusers import FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler

torch.manual_seed(2210_02747)


def listed(x):
    return x.detach().double().tolist()


matrix, shift, start = torch.randn(2, 2) * 0.7, torch.randn(2), torch.randn(4, 2)


def toward_noise(x, sigma):
    """A velocity that depends on both place and noise level."""
    return x @ matrix + shift * sigma


def trajectory(scheduler, heun):
    scheduler.set_timesteps(6)
    x, states, levels = start.clone(), [], [1.0]
    for i, t in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[i + 1] if heun and i % 2 == 1 else scheduler.sigmas[i]
        x = scheduler.step(toward_noise(x, sigma), t, x).prev_sample
        if not heun:
            states.append(listed(x))
            levels.append(scheduler.sigmas[i + 1].item())
        elif i % 2 == 1:  # a step of Heun's method is two calls
            states.append(listed(x))
            levels.append(scheduler.sigmas[i + 1].item())
    return {"sigmas": levels, "states": states}


def loss():
    x1, noise = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    t, sigma_min = torch.rand(5, dtype=torch.float64), 0.05
    weight = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    mean, std = t[:, None] * x1, 1 - (1 - sigma_min) * t[:, None]  # eq. 20
    xt = mean + std * noise
    conditional = (x1 - (1 - sigma_min) * xt) / (1 - (1 - sigma_min) * t[:, None])  # eq. 21, before it is simplified
    value = ((xt @ weight - conditional) ** 2).mean()
    value.backward()
    return {
        "x1": listed(x1), "noise": listed(noise), "t": listed(t), "sigmaMin": sigma_min, "weight": listed(weight),
        "xt": listed(xt), "velocity": listed(conditional), "loss": value.item(), "gradient": listed(weight.grad),
    }


cases = {
    "field": {"matrix": listed(matrix), "shift": listed(shift), "start": listed(start)},
    "euler": trajectory(FlowMatchEulerDiscreteScheduler(1000), heun=False),
    "heun": trajectory(FlowMatchHeunDiscreteScheduler(1000), heun=True),
    "loss": loss(),
}
source = f"torch {torch.__version__}, diffusers {diffusers.__version__}"
Path(__file__).with_name("flow-matching.json").write_text(json.dumps({"source": source, "cases": cases}, indent=1) + "\n")
