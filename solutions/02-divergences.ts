// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Likelihood and divergences: how far apart are two distributions?"
//   zh: 似然与散度：两个分布相距多远？
// minutes: 75
// terms:
//   likelihood: 似然
//   nat: 奈特
//   Jensen's inequality: Jensen 不等式
//   Kullback–Leibler divergence: KL 散度
//   reverse KL: 反向 KL
//   mode-covering: 覆盖众数
//   mode-seeking: 追逐众数
//   intractable: 难以计算
//   Jensen–Shannon divergence: JS 散度
//   earth mover's distance: 推土机距离
//   quantile: 分位数
//   assignment problem: 指派问题
//   linear program: 线性规划
// ---

// %% [markdown] lang="en"
// # 02 · Likelihood and divergences: how far apart are two distributions?
//
// By the end of this lesson you will have built four instruments that measure how far one distribution is from another, and
// you will have pushed two distributions apart while all four needles were watching. One needle gets stuck. That stuck needle is why
// training a GAN can stop for no visible reason, and why lesson 06 exists.
//
// **You can then**
//
// 1. write the log-likelihood of data under a Gaussian, and fit one by making it large;
// 2. derive, line by line, why the largest likelihood and the smallest KL divergence are the same goal;
// 3. compute the KL divergence of two histograms, and say when it is infinite;
// 4. tell from a picture whether a model was fitted by KL or by reverse KL;
// 5. say why the likelihood of a network with latent variables cannot be computed by drawing samples;
// 6. compute the Jensen–Shannon divergence, and say why log 2 is a bad place to stand;
// 7. compute the Wasserstein distance of two samples by sorting;
// 8. read a transport plan, and tell a cheap one from an expensive one;
// 9. say why the divergence of two samples cannot be had by counting them in bins, and find a program that counts them wrongly.
//
// **Time**: about 75 minutes to read and work through; all cells together run in under a minute.

// %% [markdown] lang="zh"
// # 02 · 似然与散度：两个分布相距多远？
//
// 学完本课，你会造出四件仪器，用来测量一个分布离另一个有多远；你还会把两个分布一点点推开，看四根指针怎么动。其中一根会卡住。
// GAN 的训练有时会莫名其妙地停下来，原因就在这根卡住的指针；第 06 课也正是为它而写。
//
// **学完之后，你能够**
//
// 1. 写出数据在高斯分布下的对数似然，并通过让它变大来拟合一个高斯分布；
// 2. 一行一行推导：为什么似然最大与 KL 散度最小是同一个目标；
// 3. 计算两个直方图的 KL 散度，并说出它何时为无穷大；
// 4. 看图判断一个模型是用 KL 还是用反向 KL 拟合的；
// 5. 说明带隐变量的网络，其似然为什么不能靠抽样算出来；
// 6. 计算 JS 散度，并说明停在 log 2 为什么是坏事；
// 7. 用排序计算两组样本的 Wasserstein 距离；
// 8. 看懂运输方案，分清便宜的和昂贵的；
// 9. 说明为什么两组样本的散度不能靠数格子得到，并找出一个数错格子的程序。
//
// **用时**：阅读和练习约 75 分钟；所有代码合计运行不到一分钟。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { check, engine, figures, metrics, Random, show, train } from 'genlab';

const random = new Random(2);

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en"
// ## 1 · A model that has an opinion about every number
//
// Here are 400 measurements. They come in two heaps. A *probabilistic model* $P_\theta$ is a machine with a knob $\theta$ that says for
// every possible $x$ how likely it is; we write $P_\theta(x)$ for that density. The simplest one has two knobs, $\theta=(\mu,\sigma)$:
//
// $$P_\theta(x)=\frac1{\sqrt{2\pi}\,\sigma}\exp\!\Bigl(-\frac{(x-\mu)^2}{2\sigma^2}\Bigr).$$
//
// **Guess first**: three settings of the knobs are drawn below. Which one would *you* say describes the measurements best, and what
// would you answer if somebody asked "best in what sense"?

// %% [markdown] lang="zh"
// ## 1 · 对每个数都有看法的模型
//
// 下面是 400 个测量值，堆成两堆。*概率模型* $P_\theta$ 好比一台带旋钮（参数）$\theta$ 的机器：对每个可能的 $x$，它都给出一个密度，
// 说明 $x$ 有多大可能，记作 $P_\theta(x)$。最简单的模型有两个参数，$\theta=(\mu,\sigma)$：
//
// $$P_\theta(x)=\frac1{\sqrt{2\pi}\,\sigma}\exp\!\Bigl(-\frac{(x-\mu)^2}{2\sigma^2}\Bigr).$$
//
// **先猜一猜**：下面画了参数的三种取值。*你*觉得哪一种描述得最好？如果有人追问“按什么标准最好”，你怎么回答？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # How far apart are two distributions?
//
// - four instruments: KL, reverse KL, Jensen–Shannon, Wasserstein
// - push two distributions apart and watch the needles
// - one of them gets stuck, and lesson 06 exists because of it

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 两个分布相距多远？
//
// - 四件仪器：KL、反向 KL、JS、Wasserstein
// - 把两个分布推开，盯住指针
// - 有一根会卡住：第 06 课就是为它而写

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 minutes. Show the three candidates on the next slide and let them vote before any formula.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 分钟。先看下一张的三种看法，投票之后再讲公式。

// %% figure="three-opinions" slideshow={"slide_type": "subslide"}
// 400 draws: six in ten from the left heap, four in ten from the right one
// zh: 400 个数：六成来自左边一堆，四成来自右边一堆
const measured = tf.tidy(() => {
  const isLeft = random.bernoulli<tf.Rank.R1>([400], 0.6);
  const middle = isLeft.mul(-4).add(2); // -2, or 2
  return random.normal<tf.Rank.R1>([400], 0, 0.6).add<Tensor1D>(middle);
});
const axis = Array.from({ length: 241 }, (_, i) => -6 + i * 0.05);
const gaussian = (x: number, mu: number, sigma: number) =>
  Math.exp(-((x - mu) ** 2) / (2 * sigma ** 2)) / (Math.sqrt(2 * Math.PI) * sigma);
const candidates = [
  [-2, 0.6],
  [0, 1],
  [-0.4, 2.1],
] as const;
show(
  figures.histogram({
    series: [{ name: 'measured' /* zh: '测量值' */, values: measured, color: 7 }],
    curves: candidates.map(([mu, sigma]) => ({
      name: `μ = ${mu}, σ = ${sigma}`,
      x: axis,
      y: axis.map((x) => gaussian(x, mu, sigma)),
    })),
    title:
      'Three opinions: sure of one heap, sure of the middle, wide enough for both' /* zh: '三种看法：认准一堆，认准中间，宽到盖住两堆' */,
    x: 'x',
    xRange: [-6, 6],
    y: 'density' /* zh: '密度' */,
  }),
);

// %% [markdown] lang="en"
// The standard answer to "best in what sense" is: the model that finds the data *least surprising*. If the $N$ measurements are
// independent, the model gives all of them together the density $\prod_i P_\theta(x_i)$, the **likelihood** of $\theta$. A product of 400
// small numbers underflows, so we take its logarithm, and we divide by $N$ so that the number does not depend on how much data there is:
//
// $$\ell(\theta)=\frac1N\sum_{i=1}^{N}\log P_\theta(x_i),\qquad
// \log P_\theta(x)=-\tfrac12\log 2\pi-\log\sigma-\frac{(x-\mu)^2}{2\sigma^2}.$$
//
// Its unit is the **nat** (with the natural logarithm; with $\log_2$ it would be the bit).
//
// ### Exercise 1 · Mean log-likelihood (2 points)
//
// You need `.sub`, `.square`, `.mean` and `Math.log`. The usual slips are a missing $\log\sigma$ (then a huge $\sigma$ would
// always win) and $\sigma$ where $\sigma^2$ belongs.

// %% [markdown] lang="zh"
// “按什么标准最好”，通行的回答是：让这些数据显得最不*意外*的那个模型。如果 $N$ 个测量值相互独立，模型给全体数据的密度就是
// $\prod_i P_\theta(x_i)$，称为 $\theta$ 的**似然**（likelihood）。400 个小数相乘会下溢，所以取对数；再除以 $N$，
// 结果就与数据多少无关：
//
// $$\ell(\theta)=\frac1N\sum_{i=1}^{N}\log P_\theta(x_i),\qquad
// \log P_\theta(x)=-\tfrac12\log 2\pi-\log\sigma-\frac{(x-\mu)^2}{2\sigma^2}.$$
//
// 它的单位是**奈特**（nat，用自然对数；若用 $\log_2$，单位就是比特）。
//
// ### 练习 1 · 平均对数似然（2 分）
//
// 需要用到 `.sub`、`.square`、`.mean` 和 `Math.log`。常见失误：漏掉 $\log\sigma$（那样 $\sigma$ 越大越占便宜），
// 或者该用 $\sigma^2$ 的地方写成了 $\sigma$。

