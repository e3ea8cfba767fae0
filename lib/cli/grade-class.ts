/** `genlab grade --class`: the command's side of grading a class. */
import { classTools, demandSandbox, sandboxReport, type Progress } from '../grading';
import { harmless, print, several, warn } from './in-class';
import { ProgressLine } from './progress-line';

interface Options {
  readonly json?: boolean;
  readonly student?: string;
  readonly regrade?: boolean;
  readonly keepGoing: boolean;
  readonly allowWeakSandbox: boolean;
  readonly workers: number | undefined;
}

/** @returns the exit code */
export async function gradeInClass(folder: string, names: readonly string[], options: Options): Promise<number> {
  const { gradeClass, openClass } = await classTools();
  const room = openClass(folder);
  const lessons = room.lessons(names);
  const student = options.student === undefined ? undefined : room.student(options.student);
  if (!options.allowWeakSandbox) demandSandbox();
  const { active, missing } = sandboxReport();
  warn(`Student code is held by: ${active.join(', ')}.`);
  if (missing.length) warn(`Not to be had on this machine: ${missing.join(', ')}.`);

  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const line = new ProgressLine(process.stderr);
  try {
    const graded = await gradeClass(room, {
      lessons,
      ...(student === undefined ? {} : { student }),
      regrade: options.regrade === true,
      keepGoing: options.keepGoing,
      allowWeakSandbox: options.allowWeakSandbox,
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      signal: abort.signal,
      onProgress: (progress: Progress) => line.show(progress),
    });
    line.end();
    const { failures, left, outdated, adopted, strange } = graded;
    for (const { attempt, reason } of failures) {
      warn(`not graded: ${attempt.student}, ${attempt.lesson}, attempt ${attempt.number}: ${harmless(reason)}`);
    }
    for (const file of strange) warn(`left alone, it is no submission: ${harmless(file)}`);
    if (options.json) print(JSON.stringify(graded, undefined, 2));
    else {
      const taken = adopted ? `, ${several(adopted, 'notebook')} found in submitted/` : '';
      print(`${graded.graded} graded, ${graded.reused} reused, ${failures.length} not graded, ${left} left${taken}`);
      if (outdated) {
        print(`${several(outdated, 'result')} of an older lesson or grader: --regrade makes them anew`);
      }
      if (left) print('The same command goes on from here.');
    }
    if (abort.signal.aborted) return 130;
    return failures.length > 0 || left > 0 ? 1 : 0;
  } finally {
    line.end();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
