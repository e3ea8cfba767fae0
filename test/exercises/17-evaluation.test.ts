import * as tf from '@tensorflow/tfjs';
import { metrics } from 'genlab';
import { type CheckRandom, exercise, numberOf, tensorOf } from '../support/exercise';

exercise('ev-frechet-line', ({ check, subject, random }) => {
  check({ en: 'is 0 for a Gaussian and itself', zh: '高斯分布与自身的距离为 0' }, { points: 0.5 }, async () => {
    numberOf(await subject.call('frechetOnLine', 1.5, 0.3, 1.5, 0.3)).toBeCloseTo(0, { absolute: 1e-9 });
    numberOf(await subject.call('frechetOnLine', 0, 1, 0, 2)).toBeCloseTo(1, { absolute: 1e-9 });
  });

  check(
    { en: 'adds both terms, each squared', zh: '两项各自平方再相加' },
    {
      points: 1.5,
      hint: {
        en: 'The s are standard deviations. Is each difference squared on its own?',
        zh: 's 是标准差。两个差是各自平方的吗？',
      },
    },
    async () => {
      const [m1, m2, s1, s2] = [random.next(), 2 + random.next(), 0.5 + random.next(), 2 + random.next()];
      const expected = (m1 - m2) ** 2 + (s1 - s2) ** 2;
      numberOf(await subject.call('frechetOnLine', m1, s1, m2, s2)).toBeCloseTo(expected, { relative: 1e-6 });
    },
  );

  exercise.wrong('variances instead of standard deviations', {
    loses: 2,
    change: ['(s1 - s2) ** 2', '(s1 ** 2 - s2 ** 2) ** 2'],
  });
  exercise.wrong('not squared', { loses: 1.5, change: ['(m1 - m2) ** 2', 'Math.abs(m1 - m2)'] });
  exercise.wrong('forgets the widths', { loses: 2, change: [' + (s1 - s2) ** 2', ''] });
});

/** A covariance that is far from diagonal. */
const covariance = (random: CheckRandom, size: number): tf.Tensor2D =>
  tf.tidy(() => {
    const a = random.normal<tf.Rank.R2>([size, size]);
    return a.matMul<tf.Tensor2D>(a, false, true).add<tf.Tensor2D>(tf.eye(size).mul(0.3));
  });
const gaussian = (mean: tf.Tensor1D, cov: tf.Tensor2D) => ({
  mean: Float64Array.from(mean.dataSync()),
  covariance: Float64Array.from(cov.dataSync()),
});

