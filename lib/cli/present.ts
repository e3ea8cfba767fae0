import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import type { Lang } from '../lesson';
import { defineCommand } from './command';
import type { SavedNotebook } from './page';

export const command = defineCommand({
  name: 'present',
  summary: 'Show a lesson as slides in the browser, with cells that run and figures that move',
  usage: 'genlab present LESSON|FILE.ipynb [options]',
  options: {
    lang: { type: 'string', value: 'LANG', help: 'Language of the lesson, en (default) or zh.' },
    port: { type: 'string', value: 'N', help: 'Port on this machine (default: any free one).' },
    'no-open': { type: 'boolean', help: 'Do not open a browser; the address is printed.' },
    exercises: { type: 'boolean', help: 'The lesson as students get it, instead of with its solutions.' },
  },
  details: `Needs no network and no Jupyter. Shift+Enter on a slide's code runs it, and first the cells before it that have not run
yet; the code can be edited. Escape leaves the code, and interrupts it while it runs. Arrow keys move, s opens the speaker's
notes, o shows all slides, f fills the screen. Sliders and buttons work. Nothing is saved. Ctrl+C ends it.

A FILE.ipynb is shown with the outputs it holds, so that nothing has to run first:
  genlab run 04-vae --solution --slides -o out/04-vae.ipynb
  genlab present out/04-vae.ipynb`,
  async run({ values, positionals }) {
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) {
      throw new UserError('present takes one lesson or one notebook\nSee genlab present --help', 2);
    }
    const lang = values.lang ?? (process.env.GENLAB_LANG || 'en');
    if (lang !== 'en' && lang !== 'zh') throw new UserError(`--lang ${lang}: there are en and zh`, 2);
    const port = values.port === undefined ? 0 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UserError(`--port ${values.port}: a port's number`, 2);

    const { notebook, cwd, title } = await open(name, lang, values.exercises === true);
    const { Presentation } = await import('./present-server');
    const presentation = new Presentation(notebook, { cwd, title, lang });
    const address = await presentation.listen(port);
    process.stdout.write(`${address}\nCtrl+C ends it.\n`);
    if (!values['no-open']) await openBrowser(address);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    await presentation.close();
  },
});

async function open(
  name: string,
  lang: Lang,
  exercises: boolean,
): Promise<{ notebook: SavedNotebook; cwd: string; title: string }> {
  const { buildNotebook, loadLesson, readNotebook } = await import('../lesson');
  if (name.endsWith('.ipynb')) {
    if (!fs.existsSync(name)) throw new UserError(`there is no file ${name}`);
    try {
      const notebook = readNotebook(fs.readFileSync(name, 'utf8'));
      return { notebook, cwd: path.dirname(path.resolve(name)), title: path.basename(name, '.ipynb') };
    } catch (error) {
      if (error instanceof SyntaxError) throw new UserError(`${name} cannot be read: ${error.message}`);
      throw error;
    }
  }
  const { projectRoot } = await import('../kernel');
  const lesson = loadLesson(name);
  const notebook = buildNotebook(lesson, { lang, variant: exercises ? 'student' : 'solution', slides: true });
  return { notebook, cwd: path.join(projectRoot, 'notebooks', lang), title: lesson.slug };
}

/** Where there is none, the printed address has to do. */
async function openBrowser(address: string): Promise<void> {
  const { spawn } = await import('node:child_process');
  const [program, ...first] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(program, [...first, address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
