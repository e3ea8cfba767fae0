"""One kernel from its start to its end, timed through jupyter_client. Prints a JSON object: milliseconds, megabytes, counts.

Usage: python kernel_session.py KERNEL_NAME (found on JUPYTER_PATH). Null is what never came.
"""

import json
import queue
import statistics
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

# A kernel that has not gone idle by then never will, even on a machine that is busy with other things: each of these cells takes well under a second.
PATIENCE = 15


class Session:
    def __init__(self, name):
        self.manager = KernelManager(kernel_name=name)
        began = time.perf_counter()
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.start = since(began)

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def cell(self, code, patience=PATIENCE):
        """Runs a cell: milliseconds until it is idle (None: never), and what it printed."""
        began = time.perf_counter()
        return self.until_idle(self.client.execute(code), began, patience)

    def until_idle(self, msg_id, began, patience=PATIENCE):
        text = []
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=patience)
            except queue.Empty:
                return None, "".join(text)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            if message["msg_type"] == "stream":
                text.append(message["content"]["text"])
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return since(began), "".join(text)

    def ask(self, kind, code, patience=60):
        """Milliseconds until the answer to a request about the end of the code is here."""
        began = time.perf_counter()
        msg_id = getattr(self.client, kind)(code, len(code))
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=patience)
            except queue.Empty:
                return None
            if reply["parent_header"].get("msg_id") == msg_id:
                return since(began)

    def memory(self):
        """Megabytes of the kernel and its children; pages that several processes share count once."""
        kernel = psutil.Process(self.manager.provisioner.pid)
        processes = [kernel, *kernel.children(recursive=True)]
        return sum(share(process) for process in processes) / 1e6


def share(process):
    memory = process.memory_full_info()
    return getattr(memory, "pss", memory.uss)


def since(began):
    return (time.perf_counter() - began) * 1000


def middle(values):
    """The median; None when any of them never came."""
    return None if any(value is None for value in values) else statistics.median(values)


def measure(name):
    found = {}
    session = Session(name)
    try:
        found["start"] = session.start
        found["first cell"], _ = session.cell("const first: number[] = [1, 2, 3];\nconsole.log(first.length);")
        later = [session.cell(f"const x{i} = first.length + {i};\nconsole.log(x{i});")[0] for i in range(15)]
        found["later cell"] = middle(later)
        found["completion, first"] = session.ask("complete", "first.fla")
        found["completion"] = middle([session.ask("complete", code) for code in ("first.ma", "Math.", "process.ver", "x1")])
        found["inspection, first"] = session.ask("inspect", "first.map")
        found["inspection"] = middle([session.ask("inspect", code) for code in ("parseFloat", "Math.max", "first", "JSON.parse")])

        began = time.perf_counter()
        busy = session.client.execute("const until = Date.now() + 1500;\nwhile (Date.now() < until);")
        time.sleep(0.3)
        found["completion while a cell computes"] = session.ask("complete", "first.fi")
        found["inspection while a cell computes"] = session.ask("inspect", "first.filter")
        session.until_idle(busy, began)

        time.sleep(1)
        found["memory, idle"] = session.memory()
        found["import of TensorFlow.js"], _ = session.cell(
            "import * as tf from '@tensorflow/tfjs';\nconsole.log(tf.version.tfjs);", patience=30
        )
        time.sleep(1)
        found["memory with TensorFlow.js"] = session.memory()
        took, text = session.cell("for (let i = 0; i < 10_000; i++) console.log('line ' + i);")
        found["10,000 lines"] = took
        found["lost lines"] = 10_000 - text.count("\n")
    finally:
        session.stop()
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
