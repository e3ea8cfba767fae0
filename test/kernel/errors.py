"""Errors name the cell, the line and the error; what goes wrong outside a cell is reported, and the kernel lives."""

import os
import tempfile
import time
import unittest

from jupyter_client.manager import start_new_kernel

from client import KernelCase


class Errors(KernelCase):
    def fails(self, code, **options):
        result = self.run_cell(code, **options)
        self.assertEqual(result.status, "error", result.reply["content"])
        (shown,) = result.of("error")
        self.assertEqual(shown["ename"], result.error["ename"])
        return result

    def test_thrown(self):
        result = self.fails("interface Gap {\n  a: number;\n}\n\nthrow new RangeError('too far');")
        count = result.error["execution_count"]
        self.assertEqual((result.error["ename"], result.error["evalue"]), ("RangeError", "too far"))
        self.assertIn(f"cell {count}:5:7", result.traceback)
        self.assertIn("> 5 | throw new RangeError('too far');", result.traceback)
        self.assertNotIn("lib/kernel", result.traceback)
        self.assertNotIn("node:internal", result.traceback)

    def test_in_a_function_of_an_earlier_cell(self):
        first = self.ok("function fragile(x: unknown): string {\n  return (x as string).trim();\n}")
        result = self.fails("// one\n// two\nfragile(undefined);")
        count = first.reply["content"]["execution_count"]
        self.assertIn(f"at fragile (cell {count}:2:", result.traceback)
        self.assertIn("> 3 | fragile(undefined);", result.traceback)

    def test_in_a_library_file(self):
        with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
            with open(os.path.join(folder, "lib.ts"), "w") as file:
                file.write("interface A {\n  a: 1;\n}\nexport function fail(a: A): never {\n  throw new Error(`no ${a.a}`);\n}\n")
            name = os.path.basename(folder)
            result = self.fails(f"import {{ fail }} from './{name}/lib';\nfail({{ a: 1 }});")
            self.assertIn(f"{name}/lib.ts:5:9", result.traceback)
            self.assertIn("> 5 |   throw new Error(`no ${a.a}`);", result.traceback)
            self.assertIn("> 2 | fail({ a: 1 });", result.traceback)

    def test_values_that_are_no_errors(self):
        self.assertEqual(self.fails("throw 'words';").error["evalue"], "words")
        self.assertEqual(self.fails("throw null;").error["evalue"], "null")
        self.assertEqual(self.fails("throw { a: 1 };").error["evalue"], "{ a: 1 }")

    def test_type_errors_keep_the_cell_from_running(self):
        result = self.fails("console.log('not printed');\nconst n: number = 'text';\nmissing;")
        self.assertEqual(result.error["ename"], "TypeScriptError")
        self.assertEqual(result.text(), "")
        self.assertIn("> 2 | const n: number = 'text';", result.traceback)
        self.assertIn("Cannot find name 'missing'", result.traceback)
        self.assertEqual(self.fails("function f(x) { return x; }").error["ename"], "TypeScriptError")  # strict

    def test_syntax_errors(self):
        result = self.fails("const a = 1;\nconst b = ;")
        self.assertEqual(result.error["ename"], "SyntaxError")
        self.assertIn("> 2 | const b = ;", result.traceback)

    def test_unused_names_are_no_errors(self):
        self.ok("const unused = 1;\nfunction alsoUnused(argument: number) {}\nlabel: for (;;) break label;")

    def test_outside_the_cell(self):
        result = self.ok(
            "setTimeout(() => { throw new Error('in a timer'); }, 5);\nPromise.reject(new Error('nobody waits'));\n"
            "await new Promise((r) => setTimeout(r, 100));\n'alive'"
        )
        self.assertEqual(result.value, "'alive'")
        self.assertIn("in a timer", result.text("stderr"))
        self.assertIn("nobody waits", result.text("stderr"))

    def test_process_exit(self):
        self.ok("let kept = 5;")
        for code in ("process.exit(1);", "process.abort();", "await null;\nprocess.exit();", "(process as any).reallyExit(3);"):
            self.assertEqual(self.fails(code).error["ename"], "ProcessExit")
        later = self.ok("setTimeout(() => process.exit(2), 5);\nawait new Promise((r) => setTimeout(r, 100));")
        self.assertIn("process.exit(2) ends the cell", later.text("stderr"))
        self.assertEqual(self.ok("kept").value, "5")

    def test_a_process_that_dies(self):
        self.ok("interface Size { a: number }\nconst weights = [1], { length: size } = weights;\nimport fs from 'node:fs';")
        result = self.fails("console.log('said before');\nprocess.kill(process.pid, 'SIGKILL');\nawait new Promise(() => {});")
        self.assertEqual(result.text(), "said before\n")
        self.assertEqual(result.error["ename"], "OutOfMemory")  # only the system's killer sends this signal
        self.assertRegex(result.error["evalue"], r"All variables are lost \(.*weights, size\)")
        self.assertEqual(self.fails("weights").error["ename"], "TypeScriptError")
        self.assertEqual(self.ok("1 + 1").value, "2")
        result = self.fails("process.kill(process.pid, 'SIGSEGV');\nawait new Promise(() => {});")
        self.assertIn("SIGSEGV", result.error["evalue"])

    def test_a_process_that_dies_between_cells(self):
        msg_id = self.ok("let gone = 1;\nsetTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);").messages[0]["parent_header"]["msg_id"]
        while True:
            message = self.kc.get_iopub_msg(timeout=300)
            if message["msg_type"] == "stream":
                break
        self.assertEqual(message["parent_header"]["msg_id"], msg_id)
        self.assertIn("All variables are lost", message["content"]["text"])
        self.assertEqual(self.fails("gone").error["ename"], "TypeScriptError")
        self.assertEqual(self.ok("1 + 1").value, "2")

    def test_cells_after_an_error_do_not_run(self):
        ids = [self.kc.execute(code) for code in ("throw new Error('first');", "console.log('second');")]
        self.assertEqual(self.collect(ids[0]).status, "error")
        self.assertEqual(self.collect(ids[1]).status, "aborted")
        self.ok("1")
        ids = [
            self.kc.execute("throw new Error('first');", stop_on_error=False),
            self.kc.execute("console.log('second');"),
        ]
        self.assertEqual(self.collect(ids[0]).status, "error")
        self.assertEqual(self.collect(ids[1]).text(), "second\n")


