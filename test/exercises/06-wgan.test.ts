import * as tf from '@tensorflow/tfjs';
import { sngan, wgan, wganGp } from 'genlab';
import { exercise, expectValue, fixture, itemsOf, numberOf, tensorOf } from '../support/exercise';

exercise(
  'wgan-losses',
  { library: () => ({ criticLoss: wgan.criticLoss, generatorLoss: wgan.generatorLoss }) },
  ({ check, subject, random }) => {
    check(
      { en: 'the critic’s loss falls when real examples score higher', zh: '真实样本得分越高，评论家的损失越低' },
      {
        points: 0.5,
        hint: {
          en: 'A loss is minimized: which of the two means must carry the minus?',
          zh: '损失是要最小化的：两个平均值里，哪一个前面该有负号？',
        },
      },
      async () => {
        const loss = await subject.call('criticLoss', tf.tensor1d([3, 5]), tf.tensor1d([1, 2]));
        numberOf(loss).toBeBetween(-10, -0.01);
      },
    );

    check(
      {
        en: 'the critic’s loss is the difference of the means, whatever their size',
        zh: '评论家的损失是平均值之差，大小不限',
      },
      {
        points: 0.5,
        hint: {
          en: 'A score may be any number: no sigmoid, no logarithm.',
          zh: '打分可以是任何数：不要 sigmoid，也不要对数。',
        },
      },
      async () => {
        const [real, fake] = [random.normal<tf.Rank.R1>([7], 4, 9), random.normal<tf.Rank.R1>([5], -20, 9)];
        const loss = await subject.call('criticLoss', real, fake);
        tensorOf(loss).toBeScalar().toBeCloseTo(fake.mean().sub(real.mean()), { absolute: 1e-3 });
      },
    );

    check(
      { en: 'the generator’s loss is minus the mean score', zh: '生成器的损失是平均得分取负' },
      {
        points: 0.5,
        hint: { en: 'The generator wants its examples to score high.', zh: '生成器希望自己的样本得高分。' },
      },
      async () => {
        const fake = random.normal<tf.Rank.R1>([6], 3, 5);
        tensorOf(await subject.call('generatorLoss', fake))
          .toBeScalar()
          .toBeCloseTo(fake.mean().neg(), { absolute: 1e-3 });
      },
    );

    check({ en: 'every score pulls alike', zh: '每个分数的作用相同' }, { points: 0.5, hidden: true }, async () => {
      const scores = [random.normal<tf.Rank.R1>([4], 0, 5), random.normal<tf.Rank.R1>([5], 0, 5)];
      tensorOf(await subject.gradient('criticLoss', scores, 0)).toBeCloseTo(tf.fill([4], -1 / 4), { absolute: 1e-5 });
      tensorOf(await subject.gradient('generatorLoss', [scores[1]], 0)).toBeCloseTo(tf.fill([5], -1 / 5), {
        absolute: 1e-5,
      });
    });

    exercise.wrong('critic’s sign turned', {
      loses: 1.5,
      change: ['fake.mean<Scalar>().sub<Scalar>(real.mean())', 'real.mean<Scalar>().sub<Scalar>(fake.mean())'],
    });
    exercise.wrong('a sigmoid out of habit', {
      loses: 1,
      change: [
        'fake.mean<Scalar>().sub<Scalar>(real.mean())',
        'fake.sigmoid().mean<Scalar>().sub<Scalar>(real.sigmoid().mean())',
      ],
    });
    exercise.wrong('the generator minimizes its score', {
      loses: 1,
      change: ['fake.mean<Scalar>().neg()', 'fake.mean<Scalar>()'],
    });
    exercise.wrong('sums instead of means', {
      loses: 1,
      change: ['fake.mean<Scalar>().sub<Scalar>(real.mean())', 'fake.sum<Scalar>().sub<Scalar>(real.sum())'],
    });
  },
);

