import * as tf from '@tensorflow/tfjs';
import type { EngineProvider } from '../types';
import { findAdapter, type Adapter } from '../webgpu/adapter';
import { registerBackend, type Platform } from '../webgpu/backend';

/** Where a platform's GPU comes from. */
export interface GpuPlatform extends Platform {
  /** What keeps WebGPU from running, as far as it can be told without loading anything. */
  missing(): string | undefined;
  gpu(): GPU;
}

/** Any GPU, without CUDA. A software adapter, slower than the wasm engine, is used only where webgpu is asked for by name. */
export function webgpuProvider(platform: GpuPlatform): EngineProvider {
  let found: Adapter | undefined;
  return {
    name: 'webgpu',
    missing: () => platform.missing(),
    async start({ byName }) {
      found ??= await findAdapter(platform.gpu());
      if (!found) throw new Error('no GPU is found');
      const { name, isSoftware } = found;
      if (isSoftware && !byName) throw new Error(`the only GPU is a program, ${name}, which is slower than wasm`);
      // An adapter gives one device and no more; the backend keeps it while other engines run.
      if (!tf.findBackend('webgpu')) await registerBackend(found, platform);
      if (!(await tf.setBackend('webgpu'))) {
        found = undefined;
        throw new Error(`${name} does not start`);
      }
      const version = `TensorFlow.js ${tf.version['tfjs-core']}`;
      return { version, device: isSoftware ? `${name}, a program: slow` : name, threads: 0, onlyByName: isSoftware };
    },
  };
}
