"""Golden numbers of xoshiro128** seeded through splitmix32, written from the published algorithms, in Python's integers.

Run it with any Python 3; it writes random.json beside itself.
xoshiro128** 1.1: David Blackman and Sebastiano Vigna, https://prng.di.unimi.it/xoshiro128starstar.c (public domain).
"""

import json
import math
import pathlib

MASK = 0xFFFFFFFF


def splitmix32(seed):
    while True:
        seed = (seed + 0x9E3779B9) & MASK
        z = seed
        z = ((z ^ (z >> 16)) * 0x85EBCA6B) & MASK
        z = ((z ^ (z >> 13)) * 0xC2B2AE35) & MASK
        yield z ^ (z >> 16)


def rotl(x, k):
    return ((x << k) | (x >> (32 - k))) & MASK


def xoshiro128starstar(s):
    s = list(s)
    while True:
        yield (rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)


def box_muller(bits, count):
    values = []
    while len(values) < count:
        radius = math.sqrt(-2 * math.log((next(bits) + 0.5) / 2**32))
        angle = 2 * math.pi * next(bits) / 2**32
        values += [radius * math.cos(angle), radius * math.sin(angle)]
    return values[:count]


def fnv1a(text, key):
    h = 0x811C9DC5 ^ next(splitmix32(key))
    for unit in text.encode("ascii"):
        h = ((h ^ unit) * 0x01000193) & MASK
    return h


def generator(seed):
    seeds = splitmix32(seed)
    return xoshiro128starstar([next(seeds) for _ in range(4)])


golden = {}
for seed in (0, 1, 42, 0xFFFFFFFF):
    bits = generator(seed)
    golden[str(seed)] = {
        "bits": [next(bits) for _ in range(8)],
        "normal": box_muller(generator(seed), 6),
        "fork noise": [next(b) for b in [generator(fnv1a("noise", seed))] for _ in range(4)],
    }

# The state that the reference C program starts from in its users' own golden tests.
bits = xoshiro128starstar([1, 2, 3, 4])
golden["words 1 2 3 4"] = [next(bits) for _ in range(10)]

pathlib.Path(__file__).with_name("random.json").write_text(json.dumps(golden, indent=1) + "\n")
