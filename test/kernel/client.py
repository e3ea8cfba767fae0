"""What the kernel's tests in Python share: one kernel, and what a cell sent back."""

import re
import time
import unittest

from jupyter_client.manager import start_new_kernel

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Result:
    """Everything that belongs to one cell, from its reply and from iopub."""

    def __init__(self):
        self.reply = None
        self.messages = []

    def of(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)

    @property
    def value(self):
        results = self.of("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    @property
    def status(self):
        return self.reply["content"]["status"]

    @property
    def error(self):
        return self.reply["content"]

    @property
    def traceback(self):
        return ANSI.sub("", "\n".join(self.error["traceback"]))


class KernelCase(unittest.TestCase):
    """A kernel that all tests of a class share."""

    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name="genlab", startup_timeout=120)

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()

    def collect(self, msg_id, timeout=300, seen=None):
        """Waits for the cell to go idle and for its reply."""
        result = Result()
        end = time.time() + timeout
        while True:
            message = self.kc.get_iopub_msg(timeout=max(0.1, end - time.time()))
            if message["parent_header"].get("msg_id") != msg_id:
                if seen is not None:
                    seen.append(message)
                continue
            result.messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.kc.get_shell_msg(timeout=max(0.1, end - time.time()))
            if reply["parent_header"].get("msg_id") == msg_id:
                result.reply = reply
                return result

    def run_cell(self, code, timeout=300, **options):
        return self.collect(self.kc.execute(code, **options), timeout)

    def ok(self, code, **options):
        result = self.run_cell(code, **options)
        self.assertEqual(result.status, "ok", result.reply["content"])
        return result
