import * as tf from '@tensorflow/tfjs';
import { ddim, ddpm } from 'genlab';
import { exercise, expectValue, fixture, itemsOf, numberOf, partsOf, tensorOf } from '../support/exercise';

const full = ddpm.linearSchedule(1000);
const { steps, betas, alphas, alphasCumprod } = full;
const schedule = { steps, betas, alphas, alphasCumprod };

exercise('ddim-step', ({ check, subject, random }) => {
  const half = () => fixture((tf_) => (x: tf.Tensor) => tf_.mul(x, 0.5));
  const call = (xt: tf.Tensor, t: number, s: number, z: tf.Tensor, eta: number) =>
    subject.call('ddimStep', half(), xt, t, s, z, eta, schedule);
  const expected = (xt: tf.Tensor, t: number, s: number, z: tf.Tensor, eta: number) =>
    ddim.ddimStep((x) => x.mul(0.5), xt, t, s, z, full, { eta }).x;

  check(
    { en: 'η = 0: the picture and the old noise, mixed again', zh: 'η = 0：图像与旧噪声重新混合' },
    {
      points: 1.5,
      hint: {
        en: 'First x̂₀, with ᾱ_t; then √ᾱ_s x̂₀ + √(1−ᾱ_s) ε, with ᾱ_s.',
        zh: '先用 ᾱ_t 求 x̂₀，再用 ᾱ_s 混合：√ᾱ_s x̂₀ + √(1−ᾱ_s) ε。',
      },
    },
    async () => {
      const xt = random.normal([2, 4, 4, 1]);
      const z = tf.zerosLike(xt);
      for (const [t, s] of [
        [400, 300],
        [900, 899],
      ]) {
        tensorOf(await call(xt, t, s, z, 0), `${t} → ${s}`).toBeCloseTo(expected(xt, t, s, z, 0), { absolute: 1e-4 });
      }
    },
  );

  check(
    { en: 'the last step gives the picture, whatever the dice', zh: '最后一步给出图像，与骰子无关' },
    {
      points: 1,
      hint: { en: 'At s = 0, ᾱ_s is 1. What is σ then?', zh: 's = 0 时 ᾱ_s = 1，这时 σ 等于多少？' },
    },
    async () => {
      const xt = random.normal([3, 2]);
      for (const eta of [0, 1]) {
        const answer = await call(xt, 50, 0, random.normal([3, 2]), eta);
        tensorOf(answer, `η = ${eta}`).toBeCloseTo(expected(xt, 50, 0, tf.zerosLike(xt), 0), { absolute: 1e-4 });
      }
    },
  );

  check(
    { en: 'η = 1: fresh noise comes in and old noise makes room', zh: 'η = 1：新噪声进来，旧噪声让位' },
    {
      points: 1,
      hint: {
        en: 'The variances of old and fresh noise add up to 1−ᾱ_s: the old one is √(1−ᾱ_s−σ²).',
        zh: '新旧噪声的方差加起来是 1−ᾱ_s，所以旧噪声的系数是 √(1−ᾱ_s−σ²)。',
      },
    },
    async () => {
      const [xt, z] = [random.normal([3, 2]), random.normal([3, 2])];
      tensorOf(await call(xt, 400, 200, z, 1)).toBeCloseTo(expected(xt, 400, 200, z, 1), { absolute: 1e-4 });
    },
  );

  check(
    { en: 'any η between', zh: '中间的 η' },
    { points: 0.5, hidden: { name: { en: 'another η', zh: '另一个 η' } } },
    async () => {
      const [xt, z] = [random.normal([3, 2]), random.normal([3, 2])];
      tensorOf(await call(xt, 600, 250, z, 0.6)).toBeCloseTo(expected(xt, 600, 250, z, 0.6), { absolute: 1e-4 });
    },
  );

  exercise.wrong('too much old noise', { loses: 1.5, change: ['1 - then - sigma ** 2', '1 - then'] });
  exercise.wrong('σ without its second root', {
    loses: 1.5,
    change: ['Math.sqrt(1 - now / then)', '(1 - now / then)'],
  });
  exercise.wrong('ignores η', {
    loses: 0.5,
    change: ['eta * Math.sqrt((1 - then)', '(eta > 0 ? 1 : 0) * Math.sqrt((1 - then)'],
  });
  exercise.wrong('never adds noise', { loses: 1.5, change: ['.add(z.mul(sigma))', ''] });
  exercise.wrong('mixes again at t instead of s', {
    loses: 4,
    change: ['return picture.mul(Math.sqrt(then))', 'return picture.mul(Math.sqrt(now))'],
  });
  exercise.wrong('forgets to divide by √ᾱ_t', { loses: 4, change: ['.div(Math.sqrt(now))', ''] });
});

