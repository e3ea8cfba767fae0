// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Guidance: telling a model what to draw, and how firmly"
//   zh: 引导：告诉模型画什么，以及有多坚决
// minutes: 80
// terms:
//   guidance: 引导
//   classifier guidance: 分类器引导
//   classifier-free guidance: 无分类器引导
//   guidance scale: 引导强度
//   condition dropout: 条件丢弃
//   tilted distribution: 倾斜分布
//   precision: 精确率
//   recall: 召回率
// ---

// %% [markdown] lang="en"
// # 14 · Guidance: telling a model what to draw, and how firmly
//
// By the end of this lesson you will have one small trained diffusion model of clothes with a knob on it. You say "trousers" and turn the knob. At 0 the model ignores you; at 1 it obeys as it was
// taught; at 3 it draws trousers that nobody could mistake; at 20 it draws something that is no longer a picture. Nearly every text-to-image program has this knob. You will build it twice, know what it costs, and
// read its number in any paper, whichever of the two conventions the authors used.
//
// **You can then**
//
// 1. derive from Bayes' rule which way to push a sample so that it becomes more typical of a class;
// 2. compute $\nabla_{x_t}\log p_\phi(y\mid x_t)$, and say why the classifier must have seen noisy pictures;
// 3. shift the mean of a denoising step by $s\,\Sigma\,\nabla\log p_\phi(y\mid x_t)$, and the noise prediction for a sampler without a variance;
// 4. train one network to answer with and without the condition, and combine both answers;
// 5. convert between the two published conventions, $(1+w)c-wu$ and $\gamma c+(1-\gamma)u$;
// 6. say what guidance buys and what it costs: fidelity against diversity, and network evaluations;
// 7. recognize what too much guidance looks like, and say why it fails even with perfect networks;
// 8. find the mistakes in a guided sampler from its code.
//
// **Time**: about 80 minutes to read and work through. The training cells take about three minutes together on two processor cores; each says
// beforehand how long it will take.

// %% [markdown] lang="zh"
// # 14 · 引导：告诉模型画什么，以及有多坚决
//
// 学完本课，你会有一个训练好的小扩散模型，会画衣服，上面装着一个旋钮。你说“裤子”，然后转动旋钮：转到 0，模型不理你；转到 1，它按学到的照办；转到 3，画出的裤子谁也不会认错；
// 转到 20，画出来的已经不成图像了。文生图程序几乎都有这个旋钮。你会用两种办法把它造出来，弄清它的代价，并且不管作者用的是哪种约定，都读得懂论文里的那个数。
//
// **学完之后，你能够**
//
// 1. 从贝叶斯公式推出该往哪个方向推一个样本，它才更像某一类；
// 2. 计算 $\nabla_{x_t}\log p_\phi(y\mid x_t)$，并说明分类器为什么必须见过加噪的图像；
// 3. 把去噪一步的均值移动 $s\,\Sigma\,\nabla\log p_\phi(y\mid x_t)$，对没有方差的采样器则改它的噪声预测；
// 4. 训练一个网络，让它带条件、不带条件都会回答，再把两个回答合起来；
// 5. 在两种已发表的约定 $(1+w)c-wu$ 与 $\gamma c+(1-\gamma)u$ 之间换算；
// 6. 说清引导换来什么、付出什么：逼真度与多样性，以及网络的计算次数；
// 7. 认得出引导过强是什么样子，并说明为什么网络再完美也会失败；
// 8. 从代码里找出一个引导采样器的错误。
//
// **用时**：阅读和练习约 80 分钟。所有训练代码在双核处理器上合计约三分钟，每次训练开始时都会先报出预计时间。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  ddim,
  ddpm,
  engine,
  fashionMnistClassifier,
  figures,
  guidance,
  metrics,
  noisyClassifier,
  Random,
  show,
  vae,
} from 'genlab';

const random = new Random(14);

// %%
console.log(engine.describe(await engine.ready()));
const data = await datasets.fashionMnist();

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One model, one knob
//
// - Bayes: $\nabla\log p(x\mid y)=\nabla\log p(x)+\nabla\log p(y\mid x)$
// - put a weight $s$ on the last term
// - with a classifier, or with none
// - more weight: more typical, less varied, and in the end broken

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一个模型，一个旋钮
//
// - 贝叶斯：$\nabla\log p(x\mid y)=\nabla\log p(x)+\nabla\log p(y\mid x)$
// - 给最后一项加个权重 $s$
// - 可以用分类器，也可以不用
// - 权重越大：越典型，越单调，最后坏掉

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Ask who has used a "guidance scale" slider, and what happened at both ends. Keep the answers on the board; all of them will be explained.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。问问谁用过 guidance scale 滑块，两端各发生了什么。把回答写在黑板上，本课都会解释。

// %% [markdown] lang="en"
// ## 1 · Which way is "more like class y"?
//
// A diffusion model knows, at each noise level $t$, which way the density of noisy pictures rises: the score $\nabla_{x_t}\log p(x_t)=-\varepsilon_\theta(x_t,t)/\sqrt{1-\bar\alpha_t}$ (lesson 13). We want to go where the
// pictures of class $y$ are. Bayes' rule at the same noise level, step by step:
//
// $$
// \begin{aligned}
// p(x_t\mid y)&=\frac{p(x_t)\,p(y\mid x_t)}{p(y)} && \text{Bayes}\\
// \log p(x_t\mid y)&=\log p(x_t)+\log p(y\mid x_t)-\log p(y) && \text{logarithm}\\
// \nabla_{x_t}\log p(x_t\mid y)&=\nabla_{x_t}\log p(x_t)+\nabla_{x_t}\log p(y\mid x_t) && p(y)\text{ does not depend on }x_t
// \end{aligned}
// $$
//
// So a model of all pictures and a **classifier** $p(y\mid x_t)$ together make a model of one class. ($\phi$ or $\theta$ at the foot of a letter, as in $p_\phi$, says: a network with these weights.) Now put a weight $s$ on the classifier (a number; the score itself has no letter of its own in this lesson):
//
// $$\nabla\log p(x_t)+s\,\nabla\log p(y\mid x_t)\quad\text{is the score of}\quad \tilde p_s(x_t)\ \propto\ p(x_t)\,p(y\mid x_t)^s .$$
//
// We call $\tilde p_s$ the **tilted** distribution. $s=0$ is all pictures, $s=1$ exactly the class. **Guess first**: $p(y\mid x)$ is a number between 0 and 1. What does raising it to the power 4 do to a point where it is 0.95, and to one where it is 0.6?
//
// Our toy can be seen whole: two classes of two bumps each. Every class has one bump far out, and one near the other class.

// %% [markdown] lang="zh"
// ## 1 · 往哪边走才“更像 y 类”？
//
// 在每个噪声级 $t$ 上，扩散模型都知道加噪图像的密度往哪边升高，也就是分数 $\nabla_{x_t}\log p(x_t)=-\varepsilon_\theta(x_t,t)/\sqrt{1-\bar\alpha_t}$（第 13 课）。我们想走到 $y$ 类图像所在的地方。在同一个噪声级上用贝叶斯公式，一步一步来：
//
// $$
// \begin{aligned}
// p(x_t\mid y)&=\frac{p(x_t)\,p(y\mid x_t)}{p(y)} && \text{贝叶斯公式}\\
// \log p(x_t\mid y)&=\log p(x_t)+\log p(y\mid x_t)-\log p(y) && \text{取对数}\\
// \nabla_{x_t}\log p(x_t\mid y)&=\nabla_{x_t}\log p(x_t)+\nabla_{x_t}\log p(y\mid x_t) && p(y)\text{ 与 }x_t\text{ 无关}
// \end{aligned}
// $$
//
// 所以，全体图像的模型加上一个**分类器** $p(y\mid x_t)$，就成了单独一类的模型。（字母下标 $\phi$ 或 $\theta$，例如 $p_\phi$，表示它是以此为权重的网络。）再给分类器加个权重 $s$（是一个数；本课不给分数另起字母）：
//
// $$\nabla\log p(x_t)+s\,\nabla\log p(y\mid x_t)\quad\text{是}\quad \tilde p_s(x_t)\ \propto\ p(x_t)\,p(y\mid x_t)^s\quad\text{的分数。}$$
//
// $\tilde p_s$ 叫**倾斜分布**（tilted distribution）。$s=0$ 是全体图像，$s=1$ 恰好是这一类。**先猜一猜**：$p(y\mid x)$ 是 0 到 1 之间的数。取 4 次方，对它等于 0.95 的点有什么影响？对等于 0.6 的点呢？
//
// 我们的玩具一眼看得全：两个类，各有两个峰；每个类都有一个峰在外侧，一个峰靠近另一类。

