import { createInterface } from 'node:readline';
import type * as tf from '@tensorflow/tfjs';
import { describe, ready } from '../../lib/engine';

/** What is measured: a call makes everything ready and gives the work itself, whose result waits for all of it. */
export type Work = () => () => tf.Tensor;

/** Says the engine, then answers each line on standard input, the name of a piece of work, with the milliseconds it took. */
export async function answer(works: Readonly<Record<string, Work>>): Promise<void> {
  process.stdout.write(`${describe(await ready())}\n`);
  const started = new Map<string, () => tf.Tensor>();
  for await (const name of createInterface({ input: process.stdin })) {
    let work = started.get(name);
    if (!work) {
      work = works[name]();
      work().dispose();
      started.set(name, work);
    }
    const start = performance.now();
    const result = work();
    await result.data();
    process.stdout.write(`${performance.now() - start}\n`);
    result.dispose();
  }
}

/** Runs `answer` as a process's whole work. */
export function answerMain(works: Readonly<Record<string, Work>>): void {
  answer(works).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