// %% grade_id="lik-gaussian" points=2
/** The mean over the data of log N(x; μ, σ²), in nats. x: [N] -> scalar */
/* zh: 数据上 log N(x; μ, σ²) 的平均值，单位为奈特。x: [N] -> 标量 */
function meanLogLikelihood(x: Tensor1D, mu: number, sigma: number): Scalar {
  // BEGIN SOLUTION
  const constant = -0.5 * Math.log(2 * Math.PI) - Math.log(sigma);
  const squares = x
    .sub(mu)
    .square()
    .div(2 * sigma ** 2); // [N]
  return tf.sub(constant, squares.mean());
  // END SOLUTION
}
await check('lik-gaussian', { meanLogLikelihood });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Likelihood
//
// $$\ell(\theta)=\frac1N\sum_{i=1}^{N}\log P_\theta(x_i)\quad\text{nats}$$
//
// - independent data: densities multiply, logarithms add
// - forgives width, does not forgive being *sure and wrong*

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 似然
//
// $$\ell(\theta)=\frac1N\sum_{i=1}^{N}\log P_\theta(x_i)\quad\text{（奈特）}$$
//
// - 数据相互独立：密度相乘，对数相加
// - 容得下“宽”，容不下“既肯定又错”

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 1 before this slide, 8 minutes. The first candidate fits one heap well and comes last by far: ask why.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 这张之前做练习 1，8 分钟。第一种看法把一堆描得很准，却差得最远：让学生说为什么。

// %% figure="likelihood-of-the-middle" slideshow={"slide_type": "subslide"}
const [average, spread] = tf.tidy(() => {
  const { mean, variance } = tf.moments(measured);
  return [mean.dataSync()[0], Math.sqrt(variance.dataSync()[0])];
});
const score = (mu: number, sigma: number) => tf.tidy(() => meanLogLikelihood(measured, mu, sigma).dataSync()[0]);
for (const [mu, sigma] of candidates)
  console.log(`μ = ${mu}, σ = ${sigma}:`, score(mu, sigma).toFixed(3), 'nats' /* zh: '奈特' */);
const middles = axis.filter((mu) => Math.abs(mu) <= 3);
show(
  figures.curves({
    series: [
      { name: 'σ = 1', x: middles, y: middles.map((mu) => score(mu, 1)) },
      {
        name: 'σ = spread of the data' /* zh: 'σ = 数据的标准差' */,
        x: middles,
        y: middles.map((mu) => score(mu, spread)),
      },
    ],
    marks: [{ x: average, label: 'average of the data' /* zh: '数据的平均值' */ }],
    title: 'The likeliest middle is the average, whatever the width' /* zh: '无论多宽，似然最大的中心都是平均值' */,
    x: 'μ',
    y: 'ℓ(θ), nats a number' /* zh: 'ℓ(θ)，每个数的奈特数' */,
  }),
);

// %% [markdown] lang="en"
// The first candidate is tempting, because it fits one heap so well. It comes last by far: the 160 or so numbers of the other heap lie nearly seven
// of its $\sigma$ away on average, and cost over twenty nats each, on average. Likelihood forgives width; it does not forgive being sure and wrong.
//
// Setting the derivative of $\ell$ by $\mu$ to zero gives $\mu=\frac1N\sum_i x_i$, the average, for every $\sigma$; by $\sigma$, the standard deviation of the data.
// For most models no such formula exists and we climb with gradients. The goal stays the same:
//
// $$\theta^*=\arg\max_\theta\sum_i\log P_\theta(x_i).$$
//
// ## 2 · The same goal under another name
//
// What has this to do with a *distance between distributions*? Call $P_{\text{data}}$ the distribution that the measurements come from (nobody knows it; we have only draws from it). Five steps; say for each why it is allowed before you read the reason.
//
// $$\begin{aligned}
// \arg\max_\theta\tfrac1N\textstyle\sum_i\log P_\theta(x_i)
// &\;\approx\;\arg\max_\theta\;\mathbb E_{x\sim P_{\text{data}}}\bigl[\log P_\theta(x)\bigr] &&(1)\\
// &=\arg\max_\theta\;\textstyle\int P_{\text{data}}(x)\log P_\theta(x)\,dx &&(2)\\
// &=\arg\max_\theta\;\textstyle\int P_{\text{data}}(x)\log P_\theta(x)\,dx-\int P_{\text{data}}(x)\log P_{\text{data}}(x)\,dx &&(3)\\
// &=\arg\min_\theta\;\textstyle\int P_{\text{data}}(x)\log\frac{P_{\text{data}}(x)}{P_\theta(x)}\,dx &&(4)\\
// &=\arg\min_\theta\;\mathrm{KL}(P_{\text{data}}\,\|\,P_\theta) &&(5)
// \end{aligned}$$
//
// (1) The average over many independent draws comes close to the expectation: the law of large numbers. The only step that is not an
// equality. (2) What an expectation is. (3) The new term does not contain $\theta$, so it moves no maximum. (4) Two logarithms into one, and the sign
// turned, which turns max into min. (5) A name: the **Kullback–Leibler divergence**.
//
// So whoever maximizes likelihood minimizes KL from the data to the model, whether they know it or not.
//
// ## 3 · KL, and what it cannot stand
//
// On histograms with shares $p_i$ and $q_i$ that add up to 1, the integral is a sum:
//
// $$\mathrm{KL}(p\,\|\,q)=\sum_i p_i\log\frac{p_i}{q_i}.$$
//
// Two rules at the edges. Where $p_i=0$ the term is 0, because $a\log a\to0$ as $a\to0$. Where $q_i=0$ but $p_i>0$ it is $+\infty$: the model said "never" and it happened.
//
// KL is never negative. The reason is **Jensen's inequality**: for a concave function such as the logarithm, the average of the function is at most the function of the average. Hence
//
// $$-\mathrm{KL}(p\,\|\,q)=\sum_{p_i>0} p_i\log\frac{q_i}{p_i}\;\le\;\log\sum_{p_i>0} p_i\,\frac{q_i}{p_i}\;\le\;\log 1=0 ,$$
//
// and both are equalities only if $p=q$ (the first needs the same $q_i/p_i$ wherever $p_i>0$, the second needs all of $q$ to lie there). KL is no distance, though: $\mathrm{KL}(p\|q)\ne\mathrm{KL}(q\|p)$ in general.
//
// ### Exercise 2 · KL divergence (3 points)