// %%
const bumps = [
  { center: [-2, 0], label: 0 },
  { center: [0, 0.6], label: 0 },
  { center: [2, 0], label: 1 },
  { center: [0, -0.6], label: 1 },
];
const spread = 0.5;
const schedule = ddpm.linearSchedule(100);
/** log p(x_t) of a mixture of some of the bumps, noised to step t; exact. x: [B,2] -> [B] */
/** zh: 若干个峰的混合分布加噪到第 t 步后的 log p(x_t)，精确值。x: [B,2] -> [B] */
function logMixture(x: Tensor2D, t: number, chosen: readonly (typeof bumps)[number][]): Tensor1D {
  const left = schedule.alphasCumprod[t];
  const variance = left * spread ** 2 + 1 - left; // of each bump at step t // zh: 第 t 步每个峰的方差
  const centers = tf.tensor2d(chosen.map(({ center }) => center.map((value) => value * Math.sqrt(left))));
  const squares = x.expandDims(1).sub(centers.expandDims(0)).square().sum(2); // [B,K]
  return squares
    .mul(-0.5 / variance)
    .logSumExp(1)
    .sub(Math.log(chosen.length * 2 * Math.PI * variance));
}
const ofClass = (label: number) => bumps.filter((bump) => bump.label === label);
/** The exact classifier of noisy points: the log densities of both classes, which serve as logits. [B,2] -> [B,2] */
/** zh: 加噪点的精确分类器：两个类的对数密度，用作 logits。[B,2] -> [B,2] */
const exactLogits = (x: tf.Tensor, t: number) =>
  tf.stack(
    [0, 1].map((label) => logMixture(x as Tensor2D, t, ofClass(label))),
    1,
  ) as Tensor2D;

const reach = 4;
const ticks = Array.from({ length: 80 }, (_, i) => -reach + ((i + 0.5) * 2 * reach) / 80);
const gridPoints = tf.tensor2d(ticks.flatMap((x2) => ticks.map((x1) => [x1, x2])));
const cell = (2 * reach) ** 2 / 6400;
/** p(x)·p(y=0|x)^s on the grid, made to add up to 1. */
/** zh: 网格上的 p(x)·p(y=0|x)^s，归一化为总和 1。 */
const tilted = (s: number) =>
  tf.tidy(() => {
    const log = logMixture(gridPoints, 0, bumps).add(
      exactLogits(gridPoints, 0).logSoftmax().slice([0, 0], [-1, 1]).squeeze([1]).mul(s),
    );
    return log.softmax().div(cell).reshape([80, 80]).arraySync() as number[][];
  });

// %% slideshow={"slide_type": "subslide"}
show(
  figures.panels(
    [0, 1, 4, 20].map((s) =>
      figures.heatmap({
        values: tilted(s),
        range: [0, 0.5],
        xs: ticks,
        ys: ticks,
        title: `s = ${s}`,
        x: 'x₁',
        y: 'x₂',
        color: 'density' /* zh: '密度' */,
      }),
    ),
    {
      columns: 2,
      title:
        'More weight on the classifier: away from the other class, less of everything else' /* zh: '分类器权重越大，离另一类越远，其余的越少' */,
    },
  ),
);

// %% [markdown] lang="en"
// $0.95^4\approx0.81$, but $0.6^4\approx0.13$. A power punishes doubt. Above $s=1$, the bump near the other class is cut back from below, where its points could also be of class 1. What is left is **more clearly of its class**, and **less varied**.
//
// ## 2 · With a classifier
//
// One step of DDPM draws $x_{t-1}$ from $\mathcal N(\mu,\Sigma)$, with $\mu$ from the network and $\Sigma=\sigma_t^2I$. With a condition we want to draw from the product with $p_\phi(y\mid x_{t-1})$. Dhariwal and Nichol (2021; their model is called ADM) take the classifier's logarithm as a straight line near the mean,
// with the gradient $g=\nabla\log p_\phi(y\mid x)$ as its slope:
//
// $$
// \begin{aligned}
// \log\bigl[\mathcal N(x;\mu,\Sigma)\,p_\phi(y\mid x)\bigr]&\approx-\tfrac12(x-\mu)^{\mathsf T}\Sigma^{-1}(x-\mu)+(x-\mu)^{\mathsf T}g+\text{const} && \text{a line in place of the logarithm}\\
// &=-\tfrac12(x-\mu-\Sigma g)^{\mathsf T}\Sigma^{-1}(x-\mu-\Sigma g)+\text{const} && \text{complete the square}
// \end{aligned}
// $$
//
// That is again a Gaussian with the same $\Sigma$ and a **shifted mean**. With the weight $s$:
//
// $$\boxed{\ x_{t-1}\sim\mathcal N\bigl(\mu+s\,\Sigma\,g,\ \Sigma\bigr),\qquad g=\nabla_{x_t}\log p_\phi(y\mid x_t)\ }$$
//
// The gradient is taken **at $x_t$**, the point that the network reads too, by a classifier that is told $t$. (The derivation puts it at the mean of the step; a step is short, and at $x_t$ the classifier knows which noise level it looks at. That is what algorithm 1 of the paper does.) Note the **$\Sigma$**: it is a variance, and without it the push would be
// a thousand times too strong and more in the very last steps, where $\sigma_t^2$ is below 0.001.
//
// ### Exercise 1 · The classifier's gradient (2 points)
//
// For each example the logarithm of the probability of *its own* label. Examples do not see each other, so the gradient of the sum over the batch holds each one's own gradient. `tf.grad(f)(x)` is the gradient of a scalar $f$.

// %% [markdown] lang="zh"
// $0.95^4\approx0.81$，而 $0.6^4\approx0.13$：取高次幂之后，分类器没把握的点权重骤降。$s$ 超过 1，靠近另一类的那个峰就从下面被削掉，因为那里的点也可能属于类 1。剩下的**更明确地属于这一类**，也更**单调**。
//
// ## 2 · 用分类器
//
// DDPM 的一步从 $\mathcal N(\mu,\Sigma)$ 里抽 $x_{t-1}$，$\mu$ 来自网络，$\Sigma=\sigma_t^2I$。有条件时，我们想从它与 $p_\phi(y\mid x_{t-1})$ 的乘积里抽。Dhariwal 与 Nichol（2021，模型名为 ADM）在均值处把 $\log p_\phi(y\mid x)$ 展开到一阶，梯度记作 $g=\nabla\log p_\phi(y\mid x)$：
//
// $$
// \begin{aligned}
// \log\bigl[\mathcal N(x;\mu,\Sigma)\,p_\phi(y\mid x)\bigr]&\approx-\tfrac12(x-\mu)^{\mathsf T}\Sigma^{-1}(x-\mu)+(x-\mu)^{\mathsf T}g+\text{常数} && \text{一阶展开}\\
// &=-\tfrac12(x-\mu-\Sigma g)^{\mathsf T}\Sigma^{-1}(x-\mu-\Sigma g)+\text{常数} && \text{配方}
// \end{aligned}
// $$
//
// 这还是高斯分布，$\Sigma$ 不变，只是**均值移了位**。加上权重 $s$：
//
// $$\boxed{\ x_{t-1}\sim\mathcal N\bigl(\mu+s\,\Sigma\,g,\ \Sigma\bigr),\qquad g=\nabla_{x_t}\log p_\phi(y\mid x_t)\ }$$
//
// 梯度取**在 $x_t$ 处**，也就是网络读的那个点，分类器也要知道 $t$。（推导里它取在这一步的均值处；一步很短，而在 $x_t$ 处分类器清楚自己看的是哪个噪声级。论文的算法 1 就是这么做的。）注意那个 **$\Sigma$**：它是方差，漏掉它，最末几步（$\sigma_t^2$ 不到 0.001）的推力会大上千倍。
//
// ### 练习 1 · 分类器的梯度（2 分）
//
// 对每个样本，取*它自己那个*标签的概率的对数。样本之间互不相干，所以对整批之和求梯度，得到的正是每个样本各自的梯度。`tf.grad(f)(x)` 求标量函数 $f$ 的梯度。

// %% grade_id="guidance-classifier-gradient" points=2
/** ∇ log p(y|x_t) at x_t, for each example. classifier: [B,n] -> logits [B,K]; xt: [B,n], labels: [B] int32 -> [B,n] */
/* zh: 每个样本在 x_t 处的 ∇ log p(y|x_t)。classifier: [B,n] -> logits [B,K]；xt: [B,n]，labels: [B] int32 -> [B,n] */
function classifierGradient(classifier: (x: tf.Tensor) => Tensor2D, xt: Tensor2D, labels: Tensor1D): tf.Tensor {
  // BEGIN SOLUTION
  const total = (x: tf.Tensor) => {
    const logits = classifier(x); // [B,K]
    return logits.logSoftmax().mul(tf.oneHot(labels, logits.shape[1])).sum();
  };
  return tf.grad(total)(xt);
  // END SOLUTION
}
await check('guidance-classifier-gradient', { classifierGradient });

// %% [markdown] lang="en"
// ### Exercise 2 · The shifted mean (1 point)
//
// You get $\log\Sigma$, as the samplers of lesson 11 keep it.

// %% [markdown] lang="zh"
// ### 练习 2 · 移位后的均值（1 分）
//
// 给你的是 $\log\Sigma$，第 11 课的采样器就是这样存的。

// %% grade_id="guidance-mean" points=1
/** μ + s Σ g. mean, logVariance, gradient: [B,n] -> [B,n] */
/* zh: μ + s Σ g。mean、logVariance、gradient: [B,n] -> [B,n] */
function guidedMean(mean: tf.Tensor, logVariance: tf.Tensor, gradient: tf.Tensor, s: number): tf.Tensor {
  // BEGIN SOLUTION
  return mean.add(logVariance.exp().mul(gradient).mul(s));
  // END SOLUTION
}
await check('guidance-mean', { guidedMean });

// %% [markdown] lang="en"
// ### Must the classifier have seen noise?
//
// In the toy all networks are formulas: the exact $\varepsilon$ of all four bumps, and the exact classifier of noisy points. Beside it, a classifier that knows clean points only (the formula for $t=0$, whatever $t$ is). **Guess first**: after all, the samples end up clean. Does it matter?

