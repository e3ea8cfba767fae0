/** The two operators of XNNPACK that everything else here is composed of, called on stretches of the heap. */
import { backend, module } from './heap';

/** A convolution, channels last, with the padding given side by side. */
export interface Convolution {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  /** top, right, bottom, left */
  readonly pad: readonly [number, number, number, number];
  readonly dilation?: readonly [number, number];
}

type Call = (...args: (number | Uint8Array)[]) => void;
let bound: { owner: object; convolve: Call; multiply: Call } | undefined;

function operators() {
  const owner = backend();
  if (bound?.owner !== owner) {
    const numbers = (count: number) => new Array<'number'>(count).fill('number');
    bound = {
      owner,
      convolve: module().cwrap('Conv2D', null, numbers(19)),
      multiply: module().cwrap('_FusedMatMul', null, ['number', 'array', 'number', 'number', 'array', ...numbers(8)]),
    };
  }
  return bound;
}

/** x * filter → out, all by id. The filter's id must be new whenever its numbers are: XNNPACK keeps them packed. */
export function convolve(x: number, filter: number, out: number, shape: Convolution): void {
  const [top, right, bottom, left] = shape.pad;
  const [dilationHeight, dilationWidth] = shape.dilation ?? [1, 1];
  operators().convolve(
    ...[x, shape.batch, shape.inHeight, shape.inWidth],
    ...[filter, shape.filterHeight, shape.filterWidth],
    ...[top, right, bottom, left, 0],
    ...[dilationHeight, dilationWidth, 1, 1],
    ...[shape.inChannels, shape.outChannels, out],
  );
}

/** What may follow a product in the same pass. */
export interface Epilogue {
  readonly bias?: number;
  /** As the backend numbers activations; 0 is none. */
  readonly activation?: number;
  readonly prelu?: number;
  readonly leakyreluAlpha?: number;
}

/** a [m, k] × b [k, n] → out [m, n], all by id; the same rule for b's id as for a filter's. */
export function multiply(
  a: number,
  b: number,
  out: number,
  [m, k, n]: readonly [number, number, number],
  { bias = 0, activation = 0, prelu = 0, leakyreluAlpha = 0 }: Epilogue = {},
): void {
  const shapeOfA = new Uint8Array(Int32Array.of(1, m, k).buffer);
  const shapeOfB = new Uint8Array(Int32Array.of(1, k, n).buffer);
  operators().multiply(a, shapeOfA, 3, b, shapeOfB, 3, 0, 0, activation, bias, prelu, leakyreluAlpha, out);
}
