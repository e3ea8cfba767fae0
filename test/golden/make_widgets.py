"""Writes widgets.json: the state that ipywidgets 8.1.9 gives each widget that lib/widgets has. pip install ipywidgets==8.1.9"""

import json
import pathlib

import ipywidgets

NAMES = "IntSlider FloatSlider Dropdown Button FloatProgress Output Checkbox ToggleButtons Text Label HTML HBox VBox Play".split()


def state(widget):
    return {name: "IPY_MODEL_" if str(value).startswith("IPY_MODEL_") else value for name, value in widget.get_state().items()}


cases = {}
for name in NAMES:
    options = {"options": ["a"]} if name in ("Dropdown", "ToggleButtons") else {}
    widget = getattr(ipywidgets, name)(**options)
    cases[name] = {"state": state(widget)}
    if hasattr(widget, "style"):
        cases[name]["style"] = state(widget.style)
cases["Layout"] = {"state": state(ipywidgets.Layout())}
a, b = ipywidgets.IntSlider(), ipywidgets.Play()
cases["Link"] = {"state": {**state(ipywidgets.jslink((a, "value"), (b, "value"))), "source": ["IPY_MODEL_", "value"], "target": ["IPY_MODEL_", "value"]}}
source = f"ipywidgets {ipywidgets.__version__}, protocol {ipywidgets.__protocol_version__}"
file = pathlib.Path(__file__).with_name("widgets.json")
file.write_text(json.dumps({"source": source, "cases": cases}, indent=1, sort_keys=True) + "\n")
