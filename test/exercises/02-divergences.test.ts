import * as tf from '@tensorflow/tfjs';
import { metrics } from 'genlab';
import { type CheckRandom, exercise, itemsOf, numberOf, tensorOf } from '../support/exercise';

/** Shares of n cells that add up to 1, none of them 0. */
const shares = (random: CheckRandom, n: number): number[] => {
  const values = Array.from({ length: n }, () => 0.05 + random.next());
  const whole = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / whole);
};

exercise('lik-gaussian', ({ check, subject, random }) => {
  check({ en: 'is one number', zh: '是一个数' }, { points: 0.5 }, async () => {
    tensorOf(await subject.call('meanLogLikelihood', random.normal([9]), 0.5, 2)).toBeScalar({
      en: 'averaged over the data',
      zh: '对数据取平均',
    });
  });

  check(
    { en: 'is the mean of the log density', zh: '等于对数密度的平均值' },
    {
      points: 1.5,
      hint: {
        en: 'Three terms: the constant, log σ, and the square over 2σ². Is each there, with its sign?',
        zh: '共三项：常数、log σ、平方除以 2σ²。每一项都在吗？符号对吗？',
      },
    },
    async () => {
      const x = random.normal<tf.Rank.R1>([40], 1, 2);
      const [mu, sigma] = [random.next() - 0.5, 0.5 + random.next()];
      const values = Array.from(await x.data());
      const one = (value: number): number =>
        -0.5 * Math.log(2 * Math.PI * sigma ** 2) - (value - mu) ** 2 / (2 * sigma ** 2);
      const expected = values.reduce((sum, value) => sum + one(value), 0) / values.length;
      tensorOf(await subject.call('meanLogLikelihood', x, mu, sigma)).toBeCloseTo(expected, { relative: 1e-4 });
    },
  );

  exercise.wrong('forgets log σ', { loses: 1.5, change: [' - Math.log(sigma)', ''] });
  exercise.wrong('σ where σ² belongs', { loses: 1.5, change: ['sigma ** 2', 'sigma'] });
  exercise.wrong('sum instead of mean', { loses: 1.5, change: ['squares.mean()', 'squares.sum()'] });
  exercise.wrong('the negative log-likelihood', {
    loses: 1.5,
    change: ['tf.sub(constant, squares.mean())', 'squares.mean().sub(constant)'],
  });
});

exercise('div-kl', ({ check, subject, random }) => {
  check({ en: 'is 0 for a distribution and itself', zh: '分布与自身的散度为 0' }, { points: 0.5 }, async () => {
    const p = shares(random, 6);
    numberOf(await subject.call('kl', p, p)).toBeCloseTo(0, { absolute: 1e-9 });
    const [a, b] = [shares(random, 4), shares(random, 4)];
    numberOf(await subject.call('kl', a, b)).toBeBetween(1e-6, 10);
  });

  check(
    { en: 'is Σ p log(p/q), in nats', zh: '等于 Σ p log(p/q)，单位为奈特' },
    {
      points: 1,
      hint: {
        en: 'Whose shares are the weights, and which logarithm gives nats?',
        zh: '权重是谁的占比？哪种对数得到奈特？',
      },
    },
    async () => {
      const [p, q] = [shares(random, 7), shares(random, 7)];
      numberOf(await subject.call('kl', p, q)).toBeCloseTo(metrics.klDivergence(p, q), { relative: 1e-6 });
    },
  );

  check(
    { en: 'counts a cell that p leaves empty as 0', zh: 'p 的空格按 0 计' },
    {
      points: 0.75,
      hint: {
        en: 'What is 0 · log 0 in the language, and what should it be?',
        zh: '0 · log 0 在程序里是什么？应该是什么？',
      },
    },
    async () => {
      const q = shares(random, 4);
      numberOf(await subject.call('kl', [0.5, 0, 0.5, 0], q)).toBeCloseTo(
        metrics.klDivergence([0.5, 0, 0.5, 0], q),
        { relative: 1e-6 },
        { en: 'a log a → 0 as a → 0', zh: 'a → 0 时 a log a → 0' },
      );
      numberOf(await subject.call('kl', [1, 0, 0], [0.5, 0.5, 0])).toBeCloseTo(Math.LN2, { relative: 1e-6 });
    },
  );

  check(
    { en: 'is infinite where q says never and p says sometimes', zh: 'q 说绝不、p 说有时：为无穷大' },
    { points: 0.75, hidden: true },
    async () => {
      numberOf(await subject.call('kl', [0.5, 0.5], [1, 0])).toBeBetween(Infinity, Infinity, {
        en: 'the model excluded what happens',
        zh: '模型排除了会发生的事',
      });
    },
  );

  exercise.wrong('the other way round', {
    loses: 2.5,
    change: ['share * Math.log(share / q[i])', 'q[i] * Math.log(q[i] / share)'],
  });
  exercise.wrong('bits instead of nats', { loses: 1.75, change: ['Math.log(', 'Math.log2('] });
  exercise.wrong('lets 0 log 0 be NaN', { loses: 0.75, change: ['share === 0 ? sum : sum + ', 'sum + '] });
  exercise.wrong('leaves out cells that q leaves empty', {
    loses: 0.75,
    change: ['share === 0 ?', 'share === 0 || q[i] === 0 ?'],
  });
});

