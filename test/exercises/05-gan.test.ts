import * as tf from '@tensorflow/tfjs';
import { gan, lsgan, metrics } from 'genlab';
import { type CheckRandom, exercise, fail, fixture, itemsOf, numberOf, partsOf, tensorOf } from '../support/exercise';

const logits = (random: CheckRandom, n: number): tf.Tensor1D => random.normal<tf.Rank.R1>([n], 0, 2);

exercise(
  'gan-discriminator-loss',
  { library: () => ({ discriminatorLoss: gan.discriminatorLoss }) },
  ({ check, subject, random }) => {
    check({ en: 'is one number', zh: '是一个数' }, { points: 0.5 }, async () => {
      tensorOf(await subject.call('discriminatorLoss', logits(random, 5), logits(random, 5))).toBeScalar({
        en: 'averaged over each batch',
        zh: '对每批取平均',
      });
    });

    check(
      { en: 'is 2 log 2 for a judge that knows nothing', zh: '一无所知的裁判：2 log 2' },
      {
        points: 0.5,
        hint: {
          en: 'The logit of ½ is 0. Is each batch averaged by itself?',
          zh: '½ 的 logit 是 0。两批是各自取平均吗？',
        },
      },
      async () => {
        tensorOf(await subject.call('discriminatorLoss', tf.zeros([6]), tf.zeros([6]))).toBeCloseTo(2 * Math.LN2, {
          absolute: 1e-5,
        });
      },
    );

    check(
      { en: 'is −V: high for real examples taken for forgeries', zh: '等于 −V：把真的当成假的，损失就高' },
      {
        points: 1,
        hint: {
          en: 'Which of the two batches wants a large logit? softplus(−a) is −log D.',
          zh: '哪一批希望 logit 大？softplus(−a) 就是 −log D。',
        },
      },
      async () => {
        const [real, fake] = [logits(random, 7), logits(random, 4)];
        const expected = tf.tidy(() => {
          const [ofReal, ofFake] = [real.sigmoid().log().mean(), tf.sub(1, fake.sigmoid()).log().mean()];
          return ofReal.add(ofFake).neg();
        });
        tensorOf(await subject.call('discriminatorLoss', real, fake)).toBeCloseTo(expected, { absolute: 1e-4 });
      },
    );

    check(
      { en: 'stays finite when D is very sure, and wrong', zh: 'D 非常肯定却错了，仍为有限值' },
      {
        points: 1,
        hidden: {
          name: { en: 'very sure, and wrong', zh: '非常肯定却错了' },
          hint: { en: 'What is log(sigmoid(−200)) in single precision?', zh: '单精度下 log(sigmoid(−200)) 等于多少？' },
        },
      },
      async () => {
        const value = await subject.call('discriminatorLoss', tf.tensor1d([-200, -100]), tf.tensor1d([300, 100]));
        tensorOf(value).toBeCloseTo(150 + 200, { relative: 1e-4 });
      },
    );

    exercise.wrong('real and generated exchanged', {
      loses: 2,
      change: [
        ['real.neg().softplus()', 'real.softplus()'],
        ['add<Scalar>(fake.softplus()', 'add<Scalar>(fake.neg().softplus()'],
      ],
    });
    exercise.wrong('the value instead of the loss', {
      loses: 2.5,
      change: ['.add<Scalar>(fake.softplus().mean())', '.add<Scalar>(fake.softplus().mean()).neg()'],
    });
    exercise.wrong('takes the logarithm of the sigmoid', {
      loses: 1,
      change: [
        'real.neg().softplus().mean<Scalar>().add<Scalar>(fake.softplus().mean())',
        'real.sigmoid().log().mean().add(tf.sub(1, fake.sigmoid()).log().mean()).neg()',
      ],
    });
    exercise.wrong('sums over the batch', {
      loses: 2.5,
      change: [
        ['mean<Scalar>()', 'sum<Scalar>()'],
        ['fake.softplus().mean()', 'fake.softplus().sum()'],
      ],
    });
  },
);

