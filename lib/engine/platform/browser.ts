import type { EngineProvider } from '../types';
import { cpuProvider, wasmProvider } from './everywhere';
import { webgpuProvider } from './webgpu';
import { browserGpu } from './webgpu-browser';

/** Engines that a web page can use. The page serves the .wasm files beside its script, or calls `setWasmPaths`. */
export const providers: readonly EngineProvider[] = [webgpuProvider(browserGpu), wasmProvider(), cpuProvider];

/** A web page has no environment variables. */
export function requestedEngine(): string | undefined {
  return undefined;
}
