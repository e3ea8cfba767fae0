import * as tf from '@tensorflow/tfjs';
import { cgan } from 'genlab';
import { type CheckRandom, exercise, fail, numberOf, partsOf, tensorOf } from '../support/exercise';

const logits = (random: CheckRandom, n: number): tf.Tensor1D => random.normal<tf.Rank.R1>([n], 0, 2);
const int32 = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], 'int32');

exercise('cgan-average', ({ check, subject, random }) => {
  check({ en: 'gives one picture for each class', zh: '每一类得到一幅图像' }, { points: 0.5 }, async () => {
    const answers = await subject.call('bestAnswers', random.normal([6, 5]), int32([0, 1, 2, 0, 1, 2]), 3);
    tensorOf(answers).toHaveShape([3, 5], { en: '[classes, pixels]', zh: '[类别, 像素]' });
  });

  check(
    { en: 'is the average of the class’s own pictures', zh: '是该类自己的图像的平均' },
    {
      points: 1.5,
      hint: {
        en: 'Classes are not equally frequent: divide by how many pictures each one has.',
        zh: '各类的图像数不一样多：要除以各自的幅数。',
      },
    },
    async () => {
      const x = random.normal<tf.Rank.R2>([7, 4]);
      const labels = [2, 0, 2, 1, 2, 0, 2];
      const expected = tf.stack(
        [0, 1, 2].map((label) => x.gather(int32(labels.flatMap((own, i) => (own === label ? [i] : [])))).mean(0)),
      );
      tensorOf(await subject.call('bestAnswers', x, int32(labels), 3)).toBeCloseTo(expected, { absolute: 1e-5 });
    },
  );

  exercise.wrong('sums instead of averaging', { loses: 1.5, change: ['.div<Tensor2D>(counts)', ''] });
  exercise.wrong('divides by all pictures', {
    loses: 1.5,
    change: ['.div<Tensor2D>(counts)', '.div<Tensor2D>(counts.sum())'],
  });
  exercise.wrong('the average of everything', {
    loses: 1.5,
    change: ['members.transpose<Tensor2D>().matMul<Tensor2D>(x)', 'counts.mul(x.mean(0).expandDims(0))'],
  });
});

