"""Golden values for test/models/{gan,wgan,sngan,cgan,cyclegan}.test.ts: PyTorch in double precision, and scipy.

Run: python3 test/golden/make_gans.py      (needs torch and scipy; writes gan.json, lsgan.json, dcgan.json, wgan.json,
                                            wgan-gp.json, sngan.json, cgan.json and cyclegan.json beside itself)

Weights and images are written in TensorFlow's layouts: images [B, H, W, C], filters [h, w, in, out], of a transposed
convolution [h, w, out, in], of a dense layer [in, out].
"""
import json
import pathlib

import numpy as np
import scipy
import torch
import torch.nn.functional as F
from scipy.spatial.distance import jensenshannon
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def draw(*shape, scale=1.0):
    """Rounded as TensorFlow.js will hold it, so that both sides see the same inputs."""
    return (torch.randn(*shape) * scale).float().double()


def last(x):
    return x.permute(0, 2, 3, 1)


def plain(value):
    """Tensors as nested lists, to nine digits."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return plain(value.tolist())
    return float(f"{value:.9g}") if isinstance(value, float) else value


def write(name, cases):
    source = f"torch {torch.__version__.split('+')[0]}, scipy {scipy.__version__}"
    path = pathlib.Path(__file__).with_name(f"{name}.json")
    path.write_text(json.dumps({"source": source, "cases": plain(cases)}) + "\n")
    print(f"{path.name}: {len(cases)} cases")


def with_gradients(loss, **inputs):
    """The inputs, the loss of them, and its gradient by each."""
    given = {name: value.clone().requires_grad_() for name, value in inputs.items()}
    value = loss(**given)
    value.backward()
    return {**inputs, "loss": value.detach(), "gradients": {name: tensor.grad for name, tensor in given.items()}}


# Far out too, where a naive log(sigmoid) is infinite in single precision.
real, fake = draw(7, scale=3), draw(7, scale=3)
real[:2], fake[:2] = torch.tensor([120.0, -110.0]), torch.tensor([-130.0, 100.0])
ones, zeros = torch.ones(7), torch.zeros(7)
bce = F.binary_cross_entropy_with_logits


# GAN: losses, and the theory of the best discriminator
p, q = np.random.RandomState(0).dirichlet(np.ones(12), 2)
p[:3] = 0
p /= p.sum()
p, q = p.astype(np.float32).astype(float), q.astype(np.float32).astype(float)
write("gan", {
    "discriminator loss and its gradients": with_gradients(
        lambda real, fake: bce(real, ones) + bce(fake, zeros), real=real, fake=fake),
    "non-saturating generator loss and its gradient": with_gradients(lambda fake: bce(fake, ones), fake=fake),
    "minimax generator loss and its gradient": with_gradients(lambda fake: -bce(fake, zeros), fake=fake),
    "value at the optimum is 2 JS - 2 log 2": {
        "p": p, "q": q, "value": 2 * float(jensenshannon(p / p.sum(), q / q.sum())) ** 2 - 2 * np.log(2)},
})

mse = F.mse_loss
small_real, small_fake = draw(7), draw(7)
write("lsgan", {
    "discriminator loss, labels 0 and 1": with_gradients(
        lambda real, fake: (mse(real, ones) + mse(fake, zeros)) / 2, real=small_real, fake=small_fake),
    "discriminator loss, labels -1 and 1": with_gradients(
        lambda real, fake: (mse(real, ones) + mse(fake, -ones)) / 2, real=small_real, fake=small_fake),
    "generator loss, towards 1": with_gradients(lambda fake: mse(fake, ones) / 2, fake=small_fake),
    "generator loss, towards 0": with_gradients(lambda fake: mse(fake, zeros) / 2, fake=small_fake),
})


# DCGAN: batch norm, then both networks with weights that our builder's models take
def filters(weight):
    """[out, in, h, w] -> [h, w, in, out]; of a transposed convolution [in, out, h, w] -> [h, w, out, in]."""
    return weight.permute(2, 3, 1, 0)


norm = nn.BatchNorm2d(3)
norm.weight.data, norm.bias.data = draw(3), draw(3)
batches = [draw(4, 3, 5, 5, scale=1 + i) + i for i in range(3)]
towards = draw(4, 3, 5, 5)
steps = []
for batch in batches:
    x = batch.clone().requires_grad_()
    norm.zero_grad()
    y = norm(x)
    (y * towards).sum().backward()
    steps.append({"x": last(batch), "y": last(y), "dx": last(x.grad), "dgamma": norm.weight.grad.clone(),
                  "dbeta": norm.bias.grad.clone(), "mean": norm.running_mean.clone(),
                  "variance": norm.running_var.clone()})
norm.eval()
batch_norm = {"gamma": norm.weight, "beta": norm.bias, "towards": last(towards), "steps": steps,
              "evaluated": last(norm(batches[0]))}


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.base, self.norm1 = nn.Linear(5, 2 * 2 * 4), nn.BatchNorm2d(4)
        self.up, self.norm2 = nn.ConvTranspose2d(4, 3, 4, 2, 1), nn.BatchNorm2d(3)
        self.out = nn.ConvTranspose2d(3, 1, 4, 2, 1)

    def forward(self, z):
        h = self.base(z).reshape(-1, 2, 2, 4).permute(0, 3, 1, 2)
        h = F.relu(self.norm2(self.up(F.relu(self.norm1(h)))))
        return torch.tanh(self.out(h))

    def listed(self, get):
        """In the order of our model's layers."""
        parts = [get(self.base.weight).T, get(self.base.bias), get(self.norm1.weight), get(self.norm1.bias)]
        parts += [filters(get(self.up.weight)), get(self.up.bias), get(self.norm2.weight), get(self.norm2.bias)]
        return [*parts, filters(get(self.out.weight)), get(self.out.bias)]


