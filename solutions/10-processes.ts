// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Stochastic processes: how order dissolves, and how chance builds it"
//   zh: 随机过程：秩序怎样消散，偶然怎样造出秩序
// minutes: 80
// terms:
//   stochastic process: 随机过程
//   state space: 状态空间
//   marginal distribution: 边缘分布
//   conditional distribution: 条件分布
//   joint distribution: 联合分布
//   random walk: 随机游走
//   Brownian motion: 布朗运动
//   Markov property: 马尔可夫性
//   Markov chain: 马尔可夫链
//   transition matrix: 转移矩阵
//   stationary distribution: 平稳分布
//   Langevin dynamics: 朗之万动力学
//   score (score function): 分数（分数函数）
// ---

// %% [markdown] lang="en"
// # 10 · Stochastic processes: how order dissolves, and how chance builds it
//
// By the end of this lesson you will have dropped ink into water and watched it spread, though no drop of it has any plan. And you will have a walker that does the opposite: started anywhere, it stumbles about with dice in its hand and ends up
// distributed as *you* wish. A diffusion model (lessons 11–15) joins these two ideas: dissolve pictures into noise, then walk back.
//
// **You can then**
//
// 1. name the state space of a process, and read marginal, joint and conditional distributions off many runs of it;
// 2. simulate a random walk, and say how far the drunkard gets in $n$ steps;
// 3. turn the walk into Brownian motion, and say why each step must be $\sqrt{\Delta t}$ long;
// 4. decide whether a process has the Markov property, and mend the state if it has not;
// 5. compute where a Markov chain is after one step, and estimate its stationary distribution by simulation;
// 6. prove that a chain which can go from each state to every state in one step forgets its start, and spot two kinds of chain that do not;
// 7. write a Langevin step, and say what each typical slip in it samples from instead;
// 8. say what performs the random walk in a diffusion model, and what its stationary distribution is.
//
// **Time**: about 80 minutes to read and work through; all cells together run in about a minute. Every figure with a ▶ below it is an animation: play it, or pull the slider. On a printed page you see four of its frames.

// %% [markdown] lang="zh"
// # 10 · 随机过程：秩序怎样消散，偶然怎样造出秩序
//
// 学完本课，你会把墨滴进水里，看它散开，而没有一颗墨粒怀着什么计划。你还会有一个做相反事情的行者：从哪里出发都行，手里拿着骰子跌跌撞撞，最后的分布却正如*你*所愿。
// 扩散模型（第 11–15 课）把这两个想法接在一起：先把图像化成噪声，再走回来。
//
// **学完之后，你能够**
//
// 1. 说出一个过程的状态空间，并从它的多次运行中读出边缘分布、联合分布和条件分布；
// 2. 模拟随机游走，并说出醉汉走 $n$ 步能走多远；
// 3. 把随机游走变成布朗运动，并说明每一步的长度为什么必须是 $\sqrt{\Delta t}$；
// 4. 判断一个过程有没有马尔可夫性；没有的话，把状态补全；
// 5. 计算马尔可夫链一步之后在哪里，并用模拟估计它的平稳分布；
// 6. 证明一步之内就能从任何状态到达任何状态的链会忘记起点，并认出两种不会忘记的链；
// 7. 写出一步朗之万动力学，并说出每种典型失误实际上在对什么分布抽样；
// 8. 说清在扩散模型里，做随机游走的是什么，平稳分布又是什么。
//
// **用时**：阅读和练习约 80 分钟；所有代码合计运行约一分钟。凡是下面带 ▶ 的图都是动画：可以播放，也可以拖动滑块；打印出来则是其中的四帧。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two halves of a diffusion model
//
// - Order dissolves by itself: random walk, Brownian motion, ink
// - A chain forgets its start: stationary distribution
// - Chance with a slope builds order: Langevin dynamics

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 扩散模型的两半
//
// - 秩序会自己消散：随机游走、布朗运动、墨水
// - 链会忘记起点：平稳分布
// - 有坡度的偶然能造出秩序：朗之万动力学

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. If you can, bring a glass of water and a drop of ink, and set it up at the start; it is spread when the lecture gets to section 4. Ask: "Does any particle of the ink know that it should spread?"

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。有条件的话，带一杯水和一滴墨，开讲时就滴进去；讲到第 4 节，它正好散开。问：“有哪颗墨粒知道自己应该散开吗？”

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import { budget, check, datasets, engine, figures, processes, Random, show } from 'genlab';

/** Row i: the probabilities of going from state i to each state. */
/* zh: 第 i 行：从状态 i 去往各个状态的概率。 */
type Matrix = readonly (readonly number[])[];

/** The place in whose stretch of [0, 1) u lies, as in lesson 01. */
/* zh: u 落在 [0, 1) 上哪一段，与第 01 课相同。 */
function pick(probabilities: readonly number[], u: number): number {
  let place = 0;
  for (let left = u - probabilities[0]; left >= 0 && place < probabilities.length - 1; left -= probabilities[place])
    place++;
  return place;
}

// %%
console.log(engine.describe(await engine.ready()));
const random = new Random(10);
const uniforms = (count: number) => Array.from({ length: count }, () => random.next());
const normals = (count: number) => Array.from(random.normal([count]).dataSync());

// %% [markdown] lang="en"
// ## 1 · A random variable for every moment
//
// A drunkard leaves the pub. At every stroke of the clock he takes one step, to the right with probability $p$, to the left with $1-p$. Where he is at time $t$ is a random variable $X_t$, and there is one for each $t$. Such a family is a **stochastic process**.
// What it can be, here the whole numbers, is its **state space**.
//
// | process | state space | time |
// |---|---|---|
// | the drunkard | whole numbers | steps |
// | the weather, day by day | sun, cloud, rain | steps |
// | a grain of ink | points of the glass | continuous |
// | a picture to which noise is added | $\mathbb R^{784}$ | steps |
//
// One walk is one draw of the *whole* process. To see probabilities, look at many.
//
// ### Exercise 1 · The drunkard (2 points)
//
// From uniform numbers: step $i$ goes right if $u_i<p$. Give the places at times $0,1,\dots,n$, so one number more than there are steps.

// %% [markdown] lang="zh"
// ## 1 · 每个时刻一个随机变量
//
// 一个醉汉走出酒馆。时钟每响一下，他走一步：以概率 $p$ 向右，以概率 $1-p$ 向左。他在时刻 $t$ 的位置是随机变量 $X_t$，每个 $t$ 都有一个。
// 这样的一族随机变量叫**随机过程**（stochastic process）。它能取的值的全体，这里是整数，叫**状态空间**（state space）。
//
// | 过程 | 状态空间 | 时间 |
// |---|---|---|
// | 醉汉 | 整数 | 步 |
// | 逐日的天气 | 晴、阴、雨 | 步 |
// | 一颗墨粒 | 杯中的点 | 连续 |
// | 一幅不断加噪声的图像 | $\mathbb R^{784}$ | 步 |
//
// 走一趟，是对*整个*过程抽一次样。要看见概率，就得看许多趟。
//
// ### 练习 1 · 醉汉（2 分）
//
// 用均匀随机数来走：$u_i<p$ 时第 $i$ 步向右。返回时刻 $0,1,\dots,n$ 的位置，比步数多一个。

// %% grade_id="proc-walk" points=2
/** Places at times 0…n, starting at 0; step i is +1 if u[i] < p, else −1. u: n numbers in [0, 1) */
/* zh: 时刻 0…n 的位置，从 0 出发；u[i] < p 时第 i 步为 +1，否则为 −1。u: [0, 1) 里的 n 个数 */
function walk(u: readonly number[], p: number): number[] {
  // BEGIN SOLUTION
  const places = [0];
  for (const number of u) places.push(places[places.length - 1] + (number < p ? 1 : -1));
  return places;
  // END SOLUTION
}
await check('proc-walk', { walk });

// %% [markdown] lang="en"
// **Guess first**: after 100 steps of a fair coin ($p=\frac12$), how far from the pub is he, typically: 0, 10 or 50 steps?

// %% [markdown] lang="zh"
// **先猜一猜**：硬币均匀（$p=\frac12$），走了 100 步之后，他离酒馆通常有多远：0 步、10 步，还是 50 步？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The drunkard
//
// - A step right with $p$, left with $1-p$
// - $\mathbb E[X_n]=n(2p-1)$, $\operatorname{Var}X_n=4np(1-p)$
// - After 100 fair steps: 0, 10 or 50 away?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 醉汉
//
// - 以 $p$ 向右，以 $1-p$ 向左
// - $\mathbb E[X_n]=n(2p-1)$，$\operatorname{Var}X_n=4np(1-p)$
// - 公平地走 100 步，离多远：0、10 还是 50？