// %% [markdown] lang="zh"
// 第一种很有诱惑力，因为它把其中一堆描得那么准。结果它差得最远：另一堆的约 160 个数离它平均有将近七个 $\sigma$，平均每一个都要付出二十多奈特。
// 似然容得下“宽”，容不下“既肯定又错”。
//
// 令 $\ell$ 对 $\mu$ 的导数为零，得 $\mu=\frac1N\sum_i x_i$，也就是平均值，与 $\sigma$ 无关；对 $\sigma$ 求导，得数据的标准差。
// 大多数模型没有这样的公式，只能沿梯度往上爬。目标是一样的：
//
// $$\theta^*=\arg\max_\theta\sum_i\log P_\theta(x_i).$$
//
// ## 2 · 同一个目标，另一个名字
//
// 这与*分布之间的距离*有什么关系？测量值来自某个分布，记作 $P_{\text{data}}$（没有人知道它，我们只有它的样本）。下面五步，每一步先自己说说为什么可以这样做，再看理由。
//
// $$\begin{aligned}
// \arg\max_\theta\tfrac1N\textstyle\sum_i\log P_\theta(x_i)
// &\;\approx\;\arg\max_\theta\;\mathbb E_{x\sim P_{\text{data}}}\bigl[\log P_\theta(x)\bigr] &&(1)\\
// &=\arg\max_\theta\;\textstyle\int P_{\text{data}}(x)\log P_\theta(x)\,dx &&(2)\\
// &=\arg\max_\theta\;\textstyle\int P_{\text{data}}(x)\log P_\theta(x)\,dx-\int P_{\text{data}}(x)\log P_{\text{data}}(x)\,dx &&(3)\\
// &=\arg\min_\theta\;\textstyle\int P_{\text{data}}(x)\log\frac{P_{\text{data}}(x)}{P_\theta(x)}\,dx &&(4)\\
// &=\arg\min_\theta\;\mathrm{KL}(P_{\text{data}}\,\|\,P_\theta) &&(5)
// \end{aligned}$$
//
// (1) 大量独立样本的平均接近期望：大数定律。只有这一步不是等号。(2) 期望的定义。(3) 新添的一项不含 $\theta$，不会移动最大值点。
// (4) 两个对数合成一个，同时变号，于是最大变成最小。(5) 起个名字：**KL 散度**（Kullback–Leibler divergence）。
//
// 所以，谁在最大化似然，谁就是在最小化从数据到模型的 KL，不管他知不知道。
//
// ## 3 · KL，以及它不能容忍的事
//
// 对直方图来说，设各格的占比为 $p_i$ 和 $q_i$，各自加起来等于 1，积分就成了求和：
//
// $$\mathrm{KL}(p\,\|\,q)=\sum_i p_i\log\frac{p_i}{q_i}.$$
//
// 边界上有两条规则。$p_i=0$ 时该项为 0，因为 $a\to0$ 时 $a\log a\to0$。$q_i=0$ 而 $p_i>0$ 时为 $+\infty$：模型说“绝不可能”，它却发生了。
//
// KL 永远不为负，理由是 **Jensen 不等式**：对数这样的凹函数，“函数的平均值”不大于“平均值的函数”。于是
//
// $$-\mathrm{KL}(p\,\|\,q)=\sum_{p_i>0} p_i\log\frac{q_i}{p_i}\;\le\;\log\sum_{p_i>0} p_i\,\frac{q_i}{p_i}\;\le\;\log 1=0 ,$$
//
// 而且只有 $p=q$ 时两处才都取等号（第一处要求凡 $p_i>0$ 处 $q_i/p_i$ 都相同，第二处要求 $q$ 全落在那里）。但它不是距离：一般来说 $\mathrm{KL}(p\|q)\ne\mathrm{KL}(q\|p)$。
//
// ### 练习 2 · KL 散度（3 分）

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The same goal under another name
//
// $$\arg\max_\theta\mathbb E_{x\sim P_{\text{data}}}\bigl[\log P_\theta(x)\bigr]=\arg\min_\theta\mathrm{KL}(P_{\text{data}}\,\|\,P_\theta)$$
//
// Two steps do it: add a term without $\theta$, turn the sign.
//
// $$\mathrm{KL}(p\,\|\,q)=\sum_i p_i\log\frac{p_i}{q_i}$$
//
// $0\log0=0$ · infinite where $q_i=0<p_i$ · not symmetric

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 同一个目标，另一个名字
//
// $$\arg\max_\theta\mathbb E_{x\sim P_{\text{data}}}\bigl[\log P_\theta(x)\bigr]=\arg\min_\theta\mathrm{KL}(P_{\text{data}}\,\|\,P_\theta)$$
//
// 只需两步：添一项不含 $\theta$ 的，再变号。
//
// $$\mathrm{KL}(p\,\|\,q)=\sum_i p_i\log\frac{p_i}{q_i}$$
//
// $0\log0=0$ · $q_i=0<p_i$ 时为无穷大 · 不对称

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Derive all five lines on the board; ask for the reason of each before giving it. Exercise 2: 8 minutes.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五行推导全部写在黑板上，每一行先问理由再给答案。练习 2：8 分钟。

// %% grade_id="div-kl" points=3
/** KL(p ‖ q) = Σ p log(p/q) in nats, with both rules at the edges. */
/* zh: KL(p ‖ q) = Σ p log(p/q)，单位为奈特，含边界上的两条规则。 */
function kl(p: readonly number[], q: readonly number[]): number {
  // BEGIN SOLUTION
  return p.reduce((sum, share, i) => (share === 0 ? sum : sum + share * Math.log(share / q[i])), 0);
  // END SOLUTION
}
await check('div-kl', { kl });

// %% [markdown] lang="en"
// ## 4 · Which way round? Two fits of the same data
//
// The data have two heaps, our model has one bump. It cannot win; the question is how it chooses to lose. We fit $(\mu,\sigma)$ twice by
// gradient descent on a fine grid: once by $\mathrm{KL}(P_{\text{data}}\|P_\theta)$, once by the **reverse KL**, $\mathrm{KL}(P_\theta\|P_{\text{data}})$.
//
// **Guess first**: draw both fits on paper, over the histogram above.

// %% [markdown] lang="zh"
// ## 4 · 哪个在前？同一数据的两种拟合
//
// 数据有两堆，模型只有一个峰。它赢不了，问题是它选择怎么输。我们在细网格上用梯度下降把 $(\mu,\sigma)$ 拟合两次：
// 一次用 $\mathrm{KL}(P_{\text{data}}\|P_\theta)$，一次用**反向 KL**，即 $\mathrm{KL}(P_\theta\|P_{\text{data}})$。
//
// **先猜一猜**：在纸上，把两种拟合画在上面的直方图上。

// %%
const grid = tf.tensor1d(axis); // [241]
const cell = 0.05;
// the tiny number keeps the logarithm finite where the data have no density to speak of
// zh: 加一个极小的数，免得在数据密度几乎为 0 的地方取对数得到负无穷
const target = tf.tidy(() =>
  tf.tensor1d(axis.map((x) => 0.6 * gaussian(x, -2, 0.6) + 0.4 * gaussian(x, 2, 0.6))).add<Tensor1D>(1e-12),
);
/** log P_θ on the grid, with log σ as the knob so that σ stays positive. */
/* zh: 网格上的 log P_θ；以 log σ 为旋钮，保证 σ 为正。 */
const logModel = (mu: tf.Tensor, logSigma: tf.Tensor) =>
  tf.tidy(() => {
    const squares = grid.sub(mu).div(logSigma.exp()).square().mul(0.5);
    return tf.sub(-0.5 * Math.log(2 * Math.PI), logSigma).sub<Tensor1D>(squares);
  });

async function fit(name: string, direction: 'forward' | 'reverse', start: number) {
  const [mu, logSigma] = [tf.variable(tf.scalar(start)), tf.variable(tf.scalar(0))];
  await train({
    name,
    variables: [mu, logSigma],
    batches: () => [grid.clone()],
    loss: () => {
      const [logP, logQ] = [target.log(), logModel(mu, logSigma)];
      const terms = direction === 'forward' ? target.mul(logP.sub(logQ)) : logQ.exp().mul(logQ.sub(logP));
      return terms.sum().mul(cell);
    },
    steps: 300,
    learningRate: 0.05,
  });
  return { mu: mu.dataSync()[0], sigma: Math.exp(logSigma.dataSync()[0]) };
}
const forwardFit = await fit('KL(data ‖ model)' /* zh: 'KL(数据 ‖ 模型)' */, 'forward', 1);
const reverseFit = await fit('KL(model ‖ data)' /* zh: 'KL(模型 ‖ 数据)' */, 'reverse', 1);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Which way round?
//
// Two heaps, one bump: the model cannot win. How does it choose to lose?
//
// - $\mathrm{KL}(P_{\text{data}}\|P_\theta)$ weighs with the *data*
// - $\mathrm{KL}(P_\theta\|P_{\text{data}})$ weighs with the *model*
//
// Draw both fits before the next slide.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 哪个在前？
//
// 数据两堆，模型一个峰：赢不了。它选择怎么输？
//
// - $\mathrm{KL}(P_{\text{data}}\|P_\theta)$ 按*数据*加权
// - $\mathrm{KL}(P_\theta\|P_{\text{data}})$ 按*模型*加权
//
// 翻页之前，把两种拟合画出来。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Mode-covering and mode-seeking: VAEs and flows err like the first, GANs often like the second. These two words come back all course long.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 覆盖众数与追逐众数：VAE 和流模型犯第一种错，GAN 常犯第二种错。这两个词整门课都会用到。

// %% figure="two-fits" slideshow={"slide_type": "subslide"}
const curveOf = (name: string, { mu, sigma }: { mu: number; sigma: number }) => ({
  name,
  x: axis,
  y: axis.map((x) => gaussian(x, mu, sigma)),
});
show(
  figures.curves({
    series: [
      { name: 'data' /* zh: '数据' */, x: axis, y: target, fill: true, color: 7 },
      curveOf('KL(data ‖ model)' /* zh: 'KL(数据 ‖ 模型)' */, forwardFit),
      curveOf('KL(model ‖ data)' /* zh: 'KL(模型 ‖ 数据)' */, reverseFit),
    ],
    title: 'KL covers every heap, reverse KL settles on one' /* zh: 'KL 把每一堆都盖住，反向 KL 守住一堆' */,
    x: 'x',
    yRange: [0, 0.7],
    y: 'density' /* zh: '密度' */,
  }),
);