exercise(
  'gan-optimal',
  { library: () => ({ optimalDiscriminator: gan.optimalDiscriminator }) },
  ({ check, subject }) => {
    const call = async (p: number[], q: number[]) =>
      itemsOf(await subject.call('optimalDiscriminator', p, q), p.length);

    check(
      { en: 'is the share of the data among all that falls there', zh: '等于落在那里的东西里数据所占的份额' },
      {
        points: 1,
        hint: { en: 'Which of the two densities stands above the line?', zh: '分子上是哪一个密度？' },
      },
      async () => {
        const found = await call([0.1, 0.3, 0.6], [0.4, 0.3, 0.3]);
        [0.2, 0.5, 2 / 3].forEach((expected, i) => numberOf(found[i]).toBeCloseTo(expected, { absolute: 1e-6 }));
      },
    );

    check(
      { en: 'is sure where only one of the two is', zh: '只有一方出现的地方，毫不犹豫' },
      { points: 0.5 },
      async () => {
        const found = await call([1, 0], [0, 1]);
        [1, 0].forEach((expected, i) => numberOf(found[i]).toBeCloseTo(expected, { absolute: 1e-9 }));
      },
    );

    check(
      { en: 'is ½ where nothing ever falls', zh: '从来没有东西的地方取 ½' },
      { points: 0.5, hint: { en: 'What is 0/0 in the language?', zh: '0/0 在程序里是什么？' } },
      async () => {
        const found = await call([0.5, 0, 0.5], [0, 0, 1]);
        [1, 0.5, 1 / 3].forEach((expected, i) => numberOf(found[i]).toBeCloseTo(expected, { absolute: 1e-6 }));
      },
    );

    exercise.wrong('the generator’s share', { loses: 2, change: ['? share /', '? q[i] /'] });
    exercise.wrong('the ratio of the densities', { loses: 2, change: ['share / (share + q[i])', 'share / q[i]'] });
    exercise.wrong('0/0 left as it is', {
      loses: 0.5,
      change: ['share + q[i] > 0 ? share / (share + q[i]) : 0.5', 'share / (share + q[i])'],
    });
  },
);

exercise(
  'gan-generator-loss',
  { library: () => ({ generatorLoss: gan.generatorLoss }) },
  ({ check, subject, random }) => {
    const asked = [
      {
        en: 'minimax: the mean of log(1 − D)',
        zh: '极小极大：log(1 − D) 的平均',
        kind: 'minimax',
        slope: (d: tf.Tensor) => d.neg(),
      },
      {
        en: 'non-saturating: minus the mean of log D',
        zh: '非饱和：log D 的平均取负',
        kind: 'non-saturating',
        slope: (d: tf.Tensor) => d.sub(1),
      },
    ] as const;
    for (const { kind, slope, ...name } of asked) {
      check(
        name,
        {
          points: 0.75,
          hint: {
            en: 'G minimizes it, so it must fall when the logit rises. Is a minus missing, or one too many?',
            zh: 'G 要最小化它，所以 logit 升高时它必须下降。是少了还是多了一个负号？',
          },
        },
        async () => {
          const a = logits(random, 6);
          const expected = tf.tidy(() => {
            const d = a.sigmoid();
            return kind === 'minimax' ? tf.sub(1, d).log().mean() : d.log().mean().neg();
          });
          tensorOf(await subject.call('generatorLoss', a, kind)).toBeCloseTo(expected, { absolute: 1e-4 });
          tensorOf(await subject.gradient('generatorLoss', [a, kind], 0)).toBeCloseTo(slope(a.sigmoid()).div(6), {
            absolute: 1e-4,
          });
        },
      );
    }

    check(
      { en: 'both stay finite at logits of ±200', zh: 'logit 为 ±200 时两者仍有限' },
      { points: 0.5, hidden: { hint: { en: 'Use softplus, as in exercise 1.', zh: '像练习 1 一样用 softplus。' } } },
      async () => {
        tensorOf(await subject.call('generatorLoss', tf.tensor1d([-200]), 'non-saturating')).toBeCloseTo(200, {
          relative: 1e-4,
        });
        tensorOf(await subject.call('generatorLoss', tf.tensor1d([200]), 'minimax')).toBeCloseTo(-200, {
          relative: 1e-4,
        });
      },
    );

    exercise.wrong('the two exchanged', { loses: 2, change: ["kind === 'minimax'", "kind !== 'minimax'"] });
    exercise.wrong('minimax climbs instead of descending', {
      loses: 1.25,
      change: ['logNotD.mean<Scalar>()', 'logNotD.mean<Scalar>().neg()'],
    });
    exercise.wrong('forgets the minus of −log D', {
      loses: 1.25,
      change: ['logD.mean<Scalar>().neg()', 'logD.mean<Scalar>()'],
    });
    exercise.wrong('takes the logarithm of the sigmoid', {
      loses: 0.5,
      change: ['fake.neg().softplus().neg()', 'fake.sigmoid().log()'],
    });
  },
);

