import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import type { FileResult } from '../grading';
import type { Lang, Notebook } from '../lesson';
import { lastLines, root, run, stateFolder, writeFile } from '../setup/common.js';
import { jupyterEnv } from '../setup/kernelspec.js';
import { Progress } from '../setup/progress.js';
import type { Jupyter } from '../setup/python.js';

export interface HeadlessOptions {
  readonly lang: Lang;
  readonly jupyter: Jupyter;
}

/**
 * Runs a lesson as its author solved it, writes it as a page, and grades it and its bare stub. The last line says
 * `04-vae solution 12/12 stub 0/12`; what people mark is left out and named behind it.
 * @returns 0 for a lesson that ran without an error, full marks and none; else 1
 */
export async function headless(name: string, { lang, jupyter }: HeadlessOptions): Promise<number> {
  const { buildNotebook, findLesson, loadLesson, notebookText, shownPath } = await import('../lesson');
  const { gradeFiles } = await import('../grading');
  const slug = findLesson(name);
  const lesson = loadLesson(slug);
  const [solution, stub] = (['solution', 'student'] as const).map((variant) => {
    const file = path.join(stateFolder, 'headless', variant, lang, `${slug}.ipynb`);
    writeFile(file, notebookText(buildNotebook(lesson, { lang, variant })));
    return file;
  });
  const outputs = outputFiles(slug, lang);
  const progress = new Progress(3);
  const errors: string[] = [];
  await progress.step(`running ${slug}`, async (say) => {
    const executed = await execute(solution, outputs.notebook, { lang, jupyter, say });
    errors.push(...errorsIn(executed));
    return errors.length > 0
      ? { text: `${errors.length} cells failed`, warning: true }
      : { text: `${executed.cells.filter((cell) => cell.cell_type === 'code').length} cells` };
  });
  for (const error of errors) process.stdout.write(`${error}\n`);
  await progress.step('page', async () => {
    const { notebookPage } = await import('./page');
    writeFile(outputs.page, notebookPage(JSON.parse(fs.readFileSync(outputs.notebook, 'utf8')), slug));
    return { text: shownPath(outputs.page) };
  });
  let results: FileResult[] = [];
  await progress.step('grading', async (say) => {
    say('solution and stub');
    results = await gradeFiles([solution, stub], { lesson: slug, lang });
    return { text: 'done' };
  });
  const [solved, bare] = results;
  for (const reason of surprises(solved, bare)) process.stdout.write(`${reason}\n`);
  const [full, none] = [byChecks(solved), byChecks(bare)];
  const byHand = solved.maxScore - full.points;
  const rest = byHand > 0 ? `, ${byHand} more by hand` : '';
  process.stdout.write(`${slug} solution ${full.score}/${full.points} stub ${none.score}/${none.points}${rest}\n`);
  const right = full.points > 0 && full.score === full.points && none.score === 0;
  return right && errors.length === 0 ? 0 : 1;
}

/** What the checks alone score, without the cells that people mark. */
function byChecks({ exercises }: FileResult): { readonly score: number; readonly points: number } {
  const checked = exercises.filter(({ manual }) => !manual);
  const sum = (key: 'score' | 'points') => checked.reduce((total, exercise) => total + exercise[key], 0);
  return { score: sum('score'), points: sum('points') };
}

/** `out/04-vae.html`; the Chinese lesson beside it as `out/04-vae.zh.html`. */
function outputFiles(slug: string, lang: Lang): { notebook: string; page: string } {
  const stem = path.join(root, 'out', lang === 'en' ? slug : `${slug}.${lang}`);
  return { notebook: `${stem}.ipynb`, page: `${stem}.html` };
}

/** Runs every cell through Jupyter's own client; with our executor alone where there is no Jupyter. */
async function execute(
  from: string,
  to: string,
  { lang, jupyter, say }: HeadlessOptions & { say: (text: string) => void },
): Promise<Notebook> {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.rmSync(to, { force: true });
  const env = { ...jupyterEnv(), GENLAB_LANG: lang };
  if (jupyter.from === 'venv' && jupyter.python) {
    const [command, ...args] = jupyter.python;
    const script = path.join(root, 'lib', 'setup', 'execute.py');
    const { code, output } = await run(command, [...args, script, from, to], {
      env,
      onLine: (line) => {
        if (/^cell \d+ of \d+$/.test(line)) say(line);
      },
    });
    if (code !== 0) throw new UserError(`Jupyter could not run the lesson:\n${lastLines(output, 8)}`, 3);
  } else if (jupyter.nbconvert) {
    say('through nbconvert');
    const [command, ...args] = jupyter.nbconvert;
    const options = [
      ...['--to', 'notebook', '--execute', '--allow-errors', '--ExecutePreprocessor.timeout=-1'],
      ...['--output-dir', path.dirname(to), '--output', path.basename(to), from],
    ];
    const { code, output } = await run(command, [...args, ...options], { env });
    if (code !== 0) throw new UserError(`nbconvert could not run the lesson:\n${lastLines(output, 8)}`, 3);
  } else {
    say('with Node alone');
    const { code, output } = await run(
      process.execPath,
      [path.join(root, 'lib', 'setup', 'genlab.js'), 'run', from, '--allow-errors', '--out', to],
      { env },
    );
    // 1: a cell failed. The notebook is there, and says which.
    if (code > 1 || !fs.existsSync(to)) throw new UserError(`the lesson did not run:\n${lastLines(output, 8)}`, 3);
  }
  return JSON.parse(fs.readFileSync(to, 'utf8'));
}

interface ErrorOutput {
  readonly output_type: string;
  readonly ename?: string;
  readonly evalue?: string;
}

/** `cell 12: TypeError: …` for each cell that failed. */
function errorsIn(notebook: Notebook): string[] {
  return notebook.cells.flatMap((cell, i) =>
    ((cell.outputs ?? []) as unknown as readonly ErrorOutput[])
      .filter((output) => output.output_type === 'error')
      .map(({ ename, evalue }) => `  cell ${i + 1}: ${ename}: ${evalue}`),
  );
}

/** Why the solution lost points, and for what the stub got some. */
function surprises(solved: FileResult, bare: FileResult): string[] {
  return [
    ...solved.notes.map((note) => `  solution: ${note}`),
    ...solved.exercises.flatMap(({ gradeId, checks }) =>
      checks
        .filter(({ earned, points }) => earned < points)
        .map(({ name, reason }) => `  solution, ${gradeId}: ${name}: ${reason ?? 'failed'}`),
    ),
    ...bare.exercises.flatMap(({ gradeId, checks }) =>
      checks
        .filter(({ earned }) => earned > 0)
        .map(({ name, earned }) => `  stub, ${gradeId}: ${name}: earned ${earned}`),
    ),
  ];
}
