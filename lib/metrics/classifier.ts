/**
 * The classifier that the metrics look through: a small residual network (He et al. 2015, arXiv:1512.03385) for 28×28 grey
 * images. What FID, precision and recall call features are the averages of its last feature maps; the Inception score
 * reads its probabilities. The original metrics use an Inception network of colour photographs, which sees little of clothes.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { Random } from '../engine';
import { UserError } from '../errors';
import type { ImageBatch, ImageSplit, ImageTraining } from '../models';
import { Seeds, variablesOf } from '../nn';
import { type History, train } from '../training';

export interface ClassifierConfig {
  /** [H, W, C] of one image. */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  /** Channels of the stem and of the two residual blocks; each stage halves the image. The last is the number of features. */
  readonly channels: readonly [number, number, number];
  /** Of the first weights. */
  readonly seed: number;
}

export interface Classifier {
  readonly config: ClassifierConfig;
  readonly network: tf.LayersModel; // [B,H,W,C] in [0, 1] -> features [B,F], logits [B,K]
}

/** What the metrics ask of a classifier, for one batch of images. */
export interface Reading {
  readonly features: Tensor2D; // [B,F]
  readonly probabilities: Tensor2D; // [B,K]
}

export const classifierDefaults: ClassifierConfig = {
  inputShape: [28, 28, 1],
  classes: 10,
  channels: [32, 64, 128],
  seed: 0,
};

/**
 * Two plain stages and a residual block, the average over the places, one dense layer: 286,000 numbers for the default config.
 *
 * Pooling stands before batch normalization and ReLU: the result is the same where the scale is positive, at a quarter of
 * the work.
 */
export function buildClassifier(config: Partial<ClassifierConfig> = {}): Classifier {
  const full = { ...classifierDefaults, ...config };
  const seeds = new Seeds(full.seed);
  const [first, second, third] = full.channels;
  const image = tf.input({ shape: [...full.inputShape], name: 'image' });
  let h = activated(halved(convolution(image, first, 3, 'stage1', seeds)), 'stage1'); // [B, H/2, W/2, first]
  h = activated(convolution(h, second, 3, 'stage2a', seeds), 'stage2a');
  h = activated(halved(convolution(h, second, 3, 'stage2b', seeds)), 'stage2b'); // [B, H/4, W/4, second]
  h = residual(h, third, 'stage3', seeds); // [B, H/4, W/4, third]
  const features = tf.layers.globalAveragePooling2d({ name: 'features' }).apply(h) as tf.SymbolicTensor; // [B, third]
  const logits = tf.layers
    .dense({ name: 'logits', units: full.classes, kernelInitializer: seeds.glorot() })
    .apply(features) as tf.SymbolicTensor; // [B, K]
  const network = tf.model({ inputs: image, outputs: [features, logits], name: 'classifier' });
  return { config: full, network };
}

/**
 * Features and class probabilities of images: each is read as it is and mirrored, and the two readings are averaged, which is
 * right a little more often than one. [B,H,W,C] in [0, 1] -> [B,F], [B,K]
 */
export function read(classifier: Classifier, images: Tensor4D): Reading {
  expectImages(classifier, images);
  return tf.tidy(() => {
    const both = [images, images.reverse(2)].map((seen) => classifier.network.apply(seen) as [Tensor2D, Tensor2D]);
    const average = (part: 0 | 1) => both[0][part].add<Tensor2D>(both[1][part]).div<Tensor2D>(2);
    return { features: average(0), probabilities: tf.softmax(average(1)) };
  });
}

/** What stands before the last layer: the averages of the last feature maps. [B,H,W,C] in [0, 1] -> [B,F] */
export function features(classifier: Classifier, images: Tensor4D): Tensor2D {
  return tf.tidy(() => read(classifier, images).features);
}

/** p(y|x). [B,H,W,C] in [0, 1] -> [B,K] */
export function probabilities(classifier: Classifier, images: Tensor4D): Tensor2D {
  return tf.tidy(() => read(classifier, images).probabilities);
}

/** The share of a labelled split whose most probable class is the label, from 0 to 1. */
export async function accuracy(classifier: Classifier, split: ImageSplit): Promise<number> {
  let right = 0;
  for (const { images, labels } of split.batches({ batchSize: 250, seed: 0 })) {
    const hits = tf.tidy(() => {
      const found = probabilities(classifier, images as Tensor4D).argMax(1);
      return found.equal(expectLabels(labels).toInt()).sum();
    });
    right += (await hits.data())[0];
    tf.dispose([images, labels, hits].filter((tensor) => tensor !== undefined));
  }
  return right / split.size;
}

export interface ClassifierTraining extends ImageTraining {
  /** Largest shift of a training image, in pixels each way; default 2. */
  readonly shift?: number;
}