// %% [markdown] lang="zh"
// ### 分类器必须见过噪声吗？
//
// 玩具里所有的网络都是公式：四个峰的精确 $\varepsilon$，以及加噪点的精确分类器。旁边再放一个只认识干净点的分类器（不管 $t$ 是多少，都用 $t=0$ 的公式）。**先猜一猜**：样本最后反正是干净的，这有关系吗？

// %%
/** The exact ε of a mixture: −√(1−ᾱ_t) times its score. */
/** zh: 混合分布的精确 ε：−√(1−ᾱ_t) 乘以它的分数。 */
const exactEpsilon =
  (chosen: readonly (typeof bumps)[number][]): ddpm.Denoiser =>
  (x, [t]) => {
    const score = tf.grad((at: tf.Tensor) => logMixture(at as Tensor2D, t, chosen).sum())(x);
    return score.mul(-Math.sqrt(1 - schedule.alphasCumprod[t]));
  };
const everything = exactEpsilon(bumps);
const draws = budget({ quick: 200, default: 1000, full: 4000 });
const zeros = tf.zeros<tf.Rank.R1>([draws], 'int32');
const byClassifier = (s: number, classifierTime: (t: number) => number) =>
  ddpm.pSampleLoop<Tensor2D>(everything, [draws, 2], new Random(3), schedule, {
    variance: 'fixedSmall',
    guide: ({ mean, logVariance }, xt, [t]) =>
      guidedMean(
        mean,
        logVariance,
        classifierGradient((x) => exactLogits(x, classifierTime(t)), xt as Tensor2D, zeros),
        s,
      ),
  });
/** What became of the samples: how many are of class 0, near one of its bumps, and how many bumps are reached. */
/** zh: 样本的下落：多少属于类 0，多少在它的峰附近，到了几个峰。 */
async function judge(x: Tensor2D) {
  const share = tf.tidy(() => exactLogits(x, 0).argMax(1).equal(0).toFloat().mean().dataSync()[0]);
  const centers = ofClass(0).map(({ center }) => center);
  const { highQuality, modesCovered } = await metrics.modeCoverage(x, { centers, std: spread });
  const variety = tf.moments(x, 0).variance.sum().sqrt().dataSync()[0];
  return { share, highQuality, modesCovered, variety };
}
const noisyAware = await byClassifier(1, (t) => t);
const cleanOnly = await byClassifier(1, () => 0);
const onMap = (title: string, points: Tensor2D) =>
  figures.scatter2d({ points, title, xRange: [-4, 4], yRange: [-3, 3], pointSize: 4, x: 'x₁', y: 'x₂' });
const meanHeight = (x: Tensor2D) => x.mean(0).dataSync()[1].toFixed(2);
show(
  figures.panels(
    [
      onMap(
        `knows noise: mean x₂ = ${meanHeight(noisyAware)}` /* zh: `见过噪声：x₂ 的均值 ${meanHeight(noisyAware)}` */,
        noisyAware,
      ),
      onMap(
        `clean points only: mean x₂ = ${meanHeight(cleanOnly)}` /* zh: `只认识干净点：x₂ 的均值 ${meanHeight(cleanOnly)}` */,
        cleanOnly,
      ),
    ],
    {
      title:
        'Both reach class 0, whose mean x₂ is 0.30; without knowing noise, too high' /* zh: '都到了类 0，它的 x₂ 均值是 0.30；不认识噪声的偏高' */,
    },
  ),
);
// how hard each of them pushes a point of the data that is noised to step t
// zh: 数据点加噪到第 t 步时，两者各推多大力
const clean = tf
  .tensor2d(Array.from({ length: draws }, (_, i) => bumps[i % 4].center))
  .add<Tensor2D>(new Random(6).normal([draws, 2]).mul(spread));
const noiseOf = new Random(7).normal<tf.Rank.R2>([draws, 2]);
const pushAt = (t: number, classifierTime: number) =>
  tf.tidy(() => {
    const left = schedule.alphasCumprod[t];
    const xt = clean.mul(Math.sqrt(left)).add<Tensor2D>(noiseOf.mul(Math.sqrt(1 - left)));
    const gradient = classifierGradient((x) => exactLogits(x, classifierTime), xt, zeros);
    return gradient.square().sum(1).mean().sqrt().dataSync()[0];
  });
const someSteps = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
show(
  figures.curves({
    series: [
      { name: 'knows noise' /* zh: '见过噪声' */, x: someSteps, y: someSteps.map((t) => pushAt(t, t)), points: true },
      {
        name: 'clean points only' /* zh: '只认识干净点' */,
        x: someSteps,
        y: someSteps.map((t) => pushAt(t, 0)),
        points: true,
      },
    ],
    logY: true,
    title: 'Where noise hides the class, the right push is near 0' /* zh: '噪声盖住类别的地方，正确的推力接近 0' */,
    x: 't',
    y: 'typical size of ∇ log p(y|x_t)' /* zh: '∇ log p(y|x_t) 的典型大小' */,
  }),
);

// %% [markdown] lang="en"
// It matters. Where noise hides which bump a point will end in, the right answer is "I cannot tell", a push near 0: the second figure shows about 0.03 at $t=80$. The classifier of clean points is as sure there as everywhere and pushes with about 4, more than a hundred times too hard. The last steps repair much of it, because near $t=0$ both say the same, and so both samples reach the class. But those on the right sit too high: the class has the mean $x_2=0.30$; the default budget
// gives 0.27 on the left, 0.42 on the right. And this is the kindest case: a formula, on a toy. A network that was trained on clean pictures only was never told anything about noisy ones. So in the paper the classifier is trained on pictures noised to all steps $t=1\dots T$ ($T$ is the number of steps), with $t$ as an input.
//
// **For samplers without a variance** such as DDIM the same push goes into the noise prediction. Since $\varepsilon=-\sqrt{1-\bar\alpha_t}\,\nabla\log p$, adding $s\,g$ to the score means
//
// $$\hat\varepsilon=\varepsilon_\theta(x_t,t)-s\,\sqrt{1-\bar\alpha_t}\;\nabla_{x_t}\log p_\phi(y\mid x_t).$$
//
// ### Exercise 3 · Find the bug (3 points)
//
// A colleague's guided step gives coloured snow. The code has three mistakes.
//
// ```
// function guidedStep(mean, logVariance, gradient, s, noise, t) {
//   const sigma = logVariance.exp();               // standard deviation
//   const shifted = mean.add(gradient.mul(s));     // push towards the class
//   return shifted.add(sigma.mul(noise));          // for every t from T down to 1
// }
// ```
//
// Write it right. Ask of each line: is this a variance or a standard deviation? What does the boxed formula multiply the gradient by? And what does lesson 11 say about the last step, $t=1$?

// %% [markdown] lang="zh"
// 有关系。噪声盖住了一个点最后会落到哪个峰，这时正确的回答是“分不清”，推力接近 0：第二张图里，$t=80$ 处约为 0.03。只认识干净点的分类器在那里却和平时一样有把握，推力约为 4，大了一百多倍。最后几步会纠正不少，因为 $t$ 接近 0 时两者说法一致，所以两边的样本都到了这一类；但右边的偏高：这一类的 $x_2$ 均值是 0.30，默认预算下左边得到 0.27，右边 0.42。
// 这还是最好的情形：玩具，用的是公式。若是只在干净图像上训练过的网络，从来没人告诉它加噪图像该怎么看。所以论文里的分类器是在加噪到各步 $t=1\dots T$（$T$ 为总步数）的图像上训练的，并把 $t$ 作为输入。
//
// **对没有方差的采样器**，例如 DDIM，同样的推力加在噪声预测上。因为 $\varepsilon=-\sqrt{1-\bar\alpha_t}\,\nabla\log p$，给分数加上 $s\,g$ 就是
//
// $$\hat\varepsilon=\varepsilon_\theta(x_t,t)-s\,\sqrt{1-\bar\alpha_t}\;\nabla_{x_t}\log p_\phi(y\mid x_t).$$
//
// ### 练习 3 · 找出错误（3 分）
//
// 同事写的引导步画出来全是雪花。这段代码有三处错误。
//
// ```
// function guidedStep(mean, logVariance, gradient, s, noise, t) {
//   const sigma = logVariance.exp();               // 标准差
//   const shifted = mean.add(gradient.mul(s));     // 往目标类推
//   return shifted.add(sigma.mul(noise));          // t 从 T 到 1，每一步都这样
// }
// ```
//
// 请写出正确的版本。逐行问：这是方差还是标准差？方框里的公式给梯度乘了什么？第 11 课对最后一步 $t=1$ 是怎么说的？

