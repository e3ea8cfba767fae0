import * as tf from '@tensorflow/tfjs';
import { processes } from 'genlab';
import { type CheckRandom, exercise, fixture, itemsOf, numberOf, tensorOf } from '../support/exercise';

const numbersOf = (value: Parameters<typeof itemsOf>[0], count: number): number[] =>
  itemsOf(value, count).map((item) => numberOf(item).value);

exercise('proc-walk', ({ check, subject, random }) => {
  const uniforms = (n: number) => Array.from({ length: n }, () => random.next());

  check(
    { en: 'has a place for time 0 and one after each step', zh: '时刻 0 有一个位置，之后每步一个' },
    { points: 0.5 },
    async () => {
      const places = numbersOf(await subject.call('walk', uniforms(7), 0.5), 8);
      numberOf(places[0]).toBeCloseTo(0, {}, { en: 'the walk starts at 0', zh: '从 0 出发' });
    },
  );

  check(
    { en: 'goes right where u is below p, else left', zh: 'u 小于 p 时向右，否则向左' },
    {
      points: 1,
      hint: {
        en: 'A place is the sum of all steps so far. And which comparison has probability p?',
        zh: '位置是到目前为止所有步之和。哪个比较的概率是 p？',
      },
    },
    async () => {
      const u = [0.1, 0.29, 0.31, 0.9, 0.2, ...uniforms(10)];
      let place = 0;
      const expected = [0, ...u.map((number) => (place += number < 0.3 ? 1 : -1))];
      const found = numbersOf(await subject.call('walk', u, 0.3), expected.length);
      found.forEach((value, i) => numberOf(value).toBeCloseTo(expected[i]));
    },
  );

  check({ en: 'never goes right if p is 0', zh: 'p 为 0 时绝不向右' }, { points: 0.5, hidden: true }, async () => {
    const found = numbersOf(await subject.call('walk', [0, 0.5, 0.9], 0), 4);
    found.forEach((value, i) => numberOf(value).toBeCloseTo(-i));
  });

  exercise.wrong('gives the steps, not their sums', {
    loses: 1.5,
    change: ['places[places.length - 1] + (number < p ? 1 : -1)', 'number < p ? 1 : -1'],
  });
  exercise.wrong('left and right exchanged', { loses: 1.5, change: ['number < p', 'number >= p'] });
  exercise.wrong('stays instead of going left', { loses: 1.5, change: ['1 : -1', '1 : 0'] });
  exercise.wrong('leaves out the start', { loses: 2, change: ['return places;', 'return places.slice(1);'] });
});

exercise('proc-brownian', ({ check, subject, random }) => {
  const path = async (noise: readonly number[], duration: number) =>
    numbersOf(await subject.call('brownian', noise, duration), noise.length + 1);

  check({ en: 'starts at 0', zh: '从 0 出发' }, { points: 0.5 }, async () => {
    numberOf((await path([1, -2, 0.5], 1))[0]).toBeCloseTo(0);
  });

  check(
    { en: 'moves by √Δt · z in each step', zh: '每步移动 √Δt · z' },
    {
      points: 1,
      hint: {
        en: 'Δt is the duration over the number of steps. Variance or standard deviation?',
        zh: 'Δt 等于总时长除以步数。该用方差，还是标准差？',
      },
    },
    async () => {
      const noise = Array.from({ length: 10 }, () => 2 * random.next() - 1);
      let place = 0;
      const expected = [0, ...noise.map((z) => (place += Math.sqrt(3 / 10) * z))];
      (await path(noise, 3)).forEach((value, i) => numberOf(value).toBeCloseTo(expected[i]));
    },
  );

  check(
    { en: 'has variance T at time T, however fine the steps', zh: '不管步子多细，时刻 T 的方差都是 T' },
    { points: 0.5, hidden: true, falseFailRate: 1e-7 },
    async () => {
      const ends: number[] = [];
      for (let i = 0; i < 200; i++) ends.push((await path(Array.from(random.normal([4]).dataSync()), 100))[4]);
      tensorOf(tf.tensor1d(ends)).toHaveVariance(100, { sampleSize: 200 });
    },
  );

  exercise.wrong('Δt where √Δt belongs', {
    loses: 1.5,
    change: ['Math.sqrt(duration / noise.length)', '(duration / noise.length)'],
  });
  exercise.wrong('forgets the duration', { loses: 1.5, change: ['duration / noise.length', '1 / noise.length'] });
  exercise.wrong('does not add up', {
    loses: 1.5,
    change: ['path[path.length - 1] + size * z', 'size * z'],
  });
});