def flat_order(weight, channels, side):
    """A dense layer behind a map: PyTorch flattens [C, H, W], TensorFlow [H, W, C]."""
    return weight.reshape(-1, channels, side, side).permute(2, 3, 1, 0).reshape(channels * side * side, -1)


class Discriminator(nn.Module):
    """Of 8×8×1; `norm` as in DCGAN, or none as in a critic."""

    def __init__(self, norm):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 3, 4, 2, 1), nn.Conv2d(3, 4, 4, 2, 1)
        self.norm = nn.BatchNorm2d(4) if norm else None
        self.score = nn.Linear(4 * 2 * 2, 1)

    def forward(self, x):
        h = self.down2(F.leaky_relu(self.down1(x), 0.2))
        h = F.leaky_relu(self.norm(h) if self.norm else h, 0.2)
        return self.score(h.flatten(1))[:, 0]

    def listed(self, get):
        parts = [filters(get(self.down1.weight)), get(self.down1.bias)]
        parts += [filters(get(self.down2.weight)), get(self.down2.bias)]
        parts += [get(self.norm.weight), get(self.norm.bias)] if self.norm else []
        return [*parts, flat_order(get(self.score.weight), 4, 2), get(self.score.bias)]


def randomized(module):
    for parameter in module.parameters():
        parameter.data = draw(*parameter.shape, scale=0.5)
    return module


generator, discriminator = randomized(Generator()), randomized(Discriminator(norm=True))
z, images = draw(6, 5), draw(6, 1, 8, 8)
made = generator(z)
loss_d = bce(discriminator(images), torch.ones(6)) + bce(discriminator(made.detach()), torch.zeros(6))
loss_d.backward()
by_discriminator = discriminator.listed(lambda parameter: parameter.grad.clone())
loss_g = bce(discriminator(generator(z)), torch.ones(6))
loss_g.backward()
write("dcgan", {
    "BatchNorm2d over three batches, its gradients and moving statistics": batch_norm,
    "both networks, both losses and their gradients": {
        "z": z, "images": last(images), "made": last(made), "lossD": loss_d, "lossG": loss_g,
        "generator": generator.listed(lambda parameter: parameter.data),
        "discriminator": discriminator.listed(lambda parameter: parameter.data),
        "gradientsD": by_discriminator, "gradientsG": generator.listed(lambda parameter: parameter.grad)},
})


# WGAN, and the gradient penalty with its derivative by the critic's weights
weight = draw(4, 3, scale=0.02)
write("wgan", {
    "critic loss and its gradients": with_gradients(
        lambda real, fake: fake.mean() - real.mean(), real=small_real, fake=small_fake),
    "clipped weights": {"weight": weight, "c": 0.01, "clipped": weight.clamp(-0.01, 0.01)},
})


