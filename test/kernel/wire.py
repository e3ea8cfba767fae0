"""The wire: messages that are not what they should be, kernels that are killed, several kernels at once."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

import zmq
from jupyter_client.manager import start_new_kernel
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
    def answers(self, *messages):
        """Sends raw frames and gives the types of the replies that come before that to a proper cell."""
        dealer = zmq.Context.instance().socket(zmq.DEALER)
        dealer.connect(f"tcp://{self.km.ip}:{self.km.shell_port}")
        session = self.kc.session
        last = self.message("0")
        for frames in [*messages, session.serialize(last)]:
            dealer.send_multipart(frames)
        types = []
        while True:
            self.assertTrue(dealer.poll(300_000), "no answer")
            _, frames = session.feed_identities(dealer.recv_multipart())
            header, parent = json.loads(frames[1]), json.loads(frames[2])
            if parent["msg_id"] == last["msg_id"]:
                dealer.close(linger=0)
                return types
            types.append(header["msg_type"])

    def message(self, code="(globalThis as any).broken = true;"):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        return self.kc.session.msg("execute_request", content)

    def signed(self, *parts):
        return [b"<IDS|MSG>", self.kc.session.sign(list(parts)), *parts]

    def tearDown(self):
        self.assertEqual(self.ok("'broken' in globalThis").value, "false")
        self.assertEqual(self.ok("1 + 1").value, "2")

    def test_what_is_not_signed_never_runs(self):
        frames = self.kc.session.serialize(self.message())
        wrong = [
            Session(key=b"another key").serialize(self.message()),
            Session(key=b"").serialize(self.message()),
            [*frames[:-1], frames[-1].replace(b"true", b"1234")],
            [frames[0], frames[1].upper(), *frames[2:]],
            [frames[0], frames[1][:-1], *frames[2:]],
            [frames[0], b"", *frames[2:]],
        ]
        self.assertEqual(self.answers(*wrong), [])

    def test_what_is_sent_again_does_not_run_again(self):
        self.ok("let runs = 0;")
        frames = self.kc.session.serialize(self.message("runs++;"))
        self.assertEqual(self.answers(frames, frames, [b"another", b"identity", *frames]), ["execute_reply"])
        self.assertEqual(self.answers(frames), [])
        self.assertEqual(self.ok("runs").value, "1")

    def test_wrong_order(self):
        mark, signature, header, parent, metadata, content = self.kc.session.serialize(self.message())
        for parts in ((content, parent, metadata, header), (parent, header, metadata, content), (header, parent, content)):
            self.assertEqual(self.answers(self.signed(*parts), [signature, mark, *parts], [*parts, mark, signature]), [])

    def test_nonsense(self):
        session = self.kc.session
        header = json.dumps({"msg_type": "execute_request", "msg_id": 7}).encode()
        self.assertEqual(
            self.answers(
                [b""],
                [b"<IDS|MSG>"],
                [b"<IDS|MSG>"] * 50,
                [b"x", b"<IDS|MSG>", b"0" * 64, b"{}", b"{}", b"{}", b"{}"],
                [b"\xff" * 100] * 20,
                self.signed(b"{", b"{}", b"{}", b"{}"),
                self.signed(b"[]", b"1", b"null", b'""'),
                self.signed(b'{"msg_type": 7}', b"{}", b"{}", b"{}"),
                self.signed(header, b"{}", b"{}", b"{}"),
                self.signed(b"{" * 100_000, b"[" * 1_000_000, b"{}", b"{}"),
                *(session.serialize(session.msg(kind, {})) for kind in ("no_such_request", "constructor", "__proto__", "")),
            ),
            [],
        )

    def test_contents_of_the_wrong_type_are_answered(self):
        kinds = ("complete_request", "inspect_request", "is_complete_request", "history_request", "comm_info_request")
        for content in ({"code": 7, "cursor_pos": "x", "n": {}, "pattern": []}, {}, {"cursor_pos": -5, "code": "a"}):
            sent = [self.kc.session.serialize(self.kc.session.msg(kind, content)) for kind in kinds]
            self.assertEqual(self.answers(*sent), [kind.replace("request", "reply") for kind in kinds])
        odd = [{"code": None}, {"code": "1", "user_expressions": 5}, {"code": {}, "silent": "yes"}, {}]
        sent = [self.kc.session.serialize(self.kc.session.msg("execute_request", content)) for content in odd]
        self.assertEqual(self.answers(*sent), ["execute_reply"] * len(odd))

    def test_large_messages(self):
        """A cell of a megabyte runs; as much and more of anything else is dropped."""
        junk = b"x" * 30_000_000
        self.assertEqual(self.answers([junk], [b"<IDS|MSG>", junk, junk], self.signed(b"{}", b"{}", b"{}", junk), [b""] * 20_000), [])
        result = self.ok(f"/* {'x' * 1_000_000} */ 'large'")
        self.assertEqual(result.value, "'large'")

    def test_cut_connections(self):
        """Bytes that are no ZeroMQ at all."""
        for port in (self.km.shell_port, self.km.control_port, self.km.stdin_port, self.km.iopub_port, self.km.hb_port):
            for data in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" + b"\0" * 8 + b"\x7f" + b"\0" * 200, os.urandom(10_000)):
                with socket.create_connection((self.km.ip, port)) as stream:
                    try:
                        stream.sendall(data)
                    except OSError:
                        pass  # it has hung up on us
        deadline = time.time() + 120  # a busy machine may miss single beats
        while not self.kc.hb_channel.is_beating():
            self.assertLess(time.time(), deadline)
            time.sleep(0.2)


def listening(pid):
    """Addresses at which a process takes connections, as /proc writes them."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[len("socket:[") : -1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/{pid}/net/{table}") as file:
            for line in file.read().splitlines()[1:]:
                fields = line.split()
                if fields[9] in inodes and (fields[3] == "0A" or table.startswith("udp")):
                    found.append(fields[1])
    return found