exercise('ev-frechet', ({ check, subject, random }) => {
  check(
    { en: 'is one number, and 0 for equal Gaussians', zh: '是一个数，两个相同的高斯分布得 0' },
    { points: 0.5 },
    async () => {
      const [mean, cov] = [random.normal<tf.Rank.R1>([3]), covariance(random, 3)];
      const distance = await subject.call('frechet', mean, cov, mean, cov);
      tensorOf(distance).toBeScalar({ en: 'a distance', zh: '距离' });
      tensorOf(distance).toBeCloseTo(0, { absolute: 2e-3 });
      const far = await subject.call('frechet', tf.zeros([2]), tf.eye(2), tf.tensor1d([3, 4]), tf.eye(2).mul(4));
      tensorOf(far).toBeCloseTo(
        27,
        { absolute: 1e-3 },
        { en: 'diagonal covariances: 25 + 1 + 1', zh: '对角协方差：25 + 1 + 1' },
      );
    },
  );

  check(
    { en: 'squares the distance of the means', zh: '均值之差取平方' },
    { points: 1, hint: { en: 'Is ‖μ₁ − μ₂‖ squared?', zh: '‖μ₁ − μ₂‖ 平方了吗？' } },
    async () => {
      const [a, b, cov] = [random.normal<tf.Rank.R1>([4]), random.normal<tf.Rank.R1>([4], 2), covariance(random, 4)];
      const expected = a.sub(b).square().sum();
      tensorOf(await subject.call('frechet', a, cov, b, cov)).toBeCloseTo(expected, { relative: 2e-3 });
    },
  );

  check(
    { en: 'takes the matrix root and the trace', zh: '用矩阵平方根，并取迹' },
    {
      points: 2,
      hint: {
        en: 'Root and product of matrices are not taken entry by entry; and the trace adds the diagonal alone.',
        zh: '矩阵的乘积和平方根不是逐元素的；迹只把对角线加起来。',
      },
    },
    async () => {
      const [a, b] = [covariance(random, 4), covariance(random, 4)];
      const zero = tf.zeros<tf.Rank.R1>([4]);
      const expected = metrics.frechetDistance(gaussian(zero, a), gaussian(zero, b));
      tensorOf(await subject.call('frechet', zero, a, zero, b)).toBeCloseTo(expected, {
        relative: 5e-3,
        absolute: 1e-3,
      });
    },
  );

  check({ en: 'puts both together', zh: '两部分合在一起' }, { points: 0.5, hidden: true }, async () => {
    const [m, n] = [random.normal<tf.Rank.R1>([5]), random.normal<tf.Rank.R1>([5])];
    const [a, b] = [covariance(random, 5), covariance(random, 5)];
    const expected = metrics.frechetDistance(gaussian(m, a), gaussian(n, b));
    tensorOf(await subject.call('frechet', m, a, n, b)).toBeCloseTo(expected, { relative: 5e-3, absolute: 1e-3 });
  });

  exercise.wrong('the circulated version', {
    loses: 4,
    code: `function frechet(mean1: Tensor1D, cov1: Tensor2D, mean2: Tensor1D, cov2: Tensor2D): tf.Scalar {
  const apart = mean1.sub(mean2).norm();
  const root = cov1.mul(cov2).sqrt();
  return apart.add(cov1.add(cov2).sub(root.mul(2)).sum());
}`,
  });
  exercise.wrong('norm not squared', { loses: 2, change: ['.square().sum().add', '.norm().add'] });
  exercise.wrong('root entry by entry', {
    loses: 2.5,
    change: ['matrixRoot(tf.matMul<Tensor2D>(tf.matMul(half, cov2), half))', 'cov1.mul<Tensor2D>(cov2).abs().sqrt()'],
  });
  exercise.wrong('sum of all entries', { loses: 2.5, change: ['.mul(tf.eye(cov1.shape[0]))', ''] });
  exercise.wrong('forgets the 2', { loses: 4, change: ['shared.mul(2)', 'shared'] });
});

exercise('ev-infinity', ({ check, subject, random }) => {
  check(
    { en: 'finds what a line through 1/N says at 0', zh: '得到关于 1/N 的直线在 0 处的值' },
    { points: 1, hint: { en: 'The line is in 1/N, not in N.', zh: '直线是关于 1/N 的，不是关于 N。' } },
    async () => {
      const [limit, slope] = [1 + random.next(), 300 + 100 * random.next()];
      const counts = [100, 200, 400, 800];
      const fids = counts.map((count) => limit + slope / count);
      numberOf(await subject.call('fidAtInfinity', counts, fids)).toBeCloseTo(limit, { relative: 1e-6 });
    },
  );

  check({ en: 'takes the line of least squares', zh: '是最小二乘直线' }, { points: 1, hidden: true }, async () => {
    const counts = [50, 100, 250, 1000, 4000];
    const fids = counts.map((count) => 2 + 100 / count + random.next());
    const u = counts.map((count) => 1 / count);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [centre, level] = [mean(u), mean(fids)];
    const slope =
      mean(u.map((value, i) => (value - centre) * (fids[i] - level))) / mean(u.map((value) => (value - centre) ** 2));
    const expected = level - slope * centre;
    numberOf(await subject.call('fidAtInfinity', counts, fids)).toBeCloseTo(expected, { relative: 1e-6 });
  });

  exercise.wrong('a line in N', { loses: 2, change: ['1 / count', 'count'] });
  exercise.wrong('sign of the slope', { loses: 2, change: ['return f - (', 'return f + ('] });
  exercise.wrong('the FID of the largest N', {
    loses: 2,
    change: ['return f - (average(products) / average(squares)) * r;', 'return fids[fids.length - 1];'],
  });
});

const shares = (random: CheckRandom, rows: number, classes: number): tf.Tensor2D =>
  tf.tidy(() => tf.softmax(random.normal<tf.Rank.R2>([rows, classes], 0, 3)));

