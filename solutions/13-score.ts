// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Score-based models: which way is uphill?"
//   zh: 基于分数的模型：哪边是上坡？
// minutes: 90
// terms:
//   score (score function): 分数（分数函数）
//   Langevin dynamics: 朗之万动力学
//   denoising score matching: 去噪分数匹配
//   stochastic differential equation (SDE): 随机微分方程
//   drift: 漂移
//   diffusion coefficient: 扩散系数
//   variance exploding (VE): 方差爆炸
//   variance preserving (VP): 方差保持
//   Euler–Maruyama: 欧拉–丸山法
//   probability-flow ODE: 概率流常微分方程
//   Fokker–Planck equation: 福克–普朗克方程
//   continuity equation: 连续性方程
//   instantaneous change of variables: 瞬时变量变换
// ---

// %% [markdown] lang="en"
// # 13 · Score-based models: which way is uphill?
//
// By the end of this lesson you will have a field of arrows, learned from data, that carries any cloud of noise to new data. You can follow it
// with a shaky hand or with a steady one; both arrive at the same distribution. The steady way runs backwards too, and that buys something no
// model of lessons 03 to 08 had: **the probability density of a point you name**, checked here against a formula.
//
// **You can then**
//
// 1. compute the score of a Gaussian and of a mixture, and say why it needs no normalizing constant;
// 2. write a step of Langevin dynamics, and say what goes wrong without its noise and with far-apart bumps;
// 3. derive denoising score matching: why regressing on $-\varepsilon/\sigma$ finds the score of blurred data;
// 4. write that loss with the right weight for each noise level, and translate between a noise prediction $\varepsilon_\theta$ and a score;
// 5. say why one noise level is not enough, and anneal;
// 6. read a stochastic differential equation, and give mean and variance of the VE and the VP one;
// 7. write one Euler–Maruyama step of the reverse SDE;
// 8. derive the probability-flow ODE, and spot the sampler that confuses it with the reverse SDE;
// 9. compute $\log p(x)$ by the instantaneous change of variables, and check it.
//
// **Time**: about 90 minutes to read and work through. All cells together run in about three minutes on two processor cores; the long ones
// say beforehand how long they take.

// %% [markdown] lang="zh"
// # 13 · 基于分数的模型：哪边是上坡？
//
// 学完本课，你会拥有一片从数据中学来的箭头，它能把任意一团噪声送到新的数据上。你可以抖着手跟着它走，也可以稳稳地走，两种走法到达的是同一个分布。
// 稳的那种还能倒着走，于是得到第 03 至 08 课的模型都给不出的东西：**你随便指一个点，它都能说出那里的概率密度**。本课会拿公式来核对。
//
// **学完之后，你能够**
//
// 1. 计算高斯分布和混合分布的分数，并说明为什么不需要归一化常数；
// 2. 写出一步朗之万动力学，并说出去掉噪声、或者峰相距太远时，各会出什么错；
// 3. 推导去噪分数匹配：为什么对 $-\varepsilon/\sigma$ 做回归，得到的就是加噪数据的分数；
// 4. 写出这个损失，给每个噪声级配上正确的权重，并在噪声预测 $\varepsilon_\theta$ 与分数之间换算；
// 5. 说明为什么一个噪声级不够，以及怎样退火；
// 6. 读懂一个随机微分方程，写出 VE 和 VP 两种方程的均值与方差；
// 7. 写出反向 SDE 的一步欧拉–丸山法；
// 8. 推导概率流常微分方程，并认出把它与反向 SDE 混为一谈的采样程序；
// 9. 用瞬时变量变换计算 $\log p(x)$，并加以核对。
//
// **用时**：阅读和练习约 90 分钟。所有代码在双核处理器上合计约三分钟，耗时长的会事先说明。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # 13 · Score-based models
//
// **Which way is uphill?**
//
// - a field of arrows, learned from data
// - noise follows it and becomes data
// - followed backwards, it tells the density of any point

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 13 · 基于分数的模型
//
// **哪边是上坡？**
//
// - 一片从数据中学来的箭头
// - 噪声沿着它走，就变成数据
// - 倒着走，它能说出任意一点的密度

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 minutes. Ask: "You are in fog on a hillside and want the summit. What single thing do you need to know?" The slope under your feet, not the map.
// The score is that slope, for log p. Announce the three parts: learn it (sections 1–4), use it (5–8), measure with it (9).

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 分钟。先问：“大雾里你站在山坡上，想登顶，只许知道一件事，你要知道什么？”答案是脚下的坡度，不是地图。分数就是 log p 的坡度。
// 预告三部分：学会它（第 1–4 节），使用它（第 5–8 节），用它来测量（第 9 节）。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { budget, check, datasets, engine, figures, metrics, nn, Random, score, show, train } from 'genlab';

/** The score at each noise level: points [B,2] and the σ of each, [B,1] -> [B,2] */
/* zh: 各噪声级的分数：点 [B,2] 与各自的 σ [B,1] -> [B,2] */
type NoisyScore = (x: Tensor2D, sigma: Tensor2D) => Tensor2D;
/** One step in time from t to t − dt: drift f·x, diffusion g, and the noise level σ, all at t. */
/* zh: 从时刻 t 到 t − dt 的一步：漂移 f·x、扩散系数 g、噪声级 σ，都取 t 时刻的值。 */
interface TimeStep {
  readonly t: number;
  readonly dt: number;
  readonly f: number;
  readonly g: number;
  readonly sigma: number;
}

const random = new Random(13);

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en"
// ## 1 · What is a score?
//
// A model of a density $p(x)$ has to add up to 1 over the whole space. That is what made lessons 02 and 04 hard: write $p(x)=\tilde p(x)/Z$, and the
// constant $Z=\int\tilde p(x)\,dx$ cannot be computed. Now take the gradient of the logarithm by $x$:
//
// $$\nabla_x\log p(x)=\nabla_x\log\tilde p(x)-\underbrace{\nabla_x\log Z}_{=\,0}.$$
//
// $Z$ does not depend on $x$, so it is gone. What is left is the **score**, $s(x)=\nabla_x\log p(x)$: at each point an arrow, as many numbers as $x$ has, that
// points where the density grows fastest in proportion to itself. Nothing a network answers has to add up to 1. (A score is a gradient, and not every field of arrows is one; in practice networks are not held to that.)
//
// For a Gaussian, $\log\mathcal N(x;\mu,\sigma^2I)=-\frac{\lVert x-\mu\rVert^2}{2\sigma^2}+\text{const}$, so
//
// $$s(x)=-\frac{x-\mu}{\sigma^2},$$
//
// an arrow to the centre, longer the further away and the narrower the bump. For a **mixture** $p=\sum_kw_kp_k$ of bumps, apply the chain rule
// to the logarithm, then $\nabla p_k=p_k\nabla\log p_k$:
//
// $$s(x)=\frac{\sum_kw_k\nabla p_k(x)}{p(x)}=\sum_k r_k(x)\,s_k(x),\qquad r_k(x)=\frac{w_kp_k(x)}{p(x)}.$$
//
// The $r_k$ add up to 1: $r_k(x)$ is the probability that a point found at $x$ came from bump $k$. Our toy for this lesson is a mixture of three bumps in the
// plane with weights 0.2, 0.3 and 0.5. It is useful for one property above all: with Gaussian noise added it is *still* a mixture of three Gaussians (variances add), so
// we know density and score exactly at every noise level, and can check everything.
//
// **Guess first**: where are the arrows longest, near the bumps or far away?

// %% [markdown] lang="zh"
// ## 1 · 分数是什么？
//
// 密度模型 $p(x)$ 在整个空间上的积分必须等于 1。第 02 课和第 04 课的难处就在这里：写成 $p(x)=\tilde p(x)/Z$，其中的常数
// $Z=\int\tilde p(x)\,dx$ 算不出来。现在取对数，再对 $x$ 求梯度：
//
// $$\nabla_x\log p(x)=\nabla_x\log\tilde p(x)-\underbrace{\nabla_x\log Z}_{=\,0}.$$
//
// $Z$ 与 $x$ 无关，于是消失了。剩下的就是**分数**（score）$s(x)=\nabla_x\log p(x)$：每一点上有一支箭头，分量个数与 $x$ 相同，
// 指向密度相对增长最快的方向。网络的输出不必满足任何“加起来等于 1”的条件。（分数是一个梯度场，并非任意一片箭头都是；实践中一般不去约束网络。另外，统计学里的“得分函数”是对参数求导，这里是对 $x$ 求导。）
//
// 对高斯分布，$\log\mathcal N(x;\mu,\sigma^2I)=-\frac{\lVert x-\mu\rVert^2}{2\sigma^2}+\text{常数}$，所以
//
// $$s(x)=-\frac{x-\mu}{\sigma^2},$$
//
// 箭头指向中心，离得越远、峰越窄，箭头就越长。对若干个峰的**混合分布** $p=\sum_kw_kp_k$，先对对数用链式法则，再用 $\nabla p_k=p_k\nabla\log p_k$：
//
// $$s(x)=\frac{\sum_kw_k\nabla p_k(x)}{p(x)}=\sum_k r_k(x)\,s_k(x),\qquad r_k(x)=\frac{w_kp_k(x)}{p(x)}.$$
//
// 各个 $r_k$ 之和为 1：$r_k(x)$ 是“在 $x$ 处见到的点来自第 $k$ 个峰”的概率。本课的玩具数据是平面上三个峰的混合，权重为 0.2、0.3 和 0.5。
// 选它主要看中一点：加上高斯噪声之后，它*仍然*是三个高斯的混合（方差相加），所以在任何噪声级上我们都知道密度和分数的精确值，样样可以核对。
//
// **先猜一猜**：箭头在哪里最长，峰的附近，还是远处？

// %%
const centers = tf.tensor2d([
  [-1.6, -1],
  [1.6, -1],
  [0, 1.8],
]);
const weights = [0.2, 0.3, 0.5];
const width = 0.25; // of each bump // zh: 每个峰的标准差

/** log w_k + log p_k of the density of m·x + σ·ε, for points [N,2] -> [N,3] */
/* zh: m·x + σ·ε 的密度中各个峰的 log w_k + log p_k，点 [N,2] -> [N,3] */
const logParts = (x: Tensor2D, m: number, sigma: number) => {
  const variance = (m * width) ** 2 + sigma ** 2;
  const squares = x.expandDims(1).sub(centers.mul(m)).square().sum<Tensor2D>(2); // [N,3]
  const constants = weights.map((w) => Math.log(w) - Math.log(2 * Math.PI * variance));
  return squares.div(-2 * variance).add<Tensor2D>(constants);
};
const logDensity = (x: Tensor2D, m = 1, sigma = 0) => tf.tidy(() => tf.logSumExp<Tensor1D>(logParts(x, m, sigma), 1));
const exactScore = (x: Tensor2D, m = 1, sigma = 0) =>
  tf.tidy(() => {
    const r = logParts(x, m, sigma).softmax(); // [N,3]
    return r
      .matMul(centers.mul(m))
      .sub(x)
      .div<Tensor2D>((m * width) ** 2 + sigma ** 2);
  });
const drawToy = (count: number, source: Random) =>
  tf.tidy(() => {
    const u = Array.from({ length: count }, () => source.next());
    const parts = tf.tensor1d(
      u.map((value) => (value < 0.2 ? 0 : value < 0.5 ? 1 : 2)),
      'int32',
    );
    return centers.gather(parts).add<Tensor2D>(source.normal<tf.Rank.R2>([count, 2], 0, width));
  });

