/** What `genlab new lesson` writes: a lesson that is whole, checked and graded from its first minute, to be written over. */

export interface NewLesson {
  /** `42-my-topic` */
  readonly slug: string;
  readonly en: string;
  readonly zh: string;
}

/** The id of the template's exercise: the slug without its number. */
const exerciseId = (slug: string): string => `${slug.slice(3)}-mean`;

export function lessonTemplate({ slug, en, zh }: NewLesson): string {
  const [number, id] = [slug.slice(0, 2), exerciseId(slug)];
  return `// -*- coding: utf-8 -*-
// ---
// title:
//   en: ${JSON.stringify(en)}
//   zh: ${JSON.stringify(zh)}
// minutes: 45
// terms:
//   mean: 平均值
// ---

// %% [markdown] lang="en"
// # ${number} · ${en}
//
// By the end of this lesson you will have made … .
//
// **You can then**
//
// 1. compute the mean of a sample, and say how far it may be from the truth.
//
// **Time**: about 45 minutes to read and work through; all cells together run in a few seconds.

// %% [markdown] lang="zh"
// # ${number} · ${zh}
//
// 学完本课，你会做出……。
//
// **学完之后，你能够**
//
// 1. 计算样本的平均值，并说出它离真值可能有多远。
//
// **用时**：阅读和练习约 45 分钟；所有代码合计运行几秒钟。

// %% tags=["setup"]
import { check, engine, figures, Random, show } from 'genlab';

const random = new Random(${Number(number)});

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One question a slide
//
// - short sentences; the whole ones stand in the notebook

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一张幻灯片只问一个问题
//
// - 句子要短；完整的话写在笔记本里

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// What the speaker says here, and how long it takes.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 主讲人在这里说什么，用多长时间。

// %% [markdown] lang="en"
// ## 1 · The question this section answers
//
// **Guess first**: how far from 0 is the mean of 100 draws from $\\mathcal N(0, 1)$?

// %% [markdown] lang="zh"
// ## 1 · 这一节回答的问题
//
// **先猜一猜**：从 $\\mathcal N(0, 1)$ 抽 100 个数，它们的平均值离 0 有多远？

// %% grade_id="${id}" points=1
/** The mean of some numbers. */
/** zh: 一组数的平均值。 */
function mean(values: readonly number[]): number {
  // Add them up, then divide by how many there are.
  // zh: 先求和，再除以个数。
  // BEGIN SOLUTION
  return values.reduce((sum, value) => sum + value, 0) / values.length;
  // END SOLUTION
}
await check('${id}', { mean });

// %% figure="${slug.slice(3)}-means" slideshow={"slide_type": "subslide"}
const means = Array.from({ length: 400 }, () => mean(Array.from(random.normal([100]).dataSync())));
await show(
  figures.histogram({
    series: [{ name: 'mean' /* zh: '平均值' */, values: means }],
    height: 'count',
    title: 'Means of 100 draws are seldom 0.2 off' /* zh: '100 个样本的平均值很少偏离 0.2 以上' */,
    x: 'mean of 100 draws' /* zh: '100 个样本的平均值' */,
    y: 'how often' /* zh: '出现次数' */,
  }),
);

// %% [markdown] lang="en"
// ## What you take with you
//
// | symbol | meaning |
// | --- | --- |
// | $\\bar x$ | mean of the sample |
//
// **Further reading**: …

// %% [markdown] lang="zh"
// ## 小结
//
// | 符号 | 含义 |
// | --- | --- |
// | $\\bar x$ | 样本平均值 |
//
// **延伸阅读**：……
`;
}

export function specTemplate({ slug }: NewLesson): string {
  return `import { exercise, numberOf } from '../support/exercise';

exercise('${exerciseId(slug)}', ({ check, subject, random }) => {
  check(
    { en: 'is the sum divided by how many there are', zh: '等于总和除以个数' },
    { points: 1, hint: { en: 'What is the mean of one number?', zh: '只有一个数时，平均值是多少？' } },
    async () => {
      const values = Array.from({ length: 7 }, () => random.next());
      const expected = values.reduce((sum, value) => sum + value, 0) / 7;
      numberOf(await subject.call('mean', values)).toBeCloseTo(expected, { absolute: 1e-9 });
    },
  );

  exercise.wrong('the sum', { loses: 1, change: [' / values.length', ''] });
  exercise.wrong('one too few', { loses: 1, change: ['values.length', '(values.length - 1)'] });
});
`;
}
