/** A process that grades notebooks for the one that keeps the gradebook, which it never sees. Started by pool.ts. */
import { UserError } from '../../errors';
import { openGrader, type Grader, type GradeOptions } from '../grade';
import type { FromWorker, Job, ToWorker } from './pool';

const send = (message: FromWorker): void => void process.send?.(message);

let grader: Promise<Grader> | undefined;

async function grade({ id, file, ...own }: Job, options: GradeOptions): Promise<void> {
  try {
    grader ??= openGrader(options);
    const result = await (await grader).grade(file, own);
    send({ id, result });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ id, error: message, known: error instanceof UserError });
  }
}

let options: GradeOptions = {};
process.on('message', (message: ToWorker) => {
  if ('options' in message) options = message.options;
  else void grade(message, options);
});
process.on('disconnect', () => process.exit(0)); // the grader is gone, or has no more work
process.on('SIGINT', () => undefined); // Ctrl-C reaches all of a terminal's processes; the grader says what to do
setInterval(() => send({ alive: true }), 5000);
send({ alive: true });
