import type { Random } from '../../lib/engine';
import type { Attributes } from './attributes';
import { lexicon } from './lexicon';
import type { Say } from './captions';
import { oneOf, shuffled } from './chance';

const en = lexicon.en;

/** What is to be said, in pieces that the frames below put together. */
interface Pieces {
  /** Before the noun: `smiling`, `dark-skinned`, `bald`. */
  readonly adjectives: string[];
  readonly noun: string;
  readonly has: string[];
  readonly wears: string[];
  /** Participles and loose phrases: `smiling`, `with eyes closed`. */
  readonly does: string[];
  readonly background: string | undefined;
  readonly style: string | undefined;
  readonly pronoun: string;
}

/** One caption; only what `say` gives is said. */
export function englishCaption(face: Attributes, say: Say, random: Random): string {
  const pieces = piecesOf(face, say, random);
  const frame = random.int(10);
  const text = frame < 6 ? phrase(pieces, random) : frame < 8 ? sentences(pieces, random) : tags(pieces, random);
  return random.int(2) === 0
    ? text
    : text[0].toUpperCase() + text.slice(1) + (frame < 8 && !text.endsWith('.') ? '.' : '');
}

function piecesOf(face: Attributes, say: Say, random: Random): Pieces {
  const pick = (list: readonly string[]) => oneOf(random, list);
  const pieces = { adjectives: [] as string[], has: [] as string[], wears: [] as string[], does: [] as string[] };
  const { adjectives, has, wears, does } = pieces;
  const person = say('person');
  const female = face.person === 'girl' || face.person === 'woman';
  const their = !person ? 'their' : female ? 'her' : 'his';
  const skin = say('skin');
  if (skin) {
    const word = pick(en.skin[skin]);
    if (random.int(2) === 0) adjectives.push(word === 'tanned' ? word : `${word}-skinned`);
    else has.push(`${word} skin`);
  }
  const hair = hairOf(say, random);
  if (hair === 'bald') {
    if (random.int(2) === 0) adjectives.push('bald');
    else has.push('a bald head');
  } else if (hair) has.push(hair);
  const eyeColour = say('eyeColour');
  if (eyeColour) has.push(`${pick(en.eyeColour[eyeColour])} eyes`);
  const eyes = say('eyes');
  if (eyes === 'wink') does.push(pick(en.eyes.wink));
  else if (eyes) does.push(`with ${pick(en.eyes[eyes])}`);
  const glasses = say('glasses');
  if (glasses === 'none') does.push('without glasses');
  else if (glasses) wears.push(pick(en.glasses[glasses]));
  const hat = say('hat');
  if (hat === 'none') does.push('without a hat');
  else if (hat) {
    const colour = hat !== 'crown' && say('hatColour');
    wears.push(withArticle([colour && pick(en.hatColour[colour]), pick(en.hat[hat])].filter(Boolean).join(' ')));
  }
  if (say('earrings')) (random.int(2) === 0 ? wears : has).push(pick(en.earrings.yes));
  const facialHair = say('facialHair');
  if (facialHair) has.push(pick(en.facialHair[facialHair]));
  if (say('cheeks')) has.push(pick(en.cheeks.rosy));
  const mouth = say('mouth');
  if (mouth) {
    const adjective = { smile: 'smiling', laugh: 'laughing', sad: 'sad', tongue: '', surprised: 'surprised' }[mouth];
    if (adjective && random.int(3) === 0) adjectives.unshift(adjective);
    else does.push(pick(en.mouth[mouth]).replace('{their}', their));
  }
  const style = say('style');
  return {
    ...pieces,
    noun: person ? pick(en.person[person]) : pick(['person', 'face', 'character']),
    background: backgroundOf(say, random),
    style: style && pick(en.style[style]),
    pronoun: !person ? 'the person' : female ? 'she' : 'he',
  };
}

