import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { EngineProvider } from '../types';

const version = `TensorFlow.js ${tf.version['tfjs-core']}`;

/** @param folder where the .wasm files are, with a slash at the end; without it they lie beside the script */
export function wasmProvider(folder?: string): EngineProvider {
  let pathsAreSet = folder === undefined;
  return {
    name: 'wasm',
    missing: () => (typeof WebAssembly === 'object' ? undefined : 'this platform has no WebAssembly'),
    async start() {
      if (!pathsAreSet && folder !== undefined) setWasmPaths(folder);
      pathsAreSet = true;
      if (!(await tf.setBackend('wasm'))) throw new Error('the .wasm file could not be loaded');
      const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
      return { version, device: simd ? 'SIMD' : 'no SIMD', threads: getThreadsCount() };
    },
  };
}

export const cpuProvider: EngineProvider = {
  name: 'cpu',
  missing: () => undefined,
  async start() {
    await tf.setBackend('cpu');
    const backend: unknown = tf.backend();
    // On first use it greets with an advice to install another package, which is not how genlab gets its engine.
    if (backend instanceof Object && 'firstUse' in backend) backend.firstUse = false;
    return { version, device: 'plain JavaScript, very slow', threads: 1 };
  },
};
