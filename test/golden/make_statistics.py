"""Golden values for test/grading/statistics.test.ts: quantiles and distances of scipy's.

Run: python3 test/golden/make_statistics.py      (needs numpy and scipy; writes statistics.json beside itself)
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(0)
rates = [1e-12, 1e-9, 5e-8, 1e-6, 1e-3, 0.025, 0.3, 0.5]

normal = [{"p": p, "quantile": stats.norm.ppf(p)} for p in rates + [0.975, 0.999]]
chi = [
    {"p": p, "k": k, "below": stats.chi2.ppf(p, k), "above": stats.chi2.isf(p, k)}
    for k in [1, 2, 7, 63, 1023, 4095, 65535]
    for p in rates
]

# What the bounds promise: the exact chance that a binomial count falls outside them must not be above the rate.
binomial = [
    {"n": n, "p": p, "rate": rate, "low": stats.binom.ppf(rate / 2, n, p) / n, "high": stats.binom.isf(rate / 2, n, p) / n}
    for n in [50, 1000, 20000]
    for p in [0.02, 0.5, 0.9]
    for rate in [1e-2, 1e-7]
]

# Exact quantiles of the Kolmogorov distance for small and middling n; Massart's bound must lie above them.
distances = [{"n": n, "rate": rate, "exact": stats.kstwo.isf(rate, n)} for n in [10, 100, 4096] for rate in [0.05, 1e-7]]
samples = [np.round(rng.normal(size=n), 4).tolist() for n in [5, 40]]
ks = [{"values": values, "distance": stats.kstest(values, "norm").statistic} for values in samples]

golden = {
    "source": f"scipy {scipy.__version__}",
    "normal": normal,
    "chiSquare": chi,
    "binomial": binomial,
    "distances": distances,
    "kolmogorov": ks,
}
text = json.dumps(golden, indent=1)
pathlib.Path(__file__).with_name("statistics.json").write_text(text + "\n")
