"""Runs every cell of a notebook, as `nbconvert --execute --allow-errors` does, and says which one it is at.

Usage: execute.py NOTEBOOK OUTPUT
"""

import os
import sys

import nbformat
from nbclient import NotebookClient

source, target = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def announce(cell, cell_index):
    if cell_index in code_cells:
        print(f"cell {code_cells.index(cell_index) + 1} of {len(code_cells)}", flush=True)


resources = {"metadata": {"path": os.path.dirname(os.path.abspath(source))}}
NotebookClient(notebook, timeout=None, allow_errors=True, resources=resources, on_cell_start=announce).execute()
nbformat.write(notebook, target)
