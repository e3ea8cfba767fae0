import { readdirSync } from 'node:fs';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { Work } from './answer';

/**
 * What bench/models/GROUP.ts exports. GROUP.py beside it has dictionaries of the same names, `steps` and `samplers`, with the
 * same layers, sizes and optimizer in PyTorch.
 */
export interface ModelGroup {
  /** By model and batch, as in 'VAE B128': a call builds the model, and gives its training step. */
  readonly steps: Readonly<Record<string, () => () => tf.Scalar>>;
  /** By model and number of images, as in 'VAE, 64 images': a call builds the model, and gives what draws them. */
  readonly samplers?: Readonly<Record<string, Work>>;
}

const folder = path.join(__dirname, '..', 'models');

/** Every group's work under the names of the rows: 'VAE B128, step'. */
export async function modelWorks(): Promise<Record<string, Work>> {
  const works: Record<string, Work> = {};
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.ts')) continue;
    const { steps, samplers = {} } = (await import(path.join(folder, file))) as ModelGroup;
    for (const [name, make] of Object.entries(steps)) works[`${name}, step`] = make;
    for (const [name, make] of Object.entries(samplers)) works[`${name}, sampling`] = make;
  }
  return works;
}
