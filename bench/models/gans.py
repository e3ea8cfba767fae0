import torch
import torch.nn as nn
import torch.nn.functional as F
from shared import minimizer
from torch.nn.utils import spectral_norm

COUNT = 64


def dense_generator():
    return nn.Sequential(
        *(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU()),
        *(nn.Linear(512, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))),
    )


def dense_judge():
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Linear(512, 512), nn.LeakyReLU(0.2)),
        nn.Linear(512, 1),
    )


def conv_generator(extra=0):
    return nn.Sequential(
        *(nn.Linear(64 + extra, 49 * 128), nn.Unflatten(1, (128, 7, 7)), nn.BatchNorm2d(128), nn.ReLU()),
        *(nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU()),
        *(nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh()),
    )


def conv_body(norm="none"):
    wrap = spectral_norm if norm == "spectral" else lambda layer: layer
    middle = [nn.BatchNorm2d(128)] if norm == "batch" else []
    return nn.Sequential(
        *(wrap(nn.Conv2d(1, 64, 4, 2, 1)), nn.LeakyReLU(0.2)),
        *(wrap(nn.Conv2d(64, 128, 4, 2, 1)), *middle, nn.LeakyReLU(0.2)),
    )


def conv_judge(norm="none"):
    last = nn.Linear(49 * 128, 1)
    return nn.Sequential(conv_body(norm), nn.Flatten(), spectral_norm(last) if norm == "spectral" else last)


def fixed(generator, *inputs):
    with torch.no_grad():
        return generator(*inputs)


def in_turn(*players):
    def step():
        for player in players[:-1]:
            player()
        return players[-1]()

    return step


def logistic_judge(real, fake):
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def logistic_generator(fake):
    return F.softplus(-fake).mean()


def pair(generator, judge, judge_loss, generator_loss, penalty=None, after=None):
    def build():
        g, d = generator(), judge()
        real = torch.rand(COUNT, 1, 28, 28) * 2 - 1

        def loss_d():
            fake = fixed(g, torch.randn(COUNT, 64))
            loss = judge_loss(d(real), d(fake))
            return loss + 10 * penalty(d, real, fake) if penalty else loss

        step_d = minimizer(loss_d, d.parameters())
        step_g = minimizer(lambda: generator_loss(d(g(torch.randn(COUNT, 64)))), g.parameters())

        def judged():
            loss = step_d()
            if after:
                after(d)
            return loss

        return in_turn(judged, step_g)

    return build


def clip(judge):
    with torch.no_grad():
        for parameter in judge.parameters():
            parameter.clamp_(-0.01, 0.01)


def gradient_penalty(judge, real, fake):
    share = torch.rand(COUNT, 1, 1, 1)
    between = (real * share + fake * (1 - share)).requires_grad_()
    (gradient,) = torch.autograd.grad(judge(between).sum(), between, create_graph=True)
    return ((gradient.square().sum((1, 2, 3)) + 1e-12).sqrt() - 1).square().mean()


class Concatenation(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.condition = conv_body("batch"), nn.Linear(10, 128)
        self.joint, self.score = nn.Conv2d(256, 128, 1), nn.Linear(49 * 128, 1)

    def forward(self, x, y):
        code = F.leaky_relu(self.condition(y), 0.2)[:, :, None, None].expand(-1, -1, 7, 7)
        joint = F.leaky_relu(self.joint(torch.cat([self.body(x), code], 1)), 0.2)
        return self.score(joint.flatten(1))


class Projection(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.score = conv_body("spectral"), spectral_norm(nn.Linear(128, 1))
        self.embed = spectral_norm(nn.Linear(10, 128, bias=False))

    def forward(self, x, y):
        features = self.body(x).sum((2, 3))
        return self.score(features) + (self.embed(y) * features).sum(1, keepdim=True)


def conditional(judge):
    def build():
        g, d = conv_generator(10), judge()
        real = torch.rand(COUNT, 1, 28, 28) * 2 - 1
        labels = torch.arange(COUNT) % 10
        y = F.one_hot(labels, 10).float()

        def make():
            return g(torch.cat([torch.randn(COUNT, 64), y], 1))

        def loss_d():
            wrong = F.one_hot((labels + torch.randint(1, 10, (COUNT,))) % 10, 10).float()
            rejected = F.softplus(d(real, wrong)).mean() + F.softplus(d(fixed(make), y)).mean()
            return F.softplus(-d(real, y)).mean() + rejected / 2

        step_d = minimizer(loss_d, d.parameters())
        return in_turn(step_d, minimizer(lambda: F.softplus(-d(make(), y)).mean(), g.parameters()))

    return build


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(128, 128, 3, 1, 1), nn.InstanceNorm2d(128), nn.ReLU()),
            *(nn.Conv2d(128, 128, 3, 1, 1), nn.InstanceNorm2d(128)),
        )

    def forward(self, x):
        return x + self.body(x)


