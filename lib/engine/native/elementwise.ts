import type { Info } from '../kernel';
import { backend, execute, kernel } from './operation';

export function installElementwise(): void {
  // A cast to the type that a tensor has already, as every mean makes one, is no operation.
  kernel<{ x: Info }, { dtype: string }>('Cast', ({ x }, { dtype }, stock) => {
    if (x.dtype !== dtype) return stock();
    backend().incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });

  // Not a kernel of TensorFlow.js: the gradient of relu and leakyRelu, see lib/engine/gradients/elementwise.ts.
  kernel<{ dy: Info; x: Info }, { alpha: number }>('LeakyReluGrad', ({ dy, x }, { alpha }) => {
    const T = { type: x.dtype };
    if (alpha === 0) return execute('ReluGrad', [dy, x], { T });
    return execute('LeakyReluGrad', [dy, x], { T, alpha: { float: alpha } });
  });
}
