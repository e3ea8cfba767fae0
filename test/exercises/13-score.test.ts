import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { nn, score } from 'genlab';
import { type CheckRandom, exercise, fixture, tensorOf } from '../support/exercise';

const batch = (random: CheckRandom, count = 6) => random.normal<tf.Rank.R2>([count, 2]);

exercise('score-langevin', { library: () => ({ langevinStep: score.langevinStep }) }, ({ check, subject, random }) => {
  check(
    { en: 'walks half a step along the score', zh: '沿分数走半个步长' },
    {
      points: 0.5,
      hint: { en: 'Uphill is plus; and where is the ½?', zh: '上坡是加号；½ 在哪里？' },
    },
    async () => {
      const [x, s] = [batch(random), batch(random)];
      tensorOf(await subject.call('langevinStep', x, s, 0.3, tf.zeros([6, 2]))).toBeCloseTo(x.add(s.mul(0.15)));
    },
  );

  check(
    { en: 'stumbles by √α', zh: '跌撞的幅度是 √α' },
    {
      points: 1,
      hint: {
        en: 'A variance of α is a standard deviation of √α. And is the noise the one that came in?',
        zh: '方差为 α，标准差就是 √α。用的是传进来的噪声吗？',
      },
    },
    async () => {
      const [x, noise] = [batch(random), batch(random)];
      tensorOf(await subject.call('langevinStep', x, tf.zeros([6, 2]), 0.04, noise)).toBeCloseTo(x.add(noise.mul(0.2)));
    },
  );

  check({ en: 'does both at once', zh: '两件事同时做' }, { points: 0.5, hidden: true }, async () => {
    const [x, s, noise] = [batch(random), batch(random), batch(random)];
    tensorOf(await subject.call('langevinStep', x, s, 0.5, noise)).toBeCloseTo(score.langevinStep(x, s, 0.5, noise));
  });

  exercise.wrong('α where √α belongs', { loses: 1.5, change: ['Math.sqrt(stepSize)', 'stepSize'] });
  exercise.wrong('forgets the ½', { loses: 1, change: ['stepSize / 2', 'stepSize'] });
  exercise.wrong('walks downhill', { loses: 1, change: ['x.add(score', 'x.sub(score'] });
  exercise.wrong('leaves the noise out', {
    loses: 1.5,
    change: ['.add(noise.mul(Math.sqrt(stepSize)))', ''],
  });
  exercise.wrong('draws noise of its own', {
    loses: 2,
    change: ['noise.mul(Math.sqrt(stepSize))', 'tf.randomNormal<tf.Rank.R2>([6, 2]).mul(Math.sqrt(stepSize))'],
  });
});

