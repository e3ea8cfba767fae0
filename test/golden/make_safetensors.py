"""Golden file for test/training/safetensors.test.ts: written by Python's `safetensors`, and ours read by it.

Run: python3 test/golden/make_safetensors.py   (needs numpy, safetensors 0.4.5; writes safetensors.json beside itself)
"""
import base64
import json
import pathlib
import subprocess

import numpy
import safetensors
import safetensors.numpy

here = pathlib.Path(__file__).resolve().parent
random = numpy.random.default_rng(0)
half_edges = [0.0, -0.0, 1.0, 65504.0, 65519.0, 65520.0, 6.1035156e-05, 6.0975552e-05, 5.9604645e-08, 2.9802322e-08,
              2.98023260404e-08, 1e-9, 0.333333343, -2.00097656, 1.00048828, 1.00146484, 1e6, -1e6, 3.1415927]  # fmt: skip
tensors = {
    'kernel': random.standard_normal((3, 4)).astype(numpy.float32),
    'scalar': numpy.array(-2.5, dtype=numpy.float32),
    'empty': numpy.zeros((0, 3), dtype=numpy.float32),
    'half': random.standard_normal((2, 3, 1)).astype(numpy.float16),
    'double': random.standard_normal(5),
    'steps': numpy.array([0, -7, 2**31 - 1], dtype=numpy.int32),
    'bytes': numpy.array([[0, 128], [255, 1]], dtype=numpy.uint8),
}
file = safetensors.numpy.save(tensors, metadata={'made by': 'Python', 'ε': '重参数化'})

# The other way round: what our writer writes, Python must read.
script = """
const { writeSafetensors } = require('./lib/training');
const values = Float32Array.from(JSON.parse(process.argv[1]));
const tensors = new Map([
  ['a/kernel', { dtype: 'float32', shape: [1, values.length], values }],
  ['steps', { dtype: 'int32', shape: [3], values: Int32Array.of(0, -7, 2 ** 31 - 1) }],
]);
for (const half of [false, true]) console.log(Buffer.from(writeSafetensors(tensors, { half, metadata: { epoch: '3' } })).toString('base64'));
"""
command = ['node', '-r', './lib/setup/register.js', '-e', script, json.dumps(half_edges)]
ours = subprocess.run(command, cwd=here.parent.parent, capture_output=True, check=True, text=True).stdout.split()
edges = numpy.array(half_edges, dtype=numpy.float32)
for text, dtype in zip(ours, (numpy.float32, numpy.float16)):
    with numpy.errstate(over='ignore'):
        expected = edges.astype(dtype)
    read = safetensors.numpy.load(base64.b64decode(text))
    numpy.testing.assert_array_equal(read['a/kernel'], expected[None])
    assert read['a/kernel'].dtype == dtype and read['steps'].tolist() == [0, -7, 2**31 - 1]

with numpy.errstate(over='ignore'):
    halves = edges.astype(numpy.float16)
golden = {
    'file': base64.b64encode(file).decode(),
    'tensors': {name: {'shape': list(t.shape), 'values': t.astype(float).ravel().tolist()} for name, t in tensors.items()},
    'half': {'values': edges.astype(float).tolist(), 'bits': halves.view(numpy.uint16).tolist()},
}
path = here / 'safetensors.json'
path.write_text(json.dumps(golden, indent=1) + '\n')
print(f'{path.name}: {len(tensors)} tensors from safetensors {safetensors.__version__}; ours read by it')
