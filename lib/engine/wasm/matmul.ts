import * as tf from '@tensorflow/tfjs';
import { floats, idOf, output, positionOf, sizeOf, withScratch, words, type Info, type Scratch } from './heap';
import { kernel } from './kernel';
import { transpose } from './move';
import { multiply, type Epilogue } from './xnnpack';

type Operands = { a: Info; b: Info };
type Transposes = { transposeA: boolean; transposeB: boolean };
type Fused = Transposes & { activation?: string; leakyreluAlpha?: number };

/** The backend's numbers for the activations that a product can end with. */
const activations = ['linear', 'relu', 'relu6', 'prelu', 'leakyrelu', 'sigmoid', 'elu'];

/**
 * Matrix products, plain and fused with bias and activation. The backend's own kernel keeps packed weights by tensor id
 * and so gives wrong numbers for the same data in another shape; it is also 10 to 50 times slower where an operand is
 * transposed. Here each product gets a fresh id, and a transposed operand is written out first.
 */
export function installMatMul(): void {
  kernel<Operands, Transposes>('BatchMatMul', ({ a, b }, attributes) => matMul(a, b, attributes, {}));
  kernel<Operands & { bias?: Info; preluActivationWeights?: Info }, Fused>('_FusedMatMul', (inputs, attributes) => {
    const { a, b, bias, preluActivationWeights } = inputs;
    const activation = activations.indexOf(attributes.activation ?? 'linear');
    if (activation < 0) throw new Error(`A product cannot end with the activation ${attributes.activation}.`);
    if (bias && bias.shape.length !== 1) throw new Error(`The bias of a product has one axis, got [${bias.shape}].`);
    return matMul(a, b, attributes, {
      bias: bias && idOf(bias),
      activation,
      prelu: preluActivationWeights && idOf(preluActivationWeights),
      leakyreluAlpha: attributes.leakyreluAlpha ?? 0,
    });
  });
}

function matMul(a: Info, b: Info, { transposeA, transposeB }: Transposes, epilogue: Epilogue): Info {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') {
    throw new Error(`matMul multiplies float32 tensors, got ${a.dtype} and ${b.dtype}.`);
  }
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const [rowsOfA, columnsOfA] = a.shape.slice(-2);
  const [rowsOfB, columnsOfB] = b.shape.slice(-2);
  const [m, k] = transposeA ? [columnsOfA, rowsOfA] : [rowsOfA, columnsOfA];
  const n = transposeB ? rowsOfB : columnsOfB;
  const out = output([...outer, m, n]);
  const batch = sizeOf(outer);
  if (batch * m * n === 0) return out;
  if (k === 0) {
    floats().fill(0, positionOf(out), positionOf(out) + batch * m * n); // a sum over nothing
    return out;
  }
  withScratch((scratch) => {
    const [countA, countB] = [sizeOf(outerA), sizeOf(outerB)];
    const left = transposeA ? transposed(scratch, a, countA, k, m) : positionOf(a);
    const right = transposeB ? transposed(scratch, b, countB, n, k) : positionOf(b);
    const target = positionOf(out);
    if (countB === 1 && countA === batch) {
      // One matrix on the right: the batch is just more rows on the left.
      const rows = batch * m;
      multiply(
        scratch.view(left, rows * k),
        scratch.view(right, k * n),
        scratch.view(target, rows * n),
        [rows, k, n],
        epilogue,
      );
      return;
    }
    const [placesA, placesB] = [places(outerA, outer), places(outerB, outer)];
    for (let i = 0; i < batch; i++) {
      multiply(
        scratch.view(left + placesA[i] * m * k, m * k),
        scratch.view(right + placesB[i] * k * n, k * n),
        scratch.view(target + i * m * n, m * n),
        [m, k, n],
        epilogue,
      );
    }
  });
  return out;
}

/** `count` matrices [rows, columns] written out as [columns, rows]. */
function transposed(scratch: Scratch, info: Info, count: number, rows: number, columns: number): number {
  const from = positionOf(info);
  if (rows === 1 || columns === 1) return from; // the same numbers in the same order
  const to = scratch.floats(count * rows * columns);
  const heap = words();
  for (let i = 0; i < count; i++) {
    const at = i * rows * columns;
    transpose(heap, from + at, columns, to + at, rows, rows, columns);
  }
  return to;
}

/** Which matrix of a smaller batch shape stands at each place of the broadcast one. */
function places(shape: number[], broadcast: number[]): Int32Array {
  const padded = [...new Array<number>(broadcast.length - shape.length).fill(1), ...shape];
  const strides = [...tf.util.computeStrides(padded), 1];
  return Int32Array.from({ length: sizeOf(broadcast) }, (_, place) => {
    let index = 0;
    for (let axis = broadcast.length - 1; axis >= 0; axis--) {
      if (padded[axis] > 1) index += (place % broadcast[axis]) * strides[axis];
      place = Math.floor(place / broadcast[axis]);
    }
    return index;
  });
}
