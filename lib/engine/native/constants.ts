import * as tf from '@tensorflow/tfjs';
import type { Input } from './operation';

/** The parts of tfjs-node's backend that bring a tensor's values to TensorFlow when they are first used. */
interface Uploads {
  getInputTensorIds(inputs: readonly Input[]): number[];
  readonly tensorMap: {
    get(dataId: tf.TensorInfo['dataId']): {
      readonly shape: number[];
      readonly dtype: number;
      /** What JavaScript made and TensorFlow has not seen yet. */
      values: tf.backend_util.BackendValues | null;
      id: number;
    };
  };
  readonly binding: {
    createTensor(shape: number[], type: number, values: unknown): number;
    deleteTensor(id: number): void;
    readonly TF_INT32: number;
  };
}

const most = 2000;

/**
 * Half the operations of a training step bring along the same few small numbers in each step: a shape, axes, the 0.5 of
 * `x.mul(0.5)`. Stock tfjs-node makes a TensorFlow tensor of each every time; here those made once are kept and lent.
 */
export function keepConstants(): void {
  const backend = tf.backend() as unknown as Uploads;
  const stock = backend.getInputTensorIds.bind(backend);
  const kept = new Map<string, number>();
  const lend = (key: string, shape: number[], dtype: number, values: () => unknown): number => {
    let id = kept.get(key);
    if (id === undefined) {
      id = backend.binding.createTensor(shape, dtype, values());
      kept.set(key, id);
    }
    return id;
  };
  const { TF_INT32 } = backend.binding;
  backend.getInputTensorIds = (inputs) => {
    if (kept.size >= most) forgetOldest(backend, kept); // before, and not between two numbers of one operation
    const ids: number[] = [];
    for (const input of inputs) {
      if (Array.isArray(input)) {
        const list = input as readonly number[];
        const key = `${TF_INT32}:${list.length}:${list.join()}`;
        ids.push(lend(key, [list.length], TF_INT32, () => Int32Array.from(list)));
        continue;
      }
      // A 64-bit scalar of tfjs-node's own is no tensor.
      const data = 'dataId' in input ? backend.tensorMap.get(input.dataId) : undefined;
      const key = data?.values ? keyOf(data.dtype, data.shape, data.values) : undefined;
      if (!data || (data.values && key === undefined)) {
        ids.push(...stock([input]));
      } else if (key === undefined) {
        ids.push(data.id);
      } else {
        const { shape, dtype, values } = data;
        ids.push(lend(key, shape, dtype, () => (values as Float32Array).slice()));
      }
    }
    return ids;
  };
}

/** Tells small tensors apart; `undefined` for others. */
function keyOf(dtype: number, shape: number[], values: tf.backend_util.BackendValues): string | undefined {
  if (values.length > 6) return undefined;
  if (values instanceof Int32Array) return `${dtype}:${shape.join()}:${values.join()}`;
  if (!(values instanceof Float32Array) || values.length !== 1 || Object.is(values[0], -0)) return undefined; // −0 is written as 0
  return `${dtype}:${shape.join()}:${values[0]}`;
}

/** Half of those kept goes, so that numbers that differ from step to step (a learning rate) do not pile up. */
function forgetOldest({ binding }: Uploads, kept: Map<string, number>): void {
  for (const [key, id] of [...kept].slice(0, most / 2)) {
    binding.deleteTensor(id);
    kept.delete(key);
  }
}