exercise('wgan-interpolate', { library: () => ({ interpolate: wganGp.interpolate }) }, ({ check, subject, random }) => {
  check(
    { en: 'α = 1 is the real example, α = 0 the generated one', zh: 'α = 1 是真实样本，α = 0 是生成样本' },
    {
      points: 0.5,
      hint: { en: 'Which of the two does α multiply?', zh: 'α 乘的是哪一个？' },
    },
    async () => {
      const [real, fake] = [random.normal([2, 3]), random.normal([2, 3])];
      const expected = tf.concat([real.slice([0, 0], [1, 3]), fake.slice([1, 0], [1, 3])]);
      tensorOf(await subject.call('interpolate', real, fake, tf.tensor1d([1, 0]))).toBeCloseTo(expected, {
        absolute: 1e-5,
      });
    },
  );

  check(
    { en: 'each image has its own α', zh: '每幅图像有自己的 α' },
    {
      points: 1,
      hint: {
        en: '[B] against [B,H,W,C] lines up with the last axis, the channels. Give α as many axes as the images have.',
        zh: '[B] 与 [B,H,W,C] 运算时对齐的是最后一个轴（通道）。让 α 的轴数与图像相同。',
      },
    },
    async () => {
      const [real, fake] = [random.normal([3, 4, 4, 3]), random.normal([3, 4, 4, 3])];
      const alpha = tf.tensor1d([0.2, 0.5, 0.9]);
      const share = alpha.reshape([3, 1, 1, 1]);
      tensorOf(await subject.call('interpolate', real, fake, alpha))
        .toHaveShape([3, 4, 4, 3])
        .toBeCloseTo(real.mul(share).add(fake.mul(tf.sub(1, share))), { absolute: 1e-5 });
    },
  );

  check({ en: 'works for any number of axes', zh: '轴数不限' }, { points: 0.5, hidden: true }, async () => {
    const [real, fake] = [tf.ones([5, 2, 3]), tf.zeros([5, 2, 3])];
    const alpha = random.uniform<tf.Rank.R1>([5]);
    const expected = alpha.reshape([5, 1, 1]).tile([1, 2, 3]);
    tensorOf(await subject.call('interpolate', real, fake, alpha)).toBeCloseTo(expected, { absolute: 1e-5 });
  });

  exercise.wrong('α on the generated side', {
    loses: 2,
    change: ['real.mul(share).add(fake.mul(tf.sub(1, share)))', 'fake.mul(share).add(real.mul(tf.sub(1, share)))'],
  });
  exercise.wrong('α as it came, along the channels', {
    loses: 2,
    change: ['alpha.reshape([alpha.size, ...Array<number>(real.rank - 1).fill(1)])', 'alpha'],
  });
  exercise.wrong('for images only', {
    loses: 1,
    change: ['alpha.reshape([alpha.size, ...Array<number>(real.rank - 1).fill(1)])', 'alpha.reshape([-1, 1, 1, 1])'],
  });
  exercise.wrong('one α for the batch', {
    loses: 2,
    change: ['alpha.reshape([alpha.size, ...Array<number>(real.rank - 1).fill(1)])', 'alpha.mean()'],
  });
});

