import path from 'node:path';
import { createRequire } from 'node:module';
import type { EngineProvider } from '../types';
import { cpuProvider, wasmProvider } from './everywhere';
import { nativeProvider } from './native';
import { webgpuProvider } from './webgpu';
import { nodeGpu } from './webgpu-node';

// Not `require` itself: under a module runner (vitest) there is none.
const requireHere = createRequire(__filename);
const wasmFolder = path.join(path.dirname(requireHere.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist');

/** Engines that Node can use, best first. */
export const providers: readonly EngineProvider[] = [
  nativeProvider,
  webgpuProvider(nodeGpu),
  wasmProvider(wasmFolder + path.sep),
  cpuProvider,
];

export function requestedEngine(): string | undefined {
  return process.env.GENLAB_ENGINE || undefined;
}
