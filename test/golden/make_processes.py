"""Golden values for lib/models/processes: stationary distributions by numpy's eigenvectors.

    python test/golden/make_processes.py > test/golden/processes.json
"""

import json

import numpy as np

MATRICES = {
    "weather": [[0.8, 0.15, 0.05], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]],
    "a circle, which never settles": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "one state is left for good": [[0.5, 0.5, 0], [0, 0.25, 0.75], [0, 0.6, 0.4]],
    "five states": np.random.default_rng(0).dirichlet(np.ones(5), 5).tolist(),
}


def stationary(matrix):
    values, vectors = np.linalg.eig(np.array(matrix).T)
    vector = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    return (vector / vector.sum()).tolist()


cases = {name: {"matrix": matrix, "stationary": stationary(matrix)} for name, matrix in MATRICES.items()}
print(json.dumps({"source": f"numpy {np.__version__}", "cases": cases}))
