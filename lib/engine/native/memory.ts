import { asOutOfMemory } from '../memory';
import { backend } from './operation';

/** TensorFlow's complaint about memory is turned into ours where it is thrown, while the tensors that fill it still exist. */
export function guardMemory(): void {
  const owner = backend();
  for (const method of ['executeSingleOutput', 'executeMultipleOutputs'] as const) {
    const execute = owner[method] as (...call: unknown[]) => unknown;
    Object.assign(owner, {
      [method](...call: unknown[]) {
        try {
          return execute.apply(owner, call);
        } catch (error) {
          throw asOutOfMemory(error) ?? error;
        }
      },
    });
  }
}
