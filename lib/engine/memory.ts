import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';

/** Memory ran out. Thrown where it happens, with what lay in memory then; `lib/training` adds the batch size to try. */
export class OutOfMemory extends UserError {
  constructor(
    readonly tensors: number,
    readonly bytes: number,
    readonly asked?: number,
  ) {
    super(
      `Out of memory: ${count(tensors)} tensors hold ${megabytes(bytes)}${asked ? `, and ${megabytes(asked)} more did not fit` : ''}.`,
    );
    this.name = 'OutOfMemory';
  }

  /** The same with advice, for the loop that knows the batch size. */
  withBatchSize(batchSize: number): UserError {
    const advice =
      batchSize > 1
        ? `Try a batch size of ${Math.max(1, Math.floor(batchSize / 2))} instead of ${batchSize}.`
        : 'The batch size is 1 already: make the model or the images smaller.';
    return new UserError(`${this.message} ${advice}`);
  }
}

/** An error as OutOfMemory if memory is what it is about, else undefined. */
export function asOutOfMemory(error: unknown, askedBytes?: number): OutOfMemory | undefined {
  if (error instanceof OutOfMemory) return error;
  if (!(error instanceof Error) || !complaints.some((pattern) => pattern.test(error.message))) return undefined;
  const { numTensors, numBytes } = tf.memory();
  return new OutOfMemory(numTensors, numBytes, askedBytes);
}

/**
 * Runs work whose size grows with the batch. Where memory runs out, the error says how much was in use and which batch size
 * to try.
 */
export function withMemoryAdvice<T>(batchSize: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asOutOfMemory(error)?.withBatchSize(batchSize) ?? error;
  }
}

const complaints = [
  /\bOOM when allocating\b/, // TensorFlow
  /^Invalid TF_Status: 8\b/, // TensorFlow's RESOURCE_EXHAUSTED
  /^Array buffer allocation failed/, // V8
  /^Invalid typed array length/, // V8, for more than it ever gives
  /^Cannot enlarge memory|^Out of memory|^Aborted\(OOM\)/i, // Emscripten
];

const count = (n: number) => n.toLocaleString('en-US');

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