exercise(
  'wgan-penalty',
  { library: () => ({ gradientPenalty: wganGp.gradientPenalty }) },
  ({ check, subject, random }) => {
    /** f(x) = s · (sum of all pixels of an example): the same slope everywhere. */
    const ramp = (slope: number) =>
      fixture(
        (_, { slope }) =>
          (x: tf.Tensor) =>
            x.reshape([x.shape[0], -1]).sum(1).mul(slope),
        { slope },
      );
    /** f(x) = a/2 ‖x‖²: its gradient is a·x. */
    const bowl = fixture(
      (_, { a }) =>
        (x: tf.Tensor) =>
          x
            .reshape([x.shape[0], -1])
            .square()
            .sum(1)
            .mul(a / 2),
      { a: 1.5 },
    );
    /** The same, written without a derivative. */
    const ofBowl = (x: tf.Tensor) => x.reshape([x.shape[0], -1]).square().sum(1).sqrt().mul(1.5).sub(1).square().mean();

    check(
      { en: 'a slope of 3 costs 4, one of ½ costs ¼', zh: '斜率 3 的代价是 4，斜率 ½ 的代价是 ¼' },
      {
        points: 1,
        hint: {
          en: 'A slope below 1 costs too, and the distance from 1 is squared.',
          zh: '斜率小于 1 也要付出代价；与 1 的差要平方。',
        },
      },
      async () => {
        const x = random.normal([4, 1]);
        numberOf(await subject.call('gradientPenalty', ramp(3), x)).toBeCloseTo(4, { absolute: 1e-3 });
        numberOf(await subject.call('gradientPenalty', ramp(0.5), x)).toBeCloseTo(0.25, { absolute: 1e-3 });
      },
    );

    check(
      { en: 'the length is taken over all pixels of each example', zh: '长度是对每个样本的所有像素求的' },
      {
        points: 1,
        hint: {
          en: 'One length for each example: square, sum over everything but the batch, root. Only then subtract 1 and average.',
          zh: '每个样本一个长度：平方，对批以外的所有轴求和，开方。之后才减 1、取平均。',
        },
      },
      async () => {
        const x = random.normal<tf.Rank.R4>([3, 4, 4, 2]);
        tensorOf(await subject.call('gradientPenalty', bowl, x))
          .toBeScalar()
          .toBeCloseTo(ofBowl(x), { relative: 1e-3 });
      },
    );

    check(
      { en: 'can be differentiated again', zh: '还能再求一次导' },
      {
        points: 0.5,
        hint: {
          en: 'A number taken out of TensorFlow.js has no derivative: keep to tensors from the critic to the result.',
          zh: '从 TensorFlow.js 里取出来的数没有导数：从评论家到结果，一直用张量。',
        },
      },
      async () => {
        const x = random.uniform<tf.Rank.R2>([3, 4], 1, 2);
        tensorOf(await subject.gradient('gradientPenalty', [bowl, x], 1)).toBeCloseTo(tf.grad(ofBowl)(x), {
          absolute: 1e-3,
        });
      },
    );

    check(
      { en: 'stays finite where the critic is flat', zh: '评论家平坦处仍然有限' },
      {
        points: 0.5,
        hidden: {
          hint: {
            en: 'What is the derivative of a square root at 0?',
            zh: '平方根在 0 处的导数是多少？',
          },
        },
      },
      async () => {
        const x = tf.zeros([2, 3]);
        tensorOf(await subject.gradient('gradientPenalty', [bowl, x], 1)).toBeFinite();
        numberOf(await subject.call('gradientPenalty', bowl, x)).toBeCloseTo(1, { absolute: 1e-3 });
      },
    );

    exercise.wrong('one-sided and not squared', {
      loses: 3,
      change: ['.sub(1).square().mean', '.sub(1).relu().mean'],
    });
    exercise.wrong('one-sided', {
      loses: 1.5,
      change: ['.sub(1).square().mean', '.sub(1).relu().square().mean'],
    });
    exercise.wrong('not squared', { loses: 2.5, change: ['.sub(1).square().mean', '.sub(1).abs().mean'] });
    exercise.wrong('nothing added under the root', { loses: 0.5, change: ['.add(1e-12)', ''] });
    exercise.wrong('one length for the whole batch', {
      loses: 2.5,
      change: ['.square().sum(1); // [B]', '.square().sum().reshape([1]); // [B]'],
    });
    exercise.wrong('the derivative taken out as numbers', {
      loses: 1,
      change: ['const squares = gradient', 'const squares = tf.tensor(gradient.dataSync(), gradient.shape)'],
    });
  },
);

