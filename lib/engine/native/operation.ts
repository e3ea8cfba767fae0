import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type Info } from '../kernel';

/** The parts of tfjs-node's backend that run one TensorFlow operation. */
interface Backend {
  executeSingleOutput(name: string, attributes: OperationAttribute[], inputs: Info[]): Info;
  executeMultipleOutputs(name: string, attributes: OperationAttribute[], inputs: Info[], outputs: number): Info[];
  incRef(dataId: Info['dataId']): void;
  readonly isUsingGpuDevice: boolean;
  readonly binding: Record<'TF_FLOAT' | 'TF_INT32' | 'TF_BOOL' | `TF_ATTR_${string}`, number>;
}
interface OperationAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** `{ type: 'float32' }` is the attribute that TensorFlow calls T, `{ float: 0.2 }` a real number. */
type AttributeValue = string | boolean | number[] | { type: tf.DataType } | { float: number };

export function backend(): Backend {
  return tf.backend() as unknown as Backend;
}

/** Runs one TensorFlow operation, with its own names of inputs and attributes. */
export function execute(name: string, inputs: Info[], attributes: Record<string, AttributeValue>): Info {
  const { binding } = backend();
  const types: Partial<Record<tf.DataType, number>> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
  };
  const list = Object.entries(attributes).map(([name, value]): OperationAttribute => {
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value };
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if (Array.isArray(value)) return { name, type: binding.TF_ATTR_INT, value };
    if ('float' in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
    return { name, type: binding.TF_ATTR_TYPE, value: types[value.type] };
  });
  return backend().executeSingleOutput(name, list, inputs);
}

export function kernel<Inputs, Attributes>(
  kernelName: string,
  compute: Parameters<typeof replaceKernel<Inputs, Attributes>>[2],
): void {
  replaceKernel('tensorflow', kernelName, compute);
}
