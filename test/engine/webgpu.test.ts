import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { findAdapter } from '../../lib/engine/webgpu/adapter';
import { guardErrors } from '../../lib/engine/webgpu/errors';
import { OutOfMemory, ready } from '../../lib/engine';

/** A platform whose only adapter tells this of itself. */
function gpuWith(info: object | undefined, adapter: object = {}): GPU {
  return { requestAdapter: async () => info && { info, ...adapter } } as unknown as GPU;
}

describe('findAdapter', () => {
  const none = { vendor: '', architecture: '', device: '', description: '' };

  test('names a GPU by the best that it tells', async () => {
    const name = async (info: object) => (await findAdapter(gpuWith({ ...none, ...info })))?.name;
    expect(await name({ vendor: 'nvidia', device: '0x2882', description: 'NVIDIA GeForce RTX 4060' })).toBe(
      'NVIDIA GeForce RTX 4060',
    );
    expect(await name({ vendor: 'apple', architecture: 'metal-3' })).toBe('apple metal-3');
    expect(await name({})).toBe('a GPU that does not tell its name');
  });

  test('knows software that plays a GPU, whether it says so or not', async () => {
    const isSoftware = async (info: object, adapter?: object) =>
      (await findAdapter(gpuWith({ ...none, ...info }, adapter)))?.isSoftware;
    expect(await isSoftware({ vendor: 'apple', architecture: 'metal-3', isFallbackAdapter: false })).toBe(false);
    expect(await isSoftware({ vendor: 'google', isFallbackAdapter: true })).toBe(true);
    expect(await isSoftware({ vendor: 'google' }, { isFallbackAdapter: true })).toBe(true);
    expect(await isSoftware({ vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' })).toBe(true);
    expect(await isSoftware({ description: 'Microsoft Basic Render Driver' })).toBe(true);
  });

  test('there may be none', async () => {
    expect(await findAdapter(gpuWith(undefined))).toBeUndefined();
  });
});

describe('errors of a GPU, which come aside', () => {
  beforeAll(() => ready({ engine: 'wasm' }));

  class GPUOutOfMemoryError {
    readonly message = 'no room';
  }
  vi.stubGlobal('GPUOutOfMemoryError', GPUOutOfMemoryError);

  const buffer = (size: number) => ({ size, destroy: vi.fn() });

  function guarded() {
    const device = Object.assign(new EventTarget(), {
      limits: { maxBufferSize: 1000, maxStorageBufferBindingSize: 500 },
      lost: new Promise<GPUDeviceLostInfo>(() => {}),
    });
    const [used, free] = [buffer(8), buffer(16)];
    const stockRelease = vi.fn();
    const bufferManager = {
      acquireBuffer: (size: number) => buffer(size),
      releaseBuffer: stockRelease as (buffer: object, reuse?: boolean) => void,
      usedBuffers: new Map([['8', [used]]]),
      freeBuffers: new Map([['16', [free]]]),
      numFreeBuffers: 1,
      numBytesAllocated: 24,
    };
    const backend = { device, bufferManager, read: async () => [1], readSync: () => [1] };
    guardErrors(backend as unknown as tf.KernelBackend);
    const fail = (error: object) => device.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
    return { backend, bufferManager, stockRelease, used, free, fail };
  }

  test('the next reading tells what was refused, and only that one', async () => {
    const { backend, fail } = guarded();
    fail({ message: 'cannot index type vec5' });
    await expect(backend.read()).rejects.toThrow('The GPU refused an operation: cannot index type vec5');
    expect(await backend.read()).toEqual([1]);
    fail({ message: 'again' });
    expect(() => backend.readSync()).toThrow('The GPU refused an operation: again');
  });

  test('more than a buffer can hold is out of memory at once, with what was asked for', () => {
    const { bufferManager } = guarded();
    expect(bufferManager.acquireBuffer(500).size).toBe(500);
    expect(() => bufferManager.acquireBuffer(501)).toThrow(OutOfMemory);
    expect(() => bufferManager.acquireBuffer(4e9)).toThrow(/^Out of memory: .* and 4\.00 GB more did not fit\.$/);
  });

  test('out of memory gives back what lies ready, and uses no buffer again that may be empty', async () => {
    const { backend, bufferManager, stockRelease, used, free, fail } = guarded();
    fail(new GPUOutOfMemoryError());
    expect(free.destroy).toHaveBeenCalledOnce();
    expect(bufferManager).toMatchObject({ numFreeBuffers: 0, numBytesAllocated: 8 });
    await expect(backend.read()).rejects.toThrow(OutOfMemory);
    const fresh = buffer(8);
    bufferManager.releaseBuffer(used);
    bufferManager.releaseBuffer(fresh);
    expect(stockRelease.mock.calls).toEqual([
      [used, false],
      [fresh, true],
    ]);
  });
});
