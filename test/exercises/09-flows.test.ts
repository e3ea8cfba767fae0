import * as tf from '@tensorflow/tfjs';
import { nn, realnvp } from 'genlab';
import { type CheckRandom, exercise, fixture, numberOf, partsOf, tensorOf } from '../support/exercise';

exercise('flow-density', ({ check, subject, random }) => {
  const expected = (z: tf.Tensor, slope: tf.Tensor) =>
    z
      .square()
      .add(Math.log(2 * Math.PI))
      .div(-2)
      .add(slope.abs().log());

  check(
    { en: 'adds the logarithm of a rising slope', zh: '斜率为正时，加上斜率的对数' },
    {
      points: 0.5,
      hint: {
        en: 'A steep f packs noise into little room: is x then denser or thinner? And is the constant of the normal density there?',
        zh: 'f 陡，噪声就被挤进小地方：x 是更密还是更疏？正态密度的常数写了吗？',
      },
    },
    async () => {
      const [z, slope] = [random.normal([6]), random.uniform([6], 0.2, 5)];
      tensorOf(await subject.call('logDensity', z, slope)).toBeCloseTo(expected(z, slope), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'is right where f falls', zh: 'f 递减时也对' },
    {
      points: 0.5,
      hint: {
        en: 'A width is never negative: what about the sign of the slope?',
        zh: '宽度不会是负的：斜率的符号怎么处理？',
      },
    },
    async () => {
      const [z, slope] = [random.normal([6]), random.uniform([6], -5, -0.2)];
      tensorOf(await subject.call('logDensity', z, slope)).toBeCloseTo(expected(z, slope), { absolute: 1e-5 });
    },
  );

  exercise.wrong('subtracts the slope', { loses: 1, change: ['ofNoise.add(', 'ofNoise.sub('] });
  exercise.wrong('takes the logarithm of a negative number', { loses: 0.5, change: ['.abs()', ''] });
  exercise.wrong('forgets the constant', { loses: 1, change: ['.add(Math.log(2 * Math.PI))', ''] });
  exercise.wrong('forgets the logarithm', { loses: 1, change: ['.abs().log()', '.abs()'] });
});

/** A network with weights of its own, beside the student's code and here. */
const networkOf = (w: tf.Tensor) =>
  fixture(
    (tf, { w }) =>
      (kept: tf.Tensor) => ({
        logScale: kept.matMul(w as tf.Tensor).tanh(),
        shift: kept.matMul(w as tf.Tensor).sin(),
      }),
    { w },
  );
const scaleAndShift = (w: tf.Tensor) => (kept: tf.Tensor) => ({
  logScale: kept.matMul(w).tanh(),
  shift: kept.matMul(w).sin(),
});
const couplingCase = (random: CheckRandom) => {
  const values = Float32Array.of(1, 0, 0, 1, 0);
  const w = random.normal([5, 5]);
  const x = random.normal<tf.Rank.R2>([4, 5]);
  return { x, w, mask: tf.tensor1d(values), own: { shape: [5], values }, network: networkOf(w) };
};

exercise('flow-coupling-forward', ({ check, subject, random }) => {
  const moved = async ({ x, mask, network }: ReturnType<typeof couplingCase>) =>
    partsOf(await subject.call('couplingForward', x, mask, network), 'y', 'logDet');

  check({ en: 'leaves alone what the mask keeps', zh: '掩码留住的数原样不动' }, { points: 0.5 }, async () => {
    const one = couplingCase(random);
    const { y } = await moved(one);
    tensorOf(y, 'y').toHaveShape([4, 5]);
    const whole = tensorOf(y, 'y').value.toTensor();
    tensorOf(whole.mul(one.mask)).toBeCloseTo(one.x.mul(one.mask), { absolute: 1e-6 });
  });

  check(
    { en: 'scales and shifts the rest', zh: '其余的数先缩放再平移' },
    {
      points: 1,
      hint: {
        en: 'What may the network see? Is the scale e to the power of s? Scale first, then shift.',
        zh: '网络可以看到什么？缩放倍数是 e 的 s 次方吗？先缩放，后平移。',
      },
    },
    async () => {
      const one = couplingCase(random);
      const { y } = realnvp.couplingForward(one.x, one.own, scaleAndShift(one.w));
      tensorOf((await moved(one)).y, 'y').toBeCloseTo(y, { absolute: 1e-5 });
    },
  );

  check(
    {
      en: 'adds up the log scales of what moved, one number an example',
      zh: '把动过的数的对数缩放加起来，每个样本一个数',
    },
    {
      points: 1,
      hint: {
        en: 'Which log scales stand on the diagonal: all of them, or those of the coordinates that moved? A sum, not a mean.',
        zh: '对角线上有哪些对数缩放：全部，还是只有动过的坐标？是求和，不是平均。',
      },
    },
    async () => {
      // A network that does not look at what it is given: what it is shown is the business of the check before.
      const still = fixture(
        (tf, { s }) =>
          () => ({ logScale: s, shift: tf.zerosLike(s as tf.Tensor) }),
        {
          s: random.normal([4, 5]),
        },
      );
      const one = couplingCase(random);
      const s = still.options as unknown as { s: tf.Tensor };
      const { logDet } = await moved({ ...one, network: still });
      tensorOf(logDet, 'logDet').toBeCloseTo(s.s.mul(tf.sub(1, one.mask)).sum(1), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'the log-determinant is that of the Jacobian', zh: '对数行列式与雅可比矩阵的一致' },
    {
      points: 0.5,
      hidden: {
        hint: {
          en: 'In the lesson, compare with the determinant that is computed the expensive way.',
          zh: '在课文里与贵办法算出的行列式比一比。',
        },
      },
    },
    async () => {
      // Two coordinates: the whole determinant is ∂y₂/∂x₂, by a small step to either side.
      const [mask, w] = [tf.tensor1d([1, 0]), random.normal([2, 2])];
      const at = async (x2: number) => {
        const value = await subject.call('couplingForward', tf.tensor2d([[0.7, x2]]), mask, networkOf(w));
        const { y, logDet } = partsOf(value, 'y', 'logDet');
        const read = (part: typeof y, name: string) => tensorOf(part, name).value.toTensor().dataSync();
        return { y2: read(y, 'y')[1], logDet: read(logDet, 'logDet')[0] };
      };
      const [below, middle, above] = [await at(-0.5), await at(0), await at(0.5)];
      numberOf(middle.logDet).toBeCloseTo(Math.log(Math.abs(above.y2 - below.y2)), { absolute: 1e-3 });
    },
  );

  exercise.wrong('shows the network all of x', { loses: 1.5, change: ['network(kept)', 'network(x)'] });
  exercise.wrong('counts all log scales', { loses: 1.5, change: ['logScale.mul(free).sum', 'logScale.sum'] });
  exercise.wrong('mean instead of sum', { loses: 1.5, change: ['.sum<Tensor1D>(1)', '.mean<Tensor1D>(1)'] });
  exercise.wrong('forgets the exponential', { loses: 1.5, change: ['logScale.exp()', 'logScale'] });
  exercise.wrong('shifts first', {
    loses: 1,
    change: ['x.mul(logScale.exp()).add(shift)', 'x.add(shift).mul(logScale.exp())'],
  });
  exercise.wrong('sign of the log-determinant', { loses: 1.5, change: ['logDet: logScale', 'logDet: logScale.neg()'] });
});

exercise('flow-coupling-inverse', ({ check, subject, random }) => {
  check(
    { en: 'takes a coupling back', zh: '退回一个耦合层' },
    {
      points: 1,
      hint: {
        en: 'Forwards: scale, then shift. What comes first on the way back, and with which sign?',
        zh: '正向是先缩放、后平移。退回时先做哪一个？符号怎样？',
      },
    },
    async () => {
      const { x, mask, own, w, network } = couplingCase(random);
      const { y } = realnvp.couplingForward(x, own, scaleAndShift(w));
      tensorOf(await subject.call('couplingInverse', y, mask, network)).toBeCloseTo(x, { absolute: 1e-5 });
    },
  );

  check(
    { en: 'arrives from far away too', zh: '数值很大时也回得来' },
    { points: 0.5, hint: { en: 'Undo in the reverse order.', zh: '按相反的次序撤销。' } },
    async () => {
      const { x, mask, own, w, network } = couplingCase(random);
      const far = x.mul(20);
      const { y } = realnvp.couplingForward(far, own, scaleAndShift(w));
      tensorOf(await subject.call('couplingInverse', y, mask, network)).toBeCloseTo(far, {
        absolute: 1e-3,
        relative: 1e-4,
      });
    },
  );

  check(
    { en: 'gives back what was kept as it came', zh: '留住的数照原样交回' },
    { points: 0.5, hidden: true },
    async () => {
      const { x, mask, network } = couplingCase(random);
      const back = tensorOf(await subject.call('couplingInverse', x, mask, network)).value.toTensor();
      tensorOf(back.mul(mask)).toBeCloseTo(x.mul(mask), { absolute: 1e-6 });
    },
  );

  exercise.wrong('scales before it shifts', {
    loses: 1.5,
    change: ['y.sub(shift).mul(logScale.neg().exp())', 'y.mul(logScale.neg().exp()).sub(shift)'],
  });
  exercise.wrong('scales the same way again', { loses: 1.5, change: ['.neg().exp()', '.exp()'] });
  exercise.wrong('shows the network all of y', { loses: 1.5, change: ['network(kept)', 'network(y)'] });
  exercise.wrong('forgets what was kept', {
    loses: 2,
    change: [
      'return kept.add(y.sub(shift).mul(logScale.neg().exp()).mul(tf.sub(1, mask)));',
      'return y.sub(shift).mul(logScale.neg().exp()).mul(tf.sub(1, mask));',
    ],
  });
});

exercise('flow-find-the-bug', ({ check, subject, random }) => {
  const ask = async (logProb: tf.Tensor, logDet: tf.Tensor, n: number) =>
    tensorOf(await subject.call('bitsPerDim', logProb, logDet, n))
      .toBeScalar()
      .value.toTensor()
      .dataSync()[0];

  check(
    { en: 'counts in bits for each pixel', zh: '单位是每像素比特' },
    {
      points: 1,
      hint: {
        en: 'How many nats are one bit? Doubling log p must change the figure by that much.',
        zh: '一比特等于多少奈特？log p 加倍时，结果应随之变化。',
      },
    },
    async () => {
      const logProb = random.uniform([5], -900, -500);
      const zero = tf.zeros([5]);
      const change = (await ask(logProb.mul(2), zero, 100)) - (await ask(logProb, zero, 100));
      const mean = logProb.mean().dataSync()[0];
      numberOf(change).toBeCloseTo(-mean / (100 * Math.LN2), { absolute: 1e-3 });
    },
  );

  check(
    { en: 'is of x, not of y: the logit counts', zh: '说的是 x 而不是 y：logit 也要算' },
    {
      points: 1,
      hint: {
        en: 'log p(x) = log p(y) + log|det ∂y/∂x|: one nat more in either changes the figure alike.',
        zh: 'log p(x) = log p(y) + log|det ∂y/∂x|：两者各增加一奈特，结果的变化应相同。',
      },
    },
    async () => {
      const [logProb, logDet, zero] = [random.uniform([5], -900, -500), random.uniform([5], 200, 400), tf.zeros([5])];
      const byLogit = (await ask(logProb, logDet, 50)) - (await ask(logProb, zero, 50));
      const byFlow = (await ask(logProb.add(logDet), zero, 50)) - (await ask(logProb, zero, 50));
      numberOf(byLogit).toBeBetween(-1000, -0.5, {
        en: 'a larger log-determinant is more probability',
        zh: '对数行列式越大，概率越大',
      });
      numberOf(byLogit).toBeCloseTo(byFlow, { absolute: 1e-3 });
    },
  );

  check(
    { en: 'a model that knows nothing comes out at 8', zh: '一无所知的模型得到 8' },
    {
      points: 1,
      hint: {
        en: 'On [0, 1) a grey level is 1/256 wide. What is −log₂ of that?',
        zh: '在 [0, 1) 上，一个灰度宽 1/256。它的 −log₂ 是多少？',
      },
    },
    async () => {
      numberOf(await ask(tf.zeros([4]), tf.zeros([4]), 784)).toBeCloseTo(8, { absolute: 1e-4 });
    },
  );

  exercise.wrong('as it was reported', {
    loses: 3,
    code: 'function bitsPerDim(logProbY: Tensor1D, logDetLogit: Tensor1D, n: number) { return logProbY.neg().div(n).mean(); }',
  });
  exercise.wrong('without the eight', { loses: 1, change: ['.add(8)', ''] });
  exercise.wrong('nats', { loses: 1, change: ['n * Math.LN2', 'n'] });
  exercise.wrong('log-determinant subtracted', {
    loses: 1,
    change: ['logProbY.add(logDetLogit)', 'logProbY.sub(logDetLogit)'],
  });
  exercise.wrong('of y', { loses: 1, change: ['logProbY.add(logDetLogit)', 'logProbY'] });
});

exercise('flow-masked-convolution', ({ check, subject, random }) => {
  const inputs = (size: number) =>
    [random.normal<tf.Rank.R4>([2, 6, 7, 2]), random.normal<tf.Rank.R4>([size, size, 2, 3])] as const;
  const kinds = [
    {
      type: 'A',
      points: 1,
      en: 'mask A: all before the pixel, not the pixel itself',
      zh: '掩码 A：像素之前的全部，不含像素自己',
      hint: {
        en: 'All of the rows above; of the middle row what lies left of the middle; not the middle.',
        zh: '上面各行全部；中间那行只有中心左边的；不含中心。',
      },
    },
    {
      type: 'B',
      points: 1,
      en: 'mask B: the pixel itself too',
      zh: '掩码 B：也含像素自己',
      hint: {
        en: 'Mask B differs from A in one single place of the kernel.',
        zh: '掩码 B 与 A 只差卷积核上的一个位置。',
      },
    },
  ] as const;
  for (const { type, points, hint, ...name } of kinds) {
    check(name, { points, hint }, async () => {
      for (const size of [3, 5]) {
        const [x, kernel] = inputs(size);
        const expected = nn.maskedConv2d(x, kernel, nn.convMask(size, type));
        tensorOf(await subject.call('maskedConvolution', x, kernel, type)).toBeCloseTo(expected, { absolute: 1e-4 });
      }
    });
  }

  check(
    { en: 'no answer changes when later pixels change', zh: '后面的像素变了，前面的答案不变' },
    {
      points: 0.5,
      hint: { en: 'Change the last pixel: which answers changed?', zh: '改掉最后一个像素：哪些答案变了？' },
    },
    async () => {
      const [x, kernel] = inputs(3);
      const later = tf.tensor(
        Array.from({ length: 42 }, (_, i) => Number(i >= 24)),
        [1, 6, 7, 1],
      );
      const other = x.add(later.mul(3));
      const read = async (of: tf.Tensor) =>
        tensorOf(await subject.call('maskedConvolution', of, kernel, 'A'))
          .toHaveShape([2, 6, 7, 3], { en: 'padded, as large as the picture', zh: '填充之后与图像一样大' })
          .value.toTensor()
          .reshape([2, 42, 3]);
      const [before, after] = [await read(x), await read(other)];
      tensorOf(after.slice([0, 0], [2, 25])).toBeCloseTo(before.slice([0, 0], [2, 25]), { absolute: 1e-5 });
    },
  );

  check(
    { en: 'lets gradients through to the kernel', zh: '梯度能传到卷积核' },
    { points: 0.5, hidden: true },
    async () => {
      const [x, kernel] = inputs(3);
      const gradient = await subject.gradient('maskedConvolution', [x, kernel, 'B'], 1);
      const mask = tf.tensor4d(nn.convMask(3, 'B').flat(), [3, 3, 1, 1]);
      const whole = tf.grad((k) => tf.conv2d(x, k.mul(mask) as tf.Tensor4D, 1, 'same').sum())(kernel);
      tensorOf(gradient).toBeCloseTo(whole, { absolute: 1e-3 });
    },
  );

  exercise.wrong('mask A with the middle', { loses: 1.5, change: ["type === 'B')", 'true)'] });
  exercise.wrong('mask B without the middle', { loses: 1.5, change: ["type === 'B')", 'false)'] });
  exercise.wrong('only what is above and to the left', {
    loses: 2.5,
    change: ['row < middle ||', '(row < middle && column <= middle) ||'],
  });
  exercise.wrong('rows and columns exchanged', {
    loses: 3,
    change: ['const isSeen = (row: number, column: number)', 'const isSeen = (column: number, row: number)'],
  });
  exercise.wrong('no mask at all', { loses: 3, change: ['kernel.mul<Tensor4D>(mask)', 'kernel'] });
  exercise.wrong('padding left out', { loses: 3, change: ["'same'", "'valid'"] });
});

exercise('flow-draw-grid', { seconds: 20 }, ({ check, subject, random }) => {
  const [height, width, levels] = [4, 5, 3];
  /** What a place answers to its left and upper neighbours (3 stands for none): logits, written out so that both sides agree. */
  const tableOf = () => Array.from({ length: 16 * levels }, () => 4 * random.next() - 2);
  const logitsOf = (table: readonly number[]) =>
    fixture(
      (tf, { table, levels }) =>
        (grid: tf.Tensor3D) =>
          tf.tidy(() => {
            const [, h, w] = grid.shape;
            const x = grid.toInt().arraySync() as number[][][];
            const rows = x[0].map((row, i) =>
              row.map((_, j) => {
                const [left, up] = [j > 0 ? row[j - 1] : 3, i > 0 ? x[0][i - 1][j] : 3];
                return Array.from({ length: levels }, (_, k) => table[(4 * left + up) * levels + k]);
              }),
            );
            return tf.tensor4d(rows.flat(2) as number[], [1, h, w, levels]);
          }),
      { table, levels },
    );
  const cumulated = (table: readonly number[], left: number, up: number) => {
    const raw = Array.from({ length: levels }, (_, k) => Math.exp(table[(4 * left + up) * levels + k]));
    const total = raw.reduce((a, b) => a + b);
    let sum = 0;
    return raw.map((value) => (sum += value / total));
  };
  /** Away from every edge between two levels, where single precision could decide either way. */
  const dice = (table: readonly number[]) => {
    const edges = Array.from({ length: 16 }, (_, i) => cumulated(table, Math.floor(i / 4), i % 4)).flat();
    return Array.from({ length: height * width }, () => {
      let u = random.next();
      while (edges.some((edge) => Math.abs(edge - u) < 1e-3)) u = random.next();
      return u;
    });
  };
  const expected = (table: readonly number[], uniforms: readonly number[]) => {
    const grid: number[] = [];
    uniforms.forEach((u, place) => {
      const left = place % width > 0 ? grid[place - 1] : 3;
      const up = place >= width ? grid[place - width] : 3;
      grid.push(cumulated(table, left, up).findIndex((sum) => u < sum));
    });
    return tf.tensor3d(grid, [1, height, width], 'int32');
  };
  const hint = {
    en: 'Ask anew at every place: the answer depends on what was just drawn. Row by row. And the uniform number decides, not the largest logit.',
    zh: '每到一处都要重新问：答案取决于刚抽出的数。逐行进行。由均匀随机数决定，而不是取最大的 logit。',
  };

  check(
    { en: 'draws each level knowing those before', zh: '抽每个数时都知道前面的数' },
    { points: 1.5, hint },
    async () => {
      const table = tableOf();
      const uniforms = dice(table);
      const grid = await subject.call('drawGrid', logitsOf(table), height, width, uniforms);
      tensorOf(grid).toHaveShape([1, height, width]).toBeCloseTo(expected(table, uniforms), { absolute: 1e-6 });
    },
  );

  check(
    { en: 'every level can come up', zh: '每个灰度都可能抽到' },
    {
      points: 0.5,
      hint: {
        en: 'With a uniform number close to 1 the last level must come up.',
        zh: '均匀随机数接近 1 时应抽到最后一个灰度。',
      },
    },
    async () => {
      const even = Array.from({ length: 16 * levels }, () => 0);
      const uniforms = Array.from({ length: height * width }, (_, i) => (i % levels) / levels + 0.2);
      const grid = tensorOf(await subject.call('drawGrid', logitsOf(even), height, width, uniforms));
      grid.toBeCloseTo(
        tf.tensor3d(
          uniforms.map((u) => Math.floor(u * levels)),
          [1, height, width],
        ),
        { absolute: 1e-6 },
      );
    },
  );

  exercise.wrong('asks once, of the empty grid', {
    loses: 1.5,
    change: [
      "const logits = logitsOf(tf.tensor3d(grid, [1, height, width], 'int32'));",
      "const logits = logitsOf(tf.zeros([1, height, width], 'int32'));",
    ],
  });
  exercise.wrong('takes the likeliest', {
    loses: 2,
    change: ['grid[place] = level;', 'grid[place] = probabilities.indexOf(Math.max(...probabilities)); void level;'],
  });
  exercise.wrong('logits taken for probabilities', { loses: 2, change: ['.softmax()', ''] });
});

exercise('flow-quantize', {}, ({ check, subject, random }) => {
  check(
    { en: 'finds the nearest vector', zh: '找到最近的向量' },
    {
      points: 1.5,
      hint: {
        en: 'Nearest means the smallest ‖z − e‖². A long vector has a large inner product without being near.',
        zh: '最近是指 ‖z − e‖² 最小。向量长，内积就大，却不一定近。',
      },
    },
    async () => {
      // Vectors of very different length, and each z beside one of them.
      const lengths = tf.tensor2d([[0.5], [1], [2], [4], [8], [16]]);
      const directions = random.normal<tf.Rank.R2>([6, 3]);
      const codebook = directions.div(directions.norm('euclidean', 1, true)).mul<tf.Tensor2D>(lengths);
      const wanted = [0, 3, 5, 1, 2, 4, 0];
      const z = tf.gather(codebook, wanted).add(random.uniform([7, 3], -0.05, 0.05));
      const numbers = tensorOf(await subject.call('nearestCodes', z, codebook));
      numbers.toHaveShape([7]).toBeCloseTo(wanted, { absolute: 1e-6 });
    },
  );

  check({ en: 'is the chosen vector forwards', zh: '正向的值是选中的向量' }, { points: 0.5 }, async () => {
    const [z, chosen] = [random.normal([4, 3]), random.normal([4, 3])];
    tensorOf(await subject.call('straightThrough', z, chosen)).toBeCloseTo(chosen, { absolute: 1e-5 });
  });

  check(
    { en: 'gives its gradient to z unchanged', zh: '梯度原样传给 z' },
    {
      points: 1,
      hint: {
        en: 'The value does not depend on z, the gradient must: start from z and add what is missing, without a gradient.',
        zh: '值与 z 无关，梯度却要传给它：从 z 出发，补上差额，差额不带梯度。',
      },
    },
    async () => {
      const [z, chosen] = [random.normal([4, 3]), random.normal([4, 3])];
      tensorOf(await subject.gradient('straightThrough', [z, chosen], 0)).toBeCloseTo(tf.ones([4, 3]), {
        absolute: 1e-5,
      });
    },
  );

  exercise.wrong('the largest inner product', {
    loses: 1.5,
    change: ['return distances.argMin(1);', 'return z.matMul(codebook, false, true).argMax(1); void distances;'],
  });
  exercise.wrong('the farthest', { loses: 1.5, change: ['argMin', 'argMax'] });
  exercise.wrong('one answer for each vector instead of each row', { loses: 1.5, change: ['argMin(1)', 'argMin(0)'] });
  exercise.wrong('returns the chosen vector and stops there', {
    loses: 1,
    change: ['return z.add(nn.detached(() => chosen.sub(z)));', 'return chosen.clone();'],
  });
  exercise.wrong('nothing detached', { loses: 1, change: ['nn.detached(() => chosen.sub(z))', 'chosen.sub(z)'] });
  exercise.wrong('detaches all of it', {
    loses: 1,
    change: ['z.add(nn.detached(() => chosen.sub(z)))', 'nn.detached(() => z.add(chosen.sub(z)))'],
  });
});