class Lives(unittest.TestCase):
    def start(self):
        km, kc = start_new_kernel(kernel_name="genlab", startup_timeout=300)
        self.addCleanup(km.cleanup_resources)
        self.addCleanup(lambda: alive(km.provisioner.pid) and km.shutdown_kernel(now=True))
        self.addCleanup(kc.stop_channels)
        return km, kc

    def assert_gone(self, *pids):
        for _ in range(600):
            if not any(map(alive, pids)):
                return
            time.sleep(0.1)
        self.fail(f"still there: {[pid for pid in pids if alive(pid)]}")

    def spin(self, kc):
        """A cell that never ends, once it has begun."""
        kc.execute("console.log('begun');\nfor (;;);")
        while kc.get_iopub_msg(timeout=300)["msg_type"] != "stream":
            pass

    def run_cell(self, kc, code):
        """Gives the status of the reply, and what was printed."""
        shown = []
        reply = kc.execute_interactive(code, timeout=300, output_hook=shown.append)
        return reply["content"]["status"], "".join(m["content"]["text"] for m in shown if m["msg_type"] == "stream")

    def test_killed_front_leaves_nothing(self):
        km, kc = self.start()
        front = km.provisioner.pid
        self.run_cell(kc, "import { spawn } from 'node:child_process';\nspawn('sleep', ['1000']);")
        self.spin(kc)
        (executor,) = children(front)
        (program,) = children(executor)
        os.kill(front, signal.SIGKILL)
        self.assert_gone(front, executor, program)

    def test_killed_server_leaves_nothing(self):
        script = (
            "import time\nfrom jupyter_client.manager import start_new_kernel\n"
            "km, kc = start_new_kernel(kernel_name='genlab', startup_timeout=300)\n"
            "print(km.provisioner.pid, flush=True)\nkc.execute('for (;;);')\ntime.sleep(1000)"
        )
        server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        front = int(server.stdout.readline())
        (executor,) = children(front)
        server.kill()
        server.wait()
        server.stdout.close()
        self.assert_gone(front, executor)

    def test_shutdown_while_a_cell_runs(self):
        km, kc = self.start()
        front = km.provisioner.pid
        self.spin(kc)
        executors = children(front)
        kc.stop_channels()
        km.shutdown_kernel()
        self.assert_gone(front, *executors)

    def test_restarts(self):
        km, kc = self.start()
        for n in range(int(os.environ.get("GENLAB_RESTARTS", "24"))):
            self.assertEqual(self.run_cell(kc, "console.log(typeof (globalThis as any).mark);"), ("ok", "undefined\n"))
            self.assertEqual(self.run_cell(kc, "(globalThis as any).mark = 1;"), ("ok", ""))
            (executor,) = children(km.provisioner.pid)
            km.restart_kernel()
            kc.wait_for_ready(timeout=300)
            self.assert_gone(executor)

    def test_two_kernels(self):
        (first_km, first), (_, second) = kernels = [self.start() for _ in range(2)]
        for n, (_, kc) in enumerate(kernels):
            self.assertEqual(self.run_cell(kc, f"const mine = {n};")[0], "ok")
        for n, (_, kc) in enumerate(kernels):
            self.assertEqual(self.run_cell(kc, "console.log(mine);"), ("ok", f"{n}\n"))
        self.spin(first)
        self.assertEqual(self.run_cell(second, "console.log('at work');"), ("ok", "at work\n"))
        first_km.interrupt_kernel()
        self.assertEqual(first.get_shell_msg(timeout=300)["content"]["ename"], "KeyboardInterrupt")
        self.assertEqual(self.run_cell(first, "console.log(mine);"), ("ok", "0\n"))
        os.kill(first_km.provisioner.pid, signal.SIGKILL)
        self.assertEqual(self.run_cell(second, "console.log(mine);"), ("ok", "1\n"))

    def test_ports_are_on_loopback(self):
        km, kc = self.start()
        with open(km.connection_file) as file:
            connection = json.load(file)
        self.assertEqual(connection["ip"], "127.0.0.1")
        front = km.provisioner.pid
        ports = sorted(value for name, value in connection.items() if name.endswith("_port"))
        loopback = "0100007F"  # 127.0.0.1, as the processor holds it
        self.assertEqual(sorted(listening(front)), sorted(f"{loopback}:{port:04X}" for port in ports))
        self.assertEqual([address for pid in children(front) for address in listening(pid)], [])


if __name__ == "__main__":
    unittest.main()
