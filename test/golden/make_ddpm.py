"""Golden values for lib/models/ddpm from diffusers' DDPMScheduler and torch.distributions.

    python test/golden/make_ddpm.py > test/golden/ddpm.json

Our steps count from 1 to T, diffusers' from 0 to T - 1.
"""

import json
import math

import diffusers
import torch
from diffusers import DDPMScheduler
from precise import precise
from torch.distributions import Normal, kl_divergence

SHAPE = (2, 2, 2, 1)


def draw(seed, *shape):
    return torch.randn(shape or SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def schedule(kind):
    name = {"linear": "linear", "cosine": "squaredcos_cap_v2"}[kind]
    scheduler = precise(DDPMScheduler(num_train_timesteps=1000, beta_schedule=name))
    at = [1, 2, 10, 250, 500, 900, 999, 1000]
    return {
        "at": at,
        "betas": [float(scheduler.betas[t - 1]) for t in at],
        "alphasCumprod": [float(scheduler.alphas_cumprod[t - 1]) for t in at],
    }


def steps(kind, variance, prediction, clip=False):
    """One reverse step at several t, and the training target of this prediction."""
    scheduler = precise(
        DDPMScheduler(beta_schedule=kind, variance_type=variance, prediction_type=prediction, clip_sample=clip)
    )
    rows = []
    for t in (1, 2, 30, 500, 1000):
        xt, answer = draw(t + 2000), draw(t + 1)
        if variance == "learned_range":
            share = torch.tanh(draw(t + 2))
            if t == 1:
                continue  # diffusers takes log 1e-20 for the variance there
            said = torch.cat([answer, share], 1)  # diffusers splits the second axis
        else:
            said, share = answer, None
        noise = draw(t)
        out = scheduler.step(said, t - 1, xt, generator=torch.Generator().manual_seed(t))
        row = {"t": t, "xt": numbers(xt), "answer": numbers(answer), "noise": numbers(noise)}
        row |= {"previous": numbers(out.prev_sample), "predX0": numbers(out.pred_original_sample)}
        rows.append(row | ({"share": numbers(share)} if share is not None else {}))
    return {"rows": rows}


def forward():
    scheduler = precise(DDPMScheduler(beta_schedule="linear", prediction_type="v_prediction"))
    x0, noise, t = draw(1), draw(2), torch.tensor([3, 700])
    return {
        "x0": numbers(x0),
        "noise": numbers(noise),
        "t": t.tolist(),
        "xt": numbers(scheduler.add_noise(x0, noise, t - 1)),
        "velocity": numbers(scheduler.get_velocity(x0, noise, t - 1)),
    }


def alphas_bar(betas):
    return torch.cumprod(1 - betas, 0)


def posterior():
    """q(x_{t-1} | x_t, x_0) by conditioning the joint Gaussian of x_{t-1} and x_t, without the paper's formula."""
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    bar = alphas_bar(betas)
    x0, xt, rows = draw(5), draw(6), []
    for t in (2, 77, 1000):
        before, alpha, beta = bar[t - 2], 1 - betas[t - 1], betas[t - 1]
        mean = before.sqrt() * x0, (alpha * before).sqrt() * x0
        cov = torch.tensor([[1 - before, alpha.sqrt() * (1 - before)], [0, alpha * (1 - before) + beta]])
        gain = cov[0, 1] / cov[1, 1]
        rows.append(
            {"t": t, "mean": numbers(mean[0] + gain * (xt - mean[1])), "variance": float(cov[0, 0] - gain * cov[0, 1])}
        )
    return {"x0": numbers(x0), "xt": numbers(xt), "rows": rows}


def bound():
    """The terms of the variational bound for answers that are given, with a learned variance, by torch.distributions."""
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    bar = alphas_bar(betas)
    x0 = (torch.randint(0, 256, SHAPE, generator=torch.Generator().manual_seed(7)) / 127.5 - 1).double()
    x0[0, 0, 0, 0], x0[1, 0, 0, 0] = -1, 1
    noise, rows = draw(8), []
    for t in (1, 2, 400, 1000):
        before = bar[t - 2] if t > 1 else torch.tensor(1.0, dtype=torch.float64)
        left, beta = bar[t - 1], betas[t - 1]
        xt = left.sqrt() * x0 + (1 - left).sqrt() * noise
        eps = (noise + 0.1 * draw(9)).requires_grad_()
        share = torch.tanh(draw(10)).requires_grad_()

        def posterior_mean(x):
            return before.sqrt() * beta / (1 - left) * x + (1 - beta).sqrt() * (1 - before) / (1 - left) * xt

        small = beta * (1 - before) / (1 - left) if t > 1 else betas[1] * (1 - bar[0]) / (1 - bar[1])
        log_variance = (share + 1) / 2 * beta.log() + (1 - share) / 2 * small.log()

        def term(eps):
            p = Normal(posterior_mean((xt - (1 - left).sqrt() * eps) / left.sqrt()), (0.5 * log_variance).exp())
            if t > 1:
                nats = kl_divergence(Normal(posterior_mean(x0), small.sqrt()), p)
            else:
                upper = torch.where(x0 > 0.999, torch.ones_like(x0), p.cdf(x0 + 1 / 255))
                lower = torch.where(x0 < -0.999, torch.zeros_like(x0), p.cdf(x0 - 1 / 255))
                nats = -(upper - lower).clamp(min=1e-12).log()
            return nats.mean((1, 2, 3)) / math.log(2)

        hybrid = (eps - noise).square().mean() + 1e-3 * 1000 * term(eps.detach()).mean()
        gradients = torch.autograd.grad(hybrid, [eps, share])
        rows.append(
            {
                "t": t,
                "eps": numbers(eps),
                "share": numbers(share),
                "bits": numbers(term(eps)),
                "hybrid": float(hybrid),
                "gradients": [numbers(g) for g in gradients],
            }
        )
    prior = kl_divergence(Normal(bar[-1].sqrt() * x0, (1 - bar[-1]).sqrt()), Normal(0.0, 1.0)).mean((1, 2, 3)) / math.log(2)
    return {"x0": numbers(x0), "noise": numbers(noise), "prior": numbers(prior), "rows": rows}


cases = {
    "linear schedule": schedule("linear"),
    "cosine schedule": schedule("cosine"),
    "forward process and velocity": forward(),
    "posterior": posterior(),
    "step, epsilon, fixed large": steps("linear", "fixed_large", "epsilon"),
    "step, epsilon, fixed small": steps("linear", "fixed_small", "epsilon"),
    "step, epsilon, clipped": steps("linear", "fixed_small", "epsilon", clip=True),
    "step, sample, cosine": steps("squaredcos_cap_v2", "fixed_small", "sample"),
    "step, velocity": steps("linear", "fixed_large", "v_prediction"),
    "step, learned variance": steps("linear", "learned_range", "epsilon"),
    "variational bound": bound(),
}
print(json.dumps({"source": f"diffusers {diffusers.__version__}, torch {torch.__version__}", "cases": cases}))
