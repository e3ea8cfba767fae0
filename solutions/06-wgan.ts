// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Wasserstein GAN: a critic that always knows the way"
//   zh: Wasserstein GAN：永远指得出路的评论家
// minutes: 90
// terms:
//   earth mover's distance: 推土机距离
//   Kantorovich–Rubinstein duality: Kantorovich–Rubinstein 对偶
//   critic: 评论家
//   Lipschitz constant: 利普希茨常数
//   weight clipping: 权重裁剪
//   gradient penalty: 梯度惩罚
//   spectral normalization: 谱归一化
//   power iteration: 幂迭代
//   singular value: 奇异值
//   mode collapse: 模式坍缩
// ---

// %% [markdown] lang="en"
// # 06 · Wasserstein GAN: a critic that always knows the way
//
// By the end of this lesson you will have a network that *measures how far generated data are from real data*, and a generator that walks
// down that measurement. You will train fifteen small GANs, five methods times three generators, and see which of them a badly built generator ruins. And you will find
// three errors that are copied from one course to the next, by what they do.
//
// **You can then**
//
// 1. show, with a trained discriminator, that its reading of the distance gets stuck, and say why a generator then learns nothing;
// 2. derive that every 1-Lipschitz function gives a lower bound of the earth mover's distance, and say when the bound is reached;
// 3. write the losses of critic and generator, and say why there is no sigmoid;
// 4. say what clipping weights does to the critic's reading, and why nobody can know its unit;
// 5. write the gradient penalty, which differentiates a derivative, and say why its target is 1;
// 6. find the three errors (the one-sided unsquared penalty, α that is normal or shared by a batch, batch norm in the critic), and say what each breaks;
// 7. find a matrix's largest singular value by power iteration, and say why dividing by it makes a layer 1-Lipschitz;
// 8. read a comparison of GANs, and say what it does and does not show.
//
// **Time**: about 90 minutes to read and work through. All training cells together take about four minutes on two processor cores; each
// one shows the time it still needs.

// %% [markdown] lang="zh"
// # 06 · Wasserstein GAN：永远指得出路的评论家
//
// 学完本课，你会有一个网络，能*量出生成的数据离真实数据有多远*；还有一个生成器，顺着这个读数往下走。你会训练十五个小 GAN（五种方法乘三种生成器），
// 看看哪些方法会被一个搭得不好的生成器拖垮。你还会从后果出发，找出在各种课程里辗转抄写的三个错误。
//
// **学完之后，你能够**
//
// 1. 用训练好的判别器演示：它对距离的读数会卡住，并说明生成器为什么因此学不到东西；
// 2. 推导：每个 1-Lipschitz 函数都给出推土机距离的一个下界，并说出何时取到等号；
// 3. 写出评论家和生成器的损失，并说明为什么没有 sigmoid；
// 4. 说明权重裁剪对评论家的读数做了什么，为什么没人知道它的单位；
// 5. 写出梯度惩罚（要对导数再求导），并说明目标值为什么是 1；
// 6. 找出三个错误（单侧不平方的惩罚；α 取正态分布或整批共用一个；评论家里用批归一化），并说出各自弄坏了什么；
// 7. 用幂迭代求矩阵的最大奇异值，并说明一层除以它为什么就成了 1-Lipschitz；
// 8. 看懂一份 GAN 的对比，说出它能说明什么、不能说明什么。
//
// **用时**：阅读和练习约 90 分钟。所有训练代码在双核处理器上合计约四分钟，每次训练都会显示剩余时间。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  dcgan,
  engine,
  fashionMnistClassifier,
  figures,
  gan,
  lsgan,
  metrics,
  nn,
  Random,
  show,
  sngan,
  train,
  wgan,
  wganGp,
} from 'genlab';

const random = new Random(6);

/** Gives one number for each example: [B, …] -> [B] */
/* zh: 每个样本给一个数：[B, …] -> [B] */
type Critic = (x: tf.Tensor) => Tensor1D;

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # Wasserstein GAN
//
// A critic that always knows the way
//
// - Why does a GAN's training stop for no visible reason?
// - What would a better needle be?
// - What must hold for a network to be that needle?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # Wasserstein GAN
//
// 永远指得出路的评论家
//
// - GAN 的训练为什么会莫名其妙地停下？
// - 更好的指针是什么样的？
// - 网络要满足什么条件，才能当这根指针？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 minutes. Ask who still remembers the four needles of lesson 02, and which one got stuck. Write log 2 on the board.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 分钟。问大家还记不记得第 02 课的四根指针，哪一根卡住了。把 log 2 写在黑板上。

// %% [markdown] lang="en"
// ## 1 · The stuck needle, measured by a network
//
// A reminder: $p_{\text{data}}$ is the distribution of the real data, $p_g$ that of what the generator makes, $\mathrm{JS}$ the Jensen–Shannon divergence of the two, and $W_1$ the earth mover's distance: the least
// work, mass times way, that turns one into the other. Lesson 02 pushed two bumps apart, and the Jensen–Shannon needle stuck at $\log 2$. Lesson 05 showed that a discriminator at its best measures exactly
// that divergence: its loss is $2\log2-2\,\mathrm{JS}$. Put together, this predicts trouble. Let us see it happen, on the smallest example there is: the real data are a
// narrow pile of numbers around $d$, the generated ones a wider pile around 0, so $d$ is also how far the middles are apart. For several $d$ we train a discriminator until it hardly improves, and read off, from its loss,
//
// $$\widehat{\mathrm{JS}}=\log2-\tfrac12\,\text{loss}.$$
//
// **Guess first**: at $d=2$ the piles hardly touch. At $d=4$ they are twice as far apart. How much larger will the discriminator's reading be? And how much of a gradient does
// it hand to a generator that minimizes $\log(1-D)$?

// %% [markdown] lang="zh"
// ## 1 · 卡住的指针：让网络来读数
//
// 先回顾记号：$p_{\text{data}}$ 是真实数据的分布，$p_g$ 是生成器输出的分布，JS 是两者的 Jensen–Shannon 散度，$W_1$ 是推土机距离（earth mover's distance）：把一个分布搬成另一个，最少要做多少功（质量乘路程）。
//
// 第 02 课把两个峰推开，JS 的指针卡在了 $\log 2$。第 05 课又说明：达到最优的判别器量的恰好就是 JS 散度，它的损失等于 $2\log2-2\,\mathrm{JS}$。
// 两件事放在一起，预示着麻烦。我们用最小的例子看它发生：真实数据是堆在 $d$ 附近的一窄堆数，生成的数据是堆在 0 附近的一宽堆，所以 $d$ 也就是两堆中心的距离。
// 对几个不同的 $d$，把判别器训练到几乎不再进步，然后由它的损失（loss）读出
//
// $$\widehat{\mathrm{JS}}=\log2-\tfrac12\,\text{loss}.$$
//
// **先猜一猜**：$d=2$ 时两堆几乎不挨着；$d=4$ 时远了一倍。判别器的读数会大多少？对一个最小化 $\log(1-D)$ 的生成器，它又能给出多大的梯度？

// %%
type Piles = { real: Tensor2D; fake: Tensor2D };
const [realWidth, fakeWidth] = [0.3, 0.45];
/** Batches of 128 real numbers around d and 128 generated ones around 0, without end. */
/* zh: 无穷无尽的批：128 个在 d 附近的真实数，128 个在 0 附近的生成数。 */
const piles = (d: number) =>
  function* (_epoch: number, noise: Random): Generator<Piles> {
    for (;;) yield { real: noise.normal([128, 1], d, realWidth), fake: noise.normal([128, 1], 0, fakeWidth) };
  };
/** Two hidden layers of 32, and one number out. No sigmoid: a logit or a score, as the loss has it. [B,1] -> [B,1] */
/* zh: 两个 32 单元的隐藏层，输出一个数。没有 sigmoid：它是 logit 还是打分，由损失决定。[B,1] -> [B,1] */
function lineNetwork(seed: number): tf.LayersModel {
  const x = tf.input({ shape: [1] });
  const layers = { arch: 'mlp', hidden: [32, 32], norm: 'none' } as const;
  return tf.model({ inputs: x, outputs: nn.discriminatorBody(x, undefined, layers, 'concat', new nn.Seeds(seed)) });
}
const scoresOf =
  (network: tf.LayersModel): Critic =>
  (x) =>
    (network.apply(x) as tf.Tensor).reshape([-1]);
/** The mean over the last 50 steps. */
/* zh: 最后 50 步的平均值。 */
const settled = (values: readonly number[]) => {
  const end = values.slice(-50);
  return end.reduce((sum, value) => sum + value, 0) / end.length;
};
const networkNow = lineNetwork(1);
show(nn.parameterTable({ network: networkNow }));

// %% [markdown] lang="en"
// **Check the count**: $1\cdot32+32$, then $32\cdot32+32$, then $32+1$: 1,153 numbers, enough for any bent line.

// %% [markdown] lang="zh"
// **核对参数量**：$1\cdot32+32$，再 $32\cdot32+32$，再 $32+1$，共 1153 个数，足够画出任意折线。

// %% figure="stuck-needle" slideshow={"slide_type": "subslide"}
const apart = [0, 0.5, 1, 1.5, 2, 3, 4];
const steps = budget({ quick: 6, default: 250, full: 1000 });
const judged: { d: number; js: number; w1: number; gradient: number; network: tf.LayersModel }[] = [];
for (const d of apart) {
  const network = lineNetwork(1);
  const { loss } = await train<Piles>({
    name: `discriminator, d = ${d}` /* zh: `判别器，d = ${d}` */,
    variables: nn.variablesOf(network),
    batches: piles(d),
    loss: ({ real, fake }) => gan.discriminatorLoss(scoresOf(network)(real), scoresOf(network)(fake)),
    steps,
    learningRate: 3e-3,
    schedule: 'cosine',
  });
  const [real, fake] = [random.normal([2000, 1], d, realWidth), random.normal([2000, 1], 0, fakeWidth)];
  // log(1 − D) = −softplus(logit): its slope at the generated numbers is what a generator is handed
  // zh: log(1 − D) = −softplus(logit)：它在生成的数处的斜率，就是交给生成器的梯度
  const slopes = wganGp.gradientNorm((x) => scoresOf(network)(x).softplus(), fake);
  judged.push({
    d,
    js: Math.log(2) - settled(loss) / 2,
    w1: metrics.wasserstein1d(real.dataSync(), fake.dataSync()),
    gradient: slopes.mean().dataSync()[0],
    network,
  });
}
show(
  figures.curves({
    series: [
      { name: 'JS, read off a discriminator' /* zh: 'JS，由判别器读出' */, y: judged.map(({ js }) => js) },
      { name: 'W₁, by sorting' /* zh: 'W₁，排序求得' */, y: judged.map(({ w1 }) => w1) },
      {
        name: 'slope of log(1 − D) there' /* zh: 'log(1 − D) 在生成处的斜率' */,
        y: judged.map(({ gradient }) => gradient),
        dash: 'dash' as const,
      },
    ].map((one) => ({ ...one, x: apart, points: true })),
    marks: [{ y: Math.log(2), label: 'log 2' }],
    title:
      'The discriminator’s needle sticks, and its gradient dies; W₁ keeps moving' /* zh: '判别器的指针卡住，梯度消失；W₁ 一直在动' */,
    x: 'distance d between the middles' /* zh: '两堆中心的距离 d' */,
    y: 'JS in nats; W₁ in units of d' /* zh: 'JS（奈特）；W₁（与 d 同单位）' */,
  }),
);

// %% [markdown] lang="en"
// Most people expect at least *some* difference between 2 and 4. There is hardly any: at $d=2$ even the best discriminator errs on fewer than one number in a hundred, at $d=4$ on practically none, and "no
// error" cannot become less. $W_1$ doubles meanwhile. The gradient, the slope of $\log(1-D)$ at the generated numbers, is largest where the piles overlap and dies out with the distance. Real images and generated ones are in this situation nearly always early in training: two thin sheets in a space of hundreds of
// dimensions (lesson 03).
//
// The non-saturating loss of lesson 05, $-\log D$, mends the *size* of the gradient. It does not mend the needle: for the best $D$ it follows the gradient of
// $\mathrm{KL}(p_g\|p_{\text{data}})-2\,\mathrm{JS}$, in which the Jensen–Shannon divergence stands with the wrong sign (Arjovsky & Bottou 2017, Theorem 2.5).
//
// What we want is a network that reads $W_1$. But $W_1$ was defined by a *plan*, who goes where, and the best plan for $N$ points took $N^3$ steps. How can a network know it?