// %% grade_id="guidance-find-the-bug" points=3
/** x_{t−1} of a step with classifier guidance. mean, logVariance, gradient, noise: [B,n], t from 1 -> [B,n] */
/* zh: 带分类器引导的一步，得到 x_{t−1}。mean、logVariance、gradient、noise: [B,n]，t 从 1 起 -> [B,n] */
function guidedStep(
  mean: tf.Tensor,
  logVariance: tf.Tensor,
  gradient: tf.Tensor,
  s: number,
  noise: tf.Tensor,
  t: number,
): tf.Tensor {
  // BEGIN SOLUTION
  const root = logVariance.mul(0.5).exp(); // a standard deviation // zh: 标准差
  const moved = mean.add(logVariance.exp().mul(gradient).mul(s));
  return t > 1 ? moved.add(root.mul(noise)) : moved;
  // END SOLUTION
}
await check('guidance-find-the-bug', { guidedStep });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## With a classifier
//
// $$x_{t-1}\sim\mathcal N\bigl(\mu+s\,\Sigma\,g,\ \Sigma\bigr),\qquad g=\nabla_{x_t}\log p_\phi(y\mid x_t)$$
//
// - gradient at $x_t$; the classifier knows noise and is told $t$
// - $\Sigma$ is a variance
// - a second network to train, for labels that you fixed beforehand

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 用分类器
//
// $$x_{t-1}\sim\mathcal N\bigl(\mu+s\,\Sigma\,g,\ \Sigma\bigr),\qquad g=\nabla_{x_t}\log p_\phi(y\mid x_t)$$
//
// - 梯度取在 $x_t$ 处；分类器见过噪声，也知道 $t$
// - $\Sigma$ 是方差
// - 要另外训练一个网络，标签得事先定好

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes with exercises 1 to 3. Let the room complete the square. Then ask: what if the condition is a sentence instead of one of ten labels?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十分钟，含练习 1 至 3。让学生来配方。然后问：如果条件不是十个标签之一，而是一句话，怎么办？

// %% [markdown] lang="en"
// ## 3 · Without a classifier
//
// A second network, trained on noise, for a fixed list of labels: that is a nuisance, and for conditions such as sentences there is no classifier at all. Ho and Salimans (2022) read Bayes' rule backwards. The classifier's gradient is a **difference of two scores**:
//
// $$\nabla\log p(y\mid x_t)=\nabla\log p(x_t\mid y)-\nabla\log p(x_t).$$
//
// Write $c$ for the answer of the network that is told the condition and $u$ for the one that is not. (They may answer with $\varepsilon$, $x_0$, the $v$ of lesson 11 or the score: at a given $x_t$ one is a factor times the other plus a constant, and the constant survives the formula below because its weights $\gamma$ and $1-\gamma$ add up to 1.) Put the difference into section 1, with the weight now called $\gamma$:
//
// $$
// \begin{aligned}
// \nabla\log p(x_t)+\gamma\bigl[\nabla\log p(x_t\mid y)-\nabla\log p(x_t)\bigr]
// &=\gamma\,\nabla\log p(x_t\mid y)+(1-\gamma)\,\nabla\log p(x_t) && \text{collect}\\
// \text{guided answer}&=\boxed{\ \gamma\,c+(1-\gamma)\,u\ }=u+\gamma\,(c-u)
// \end{aligned}
// $$
//
// This is **classifier-free guidance**. $\gamma=0$ ignores the condition, $\gamma=1$ is the conditional model as trained, $\gamma>1$ goes beyond: it walks from $u$ to $c$ and on.
//
// Two networks? One is enough. In training, replace the condition with a special "nothing told" label at random, one time in ten. The same network then learns both answers. This is **condition dropout**.
//
// ### Exercise 4 · Drop the condition, combine the answers (2 points)
//
// `dropConditions`: where `dropped` is 1, the label becomes `none`; elsewhere it stays. `guide`: the boxed formula.

// %% [markdown] lang="zh"
// ## 3 · 不用分类器
//
// 另外训练一个见过噪声的网络，标签还得事先列好，这很麻烦；条件若是一句话，根本就没有分类器可用。Ho 与 Salimans（2022）把贝叶斯公式倒过来读：分类器的梯度是**两个分数之差**，
//
// $$\nabla\log p(y\mid x_t)=\nabla\log p(x_t\mid y)-\nabla\log p(x_t).$$
//
// 记 $c$ 为网络的条件预测，$u$ 为无条件预测。（预测的可以是 $\varepsilon$、$x_0$、第 11 课的 $v$ 或分数：$x_t$ 给定时，它们彼此只差一个系数和一个常数；下式的两个权重 $\gamma$ 与 $1-\gamma$ 之和为 1，常数因此保持不变。）把这个差代入第 1 节，权重改叫 $\gamma$：
//
// $$
// \begin{aligned}
// \nabla\log p(x_t)+\gamma\bigl[\nabla\log p(x_t\mid y)-\nabla\log p(x_t)\bigr]
// &=\gamma\,\nabla\log p(x_t\mid y)+(1-\gamma)\,\nabla\log p(x_t) && \text{合并}\\
// \text{引导后的回答}&=\boxed{\ \gamma\,c+(1-\gamma)\,u\ }=u+\gamma\,(c-u)
// \end{aligned}
// $$
//
// 这就是**无分类器引导**（classifier-free guidance）。$\gamma=0$ 不理会条件，$\gamma=1$ 就是训练好的条件模型，$\gamma>1$ 则走过头：从 $u$ 走到 $c$，再往前走。
//
// 要两个网络吗？一个就够。训练时，每十次随机有一次把条件换成一个表示“什么也没说”的特殊标签，同一个网络就学会了两种回答。这叫**条件丢弃**（condition dropout）。
//
// ### 练习 4 · 丢弃条件，合并回答（2 分）
//
// `dropConditions`：`dropped` 为 1 处，标签变成 `none`，其余不变。`guide`：方框里的公式。

// %% grade_id="guidance-classifier-free" points=2
/** Labels with some replaced by `none`. labels, dropped (zeros and ones): [B] -> [B] */
/* zh: 把一部分标签换成 none。labels、dropped（0 或 1）: [B] -> [B] */
function dropConditions(labels: Tensor1D, dropped: Tensor1D, none: number): Tensor1D {
  // BEGIN SOLUTION
  return labels.mul(tf.sub(1, dropped)).add(dropped.mul(none));
  // END SOLUTION
}
/** γ c + (1 − γ) u. c, u: [B, …] -> [B, …] */
/* zh: γ c + (1 − γ) u。c、u: [B, …] -> [B, …] */
function guide(c: tf.Tensor, u: tf.Tensor, gamma: number): tf.Tensor {
  // BEGIN SOLUTION
  return c.mul(gamma).add(u.mul(1 - gamma));
  // END SOLUTION
}
await check('guidance-classifier-free', { dropConditions, guide });

// %% [markdown] lang="en"
// **See it**: the arrows $c$ (the score of class 0) and $u$ (of everything) at the noise level $t=30$, and what $\gamma=4$ makes of them. **Guess first**: where do $c$ and $u$ differ most?

// %% [markdown] lang="zh"
// **看一眼**：噪声级 $t=30$ 处的箭头 $c$（类 0 的分数）和 $u$（全体的分数），以及 $\gamma=4$ 把它们变成什么。**先猜一猜**：$c$ 与 $u$ 在哪里差别最大？

// %% slideshow={"slide_type": "subslide"}
const oneClass = exactEpsilon(ofClass(0));
const places = tf.tensor2d(
  [-1.5, -1, -0.5, 0, 0.5, 1, 1.5].flatMap((y) =>
    [-2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5].map((x) => [x, y]),
  ),
);
const arrowsOf = (title: string, epsilon: tf.Tensor) =>
  figures.arrows({
    points: places,
    vectors: epsilon.neg() as Tensor2D,
    scale: 0.12,
    title,
    x: 'x₁',
    y: 'x₂',
    xRange: [-3.2, 3.2],
    yRange: [-2, 2],
  });
const [cAt, uAt] = [oneClass(places, [30]), everything(places, [30])];
show(
  figures.panels(
    [
      arrowsOf('u: to anything' /* zh: 'u：去哪儿都行' */, uAt),
      arrowsOf('c: to the class' /* zh: 'c：去目标类' */, cAt),
      arrowsOf('γ = 4: away from the rest' /* zh: 'γ = 4：远离其余' */, guide(cAt, uAt, 4)),
    ],
    {
      columns: 3,
      title: 'Guidance exaggerates the difference between the two answers' /* zh: '引导把两个回答的差别放大' */,
    },
  ),
);

// %% [markdown] lang="en"
// On the side of the other class they differ most: $u$ points to the nearest bump, $c$ to those of its class. On the far left they nearly agree, and there, at this noise level, guidance does little.
//
// ## 4 · Two conventions for one knob
//
// Ho and Salimans write
//
// $$(1+w)\,c-w\,u,$$
//
// others, among them the paper on GLIDE, Imagen's, and the library behind most Stable Diffusion programs, write $\gamma c+(1-\gamma)u$. (Imagen's paper calls its factor $w$ all the same: read the formula, not the letter.) They are one family: compare the factors of $c$, and
//
// $$\boxed{\ \gamma=1+w\ }.$$
//
// So $w=0$ is **no guidance** beyond the condition, and in the other convention $\gamma=0$, which is $w=-1$, is **no condition at all**. A "guidance scale of 7.5" is $\gamma=7.5$, that is, $w=6.5$. A classifier with the weight $s$ on an unconditional model is $\gamma=s$; on a model that already knows the condition it adds $s$ to what is there, so $\gamma=1+s$.
//
// ### Exercise 5 · Convert (2 points)
//
// Four ways to state one strength: `'gamma'`, `'w'`, `'classifier'` (weight $s$ on an unconditional model), `'classifier on conditional'` (weight $s$ on a conditional one).

