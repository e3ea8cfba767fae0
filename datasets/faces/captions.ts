import type { Random } from '../../lib/engine';
import type { Language } from '../types';
import { type AttributeName, type Attributes, attributeNames, isVisible, type SomeAttributes } from './attributes';
import { englishCaption } from './captions-en';
import { chineseCaption } from './captions-zh';
import { maxTokens, tokenCount } from './tokenizer';

/** `both`: one of the two by chance. */
export type CaptionLanguage = Language | 'both';

export interface Caption {
  readonly text: string;
  readonly language: Language;
  /** Exactly what the text says of the face, all of it true. */
  readonly mentioned: SomeAttributes;
}

export interface CaptionOptions {
  readonly language?: CaptionLanguage;
  /** The share of what could be said that is said, by chance unless told: from a few words to nearly everything. */
  readonly detail?: number;
}

/** Takes an attribute into the caption, so that its word and its mention cannot part. */
export type Say = <Name extends AttributeName>(name: Name) => Attributes[Name] | undefined;

/**
 * Describes a face, truly, in words that vary with `random`: other words, another order, another choice of what to mention.
 * What the picture does not show is never said. A caption fits into `maxTokens` tokens.
 */
export function caption(face: Attributes, random: Random, options: CaptionOptions = {}): Caption {
  const { language: wished = 'both', detail = [0.25, 0.5, 0.75, 1][random.int(4)] } = options;
  const language = wished === 'both' ? (['en', 'zh'] as const)[random.int(2)] : wished;
  for (let share = detail; ; share *= 0.8) {
    const chosen = new Set(attributeNames.filter((name) => worthSaying(name, face, random) && random.next() < share));
    if (random.next() < 0.85) chosen.add('person');
    if (chosen.size === 0) chosen.add('style');
    const mentioned: Record<string, string> = {};
    const say: Say = (name) => {
      if (!chosen.has(name)) return undefined;
      mentioned[name] = face[name];
      return face[name];
    };
    const text = (language === 'en' ? englishCaption : chineseCaption)(face, say, random);
    if (tokenCount(text) <= maxTokens) return { text, language, mentioned: mentioned as SomeAttributes };
  }
}

/** Nobody says that somebody has no earrings; that there is no hat, now and then. */
function worthSaying(name: AttributeName, face: Attributes, random: Random): boolean {
  if (!isVisible(name, face)) return false;
  switch (name) {
    case 'eyes':
      return face.eyes !== 'open';
    case 'cheeks':
      return face.cheeks === 'rosy';
    case 'earrings':
      return face.earrings === 'yes';
    case 'facialHair':
      return face.facialHair !== 'none';
    case 'glasses':
    case 'hat':
      return face[name] !== 'none' || random.next() < 0.08;
    default:
      return true;
  }
}
