"""The wire: messages that are not what they should be, kernels that are killed, several kernels at once."""

import json
import os
import signal
import time
import unittest

import zmq
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_client.session import Session

from client import KernelCase


def alive(pid):
    """Is there such a process, and is it more than a zombie?"""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


class Malformed(KernelCase):
    def raw(self, frames):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.connect(f"tcp://{self.km.ip}:{self.km.shell_port}")
        socket.send_multipart(frames)
        answered = socket.poll(700)
        socket.close(linger=0)
        return answered

    def message(self, code="globalThis.broken = true;"):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        return self.kc.session.msg("execute_request", content)

    def test_what_is_not_signed_never_runs(self):
        stranger = Session(key=b"another key")
        self.assertFalse(self.raw(stranger.serialize(self.message())))
        unsigned = Session(key=b"")
        self.assertFalse(self.raw(unsigned.serialize(self.message())))
        frames = self.kc.session.serialize(self.message())
        frames[-1] = frames[-1].replace(b"true", b"1234")
        self.assertFalse(self.raw(frames))
        self.assertEqual(self.ok("'broken' in globalThis").value, "false")

    def test_what_is_sent_again_does_not_run_again(self):
        self.ok("let runs = 0;")
        frames = self.kc.session.serialize(self.message("runs++;"))
        self.assertTrue(self.raw(frames))
        self.assertFalse(self.raw(frames))
        self.assertEqual(self.ok("runs").value, "1")

    def test_nonsense(self):
        session = self.kc.session
        for frames in (
            [b""],
            [b"<IDS|MSG>"],
            [b"x", b"<IDS|MSG>", b"0" * 64, b"{}", b"{}", b"{}", b"{}"],
            [b"\xff" * 100] * 20,
        ):
            self.assertFalse(self.raw(frames))
        for parts in ([b"{", b"{}", b"{}", b"{}"], [b"[]", b"1", b"null", b'""'], [b'{"msg_type": 7}', b"{}", b"{}", b"{}"]):
            self.assertFalse(self.raw([b"<IDS|MSG>", session.sign(parts), *parts]))
        unknown = session.serialize(session.msg("no_such_request", {}))
        self.assertFalse(self.raw(unknown))
        for kind in ("complete_request", "inspect_request", "is_complete_request", "history_request", "execute_request"):
            self.raw(session.serialize(session.msg(kind, {"code": 7, "cursor_pos": "x", "n": {}})))
        self.assertEqual(self.ok("1 + 1").value, "2")


class Lives(unittest.TestCase):
    def test_killed_front_leaves_nothing(self):
        km, kc = start_new_kernel(kernel_name="genlab", startup_timeout=120)
        front = km.provisioner.pid
        kc.execute("for (;;);")
        time.sleep(0.7)
        executors = children(front)
        self.assertEqual(len(executors), 1)
        os.kill(front, signal.SIGKILL)
        for _ in range(100):
            if not any(map(alive, executors)):
                break
            time.sleep(0.1)
        self.assertFalse(any(map(alive, executors)))
        kc.stop_channels()
        km.cleanup_resources()

    def test_shutdown_while_a_cell_runs(self):
        km, kc = start_new_kernel(kernel_name="genlab", startup_timeout=120)
        front = km.provisioner.pid
        kc.execute("for (;;);")
        time.sleep(0.5)
        executors = children(front)
        began = time.time()
        kc.stop_channels()
        km.shutdown_kernel()
        self.assertLess(time.time() - began, 4)
        self.assertFalse(alive(front) or any(map(alive, executors)))

    def test_restarts(self):
        km, kc = start_new_kernel(kernel_name="genlab", startup_timeout=120)
        try:
            for n in range(int(os.environ.get("GENLAB_RESTARTS", "3"))):
                kc.execute_interactive(f"let n = {n};", timeout=60)
                km.restart_kernel()
                kc.wait_for_ready(timeout=120)
                reply = kc.execute_interactive("typeof n", timeout=60, output_hook=lambda _: None)
                self.assertEqual(reply["content"]["status"], "error")  # n is gone, and the type checker knows
        finally:
            kc.stop_channels()
            km.shutdown_kernel()

    def test_two_kernels(self):
        kernels = [start_new_kernel(kernel_name="genlab", startup_timeout=120) for _ in range(2)]
        try:
            for n, (_, kc) in enumerate(kernels):
                kc.execute_interactive(f"const mine = {n};", timeout=60)
            for n, (_, kc) in enumerate(kernels):
                shown = []
                kc.execute_interactive("console.log(mine);", timeout=60, output_hook=shown.append)
                text = [m["content"]["text"] for m in shown if m["msg_type"] == "stream"]
                self.assertEqual(text, [f"{n}\n"])
        finally:
            for km, kc in kernels:
                kc.stop_channels()
                km.shutdown_kernel()

    def test_ports_are_on_loopback(self):
        km = KernelManager(kernel_name="genlab")
        km.start_kernel()
        try:
            kc = km.client()
            kc.start_channels()
            kc.wait_for_ready(timeout=120)
            with open(km.connection_file) as file:
                self.assertEqual(json.load(file)["ip"], "127.0.0.1")
            kc.stop_channels()
        finally:
            km.shutdown_kernel()


if __name__ == "__main__":
    unittest.main()
