import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ready } from '../../../lib/engine';
import { check, checkAll, rubric } from '../../../lib/grading';
import { localSubject } from '../../../lib/grading/ask';
import { openClass, standings, writeFeedback, writeSheet, type ClassRoom } from '../../../lib/grading/class';
import { weighRelease } from '../../../lib/grading/class/weights';
import { disagreements, loadRelease } from '../../../lib/grading/course';
import { marksOf } from '../../../lib/grading/restored';
import type { CheckResult, FileResult } from '../../../lib/grading/results';
import { runExercise } from '../../../lib/grading/run';
import { readSource } from '../../../lib/grading/source';
import { apportion } from '../../../lib/grading/weights';
import { buildNotebook, exercisesOf, loadLesson, parseLesson, withPoints, type Notebook } from '../../../lib/lesson';
import { course, gradeIdOf } from '../support';
import { genlab, lesson, makeClass, writeNotebook } from './support';

beforeAll(() => ready({ engine: 'cpu' }));
afterEach(() => void vi.unstubAllEnvs());

const points = { 'mini-scale': 5, 'mini-loss': 0 };

/** As the checks gave it, in the lesson's own points: half of the second check, none of the hidden one, all of the rest. */
const graded: FileResult = {
  file: 'x.ipynb',
  lang: 'en',
  lesson,
  score: 7,
  maxScore: 8,
  exercises: [
    exerciseOf('mini-scale', [
      ['keeps the shape', 0.5, 0.5],
      ['halves each number', 1, 0.5],
      ['keeps a quarter of the variance', 0.5, 0],
    ]),
    exerciseOf('mini-sample', [['is mean + std · noise', 3, 3]]),
    exerciseOf('mini-loss', [['is the mean square', 3, 3]]),
  ],
  notes: [],
  seconds: 1,
};

function exerciseOf(gradeId: string, checks: [name: string, points: number, earned: number][]) {
  const results = checks.map(([name, points, earned]): CheckResult => ({
    ...{ name, points, earned, hidden: false },
    ...(earned < points ? { cause: 'wrong' } : {}),
  }));
  const sum = (of: (check: CheckResult) => number): number => results.reduce((all, check) => all + of(check), 0);
  return { gradeId, score: sum(({ earned }) => earned), points: sum((one) => one.points), checks: results, notes: [] };
}

/** A class in which ada handed in and was graded before anybody changed points. */
async function gradedClass(): Promise<ClassRoom> {
  const room = await makeClass();
  await genlab('submit', writeNotebook('ada.ipynb'), '--as', 'ada', '--at', '2026-10-01T10:00', '--class', room.folder);
  await room.gradebook('test', (book) =>
    book.transaction(() =>
      book
        .attempts()
        .forEach(({ id }) => book.addResult(id, { release: 'r', gradedAt: '2026-10-02T00:00:00Z', result: graded })),
    ),
  );
  return room;
}

/** Opens the class again after staff wrote other points into class.json. */
function withOther(room: ClassRoom, points: object | undefined): ClassRoom {
  const config = JSON.parse(fs.readFileSync(room.places.config, 'utf8')) as { lessons: object[] };
  config.lessons = [{ slug: lesson, due: '2030-01-01', ...(points ? { points } : {}) }];
  fs.writeFileSync(room.places.config, JSON.stringify(config));
  return openClass(room.folder);
}

const standingOf = async (room: ClassRoom) => (await standings(room, [lesson]))[0];
const scaleIn = (notebook: Notebook) => notebook.cells.filter((cell) => gradeIdOf(cell)?.startsWith('mini-scale'));

