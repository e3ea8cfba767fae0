import type { Info } from '../kernel';
import { replaceKernel } from '../kernel';
import { computeElements } from './program';

export function installElementwise(): void {
  // A GPU may be off by 2⁻¹¹ in these (WGSL, 15.7.4), by any amount far from 0; time embeddings go to 1,000 and beyond.
  for (const [kernelName, quarter] of [
    ['Sin', 0],
    ['Cos', 1],
  ] as const) {
    replaceKernel<{ x: Info }, object>('webgpu', kernelName, ({ x }) =>
      computeElements(
        kernelName,
        { x },
        x.shape,
        `${trigonometry}\nfn element(i : i32) -> f32 { return wave(x[i], ${quarter}); }`,
      ),
    );
  }
  // Not a kernel of TensorFlow.js: the gradient of relu and leakyRelu, see lib/engine/gradients/elementwise.ts.
  replaceKernel<{ dy: Info; x: Info }, { alpha: number }>('webgpu', 'LeakyReluGrad', ({ dy, x }, { alpha }) =>
    computeElements(
      'LeakyReluGrad',
      { dy, x },
      x.shape,
      'fn element(i : i32) -> f32 { return select(uniforms.alpha, 1.0, x[i] > 0.0) * dy[i]; }',
      { alpha: { float32: alpha } },
    ),
  );
}

/**
 * sin and cos after Cephes (Moshier, 1992): the angle is brought to ±π/4 by taking off multiples of π/2, which is written
 * in three parts so that none of the products is rounded, and a polynomial does the rest.
 */
const trigonometry = `
  fn wave(angle : f32, quarter : i32) -> f32 {
    let turns = round(angle * 0.636619772);
    let r = ((angle - turns * 1.5703125) - turns * 4.837512969970703125e-4) - turns * 7.54978995489188e-8;
    let z = r * r;
    let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
    let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
    let phase = (i32(turns) + quarter) & 3;
    let value = select(sine, cosine, (phase & 1) == 1);
    return select(value, -value, phase > 1);
  }`;
