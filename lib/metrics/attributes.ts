/**
 * Reads attributes off pictures: one small convolutional network with a head for each attribute. What a caption asks for can
 * then be compared with what a picture shows, attribute by attribute, which no single text–image score tells.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { Seeds, stateOf, variablesOf } from '../nn';
import { type History, train, type TrainOptions } from '../training';
import { imageTrunk, toSide } from './image-trunk';

export interface AttributeConfig {
  /** The attributes with their values; a value's place in its list is its number. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Side of the pictures in pixels, a multiple of 8. Pictures of a multiple of it are averaged down. */
  readonly side: number;
  /** Channels of the three stages, each of which halves the picture. */
  readonly channels: readonly [number, number, number];
  /** Units of the layer before the heads. */
  readonly features: number;
  /** Of the first weights. */
  readonly seed: number;
}

export interface AttributeClassifier {
  readonly config: AttributeConfig;
  readonly network: tf.LayersModel; // [B, side, side, 3] in [0, 1] -> all heads' logits side by side, [B, sum of values]
}

export const attributeDefaults: Omit<AttributeConfig, 'attributes'> = {
  side: 32,
  channels: [16, 32, 64],
  features: 128,
  seed: 0,
};

/** One trunk, and a dense layer for each attribute. */
export function buildAttributeClassifier(
  config: Partial<AttributeConfig> & Pick<AttributeConfig, 'attributes'>,
): AttributeClassifier {
  const full = { ...attributeDefaults, ...config };
  const seeds = new Seeds(full.seed);
  const image = tf.input({ shape: [full.side, full.side, 3], name: 'image' });
  const features = imageTrunk(image, full, seeds); // [B, features]
  const units = Object.values(full.attributes).reduce((sum, list) => sum + list.length, 0);
  const logits = tf.layers
    .dense({ name: 'heads', units, kernelInitializer: seeds.glorot() })
    .apply(features) as tf.SymbolicTensor;
  return { config: full, network: tf.model({ inputs: image, outputs: logits, name: 'attributes' }) };
}

/**
 * Cross-entropy summed over the attributes that a picture shows, mean over pictures, in nats.
 * @param logits all heads' side by side, [B, sum of values]
 * @param attributes the number of each attribute's value, −1 where it does not count, [B, A] int32
 */
export function attributeLoss({ config }: AttributeClassifier, logits: Tensor2D, attributes: Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const truth = tf.unstack(attributes, 1);
    const terms = heads(config, logits).map((head, i) => {
      const wanted = tf.oneHot(truth[i].toInt(), head.shape[1]).toFloat(); // a row of zeros for −1
      return wanted.mul(head.logSoftmax()).sum();
    });
    return tf.addN(terms).div(-logits.shape[0]) as tf.Scalar;
  });
}

/**
 * The most probable value of each attribute.
 * @param images [B, H, W, 3] in [0, 1], H and W the classifier's side or a multiple of it
 * @returns [B, A] int32
 */
export function readAttributes(classifier: AttributeClassifier, images: Tensor4D): Tensor2D {
  return tf.tidy(() => {
    const logits = classifier.network.apply(toSide(images, classifier.config.side)) as Tensor2D;
    return tf.stack(
      heads(classifier.config, logits).map((head) => head.argMax(1)),
      1,
    ) as Tensor2D;
  });
}

/** How often pictures show what was asked for. */
export interface AttributeScore {
  /** Share of all things asked for that the pictures show, from 0 to 1. */
  readonly overall: number;
  /** The same for each attribute that was asked for at least once. */
  readonly byAttribute: Readonly<Record<string, number>>;
  /** Share of the pictures that show everything that was asked for. */
  readonly allRight: number;
}

/**
 * Compares pictures with what they should show.
 * @param images [B, H, W, 3] in [0, 1]
 * @param wanted the number of each attribute's value, −1 where nothing was asked for, [B, A]; a caption's come from
 * `faces.parseCaption` and `faces.wantedVector`
 */
export async function attributeAccuracy(
  classifier: AttributeClassifier,
  images: Tensor4D,
  wanted: Tensor2D | readonly ArrayLike<number>[],
): Promise<AttributeScore> {
  const names = Object.keys(classifier.config.attributes);
  const rows = wanted instanceof tf.Tensor ? ((await wanted.array()) as number[][]) : wanted;
  if (rows.length !== images.shape[0] || rows.some((row) => row.length !== names.length)) {
    throw new UserError(
      `attributeAccuracy: ${images.shape[0]} images need as many rows of ${names.length} numbers in wanted, ` +
        `got ${rows.length} rows of ${rows[0]?.length ?? 0}.`,
    );
  }
  const asked = names.map(() => 0);
  const right = names.map(() => 0);
  let allRight = 0;
  for (let from = 0; from < rows.length; from += batchSize) {
    const size = Math.min(batchSize, rows.length - from);
    const found = tf.tidy(() => readAttributes(classifier, images.slice(from, size)));
    ((await found.array()) as number[][]).forEach((row, i) => {
      let whole = true;
      row.forEach((value, k) => {
        const truth = rows[from + i][k];
        if (truth < 0) return;
        asked[k]++;
        if (value === truth) right[k]++;
        else whole = false;
      });
      if (whole) allRight++;
    });
    found.dispose();
  }
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  return {
    overall: sum(right) / sum(asked),
    byAttribute: Object.fromEntries(
      names.flatMap((name, k) => (asked[k] > 0 ? [[name, right[k] / asked[k]] as const] : [])),
    ),
    allRight: allRight / rows.length,
  };
}

const batchSize = 250;

export interface AttributeBatch {
  readonly images: Tensor4D;
  readonly attributes: Tensor2D;
}

/** What training needs of a split; `faces` has it. */
export interface AttributeSplit {
  readonly size: number;
  batches(options: { batchSize: number; seed: number; epoch?: number; dropLast?: boolean }): Iterable<AttributeBatch>;
}

export type AttributeTraining = Partial<
  Omit<TrainOptions<AttributeBatch>, 'batches' | 'loss' | 'variables' | 'state'>
> & { readonly batchSize?: number };

/** Trains by Adam with a rate that falls to 0; the history's curve is the loss in nats. */
export function trainAttributes(
  classifier: AttributeClassifier,
  split: AttributeSplit,
  options: AttributeTraining = {},
): Promise<History> {
  const { epochs = 10, batchSize: wished = 64, learningRate = 2e-3, seed = 0, ...rest } = options;
  const size = Math.min(wished, split.size);
  const { network } = classifier;
  return train<AttributeBatch>({
    name: 'attributes',
    variables: variablesOf(network),
    state: stateOf(network),
    epochs,
    stepsPerEpoch: Math.floor(split.size / size),
    batches: (epoch) => split.batches({ batchSize: size, seed, epoch, dropLast: true }),
    loss: ({ images, attributes }) => {
      const logits = network.apply(toSide(images, classifier.config.side), { training: true }) as Tensor2D;
      return attributeLoss(classifier, logits, attributes);
    },
    learningRate,
    schedule: 'cosine',
    seed,
    ...rest,
  });
}

/** Gives the memory of the network back. */
export function dispose(classifier: AttributeClassifier): void {
  classifier.network.dispose();
}

function heads(config: AttributeConfig, logits: Tensor2D): Tensor2D[] {
  const sizes = Object.values(config.attributes).map((list) => list.length);
  return tf.split(logits, sizes, 1) as Tensor2D[];
}
