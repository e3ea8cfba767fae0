"""Jupyter's own conformance suite (jupyter_kernel_test) against our kernel."""

import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "genlab"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    code_generate_error = "throw new Error('as asked')"
    code_page_something = "Math.hypot?"
    code_inspect_sample = "parseFloat"
    code_clear_output = "import { clearOutput } from 'tslab';\nclearOutput();"

    completion_samples = [
        {"text": "Math.hyp", "matches": {"hypot"}},
        {"text": "process.vers", "matches": {"version", "versions"}},
        {"text": "JSON.", "matches": {"parse", "stringify"}},
    ]

    complete_code_samples = [
        "1",
        "console.log('hello, world')",
        "function f(x: number): number {\n  return x * 2;\n}\n",
        "const text = `a\nb`;",
        "await Promise.resolve(1)",
        "interface Point { x: number }",
    ]
    incomplete_code_samples = [
        "function f(x: number): number {",
        "const text = `a",
        "[1, 2,",
        "if (true) {\n  1;\n",
        "/* a comment",
        "const a =",
    ]
    invalid_code_samples = ["let 1x;", "import = 7q", "const a = );", "function (", "}"]

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "const x: number = 2;\nx ** 5", "result": "32"},
        {"code": "['a', 'b'].map((s) => s.toUpperCase())", "result": "[ 'A', 'B' ]"},
        {"code": "await Promise.resolve('later')", "result": "'later'"},
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab';\ndisplay.html('<b>x</b>');", "mime": "text/html"},
        {"code": "display.svg('<svg></svg>');", "mime": "image/svg+xml"},
        {"code": "display.png(new Uint8Array([137, 80, 78, 71]));", "mime": "image/png"},
        {"code": "display.jpeg(new Uint8Array([255, 216]));", "mime": "image/jpeg"},
        {"code": "display.gif(new Uint8Array([71, 73, 70]));", "mime": "image/gif"},
        {"code": "display.pdf(new Uint8Array([37, 80, 68, 70]));", "mime": "application/pdf"},
        {"code": "display.latex('$l$');", "mime": "text/latex"},
        {"code": "display.markdown('# m');", "mime": "text/markdown"},
        {"code": "display.javascript('1');", "mime": "text/javascript"},
        {"code": "display.text('t');", "mime": "text/plain"},
        {"code": "display.raw('application/vnd.custom+json', '{}');", "mime": "application/vnd.custom+json"},
    ]

    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")

    def test_stdin(self):
        self.flush_channels()
        self.kc.execute("const name = await input('name: ');\nname.length", allow_stdin=True)
        request = self.kc.get_stdin_msg(timeout=15)
        self.assertEqual(request["content"], {"prompt": "name: ", "password": False})
        self.kc.input("Ada")
        reply = self.get_non_kernel_info_reply(timeout=15)
        self.assertEqual(reply["content"]["status"], "ok")


    def test_nothing_is_left_out(self):
        """Whatever the suite lets a kernel opt into is filled in: a later version's new part would be seen here."""
        mine = vars(Conformance)
        optional = [name for name, value in vars(jupyter_kernel_test.KernelTests).items() if value in ("", [], ()) and not name.startswith("_")]
        self.assertGreater(len(optional), 12)
        self.assertEqual([name for name in optional if not mine.get(name)], [])


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "genlab"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
