/** Hair, behind the head and in front of it, and hats. Coordinates as in features.ts. */
import type { Attributes } from './attributes';
import type { Build } from './features';
import { darker, type FaceColours, lighter } from './palette';
import { arc, blob, curve, ellipse, mirror, poly } from './paths';
import type { Pen } from './pens';
import type { Path } from './raster';

type Points = [number, number][];

const flipped = (points: Points): Points => points.map(([x, y]): [number, number] => [-x, y]).reverse();
/** A closed curve through `right` (from the top down), the last point's middle, and the same on the left. */
const symmetric = (top: number, right: Points, bottom: number): Path =>
  blob([[0, top], ...right, [0, bottom], ...flipped(right)]);

/** What hangs or stands behind the head. */
export function drawHairBehind(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const { width: w, height: h } = build;
  const shade = darker(colours.hair, 0.14);
  switch (face.hair) {
    case 'long':
      return pen.fill(
        symmetric(
          -1.16 * h,
          [
            [0.95 * w, -0.85 * h],
            [1.22 * w, -0.1],
            [1.3 * w, 0.8],
            [1.22 * w, 1.5],
            [0.6, 1.62],
          ],
          1.4,
        ),
        shade,
      );
    case 'bob':
      return pen.fill(
        symmetric(
          -1.14 * h,
          [
            [0.95 * w, -0.85 * h],
            [1.24 * w, -0.1],
            [1.3 * w, 0.52],
            [1.08 * w, 0.8],
            [0.6, 0.78],
          ],
          0.6,
        ),
        shade,
      );
    case 'curly':
      return pen.fill(cloud(0, -0.16, 1.38 * w, 1.22 * h, 13), shade);
    case 'bun':
      pen.fill(ellipse(0.05 * build.fringe, -1.26 * h, 0.44, 0.4), colours.hair);
      pen.stroke(arc(0.05 * build.fringe, -1.24 * h, 0.24, 0.2, -0.9 * Math.PI, 0.1), 0.07, darker(colours.hair, 0.35));
      return;
    case 'pigtails':
      for (const side of [1, -1]) {
        const tail = blob([
          [w * 0.98, -0.3],
          [w * 1.42, -0.34],
          [w * 1.62, 0.2],
          [w * 1.5, 0.86],
          [w * 1.3, 1.06],
          [w * 1.2, 0.5],
        ]);
        pen.fill(side > 0 ? tail : mirror(tail), colours.hair);
        pen.fill(ellipse(side * w * 1.12, -0.26, 0.14, 0.16, 0, 12), colours.clothes);
      }
      return;
  }
}

/** An outline of round tufts. */
function cloud(cx: number, cy: number, rx: number, ry: number, tufts: number): Path {
  const steps = tufts * 5;
  const path: number[] = [];
  for (let i = 0; i < steps; i++) {
    const t = (2 * Math.PI * i) / steps - Math.PI / 2;
    const swell = 0.9 + 0.13 * Math.abs(Math.sin((tufts * (t + Math.PI / 2)) / 2));
    path.push(cx + rx * swell * Math.cos(t), cy + ry * swell * Math.sin(t));
  }
  return path;
}

/** What lies on the forehead and at the temples. */
export function drawHairInFront(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  if (face.hair === 'bald') {
    if (face.hat === 'none')
      pen.stroke(arc(-0.1, -0.3, 0.52, 0.5, -0.8 * Math.PI, -0.58 * Math.PI, 5), 0.1, lighter(colours.skin, 0.55));
    return;
  }
  const front = frontOf(face, build);
  pen.fill(front, colours.hair);
  if (face.hat !== 'none') return;
  const { width: w, height: h } = build;
  if (face.hair === 'long') {
    for (const side of [-1, 1]) {
      pen.stroke(
        curve([
          [side * 0.82 * w, -0.5],
          [side * 1.05 * w, 0.1],
          [side * 1.07 * w, 0.95],
        ]),
        0.06,
        darker(colours.hair, 0.35),
      );
    }
  }
  if (face.hair === 'curly') {
    for (const [x, y] of [
      [-0.6, -0.9],
      [0.1, -1.06],
      [0.65, -0.8],
    ]) {
      pen.stroke(arc(x * w, y * h, 0.17, 0.15, 0.9 * Math.PI, 2.2 * Math.PI, 6), 0.07, darker(colours.hair, 0.35));
    }
  } else {
    pen.stroke(arc(0, -0.1, 0.74 * w, 0.82 * h, -0.8 * Math.PI, -0.6 * Math.PI, 6), 0.11, lighter(colours.hair, 0.4));
  }
}

