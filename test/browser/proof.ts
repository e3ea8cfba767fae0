/** What is done alike in a web page and in Node, so that the two can be compared. */
import * as tf from '@tensorflow/tfjs';
import { type Toy, toys } from '../../datasets/toys';
import { describe, Random, ready, type EngineName } from '../../lib/engine';
import { modeCoverage } from '../../lib/metrics';
import { ddpm } from '../../lib/models';

export interface Outcome {
  /** The line that a lesson shows. */
  readonly engine: string;
  /** Of each step. */
  readonly losses: readonly number[];
  /** Of the 8 bumps, and the share of samples within 3 standard deviations of one. */
  readonly modesCovered: number;
  readonly highQuality: number;
  /** Tensors in memory at the end that were not there before. */
  readonly left: number;
  readonly seconds: number;
}

/** Trains a diffusion model on 8 Gaussians in the plane, and draws from it. */
export async function learnGaussians(engine: EngineName, epochs: number, samples: number): Promise<Outcome> {
  const report = await ready({ engine });
  const before = tf.memory().numTensors;
  const start = performance.now();
  const toy: Toy = toys.eightGaussians;
  if (!toy.mixture) throw new Error('the toy has no bumps to count');
  const model = ddpm.buildDdpm({ inputShape: [2], mlp: { width: 64 } });
  const history = await ddpm.trainDdpm(model, toy.split(2048, 1), {
    epochs,
    batchSize: 256,
    learningRate: 5e-3,
    schedule: 'cosine',
    seed: 0,
  });
  const points = await ddpm.sample<tf.Tensor2D>(model, samples, new Random(5));
  const { modesCovered, highQuality } = await modeCoverage(points, toy.mixture);
  points.dispose();
  ddpm.dispose(model);
  return {
    engine: describe(report),
    losses: history.loss,
    modesCovered,
    highQuality,
    left: tf.memory().numTensors - before,
    seconds: (performance.now() - start) / 1000,
  };
}
