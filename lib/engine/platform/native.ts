import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { EngineProvider } from '../types';

const requireHere = createRequire(__filename);
const packageName = '@tensorflow/tfjs-node-gpu';

/** TensorFlow's C library behind `@tensorflow/tfjs-node-gpu`, whose addon set-up compiles. One addon serves CPU and GPU. */
export const nativeProvider: EngineProvider = {
  name: 'native',
  missing() {
    let folder: string;
    try {
      folder = path.dirname(requireHere.resolve(`${packageName}/package.json`));
    } catch {
      return `the package ${packageName} is not installed`;
    }
    const addon = path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
    return fs.existsSync(addon) ? undefined : 'its addon is not built';
  },
  async start() {
    prepare();
    requireHere(packageName);
    await tf.setBackend('tensorflow');
    const backend: unknown = tf.backend();
    return { version: `TensorFlow ${libraryVersion(backend)}`, device: deviceOf(backend), threads: threads() };
  },
};

/** What must be in place before the addon loads, because TensorFlow reads it then. */
function prepare(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // 2: errors only; TensorFlow's C++ side is chatty
  // One seed, one result. On a CPU that holds by itself; TF_DETERMINISTIC_OPS would make some GPU operations fail.
  process.env.TF_CUDNN_DETERMINISTIC ??= '1';
  // tfjs-node 4.22 still calls this function, which Node 22 warns of and Node 23 removed.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
}

function threads(): number {
  return Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism();
}

function libraryVersion(backend: unknown): string {
  if (backend instanceof Object && 'binding' in backend && backend.binding instanceof Object) {
    if ('TF_Version' in backend.binding) return String(backend.binding.TF_Version);
  }
  return 'of unknown version';
}

function deviceOf(backend: unknown): string {
  if (!(backend instanceof Object && 'binding' in backend && backend.binding instanceof Object)) return 'CPU';
  if ('isUsingGpuDevice' in backend && backend.isUsingGpuDevice) return 'GPU';
  // lib/engine/native/addon: set-up leaves them out where they do not compile.
  return 'genlabAdam' in backend.binding ? 'CPU' : "CPU, without genlab's own functions";
}
