import * as tf from '@tensorflow/tfjs';
import { type CheckRandom, exercise, fail, itemsOf, numberOf, rubric } from '../support/exercise';

/** Readings and what was wanted, of which about a fifth does not count. */
function readings(random: CheckRandom, rows: number, columns: number): { read: number[][]; wanted: number[][] } {
  const table = (cell: () => number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => cell()));
  return {
    read: table(() => Math.floor(random.next() * 3)),
    wanted: table(() => (random.next() < 0.2 ? -1 : Math.floor(random.next() * 3))),
  };
}
const matrix = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');

exercise('cap-accuracy', ({ check, subject, random }) => {
  check(
    { en: 'is 1 when everything that counts was read right', zh: '计入的全读对时为 1' },
    { points: 1 },
    async () => {
      const wanted = matrix([
        [0, 1, -1],
        [2, -1, 1],
      ]);
      const read = matrix([
        [0, 1, 2],
        [2, 0, 1],
      ]);
      numberOf(await subject.call('attributeAccuracy', read, wanted)).toBeCloseTo(1, { absolute: 1e-6 });
    },
  );

  check(
    { en: 'is the share among those that count', zh: '是在计入者中的比例' },
    { points: 1.5, hint: { en: 'By what do you divide? Not by all entries.', zh: '除以什么？不是全部元素的个数。' } },
    async () => {
      const { read, wanted } = readings(random, 30, 6);
      const pairs = wanted
        .flatMap((row, i) => row.map((value, j) => [value, read[i][j]]))
        .filter(([value]) => value >= 0);
      const expected = pairs.filter(([value, seen]) => value === seen).length / pairs.length;
      numberOf(await subject.call('attributeAccuracy', matrix(read), matrix(wanted))).toBeCloseTo(expected, {
        absolute: 1e-5,
      });
    },
  );

  check(
    { en: 'weighs all attributes alike, not all faces', zh: '按属性等权，而不是按脸等权' },
    { points: 0.5, hidden: true },
    async () => {
      const wanted = matrix([
        [0, 0, 0, 0],
        [0, -1, -1, -1],
      ]);
      const read = matrix([
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ]);
      numberOf(await subject.call('attributeAccuracy', read, wanted)).toBeCloseTo(0.8, { absolute: 1e-6 });
    },
  );

  exercise.wrong('divides by all entries', {
    loses: 3,
    change: ['valid.sum().dataSync()[0]', 'wanted.size'],
  });
  exercise.wrong('counts what does not count', {
    loses: 3,
    change: ['const valid = wanted.notEqual(-1);', 'const valid = tf.onesLike(wanted).cast("bool");'],
  });
  exercise.wrong('a mean of the faces’ means', {
    loses: 2,
    change: [
      'right.sum().dataSync()[0] / valid.sum().dataSync()[0]',
      'right.sum(1).div(valid.sum(1)).mean().dataSync()[0]',
    ],
  });
});

exercise('cap-each', ({ check, subject, random }) => {
  check({ en: 'gives one number for each attribute', zh: '每个属性一个数' }, { points: 1 }, async () => {
    const { read, wanted } = readings(random, 8, 5);
    const each = itemsOf(await subject.call('accuracyOfEach', matrix(read), matrix(wanted)));
    if (each.length !== 5)
      fail({ en: `5 attributes, ${each.length} numbers`, zh: `5 个属性，却有 ${each.length} 个数` });
  });

  check(
    { en: 'counts within each column', zh: '在每一列之内统计' },
    { points: 1.5, hint: { en: 'Sum over the faces, axis 0, above and below.', zh: '分子分母都对脸求和，即轴 0。' } },
    async () => {
      const { read, wanted } = readings(random, 40, 4);
      const each = itemsOf(await subject.call('accuracyOfEach', matrix(read), matrix(wanted)));
      for (let column = 0; column < 4; column++) {
        const pairs = wanted.map((row, i) => [row[column], read[i][column]]).filter(([value]) => value >= 0);
        const expected = pairs.filter(([value, seen]) => value === seen).length / pairs.length;
        numberOf(each[column]).toBeCloseTo(expected, { absolute: 1e-5 });
      }
    },
  );

  check({ en: 'says NaN where nothing counts', zh: '没有计入时给 NaN' }, { points: 0.5, hidden: true }, async () => {
    const wanted = matrix([
      [0, -1],
      [1, -1],
    ]);
    const each = itemsOf(await subject.call('accuracyOfEach', matrix([[0, 0], [1, 1]]), wanted)); // prettier-ignore
    if (!Number.isNaN(each[1])) fail({ en: 'nothing counts in column 1', zh: '第 1 列没有计入的' });
  });

  exercise.wrong('sums over the attributes', { loses: 1.5, change: ['.sum(0).dataSync();', '.sum(1).dataSync();'] });
  exercise.wrong('0 where nothing counts', { loses: 0.5, change: ['total === 0 ? NaN', 'total === 0 ? 0'] });
  exercise.wrong('divides by the number of faces', {
    loses: 1.5,
    change: ['right[column] / total', 'right[column] / wanted.shape[0]'],
  });
});

