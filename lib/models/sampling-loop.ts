import * as tf from '@tensorflow/tfjs';
import { breathe, cellSignal } from '../training';

export interface SamplingStep<X extends tf.Tensor = tf.Tensor> {
  /** Steps done, from 1. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Where the sample is after this step; valid during the call. */
  readonly x: X;
  /** The clean image that the network saw behind it; valid during the call. */
  readonly predX0: X;
}

export interface LoopOptions {
  /** After each step: for live plots. */
  readonly onStep?: (info: SamplingStep) => void | Promise<void>;
  /** Ends the loop with an error when it aborts; default: the interrupt button of the notebook. */
  readonly signal?: AbortSignal;
}

/**
 * Takes x through steps, keeping one tensor at a time and letting the notebook breathe. Samplers differ in `move` alone.
 * @param x becomes the loop's to dispose of
 */
export async function samplingLoop<X extends tf.Tensor, S>(
  x: X,
  steps: readonly S[],
  { onStep, signal = cellSignal() }: LoopOptions,
  move: (x: X, step: S, index: number) => { readonly x: X; readonly predX0: X },
): Promise<X> {
  let [current, lastBreath] = [x, performance.now()];
  try {
    for (const [i, step] of steps.entries()) {
      signal?.throwIfAborted();
      const next = tf.tidy(() => {
        const { x: moved, predX0 } = move(current, step, i);
        return onStep ? { x: moved, predX0 } : { x: moved };
      }) as { x: X; predX0?: X };
      if (next.x !== current) current.dispose();
      current = next.x;
      if (onStep && next.predX0) {
        try {
          await onStep({ step: i + 1, steps: steps.length, x: current, predX0: next.predX0 });
        } finally {
          if (next.predX0 !== current) next.predX0.dispose();
        }
      }
      if (performance.now() - lastBreath > 30) {
        await breathe();
        lastBreath = performance.now();
      }
    }
  } catch (error) {
    current.dispose();
    throw error;
  }
  return current;
}
