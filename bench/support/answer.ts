import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { describe, ready } from '../../lib/engine';

/** What is measured: a call makes everything ready and gives the work itself. A tensor that it gives is waited for. */
export type Work = () => () => tf.Tensor | Promise<unknown>;

/** Says the engine, then answers each line on standard input, the name of a piece of work, with the milliseconds it took. */
export async function answer(works: Readonly<Record<string, Work>>): Promise<void> {
  process.stdout.write(`${describe(await ready())}\n`);
  const started = new Map<string, ReturnType<Work>>();
  for await (const name of createInterface({ input: process.stdin })) {
    let work = started.get(name);
    if (!work) {
      work = works[name]();
      (await settled(work()))?.dispose();
      started.set(name, work);
    }
    const start = performance.now();
    const result = await settled(work());
    process.stdout.write(`${performance.now() - start}\n`);
    result?.dispose();
  }
}

/** The tensor of a work, computed; nothing where its result is plain numbers. */
async function settled(result: ReturnType<ReturnType<Work>>): Promise<tf.Tensor | undefined> {
  const value = await result;
  if (!(value instanceof tf.Tensor)) return undefined;
  await value.data();
  return value;
}

/** Runs `answer` as a process's whole work. */
export function answerMain(works: Readonly<Record<string, Work>>): void {
  answer(works).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
