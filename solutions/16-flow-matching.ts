// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Flow matching: the straight way from noise to data"
//   zh: 流匹配：从噪声到数据的直路
// minutes: 75
// terms:
//   flow matching: 流匹配
//   velocity field: 速度场
//   conditional velocity: 条件速度
//   marginal velocity: 边缘速度
//   continuity equation: 连续性方程
//   Euler's method: 欧拉法
//   Heun's method: 休恩法
//   function evaluation: 函数求值
//   rectified flow: 整流流
// ---

// %% [markdown] lang="en"
// # 16 · Flow matching: the straight way from noise to data
//
// By the end of this lesson you will have a generator whose training is a plain regression of ten lines, without a noise schedule, and whose samples take a handful of steps. Then you will
// change one line, and it carries *any* cloud of points to any other: two moons to a pinwheel.
//
// **You can then**
//
// 1. write the straight path from noise to an example, and its velocity;
// 2. say which velocity a network learns where many paths cross, and derive it;
// 3. show that following this marginal velocity gives the right density at every time;
// 4. explain why pairs' paths cross, a flow's paths never do, and the marginal field therefore bends;
// 5. write the flow-matching loss;
// 6. write an Euler step and a sampler by Heun's method, and count what they cost;
// 7. find out in which convention a network was trained, and convert it;
// 8. compare two samplers at the same number of function evaluations, as fairly as it can be done;
// 9. carry one data set to another, and straighten a flow.
//
// **Time**: about 75 minutes to read and work through. All cells together run in about three minutes on two processor cores.

// %% [markdown] lang="zh"
// # 16 · 流匹配：从噪声到数据的直路
//
// 学完本课，你会拥有一个生成模型：训练只是十来行的普通回归，不需要噪声调度；采样只要几步。然后改动一行，它就能把*任意*一团点送到另一团：
// 从两个月牙到一架风车。
//
// **学完之后，你能够**
//
// 1. 写出从噪声到样本的直线路径及其速度；
// 2. 说出在许多路径交汇的地方，网络学到的是哪个速度，并推导出来；
// 3. 证明跟着这个边缘速度走，每一时刻的密度都正确；
// 4. 解释为什么成对的路径会相交、流的路径永不相交，以及边缘速度场因此必须弯曲；
// 5. 写出流匹配损失；
// 6. 写出一步欧拉法和一个休恩法采样程序，并数清代价；
// 7. 判断一个网络是按哪种约定训练的，并加以转换；
// 8. 在相同的函数求值次数下，尽量公平地比较两种采样方法；
// 9. 把一个数据集送到另一个数据集，并把流拉直。
//
// **用时**：阅读和练习约 75 分钟。所有代码在双核处理器上合计约三分钟。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # 16 · Flow matching
//
// **The straight way from noise to data**
//
// - training: one regression, no schedule
// - sampling: a handful of steps
// - from any cloud of points to any other

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 16 · 流匹配
//
// **从噪声到数据的直路**
//
// - 训练：一个回归，没有噪声调度
// - 采样：几步就够
// - 从任意一团点到任意另一团点

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 minutes. Ask what was awkward in lessons 11 and 13: schedules, √ᾱ, two kinds of reverse process. "Today we throw all of it away and keep a straight line." Say that it is the same family in the end.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 分钟。问：第 11、13 课里哪些地方别扭？噪声调度、√ᾱ、两种反向过程。“今天全扔掉，只留一条直线。”也要说明：归根到底它们是一家。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  engine,
  figures,
  flowMatching,
  metrics,
  nn,
  Random,
  score,
  show,
  train,
} from 'genlab';

/** Where points [B,n] are heading at times [B,1] -> [B,n] */
/* zh: 点 [B,n] 在时刻 [B,1] 的去向 -> [B,n] */
type Velocity = (x: Tensor2D, t: Tensor2D) => Tensor2D;
/** The same, with one time for all. */
/* zh: 同上，但所有点用同一个时刻。 */
type Field = (x: Tensor2D, t: number) => Tensor2D;

const random = new Random(16);

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en"
// ## 1 · The simplest path there is
//
// Lesson 13 carried noise to data along curves that came out of a stochastic process. Suppose you may choose the way yourself. You have a point of noise $x_0\sim\mathcal N(0,I)$ and an example $x_1$ from the data. The simplest way from one to the other is a
// straight line at constant speed, with $t$ from 0 to 1:
//
// $$x_t=(1-t)\,x_0+t\,x_1,\qquad\frac{dx_t}{dt}=x_1-x_0 .$$
//
// **Mind the clock**: here $t=0$ is noise and $t=1$ is data, the other way round than in lessons 11 and 13. The letters turn with it: $x_0$, there the example, is now the noise, and $p_1$, there the noise, is now the data. We keep to the notation of Lipman et al. (2022); some programs do the opposite, and section 6 is about what happens then.
//
// $x_1-x_0$ is the **velocity** of this path. It is the same all along the path, and training needs nothing else: draw $x_0$, $x_1$ and $t$, go to $x_t$, and let a network guess the velocity there.
//
// ### Exercise 1 · The straight path (2 points)

// %% [markdown] lang="zh"
// ## 1 · 最简单的路径
//
// 第 13 课沿着随机过程产生的曲线，把噪声送到数据。假如路可以由你自己选呢？给你一个噪声点 $x_0\sim\mathcal N(0,I)$ 和一个数据样本 $x_1$，从前者到后者最简单的路，是匀速走直线，$t$ 从 0 到 1：
//
// $$x_t=(1-t)\,x_0+t\,x_1,\qquad\frac{dx_t}{dt}=x_1-x_0 .$$
//
// **注意时钟**：这里 $t=0$ 是噪声，$t=1$ 是数据，与第 11、13 课相反。字母的含义也随之颠倒：$x_0$ 在那里是样本，在这里是噪声；$p_1$ 在那里是噪声的密度，在这里是数据的密度。我们沿用 Lipman 等（2022）的记号；有些程序恰好反过来，第 6 节专门讲混用的后果。
//
// $x_1-x_0$ 就是这条路径的**速度**，全程不变。训练不再需要别的东西：抽 $x_0$、$x_1$ 和 $t$，走到 $x_t$，让网络猜那里的速度。
//
// ### 练习 1 · 直线路径（2 分）

// %% grade_id="flow-path" points=2
/** The place at time t of the straight path from x0 to x1, and its velocity. x0, x1: [B,n]; t: [B,1] -> [B,n] each */
/* zh: 从 x0 到 x1 的直线路径在时刻 t 的位置，以及速度。x0、x1: [B,n]；t: [B,1] -> 各为 [B,n] */
function straightPath(x0: Tensor2D, x1: Tensor2D, t: Tensor2D): { xt: Tensor2D; velocity: Tensor2D } {
  // BEGIN SOLUTION
  return { xt: x0.mul(tf.sub(1, t)).add(x1.mul(t)), velocity: x1.sub(x0) };
  // END SOLUTION
}
await check('flow-path', { straightPath });

// %% [markdown] lang="en"
// ## 2 · Which velocity does the network learn?
//
// Many paths run through one point, and each has its own velocity. Look at it on the line, where the data have two bumps, at $-1.5$ and $1.5$. Of 20,000 straight paths, take those that pass close to $x=0.1$ at time $t=0.5$.
//
// **Guess first**: what do their velocities look like as a histogram? And what will a network answer at this point, if it minimizes the mean square error?

// %% [markdown] lang="zh"
// ## 2 · 网络学到的是哪个速度？
//
// 许多路径会经过同一个点，各有各的速度。先在直线上看，数据有两个峰，在 $-1.5$ 和 $1.5$。在 20,000 条直线路径中，挑出 $t=0.5$ 时经过 $x=0.1$ 附近的那些。
//
// **先猜一猜**：它们的速度画成直方图是什么样？如果网络使均方误差最小，它在这一点会回答什么？

// %% slideshow={"slide_type": "subslide"}
const line = { middles: [-1.5, 1.5], width: 0.3 }; // the 1-D data: two equal bumps // zh: 一维数据：两个同样的峰
const normals = (count: number) => Array.from(random.normal([count]).dataSync());
const drawLine = (count: number) => normals(count).map((z) => line.middles[random.int(2)] + line.width * z);

