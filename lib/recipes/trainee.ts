import type { Tensor1D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import type { ldm } from '../models';
import type { Trainee } from './recipe';

/** What a model without an average and without anything to measure leaves at that. */
export const plain = {
  asShipped: <T>(run: () => T): T => run(),
  loaded: (): void => undefined,
} as const satisfies Pick<Trainee, 'asShipped' | 'loaded'>;

/** What a model with a running average of its weights ships: the average. */
export function averaged(ema: { during<T>(run: () => T): T; reset(): void }): Pick<Trainee, 'asShipped' | 'loaded'> {
  return { asShipped: (run) => ema.during(run), loaded: () => ema.reset() };
}

/** What latent diffusion ships: both stages, what it is told by, and by how much its latents are scaled. */
export function latentStages(
  model: ldm.LatentDiffusion,
): Pick<Trainee, 'asShipped' | 'loaded' | 'networks' | 'metadata'> {
  const { autoencoder, network, conditioner, scale, ema } = model;
  return {
    networks: {
      encoder: autoencoder.encoder,
      decoder: autoencoder.decoder,
      network,
      ...(conditioner && { conditioner }),
    },
    metadata: async () => ({ latentScale: String((await scale.data())[0]) }),
    asShipped: (run) => ema.during(run),
    loaded({ latentScale }) {
      const value = Number(latentScale);
      if (!(value > 0)) {
        throw new UserError(`A checkpoint of latent diffusion says its latentScale in its header; got ${latentScale}.`);
      }
      tf.tidy(() => scale.assign(tf.scalar(value)));
      ema.reset();
    },
  };
}

/** Classes for n examples, each as likely as the others. -> [n], int32 */
export function anyClass(n: number, classes: number, random: Random): Tensor1D {
  return tf.tensor1d(
    Int32Array.from({ length: n }, () => random.int(classes)),
    'int32',
  );
}

/** Draws with labels of all classes, which are let go of afterwards. */
export async function withAnyClass<T>(
  n: number,
  classes: number,
  random: Random,
  draw: (labels: Tensor1D) => T | Promise<T>,
): Promise<T> {
  const labels = anyClass(n, classes, random.fork('classes'));
  try {
    return await draw(labels);
  } finally {
    labels.dispose();
  }
}
