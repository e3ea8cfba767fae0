import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { OutOfMemory, Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { memoryStore, train, type TrainOptions } from '../../lib/training';
import { type Batch, line } from './line';

beforeAll(() => ready());

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.stubEnv('GENLAB_LANG', 'en');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Reflect.deleteProperty(globalThis, Symbol.for('jupyter.signal'));
});

describe('train', () => {
  test('learns, and keeps the curves as plain numbers', async () => {
    const { run, values } = line({ epochs: 15, schedule: 'cosine', stepsPerEpoch: 10, learningRate: 0.1 });
    const history = await run({ onEpoch: ({ epoch, step, loss }) => ({ twice: 2 * epoch, step, loss }) });
    [2, -1, 0.5].forEach((expected, i) => expect(Math.abs(values()[i] - expected)).toBeLessThan(0.1));
    expect(history.loss).toHaveLength(150);
    expect(history.metrics.worst).toHaveLength(150);
    expect(history.epochs).toHaveLength(15);
    expect(history.epochs[14]).toMatchObject({
      epoch: 15,
      step: 150,
      values: { twice: 30, step: 150, loss: history.loss[149] },
    });
    expect(JSON.parse(JSON.stringify(history.data))).toEqual(history.data);
    expect(history.bundle()).toHaveProperty('text/html');
  });

  test('the same seed gives the same bits, another seed others', async () => {
    const [a, b, c] = [line(), line(), line({ seed: 1 })];
    for (const one of [a, b, c]) await one.run();
    expect(a.values()).toEqual(b.values());
    expect(a.values()).not.toEqual(c.values());
  });

  test('steps may end it in the middle of an epoch', async () => {
    const { run } = line({ epochs: undefined, steps: 13 });
    const history = await run();
    expect(history.loss).toHaveLength(13);
    expect(history.interrupted).toBe(false);
  });

  test('leaves no tensor behind, whether it ends, is interrupted or fails', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { run, options } = line();
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
    await run({ signal: AbortSignal.abort() });
    expect(tf.memory().numTensors).toBe(before);
    await expect(run({ loss: ({ x }) => x.sum() })).rejects.toThrow(/loss does not depend on any/);
    await expect(
      run({ loss: (batch, random) => (options.loss(batch, random) as { loss: tf.Tensor }).loss.mul(NaN) }),
    ).rejects.toThrow(UserError);
    await expect(run({ loss: ({ x, y }) => x.matMul(y).sum() })).rejects.toThrow(); // shapes
    expect(tf.memory().numTensors).toBe(before);
    expect(warn.mock.calls.flat().join()).not.toContain('left over');
  });

  test('takes for no leak what a generator of batches holds from one to the next, or makes at once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { run, options } = line();
    const plain = (epoch: number) => [...(options.batches(epoch, new Random(0)) as Iterable<Batch>)];
    function* holding(epoch: number) {
      for (const batch of options.batches(epoch, new Random(0)) as Iterable<Batch>) {
        const own = tf.zeros([2]);
        try {
          yield batch;
        } finally {
          own.dispose();
        }
      }
    }
    await run({ batches: plain });
    await run({ batches: holding });
    await run({ epochs: undefined, steps: 13, batches: holding });
    expect(warn.mock.calls.flat().join()).not.toContain('left over');
  });

  test('names a leak in the caller’s own code', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const kept: tf.Tensor[] = [];
    const { run, options } = line();
    await run({
      loss: (batch, random) => {
        kept.push(tf.keep(batch.x.clone()));
        return options.loss(batch, random);
      },
    });
    expect(warn.mock.calls.flat().join()).toContain('29 tensors were left over');
    tf.dispose(kept);
  });

  test('stops at a loss that is no number, with the weights from before that step', async () => {
    const { run, values, options } = line();
    const at: number[][] = [];
    const poisoned = run({
      loss: (batch, random) => {
        const { loss } = options.loss(batch, random) as { loss: tf.Tensor };
        return at.length < 4 ? loss : loss.sub(1e9).log();
      },
      onStep: () => void at.push(values()),
    });
    await expect(poisoned).rejects.toThrow(/line: loss = NaN at step 5.*learning rate/s);
    expect(values()).toEqual(at[3]);
  });

  test('says which variable the loss forgets', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const spare = tf.variable(tf.scalar(1), true, 'spare');
    const { run, variables } = line();
    await run({ variables: [...variables, spare] });
    expect(warn.mock.calls.flat().join()).toContain('does not depend on spare');
  });

  test('where memory runs out it says which batch size to try', async () => {
    const tooMuch = line().run({
      loss: () => {
        throw new Error('OOM when allocating tensor with shape[8,100000000]');
      },
    });
    await expect(tooMuch).rejects.toThrow(/Out of memory.*Try a batch size of 4 instead of 8/);
  });

  test('and so it does where an engine tells only at the reading, as a GPU does', async () => {
    const weight = tf.variable(tf.scalar(1));
    const before = tf.memory().numTensors;
    const read = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValueOnce(new OutOfMemory(10, 5e6));
    const run = train({
      name: 'late',
      variables: [weight],
      batches: () => [tf.ones([8, 1])],
      loss: (x: tf.Tensor) => x.mul(weight).mean(),
      steps: 1,
    });
    await expect(run).rejects.toThrow('Out of memory: 10 tensors hold 5.0 MB. Try a batch size of 4 instead of 8.');
    read.mockRestore();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each<[string, Partial<TrainOptions<Batch>>, RegExp]>([
    ['neither epochs nor steps', { epochs: undefined }, /epochs or by steps/],
    ['both', { steps: 3 }, /epochs or by steps/],
    ['half an epoch', { epochs: 0.5 }, /whole number/],
    ['nothing to learn', { variables: [] }, /nothing to learn/],
    ['no batches', { batches: () => [] }, /no batches in epoch 1/],
    ['a cosine of unknown length', { schedule: 'cosine' }, /stepsPerEpoch/],
  ])('refuses %s', async (_, wrong, message) => {
    await expect(line(wrong).run()).rejects.toThrow(message);
    await expect(line(wrong).run()).rejects.toThrow(UserError);
  });
});

