import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { nets } from '../../bench/support/nets';
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
    for (let i = 0; i < 200; i++) lossOf(step);
    const [tensors, inTensorFlow, bytes] = [tf.memory().numTensors, held(), process.memoryUsage().rss];
    for (let i = 0; i < 1000; i++) lossOf(step);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(held()).toBe(inTensorFlow);
    expect((process.memoryUsage().rss - bytes) / 1000, 'bytes a step').toBeLessThan(30_000);
  }, 300_000);
});
