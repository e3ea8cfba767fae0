/** What a recipe is: a model with everything that is needed to train it, draw from it and measure it. */
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import type { ImageTraining } from '../models';
import type { History } from '../training';

/** Gives n new images in [0, 1]. -> [n,H,W,C]; the caller disposes of them. */
export type Sampler = (n: number, random: Random) => Tensor4D | Promise<Tensor4D>;

/** How a run is watched, kept and resumed. */
export type RunOptions = Pick<ImageTraining, 'onStep' | 'onEpoch' | 'checkpoint' | 'resume' | 'signal' | 'epochs'>;

/** What programs read in a checkpoint's header beside the weights. */
export type Metadata = Readonly<Record<string, string>>;

/** Pictures to look at: rows of as many each, or one row with a caption under each picture. The caller disposes of them. */
export interface Sheet {
  readonly rows: readonly { readonly label: string; readonly images: Tensor4D }[];
  readonly captions?: readonly string[];
}

export interface OwnMeasuring {
  /** How many images are drawn, at most, where the model draws any. */
  readonly samples: number;
  readonly seed: number;
  /** Told how far it is. */
  readonly say: (line: string) => void;
}

/** A model of a recipe: fresh, or as far as it was trained. */
export interface Trainee<D = unknown> {
  /** What a checkpoint holds, each network under its role. */
  readonly networks: Readonly<Record<string, LayersModel>>;
  /** What the checkpoint's header must hold beside them for the model to work: numbers that belong to no network. */
  metadata?(): Promise<Metadata>;
  /** Trains by the recipe's own settings. A model of several stages trains one after the other; `history` is all of them. */
  train(data: D, options: RunOptions): Promise<readonly History[]>;
  /** Runs something with the weights that are shipped in place: the average of the last steps, where the model keeps one. */
  asShipped<T>(run: () => T): T;
  /** Tells the model that its networks' weights were read from a checkpoint with this header. */
  loaded(metadata: Metadata): void;
  /** The ways to draw from it; the first is the one that sheets and `sample` take. None for a model that only changes pictures. */
  readonly samplers: Readonly<Record<string, Sampler>>;
  /** Its sheet, where plain samples do not tell what it does: pairs, captions, before and after. */
  sheet?(data: D, count: number, random: Random): Promise<Sheet>;
  /** What this model alone can be asked: a bound on log p, bits a pixel, how well it hears. */
  measure?(data: D, options: OwnMeasuring): Promise<Readonly<Record<string, number>>>;
  dispose(): void;
}

/** A row of the published Fashion-MNIST table (end of the course outline). */
export interface Published {
  readonly fid: number;
  readonly is: number;
  /** Of the test set's inception score under the same classifier. */
  readonly isFraction: number;
  readonly imagesPerSecond: number;
}

export interface Recipe<D = unknown> {
  /** Its checkpoint's name too: `fashion-mnist-ddpm`. */
  readonly name: string;
  /** As the league table calls it. */
  readonly title: string;
  /** The namespace in the library. */
  readonly family: string;
  readonly paper: string;
  /** What is trained on. */
  readonly data: 'fashion-mnist' | 'faces';
  /** A line for the card: which images of it, how many, how large. */
  readonly images: string;
  /** Reads the data, or draws them. */
  load(): Promise<D>;
  /** Passes over the training images; of each stage, where there are several. */
  readonly epochs: readonly number[];
  readonly batchSize: number;
  readonly seed: number;
  readonly published?: Published;
  /** Samplers that the league table measures, by their names; all unless told. */
  readonly league?: readonly string[];
  /** Samplers too slow for thousands of images, and how many are drawn of each instead, at most. */
  readonly slow?: Readonly<Record<string, number>>;
  /** The recipe whose weights this one works with; it trains nothing of its own. */
  readonly weights?: string;
  /** Fresh, untrained. */
  open(): Trainee<D>;
}

/** The name of the checkpoint that holds a recipe's weights. */
export function checkpointOf({ name, weights }: Pick<Recipe, 'name' | 'weights'>): string {
  return weights ?? name;
}
