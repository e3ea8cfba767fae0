/** Mouths, and the hair round them. Coordinates as in features.ts. */
import type { Attributes } from './attributes';
import type { Build } from './features';
import { darker, type FaceColours, palette } from './palette';
import { blob, curve, ellipse, mirror, poly } from './paths';
import type { Pen } from './pens';
import type { Path } from './raster';

/** Moustache above the mouth, or a beard round it. Drawn before the mouth. */
export function drawFacialHair(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const { width: w, height: h, mouthY } = build;
  if (face.facialHair === 'beard') {
    const side: [number, number][] = [
      [w * 1.0, 0.1],
      [w * 0.98, 0.55 * h],
      [w * 0.62, 1.08 * h],
    ];
    const inside: [number, number][] = [
      [w * 0.82, 0.22],
      [w * 0.66, 0.44],
      [0.22, 0.4],
    ];
    const left = (points: [number, number][]) => points.map(([x, y]): [number, number] => [-x, y]);
    pen.fill(
      blob([...side, [0, 1.26 * h], ...left(side).reverse(), ...left(inside), [0, 0.44], ...inside.reverse()], 3),
      colours.beard,
    );
    pen.fill(ellipse(0, mouthY + 0.03, 0.4, 0.2), colours.skin, 'plain');
  }
  if (face.facialHair === 'moustache') {
    const half: Path = blob(
      [
        [0, mouthY - 0.24],
        [0.24, mouthY - 0.24],
        [0.5, mouthY - 0.06],
        [0.3, mouthY - 0.06],
        [0, mouthY - 0.1],
      ],
      3,
    );
    pen.fill([...half], colours.beard);
    pen.fill([...mirror(half)], colours.beard);
    pen.fill(ellipse(0, mouthY - 0.17, 0.16, 0.06, 0, 12), colours.beard, 'plain');
  }
}

export function drawMouth(pen: Pen, face: Attributes, build: Build): void {
  const { mouthY: y, mouthWidth: w, mouthLean: lean, lashes } = build;
  const line = lashes ? palette.lips : palette.line;
  const thick = lashes ? 0.13 : 0.09;
  const bow = (depth: number) =>
    curve(
      [
        [-w, y - lean],
        [-w / 2, y + depth * 0.75],
        [0, y + depth],
        [w / 2, y + depth * 0.75],
        [w, y + lean],
      ],
      3,
    );
  switch (face.mouth) {
    case 'smile':
      return pen.stroke(bow(0.17), thick, line);
    case 'sad':
      return pen.stroke(
        bow(-0.17).map((value, i) => (i % 2 === 0 ? value * 0.85 : value + 0.14)),
        thick,
        line,
      );
    case 'laugh': {
      const open = blob([
        [-w * 1.1, y - 0.08],
        [0, y - 0.04],
        [w * 1.1, y - 0.08],
        [w * 0.72, y + 0.22],
        [0, y + 0.32],
        [-w * 0.72, y + 0.22],
      ]);
      pen.fill(open, palette.mouth, 'plain');
      pen.fill(ellipse(0, y + 0.23, w * 0.5, 0.08, 0, 12), palette.tongue, 'plain');
      pen.fill(
        poly([-w * 0.92, y - 0.05], [w * 0.92, y - 0.05], [w * 0.75, y + 0.06], [-w * 0.75, y + 0.06]),
        palette.white,
        'plain',
      );
      return pen.stroke([...open, open[0], open[1]], lashes ? 0.1 : 0.06, line);
    }
    case 'tongue': {
      pen.fill(
        blob([
          [-0.15, y + 0.1],
          [0.15, y + 0.1],
          [0.17, y + 0.32],
          [0, y + 0.43],
          [-0.17, y + 0.32],
        ]),
        palette.tongue,
        pen.coloured ? 'plain' : 'outlined',
      );
      pen.stroke(poly([0, y + 0.16], [0, y + 0.3]), 0.045, darker(palette.tongue, 0.3));
      return pen.stroke(bow(0.13), thick, line);
    }
    case 'surprised': {
      const open = ellipse(0, y + 0.08, 0.16, 0.2);
      pen.fill(open, palette.mouth, 'plain');
      pen.fill(ellipse(0, y + 0.19, 0.1, 0.07, 0, 12), palette.tongue, 'plain');
      return pen.stroke([...open, open[0], open[1]], lashes ? 0.11 : 0.06, line);
    }
  }
}
