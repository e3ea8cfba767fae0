import type { AdamFactors } from '../adam';
import { floats, output, positionOf, sizeOf, type Info } from './heap';
import { kernel } from './kernel';

type Inputs = Record<'variable' | 'm' | 'v' | 'gradient', Info>;

/** Adam in one pass (`applyAdam`). */
export function installAdam(): void {
  kernel<Inputs, AdamFactors>('ApplyAdam', ({ variable, m, v, gradient }, { rate, beta1, beta2, epsilon }) => {
    const results = [variable, m, v].map(({ shape }) => output(shape));
    const [toVariable, toM, toV] = results.map(positionOf);
    const [fromVariable, fromM, fromV, fromGradient] = [variable, m, v, gradient].map(positionOf);
    const heap = floats();
    const count = sizeOf(variable.shape);
    for (let i = 0; i < count; i++) {
      const g = heap[fromGradient + i];
      const nextM = beta1 * heap[fromM + i] + (1 - beta1) * g;
      const nextV = beta2 * heap[fromV + i] + (1 - beta2) * g * g;
      heap[toM + i] = nextM;
      heap[toV + i] = nextV;
      heap[toVariable + i] = heap[fromVariable + i] - (rate * nextM) / (Math.sqrt(nextV) + epsilon);
    }
    return results;
  });
}