// %% [markdown] lang="zh"
// 你可能以为 2 和 4 之间总该有*一点*差别，其实几乎没有：$d=2$ 时，最好的判别器一百个数里分错不到一个；$d=4$ 时几乎一个不错，错误率已经是零，不能再低了。而 $W_1$ 在这期间加倍。
// 梯度（$\log(1-D)$ 在生成的数处的斜率）在两堆重叠时最大，随距离增加而消失。
// 训练初期，真实图像与生成图像几乎总处于这种境地：几百维空间里的两张薄纸（第 03 课）。
//
// 第 05 课的非饱和损失 $-\log D$ 修好了梯度的*大小*，却没有修好指针：当 $D$ 最优时，它走的是
// $\mathrm{KL}(p_g\|p_{\text{data}})-2\,\mathrm{JS}$ 的梯度，其中 JS 散度的符号是反的（Arjovsky 与 Bottou 2017，定理 2.5）。
//
// 我们想要一个能读出 $W_1$ 的网络。可 $W_1$ 是用*运输方案*定义的，谁搬到哪里；$N$ 个点的最省方案要算 $N^3$ 步。网络怎么会知道它？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two prices for the same haul
//
// - You: move the earth yourself, cost = mass × distance
// - The haulier: buys earth at price $f(y)$, sells it at $f(x)$
// - Fair: $f(x)-f(y)\le\lVert x-y\rVert$ (1-Lipschitz)
//
// $$W_1(p,q)=\max_{\lVert f\rVert_L\le1}\ \mathbb E_{x\sim p}f(x)-\mathbb E_{y\sim q}f(y)$$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 同一车土，两种价钱
//
// - 自己搬：花费 = 质量 × 距离
// - 承包商：以单价 $f(y)$ 收土，以单价 $f(x)$ 卖土
// - 公道：$f(x)-f(y)\le\lVert x-y\rVert$（1-Lipschitz）
//
// $$W_1(p,q)=\max_{\lVert f\rVert_L\le1}\ \mathbb E_{x\sim p}f(x)-\mathbb E_{y\sim q}f(y)$$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 minutes. Let the room find the condition on the prices: when would you refuse the offer? Then do the three lines of the inequality on the board.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 分钟。让大家自己找出价格要满足的条件：什么时候你会拒绝承包商？然后在黑板上写那三行不等式。

// %% [markdown] lang="en"
// ## 2 · The same distance, without a plan
//
// A haulier makes you an offer. "Do not move the earth yourself. I buy it from you where it lies, at a price $f(y)$ for each ton at the place $y$, and I sell it to you where
// you need it, at a price $f(x)$ for each ton at $x$." You pay $f(x)-f(y)$ for a ton that lay at $y$ and is needed at $x$. You accept as long as that is never more than the haul
// would cost you, $\lVert x-y\rVert$. Written down, with $f$ for the price list:
//
// $$f(x)-f(y)\le\lVert x-y\rVert\quad\text{for all }x,y .$$
//
// A function with this property is **1-Lipschitz**: its **Lipschitz constant** $\lVert f\rVert_L$, the steepest slope that it has anywhere, is at most 1. What does the haulier take in? Let $p$ be where the earth is needed ($p_{\text{data}}$, for short),
// $q$ where it lies ($p_g$), and $\gamma(x,y)$ *any* plan: its sums over $y$ are $p$, its sums over $x$ are $q$.
//
// $$
// \begin{aligned}
// \mathbb E_{x\sim p}f(x)-\mathbb E_{y\sim q}f(y)
// &=\sum_{x,y}\gamma(x,y)\,f(x)-\sum_{x,y}\gamma(x,y)\,f(y) && \text{the plan's sums are } p \text{ and } q\\
// &=\sum_{x,y}\gamma(x,y)\,\bigl(f(x)-f(y)\bigr) && \text{one sum}\\
// &\le\sum_{x,y}\gamma(x,y)\,\lVert x-y\rVert && f \text{ is 1-Lipschitz, } \gamma\ge0
// \end{aligned}
// $$
//
// The left side knows nothing of $\gamma$, the right side nothing of $f$. So no price list takes in more than any plan costs, and in particular not more than the cheapest one:
//
// $$\mathbb E_{p}f-\mathbb E_{q}f\ \le\ W_1(p,q)\quad\text{for every 1-Lipschitz } f .$$
//
// That is half of the **Kantorovich–Rubinstein duality**, and you have proved it. The other half, that the best price list *reaches* $W_1$, is the strong duality of linear
// programs (for densities: Villani 2009, Theorem 5.10 and its Particular Case 5.16); we use it without proof:
//
// $$W_1(p,q)=\max_{\lVert f\rVert_L\le1}\ \mathbb E_{x\sim p}\bigl[f(x)\bigr]-\mathbb E_{y\sim q}\bigl[f(y)\bigr].$$
//
// A minimum over plans has become a maximum over functions, and a network is a function.
//
// **See it**: on the line the best $f$ is known. Write $F_p(x)$ for the share of $p$ that lies at $x$ or left of it, and $F_q$ likewise. $W_1$ is the area between these two curves (lesson 02), and $f$ rises with slope 1 where
// $F_q>F_p$ (earth must go right) and falls with slope 1 where $F_q<F_p$.
//
// **Guess first**: what does $f$ look like for piles that are far apart? And for a narrow pile that sits *inside* a wide one?

// %% [markdown] lang="zh"
// ## 2 · 同一个距离，不用运输方案
//
// 一个承包商来找你：“别自己搬了。土在哪里，我就在哪里收，$y$ 处每吨 $f(y)$；你哪里要土，我就在哪里卖，$x$ 处每吨 $f(x)$。”
// 一吨土原在 $y$、要用在 $x$，你付 $f(x)-f(y)$。只要它从不超过自己搬的花费 $\lVert x-y\rVert$，你就答应。把价目表记作 $f$，条件就是
//
// $$f(x)-f(y)\le\lVert x-y\rVert\quad\text{对一切 }x,y .$$
//
// 满足它的函数称为 **1-Lipschitz** 函数：函数值之差从不超过自变量的距离。它在任何地方的最大斜率，即**利普希茨常数** $\lVert f\rVert_L$，不超过 1。承包商能收入多少？设 $p$ 是要土的地方（即 $p_{\text{data}}$），
// $q$ 是有土的地方（即 $p_g$），$\gamma(x,y)$ 是*任意*一个方案：对 $y$ 求和得 $p$，对 $x$ 求和得 $q$。
//
// $$
// \begin{aligned}
// \mathbb E_{x\sim p}f(x)-\mathbb E_{y\sim q}f(y)
// &=\sum_{x,y}\gamma(x,y)\,f(x)-\sum_{x,y}\gamma(x,y)\,f(y) && \text{方案的边缘和是 } p \text{ 与 } q\\
// &=\sum_{x,y}\gamma(x,y)\,\bigl(f(x)-f(y)\bigr) && \text{合成一个和}\\
// &\le\sum_{x,y}\gamma(x,y)\,\lVert x-y\rVert && f \text{ 是 1-Lipschitz，且 } \gamma\ge0
// \end{aligned}
// $$
//
// 左边与 $\gamma$ 无关，右边与 $f$ 无关。所以任一价目表的收入都不超过任一方案的花费，当然也不超过最省的那个：
//
// $$\mathbb E_{p}f-\mathbb E_{q}f\ \le\ W_1(p,q)\quad\text{对每个 1-Lipschitz 函数 } f .$$
//
// 这就是 **Kantorovich–Rubinstein 对偶**的一半，而且你已经证完了。另一半说的是最好的价目表能*取到* $W_1$，即线性规划的强对偶
// （密度的情形见 Villani 2009，定理 5.10 及特例 5.16）；我们直接使用，不加证明：
//
// $$W_1(p,q)=\max_{\lVert f\rVert_L\le1}\ \mathbb E_{x\sim p}\bigl[f(x)\bigr]-\mathbb E_{y\sim q}\bigl[f(y)\bigr].$$
//
// 对方案求最小，变成了对函数求最大，而网络就是一个函数。
//
// **看一眼**：在直线上，最好的 $f$ 是已知的。记 $F_p(x)$ 为 $p$ 落在 $x$ 及其左边的份额（分布函数），$F_q$ 类似。$W_1$ 是这两条曲线之间的面积（第 02 课）；凡 $F_q>F_p$ 处（土要往右搬），$f$ 以斜率 1 上升；
// 凡 $F_q<F_p$ 处，以斜率 1 下降。
//
// **先猜一猜**：两堆相距很远时，$f$ 是什么形状？一窄堆套在一宽堆*里面*时呢？

// %% figure="price-list" slideshow={"slide_type": "subslide"}
const places = Array.from({ length: 701 }, (_, i) => -2 + i * 0.01);
const bell = (middle: number, width: number) =>
  places.map((x) => Math.exp(-((x - middle) ** 2) / (2 * width ** 2)) / (Math.sqrt(2 * Math.PI) * width));
const priceList = (d: number) => {
  const [p, q] = [bell(d, realWidth), bell(0, fakeWidth)];
  let [gap, height, bound, area] = [0, 0, 0, 0];
  const f = places.map((_, i) => {
    gap += (q[i] - p[i]) * 0.01; // F_q − F_p
    height += Math.sign(Math.abs(gap) > 1e-4 ? gap : 0) * 0.01; // flat where next to no earth passes // zh: 几乎没有土经过处画平
    area += Math.abs(gap) * 0.01;
    return height;
  });
  f.forEach((price, i) => (bound += price * (p[i] - q[i]) * 0.01));
  const title = `d = ${d}: takes in ${bound.toFixed(3)}, W₁ = ${area.toFixed(3)}`; /* zh: `d = ${d}：收入 ${bound.toFixed(3)}，W₁ = ${area.toFixed(3)}` */
  return figures.curves({
    series: [
      { name: 'real, p' /* zh: '真实，p' */, x: places, y: p, fill: true },
      { name: 'generated, q' /* zh: '生成，q' */, x: places, y: q, fill: true },
      { name: 'best f' /* zh: '最好的 f' */, x: places, y: f },
    ],
    title,
    x: 'x',
    y: 'density, price' /* zh: '密度，价格' */,
    yRange: [-0.4, 6.4],
  });
};
show(
  figures.panels([priceList(3), priceList(0)], {
    title:
      'The best price list goes up or down at slope 1, and takes in W₁' /* zh: '最好的价目表一路以斜率 1 升降，收入恰好等于 W₁' */,
  }),
);

// %% [markdown] lang="en"
// Far apart, $f$ is a straight ramp of slope 1: *wherever* a generated number lies, the ramp says which way is up. Inside each other, $f$ has its peak where the narrow pile is: from both sides the
// way leads in. (Where no earth passes, any slope up to 1 does; we drew it flat.) Compare a discriminator: flat over both piles, with all of its rise in between.
//
// ## 3 · The losses
//
// Let a network $f_w$ be the price list: a **critic**. It is not asked for a probability any more, so there is no sigmoid and no logarithm; its output may be any number. The critic
// maximizes the bound, and we write losses to be minimized:
//
// $$L_{\text{critic}}=\mathbb E\,f_w\bigl(G(z)\bigr)-\mathbb E\,f_w(x),\qquad L_G=-\,\mathbb E\,f_w\bigl(G(z)\bigr).$$
//
// As long as $f_w$ is 1-Lipschitz, $-L_{\text{critic}}$ never exceeds $W_1$ (for expectations; a batch adds noise), and for the best $f_w$ it *is* $W_1$, in the unit of the data: a GAN loss that *means* something. How to keep $f_w$ 1-Lipschitz is
// the question of the next two sections and of section 8. The generator only sees the term that it can change.
//
// ### Exercise 1 · The losses (2 points)
//
// The usual slips: the sign, and a sigmoid out of habit.