function frontOf(face: Attributes, { width: w, height: h, fringe }: Build): Path {
  const part = 0.35 * fringe; // where the hair is parted
  const hairline: Points = [
    [0.78 * w, -0.3],
    [0.4 * w + part * 0.5, -0.46],
    [part, -0.62 + 0.12 * fringe],
    [-0.42 * w + part * 0.5, -0.44],
    [-0.78 * w, -0.3],
  ];
  switch (face.hair) {
    case 'spiky': {
      const points: Points = [[-1.06 * w, 0.02]];
      const spikes = 7;
      for (let i = 0; i < spikes; i++) {
        const t = -Math.PI + (Math.PI * (i + 0.5)) / spikes;
        const before = t - (0.5 * Math.PI) / spikes;
        points.push([1.04 * w * Math.cos(before), -0.12 + 0.98 * h * Math.sin(before)]);
        points.push([1.42 * w * Math.cos(t + 0.05 * fringe), -0.1 + 1.38 * h * Math.sin(t)]);
      }
      points.push(
        [1.06 * w, 0.02],
        [0.84 * w, -0.3],
        [0.5 * w, -0.62],
        [0.25 * w, -0.4],
        [0, -0.66],
        [-0.3 * w, -0.38],
        [-0.52 * w, -0.64],
        [-0.84 * w, -0.3],
      );
      return poly(...points);
    }
    case 'curly': {
      const points: Points = [];
      for (let i = 0; i <= 6; i++) {
        const x = 0.98 * w - (i * 1.96 * w) / 6;
        points.push([x, -0.34 - 0.22 * (1 - (x / w) ** 2)], [x - w / 6, -0.5 - 0.2 * (1 - (x / w) ** 2)]);
      }
      return blob(
        [
          [-1.08 * w, -0.1],
          [-1.12 * w, -0.6],
          [-0.7 * w, -1.14 * h],
          [0, -1.24 * h],
          [0.7 * w, -1.14 * h],
          [1.12 * w, -0.6],
          [1.08 * w, -0.1],
          ...points.slice(0, -1),
        ],
        3,
      );
    }
    case 'bob':
      // a straight fringe, and hair that comes forward at the cheeks
      return blob([
        [-1.14 * w, 0.5],
        [-1.16 * w, -0.3],
        [-0.8 * w, -0.98 * h],
        [0, -1.17 * h],
        [0.8 * w, -0.98 * h],
        [1.16 * w, -0.3],
        [1.14 * w, 0.5],
        [0.88 * w, 0.42],
        [0.86 * w, -0.26],
        [0.4 * w, -0.3],
        [0, -0.27],
        [-0.4 * w, -0.3],
        [-0.86 * w, -0.26],
        [-0.88 * w, 0.42],
      ]);
    case 'long':
      return blob([
        [-1.2 * w, 0.9],
        [-1.15 * w, -0.3],
        [-0.8 * w, -0.98 * h],
        [0, -1.18 * h],
        [0.8 * w, -0.98 * h],
        [1.15 * w, -0.3],
        [1.2 * w, 0.9],
        [1.08 * w, 1.34],
        [0.9 * w, 1.0],
        [0.98 * w, 0.5],
        [0.9 * w, -0.1],
        [0.58 * w, -0.48],
        [part, -0.86],
        [-0.58 * w, -0.48],
        [-0.9 * w, -0.1],
        [-0.98 * w, 0.5],
        [-0.9 * w, 1.0],
        [-1.08 * w, 1.34],
      ]);
    default:
      return blob([
        [-1.04 * w, 0.12],
        [-1.08 * w, -0.4],
        [-0.76 * w, -0.98 * h],
        [0, -1.16 * h],
        [0.76 * w, -0.98 * h],
        [1.08 * w, -0.4],
        [1.04 * w, 0.12],
        [0.88 * w, 0.05],
        ...hairline,
        [-0.88 * w, 0.05],
      ]);
  }
}
