/**
 * Convolutions that look back only: van den Oord, Kalchbrenner & Kavukcuoglu (2016), arXiv:1601.06759, §3.4 and fig. 4;
 * in two stacks without a blind spot: van den Oord et al. (2016), arXiv:1606.05328, §2.3 and fig. 1.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import type { Seeds } from './seeds';

/** `A` leaves out the place itself, as a first layer must; `B` looks at it too, since its input looks back already. */
export type MaskType = 'A' | 'B';

/**
 * Which places of a kernel may be looked at: `raster` all before the middle one, row by row (arXiv:1601.06759); `vertical`
 * all rows above (`B`: and the whole middle row); `horizontal` the middle row up to the middle.
 */
export type MaskShape = 'raster' | 'vertical' | 'horizontal';

/** Ones where the kernel may look. -> [size][size], or [1][size] for `horizontal` */
export function convMask(size: number, type: MaskType, shape: MaskShape = 'raster'): number[][] {
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0) {
    throw new UserError(`convMask: size is an odd whole number, so that a kernel has a middle; got ${size}.`);
  }
  const middle = (size - 1) / 2;
  const row = (sees: (column: number) => boolean) => Array.from({ length: size }, (_, column) => Number(sees(column)));
  const upTo = row((column) => column < middle || (column === middle && type === 'B'));
  if (shape === 'horizontal') return [upTo];
  const own = shape === 'raster' ? upTo : row(() => type === 'B');
  return Array.from({ length: size }, (_, i) => (i < middle ? row(() => true) : i === middle ? own : row(() => false)));
}

/** A convolution whose kernel counts only where the mask is 1; edges are padded with 0. [B,H,W,C], [kh,kw,C,D] -> [B,H,W,D] */
export function maskedConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, mask: readonly (readonly number[])[]): tf.Tensor4D {
  const [height, width] = kernel.shape;
  if (mask.length !== height || mask[0].length !== width) {
    throw new UserError(
      `maskedConv2d: the mask must be as large as the kernel, ${height}×${width}, got ${mask.length}×${mask[0].length}.`,
    );
  }
  return tf.tidy(() => tf.conv2d(x, kernel.mul<tf.Tensor4D>(maskTensor(mask)), 1, 'same'));
}

export interface MaskedConv2DConfig {
  readonly name: string;
  readonly filters: number;
  readonly mask: readonly (readonly number[])[];
  readonly seeds: Seeds;
}

/**
 * `maskedConv2d` with a bias, as a layer. Rows and columns of the mask that are 0 are not even stored: the image is padded
 * instead, which halves the work.
 */
export class MaskedConv2D extends tf.layers.Layer {
  static readonly className: string = 'GenlabMaskedConv2D';
  private readonly filters: number;
  private readonly mask: number[][];
  private readonly padding: [top: number, bottom: number, left: number, right: number];
  private readonly initializer: ReturnType<Seeds['he']>;
  private kernel!: tf.LayerVariable;
  private bias!: tf.LayerVariable;

  constructor({ name, filters, mask, seeds }: MaskedConv2DConfig) {
    super({ name });
    this.filters = filters;
    this.initializer = seeds.he();
    const [top, bottom] = used(mask);
    const [left, right] = used(mask[0].map((_, column) => mask.map((row) => row[column])));
    this.mask = mask.slice(top, bottom).map((row) => row.slice(left, right));
    const [middleRow, middleColumn] = [(mask.length - 1) / 2, (mask[0].length - 1) / 2];
    this.padding = [middleRow - top, bottom - 1 - middleRow, middleColumn - left, right - 1 - middleColumn];
  }

  override build(inputShape: tf.Shape): void {
    const channels = inputShape[3] as number;
    const shape = [this.mask.length, this.mask[0].length, channels, this.filters];
    this.kernel = this.addWeight('kernel', shape, 'float32', this.initializer);
    this.bias = this.addWeight('bias', [this.filters], 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const isPartial = this.mask.some((row) => row.includes(0));
      const whole = this.kernel.read() as tf.Tensor4D;
      const kernel = isPartial ? whole.mul<tf.Tensor4D>(maskTensor(this.mask)) : whole;
      return tf.conv2d(this.padded(x), kernel, 1, 'valid').add(this.bias.read());
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape.slice(0, 3), this.filters];
  }

  /** Zeros where the kernel reaches over the edge; where it ends before the place itself, the far edge is cut off. */
  private padded(x: tf.Tensor4D): tf.Tensor4D {
    const [top, bottom, left, right] = this.padding;
    const [batch, height, width, channels] = x.shape;
    const zeros = (by: number) => Math.max(0, by);
    const larger: tf.Tensor4D = x.pad([[0, 0], [zeros(top), zeros(bottom)], [zeros(left), zeros(right)], [0, 0]]); // prettier-ignore
    if (bottom >= 0 && right >= 0) return larger;
    return larger.slice([0, 0, 0, 0], [batch, height + top + bottom, width + left + right, channels]);
  }
}

function maskTensor(mask: readonly (readonly number[])[]): tf.Tensor4D {
  return tf.tensor4d(mask.flat(), [mask.length, mask[0].length, 1, 1]);
}

/** From the first row with a 1 to behind the last. */
function used(rows: readonly (readonly number[])[]): [number, number] {
  const first = rows.findIndex((row) => row.includes(1));
  return [first, rows.findLastIndex((row) => row.includes(1)) + 1];
}
