import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradeFiles } from '../../lib/grading';
import { readNotebook } from '../../lib/lesson';
import { NbgraderCourse } from '../support/nbgrader';
import { course as fixture, gradeIdOf, scores, solutionOf } from './support';

const slug = '01-mini';
const wrong = (gradeId: string, from: string, to: string): string => solutionOf(gradeId).replace(from, () => to);
const reference = Object.fromEntries(['mini-scale', 'mini-sample', 'mini-loss'].map((id) => [id, solutionOf(id)]));

/** What each student writes, and what it must earn. */
const students: Record<string, { readonly answers: Record<string, string>; readonly earns: readonly number[] }> = {
  // nbgrader gives 0 for whatever stands on stderr, and takes what a cell shows for its points: neither may matter here.
  right: {
    answers: {
      ...reference,
      'mini-scale': wrong('mini-scale', 'return', "console.warn('careful'); console.log(0); return"),
    },
    earns: [2, 3, 3],
  },
  partial: {
    answers: {
      'mini-scale': wrong('mini-scale', 'half(1)', '1'),
      'mini-sample': wrong('mini-sample', 'std.mul(noise)', 'tf.tensor(std.arraySync()).mul(noise)'),
      'mini-loss': wrong('mini-loss', '.mean()', '.sum()'),
    },
    earns: [0.5, 2, 1],
  },
  // One cell that does not compile, one wrong answer, one stub.
  wrong: {
    answers: {
      'mini-scale': wrong('mini-scale', 'half(1)', 'half(1'),
      'mini-sample': wrong('mini-sample', 'std.mul(noise)', 'std.square().mul(noise)'),
    },
    earns: [0, 0, 0],
  },
};

describe('nbgrader, the real one, with our kernel', { timeout: 900_000 }, () => {
  let course: NbgraderCourse;
  const files: Record<string, string> = {};
  beforeAll(async () => {
    course = await NbgraderCourse.open(slug, fixture);
    const released = readNotebook(fs.readFileSync(course.released, 'utf8'));
    for (const [student, { answers }] of Object.entries(students)) {
      const cells = released.cells.map((cell) => ({ ...cell, source: answers[gradeIdOf(cell) ?? ''] ?? cell.source }));
      files[student] = course.submit(student, JSON.stringify({ ...released, cells }));
    }
    await course.run('autograde', slug);
    await course.run('generate_feedback', slug);
  }, 1_800_000);
  afterAll(() => course?.close());

  it('releases a notebook without solutions and without hidden tests', () => {
    const text = fs.readFileSync(course.released, 'utf8');
    expect(text).not.toMatch(/BEGIN|END SOLUTION|HIDDEN TESTS|checkAll|std\.mul/);
    expect(text.match(/throw new Error\('not implemented'\)/g)).toHaveLength(3);
    expect(text.match(/await check\(/g)).toHaveLength(3);
  });

  it('gives every answer the points that it earns', async () => {
    const found = await course.scores();
    for (const [student, { earns }] of Object.entries(students)) {
      expect([student, found[student]]).toEqual([
        student,
        { 'mini-scale-check': earns[0], 'mini-sample-check': earns[1], 'mini-loss-check': earns[2] },
      ]);
    }
  });

  it('is what genlab grade gives the same files', async () => {
    const results = await gradeFiles(Object.values(files), fixture);
    for (const [i, { earns }] of Object.values(students).entries()) {
      expect(scores(results[i])).toEqual({ 'mini-scale': earns[0], 'mini-sample': earns[1], 'mini-loss': earns[2] });
    }
  });

  it('exports the same totals', async () => {
    await course.run('export', '--to', 'grades.csv');
    const csv = fs.readFileSync(path.join(course.folder, 'grades.csv'), 'utf8');
    for (const [student, { earns }] of Object.entries(students)) {
      const total = earns.reduce((sum, points) => sum + points, 0);
      expect(csv).toMatch(new RegExp(`^${slug},.*,${student},.*,${total.toFixed(1)},8\\.0$`, 'm'));
    }
  });

  it('tells students in its feedback why points were lost, and nothing of hidden checks', () => {
    const feedback = fs.readFileSync(path.join(course.folder, 'feedback', 'partial', slug, `${slug}.html`), 'utf8');
    expect(feedback).toContain('halves each number');
    expect(feedback).toContain('Hidden check');
    expect(feedback).not.toContain('quarter of the variance');
  });
});
