"""Golden values for lib/models/ldm: makes ldm.json.

The latents' distribution and the inpainting step are diffusers' (DiagonalGaussianDistribution, RePaintScheduler), PSNR is
torchmetrics', enlargement and the hinge losses are PyTorch's.

    pip install torch torchmetrics "diffusers==0.27.2"; python test/golden/make_ldm.py
"""

import json
from pathlib import Path

import diffusers
import torch
import torch.nn.functional as F
import torchmetrics
from diffusers import RePaintScheduler
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torchmetrics.functional import peak_signal_noise_ratio

torch.manual_seed(2112_10752)


def listed(x):
    return x.detach().double().tolist()


def last(x):
    """[B,C,H,W] as the [B,H,W,C] of TensorFlow.js."""
    return listed(x.movedim(1, -1))


def posterior():
    answer = torch.randn(2, 4, 3, 3) * 3
    answer[0, 2, 0, 0] = -40  # beyond where the logarithm is kept
    law = DiagonalGaussianDistribution(answer)
    return {"answer": last(answer), "mean": last(law.mean), "logVariance": last(law.logvar), "kl": listed(law.kl())}


def inpainting():
    scheduler = RePaintScheduler(num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02, eta=0.0, clip_sample=False)
    scheduler.set_timesteps(1000, 1, 1)
    known, xt, output = (torch.randn(2, 1, 4, 4) for _ in range(3))
    hole = torch.zeros(2, 1, 4, 4)
    hole[0, :, 1:3, 1:4] = 1
    hole[1, :, :2, :] = 1
    result = []
    for t in [700, 1, 0]:  # diffusers counts from 0
        def step(keep):
            torch.manual_seed(t)
            return scheduler.step(output, t, xt, known, keep).prev_sample

        torch.manual_seed(t)
        noise = torch.randn(2, 1, 4, 4)
        result.append(
            {"t": t + 1, "noise": last(noise), "unknown": last(step(torch.zeros_like(hole))), "next": last(step(1 - hole))}
        )
    return {"known": last(known), "mask": last(hole), "steps": result}


def super_resolution():
    small = torch.rand(2, 3, 4, 4)
    a, b = torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8)
    ratios = [peak_signal_noise_ratio(a[i], b[i], data_range=1.0).item() for i in range(2)]
    return {
        "small": last(small),
        "enlarged": last(F.interpolate(small, size=(16, 16), mode="bilinear", align_corners=False)),
        "a": last(a), "b": last(b), "psnr": ratios, "shrunk": last(F.avg_pool2d(a, 4)),
    }


def hinge():
    real, fake = torch.randn(2, 5, 5, 1, requires_grad=True), torch.randn(2, 5, 5, 1, requires_grad=True)
    loss = 0.5 * (F.relu(1 - real).mean() + F.relu(1 + fake).mean())
    loss.backward()
    return {
        "real": listed(real), "fake": listed(fake), "loss": loss.item(), "generator": (-fake.mean()).item(),
        "byReal": listed(real.grad), "byFake": listed(fake.grad),
    }


cases = {"posterior": posterior(), "inpainting": inpainting(), "superResolution": super_resolution(), "hinge": hinge()}
source = f"torch {torch.__version__}, diffusers {diffusers.__version__}, torchmetrics {torchmetrics.__version__}"
Path(__file__).with_name("ldm.json").write_text(json.dumps({"source": source, "cases": cases}, indent=1) + "\n")
