import * as tf from '@tensorflow/tfjs';
import { type CheckRandom, exercise, tensorOf } from '../support/exercise';

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
