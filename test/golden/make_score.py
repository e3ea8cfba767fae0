"""Golden values for lib/models/score: makes score.json.

The losses are PyTorch's in double precision; marginals come from scipy, which integrates the moment equations of the SDE; the
sampling steps are those of diffusers (ScoreSdeVpScheduler, ScoreSdeVeScheduler); likelihoods of Gaussians are scipy's.

    pip install torch scipy "diffusers==0.27.2"; python test/golden/make_score.py
"""

import json
from pathlib import Path

import diffusers
import numpy as np
import scipy
import torch
from diffusers import ScoreSdeVeScheduler
from diffusers.schedulers.deprecated.scheduling_sde_vp import ScoreSdeVpScheduler
from scipy.integrate import solve_ivp
from scipy.stats import multivariate_normal

rng = np.random.default_rng(2011_13456)


def listed(x):
    return np.asarray(x, dtype=np.float64).tolist()


def moments(drift, diffusion, variance, times):
    """Mean (from 1) and variance of dx = f x dt + g dw, by dm/dt = f m and dv/dt = 2 f v + g^2."""

    def change(t, y):
        return [drift(t) * y[0], 2 * drift(t) * y[1] + diffusion(t) ** 2]

    solved = solve_ivp(change, (0, 1), [1.0, variance], t_eval=times, rtol=1e-11, atol=1e-13, method="DOP853")
    return {"times": listed(times), "mean": listed(solved.y[0]), "std": listed(np.sqrt(solved.y[1]))}


def vp_marginal():
    beta = lambda t: 0.1 + t * 19.9
    return moments(lambda t: -beta(t) / 2, lambda t: np.sqrt(beta(t)), 0.0, np.array([0.01, 0.1, 0.35, 0.7, 1.0]))


def ve_marginal():
    growth = np.log(50 / 0.01)
    sigma = lambda t: 0.01 * np.exp(growth * t)
    return moments(
        lambda t: 0.0, lambda t: sigma(t) * np.sqrt(2 * growth), 0.01**2, np.array([0.01, 0.1, 0.35, 0.7, 1.0])
    )


def losses():
    """A linear score s = x W, whose loss and gradient PyTorch tells."""
    x, noise = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    sigma, time = np.array([0.1, 0.5, 1.0, 3.0]), np.array([0.05, 0.3, 0.6, 0.95])
    weight = rng.normal(size=(3, 3))
    X, Z, S, T = (torch.tensor(v, dtype=torch.float64) for v in (x, noise, sigma, time))
    result = {"x": listed(x), "noise": listed(noise), "sigma": listed(sigma), "time": listed(time), "weight": listed(weight)}

    def record(name, loss_of):
        W = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
        loss = loss_of(W)
        loss.backward()
        result[name] = {"loss": loss.item(), "gradient": listed(W.grad)}

    def at_levels(W):
        noisy = X + S[:, None] * Z
        target = -(noisy - X) / S[:, None] ** 2
        each = 0.5 * ((noisy @ W - target) ** 2).sum(-1) * S**2
        return each.mean()

    integral = T * 0.1 + T**2 * 19.9 / 2
    mean, std = torch.exp(-integral / 2)[:, None], torch.sqrt(1 - torch.exp(-integral))[:, None]
    beta = (0.1 + T * 19.9)[:, None]

    def continuous(weights):
        def of(W):
            noisy = mean * X + std * Z
            return (weights * (noisy @ W + Z / std) ** 2).mean()

        return of

    record("levels", at_levels)
    record("variance", continuous(std**2))
    record("likelihood", continuous(beta))
    return result


def vp_step():
    scheduler = ScoreSdeVpScheduler(num_train_timesteps=1000, beta_min=0.1, beta_max=20)
    scheduler.set_timesteps(50)
    x = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float32)
    network = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float32)  # the score times minus std
    t = torch.tensor(0.4)
    torch.manual_seed(3)
    following, mean = scheduler.step_pred(network, x, t)
    torch.manual_seed(3)
    noise = torch.randn(3, 2)
    return {
        "x": listed(x), "network": listed(network), "noise": listed(noise), "t": 0.4, "dt": 1 / 50,
        "next": listed(following), "mean": listed(mean),
    }


def ve_corrector():
    scheduler = ScoreSdeVeScheduler(snr=0.15)
    scheduler.set_timesteps(50)
    scheduler.set_sigmas(50)
    x = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float32)
    score = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float32)
    torch.manual_seed(4)
    following = scheduler.step_correct(score, x).prev_sample
    torch.manual_seed(4)
    noise = torch.randn(3, 2)
    return {"x": listed(x), "score": listed(score), "noise": listed(noise), "snr": 0.15, "next": listed(following)}


def gaussian_likelihood():
    """What the probability flow of a Gaussian's own score must give back."""
    mean, covariance = np.array([0.5, -1.0]), np.array([[0.9, 0.4], [0.4, 0.5]])
    points = rng.normal(size=(6, 2)) + mean
    return {
        "mean": listed(mean), "covariance": listed(covariance), "points": listed(points),
        "logpdf": listed(multivariate_normal(mean, covariance).logpdf(points)),
    }


cases = {
    "vpMarginal": vp_marginal(),
    "veMarginal": ve_marginal(),
    "losses": losses(),
    "vpStep": vp_step(),
    "veCorrector": ve_corrector(),
    "gaussianLikelihood": gaussian_likelihood(),
}
source = f"torch {torch.__version__}, diffusers {diffusers.__version__}, scipy {scipy.__version__}"
Path(__file__).with_name("score.json").write_text(json.dumps({"source": source, "cases": cases}, indent=1) + "\n")
