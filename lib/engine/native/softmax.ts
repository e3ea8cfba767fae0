import type { Info } from '../kernel';
import { callOurs, hasOurs, idsOf } from './addon';
import { kernel } from './operation';

/** Softmax in one pass, and its gradient (no kernel of TensorFlow.js: see lib/engine/gradients/softmax.ts) in one instead of four. */
export function installSoftmax(): void {
  if (!hasOurs()) return;
  kernel<{ logits: Info }, object>('Softmax', ({ logits }, _, stock) => {
    const isOurs = logits.dtype === 'float32' && logits.shape.length > 0 && !logits.shape.includes(0);
    return isOurs ? callOurs('genlabSoftmax', idsOf([logits]), [])[0] : stock();
  });
  kernel<Record<'dy' | 'y', Info>, object>(
    'SoftmaxGrad',
    ({ dy, y }) => callOurs('genlabSoftmaxGradient', idsOf([dy, y]), [])[0],
  );
}