// %% figure="drunkards" slideshow={"slide_type": "subslide"}
const horizon = 100;
const crowd = Array.from({ length: budget({ quick: 500, default: 5000, full: 20_000 }) }, () =>
  walk(uniforms(horizon), 0.5),
);
const dozen = crowd.slice(0, 12);
const times = Array.from({ length: horizon + 1 }, (_, t) => t);
show(
  figures.animation(
    Array.from({ length: 21 }, (_, i) => i * 5).map((n) => ({
      label: `n = ${n}`,
      figure: figures.curves({
        series: [
          {
            name: 'twelve drunkards' /* zh: '十二个醉汉' */,
            // a gap after each walk, so that one series holds them all
            // zh: 每趟之后留个空隙，一个序列就装得下所有趟
            x: dozen.flatMap(() => [...times.slice(0, n + 1), NaN]),
            y: dozen.flatMap((places) => [...places.slice(0, n + 1), NaN]),
            color: 5,
          },
          {
            name: '±√n',
            x: [...times, NaN, ...times],
            y: [...times.map(Math.sqrt), NaN, ...times.map((t) => -Math.sqrt(t))],
            color: 1,
          },
        ],
        title: 'No single walk follows √n; the crowd does' /* zh: '没有哪一趟跟着 √n 走，人群整体却跟着' */,
        x: 'steps n' /* zh: '步数 n' */,
        y: 'place' /* zh: '位置' */,
        xRange: [0, horizon],
        yRange: [-32, 32],
      }),
    })),
    { milliseconds: 150 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Let everyone toss a coin ten times and add up; collect the results on the board as a histogram before you play the animation.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。让每个人抛十次硬币并求和，把结果在黑板上堆成直方图，再播放动画。

// %% [markdown] lang="en"
// About 10, and here is why. Write $X_n=S_1+\dots+S_n$ with independent steps $S_i=\pm1$.
//
// $$\mathbb E[X_n]=\sum_i\mathbb E[S_i]=n\bigl(p-(1-p)\bigr)=n(2p-1),\qquad
// \operatorname{Var}X_n=\sum_i\operatorname{Var}S_i=n\bigl(1-(2p-1)^2\bigr)=4np(1-p).$$
//
// Expectations always add; variances add because the steps are independent; $\operatorname{Var}S=\mathbb E[S^2]-\mathbb E[S]^2$ and $S^2=1$. For the fair coin the variance is $n$. We call the root of the mean square distance the *typical* distance: it is $\sqrt n=10$ (the mean distance is a little less, about 8). To get twice as far he needs four times as long. And the sum of many independent
// steps of one kind is nearly Gaussian (the central limit theorem), whatever a single step looks like, as long as its variance is finite. Pull the slider:

// %% [markdown] lang="zh"
// 大约 10 步，原因如下。写成 $X_n=S_1+\dots+S_n$，各步 $S_i=\pm1$ 相互独立。
//
// $$\mathbb E[X_n]=\sum_i\mathbb E[S_i]=n\bigl(p-(1-p)\bigr)=n(2p-1),\qquad
// \operatorname{Var}X_n=\sum_i\operatorname{Var}S_i=n\bigl(1-(2p-1)^2\bigr)=4np(1-p).$$
//
// 期望总能相加；方差能相加，是因为各步独立；又有 $\operatorname{Var}S=\mathbb E[S^2]-\mathbb E[S]^2$ 和 $S^2=1$。均匀硬币的方差是 $n$。我们把均方距离的平方根叫作*通常的*距离，它等于 $\sqrt n=10$（平均距离略小，约为 8）。
// 想走两倍远，就要四倍的时间。而且，许多独立同分布的步之和近似于高斯分布（中心极限定理），不管单独一步长什么样，只要方差有限。拖动滑块看看：

// %%
const line = Array.from({ length: 165 }, (_, i) => -41 + i * 0.5);
const gaussian = (x: number, mu: number, variance: number) =>
  Math.exp(-((x - mu) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
show(
  figures.animation(
    [2, 4, 6, 8, 10, 14, 20, 26, 34, 42, 50, 60, 70, 80, 90, 100].map((n) => ({
      label: `n = ${n}`,
      figure: figures.histogram({
        series: [{ name: 'drunkards' /* zh: '醉汉' */, values: crowd.map((places) => places[n]) }],
        curves: [{ name: 'N(0, n)', x: line, y: line.map((x) => gaussian(x, 0, n)) }],
        bins: 41, // two places wide: after an even number of steps he stands on an even place // zh: 每格宽 2：走偶数步后必在偶数位置
        range: [-41, 41],
        yRange: [0, 0.3],
        title: 'The marginal distribution of Xₙ widens like √n' /* zh: 'Xₙ 的边缘分布按 √n 变宽' */,
        x: 'place' /* zh: '位置' */,
        y: 'density' /* zh: '密度' */,
      }),
    })),
    { milliseconds: 300 },
  ),
);

// %% [markdown] lang="en"
// ## 2 · One time, two times, all times
//
// The histogram that you just watched belongs to one time: the **marginal distribution** $P(X_t=b)$. It ignores all other times. Two times together have a **joint distribution** $P(X_s=a,X_t=b)$, and their quotient is the **conditional distribution**,
//
// $$P(X_t=b\mid X_s=a)=\frac{P(X_s=a,\,X_t=b)}{P(X_s=a)} ,$$
//
// in words: of the walkers that were at $a$ at time $s$, which share is at $b$ at time $t$? Summing the joint distribution over $a$ gives the marginal back. All times together have one joint distribution, that of whole walks, and everything else follows from it.
//
// Below is the joint distribution of $X_{20}$ and $X_t$; $t$ grows. Each column belongs to one place $a$ at time 20.
//
// **Guess first**: what does the picture look like at $t=20$? And at $t=60$: will the columns still be at different heights?

// %% [markdown] lang="zh"
// ## 2 · 一个时刻，两个时刻，所有时刻
//
// 刚才看的直方图属于一个时刻：**边缘分布**（marginal distribution）$P(X_t=b)$，它不管其他时刻。两个时刻合在一起有**联合分布**（joint distribution）$P(X_s=a,X_t=b)$，
// 两者之商就是**条件分布**（conditional distribution）：
//
// $$P(X_t=b\mid X_s=a)=\frac{P(X_s=a,\,X_t=b)}{P(X_s=a)} ,$$
//
// 也就是说：时刻 $s$ 在 $a$ 的那些人里，时刻 $t$ 在 $b$ 的占多少？把联合分布对 $a$ 求和，又得到边缘分布。所有时刻合在一起有一个联合分布，即整趟行走的分布，其余一切都由它而来。
//
// 下面是 $X_{20}$ 与 $X_t$ 的联合分布，让 $t$ 变大。每一列对应时刻 20 的一个位置 $a$。
//
// **先猜一猜**：$t=20$ 时图是什么样？$t=60$ 时，各列亮处的高低还有区别吗？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One time, two times
//
// - Marginal: $P(X_t=b)$
// - Joint: $P(X_s=a,X_t=b)$
// - Conditional: $P(X_t=b\mid X_s=a)$ = joint / marginal

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一个时刻，两个时刻
//
// - 边缘分布：$P(X_t=b)$
// - 联合分布：$P(X_s=a,X_t=b)$
// - 条件分布：$P(X_t=b\mid X_s=a)$ = 联合 / 边缘

// %% figure="joint" slideshow={"slide_type": "subslide"}
const then = Array.from({ length: 17 }, (_, i) => -16 + 2 * i);
const now = then;
const togetherAt = (t: number) =>
  now.map((b) => then.map((a) => crowd.filter((places) => places[20] === a && places[t] === b).length / crowd.length));
show(
  figures.animation(
    [20, 22, 24, 26, 28, 32, 36, 40, 46, 52, 60].map((t) => ({
      label: `t = ${t}`,
      figure: figures.heatmap({
        values: togetherAt(t),
        xs: then,
        ys: now,
        range: [0, 0.06],
        color: 'share of walkers (yellow: 0.06 or more)' /* zh: '人数占比（黄色：0.06 及以上）' */,
        title: 'As time goes on, X₂₀ says less and less about X_t' /* zh: '时间越久，X₂₀ 对 X_t 说明得越少' */,
        x: 'place at time 20' /* zh: '时刻 20 的位置' */,
        y: 'place at time t' /* zh: '时刻 t 的位置' */,
      }),
    })),
    { milliseconds: 400 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Stop the animation at t = 20 and ask for the next frame before you show it. Point at one column: this is a conditional distribution, up to a factor.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。停在 t = 20，先让大家说下一帧是什么样再放。指着一列说：差一个倍数，这就是条件分布。

// %% [markdown] lang="en"
// At $t=20$ everything lies on the diagonal: $X_{20}=X_{20}$. Then the diagonal blurs upwards and downwards. Divide a column by its sum, $P(X_{20}=a)$, and you have the conditional distribution: a small random walk of its own, that began at $a$. (Columns far out are dark only because few walkers were there.) The diagonal never vanishes altogether: this walker has the whole line before him, and who was far to the right is still likelier to be there. In section 6 we meet walkers who do forget.
//
// ## 3 · Smaller steps, more of them: Brownian motion
//
// Water does not push a grain of ink once a second; it pushes it all the time. Let time run from 0 to 1, and divide it into $n$ steps of $\Delta t=1/n$ each. How long must a step be, so that something sensible is left as $n\to\infty$? If each step is $\pm\Delta x$ and $X(1)$ is the place at time 1, after $n$ steps, then
//
// $$\operatorname{Var}X(1)=n\,\Delta x^2=\frac{\Delta x^2}{\Delta t} .$$
//
// For a limit that neither freezes nor explodes this must stay constant, say 1: **$\Delta x=\sqrt{\Delta t}$**. See three rules:

// %% [markdown] lang="zh"
// $t=20$ 时一切都在对角线上：$X_{20}=X_{20}$。之后对角线向上下晕开。把一列除以它的和 $P(X_{20}=a)$，就是条件分布：从 $a$ 出发的小随机游走。（两边的列暗，只是因为那里人少。）对角线不会完全消失：他面前是整条直线，曾经在右边很远的人，现在还在右边的可能性更大。第 6 节会遇到真的会忘记的行者。
//
// ## 3 · 步子更小，步数更多：布朗运动
//
// 水推墨粒，不是一秒推一下，而是时时刻刻在推。让时间从 0 走到 1，分成 $n$ 步，每步 $\Delta t=1/n$。步长该是多少，才能在 $n\to\infty$ 时留下有意义的东西？如果每步是 $\pm\Delta x$，$X(1)$ 表示走完 $n$ 步、时刻 1 的位置，那么
//
// $$\operatorname{Var}X(1)=n\,\Delta x^2=\frac{\Delta x^2}{\Delta t} .$$
//
// 极限既不冻住也不爆炸，它就必须保持为常数，比如 1：**$\Delta x=\sqrt{\Delta t}$**。看三种规则：

// %%
const rules: [string, (dt: number) => number][] = [
  ['Δx = Δt', (dt) => dt],
  ['Δx = √Δt', Math.sqrt],
  ['Δx = 0.1', () => 0.1],
];
const ends = [10, 100, 1000].map((n) => Array.from({ length: 400 }, () => walk(uniforms(n), 0.5)[n]));
show(
  figures.table(
    rules.map(([rule, length]) => ({
      ['rule' /* zh: '规则' */]: rule,
      ...Object.fromEntries(
        ends.map((places, i) => {
          const dx = length(10 ** -(i + 1));
          return [
            `n = ${10 ** (i + 1)}`,
            Math.sqrt(places.reduce((sum, place) => sum + (dx * place) ** 2, 0) / places.length).toFixed(3),
          ];
        }),
      ),
    })),
    {
      title:
        'Typical (root mean square) distance at time 1, over 400 walks: only √Δt settles' /* zh: '时刻 1 的通常距离（均方根），400 趟：只有 √Δt 稳定下来' */,
    },
  ),
);

// %% [markdown] lang="en"
// The limit is **Brownian motion** $W(t)$, also called the Wiener process. By the central limit theorem the coin may be replaced by a Gaussian from the start. It has four properties, and they define it:
//
// 1. $W(0)=0$;
// 2. its increments over stretches of time that do not overlap are independent;
// 3. $W(t+\Delta t)-W(t)\sim\mathcal N(0,\Delta t)$: **variance** $\Delta t$, so standard deviation $\sqrt{\Delta t}$;
// 4. its paths have no jumps.
//
// ### Exercise 2 · Brownian motion (2 points)
//
// From standard noise $z_1,\dots,z_n\sim\mathcal N(0,1)$. The usual slip: $\Delta t$ where $\sqrt{\Delta t}$ belongs; you have just seen what becomes of it.

// %% [markdown] lang="zh"
// 极限就是**布朗运动**（Brownian motion）$W(t)$，又叫维纳过程（Wiener process）。由中心极限定理，一开始就可以把硬币换成高斯变量。它有四条性质，也就由这四条来定义：
//
// 1. $W(0)=0$；
// 2. 互不重叠的时间段上，增量相互独立；
// 3. $W(t+\Delta t)-W(t)\sim\mathcal N(0,\Delta t)$：**方差**是 $\Delta t$，所以标准差是 $\sqrt{\Delta t}$；
// 4. 路径没有跳跃。
//
// ### 练习 2 · 布朗运动（2 分）
//
// 用标准噪声 $z_1,\dots,z_n\sim\mathcal N(0,1)$ 来造。常见失误：该用 $\sqrt{\Delta t}$ 的地方写了 $\Delta t$，后果你刚刚看过。

// %% grade_id="proc-brownian" points=2
/** W at the times 0, Δt, …, T with Δt = T/n, starting at 0. noise: n draws of N(0, 1); duration: T */
/* zh: W 在时刻 0、Δt、…、T 的值，Δt = T/n，从 0 出发。noise: N(0, 1) 的 n 个样本；duration: T */
function brownian(noise: readonly number[], duration: number): number[] {
  // BEGIN SOLUTION
  const size = Math.sqrt(duration / noise.length);
  const path = [0];
  for (const z of noise) path.push(path[path.length - 1] + size * z);
  return path;
  // END SOLUTION
}
await check('proc-brownian', { brownian });

// %% [markdown] lang="en"
// **Guess first**: put a straight road under a magnifying glass and it looks straight; a circle looks straighter and straighter. What does a Brownian path look like under the glass? Below, each frame shows a quarter of the time of the one before, and the height is magnified twofold.

// %% [markdown] lang="zh"
// **先猜一猜**：笔直的路放到放大镜下还是直的；圆放大后越来越直。布朗运动的路径放大之后是什么样？下面每一帧只看前一帧四分之一的时间，高度放大两倍。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Brownian motion
//
// $$W(t+\Delta t)-W(t)\sim\mathcal N(0,\Delta t)$$
//
// - Steps of $\sqrt{\Delta t}$: nothing else survives the limit
// - Under the magnifying glass: as rough as before

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 布朗运动
//
// $$W(t+\Delta t)-W(t)\sim\mathcal N(0,\Delta t)$$
//
// - 步长是 $\sqrt{\Delta t}$：取极限时，别的都活不下来
// - 放大镜下：还是一样粗糙

// %% figure="zoom" slideshow={"slide_type": "subslide"}
const [levels, shown] = [5, 512];
const fine = brownian(normals(shown * 4 ** (levels - 1)), 1);
show(
  figures.animation(
    Array.from({ length: levels }, (_, level) => 4 ** level).map((zoom) => {
      const stride = (fine.length - 1) / shown / zoom;
      const indices = Array.from({ length: shown + 1 }, (_, i) => i * stride);
      return {
        label: `× ${zoom}`,
        figure: figures.curves({
          series: [
            {
              name: 'W',
              x: indices.map((i) => (zoom * i) / (fine.length - 1)),
              y: indices.map((i) => Math.sqrt(zoom) * fine[i]),
            },
          ],
          title:
            'Magnified 4 times in time and twice in height, it is as rough as before' /* zh: '时间放大 4 倍、高度放大 2 倍，它还是一样粗糙' */,
          x: 'time × zoom' /* zh: '时间 × 放大倍数' */,
          y: 'W × √zoom' /* zh: 'W × √放大倍数' */,
          xRange: [0, 1],
          yRange: [-2.5, 2.5],
        }),
      };
    }),
    { milliseconds: 1200 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. First the table of the three rules; ask which row they would have chosen. Then the zoom. Say once more that noise terms in samplers carry a root for this reason.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。先看三种规则的表，问他们原本会选哪一行。再放大。再说一遍：采样器里的噪声项带根号，就是因为这个。

// %% [markdown] lang="en"
// As rough as before, on every scale. The path is continuous, but it has no slope anywhere: over $\Delta t$ it moves about $\sqrt{\Delta t}$, so its "speed" $\sqrt{\Delta t}/\Delta t=1/\sqrt{\Delta t}$ grows without bound as you look closer. Remember this when you meet $dW$ in lesson 13: it is of size $\sqrt{dt}$, and that is why noise terms in samplers carry a root.
//
// ## 4 · Ink in water
//
// Each grain of ink makes its own Brownian motion, in two dimensions, and bounces off the walls of the glass. Against the one-dimensional walk two things change, in the marked lines: there are two coordinates, and there are walls.
//
// **Guess first**: what will have happened to the drop after a long time, and who made it happen?

// %% [markdown] lang="zh"
// 放大多少倍都一样粗糙。路径是连续的，却处处没有斜率：$\Delta t$ 内大约移动 $\sqrt{\Delta t}$，“速度” $\sqrt{\Delta t}/\Delta t=1/\sqrt{\Delta t}$ 看得越细就越大，没有止境。
// 第 13 课遇到 $dW$ 时请想起这一点：它的大小是 $\sqrt{dt}$，采样器的噪声项带根号就是这个缘故。
//
// ## 4 · 水里的墨
//
// 每颗墨粒各自做二维的布朗运动，碰到杯壁就弹回。与一维的游走相比，改动有两处，都在标出的行里：坐标成了两个，四周有了墙。
//
// **先猜一猜**：很久以后，这滴墨会怎样？是谁让它这样的？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Ink in water
//
// - Every grain: Brownian motion and a wall
// - Variance grows like time (Einstein, 1905)
// - Every drop ends the same: who made it happen?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 水里的墨
//
// - 每颗墨粒：布朗运动，加一道墙
// - 方差与时间成正比（爱因斯坦，1905）
// - 每滴墨的结局都一样：是谁干的？

// %% figure="ink" slideshow={"slide_type": "subslide"}
/** Bounces x off the walls at `low` and `high`. */
/* zh: 让 x 在 `low` 和 `high` 处的墙上弹回。 */
const bounce = (x: number, low: number, high: number) => (x < low ? 2 * low - x : x > high ? 2 * high - x : x);
const grains = budget({ quick: 200, default: 500, full: 2000 });
let ink = Array.from({ length: grains }, () => [0.1 * normals(1)[0], 3 + 0.1 * normals(1)[0]]);
const dt = 0.02;
const glass: { t: number; grains: number[][] }[] = [{ t: 0, grains: ink }];
for (let step = 1; step <= 600; step++) {
  const pushes = normals(2 * grains);
  ink = ink.map(([x, y], i) => [
    bounce(x + Math.sqrt(dt) * pushes[2 * i], -3, 3), // changed // zh: 改动
    bounce(y + Math.sqrt(dt) * pushes[2 * i + 1], 0, 4), // changed // zh: 改动
  ]);
  if ([2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 600].includes(step))
    glass.push({ t: step * dt, grains: ink });
}
show(
  figures.animation(
    glass.map(({ t, grains: places }) => ({
      label: `t = ${t.toFixed(2)}`,
      figure: figures.scatter2d({
        points: places,
        pointSize: 5,
        xRange: [-3, 3],
        yRange: [0, 4],
        title: 'Ink spreads, and stays spread' /* zh: '墨散开了，就不再聚拢' */,
        x: 'across (cm)' /* zh: '横向（厘米）' */,
        y: 'up (cm)' /* zh: '纵向（厘米）' */,
        size: { width: 760, height: 560 },
      }),
    })),
    { milliseconds: 350 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. Look at the real glass from the start of the lecture. Then play the animation backwards with the slider and ask what is impossible about it: no single grain does anything forbidden.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。看看开讲时滴了墨的那杯水。再用滑块把动画倒着放，问：哪里不可能？没有哪一颗墨粒做了不允许的事。

// %%
const spread = (values: readonly number[]) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
};
show(
  figures.table(
    glass
      .filter((_, i) => [0, 2, 4, 8, 10, 12, 15].includes(i))
      .map(({ t, grains: places }) => ({
        't (s)': t.toFixed(2),
        ['variance across (cm²)' /* zh: '横向方差（cm²）' */]: spread(places.map(([x]) => x)).toFixed(2),
        ['0.01 + t, without walls' /* zh: '0.01 + t，没有墙时' */]: (0.01 + t).toFixed(2),
      })),
    {
      title: 'First the variance grows like time; then the walls are felt' /* zh: '起初方差随时间增长，后来碰到了墙' */,
    },
  ),
);

// %% [markdown] lang="en"
// Nobody made it happen. Each grain is as likely to go left as right. But from the drop there are many more ways out than in, and from the even spread hardly any way leads back: the chance that 500 grains all happen to be in the left half at once is $2^{-500}$. The first rows of the table are Einstein's law of 1905: the variance grows
// **in proportion to time**. Later it stops near $6^2/12=3$, the variance of an even spread over six centimetres (measured on a few hundred grains, give or take a few tenths).
//
// So chance alone takes *every* starting picture to one and the same end. Going back is the hard part: a single still of the spread ink does not tell where the drop was. A diffusion model does not find it either. It learns, from many examples, to walk back to *some* start that could have been. (And what walks there is not ink: section 9.)
//
// ## 5 · The Markov property
//
// To simulate the ink you needed the present places only. Where a grain had been before did not matter. That is the **Markov property**:
//
// $$P(X_{t+1}\mid X_t,X_{t-1},\dots,X_0)=P(X_{t+1}\mid X_t) .$$
//
// *Given the present, the future does not depend on the past.* Not every process has it. A hurried man keeps his direction with probability 0.8 and turns round with 0.2. If you are told only his *place*, the past helps: it says which way he was going. Count it:

// %% [markdown] lang="zh"
// 没有谁。每颗墨粒向左向右的可能性一样大。只是从墨滴出发，散开的路远比聚拢的多；而从均匀散开的状态出发，几乎没有路可以回去：500 颗墨粒同时恰好都在左半边的概率是 $2^{-500}$。
// 表的前几行是爱因斯坦 1905 年的定律：方差**与时间成正比**。后来它停在 $6^2/12=3$ 附近，即六厘米宽的均匀分布的方差（只用几百颗墨粒来量，会有零点几的出入）。
//
// 所以，单凭偶然，*任何*起始图案都会走到同一个终点。难的是回来：散开之后的一张静止照片，看不出墨滴原来在哪里。扩散模型也找不回原来那一滴；它从大量样本中学到的，是走回*某个*可能的起点。（而且那里走的不是墨，见第 9 节。）
//
// ## 5 · 马尔可夫性
//
// 模拟墨水时，你只用到了当前的位置，墨粒以前在哪里无关紧要。这就是**马尔可夫性**（Markov property）：
//
// $$P(X_{t+1}\mid X_t,X_{t-1},\dots,X_0)=P(X_{t+1}\mid X_t) .$$
//
// *已知现在，将来与过去无关。* 并非每个过程都有它。一个赶路的人以 0.8 的概率保持方向，以 0.2 的概率掉头。如果只告诉你他的*位置*，过去就有用：它透露了他正往哪边走。数一数：

// %%
const hurried = (u: readonly number[]) => {
  let direction = u[0] < 0.5 ? 1 : -1;
  const places = [0, direction];
  for (const number of u.slice(1))
    places.push(places[places.length - 1] + (direction = number < 0.8 ? direction : -direction));
  return places;
};
/** Of the moments at which the last step was `last`: how often does the next go right? */
/* zh: 上一步是 `last` 的那些时刻里，下一步向右的占多少？ */
const rightAfter = (walks: readonly number[][], last: number) => {
  const next = walks.flatMap((places) =>
    places.slice(2).flatMap((place, i) => (places[i + 1] - places[i] === last ? [place - places[i + 1]] : [])),
  );
  return (next.filter((step) => step === 1).length / next.length).toFixed(2);
};
const hurriedCrowd = Array.from({ length: 200 }, () => hurried(uniforms(horizon)));
show(
  figures.table(
    [
      { name: 'drunkard' /* zh: '醉汉' */, walks: crowd.slice(0, 200) },
      { name: 'hurried man' /* zh: '赶路的人' */, walks: hurriedCrowd },
    ].map(({ name, walks }) => ({
      ['walker' /* zh: '行者' */]: name,
      ['right again, after a step right' /* zh: '向右之后，再向右' */]: rightAfter(walks, 1),
      ['right, after a step left' /* zh: '向左之后，向右' */]: rightAfter(walks, -1),
    })),
    { title: 'For the drunkard the past says nothing' /* zh: '对醉汉来说，过去什么也说明不了' */ },
  ),
);

// %% [markdown] lang="en"
// The remedy is to enlarge the state. As a process on (place, direction) the hurried man *is* Markov: the pair says all that matters. Whether a process is Markov depends on what you call its state. (A language model does the same: it takes all words so far as its state.)
//
// ## 6 · Chains that forget
//
// With finitely many states, a Markov process in steps is a **Markov chain**, and everything about it fits into a table: the **transition matrix** $P$, with $P_{ij}=P(X_{t+1}=j\mid X_t=i)$. Each row adds up to 1. (With brackets behind it, $P$ is a probability; without, the matrix. And from here on $p$ is a distribution, no longer the probability of a step to the right.) Take the weather:
//
// $$P=\begin{pmatrix}0.7&0.2&0.1\\0.3&0.4&0.3\\0.2&0.4&0.4\end{pmatrix}\qquad\text{rows: today sun, cloud, rain; columns: tomorrow.}$$
//
// If today's weather is only known as probabilities $p=(p_1,p_2,p_3)$, tomorrow's are, by summing over what today may be,
//
// $$p'_j=\sum_iP(X_t=i)\,P(X_{t+1}=j\mid X_t=i)=\sum_ip_iP_{ij},\qquad\text{in short } p'=pP .$$
//
// ### Exercise 3 · One step of a chain (2 points)
//
// The row vector stands on the *left*. The usual slip is $Pp$, which mixes up where from and where to; its entries need not even add up to 1.

// %% [markdown] lang="zh"
// 补救办法是扩大状态。在（位置，方向）上，赶路的人*是*马尔可夫的：这一对数说明了一切。一个过程是不是马尔可夫的，取决于你把什么叫作状态。（语言模型也是这样：它把到目前为止的所有词当作状态。）
//
// ## 6 · 会忘记的链
//
// 状态有限、时间一步一步走的马尔可夫过程叫**马尔可夫链**（Markov chain），它的一切都装在一张表里：**转移矩阵**（transition matrix）$P$，$P_{ij}=P(X_{t+1}=j\mid X_t=i)$，每行加起来等于 1。（后面带括号的 $P$ 是概率，不带括号的是矩阵。从这里起 $p$ 是分布，不再是向右一步的概率。）以天气为例：
//
// $$P=\begin{pmatrix}0.7&0.2&0.1\\0.3&0.4&0.3\\0.2&0.4&0.4\end{pmatrix}\qquad\text{行：今天晴、阴、雨；列：明天。}$$
//
// 如果今天的天气只知道概率 $p=(p_1,p_2,p_3)$，那么对今天的各种可能求和，明天的概率是
//
// $$p'_j=\sum_iP(X_t=i)\,P(X_{t+1}=j\mid X_t=i)=\sum_ip_iP_{ij},\qquad\text{简写为 } p'=pP .$$
//
// ### 练习 3 · 链走一步（2 分）
//
// 行向量写在*左边*。常见失误是写成 $Pp$，把“从哪来”和“到哪去”弄反了，各项加起来甚至可能不等于 1。

// %% grade_id="proc-step" points=2
/** p P: how the chain is distributed one step later. p: [n], matrix: n × n -> [n] */
/* zh: p P：链在一步之后的分布。p: [n]，matrix: n × n -> [n] */
function chainStep(p: readonly number[], matrix: Matrix): number[] {
  // BEGIN SOLUTION
  return matrix.map((_, to) => p.reduce((sum, share, from) => sum + share * matrix[from][to], 0));
  // END SOLUTION
}
await check('proc-step', { chainStep });

// %% [markdown] lang="en"
// **Guess first**: two towns have the same $P$. Today it certainly rains in one and certainly shines in the other. How different are their forecasts for two weeks from now?

// %% [markdown] lang="zh"
// **先猜一猜**：两座城市的 $P$ 相同。今天一座肯定下雨，另一座肯定天晴。两周后的预报会差多少？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Chains that forget
//
// - Markov: given the present, the past is of no use
// - One step: $p'=pP$; stationary: $\pi=\pi P$
// - All $P_{ij}\ge m$: differences shrink by $1-nm$ in each step

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 会忘记的链
//
// - 马尔可夫性：知道了现在，过去就没用了
// - 走一步：$p'=pP$；平稳：$\pi=\pi P$
// - 若所有 $P_{ij}\ge m$：每步差别缩到 $1-nm$ 倍

// %% figure="forgetting" slideshow={"slide_type": "subslide"}
const weather: Matrix = [
  [0.7, 0.2, 0.1],
  [0.3, 0.4, 0.3],
  [0.2, 0.4, 0.4],
];
const skies = ['sun' /* zh: '晴' */, 'cloud' /* zh: '阴' */, 'rain' /* zh: '雨' */];
/** The distributions at times 0…steps. */
/* zh: 时刻 0…steps 的分布。 */
const forecast = (start: readonly number[], matrix: Matrix, steps: number) => {
  const all = [[...start]];
  for (let t = 0; t < steps; t++) all.push(chainStep(all[t], matrix));
  return all;
};
const [sunny, rainy] = [forecast([1, 0, 0], weather, 14), forecast([0, 0, 1], weather, 14)];
show(
  figures.animation(
    sunny.map((p, t) => ({
      label: `t = ${t}`,
      figure: figures.bars({
        categories: skies,
        series: [
          { name: 'began with sun' /* zh: '从晴天开始' */, values: p, color: 3 },
          { name: 'began with rain' /* zh: '从雨天开始' */, values: rainy[t], color: 0 },
        ],
        title: 'Both towns end in the same forecast' /* zh: '两座城市的预报最后一样' */,
        y: 'probability' /* zh: '概率' */,
        yRange: [0, 1.1],
        digits: 2,
      }),
    })),
    { milliseconds: 500 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Seven minutes. Take two forecasts for day 14 from the class before playing. The proof goes on the board. Close with clockwork and islands: which line of the proof breaks?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 七分钟。播放之前，先让全班报两座城市第 14 天的预报。证明写在黑板上。最后问钟表和孤岛：证明在哪一行断了？

// %% [markdown] lang="en"
// After a week the forecasts agree to about two digits, after two weeks to four: (0.4615, 0.3077, 0.2308). The common end $\pi$ does not move any more: a step leaves it as it is,
//
// $$\pi=\pi P ,$$
//
// and so it is called the **stationary distribution**. The weather still changes every day; the *forecast* does not.
//
// **Why do they meet?** Let every entry of $P$ be at least $m>0$ (here $m=0.1$), and let $n$ now be the number of states. Let $U$ be the matrix with $1/n$ everywhere. Take it out of $P$ and call the rest $Q$:
//
// $$P=nm\,U+(1-nm)\,Q .$$
//
// $Q=(P-nmU)/(1-nm)$ is again a transition matrix: its entries are not negative, since $P_{ij}\ge m$, and its rows add up to $(1-nm)/(1-nm)=1$. For two distributions, $(p-q)U=0$, because $p$ and $q$ both add up to 1 and all rows of $U$ are equal. With $\lVert v\rVert_1=\sum_j|v_j|$ for the size of a difference, what remains is
//
// $$\lVert pP-qP\rVert_1=(1-nm)\,\lVert(p-q)Q\rVert_1\le(1-nm)\,\lVert p-q\rVert_1 ,$$
//
// since spreading by $Q$ can only let positive and negative parts cancel. **Each step leaves at most the part $1-nm$ of any difference, here 0.7.** So two starts approach each other exponentially fast. (The bound is safe, not sharp: this chain keeps about 0.46 a step.) It follows that there is exactly one $\pi$. At most one: two of them would have to
// approach each other, and neither moves. At least one: the moves from $pP^t$ to $pP^{t+1}$ shrink by $1-nm$ in each step, so they add up to something finite, and $pP^t$ comes to rest at a $\pi$ with $\pi=\pi P$.
//
// ### Exercise 4 · Estimate the stationary distribution (3 points)
//
// Often $P$ is too large to multiply with, but the chain can be run. Follow it: from state $i$ the next state is `pick(matrix[i], u)`. Count how often each state is *entered*, but leave out the first `burnIn` steps, in which the chain still remembers its start. Give shares that add up to 1.

// %% [markdown] lang="zh"
// 一周后，两份预报的前两位小数几乎一样；两周后，前四位都一样了：(0.4615, 0.3077, 0.2308)。共同的终点 $\pi$ 不再移动，走一步仍是它自己：
//
// $$\pi=\pi P ,$$
//
// 所以叫**平稳分布**（stationary distribution）。天气仍然天天在变，不变的是*预报*。
//
// **为什么会走到一起？** 设 $P$ 的每一项都不小于 $m>0$（这里 $m=0.1$），并用 $n$ 表示状态的个数。用 $U$ 表示处处为 $1/n$ 的矩阵，从 $P$ 里把它分出来，余下的记作 $Q$：
//
// $$P=nm\,U+(1-nm)\,Q .$$
//
// $Q=(P-nmU)/(1-nm)$ 仍是转移矩阵：因为 $P_{ij}\ge m$，各项非负；每行之和为 $(1-nm)/(1-nm)=1$。对任意两个分布，$(p-q)U=0$，因为 $p$、$q$ 之和都是 1，而 $U$ 的各行相同。用 $\lVert v\rVert_1=\sum_j|v_j|$ 表示差别的大小，剩下的是
//
// $$\lVert pP-qP\rVert_1=(1-nm)\,\lVert(p-q)Q\rVert_1\le(1-nm)\,\lVert p-q\rVert_1 ,$$
//
// 因为经 $Q$ 摊开只会让正负部分相互抵消。**每走一步，任何差别都缩小到不超过原来的 $1-nm$ 倍，这里是 0.7 倍。** 所以两个起点以指数速度靠拢。（这个界是保险的，并不紧：这条链每步大约只剩 0.46 倍。）由此可知 $\pi$ 恰有一个。至多一个：若有两个，它们必须相互靠拢，可是谁也不动。
// 至少一个：从 $pP^t$ 到 $pP^{t+1}$ 的移动每步缩到不超过 $1-nm$ 倍，总和有限，所以 $pP^t$ 会停在某个 $\pi$ 上，而且 $\pi=\pi P$。
//
// ### 练习 4 · 估计平稳分布（3 分）
//
// $P$ 常常大得没法拿来乘，但链可以跑起来。跟着它走：在状态 $i$ 时，下一个状态是 `pick(matrix[i], u)`。数一数每个状态*进入*了多少次，但不算最初 `burnIn` 步，那时链还记得起点。返回占比，加起来等于 1。

// %% grade_id="proc-visits" points=3
/** Shares of the states entered after the first `burnIn` steps. u: one number in [0, 1) for each step */
/* zh: 最初 `burnIn` 步之后，各状态被进入次数的占比。u: 每步一个 [0, 1) 里的数 */
function visitShares(matrix: Matrix, start: number, u: readonly number[], burnIn: number): number[] {
  // BEGIN SOLUTION
  const counts = matrix.map(() => 0);
  let state = start;
  u.forEach((number, step) => {
    state = pick(matrix[state], number);
    if (step >= burnIn) counts[state]++;
  });
  return counts.map((count) => count / (u.length - burnIn));
  // END SOLUTION
}
await check('proc-visits', { visitShares });

// %% figure="visits"
const days = uniforms(10_000);
const exact = processes.stationaryDistribution(weather); // by solving π = π P // zh: 解方程 π = π P
show(
  figures.animation(
    [12, 30, 100, 300, 1000, 3000, 10_000].map((count) => ({
      label: `${count - 10} ${'days counted' /* zh: '天' */}`,
      figure: figures.bars({
        categories: skies,
        series: [
          { name: 'share of days' /* zh: '天数占比' */, values: visitShares(weather, 2, days.slice(0, count), 10) },
          { name: 'π, exactly' /* zh: 'π，精确值' */, values: exact },
        ],
        title:
          'One long run visits each state as often as π says' /* zh: '一趟走得够久，到访各状态的频率就如 π 所说' */,
        y: 'share' /* zh: '占比' */,
        yRange: [0, 1.1],
        digits: 3,
      }),
    })),
    { milliseconds: 900 },
  ),
);

// %% [markdown] lang="en"
// **Break it.** The proof needed $m>0$. A zero in $P$ alone does no harm: if some power $P^k$ has only positive entries, the proof holds for $k$ steps at a time. But of these two kinds of chain no power has:
//
// - *clockwork*: sun → cloud → rain → sun, always. The forecast goes round for ever and never settles. There is a $\pi$, one third each, and long-run visits do find it; but the forecast does not converge.
// - *two islands*: who is on one never leaves it. Then where you end depends on where you began, and there is more than one $\pi$.

// %% [markdown] lang="zh"
// **弄坏它。** 证明用到了 $m>0$。$P$ 里有零本身不要紧：只要某个幂 $P^k$ 的各项都是正数，把 $k$ 步当作一步，证明照样成立。但下面两种链，没有哪个幂是这样的：
//
// - *钟表*：晴 → 阴 → 雨 → 晴，永远如此。预报一直转圈，从不停下。$\pi$ 是有的，各占三分之一，长期到访频率也确实趋于它；但预报不收敛。
// - *两座孤岛*：在哪座岛上，就永远离不开。于是终点取决于起点，$\pi$ 不止一个。

// %%
const clockwork: Matrix = [
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
];
const islands: Matrix = [
  [0.5, 0.5, 0],
  [0.5, 0.5, 0],
  [0, 0, 1],
];
const distance = (p: readonly number[], q: readonly number[]) =>
  p.reduce((sum, share, i) => sum + Math.abs(share - q[i]), 0);
const apart = (name: string, matrix: Matrix) => {
  const [a, b] = [forecast([1, 0, 0], matrix, 14), forecast([0, 0, 1], matrix, 14)];
  return { name, y: a.map((p, t) => distance(p, b[t])), points: true };
};
show(
  figures.curves({
    series: [
      apart('weather' /* zh: '天气' */, weather),
      { name: '2 · 0.7ᵗ', y: Array.from({ length: 15 }, (_, t) => 2 * 0.7 ** t), dash: 'dash' as const, color: 7 },
      { ...apart('two islands' /* zh: '两座孤岛' */, islands), points: false },
      { ...apart('clockwork' /* zh: '钟表' */, clockwork), dash: 'dot' as const }, // on the same line // zh: 与孤岛同在一条线上
    ].map((one, i) => ({ color: i, ...one })),
    logY: true,
    yRange: [1e-5, 5],
    title:
      'The weather forgets its start; clockwork and islands never do' /* zh: '天气会忘记起点；钟表和孤岛永远不会' */,
    x: 'steps t' /* zh: '步数 t' */,
    y: '‖p − q‖₁',
  }),
);
try {
  processes.stationaryDistribution(islands);
} catch (error) {
  console.log((error as Error).message);
}

// %% [markdown] lang="en"
// **What should I see, and what if I don't?** A falling straight line on the logarithmic axis: exponential forgetting, below the dashed bound. Clockwork and islands lie one on the other, at 2 for ever: the difference between the two starts does not go away. With other starts the line may also fall first and then stay above zero, if only part of the difference can mix. And if
// a row of the matrix does not add up to 1, neither do the forecasts: look at the sums first.
//
// ## 7 · A chain made to order: Langevin dynamics
//
// Until now the chain was given and we asked for its $\pi$. Turn it round: *given a distribution with density $p$, find a chain whose stationary distribution it is.* Then run the chain, and you have samples of $p$.
//
// Pure Brownian motion will not do; it spreads for ever. It needs a slope that pulls it back where $p$ is large. The direction in which $\log p$ rises fastest is the **score**,
//
// $$s(x)=\nabla\log p(x) .$$
//
// Why it is useful: if $p$ is only known up to a constant, $p=\tilde p/Z$, then $\log p=\log\tilde p-\log Z$ and the constant drops out of the gradient. No normalizing integral. **Langevin dynamics** (physicists call this form *overdamped*: no inertia) takes a small step along the score and adds noise:
//
// $$x\;\leftarrow\;x+\frac{\varepsilon}{2}\,s(x)+\sqrt{\varepsilon}\,z,\qquad z\sim\mathcal N(0,I) .$$
//
// **Why exactly this proportion?** Let $x$ be distributed as $p$ and take a step. Does the average of any smooth function $f$ change? Expand $f$ to the first order in $\varepsilon$ (one dimension; $\mathbb E[z]=0$ and $\mathbb E[z^2]=1$):
//
// $$
// \begin{aligned}
// \mathbb E\bigl[f(x_{\text{new}})-f(x)\bigr]
// &\approx\mathbb E\Bigl[f'(x)\,\tfrac\varepsilon2s(x)+\tfrac12f''(x)\,\varepsilon\Bigr] && \text{Taylor; } \mathbb E[(\sqrt\varepsilon z)^2]=\varepsilon\\
// &=\tfrac\varepsilon2\int\bigl(p\,s\,f'+p\,f''\bigr)\,dx && \text{average over } x\sim p\\
// &=\tfrac\varepsilon2\int\bigl(p'f'+p\,f''\bigr)\,dx && p\,s=p\,(\log p)'=p'\\
// &=\tfrac\varepsilon2\int\frac{d}{dx}\bigl(p\,f'\bigr)\,dx=0 && \text{product rule; } p \text{ vanishes far out.}
// \end{aligned}
// $$
//
// No average changes, so the distribution does not: **$p$ is stationary**, up to terms of order $\varepsilon^2$ in each step. (It takes about $1/\varepsilon$ steps to get anywhere, so these add up to an error of order $\varepsilon$ in what the chain samples; section 8 computes one.) What counts is the proportion: the factor of the score is half
// the variance of the noise. $\varepsilon\,s$ with $\sqrt{2\varepsilon}\,z$ is the same chain with $\varepsilon$ doubled. In any other proportion the third line is no longer the derivative of $p\,f'$.
//
// ### Exercise 5 · A Langevin step (3 points)

// %% [markdown] lang="zh"
// **应该看到什么？没看到怎么办？** 对数坐标上一条下降的直线：以指数速度忘记，而且在虚线界限之下。钟表和孤岛的线重合，一直停在 2：两个起点的差别不会消失。换别的起点，线也可能先降一段，再停在零以上，那是差别里只有一部分能混合。
// 如果矩阵有一行加起来不等于 1，预报加起来也不等于 1：先检查这些和。
//
// ## 7 · 给定分布，造出链：朗之万动力学
//
// 到目前为止，都是给定链，求它的 $\pi$。反过来：*给定密度为 $p$ 的分布，找一条以它为平稳分布的链。* 跑起这条链，就得到 $p$ 的样本。
//
// 光有布朗运动不行，它会一直散下去。还需要一个坡度，把它拉回 $p$ 大的地方。$\log p$ 上升最快的方向叫**分数**（score）：
//
// $$s(x)=\nabla\log p(x) .$$
//
// 它的妙处在于：如果 $p$ 只知道到相差一个常数，$p=\tilde p/Z$，那么 $\log p=\log\tilde p-\log Z$，求梯度时常数就没了，不需要归一化的积分。
// **朗之万动力学**（Langevin dynamics；物理学家把这种没有惯性的形式叫*过阻尼*）沿着分数走一小步，再加噪声：
//
// $$x\;\leftarrow\;x+\frac{\varepsilon}{2}\,s(x)+\sqrt{\varepsilon}\,z,\qquad z\sim\mathcal N(0,I) .$$
//
// **为什么偏偏是这个比例？** 设 $x$ 服从 $p$，走一步。任取光滑函数 $f$，它的平均值变不变？把 $f$ 展开到 $\varepsilon$ 的一阶（以一维为例；$\mathbb E[z]=0$，$\mathbb E[z^2]=1$）：
//
// $$
// \begin{aligned}
// \mathbb E\bigl[f(x_{\text{new}})-f(x)\bigr]
// &\approx\mathbb E\Bigl[f'(x)\,\tfrac\varepsilon2s(x)+\tfrac12f''(x)\,\varepsilon\Bigr] && \text{泰勒展开；} \mathbb E[(\sqrt\varepsilon z)^2]=\varepsilon\\
// &=\tfrac\varepsilon2\int\bigl(p\,s\,f'+p\,f''\bigr)\,dx && \text{对 } x\sim p \text{ 取平均}\\
// &=\tfrac\varepsilon2\int\bigl(p'f'+p\,f''\bigr)\,dx && p\,s=p\,(\log p)'=p'\\
// &=\tfrac\varepsilon2\int\frac{d}{dx}\bigl(p\,f'\bigr)\,dx=0 && \text{乘积求导法则；} p \text{ 在远处为零}
// \end{aligned}
// $$
//
// 任何平均值都不变，分布也就不变：**$p$ 是平稳的**，每步误差是 $\varepsilon^2$ 阶。（走开一段要 $1/\varepsilon$ 步左右，误差累积起来，链所抽的分布偏差是 $\varepsilon$ 阶，第 8 节会算一个。）要紧的是比例：分数前的系数等于噪声方差的一半。
// $\varepsilon\,s$ 配 $\sqrt{2\varepsilon}\,z$ 是同一条链，只是 $\varepsilon$ 加倍。换成别的比例，第三行就不再是 $p\,f'$ 的导数。
//
// ### 练习 5 · 一步朗之万（3 分）

// %% grade_id="proc-langevin" points=3
/** x + (ε/2) s + √ε z. x, score, noise: [N,d], stepSize: ε -> [N,d] */
/* zh: x + (ε/2) s + √ε z。x、score、noise: [N,d]，stepSize: ε -> [N,d] */
function langevinStep(x: Tensor2D, score: Tensor2D, stepSize: number, noise: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return x.add(score.mul(stepSize / 2)).add(noise.mul(Math.sqrt(stepSize)));
  // END SOLUTION
}
await check('proc-langevin', { langevinStep });

// %% [markdown] lang="en"
// Make it to order: three quarters of the mass around $-1.5$, one quarter around $+1.5$. The score of such a mixture of bumps of width $\sigma$ is the weighted average of the pulls $(c_k-x)/\sigma^2$ towards the centres $c_k$, each weighted by the probability that $x$ belongs to it, which is Bayes' rule (lesson 01).
//
// All walkers start from the wide noise $\mathcal N(0,3^2)$.
//
// **Guess first**: after how many steps do you expect to see the two bumps, and when are their *heights* right?

// %% [markdown] lang="zh"
// 现在给定一个分布：四分之三的质量在 $-1.5$ 附近，四分之一在 $+1.5$ 附近。由宽度为 $\sigma$ 的峰组成的混合分布，分数是指向各中心 $c_k$ 的拉力 $(c_k-x)/\sigma^2$ 的加权平均，
// 权重是 $x$ 属于该峰的概率，也就是贝叶斯公式（第 01 课）。
//
// 所有行者都从很宽的噪声 $\mathcal N(0,3^2)$ 出发。
//
// **先猜一猜**：走多少步能看出两个峰？它们的*高度*又要到什么时候才对？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## A chain made to order
//
// $$x\leftarrow x+\tfrac\varepsilon2\nabla\log p(x)+\sqrt\varepsilon\,z$$
//
// - The score needs no normalizing constant
// - Quick within a heap, slow between heaps
// - $\varepsilon s$ instead of $\frac\varepsilon2s$: samples of $p^2$, and nobody notices

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 给定分布，造出链
//
// $$x\leftarrow x+\tfrac\varepsilon2\nabla\log p(x)+\sqrt\varepsilon\,z$$
//
// - 分数不需要归一化常数
// - 峰内很快，峰间很慢
// - $\frac\varepsilon2s$ 写成 $\varepsilon s$：抽的是 $p^2$，还没人发现

// %% figure="langevin-1d" slideshow={"slide_type": "subslide"}
/** ∇ log of a mixture of round bumps. x: [N,d], centers: [K,d] -> [N,d] */
/* zh: 圆峰混合分布的 ∇ log。x: [N,d]，centers: [K,d] -> [N,d] */
function mixtureScore(x: Tensor2D, centers: Tensor2D, weights: readonly number[], sigma: number): Tensor2D {
  return tf.tidy(() => {
    const gaps = x.expandDims(1).sub(centers); // x − c_k, [N,K,d]
    const logs = gaps
      .square()
      .sum(2)
      .div(-2 * sigma ** 2)
      .add(tf.tensor1d([...weights]).log()); // [N,K]
    const belongs = logs.softmax(1).expandDims(2); // [N,K,1]
    return gaps
      .mul(belongs)
      .sum(1)
      .div<Tensor2D>(-(sigma ** 2));
  });
}
/** Runs `steps` Langevin steps and keeps the points at the times `keep`. */
/* zh: 走 `steps` 步朗之万，留下时刻 `keep` 的点。 */
function follow(
  start: Tensor2D,
  score: (x: Tensor2D) => Tensor2D,
  stepSize: number,
  keep: readonly number[],
  step = langevinStep,
) {
  const kept: { step: number; points: number[][] }[] = [];
  let x = start.clone();
  for (let i = 0; i <= Math.max(...keep); i++) {
    if (keep.includes(i)) kept.push({ step: i, points: x.arraySync() });
    const before = x;
    x = tf.tidy(() => step(before, score(before), stepSize, random.normal<tf.Rank.R2>(before.shape)));
    before.dispose();
  }
  x.dispose();
  return kept;
}
const [centers, weights, sigma] = [tf.tensor2d([[-1.5], [1.5]]), [0.75, 0.25], 0.5];
const target = (x: number) => weights[0] * gaussian(x, -1.5, sigma ** 2) + weights[1] * gaussian(x, 1.5, sigma ** 2);
const place = Array.from({ length: 161 }, (_, i) => -8 + i * 0.1);
const walkers = budget({ quick: 400, default: 3000, full: 20_000 });
const milestones = [0, 1, 2, 4, 8, 15, 30, 60, 120, 250, 500, budget({ quick: 600, default: 2000, full: 8000 })];
const run = follow(
  random.normal([walkers, 1], 0, 3),
  (x) => mixtureScore(x, centers, weights, sigma),
  0.05,
  milestones,
);
const right = (points: readonly number[][]) =>
  ((100 * points.filter(([x]) => x > 0).length) / points.length).toFixed(0);
show(
  figures.animation(
    run.map(({ step, points }) => ({
      label: `${'step' /* zh: '第' */} ${step}${'' /* zh: ' 步' */}: ${right(points)} % ${'on the right' /* zh: '在右边' */}`,
      figure: figures.histogram({
        series: [{ name: 'walkers' /* zh: '行者' */, values: points.map(([x]) => x) }],
        curves: [{ name: 'p', x: place, y: place.map(target) }],
        bins: 64,
        range: [-8, 8],
        xRange: [-5, 5],
        yRange: [0, 0.9],
        title: 'The bumps come soon; their heights, late' /* zh: '峰很快就有，高度要等很久' */,
        x: 'x',
        y: 'density' /* zh: '密度' */,
      }),
    })),
    { milliseconds: 600 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes. Play the animation and stop at step 120: "What is still wrong?" (The heights.) Then the derivation on the board, one line at a time; let the class say why the third line holds.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟。播放动画，停在第 120 步：“还有哪里不对？”（高度。）然后在黑板上一行一行推导，让全班说出第三行为什么成立。

// %% [markdown] lang="en"
// Two bumps within a hundred steps, and with nearly half of the walkers on the right, where a quarter belongs; the shares come right only after some two thousand. A walker must cross the valley to change sides, and in the valley the slope pushes him back. With bumps further apart it takes practically for ever. **Locally Langevin is quick, between heaps it is slow.** That is its great weakness, and the reason for starting with much noise and lowering it bit by
// bit, which fills the valleys first. Lesson 13 does so, and every diffusion model uses the idea.
//
// Now in two dimensions, from one dense drop.

// %% [markdown] lang="zh"
// 不到一百步，两个峰就出来了；可是将近一半的行者在右边，而那里只该有四分之一；要走两千步左右，占比才对。换边就得穿过山谷，山谷里的坡度却把人推回来。两峰再远一点，几乎要等到天荒地老。
// **朗之万在单个峰内混合得快，在峰与峰之间混合得慢。** 这是它最大的弱点，也是人们先用大噪声、再一点点降低的理由：大噪声先把山谷填平。第 13 课就这样做，每个扩散模型也都用到这个想法。
//
// 再看二维，从密密的一滴出发。

// %% figure="langevin-2d" slideshow={"slide_type": "subslide"}
const { mixture } = datasets.toys.eightGaussians;
const petals = tf.tensor2d(mixture.centers.map((center) => [...center]));
const width = 0.3;
const flower = follow(
  random.normal([budget({ quick: 150, default: 400, full: 2000 }), 2], 0, 0.3),
  (x) => mixtureScore(x, petals, Array<number>(8).fill(1 / 8), width),
  0.02,
  [0, 2, 5, 10, 15, 20, 30, 40, 60, 80, 120, 200],
);
show(
  figures.animation(
    flower.map(({ step, points }) => ({
      label: `${'step' /* zh: '第' */} ${step}${'' /* zh: ' 步' */}`,
      figure: figures.scatter2d({
        series: [
          { name: 'walkers' /* zh: '行者' */, points },
          {
            name: 'centres' /* zh: '中心' */,
            points: mixture.centers.map((center) => [...center]),
            color: 1,
            symbol: 'x',
          },
        ],
        pointSize: 6,
        xRange: [-3, 3],
        yRange: [-3, 3],
        title: 'Chance with a slope builds a flower' /* zh: '随机游走加上坡度，走成八个峰' */,
        x: 'x₁',
        y: 'x₂',
      }),
    })),
    { milliseconds: 350 },
  ),
);

// %% [markdown] lang="en"
// ## 8 · Break it: what each slip samples from
//
// Try the usual slips on the plain Gaussian $\mathcal N(0,1)$, whose score is $-x$. There we can also compute what must come out. A right step multiplies the variance $v$ by $(1-\frac\varepsilon2)^2$ and adds $\varepsilon$, so it stands still where
//
// $$v=\Bigl(1-\frac\varepsilon2\Bigr)^2v+\varepsilon\quad\Longrightarrow\quad v=\frac{\varepsilon}{\varepsilon-\varepsilon^2/4}=\frac1{1-\varepsilon/4} .$$
//
// Not quite 1: that is the price of a finite step. It vanishes with $\varepsilon$, and at $\varepsilon=4$ the walk explodes.
//
// **Guess first**: which of the slips below leaves the distribution too narrow, which too wide, and which lets it run away?

// %% [markdown] lang="zh"
// ## 8 · 弄坏它：每种失误在对什么抽样
//
// 在普通高斯分布 $\mathcal N(0,1)$ 上试试常见的失误，它的分数是 $-x$，结果可以算出来。正确的一步把方差 $v$ 乘以 $(1-\frac\varepsilon2)^2$，再加 $\varepsilon$，所以停在
//
// $$v=\Bigl(1-\frac\varepsilon2\Bigr)^2v+\varepsilon\quad\Longrightarrow\quad v=\frac{\varepsilon}{\varepsilon-\varepsilon^2/4}=\frac1{1-\varepsilon/4} .$$
//
// 不完全等于 1：这是步长有限的代价。它随 $\varepsilon$ 一起消失，而到了 $\varepsilon=4$，行走就爆炸。
//
// **先猜一猜**：下面的失误，哪个让分布太窄，哪个太宽，哪个让它跑掉？

// %%
type Step = typeof langevinStep;
const sampled = budget({ quick: 4000, default: 40_000, full: 40_000 });
const slips: { name: string; epsilon: number; step: Step; theory: string }[] = [
  { name: 'right, ε = 0.1' /* zh: '正确，ε = 0.1' */, epsilon: 0.1, step: langevinStep, theory: '1/(1 − ε/4) = 1.026' },
  { name: 'right, ε = 2' /* zh: '正确，ε = 2' */, epsilon: 2, step: langevinStep, theory: '1/(1 − ε/4) = 2' },
  {
    name: 'ε s instead of (ε/2) s' /* zh: '(ε/2) s 写成 ε s' */,
    epsilon: 0.1,
    step: (x, s, e, z) => x.add(s.mul(e)).add(z.mul(Math.sqrt(e))),
    theory: '1/(2 − ε) = 0.526',
  },
  {
    name: 'noise ε z instead of √ε z' /* zh: '噪声 √ε z 写成 ε z' */,
    epsilon: 0.1,
    step: (x, s, e, z) => x.add(s.mul(e / 2)).add(z.mul(e)),
    theory: 'ε/(1 − ε/4) = 0.103',
  },
  { name: 'no noise' /* zh: '没有噪声' */, epsilon: 0.1, step: (x, s, e) => x.add(s.mul(e / 2)), theory: '0' },
  {
    name: 'minus the score' /* zh: '分数的符号反了' */,
    epsilon: 0.1,
    step: (x, s, e, z) => x.sub(s.mul(e / 2)).add(z.mul(Math.sqrt(e))),
    theory: '∞',
  },
  { name: 'right, ε = 4.2' /* zh: '正确，ε = 4.2' */, epsilon: 4.2, step: langevinStep, theory: '∞' },
];
show(
  figures.table(
    slips.map(({ name, epsilon, step, theory }) => {
      const [{ points }] = follow(random.normal([sampled, 1]), (x) => x.neg(), epsilon, [150], step);
      const variance = spread(points.map(([x]) => x));
      return {
        ['step' /* zh: '一步' */]: name,
        ['variance after 150 steps' /* zh: '150 步后的方差' */]:
          variance > 1000 ? variance.toExponential(1) : variance.toFixed(3),
        ['theory' /* zh: '理论值' */]: theory,
      };
    }),
    { title: 'Should be 1' /* zh: '应该是 1' */ },
  ),
);

// %% [markdown] lang="en"
// A variance $v$ measured on $N$ walkers is uncertain by about $v\sqrt{2/N}$, with 40,000 of them by 0.007. So the 1.026 of the first row can be told from 1, and is no bug: it is the finite step.
//
// The third row is worth a second look, because it looks so harmless. With $\varepsilon s$ the noise is too weak by $\sqrt2$ for its drift; the chain samples from $p^2$ (normalized), not from $p$. Its peaks stand in the right places, but each is too narrow, and the high ones get too much: $\frac34$ to $\frac14$ becomes 9 to 1. Pictures from such a chain
// would look clean, and vary less than the data.
//
// ### Exercise 6 ★ · Find the bugs in this sampler (3 points, optional, the hardest of this lesson)
//
// A fellow student hands you this. It runs without complaint. It contains **three** errors.
//
// ```ts
// function langevin(x: Tensor2D, score: (x: Tensor2D) => Tensor2D, stepSize: number, noises: readonly Tensor2D[]): Tensor2D {
//   const slope = score(x);
//   for (const noise of noises) {
//     x = x.add(slope.mul(stepSize)).add(noise.mul(stepSize));
//   }
//   return x;
// }
// ```
//
// Write it right: one step for each tensor of noise. You may call your `langevinStep`.

// %% [markdown] lang="zh"
// 用 $N$ 个行者量出的方差 $v$，误差大约是 $v\sqrt{2/N}$，四万个行者就是 0.007。所以第一行的 1.026 与 1 分得开，而它不是程序错误，是步长有限造成的。
//
// 第三行值得再看一眼，因为它看上去那么无害。写成 $\varepsilon s$，噪声只有应有大小的 $1/\sqrt2$，链是在对 $p^2$（归一化后）抽样，而不是 $p$。峰的位置对，但每个峰太窄，高峰又占得太多：$\frac34$ 比 $\frac14$ 变成 9 比 1。放到图像上，就是看着干净，却不如数据多样。
//
// ### 练习 6 ★ · 找出这个采样器的错误（3 分，选做，本课最难）
//
// 同学交给你这段代码。它跑得起来，什么也不报。它有**三处**错误。
//
// ```ts
// function langevin(x: Tensor2D, score: (x: Tensor2D) => Tensor2D, stepSize: number, noises: readonly Tensor2D[]): Tensor2D {
//   const slope = score(x);
//   for (const noise of noises) {
//     x = x.add(slope.mul(stepSize)).add(noise.mul(stepSize));
//   }
//   return x;
// }
// ```
//
// 请写出正确的：每个噪声张量走一步。可以调用你的 `langevinStep`。

// %% grade_id="proc-repair" points=3
/** Langevin dynamics from x, one step for each noise. x: [N,d], score: [N,d] -> [N,d], noises: [N,d] each */
/* zh: 从 x 出发的朗之万动力学，每个噪声走一步。x: [N,d]，score: [N,d] -> [N,d]，noises: 每个 [N,d] */
function langevin(
  x: Tensor2D,
  score: (x: Tensor2D) => Tensor2D,
  stepSize: number,
  noises: readonly Tensor2D[],
): Tensor2D {
  // BEGIN SOLUTION
  return noises.reduce((at, noise) => langevinStep(at, score(at), stepSize, noise), x);
  // END SOLUTION
}
await check('proc-repair', { langevin });

// %% [markdown] lang="en"
// ## 9 · The real thing: a shoe dissolves, twice
//
// "Diffusion" of a picture can mean two very different things. Take a shoe from Fashion-MNIST.
//
// - **Left: ink.** Each bright pixel is a heap of ink grains, and the grains walk about *in the plane of the picture*, as in section 4. State space: the plane.
// - **Right: noise.** The picture is *one* point in $\mathbb R^{784}$, and this point walks. Every grey value $x$, scaled to $[-1,1]$, is pulled to 0 a little and pushed at random:
//
// $$x_t=\sqrt{1-\beta}\;x_{t-1}+\sqrt{\beta}\;z_t .$$
//
// The variance goes $v\mapsto(1-\beta)v+\beta$, which stands still at exactly $v=1$; the mean shrinks to 0. So $\mathcal N(0,I)$ is the stationary distribution of this Markov chain on pictures. And since $\sqrt{1-\beta}\approx1-\frac\beta2$, the step is, to first order, **the Langevin step for $\mathcal N(0,I)$ with $\varepsilon=\beta$**.
//
// **Guess first**: which of the two is the forward process of a diffusion model?

// %% [markdown] lang="zh"
// ## 9 · 用真实图像：同一只鞋的两种扩散
//
// 说图像的“扩散”，可以指两件截然不同的事。从 Fashion-MNIST 取一只鞋。
//
// - **左边：墨。** 每个亮像素是一小堆墨粒，墨粒*在图像平面里*到处走，如第 4 节。状态空间：平面。
// - **右边：噪声。** 整幅图像是 $\mathbb R^{784}$ 里的*一个*点，走的是这个点。每个灰度值 $x$ 缩放到 $[-1,1]$，每步被往 0 拉一点，再被随机推一下：
//
// $$x_t=\sqrt{1-\beta}\;x_{t-1}+\sqrt{\beta}\;z_t .$$
//
// 方差按 $v\mapsto(1-\beta)v+\beta$ 变化，恰好停在 $v=1$；均值缩到 0。所以 $\mathcal N(0,I)$ 就是这条图像上的马尔可夫链的平稳分布。又因为 $\sqrt{1-\beta}\approx1-\frac\beta2$，
// 这一步在一阶近似下，**正是以 $\mathcal N(0,I)$ 为目标、$\varepsilon=\beta$ 的朗之万步**。
//
// **先猜一猜**：哪一个是扩散模型的前向过程？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What walks in a diffusion model?
//
// - Ink: grains walk in the plane; every picture ends the same
// - Noise: the picture walks in $\mathbb R^{784}$; stationary $\mathcal N(0,I)$
// - The way back needs a slope: lessons 11–15

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 扩散模型里，走的是什么？
//
// - 墨：墨粒在平面里走，每幅图像的结局都一样
// - 噪声：图像在 $\mathbb R^{784}$ 里走，平稳分布 $\mathcal N(0,I)$
// - 回来要靠坡度：第 11–15 课

// %% figure="shoe" slideshow={"slide_type": "subslide"}
const data = await datasets.fashionMnist();
const shoe = Array.from(data.test.images(0, 1).dataSync()); // [784]
const drops = budget({ quick: 2000, default: 20_000, full: 100_000 });
const brightness = shoe.reduce((sum, value) => sum + value, 0);
const shares = shoe.map((value) => value / brightness);
// grains in proportion to brightness, each somewhere inside its pixel
// zh: 墨粒数与亮度成正比，各自落在像素内的某处
let grainsOfShoe = shares.flatMap((share, i) =>
  Array.from({ length: Math.round(share * drops) }, () => [
    (i % 28) + random.next(),
    Math.floor(i / 28) + random.next(),
  ]),
);
const most = Math.max(...shares) * drops;
const counted = () => {
  const counts = new Array<number>(784).fill(0);
  for (const [column, row] of grainsOfShoe)
    counts[28 * Math.min(27, Math.floor(row)) + Math.min(27, Math.floor(column))]++;
  return counts.map((count) => Math.min(1, count / most));
};
const beta = 0.02;
let hiss = shoe.map((value) => 2 * value - 1);
const dissolving: { t: number; rows: number[][] }[] = [];
for (let t = 0; t <= 200; t++) {
  if ([0, 2, 5, 10, 15, 20, 30, 40, 60, 80, 120, 200].includes(t)) {
    const plain = counted();
    const row = (y: number) => [
      ...plain.slice(28 * y, 28 * y + 28),
      NaN,
      ...hiss.slice(28 * y, 28 * y + 28).map((x) => Math.min(1, Math.max(0, (x + 1) / 2))),
    ];
    dissolving.push({ t, rows: Array.from({ length: 28 }, (_, y) => row(y)) });
  }
  const pushes = normals(2 * grainsOfShoe.length);
  grainsOfShoe = grainsOfShoe.map(([x, y], i) => [
    bounce(x + 1.5 * pushes[2 * i], 0, 28),
    bounce(y + 1.5 * pushes[2 * i + 1], 0, 28),
  ]);
  const z = normals(784);
  hiss = hiss.map((x, i) => Math.sqrt(1 - beta) * x + Math.sqrt(beta) * z[i]);
}
show(
  figures.animation(
    dissolving.map(({ t, rows }) => ({
      label: `t = ${t}`,
      figure: figures.heatmap({
        values: rows,
        topDown: true,
        scale: 'grey',
        range: [0, 1],
        color: 'brightness' /* zh: '亮度' */,
        title: 'Left the ink walks, right the whole picture walks' /* zh: '左边是墨在走，右边是整幅图像在走' */,
        x: 'column (0–27: ink; 29–56: noise)' /* zh: '列（0–27：墨；29–56：噪声）' */,
        y: 'row' /* zh: '行' */,
        size: { width: 860, height: 455 },
      }),
    })),
    { milliseconds: 400 },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Ask for a vote before the animation: which side is a diffusion model? Many choose the left, because of the name. Let somebody say why a generator could not be built from the left side.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。放动画之前先表决：哪一边是扩散模型？因为名字，许多人会选左边。请人说说，为什么用左边造不出生成器。

// %% [markdown] lang="en"
// The right one. The ink blurs: the shoe becomes a cloud, then an even grey, and every picture becomes *the same* picture but for its total brightness. The noise hisses: the shoe stays where it is, fainter under more and more noise (values beyond $\pm1$ are shown as black or white), until the picture is a draw from $\mathcal N(0,I)$, and there are as many of those as you like. A generator needs a stationary distribution from which one can draw *different* things. That is why lesson 11 walks in
// $\mathbb R^{784}$ and not in the plane.
//
// Now you have the two halves. Forwards: a Markov chain takes any picture to $\mathcal N(0,I)$; nothing needs to be learned. Backwards: steps along a slope, plus noise, as Langevin does; but the slope, the score of noisy pictures, nobody can write down. **Learning that slope is all that the next five lessons do.**
//
// ## 10 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. What are the state space and the marginal distribution at time 2 of the fair drunkard?</summary>
//
// The whole numbers. $P(X_2=-2)=\frac14$, $P(X_2=0)=\frac12$, $P(X_2=2)=\frac14$.
// </details>
//
// <details><summary>2. For the same walk: P(X₁ = 1 and X₂ = 0), and P(X₂ = 0 given X₁ = 1)?</summary>
//
// $\frac12\cdot\frac12=\frac14$, and $\frac14/\frac12=\frac12$.
// </details>
//
// <details><summary>3. A simulation of Brownian motion with Δt = 0.01 adds 0.01 · z in each step. What will the variance be at time 1, and what should it be?</summary>
//
// 100 steps of variance $0.01^2$: 0.01 instead of 1. It should add $\sqrt{0.01}\,z=0.1\,z$.
// </details>
//
// <details><summary>4. The stock of a shop on successive days, when every order arrives two days after it was placed: is it Markov? If not, mend it.</summary>
//
// Not with the stock alone: what arrives tomorrow was ordered yesterday. With the state (stock, order of today, order of yesterday) it is.
// </details>
//
// <details><summary>5. A chain has the stationary distribution (0.5, 0.3, 0.2). Does it stop moving once it is stationary?</summary>
//
// No. It goes on jumping; half of all its time it is in state 1. What stands still is the distribution.
// </details>
//
// <details><summary>6. Two copies of a chain started differently; after 1,000 steps their distributions still differ by the same amount as at the start. Name the two possible causes.</summary>
//
// The states fall apart into groups that are never left (islands), or the chain goes round in a fixed rhythm (clockwork). In both cases no power of $P$ has only positive entries.
// </details>
//
// <details><summary>7. Your Langevin sampler finds both heaps of the data, but one with 50 % instead of 10 %. Bug or no bug?</summary>
//
// Not necessarily a bug. Between heaps Langevin mixes slowly; the shares are still those of the start. Start from more noise and lower it step by step (lesson 13).
// </details>
//
// <details><summary>8. A sampler uses x + ε s + √ε z. Its samples look flawless. What is wrong with them?</summary>
//
// They come from $p^2$, normalized: too close to the peaks, too little variety. Flawless single samples say nothing about the distribution.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | conditional | $P(X_t=b\mid X_s=a)=P(X_s=a,X_t=b)/P(X_s=a)$ |
// | random walk | $\mathbb E[X_n]=n(2p-1),\ \operatorname{Var}X_n=4np(1-p)$ |
// | Brownian motion | $W(t+\Delta t)-W(t)\sim\mathcal N(0,\Delta t)$, independent increments |
// | Markov property | $P(X_{t+1}\mid X_t,\dots,X_0)=P(X_{t+1}\mid X_t)$ |
// | one step of a chain | $p'=pP$ |
// | stationary distribution | $\pi=\pi P$ |
// | forgetting | $\lVert pP-qP\rVert_1\le(1-nm)\lVert p-q\rVert_1$ if all $P_{ij}\ge m$ |
// | Langevin step | $x\leftarrow x+\frac\varepsilon2\nabla\log p(x)+\sqrt\varepsilon\,z$ |
// | noising step | $x_t=\sqrt{1-\beta}\,x_{t-1}+\sqrt\beta\,z_t$, stationary: $\mathcal N(0,I)$ |
//
// ## Further reading
//
// - Einstein (1905), *Über die von der molekularkinetischen Theorie der Wärme geforderte Bewegung von in ruhenden Flüssigkeiten suspendierten Teilchen*, Annalen der Physik 322(8): 549–560. Variance in proportion to time.
// - Langevin (1908), *Sur la théorie du mouvement brownien*, Comptes Rendus 146: 530–533.
// - Roberts & Tweedie (1996), *Exponential Convergence of Langevin Distributions and Their Discrete Approximations*, Bernoulli 2(4): 341–363. When the finite step is harmless, and when it explodes.
// - Levin & Peres (2017), *Markov Chains and Mixing Times*, second edition, American Mathematical Society. Chapters 1 and 4 for section 6.
// - Song & Ermon (2019), *Generative Modeling by Estimating Gradients of the Data Distribution*, arXiv:1907.05600. Learns the slope; lesson 13.

// %% [markdown] lang="zh"
// 右边那个。墨会糊开：鞋变成一团云，再变成均匀的灰，除了总亮度，每幅图像都变成*同一幅*。噪声则沙沙作响：鞋还在原处，只是被越来越多的噪声盖住（超出 $\pm1$ 的值画成黑或白），最后图像成了 $\mathcal N(0,I)$ 的一个样本，这样的样本要多少有多少。
// 生成器需要一个能抽出*不同*东西的平稳分布，所以第 11 课是在 $\mathbb R^{784}$ 里走，而不是在平面里走。
//
// 现在两半都齐了。向前：一条马尔可夫链把任何图像带到 $\mathcal N(0,I)$，什么都不用学。向后：像朗之万那样沿着坡走，再加噪声；可是那个坡度，即加噪图像的分数，谁也写不出来。
// **后面五课做的，就是学会这个坡度。**
//
// ## 10 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 公平的醉汉，状态空间是什么？时刻 2 的边缘分布是什么？</summary>
//
// 整数。$P(X_2=-2)=\frac14$，$P(X_2=0)=\frac12$，$P(X_2=2)=\frac14$。
// </details>
//
// <details><summary>2. 同一个游走：P(X₁ = 1 且 X₂ = 0) 和 P(X₂ = 0 | X₁ = 1) 各是多少？</summary>
//
// $\frac12\cdot\frac12=\frac14$；$\frac14/\frac12=\frac12$。
// </details>
//
// <details><summary>3. 一个布朗运动的模拟，Δt = 0.01，每步加 0.01 · z。时刻 1 的方差会是多少？应该是多少？</summary>
//
// 100 步，每步方差 $0.01^2$，结果是 0.01，应该是 1。每步该加 $\sqrt{0.01}\,z=0.1\,z$。
// </details>
//
// <details><summary>4. 商店每天的库存，订的货两天后才到：它是马尔可夫的吗？如果不是，怎样补救？</summary>
//
// 只看库存不是：明天到的货是昨天订的。把状态取为（库存，今天的订单，昨天的订单）就是了。
// </details>
//
// <details><summary>5. 一条链的平稳分布是 (0.5, 0.3, 0.2)。达到平稳之后，它就不动了吗？</summary>
//
// 不是。它继续跳来跳去，一半的时间在状态 1。不动的是分布。
// </details>
//
// <details><summary>6. 同一条链从两个不同的起点出发，走了 1,000 步，两个分布的差别与开始时一样大。说出两种可能的原因。</summary>
//
// 状态分成几组，进了就出不来（孤岛）；或者链按固定的节奏转圈（钟表）。两种情形下，$P$ 的任何次幂都不会全是正数。
// </details>
//
// <details><summary>7. 你的朗之万采样器两堆都找到了，但其中一堆占了 50 %，本该是 10 %。是程序错了吗？</summary>
//
// 不一定。朗之万在堆与堆之间混合得慢，占比还是出发时的占比。应当从更大的噪声开始，逐步降低（第 13 课）。
// </details>
//
// <details><summary>8. 一个采样器用的是 x + ε s + √ε z，样本看起来无可挑剔。它们错在哪里？</summary>
//
// 它们来自归一化的 $p^2$：太靠近峰，缺少多样性。单个样本再完美，也说明不了分布对不对。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 条件分布 | $P(X_t=b\mid X_s=a)=P(X_s=a,X_t=b)/P(X_s=a)$ |
// | 随机游走 | $\mathbb E[X_n]=n(2p-1),\ \operatorname{Var}X_n=4np(1-p)$ |
// | 布朗运动 | $W(t+\Delta t)-W(t)\sim\mathcal N(0,\Delta t)$，增量独立 |
// | 马尔可夫性 | $P(X_{t+1}\mid X_t,\dots,X_0)=P(X_{t+1}\mid X_t)$ |
// | 链走一步 | $p'=pP$ |
// | 平稳分布 | $\pi=\pi P$ |
// | 忘记起点 | 若所有 $P_{ij}\ge m$，则 $\lVert pP-qP\rVert_1\le(1-nm)\lVert p-q\rVert_1$ |
// | 朗之万一步 | $x\leftarrow x+\frac\varepsilon2\nabla\log p(x)+\sqrt\varepsilon\,z$ |
// | 加噪一步 | $x_t=\sqrt{1-\beta}\,x_{t-1}+\sqrt\beta\,z_t$，平稳分布为 $\mathcal N(0,I)$ |
//
// ## 延伸阅读
//
// - Einstein (1905), *Über die von der molekularkinetischen Theorie der Wärme geforderte Bewegung von in ruhenden Flüssigkeiten suspendierten Teilchen*, Annalen der Physik 322(8): 549–560. 方差与时间成正比。
// - Langevin (1908), *Sur la théorie du mouvement brownien*, Comptes Rendus 146: 530–533.
// - Roberts & Tweedie (1996), *Exponential Convergence of Langevin Distributions and Their Discrete Approximations*, Bernoulli 2(4): 341–363. 有限步长何时无害，何时爆炸。
// - Levin & Peres (2017), *Markov Chains and Mixing Times*, second edition, American Mathematical Society. 第 6 节的内容见第 1、4 章。
// - Song & Ermon (2019), *Generative Modeling by Estimating Gradients of the Data Distribution*, arXiv:1907.05600. 学会那个坡度；见第 13 课。