/** `curly brown hair`, `a brown bob`, `brown hair`, `bald`: with style, colour, both. */
function hairOf(say: Say, random: Random): string | undefined {
  const style = say('hair');
  if (style === 'bald') return 'bald';
  const colourName = say('hairColour');
  const colour = colourName && oneOf(random, en.hairColour[colourName]);
  if (!style) return colour && `${colour} hair`;
  const first = random.int(2) === 0;
  switch (style) {
    case 'bob':
    case 'bun':
      return first || !colour ? withArticle([colour, style].filter(Boolean).join(' ')) : `${colour} hair in a ${style}`;
    case 'pigtails':
      return first || !colour ? [colour, style].filter(Boolean).join(' ') : `${colour} hair in pigtails`;
    case 'curly':
      if (random.int(3) === 0) return [colour, 'curls'].filter(Boolean).join(' ');
      break;
  }
  return (first ? [style, colour, 'hair'] : [colour, style, 'hair']).filter(Boolean).join(' ');
}

function backgroundOf(say: Say, random: Random): string | undefined {
  const kind = say('background');
  const colourName = say('backgroundColour');
  if (!kind && !colourName) return undefined;
  const colour = colourName && oneOf(random, en.backgroundColour[colourName]);
  const before = oneOf(random, ['on', 'against', 'in front of']);
  if (colour && (kind === 'stripes' || kind === 'dots') && random.int(3) === 0) return `${before} ${colour} ${kind}`;
  if (colour && kind === 'gradient' && random.int(3) === 0) return `${before} a ${colour} gradient`;
  const pattern = kind && oneOf(random, en.background[kind]);
  const order = kind !== 'plain' && random.int(2) === 0 ? [colour, pattern] : [pattern, colour];
  return `${before} ${withArticle([...order, 'background'].filter(Boolean).join(' '))}`;
}

/** `a comic of a smiling girl with curly brown hair, wearing a red cap, on a light blue background` */
function phrase(pieces: Pieces, random: Random): string {
  const { adjectives, noun, has, wears, does, background, style } = pieces;
  const groups = shuffled(random, [
    ...(has.length > 0 ? [`with ${list(shuffled(random, has))}`] : []),
    ...(wears.length > 0 ? [`wearing ${list(shuffled(random, wears))}`] : []),
    ...does,
  ]);
  const styleFirst = style !== undefined && random.int(2) === 0;
  const subject = withArticle([...adjectives, noun].join(' '));
  const backgroundFirst = background !== undefined && !styleFirst && random.int(6) === 0;
  const [next, ...rest] = groups;
  const start = `${styleFirst ? `${withArticle(style)} of ` : ''}${backgroundFirst ? `${background}, ` : ''}${subject}`;
  return [
    next ? `${start} ${next}` : start,
    ...rest,
    ...(background && !backgroundFirst ? [background] : []),
    ...(style && !styleFirst ? [styled(style, random)] : []),
  ].join(', ');
}

/** `A girl with curly brown hair. She wears a red cap and is smiling.` */
function sentences(pieces: Pieces, random: Random): string {
  const { adjectives, noun, has, wears, does, background, style, pronoun } = pieces;
  const subject = withArticle([...adjectives, noun].join(' '));
  const first = [style && `${withArticle(style)} of ${subject}`, !style && subject, background]
    .filter(Boolean)
    .join(' ');
  const facts = shuffled(random, [
    ...(has.length > 0 ? [`has ${list(shuffled(random, has))}`] : []),
    ...(wears.length > 0 ? [`wears ${list(shuffled(random, wears))}`] : []),
    ...does.map((each) => (each.startsWith('with ') ? `has ${each.slice(5)}` : `is ${each}`)),
  ]);
  return facts.length > 0 ? `${first}. ${capital(pronoun)} ${list(facts)}` : first;
}

/** `girl, curly brown hair, red cap, smiling, light blue background, comic`: how people write prompts. */
function tags({ adjectives, noun, has, wears, does, background, style }: Pieces, random: Random): string {
  const bare = (text: string) => text.replace(/^(?:on|against|in front of) /, '').replace(/^an? /, '');
  const rest = [...has, ...wears, ...(background ? [background] : [])].map(bare);
  return [[...adjectives, noun].join(' '), ...shuffled(random, [...rest, ...does, ...(style ? [style] : [])])].join(
    ', ',
  );
}

function styled(style: string, random: Random): string {
  if (style.endsWith('sketch') || style.endsWith('drawing') || style.endsWith('painting'))
    return `as ${withArticle(style)}`;
  return oneOf(random, [`as ${withArticle(style)}`, `${style} style`]);
}

function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