/**
 * Trains with mirrored and shifted images. Labels are not smoothed: that would cap the Inception score of even the test set.
 * The history's curves are the cross-entropy in nats, and the share of each batch that is right.
 */
export function trainClassifier(
  classifier: Classifier,
  split: ImageSplit,
  options: ClassifierTraining = {},
): Promise<History> {
  const { epochs = 8, batchSize = 128, learningRate = 3e-3, seed = 0, shift = 2, ...rest } = options;
  const { network, config } = classifier;
  const size = Math.min(batchSize, split.size);
  return train<ImageBatch>({
    name: 'classifier',
    variables: variablesOf(network),
    state: network.nonTrainableWeights.map((weight) => weight.read() as tf.Variable), // of batch normalization
    epochs,
    stepsPerEpoch: Math.floor(split.size / size),
    batches: (epoch) => augmentedBatches(split, { batchSize: size, seed, epoch, shift }),
    loss: ({ images, labels }) => {
      const [, logits] = network.apply(images, { training: true }) as [Tensor2D, Tensor2D];
      const y = expectLabels(labels).toInt();
      const wanted = tf.oneHot(y, config.classes).toFloat(); // [B, K]
      const loss = wanted.mul(logits.logSoftmax()).sum(1).mean().neg();
      return { loss, accuracy: logits.argMax(1).equal(y).mean() };
    },
    learningRate,
    schedule: 'cosine',
    seed,
    ...rest,
  });
}

/** Gives the memory of the network back. */
export function dispose(classifier: Classifier): void {
  classifier.network.dispose();
}

async function* augmentedBatches(
  split: ImageSplit,
  { batchSize, seed, epoch, shift }: { batchSize: number; seed: number; epoch: number; shift: number },
): AsyncIterable<ImageBatch> {
  const random = new Random(seed).fork(`augment ${epoch}`);
  for (const { images, labels } of split.batches({ batchSize, seed, epoch, dropLast: true })) {
    const moved = await augment(images as Tensor4D, random, shift);
    images.dispose();
    yield { images: moved, labels };
  }
}

/** Each image mirrored with probability ½ and moved by up to `shift` pixels each way; what moves in is 0. [B,H,W,C] -> the same */
export async function augment(images: Tensor4D, random: Random, shift: number): Promise<Tensor4D> {
  const [count, height, width, channels] = images.shape;
  const from = await images.data();
  const to = new Float32Array(from.length);
  for (let n = 0; n < count; n++) {
    const mirrored = random.int(2) === 1;
    const [down, right] = [random.int(2 * shift + 1) - shift, random.int(2 * shift + 1) - shift];
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
        const source = mirrored ? width - 1 - (x - right) : x - right;
        const [at, there] = [(n * height + y) * width + x, (n * height + y - down) * width + source];
        for (let c = 0; c < channels; c++) to[at * channels + c] = from[there * channels + c];
      }
    }
  }
  return tf.tensor4d(to, images.shape);
}

function expectImages({ config }: Classifier, { shape }: tf.Tensor): void {
  const [height, width, channels] = config.inputShape;
  if (shape.length === 4 && String(shape.slice(1)) === String(config.inputShape)) return;
  throw new UserError(`The classifier reads images of shape [B, ${height}, ${width}, ${channels}], got [${shape}].`);
}

function expectLabels(labels: Tensor1D | undefined): Tensor1D {
  if (!labels) throw new UserError('The classifier needs a split with labels, one for each image.');
  return labels;
}

/** ReLU(x′ + F(x)) with two convolutions in F; x′ is x, brought to as many channels by a 1×1 convolution. */
function residual(x: tf.SymbolicTensor, channels: number, name: string, seeds: Seeds): tf.SymbolicTensor {
  const inner = activated(convolution(x, channels, 3, `${name}a`, seeds), `${name}a`);
  const outer = normalized(convolution(inner, channels, 3, `${name}b`, seeds), `${name}b`);
  const shortcut = convolution(x, channels, 1, `${name}_shortcut`, seeds);
  const sum = tf.layers.add({ name: `${name}_sum` }).apply([shortcut, outer]) as tf.SymbolicTensor;
  return relu(sum, name);
}

function convolution(x: tf.SymbolicTensor, filters: number, kernelSize: number, name: string, seeds: Seeds) {
  return tf.layers
    .conv2d({ name, filters, kernelSize, padding: 'same', useBias: false, kernelInitializer: seeds.he() })
    .apply(x) as tf.SymbolicTensor;
}

function normalized(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.98 }).apply(x) as tf.SymbolicTensor;
}

function relu(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return tf.layers.activation({ activation: 'relu', name: `${name}_relu` }).apply(x) as tf.SymbolicTensor;
}

function activated(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return relu(normalized(x, name), name);
}

function halved(x: tf.SymbolicTensor): tf.SymbolicTensor {
  return tf.layers.maxPooling2d({ poolSize: 2 }).apply(x) as tf.SymbolicTensor;
}