/** A player of one number: input · scale + shift, both to be learned. */
const line = (scale: number, shift: number) =>
  fixture(
    (tfjs, options) => {
      const variables = [tfjs.variable(tfjs.scalar(options.scale)), tfjs.variable(tfjs.scalar(options.shift))];
      return {
        variables,
        apply: (input: tf.Tensor) => tfjs.add(tfjs.mul(input, variables[0]), variables[1]),
        weights: () => variables.map((variable) => variable.dataSync()[0]),
      };
    },
    { scale, shift },
  );
const descent = fixture((tfjs) => tfjs.train.sgd(0.1));

exercise('gan-steps', ({ check, subject, random }) => {
  const [d, g] = [
    [0.7, -0.2],
    [1.3, 0.4],
  ] as const;
  const setting = async () => ({
    D: await subject.make(line(...d)),
    G: await subject.make(line(...g)),
    optimizer: await subject.make(descent),
    x: random.normal<tf.Rank.R2>([32, 1], 2, 0.5),
    z: random.normal<tf.Rank.R2>([32, 1]),
  });
  type Weights = readonly [number, number];
  const scalars = (weights: Weights) => weights.map((value) => tf.scalar(value)) as [tf.Scalar, tf.Scalar];
  const score = (x: tf.Tensor, [scale, shift]: readonly tf.Tensor[]) =>
    x.mul(scale).add(shift).reshape([-1]) as tf.Tensor1D;
  const lossOfD = (x: tf.Tensor, z: tf.Tensor, ofD: readonly tf.Tensor[], ofG: readonly tf.Tensor[]) =>
    gan.discriminatorLoss(score(x, ofD), score(score(z, ofG), ofD));
  const lossOfG = (z: tf.Tensor, ofD: readonly tf.Tensor[], ofG: readonly tf.Tensor[]) =>
    gan.generatorLoss(score(score(z, ofG), ofD));
  /** Weights after one step of plain descent with rate 0.1. */
  const stepped = (start: Weights, loss: (weights: tf.Tensor[]) => tf.Scalar): number[] =>
    tf.tidy(() => {
      const slopes = tf.grads((scale, shift) => loss([scale, shift]))(scalars(start));
      return start.map((value, i) => value - 0.1 * slopes[i].dataSync()[0]);
    });
  const expectWeights = async (player: { call(method: string): Promise<unknown> }, expected: readonly number[]) => {
    const found = itemsOf((await player.call('weights')) as Parameters<typeof itemsOf>[0], 2);
    expected.forEach((value, i) => numberOf(found[i]).toBeCloseTo(value, { absolute: 1e-4 }));
  };

  const expectMoved = async (player: { call(method: string): Promise<unknown> }, from: readonly number[]) => {
    const found = itemsOf((await player.call('weights')) as Parameters<typeof itemsOf>[0], 2);
    if (from.every((value, i) => Math.abs(Number(found[i]) - value) < 1e-6))
      fail({ en: 'nobody moved', zh: '谁都没有动' });
  };

  check(
    { en: 'D’s step moves D down its loss', zh: 'D 的一步让 D 沿自己的损失下降' },
    {
      points: 1,
      hint: {
        en: 'The loss is discriminatorLoss of the logits of x and of G(z), in this order.',
        zh: '损失是 discriminatorLoss，参数依次是 x 的 logits 和 G(z) 的 logits。',
      },
    },
    async () => {
      const { D, G, optimizer, x, z } = await setting();
      await subject.call('discriminatorStep', D, G, x, z, optimizer);
      await expectWeights(
        D,
        stepped(d, (weights) => lossOfD(x, z, weights, scalars(g))),
      );
    },
  );

  check(
    { en: 'G’s step moves G down the non-saturating loss', zh: 'G 的一步让 G 沿非饱和损失下降' },
    {
      points: 1,
      hint: {
        en: 'The gradient must pass through D to G. Which loss, and whose variables?',
        zh: '梯度要穿过 D 传到 G。用的是哪个损失？移动的是谁的变量？',
      },
    },
    async () => {
      const { D, G, optimizer, z } = await setting();
      await subject.call('generatorStep', D, G, z, optimizer);
      await expectWeights(
        G,
        stepped(g, (weights) => lossOfG(z, scalars(d), weights)),
      );
    },
  );

  check(
    { en: 'the other player stands still', zh: '另一个选手不动' },
    {
      points: 1.5,
      hint: {
        en: 'optimizer.minimize moves every variable there is, unless you list those that may move.',
        zh: 'optimizer.minimize 会移动所有变量，除非你列出可以动的那些。',
      },
    },
    async () => {
      const first = await setting();
      await subject.call('discriminatorStep', first.D, first.G, first.x, first.z, first.optimizer);
      await expectMoved(first.D, d);
      await expectWeights(first.G, g);
      const second = await setting();
      await subject.call('generatorStep', second.D, second.G, second.z, second.optimizer);
      await expectWeights(second.D, d);
      await expectMoved(second.G, g);
    },
  );

  check(
    { en: 'both give the loss before the step', zh: '两者都返回走这一步之前的损失' },
    { points: 0.5, hidden: true },
    async () => {
      const { D, G, optimizer, x, z } = await setting();
      const before = tf.tidy(() => lossOfD(x, z, scalars(d), scalars(g)).dataSync()[0]);
      numberOf(await subject.call('discriminatorStep', D, G, x, z, optimizer)).toBeCloseTo(before, { relative: 1e-4 });
      const other = await setting();
      const ofG = tf.tidy(() => lossOfG(other.z, scalars(d), scalars(g)).dataSync()[0]);
      numberOf(await subject.call('generatorStep', other.D, other.G, other.z, other.optimizer)).toBeCloseTo(ofG, {
        relative: 1e-4,
      });
    },
  );

  exercise.wrong('G’s step moves everybody', { loses: 1.5, change: ['lossOfG, true, G.variables', 'lossOfG, true'] });
  exercise.wrong('D’s step moves everybody', { loses: 1.5, change: ['lossOfD, true, D.variables', 'lossOfD, true'] });
  exercise.wrong('G minimizes the game’s own loss', { loses: 1.5, change: ["'non-saturating'", "'minimax'"] });
  exercise.wrong('real and generated exchanged', {
    loses: 1.5,
    change: [
      'discriminatorLoss(D.apply(x).squeeze([1]), D.apply(G.apply(z)).squeeze([1]))',
      'discriminatorLoss(D.apply(G.apply(z)).squeeze([1]), D.apply(x).squeeze([1]))',
    ],
  });
  exercise.wrong('G’s step moves D instead', {
    loses: 2.5,
    change: ['lossOfG, true, G.variables', 'lossOfG, true, D.variables'],
  });
});

