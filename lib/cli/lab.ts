import { spawn } from 'node:child_process';
import path from 'node:path';
import { UserError } from '../errors';
import { jupyterEnv } from '../setup/kernelspec.js';
import type { Jupyter } from '../setup/python.js';
import { waysToJupyter } from '../setup/steps.js';

export interface LabOptions {
  readonly lang: 'en' | 'zh';
  readonly jupyter: Jupyter;
  /** The lesson to open; the list of lessons without one. */
  readonly lesson?: string;
  /** Open a browser. */
  readonly open: boolean;
  readonly port?: number;
}

/** Jupyter on the student's own copies of the lessons, until it is closed. @returns its exit code */
export async function openLab({ lang, jupyter, lesson, open, port }: LabOptions): Promise<number> {
  const { openWork, syncWork, shownPath } = await import('../lesson');
  const { root } = await import('../setup/common.js');
  const work = path.join(root, 'work');
  const report = syncWork(lang);
  for (const line of report.messages) process.stdout.write(`${line}\n`);
  const first = lesson === undefined ? path.join(work, lang) : openWork(lesson, lang).file;
  if (!jupyter.lab) throw new UserError(`There is no Jupyter to open ${shownPath(first)} with.\n${waysToJupyter}`, 3);
  const [command, ...args] = jupyter.lab;
  const options = serverOptions(jupyter.front, { work, first: path.relative(work, first), open, port });
  const child = spawn(command, [...args, ...options], {
    cwd: work,
    env: { ...process.env, ...jupyterEnv(), GENLAB_LANG: lang },
    stdio: 'inherit',
  });
  // Ctrl-C reaches the server as well, which asks back or closes; we end when it does.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', forward);
      resolve(code ?? 0);
    });
  });
}

/** Flags of the server. It listens on this machine only, and its token stays on: both are its own defaults, made sure of. */
export function serverOptions(
  front: Jupyter['front'],
  options: { work: string; first: string; open: boolean; port?: number },
): string[] {
  const app = front === 'classic' ? 'NotebookApp' : 'ServerApp';
  const tree = front === 'lab' ? '/lab/tree/' : '/tree/';
  const url = `${tree}${options.first.split(path.sep).map(encodeURIComponent).join('/')}`;
  const appOfUrl = { lab: 'LabApp', notebook: 'JupyterNotebookApp', classic: 'NotebookApp' }[front];
  return [
    `--${app}.ip=127.0.0.1`,
    `--${app}.${front === 'classic' ? 'notebook_dir' : 'root_dir'}=${options.work}`,
    `--${appOfUrl}.default_url=${url}`,
    ...(options.open ? [] : [`--${app}.open_browser=False`]),
    ...(options.port === undefined ? [] : [`--${app}.port=${options.port}`]),
    // Jupyter refuses to run as root unless told; in a container there is often nobody else.
    ...(process.getuid?.() === 0 ? [`--${app}.allow_root=True`] : []),
  ];
}
