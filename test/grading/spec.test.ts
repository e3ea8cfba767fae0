import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyWrong, exercise, openTrial, type ExerciseSpec, type Trial } from '../../lib/grading';
import { loadRelease, disagreements } from '../../lib/grading/course';
import { CheckRandom } from '../../lib/grading/random';
import { course } from './support';

const { specs } = await loadRelease('01-mini', course);

describe.each([...specs.values()])('$gradeId', (spec: ExerciseSpec) => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await openTrial(spec, course);
  });
  afterAll(() => trial.close());

  it('gives the solution all points and the stub none', async () => {
    expect((await trial.grade(trial.exercise.solution)).score).toBe(trial.exercise.points);
    expect((await trial.grade(trial.exercise.stub)).score).toBe(0);
  });

  it.each(spec.wrongs)('$name loses $loses', async (wrong) => {
    const { score, points } = await trial.grade(applyWrong(wrong, trial.exercise.solution));
    expect(points - score).toBeCloseTo(wrong.loses, 9);
  });

  it('forgets an answer when the next one comes', async () => {
    await trial.grade(trial.exercise.solution);
    const result = await trial.grade('const other = 1;');
    expect(result.score).toBe(0);
    expect(result.checks[0].reason).toContain('was it renamed');
  });
});

describe('a spec that cannot be right is refused', () => {
  const nothing = (): void => undefined;
  it.each<[string, () => unknown, RegExp]>([
    ['no checks', () => exercise('x', nothing), /no checks/],
    ['no points', () => exercise('x', ({ check }) => check('a', { points: 0 }, nothing)), /points above 0/],
    [
      'one name twice',
      () => exercise('x', ({ check }) => ['a', 'a'].forEach((name) => check(name, { points: 1 }, nothing))),
      /two checks are called "a"/,
    ],
    [
      'a check that fails too often by chance',
      () => exercise('x', ({ check }) => check('a', { points: 1, falseFailRate: 1e-3 }, nothing)),
      /above 1e-6/,
    ],
    ['a wrong answer outside an exercise', () => exercise.wrong('w', { loses: 1, code: '1' }), /inside the definition/],
    [
      'a wrong answer without code',
      () => exercise('x', () => exercise.wrong('w', { loses: 1 })),
      /either change or code/,
    ],
    ['a change that matches twice', () => applyWrong({ name: 'w', loses: 1, change: ['a', 'b'] }, 'a a'), /2 times/],
    ['a change that matches nothing', () => applyWrong({ name: 'w', loses: 1, change: ['a', 'b'] }, 'c'), /0 times/],
  ])('%s', (_, define, message) => {
    expect(define).toThrow(message);
  });

  it('and one whose points are not those of the lesson is found', async () => {
    const release = await loadRelease('01-mini', course);
    const off = exercise('mini-scale', ({ check }) => check('a', { points: 1 }, nothing));
    expect(
      disagreements({
        ...release,
        specs: new Map([
          ['mini-scale', off],
          ['mini-other', off],
        ]),
      }),
    ).toEqual([
      '01-mini: mini-sample has no spec',
      '01-mini: mini-loss has no spec',
      '01-mini: the spec mini-other belongs to no cell',
      '01-mini: mini-scale is worth 2 points in the lesson, 1 in its spec',
    ]);
  });
});

describe('random numbers of a check', () => {
  const draw = (seed: string, check: string, before: readonly string[] = []): number[] => {
    const random = new CheckRandom(seed);
    for (const name of before) {
      random.startCheck(name);
      random.next();
    }
    random.startCheck(check);
    return Array.from(random.normal([4]).dataSync());
  };
  it('depend on the seed and the check, not on what else runs', () => {
    expect(draw('s', 'a')).toEqual(draw('s', 'a', ['b', 'c']));
    expect(draw('s', 'a')).not.toEqual(draw('s', 'b'));
    expect(draw('s', 'a')).not.toEqual(draw('t', 'a'));
  });
});