describe('points that a class changes', () => {
  it('count at once for what was graded and marked before, and go back as they came', async () => {
    let room = await gradedClass();
    const at = ['--class', room.folder];
    const before = await standingOf(room);
    expect(before.finals[0]).toMatchObject({ raw: 7, score: 7, maxScore: 8 });

    room = withOther(room, points);
    const { attempts, finals } = await standingOf(room);
    // 0.5 : 1 : 0.5 of 2 points are 1.25 : 2.5 : 1.25 of 5; the third exercise does not count.
    expect(finals[0]).toMatchObject({ raw: 5.5, score: 5.5, maxScore: 8 });
    expect(attempts[0].result).toMatchObject({ score: 5.5, maxScore: 8 });
    const exercises = attempts[0].result?.exercises ?? [];
    expect(exercises.map(({ gradeId, score, points }) => [gradeId, score, points])).toEqual([
      ['mini-scale', 2.5, 5],
      ['mini-sample', 3, 3],
    ]);
    expect(exercises[0].checks.map((check) => [check.points, check.earned])).toEqual([
      [1.25, 1.25],
      [2.5, 1.25],
      [1.25, 0],
    ]);

    expect((await genlab('mark', 'ada', lesson, 'mini-scale', '5.5', ...at)).stderr).toMatch(/worth 0 to 5 points/);
    expect((await genlab('mark', 'ada', lesson, 'mini-scale', '4', ...at)).code).toBe(0);
    expect((await standingOf(room)).finals[0].score).toBe(7);

    // 4 of 5 by hand are 8 of 10, and 1.6 of the lesson's own 2.
    expect((await standingOf(withOther(room, { 'mini-scale': 10 }))).finals[0]).toMatchObject({
      score: 14,
      maxScore: 16,
    });
    const back = await standingOf(withOther(room, undefined));
    expect(back.finals[0]).toMatchObject({ raw: 7.6, maxScore: 8 });
    expect(back.attempts[0].result).toEqual(before.attempts[0].result);
  });

  it('are the same in the gradebook, feedback, exports and the table for marks', async () => {
    const room = withOther(await gradedClass(), points);
    const { files } = await writeFeedback(room, [lesson]);
    const page = fs.readFileSync(files[0], 'utf8');
    expect(page).toContain('<strong>5.5</strong> of 8 points');
    expect(page).not.toContain('mini-loss</code></h');
    await genlab('export', '--class', room.folder, '--to', 'gradescope');
    const exported = fs.readFileSync(
      path.join(room.places.export, 'gradescope', lesson, 'ada', 'results.json'),
      'utf8',
    );
    const { score, extra_data, tests } = JSON.parse(exported) as {
      score: number;
      extra_data: { max_score: number };
      tests: { score: number; max_score: number }[];
    };
    const total = (key: 'score' | 'max_score'): number => tests.reduce((all, test) => all + test[key], 0);
    expect([score, extra_data.max_score, total('score'), total('max_score')]).toEqual([5.5, 8, 5.5, 8]);
    expect((await genlab('report', '--class', room.folder)).code).toBe(0);
    expect(await writeSheet(room, lesson, path.join(room.folder, 'marks.csv'), 'en')).toBe(1);
  });

  it('are in the notebooks that it releases; older ones are named, and graded without a word', async () => {
    const room = withOther(await makeClass(), points);
    const status = await genlab('class', 'status', '--class', room.folder);
    expect(status.stderr).toMatch(/01-mini: its released notebooks say other points[^]*genlab release 01-mini/);
    expect((await genlab('release', lesson, '--class', room.folder)).stdout).toContain('changed since');
    expect((await genlab('class', 'status', '--class', room.folder)).stderr).toBe('');

    const released = JSON.parse(fs.readFileSync(room.places.release('en', lesson), 'utf8')) as {
      cells: { source: string[]; metadata: { nbgrader?: { grade_id: string; points?: number } } }[];
    };
    const test = released.cells.find(({ metadata }) => metadata.nbgrader?.grade_id === 'mini-scale-check');
    expect(test?.metadata.nbgrader?.points).toBe(5);
    expect(test?.source.join('')).toBe("await check('mini-scale', { scale }, { points: 5 });");

    const own = loadLesson(lesson, course);
    const [before, after] = [own, room.lessonOf(lesson)].map((one) => scaleIn(buildNotebook(one, { lang: 'en' })));
    expect(after.map((cell) => readSource(cell.source).bare)).toEqual(
      before.map((cell) => readSource(cell.source).bare),
    );
    expect(after.map((cell) => marksOf(cell.metadata))).toEqual(before.map((cell) => marksOf(cell.metadata)));
  });

  it.each<[string, object, RegExp]>([
    [
      'an exercise that is not there',
      { 'mini-scal': 2 },
      /lessons\[0\]\.points: 01-mini has no exercise mini-scal\. Its exercises are mini-scale, mini-sample, mini-loss/,
    ],
    ['a number below 0', { 'mini-scale': -1 }, /lessons\[0\]\.points\.mini-scale: it is -1/],
    ['a text', { 'mini-scale': '5' }, /lessons\[0\]\.points\.mini-scale: it is "5"/],
    ['nothing that counts', { 'mini-scale': 0, 'mini-sample': 0, 'mini-loss': 0 }, /one at least must count/],
  ])('are refused where they are %s', async (_, points, message) => {
    const room = await makeClass();
    expect(() => withOther(room, points)).toThrow(message);
  });

  it('are refused where they are endless, and where the lesson is not there', async () => {
    const room = await makeClass();
    const write = (lessons: string): void => {
      const { lessons: _, ...rest } = room.config;
      fs.writeFileSync(room.places.config, JSON.stringify({ ...rest, lessons: 0 }).replace(/0\}$/, `${lessons}}`));
    };
    write('[{"slug": "01-mini", "points": {"mini-scale": 1e999}}]');
    expect(() => openClass(room.folder)).toThrow(/points\.mini-scale/);
    write('[{"slug": "07-none", "points": {"mini-scale": 1}}]');
    expect(() => openClass(room.folder)).toThrow(/there is no lesson 07-none\. The lessons are 01-mini/);
  });
});

