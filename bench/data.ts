/**
 * Fashion-MNIST from its four packed files to pictures in memory: ours beside Python's standard library. And 10,000 captioned
 * faces drawn, for which there is no peer.
 */
import path from 'node:path';
import { UserError } from '../lib/errors';
import { root, run } from '../lib/setup/common.js';
import { dataSet, findFolder, waysToGet } from '../lib/setup/data.js';
import { findPython } from '../lib/setup/python.js';
import { type Bench, interleaved, row, type Row } from './support/bench';

/** Each measures itself in a process of its own: nothing is read twice, and the start of Node or Python does not count. */
const ours = `
require('./lib/setup/register.js');
const { fashionMnist } = require('./datasets');
const start = performance.now();
fashionMnist().then(({ train, test }) => {
  if (train.size + test.size !== 70000) throw new Error('not all pictures');
  console.log(performance.now() - start);
});`;

/** One process draws 10,000 faces at each size; the time includes attributes and captions. */
const drawing = (size: number) => `
require('./lib/setup/register.js');
const { captionedFaces } = require('./datasets');
require('./lib/engine').ready({ engine: 'cpu' }).then(() => {
  const start = performance.now();
  const { train } = captionedFaces({ size: ${size}, train: 10000, test: 0, heldOut: 0 });
  for (let from = 0; from < train.size; from += 1000) {
    const places = Array.from({ length: 1000 }, (_, i) => from + i);
    if (train.captions(places).length !== 1000) throw new Error('not all captions');
    train.images(places).dispose();
  }
  console.log(performance.now() - start);
});`;

const peer = `
import gzip, hashlib, struct, sys, time
folder, check = sys.argv[1], sys.argv[2] == "checked"
start = time.perf_counter()
total = 0
for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
    with gzip.open(f"{folder}/{name}-ubyte.gz") as file:
        data = file.read()
    if check:
        hashlib.sha256(data).hexdigest()
    magic, count = struct.unpack(">II", data[:8])
    pixels = memoryview(data)[16 if magic == 0x803 else 8:]
    total += count
assert total == 140000
print((time.perf_counter() - start) * 1000)`;

async function measure(command: string, args: string[]): Promise<number> {
  const { code, stdout, output } = await run(command, args, { cwd: root });
  if (code !== 0) throw new Error(`${path.basename(command)} failed: ${output}`);
  return Number(stdout);
}

async function facesRows(say: (text: string) => void): Promise<Row[]> {
  const draw = (size: number) => () => measure(process.execPath, ['-e', drawing(size)]);
  const times = await interleaved([draw(32), draw(64)], 3, say);
  return times.map((time, i) => row(`10,000 faces of ${[32, 64][i]}×${[32, 64][i]}, with captions`, time, null, 'ms'));
}

export const bench: Bench = {
  summary: 'Fashion-MNIST from packed files to memory, and 10,000 captioned faces drawn, in milliseconds',
  peer: "Python's gzip, struct and hashlib",
  async run(say) {
    const faces = await facesRows(say);
    const set = dataSet('fashion-mnist');
    const folder = findFolder(set);
    if (!folder) throw new UserError(`the data set is not on this machine\n${waysToGet(set)}`, 3);
    const python = await findPython();
    const node = () => measure(process.execPath, ['-e', ours]);
    if (!python) return [row('load and check', (await interleaved([node], 7, say))[0], null, 'ms'), ...faces];
    const peers = ['checked', 'unchecked'].map((how) => () => measure(python, ['-c', peer, folder, how]));
    const [mine, checked, unchecked] = await interleaved([node, ...peers], 7, say);
    return [
      row('load and check', mine, checked, 'ms'),
      row('load and check, peer without a check', mine, unchecked, 'ms'),
      ...faces,
    ];
  },
};
