import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type Info } from '../kernel';

/** The parts of tfjs-node's backend that run one TensorFlow operation. */
interface Backend {
  executeSingleOutput(name: string, attributes: readonly OperationAttribute[], inputs: readonly Input[]): Info;
  executeMultipleOutputs(name: string, attributes: readonly OperationAttribute[], inputs: readonly Input[], outputs: number): Info[]; // prettier-ignore
  incRef(dataId: Info['dataId']): void;
  readonly isUsingGpuDevice: boolean;
  readonly binding: Record<'TF_FLOAT' | 'TF_INT32' | 'TF_BOOL' | `TF_ATTR_${string}`, number>;
}
export interface OperationAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** `{ type: 'float32' }` is the attribute that TensorFlow calls T, `{ float: 0.2 }` a real number, plain ones are whole. */
type AttributeValue = string | boolean | number | number[] | { type: tf.DataType } | { float: number };

/** A tensor, or a list of whole numbers (a shape, axes), of which no tensor need be made: see ./constants. */
export type Input = Info | readonly number[];

export function backend(): Backend {
  return tf.backend() as unknown as Backend;
}

/** Runs one TensorFlow operation, with its own names of inputs and attributes. */
export function execute(name: string, inputs: readonly Input[], attributes: Record<string, AttributeValue>): Info {
  return backend().executeSingleOutput(name, describe(attributes), inputs);
}

/** Attributes as the addon takes them. */
export function describe(attributes: Record<string, AttributeValue>): OperationAttribute[] {
  const { binding } = backend();
  const types: Partial<Record<tf.DataType, number>> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
  };
  return Object.entries(attributes).map(([name, value]): OperationAttribute => {
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value };
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if (typeof value === 'number' || Array.isArray(value)) return { name, type: binding.TF_ATTR_INT, value };
    if ('float' in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
    return { name, type: binding.TF_ATTR_TYPE, value: types[value.type] };
  });
}

export function kernel<Inputs, Attributes>(
  kernelName: string,
  compute: Parameters<typeof replaceKernel<Inputs, Attributes>>[2],
): void {
  replaceKernel('tensorflow', kernelName, compute);
}
