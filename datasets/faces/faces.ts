import { Random } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import type { Bilingual, DatasetInfo } from '../types';
import {
  type AttributeName,
  attributeNames,
  checkAttributes,
  isHeldOut,
  randomAttributes,
  type SomeAttributes,
  values,
} from './attributes';
import type { CaptionLanguage } from './captions';
import { words } from './lexicon';
import { type FaceRecord, FaceSplit } from './split';

export interface FacesOptions {
  /** Side of the pictures in pixels, 32 unless told. */
  readonly size?: number;
  /** Another seed makes other faces. */
  readonly seed?: number;
  /** How many faces each split has; 10,000, 1,000 and 1,000 unless told. */
  readonly train?: number;
  readonly test?: number;
  readonly heldOut?: number;
  /**
   * `some`, unless told: train and test lack the combinations that are held out. `all`: they have every combination, which is
   * what a judge of pictures is trained on.
   */
  readonly combinations?: 'some' | 'all';
  /** Attributes that all faces have: `{ style: 'sketch' }`. */
  readonly only?: SomeAttributes;
  /** The attribute that is the label, `hair` unless told. */
  readonly label?: AttributeName;
  /** Of the captions; `both`, which mixes them, unless told. */
  readonly language?: CaptionLanguage;
}

export interface Faces extends DatasetInfo {
  readonly train: FaceSplit;
  /** Other faces with the same combinations of attributes. */
  readonly test: FaceSplit;
  /** Faces with combinations that no face of the other two splits has: does a model put together what it never saw together? */
  readonly heldOut: FaceSplit;
}

/**
 * Captioned cartoon faces, made from a seed: nothing is downloaded, and what a caption says is known to be true.
 * Pictures are drawn when they are first asked for, about a thousand a second.
 * @throws UserError for an option that does not exist, or when `only` leaves no combination for a split
 */
export function captionedFaces(options: FacesOptions = {}): Faces {
  const { size = 32, seed = 0, train = 10_000, test = 1_000, heldOut = 1_000 } = options;
  const { only = {}, label = 'hair', language = 'both', combinations = 'some' } = options;
  if (!attributeNames.includes(label)) {
    throw new UserError(`captionedFaces: label is one of ${attributeNames.join(', ')}; got ${String(label)}.`);
  }
  checkAttributes(only, 'captionedFaces');
  const info: DatasetInfo = {
    name: 'faces',
    title: { en: 'Captioned faces', zh: '带描述的人脸' },
    shape: [size, size, 3],
    classes: classesOf(label),
  };
  const split = (name: string, count: number, isNew: boolean | undefined) => {
    const random = new Random(seed).fork(`faces ${name}`);
    const records = Array.from({ length: count }, (_, i) => recordOf(random.fork(i), only, isNew));
    return new FaceSplit(name, info, records, { size, label, language });
  };
  const seen = combinations === 'all' ? undefined : false;
  return {
    ...info,
    train: split('train', train, seen),
    test: split('test', test, seen),
    heldOut: split('held out', heldOut, true),
  };
}

const attempts = 2000;

/** @param isNew whether the combination is one that is held out; either where it is not given */
function recordOf(random: Random, only: SomeAttributes, isNew: boolean | undefined): FaceRecord {
  for (let i = 0; i < attempts; i++) {
    const attributes = randomAttributes(random, only);
    if (isNew === undefined || isHeldOut(attributes) === isNew) return { attributes, seed: random.bits() };
  }
  const which = isNew ? 'is held out' : 'may be trained on';
  const kept = JSON.stringify(only);
  throw new UserError(
    `captionedFaces: no face with ${kept} ${which}. Leave an attribute free, or ask that split for 0 faces.`,
  );
}

function classesOf(label: AttributeName): Bilingual<readonly string[]> {
  const of = (language: 'en' | 'zh') => values[label].map((value) => words(label, value, language));
  return { en: of('en'), zh: of('zh') };
}
