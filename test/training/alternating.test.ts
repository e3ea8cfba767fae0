import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { type AlternatingOptions, memoryStore, readSafetensors, trainAlternating } from '../../lib/training';

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
});

/**
 * The smallest game there is, V(a, b) = a·b + a²/2 − b²/2 around a point that the data tell: a minimizes, b maximizes. Its
 * equilibrium is a = mean of x, b = 0. `moves` counts b's updates, as moving statistics would.
 */
function game(more: Partial<AlternatingOptions<tf.Tensor>> = {}) {
  const [a, b, moves] = [tf.variable(tf.scalar(3)), tf.variable(tf.scalar(2)), tf.variable(tf.scalar(0), false)];
  const order: string[] = [];
  const value = (x: tf.Tensor, noise: tf.Tensor) => {
    const away = a.sub(x.mean()).sub(noise);
    return away.mul(b).add(away.square().div(2)).sub(b.square().div(2));
  };
  const options: AlternatingOptions<tf.Tensor> = {
    name: 'game',
    state: [moves],
    epochs: 4,
    *batches(_epoch, random) {
      for (let i = 0; i < 20; i++) yield random.normal([6, 1], 1, 0.1);
    },
    players: [
      {
        name: 'judge',
        variables: [b],
        steps: 3,
        learningRate: 0.1,
        betas: [0.5, 0.9],
        onUpdate: () => {
          order.push('judge');
          moves.assign(moves.add(1));
        },
        loss: (x, random) => {
          const noise = random.normal([], 0, 0.01);
          return { loss: value(x, noise).neg(), size: b.abs() };
        },
      },
      {
        name: 'painter',
        variables: [a],
        learningRate: 0.1,
        onUpdate: () => void order.push('painter'),
        loss: (x, random) => value(x, random.normal([], 0, 0.01)),
      },
    ],
    ...more,
  };
  return {
    options,
    order,
    run: (others: Partial<AlternatingOptions<tf.Tensor>> = {}) => trainAlternating({ ...options, ...others }),
    values: () => [a, b, moves].map((variable) => variable.dataSync()[0]),
    variables: [a, b],
  };
}

/** Runs until `step`, as a person who presses the button would have it. */
function until(step: number, one: ReturnType<typeof game>, more: Partial<AlternatingOptions<tf.Tensor>> = {}) {
  const button = new AbortController();
  return one.run({
    ...more,
    signal: button.signal,
    onStep: (info) => (info.step === step ? button.abort() : undefined),
  });
}

