import * as tf from '@tensorflow/tfjs';
import { providers, requestedEngine } from '#engine-platform';
import { UserError } from '../errors';
import { installCpuKernels } from './cpu';
import { installGradients } from './gradients';
import { installNativeKernels } from './native';
import { installWasmKernels } from './wasm';
import { installWebgpuKernels } from './webgpu';
import { engineNames, type EngineName, type EngineProvider, type EngineReport } from './types';

let running: Promise<EngineReport> | undefined;
let chosen: string | undefined;

/**
 * Starts TensorFlow.js on the best engine of this machine and mends what the engine lacks. Call it once before any
 * tensor is made; later calls answer with the same report, and a call that names another engine moves to that one.
 *
 * An engine that is asked for by name (here or by the environment variable GENLAB_ENGINE) is used or is an error; only
 * without a name does a missing engine lead to the next one.
 */
export function ready(options: { engine?: EngineName } = {}): Promise<EngineReport> {
  const wanted = options.engine ?? (running ? chosen : requestedEngine());
  if (!running || wanted !== chosen) {
    chosen = wanted;
    running = start(wanted);
    running.catch(() => (running = undefined)); // the next call tries again
  }
  return running;
}

/** `Engine: native (TensorFlow 2.18.0, 2 threads, CPU).` and, where a better engine is missing, why. */
export function describe(report: EngineReport): string {
  const { engine, version, threads, device, why } = report;
  const parts = [version, threads > 0 && `${threads} thread${threads === 1 ? '' : 's'}`, device];
  const line = `Engine: ${engine} (${parts.filter(Boolean).join(', ')})`;
  return why ? `${line}; ${why}; \`npx genlab doctor\` tells more.` : `${line}.`;
}

/** Each engine of this platform, best first, and what keeps it from running here (`undefined`: nothing known). */
export function engines(): { engine: EngineName; missing: string | undefined }[] {
  return providers.map(({ name, missing }) => ({ engine: name, missing: missing() }));
}

async function start(wanted: string | undefined): Promise<EngineReport> {
  if (wanted) {
    if (!engineNames.some((name) => name === wanted)) {
      throw new UserError(`GENLAB_ENGINE=${wanted}: no such engine. There are: ${engineNames.join(', ')}.`, 2);
    }
    const provider = providers.find(({ name }) => name === wanted);
    if (!provider) throw new UserError(`The engine ${wanted} does not exist on this platform.`, 3);
    try {
      return await startOne(provider, { byName: true }, '');
    } catch (error) {
      throw new UserError(`The engine ${wanted} is not available: ${reason(error)}.`, 3);
    }
  }
  const failures: string[] = [];
  for (const provider of providers.filter(({ name }) => name !== 'cpu')) {
    try {
      return await startOne(provider, { byName: false }, failures.join('; '));
    } catch (error) {
      failures.push(`${provider.name} is not available: ${reason(error)}`);
    }
  }
  throw new UserError(`No engine runs here: ${failures.join('; ')}. \`npx genlab doctor\` tells more.`, 3);
}

async function startOne(provider: EngineProvider, how: { byName: boolean }, why: string): Promise<EngineReport> {
  const missing = provider.missing();
  if (missing) throw new Error(missing);
  const about = await provider.start(how);
  installGradients();
  if (provider.name === 'native') installNativeKernels();
  if (provider.name === 'wasm') installWasmKernels();
  if (provider.name === 'webgpu') installWebgpuKernels();
  if (provider.name === 'cpu') installCpuKernels();
  await tf.ready();
  return { engine: provider.name, ...about, why };
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0].replace(/\.$/, '');
}