/** The mean of x₁ − x₀ over all straight paths through x at time t: a formula, because all is Gaussian. */
/* zh: 时刻 t 经过 x 的所有直线路径的 x₁ − x₀ 的平均：因为都是高斯，有公式可算。 */
function lineVelocity(x: number, t: number): number {
  const variance = (1 - t) ** 2 + (t * line.width) ** 2; // of x_t within one bump // zh: 单个峰内 x_t 的方差
  const logs = line.middles.map((c) => -((x - t * c) ** 2) / (2 * variance));
  const largest = Math.max(...logs);
  const shares = logs.map((log) => Math.exp(log - largest));
  const whole = shares[0] + shares[1];
  return line.middles.reduce((sum, c, k) => {
    const slope = (t * line.width ** 2 - (1 - t)) / variance; // Cov(x₁ − x₀, x_t) / Var(x_t)
    return sum + (shares[k] / whole) * (c + slope * (x - t * c));
  }, 0);
}
const [manyStarts, manyEnds] = [normals(20_000), drawLine(20_000)];
const passing = manyStarts.flatMap((x0, i) =>
  Math.abs(0.5 * x0 + 0.5 * manyEnds[i] - 0.1) < 0.05 ? [manyEnds[i] - x0] : [],
);
const meanVelocity = passing.reduce((sum, v) => sum + v, 0) / passing.length;
console.log(
  `mean of these ${passing.length} velocities: ${meanVelocity.toFixed(2)}; by the formula: ${lineVelocity(0.1, 0.5).toFixed(2)}` /* zh: `这 ${passing.length} 个速度的平均：${meanVelocity.toFixed(2)}；按公式：${lineVelocity(0.1, 0.5).toFixed(2)}` */,
);
show(
  figures.histogram({
    series: [{ name: 'velocities' /* zh: '速度' */, values: passing }],
    marks: [{ x: lineVelocity(0.1, 0.5), label: 'their mean' /* zh: '它们的平均' */ }],
    title:
      'Two kinds of paths meet here; the mean belongs to neither' /* zh: '两类路径在此交汇，平均值不属于任何一类' */,
    x: 'velocity x₁ − x₀' /* zh: '速度 x₁ − x₀' */,
    y: 'density' /* zh: '密度' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Which velocity is learned?
//
// $$u_t(x)=\mathbb E\bigl[x_1-x_0\mid x_t=x\bigr]$$
//
// - one path: $x_1-x_0$, the **conditional** velocity
// - all paths through $x$: their mean, the **marginal** velocity
// - least squares finds means

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 学到的是哪个速度？
//
// $$u_t(x)=\mathbb E\bigl[x_1-x_0\mid x_t=x\bigr]$$
//
// - 一条路径：$x_1-x_0$，**条件**速度
// - 经过 $x$ 的所有路径：取平均，**边缘**速度
// - 最小二乘找到的是平均

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 minutes. Let them draw the histogram first. Two heaps: paths on the way to the right bump and paths on the way to the left one. "A network that answers the mean goes a way nobody goes. Why does
// that work?" That question is the bridge to the next slide.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 分钟。先让大家画直方图。有两堆：去右峰的路径和去左峰的路径。“网络回答平均值，走的是一条谁也不走的路。这为什么行得通？”用这个问题过渡到下一页。

// %% [markdown] lang="en"
// Two heaps: nearly two thirds of the paths are on their way to the right bump, the others on their way to the left one. Least squares answers the mean; it lies in the gap, a velocity that hardly any single path has. Write it down for every point and time; that is a **velocity field**:
//
// $$u_t(x)=\mathbb E\bigl[x_1-x_0\;\big|\;x_t=x\bigr]\qquad\text{the \textbf{marginal velocity}}.$$
//
// (A single path's $x_1-x_0$ is called **conditional velocity**, given the pair.) Why does a network that is trained on the conditional velocities learn the marginal one? Write $\Delta=x_1-x_0$, and $v$, $u_t$ for $v(x_t,t)$, $u_t(x_t)$. For any function $v$ of place and time,
//
// $$\begin{aligned}
// \mathbb E\lVert v-\Delta\rVert^2
// &=\mathbb E\lVert(v-u_t)+(u_t-\Delta)\rVert^2&&\text{add and subtract }u_t(x_t)\\
// &=\mathbb E\lVert v-u_t\rVert^2+2\,\mathbb E\langle v-u_t,\,u_t-\Delta\rangle+\mathbb E\lVert u_t-\Delta\rVert^2&&\text{expand}\\
// &=\mathbb E\lVert v-u_t\rVert^2+\text{const}.&&\text{given }x_t,\ u_t-\Delta\text{ has mean }0
// \end{aligned}$$
//
// The constant does not depend on $v$. So the left side, which we can compute, and $\mathbb E\lVert v-u_t\rVert^2$, which we cannot, have the same minimum and the same gradient. The left side is the **flow-matching loss**; its floor is the
// constant, the spread of the velocities in such histograms, and not 0.
//
// ## 3 · Why the mean is the right thing to follow
//
// Following the mean, a particle goes a way that no pair went. Does the *crowd* still arrive where it should? Let $p_t$ be the density of $x_t$ over all pairs. Take any smooth test function $h$ that is 0 far out and watch its average over the crowd:
//
// $$\begin{aligned}
// \frac{d}{dt}\int h(x)\,p_t(x)\,dx&=\frac{d}{dt}\,\mathbb E\,h(x_t)&&\text{what }p_t\text{ is}\\
// &=\mathbb E\bigl[\nabla h(x_t)\cdot(x_1-x_0)\bigr]&&\text{chain rule along each path}\\
// &=\mathbb E\bigl[\nabla h(x_t)\cdot\mathbb E[x_1-x_0\mid x_t]\bigr]&&\text{average first over all paths through }x_t\\
// &=\int\nabla h(x)\cdot u_t(x)\,p_t(x)\,dx&&\text{name it }u_t\\
// &=-\int h(x)\;\nabla\cdot\bigl(u_t\,p_t\bigr)(x)\,dx.&&\text{integrate by parts}
// \end{aligned}$$
//
// This holds for every $h$, so $\partial p_t/\partial t=-\nabla\cdot(u_tp_t)$: the **continuity equation** of lesson 13. A crowd that starts as $p_0$ and moves with the velocity $u_t$ obeys the same equation, and for a smooth field the equation has only one solution from one start. So the crowd's density is $p_t$ at every time, and $p_1$ is the data. Densities
// notice only mean velocities: if at some place half the walkers go left and half go right, equally fast, then on balance nobody passes that place, just as if all who are there stood still.
//
// ## 4 · Paths that cross, and a field that bends
//
// **Guess first**: left, 60 straight paths of random pairs. From the same starting points, draw by hand how particles move that follow the *mean* velocity. May two of them cross?

// %% [markdown] lang="zh"
// 两堆：将近三分之二的路径去右峰，其余的去左峰。使均方误差最小的回答是条件均值，它落在两堆之间的空隙里，几乎没有哪条路径真有这个速度。对每一点、每一时刻都写下来：
//
// $$u_t(x)=\mathbb E\bigl[x_1-x_0\;\big|\;x_t=x\bigr]\qquad\text{\textbf{边缘速度}（marginal velocity）}.$$
//
// （单独一条路径的 $x_1-x_0$ 叫**条件速度**（conditional velocity），条件是给定这一对点。）为什么用条件速度训练，网络学到的却是边缘速度？记 $\Delta=x_1-x_0$，并把 $v(x_t,t)$、$u_t(x_t)$ 简写为 $v$、$u_t$。对位置与时刻的任何函数 $v$，
//
// $$\begin{aligned}
// \mathbb E\lVert v-\Delta\rVert^2
// &=\mathbb E\lVert(v-u_t)+(u_t-\Delta)\rVert^2&&\text{加上再减去 }u_t(x_t)\\
// &=\mathbb E\lVert v-u_t\rVert^2+2\,\mathbb E\langle v-u_t,\,u_t-\Delta\rangle+\mathbb E\lVert u_t-\Delta\rVert^2&&\text{展开}\\
// &=\mathbb E\lVert v-u_t\rVert^2+\text{常数}.&&\text{给定 }x_t\text{，}u_t-\Delta\text{ 的均值为 }0
// \end{aligned}$$
//
// 常数与 $v$ 无关。所以左边（算得出）与 $\mathbb E\lVert v-u_t\rVert^2$（算不出）有相同的最小值点和相同的梯度。左边就是**流匹配损失**（flow matching loss）；它的下限就是那个常数，即上面那种直方图里速度的散布，而不是 0。
//
// ## 3 · 为什么跟着平均走是对的
//
// 跟着平均速度，一个粒子走的路不与任何一条配对路径重合。那么*整群*粒子还能到该到的地方吗？设 $p_t$ 是所有配对的 $x_t$ 的密度。任取一个光滑、在远处为零的试验函数 $h$，看它在粒子群上的平均怎样变化：
//
// $$\begin{aligned}
// \frac{d}{dt}\int h(x)\,p_t(x)\,dx&=\frac{d}{dt}\,\mathbb E\,h(x_t)&&p_t\text{ 的定义}\\
// &=\mathbb E\bigl[\nabla h(x_t)\cdot(x_1-x_0)\bigr]&&\text{沿每条路径用链式法则}\\
// &=\mathbb E\bigl[\nabla h(x_t)\cdot\mathbb E[x_1-x_0\mid x_t]\bigr]&&\text{先对经过 }x_t\text{ 的路径取平均}\\
// &=\int\nabla h(x)\cdot u_t(x)\,p_t(x)\,dx&&\text{记作 }u_t\\
// &=-\int h(x)\;\nabla\cdot\bigl(u_t\,p_t\bigr)(x)\,dx.&&\text{分部积分}
// \end{aligned}$$
//
// 对每个 $h$ 都成立，所以 $\partial p_t/\partial t=-\nabla\cdot(u_tp_t)$，正是第 13 课的**连续性方程**（continuity equation）。从 $p_0$ 出发、以速度 $u_t$ 移动的粒子群服从同一个方程；场是光滑的，从同一个起点出发，方程只有一个解。所以粒子群每一时刻的密度都是 $p_t$，而 $p_1$ 就是数据。
// 密度的演化只取决于平均速度：假如某处有一半粒子往左、一半往右，快慢相同，那么两相抵消，净流量为零，就同那里的粒子都不动一样。
//
// ## 4 · 相交的路径与弯曲的场
//
// **先猜一猜**：左图是 60 条随机配对的直线路径。从同样的起点出发，跟着*平均*速度走的粒子怎样移动？用手画一画。它们当中会有两条相交吗？

// %% slideshow={"slide_type": "subslide"}
const times = Array.from({ length: 101 }, (_, i) => i / 100);
const starts = normals(60);
const ends = drawLine(60);
const straight = starts.map((x0, i) => times.map((t) => (1 - t) * x0 + t * ends[i]));
const followed = starts.map((x0) => {
  const path = [x0];
  for (const t of times.slice(0, -1)) path.push(path[path.length - 1] + 0.01 * lineVelocity(path[path.length - 1], t));
  return path;
});
const withoutLegend = (chart: figures.Chart): figures.Chart => ({
  ...chart,
  data: chart.data.map((trace) => ({ ...trace, showlegend: false })),
});
const drawn = (title: string, paths: readonly number[][]) =>
  withoutLegend(
    figures.curves({
      series: paths.map((y) => ({ name: '', x: times, y, color: y[100] < 0 ? 1 : 0 })),
      title,
      x: 'time t' /* zh: '时间 t' */,
      y: 'x',
      yRange: [-3.2, 3.2],
    }),
  );