describe('trainAlternating', () => {
  test('finds the equilibrium; each player has a curve of its own, one entry a round', async () => {
    const { run, values } = game({ epochs: 25 });
    const history = await run();
    expect(values()[0]).toBeCloseTo(1, 1);
    expect(Math.abs(values()[1])).toBeLessThan(0.1);
    expect(history.loss).toHaveLength(150); // six rounds of three batches in an epoch of twenty
    expect(history.metrics.painter).toHaveLength(150);
    expect(history.metrics.size).toHaveLength(150);
    expect(history.data.images).toBe(150 * 3 * 6);
    expect(JSON.stringify(history.bundle())).toContain('judge');
    expect(printed.at(-1)).toMatch(/^game: step 150 of 150 · judge \S+ · painter \S+ ·/);
  });

  test('players move in turn: three times the judge, then the painter; what does not fill a round is the judge’s', async () => {
    const { run, order } = game({ epochs: 1 });
    await run();
    const round = ['judge', 'judge', 'judge', 'painter'];
    expect(order).toEqual([...Array(6).fill(round).flat(), 'judge', 'judge']);
  });

  test('while one moves the others stand still', async () => {
    const { options, values } = game();
    const seen: number[][] = [];
    const players = options.players.map((player) => ({ ...player, onUpdate: () => void seen.push(values()) }));
    const before = values();
    await trainAlternating({ ...options, players, steps: 1, epochs: undefined });
    expect(seen.map(([a]) => a)).toEqual([before[0], before[0], before[0], expect.not.closeTo(before[0], 3)]);
    expect(seen[3][1]).toBe(seen[2][1]);
    expect(new Set(seen.slice(0, 3).map(([, b]) => b)).size).toBe(3);
  });

  test('the first update of Adam is the learning rate, whatever β₁; the second tells which β₁', async () => {
    const step = async (betas: readonly [number, number]) => {
      const weight = tf.variable(tf.scalar(0));
      const gradients = [1, 0];
      await trainAlternating<tf.Tensor>({
        name: 'one',
        steps: 2,
        batches: () => [tf.ones([1]), tf.ones([1])],
        players: [
          {
            name: 'p',
            variables: [weight],
            learningRate: 0.1,
            betas,
            loss: (x) => weight.mul(x.sum()).mul(gradients.shift() ?? 0),
          },
        ],
      });
      return weight.dataSync()[0];
    };
    // m̂₂ = β₁/(1+β₁), v̂₂ = β₂/(1+β₂)
    const second = (beta1: number, beta2: number) => beta1 / (1 + beta1) / Math.sqrt(beta2 / (1 + beta2));
    expect(await step([0.5, 0.9])).toBeCloseTo(-0.1 - 0.1 * second(0.5, 0.9), 5);
    expect(await step([0, 0.9])).toBeCloseTo(-0.1, 5);
  });

  test('leaves no tensor behind', async () => {
    const { run } = game();
    const { run: broken, options } = game();
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
    await run({ signal: AbortSignal.abort() });
    expect(tf.memory().numTensors).toBe(before);
    const players = [
      options.players[0],
      { ...options.players[1], loss: () => tf.scalar(NaN).mul(options.players[1].variables[0]) },
    ];
    await expect(broken({ players })).rejects.toThrow(/game, painter: loss = NaN at step 1/);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each<[string, (options: AlternatingOptions<tf.Tensor>) => Partial<AlternatingOptions<tf.Tensor>>, RegExp]>([
    ['no players', () => ({ players: [] }), /nobody learns/],
    ['two of one name', ({ players: [p] }) => ({ players: [p, p] }), /name of its own, got judge, judge/],
    ['half a step', ({ players: [p] }) => ({ players: [{ ...p, steps: 0.5 }] }), /steps of judge is a whole number/],
    [
      'nothing to learn',
      ({ players: [p] }) => ({ players: [{ ...p, variables: [] }] }),
      /the variables of judge are empty/,
    ],
    ['an epoch shorter than a round', () => ({ batches: () => [tf.ones([2, 1])] }), /epoch 1 has 1 batches.*takes 3/],
    [
      'curves of one name',
      ({ players: [p, q] }) => ({ players: [p, { ...q, name: 'size' }] }),
      /two curves have the name size/,
    ],
  ])('refuses %s', async (_, wrong, message) => {
    const { options } = game();
    const attempt = () => trainAlternating({ ...options, ...wrong(options) });
    await expect(attempt()).rejects.toThrow(message);
    await expect(attempt()).rejects.toThrow(UserError);
  });
});

describe('interrupt and resume', () => {
  test.each([1, 5, 6, 7, 12])('after round %i: the same bits as a run in one go', async (step) => {
    const cosine = { schedule: 'cosine', stepsPerEpoch: 6 } as const;
    const [whole, halves] = [game(cosine), game(cosine)];
    const expected = await whole.run();
    expect((await until(step, halves)).loss).toHaveLength(step);
    const second = await halves.run({ resume: true });
    expect(halves.values()).toEqual(whole.values());
    expect([second.loss, second.metrics]).toEqual([expected.loss, expected.metrics]);
  });

  test('from a checkpoint, in variables made anew: each player’s moments and the state are in the file', async () => {
    const checkpoint = { store: memoryStore(), every: 4 };
    const [whole, crashed, later] = [game(), game(), game()];
    await whole.run();
    const crash = crashed.run({
      checkpoint,
      onStep: ({ step }) => {
        if (step === 9) throw new Error('power cut');
      },
    });
    await expect(crash).rejects.toThrow('power cut');
    const file = readSafetensors((await checkpoint.store.read('game.run.safetensors')) as Uint8Array, 'file');
    expect([...file.tensors.keys()].filter((name) => !name.startsWith('curve')).sort()).toEqual(
      [
        ...['optimizer1:1/m', 'optimizer1:1/v', 'optimizer1:iter', 'optimizer:0/m', 'optimizer:0/v', 'optimizer:iter'],
        ...['state:0', 'variable:0', 'variable:1'],
      ].sort(),
    );
    await later.run({ checkpoint, resume: true });
    expect(later.values()).toEqual(whole.values());
  });
});