// %% [markdown] lang="zh"
// 相距很远时，$f$ 是一条斜率为 1 的坡道：生成的数*无论*落在哪里，坡道都指得出哪边是上。一个套一个时，$f$ 的峰顶就在窄堆那里，从两边都能走进去。
// （没有土经过的地方，斜率只要不超过 1 都行，这里画成平的。）对比一下判别器：在两堆上方都是平的，上升全在中间。
//
// ## 3 · 损失
//
// 让一个网络 $f_w$ 当价目表，它叫**评论家**（critic）。它不再需要给出概率，所以没有 sigmoid，也没有对数，输出可以是任何数。
// 评论家要让下界最大；我们把损失写成求最小的形式：
//
// $$L_{\text{critic}}=\mathbb E\,f_w\bigl(G(z)\bigr)-\mathbb E\,f_w(x),\qquad L_G=-\,\mathbb E\,f_w\bigl(G(z)\bigr).$$
//
// 只要 $f_w$ 是 1-Lipschitz 函数，$-L_{\text{critic}}$ 就不超过 $W_1$（指期望；一批样本会带来噪声）；$f_w$ 最好时，它就*等于* $W_1$，单位与数据相同：终于有一个*有意义*的 GAN 损失了。怎样让 $f_w$ 保持 1-Lipschitz，是接下来两节和第 8 节的问题。
// 生成器只看得到它能改变的那一项。
//
// ### 练习 1 · 两个损失（2 分）
//
// 常见失误：符号写反；出于习惯加了 sigmoid。

// %% grade_id="wgan-losses" points=2
/** What the critic minimizes, from its scores of real and of generated examples. [B], [B] -> scalar */
/* zh: 评论家要最小化的损失，由它对真实样本和生成样本的打分求得。[B], [B] -> 标量 */
function criticLoss(real: Tensor1D, fake: Tensor1D): Scalar {
  // BEGIN SOLUTION
  return fake.mean<Scalar>().sub<Scalar>(real.mean());
  // END SOLUTION
}
/** What the generator minimizes, from the critic's scores of what it made. [B] -> scalar */
/* zh: 生成器要最小化的损失，由评论家对它的作品的打分求得。[B] -> 标量 */
function generatorLoss(fake: Tensor1D): Scalar {
  // BEGIN SOLUTION
  return fake.mean<Scalar>().neg();
  // END SOLUTION
}
await check('wgan-losses', { criticLoss, generatorLoss });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## How to keep a network 1-Lipschitz?
//
// 1. **Clip** the weights (WGAN, 2017): some constant $K$, nobody knows which
// 2. **Penalize** slopes other than 1 (WGAN-GP, 2017)
// 3. **Divide** each layer by its largest singular value (SNGAN, 2018)

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 怎样让网络保持 1-Lipschitz？
//
// 1. **裁剪**权重（WGAN，2017）：是某个常数 $K$，没人知道是多少
// 2. **惩罚**不等于 1 的斜率（WGAN-GP，2017）
// 3. 每层**除以**最大奇异值（SNGAN，2018）

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. First ask what goes wrong with no constraint at all: double f, double the bound, for ever. Then show the figure with the bent lines.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。先问：完全不加约束会怎样？把 f 乘以 2，下界就翻倍，没有尽头。然后展示那幅“弯曲的线”。

// %% [markdown] lang="en"
// ## 4 · First way: clip the weights
//
// Nothing in a network keeps it 1-Lipschitz. Without a constraint the critic doubles $f$, doubles its gain, and never stops. Arjovsky, Chintala & Bottou (2017) cut every weight back to $[-c,c]$
// after each update. Then some bound on the slope exists. Let $\sigma(W)$ be the most by which the matrix $W$ stretches any vector, $\max_{h\ne0}\lVert Wh\rVert/\lVert h\rVert$; this is its largest **singular value**. (A $W$ without an index is a matrix of weights, $W_1$ the distance.) LeakyReLU stretches by at most 1, so
//
// $$\lVert f\rVert_L\le\prod_{\text{layers}}\sigma(W_l)=:K .$$
//
// The function is $K$-Lipschitz, and $f/K$ is an honest price list. So the critic measures up to $K\cdot W_1$, in a unit that *nobody chose*: it depends on $c$, on the depth and on the widths. The authors are
// open about it: "weight clipping is a clearly terrible way to enforce a Lipschitz constraint". The next figure sets the readings against the true $W_1$.
//
// **Guess first**: how will the readings for $c=0.05$ and $c=0.2$ compare? Four times as large?

// %% [markdown] lang="zh"
// ## 4 · 第一种办法：裁剪权重
//
// 网络本身没有什么能保证它是 1-Lipschitz。不加约束，评论家把 $f$ 翻倍，收益也翻倍，永无止境。Arjovsky、Chintala 与 Bottou（2017）在每次更新之后
// 把所有权重剪回 $[-c,c]$，称为**权重裁剪**（weight clipping）。这样斜率总有个上界。记 $\sigma(W)$ 为矩阵 $W$ 把向量拉长的最大倍数，即 $\max_{h\ne0}\lVert Wh\rVert/\lVert h\rVert$，它就是最大的**奇异值**（singular value）。（不带下标的 $W$ 是权重矩阵，$W_1$ 是距离。）LeakyReLU 最多 1 倍，所以
//
// $$\lVert f\rVert_L\le\prod_{\text{各层}}\sigma(W_l)=:K .$$
//
// 函数是 $K$-Lipschitz 的，$f/K$ 才是一张公道的价目表。于是评论家量的至多是 $K\cdot W_1$，而这个单位*没人选定*：它取决于 $c$、层数和宽度。
// 作者自己也坦言，权重裁剪“显然是一种糟糕透顶的办法”。下一幅图把读数与真正的 $W_1$ 对照。
//
// **先猜一猜**：$c=0.05$ 和 $c=0.2$ 的读数会差多少？四倍吗？

// %%
/** Trains a critic alone between two piles that stand still, and gives its reading of the distance at the end. */
/* zh: 在两堆静止的数之间单独训练评论家，返回它最后读出的距离。 */
async function reading(
  name: string,
  d: number,
  constraint: { clip: number } | { penalty: (critic: Critic, piles: Piles, noise: Random) => tf.Tensor },
  seed = 6,
): Promise<{ distance: number; curve: readonly number[]; network: tf.LayersModel }> {
  const network = lineNetwork(seed);
  const critic = scoresOf(network);
  const variables = nn.variablesOf(network);
  // On a line a critic that starts out falling cannot turn round under the penalty: it would have to pass a slope of 0.
  // So we start it facing the data. In two dimensions and more there is a way round.
  // zh: 在一条直线上，如果评论家一开始是下降的，惩罚会让它转不过身来：那要经过斜率 0。
  // zh: 所以让它一开始就面朝数据。二维以上则绕得过去。
  tf.tidy(() => {
    const { value } = piles(d)(1, new Random(0)).next() as { value: Piles };
    const [kernel] = variables.slice(-2); // of the last layer, whose bias is still 0 // zh: 最后一层的，其偏置此时仍为 0
    if (criticLoss(critic(value.real), critic(value.fake)).dataSync()[0] > 0) kernel.assign(kernel.neg());
  });
  const history = await train<Piles>({
    name: `${name}, d = ${d}` /* zh: `${name}，d = ${d}` */,
    variables,
    batches: piles(d),
    loss: (batch, noise) => {
      const distance = criticLoss(critic(batch.real), critic(batch.fake)).neg();
      if ('clip' in constraint) return { loss: distance.neg(), distance };
      return { loss: constraint.penalty(critic, batch, noise).sub(distance), distance };
    },
    onUpdate: () => {
      if ('clip' in constraint) wgan.clipWeights(variables, constraint.clip);
    },
    steps,
    learningRate: 3e-3,
    betas: [0.5, 0.9],
    schedule: 'cosine',
  });
  return { distance: settled(history.metrics.distance), curve: history.metrics.distance, network };
}
const stops = [0.5, 1, 2, 4];
const clippedReadings: { clip: number; readings: number[] }[] = [];
for (const clip of [0.05, 0.1, 0.2]) {
  const readings: number[] = [];
  for (const d of stops) readings.push((await reading(`c = ${clip}`, d, { clip })).distance);
  clippedReadings.push({ clip, readings });
}

// %% figure="clipped-readings" slideshow={"slide_type": "subslide"}
const trueW1 = stops.map((d) => {
  const [real, fake] = [random.normal([4000], d, realWidth), random.normal([4000], 0, fakeWidth)];
  return metrics.wasserstein1d(real.dataSync(), fake.dataSync());
});
const exactSeries = {
  name: 'equal to W₁' /* zh: '等于 W₁' */,
  x: trueW1,
  y: trueW1,
  dash: 'dash' as const,
  color: 7,
};
const clippedSeries = clippedReadings.map(({ clip, readings }, i) => ({
  name: `c = ${clip}`,
  x: trueW1,
  y: readings,
  points: true,
  color: i + 1,
}));
show(
  figures.curves({
    series: [...clippedSeries, exactSeries],
    logX: true,
    logY: true,
    title:
      'Clipping: every c has a unit of its own, and none is that of W₁' /* zh: '裁剪：每个 c 都有自己的单位，没有一个是 W₁ 的' */,
    x: 'true W₁' /* zh: '真正的 W₁' */,
    y: 'E f(x) − E f(G(z))',
  }),
);

// %% [markdown] lang="en"
// Both axes are logarithmic, so a line parallel to the dashed one would mean "right, but in another unit". The readings grow with the distance: the needle no longer sticks, and that is the great thing about WGAN.
// But doubling $c$ multiplies the reading by far more than 2: the bound $K$ grows with $c$ once for each of three layers, so by $2^3$, and the readings go up nearly as much. And the curves are not even parallel to the dashed line: the unit changes with the distance. Small $c$ means
// gradients that shrink from layer to layer; large $c$ means weights that need long to get to the bounds.
//
// ## 5 · Second way: penalize the slope
//
// What does the *best* $f$ look like? Say the best plan carries earth from $y$ to $x$. Then the haulier takes the full price on that way, $f(x)-f(y)=\lVert x-y\rVert$: if it were less, the inequality of section 2 would be strict there.
// Walk along the straight line from $y$ to $x$. The price may rise by at most the way, at every step, and at the end it has risen by exactly the way. So it rose with slope exactly 1 *everywhere on the line*. That is the slope along the line; but the gradient points in no other direction, or its length,
// the steepest slope, would exceed 1.
//
// That is Proposition 1 of Gulrajani et al. (2017), and it says where to look and what to ask for: on straight lines between real and generated examples, $\lVert\nabla f\rVert_2=1$. They add a penalty to the critic's loss:
//
// $$L=\underbrace{\mathbb E\,f\bigl(G(z)\bigr)-\mathbb E\,f(x)}_{L_{\text{critic}}}+\lambda\,\mathbb E_{\hat x}\bigl(\lVert\nabla_{\hat x}f(\hat x)\rVert_2-1\bigr)^2,\qquad \hat x=\alpha x+(1-\alpha)G(z),\quad\alpha\sim U[0,1],$$
//
// with $\lambda=10$. *Honesty note*: the theorem speaks of pairs that the best plan connects. We do not know the plan and draw pairs at random, so the lines are not the right ones; that this
// works is experience, not a theorem.
//
// ### Exercise 2 · A point on each line (2 points)
//
// One $\alpha$ for *each example*. For images its shape must be $[B,1,1,1]$, for points $[B,1]$: as many ones as the example has axes.

// %% [markdown] lang="zh"
// 两个坐标轴都是对数的，与虚线平行就意味着“对，只是单位不同”。读数随距离增长：指针不再卡住，这是 WGAN 最了不起的地方。
// 但 $c$ 加倍，读数变大远不止两倍：上界 $K$ 在三层里各乘一次 $c$，变成 $2^3$ 倍，读数也几乎涨了这么多；而且曲线与虚线并不平行，连单位都随距离变化。
// $c$ 太小，梯度逐层缩小；$c$ 太大，权重要很久才走到边界。
//
// ## 5 · 第二种办法：惩罚斜率
//
// *最好的* $f$ 长什么样？假设最省的方案把土从 $y$ 搬到 $x$。那么承包商在这条路上收的是全价，$f(x)-f(y)=\lVert x-y\rVert$：假如少了，第 2 节的不等式在这里就是严格的。
// 沿着从 $y$ 到 $x$ 的直线走：每一步价格的涨幅至多等于路程，走到头涨幅恰好等于全程，所以它在这条直线上*处处*都以斜率 1 上升。这是沿直线的斜率；梯度也只能指向这个方向，否则它的长度（最陡的斜率）就超过 1 了。
//
// 这就是 Gulrajani 等（2017）的命题 1，它告诉我们到哪里看、要什么：在真实样本与生成样本之间的直线上，$\lVert\nabla f\rVert_2=1$。
// 他们在评论家的损失里加上一项**梯度惩罚**（gradient penalty）：
//
// $$L=\underbrace{\mathbb E\,f\bigl(G(z)\bigr)-\mathbb E\,f(x)}_{L_{\text{critic}}}+\lambda\,\mathbb E_{\hat x}\bigl(\lVert\nabla_{\hat x}f(\hat x)\rVert_2-1\bigr)^2,\qquad \hat x=\alpha x+(1-\alpha)G(z),\quad\alpha\sim U[0,1],$$
//
// 取 $\lambda=10$。*说句实话*：命题说的是最省方案所连接的点对。我们不知道方案，只好随机配对，所以走的并不是该走的直线；它行得通，是经验，不是定理。
//
// ### 练习 2 · 每条线上取一点（2 分）
//
// *每个样本*一个 $\alpha$。对图像，它的形状应为 $[B,1,1,1]$；对平面上的点，是 $[B,1]$：样本有几个轴，就补几个 1。

