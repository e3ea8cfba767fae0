"""Golden values for test/models/vae.test.ts: torch.distributions in double precision.

Run: python3 test/golden/make_vae.py      (needs torch; writes vae.json beside itself)
"""
import json
import pathlib

import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def rounded(tensor):
    """As TensorFlow.js will hold it, so that both sides see the same inputs."""
    return tensor.float().double()


B, K, PIXELS, DRAWS = 5, 3, 8, 4
mu, log_var, noise = (rounded(torch.randn(B, K) * 1.5) for _ in range(3))
log_var[0] = torch.tensor([-9.0, 0.0, 3.0])
log_var.requires_grad_()
mu.requires_grad_()
posterior = Independent(Normal(mu, (log_var / 2).exp()), 1)
prior = Independent(Normal(torch.zeros(K), torch.ones(K)), 1)
kl = kl_divergence(posterior, prior)
kl.sum().backward()
kl_mu_gradient, kl_log_var_gradient = mu.grad.clone(), log_var.grad.clone()

# Logits far out, where a naive log(sigmoid) is infinite in single precision.
logits = rounded(torch.randn(B, PIXELS) * 4)
logits[0] = torch.tensor([200.0, -200.0, 90.0, -90.0, 0.0, 1e-3, -30.0, 30.0])
binary = (torch.rand(B, PIXELS) < 0.5).double()
bernoulli = Bernoulli(logits=logits).log_prob(binary).sum(1)
grey = rounded(torch.rand(B, PIXELS))
# On grey levels: the expectation of the binary log-likelihood, level by level.
ones, zeros = torch.ones_like(grey), torch.zeros_like(grey)
law = Bernoulli(logits=logits)
grey_bernoulli = (grey * law.log_prob(ones) + (1 - grey) * law.log_prob(zeros)).sum(1)

mean = rounded(torch.randn(B, PIXELS))
pixel_log_var = rounded(torch.randn(B, PIXELS))
gaussian = Normal(mean, (pixel_log_var / 2).exp()).log_prob(grey).sum(1)
gaussian_fixed = Normal(mean, torch.tensor(0.1)).log_prob(grey).sum(1)

# Linear Gaussian model x = z W + b + 0.5 η: log p(x) is known, and so is the ELBO of any Gaussian q.
weight = rounded(torch.randn(K, PIXELS))
bias = rounded(torch.randn(PIXELS))
sigma = 0.5
marginal = torch.distributions.MultivariateNormal(bias, weight.T @ weight + sigma**2 * torch.eye(PIXELS))
draws = rounded(torch.randn(DRAWS, B, K))


def joint(z):
    return Normal(z @ weight + bias, sigma).log_prob(grey).sum(-1) + prior.log_prob(z)


z = mu + (log_var / 2).exp() * draws
bound = torch.logsumexp(joint(z) - posterior.log_prob(z), 0) - torch.log(torch.tensor(float(DRAWS)))
one = mu + (log_var / 2).exp() * noise
reconstruction = Normal(one @ weight + bias, sigma).log_prob(grey).sum(1)

linear = dict(mu=mu, logVar=log_var, weight=weight, bias=bias, grey=grey, logMarginal=marginal.log_prob(grey))
cases = {
    'gaussianKl and its gradients': dict(
        mu=mu, logVar=log_var, kl=kl, klMuGradient=kl_mu_gradient, klLogVarGradient=kl_log_var_gradient
    ),
    'reparameterize': dict(mu=mu, logVar=log_var, noise=noise, z=one),
    'bernoulliLogLikelihood of black and white': dict(x=binary, logits=logits, expected=bernoulli),
    'bernoulliLogLikelihood of grey levels': dict(x=grey, logits=logits, expected=grey_bernoulli),
    'gaussianLogLikelihood, a variance for each pixel': dict(
        x=grey, mean=mean, logVar=pixel_log_var, expected=gaussian
    ),
    'gaussianLogLikelihood, one variance': dict(x=grey, mean=mean, sigma=torch.tensor(0.1), expected=gaussian_fixed),
    'ELBO of a linear model': dict(linear, noise=noise, reconstruction=reconstruction, kl=kl, elbo=reconstruction - kl),
    'importance-weighted bound of a linear model': dict(linear, draws=draws, expected=bound),
}
as_lists = {name: {key: value.tolist() for key, value in case.items()} for name, case in cases.items()}
path = pathlib.Path(__file__).with_name('vae.json')
path.write_text(json.dumps(dict(source=f'torch {torch.__version__}', cases=as_lists), indent=1) + '\n')
print(f'{path.name}: {len(cases)} cases from torch {torch.__version__}')
