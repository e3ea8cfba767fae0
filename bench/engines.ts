/** Milliseconds a training step: our engines beside PyTorch on the same cores, one step of each in turn. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { engines } from '../lib/engine';
import { root, run } from '../lib/setup/common.js';
import { type Bench, interleaved, row, type Row } from './support/bench';
import { nets } from './support/nets';

const rounds = 15;

/** A process that answers a net's name with the time of one step. */
interface Stepper {
  readonly about: string;
  time(net: string): Promise<number>;
  stop(): void;
}

async function startStepper(command: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Stepper> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${path.basename(command)} ended early`);
    return value as string;
  };
  return {
    about: await next(),
    async time(net) {
      child.stdin.write(`${net}\n`);
      return Number(await next());
    },
    stop: () => child.kill(),
  };
}

/** A Python that has PyTorch: the bench's own environment, one on PATH, or Debian's. */
async function findTorch(): Promise<string | undefined> {
  const own = path.join(root, '.genlab', 'bench-venv', 'bin', 'python');
  for (const python of [own, 'python3', '/usr/bin/python3']) {
    try {
      const { code } = await run(python, ['-c', 'import torch'], { cwd: root });
      if (code === 0) return python;
    } catch {
      // Not there at all.
    }
  }
  return undefined;
}

export const bench: Bench = {
  summary: 'milliseconds a training step on each engine (PyTorch from .genlab/bench-venv, PATH or python3-torch)',
  peer: 'PyTorch on the same cores, where it is installed',
  async run(say) {
    const available = engines().filter(({ engine, missing }) => engine !== 'cpu' && !missing);
    const ours: [string, Stepper][] = [];
    const script = ['-r', './lib/setup/register.js', './bench/support/engine_steps.ts'];
    let peer: Stepper | undefined;
    const rows: Row[] = [];
    try {
      for (const { engine } of available) {
        ours.push([engine, await startStepper(process.execPath, script, { GENLAB_ENGINE: engine })]);
      }
      const python = await findTorch();
      peer = python ? await startStepper(python, ['./bench/support/torch_steps.py']) : undefined;
      for (const { about } of [...ours.map(([, stepper]) => stepper), ...(peer ? [peer] : [])]) say(about);
      for (const net of Object.keys(nets)) {
        const steppers = [...ours.map(([, stepper]) => stepper), ...(peer ? [peer] : [])];
        const measures = steppers.map((stepper) => () => stepper.time(net));
        const medians = await interleaved(measures, rounds, (text) => say(`${net}: ${text}`));
        const theirs = peer ? medians[ours.length] : null;
        ours.forEach(([engine], i) => rows.push(row(`${net}, ${engine}`, medians[i], theirs, 'ms')));
      }
    } finally {
      for (const stepper of [...ours.map(([, stepper]) => stepper), peer]) stepper?.stop();
    }
    return rows;
  },
};
