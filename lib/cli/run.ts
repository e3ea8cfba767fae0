import fs from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from '../errors';
import type { NotebookLike, NotebookOutput } from '../kernel';
import type { NotebookOptions } from '../lesson';
import { defineCommand } from './command';
import { WholeLines } from './whole-lines';

export const command = defineCommand({
  name: 'run',
  summary: 'Run a lesson or a notebook with Node alone, without Jupyter',
  usage: 'genlab run LESSON|FILE.ipynb [options]',
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', help: 'Write the notebook with its outputs there.' },
    lang: { type: 'string', value: 'LANG', help: 'Language of the lesson, en (default) or zh.' },
    solution: { type: 'boolean', help: 'The lesson as its author solved it, instead of what students get.' },
    slides: { type: 'boolean', help: 'With the prose of its slides, for `genlab present FILE.ipynb`.' },
    timeout: { type: 'string', value: 'SECONDS', help: 'Interrupt a cell that runs longer.' },
    'allow-errors': { type: 'boolean', help: 'Go on after a cell that fails.' },
  },
  details: `The cells are type-checked and run as in Jupyter, and what they print appears as they print it. The first cell
that fails ends the run with exit code 1, and the message names the cell, the line and the error; the outputs up to there
are written all the same.

  genlab run 04-vae --solution -o out/04-vae.ipynb
  genlab run work/en/04-vae.ipynb`,
  async run({ values, positionals }) {
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0)
      throw new UserError('run takes one lesson or one notebook\nSee genlab run --help', 2);
    const lang = values.lang ?? 'en';
    if (lang !== 'en' && lang !== 'zh') throw new UserError(`--lang ${lang}: there are en and zh`, 2);
    const seconds = values.timeout === undefined ? undefined : Number(values.timeout);
    if (seconds !== undefined && !(seconds > 0))
      throw new UserError(`--timeout ${values.timeout}: a number of seconds`, 2);

    const { notebook, cwd, isLesson } = await open(name, {
      lang,
      variant: values.solution ? 'solution' : 'student',
      slides: values.slides ?? false,
    });
    const language = languageOf(notebook, name);
    const { runNotebook } = await import('../kernel');
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    process.once('SIGINT', stop);
    const codeCells = notebook.cells.filter((cell) => cell.cell_type === 'code').length;
    const report = await runNotebook(notebook, {
      cwd,
      language,
      lax: isOfTslab(notebook),
      env: isLesson || values.lang !== undefined ? { GENLAB_LANG: lang } : {},
      timeout: seconds === undefined ? undefined : seconds * 1000,
      allowErrors: values['allow-errors'],
      signal: abort.signal,
      onCell: ({ count, source }) => say(`\n[${count}/${codeCells}] ${firstLine(source)}\n`),
      onCellDone: () => {
        settleUpdate();
        if (lines) say(lines.end());
      },
      onOutput: (output) => show(output),
      onUpdate: showUpdate,
    }).finally(() => process.off('SIGINT', stop));

    if (values.out !== undefined) {
      fs.mkdirSync(path.dirname(path.resolve(values.out)), { recursive: true });
      fs.writeFileSync(values.out, `${JSON.stringify(report.notebook, undefined, 1)}\n`);
      say(`\nwritten: ${values.out}\n`);
    }
    if (abort.signal.aborted) return 130;
    for (const { count, line, ename, evalue } of report.failures) {
      const place = line === undefined ? '' : `, line ${line}`;
      process.stderr.write(`genlab: cell ${count}${place}: ${ename}: ${stripVTControlCharacters(evalue)}\n`);
    }
    return report.failures.length > 0 ? 1 : 0;
  },
});

const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const say = (text: string): void => void process.stdout.write(colours ? text : stripVTControlCharacters(text));

/** Not a terminal: of a line that was written over, as progress bars do, only the last state is printed. */
const lines = process.stdout.isTTY ? undefined : new WholeLines();

const firstLine = (source: string): string => {
  const lines = source.trim().split('\n');
  const line = lines.find((one) => one.trim() && !one.trim().startsWith('//')) ?? lines[0];
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
};

function show(output: NotebookOutput): void {
  settleUpdate();
  if (output.output_type === 'stream') return say(lines ? lines.push(output.text) : output.text);
  if (lines) say(lines.end());
  if (output.output_type === 'error') return say(`${output.traceback.join('\n')}\n`);
  const text = output.data['text/plain'];
  const others = Object.keys(output.data).filter((mime) => mime !== 'text/plain');
  if (typeof text === 'string') say(`${text}\n`);
  else if (others.length) say(`(${others.join(', ')})\n`);
}

/** What a display shows now, not printed yet. */
let update: string | undefined;

/** A live display, such as a progress bar: rewrites its line in a terminal; elsewhere only its last state is printed. */
function showUpdate(output: NotebookOutput): void {
  const text = output.output_type === 'display_data' ? output.data['text/plain'] : undefined;
  if (typeof text !== 'string' || text.includes('\n')) return;
  update = text;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
}

function settleUpdate(): void {
  if (update !== undefined) say(process.stdout.isTTY ? '\n' : `${update}\n`);
  update = undefined;
}

/** @throws UserError for a notebook in a language that is not ours */
function languageOf({ metadata = {} }: NotebookLike, name: string): 'typescript' | 'javascript' {
  const { kernelspec, language_info } = metadata as Record<
    string,
    { readonly language?: string; readonly name?: string }
  >;
  const language = (kernelspec?.language ?? language_info?.name ?? 'typescript').toLowerCase();
  if (language === 'typescript' || language === 'javascript') return language;
  throw new UserError(`${name} is a notebook in ${language}; this kernel runs TypeScript and JavaScript`);
}

const isOfTslab = ({ metadata = {} }: NotebookLike): boolean =>
  (metadata.kernelspec as { readonly name?: string } | undefined)?.name === 'tslab';

/** The notebook of a lesson, built as it stands now, or a file. */
async function open(
  name: string,
  options: NotebookOptions,
): Promise<{ notebook: NotebookLike; cwd: string; isLesson: boolean }> {
  if (name.endsWith('.ipynb') || fs.existsSync(name)) return { ...read(name), isLesson: false };
  const { buildNotebook, findLesson, loadLesson } = await import('../lesson');
  const { projectRoot } = await import('../kernel');
  const notebook = buildNotebook(loadLesson(findLesson(name)), options);
  return {
    notebook: notebook as unknown as NotebookLike,
    cwd: path.join(projectRoot, 'notebooks', options.lang),
    isLesson: true,
  };
}

function read(file: string): { notebook: NotebookLike; cwd: string } {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError(missing ? `there is no file ${file}` : `${file} cannot be read: ${(error as Error).message}`);
  }
  let notebook: NotebookLike;
  try {
    notebook = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UserError(`${file} is not a notebook (it is not JSON)`);
  }
  if (!Array.isArray(notebook?.cells)) throw new UserError(`${file} is not a notebook of format 4 (it has no cells)`);
  return { notebook, cwd: path.dirname(path.resolve(file)) };
}