// %% grade_id="wgan-interpolate" points=2
/** x̂ = α x + (1 − α) G(z). real, fake: [B, …], of any rank; alpha: [B] -> [B, …] */
/* zh: x̂ = α x + (1 − α) G(z)。real、fake: [B, …]，秩不限；alpha: [B] -> [B, …] */
function interpolate(real: tf.Tensor, fake: tf.Tensor, alpha: Tensor1D): tf.Tensor {
  // BEGIN SOLUTION
  const share = alpha.reshape([alpha.size, ...Array<number>(real.rank - 1).fill(1)]); // [B,1,…,1]
  return real.mul(share).add(fake.mul(tf.sub(1, share)));
  // END SOLUTION
}
await check('wgan-interpolate', { interpolate });

// %% [markdown] lang="en"
// ### Exercise 3 · The penalty (3 points)
//
// `tf.grad(g)(x)` is the derivative of $\sum g$ by `x`, with the shape of `x`; since each score depends on its own example only, row $i$ is $\nabla f(\hat x_i)$. Take the length of each row over *all* its pixels, subtract 1, square, average.
// Do not multiply by $\lambda$.
//
// Two things to know. The penalty is a function of a derivative, and training differentiates it again, by the weights: stay inside TensorFlow.js operations, as a number taken out with `dataSync` has no derivative. And
// $\sqrt{\cdot}$ has an infinite slope at 0: add $10^{-12}$ under the root, or a critic that is flat somewhere turns everything into NaN.

// %% [markdown] lang="zh"
// ### 练习 3 · 惩罚项（3 分）
//
// `tf.grad(g)(x)` 是 $\sum g$ 对 `x` 的导数，形状与 `x` 相同；每个分数只取决于自己那个样本，所以第 $i$ 行就是 $\nabla f(\hat x_i)$。对每一行，
// 在它的*全部*像素上求长度，减 1，平方，取平均。不要乘 $\lambda$。
//
// 有两点要知道。惩罚是导数的函数，训练时还要再对权重求一次导：别离开 TensorFlow.js 的运算，用 `dataSync` 取出来的数没有导数。
// 另外，$\sqrt{\cdot}$ 在 0 处斜率无穷大：根号下加 $10^{-12}$，否则评论家只要在某处是平的，一切都会变成 NaN。

// %% grade_id="wgan-penalty" points=3
/** E (‖∇f(x̂)‖₂ − 1)², without λ. between: [B, …] -> scalar */
/* zh: E (‖∇f(x̂)‖₂ − 1)²，不含 λ。between: [B, …] -> 标量 */
function gradientPenalty(critic: Critic, between: tf.Tensor): Scalar {
  // BEGIN SOLUTION
  const gradient = tf.grad((x: tf.Tensor) => critic(x))(between); // [B, …]
  const squares = gradient.reshape([between.shape[0], -1]).square().sum(1); // [B]
  return squares.add(1e-12).sqrt().sub(1).square().mean<Scalar>();
  // END SOLUTION
}
await check('wgan-penalty', { gradientPenalty });

// %% [markdown] lang="en"
// **What reading should we expect?** Suppose the piles are far apart and $f$ is a ramp of slope $s$. Its gain is $s\,W_1$, its penalty $\lambda(s-1)^2$. The critic maximizes
// $s\,W_1-\lambda(s-1)^2$; the derivative $W_1-2\lambda(s-1)$ is zero at
//
// $$s=1+\frac{W_1}{2\lambda},\qquad\text{so the reading is}\quad s\,W_1=W_1\Bigl(1+\frac{W_1}{2\lambda}\Bigr).$$
//
// The penalty lets the slope exceed 1 a little. For $W_1=1$ and $\lambda=10$ it is 5 % too much, for $W_1=4$ it is 20 %. **Predict** the four points of the next figure, then run it.

// %% [markdown] lang="zh"
// **读数该是多少？** 设两堆相距很远，$f$ 是斜率为 $s$ 的坡道。收益是 $s\,W_1$，惩罚是 $\lambda(s-1)^2$。评论家最大化
// $s\,W_1-\lambda(s-1)^2$；导数 $W_1-2\lambda(s-1)$ 为零，得
//
// $$s=1+\frac{W_1}{2\lambda},\qquad\text{所以读数为}\quad s\,W_1=W_1\Bigl(1+\frac{W_1}{2\lambda}\Bigr).$$
//
// 软约束允许斜率略超过 1。$\lambda=10$ 时，$W_1=1$ 偏大 5%，$W_1=4$ 偏大 20%。先**预测**下一幅图的四个点，再运行。

// %%
const penalized = (critic: Critic, { real, fake }: Piles, noise: Random) =>
  gradientPenalty(critic, interpolate(real, fake, noise.uniform([real.shape[0]]) as Tensor1D)).mul(10);
const penalizedReadings: number[] = [];
let ramp = networkNow;
for (const d of stops) {
  const { distance, network } = await reading('λ = 10', d, { penalty: penalized });
  penalizedReadings.push(distance);
  ramp = network;
}

// %% figure="penalized-readings" slideshow={"slide_type": "subslide"}
show(
  figures.curves({
    series: [
      {
        name: 'gradient penalty, λ = 10' /* zh: '梯度惩罚，λ = 10' */,
        x: trueW1,
        y: penalizedReadings,
        points: true,
        color: 0,
      },
      {
        name: 'W₁ (1 + W₁ / 2λ)',
        x: trueW1,
        y: trueW1.map((w) => w * (1 + w / 20)),
        dash: 'dot' as const,
        color: 4,
      },
      ...clippedSeries.slice(1),
      exactSeries,
    ],
    logX: true,
    logY: true,
    title:
      'With the penalty the critic reads W₁ in its own unit, up to a known factor' /* zh: '有了惩罚，评论家按 W₁ 的单位读数，只差一个已知的倍数' */,
    x: 'true W₁' /* zh: '真正的 W₁' */,
    y: 'E f(x) − E f(G(z))',
  }),
);

// %% [markdown] lang="en"
// The readings lie on the dotted curve: $W_1$ *in its own unit*, too much where the distance is large, and by as much as the formula says. There is still a constant, $\lambda$, but we chose it, and know what it does to the reading.
//
// Now the picture for which the method was made. At $d=4$: what does the discriminator of section 1 say, what the critic?

// %% [markdown] lang="zh"
// 读数就落在点线上：量的是 $W_1$，*单位也是它的*；距离大时偏大，偏大多少正如公式所说。常数还是有一个，就是 $\lambda$，但它由我们选定，它对读数的影响也算得出来。
//
// 再来看这个方法要解决的那幅图。$d=4$ 时，第 1 节的判别器怎么说？评论家又怎么说？

// %% figure="cliff-and-ramp" slideshow={"slide_type": "subslide"}
const axis = tf.tensor2d(places, [places.length, 1]);
const cliff = judged[judged.length - 1].network;
const lowered = (values: Tensor1D) => values.sub<Tensor1D>(values.min());
show(
  figures.curves({
    series: [
      { name: 'real' /* zh: '真实' */, x: places, y: bell(4, realWidth), fill: true },
      { name: 'generated' /* zh: '生成' */, x: places, y: bell(0, fakeWidth), fill: true },
      { name: 'discriminator D' /* zh: '判别器 D' */, x: places, y: scoresOf(cliff)(axis).sigmoid() },
      { name: 'critic f' /* zh: '评论家 f' */, x: places, y: lowered(scoresOf(ramp)(axis)) },
    ],
    title:
      'Over the generated pile D is flat; the critic is a ramp' /* zh: '在生成的那一堆上方，D 是平的，评论家是坡道' */,
    x: 'x',
    y: 'density, D, f' /* zh: '密度，D，f' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Three errors that circulate
//
// | copied | the paper |
// |---|---|
// | $\max(0,\lVert\nabla f\rVert-1)$ | $(\lVert\nabla f\rVert_2-1)^2$ |
// | α normal, or one for the batch | uniform, one for each example |
// | batch norm in the critic | none |

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 三个流传的错误
//
// | 抄来的 | 论文里的 |
// |---|---|
// | $\max(0,\lVert\nabla f\rVert-1)$ | $(\lVert\nabla f\rVert_2-1)^2$ |
// | α 取正态，或整批一个 | 均匀分布，每个样本一个 |
// | 评论家里有批归一化 | 没有 |

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 minutes. Show the program first, let pairs of students look for two minutes, then collect. Most find one error. The runaway figure proves the first one.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 分钟。先给出程序，让同桌两人找两分钟，再汇总。多数人只找到一个。用“失控”那幅图证明第一个错误。

// %% [markdown] lang="en"
// ## 6 · Find the bugs
//
// This critic's step, or one like it, is in many a course. It runs, and it often even learns. Three things in it are wrong. **Find them before you read on.**
//
// ```
// critic = [conv → batchNorm → leakyReLU] × 3 → dense(1)
//
// alpha    = randomNormal([1])
// xHat     = alpha · real + (1 − alpha) · fake
// norm     = ‖∇ critic(xHat)‖₂                       // one for each example
// loss     = mean(critic(fake)) − mean(critic(real)) + λ · mean(max(0, norm − 1))
// ```
//
// **Error 1: one-sided and not squared.** Repeat the little calculation of section 5 with the penalty $\lambda\max(0,s-1)$. For $s\ge1$ the gain is $s\,W_1-\lambda(s-1)$: a *straight line* in $s$, with slope $W_1-\lambda$.
// As soon as $W_1>\lambda$, the critic gains without end by making $s$ larger. The square is what stops it: it grows faster than any line. And slopes below 1 cost nothing at all. (Nothing is wrong with *one-sided but squared*, $\max(0,\lVert\nabla f\rVert-1)^2$: Petzka et al. (2018) argue for it. And the plain
// form is no crime while $W_1<\lambda$. But it is not WGAN-GP.)
//
// **Guess first**: with $d=4$ and $\lambda=1$, where do the readings of the two critics end?

// %% [markdown] lang="zh"
// ## 6 · 找错误
//
// 下面这个评论家的训练步骤（或类似的写法），在许多课程里都能见到。它能运行，往往还真能学到东西。其中有三处错误。**先自己找，再往下读。**
//
// ```
// critic = [conv → batchNorm → leakyReLU] × 3 → dense(1)
//
// alpha    = randomNormal([1])
// xHat     = alpha · real + (1 − alpha) · fake
// norm     = ‖∇ critic(xHat)‖₂                       // 每个样本一个
// loss     = mean(critic(fake)) − mean(critic(real)) + λ · mean(max(0, norm − 1))
// ```
//
// **错误一：单侧，而且没有平方。** 用惩罚 $\lambda\max(0,s-1)$ 把第 5 节的小计算重做一遍。$s\ge1$ 时收益是 $s\,W_1-\lambda(s-1)$：它是 $s$ 的*一次函数*，斜率为 $W_1-\lambda$。
// 一旦 $W_1>\lambda$，评论家只要不断加大 $s$，收益就没有尽头。能拦住它的正是平方：平方比任何直线都涨得快。此外，斜率小于 1 完全不受罚。（*单侧但平方*，即 $\max(0,\lVert\nabla f\rVert-1)^2$，没有问题，
// Petzka 等（2018）正是这样主张的；$W_1<\lambda$ 时，不平方的写法也闯不了祸。但它不是 WGAN-GP。）
//
// **先猜一猜**：$d=4$、$\lambda=1$，两个评论家的读数各会停在哪里？

// %% figure="runaway" slideshow={"slide_type": "subslide"}
const slopesBetween = (critic: Critic, { real, fake }: Piles, noise: Random) =>
  wganGp.gradientNorm(critic, interpolate(real, fake, noise.uniform([real.shape[0]]) as Tensor1D));
const twoSided = await reading('(‖∇f‖ − 1)²', 4, {
  penalty: (...from) =>
    slopesBetween(...from)
      .sub(1)
      .square()
      .mean(),
});
const oneSided = await reading('max(0, ‖∇f‖ − 1)', 4, {
  penalty: (...from) =>
    slopesBetween(...from)
      .sub(1)
      .relu()
      .mean(), // changed // zh: 改动
});
show(
  figures.curves({
    series: [
      { name: '(‖∇f‖ − 1)²', y: twoSided.curve },
      { name: 'max(0, ‖∇f‖ − 1)', y: oneSided.curve },
    ],
    marks: [{ y: 4 * (1 + 4 / 2), label: 'W₁ (1 + W₁ / 2λ) = 12' }],
    logY: true,
    yRange: [1, 1000],
    title:
      'λ = 1, W₁ = 4: the unsquared penalty cannot hold the critic' /* zh: 'λ = 1，W₁ = 4：不平方的惩罚拦不住评论家' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'E f(x) − E f(G(z))',
  }),
);

// %% [markdown] lang="en"
// The squared one settles at 12, as the formula says. The other has passed it within a few steps and climbs into the hundreds. It flattens only because our learning rate falls to 0 at the end: nothing in its loss tells it to stop.
//
// **Error 2: the wrong α.** Three versions, on the same heap and arc (mind the axes: the panel in the middle shows three times as much):

// %% [markdown] lang="zh"
// 平方的那个停在 12，正如公式所说。另一个几步之内就越过了它，一直爬到几百。后来变平，只是因为我们的学习率最后降到了 0：它的损失里没有任何东西叫它停下。
//
// **错误二：α 不对。** 在同样的一堆点和一段圆弧上，看三种写法（注意坐标轴：中间一幅的范围是另两幅的三倍）：

// %% figure="wrong-alphas" slideshow={"slide_type": "subslide"}
const count = 200;
const heap = random.normal<tf.Rank.R2>([count, 2], 0, 0.2);
const angle = random.uniform<tf.Rank.R1>([count], -0.9, 0.9);
const arc = tf.stack<Tensor1D>([angle.cos().mul<Tensor1D>(3), angle.sin().mul<Tensor1D>(3)], 1) as Tensor2D;
const withAlpha = (title: string, alpha: tf.Tensor, zoom = 1) =>
  figures.scatter2d({
    series: [
      { name: 'x̂', points: interpolate(arc, heap, alpha as Tensor1D) as Tensor2D, color: 2 },
      { name: 'real' /* zh: '真实' */, points: arc, color: 0 },
      { name: 'generated' /* zh: '生成' */, points: heap, color: 1 },
    ],
    title,
    pointSize: 5,
    xRange: [1.25 - 2.75 * zoom, 1.25 + 2.75 * zoom],
    yRange: [-2.75 * zoom, 2.75 * zoom],
    x: 'x₁',
    y: 'x₂',
  });