/** Rows of probabilities, none of them 0, columns that do not add up to 1. */
const chain = (random: CheckRandom, n: number): number[][] =>
  Array.from({ length: n }, () => {
    const row = Array.from({ length: n }, (_, j) => 0.1 + random.next() + (j === 0 ? 1 : 0));
    const whole = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => value / whole);
  });

exercise('proc-step', { library: () => ({ chainStep: processes.chainStep }) }, ({ check, subject, random }) => {
  const distribution = (n: number) => chain(random, n)[0];

  check({ en: 'gives probabilities that add up to 1', zh: '各概率之和为 1' }, { points: 0.5 }, async () => {
    const after = numbersOf(await subject.call('chainStep', distribution(4), chain(random, 4)), 4);
    numberOf(after.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
  });

  check(
    { en: 'sums over where the chain may come from', zh: '对“从哪里来”求和' },
    {
      points: 1,
      hint: {
        en: 'p′ⱼ = Σᵢ pᵢ Pᵢⱼ: which index is summed over, the row or the column?',
        zh: 'p′ⱼ = Σᵢ pᵢ Pᵢⱼ：求和的是行号，还是列号？',
      },
    },
    async () => {
      const [p, matrix] = [distribution(3), chain(random, 3)];
      const expected = processes.chainStep(p, matrix);
      const found = numbersOf(await subject.call('chainStep', p, matrix), 3);
      found.forEach((value, i) => numberOf(value).toBeCloseTo(expected[i]));
    },
  );

  check(
    { en: 'leaves the stationary distribution as it is', zh: '平稳分布走一步不变' },
    { points: 0.5, hidden: true },
    async () => {
      const matrix = chain(random, 4);
      const pi = processes.stationaryDistribution(matrix);
      const found = numbersOf(await subject.call('chainStep', pi, matrix), 4);
      found.forEach((value, i) => numberOf(value).toBeCloseTo(pi[i]));
    },
  );

  exercise.wrong('P p instead of p P', { loses: 2, change: ['matrix[from][to]', 'matrix[to][from]'] });
  exercise.wrong('forgets where the chain is', { loses: 2, change: ['share * matrix[from][to]', 'matrix[from][to]'] });
  exercise.wrong('the likeliest way only', {
    loses: 2,
    change: ['sum + share * matrix[from][to], 0)', 'Math.max(sum, share * matrix[from][to]), 0)'],
  });
  exercise.wrong('does not move', {
    loses: 1,
    code: 'function chainStep(p: readonly number[], matrix: Matrix): number[] {\n  return matrix.map((_, to) => p[to]);\n}',
  });
});

exercise('proc-visits', ({ check, subject, random }) => {
  const uniforms = (n: number) => Array.from({ length: n }, () => random.next());
  const shares = async (matrix: number[][], start: number, u: number[], burnIn: number) =>
    numbersOf(await subject.call('visitShares', matrix, start, u, burnIn), matrix.length);
  const circle = [
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ];

  check({ en: 'gives shares that add up to 1', zh: '占比之和为 1' }, { points: 0.5 }, async () => {
    const found = await shares(chain(random, 3), 0, uniforms(50), 10);
    numberOf(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
  });

  check(
    { en: 'counts the states that are entered after the burn-in', zh: '统计预热之后进入的状态' },
    {
      points: 1,
      hint: {
        en: 'Step number burnIn (counted from 0) is the first that counts, and it is the state after the step that is counted.',
        zh: '从 0 数起的第 burnIn 步是第一个算数的，数的是走完这一步之后的状态。',
      },
    },
    async () => {
      // round and round: enters 1, 2, 0, 1, 2; the last three are 0, 1, 2, the last two 1, 2
      const u = uniforms(5);
      const three = await shares(circle, 0, u, 2);
      three.forEach((value) => numberOf(value).toBeCloseTo(1 / 3));
      const two = await shares(circle, 0, u, 3);
      two.forEach((value, i) => numberOf(value).toBeCloseTo([0, 0.5, 0.5][i]));
    },
  );

  check(
    { en: 'goes where the row of the present state sends it', zh: '按当前状态那一行走' },
    {
      points: 0.75,
      hint: {
        en: 'Which row does the next draw use, after the first step?',
        zh: '第一步之后，下一次抽样用的是哪一行？',
      },
    },
    async () => {
      const matrix = [
        [0.5, 0.5, 0],
        [0, 0.25, 0.75],
        [0.9, 0, 0.1],
      ];
      // 0 → 1 (u ≥ 0.5), 1 → 2 (u ≥ 0.25), 2 → 2 (u ≥ 0.9), 2 → 0, 0 → 0, 0 → 1, 1 → 1, 1 → 2
      const found = await shares(matrix, 0, [0.6, 0.3, 0.95, 0.2, 0.4, 0.7, 0.1, 0.8], 0);
      found.forEach((value, i) => numberOf(value).toBeCloseTo([2 / 8, 3 / 8, 3 / 8][i]));
    },
  );

  check(
    { en: 'comes close to π in a long run', zh: '走得够久就接近 π' },
    { points: 0.75, hidden: true, falseFailRate: 1e-9 },
    async () => {
      const matrix = [
        [0.7, 0.2, 0.1],
        [0.3, 0.4, 0.3],
        [0.2, 0.4, 0.4],
      ];
      const pi = processes.stationaryDistribution(matrix);
      const found = await shares(matrix, 2, uniforms(20_000), 100);
      // 0.05 is more than nine standard deviations, even with neighbouring days alike
      found.forEach((value, i) => numberOf(value).toBeBetween(pi[i] - 0.05, pi[i] + 0.05));
    },
  );

  exercise.wrong('counts the burn-in too', {
    loses: 1.5,
    change: ['if (step >= burnIn) counts', 'if (step >= 0) counts'],
  });
  exercise.wrong('always draws from the row of the start', {
    loses: 2.5,
    change: ['pick(matrix[state], number)', 'pick(matrix[start], number)'],
  });
  exercise.wrong('counts before the step', {
    loses: 1.75,
    change: [
      ['state = pick(matrix[state], number);', ''],
      [
        'if (step >= burnIn) counts[state]++;',
        'if (step >= burnIn) counts[state]++; state = pick(matrix[state], number);',
      ],
    ],
  });
  exercise.wrong('counts instead of shares', { loses: 3, change: ['count / (u.length - burnIn)', 'count'] });
});

exercise(
  'proc-langevin',
  { library: () => ({ langevinStep: processes.langevinStep }) },
  ({ check, subject, random }) => {
    const three = () => [
      random.normal<tf.Rank.R2>([5, 2]),
      random.normal<tf.Rank.R2>([5, 2]),
      random.normal<tf.Rank.R2>([5, 2]),
    ];

    check(
      { en: 'follows the score by half the step size', zh: '沿分数走步长的一半' },
      {
        points: 1,
        hint: { en: 'Towards larger log p, and by how much of ε?', zh: '朝 log p 变大的方向；ε 的几分之几？' },
      },
      async () => {
        const [x, score] = three();
        tensorOf(await subject.call('langevinStep', x, score, 0.3, tf.zeros([5, 2]))).toBeCloseTo(
          x.add(score.mul(0.15)),
          { absolute: 1e-5 },
        );
      },
    );

    check(
      { en: 'adds noise of standard deviation √ε', zh: '加上标准差为 √ε 的噪声' },
      {
        points: 1,
        hint: {
          en: 'The variance is ε. And is the noise the one that came in?',
          zh: '方差是 ε。用的是传进来的噪声吗？',
        },
      },
      async () => {
        const [x, , noise] = three();
        tensorOf(await subject.call('langevinStep', x, tf.zeros([5, 2]), 0.09, noise)).toBeCloseTo(
          x.add(noise.mul(0.3)),
          { absolute: 1e-5 },
        );
      },
    );

    check(
      { en: 'keeps N(0, I) as it is, but for ε²/4', zh: '让 N(0, I) 保持不变，只差 ε²/4' },
      { points: 1, hidden: true, falseFailRate: 1e-7 },
      async () => {
        const n = 4000;
        const x = random.normal<tf.Rank.R2>([n, 1]);
        const after = await subject.call('langevinStep', x, x.neg(), 0.3, random.normal([n, 1]));
        tensorOf(after).toHaveVariance(0.85 ** 2 + 0.3, { sampleSize: n });
      },
    );

    exercise.wrong('ε instead of ε/2', { loses: 2, change: ['stepSize / 2', 'stepSize'] });
    exercise.wrong('ε instead of √ε', { loses: 2, change: ['Math.sqrt(stepSize)', 'stepSize'] });
    exercise.wrong('away from the data', { loses: 2, change: ['x.add(score', 'x.sub(score'] });
    exercise.wrong('no noise', { loses: 2, change: ['.add(noise.mul(Math.sqrt(stepSize)))', ''] });
    exercise.wrong('draws noise of its own', {
      loses: 2,
      change: ['noise.mul(Math', 'tf.randomNormal(noise.shape).mul(Math'],
    });
  },
);

exercise('proc-repair', ({ check, subject, random }) => {
  /** The score of N(2, 1). */
  const pull = () =>
    fixture(
      (tfHere, { middle }) =>
        (x: tf.Tensor) =>
          tfHere.sub(middle, x),
      { middle: 2 },
    );
  const noises = (count: number, scale = 1) =>
    Array.from({ length: count }, () => random.normal<tf.Rank.R2>([4, 2], 0, scale));
  const still = (count: number) => Array.from({ length: count }, () => tf.zeros([4, 2]));

  check(
    { en: 'one step is a Langevin step', zh: '一步就是一步朗之万' },
    {
      points: 1,
      hint: { en: 'Compare both factors with exercise 5.', zh: '把两个系数与练习 5 对照。' },
    },
    async () => {
      const [x, noise] = [random.normal<tf.Rank.R2>([4, 2], 0, 3), noises(1)];
      const expected = processes.langevinStep(x, tf.sub(2, x), 0.2, noise[0]);
      tensorOf(await subject.call('langevin', x, pull(), 0.2, noise)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'asks for the score anew where it stands', zh: '走到哪里，就在哪里重新求分数' },
    {
      points: 1.5,
      hint: {
        en: 'Without noise it must slow down as it nears the middle. Where is the slope measured?',
        zh: '没有噪声时，越接近中心应当走得越慢。坡度是在哪里量的？',
      },
    },
    async () => {
      const x = random.normal<tf.Rank.R2>([4, 2], 0, 3);
      // each step shrinks the distance to 2 by 1 − ε/2
      const expected = x
        .sub(2)
        .mul(0.75 ** 6)
        .add(2);
      tensorOf(await subject.call('langevin', x, pull(), 0.5, still(6))).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'uses each noise once, in its order', zh: '每个噪声按顺序各用一次' },
    { points: 0.5, hidden: true },
    async () => {
      const [x, list] = [random.normal<tf.Rank.R2>([4, 2]), noises(3)];
      const expected = list.reduce(
        (at, noise) => processes.langevinStep(at, tf.sub<tf.Tensor2D>(2, at), 0.4, noise),
        x,
      );
      tensorOf(await subject.call('langevin', x, pull(), 0.4, list)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  const repaired = (
    slope: string,
    drift: string,
    kick: string,
  ) => `function langevin(x: Tensor2D, score: (x: Tensor2D) => Tensor2D, stepSize: number, noises: readonly Tensor2D[]): Tensor2D {
  ${slope === 'once' ? 'const slope = score(x);' : ''}
  for (const noise of noises) {
    ${slope === 'once' ? '' : 'const slope = score(x);'}
    x = x.add(slope.mul(${drift})).add(noise.mul(${kick}));
  }
  return x;
}`;
  exercise.wrong('the code as it was handed in', { loses: 3, code: repaired('once', 'stepSize', 'stepSize') });
  exercise.wrong('slope still measured once', {
    loses: 2,
    code: repaired('once', 'stepSize / 2', 'Math.sqrt(stepSize)'),
  });
  exercise.wrong('drift still twice too strong', {
    loses: 3,
    code: repaired('anew', 'stepSize', 'Math.sqrt(stepSize)'),
  });
  exercise.wrong('noise still without its root', { loses: 1.5, code: repaired('anew', 'stepSize / 2', 'stepSize') });
});
