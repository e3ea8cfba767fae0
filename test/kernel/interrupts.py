"""Every kind of cell can be interrupted, keeps its variables, and prints nothing into later cells."""

import signal
import time
import unittest

from client import KernelCase

CELLS = {
    "sync loop": "for (;;) kept++;",
    "sync loop with output": "for (;;) console.log(kept++);",
    "await loop": "for (;;) { await new Promise((r) => setTimeout(r, 10)); console.log('tick', kept++); }",
    "interval": "setInterval(() => console.log('tick', kept++), 10);\nawait new Promise(() => {});",
    "microtask spin": "for (;;) { await null; kept++; }",
    "spin after await": "await null;\nfor (;;) kept++;",
    "spin in a function after await": "const spin = async () => { await new Promise((r) => setTimeout(r, 5)); for (;;) kept++; };\nawait spin();",
    "spin in a timer": "setTimeout(() => { for (;;) kept++; }, 5);\nawait new Promise(() => {});",
    "blocked native call": "kept++;\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "async iteration": "import { setInterval as every } from 'node:timers/promises';\nfor await (const _ of every(10)) console.log('tick', kept++);",
}


class Interrupts(KernelCase):
    def interrupt(self, how):
        if how == "signal":
            self.km.signal_kernel(signal.SIGINT)
        else:
            self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))

    def check(self, code, how, wait=0.4):
        self.ok("let kept = 1;")
        msg_id = self.kc.execute(code)
        time.sleep(wait)
        asked = time.time()
        self.interrupt(how)
        result = self.collect(msg_id, timeout=30)
        took = time.time() - asked
        self.assertEqual(result.error["ename"], "KeyboardInterrupt", result.error)
        self.assertLess(took, 5)
        after = self.ok("kept > 0")
        self.assertEqual(after.value, "true")
        seen = []
        later = self.collect(self.kc.execute("await new Promise((r) => setTimeout(r, 100));\n'quiet'"), seen=seen)
        self.assertEqual(later.value, "'quiet'")
        self.assertEqual(later.text(), "")
        self.assertEqual([m["content"] for m in seen if m["msg_type"] == "stream"], [])

    def test_by_message(self):
        for name, code in CELLS.items():
            with self.subTest(name):
                self.check(code, "message")

    def test_by_signal(self):
        for name in ("sync loop", "await loop", "interval"):
            with self.subTest(name):
                self.check(CELLS[name], "signal")

    def test_model_fit(self):
        self.ok(
            "import * as tf from '@tensorflow/tfjs';\n"
            "const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });\n"
            "model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });\n"
            "const fit = (epochs: number) => model.fit(tf.ones([64, 1]), tf.ones([64, 1]), { epochs, verbose: 0 });"
        )
        self.check("await fit(1_000_000);", "message", wait=2)
        self.assertEqual(self.ok("(await fit(2)).epoch").value, "[ 0, 1 ]")

    def test_code_that_listens(self):
        self.check(
            "const signal: AbortSignal = (globalThis as any)[Symbol.for('jupyter.signal')];\n"
            "await new Promise<void>((r) => signal.addEventListener('abort', () => r()));",
            "message",
        )

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


if __name__ == "__main__":
    unittest.main()
