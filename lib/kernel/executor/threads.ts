import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { COMMANDS_FD, type Command } from '../protocol';

/** Memory that both threads see. */
const Slot = { RUNNING: 0, ALIVE: 1, WAITING: 2, LENGTH: 3, INTERRUPTED: 4, LISTENING: 5 } as const;
const state = new Int32Array(new SharedArrayBuffer(4 * 6));
const answer = new Uint8Array(new SharedArrayBuffer(64 * 1024));

/** Tells the second thread that there is no cell to interrupt any more; it knows by itself when one comes. */
export const cellEnded = (): void => void Atomics.store(state, Slot.RUNNING, 0);

/** Has an interrupt come for the running cell, also one that this thread had no time to hear of? */
export const isInterrupted = (): boolean => Atomics.load(state, Slot.INTERRUPTED) === Atomics.load(state, Slot.RUNNING);

/** The running cell's code listens for the interrupt: it is given more time before it is broken off. */
export const listens = (): void => void Atomics.store(state, Slot.LISTENING, 1);

/** A widget's callback that never yields can be interrupted too. Cells have positive numbers, callbacks this one. */
const EVENT = -1;
export const eventBegins = (): void => void Atomics.compareExchange(state, Slot.RUNNING, 0, EVENT);
export const eventEnds = (): void => void Atomics.compareExchange(state, Slot.RUNNING, EVENT, 0);

/** Starts the second thread and hands on what it reads. */
export function startCommands(handle: (command: Command) => void): void {
  const worker = new Worker(path.join(__dirname, 'commands.js'), {
    workerData: { fd: COMMANDS_FD, shared: state.buffer, answer: answer.buffer },
    execArgv: [],
  });
  worker.on('message', (command: Command) => {
    Atomics.add(state, Slot.ALIVE, 1);
    handle(command);
  });
}

/** Sleeps until the person at the notebook has answered: `prompt()` is synchronous, as in a browser. */
export function waitForAnswer(ask: () => void): { text: string | null; interrupted: boolean } {
  Atomics.store(state, Slot.WAITING, 1);
  ask();
  Atomics.wait(state, Slot.WAITING, 1);
  if (Atomics.load(state, Slot.WAITING) === 2) return { text: null, interrupted: true };
  const length = Atomics.load(state, Slot.LENGTH);
  return { text: length < 0 ? null : Buffer.from(answer.slice(0, length)).toString('utf8'), interrupted: false };
}