class OutOfMemory(KernelCase):
    """The limit on JavaScript's memory is what the environment says."""

    @classmethod
    def setUpClass(cls):
        environment = {**os.environ, "NODE_OPTIONS": "--max-old-space-size=350"}
        cls.km, cls.kc = start_new_kernel(kernel_name="genlab", startup_timeout=300, env=environment)

    def test_full_heap(self):
        self.ok("const losses = [1, 2], name = 'x';\nfunction grow(): string[][] {\n  return [];\n}")
        result = self.run_cell("console.log('begun');\nconst all = grow();\nfor (;;) all.push(new Array(1e6).fill('x'));")
        self.assertEqual((result.text(), result.text("stderr")), ("begun\n", ""))  # not V8's own dump
        self.assertEqual(result.error["ename"], "OutOfMemory")
        self.assertRegex(result.error["evalue"], r"more JavaScript memory than Node allows \(\d+ MB\).*--max-old-space-size")
        self.assertRegex(result.error["evalue"], r"All variables are lost \((?=.*losses)(?=.*name)(?=.*grow)[\w, ]+\)")
        self.assertEqual(self.run_cell("losses").error["ename"], "TypeScriptError")
        self.assertEqual(self.ok("const losses = 3;\nlosses").value, "3")

    def test_a_buffer_too_large(self):
        """Native memory that cannot be had is an error like any other."""
        self.ok("let kept = 1;")
        self.assertEqual(self.run_cell("new Float32Array(1e15);").error["ename"], "RangeError")
        self.assertEqual(self.run_cell("Buffer.alloc(2 ** 50);").error["ename"], "RangeError")
        self.assertEqual(self.ok("kept").value, "1")


class Language(KernelCase):
    def test_a_let_that_is_assigned_later(self):
        self.ok("let level = 1;\nfunction read() {\n  return level;\n}")
        self.ok("level = 2;")
        self.assertEqual(self.ok("read()").value, "2")
        self.assertEqual(self.run_cell("level = 'text';").status, "error")

    def test_constants_stay(self):
        self.ok("const fixed = 1;")
        self.assertEqual(self.run_cell("fixed = 2;").status, "error")

    def test_declared_again(self):
        for code in ("const again = 1;", "let again = 'text';", "function again() {}", "class again {}", "enum again { A }"):
            self.ok(code)
        self.assertEqual(self.ok("interface again { a: number }\nconst one: again = { a: 1 };\none.a").value, "1")

    def test_narrowing_by_assignment(self):
        self.ok("let text: string | undefined;")
        self.assertEqual(self.ok("text = 'a';\ntext.length").value, "1")

    def test_types_across_cells(self):
        self.ok("interface Point { x: number }\ntype Points = Point[];\nclass Box<T> { constructor(readonly of: T) {} }")
        self.assertEqual(self.ok("const points: Points = [{ x: 1 }];\nnew Box(points).of[0].x").value, "1")

    def test_edited_files_are_read_again(self):
        with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:

            def write(name, text):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)

            name = os.path.basename(folder)
            write("deep.ts", "export const deep = 1;")
            write("direct.ts", "import { deep } from './deep';\nexport const both = () => deep * 10;")
            code = f"import {{ both }} from './{name}/direct';\nboth()"
            self.assertEqual(self.ok(code).value, "10")
            time.sleep(0.02)
            write("deep.ts", "export const deep = 2;")
            self.assertEqual(self.ok(code).value, "20")
            write("direct.ts", "import { deep } from './deep';\nexport const both = () => `${deep}!`;")
            self.assertEqual(self.ok(code).value, "'2!'")
            self.assertEqual(self.ok("both().length").value, "2")

    def test_packages_of_every_kind(self):
        self.assertEqual(self.ok("import * as tf from '@tensorflow/tfjs';\ntf.version.tfjs").value[:2], "'4")
        self.ok("import { encode } from 'fast-png';\nimport ts from 'typescript';\nts.version")  # for import only; default
        self.ok("import fs, { readFileSync } from 'node:fs';\nfs.readFileSync === readFileSync")
        self.assertEqual(self.ok("(await import('node:path')).basename('/a/b')").value, "'b'")
        self.assertEqual(self.ok("require('node:path').sep").value, "'/'")

    def test_the_project_itself(self):
        self.assertEqual(self.ok("import { vae } from 'genlab';\ntypeof vae").value, "'object'")


if __name__ == "__main__":
    unittest.main()