exercise('div-js', ({ check, subject, random }) => {
  check({ en: 'is symmetric, and 0 for equals', zh: '对称；两者相同时为 0' }, { points: 0.5 }, async () => {
    const [p, q] = [shares(random, 5), shares(random, 5)];
    const there = numberOf(await subject.call('js', p, q)).toBeBetween(1e-6, Math.LN2).value;
    numberOf(await subject.call('js', q, p)).toBeCloseTo(there, { relative: 1e-6 });
    numberOf(await subject.call('js', p, p)).toBeCloseTo(0, { absolute: 1e-9 });
  });

  check(
    { en: 'is the mean of the two KLs to the middle', zh: '等于到中点的两个 KL 的平均' },
    {
      points: 1,
      hint: { en: 'Is each half there, and is m the mean of p and q?', zh: '两半都在吗？m 是 p 和 q 的平均吗？' },
    },
    async () => {
      const [p, q] = [shares(random, 6), shares(random, 6)];
      numberOf(await subject.call('js', p, q)).toBeCloseTo(metrics.jsDivergence(p, q), { relative: 1e-6 });
    },
  );

  check(
    { en: 'is log 2 for distributions that share nothing', zh: '毫无重叠时为 log 2' },
    { points: 0.5 },
    async () => {
      const p = shares(random, 3);
      numberOf(await subject.call('js', [...p, 0, 0, 0], [0, 0, 0, ...p])).toBeCloseTo(Math.LN2, { relative: 1e-6 });
    },
  );

  exercise.wrong('sum of the halves, not their mean', {
    loses: 1.5,
    change: ['kl(p, m) / 2 + kl(q, m) / 2', 'kl(p, m) + kl(q, m)'],
  });
  exercise.wrong('the symmetric mean of KL and reverse KL', {
    loses: 1.5,
    change: ['kl(p, m) / 2 + kl(q, m) / 2', '(kl(p, q) + kl(q, p)) / 2'],
  });
  exercise.wrong('KL to the middle of one side only', { loses: 1.5, change: [' / 2 + kl(q, m) / 2', ''] });
});

exercise('div-wasserstein', ({ check, subject, random }) => {
  const sample = (n: number, scale = 20) => Array.from({ length: n }, () => scale * (random.next() - 0.5));

  check(
    { en: 'is how far a sample was moved', zh: '样本整体平移多远，就是多少' },
    { points: 1, hint: { en: 'Is it divided by the number of grains?', zh: '除以个数了吗？' } },
    async () => {
      const x = sample(30);
      const moved = x.map((value) => value + 3);
      numberOf(await subject.call('wasserstein1', x, moved)).toBeCloseTo(3, { relative: 1e-6 });
      numberOf(await subject.call('wasserstein1', x, x)).toBeCloseTo(0, { absolute: 1e-9 });
    },
  );

  check(
    { en: 'does not depend on the order', zh: '与排列顺序无关' },
    {
      points: 1.5,
      hint: {
        en: 'Which numbers belong together? And what does sort() do with 10 and 9?',
        zh: '哪个数该对哪个数？sort() 会怎样排 10 和 9？',
      },
    },
    async () => {
      const [x, y] = [sample(25, 40), sample(25, 15)];
      numberOf(await subject.call('wasserstein1', x, y)).toBeCloseTo(metrics.wasserstein1d(x, y), { relative: 1e-6 });
      numberOf(await subject.call('wasserstein1', [10, 9, 100], [9, 100, 10])).toBeCloseTo(0, { absolute: 1e-9 });
    },
  );

  check(
    { en: 'cannot be fooled by parts that cancel', zh: '正负不能相互抵消' },
    { points: 0.5, hidden: true },
    async () => {
      numberOf(await subject.call('wasserstein1', [0, 0], [-1, 1])).toBeCloseTo(1, { relative: 1e-6 });
    },
  );

  exercise.wrong('sorts as text', { loses: 2.5, change: ['.sort((a, b) => a - b)', '.sort()'] });
  exercise.wrong('does not sort', { loses: 1.5, change: ['.sort((a, b) => a - b)', ''] });
  exercise.wrong('forgets to divide', { loses: 3, change: [' / a.length', ''] });
  exercise.wrong('without the absolute value', {
    loses: 3,
    change: ['Math.abs(value - b[i])', '(value - b[i])'],
  });
});

