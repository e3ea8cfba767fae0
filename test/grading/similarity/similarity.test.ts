import { describe, expect, it } from 'vitest';
import { similarityHtml, similarPairs, type SimilarPair } from '../../../lib/grading/similarity';
import { fingerprintsOf, k, w } from '../../../lib/grading/similarity/fingerprints';
import { tokensOf } from '../../../lib/grading/similarity/tokens';
import { copies, given, honest, original } from './answers';

const kinds = (source: string): string =>
  tokensOf(source)
    .map(({ kind }) => kind)
    .join(' ');
const between = (pairs: readonly SimilarPair[], a: string, b: string): SimilarPair | undefined =>
  pairs.find(({ students }) => students.includes(a) && students.includes(b));

describe('tokens', () => {
  it('are the same whatever things are called and however they stand', () => {
    expect(kinds('let a = b.add(3); // sum')).toBe(kinds('const total=first\n  .add( 0x10 )  /* other */'));
    expect(kinds('f(`x`)')).toBe(kinds("g('y')"));
  });

  it('tell what is done', () => {
    expect(kinds('a.add(b)')).not.toBe(kinds('a.mul(b)'));
    expect(kinds('for (;;) a()')).not.toBe(kinds('while (1) a()'));
  });

  it('know where they stand', () => {
    const source = 'const a = /* x */ b.add(1);';
    expect(tokensOf(source).map(({ start, end }) => source.slice(start, end))).toEqual([
      'const',
      'a',
      '=',
      'b',
      '.',
      'add',
      '(',
      '1',
      ')',
    ]);
  });
});

describe('winnowing', () => {
  const tokens = (text: string) => [...text].map((kind, i) => ({ kind, start: i, end: i + 1 }));
  const shared = 'abcdefghijklmno'; // w + k − 1 tokens

  it('finds every run of w + k − 1 tokens that two texts share', () => {
    expect(shared).toHaveLength(w + k - 1);
    for (let i = 0; i < 40; i++) {
      const one = fingerprintsOf(tokens('zyx'.repeat(i % 7) + shared + 'q'.repeat(i))).map(({ hash }) => hash);
      const other = fingerprintsOf(tokens('u'.repeat(i) + shared + 'vw'.repeat(i % 5))).map(({ hash }) => hash);
      expect(one.some((hash) => other.includes(hash))).toBe(true);
    }
  });

  it('keeps about 2 of w + 1 runs', () => {
    const text = Array.from({ length: 3000 }, (_, i) =>
      String.fromCharCode(97 + (((i * i * 7 + i * 13) % 1009) % 26)),
    ).join('');
    const share = fingerprintsOf(tokens(text)).length / (text.length - k + 1);
    expect(share).toBeGreaterThan(0.75 * (2 / (w + 1)));
    expect(share).toBeLessThan(1.25 * (2 / (w + 1)));
  });

  it('makes nothing of a text shorter than a run', () => {
    expect(fingerprintsOf(tokens('abc'))).toEqual([]);
  });
});

describe('a class', () => {
  it('that worked honestly is not accused', () => {
    expect(similarPairs(honest, given).filter(({ unusual }) => unusual)).toEqual([]);
  });

  it.each(Object.entries(copies))('a copy is found: %s', (_, copy) => {
    const pairs = similarPairs([...honest, copy], given);
    const [first] = pairs;
    expect([...first.students].sort()).toEqual(['copier', original.student].sort());
    expect(first).toMatchObject({ unusual: true });
    expect(first.score).toBeGreaterThan(0.7);
    expect(pairs.filter(({ unusual }) => unusual)).toHaveLength(1);
  });

  it('of one short exercise, which everybody writes alike, accuses nobody', () => {
    const source = 'function half(x: Tensor): Tensor {\n  return x.mul(0.5);\n}';
    const alike = Array.from({ length: 30 }, (_, i) => ({
      student: `s${i}`,
      cells: [{ gradeId: 'half', source: source.replaceAll('x', `x${i}`) }],
    }));
    expect(similarPairs(alike, []).filter(({ unusual }) => unusual)).toEqual([]);
  });

  it('is not told that all have what was given', () => {
    const released = original.cells.map(({ source }) => source);
    expect(
      between(similarPairs([...honest, copies.renamed], [...given, ...released]), 'copier', original.student),
    ).toBe(undefined);
  });

  it('may be two students', () => {
    const [pair] = similarPairs([original, copies.renamed], given);
    expect(pair.unusual).toBe(true);
    expect(pair.deviations).toBeUndefined();
    expect(similarPairs([honest[0], honest[3]], given).filter(({ unusual }) => unusual)).toEqual([]);
  });

  it('may be nobody, or hand in nothing', () => {
    expect(similarPairs([], [])).toEqual([]);
    expect(
      similarPairs(
        [
          { student: 'a', cells: [] },
          { student: 'b', cells: [{ gradeId: 'x', source: '' }] },
        ],
        [],
      ),
    ).toEqual([]);
  });

  it('of 300 is compared in seconds', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...honest[i % honest.length], student: `s${i}` }));
    const start = performance.now();
    similarPairs(many, given);
    expect(performance.now() - start).toBeLessThan(60_000); // about 1 s on a quiet machine
  });
});

describe('the page', () => {
  const copy = { ...copies.renamed, student: '<b>copier</b>' };
  const submissions = [...honest, copy];
  const pairs = similarPairs(submissions, given);

  it('shows what both have, side by side', () => {
    const html = similarityHtml(pairs, { lang: 'en', title: '04-vae', submissions });
    const [{ regions }] = pairs;
    expect(regions.length).toBeGreaterThan(0);
    for (let number = 1; number <= regions.length; number++) {
      expect(html.split(`data-pair="1.${number}"`)).toHaveLength(3); // once on each side
    }
    expect(html).toContain('worth a look');
    expect(html).not.toContain('<b>copier');
  });

  it('speaks Chinese, and says when there is nothing', () => {
    const html = similarityHtml([], { lang: 'zh', title: '04-vae', submissions: [] });
    expect(html).toContain('本班没有异常相似的提交');
  });

  it('marks stretches that really are alike', () => {
    for (const [one, other] of pairs[0].regions) {
      const text = (student: string, { gradeId, start, end }: typeof one): string =>
        submissions
          .find((submission) => submission.student === student)
          ?.cells.find((cell) => cell.gradeId === gradeId)
          ?.source.slice(start, end) ?? '';
      const [a, b] = pairs[0].students;
      expect(kinds(text(a, one))).toBe(kinds(text(b, other)));
    }
  });
});
