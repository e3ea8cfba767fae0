import { asOutOfMemory } from '../memory';
import { backend } from './operation';

/** TensorFlow's complaint about memory is turned into ours where it is thrown, while the tensors that fill it still exist. */
export function guardMemory(): void {
  const { binding } = backend();
  const execute = binding.executeOp;
  binding.executeOp = function executeOp(...call) {
    try {
      return execute.apply(this, call);
    } catch (error) {
      throw asOutOfMemory(error) ?? error;
    }
  };
}
