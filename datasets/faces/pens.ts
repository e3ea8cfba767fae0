/** The three hands that draw a face: ink and flat colours, pencil on paper, watercolour. */
import type { Random } from '../../lib/engine';
import type { Style } from './attributes';
import { line, ring } from './paths';
import { Canvas, type Colour, type Coverage, type Path } from './raster';

/** Where a drawing's own coordinates lie on the picture, whose side is 1. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  /** Radians, clockwise. */
  readonly angle: number;
}

/** `outlined`: a part with a contour; `plain`: laid over another without one. */
export type Finish = 'outlined' | 'plain';

/** What parts of a face are drawn with; each style has its own idea of a filled shape and of a line. */
export abstract class Pen {
  private place: Place = { x: 0, y: 0, scale: 1, angle: 0 };

  constructor(
    readonly canvas: Canvas,
    protected readonly random: Random,
  ) {}

  /** Whether this hand has colours other than its own grey. */
  abstract readonly coloured: boolean;

  /** Covers the picture with what it is drawn on. */
  abstract prepare(): void;

  /** A filled shape, in the coordinates of the place. */
  abstract fill(path: Path, colour: Colour, finish?: Finish): void;

  /** An open line. Its width is in the coordinates of the place. */
  abstract stroke(path: Path, width: number | ((share: number) => number), colour: Colour): void;

  /** The last touch, over the whole picture. */
  finish(): void {}

  at(place: Place): this {
    this.place = place;
    return this;
  }

  protected onCanvas(path: Path): number[] {
    const { x, y, scale, angle } = this.place;
    const { size } = this.canvas;
    const [cos, sin] = [Math.cos(angle) * scale * size, Math.sin(angle) * scale * size];
    const result = new Array<number>(path.length);
    for (let i = 0; i < path.length; i += 2) {
      result[i] = x * size + path[i] * cos - path[i + 1] * sin;
      result[i + 1] = y * size + path[i] * sin + path[i + 1] * cos;
    }
    return result;
  }

  /** A width on the canvas in pixels, never thinner than what can be seen. */
  protected pixels(width: number, least = 0.7): number {
    return Math.max(least, width * this.place.scale * this.canvas.size);
  }

  protected widthOf(width: number | ((share: number) => number), least?: number) {
    return typeof width === 'number' ? this.pixels(width, least) : (share: number) => this.pixels(width(share), least);
  }
}

export function penFor(style: Style, size: number, random: Random): Pen {
  const canvas = new Canvas(size);
  if (style === 'comic') return new ComicPen(canvas, random);
  return style === 'sketch' ? new Pencil(canvas, random) : new Brush(canvas, random);
}

const ink: Colour = [0.13, 0.09, 0.17];

/** Flat colours in bold outlines. */
class ComicPen extends Pen {
  readonly coloured = true;

  prepare(): void {
    this.canvas.pixels.fill(1);
  }

  fill(path: Path, colour: Colour, finish: Finish = 'outlined'): void {
    const placed = this.onCanvas(path);
    this.canvas.paint(this.canvas.cover([placed]), colour);
    if (finish === 'outlined') this.canvas.paint(this.canvas.cover(ring(placed, 0.034 * this.canvas.size)), ink);
  }

  stroke(path: Path, width: number | ((share: number) => number), colour: Colour): void {
    this.canvas.paint(this.canvas.cover(line(this.onCanvas(path), this.widthOf(width, 0.9))), colour);
  }
}

/** Graphite on paper: contours drawn twice, shade as hatching. Colours become tones. */
class Pencil extends Pen {
  readonly coloured = false;

  prepare(): void {
    const { pixels } = this.canvas;
    for (let i = 0; i < pixels.length; i += 3) pixels.set(paper, i);
  }

  fill(path: Path, colour: Colour, finish: Finish = 'outlined'): void {
    const placed = this.onCanvas(path);
    const cover = this.canvas.cover([placed]);
    this.canvas.paint(cover, paper);
    this.hatch(cover, 1 - luminance(colour));
    if (finish === 'outlined') this.contour(placed);
  }

