import * as tf from '@tensorflow/tfjs';
import { type CheckRandom, exercise, expectValue, itemsOf, numberOf, partsOf, tensorOf } from '../support/exercise';

exercise('bg-dates', ({ check, subject, random }) => {
  const stages = [
    { name: 'first', from: 1900, to: 1920 },
    { name: 'second', from: 1920, to: 1950 },
  ];
  const items = (...years: (readonly [number, number])[]) =>
    years.map(([year, stage], i) => ({ name: `thing ${i}`, year, stage }));
  const expectNames = async (given: ReturnType<typeof items>, expected: readonly number[]) => {
    const found = itemsOf(await subject.call('misfiled', given, stages), expected.length);
    found.forEach((name, i) => expectValue(name, `thing ${expected[i]}`));
  };

  check(
    { en: 'finds what is too early or too late for its stage', zh: '找出比所归阶段早或晚的条目' },
    {
      points: 1,
      hint: {
        en: 'Which items are asked for: those inside their stage, or those outside? And is each compared with both ends of its own stage?',
        zh: '要的是阶段之内的，还是之外的？每一项都与自己那个阶段的两端比较了吗？',
      },
    },
    async () => {
      const year = 1921 + random.int(20);
      await expectNames(items([1905, 0], [year, 0], [1905, 1], [year, 1], [1899, 0], [1960, 1]), [1, 2, 4, 5]);
    },
  );

  check(
    { en: 'counts the first year of a stage, but not its last', zh: '阶段含起始年，不含结束年' },
    {
      points: 0.5,
      hint: {
        en: 'The year in which one stage ends and the next begins belongs to the next.',
        zh: '前一阶段结束、后一阶段开始的那一年，属于后一阶段。',
      },
    },
    () => expectNames(items([1920, 0], [1920, 1], [1900, 0], [1950, 1]), [0, 3]),
  );

  check({ en: 'gives nothing where nothing is wrong', zh: '没有错时什么也不返回' }, { points: 0.5, hidden: true }, () =>
    expectNames(items([1910, 0], [1930, 1], [1919, 0]), []),
  );

  exercise.wrong('gives those that are in their stage', {
    loses: 2,
    change: ['!inside(item)', 'inside(item)'],
  });
  exercise.wrong('takes the last year for inside', {
    loses: 0.5,
    change: ['year < stages[stage].to', 'year <= stages[stage].to'],
  });
  exercise.wrong('looks at one end only', { loses: 1.5, change: [' && year < stages[stage].to', ''] });
  exercise.wrong('asks whether any stage has the year', {
    loses: 1.5,
    change: [
      'year >= stages[stage].from && year < stages[stage].to',
      'stage >= 0 && stages.some(({ from, to }) => year >= from && year < to)',
    ],
  });
});

/** Rows with different means, spreads and correlations in their columns. */
const cloud = (random: CheckRandom, n: number, d: number) =>
  tf.tidy(() =>
    random
      .normal<tf.Rank.R2>([n, d])
      .matMul(random.normal<tf.Rank.R2>([d, d]))
      .add<tf.Tensor2D>(random.uniform([d], 2, 5)),
  );

