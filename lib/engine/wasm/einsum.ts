import { einsum, type Pieces } from '../einsum';
import { dispose, type Info } from './heap';
import { kernel, run } from './kernel';

/** Sums of products, which the backend lacks, as transposes and matrix products. */
export function installEinsum(): void {
  kernel<Info[], { equation: string }>('Einsum', (inputs, { equation }) => {
    const made: Info[] = [];
    const keep = (info: Info) => {
      made.push(info);
      return info;
    };
    const pieces: Pieces<Info> = {
      shapeOf: ({ shape }) => shape,
      sum: (x, axis) => keep(run('Sum', { x }, { axis, keepDims: false })),
      transpose: (x, perm) => keep(run('Transpose', { x }, { perm })),
      reshape: (x, shape) => keep(run('Reshape', { x }, { shape })),
      matMul: (a, b) => keep(run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false })),
    };
    const result = einsum(equation, Object.values(inputs), pieces);
    dispose(...made.filter((info) => info !== result));
    return result;
  });
}