// %% [markdown] lang="en"
// In $\mathrm{KL}(P_{\text{data}}\|P_\theta)$ the weights are the data's. Wherever there are data, $P_\theta$ must not be near 0; so the model stretches
// over both heaps and puts its peak where there is *nothing*. It is **mode-covering** (a mode is a peak of a density). In the reverse KL the weights are the model's own. Wherever the model puts its
// mass, there must be data; what it leaves out has a fixed and modest price. To keep only the heap with four tenths of the data costs $\log\frac1{0.4}\approx0.92$ nats, about the loss printed above, however far off the other heap lies.
// So it settles on one heap: **mode-seeking**. Which heap depends on where it started (here at 1, so the right one).
//
// Keep both curves in mind. Models trained by likelihood (VAE, flows) err like the first: they also draw things that do not
// exist, blurry mixtures. GANs often err like the second: sharp, but with parts of the data missing.
//
// ## 5 · Why not simply compute the likelihood of a network?
//
// A *generator* is a network that turns random numbers into data. Its input $z$ is called **latent**, since nobody ever sees it; here $z\sim\mathcal N(0,I)$, independent standard Gaussian numbers. The likelihood adds up over every $z$ that could have made this $x$:
//
// $$P_\theta(x)=\int P_\theta(x\mid z)\,P(z)\,dz=\mathbb E_{z\sim P(z)}\bigl[P_\theta(x\mid z)\bigr].$$
//
// That is an expectation: why not draw many $z$ and average? Let us try where the truth is known: $z\in\mathbb R^k$, and $x=z$ plus noise of size 0.3, so that
// $P(x\mid z)=\mathcal N(x;z,0.3^2I)$ and, exactly, $P(x)=\mathcal N(x;0,(1+0.3^2)I)$.
//
// **Guess first**: with 10,000 draws and $k=16$, how many nats will the estimate be off?

// %% [markdown] lang="zh"
// 在 $\mathrm{KL}(P_{\text{data}}\|P_\theta)$ 里，权重来自数据：凡有数据的地方，$P_\theta$ 都不能接近 0。于是模型摊开来盖住两堆，
// 峰顶却落在*什么都没有*的地方。这叫**覆盖众数**（mode-covering；众数就是密度的峰）。反向 KL 的权重来自模型自己：模型放了质量的地方必须有数据，
// 漏掉的部分只收一笔不大的固定费用：只留下占四成的那一堆，代价是 $\log\frac1{0.4}\approx0.92$ 奈特，与上面训练结束时的损失差不多，另一堆离得再远也不加价。
// 于是它守住一堆：**追逐众数**（mode-seeking）。守哪一堆，取决于从哪里出发（这里从 1 出发，所以是右边）。
//
// 请记住这两条曲线。靠似然训练的模型（VAE、流模型）犯的是第一种错：连不存在的东西也画，画出模糊的混合。GAN 常犯第二种错：
// 清晰，但数据的一部分不见了。
//
// ## 5 · 网络的似然，直接算不行吗？
//
// *生成器*是把随机数变成数据的网络。它的输入 $z$ 叫**隐变量**（latent），因为谁也看不到它；这里 $z\sim\mathcal N(0,I)$，即各分量是相互独立的标准高斯随机数。
// 它的似然要把所有可能造出这个 $x$ 的 $z$ 都加起来：
//
// $$P_\theta(x)=\int P_\theta(x\mid z)\,P(z)\,dz=\mathbb E_{z\sim P(z)}\bigl[P_\theta(x\mid z)\bigr].$$
//
// 既然是期望，多抽一些 $z$ 取平均不就行了？找一个知道真值的例子试试：$z\in\mathbb R^k$，$x$ 等于 $z$ 加上大小为 0.3 的噪声，于是
// $P(x\mid z)=\mathcal N(x;z,0.3^2I)$，而且精确地有 $P(x)=\mathcal N(x;0,(1+0.3^2)I)$。
//
// **先猜一猜**：$k=16$，抽 10,000 次，估计值会差多少奈特？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Why not simply compute it?
//
// $$P_\theta(x)=\mathbb E_{z\sim P(z)}\bigl[P_\theta(x\mid z)\bigr]$$
//
// Draw many $z$ and average. With $k=16$ and 10,000 draws: how many nats off?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 直接算不行吗？
//
// $$P_\theta(x)=\mathbb E_{z\sim P(z)}\bigl[P_\theta(x\mid z)\bigr]$$
//
// 多抽一些 $z$ 取平均。$k=16$，抽 10,000 次：差多少奈特？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Intractable: not impossible to write down, impossible to afford. Each family of the course is one way around this integral; show the table in the notebook.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// “难以计算”不是写不出来，而是算不起。课程里的每一族模型都是绕开这个积分的一种办法：给大家看笔记本里的表。

// %% figure="shortfall" slideshow={"slide_type": "subslide"}
const noiseSize = 0.3;
/** log of a Gaussian with one variance for all coordinates. squares: ‖x − mean‖² */
/* zh: 各坐标方差相同的高斯分布的对数密度。squares: ‖x − 均值‖² */
const logGaussian = (squares: tf.Tensor, variance: number, k: number) =>
  squares.div(-2 * variance).sub(0.5 * k * Math.log(2 * Math.PI * variance));

/** How far the average over `draws` latents falls short of log P(x), a mean over 20 x. */
/* zh: 用 `draws` 个隐变量取平均，比 log P(x) 低多少；对 20 个 x 取平均。 */
function shortfall(k: number, draws: number): number {
  return tf.tidy(() => {
    const x = random.normal<tf.Rank.R2>([20, k], 0, Math.sqrt(1 + noiseSize ** 2));
    const z = random.normal<tf.Rank.R2>([draws, k]);
    const squares = x
      .square()
      .sum(1, true)
      .add(z.square().sum(1))
      .sub(x.matMul(z, false, true).mul(2)); // ‖x − z‖², [20,draws]
    const estimate = tf.logSumExp(logGaussian(squares, noiseSize ** 2, k), 1).sub(Math.log(draws)); // [20]
    const truth = logGaussian(x.square().sum(1), 1 + noiseSize ** 2, k); // [20]
    return truth.sub(estimate).mean().dataSync()[0];
  });
}
const drawCounts = [10, 100, 1000, 10_000];
show(
  figures.curves({
    series: [1, 4, 16].map((k) => ({
      name: `k = ${k}`,
      x: drawCounts,
      y: drawCounts.map((draws) => shortfall(k, draws)),
      points: true,
    })),
    logX: true,
    title:
      'In 16 dimensions even 10,000 draws miss where x came from' /* zh: '在 16 维里，抽一万次也碰不到 x 的来处' */,
    x: 'draws of z' /* zh: 'z 的抽样次数' */,
    y: 'log P(x) − estimate, nats' /* zh: 'log P(x) − 估计值，奈特' */,
  }),
);

// %% [markdown] lang="en"
// In one dimension a hundred draws do. In sixteen, ten thousand draws leave the estimate nearly twenty nats short, because hardly any $z$ lands near the one that made $x$, and the average
// lives on those few. (The average of $P(x\mid z)$ is right in the long run. But we need its logarithm, and by Jensen's inequality the logarithm of an average that varies from run to run is too *low* on average.) The number of draws needed grows exponentially with $k$. Latent spaces in this course have up to a few hundred dimensions. This integral is what people mean by
// "the likelihood is **intractable**". Each family of the course is one answer to it:
//
// | family | its way around the integral |
// |---|---|
// | VAE (04) | guesses which $z$ made $x$, and gets a lower bound: a number that $\log P_\theta(x)$ is never below |
// | GAN (05, 06) | never asks for a likelihood; compares samples instead |
// | flow (09) | makes $x=f(z)$ invertible, so that only one $z$ counts |
// | autoregressive (09) | has no $z$: makes $x$ part by part, and multiplies their probabilities |
// | diffusion (11) | makes $x$ in many small steps, and gets a lower bound from each |
//
// ## 6 · Jensen–Shannon: never infinite
//
// KL is infinite as soon as the model excludes one thing that happens. A gentler instrument compares both with their middle, $m=\frac12(p+q)$:
//
// $$\mathrm{JS}(p,q)=\tfrac12\,\mathrm{KL}(p\,\|\,m)+\tfrac12\,\mathrm{KL}(q\,\|\,m).$$
//
// It is symmetric, and it cannot be infinite, since $m_i>0$ wherever $p_i>0$ or $q_i>0$. How large can it be? In $\mathrm{KL}(p\|m)=\sum_i p_i\log\frac{2p_i}{p_i+q_i}$ no fraction exceeds 2, so each half is at most $\log2$. And that is reached by $p$ and $q$ that share nothing: where $p_i>0$, $q_i=0$, so every fraction
// that counts is exactly 2. (The places where a distribution is not 0 are its *support*.) So
//
// $$\text{disjoint supports}\;\Rightarrow\;\mathrm{JS}(p,q)=\log 2\approx0.693,\ \text{however far apart they are.}$$
//
// ### Exercise 3 · Jensen–Shannon divergence (2 points)
//
// Use your `kl`.

