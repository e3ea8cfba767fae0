"""Golden values for test/training/adam.test.ts: torch.optim.Adam in double precision on f(w) = Σ c (w − t)⁴.

Run: python3 test/golden/make_adam.py      (needs torch; writes adam.json beside itself)
"""
import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
start = [0.0, 1.0, -2.0, 0.5]
scale = [1.0, 1e-4, 30.0, 0.0]
target = [1.0, -1.0, 0.25, 0.0]
cases = []
for options in ({}, {'lr': 0.05, 'betas': (0.5, 0.9)}, {'lr': 0.01, 'eps': 1e-2}):
    w = torch.tensor(start, requires_grad=True)
    adam = torch.optim.Adam([w], **options)
    path = []
    for _ in range(20):
        adam.zero_grad()
        (torch.tensor(scale) * (w - torch.tensor(target)) ** 4).sum().backward()
        adam.step()
        path.append(w.tolist())
    cases.append({'options': {'lr': 1e-3, 'betas': (0.9, 0.999), 'eps': 1e-8, **options}, 'path': path})
golden = {'start': start, 'scale': scale, 'target': target, 'cases': cases}
file = pathlib.Path(__file__).with_name('adam.json')
file.write_text(json.dumps(golden, indent=1) + '\n')
print(f'{file.name}: {len(cases)} runs of torch {torch.__version__}')