class Dense(nn.Module):
    def __init__(self, inputs=3):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(inputs, 5), nn.Linear(5, 4), nn.Linear(4, 1)])

    def forward(self, x):
        a, b, c = self.layers
        return c(F.leaky_relu(b(F.leaky_relu(a(x), 0.2)), 0.2))[:, 0]

    def listed(self, get):
        return [part for layer in self.layers for part in (get(layer.weight).T, get(layer.bias))]


def penalty_case(critic, real, fake, alpha, layout):
    share = alpha.reshape(-1, *[1] * (real.dim() - 1))
    between = (share * real + (1 - share) * fake).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    norms = gradient.flatten(1).norm(dim=1)
    penalty = ((norms - 1) ** 2).mean()
    penalty.backward()
    grads = critic.listed(lambda parameter: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad)
    return {"real": layout(real), "fake": layout(fake), "alpha": alpha, "between": layout(between.detach()),
            "norms": norms, "penalty": penalty, "critic": critic.listed(lambda parameter: parameter.data),
            "gradients": grads}


alpha = torch.rand(6).float().double()
write("wgan-gp", {
    "gradient penalty of a dense critic, by its weights": penalty_case(
        randomized(Dense()), draw(6, 3), draw(6, 3), alpha, lambda x: x),
    "gradient penalty of a convolutional critic, by its weights": penalty_case(
        randomized(Discriminator(norm=False)), draw(6, 1, 8, 8), draw(6, 1, 8, 8), alpha, last),
})


# SNGAN: torch's spectral norm, forward by forward
def spectral_case(layer, x, towards, kernel, layout, as_vector):
    layer = nn.utils.spectral_norm(layer)
    start = {"kernel": kernel(layer.weight_orig.data), "bias": layer.bias.data, "u": layer.weight_u.clone()}
    rounds = []
    for _ in range(3):
        layer.zero_grad()
        y = layer(x)
        (y * towards).sum().backward()
        rounds.append({"y": layout(y.detach()), "dkernel": kernel(layer.weight_orig.grad.clone()),
                       "u": layer.weight_u.clone(), "v": as_vector(layer.weight_v.clone())})
    layer.eval()
    true_value = torch.linalg.svdvals(layer.weight_orig.data.flatten(1))[0]
    return {**start, "x": layout(x), "towards": layout(towards), "rounds": rounds,
            "evaluated": layout(layer(x).detach()), "sigma": true_value}


write("sngan", {
    "spectral_norm of a dense layer, three forwards": spectral_case(
        randomized(nn.Linear(6, 4)), draw(3, 6), draw(3, 4), lambda w: w.T, lambda x: x, lambda v: v),
    "spectral_norm of a convolution, three forwards": spectral_case(
        randomized(nn.Conv2d(2, 4, 4, 2, 1)), draw(3, 2, 8, 8), draw(3, 4, 4, 4), filters, last,
        lambda v: v.reshape(2, 4, 4).permute(1, 2, 0).flatten()),
    "hinge loss and its gradients": with_gradients(
        lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(), real=small_real * 2, fake=small_fake * 2),
})


# Conditional GAN: the loss of three kinds of pairs, and the two ways into the discriminator
class Projection(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 3, 4, 2, 1), nn.Conv2d(3, 4, 4, 2, 1)
        self.score, self.embed = nn.Linear(4, 1), nn.Linear(5, 4, bias=False)

    def forward(self, x, y):
        h = F.leaky_relu(self.down2(F.leaky_relu(self.down1(x), 0.2)), 0.2).sum((2, 3))
        return self.score(h)[:, 0] + (self.embed(y) * h).sum(1)

    def listed(self, get):
        parts = [filters(get(self.down1.weight)), get(self.down1.bias), filters(get(self.down2.weight))]
        return [*parts, get(self.down2.bias), get(self.score.weight).T, get(self.score.bias), get(self.embed.weight).T]


class Concatenation(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 3, 4, 2, 1), nn.Conv2d(3, 4, 4, 2, 1)
        self.condition, self.joint, self.score = nn.Linear(5, 4), nn.Conv2d(8, 4, 1), nn.Linear(16, 1)

    def forward(self, x, y):
        h = F.leaky_relu(self.down2(F.leaky_relu(self.down1(x), 0.2)), 0.2)
        code = F.leaky_relu(self.condition(y), 0.2)[:, :, None, None].expand(-1, -1, 2, 2)
        return self.score(F.leaky_relu(self.joint(torch.cat([h, code], 1)), 0.2).flatten(1))[:, 0]

    def named(self, get):
        parts = {"down1/kernel": filters(get(self.down1.weight)), "down1/bias": get(self.down1.bias)}
        parts |= {"down2/kernel": filters(get(self.down2.weight)), "down2/bias": get(self.down2.bias)}
        parts |= {"condition/kernel": get(self.condition.weight).T, "condition/bias": get(self.condition.bias)}
        parts |= {"joint/kernel": filters(get(self.joint.weight)), "joint/bias": get(self.joint.bias)}
        return parts | {"score/kernel": flat_order(get(self.score.weight), 4, 2), "score/bias": get(self.score.bias)}