show(
  figures.panels(
    [
      drawn('random pairs: straight' /* zh: '随机配对：直线' */, straight),
      drawn('marginal velocity: bent' /* zh: '边缘速度：弯曲' */, followed),
    ],
    {
      title:
        'Same starts, the same density at every time; but the flow never crosses' /* zh: '起点相同，每一时刻的密度相同，但流从不相交' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Paths cross, the field bends
//
// - at one $(x,t)$ a field has **one** velocity: no crossing
// - whoever starts on the right ends on the right
// - so the mean field must turn: to the middle first, then off to one side
// - bent paths are what steps cost

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 路径相交，场就弯曲
//
// - 在一个 $(x,t)$ 处，场只有**一个**速度：不能相交
// - 从右边出发的，到右边
// - 所以平均场必须拐弯：先往中间，再去一边
// - 弯曲正是步数的代价所在

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 minutes. The most common misunderstanding of flow matching: "the paths are straight, so one step is enough". The training paths are; the paths that are followed are not. Ask what one single Euler step from t = 0 would give. (Everyone lands near the mean of all data.)

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 分钟。对流匹配最常见的误解：“路径是直的，所以一步就够。”训练用的路径是直的，采样走的路径不是。问：从 t = 0 只走一个欧拉步会得到什么？（人人落在全体数据的平均值附近。）

// %% [markdown] lang="en"
// They may not: at one point and time the field has one velocity, so two particles that met would go on together, and (the field being smooth) would have come together too. In one dimension this fixes everything: whoever starts on the right ends on the right.
// And the flow *must* bend. (Straight ways that do not cross exist too, but with other densities in between; ours has to keep the $p_t$ of random pairs.) At $t=0$ the noise knows nothing of its partner, so $u_0(x)=\mathbb E[x_1]-x$: everybody sets out for the middle, and whoever starts between the bumps has to turn round on the way.
//
// Hence "straight paths, so one step is enough" is **wrong**: what is straight is the path of a pair, and what is followed is not. A single Euler step from $t=0$ sends
// everybody to the *mean of the data*. And yet the bends may be mild; section 7 measures what that is worth.
//
// ## 5 · Train and follow
//
// ### Exercise 2 · The flow-matching loss (2 points)
//
// $$\mathcal L=\mathbb E\,\tfrac1n\bigl\lVert v(x_t,t)-(x_1-x_0)\bigr\rVert^2$$
//
// for points of $n$ numbers: the mean over all numbers of the batch. (Section 2's loss divided by $n$; the minimum is at the same $v$.) Use your `straightPath`.

// %% [markdown] lang="zh"
// 不会：同一时刻、同一位置，速度场只有一个值，两个粒子若是相遇，以后就会一起走；场是光滑的，那么它们以前也得在一起。在一维里，这就定下了一切：从右边出发的，到右边。
// 而且流*必须*拐弯。（不相交的直线走法也有，但中途的密度就不同了；我们的流每一时刻都要保持随机配对的 $p_t$。）$t=0$ 时噪声对自己的伙伴一无所知，所以 $u_0(x)=\mathbb E[x_1]-x$：人人都先奔向中间，从两峰之间出发的，只好在路上掉头。
//
// 所以，“路径是直的，一步就够”是**错的**：直的是配对的路径，采样走的不是它。从 $t=0$ 只走一个欧拉步，人人都被送到*数据的平均值*。
// 不过弯曲也许并不厉害；直线路径值多少，第 7 节来量。
//
// ## 5 · 训练，然后跟着走
//
// ### 练习 2 · 流匹配损失（2 分）
//
// $$\mathcal L=\mathbb E\,\tfrac1n\bigl\lVert v(x_t,t)-(x_1-x_0)\bigr\rVert^2,$$
//
// 每个点有 $n$ 个数，所以就是对一批数据的所有数取平均。（第 2 节的损失除以 $n$，最小值点不变。）用你的 `straightPath`。

// %% grade_id="flow-loss" points=2
/** Mean square of v(x_t, t) − (x1 − x0). x0, x1: [B,n]; t: [B,1] -> scalar */
/* zh: v(x_t, t) − (x1 − x0) 的均方。x0、x1: [B,n]；t: [B,1] -> 标量 */
function flowMatchingLoss(v: Velocity, x0: Tensor2D, x1: Tensor2D, t: Tensor2D): Scalar {
  // BEGIN SOLUTION
  const { xt, velocity } = straightPath(x0, x1, t);
  return v(xt, t).sub(velocity).square().mean();
  // END SOLUTION
}
await check('flow-loss', { flowMatchingLoss });

// %% [markdown] lang="en"
// To sample, solve $dx/dt=v(x,t)$ from $t=0$ to 1. **Euler's method** takes the velocity at the start of a step for the whole of it:
//
// $$x_{t+dt}=x_t+dt\;v(x_t,t).$$
//
// ### Exercise 3 · One Euler step (1 point)

// %% [markdown] lang="zh"
// 采样就是从 $t=0$ 到 1 解 $dx/dt=v(x,t)$。**欧拉法**（Euler's method）把一步开头的速度当作整步的速度：
//
// $$x_{t+dt}=x_t+dt\;v(x_t,t).$$
//
// ### 练习 3 · 一步欧拉法（1 分）

// %% grade_id="flow-euler" points=1
/** x(t + dt) by one Euler step. x: [N,n] -> [N,n] */
/* zh: 用一步欧拉法求 x(t + dt)。x: [N,n] -> [N,n] */
function eulerStep(v: Field, x: Tensor2D, t: number, dt: number): Tensor2D {
  // BEGIN SOLUTION
  return x.add(v(x, t).mul(dt));
  // END SOLUTION
}
await check('flow-euler', { eulerStep });

// %% [markdown] lang="en"
// On a bend Euler goes straight on and leaves the road. **Heun's method** looks ahead: take the Euler step, ask the velocity *there* too, and redo the step with the mean of both:
//
// $$\tilde x=x_t+dt\,v(x_t,t),\qquad x_{t+dt}=x_t+\frac{dt}2\bigl[v(x_t,t)+v(\tilde x,t+dt)\bigr].$$
//
// Its error falls with $dt^2$ instead of $dt$, and each step costs two **function evaluations**, calls of the network. Those are what sampling costs, so methods are compared at equal numbers of them (NFE), never at equal numbers of steps.
//
// ### Exercise 4 · A sampler by Heun's method (3 points)
//
// From $t=0$ to $t=1$ in `steps` equal steps, with two evaluations each: keep the first velocity instead of asking again. The second velocity is asked at the place *and the time* where the Euler step leads.

// %% [markdown] lang="zh"
// 遇到弯道，欧拉法直冲出去，离开了路面。**休恩法**（Heun's method，也叫改进欧拉法）会往前看：先走一步欧拉法，在*那里*也问一次速度，再用两者的平均重走这一步：
//
// $$\tilde x=x_t+dt\,v(x_t,t),\qquad x_{t+dt}=x_t+\frac{dt}2\bigl[v(x_t,t)+v(\tilde x,t+dt)\bigr].$$
//
// 误差随 $dt^2$ 而不是 $dt$ 减小，每一步的代价是两次**函数求值**（function evaluation），即调用两次网络。采样花费的就是它，所以比较方法要用相同的求值次数（NFE），绝不能用相同的步数。
//
// ### 练习 4 · 休恩法采样程序（3 分）
//
// 从 $t=0$ 到 $t=1$，分成 `steps` 个相等的步，每步两次求值：第一个速度留着用，不要再问一次。第二次求速度，要在欧拉步到达的位置*和时刻*。

// %% grade_id="flow-heun" points=3
/** Follows v from t = 0 to t = 1 by Heun's method. x0: [N,n] -> [N,n] */
/* zh: 用休恩法跟着 v 从 t = 0 走到 t = 1。x0: [N,n] -> [N,n] */
function heunSample(v: Field, x0: Tensor2D, steps: number): Tensor2D {
  // BEGIN SOLUTION
  const dt = 1 / steps;
  let x = x0;
  for (let i = 0; i < steps; i++) {
    const t = i * dt;
    const here = v(x, t);
    const there = v(x.add(here.mul(dt)), t + dt);
    x = x.add(here.add(there).mul(dt / 2));
  }
  return x;
  // END SOLUTION
}
await check('flow-heun', { heunSample });

// %% [markdown] lang="en"
// Now all of it on points of the plane: a pinwheel. The whole of the training program is in the next cell, and there is nothing in it but a draw of $x_0$, $x_1$ and $t$, and your loss. It takes about 15 seconds.

// %% [markdown] lang="zh"
// 现在用平面上的点完整地做一遍，数据是一架风车。整个训练程序就在下一个单元格里，除了抽 $x_0$、$x_1$、$t$ 和你的损失，别无他物。约需 15 秒。

// %%
const pinwheel = (count: number, source: Random) => datasets.toys.pinwheel.sample(count, source);
const gaussian = (count: number, source: Random) => source.normal<tf.Rank.R2>([count, 2]);
/** Trains a field that carries `from` to `to`. */
/* zh: 训练一个把 from 送到 to 的速度场。 */
async function learn(
  name: string,
  pairs: (count: number, source: Random) => readonly [Tensor2D, Tensor2D],
  steps = budget({ quick: 20, default: 1500, full: 8000 }),
): Promise<Field> {
  const network = nn.buildMlpDenoiser({ dims: 2, width: 64, layers: 3, timeScale: 1000, seed: 1 });
  const v: Velocity = (x, t) => network.apply([x, t.reshape([-1])]) as Tensor2D;
  await train<readonly Tensor2D[]>({
    name,
    variables: nn.variablesOf(network),
    batches: (_, source) => [pairs(256, source)],
    loss: ([x0, x1], source) => flowMatchingLoss(v, x0, x1, source.uniform<tf.Rank.R2>([256, 1])),
    steps,
    learningRate: 3e-3,
    schedule: 'cosine',
  });
  return (x, t) => tf.tidy(() => v(x, tf.fill([x.shape[0], 1], t)));
}
const toPinwheel = await learn('noise to pinwheel' /* zh: '噪声到风车' */, (count, source) => [
  gaussian(count, source),
  pinwheel(count, source),
]);

// %% slideshow={"slide_type": "subslide"}
const ticks = Array.from({ length: 15 }, (_, i) => -3 + (6 * i) / 14);
const lattice = ticks.flatMap((y) => ticks.map((x) => [x, y]));
const square = {
  xRange: [-3, 3] as const,
  yRange: [-3, 3] as const,
  x: 'first number' /* zh: '第一个分量' */,
  y: 'second number' /* zh: '第二个分量' */,
};
/** Particles and arrows at eleven times. */
/* zh: 十一个时刻的粒子与箭头。 */
function journey(title: string, v: Field, x0: Tensor2D) {
  const frames = [];
  let x = x0.clone();
  for (let i = 0; i <= 40; i++) {
    const t = i / 40;
    if (i % 4 === 0) {
      frames.push({
        label: `t = ${t.toFixed(1)}`,
        figure: figures.arrows({
          points: lattice,
          vectors: v(tf.tensor2d(lattice), Math.min(t, 0.99)),
          scale: 0.12,
          series: [{ name: 'particles' /* zh: '粒子' */, points: x, color: 1 }],
          title,
          ...square,
        }),
      });
    }
    const before = x;
    if (i < 40) {
      x = tf.tidy(() => eulerStep(v, before, t, 1 / 40));
      before.dispose();
    }
  }
  return figures.animation(frames, { milliseconds: 350 });
}
show(journey('Noise flows into a pinwheel' /* zh: '噪声流成一架风车' */, toPinwheel, gaussian(500, random)));

// %% [markdown] lang="en"
// **What you should see**: the arrows point inwards at first, all towards the middle of the data; around the middle of the way the five arms show. **If the particles gather in the middle and stay there**, the network answers the mean for all times: is $t$
// really passed to it? **If they fly apart**, look at the sign of the velocity, or read the next section.
//
// ## 6 · Break it: the other convention
//
// Many programs count time as we do. Others, among them well-known image generators, call the data $t=0$ and the noise $t=1$, and train on the velocity $x_0-x_1$ (noise minus data), which is $dx/dt$ in *their* time. Both are right. Mixing them is not, and no shape and
// no type will complain. Here a network $w$ of theirs is put into our sampler in three ways:
//
// ```
// v = (x, t) => w(x, t)            // as it stands
// v = (x, t) => w(x, t).neg()      // somebody noticed the sign
// v = (x, t) => w(x, 1 − t)        // somebody noticed the clock
// ```
//
// **Guess first**: which of the three is right? Then look. (To be sure that the network is not to blame, $w$ is made from the exact marginal velocity of section 4's two bumps.)

// %% [markdown] lang="zh"
// **你应该看到**：箭头起初都指向里面，指向数据的中央；走到一半左右，五条臂显现出来。**如果粒子聚在中央不动了**，说明网络在所有时刻都回答平均值：$t$ 真的传给它了吗？**如果粒子四散飞走**，检查速度的符号，或者读下一节。
//
// ## 6 · 弄坏它：另一种约定
//
// 许多程序像我们这样计时；另一些，其中包括一些有名的图像生成模型，把数据叫 $t=0$，噪声叫 $t=1$，训练目标是 $x_0-x_1$（噪声减数据），即*他们的*时间里的 $dx/dt$。两种都对。混着用就不对，而形状和类型都不会报错。
// 下面把他们的网络 $w$ 用三种方式放进我们的采样程序：
//
// ```
// v = (x, t) => w(x, t)            // 原样拿来
// v = (x, t) => w(x, t).neg()      // 有人注意到了符号
// v = (x, t) => w(x, 1 − t)        // 有人注意到了时钟
// ```
//
// **先猜一猜**：三种里哪种是对的？然后再看。（为了确保不是网络的错，$w$ 由第 4 节两个峰的精确边缘速度构成。）

// %% slideshow={"slide_type": "subslide"}
const theirs = (x: number, t: number) => -lineVelocity(x, 1 - t); // w, in their time // zh: w，用他们的时间
const attempts = [
  { name: 'as it stands' /* zh: '原样' */, v: theirs },
  { name: 'sign changed' /* zh: '改了符号' */, v: (x: number, t: number) => -theirs(x, t) },
  { name: 'clock turned' /* zh: '改了时钟' */, v: (x: number, t: number) => theirs(x, 1 - t) },
];
const crowd = normals(1000);
show(
  figures.panels(
    attempts.map(({ name, v }) => {
      let x = crowd;
      for (const t of times.slice(0, -1)) x = x.map((one) => one + 0.01 * v(one, t));
      return figures.histogram({
        series: [
          { name: 'data' /* zh: '数据' */, values: drawLine(1000), color: 7 },
          { name: 'samples' /* zh: '样本' */, values: x, color: 1 },
        ],
        title: name,
        x: 'x',
        y: 'density' /* zh: '密度' */,
        range: [-3.2, 3.2],
      });
    }),
    {
      share: 'y',
      title:
        'Three ways to load a network of the other convention, all wrong' /* zh: '载入另一种约定的网络，三种写法全错' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Mind the clock
//
// - ours: $t=0$ noise, $t=1$ data, velocity $x_1-x_0$
// - theirs: $t=0$ data, $t=1$ noise, velocity $x_0-x_1$
// - nothing complains when they are mixed
// - which of the three lines is right?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 注意时钟
//
// - 我们：$t=0$ 噪声，$t=1$ 数据，速度 $x_1-x_0$
// - 他们：$t=0$ 数据，$t=1$ 噪声，速度 $x_0-x_1$
// - 混用时什么都不报错
// - 三行里哪一行是对的？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Vote on the three lines, then show the histograms: all wrong. Let the audience find the fourth. For real life: read the training code, and if there is none, try both conversions on ten samples.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。先对三行投票，再给出直方图：全错。让听众找出第四种。实战中：去读训练代码；没有代码，就两种转换各采十个样本看看。

// %% [markdown] lang="en"
// None. The first and the third end in one heap at the middle. The second is the treacherous one: two heaps, but too narrow and not in the right places. On images such a bug can live for a long time. Two things differ between the conventions, and each attempt mends at most one.
//
// ### Exercise 5 · Find the bug: the right conversion (2 points)
//
// `theirs` is a field in the other convention. Return the same flow as a field in ours.

// %% [markdown] lang="zh"
// 都不对。第一种和第三种都缩成了中间的一堆。第二种最阴险：也有两堆，却太窄，位置也不对；换成图像，这样的错误可以潜伏很久。两种约定的不同之处有两个，每次至多改了一个。
//
// ### 练习 5 · 找错：正确的转换（2 分）
//
// `theirs` 是另一种约定的速度场。请返回同一个流在我们的约定下的速度场。

// %% grade_id="flow-convention" points=2
/** A field with t = 0 at the data and velocity noise − data, as one of ours: t = 0 at the noise, data − noise. */
/* zh: 把 t = 0 为数据、速度为噪声减数据的场，化为我们的：t = 0 为噪声，数据减噪声。 */
function toOurs(theirs: Field): Field {
  // BEGIN SOLUTION
  return (x, t) => theirs(x, 1 - t).neg();
  // END SOLUTION
}
await check('flow-convention', { toOurs });

// %% [markdown] lang="en"
// ## 7 · Against diffusion, at equal cost
//
// Is the straight path worth it? A fair race needs: the same network (64 wide, three layers), the same data, the same training, and the same number of **function evaluations** (NFE) in sampling. So both runners come from the library and are trained by the same line, on the same 25,600 points: flow matching, whose loss is
// your `flowMatchingLoss`, and the VP model of lesson 13. Both are asked with their weights averaged over training (lesson 11). The flow is followed by Euler (one evaluation a step) and by your Heun (two), with equal steps; the diffusion by DDIM (lesson 12) and by the reverse SDE with noise, with steps that grow shorter towards the data, as suits it.
//
// We measure the sliced Wasserstein distance of 2,000 samples to 2,000 fresh data points; the floor is what two fresh samples have. The two trainings take about 20 seconds each.
//
// **Guess first**: who wins with 4 evaluations, and who with 64?

// %% [markdown] lang="zh"
// ## 7 · 与扩散模型比，代价相同
//
// 直线路径值得吗？公平的比赛要求：同样的网络（宽 64，三层）、同样的数据、同样的训练，采样时同样的**函数求值**次数（NFE）。所以两名选手都用库里的模型，由同一行代码在同样的 25,600 个点上训练：一个是流匹配，它的损失就是你的 `flowMatchingLoss`；
// 另一个是第 13 课的 VP 模型。两者都用训练中取了平均的权重（第 11 课）。流匹配用欧拉法（每步一次求值）和你的休恩法（每步两次），步长相等；扩散模型用 DDIM（第 12 课）和带噪声的反向 SDE，步长越靠近数据越短，这对它更合适。
//
// 度量是 2,000 个样本到 2,000 个新数据点的切片 Wasserstein 距离；底线是两组新数据之间的距离。两次训练各约 20 秒。
//
// **先猜一猜**：4 次求值谁赢？64 次呢？

// %%
const vp = score.vpSde();
const trainRounds = budget({ quick: 60, default: 1500, full: 8000 });
const racing = { epochs: Math.max(1, Math.round(trainRounds / 100)), batchSize: 256, learningRate: 3e-3, seed: 1 };
const points = pinwheel(256 * budget({ quick: 20, default: 100, full: 100 }), new Random(4));
const runner = flowMatching.buildFlow({ inputShape: [2], emaDecay: 0.99, seed: 1 });
await flowMatching.trainFlow(runner, points, racing);
const rival = score.buildScoreModel({ inputShape: [2], sde: vp, emaDecay: 0.99, seed: 1 });
await score.trainScoreModel(rival, points, racing);
const fieldOf = (model: flowMatching.FlowModel): Field => {
  const velocity = flowMatching.velocityOf(model);
  return (x, t) => velocity(x, Array<number>(x.shape[0]).fill(t)) as Tensor2D;
};
/** One DDIM step of a VP model from time t to an earlier one: guess the clean point, then go to that noise level. */
/* zh: VP 模型的一步 DDIM，从 t 到更早的时刻：先猜干净的点，再走到那个噪声级。 */
function ddimStep(found: Tensor2D, x: Tensor2D, t: number, to: number): Tensor2D {
  const [from, next] = [vp.marginalProb(t), vp.marginalProb(to)];
  const guess = x.add(found.mul(from.std ** 2)).div(from.mean); // ε = −σ·s
  // Hardly any data lie further out. Without this, errors at t = 1 grow 150-fold and the race would not be fair.
  // zh: 更远处几乎没有数据。不截断的话，t = 1 处的误差会放大 150 倍，比赛就不公平了。
  const clean = guess.clipByValue(-4, 4);
  const epsilon = x.sub(clean.mul(from.mean)).div(from.std);
  return clean.mul(next.mean).add<Tensor2D>(epsilon.mul(next.std));
}
async function diffuse(model: score.ScoreModel, x0: Tensor2D, steps: number, way: 'ddim' | 'sde') {
  const found = score.scoreFn(model);
  const grid = Array.from({ length: steps + 1 }, (_, i) => (1 + ((Math.sqrt(1e-3) - 1) * i) / steps) ** 2);
  return model.ema.during(async () => {
    let x = x0.clone();
    for (let i = 0; i < steps; i++) {
      const before = x;
      const each = Array<number>(x.shape[0]).fill(grid[i]);
      x = tf.tidy(() => {
        if (way === 'ddim') return ddimStep(found(before, each) as Tensor2D, before, grid[i], grid[i + 1]);
        const noise = random.normal(before.shape);
        const moved = score.eulerMaruyamaStep(found, before, grid[i], grid[i] - grid[i + 1], noise, vp);
        return (i === steps - 1 ? moved.mean : moved.x) as Tensor2D;
      });
      before.dispose();
    }
    return x;
  });
}
function euler(v: Field, x0: Tensor2D, steps: number): Tensor2D {
  let x = x0;
  for (let i = 0; i < steps; i++) x = tf.tidy(() => eulerStep(v, x, i / steps, 1 / steps));
  return x;
}
const costs = budget({ quick: [4, 8], default: [2, 4, 8, 16, 32, 64], full: [2, 4, 8, 16, 32, 64, 128] });

// %% slideshow={"slide_type": "subslide"}
const fresh = pinwheel(2000, new Random(5));
const floor = await metrics.slicedWasserstein(pinwheel(2000, new Random(6)), fresh);
const noise2000 = gaussian(2000, random);
const race = [];
for (const nfe of costs) {
  const ways = [
    await runner.ema.during(async () => euler(fieldOf(runner), noise2000, nfe)),
    await runner.ema.during(async () => tf.tidy(() => heunSample(fieldOf(runner), noise2000, nfe / 2))),
    await diffuse(rival, noise2000, nfe, 'ddim'),
    await diffuse(rival, noise2000, nfe, 'sde'),
  ];
  race.push(await Promise.all(ways.map((x) => metrics.slicedWasserstein(x, fresh))));
}
const raceNames = [
  'flow, Euler' /* zh: '流，欧拉法' */,
  'flow, Heun' /* zh: '流，休恩法' */,
  'diffusion, DDIM' /* zh: '扩散，DDIM' */,
  'diffusion, SDE' /* zh: '扩散，SDE' */,
];
const raceFigure = (title: string, rows: readonly (readonly number[])[], names: readonly string[], bottom: number) =>
  figures.curves({
    series: names.map((name, k) => ({ name, x: costs, y: rows.map((row) => row[k]), points: true })),
    marks: [{ y: bottom, label: 'two sets of data' /* zh: '两组数据' */ }],
    logX: true,
    logY: true,
    title,
    x: 'function evaluations' /* zh: '函数求值次数' */,
    y: 'sliced Wasserstein distance' /* zh: '切片 Wasserstein 距离' */,
  });
show(
  raceFigure(
    'Four ways to the same data, at equal function evaluations' /* zh: '到同样数据的四种走法，函数求值次数相同' */,
    race,
    raceNames,
    floor,
  ),
);
show(
  figures.table(
    race.map((row, i) => ({
      NFE: costs[i],
      ...Object.fromEntries(raceNames.map((name, k) => [name, row[k].toFixed(3)])),
    })),
    { title: `floor: ${floor.toFixed(3)}` /* zh: `底线：${floor.toFixed(3)}` */ },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Against diffusion, at equal evaluations
//
// - same network, data, training steps
// - Heun costs two evaluations a step
// - measured: sliced Wasserstein distance, with its floor
// - who wins with 4? who with 64?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 与扩散模型比，求值次数相同
//
// - 网络、数据、训练步数都相同
// - 休恩法每步两次求值
// - 度量：切片 Wasserstein 距离，并给出底线
// - 4 次谁赢？64 次呢？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 minutes. Insist on the floor: a distance of two samples is never 0. One toy and one network: this is a measurement, not a law. Ask what else could be varied: the time grid, the training length, higher-order solvers for diffusion (lesson 12's DPM-Solver++).

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 7 分钟。强调底线：两组样本的距离从来不是 0。只是一种玩具数据、一个网络，这是一次测量，不是定律。问还能改变什么：时间网格、训练长短、扩散模型的高阶求解器（第 12 课的 DPM-Solver++）。

// %% [markdown] lang="en"
// **How to read it**: compare the curves at one NFE, and with the floor. Where a curve has stopped falling, more steps no longer help: what is left is the network's own error. Where it still falls, the step size is to blame. In our run, with 4 evaluations your Heun is well ahead of Euler on the same flow, and ahead of DDIM; with 64 all four are alike, a little above the floor. With 2 evaluations, a single step of Heun, it is Heun that is too coarse. So how one steps matters more here than which of the two models one follows. This is one data set and one small network: a measurement and not a law.
// What is proven is only this: all four follow equations with the right densities, so with exact networks and enough steps all are exact.
//
// They are closer relatives than the two lessons suggest. For Gaussian noise, score and velocity are the same knowledge. Solve the path for $x_1=(x_t-(1-t)x_0)/t$; then $x_1-x_0=(x_t-x_0)/t$. And section 3 of lesson 13, with $\varepsilon=x_0$ and $\sigma=1-t$, says $\mathbb E[x_0\mid x_t=x]=-(1-t)\,s_t(x)$. Together, for $t>0$,
//
// $$u_t(x)=\frac{x+(1-t)\,s_t(x)}{t},\qquad s_t=\nabla\log p_t .$$
//
// (Check it at $t=1$: $u_1(x)=x$, since $\mathbb E[x_1-x_0\mid x_1]=x_1$. At $t=0$ it reads 0/0; there $u_0(x)=\mathbb E[x_1]-x$.) So flow matching *is* a diffusion model's probability flow with another schedule ($m=t$ and $\sigma=1-t$ in lesson 13's letters) and another weight in the loss.
//
// ## 8 · Clothes
//
// The same race on Fashion-MNIST, small enough for a processor: as in lesson 13 each picture is written as 48 numbers (principal components, each with variance 1), and both models are the same dense network, now 256 wide. Changed lines are marked. Two trainings of about 30 seconds each.
//
// **Guess first**: how many evaluations until you can tell a shoe from a shirt?

// %% [markdown] lang="zh"
// **怎样读这张图**：在同一个 NFE 处比较各条曲线，并与底线比较。曲线不再下降的地方，再多的步数也没用，剩下的是网络自身的误差；还在下降的地方，问题在步长。在我们的运行里，4 次求值时，休恩法远胜同一个流上的欧拉法，也胜过 DDIM；64 次时四种不相上下，都略高于底线；只有 2 次求值时，休恩法只走一步，反而太粗。可见在这里，怎样迈步比跟着哪个模型走更要紧。这只是一种数据、一个小网络，请当作一次测量，不要当作定律。
// 得到证明的只有这一点：四种走法所解的方程，密度都是正确的，所以只要网络精确、步数足够，四种都精确。
//
// 它们其实比两课给人的印象更亲近。噪声是高斯时，分数与速度是同一份知识。从路径解出 $x_1=(x_t-(1-t)x_0)/t$，于是 $x_1-x_0=(x_t-x_0)/t$；又由第 13 课第 3 节（取 $\varepsilon=x_0$，$\sigma=1-t$），$\mathbb E[x_0\mid x_t=x]=-(1-t)\,s_t(x)$。合起来，对 $t>0$，
//
// $$u_t(x)=\frac{x+(1-t)\,s_t(x)}{t},\qquad s_t=\nabla\log p_t .$$
//
// （在 $t=1$ 处验算：$u_1(x)=x$，因为 $\mathbb E[x_1-x_0\mid x_1]=x_1$。$t=0$ 时是 0/0，那里 $u_0(x)=\mathbb E[x_1]-x$。）所以流匹配*就是*扩散模型的概率流，只是换了调度（用第 13 课的记号，$m=t$，$\sigma=1-t$），损失里的权重也不同。
//
// ## 8 · 衣物
//
// 在 Fashion-MNIST 上再比一次，规模小到处理器也算得动：与第 13 课一样，每幅图像写成 48 个数（主成分，各自方差为 1）；两个模型用同样的全连接网络，宽度改为 256。改动的行已标记。两次训练各约 30 秒。
//
// **先猜一猜**：要多少次求值，才分得清鞋和衬衫？

// %%
const data = await datasets.fashionMnist();
const count = budget({ quick: 1_000, default: 20_000, full: 60_000 });
const pixels = data.train.images(0, count).reshape<Tensor2D>([count, 784]);
const averagePicture = pixels.mean<Tensor1D>(0);
const directions = tf.tidy(() => {
  const centred = pixels.sub<Tensor2D>(averagePicture);
  const covariance: Tensor2D = tf.matMul(centred, centred, true).div(count); // [784,784]
  let basis = random.normal<tf.Rank.R2>([784, 48]);
  for (let i = 0; i < budget({ quick: 1, default: 4, full: 12 }); i++) {
    const stretched = tf.matMul<Tensor2D>(covariance, basis);
    basis = tf.transpose(tf.linalg.gramSchmidt(tf.transpose(stretched)) as Tensor2D);
  }
  return basis; // [784,48]
});
const rawCodes = tf.tidy(() => tf.matMul<Tensor2D>(pixels.sub(averagePicture), directions)); // [count,48]
const spreads = rawCodes.square().mean(0).sqrt(); // [48]
const clothes = rawCodes.div<Tensor2D>(spreads);
const pictures = (x: Tensor2D) =>
  tf.tidy(() => {
    const back = tf.matMul<Tensor2D>(x.mul(spreads), directions, false, true); // [N,784]
    return back.add(averagePicture).clipByValue(0, 1).reshape<tf.Tensor4D>([-1, 28, 28, 1]);
  });

// %%
// changed: 48 numbers for 2, width 256 for 64; smaller batches and steps
// zh: 改动：2 个数变成 48 个，宽 64 变成 256；批量与学习率更小
const shared = { inputShape: [48], mlp: { width: 256, layers: 3 }, emaDecay: 0.995, seed: 1 };
const training = { epochs: budget({ quick: 3, default: 10, full: 100 }), batchSize: 128, learningRate: 1e-3, seed: 1 };
const flowModel = flowMatching.buildFlow(shared);
show(nn.parameterTable({ 'velocity network' /* zh: '速度网络' */: flowModel.network }));
await flowMatching.trainFlow(flowModel, clothes, training);
const diffusionModel = score.buildScoreModel({ ...shared, sde: vp });
await score.trainScoreModel(diffusionModel, clothes, training);

// %% slideshow={"slide_type": "subslide"}
const clothesField = fieldOf(flowModel);
const many = budget({ quick: 200, default: 1000, full: 5000 });
const someNoise = random.normal<tf.Rank.R2>([many, 48]);
const realCodes = clothes.slice([0, 0], [many, 48]);
const otherCodes = clothes.slice([count - many, 0], [many, 48]);
const clothesFloor = await metrics.slicedWasserstein(otherCodes, realCodes);
const clothesRace: number[][] = [];
const seen: { label: string; images: tf.Tensor4D }[] = [];
for (const nfe of costs) {
  const byFlow = await flowModel.ema.during(async () => tf.tidy(() => heunSample(clothesField, someNoise, nfe / 2)));
  const byEuler = await flowModel.ema.during(async () => euler(clothesField, someNoise, nfe));
  const byDdim = await diffuse(diffusionModel, someNoise, nfe, 'ddim');
  clothesRace.push(await Promise.all([byEuler, byFlow, byDdim].map((x) => metrics.slicedWasserstein(x, realCodes))));
  if ([4, 16, 64].includes(nfe)) {
    const first = (x: Tensor2D) => pictures(x.slice([0, 0], [10, 48]));
    seen.push({ label: `flow, NFE ${nfe}` /* zh: `流，NFE ${nfe}` */, images: first(byFlow) });
    seen.push({ label: `DDIM, NFE ${nfe}` /* zh: `DDIM，NFE ${nfe}` */, images: first(byDdim) });
  }
}
show(
  raceFigure(
    'Fashion-MNIST codes at equal evaluations' /* zh: 'Fashion-MNIST 编码，求值次数相同' */,
    clothesRace,
    raceNames.slice(0, 3),
    clothesFloor,
  ),
);
show(
  figures.imageRows(seen, {
    title: 'The same ten draws of noise, followed with more and more care' /* zh: '同样的十个噪声，跟得越来越仔细' */,
    scale: 2,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Clothes, at equal evaluations
//
// - each picture as 48 numbers, same network twice
// - distance measured on the codes
// - look at the fewest evaluations first

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 衣物，求值次数相同
//
// - 每幅图像 48 个数，两个模型网络相同
// - 距离在编码上测量
// - 先看求值次数最少的两行

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Be honest about size: a minute of training, 48 numbers a picture. Lesson 17's league table has the models trained for hours, with FID.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。规模要说实话：训练一分钟，每幅图像 48 个数。第 17 课的排行榜里有训练了几小时的模型和它们的 FID。

// %% [markdown] lang="en"
// In our run the flow followed by Heun shows with 4 evaluations nearly the pictures that it shows with 64, a little softer; DDIM's are too hard and bright with 4 and settle by 16. In the figure of distances, Heun is ahead at every number of evaluations, and DDIM levels off highest. Many pictures stay blurred mixtures whatever the steps: that is the network, trained for half a minute. Keep in mind what the distance measures: 48 principal components, not what an eye sees; FID comes in lesson 17.
//
// ## 9 · From anything to anything
//
// Nothing in the derivations of sections 2 and 3 used that $x_0$ is noise. Any distribution will do, as long as you can draw from it. One line changes: **$x_0$ comes from two moons**. About 15 seconds.

// %% [markdown] lang="zh"
// 在我们的运行里，流加休恩法只用 4 次求值，画出的就与 64 次几乎一样，只是略软；DDIM 在 4 次时过硬过亮，到 16 次才稳定下来。看距离图，无论多少次求值，休恩法都领先，DDIM 则停在最高处。许多图像无论走多少步都是模糊的混合：那是网络的问题，它只训练了半分钟。别忘了距离量的是什么：48 个主成分，不是眼睛看到的东西；FID 见第 17 课。
//
// ## 9 · 从任何东西到任何东西
//
// 第 2、3 节的推导里，没有一处用到“$x_0$ 是噪声”。随便什么分布都行，只要能从中抽样。改一行：**$x_0$ 取自两个月牙**。约需 15 秒。

// %% slideshow={"slide_type": "subslide"}
const moonsToPinwheel = await learn('moons to pinwheel' /* zh: '月牙到风车' */, (count, source) => [
  datasets.toys.twoMoons.sample(count, source), // changed // zh: 改动
  pinwheel(count, source),
]);
show(
  journey(
    'Two moons become a pinwheel' /* zh: '两个月牙变成一架风车' */,
    moonsToPinwheel,
    datasets.toys.twoMoons.sample(500, random),
  ),
);

// %% [markdown] lang="en"
// ## 10 · Straightening the flow
//
// The field bends because the straight lines of random pairs cross. A flow makes pairs of its own: $x_0$ and where the flow takes it. Straight lines between *those* cross much less (on the line never, for the flow keeps the order; in the plane some still may). So train once more on them. Liu, Gong and
// Liu (2022) call this step *reflow*, and the result a **rectified flow** (a name that they, and others since, also use for the first round). Its paths are straighter, and fewer steps are enough; in exchange, its data are the first model's samples, errors included.
//
// **Guess first**: what does a *single* Euler step give now?

// %% [markdown] lang="zh"
// ## 10 · 把流拉直
//
// 场之所以弯曲，是因为随机配对的直线会相交。而流自己也给出一种配对：$x_0$ 与流把它送到的地方。*这些*配对之间的直线相交得少得多（在直线上完全不会，因为流保持先后次序；在平面上还可能有一些）。所以用它们再训练一次。Liu、Gong 与 Liu（2022）把这一步叫 reflow，结果叫**整流流**（rectified flow；他们和后来的人也用这个名字称呼第一轮）。
// 它的路径更直，步数可以更少；代价是，它的数据是第一个模型的样本，连错误也一并学去。
//
// **先猜一猜**：现在只走*一个*欧拉步，会得到什么？

// %% slideshow={"slide_type": "subslide"}
const reservoir = gaussian(4096, new Random(7));
const arrived = tf.tidy(() => heunSample(toPinwheel, reservoir, 20));
const rectified = await learn('rectified' /* zh: '整流' */, (count, source) =>
  tf.tidy((): [Tensor2D, Tensor2D] => {
    const rows = Array.from({ length: count }, () => source.int(4096));
    return [reservoir.gather(rows), arrived.gather(rows)]; // changed: the flow's own pairs // zh: 改动：流自己的配对
  }),
);
const oneStep = (title: string, v: Field, steps: number) =>
  figures.scatter2d({
    series: [{ name: title, points: euler(v, noise2000, steps).slice([0, 0], [800, 2]), color: 1 }],
    title,
    ...square,
    pointSize: 4,
  });
show(
  figures.panels(
    [
      oneStep('first flow, 1 step' /* zh: '原来的流，1 步' */, toPinwheel, 1),
      oneStep('rectified, 1 step' /* zh: '整流之后，1 步' */, rectified, 1),
      oneStep('rectified, 4 steps' /* zh: '整流之后，4 步' */, rectified, 4),
    ],
    {
      share: 'both',
      title:
        'One step of the first flow ends near the mean; rectified, it does not' /* zh: '原来的流走一步，停在均值附近；整流之后不再如此' */,
    },
  ),
);
const straightened = [];
for (const steps of [1, 2, 4, 8]) {
  straightened.push({
    ['Euler steps' /* zh: '欧拉步数' */]: steps,
    ['first flow' /* zh: '原来的流' */]: (
      await metrics.slicedWasserstein(euler(toPinwheel, noise2000, steps), fresh)
    ).toFixed(3),
    ['rectified' /* zh: '整流之后' */]: (
      await metrics.slicedWasserstein(euler(rectified, noise2000, steps), fresh)
    ).toFixed(3),
  });
}
show(
  figures.table(straightened, {
    title: 'Sliced Wasserstein distance to data' /* zh: '到数据的切片 Wasserstein 距离' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## From anything to anything, and straighter
//
// - $x_0$ need not be noise: two moons → pinwheel
// - rectify: train again on the flow's own pairs
// - their straight lines hardly cross, so the paths straighten

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 从任何东西到任何东西，而且更直
//
// - $x_0$ 不必是噪声：两个月牙 → 风车
// - 整流：用流自己的配对再训练一次
// - 它们之间的直线很少相交，所以路径变直

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 minutes. Ask where "any to any" would be useful: summer to winter pictures without pairs (compare CycleGAN, lesson 08), or from a rough simulation to a fine one.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 分钟。问“任意到任意”有什么用：没有配对的夏景变冬景（对照第 08 课 CycleGAN），或者从粗糙的模拟到精细的模拟。

// %% [markdown] lang="en"
// **What you should see**: rectified, one Euler step already comes as close to the data as eight do, closer than eight steps of the first flow, which in one step ends near the mean.
//
// ### Exercise 6 ★ · The exact velocity of a data set (3 points, optional)
//
// For a finite data set $\{a_1,\dots,a_M\}$ the marginal velocity needs no training. Given $x_1=a_i$, the noise that leads through $x$ at time $t$ is $x_0=(x-t\,a_i)/(1-t)$, so the velocity is $a_i-x_0=(a_i-x)/(1-t)$, and
// how likely that path is follows from the Gaussian density of that $x_0$. With Bayes,
//
// $$u_t(x)=\sum_i r_i\,\frac{a_i-x}{1-t},\qquad r_i\propto\exp\Bigl(-\frac{\lVert x-t\,a_i\rVert^2}{2(1-t)^2}\Bigr),\quad\sum_ir_i=1 .$$
//
// Write it with a softmax: near $t=1$ the exponents are in the thousands.

// %% [markdown] lang="zh"
// **你应该看到**：整流之后，一个欧拉步就与八步同样接近数据，比原来的流走八步还近；原来的流走一步，停在均值附近。
//
// ### 练习 6 ★ · 一个数据集的精确速度（3 分，选做）
//
// 对有限的数据集 $\{a_1,\dots,a_M\}$，边缘速度不用训练就能算。给定 $x_1=a_i$，在时刻 $t$ 经过 $x$ 的噪声是 $x_0=(x-t\,a_i)/(1-t)$，所以速度是 $a_i-x_0=(a_i-x)/(1-t)$；
// 这条路径有多大可能，由那个 $x_0$ 的高斯密度决定。用贝叶斯公式，
//
// $$u_t(x)=\sum_i r_i\,\frac{a_i-x}{1-t},\qquad r_i\propto\exp\Bigl(-\frac{\lVert x-t\,a_i\rVert^2}{2(1-t)^2}\Bigr),\quad\sum_ir_i=1 .$$
//
// 用 softmax 来写：$t$ 接近 1 时，指数上的数有几千。

// %% grade_id="flow-exact" points=3
/** Marginal velocity of the straight paths from N(0, I) to the rows of data, t < 1. x: [N,n], data: [M,n] -> [N,n] */
/* zh: 从 N(0, I) 到 data 各行的直线路径的边缘速度，t < 1。x: [N,n]，data: [M,n] -> [N,n] */
function exactVelocity(x: Tensor2D, t: number, data: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  const squares = x.expandDims(1).sub(data.mul(t)).square().sum<Tensor2D>(2); // [N,M]
  const chances = squares.div<Tensor2D>(-2 * (1 - t) ** 2).softmax();
  return tf
    .matMul<Tensor2D>(chances, data)
    .sub(x)
    .div<Tensor2D>(1 - t);
  // END SOLUTION
}
await check('flow-exact', { exactVelocity });

// %% [markdown] lang="en"
// Follow this exact field from noise to $t=1$ and every particle ends **on a training example**: the perfect answer to the training task is to repeat the training set. That a trained network makes *new* things is due to its not being perfect: it is smooth, and it
// does not have room for every example. The same holds for diffusion (lesson 11).
//
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. The training paths are straight. Why is one Euler step not enough?</summary>
//
// The network learns the mean velocity over all paths through a point, and that field bends. At $t=0$ it points from everywhere to the mean of the data, and that is where one step ends.
// </details>
//
// <details><summary>2. At (x, t) a third of the paths have velocity +3 and two thirds have −1.5. What does the network answer, and how much of the crowd passes through there?</summary>
//
// $\frac13\cdot3-\frac23\cdot1.5=0$. On balance none: a third at speed 3 carries as much to the right as two thirds at speed 1.5 to the left.
// </details>
//
// <details><summary>3. Can two particles of a learned flow cross?</summary>
//
// Not at the same place at the same time: the field has one velocity there. (In a picture of places alone, without the time axis, their tracks may.)
// </details>
//
// <details><summary>4. Euler with 20 steps against Heun with 20 steps: a fair comparison?</summary>
//
// No: 20 against 40 evaluations. Compare 20 Euler steps with 10 of Heun.
// </details>
//
// <details><summary>5. You load published weights; all samples come out as one and the same grey picture. First suspicion?</summary>
//
// The other convention (section 6: two of the three attempts end in one heap). Turn the clock and the sign, both. If that does not help: is $t$ passed to the network?
// </details>
//
// <details><summary>6. Your flow-matching loss stays at 1.4. Broken?</summary>
//
// Not by that number: the floor is the spread of the velocities around their mean, per number of a point. It differs from data set to data set. Look at samples.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | path | $x_t=(1-t)x_0+t\,x_1$, velocity $x_1-x_0$ |
// | marginal velocity | $u_t(x)=\mathbb E[x_1-x_0\mid x_t=x]$ |
// | loss (up to $1/n$) | $\mathbb E\lVert v(x_t,t)-(x_1-x_0)\rVert^2=\mathbb E\lVert v-u_t\rVert^2+\text{const}$ |
// | why it works | $\partial p_t/\partial t=-\nabla\cdot(u_tp_t)$ |
// | Euler | $x+dt\,v(x,t)$, one evaluation |
// | Heun | $x+\frac{dt}2[v(x,t)+v(x+dt\,v(x,t),\,t+dt)]$, two evaluations |
// | other convention | $v(x,t)=-w(x,1-t)$ |
// | score and velocity | $u_t(x)=\bigl(x+(1-t)\,s_t(x)\bigr)/t$ |
//
// ## Further reading
//
// - Lipman, Chen, Ben-Hamu, Nickel & Le (2022), *Flow Matching for Generative Modeling*, arXiv:2210.02747. Our notation; theorem 2 is section 2, theorem 1 is section 3.
// - Liu, Gong & Liu (2022), *Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow*, arXiv:2209.03003. Sections 9 and 10.
// - Albergo & Vanden-Eijnden (2022), *Building Normalizing Flows with Stochastic Interpolants*, arXiv:2209.15571. The same idea, found at the same time.
// - Tong et al. (2023), *Improving and Generalizing Flow-Based Generative Models with Minibatch Optimal Transport*, arXiv:2302.00482. Better pairs than random ones.
// - Esser et al. (2024), *Scaling Rectified Flow Transformers for High-Resolution Image Synthesis*, arXiv:2403.03206. The other convention, at scale.
// - Holderrieth & Erives, *Introduction to Flow Matching and Diffusion Models* (MIT 6.S184), diffusion.csail.mit.edu.

// %% [markdown] lang="zh"
// 跟着这个精确的场从噪声走到 $t=1$，每个粒子都会停**在某个训练样本上**：训练任务的完美答案，就是复述训练集。训练出来的网络能造出*新*东西，恰恰因为它不完美：它是光滑的，也没有地方记下每个样本。扩散模型也一样（第 11 课）。
//
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 训练用的路径是直的，为什么一个欧拉步不够？</summary>
//
// 网络学到的是经过一点的所有路径的平均速度，这个场是弯的。$t=0$ 时它从四面八方指向数据的平均值，走一步就停在那里。
// </details>
//
// <details><summary>2. 在 (x, t) 处，三分之一的路径速度为 +3，三分之二为 −1.5。网络回答什么？那里的净流量是多少？</summary>
//
// $\frac13\cdot3-\frac23\cdot1.5=0$。净流量为零：三分之一以速度 3 往右，三分之二以速度 1.5 往左，正好抵消。
// </details>
//
// <details><summary>3. 学到的流里，两个粒子的路径会相交吗？</summary>
//
// 不会在同一时刻到同一地点：那里的场只有一个速度。（如果只画位置、不画时间轴，轨迹可以相交。）
// </details>
//
// <details><summary>4. 欧拉法 20 步与休恩法 20 步比较，公平吗？</summary>
//
// 不公平：20 次求值对 40 次。应该用欧拉法 20 步对休恩法 10 步。
// </details>
//
// <details><summary>5. 载入公开的权重，样本全是同一幅灰蒙蒙的图。首先怀疑什么？</summary>
//
// 另一种约定（第 6 节的三种写法里，有两种都缩成一堆）。时钟和符号，两样都要反过来。还不行，就查 $t$ 有没有传给网络。
// </details>
//
// <details><summary>6. 流匹配损失停在 1.4。坏了吗？</summary>
//
// 单凭这个数说不上：下限是速度在平均值周围的散布（按点的每个分量计），因数据集而异。去看样本。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 路径 | $x_t=(1-t)x_0+t\,x_1$，速度 $x_1-x_0$ |
// | 边缘速度 | $u_t(x)=\mathbb E[x_1-x_0\mid x_t=x]$ |
// | 损失（差因子 $1/n$） | $\mathbb E\lVert v(x_t,t)-(x_1-x_0)\rVert^2=\mathbb E\lVert v-u_t\rVert^2+\text{常数}$ |
// | 为何有效 | $\partial p_t/\partial t=-\nabla\cdot(u_tp_t)$ |
// | 欧拉法 | $x+dt\,v(x,t)$，一次求值 |
// | 休恩法 | $x+\frac{dt}2[v(x,t)+v(x+dt\,v(x,t),\,t+dt)]$，两次求值 |
// | 另一种约定 | $v(x,t)=-w(x,1-t)$ |
// | 分数与速度 | $u_t(x)=\bigl(x+(1-t)\,s_t(x)\bigr)/t$ |
//
// ## 延伸阅读
//
// - Lipman, Chen, Ben-Hamu, Nickel & Le (2022), *Flow Matching for Generative Modeling*, arXiv:2210.02747. 我们沿用其记号；定理 2 即第 2 节，定理 1 即第 3 节。
// - Liu, Gong & Liu (2022), *Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow*, arXiv:2209.03003. 第 9、10 节。
// - Albergo & Vanden-Eijnden (2022), *Building Normalizing Flows with Stochastic Interpolants*, arXiv:2209.15571. 同一想法，同时发现。
// - Tong et al. (2023), *Improving and Generalizing Flow-Based Generative Models with Minibatch Optimal Transport*, arXiv:2302.00482. 比随机更好的配对。
// - Esser et al. (2024), *Scaling Rectified Flow Transformers for High-Resolution Image Synthesis*, arXiv:2403.03206. 另一种约定，大规模应用。
// - Holderrieth & Erives, *Introduction to Flow Matching and Diffusion Models*（MIT 6.S184），diffusion.csail.mit.edu.
