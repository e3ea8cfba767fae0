import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { attacks } from './attacks';
import { answering, grade, scores, solutionOf, words } from './support';

vi.setConfig({ testTimeout: 180_000 }); // the machine may be busy

// A folder for temporary files of its own, so that what is left behind can be told from other tests' files.
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-attacks-'));
fs.chmodSync(temporary, 0o755);
beforeAll(() => vi.stubEnv('TMPDIR', temporary));
afterAll(() => {
  vi.unstubAllEnvs();
  fs.rmSync(temporary, { recursive: true });
});

describe('an answer that attacks', () => {
  it.each(attacks)('$name', async ({ code, scores: expected, says, seconds }) => {
    const result = await grade(answering({ 'mini-scale': code }), { seconds });
    expect(scores(result), words(result)).toEqual({ 'mini-scale': expected, 'mini-sample': 3, 'mini-loss': 3 });
    if (says) expect(words(result)).toMatch(says);
    expect(words(result).replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u); // nothing that steers a terminal
    expect(words(result)).not.toMatch(/node:internal|\/lib\/grading\//); // never a stack
    expect(fs.readdirSync(temporary)).toEqual([]);
  });
});

describe('what one cell does to the others', () => {
  it.each([
    ['redeclares a helper', 'function half(x: number): number { return x; }', { 'mini-scale': 2, 'mini-sample': 3 }],
    ['redeclares tf', 'const tf = { mul: () => 0, onesLike: () => 0 };', { 'mini-scale': 2, 'mini-sample': 3 }],
    [
      'breaks tensors',
      '(tf.Tensor.prototype as any).dataSync = () => { throw new Error(); };',
      { 'mini-scale': 2, 'mini-loss': 3 },
    ],
    ['breaks add', '(tf.Tensor.prototype as any).add = () => 0;', { 'mini-scale': 2, 'mini-loss': 3 }],
  ])('%s', async (_, evil, expected) => {
    const gradeId = 'mini-loss' in expected ? 'mini-sample' : 'mini-loss';
    const result = await grade(answering({ [gradeId]: `${evil}\n${solutionOf(gradeId)}` }));
    expect(scores(result), words(result)).toMatchObject(expected);
  });

  it('puts the reference in the place of an earlier answer that is wrong', async () => {
    const bad = solutionOf('mini-sample').replace('std.mul(noise)', 'std.mul(noise).mul(3)');
    expect(scores(await grade(answering({ 'mini-sample': bad })))).toEqual({
      'mini-scale': 2,
      'mini-sample': 0,
      'mini-loss': 3,
    });
  });

  it('never tells a student what that reference is', async () => {
    const result = await grade(
      answering({
        'mini-sample': 'function sample(): never { throw new Error("mine"); }',
        'mini-loss': 'function loss(): never { throw new Error(`here: ${sample}`); }',
      }),
    );
    expect(scores(result)).toMatchObject({ 'mini-sample': 0, 'mini-loss': 0 });
    expect(words(result)).toContain('here:');
    expect(words(result)).not.toContain('std.mul');
  });
});