exercise('score-dsm', ({ check, subject, random }) => {
  /** s(x, σ) = (a − x)·k/σ: linear in x, and it tells whether σ came along. */
  const linear = fixture(
    (tf, { factor }) =>
      (x: Tensor, sigma: Tensor) =>
        tf.sub(0.3, x).mul(factor).div(sigma),
    { factor: 0.7 },
  );
  const levels = () => tf.tidy(() => random.uniform<tf.Rank.R2>([8, 1]).mul(2).add<tf.Tensor2D>(0.2));

  check({ en: 'is one number', zh: '是一个数' }, { points: 0.5 }, async () => {
    const loss = await subject.call('dsmLoss', linear, batch(random, 8), levels(), batch(random, 8));
    tensorOf(loss).toBeScalar({ en: 'averaged over the batch', zh: '对一批样本取平均' });
  });

  check(
    { en: 'is 0 where the score is known: all data at one point', zh: '数据全在一点、分数已知时为 0' },
    {
      points: 1,
      hint: {
        en: 'Then −(x̃ − x)/σ² is the score, and every target −ε/σ equals it. Look at the signs, and at where the network looks: at x, or at the noisy point?',
        zh: '这时分数是 −(x̃ − x)/σ²，每个目标 −ε/σ 都与它相等。检查符号；网络看的是 x，还是带噪的点？',
      },
    },
    async () => {
      const known = fixture(() => (x: Tensor, sigma: Tensor) => x.sub(1.5).div(sigma.square()).neg());
      const loss = await subject.call('dsmLoss', known, tf.fill([8, 2], 1.5), levels(), batch(random, 8));
      tensorOf(loss).toBeCloseTo(0, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'is ½ E‖σ s + ε‖²', zh: '等于 ½ E‖σ s + ε‖²' },
    {
      points: 1,
      hint: {
        en: 'Sum over the numbers of a point, mean over the batch, and the ½. Is the score multiplied by σ?',
        zh: '对一个点的各分量求和，对一批样本取平均，再乘 ½。分数乘了 σ 吗？',
      },
    },
    async () => {
      const [x, sigma, noise] = [batch(random, 8), levels(), batch(random, 8)];
      const expected = tf.tidy(() => {
        const s = tf
          .sub(0.3, x.add(noise.mul(sigma)))
          .mul(0.7)
          .div(sigma);
        return s.mul(sigma).add(noise).square().sum().div(16);
      });
      tensorOf(await subject.call('dsmLoss', linear, x, sigma, noise)).toBeCloseTo(expected, { relative: 1e-3 });
    },
  );

  check(
    { en: 'weighs all noise levels alike', zh: '各噪声级的权重相同' },
    {
      points: 0.5,
      hidden: {
        hint: {
          en: 'Try a network that answers 0, at σ = 0.01 and at σ = 10.',
          zh: '用输出恒为 0 的网络，取 σ = 0.01 和 σ = 10 试一试。',
        },
      },
    },
    async () => {
      const nothing = fixture(() => (x: Tensor) => x.mul(0));
      const [x, noise] = [batch(random, 8), batch(random, 8)];
      const expected = noise.square().sum().div(16);
      for (const sigma of [0.01, 10]) {
        const loss = await subject.call('dsmLoss', nothing, x, tf.fill([8, 1], sigma), noise);
        tensorOf(loss).toBeCloseTo(expected, { relative: 1e-4 });
      }
    },
  );

  exercise.wrong('sign of the noise', {
    loses: 2,
    change: ['found.mul(sigma).add(noise)', 'found.mul(sigma).sub(noise)'],
  });
  exercise.wrong('no weight σ²', {
    loses: 1.5,
    change: ['found.mul(sigma).add(noise)', 'found.add(noise.div(sigma))'],
  });
  exercise.wrong('shows the network the clean point', {
    loses: 2,
    change: ['score(x.add(noise.mul(sigma)), sigma)', 'score(x, sigma)'],
  });
  exercise.wrong('mean over the numbers of a point', { loses: 1.5, change: ['.sum(1)', '.mean(1)'] });
  exercise.wrong('forgets the ½', { loses: 1.5, change: ['.mean().div(2)', '.mean()'] });
});

exercise('score-em', ({ check, subject, random }) => {
  const zeros = () => tf.zeros([6, 2]);

  check(
    { en: 'undoes the drift: back in time', zh: '逆着漂移走：时间往回' },
    {
      points: 0.5,
      hint: {
        en: 'Time runs down: subtract what the forward drift would add.',
        zh: '时间往下走：减去正向漂移会加上的量。',
      },
    },
    async () => {
      const x = batch(random);
      tensorOf(await subject.call('reverseStep', x, zeros(), -5, 3, 0.01, zeros())).toBeCloseTo(x.mul(1.05));
    },
  );

  check(
    { en: 'is pulled by the whole g²', zh: '拉力是整个 g²' },
    {
      points: 1,
      hint: {
        en: 'With noise it is g², without noise ½g². And does the step go uphill?',
        zh: '有噪声用 g²，没有噪声用 ½g²。这一步是往上坡走吗？',
      },
    },
    async () => {
      const [x, s] = [batch(random), batch(random)];
      tensorOf(await subject.call('reverseStep', x, s, 0, 3, 0.01, zeros())).toBeCloseTo(x.add(s.mul(0.09)));
    },
  );

  check(
    { en: 'adds noise of variance g² dt', zh: '加上方差为 g² dt 的噪声' },
    {
      points: 1,
      hint: {
        en: 'Variances of short times add up, so the standard deviation goes with √dt.',
        zh: '短时间里的方差相加，所以标准差与 √dt 成正比。',
      },
    },
    async () => {
      const [x, noise] = [batch(random), batch(random)];
      tensorOf(await subject.call('reverseStep', x, zeros(), 0, 3, 0.01, noise)).toBeCloseTo(x.add(noise.mul(0.3)));
    },
  );

  check(
    { en: 'carries noise to N(0, v), step after step', zh: '一步步把噪声送到 N(0, v)' },
    { points: 0.5, hidden: true, falseFailRate: 1e-7 },
    async () => {
      // With data N(0, v), one exact step is linear: variance (1 + (f + g²/V) … )² V + g² dt.
      const [n, variance, f, g, dt] = [2048, 1.7, -0.8, 1.3, 0.02];
      const x = random.normal<tf.Rank.R2>([n, 2], 0, Math.sqrt(variance));
      const moved = await subject.call('reverseStep', x, x.div(-variance), f, g, dt, random.normal<tf.Rank.R2>([n, 2]));
      const factor = 1 - (f + g ** 2 / variance) * dt;
      tensorOf(moved).toHaveVariance(factor ** 2 * variance + g ** 2 * dt, { sampleSize: 2 * n });
      tensorOf(moved).toBeFinite();
    },
  );

  exercise.wrong('½g², the ODE’s pull', { loses: 1, change: ['g ** 2', 'g ** 2 / 2'] });
  exercise.wrong('dt where √dt belongs', { loses: 1, change: ['g * Math.sqrt(dt)', 'g * dt'] });
  exercise.wrong('forward in time', { loses: 1.5, change: ['x.sub(drift', 'x.add(drift'] });
  exercise.wrong('g where g² belongs', { loses: 1, change: ['score.mul(g ** 2)', 'score.mul(g)'] });
});

exercise('score-flow', ({ check, subject, random }) => {
  check(
    { en: 'is the drift where the score is 0', zh: '分数为 0 处就是漂移' },
    { points: 0.5, hint: { en: 'Time runs forward here.', zh: '这里时间是正向的。' } },
    async () => {
      const x = batch(random);
      tensorOf(await subject.call('flowVelocity', x, tf.zeros([6, 2]), -2.5, 1.5)).toBeCloseTo(x.mul(-2.5));
    },
  );

  check(
    { en: 'is pushed down by ½g²', zh: '以 ½g² 往下推' },
    {
      points: 1,
      hint: {
        en: 'Forward in time data become noise: against the score. And how much of g² without noise?',
        zh: '时间正向走，数据变成噪声，与分数相反。没有噪声时 g² 要取多少？',
      },
    },
    async () => {
      const [x, s] = [batch(random), batch(random)];
      tensorOf(await subject.call('flowVelocity', x, s, 0, 1.5)).toBeCloseTo(s.mul(-1.125));
    },
  );

  check(
    { en: 'leaves a Gaussian alone that its SDE leaves alone', zh: 'SDE 保持不变的高斯分布，它也保持不变' },
    { points: 0.5, hidden: true },
    async () => {
      // VP and N(0, I): −½βx − ½β(−x) = 0 at every point.
      const x = batch(random);
      tensorOf(await subject.call('flowVelocity', x, x.neg(), -2, 2)).toBeCloseTo(tf.zeros([6, 2]), { absolute: 1e-5 });
    },
  );

  exercise.wrong('the whole g², as with noise', { loses: 1.5, change: ['g ** 2 / 2', 'g ** 2'] });
  exercise.wrong('along the score', { loses: 1.5, change: ['.sub(score', '.add(score'] });
  exercise.wrong('backwards in time', {
    loses: 1.5,
    change: ['x.mul(f).sub(score.mul(g ** 2 / 2))', 'score.mul(g ** 2 / 2).sub(x.mul(f))'],
  });
  exercise.wrong('g where g² belongs', { loses: 1.5, change: ['g ** 2 / 2', 'g / 2'] });
});

exercise('score-bug', ({ check, subject, random }) => {
  const vp = score.vpSde();
  const stepAt = (t: number, dt: number) => ({
    t,
    dt,
    f: vp.drift(t),
    g: vp.diffusion(t),
    sigma: vp.marginalProb(t).std,
  });
  const same = fixture(() => (x: Tensor) => x.mul(0.4).add(0.2));
  const one = (x: tf.Tensor2D, { dt, f, g, sigma }: ReturnType<typeof stepAt>) =>
    tf.tidy(() => {
      const s = x.mul(0.4).add(0.2).div(-sigma);
      return x.sub<tf.Tensor2D>(
        x
          .mul(f)
          .sub(s.mul(g ** 2 / 2))
          .mul(dt),
      );
    });

  check(
    { en: 'goes the right way', zh: '方向正确' },
    {
      points: 0.5,
      hint: { en: 'dt is above 0 and time runs down: add or subtract?', zh: 'dt 大于 0，而时间往下走：该加还是该减？' },
    },
    async () => {
      const nothing = fixture(() => (x: Tensor) => x.mul(0));
      const x = batch(random);
      const step = stepAt(0.5, 0.01);
      tensorOf(await subject.call('sampleFlow', nothing, x, [step])).toBeCloseTo(x.mul(1 - step.f * step.dt));
    },
  );

  check(
    { en: 'is the flow’s step at t = 1, where σ is 1', zh: '在 t = 1（σ 为 1）处是概率流的一步' },
    {
      points: 1,
      hint: { en: 'How much of g² belongs to a sampler without noise?', zh: '没有噪声的采样，g² 该取多少？' },
    },
    async () => {
      const x = batch(random);
      const step = stepAt(1, 0.02);
      tensorOf(await subject.call('sampleFlow', same, x, [step])).toBeCloseTo(one(x, step), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'and at t = 0.05, where σ is small', zh: '在 t = 0.05（σ 很小）处也是' },
    {
      points: 1,
      hint: {
        en: 'From a predicted noise to a score: what changes the unit?',
        zh: '从预测的噪声到分数：单位怎么换算？',
      },
    },
    async () => {
      const x = batch(random);
      const step = stepAt(0.05, 0.02);
      tensorOf(await subject.call('sampleFlow', same, x, [step])).toBeCloseTo(one(x, step), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'takes every step, each from where the last one led', zh: '走完每一步，每步从上一步的终点出发' },
    { points: 0.5, hidden: true },
    async () => {
      const x = batch(random);
      const steps = [stepAt(0.9, 0.1), stepAt(0.8, 0.1), stepAt(0.7, 0.05)];
      tensorOf(await subject.call('sampleFlow', same, x, steps)).toBeCloseTo(steps.reduce<tf.Tensor2D>(one, x), {
        absolute: 1e-4,
      });
    },
  );

  exercise.wrong('ε for the score', { loses: 1.5, change: ['.div<Tensor2D>(-sigma)', '.neg()'] });
  exercise.wrong('g² without noise', { loses: 2.5, change: ['g ** 2 / 2', 'g ** 2'] });
  exercise.wrong('wrong way', { loses: 3, change: ['current.sub(velocity', 'current.add(velocity'] });
  exercise.wrong('each step from the start', {
    loses: 0.5,
    change: ['current = current.sub(velocity', 'current = x.sub(velocity'],
  });
});

exercise('score-likelihood', ({ check, subject, random }) => {
  const still = fixture(() => (x: Tensor) => x.mul(0));
  const none = fixture((tf) => (x: Tensor) => tf.zeros([x.shape[0]]));
  const shrink = fixture(
    (tf, { rate }) =>
      (x: Tensor, t: number) =>
        tf.mul(x, -rate * (1 + t)),
    { rate: 0.6 },
  );
  const shrinkDivergence = fixture(
    (tf, { rate }) =>
      (x: Tensor, t: number) =>
        tf.fill([x.shape[0]], -2 * rate * (1 + t)),
    {
      rate: 0.6,
    },
  );

  check(
    { en: 'is the Gaussian where nothing moves', zh: '什么都不动时就是高斯' },
    {
      points: 0.5,
      hint: { en: '`nn.normalLogProb` of where the points are at the end.', zh: '对终点用 `nn.normalLogProb`。' },
    },
    async () => {
      const x = batch(random);
      tensorOf(await subject.call('flowLogLikelihood', still, none, x, [0, 0.5, 1])).toBeCloseTo(nn.normalLogProb(x));
    },
  );

  check(
    { en: 'adds up divergence times dt', zh: '把散度乘 dt 累加起来' },
    {
      points: 1,
      hint: {
        en: 'Plus, once for each step, with that step’s own dt: the times need not be even.',
        zh: '加号，每一步一次，用这一步自己的 dt：时间点不一定均匀。',
      },
    },
    async () => {
      const x = batch(random);
      const times = [0, 0.2, 0.3, 1];
      const expected = nn
        .normalLogProb(x)
        .add(times.slice(0, 3).reduce((sum, t, i) => sum - 1.2 * (1 + t) * (times[i + 1] - t), 0));
      tensorOf(await subject.call('flowLogLikelihood', still, shrinkDivergence, x, times)).toBeCloseTo(expected, {
        absolute: 1e-4,
      });
    },
  );

  check(
    { en: 'moves the points by Euler’s method', zh: '用欧拉法移动点' },
    {
      points: 1,
      hint: { en: 'The velocity is asked at the old point and the old time.', zh: '速度取旧的点、旧的时刻。' },
    },
    async () => {
      const x = batch(random);
      const times = [0, 0.2, 0.3, 1];
      const factor = times.slice(0, 3).reduce((product, t, i) => product * (1 - 0.6 * (1 + t) * (times[i + 1] - t)), 1);
      tensorOf(await subject.call('flowLogLikelihood', shrink, none, x, times)).toBeCloseTo(
        nn.normalLogProb(x.mul(factor)),
        { absolute: 1e-4 },
      );
    },
  );

  check(
    { en: 'asks the divergence before it moves the point', zh: '先求散度，再移动点' },
    { points: 0.5, hidden: true },
    async () => {
      const bend = fixture(() => (x: Tensor) => x.square().sum(1));
      const x = batch(random);
      const moved = x.mul(1 - 0.6 * 0.5);
      const expected = tf.tidy(() =>
        nn
          .normalLogProb(moved.mul(1 - 0.6 * 1.5 * 0.5))
          .add(x.square().sum(1).mul(0.5))
          .add(moved.square().sum(1).mul(0.5)),
      );
      tensorOf(await subject.call('flowLogLikelihood', shrink, bend, x, [0, 0.5, 1])).toBeCloseTo(expected, {
        absolute: 1e-4,
      });
    },
  );

  exercise.wrong('subtracts the divergence', { loses: 1.5, change: ['sum = sum.add(', 'sum = sum.sub('] });
  exercise.wrong('one dt for all', {
    loses: 2,
    change: ['times[i + 1] - t', '(times[times.length - 1] - times[0]) / (times.length - 1) + 0 * i'],
  });
  exercise.wrong('the Gaussian at the start', {
    loses: 1.5,
    change: ['nn.normalLogProb(point)', 'nn.normalLogProb(x)'],
  });
  exercise.wrong('moves first', {
    loses: 0.5,
    change: [
      ['sum = sum.add(divergence(point, t).mul(dt));', ''],
      [
        'point = point.add(velocity(point, t).mul(dt));',
        'point = point.add(velocity(point, t).mul(dt)); sum = sum.add(divergence(point, t).mul(dt));',
      ],
    ],
  });
});
