import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { processes } from '../../lib/models';
import file from '../golden/processes.json';

beforeAll(() => ready());

const about = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
};

describe('walks', () => {
  test('the drunkard: steps of one, and after n of them the variance is n', () => {
    const ends = Array.from({ length: 4000 }, (_, i) => {
      const walk = processes.randomWalk(25, new Random(i));
      expect(walk.length).toBe(26);
      expect(walk.slice(1).every((place, k) => Math.abs(place - walk[k]) === 1)).toBe(true);
      return walk[25];
    });
    const { mean, variance } = about(ends);
    expect(Math.abs(mean)).toBeLessThan(0.4); // 5 standard deviations of the mean
    expect(Math.abs(variance - 25)).toBeLessThan(3);
  });

  test('with p = 0.8 it drifts', () => {
    const { mean, variance } = about(
      Array.from({ length: 4000 }, (_, i) => processes.randomWalk(25, new Random(i), 0.8)[25]),
    );
    expect(Math.abs(mean - 15)).toBeLessThan(0.35);
    expect(Math.abs(variance - 16)).toBeLessThan(2);
  });

  test('Brownian motion: variance is time, whatever the steps, and what comes next knows nothing of before', () => {
    for (const steps of [4, 50]) {
      const paths = Array.from({ length: 3000 }, (_, i) => processes.brownianMotion(steps, 2, new Random(i)));
      expect(Math.abs(about(paths.map((path) => path[steps])).variance - 2)).toBeLessThan(0.3);
      const half = steps / 2;
      expect(Math.abs(about(paths.map((path) => path[half])).variance - 1)).toBeLessThan(0.15);
      const product = about(paths.map((path) => path[half] * (path[steps] - path[half]))).mean;
      expect(Math.abs(product)).toBeLessThan(0.1);
    }
  });
});

describe('Markov chains', () => {
  test.each(Object.entries(file.cases))('stationary distribution, as numpy has it: %s', (_, { matrix, stationary }) => {
    const found = processes.stationaryDistribution(matrix);
    found.forEach((p, i) => expect(p).toBeCloseTo(stationary[i], 10));
    processes.chainStep(found, matrix).forEach((p, i) => expect(p).toBeCloseTo(found[i], 10));
  });

  test('a long walk visits the states as often as that', () => {
    const { matrix, stationary } = file.cases.weather;
    const states = processes.simulateChain(matrix, 2, 50_000, new Random(0));
    expect([states.length, states[0]]).toEqual([50_001, 2]);
    processes.visits(states, 3).forEach((share, i) => expect(Math.abs(share - stationary[i])).toBeLessThan(0.02));
  });

  test('what is no chain is refused, and so is one that falls apart', () => {
    expect(() => processes.stationaryDistribution([[1, 0], [0, 1]])).toThrow(/more than one/); // prettier-ignore
    expect(() => processes.chainStep([1, 0], [[0.5, 0.6], [0, 1]])).toThrow(/row 0 is \[0.5,0.6\]/); // prettier-ignore
    expect(() => processes.chainStep([1], [[0.5, 0.5], [0, 1]])).toThrow(/each of 2 states, got 1/); // prettier-ignore
    expect(() => processes.simulateChain([[1]], 1, 3, new Random(0))).toThrow(/a state 0…0, got 1/);
    expect(() => processes.randomWalk(0, new Random(0))).toThrow(/whole number from 1, got 0/);
    expect(() => processes.randomWalk(3, new Random(0), 2)).toThrow(/probability, got 2/);
    expect(() => processes.brownianMotion(3, 0, new Random(0))).toThrow(/above 0, got 0/);
  });
});

describe('Langevin dynamics', () => {
  test('from anywhere to N(2, 0.5²); without noise to the top, with half the drift too wide', () => {
    const run = (drift: number, temperature: number) => {
      const random = new Random(1);
      let x: tf.Tensor = tf.fill([2000], -3);
      for (let i = 0; i < 300; i++) {
        x = tf.tidy(() => {
          const score = tf.sub(2, x).div(0.25).mul(drift);
          return processes.langevinStep(x, score, 0.02, random.normal([2000]).mul(temperature));
        });
      }
      return about([...x.dataSync()]);
    };
    const right = run(1, 1);
    expect(Math.abs(right.mean - 2)).toBeLessThan(0.06);
    expect(Math.abs(right.variance - 0.25)).toBeLessThan(0.04);
    expect(run(1, 0).variance).toBeLessThan(1e-6);
    expect(run(0.5, 1).variance).toBeGreaterThan(0.4);
  });

  test('is x + ε/2 · score + √ε z, leaves nothing behind, and says what does not fit', () => {
    const [x, score, z] = [tf.tensor1d([1, 2]), tf.tensor1d([3, -1]), tf.tensor1d([0.5, 1])];
    const before = tf.memory().numTensors;
    const next = processes.langevinStep(x, score, 0.04, z);
    expect(tf.memory().numTensors).toBe(before + 1);
    [1.16, 2.18].forEach((value, i) => expect(next.dataSync()[i]).toBeCloseTo(value, 6));
    processes.brownianMotion(5, 1, new Random(0));
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(() => processes.langevinStep(x, tf.zeros([1]) as typeof x, 1, z)).toThrow(/score must have the shape of x/);
    expect(() => processes.langevinStep(x, score, 0, z)).toThrow(/above 0, got 0/);
  });
});
