"""What a front end asks while the person types: completion, inspection, input, comms."""

import json
import os
import tempfile
import time
import unittest

from jupyter_client.manager import start_new_kernel

from client import KernelCase


class FrontEnd(KernelCase):
    def request(self, kind, content):
        message = self.kc.session.msg(kind, content)
        self.kc.shell_channel.send(message)
        while True:
            reply = self.kc.get_shell_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]

    def complete(self, code):
        return self.request("complete_request", {"code": code, "cursor_pos": len(code)})

    def test_names_of_earlier_cells(self):
        self.ok("const latentSize = 16;\nclass Encoder { readonly layers = 3; encode() {} }\nconst encoder = new Encoder();")
        self.assertIn("latentSize", self.complete("latent")["matches"])
        reply = self.complete("1; encoder.e")
        self.assertEqual(reply["matches"], ["encode"])
        self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (11, 12))

    def test_paths_of_imports(self):
        with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
            name = os.path.basename(folder)
            with open(os.path.join(folder, "helper.ts"), "w") as file:
                file.write("export const helped = 1;")
            self.assertIn(name, self.complete(f"import {{ helped }} from './{name[:3]}")["matches"])
            self.assertEqual(self.complete(f"import {{ helped }} from './{name}/")["matches"], ["helper"])
            self.assertEqual(self.complete(f"await import('./{name}/h")["matches"], ["helper"])

    def test_history_outlives_the_kernel(self):
        secret = "a secret that was typed"
        code = f"'marked {time.time()}'.length + 0 * (await input('key: ', {{ password: true }})).length"
        msg_id = self.kc.execute(code, allow_stdin=True)
        self.kc.get_stdin_msg(timeout=30)
        self.kc.input(secret)
        self.assertEqual(self.collect(msg_id).status, "ok")
        manager, client = start_new_kernel(kernel_name="genlab", startup_timeout=120)
        try:
            request = client.session.msg("history_request", {"hist_access_type": "tail", "n": 500, "raw": True, "output": True})
            client.shell_channel.send(request)
            while True:
                reply = client.get_shell_msg(timeout=30)
                if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                    break
            inputs = [entry[2][0] for entry in reply["content"]["history"]]
            self.assertIn(code, inputs)
            self.assertNotIn(secret, json.dumps(reply["content"]))
        finally:
            client.stop_channels()
            manager.shutdown_kernel()

    def test_positions_count_code_points(self):
        code = "'😀😀'; Math.hyp"
        reply = self.complete(code)
        self.assertEqual(reply["matches"], ["hypot"])
        self.assertEqual(reply["cursor_end"], len(code))

    def test_while_a_cell_runs(self):
        self.complete("Math.")
        running = self.kc.execute("for (;;);")
        time.sleep(0.3)
        began = time.time()
        self.assertIn("hypot", self.complete("Math.hy")["matches"])
        reply = self.request("inspect_request", {"code": "Math.hypot", "cursor_pos": 7, "detail_level": 0})
        self.assertIn("square root", reply["data"]["text/plain"])
        self.assertLess(time.time() - began, 5)
        self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))
        self.assertEqual(self.collect(running).error["ename"], "KeyboardInterrupt")

    def test_inspection_of_own_functions(self):
        self.ok("/** Doubles a number. */\nfunction double(x: number): number {\n  return 2 * x;\n}")
        reply = self.request("inspect_request", {"code": "double(", "cursor_pos": 7, "detail_level": 0})
        self.assertTrue(reply["found"])
        self.assertIn("double(x: number): number", reply["data"]["text/plain"])
        self.assertIn("Doubles a number.", reply["data"]["text/plain"])
        self.assertFalse(self.request("inspect_request", {"code": "  ", "cursor_pos": 1, "detail_level": 0})["found"])

    def test_password_and_prompt(self):
        msg_id = self.kc.execute("const key = await input('key: ', { password: true });\nconst more = prompt('more?');\n[key, more]", allow_stdin=True)
        self.assertEqual(self.kc.get_stdin_msg(timeout=30)["content"], {"prompt": "key: ", "password": True})
        self.kc.input("s3cret")
        self.assertEqual(self.kc.get_stdin_msg(timeout=30)["content"]["prompt"], "more?")
        self.kc.input("yes")
        self.assertEqual(self.collect(msg_id).value, "[ 's3cret', 'yes' ]")

    def test_no_input_where_nobody_is(self):
        result = self.run_cell("await input('name?');", allow_stdin=False)
        self.assertIn("does not take input", result.error["evalue"])

    def test_interrupted_prompt(self):
        for code in ("await input('?');", "prompt('?');"):
            msg_id = self.kc.execute(code, allow_stdin=True)
            self.kc.get_stdin_msg(timeout=30)
            self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))
            self.assertEqual(self.collect(msg_id).error["ename"], "KeyboardInterrupt")

    def test_comms(self):
        self.ok(
            "const comms = (globalThis as any)[Symbol.for('jupyter.comms')];\n"
            "comms.register('echo', (comm: any, first: any) => { comm.send({ opened: first.data }); "
            "comm.onMessage = ({ data, buffers }: any) => comm.send({ data, bytes: buffers.length }, buffers); });"
        )
        session, shell = self.kc.session, self.kc.shell_channel
        shell.send(session.msg("comm_open", {"comm_id": "c1", "target_name": "echo", "data": {"a": 1}}))
        message = session.msg("comm_msg", {"comm_id": "c1", "data": 5})
        message["buffers"] = [b"\x00\x01"]
        shell.send(message)
        got = []
        while len(got) < 2:
            message = self.kc.get_iopub_msg(timeout=30)
            if message["msg_type"] == "comm_msg":
                got.append((message["content"]["data"], [bytes(b) for b in message["buffers"]]))
        self.assertEqual(got, [({"opened": {"a": 1}}, []), ({"data": 5, "bytes": 1}, [b"\x00\x01"])])
        self.assertEqual(self.request("comm_info_request", {"target_name": "echo"})["comms"], {"c1": {"target_name": "echo"}})
        shell.send(session.msg("comm_close", {"comm_id": "c1", "data": {}}))
        self.assertEqual(self.request("comm_info_request", {})["comms"], {})
        shell.send(session.msg("comm_open", {"comm_id": "c2", "target_name": "nobody", "data": {}}))
        while self.kc.get_iopub_msg(timeout=30)["msg_type"] != "comm_close":
            pass


if __name__ == "__main__":
    unittest.main()
