import type * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';
import { asOutOfMemory } from '../memory';
import { backend, execute } from './operation';

interface Metadata {
  readonly id: number;
}
/** A function of addon/genlab.cc: tensors by their ids, then numbers; gives new tensors. */
type Function = (ids: readonly number[], numbers: readonly number[]) => Metadata[];

/** What addon/genlab.cc adds to tfjs-node's addon. */
type Ours = Record<
  | 'genlabAdam'
  | 'genlabAverage'
  | 'genlabGroupNorm'
  | 'genlabGroupNormGradient'
  | 'genlabSoftmax'
  | 'genlabSoftmaxGradient',
  Function
>;

/** The parts of tfjs-node's backend that hand its tensors to those functions. */
interface Tensors {
  getInputTensorIds(inputs: readonly Info[]): number[];
  createOutputTensor(metadata: Metadata): Info;
  refCount(dataId: object): number;
  readonly tensorMap: {
    get(dataId: object): { shape: number[]; dtype: number; values: tf.backend_util.BackendValues | null; id: number };
  };
  readonly binding: Partial<Ours> & { createTensor(shape: number[], type: number, values: unknown): number };
}

const tensors = () => backend() as unknown as Tensors;

/** Whether they are there and of use: they compute on the CPU, and an addon of somebody else's making lacks them. */
export function hasOurs(): boolean {
  return !backend().isUsingGpuDevice && tensors().binding.genlabAdam !== undefined;
}

/** Calls a function of ours. */
export function callOurs(name: keyof Ours, ids: readonly number[], numbers: readonly number[]): Info[] {
  try {
    const results = (tensors().binding as Ours)[name](ids, numbers);
    return results.map((metadata) => tensors().createOutputTensor(metadata));
  } catch (error) {
    throw asOutOfMemory(error) ?? error;
  }
}

export function idsOf(inputs: readonly Info[]): number[] {
  return tensors().getInputTensorIds(inputs);
}

/**
 * The id of a variable whose numbers a function of ours overwrites. Nobody else in JavaScript knows the data under this id;
 * where a tensor of TensorFlow's own shares the memory, the function takes a copy by itself.
 */
export function idToOverwrite(variable: tf.Variable): number {
  if (tensors().refCount(variable.dataId) > 1) {
    // tfjs-node's results are tensors already.
    const copy = execute('Identity', [variable], { T: { type: variable.dtype } }) as tf.Tensor;
    variable.assign(copy);
    copy.dispose();
  }
  const data = tensors().tensorMap.get(variable.dataId);
  if (data.values) {
    data.id = tensors().binding.createTensor(data.shape, data.dtype, data.values.slice());
    data.values = null;
  }
  return data.id;
}
