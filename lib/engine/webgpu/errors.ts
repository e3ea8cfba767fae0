import * as tf from '@tensorflow/tfjs';
import { OutOfMemory } from '../memory';

/** The backend's parts that are private by its types. */
interface Guarded {
  readonly device: GPUDevice;
  readonly bufferManager: {
    acquireBuffer(size: number, ...rest: unknown[]): GPUBuffer;
    releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
    readonly usedBuffers: Map<string, GPUBuffer[]>;
    readonly freeBuffers: Map<string, GPUBuffer[]>;
    numFreeBuffers: number;
    numBytesAllocated: number;
  };
  read(id: object): Promise<tf.BackendValues>;
  readSync(id: object): tf.BackendValues;
}

/**
 * A GPU that refuses work says so aside, after the call has returned, and what it should have computed reads as zeros.
 * Here the next reading of any tensor fails with what it said.
 */
export function guardErrors(owner: tf.KernelBackend): void {
  const backend = owner as unknown as Guarded;
  const { device, bufferManager } = backend;
  const doubtful = new WeakSet<GPUBuffer>(); // in use when memory ran out, so perhaps without memory behind them
  let failure: Error | undefined;

  device.addEventListener('uncapturederror', (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    event.preventDefault();
    if (!(error instanceof GPUOutOfMemoryError)) {
      failure ??= new Error(`The GPU refused an operation: ${error.message}`);
      return;
    }
    const { numTensors, numBytes } = tf.memory();
    failure ??= new OutOfMemory(numTensors, numBytes);
    dropFreeBuffers();
    for (const buffers of bufferManager.usedBuffers.values()) buffers.forEach((buffer) => doubtful.add(buffer));
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') failure = new Error(`The GPU was lost: ${message || 'its driver says no more'}.`);
  });

  const dropFreeBuffers = () => {
    for (const buffers of bufferManager.freeBuffers.values()) {
      for (const buffer of buffers.splice(0)) {
        bufferManager.numBytesAllocated -= buffer.size;
        bufferManager.numFreeBuffers--;
        buffer.destroy();
      }
    }
  };

  const { acquireBuffer, releaseBuffer } = bufferManager;
  const largest = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  bufferManager.acquireBuffer = function (size, ...rest) {
    if (size > largest) {
      const { numTensors, numBytes } = tf.memory();
      throw new OutOfMemory(numTensors, numBytes, size);
    }
    return acquireBuffer.call(this, size, ...rest);
  };
  bufferManager.releaseBuffer = function (buffer, reuse = true) {
    releaseBuffer.call(this, buffer, reuse && !doubtful.has(buffer));
  };

  const check = () => {
    const thrown = failure;
    failure = undefined;
    if (thrown) throw thrown;
  };
  const { read, readSync } = backend;
  backend.read = async function (id) {
    const values = await read.call(this, id);
    check();
    return values;
  };
  backend.readSync = function (id) {
    const values = readSync.call(this, id);
    check();
    return values;
  };
}
