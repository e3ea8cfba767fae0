/**
 * What a notebook knows of `lib/grading` and `lib/recipes`: package.json's "imports" give these types in place of those rooms' own. Else
 * every cell would be checked against three hundred files more, of grading and the packages under it, than its lesson uses.
 */
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Random } from './engine';
import type { Report } from './metrics';

/** What became of one check. */
export interface SelfCheckLine {
  readonly name: string;
  readonly points: number;
  readonly earned: number;
  /** Why points were lost; absent where none were. */
  readonly reason?: string;
  /** The spec's own hint for this check, where points were lost. */
  readonly hint?: string;
}

/** What a notebook shows for `await check('…', { … })`. */
export interface SelfCheck {
  readonly gradeId: string;
  readonly score: number;
  readonly points: number;
  readonly passed: boolean;
  readonly checks: readonly SelfCheckLine[];
}

export interface CheckSettings {
  /** What the exercise is worth here; what its spec says unless given. */
  readonly points?: number;
}

/** `check` of lib/grading, where it is described. */
export declare function check(
  gradeId: string,
  functions: Readonly<Record<string, unknown>>,
  settings?: CheckSettings,
): Promise<SelfCheck>;

/** What a card keeps of a sampler's report, rounded as it is printed there. */
export type CardReport = Pick<
  Report,
  'n' | 'fid' | 'fidFloor' | 'is' | 'isTestSet' | 'precision' | 'recall' | 'imagesPerSecond'
>;

/** A shipped model of Fashion-MNIST as its card tells of it; nothing is measured. */
export interface ShippedModel {
  /** Its checkpoint: `fashion-mnist-ddpm`. */
  readonly name: string;
  /** As the league table calls it. */
  readonly title: string;
  /** By the names of the samplers that the league measures; none where the card has no figures. */
  readonly reports: Readonly<Record<string, CardReport>>;
  /**
   * New images in [0, 1], [n,28,28,1]; the weights are read at each call.
   * @param sampler its first unless told
   * @throws UserError when there is no such sampler, or the file is damaged
   */
  draw(n: number, random: Random, sampler?: string): Promise<Tensor4D>;
}

/** Every model of the league table whose checkpoint is there, in the order of the course. */
export declare function shippedModels(folder?: string): ShippedModel[];
