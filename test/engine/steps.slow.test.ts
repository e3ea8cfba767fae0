import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { nets } from '../../bench/support/nets';
import { ownMemory } from '../../bench/support/own-memory';
import { engines, ready } from '../../lib/engine';

const reason = engines().find(({ engine }) => engine === 'native')?.missing;

/** The number of tensors that TensorFlow itself holds. */
const held = () => (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding.getNumOfTensors();

const lossOf = (step: () => tf.Scalar): number => {
  const loss = step();
  const [value] = loss.dataSync();
  loss.dispose();
  return value;
};

describe.skipIf(reason)('the training steps of the bench, on native', () => {
  beforeAll(() => ready({ engine: 'native' }));

  test.each(Object.keys(nets))(
    '%s: no tensor is left, in JavaScript or in TensorFlow; the same again',
    (name) => {
      const run = (): number[] => {
        const step = nets[name]();
        const losses = [lossOf(step), lossOf(step)]; // the first makes Adam's moments
        const [before, heldBefore] = [tf.memory().numTensors, held()];
        for (let i = 0; i < 3; i++) losses.push(lossOf(step));
        expect(tf.memory().numTensors).toBe(before);
        expect(held()).toBe(heldBefore);
        return losses;
      };
      const first = run();
      expect(first.every(Number.isFinite)).toBe(true);
      expect(run()).toEqual(first);
    },
    120_000,
  );

  test('1,000 steps of the dense VAE keep to one size', () => {
    const step = nets['dense VAE B128']();
    const steps = 200;
    const go = () => {
      for (let i = 0; i < steps; i++) lossOf(step);
      return ownMemory();
    };
    go(); // TensorFlow and V8 take what they need
    const [tensors, inTensorFlow] = [tf.memory().numTensors, held()];
    const sizes = [1, 2, 3, 4, 5].map(go);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(held()).toBe(inTensorFlow);
    // What leaks at every step makes each window larger than the one before; an allocator that takes more does so now and then.
    const growth = Math.min(...sizes.slice(1).map((size, i) => (size - sizes[i]) / steps));
    expect(growth, `bytes a step; ${sizes.map((size) => (size / 1e6).toFixed(1)).join(', ')} MB`).toBeLessThan(4000);
  }, 300_000);
});