show(
  figures.panels(
    [
      withAlpha('uniform, one each' /* zh: '均匀，各取一个' */, random.uniform([count])),
      withAlpha('normal, one each' /* zh: '正态，各取一个' */, random.normal([count]), 3),
      withAlpha('one for the batch' /* zh: '整批一个' */, tf.fill([count], 0.6)),
    ],
    {
      title:
        'Only uniform α, one for each example, fills the space between' /* zh: '只有均匀、每个样本一个的 α 才能填满中间' */,
    },
  ),
);

// %% [markdown] lang="en"
// A normal $\alpha$ lies outside of $[0,1]$ in two draws of three (the normal distribution holds 34 % between 0 and 1): two thirds of the penalty are spent *behind* the data and *behind* the generator, where no earth is ever carried. One $\alpha$ for the whole
// batch is not wrong on average, but it looks at one thin copy at a time, a ghost of the batch; the penalty jumps about from step to step, and the rest of the space is not watched. (In one dimension, section 5's ramp hides both errors: a straight line has one slope everywhere.)
//
// ### Exercise 4 · Mend the penalty (3 points)
//
// Write the penalty term of one critic's step from real and generated examples alone: draw the α with the notebook's `random`, as the paper has them, and use your `interpolate` and `gradientPenalty`.

// %% [markdown] lang="zh"
// 正态的 $\alpha$ 三次有两次落在 $[0,1]$ 之外（标准正态分布在 0 与 1 之间只有 34%）：三分之二的惩罚花在数据的*背后*和生成器的*背后*，那里从来没有土经过。
// 整批共用一个 $\alpha$，平均来看没错，但每次只盯着薄薄的一层，像是这批数据的一个影子；惩罚每一步都在跳，其余的空间没人看着。
// （一维时，第 5 节的坡道会把这两个错误都掩盖掉：直线处处斜率相同。）
//
// ### 练习 4 · 修好惩罚项（3 分）
//
// 只凭真实样本和生成样本，写出评论家一步训练的惩罚项：用笔记本里的 `random` 按论文的方式抽取 α，再调用你写的 `interpolate` 和 `gradientPenalty`。

// %% grade_id="wgan-mend" points=3
/** λ E (‖∇f(x̂)‖₂ − 1)² with x̂ on the lines between real and fake. real, fake: [B, …] -> scalar */
/* zh: λ E (‖∇f(x̂)‖₂ − 1)²，x̂ 取在 real 与 fake 的连线上。real、fake: [B, …] -> 标量 */
function penaltyTerm(critic: Critic, real: tf.Tensor, fake: tf.Tensor, lambda: number): Scalar {
  // BEGIN SOLUTION
  const alpha = random.uniform<tf.Rank.R1>([real.shape[0]]);
  return gradientPenalty(critic, interpolate(real, fake, alpha)).mul<Scalar>(lambda);
  // END SOLUTION
}
await check('wgan-mend', { penaltyTerm });

// %% [markdown] lang="en"
// **Error 3: batch norm in the critic.** The penalty is a statement about *each example's own* gradient. Batch norm subtracts the mean of the batch and divides by its spread, so the score of one example depends on all the others: change your neighbour and your
// score changes. Then `tf.grad` of the summed scores is no longer a list of $\nabla f(\hat x_i)$, because there is no such function $f$ of one example. The paper says so in its section 4 ("No critic batch normalization") and uses layer norm or none.
//
// This can be tested without reading the code. Score a batch; score each example alone; compare.
//
// ### Exercise 5 · Does it look at its neighbours? (2 points)
//
// Say whether any example's score changes by more than $10^{-4}$ when it is scored alone. (Not "changes at all": a sum in another order differs in its last digits.)

// %% [markdown] lang="zh"
// **错误三：评论家里有批归一化。** 惩罚说的是*每个样本自己的*梯度。批归一化要减去整批的均值、除以整批的标准差，于是一个样本的分数取决于其他所有样本：换一个邻居，你的分数就变了。
// 这时，对分数之和用 `tf.grad`，得到的不再是一列 $\nabla f(\hat x_i)$，因为根本不存在一个只看单个样本的函数 $f$。论文第 4 节专门写了“No critic batch normalization”，改用层归一化或者什么都不用。
//
// 不看代码也查得出来：整批打一次分，再一个一个单独打分，比一比。
//
// ### 练习 5 · 它偷看邻居吗？（2 分）
//
// 判断：单独打分时，是否有哪个样本的分数变化超过 $10^{-4}$。（不是“有任何变化”：求和次序不同，最后几位数字就会不同。）

// %% grade_id="wgan-neighbours" points=2
/** Whether the score of an example depends on the rest of its batch. x: [B, …], B ≥ 2 */
/* zh: 一个样本的分数是否取决于同批的其他样本。x: [B, …]，B ≥ 2 */
function looksAtNeighbours(critic: Critic, x: tf.Tensor): boolean {
  // BEGIN SOLUTION
  const alone = tf.concat(tf.split(x, x.shape[0]).map((one) => critic(one))); // [B]
  return critic(x).sub(alone).abs().max().dataSync()[0] > 1e-4;
  // END SOLUTION
}
await check('wgan-neighbours', { looksAtNeighbours });

// %%
// Eight grey pictures, from dark to bright.
// zh: 八幅灰图，有明有暗。
const eightImages = random.uniform([8, 16, 16, 1]).mul<Tensor4D>(random.uniform([8, 1, 1, 1]));
const norms = [
  { norm: 'none', name: 'none' /* zh: '无' */ },
  { norm: 'spectral', name: 'spectral (section 8)' /* zh: '谱归一化（第 8 节）' */ },
  { norm: 'batch', name: 'batch' /* zh: '批归一化' */ },
] as const;
const audited = norms.map(({ norm, name }) => {
  const image = tf.input({ shape: [16, 16, 1] });
  const settings = { arch: 'conv', hidden: [8, 16], norm } as const;
  const network = tf.model({
    inputs: image,
    outputs: nn.discriminatorBody(image, undefined, settings, 'concat', new nn.Seeds(3)),
  });
  // Batch norm looks at the batch in training only; spectral norm would move on by a round at each call.
  // zh: 批归一化只在训练时看整批；谱归一化在训练时每次调用会多迭代一轮。
  const critic: Critic = (x) => (network.apply(x, { training: norm === 'batch' }) as tf.Tensor).reshape([-1]);
  // how much the first score moves when only the last image changes, against the spread of the scores
  // zh: 只改动最后一幅图像时，第一个分数变化多少；以各分数的标准差为单位
  const changed = tf.concat([eightImages.slice([0, 0, 0, 0], [7, 16, 16, 1]), tf.zeros([1, 16, 16, 1])]);
  const [before, after] = [eightImages, changed].map((x) => critic(x).dataSync()[0]);
  const spread = tf.moments(critic(eightImages)).variance.sqrt().dataSync()[0];
  return {
    ['norm in the critic' /* zh: '评论家的归一化' */]: name,
    ['looks at neighbours' /* zh: '分数依赖同批样本' */]: looksAtNeighbours(critic, eightImages)
      ? 'yes' /* zh: '是' */
      : 'no' /* zh: '否' */,
    ['first score moves by' /* zh: '第一个分数的变化' */]: `${((100 * Math.abs(after - before)) / spread).toFixed(1)} %`,
  };
});
show(
  figures.table(audited, {
    title:
      'With batch norm, one image changes another’s score (in per cent of the scores’ spread)' /* zh: '有批归一化时，一幅图像会改变另一幅的分数（占分数标准差的百分比）' */,
  }),
);

// %% [markdown] lang="en"
// ## 7 · Does the loss tell the truth while it trains?
//
// So far the piles stood still. Now a generator learns: it maps $z\sim\mathcal N(0,I)$ to numbers that should form two bumps, at $-1.5$ and $1.5$. Every few
// rounds we measure the true $W_1$ by sorting, and compare with what the training *says*: a GAN's discriminator loss, and the reading of a WGAN's critic with clipped weights.
//
// (Why not the gradient penalty? On a line it gets in its own way: a critic that has to turn round must pass a slope of 0, which the penalty makes dear, and the generator runs off meanwhile. In two dimensions and more there is a way round. Change `wgan` to `wganGp` below to see it.)
//
// **Guess first**: a trained discriminator's loss is lowest when the generator is at its worst. So which way will its curve go as the generator gets better? And will you be able to tell from it when to stop?

// %% [markdown] lang="zh"
// ## 7 · 训练过程中，损失说的是真话吗？
//
// 到目前为止，两堆数是静止的。现在让生成器学起来：它把 $z\sim\mathcal N(0,I)$ 变成数，目标是 $-1.5$ 和 $1.5$ 处的两个峰。每隔几轮用排序测一次真正的 $W_1$，
// 与训练过程自己*声称*的比较：GAN 看判别器损失，WGAN（裁剪权重）看评论家的读数。
//
// （为什么不用梯度惩罚？在一条直线上它会妨碍自己：评论家要掉头，就得经过斜率 0，而惩罚让这一步代价很高，生成器趁机跑远。二维以上绕得过去。把下面的 `wgan` 换成 `wganGp` 就能看到。）
//
// **先猜一猜**：生成器最差的时候，训练好的判别器损失最低。那么随着生成器变好，这条曲线会往哪边走？你能凭它判断何时该停吗？

