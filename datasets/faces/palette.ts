/** The colours of the attributes, and small changes of them. */
import type { Random } from '../../lib/engine';
import type { Attributes } from './attributes';
import type { Colour } from './raster';

const rgb = (hex: number): Colour => [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255];

export const palette = {
  skin: { fair: rgb(0xffe0c6), tan: rgb(0xeab27c), brown: rgb(0xb97b4b), dark: rgb(0x7c4d35) },
  hair: {
    black: rgb(0x2b2532),
    brown: rgb(0x7a4726),
    blond: rgb(0xf5cf62),
    red: rgb(0xdb5626),
    grey: rgb(0xb3b6bf),
    blue: rgb(0x4277dd),
    pink: rgb(0xf27db4),
  },
  eyes: { brown: rgb(0x75401c), blue: rgb(0x2f8bee), green: rgb(0x3aa852) },
  hat: { red: rgb(0xdd3838), blue: rgb(0x2f62cc), green: rgb(0x35994f), yellow: rgb(0xfbd03c) },
  background: {
    blue: rgb(0xa9d5f7),
    pink: rgb(0xfbc3d6),
    yellow: rgb(0xfcea9a),
    green: rgb(0xb4e4ae),
    lavender: rgb(0xcfc3f5),
  },
  clothes: [0xef6f6c, 0x4f8fd9, 0x5bb98b, 0xf2b544, 0x9474c8, 0xf3f0ea, 0x46505e].map(rgb),
  darkFrames: [0x2a2230, 0x3b2a5c, 0x7a2230, 0x1d4e5f].map(rgb),
  brightFrames: [0xf6d667, 0xff7a68, 0x93d8ff, 0xf4f1ff].map(rgb),
  gold: rgb(0xf7c331),
  white: rgb(0xffffff),
  night: rgb(0x1c1a24),
  line: rgb(0x2e1c26),
  lips: rgb(0xd9405e),
  mouth: rgb(0x7d1f33),
  tongue: rgb(0xf27f91),
  blush: rgb(0xf7728c),
} as const;

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export const darker = (colour: Colour, share = 0.25): Colour => mix(colour, [0.12, 0.08, 0.16], share);
/** The same hue, deeper. */
export const deeper = ([r, g, b]: Colour): Colour => [r ** 2.4, g ** 2.4, b ** 2.4];
export const lighter = (colour: Colour, share = 0.35): Colour => mix(colour, [1, 1, 1], share);

/** The colours of one face: each a little off the palette, so that no two faces are alike. */
export function coloursOf(face: Attributes, random: Random) {
  const near = ([r, g, b]: Colour, reach = 0.035): Colour => {
    const light = reach * (2 * random.next() - 1);
    const shift = () => light + 0.4 * reach * (2 * random.next() - 1);
    const [r1, g1, b1] = [r + shift(), g + shift(), b + shift()].map((value) => Math.max(0, Math.min(1, value)));
    return [r1, g1, b1] as const;
  };
  const deep = face.style !== 'sketch' && (face.skin === 'dark' || face.skin === 'brown');
  const frames = deep ? palette.brightFrames : palette.darkFrames;
  return {
    skin: near(face.style === 'sketch' ? palette.white : palette.skin[face.skin], 0.025), // a pencil leaves skin white
    hair: near(palette.hair[face.hairColour]),
    beard: near(face.hair === 'bald' ? palette.hair.brown : palette.hair[face.hairColour]),
    eyes: near(palette.eyes[face.eyeColour]),
    hat: near(face.hat === 'crown' ? palette.gold : palette.hat[face.hatColour]),
    background: near(palette.background[face.backgroundColour]),
    clothes: near(palette.clothes[random.int(palette.clothes.length)]),
    frames: frames[random.int(frames.length)],
  };
}

export type FaceColours = ReturnType<typeof coloursOf>;
