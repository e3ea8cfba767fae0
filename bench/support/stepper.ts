/** Processes that each run named pieces of work on request, so that engines and PyTorch can be measured in turn. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { engines } from '../../lib/engine';
import { root, run } from '../../lib/setup/common.js';
import { interleaved, row, type Row } from './bench';

/** A process that answers a name with the milliseconds that the work took. */
export interface Stepper {
  readonly about: string;
  time(name: string): Promise<number>;
  stop(): void;
}

export async function startStepper(
  command: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Stepper> {
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
    async time(name) {
      child.stdin.write(`${name}\n`);
      return Number(await next());
    },
    stop: () => child.kill(),
  };
}

/** A Python that can import these modules: the bench's own environment, one on PATH, or Debian's. */
export async function findPython(...modules: string[]): Promise<string | undefined> {
  const own = path.join(root, '.genlab', 'bench-venv', 'bin', 'python');
  for (const python of [own, 'python3', '/usr/bin/python3']) {
    try {
      const { code } = await run(python, ['-c', `import ${modules.join(', ')}`], { cwd: root });
      if (code === 0) return python;
    } catch {
      // Not there at all.
    }
  }
  return undefined;
}

export interface Comparison {
  /** Every piece of work, in the order of the rows. */
  readonly names: readonly string[];
  /** A script of ours and one of PyTorch's, which know the same names. */
  readonly script: string;
  readonly torchScript: string;
  readonly rounds: number;
  /** Whether PyTorch knows this one; if not, its column stays empty. */
  readonly hasPeer?: (name: string) => boolean;
}

/** A row for each name on each engine of this machine, beside PyTorch where it is installed. */
export async function besideTorch(comparison: Comparison, say: (text: string) => void): Promise<Row[]> {
  const { names, script, torchScript, rounds, hasPeer = () => true } = comparison;
  const ours: [string, Stepper][] = [];
  const rows: Row[] = [];
  let peer: Stepper | undefined;
  try {
    for (const { engine, missing } of engines()) {
      if (engine === 'cpu' || missing) continue;
      const args = ['-r', './lib/setup/register.js', script];
      ours.push([engine, await startStepper(process.execPath, args, { GENLAB_ENGINE: engine })]);
    }
    const python = await findPython('torch');
    peer = python ? await startStepper(python, [torchScript]) : undefined;
    for (const { about } of [...ours.map(([, stepper]) => stepper), ...(peer ? [peer] : [])]) say(about);
    for (const name of names) {
      const steppers = [...ours.map(([, stepper]) => stepper), ...(peer && hasPeer(name) ? [peer] : [])];
      const measures = steppers.map((stepper) => () => stepper.time(name));
      const medians = await interleaved(measures, rounds, (text) => say(`${name}: ${text}`));
      const theirs = steppers.length > ours.length ? medians[ours.length] : null;
      ours.forEach(([engine], i) => rows.push(row(`${name}, ${engine}`, medians[i], theirs, 'ms')));
    }
  } finally {
    for (const stepper of [...ours.map(([, stepper]) => stepper), peer]) stepper?.stop();
  }
  return rows;
}
