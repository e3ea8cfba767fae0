"""nbconvert executes and converts notebooks of ours."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import unittest


KERNELSPEC = {"name": "genlab", "display_name": "TypeScript (genlab)", "language": "typescript"}


def notebook(*cells):
    code = [
        {"cell_type": "code", "id": f"c{i}", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for i, source in enumerate(cells)
    ]
    # As any front end saves it: nbconvert chooses a script's extension before it starts the kernel.
    language = {"name": "typescript", "file_extension": ".ts", "nbconvert_exporter": "script", "pygments_lexer": "typescript"}
    return {
        "cells": code,
        "metadata": {"kernelspec": KERNELSPEC, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


class Convert(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def convert(self, to, *cells, options=(), metadata=None, prose=None):
        file = os.path.join(self.folder.name, "small.ipynb")
        made = notebook(*cells)
        made["metadata"] = metadata or made["metadata"]
        if prose:
            made["cells"].insert(0, {"cell_type": "markdown", "id": "prose", "metadata": {}, "source": prose})
        with open(file, "w") as out:
            json.dump(made, out)
        command = [sys.executable, "-m", "nbconvert", "--execute", "--to", to, "--output-dir", self.folder.name, *options, file]
        # pandoc as the tests' requirements bring it
        files = os.path.join(sysconfig.get_path("purelib"), "pypandoc", "files")
        env = {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", ""), files])}
        return subprocess.run(command, capture_output=True, text=True, timeout=180, env=env)

    def read(self, name):
        with open(os.path.join(self.folder.name, name)) as file:
            return file.read()

    cells = (
        "interface Point { x: number }\nconst point: Point = { x: 6 };\nconsole.log('printed');",
        "import { display } from 'tslab';\ndisplay.html('<b id=\"shown\">bold</b>');\npoint.x * 7",
    )

    def test_html(self):
        done = self.convert("html", *self.cells)
        self.assertEqual(done.returncode, 0, done.stderr)
        page = self.read("small.html")
        for expected in ("In\xa0[2]", "Out[2]", "printed", '<b id="shown">', "42"):
            self.assertTrue(expected in page, f"{expected} is not in the page")

    def test_notebook(self):
        done = self.convert("notebook", *self.cells, options=["--output", "done"])
        self.assertEqual(done.returncode, 0, done.stderr)
        executed = json.loads(self.read("done.ipynb"))
        self.assertEqual([cell["execution_count"] for cell in executed["cells"]], [1, 2])
        self.assertEqual(executed["metadata"]["language_info"]["file_extension"], ".ts")

    def test_script(self):
        done = self.convert("script", *self.cells)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("const point: Point", self.read("small.ts"))

    def test_script_of_a_notebook_that_never_ran(self):
        done = self.convert("script", *self.cells, metadata={"kernelspec": KERNELSPEC})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("const point: Point", self.read("small.ts"))

    def test_pages_and_slides_fetch_nothing(self):
        widget = "import { slider } from 'genlab/widgets';\nslider({ label: 'beta' })"
        for to, name in (("html", "small.html"), ("slides", "small.slides.html")):
            done = self.convert(to, "7 * 6", widget, prose="# Title\n\n$a_b$")
            self.assertEqual(done.returncode, 0, done.stderr)
            page = self.read(name)
            self.assertEqual(re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']https?:[^"']*""", page), [])
            self.assertEqual(re.findall(r"""(?:import|from)\s*\(?["']https?:""", page), [])
            self.assertEqual(re.findall(r"""@import\s*(?:url\()?["']?https?:[^"')]*""", page), [])
            for expected in ("42", "temml", "genlabWidgets", '"description": "beta"'):
                self.assertTrue(expected in page, f"{expected} is not in {name}")
        self.assertTrue("Reveal.initialize" in page)

    def test_markdown_and_latex(self):
        done = self.convert("markdown", *self.cells)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(self.read("small.md"), r"```typescript\ninterface Point")
        done = self.convert("latex", "6 * 7", prose="# Title\n\n$a_b$", options=[])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\\section{Title}", self.read("small.tex"))

    def test_failure_names_cell_line_and_error(self):
        done = self.convert("html", "1", "const a = 1;\nthrow new RangeError('too far');")
        self.assertNotEqual(done.returncode, 0)
        message = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
        self.assertIn("RangeError: too far", message)
        self.assertIn("cell 2:2:7", message)


if __name__ == "__main__":
    unittest.main()
