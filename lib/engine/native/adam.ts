import type { Info } from '../kernel';
import type { AdamFactors } from '../adam';
import { backend as operations, kernel } from './operation';

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}
interface Metadata {
  readonly id: number;
}
/** The parts of tfjs-node's backend, beyond single operations, that TensorFlow's own variables need. */
interface VariableBackend {
  getInputTensorIds(inputs: Info[]): number[];
  createOutputTensor(metadata: Metadata): Info;
  incRef(dataId: object): void;
  refCount(dataId: object): number;
  readonly tensorMap: { get(dataId: object): { id: number } };
  readonly binding: {
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[];
    createTensor(shape: number[], type: number, values: Float32Array): number;
    deleteTensor(id: number): void;
    readonly TF_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_SHAPE: number;
    readonly TF_ATTR_STRING: number;
  };
}
type Inputs = Record<'variable' | 'm' | 'v' | 'gradient', Info>;

/**
 * Adam in one pass (`applyAdam`). TensorFlow has that operation for its own kind of variables only, so the numbers are lent
 * to three of those: they share memory with the tensors until the operation writes.
 *
 * Where the caller gives the old tensors up (`overwrite`) and they came out of this kernel, their own handles are let go
 * meanwhile. Then TensorFlow is the only holder of the memory and works in place; else it writes to a copy. Other tensors
 * may share memory with an array of JavaScript's, so they are never written to.
 */
export function installAdam(): void {
  const lent = new Map<string, number[]>(); // three TensorFlow variables for each shape, by their ids
  const numbers = new Map<string, { value: number; id: number }>();
  const made = new WeakSet(); // the data of this kernel's results
  const backend = operations() as unknown as VariableBackend;
  const float = (name: string) => ({ name, type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT });
  const flag = (name: string) => ({ name, type: backend.binding.TF_ATTR_BOOL, value: false });
  const toRead = [float('dtype')];
  const toAssign = [float('dtype'), flag('validate_shape')];
  const toApply = [float('T'), flag('use_locking'), flag('use_nesterov')];

  kernel<Inputs, AdamFactors & { overwrite: boolean }>('ApplyAdam', ({ variable, m, v, gradient }, attributes) => {
    const { binding } = backend;
    /** A number as TensorFlow wants it; most stay the same from step to step. */
    const scalar = (name: string, value: number): number => {
      const known = numbers.get(name);
      if (known?.value === value) return known.id;
      if (known) binding.deleteTensor(known.id);
      const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
      numbers.set(name, { value, id });
      return id;
    };
    const key = variable.shape.join('x');
    const newVariable = (_: unknown, i: number): number => {
      const attributes = [
        float('dtype'),
        { name: 'shape', type: binding.TF_ATTR_SHAPE, value: variable.shape },
        { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
        { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `genlab-adam-${i}-${key}` },
      ];
      return binding.executeOp('VarHandleOp', attributes, [], 1)[0].id;
    };
    const handles = lent.get(key) ?? [0, 1, 2].map(newVariable);
    lent.set(key, handles);

    const before = [variable, m, v];
    const [gradientId, ...ids] = backend.getInputTensorIds([gradient, ...before]);
    const { rate, beta1, beta2, epsilon, overwrite } = attributes;
    const none = scalar('none', 0); // for the powers of β: the corrections are in `rate` already
    const settings = [none, none, scalar('rate', rate), scalar('beta1', beta1), scalar('beta2', beta2), scalar('epsilon', epsilon)]; // prettier-ignore
    handles.forEach((handle, i) => binding.executeOp('AssignVariableOp', toAssign, [handle, ids[i]], 0));
    const inPlace = before.map(({ dataId }) => overwrite && made.has(dataId) && backend.refCount(dataId) === 1);
    inPlace.forEach((yes, i) => yes && binding.deleteTensor(ids[i]));
    try {
      binding.executeOp('ResourceApplyAdam', toApply, [...handles, ...settings, gradientId], 0);
    } catch (error) {
      inPlace.forEach((yes, i) => yes && (backend.tensorMap.get(before[i].dataId).id = read(handles[i]).id));
      throw error;
    }
    return before.map((tensor, i) => {
      const metadata = read(handles[i]);
      if (inPlace[i]) {
        backend.tensorMap.get(tensor.dataId).id = metadata.id;
        backend.incRef(tensor.dataId); // the result is the same data under another tensor
        return { ...tensor };
      }
      const result = backend.createOutputTensor(metadata);
      made.add(result.dataId);
      return result;
    });
  });

  function read(handle: number): Metadata {
    return backend.binding.executeOp('ReadVariableOp', toRead, [handle], 1)[0];
  }
}
