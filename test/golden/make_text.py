"""Golden values for test/nn/transformer.test.ts and test/metrics/clip.test.ts: torch in double precision.

Run: python3 test/golden/make_text.py      (needs torch; writes text.json beside itself)
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


def randomized(module):
    """Weights that are nowhere 0 or 1, so that none can be left out unseen."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(rounded(torch.randn_like(parameter) * 0.3 + (0.8 if parameter.dim() == 1 else 0.0)))
    return module


def values(tensor):
    return tensor.detach().float().flatten().tolist()


B, N, C, HEADS, HIDDEN = 2, 5, 8, 2, 16
cases = {}

norm = randomized(torch.nn.LayerNorm(C))
x = rounded(torch.randn(B, N, C) * 2 + 1)
cases["layer norm"] = {
    "shape": [B, N, C], "x": values(x), "gamma": values(norm.weight), "beta": values(norm.bias), "y": values(norm(x)),
}

line = rounded(torch.linspace(-6, 6, 25))
cases["gelu"] = {"x": values(line), "y": values(F.gelu(line))}

block = randomized(
    torch.nn.TransformerEncoderLayer(C, HEADS, HIDDEN, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
)
block.train()  # eval() takes a fused path that single precision is made for
tokens = torch.tensor([[2, 7, 9, 3, 0], [2, 3, 0, 0, 0]])
wq, wk, wv = block.self_attn.in_proj_weight.chunk(3)
bq, bk, bv = block.self_attn.in_proj_bias.chunk(3)
x = rounded(torch.randn(B, N, C)).requires_grad_()
y = block(x, src_key_padding_mask=tokens == 0)
weights = rounded(torch.randn(B, N, C))
(y * weights).sum().backward()
cases["transformer block with padding"] = {
    "heads": HEADS, "hidden": HIDDEN, "shape": [B, N, C], "x": values(x), "tokens": tokens.tolist(),
    # kernels as [in, out], in the order of the layer's weights
    "weights": [
        values(w) for w in (
            block.norm1.weight, block.norm1.bias, block.norm2.weight, block.norm2.bias,
            wq.T, bq, wk.T, bk, wv.T, bv, block.self_attn.out_proj.weight.T, block.self_attn.out_proj.bias,
            block.linear1.weight.T, block.linear1.bias, block.linear2.weight.T, block.linear2.bias,
        )
    ],
    "y": values(y), "outputWeights": values(weights), "xGradient": values(x.grad),
}

PAIRS, D = 6, 4
image, text = rounded(torch.randn(PAIRS, D)), rounded(torch.randn(PAIRS, D))
scale = 14.0
similarities = rounded(scale * F.normalize(image) @ F.normalize(text).T).requires_grad_()
own = torch.arange(PAIRS)
loss = (F.cross_entropy(similarities, own) + F.cross_entropy(similarities.T, own)) / 2
loss.backward()
cases["symmetric InfoNCE"] = {
    "shape": [PAIRS, PAIRS], "similarities": values(similarities), "loss": loss.item(), "gradient": values(similarities.grad),
}

# Heads of 3, 2 and 4 values; -1 does not count.
sizes = [3, 2, 4]
logits = rounded(torch.randn(5, sum(sizes)) * 2).requires_grad_()
truth = torch.tensor([[0, 1, 3], [2, -1, 0], [-1, -1, 2], [1, 0, -1], [2, 1, 1]])
loss = sum(
    F.cross_entropy(part, truth[:, i], ignore_index=-1, reduction="sum") for i, part in enumerate(logits.split(sizes, 1))
) / 5
loss.backward()
cases["cross-entropy of several heads"] = {
    "sizes": sizes, "shape": list(logits.shape), "logits": values(logits), "truth": truth.tolist(), "loss": loss.item(),
    "gradient": values(logits.grad),
}

path = pathlib.Path(__file__).with_name("text.json")
path.write_text(json.dumps({"source": f"torch {torch.__version__.split('a')[0]}", "cases": cases}) + "\n")
print(path, len(cases), "cases")
