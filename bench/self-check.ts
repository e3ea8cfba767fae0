/** How long a student waits for `await check('vae-reparameterize', …)`: the first time in a notebook, and again. No peer. */
import { root, run } from '../lib/setup/common.js';
import { type Bench, interleaved, row, type Row } from './support/bench';

/** A process like a notebook's: genlab is loaded and an engine runs; what only checks need is not loaded yet. */
const notebook = `
require('./lib/setup/register.js');
const { vae } = require('genlab');
require('./lib/engine').ready().then(async () => {
  const { check } = require('genlab/grading');
  const times = [];
  for (let i = 0; i < 2; i++) {
    const start = performance.now();
    const result = await check('vae-reparameterize', { reparameterize: vae.reparameterize });
    times.push(performance.now() - start);
    if (!result.passed) throw new Error(String(result));
  }
  console.log(JSON.stringify(times));
});`;

export const bench: Bench = {
  summary: 'Time from `await check(…)` to its answer, in milliseconds.',
  peer: 'none',
  async run(say, { rounds = 5 } = {}): Promise<Row[]> {
    let again: number[] = [];
    const measure = async (): Promise<number> => {
      const { code, stdout, output } = await run(process.execPath, ['-e', notebook], { cwd: root });
      if (code !== 0) throw new Error(output);
      const [first, second] = JSON.parse(stdout.trim().split('\n').pop() ?? '') as number[];
      again.push(second);
      return first;
    };
    await measure(); // fills the cache of compiled TypeScript
    again = [];
    const [first] = await interleaved([measure], rounds, say);
    const sorted = [...again].sort((a, b) => a - b);
    return [row('first check of a notebook', first, null, 'ms'), row('again', sorted[sorted.length >> 1], null, 'ms')];
  },
};