// %%
const bumps = datasets.toys.twoBumps.split(8000, 0);
const bumpValues = datasets.toys.twoBumps.sample(1000, new Random(1)).dataSync();
const wide = { hidden: [64, 64] };
const line = { inputShape: [1], latentDim: 2, generator: wide, discriminator: wide, seed: 2 };
const rounds = budget({ quick: 6, default: 300, full: 2000 });
const every = budget({ quick: 1, default: 4, full: 20 });
/** Measures the true W₁ every few rounds. */
/* zh: 每隔几轮测一次真正的 W₁。 */
function watch(model: Parameters<typeof wgan.sample>[0]) {
  const seen: { step: number; w1: number }[] = [];
  const onStep = ({ step }: { step: number }) => {
    if (step % every !== 0) return;
    const made = tf.tidy(() => wgan.sample<Tensor2D>(model, 1000, new Random(5)).dataSync());
    seen.push({ step, w1: metrics.wasserstein1d(made, bumpValues) });
  };
  return { seen, onStep };
}
const common = { batchSize: 128, steps: rounds, learningRate: 1e-3 };
const plainPair = gan.buildGan(line);
const plainWatch = watch(plainPair);
const plainHistory = await gan.trainGan(plainPair, bumps, { ...common, onStep: plainWatch.onStep });
const pair = wgan.buildWgan(line);
const pairWatch = watch(pair);
const pairHistory = await wgan.trainWgan(pair, bumps, {
  ...common,
  clip: 0.2,
  discriminatorSteps: 5,
  onStep: pairWatch.onStep,
});

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Which loss can be read?
//
// - GAN: the discriminator's loss is best when the generator is worst
// - WGAN: once the critic has caught up, its reading falls with the distance

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 哪种损失读得懂？
//
// - GAN：生成器最差时，判别器的损失最好看
// - WGAN：评论家跟上之后，读数随距离一起下降

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Let them draw both curves before you show the figure. Ask: at which round would you stop, from each curve?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。先让大家把两条曲线画出来，再放图。问：分别看这两条曲线，你会在第几轮停下？

// %% figure="loss-and-truth" slideshow={"slide_type": "subslide"}
const truth = (seen: readonly { step: number; w1: number }[]) => ({
  name: 'true W₁' /* zh: '真正的 W₁' */,
  x: seen.map(({ step }) => step),
  y: seen.map(({ w1 }) => w1),
  color: 0,
});
show(
  figures.panels(
    [
      figures.curves({
        series: [
          truth(plainWatch.seen),
          { name: 'discriminator’s loss' /* zh: '判别器的损失' */, y: plainHistory.loss, color: 1, smooth: 10 },
        ],
        title: 'GAN: the loss says nothing about the distance' /* zh: 'GAN：损失与距离无关' */,
        x: 'round' /* zh: '轮' */,
        y: 'W₁, loss' /* zh: 'W₁、损失' */,
      }),
      figures.curves({
        series: [
          truth(pairWatch.seen),
          {
            name: 'critic’s reading' /* zh: '评论家的读数' */,
            y: pairHistory.metrics.distance,
            color: 2,
            smooth: 10,
          },
        ],
        title: 'WGAN: once the critic has caught up, both fall' /* zh: 'WGAN：评论家跟上之后，两者一起下降' */,
        x: 'round' /* zh: '轮' */,
        y: 'W₁, reading' /* zh: 'W₁、读数' */,
      }),
    ],
    {
      title: 'Only one of the two losses can be read' /* zh: '两种损失，只有一种读得懂' */,
    },
  ),
);

// %% [markdown] lang="en"
// The discriminator's loss hovers around $2\log2\approx1.39$, "I cannot tell them apart", while $W_1$ goes up and down below it: it tells nothing about how far there is to go. The critic's reading first climbs, as long as the critic is still learning to measure: for about half of our 300 rounds, while $W_1$ falls already. In that time it misleads. From its peak on, in the unit that $c$ happens to give it, it falls together with the true distance, noisily, since the critic is always a few steps behind the generator. That is what Arjovsky, Chintala & Bottou meant
// by a meaningful loss metric: you can plot it, compare it over time with the same critic, and, if the critic is strong enough, stop when it stops. (Read the direction, not the amount: with clipped weights the unit is unknown, and as section 4 showed not even quite constant.)
//
// **What should I see, and what if I don't?** A reading that first *rises*: the critic is still learning the distance; normal, and no sign that the samples get worse. Read it from its peak on. A reading that stays near 0 while samples are bad: the critic is too weak or too slow; give it more steps a round. A reading that grows without end: the
// constraint is missing or too weak; look at the penalty first. A negative reading that stays: the sign of one loss is wrong, or the critic cannot turn round (a gradient penalty on a line).
//
// ## 8 · Third way: divide by the largest singular value
//
// The penalty is paid only where we look, and it costs a second derivative at each step. Miyato et al. (2018) go back to section 4's product. A layer stretches by at most $\sigma(W)$. So replace each weight matrix by $\overline W=W/\sigma(W)$: its largest singular value is 1, each dense layer is 1-Lipschitz, and so is their
// composition: everywhere, not only where we look. This is **spectral normalization**. For a convolution the paper reshapes the kernel to a matrix and divides by *its* largest singular value. That is a cheap stand-in: the convolution's own norm may be larger, up to a factor that depends on the kernel's size, so the
// convolutional critics of section 9 are held, but not to 1 exactly.
//
// How do you get $\sigma(W)$ in every step without a full decomposition? By **power iteration**. Write $W=\sum_i\sigma_i\,v_iu_i^\top$, the singular value decomposition, with $\sigma_1=\sigma(W)>\sigma_2\ge\dots$ (Here $u_i$ goes in and $v_i$ comes out. The paper names them the other way round.) Start with a random $u=\sum_i a_iu_i$. Then
//
// $$W^\top W\,u=\sum_i a_i\,\sigma_i^2\,u_i\quad\Longrightarrow\quad (W^\top W)^k u=\sigma_1^{2k}\Bigl(a_1u_1+\sum_{i>1}a_i\Bigl(\frac{\sigma_i}{\sigma_1}\Bigr)^{2k}u_i\Bigr).$$
//
// (The $u_i$ are orthogonal to one another, so each is stretched on its own.) The factors $(\sigma_i/\sigma_1)^{2k}$ die out: what is left points along $u_1$. Rescale to length 1 in between so that nothing overflows. One round is
//
// $$v\leftarrow\frac{Wu}{\lVert Wu\rVert},\qquad u\leftarrow\frac{W^\top v}{\lVert W^\top v\rVert},\qquad\text{and then}\quad\sigma(W)\approx v^\top W u .$$
//
// In training **one** round a step is enough, because $u$ is kept from step to step and $W$ changes slowly.
//
// ### Exercise 6 ★ · Power iteration (3 points, optional)

// %% [markdown] lang="zh"
// 判别器的损失一直在 $2\log2\approx1.39$ 附近徘徊，意思是“我分不清”，而 $W_1$ 在它下面忽高忽低：还差多远，它什么也没说。评论家的读数先上升，那时它还在学着测量：300 轮里约占一半，而 $W_1$ 已经在下降，这段时间的读数会误导人。从峰值开始，它才随真正的距离一起下降，单位由 $c$ 决定，只是带着噪声，因为评论家总比生成器慢几步。
// Arjovsky、Chintala 与 Bottou 所说的“有意义的损失”就是这个：可以画出来，可以在同一个评论家的不同时刻之间比较；只要评论家足够强，它停了你就可以停。（看方向，别看大小：裁剪权重时单位未知，而且如第 4 节所示，还不完全固定。）
//
// **应该看到什么？没看到怎么办？** 读数先*上升*：评论家还在学着量距离，属正常现象，并不表示样本在变差。从峰值之后再看它。样本很差而读数一直接近 0：评论家太弱或太慢，每轮多训练它几步。读数无止境地增长：
// 约束缺失或太弱，先看惩罚项。读数一直为负：某个损失的符号反了，或者评论家掉不过头来（直线上的梯度惩罚）。
//
// ## 8 · 第三种办法：除以最大奇异值
//
// 惩罚只在我们看到的地方起作用，而且每步都要付出二阶导数的代价。Miyato 等（2018）回到第 4 节的乘积：一层最多拉长 $\sigma(W)$ 倍。那就把每个权重矩阵换成 $\overline W=W/\sigma(W)$：
// 最大奇异值是 1，每个全连接层都是 1-Lipschitz，复合起来也是，而且处处如此，不只是在我们看到的地方。这叫**谱归一化**（spectral normalization）。对卷积，论文把卷积核摊成矩阵，除以*这个矩阵*的最大奇异值。
// 这是个廉价的替代：卷积本身的范数可能更大，至多大一个与核大小有关的倍数。所以第 9 节的卷积评论家有约束，但不是恰好为 1。
//
// 每一步都要 $\sigma(W)$，又不想做完整的分解，怎么办？用**幂迭代**（power iteration）。写出奇异值分解 $W=\sum_i\sigma_i\,v_iu_i^\top$，其中 $\sigma_1=\sigma(W)>\sigma_2\ge\dots$（这里输入方向记作 $u_i$，输出方向记作 $v_i$，与论文正好相反）。从随机的 $u=\sum_i a_iu_i$ 出发，则
//
// $$W^\top W\,u=\sum_i a_i\,\sigma_i^2\,u_i\quad\Longrightarrow\quad (W^\top W)^k u=\sigma_1^{2k}\Bigl(a_1u_1+\sum_{i>1}a_i\Bigl(\frac{\sigma_i}{\sigma_1}\Bigr)^{2k}u_i\Bigr).$$
//
// （各 $u_i$ 两两正交，所以各自独立地被拉长。）因子 $(\sigma_i/\sigma_1)^{2k}$ 逐渐消失，剩下的就指向 $u_1$。中间不断把长度调回 1，以免溢出。一轮就是
//
// $$v\leftarrow\frac{Wu}{\lVert Wu\rVert},\qquad u\leftarrow\frac{W^\top v}{\lVert W^\top v\rVert},\qquad\text{然后}\quad\sigma(W)\approx v^\top W u .$$
//
// 训练时每步做**一**轮就够了，因为 $u$ 一步一步地保留下来，而 $W$ 变得很慢。
//
// ### 练习 6 ★ · 幂迭代（3 分，选做）

// %% grade_id="wgan-power-iteration" points=3
/** σ(W) ≈ vᵀ W u after some rounds of power iteration. weight: [n,m]; u: [m], any direction -> scalar */
/* zh: 若干轮幂迭代之后的 σ(W) ≈ vᵀ W u。weight: [n,m]；u: [m]，方向任意 -> 标量 */
function spectralNorm(weight: Tensor2D, u: Tensor1D, rounds: number): Scalar {
  // BEGIN SOLUTION
  const unit = (x: tf.Tensor) => x.div(x.norm());
  let right: tf.Tensor = unit(u.reshape([-1, 1])); // [m,1]
  let left: tf.Tensor = tf.zeros([weight.shape[0], 1]); // [n,1]
  for (let round = 0; round < rounds; round++) {
    left = unit(weight.matMul(right));
    right = unit(weight.matMul(left, true));
  }
  return left.mul(weight.matMul(right)).sum<Scalar>();
  // END SOLUTION
}
await check('wgan-power-iteration', { spectralNorm });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Divide by the largest singular value
//
// $$\overline W=\frac{W}{\sigma(W)},\qquad v\leftarrow\frac{Wu}{\lVert Wu\rVert},\quad u\leftarrow\frac{W^\top v}{\lVert W^\top v\rVert},\quad\sigma\approx v^\top Wu$$
//
// - Holds everywhere, not only where we look
// - One round a step: $u$ is kept, $W$ moves slowly

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 除以最大奇异值
//
// $$\overline W=\frac{W}{\sigma(W)},\qquad v\leftarrow\frac{Wu}{\lVert Wu\rVert},\quad u\leftarrow\frac{W^\top v}{\lVert W^\top v\rVert},\quad\sigma\approx v^\top Wu$$
//
// - 处处成立，而不只是在我们看到的地方
// - 每步一轮：$u$ 保留下来，$W$ 变得慢

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Why the largest: draw a circle and the ellipse that W makes of it. The vector that is stretched most wins the race.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。为什么是最大的：画一个圆，再画 W 把它变成的椭圆。被拉得最长的方向会胜出。

