import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build, openWork, readNotebook, syncWork } from '../../lib/lesson';
import { newRoot } from './support';

let root: string;
let file: string;
beforeEach(() => {
  root = newRoot();
  file = path.join(root, 'work', 'en', '90-clouds.ipynb');
  build({ root });
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const open = () => openWork('90-clouds', 'en', { root });
const read = (name = file): string => fs.readFileSync(name, 'utf8');
const built = (): string => read(path.join(root, 'notebooks', 'en', '90-clouds.ipynb'));
const edit = (name: string, from: string, to: string): void => fs.writeFileSync(name, read(name).replace(from, to));
const lesson = (): string => path.join(root, 'solutions', '90-clouds.ts');
const backups = (): string[] => {
  const folder = path.join(root, 'work', '.genlab', 'backup', 'en');
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [];
};
const answer = (): void => edit(file, "  throw new Error('not implemented');\\n", '  return mu; // my own\\n');

describe('a student’s copy', () => {
  it('is made when a lesson is first opened', () => {
    expect(open()).toEqual({ file, state: 'new', messages: [] });
    expect(read()).toBe(built());
  });

  it('is left alone while the lesson stays the same', () => {
    open();
    answer();
    const mine = read();
    expect(open()).toMatchObject({ state: 'unchanged', messages: [] });
    expect(read()).toBe(mine);
    expect(backups()).toEqual([]);
  });

  it('takes over what is new in the lesson and keeps what the student wrote', () => {
    open();
    answer();
    const mine = read();
    edit(lesson(), 'sample the noise.', 'draw the noise.');
    build({ root });
    const { state, messages } = open();
    expect(state).toBe('updated');
    expect(messages[0]).toMatch(/90-clouds\.ipynb: updated: 1 cells renewed\. The copy from before: /);
    expect(read()).toContain('return mu; // my own');
    expect(read()).toContain('draw the noise.');
    expect(backups().map((name) => read(name))).toEqual([mine]);
    expect(open().state).toBe('unchanged');
  });

  it('gets both versions of an exercise that has changed under the student’s hands', () => {
    open();
    answer();
    edit(lesson(), '// 1. stretch the noise', '// 1. scale the noise');
    build({ root });
    expect(open().messages[0]).toContain('both versions are there (cloud-sample)');
    const { cells } = readNotebook(read());
    const at = cells.findIndex(({ id }) => id === 'cloud-sample');
    expect(cells[at].source).toContain('my own');
    expect(cells[at + 1]).toMatchObject({ cell_type: 'markdown', source: expect.stringContaining('scale the noise') });
    expect(cells[at + 2].id).toBe('cloud-sample-check');
  });

  it('is made anew when the student has deleted it', () => {
    open();
    answer();
    fs.rmSync(file);
    expect(open().state).toBe('new');
    expect(read()).toBe(built());
  });

  it.each([
    ['empty', '', 'the file is empty'],
    ['cut off', '{"cells": [', 'the file is no JSON'],
    ['of an old format', '{"worksheets": [], "metadata": {}, "nbformat": 3}', 'no notebook of format 4'],
    ['with a broken cell', '{"cells": [{"cell_type": "code"}], "metadata": {}}', 'cell 1 is no notebook cell'],
  ])('that is %s is left as it is, with a new copy beside it', (_, text, reason) => {
    open();
    fs.writeFileSync(file, text);
    const beside = path.join(root, 'work', 'en', '90-clouds-fresh.ipynb');
    const opened = open();
    expect(opened).toMatchObject({ state: 'beside', file: beside });
    expect(opened.messages[0]).toContain(reason);
    expect(read()).toBe(text);
    expect(read(beside)).toBe(built());

    // The copy beside is from now on what the student works in.
    edit(beside, "  throw new Error('not implemented');\\n", '  return 7;\\n');
    edit(lesson(), 'sample the noise.', 'draw the noise.');
    build({ root });
    expect(open().file).toBe(beside);
    expect(read(beside)).toContain('return 7;');
    expect(read(beside)).toContain('draw the noise.');
    expect(read()).toBe(text);
  });

  it('keeps the student’s text when the base is lost or broken', () => {
    open();
    answer();
    const base = path.join(root, 'work', '.genlab', 'base', 'en', '90-clouds.ipynb');
    for (const breakIt of [() => fs.rmSync(base), () => fs.writeFileSync(base, '{')]) {
      breakIt();
      open();
      expect(readNotebook(read()).cells.find(({ id }) => id === 'cloud-sample')?.source).toContain('my own');
    }
  });

  it('may come with a byte order mark', () => {
    open();
    fs.writeFileSync(file, `\uFEFF${read()}`);
    edit(lesson(), 'sample the noise.', 'draw the noise.');
    build({ root });
    expect(open().state).toBe('updated');
  });

  it('says so in Chinese to those who read Chinese', () => {
    openWork('90-clouds', 'zh', { root });
    edit(lesson(), '而要采样噪声', '而要先采样噪声');
    build({ root });
    expect(openWork('90-clouds', 'zh', { root }).messages[0]).toMatch(/已更新：1 格已更新。更新前的副本/);
  });

  it('leaves no half-written file behind', () => {
    open();
    expect(fs.readdirSync(path.dirname(file))).toEqual(['90-clouds.ipynb']);
  });
});

describe('all copies of a language', () => {
  it('are made and updated together', () => {
    const { files, messages } = syncWork('zh', { root });
    expect(files).toEqual([path.join(root, 'work', 'zh', '90-clouds.ipynb')]);
    expect(messages).toEqual([]);
    expect(fs.existsSync(path.join(root, 'work', 'en'))).toBe(false);
  });

  it('are none where nothing is built, but the folder is there for Jupyter', () => {
    fs.rmSync(path.join(root, 'notebooks'), { recursive: true });
    expect(syncWork('en', { root }).files).toEqual([]);
    expect(fs.existsSync(path.join(root, 'work', 'en'))).toBe(true);
    expect(() => open()).toThrow(/genlab build 90-clouds writes it/);
  });
});
