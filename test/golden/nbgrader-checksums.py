"""Golden values for test/lesson/nbgrader.test.ts, from nbgrader itself (made with nbgrader 0.9.6).

    pip install nbgrader==0.9.6
    python test/golden/nbgrader-checksums.py > test/golden/nbgrader-checksums.json
"""

import json

from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader import __version__
from nbgrader.utils import compute_checksum

SOURCES = [
    "",
    "await check('vae-kl', { kl });",
    "// 在此处写下你的代码\nthrow new Error('尚未实现');\n",
    "const epsilon = 'ε';\n\n\treturn `${epsilon} 🎲`;",
]
ROLES = {  # grade, solution, locked, task
    "solution": (False, True, False, False),
    "tests": (True, False, True, False),
    "manual": (True, True, False, False),
    "readonly": (False, False, True, False),
    "task": (False, False, True, True),
}
POINTS = [0, 1, 2.0, 0.5, 2.25, 10, 100, 0.1]

cases = []
for number, source in enumerate(SOURCES):
    for role, (grade, solution, locked, task) in ROLES.items():
        for kind in ["markdown"] if task else ["markdown", "code"]:
            for points in POINTS if grade and number < 2 else POINTS[:2]:
                metadata = {
                    "schema_version": 3,
                    "grade": grade,
                    "solution": solution,
                    "locked": locked,
                    "task": task,
                    "grade_id": f"vae-{role}_{number}",
                    "cell_type": kind,
                }
                if grade or task:
                    metadata["points"] = points
                make = new_code_cell if kind == "code" else new_markdown_cell
                cell = make(source=source, metadata={"nbgrader": metadata})
                cases.append({"source": source, "nbgrader": metadata, "checksum": compute_checksum(cell)})

rows = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
print(f'{{"nbgrader": "{__version__}", "cases": [\n{rows}\n]}}')
