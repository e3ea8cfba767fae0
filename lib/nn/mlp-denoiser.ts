import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { Seeds } from './seeds';
import { embeddings } from './unet';

type Symbolic = tf.SymbolicTensor;

export interface MlpDenoiserConfig {
  /** Numbers of one point. */
  readonly dims: number;
  /** Default: as many as the point has. Twice as many where the variance is learned too. */
  readonly outDims?: number;
  /** Width of the hidden layers. */
  readonly width: number;
  /** Number of hidden layers. */
  readonly layers: number;
  /** Number of classes, 0: none. Label number `classes` then says "no class". */
  readonly classes: number;
  /** What t is multiplied by before it is embedded: 1 for steps that count up, 1,000 for a time from 0 to 1. */
  readonly timeScale: number;
  /** Of the first weights. */
  readonly seed: number;
}

export const mlpDenoiserDefaults: MlpDenoiserConfig = {
  dims: 2,
  width: 64,
  layers: 3,
  classes: 0,
  timeScale: 1,
  seed: 0,
};

/**
 * A U-Net's stand-in for points of the plane: the same inputs, x [B,n], t [B] and with classes label [B]; output [B,outDims].
 * Each hidden layer is told the time anew and adds to what came before: h + SiLU(Wh + V·embedding).
 */
export function buildMlpDenoiser(config: Partial<MlpDenoiserConfig> = {}): tf.LayersModel {
  const full: MlpDenoiserConfig = { ...mlpDenoiserDefaults, ...config };
  const { dims, outDims = dims, width, layers } = full;
  if (!Number.isInteger(width) || width < 8 || width % 8 !== 0) {
    throw new UserError(`buildMlpDenoiser: width is a multiple of 8, got ${width}.`);
  }
  const seeds = new Seeds(full.seed);
  const dense = (name: string, units: number, useBias = true) =>
    tf.layers.dense({ name, units, useBias, kernelInitializer: seeds.glorot() });

  const x = tf.input({ shape: [dims], name: 'x' });
  const { inputs, embedding } = embeddings(full, width, seeds);
  let h = dense('in', width).apply(x) as Symbolic; // [B, width]
  for (let i = 1; i <= layers; i++) {
    const told = dense(`hidden${i}_time`, width, false).apply(embedding) as Symbolic;
    const sum = tf.layers.add().apply([dense(`hidden${i}`, width).apply(h) as Symbolic, told]) as Symbolic;
    const next = tf.layers.activation({ activation: 'swish' }).apply(sum) as Symbolic;
    h = tf.layers.add().apply([h, next]) as Symbolic;
  }
  const kernelInitializer = tf.initializers.zeros();
  const output = tf.layers.dense({ name: 'out', units: outDims, kernelInitializer }).apply(h) as Symbolic;
  return tf.model({ inputs: [x, ...inputs], outputs: output, name: 'denoiser' });
}
