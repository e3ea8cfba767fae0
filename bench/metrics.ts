/** The metrics on 10,000 images' features and probabilities, beside the same formulas in numpy and scipy. */
import path from 'node:path';
import { root, run } from '../lib/setup/common.js';
import { type Bench, interleaved, row, type Row } from './support/bench';
import { startStepper } from './support/stepper';

const names = [
  'FID of 10,000 images',
  'Inception score of 10,000 images',
  'precision and recall of 10,000 images',
  'exact W1 of 500 points',
];
const rounds = 5;

export const bench: Bench = {
  summary: 'milliseconds that FID, inception score, precision and recall, and exact W1 take',
  peer: 'numpy and scipy, where they are installed',
  async run(say) {
    const ours = await startStepper(process.execPath, [
      '-r',
      './lib/setup/register.js',
      './bench/support/metric_steps.ts',
    ]);
    const python = await findScipy();
    const peer = python ? await startStepper(python, ['./bench/support/metric_peers.py']) : undefined;
    const rows: Row[] = [];
    try {
      for (const stepper of peer ? [ours, peer] : [ours]) say(stepper.about);
      for (const name of names) {
        const measures = (peer ? [ours, peer] : [ours]).map((stepper) => () => stepper.time(name));
        const [mine, theirs = null] = await interleaved(measures, rounds, (text) => say(`${name}: ${text}`));
        rows.push(row(name, mine, theirs, 'ms'));
      }
    } finally {
      ours.stop();
      peer?.stop();
    }
    return rows;
  },
};

/** A Python that has numpy and scipy: the bench's own environment, one on PATH, or Debian's. */
async function findScipy(): Promise<string | undefined> {
  const own = path.join(root, '.genlab', 'bench-venv', 'bin', 'python');
  for (const python of [own, 'python3', '/usr/bin/python3']) {
    try {
      const { code } = await run(python, ['-c', 'import numpy, scipy'], { cwd: root });
      if (code === 0) return python;
    } catch {
      // Not there at all.
    }
  }
  return undefined;
}
