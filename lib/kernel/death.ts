import type { CellError } from './protocol';

/** What is known of a process that died. */
export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote when it began to die. */
  readonly dying: string;
  /** Bytes that its JavaScript could use; 0 where it never said. */
  readonly heapLimit: number;
  /** We killed it, because the person at the notebook asked. */
  readonly killed: boolean;
  /** Names of the variables that it held. */
  readonly lost: readonly string[];
  /** It could not even be started. */
  readonly error?: Error | undefined;
}

/** So many names tell what is gone; a notebook may have hundreds. */
const NAMED = 12;

function lossOf(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const named = names.length ? ` (${names.slice(0, NAMED).join(', ')}${more})` : '';
  return `All variables are lost${named}: run the cells again from the top.`;
}

function causeOf({ code, signal, dying, heapLimit, killed, error }: Death): [ename: string, why: string] {
  if (error) return ['ExecutorDied', `The process that runs the cells cannot be started: ${error.message}.`];
  if (killed) return ['KeyboardInterrupt', 'The cell did not answer the interrupt, so its process was ended.'];
  if (/Last few GCs|heap out of memory|heap limit/i.test(dying)) {
    const limit = heapLimit ? ` (${Math.round(heapLimit / 2 ** 20)} MB)` : '';
    const remedy = 'Start Jupyter with NODE_OPTIONS=--max-old-space-size=MB in its environment to allow more.';
    return ['OutOfMemory', `Out of memory: the cell used more JavaScript memory than Node allows${limit}. ${remedy}`];
  }
  if (signal === 'SIGKILL') {
    return [
      'OutOfMemory',
      'The process was killed (SIGKILL): most likely the machine ran out of memory, tensors and buffers included.',
    ];
  }
  return ['ExecutorDied', `The process that runs the cells ended (${signal ?? `exit code ${code}`}).`];
}

/** A dead process as the error of the cell that it ran. */
export function deathOf(death: Death): CellError {
  const [ename, why] = causeOf(death);
  const evalue = `${why} ${lossOf(death.lost)}`;
  return { status: 'error', ename, evalue, traceback: [`\u001b[31m${ename}\u001b[39m: ${evalue}`] };
}
