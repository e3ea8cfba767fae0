import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { memoryStore, train, type TrainOptions } from '../../lib/training';

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
  Reflect.deleteProperty(globalThis, Symbol.for('jupyter.display'));
  Reflect.deleteProperty(globalThis, Symbol.for('jupyter.signal'));
});

type Batch = { x: tf.Tensor2D; y: tf.Tensor2D };

/** A line through noisy points: y = 2x₀ − x₁ + 0.5. */
function line(options: Partial<TrainOptions<Batch>> = {}) {
  const variables = [tf.variable(tf.zeros([2, 1])), tf.variable(tf.zeros([1]))];
  const [weight, bias] = variables as [tf.Variable<tf.Rank.R2>, tf.Variable];
  const all: TrainOptions<Batch> = {
    name: 'line',
    variables,
    epochs: 3,
    learningRate: 0.05,
    *batches(_epoch, random) {
      for (let i = 0; i < 10; i++) {
        yield tf.tidy(() => {
          const x = random.normal<tf.Rank.R2>([8, 2]);
          return { x, y: x.matMul<tf.Tensor2D>(tf.tensor2d([[2], [-1]])).add<tf.Tensor2D>(0.5) };
        });
      }
    },
    loss({ x, y }, random) {
      const jitter = random.normal(y.shape, 0, 0.1);
      const error = x.matMul(weight).add(bias).sub(y).add(jitter);
      return { loss: error.square().mean(), worst: error.abs().max() };
    },
    ...options,
  };
  const values = () => variables.flatMap((variable) => [...variable.dataSync()]);
  return {
    options: all,
    run: (more: Partial<TrainOptions<Batch>> = {}) => train({ ...all, ...more }),
    values,
    variables,
  };
}

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

describe('what a person sees', () => {
  test('nothing but one line where nobody watches', async () => {
    await line().run();
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(/^line: step 30 of 30 · loss \S+ · [\d,]+ images\/s · .*took \d/);
  });

  test('Chinese where the notebook is Chinese', async () => {
    vi.stubEnv('GENLAB_LANG', 'zh');
    await line().run();
    expect(printed[0]).toMatch(/^line: 第 30 步，共 30 步 · 损失 \S+ · 每秒 [\d,]+ 张图 · .*实际用时 [\d.]+ 秒$/);
  });

  test('in a notebook one output, updated in place at most four times a second, with a forecast', async () => {
    const shown: { data: Record<string, string>; options: { displayId: string; update: boolean }; at: number }[] = [];
    Reflect.set(globalThis, Symbol.for('jupyter.display'), (data: never, options: never) => {
      shown.push({ data, options, at: performance.now() });
    });
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 25));
    const slow = line({ epochs: 6 });
    await slow.run({
      stepsPerEpoch: 10,
      // The pause lies in making the batch, as a slow disk would have it.
      async *batches(epoch, random) {
        for (const batch of slow.options.batches(epoch, random) as Iterable<Batch>) {
          await pause();
          yield batch;
        }
      },
    });
    expect(printed).toEqual([]);
    expect(shown.map(({ options }) => options.update)).toEqual(shown.map((_, i) => i > 0));
    expect(new Set(shown.map(({ options }) => options.displayId)).size).toBe(1);
    const running = shown.slice(0, -1);
    running.slice(1).forEach(({ at }, i) => expect(at - running[i].at).toBeGreaterThan(240));
    expect(running.length).toBeGreaterThan(3);
    const last = shown[shown.length - 1].data;
    expect(last['text/plain']).toMatch(/step 60 of 60 .* predicted .* took/);
    expect(last['text/html']).toContain('<svg');
    expect(running.at(-1)?.data['text/plain']).toMatch(/left · about .* on this machine/);
    const forecast = running.at(-1)?.data['text/plain'].match(/about ([\d.]+) s/)?.[1];
    expect(Number(forecast)).toBeGreaterThan(1);
  });

  test('other work gets its turn while a run goes on', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const until = performance.now() + 200;
    await line({ epochs: 1 }).run({
      *batches() {
        while (performance.now() < until) yield { x: tf.ones([4, 2]), y: tf.ones([4, 1]) };
      },
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});

test('Random’s forks make each step’s noise its own', () => {
  const noise = (step: number) => new Random(0).fork('loss').fork(step).next();
  expect(new Set(Array.from({ length: 1000 }, (_, step) => noise(step))).size).toBe(1000);
});