// %% [markdown] lang="zh"
// 一维时抽一百次就够了。到了十六维，抽一万次仍低了将近二十奈特：几乎没有 $z$ 落在真正造出 $x$ 的那个附近，而平均值全靠那寥寥几个撑着。
// （$P(x\mid z)$ 的平均值长期来看是对的，可我们要的是它的对数；平均值每次实验都会波动，由 Jensen 不等式，它的对数平均来说偏*低*。）
// 所需的抽样次数随 $k$ 指数增长，而本课程的隐空间可达几百维。人们说“似然**难以计算**”（intractable），指的就是这个积分。
// 课程里的每一族模型，都是绕开它的一种办法：
//
// | 模型族 | 怎样绕开这个积分 |
// |---|---|
// | VAE（04） | 猜是哪个 $z$ 造出了 $x$，得到一个下界：$\log P_\theta(x)$ 绝不会比它小 |
// | GAN（05、06） | 根本不问似然，只拿样本来比 |
// | 流模型（09） | 让 $x=f(z)$ 可逆，只有一个 $z$ 需要考虑 |
// | 自回归（09） | 没有 $z$：一部分一部分地造出 $x$，把各部分的概率乘起来 |
// | 扩散（11） | 分许多小步造出 $x$，每一步各得一个下界 |
//
// ## 6 · JS 散度：永远不会无穷大
//
// 只要模型排除了一件真会发生的事，KL 就是无穷大。温和一点的仪器，是让两者都去和它们的平均 $m=\frac12(p+q)$ 比：
//
// $$\mathrm{JS}(p,q)=\tfrac12\,\mathrm{KL}(p\,\|\,m)+\tfrac12\,\mathrm{KL}(q\,\|\,m).$$
//
// 这就是 **JS 散度**（Jensen–Shannon divergence）。它是对称的，也不可能无穷大，因为凡是 $p_i>0$ 或 $q_i>0$ 的地方都有 $m_i>0$。它最大是多少？
// 在 $\mathrm{KL}(p\|m)=\sum_i p_i\log\frac{2p_i}{p_i+q_i}$ 里，每个分数都不超过 2，所以每一半至多是 $\log2$。毫无重叠的 $p$ 和 $q$ 正好达到它：
// 凡 $p_i>0$ 处 $q_i=0$，起作用的分数全都等于 2。（分布不为 0 的地方，叫它的*支撑集*。）因此
//
// $$\text{支撑集不相交}\;\Rightarrow\;\mathrm{JS}(p,q)=\log 2\approx0.693\text{，不管相距多远。}$$
//
// ### 练习 3 · JS 散度（2 分）
//
// 请用你写的 `kl`。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Jensen–Shannon
//
// $$\mathrm{JS}=\tfrac12\mathrm{KL}(p\|m)+\tfrac12\mathrm{KL}(q\|m),\quad m=\tfrac12(p+q)$$
//
// Disjoint supports: $\mathrm{JS}=\log2\approx0.693$, **however far apart**

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## JS 散度
//
// $$\mathrm{JS}=\tfrac12\mathrm{KL}(p\|m)+\tfrac12\mathrm{KL}(q\|m),\quad m=\tfrac12(p+q)$$
//
// 支撑集不相交：$\mathrm{JS}=\log2\approx0.693$，**不管相距多远**

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 3, 5 minutes. Leave 0.693 on the board: they will meet it in training curves.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 3，5 分钟。把 0.693 留在黑板上：以后会在训练曲线里碰到它。

// %% grade_id="div-js" points=2
/** ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = ½ (p + q), in nats. */
/* zh: ½ KL(p ‖ m) + ½ KL(q ‖ m)，其中 m = ½ (p + q)，单位为奈特。 */
function js(p: readonly number[], q: readonly number[]): number {
  // BEGIN SOLUTION
  const m = p.map((share, i) => (share + q[i]) / 2);
  return kl(p, m) / 2 + kl(q, m) / 2;
  // END SOLUTION
}
await check('div-js', { js });

// %% [markdown] lang="en"
// ## 7 · Moving earth
//
// The fourth instrument does not compare heights at the same place. It takes the two densities for heaps of earth, and asks how much work it is to turn one into the other: mass times
// the distance that it is carried, by the cheapest plan. This is the **Wasserstein-1** or **earth mover's distance**, $W_1$.
//
// On a line the cheapest plan never lets two loads cross: the leftmost grain goes to the leftmost place. So for two samples of $N$ numbers each, sort both, write $x_{(i)}$ for the $i$-th smallest, and carry it to $y_{(i)}$:
//
// $$W_1=\frac1N\sum_{i=1}^N\bigl|x_{(i)}-y_{(i)}\bigr| .$$
//
// The value below which a given share of the draws lies is called a *quantile*: $x_{(i)}$ is one. So $W_1$ compares equal quantiles where the other three compare equal places. Its unit is that of $x$ itself.
//
// ### Exercise 4 · Wasserstein by sorting (3 points)
//
// A trap of the language: `[10, 9].sort()` gives `[10, 9]`, because JavaScript sorts as text unless you say how to compare. And leave the caller's arrays as they were.

// %% [markdown] lang="zh"
// ## 7 · 搬土
//
// 第四件仪器不比较同一位置上的高度。它把两个密度当成两堆土，问把一堆搬成另一堆要做多少功：质量乘以搬运距离，按最省的方案计算。
// 这就是 **Wasserstein-1 距离**，又叫**推土机距离**（earth mover's distance），记作 $W_1$。
//
// 在一条直线上，最省的方案里搬运路线从不交叉：最左边的土搬到最左边的位置。所以对各有 $N$ 个数的两组样本，分别排序，
// 第 $i$ 小的数记作 $x_{(i)}$，把它搬到 $y_{(i)}$：
//
// $$W_1=\frac1N\sum_{i=1}^N\bigl|x_{(i)}-y_{(i)}\bigr| .$$
//
// 有一定比例的样本小于某个值，这个值就叫*分位数*，$x_{(i)}$ 就是一个。所以 $W_1$ 比较的是相同的分位数，另外三件仪器比较的是相同的位置。它的单位就是 $x$ 的单位。
//
// ### 练习 4 · 用排序计算 Wasserstein 距离（3 分）
//
// 语言里有个坑：`[10, 9].sort()` 得到的是 `[10, 9]`，因为不说明怎么比较时，JavaScript 按文本排序。另外，别改动调用者的数组。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Moving earth
//
// $$W_1=\frac1N\sum_{i=1}^N\bigl|x_{(i)}-y_{(i)}\bigr|$$
//
// Work = mass × distance, by the cheapest plan. On a line: sort both, carry the $i$-th to the $i$-th.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 搬土
//
// $$W_1=\frac1N\sum_{i=1}^N\bigl|x_{(i)}-y_{(i)}\bigr|$$
//
// 功 = 质量 × 距离，按最省的方案。在直线上：各自排序，第 $i$ 个搬到第 $i$ 个。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 4, 8 minutes; the sort() trap costs most people a point.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 4，8 分钟；sort() 的坑会让不少人丢分。

// %% grade_id="div-wasserstein" points=3
/** W₁ of two samples of equally many numbers, by their quantiles. */
/* zh: 个数相等的两组样本的 W₁，用分位数计算。 */
function wasserstein1(x: readonly number[], y: readonly number[]): number {
  // BEGIN SOLUTION
  const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
  const [a, b] = [sorted(x), sorted(y)];
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
  // END SOLUTION
}
await check('div-wasserstein', { wasserstein1 });

// %% [markdown] lang="en"
// ## 8 · Four needles
//
// Now push two bumps apart, a narrow one at 0 and a wider one at $d$, and read all four instruments: KL (with the narrow one's shares as weights), reverse KL and JS from the exact shares in 1001 narrow bins, $W_1$ from 4000 draws of each. (Above the frames of the animation: KL / reverse KL.)
//
// **Guess first**: which of the four needles still move between $d=3$ and $d=4$?

// %% [markdown] lang="zh"
// ## 8 · 四根指针
//
// 现在把两个峰推开：窄的在 0，宽的在 $d$，同时读四件仪器：KL（以窄峰的占比为权重）、反向 KL 和 JS 用 1001 个窄格子里的精确占比计算，$W_1$ 用各 4000 个样本计算。（动画每一帧上方的“KL”后面依次是 KL / 反向 KL。）
//
// **先猜一猜**：$d$ 从 3 增加到 4，四根指针里哪几根还在动？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Four needles
//
// A narrow bump at 0, a wider one at $d$.
//
// **Guess**: which of the four still move between $d=3$ and $d=4$?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 四根指针
//
// 窄峰在 0，宽峰在 $d$。
//
// **猜一猜**：$d$ 从 3 增加到 4，哪几根还在动？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// The figure of the lesson. From d = 3 on JS stands on a plateau with slope 0: a generator that hears only JS gets no direction. Then play the animation.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 本课最重要的一张图。d 超过 3，JS 就上了高原，斜率为 0：只听 JS 的生成器得不到方向。接着播放动画。

