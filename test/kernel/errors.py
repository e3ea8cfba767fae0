"""Errors name the cell, the line and the error; what goes wrong outside a cell is reported, and the kernel lives."""

import os
import tempfile
import time
import unittest

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
        self.assertEqual(self.fails("process.exit(1);").error["ename"], "ProcessExit")
        self.assertEqual(self.ok("kept").value, "5")

    def test_a_process_that_dies(self):
        result = self.fails("process.kill(process.pid, 'SIGKILL');\nawait new Promise(() => {});")
        self.assertIn("variables are lost", result.error["evalue"])
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