// %% [markdown] lang="zh"
// 靠另一类那一侧差别最大：$u$ 指向最近的峰，$c$ 指向目标类的峰。最左边两者几乎一致，在这个噪声级上引导几乎不起作用。
//
// ## 4 · 一个旋钮，两种约定
//
// Ho 与 Salimans 写作
//
// $$(1+w)\,c-w\,u,$$
//
// 另一些人，包括 GLIDE 和 Imagen 的论文，以及多数 Stable Diffusion 程序背后的库，写作 $\gamma c+(1-\gamma)u$。（Imagen 的论文偏偏把这个系数也叫 $w$：看公式，别看字母。）两者是同一族：比较 $c$ 前的系数，得
//
// $$\boxed{\ \gamma=1+w\ }.$$
//
// 所以 $w=0$ 表示条件之外**没有引导**，而在另一种约定里 $\gamma=0$（即 $w=-1$）表示**连条件也没有**。所谓引导强度（guidance scale）7.5，就是 $\gamma=7.5$，即 $w=6.5$。在无条件模型上用权重为 $s$ 的分类器，等于 $\gamma=s$；在已经知道条件的模型上再用，是在原有的基础上加 $s$，所以 $\gamma=1+s$。
//
// ### 练习 5 · 换算（2 分）
//
// 同一个强度的四种说法：`'gamma'`、`'w'`、`'classifier'`（无条件模型上权重为 $s$ 的分类器）、`'classifier on conditional'`（条件模型上权重为 $s$ 的分类器）。

// %% tags=["setup"]
type Convention = 'gamma' | 'w' | 'classifier' | 'classifier on conditional';

// %% grade_id="guidance-conventions" points=2
/** The same strength of guidance in another convention. */
/* zh: 把同一个引导强度换成另一种约定。 */
function convert(value: number, from: Convention, to: Convention): number {
  // BEGIN SOLUTION
  const offset = (convention: Convention) => (convention === 'w' || convention === 'classifier on conditional' ? 1 : 0);
  return value + offset(from) - offset(to);
  // END SOLUTION
}
await check('guidance-conventions', { convert });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Without a classifier
//
// $$\gamma\,c+(1-\gamma)\,u\;=\;(1+w)\,c-w\,u,\qquad\gamma=1+w$$
//
// - one network, trained with the condition dropped one time in ten
// - two evaluations a step
// - $\gamma=0$ ignores you, $1$ obeys, above goes beyond

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 不用分类器
//
// $$\gamma\,c+(1-\gamma)\,u\;=\;(1+w)\,c-w\,u,\qquad\gamma=1+w$$
//
// - 一个网络，训练时每十次丢掉一次条件
// - 每步计算两遍
// - $\gamma=0$ 不理你，$1$ 照办，再大就走过头

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes with exercises 4 and 5. Ask: a paper says w = 3, a program wants guidance_scale. What do you type? (4.) Then the animation: before each position of the knob, a guess.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟，含练习 4 和 5。提问：论文说 w = 3，程序要 guidance_scale，填几？（4。）然后放动画：每转一格之前先猜。

// %% [markdown] lang="en"
// ## 5 · Turn the knob
//
// Deterministic sampling (DDIM, 50 steps) of the toy with your `guide`; $c$ and $u$ are exact formulas, so nothing that goes wrong here can be blamed on a network. All positions of the knob start from the same noise. **Guess first**: at which $\gamma$ will the inner bump of the class be lost, and what will $\gamma=20$ look like?

// %% [markdown] lang="zh"
// ## 5 · 转动旋钮
//
// 用你的 `guide` 对玩具做确定性采样（DDIM，50 步）；$c$ 和 $u$ 都是精确公式，所以这里出的任何问题都怪不到网络头上。每一档都从同一批噪声出发。**先猜一猜**：$\gamma$ 到多大时，这一类内侧的峰会丢掉？$\gamma=20$ 又是什么样？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Turn the knob
//
// - exact networks: nothing can be blamed on training
// - diversity is spent first, then quality
// - guided sampling is **not** sampling of $p(x)\,p(y\mid x)^\gamma$: noising and tilting do not commute

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 转动旋钮
//
// - 网络是精确的：怪不到训练头上
// - 先花掉多样性，再赔上质量
// - 引导采样**不是**从 $p(x)\,p(y\mid x)^\gamma$ 抽样：加噪与倾斜不能交换

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Before each position of the knob: which bump loses next? Stop at 20 and ask why samples are outside the data although no network is wrong.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。每转一档之前问：下一个丢的是哪个峰？停在 20，问：网络都没错，样本为什么跑到数据外面去了？

// %% slideshow={"slide_type": "subslide"}
const start = new Random(5).normal<tf.Rank.R2>([draws, 2]);
const atGamma = (gamma: number) =>
  ddim.ddimSampleLoop<Tensor2D>((x, t) => guide(oneClass(x, t), everything(x, t), gamma), start, schedule);
const gammas = budget({
  quick: [0, 1, 20],
  default: [0, 1, 2, 3, 4, 6, 8, 12, 20],
  full: [0, 1, 2, 3, 4, 6, 8, 12, 20],
});
const turned: {
  gamma: number;
  x: Tensor2D;
  share: number;
  highQuality: number;
  modesCovered: number;
  variety: number;
}[] = [];
for (const gamma of gammas) {
  const x = await atGamma(gamma);
  turned.push({ gamma, x, ...(await judge(x)) });
}
const centersOf = (label: number) => ofClass(label).map(({ center }) => center);
show(
  figures.animation(
    turned.map(({ gamma, x }) => ({
      label: `γ = ${gamma}`,
      figure: figures.scatter2d({
        series: [
          { name: 'samples' /* zh: '样本' */, points: x.slice([0, 0], [Math.min(500, draws), 2]) },
          { name: 'class 0, bumps' /* zh: '类 0 的峰' */, points: centersOf(0), color: 1, symbol: 'cross' },
          { name: 'class 1, bumps' /* zh: '类 1 的峰' */, points: centersOf(1), color: 2, symbol: 'x' },
        ],
        title: 'Obeys, exaggerates, leaves the data' /* zh: '照办，夸张，离开数据' */,
        xRange: [-6, 4],
        yRange: [-4, 4],
        pointSize: 6,
        x: 'x₁',
        y: 'x₂',
      }),
    })),
    { milliseconds: 700 },
  ),
);

// %%
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
show(
  figures.table(
    turned.map(({ gamma, share, highQuality, modesCovered, variety }) => ({
      γ: gamma,
      ['in class 0' /* zh: '属于类 0' */]: percent(share),
      ['within 1.5 of its bumps' /* zh: '距本类的峰 1.5 之内' */]: percent(highQuality),
      ['bumps reached, of 2' /* zh: '到达的峰（共 2 个）' */]: modesCovered,
      ['spread' /* zh: '离散程度' */]: variety.toFixed(2),
    })),
    {
      title:
        'Exact networks: more of the class, then less of everything' /* zh: '精确的网络：先是更像这一类，然后什么都变少' */,
    },
  ),
);
show(
  figures.curves({
    series: [
      {
        name: 'quality: share within 1.5 of the bumps' /* zh: '质量：距本类的峰 1.5 之内的比例' */,
        x: gammas,
        y: turned.map((one) => one.highQuality),
        points: true,
      },
      {
        name: 'diversity: spread ÷ spread at γ = 1' /* zh: '多样性：离散程度 ÷ γ = 1 时的值' */,
        x: gammas,
        y: turned.map((one) => one.variety / turned[1].variety),
        points: true,
      },
    ],
    title: 'Diversity is spent first; far beyond, quality goes too' /* zh: '先花掉多样性，再往后连质量也赔进去' */,
    x: 'γ',
    y: 'share, or ratio' /* zh: '比例或比值' */,
    yRange: [0, 1.6],
  }),
);

// %% [markdown] lang="en"
// **What you should see**: from $\gamma=0$ to 1 the share of the class rises to nearly all. Above, the samples leave the border to the other class and crowd together on the far side; between 4 and 6 the inner bump is lost. At 20 hardly any sample is where the data are: the push does not stop at the bump, it goes on as long as $c$ and $u$ differ.
//
// ### Why does it fail even with exact networks?
//
// One may think: guided sampling draws from the tilted $\tilde p_\gamma$ of section 1. It does **not**. To sample from $\tilde p_\gamma$ by diffusion one would have to tilt the clean distribution, $p(x_0)\,p(y\mid x_0)^\gamma$, **then** noise it, and use the score of that. What we use comes the other way round: noise first, tilt afterwards, $p(x_t)\,p(y\mid x_t)^\gamma$ at each $t$. Noising and tilting do not commute. At large $t$ all bumps have run together into one broad cloud, across which $\log p(y\mid x_t)$ is nearly a straight slope. Such a tilt moves the cloud's mean
// in proportion to $\gamma$, while the mean of the tilted clean distribution can never leave the data. Compare.

// %% [markdown] lang="zh"
// **你应该看到**：$\gamma$ 从 0 到 1，属于这一类的比例升到接近全部。再往上，样本离开与另一类的交界，挤到远的那一侧；在 4 与 6 之间，内侧的峰丢掉了。到 20 时，几乎没有样本还在数据所在的地方：推力不会在峰上停住，只要 $c$ 与 $u$ 还有差别，它就继续推。
//
// ### 网络都精确了，为什么还会失败？
//
// 人们容易以为，引导采样就是从第 1 节的倾斜分布 $\tilde p_\gamma$ 里抽样。**并不是**。要用扩散从 $\tilde p_\gamma$ 抽样，应当先把干净的分布倾斜成 $p(x_0)\,p(y\mid x_0)^\gamma$，**再**加噪，用这个分布的分数；而我们的次序是反的：先加噪，再在每个 $t$ 上倾斜，即 $p(x_t)\,p(y\mid x_t)^\gamma$。加噪与倾斜不能交换次序。$t$ 大时，所有的峰融成一大团，$\log p(y\mid x_t)$ 在上面近似是一道直坡。
// 这样倾斜，整团的均值随 $\gamma$ 成比例地移动；而干净分布无论怎样倾斜，均值都出不了数据的范围。比一比。

