import * as tf from '@tensorflow/tfjs';
import { ddpm, ldm, nn } from 'genlab';
import { exercise, fixture, numberOf, partsOf, tensorOf } from '../support/exercise';

exercise('latent-savings', ({ check, subject }) => {
  const of = async (f: number, c: number) => {
    const parts = partsOf(await subject.call('savings', f, c), 'numbers', 'places', 'pairs');
    return [numberOf(parts.numbers), numberOf(parts.places), numberOf(parts.pairs)];
  };

  check(
    { en: 'counts numbers: three colours against c channels', zh: '数的个数：三种颜色对 c 个通道' },
    {
      points: 1,
      hint: {
        en: 'A picture has 3·side² numbers, its latent image c·(side/f)². Divide the first by the second.',
        zh: '图像有 3·side² 个数，隐特征图有 c·(side/f)² 个。前者除以后者。',
      },
    },
    async () => {
      const [ours] = await of(4, 4);
      ours.toBeCloseTo(12, { absolute: 1e-9 });
      const [theirs] = await of(8, 4);
      theirs.toBeCloseTo(48, { absolute: 1e-9 });
    },
  );

  check(
    { en: 'counts places and pairs', zh: '位置数与位置对数' },
    {
      points: 1,
      hint: {
        en: 'Places lie on an area: both sides shrink. A pair is two places.',
        zh: '位置铺在平面上，两条边都缩小；一对是两个位置。',
      },
    },
    async () => {
      const [, places, pairs] = await of(8, 4);
      places.toBeCloseTo(64, { absolute: 1e-9 });
      pairs.toBeCloseTo(4096, { absolute: 1e-9 });
      const [, fewer, fewerPairs] = await of(2, 16);
      fewer.toBeCloseTo(4, { absolute: 1e-9 });
      fewerPairs.toBeCloseTo(16, { absolute: 1e-9 });
    },
  );

  exercise.wrong('one side only', {
    loses: 2,
    change: [
      ['(3 * f ** 2) / c', '(3 * f) / c'],
      ['places: f ** 2', 'places: f'],
    ],
  });
  exercise.wrong('forgets the colours', { loses: 1, change: ['(3 * f ** 2) / c', 'f ** 2 / c'] });
  exercise.wrong('pairs as many as places', { loses: 1, change: ['pairs: f ** 4', 'pairs: f ** 2'] });
});

