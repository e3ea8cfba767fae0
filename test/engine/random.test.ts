import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { Random, ready } from '../../lib/engine';
import golden from '../golden/random.json';

beforeAll(() => ready({ engine: 'wasm' }));

const draw = <T>(count: number, next: () => T) => Array.from({ length: count }, next);

describe('golden numbers of the published algorithm', () => {
  test.each(['0', '1', '42', '4294967295'] as const)('seed %s', (seed) => {
    const random = new Random(Number(seed));
    expect(draw(8, () => random.bits())).toEqual(golden[seed].bits);
    const forked = new Random(Number(seed)).fork('noise');
    expect(draw(4, () => forked.bits())).toEqual(golden[seed]['fork noise']);
    const normal = tf.tidy(() => new Random(Number(seed)).normal([6]).dataSync());
    golden[seed].normal.forEach((value, i) => expect(normal[i]).toBeCloseTo(value, 6));
  });

  test('the state of the reference program', () => {
    const random = new Random(0);
    random.restore({ key: [0], words: [1, 2, 3, 4] });
    expect(draw(10, () => random.bits())).toEqual(golden['words 1 2 3 4']);
  });
});

describe('streams', () => {
  test('equal seeds agree, other seeds and labels do not', () => {
    const first = (random: Random) => draw(4, () => random.next()).join();
    expect(first(new Random('vae'))).toBe(first(new Random('vae')));
    const streams = [
      new Random(1),
      new Random(2),
      new Random('vae'),
      new Random('vea'),
      new Random(-1),
      new Random(0.5),
    ];
    const forks = streams.flatMap((random) => [random.fork('a'), random.fork('b'), random.fork(0), random.fork(1)]);
    const grandchildren = forks.map((random) => random.fork('a'));
    const all = [...streams, ...forks, ...grandchildren];
    expect(new Set(all.map(first)).size).toBe(all.length);
  });

  test('a fork does not depend on what was drawn before it, nor the parent on the fork', () => {
    const [early, late, alone] = [new Random(7), new Random(7), new Random(7)];
    const before = early.fork('noise');
    draw(5, () => late.next());
    const lateFork = late.fork('noise');
    expect(draw(3, () => lateFork.next())).toEqual(draw(3, () => before.next()));
    expect(early.next()).toBe(alone.next());
  });

  test('a restored state goes on where it was taken, forks included', () => {
    const random = new Random('checkpoint');
    random.normal([3]).dispose();
    const state: unknown = JSON.parse(JSON.stringify(random.state()));
    const expected = [random.next(), random.int(100), random.fork('x').next()];
    const other = new Random(0);
    other.restore(state as ReturnType<Random['state']>);
    expect([other.next(), other.int(100), other.fork('x').next()]).toEqual(expected);
    expect(() => other.restore({ key: [0], words: [0, 0, 0, 0] })).toThrow('not the state of a Random');
  });
});

describe('distributions', () => {
  const moments = (values: ArrayLike<number>) => {
    const list = Array.from(values);
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    return { mean, variance: list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length };
  };
  const count = 100_000;

  test('uniform', () => {
    const values = tf.tidy(() => new Random(3).uniform([count], -2, 4).dataSync());
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 1)).toBeLessThan(0.02); // standard error 0.0055
    expect(Math.abs(variance - 3)).toBeLessThan(0.04);
    expect(values.every((value) => value >= -2 && value < 4)).toBe(true);
  });

  test('normal: mean, variance, tails, and an odd number of elements', () => {
    const values = tf.tidy(() => new Random(4).normal([count + 1], 5, 2).dataSync());
    expect(values.length).toBe(count + 1);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 5)).toBeLessThan(0.025); // standard error 0.0063
    expect(Math.abs(variance - 4)).toBeLessThan(0.07); // 0.018
    const beyondTwo = values.filter((value) => Math.abs(value - 5) > 4).length / count;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.003);
    const lagged = moments(values.slice(1).map((value, i) => (value - 5) * (values[i] - 5))).mean;
    expect(Math.abs(lagged)).toBeLessThan(0.05);
  });

  test('bernoulli', () => {
    const values = tf.tidy(() => new Random(5).bernoulli([count], 0.3).dataSync());
    expect(values.every((value) => value === 0 || value === 1)).toBe(true);
    expect(Math.abs(moments(values).mean - 0.3)).toBeLessThan(0.006);
    expect(tf.tidy(() => new Random(5).bernoulli([50], 1).sum().dataSync()[0])).toBe(50);
  });

  test('int: every result equally likely, wrong ranges refused', () => {
    const random = new Random(6);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.int(7)]++;
    const chiSquare = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.5); // 6 degrees of freedom, p = 0.001
    for (const wrong of [0, -1, 1.5, NaN]) expect(() => random.int(wrong)).toThrow('int(n) needs');
  });

  test('shuffle: a permutation, every element equally likely at every place', () => {
    const random = new Random(8);
    const n = 5;
    const places = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    for (let round = 0; round < 10_000; round++)
      random.shuffle(n).forEach((element, place) => places[place][element]++);
    const chiSquare = places.flat().reduce((sum, times) => sum + (times - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(39.3); // 16 degrees of freedom, p = 0.001
    expect([...random.shuffle(100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...random.shuffle(0)]).toEqual([]);
  });
});

test('the numbers are the same on every engine', async () => {
  const sample = () => tf.tidy(() => [...new Random('same').normal([2, 3]).dataSync()]);
  const onWasm = sample();
  await ready({ engine: 'cpu' });
  expect(sample()).toEqual(onWasm);
  await ready({ engine: 'wasm' });
});
