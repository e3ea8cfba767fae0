"""The work of bench/models/*.py. Says PyTorch's version and, with --names, what it knows; else answers each line on standard
input, a row's name, with the milliseconds that the work took."""

import importlib.util
import json
import pathlib
import sys
import time

import torch
from torch_peer import introduce

folder = pathlib.Path(__file__).parent.parent / "models"
sys.path.insert(0, str(folder))  # groups may share a module
works = {}
for file in sorted(folder.glob("*.py")):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    works.update({f"{name}, step": make for name, make in getattr(module, "steps", {}).items()})
    works.update({f"{name}, sampling": make for name, make in getattr(module, "samplers", {}).items()})

if "--names" in sys.argv:
    print(json.dumps(list(works)))
    sys.exit()
introduce()
started = {}
for line in sys.stdin:
    name = line.strip()
    is_sampler = name.endswith(", sampling")
    with torch.set_grad_enabled(not is_sampler):
        if name not in started:
            started[name] = works[name]()
            started[name]()
        start = time.perf_counter()
        result = started[name]()
        result.sum().item()
    print((time.perf_counter() - start) * 1000, flush=True)
