/**
 * Pictures and texts in one space: Radford et al. (2021), arXiv:2103.00020 (CLIP), on a small scale. A picture and its caption
 * point the same way, so that the angle between them says how well they fit.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../errors';
import {
  buildTextEncoder,
  meanOfTokens,
  Seeds,
  stateOf,
  type TextEncoderConfig,
  textEncoderDefaults,
  variablesOf,
} from '../nn';
import { type History, train, type TrainOptions } from '../training';
import { imageTrunk, toSide } from './image-trunk';

export interface ClipConfig {
  /** Side of the pictures in pixels, a multiple of 8. */
  readonly side: number;
  /** Channels of the image tower's three stages, and units of its last layer. */
  readonly channels: readonly [number, number, number];
  readonly features: number;
  readonly text: TextEncoderConfig;
  /** Dimensions of the common space. */
  readonly dim: number;
  /** Of the first weights. */
  readonly seed: number;
}

export interface Clip {
  readonly config: ClipConfig;
  readonly image: tf.LayersModel; // [B, side, side, 3] in [0, 1] -> [B, dim], vectors of length exp(log scale)
  readonly text: tf.LayersModel; // [B, length] -> [B, length, text.dim]: also a text-conditioned model's encoder
  readonly textHead: tf.LayersModel; // [B, text.dim] -> [B, dim], vectors of length 1
}

export const clipDefaults: ClipConfig = {
  side: 32,
  channels: [16, 32, 64],
  features: 128,
  text: textEncoderDefaults,
  dim: 128,
  seed: 0,
};

/** An image tower and a text tower that end in vectors of one length. */
export function buildClip(
  config: Partial<Omit<ClipConfig, 'text'>> & { readonly text?: Partial<TextEncoderConfig> } = {},
): Clip {
  const full: ClipConfig = { ...clipDefaults, ...config, text: { ...clipDefaults.text, ...config.text } };
  const seeds = new Seeds(full.seed);
  const project = (x: tf.SymbolicTensor) => {
    const kernelInitializer = seeds.glorot();
    return tf.layers.dense({ name: 'project', units: full.dim, useBias: false, kernelInitializer }).apply(x);
  };
  const picture = tf.input({ shape: [full.side, full.side, 3], name: 'image' });
  const seen = new ScaledUnit({ name: 'scaled' }).apply(project(imageTrunk(picture, full, seeds))) as tf.SymbolicTensor;
  const text = buildTextEncoder({ ...full.text, seed: seeds.next() });
  const mean = tf.input({ shape: [full.text.dim], name: 'mean' });
  const meant = project(mean) as tf.SymbolicTensor;
  return {
    config: full,
    image: tf.model({ inputs: picture, outputs: seen, name: 'image' }),
    text,
    textHead: tf.model({ inputs: mean, outputs: meant, name: 'text-head' }),
  };
}

/**
 * Takes over the image tower's convolutions from a network with the same trunk, such as the attribute classifier: the start
 * of locked-image tuning (Zhai et al. 2022, arXiv:2111.07991, LiT).
 * @throws UserError when the two trunks differ
 */
export function takeTrunk(clip: Clip, from: tf.LayersModel): void {
  for (const layer of clip.image.layers) {
    if (layer.name === 'project' || layer.weights.length === 0 || layer instanceof ScaledUnit) continue;
    const source = from.layers.find(({ name }) => name === layer.name);
    const shapes = (each: tf.layers.Layer | undefined) =>
      String(each?.weights.map(({ shape }) => `[${String(shape)}]`));
    if (shapes(source) !== shapes(layer)) {
      throw new UserError(
        `takeTrunk: ${layer.name} is ${shapes(layer)} here and ${shapes(source)} in the other network.`,
      );
    }
    layer.setWeights((source as tf.layers.Layer).getWeights());
  }
}

/** Pictures as unit vectors. [B, H, W, 3] in [0, 1] -> [B, dim] */
export function embedImages(clip: Clip, images: Tensor4D): Tensor2D {
  return tf.tidy(() => unit(clip.image.apply(toSide(images, clip.config.side)) as Tensor2D));
}

/** Texts as unit vectors. @param tokens `faces.encode` of each text, [B, length] int32 @returns [B, dim] */
export function embedTexts(clip: Clip, tokens: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const sequence = clip.text.apply(tokens) as tf.Tensor3D;
    return unit(clip.textHead.apply(meanOfTokens(sequence, tokens)) as Tensor2D);
  });
}

/**
 * How well each picture fits its own text: 100 max(cos, 0), as Hessel et al. (2021), arXiv:2104.08718, without their factor of 2.5.
 * @returns one score for each pair, from 0 to 100, [B]
 */
export function clipScore(clip: Clip, images: Tensor4D, tokens: Tensor2D): tf.Tensor1D {
  if (images.shape[0] !== tokens.shape[0]) {
    throw new UserError(`clipScore: ${images.shape[0]} images need as many texts, got ${tokens.shape[0]}.`);
  }
  return tf.tidy(() => embedImages(clip, images).mul(embedTexts(clip, tokens)).sum<tf.Tensor1D>(1).relu().mul(100));
}

