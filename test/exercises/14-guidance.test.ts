import * as tf from '@tensorflow/tfjs';
import { guidance } from 'genlab';
import { exercise, fixture, numberOf, tensorOf } from '../support/exercise';

exercise('guidance-classifier-gradient', ({ check, subject, random }) => {
  /** A classifier beside the student's code, and the same one here. */
  const twins = () => {
    const [w, v] = [random.normal<tf.Rank.R2>([3, 4]), random.normal<tf.Rank.R2>([3, 4])];
    const there = fixture(
      (tf, { w, v }) =>
        (x: tf.Tensor) =>
          x
            .matMul(w as tf.Tensor)
            .add(x.square().matMul(v as tf.Tensor))
            .mul(2),
      { w, v },
    );
    const here = (x: tf.Tensor) => x.matMul(w).add(x.square().matMul(v)).mul(2) as tf.Tensor2D;
    return { there, here };
  };

  check(
    { en: 'is the slope of log p(y|x) at each point', zh: '是每个点处 log p(y|x) 的斜率' },
    {
      points: 1,
      hint: {
        en: 'The logarithm of the softmax at the own label, not the logit and not the probability. Summed, not averaged.',
        zh: '取 softmax 在自己标签处的对数，不是 logit，也不是概率。求和，不取平均。',
      },
    },
    async () => {
      const { there, here } = twins();
      const xt = random.normal<tf.Rank.R2>([5, 3]);
      const labels = tf.tensor1d([0, 3, 1, 1, 2], 'int32');
      const expected = guidance.classifierGradient(here, xt, [1, 1, 1, 1, 1], labels);
      tensorOf(await subject.call('classifierGradient', there, xt, labels)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'is each example’s own', zh: '每个样本各算各的' },
    {
      points: 0.5,
      hint: {
        en: 'A batch of one and a batch of ten must give the same row.',
        zh: '单独一个样本与放在十个样本里，得到的那一行应相同。',
      },
    },
    async () => {
      const { there, here } = twins();
      const xt = random.normal<tf.Rank.R2>([10, 3]);
      const label = tf.tensor1d([2], 'int32');
      const alone = guidance.classifierGradient(here, xt.slice([0, 0], [1, 3]), [1], label);
      const all = await subject.call('classifierGradient', there, xt, tf.fill([10], 2, 'int32'));
      tensorOf(tensorOf(all).value.toTensor().slice([0, 0], [1, 3])).toBeCloseTo(alone, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'is 0 where the classifier cannot tell the classes apart', zh: '分类器分不清类别时为 0' },
    { points: 0.5, hidden: true },
    async () => {
      // Twice the same logit: the softmax is ½ everywhere, whatever the slope of the logits.
      const column = random.normal([3, 1]);
      const alike = fixture(
        (tf, { w }) =>
          (x: tf.Tensor) =>
            x.matMul(w as tf.Tensor),
        { w: column.concat(column, 1) },
      );
      const gradient = await subject.call('classifierGradient', alike, random.normal([4, 3]), tf.zeros([4], 'int32'));
      tensorOf(gradient).toBeCloseTo(tf.zeros([4, 3]), { absolute: 1e-5 });
    },
  );

  exercise.wrong('slope of the logit', { loses: 2, change: ['logits.logSoftmax()', 'logits'] });
  exercise.wrong('slope of the probability', { loses: 1.5, change: ['logits.logSoftmax()', 'logits.softmax()'] });
  exercise.wrong('mean over the batch', {
    loses: 1.5,
    change: [
      '.mul(tf.oneHot(labels, logits.shape[1])).sum();',
      '.mul(tf.oneHot(labels, logits.shape[1])).sum(1).mean();',
    ],
  });
  exercise.wrong('slope of all classes together', {
    loses: 1.5,
    change: ['.mul(tf.oneHot(labels, logits.shape[1]))', ''],
  });
});

exercise('guidance-mean', ({ check, subject, random }) => {
  const inputs = () => [random.normal([4, 3]), random.normal([4, 3], -2, 1), random.normal([4, 3])] as const;
  const hint = {
    en: 'You get log Σ: how do you get Σ from it? It is a variance, no root is taken.',
    zh: '给的是 log Σ：怎样得到 Σ？它是方差，不开方。',
  };

  check({ en: 'moves the mean by s Σ g', zh: '把均值移动 s Σ g' }, { points: 0.5, hint }, async () => {
    const [mean, logVariance, gradient] = inputs();
    const expected = mean.add(logVariance.exp().mul(gradient).mul(2.5));
    tensorOf(await subject.call('guidedMean', mean, logVariance, gradient, 2.5)).toBeCloseTo(expected, {
      absolute: 1e-5,
    });
  });

  check(
    { en: 's = 0 changes nothing, −s goes the other way', zh: 's = 0 什么也不变，−s 反向' },
    { points: 0.5, hint },
    async () => {
      const [mean, logVariance, gradient] = inputs();
      const at = async (s: number) =>
        tensorOf(await subject.call('guidedMean', mean, logVariance, gradient, s)).value.toTensor();
      tensorOf(await at(0)).toBeCloseTo(mean, { absolute: 1e-6 });
      const [there, back] = [(await at(3)).sub(mean), (await at(-3)).sub(mean)];
      tensorOf(there.add(back)).toBeCloseTo(tf.zeros([4, 3]), { absolute: 1e-4 });
      tensorOf(there).toBeCloseTo(logVariance.exp().mul(gradient).mul(3), { absolute: 1e-4 });
    },
  );

  exercise.wrong('forgets Σ', { loses: 1, change: ['logVariance.exp().mul(gradient)', 'gradient'] });
  exercise.wrong('standard deviation for Σ', { loses: 1, change: ['logVariance.exp()', 'logVariance.mul(0.5).exp()'] });
  exercise.wrong('log Σ for Σ', { loses: 1, change: ['logVariance.exp()', 'logVariance'] });
  exercise.wrong('pushes away', { loses: 1, change: ['mean.add(', 'mean.sub('] });
});

exercise('guidance-find-the-bug', ({ check, subject, random }) => {
  const inputs = () => [random.normal([4, 3]), random.normal([4, 3], -2, 0.7), random.normal([4, 3])] as const;
  const step = async (...args: Parameters<typeof subject.call> extends [string, ...infer A] ? A : never) =>
    tensorOf(await subject.call('guidedStep', ...args));

  check(
    { en: 'pushes by s Σ g', zh: '推力是 s Σ g' },
    {
      points: 1,
      hint: {
        en: 'Without noise, only the push is left: what does the boxed formula multiply the gradient by?',
        zh: '去掉噪声只剩推力：方框里的公式给梯度乘了什么？',
      },
    },
    async () => {
      const [mean, logVariance, gradient] = inputs();
      const expected = mean.add(logVariance.exp().mul(gradient).mul(3));
      (await step(mean, logVariance, gradient, 3, tf.zeros([4, 3]), 7)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'adds noise of the standard deviation', zh: '噪声乘的是标准差' },
    {
      points: 1,
      hint: {
        en: 'exp(log Σ) is the variance. What is it that noise is multiplied by?',
        zh: 'exp(log Σ) 是方差。噪声该乘什么？',
      },
    },
    async () => {
      const [mean, logVariance, noise] = inputs();
      const expected = mean.add(logVariance.div(2).exp().mul(noise));
      (await step(mean, logVariance, tf.zeros([4, 3]), 3, noise, 2)).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'adds none at the last step', zh: '最后一步不加噪声' },
    {
      points: 1,
      hint: {
        en: 'x_0 is the picture itself: what would noise at t = 1 do to it?',
        zh: 'x_0 就是图像：t = 1 时加噪声会怎样？',
      },
    },
    async () => {
      const [mean, logVariance, noise] = inputs();
      (await step(mean, logVariance, tf.zeros([4, 3]), 3, noise, 1)).toBeCloseTo(mean, { absolute: 1e-5 });
    },
  );

  exercise.wrong('as the colleague wrote it', {
    loses: 3,
    change: [
      ['logVariance.mul(0.5).exp()', 'logVariance.exp()'],
      ['logVariance.exp().mul(gradient)', 'gradient'],
      ['t > 1 ? moved.add(root.mul(noise)) : moved', 'moved.add(root.mul(noise))'],
    ],
  });
  exercise.wrong('pushes by the standard deviation', {
    loses: 1,
    change: ['logVariance.exp().mul(gradient)', 'root.mul(gradient)'],
  });
  exercise.wrong('stops the noise one step early', { loses: 1, change: ['t > 1', 't > 2'] });
  exercise.wrong('does not stop the noise', {
    loses: 1,
    change: ['t > 1 ? moved.add(root.mul(noise)) : moved', 'moved.add(root.mul(noise))'],
  });
  exercise.wrong('noise times the variance', { loses: 1, change: ['logVariance.mul(0.5).exp()', 'logVariance.exp()'] });
});

exercise('guidance-classifier-free', ({ check, subject, random }) => {
  check(
    { en: 'drops exactly those that it is told', zh: '该丢的丢，不该丢的不丢' },
    {
      points: 1,
      hint: {
        en: 'Where dropped is 1 the label becomes none, whatever it was; where it is 0 the label stays.',
        zh: 'dropped 为 1 处，不管原来是什么都变成 none；为 0 处不变。',
      },
    },
    async () => {
      const labels = Array.from({ length: 12 }, () => random.int(10));
      const dropped = Array.from({ length: 12 }, (_, i) => Number(i % 3 === 0));
      const result = await subject.call('dropConditions', tf.tensor1d(labels), tf.tensor1d(dropped), 10);
      const expected = labels.map((label, i) => (dropped[i] === 1 ? 10 : label));
      tensorOf(result).toHaveShape([12]).toBeCloseTo(expected, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'γ = 0 ignores the condition, γ = 1 obeys it', zh: 'γ = 0 不理条件，γ = 1 照办' },
    {
      points: 0.5,
      hint: { en: 'Which of the two answers has the factor γ?', zh: '两个回答里，哪一个乘 γ？' },
    },
    async () => {
      const [c, u] = [random.normal([3, 2]), random.normal([3, 2])];
      tensorOf(await subject.call('guide', c, u, 0)).toBeCloseTo(u, { absolute: 1e-6 });
      tensorOf(await subject.call('guide', c, u, 1)).toBeCloseTo(c, { absolute: 1e-6 });
    },
  );

  check({ en: 'γ = 4 goes four times as far', zh: 'γ = 4 走四倍远' }, { points: 0.5, hidden: true }, async () => {
    const [c, u] = [random.normal([3, 2, 2, 1]), random.normal([3, 2, 2, 1])];
    tensorOf(await subject.call('guide', c, u, 4)).toBeCloseTo(guidance.guided(c, u, 4), { absolute: 1e-4 });
  });

  exercise.wrong('the other convention', {
    loses: 1,
    change: ['c.mul(gamma).add(u.mul(1 - gamma))', 'c.mul(1 + gamma).sub(u.mul(gamma))'],
  });
  exercise.wrong('answers exchanged', {
    loses: 1,
    change: ['c.mul(gamma).add(u.mul(1 - gamma))', 'u.mul(gamma).add(c.mul(1 - gamma))'],
  });
  exercise.wrong('adds none to the label instead of replacing it', {
    loses: 1,
    change: ['labels.mul(tf.sub(1, dropped)).add(', 'labels.add('],
  });
  exercise.wrong('drops what should stay', {
    loses: 1,
    change: [
      'labels.mul(tf.sub(1, dropped)).add(dropped.mul(none))',
      'labels.mul(dropped).add(tf.sub(1, dropped).mul(none))',
    ],
  });
});

exercise('guidance-conventions', ({ check, subject }) => {
  const hint = {
    en: 'Write each convention as γ first: where is "the conditional model as trained"? γ = 1, w = 0.',
    zh: '先把每种约定都写成 γ：“训练好的条件模型”在哪里？γ = 1，w = 0。',
  };
  const cases = [
    { name: { en: 'from w to γ', zh: '从 w 到 γ' }, points: 0.5, of: [6.5, 'w', 'gamma'], is: 7.5 },
    { name: { en: 'from γ to w', zh: '从 γ 到 w' }, points: 0.5, of: [1, 'gamma', 'w'], is: 0 },
    {
      name: { en: 'a classifier on an unconditional model', zh: '无条件模型上的分类器' },
      points: 0.5,
      of: [3, 'classifier', 'w'],
      is: 2,
    },
    {
      name: { en: 'a classifier on a conditional model', zh: '条件模型上的分类器' },
      points: 0.5,
      of: [2, 'classifier on conditional', 'gamma'],
      is: 3,
    },
  ] as const;
  for (const { name, points, of, is } of cases) {
    check(name, { points, hint }, async () => {
      numberOf(await subject.call('convert', ...of)).toBeCloseTo(is, { absolute: 1e-9 });
    });
  }

  exercise.wrong('upside down', {
    loses: 2,
    change: ['value + offset(from) - offset(to)', 'value - offset(from) + offset(to)'],
  });
  exercise.wrong('all alike', { loses: 2, change: ['value + offset(from) - offset(to)', 'value'] });
  exercise.wrong('takes a classifier’s weight for w', {
    loses: 0.5,
    change: ["convention === 'w' || convention === 'classifier on conditional'", "convention !== 'gamma'"],
  });
  exercise.wrong('takes every classifier for γ', {
    loses: 0.5,
    change: ["convention === 'w' || convention === 'classifier on conditional'", "convention === 'w'"],
  });
});

exercise('guidance-sampler', ({ check, subject, random }) => {
  const left = [1, 0.9, 0.7, 0.45, 0.2, 0.05];
  /** Linear answers, so that both sides agree to the last digit; the condition is a shift. */
  const denoise = fixture(
    () => (x: tf.Tensor, t: number, told: boolean) => x.mul(0.3 + 0.1 * t).add(told ? 0.5 : -0.25),
    {},
  );
  const expected = (xT: tf.Tensor, steps: readonly number[], gamma: number) => {
    let x = xT;
    [...steps].reverse().forEach((t, i) => {
      const next = left[[...steps].reverse()[i + 1] ?? 0];
      const base = x.mul(0.3 + 0.1 * t);
      const epsilon = base.add(0.5 * gamma - 0.25 * (1 - gamma));
      const x0 = x.sub(epsilon.mul(Math.sqrt(1 - left[t]))).div(Math.sqrt(left[t]));
      x = x0.mul(Math.sqrt(next)).add(epsilon.mul(Math.sqrt(1 - next)));
    });
    return x;
  };
  const hint = {
    en: 'From the noisiest step down; the last one lands on ᾱ = 1. Both answers at every step, combined by your guide.',
    zh: '从噪声最大的一步往下走，最后落在 ᾱ = 1。每一步都要两个回答，用你的 guide 合并。',
  };

  check({ en: 'with γ = 1 it is plain DDIM', zh: 'γ = 1 时就是普通的 DDIM' }, { points: 1, hint }, async () => {
    const xT = random.normal([3, 2]);
    const steps = [1, 2, 3, 4, 5];
    const x = await subject.call('guidedSampler', denoise, xT, left, steps, 1);
    tensorOf(x).toBeCloseTo(expected(xT, steps, 1), { absolute: 1e-3 });
  });

  check({ en: 'with γ = 3, in few steps', zh: 'γ = 3，步数较少' }, { points: 1, hint }, async () => {
    const xT = random.normal([3, 2]);
    const steps = [1, 3, 5];
    const x = await subject.call('guidedSampler', denoise, xT, left, steps, 3);
    tensorOf(x).toBeCloseTo(expected(xT, steps, 3), { absolute: 1e-3 });
  });

  exercise.wrong('steps upwards', {
    loses: 2,
    change: ['for (let i = steps.length - 1; i >= 0; i--)', 'for (let i = 0; i < steps.length; i++)'],
  });
  exercise.wrong('without guidance', {
    loses: 1,
    change: ['guide(denoise(x, steps[i], true), denoise(x, steps[i], false), gamma)', 'denoise(x, steps[i], true)'],
  });
  exercise.wrong('stops before the picture', {
    loses: 2,
    change: ['i > 0 ? steps[i - 1] : 0', 'i > 0 ? steps[i - 1] : steps[0]'],
  });
  exercise.wrong('takes every step of the schedule for the next', {
    loses: 1,
    change: ['i > 0 ? steps[i - 1] : 0', 'steps[i] - 1'],
  });
});
