import * as tf from '@tensorflow/tfjs';
import { vae } from 'genlab';
import { exercise, numberOf, tensorOf } from '../support/exercise';

exercise('vae-kl', { library: () => ({ gaussianKl: vae.gaussianKl }) }, ({ check, subject, random }) => {
  const heads = () => [random.normal<tf.Rank.R2>([5, 3]), random.normal<tf.Rank.R2>([5, 3])] as const;

  check({ en: 'gives one number for each example', zh: '每个样本得到一个数' }, { points: 0.5 }, async () => {
    tensorOf(await subject.call('gaussianKl', ...heads())).toHaveShape([5], {
      en: 'summed over the latent dimensions, not over the batch',
      zh: '对隐维度求和，不对样本求和',
    });
  });

  check({ en: 'is zero for the prior itself', zh: '对先验本身为零' }, { points: 0.5 }, async () => {
    const kl = await subject.call('gaussianKl', tf.zeros([4, 3]), tf.zeros([4, 3]));
    tensorOf(kl).toBeCloseTo(
      tf.zeros([4]),
      { absolute: 1e-6 },
      { en: 'μ = 0 and σ = 1 is N(0, I)', zh: 'μ = 0、σ = 1 就是 N(0, I)' },
    );
  });

  check(
    { en: 'is the closed form', zh: '与解析式一致' },
    {
      points: 1.5,
      hint: {
        en: 'Look at the sign of log σ², at where σ² is meant and where log σ², and at the ½.',
        zh: '检查 log σ² 的符号；哪里该用 σ²，哪里该用 log σ²；还有那个 ½。',
      },
    },
    async () => {
      const [mu, logVar] = heads();
      const expected = tf.tidy(() => mu.square().add(logVar.exp()).sub(1).sub(logVar).sum(1).mul(0.5));
      tensorOf(await subject.call('gaussianKl', mu, logVar)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check({ en: 'pushes σ towards 1', zh: '把 σ 推向 1' }, { points: 0.5, hidden: true }, async () => {
    const [mu, logVar] = heads();
    tensorOf(await subject.gradient('gaussianKl', [mu, logVar], 1)).toBeCloseTo(logVar.exp().sub(1).div(2), {
      absolute: 1e-4,
    });
  });

  exercise.wrong('sign of log σ²', { loses: 2, change: ['.sub(logVar)', '.add(logVar)'] });
  exercise.wrong('log σ² where σ² is meant', { loses: 2.5, change: ['logVar.exp()', 'logVar'] });
  exercise.wrong('forgets the ½', { loses: 2, change: ['.mul<Tensor1D>(0.5)', ''] });
  exercise.wrong('mean over the latent dimensions', { loses: 2, change: ['.sum<Tensor1D>(1)', '.mean<Tensor1D>(1)'] });
  exercise.wrong('sum over the batch', { loses: 2.5, change: ['.sum<Tensor1D>(1)', '.sum<Tensor1D>(0)'] });
});

exercise(
  'vae-reparameterize',
  { library: () => ({ reparameterize: vae.reparameterize }) },
  ({ check, subject, random }) => {
    const three = () => [random.normal([6, 4]), random.normal([6, 4]), random.normal([6, 4])] as const;

    check(
      { en: 'moves and stretches the noise that it is given', zh: '对给定的噪声做平移和伸缩' },
      {
        points: 1,
        hint: {
          en: 'How do you get from log σ² to σ? And is the noise the one that came in?',
          zh: '从 log σ² 怎样得到 σ？用的是传进来的噪声吗？',
        },
      },
      async () => {
        const [mu, logVar, noise] = three();
        const expected = mu.add(logVar.div(2).exp().mul(noise));
        tensorOf(await subject.call('reparameterize', mu, logVar, noise)).toBeCloseTo(expected, { absolute: 1e-5 });
      },
    );

    check({ en: 'lets gradients through to log σ²', zh: '梯度能传到 log σ²' }, { points: 0.5 }, async () => {
      const [mu, logVar, noise] = three();
      const expected = logVar.div(2).exp().mul(noise).div(2);
      tensorOf(await subject.gradient('reparameterize', [mu, logVar, noise], 1)).toBeCloseTo(expected, {
        absolute: 1e-5,
      });
    });

    check(
      { en: 'has the variance it should', zh: '方差正确' },
      { points: 0.5, hidden: true, falseFailRate: 1e-7 },
      async () => {
        const n = 4096;
        const z = await subject.call(
          'reparameterize',
          tf.zeros([n, 1]),
          tf.fill([n, 1], Math.log(9)),
          random.normal([n, 1]),
        );
        tensorOf(z).toHaveVariance(9, { sampleSize: n });
      },
    );

    exercise.wrong('σ² instead of σ', { loses: 2, change: ['logVar.mul(0.5).exp()', 'logVar.exp()'] });
    exercise.wrong('log σ² instead of σ', { loses: 2, change: ['logVar.mul(0.5).exp()', 'logVar'] });
    exercise.wrong('draws noise of its own', {
      loses: 1.5,
      change: ['.mul(noise)', '.mul(tf.randomNormal(noise.shape))'],
    });
    exercise.wrong('subtracts', { loses: 1.5, change: ['mu.add(', 'mu.sub('] });
  },
);

exercise('vae-elbo', ({ check, subject, random }) => {
  const inputs = () =>
    [
      random.uniform<tf.Rank.R2>([4, 12]),
      random.normal<tf.Rank.R2>([4, 12], 0, 2),
      random.normal<tf.Rank.R2>([4, 3]),
      random.normal<tf.Rank.R2>([4, 3]),
    ] as const;

  check({ en: 'gives one number for each picture', zh: '每幅图像得到一个数' }, { points: 0.5 }, async () => {
    tensorOf(await subject.call('elbo', ...inputs())).toHaveShape([4], {
      en: 'summed over pixels and latent dimensions, not over the batch',
      zh: '对像素和隐维度求和，不对样本求和',
    });
  });

  check(
    { en: 'is the reconstruction minus the KL, both in nats a picture', zh: '是重构减去 KL，单位都是每幅图像奈特' },
    {
      points: 1.5,
      hint: { en: 'Are both terms sums? And does the KL enter with a minus?', zh: '两项都是求和吗？KL 前面是减号吗？' },
    },
    async () => {
      const [x, logits, mu, logVar] = inputs();
      const p = logits.sigmoid();
      const reconstruction = x
        .mul(p.log())
        .add(tf.sub(1, x).mul(tf.sub(1, p).log()))
        .sum(1);
      tensorOf(await subject.call('elbo', x, logits, mu, logVar)).toBeCloseTo(
        reconstruction.sub(vae.gaussianKl(mu, logVar)),
        {
          absolute: 1e-3,
        },
      );
    },
  );

  check(
    { en: 'stays finite when the decoder is very sure', zh: '解码器非常肯定时仍然有限' },
    {
      points: 1,
      hint: { en: 'What is log(sigmoid(−200)) in single precision?', zh: '单精度下 log(sigmoid(−200)) 等于多少？' },
    },
    async () => {
      const zeros = tf.zeros([1, 3]);
      const value = await subject.call('elbo', tf.tensor2d([[1, 0, 1]]), tf.tensor2d([[-200, 200, 200]]), zeros, zeros);
      tensorOf(value).toBeCloseTo([-400], { relative: 1e-4 });
    },
  );

  exercise.wrong('adds the KL', { loses: 1.5, change: ['reconstruction.sub(', 'reconstruction.add('] });
  exercise.wrong('mean over the pixels', { loses: 2.5, change: ['.sum<Tensor1D>(1)', '.mean<Tensor1D>(1)'] });
  exercise.wrong('takes the logarithm of the sigmoid', {
    loses: 1,
    change: [
      'x.mul(logits).sub(logits.softplus())',
      'x.mul(logits.sigmoid().log()).add(tf.sub(1, x).mul(tf.sub(1, logits.sigmoid()).log()))',
    ],
  });
  exercise.wrong('one number for the batch', {
    loses: 3,
    change: ['gaussianKl(mu, logVar)); // [B]', 'gaussianKl(mu, logVar)).mean(); // [B]'],
  });
});

exercise('vae-effective-beta', ({ check, subject }) => {
  const cases = [
    { en: 'both summed: the ELBO', zh: '两项都求和：就是 ELBO', of: ['sum', 'sum'], beta: 1, points: 0.5 },
    { en: 'the one of section 10', zh: '第 10 节的那个程序', of: ['mean', 'sum'], beta: 784, points: 0.5 },
    { en: 'the KL averaged', zh: 'KL 取平均', of: ['sum', 'mean'], beta: 1 / 20, points: 0.5 },
    { en: 'both averaged', zh: '两项都取平均', of: ['mean', 'mean'], beta: 784 / 20, points: 0.5 },
  ] as const;
  for (const { of, beta, points, ...name } of cases) {
    check(
      name,
      {
        points,
        hint: {
          en: 'Multiply the whole loss until the reconstruction is a sum: what stands before the KL sum?',
          zh: '把整个损失乘到重构项变成求和为止：这时 KL 的和前面是多少？',
        },
      },
      async () => {
        numberOf(await subject.call('effectiveBeta', 784, 20, ...of)).toBeCloseTo(beta, { relative: 1e-6 });
      },
    );
  }

  exercise.wrong('upside down', {
    loses: 1.5,
    change: [
      "(reconstruction === 'mean' ? n : 1) / (kl === 'mean' ? k : 1)",
      "(kl === 'mean' ? k : 1) / (reconstruction === 'mean' ? n : 1)",
    ],
  });
  exercise.wrong('always 1', {
    loses: 1.5,
    change: ["(reconstruction === 'mean' ? n : 1) / (kl === 'mean' ? k : 1)", '1'],
  });
  exercise.wrong('forgets that the KL may be a mean', { loses: 1, change: [" / (kl === 'mean' ? k : 1)", ''] });
});

exercise('vae-iwae', ({ check, subject, random }) => {
  check(
    { en: 'averages the weights, one number for each example', zh: '对权重取平均，每个样本一个数' },
    {
      points: 1,
      hint: {
        en: 'Over which axis do the draws run? And where does the 1/K go?',
        zh: '各次抽样沿哪个轴排列？1/K 放在哪里？',
      },
    },
    async () => {
      const logWeights = random.normal<tf.Rank.R2>([8, 3]);
      tensorOf(await subject.call('importanceBound', logWeights)).toBeCloseTo(logWeights.exp().mean(0).log(), {
        absolute: 1e-5,
      });
    },
  );

  check(
    { en: 'survives weights as small as e⁻²⁴⁰', zh: '权重小到 e⁻²⁴⁰ 也不出错' },
    {
      points: 1,
      hint: {
        en: 'Subtract the largest before you exponentiate, and add it back afterwards.',
        zh: '先减去最大的再取指数，之后加回来。',
      },
    },
    async () => {
      const logWeights = random.normal<tf.Rank.R2>([8, 3]);
      const expected = logWeights.exp().mean(0).log().sub(240);
      tensorOf(await subject.call('importanceBound', logWeights.sub(240))).toBeCloseTo(expected, { absolute: 1e-3 });
    },
  );

  exercise.wrong('exponentiates as it stands', {
    loses: 1,
    change: ['logWeights.logSumExp(0).sub<Tensor1D>(Math.log(logWeights.shape[0]))', 'logWeights.exp().mean(0).log()'],
  });
  exercise.wrong('forgets the 1/K', { loses: 2, change: ['.sub<Tensor1D>(Math.log(logWeights.shape[0]))', ''] });
  exercise.wrong('averages the logarithms: the ELBO again', {
    loses: 2,
    change: ['logWeights.logSumExp(0).sub<Tensor1D>(Math.log(logWeights.shape[0]))', 'logWeights.mean(0)'],
  });
  exercise.wrong('over the wrong axis', { loses: 2, change: ['logSumExp(0)', 'logSumExp(1)'] });
});
