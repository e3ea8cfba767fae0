import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { asOutOfMemory, engines, OutOfMemory, ready, withMemoryAdvice } from '../../lib/engine';

beforeAll(() => ready({ engine: 'wasm' }));

/** Asks the wasm heap for memory without filling it. */
const reserve = (bytes: number) => {
  const { wasm } = tf.backend() as unknown as {
    wasm: { _malloc(bytes: number): number; _free(address: number): void };
  };
  const address = wasm._malloc(bytes);
  return () => wasm._free(address);
};

describe('running out of memory', () => {
  test('is an error on the wasm heap that tells tensors, bytes and a batch size to try', () => {
    const kept = tf.ones([1000, 1000]);
    const releases: (() => void)[] = [];
    const attempt = () => withMemoryAdvice(64, () => [1, 2, 3].forEach(() => releases.push(reserve(1.5e9))));
    expect(attempt).toThrow(
      /^Out of memory: \d+ tensors hold 4\.0 MB, and 1\.50 GB more did not fit\. Try a batch size of 32 instead of 64\.$/,
    );
    releases.forEach((release) => release());
    expect(() => reserve(4e9)).toThrow('4.00 GB more did not fit');
    expect(kept.sum().dataSync()[0]).toBe(1e6); // nothing was written over
    kept.dispose();
  });

  test('is known in the words of TensorFlow and of V8', () => {
    const words = [
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[100000,100000]',
      'Array buffer allocation failed',
      'Invalid typed array length: 5000000000',
    ];
    for (const message of words) expect(asOutOfMemory(new Error(message))).toBeInstanceOf(OutOfMemory);
  });

  test('advice for a batch of one', () => {
    expect(new OutOfMemory(10, 5e6).withBatchSize(1).message).toBe(
      'Out of memory: 10 tensors hold 5.0 MB. The batch size is 1 already: make the model or the images smaller.',
    );
  });

  test('other errors pass unchanged, and results too', () => {
    const other = new Error('shapes do not match');
    expect(asOutOfMemory(other)).toBeUndefined();
    expect(() =>
      withMemoryAdvice(8, () => {
        throw other;
      }),
    ).toThrow(other);
    expect(withMemoryAdvice(8, () => 3)).toBe(3);
  });
});

test('on native too: TensorFlow refuses a terabyte, and what was there stays', async ({ skip }) => {
  const missing = engines().find(({ engine }) => engine === 'native')?.missing;
  if (missing) return skip(`not run: ${missing}`);
  await ready({ engine: 'native' });
  const kept = tf.ones([1000, 1000]);
  const { numTensors } = tf.memory();
  const attempt = () =>
    tf.tidy(() => {
      const [column, row] = [tf.ones([2 ** 19, 1]), tf.ones([1, 2 ** 19])];
      withMemoryAdvice(64, () => tf.matMul(column, row).sum());
    });
  expect(attempt).toThrow(/^Out of memory: \d+ tensors hold 8\.2 MB\. Try a batch size of 32 instead of 64\.$/);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(kept.sum().dataSync()[0]).toBe(1e6);
  kept.dispose();
});
