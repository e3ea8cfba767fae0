"""Golden values for test/metrics: scipy, torchmetrics, and the prdc package of Naeem et al.

Run: python3 test/golden/make_metrics.py      (needs numpy, scipy, torch, torchmetrics, prdc; writes metrics.json beside itself)
"""
import json
import pathlib

import numpy as np
import prdc
import scipy
import torch
import torchmetrics
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, jensenshannon
from scipy.stats import entropy, wasserstein_distance
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import poly_mmd

rng = np.random.default_rng(0)
torch.randperm = lambda n, **_: torch.arange(n)  # images keep their order in torchmetrics' splits


def points(n, size, shift=0.0, scale=1.0):
    """With three decimals, so that the file stays small and float32 holds them well."""
    mix = rng.normal(size=(size, size)) / np.sqrt(size)
    return np.round(shift + scale * rng.normal(size=(n, size)) @ mix, 3)


def fid(x, y):
    """By torchmetrics, in double precision; scipy's sqrtm must agree where both covariances have full rank."""
    parts = [torch.tensor(part) for side in (x, y) for part in (side.mean(0), np.cov(side, rowvar=False))]
    value = _compute_fid(*parts).item()
    if min(len(x), len(y)) > x.shape[1]:
        root = sqrtm(np.cov(x, rowvar=False) @ np.cov(y, rowvar=False)).real
        other = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(
            np.cov(x, rowvar=False) + np.cov(y, rowvar=False) - 2 * root
        )
        assert abs(value - other) < 1e-8, (value, other)
    return value


cases = {}
spread = np.cov(points(60, 8), rowvar=False)
cases['sqrtSymmetric'] = dict(matrix=spread, root=sqrtm(spread).real)

x, y = points(80, 6), points(50, 6, shift=0.5, scale=1.5)
cases['frechetDistance'] = dict(x=x, y=y, mean=x.mean(0), covariance=np.cov(x, rowvar=False), fid=fid(x, y))
x, y = points(5, 8), points(30, 8)
cases['frechetDistance, fewer points than numbers'] = dict(x=x, y=y, fid=fid(x, y))

logits = points(60, 5, scale=3.0)
for splits in (1, 4):
    metric = InceptionScore(feature=torch.nn.Identity(), splits=splits)
    metric.features.append(torch.tensor(logits))
    mean, std = metric.compute()
    probabilities = torch.softmax(torch.tensor(logits), 1)
    std = 0.0 if splits == 1 else std.item()
    cases[f'inceptionScore, splits = {splits}'] = dict(
        probabilities=probabilities.numpy(), splits=splits, mean=mean.item(), std=std
    )

x, same = points(40, 6), points(40, 6, shift=0.3)
cases['polynomialMmd'] = dict(x=x, y=same, mmd=poly_mmd(torch.tensor(x), torch.tensor(same)).item())

for k in (3, 5):
    real, fake = points(70, 4), points(60, 4, shift=0.4, scale=0.8)
    cases[f'precisionRecall, k = {k}'] = dict(
        real=real, fake=fake, k=k, **{key: float(v) for key, v in prdc.compute_prdc(real, fake, nearest_k=k).items()}
    )

a, b = np.round(rng.normal(size=30), 3), np.round(rng.exponential(size=21), 3)
cases['wasserstein1d, different sizes'] = dict(a=a, b=b, distance=wasserstein_distance(a, b))
a, b = rng.integers(0, 5, 24), rng.integers(2, 8, 36)
cases['wasserstein1d, many equal values'] = dict(a=a, b=b, distance=wasserstein_distance(a, b))

cost = np.round(rng.normal(size=(15, 15)), 3)
rows, columns = linear_sum_assignment(cost)
cases['assignment'] = dict(cost=cost, columns=columns, total=cost[rows, columns].sum())
cost = rng.integers(0, 4, (12, 12))
cases['assignment with ties'] = dict(cost=cost, total=int(cost[linear_sum_assignment(cost)].sum()))
x, y = points(40, 2), points(40, 2, shift=1.0)
for p in (1, 2):
    cost = cdist(x, y) ** p
    rows, columns = linear_sum_assignment(cost)
    distance = cost[rows, columns].mean() ** (1 / p)
    cases[f'wasserstein, p = {p}'] = dict(x=x, y=y, p=p, distance=distance, plan=columns)

values = np.round(rng.normal(size=200), 2)
counts, _ = np.histogram(values, bins=8, range=(-2, 2))
cases['histogram'] = dict(values=values, shares=counts / 200)
p, q = rng.dirichlet(np.ones(8)), rng.dirichlet(np.ones(8))
p[2] = 0
cases['klDivergence'] = dict(p=p, q=q, kl=entropy(p, q))
q = q.copy()
q[5] = 0
cases['jsDivergence'] = dict(p=p, q=q, js=jensenshannon(p, q) ** 2)


def plain(value):
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


versions = f'scipy {scipy.__version__}, torchmetrics {torchmetrics.__version__}, torch {torch.__version__}, prdc 0.2'
as_lists = {name: {key: plain(value) for key, value in case.items()} for name, case in cases.items()}
path = pathlib.Path(__file__).with_name('metrics.json')
path.write_text(json.dumps(dict(source=versions, cases=as_lists), indent=1) + '\n')
print(f'{path.name}: {len(cases)} cases from {versions}')
