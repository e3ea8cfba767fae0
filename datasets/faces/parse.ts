/** Reads captions back: what does a text say of a face? Rules of its own, so that it checks the writers instead of copying them. */
import { UserError } from '../../lib/errors';
import { type AttributeName, attributeNames, type SomeAttributes, values } from './attributes';
import { lexicon } from './lexicon';
import { normalized } from './tokenizer';

/** A pattern, and what it says; what it matched is taken out of the text before the next rule. */
type Rule = readonly [pattern: RegExp, read: (match: RegExpMatchArray) => Record<string, string | undefined>];

/**
 * The attributes that a caption mentions, in English or Chinese. Words that it does not know are passed over; of two
 * statements about one attribute the first counts.
 * @throws UserError for a text that says nothing of a face
 */
export function parseCaption(text: string): SomeAttributes {
  const chinese = /\p{Script=Han}/u.test(text);
  let rest = chinese ? text.replace(/\s/g, '') : normalized(text);
  const found: Record<string, string> = {};
  for (const [pattern, read] of chinese ? chineseRules : englishRules) {
    rest = rest.replace(pattern, (...match) => {
      const last = match.findIndex((part) => typeof part === 'number'); // groups end where the offset stands
      for (const [name, value] of Object.entries(read(match.slice(0, last) as RegExpMatchArray))) {
        if (value !== undefined) found[name] ??= value;
      }
      return chinese ? '；' : ' ; ';
    });
  }
  if (Object.keys(found).length === 0) {
    throw new UserError(`parseCaption: nothing about a face in "${text}". Try "a smiling girl with curly red hair".`);
  }
  return found as SomeAttributes;
}

/** What a caption asks for as numbers, in the order of `attributeNames`; −1 for what it does not mention. [16] */
export function wantedVector(mentioned: SomeAttributes): Int32Array {
  return Int32Array.from(attributeNames, (name) => {
    const value = mentioned[name];
    return value === undefined ? -1 : (values[name] as readonly string[]).indexOf(value);
  });
}

/** The value that a word stands for. */
function meaning(language: 'en' | 'zh', name: AttributeName, word: string | undefined): string | undefined {
  if (!word) return undefined;
  const entries = Object.entries(lexicon[language][name] as Readonly<Record<string, readonly string[]>>);
  return entries.find(([, list]) => list.some((each) => plain(each) === word))?.[0];
}

/** As `normalized` leaves it: polka-dot is two words. */
function plain(word: string): string {
  return word.replace('-', ' ');
}

/** All words for an attribute as alternatives, the longest first. */
function words(language: 'en' | 'zh', name: AttributeName): string {
  const lists = Object.values(lexicon[language][name] as Readonly<Record<string, readonly string[]>>);
  return lists
    .flat()
    .map(plain)
    .sort((a, b) => b.length - a.length)
    .join('|');
}

function one(language: 'en' | 'zh', name: AttributeName, before = '', after = ''): Rule {
  return [
    new RegExp(`${before}(${words(language, name)})${after}`, 'g'),
    ([, word]) => ({ [name]: meaning(language, name, word) }),
  ];
}

const english = (name: AttributeName) => words('en', name);
const hairWords = `${english('hairColour')}|short|spiky|long|curly|bob|bun|pigtails|curls`;
const backgroundWords = `${english('backgroundColour')}|${english('background')}`;