exercise('ev-inception', ({ check, subject, random }) => {
  check(
    { en: 'is 1 when all pictures look alike', zh: '幅幅相同时为 1' },
    { points: 0.5, hint: { en: 'exp of 0 is 1.', zh: '0 的指数是 1。' } },
    async () => {
      const one = shares(random, 1, 5).tile([6, 1]) as tf.Tensor2D;
      numberOf(await subject.call('inceptionScore', one)).toBeCloseTo(1, { absolute: 1e-4 });
    },
  );

  check(
    {
      en: 'is the number of classes when each is certain and all are equally frequent',
      zh: '幅幅肯定、各类一样多时，等于类别数',
    },
    {
      points: 1,
      hint: {
        en: 'What is 0·log 0 in the program, and what should it be?',
        zh: '程序里的 0·log 0 是什么？应该是什么？',
      },
    },
    async () => {
      const certain = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0, 1, 2, 3], 'int32'), 4).toFloat() as tf.Tensor2D;
      numberOf(await subject.call('inceptionScore', certain)).toBeCloseTo(4, { absolute: 1e-3 });
    },
  );

  check(
    { en: 'is exp of the mean KL', zh: '等于平均 KL 的指数' },
    { points: 1.5, hint: { en: 'Sum over the classes, mean over the pictures.', zh: '对类别求和，对图像取平均。' } },
    async () => {
      const p = shares(random, 40, 7);
      const { mean } = await metrics.inceptionScore(p, 1);
      numberOf(await subject.call('inceptionScore', p)).toBeCloseTo(mean, { relative: 1e-3 });
    },
  );

  exercise.wrong('mean over the classes', { loses: 2, change: ['.sum(1).mean()', '.mean(1).mean()'] });
  exercise.wrong('forgets exp', {
    loses: 3,
    change: ['Math.exp(certain.sub(overall).dataSync()[0])', 'certain.sub(overall).dataSync()[0]'],
  });
  exercise.wrong('NaN where a probability is 0', { loses: 1, change: ['p.maximum(1e-30).log()', 'p.log()'] });
  exercise.wrong('average over the wrong axis', {
    loses: 3,
    change: ['probabilities.mean(0)', 'probabilities.mean(1)'],
  });
});

exercise('ev-precision', ({ check, subject, random }) => {
  const scene = (samples: number, real: number) =>
    [random.uniform<tf.Rank.R2>([samples, real], 0, 2), random.uniform<tf.Rank.R1>([real], 0, 0.7)] as const;

  check(
    { en: 'counts a sample once, however many balls hold it', zh: '一个样本无论被几个球装下，只算一次' },
    { points: 1 },
    async () => {
      const distances = tf.tensor2d([
        [0.1, 0.1, 0.1],
        [9, 9, 9],
      ]);
      numberOf(await subject.call('precisionOf', distances, tf.ones([3]))).toBeCloseTo(0.5, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'compares each distance with the radius of its real point', zh: '每个距离与对应真实点的半径相比' },
    {
      points: 1.5,
      hint: {
        en: 'Radii belong to the columns. Which axis is "any" taken over?',
        zh: '半径属于各列。“任何”是沿哪个轴取的？',
      },
    },
    async () => {
      const [distances, radii] = scene(60, 9);
      const rows = distances.arraySync();
      const reach = radii.arraySync();
      const expected = rows.filter((row) => row.some((value, j) => value <= reach[j])).length / rows.length;
      numberOf(await subject.call('precisionOf', distances, radii)).toBeCloseTo(expected, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'is a share, also for other sizes', zh: '其他大小时也是比例' },
    { points: 0.5, hidden: true },
    async () => {
      const [distances, radii] = scene(25, 25);
      const rows = distances.arraySync();
      const reach = radii.arraySync();
      const expected = rows.filter((row) => row.some((value, j) => value <= reach[j])).length / rows.length;
      numberOf(await subject.call('precisionOf', distances, radii)).toBeCloseTo(expected, { absolute: 1e-6 });
    },
  );

  exercise.wrong('recall instead', { loses: 3, change: ['.any(1)', '.any(0)'] });
  exercise.wrong('mean over all pairs', { loses: 2, change: ['.any(1).toFloat()', '.toFloat()'] });
  exercise.wrong('all balls instead of any', { loses: 2, change: ['.any(1)', '.all(1)'] });
});
