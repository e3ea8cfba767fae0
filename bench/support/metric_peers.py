"""The metrics of bench/metrics.ts by numpy and scipy, in the formulas of torchmetrics (FID, IS) and prdc (precision and recall).
Answers each line on standard input, a row's name, with the milliseconds that it took."""

import sys
import time

import numpy as np
import scipy
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

rng = np.random.default_rng(0)
real, fake = (np.maximum(rng.normal(mean, 1, (10_000, 128)), 0).astype(np.float32) for mean in (0, 0.1))
logits = rng.normal(size=(10_000, 10))
probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
a, b = rng.normal(size=(500, 2)), rng.normal(1, 1, (500, 2))


def fid():
    (m1, c1), (m2, c2) = ((x.mean(0), np.cov(x, rowvar=False)) for x in (real, fake))
    return ((m1 - m2) ** 2).sum() + np.trace(c1 + c2 - 2 * sqrtm(c1 @ c2).real)


def inception_score():
    parts = np.split(probabilities, 10)
    return np.mean([np.exp((p * (np.log(p) - np.log(p.mean(0)))).sum(1).mean()) for p in parts])


def squares(x, y):
    return np.maximum((x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * x @ y.T, 0)


def precision_recall(k=3):
    radii = [np.partition(squares(x, x), k, axis=1)[:, k] for x in (real, fake)]
    distances = squares(real, fake)
    inside = distances <= radii[0][:, None]
    precision, recall = inside.any(0).mean(), (distances <= radii[1]).any(1).mean()
    return precision, recall, inside.sum(0).mean() / k, inside.any(1).mean()


def exact_w1():
    cost = cdist(a, b)
    return cost[linear_sum_assignment(cost)].mean()


works = {
    "FID of 10,000 images": fid,
    "Inception score of 10,000 images": inception_score,
    "precision and recall of 10,000 images": precision_recall,
    "exact W1 of 500 points": exact_w1,
}

print(f"numpy {np.__version__}, scipy {scipy.__version__}", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    works[line.strip()]()
    print((time.perf_counter() - start) * 1000, flush=True)
