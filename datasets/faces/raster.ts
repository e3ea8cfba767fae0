/** A small canvas: fills polygons with exact area coverage, so that edges are smooth at every size. */

/** Points of a polygon, one after the other: x₀, y₀, x₁, y₁, … */
export type Path = readonly number[];
/** Red, green, blue in [0, 1]. */
export type Colour = readonly [number, number, number];

/** How much of each pixel in a box a shape covers, in [0, 1]. */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Row by row, `width` to a row. Used again by the next shape. */
  readonly alpha: Float32Array;
}

export class Canvas {
  readonly pixels: Float32Array; // [size, size, 3]
  private readonly sums: Float32Array;
  private readonly alpha: Float32Array;

  constructor(readonly size: number) {
    this.pixels = new Float32Array(size * size * 3);
    this.sums = new Float32Array((size + 2) * size);
    this.alpha = new Float32Array(size * size);
  }

  /**
   * Coverage of a polygon given in pixels. Rings that run the other way make holes.
   *
   * Each edge adds its signed area to the pixels that it crosses, and a running sum along the row turns that into coverage
   * (the accumulation buffer of Levien's font-rs): no samples, no stair steps.
   * @param margin pixels to add around the box, for what spreads
   */
  cover(rings: readonly Path[], margin = 0): Coverage {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        x0 = Math.min(x0, ring[i]);
        x1 = Math.max(x1, ring[i]);
        y0 = Math.min(y0, ring[i + 1]);
        y1 = Math.max(y1, ring[i + 1]);
      }
    }
    const left = Math.max(0, Math.floor(x0) - margin);
    const top = Math.max(0, Math.floor(y0) - margin);
    const width = Math.min(this.size, Math.ceil(x1) + margin) - left;
    const height = Math.min(this.size, Math.ceil(y1) + margin) - top;
    if (!(width > 0 && height > 0)) return { left, top, width: 0, height: 0, alpha: this.alpha };
    const stride = width + 2;
    this.sums.fill(0, 0, stride * height);
    for (const ring of rings) {
      const end = ring.length;
      for (let i = 0; i < end; i += 2) {
        const j = i + 2 < end ? i + 2 : 0;
        addEdge(this.sums, width, height, ring[i] - left, ring[i + 1] - top, ring[j] - left, ring[j + 1] - top);
      }
    }
    for (let y = 0, at = 0; y < height; y++) {
      let sum = 0;
      for (let x = 0; x < width; x++) {
        sum += this.sums[y * stride + x];
        this.alpha[at++] = Math.min(1, Math.abs(sum));
      }
    }
    return { left, top, width, height, alpha: this.alpha };
  }

  /** Lays a colour over the pixels that a shape covers. */
  paint({ left, top, width, height, alpha }: Coverage, [r, g, b]: Colour, opacity = 1): void {
    for (let y = 0, at = 0; y < height; y++) {
      let p = ((top + y) * this.size + left) * 3;
      for (let x = 0; x < width; x++, p += 3) {
        const a = alpha[at++] * opacity;
        if (a === 0) continue;
        this.pixels[p] += (r - this.pixels[p]) * a;
        this.pixels[p + 1] += (g - this.pixels[p + 1]) * a;
        this.pixels[p + 2] += (b - this.pixels[p + 2]) * a;
      }
    }
  }

  /** As bytes, rounded. [size, size, 3] */
  bytes(into = new Uint8ClampedArray(this.pixels.length), at = 0): Uint8ClampedArray {
    for (let i = 0; i < this.pixels.length; i++) into[at + i] = this.pixels[i] * 255;
    return into;
  }
}

/** Adds one edge, given in pixels of the box, to the sums of each row that it crosses. */
function addEdge(
  sums: Float32Array,
  width: number,
  height: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): void {
  if (ay === by) return;
  const direction = ay < by ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = ay < by ? [ax, ay, bx, by] : [bx, by, ax, ay];
  if (bottomY <= 0 || topY >= height) return;
  const slope = (bottomX - topX) / (bottomY - topY);
  const stride = width + 2;
  const lastRow = Math.min(height, Math.ceil(bottomY));
  for (let y = Math.max(0, Math.floor(topY)); y < lastRow; y++) {
    const from = Math.max(y, topY);
    const to = Math.min(y + 1, bottomY);
    const xa = clamp(topX + (from - topY) * slope, width);
    const xb = clamp(topX + (to - topY) * slope, width);
    const area = (to - from) * direction;
    const [x0, x1] = xa < xb ? [xa, xb] : [xb, xa];
    const first = Math.floor(x0);
    const last = Math.ceil(x1);
    const row = y * stride;
    if (last <= first + 1) {
      const middle = (x0 + x1) / 2 - first;
      sums[row + first] += area * (1 - middle);
      sums[row + first + 1] += area * middle;
      continue;
    }
    // The edge crosses several pixels of this row: a trapezoid's share for each.
    const rise = area / (x1 - x0);
    let before = 0; // what lies right of the edge in the pixels so far
    for (let x = first; x < last; x++) {
      const inside = Math.min(x + 1, x1) - Math.max(x, x0);
      const middle = (Math.min(x + 1, x1) + Math.max(x, x0)) / 2 - x;
      sums[row + x] += rise * inside * (1 - middle) + before;
      before = rise * inside * middle;
    }
    sums[row + last] += before;
  }
}

function clamp(x: number, width: number): number {
  return x < 0 ? 0 : x > width ? width : x;
}
