/** Outlines of shapes as polygons. Lengths are in the unit of the caller. */
import type { Path } from './raster';

type Point = readonly [number, number];

/** Turned by `angle` (radians, clockwise on screen). */
export function ellipse(cx: number, cy: number, rx: number, ry = rx, angle = 0, steps = 20): Path {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const path: number[] = [];
  for (let i = 0; i < steps; i++) {
    const t = (2 * Math.PI * i) / steps;
    const [x, y] = [rx * Math.cos(t), ry * Math.sin(t)];
    path.push(cx + x * cos - y * sin, cy + x * sin + y * cos);
  }
  return path;
}

/** Part of an ellipse as an open line, from one angle to another (0 is right, π/2 is down). */
export function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number, steps = 10): Path {
  const path: number[] = [];
  for (let i = 0; i <= steps; i++) {
    const t = from + ((to - from) * i) / steps;
    path.push(cx + rx * Math.cos(t), cy + ry * Math.sin(t));
  }
  return path;
}

/** Straight lines through these points. */
export function poly(...points: readonly Point[]): Path {
  return points.flat();
}

/** A smooth closed curve through these points (Catmull and Rom, 1974). */
export function blob(points: readonly Point[], steps = 4): Path {
  return spline(points, true, steps);
}

/** A smooth open line through these points. */
export function curve(points: readonly Point[], steps = 4): Path {
  return spline(points, false, steps);
}

function spline(points: readonly Point[], closed: boolean, steps: number): Path {
  const n = points.length;
  const at = (i: number) => (closed ? points[(i + n) % n] : points[Math.max(0, Math.min(n - 1, i))]);
  const path: number[] = [];
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [p, q, r, s] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = 0; k < steps; k++) {
      const t = k / steps;
      for (const axis of [0, 1]) {
        const [a, b, c, d] = [p[axis], q[axis], r[axis], s[axis]];
        const bend = (2 * a - 5 * b + 4 * c - d) * t + (3 * b - a - 3 * c + d) * t * t;
        path.push(b + ((c - a + bend) * t) / 2);
      }
    }
  }
  if (!closed) path.push(...at(n - 1));
  return path;
}

/** The same shape on the other side of the vertical axis. */
export function mirror(path: Path): Path {
  return path.map((value, i) => (i % 2 === 0 ? -value : value));
}

/** A closed path as two rings: the outline of a line of this width along it. */
export function ring(path: Path, width: number): Path[] {
  const outer = offset(path, width / 2, true);
  const inner = offset(path, -width / 2, true);
  return [outer, reversed(inner)];
}

/** An open path as one polygon: a line with round ends. Its width may change along it. */
export function line(path: Path, width: number | ((share: number) => number)): Path[] {
  const left = offset(path, width, false, 1);
  const right = reversed(offset(path, width, false, -1));
  const n = path.length;
  const end = cap(path[n - 2], path[n - 1], left[n - 2], left[n - 1]);
  const start = cap(path[0], path[1], right[n - 2], right[n - 1]);
  return [[...left, ...end, ...right, ...start]];
}

/** Half a circle from a point on it, round the end of a line. */
function cap(cx: number, cy: number, fromX: number, fromY: number): number[] {
  const [dx, dy] = [fromX - cx, fromY - cy];
  return [1, 2, 3].flatMap((i) => {
    const [cos, sin] = [Math.cos((-Math.PI * i) / 4), Math.sin((-Math.PI * i) / 4)];
    return [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos];
  });
}

function reversed(path: Path): Path {
  const result: number[] = [];
  for (let i = path.length - 2; i >= 0; i -= 2) result.push(path[i], path[i + 1]);
  return result;
}

/** Moves each point along its normal; `width` is a line's whole width where `side` is given, else the distance itself. */
function offset(path: Path, width: number | ((share: number) => number), closed: boolean, side?: 1 | -1): Path {
  const n = path.length / 2;
  const result: number[] = [];
  for (let i = 0; i < n; i++) {
    const before = closed ? (i + n - 1) % n : Math.max(0, i - 1);
    const after = closed ? (i + 1) % n : Math.min(n - 1, i + 1);
    const dx = path[2 * after] - path[2 * before];
    const dy = path[2 * after + 1] - path[2 * before + 1];
    const length = Math.hypot(dx, dy) || 1;
    const whole = typeof width === 'number' ? width : width(n > 1 ? i / (n - 1) : 0);
    const distance = side ? (side * whole) / 2 : whole;
    result.push(path[2 * i] - (dy / length) * distance, path[2 * i + 1] + (dx / length) * distance);
  }
  return result;
}
