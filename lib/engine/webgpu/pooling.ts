import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type Info } from '../kernel';
import { computeElements } from './program';

type Attributes = tf.AvgPoolGradAttrs & Pick<tf.AvgPoolAttrs, 'dimRoundingMode'>;

export function installPooling(): void {
  // At an edge an average is over fewer pixels, which the stock kernel forgets.
  replaceKernel<{ dy: Info; input: Info }, Attributes>('webgpu', 'AvgPoolGrad', ({ dy, input }, attributes) => {
    const shape = input.shape as [number, number, number, number];
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const size = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    return computeElements('AvgPoolGrad', { dy }, shape, averages, {
      size4: { int32: shape },
      outSize: { int32: [size.outHeight, size.outWidth] },
      window: { int32: [size.filterHeight, size.filterWidth] },
      stride: { int32: [size.strideHeight, size.strideWidth] },
      corner: { int32: [size.padInfo.top, size.padInfo.left] },
    });
  });
}

/** Each pixel gets its share of every window that it lies in. */
const averages = `
  fn element(index : i32) -> f32 {
    let c = index % uniforms.size4.w;
    let x = (index / uniforms.size4.w) % uniforms.size4.z;
    let y = (index / (uniforms.size4.w * uniforms.size4.z)) % uniforms.size4.y;
    let b = index / (uniforms.size4.w * uniforms.size4.z * uniforms.size4.y);
    let place = vec2<i32>(y, x) + uniforms.corner;
    let last = min(place / uniforms.stride, uniforms.outSize - 1);
    let first = max((place - uniforms.window + uniforms.stride) / uniforms.stride, vec2<i32>(0));
    var sum = 0.0;
    for (var row = first.x; row <= last.x; row++) {
      for (var column = first.y; column <= last.y; column++) {
        let start = vec2<i32>(row, column) * uniforms.stride - uniforms.corner;
        let extent = min(start + uniforms.window, uniforms.size4.yz) - max(start, vec2<i32>(0));
        let dyIndex = ((b * uniforms.outSize.x + row) * uniforms.outSize.y + column) * uniforms.size4.w + c;
        sum += dy[dyIndex] / f32(extent.x * extent.y);
      }
    }
    return sum;
  }`;
