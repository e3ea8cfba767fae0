"""Nothing that a cell prints or shows is lost, and all of it arrives in order."""

import os
import unittest

from client import KernelCase

# A loss that happens now and then shows when each burst comes ten times.
ROUNDS = int(os.environ.get("GENLAB_ROUNDS", "10"))


class Bursts(KernelCase):
    def test_60_cells_of_50_lines(self):
        for _ in range(ROUNDS):
            ids = [self.kc.execute(f"for (let i = 0; i < 50; i++) console.log('{n}:' + i);") for n in range(60)]
            for n, msg_id in enumerate(ids):
                result = self.collect(msg_id)
                self.assertEqual(result.text(), "".join(f"{n}:{i}\n" for i in range(50)))

    def test_10000_lines(self):
        for _ in range(ROUNDS):
            result = self.ok("for (let i = 0; i < 10_000; i++) console.log('line ' + i);")
            self.assertEqual(result.text(), "".join(f"line {i}\n" for i in range(10_000)))

    def test_20_megabytes(self):
        for _ in range(ROUNDS):
            result = self.ok("console.log('0123456789'.repeat(2_000_000));")
            self.assertEqual(result.text(), "0123456789" * 2_000_000 + "\n")

    def test_200_displays(self):
        for _ in range(ROUNDS):
            result = self.ok(
                "import { display } from 'tslab';\nfor (let i = 0; i < 200; i++) display.html(`<b>${i}</b>`);"
            )
            shown = [content["data"]["text/html"] for content in result.of("display_data")]
            self.assertEqual(shown, [f"<b>{i}</b>" for i in range(200)])

    def test_streams_keep_their_order(self):
        for _ in range(ROUNDS):
            result = self.ok("for (let i = 0; i < 200; i++) (i % 2 ? console.error : console.log)(i);")
            order = [(c["name"], c["text"]) for c in result.of("stream")]
            self.assertEqual("".join(text for _, text in order), "".join(f"{i}\n" for i in range(200)))
            self.assertEqual({name for name, text in order if int(text.split()[0]) % 2}, {"stderr"})

    def test_streams_and_displays_keep_their_order(self):
        for _ in range(ROUNDS):
            result = self.ok(
                "import { display } from 'tslab';\n"
                "for (let i = 0; i < 100; i++) { process.stdout.write(i + ','); await null; display.text('|' + i); }"
            )
            shown = [m["content"] for m in result.messages if m["msg_type"] in ("stream", "display_data")]
            text = "".join(c["text"] if "text" in c else c["data"]["text/plain"] for c in shown)
            self.assertEqual(text, "".join(f"{i},|{i}" for i in range(100)))

    def test_characters_of_every_length(self):
        """Bytes of one character may come in two chunks, also from programs."""
        whole = "aé€😀\0z" * 20_000
        for _ in range(ROUNDS):
            result = self.ok(
                "import { execSync } from 'node:child_process';\nconst text = 'aé€😀\\0z'.repeat(20_000);\n"
                "const bytes = Buffer.from(text);\nfor (let i = 0; i < bytes.length; i += 997) process.stdout.write(bytes.subarray(i, i + 997));\n"
                "console.error(text);\nexecSync('cat >&2', { input: text, stdio: ['pipe', 'inherit', 'inherit'] });"
            )
            self.assertEqual(result.text(), whole)
            self.assertEqual(result.text("stderr"), f"{whole}\n{whole}")

    def test_what_native_code_and_other_programs_write(self):
        result = self.ok(
            "import { execSync } from 'node:child_process';\nimport { writeSync } from 'node:fs';\n"
            "writeSync(1, 'from a file descriptor\\n');\nexecSync('echo from a shell; echo and its errors >&2', { stdio: 'inherit' });"
        )
        self.assertEqual(result.text(), "from a file descriptor\nfrom a shell\n")
        self.assertEqual(result.text("stderr"), "and its errors\n")

    def test_timers_after_the_cell(self):
        """Their output goes to the cell that started them, also while another one prints."""
        for n in range(ROUNDS):
            msg_id = self.kc.execute(
                f"for (let i = 0; i < 20; i++) setTimeout(() => console.log('later', {n}, i), 50 + 5 * i);\n"
                "setTimeout(async () => { await null; console.error('last'); }, 200);"
            )
            late = []
            late += self.collect(msg_id, seen=late).messages  # on a slow machine some come before it is idle
            code = "for (let i = 0; i < 30; i++) { console.log('now', i); await new Promise((r) => setTimeout(r, 5)); }"
            other = self.collect(self.kc.execute(code), seen=late)
            self.assertEqual(other.text(), "".join(f"now {i}\n" for i in range(30)))
            while not any(m["content"].get("name") == "stderr" for m in late):
                late.append(self.kc.get_iopub_msg(timeout=300))
            late = [m for m in late if m["msg_type"] == "stream"]
            self.assertEqual({m["parent_header"]["msg_id"] for m in late}, {msg_id})
            text = "".join(m["content"]["text"] for m in late if m["content"]["name"] == "stdout")
            self.assertEqual(text, "".join(f"later {n} {i}\n" for i in range(20)))


class Displays(KernelCase):
    def test_update_in_place(self):
        result = self.ok("import { newDisplay } from 'tslab';\nconst d = newDisplay();\nd.text('a');\nd.text('b');")
        (first,) = result.of("display_data")
        (second,) = result.of("update_display_data")
        self.assertEqual(first["transient"], second["transient"])
        self.assertEqual(second["data"], {"text/plain": "b"})

    def test_objects_that_show_themselves(self):
        result = self.ok("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<i>x</i>', 'text/plain': 'x' }) })")
        self.assertEqual(result.of("execute_result")[0]["data"], {"text/html": "<i>x</i>", "text/plain": "x"})

    def test_bundles_of_several_types(self):
        result = self.ok(
            "const show = (globalThis as any)[Symbol.for('jupyter.display')];\n"
            "show({ 'text/plain': 'x', 'image/png': new Uint8Array([1, 2]) }, { displayId: 'one', metadata: { a: 1 } });"
        )
        (content,) = result.of("display_data")
        self.assertEqual(content["data"], {"text/plain": "x", "image/png": "AQI="})
        self.assertEqual(content["transient"], {"display_id": "one"})
        self.assertEqual(content["metadata"], {"a": 1})

    def test_counts_and_hidden_cells(self):
        before = self.ok("1").reply["content"]["execution_count"]
        hidden = self.ok("2", silent=True)
        self.assertIsNone(hidden.value)
        self.assertEqual(self.ok("3").reply["content"]["execution_count"], before + 1)

    def test_user_expressions(self):
        self.ok("const seven = 7;")
        result = self.run_cell("0", user_expressions={"a": "seven * 2", "b": "nowhere"})
        expressions = result.reply["content"]["user_expressions"]
        self.assertEqual(expressions["a"]["data"]["text/plain"], "14")
        self.assertEqual(expressions["b"]["ename"], "ReferenceError")


if __name__ == "__main__":
    unittest.main()
