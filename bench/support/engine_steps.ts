/** The training steps of nets.ts on the engine of GENLAB_ENGINE. Answers each line, a net's name, with milliseconds a step. */
import { createInterface } from 'node:readline';
import { describe, ready } from '../../lib/engine';
import { nets } from './nets';

async function main(): Promise<void> {
  process.stdout.write(`${describe(await ready())}\n`);
  const steps = new Map<string, ReturnType<(typeof nets)[string]>>();
  for await (const name of createInterface({ input: process.stdin })) {
    let step = steps.get(name);
    if (!step) {
      step = nets[name]();
      step().dispose();
      steps.set(name, step);
    }
    const start = performance.now();
    const loss = step();
    await loss.data();
    process.stdout.write(`${performance.now() - start}\n`);
    loss.dispose();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
