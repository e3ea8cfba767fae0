/** Processes that each run named pieces of work on request, so that engines and PyTorch can be measured in turn. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../lib/setup/common.js';

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