exercise('gan-floors', ({ check, subject }) => {
  const softplus = (a: number) => Math.log1p(Math.exp(a));
  const hint = {
    en: 'D is at its best when real examples get the highest logit there is, and generated ones the lowest.',
    zh: '真实样本得到最高的 logit、生成样本得到最低的 logit 时，D 最好。',
  };
  const expectFloors = async (low: number, high: number) => {
    const { D, G } = partsOf(await subject.call('lowestLosses', low, high), 'D', 'G');
    numberOf(D).toBeCloseTo(softplus(-high) + softplus(low), { absolute: 1e-6 });
    numberOf(G).toBeCloseTo(softplus(-high), { absolute: 1e-6 });
  };
  check({ en: 'the double sigmoid of section 6', zh: '第 6 节的两次 sigmoid' }, { points: 1, hint }, () =>
    expectFloors(0, 1),
  );
  check({ en: 'a tanh at the end', zh: '末尾是 tanh' }, { points: 0.5, hint }, () => expectFloors(-1, 1));
  check({ en: 'other limits', zh: '别的上下限' }, { points: 0.5, hidden: true }, () => expectFloors(-3, 0.5));

  exercise.wrong('thinks that the limits are probabilities', {
    loses: 2,
    change: [
      'return { D: softplus(-high) + softplus(low), G: softplus(-high) };',
      'return { D: softplus(0) * 0 - Math.log(high) - Math.log(1 - low), G: -Math.log(high) };',
    ],
  });
  exercise.wrong('high and low exchanged', {
    loses: 2,
    change: [
      'D: softplus(-high) + softplus(low), G: softplus(-high)',
      'D: softplus(high) + softplus(-low), G: softplus(-low)',
    ],
  });
  exercise.wrong('only for the double sigmoid', {
    loses: 1,
    change: [
      'D: softplus(-high) + softplus(low), G: softplus(-high)',
      'D: softplus(-1) + softplus(0), G: softplus(-1)',
    ],
  });
});

