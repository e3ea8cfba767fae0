import type { Info } from '../kernel';
import { share } from './layout';
import { backend, describe, execute, kernel } from './operation';

export function installElementwise(): void {
  // A cast to the type that a tensor has already, as every mean makes one, is no operation.
  kernel<{ x: Info }, { dtype: string }>('Cast', ({ x }, { dtype }, stock) => (x.dtype === dtype ? share(x) : stock()));

  // Not a kernel of TensorFlow.js: the gradient of relu and leakyRelu, see lib/engine/gradients/elementwise.ts.
  const ofRelu = describe({ T: { type: 'float32' } }); // as gradients are
  kernel<{ dy: Info; x: Info }, { alpha: number }>('LeakyReluGrad', ({ dy, x }, { alpha }) => {
    if (alpha === 0) return backend().executeSingleOutput('ReluGrad', ofRelu, [dy, x]);
    return execute('LeakyReluGrad', [dy, x], { T: { type: x.dtype }, alpha: { float: alpha } });
  });
}
