"""Golden values for test/models/ae.test.ts: torch.nn.functional in double precision.

Run: python3 test/golden/make_ae.py      (needs torch; writes ae.json beside itself)
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def rounded(tensor):
    """As TensorFlow.js will hold it, so that both sides see the same inputs."""
    return tensor.float().double()


x, x_hat = rounded(torch.rand(4, 12)), rounded(torch.rand(4, 12) * 0.98 + 0.01).requires_grad_()
cases = {}
for name, each in (
    ('mse', F.mse_loss(x_hat, x, reduction='none')),
    ('bce', F.binary_cross_entropy(x_hat, x, reduction='none')),
):
    (gradient,) = torch.autograd.grad(each.sum(), x_hat)
    cases[f'{name} of each image, and its gradient'] = dict(
        kind=name, x=x, xHat=x_hat.detach(), sum=each.sum(1), mean=each.mean(1), gradient=gradient
    )

as_lists = {
    name: {key: value.tolist() if torch.is_tensor(value) else value for key, value in case.items()}
    for name, case in cases.items()
}
path = pathlib.Path(__file__).with_name('ae.json')
path.write_text(json.dumps(dict(source=f'torch {torch.__version__}', cases=as_lists), indent=1) + '\n')
print(f'{path.name}: {len(cases)} cases from torch {torch.__version__}')