// %%
const meanOfTilted = (s: number) =>
  tilted(s)
    .flatMap((row, i) => row.map((value, j) => [value * cell * ticks[j], value * cell * ticks[i]]))
    .reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
show(
  figures.table(
    turned
      .filter(({ gamma }) => [1, 2, 4, 8, 20].includes(gamma))
      .map(({ gamma, x }) => ({
        γ: gamma,
        ['mean x₁ of the tilted distribution' /* zh: '倾斜分布的 x₁ 均值' */]: meanOfTilted(gamma)[0].toFixed(2),
        ['mean x₁ of guided samples' /* zh: '引导样本的 x₁ 均值' */]: x.mean(0).dataSync()[0].toFixed(2),
      })),
    { title: 'Guided sampling overshoots the tilted distribution' /* zh: '引导采样会冲过倾斜分布' */ },
  ),
);

// %% [markdown] lang="en"
// At $\gamma=1$ they agree, up to chance and the error of 50 steps. Above, guided samples lie farther out. That guidance gives good pictures is a fact of experience; that it samples the tilted distribution is folklore, and false (Bradley and Nakkiran 2024). Remedies in use are all of one kind: do not push where it does harm. Guide only in a middle **interval** of noise levels
// (Kynkäänniemi and others 2024), or clip the predicted picture at every step (Imagen's thresholding).
//
// ## 6 · Clothes on a knob
//
// Now pictures. A U-Net on pixels takes hours on two cores; the league table of lesson 17 has one. Here we want many samples at many positions of the knob, so we take a short cut that lesson 15 makes a method of: the VAE of lesson 04 turns each picture into 16 numbers of about the size of standard normal noise (the first cell prints it), and the diffusion learns how they hang together. Decoding gives pictures. Everything about guidance stays as it is, and so does the VAE's blur.

// %% [markdown] lang="zh"
// $\gamma=1$ 时两者一致，差别只来自抽样的偶然和 50 步的误差；再往上，引导样本跑得更远。引导能给出好图像，这是经验事实；说它是在从倾斜分布抽样，则是以讹传讹（Bradley 与 Nakkiran，2024）。常用的补救都是一个路子：会帮倒忙的地方就别推。只在中间一段噪声级的**区间**里引导
// （Kynkäänniemi 等，2024），或者每一步都把预测出的图像截断（Imagen 的阈值法）。
//
// ## 6 · 给衣服装上旋钮
//
// 现在轮到图像。像素上的 U-Net 在双核上要训练几个小时，第 17 课的排行榜里有一个。这里要在许多档位各抽许多样本，所以走一条捷径，第 15 课会把它变成一种方法：第 04 课的 VAE 把每幅图像变成 16 个数，大小与标准正态噪声相当（第一格代码会打印），它们怎样搭配则由扩散模型来学，解码后得到图像。关于引导的一切都不变，VAE 的模糊也还在。

// %%
const coder = vae.buildVae({ inputShape: [28, 28, 1], latentDim: 16, hidden: [400], likelihood: 'bernoulli', seed: 1 });
const library = data.train.take(budget({ quick: 1_000, default: 20_000, full: 60_000 }));
await vae.trainVae(coder, library, { epochs: budget({ quick: 1, default: 4, full: 20 }), seed: 1 });
const codes = tf.tidy(() => {
  const { mu, logVar } = vae.encode(coder, library.images());
  return vae.reparameterize(mu, logVar, random.normal<tf.Rank.R2>([library.size, 16])); // [N,16]
});
const labelsOf = tf.tensor1d(library.labels(), 'int32');
console.log(
  'standard deviation of the 16 numbers:' /* zh: '这 16 个数的标准差：' */,
  tf.moments(codes).variance.sqrt().dataSync()[0].toFixed(2),
);
/** Codes with their labels in batches, each epoch in another order. */
/** zh: 编码连同标签，分批给出，每轮次序不同。 */
const codeSplit = {
  size: library.size,
  *batches({ batchSize, seed, epoch = 0 }: { batchSize: number; seed: number; epoch?: number }) {
    const order = new Random(seed).fork(`epoch ${epoch}`).shuffle(library.size);
    for (let from = 0; from + batchSize <= library.size; from += batchSize) {
      yield tf.tidy(() => {
        const chosen = tf.tensor1d(order.slice(from, from + batchSize), 'int32');
        return { images: tf.gather(codes, chosen), labels: tf.gather(labelsOf, chosen) };
      });
    }
  },
};

// %% [markdown] lang="en"
// The network is a plain one: four hidden layers of 256 units, told $t$ and the label, ten labels and the eleventh for "nothing told". The library does in training what you wrote: one label in ten is dropped.

// %% [markdown] lang="zh"
// 网络很普通：四个 256 单元的隐藏层，知道 $t$ 和标签；标签有十个，第十一个表示“什么也没说”。训练时库里做的就是你写的那件事：十个标签丢掉一个。

// %%
const model = ddpm.buildDdpm({
  inputShape: [16],
  classes: 10,
  steps: budget({ quick: 25, default: 100, full: 100 }),
  mlp: { width: 256, layers: 4 },
  seed: 1,
});
console.log(model.network.countParams(), 'weights' /* zh: '个权重' */);
const learning = await ddpm.trainDdpm(model, codeSplit, {
  epochs: budget({ quick: 2, default: 30, full: 100 }),
  dropLabels: 0.1,
  learningRate: 1e-3,
  schedule: 'cosine',
  seed: 1,
});
show(
  figures.curves({
    series: [{ name: 'loss' /* zh: '损失' */, y: learning.loss, smooth: 50 }],
    title: 'The loss falls within a hundred steps, then creeps' /* zh: '损失在一百步内骤降，之后缓慢下降' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'mean squared error of ε' /* zh: 'ε 的均方误差' */,
    yRange: [0, 1.2],
  }),
);

// %%
const names = data.classes['en' /* zh: 'zh' */];
const kinds = [1, 7, 3, 8];
const wanted = tf.tensor1d(
  kinds.flatMap((kind) => [kind, kind]),
  'int32',
);
const rows: { label: string; images: Tensor4D }[] = [];
for (const gamma of [0, 1, 3, 7.5, 20]) {
  const z = await guidance.sample<Tensor2D>(model, wanted, new Random(8), { gamma }); // the same noise in every row // zh: 每一行用同样的噪声
  rows.push({ label: `γ = ${gamma}`, images: vae.decode(coder, z) });
}

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Clothes on a knob
//
// - same noise, more guidance: doubtful → clear → alike → broken
// - agreement and precision rise, and fall again at the end
// - hard black and white: the mark of too much

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 给衣服装上旋钮
//
// - 噪声相同，引导渐强：含糊 → 明确 → 雷同 → 坏掉
// - 分类准确率与精确率先升，最后又降
// - 生硬的黑白：引导过强的标志

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Read the columns downwards. Which γ would you choose for a poster, and which to make training data?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。竖着看。做海报选哪个 γ？造训练数据选哪个？

// %% slideshow={"slide_type": "subslide"}
show(
  figures.imageRows(rows, {
    title: `Same noise, more and more guidance: two each of ${kinds.map((kind) => names[kind]).join(', ')}` /* zh: `噪声相同，引导渐强：${kinds.map((kind) => names[kind]).join('、')}各两件` */,
  }),
);

// %% [markdown] lang="en"
// Read the columns downwards. $\gamma=0$ draws anything. From 1 to 3 doubtful pieces become clear ones. At 7.5 the two of a kind begin to look alike, and at 20 the codes have left the place where the decoder knows its way: hard black and white, shapes that no one wears. Saturation is the mark by which you recognize too much guidance in any program.
//
// ### Measured
//
// Now with numbers: for each position of the knob the same count of pictures of every class, judged by a classifier that never had anything to do with our model. **Agreement**: how often it says the class that was asked for. **Precision**: the share of pictures that lie near some real one, in the classifier's features. **Recall**: the share of real pictures that have one of ours near. **FID**: one number for both, smaller is better.
// (Lesson 17 takes these apart; with few pictures FID is too high for all, so compare within the table only.) **Guess first**: where is FID smallest: at 1, above, or far above?

// %% [markdown] lang="zh"
// 竖着看每一列。$\gamma=0$ 什么都画；从 1 到 3，模棱两可的变得明确；到 7.5，同类的两件开始雷同；到 20，编码已经离开解码器熟悉的地方：生硬的黑白，谁也不会穿的形状。这种过饱和，就是在任何程序里认出“引导过强”的标志。
//
// ### 测一测
//
// 现在用数字说话：每一档各类画同样多的图像，由一个与我们的模型毫无关系的分类器来评判。**分类准确率**：它说出的类别与点名的一致的比例。**精确率**（precision）：在分类器的特征空间里，靠近某幅真实图像的比例。**召回率**（recall）：真实图像中，附近有我们的图像的比例。**FID**：一个数兼顾两者，越小越好。
// （第 17 课会逐个拆解；图像少时 FID 普遍偏高，所以只能在表内比较。）**先猜一猜**：FID 在哪里最小：1、略大于 1，还是远大于 1？

