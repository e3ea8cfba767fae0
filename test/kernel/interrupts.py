"""Every kind of cell can be interrupted, by signal and by message, keeps its variables, and prints nothing into later cells."""

import os
import random
import signal
import tempfile
import threading
import time
import unittest

from client import KernelCase

TICK = "console.log('tick', kept++);"
CELLS = {
    "sync_loop": "for (;;) kept++;",
    "sync_loop_with_output": "for (;;) console.log(kept++);",
    "await_loop": f"for (;;) {{ await new Promise((r) => setTimeout(r, 10)); {TICK} }}",
    "interval": f"setInterval(() => {TICK[:-1]}, 10);\nawait new Promise(() => {{}});",
    "microtask_spin": "for (;;) { await null; kept++; }",
    "spin_after_await": "await null;\nfor (;;) kept++;",
    "spin_in_a_function_after_await": (
        "const spin = async () => { await new Promise((r) => setTimeout(r, 5)); for (;;) kept++; };\nawait spin();"
    ),
    "spin_in_a_timer": "setTimeout(() => { for (;;) kept++; }, 5);\nawait new Promise(() => {});",
    "loop_that_swallows_errors": "for (;;) { try { await null; kept++; } catch {} }",
    "sleep_that_swallows_errors": f"for (;;) {{ try {{ await new Promise((r) => setTimeout(r, 5)); {TICK} }} catch {{}} }}",
    "catastrophic_expression": "kept++;\n/^(a+)+$/.test('a'.repeat(60) + '!');",
    "blocked_in_atomics": "kept++;\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "blocked_in_a_program": "import { execSync } from 'node:child_process';\nkept++;\nexecSync('sleep 60; sleep 61');",
    "blocked_in_a_program_that_ignores_it": (
        "import { spawnSync } from 'node:child_process';\nkept++;\n"
        "spawnSync('sh', ['-c', 'trap \"\" INT TERM; sleep 60; sleep 61']);"
    ),
    "awaited_program": (
        "import { spawn } from 'node:child_process';\nkept++;\n"
        "const child = spawn('sh', ['-c', 'while :; do echo tick; sleep 0.05; done'], { stdio: 'inherit' });\n"
        "await new Promise((r) => child.on('exit', r));"
    ),
    "async_iteration": (
        "import { setInterval as every } from 'node:timers/promises';\n"
        "for await (const _ of every(10)) console.log('tick', kept++);"
    ),
    "code_that_listens": (
        "const signal: AbortSignal = (globalThis as any)[Symbol.for('jupyter.signal')];\n"
        "await new Promise<void>((r) => signal.addEventListener('abort', () => r()));"
    ),
}

MODEL = """import * as tf from '@tensorflow/tfjs';
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
const fit = (epochs: number) => model.fit(tf.ones([64, 1]), tf.ones([64, 1]), { epochs, verbose: 0 });
"""

TRAINING = """import * as tf from '@tensorflow/tfjs';
import { train } from 'genlab';
const weight = tf.variable(tf.scalar(0));
const learn = (steps: number, resume = false) => train({
  name: 'line', variables: [weight], steps, resume, seed: 1, learningRate: 0.001,
  batches: function* () { for (let i = 0; i < 100; i++) yield tf.ones([4, 1]); },
  loss: (batch) => tf.losses.meanSquaredError(batch.mul(3), batch.mul(weight)) as tf.Scalar,
});
"""


class InterruptCase(KernelCase):
    def interrupt(self, how):
        if how == "signal":
            self.km.signal_kernel(signal.SIGINT)
        else:
            self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))

    def interrupted(self, code, how, wait=0.3):
        """Runs a cell and interrupts it. Gives what it sent."""
        msg_id = self.kc.execute(code)
        time.sleep(wait)
        self.interrupt(how)
        result = self.collect(msg_id, timeout=300)
        self.assertEqual(result.error["ename"], "KeyboardInterrupt", result.error)
        self.assertNotIn("lost", result.error["evalue"])
        return result

    def check_quiet(self):
        """The next cell runs, and nothing of an earlier one comes while it does."""
        seen = []
        later = self.collect(self.kc.execute("await new Promise((r) => setTimeout(r, 80));\n'quiet'"), seen=seen)
        self.assertEqual(later.value, "'quiet'")
        self.assertEqual(later.text() + later.text("stderr"), "")
        self.assertEqual([m["content"] for m in seen if m["msg_type"] == "stream"], [])

    def check(self, code, how, wait=0.3):
        self.ok("let kept = 1;")
        self.interrupted(code, how, wait)
        self.assertEqual(self.ok("kept > 0").value, "true")
        self.check_quiet()


