import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, vi } from 'vitest';
import { main } from '../../../lib/cli';
import { initClass } from '../../../lib/grading/class';
import { openClass, type ClassRoom } from '../../../lib/grading/class/room';
import { notebookText, type Notebook } from '../../../lib/lesson';
import type { FileResult } from '../../../lib/grading';
import { course, miniNotebook } from '../support';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** An empty folder that is gone after the tests. */
export function emptyFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-class-')));
  folders.push(folder);
  return folder;
}

export const lesson = '01-mini';

/** A class over the course of the fixtures, with its one lesson released. @param config more keys of class.json */
export async function makeClass(config: object = {}, folder = path.join(emptyFolder(), 'class')): Promise<ClassRoom> {
  await initClass(folder, { name: 'Class', timeZone: 'UTC' });
  const file = path.join(folder, 'class.json');
  const whole = {
    ...(JSON.parse(fs.readFileSync(file, 'utf8')) as object),
    course: { folder: course.root, specs: course.specs },
    lessons: [{ slug: lesson, due: '2030-01-01' }],
    ...config,
  };
  fs.writeFileSync(file, JSON.stringify(whole, undefined, 2));
  const room = openClass(folder);
  fs.mkdirSync(path.join(folder, 'release', 'en'), { recursive: true });
  fs.writeFileSync(room.places.release('en', lesson), notebookText(miniNotebook('student')));
  return room;
}

/** The solved notebook with a remark, so that no two are alike. */
export function notebook(remark = '', from: Notebook = miniNotebook()): string {
  const cell = { cell_type: 'markdown' as const, id: 'remark', metadata: {}, source: remark };
  return notebookText({ ...from, cells: remark ? [...from.cells, cell] : from.cells });
}

export function writeNotebook(name: string, text = notebook(name)): string {
  const file = path.join(emptyFolder(), name);
  fs.writeFileSync(file, text);
  return file;
}

/** Runs a command of `genlab` in this process. */
export async function genlab(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const told = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      told[name] += String(text);
      return true;
    }),
  );
  try {
    return { code: await main(args), ...told };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** A result as grading gives it. */
export const resultOf = (score: number): FileResult => ({
  file: 'x.ipynb',
  lang: 'en',
  lesson,
  score,
  maxScore: 8,
  exercises: [{ gradeId: 'mini-scale', score, points: 2, checks: [], notes: [] }],
  notes: [],
  seconds: 1,
});

/** Every file of a folder with its content, for telling whether anything changed. */
export function snapshot(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
  return Object.fromEntries(
    files
      .filter((file) => fs.lstatSync(file).isFile())
      .sort()
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, 'base64')]),
  );
}
