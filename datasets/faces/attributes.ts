/** What can be said of a face: each attribute, its values, when it can be seen, and which combinations are held out. */
import type { Random } from '../../lib/engine';
import { UserError } from '../../lib/errors';

/** Every attribute with its values; a value's place in its list is its number in `attributeVector`. */
export const values = {
  style: ['comic', 'sketch', 'watercolour'],
  person: ['girl', 'boy', 'woman', 'man'],
  skin: ['fair', 'tan', 'brown', 'dark'],
  hair: ['bald', 'short', 'spiky', 'bob', 'long', 'curly', 'bun', 'pigtails'],
  hairColour: ['black', 'brown', 'blond', 'red', 'grey', 'blue', 'pink'],
  eyes: ['open', 'closed', 'wink'],
  eyeColour: ['brown', 'blue', 'green'],
  glasses: ['none', 'round', 'square', 'sunglasses'],
  mouth: ['smile', 'laugh', 'sad', 'tongue', 'surprised'],
  cheeks: ['plain', 'rosy'],
  earrings: ['no', 'yes'],
  facialHair: ['none', 'moustache', 'beard'],
  hat: ['none', 'cap', 'beanie', 'party', 'crown'],
  hatColour: ['red', 'blue', 'green', 'yellow'],
  background: ['plain', 'gradient', 'dots', 'stripes'],
  backgroundColour: ['blue', 'pink', 'yellow', 'green', 'lavender'],
} as const;

export type AttributeName = keyof typeof values;
export type Attributes = { readonly [Name in AttributeName]: (typeof values)[Name][number] };
/** Some of a face's attributes: what a caption says. */
export type SomeAttributes = Partial<Attributes>;
export type Style = Attributes['style'];

export const attributeNames = Object.keys(values) as AttributeName[];

/**
 * Whether a picture shows this attribute: a bald head has no hair colour, a pencil has no colours, dark glasses hide the
 * eyes. What cannot be seen is neither captioned nor scored.
 */
export function isVisible(name: AttributeName, face: Attributes): boolean {
  const coloured = face.style !== 'sketch';
  const eyesSeen = face.glasses !== 'sunglasses';
  switch (name) {
    case 'skin':
      return coloured;
    case 'hairColour':
      return coloured && face.hair !== 'bald';
    case 'eyes':
      return eyesSeen;
    case 'eyeColour':
      return coloured && eyesSeen && face.eyes !== 'closed';
    case 'hatColour':
      return coloured && (face.hat === 'cap' || face.hat === 'beanie' || face.hat === 'party');
    case 'background':
    case 'backgroundColour':
      return coloured; // a sketch is on bare paper
    default:
      return true;
  }
}

/** The attributes as numbers, in the order of `attributeNames`; −1 for what the picture does not show. [16] */
export function attributeVector(face: Attributes): Int32Array {
  return Int32Array.from(attributeNames, (name) =>
    isVisible(name, face) ? (values[name] as readonly string[]).indexOf(face[name]) : -1,
  );
}

/** Attributes by chance, each value as likely as the others but for the plain ones, which are more common. */
export function randomAttributes(random: Random, fixed: SomeAttributes = {}): Attributes {
  checkAttributes(fixed, 'faces');
  const pick = <Name extends AttributeName>(name: Name, weights?: readonly number[]): Attributes[Name] => {
    const list = values[name] as readonly string[] as readonly Attributes[Name][];
    const chosen = list[weights ? weighted(random, weights) : random.int(list.length)];
    return (fixed[name] as Attributes[Name] | undefined) ?? chosen;
  };
  const drawn = {
    style: pick('style'),
    person: pick('person'),
    skin: pick('skin'),
    hair: pick('hair', [1, 2, 2, 2, 2, 2, 2, 2]),
    hairColour: pick('hairColour'),
    eyes: pick('eyes', [5, 2, 2]),
    eyeColour: pick('eyeColour'),
    glasses: pick('glasses', [5, 2, 2, 1]),
    mouth: pick('mouth', [3, 2, 2, 2, 2]),
    cheeks: pick('cheeks', [3, 2]),
    earrings: pick('earrings', [3, 1]),
    facialHair: pick('facialHair', [3, 2, 2]),
    hat: pick('hat', [6, 2, 2, 1, 1]),
    hatColour: pick('hatColour'),
    background: pick('background'),
    backgroundColour: pick('backgroundColour'),
  };
  return { ...drawn, ...consistent(drawn, fixed) };
}

/** No hat on hair that needs the place (what was asked for wins), beards only on men. */
function consistent(face: Attributes, fixed: SomeAttributes): SomeAttributes {
  const tall = face.hair === 'spiky' || face.hair === 'bun';
  const hatGoes = tall && face.hat !== 'none' && !fixed.hat;
  const hairGoes = tall && face.hat !== 'none' && !hatGoes;
  return {
    facialHair: face.person === 'man' || fixed.facialHair ? face.facialHair : 'none',
    ...(hatGoes && { hat: 'none' }),
    ...(hairGoes && { hair: fixed.hair ?? 'short' }),
  };
}

function weighted(random: Random, weights: readonly number[]): number {
  let rest = random.int(weights.reduce((a, b) => a + b));
  return weights.findIndex((weight) => (rest -= weight) < 0);
}

/**
 * Whether training never shows this combination. Of the 49 pairs of a hair style and a hair colour seven are held out, one
 * for each style and colour, and four pairs of a hat and glasses; so every single value is seen in training, and only the
 * combination is new.
 */
export function isHeldOut(face: Attributes): boolean {
  const style = values.hair.indexOf(face.hair as 'short') - 1; // bald has no colour
  const colour = values.hairColour.indexOf(face.hairColour as 'black');
  if (style >= 0 && (style * 3 + colour) % 7 === 4) return true;
  return heldOutPairs.some(([hat, glasses]) => face.hat === hat && face.glasses === glasses);
}

const heldOutPairs = [
  ['cap', 'round'],
  ['beanie', 'sunglasses'],
  ['party', 'square'],
  ['crown', 'sunglasses'],
] as const;

/** @throws UserError that names what there is, for an attribute or a value that does not exist */
export function checkAttributes(some: SomeAttributes, where: string): void {
  for (const [name, value] of Object.entries(some)) {
    if (!Object.hasOwn(values, name)) {
      throw new UserError(`${where}: there is no attribute ${name}. There are: ${attributeNames.join(', ')}.`);
    }
    const list: readonly string[] = values[name as AttributeName];
    if (value !== undefined && !list.includes(value)) {
      throw new UserError(`${where}: ${name} is one of ${list.join(', ')}; got ${String(value)}.`);
    }
  }
}