exercise('ddim-subsequence', ({ check, subject }) => {
  const list = async (T: number, count: number) =>
    itemsOf(await subject.call('subsequence', T, count), count).map(Number);

  check(
    { en: 'evenly, and T is the last', zh: '均匀，且最后一个是 T' },
    {
      points: 1,
      hint: {
        en: 'Of 1000 the 20 steps are 50, 100, …, 1000: T is in it and 0 is not.',
        zh: '1000 步取 20 步是 50、100、……、1000：有 T，没有 0。',
      },
    },
    async () => {
      const found = await list(1000, 20);
      found.forEach((t, i) => numberOf(t, `step ${i + 1}`).toBeCloseTo(50 * (i + 1), { absolute: 1e-9 }));
    },
  );

  check(
    { en: 'where it does not divide, and where all are taken', zh: '除不尽时，以及全取时' },
    {
      points: 1,
      hidden: {
        name: { en: 'other lengths', zh: '其他长度' },
        hint: { en: 'Steps are whole numbers: round.', zh: '步数是整数：要四舍五入。' },
      },
    },
    async () => {
      for (const [T, count] of [
        [1000, 7],
        [100, 100],
        [10, 1],
      ]) {
        const wanted = ddpm.stepSubsequence(T, count);
        const found = await list(T, count);
        found.forEach((t, i) =>
          numberOf(t, `${count} of ${T}, number ${i + 1}`).toBeCloseTo(wanted[i], { absolute: 1e-9 }),
        );
      }
    },
  );

  exercise.wrong('starts at 0 and misses T', { loses: 2, change: ['((i + 1) * T)', '(i * T)'] });
  exercise.wrong('not whole', { loses: 1, change: ['Math.round(((i + 1) * T) / count)', '((i + 1) * T) / count'] });
  exercise.wrong('falling', { loses: 2, change: ['((i + 1) * T)', '((count - i) * T)'] });
});

exercise('ddim-bugs', ({ check, subject }) => {
  const walk = async (given: number[]) => {
    const found = itemsOf(await subject.call('moves', given), given.length);
    return found.map((move) => {
      const { t, s } = partsOf(move, 't', 's');
      return [Number(t), Number(s)];
    });
  };

  check(
    { en: 'each move goes to the next step of the list', zh: '每次走到列表里的下一步' },
    {
      points: 1,
      hint: {
        en: 'From 1000, of the steps 250, 500, 750, 1000, the next stop is 750 and not 999.',
        zh: '步为 250、500、750、1000 时，从 1000 出发的下一站是 750，不是 999。',
      },
    },
    async () => {
      const found = await walk([250, 500, 750, 1000]);
      numberOf(found[0][0], 't').toBeCloseTo(1000);
      numberOf(found[0][1], 's').toBeCloseTo(750);
      numberOf(found[1][0], 't').toBeCloseTo(750);
      numberOf(found[1][1], 's').toBeCloseTo(500);
    },
  );

  check(
    { en: 'and the last one to 0', zh: '最后一次走到 0' },
    { points: 0.5, hint: { en: 'Where is the clean picture?', zh: '干净的图像在第几步？' } },
    async () => {
      for (const given of [[250, 500, 750, 1000], [1000], [3, 1000]]) {
        const found = await walk(given);
        const [t, s] = found[found.length - 1];
        numberOf(t, 't').toBeCloseTo(given[0]);
        numberOf(s, 's').toBeCloseTo(0, { absolute: 1e-9 });
      }
    },
  );

  check(
    { en: 'fresh and old noise together are 1−ᾱ_s', zh: '新旧噪声的方差合计为 1−ᾱ_s' },
    {
      points: 1,
      hint: { en: 'Variances add, standard deviations do not.', zh: '相加的是方差，不是标准差。' },
    },
    async () => {
      for (const [s, sigma] of [
        [300, 0],
        [300, 0.4],
        [900, 0.9],
      ]) {
        const factor = Number(await subject.call('oldNoise', s, sigma, schedule));
        numberOf(factor ** 2 + sigma ** 2, `s = ${s}, σ = ${sigma}`).toBeCloseTo(1 - alphasCumprod[s], {
          absolute: 1e-6,
        });
      }
    },
  );

  check(
    { en: 'at the end there is neither', zh: '终点处两者都没有' },
    { points: 0.5, hidden: { name: { en: 'the last step', zh: '最后一步' } } },
    async () => {
      numberOf(await subject.call('oldNoise', 0, 0, schedule)).toBeCloseTo(0, { absolute: 1e-9 });
      expectValue(Number.isNaN(Number(await subject.call('oldNoise', 0, 1e-9, schedule))), false);
    },
  );

  exercise.wrong('t − 1', { loses: 1.5, change: ['i === 0 ? 0 : steps[i - 1]', 't - 1'] });
  exercise.wrong('the last move to the step before the first', {
    loses: 0.5,
    change: ['i === 0 ? 0 :', 'i === 0 ? t - 1 :'],
  });
  exercise.wrong('upwards', { loses: 1.5, change: ['.reverse()', ''] });
  exercise.wrong('σ not taken off', {
    loses: 1,
    change: ['1 - alphasCumprod[s] - sigma ** 2', '1 - alphasCumprod[s]'],
  });
  exercise.wrong('standard deviations subtracted', {
    loses: 1,
    change: [
      'Math.sqrt(Math.max(0, 1 - alphasCumprod[s] - sigma ** 2))',
      'Math.max(0, Math.sqrt(1 - alphasCumprod[s]) - sigma)',
    ],
  });
});

