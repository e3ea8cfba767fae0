import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../lib/engine';
import { check, Result } from '../../lib/grading';
import { listLessons, loadLesson, exercisesOf } from '../../lib/lesson';
import { runExercise } from '../../lib/grading/run';
import { localSubject } from '../../lib/grading/ask';
import { loadRelease } from '../../lib/grading/course';
import { course } from './support';

beforeAll(() => ready({ engine: 'cpu' }));

const scale = (x: tf.Tensor): tf.Tensor => x.mul(0.5);
const display = (result: Result): Record<string, string> =>
  (result as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]();

/** What `check` does, on the exercises of the mini lesson. */
async function checkMini(
  gradeId: string,
  functions: Record<string, unknown>,
  lang: 'en' | 'zh' = 'en',
): Promise<Result> {
  const { specs } = await loadRelease('01-mini', course);
  const spec = specs.get(gradeId);
  if (!spec) throw new Error(gradeId);
  const result = await runExercise(spec, localSubject(functions), { lang, hidden: false, seed: 'notebook' });
  return new Result(gradeId, result, lang, spec.points);
}

describe('a check in a notebook', () => {
  it('leaves hidden checks out', async () => {
    const result = await checkMini('mini-scale', { scale });
    expect(result.checks.map(({ name }) => name)).toEqual(['keeps the shape', 'halves each number']);
    expect(result).toMatchObject({ score: 1.5, points: 1.5, passed: true });
  });

  it('shows what is lost and why, and does not throw', async () => {
    const result = await checkMini('mini-scale', { scale: (x: tf.Tensor) => x.mul(2) });
    expect(result).toMatchObject({ score: 0.5, points: 1.5, passed: false });
    expect(String(result)).toMatch(
      /✓ keeps the shape[^]*✗ halves each number[^]*one and the same factor[^]*Hint: What does half do\?/,
    );
  });

  it('is a number of points to nbgrader, and a page to people', async () => {
    const whole = display(await checkMini('mini-scale', { scale }));
    expect(whole['text/plain']).toBe('2'); // all that can be seen passed: the cell's points
    expect(whole['text/html']).toContain('✓');
    const part = display(await checkMini('mini-scale', { scale: (x: tf.Tensor) => x.mul(2) }));
    expect(part['text/plain']).toBe('0.5');
    const none = display(await checkMini('mini-scale', {}));
    expect(none['text/plain']).toBe('0');
    expect(none['text/html']).toContain('<code>scale</code>');
  });

  it('speaks Chinese', async () => {
    const result = await checkMini('mini-scale', { scale: (x: tf.Tensor) => x.neg() }, 'zh');
    expect(String(result)).toMatch(/形状不变[^]*每个数减半[^]*提示：/);
  });

  it('does not let an answer write into the page', async () => {
    const evil = (): never => {
      throw new Error('<img src=x onerror=alert(1)>');
    };
    expect(display(await checkMini('mini-scale', { scale: evil }))['text/html']).not.toContain('<img');
  });

  it('says that an answer is not written yet', async () => {
    for (const fault of ['not implemented', '尚未实现']) {
      const stub = (): never => {
        throw new Error(fault);
      };
      expect((await checkMini('mini-scale', { scale: stub })).checks[0].reason).toBe('`scale` is not written yet.');
    }
  });

  it('leaves no tensor behind', async () => {
    await checkMini('mini-scale', { scale });
    const before = tf.memory().numTensors;
    await checkMini('mini-scale', { scale });
    await checkMini('mini-sample', { sample: (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => a.add(b.mul(c)) });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('knows no exercise that is not there', async () => {
    await expect(check('no-such-thing', {})).rejects.toThrow('there is no exercise called no-such-thing');
  });
});

describe.each(listLessons())('self-check of %s', (slug) => {
  const exercises = exercisesOf(loadLesson(slug)).filter(({ manual }) => !manual);
  it.each(exercises)('$gradeId is found, and an empty answer gets nothing', async ({ gradeId, names }) => {
    const result = await check(gradeId, Object.fromEntries(names.map((name) => [name, () => undefined])));
    expect(result.points).toBeGreaterThan(0);
    expect(result.score).toBe(0);
  });
});
