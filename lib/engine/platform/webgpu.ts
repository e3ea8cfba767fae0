import * as tf from '@tensorflow/tfjs';
import type { EngineProvider } from '../types';
import { findAdapter } from '../webgpu/adapter';
import { registerBackend, type Platform } from '../webgpu/backend';

/** Where a platform's GPU comes from. */
export interface GpuPlatform extends Platform {
  /** What keeps WebGPU from running, as far as it can be told without loading anything. */
  missing(): string | undefined;
  gpu(): GPU;
  /** What a person can do where no adapter is found. */
  readonly advice: string;
}

/** Any GPU, without CUDA. A software adapter, slower than the wasm engine, is used only where webgpu is asked for by name. */
export function webgpuProvider(platform: GpuPlatform): EngineProvider {
  let device: string | undefined;
  return {
    name: 'webgpu',
    missing: () => platform.missing(),
    async start({ byName }) {
      if (!tf.findBackend('webgpu') || device === undefined) {
        const found = await findAdapter(platform.gpu());
        if (!found) throw new Error(`no GPU is found (${platform.advice})`);
        if (found.isSoftware && !byName) throw new Error(`its only GPU is a program, ${found.name}, slower than wasm`);
        device = found.isSoftware ? `${found.name}, a program that plays a GPU, slow` : found.name;
        await registerBackend(found, platform);
      }
      if (!(await tf.setBackend('webgpu'))) throw new Error(`${device} gives no device`);
      return { version: `TensorFlow.js ${tf.version['tfjs-core']}`, device, threads: 0 };
    },
  };
}