exercise('cgan-condition', ({ check, subject, random }) => {
  check(
    { en: 'puts the condition beside the features', zh: '把条件放在特征旁边' },
    {
      points: 1,
      hint: {
        en: 'Examples stay rows: along which axis do features grow?',
        zh: '每行仍是一个样本：特征沿哪个轴增加？',
      },
    },
    async () => {
      const [phi, y] = [random.normal<tf.Rank.R2>([3, 4]), random.normal<tf.Rank.R2>([3, 2])];
      tensorOf(await subject.call('beside', phi, y)).toBeCloseTo(tf.concat([phi, y], 1), { absolute: 1e-6 });
    },
  );

  const parts = () => ({
    phi: random.normal<tf.Rank.R2>([4, 6]),
    y: tf.oneHot(int32([2, 0, 1, 2]), 3).toFloat() as tf.Tensor2D,
    V: random.normal<tf.Rank.R2>([3, 6]),
    w: random.normal<tf.Rank.R1>([6]),
  });
  const projected = async ({ phi, y, V, w }: ReturnType<typeof parts>, b: number): Promise<number[]> => {
    const [rows, own, directions, last] = await Promise.all([phi.array(), y.array(), V.array(), w.array()]);
    return rows.map((features, i) =>
      features.reduce(
        (sum, value, k) =>
          sum + value * (last[k] + own[i].reduce((total, share, c) => total + share * directions[c][k], 0)),
        b,
      ),
    );
  };

  check(
    { en: 'projection: one logit for each pair', zh: '投影：每个配对一个 logit' },
    {
      points: 1.5,
      hint: {
        en: 'Three terms: wᵀφ, b, and φ times the row of V that y picks, summed over the features.',
        zh: '共三项：wᵀφ、b，以及 φ 与 y 选中的那一行 V 逐个相乘后对特征求和。',
      },
    },
    async () => {
      const all = parts();
      const found = await subject.call('projection', all.phi, all.y, all.V, all.w, 0.7);
      tensorOf(found).toBeCloseTo(await projected(all, 0.7), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'works for embeddings too, not only for classes', zh: '条件是嵌入向量时同样成立' },
    { points: 0.5, hidden: true },
    async () => {
      const all = { ...parts(), y: random.normal<tf.Rank.R2>([4, 3]) };
      const found = await subject.call('projection', all.phi, all.y, all.V, all.w, -0.3);
      tensorOf(found).toBeCloseTo(await projected(all, -0.3), { absolute: 1e-4 });
    },
  );

  exercise.wrong('one below the other', {
    loses: 1,
    change: ['phi.concat(y, 1)', 'phi.concat(y.matMul(tf.zeros([y.shape[1], phi.shape[1]])), 0)'],
  });
  exercise.wrong('the condition first', { loses: 1, change: ['phi.concat(y, 1)', 'y.concat(phi, 1)'] });
  exercise.wrong('forgets whether it is real at all', { loses: 2, change: ['real.add(fits)', 'fits'] });
  exercise.wrong('mean over the features', {
    loses: 2,
    change: ['.mul(phi).sum<Tensor1D>(1)', '.mul(phi).mean<Tensor1D>(1)'],
  });
  exercise.wrong('takes y for a class number', {
    loses: 0.5,
    change: ['y.matMul<Tensor2D>(V)', '(V.gather(y.argMax(1)) as Tensor2D)'],
  });
});

exercise(
  'cgan-matching',
  {
    library: () => ({
      matchingLoss: (realRight: tf.Tensor1D, realWrong: tf.Tensor1D, fakeRight: tf.Tensor1D) =>
        cgan.matchingLoss({ realRight, realWrong, fakeRight }),
    }),
  },
  ({ check, subject, random }) => {
    check(
      { en: 'is 2 log 2 for a judge that knows nothing', zh: '一无所知的裁判：2 log 2' },
      {
        points: 0.5,
        hint: {
          en: 'One log 2 for "yes", and half a log 2 for each kind of "no".',
          zh: '“是”占一个 log 2，两种“否”各占半个。',
        },
      },
      async () => {
        const nothing = tf.zeros([4]);
        tensorOf(await subject.call('matchingLoss', nothing, nothing, nothing)).toBeCloseTo(2 * Math.LN2, {
          absolute: 1e-5,
        });
      },
    );

    check(
      { en: 'accepts one kind of pair and rejects two', zh: '接受一种配对，拒绝两种' },
      {
        points: 1.5,
        hint: {
          en: 'Which of the three should get a large logit? The other two carry the ½.',
          zh: '三种里哪一种的 logit 应该大？另外两种带着 ½。',
        },
      },
      async () => {
        const [right, wrong, fake] = [logits(random, 6), logits(random, 6), logits(random, 6)];
        const expected = cgan.matchingLoss({ realRight: right, realWrong: wrong, fakeRight: fake });
        tensorOf(await subject.call('matchingLoss', right, wrong, fake)).toBeCloseTo(expected, { absolute: 1e-4 });
      },
    );

    check(
      { en: 'stays finite when D is very sure, and wrong', zh: 'D 非常肯定却错了，仍为有限值' },
      {
        points: 1,
        hidden: { hint: { en: 'Use softplus, as in lesson 05.', zh: '像第 05 课一样用 softplus。' } },
      },
      async () => {
        const value = await subject.call(
          'matchingLoss',
          int32([-200]).toFloat(),
          int32([100]).toFloat(),
          int32([300]).toFloat(),
        );
        tensorOf(value).toBeCloseTo(200 + 50 + 150, { relative: 1e-4 });
      },
    );

    exercise.wrong('forgets the ½', { loses: 3, change: ['rejected.mul(0.5)', 'rejected'] });
    exercise.wrong('accepts real pictures whatever the condition', {
      loses: 2.5,
      change: ['realWrong.softplus()', 'realWrong.neg().softplus()'],
    });
    exercise.wrong('leaves out the wrong pairs', {
      loses: 3,
      change: [
        'realWrong.softplus().mean<Scalar>().add<Scalar>(fakeRight.softplus().mean())',
        'fakeRight.softplus().mean<Scalar>()',
      ],
    });
    exercise.wrong('takes the logarithm of the sigmoid', {
      loses: 1,
      change: ['realRight.neg().softplus().mean<Scalar>()', 'realRight.sigmoid().log().mean<Scalar>().neg()'],
    });
  },
);

exercise('cgan-wrong', ({ check, subject }) => {
  /** Every class with every shift. */
  const all = (classes: number) => {
    const cells = Array.from({ length: classes * (classes - 1) }, (_, i) => i);
    return {
      labels: cells.map((i) => Math.floor(i / (classes - 1))),
      shifts: cells.map((i) => 1 + (i % (classes - 1))),
    };
  };

  check(
    { en: 'gives labels that exist, and never the right one', zh: '给出的标签都存在，且绝不是正确的那个' },
    {
      points: 1,
      hint: {
        en: 'Count on from the label; where you pass the last class, begin again at 0.',
        zh: '从标签往后数；数过最后一类就从 0 重新开始。',
      },
    },
    async () => {
      const { labels, shifts } = all(4);
      const wrong = tensorOf(await subject.call('wrongLabels', int32(labels), int32(shifts), 4))
        .toHaveShape([labels.length])
        .toBeBetween(0, 3).value;
      Array.from(wrong.data).forEach((label, i) => {
        if (label === labels[i])
          fail({
            en: `Label ${label} stayed ${label}: that pair is right.`,
            zh: `标签 ${label} 仍是 ${label}：这个配对是对的。`,
          });
      });
    },
  );

  check(
    { en: 'all other classes are equally likely', zh: '其余各类机会均等' },
    {
      points: 1,
      hidden: {
        hint: {
          en: 'Over all shifts, each other class must come out once.',
          zh: '把所有 shift 试一遍，其余每一类应恰好出现一次。',
        },
      },
    },
    async () => {
      const classes = 5;
      const { labels, shifts } = all(classes);
      const wrong = tensorOf(await subject.call('wrongLabels', int32(labels), int32(shifts), classes)).value;
      for (let own = 0; own < classes; own++) {
        const met = Array.from(wrong.data).filter((_, i) => labels[i] === own);
        const others = Array.from({ length: classes }, (_, label) => label).filter((label) => label !== own);
        if (met.sort((a, b) => a - b).join() !== others.join())
          fail({
            en: `Label ${own} with the shifts 1 to 4 gives ${met.join(', ')}; each other class should come once.`,
            zh: `标签 ${own} 配上 shift 1 到 4 得到 ${met.join('、')}；其余每一类应恰好出现一次。`,
          });
      }
    },
  );

  check(
    { en: 'what the best D says at equilibrium', zh: '均衡时最优的 D 给出的概率' },
    {
      points: 1,
      hint: {
        en: 'Put p_w = r·p_r and p_f = p_r into the formula of s*.',
        zh: '把 p_w = r·p_r 和 p_f = p_r 代入 s* 的公式。',
      },
    },
    async () => {
      for (const [r, expected] of [
        [0, 2 / 3],
        [0.1, 1 / 1.55],
        [0.5, 4 / 7],
        [1, 0.5],
      ])
        numberOf(await subject.call('atEquilibrium', r)).toBeCloseTo(expected, { absolute: 1e-6 });
    },
  );

  exercise.wrong('runs out of the classes', { loses: 2, change: [".mod(tf.scalar(classes, 'int32'))", ''] });
  exercise.wrong('the next class but for the last', {
    loses: 2,
    change: [
      "labels.add(shifts).mod(tf.scalar(classes, 'int32'))",
      "labels.add(shifts).minimum(tf.scalar(classes - 1, 'int32'))",
    ],
  });
  exercise.wrong('ignores the shift', {
    loses: 1,
    change: [
      "labels.add(shifts).mod(tf.scalar(classes, 'int32'))",
      "labels.add(tf.scalar(1, 'int32')).add(shifts.mul(tf.scalar(0, 'int32'))).mod(tf.scalar(classes, 'int32'))",
    ],
  });
  exercise.wrong('forgets the ½', { loses: 1, change: ['1 / (1 + 0.5 * (1 + r))', '1 / (1 + (1 + r))'] });
  exercise.wrong('lets bugs help', { loses: 1, change: ['1 / (1 + 0.5 * (1 + r))', '1 / (1 + 0.5 * (1 - r))'] });
});

exercise('cgan-grid', ({ check, subject, random }) => {
  const grid = async (z: tf.Tensor2D, classes: number) =>
    partsOf(await subject.call('classGrid', z, classes), 'z', 'labels');

  check(
    { en: 'every class gets the same noise', zh: '每一类用同样的噪声' },
    {
      points: 1,
      hint: { en: 'The whole block of z repeats, once for each class.', zh: '整块 z 重复，每一类一遍。' },
    },
    async () => {
      const z = random.normal<tf.Rank.R2>([3, 2]);
      tensorOf((await grid(z, 4)).z).toBeCloseTo(tf.concat([z, z, z, z]), { absolute: 1e-6 });
    },
  );

  check(
    { en: 'a row has one class', zh: '一行只有一个类别' },
    {
      points: 0.5,
      hint: { en: 'With n = 3 the labels begin 0, 0, 0, 1.', zh: 'n = 3 时，标签的开头是 0、0、0、1。' },
    },
    async () => {
      const { labels } = await grid(random.normal<tf.Rank.R2>([3, 2]), 2);
      tensorOf(labels).toBeCloseTo([0, 0, 0, 1, 1, 1], { absolute: 0 });
    },
  );

  check({ en: 'other sizes', zh: '其他大小' }, { points: 0.5, hidden: true }, async () => {
    const { z, labels } = await grid(random.normal<tf.Rank.R2>([2, 5]), 3);
    tensorOf(z).toHaveShape([6, 5]);
    tensorOf(labels).toHaveDType('int32').toBeCloseTo([0, 0, 1, 1, 2, 2], { absolute: 0 });
  });

  exercise.wrong('labels run along the row', { loses: 1, change: ['Math.floor(i / n)', 'i % classes'] });
  exercise.wrong('new noise for every class', {
    loses: 1,
    change: ['z.tile<Tensor2D>([classes, 1])', 'tf.randomNormal([classes * n, z.shape[1]]) as Tensor2D'],
  });
});
