import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../errors';
import type { Notebook } from '../lesson';

/** Formats that Jupyter's nbconvert writes, and the endings it gives them. */
export const nbconvertFormats: Readonly<Record<string, string>> = {
  script: '.ts',
  markdown: '.md',
  notebook: '.ipynb',
  latex: '.tex',
  rst: '.rst',
  asciidoc: '.asciidoc',
};

/** What a front end writes into a notebook; one that no front end has saved lacks it, and nbconvert goes by it. */
const language_info = {
  name: 'typescript',
  file_extension: '.ts',
  mimetype: 'text/x-typescript',
  nbconvert_exporter: 'script',
  pygments_lexer: 'typescript',
};

/** Those whose text goes through pandoc. */
const withPandoc = ['latex', 'rst', 'asciidoc'];

/** Writes a notebook in one of nbconvert's formats; pictures go into a folder beside it. @throws UserError, code 3, where a tool is missing */
export async function writeWithNbconvert(notebook: Notebook, to: string, file: string): Promise<void> {
  const { findJupyter, findPandoc, nbconvertConfig } = await import('../setup/python.js');
  const { nbconvert } = await findJupyter();
  if (!nbconvert) {
    const { waysToJupyter } = await import('../setup/steps.js');
    throw new UserError(`--to ${to} is made by Jupyter's nbconvert, and there is none.\n${waysToJupyter}`, 3);
  }
  const pandoc = withPandoc.includes(to) ? findPandoc() : undefined;
  if (withPandoc.includes(to) && pandoc === undefined) {
    throw new UserError(
      `--to ${to} needs pandoc, and there is none. Install it (Debian: apt install pandoc), or put it into the course's ` +
        'Jupyter: .genlab/venv/bin/python -m pip install pypandoc_binary',
      3,
    );
  }
  const { notebookText } = await import('../lesson');
  const { lastLines, run } = await import('../setup/common.js');
  const { jupyterEnv } = await import('../setup/kernelspec.js');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-export-'));
  try {
    const stem = path.basename(file, path.extname(file));
    const source = path.join(folder, `${stem}.ipynb`);
    fs.writeFileSync(source, notebookText({ ...notebook, metadata: { language_info, ...notebook.metadata } }));
    const [executable, ...first] = nbconvert;
    const target = path.join(folder, 'out');
    const { PATH = '' } = process.env;
    const { code, output } = await run(
      executable,
      [...first, '--config', nbconvertConfig, '--to', to, '--output-dir', target, source],
      { env: { ...jupyterEnv(), ...(pandoc && { PATH: [PATH, path.dirname(pandoc)].join(path.delimiter) }) } },
    );
    const made = path.join(target, `${stem}${nbconvertFormats[to]}`);
    if (code !== 0 || !fs.existsSync(made)) {
      throw new UserError(`nbconvert could not write ${to}:\n${lastLines(output, 8)}`, 3);
    }
    fs.copyFileSync(made, file);
    const pictures = path.join(target, `${stem}_files`);
    if (fs.existsSync(pictures)) {
      fs.cpSync(pictures, path.join(path.dirname(file), `${stem}_files`), { recursive: true });
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