// %% figure="four-needles" slideshow={"slide_type": "subslide"}
const places = Array.from({ length: 1001 }, (_, i) => -3 + i * 0.01);
/** Shares of a bump in each cell of `places`. */
/* zh: 一个峰在 `places` 各格中的占比。 */
const bump = (middle: number, width: number) => {
  const heights = places.map((x) => gaussian(x, middle, width));
  const whole = heights.reduce((sum, height) => sum + height, 0);
  return heights.map((height) => height / whole);
};
const narrowSample = Array.from(random.normal([4000], 0, 0.3).dataSync());
const wideSample = Array.from(random.normal([4000], 0, 0.45).dataSync());
const distances = Array.from({ length: 41 }, (_, i) => i * 0.1);
const narrow = bump(0, 0.3);
const readings = distances.map((d) => {
  const wide = bump(d, 0.45);
  return {
    forward: kl(narrow, wide),
    reverse: kl(wide, narrow),
    js: js(narrow, wide),
    w1: wasserstein1(
      narrowSample,
      wideSample.map((value) => value + d),
    ),
  };
});
const needles = [
  { name: 'KL', y: readings.map((one) => one.forward) },
  { name: 'reverse KL' /* zh: '反向 KL' */, y: readings.map((one) => one.reverse) },
  { name: 'JS', y: readings.map((one) => one.js) },
  { name: 'W₁', y: readings.map((one) => one.w1) },
].map((needle) => ({ ...needle, x: distances }));
const slopes = needles.map(({ name, y }) => ({
  name,
  x: distances.slice(1),
  y: y.slice(1).map((value, i) => (value - y[i]) / 0.1),
}));
show(
  figures.panels(
    [
      figures.curves({
        series: needles,
        title: 'What the needles show' /* zh: '指针的读数' */,
        x: 'distance d' /* zh: '距离 d' */,
        y: 'reading (nats; W₁: units of x)' /* zh: '读数（奈特；W₁ 与 x 同单位）' */,
        logY: true,
        yRange: [0.03, 100],
      }),
      figures.curves({
        series: slopes,
        title: 'How fast they move' /* zh: '指针动得多快' */,
        x: 'distance d' /* zh: '距离 d' */,
        y: 'slope' /* zh: '斜率' */,
        logY: true,
        yRange: [0.001, 100],
      }),
    ],
    {
      title:
        'From d = 3 on JS stands still; the other three keep moving' /* zh: 'd 超过 3，JS 就不动了，另外三件还在动' */,
    },
  ),
);

// %% figure="bumps-apart" slideshow={"slide_type": "subslide"}
const frames = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4].map((d) => {
  const at = readings[Math.round(d / 0.1)];
  return {
    label: `d = ${d}: KL ${at.forward.toFixed(1)} / ${at.reverse.toFixed(1)}, JS ${at.js.toFixed(3)}, W₁ ${at.w1.toFixed(2)}`,
    figure: figures.curves({
      series: [
        { name: 'narrow' /* zh: '窄' */, x: places, y: places.map((x) => gaussian(x, 0, 0.3)), fill: true },
        { name: 'wide' /* zh: '宽' */, x: places, y: places.map((x) => gaussian(x, d, 0.45)), fill: true },
      ],
      title:
        'Once the bumps share nothing, JS no longer sees how far apart they are' /* zh: '两个峰不再重叠之后，JS 就看不出相距多远' */,
      x: 'x',
      y: 'density' /* zh: '密度' */,
      xRange: [-1.5, 6],
      yRange: [0, 1.5],
    }),
  };
});
show(figures.animation(frames, { milliseconds: 500 }));

// %% [markdown] lang="en"
// Three of the four still move; only JS has stopped. (Both axes are logarithmic upwards, or the KLs would leave the page.) Both KLs keep growing, faster and faster: they speak of ratios of densities, and far out in a Gaussian's tail those are astronomical. If the bumps had ends, a KL would be infinite as soon as its first bump stuck out of its second. JS climbs, and from $d\approx3$ on it is log 2 to three digits.
// Its slope is 0 there. A generator that is told only the JS divergence stands on a plateau: it is wrong, and no direction is less wrong. $W_1$ grows like $d$ itself: from $d\approx0.5$ on its slope is 1, however far you go. "Further" is always worse and "nearer" always better, and that
// is all that gradient descent needs. (At $d=0$ it does not reach 0, because the bumps have different widths, and its slope is 0 there: that is its minimum.)
//
// Images of clothes lie on a thin sheet (lesson 03). Two thin sheets in 784 dimensions hardly ever overlap, so early in training a generator's images and the real ones are in the situation of the right half of this figure. Arjovsky, Chintala & Bottou
// (2017) built the Wasserstein GAN on that remark.
//
// ## 9 · The plan, exactly
//
// In more than one dimension sorting is no help: there is no "leftmost". For $N$ points here and $N$ points there, all of weight $1/N$, a plan is a pairing $\pi$, and
//
// $$W_1=\min_{\pi}\;\frac1N\sum_{i=1}^N\lVert x_i-y_{\pi(i)}\rVert .$$
//
// That is the **assignment problem**, solved exactly in about $N^3$ steps. With unequal weights $a_i$ and $b_j$ it becomes a **linear program** over how much $\gamma_{ij}\ge0$ goes from $i$ to $j$:
//
// $$W_1=\min_{\gamma\ge0}\sum_{ij}\gamma_{ij}\lVert x_i-y_j\rVert\quad\text{with}\quad\sum_j\gamma_{ij}=a_i,\;\sum_i\gamma_{ij}=b_j .$$
//
// Below, 24 points are carried from a heap to a ring by three plans: in the order in which they happen to be listed; greedily, each point in turn taking the nearest place still free; and by the cheapest plan.
//
// **Guess first**: how much dearer than the cheapest plan is greed? Ten percent, or twice as much?

// %% [markdown] lang="zh"
// 四根里有三根还在动，只有 JS 停了。两个 KL 一直在涨，而且越涨越快：（两幅图的纵轴都是对数刻度，否则 KL 会冲出画面。）它们说的是密度之比，在高斯分布的尾部，这个比值是天文数字。假如峰有边界，那么前一个峰只要有一点伸出后一个峰之外，KL 就是无穷大。
// JS 先往上爬，$d\approx3$ 之后，前三位小数就已经是 log 2，斜率为 0。只听 JS 散度指挥的生成器，此时站在一片高原上：它离目标很远，可往哪个方向挪，损失都不变。
// $W_1$ 像 $d$ 一样增长：从 $d\approx0.5$ 起，不管走多远，斜率都是 1。“更远”总是更差，“更近”总是更好，梯度下降要的就是这个。
// （$d=0$ 处它没有降到 0，因为两个峰宽窄不同；那里斜率为 0，正是它的最小值。）
//
// 衣物图像躺在一张薄薄的“纸”上（第 03 课）。784 维空间里的两张薄纸几乎从不重叠，所以训练初期，生成的图像与真实图像正处在这幅图的右半边。
// Arjovsky、Chintala 和 Bottou（2017）就是从这一点出发，造出了 Wasserstein GAN。
//
// ## 9 · 精确的方案
//
// 到了二维以上，排序就没用了：没有“最左边”可言。这边 $N$ 个点，那边 $N$ 个点，每个点的权重都是 $1/N$，方案就是一种配对 $\pi$：
//
// $$W_1=\min_{\pi}\;\frac1N\sum_{i=1}^N\lVert x_i-y_{\pi(i)}\rVert .$$
//
// 这就是**指派问题**（assignment problem），大约 $N^3$ 步就能精确求解。权重 $a_i$、$b_j$ 不相等时，它变成一个**线性规划**，
// 变量是从 $i$ 运到 $j$ 的量 $\gamma_{ij}\ge0$：
//
// $$W_1=\min_{\gamma\ge0}\sum_{ij}\gamma_{ij}\lVert x_i-y_j\rVert\quad\text{满足}\quad\sum_j\gamma_{ij}=a_i,\;\sum_i\gamma_{ij}=b_j .$$
//
// 下面用三种方案把 24 个点从一堆搬到一个圆环上：按它们碰巧排列的顺序；贪心法，每个点依次占据最近的空位；最省的方案。
//
// **先猜一猜**：贪心比最省的方案贵多少？一成，还是一倍？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The plan, exactly
//
// $$W_1=\min_{\gamma\ge0}\sum_{ij}\gamma_{ij}\lVert x_i-y_j\rVert,\quad \sum_j\gamma_{ij}=a_i,\ \sum_i\gamma_{ij}=b_j$$
//
// **Guess**: how much dearer than the cheapest plan is greed?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 精确的方案
//
// $$W_1=\min_{\gamma\ge0}\sum_{ij}\gamma_{ij}\lVert x_i-y_j\rVert,\quad \sum_j\gamma_{ij}=a_i,\ \sum_i\gamma_{ij}=b_j$$
//
// **猜一猜**：贪心比最省的方案贵多少？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// In the cheapest plan no two ways cross: the triangle inequality, twice. End with section 10: counting bins does not measure a divergence of samples.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 最省的方案里没有两条路交叉：用两次三角不等式。最后讲第 10 节：数格子量不出样本的散度。

