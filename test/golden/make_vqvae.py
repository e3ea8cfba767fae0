"""Golden values for test/models/vqvae.test.ts: torch in double precision, with its detach() for the stop-gradient.

Run: python3 test/golden/make_vqvae.py      (needs torch; writes vqvae.json beside itself)
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from torch.distributions import Categorical, Normal

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def draw(*shape, scale=1.0):
    """As TensorFlow.js will hold it, so that both sides see the same inputs."""
    return (torch.randn(*shape) * scale).float().double()


def choose(z, vectors):
    """The nearest vector, by torch's own distances."""
    return torch.cdist(z, vectors).argmin(1)


# Eq. 3 with a linear decoder: what each of the three terms sends to z, to the vectors, to the decoder.
N, D, K, PIXELS, BETA, SIGMA = 7, 3, 5, 4, 0.25, 0.5
z, vectors = draw(N, D).requires_grad_(), draw(K, D).requires_grad_()
decoder, x = draw(D, PIXELS).requires_grad_(), draw(N, PIXELS)
indices = choose(z, vectors)
chosen = vectors[indices]
straight = z + (chosen - z).detach()
reconstruction = Normal(straight @ decoder, SIGMA).log_prob(x).sum(1)
codebook_term = ((z.detach() - chosen) ** 2).sum(1)
commitment = ((z - chosen.detach()) ** 2).sum(1)
(-reconstruction + codebook_term + BETA * commitment).sum().backward()
terms = dict(z=z, vectors=vectors, decoder=decoder, x=x, indices=indices, straight=straight)
terms.update(reconstruction=reconstruction, codebook=codebook_term, commitment=commitment)
terms.update(zGradient=z.grad, vectorsGradient=vectors.grad, decoderGradient=decoder.grad)

# Appendix A.1, three batches one after another; the last vector is far away and never chosen.
DECAY = 0.9
batches = draw(3, N, D)
table = draw(K, D)
table[-1] += 100
first_table = table.clone()
counts, sums, history = torch.zeros(K), torch.zeros(K, D), []
for batch in batches:
    picked = choose(batch, table)
    n = torch.bincount(picked, minlength=K).double()
    total = torch.zeros(K, D).index_add_(0, picked, batch)
    counts = DECAY * counts + (1 - DECAY) * n
    sums = DECAY * sums + (1 - DECAY) * total
    table = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1e-300), table)
    history.append((picked, counts.clone(), sums.clone(), table.clone()))
averages = dict(batches=batches, first=first_table)
averages.update(zip(['indices', 'counts', 'sums', 'vectors'], (torch.stack(each) for each in zip(*history))))

# Perplexity: exp of a categorical distribution's entropy.
codes = torch.tensor([0, 0, 3, 1, 1, 1, 4, 0, 3, 1])
usage = Categorical(probs=torch.bincount(codes, minlength=6).double() / len(codes))
perplexity = dict(codes=codes, perplexity=usage.entropy().exp()[None])

# The whole of it: 8×8 images, two convolutions down and up, one residual block each way.
parameters = {}


def weight(name, *shape):
    parameters[name] = draw(*shape, scale=0.4).requires_grad_()
    return parameters[name]


def conv(x, name, inner, outer, size, stride=1):
    kernel, bias = weight(f'{name}/kernel', size, size, inner, outer), weight(f'{name}/bias', outer)
    padding = 1 if size > 1 else 0  # what 'same' is for 4×4 at stride 2 and for 3×3
    return F.conv2d(x, kernel.permute(3, 2, 0, 1).contiguous(), bias, stride=stride, padding=padding)


def up(x, name, inner, outer):
    kernel, bias = weight(f'{name}/kernel', 4, 4, outer, inner), weight(f'{name}/bias', outer)
    return F.conv_transpose2d(x, kernel.permute(3, 2, 0, 1).contiguous(), bias, stride=2, padding=1)


def residual(x, side, channels):
    inner = conv(torch.relu(x), f'{side}.block1a', channels, channels, 3)
    return torch.relu(x + conv(torch.relu(inner), f'{side}.block1b', channels, channels, 1))


C1, C2, DIM, CODES = 2, 3, 2, 5
images = draw(3, 8, 8, 1)
h = images.permute(0, 3, 1, 2)
h = torch.relu(conv(h, 'encoder.down1', 1, C1, 4, 2))
h = torch.relu(conv(h, 'encoder.down2', C1, C2, 4, 2))
z_e = conv(residual(h, 'encoder', C2), 'encoder.code', C2, DIM, 1).permute(0, 2, 3, 1)  # [B,2,2,D]
book = weight('codebook.codebook/vectors', CODES, DIM)
flat = z_e.reshape(-1, DIM)
grid = choose(flat, book)
e = book[grid]
q = (flat + (e - flat).detach()).reshape(z_e.shape)
h = residual(conv(q.permute(0, 3, 1, 2), 'decoder.first', DIM, C2, 3), 'decoder', C2)
h = torch.relu(up(h, 'decoder.up1', C2, C1))
x_hat = up(h, 'decoder.pixels', C1, 1).permute(0, 2, 3, 1)
log_p = Normal(x_hat, SIGMA).log_prob(images).sum((1, 2, 3))
by_image = lambda each: ((each) ** 2).sum(1).reshape(3, -1).sum(1)
pull, commit = by_image(flat.detach() - e), by_image(flat - e.detach())
total = (-log_p + pull + BETA * commit).mean()
total.backward()
whole = dict(x=images, indices=grid, xHat=x_hat, reconstruction=log_p, codebook=pull, commitment=commit, loss=total[None])

cases = {
    'eq. 3 with straight-through: values and gradients': terms,
    'moving averages, appendix A.1': averages,
    'perplexity': perplexity,
    'convolutional model: code, image, loss, gradients of every weight': whole,
}


def plain(tensor):
    return [float(f'{v:.9g}') for v in tensor.flatten().tolist()]


as_lists = {name: {key: plain(value) for key, value in case.items()} for name, case in cases.items()}
as_lists['convolutional model: code, image, loss, gradients of every weight']['weights'] = {
    name: dict(shape=list(p.shape), values=plain(p), gradient=plain(p.grad)) for name, p in parameters.items()
}
path = pathlib.Path(__file__).with_name('vqvae.json')
path.write_text(json.dumps(dict(source=f'torch {torch.__version__}', cases=as_lists)) + '\n')
print(f'{path.name}: {len(cases)} cases from torch {torch.__version__}, {path.stat().st_size} bytes')