// %% figure="power-iteration" slideshow={"slide_type": "subslide"}
const roundCounts = [1, 2, 3, 5, 8, 13, 21, 34];
const matrices = [
  {
    name: 'one layer of ours, 32×32' /* zh: '我们的一层，32×32' */,
    weight: nn.variablesOf(networkNow)[2] as tf.Tensor,
  },
  { name: 'normal numbers, 128×64' /* zh: '正态随机数，128×64' */, weight: random.normal([128, 64]) },
];
show(
  figures.curves({
    series: matrices.map(({ name, weight }) => {
      const square = weight.transpose().matMul(weight) as Tensor2D; // WᵀW: its eigenvalues are the σ² // zh: WᵀW：其特征值是各 σ²
      const { values } = metrics.eigenSymmetric(Float64Array.from(square.dataSync()), square.shape[0]);
      const exact = Math.sqrt(Math.max(...values));
      const start = new Random(11).normal([weight.shape[1] ?? 1]) as Tensor1D;
      return {
        name,
        x: roundCounts,
        y: roundCounts.map((k) => {
          const vectors = sngan.powerIteration(weight as Tensor2D, start, k); // as in exercise 6 // zh: 即练习 6
          return sngan.spectralValue(weight as Tensor2D, vectors).dataSync()[0] / exact;
        }),
        points: true,
      };
    }),
    marks: [{ y: 1, label: 'exact' /* zh: '精确值' */ }],
    logX: true,
    title: 'Power iteration comes closer with every round, from below' /* zh: '幂迭代一轮比一轮接近，总是从下方逼近' */,
    x: 'rounds' /* zh: '轮数' */,
    y: 'estimate / σ(W)' /* zh: '估计值 / σ(W)' */,
  }),
);

// %% [markdown] lang="en"
// From below: $v^\top Wu$ with vectors of length 1 can never exceed the largest singular value. So before the estimate $\hat\sigma$ has converged, $W/\hat\sigma$ stretches by *more* than 1, never less: after one round from a random start by $1/0.7\approx1.4$. In training that is over after the first few steps.
//
// With spectral normalization the critic may keep the losses of lesson 05, or use the **hinge loss**, which is 0 for a score that is right by a margin of 1 (we write $D$ for the score again; our SNGAN below uses this loss):
//
// $$L_D=\mathbb E\max(0,1-D(x))+\mathbb E\max(0,1+D(G(z))),\qquad L_G=-\mathbb E\,D(G(z)).$$
//
// ## 9 · Fifteen GANs
//
// Now images. Arjovsky et al. claimed more than a readable loss: a Wasserstein critic should also train generators that a GAN ruins. We repeat their experiment at small size: Fashion-MNIST at 16×16, five methods, and three generators:
//
// - **CNN**: transposed convolutions with batch norm, as in DCGAN;
// - **CNN without normalization**: the same, batch norm taken out;
// - **MLP**: three dense layers of 128, no convolution at all.
//
// Every discriminator is the same small CNN, with the norm that its method prescribes: batch norm for GAN and LSGAN (lesson 05), none for WGAN and WGAN-GP, spectral for SNGAN. All get the same number of generator updates and the same learning rate; WGAN and WGAN-GP have two critic updates for each (their papers: five), so they do
// more work. Two numbers judge the samples: the Fréchet distance (FID, lesson 17; low is good) between the features that the course's classifier sees in 1,000 samples and in 4,000 real images at the same resolution, and the **spread**: the standard deviation of a pixel over the samples, as a share of the real images' (1 is as varied as the data, 0 is one picture).
//
// **Guess first**: fill in a table of 5×3 with + and −. Which cell will be the worst, and which method will care least about its generator?
//
// The next cell trains all fifteen: two to three minutes on two cores. The bar says how long each one still needs.

// %% [markdown] lang="zh"
// 从下方：长度为 1 的向量，$v^\top Wu$ 不可能超过最大奇异值。所以估计值 $\hat\sigma$ 收敛之前，$W/\hat\sigma$ 的拉长倍数*大于* 1，绝不会更小：从随机起点只迭代一轮，约为 $1/0.7\approx1.4$ 倍。训练时，最初几步之后就没事了。
//
// 有了谱归一化，可以继续用第 05 课的损失，也可以用**合页损失**（hinge loss）：间隔达到 1 时损失为 0（打分又记作 $D$；下面的 SNGAN 用的就是它）：
//
// $$L_D=\mathbb E\max(0,1-D(x))+\mathbb E\max(0,1+D(G(z))),\qquad L_G=-\mathbb E\,D(G(z)).$$
//
// ## 9 · 十五个 GAN
//
// 轮到图像了。Arjovsky 等人声称的不只是损失读得懂：普通 GAN 会搞砸的生成器，Wasserstein 评论家也训练得动。我们以小尺寸重复他们的实验：16×16 的 Fashion-MNIST，五种方法，三种生成器：
//
// - **CNN**：带批归一化的转置卷积，与 DCGAN 相同；
// - **无归一化的 CNN**：同上，去掉批归一化；
// - **MLP**：三个 128 单元的全连接层，完全没有卷积。
//
// 判别器都是同一个小 CNN，归一化按各方法的规定：GAN 和 LSGAN 用批归一化（第 05 课），WGAN 和 WGAN-GP 不用，SNGAN 用谱归一化。生成器的更新次数和学习率都相同；
// WGAN 和 WGAN-GP 每次更新生成器之前，先更新两次评论家（论文里是五次），所以干的活更多。用两个数评判样本：一是 Fréchet 距离（FID，第 17 课，越低越好），比较本课程的分类器在
// 1,000 个样本和 4,000 幅同样分辨率的真实图像上看到的特征；二是**离散度**：样本在每个像素上的标准差，与真实图像之比（1 表示与数据一样多样，0 表示只有一幅图）。
//
// **先猜一猜**：画一张 5×3 的表，填上 + 和 −。哪一格最差？哪种方法最不在乎生成器怎么搭？
//
// 下一格训练全部十五个，在双核上要两三分钟。进度条会显示每一个还要多久。

// %%
const data = await datasets.fashionMnist();
/** 28×28 to 16×16: a rim of two pixels, then averages of 2×2. */
/* zh: 28×28 变 16×16：四周补两个像素，再做 2×2 平均。 */
const shrink = (images: Tensor4D): Tensor4D =>
  tf.tidy(() => {
    const framed = images.pad<Tensor4D>([
      [0, 0],
      [2, 2],
      [2, 2],
      [0, 0],
    ]);
    return tf.avgPool(framed, 2, 2, 'valid');
  });
/** Back to 28×28, which is what the classifier reads. */
/* zh: 放大回 28×28，供分类器读取。 */
const enlarge = (images: Tensor4D): Tensor4D =>
  tf.tidy(() => tf.image.resizeBilinear(images, [32, 32]).slice([0, 2, 2, 0], [-1, 28, 28, 1]));
const clothes = shrink(data.train.images(0, budget({ quick: 600, default: 8_000, full: 20_000 })));
const classifier = fashionMnistClassifier();
const statisticsOf = (images: Tensor4D) =>
  metrics.frechetStatistics(tf.tidy(() => metrics.classifier.features(classifier, enlarge(images))));
const spreadOf = (images: Tensor4D) => tf.tidy(() => tf.moments(images, 0).variance.mean().sqrt().dataSync()[0]);
const judgedCount = budget({ quick: 200, default: 1_000, full: 4_000 });
const realStatistics = await statisticsOf(clothes.slice(0, budget({ quick: 400, default: 4_000, full: 10_000 })));
const realSpread = spreadOf(clothes);

// %%
const generators = [
  { name: 'CNN', config: { arch: 'conv', norm: 'batch', hidden: [32, 16] } },
  { name: 'CNN without norm' /* zh: '无归一化的 CNN' */, config: { arch: 'conv', norm: 'none', hidden: [32, 16] } },
  { name: 'MLP', config: { arch: 'mlp', norm: 'none', hidden: [128, 128, 128] } },
] as const;
// A quick look takes the last one only.
// zh: 快速浏览只取最后一个。
const compared = budget<readonly (typeof generators)[number][]>({
  quick: generators.slice(2),
  default: generators,
  full: generators,
});
type Settings = {
  inputShape: number[];
  latentDim: number;
  seed: number;
  generator: (typeof generators)[number]['config'];
};
const judge = <N>(norm: N) => ({ arch: 'conv' as const, hidden: [16, 32], norm });
const run = {
  batchSize: 32,
  steps: budget({ quick: 1, default: 200, full: 4_000 }),
  learningRate: budget({ quick: 1e-3, default: 1e-3, full: 2e-4 }),
  seed: 1,
};
const slower = { ...run, discriminatorSteps: budget({ quick: 1, default: 2, full: 5 }) };
const methods = {
  GAN: async (settings: Settings) => {
    const model = dcgan.buildDcgan({ ...settings, discriminator: judge('batch' as const) });
    await dcgan.trainDcgan(model, clothes, run);
    return model;
  },
  LSGAN: async (settings: Settings) => {
    const model = lsgan.buildLsgan({ ...settings, discriminator: judge('batch' as const) });
    await lsgan.trainLsgan(model, clothes, run);
    return model;
  },
  WGAN: async (settings: Settings) => {
    const model = wgan.buildWgan({ ...settings, discriminator: judge('none' as const) });
    await wgan.trainWgan(model, clothes, { ...slower, clip: 0.05 });
    return model;
  },
  'WGAN-GP': async (settings: Settings) => {
    const model = wganGp.buildWganGp({ ...settings, discriminator: judge('none' as const) });
    await wganGp.trainWganGp(model, clothes, slower);
    return model;
  },
  SNGAN: async (settings: Settings) => {
    const model = sngan.buildSngan({ ...settings, discriminator: judge('spectral' as const) });
    await sngan.trainSngan(model, clothes, run);
    return model;
  },
};
const outcomes: { method: string; generator: string; fid: number; spread: number; images: Tensor4D }[] = [];
for (const generator of compared) {
  for (const [method, learn] of Object.entries(methods)) {
    const settings = { inputShape: [16, 16, 1], latentDim: 32, seed: 1, generator: generator.config };
    const model = await learn(settings);
    const images = wganGp.sample(model, judgedCount, new Random(3));
    const fid = metrics.frechetDistance(realStatistics, await statisticsOf(images));
    const shown = images.slice(0, 12);
    outcomes.push({ method, generator: generator.name, fid, spread: spreadOf(images) / realSpread, images: shown });
    wganGp.dispose(model);
    images.dispose();
  }
}

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Fifteen GANs
//
// - Five methods × three generators, same number of generator updates
// - A good CNN hides the differences
// - An MLP brings them out: who still has variety?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 十五个 GAN
//
// - 五种方法 × 三种生成器，生成器更新次数相同
// - 好的 CNN 掩盖差别
// - MLP 让差别现形：谁还保有多样性？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 minutes. Collect the + and − tables first. Then the figure, MLP row first. End with what it does not show: one seed, one rate.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 分钟。先收集大家的 + 和 − 表，再放图，从 MLP 那一组看起。最后说它不能说明什么：只有一个种子、一个学习率。

// %% figure="fifteen-gans" slideshow={"slide_type": "subslide"}
const rowsOfTable = Object.keys(methods).map((method) => ({
  ['method' /* zh: '方法' */]: method,
  ...Object.fromEntries(
    compared.map(({ name }) => {
      const { fid, spread } = outcomes.find((one) => one.method === method && one.generator === name) ?? outcomes[0];
      return [name, `${fid.toFixed(1)} (${spread.toFixed(2)})`];
    }),
  ),
}));
show(
  figures.table(rowsOfTable, {
    title:
      'FID, lower is better (and spread, 1 is the data’s), after equally many generator updates' /* zh: 'FID，越低越好（括号内为离散度，1 与数据相同）；生成器更新次数相同' */,
  }),
);

// %% figure="fifteen-gans-pictures" slideshow={"slide_type": "subslide"}
for (const { name } of compared) {
  const rows = outcomes.filter(({ generator }) => generator === name);
  show(
    figures.imageRows(
      rows.map(({ method, fid, images }) => ({ label: `${method}, FID ${fid.toFixed(1)}`, images })),
      { title: name, scale: 3 },
    ),
  );
}

