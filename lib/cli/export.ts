import fs from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from '../errors';
import type { NotebookLike } from '../kernel';
import type { Lang, Notebook } from '../lesson';
import { defineCommand } from './command';
import { nbconvertFormats, writeWithNbconvert } from './export-nbconvert';

/** File name endings by format. */
const formats: Readonly<Record<string, string>> = { html: '.html', slides: '.slides.html', ...nbconvertFormats };

export const command = defineCommand({
  name: 'export',
  summary: 'Turn a lesson or a notebook into a page, slides or a script; or write out the results of a class',
  usage:
    'genlab export LESSON|FILE.ipynb [--to FORMAT] [--execute] [options]\n       genlab export --class FOLDER [LESSON…] [--to FORMAT] [-o FOLDER]',
  options: {
    class: {
      type: 'string',
      value: 'FOLDER',
      help: 'Results of this class: --to csv (default), junit, gradescope, prairielearn, exercism or nbgrader.',
    },
    to: {
      type: 'string',
      value: 'FORMAT',
      help: 'html (default), slides, script, markdown, notebook, latex, rst or asciidoc; gradescope-image or prairielearn-image for a grader of the lesson.',
    },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to write it, instead of out/.' },
    lang: { type: 'string', value: 'LANG', help: 'Language of the lesson, en (default) or zh.' },
    execute: {
      type: 'boolean',
      help: 'Run every cell first; without it, the outputs are those that the notebook holds.',
    },
    solutions: { type: 'boolean', help: 'The lesson with its solutions, instead of what students get.' },
  },
  details: `Pages and slides are one file each and need no network to be shown. Slides: arrow keys move, s shows the speaker's
notes, f fills the screen. The other formats are written by Jupyter's nbconvert, latex, rst and asciidoc with pandoc besides
(exit code 3 where one is missing); a script is TypeScript.

  genlab export 04-vae --solutions --execute --to slides
With --execute, a cell that fails ends it with exit code 1, and the message names cell, line and error; nothing is written.

gradescope-image and prairielearn-image write a folder (-o FOLDER) with all that a platform needs to grade a lesson on its own
machines: for Gradescope autograder.zip, for PrairieLearn a Dockerfile and a question.`,
  async run({ values, positionals }) {
    if (values.class !== undefined) {
      return (await import('./export-class')).exportFromClass(values.class, positionals, values);
    }
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) {
      throw new UserError('export takes one lesson or one notebook\nSee genlab export --help', 2);
    }
    const { to = 'html', lang = process.env.GENLAB_LANG || 'en' } = values;
    if (to.endsWith('-image')) return (await import('./export-recipe')).exportRecipe(name, to, values.output);
    if (!Object.hasOwn(formats, to)) throw new UserError(`--to ${to}: there are ${Object.keys(formats).join(', ')}`, 2);
    if (lang !== 'en' && lang !== 'zh') throw new UserError(`--lang ${lang}: there are en and zh`, 2);

    const {
      notebook: saved,
      stem,
      cwd,
    } = await open(name, lang, {
      solutions: values.solutions ?? false,
      slides: to === 'slides',
    });
    const notebook = values.execute ? await execute(saved, cwd, lang) : saved;
    const file = path.resolve(values.output ?? path.join(await outFolder(), `${stem}${formats[to]}`));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (Object.hasOwn(nbconvertFormats, to)) await writeWithNbconvert(notebook, to, file);
    else {
      const { title } = notebook.metadata;
      const write = to === 'slides' ? (await import('./slides')).slidesPage : (await import('./page')).notebookPage;
      fs.writeFileSync(file, write(notebook, typeof title === 'string' ? title : stem));
    }
    const { shownPath } = await import('../lesson');
    process.stdout.write(`written: ${shownPath(file)}\n`);
  },
});

async function outFolder(): Promise<string> {
  const { root } = await import('../setup/common.js');
  return path.join(root, 'out');
}

/** With the kernel's own executor: no Jupyter is needed for it. */
async function execute(notebook: Notebook, cwd: string, lang: Lang): Promise<Notebook> {
  const { runNotebook } = await import('../kernel');
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  const report = await runNotebook(notebook as unknown as NotebookLike, {
    cwd,
    env: { GENLAB_LANG: lang },
    signal: abort.signal,
  }).finally(() => process.off('SIGINT', stop));
  const [failure] = report.failures;
  if (failure) {
    const { count, line, ename, evalue } = failure;
    const place = line === undefined ? '' : `, line ${line}`;
    throw new UserError(`cell ${count}${place}: ${ename}: ${stripVTControlCharacters(evalue)}`);
  }
  if (abort.signal.aborted) throw new UserError('interrupted');
  return report.notebook as unknown as Notebook;
}

async function open(
  name: string,
  lang: Lang,
  { solutions, slides }: { readonly solutions: boolean; readonly slides: boolean },
): Promise<{ notebook: Notebook; stem: string; cwd: string }> {
  const { buildNotebook, loadLesson, readNotebook } = await import('../lesson');
  if (name.endsWith('.ipynb')) {
    if (!fs.existsSync(name)) throw new UserError(`there is no file ${name}`);
    try {
      return {
        notebook: readNotebook(fs.readFileSync(name, 'utf8')),
        stem: path.basename(name, '.ipynb'),
        cwd: path.dirname(path.resolve(name)),
      };
    } catch (error) {
      if (error instanceof SyntaxError) throw new UserError(`${name} cannot be read: ${error.message}`);
      throw error;
    }
  }
  const lesson = loadLesson(name);
  const notebook = buildNotebook(lesson, { lang, variant: solutions ? 'solution' : 'student', slides });
  const { projectRoot } = await import('../kernel');
  const cwd = path.join(projectRoot, 'notebooks', lang);
  return { notebook, stem: lang === 'en' ? lesson.slug : `${lesson.slug}.${lang}`, cwd };
}
