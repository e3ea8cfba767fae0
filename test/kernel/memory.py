"""Does a kernel that trains for hours grow? Runs cells of training for GENLAB_MINUTES and tells by how much its memory rises.

python memory.py prints the table; its slopes come with a 95 % interval. As a test, it runs a third of a minute.
"""

import json
import math
import os
import sys
import time
import unittest

from client import KernelCase

MINUTES = float(os.environ.get("GENLAB_MINUTES", "0.33"))
# The heap grows to its usual size first: compiled code, the compiler's own memory, pools of tensors.
WARM_UP = 0.4

# 95 % of Student's distribution with the six degrees of freedom that a line through eight points leaves.
STUDENT = 2.447

SETUP = "import * as tf from '@tensorflow/tfjs';\nimport { display } from 'tslab';\nimport { ready, train } from 'genlab';\nawait ready();"

# What a person does all day: declares the same names again, trains, prints, shows, makes a mistake.
CELLS = (
    "const model{n} = tf.sequential({{ layers: [tf.layers.dense({{ units: 32, inputShape: [16], activation: 'relu' }}), "
    "tf.layers.dense({{ units: 1 }})] }});\nmodel{n}.compile({{ optimizer: 'adam', loss: 'meanSquaredError' }});\n"
    "let model = model{n};",
    "import * as tf from '@tensorflow/tfjs';\nconst xs = tf.randomNormal([256, 16]), ys = xs.sum(1, true);\n"
    "const fitted = await model.fit(xs, ys, {{ epochs: 2, verbose: 0 }});\nconsole.log(fitted.history.loss);",
    "const weight = tf.tidy(() => tf.variable(tf.scalar(0)));\nconst history = await train({{ name: 'line', variables: [weight], steps: 20, "
    "batches: () => Array.from({{ length: 20 }}, () => tf.ones([4, 1])), "
    "loss: (batch) => tf.losses.meanSquaredError(batch.mul(3), batch.mul(weight)) as tf.Scalar }});\nhistory.loss.length",
    "for (let i = 0; i < 200; i++) console.log('step', i);\ndisplay.html(`<b>{n}</b>`);\n"
    "const rows = Array.from({{ length: 20_000 }}, (_, i) => ({{ i, text: 'row ' + i }}));\nrows.length",
    "interface Row {{ i: number; text: string }}\nfunction last(all: Row[]): Row {{\n  return all[all.length - 1];\n}}\nlast(rows).i.toFixed(true)",
    "throw new Error('a mistake {n}');",
    "tf.dispose([xs, ys, weight]);\nmodel.dispose();\ntf.memory().numTensors",
)


def resident(pid):
    """Megabytes that a process holds."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def slope(points):
    """Least squares through the lowest point of each of eight stretches: slope, and half of its 95 % interval.

    The lowest, because a heap rises until it is collected; what rises besides is what is kept.
    """
    stretches = {}
    step = max((points[-1][0] - points[0][0]) / 8, 1e-9)
    for x, y in points:
        stretches.setdefault(min(int((x - points[0][0]) / step), 7), []).append((y, x))
    lowest = [min(one)[::-1] for one in stretches.values()]
    n = len(lowest)
    mx, my = (sum(c) / n for c in zip(*lowest))
    sxx = sum((x - mx) ** 2 for x, _ in lowest)
    b = sum((x - mx) * (y - my) for x, y in lowest) / sxx
    rest = sum((y - my - b * (x - mx)) ** 2 for x, y in lowest)
    return b, STUDENT * math.sqrt(rest / max(n - 2, 1) / sxx)


class Memory(KernelCase):
    def measure(self, minutes):
        self.ok(SETUP)
        front = self.km.provisioner.pid
        with open(f"/proc/{front}/task/{front}/children") as file:
            executor = int(file.read().split()[0])
        began = time.time()
        samples, tensors = [], []
        n = 0
        while time.time() - began < minutes * 60 or len(samples) < 20:
            n += 1
            for code in CELLS:
                result = self.run_cell(code.format(n=n))
            tensors.append(int(result.value))
            samples.append(((time.time() - began) / 3600, n, resident(front), resident(executor)))
            if __name__ == "__main__":
                print(f"\r{n * len(CELLS)} cells: front {samples[-1][2]:.0f} MB, executor {samples[-1][3]:.0f} MB ", end="", file=sys.stderr)
        return n, samples, tensors

    def report(self, minutes):
        rounds, samples, tensors = self.measure(minutes)
        late = samples[int(len(samples) * WARM_UP) :]
        found = {"minutes": minutes, "cells": rounds * len(CELLS), "tensors": [tensors[0], tensors[-1]]}
        for name, column in (("front", 2), ("executor", 3)):
            per_hour, give = slope([(s[0], s[column]) for s in late])
            per_cell, _ = slope([(s[1] * len(CELLS), s[column]) for s in late])
            found[name] = {
                # After a collection: until one comes a heap takes what the machine has.
                "megabytes": round(min(s[column] for s in late[len(late) // 2 :]), 1),
                "megabytes per hour": [round(per_hour, 1), round(give, 1)],
                "kilobytes per cell": round(per_cell * 1024, 1),
            }
        return found

    def test_flat(self):
        """A leak of what one round makes (0.6 MB of rows, a model, 16 kB of data) would show; the slope in hours would not."""
        found = self.report(MINUTES)
        print(json.dumps(found), file=sys.stderr)
        self.assertLessEqual(found["tensors"][1], found["tensors"][0], found)
        self.assertLess(found["front"]["megabytes"], 1000, found)
        self.assertLess(found["executor"]["megabytes"], 1000, found)


class LetGo(KernelCase):
    """What no variable holds any more can be collected: nothing in the kernel keeps it."""

    def collected(self, ref):
        for _ in range(20):
            self.ok("collect();\nawait new Promise((r) => setTimeout(r, 50));")
            if self.ok(f"{ref}.deref() === undefined").value == "true":
                return True
        return False

    def test_values(self):
        self.ok(
            "import v8 from 'node:v8';\nimport vm from 'node:vm';\nv8.setFlagsFromString('--expose-gc');\n"
            "const collect: () => void = vm.runInNewContext('gc');"
        )
        self.ok("let held: unknown = [1];\nconst redeclared = new WeakRef(held as object);")
        self.ok("let held = 'another';")
        self.ok("const printed = (() => { const value = { a: 1 }; console.log(value); return new WeakRef(value); })();")
        self.ok("let shown!: WeakRef<object>;\n(() => { const value = { b: 2 }; shown = new WeakRef(value); return value; })()")
        self.ok("let awaited!: WeakRef<object>;\nawait (async () => { const value = { c: 3 }; awaited = new WeakRef(value); })();")
        self.run_cell("let thrown!: WeakRef<object>;\n(() => { const value = new Error('x'); thrown = new WeakRef(value); throw value; })();")
        self.ok("setTimeout(() => 0, 1);\n0")
        for ref in ("redeclared", "printed", "shown", "awaited", "thrown"):
            with self.subTest(ref):
                self.assertTrue(self.collected(ref))


if __name__ == "__main__":
    Memory.setUpClass()
    try:
        report = Memory().report(MINUTES)
    finally:
        Memory.tearDownClass()
    print(f"\n{report['cells']} cells in {report['minutes']:g} minutes")
    for name in ("front", "executor"):
        one = report[name]
        rate, give = one["megabytes per hour"]
        print(f"{name:9} {one['megabytes']:6} MB  {rate:+} ± {give} MB an hour  {one['kilobytes per cell']:+} kB a cell")
