/** PyTorch, the peer: one that is on this machine, else one that the bench installs into .genlab/bench-venv. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, run } from '../../lib/setup/common.js';
import { findPython } from '../../lib/setup/python.js';
import { startStepper, type Stepper } from './stepper';

const venv = path.join(root, '.genlab', 'bench-venv');
const own = path.join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** PyPI's wheels for x64 Linux carry gigabytes of CUDA; PyTorch's own index has them without. */
const cpuBuilds = 'https://download.pytorch.org/whl/cpu';

let found: Promise<string | undefined> | undefined;

/** A Python that has PyTorch; `undefined` where there is none and none can be had, which is said. */
export function torchPython(say: (text: string) => void): Promise<string | undefined> {
  return (found ??= findTorch(say));
}

async function findTorch(say: (text: string) => void): Promise<string | undefined> {
  for (const python of [own, 'python3', '/usr/bin/python3']) {
    if ((await run(python, ['-c', 'import torch'])).code === 0) return python;
  }
  try {
    await installTorch(say);
    return own;
  } catch (error) {
    fs.rmSync(venv, { recursive: true, force: true });
    say(`no PyTorch to compare with: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function installTorch(say: (text: string) => void): Promise<void> {
  const python = await findPython();
  if (!python) throw new Error('there is no Python on PATH');
  say('making .genlab/bench-venv for PyTorch');
  const made = await run(python, ['-m', 'venv', venv], { timeout: 300_000 });
  if (made.code !== 0) throw new Error(`${python} cannot make an environment (on Debian: apt install python3-torch)`);
  say('installing PyTorch (about 200 MB)');
  const plain = process.platform === 'linux' && process.arch === 'x64' ? ['--index-url', cpuBuilds] : [];
  const flags = ['--disable-pip-version-check', '--no-input', '--quiet', '--retries', '1', '--timeout', '20'];
  const result = await run(own, ['-m', 'pip', 'install', ...flags, ...plain, 'torch', 'numpy'], { timeout: 1_800_000 });
  if (result.code === 0 && (await run(own, ['-c', 'import torch'])).code === 0) return;
  const reason = result.output.split('\n').find((line) => /^ERROR/.test(line)) ?? 'it does not load';
  throw new Error(`pip could not install it (${reason.trim()}; on Debian: apt install python3-torch)`);
}

/** What of the machine PyTorch may use: as much as the engine that it stands beside. */
export type Share = 'GPU' | 'all cores' | 'one thread';

/** PyTorch processes that are started when a row first needs them. */
export class TorchPeers {
  private readonly started = new Map<Share, Promise<Stepper | undefined>>();

  constructor(
    private readonly script: string,
    private readonly say: (text: string) => void,
  ) {}

  /** Where PyTorch knows no GPU, all cores stand beside one. */
  async beside(share: Share): Promise<{ share: Share; stepper: Stepper } | undefined> {
    let stepper = this.started.get(share);
    if (!stepper) {
      stepper = this.start(share);
      this.started.set(share, stepper);
    }
    const ready = await stepper;
    if (ready) return { share, stepper: ready };
    return share === 'GPU' ? this.beside('all cores') : undefined;
  }

  async stop(): Promise<void> {
    for (const stepper of await Promise.allSettled(this.started.values())) {
      if (stepper.status === 'fulfilled') stepper.value?.stop();
    }
  }

  private async start(share: Share): Promise<Stepper | undefined> {
    const python = await torchPython(this.say);
    if (!python) return undefined;
    const hasGpu = 'import sys, torch; sys.exit(not torch.cuda.is_available())';
    if (share === 'GPU' && (await run(python, ['-c', hasGpu])).code !== 0) return undefined;
    const threads = String(share === 'one thread' ? 1 : os.availableParallelism());
    const environment = { OMP_NUM_THREADS: threads, GENLAB_TORCH_DEVICE: share === 'GPU' ? 'cuda' : 'cpu' };
    const stepper = await startStepper(python, [this.script], environment);
    this.say(stepper.about);
    return stepper;
  }
}
