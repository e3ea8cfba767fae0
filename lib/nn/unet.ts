/**
 * The U-Net of diffusion models: Ronneberger, Fischer & Brox (2015), arXiv:1505.04597, as Ho, Jain & Abbeel (2020),
 * arXiv:2006.11239, appendix B, changed it, with classes and cross-attention as Rombach et al. (2022) added them.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import {
  attentionBlock,
  type BlockSettings,
  convolution,
  downsample,
  normalized,
  residualBlock,
  upsample,
} from './residual-block';
import { Seeds } from './seeds';
import { LabelEmbedding, TimeEmbedding } from './time-embedding';

type Symbolic = tf.SymbolicTensor;

export interface UnetConfig {
  /** [H, W, C] of the noisy image. */
  readonly inputShape: readonly number[];
  /** Default: as many as the image has. Twice as many where the variance is learned too. */
  readonly outChannels?: number;
  /** At full size. */
  readonly channels: number;
  /** Of the channels, level by level; each level after the first halves the side. */
  readonly multipliers: readonly number[];
  /** Residual blocks a level on the way down; one more on the way up. */
  readonly blocks: number;
  /** Levels with attention behind each residual block, from 0 (full size). The middle always has it. */
  readonly attention: readonly number[];
  readonly heads: number;
  /** Of the group norms. */
  readonly groups: number;
  /** Number of classes, 0: none. Label number `classes` then says "no class". */
  readonly classes: number;
  /** Length of each context vector (a text's tokens), 0: none. */
  readonly contextDim: number;
  /** What t is multiplied by before it is embedded: 1 for steps that count up, 1,000 for a time from 0 to 1. */
  readonly timeScale: number;
  /** Of the first weights. */
  readonly seed: number;
}

/** 701,000 weights, for 28×28 grey images: small enough to train on a laptop's CPU. */
export const unetDefaults: UnetConfig = {
  inputShape: [28, 28, 1],
  channels: 32,
  multipliers: [1, 2],
  blocks: 1,
  attention: [1],
  heads: 4,
  groups: 8,
  classes: 0,
  contextDim: 0,
  timeScale: 1,
  seed: 0,
};

/**
 * Inputs, in this order: x [B,H,W,C]; t [B]; where the config says so label [B] and context [B,M,D]. Output: [B,H,W,outChannels],
 * all zeros until it is trained.
 * @throws UserError when the image cannot be halved as often as there are levels.
 */
export function buildUnet(config: Partial<UnetConfig> = {}): tf.LayersModel {
  const full: UnetConfig = { ...unetDefaults, ...config };
  checkUnet(full);
  const { inputShape, channels, multipliers, blocks, groups, heads, contextDim } = full;
  const seeds = new Seeds(full.seed);
  const settings: BlockSettings = { groups, heads, seeds };

  const x = tf.input({ shape: [...inputShape], name: 'x' });
  const context = contextDim > 0 ? tf.input({ shape: [null, contextDim], name: 'context' }) : undefined;
  const { inputs: others, embedding } = embeddings(full, 4 * channels, seeds);
  const inputs = [x, ...others, ...(context ? [context] : [])];

  const block = (h: Symbolic, level: number, name: string) => {
    const y = residualBlock(h, embedding, channels * multipliers[level], settings, name);
    return full.attention.includes(level) ? attentionBlock(y, context, settings, `${name}_attention`) : y;
  };

  let h = convolution(x, channels, seeds, { name: 'in' });
  const skips = [h];
  multipliers.forEach((_, level) => {
    if (level > 0) skips.push((h = downsample(h, seeds, `down${level}_half`)));
    for (let i = 1; i <= blocks; i++) skips.push((h = block(h, level, `down${level}_block${i}`)));
  });

  const deepest = channels * multipliers[multipliers.length - 1];
  h = residualBlock(h, embedding, deepest, settings, 'middle_block1');
  h = attentionBlock(h, context, settings, 'middle_attention');
  h = residualBlock(h, embedding, deepest, settings, 'middle_block2');

  for (let level = multipliers.length - 1; level >= 0; level--) {
    for (let i = 1; i <= blocks + 1; i++) {
      const both = tf.layers.concatenate().apply([h, skips.pop() as Symbolic]) as Symbolic; // [B,h,w,·]
      h = block(both, level, `up${level}_block${i}`);
    }
    if (level > 0) h = upsample(h, seeds, `up${level}_double`);
  }

  const outChannels = full.outChannels ?? inputShape[2];
  const output = convolution(normalized(h, settings, 'out_norm'), outChannels, seeds, { name: 'out', zero: true });
  return tf.model({ inputs, outputs: output, name: 'unet' });
}

/** The inputs t and, with classes, label, and what every residual block is told of them. -> [B, width], past a SiLU */
export function embeddings(
  { classes, timeScale }: Pick<UnetConfig, 'classes' | 'timeScale'>,
  width: number,
  seeds: Seeds,
): { inputs: Symbolic[]; embedding: Symbolic } {
  const dense = (name: string, activation?: 'swish') =>
    tf.layers.dense({ name, units: width, activation, kernelInitializer: seeds.glorot() });
  const t = tf.input({ shape: [], name: 't' });
  const waves = new TimeEmbedding({ name: 'time', dim: Math.max(4, width / 4), scale: timeScale }).apply(t) as Symbolic;
  const time = dense('time_dense2').apply(dense('time_dense1', 'swish').apply(waves)) as Symbolic;
  const activate = (sum: Symbolic) =>
    tf.layers.activation({ name: 'embedding', activation: 'swish' }).apply(sum) as Symbolic;
  if (classes === 0) return { inputs: [t], embedding: activate(time) };
  const label = tf.input({ shape: [], name: 'label' });
  const table = new LabelEmbedding({ name: 'class', classes, dim: width, seed: seeds.next() });
  const sum = tf.layers.add().apply([time, table.apply(label) as Symbolic]) as Symbolic;
  return { inputs: [t, label], embedding: activate(sum) };
}

function checkUnet({ inputShape, channels, multipliers, blocks, attention }: UnetConfig): void {
  const whole = (n: number) => Number.isInteger(n) && n > 0;
  if (inputShape.length !== 3 || !inputShape.every(whole)) {
    throw new UserError(`buildUnet: inputShape is [height, width, channels], got [${String(inputShape)}].`);
  }
  if (!whole(channels) || channels % 4 !== 0) {
    throw new UserError(`buildUnet: channels is a multiple of 4, got ${channels}.`);
  }
  if (multipliers.length === 0 || !multipliers.every(whole) || !whole(blocks)) {
    throw new UserError(
      `buildUnet: multipliers lists a whole number for each level and blocks is a whole number, got [${String(multipliers)}] and ${blocks}.`,
    );
  }
  if (!attention.every((level) => Number.isInteger(level) && level >= 0 && level < multipliers.length)) {
    throw new UserError(
      `buildUnet: attention lists levels from 0 to ${multipliers.length - 1}, got [${String(attention)}].`,
    );
  }
  const [height, width] = inputShape;
  const scale = 2 ** (multipliers.length - 1);
  if (height % scale === 0 && width % scale === 0) return;
  throw new UserError(
    `buildUnet: ${multipliers.length} levels halve the image ${multipliers.length - 1} times, and ${height}×${width} ` +
      `cannot be divided by ${scale}. Use fewer entries in multipliers.`,
  );
}
