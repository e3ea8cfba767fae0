/** How a process grows while each model trains: memory of its own over 1,000 batches, and tensors. */
import { engines } from '../lib/engine';
import { root, run } from '../lib/setup/common.js';
import { runs } from '../test/models/steps';
import type { Bench, Row } from './support/bench';
import { row } from './support/bench';

const script = ['-r', './lib/setup/register.js', './bench/support/memory_steps.ts'];

export const bench: Bench = {
  summary:
    'growth of the process over 1,000 batches of each model on each engine: resident memory of its own (slope), tensors',
  peer: 'nothing: it should be 0',
  async run(say) {
    const available = engines().filter(({ engine, missing }) => engine !== 'cpu' && engine !== 'webgpu' && !missing);
    const rows: Row[] = [];
    for (const name of Object.keys(runs)) {
      for (const { engine } of available) {
        say(`${name}, ${engine}`);
        // A process for each: what one leaves behind does not count against the next.
        const options = { cwd: root, env: { GENLAB_ENGINE: engine } };
        const { code, stdout, output } = await run(process.execPath, [...script, name], options);
        const found = /^growth (.*)$/m.exec(stdout)?.[1];
        if (code !== 0 || !found) throw new Error(`${name} on ${engine}:\n${output}`);
        const { megabytes, tensors } = JSON.parse(found) as { megabytes: number; tensors: number };
        rows.push(row(`${name}, ${engine}: memory`, megabytes, null, 'MB per 1,000 batches'));
        rows.push(row(`${name}, ${engine}: tensors`, tensors, null, 'per 1,000 batches'));
      }
    }
    return rows;
  },
};