exercise('div-plan', ({ check, subject, random }) => {
  const prices = (n: number) => Array.from({ length: n }, () => Array.from({ length: n }, () => random.next()));

  /** The plan, once it is known to use each place exactly once. */
  const asked = async (cost: number[][]): Promise<number[]> => {
    const items = itemsOf(await subject.call('cheapestPlan', cost)).map((item) => numberOf(item).value);
    numberOf(new Set(items.filter((j) => j in cost)).size).toBeCloseTo(
      cost.length,
      { absolute: 0, relative: 0 },
      {
        en: 'each place must be used exactly once',
        zh: '每个位置必须恰好用一次',
      },
    );
    return items;
  };
  const price = (cost: number[][], plan: readonly number[]) => plan.reduce((sum, j, i) => sum + cost[i][j], 0);
  const orders = (n: number): number[][] =>
    n === 0
      ? [[]]
      : orders(n - 1).flatMap((order) =>
          Array.from({ length: n }, (_, i) => [...order.slice(0, i), n - 1, ...order.slice(i)]),
        );

  check({ en: 'uses each place once', zh: '每个位置恰好用一次' }, { points: 1 }, async () => {
    await asked(prices(4));
  });

  check(
    { en: 'is as cheap as the cheapest of all', zh: '价钱等于所有方案中最低的' },
    {
      points: 2,
      hint: {
        en: 'Taking the nearest free place each time is not enough: see section 9.',
        zh: '每次都占最近的空位还不够，见第 9 节。',
      },
    },
    async () => {
      for (const cost of [
        [
          [1, 2],
          [1, 9],
        ],
        prices(4),
        prices(5),
      ]) {
        const lowest = Math.min(...orders(cost.length).map((plan) => price(cost, plan)));
        numberOf(price(cost, await asked(cost))).toBeCloseTo(lowest, { absolute: 1e-9, relative: 1e-9 });
      }
    },
  );

  exercise.wrong('greedy', {
    loses: 2,
    code: `function cheapestPlan(cost: readonly (readonly number[])[]): number[] {
  const plan: number[] = [];
  for (const row of cost) {
    const free = row.map((_, j) => j).filter((j) => !plan.includes(j));
    plan.push(free.reduce((best, j) => (row[j] < row[best] ? j : best)));
  }
  return plan;
}`,
  });
  exercise.wrong('each its nearest, whoever else has it', {
    loses: 3,
    code: `function cheapestPlan(cost: readonly (readonly number[])[]): number[] {
  return cost.map((row) => row.indexOf(Math.min(...row)));
}`,
  });
  exercise.wrong('the dearest', { loses: 2, change: ['price(plan) < price(best)', 'price(plan) > price(best)'] });
});

exercise('div-samples', ({ check, subject, random }) => {
  const sample = (n: number) => Array.from({ length: n }, () => random.next());

  check({ en: 'is 0 for a sample and itself', zh: '样本与自身的散度为 0' }, { points: 0.5 }, async () => {
    const x = sample(40);
    numberOf(await subject.call('sampleJs', x, x, 5)).toBeCloseTo(0, { absolute: 1e-9 });
    const half = x.map((value) => (value < 0.5 ? value : value + 1));
    numberOf(await subject.call('sampleJs', x, half, 4)).toBeBetween(0.05, Math.LN2);
  });

  check(
    { en: 'is log 2 for a sample and a copy of it that was moved far away', zh: '样本与挪到远处的它自己：log 2' },
    {
      points: 1,
      hint: {
        en: 'Does bin 3 of the one sample cover the same stretch as bin 3 of the other?',
        zh: '一组的第 3 格与另一组的第 3 格，覆盖的是同一段吗？',
      },
    },
    async () => {
      const x = sample(30);
      const moved = x.map((value) => value + 9);
      numberOf(await subject.call('sampleJs', x, moved, 10)).toBeCloseTo(Math.LN2, { relative: 1e-6 });
      numberOf(await subject.call('sampleJs', moved, x, 10)).toBeCloseTo(Math.LN2, { relative: 1e-6 });
    },
  );

  check(
    { en: 'counts every value of both, however many there are', zh: '两组的每个数都计入，不论各有多少个' },
    { points: 0.5, hidden: true },
    async () => {
      const [x, y] = [sample(50), sample(80).map((value) => 2 * value + 0.5)];
      const [low, high] = [Math.min(...x, ...y), Math.max(...x, ...y)];
      const expected = metrics.jsDivergence(metrics.histogram(x, low, high, 6), metrics.histogram(y, low, high, 6));
      numberOf(await subject.call('sampleJs', x, y, 6)).toBeCloseTo(expected, { relative: 1e-6 });
    },
  );

  exercise.wrong('each sample in bins of its own', {
    loses: 1.5,
    change: [
      'metrics.histogram(one, lowest, highest, bins)',
      'metrics.histogram(one, Math.min(...one), Math.max(...one), bins)',
    ],
  });
  exercise.wrong('the bins of the first sample for both', {
    loses: 1.5,
    change: ['const together = [...x, ...y];', 'const together = x;'],
  });
  exercise.wrong('another number of bins', { loses: 0.5, change: ['highest, bins)', 'highest, 2 * bins)'] });
});
