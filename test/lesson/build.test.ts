import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build, findLesson, listLessons, loadLesson } from '../../lib/lesson';
import { newRoot, sourceOf } from './support';

let root: string;
beforeEach(() => (root = newRoot()));
afterEach(() => fs.rmSync(root, { recursive: true }));

const bytes = (lang: string): string => fs.readFileSync(path.join(root, 'notebooks', lang, '90-clouds.ipynb'), 'utf8');
const edit = (from: string, to: string): void => {
  const file = path.join(root, 'solutions', '90-clouds.ts');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(from, to));
};

describe('genlab build', () => {
  it('writes a notebook for each language, the same bytes every time', () => {
    expect(build({ root })).toMatchObject({
      lessons: 1,
      upToDate: 0,
      changed: [expect.any(String), expect.any(String)],
    });
    const [en, zh] = [bytes('en'), bytes('zh')];
    expect(build({ root })).toMatchObject({ upToDate: 2, changed: [] });
    fs.rmSync(path.join(root, 'notebooks'), { recursive: true });
    build({ root });
    expect([bytes('en'), bytes('zh')]).toEqual([en, zh]);
  });

  it('tells stale notebooks without touching them', () => {
    build({ root });
    const before = bytes('en');
    edit('sample the noise.', 'draw the noise.');
    const { changed } = build({ root, check: true });
    expect(changed.map((file) => path.relative(root, file))).toEqual([path.join('notebooks', 'en', '90-clouds.ipynb')]);
    expect(bytes('en')).toBe(before);
  });

  it('takes away the notebooks of a lesson that is no more, and nothing else', () => {
    build({ root });
    const other = path.join(root, 'notebooks', 'en', 'scratch.ipynb');
    fs.writeFileSync(other, '{}');
    fs.rmSync(path.join(root, 'solutions', '90-clouds.ts'));
    expect(build({ root, check: true }).orphans).toHaveLength(2);
    expect(build({ root }).orphans).toHaveLength(2);
    expect(fs.existsSync(path.join(root, 'notebooks', 'en', '90-clouds.ipynb'))).toBe(false);
    expect(fs.existsSync(other)).toBe(true);
  });

  it('never removes anything from a folder that the user chose', () => {
    const out = path.join(root, 'mine');
    fs.mkdirSync(path.join(out, 'en'), { recursive: true });
    fs.writeFileSync(path.join(out, 'en', '12-other.ipynb'), '{}');
    build({ root, out });
    expect(fs.readdirSync(path.join(out, 'en'))).toEqual(['12-other.ipynb', '90-clouds.ipynb']);
  });

  it('keeps solutions out of notebooks/', () => {
    build({ root, variant: 'solution' });
    expect(fs.existsSync(path.join(root, 'notebooks'))).toBe(false);
    expect(fs.readFileSync(path.join(root, 'out', 'solutions', 'en', '90-clouds.ipynb'), 'utf8')).toContain('0.31415');
  });

  it('writes nothing at all when one lesson is broken', () => {
    fs.writeFileSync(path.join(root, 'solutions', '91-broken.ts'), sourceOf('// %% points=1\n1;'));
    expect(() => build({ root })).toThrow(/91-broken\.ts:2: points needs a grade_id/);
    expect(fs.existsSync(path.join(root, 'notebooks'))).toBe(false);
  });
});

describe('lessons are found', () => {
  it.each(['90-clouds', '90', 'clouds', 'solutions/90-clouds.ts', 'work/en/90-clouds.ipynb'])('by %s', (name) => {
    expect(findLesson(name, { root })).toBe('90-clouds');
    expect(loadLesson(name, { root }).slug).toBe('90-clouds');
  });

  it('or the error says which there are', () => {
    expect(listLessons({ root })).toEqual(['90-clouds']);
    expect(() => findLesson('rain', { root })).toThrow('there is no lesson rain. The lessons are 90-clouds.');
  });
});
