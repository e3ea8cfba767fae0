// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Background: machines that make things"
//   zh: 背景介绍：会造东西的机器
// minutes: 75
// terms:
//   generative model: 生成模型
//   discriminative model: 判别模型
//   prior: 先验
//   posterior: 后验
//   class-conditional density: 类条件密度
//   joint distribution: 联合分布
//   autoregressive: 自回归
//   non-autoregressive: 非自回归
//   latent variable: 隐变量
//   inpainting: 图像修补
//   super-resolution: 超分辨率
// ---

// %% [markdown] lang="en"
// # 01 · Background: machines that make things
//
// By the end of this lesson you will have a machine that draws clothes, and you will know what each number in it means. It is some forty lines long. The same
// lines sort leaves, draw leaves that no tree grew, recognize clothes, and paint the missing half of a picture. Its drawings are ghostly. The other
// seventeen lessons are about doing better, and each begins where this machine fails.
//
// **You can then**
//
// 1. date the milestones of generative AI one by one, and catch a slide that dates them by their drawer;
// 2. say which questions $P(y\mid x)$, $P(x\mid y)$ and $P(x,y)$ answer, and which of them can draw;
// 3. fit a Gaussian to each class;
// 4. classify with Bayes' rule, also when the classes become more or less frequent;
// 5. draw from a joint distribution: first the class, then the thing;
// 6. sketch for each of five families of models what it maps to what;
// 7. tell drawing part by part from drawing all at once, and say what each costs;
// 8. write each use of generative models as a conditional distribution, and restore the missing half of a picture with one.
//
// **Time**: about 75 minutes to read and work through; all cells together run in under a minute.

// %% [markdown] lang="zh"
// # 01 · 背景介绍：会造东西的机器
//
// 学完本课，你会有一台能画衣服的机器，里面每个数是什么意思你都知道。它只有四十来行代码。同样这些代码，既能给树叶分类，又能画出哪棵树都没长过的叶子；
// 既能认衣服，又能把图像缺掉的一半补上。它画出来的东西像鬼影。后面十七课讲的就是怎样画得更好，而每一课都从这台机器失败的地方开始。
//
// **学完之后，你能够**
//
// 1. 逐件说出生成式人工智能里程碑的年份，并找出那种“按抽屉标年份”的幻灯片错在哪里；
// 2. 说清 $P(y\mid x)$、$P(x\mid y)$、$P(x,y)$ 各回答什么问题，哪些可以用来抽样；
// 3. 为每一类拟合一个高斯分布；
// 4. 用贝叶斯公式分类，类别的多少变了也照样能用；
// 5. 从联合分布抽样：先抽类别，再抽样本；
// 6. 画出五族模型各自把什么映射到什么；
// 7. 分清“一部分一部分地画”和“一次画完”，并说出各自的代价；
// 8. 把生成模型的每种用途写成一个条件分布，并用它补全图像缺失的一半。
//
// **用时**：阅读和练习约 75 分钟；所有代码合计运行不到一分钟。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What I understand, I can create
//
// - A **generative model**: a distribution, learned from examples, that one can draw from
// - The goal of the whole course: $P_\theta\approx P_{\text{data}}$
// - Today: the smallest such machine, seen whole

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 凡我理解的，我就能创造
//
// - **生成模型**：从例子里学到的、可以从中抽样的分布
// - 整门课的目标：$P_\theta\approx P_{\text{data}}$
// - 今天：最小的一台这样的机器，从头到尾看个明白

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Ask first: "Does a machine that draws a cat know what a cat is?" Take two answers, keep them on the board, come back at the end. Feynman's sentence
// says that who cannot create does not understand. Its contrapositive says that who understands can create. The converse, "who creates understands", follows from neither.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。先问：“会画猫的机器，懂得什么是猫吗？”请两个人回答，写在黑板上，下课前再回来看。费曼那句话说的是：不能创造的人就不理解。
// 它的逆否命题是：理解的人就能创造。而逆命题“能创造的就理解”，从哪一句都推不出来。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { budget, check, datasets, engine, figures, Random, show, train } from 'genlab';

/** A stretch of history as a slide has it: the years from `from` up to, but not including, `to`. */
/* zh: 幻灯片上的一个历史阶段：从 `from` 年起，到 `to` 年为止（不含 `to`）。 */
interface Stage {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}
/** Something that happened in a year, and the place in the list of the stage under which the slide files it. */
/* zh: 某年的一件事，以及幻灯片把它归入的阶段在列表中的位置。 */
interface Item {
  readonly name: string;
  readonly year: number;
  readonly stage: number;
}
/** mean: [d], cov: [d,d] */
/* zh: mean: [d]，cov: [d,d] */
interface Gaussian {
  readonly mean: Tensor1D;
  readonly cov: Tensor2D;
}

// %%
console.log(engine.describe(await engine.ready()));
const random = new Random(1);

// %% [markdown] lang="en"
// ## 1 · What I understand, I can create
//
// On Richard Feynman's blackboard stood, when he died in 1988: *What I cannot create, I do not understand.* Turn it round, and it says the same thing forwards:
// *what I understand, I can create*. (A sentence and its contrapositive are equally true. "What I can create, I understand" would be another sentence; nobody has proved that one.)
//
// **Generative AI** takes the sentence as a recipe. Show a machine many things of a kind: faces, sentences, clothes. Suppose that they are draws from some distribution $P_{\text{data}}$, which nobody can
// write down. Let the machine adjust a distribution $P_\theta$ of its own until $P_\theta\approx P_{\text{data}}$ ($\theta$ stands for all its adjustable numbers). If it got the distribution right, then **drawing from it makes new things of the kind**. Such a
// $P_\theta$ is a **generative model**.
//
// So "generative" is not about a sort of network. The one you are going to build is, for each class, two averages and a frequency.
//
// ## 2 · Seventy years in four drawers
//
// The usual way to tell the history is in four stages.
//
// - **1950–1970, symbolic**: intelligence is rules and symbols. Turing asks whether a machine can pass for a person; the General Problem Solver searches for proofs; ELIZA chats by rewriting what was said.
// - **1970–1990, connectionist**: intelligence is many simple units whose connections are learned. Perceptron, Hopfield network, backpropagation.
// - **1990–2010, evolutionary**: solutions are bred, mutated and selected. Evolution strategies, genetic algorithms, genetic programming.
// - **2010–, deep learning**: large networks, large data, gradients. All models of this course.
//
// Below, every item is filed under the stage in which such slides have it, with the year in which the thing itself was published.
//
// **Guess first**: how many of the sixteen lie outside the years of their own stage?
//
// ### Exercise 1 · Find the bug in the slide (2 points)
//
// Write the function that finds them. A stage reaches from its first year up to, but not including, its last: 1970 belongs to the second stage, not to the first.

// %% [markdown] lang="zh"
// ## 1 · 凡我理解的，我就能创造
//
// 1988 年费曼（Richard Feynman）去世时，他的黑板上写着：*What I cannot create, I do not understand.* 我不能创造的，我就不理解。反过来说，意思不变：
// *凡我理解的，我就能创造*。（命题与它的逆否命题同真同假。“凡我能创造的，我就理解”是另一句话，没有人证明过。）
//
// **生成式人工智能**把这句话当成配方。给机器看许多同类的东西：人脸、句子、衣服。设想它们都是从某个分布 $P_{\text{data}}$ 抽出来的，这个分布谁也写不出来。
// 让机器调整自己的分布 $P_\theta$，直到 $P_\theta\approx P_{\text{data}}$（$\theta$ 代表所有可调的数）。如果分布学对了，那么**从中抽样，就造出了同类的新东西**。
// 这样的 $P_\theta$ 就叫**生成模型**（generative model）。
//
// 所以“生成”说的不是某一种网络。你马上要造的这一个，每一类只有两种平均值，外加一个比例。
//
// ## 2 · 七十年，四个抽屉
//
// 这段历史通常分四个阶段来讲。
//
// - **1950–1970，符号主义**：智能就是规则和符号。图灵问机器能不能冒充人；通用问题求解器（GPS）搜索证明；ELIZA 靠改写对方的话来聊天。
// - **1970–1990，联结主义**：智能就是大量简单单元，连接靠学习得到。感知机、Hopfield 网络、反向传播。
// - **1990–2010，进化计算**：让解答繁殖、变异、优胜劣汰。进化策略、遗传算法、遗传编程。
// - **2010 年至今，深度学习**：大网络、大数据、梯度。本课程的所有模型都在这里。
//
// 下面把每一件事都按这类幻灯片的归法放进抽屉，同时注明它自己发表的年份。
//
// **先猜一猜**：十六件事里，有几件落在自己那个阶段的年份之外？
//
// ### 练习 1 · 找出幻灯片里的错（2 分）
//
// 写一个函数把它们找出来。每个阶段包含起始年，不含结束年：1970 属于第二阶段，不属于第一阶段。

// %% grade_id="bg-dates" points=2
/** The names of the items whose own year lies outside the stage they are filed under, in the order of the list. */
/* zh: 自身年份落在所归阶段之外的条目名称，按列表顺序。 */
function misfiled(items: readonly Item[], stages: readonly Stage[]): string[] {
  // BEGIN SOLUTION
  const inside = ({ year, stage }: Item) => year >= stages[stage].from && year < stages[stage].to;
  return items.filter((item) => !inside(item)).map(({ name }) => name);
  // END SOLUTION
}
await check('bg-dates', { misfiled });

// %%
const stages: Stage[] = [
  { name: 'symbolic' /* zh: '符号主义' */, from: 1950, to: 1970 },
  { name: 'connectionist' /* zh: '联结主义' */, from: 1970, to: 1990 },
  { name: 'evolutionary' /* zh: '进化计算' */, from: 1990, to: 2010 },
  { name: 'deep learning' /* zh: '深度学习' */, from: 2010, to: 2030 },
];
const items: Item[] = [
  { name: 'Turing test' /* zh: '图灵测试' */, year: 1950, stage: 0 },
  { name: 'General Problem Solver' /* zh: '通用问题求解器' */, year: 1959, stage: 0 },
  { name: 'ELIZA', year: 1966, stage: 0 },
  { name: 'perceptron' /* zh: '感知机' */, year: 1957, stage: 1 },
  { name: 'Hopfield network' /* zh: 'Hopfield 网络' */, year: 1982, stage: 1 },
  { name: 'backpropagation' /* zh: '反向传播' */, year: 1986, stage: 1 },
  { name: 'evolution strategies' /* zh: '进化策略' */, year: 1965, stage: 2 },
  { name: 'genetic algorithms' /* zh: '遗传算法' */, year: 1975, stage: 2 },
  { name: 'genetic programming' /* zh: '遗传编程' */, year: 1992, stage: 2 },
  { name: 'VAE', year: 2013, stage: 3 },
  { name: 'GAN', year: 2014, stage: 3 },
  { name: 'first diffusion model' /* zh: '第一个扩散模型' */, year: 2015, stage: 3 },
  { name: 'PixelRNN', year: 2016, stage: 3 },
  { name: 'Transformer', year: 2017, stage: 3 },
  { name: 'DDPM', year: 2020, stage: 3 },
  { name: 'latent diffusion' /* zh: '隐空间扩散' */, year: 2021, stage: 3 },
];
const wrongly = misfiled(items, stages);
console.log(wrongly);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Date the thing, not the drawer
//
// - Four stages: symbolic, connectionist, evolutionary, deep learning
// - Perceptron **1957**, ELIZA **1966**: which came first?
// - Write each thing's own year beside it

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 给东西标年份，不要给抽屉标年份
//
// - 四个阶段：符号主义、联结主义、进化计算、深度学习
// - 感知机 **1957**，ELIZA **1966**：谁在先？
// - 给每一项写上它自己的年份

