import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';
import { stripHidden } from '../../lib/grading/strip';
import { listLessons } from '../../lib/lesson';
import { findSpec, loadSpec, specFolder } from '../../lib/grading/specs';
import { course } from './support';

const source = `// A spec. The answer is 42.
import * as tf from '@tensorflow/tfjs';
import { secretHelper, qSample } from 'genlab';
import type { Tensor } from '@tensorflow/tfjs';
import { exercise, rubric, tensorOf } from '../support/exercise';

/** What the hidden check expects. */
const expected = [4, 2];
const used = 1;
const deep = () => expected;
type OnlyHidden = Tensor;

exercise('a', { seconds: 3 }, ({ check, subject, random }) => {
  const draw = () => random.normal([2]); // both use it
  check('seen', { points: 1, hint: { en: 'Hé', zh: '提示：½' } }, async () => {
    tensorOf(await subject.call('f', draw())).toHaveShape([used]);
  });
  // the sum must be 42
  check('secret name', { points: 0.5, hidden: true }, async () => {
    const x: OnlyHidden = draw();
    tensorOf(await subject.call('f', x)).toBeCloseTo(secretHelper(deep()));
  });
  check('secret too', { points: 0.25, hidden: { name: 'edges' } }, () => void tf);
  check('not hidden', { points: 0.25, hidden: false }, () => void qSample); /* 42 */
  exercise.wrong('solution inside', { loses: 1, change: ['mul(2)', 'mul(3)'] });
});
rubric('q', [{ id: 'secret-item', points: 1, text: 'the answer' }]);
exercise('b', ({ check }) => check('only one', { points: 2 }, () => undefined));
`;

describe('a spec without what it hides', () => {
  const text = stripHidden(
    source,
    new Map([
      ['a', 2],
      ['b', 2],
    ]),
  );

  it.each([
    'secret',
    '42',
    'solution inside',
    'mul(',
    'edges',
    'hidden: true',
    'expected',
    'deep',
    'OnlyHidden',
    'rubric(',
    '//',
    '/*',
    'tfjs',
  ])('does not hold %j', (word) => expect(text).not.toContain(word));
  it('holds the rest as it was', () => {
    expect(text).toContain(`check('seen', { points: 1, hint: { en: 'Hé', zh: '提示：½' } }`);
    expect(text).toContain('const used = 1;');
    expect(text).toContain('const draw = () => random.normal([2]);');
    expect(text).toContain('not hidden');
    expect(text).toMatch(/exercise\('a', \{ seconds: 3, worth: 2 \}, /);
    expect(text).toMatch(/exercise\('b', \{ worth: 2 \}, /);
    expect(text).toMatch(/import \{ qSample \} from 'genlab'/);
  });
  it.each<[string, string]>([
    ['options from elsewhere', `check('a', options, () => undefined);`],
    ['options with a spread', `check('a', { points: 1, ...more }, () => undefined);`],
    ['hidden by a rule', `check('a', { points: 1, hidden: i > 2 }, () => undefined);`],
    ['hidden by its name alone', `check('a', { points: 1, hidden }, () => undefined);`],
    ['a key that is computed', `check('a', { points: 1, ['hid' + 'den']: true }, () => undefined);`],
  ])('%s is refused, with its line', (_, code) => {
    expect(() => stripHidden(`\n${code}`, new Map(), 'x.test.ts')).toThrow(/^x\.test\.ts:2: it cannot be told/);
  });
  it('another name for check is refused', () => {
    expect(() => stripHidden(`probe('a', { points: 1, hidden: true }, () => 1);`, new Map())).toThrow(
      'under another name',
    );
  });
  it('no TypeScript is refused', () => {
    expect(() => stripHidden('exercise(', new Map(), 'x.test.ts')).toThrow('x.test.ts cannot be read');
  });
});

type Where = { root?: string; specs?: string };
const listed = (where: Where) => listLessons(where).map((slug): [string, Where] => [slug, where]);
const lessons = [...listed({}), ...listed(course)].filter(([slug, { specs }]) => findSpec(slug, specs ?? specFolder()));

describe.each(lessons)('the spec of %s, released', (slug, where) => {
  it('keeps the points, the visible checks and nothing else', async () => {
    const file = findSpec(slug, where.specs ?? specFolder()) ?? '';
    const specs = new Map((await loadSpec(file)).exercises.map((spec) => [spec.gradeId, spec]));
    const worth = new Map([...specs.values()].map((spec) => [spec.gradeId, spec.points]));
    const text = stripHidden(fs.readFileSync(file, 'utf8'), worth, path.basename(file));
    // In the same folder, so that its imports are found.
    const released = path.join(path.dirname(file), `.released-${process.pid}-${slug}.spec.ts`);
    fs.writeFileSync(released, text);
    try {
      const found = (await loadSpec(released)).exercises;
      expect(found.map(({ gradeId, points }) => [gradeId, points])).toEqual([...worth]);
      for (const spec of found) {
        const whole = specs.get(spec.gradeId);
        const bound = whole?.bind({} as never, 's').checks ?? [];
        const names = bound
          .filter(({ hidden }) => !hidden)
          .map(({ name }) => (typeof name === 'string' ? name : name.en));
        expect(spec.checkNames).toEqual(names);
        expect(spec.wrongs).toEqual([]);
        for (const { hidden, name } of bound) {
          for (const word of hidden
            ? [name].flatMap((one) => (typeof one === 'string' ? one : [one.en, one.zh]))
            : []) {
            expect(text).not.toContain(word);
          }
        }
      }
    } finally {
      fs.rmSync(released);
    }
    expect(ts.transpileModule(text, { reportDiagnostics: true }).diagnostics).toEqual([]);
  });
});
