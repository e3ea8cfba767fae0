import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { type CheckRandom, exercise, fixture, partsOf, tensorOf } from '../support/exercise';

const batch = (random: CheckRandom, count = 6) => random.normal<tf.Rank.R2>([count, 2]);
const clock = (random: CheckRandom, count = 6) => random.uniform<tf.Rank.R2>([count, 1]);

exercise('flow-path', ({ check, subject, random }) => {
  check(
    { en: 'starts at the noise and ends at the example', zh: '从噪声出发，到样本为止' },
    {
      points: 0.5,
      hint: { en: 'What should x_t be at t = 0, and at t = 1?', zh: 't = 0 和 t = 1 时，x_t 应该是什么？' },
    },
    async () => {
      const [x0, x1] = [batch(random), batch(random)];
      const start = partsOf(await subject.call('straightPath', x0, x1, tf.zeros([6, 1])), 'xt', 'velocity');
      tensorOf(start.xt, 'xt').toBeCloseTo(x0);
      const end = partsOf(await subject.call('straightPath', x0, x1, tf.ones([6, 1])), 'xt', 'velocity');
      tensorOf(end.xt, 'xt').toBeCloseTo(x1);
    },
  );

  check(
    { en: 'goes straight, each example by its own time', zh: '走直线，每个样本用自己的时刻' },
    {
      points: 0.5,
      hint: { en: 't is a column: it multiplies a batch as it stands.', zh: 't 是一列，可以直接与一批点相乘。' },
    },
    async () => {
      const [x0, x1, t] = [batch(random), batch(random), clock(random)];
      const { xt } = partsOf(await subject.call('straightPath', x0, x1, t), 'xt', 'velocity');
      tensorOf(xt, 'xt').toBeCloseTo(x0.add(x1.sub(x0).mul(t)));
    },
  );

  check(
    { en: 'has the velocity data minus noise', zh: '速度是数据减噪声' },
    {
      points: 0.5,
      hint: { en: 'dx_t/dt: it takes one unit of time from x0 to x1.', zh: 'dx_t/dt：从 x0 到 x1 用一个单位时间。' },
    },
    async () => {
      const [x0, x1, t] = [batch(random), batch(random), clock(random)];
      const { velocity } = partsOf(await subject.call('straightPath', x0, x1, t), 'xt', 'velocity');
      tensorOf(velocity, 'velocity').toBeCloseTo(x1.sub(x0));
    },
  );

  check({ en: 'works in any dimension', zh: '维数任意' }, { points: 0.5, hidden: true }, async () => {
    const [x0, x1] = [random.normal<tf.Rank.R2>([3, 5]), random.normal<tf.Rank.R2>([3, 5])];
    const parts = partsOf(await subject.call('straightPath', x0, x1, tf.fill([3, 1], 0.25)), 'xt', 'velocity');
    tensorOf(parts.xt, 'xt').toBeCloseTo(x0.mul(0.75).add(x1.mul(0.25)));
    tensorOf(parts.velocity, 'velocity').toBeCloseTo(x1.sub(x0));
  });

  exercise.wrong('the clock of diffusion', {
    loses: 1.5,
    change: ['x0.mul(tf.sub(1, t)).add(x1.mul(t))', 'x1.mul(tf.sub(1, t)).add(x0.mul(t))'],
  });
  exercise.wrong('noise minus data', { loses: 1, change: ['velocity: x1.sub(x0)', 'velocity: x0.sub(x1)'] });
  exercise.wrong('roots, as if variances had to add up', {
    loses: 1,
    change: ['x0.mul(tf.sub(1, t)).add(x1.mul(t))', 'x0.mul(tf.sub(1, t).sqrt()).add(x1.mul(t.sqrt()))'],
  });
  exercise.wrong('the velocity scaled by t', {
    loses: 1,
    change: ['velocity: x1.sub(x0)', 'velocity: x1.sub(x0).mul(t)'],
  });
});