class Cells(InterruptCase):
    def test_waiting_cells_do_not_run(self):
        first = self.kc.execute("await new Promise(() => {});")
        second = self.kc.execute("console.log('must not run')")
        time.sleep(0.5)
        self.interrupt("message")
        self.collect(first)
        self.assertEqual(self.collect(second).status, "aborted")

    def test_idle_interrupt_stops_intervals(self):
        self.ok("setInterval(() => console.log('tick'), 20);")
        time.sleep(0.3)
        self.interrupt("message")
        time.sleep(0.3)
        while self.kc.iopub_channel.msg_ready():
            self.kc.get_iopub_msg()
        time.sleep(0.3)
        self.assertFalse(self.kc.iopub_channel.msg_ready())

    def test_programs_of_earlier_cells_go_on(self):
        pid = int(self.ok(
            "import { spawn } from 'node:child_process';\nconst server = spawn('sleep', ['50']);\n"
            "await new Promise((r) => setTimeout(r, 1500));\nserver.pid"
        ).value)
        self.interrupted("for (;;);", "message")
        self.assertEqual(self.ok("server.exitCode ?? server.signalCode").value, "null")
        os.kill(pid, signal.SIGKILL)

    def test_at_any_moment(self):
        """Each cell goes idle and the next runs, however an interrupt falls together with a cell's end."""
        self.ok("let count = 0;")
        lost = 0
        chance = random.Random(1)
        pieces = ("for (let i = 0; i < 3e7; i++);", "await new Promise((r) => setTimeout(r, 30));", "for (let i = 0; i < 3000; i++) await null;")
        for n in range(60):
            msg_id = self.kc.execute(f"count++;\n{pieces[n % 3]}\n'done'")
            time.sleep(chance.random() * 0.08)
            self.interrupt("message")
            if n % 2:
                time.sleep(chance.random() * 0.15)
                self.interrupt("message")
            result = self.collect(msg_id)
            if result.status == "error":
                self.assertEqual(result.error["ename"], "KeyboardInterrupt")
            else:
                self.assertIn(result.status, ("ok", "aborted"))
            # What was asked too late must not end the next cell, unless it came while that one was here already.
            deadline = time.time() + 30
            while (after := self.run_cell("count")).status != "ok":
                self.assertLess(time.time(), deadline, (n, result.error, after.error))
                if after.error and "Cannot find name 'count'" in after.error["evalue"]:
                    lost += 1  # a machine that stands still for seconds: the second interrupt ends the process
                    self.ok("let count = 0;")
        self.assertGreater(int(self.ok("count").value), 0)
        self.assertLessEqual(lost, 1)


def add(name, code):
    for how in ("message", "signal"):
        setattr(Cells, f"test_{name}_by_{how}", lambda self, how=how: self.check(code, how))


for name, code in CELLS.items():
    add(name, code)