  stroke(path: Path, width: number | ((share: number) => number), colour: Colour): void {
    const placed = this.shaken(this.onCanvas(path), 0.006);
    const strength = 0.95 - 0.5 * luminance(colour);
    this.canvas.paint(this.canvas.cover(line(placed, this.widthOf(width))), graphite, strength);
  }

  override finish(): void {
    const { pixels } = this.canvas;
    for (let i = 0; i < pixels.length; i += 3) {
      const grain = 0.035 * (this.random.next() - 0.5);
      for (const k of [0, 1, 2]) pixels[i + k] += grain;
    }
  }

  /** Strokes that do not quite meet. */
  private contour(placed: Path): void {
    const width = 0.02 * this.canvas.size;
    for (const strength of [0.75, 0.4]) {
      this.canvas.paint(this.canvas.cover(ring(this.shaken(placed, 0.009), width)), graphite, strength);
    }
  }

  /** Each point moved a little, neighbours alike: a hand is unsteady, but slowly so. */
  private shaken(path: Path, share: number): number[] {
    const reach = share * this.canvas.size;
    const phases = [0, 1, 2, 3].map(() => 2 * Math.PI * this.random.next());
    return path.map((value, i) => {
      const t = (2 * Math.PI * (i >> 1)) / (path.length / 2);
      const [a, b] = i % 2 === 0 ? [phases[0], phases[1]] : [phases[2], phases[3]];
      return value + reach * (Math.sin(t + a) + 0.6 * Math.sin(3 * t + b));
    });
  }

  /** Parallel strokes, denser and darker with the tone, crossed where it is dark. */
  private hatch(cover: Coverage, tone: number): void {
    if (tone < 0.16) return;
    const { pixels, size } = this.canvas;
    const period = size / 12;
    const phase = this.random.next() * period;
    const strength = Math.min(0.85, 0.15 + 0.8 * tone);
    const share = Math.min(0.8, 0.25 + 0.6 * tone);
    const base = 0.55 * Math.max(0, tone - 0.3);
    const { left, top, width, height, alpha } = cover;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (alpha[at] === 0) continue;
        const first = stripe((x + left) * 0.75 + (y + top) * 0.66 + phase, period, share);
        const second = tone > 0.65 ? stripe((x + left) * 0.7 - (y + top) * 0.72 + phase, period, share * 0.7) : 0;
        const dark = alpha[at] * Math.min(0.92, base + strength * Math.max(first, 0.8 * second));
        const p = ((top + y) * size + left + x) * 3;
        for (const k of [0, 1, 2]) pixels[p + k] += (graphite[k] - pixels[p + k]) * dark;
      }
    }
  }
}

const paper: Colour = [0.965, 0.95, 0.915];
const graphite: Colour = [0.2, 0.2, 0.23];

/** Soft stripes: 1 in the middle of a stroke, 0 between strokes. */
function stripe(distance: number, period: number, share: number): number {
  const from = Math.abs(((((distance / period) % 1) + 1) % 1) - 0.5) * 2; // 1 between strokes, 0 in the middle
  return Math.max(0, Math.min(1, (share - from) * period * 0.5 + 0.5));
}

function luminance([r, g, b]: Colour): number {
  return 0.3 * r + 0.59 * g + 0.11 * b;
}

/** Transparent pigment on rough paper: it runs out at the edge, gathers there, and is uneven inside. */
class Brush extends Pen {
  readonly coloured = true;
  private readonly rough = this.roughness();
  private readonly blurred = new Float32Array(this.canvas.size ** 2);
  private readonly row = new Float32Array(this.canvas.size ** 2);

  prepare(): void {
    const { pixels } = this.canvas;
    for (let i = 0; i < pixels.length; i += 3) pixels.set([0.985, 0.975, 0.95], i);
  }