exercise('latent-patch-losses', ({ check, subject, random }) => {
  const losses = async (real: tf.Tensor, fake: tf.Tensor) => {
    const parts = partsOf(await subject.call('patchLosses', real, fake), 'judge', 'coder');
    return [tensorOf(parts.judge), tensorOf(parts.coder)];
  };
  const scores = () => [random.normal([3, 4, 4, 1], 0, 2), random.normal([3, 4, 4, 1], 0, 2)] as const;

  check(
    { en: 'the judge pays for every patch on the wrong side of ±1', zh: '判别器为每个没越过 ±1 的图块付出代价' },
    {
      points: 0.75,
      hint: {
        en: 'max(0, 1 − D) for real patches, max(0, 1 + D) for made ones; the mean of each, and half of their sum.',
        zh: '真图块 max(0, 1 − D)，假图块 max(0, 1 + D)，各取平均，再取和的一半。',
      },
    },
    async () => {
      const [real, fake] = scores();
      const [judge] = await losses(real, fake);
      judge.toBeCloseTo(ldm.patchDiscriminatorLoss(real, fake), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'a judge that is sure and right pays nothing more', zh: '判别器判对且有把握时不再付代价' },
    {
      points: 0.5,
      hint: {
        en: 'Beyond ±1 the hinge is flat: which function cuts off below 0?',
        zh: '越过 ±1 之后损失为 0：哪个函数把负数截成 0？',
      },
    },
    async () => {
      const [judge] = await losses(tf.fill([2, 4, 4, 1], 3), tf.fill([2, 4, 4, 1], -2));
      judge.toBeCloseTo(0, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'the autoencoder wants high scores for its own patches', zh: '自编码器希望自己的图块得高分' },
    {
      points: 0.75,
      hint: {
        en: 'It minimizes. Which sign makes high scores a small loss? The real patches are not its doing.',
        zh: '它在最小化。取什么符号，高分才对应小损失？真图块与它无关。',
      },
    },
    async () => {
      const [real, fake] = scores();
      const [, coder] = await losses(real, fake);
      coder.toBeCloseTo(ldm.patchGeneratorLoss(fake), { absolute: 1e-4 });
    },
  );

  exercise.wrong('signs exchanged', {
    loses: 1.25,
    change: [
      ['tf.relu(tf.sub(1, real))', 'tf.relu(real.add(1))'],
      ['tf.relu(fake.add(1))', 'tf.relu(tf.sub(1, fake))'],
    ],
  });
  exercise.wrong('no hinge', {
    loses: 1.25,
    change: [
      ['tf.relu(tf.sub(1, real))', 'tf.sub(1, real)'],
      ['tf.relu(fake.add(1))', 'fake.add(1)'],
    ],
  });
  exercise.wrong('the autoencoder helps the judge', { loses: 0.75, change: ['fake.mean().neg()', 'fake.mean()'] });
  exercise.wrong('not halved', { loses: 0.75, change: ['.mul(0.5)', ''] });
});

exercise('latent-scale', ({ check, subject, random }) => {
  const latents = (mean = 0, deviation = 3) => random.normal<tf.Rank.R4>([6, 4, 4, 4], mean, deviation);

  check(
    { en: 'gives a standard deviation of 1', zh: '使标准差变为 1' },
    {
      points: 0.75,
      hint: {
        en: 'Divide by what? Is tf.moments(z).variance a standard deviation?',
        zh: '该除以什么？tf.moments(z).variance 是标准差吗？',
      },
    },
    async () => {
      const z = latents();
      const scale = tensorOf(await subject.call('scaleOf', z));
      scale.toBeScalar({ en: 'one factor for all', zh: '全体共用一个因子' });
      scale.toBeCloseTo(ldm.latentScale(z), { relative: 0.02 }); // the next check is the exact one
    },
  );

  check(
    { en: 'is not misled by a mean', zh: '不受均值影响' },
    {
      points: 0.5,
      hint: {
        en: 'The standard deviation is taken about the mean; the root of the mean square is not.',
        zh: '标准差是相对均值的，均方根不是。',
      },
    },
    async () => {
      const z = latents(5, 2);
      tensorOf(await subject.call('scaleOf', z)).toBeCloseTo(ldm.latentScale(z), { relative: 1e-3 });
    },
  );

  check(
    { en: 'gives the decoder what the encoder had said', zh: '交给解码器的，正是编码器当初给出的' },
    {
      points: 0.75,
      hint: {
        en: 'The U-Net has z times the factor. The decoder was trained on z itself.',
        zh: 'U-Net 那边是 z 乘以因子；解码器是在 z 上训练的。',
      },
    },
    async () => {
      const z = latents();
      const back = await subject.call('forDecoder', z.mul(0.25), tf.scalar(0.25));
      tensorOf(back).toBeCloseTo(z, { absolute: 1e-4 });
    },
  );

  exercise.wrong('one over the variance', { loses: 1.25, change: ['.variance.sqrt().reciprocal()', '.variance.reciprocal()'] }); // prettier-ignore
  exercise.wrong('the deviation itself', { loses: 1.25, change: ['.sqrt().reciprocal()', '.sqrt()'] });
  exercise.wrong('the root of the mean square', {
    loses: 0.5,
    change: ['tf.moments(z).variance.sqrt()', 'z.square().mean().sqrt()'],
  });
  exercise.wrong('multiplies again before decoding', { loses: 0.75, change: ['z.div(scale)', 'z.mul(scale)'] });
  exercise.wrong('forgets it before decoding', { loses: 0.75, change: ['z.div(scale)', 'z'] });
});

exercise('latent-cross-attention', ({ check, subject, random }) => {
  const inputs = (n = 5, m = 3, d = 4) => ({
    x: random.normal<tf.Rank.R2>([n, 6]),
    context: random.normal<tf.Rank.R2>([m, 7]),
    wq: random.normal<tf.Rank.R2>([6, d]),
    wk: random.normal<tf.Rank.R2>([7, d]),
    wv: random.normal<tf.Rank.R2>([7, d]),
  });
  const run = async ({ x, context, wq, wk, wv }: ReturnType<typeof inputs>) => {
    const parts = partsOf(await subject.call('crossAttention', x, context, wq, wk, wv), 'mixed', 'weights');
    return [tensorOf(parts.mixed), tensorOf(parts.weights)];
  };

  check(
    { en: 'each place spreads a weight of 1 over what is told', zh: '每个位置把总和为 1 的权重分给各个条件向量' },
    {
      points: 1,
      hint: {
        en: 'Places ask (queries), the context answers: the weights are [N,M], and each row adds up to 1.',
        zh: '位置来问（查询），条件来答：权重是 [N,M]，每一行之和为 1。',
      },
    },
    async () => {
      const [, weights] = await run(inputs());
      weights.toHaveShape([5, 3]);
      tensorOf(weights.value.toTensor().sum(1)).toBeCloseTo(tf.ones([5]), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'mixes the values by softmax(QKᵀ/√d)', zh: '按 softmax(QKᵀ/√d) 混合各个值' },
    {
      points: 1.5,
      hint: {
        en: 'Query from x; key and value from the context. Before the softmax divide by √d, d the length of a query.',
        zh: '查询来自 x，键和值来自条件。softmax 之前除以 √d，d 是查询向量的长度。',
      },
    },
    async () => {
      const given = inputs(5, 3, 9);
      const project = (a: tf.Tensor2D, b: tf.Tensor2D) => a.matMul(b).expandDims<tf.Tensor3D>(0);
      const expected = nn.attention(
        project(given.x, given.wq),
        project(given.context, given.wk),
        project(given.context, given.wv),
        1,
      );
      const [mixed] = await run(given);
      mixed.toHaveShape([5, 9]).toBeCloseTo(expected.squeeze([0]), { absolute: 1e-3 });
    },
  );

  check(
    { en: 'told one thing only, every place gets just that', zh: '只有一个条件向量时，每个位置得到的就是它' },
    { points: 0.5, hidden: true },
    async () => {
      const given = inputs(4, 1);
      const [mixed] = await run(given);
      mixed.toBeCloseTo(given.context.matMul(given.wv).tile([4, 1]), { absolute: 1e-3 });
    },
  );

  exercise.wrong('without √d', { loses: 1.5, change: ['.div<tf.Tensor2D>(Math.sqrt(wq.shape[1]))', ''] });
  exercise.wrong('divides by d', { loses: 1.5, change: ['Math.sqrt(wq.shape[1])', 'wq.shape[1]'] });
  exercise.wrong('softmax over the places', {
    loses: 3,
    change: ['tf.softmax(scores)', 'tf.transpose(tf.softmax(tf.transpose<tf.Tensor2D>(scores)))'],
  });
  exercise.wrong('values from the keys', { loses: 2, change: ['context.matMul<tf.Tensor2D>(wv)', 'context.matMul<tf.Tensor2D>(wk)'] }); // prettier-ignore
});

exercise('latent-inpainting-step', ({ check, subject, random }) => {
  const inputs = () => {
    const [known, made, noise] = [0, 1, 2].map(() => random.normal<tf.Rank.R4>([2, 4, 4, 3]));
    return { known, made, noise, mask: random.bernoulli([2, 4, 4, 1], 0.5) as tf.Tensor4D };
  };

  check(
    { en: 'keeps what the model made in the hole', zh: '洞里保留模型画的' },
    {
      points: 0.5,
      hint: { en: 'The mask is 1 in the hole.', zh: 'mask 在洞里为 1。' },
    },
    async () => {
      const { known, made, noise } = inputs();
      const all = tf.ones<tf.Rank.R4>([2, 4, 4, 1]);
      tensorOf(await subject.call('inpaintingStep', known, made, all, 0.3, noise)).toBeCloseTo(made, {
        absolute: 1e-5,
      });
    },
  );

  check(
    { en: 'noises the known part as far as the rest', zh: '已知部分加噪到与其余部分同样的程度' },
    {
      points: 1,
      hint: {
        en: 'Lesson 11: √ᾱ times the clean one plus √(1−ᾱ) times ε, both with roots.',
        zh: '第 11 课：√ᾱ 乘干净的，加 √(1−ᾱ) 乘 ε，两个都开方。',
      },
    },
    async () => {
      const { known, made, noise, mask } = inputs();
      const schedule = ddpm.linearSchedule(100);
      const expected = ldm.inpaintingStep(known, made, mask, 41, noise, schedule);
      const step = await subject.call('inpaintingStep', known, made, mask, schedule.alphasCumprod[40], noise);
      tensorOf(step).toBeCloseTo(expected, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'leaves the known part clean at the end', zh: '最后一步已知部分是干净的' },
    {
      points: 0.5,
      hidden: true,
      hint: { en: 'At ᾱ = 1 there is no noise left to add.', zh: 'ᾱ = 1 时不再有噪声。' },
    },
    async () => {
      const { known, made, noise } = inputs();
      const none = tf.zeros<tf.Rank.R4>([2, 4, 4, 1]);
      tensorOf(await subject.call('inpaintingStep', known, made, none, 1, noise)).toBeCloseTo(known, {
        absolute: 1e-5,
      });
    },
  );

  exercise.wrong('mask turned round', {
    loses: 2,
    change: ['noised.mul(tf.sub(1, mask)).add(made.mul(mask))', 'noised.mul(mask).add(made.mul(tf.sub(1, mask)))'],
  });
  exercise.wrong('pastes the clean latents', { loses: 1, change: ['noised.mul(tf.sub(1, mask))', 'known.mul(tf.sub(1, mask))'] }); // prettier-ignore
  exercise.wrong('without roots', { loses: 1, change: ['known.mul(Math.sqrt(left)).add(noise.mul(Math.sqrt(1 - left)))', 'known.mul(left).add(noise.mul(1 - left))'] }); // prettier-ignore
  exercise.wrong('noise at every step', { loses: 1.5, change: ['noise.mul(Math.sqrt(1 - left))', 'noise'] });
});

exercise('latent-find-the-bug', ({ check, subject, random }) => {
  const alphasCumprod = [1, 0.9, 0.7, 0.45, 0.2, 0.05];
  /** Linear in z, so that both sides agree to the last digit; what is told shifts it. */
  const denoise = fixture(
    () => (z: tf.Tensor, t: number, context: tf.Tensor) =>
      z.mul(0.1 * t).add(context.mean([1, 2]).reshape([-1, 1, 1, 1])),
    {},
  );
  /** Not linear: that the scale comes before it matters. */
  const decode = fixture(() => (z: tf.Tensor) => z.square().add(z), {});
  const painting = (change: Partial<{ gamma: number; scale: number; steps: number[]; silent: boolean }> = {}) => {
    const { gamma = 1, scale = 1, steps = [1, 2, 3, 4, 5], silent = true } = change;
    const nothing = silent ? tf.zeros([2, 3, 4]) : random.normal([2, 3, 4], 1);
    return {
      words: random.normal([2, 3, 4]),
      nothing,
      zT: random.normal([2, 2, 2, 3], 0, 2),
      alphasCumprod,
      steps,
      gamma,
      scale,
    };
  };
  const expected = ({ words, nothing, zT, steps, gamma, scale }: ReturnType<typeof painting>) =>
    tf.tidy(() => {
      let z: tf.Tensor = zT;
      const down = [...steps].reverse();
      down.forEach((t, i) => {
        const [left, next] = [alphasCumprod[t], alphasCumprod[down[i + 1] ?? 0]];
        const shift = (context: tf.Tensor) => context.mean([1, 2]).reshape([-1, 1, 1, 1]);
        const told = shift(words).mul(gamma).add(shift(nothing).mul(1 - gamma)); // prettier-ignore
        const epsilon = z.mul(0.1 * t).add(told);
        const start = z.sub(epsilon.mul(Math.sqrt(1 - left))).div(Math.sqrt(left));
        z = start.mul(Math.sqrt(next)).add(epsilon.mul(Math.sqrt(1 - next)));
      });
      const z0 = z.div(scale);
      return z0.square().add(z0);
    });

  check(
    { en: 'lets latents be as large as they are', zh: '隐变量有多大就是多大' },
    {
      points: 1,
      hint: {
        en: 'Pixels lie in [−1, 1]. Who says that latents do?',
        zh: '像素在 [−1, 1] 里。谁说隐变量也是？',
      },
    },
    async () => {
      const given = painting();
      tensorOf(await subject.call('paint', denoise, decode, given)).toBeCloseTo(expected(given), { relative: 1e-3, absolute: 1e-2 }); // prettier-ignore
    },
  );

  check(
    { en: 'asks with the vectors of the empty text too', zh: '另一遍用空文本的向量来问' },
    {
      points: 1,
      hint: {
        en: 'What did the network hear in training, one time in ten? The vectors of the empty text are not zeros.',
        zh: '训练时十次里有一次，网络听到的是什么？空文本的向量并不是零。',
      },
    },
    async () => {
      const given = painting({ gamma: 3, steps: [1, 3, 5], silent: false });
      tensorOf(await subject.call('paint', denoise, decode, given)).toBeCloseTo(expected(given), { relative: 1e-3, absolute: 1e-2 }); // prettier-ignore
    },
  );

  check(
    { en: 'takes the scale back before decoding', zh: '解码之前除掉缩放因子' },
    {
      points: 1,
      hint: {
        en: 'The U-Net works on z times the scale, the decoder on z.',
        zh: 'U-Net 处理的是 z 乘以缩放因子，解码器要的是 z。',
      },
    },
    async () => {
      const given = painting({ scale: 0.4, steps: [2, 5] });
      tensorOf(await subject.call('paint', denoise, decode, given)).toBeCloseTo(expected(given), { relative: 1e-3, absolute: 1e-2 }); // prettier-ignore
    },
  );

  const clipped: [string, string] = ['.div(Math.sqrt(alphaHere));', '.div(Math.sqrt(alphaHere)).clipByValue(-1, 1);'];
  const silentZeros: [string, string] = ['denoise(z, steps[i], nothing)', 'denoise(z, steps[i], tf.zerosLike(words))'];
  const unscaled: [string, string] = ['decode(z.div(scale))', 'decode(z)'];
  exercise.wrong('as the colleague wrote it', { loses: 3, change: [clipped, silentZeros, unscaled] });
  exercise.wrong('clips the latents', { loses: 3, change: clipped });
  exercise.wrong('zeros for the empty text', { loses: 1, change: silentZeros });
  exercise.wrong('decodes scaled latents', { loses: 1, change: unscaled });
  exercise.wrong('scales the wrong way', { loses: 1, change: ['z.div(scale)', 'z.mul(scale)'] });
});
