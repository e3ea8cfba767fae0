import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type Info } from '../kernel';
import { release, run, runner } from './program';

export function installLayout(): void {
  // The stock kernels do not know negative axes. Backwards they compile the length of the first tensor they meet into the
  // shader and use that for all others; so here they only go forwards.
  for (const kernelName of ['Cumsum', 'Cumprod']) {
    const forwards = runner(kernelName);
    replaceKernel<{ x: Info }, tf.CumsumAttrs>('webgpu', kernelName, ({ x }, { axis, exclusive, reverse }) => {
      const [along] = tf.util.parseAxisParam(axis, x.shape);
      const attributes = { axis: along, exclusive, reverse: false };
      if (!reverse) return forwards({ x }, attributes);
      const turned = run('Reverse', { x }, { dims: [along] });
      const result = forwards({ x: turned }, attributes);
      const turnedBack = run('Reverse', { x: result }, { dims: [along] });
      [turned, result].forEach(release);
      return turnedBack;
    });
  }

  // The stock kernel's shader for five and six axes does not compile.
  const pad = runner('PadV2');
  replaceKernel<{ x: Info }, tf.PadV2Attrs>('webgpu', 'PadV2', ({ x }, attributes, stock) => {
    if (x.shape.length <= 4) return stock();
    const { shape, paddings } = mergeUnpadded(x.shape, attributes.paddings);
    if (shape.length > 4)
      throw new Error(`pad: on webgpu two axes at most of ${x.shape.length} can be padded at once.`);
    const merged = run('Reshape', { x }, { shape });
    const padded = pad({ x: merged }, { ...attributes, paddings });
    release(merged);
    return {
      ...padded,
      shape: x.shape.map((size, axis) => size + attributes.paddings[axis][0] + attributes.paddings[axis][1]),
    };
  });
}

/** The same padding on fewer axes: neighbours that get none are one. */
function mergeUnpadded(
  shape: number[],
  paddings: [number, number][],
): { shape: number[]; paddings: [number, number][] } {
  const merged: { shape: number[]; paddings: [number, number][] } = { shape: [], paddings: [] };
  let isOpen = false;
  shape.forEach((size, axis) => {
    const [before, after] = paddings[axis];
    const isPlain = before === 0 && after === 0;
    if (isPlain && isOpen) {
      merged.shape[merged.shape.length - 1] *= size;
    } else {
      merged.shape.push(size);
      merged.paddings.push([before, after]);
    }
    isOpen = isPlain;
  });
  return merged;
}
