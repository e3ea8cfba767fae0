"""nbconvert as genlab wants it: pages and slides hold all they need and fetch nothing; scripts of ours end in .ts."""

import pathlib

from nbconvert.exporters.script import ScriptExporter

here = pathlib.Path(__file__).resolve().parents[3]
packages = here / "node_modules"

c = get_config()  # noqa: F821  (traitlets gives it to configuration files)
templates = str(here / "lib" / "setup" / "nbconvert")
c.TemplateExporter.extra_template_basedirs = [templates]
c.TemplateExporter.extra_template_paths = [
    templates,
    str(packages / "temml" / "dist"),
    str(packages / "reveal.js" / "dist"),
    str(here / "lib" / "widgets"),
]
c.HTMLExporter.template_name = "genlab"
c.SlidesExporter.template_name = "genlab-slides"
c.SlidesExporter.reveal_theme = "white"  # nbconvert's own choice fetches its letters from Google

# nbconvert chooses a script's ending before it starts the kernel, from what an earlier run left in the notebook. A notebook
# that never ran says in its kernelspec what it is.
original = ScriptExporter.from_notebook_node


def from_notebook_node(self, nb, resources=None, **options):
    if nb.metadata.get("kernelspec", {}).get("name") == "genlab" and not nb.metadata.get("language_info"):
        nb.metadata["language_info"] = {"name": "typescript", "file_extension": ".ts", "nbconvert_exporter": "script"}
    return original(self, nb, resources, **options)


if not hasattr(ScriptExporter, "_genlab"):  # a server reads its configuration more than once
    ScriptExporter._genlab = True
    ScriptExporter.from_notebook_node = from_notebook_node
