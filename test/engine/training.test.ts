import { describe, expect, test } from 'vitest';
import { engines, ready, type EngineName } from '../../lib/engine';
import { losses } from './small-training';

const missing = new Map<EngineName, string | undefined>(engines().map((one) => [one.engine, one.missing]));
const reason = missing.get('native');

describe('20 training steps', () => {
  test('on wasm: two runs of one seed are identical, the loss falls, another seed differs', async () => {
    await ready({ engine: 'wasm' });
    const run = losses(1, 20);
    expect(losses(1, 20)).toEqual(run);
    expect(losses(2, 1)[0]).not.toBe(run[0]);
    expect(run[19]).toBeLessThan(0.8 * run[0]);
  });

  test.skipIf(reason)(
    `on native: two runs of one seed are identical${reason ? ` (not run: ${reason})` : ''}`,
    async () => {
      await ready({ engine: 'native' });
      expect(losses(1, 20)).toEqual(losses(1, 20));
    },
  );

  test.skipIf(reason)(`native and wasm agree to 1e-3${reason ? ` (not run: ${reason})` : ''}`, async () => {
    await ready({ engine: 'wasm' });
    const onWasm = losses(1, 20);
    await ready({ engine: 'native' });
    losses(1, 20).forEach((loss, i) => expect(Math.abs(loss / onWasm[i] - 1), `step ${i}`).toBeLessThan(1e-3));
  });
});
