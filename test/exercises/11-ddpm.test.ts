import * as tf from '@tensorflow/tfjs';
import { ddpm, nn } from 'genlab';
import { exercise, expectValue, fixture, itemsOf, numberOf, partsOf, tensorOf } from '../support/exercise';

/** What a check gives as a schedule: plain data. */
const plain = ({ betas, alphas, alphasCumprod, steps }: ddpm.Schedule) => ({ steps, betas, alphas, alphasCumprod });
const full = ddpm.linearSchedule(1000);
const schedule = plain(full);
/** A short one, whose every step is large enough to tell a right formula from a nearly right one. */
const short = ddpm.linearSchedule(50);

exercise('ddpm-qsample', ({ check, subject, random }) => {
  check({ en: 'keeps the shape of the batch', zh: '形状与输入的一批相同' }, { points: 0.5 }, async () => {
    const noise = random.normal([3, 4, 4, 1]);
    const xt = await subject.call('qSample', random.normal([3, 4, 4, 1]), [1, 500, 1000], noise, schedule);
    tensorOf(xt).toHaveShape([3, 4, 4, 1], {
      en: 'one noised picture for each picture that came in',
      zh: '进来几幅图像，就得到几幅加噪的图像',
    });
  });

  check(
    { en: 'mixes picture and noise by the roots of ᾱ and 1−ᾱ', zh: '按 ᾱ 与 1−ᾱ 的平方根混合图像与噪声' },
    {
      points: 1.5,
      hint: {
        en: 'Are both factors square roots? And is it ᾱ, the product, that stands below them?',
        zh: '两个系数都是平方根吗？根号里是连乘积 ᾱ 吗？',
      },
    },
    async () => {
      const [x0, noise] = [random.normal([2, 4, 4, 1]), random.normal([2, 4, 4, 1])];
      const xt = await subject.call('qSample', x0, [10, 900], noise, schedule);
      tensorOf(xt).toBeCloseTo(ddpm.qSample(x0, [10, 900], noise, full), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'works on points too and keeps unit variance', zh: '对点也适用，并保持方差为 1' },
    { points: 1, hidden: { name: { en: 'points, and their variance', zh: '点及其方差' } }, falseFailRate: 1e-7 },
    async () => {
      const n = 4096;
      const steps = new Array<number>(n).fill(321);
      const xt = await subject.call('qSample', random.normal([n, 1]), steps, random.normal([n, 1]), schedule);
      tensorOf(xt).toHaveVariance(1, { sampleSize: n });
    },
  );

  exercise.wrong('no root on 1−ᾱ', {
    loses: 2.5,
    change: ['Math.sqrt(1 - schedule.alphasCumprod[step])', '1 - schedule.alphasCumprod[step]'],
  });
  exercise.wrong('no root on ᾱ', {
    loses: 2.5,
    change: ['Math.sqrt(schedule.alphasCumprod[step])', 'schedule.alphasCumprod[step]'],
  });
  exercise.wrong('α of the one step instead of the product', {
    loses: 1.5,
    change: [
      ['Math.sqrt(schedule.alphasCumprod[step])', 'Math.sqrt(schedule.alphas[step])'],
      ['Math.sqrt(1 - schedule.alphasCumprod[step])', 'Math.sqrt(1 - schedule.alphas[step])'],
    ],
  });
  exercise.wrong('the step of the first example for all', {
    loses: 1.5,
    change: [
      't.map((step) => Math.sqrt(schedule.alphasCumprod[step]))',
      't.map(() => Math.sqrt(schedule.alphasCumprod[t[0]]))',
    ],
  });
  exercise.wrong('subtracts the noise', { loses: 1.5, change: ['.add(noise', '.sub(noise'] });
});

exercise('ddpm-schedule', ({ check, subject }) => {
  const numbers = (value: Parameters<typeof itemsOf>[0], count: number) => itemsOf(value, count).map(Number);

  check(
    { en: 'the betas rise evenly, from end to end', zh: 'β 从头到尾均匀上升' },
    {
      points: 1,
      hint: {
        en: 'For T = 1000 the first is 0.0001 and the last 0.02, both included; for T = 50 both are 20 times as large.',
        zh: 'T = 1000 时首项 0.0001、末项 0.02，两端都取到；T = 50 时两端都是它们的 20 倍。',
      },
    },
    async () => {
      for (const T of [1000, 50]) {
        const betas = numbers(await subject.call('linearBetas', T), T);
        const expected = ddpm.linearSchedule(T).betas;
        for (const t of [1, 2, Math.round(T / 2), T]) {
          numberOf(betas[t - 1], `β_${t}, T = ${T}`).toBeCloseTo(expected[t], { absolute: 1e-9, relative: 1e-6 });
        }
      }
    },
  );

  check(
    { en: 'ᾱ is the running product, with 1 in front', zh: 'ᾱ 是逐项连乘，最前面是 1' },
    {
      points: 1,
      hint: {
        en: 'Of (0.1, 0.2) the products are 1, 0.9, 0.72. How many numbers are that?',
        zh: '(0.1, 0.2) 的连乘积是 1、0.9、0.72。一共几个数？',
      },
    },
    async () => {
      const left = numbers(await subject.call('cumulative', [0.1, 0.2, 0.5]), 4);
      [1, 0.9, 0.72, 0.36].forEach((value, t) => numberOf(left[t], `ᾱ_${t}`).toBeCloseTo(value, { relative: 1e-9 }));
    },
  );

  check(
    { en: 'tells an end in noise from an end in a picture', zh: '分得清终点是噪声还是图像' },
    {
      points: 0.5,
      hint: { en: 'Look at the last ᾱ. It must be below 0.001.', zh: '看最后一个 ᾱ，它必须小于 0.001。' },
    },
    async () => {
      expectValue(await subject.call('endsInNoise', [1, 0.5, 0.0009]), true);
      expectValue(await subject.call('endsInNoise', [1, 0.0009, 0.6]), false);
    },
  );

  check(
    { en: 'refuses the unscaled short schedule', zh: '识破没有缩放的短调度' },
    { points: 0.5, hidden: { name: { en: 'another schedule', zh: '另一个调度' } } },
    async () => {
      const betas = Array.from({ length: 50 }, (_, i) => 1e-4 + ((0.02 - 1e-4) * i) / 49);
      expectValue(await subject.call('endsInNoise', ddpm.scheduleOf(betas).alphasCumprod), false);
      expectValue(await subject.call('endsInNoise', ddpm.linearSchedule(50).alphasCumprod), true);
    },
  );

  exercise.wrong('unscaled', { loses: 1, change: ['[0.1 / steps, 20 / steps]', '[1e-4, 0.02]'] });
  exercise.wrong('never reaches the last β', { loses: 1, change: ['/ (steps - 1)', '/ steps'] });
  exercise.wrong('no ᾱ_0', { loses: 1, change: ['return [1, ...betas', 'return [...betas'] });
  exercise.wrong('not multiplied up', { loses: 1, change: ['(product *= 1 - beta)', '1 - beta'] });
  exercise.wrong('looks at the smallest β instead of the end', {
    loses: 0.5,
    change: ['alphasCumprod[alphasCumprod.length - 1] < 1e-3', 'Math.min(...alphasCumprod) < 1e-3'],
  });
  exercise.wrong('the comparison turned round', { loses: 1, change: ['< 1e-3', '> 1e-3'] });
});

exercise('ddpm-posterior', ({ check, subject, random }) => {
  check(
    { en: 'the worked example', zh: '手算的例子' },
    {
      points: 1,
      hint: {
        en: 'β = (0.1, 0.2), t = 2: ᾱ₁ = 0.9 and ᾱ₂ = 0.72. Which of the two stands where?',
        zh: 'β = (0.1, 0.2)，t = 2：ᾱ₁ = 0.9，ᾱ₂ = 0.72。哪里用哪个？',
      },
    },
    async () => {
      const two = plain(ddpm.scheduleOf([0.1, 0.2]));
      const answer = await subject.call('posterior', tf.tensor2d([[1, 0]]), tf.tensor2d([[0, 1]]), 2, two);
      const { mean, variance } = partsOf(answer, 'mean', 'variance');
      tensorOf(mean, 'mean').toBeCloseTo([[(Math.sqrt(0.9) * 0.2) / 0.28, (Math.sqrt(0.8) * 0.1) / 0.28]]);
      numberOf(variance, 'variance').toBeCloseTo((0.1 / 0.28) * 0.2);
    },
  );

  check(
    { en: 'any step, any batch', zh: '任意步，任意一批' },
    {
      points: 1,
      hint: {
        en: 'Each factor has a root of one of α, ᾱ in its numerator, and 1−ᾱ_t below.',
        zh: '每个系数的分子里都有 α 或 ᾱ 的一个根号，分母都是 1−ᾱ_t。',
      },
    },
    async () => {
      const [x0, xt] = [random.normal([2, 3, 3, 1]), random.normal([2, 3, 3, 1])];
      for (const t of [2, 25, 50]) {
        const { mean, variance } = partsOf(
          await subject.call('posterior', x0, xt, t, plain(short)),
          'mean',
          'variance',
        );
        tensorOf(mean, 'mean').toBeCloseTo(ddpm.qPosterior(x0, xt, [t, t], short).mean, { absolute: 1e-5 });
        numberOf(variance, 'variance').toBeCloseTo(short.posteriorVariance[t], { absolute: 1e-9 });
      }
    },
  );

  check(
    { en: 'one step before the picture there is no doubt', zh: '离图像只差一步时没有疑问' },
    { points: 1, hidden: { name: { en: 'the last step', zh: '最后一步' } } },
    async () => {
      const [x0, xt] = [random.normal([4, 2]), random.normal([4, 2])];
      const { mean, variance } = partsOf(await subject.call('posterior', x0, xt, 1, plain(short)), 'mean', 'variance');
      tensorOf(mean, 'mean').toBeCloseTo(x0, { absolute: 1e-5 });
      numberOf(variance, 'variance').toBeCloseTo(0, { absolute: 1e-9 });
    },
  );

  exercise.wrong('β_t as the variance', {
    loses: 3,
    change: [
      'const variance = ((1 - alphasCumprod[t - 1]) / (1 - alphasCumprod[t])) * betas[t];',
      'const variance = betas[t];',
    ],
  });
  exercise.wrong('x_0 and x_t exchanged', {
    loses: 3,
    change: ['x0.mul(ofX0).add(xt.mul(ofXt))', 'xt.mul(ofX0).add(x0.mul(ofXt))'],
  });
  exercise.wrong('ᾱ_t where ᾱ_{t−1} belongs', {
    loses: 3,
    change: ['(Math.sqrt(alphasCumprod[t - 1]) * betas[t])', '(Math.sqrt(alphasCumprod[t]) * betas[t])'],
  });
  exercise.wrong('ᾱ_t instead of α_t', {
    loses: 2,
    change: ['(Math.sqrt(alphas[t]) *', '(Math.sqrt(alphasCumprod[t]) *'],
  });
  exercise.wrong('the variance upside down', {
    loses: 3,
    change: [
      '((1 - alphasCumprod[t - 1]) / (1 - alphasCumprod[t]))',
      '((1 - alphasCumprod[t]) / (1 - alphasCumprod[t - 1]))',
    ],
  });
});

exercise('ddpm-loss', ({ check, subject, random }) => {
  check(
    { en: 'every step from 1 to T, equally likely', zh: '从 1 到 T 的每一步，机会均等' },
    {
      points: 1,
      hint: {
        en: 'What do u = 0 and u = 0.999999 give? They should give 1 and T.',
        zh: 'u = 0 和 u = 0.999999 得到什么？应该是 1 和 T。',
      },
    },
    async () => {
      for (const [u, T, expected] of [
        [0, 10, 1],
        [0.0999, 10, 1],
        [0.1001, 10, 2],
        [0.55, 10, 6],
        [0.999999, 10, 10],
        [0.999999, 1000, 1000],
      ]) {
        numberOf(await subject.call('stepFrom', u, T), `u = ${u}, T = ${T}`).toBeCloseTo(expected, { absolute: 1e-9 });
      }
    },
  );

  check(
    { en: 'an ignorant network scores the mean of ε²', zh: '无知的网络得分为 ε² 的平均' },
    {
      points: 1,
      hint: {
        en: 'A network that answers 0 must get the mean of ε² over everything: a mean, not a sum.',
        zh: '只回答 0 的网络，应得到 ε² 对所有元素的平均：是平均，不是求和。',
      },
    },
    async () => {
      const zero = fixture((tf_) => (x: tf.Tensor) => tf_.zerosLike(x));
      const [x0, noise] = [random.normal([3, 4, 4, 1]), random.normal([3, 4, 4, 1])];
      const loss = await subject.call('ddpmLoss', zero, x0, [1, 400, 1000], noise, schedule);
      tensorOf(loss).toBeScalar().toBeCloseTo(noise.square().mean());
    },
  );

  check(
    { en: 'the network sees x_t and t', zh: '网络看到的是 x_t 和 t' },
    {
      points: 1,
      hidden: {
        hint: {
          en: 'What goes into the network, and with which times?',
          zh: '送进网络的是什么？时间又是哪些？',
        },
      },
    },
    async () => {
      const echo = fixture(
        (tf_) => (x: tf.Tensor, t: readonly number[]) => tf_.mul(x, tf_.tensor2d([...t], [t.length, 1]).div(1000)),
      );
      const [x0, noise, t] = [random.normal([3, 2]), random.normal([3, 2]), [1, 400, 1000]];
      const said = ddpm.qSample(x0, t, noise, full).mul(tf.tensor2d(t, [3, 1]).div(1000));
      const loss = await subject.call('ddpmLoss', echo, x0, t, noise, schedule);
      tensorOf(loss).toBeCloseTo(said.sub(noise).square().mean(), { absolute: 1e-5 });
    },
  );

  exercise.wrong('2…T', { loses: 1, change: ['1 + Math.floor(u * T)', '2 + Math.floor(u * (T - 1))'] });
  exercise.wrong('0…T−1', { loses: 1, change: ['1 + Math.floor(u * T)', 'Math.floor(u * T)'] });
  exercise.wrong('rounds, so that the ends are half as likely', {
    loses: 1,
    change: ['1 + Math.floor(u * T)', '1 + Math.round(u * (T - 1))'],
  });
  exercise.wrong('a sum', { loses: 2, change: ['.square().mean()', '.square().sum<Scalar>()'] });
  exercise.wrong('the network sees the clean picture', { loses: 1, change: ['denoise(noisy, t)', 'denoise(x0, t)'] });
  exercise.wrong('compares with the picture', { loses: 2, change: ['.sub(noise)', '.sub(x0)'] });
});

exercise('ddpm-time', { library: () => ({ timeEmbedding: nn.timestepEmbedding }) }, ({ check, subject }) => {
  check({ en: 'a row for each time, dim numbers long', zh: '每个时刻一行，长度为 dim' }, { points: 0.5 }, async () => {
    tensorOf(await subject.call('timeEmbedding', tf.tensor1d([1, 2, 3]), 8)).toHaveShape([3, 8], {
      en: 'half of them sines, half cosines',
      zh: '一半正弦，一半余弦',
    });
  });

  check(
    { en: 'sines first, then cosines, from fast to slow', zh: '先正弦后余弦，从快到慢' },
    {
      points: 1,
      hint: {
        en: 'For t = 1 and dim = 4: sin 1, sin 0.0001, cos 1, cos 0.0001. The slowest hand has ω = 1/10000 exactly.',
        zh: 't = 1、dim = 4 时：sin 1、sin 0.0001、cos 1、cos 0.0001。最慢的指针恰好是 ω = 1/10000。',
      },
    },
    async () => {
      const t = tf.tensor1d([0, 1, 500, 1000]);
      tensorOf(await subject.call('timeEmbedding', t, 16)).toBeCloseTo(nn.timestepEmbedding(t, 16), { absolute: 2e-4 });
    },
  );

  check(
    { en: 'whole numbers as int32, and another length', zh: 'int32 的整数，换一个长度' },
    { points: 0.5, hidden: { name: { en: 'other input', zh: '其他输入' } } },
    async () => {
      const t = tf.tensor1d([7, 8], 'int32');
      tensorOf(await subject.call('timeEmbedding', t, 6)).toBeCloseTo(nn.timestepEmbedding(t, 6), { absolute: 2e-4 });
    },
  );

  exercise.wrong('d/2 instead of d/2 − 1: the slowest hand is too fast', {
    loses: 1.5,
    change: ['(half - 1)', 'half'],
  });
  exercise.wrong('cosines first', {
    loses: 1.5,
    change: ['[angles.sin(), angles.cos()]', '[angles.cos(), angles.sin()]'],
  });
  exercise.wrong('only sines', { loses: 2, change: ['[angles.sin(), angles.cos()]', '[angles.sin()]'] });
  exercise.wrong('stacked along the batch', { loses: 2, change: ['angles.cos()], 1)', 'angles.cos()], 0)'] });
});

exercise('ddpm-psample', { library: () => ({ pSample: ddpm.pSample }) }, ({ check, subject, random }) => {
  const half = () => fixture((tf_) => (x: tf.Tensor) => tf_.mul(x, 0.5));
  const call = (xt: tf.Tensor, t: number, z: tf.Tensor) => subject.call('pSample', half(), xt, t, z, { ...short });
  const expected = (xt: tf.Tensor, t: number, z: tf.Tensor) => ddpm.pSample((x) => x.mul(0.5), xt, t, z, short);

  check(
    { en: 'the mean: noise taken away, shrinking undone', zh: '均值：去掉噪声，撤销缩小' },
    {
      points: 1.5,
      hint: {
        en: 'With z = 0 only the mean is left. Is it divided by √α_t, and is the factor of ε β_t/√(1−ᾱ_t)?',
        zh: '取 z = 0 就只剩均值。它除以 √α_t 了吗？ε 的系数是 β_t/√(1−ᾱ_t) 吗？',
      },
    },
    async () => {
      const xt = random.normal([2, 4, 4, 1]);
      for (const t of [50, 25, 2]) {
        const zero = tf.zerosLike(xt);
        tensorOf(await call(xt, t, zero), `t = ${t}`).toBeCloseTo(expected(xt, t, zero), { absolute: 1e-5 });
      }
    },
  );

  check(
    { en: 'noise of standard deviation √β_t', zh: '噪声的标准差为 √β_t' },
    {
      points: 1,
      hint: {
        en: 'σ_t² = β_t is the variance; z is to be multiplied by σ_t.',
        zh: 'σ_t² = β_t 是方差，z 要乘的是 σ_t。',
      },
    },
    async () => {
      const [xt, z] = [random.normal([3, 2]), random.normal([3, 2])];
      const moved = tensorOf(await call(xt, 10, z));
      moved.toBeCloseTo(expected(xt, 10, z), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'no noise at the last step', zh: '最后一步不加噪声' },
    {
      points: 1,
      hint: {
        en: 'At t = 1 the result must not depend on z: who would remove that noise?',
        zh: 't = 1 时结果不应与 z 有关：这份噪声还有谁来去掉？',
      },
    },
    async () => {
      const [xt, z] = [random.normal([3, 2]), random.normal([3, 2])];
      tensorOf(await call(xt, 1, z.mul(10))).toBeCloseTo(expected(xt, 1, z), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'the network is told t, once for each example', zh: '告诉网络 t，每个样本一次' },
    { points: 0.5, hidden: { name: { en: 'what the network is told', zh: '告诉了网络什么' } } },
    async () => {
      const clock = fixture((tf_) => (x: tf.Tensor, t: readonly number[]) => {
        if (t.length !== x.shape[0]) throw new Error('a time for each example');
        return tf_.mul(x, tf_.tensor2d([...t], [t.length, 1]).div(100));
      });
      const xt = random.normal([3, 2]);
      const answer = await subject.call('pSample', clock, xt, 10, tf.zerosLike(xt), { ...short });
      const wanted = ddpm.pSample((x) => x.mul(0.1), xt, 10, tf.zerosLike(xt), short);
      tensorOf(answer).toBeCloseTo(wanted, { absolute: 1e-5 });
    },
  );

  exercise.wrong('noise at the last step too', { loses: 1, change: ['t === 1 ? mean : mean', 'mean'] });
  exercise.wrong('no noise at all', {
    loses: 1,
    change: ['t === 1 ? mean : mean.add(z.mul(Math.sqrt(betas[t])))', 'mean'],
  });
  exercise.wrong('the variance as the standard deviation', {
    loses: 1,
    change: ['z.mul(Math.sqrt(betas[t]))', 'z.mul(betas[t])'],
  });
  exercise.wrong('times √α_t', { loses: 4, change: ['.div(Math.sqrt(alphas[t]))', '.mul(Math.sqrt(alphas[t]))'] });
  exercise.wrong('adds the noise that was found', { loses: 4, change: ['xt.sub(eps', 'xt.add(eps'] });
  exercise.wrong('no root on 1−ᾱ', { loses: 4, change: ['Math.sqrt(1 - alphasCumprod[t])', '(1 - alphasCumprod[t])'] });
});

exercise('ddpm-bugs', ({ check, subject }) => {
  const at = async (t: number) => partsOf(await subject.call('repaired', t, schedule), 'ofX', 'ofEps', 'ofZ');

  check(
    { en: 'the factor of x undoes the shrinking', zh: 'x 的系数撤销缩小' },
    {
      points: 1,
      hint: { en: 'The forward step multiplied by √α_t.', zh: '前向那一步乘了 √α_t。' },
    },
    async () => {
      for (const t of [1, 500, 1000]) {
        numberOf((await at(t)).ofX, `t = ${t}`).toBeCloseTo(1 / Math.sqrt(full.alphas[t]), {
          absolute: 1e-7,
          relative: 1e-7,
        });
      }
    },
  );

  check(
    { en: 'the factor of ε takes away one step’s share', zh: 'ε 的系数只去掉一步的份额' },
    {
      points: 1,
      hint: {
        en: 'Multiply algorithm 2 out: the 1/√α_t in front of the bracket belongs to both terms. And the noise is taken away.',
        zh: '把算法 2 展开：括号前的 1/√α_t 同时作用于两项。另外，噪声是要减去的。',
      },
    },
    async () => {
      for (const t of [1, 500, 1000]) {
        const wanted = -full.betas[t] / Math.sqrt(full.alphas[t] * (1 - full.alphasCumprod[t]));
        numberOf((await at(t)).ofEps, `t = ${t}`).toBeCloseTo(wanted, { absolute: 1e-7, relative: 1e-5 });
      }
    },
  );

  check(
    { en: 'the factor of z puts one step’s noise back', zh: 'z 的系数放回一步的噪声' },
    {
      points: 0.5,
      hint: {
        en: 'σ_t² = β_t: the noise of one step, as a standard deviation.',
        zh: 'σ_t² = β_t：一步的噪声，取标准差。',
      },
    },
    async () => {
      for (const t of [2, 500, 1000]) {
        numberOf((await at(t)).ofZ, `t = ${t}`).toBeCloseTo(Math.sqrt(full.betas[t]), {
          absolute: 1e-7,
          relative: 1e-6,
        });
      }
    },
  );

  check(
    { en: 'and none at the last step', zh: '最后一步不放' },
    {
      points: 0.5,
      hidden: {
        name: { en: 'the last step', zh: '最后一步' },
        hint: { en: 'Who would take that noise away again?', zh: '这份噪声还有谁来去掉？' },
      },
    },
    async () => {
      numberOf((await at(1)).ofZ).toBeCloseTo(0, { absolute: 1e-12 });
    },
  );

  exercise.wrong('as it circulates', {
    loses: 3,
    change: [
      ['1 / Math.sqrt(alphas[t])', 'Math.sqrt(alphas[t])'],
      [
        '(-ofX * betas[t]) / Math.sqrt(1 - alphasCumprod[t])',
        '-(1 - alphasCumprod[t - 1]) / Math.sqrt(1 - alphasCumprod[t])',
      ],
      ['t === 1 ? 0 : Math.sqrt(betas[t])', 'Math.sqrt(1 - alphasCumprod[t])'],
    ],
  });
  exercise.wrong('1/√α_t only for x', { loses: 1, change: ['(-ofX * betas[t])', '-betas[t]'] });
  exercise.wrong('adds the noise found', { loses: 1, change: ['(-ofX * betas[t])', '(ofX * betas[t])'] });
  exercise.wrong('noise at the last step', {
    loses: 0.5,
    change: ['t === 1 ? 0 : Math.sqrt(betas[t])', 'Math.sqrt(betas[t])'],
  });
  exercise.wrong('the variance as the standard deviation', {
    loses: 0.5,
    change: ['t === 1 ? 0 : Math.sqrt(betas[t])', 't === 1 ? 0 : betas[t]'],
  });
});

exercise('ddpm-velocity', ({ check, subject, random }) => {
  const turned = async (t: number) => {
    const [x0, epsilon] = [random.normal([3, 2]), random.normal([3, 2])];
    const each = [t, t, t];
    const xt = ddpm.qSample(x0, each, epsilon, full);
    const v = ddpm.velocity(x0, each, epsilon, full);
    const parts = partsOf(await subject.call('fromVelocity', xt, v, t, schedule), 'x0', 'epsilon');
    return { parts, x0, epsilon };
  };

  check(
    { en: 'finds the picture', zh: '找回图像' },
    {
      points: 1,
      hint: {
        en: 'x₀ = cos φ x_t − sin φ v. Which of the two is minus?',
        zh: 'x₀ = cos φ x_t − sin φ v。哪一项带负号？',
      },
    },
    async () => {
      const { parts, x0 } = await turned(300);
      tensorOf(parts.x0, 'x0').toBeCloseTo(x0, { absolute: 1e-5 });
    },
  );

  check(
    { en: 'finds the noise', zh: '找回噪声' },
    { points: 1, hint: { en: 'Sine and cosine change places.', zh: '正弦和余弦互换位置。' } },
    async () => {
      for (const t of [1, 300, 1000]) {
        const { parts, epsilon } = await turned(t);
        tensorOf(parts.epsilon, `epsilon, t = ${t}`).toBeCloseTo(epsilon, { absolute: 1e-5 });
      }
    },
  );

  exercise.wrong('turns the wrong way', {
    loses: 2,
    change: [
      'xt.mul(cos).sub(v.mul(sin)), epsilon: xt.mul(sin).add(v.mul(cos))',
      'xt.mul(cos).add(v.mul(sin)), epsilon: xt.mul(sin).sub(v.mul(cos))',
    ],
  });
  exercise.wrong('sine and cosine exchanged in the noise', {
    loses: 1,
    change: ['xt.mul(sin).add(v.mul(cos))', 'xt.mul(cos).add(v.mul(sin))'],
  });
});