// %% figure="three-plans" slideshow={"slide_type": "subslide"}
const count = 24;
const heap = random.normal<tf.Rank.R2>([count, 2], 0, 0.5);
const ring = tf.tidy(() => {
  const angle = random.uniform<tf.Rank.R1>([count], 0, 2 * Math.PI);
  return tf.stack<Tensor1D>([angle.cos(), angle.sin()], 1).mul<Tensor2D>(2);
});
const [heapRows, ringRows] = [heap.arraySync(), ring.arraySync()];
const length = (i: number, j: number) => Math.hypot(heapRows[i][0] - ringRows[j][0], heapRows[i][1] - ringRows[j][1]);
const listed = heapRows.map((_, i) => i);
const greedy: number[] = [];
for (const i of listed) {
  const free = listed.filter((j) => !greedy.includes(j));
  greedy.push(free.reduce((best, j) => (length(i, j) < length(i, best) ? j : best)));
}
const cheapest = Array.from((await metrics.wasserstein(heap, ring)).plan);
const cost = (plan: readonly number[]) => plan.reduce((sum, j, i) => sum + length(i, j), 0) / count;
const drawn = (name: string, plan: readonly number[]) =>
  figures.arrows({
    points: heapRows,
    vectors: plan.map((j, i) => [ringRows[j][0] - heapRows[i][0], ringRows[j][1] - heapRows[i][1]]),
    scale: 1,
    series: [
      { name: 'from' /* zh: '起点' */, points: heap },
      { name: 'to' /* zh: '终点' */, points: ring, color: 1 },
    ],
    title: `${name}: ${cost(plan).toFixed(2)}`,
    x: 'x₁',
    y: 'x₂',
  });
show(
  figures.panels(
    [
      drawn('as listed' /* zh: '按顺序' */, listed),
      drawn('greedy' /* zh: '贪心' */, greedy),
      drawn('cheapest, W₁' /* zh: '最省，即 W₁' */, cheapest),
    ],
    { title: 'In the cheapest plan no two ways cross' /* zh: '最省的方案里，没有两条路交叉' */, share: 'both' },
  ),
);

// %% [markdown] lang="en"
// Greed costs about a tenth more here: it starts well, but whoever comes late finds the near places taken, and must go far. In the cheapest plan no two ways cross; if two did, exchanging their ends would make both shorter together (the triangle inequality, twice).
//
// ### Exercise 5 · The cheapest plan by trying all (3 points, optional, the hardest of this lesson)
//
// For a handful of points you can try every pairing. `cost[i][j]` is the price of carrying $i$ to $j$; give the pairing $\pi$ as an array, `plan[i] = j`. A function that calls itself
// is the short way: carry point 0 to each place in turn, and solve what is left.

// %% [markdown] lang="zh"
// 这里贪心贵出一成左右：开头很好，可轮到后面的点时，近处的位置都被占了，只好走远路。最省的方案里没有两条路交叉；假如有，交换它们的终点，两条路的总长就会变短（用两次三角不等式）。
//
// ### 练习 5 · 试遍所有方案，找最省的（3 分，选做，本课最难）
//
// 只有几个点时，可以把所有配对都试一遍。`cost[i][j]` 是把 $i$ 搬到 $j$ 的价钱；把配对 $\pi$ 写成数组，`plan[i] = j`。
// 最短的写法是让函数调用自己：先把第 0 个点依次搬到每个位置，再解决剩下的。

// %% grade_id="div-plan" points=3
/** The pairing with the smallest Σ cost[i][plan[i]]; each place is used once. cost: n × n, n ≤ 6 */
/* zh: 使 Σ cost[i][plan[i]] 最小的配对，每个位置恰用一次。cost: n × n，n ≤ 6 */
function cheapestPlan(cost: readonly (readonly number[])[]): number[] {
  // BEGIN SOLUTION
  const price = (plan: readonly number[]) => plan.reduce((sum, j, i) => sum + cost[i][j], 0);
  const complete = (begun: readonly number[]): number[] => {
    if (begun.length === cost.length) return [...begun];
    const free = cost.map((_, j) => j).filter((j) => !begun.includes(j));
    const plans = free.map((j) => complete([...begun, j]));
    return plans.reduce((best, plan) => (price(plan) < price(best) ? plan : best));
  };
  return complete([]);
  // END SOLUTION
}
await check('div-plan', { cheapestPlan });

// %% [markdown] lang="en"
// ## 10 · Break it: a divergence of two samples
//
// In practice nobody hands you $p$ and $q$; you have samples. Draw two samples of 500 from the *same* distribution, count them in bins (what share of the draws falls into each), and ask the instruments how different they are. The right answer is 0.
//
// **Guess first**: what does KL say with 100 bins?

// %% [markdown] lang="zh"
// ## 10 · 弄坏它：两组样本的散度
//
// 实际中没人会把 $p$ 和 $q$ 交给你，你手里只有样本。从*同一个*分布抽两组样本，各 500 个，分箱（bin）计数，也就是数出每个格子里样本的占比，再问仪器它们有多不同。正确答案是 0。
//
// **先猜一猜**：分成 100 格，KL 会说什么？

// %%
const [once, twice] = [0, 1].map(() => Array.from(random.normal([500]).dataSync()));
const rows = [5, 20, 100].map((bins) => {
  const [p, q] = [once, twice].map((values) => Array.from(metrics.histogram(values, -5, 5, bins)));
  return {
    ['bins' /* zh: '格数' */]: String(bins),
    KL: kl(p, q).toFixed(3),
    JS: js(p, q).toFixed(3),
    'W₁': wasserstein1(once, twice).toFixed(3),
  };
});
show(
  figures.table(rows, {
    title:
      'Two samples of one distribution: the finer the bins, the more different they seem' /* zh: '同一分布的两组样本：格子越细，看上去越不同' */,
  }),
);

// %% [markdown] lang="en"
// KL is infinite as soon as a single bin holds a draw of the first sample and none of the second, and the finer the bins, the surer that is. JS stays finite and is still wrong: it grows with the number of bins until every draw has a bin to itself and it says log 2. In 784 dimensions every draw *does* have a bin to itself.
// $W_1$ needs no bins. (It is not 0 either, for these are two different sets of draws; but no choice of bins can change it, and on the line it shrinks like $1/\sqrt N$ as the samples grow. In many dimensions it shrinks so slowly that it, too, is far too large for any sample one can have.) So a divergence of samples cannot be had by counting. GANs (lesson 05) let a network estimate JS; lesson 06 lets one estimate $W_1$.
//
// ### Exercise 6 · Find the bug (2 points)
//
// With few bins and plenty of draws, counting can still be useful. Somebody does so with our two bumps at $d=4$ and reads a JS divergence of less than 0.05. Two bumps that share nothing! The whole program:
//
// ```ts
// const share = (v: number[]) => Array.from(metrics.histogram(v, Math.min(...v), Math.max(...v), bins));
// return js(share(x), share(y));
// ```
//
// `metrics.histogram(values, low, high, bins)` cuts the stretch from `low` to `high` into `bins` bins and gives the share of the values in each; what lies outside is counted nowhere. Write the program right.

// %% [markdown] lang="zh"
// 只要有一格装着第一组的样本而没有第二组的，KL 就是无穷大；格子越细，这越难避免。JS 始终有限，但仍是错的：它随格数增长，
// 直到每个样本独占一格，这时它说 log 2。而在 784 维里，每个样本*确实*独占一格。$W_1$ 不需要格子。（它也不等于 0，毕竟这是两次不同的抽样；但它不受分格的影响，
// 而且在直线上随样本数按 $1/\sqrt N$ 减小。维数高时它减小得极慢，样本再多，读数也同样严重偏大。）所以，样本之间的散度不能靠数格子得到。
// GAN（第 05 课）让一个网络去估计 JS，第 06 课让一个网络去估计 $W_1$。
//
// ### 练习 6 · 找出错误（2 分）
//
// 格子少、样本多的时候，数格子还是有用的。有人用它去量我们那两个峰，$d=4$ 时读出的 JS 散度不到 0.05。两个峰可是毫无重叠！整个程序是：
//
// ```ts
// const share = (v: number[]) => Array.from(metrics.histogram(v, Math.min(...v), Math.max(...v), bins));
// return js(share(x), share(y));
// ```
//
// `metrics.histogram(values, low, high, bins)` 把 `low` 到 `high` 的一段分成 `bins` 格，给出每格里数值的占比；落在这段之外的不计入任何一格。请写出正确的程序。

