import { UserError } from '../errors';
import type { FileResult } from '../grading';

const perFile = ['gradescope', 'prairielearn', 'exercism'] as const;
const formats = ['csv', 'junit', ...perFile] as const;

interface Asked {
  readonly to?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** What `--to` asks for: prints or writes graded files in another system's format. Nothing where it is not given. */
export function formatWriter(
  { to, output, json }: Asked,
  files: number,
): ((results: readonly FileResult[]) => Promise<void>) | undefined {
  if (to === undefined) {
    if (output !== undefined) throw new UserError('--output goes with --to FORMAT.', 2);
    return undefined;
  }
  const format = formats.find((one) => one === to);
  if (!format) throw new UserError(`--to ${to}: there are ${formats.join(', ')}`, 2);
  if (json) throw new UserError('--json and --to do not go together.', 2);
  if (perFile.some((one) => one === format) && files !== 1) {
    throw new UserError(`--to ${to} is for one notebook; genlab export --class writes those of a class.`, 2);
  }
  return async (results) => {
    const { formatTools } = await import('../grading');
    const { singleText, writeWhole } = await formatTools();
    const text = singleText(results, format);
    if (output === undefined) process.stdout.write(text);
    else writeWhole(output, text);
  };
}
