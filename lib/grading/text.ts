import type { Language } from '../language';

export type Lang = Language;

/** Words for a person: in both languages, or one wording that serves both (a formula, a name). */
export type Text = string | { readonly en: string; readonly zh: string };

export const say = (text: Text, lang: Lang): string => (typeof text === 'string' ? text : text[lang]);

export const english = (words: Text): string => say(words, 'en');

/** Builds a text in both languages from parts that may themselves be in both. */
export function text(en: string, zh: string): Text {
  return { en, zh };
}

/** Sentences one after the other. */
export function joinTexts(parts: readonly Text[]): Text {
  return {
    en: parts.map((part) => say(part, 'en')).join(' '),
    zh: parts.map((part) => say(part, 'zh')).join(''),
  };
}

/** Points as people write them: 2, 0.5, 1.25. */
export const points = (value: number): string => String(Math.round(value * 1e6) / 1e6);