// %% [markdown] lang="en"
// **What you should see.** With the CNN that everybody uses, the methods lie fairly close together: a good architecture hides the differences between methods. Take batch norm out and some begin to suffer. With the MLP, four of the five methods
// lose more than half of their variety (a spread far below 1: the pictures resemble one another, the **mode collapse** of lesson 05), and WGAN-GP keeps all of it. It is the one that cares least about its generator. That is the claim of Gulrajani et al. (2017), and our small run bears it out.
//
// Weight clipping does *not* keep the promise here: its FID with the MLP is no better than the GAN's. The unit that nobody chose also scales the gradient, and two hundred updates are too few to make up for it.
//
// **What this does not show.** One seed, one learning rate for all, small images, a few minutes. The methods differ in the loss *and* in the norm of the discriminator, so the table cannot tell which of the two did it. WGAN-GP did more work: two critic updates, each with a second derivative. With tuned settings the order changes; Lucic et al. (2018) gave seven losses the same large budget for tuning and found no one consistently ahead. What is not a matter of tuning is which loss can be *read*. Set `GENLAB_BUDGET=full` for
// the long version of the same experiment: twenty times as many updates, five critic updates each, and the papers' learning rate.
//
// ## 10 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. The critic's reading is −3. Can a distance be negative?</summary>
//
// W₁ cannot, the reading can: it is the value of one price list, and a bad list makes a loss. The best list is never below 0 (a constant $f$ gives 0). A reading that stays negative means that the critic is minimized in the wrong direction, or that it does not keep up with the generator.
// </details>
//
// <details><summary>2. Two people train WGANs, with c = 0.01 and c = 0.05. Their readings at the end are 0.02 and 1.3. Who has the better generator?</summary>
//
// Nobody can say. Each reading has a unit of its own, up to $K$, and $K$ depends on $c$ once for each layer. Compare readings of the *same* critic over time, or measure something else.
// </details>
//
// <details><summary>3. A program has <code>α = randomNormal([B])</code>. Its samples look fine. Is it a bug?</summary>
//
// Yes. Two thirds of the points on which the slope is held to 1 do not lie between real and generated examples. It may still learn, because the other third does: errors in GANs rarely stop the training, they make it worse.
// </details>
//
// <details><summary>4. Why does the one-sided, unsquared penalty sometimes work nevertheless?</summary>
//
// While $W_1<\lambda$ the penalty wins and the slope ends at 1. With λ = 10 and images scaled so that the distance stays small, one may never notice. Start far away, or scale the data up, and the critic runs away.
// </details>
//
// <details><summary>5. Why may a GAN's discriminator have batch norm and WGAN-GP's critic not?</summary>
//
// The GAN's loss needs one number for each example in the batch, and nothing in its derivation looks at gradients by single examples. The penalty does: it asks for $\lVert\nabla f(\hat x_i)\rVert=1$ of a function of one example, and under batch norm there is no such function.
// </details>
//
// <details><summary>6. f is 1-Lipschitz, and so is g. Is f + g? Is f∘g?</summary>
//
// $f+g$ is 2-Lipschitz at worst; $f\circ g$ is 1-Lipschitz. That is why it is enough to normalize every layer, and why residual connections $x+h(x)$ need care.
// </details>
//
// <details><summary>7. What would happen if one trained the critic for only one step a round, on a generator that moves fast?</summary>
//
// $f$ is then not the best price list for the present generator, and the reading is an underestimate, perhaps a negative one. WGAN wants the critic near its best: the better it is, the more truthful the gradient. For the GAN of lesson 05 the opposite held: a perfect discriminator gave no gradient.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | duality | $W_1(p,q)=\max_{\lVert f\rVert_L\le1}\mathbb E_pf-\mathbb E_qf$ |
// | critic, generator | $L_{\text{critic}}=\mathbb E f(G(z))-\mathbb E f(x)$, $\quad L_G=-\mathbb E f(G(z))$ |
// | clipping (WGAN) | $w\leftarrow\operatorname{clip}(w,-c,c)$: reads up to $K\,W_1$, $K$ unknown |
// | penalty (WGAN-GP) | $\lambda\,\mathbb E(\lVert\nabla f(\hat x)\rVert_2-1)^2$, $\ \hat x=\alpha x+(1-\alpha)G(z)$, $\ \alpha\sim U[0,1]$ for each example, $\lambda=10$ |
// | its reading on a ramp | $W_1\,(1+W_1/2\lambda)$ |
// | not this | $\lambda\,\mathbb E\max(0,\lVert\nabla f\rVert-1)$: no bound as soon as $W_1>\lambda$ |
// | spectral norm (SNGAN) | $\overline W=W/\sigma(W)$; $\ v\leftarrow Wu/\lVert Wu\rVert,\ u\leftarrow W^\top v/\lVert W^\top v\rVert,\ \sigma\approx v^\top Wu$ |
// | hinge loss | $\mathbb E\max(0,1-D(x))+\mathbb E\max(0,1+D(G(z)))$ |
//
// ## Further reading
//
// - Arjovsky & Bottou (2017), *Towards Principled Methods for Training Generative Adversarial Networks*, arXiv:1701.04862. Why the needle sticks.
// - Arjovsky, Chintala & Bottou (2017), *Wasserstein GAN*, arXiv:1701.07875. The dual, clipping, and the experiment of section 9.
// - Gulrajani, Ahmed, Arjovsky, Dumoulin & Courville (2017), *Improved Training of Wasserstein GANs*, arXiv:1704.00028. Section 4 has all three answers to section 6.
// - Miyato, Kataoka, Koyama & Yoshida (2018), *Spectral Normalization for Generative Adversarial Networks*, arXiv:1802.05957.
// - Petzka, Fischer & Lukovnikov (2018), *On the Regularization of Wasserstein GANs*, arXiv:1709.08894. The one-sided *squared* penalty.
// - Lucic, Kurach, Michalski, Gelly & Bousquet (2018), *Are GANs Created Equal? A Large-Scale Study*, arXiv:1711.10337.
// - Villani (2009), *Optimal Transport: Old and New*, Springer. Chapter 5 for the duality.

// %% [markdown] lang="zh"
// **你应该看到**：用人人都用的 CNN，几种方法相差不大：好的结构掩盖了方法之间的差别。去掉批归一化，有的方法就开始吃亏。换成 MLP，五种方法里有四种失去了一半以上的多样性
// （离散度远低于 1，图像彼此雷同，就是第 05 课的**模式坍缩**），而 WGAN-GP 全部保住了。它最不在乎生成器怎么搭。这正是 Gulrajani 等（2017）的主张，我们的小实验也支持它。
//
// 权重裁剪在这里*没有*兑现承诺：配上 MLP，它的 FID 并不比 GAN 好。那个没人选定的单位同样缩放了梯度，两百次更新弥补不回来。
//
// **这说明不了什么。** 只有一个随机种子，所有方法同一个学习率，图像很小，训练只有几分钟。各方法不但损失不同，判别器的归一化也不同，这张表分不清是哪一个起的作用。WGAN-GP 干的活更多：每轮两次评论家更新，每次还带二阶导数。精心调参之后，次序会变；
// Lucic 等（2018）给七种损失同样充足的调参预算，结果没有哪一种始终领先。与调参无关的是：哪种损失*读得懂*。设 `GENLAB_BUDGET=full` 可以运行同一实验的长版本：
// 更新次数是二十倍，评论家每轮五次，学习率与论文相同。
//
// ## 10 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 评论家的读数是 −3。距离可以是负的吗？</summary>
//
// W₁ 不可以，读数可以：它只是某一张价目表的收益，价目表糟糕就会亏本。最好的价目表不会低于 0（取常数 $f$ 就是 0）。读数一直为负，说明评论家优化的方向反了，或者跟不上生成器。
// </details>
//
// <details><summary>2. 两个人分别用 c = 0.01 和 c = 0.05 训练 WGAN，最后的读数是 0.02 和 1.3。谁的生成器更好？</summary>
//
// 说不出来。两个读数的单位各不相同，相差一个 $K$，而 $c$ 在每一层都要进入 $K$ 一次。只能比较*同一个*评论家在不同时刻的读数，或者另外测点别的。
// </details>
//
// <details><summary>3. 某程序写着 <code>α = randomNormal([B])</code>，样本看上去不错。这算错误吗？</summary>
//
// 算。它要求斜率为 1 的那些点，有三分之二不在真实样本与生成样本之间。它仍可能学到东西，因为还有三分之一在：GAN 里的错误很少让训练停下，只会让结果变差。
// </details>
//
// <details><summary>4. 单侧、不平方的惩罚，为什么有时也行得通？</summary>
//
// 只要 $W_1<\lambda$，惩罚就占上风，斜率停在 1。取 λ = 10，图像又缩放得使距离一直很小，也许永远察觉不到。换成相距很远的起点，或者把数据放大，评论家就失控了。
// </details>
//
// <details><summary>5. GAN 的判别器可以用批归一化，WGAN-GP 的评论家却不行，为什么？</summary>
//
// GAN 的损失只需要批里每个样本一个数，推导中没有任何一步涉及对单个样本的梯度。梯度惩罚却涉及：它要求一个“只看单个样本的函数”满足 $\lVert\nabla f(\hat x_i)\rVert=1$，而有了批归一化，这样的函数就不存在了。
// </details>
//
// <details><summary>6. f 和 g 都是 1-Lipschitz。f + g 呢？f∘g 呢？</summary>
//
// $f+g$ 最坏是 2-Lipschitz；$f\circ g$ 是 1-Lipschitz。所以把每一层都归一化就够了；而残差连接 $x+h(x)$ 则要小心。
// </details>
//
// <details><summary>7. 如果每轮只训练评论家一步，而生成器又动得很快，会怎样？</summary>
//
// 那么 $f$ 就不是针对当前生成器的最好价目表，读数偏低，甚至为负。WGAN 希望评论家接近最优：它越好，梯度越可信。第 05 课的 GAN 恰好相反：完美的判别器不给梯度。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 对偶 | $W_1(p,q)=\max_{\lVert f\rVert_L\le1}\mathbb E_pf-\mathbb E_qf$ |
// | 评论家、生成器 | $L_{\text{critic}}=\mathbb E f(G(z))-\mathbb E f(x)$，$\quad L_G=-\mathbb E f(G(z))$ |
// | 裁剪（WGAN） | $w\leftarrow\operatorname{clip}(w,-c,c)$：读数至多 $K\,W_1$，$K$ 未知 |
// | 惩罚（WGAN-GP） | $\lambda\,\mathbb E(\lVert\nabla f(\hat x)\rVert_2-1)^2$，$\ \hat x=\alpha x+(1-\alpha)G(z)$，$\ \alpha\sim U[0,1]$，每个样本一个，$\lambda=10$ |
// | 坡道上的读数 | $W_1\,(1+W_1/2\lambda)$ |
// | 不是这个 | $\lambda\,\mathbb E\max(0,\lVert\nabla f\rVert-1)$：一旦 $W_1>\lambda$ 就没有上界 |
// | 谱归一化（SNGAN） | $\overline W=W/\sigma(W)$；$\ v\leftarrow Wu/\lVert Wu\rVert,\ u\leftarrow W^\top v/\lVert W^\top v\rVert,\ \sigma\approx v^\top Wu$ |
// | 合页损失 | $\mathbb E\max(0,1-D(x))+\mathbb E\max(0,1+D(G(z)))$ |
//
// ## 延伸阅读
//
// - Arjovsky & Bottou (2017), *Towards Principled Methods for Training Generative Adversarial Networks*, arXiv:1701.04862. 指针为什么会卡住。
// - Arjovsky, Chintala & Bottou (2017), *Wasserstein GAN*, arXiv:1701.07875. 对偶、裁剪，以及第 9 节的实验。
// - Gulrajani, Ahmed, Arjovsky, Dumoulin & Courville (2017), *Improved Training of Wasserstein GANs*, arXiv:1704.00028. 第 6 节的三个答案都在其第 4 节。
// - Miyato, Kataoka, Koyama & Yoshida (2018), *Spectral Normalization for Generative Adversarial Networks*, arXiv:1802.05957.
// - Petzka, Fischer & Lukovnikov (2018), *On the Regularization of Wasserstein GANs*, arXiv:1709.08894. 单侧但*平方*的惩罚。
// - Lucic, Kurach, Michalski, Gelly & Bousquet (2018), *Are GANs Created Equal? A Large-Scale Study*, arXiv:1711.10337.
// - Villani (2009), *Optimal Transport: Old and New*, Springer. 对偶见第 5 章。