exercise('flow-loss', ({ check, subject, random }) => {
  check({ en: 'is one number', zh: '是一个数' }, { points: 0.5 }, async () => {
    const still = fixture(() => (x: Tensor) => x.mul(0));
    tensorOf(await subject.call('flowMatchingLoss', still, batch(random), batch(random), clock(random))).toBeScalar({
      en: 'the mean over all numbers of the batch',
      zh: '对一批数据的所有数取平均',
    });
  });

  check(
    { en: 'is the mean square of what the network misses', zh: '等于网络偏差的均方' },
    {
      points: 1,
      hint: {
        en: 'The network is asked at x_t and t; the target is the velocity of the path.',
        zh: '网络的输入是 x_t 和 t；目标是路径的速度。',
      },
    },
    async () => {
      const field = fixture(() => (x: Tensor, t: Tensor) => x.mul(0.5).add(t));
      const [x0, x1, t] = [batch(random), batch(random), clock(random)];
      const expected = tf.tidy(() => {
        const xt = x0.mul(tf.sub(1, t)).add(x1.mul(t));
        return xt.mul(0.5).add(t).sub(x1.sub(x0)).square().mean();
      });
      tensorOf(await subject.call('flowMatchingLoss', field, x0, x1, t)).toBeCloseTo(expected);
    },
  );

  check({ en: 'is 0 for a field that is right', zh: '速度场正确时为 0' }, { points: 0.5, hidden: true }, async () => {
    // One example a: the velocity at x is (a − x)/(1 − t).
    const right = fixture(() => (x: Tensor, t: Tensor) => x.neg().add(0.7).div(t.neg().add(1)));
    const t = tf.tidy(() => clock(random).mul(0.9));
    const loss = await subject.call('flowMatchingLoss', right, batch(random), tf.fill([6, 2], 0.7), t);
    tensorOf(loss).toBeCloseTo(0, { absolute: 1e-5 });
  });

  exercise.wrong('sum for mean', { loses: 1, change: ['.mean()', '.sum()'] });
  exercise.wrong('asks the network at the example', { loses: 1.5, change: ['v(xt, t)', 'v(x1, t)'] });
  exercise.wrong('regresses on the example instead of the velocity', {
    loses: 1.5,
    change: ['.sub(velocity)', '.sub(x1).sub(velocity.mul(0))'],
  });
  exercise.wrong('one number for each example', { loses: 2, change: ['.mean()', '.mean(1) as unknown as Scalar'] });
});

exercise('flow-euler', ({ check, subject, random }) => {
  const field = fixture(() => (x: Tensor, t: number) => x.mul(-2).add(t));

  check(
    { en: 'moves by dt times the velocity at the start', zh: '移动 dt 乘以起点处的速度' },
    { points: 0.5, hint: { en: 'x + dt · v(x, t).', zh: 'x + dt · v(x, t)。' } },
    async () => {
      const x = batch(random);
      tensorOf(await subject.call('eulerStep', field, x, 0.3, 0.1)).toBeCloseTo(x.add(x.mul(-2).add(0.3).mul(0.1)));
    },
  );

  check({ en: 'also backwards', zh: '往回走也行' }, { points: 0.5, hidden: true }, async () => {
    const x = batch(random);
    tensorOf(await subject.call('eulerStep', field, x, 1, -0.25)).toBeCloseTo(x.add(x.mul(-2).add(1).mul(-0.25)));
  });

  exercise.wrong('forgets dt', { loses: 1, change: ['v(x, t).mul(dt)', 'v(x, t)'] });
  exercise.wrong('asks at the end of the step', { loses: 1, change: ['v(x, t)', 'v(x, t + dt)'] });
  exercise.wrong('the velocity alone', { loses: 1, change: ['x.add(v(x, t).mul(dt))', 'v(x, t).mul(dt)'] });
});

