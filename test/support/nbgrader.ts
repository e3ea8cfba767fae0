import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { nbgraderTools } from '../../lib/grading';
import type { Course, Lang } from '../../lib/grading';
import { run } from '../../lib/setup/common.js';
import { ensureNbgrader } from '../../lib/setup/nbgrader.js';

export interface CourseOptions extends Course {
  readonly lang?: Lang;
}

/** A course of real nbgrader's, in a folder of its own that `close` removes. Installs nbgrader where it is not there yet. */
export class NbgraderCourse {
  private constructor(
    readonly folder: string,
    readonly lesson: string,
    private readonly nbgrader: Awaited<ReturnType<typeof ensureNbgrader>>,
  ) {}

  /** Makes the course with genlab and the assignment with `nbgrader generate_assignment`. */
  static async open(lesson: string, options: CourseOptions = {}): Promise<NbgraderCourse> {
    const nbgrader = await ensureNbgrader();
    const course = new NbgraderCourse(fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-nbgrader-')), lesson, nbgrader);
    try {
      await (await nbgraderTools()).releaseNbgrader(course.folder, [lesson], options);
      await course.run('generate_assignment', lesson);
    } catch (error) {
      course.close();
      throw error;
    }
    return course;
  }

  /** What students are given. */
  get released(): string {
    return path.join(this.folder, 'release', this.lesson, `${this.lesson}.ipynb`);
  }

  /** Hands a notebook in. @returns its file */
  submit(student: string, notebook: string): string {
    const file = path.join(this.folder, 'submitted', student, this.lesson, `${this.lesson}.ipynb`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, notebook);
    return file;
  }

  /** Runs one of nbgrader's commands. @throws Error with its output where it fails */
  async run(...words: readonly string[]): Promise<string> {
    const [python, ...first] = this.nbgrader.command;
    return this.python(python, [...first, ...words]);
  }

  /** Points by student and test cell, from nbgrader's own gradebook. */
  async scores(): Promise<Record<string, Record<string, number>>> {
    const script = path.join(__dirname, 'nbgrader_scores.py');
    const [python] = this.nbgrader.command;
    const database = path.join(this.folder, 'gradebook.db');
    return JSON.parse(await this.python(python, ['-W', 'ignore', script, database, this.lesson]));
  }

  async version(): Promise<string> {
    return /nbgrader version (\S+)/.exec(await this.run('--version'))?.[1] ?? 'unknown';
  }

  close(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async python(python: string, words: readonly string[]): Promise<string> {
    const { code, output, stdout } = await run(python, words, { cwd: this.folder, env: this.nbgrader.env });
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
    return stdout;
  }
}
