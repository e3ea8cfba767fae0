import * as tf from '@tensorflow/tfjs';
import { exercise, fixture, itemsOf, numberOf, partsOf, tensorOf, type Subject } from '../support/exercise';

/** x ↦ a·x + b: two of these undo each other only by luck. */
const line = (a: number, b: number) =>
  fixture(
    (_, { a, b }) =>
      (x: tf.Tensor) =>
        x.mul(a).add(b),
    { a, b },
  );

exercise('cycle-loss', ({ check, subject, random }) => {
  const batch = (mean: number) => random.normal([3, 4, 4, 2], mean);

  check(
    { en: 'is 0 when both generators undo each other', zh: '两个生成器互相抵消时为 0' },
    {
      points: 0.5,
      hint: {
        en: 'F(G(x)) is a picture of X again: with which of the two batches do you compare it?',
        zh: 'F(G(x)) 又回到了 X：它该和哪一批比？',
      },
    },
    async () => {
      const loss = await subject.call('cycleLoss', line(2, 1), line(0.5, -0.5), batch(0), batch(5));
      tensorOf(loss).toBeScalar().toBeCloseTo(0, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'adds the mean absolute errors of both directions', zh: '是两个方向平均绝对误差之和' },
    {
      points: 1,
      hint: {
        en: 'Absolute values, not squares; means, not sums; and the second term goes G(F(y)).',
        zh: '取绝对值，不是平方；取平均，不是求和；第二项是 G(F(y))。',
      },
    },
    async () => {
      const [x, y] = [batch(0), batch(1)];
      // G = 2x + 1 and F leaves everything as it is
      const expected = x.mul(2).add(1).sub(x).abs().mean().add(y.mul(2).add(1).sub(y).abs().mean());
      const loss = await subject.call('cycleLoss', line(2, 1), line(1, 0), x, y);
      tensorOf(loss).toBeCloseTo(expected, { relative: 1e-3 });
    },
  );

  check(
    { en: 'goes there first and back afterwards', zh: '先去后回，次序正确' },
    { points: 0.5, hidden: true },
    async () => {
      const [x, y] = [batch(0), batch(1)];
      // G = 2x, F = x + 1: F(G(x)) = 2x + 1, G(F(y)) = 2y + 2
      const expected = x.add(1).abs().mean().add(y.add(2).abs().mean());
      tensorOf(await subject.call('cycleLoss', line(2, 0), line(1, 1), x, y)).toBeCloseTo(expected, { relative: 1e-3 });
    },
  );

  exercise.wrong('compares with the wrong end', {
    loses: 2,
    change: [
      'return lost(x, F(G(x))).add<Scalar>(lost(y, G(F(y))));',
      'return lost(y, F(G(x))).add<Scalar>(lost(x, G(F(y))));',
    ],
  });
  exercise.wrong('one direction only', { loses: 1.5, change: ['.add<Scalar>(lost(y, G(F(y))))', '.add<Scalar>(0)'] });
  exercise.wrong('squares', { loses: 1.5, change: ['.abs().mean()', '.square().mean()'] });
  exercise.wrong('sums', { loses: 1.5, change: ['.abs().mean()', '.abs().sum()'] });
  exercise.wrong('the ways exchanged', {
    loses: 0.5,
    change: [
      'return lost(x, F(G(x))).add<Scalar>(lost(y, G(F(y))));',
      'return lost(x, G(F(x))).add<Scalar>(lost(y, F(G(y))));',
    ],
  });
});

exercise('cycle-identity', ({ check, subject, random }) => {
  check(
    { en: 'is 0 when each generator leaves its target domain alone', zh: '每个生成器都不改动目标域时为 0' },
    {
      points: 1,
      hint: {
        en: 'G makes pictures of Y. Which pictures should it leave as they are?',
        zh: 'G 产出 Y 的图像。哪些图像它该原样留下？',
      },
    },
    async () => {
      // G moves everything up to 2, F down to −2; y lies at 2 and x at −2 already
      const [up, down] = [line(0, 2), line(0, -2)];
      const loss = await subject.call('identityLoss', up, down, tf.fill([2, 3], -2), tf.fill([2, 3], 2));
      tensorOf(loss).toBeScalar().toBeCloseTo(0, { absolute: 1e-5 });
    },
  );

  check(
    { en: 'adds the mean absolute changes', zh: '是平均绝对改动之和' },
    { points: 1, hint: { en: 'Both terms, absolute values, means.', zh: '两项都要，取绝对值，取平均。' } },
    async () => {
      const [x, y] = [random.normal([3, 4]), random.normal([3, 4], 2)];
      const expected = y.add(1).abs().mean().add(x.mul(2).add(3).abs().mean());
      const loss = await subject.call('identityLoss', line(2, 1), line(3, 3), x, y);
      tensorOf(loss).toBeCloseTo(expected, { relative: 1e-3 });
    },
  );

  exercise.wrong('forbids to translate', {
    loses: 2,
    change: [
      'G(y).sub(y).abs().mean().add<Scalar>(F(x).sub(x).abs().mean())',
      'G(x).sub(x).abs().mean().add<Scalar>(F(y).sub(y).abs().mean())',
    ],
  });
  exercise.wrong('G only', { loses: 1, change: ['.add<Scalar>(F(x).sub(x).abs().mean())', '.add<Scalar>(0)'] });
  exercise.wrong('squares', {
    loses: 1,
    change: [
      'G(y).sub(y).abs().mean().add<Scalar>(F(x).sub(x).abs().mean())',
      'G(y).sub(y).square().mean().add<Scalar>(F(x).sub(x).square().mean())',
    ],
  });
});

exercise('cycle-pool', ({ check, subject }) => {
  const ask = async (...args: [number[], number, number, number, number]) => {
    const { shown, pool } = partsOf(await subject.call('askPool', ...args), 'shown', 'pool');
    return { shown, pool: itemsOf(pool).map(Number) };
  };
  const expectPool = (pool: readonly number[], expected: readonly number[]) =>
    tensorOf(tf.tensor1d([...pool]), 'pool')
      .toHaveShape([expected.length])
      .toBeCloseTo([...expected]);

  check(
    { en: 'while there is room the fresh one goes in and is shown', zh: '有空位时，新图放进去，也给判别器看' },
    { points: 1, hint: { en: 'No coin is tossed before the pool is full.', zh: '池子满之前不抛硬币。' } },
    async () => {
      const { shown, pool } = await ask([4, 5], 6, 3, 0.9, 0);
      numberOf(shown, 'shown').toBeCloseTo(6);
      expectPool(pool, [4, 5, 6]);
    },
  );

  check(
    { en: 'full, toss below ½: the fresh one is shown, the pool stays', zh: '已满且 toss 小于 ½：看新图，池子不变' },
    { points: 0.5, hint: { en: 'Which of the two outcomes belongs to toss < ½?', zh: 'toss < ½ 对应哪一种结果？' } },
    async () => {
      const { shown, pool } = await ask([4, 5, 6], 7, 3, 0.2, 1);
      numberOf(shown, 'shown').toBeCloseTo(7);
      expectPool(pool, [4, 5, 6]);
    },
  );

  check(
    {
      en: 'full, toss from ½ on: an old one is shown, and the fresh one takes its place',
      zh: '已满且 toss 不小于 ½：看旧图，新图占它的位置',
    },
    {
      points: 1,
      hint: {
        en: 'The one that is shown leaves the pool, and the fresh one lies where it lay.',
        zh: '被看的那幅离开池子，新图放到它原来的位置。',
      },
    },
    async () => {
      const { shown, pool } = await ask([4, 5, 6], 7, 3, 0.7, 1);
      numberOf(shown, 'shown').toBeCloseTo(5);
      expectPool(pool, [4, 7, 6]);
    },
  );

  check(
    { en: 'over many rounds shows what it should', zh: '许多轮下来，看到的都对' },
    { points: 0.5, hidden: true },
    async () => {
      const [seen, wanted]: [number[], number[]] = [[], []];
      let pool: number[] = [];
      const truth: number[] = [];
      for (let round = 0; round < 30; round++) {
        const [toss, place] = [(round * 0.37) % 1, (round * 7) % 5];
        const answer = await ask(pool, round, 5, toss, place);
        pool = answer.pool;
        seen.push(Number(answer.shown));
        if (truth.length < 5) wanted.push((truth[truth.length] = round));
        else if (toss < 0.5) wanted.push(round);
        else wanted.push(...truth.splice(place, 1, round));
      }
      tensorOf(tf.tensor1d(seen), 'shown').toBeCloseTo(wanted);
      expectPool(pool, truth);
    },
  );

  exercise.wrong('the coin is the other way round', { loses: 2, change: ['toss < 0.5', 'toss >= 0.5'] });
  exercise.wrong('shows an old one and keeps it', { loses: 1.5, change: ['i === place ? fresh : old', 'old'] });
  exercise.wrong('puts the fresh one in and shows it', { loses: 1.5, change: ['shown: pool[place]', 'shown: fresh'] });
  exercise.wrong('always keeps the fresh one', {
    loses: 1,
    change: [
      'if (toss < 0.5) return { shown: fresh, pool: [...pool] };',
      'if (toss < 0.5) return { shown: fresh, pool: [...pool.slice(1), fresh] };',
    ],
  });
});

exercise('cycle-wiring', ({ check, subject, random }) => {
  /** Generators and judges whose every part can be told from the result. */
  const nets = fixture(() => ({
    G: (x: tf.Tensor) => x.mul(2),
    F: (x: tf.Tensor) => x.add(1),
    Dx: (x: tf.Tensor) => x.mul(0.1).reshape([x.shape[0], -1, 1]),
    Dy: (x: tf.Tensor) => x.mul(0.3).sub(1).reshape([x.shape[0], -1, 1]),
  }));
  const batches = () => [random.normal([4, 6]), random.normal([4, 6], 3)] as const;
  const adversarial = (x: tf.Tensor, y: tf.Tensor) => {
    const [fakeY, fakeX] = [x.mul(2), y.add(1)];
    return fakeY.mul(0.3).sub(2).square().mean().add(fakeX.mul(0.1).sub(1).square().mean());
  };
  const cycles = (x: tf.Tensor, y: tf.Tensor) => x.add(1).abs().mean().add(y.add(2).abs().mean());
  const identities = (y: tf.Tensor) => y.abs().mean().add(1);
  const total = (at: Subject, x: tf.Tensor, y: tf.Tensor, lambda: number) =>
    at.call('generatorsLoss', nets, x, y, lambda);

  check(
    { en: 'each judge judges its own domain', zh: '每个评委评自己的域' },
    {
      points: 1,
      hint: {
        en: 'With λ = 0 only the adversarial part is left. G(x) is a picture of Y: who judges that?',
        zh: 'λ = 0 时只剩对抗部分。G(x) 是 Y 里的图像：该由谁来评？',
      },
    },
    async () => {
      const [x, y] = batches();
      tensorOf(await total(subject, x, y, 0))
        .toBeScalar()
        .toBeCloseTo(adversarial(x, y), { relative: 1e-3 });
    },
  );

  check(
    { en: 'is the whole sum', zh: '是完整的和' },
    {
      points: 1.5,
      hint: {
        en: 'λ for both cycles, half of λ for both identities. Does every cycle come back to where it began, and does G get y in the identity loss?',
        zh: '两个循环乘 λ，两个恒等项乘 λ 的一半。每个循环都回到起点了吗？恒等损失里 G 吃的是 y 吗？',
      },
    },
    async () => {
      const [x, y] = batches();
      const expected = adversarial(x, y).add(cycles(x, y).mul(10)).add(identities(y).mul(5));
      tensorOf(await total(subject, x, y, 10)).toBeCloseTo(expected, { relative: 1e-3 });
    },
  );

  check({ en: 'λ scales both terms alike', zh: 'λ 同等缩放两项' }, { points: 0.5, hidden: true }, async () => {
    const [x, y] = batches();
    const expected = adversarial(x, y).add(cycles(x, y).mul(3)).add(identities(y).mul(1.5));
    tensorOf(await total(subject, x, y, 3)).toBeCloseTo(expected, { relative: 1e-3 });
  });

  exercise.wrong('the judges exchanged', {
    loses: 3,
    change: ['fool(Dy(G(x))).add(fool(Dx(F(y))))', 'fool(Dx(G(x))).add(fool(Dy(F(y))))'],
  });
  exercise.wrong('the identity loss forbids to translate', {
    loses: 2,
    change: ['identityLoss(G, F, x, y)', 'identityLoss(G, F, y, x)'],
  });
  exercise.wrong('the cycle starts at the wrong end', {
    loses: 2,
    change: ['cycleLoss(G, F, x, y)', 'cycleLoss(F, G, x, y)'],
  });
  exercise.wrong('the whole of λ for the identity', { loses: 2, change: ['.div(2)', ''] });
  exercise.wrong('wants the discriminators to say 0', { loses: 3, change: ['scores.sub(1)', 'scores'] });
});

exercise('cycle-mirror', ({ check, subject, random }) => {
  const points = (style: number) =>
    tf.concat([random.uniform([600, 1], -1, 1), random.normal([600, 1], style, 0.1)], 1);

  check(
    { en: 'both ways there and back end where they began', zh: '两个方向都能回到起点' },
    { points: 0.5, hint: { en: 'What undoes a mirror?', zh: '什么能抵消一次镜像？' } },
    async () => {
      const [x, y] = [points(-0.5), points(0.5)];
      for (const [first, second, start] of [
        ['mirrorG', 'mirrorF', x],
        ['mirrorF', 'mirrorG', y],
      ] as const) {
        const there = await subject.call(first, start);
        tensorOf(there, first).toHaveShape([600, 2]);
        tensorOf(await subject.call(second, there), second).toBeCloseTo(start, { absolute: 1e-4 });
      }
    },
  );

  check(
    {
      en: 'the discriminator of Y is content: the right style, content spread alike',
      zh: 'Y 的判别器满意：风格正确，内容分布相同',
    },
    {
      points: 0.5,
      falseFailRate: 1e-7,
      hint: {
        en: 'Turn the style over; keep the content between −1 and 1, evenly spread.',
        zh: '翻转风格；内容仍在 −1 到 1 之间均匀分布。',
      },
    },
    async () => {
      const there = tensorOf(await subject.call('mirrorG', points(-0.5)), 'mirrorG').toHaveShape([600, 2]);
      const [content, style] = tf.split(there.value.toTensor(), 2, 1);
      tensorOf(style.reshape([600]), 'style').toBeBetween(-0.5, 1.5);
      tensorOf(content.reshape([600]), 'content').toFollow((c) => Math.min(1, Math.max(0, (c + 1) / 2)), {
        sampleSize: 600,
      });
    },
  );

  check(
    { en: 'and yet it is the wrong translation', zh: '然而翻译是错的' },
    {
      points: 1,
      hint: {
        en: 'The right one keeps c. Which other map of the interval leaves its even spread as it is?',
        zh: '正确的翻译保持 c。区间上还有哪个映射不改变均匀分布？',
      },
    },
    async () => {
      const x = points(-0.5);
      const there = tensorOf(await subject.call('mirrorG', x), 'mirrorG').toHaveShape([600, 2]);
      const moved = there.value.toTensor().sub(x).slice([0, 0], [-1, 1]).abs().mean();
      numberOf(moved.dataSync()[0]).toBeBetween(0.3, 2, {
        en: 'how far the content moves, on average',
        zh: '内容平均移动了多少',
      });
    },
  );

  exercise.wrong('the right translation', {
    loses: 1,
    change: [
      ['tf.tensor1d([-1, -1])', 'tf.tensor1d([1, -1])'],
      ['y.neg()', 'y.mul(tf.tensor1d([1, -1]))'],
    ],
  });
  exercise.wrong('leaves the style', {
    loses: 0.5,
    change: [
      ['tf.tensor1d([-1, -1])', 'tf.tensor1d([-1, 1])'],
      ['y.neg()', 'y.mul(tf.tensor1d([-1, 1]))'],
    ],
  });
  exercise.wrong('moves the content out', { loses: 2, change: ['x.mul(', 'x.add(3).mul('] });
});