exercise('flow-heun', ({ check, subject, random }) => {
  check(
    { en: 'follows a velocity that changes with time exactly', zh: '速度随时间线性变化时，结果精确' },
    {
      points: 1,
      hint: {
        en: 'The second velocity is asked at t + dt. And do the times run from 0 to 1?',
        zh: '第二次求速度是在 t + dt。时刻是从 0 走到 1 吗？',
      },
    },
    async () => {
      const field = fixture(() => (x: Tensor, t: number) => x.mul(0).add(2 * t));
      const x = batch(random);
      tensorOf(await subject.call('heunSample', field, x, 4)).toBeCloseTo(x.add(1), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'looks ahead from the place where Euler leads', zh: '从欧拉步到达的位置往前看' },
    {
      points: 1,
      hint: {
        en: 'One step: x + dt/2 · [v(x, t) + v(x + dt·v, t + dt)]. Start from x, not from the Euler point.',
        zh: '一步：x + dt/2 · [v(x, t) + v(x + dt·v, t + dt)]。从 x 出发，不是从欧拉点出发。',
      },
    },
    async () => {
      const shrink = fixture(() => (x: Tensor) => x.mul(-1));
      const x = batch(random);
      // v = −x: one step multiplies by 1 − dt + dt²/2.
      tensorOf(await subject.call('heunSample', shrink, x, 1)).toBeCloseTo(x.mul(0.5), { absolute: 1e-4 });
      tensorOf(await subject.call('heunSample', shrink, x, 5)).toBeCloseTo(x.mul(0.82 ** 5), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'errs a quarter as much with twice the steps', zh: '步数加倍，误差降为四分之一' },
    { points: 1, hidden: true },
    async () => {
      const field = fixture(() => (x: Tensor, t: number) => x.mul(-1 - t));
      const x = tf.ones<tf.Rank.R2>([1, 2]);
      const exact = Math.exp(-1.5);
      const coarse = tensorOf(await subject.call('heunSample', field, x, 8)).toHaveShape([1, 2]).value.data[0];
      tensorOf(await subject.call('heunSample', field, x, 16)).toBeCloseTo(tf.fill([1, 2], exact), {
        absolute: Math.min(Math.abs(coarse - exact) / 3, 2e-3),
        relative: 0,
      });
    },
  );

  exercise.wrong('Euler’s method', {
    loses: 3,
    change: ['here.add(there).mul(dt / 2)', 'here.add(there.mul(0)).mul(dt)'],
  });
  exercise.wrong('forgets the half', { loses: 3, change: ['.mul(dt / 2)', '.mul(dt)'] });
  exercise.wrong('the second velocity at the old time', {
    loses: 2,
    change: ['here.mul(dt)), t + dt)', 'here.mul(dt)), t)'],
  });
  exercise.wrong('the second velocity at the old place', {
    loses: 2,
    change: ['v(x.add(here.mul(dt)), t + dt)', 'v(x, t + dt)'],
  });
  exercise.wrong('one step too many', { loses: 3, change: ['i < steps', 'i <= steps'] });
});

exercise('flow-convention', ({ check, subject, random }) => {
  const theirs = fixture(() => (x: Tensor, t: number) => x.mul(1 + t).add(3 * t));

  check(
    { en: 'turns the clock', zh: '把时钟反过来' },
    { points: 0.5, hint: { en: 'Our t = 0 is their t = 1.', zh: '我们的 t = 0 是他们的 t = 1。' } },
    async () => {
      // A field that is 0 at their t = 0 whatever its sign: the sign is another check.
      const fading = fixture(() => (x: Tensor, t: number) => x.mul(t));
      const x = batch(random);
      const ours = await subject.make('toOurs', fading);
      tensorOf(await ours.call('', x, 1)).toBeCloseTo(tf.zeros([6, 2]));
    },
  );

  check(
    { en: 'turns the velocity', zh: '把速度反过来' },
    { points: 0.5, hint: { en: 'They point from data to noise.', zh: '他们从数据指向噪声。' } },
    async () => {
      // At t = ½ both clocks agree.
      const x = batch(random);
      const ours = await subject.make('toOurs', theirs);
      tensorOf(await ours.call('', x, 0.5)).toBeCloseTo(x.mul(-1.5).sub(1.5), { absolute: 1e-4 });
    },
  );

  check({ en: 'does both', zh: '两样都做' }, { points: 1, hidden: true }, async () => {
    const x = batch(random);
    const ours = await subject.make('toOurs', theirs);
    tensorOf(await ours.call('', x, 0.9)).toBeCloseTo(x.mul(-1.1).sub(0.3), { absolute: 1e-4 });
  });

  exercise.wrong('the sign alone', { loses: 1.5, change: ['theirs(x, 1 - t)', 'theirs(x, t)'] });
  exercise.wrong('the clock alone', { loses: 1.5, change: ['theirs(x, 1 - t).neg()', 'theirs(x, 1 - t)'] });
  exercise.wrong('as it stands', { loses: 2, change: ['theirs(x, 1 - t).neg()', 'theirs(x, t)'] });
  exercise.wrong('the point turned, not the velocity', {
    loses: 1.5,
    change: ['theirs(x, 1 - t).neg()', 'theirs(x.neg(), 1 - t)'],
  });
});

exercise('flow-exact', ({ check, subject, random }) => {
  check(
    { en: 'heads for the only example there is', zh: '只有一个样本时，直奔它而去' },
    {
      points: 1,
      hint: {
        en: '(a − x)/(1 − t): the way left, over the time left.',
        zh: '(a − x)/(1 − t)：剩下的路除以剩下的时间。',
      },
    },
    async () => {
      const [x, a] = [batch(random), random.normal<tf.Rank.R2>([1, 2])];
      tensorOf(await subject.call('exactVelocity', x, 0.6, a)).toBeCloseTo(a.sub(x).div(0.4), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'weighs the examples by how likely their path is', zh: '按路径的可能性给各样本加权' },
    {
      points: 1,
      hint: {
        en: 'Distances are from t·a, not from a; the variance is (1 − t)²; and there is a 2 below the fraction.',
        zh: '距离是到 t·a 的，不是到 a 的；方差是 (1 − t)²；分母里还有个 2。',
      },
    },
    async () => {
      const [x, data] = [batch(random), random.normal<tf.Rank.R2>([9, 2])];
      const expected = tf.tidy(() => {
        const squares = x.expandDims(1).sub(data.mul(0.4)).square().sum(2);
        const likely = squares.div(-2 * 0.36).exp(); // [6,9]
        const w = likely.div(likely.sum(1, true));
        return tf
          .matMul(w as tf.Tensor2D, data)
          .sub(x)
          .div(0.6);
      });
      tensorOf(await subject.call('exactVelocity', x, 0.4, data)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'survives t near 1', zh: 't 接近 1 时也不出错' },
    {
      points: 1,
      hidden: {
        hint: {
          en: 'exp(−5000) is 0 in single precision. Is there a softmax?',
          zh: '单精度下 exp(−5000) 是 0。用 softmax 了吗？',
        },
      },
    },
    async () => {
      const data = tf.tensor2d([
        [2, 2],
        [-2, 1],
      ]);
      const x = tf.tensor2d([[1, 1]]);
      const expected = tf.tensor2d([[1, 1]]).div(0.01);
      tensorOf(await subject.call('exactVelocity', x, 0.99, data)).toBeCloseTo(expected, { relative: 1e-3 });
    },
  );

  exercise.wrong('distances from the example, not from t times it', {
    loses: 1,
    change: ['.sub(data.mul(t))', '.sub(data)'],
  });
  exercise.wrong('1 − t where its square belongs', { loses: 1, change: ['(1 - t) ** 2', '(1 - t)'] });
  exercise.wrong('exponentiates as it stands', {
    loses: 1,
    change: [
      '.div<Tensor2D>(-2 * (1 - t) ** 2).softmax()',
      '.div(-2 * (1 - t) ** 2).exp().div<Tensor2D>(squares.div(-2 * (1 - t) ** 2).exp().sum(1, true))',
    ],
  });
  exercise.wrong('forgets the time that is left', { loses: 3, change: ['.div<Tensor2D>(1 - t)', '.mul<Tensor2D>(1)'] });
});
