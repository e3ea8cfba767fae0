/** Notebooks that lose points, each for a reason that is told; and cells that would cost others theirs. */
import { answering, gradeIdOf } from '../grading/support';
import { full, miniNotebook, none, solutionOf, type Attack, type Scores } from './attack';
import { after, plain, withId, without } from './changes';

const costs = (name: string, submission: Attack['submission'], scores: number | Scores, says: RegExp): Attack => ({
  ...{ name, submission, scores, says },
});

/** What is lost here is lost for a reason that is told. */
export const losses: readonly Attack[] = [
  costs('an empty file', () => '', none, /is empty/),
  costs('spaces', () => ' \n\t\n', none, /is empty/),
  costs(
    'half a notebook',
    () => JSON.stringify(miniNotebook(), null, 1).slice(0, 2000),
    none,
    /not valid JSON. It breaks off in line \d+/,
  ),
  costs('a program', () => 'console.log(1);', none, /not valid JSON/),
  costs('a list', () => '[1, 2]', none, /holds no cells/),
  costs('no cells', () => '{}', none, /holds no cells/),
  costs('bytes', () => Buffer.from([0, 255, 1, 254]), none, /not valid JSON/),
  costs('a zip archive', () => Buffer.from('504b030414000000', 'hex'), none, /not valid JSON/),
  costs('cells that are no list', () => '{"cells": {"length": 3}}', none, /holds no cells/),
  costs('a million brackets', () => '['.repeat(1e6), none, /not valid JSON/),
  costs(
    'lists nested a million deep',
    () => `${'['.repeat(1e6)}${']'.repeat(1e6)}`,
    none,
    /holds no cells|not valid JSON/,
  ),
  costs(
    'a missing answer',
    () => without((cell) => gradeIdOf(cell) === 'mini-sample'),
    { ...full, 'mini-sample': 0 },
    /The cell mini-sample is missing/,
  ),
  costs('the stub', () => miniNotebook('student'), none, /`scale` is not written yet/),
  costs('the stub in Chinese', () => miniNotebook('student', 'zh'), none, /还没有写/),
  costs(
    'an id of another exercise on a wrong answer',
    () => after('mini-scale', withId(plain('function scale(x: Tensor) { return x; }'), 'mini-loss')),
    full,
    /\S/,
  ),
  costs(
    'an earlier answer that is wrong',
    () => answering({ 'mini-sample': solutionOf('mini-sample').replace('std.mul(noise)', 'std.mul(noise).mul(3)') }),
    { ...full, 'mini-sample': 0 },
    /\S/,
  ),
  costs(
    'an earlier answer that does not parse',
    () => answering({ 'mini-sample': 'function sample( {' }),
    { ...full, 'mini-sample': 0 },
    /no valid TypeScript/,
  ),
  costs(
    'prints the reference that stands in for an earlier answer',
    () =>
      answering({
        'mini-sample': 'function sample(): never { throw new Error("mine"); }',
        'mini-loss': 'function loss(): never { throw new Error(`here: ${sample}`); }',
      }),
    { ...none, 'mini-scale': 2 },
    /^(?![^]*std\.mul)[^]*here:/,
  ),
];

const spoiling = (name: string, evil: string): Attack => ({
  name,
  submission: () => answering({ 'mini-loss': `${evil}\n${solutionOf('mini-loss')}` }),
  scores: full,
});

/** What one cell does must cost no other cell a point. Its own it may break. */
export const neighbours: readonly Attack[] = [
  spoiling('redeclares a helper', 'function half(x: number): number { return x; }'),
  {
    ...spoiling('redeclares tf', 'const tf = { mul: () => 0, onesLike: () => 0 };'),
    scores: { ...full, 'mini-loss': 0 },
    says: /\S/,
  },
  {
    ...spoiling('breaks tensors', '(tf.Tensor.prototype as any).dataSync = () => { throw new Error("mine"); };'),
    scores: { ...full, 'mini-loss': 0 },
    says: /\S/,
  },
  {
    ...spoiling('breaks add', '(tf.Tensor.prototype as any).add = () => 0;'),
    scores: { ...full, 'mini-loss': 1 },
    says: /\S/,
  },
  {
    ...spoiling('ends the process', 'process.exit(0);'),
    scores: { ...full, 'mini-loss': 0 },
    says: /ended the process/,
  },
  { ...spoiling('never ends', 'for (;;);'), scores: { ...full, 'mini-loss': 0 }, says: /endless loop/, seconds: 2 },
  // The allocation fails, its cell stops there, and the function that stands in it is right.
  spoiling('takes all memory', 'const all = [];\nfor (;;) all.push(new Float64Array(4e6).fill(1));'),
];