def named_projection(self, get):
    names = ["down1/kernel", "down1/bias", "down2/kernel", "down2/bias", "score/kernel", "score/bias", "projection/kernel"]
    return dict(zip(names, self.listed(get)))


Projection.named = named_projection


def conditioned_case(judge):
    x, y = draw(6, 1, 8, 8), draw(6, 5)
    logits = judge(x, y)
    logits.square().sum().backward()
    return {"x": last(x), "conditions": y, "logits": logits.detach(),
            "weights": judge.named(lambda parameter: parameter.data),
            "gradients": judge.named(lambda parameter: parameter.grad)}


wrong = draw(7, scale=3)
write("cgan", {
    "matching loss of three kinds of pairs and its gradients": with_gradients(
        lambda realRight, realWrong, fakeRight: bce(realRight, ones) + (bce(realWrong, zeros) + bce(fakeRight, zeros)) / 2,
        realRight=real, realWrong=wrong, fakeRight=fake),
    "projection discriminator": conditioned_case(randomized(Projection())),
    "discriminator with the condition beside the last map": conditioned_case(randomized(Concatenation())),
})


# CycleGAN: instance norm, losses, and the generator
x = draw(2, 3, 6, 6).requires_grad_()
towards = draw(2, 3, 6, 6)
y = nn.InstanceNorm2d(3)(x)
(y * towards).sum().backward()


class Resnet(nn.Module):
    """Width 3, one halving, one block. TensorFlow's 'same' pads a stride of 2 at the right and below only."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleDict({
            "in": nn.Conv2d(3, 3, 7, 1, 3), "down1": nn.Conv2d(3, 6, 3, 2), "block1a": nn.Conv2d(6, 6, 3, 1, 1),
            "block1b": nn.Conv2d(6, 6, 3, 1, 1), "up1": nn.ConvTranspose2d(6, 3, 3, 2), "out": nn.Conv2d(3, 3, 7, 1, 3)})

    def forward(self, x):
        c, norm = self.convs, F.instance_norm
        h = F.relu(norm(c["in"](x)))
        h = F.relu(norm(c["down1"](F.pad(h, (0, 1, 0, 1)))))
        h = h + norm(c["block1b"](F.relu(norm(c["block1a"](h)))))
        h = F.relu(norm(c["up1"](h)[:, :, :8, :8]))
        return torch.tanh(c["out"](h))


resnet = randomized(Resnet())
resnet_x = draw(2, 3, 8, 8, scale=0.5)
l1 = F.l1_loss
maps = draw(2, 4, 4, 1), draw(2, 4, 4, 1)
pictures = draw(2, 4, 4, 3), draw(2, 4, 4, 3)
write("cyclegan", {
    "InstanceNorm2d and its gradient": {
        "x": last(x.detach()), "y": last(y.detach()), "towards": last(towards), "dx": last(x.grad)},
    "ResNet generator": {
        "x": last(resnet_x), "y": last(resnet(resnet_x).detach()),
        "weights": {f"{name}/{kind}": filters(value.data) if kind == "kernel" else value.data
                    for name, conv in resnet.convs.items()
                    for kind, value in (("kernel", conv.weight), ("bias", conv.bias))}},
    "cycle loss and its gradients": with_gradients(lambda x, y: l1(y, x), x=pictures[0], y=pictures[1]),
    "identity loss and its gradients": with_gradients(lambda x, y: l1(y, x), x=pictures[1], y=pictures[0]),
    "discriminator loss and its gradients": with_gradients(
        lambda x, y: (mse(x, torch.ones_like(x)) + mse(y, torch.zeros_like(y))) / 2, x=maps[0], y=maps[1]),
    "adversarial loss of the generator and its gradient": with_gradients(lambda x: mse(x, torch.ones_like(x)), x=maps[0]),
})
