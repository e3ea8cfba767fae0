import * as tf from '@tensorflow/tfjs';
import { type CheckRandom, exercise, numberOf, tensorOf } from '../support/exercise';

/** The weights of one half, of a given size. */
const half = (random: CheckRandom, [from, hidden, to]: readonly [number, number, number]) => ({
  w1: random.normal<tf.Rank.R2>([from, hidden]),
  b1: random.normal<tf.Rank.R1>([hidden]),
  w2: random.normal<tf.Rank.R2>([hidden, to]),
  b2: random.normal<tf.Rank.R1>([to]),
});

exercise('ae-forward', ({ check, subject, random }) => {
  check(
    { en: 'gives one row for each row that came in', zh: '输入几行，输出就有几行' },
    {
      points: 1,
      hint: {
        en: 'Read the shapes from left to right: [B,in]·[in,h]·[h,out].',
        zh: '从左往右读形状：[B,in]·[in,h]·[h,out]。',
      },
    },
    async () => {
      const z = await subject.call('forward', random.normal([5, 3]), half(random, [3, 7, 2]));
      tensorOf(z).toHaveShape([5, 2], { en: 'five examples, two outputs', zh: '五个样本，每个两个输出' });
    },
  );

  check(
    { en: 'bends the hidden layer and nothing else', zh: '只在隐藏层拐弯' },
    {
      points: 1.5,
      hint: {
        en: 'Which of the two layers goes through tanh, and does each have its bias?',
        zh: '两层中哪一层要经过 tanh？两个偏置都加上了吗？',
      },
    },
    async () => {
      const [x, w] = [random.normal<tf.Rank.R2>([6, 4]), half(random, [4, 9, 3])];
      const expected = x.matMul(w.w1).add(w.b1).tanh().matMul(w.w2).add(w.b2);
      tensorOf(await subject.call('forward', x, w)).toBeCloseTo(expected, { absolute: 1e-5 });
    },
  );

  check(
    { en: 'lets gradients through to the input', zh: '梯度能传回输入' },
    { points: 0.5, hidden: true },
    async () => {
      const [x, w] = [random.normal<tf.Rank.R2>([4, 3]), half(random, [3, 5, 2])];
      const bend = tf.sub(1, x.matMul(w.w1).add(w.b1).tanh().square()); // [4,5]
      const expected = bend.mul(w.w2.sum(1)).matMul(w.w1, false, true); // [4,3]
      tensorOf(await subject.gradient('forward', [x, w], 0)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  exercise.wrong('bends the output too', { loses: 2, change: ['.add<Tensor2D>(w.b2)', '.add<Tensor2D>(w.b2).tanh()'] });
  exercise.wrong('forgets the hidden bias', { loses: 2, change: ['.add<Tensor2D>(w.b1)', ''] });
  exercise.wrong('does not bend at all', { loses: 2, change: ['.tanh()', ''] });
  exercise.wrong('reads the numbers out and builds a new tensor', {
    loses: 0.5,
    change: [
      'return hidden.matMul<Tensor2D>(w.w2).add<Tensor2D>(w.b2);',
      'const out = hidden.matMul<Tensor2D>(w.w2).add<Tensor2D>(w.b2); return tf.tensor2d(out.arraySync());',
    ],
  });
});

exercise('ae-loss', ({ check, subject, random }) => {
  const pair = () => [random.uniform<tf.Rank.R2>([6, 10]), random.uniform<tf.Rank.R2>([6, 10])] as const;

  check(
    { en: 'is one number, and 0 for a perfect reconstruction', zh: '是一个数；重构完美时为 0' },
    { points: 0.5 },
    async () => {
      const [x, other] = pair();
      tensorOf(await subject.call('reconstructionLoss', x, x))
        .toBeScalar()
        .toBeCloseTo(0, { absolute: 1e-6 });
      tensorOf(await subject.call('reconstructionLoss', x, other)).toBeBetween(1e-3, 10);
    },
  );

  check(
    { en: 'sums over the coordinates and averages over the examples', zh: '对坐标求和，对样本取平均' },
    {
      points: 1.5,
      hint: {
        en: 'Twice as many examples must leave it as it is; twice as many coordinates must double it.',
        zh: '样本数翻倍，结果应当不变；坐标数翻倍，结果应当翻倍。',
      },
    },
    async () => {
      const [x, xHat] = pair();
      const once = x.sub(xHat).square().sum().div(6).dataSync()[0];
      tensorOf(await subject.call('reconstructionLoss', x, xHat)).toBeCloseTo(once, { relative: 1e-4 });
      const [wide, wideHat] = [tf.concat([x, x], 1), tf.concat([xHat, xHat], 1)];
      tensorOf(await subject.call('reconstructionLoss', wide, wideHat)).toBeCloseTo(2 * once, { relative: 1e-4 });
    },
  );

  exercise.wrong('averages over everything', { loses: 1.5, change: ['.sum(1).mean()', '.mean()'] });
  exercise.wrong('sums over everything', { loses: 2, change: ['.sum(1).mean()', '.sum()'] });
  exercise.wrong('sums over the examples instead', { loses: 1.5, change: ['.sum(1)', '.sum(0)'] });
  exercise.wrong('distance without the square', { loses: 1.5, change: ['.square()', '.abs()'] });
});

exercise('ae-walk', ({ check, subject, random }) => {
  const ends = () => [random.normal<tf.Rank.R1>([3]), random.normal<tf.Rank.R1>([3])] as const;

  check({ en: 'has as many stops as asked for', zh: '站数与要求一致' }, { points: 0.5 }, async () => {
    tensorOf(await subject.call('walk', ...ends(), 7)).toHaveShape([7, 3], {
      en: 'one row for each stop',
      zh: '每一站占一行',
    });
  });

  check(
    { en: 'starts at za, ends at zb, and goes straight', zh: '从 za 出发，到 zb 结束，走直线' },
    {
      points: 1.5,
      hint: { en: 'What is s at the first stop, and at the last?', zh: '第一站的 s 是多少？最后一站呢？' },
    },
    async () => {
      const [za, zb] = ends();
      const s = tf.linspace(0, 1, 5).reshape([5, 1]);
      const expected = za.mul(tf.sub(1, s)).add(zb.mul(s));
      tensorOf(await subject.call('walk', za, zb, 5)).toBeCloseTo(expected, { absolute: 1e-5 });
    },
  );

  exercise.wrong('walks backwards', {
    loses: 1.5,
    change: [
      ['za.mul(tf.sub(1, s))', 'za.mul(s)'],
      ['zb.mul(s)', 'zb.mul(tf.sub(1, s))'],
    ],
  });
  exercise.wrong('stops one step short of zb', {
    loses: 1.5,
    change: ['tf.linspace(0, 1, steps)', 'tf.range(0, steps).div(steps)'],
  });
  exercise.wrong('adds the whole of za', { loses: 1.5, change: ['za.mul(tf.sub(1, s))', 'za'] });
});

exercise('ae-neighbours', ({ check, subject, random }) => {
  /** Heaps far from each other, points of one heap close together. */
  const heaps = (count: number, each: number) =>
    Array.from({ length: count * each }, (_, i) => [10 * (i % count) + random.next(), random.next(), random.next()]);

  check(
    { en: 'is 1 where every kind keeps to itself', zh: '各类各自成堆时为 1' },
    {
      points: 1,
      hint: { en: 'Is it a share of the points, between 0 and 1?', zh: '结果是所占的比例吗？应在 0 与 1 之间。' },
    },
    async () => {
      const points = heaps(3, 5);
      const labels = points.map((_, i) => i % 3);
      numberOf(await subject.call('neighboursAlike', points, labels)).toBeCloseTo(1, { absolute: 1e-9 });
    },
  );

  check(
    { en: 'does not take a point for its own neighbour', zh: '不把点自己当成自己的邻居' },
    {
      points: 1,
      hint: {
        en: 'The point at distance 0 is the point itself. Which one comes next?',
        zh: '距离为 0 的是它自己。除它之外谁最近？',
      },
    },
    async () => {
      const points = heaps(4, 2);
      // the two of one heap bear different labels
      const labels = points.map((_, i) => (i < 4 ? 0 : 1));
      numberOf(await subject.call('neighboursAlike', points, labels)).toBeCloseTo(0, { absolute: 1e-9 });
    },
  );

  check(
    { en: 'uses every coordinate, and their squares', zh: '每个坐标都用上，而且取平方' },
    {
      points: 1,
      hidden: true,
      hint: {
        en: 'Near means a small straight distance, not one coordinate alone.',
        zh: '近是指直线距离小，不是只看一个坐标。',
      },
    },
    async () => {
      // from the first point: 3 away along one axis, or 2 and 2 away along two (2.8 in a straight line, 4 by the streets)
      const points = [
        [0, 0],
        [3, 0],
        [-2, 2],
        [100, 0],
        [100, -1],
      ];
      numberOf(await subject.call('neighboursAlike', points, [0, 1, 0, 2, 2])).toBeCloseTo(4 / 5, { absolute: 1e-9 });
    },
  );

  exercise.wrong('takes each point for its own neighbour', { loses: 2, change: ['j === i ? Infinity : ', ''] });
  exercise.wrong('counts instead of giving a share', { loses: 2, change: [' / points.length', ''] });
  exercise.wrong('the farthest instead of the nearest', {
    loses: 3,
    change: [
      ['Infinity', '-Infinity'],
      ['Math.min', 'Math.max'],
    ],
  });
  exercise.wrong('distance by the streets', { loses: 1, change: ['(value - b[i]) ** 2', 'Math.abs(value - b[i])'] });
});

exercise('ae-fitted', ({ check, subject, random }) => {
  const codes = () =>
    random
      .normal<tf.Rank.R2>([60, 4])
      .mul<tf.Tensor2D>(tf.tensor1d([1, 5, 0.2, 2]))
      .add<tf.Tensor2D>(tf.range(0, 4));

  check(
    { en: 'turns no noise into the mean of each coordinate', zh: '噪声为 0 时，得到每个坐标的均值' },
    {
      points: 1,
      hint: {
        en: 'Over which axis are the moments taken? There must be k means.',
        zh: '沿哪个轴求矩？应当有 k 个均值。',
      },
    },
    async () => {
      const real = codes();
      tensorOf(await subject.call('fittedCodes', real, tf.zeros([3, 4])))
        .toHaveShape([3, 4], { en: 'one row for each row of noise', zh: '每行噪声对应一行' })
        .toBeCloseTo(real.mean(0).tile([3]).reshape([3, 4]), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'has the spread of each coordinate', zh: '每个坐标的分散程度与真实编码相同' },
    {
      points: 1,
      hint: {
        en: 'Noise has standard deviation 1. By what must it be multiplied to get the standard deviation of the codes?',
        zh: '噪声的标准差为 1。乘上什么，才得到编码的标准差？',
      },
    },
    async () => {
      const real = codes();
      const one = tf.ones<tf.Rank.R2>([2, 4]);
      const deviation = real.sub(real.mean(0)).square().mean(0).sqrt();
      const expected = one.mul(deviation).add(real.mean(0));
      tensorOf(await subject.call('fittedCodes', real, one)).toBeCloseTo(expected, { absolute: 1e-3 });
    },
  );

  exercise.wrong('one mean and one spread for all coordinates', {
    loses: 2,
    change: ['tf.moments(codes, 0)', 'tf.moments(codes)'],
  });
  exercise.wrong('the variance in place of the standard deviation', {
    loses: 1,
    change: ['each.variance.sqrt()', 'each.variance'],
  });
  exercise.wrong('forgets the mean', { loses: 2, change: ['.add(each.mean)', ''] });
});
