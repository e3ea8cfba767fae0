import type { Info } from '../kernel';
import { execute, kernel } from './operation';

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** TensorFlow multiplies two matrices faster than two batches of one matrix, which is what tfjs-node asks for. */
export function installMatMul(): void {
  kernel<{ a: Info; b: Info }, Attributes>('BatchMatMul', ({ a, b }, { transposeA, transposeB }, stock) => {
    if (a.shape.length !== 2 || b.shape.length !== 2) return stock();
    return execute('MatMul', [a, b], { T: { type: a.dtype }, transpose_a: transposeA, transpose_b: transposeB });
  });
}