def resnet():
    def block(conv, channels):
        return conv, nn.InstanceNorm2d(channels), nn.ReLU()

    return nn.Sequential(
        *block(nn.Conv2d(3, 32, 7, 1, 3), 32),
        *block(nn.Conv2d(32, 64, 3, 2, 1), 64),
        *block(nn.Conv2d(64, 128, 3, 2, 1), 128),
        *(Residual() for _ in range(3)),
        *block(nn.ConvTranspose2d(128, 64, 3, 2, 1, 1), 64),
        *block(nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), 32),
        *(nn.Conv2d(32, 3, 7, 1, 3), nn.Tanh()),
    )


def patches():
    return nn.Sequential(
        *(nn.Conv2d(3, 32, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(32, 64, 4, 2, 1), nn.InstanceNorm2d(64), nn.LeakyReLU(0.2)),
        nn.Conv2d(64, 1, 4, padding="same"),
    )


def cyclegan():
    g, f, judge_x, judge_y = resnet(), resnet(), patches(), patches()
    x, y = torch.rand(4, 3, 32, 32) * 2 - 1, torch.rand(4, 3, 32, 32) * 2 - 1

    def judged(judge, real, generator, other):
        def loss():
            fake = fixed(generator, other)
            return ((judge(real) - 1).square().mean() + judge(fake).square().mean()) / 2

        return minimizer(loss, judge.parameters())

    def loss():
        fake_y, fake_x = g(x), f(y)
        cycles = F.l1_loss(f(fake_y), x) + F.l1_loss(g(fake_x), y)
        identities = F.l1_loss(g(y), y) + F.l1_loss(f(x), x)
        fooled = (judge_y(fake_y) - 1).square().mean() + (judge_x(fake_x) - 1).square().mean()
        return fooled + 10 * cycles + 5 * identities

    generators = minimizer(loss, [*g.parameters(), *f.parameters()])
    return in_turn(judged(judge_x, x, f, y), judged(judge_y, y, g, x), generators)


def sampler(generator):
    def build():
        g = generator().eval()
        return lambda: fixed(g, torch.randn(512, 64))

    return build


steps = {
    "GAN B64": pair(dense_generator, dense_judge, logistic_judge, logistic_generator),
    "LSGAN B64": pair(
        conv_generator,
        lambda: conv_judge("batch"),
        lambda real, fake: ((real - 1).square().mean() + fake.square().mean()) / 2,
        lambda fake: (fake - 1).square().mean() / 2,
    ),
    "DCGAN B64": pair(conv_generator, lambda: conv_judge("batch"), logistic_judge, logistic_generator),
    "WGAN B64": pair(
        conv_generator, conv_judge, lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean(), after=clip
    ),
    "WGAN-GP B64": pair(
        *(conv_generator, conv_judge, lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
        penalty=gradient_penalty,
    ),
    "SNGAN B64": pair(
        conv_generator,
        lambda: conv_judge("spectral"),
        lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(),
        lambda fake: -fake.mean(),
    ),
    "Conditional GAN, concatenation B64": conditional(Concatenation),
    "Conditional GAN, projection B64": conditional(Projection),
    "CycleGAN B4": cyclegan,
}
samplers = {"GAN, 512 images": sampler(dense_generator), "DCGAN, 512 images": sampler(conv_generator)}