exercise('bg-fit', ({ check, subject, random }) => {
  const fit = async (x: tf.Tensor2D) => partsOf(await subject.call('fitGaussian', x), 'mean', 'cov');

  check(
    { en: 'gives a mean [d] and a covariance [d,d]', zh: '返回均值 [d] 和协方差 [d,d]' },
    { points: 0.5 },
    async () => {
      const { mean, cov } = await fit(cloud(random, 9, 4));
      tensorOf(mean, 'mean').toHaveShape([4], { en: 'one average for each column', zh: '每一列一个平均值' });
      tensorOf(cov, 'cov').toHaveShape([4, 4], {
        en: 'it compares measurements with measurements, not examples with examples',
        zh: '比较的是量与量，而不是样本与样本',
      });
    },
  );

  check({ en: 'averages over the examples', zh: '对样本取平均' }, { points: 0.5 }, async () => {
    const x = cloud(random, 11, 3);
    tensorOf((await fit(x)).mean, 'mean').toBeCloseTo(x.mean(0), { absolute: 1e-4 });
  });

  check(
    { en: 'measures deviations from the mean', zh: '协方差衡量的是对均值的偏差' },
    {
      points: 1.5,
      hint: {
        en: 'Was the mean subtracted before multiplying? Is the sum of products divided by the number of rows?',
        zh: '相乘之前减去均值了吗？乘积之和除以行数了吗？',
      },
    },
    async () => {
      const x = cloud(random, 6, 3);
      const { mean, cov } = await fit(x);
      const centred = x.sub<tf.Tensor2D>(x.mean(0));
      tensorOf(mean, 'mean').toHaveShape([3]);
      tensorOf(cov, 'cov').toBeCloseTo(centred.transpose().matMul(centred).div(6), { absolute: 1e-3 });
    },
  );

  check(
    { en: 'does not change when all examples move', zh: '样本整体平移时不变' },
    { points: 0.5, hidden: true },
    async () => {
      const x = cloud(random, 20, 2);
      const before = tensorOf((await fit(x)).cov, 'cov').toHaveShape([2, 2]);
      const after = (await fit(x.add(3))).cov;
      tensorOf(after, 'cov').toBeCloseTo(tf.tensor2d(Array.from(before.value.data), [2, 2]), {
        absolute: 1e-3,
      });
    },
  );

  exercise.wrong('does not subtract the mean', {
    loses: 2,
    change: ['centred.matMul<Tensor2D>(centred, true)', 'x.matMul<Tensor2D>(x, true)'],
  });
  exercise.wrong('examples with examples', { loses: 2.5, change: ['(centred, true)', '(centred, false, true)'] });
  exercise.wrong('divides by N − 1', { loses: 1.5, change: ['div(x.shape[0])', 'div(x.shape[0] - 1)'] });
  exercise.wrong('averages over the wrong axis', {
    loses: 3,
    change: ['x.mean<Tensor1D>(0)', 'x.transpose().mean<Tensor1D>(0)'],
  });
});

