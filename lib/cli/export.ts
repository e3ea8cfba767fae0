import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../errors';
import type { Lang, Notebook } from '../lesson';
import { defineCommand } from './command';

/** File name endings by format. */
const formats: Readonly<Record<string, string>> = { html: '.html', slides: '.slides.html', script: '.ts' };

export const command = defineCommand({
  name: 'export',
  summary: 'Turn a lesson or a notebook into a page, slides or a script; or write out the results of a class',
  usage:
    'genlab export LESSON|FILE.ipynb [--to html|slides|script] [options]\n       genlab export --class FOLDER [LESSON…] [--to FORMAT] [-o FOLDER]',
  options: {
    class: {
      type: 'string',
      value: 'FOLDER',
      help: 'Results of this class: --to csv (default), junit, gradescope, prairielearn, exercism or nbgrader.',
    },
    to: {
      type: 'string',
      value: 'FORMAT',
      help: 'html (default), slides or script; gradescope-image or prairielearn-image for a grader of the lesson.',
    },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to write it, instead of out/.' },
    lang: { type: 'string', value: 'LANG', help: 'Language of the lesson, en (default) or zh.' },
    solutions: { type: 'boolean', help: 'The lesson with its solutions, instead of what students get.' },
  },
  details: `Pages and slides are one file each and need no network to be shown. Slides: arrow keys move, s shows the speaker's
notes, f fills the screen. A script is TypeScript, written by Jupyter's nbconvert (exit code 3 where there is none).

A LESSON has no outputs; run it first to have them in the page:
  genlab run 04-vae --solution -o out/04-vae.ipynb
  genlab export out/04-vae.ipynb --to slides

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

    const { notebook, stem } = await open(name, lang, values.solutions ?? false);
    const file = path.resolve(values.output ?? path.join(await outFolder(), `${stem}${formats[to]}`));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (to === 'script') await writeScript(notebook, file);
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

async function open(name: string, lang: Lang, solutions: boolean): Promise<{ notebook: Notebook; stem: string }> {
  const { buildNotebook, loadLesson, readNotebook } = await import('../lesson');
  if (name.endsWith('.ipynb')) {
    if (!fs.existsSync(name)) throw new UserError(`there is no file ${name}`);
    try {
      return { notebook: readNotebook(fs.readFileSync(name, 'utf8')), stem: path.basename(name, '.ipynb') };
    } catch (error) {
      if (error instanceof SyntaxError) throw new UserError(`${name} cannot be read: ${error.message}`);
      throw error;
    }
  }
  const lesson = loadLesson(name);
  const notebook = buildNotebook(lesson, { lang, variant: solutions ? 'solution' : 'student' });
  return { notebook, stem: lang === 'en' ? lesson.slug : `${lesson.slug}.${lang}` };
}

/** nbconvert knows from the notebook's language_info that a script of ours ends in `.ts`. */
async function writeScript(notebook: Notebook, file: string): Promise<void> {
  const { findJupyter } = await import('../setup/python.js');
  const { nbconvert } = await findJupyter();
  if (!nbconvert) {
    const { waysToJupyter } = await import('../setup/steps.js');
    throw new UserError(`a script is made by Jupyter's nbconvert, and there is none.\n${waysToJupyter}`, 3);
  }
  const { notebookText } = await import('../lesson');
  const { lastLines, run } = await import('../setup/common.js');
  const { jupyterEnv } = await import('../setup/kernelspec.js');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-export-'));
  try {
    const source = path.join(folder, 'notebook.ipynb');
    fs.writeFileSync(source, notebookText(notebook));
    const [executable, ...first] = nbconvert;
    const { code, output } = await run(executable, [...first, '--to', 'script', source], { env: jupyterEnv() });
    const script = path.join(folder, 'notebook.ts');
    if (code !== 0 || !fs.existsSync(script)) {
      throw new UserError(`nbconvert could not write the script:\n${lastLines(output, 8)}`, 3);
    }
    fs.copyFileSync(script, file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
