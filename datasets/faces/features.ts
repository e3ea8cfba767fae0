/** Everything on a face but hair and hat. Coordinates: the middle of the head is (0, 0), its sides are near ±1, y is down. */
import type { Random } from '../../lib/engine';
import type { Attributes } from './attributes';
import { darker, type FaceColours, lighter, mix, palette } from './palette';
import { arc, blob, curve, ellipse, poly } from './paths';
import type { Pen } from './pens';
import type { Path } from './raster';

/** The measures of one head, each drawn anew. */
export type Build = ReturnType<typeof buildOf>;

export function buildOf(face: Attributes, random: Random) {
  const child = face.person === 'girl' || face.person === 'boy';
  const between = (low: number, high: number) => low + (high - low) * random.next();
  return {
    child,
    lashes: face.person === 'girl' || face.person === 'woman',
    /** Half the head's width and height. */
    width: child ? between(0.93, 1.02) : between(0.84, 0.92),
    height: child ? between(0.9, 0.97) : between(1.03, 1.12),
    jaw: face.person === 'man' ? between(0.68, 0.8) : between(0.5, 0.64),
    eyeX: child ? between(0.38, 0.44) : between(0.33, 0.38),
    eyeY: child ? between(0.12, 0.2) : between(-0.02, 0.06),
    eye: child ? between(0.245, 0.28) : between(0.19, 0.215),
    gazeX: between(-0.05, 0.05),
    gazeY: between(-0.03, 0.04),
    browTilt: between(-0.07, 0.07),
    browWidth: child ? between(0.05, 0.075) : between(0.07, 0.11),
    noseKind: random.int(3),
    noseY: child ? between(0.36, 0.4) : between(0.28, 0.34),
    mouthY: child ? between(0.58, 0.64) : between(0.6, 0.68),
    mouthWidth: between(0.27, 0.36),
    mouthLean: between(-0.04, 0.04),
    fringe: between(-1, 1),
    tilt: between(-0.1, 0.1),
    shiftX: between(-0.025, 0.025),
    shiftY: between(-0.015, 0.015),
    zoom: between(0.95, 1.05),
  };
}

export function drawShoulders(pen: Pen, build: Build, colours: FaceColours): void {
  const wide = build.child ? 1.02 : 1.25;
  pen.fill(poly([-0.3, 0.6], [0.3, 0.6], [0.34, 1.5], [-0.34, 1.5]), darker(colours.skin, 0.16));
  pen.fill(
    blob([
      [-0.42, 1.2],
      [0, 1.36],
      [0.42, 1.2],
      [wide, 1.42],
      [wide + 0.15, 2.2],
      [-wide - 0.15, 2.2],
      [-wide, 1.42],
    ]),
    colours.clothes,
  );
}

export function drawHead(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const { width: w, height: h, jaw } = build;
  for (const side of [-1, 1]) {
    pen.fill(ellipse(side * w * 1.0, build.eyeY + 0.14, 0.19, 0.23), colours.skin);
    pen.fill(ellipse(side * w * 1.01, build.eyeY + 0.14, 0.08, 0.12), darker(colours.skin, 0.16), 'plain');
  }
  const right: [number, number][] = [
    [0.72 * w, -0.72 * h],
    [w, -0.1],
    [0.9 * w, 0.45 * h],
    [jaw * w, 0.86 * h],
  ];
  const left = right.map(([x, y]): [number, number] => [-x, y]).reverse();
  pen.fill(blob([[0, -h], ...right, [0, h], ...left]), colours.skin);
  if (face.cheeks !== 'rosy') return;
  const blush = mix(palette.blush, colours.skin, face.skin === 'dark' ? 0.0 : 0.1);
  for (const side of [-1, 1]) {
    const [x, y] = [side * 0.64 * w, build.noseY + 0.14];
    if (pen.coloured) pen.fill(ellipse(x, y, 0.21, 0.16), blush, 'plain');
    else
      for (const k of [-1, 0, 1])
        pen.stroke(poly([x + 0.1 * k + 0.06, y - 0.13], [x + 0.1 * k - 0.06, y + 0.13]), 0.06, palette.line);
  }
}

export function drawEyes(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const { eyeX, eyeY, eye } = build;
  const closed = (side: number) => face.eyes === 'closed' || (face.eyes === 'wink' && side > 0);
  for (const side of [-1, 1]) {
    const x = side * eyeX;
    if (closed(side)) {
      pen.stroke(arc(x, eyeY + 0.1, eye * 1.05, 0.2, -0.92 * Math.PI, -0.08 * Math.PI), 0.1, palette.line);
    } else openEye(pen, x, build, colours);
    if (!build.lashes) continue;
    if (!closed(side)) {
      pen.stroke(arc(x, eyeY, eye * 1.08, eye * 1.25, -0.92 * Math.PI, -0.08 * Math.PI), 0.1, palette.night);
    }
    for (const [dy, lift] of [
      [-0.02, 0.03],
      [-0.12, 0.14],
    ]) {
      const from = x + side * eye * 1.0;
      pen.stroke(poly([from, eyeY + dy], [from + side * 0.17, eyeY + dy - lift]), 0.08, palette.night);
    }
  }
}

