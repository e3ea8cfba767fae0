/** Where a training step on the native engine goes: JavaScript, the calls into TensorFlow, TensorFlow's own work. */
import * as tf from '@tensorflow/tfjs';
import { describe, ready } from '../lib/engine';
import { type Bench, median, type Row, row } from './support/bench';
import { type Addon, watchAddon } from './support/addon';
import { nets } from './support/nets';

const rounds = 15;

export const bench: Bench = {
  summary: 'where a step on the native engine goes; ratio is the share of the step',
  peer: 'the whole step',
  async run(say) {
    say(describe(await ready({ engine: 'native' })));
    const rows: Row[] = [];
    for (const [name, make] of Object.entries(nets)) {
      say(name);
      rows.push(...profile(name, make()));
    }
    return rows;
  },
};

function profile(name: string, step: () => tf.Scalar): Row[] {
  const timed = (): number => {
    const start = performance.now();
    const loss = step();
    loss.dataSync();
    loss.dispose();
    return performance.now() - start;
  };
  const begin = performance.now();
  for (let i = 0; i < 10 || performance.now() - begin < 3000; i++) timed(); // V8 compiles what runs often
  const wholes: number[] = [];
  const insides: number[] = [];
  const perCall: number[] = [];
  const operations = new Map<string, { calls: number; milliseconds: number[] }>();
  let calls = 0;
  const addon = watchAddon();
  try {
    // The least that a call costs: sums of four numbers, in between the steps, so that both meet the same machine.
    for (let round = 0; round < rounds; round++) {
      perCall.push(leastCall(addon));
      addon.clear();
      wholes.push(timed());
      insides.push(addon.total());
      calls = addon.calls();
      for (const one of addon.operations()) {
        const known = operations.get(one.name) ?? { calls: one.calls, milliseconds: [] };
        known.milliseconds.push(one.milliseconds);
        operations.set(one.name, known);
      }
    }
  } finally {
    addon.stop();
  }
  const whole = median(wholes);
  const inside = median(insides);
  const dispatch = calls * median(perCall);
  const longest = [...operations]
    .map(([operation, of]) => ({ text: `${of.calls} × ${operation}`, time: median(of.milliseconds) }))
    .sort((a, b) => b.time - a.time)
    .slice(0, 4);
  return [
    row(`${name}, JavaScript`, whole - inside, whole, 'ms'),
    row(`${name}, ${calls} calls of operations`, dispatch, whole, 'ms'),
    row(`${name}, TensorFlow`, inside - dispatch, whole, 'ms'),
    ...longest.map(({ text, time }) => row(`${name}, of that ${text}`, time, whole, 'ms')),
  ];
}

/** Milliseconds of the addon for an operation that has next to nothing to compute. */
function leastCall(addon: Addon): number {
  const count = 200;
  const four = tf.ones([4]);
  addon.clear();
  for (let i = 0; i < count; i++) four.add(four).dispose();
  four.dispose();
  return addon.total() / count;
}