  fill(path: Path, colour: Colour, finish: Finish = 'outlined'): void {
    const placed = this.onCanvas(path);
    const spread = Math.max(1, Math.round(this.canvas.size / 40));
    const cover = this.canvas.cover([placed], spread);
    this.blur(cover, spread);
    const { left, top, width, height, alpha } = cover;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const soft = this.blurred[at];
        if (soft === 0) continue;
        const rough = this.rough[(top + y) * this.canvas.size + left + x]; // in [-1, 1]
        const rim = 4 * soft * (1 - soft) * alpha[at]; // pigment gathers where the water ends
        const load = 0.88 + 0.14 * rough + (finish === 'outlined' ? 0.1 : 0) * rim;
        alpha[at] = Math.max(0, Math.min(1, (0.72 * alpha[at] + 0.28 * soft) * load));
        if (finish !== 'outlined') continue;
        this.darken(left + x, top + y, colour, rim);
      }
    }
    this.canvas.paint(cover, colour);
    if (finish === 'outlined') this.rims(placed, colour);
  }

  stroke(path: Path, width: number | ((share: number) => number), colour: Colour): void {
    const dry = colour.map((value) => 0.85 * value + 0.04) as unknown as Colour;
    this.canvas.paint(this.canvas.cover(line(this.onCanvas(path), this.widthOf(width))), dry, 0.92);
  }

  override finish(): void {
    const { pixels } = this.canvas;
    for (let i = 0; i < pixels.length; i++) pixels[i] *= 1 + 0.035 * this.rough[(i / 3) | 0];
  }

  /** What lies below shows through the wet rim. */
  private darken(x: number, y: number, colour: Colour, rim: number): void {
    const p = (y * this.canvas.size + x) * 3;
    const { pixels } = this.canvas;
    for (const k of [0, 1, 2]) pixels[p + k] *= 1 - 0.25 * rim * (1 - colour[k]);
  }

  private rims(placed: Path, [r, g, b]: Colour): void {
    const width = 0.022 * this.canvas.size;
    this.canvas.paint(this.canvas.cover(ring(placed, width)), [0.5 * r, 0.44 * g, 0.48 * b], 0.6);
  }

  /** Box blur of a shape's coverage, along rows and then along columns. */
  private blur({ width, height, alpha }: Coverage, reach: number): void {
    const share = 1 / (2 * reach + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = Math.max(0, x - reach); k <= Math.min(width - 1, x + reach); k++) sum += alpha[y * width + k];
        this.row[y * width + x] = sum * share;
      }
    }
    for (let y = 0; y < height; y++) {
      const [from, to] = [Math.max(0, y - reach), Math.min(height - 1, y + reach)];
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = from; k <= to; k++) sum += this.row[k * width + x];
        this.blurred[y * width + x] = sum * share;
      }
    }
  }

  /** Blotches and grain over the whole picture, in [−1, 1]: value noise of two sizes. */
  private roughness(): Float32Array {
    const { size } = this.canvas;
    const cells = 7;
    const lattice = Float32Array.from({ length: (cells + 1) ** 2 }, () => 2 * this.random.next() - 1);
    const result = new Float32Array(size * size);
    for (let y = 0; y < size; y++) {
      const v = (y * cells) / size;
      const fy = v - Math.floor(v);
      for (let x = 0; x < size; x++) {
        const u = (x * cells) / size;
        const fx = u - Math.floor(u);
        const at = Math.floor(v) * (cells + 1) + Math.floor(u);
        const top = lattice[at] + (lattice[at + 1] - lattice[at]) * fx;
        const bottom = lattice[at + cells + 1] + (lattice[at + cells + 2] - lattice[at + cells + 1]) * fx;
        const grain = (this.random.bits() >>> 8) / 2 ** 23 - 1;
        result[y * size + x] = 0.75 * (top + (bottom - top) * fy) + 0.25 * grain;
      }
    }
    return result;
  }
}
