import type { AdamFactors } from '../adam';
import { replaceKernel, type Info } from '../kernel';
import { computeElements } from './program';

type Inputs = Record<'variable' | 'm' | 'v' | 'gradient', Info>;

/** Adam in three passes (`applyAdam`) where plain operations take eleven. */
export function installAdam(): void {
  replaceKernel<Inputs, AdamFactors>('webgpu', 'ApplyAdam', ({ variable, m, v, gradient }, factors) => {
    const { shape } = variable;
    const { rate, beta1, beta2, epsilon } = factors;
    const nextM = computeElements(
      'Adam m',
      { m, gradient },
      shape,
      'fn element(i : i32) -> f32 { return uniforms.beta * m[i] + uniforms.rest * gradient[i]; }',
      { beta: { float32: beta1 }, rest: { float32: 1 - beta1 } },
    );
    const nextV = computeElements(
      'Adam v',
      { v, gradient },
      shape,
      'fn element(i : i32) -> f32 { return uniforms.beta * v[i] + uniforms.rest * gradient[i] * gradient[i]; }',
      { beta: { float32: beta2 }, rest: { float32: 1 - beta2 } },
    );
    const next = computeElements(
      'Adam',
      { variable, m: nextM, v: nextV },
      shape,
      'fn element(i : i32) -> f32 { return variable[i] - uniforms.rate * m[i] / (sqrt(v[i]) + uniforms.epsilon); }',
      { rate: { float32: rate }, epsilon: { float32: epsilon } },
    );
    return [next, nextM, nextV];
  });
}