const row = (model: string, n: number, isFloor = false) => ({ model, n, distance: 1, isFloor });

exercise('cap-report', ({ check, subject }) => {
  const expectFound = async (rows: readonly ReturnType<typeof row>[], expected: readonly string[]) => {
    const found = itemsOf(await subject.call('objections', rows)).map(String);
    if ([...found].sort().join() !== [...expected].sort().join()) {
      fail({
        en: `found [${found.join(', ')}], there are [${expected.join(', ')}]`,
        zh: `找到 [${found.join('，')}]，应为 [${expected.join('，')}]`,
      });
    }
  };

  check({ en: 'has nothing against a good report', zh: '对好的报告没有意见' }, { points: 0.5 }, () =>
    expectFound([row('real', 200, true), row('a', 200)], []),
  );
  check({ en: 'finds each fault', zh: '每种问题都找得到' }, { points: 1 }, async () => {
    await expectFound([row('real', 200, true), row('a', 400)], ['counts-differ']);
    await expectFound([row('real', 199, true), row('a', 199)], ['too-few']);
    await expectFound([row('a', 300), row('b', 300)], ['no-floor']);
  });
  check({ en: 'finds all faults at once', zh: '多种问题一并找出' }, { points: 0.5, hidden: true }, () =>
    expectFound([row('a', 30), row('b', 300)], ['counts-differ', 'too-few', 'no-floor']),
  );

  exercise.wrong('stops at the first fault', {
    loses: 0.5,
    change: [
      'if (rows.some(({ n }) => n < 200)) found',
      'if (found.length === 0 && rows.some(({ n }) => n < 200)) found',
    ],
  });
  exercise.wrong('asks that all rows are too few', {
    loses: 0.5,
    change: ['rows.some(({ n }) => n < 200)', 'rows.every(({ n }) => n < 200)'],
  });
  exercise.wrong('takes any row for the floor', {
    loses: 1.5,
    change: ['!rows.some(({ isFloor }) => isFloor)', 'rows.length === 0'],
  });
});

rubric('cap-proposal', [
  {
    id: 'goal',
    points: 1.5,
    text: { en: 'one goal that a number can refute', zh: '一个可以用数字检验、也可能被它否定的目标' },
  },
  { id: 'instrument', points: 0.5, text: { en: 'names the instrument and its own error', zh: '写明仪器及其误差' } },
  {
    id: 'choice',
    points: 1,
    text: { en: 'family chosen with reasons that fit goal and machine', zh: '模型族的选择与目标和机器相称，有理由' },
  },
  {
    id: 'risk',
    points: 1,
    text: { en: 'says what is likely to go wrong first, and why', zh: '说出最可能先出的问题及原因' },
  },
  { id: 'too-long', points: -0.5, text: { en: 'more than twice the length asked for', zh: '篇幅超过要求两倍' } },
]);

rubric('cap-model', [
  { id: 'runs', points: 2, text: { en: 'runs from a fresh kernel', zh: '重启内核后能从头运行到尾' } },
  { id: 'clean', points: 2, text: { en: 'trains on the training split only', zh: '只用训练集训练' } },
  {
    id: 'own',
    points: 3,
    text: {
      en: 'is more than the example: another family, or a real change of it',
      zh: '不止于示范：另一族模型，或对它有实质改动',
    },
  },
  {
    id: 'ablation',
    points: 2,
    text: { en: 'one ablation: one change, same seed', zh: '一个消融实验：只改一处，种子不变' },
  },
  {
    id: 'readable',
    points: 1,
    text: { en: 'can be read: names, shapes, no dead code', zh: '可读：命名、形状、没有废代码' },
  },
  {
    id: 'leak',
    points: -3,
    text: { en: 'held-out faces or the judge took part in training', zh: '留出的脸或法官参与了训练' },
  },
]);

rubric('cap-results', [
  {
    id: 'number',
    points: 1.5,
    text: { en: 'says by which number the goal was reached or missed', zh: '说明目标依据哪个数达到或未达到' },
  },
  { id: 'error', points: 1, text: { en: "gives the instrument's own error and the floor", zh: '给出仪器误差与下限' } },
  {
    id: 'ablation',
    points: 1.5,
    text: { en: 'reads the ablation against the spread of seeds', zh: '把消融的差别与种子间的差别相比' },
  },
  {
    id: 'failures',
    points: 1.5,
    text: { en: 'three failures, each with a likely reason', zh: '三个失败样本，各有可能的原因' },
  },
  { id: 'next', points: 0.5, text: { en: 'a next step that follows from the failures', zh: '由失败引出的下一步' } },
  { id: 'overclaim', points: -1, text: { en: 'claims more than the numbers say', zh: '结论超出了数字所能支持的' } },
]);

rubric('cap-talk', [
  { id: 'findings', points: 2, text: { en: 'five titles that state findings', zh: '五个标题都说出发现' } },
  { id: 'failure', points: 1, text: { en: 'one of them is about failures', zh: '其中一个讲失败' } },
  { id: 'demo', points: 1, text: { en: 'a demo that can be run live', zh: '有可当场运行的演示' } },
]);
