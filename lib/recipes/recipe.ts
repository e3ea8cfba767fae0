/** What a recipe is: a model with everything that is needed to train it, draw from it and measure it. */
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs';
import type { Dataset } from '../../datasets';
import type { Random } from '../engine';
import type { ImageTraining } from '../models';
import type { History } from '../training';

/** Gives n new images in [0, 1]. -> [n,H,W,C]; the caller disposes of them. */
export type Sampler = (n: number, random: Random) => Tensor4D | Promise<Tensor4D>;

/** How a run is watched, kept and resumed. */
export type RunOptions = Pick<ImageTraining, 'onStep' | 'onEpoch' | 'checkpoint' | 'resume' | 'signal' | 'epochs'>;

/** A model of a recipe: fresh, or as far as it was trained. */
export interface Trainee {
  /** What a checkpoint holds, each network under its role. */
  readonly networks: Readonly<Record<string, LayersModel>>;
  /** Trains by the recipe's own settings. A model of several stages trains one after the other; `history` is all of them. */
  train(data: Dataset, options: RunOptions): Promise<readonly History[]>;
  /** Runs something with the weights that are shipped in place: the average of the last steps, where the model keeps one. */
  asShipped<T>(run: () => T): T;
  /** Tells the model that its networks' weights were read from a checkpoint. */
  loaded(): void;
  /** The ways to draw from it; the first is the one that sheets and `sample` take. */
  readonly samplers: Readonly<Record<string, Sampler>>;
  /** What this model alone can be asked, over a split of real images: a bound on log p, bits a pixel. */
  measure?(data: Dataset): Promise<Readonly<Record<string, number>>>;
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

export interface Recipe {
  /** Its checkpoint's name too: `fashion-mnist-ddpm`. */
  readonly name: string;
  /** As the league table calls it. */
  readonly title: string;
  /** The namespace in the library. */
  readonly family: string;
  readonly paper: string;
  /** What is trained on. */
  readonly data: 'fashion-mnist';
  /** Passes over the training images; of each stage, where there are several. */
  readonly epochs: readonly number[];
  readonly batchSize: number;
  readonly seed: number;
  readonly published?: Published;
  /** Samplers that the league table measures, by their names; all unless told. */
  readonly league?: readonly string[];
  /** Fresh, untrained. */
  readonly open: () => Trainee;
}
