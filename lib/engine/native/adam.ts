import type { Info } from '../kernel';
import type { AdamFactors } from '../adam';
import { backend as operations, kernel } from './operation';

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The parts of tfjs-node's backend, beyond single operations, that TensorFlow's own variables need. */
interface VariableBackend {
  getInputTensorIds(inputs: Info[]): number[];
  createOutputTensor(metadata: { id: number }): Info;
  readonly binding: {
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): { id: number }[];
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
 */
export function installAdam(): void {
  const lent = new Map<string, number[]>(); // three TensorFlow variables for each shape, by their ids
  const numbers = new Map<string, { value: number; id: number }>();

  kernel<Inputs, AdamFactors>('ApplyAdam', ({ variable, m, v, gradient }, factors) => {
    const backend = operations() as unknown as VariableBackend;
    const { binding } = backend;
    const float = (name: string) => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
    const flag = (name: string) => ({ name, type: binding.TF_ATTR_BOOL, value: false });

    /** A number as TensorFlow wants it; most stay the same from step to step. */
    const scalar = (name: string, value: number): number => {
      const known = numbers.get(name);
      if (known?.value === value) return known.id;
      if (known) binding.deleteTensor(known.id);
      const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
      numbers.set(name, { value, id });
      return id;
    };
    const newVariable = (_: unknown, i: number): number => {
      const attributes = [
        float('dtype'),
        { name: 'shape', type: binding.TF_ATTR_SHAPE, value: variable.shape },
        { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
        { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `genlab-adam-${i}-${variable.shape.join('x')}` },
      ];
      return binding.executeOp('VarHandleOp', attributes, [], 1)[0].id;
    };

    const key = variable.shape.join('x');
    const handles = lent.get(key) ?? [0, 1, 2].map(newVariable);
    lent.set(key, handles);
    const [gradientId, ...ids] = backend.getInputTensorIds([gradient, variable, m, v]);
    handles.forEach((handle, i) => {
      binding.executeOp('AssignVariableOp', [float('dtype'), flag('validate_shape')], [handle, ids[i]], 0);
    });
    const { rate, beta1, beta2, epsilon } = factors;
    const none = scalar('none', 0); // for the powers of β: the corrections are in `rate` already
    const settings = [none, none, scalar('rate', rate), scalar('beta1', beta1), scalar('beta2', beta2), scalar('epsilon', epsilon)]; // prettier-ignore
    const attributes = [float('T'), flag('use_locking'), flag('use_nesterov')];
    binding.executeOp('ResourceApplyAdam', attributes, [...handles, ...settings, gradientId], 0);
    return handles.map((handle) =>
      backend.createOutputTensor(binding.executeOp('ReadVariableOp', [float('dtype')], [handle], 1)[0]),
    );
  });
}