exercise('bg-bayes', ({ check, subject, random }) => {
  const shares = (k: number) => tf.tidy(() => random.normal<tf.Rank.R1>([k]).softmax<tf.Tensor1D>());
  const bayes = (logs: tf.Tensor2D, priors: tf.Tensor1D) =>
    tf.tidy(() => {
      const joint = logs.exp().mul(priors);
      return joint.div<tf.Tensor2D>(joint.sum(1, true));
    });

  check(
    { en: 'adds up to 1 for each example', zh: '每个样本的概率之和为 1' },
    { points: 0.5, hint: { en: 'Which axis holds the classes?', zh: '类别在哪个轴上？' } },
    async () => {
      const answer = tensorOf(await subject.call('posterior', random.normal([5, 3]), shares(3))).toHaveShape([5, 3]);
      const sums = tf.tensor2d(Array.from(answer.value.data), [5, 3]).sum(1);
      tensorOf(sums).toBeCloseTo(tf.ones([5]), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'weighs each class by how frequent it is', zh: '按类别的多少加权' },
    {
      points: 1.5,
      hint: {
        en: 'A product of densities is a sum of logarithms. Is the prior in it, and as a logarithm too?',
        zh: '密度相乘就是对数相加。先验算进去了吗？它也取对数了吗？',
      },
    },
    async () => {
      const [logs, priors] = [random.normal<tf.Rank.R2>([6, 4]), shares(4)];
      tensorOf(await subject.call('posterior', logs, priors)).toBeCloseTo(bayes(logs, priors), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'survives log densities of −2000 and +2000', zh: '对数密度为 −2000、+2000 也不出错' },
    {
      points: 1,
      hint: {
        en: 'exp(−2000) is 0 and exp(2000) is infinite. Stay with logarithms to the end.',
        zh: 'exp(−2000) 是 0，exp(2000) 是无穷大。请一直用对数算到底。',
      },
    },
    async () => {
      const [logs, priors] = [random.normal<tf.Rank.R2>([4, 3]), shares(3)];
      const far = tf.tensor2d([[-2000], [2000], [-900], [0]]);
      tensorOf(await subject.call('posterior', logs.add(far), priors)).toBeCloseTo(bayes(logs, priors), {
        absolute: 2e-3, // float32 keeps about 1e-4 of a number near 2000
      });
    },
  );

  exercise.wrong('forgets the prior', { loses: 2.5, change: ['.add<Tensor2D>(priors.log())', ''] });
  exercise.wrong('adds the prior, not its logarithm', { loses: 2.5, change: ['priors.log()', 'priors'] });
  exercise.wrong('normalizes over the examples', {
    loses: 3,
    change: ['.softmax(1)', '.transpose().softmax().transpose()'],
  });
  exercise.wrong('leaves the logarithms too early', {
    loses: 1,
    change: [
      'return logDensities.add<Tensor2D>(priors.log()).softmax(1);',
      'const joint = logDensities.exp().mul(priors); return joint.div<Tensor2D>(joint.sum(1, true));',
    ],
  });
});

exercise('bg-pick', ({ check, subject }) => {
  const picked = async (probabilities: readonly number[], u: number) =>
    numberOf(await subject.call('pick', probabilities, u));

  check(
    { en: 'finds the stretch in which u lies', zh: '找到 u 落在哪一段' },
    {
      points: 0.5,
      hint: {
        en: 'Where does the stretch of class 2 begin: at its own probability, or at the sum of those before it?',
        zh: '第 2 类的那一段从哪里开始？从它自己的概率，还是从它前面几项之和？',
      },
    },
    async () => {
      const probabilities = [0.2, 0.5, 0.3];
      const right: [number, number][] = [
        [0.1, 0],
        [0.25, 1],
        [0.65, 1],
        [0.75, 2],
        [0.99, 2],
      ];
      for (const [u, k] of right) (await picked(probabilities, u)).toBeCloseTo(k, { absolute: 0, relative: 0 });
    },
  );

  check(
    { en: 'never picks what cannot happen, and always picks something', zh: '绝不选不可能的类，也总能选出一类' },
    { points: 0.5, hidden: true },
    async () => {
      (await picked([0, 1, 0], 0)).toBeCloseTo(1, { absolute: 0, relative: 0 });
      (await picked([0.3, 0.3, 0.3999], 0.99995)).toBeCloseTo(2, { absolute: 0, relative: 0 });
    },
  );

  exercise.wrong('compares with each probability alone', { loses: 0.5, change: ['(end += p) > u', 'p + 0 * end > u'] });
  exercise.wrong('picks a class of probability 0', { loses: 0.5, change: ['> u)', '>= u)'] });
  exercise.wrong('answers −1 behind the sum', { loses: 0.5, change: ['found < 0 ?', 'found < -1 ?'] });
  exercise.wrong('the likeliest class, always', {
    loses: 0.5,
    code: `function pick(probabilities: readonly number[], u: number): number {
  return u < 0 ? 0 : probabilities.indexOf(Math.max(...probabilities));
}`,
  });
});

exercise('bg-sample', ({ check, subject, random }) => {
  const lower = () => tf.tensor2d([1.5, 0, 0, 0.7, 0.8, 0, -0.4, 0.3, 1.1], [3, 3]);

  check(
    { en: 'is μ + L ε for each row', zh: '每一行都等于 μ + L ε' },
    {
      points: 1.5,
      hint: {
        en: 'Is the mean there? And is it L or its transpose that a row vector has to be multiplied by?',
        zh: '均值加上了吗？行向量该乘 L，还是它的转置？',
      },
    },
    async () => {
      const [mean, noise] = [random.normal<tf.Rank.R1>([3], 2), random.normal<tf.Rank.R2>([5, 3])];
      const expected = lower().matMul(noise.transpose()).transpose().add(mean);
      tensorOf(await subject.call('sampleGaussian', mean, lower(), noise)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'has the variance that Σ says', zh: '方差与 Σ 一致' },
    { points: 0.5, hidden: true, falseFailRate: 1e-7 },
    async () => {
      const n = 4000;
      const draws = await subject.call('sampleGaussian', tf.tensor1d([5, -5, 0]), lower(), random.normal([n, 3]));
      const rows = tensorOf(draws).toHaveShape([n, 3]).value.data;
      const last = Array.from(rows).filter((_, i) => i % 3 === 2);
      tensorOf(tf.tensor1d(last)).toHaveVariance(0.4 ** 2 + 0.3 ** 2 + 1.1 ** 2, { sampleSize: n });
    },
  );

  exercise.wrong('does not transpose', { loses: 2, change: ['(lower, false, true)', '(lower)'] });
  exercise.wrong('forgets the mean', { loses: 1.5, change: ['.add<Tensor2D>(mean)', ''] });
  exercise.wrong('Σ where L belongs', {
    loses: 2,
    change: ['(lower, false, true)', '(lower.matMul<Tensor2D>(lower, false, true))'],
  });
  exercise.wrong('draws noise of its own', {
    loses: 1.5,
    change: ['noise.matMul', 'tf.randomNormal(noise.shape).matMul'],
  });
});

exercise('bg-inpaint', ({ check, subject, random }) => {
  const d = 6;
  const numbers = (n: number, scale = 1) => Array.from({ length: n }, () => scale * (2 * random.next() - 1));
  const triangle = () =>
    Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_unused, j) => (j < i ? random.next() - 0.5 : j === i ? 0.5 + random.next() : 0)),
    );
  const draw = (mean: number[], lower: number[][], noise: number[]) =>
    mean.map((middle, i) => lower[i].reduce((sum, l, j) => sum + l * noise[j], middle));
  const answer = async (known: number[], mean: number[], lower: number[][], noise: number[]) =>
    itemsOf(await subject.call('inpaint', known, mean, lower, noise), d).map((item) => numberOf(item));

  check(
    { en: 'gives all coordinates, the known ones unchanged', zh: '返回全部坐标，已知的保持不变' },
    { points: 1, hint: { en: 'Which noise makes exactly the known values?', zh: '什么样的噪声恰好产生已知的值？' } },
    async () => {
      const known = numbers(3, 2);
      const found = await answer(known, numbers(d), triangle(), numbers(d));
      known.forEach((value, i) => found[i].toBeCloseTo(value, { absolute: 1e-6 }));
    },
  );

  check(
    { en: 'goes on as the known part demands', zh: '余下的部分与已知部分相符' },
    {
      points: 1.5,
      hint: {
        en: 'A picture made from some noise, cut off, and restored with the same noise must come back whole.',
        zh: '用某组噪声画一幅图，截掉一段，再用同一组噪声补全，应当还原成整幅。',
      },
    },
    async () => {
      const [mean, lower, noise] = [numbers(d), triangle(), numbers(d)];
      const whole = draw(mean, lower, noise);
      // other noise where the picture is known must not matter
      const found = await answer(whole.slice(0, 4), mean, lower, [...numbers(4), ...noise.slice(4)]);
      whole.forEach((value, i) => found[i].toBeCloseTo(value, { absolute: 1e-6 }));
    },
  );

  check(
    { en: 'draws everything when nothing is known', zh: '什么都不知道时，全部抽取' },
    { points: 0.5, hidden: true },
    async () => {
      const [mean, lower, noise] = [numbers(d), triangle(), numbers(d)];
      const found = await answer([], mean, lower, noise);
      draw(mean, lower, noise).forEach((value, i) => found[i].toBeCloseTo(value, { absolute: 1e-6 }));
    },
  );

  exercise.wrong('pastes the known part over an unconditional draw', {
    loses: 1.5,
    code: `function inpaint(known: readonly number[], mean: readonly number[], lower: readonly (readonly number[])[], noise: readonly number[]): number[] {
  return mean.map((middle, i) => (i < known.length ? known[i] : lower[i].reduce((sum, l, j) => sum + l * noise[j], middle)));
}`,
  });
  exercise.wrong('takes the free noise from the front', {
    loses: 1.5,
    change: ['...noise.slice(known.length)]', '...noise]'],
  });
  exercise.wrong('forgets the mean', { loses: 3, change: [', middle));', ', 0 * middle));'] });
  exercise.wrong('the average instead of a draw', {
    loses: 2,
    change: ['...noise.slice(known.length)', '...noise.slice(known.length).map(() => 0)'],
  });
});
