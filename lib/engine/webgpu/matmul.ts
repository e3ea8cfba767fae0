import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type Info } from '../kernel';
import { release, run, runner } from './program';

/** The stock kernel repeats an operand only where it has a batch of one altogether; here any of its batch axes may be one. */
export function installMatMul(): void {
  const product = runner('BatchMatMul');
  replaceKernel<{ a: Info; b: Info }, object>('webgpu', 'BatchMatMul', ({ a, b }, attributes, stock) => {
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const [countA, countB] = [batchA, batchB].map(tf.util.sizeFromShape);
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const count = tf.util.sizeFromShape(batch);
    if ((countA === count || countA === 1) && (countB === count || countB === 1)) return stock();
    const [wholeA, wholeB] = [a, b].map((x) => repeat(x, batch));
    const result = product({ a: wholeA, b: wholeB }, attributes);
    [wholeA, wholeB].forEach(release);
    return result;
  });
}

function repeat(x: Info, batch: number[]): Info {
  const rank = batch.length + 2;
  const shape = [...Array.from({ length: rank - x.shape.length }, () => 1), ...x.shape];
  const aligned = run('Reshape', { x }, { shape });
  const result = run('Tile', { x: aligned }, { reps: [...batch.map((size, axis) => size / shape[axis]), 1, 1] });
  release(aligned);
  return result;
}