exercise('ddim-lookahead', ({ check, subject, random }) => {
  check(
    { en: 'lies on the line through the two answers', zh: '在过两个回答的直线上' },
    {
      points: 1,
      hint: {
        en: 'The slope is (now − before)/hBefore; go h/2 further from now.',
        zh: '斜率是 (now − before)/hBefore，从 now 再往前走 h/2。',
      },
    },
    async () => {
      const [now, before] = [random.normal([3, 2]), random.normal([3, 2])];
      for (const [h, hBefore] of [
        [0.5, 0.5],
        [0.3, 0.9],
      ]) {
        const wanted = now.add(now.sub(before).mul(h / (2 * hBefore)));
        tensorOf(await subject.call('lookAhead', now, before, h, hBefore)).toBeCloseTo(wanted, { absolute: 1e-5 });
      }
    },
  );

  check(
    { en: 'is exact where x̂₀ really is a line', zh: 'x̂₀ 真是直线时毫无误差' },
    { points: 1, hidden: { name: { en: 'a straight x̂₀', zh: '直的 x̂₀' } } },
    async () => {
      const at = (lambda: number) => tf.tensor1d([2 + 3 * lambda]);
      tensorOf(await subject.call('lookAhead', at(1), at(0.2), 0.6, 0.8)).toBeCloseTo(at(1.3), { absolute: 1e-5 });
    },
  );

  exercise.wrong('a whole step ahead', { loses: 2, change: ['(2 * hBefore)', 'hBefore'] });
  exercise.wrong('backwards', { loses: 2, change: ['now.add(', 'now.sub('] });
  exercise.wrong('the steps exchanged', { loses: 2, change: ['h / (2 * hBefore)', 'hBefore / (2 * h)'] });
});

exercise('ddim-slerp', ({ check, subject, random }) => {
  check(
    { en: 'starts at a and ends at b', zh: '从 a 出发，到 b 结束' },
    { points: 0.5, hint: { en: 'u = 0 must give a.', zh: 'u = 0 应得到 a。' } },
    async () => {
      const [a, b] = [random.normal([1, 4, 4, 1]), random.normal([1, 4, 4, 1])];
      tensorOf(await subject.call('slerp', a, b, 0), 'u = 0').toBeCloseTo(a, { absolute: 1e-4 });
      tensorOf(await subject.call('slerp', a, b, 1), 'u = 1').toBeCloseTo(b, { absolute: 1e-4 });
    },
  );

  check(
    { en: 'keeps the length on the way', zh: '途中长度不变' },
    {
      points: 1,
      hint: {
        en: 'Half-way between (1, 0) and (0, 1) lies (0.707, 0.707), not (0.5, 0.5).',
        zh: '(1, 0) 与 (0, 1) 的中间是 (0.707, 0.707)，不是 (0.5, 0.5)。',
      },
    },
    async () => {
      const answer = await subject.call('slerp', tf.tensor1d([2, 0]), tf.tensor1d([0, 2]), 1 / 3);
      tensorOf(answer).toBeCloseTo([2 * Math.cos(Math.PI / 6), 2 * Math.sin(Math.PI / 6)], { absolute: 1e-4 });
    },
  );

  check(
    { en: 'any two codes', zh: '任意两份编码' },
    { points: 0.5, hidden: { name: { en: 'other codes', zh: '其他编码' } } },
    async () => {
      const [a, b] = [random.normal([1, 50]), random.normal([1, 50])];
      tensorOf(await subject.call('slerp', a, b, 0.3)).toBeCloseTo(ddim.slerp(a, b, 0.3), { absolute: 1e-3 });
    },
  );

  exercise.wrong('straight', {
    loses: 1.5,
    change: [
      'a.mul(Math.sin((1 - u) * angle) / Math.sin(angle)).add(b.mul(Math.sin(u * angle) / Math.sin(angle)))',
      'a.mul(1 - u).add(b.mul(u))',
    ],
  });
  exercise.wrong('a and b exchanged', {
    loses: 2,
    change: [
      'a.mul(Math.sin((1 - u) * angle) / Math.sin(angle)).add(b',
      'b.mul(Math.sin((1 - u) * angle) / Math.sin(angle)).add(a',
    ],
  });
  exercise.wrong('the cosine of the angle not divided by the lengths', {
    loses: 1,
    change: ['dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))', 'dot(a, b)'],
  });
});