/**
 * The symmetric InfoNCE loss, Radford et al. (2021), Figure 3: in a batch each picture must find its own text, each text its own
 * picture; mean of both cross-entropies, in nats.
 * @param similarities scaled cosines of all pairs, pictures down, texts across, [B, B]
 */
export function contrastiveLoss(similarities: Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const own = tf.eye(similarities.shape[0]);
    const byImage = similarities.logSoftmax().mul(own).sum();
    const byText = tf.transpose<Tensor2D>(similarities).logSoftmax().mul(own).sum();
    return byImage.add(byText).div(-2 * similarities.shape[0]) as tf.Scalar;
  });
}

/** Shares of texts that find their own picture among all, and the other way round. */
export interface Retrieval {
  readonly imageOfText: number;
  readonly textOfImage: number;
}

/** Top-1 retrieval: picture i belongs to text i, and to no other. */
export async function retrieval(clip: Clip, images: Tensor4D, tokens: Tensor2D): Promise<Retrieval> {
  const scores = tf.tidy(() => {
    const all = embedImages(clip, images).matMul(embedTexts(clip, tokens), false, true); // [B, B]
    const own = tf.range(0, images.shape[0], 1, 'int32');
    return tf.stack([all.argMax(0).equal(own).mean(), all.argMax(1).equal(own).mean()]);
  });
  const [imageOfText, textOfImage] = await scores.data();
  scores.dispose();
  return { imageOfText, textOfImage };
}

export interface ClipBatch {
  readonly images: Tensor4D;
  readonly tokens: Tensor2D;
}

/** What training needs of a split; `captionedFaces` has it. */
export interface ClipSplit {
  readonly size: number;
  batches(options: { batchSize: number; seed: number; epoch?: number; dropLast?: boolean }): Iterable<ClipBatch>;
}

export interface ClipTraining extends Partial<
  Omit<TrainOptions<ClipBatch>, 'batches' | 'loss' | 'variables' | 'state' | 'players'>
> {
  readonly batchSize?: number;
  /** `locked` leaves the image tower's trunk as it is and learns its projection only (LiT); default `free`. */
  readonly trunk?: 'free' | 'locked';
}

/** Trains by Adam with a rate that falls to 0. The history's curve is the loss in nats, and the scale. */
export function trainClip(clip: Clip, split: ClipSplit, options: ClipTraining = {}): Promise<History> {
  const { epochs = 10, batchSize = 128, learningRate = 1e-3, seed = 0, trunk = 'free', ...rest } = options;
  const { image, text, textHead, config } = clip;
  const size = Math.min(batchSize, split.size);
  const free = trunk === 'free';
  const learned = new Set([image.getLayer('project').weights, image.getLayer('scaled').weights].flat());
  const ofImage = free ? variablesOf(image) : [...learned].map((weight) => weight.read() as tf.Variable);
  return train<ClipBatch>({
    name: 'clip',
    variables: [...ofImage, ...variablesOf(text, textHead)],
    state: free ? stateOf(image) : [],
    epochs,
    stepsPerEpoch: Math.floor(split.size / size),
    batches: (epoch) => split.batches({ batchSize: size, seed, epoch, dropLast: true }),
    loss: ({ images, tokens }) => {
      const seen = image.apply(toSide(images, config.side), { training: free }) as Tensor2D; // length: the scale
      const similarities = tf.matMul<Tensor2D>(seen, embedTexts(clip, tokens), false, true); // [B, B]
      return { loss: contrastiveLoss(similarities), scale: seen.norm('euclidean', 1).mean() };
    },
    learningRate,
    schedule: 'cosine',
    seed,
    ...rest,
  });
}

/** Gives the memory of the networks back. */
export function dispose(clip: Clip): void {
  for (const model of [clip.image, clip.text, clip.textHead]) model.dispose();
}

/** Vectors of one length: [B, C] -> [B, C] times a learned scale, which is the inverse of the temperature (section 2.5). */
class ScaledUnit extends tf.layers.Layer {
  static readonly className: string = 'ScaledUnit';
  private logScale!: ReturnType<tf.layers.Layer['addWeight']>;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.logScale = this.addWeight('log_scale', [], 'float32', tf.initializers.constant({ value: Math.log(1 / 0.07) }));
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x] = Array.isArray(inputs) ? inputs : [inputs];
      const scale = this.logScale.read().minimum(Math.log(100)).exp(); // never above 100
      return unit(x as Tensor2D).mul(scale);
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }
}
tf.serialization.registerClass(ScaledUnit);

function unit(x: Tensor2D): Tensor2D {
  return tf.tidy(() => x.mul(x.square().sum(1, true).add(1e-12).rsqrt()));
}
