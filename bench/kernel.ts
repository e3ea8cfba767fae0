/** The kernel beside tslab, both driven by one jupyter_client script in turn: start, cells, completion, output, memory. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../lib/errors';
import { lastLines, root, run } from '../lib/setup/common.js';
import { ensureJupyter } from '../lib/setup/python.js';
import { type Bench, median, row, type Row } from './support/bench';

type Measures = Readonly<Record<string, number | null>>;

const rowUnits: Readonly<Record<string, 'ms' | 'MB'>> = {
  start: 'ms',
  'first cell': 'ms',
  'later cell': 'ms',
  'completion, first': 'ms',
  completion: 'ms',
  'inspection, first': 'ms',
  inspection: 'ms',
  'completion while a cell computes': 'ms',
  'inspection while a cell computes': 'ms',
  'import of TensorFlow.js': 'ms',
  '10,000 lines': 'ms',
  'memory, idle': 'MB',
  'memory with TensorFlow.js': 'MB',
};

/** Where cells of both kernels find the same packages: a folder of the project. */
const cwd = path.join(root, 'out', 'bench-kernel');

function writeKernels(folder: string): void {
  const commands = {
    ours: [path.join(root, 'lib', 'kernel', 'main.js'), '{connection_file}'],
    tslab: [require.resolve('tslab/bin/tslab'), 'kernel', '--config-path={connection_file}'],
  };
  for (const [name, args] of Object.entries(commands)) {
    const spec = {
      argv: [process.execPath, ...args],
      display_name: name,
      language: 'typescript',
      interrupt_mode: 'signal',
    };
    fs.mkdirSync(path.join(folder, 'kernels', name), { recursive: true });
    fs.writeFileSync(path.join(folder, 'kernels', name, 'kernel.json'), JSON.stringify(spec));
  }
}

async function session(python: readonly string[], folder: string, kernel: 'ours' | 'tslab'): Promise<Measures> {
  const [command, ...args] = python;
  const script = path.join(__dirname, 'support', 'kernel_session.py');
  const { code, stdout, output } = await run(command, [...args, script, kernel], {
    cwd,
    env: { JUPYTER_PATH: folder },
    timeout: 300_000,
  });
  if (code !== 0) throw new Error(`the session of ${kernel} failed:\n${lastLines(output, 8)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** The median; null where it never came, in any round. */
function middle(rounds: readonly Measures[], name: string): number | null {
  const values = rounds.map((one) => one[name]);
  return values.some((value) => value === null) ? null : median(values as number[]);
}

/** Why a row of ours is the slower one, from a profile of each. */
const reasons: readonly (readonly [start: string, why: string])[] = [
  ['completion', 'each question makes a program of the cell with all earlier ones, strictly typed'],
  ['inspection', 'each question makes a program of the cell with all earlier ones, and looks its documentation up'],
  ['memory', 'two processes: the compiler answers while the other one computes'],
];

function reason(name: string, mine: number, theirs: number | null): string {
  if (theirs === null || mine <= theirs) return '';
  const why = reasons.find(([start]) => name.startsWith(start))?.[1];
  return why === undefined ? '' : `; ${why}`;
}

/** What the peer's missing number means. */
function remark(name: string, theirs: readonly Measures[]): string {
  if (name === '10,000 lines') {
    const lost = median(theirs.map((one) => Number(one['lost lines'])));
    const idle = middle(theirs, name) === null ? ', never goes idle' : '';
    return lost > 0 || idle ? `; tslab loses ${lost.toLocaleString('en')}${idle}` : '';
  }
  return middle(theirs, name) === null ? '; tslab never answers' : '';
}

export const bench: Bench = {
  summary: 'our Jupyter kernel: start, cells, import of TensorFlow.js, completion, inspection, 10,000 lines, memory',
  peer: 'tslab 1.0.22',
  async run(say, { rounds = 3 } = {}) {
    const { python } = await ensureJupyter(say);
    if (!python) throw new UserError('there is no Python with jupyter_client here\nnpm start installs it', 3);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-kernel-'));
    fs.mkdirSync(cwd, { recursive: true });
    try {
      writeKernels(folder);
      const [ours, theirs]: [Measures[], Measures[]] = [[], []];
      for (let round = 0; round <= rounds; round++) {
        say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
        for (const [kernel, found] of [
          ['ours', ours],
          ['tslab', theirs],
        ] as const) {
          const measures = await session(python, folder, kernel);
          if (round > 0) found.push(measures);
        }
      }
      const lost = ours.reduce((sum, one) => sum + Number(one['lost lines']), 0);
      if (lost > 0) throw new Error(`our kernel lost ${lost} lines`);
      return Object.entries(rowUnits).map(([name, unit]): Row => {
        const mine = middle(ours, name);
        if (mine === null) throw new Error(`our kernel never answered: ${name}`);
        const peer = middle(theirs, name);
        return row(`${name}${remark(name, theirs)}${reason(name, mine, peer)}`, mine, peer, unit);
      });
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};
