import type { Info } from '../kernel';
import { callOurs, hasOurs, idsOf } from './addon';
import { kernel } from './operation';

interface Attributes {
  groups: number;
  epsilon: number;
  activation: 'silu' | 'linear';
}
type Inputs = Record<'x' | 'gamma' | 'beta', Info>;

/** Not kernels of TensorFlow.js: group normalization as one, see lib/nn/group-norm.ts. */
export function installNormalization(): void {
  if (!hasOurs()) return;
  const numbers = ({ groups, epsilon, activation }: Attributes) => [groups, epsilon, activation === 'silu' ? 1 : 0];
  kernel<Inputs, Attributes>('GroupNorm', ({ x, gamma, beta }, attributes) =>
    callOurs('genlabGroupNorm', idsOf([x, gamma, beta]), numbers(attributes)),
  );
  kernel<Inputs & Record<'statistics' | 'dy', Info>, Attributes>('GroupNormGrad', (inputs, attributes) => {
    const { x, gamma, beta, statistics, dy } = inputs;
    return callOurs('genlabGroupNormGradient', idsOf([x, gamma, beta, statistics, dy]), numbers(attributes));
  });
}
