/** Hats, drawn last. Coordinates as in features.ts. */
import type { Attributes } from './attributes';
import type { Build } from './features';
import { darker, type FaceColours, lighter, palette } from './palette';
import { blob, ellipse, poly } from './paths';
import type { Pen } from './pens';

export function drawHat(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const { width: w, height: h, fringe } = build;
  const top = -1.42 * h;
  switch (face.hat) {
    case 'cap': {
      const side = fringe < 0 ? -1 : 1;
      pen.fill(
        blob([
          [-1.12 * w, -0.52],
          [-1.0 * w, -1.0],
          [-0.5 * w, top + 0.04],
          [0.5 * w, top + 0.04],
          [1.0 * w, -1.0],
          [1.12 * w, -0.52],
          [0, -0.62],
        ]),
        colours.hat,
      );
      pen.fill(
        blob([
          [-0.5 * w * side, -0.6],
          [0.2 * side, -0.74],
          [0.9 * w * side, -0.66],
          [1.5 * w * side, -0.44],
          [1.1 * w * side, -0.36],
          [0.2 * side, -0.46],
        ]),
        darker(colours.hat, 0.22),
      );
      pen.fill(ellipse(0, top + 0.04, 0.12, 0.07, 0, 10), darker(colours.hat, 0.3), 'plain');
      return;
    }
    case 'beanie':
      pen.fill(ellipse(0, top - 0.12, 0.26, 0.24), palette.white);
      pen.fill(
        blob([
          [-1.1 * w, -0.6],
          [-0.98 * w, -1.08],
          [-0.5 * w, top],
          [0.5 * w, top],
          [0.98 * w, -1.08],
          [1.1 * w, -0.6],
        ]),
        colours.hat,
      );
      pen.fill(
        blob([
          [-1.18 * w, -0.8],
          [0, -0.9],
          [1.18 * w, -0.8],
          [1.2 * w, -0.46],
          [0, -0.55],
          [-1.2 * w, -0.46],
        ]),
        lighter(colours.hat, 0.3),
      );
      for (const x of [-0.6, -0.2, 0.2, 0.6])
        pen.stroke(poly([x * w, -0.82], [x * w, -0.58]), 0.05, darker(colours.hat, 0.1));
      return;
    case 'party': {
      const tip: [number, number] = [0.12 * fringe, -1.86 * h];
      pen.fill(poly([-0.62 * w, -0.78 * h], tip, [0.62 * w, -0.78 * h], [0, -0.7 * h]), colours.hat);
      for (const [x, y] of [
        [-0.26, -0.95],
        [0.24, -1.02],
        [0, -1.34],
      ])
        pen.fill(ellipse(x, y * h, 0.11, 0.11, 0, 10), palette.white, 'plain');
      return pen.fill(ellipse(tip[0], tip[1] + 0.04, 0.19, 0.17), palette.white);
    }
    case 'crown': {
      const [low, high] = [-0.7 * h, -1.44 * h];
      pen.fill(
        poly(
          [-0.78 * w, low],
          [-0.9 * w, high],
          [-0.42 * w, -1.02 * h],
          [0, high - 0.08],
          [0.42 * w, -1.02 * h],
          [0.9 * w, high],
          [0.78 * w, low],
        ),
        colours.hat,
      );
      for (const [x, colour] of [
        [-0.45, palette.hat.red],
        [0, palette.hat.blue],
        [0.45, palette.hat.red],
      ] as const) {
        pen.fill(ellipse(x * w, low - 0.17, 0.1, 0.1, 0, 10), colour, 'plain');
      }
      return;
    }
  }
}
