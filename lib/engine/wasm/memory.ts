import * as tf from '@tensorflow/tfjs';
import { OutOfMemory } from '../memory';
import { module } from './heap';

/** Where 32-bit addresses end, less some room for the allocator's own notes. */
const end = 2 ** 32 - 2 ** 24;

/**
 * The backend takes whatever `malloc` answers. Where the heap cannot grow that may be 0, and near four gigabytes the
 * allocator's arithmetic overflows, so that it answers with memory that is not there; the backend would go on and write
 * over other tensors. Here both are errors.
 */
export function guardMemory(): void {
  const heap = module();
  heap._free(heap._malloc(8)); // on their first call both put the real function in their own place
  const [allocate, release] = [heap._malloc, heap._free];
  heap._malloc = (bytes) => {
    const size = heap.HEAPU8.length;
    const mustReuse = size + bytes > end;
    // Free space lies in pieces: half as much again makes it likely that one of them is large enough.
    if (mustReuse && bytes * 1.5 > size - tf.memory().numBytes) throw outOfMemory(bytes);
    const address = allocate(bytes) >>> 0;
    if (bytes > 0 && (address === 0 || address + bytes > heap.HEAPU8.length)) {
      release(address);
      throw outOfMemory(bytes);
    }
    return address;
  };
}

function outOfMemory(asked: number): OutOfMemory {
  const { numTensors, numBytes } = tf.memory();
  return new OutOfMemory(numTensors, numBytes, asked);
}