// %%
const judgeNet = fashionMnistClassifier();
const perKind = budget({ quick: 10, default: 60, full: 300 });
const everyLabel = tf.tensor1d(
  Array.from({ length: 10 * perKind }, (_, i) => i % 10),
  'int32',
);
const realFeatures = metrics.classifier.read(judgeNet, data.test.images(0, 10 * perKind)).features;
const realStatistics = await metrics.frechetStatistics(
  metrics.classifier.read(judgeNet, data.test.images(5000, 5000 + budget({ quick: 200, default: 2000, full: 5000 })))
    .features,
);
async function measure(images: Tensor4D) {
  const { features, probabilities } = metrics.classifier.read(judgeNet, images);
  const agreement = probabilities.argMax(1).equal(everyLabel).toFloat().mean().dataSync()[0];
  const { precision, recall } = await metrics.precisionRecall(realFeatures, features);
  return {
    agreement,
    precision,
    recall,
    fid: metrics.frechetDistance(realStatistics, await metrics.frechetStatistics(features)),
  };
}
const strengths = budget({
  quick: [0, 1, 3, 20],
  default: [0, 1, 1.5, 2, 3, 5, 8, 20],
  full: [0, 0.5, 1, 1.5, 2, 3, 4, 5, 8, 12, 20],
});
const measured: ({ gamma: number; seconds: number } & Awaited<ReturnType<typeof measure>>)[] = [];
for (const gamma of strengths) {
  const began = Date.now();
  const z = await guidance.sample<Tensor2D>(model, everyLabel, new Random(9), { gamma });
  const seconds = (Date.now() - began) / 1000;
  measured.push({ gamma, seconds, ...(await measure(vae.decode(coder, z))) });
}
show(
  figures.table(
    measured.map(({ gamma, agreement, precision, recall, fid }) => ({
      γ: gamma,
      ['agreement' /* zh: '分类准确率' */]: percent(agreement),
      ['precision' /* zh: '精确率' */]: precision.toFixed(2),
      ['recall' /* zh: '召回率' */]: recall.toFixed(2),
      FID: fid.toFixed(2),
    })),
    { title: `${10 * perKind} pictures at each γ` /* zh: `每个 γ 各 ${10 * perKind} 幅图像` */ },
  ),
);

// %% slideshow={"slide_type": "subslide"}
show(
  figures.curves({
    series: [
      {
        name: 'agreement with the class' /* zh: '分类准确率' */,
        x: strengths,
        y: measured.map((one) => one.agreement),
        points: true,
      },
      { name: 'precision' /* zh: '精确率' */, x: strengths, y: measured.map((one) => one.precision), points: true },
      { name: 'recall' /* zh: '召回率' */, x: strengths, y: measured.map((one) => one.recall), points: true },
    ],
    title:
      'Agreement and precision rise, and fall again when the knob is turned too far' /* zh: '分类准确率与精确率先升，转过头又降' */,
    x: 'γ',
    y: 'share' /* zh: '比例' */,
    yRange: [0, 1.05],
  }),
);

// %% [markdown] lang="en"
// **What you should see** (default budget): agreement is 9 % at $\gamma=0$, 62 % at 1, 90 % at 3, and at 20 it falls again. Precision goes the same way, from 0.55 at 1 to 0.81 at 5 and back to 0.60. FID falls from 12.5 at 1 to its smallest, about 7.3, between 5 and 8, and is 10.9 at 20. So the best FID lies far above 1: this small, blurry model has many doubtful pictures to lose. Recall is
// low throughout, because few real pictures have a blurred one near, and it falls from 0.06 to 0.01 at $\gamma=3$: that is the price. Its return at 8 is no variety but an artefact of the measure: scattered pictures have large neighbourhoods (lesson 17). Which $\gamma$ is best depends on what you want: a data set for training wants variety, a picture for a poster clarity.
// **If agreement at $\gamma=1$ is near 10 %**, the network never learned the labels: was every one of them dropped?
//
// ### The classifier's way, on the same pictures
//
// For comparison: a classifier of noised codes, trained at all $t$, pushing the *unconditional* answer of the same network. By section 4 its $s$ is to be compared with the same $\gamma$.

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：分类准确率在 $\gamma=0$ 时是 9 %，1 时 62 %，3 时 90 %，到 20 又跌下来。精确率走势相同：1 时 0.55，5 时 0.81，20 时回到 0.60。FID 从 1 时的 12.5 降到最小值，约 7.3，在 5 到 8 之间，到 20 又是 10.9。最小处远在 1 之上：这个小而模糊的模型，有许多模棱两可的图像可以去掉。召回率始终很低，因为真实图像附近很少有模糊的图像；
// 它从 0.06 降到 $\gamma=3$ 时的 0.01，这就是代价。到 8 时的回升不是多样，而是度量的假象：散乱的图像邻域很大（第 17 课）。哪个 $\gamma$ 最好要看用途：造训练数据要多样，画海报要清楚。
// **如果 $\gamma=1$ 时分类准确率在 10 % 上下**，说明网络根本没学到标签：是不是全丢掉了？
//
// ### 同样的图像，换分类器来推
//
// 作为对照：在加噪编码上、对所有 $t$ 训练一个分类器，用它去推同一个网络的*无条件*回答。按第 4 节，它的 $s$ 应与同样大小的 $\gamma$ 相比。

// %%
const noisy = noisyClassifier.buildNoisyClassifier({
  inputShape: [16],
  classes: 10,
  schedule: model.schedule,
  channels: 128,
  seed: 1,
});
await noisyClassifier.trainNoisyClassifier(noisy, codeSplit, {
  epochs: budget({ quick: 1, default: 6, full: 20 }),
  seed: 1,
});
const compared = [];
for (const strength of [1, 3]) {
  const pushed = guidance.classifierGuidedDenoiser(
    ddpm.denoiserOf(model),
    noisyClassifier.classifierOf(noisy),
    everyLabel,
    strength,
    model.schedule,
  );
  const xT = new Random(9).normal<tf.Rank.R2>([10 * perKind, 16]);
  const began = Date.now();
  const z = await model.ema.during(() => ddim.ddimSampleLoop<Tensor2D>(pushed, xT, model.schedule));
  const seconds = (Date.now() - began) / 1000;
  const { agreement, recall } = await measure(vae.decode(coder, z));
  const free = measured.find(({ gamma }) => gamma === strength);
  compared.push({
    's, γ': strength,
    ['classifier: agreement' /* zh: '分类器：分类准确率' */]: percent(agreement),
    ['classifier: recall' /* zh: '分类器：召回率' */]: recall.toFixed(2),
    ['classifier: seconds' /* zh: '分类器：秒' */]: seconds.toFixed(1),
    ['classifier-free: agreement' /* zh: '无分类器：分类准确率' */]: percent(free?.agreement ?? NaN),
    ['classifier-free: recall' /* zh: '无分类器：召回率' */]: (free?.recall ?? NaN).toFixed(2),
    ['classifier-free: seconds' /* zh: '无分类器：秒' */]: (free?.seconds ?? NaN).toFixed(1),
  });
}
show(figures.table(compared, { title: 'Two ways to push, one knob' /* zh: '两种推法，一个旋钮' */ }));

// %% [markdown] lang="en"
// **What you should see** (default budget): at the same number the classifier pushes less firmly, 54 % agreement against 62 % at 1 and 82 % against 90 % at 3, and loses less variety: its recall is 0.10 and 0.04, the other's 0.04 and 0.01.
//
// What they cost: classifier-free guidance evaluates the large network **twice** a step; a classifier needs one evaluation, and a forward and a backward pass through a second, smaller network that has to be trained for the purpose. And the classifier's gradient can be fooled: it may find directions that raise $\log p_\phi(y\mid x_t)$ without making a better picture.
//
// ### Exercise 6 ★ · The whole guided sampler (2 points)
//
// Deterministic DDIM with classifier-free guidance. `denoise(x, t, told)` answers $\varepsilon$, with the condition if `told` is true; the guided $\hat\varepsilon$ is $\gamma c+(1-\gamma)u$. `alphasCumprod[t]` is $\bar\alpha_t$, with $\bar\alpha_0=1$; `steps` are the steps taken, rising. From $t$ to the next lower step $t'$ (below the smallest of `steps` comes 0):
//
// $$\hat x_0=\frac{x_t-\sqrt{1-\bar\alpha_t}\,\hat\varepsilon}{\sqrt{\bar\alpha_t}},\qquad x_{t'}=\sqrt{\bar\alpha_{t'}}\,\hat x_0+\sqrt{1-\bar\alpha_{t'}}\,\hat\varepsilon .$$

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：数值相同时，分类器推得没那么狠，分类准确率在 1 时是 54 % 对 62 %，3 时是 82 % 对 90 %；损失的多样性也少些，召回率为 0.10 和 0.04，另一种为 0.04 和 0.01。
//
// 代价各不相同：无分类器引导每一步要算**两遍**大网络；用分类器则算一遍，外加专门训练的第二个小网络一次前向、一次反向传播。而且分类器的梯度会上当：它可能找到一些方向，抬高了 $\log p_\phi(y\mid x_t)$，图像却没有变好。
//
// ### 练习 6 ★ · 完整的引导采样器（2 分）
//
// 确定性 DDIM 加无分类器引导。`denoise(x, t, told)` 给出 $\varepsilon$，`told` 为真时带条件；引导后的 $\hat\varepsilon=\gamma c+(1-\gamma)u$。`alphasCumprod[t]` 是 $\bar\alpha_t$，$\bar\alpha_0=1$；`steps` 是要走的各步，从小到大。从 $t$ 到下一个更低的步 $t'$（`steps` 里最小的那一步再往下是 0）：
//
// $$\hat x_0=\frac{x_t-\sqrt{1-\bar\alpha_t}\,\hat\varepsilon}{\sqrt{\bar\alpha_t}},\qquad x_{t'}=\sqrt{\bar\alpha_{t'}}\,\hat x_0+\sqrt{1-\bar\alpha_{t'}}\,\hat\varepsilon .$$