describe('a lesson with other points', () => {
  it('agrees with its spec and rubric', async () => {
    const release = await loadRelease(lesson, course);
    const items = [
      { id: 'a', points: 2, text: 'two' },
      { id: 'b', points: -1, text: 'one less' },
    ];
    const rubrics = new Map([['mini-sample', rubric('mini-sample', items)]]);
    const weighed = weighRelease({ ...release, rubrics }, new Map(Object.entries({ ...points, 'mini-sample': 6 })));
    expect(weighed.exercises.map(({ gradeId, points }) => [gradeId, points])).toEqual([
      ['mini-scale', 5],
      ['mini-sample', 6],
    ]);
    expect(disagreements({ ...weighed, rubrics: new Map() })).toEqual([]);
    expect(weighed.rubrics.get('mini-sample')?.items.map((item) => item.points)).toEqual([6, -3]);
    const spec = weighed.specs.get('mini-scale');
    if (!spec) throw new Error('no spec');
    const whole = await runExercise(spec, localSubject({ scale: (x: tf.Tensor) => x.mul(0.5) }), {
      ...{ lang: 'en', hidden: true, seed: 'x' },
    });
    expect([whole.score, whole.points, whole.checks.map((check) => check.points)]).toEqual([5, 5, [1.25, 2.5, 1.25]]);
  });

  it('says so in its headings, in both languages and nowhere else', () => {
    const source = `// -*- coding: utf-8 -*-
// %% [markdown] lang="en"
// # A lesson
//
// ### Exercise 1 · One (2 points)
//
// Worth (2 points).

// %% [markdown] lang="zh"
// # 一课
//
// ### 练习 1 · 一（2 分）

// %% grade_id="one" points=2
function f(): number {
  // BEGIN SOLUTION
  return 1;
  // END SOLUTION
}
await check('one', {
  f,
});

// %% [markdown] lang="en"
// ### Exercise 2 ★ · Two (3 points, optional)

// %% [markdown] lang="zh"
// ### 练习 2 ★ · 二（3 分，选做）

// %% [markdown] grade_id="two" lang="en" manual=true points=3
// Your words.

// %% [markdown] grade_id="two" lang="zh" manual=true points=3
// 你的回答。
`;
    const other = withPoints(parseLesson(source, '01-a.ts'), new Map([['two', 1]]));
    expect(exercisesOf(other).map(({ points }) => points)).toEqual([2, 1]);
    const texts = other.cells.map((cell) => cell.source).join('\n');
    expect(texts).toContain('Two (1 point, optional)');
    expect(texts).toContain('二（1 分，选做）');
    expect(texts).toContain('One (2 points)');
    const first = withPoints(other, new Map([['one', 4]]));
    expect(first.cells[0].source).toContain('One (4 points)\n\nWorth (2 points).');
    expect(first.cells[1].source).toContain('一（4 分）');
    const test = buildNotebook(first, { lang: 'en' }).cells.find((cell) => cell.id === 'one-check');
    expect(test?.source).toBe("await check('one', {\n  f,\n}, { points: 4 });");
  });

  it('shares points out in the old proportions, in hundredths that add up', () => {
    expect(apportion([1, 1, 1], 5)).toEqual([1.67, 1.67, 1.66]);
    expect(apportion([0.5, 1, 0.5], 5)).toEqual([1.25, 2.5, 1.25]);
    expect(apportion([1, 2], 3)).toEqual([1, 2]);
    expect(apportion([1, 999], 1)[0]).toBe(0.001);
    expect(apportion([1, 2], 0)).toEqual([0, 0]);
  });

  it('has checks that tell their points, and refuse what are none', async () => {
    vi.stubEnv('GENLAB_SPECS', course.specs);
    const functions = { scale: (x: tf.Tensor) => x.mul(2) };
    const whole = await checkAll('mini-scale', functions);
    expect([whole.score, whole.points]).toEqual([0.5, 2]);
    const other = await check('mini-scale', functions, { points: 5 });
    expect([other.score, other.points]).toEqual([1.25, 3.75]); // the hidden check's 1.25 come with the real grading
    const none = await checkAll('mini-scale', functions, { points: 0 });
    expect([none.score, none.points]).toEqual([0, 0]);
    expect(String(none)).toMatch(/✓ keeps the shape[^]*✗ halves each number/);
    await expect(check('mini-scale', functions, { points: -1 })).rejects.toThrow(/cannot be worth -1 points/);
  });
});
