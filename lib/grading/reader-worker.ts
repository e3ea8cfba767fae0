/** Reads cells in a thread, because a compiler can be made to work for hours by a line of text. Started by reader.ts. */
import { parentPort } from 'node:worker_threads';
import { readSource } from './source';

parentPort?.on('message', (source: string) => parentPort?.postMessage(readSource(source)));
