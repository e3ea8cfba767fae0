import * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';

/** One number of a shader's uniforms, under the name by which the shader knows it. */
export type Uniforms = Record<string, { readonly int32: number | number[] } | { readonly float32: number | number[] }>;

interface Backend {
  runWebGPUProgram(
    program: object,
    inputs: Info[],
    dtype: tf.DataType,
    uniforms: { type: 'int32' | 'float32'; data: number[] }[],
  ): Info;
  disposeData(id: object): boolean;
}

export function backend(): Backend {
  return tf.backend() as unknown as Backend;
}

const workgroup = 64;

/**
 * Runs a shader of ours that computes each element of a new float32 tensor by itself.
 * @param name one for each `code`: compiled shaders are kept under it
 * @param inputs their elements are read in the shader as `name[i]`
 * @param code WGSL: functions, of which `element(index: i32) -> f32` gives the output's element `index`
 */
export function computeElements(
  name: string,
  inputs: Record<string, Info>,
  shape: number[],
  code: string,
  uniforms: Uniforms = {},
): Info {
  const entries = Object.entries(uniforms).map(([name, value]) => {
    const [type, data] = 'int32' in value ? (['int32', value.int32] as const) : (['float32', value.float32] as const);
    return { name, type, data: [data].flat() };
  });
  const program = {
    variableNames: Object.keys(inputs),
    outputShape: shape,
    shaderKey: `genlab ${name}`,
    size: true,
    uniforms: entries.map(({ name, type, data }) => `${name} : ${wgslType(type, data.length)},`).join(' '),
    workgroupSize: [workgroup, 1, 1],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(tf.util.sizeFromShape(shape) / workgroup), 1, 1],
    getUserCode: () => `
      ${code}
      fn main(index : i32) {
        if (index < uniforms.size) { result[index] = element(index); }
      }`,
  };
  return backend().runWebGPUProgram(program, Object.values(inputs), 'float32', entries);
}

function wgslType(type: 'int32' | 'float32', length: number): string {
  const scalar = type === 'int32' ? 'i32' : 'f32';
  return length === 1 ? scalar : `vec${length}<${scalar}>`;
}

/** Runs a kernel on plain tensor infos, outside the engine's bookkeeping. */
export function run(kernelName: string, inputs: tf.NamedTensorInfoMap, attributes: object = {}): Info {
  return runner(kernelName)(inputs, attributes);
}

/** A kernel as it is now, for use after it has been replaced. */
export function runner(kernelName: string): (inputs: tf.NamedTensorInfoMap, attributes: object) => Info {
  const { kernelFunc } = tf.getKernel(kernelName, 'webgpu');
  return (inputs, attributes) => {
    const result = kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend: backend() });
    if (Array.isArray(result)) throw new Error(`${kernelName} has several outputs.`);
    return result;
  };
}

/** Lets go of an intermediate result. */
export function release(info: Info): void {
  backend().disposeData(info.dataId);
}
