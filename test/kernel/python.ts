import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const python = path.join(root, '.genlab', 'venv', 'bin', 'python');
const driver = path.join(import.meta.dirname, 'run.py');
const env = { ...process.env, JUPYTER_PATH: path.join(root, '.genlab', 'jupyter'), PYTHONDONTWRITEBYTECODE: '1' };

/** Without set-up's Python (npm alone), the executor's own tests stand; the reason is in the test's name. */
const ready =
  fs.existsSync(python) && fs.existsSync(path.join(root, '.genlab', 'jupyter', 'kernels', 'genlab', 'kernel.json'));

interface Outcome {
  readonly test: string;
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** The tests of a Python file of this folder, each one a test of its own; they run in that file's order, in one process. */
export function pythonSuite(file: string, title: string): void {
  if (!ready) {
    test.skip(`${title} (${file}.py): skipped, .genlab/venv is not set up`, () => undefined);
    return;
  }
  const names: string[] = JSON.parse(execFileSync(python, [driver, '--list', file], { env, encoding: 'utf8' }));
  describe(`${title} (${file}.py)`, () => {
    let run: Run | undefined;
    afterAll(() => run?.end());
    for (const name of names) {
      test(name, { timeout: 600_000 }, async () => {
        run ??= new Run(file);
        expect(await run.problemsOf(name)).toEqual([]);
      });
    }
  });
}

/** One process that runs the whole file. */
class Run {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jupyter-'));
  private readonly child: ChildProcess;
  private readonly outcomes = new Map<string, Outcome>();
  private readonly ended: Promise<void>;
  private said = '';
  private wake: () => void = () => undefined;
  private over = false;

  constructor(file: string) {
    this.child = spawn(python, [driver, file], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.child;
    if (stdout) {
      createInterface(stdout).on('line', (line) => {
        const outcome: Outcome = JSON.parse(line);
        this.outcomes.set(outcome.test, outcome);
        this.wake();
      });
    }
    stderr?.on('data', (text) => (this.said = (this.said + String(text)).slice(-20_000)));
    this.ended = new Promise((resolve) => {
      this.child.on('close', () => {
        this.over = true;
        this.wake();
        resolve();
      });
    });
  }

  async problemsOf(name: string): Promise<readonly string[]> {
    for (;;) {
      const outcome = this.outcomes.get(name);
      if (outcome) return outcome.problems.length ? [...outcome.problems, this.said] : [];
      if (this.over)
        return ['it did not run', ...[...this.outcomes.values()].flatMap((one) => one.problems), this.said];
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async end(): Promise<void> {
    if (!this.over) this.child.kill('SIGINT'); // kernels are shut down, as after Ctrl+C
    await this.ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