// %% figure="timeline" slideshow={"slide_type": "subslide"}
// one row for each item, and a free row above each stage for its name
// zh: 每件事一行，每个阶段上方空一行写名称
const rowOf = (i: number, stage: number) => items.length + stages.length - i - stage;
const placed = items.map((item, i) => ({ ...item, y: rowOf(i, item.stage), out: wrongly.includes(item.name) }));
const board = figures.scatter2d({
  series: [
    {
      name: 'in its stage' /* zh: '在自己的阶段内' */,
      points: placed.filter(({ out }) => !out).map((one) => [one.year, one.y]),
    },
    { name: 'outside' /* zh: '在外面' */, points: placed.filter(({ out }) => out).map((one) => [one.year, one.y]) },
  ],
  equal: false,
  pointSize: 12,
  xRange: [1945, 2030],
  yRange: [0, items.length + stages.length + 2],
  title: `${wrongly.length} of ${items.length} things lie outside the box of their stage` /* zh: `${items.length} 件事里有 ${wrongly.length} 件落在自己阶段的方框之外` */,
  x: 'year of publication' /* zh: '发表年份' */,
  size: { width: 960, height: 680 },
});
const boxes = stages.map(({ name, from, to }, stage) => {
  const inside = placed.filter((item) => item.stage === stage).map(({ y }) => y);
  const [low, high] = [Math.min(...inside) - 0.5, Math.max(...inside) + 0.5];
  return { name, from, to, low, high };
});
show(
  figures.plotly(
    board.data.map((trace) => ({ ...trace })),
    {
      ...board.layout,
      ...(board.layout.margin && { margin: { ...board.layout.margin, l: 240 } }),
      xaxis: { ...board.layout.xaxis, tickvals: stages.flatMap(({ from, to }) => (from === 2010 ? [from, to] : from)) },
      yaxis: {
        ...board.layout.yaxis,
        tickvals: placed.map(({ y }) => y),
        ticktext: placed.map(({ name, year }) => `${name}, ${year}`),
      },
      shapes: boxes.map(({ from, to, low, high }) => ({
        type: 'rect',
        x0: from,
        x1: to,
        y0: low,
        y1: high,
        fillcolor: 'rgba(0, 114, 178, 0.12)',
        line: { color: figures.colors[0], width: 1.5 },
        layer: 'below',
      })),
      annotations: boxes.map(({ name, from, high }) => ({
        text: `<b>${name}</b>`,
        x: from,
        y: high,
        xanchor: 'left',
        yanchor: 'bottom',
        showarrow: false,
      })),
    },
    { size: board.size },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. Show the bullets first and let the class vote on how many of the sixteen lie outside their stage. Then the figure. Ask for a generative model older than all sixteen: Shannon's sentences of 1948, which stand in no drawer.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。先放要点，让全班举手猜十六件里有几件落在阶段之外，再放图。然后问：有没有比这十六件都老的生成模型？有，香农 1948 年抽出来的句子，哪个抽屉里都没有。

// %% [markdown] lang="en"
// Three of sixteen. The perceptron (Rosenblatt's report of 1957) is older than ELIZA (1966), so it cannot open a stage that begins in 1970; evolution strategies (1965) and genetic algorithms (Holland's book, 1975) were there long before 1990. Even the years that fit are
// a choice: backpropagation was *named and made popular* in 1986, the method is Linnainmaa's of 1970. And a generative model older than all sixteen is in no drawer: in 1948 Shannon drew English sentences from tables of
// which letter, or word, follows which. You will do the same in section 8.
//
// The stages say what most people worked on. They say nothing about when a thing was invented. **Date the thing, not the drawer.**
//
// ## 3 · Two questions about the same leaves
//
// Here are 300 leaves from under a row of trees, 240 poplar and 60 willow; each is two numbers $x=(x_1,x_2)$, its length and its width in centimetres (made-up numbers, so that we know the truth). Let $y$ be the species, 0 for poplar and 1 for willow.
//
// - *Which tree is this leaf from?* That is $P(y\mid x)$. A model of it alone is **discriminative**: all it has to know is where the border runs.
// - *What leaves lie here, and how many of each?* That is the **joint distribution** $P(x,y)$. A model of it is **generative**: it has to know what leaves look like.
//
// First the discriminative one: logistic regression. Each species $k$ gets a score $s_k$ that is linear in $x_1,x_2,x_1^2,x_1x_2,x_2^2$; the **softmax** $e^{s_k}/\sum_je^{s_j}$ turns scores into probabilities; gradient descent makes the probability of the right species large.
//
// **Guess first**: when it is trained, can you draw a new leaf from it? How?

// %% [markdown] lang="zh"
// 十六件里有三件。感知机（罗森布拉特 1957 年的报告）比 ELIZA（1966）还早，不可能开启一个始于 1970 年的阶段；进化策略（1965）和遗传算法（Holland 的书，1975）远在 1990 年之前就有了。
// 就连对得上的年份也有选择的余地：反向传播在 1986 年*得名并流行*，方法本身是 Linnainmaa 1970 年的。而有一个比这十六件都老的生成模型，不在任何一个抽屉里：
// 1948 年，香农用“哪个字母（或单词）后面跟哪个”的表，抽出了英语句子。第 8 节你会做同样的事。
//
// 阶段说的是多数人当时在做什么，并不说明某样东西何时发明。**给东西标年份，不要给抽屉标年份。**
//
// ## 3 · 同一堆树叶，两个问题
//
// 这里有一排树下捡来的 300 片叶子，杨树 240 片，柳树 60 片。每片是两个数 $x=(x_1,x_2)$，即长和宽，单位厘米（数据是编的，这样我们知道真相）。
// 用 $y$ 表示树种，杨树为 0，柳树为 1。
//
// - *这片叶子是哪种树的？* 这是 $P(y\mid x)$。只对它建模的叫**判别模型**（discriminative model）：只需要知道边界在哪里。
// - *这里有什么样的叶子，各有多少？* 这是**联合分布**（joint distribution）$P(x,y)$。对它建模的叫**生成模型**：必须知道叶子长什么样。
//
// 先来判别模型：逻辑回归（logistic regression）。每个树种 $k$ 有一个对 $x_1,x_2,x_1^2,x_1x_2,x_2^2$ 线性的打分 $s_k$；**softmax** $e^{s_k}/\sum_je^{s_j}$ 把打分变成概率；再用梯度下降让正确树种的概率变大。
//
// **先猜一猜**：训练好之后，能从它抽出一片新叶子吗？怎么抽？

// %%
const species = [
  { name: 'poplar' /* zh: '杨树' */, mean: [6.8, 3.8], std: [1.0, 0.8], correlation: 0.4 },
  { name: 'willow' /* zh: '柳树' */, mean: [8.8, 2.5], std: [1.5, 0.55], correlation: 0.7 },
];
/** So many leaves of each species. -> points [N][2], labels [N] */
/* zh: 每种树各这么多片叶子。-> points [N][2]，labels [N] */
function pickUp(counts: readonly number[]) {
  const labels = counts.flatMap((count, k) => Array.from({ length: count }, () => k));
  const noise = random.normal<tf.Rank.R2>([labels.length, 2]).arraySync();
  const points = labels.map((k, i) => {
    const { mean, std, correlation: c } = species[k];
    const [a, b] = noise[i];
    return [mean[0] + std[0] * a, mean[1] + std[1] * (c * a + Math.sqrt(1 - c * c) * b)];
  });
  return { points, labels };
}
const leaves = pickUp([240, 60]);

/** Softmax regression: P(y = k | x), from scores that are linear in the features. */
/* zh: softmax 回归：由对特征线性的打分得到 P(y = k | x)。 */
async function trainBorder(name: string, features: Tensor2D, labels: readonly number[], classes: number) {
  const weights = tf.variable(tf.zeros<tf.Rank.R2>([features.shape[1], classes]));
  const bias = tf.variable(tf.zeros<tf.Rank.R1>([classes]));
  const wanted = tf.oneHot([...labels], classes);
  await train({
    name,
    variables: [weights, bias],
    batches: () => [{ x: features.clone(), y: wanted.clone() }],
    loss: ({ x, y }) => tf.losses.softmaxCrossEntropy(y, x.matMul(weights as Tensor2D).add(bias)),
    // budget: by the mode you run in, a quick try, a lesson, or all the time there is
    // zh: budget：随运行模式而定，快速试跑、上课，或时间充裕
    steps: budget({ quick: 60, default: 300, full: 300 }),
    learningRate: 0.05,
  });
  return (x: Tensor2D) =>
    tf.tidy(() =>
      x
        .matMul<Tensor2D>(weights as Tensor2D)
        .add<Tensor2D>(bias)
        .softmax(),
    );
}
/** Length and width with their squares and product, around the middle. */
/* zh: 以中间为原点的长、宽、平方与乘积。 */
const quadratic = (points: readonly (readonly number[])[]) =>
  tf.tensor2d(
    points.map(([length, width]) => {
      const [a, b] = [(length - 7.5) / 1.5, width - 3.3];
      return [a, b, a * a, a * b, b * b];
    }),
  );
const border = await trainBorder('border' /* zh: '边界' */, quadratic(leaves.points), leaves.labels, 2);

// %%
const [lengths, breadths] = [
  Array.from({ length: 49 }, (_, i) => 3 + i * 0.25),
  Array.from({ length: 33 }, (_, i) => -0.5 + i * 0.25),
];
const everywhere = breadths.flatMap((width) => lengths.map((length) => [length, width]));
const asRows = (values: ArrayLike<number>) =>
  breadths.map((_, row) => Array.from(values).slice(row * lengths.length, (row + 1) * lengths.length));
/** One figure over another; points get a white rim, so that they stand out from any colour. */
/* zh: 把一幅图叠在另一幅上；点加白边，在任何底色上都看得清。 */
const overlay = (base: figures.Chart, ...more: figures.Chart[]): figures.Chart => ({
  ...base,
  data: [
    ...base.data,
    ...more.flatMap(({ data }) =>
      data.map((trace) =>
        trace.type === 'scatter' && trace.mode === 'markers'
          ? { ...trace, marker: { ...trace.marker, line: { color: '#FFFFFF', width: 1 } } }
          : trace,
      ),
    ),
  ],
  layout: {
    ...base.layout,
    showlegend: false,
    annotations: [base, ...more].flatMap(({ layout }) => layout.annotations ?? []),
  },
});
const axes = { x: 'length x₁ (cm)' /* zh: '长 x₁（厘米）' */, y: 'width x₂ (cm)' /* zh: '宽 x₂（厘米）' */ };
const bySpecies = (points: readonly (readonly number[])[], labels: readonly number[]) =>
  species.map(({ name }, k) => ({ name, points: points.filter((_, i) => labels[i] === k) }));
const borderFigure = (title: string, color: string) =>
  overlay(
    figures.heatmap({
      values: asRows(tf.tidy(() => border(quadratic(everywhere)).slice([0, 1], [-1, 1]).dataSync())),
      xs: lengths,
      ys: breadths,
      scale: 'diverging',
      range: [0, 1],
      color,
      title,
      ...axes,
    }),
    figures.scatter2d({ series: bySpecies(leaves.points, leaves.labels), names: true }),
  );
const shade = 'P(willow | leaf)'; /* zh: 'P(柳树 | 叶子)' */
show(
  figures.panels([borderFigure('White is the border, in two pieces' /* zh: '白色处是边界，共有两段' */, shade)], {
    title:
      'A discriminative model knows which side, not what a leaf looks like' /* zh: '判别模型知道在哪一边，不知道叶子长什么样' */,
    width: 760,
  }),
);

// %% [markdown] lang="en"
// It sorts well, and it has an answer for every point of the plane: behind the second piece of its border, at the top left, it is sure of willow, where no leaf of any kind was ever found. Nothing in it says which leaves *occur*. There is no way to draw one. (Drawing $x$ at random and keeping what it
// is sure about gives you leaves of 14 by 0.)
//
// ## 4 · One cloud for each class
//
// The generative way: describe the leaves of each species by a **class-conditional density** $P(x\mid y=k)$, and how frequent the species is by the **prior** $P(y=k)$. Together they are the joint distribution,
//
// $$P(x,y)=P(y)\,P(x\mid y).$$
//
// For the density take the simplest cloud there is in $d$ dimensions, the Gaussian with mean $\mu_k$ and covariance matrix $\Sigma_k$:
//
// $$P(x\mid y=k)=\mathcal N(x;\mu_k,\Sigma_k)=\frac{1}{\sqrt{(2\pi)^d\det\Sigma_k}}\exp\!\Bigl(-\tfrac12(x-\mu_k)^{\mathsf T}\Sigma_k^{-1}(x-\mu_k)\Bigr).$$
//
// The likeliest values of $\mu_k$ and $\Sigma_k$ (lesson 02 derives them) are averages over the $N_k$ leaves of class $k$ ($N$ is the number of all leaves): the average leaf, and the average product of deviations from it,
//
// $$\mu_k=\frac1{N_k}\sum_{i:\,y_i=k}x_i,\qquad
// \Sigma_k=\frac1{N_k}\sum_{i:\,y_i=k}(x_i-\mu_k)(x_i-\mu_k)^{\mathsf T},\qquad P(y=k)=\frac{N_k}{N}.$$
//
// On the diagonal of $\Sigma_k$ stand the variances; beside it, whether long leaves are also wide.
//
// ### Exercise 2 · Fit a Gaussian (3 points)
//
// `x` holds the examples of one class, one in each row: $[N_k,d]$. All products at once are one matrix product, $C^{\mathsf T}C$ with $C$ the rows minus their mean. Divide by $N_k$. The usual slips: forgetting to subtract the mean, and
// $CC^{\mathsf T}$, which compares leaves with leaves instead of measurements with measurements.

// %% [markdown] lang="zh"
// 它分得不错，而且对平面上每一点都有答案：在左上角、边界的第二段之外，它一口咬定是柳树，可那里从没见过任何叶子。它里面没有任何东西说明哪些叶子*会出现*，所以没法抽样。
// （随便取 $x$，只留下它有把握的，得到的就是 14 乘 0 的叶子。）
//
// ## 4 · 每一类一个高斯分布
//
// 生成的做法：用**类条件密度**（class-conditional density）$P(x\mid y=k)$ 描述每种树的叶子，用**先验**（prior）$P(y=k)$ 描述这种树有多常见。合起来就是联合分布：
//
// $$P(x,y)=P(y)\,P(x\mid y).$$
//
// 密度就取 $d$ 维里最简单的一种，均值为 $\mu_k$、协方差矩阵为 $\Sigma_k$ 的高斯分布，它的样本看上去是一团云：
//
// $$P(x\mid y=k)=\mathcal N(x;\mu_k,\Sigma_k)=\frac{1}{\sqrt{(2\pi)^d\det\Sigma_k}}\exp\!\Bigl(-\tfrac12(x-\mu_k)^{\mathsf T}\Sigma_k^{-1}(x-\mu_k)\Bigr).$$
//
// 似然最大的 $\mu_k$ 和 $\Sigma_k$（第 02 课推导）就是第 $k$ 类 $N_k$ 片叶子上的平均（$N$ 是叶子总数）：平均的叶子，以及偏差乘积的平均，
//
// $$\mu_k=\frac1{N_k}\sum_{i:\,y_i=k}x_i,\qquad
// \Sigma_k=\frac1{N_k}\sum_{i:\,y_i=k}(x_i-\mu_k)(x_i-\mu_k)^{\mathsf T},\qquad P(y=k)=\frac{N_k}{N}.$$
//
// $\Sigma_k$ 的对角线上是方差，对角线旁边说的是：长的叶子是不是也宽。
//
// ### 练习 2 · 拟合一个高斯分布（3 分）
//
// `x` 是一个类的样本，每行一个：$[N_k,d]$。所有乘积可以用一次矩阵乘法 $C^{\mathsf T}C$ 算完，$C$ 是各行减去均值。除以 $N_k$。常见失误：忘了减均值；
// 写成 $CC^{\mathsf T}$，那样得到的是叶子与叶子的内积，而不是量与量的协方差。

// %% grade_id="bg-fit" points=3
/** Mean and covariance of the rows of x, divided by N (not N − 1). x: [N,d] -> mean [d], cov [d,d] */
/* zh: x 各行的均值与协方差，除以 N（不是 N − 1）。x: [N,d] -> mean [d]，cov [d,d] */
function fitGaussian(x: Tensor2D): Gaussian {
  // BEGIN SOLUTION
  const mean = x.mean<Tensor1D>(0); // [d]
  const centred = x.sub<Tensor2D>(mean); // [N,d]
  return { mean, cov: centred.matMul<Tensor2D>(centred, true).div(x.shape[0]) };
  // END SOLUTION
}
await check('bg-fit', { fitGaussian });

// %%
/** A Gaussian for each class. x: [N,d] */
/* zh: 每一类一个高斯分布。x: [N,d] */
const fitClasses = (x: Tensor2D, labels: readonly number[], classes: number): Gaussian[] =>
  Array.from({ length: classes }, (_, k) => {
    const own = labels.flatMap((label, i) => (label === k ? [i] : []));
    return fitGaussian(tf.gather(x, own));
  });
const clouds = fitClasses(tf.tensor2d(leaves.points), leaves.labels, 2);
const priors = tf.tensor1d([240 / 300, 60 / 300]);
clouds.forEach(({ mean, cov }, k) => {
  const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync(), (value) => value.toFixed(2)).join(', ');
  console.log(species[k].name, '  μ =', numbers(mean), '  Σ =', numbers(cov));
});

// %% [markdown] lang="en"
// **Check the count**: a Gaussian in $d$ dimensions has $d$ means and $d(d+1)/2$ different covariances, so five numbers here. Two species and one prior make eleven. That is the whole model.
//
// ## 5 · Turning the question round
//
// Now sort with it. We know $P(x\mid y)$ and want $P(y\mid x)$, the **posterior**. Write the joint distribution in its two orders, $P(y\mid x)\,P(x)=P(x,y)=P(x\mid y)\,P(y)$, and divide by $P(x)$, which is what adds up over the classes:
//
// $$P(y=k\mid x)=\frac{P(x\mid y=k)\,P(y=k)}{\sum_j P(x\mid y=j)\,P(y=j)}\qquad\text{(Bayes' rule)}.$$
//
// One practical matter. Densities of pictures are like $10^{-200}$ or $10^{+300}$, beyond what a float32 can hold: numerator and denominator both become 0, or both infinite, and $0/0$ and $\infty/\infty$ are NaN. So one computes with logarithms. With $s_k=\log P(x\mid y=k)+\log P(y=k)$,
//
// $$P(y=k\mid x)=\frac{e^{s_k}}{\sum_je^{s_j}}=\operatorname{softmax}(s)_k ,$$
//
// and the softmax can subtract the largest $s_j$ from all of them first, which changes nothing in the fraction. `tf.softmax` does. (It is the softmax of section 3. There the scores $s_k$ were learned directly; here they are computed from densities.)
//
// ### Exercise 3 · Bayes' rule (3 points)

// %% [markdown] lang="zh"
// **核对参数量**：$d$ 维高斯分布有 $d$ 个均值和 $d(d+1)/2$ 个不同的协方差，这里是五个数。两种树加一个先验，共十一个。整个模型就这么多。
//
// ## 5 · 把问题倒过来
//
// 现在用它来分类。我们知道 $P(x\mid y)$，想要**后验**（posterior）$P(y\mid x)$。把联合分布按两种次序写出来，$P(y\mid x)\,P(x)=P(x,y)=P(x\mid y)\,P(y)$，
// 再除以 $P(x)$，也就是对各类求和的结果：
//
// $$P(y=k\mid x)=\frac{P(x\mid y=k)\,P(y=k)}{\sum_j P(x\mid y=j)\,P(y=j)}\qquad\text{（贝叶斯公式）}.$$
//
// 还有一个实际问题。图像的密度动辄是 $10^{-200}$ 或 $10^{+300}$，float32 装不下：分子分母都变成 0，或者都变成无穷大，$0/0$ 和 $\infty/\infty$ 都得 NaN。所以要用对数来算。
// 令 $s_k=\log P(x\mid y=k)+\log P(y=k)$，则
//
// $$P(y=k\mid x)=\frac{e^{s_k}}{\sum_je^{s_j}}=\operatorname{softmax}(s)_k ,$$
//
// 而 softmax 可以先把最大的 $s_j$ 从所有项中减掉，分式不变，`tf.softmax` 就是这么做的。（这与第 3 节是同一个 softmax：那里的打分 $s_k$ 是直接学出来的，这里则由密度算出。）
//
// ### 练习 3 · 贝叶斯公式（3 分）

// %% grade_id="bg-bayes" points=3
/** P(y = k | x) for each x. logDensities[i][k] = log P(xᵢ | y = k): [N,K], priors: [K] -> [N,K] */
/* zh: 每个 x 的 P(y = k | x)。logDensities[i][k] = log P(xᵢ | y = k)：[N,K]，priors: [K] -> [N,K] */
function posterior(logDensities: Tensor2D, priors: Tensor1D): Tensor2D {
  // BEGIN SOLUTION
  return logDensities.add<Tensor2D>(priors.log()).softmax(1);
  // END SOLUTION
}
await check('bg-bayes', { posterior });

// %% [markdown] lang="en"
// It remains to compute $\log\mathcal N(x;\mu,\Sigma)$. A covariance has a square root too: the lower triangular matrix $L$ with $LL^{\mathsf T}=\Sigma$, its **Cholesky factor**. With it, $x=\mu+L\varepsilon$ turns standard noise $\varepsilon$ ($d$ independent draws from $\mathcal N(0,1)$) into a draw, and
// $\varepsilon=L^{-1}(x-\mu)$ turns a leaf back into noise. Since $\Sigma^{-1}=(L^{\mathsf T})^{-1}L^{-1}$, the square in the exponent is $\lVert\varepsilon\rVert^2$, and $\sqrt{\det\Sigma}=\det L=\prod_iL_{ii}$, so
//
// $$\log\mathcal N(x;\mu,\Sigma)=-\tfrac12\lVert\varepsilon\rVert^2-\sum_i\log L_{ii}-\tfrac d2\log2\pi .$$
//
// These two functions are given; read them once.

// %% [markdown] lang="zh"
// 剩下的是计算 $\log\mathcal N(x;\mu,\Sigma)$。协方差也有平方根：满足 $LL^{\mathsf T}=\Sigma$ 的下三角矩阵 $L$，叫 **Cholesky 因子**。有了它，
// $x=\mu+L\varepsilon$ 把标准正态噪声 $\varepsilon$（$d$ 个独立的 $\mathcal N(0,1)$ 样本）变成一个样本，$\varepsilon=L^{-1}(x-\mu)$ 把叶子变回噪声。因为 $\Sigma^{-1}=(L^{\mathsf T})^{-1}L^{-1}$，
// 指数里的平方就是 $\lVert\varepsilon\rVert^2$；又因为 $\sqrt{\det\Sigma}=\det L=\prod_iL_{ii}$，所以
//
// $$\log\mathcal N(x;\mu,\Sigma)=-\tfrac12\lVert\varepsilon\rVert^2-\sum_i\log L_{ii}-\tfrac d2\log2\pi .$$
//
// 这两个函数已经写好，读一遍即可。

// %% tags=["setup"]
/** The lower triangular L with L Lᵀ = Σ. */
/* zh: 满足 L Lᵀ = Σ 的下三角矩阵 L。 */
function cholesky(cov: Tensor2D): number[][] {
  const sigma = cov.arraySync();
  const lower = sigma.map((row) => row.map(() => 0));
  for (let i = 0; i < sigma.length; i++)
    for (let j = 0; j <= i; j++) {
      let rest = sigma[i][j];
      for (let m = 0; m < j; m++) rest -= lower[i][m] * lower[j][m];
      if (i === j && rest <= 0)
        throw new Error(`coordinate ${i} has no variance of its own` /* zh: `第 ${i} 个坐标没有自己的方差` */);
      lower[i][j] = i === j ? Math.sqrt(rest) : rest / lower[j][j];
    }
  return lower;
}

/** ε = L⁻¹ (x − μ), from the first coordinate on; also for the first few coordinates alone. */
/* zh: ε = L⁻¹ (x − μ)，从第一个坐标算起；只给前几个坐标也行。 */
function whiten(x: readonly number[], mean: readonly number[], lower: readonly (readonly number[])[]): number[] {
  const noise: number[] = [];
  for (const [i, value] of x.entries()) {
    let rest = value - mean[i];
    for (let j = 0; j < i; j++) rest -= lower[i][j] * noise[j];
    noise.push(rest / lower[i][i]);
  }
  return noise;
}

// %%
/** log N(x; μ, Σ) of each row. x: [N,d] -> [N] */
/* zh: 每行的 log N(x; μ, Σ)。x: [N,d] -> [N] */
function logDensity(x: Tensor2D, { mean, cov }: Gaussian): Tensor1D {
  const [lower, middle] = [cholesky(cov), mean.arraySync()];
  const constant = lower.reduce((sum, row, i) => sum + Math.log(row[i]) + 0.5 * Math.log(2 * Math.PI), 0);
  const squares = x.arraySync().map((row) => whiten(row, middle, lower).reduce((sum, e) => sum + e * e, 0));
  return tf.tensor1d(squares.map((square) => -square / 2 - constant));
}
const logDensities = (x: Tensor2D, gaussians: readonly Gaussian[]) =>
  tf.tidy(
    () =>
      tf.stack(
        gaussians.map((one) => logDensity(x, one)),
        1,
      ) as Tensor2D,
  ); // [N,K]
const accuracy = (probabilities: Tensor2D, labels: readonly number[]) => {
  const answers = tf.tidy(() => probabilities.argMax(1).dataSync());
  return labels.filter((label, i) => label === answers[i]).length / labels.length;
};
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

// On another day, and in another street where nine leaves in ten are willow.
// zh: 换一天；再换一条街，那里十片叶子有九片是柳叶。
const [nextDay, elsewhere] = [pickUp([1600, 400]), pickUp([200, 1800])];
const willowStreet = tf.tensor1d([0.1, 0.9]);
const sorted = (found: typeof leaves, frequencies: Tensor1D) =>
  percent(accuracy(posterior(logDensities(tf.tensor2d(found.points), clouds), frequencies), found.labels));
// P(y|x) holds the old prior as a factor, which can be exchanged (for an argmax without normalizing).
// zh: P(y|x) 里有旧先验这个因子，可以换掉（取 argmax 时不必归一化）。
const corrected = (found: typeof leaves) =>
  percent(accuracy(border(quadratic(found.points)).mul<Tensor2D>(willowStreet.div(priors)), found.labels));
const heads = {
  model: 'model' /* zh: '模型' */,
  same: 'same street, next day' /* zh: '同一条街，第二天' */,
  other: 'street of willows' /* zh: '柳树街' */,
};
show(
  figures.table(
    [
      {
        [heads.model]: 'discriminative: the border' /* zh: '判别模型：逻辑回归' */,
        [heads.same]: percent(accuracy(border(quadratic(nextDay.points)), nextDay.labels)),
        [heads.other]: percent(accuracy(border(quadratic(elsewhere.points)), elsewhere.labels)),
      },
      {
        [heads.model]: 'the same border, times new prior / old' /* zh: '同样的逻辑回归，乘以新先验 / 旧先验' */,
        [heads.same]: corrected(nextDay),
        [heads.other]: corrected(elsewhere),
      },
      {
        [heads.model]: 'generative: clouds and Bayes' /* zh: '生成模型：高斯分布与贝叶斯' */,
        [heads.same]: sorted(nextDay, priors),
        [heads.other]: sorted(elsewhere, priors),
      },
      {
        [heads.model]: 'the same clouds, new priors' /* zh: '同样的高斯分布，换先验' */,
        [heads.same]: sorted(nextDay, willowStreet),
        [heads.other]: sorted(elsewhere, willowStreet),
      },
    ],
    { title: 'Leaves sorted rightly' /* zh: '分类正确的叶子' */ },
  ),
);

// %% [markdown] lang="en"
// On the same street the two do equally well. In the street of willows both fall behind at first: they still believe that willows are rare. The generative model is told the new frequencies, two numbers, and recovers without having seen one more leaf.
// The discriminative one has the old frequencies in its answers. It recovers too if you know what they were: multiply each $P(y=k\mid x)$ by new prior over old prior. In both cases leaves of one species must look the same in both streets. (With enough data a discriminative model often sorts *better*, because it spends nothing on describing leaves, with few data
// often worse: Ng & Jordan, 2001. Section 7 has one case.)
//
// ## 6 · Drawing
//
// To draw from $P(x,y)=P(y)\,P(x\mid y)$, read it from left to right: first a species, then a leaf of that species.
//
// **First the class.** Lay the probabilities $p_0,p_1,\dots$ end to end on the interval from 0 to 1, throw a uniform number $u\in[0,1)$ at it, and see in whose stretch it lands: the first $k$ with $p_0+\dots+p_k>u$.
//
// ### Exercise 4 · Draw a class (1 point)
//
// If rounding leaves the sum a little below 1 and $u$ beyond it, answer with the last class.

// %% [markdown] lang="zh"
// 在同一条街上，两者不相上下。到了柳树街，两者起初都变差：它们仍然以为柳树少见。生成模型只要被告知新的比例，也就是两个数，不用再看一片叶子就恢复了。
// 判别模型的输出里含着旧的比例。只要知道旧比例是多少，它也能恢复：把每个 $P(y=k\mid x)$ 乘以新先验与旧先验之比。两种做法都要求：同一种树的叶子在两条街上长得一样。
// （数据足够时，判别模型往往分得*更好*，因为它不必费力去描述叶子；数据少时往往更差。见 Ng 与 Jordan，2001。第 7 节有一个例子。）
//
// ## 6 · 抽样
//
// 要从 $P(x,y)=P(y)\,P(x\mid y)$ 抽样，从左往右读就行：先抽一个树种，再抽一片这种树的叶子。
//
// **先抽类别。** 把各个概率 $p_0,p_1,\dots$ 首尾相接，铺在 0 到 1 的区间上，朝它掷一个均匀的数 $u\in[0,1)$，看落在谁那一段：第一个使 $p_0+\dots+p_k>u$ 的 $k$。
//
// ### 练习 4 · 抽一个类别（1 分）
//
// 如果因为舍入，总和略小于 1，而 $u$ 又超出了它，就回答最后一类。

// %% grade_id="bg-pick" points=1
/** The class in whose stretch of [0, 1) u lies. probabilities: K numbers that add up to 1; 0 ≤ u < 1 */
/* zh: u 落在 [0, 1) 上哪一类的那一段。probabilities: K 个数，总和为 1；0 ≤ u < 1 */
function pick(probabilities: readonly number[], u: number): number {
  // BEGIN SOLUTION
  let end = 0;
  const found = probabilities.findIndex((p) => (end += p) > u);
  return found < 0 ? probabilities.length - 1 : found;
  // END SOLUTION
}
await check('bg-pick', { pick });

// %% [markdown] lang="en"
// **Then the leaf.** Take standard noise $\varepsilon\sim\mathcal N(0,I)$ and compute $x=\mu+L\varepsilon$. Why has this the right distribution? Weighted sums of independent Gaussians are Gaussian. The mean is $\mu+L\,\mathbb E[\varepsilon]=\mu$, because expectations
// pass through matrices. And the covariance is
//
// $$\mathbb E\bigl[(L\varepsilon)(L\varepsilon)^{\mathsf T}\bigr]=L\,\mathbb E\bigl[\varepsilon\varepsilon^{\mathsf T}\bigr]L^{\mathsf T}=L\,I\,L^{\mathsf T}=\Sigma .$$
//
// ### Exercise 5 · Draw from a Gaussian (2 points)
//
// Each row of `noise` is one $\varepsilon$. For a row vector, $L\varepsilon$ is written $\varepsilon^{\mathsf T}L^{\mathsf T}$: which argument of `matMul` transposes the second matrix?

// %% [markdown] lang="zh"
// **再抽叶子。** 取标准正态噪声 $\varepsilon\sim\mathcal N(0,I)$，算 $x=\mu+L\varepsilon$。它的分布为什么对？独立高斯变量的加权和仍是高斯的。均值是 $\mu+L\,\mathbb E[\varepsilon]=\mu$，
// 因为期望可以穿过矩阵。协方差是
//
// $$\mathbb E\bigl[(L\varepsilon)(L\varepsilon)^{\mathsf T}\bigr]=L\,\mathbb E\bigl[\varepsilon\varepsilon^{\mathsf T}\bigr]L^{\mathsf T}=L\,I\,L^{\mathsf T}=\Sigma .$$
//
// ### 练习 5 · 从高斯分布抽样（2 分）
//
// `noise` 的每一行是一个 $\varepsilon$。对行向量来说，$L\varepsilon$ 要写成 $\varepsilon^{\mathsf T}L^{\mathsf T}$：`matMul` 的哪个参数会把第二个矩阵转置？

// %% grade_id="bg-sample" points=2
/** x = μ + L ε for each row ε of the noise. mean: [d], lower: L [d,d], noise: [N,d] -> [N,d] */
/* zh: 对 noise 的每一行 ε 计算 x = μ + L ε。mean: [d]，lower: L [d,d]，noise: [N,d] -> [N,d] */
function sampleGaussian(mean: Tensor1D, lower: Tensor2D, noise: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return noise.matMul<Tensor2D>(lower, false, true).add<Tensor2D>(mean);
  // END SOLUTION
}
await check('bg-sample', { sampleGaussian });

// %%
/** `count` draws from the cloud of one class. -> [count,d] */
/* zh: 从某一类的云里抽 `count` 个样本。-> [count,d] */
const drawFrom = ({ mean, cov }: Gaussian, count: number) =>
  sampleGaussian(mean, tf.tensor2d(cholesky(cov)), random.normal<tf.Rank.R2>([count, mean.size]));
const frequencies = priors.arraySync();
const newLabels = Array.from({ length: 300 }, () => pick(frequencies, random.next()));
const newLeaves = newLabels.map((k) => drawFrom(clouds[k], 1).arraySync()[0]);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two questions about the same leaves
//
// - **Discriminative**: $P(y\mid x)$, which side of the border?
// - **Generative**: $P(x,y)=P(y)\,P(x\mid y)$, what occurs, and how often?
// - Bayes: $P(y\mid x)\propto P(x\mid y)\,P(y)$
// - Draw: first $y$, then $x=\mu_y+L_y\varepsilon$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 同一堆树叶，两个问题
//
// - **判别**：$P(y\mid x)$，在边界的哪一边？
// - **生成**：$P(x,y)=P(y)\,P(x\mid y)$，会出现什么，有多频繁？
// - 贝叶斯：$P(y\mid x)\propto P(x\mid y)\,P(y)$
// - 抽样：先 $y$，再 $x=\mu_y+L_y\varepsilon$

// %% figure="two-models" slideshow={"slide_type": "subslide"}
/** The curve on which ‖L⁻¹(x − μ)‖ is `radius`: about 39 % of the draws lie within 1, 86 % within 2. */
/* zh: ‖L⁻¹(x − μ)‖ 等于 `radius` 的曲线：约 39 % 的样本在 1 以内，86 % 在 2 以内。 */
const ellipse = ({ mean, cov }: Gaussian, radius: number) => {
  const turn = Array.from({ length: 73 }, (_, i) => (2 * Math.PI * i) / 72);
  const circle = tf.tensor2d(turn.map((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]));
  return sampleGaussian(mean, tf.tensor2d(cholesky(cov)), circle).arraySync();
};
const outlines = figures.curves({
  series: clouds.flatMap((cloud) =>
    [1, 2].map((radius) => {
      const points = ellipse(cloud, radius);
      return { name: '', color: 6, x: points.map(([x]) => x), y: points.map(([, y]) => y) };
    }),
  ),
});
const cloudFigure = (title: string) =>
  overlay(
    figures.scatter2d({
      series: bySpecies(newLeaves, newLabels),
      xRange: [3, 15],
      yRange: [-0.5, 7.5],
      title,
      ...axes,
    }),
    { ...outlines, data: outlines.data.map((trace) => ({ ...trace, showlegend: false, legendgroup: 'outline' })) },
  );
show(
  figures.panels(
    [
      borderFigure(
        'P(y|x): the border, and the leaves it was learned from' /* zh: 'P(y|x)：边界，以及用来学它的叶子' */,
        'on the left: P(willow | leaf)' /* zh: '左图：P(柳树 | 叶子)' */,
      ),
      cloudFigure(
        'P(x,y): two clouds, and 300 leaves that never grew' /* zh: 'P(x,y)：两团云，以及 300 片没长过的叶子' */,
      ),
    ],
    {
      title: 'One model can sort; the other can sort and draw' /* zh: '一个只会分类，另一个会分类也会画' */,
      share: 'both',
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes. Show the figure. Ask: "How would you draw a leaf from the left picture?" Let them try for a minute; somebody proposes to keep only points that the model is sure of, and gets impossible leaves. Then the table with the street of willows.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟。放出图，问：“怎样从左边这张图抽出一片叶子？”给他们一分钟。总会有人提议只留下模型有把握的点，结果得到不可能存在的叶子。然后看柳树街那张表。

// %%
const strange = tf.tensor2d([[13.5, 6.5]]);
const [certain] = border(quadratic(strange.arraySync())).arraySync();
const densest = Math.max(...logDensities(strange, clouds).arraySync()[0]);
const usual = tf.tidy(() => logDensities(tf.tensor2d(leaves.points), clouds).max(1).min().dataSync()[0]);
console.log('border' /* zh: '边界' */, species.map(({ name }, k) => `${name} ${percent(certain[k])}`).join(', '));
console.log('log density of this leaf' /* zh: '这片叶子的对数密度' */, densest.toFixed(1));
console.log('lowest among our 300 leaves' /* zh: '我们的 300 片叶子里最低的' */, usual.toFixed(1));

// %% [markdown] lang="en"
// And one more thing that only the right-hand model can say. Ask both about a leaf 13.5 cm long and 6.5 cm wide. The border is sure. The clouds answer that no leaf they ever saw was nearly as improbable: *this is probably neither*.
//
// **What should I see, and what if I don't?** The new leaves must fill their ellipses like the old ones: about four in ten within the inner one. If the clouds lean the wrong way, $L$ was not transposed. If all leaves sit in one spot, the noise did not get through.
//
// ## 7 · The same forty lines on clothes
//
// Now the real thing. Fashion-MNIST has 70,000 grey pictures of clothes in ten classes. We halve the resolution, to 14 × 14, and read a picture as one point in 196 dimensions. **Nothing else in our machine changes but one line.** (The border, for comparison, now takes the pixels as they are, without squares and products.) Some pixels
// of some classes are always black; they have no variance of their own, and the Cholesky factor does not exist. See it fail first, then count a trace of noise of variance 0.01 into every pixel, which adds $0.01\,I$ to $\Sigma$.
//
// **Guess first**: how many pictures in a hundred will Bayes' rule name rightly? And what will a drawn shoe look like? (This cell takes about ten seconds.)

// %% [markdown] lang="zh"
// 还有一件事只有右边的模型说得出来。拿一片长 13.5 厘米、宽 6.5 厘米的叶子去问两个模型。边界很有把握；云的回答是：见过的叶子里，没有一片像它这样罕见，*大概两种都不是*。
//
// **应该看到什么？没看到怎么办？** 新叶子应当像旧叶子一样填满椭圆：大约四成落在内圈。如果云斜错了方向，是 $L$ 没有转置；如果所有叶子挤在一点，是噪声没传进去。
//
// ## 7 · 同样的四十来行，用在衣服上
//
// 现在来真的。Fashion-MNIST 有七万幅灰度衣物图像，分十类。我们把分辨率减半，变成 14 × 14，把一幅图像看作 196 维空间里的一个点。**我们的机器里只改一行。**（用来比较的逻辑回归，现在直接用像素，没有平方和乘积。）
// 有些类的某些像素永远是黑的，没有自己的方差，Cholesky 因子就不存在。先看它失败，再当作每个像素都带有一点方差为 0.01 的噪声，也就是给 $\Sigma$ 加上 $0.01\,I$。
//
// **先猜一猜**：一百幅图里，贝叶斯公式能认对几幅？抽出来的鞋会是什么样？（这一格约需十秒。）

// %%
const side = 14;
const data = await datasets.fashionMnist();
const pixelsOf = (split: typeof data.train, count: number) =>
  tf.tidy(() => tf.avgPool(split.images(0, count), 2, 2, 'valid').reshape<Tensor2D>([count, side * side]));
const [trainCount, testCount] = [
  budget({ quick: 2000, default: 10_000, full: 60_000 }),
  budget({ quick: 200, default: 2000, full: 10_000 }),
];
const clothes = { x: pixelsOf(data.train, trainCount), labels: Array.from(data.train.labels(0, trainCount)) };
const unseen = { x: pixelsOf(data.test, testCount), labels: Array.from(data.test.labels(0, testCount)) };
const exact = fitClasses(clothes.x, clothes.labels, 10);
try {
  cholesky(exact[1].cov);
} catch (error) {
  console.log('trousers:' /* zh: '裤子：' */, (error as Error).message);
}
const wardrobe = exact.map(({ mean, cov }) => ({
  mean,
  cov: tf.tidy(() => cov.add<Tensor2D>(tf.eye(side * side).mul(0.01))),
})); // changed // zh: 改动
// Break it: the same clouds as if no pixel knew of any other.
// zh: 弄坏它：同样的云，假装像素之间互不相干。
const snow = wardrobe.map(({ mean, cov }) => ({ mean, cov: tf.tidy(() => cov.mul<Tensor2D>(tf.eye(side * side))) }));
const tenth = tf.fill<tf.Rank.R1>([10], 0.1);
const judge = (gaussians: readonly Gaussian[]) =>
  percent(accuracy(posterior(logDensities(unseen.x, gaussians), tenth), unseen.labels));
const borders = await trainBorder('borders' /* zh: '边界' */, clothes.x, clothes.labels, 10);
const head = {
  model: 'model' /* zh: '模型' */,
  count: 'numbers in it' /* zh: '参数个数' */,
  right: 'named rightly' /* zh: '认对' */,
  draws: 'can draw' /* zh: '能抽样' */,
};
const [yes, no] = ['yes' /* zh: '能' */, 'no' /* zh: '不能' */];
const size = side * side;
show(
  figures.table(
    [
      {
        [head.model]: 'borders: softmax regression' /* zh: '边界：softmax 回归' */,
        [head.count]: 10 * size + 10,
        [head.right]: percent(accuracy(borders(unseen.x), unseen.labels)),
        [head.draws]: no,
      },
      {
        [head.model]: 'clouds' /* zh: '云' */,
        [head.count]: 10 * (size + (size * (size + 1)) / 2),
        [head.right]: judge(wardrobe),
        [head.draws]: yes,
      },
      {
        [head.model]: 'clouds of independent pixels' /* zh: '像素互相独立的云' */,
        [head.count]: 10 * (size + size),
        [head.right]: judge(snow),
        [head.draws]: yes,
      },
    ],
    { title: 'Ten kinds of clothes, pictures never seen before' /* zh: '十类衣物，没见过的图像' */ },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The same forty lines on clothes
//
// - A picture is one point in 196 dimensions
// - One line changes: $\Sigma+0.01\,I$
// - One heap, one average: ghosts
// - No covariance: snow

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 同样的四十来行，用在衣服上
//
// - 一幅图像是 196 维空间里的一个点
// - 只改一行：$\Sigma+0.01\,I$
// - 一堆、一个平均：鬼影
// - 没有协方差：雪花

// %% figure="wardrobe" slideshow={"slide_type": "subslide"}
const picture = (rows: Tensor2D) => rows.reshape<tf.Tensor4D>([rows.shape[0], side, side, 1]);
const oneOfEach = (gaussians: readonly Gaussian[]) =>
  picture(
    tf.concat(
      gaussians.map((one) => drawFrom(one, 1)),
      0,
    ),
  );
const firstOfEach = picture(
  tf.gather(
    unseen.x,
    Array.from({ length: 10 }, (_, k) => unseen.labels.indexOf(k)),
  ),
);
show(
  figures.imageRows(
    [
      { label: 'pictures' /* zh: '真实图像' */, images: firstOfEach },
      { label: 'drawn from the clouds' /* zh: '从云里抽的' */, images: oneOfEach(wardrobe) },
      { label: 'and once more' /* zh: '再抽一遍' */, images: oneOfEach(wardrobe) },
      { label: 'independent pixels' /* zh: '像素互相独立' */, images: oneOfEach(snow) },
    ],
    {
      title:
        'Clouds draw ghosts of clothes; without covariance, snow' /* zh: '云画出衣服的鬼影；没有协方差，只剩雪花' */,
      scale: 4,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Before the figure, let everyone sketch what a drawn shoe will look like. Then ask what the ghosts lack. Good answers: edges, a decision for one kind of shoe. Say that each later lesson mends one of these.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。放图之前，让每个人画一画抽出来的鞋会是什么样。再问鬼影缺了什么。好的回答：清楚的边缘；下决心选定一种鞋。告诉大家，后面每一课各补上一样。

// %% [markdown] lang="en"
// A boot, a bag, a pair of trousers, and nobody ever made any of them. The same averages that sort about three quarters of the pictures rightly also draw. The borders, with a hundredth of the numbers, sort better and draw nothing. (On 2,000 test pictures a share is uncertain by about one per cent, on the 200 of quick mode by three.)
//
// Look at what is wrong with the ghosts, because it is what the course is about. A Gaussian is *one* heap around *one* average, so it draws the average boot with deviations, and half-way things between two sorts of sandal that do not exist. It knows pairs of pixels and nothing more. (Part of the grain is only the noise that we counted in, 0.1 in each pixel.) The last row
// shows how much even the pairs are worth: take the covariances away, and each pixel flickers by itself.
//
// ## 8 · In turn, or all at once?
//
// There are two ways to make a thing of many parts.
//
// - **Autoregressive**, in turn: each part is drawn given all parts before it, $P(x)=\prod_iP(x_i\mid x_1,\dots,x_{i-1})$ (from here on $x_i$ is the $i$-th part of one thing, no longer the $i$-th leaf). This is no approximation; every joint distribution can be written so (the chain rule). It costs one step for each part, one after another. It knows when to stop: one of the "words" means *the end*.
// - **Non-autoregressive**, all at once: all parts in a single step. Fast. But parts drawn without knowing one another do not fit together, unless something drawn before has agreed on the plan; and the number of parts must be fixed or **predicted first**.
//
// Shannon's game of 1948 shows both. The sentences are the captions of our data set of faces. *In turn*: a table of which word follows which, counted from 2,000 captions; start at the beginning, `pick` the next word, until the end. *All at once*: draw the length, then for each place a word that
// stands at this place in captions of this length.
//
// **Guess first**: which of the two makes better sentences, and where will even the better one go astray?

// %% [markdown] lang="zh"
// 一只短靴、一个包、一条裤子，谁也没做过。同样的平均值，能认对大约四分之三的图像，也能画。而边界只用了百分之一的参数，分得更好，却什么也画不出来。（用 2,000 幅测试图，正确率的误差约一个百分点；快速模式只有 200 幅，约三个百分点。）
//
// 看看鬼影错在哪里，因为整门课讲的就是这个。高斯分布是围着*一个*平均值的*一个*堆，所以它画的是平均的靴子加上偏差，还会画出介于两种凉鞋之间、根本不存在的东西。
// 它只认得像素之间的两两关系，此外一无所知。（颗粒里有一部分只是我们算进去的噪声，每个像素 0.1。）最后一行说明了两两关系有多值钱：拿掉协方差，每个像素就各闪各的。
//
// ## 8 · 逐个生成，还是一次生成？
//
// 由许多部分组成的东西，有两种造法。
//
// - **自回归**（autoregressive），逐个生成：每一部分都在前面各部分给定的条件下抽取，$P(x)=\prod_iP(x_i\mid x_1,\dots,x_{i-1})$（从这里起，$x_i$ 是一个样本的第 $i$ 部分，不再是第 $i$ 片叶子）。这不是近似，任何联合分布都能这样写（链式法则）。代价是每个部分走一步，一步接一步。
//   它知道何时停：有一个“词”表示*结束*。
// - **非自回归**（non-autoregressive），一次生成：所有部分一步完成。快。但各部分独立生成，彼此就不能协调，除非它们共用同一样事先抽好的东西，由它定下整体方案；而且部分的个数要么固定，要么**先预测出来**。
//
// 香农 1948 年的游戏把两种都演示了。句子取自我们人脸数据集的描述。*逐个生成*：从 2,000 条描述里数出“哪个字后面跟哪个字”的表，从句首开始，用 `pick` 抽下一个字，直到结束。
// *一次生成*：先抽长度，再给每个位置抽一个字，它要出现在同样长度的描述的同一位置上。
//
// **先猜一猜**：哪一种造的句子好？好的那一种，又会在哪里跑偏？

// %%
const apart = ' '; /* zh: '' */
const people = datasets.faces.captionedFaces({ train: 2000, language: 'en' /* zh: 'zh' */ });
const everyone = Array.from({ length: 2000 }, (_, i) => i);
const sentences = people.train.captions(everyone, { detail: 0.5 }).map((text) =>
  text
    .toLowerCase()
    .replace(/[.,，。：]/g, '')
    .split(apart),
);
/** How often each word was seen in each place: place -> word -> times. */
/* zh: 每个位置上各个词出现的次数：位置 -> 词 -> 次数。 */
class Counts {
  private readonly table = new Map<string, Map<string, number>>();
  add(place: string, word: string) {
    const row = this.table.get(place) ?? new Map<string, number>();
    this.table.set(place, row.set(word, (row.get(word) ?? 0) + 1));
  }
  has = (place: string, word: string) => this.table.get(place)?.has(word) ?? false;
  draw(place: string): string {
    const row = [...(this.table.get(place) ?? [])];
    const total = row.reduce((sum, [, times]) => sum + times, 0);
    const shares = row.map(([, times]) => times / total);
    return row[pick(shares, random.next())][0];
  }
}
const [start, end] = ['⟨', '⟩'];
const [following, atPlace] = [new Counts(), new Counts()];
for (const sentence of sentences) {
  [...sentence, end].forEach((word, i) => following.add(i === 0 ? start : sentence[i - 1], word));
  atPlace.add('length', String(sentence.length));
  sentence.forEach((word, i) => atPlace.add(`${sentence.length}:${i}`, word));
}
function inTurn(): string[] {
  const written: string[] = [];
  for (let word = following.draw(start); word !== end; word = following.draw(word)) written.push(word);
  return written;
}
function allAtOnce(): string[] {
  const length = Number(atPlace.draw('length'));
  return Array.from({ length }, (_, i) => atPlace.draw(`${length}:${i}`));
}
const [turns, onces] = [inTurn, allAtOnce].map((write) => Array.from({ length: 300 }, write));
/** The share of neighbouring words that stand side by side in some caption. */
/* zh: 相邻的两个词里，在某条描述中也相邻的占多少。 */
const fitting = (texts: readonly string[][]) => {
  const pairs = texts.flatMap((words) => words.slice(1).map((word, i) => following.has(words[i], word)));
  return percent(pairs.filter(Boolean).length / pairs.length);
};
const example = (texts: readonly string[][]) =>
  texts
    .filter(({ length }) => length >= 8 && length <= 16)
    .slice(0, 2)
    .map((words) => words.join(apart));
const columns = {
  way: 'way' /* zh: '方式' */,
  first: 'example' /* zh: '例子' */,
  second: 'another' /* zh: '又一例' */,
  fit: 'neighbours that fit' /* zh: '相邻得当' */,
};
show(
  figures.table(
    [
      { name: 'in turn' /* zh: '逐个生成' */, texts: turns },
      { name: 'all at once' /* zh: '一次生成' */, texts: onces },
    ].map(({ name, texts }) => ({
      [columns.way]: name,
      [columns.first]: example(texts)[0],
      [columns.second]: example(texts)[1],
      [columns.fit]: fitting(texts),
    })),
    { title: 'Captions that nobody wrote' /* zh: '谁也没写过的描述' */ },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## In turn, or all at once?
//
// - **Autoregressive**: $P(x)=\prod_iP(x_i\mid x_1,\dots,x_{i-1})$, a step for each part
// - **Non-autoregressive**: one step; the length fixed or predicted first
// - Combined: plan in turn, paint at once; or all at once, in rounds

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 逐个生成，还是一次生成？
//
// - **自回归**：$P(x)=\prod_iP(x_i\mid x_1,\dots,x_{i-1})$，一部分一步
// - **非自回归**：一步；长度固定，或先预测
// - 结合：逐个定方案，一次画完；或每次画全部，分几轮

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Play it: a sentence round the room, one word a person, first hearing all words before, then everybody writing a word for "his" place without hearing anything. The second sentence makes the point by itself.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。当场玩一次：一句话在教室里传，一人一个词，第一遍能听到前面所有的词；第二遍每个人给“自己的位置”各写一个词，谁也不听谁的。第二句话自会说明问题。

// %% [markdown] lang="en"
// In turn, neighbours always fit, since only followers that were seen are ever drawn: these 100 % are no achievement. And this table remembers one word, so a sentence forgets how it began. A language model is the same loop with a better memory: a Transformer sees *all* words before. All at once, every word is fine by itself and the sentence is not: the places never agreed who
// this is about.
//
// The two can be **combined**, and most large systems do it. Plan in turn, paint at once: DALL·E drew a short code of a picture token by token, and one network turned the code into all pixels (lesson 09). Or everything at once, in a few dozen rounds, each round mending the one before: that is diffusion (lesson 11).
//
// Have you noticed that our Gaussian can do both? Read $x=\mu+L\varepsilon$ as a matrix product: all pixels at once. Read it row by row, $x_i=\mu_i+\sum_{j<i}L_{ij}\varepsilon_j+L_{ii}\varepsilon_i$: the first sum is settled by the pixels before it, only $\varepsilon_i$ is new. Pixel by pixel, each given all before. *The same distribution.*
// They agree because the noise $\varepsilon$ was shared out beforehand: it is the plan. Such hidden numbers, from which a thing is computed, are called **latent variables**.
//
// ## 9 · The common goal, and five roads to it
//
// $$z\sim\mathcal N(0,I)\quad\longrightarrow\quad x=G_\theta(z),\qquad\text{such that } P_\theta\approx P_{\text{data}} .$$
//
// Draw noise, which anyone can, and map it to data by a **generator** $G_\theta$. Ours is $G(z)=\mu+Lz$ (until now the noise was called $\varepsilon$), the straightest map there is, and straight maps turn one heap into one heap. For two heaps the map must bend. On the line one can see the best one: the smallest noise goes to the smallest data point, the next to the next, and so on.
//
// **Guess first**: sketch $G$ for data in two heaps. Where is it steep?

// %% [markdown] lang="zh"
// 逐个生成，相邻的字总是搭得上，因为抽到的永远是见过的后继；这个 100 % 是构造决定的，不算本事。但这张表只记得一个字，句子说着说着就忘了开头。语言模型是同一个循环，只是记性好得多：Transformer 看得见前面*所有*的词。
// 一次生成，则每个字单看都行，连起来不成话：各个位置从没商量过说的是谁。
//
// 两者可以**结合**，大型系统大多如此。逐个定方案，一次画完：DALL·E 逐个抽出图像的一串短编码，再由一个网络把编码一次变成全部像素（第 09 课）。
// 或者每次都画全部，但分几十轮，每一轮修补上一轮，这就是扩散模型（第 11 课）。
//
// 你发现了吗，我们的高斯分布两样都会。把 $x=\mu+L\varepsilon$ 读成矩阵乘法：所有像素一次生成。逐行读，$x_i=\mu_i+\sum_{j<i}L_{ij}\varepsilon_j+L_{ii}\varepsilon_i$：
// 前面的和由它之前的像素决定，只有 $\varepsilon_i$ 是新的，于是逐个像素、以前面的全部为条件。*分布是同一个。* 之所以对得上，是因为噪声 $\varepsilon$ 事先分好了：它就是方案。
// 这种用来算出样本的隐藏的数，叫**隐变量**（latent variable）。
//
// ## 9 · 共同的目标，五条路
//
// $$z\sim\mathcal N(0,I)\quad\longrightarrow\quad x=G_\theta(z),\qquad\text{使得 } P_\theta\approx P_{\text{data}} .$$
//
// 抽噪声谁都会，难的是用**生成器**（generator）$G_\theta$ 把它映射成数据。我们的生成器是 $G(z)=\mu+Lz$（前面把噪声记作 $\varepsilon$），这是线性的映射，只能把一堆变成一堆。要变成两堆，映射必须是非线性的。在一条直线上，最好的映射看得见：
// 最小的噪声对应最小的数据，第二小的对应第二小的，依此类推。
//
// **先猜一猜**：数据有两堆时，画出 $G$ 的草图。它在哪里最陡？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The common goal
//
// $$z\sim\mathcal N(0,I)\;\to\;x=G_\theta(z)\quad\text{with}\quad P_\theta\approx P_{\text{data}}$$
//
// - A straight map turns one heap into one heap
// - For two heaps it must bend: where is it steep?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 共同的目标
//
// $$z\sim\mathcal N(0,I)\;\to\;x=G_\theta(z)\quad\text{使}\quad P_\theta\approx P_{\text{data}}$$
//
// - 线性映射把一堆变成一堆
// - 要变成两堆，映射就不能是直线：哪里最陡？

// %% figure="bent-map" slideshow={"slide_type": "subslide"}
const many = 4000;
const ascending = (values: tf.Tensor) => Array.from(values.dataSync()).sort((a, b) => a - b);
const z = ascending(random.normal([many]));
const twoHeaps = ascending(datasets.toys.twoBumps.sample(many, random));
const middle = Math.floor(many / 100); // the outermost hundredth on either side is too thin to show // zh: 两端各百分之一太稀疏，不画
show(
  figures.panels(
    [
      figures.histogram({
        series: [{ name: 'z', values: z, color: 7 }],
        title: 'Noise z' /* zh: '噪声 z' */,
        x: 'z',
        y: 'density' /* zh: '密度' */,
        xRange: [-3, 3],
      }),
      figures.curves({
        series: [{ name: 'G', x: z.slice(middle, -middle), y: twoHeaps.slice(middle, -middle), color: 1 }],
        title: 'The map x = G(z)' /* zh: '映射 x = G(z)' */,
        x: 'z',
        y: 'x',
        xRange: [-3, 3],
      }),
      figures.histogram({
        series: [{ name: 'x', values: twoHeaps, color: 0 }],
        title: 'Data x' /* zh: '数据 x' */,
        x: 'x',
        y: 'density' /* zh: '密度' */,
        xRange: [-3, 3],
      }),
    ],
    {
      title:
        'Gentle over the heaps, steep over the gap: one heap becomes two' /* zh: '堆上平缓，空隙处陡峭：一堆变成两堆' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes for the map. Then the five pictures, a minute each: give each group one of them and let it say what goes in and what comes out (a) in training and (b) in drawing.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 映射三分钟。然后五张图各一分钟：每组分一张，说出（a）训练时和（b）抽样时各送进什么、出来什么。

// %% [markdown] lang="en"
// The slope at $z$ is the density of the noise there over the density of the data at $G(z)$: gentle over the heaps, steep over the gap, where there are hardly any data. Every generator is such a map. In more than one dimension there is no "smallest", and nobody tells us which $z$ belongs to which $x$. The five families are five ways out.
//
// **Guess first**: in which of the five pictures does an arrow run from data to noise as well?

// %% [markdown] lang="zh"
// $z$ 处的斜率，等于那里的噪声密度除以 $G(z)$ 处的数据密度：堆上平缓，空隙处几乎没有数据，所以陡峭。每个生成器都是这样一个映射。到了多维，没有“最小”可言，也没有人告诉我们哪个 $z$ 对应哪个 $x$。
// 五族模型就是五条出路。
//
// **先猜一猜**：五张图里，哪几张也有从数据到噪声的箭头？

// %% figure="family-vae" slideshow={"slide_type": "subslide"}
const [real, noiseText, drawText] = [
  'data x' /* zh: '数据 x' */,
  'noise z' /* zh: '噪声 z' */,
  'new x' /* zh: '新的 x' */,
];
show(
  figures.diagram({
    title: 'VAE: data to a cloud of codes, a code to data' /* zh: 'VAE：数据变成一团编码，编码变成数据' */,
    nodes: [
      { id: 'x', x: 0, y: 0, text: real, shape: 'round', color: 0 },
      { id: 'encoder', x: 1, y: 0, text: 'encoder' /* zh: '编码器' */ },
      {
        id: 'cloud',
        x: 2,
        y: 0,
        text: 'draw z: cloud<br>near N(0,I)' /* zh: '从靠近 N(0,I)<br>的一团里抽 z' */,
        color: 3,
      },
      { id: 'z', x: 2, y: 1, text: noiseText, shape: 'round', color: 1 },
      { id: 'decoder', x: 3, y: 0.5, text: 'decoder' /* zh: '解码器' */ },
      {
        id: 'new',
        x: 4,
        y: 0.5,
        text: 'x again,<br>or a new x' /* zh: '原来的 x，<br>或新的 x' */,
        shape: 'round',
        color: 2,
      },
    ],
    edges: [
      { from: 'x', to: 'encoder' },
      { from: 'encoder', to: 'cloud' },
      { from: 'cloud', to: 'decoder', label: 'learn' /* zh: '训练' */ },
      { from: 'z', to: 'decoder', label: 'make' /* zh: '生成' */ },
      { from: 'decoder', to: 'new' },
    ],
  }),
);

// %% figure="family-gan" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title: 'GAN: noise to data, and a judge who sees real and made' /* zh: 'GAN：噪声变成数据，裁判既看真的也看造的' */,
    nodes: [
      { id: 'z', x: 0, y: 0, text: noiseText, shape: 'round', color: 1 },
      { id: 'generator', x: 1, y: 0, text: 'generator G' /* zh: '生成器 G' */ },
      { id: 'new', x: 2, y: 0, text: drawText, shape: 'round', color: 2 },
      { id: 'x', x: 2, y: 1, text: real, shape: 'round', color: 0 },
      { id: 'judge', x: 3, y: 0.5, text: 'discriminator<br>D' /* zh: '判别器 D' */ },
      { id: 'answer', x: 4, y: 0.5, text: 'real or<br>made?' /* zh: '真的还是<br>造的？' */, shape: 'none' },
    ],
    edges: [
      { from: 'z', to: 'generator' },
      { from: 'generator', to: 'new' },
      { from: 'new', to: 'judge' },
      { from: 'x', to: 'judge' },
      { from: 'judge', to: 'answer' },
    ],
  }),
);

// %% figure="family-flow" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title: 'Flow: one map that can be run both ways' /* zh: '流模型：同一个映射，正反都能走' */,
    nodes: [
      { id: 'x', x: 0, y: 0.5, text: 'x', shape: 'round', color: 0 },
      { id: 'f', x: 1, y: 0, text: 'f' },
      {
        id: 'z',
        x: 2,
        y: 0.5,
        text: 'z, as many<br>numbers as x' /* zh: 'z，与 x<br>一样多的数' */,
        shape: 'round',
        color: 1,
      },
      { id: 'back', x: 1, y: 1, text: 'f⁻¹ = G' },
    ],
    edges: [
      { from: 'x', to: 'f' },
      { from: 'f', to: 'z' },
      { from: 'z', to: 'back' },
      { from: 'back', to: 'x' },
    ],
  }),
);

// %% figure="family-diffusion" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title:
      'Diffusion: data to noise by known steps, back by learned ones' /* zh: '扩散：按已知的步子变成噪声，按学来的步子变回来' */,
    nodes: [
      { id: 'x0', x: 0, y: 0, text: real, shape: 'round', color: 0 },
      { id: 'xt', x: 1.5, y: 0, text: 'after some<br>steps' /* zh: '若干步<br>之后' */, shape: 'round', color: 3 },
      { id: 'xT', x: 3, y: 0, text: 'after all<br>steps: ≈ z' /* zh: '全部走完：<br>≈ z' */, shape: 'round', color: 1 },
      { id: 'back2', x: 2.25, y: 1, text: 'denoiser' /* zh: '去噪网络' */ },
      { id: 'back1', x: 0.75, y: 1, text: 'denoiser' /* zh: '去噪网络' */ },
    ],
    edges: [
      { from: 'x0', to: 'xt', label: 'add noise' /* zh: '加噪声' */ },
      { from: 'xt', to: 'xT', label: 'add noise' /* zh: '加噪声' */ },
      { from: 'xT', to: 'back2', color: 2 },
      { from: 'back2', to: 'xt', color: 2 },
      { from: 'xt', to: 'back1', color: 2 },
      { from: 'back1', to: 'x0', color: 2 },
    ],
  }),
);

// %% figure="family-autoregressive" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title: 'Autoregressive: the parts so far to the next part' /* zh: '自回归：已有的部分变出下一部分' */,
    nodes: [
      { id: 'before', x: 0, y: 0, text: 'x₁ … xᵢ₋₁', shape: 'round', color: 0 },
      { id: 'network', x: 1, y: 0, text: 'network' /* zh: '网络' */ },
      { id: 'odds', x: 2, y: 0, text: 'P(xᵢ | before)' /* zh: 'P(xᵢ | 之前)' */, color: 3 },
      { id: 'draw', x: 3, y: 0, text: 'draw xᵢ' /* zh: '抽取 xᵢ' */, shape: 'round', color: 2 },
      { id: 'append', x: 1.5, y: 1, text: 'append' /* zh: '接在后面' */, shape: 'none' },
    ],
    edges: [
      { from: 'before', to: 'network' },
      { from: 'network', to: 'odds' },
      { from: 'odds', to: 'draw' },
      { from: 'draw', to: 'append' },
      { from: 'append', to: 'before' },
    ],
  }),
);

// %% [markdown] lang="en"
// | family | maps | how it learns which $z$ goes to which $x$ | one draw takes | lesson |
// |---|---|---|---|---|
// | VAE | $x\to$ cloud over $z$; $z\to x$ | a second network guesses, for each $x$, the cloud of $z$ | 1 step | 03–04 |
// | GAN | $z\to x$ | it does not ask; a judge compares made things with real ones | 1 step | 05–08 |
// | flow | $x\leftrightarrow z$ | the map is invertible, so each $x$ has exactly one $z$ | 1 step | 09 |
// | autoregressive | $x_1\dots x_{i-1}\to P(x_i)$ | no $z$: the parts themselves are the plan | as many steps as parts | 09 |
// | diffusion | $x\to$ noise in many small steps; back in learned steps | the noising shows it, step by small step | tens to a thousand steps | 10–15 |
//
// From data to noise too: the VAE, the flow, diffusion. Our Gaussian with its $L$ and $L^{-1}$ is a flow, the smallest there is.
//
// ## 10 · What it is good for
//
// Nearly every use is one sentence: *draw from a conditional distribution*. Only what stands behind the bar changes.
//
// | use | draw from |
// |---|---|
// | text to image | $P(\text{picture}\mid\text{caption})$ |
// | editing | $P(\text{picture}\mid\text{old picture, instruction})$ |
// | inpainting: restore a missing part | $P(\text{missing pixels}\mid\text{the others})$ |
// | super-resolution: sharpen | $P(\text{large picture}\mid\text{small picture})$ |
// | style transfer | $P(\text{picture}\mid\text{content of one, style of another})$ |
//
// A conditional *distribution*, not an answer: several large pictures belong to one small one. You can build the third line now. The pixels are numbered from the top down. Known are the first $m$. From $x=\mu+L\varepsilon$ with a lower triangular $L$, the first $m$ pixels depend on the first $m$ noises only, and fix them:
// `whiten` computes $\varepsilon_1,\dots,\varepsilon_m$ from the known pixels. The other noises are free. Draw them, and compute all pixels by $x_i=\mu_i+\sum_{j\le i}L_{ij}\varepsilon_j$. For this Gaussian that is an exact draw from $P(\text{missing}\mid\text{known})$. Below we take the Gaussian of the picture's own class, so the class counts as known too; were it not, one would draw it first, from its posterior given the known pixels.
//
// ### Exercise 6 ★ · Restore the missing half (3 points, optional, the hardest of this lesson)
//
// `whiten(known, mean, lower)` works for the first few coordinates alone. The known pixels must come back unchanged.

// %% [markdown] lang="zh"
// | 模型族 | 映射 | 怎样知道哪个 $z$ 对应哪个 $x$ | 抽一次要 | 课 |
// |---|---|---|---|---|
// | VAE | $x\to$ $z$ 的云；$z\to x$ | 另一个网络为每个 $x$ 猜出 $z$ 的云 | 1 步 | 03–04 |
// | GAN | $z\to x$ | 不问；裁判拿造的和真的比 | 1 步 | 05–08 |
// | 流模型 | $x\leftrightarrow z$ | 映射可逆，每个 $x$ 恰有一个 $z$ | 1 步 | 09 |
// | 自回归 | $x_1\dots x_{i-1}\to P(x_i)$ | 没有 $z$：各部分自己就是方案 | 有几个部分就几步 | 09 |
// | 扩散 | 许多小步加噪声，$x\to$ 噪声；按学来的步子返回 | 加噪的过程一小步一小步地告诉了它 | 几十到一千步 | 10–15 |
//
// 也有从数据到噪声的箭头的：VAE、流模型、扩散。我们的高斯分布有 $L$ 也有 $L^{-1}$，它就是最小的流模型。
//
// ## 10 · 有什么用
//
// 几乎所有用途都是同一句话：*从一个条件分布里抽样*。变的只是竖线后面的东西。
//
// | 用途 | 从什么分布抽样 |
// |---|---|
// | 文生图 | $P(\text{图像}\mid\text{文字描述})$ |
// | 图像编辑 | $P(\text{图像}\mid\text{原图，指令})$ |
// | 图像修补（inpainting） | $P(\text{缺失的像素}\mid\text{其余像素})$ |
// | 超分辨率（super-resolution） | $P(\text{大图}\mid\text{小图})$ |
// | 风格迁移（style transfer） | $P(\text{图像}\mid\text{一幅的内容，另一幅的风格})$ |
//
// 是条件*分布*，不是一个答案：一幅小图对应许多幅大图。第三行你现在就能造出来。像素从上往下编号，已知前 $m$ 个。在 $x=\mu+L\varepsilon$ 里，$L$ 是下三角的，
// 所以前 $m$ 个像素只取决于前 $m$ 个噪声，反过来也把它们定死了：`whiten` 由已知像素算出 $\varepsilon_1,\dots,\varepsilon_m$。其余的噪声是自由的：抽出来，再按
// $x_i=\mu_i+\sum_{j\le i}L_{ij}\varepsilon_j$ 算出所有像素。对这个高斯分布来说，这就是从 $P(\text{缺失}\mid\text{已知})$ 的精确抽样。下面用的是图像所属类别的高斯分布，所以类别也算已知；否则要先由已知像素算出类别的后验，再从中抽出类别。
//
// ### 练习 6 ★ · 补全缺失的一半（3 分，选做，本课最难）
//
// `whiten(known, mean, lower)` 可以只处理前几个坐标。已知像素必须原样返回。

// %% grade_id="bg-inpaint" points=3
/** All d coordinates, given the first few: a draw from P(missing | known). lower: L, d × d; noise: d numbers */
/* zh: 给定前几个坐标，返回全部 d 个：从 P(缺失 | 已知) 抽样。lower: L，d × d；noise: d 个数 */
function inpaint(
  known: readonly number[],
  mean: readonly number[],
  lower: readonly (readonly number[])[],
  noise: readonly number[],
): number[] {
  // BEGIN SOLUTION
  const all = [...whiten(known, mean, lower), ...noise.slice(known.length)];
  return mean.map((middle, i) => lower[i].slice(0, i + 1).reduce((sum, l, j) => sum + l * all[j], middle));
  // END SOLUTION
}
await check('bg-inpaint', { inpaint });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What it is good for
//
// - Text to image: $P(\text{picture}\mid\text{caption})$
// - Inpainting: $P(\text{missing}\mid\text{known})$
// - Super-resolution: $P(\text{large}\mid\text{small})$
// - Editing, style transfer: the same sentence again

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 有什么用
//
// - 文生图：$P(\text{图像}\mid\text{文字})$
// - 图像修补：$P(\text{缺失}\mid\text{已知})$
// - 超分辨率：$P(\text{大图}\mid\text{小图})$
// - 编辑、风格迁移：还是同一句话

// %% figure="inpainting" slideshow={"slide_type": "subslide"}
const half = size / 2;
const chosen = [0, 1, 3, 4, 7, 8, 9].map((k) => unseen.labels.indexOf(k));
const originals = tf.gather(unseen.x, chosen).arraySync();
const factors = wardrobe.map(({ mean, cov }) => ({ mean: mean.arraySync(), lower: cholesky(cov) }));
const restore = (spread: number) =>
  originals.map((pixels, i) => {
    const { mean, lower } = factors[unseen.labels[chosen[i]]];
    const noise = Array.from(random.normal([size], 0, spread).dataSync());
    return inpaint(pixels.slice(0, half), mean, lower, noise);
  });
const rowsOfPictures = [
  { label: 'original' /* zh: '原图' */, rows: originals },
  {
    label: 'what is known' /* zh: '已知部分' */,
    rows: originals.map((pixels) => pixels.map((value, i) => (i < half ? value : 0.5))),
  },
  { label: 'likeliest rest, ε = 0' /* zh: '最可能的另一半，ε = 0' */, rows: restore(0) },
  { label: 'one draw' /* zh: '抽一次' */, rows: restore(1) },
  { label: 'another' /* zh: '再抽一次' */, rows: restore(1) },
];
show(
  figures.imageRows(
    rowsOfPictures.map(({ label, rows }) => ({ label, images: picture(tf.tensor2d(rows)) })),
    {
      title:
        'Given the class and the upper half, its Gaussian draws the lower half' /* zh: '知道类别和上半幅，高斯分布就能画出下半幅' */,
      scale: 4,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes, the end of the lecture. Ask why the row of likeliest completions is smooth and the draws are not. Then return to the two answers about the cat on the board.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟，收尾。问：为什么“最可能”的那一行是平滑的，抽出来的却不是？然后回到黑板上关于猫的那两个回答。

// %% [markdown] lang="en"
// In the third row the trouser legs go on where they broke off, the coat comes down to its hem, the shoes get soles. This likeliest rest (all free noise zero) is smooth, an average over everything that could come; the draws are rough, with a seam where they begin, and each is different. Remember that difference between *the best guess* and *a draw*. It comes back as blur in lesson 04, and in lesson 07 as the reason
// why text-to-image needs a generative model.
//
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. Does "what I understand, I can create" imply that a machine which creates understands?</summary>
//
// No. It is the contrapositive of Feynman's sentence, and says nothing about the converse. Our forty lines draw boots and know of nothing but pairs of pixels.
// </details>
//
// <details><summary>2. A slide says: "1970–1990: connectionism begins. Perceptron, Hopfield network, backpropagation." What is wrong, and how do you find such errors in general?</summary>
//
// The perceptron is of 1957; it is older than ELIZA (1966), which the same slide puts in an earlier stage. Write the year of its own publication beside each item and compare it with the stage.
// </details>
//
// <details><summary>3. You have P(y|x) exactly. What else do you need to draw pairs (x, y)?</summary>
//
// $P(x)$: which $x$ occur, and how often. Then $P(x,y)=P(x)\,P(y\mid x)$. That is the hard part, and a discriminative model has none of it.
// </details>
//
// <details><summary>4. In another hospital a disease is ten times as frequent. How do you adjust your two classifiers without new data, and when is that right?</summary>
//
// The generative one: replace $P(y)$ in Bayes' rule. The discriminative one, if you know the frequencies that it was trained with: multiply its $P(y\mid x)$ by new prior over old prior and normalize. Both are right if a patient with the disease looks the same there, that is, if $P(x\mid y)$ stayed as it was.
// </details>
//
// <details><summary>5. A picture has 32 × 32 × 3 values of 8 bits. How many steps does one draw take from a PixelRNN that works value by value, from a GAN, from a diffusion model with 50 steps?</summary>
//
// 3,072; 1; 50. Within one step the last two compute all values at once.
// </details>
//
// <details><summary>6. Why can a model that writes all words at once not simply stop when the sentence is over?</summary>
//
// There is no order in which it could come to an end word. The number of places has to be there before the words are: fixed (and padded), or predicted first.
// </details>
//
// <details><summary>7. Write "colour this grey photograph" as a conditional distribution. Why is it not a function?</summary>
//
// $P(\text{colour picture}\mid\text{grey picture})$. Many colour pictures have the same grey one: the dress may be red or green. A function would have to answer with one of them, or with their brown average.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | the goal | $z\sim\mathcal N(0,I),\ x=G_\theta(z),\ P_\theta\approx P_{\text{data}}$ |
// | joint distribution | $P(x,y)=P(y)\,P(x\mid y)=P(x)\,P(y\mid x)$ |
// | Bayes' rule | $P(y=k\mid x)=\operatorname{softmax}_k\bigl(\log P(x\mid y=k)+\log P(y=k)\bigr)$ |
// | Gaussian | $\log\mathcal N(x;\mu,\Sigma)=-\frac12\lVert\varepsilon\rVert^2-\sum_i\log L_{ii}-\frac d2\log2\pi,\ \ \varepsilon=L^{-1}(x-\mu),\ LL^{\mathsf T}=\Sigma$ |
// | its fit | $\mu=\frac1N\sum_ix_i,\ \Sigma=\frac1N\sum_i(x_i-\mu)(x_i-\mu)^{\mathsf T}$ |
// | its draw | $x=\mu+L\varepsilon,\ \varepsilon\sim\mathcal N(0,I)$ |
// | chain rule | $P(x)=\prod_iP(x_i\mid x_1,\dots,x_{i-1})$ |
//
// ## Further reading
//
// - Turing (1950), *Computing Machinery and Intelligence*, Mind LIX(236): 433–460.
// - Rosenblatt (1957), *The Perceptron: A Perceiving and Recognizing Automaton*, Cornell Aeronautical Laboratory, report 85-460-1.
// - Newell, Shaw & Simon (1959), *Report on a General Problem-Solving Program*, Proceedings of the International Conference on Information Processing: 256–264.
// - Weizenbaum (1966), *ELIZA: A Computer Program for the Study of Natural Language Communication between Man and Machine*, Communications of the ACM 9(1): 36–45.
// - Rumelhart, Hinton & Williams (1986), *Learning Representations by Back-Propagating Errors*, Nature 323: 533–536.
// - Shannon (1948), *A Mathematical Theory of Communication*, Bell System Technical Journal 27: 379–423. Section 3 has the sentences.
// - Ng & Jordan (2001), *On Discriminative vs. Generative Classifiers: A Comparison of Logistic Regression and Naive Bayes*, NIPS 14.
// - Gu, Bradbury, Xiong, Li & Socher (2017), *Non-Autoregressive Neural Machine Translation*, arXiv:1711.02281. Predicts lengths first.
// - Ramesh et al. (2021), *Zero-Shot Text-to-Image Generation*, arXiv:2102.12092. DALL·E: codes in turn, pixels at once.

// %% [markdown] lang="zh"
// 第三行里，裤腿从断口接着往下走，上衣一直垂到下摆，鞋有了鞋底。这最可能的另一半（自由噪声全取零）是平滑的，是所有可能结果的平均；抽样得到的则是毛糙的，接缝看得出来，每次都不一样。
// 请记住*最佳猜测*与*一次抽样*的区别：它在第 04 课会以“模糊”的样子再来，在第 07 课又会成为文生图需要生成模型的理由。
//
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. “凡我理解的，我就能创造”，能不能推出会创造的机器就理解？</summary>
//
// 不能。它是费曼那句话的逆否命题，与逆命题无关。我们的四十来行代码会画靴子，却只认得像素的两两关系。
// </details>
//
// <details><summary>2. 一张幻灯片写着：“1970–1990：联结主义兴起。感知机、Hopfield 网络、反向传播。”错在哪里？这类错误一般怎么找？</summary>
//
// 感知机是 1957 年的，比同一张幻灯片放在更早阶段的 ELIZA（1966）还早。在每一项旁边写上它自己发表的年份，再与阶段对照。
// </details>
//
// <details><summary>3. 你已经精确知道 P(y|x)。要抽取 (x, y)，还缺什么？</summary>
//
// 缺 $P(x)$：哪些 $x$ 会出现，有多频繁。有了它，$P(x,y)=P(x)\,P(y\mid x)$。这才是难的部分，判别模型里一点也没有。
// </details>
//
// <details><summary>4. 另一家医院里，某种病的患者多十倍。不用新数据，怎样调整你的两个分类器？什么时候这样做才对？</summary>
//
// 生成模型：把贝叶斯公式里的 $P(y)$ 换掉。判别模型：只要知道它训练时的比例，就把 $P(y\mid x)$ 乘以新先验与旧先验之比，再归一化。前提都是：那里的病人看上去一样，也就是 $P(x\mid y)$ 没变。
// </details>
//
// <details><summary>5. 一幅图像有 32 × 32 × 3 个 8 位的值。逐值工作的 PixelRNN、GAN、50 步的扩散模型，抽一次样各要几步？</summary>
//
// 3,072 步；1 步；50 步。后两者的每一步都同时计算所有的值。
// </details>
//
// <details><summary>6. 一次写出所有词的模型，为什么不能写到句子结束就停？</summary>
//
// 它没有先后，走不到“结束”那个词。位置的个数必须先于词而存在：要么固定（再填充），要么先预测。
// </details>
//
// <details><summary>7. 把“给黑白照片上色”写成条件分布。为什么它不是一个函数？</summary>
//
// $P(\text{彩色图像}\mid\text{黑白图像})$。许多彩色图像对应同一幅黑白图像：裙子可能是红的，也可能是绿的。函数只能回答其中一幅，或者它们的褐色平均。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 目标 | $z\sim\mathcal N(0,I),\ x=G_\theta(z),\ P_\theta\approx P_{\text{data}}$ |
// | 联合分布 | $P(x,y)=P(y)\,P(x\mid y)=P(x)\,P(y\mid x)$ |
// | 贝叶斯公式 | $P(y=k\mid x)=\operatorname{softmax}_k\bigl(\log P(x\mid y=k)+\log P(y=k)\bigr)$ |
// | 高斯分布 | $\log\mathcal N(x;\mu,\Sigma)=-\frac12\lVert\varepsilon\rVert^2-\sum_i\log L_{ii}-\frac d2\log2\pi,\ \ \varepsilon=L^{-1}(x-\mu),\ LL^{\mathsf T}=\Sigma$ |
// | 拟合 | $\mu=\frac1N\sum_ix_i,\ \Sigma=\frac1N\sum_i(x_i-\mu)(x_i-\mu)^{\mathsf T}$ |
// | 抽样 | $x=\mu+L\varepsilon,\ \varepsilon\sim\mathcal N(0,I)$ |
// | 链式法则 | $P(x)=\prod_iP(x_i\mid x_1,\dots,x_{i-1})$ |
//
// ## 延伸阅读
//
// - Turing (1950), *Computing Machinery and Intelligence*, Mind LIX(236): 433–460.
// - Rosenblatt (1957), *The Perceptron: A Perceiving and Recognizing Automaton*, Cornell Aeronautical Laboratory, report 85-460-1.
// - Newell, Shaw & Simon (1959), *Report on a General Problem-Solving Program*, Proceedings of the International Conference on Information Processing: 256–264.
// - Weizenbaum (1966), *ELIZA: A Computer Program for the Study of Natural Language Communication between Man and Machine*, Communications of the ACM 9(1): 36–45.
// - Rumelhart, Hinton & Williams (1986), *Learning Representations by Back-Propagating Errors*, Nature 323: 533–536.
// - Shannon (1948), *A Mathematical Theory of Communication*, Bell System Technical Journal 27: 379–423. 句子在第 3 节。
// - Ng & Jordan (2001), *On Discriminative vs. Generative Classifiers: A Comparison of Logistic Regression and Naive Bayes*, NIPS 14.
// - Gu, Bradbury, Xiong, Li & Socher (2017), *Non-Autoregressive Neural Machine Translation*, arXiv:1711.02281. 先预测长度。
// - Ramesh et al. (2021), *Zero-Shot Text-to-Image Generation*, arXiv:2102.12092. DALL·E：编码逐个抽，像素一次画。
