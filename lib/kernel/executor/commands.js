'use strict';
/**
 * The executor's second thread. It reads the parent's commands, because the first thread may be busy with a cell that never
 * yields, and interrupts that thread when it does not answer. Plain JavaScript: a worker starts without the loader.
 */
const inspector = require('node:inspector');
const net = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const { programsOf, signalAll } = require('../processes.js');

/** @type {{ fd: number, shared: SharedArrayBuffer, answer: SharedArrayBuffer }} */
const { fd, shared, answer } = workerData;
/** See `Slot` in threads.ts. */
const state = new Int32Array(shared);
const [RUNNING, ALIVE, WAITING, LENGTH, INTERRUPTED, LISTENING] = [0, 1, 2, 3, 4, 5];

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const session = new inspector.Session();
session.connectToMainThread();

/** Milliseconds between two looks whether the first thread is alive. */
const PATIENCE = 100;
/**
 * Milliseconds that it has for that when its code listens for the interrupt. A step of training may take a second, and what
 * is broken off runs no `finally`: better that the step ends, and then the training.
 */
const PATIENCE_WITH_LISTENERS = 2000;

function interrupt() {
  if (Atomics.load(state, WAITING) === 1) return respond(2); // it sleeps in `prompt()`
  const cell = Atomics.load(state, RUNNING);
  Atomics.store(state, INTERRUPTED, cell);
  port.postMessage({ type: 'interrupt' });
  let seen = Atomics.load(state, ALIVE);
  let silent = 0;
  const insist = () => {
    if (cell === 0 || Atomics.load(state, RUNNING) !== cell) return;
    const now = Atomics.load(state, ALIVE);
    silent = now === seen ? silent + PATIENCE : 0;
    const patience = Atomics.load(state, LISTENING) === 1 ? PATIENCE_WITH_LISTENERS : PATIENCE;
    if (silent >= patience) session.post('Runtime.terminateExecution');
    seen = now;
    port.postMessage({ type: 'interrupt' });
    setTimeout(insist, PATIENCE);
  };
  setTimeout(insist, PATIENCE);
}

/** Wakes a first thread that sleeps in `prompt()`. @param {number} how 0 with an answer, 2 interrupted */
function respond(how) {
  Atomics.store(state, WAITING, how);
  Atomics.notify(state, WAITING);
}

let runs = 0;

/** @param {{ type: string, value?: string | null }} command */
function take(command) {
  // Noted before the first thread sees it: an interrupt may come right behind.
  if (command.type === 'run') {
    Atomics.store(state, LISTENING, 0);
    Atomics.store(state, RUNNING, ++runs);
  }
  if (command.type === 'interrupt') return interrupt();
  if (command.type === 'input' && Atomics.load(state, WAITING) === 1) {
    const bytes = Buffer.from(command.value ?? '').subarray(0, answer.byteLength);
    new Uint8Array(answer).set(bytes);
    Atomics.store(state, LENGTH, command.value === null ? -1 : bytes.length);
    return respond(0);
  }
  port.postMessage(command);
}

let rest = '';
const pipe = new net.Socket({ fd, readable: true, writable: false });
pipe.setEncoding('utf8');
pipe.on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) take(JSON.parse(line));
});
// The parent is gone, perhaps killed: neither a cell that never yields must outlive it nor what it has started.
for (const event of ['end', 'close', 'error']) {
  pipe.on(event, () => {
    signalAll(programsOf(process.pid), 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  });
}
