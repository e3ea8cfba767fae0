import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { GpuPlatform } from './webgpu';

const requireHere = createRequire(__filename);

interface Dawn {
  create(options: string[]): GPU;
  readonly globals: Record<string, unknown>;
}

/** WebGPU as Chrome has it, from the npm package `webgpu`: Vulkan on Linux, Metal on macOS, Direct3D 12 on Windows. */
export const nodeGpu: GpuPlatform = {
  missing() {
    const file = addonFile();
    if (!file) return 'the package webgpu is not installed';
    if (!fs.existsSync(file)) return `the package webgpu has nothing for ${process.platform} ${process.arch}`;
    return process.platform === 'linux' && !hasVulkanDriver() ? 'there is no Vulkan driver' : undefined;
  },
  gpu() {
    gpu ??= load();
    return gpu;
  },
  withNavigator,
  waitUntilMapped(buffer) {
    for (let tries = 0; buffer.mapState === 'pending'; tries++) {
      takeTurn();
      if (tries > 100) sleep(0.2);
    }
  },
};

let gpu: GPU | undefined;

/** Looks where the loader of Vulkan looks. Asking Dawn instead would print a complaint for everyone who has none. */
function hasVulkanDriver(): boolean {
  const { env } = process;
  if (env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES || env.VK_ADD_DRIVER_FILES) return true;
  const data = [env.XDG_DATA_HOME ?? path.join(os.homedir(), '.local/share'), ...listOf(env.XDG_DATA_DIRS)];
  const folders = [...data, '/etc', '/etc/xdg', '/usr/local/etc', '/usr/local/share', '/usr/share'];
  return folders.some((folder) => {
    try {
      return fs.readdirSync(path.join(folder, 'vulkan', 'icd.d')).some((name) => name.endsWith('.json'));
    } catch {
      return false;
    }
  });
}

const listOf = (paths = '') => paths.split(':').filter(Boolean);

/** The addon itself: the package's own entry is an ES module, which CommonJS cannot load on Node 20. */
function addonFile(): string | undefined {
  try {
    const folder = path.dirname(requireHere.resolve('webgpu/package.json'));
    const machine = process.platform === 'darwin' ? 'universal' : process.arch;
    return path.join(folder, 'dist', `${process.platform}-${machine}.dawn.node`);
  } catch {
    return undefined;
  }
}

function load(): GPU {
  const { create, globals } = requireHere(String(addonFile())) as Dawn;
  for (const [name, value] of Object.entries(globals))
    if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });
  for (const [owner, methods] of Object.entries(asynchronous)) {
    const { prototype } = globals[owner] as { prototype: Record<string, (...call: unknown[]) => Promise<unknown>> };
    for (const method of methods) {
      const stock = prototype[method];
      prototype[method] = function (...call) {
        return attended(() => stock.apply(this, call));
      };
    }
  }
  return create([]);
}

/**
 * Dawn asks for its next turn by setImmediate, and does so for as long as a device exists: the process would never end,
 * and would use half a core while it waits for a person. So its turns are held here, and taken only while an answer is due.
 */
const asynchronous = {
  GPU: ['requestAdapter'],
  GPUAdapter: ['requestDevice'],
  GPUBuffer: ['mapAsync'],
  GPUDevice: ['createComputePipelineAsync', 'popErrorScope'],
  GPUQueue: ['onSubmittedWorkDone'],
};

let turn: (() => void) | undefined;
let answersDue = 0;
let lastAsked = 0;

/** Calls into Dawn and keeps the turn that it asks for. */
function holding<T>(call: () => T): T {
  const { setImmediate } = globalThis;
  const keep = (next: () => void) => {
    turn = next;
  };
  globalThis.setImmediate = keep as unknown as typeof setImmediate;
  try {
    return call();
  } finally {
    globalThis.setImmediate = setImmediate;
  }
}

function takeTurn(): void {
  const next = turn;
  turn = undefined;
  if (next) holding(next);
}

/** Starts something that Dawn answers later, and takes turns until it has. */
async function attended<T>(start: () => Promise<T>): Promise<T> {
  const answer = holding(start);
  lastAsked = performance.now();
  if (answersDue++ === 0) setImmediate(attend);
  try {
    return await answer;
  } finally {
    answersDue--;
  }
}

function attend(): void {
  takeTurn();
  if (answersDue === 0) return;
  if (performance.now() - lastAsked < 2) setImmediate(attend);
  else setTimeout(attend, 1); // it takes longer: leave the processor to others
}

const cell = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}

/** Without leaving `navigator.gpu` behind: other packages would take its presence for a browser. */
function withNavigator<T>(work: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return work();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}