exercise('wgan-mend', ({ check, subject }) => {
  /** f(x) = ½‖x‖², which writes down where it was asked. */
  const recorder = fixture(() => {
    const seen: number[][] = [];
    const critic = (x: tf.Tensor) => {
      seen.push(Array.from(x.dataSync()));
      return x.reshape([x.shape[0], -1]).square().sum(1).div(2);
    };
    return Object.assign(critic, { seen });
  });
  const count = 2000;
  /** The α of each example: real examples are 1 and generated ones 0, so x̂ = α. */
  const alphas = async (lambda = 10) => {
    const critic = await subject.make(recorder);
    const value = await subject.call('penaltyTerm', critic, tf.ones([count, 1]), tf.zeros([count, 1]), lambda);
    const first = itemsOf(itemsOf(await critic.read('seen'))[0], count);
    return { value, alphas: tf.tensor1d(first.map(Number)) };
  };

  check(
    { en: 'each α lies between 0 and 1', zh: '每个 α 都在 0 与 1 之间' },
    {
      points: 1,
      hint: {
        en: 'Two thirds of all draws of a normal distribution lie outside of [0, 1].',
        zh: '正态分布的抽样，有三分之二落在 [0, 1] 之外。',
      },
    },
    async () => {
      tensorOf((await alphas()).alphas, 'α').toBeBetween(0, 1);
    },
  );

  check(
    { en: 'each example has an α of its own, uniformly distributed', zh: '每个样本有自己的 α，服从均匀分布' },
    {
      points: 1,
      falseFailRate: 1e-7,
      hint: {
        en: 'Draw as many numbers as there are examples, from the uniform distribution.',
        zh: '有多少个样本就抽多少个数，从均匀分布里抽。',
      },
    },
    async () => {
      tensorOf((await alphas()).alphas, 'α').toFollow((x) => Math.min(1, Math.max(0, x)), { sampleSize: count });
    },
  );

  check(
    { en: 'is λ times the two-sided squared penalty at those points', zh: '等于 λ 乘以这些点上的双侧平方惩罚' },
    {
      points: 1,
      hint: {
        en: 'Your gradientPenalty leaves λ out: it comes in here, once.',
        zh: '你的 gradientPenalty 不含 λ：在这里乘，且只乘一次。',
      },
    },
    async () => {
      const { value, alphas: x } = await alphas(7);
      // the slope of ½‖x‖² is ‖x‖
      tensorOf(value)
        .toBeScalar()
        .toBeCloseTo(x.abs().sub(1).square().mean().mul(7), { relative: 1e-3, absolute: 1e-3 });
    },
  );

  exercise.wrong('normal α', { loses: 2, change: ['random.uniform<', 'random.normal<'] });
  exercise.wrong('one α for the batch', {
    loses: 1,
    change: [
      'random.uniform<tf.Rank.R1>([real.shape[0]])',
      'random.uniform<tf.Rank.R1>([1]).tile<Tensor1D>([real.shape[0]])',
    ],
  });
  exercise.wrong('one-sided and not squared', {
    loses: 1,
    change: [
      'gradientPenalty(critic, interpolate(real, fake, alpha))',
      'wganGp.gradientNorm(critic, interpolate(real, fake, alpha)).sub(1).relu().mean()',
    ],
  });
  exercise.wrong('forgets λ', { loses: 1, change: ['.mul<Scalar>(lambda)', ''] });
});

exercise('wgan-neighbours', ({ check, subject, random }) => {
  const own = fixture(() => (x: tf.Tensor) => x.max(1));
  const batchNorm = fixture((tf) => (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, 0);
    return x.sub(mean).div(variance.add(1e-3).sqrt()).tanh().sum(1);
  });
  /** A sum whose last digits depend on the batch, as those of fast matrix products do. */
  const rounding = fixture(() => (x: tf.Tensor) => x.max(1).add(x.sum().mul(1e-6)));
  /** Only the middle examples look aside: the first and the last score as they would alone. */
  const middle = fixture((tf) => (x: tf.Tensor) => {
    const n = x.shape[0];
    const aside = tf.tensor1d(Array.from({ length: n }, (_, i) => (i > 0 && i < n - 1 ? 1 : 0)));
    return x.sum(1).add(aside.mul(x.mean()));
  });

  check(
    { en: 'clears a critic that looks at each example alone', zh: '只看单个样本的评论家：无罪' },
    { points: 0.5, hint: { en: 'Equal scores mean: no.', zh: '分数不变，答案就是“否”。' } },
    async () => expectValue(await subject.call('looksAtNeighbours', own, random.normal([5, 3])), false),
  );

  check(
    { en: 'convicts batch norm', zh: '批归一化：有罪' },
    {
      points: 0.5,
      hint: {
        en: 'Score the batch, then each example in a batch of one: slices of x along the first axis keep that axis.',
        zh: '先给整批打分，再把每个样本单独当一批来打分：沿第一个轴切片时要保留这个轴。',
      },
    },
    async () => expectValue(await subject.call('looksAtNeighbours', batchNorm, random.normal([5, 3])), true),
  );

  check(
    { en: 'forgives the last digits', zh: '不计较最后几位数字' },
    {
      points: 0.5,
      hint: { en: 'Only a change of more than 1e-4 counts.', zh: '变化超过 1e-4 才算数。' },
    },
    async () => expectValue(await subject.call('looksAtNeighbours', rounding, random.uniform([5, 3], 1, 2)), false),
  );

  check({ en: 'asks every example', zh: '每个样本都查到' }, { points: 0.5, hidden: true }, async () => {
    expectValue(await subject.call('looksAtNeighbours', middle, random.uniform([5, 3], 1, 2)), true);
  });

  exercise.wrong('any difference counts', { loses: 0.5, change: ['> 1e-4', '> 0'] });
  exercise.wrong('always innocent', { loses: 1, change: ['> 1e-4', '> Infinity'] });
  exercise.wrong('the wrong way round', { loses: 2, change: ['> 1e-4', '< 1e-4'] });
  exercise.wrong('the first example only', {
    loses: 0.5,
    change: ['critic(x).sub(alone).abs().max()', 'critic(x).sub(alone).abs().slice(0, 1)'],
  });
});