// %% slideshow={"slide_type": "subslide"}
const ticks = (count: number) => Array.from({ length: count }, (_, i) => -3 + (6 * i) / (count - 1));
const lattice = (count: number) => ticks(count).flatMap((y) => ticks(count).map((x) => [x, y]));
/** Values of a function at the lattice's points, row by row. */
/* zh: 函数在网格各点上的值，逐行排列。 */
const onLattice = (count: number, f: (x: Tensor2D) => Tensor1D) => {
  const values = tf.tidy(() => Array.from(f(tf.tensor2d(lattice(count))).dataSync()));
  return ticks(count).map((_, row) => values.slice(row * count, (row + 1) * count));
};
const square = { xRange: [-3, 3] as const, yRange: [-3, 3] as const, x: 'x₁', y: 'x₂' };
show(
  figures.panels(
    [
      figures.arrows({
        points: lattice(17),
        vectors: exactScore(tf.tensor2d(lattice(17))),
        title: 'score ∇ log p(x)' /* zh: '分数 ∇ log p(x)' */,
        ...square,
      }),
      figures.heatmap({
        values: onLattice(61, (x) => logDensity(x).exp()),
        xs: ticks(61),
        ys: ticks(61),
        title: 'density p(x)' /* zh: '密度 p(x)' */,
        color: 'p(x)',
        x: 'x₁',
        y: 'x₂',
      }),
    ],
    {
      title:
        'Everywhere an arrow to a bump, longest far away from all of them' /* zh: '处处有箭头指向某个峰，离所有峰越远箭头越长' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The score: slope of log p
//
// $$s(x)=\nabla_x\log p(x)$$
//
// - no normalizing constant: $\nabla_x\log Z=0$
// - Gaussian: $s(x)=-(x-\mu)/\sigma^2$
// - mixture: the bumps' scores, averaged by $r_k(x)$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 分数：log p 的坡度
//
// $$s(x)=\nabla_x\log p(x)$$
//
// - 不需要归一化常数：$\nabla_x\log Z=0$
// - 高斯分布：$s(x)=-(x-\mu)/\sigma^2$
// - 混合分布：各峰的分数按 $r_k(x)$ 加权平均

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Before showing the figure (one slide back), ask where the arrows are longest. Most say "near the data, where the density changes". The density
// does, its logarithm does not: far out log p is a steep parabola. Keep this in mind for section 4: the longest arrows are where nobody has ever seen data.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。给出图之前先问：箭头在哪里最长？多数人说“数据附近，因为那里密度变化大”。密度是这样，它的对数却不是：远处的 log p 是一条陡峭的抛物线。
// 记住这一点，第 4 节要用：最长的箭头，正在谁也没见过数据的地方。

// %% [markdown] lang="en"
// Longest far away: there the *logarithm* of the density falls like a parabola, steeper and steeper, although the density itself is flat at almost 0. Between two bumps
// runs a watershed where the arrows turn from one summit to the next within a short distance.
//
// ## 2 · Walking uphill with a shaky hand
//
// Suppose somebody gives you the score. How do you get samples? Walk along the arrows, and in each step also stumble at random:
//
// $$x\leftarrow x+\frac{\alpha}{2}\,s(x)+\sqrt{\alpha}\,\varepsilon,\qquad\varepsilon\sim\mathcal N(0,I).$$
//
// This is **Langevin dynamics** (lesson 10), with step size $\alpha$. Why exactly this mix of walking and stumbling? In the limit of small $\alpha$ the density $q$ of many
// walkers, after the time $\tau$ = steps × $\alpha$, obeys the **Fokker–Planck equation**: walking with velocity $\frac12s$ moves density along (the first term), stumbling spreads it out (the second):
//
// $$\frac{\partial q}{\partial\tau}=-\nabla\cdot\bigl(\tfrac12\,s\,q\bigr)+\tfrac12\,\nabla\cdot\nabla q .$$
//
// Put $q=p$. Since $s\,p=p\,\nabla\log p=\nabla p$, the first term is $-\frac12\nabla\cdot\nabla p$ and cancels the second. The density stands still: walkers who are spread as $p$ stay spread as $p$. (That
// others get there too, given infinitely many small steps, is also true, but takes another proof.) With any other ratio of the two terms something else would stand still.
//
// ### Exercise 1 · One Langevin step (2 points)
//
// The usual slips: $\alpha$ where $\sqrt\alpha$ belongs, the missing ½, and walking downhill.

// %% [markdown] lang="zh"
// 远处最长：密度本身在那里几乎平坦地贴着 0，它的*对数*却像抛物线一样越来越陡地下降。两个峰之间有一道分水岭，箭头在很短的距离内就从指向一座山顶变成指向另一座。
//
// ## 2 · 带着噪声往上走
//
// 假如有人把分数给了你，怎样得到样本？沿箭头走，每一步再随机地跌撞一下：
//
// $$x\leftarrow x+\frac{\alpha}{2}\,s(x)+\sqrt{\alpha}\,\varepsilon,\qquad\varepsilon\sim\mathcal N(0,I).$$
//
// 这就是**朗之万动力学**（Langevin dynamics，第 10 课），$\alpha$ 是步长。为什么偏偏是这样的比例？当 $\alpha$ 很小时，大量粒子在时间 $\tau$（步数 × $\alpha$）之后的密度 $q$ 服从
// **福克–普朗克方程**（Fokker–Planck equation）：漂移项以速度 $\frac12s$ 使密度平移（第一项），扩散项使密度展宽（第二项）：
//
// $$\frac{\partial q}{\partial\tau}=-\nabla\cdot\bigl(\tfrac12\,s\,q\bigr)+\tfrac12\,\nabla\cdot\nabla q .$$
//
// 代入 $q=p$。因为 $s\,p=p\,\nabla\log p=\nabla p$，第一项等于 $-\frac12\nabla\cdot\nabla p$，与第二项相消，密度不再变化：分布为 $p$ 的粒子，走下去还是 $p$。（步数无穷多、步长无穷小时，别的分布也会趋于 $p$，不过那需要另外证明。）
// 两项换成任何别的比例，稳定下来的就是另一个分布了。
//
// ### 练习 1 · 一步朗之万动力学（2 分）
//
// 常见失误：该写 $\sqrt\alpha$ 的地方写了 $\alpha$；漏掉 ½；走成了下坡。

// %% grade_id="score-langevin" points=2
/** x + (α/2)·score + √α·noise. x, score and noise: [N,2] -> [N,2] */
/* zh: x + (α/2)·score + √α·noise。x、score、noise: [N,2] -> [N,2] */
function langevinStep(x: Tensor2D, score: Tensor2D, stepSize: number, noise: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return x.add(score.mul(stepSize / 2)).add(noise.mul(Math.sqrt(stepSize)));
  // END SOLUTION
}
await check('score-langevin', { langevinStep });

// %% [markdown] lang="en"
// Let 600 walkers start all over the square and take 300 steps with the exact score, once without noise and once with it. **Guess first**: where do those without noise
// end? And of those with noise, what share will stand at the top bump, whose weight is 0.5?

// %% [markdown] lang="zh"
// 让 600 个粒子从正方形的各处出发，用精确的分数走 300 步：一次不加噪声，一次加噪声。**先猜一猜**：不加噪声的停在哪里？
// 加噪声的，站在顶上那个峰（权重 0.5）的占几成？

// %% slideshow={"slide_type": "subslide"}
const starts = random.uniform<tf.Rank.R2>([600, 2], -3, 3);
function walk(start: Tensor2D, steps: number, stepSize: number, shake: 0 | 1) {
  let x = start.clone();
  for (let i = 0; i < steps; i++) {
    const before = x;
    x = tf.tidy(() => {
      const noise = random.normal<tf.Rank.R2>([start.shape[0], 2]).mul<Tensor2D>(shake);
      return langevinStep(before, exactScore(before), stepSize, noise);
    });
    before.dispose();
  }
  return x;
}
const calm = walk(starts, 300, 0.01, 0);
const shaky = walk(starts, 300, 0.01, 1);
const cloud = (name: string, points: Tensor2D, color: number) =>
  figures.scatter2d({ series: [{ name, points, color }], title: name, ...square, pointSize: 4 });
show(
  figures.panels(
    [
      cloud('data' /* zh: '数据' */, drawToy(600, random), 7),
      cloud('without noise' /* zh: '不加噪声' */, calm, 1),
      cloud('with noise' /* zh: '加噪声' */, shaky, 0),
    ],
    {
      title:
        'Noise gives the bumps their width, but not their weight' /* zh: '噪声让每个峰有了宽度，却没给出正确的权重' */,
      share: 'both',
    },
  ),
);
/** The share of points that are nearest to each bump. */
/* zh: 离各个峰最近的点所占的比例。 */
const sharesOf = (x: Tensor2D) =>
  tf.tidy(() => {
    const nearest = logParts(x, 1, 1)
      .add(weights.map((w) => -Math.log(w)))
      .argMax<Tensor1D>(1);
    return Array.from(tf.oneHot(nearest, 3).mean(0).dataSync());
  });
const shareRow = (name: string, shares: readonly number[]) => ({
  ['share at each bump' /* zh: '各峰所占比例' */]: name,
  ['left' /* zh: '左' */]: shares[0].toFixed(2),
  ['right' /* zh: '右' */]: shares[1].toFixed(2),
  ['top' /* zh: '顶' */]: shares[2].toFixed(2),
});
show(
  figures.table([
    shareRow('true' /* zh: '真实' */, weights),
    shareRow('start' /* zh: '起点' */, sharesOf(starts)),
    shareRow('Langevin, 300 steps' /* zh: '朗之万，300 步' */, sharesOf(shaky)),
  ]),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Langevin: walk uphill, stumble a little
//
// $$x\leftarrow x+\tfrac\alpha2\,s(x)+\sqrt\alpha\,\varepsilon$$
//
// - no noise: everyone stands on a summit
// - with noise: the right shape of each bump
// - but whoever starts in one valley stays there: wrong weights

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 朗之万：往上走，也跌撞一下
//
// $$x\leftarrow x+\tfrac\alpha2\,s(x)+\sqrt\alpha\,\varepsilon$$
//
// - 不加噪声：粒子都停在山顶
// - 加噪声：每个峰的形状都对
// - 但从哪个山谷出发就留在哪里：权重不对

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 minutes. Let the audience say why the shares equal those of the start. To change bumps a walker must cross ground where p is about e⁻²⁰ of the summit:
// it would have to stumble uphill against the arrows for a very long time. Langevin is right in the limit; the limit is out of reach.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 分钟。让听众说说为什么比例与起点相同。要换一个峰，就得穿过密度只有山顶 e⁻²⁰ 左右的地带，得逆着箭头跌撞很久很久。
// 朗之万在极限下是对的，但那个极限等不到。

// %% [markdown] lang="en"
// Without noise everybody stands exactly on a summit: three points, no spread. With noise each bump has its proper width. But the shares are those of the *start*, not
// the true ones: hardly anybody changed bumps. Between two bumps the density falls to a tiny fraction of a summit's, and a walker would have to stumble against
// the arrows all the way up. The right shares are reached in the limit of infinitely many steps; 300 are not close.
//
// So two problems are open. We do not *have* the score of real data. And the score of far-apart bumps does not tell which bump is the heavier one. Noise will solve both.
//
// ## 3 · Learning the score from samples
//
// We want a network $s_\theta$ with $s_\theta(x)\approx\nabla\log p(x)$. Least squares asks for pairs (input, right answer), and the right answer is exactly what we do not
// have. Blur the data first: to each $x\sim p$ add noise, $\tilde x=x+\sigma\varepsilon$. The blurred data have a density $p_\sigma$, and what we learn is *its* score. Given $x$, the noisy point is
// Gaussian around $x$; call this density $q_\sigma(\tilde x\mid x)$. Section 1 gives its score:
//
// $$\nabla_{\tilde x}\log q_\sigma(\tilde x\mid x)=-\frac{\tilde x-x}{\sigma^2}=-\frac{\varepsilon}{\sigma}.$$
//
// This we do have. It is no score of $p_\sigma$, it is a different arrow for each draw. **Claim** (Vincent, 2011): the mean of these arrows over all draws that led to the same $\tilde x$ is the score of $p_\sigma$ there.
//
// $$\begin{aligned}
// \nabla\log p_\sigma(\tilde x)&=\frac{\nabla p_\sigma(\tilde x)}{p_\sigma(\tilde x)}&&\text{chain rule}\\
// &=\frac1{p_\sigma(\tilde x)}\int p(x)\,\nabla_{\tilde x}\,q_\sigma(\tilde x\mid x)\,dx&&p_\sigma(\tilde x)=\textstyle\int p(x)\,q_\sigma(\tilde x\mid x)\,dx\\
// &=\int\frac{p(x)\,q_\sigma(\tilde x\mid x)}{p_\sigma(\tilde x)}\,\nabla_{\tilde x}\log q_\sigma(\tilde x\mid x)\,dx&&\nabla q=q\,\nabla\log q\\
// &=\mathbb E\bigl[-\varepsilon/\sigma\;\big|\;\tilde x\bigr]&&\text{Bayes: the fraction is }p(x\mid\tilde x)
// \end{aligned}$$
//
// And least squares finds conditional means: of all functions of $\tilde x$, the one that minimizes $\mathbb E\lVert s(\tilde x)-y\rVert^2$ is $\mathbb E[y\mid\tilde x]$ (split
// $y$ into its mean given $\tilde x$ and a rest; the rest averages out). So **denoising score matching** regresses on arrows that are wrong one by one and right on average:
//
// $$\mathcal L(\theta)=\tfrac12\,\mathbb E\Bigl\lVert s_\theta(x+\sigma\varepsilon,\sigma)+\frac\varepsilon\sigma\Bigr\rVert^2 .$$
//
// See it in one dimension, with two bumps: each dot is one draw and its target, the curve is the exact score of the blurred density.

// %% [markdown] lang="zh"
// 不加噪声，粒子都恰好停在山顶上：三个点，毫无宽度。加了噪声，每个峰有了应有的宽度。可是比例与*起点*相同，而不是真实的比例：几乎没有粒子换过峰。
// 两峰之间的密度只有山顶的极小一部分，粒子得一路逆着箭头跌撞上去。正确的比例要到步数无穷多的极限才会出现，300 步还差得远。
//
// 于是留下两个问题：真实数据的分数，我们并*没有*；而峰相距很远时，分数也不说明哪个峰更重。噪声会把两个问题都解决掉。
//
// ## 3 · 从样本学分数
//
// 我们想要一个网络 $s_\theta$，使 $s_\theta(x)\approx\nabla\log p(x)$。最小二乘需要（输入，正确答案）这样的配对，而正确答案恰恰是我们没有的。
// 先把数据弄模糊：给每个 $x\sim p$ 加噪声，$\tilde x=x+\sigma\varepsilon$。加噪数据的密度记作 $p_\sigma$，我们学的是*它的*分数。给定 $x$，带噪的点服从以 $x$ 为中心的高斯分布，
// 其密度记作 $q_\sigma(\tilde x\mid x)$，第 1 节已给出它的分数：
//
// $$\nabla_{\tilde x}\log q_\sigma(\tilde x\mid x)=-\frac{\tilde x-x}{\sigma^2}=-\frac{\varepsilon}{\sigma}.$$
//
// 这个我们有。它不是 $p_\sigma$ 的分数，每抽一次都是一支不同的箭头。**断言**（Vincent，2011）：在所有到达同一个 $\tilde x$ 的抽样中，把这些箭头取平均，就是 $p_\sigma$ 在那里的分数。
//
// $$\begin{aligned}
// \nabla\log p_\sigma(\tilde x)&=\frac{\nabla p_\sigma(\tilde x)}{p_\sigma(\tilde x)}&&\text{链式法则}\\
// &=\frac1{p_\sigma(\tilde x)}\int p(x)\,\nabla_{\tilde x}\,q_\sigma(\tilde x\mid x)\,dx&&p_\sigma(\tilde x)=\textstyle\int p(x)\,q_\sigma(\tilde x\mid x)\,dx\\
// &=\int\frac{p(x)\,q_\sigma(\tilde x\mid x)}{p_\sigma(\tilde x)}\,\nabla_{\tilde x}\log q_\sigma(\tilde x\mid x)\,dx&&\nabla q=q\,\nabla\log q\\
// &=\mathbb E\bigl[-\varepsilon/\sigma\;\big|\;\tilde x\bigr]&&\text{贝叶斯公式：那个分式就是 }p(x\mid\tilde x)
// \end{aligned}$$
//
// 而最小二乘找到的正是条件均值：在 $\tilde x$ 的所有函数中，使 $\mathbb E\lVert s(\tilde x)-y\rVert^2$ 最小的是 $\mathbb E[y\mid\tilde x]$（把 $y$ 拆成给定 $\tilde x$ 时的均值与余项，余项平均为零）。
// 所以**去噪分数匹配**（denoising score matching）所回归的箭头，单独看每支都不对，平均起来却是对的：
//
// $$\mathcal L(\theta)=\tfrac12\,\mathbb E\Bigl\lVert s_\theta(x+\sigma\varepsilon,\sigma)+\frac\varepsilon\sigma\Bigr\rVert^2 .$$
//
// 在一维里看一眼，数据有两个峰：每个点是一次抽样和它的目标，曲线是模糊之后的密度的精确分数。

// %% slideshow={"slide_type": "subslide"}
const line = { middles: [-1.5, 1.5], shares: [0.4, 0.6], width: 0.3 }; // the 1-D toy // zh: 一维玩具数据
/** ∇ log p of m·x + σ·ε on the line. */
/* zh: 直线上 m·x + σ·ε 的 ∇ log p。 */
function lineScore(x: number, m: number, sigma: number): number {
  const variance = (m * line.width) ** 2 + sigma ** 2;
  const parts = line.middles.map((c, k) => line.shares[k] * Math.exp(-((x - m * c) ** 2) / (2 * variance)));
  const whole = parts[0] + parts[1] + 1e-300;
  return parts.reduce((sum, part, k) => sum + (part / whole) * ((m * line.middles[k] - x) / variance), 0);
}
const normals = (count: number) => Array.from(random.normal([count]).dataSync());
const drawLine = (count: number) =>
  normals(count).map((z) => line.middles[random.next() < line.shares[0] ? 0 : 1] + line.width * z);

const blur = 0.5;
const draws = drawLine(20_000);
const shifts = normals(20_000);
const pairs = draws.map((x, i) => [x + blur * shifts[i], -shifts[i] / blur]); // (x̃, −ε/σ)
const bins = Array.from({ length: 21 }, (_, i) => -2.5 + 0.25 * i);
const means = bins.map((middle) => {
  const inside = pairs.filter(([x]) => Math.abs(x - middle) < 0.1);
  return [middle, inside.reduce((sum, [, y]) => sum + y, 0) / inside.length];
});
const fine = Array.from({ length: 121 }, (_, i) => -3 + 0.05 * i);
show(
  figures.scatter2d({
    series: [
      { name: 'one draw: −ε/σ' /* zh: '一次抽样：−ε/σ' */, points: pairs.slice(0, 500), color: 7 },
      {
        name: 'exact score' /* zh: '精确分数' */,
        points: fine.map((x) => [x, lineScore(x, 1, blur)]),
        path: true,
        color: 0,
      },
      { name: 'mean of the draws nearby' /* zh: '附近抽样的平均' */, points: means, color: 1 },
    ],
    title: 'Each target is wrong; their mean is the score' /* zh: '每个目标都不对，平均起来就是分数' */,
    x: 'noisy point x̃' /* zh: '带噪的点 x̃' */,
    y: 'target, score' /* zh: '目标、分数' */,
    equal: false,
    pointSize: 5,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Denoising score matching
//
// $$\mathbb E\bigl[-\varepsilon/\sigma\mid\tilde x\bigr]=\nabla\log p_\sigma(\tilde x),\qquad\tilde x=x+\sigma\varepsilon$$
//
// - least squares finds conditional means
// - so regress on $-\varepsilon/\sigma$
// - weighted by $\sigma^2$: the loss of DDPM, with $\varepsilon_\theta=-\sigma s_\theta$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 去噪分数匹配
//
// $$\mathbb E\bigl[-\varepsilon/\sigma\mid\tilde x\bigr]=\nabla\log p_\sigma(\tilde x),\qquad\tilde x=x+\sigma\varepsilon$$
//
// - 最小二乘找到的是条件均值
// - 所以对 $-\varepsilon/\sigma$ 做回归
// - 乘上权重 $\sigma^2$ 就是 DDPM 的损失，$\varepsilon_\theta=-\sigma s_\theta$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 minutes, the heart of the lesson. Do the four lines on the board. Then ask: what is the smallest value that this loss can take? Not 0: the dots scatter around the
// curve whatever the network does. Flow matching (lesson 16) will use the same trick with velocities.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 分钟，全课的核心。在黑板上推那四行。然后问：这个损失最小能到多少？不是 0：无论网络怎么做，点总是散在曲线周围。
// 流匹配（第 16 课）会在速度上用同样的办法。

// %% [markdown] lang="en"
// ### The weight of each noise level
//
// Soon we need many noise levels at once. Then the loss above has a flaw: the target $-\varepsilon/\sigma$ has size $1/\sigma$, so at $\sigma=0.1$ its square is 1600 times that at $\sigma=4$. Small noise
// would drown everything else. Song and Ermon (2019) weigh each level by $\sigma^2$, and then all targets have the size of $\varepsilon$:
//
// $$\sigma^2\cdot\tfrac12\Bigl\lVert s_\theta+\frac\varepsilon\sigma\Bigr\rVert^2=\tfrac12\lVert\sigma\,s_\theta(x+\sigma\varepsilon,\sigma)+\varepsilon\rVert^2 .$$
//
// Write $\varepsilon_\theta=-\sigma s_\theta$, and it is $\frac12\lVert\varepsilon-\varepsilon_\theta\rVert^2$: **the loss of DDPM** (lesson 11), up to the factor. Whoever trains a network to predict noise has trained
// a score,
//
// $$\varepsilon_\theta=-\sigma\,s_\theta,\qquad s_\theta=-\varepsilon_\theta/\sigma .$$
//
// ### Exercise 2 · Denoising score matching (3 points)
//
// `score(xNoisy, sigma)` is the network. `sigma` is a column, one noise level for each example, so it multiplies a batch of points as it stands. Sum over the numbers of a point, mean over
// the batch, and the ½.

// %% [markdown] lang="zh"
// ### 每个噪声级的权重
//
// 很快就要同时用许多个噪声级，这时上面的损失有个毛病：目标 $-\varepsilon/\sigma$ 的大小是 $1/\sigma$，所以 $\sigma=0.1$ 时的平方是 $\sigma=4$ 时的 1600 倍，
// 小噪声会把其他一切都淹没。Song 与 Ermon（2019）给每一级乘上权重 $\sigma^2$，于是所有目标都与 $\varepsilon$ 一样大：
//
// $$\sigma^2\cdot\tfrac12\Bigl\lVert s_\theta+\frac\varepsilon\sigma\Bigr\rVert^2=\tfrac12\lVert\sigma\,s_\theta(x+\sigma\varepsilon,\sigma)+\varepsilon\rVert^2 .$$
//
// 记 $\varepsilon_\theta=-\sigma s_\theta$，它就是 $\frac12\lVert\varepsilon-\varepsilon_\theta\rVert^2$，除了前面的系数，正是 **DDPM 的损失**（第 11 课）。谁训练了预测噪声的网络，谁就训练了分数：
//
// $$\varepsilon_\theta=-\sigma\,s_\theta,\qquad s_\theta=-\varepsilon_\theta/\sigma .$$
//
// ### 练习 2 · 去噪分数匹配（3 分）
//
// `score(xNoisy, sigma)` 是网络。`sigma` 是一列数，每个样本一个噪声级，可以直接与一批点相乘。对一个点的各分量求和，对一批样本取平均，别忘了 ½。

// %% grade_id="score-dsm" points=3
/** ½ E‖σ·score(x + σ·noise, σ) + noise‖². x, noise: [B,2]; sigma: [B,1] -> scalar */
/* zh: ½ E‖σ·score(x + σ·noise, σ) + noise‖²。x、noise: [B,2]；sigma: [B,1] -> 标量 */
function dsmLoss(score: NoisyScore, x: Tensor2D, sigma: Tensor2D, noise: Tensor2D): Scalar {
  // BEGIN SOLUTION
  const found = score(x.add(noise.mul(sigma)), sigma); // [B,2]
  return found.mul(sigma).add(noise).square().sum(1).mean().div(2);
  // END SOLUTION
}
await check('score-dsm', { dsmLoss });

// %% [markdown] lang="en"
// ## 4 · Why one noise level is not enough
//
// Which $\sigma$ should we blur with? A small one, one would think: then $p_\sigma$ is nearly $p$. We train two networks of the same size on our toy, one with $\sigma=0.1$ alone, one with ten levels
// from 4 down to 0.1, the same ratio from each to the next. The network is told the level, and it answers the noise, $s_\theta=-\varepsilon_\theta/\sigma$, a number of size 1 at every level.
//
// **Guess first**: at $\sigma=0.1$, which network knows the arrows better, the specialist or the one that also had to learn nine other levels? Expect about half a minute for the two.

// %% [markdown] lang="zh"
// ## 4 · 为什么一个噪声级不够
//
// 该用多大的 $\sigma$？想来应该小一点，那样 $p_\sigma$ 就几乎是 $p$。我们在玩具数据上训练两个同样大小的网络：一个只用 $\sigma=0.1$；另一个用十级，从 4 到 0.1，
// 相邻两级之比相同。网络知道当前是哪一级，输出的是噪声，$s_\theta=-\varepsilon_\theta/\sigma$，这样在每一级上输出的大小都是 1 左右。
//
// **先猜一猜**：在 $\sigma=0.1$ 这一级上，哪个网络更清楚箭头的方向，是专攻这一级的，还是同时要学另外九级的？两个合计约需半分钟。

// %%
const sigmas = score.geometricSigmas(4, 0.1, 10);
/** A network that answers the noise, read as a score. */
/* zh: 网络输出噪声，当作分数来读。 */
function scoreNetwork(seed: number) {
  const network = nn.buildMlpDenoiser({ dims: 2, width: 64, layers: 3, timeScale: 1000, seed });
  const s: NoisyScore = (x, sigma) =>
    tf.tidy(() => {
      const size = sigma.square().add(2).sqrt(); // of x + σε, so that the input has one size // zh: x + σε 的大小，让输入的尺度统一
      const answer = network.apply([x.div(size), sigma.log().reshape([-1])]) as Tensor2D;
      return answer.div<Tensor2D>(sigma).neg();
    });
  return { network, s };
}
async function learn(name: string, levels: readonly number[]) {
  const { network, s } = scoreNetwork(1);
  const history = await train<Tensor2D>({
    name,
    variables: nn.variablesOf(network),
    batches: (_, source) => [drawToy(256, source)],
    loss: (x, source) => {
      const sigma = tf.tensor2d(
        Array.from({ length: 256 }, () => levels[source.int(levels.length)]),
        [256, 1],
      );
      return dsmLoss(s, x, sigma, source.normal<tf.Rank.R2>([256, 2]));
    },
    steps: budget({ quick: 20, default: 1500, full: 6000 }),
    learningRate: 3e-3,
    schedule: 'cosine',
  });
  return { network, s, history };
}
const specialist = await learn('σ = 0.1 alone' /* zh: '只用 σ = 0.1' */, [0.1]);
const generalist = await learn('ten noise levels' /* zh: '十个噪声级' */, sigmas);
show(nn.parameterTable({ 'score network' /* zh: '分数网络' */: generalist.network }));

// %% slideshow={"slide_type": "subslide"}
const column = (count: number, sigma: number) => tf.fill([count, 1], sigma) as Tensor2D;
/** Cosine of the angle between learned and exact arrows. */
/* zh: 学到的箭头与精确箭头夹角的余弦。 */
const agreement = (s: NoisyScore, sigma: number) =>
  onLattice(41, (x) => {
    const [a, b] = [s(x, column(x.shape[0], sigma)), exactScore(x, 1, sigma)];
    return a
      .mul(b)
      .sum<Tensor1D>(1)
      .div(a.norm(2, 1).mul(b.norm(2, 1)).add(1e-9));
  });
const map = (title: string, s: NoisyScore, sigma: number) =>
  figures.heatmap({
    values: agreement(s, sigma),
    xs: ticks(41),
    ys: ticks(41),
    range: [-1, 1],
    scale: 'diverging',
    title,
    color: 'cosine' /* zh: '余弦' */,
    x: 'x₁',
    y: 'x₂',
  });
show(
  figures.panels(
    [
      map('σ = 0.1, trained alone' /* zh: 'σ = 0.1，单独训练' */, specialist.s, 0.1),
      map('σ = 0.1, among ten' /* zh: 'σ = 0.1，十级同练' */, generalist.s, 0.1),
      map('σ = 4, among ten' /* zh: 'σ = 4，十级同练' */, generalist.s, 4),
    ],
    {
      title:
        'Between the bumps, where no data are, the specialist is unreliable' /* zh: '峰与峰之间没有数据，只训练一级的网络在那里不可靠' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Why one noise level is not enough
//
// - small σ: never trained between the bumps
// - large σ: right everywhere, but of a blurred density
// - so: many levels, from strong to weak
// - $\alpha_i\propto\sigma_i^2$: steps shrink with the noise

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 为什么一个噪声级不够
//
// - σ 小：峰与峰之间从未训练过
// - σ 大：处处都对，但密度是模糊的
// - 所以：用许多级，由强到弱
// - $\alpha_i\propto\sigma_i^2$：步长随噪声缩小

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 minutes. Point at the broad blurred zones of the specialist's map: there it is decided which bump a walker goes to. Then play the animation:
// at σ = 4 there is a single hill, so crossing is free; the bumps separate only when the walkers have been shared out.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 分钟。指着专攻一级的那张图上模糊的大片区域：粒子去哪个峰，正是在那里决定的。
// 然后放动画：σ = 4 时只有一座山，来去自由；等粒子分配好了，峰才分开。

// %% [markdown] lang="en"
// The exact arrows turn on thin lines, the watersheds between the bumps. The specialist turns them in a broad zone, and in the middle of the three bumps it is wrong altogether: it was never trained there, because with so little noise a point hardly ever leaves its bump. And
// between the bumps it is decided who goes where. The network that learned ten levels has thin lines in the right places even at $\sigma=0.1$: what stronger noise taught it there carries over. And at
// $\sigma=4$, where noise puts training points everywhere, it is right everywhere but at the very top of the one hill that is left.
//
// ### Annealed Langevin
//
// So begin with strong noise, where the score is known everywhere and the density is a single hill that can be crossed freely, and lower the level step by step. The walkers share themselves out
// among the bumps while that is still easy. At level $i$ of $L$ take the step size $\alpha_i=\alpha_L\,\sigma_i^2/\sigma_L^2$: strides that shrink as the bumps do, so that walking and stumbling keep their ratio at every level.
//
// Watch the arrows turn from one hill to three.

// %% [markdown] lang="zh"
// 精确的箭头在几条细线上转向，那是峰与峰之间的分水岭。专攻一级的网络却在一大片区域里慢慢转，三个峰正中间干脆是错的：它在那里从未受过训练，因为加了这么小的噪声，点几乎不会离开自己的峰。
// 而粒子去哪个峰，恰恰是在峰与峰之间决定的。学了十级的网络，即使在 $\sigma=0.1$ 上，细线也都在该在的地方：更强的噪声教会它的东西用上了。
// 而 $\sigma=4$ 时，噪声把训练点撒到各处，除了仅剩的那座山的山顶，处处都对。
//
// ### 退火朗之万动力学
//
// 所以从强噪声开始：那时分数处处已知，密度只是一座山，可以随意走动；然后一级一级降下来。趁着换峰还容易，粒子就按比例分配好了。共有 $L$ 级，第 $i$ 级的步长取 $\alpha_i=\alpha_L\,\sigma_i^2/\sigma_L^2$：
// 步长随峰一起变小，漂移与噪声的比例在每一级都相同。
//
// 看箭头怎样从指向一座山变成指向三座。

// %%
let walkers = random.normal<tf.Rank.R2>([800, 2], 0, 4);
const levelFrames = [];
for (const sigma of sigmas) {
  const stepSize = (0.002 * sigma ** 2) / sigmas[sigmas.length - 1] ** 2;
  for (let step = 0; step < budget({ quick: 3, default: 40, full: 100 }); step++) {
    const before = walkers;
    walkers = tf.tidy(() => {
      const found = generalist.s(before, column(800, sigma));
      return langevinStep(before, found, stepSize, random.normal<tf.Rank.R2>([800, 2]));
    });
    before.dispose();
  }
  levelFrames.push({
    label: `σ = ${sigma.toFixed(2)}`,
    figure: figures.arrows({
      points: lattice(15),
      vectors: generalist.s(tf.tensor2d(lattice(15)), column(225, sigma)),
      series: [{ name: 'walkers' /* zh: '粒子' */, points: walkers.slice(0, 400), color: 1 }],
      title: 'Annealed Langevin: one hill becomes three' /* zh: '退火朗之万：一座山变成三座' */,
      ...square,
    }),
  });
}
show(figures.animation(levelFrames, { milliseconds: 700 }));
show(
  figures.table([
    shareRow('true' /* zh: '真实' */, weights),
    shareRow('Langevin, exact score' /* zh: '朗之万，精确分数' */, sharesOf(shaky)),
    shareRow('annealed, learned score' /* zh: '退火，学到的分数' */, sharesOf(walkers)),
  ]),
);

// %% [markdown] lang="en"
// **What you should see**: shares within a few hundredths of 0.20, 0.30 and 0.50, from a *learned* score; plain Langevin with the *exact* one kept those of its start. (The last level leaves its noise: the bumps are $\sqrt{0.25^2+0.1^2}=0.27$ wide instead of 0.25.) **If all walkers
// leave the picture**, the step size is too large for the smallest level, or the score has the wrong sign. **If the bumps are points**, the noise is missing; if they
// are fat, the score is too small (is the division by $\sigma$ there?).
//
// ## 5 · Infinitely many levels: two stochastic differential equations
//
// Let the noise level grow continuously with a time $t$ from 0 (data) to 1 (noise). A **stochastic differential equation** (SDE) says what happens in a short time $dt$:
//
// $$dx=f(t)\,x\,dt+g(t)\,dw,\qquad dw\sim\mathcal N(0,dt\,I).$$
//
// Read it as a program: `x = x + f·x·dt + g·√dt·ε`. The first part is the **drift**; $g$ is the **diffusion coefficient**, and $w$ is Brownian motion (lesson 10), whose increments have
// the *standard deviation* $\sqrt{dt}$. As both parts are linear in $x$, what becomes of one example $x_0$ is Gaussian, $x(t)\sim\mathcal N(m(t)\,x_0,\sigma^2(t)I)$. How $m$ and $\sigma^2$ change follows from one step of that
// program: the mean is multiplied by $1+f\,dt$; the variance by $(1+f\,dt)^2\approx1+2f\,dt$, and $g^2dt$ is added. So
//
// $$m'=f\,m,\qquad(\sigma^2)'=2f\,\sigma^2+g^2 .$$
//
// Two choices have names.
//
// | | $f(t)$ | $g(t)$ | $m(t)$ | $\sigma^2(t)$ |
// |---|---|---|---|---|
// | **VE**, variance exploding | $0$ | $\sqrt{d\sigma^2/dt}$ | $1$ | $\sigma_{\min}^2(\sigma_{\max}/\sigma_{\min})^{2t}$, levels as in section 4 |
// | **VP**, variance preserving | $-\frac12\beta(t)$ | $\sqrt{\beta(t)}$ | $e^{-\frac12\int_0^t\beta}$ | $1-m^2(t)$ |
//
// ($\beta(t)$ says how fast noise comes in; the lesson lets it rise from 0.1 to 20. VE begins at $\sigma_{\min}$ and not at 0: started from clean data, its variance is smaller than the table's by $\sigma_{\min}^2$, too little to see.)
//
// Check VP by putting it in: $(1-m^2)'=-2mm'=\beta m^2$, and $2f\sigma^2+g^2=-\beta(1-m^2)+\beta=\beta m^2$. Data of variance 1 keep variance 1: hence the name. And VP is DDPM with infinitely many steps: DDPM's $\beta_t$ is $\beta(t)\,dt$, a small number;
// its $\sqrt{1-\beta_t}\approx1-\frac12\beta(t)\,dt$ is the drift, its $\sqrt{\beta_t}$ the noise, $m=\sqrt{\bar\alpha_t}$ and $\sigma=\sqrt{1-\bar\alpha_t}$.

// %% [markdown] lang="zh"
// **你应该看到**：用*学到的*分数，三个比例与 0.20、0.30、0.50 相差不过百分之几；而普通朗之万用的是*精确的*分数，比例却一直是起点的比例。（最后一级的噪声还留着：峰宽是 $\sqrt{0.25^2+0.1^2}=0.27$，不是 0.25。）**如果粒子都跑出了画面**，说明步长对最小的一级来说太大，
// 或者分数的符号反了。**如果峰缩成了点**，是忘了加噪声；如果峰太胖，是分数太小（除以 $\sigma$ 了吗？）。
//
// ## 5 · 无穷多级：两个随机微分方程
//
// 十级也好，一千级也好，何不全部都要？让噪声级随时间 $t$ 连续增长，$t$ 从 0（数据）到 1（噪声）。**随机微分方程**（stochastic differential equation，SDE）说的是在很短的时间 $dt$ 里发生的事：
//
// $$dx=f(t)\,x\,dt+g(t)\,dw,\qquad dw\sim\mathcal N(0,dt\,I).$$
//
// 把它当程序来读：`x = x + f·x·dt + g·√dt·ε`。第一部分叫**漂移**（drift）；$g$ 是**扩散系数**（diffusion coefficient），$w$ 是布朗运动（第 10 课），它的增量的*标准差*是 $\sqrt{dt}$。两部分对 $x$ 都是线性的，
// 所以一个样本 $x_0$ 会变成高斯分布：$x(t)\sim\mathcal N(m(t)\,x_0,\sigma^2(t)I)$。把那个程序走一步，就知道 $m$ 和 $\sigma^2$ 怎么变：均值乘以 $1+f\,dt$；方差乘以 $(1+f\,dt)^2\approx1+2f\,dt$，再加上 $g^2dt$。所以
//
// $$m'=f\,m,\qquad(\sigma^2)'=2f\,\sigma^2+g^2 .$$
//
// 有两种取法各有名字。
//
// | | $f(t)$ | $g(t)$ | $m(t)$ | $\sigma^2(t)$ |
// |---|---|---|---|---|
// | **VE**，方差爆炸 | $0$ | $\sqrt{d\sigma^2/dt}$ | $1$ | $\sigma_{\min}^2(\sigma_{\max}/\sigma_{\min})^{2t}$，各级同第 4 节 |
// | **VP**，方差保持 | $-\frac12\beta(t)$ | $\sqrt{\beta(t)}$ | $e^{-\frac12\int_0^t\beta}$ | $1-m^2(t)$ |
//
// （$\beta(t)$ 表示噪声加入的快慢，本课让它从 0.1 升到 20。VE 从 $\sigma_{\min}$ 而不是 0 开始：从干净的数据出发，方差比表中少 $\sigma_{\min}^2$，小得看不出来。）
//
// 把 VP 代进去验算：$(1-m^2)'=-2mm'=\beta m^2$，而 $2f\sigma^2+g^2=-\beta(1-m^2)+\beta=\beta m^2$。方差为 1 的数据始终保持方差 1，因此得名。VP 就是步数无穷多的 DDPM：
// DDPM 的 $\beta_t$ 就是 $\beta(t)\,dt$，是个小数；$\sqrt{1-\beta_t}\approx1-\frac12\beta(t)\,dt$ 是漂移，$\sqrt{\beta_t}$ 是噪声，$m=\sqrt{\bar\alpha_t}$，$\sigma=\sqrt{1-\bar\alpha_t}$。

// %% slideshow={"slide_type": "subslide"}
const vp = score.vpSde(); // β from 0.1 to 20 // zh: β 从 0.1 到 20
const ve = score.veSde({ sigmaMin: 0.1, sigmaMax: 4 });
const times = Array.from({ length: 201 }, (_, i) => i / 200);
function forward(sde: score.Sde) {
  const spread = (t: number) => {
    const { mean, std } = sde.marginalProb(t);
    return Math.sqrt(mean ** 2 * (line.width ** 2 + 1.5 ** 2) + std ** 2); // of the 1-D toy // zh: 一维玩具数据的
  };
  const paths = normals(8).map((z, i) => {
    const x0 = line.middles[i % 2] + line.width * z; // four from each bump // zh: 每个峰四条
    const [y, kicks] = [[x0], normals(200)];
    for (let k = 0; k < 200; k++) {
      const t = times[k];
      y.push(y[k] + sde.drift(t) * y[k] * 0.005 + sde.diffusion(t) * Math.sqrt(0.005) * kicks[k]);
    }
    return { name: '', x: times, y, color: i };
  });
  return figures.curves({
    series: [
      {
        name: '',
        x: times,
        y: times.map(() => 0),
        dash: 'dot' as const,
        color: 7,
        band: { low: times.map((t) => -2 * spread(t)), high: times.map((t) => 2 * spread(t)) },
      },
      ...paths,
    ],
    title: sde.kind === 'VE' ? 'VE' : 'VP',
    x: 'time t' /* zh: '时间 t' */,
    y: 'x(t)',
    yRange: [-9, 9],
  });
}
const withoutLegend = (chart: figures.Chart): figures.Chart => ({
  ...chart,
  data: chart.data.map((trace) => ({ ...trace, showlegend: false })),
});
show(
  figures.panels([withoutLegend(forward(ve)), withoutLegend(forward(vp))], {
    title:
      'VE drowns the data in growing noise; VP shrinks them to nothing as noise comes in' /* zh: 'VE 用越来越大的噪声淹没数据；VP 一边加噪声，一边把数据缩到零' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Data to noise: $dx=f\,x\,dt+g\,dw$
//
// - VE: $f=0$, the noise grows: $\sigma$ from 0.1 to 4
// - VP: $f=-\frac12\beta$, $g=\sqrt\beta$: DDPM in the limit
// - given $x_0$: $x(t)\sim\mathcal N(m\,x_0,\sigma^2I)$
// - $m'=fm$, $(\sigma^2)'=2f\sigma^2+g^2$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 从数据到噪声：$dx=f\,x\,dt+g\,dw$
//
// - VE：$f=0$，噪声不断变大，$\sigma$ 从 0.1 到 4
// - VP：$f=-\frac12\beta$，$g=\sqrt\beta$，DDPM 的极限
// - 给定 $x_0$：$x(t)\sim\mathcal N(m\,x_0,\sigma^2I)$
// - $m'=fm$，$(\sigma^2)'=2f\sigma^2+g^2$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 minutes. Write the SDE as one line of code first; the notation frightens more than the thing. Ask why √dt and not dt: variances of independent kicks add, so a thousand kicks
// in one unit of time need a variance of 1/1000 each.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 分钟。先把 SDE 写成一行代码，吓人的只是记号。问为什么是 √dt 而不是 dt：独立扰动的方差相加，单位时间内踢一千下，每一下的方差就得是 1/1000。

// %% [markdown] lang="en"
// The grey band holds two standard deviations to each side. Both end nearly as one Gaussian for all starts. VP has shrunk the start away and has variance 1; VE has only drowned it: 1.5 is small against $\sigma=4$.
//
// ## 6 · And back: one equation, a whole family of ways
//
// How do we run it backwards? Look at the density $p_t$ of the whole crowd instead of at one walker. Fokker–Planck again, now with drift $fx$ and diffusion $g$:
//
// $$\begin{aligned}
// \frac{\partial p_t}{\partial t}&=-\nabla\cdot(f x\,p_t)+\tfrac12g^2\,\nabla\cdot\nabla p_t&&\text{drift moves, diffusion spreads}\\
// &=-\nabla\cdot(f x\,p_t)+\tfrac12g^2\,\nabla\cdot(p_t\nabla\log p_t)&&\nabla p=p\,\nabla\log p\\
// &=-\nabla\cdot\Bigl[\bigl(\underbrace{f x-\tfrac12g^2\,s}_{v(x,t)}\bigr)p_t\Bigr]&&s=\nabla\log p_t\text{, one divergence}
// \end{aligned}$$
//
// The last line has no spreading term. It is the **continuity equation** of a crowd that moves along the velocity $v$ without any noise. So the ordinary differential equation
//
// $$\boxed{\frac{dx}{dt}=v(x,t)=f(t)\,x-\tfrac12g^2(t)\,s(x,t)}$$
//
// has the *same density at every time* as the SDE. It is the **probability-flow ODE**, and an ODE runs backwards as easily as forwards: from noise at $t=1$ to data at $t=0$.
//
// Noise can be put back. Go backwards, $\tau=1-t$, so that the velocity is $-v$, and add any amount of spreading together with the drift that undoes it: Langevin's balance of section 2, $\frac12\lambda^2g^2s$ against $\frac12\lambda^2g^2\nabla\cdot\nabla p$. For every $\lambda\ge0$,
//
// $$dx=\Bigl[-f x+\tfrac{1+\lambda^2}2\,g^2\,s\Bigr]d\tau+\lambda\,g\,dw$$
//
// has the same densities once more. $\lambda=0$ is the ODE. $\lambda=1$ is the **reverse SDE** of Anderson (1982), with the whole $g^2$ before the score:
//
// $$\boxed{x\leftarrow x-\bigl[f x-g^2s\bigr]dt+g\sqrt{dt}\,\varepsilon}\qquad\text{(Euler–Maruyama, from }t\text{ down to }t-dt\text{)}$$
//
// Remember the pair: **½g² without noise, g² with noise.** Section 8 shows what becomes of those who mix them up.
//
// ### Exercise 3 · One Euler–Maruyama step (3 points)
//
// From $t$ down to $t-dt$ with $\lambda=1$. The score at $(x,t)$ is given.

// %% [markdown] lang="zh"
// 灰色带子是左右各两个标准差。最后，无论从哪里出发，两者都差不多是同一个高斯分布：VP 把起点缩没了，方差为 1；VE 只是把它淹没了，1.5 比 $\sigma=4$ 小得多。
//
// ## 6 · 再回来：一个方程，一整族走法
//
// 怎样倒着走？不看一个粒子，看整群粒子的密度 $p_t$。还是福克–普朗克方程，这次漂移是 $fx$，扩散系数是 $g$：
//
// $$\begin{aligned}
// \frac{\partial p_t}{\partial t}&=-\nabla\cdot(f x\,p_t)+\tfrac12g^2\,\nabla\cdot\nabla p_t&&\text{漂移项引起平移，扩散项引起展宽}\\
// &=-\nabla\cdot(f x\,p_t)+\tfrac12g^2\,\nabla\cdot(p_t\nabla\log p_t)&&\nabla p=p\,\nabla\log p\\
// &=-\nabla\cdot\Bigl[\bigl(\underbrace{f x-\tfrac12g^2\,s}_{v(x,t)}\bigr)p_t\Bigr]&&s=\nabla\log p_t\text{，合成一个散度}
// \end{aligned}$$
//
// 最后一行里没有扩散项，它是**连续性方程**（continuity equation）：一群粒子沿速度 $v$ 移动，没有任何噪声。所以常微分方程
//
// $$\boxed{\frac{dx}{dt}=v(x,t)=f(t)\,x-\tfrac12g^2(t)\,s(x,t)}$$
//
// *在每一时刻的密度*都与 SDE 相同。这就是**概率流常微分方程**（probability-flow ODE）。常微分方程倒着解与正着解一样容易：从 $t=1$ 的噪声回到 $t=0$ 的数据。
//
// 噪声也可以加回来。倒着走，令 $\tau=1-t$，速度是 $-v$；再加上任意多的扩散，同时加上正好抵消它的漂移，也就是第 2 节朗之万的平衡：$\frac12\lambda^2g^2s$ 对 $\frac12\lambda^2g^2\nabla\cdot\nabla p$。对任何 $\lambda\ge0$，
//
// $$dx=\Bigl[-f x+\tfrac{1+\lambda^2}2\,g^2\,s\Bigr]d\tau+\lambda\,g\,dw$$
//
// 的密度还是同样的。$\lambda=0$ 就是常微分方程；$\lambda=1$ 是 Anderson（1982）的**反向 SDE**，分数前面是整个 $g^2$：
//
// $$\boxed{x\leftarrow x-\bigl[f x-g^2s\bigr]dt+g\sqrt{dt}\,\varepsilon}\qquad\text{（欧拉–丸山法，从 }t\text{ 到 }t-dt\text{）}$$
//
// 请成对地记：**没有噪声用 ½g²，有噪声用 g²。** 第 8 节会让你看到混用的下场。
//
// ### 练习 3 · 一步欧拉–丸山法（3 分）
//
// 从 $t$ 到 $t-dt$，$\lambda=1$。$(x,t)$ 处的分数已给出。

// %% grade_id="score-em" points=3
/** One step of the reverse SDE from t down to t − dt, with f and g at t. x, score, noise: [N,2] -> [N,2] */
/* zh: 反向 SDE 从 t 到 t − dt 的一步，f 和 g 取 t 时刻的值。x、score、noise: [N,2] -> [N,2] */
function reverseStep(x: Tensor2D, score: Tensor2D, f: number, g: number, dt: number, noise: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  const drift = x.mul(f).sub(score.mul(g ** 2));
  return x.sub(drift.mul(dt)).add(noise.mul(g * Math.sqrt(dt)));
  // END SOLUTION
}
await check('score-em', { reverseStep });

// %% [markdown] lang="en"
// ### Exercise 4 · The probability flow (2 points)
//
// The velocity $v(x,t)=dx/dt$, for time that runs *forward*. A sampler will go against it.

// %% [markdown] lang="zh"
// ### 练习 4 · 概率流（2 分）
//
// 求速度 $v(x,t)=dx/dt$，时间*向前*。采样时要逆着它走。

// %% grade_id="score-flow" points=2
/** dx/dt of the probability flow, with f and g at t. x, score: [N,2] -> [N,2] */
/* zh: 概率流的 dx/dt，f 和 g 取 t 时刻的值。x、score: [N,2] -> [N,2] */
function flowVelocity(x: Tensor2D, score: Tensor2D, f: number, g: number): Tensor2D {
  // BEGIN SOLUTION
  return x.mul(f).sub(score.mul(g ** 2 / 2));
  // END SOLUTION
}
await check('score-flow', { flowVelocity });

// %% [markdown] lang="en"
// ### See the family
//
// On the line, with the exact score of the two bumps, nothing is learned and nothing can be blamed on a network. A thousand walkers go from noise to data with $\lambda=0$, $1$ and $2$; eight of each are drawn.
//
// **Guess first**: which of the three gives samples of the right distribution?

// %% [markdown] lang="zh"
// ### 看看这一族
//
// 在直线上用两个峰的精确分数，什么都没有学，出了错也怪不到网络头上。让一千个粒子从噪声走到数据，$\lambda$ 取 0、1 和 2，各画八个。
//
// **先猜一猜**：三种走法里，哪一种得到的样本分布正确？

// %% slideshow={"slide_type": "subslide"}
/** Walkers on the line, from t = 1 down: `pull` stands before g²·s, `shake` before the noise. */
/* zh: 直线上的粒子，从 t = 1 往下走：pull 是 g²·s 的系数，shake 是噪声的系数。 */
function lineWalk(pull: number, shake: number, steps = 500) {
  const grid = Array.from({ length: steps + 1 }, (_, i) => 1 - ((1 - 0.001) * i) / steps);
  const dt = grid[0] - grid[1];
  let x = normals(1000);
  const paths = [x.slice(0, 8)];
  for (const t of grid.slice(0, steps)) {
    const { mean, std } = vp.marginalProb(t);
    const [f, g, kicks] = [vp.drift(t), vp.diffusion(t), shake > 0 ? normals(1000) : []];
    x = x.map(
      (one, i) =>
        one -
        (f * one - pull * g ** 2 * lineScore(one, mean, std)) * dt +
        (shake > 0 ? shake * g * Math.sqrt(dt) * kicks[i] : 0),
    );
    paths.push(x.slice(0, 8));
  }
  return { x, grid, paths };
}
const fresh = drawLine(1000);
const sameData = metrics.wasserstein1d(drawLine(1000), fresh);
console.log(
  `W₁ of two fresh samples of 1000: ${sameData.toFixed(2)}` /* zh: `两组各一千个新样本之间的 W₁：${sameData.toFixed(2)}` */,
);
const family = [0, 1, 2].map((lambda) => ({ lambda, ...lineWalk((1 + lambda ** 2) / 2, lambda) }));
show(
  figures.panels(
    family.map(({ lambda, grid, paths, x }) =>
      withoutLegend(
        figures.curves({
          series: Array.from({ length: 8 }, (_, i) => ({
            name: '',
            x: grid,
            y: paths.map((at) => at[i]),
            color: paths[paths.length - 1][i] < 0 ? 1 : 0,
          })),
          title: `λ = ${lambda}: W₁ = ${metrics.wasserstein1d(x, fresh).toFixed(2)}`,
          x: 'time t' /* zh: '时间 t' */,
          y: 'x(t)',
          xRange: [1, 0],
          yRange: [-3.5, 3.5],
        }),
      ),
    ),
    {
      title:
        'Steady or shaky, all of them end in the same two bumps' /* zh: '走得稳也好，走得抖也好，最后都到同样的两个峰' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Noise to data: a family
//
// $$dx=\Bigl[-fx+\tfrac{1+\lambda^2}{2}g^2s\Bigr]d\tau+\lambda g\,dw$$
//
// - λ = 1: the reverse SDE, **g² with noise**
// - λ = 0: the probability-flow ODE, **½g² without**
// - the same density at every time

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 从噪声到数据：一族走法
//
// $$dx=\Bigl[-fx+\tfrac{1+\lambda^2}{2}g^2s\Bigr]d\tau+\lambda g\,dw$$
//
// - λ = 1：反向 SDE，**有噪声用 g²**
// - λ = 0：概率流常微分方程，**没有噪声用 ½g²**
// - 每一时刻的密度都相同

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 minutes. Derive the ODE first (three lines), then put the noise back; the reverse SDE falls out. Ask: "If all λ are right, why does anybody use noise?" With few steps and a good
// score the ODE is better; with a score that is a little wrong, noise keeps correcting, as Langevin does. Section 7 shows it.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 10 分钟。先推常微分方程（三行），再把噪声加回去，反向 SDE 就自己出来了。问：“既然 λ 取多少都对，为什么还有人要加噪声？”步数少、分数准时，常微分方程更好；
// 分数有点误差时，噪声像朗之万那样不断纠正，第 7 节会看到。

// %% [markdown] lang="en"
// All of them; what is left of $W_1$ (lesson 02) is about what two samples of a thousand differ by anyway (printed above the figure), plus a little from the finite steps. Why then choose? The ODE's paths are smooth, so with an exact score it needs fewer steps, and each
// noise has its one datum: a code. The SDE forgets: an error made on the way, by a coarse step or an imperfect network, is partly corrected by the pull and the noise that follow. There is no theorem that one of them always wins; section 7 measures.
//
// ## 7 · Particles that flow
//
// Now the real order of things: learn the score in continuous time from data that have no formula, and follow it. The library's `score.buildScoreModel` is the network of section 4 with $t$ in place of $\log\sigma$, and its loss is your
// `dsmLoss` with $x(t)=m(t)x_0+\sigma(t)\varepsilon$ in place of $x+\sigma\varepsilon$. Training takes about 20 seconds.

// %% [markdown] lang="zh"
// 三种都对；剩下的 $W_1$（第 02 课）相当于任意两组一千个样本之间本来就有的差异（印在图的上方），再加上步数有限带来的一点误差。那为什么还要选？常微分方程的路径光滑，分数精确时步数可以少，
// 而且每个噪声对应唯一的数据，噪声就成了编码。SDE 则会遗忘：路上因步子粗、网络不准犯下的错，会被后面的拉力和噪声纠正一部分。并没有定理说哪一种总是更好，第 7 节来量。
//
// ## 7 · 流动的粒子
//
// 现在按真正的顺序来：数据没有公式，在连续时间里学分数，再跟着它走。库里的 `score.buildScoreModel` 就是第 4 节的网络，只是用 $t$ 代替了 $\log\sigma$；
// 它的损失就是你的 `dsmLoss`，只是用 $x(t)=m(t)x_0+\sigma(t)\varepsilon$ 代替了 $x+\sigma\varepsilon$。训练约需 20 秒。

// %%
const moons = score.buildScoreModel({ inputShape: [2], sde: vp, seed: 1 });
const history = await score.trainScoreModel(moons, datasets.toys.twoMoons.sample(4096, random), {
  epochs: budget({ quick: 1, default: 100, full: 400 }),
  batchSize: 256,
  seed: 1,
});
const moonScore = score.scoreFn(moons);
/** The score at one time for all, with the weights averaged over training (moons.ema). */
/* zh: 所有点取同一时刻的分数；用训练中取了平均的权重（moons.ema）。 */
const at = (x: Tensor2D, t: number) =>
  moons.ema.during(() => moonScore(x, Array<number>(x.shape[0]).fill(t)) as Tensor2D);
show(
  figures.curves({
    series: [{ name: 'loss' /* zh: '损失' */, y: history.loss, smooth: 40 }],
    title:
      'The loss levels off far above 0: each target is one draw' /* zh: '损失停在远高于 0 的地方：每个目标只是一次抽样' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'loss' /* zh: '损失' */,
    yRange: [0, 1.2],
  }),
);

// %% [markdown] lang="en"
// The loss cannot reach 0: section 3's dots scatter around their mean, whatever the network answers. Judge a score model by its samples, not by its loss.
//
// Now the figure of this lesson. Arrows: minus the velocity of the probability flow, the way back in time. Dots: 500 particles on that way. Drag the scrubber. **Guess first**: at which time do the two moons become
// visible?

// %% [markdown] lang="zh"
// 损失不可能到 0：第 3 节的那些点总是散在均值周围，网络怎么回答都一样。评判分数模型要看样本，不要看损失。
//
// 接下来是本课的主图。箭头：概率流速度的反方向，也就是沿时间倒着走的方向。点：正在走的 500 个粒子。拖动滑块看看。**先猜一猜**：到哪个时刻，能看出两个月牙？

// %% slideshow={"slide_type": "subslide"}
/** Times from 1 down to 0.001, closer together near the data, and what the samplers need at each. */
/* zh: 从 1 到 0.001 的时间点，越靠近数据越密，以及采样每一步要用的量。 */
function timeSteps(count: number): TimeStep[] {
  const grid = Array.from({ length: count + 1 }, (_, i) => (1 + ((Math.sqrt(0.001) - 1) * i) / count) ** 2);
  return grid.slice(0, count).map((t, i) => ({
    t,
    dt: t - grid[i + 1],
    f: vp.drift(t),
    g: vp.diffusion(t),
    sigma: vp.marginalProb(t).std,
  }));
}
const flowFrames = [];
let particles = random.normal<tf.Rank.R2>([500, 2]);
for (const [i, { t, dt, f, g }] of timeSteps(120).entries()) {
  if (i % 8 === 0 || i === 119) {
    const places = tf.tensor2d(lattice(15));
    flowFrames.push({
      label: `t = ${t.toFixed(2)}`,
      figure: figures.arrows({
        points: lattice(15),
        vectors: tf.tidy(() => flowVelocity(places, at(places, t), f, g).neg()),
        series: [{ name: 'particles' /* zh: '粒子' */, points: particles, color: 1 }],
        title: 'Noise flows into two moons' /* zh: '噪声流成两个月牙' */,
        ...square,
      }),
    });
  }
  const before = particles;
  particles = tf.tidy(() => before.sub(flowVelocity(before, at(before, t), f, g).mul(dt)));
  before.dispose();
}
show(figures.animation(flowFrames, { milliseconds: 350 }));

// %% [markdown] lang="en"
// For nine tenths of the way hardly anything can be seen; the moons take shape around $t=0.1$, when the noise ($\sigma=0.32$) falls well below the distance between them. That is why the steps are placed closer together there. A few particles are left in the empty places inside the moons: there the network was hardly trained.
//
// Shaky against steady, at different numbers of steps, and each with two sets of weights: averaged over training (lesson 11) as above, and *not quite right*, as the last training step left them. We measure by the sliced Wasserstein distance to 2,000 fresh points (the mean of $W_1$ along many directions); two fresh samples of that size
// are the floor. **Guess first**: who suffers more from the errors, the one who stumbles or the one who does not?

// %% [markdown] lang="zh"
// 十分之九的路程里几乎什么也看不出来，到 $t=0.1$ 左右月牙才成形，那时噪声（$\sigma=0.32$）已远小于两个月牙的间距。所以时间点在那里放得密一些。月牙内侧的空地上还留着少数粒子：网络在那里几乎没有受过训练。
//
// 比一比带噪声走（SDE）与不带噪声走（ODE），步数各不相同，权重各用两套：一套像上面那样在训练中取了平均（第 11 课），一套*不太准*，是最后一步训练留下的。度量是与 2,000 个新样本之间的切片 Wasserstein 距离（沿许多方向的 $W_1$ 的平均）；同样大小的两组新样本之间的距离是底线。
// **先猜一猜**：分数有误差，谁受的影响更大，是随机采样，还是确定性采样？

// %% slideshow={"slide_type": "subslide"}
const reference = datasets.toys.twoMoons.sample(2000, random);
const floor = await metrics.slicedWasserstein(datasets.toys.twoMoons.sample(2000, random), reference);
async function distanceAfter(steps: number, way: 'SDE' | 'ODE') {
  let x = random.normal<tf.Rank.R2>([2000, 2]);
  const all = timeSteps(steps);
  for (const [i, { t, dt, f, g }] of all.entries()) {
    const before = x;
    x = tf.tidy(() => {
      const s = moonScore(before, Array<number>(2000).fill(t)) as Tensor2D;
      if (way === 'ODE') return before.sub(flowVelocity(before, s, f, g).mul(dt));
      // no noise in the last step: nobody would take it away again
      // zh: 最后一步不加噪声：后面没有步骤再把它去掉
      const noise = i === steps - 1 ? tf.zeros<tf.Rank.R2>([2000, 2]) : random.normal<tf.Rank.R2>([2000, 2]);
      return reverseStep(before, s, f, g, dt, noise);
    });
    before.dispose();
  }
  return metrics.slicedWasserstein(x, reference);
}
const stepCounts = budget({
  quick: [3, 6],
  default: [5, 10, 20, 40, 80, 160],
  full: [5, 10, 20, 40, 80, 160, 320, 640],
});
const race: number[][] = [];
for (const steps of stepCounts) {
  const both = async () => [await distanceAfter(steps, 'SDE'), await distanceAfter(steps, 'ODE')];
  race.push([...(await moons.ema.during(both)), ...(await both())]); // averaged weights, then the last ones // zh: 先用平均的权重，再用最后的
}
const racers = [
  'SDE, averaged weights' /* zh: 'SDE，平均的权重' */,
  'ODE, averaged weights' /* zh: 'ODE，平均的权重' */,
  'SDE, last weights' /* zh: 'SDE，最后的权重' */,
  'ODE, last weights' /* zh: 'ODE，最后的权重' */,
];
show(
  figures.curves({
    series: racers.map((name, k) => ({
      name,
      x: stepCounts,
      y: race.map((row) => row[k]),
      points: true,
      ...(k > 1 && { dash: 'dot' as const }),
    })),
    marks: [{ y: floor, label: 'two fresh samples' /* zh: '两组新样本' */ }],
    logX: true,
    title:
      'Averaged weights: no difference; last weights: only the SDE forgets the errors' /* zh: '平均的权重：不分上下；最后的权重：只有 SDE 会忘掉误差' */,
    x: 'steps' /* zh: '步数' */,
    y: 'sliced Wasserstein distance' /* zh: '切片 Wasserstein 距离' */,
  }),
);
show(
  figures.table(
    race.map((row, i) => ({
      ['steps' /* zh: '步数' */]: stepCounts[i],
      ...Object.fromEntries(racers.map((name, k) => [name, row[k].toFixed(3)])),
    })),
    { title: `floor: ${floor.toFixed(3)}` /* zh: `底线：${floor.toFixed(3)}` */ },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Particles that flow
//
// - learned score, two moons, no formula
// - the shape appears in the last tenth of the time
// - good score: SDE and ODE alike; imperfect score: only the SDE forgets errors

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 流动的粒子
//
// - 学到的分数，两个月牙，没有公式
// - 形状在最后十分之一的时间里出现
// - 分数准：SDE 与 ODE 一样好；分数不太准：只有 SDE 会忘掉误差

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 minutes. Let somebody drag the scrubber and stop where the moons first show. Then ask for a bet on the race before showing it.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 分钟。请一位听众拖动滑块，停在月牙刚出现的地方。给出比较图之前先打个赌。

// %% [markdown] lang="en"
// **What you should see**: with averaged weights SDE and ODE are equally good, as far as such a measurement can tell, and already with five steps. With the last weights the SDE is hardly worse, but the ODE is more than twice as far off, and more steps do not help it. So its error is not one of step size.
// A likely reason: a small bias of the network at large $t$, where $g^2$ is largest, shifts the cloud, and nothing brings it back. The SDE has the same bias, but its pull is twice as strong and its noise washes the past out. What is left above the floor is the network's error near the data, and no sampler removes that. (This is one
// network on one data set.)
//
// ## 8 · Break it: find the bugs
//
// This sampler is put together from three slips that are easy to make when one goes from DDPM code to ODE code. It runs, it converges to something, and nothing warns you. `predict(x, t)` is a network that answers the *noise* $\varepsilon_\theta$.
//
// ```
// // meant: the probability flow, from noise at t = 1 to data
// for (const step of steps) {
//   const { t, dt, f, g, sigma } = step;
//   const s = predict(x, t).neg();                       // the score, from the noise
//   const velocity = x.mul(f).sub(s.mul(g ** 2));        // the reverse SDE without its noise
//   x = x.add(velocity.mul(dt));                         // one Euler step
// }
// ```
//
// Each of the last three lines of the loop has one bug. **Guess first**: which of them would you notice in the picture of the samples, and how? The next cell shows each bug alone, on our three bumps with the exact score.

// %% [markdown] lang="zh"
// **你应该看到**：用平均的权重时，SDE 与 ODE 在测量误差之内不分上下，五步就已经很好。用最后的权重时，SDE 几乎没有变差，ODE 却差了一倍以上，而且增加步数也没有用。可见它的误差不是步长造成的。
// 一个可能的原因：$t$ 大时 $g^2$ 最大，网络在那里的一点偏差会让整团点偏移，之后没有什么把它拉回来。SDE 有同样的偏差，但拉力大一倍，噪声又把过去冲淡了。高出底线的部分，是网络在数据附近的误差，任何采样方法都去不掉。（这只是一种数据、一个网络。）
//
// ## 8 · 弄坏它：找错
//
// 下面的采样程序里有三处失误，把 DDPM 的代码改成常微分方程时都很容易犯。程序能跑，也会收敛到某个东西，没有任何警告。`predict(x, t)` 是输出*噪声* $\varepsilon_\theta$ 的网络。
//
// ```
// // 本意：概率流，从 t = 1 的噪声走到数据
// for (const step of steps) {
//   const { t, dt, f, g, sigma } = step;
//   const s = predict(x, t).neg();                       // 由噪声得到分数
//   const velocity = x.mul(f).sub(s.mul(g ** 2));        // 反向 SDE 去掉噪声
//   x = x.add(velocity.mul(dt));                         // 一步欧拉法
// }
// ```
//
// 循环的后三行，每行有一个错。**先猜一猜**：哪些错能从样本的图上看出来，怎么看？下一个单元格用三个峰的精确分数，把每个错单独演示一遍。

// %% slideshow={"slide_type": "subslide"}
const noiseOf = (x: Tensor2D, t: number) => {
  const { mean, std } = vp.marginalProb(t);
  return exactScore(x, mean, std).mul<Tensor2D>(-std); // a perfect ε_θ // zh: 完美的 ε_θ
};
function flowWith(bug: 'none' | 'unit' | 'half' | 'direction') {
  let x = new Random(5).normal<tf.Rank.R2>([600, 2]);
  for (const step of timeSteps(200)) {
    const { t, dt, f, g, sigma } = step;
    const before = x;
    x = tf.tidy(() => {
      const s = noiseOf(before, t).div<Tensor2D>(bug === 'unit' ? -1 : -sigma);
      const velocity = before.mul(f).sub(s.mul(bug === 'half' ? g ** 2 : g ** 2 / 2));
      return bug === 'direction' ? before.add(velocity.mul(dt)) : before.sub(velocity.mul(dt));
    });
    before.dispose();
  }
  return x;
}
show(
  figures.panels(
    [
      cloud('no bug' /* zh: '无错' */, flowWith('none'), 0),
      cloud('ε for the score' /* zh: '把 ε 当分数' */, flowWith('unit'), 1),
      cloud('g² without noise' /* zh: 'g² 而无噪声' */, flowWith('half'), 1),
      cloud('wrong way' /* zh: '方向反了' */, flowWith('direction'), 1),
    ],
    {
      columns: 2,
      share: 'both',
      title:
        'Too wide, a single point, or where no data are: each bug has a look of its own' /* zh: '太宽、缩成一点、跑到没有数据的地方：每个错都有自己的样子' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Find three bugs
//
// ```
// s        = −predict(x, t)
// velocity = f·x − g²·s
// x        = x + velocity·dt
// ```
//
// meant: the probability flow, from t = 1 to data

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 找出三个错
//
// ```
// s        = −predict(x, t)
// velocity = f·x − g²·s
// x        = x + velocity·dt
// ```
//
// 本意：概率流，从 t = 1 走到数据

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 minutes, in pairs: one bug a line. Then show the four pictures and let them match bug and picture. The second is the treacherous one: each sample looks *better* than
// real data, and all are the same.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 分钟，两人一组，每行一个错。然后给出四幅图，让大家把错与图配对。第二个最阴险：每个样本看上去都比真数据还*好*，只是全都一样。

// %% [markdown] lang="en"
// - **ε for the score**: without $1/\sigma$ the pull is too weak when $\sigma$ is small, just where detail is made. The bumps stay too wide: samples that look noisy.
// - **g² without noise**: the pull of the reverse SDE without the stumbling that balances it. The crowd shrinks to a spot while the density is still a single hill; when the hill parts into three, all stand on the same side. All 600 end on one point of the heaviest bump. On images this passes for
//   quality at first sight, each sample a perfect specimen; count the variety.
// - **wrong way**: time runs down, $dt>0$, so a step must *subtract* the velocity. Here it goes against the score instead, away from the data: many particles end on the watersheds between the bumps, others leave the picture.
//
// ### Exercise 5 · The sampler, repaired (3 points)
//
// Write the loop so that it does what it was meant to do. `steps` lists $t$, $dt$, $f$, $g$ and $\sigma$ of each step.

// %% [markdown] lang="zh"
// - **把 ε 当分数**：少了 $1/\sigma$，在 $\sigma$ 小的时候，也就是生成细节的时候，拉力太弱。峰太宽，样本看上去有噪点。
// - **g² 而无噪声**：用了反向 SDE 的拉力，却没有与之平衡的跌撞。密度还是一座山的时候，粒子群就缩成了一小撮；等一座山分成三座，全都在同一侧。600 个粒子全部停在最重的峰的一个点上。
//   放到图像上，乍一看还以为质量高，每个样本都像完美的标本，数一数多样性就露馅了。
// - **方向反了**：时间往下走，$dt>0$，所以每一步应该*减去*速度。现在却逆着分数走，离数据而去：许多粒子停在峰与峰之间的分水岭上，其余的跑出了画面。
//
// ### 练习 5 · 修好采样程序（3 分）
//
// 写出这个循环，让它做到本来想做的事。`steps` 列出每一步的 $t$、$dt$、$f$、$g$ 和 $\sigma$。

// %% grade_id="score-bug" points=3
/** Follows the probability flow through all steps, from noise to data. predict answers ε_θ(x, t); x: [N,2] -> [N,2] */
/* zh: 沿概率流走完所有步，从噪声到数据。predict 输出 ε_θ(x, t)；x: [N,2] -> [N,2] */
function sampleFlow(predict: (x: Tensor2D, t: number) => Tensor2D, x: Tensor2D, steps: readonly TimeStep[]): Tensor2D {
  // BEGIN SOLUTION
  let current = x;
  for (const { t, dt, f, g, sigma } of steps) {
    const s = predict(current, t).div<Tensor2D>(-sigma);
    const velocity = current.mul(f).sub(s.mul(g ** 2 / 2));
    current = current.sub(velocity.mul(dt));
  }
  return current;
  // END SOLUTION
}
await check('score-bug', { sampleFlow });

// %% [markdown] lang="en"
// ## 9 · The density of any point
//
// Here is what the steady way can do and the shaky one cannot. The flow carries a cloud of points along, stretching it here and squeezing it there, and where it squeezes, the density grows. How fast does the density change *for somebody who floats along*? The derivative along
// the path has two parts, time and place:
//
// $$\begin{aligned}
// \frac{d}{dt}\log p_t(x(t))&=\frac{\partial\log p_t}{\partial t}+\frac{dx}{dt}\cdot\nabla\log p_t&&\text{chain rule}\\
// &=\frac1{p_t}\frac{\partial p_t}{\partial t}+v\cdot\nabla\log p_t&&\text{derivative of the logarithm; }\tfrac{dx}{dt}=v\\
// &=-\frac1{p_t}\nabla\cdot(v\,p_t)+v\cdot\nabla\log p_t&&\text{continuity equation}\\
// &=-\nabla\cdot v-v\cdot\nabla\log p_t+v\cdot\nabla\log p_t&&\text{product rule}\\
// &=-\nabla\cdot v .
// \end{aligned}$$
//
// This is the **instantaneous change of variables**: lesson 09's $\log\lvert\det J\rvert$, in infinitely small portions. Integrate from $t=0$ to $1$, where the density is the standard Gaussian (nearly: $m(1)=0.007$ of the data is left; and the code begins at $t=0.001$, with a noise of $\sigma=0.01$):
//
// $$\log p_0(x(0))=\log\mathcal N(x(1);0,I)+\int_0^1\nabla\cdot v(x(t),t)\,dt .$$
//
// In two dimensions the **divergence** $\nabla\cdot v=\frac{\partial v_1}{\partial x_1}+\frac{\partial v_2}{\partial x_2}$ costs two gradients. For an image with $n$ pixels it would cost $n$; there one estimates it with random signs $\eta$ (each number 1 or −1, equally likely), as
// $\mathbb E[\eta^\top\frac{\partial v}{\partial x}\eta]$ (Hutchinson, 1990).
//
// ### Exercise 6 ★ · Log-likelihood by Euler's method (3 points, optional)
//
// `times` rises from 0 to 1. At each step both the point and the sum of divergences advance; at the end the Gaussian is added. Careful: both use the *old* point. `nn.normalLogProb(z)` is $\log\mathcal N(z;0,I)$.

// %% [markdown] lang="zh"
// ## 9 · 任意一点的密度
//
// 下面这件事，稳着走能做到，抖着走做不到。概率流带着一片点云前进，这里拉伸，那里压缩，压缩的地方密度就变大。*随波漂流的人*看到的密度变化有多快？沿路径的导数有两部分，时间与位置：
//
// $$\begin{aligned}
// \frac{d}{dt}\log p_t(x(t))&=\frac{\partial\log p_t}{\partial t}+\frac{dx}{dt}\cdot\nabla\log p_t&&\text{链式法则}\\
// &=\frac1{p_t}\frac{\partial p_t}{\partial t}+v\cdot\nabla\log p_t&&\text{对数的导数；}\tfrac{dx}{dt}=v\\
// &=-\frac1{p_t}\nabla\cdot(v\,p_t)+v\cdot\nabla\log p_t&&\text{连续性方程}\\
// &=-\nabla\cdot v-v\cdot\nabla\log p_t+v\cdot\nabla\log p_t&&\text{乘积求导}\\
// &=-\nabla\cdot v .
// \end{aligned}$$
//
// 这就是**瞬时变量变换**（instantaneous change of variables）：第 09 课的 $\log\lvert\det J\rvert$，分成无穷小的一份一份。从 $t=0$ 积到 $1$，那里的密度是标准高斯分布（近似如此：数据还留下 $m(1)=0.007$；代码从 $t=0.001$ 开始，那时噪声 $\sigma=0.01$）：
//
// $$\log p_0(x(0))=\log\mathcal N(x(1);0,I)+\int_0^1\nabla\cdot v(x(t),t)\,dt .$$
//
// 在二维里，**散度** $\nabla\cdot v=\frac{\partial v_1}{\partial x_1}+\frac{\partial v_2}{\partial x_2}$ 要算两次梯度。$n$ 个像素的图像就要 $n$ 次，所以那里改用随机符号 $\eta$（各分量以相等的概率取 1 或 −1）来估计：
// $\mathbb E[\eta^\top\frac{\partial v}{\partial x}\eta]$（Hutchinson，1990）。
//
// ### 练习 6 ★ · 用欧拉法求对数似然（3 分，选做）
//
// `times` 从 0 升到 1。每一步，点和散度之和都往前走一步；最后加上高斯的那一项。当心：两者用的都是*旧的*点。`nn.normalLogProb(z)` 就是 $\log\mathcal N(z;0,I)$。

// %% grade_id="score-likelihood" points=3
/** log p at times[0], in nats. x: [N,2] -> [N]; velocity gives [N,2], divergence [N] */
/* zh: times[0] 时刻的 log p，单位奈特。x: [N,2] -> [N]；velocity 得 [N,2]，divergence 得 [N] */
function flowLogLikelihood(
  velocity: (x: Tensor2D, t: number) => Tensor2D,
  divergence: (x: Tensor2D, t: number) => Tensor1D,
  x: Tensor2D,
  times: readonly number[],
): Tensor1D {
  // BEGIN SOLUTION
  let [point, sum]: [Tensor2D, Tensor1D] = [x, tf.zeros([x.shape[0]])];
  for (const [i, t] of times.slice(0, -1).entries()) {
    const dt = times[i + 1] - t;
    sum = sum.add(divergence(point, t).mul(dt));
    point = point.add(velocity(point, t).mul(dt));
  }
  return nn.normalLogProb(point).add(sum);
  // END SOLUTION
}
await check('score-likelihood', { flowLogLikelihood });

// %% [markdown] lang="en"
// Check it where the truth is a formula: our three bumps. First with the exact score, so that hardly anything but the finite steps can err; then with a score learned from 4,096 points (about 20 seconds of training), so that the network errs too.
//
// **Guess first**: how many Euler steps until the mean error is below 0.05 nats?

// %% [markdown] lang="zh"
// 在真相有公式的地方核对：三个峰。先用精确的分数，这时误差几乎只来自步数有限；再用从 4,096 个点学来的分数（训练约 20 秒），网络的误差也会进来。
//
// **先猜一猜**：欧拉法要多少步，平均误差才低于 0.05 奈特？

// %%
const vpVelocity = (s: (x: Tensor2D, t: number) => Tensor2D) => (x: Tensor2D, t: number) =>
  flowVelocity(x, s(x, t), vp.drift(t), vp.diffusion(t));
const perfect = vpVelocity((x, t) => {
  const { mean, std } = vp.marginalProb(t);
  return exactScore(x, mean, std);
});
const tested = drawToy(300, new Random(9));
const probes = nn.unitProbes([300, 2]); // one direction for each number: the exact divergence // zh: 每个分量一个方向：得到精确的散度
const divergenceOf = (v: (x: Tensor2D, t: number) => Tensor2D) => (x: Tensor2D, t: number) =>
  nn.divergence((y, time) => v(y as Tensor2D, time), x, t, probes);
const truth = logDensity(tested);
const eulerErrors = budget({ quick: [25], default: [25, 50, 100, 200], full: [25, 50, 100, 200, 400, 800] }).map(
  (steps) => {
    const grid = timeSteps(steps).map(({ t, dt }) => t - dt);
    const found = tf.tidy(() => flowLogLikelihood(perfect, divergenceOf(perfect), tested, [...grid.reverse(), 1]));
    const error = tf.tidy(() => found.sub(truth).abs().mean().dataSync()[0]);
    return {
      ['Euler steps' /* zh: '欧拉步数' */]: steps,
      ['mean error, nats' /* zh: '平均误差（奈特）' */]: error.toFixed(3),
    };
  },
);
show(
  figures.table(eulerErrors, {
    title: 'Exact score: halving the step halves the error' /* zh: '精确分数：步长减半，误差减半' */,
  }),
);

// %%
const bumpsModel = score.buildScoreModel({ inputShape: [2], sde: vp, seed: 2 });
await score.trainScoreModel(bumpsModel, drawToy(4096, new Random(3)), {
  epochs: budget({ quick: 1, default: 100, full: 400 }),
  batchSize: 256,
  weighting: 'likelihood', // weight g²(t) instead of σ²(t): this loss bounds −log p (Song et al., 2021) // zh: 权重用 g²(t) 代替 σ²(t)：这个损失是 −log p 的界（Song 等，2021）
  seed: 1,
});
const learnedScore = score.scoreFn(bumpsModel);
const heun = { steps: budget({ quick: 3, default: 40, full: 100 }) };
const found = await bumpsModel.ema.during(async () => score.logLikelihood(learnedScore, tested, vp, heun));
const gridLog = await bumpsModel.ema.during(async () =>
  onLattice(31, (x) => score.logLikelihood(learnedScore, x, vp, heun)),
);
const clipped = (rows: number[][]) => rows.map((row) => row.map((value) => Math.max(value, -20)));
show(
  figures.panels(
    [
      figures.heatmap({
        values: clipped(onLattice(31, (x) => logDensity(x))),
        xs: ticks(31),
        ys: ticks(31),
        range: [-20, 1],
        title: 'formula' /* zh: '公式' */,
        color: 'log p (nats)' /* zh: 'log p（奈特）' */,
        x: 'x₁',
        y: 'x₂',
      }),
      figures.heatmap({
        values: clipped(gridLog),
        xs: ticks(31),
        ys: ticks(31),
        range: [-20, 1],
        title: 'learned flow' /* zh: '学到的概率流' */,
        color: 'log p (nats)' /* zh: 'log p（奈特）' */,
        x: 'x₁',
        y: 'x₂',
      }),
    ],
    {
      title: 'Right where data are, too high in the empty places between' /* zh: '有数据的地方对，中间的空地上偏高' */,
    },
  ),
);
const meanOf = (values: tf.Tensor) => tf.tidy(() => values.mean().dataSync()[0]);
show(
  figures.table(
    [
      { ['300 fresh points' /* zh: '300 个新样本' */]: 'formula' /* zh: '公式' */, 'log p': meanOf(truth).toFixed(3) },
      {
        ['300 fresh points' /* zh: '300 个新样本' */]: 'learned flow' /* zh: '学到的概率流' */,
        'log p': meanOf(found).toFixed(3),
      },
    ],
    { title: 'Mean log-likelihood, nats a point' /* zh: '平均对数似然，奈特/点' */ },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The density of any point
//
// $$\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot v$$
//
// $$\log p_0(x)=\log\mathcal N(x(1);0,I)+\int_0^1\nabla\cdot v\,dt$$
//
// - checked against the formula of the mixture
// - images: estimate $\nabla\cdot v$ with random signs

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 任意一点的密度
//
// $$\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot v$$
//
// $$\log p_0(x)=\log\mathcal N(x(1);0,I)+\int_0^1\nabla\cdot v\,dt$$
//
// - 用混合分布的公式核对过
// - 图像：用随机符号估计 $\nabla\cdot v$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 minutes. The five-line derivation is worth doing slowly: each line uses one thing they already know. Say clearly: this is log p of the *model's flow*, exact up to the steps; whether the model is right is another question, and the mean over
// fresh points answers it (lesson 02: it can only be lower than the truth on average).

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 分钟。五行推导值得慢慢做，每一行只用一件已知的事。要说清楚：这是*模型的流*的 log p，除步长外是精确的；模型对不对是另一个问题，由新样本上的平均值来回答（第 02 课：平均起来只会低于真值）。

// %% [markdown] lang="en"
// **What you should see**: the error of Euler's method halves whenever the number of steps doubles (a method of first order); a hundred steps bring it below 0.05. The learned flow's mean is a little *below* the formula's: on average no model beats the truth (lesson 02, $\mathrm{KL}\ge0$), and
// the difference estimates the KL divergence from data to model. **If it lies above the truth** by more than chance allows, suspect the divergence or too few steps: the flow no longer conserves probability.
//
// In the map, the empty places go wrong first: between the bumps the learned density is too high by many nats. No training point ever told it so, and hardly any of the 300 test points lies there, so the mean does not notice. A likelihood judges where the data are.
//
// Note what was asked of the network here: the *same* arrows that make samples also measure density. VAEs give a bound; GANs give nothing; this gives the number itself, for the learned flow, up to steps one can afford to make small (and, for images, up to Hutchinson's random error).
//
// ## 10 · The real thing: clothes
//
// Section 7's program does not care how many numbers a point has. A picture of $28\times28$ is a point in 784 dimensions; to let two cores learn it in a minute we first write each picture as 48 numbers, its coordinates along
// the 48 directions in which pictures differ most (**principal component analysis**, a linear autoencoder as in lesson 03), each divided by its standard deviation. Then a few lines change; they are marked. A U-Net on all pixels (lesson 11) is
// better and takes hours; a better autoencoder with diffusion in its codes is lesson 15.
//
// **Guess first**: the last two rows below start from the same noise. Will the SDE and the ODE draw the same clothes?

// %% [markdown] lang="zh"
// **你应该看到**：步数加倍，欧拉法的误差就减半（一阶方法），一百步就低于 0.05。学到的流，平均值比公式*略低*：平均而言，任何模型的对数似然都不超过真实分布的（第 02 课，$\mathrm{KL}\ge0$），两者之差就是对“数据到模型的 KL 散度”的估计。
// **如果它高于真值**，而且超出随机误差，就要怀疑散度算错了，或者步数太少：概率已经不守恒了。
//
// 看图，最先出错的是空地：峰与峰之间，学到的密度偏高许多奈特。没有一个训练点告诉过它，而 300 个测试点几乎没有落在那里的，所以平均值察觉不到。似然只在有数据的地方评判。
//
// 注意这里对网络的要求：*同一片*箭头，既能生成样本，又能测量密度。VAE 给出下界，GAN 什么也给不出，这里给出的是学到的流的密度值本身，误差来自步长，而步长可以取得足够小（图像还要加上 Hutchinson 估计的随机误差）。
//
// ## 10 · 来真的：衣物
//
// 第 7 节的程序并不在乎一个点有多少个数。一幅 $28\times28$ 的图像是 784 维空间里的一个点；为了让双核处理器一分钟就能学会，我们先把每幅图像写成 48 个数，即它在图像差异最大的 48 个方向上的坐标
// （**主成分分析**，principal component analysis，PCA；也就是第 03 课说的线性自编码器），各自除以标准差。之后只需改几行，已做标记。直接在全部像素上用 U-Net（第 11 课）效果更好，但要几个小时；
// 换成更好的自编码器、在编码上做扩散，是第 15 课的内容。
//
// **先猜一猜**：下面最后两行从同样的噪声出发。SDE 和 ODE 会画出同样的衣物吗？

// %%
const data = await datasets.fashionMnist();
const count = budget({ quick: 1_000, default: 20_000, full: 60_000 });
const pixels = data.train.images(0, count).reshape<Tensor2D>([count, 784]);
const averagePicture = pixels.mean<Tensor1D>(0);
const directions = tf.tidy(() => {
  const centred = pixels.sub<Tensor2D>(averagePicture);
  const covariance: Tensor2D = tf.matMul(centred, centred, true).div(count); // [784,784]
  let basis = random.normal<tf.Rank.R2>([784, 48]);
  // Multiplying by the covariance stretches most along the directions sought; then make them orthonormal again.
  // zh: 乘以协方差矩阵，会沿着要找的方向拉得最长；然后重新标准正交化。
  for (let i = 0; i < budget({ quick: 1, default: 4, full: 12 }); i++) {
    const stretched = tf.matMul<Tensor2D>(covariance, basis);
    basis = tf.transpose(tf.linalg.gramSchmidt(tf.transpose(stretched)) as Tensor2D);
  }
  return basis; // [784,48]
});
const rawCodes = tf.tidy(() => pixels.sub<Tensor2D>(averagePicture).matMul(directions)); // [count,48]
const spreads = rawCodes.square().mean(0).sqrt(); // [48]
const clothes = rawCodes.div<Tensor2D>(spreads);
const share = tf.tidy(() => rawCodes.square().sum().div(pixels.sub(averagePicture).square().sum()).dataSync()[0]);
console.log(
  `48 numbers keep ${(100 * share).toFixed(0)} % of the variance` /* zh: `48 个数保留了 ${(100 * share).toFixed(0)} % 的方差` */,
);

// %%
const wardrobe = score.buildScoreModel({
  inputShape: [48], // changed // zh: 改动
  mlp: { width: 256, layers: 3 }, // changed // zh: 改动
  sde: vp,
  seed: 1,
});
show(nn.parameterTable({ 'score network' /* zh: '分数网络' */: wardrobe.network }));
await score.trainScoreModel(wardrobe, clothes, {
  epochs: budget({ quick: 3, default: 10, full: 100 }), // changed // zh: 改动
  batchSize: 128, // changed // zh: 改动
  learningRate: 1e-3, // changed // zh: 改动
  seed: 1,
});

// %% slideshow={"slide_type": "subslide"}
const pictures = (x: tf.Tensor) =>
  tf.tidy(() => {
    const back = (x as Tensor2D).mul<Tensor2D>(spreads).matMul(directions, false, true); // [N,784]
    return back.add(averagePicture).clipByValue(0, 1).reshape<tf.Tensor4D>([-1, 28, 28, 1]);
  });
const bySde = await score.sample(wardrobe, 12, new Random(8), {
  steps: budget({ quick: 8, default: 300, full: 1000 }),
});
const byOde = await score.sampleByOde(wardrobe, 12, new Random(8), {
  steps: budget({ quick: 4, default: 30, full: 50 }),
});
show(
  figures.imageRows(
    [
      { label: 'data' /* zh: '数据' */, images: data.train.images(0, 12) },
      { label: '48 numbers each' /* zh: '各用 48 个数' */, images: pictures(clothes.slice(0, 12)) },
      { label: 'reverse SDE' /* zh: '反向 SDE' */, images: pictures(bySde) },
      { label: 'flow ODE' /* zh: '概率流 ODE' */, images: pictures(byOde) },
    ],
    {
      title: 'The program for points, run on clothes' /* zh: '同一个程序，从点换成衣物' */,
      scale: 2,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The real thing: clothes
//
// - each picture as 48 numbers (PCA)
// - the same program; a few lines changed
// - same noise: the ODE keeps it as a code, the SDE forgets it

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 来真的：衣物
//
// - 每幅图像写成 48 个数（PCA）
// - 同一个程序，只改几行
// - 同样的噪声：ODE 把它当编码，SDE 会忘掉它

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 4 minutes. Be honest about size: a minute of training on two cores. The point is that nothing but the dimension changed. Lessons 11 and 15 show what a U-Net and hours of training add.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 4 分钟。规模要说实话：双核训练一分钟。要点是除了维数什么都没变。第 11、15 课展示 U-Net 和几小时训练能添上什么。

// %% [markdown] lang="en"
// Different clothes in most columns: the SDE adds fresh noise on the way and forgets where it started. With the ODE the starting noise *is* the picture, a code of the same size as the picture. Walk between two codes and one piece of clothing turns into another (below; along a great circle, because a
// straight line between two draws passes through noise that is too small).

// %% [markdown] lang="zh"
// 多数列的衣物并不相同：SDE 一路添加新的噪声，忘掉了起点。对 ODE 来说，起点的噪声*就是*这幅图像，一个与图像一样大的编码。在两个编码之间走一趟，一件衣物就变成另一件（见下图；沿大圆走，因为两个噪声样本之间的直线会经过太小的噪声）。

// %%
const [first, last] = [new Random(21), new Random(22)].map((source) => source.normal<tf.Rank.R2>([1, 48]));
const between = tf.tidy(() =>
  tf.concat(
    Array.from({ length: 10 }, (_, i) => {
      const angle = ((Math.PI / 2) * i) / 9; // cos² + sin² = 1 keeps the size of the noise // zh: cos² + sin² = 1，噪声的大小不变
      return first.mul(Math.cos(angle)).add<Tensor2D>(last.mul(Math.sin(angle)));
    }),
  ),
);
const morph = await wardrobe.ema.during(() =>
  score.sampleOde(score.scoreFn(wardrobe), between, vp, { steps: budget({ quick: 4, default: 30, full: 50 }) }),
);
show(
  figures.imageGrid(pictures(morph), {
    columns: 10,
    scale: 3,
    title: 'Between two codes: one piece turns into another' /* zh: '两个编码之间：一件衣物变成另一件' */,
  }),
);

// %% [markdown] lang="en"
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. Your density model is known up to a constant factor. Can you compute its score? Its likelihood?</summary>
//
// The score, yes: the constant vanishes in $\nabla\log$. The likelihood, no: it needs the constant. (Unless you have the scores at all noise levels too: then section 9's flow gives it.)
// </details>
//
// <details><summary>2. The denoising loss of your trained network is 0.4 and no longer falls. Is it bad?</summary>
//
// You cannot tell from the number. Even the exact score has a loss above 0, because the target is one draw and not the mean. Compare with a loss known to be good, or look at samples.
// </details>
//
// <details><summary>3. Langevin dynamics with the exact score, ten thousand steps, two far-apart bumps with weights 0.9 and 0.1: half the walkers sit in each. Why?</summary>
//
// They started half and half, and nobody crosses the desert between. Near each bump the score is nearly that bump's own and does not contain its weight ($r_k\approx1$ there).
// </details>
//
// <details><summary>4. A network predicts ε = (0.6, −0.8) at a point where σ = 0.5. What is the score there?</summary>
//
// $s=-\varepsilon/\sigma=(-1.2,\,1.6)$.
// </details>
//
// <details><summary>5. A colleague turns a reverse-SDE sampler into an "ODE sampler" by deleting the noise term. The samples look crisp. What is wrong, and what will the class counts or the spread show?</summary>
//
// The pull is still $g^2s$, twice the ODE's $\frac12g^2s$. The result is far too concentrated: variety is lost, in section 8 down to a single point. Halve the pull.
// </details>
//
// <details><summary>6. Why has an SDE sample no log-likelihood by section 9's formula?</summary>
//
// The formula follows one point along a path that is determined by the point. An SDE has infinitely many paths through each point; only their crowd has a density. (The ODE that shares its densities has one path.)
// </details>
//
// <details><summary>7. At t = 0.001 an image model's σ is about 0.01. Why not integrate down to t = 0?</summary>
//
// Real pictures may lie close to a surface of few dimensions, and there the score grows like $1/\sigma$ without limit; at $\sigma=0$ it need not exist. Stopping at a small time leaves noise nobody sees.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | score | $s(x)=\nabla_x\log p(x)$; Gaussian: $-(x-\mu)/\sigma^2$ |
// | Langevin | $x\leftarrow x+\frac\alpha2s(x)+\sqrt\alpha\,\varepsilon$ |
// | why denoising works | $\mathbb E[-\varepsilon/\sigma\mid\tilde x]=\nabla\log p_\sigma(\tilde x)$ |
// | loss, weight σ² | $\frac12\mathbb E\lVert\sigma s_\theta(x+\sigma\varepsilon,\sigma)+\varepsilon\rVert^2$ |
// | noise and score | $\varepsilon_\theta=-\sigma s_\theta$ |
// | annealing | $\alpha_i=\alpha_L\sigma_i^2/\sigma_L^2$ |
// | forward SDE | $dx=fx\,dt+g\,dw$; $m'=fm$, $(\sigma^2)'=2f\sigma^2+g^2$ |
// | VP | $f=-\frac12\beta,\ g=\sqrt\beta,\ m=e^{-\frac12\int\beta},\ \sigma^2=1-m^2$ |
// | VE | $f=0,\ g=\sqrt{d\sigma^2/dt},\ m=1$ |
// | reverse SDE | $x\leftarrow x-[fx-g^2s]\,dt+g\sqrt{dt}\,\varepsilon$ |
// | probability flow | $dx/dt=fx-\frac12g^2s$ |
// | change of variables | $\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot v$ |
//
// ## Further reading
//
// - Hyvärinen (2005), *Estimation of Non-Normalized Statistical Models by Score Matching*, Journal of Machine Learning Research 6: 695–709. Where score matching begins.
// - Vincent (2011), *A Connection Between Score Matching and Denoising Autoencoders*, Neural Computation 23(7): 1661–1674. The claim of section 3.
// - Song & Ermon (2019), *Generative Modeling by Estimating Gradients of the Data Distribution*, arXiv:1907.05600. Noise levels, annealing; algorithm 1 is section 4.
// - Song et al. (2020), *Score-Based Generative Modeling through Stochastic Differential Equations*, arXiv:2011.13456. Sections 5 to 9; eq. 13 is the probability flow, eq. 39 its likelihood.
// - Anderson (1982), *Reverse-Time Diffusion Equation Models*, Stochastic Processes and their Applications 12(3): 313–326.
// - Song, Durkan, Murray & Ermon (2021), *Maximum Likelihood Training of Score-Based Diffusion Models*, arXiv:2101.09258. Why weighting by $g^2$ bounds the likelihood.
// - Chen, Rubanova, Bettencourt & Duvenaud (2018), *Neural Ordinary Differential Equations*, arXiv:1806.07366. Theorem 1 is section 9.
// - Holderrieth & Erives, *Introduction to Flow Matching and Diffusion Models* (MIT 6.S184), diffusion.csail.mit.edu. Its second lab lets you turn the noise of a sampler up and down and see the same densities, as in section 6.

// %% [markdown] lang="zh"
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 一个密度模型只知道到相差一个常数因子。能算出它的分数吗？似然呢？</summary>
//
// 分数能算：常数在 $\nabla\log$ 里消失了。似然不能：它需要那个常数。（除非各个噪声级的分数你也都有，那就能像第 9 节那样走一遍概率流。）
// </details>
//
// <details><summary>2. 训练好的网络，去噪损失为 0.4，不再下降。这很差吗？</summary>
//
// 光看这个数说不准。就算是精确的分数，损失也大于 0，因为目标是一次抽样，不是均值。要么与已知较好的损失相比，要么看样本。
// </details>
//
// <details><summary>3. 用精确分数做朗之万，一万步，两个相距很远的峰，权重 0.9 和 0.1，结果两边各有一半粒子。为什么？</summary>
//
// 起点就是一半一半，没有粒子能穿过中间的荒漠。在每个峰附近，分数几乎就是这个峰自己的分数，里面不含权重（那里 $r_k\approx1$）。
// </details>
//
// <details><summary>4. 在 σ = 0.5 的某一点，网络预测 ε = (0.6, −0.8)。那里的分数是多少？</summary>
//
// $s=-\varepsilon/\sigma=(-1.2,\,1.6)$。
// </details>
//
// <details><summary>5. 同事把反向 SDE 采样程序里的噪声项删掉，称之为“ODE 采样”。样本看上去很清晰。错在哪里？看类别的个数或散布会发现什么？</summary>
//
// 拉力还是 $g^2s$，是 ODE 的 $\frac12g^2s$ 的两倍。结果过于集中，多样性丢失，第 8 节里甚至缩成了一个点。把拉力减半。
// </details>
//
// <details><summary>6. 为什么用第 9 节的公式算不出 SDE 样本的对数似然？</summary>
//
// 那个公式跟着一个点走，路径由这个点决定。SDE 过每一点都有无穷多条路径，只有整群粒子才有密度。（与它密度相同的 ODE 只有一条路径。）
// </details>
//
// <details><summary>7. t = 0.001 时图像模型的 σ 约为 0.01。为什么不一直积到 t = 0？</summary>
//
// 真实图像可能集中在一个低维流形附近，那里的分数像 $1/\sigma$ 一样无限增大，$\sigma=0$ 时未必存在。停在一个小的时刻，留下的噪声谁也看不见。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 分数 | $s(x)=\nabla_x\log p(x)$；高斯：$-(x-\mu)/\sigma^2$ |
// | 朗之万 | $x\leftarrow x+\frac\alpha2s(x)+\sqrt\alpha\,\varepsilon$ |
// | 去噪为何有效 | $\mathbb E[-\varepsilon/\sigma\mid\tilde x]=\nabla\log p_\sigma(\tilde x)$ |
// | 损失，权重 σ² | $\frac12\mathbb E\lVert\sigma s_\theta(x+\sigma\varepsilon,\sigma)+\varepsilon\rVert^2$ |
// | 噪声与分数 | $\varepsilon_\theta=-\sigma s_\theta$ |
// | 退火 | $\alpha_i=\alpha_L\sigma_i^2/\sigma_L^2$ |
// | 前向 SDE | $dx=fx\,dt+g\,dw$；$m'=fm$，$(\sigma^2)'=2f\sigma^2+g^2$ |
// | VP | $f=-\frac12\beta,\ g=\sqrt\beta,\ m=e^{-\frac12\int\beta},\ \sigma^2=1-m^2$ |
// | VE | $f=0,\ g=\sqrt{d\sigma^2/dt},\ m=1$ |
// | 反向 SDE | $x\leftarrow x-[fx-g^2s]\,dt+g\sqrt{dt}\,\varepsilon$ |
// | 概率流 | $dx/dt=fx-\frac12g^2s$ |
// | 瞬时变量变换 | $\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot v$ |
//
// ## 延伸阅读
//
// - Hyvärinen (2005), *Estimation of Non-Normalized Statistical Models by Score Matching*, Journal of Machine Learning Research 6: 695–709. 分数匹配的开端。
// - Vincent (2011), *A Connection Between Score Matching and Denoising Autoencoders*, Neural Computation 23(7): 1661–1674. 第 3 节的断言。
// - Song & Ermon (2019), *Generative Modeling by Estimating Gradients of the Data Distribution*, arXiv:1907.05600. 多个噪声级与退火；算法 1 即第 4 节。
// - Song et al. (2020), *Score-Based Generative Modeling through Stochastic Differential Equations*, arXiv:2011.13456. 第 5 至 9 节；式 (13) 即概率流，式 (39) 即其似然。
// - Anderson (1982), *Reverse-Time Diffusion Equation Models*, Stochastic Processes and their Applications 12(3): 313–326.
// - Song, Durkan, Murray & Ermon (2021), *Maximum Likelihood Training of Score-Based Diffusion Models*, arXiv:2101.09258. 为什么用 $g^2$ 加权就能界住似然。
// - Chen, Rubanova, Bettencourt & Duvenaud (2018), *Neural Ordinary Differential Equations*, arXiv:1806.07366. 定理 1 即第 9 节。
// - Holderrieth & Erives, *Introduction to Flow Matching and Diffusion Models*（MIT 6.S184），diffusion.csail.mit.edu. 它的第二个实验让人调大调小采样的噪声，看到密度始终相同，与第 6 节一致。
