/** Texts as numbers. One fixed vocabulary over both languages: English words and single Chinese characters. */
import { englishWords, hanCharacters } from './vocabulary';

/** Every text becomes this many tokens; what is longer is cut off, what is shorter is padded with 0. */
export const maxTokens = 48;

const special = ['<pad>', '<unk>', '<start>', '<end>'] as const;
/** A token's number is its place: padding 0, unknown 1, start 2, end 3, then words, then characters. */
export const vocabulary: readonly string[] = [...special, ...englishWords, ...hanCharacters];
const numbers = new Map(vocabulary.map((token, i) => [token, i]));

/**
 * A text as `<start> … <end>` and padding. Case and punctuation do not count, spelling is made British, words that no caption
 * has become `<unk>`. The empty text is `<start> <end>`: the condition that says nothing.
 * @returns maxTokens numbers
 */
export function encode(text: string): number[] {
  const tokens = [2, ...pieces(text).map((piece) => numbers.get(piece) ?? 1)].slice(0, maxTokens - 1);
  return [...tokens, 3, ...new Array<number>(maxTokens - 1 - tokens.length).fill(0)];
}

/** The words again, without padding, start and end. English words are set apart, Chinese characters are not. */
export function decode(tokens: ArrayLike<number>): string {
  const found = Array.from(tokens, (token) => vocabulary[token] ?? '<unk>').filter(
    (word) => !/^<(?:pad|start|end)>$/.test(word),
  );
  return found.reduce((text, word) => (text === '' || isHan(word) ? text + word : `${text} ${word}`), '');
}

/** How many tokens a text needs, with start and end. */
export function tokenCount(text: string): number {
  return pieces(text).length + 2;
}

/** Small letters, British spelling, one space between words, no punctuation. */
export function normalized(text: string): string {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.map((word) => spellings[word] ?? word).join(' ');
}

const spellings: Readonly<Record<string, string>> = {
  blonde: 'blond',
  gray: 'grey',
  mustache: 'moustache',
  watercolor: 'watercolour',
  woollen: 'woolly',
};

function pieces(text: string): string[] {
  const found = text.toLowerCase().match(/[a-z]+|\p{Script=Han}/gu) ?? [];
  return found.map((piece) => spellings[piece] ?? piece);
}

function isHan(text: string): boolean {
  return /^\p{Script=Han}$/u.test(text);
}