// %% grade_id="guidance-sampler" points=2
/** Samples from xT: [B,n], by DDIM under guidance γ -> [B,n] */
/* zh: 从 xT: [B,n] 出发，在引导强度 γ 下用 DDIM 采样 -> [B,n] */
function guidedSampler(
  denoise: (x: tf.Tensor, t: number, told: boolean) => tf.Tensor,
  xT: tf.Tensor,
  alphasCumprod: readonly number[],
  steps: readonly number[],
  gamma: number,
): tf.Tensor {
  let x = xT;
  // BEGIN SOLUTION
  for (let i = steps.length - 1; i >= 0; i--) {
    const [left, next] = [alphasCumprod[steps[i]], alphasCumprod[i > 0 ? steps[i - 1] : 0]];
    const epsilon = guide(denoise(x, steps[i], true), denoise(x, steps[i], false), gamma);
    const x0 = x.sub(epsilon.mul(Math.sqrt(1 - left))).div(Math.sqrt(left));
    x = x0.mul(Math.sqrt(next)).add(epsilon.mul(Math.sqrt(1 - next)));
  }
  // END SOLUTION
  return x;
}
await check('guidance-sampler', { guidedSampler });

// %% [markdown] lang="en"
// ## 7 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. A paper says "w = 2", a program asks for guidance_scale. What do you enter, and what would 2 have been in the paper's convention?</summary>
//
// $\gamma=1+w=3$. A guidance_scale of 2 is $w=1$.
// </details>
//
// <details><summary>2. A program computes γ·u + (1−γ)·c. What do its pictures show for γ = 3?</summary>
//
// The two answers are exchanged: that is $-2c+3u$, a guidance of $\gamma=-2$ in our convention. It flees the class that was asked for.
// </details>
//
// <details><summary>3. Why must the classifier be told t and trained on noisy pictures, although the final pictures are clean?</summary>
//
// It is asked at every step, and most steps are noisy. Where noise hides the class, it should push with almost nothing; one that knows clean pictures only is sure of itself there, and pushes in the steps that decide where the sample goes.
// </details>
//
// <details><summary>4. In the formula of the shifted mean somebody forgets Σ. At which end of sampling does it hurt most?</summary>
//
// At the end, where $\sigma_t^2$ is smallest: the push is too strong by the factor $1/\sigma_t^2$, which is a thousand and more there.
// </details>
//
// <details><summary>5. Somebody trains with conditions dropped in 100 % of the cases. What are c and u, and what does γ do?</summary>
//
// The network never sees a label, so $c$ means nothing: an untrained embedding away from $u$ at best. $\gamma$ has no useful effect. With 0 % it is $u$ that was never trained, and guidance pushes away from nonsense.
// </details>
//
// <details><summary>6. With rising γ, FID often falls first and then rises, as in this lesson's table. Why both?</summary>
//
// It compares means and spreads of features. A little guidance removes doubtful pictures, which moves the mean towards the data; more removes variety, which makes the spread too small, and at last the pictures leave the data.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | Bayes for scores | $\nabla\log p(x_t\mid y)=\nabla\log p(x_t)+\nabla\log p(y\mid x_t)$ |
// | tilted distribution | $\tilde p_s(x)\propto p(x)\,p(y\mid x)^s$ |
// | classifier guidance, DDPM | $\mathcal N(\mu+s\,\Sigma\,\nabla_{x_t}\log p_\phi(y\mid x_t),\ \Sigma)$ |
// | classifier guidance, DDIM | $\hat\varepsilon=\varepsilon_\theta-s\sqrt{1-\bar\alpha_t}\,\nabla_{x_t}\log p_\phi(y\mid x_t)$ |
// | classifier-free guidance | $\gamma c+(1-\gamma)u=u+\gamma(c-u)$ |
// | the other convention | $(1+w)c-wu$, $\ \gamma=1+w$ |
// | a classifier's weight | $\gamma=s$ on an unconditional model, $1+s$ on a conditional one |
// | evaluations a step | 1 with a classifier (and its two passes), 2 without |
//
// ## Further reading
//
// - Dhariwal & Nichol (2021), *Diffusion Models Beat GANs on Image Synthesis*, arXiv:2105.05233. ADM and classifier guidance; algorithms 1 and 2.
// - Ho & Salimans (2022), *Classifier-Free Diffusion Guidance*, arXiv:2207.12598. The convention with $w$.
// - Nichol et al. (2021), *GLIDE*, arXiv:2112.10741, and Saharia et al. (2022), *Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding* (Imagen), arXiv:2205.11487. The convention with $\gamma$; thresholding.
// - Kynkäänniemi et al. (2024), *Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion Models*, arXiv:2404.07724.
// - Bradley & Nakkiran (2024), *Classifier-Free Guidance is a Predictor-Corrector*, arXiv:2408.09000. What guided sampling does not sample from.

// %% [markdown] lang="zh"
// ## 7 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 论文说 w = 2，程序要填 guidance_scale。填几？如果填 2，相当于论文里的多少？</summary>
//
// $\gamma=1+w=3$。guidance_scale 填 2，相当于 $w=1$。
// </details>
//
// <details><summary>2. 有个程序算的是 γ·u + (1−γ)·c。γ = 3 时，它画出的是什么？</summary>
//
// 两个回答弄反了：这是 $-2c+3u$，在我们的约定里是 $\gamma=-2$。它会逃离点名的那一类。
// </details>
//
// <details><summary>3. 最终的图像是干净的，为什么分类器还要知道 t，还要在加噪图像上训练？</summary>
//
// 每一步都要问它，而大多数步都有噪声。噪声盖住类别时，它本该几乎不推；只认识干净图像的却很有把握，偏偏在决定样本去向的那些步里用力推。
// </details>
//
// <details><summary>4. 移位均值的公式里有人漏了 Σ。采样的哪一头受害最重？</summary>
//
// 末尾。那里 $\sigma_t^2$ 最小，推力大了 $1/\sigma_t^2$ 倍，即上千倍。
// </details>
//
// <details><summary>5. 有人训练时把条件百分之百丢掉。c 和 u 各是什么？γ 起什么作用？</summary>
//
// 网络从没见过标签，所以 $c$ 没有意义，充其量是 $u$ 加上一个没训练过的嵌入；$\gamma$ 起不了有用的作用。若丢掉的是 0 %，那么没训练过的就是 $u$，引导是在逃离一堆胡话。
// </details>
//
// <details><summary>6. FID 往往随 γ 先降后升，本课的表也是如此。为什么既有降又有升？</summary>
//
// 它比较的是特征的均值与离散程度。稍加引导，去掉模棱两可的图像，均值向数据靠拢；再加，多样性减少，离散程度变得太小；最后图像离开了数据。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 分数的贝叶斯公式 | $\nabla\log p(x_t\mid y)=\nabla\log p(x_t)+\nabla\log p(y\mid x_t)$ |
// | 倾斜分布 | $\tilde p_s(x)\propto p(x)\,p(y\mid x)^s$ |
// | 分类器引导，DDPM | $\mathcal N(\mu+s\,\Sigma\,\nabla_{x_t}\log p_\phi(y\mid x_t),\ \Sigma)$ |
// | 分类器引导，DDIM | $\hat\varepsilon=\varepsilon_\theta-s\sqrt{1-\bar\alpha_t}\,\nabla_{x_t}\log p_\phi(y\mid x_t)$ |
// | 无分类器引导 | $\gamma c+(1-\gamma)u=u+\gamma(c-u)$ |
// | 另一种约定 | $(1+w)c-wu$，$\ \gamma=1+w$ |
// | 分类器的权重 | 无条件模型上 $\gamma=s$，条件模型上 $\gamma=1+s$ |
// | 每步计算次数 | 用分类器 1 次（外加分类器一次前向、一次反向传播），不用则 2 次 |
//
// ## 延伸阅读
//
// - Dhariwal & Nichol (2021), *Diffusion Models Beat GANs on Image Synthesis*, arXiv:2105.05233. ADM 与分类器引导，算法 1 和 2。
// - Ho & Salimans (2022), *Classifier-Free Diffusion Guidance*, arXiv:2207.12598. 用 $w$ 的约定。
// - Nichol et al. (2021), *GLIDE*, arXiv:2112.10741；Saharia et al. (2022), *Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding*（Imagen）, arXiv:2205.11487. 用 $\gamma$ 的约定；阈值法。
// - Kynkäänniemi et al. (2024), *Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion Models*, arXiv:2404.07724.
// - Bradley & Nakkiran (2024), *Classifier-Free Guidance is a Predictor-Corrector*, arXiv:2408.09000. 引导采样究竟不是在从什么分布抽样。