const englishRules: readonly Rule[] = [
  [
    new RegExp(`((?:(?:${backgroundWords}) )+)background`, 'g'),
    ([, before]) => {
      const kind = before.match(new RegExp(`${english('background')}`))?.[0];
      const colour = before.match(new RegExp(`${english('backgroundColour')}`))?.[0];
      return {
        background: meaning('en', 'background', kind),
        backgroundColour: meaning('en', 'backgroundColour', colour),
      };
    },
  ],
  [
    new RegExp(`(${english('backgroundColour')}) (stripes|dots|gradient)`, 'g'),
    ([, colour, kind]) => ({ background: kind, backgroundColour: meaning('en', 'backgroundColour', colour) }),
  ],
  one('en', 'style', '\\b', '(?: style)?'),
  [/\b(?:without a|no) hat\b/g, () => ({ hat: 'none' })],
  [/\b(?:without|no) glasses\b/g, () => ({ glasses: 'none' })],
  [/\bno beard\b/g, () => ({ facialHair: 'none' })],
  [/\bno earrings\b/g, () => ({ earrings: 'no' })],
  [
    new RegExp(`(?:\\b(${english('hatColour')}) )?\\b(${english('hat')})\\b`, 'g'),
    ([, colour, hat]) => ({ hat: meaning('en', 'hat', hat), hatColour: meaning('en', 'hatColour', colour) }),
  ],
  one('en', 'glasses', '\\b'),
  [/\bbald(?: head)?\b/g, () => ({ hair: 'bald' })],
  [
    new RegExp(`\\b((?:(?:${hairWords}) )*)(hair|bob|bun|pigtails|curls)(?: in (?:a )?(bob|bun|pigtails))?\\b`, 'g'),
    ([, before, noun, form]) => {
      const style = form ?? (noun === 'hair' ? before.match(/short|spiky|long|curly/)?.[0] : noun);
      const colour = before.match(new RegExp(english('hairColour')))?.[0];
      return { hair: style === 'curls' ? 'curly' : style, hairColour: meaning('en', 'hairColour', colour) };
    },
  ],
  [/\b(?:closed eyes|eyes (?:closed|shut))\b/g, () => ({ eyes: 'closed' })],
  [/\bwink(?:ing|s)?\b/g, () => ({ eyes: 'wink' })],
  one('en', 'eyeColour', '\\b', ' eyes?\\b'),
  one('en', 'skin', '\\b', '(?: skinned| skin)\\b'),
  [/\btanned\b/g, () => ({ skin: 'tan' })],
  [/\b(?:rosy|red|blushing) cheek(?:s|ed)?\b/g, () => ({ cheeks: 'rosy' })],
  [/\bearrings?\b/g, () => ({ earrings: 'yes' })],
  [/\bmoustache\b/g, () => ({ facialHair: 'moustache' })],
  [/\bbeard(?:ed)?\b/g, () => ({ facialHair: 'beard' })],
  [/\bsmil(?:e|es|ing)\b/g, () => ({ mouth: 'smile' })],
  [/\blaugh(?:s|ing)?\b/g, () => ({ mouth: 'laugh' })],
  [/\b(?:sad|frown|frowns|frowning)\b/g, () => ({ mouth: 'sad' })],
  [/\btongue\b/g, () => ({ mouth: 'tongue' })],
  [/\bsurprised?\b/g, () => ({ mouth: 'surprised' })],
  one('en', 'person', '\\b', '\\b'),
];

const zh = (name: AttributeName) => words('zh', name);
const ground = `(${zh('backgroundColour')})?(${zh('background')})?`;
const readGround = ([, colour, kind]: RegExpMatchArray) => ({
  background: meaning('zh', 'background', kind),
  backgroundColour: meaning('zh', 'backgroundColour', colour),
});

const chineseRules: readonly Rule[] = [
  [
    new RegExp(`(?:背景是|以)?纯(${zh('backgroundColour')})(?:为?背景)?`, 'g'),
    ([, colour]) => ({ background: 'plain', backgroundColour: meaning('zh', 'backgroundColour', colour) }),
  ],
  [new RegExp(`背景是${ground}`, 'g'), readGround],
  [new RegExp(`以${ground}为背景`, 'g'), readGround],
  [new RegExp(`${ground}背景`, 'g'), readGround],
  one('zh', 'style', '', '(?:风格)?'),
  [/[没不]戴帽子/g, () => ({ hat: 'none' })],
  [/[没不]戴眼镜/g, () => ({ glasses: 'none' })],
  [/没戴耳环/g, () => ({ earrings: 'no' })],
  [/没留胡子/g, () => ({ facialHair: 'none' })],
  [
    new RegExp(`(${zh('hatColour')})?(${zh('hat')})`, 'g'),
    ([, colour, hat]) => ({ hat: meaning('zh', 'hat', hat), hatColour: meaning('zh', 'hatColour', colour) }),
  ],
  one('zh', 'glasses'),
  [/金?耳环/g, () => ({ earrings: 'yes' })],
  one('zh', 'facialHair'),
  one('zh', 'eyes'),
  one('zh', 'eyeColour', '', '的?眼睛'),
  [/光头/g, () => ({ hair: 'bald' })],
  [
    new RegExp(`(?:(${zh('hairColour')})的?)?(${zh('hair')})`, 'g'),
    ([, colour, hair]) => ({ hair: meaning('zh', 'hair', hair), hairColour: meaning('zh', 'hairColour', colour) }),
  ],
  one('zh', 'hairColour', '', '的?头发'),
  one('zh', 'skin'),
  one('zh', 'cheeks'),
  one('zh', 'mouth'),
  one('zh', 'person'),
];