function openEye(pen: Pen, x: number, { eyeY, eye, gazeX, gazeY }: Build, colours: FaceColours): void {
  pen.fill(ellipse(x, eyeY, eye, eye * 1.16), palette.white, 'plain');
  pen.stroke([...ellipse(x, eyeY, eye, eye * 1.16), x + eye, eyeY], 0.06, palette.line);
  const [ix, iy] = [x + gazeX, eyeY + gazeY + 0.02];
  pen.fill(ellipse(ix, iy, eye * 0.74, eye * 0.84), colours.eyes, 'plain');
  pen.fill(ellipse(ix, iy, eye * 0.34, eye * 0.42), palette.night, 'plain');
  pen.fill(ellipse(ix - eye * 0.26, iy - eye * 0.34, eye * 0.24, eye * 0.26, 0, 10), palette.white, 'plain');
}

export function drawBrows(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const lift = face.mouth === 'surprised' ? 0.14 : 0;
  const inner = face.mouth === 'sad' ? -0.16 : build.browTilt;
  const colour = darker(face.hair === 'bald' ? palette.hair.brown : colours.hair, 0.35);
  for (const side of [-1, 1]) {
    const y = build.eyeY - build.eye * 1.16 - 0.16 - lift;
    const x = side * build.eyeX;
    const path = curve(
      [
        [x - side * 0.18, y + inner],
        [x, y - 0.05],
        [x + side * 0.2, y + 0.04 - inner / 2],
      ],
      3,
    );
    pen.stroke(path, build.browWidth, colour);
  }
}

export function drawNose(pen: Pen, build: Build, colours: FaceColours): void {
  const shade = darker(colours.skin, 0.4);
  const y = build.noseY;
  if (build.noseKind === 0) pen.stroke(arc(0, y - 0.05, 0.1, 0.1, 0.1 * Math.PI, 0.9 * Math.PI, 6), 0.07, shade);
  else if (build.noseKind === 1)
    pen.stroke(
      curve(
        [
          [0.02, y - 0.18],
          [0.09, y],
          [-0.04, y + 0.03],
        ],
        3,
      ),
      0.065,
      shade,
    );
  else pen.fill(ellipse(0, y - 0.02, 0.11, 0.085, 0, 12), mix(colours.skin, palette.blush, 0.4), 'plain');
}

export function drawEarrings(pen: Pen, build: Build): void {
  for (const side of [-1, 1]) {
    pen.fill(ellipse(side * (build.width + 0.1), build.eyeY + 0.5, 0.13, 0.13, 0, 14), palette.gold);
    pen.fill(
      ellipse(side * (build.width + 0.1) - 0.03, build.eyeY + 0.46, 0.05, 0.05, 0, 8),
      lighter(palette.gold, 0.7),
      'plain',
    );
  }
}

export function drawGlasses(pen: Pen, face: Attributes, build: Build, colours: FaceColours): void {
  const { eyeX, eyeY } = build;
  const r = Math.max(build.eye * 1.5, eyeX * 0.86);
  const lens = (x: number): Path => {
    if (face.glasses === 'round') return ellipse(x, eyeY, r, r, 0, 24);
    if (face.glasses === 'square')
      return poly(
        [x - r, eyeY - r * 0.84],
        [x + r, eyeY - r * 0.84],
        [x + r, eyeY + r * 0.84],
        [x - r, eyeY + r * 0.84],
      );
    const side = Math.sign(x);
    return blob(
      [
        [x - side * r * 0.95, eyeY - r * 0.55],
        [x + side * r * 1.05, eyeY - r * 0.62],
        [x + side * r * 0.85, eyeY + r * 0.6],
        [x - side * r * 0.3, eyeY + r * 0.72],
      ],
      5,
    );
  };
  const width = 0.1;
  const inner = eyeX - r;
  pen.stroke(
    curve(
      [
        [-inner - 0.02, eyeY - 0.06],
        [0, eyeY - 0.12],
        [inner + 0.02, eyeY - 0.06],
      ],
      3,
    ),
    width,
    colours.frames,
  );
  for (const side of [-1, 1]) {
    const x = side * eyeX;
    const path = lens(x);
    if (face.glasses === 'sunglasses') {
      pen.fill(path, palette.night, 'plain');
      const shine = side * eyeX - 0.12;
      pen.stroke(poly([shine, eyeY + 0.06], [shine + 0.16, eyeY - 0.14]), 0.07, [0.55, 0.6, 0.72]);
    } else {
      pen.stroke(poly([x - r * 0.62, eyeY - r * 0.3], [x - r * 0.4, eyeY - r * 0.62]), 0.06, palette.white);
    }
    const closing = [...path, path[0], path[1], path[2], path[3]];
    pen.stroke(closing, face.glasses === 'sunglasses' ? 0.06 : width, colours.frames);
    pen.stroke(
      poly([side * (eyeX + r), eyeY - 0.06], [side * (build.width + 0.06), eyeY - 0.02]),
      width,
      colours.frames,
    );
  }
}