// %% grade_id="div-samples" points=2
/** The JS divergence of two samples, each counted in `bins` bins, in nats. The samples may differ in size. */
/* zh: 两组样本数进 `bins` 个格子之后的 JS 散度，单位为奈特。两组的个数可以不同。 */
function sampleJs(x: readonly number[], y: readonly number[], bins: number): number {
  // BEGIN SOLUTION
  const together = [...x, ...y];
  const [lowest, highest] = [Math.min(...together), Math.max(...together)];
  const [left, right] = [x, y].map((one) => Array.from(metrics.histogram(one, lowest, highest, bins)));
  return js(left, right);
  // END SOLUTION
}
await check('div-samples', { sampleJs });

// %%
for (const d of [0, 1, 4]) {
  const shifted = wideSample.map((value) => value + d);
  console.log(`d = ${d}: JS ${sampleJs(narrowSample, shifted, 40).toFixed(3)}`);
}

// %% [markdown] lang="en"
// Both samples must be counted in the *same* bins. Bins of their own show the shapes and hide the places, and no single reading gives that away; moving one sample far off and reading again does.
//
// **What to look at first when a divergence is odd**: is it infinite or NaN? Then some $q_i$ is 0, or was rounded to 0. Is it near 0.693? Then you are reading a JS divergence of things that do not overlap, and its gradient tells you nothing.
//
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. Somebody reports a log-likelihood of +1.3 nats. Is a probability above 1 possible?</summary>
//
// Of a *density*, yes: a Gaussian with $\sigma=0.1$ is about 4 at its peak. Only probabilities of discrete things are at most 1. Rescaling $x$ changes a density, so log-likelihoods compare only in the same units.
// </details>
//
// <details><summary>2. In step (3) of the derivation we added a term. Could that have changed the best θ?</summary>
//
// No: it holds $P_{\text{data}}$ alone, no $\theta$. It changes the value (from $\int P_{\text{data}}\log P_\theta\,dx$, minus the *cross-entropy*, to minus the KL) and moves no maximum.
// </details>
//
// <details><summary>3. The data are pictures of ten kinds of clothes, a tenth of each. A generator draws only trousers, perfectly. Which KL punishes it, which hardly?</summary>
//
// $\mathrm{KL}(P_{\text{data}}\|P_\theta)$ is infinite: shirts happen, and the model excludes them. $\mathrm{KL}(P_\theta\|P_{\text{data}})$ is only $\log 10\approx2.3$ nats (all its mass on a tenth of the data), whatever is missing there.
// </details>
//
// <details><summary>4. p is all mass at 0, q all mass at d > 0. All four readings?</summary>
//
// $\mathrm{KL}=\infty$ both ways; $\mathrm{JS}=\log2$; $W_1=d$. Only the last knows how far.
// </details>
//
// <details><summary>5. A training curve shows a "JS loss" of 0.693 that does not move. Good or bad?</summary>
//
// Bad: log 2 is its largest value. The two distributions do not overlap, and the gradient is 0.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | mean log-likelihood | $\ell(\theta)=\frac1N\sum_i\log P_\theta(x_i)$ |
// | maximum likelihood | $\arg\max_\theta\ell(\theta)\approx\arg\min_\theta\mathrm{KL}(P_{\text{data}}\Vert P_\theta)$ |
// | KL | $\sum_ip_i\log(p_i/q_i)\ge0$; infinite where $q_i=0<p_i$ |
// | JS | $\frac12\mathrm{KL}(p\Vert m)+\frac12\mathrm{KL}(q\Vert m)\le\log2$, $m=\frac12(p+q)$ |
// | $W_1$ on the line | $\frac1N\sum_i\lvert x_{(i)}-y_{(i)}\rvert$ |
// | $W_1$ | $\min_\gamma\sum_{ij}\gamma_{ij}\lVert x_i-y_j\rVert$ with the given row and column sums |
// | latent variables | $P_\theta(x)=\mathbb E_{z\sim P(z)}[P_\theta(x\mid z)]$, not to be had by sampling $z$ |
//
// ## Further reading
//
// - Kullback & Leibler (1951), *On Information and Sufficiency*, Annals of Mathematical Statistics 22(1): 79–86.
// - Lin (1991), *Divergence Measures Based on the Shannon Entropy*, IEEE Transactions on Information Theory 37(1): 145–151. The Jensen–Shannon divergence and its bounds.
// - Arjovsky, Chintala & Bottou (2017), *Wasserstein GAN*, arXiv:1701.07875. Example 1 is our section 8 with two lines instead of two bumps.
// - Peyré & Cuturi (2019), *Computational Optimal Transport*, arXiv:1803.00567. Chapters 2 and 3 for plans and linear programs.

// %% [markdown] lang="zh"
// 两组样本必须数进*同一批*格子里。每组各用各的格子，量的只是形状，看不见位置；数值里看不出这个错误，把一组样本挪远再读一次，才会露馅。
//
// **散度看着不对时，先看什么**：是无穷大或 NaN 吗？那就是某个 $q_i$ 为 0，或被舍入成了 0。是 0.693 左右吗？那么你看到的是两个不相交分布的
// JS 散度，它的梯度什么也不告诉你。
//
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 有人报告对数似然为 +1.3 奈特。概率可能大于 1 吗？</summary>
//
// *密度*可以：$\sigma=0.1$ 的高斯分布，峰值约为 4。只有离散事物的概率才不超过 1。对 $x$ 做缩放会改变密度，所以只有单位相同的对数似然才能比较。
// </details>
//
// <details><summary>2. 推导的第 (3) 步添了一项。它会不会改变最优的 θ？</summary>
//
// 不会：那一项只含 $P_{\text{data}}$，不含 $\theta$。它改变数值（$\int P_{\text{data}}\log P_\theta\,dx$ 是负的*交叉熵*，添项之后是负的 KL），不移动最大值点。
// </details>
//
// <details><summary>3. 数据是十类衣物的图像，每类占十分之一。一个生成器只会画裤子，而且画得完美。哪个 KL 重罚它，哪个几乎不罚？</summary>
//
// $\mathrm{KL}(P_{\text{data}}\|P_\theta)$ 为无穷大：衬衫真实存在，模型却把它排除了。$\mathrm{KL}(P_\theta\|P_{\text{data}})$ 只有 $\log 10\approx2.3$ 奈特
// （全部质量压在十分之一的数据上），不管缺的是什么。
// </details>
//
// <details><summary>4. p 的质量全在 0，q 的质量全在 d > 0。四个读数各是多少？</summary>
//
// 两个方向的 $\mathrm{KL}$ 都是 $\infty$；$\mathrm{JS}=\log2$；$W_1=d$。只有最后一个知道有多远。
// </details>
//
// <details><summary>5. 训练曲线上的“JS 损失”停在 0.693 不动。是好事还是坏事？</summary>
//
// 坏事：log 2 是它的最大值。两个分布没有重叠，梯度为 0。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 平均对数似然 | $\ell(\theta)=\frac1N\sum_i\log P_\theta(x_i)$ |
// | 极大似然 | $\arg\max_\theta\ell(\theta)\approx\arg\min_\theta\mathrm{KL}(P_{\text{data}}\Vert P_\theta)$ |
// | KL | $\sum_ip_i\log(p_i/q_i)\ge0$；$q_i=0<p_i$ 时为无穷大 |
// | JS | $\frac12\mathrm{KL}(p\Vert m)+\frac12\mathrm{KL}(q\Vert m)\le\log2$，$m=\frac12(p+q)$ |
// | 直线上的 $W_1$ | $\frac1N\sum_i\lvert x_{(i)}-y_{(i)}\rvert$ |
// | $W_1$ | $\min_\gamma\sum_{ij}\gamma_{ij}\lVert x_i-y_j\rVert$，行和与列和给定 |
// | 隐变量 | $P_\theta(x)=\mathbb E_{z\sim P(z)}[P_\theta(x\mid z)]$，不能靠抽 $z$ 得到 |
//
// ## 延伸阅读
//
// - Kullback & Leibler (1951), *On Information and Sufficiency*, Annals of Mathematical Statistics 22(1): 79–86.
// - Lin (1991), *Divergence Measures Based on the Shannon Entropy*, IEEE Transactions on Information Theory 37(1): 145–151. JS 散度及其上下界。
// - Arjovsky, Chintala & Bottou (2017), *Wasserstein GAN*, arXiv:1701.07875. 其中的例 1 就是本课第 8 节，只是把两个峰换成两条线。
// - Peyré & Cuturi (2019), *Computational Optimal Transport*, arXiv:1803.00567. 运输方案与线性规划见第 2、3 章。