exercise('gan-modes', ({ check, subject, random }) => {
  const centers = [
    [0, 0],
    [4, 0],
    [0, 4],
  ];
  const around = ([x, y]: number[], count: number, spread = 0.5) =>
    Array.from({ length: count }, () => {
      const angle = 2 * Math.PI * random.next();
      return [x + spread * Math.cos(angle), y + spread * Math.sin(angle)];
    });
  const call = async (samples: number[][], sigma: number, atLeast: number) =>
    partsOf(await subject.call('coverage', samples, centers, sigma, atLeast), 'modes', 'share');

  check(
    { en: 'counts the modes with enough samples', zh: '数出样本足够多的模式' },
    {
      points: 1,
      hint: { en: 'A mode with exactly atLeast samples is covered.', zh: '恰好有 atLeast 个样本的模式也算被覆盖。' },
    },
    async () => {
      const samples = [...around(centers[0], 10), ...around(centers[1], 5), ...around(centers[2], 4)];
      const { modes } = await call(samples, 0.3, 5);
      numberOf(modes).toBeCloseTo(2, { absolute: 0 });
    },
  );

  check(
    { en: 'a sample beyond 3σ belongs to no mode', zh: '3σ 之外的样本不属于任何模式' },
    {
      points: 1,
      hint: {
        en: 'Compare the distance with 3σ, or its square with 9σ².',
        zh: '拿距离与 3σ 比，或者拿距离的平方与 9σ² 比。',
      },
    },
    async () => {
      const samples = [...around(centers[0], 6, 0.85), ...around(centers[1], 6, 0.95), ...around([2, 2], 8, 0.1)];
      const { modes, share } = await call(samples, 0.3, 6);
      numberOf(modes).toBeCloseTo(1, { absolute: 0 });
      numberOf(share).toBeCloseTo(6 / 20, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'counts a sample once where bumps overlap', zh: '峰有重叠时，一个样本只数一次' },
    { points: 1, hidden: { hint: { en: 'Only for its nearest centre.', zh: '只算给最近的中心。' } } },
    async () => {
      const samples = around(centers[0], 12, 0.5);
      const { modes, share } = await call(samples, 2, 3);
      numberOf(modes).toBeCloseTo(1, { absolute: 0 });
      numberOf(share).toBeCloseTo(1, { absolute: 1e-6 });
      const spread = random.normal<tf.Rank.R2>([300, 2], 1.5, 2).arraySync();
      const expected = await metrics.modeCoverage(tf.tensor2d(spread), { centers, std: 0.8 }, { atLeast: 10 });
      const found = await call(spread, 0.8, 10);
      numberOf(found.modes).toBeCloseTo(expected.modesCovered, { absolute: 0 });
      numberOf(found.share).toBeCloseTo(expected.highQuality, { absolute: 0.004 });
    },
  );

  exercise.wrong('one sample is enough', { loses: 1, change: ['count >= atLeast', 'count > 0'] });
  exercise.wrong('more than atLeast', { loses: 2, change: ['count >= atLeast', 'count > atLeast'] });
  exercise.wrong('within one σ', { loses: 3, change: ['3 * sigma', 'sigma'] });
  exercise.wrong('no limit of distance', { loses: 2, change: ['distances[nearest] <= 3 * sigma', 'nearest >= 0'] });
  exercise.wrong('counts a sample for every centre in reach', {
    loses: 1,
    change: [
      'if (distances[nearest] <= 3 * sigma) counts[nearest]++;',
      'distances.forEach((distance, i) => { if (distance <= 3 * sigma && nearest >= 0) counts[i]++; });',
    ],
  });
});

exercise('gan-least-squares', ({ check, subject, random }) => {
  const call = async (real: tf.Tensor1D, fake: tf.Tensor1D, targets: { a: number; b: number; c: number }) =>
    partsOf(await subject.call('leastSquares', real, fake, targets), 'D', 'G');

  check(
    { en: 'with targets 0 and 1', zh: '目标为 0 和 1' },
    {
      points: 1,
      hint: {
        en: 'Half the mean square of score minus target. Is each ½ there?',
        zh: '分数减目标，平方，平均，再取一半。½ 都在吗？',
      },
    },
    async () => {
      const [real, fake] = [logits(random, 6), logits(random, 6)];
      const { D, G } = await call(real, fake, lsgan.binaryTargets);
      tensorOf(D).toBeCloseTo(lsgan.discriminatorLoss(real, fake), { absolute: 1e-4 });
      tensorOf(G).toBeCloseTo(lsgan.generatorLoss(fake), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'with any targets', zh: '任意目标' },
    {
      points: 1,
      hidden: {
        hint: {
          en: 'Which batch is drawn to a, which to b, and what does G want?',
          zh: '哪一批拉向 a，哪一批拉向 b？G 想要什么？',
        },
      },
    },
    async () => {
      const targets = { a: -1, b: 1.5, c: 0.25 };
      const [real, fake] = [logits(random, 5), logits(random, 8)];
      const { D, G } = await call(real, fake, targets);
      tensorOf(D).toBeCloseTo(lsgan.discriminatorLoss(real, fake, targets), { absolute: 1e-4 });
      tensorOf(G).toBeCloseTo(lsgan.generatorLoss(fake, targets), { absolute: 1e-4 });
    },
  );

  exercise.wrong('targets exchanged', {
    loses: 2,
    change: [
      ['real.sub(b)', 'real.sub(a)'],
      ['fake.sub(a)', 'fake.sub(b)'],
    ],
  });
  exercise.wrong('forgets D’s ½', {
    loses: 2,
    change: ['fake.sub(a).square().mean()).mul<Scalar>(0.5)', 'fake.sub(a).square().mean())'],
  });
  exercise.wrong('G wants what real examples get', { loses: 1, change: ['fake.sub(c)', 'fake.sub(b)'] });
});
