/** One face from its attributes and a seed: what stands behind it, and the parts in the order in which they cover each other. */
import { Random } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import type { Attributes } from './attributes';
import { buildOf, drawBrows, drawEarrings, drawEyes, drawGlasses, drawHead, drawNose, drawShoulders } from './features';
import { drawHairBehind, drawHairInFront } from './hair';
import { drawHat } from './hats';
import { drawFacialHair, drawMouth } from './mouth';
import { coloursOf, deeper, type FaceColours, lighter, mix } from './palette';
import { ellipse, poly } from './paths';
import { type Pen, penFor } from './pens';

/**
 * Draws a face. Everything that the attributes leave open (head, distances, tilt, shades) comes from the seed alone, so the
 * same seed in two styles is the same face.
 * @param size side in pixels
 * @returns bytes [size, size, 3]
 * @throws UserError for a size below 16
 */
export function drawFace(face: Attributes, seed: number, size: number): Uint8ClampedArray {
  if (!Number.isInteger(size) || size < 16 || size > 1024) {
    throw new UserError(`faces: size is a whole number of pixels from 16 to 1024, got ${size}.`);
  }
  const random = new Random(seed).fork('face');
  const build = buildOf(face, random);
  const colours = coloursOf(face, random);
  const pen = penFor(face.style, size, new Random(seed).fork('hand'));
  pen.prepare();
  if (pen.coloured) drawBackground(pen, face, colours, random);
  const { scale, y } = frames[face.hair === 'bun' && face.hat === 'none' ? 'bun' : face.hat];
  pen.at({ x: 0.5 + build.shiftX, y: y + build.shiftY, scale: scale * build.zoom, angle: build.tilt });
  drawHairBehind(pen, face, build, colours);
  drawShoulders(pen, build, colours);
  drawHead(pen, face, build, colours);
  drawFacialHair(pen, face, build, colours);
  drawNose(pen, build, colours);
  drawMouth(pen, face, build);
  if (face.glasses !== 'sunglasses') drawEyes(pen, face, build, colours);
  drawHairInFront(pen, face, build, colours);
  drawBrows(pen, face, build, colours);
  if (face.earrings === 'yes') drawEarrings(pen, build);
  if (face.glasses !== 'none') drawGlasses(pen, face, build, colours);
  drawHat(pen, face, build, colours);
  pen.finish();
  return pen.canvas.bytes();
}

/** A hat or a bun needs room above. */
const frames = {
  none: { scale: 0.31, y: 0.53 },
  bun: { scale: 0.29, y: 0.58 },
  cap: { scale: 0.305, y: 0.56 },
  beanie: { scale: 0.29, y: 0.58 },
  party: { scale: 0.275, y: 0.62 },
  crown: { scale: 0.295, y: 0.57 },
} as const;

function drawBackground(pen: Pen, face: Attributes, colours: FaceColours, random: Random): void {
  pen.at({ x: 0, y: 0, scale: 1, angle: 0 });
  const colour = colours.background;
  const phase = random.next();
  // Past the edges, so that no contour shows; watercolour leaves paper at the border.
  const rim = face.style === 'watercolour' ? 0.02 : -0.1;
  const whole = poly([rim, rim], [1 - rim, rim], [1 - rim, 1 - rim], [rim, 1 - rim]);
  if (face.background === 'gradient') {
    const bands = 24;
    for (let i = 0; i < bands; i++) {
      const from = rim + ((1 - 2 * rim) * i) / bands;
      const shade = mix(deeper(colour), lighter(colour, 0.85), i / (bands - 1));
      pen.fill(poly([rim, from], [1 - rim, from], [1 - rim, 1 - rim], [rim, 1 - rim]), shade, 'plain'); // down to the end: no seams
    }
    return;
  }
  pen.fill(whole, colour, 'plain');
  const light = lighter(colour, 0.8);
  if (face.background === 'dots') {
    for (let row = -1; row < 6; row++) {
      for (let column = -1; column < 6; column++) {
        const x = (column + 0.5 * (row % 2) + phase) * 0.2;
        pen.fill(ellipse(x, (row + phase) * 0.19, 0.045, 0.045, 0, 12), light, 'plain');
      }
    }
  } else if (face.background === 'stripes') {
    for (let i = -7; i < 7; i++) {
      const x = (i + phase) * 0.2;
      pen.fill(poly([x, -0.1], [x + 0.09, -0.1], [x + 1.29, 1.1], [x + 1.2, 1.1]), light, 'plain');
    }
  }
}