class NativeCalls(InterruptCase):
    """Opening a FIFO blocks in native code until somebody opens its other end; no signal of ours ends that."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.fifo = os.path.join(folder.name, "fifo")
        os.mkfifo(self.fifo)
        self.ok("let kept = 1;")

    def release_after(self, seconds):
        def release():
            while os.path.exists(self.fifo):
                try:
                    return os.close(os.open(self.fifo, os.O_WRONLY | os.O_NONBLOCK))
                except OSError:  # the cell is not there yet
                    time.sleep(0.05)

        timer = threading.Timer(seconds, release)
        timer.daemon = True
        timer.start()

    def block(self, how):
        """A cell that hangs in native code, and is interrupted there."""
        msg_id = self.kc.execute(
            f"import {{ openSync }} from 'node:fs';\nkept++;\nconsole.log('in');\nopenSync({self.fifo!r}, 'r');\nfor (;;) kept = 5;"
        )
        while self.kc.get_iopub_msg(timeout=300)["content"].get("text") != "in\n":
            pass
        time.sleep(0.2)
        self.interrupt(how)
        return msg_id

    def test_a_call_that_returns_keeps_the_variables(self):
        for how in ("message", "signal"):
            with self.subTest(how):
                msg_id = self.block(how)
                self.release_after(1)
                self.assertEqual(self.collect(msg_id).error["evalue"], "the cell was interrupted")
                self.assertGreater(int(self.ok("kept").value), 1)
                self.check_quiet()

    def test_a_call_that_returns_late_is_waited_for(self):
        msg_id = self.block("message")
        self.release_after(5)
        result = self.collect(msg_id)
        self.assertIn("Interrupt again", result.text("stderr"))
        self.assertEqual(result.error["evalue"], "the cell was interrupted")
        self.assertGreater(int(self.ok("kept").value), 1)
        self.check_quiet()

    def test_a_second_interrupt_ends_a_call_that_never_returns(self):
        self.ok("const model = [1], data = new Float32Array(5);")
        msg_id = self.block("message")
        while "Interrupt again" not in self.kc.get_iopub_msg(timeout=30)["content"].get("text", ""):
            pass
        self.interrupt("message")
        result = self.collect(msg_id)
        self.assertEqual(result.error["ename"], "KeyboardInterrupt")
        self.assertRegex(result.error["evalue"], r"All variables are lost \(.*kept.*model, data\)")
        self.assertEqual(self.run_cell("kept").error["ename"], "TypeScriptError")
        self.assertEqual(self.ok("1 + 1").value, "2")

    def test_a_long_tensor_operation(self):
        self.ok(
            "import { ready } from 'genlab';\nimport * as tf from '@tensorflow/tfjs';\nawait ready();\n"
            "const a = tf.ones([3500, 3500]);\nkept = a.slice([0, 0], [1, 1]).dataSync()[0];"
        )
        for how in ("message", "signal"):
            with self.subTest(how):
                self.interrupted("kept++;\nfor (;;) a.matMul(a).dispose();", how)
                self.assertEqual(self.ok("a.slice([0, 0], [1, 1]).matMul(tf.tensor([[2]])).dataSync()[0]").value, "2")
                self.check_quiet()
        self.assertEqual(self.ok("kept").value, "3")


class Training(InterruptCase):
    def test_model_fit(self):
        self.ok("let kept = 1;\n" + MODEL)
        self.ok("(await fit(1)).epoch")
        for how in ("message", "signal"):
            with self.subTest(how):
                self.check("await fit(1_000_000);", how, wait=0.7)
                self.assertEqual(self.ok("(await fit(2)).epoch").value, "[ 0, 1 ]")

    def test_our_own_training_loop(self):
        self.ok("let kept = 1;\n" + TRAINING)
        self.ok("await learn(2);\nlet before = weight.dataSync()[0];")
        for how in ("message", "signal"):
            with self.subTest(how):
                self.check("await learn(1_000_000);", how, wait=0.7)
                self.assertEqual(self.ok("weight.dataSync()[0] !== before").value, "true")  # the weights are kept
                self.assertEqual(self.ok("before = weight.dataSync()[0];\n(await learn(3)).loss.length").value, "3")

    def test_a_fit_that_is_broken_off(self):
        """It never ends, and must not keep its model locked."""
        self.ok("let kept = 1;\n" + MODEL)
        spin = "await model.fit(tf.ones([64, 1]), tf.ones([64, 1]), { epochs: 1, callbacks: { onBatchEnd: async () => { for (;;) kept++; } } });"
        for how in ("message", "signal"):
            with self.subTest(how):
                self.interrupted(spin, how, wait=1)
                self.assertEqual(self.ok("(await fit(2)).epoch").value, "[ 0, 1 ]")
                self.check_quiet()

    def test_scopes_that_are_broken_off(self):
        """Nothing of TensorFlow.js stays open: later operations are not recorded, and tidy disposes."""
        self.ok(
            "import * as tf from '@tensorflow/tfjs';\nlet kept = 0;\nconst a = tf.ones([300, 300]);\n"
            "const state = (tf.engine() as any).state;\n"
            "const found = () => [state.gradientDepth, state.kernelDepth, state.scopeStack.length, state.activeTape ?? null, tf.memory().numTensors];"
        )
        before = self.ok("found()").value
        self.assertTrue(before.startswith("[ 0, 0, 0, null, "), before)
        for how in ("message", "signal"):
            for inner in ("for (;;) kept++;", "for (;;) x.matMul(a);", "for (;;) tf.grad((y) => y.matMul(a).sum())(x as tf.Tensor2D);"):
                with self.subTest(f"{how}: {inner}"):
                    self.interrupted(f"tf.tidy(() => tf.grad((x) => {{ a.add(1); {inner} }})(a));", how, wait=0.5)
                    self.assertEqual(self.ok("found()").value, before)
        self.ok("tf.engine().startScope();\na.add(1);")  # opened by hand, in a cell of its own
        self.interrupted("tf.tidy(() => { for (;;) kept++; });", "message")
        self.assertTrue(self.ok("found()").value.startswith("[ 0, 0, 1, null, "))
        self.ok("tf.engine().endScope();")
        self.assertEqual(self.ok("found()").value, before)


if __name__ == "__main__":
    unittest.main()