describe('interrupt and resume', () => {
  /** Runs until `step`, as a person who presses the button would have it. */
  async function until(step: number, one: ReturnType<typeof line>, more: Partial<TrainOptions<Batch>> = {}) {
    const button = new AbortController();
    return one.run({
      ...more,
      signal: button.signal,
      onStep: (info) => (info.step === step ? button.abort() : undefined),
    });
  }

  test.each([1, 7, 10, 11, 20])('after step %i: the same bits as a run in one go', async (step) => {
    const cosine = { schedule: 'cosine', stepsPerEpoch: 10, onEpoch: () => ({ one: 1 }) } as const;
    const [whole, halves] = [line(cosine), line(cosine)];
    const expected = await whole.run();
    const first = await until(step, halves);
    expect(first.interrupted).toBe(true);
    expect(first.loss).toHaveLength(step);
    const second = await halves.run({ resume: true });
    expect(second.interrupted).toBe(false);
    expect(halves.values()).toEqual(whole.values());
    expect([second.loss, second.metrics]).toEqual([expected.loss, expected.metrics]);
    expect(second.epochs).toEqual(expected.epochs);
    expect(second.seconds).toBeGreaterThan(first.seconds);
  });

  test('twice, and with TensorFlow.js’s own momentum', async () => {
    const optimizer = () => tf.train.momentum(0.01, 0.9);
    const [whole, pieces] = [line(), line()];
    await whole.run({ optimizer: optimizer() });
    await until(4, pieces, { optimizer: optimizer() });
    await until(15, pieces, { optimizer: optimizer(), resume: true });
    await pieces.run({ optimizer: optimizer(), resume: true });
    expect(pieces.values()).toEqual(whole.values());
  });

  test('the notebook’s own button', async () => {
    const button = new AbortController();
    Reflect.set(globalThis, Symbol.for('jupyter.signal'), button.signal);
    const history = await line().run({ onStep: ({ step }) => (step === 6 ? button.abort() : undefined) });
    expect(history.interrupted).toBe(true);
    expect(history.loss).toHaveLength(6);
    expect(printed.join()).toContain('resume: true');
  });

  test('without resume it starts anew; a finished run has nothing to resume', async () => {
    const one = line();
    await until(5, one);
    expect((await one.run()).loss).toHaveLength(30);
    const again = await one.run({ resume: true });
    expect(again.loss).toHaveLength(30);
    expect(printed.at(-1)).toContain('already finished');
    expect((await one.run({ resume: true, epochs: 4 })).loss).toHaveLength(40);
  });

  test('another seed cannot resume', async () => {
    const one = line();
    await until(5, one);
    await expect(one.run({ resume: true, seed: 9 })).rejects.toThrow(/started with seed 0/);
  });

  test('from a checkpoint, in variables that were made anew', async () => {
    const checkpoint = { store: memoryStore(), every: 4 };
    const [whole, crashed, later] = [line(), line(), line()];
    await whole.run();
    const crash = crashed.run({
      checkpoint,
      onStep: ({ step }) => {
        if (step === 14) throw new Error('power cut');
      },
      onEpoch: () => ({ one: 1 }),
    });
    await expect(crash).rejects.toThrow('power cut');
    const history = await later.run({ checkpoint, resume: true });
    expect(later.values()).toEqual(whole.values());
    expect(history.loss).toHaveLength(30);
    expect(history.epochs).toEqual([{ epoch: 1, step: 10, values: { one: 1 } }]);
  });

  test('a checkpoint of another model is refused', async () => {
    const checkpoint = { store: memoryStore(), every: 100 };
    await line().run({ checkpoint });
    const stranger = tf.variable(tf.zeros([3, 1]));
    const resumed = train<tf.Tensor>({
      name: 'line',
      variables: [stranger],
      epochs: 1,
      batches: () => [tf.ones([1, 3])],
      loss: (x) => x.matMul(stranger).sum(),
      checkpoint,
      resume: true,
    });
    await expect(resumed).rejects.toThrow(/line\.run\.safetensors/);
  });
});

test('Random’s forks make each step’s noise its own', () => {
  const noise = (step: number) => new Random(0).fork('loss').fork(step).next();
  expect(new Set(Array.from({ length: 1000 }, (_, step) => noise(step))).size).toBe(1000);
});