exercise('wgan-power-iteration', ({ check, subject, random }) => {
  const stretched = () =>
    tf.tensor2d([
      [3, 0],
      [0, 1],
      [0, 0],
    ]);

  check(
    { en: 'one round is what the formulas say', zh: '一轮的结果与公式一致' },
    {
      points: 1,
      hint: {
        en: 'v from W u, then u from Wᵀ v, each with length 1; the estimate uses the new u.',
        zh: '先由 W u 得 v，再由 Wᵀ v 得 u，长度都化为 1；估计值用的是新的 u。',
      },
    },
    async () => {
      // from u ∝ (1, 1): v = (3, 1, 0)/√10, then u = (9, 1)/√82, and vᵀ W u = (3·3·9 + 1·1)/(√10 √82)
      const expected = (3 * 3 * 9 + 1) / (Math.sqrt(10) * Math.sqrt(82));
      const value = await subject.call('spectralNorm', stretched(), tf.tensor1d([1, 1]), 1);
      numberOf(value).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'many rounds give the largest singular value', zh: '多轮之后得到最大奇异值' },
    {
      points: 1,
      hint: { en: 'Is each vector scaled back to length 1 in every round?', zh: '每一轮里，向量的长度都调回 1 了吗？' },
    },
    async () => {
      const value = await subject.call('spectralNorm', stretched(), tf.tensor1d([0.1, 5]), 40);
      numberOf(value).toBeCloseTo(3, { absolute: 1e-3 });
    },
  );

  check(
    { en: 'neither size nor sign of u matters', zh: '与 u 的长度和正负无关' },
    { points: 0.5, hidden: true },
    async () => {
      const weight = random.normal<tf.Rank.R2>([6, 4]);
      const u = random.normal<tf.Rank.R1>([4]);
      const [one, other] = [u, u.mul(-1000)];
      const first = await subject.call('spectralNorm', weight, one, 2);
      const second = await subject.call('spectralNorm', weight, other, 2);
      const exact = sngan.spectralValue(weight, sngan.powerIteration(weight, u.div(u.norm()), 2));
      tensorOf(first).toBeCloseTo(exact, { relative: 1e-3 });
      tensorOf(second).toBeCloseTo(exact, { relative: 1e-3 });
    },
  );

  check({ en: 'its derivative by W is v uᵀ', zh: '对 W 的导数是 v uᵀ' }, { points: 0.5, hidden: true }, async () => {
    const gradient = await subject.gradient('spectralNorm', [stretched(), tf.tensor1d([1, 0.5]), 40], 0);
    const expected = tf.tensor2d([
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
    tensorOf(gradient).toBeCloseTo(expected, { absolute: 1e-3 });
  });

  exercise.wrong('never scales back', { loses: 3, change: ['x.div(x.norm())', 'x'] });
  exercise.wrong('one round, whatever is asked', { loses: 2, change: ['round < rounds', 'round < 1'] });
  exercise.wrong('the square of it', {
    loses: 3,
    change: ['left.mul(weight.matMul(right)).sum<Scalar>()', 'left.mul(weight.matMul(right)).sum<Scalar>().square()'],
  });
  exercise.wrong('the largest entry instead', {
    loses: 1.5,
    code: 'function spectralNorm(weight: Tensor2D): Scalar {\n  return weight.abs().max();\n}',
  });
});
