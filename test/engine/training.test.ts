import { beforeAll, describe, expect, test } from 'vitest';
import { engines, ready, type EngineName } from '../../lib/engine';
import { losses, nets } from './small-training';

const missing = new Map<EngineName, string | undefined>(engines().map((one) => [one.engine, one.missing]));
const steps = 20;

test('the loss falls, and another seed gives another run', async () => {
  await ready({ engine: 'wasm' });
  const run = losses(1, steps);
  expect(losses(2, 1)[0]).not.toBe(run[0]);
  expect(run[steps - 1]).toBeLessThan(0.8 * run[0]);
});

describe.each(Object.keys(nets) as (keyof typeof nets)[])(`${steps} training steps of %s`, (net) => {
  let expected: number[];

  beforeAll(async () => {
    await ready({ engine: 'cpu' });
    expected = losses(1, steps, net);
  });

  test('cpu: two runs of one seed are identical', async () => {
    await ready({ engine: 'cpu' });
    expect(losses(1, steps, net)).toEqual(expected);
  });

  test.for(['native', 'wasm'] as const)(
    '%s: the losses are those of the plain engine to 1e-3, and of two runs identical',
    async (engine, { skip }) => {
      const reason = missing.get(engine);
      if (reason) return skip(`not run: ${reason}`);
      await ready({ engine });
      const run = losses(1, steps, net);
      // A critic's loss goes through zero: differences count against its size over the run.
      const size = Math.max(...expected.map(Math.abs)) / 10;
      run.forEach((loss, i) => {
        expect(Math.abs(loss - expected[i]) / Math.max(Math.abs(expected[i]), size), `loss ${i}`).toBeLessThan(1e-3);
      });
      expect(losses(1, steps, net)).toEqual(run);
    },
  );
});
