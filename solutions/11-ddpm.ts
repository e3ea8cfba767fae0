// -*- coding: utf-8 -*-
// ---
// title:
//   en: "DDPM: from noise back to a picture"
//   zh: DDPM：从噪声走回图像
// minutes: 90
// terms:
//   denoising diffusion probabilistic model (DDPM): 去噪扩散概率模型
//   forward process: 前向过程
//   reverse process: 反向过程
//   noise schedule: 噪声调度
//   closed form: 闭式
//   posterior: 后验
//   evidence lower bound (ELBO): 证据下界
//   signal-to-noise ratio: 信噪比
//   sinusoidal time embedding: 正弦时间嵌入
//   residual block: 残差块
//   group normalization: 组归一化
//   skip connection: 跳跃连接
//   exponential moving average (EMA): 指数滑动平均
// ---

// %% [markdown] lang="en"
// # 11 · DDPM: from noise back to a picture
//
// By the end of this lesson you will have written a **denoising diffusion probabilistic model** (DDPM) from an empty page: the noise, the loss, the
// clock, the sampler. First it draws a ring of eight clusters out of a cloud of random dots, and you watch every step. Then the same few lines, with four
// changes that we mark, draw clothes.
//
// **You can then**
//
// 1. noise a 2×2 picture by hand, and say why a few steps do not make it pure noise;
// 2. jump to any step $t$ at once, and say why that is allowed;
// 3. build a noise schedule of any length, and check that its end really is noise;
// 4. derive the posterior $q(x_{t-1}\mid x_t,x_0)$, the one way back that has a formula;
// 5. get from the evidence lower bound to a plain mean squared error, and say what was dropped on the way;
// 6. tell the network the time, and name what each block of its U-Net is for, with its number of weights;
// 7. write one sampling step, and say why the last one has no noise;
// 8. turn a predicted noise, picture or velocity into one another;
// 9. find three mistakes in a sampler that circulates, from the formula and from its samples.
//
// **Time**: about 90 minutes to read and work through. All cells together run in about five minutes on two processor cores; the long ones
// say beforehand how long they take.

// %% [markdown] lang="zh"
// # 11 · DDPM：从噪声走回图像
//
// 学完本课，你会从一张白纸开始写出一个**去噪扩散概率模型**（denoising diffusion probabilistic model，DDPM）：噪声、损失、时钟、采样器，样样
// 亲手写。它先把一团随机的点变成围成一圈的八个点团，每一步你都看得见；然后，还是那几行代码，做四处改动（都标了出来），就能画出衣服。
//
// **学完之后，你能够**
//
// 1. 手算一幅 2×2 图像的加噪过程，并说明为什么区区几步得不到纯噪声；
// 2. 一步跳到任意时刻 $t$，并说明为什么可以这样做；
// 3. 设计任意长度的噪声调度，并检查它的终点确实是噪声；
// 4. 推导后验 $q(x_{t-1}\mid x_t,x_0)$，这是唯一有公式的回头路；
// 5. 从证据下界一路推到普通的均方误差，并说出途中丢掉了什么；
// 6. 告诉网络现在是第几步，说出 U-Net 每个模块的用途和参数量；
// 7. 写出一步采样，并说明最后一步为什么不加噪声；
// 8. 在预测的噪声、图像和速度之间互相换算；
// 9. 在一个流传的采样器里找出三处错误：既能从公式里看出来，也能从样本里看出来。
//
// **用时**：阅读和练习约 90 分钟。所有代码在双核处理器上合计运行约五分钟，耗时较长的单元会事先说明。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  ddpm,
  engine,
  figures,
  loadCheckpoint,
  metrics,
  nn,
  Random,
  show,
  train,
} from 'genlab';

type Schedule = ddpm.Schedule;
type Denoiser = ddpm.Denoiser;
const random = new Random(11);

/** One number for each example, shaped [B, 1, …] so that it scales a batch shaped like x. */
/* zh: 每个样本一个数，形状 [B, 1, …]，用来缩放与 x 同形的一批样本。 */
function column(x: Tensor, values: readonly number[]): Tensor {
  return tf.tensor([...values], [values.length, ...x.shape.slice(1).map(() => 1)]);
}

// %%
console.log(engine.describe(await engine.ready()));
const data = await datasets.fashionMnist();
const boot = tf.tidy(() => data.test.images(0, 1).mul(2).sub(1)) as Tensor4D; // grey levels −1…1, [1,28,28,1] // zh: 灰度取值 −1…1，[1,28,28,1]
const seen = (x: Tensor) => tf.tidy(() => x.add(1).div(2).clipByValue(0, 1)) as Tensor4D;

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DDPM: from noise back to a picture
//
// - Taking a picture apart is easy: add a little noise, a thousand times.
// - Putting it together is the same film run backwards, **if** somebody could do one step of it.
// - One small step back is a small job: *guess the noise*.
// - Today: write all of it, and watch it work.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DDPM：从噪声走回图像
//
// - 拆掉一幅图像很容易：每次加一点噪声，加一千次。
// - 造出一幅图像，就是把这部影片倒着放，**只要**有人会倒着放其中一小步。
// - 倒退一小步是件小事：*猜出噪声*。
// - 今天：全部写出来，看着它工作。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Two minutes. Ask: who has watched ink spread in water, and who has seen it come together again? Lesson 10 gave the first half. Promise
// the ring and the clothes, and that nobody has to believe anything: every formula is checked by a number.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 两分钟。提问：谁见过墨水在水里散开？谁见过它自己聚回来？第 10 课讲了前一半。预告八个点团和衣服，并说明今天没有一个公式需要“相信”：
// 每个公式都会用数字核对。

// %% [markdown] lang="en"
// ## 1 · Taking a picture apart
//
// In lesson 10 a drop of ink spread in water until nothing was left of its shape. Do the same to a picture: shrink it a little,
// add a little noise, and again. With $x_0$ the picture and $x_t$ what is left after $t$ of $T$ steps,
//
// $$q(x_t\mid x_{t-1})=\mathcal N\bigl(x_t;\ \sqrt{1-\beta_t}\,x_{t-1},\ \beta_t I\bigr),\qquad\text{that is}\quad
// x_t=\sqrt{1-\beta_t}\,x_{t-1}+\sqrt{\beta_t}\,\varepsilon_t,\quad \varepsilon_t\sim\mathcal N(0,I).$$
//
// This chain is the **forward process**. It has nothing to learn. $\beta_t$, between 0 and 1, is the variance of the noise in step $t$; the list $\beta_1\dots\beta_T$ is the
// **noise schedule**. The original one (Ho, Jain and Abbeel, 2020) has $T=1000$ and lets $\beta_t$ rise evenly from 0.0001 to 0.02.
//
// Why shrink by $\sqrt{1-\beta_t}$? Because variances of independent things add. If $x_{t-1}$ has variance 1, then $x_t$ has
// $(1-\beta_t)\cdot1+\beta_t=1$ again. Without the shrinking the numbers would grow and grow: 1,000 such steps would end at a variance of 11.
//
// **Guess first**: below is a boot. At which of the 1,000 steps will you no longer recognise it? Write the number down.

// %% [markdown] lang="zh"
// ## 1 · 把图像拆掉
//
// 第 10 课里，一滴墨水在水中散开，直到形状全无。对图像也照此办理：缩小一点，加一点噪声，再来一次。记 $x_0$ 为图像，$x_t$ 为
// 走完 $T$ 步中的 $t$ 步之后剩下的东西：
//
// $$q(x_t\mid x_{t-1})=\mathcal N\bigl(x_t;\ \sqrt{1-\beta_t}\,x_{t-1},\ \beta_t I\bigr),\qquad\text{即}\quad
// x_t=\sqrt{1-\beta_t}\,x_{t-1}+\sqrt{\beta_t}\,\varepsilon_t,\quad \varepsilon_t\sim\mathcal N(0,I).$$
//
// 这条链叫**前向过程**（forward process），其中没有任何要学的东西。$\beta_t$ 介于 0 和 1 之间，是第 $t$ 步所加噪声的方差；
// 一整列 $\beta_1\dots\beta_T$ 叫**噪声调度**（noise schedule）。最初的方案（Ho、Jain 与 Abbeel，2020）取 $T=1000$，$\beta_t$ 从 0.0001 均匀升到 0.02。
//
// 为什么要乘 $\sqrt{1-\beta_t}$？因为独立量的方差相加。若 $x_{t-1}$ 的方差为 1，则 $x_t$ 的方差是 $(1-\beta_t)\cdot1+\beta_t=1$，不增不减。
// 不缩小的话，数值会越滚越大：这样走 1,000 步，方差会涨到 11。
//
// **先猜一猜**：下面是一只靴子。1,000 步里，走到第几步你就认不出它了？把数字写下来。

// %% figure="noising-strip" slideshow={"slide_type": "subslide"}
const stops = [0, 20, 50, 100, 200, 300, 500, 1000];
const film: { image: Tensor4D; label: string }[] = [];
let current: Tensor = boot.clone();
for (let t = 0; t <= 1000; t++) {
  if (t > 0) {
    const beta = 1e-4 + ((0.02 - 1e-4) * (t - 1)) / 999;
    const next = tf.tidy(() => current.mul(Math.sqrt(1 - beta)).add(random.normal(boot.shape).mul(Math.sqrt(beta))));
    current.dispose();
    current = next;
  }
  if (stops.includes(t)) film.push({ image: seen(current), label: `t = ${t}` });
}
show(
  figures.imageStrip(film, {
    scale: 4,
    title: 'A boot, one small step at a time' /* zh: '一只靴子，一小步一小步地消失' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Collect guesses before the slide is shown, write them on the board. Then: which *single* step was the worst? None. That is
// the point: each step destroys so little that undoing it is a small job.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。放出这页之前先收集猜测，写在黑板上。然后问：哪*一步*破坏得最厉害？没有。要点正在这里：每一步毁掉的都很少，所以撤销一步是件小事。

// %% [markdown] lang="en"
// The outline outlives step 300 and is gone for most eyes by 500. The second half of the film looks like the same grey snow all the time, yet
// it is needed: only at its very end has the snow forgotten that it was a boot.
//
// The idea of the whole lesson: **run the film backwards**. Start with snow, which anybody can draw, and undo one small step after the other. No
// single step destroys much, so undoing one should be a job that a network can learn.
//
// ## 2 · By hand, once
//
// A picture of 2×2 pixels, all of them 0 (middle grey), and only two steps, $\beta=(0.1,\ 0.2)$. Say the dice gave
//
// $$\varepsilon_1=\begin{pmatrix}0.5&-1\\1.2&0.3\end{pmatrix},\qquad \varepsilon_2=\begin{pmatrix}-0.7&0.4\\0.1&-1.5\end{pmatrix}.$$
//
// Step 1: $x_1=\sqrt{0.9}\cdot0+\sqrt{0.1}\,\varepsilon_1$, where $\sqrt{0.1}\approx0.316$:
// $$x_1=\begin{pmatrix}0.158&-0.316\\0.379&0.095\end{pmatrix}.$$
// Step 2: $x_2=\sqrt{0.8}\,x_1+\sqrt{0.2}\,\varepsilon_2$. For the pixel at the top left: $0.894\cdot0.158+0.447\cdot(-0.7)=-0.172$. All four:
// $$x_2=\begin{pmatrix}-0.172&-0.104\\0.384&-0.586\end{pmatrix}.$$
//
// **Is $x_2$ pure noise?** Count variances. $x_1$ has $0.1$. The second step keeps $0.8$ of that and adds $0.2$: $0.8\cdot0.1+0.2=0.28$. Pure
// noise would have 1. And had the picture been white (all ones), each pixel of $x_2$ would lie around $\sqrt{0.9}\sqrt{0.8}=0.85$, not around 0: from $x_2$ you can
// still tell white from grey. The picture's share, counted like variances by the square of its factor, is still $0.9\cdot0.8=0.72$. Two such steps are a beginning, not an end.

// %% [markdown] lang="zh"
// 轮廓过了第 300 步还在，到 500 步多数人就看不出来了。影片后半段看上去一直是同样的灰色雪花，但它不能省：
// 直到最末尾，雪花才真正忘了自己曾经是一只靴子。
//
// 整堂课的想法就是：**把影片倒着放**。从雪花开始（雪花谁都会画），一小步一小步地撤销。每一步毁掉的都不多，
// 所以撤销一步，应该是网络学得会的事。
//
// ## 2 · 亲手算一次
//
// 取一幅 2×2 的图像，四个像素都是 0（中灰），只走两步，$\beta=(0.1,\ 0.2)$。假设抽到的噪声是
//
// $$\varepsilon_1=\begin{pmatrix}0.5&-1\\1.2&0.3\end{pmatrix},\qquad \varepsilon_2=\begin{pmatrix}-0.7&0.4\\0.1&-1.5\end{pmatrix}.$$
//
// 第 1 步：$x_1=\sqrt{0.9}\cdot0+\sqrt{0.1}\,\varepsilon_1$，其中 $\sqrt{0.1}\approx0.316$：
// $$x_1=\begin{pmatrix}0.158&-0.316\\0.379&0.095\end{pmatrix}.$$
// 第 2 步：$x_2=\sqrt{0.8}\,x_1+\sqrt{0.2}\,\varepsilon_2$。左上角的像素：$0.894\cdot0.158+0.447\cdot(-0.7)=-0.172$。四个都算出来：
// $$x_2=\begin{pmatrix}-0.172&-0.104\\0.384&-0.586\end{pmatrix}.$$
//
// **$x_2$ 是纯噪声吗？** 数一数方差。$x_1$ 的方差是 $0.1$；第二步保留其中的 $0.8$，再加 $0.2$：$0.8\cdot0.1+0.2=0.28$。纯噪声应该是 1。
// 再说，假如原图是白色（全是 1），$x_2$ 的像素会分布在 $\sqrt{0.9}\sqrt{0.8}=0.85$ 附近，而不是 0 附近：从 $x_2$ 仍能分辨白与灰。
// 图像成分所占的比例（按系数的平方算，与方差的算法一致）还有 $0.9\cdot0.8=0.72$。这样的两步只是开头，远不是终点。

// %%
const byHand = tf.tidy(() => {
  const first = tf.tensor2d([
    [0.5, -1],
    [1.2, 0.3],
  ]);
  const second = tf.tensor2d([
    [-0.7, 0.4],
    [0.1, -1.5],
  ]);
  const x1 = first.mul(Math.sqrt(0.1));
  const x2 = x1.mul(Math.sqrt(0.8)).add(second.mul(Math.sqrt(0.2)));
  return [x1, x2].map((x) => (x as Tensor2D).arraySync());
});
console.log('x1 =', JSON.stringify(byHand[0].map((row) => row.map((v) => Number(v.toFixed(3))))));
console.log('x2 =', JSON.stringify(byHand[1].map((row) => row.map((v) => Number(v.toFixed(3))))));

// Many such pixels: how are they spread?
// zh: 很多个这样的像素：它们怎样分布？
const afterTwo = (start: number) =>
  tf.tidy(() => {
    const n = 20_000;
    const x1 = tf.fill([n], start * Math.sqrt(0.9)).add(random.normal([n]).mul(Math.sqrt(0.1)));
    return x1.mul(Math.sqrt(0.8)).add(random.normal([n]).mul(Math.sqrt(0.2))) as Tensor1D;
  });
show(
  figures.histogram({
    series: [
      { name: 'x₂ of a grey pixel (x₀ = 0)' /* zh: '灰色像素（x₀ = 0）的 x₂' */, values: afterTwo(0) },
      { name: 'x₂ of a white pixel (x₀ = 1)' /* zh: '白色像素（x₀ = 1）的 x₂' */, values: afterTwo(1) },
    ],
    curves: [
      {
        name: 'pure noise, N(0, 1)' /* zh: '纯噪声 N(0, 1)' */,
        x: Array.from({ length: 121 }, (_, i) => -3 + i * 0.05),
        y: Array.from({ length: 121 }, (_, i) => Math.exp(-((-3 + i * 0.05) ** 2) / 2) / Math.sqrt(2 * Math.PI)),
      },
    ],
    title: 'After two steps white and grey can still be told apart' /* zh: '走了两步，白与灰仍然分得开' */,
    height: 'density',
    x: 'value of the pixel' /* zh: '像素取值' */,
    y: 'density' /* zh: '密度' */,
    xRange: [-3, 3],
  }),
);

// %% [markdown] lang="en"
// ## 3 · Jumping straight to step $t$
//
// A thousand small steps for every training picture would be a thousand times too slow. The two-step sum above shows the way out. Write $\alpha_t=1-\beta_t$ and put
// step 1 into step 2:
//
// $$
// \begin{aligned}
// x_2&=\sqrt{\alpha_2}\,x_1+\sqrt{1-\alpha_2}\,\varepsilon_2 && \text{step 2}\\
// &=\sqrt{\alpha_2}\bigl(\sqrt{\alpha_1}\,x_0+\sqrt{1-\alpha_1}\,\varepsilon_1\bigr)+\sqrt{1-\alpha_2}\,\varepsilon_2 && \text{step 1 put in}\\
// &=\sqrt{\alpha_1\alpha_2}\,x_0+\underbrace{\sqrt{\alpha_2(1-\alpha_1)}\,\varepsilon_1+\sqrt{1-\alpha_2}\,\varepsilon_2}_{\text{independent Gaussians: again a Gaussian}} && \text{multiplied out}\\
// &=\sqrt{\alpha_1\alpha_2}\,x_0+\sqrt{1-\alpha_1\alpha_2}\ \varepsilon && \alpha_2(1-\alpha_1)+1-\alpha_2=1-\alpha_1\alpha_2
// \end{aligned}
// $$
//
// The same step once more gives $\alpha_1\alpha_2\alpha_3$, and so on. With $\bar\alpha_t=\alpha_1\alpha_2\cdots\alpha_t$ (read "alpha bar") we have a **closed form** for any $t$:
//
// $$\boxed{\,q(x_t\mid x_0)=\mathcal N\bigl(\sqrt{\bar\alpha_t}\,x_0,\ (1-\bar\alpha_t)I\bigr),\qquad x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\;\varepsilon,\quad\varepsilon\sim\mathcal N(0,I)\,}$$
//
// Read it as a mixing desk: one fader for the picture, one for the noise, and the squares of the two always add up to 1. $\bar\alpha_t$ is the share of the picture's variance
// that is left; we put $\bar\alpha_0=1$ for the clean picture. In section 2, $\bar\alpha_2=0.72$, and $1-0.72=0.28$.
//
// ### Exercise 1 · qSample (3 points)
//
// A batch has a step for *each* example. `column(x0, values)` shapes a list of numbers, one for each example, so that it scales the batch; `t.map((step) => …)` makes such a list out of the
// steps. Arrays of a schedule are indexed by the step itself: `schedule.alphasCumprod[t]` is $\bar\alpha_t$, with entry 0 for the clean picture.

// %% [markdown] lang="zh"
// ## 3 · 一步跳到第 $t$ 步
//
// 每幅训练图像都走一千小步，就慢了一千倍。上面那个两步的算式指出了出路。记 $\alpha_t=1-\beta_t$，把第 1 步代入第 2 步：
//
// $$
// \begin{aligned}
// x_2&=\sqrt{\alpha_2}\,x_1+\sqrt{1-\alpha_2}\,\varepsilon_2 && \text{第 2 步}\\
// &=\sqrt{\alpha_2}\bigl(\sqrt{\alpha_1}\,x_0+\sqrt{1-\alpha_1}\,\varepsilon_1\bigr)+\sqrt{1-\alpha_2}\,\varepsilon_2 && \text{代入第 1 步}\\
// &=\sqrt{\alpha_1\alpha_2}\,x_0+\underbrace{\sqrt{\alpha_2(1-\alpha_1)}\,\varepsilon_1+\sqrt{1-\alpha_2}\,\varepsilon_2}_{\text{独立高斯之和，仍是高斯}} && \text{展开}\\
// &=\sqrt{\alpha_1\alpha_2}\,x_0+\sqrt{1-\alpha_1\alpha_2}\ \varepsilon && \alpha_2(1-\alpha_1)+1-\alpha_2=1-\alpha_1\alpha_2
// \end{aligned}
// $$
//
// 再来一步就得到 $\alpha_1\alpha_2\alpha_3$，依此类推。记 $\bar\alpha_t=\alpha_1\alpha_2\cdots\alpha_t$，对任意 $t$ 都有**闭式**（closed form）表达式：
//
// $$\boxed{\,q(x_t\mid x_0)=\mathcal N\bigl(\sqrt{\bar\alpha_t}\,x_0,\ (1-\bar\alpha_t)I\bigr),\qquad x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\;\varepsilon,\quad\varepsilon\sim\mathcal N(0,I)\,}$$
//
// 一个系数管图像，一个系数管噪声，两者的平方和恒为 1。$\bar\alpha_t$ 就是图像成分所占的比例；干净图像记 $\bar\alpha_0=1$。
// 第 2 节里 $\bar\alpha_2=0.72$，而 $1-0.72=0.28$。
//
// ### 练习 1 · qSample（3 分）
//
// 一批样本里，*每个*样本有自己的步数。`column(x0, values)` 把一列数（每个样本一个）变成能缩放整批样本的形状；`t.map((step) => …)` 可由各步得到这样一列数。
// 调度里的数组直接用步数作下标：`schedule.alphasCumprod[t]` 就是 $\bar\alpha_t$，第 0 项对应干净图像。

// %% grade_id="ddpm-qsample" points=3
/** Noises a batch straight to the steps t. x0, noise: [B, …]; t: one step (1…T) for each example -> [B, …] */
/* zh: 把一批样本直接加噪到第 t 步。x0、noise: [B, …]；t：每个样本一个步数（1…T） -> [B, …] */
function qSample(x0: Tensor, t: readonly number[], noise: Tensor, schedule: Schedule): Tensor {
  // 1. √ᾱ_t for each example  2. √(1−ᾱ_t); the usual slip is to forget one of the two roots
  // zh: 1. 每个样本的 √ᾱ_t  2. √(1−ᾱ_t)；常见失误是漏掉其中一个根号
  // BEGIN SOLUTION
  const signal = column(
    x0,
    t.map((step) => Math.sqrt(schedule.alphasCumprod[step])),
  );
  const spread = column(
    x0,
    t.map((step) => Math.sqrt(1 - schedule.alphasCumprod[step])),
  );
  return x0.mul(signal).add(noise.mul(spread));
  // END SOLUTION
}
await check('ddpm-qsample', { qSample });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Jump straight to step t
//
// $$x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\;\varepsilon,\qquad \bar\alpha_t=(1-\beta_1)\cdots(1-\beta_t)$$
//
// - Gaussian plus Gaussian is a Gaussian: a thousand steps fold into one.
// - Two faders; their squares add up to 1.
// - β = (0.1, 0.2): ᾱ₂ = 0.72. **Not** noise yet.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一步跳到第 t 步
//
// $$x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\;\varepsilon,\qquad \bar\alpha_t=(1-\beta_1)\cdots(1-\beta_t)$$
//
// - 高斯加高斯还是高斯：一千步可以折成一步。
// - 两个系数，平方和恒为 1。
// - β = (0.1, 0.2)：ᾱ₂ = 0.72，**还不是**噪声。

// %% slideshow={"slide_type": "fragment"}
const paper = ddpm.linearSchedule(1000);
const hiss = random.normal(boot.shape);
show(
  figures.imageStrip(
    stops.slice(1).map((t) => ({
      image: seen(qSample(boot, [t], hiss, paper)),
      label: `t = ${t}\nᾱ = ${paper.alphasCumprod[t].toPrecision(2)}`,
    })),
    {
      scale: 4,
      title: 'The same film, each picture made in one jump' /* zh: '同一部影片，每一帧都是一步跳到' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes, with section 2 on the board. Let the class compute 0.8·0.1 + 0.2 and 1 − 0.9·0.8 and see that both are 0.28. Ask what would happen to a white
// picture. Then the general formula needs no more proof than "once more".

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟，第 2 节写在黑板上。让同学算 0.8·0.1 + 0.2 和 1 − 0.9·0.8，发现都是 0.28。问：白色图像会怎样？之后一般公式只需要说“再来一次”。

// %% [markdown] lang="en"
// ## 4 · How much noise, and when?
//
// Sampling will start from $\mathcal N(0,I)$, so the forward process must *end* there: $\bar\alpha_T\approx0$. A schedule that breaks this promise fails silently: the loss falls, the samples are
// wrong.
//
// The linear schedule's numbers belong to $T=1000$. With $T=50$ and the same numbers, $\bar\alpha_{50}=0.60$: most of the picture is still there. A shorter schedule must take larger steps. The usual
// remedy multiplies all of it by $1000/T$:
//
// $$\beta_t\ \text{rises evenly from}\ \frac{1000}{T}\,0.0001\ \text{to}\ \frac{1000}{T}\,0.02 .$$
//
// (Below $T=21$ that makes $\beta_T\ge1$, and there is no such step.) And whatever the schedule: **check that $\bar\alpha_T<10^{-3}$** before training.
//
// Nichol and Dhariwal (2021) saw that the linear schedule destroys small pictures too fast and proposed to give $\bar\alpha$ directly, as a **cosine**:
//
// $$\bar\alpha_t=\frac{f(t)}{f(0)},\quad f(t)=\cos^2\!\Bigl(\frac{t/T+s}{1+s}\cdot\frac\pi2\Bigr),\ s=0.008,\qquad \beta_t=\min\!\Bigl(1-\frac{\bar\alpha_t}{\bar\alpha_{t-1}},\ 0.999\Bigr).$$
//
// ### Exercise 2 · A schedule of any length (3 points)
//
// Three short functions: the scaled betas $\beta_1\dots\beta_T$; the products $\bar\alpha_0\dots\bar\alpha_T$ (one entry more, because $\bar\alpha_0=1$ comes first); and the check.

// %% [markdown] lang="zh"
// ## 4 · 何时加多少噪声？
//
// 采样将从 $\mathcal N(0,I)$ 出发，所以前向过程必须*终止*于此：$\bar\alpha_T\approx0$。违背这一点的调度不会报错：损失照样下降，样本却是错的。
//
// 线性调度的那两个数是为 $T=1000$ 定的。$T=50$ 而数字照旧，则 $\bar\alpha_{50}=0.60$：图像的大半还在。步数少了，每步就得迈大一些。
// 通常的办法是整体乘以 $1000/T$：
//
// $$\beta_t\ \text{从}\ \frac{1000}{T}\,0.0001\ \text{均匀升到}\ \frac{1000}{T}\,0.02 .$$
//
// （$T<21$ 时 $\beta_T\ge1$，这样的步子不存在。）无论用哪种调度，训练前都要**检查 $\bar\alpha_T<10^{-3}$**。
//
// Nichol 与 Dhariwal（2021）发现线性调度对小图像破坏得太快，提议直接给出 $\bar\alpha$，即**余弦调度**：
//
// $$\bar\alpha_t=\frac{f(t)}{f(0)},\quad f(t)=\cos^2\!\Bigl(\frac{t/T+s}{1+s}\cdot\frac\pi2\Bigr),\ s=0.008,\qquad \beta_t=\min\!\Bigl(1-\frac{\bar\alpha_t}{\bar\alpha_{t-1}},\ 0.999\Bigr).$$
//
// ### 练习 2 · 任意长度的调度（3 分）
//
// 三个小函数：缩放后的 $\beta_1\dots\beta_T$；连乘积 $\bar\alpha_0\dots\bar\alpha_T$（多一项，因为开头是 $\bar\alpha_0=1$）；以及检查。

// %% grade_id="ddpm-schedule" points=3
/** β_1 … β_T, evenly from 0.0001 to 0.02, both times 1000/T. steps: T ≥ 21 */
/* zh: β_1 … β_T，从 0.0001 均匀升到 0.02，两端都乘以 1000/T。steps：T ≥ 21 */
function linearBetas(steps: number): number[] {
  // BEGIN SOLUTION
  const [first, last] = [0.1 / steps, 20 / steps];
  return Array.from({ length: steps }, (_, i) => first + ((last - first) * i) / (steps - 1));
  // END SOLUTION
}

/** ᾱ_0 = 1, ᾱ_1, …, ᾱ_T: one entry more than there are betas. */
/* zh: ᾱ_0 = 1、ᾱ_1、……、ᾱ_T：比 β 多一项。 */
function cumulative(betas: readonly number[]): number[] {
  // BEGIN SOLUTION
  let product = 1;
  return [1, ...betas.map((beta) => (product *= 1 - beta))];
  // END SOLUTION
}

/** Is less than a thousandth of the picture's variance left at the end? */
/* zh: 到终点时，图像方差剩下的是否不到千分之一？ */
function endsInNoise(alphasCumprod: readonly number[]): boolean {
  // BEGIN SOLUTION
  return alphasCumprod[alphasCumprod.length - 1] < 1e-3;
  // END SOLUTION
}
await check('ddpm-schedule', { linearBetas, cumulative, endsInNoise });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The film must end in noise
//
// - Sampling starts at $\mathcal N(0,I)$, so $\bar\alpha_T<10^{-3}$. **Assert it.**
// - Linear: β from 0.0001 to 0.02, for T = 1000.
// - Shorter T: multiply by 1000/T. Unscaled, T = 50 leaves ᾱ = 0.60.
// - Cosine: ᾱ falls gently at both ends.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 影片必须以噪声结尾
//
// - 采样从 $\mathcal N(0,I)$ 出发，所以要求 $\bar\alpha_T<10^{-3}$，**写成断言**。
// - 线性：β 从 0.0001 到 0.02，配 T = 1000。
// - T 变短：乘以 1000/T。不缩放时，T = 50 会剩下 ᾱ = 0.60。
// - 余弦：ᾱ 在两端都降得平缓。

// %% slideshow={"slide_type": "subslide"}
const unscaled = Array.from({ length: 50 }, (_, i) => 1e-4 + ((0.02 - 1e-4) * i) / 49);
const families = [
  { name: 'linear, T = 1000' /* zh: '线性，T = 1000' */, left: cumulative(linearBetas(1000)) },
  { name: 'linear, T = 50, scaled' /* zh: '线性，T = 50，已缩放' */, left: cumulative(linearBetas(50)) },
  { name: 'linear, T = 50, unscaled' /* zh: '线性，T = 50，未缩放' */, left: cumulative(unscaled) },
  { name: 'cosine, T = 1000' /* zh: '余弦，T = 1000' */, left: ddpm.cosineSchedule(1000).alphasCumprod },
];
show(
  figures.curves({
    series: families.map(({ name, left }) => ({ name, x: left.map((_, t) => t / (left.length - 1)), y: left })),
    title: 'Unscaled, fifty steps leave 60 % of the picture’s variance' /* zh: '不缩放的五十步，图像的方差还剩 60 %' */,
    x: 'share of the way, t / T' /* zh: '走过的比例 t / T' */,
    y: 'ᾱ, share of the picture left' /* zh: 'ᾱ，图像成分所占的比例' */,
  }),
);
for (const { name, left } of families)
  console.log(
    `${name}: ᾱ_T = ${left[left.length - 1].toExponential(1)}, ${endsInNoise(left) ? 'ends in noise' /* zh: '终点是噪声' */ : 'DOES NOT END IN NOISE' /* zh: '终点不是噪声！' */}`,
  );

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. Ask who would have noticed the third curve from the training loss (nobody: the loss even looks better, because the task is easier). We come
// back to it with a broken sampler in section 10.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。问：单看训练损失，谁能发现第三条曲线的问题？（没人能：任务更简单，损失甚至更好看。）第 10 节会用坏掉的采样器再回到这里。

// %% [markdown] lang="en"
// The two linear curves that end in noise nearly coincide: scaling does its job. The cosine curve keeps the picture longer in the middle and wastes fewer steps on pure
// snow. What counts in the end is not $t$ but the **signal-to-noise ratio** $\bar\alpha_t/(1-\bar\alpha_t)$; a schedule is a choice of how long to dwell at which ratio.
//
// ## 5 · The way back, if we knew the picture
//
// We want $q(x_{t-1}\mid x_t)$: given today's snow, what was it one step earlier? By Bayes' rule this needs $q(x_{t-1})$, the distribution of *all* slightly
// noised pictures, which nobody has a formula for. Two facts help.
//
// **First: for small $\beta_t$ the answer is nearly a Gaussian.** See it in one dimension, where we can compute it on a grid: the "pictures" are two bumps at ±1. One step back after a small $\beta$: one bump. After a
// large one: two. So with small steps it is enough to look for a Gaussian, that is for a mean; with big steps it is not. **Guess first** how the right-hand
// curve will look.

// %% [markdown] lang="zh"
// 两条以噪声结尾的线性曲线几乎重合：缩放起了作用。余弦曲线在中段把图像保留得更久，少把步数浪费在纯雪花上。
// 归根结底，要紧的不是 $t$，而是**信噪比**（signal-to-noise ratio）$\bar\alpha_t/(1-\bar\alpha_t)$；所谓调度，就是决定在哪种信噪比上停留多久。
//
// ## 5 · 假如知道原图，怎么往回走
//
// 我们想要的是 $q(x_{t-1}\mid x_t)$：看着今天的雪花，问前一步是什么样。按贝叶斯公式，这需要 $q(x_{t-1})$，也就是*所有*略加噪声的图像的分布，
// 而它没有公式。好在有两个事实。
//
// **第一：$\beta_t$ 很小时，答案近似于高斯分布。** 在一维里可以用网格算给你看：“图像”是 ±1 处的两个峰。$\beta$ 小时退一步，是一个峰；
// $\beta$ 大时退一步，是两个峰。所以步子小，只要找一个高斯分布，也就是找一个均值；步子大就不行了。**先猜一猜**右边的曲线是什么样。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The way back, if we knew the picture
//
// $$\tilde\mu_t=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t,\qquad \tilde\beta_t=\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t$$
//
// - A **small** step back is nearly Gaussian. A large one is not.
// - Given $x_0$ it is exactly Gaussian: Bayes, and a square to complete.
// - At $t=1$: mean $x_0$, variance 0.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 假如知道原图，怎么往回走
//
// $$\tilde\mu_t=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t,\qquad \tilde\beta_t=\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t$$
//
// - 退**一小步**近似高斯，退一大步就不是了。
// - 知道 $x_0$，就恰好是高斯：贝叶斯公式，再配个方。
// - $t=1$ 时：均值 $x_0$，方差 0。

// %% figure="step-back" slideshow={"slide_type": "subslide"}
const line = Array.from({ length: 401 }, (_, i) => -2.5 + i * 0.0125);
const bell = (x: number, mean: number, variance: number) =>
  Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
/** q(x_{t−1}|x_t) on the grid, for two bumps of width 0.35, and the Gaussian of the same mean and variance. */
/* zh: 网格上的 q(x_{t−1}|x_t)（两个宽 0.35 的峰），以及均值和方差与它相同的高斯分布。 */
function oneStepBack(xt: number, beta: number) {
  const mass = line.map((x) => (bell(x, -1, 0.1225) + bell(x, 1, 0.1225)) * bell(xt, Math.sqrt(1 - beta) * x, beta));
  const total = mass.reduce((a, b) => a + b, 0) * 0.0125;
  const exact = mass.map((m) => m / total);
  const mean = exact.reduce((sum, p, i) => sum + p * line[i] * 0.0125, 0);
  const variance = exact.reduce((sum, p, i) => sum + p * (line[i] - mean) ** 2 * 0.0125, 0);
  return { exact, fitted: line.map((x) => bell(x, mean, variance)) };
}
const backwards = (beta: number, title: string) => {
  const { exact, fitted } = oneStepBack(0.15, beta);
  return figures.curves({
    series: [
      { name: 'exact' /* zh: '精确' */, x: line, y: exact, fill: true },
      { name: 'one Gaussian' /* zh: '单个高斯' */, x: line, y: fitted, dash: 'dash' },
    ],
    title,
    x: 'x, one step earlier' /* zh: '前一步的 x' */,
    y: 'density' /* zh: '密度' */,
  });
};
show(
  figures.panels(
    [
      backwards(0.02, 'β = 0.02: one bump' /* zh: 'β = 0.02：一个峰' */),
      backwards(0.7, 'β = 0.7: two bumps' /* zh: 'β = 0.7：两个峰' */),
    ],
    {
      title: 'A small step back is nearly Gaussian, a large one is not' /* zh: '退一小步近似高斯，退一大步就不是了' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes. Draw the two bumps on the board and ask for the right-hand panel before showing it. Complete the square together; let somebody check t = 1.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟。先在黑板上画两个峰，让大家猜右图，再放出来。一起配方，请一位同学验证 t = 1。

// %% [markdown] lang="en"
// This is why there are so many steps. (That the reverse of small Gaussian steps is again Gaussian in the limit is a theorem of Feller's, and Sohl-Dickstein et al. built the first
// diffusion model on it in 2015.)
//
// **Second: if somebody whispers $x_0$, everything is Gaussian and has a formula.** By Bayes' rule, and because the chain is Markov (given $x_{t-1}$, the step to $x_t$ does
// not care about $x_0$),
//
// $$q(x_{t-1}\mid x_t,x_0)=\frac{q(x_t\mid x_{t-1})\,q(x_{t-1}\mid x_0)}{q(x_t\mid x_0)}
// \ \propto\ \exp\Bigl(-\tfrac12\Bigl[\frac{(x_t-\sqrt{\alpha_t}\,x_{t-1})^2}{\beta_t}+\frac{(x_{t-1}-\sqrt{\bar\alpha_{t-1}}\,x_0)^2}{1-\bar\alpha_{t-1}}\Bigr]\Bigr).$$
//
// (Only factors with $x_{t-1}$ are kept: it is the unknown here.) The bracket is a parabola in $x_{t-1}$, so this *is* a Gaussian. Collect its squares and its linear terms:
//
// $$\underbrace{\Bigl(\frac{\alpha_t}{\beta_t}+\frac1{1-\bar\alpha_{t-1}}\Bigr)}_{=\,1/\tilde\beta_t}x_{t-1}^2-2\underbrace{\Bigl(\frac{\sqrt{\alpha_t}}{\beta_t}x_t+\frac{\sqrt{\bar\alpha_{t-1}}}{1-\bar\alpha_{t-1}}x_0\Bigr)}_{=\,\tilde\mu_t/\tilde\beta_t}x_{t-1}+\dots$$
//
// Compare with $(x-\mu)^2/\sigma^2=x^2/\sigma^2-2x\mu/\sigma^2+\dots$: the first brace is one over the variance, the second the mean over the variance. The first simplifies with
// $\alpha_t(1-\bar\alpha_{t-1})+\beta_t=\alpha_t-\bar\alpha_t+1-\alpha_t=1-\bar\alpha_t$, and we have the **posterior**:
//
// $$\boxed{\,\tilde\beta_t=\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t,\qquad
// \tilde\mu_t=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t\,}$$
//
// The derivation divided by $1-\bar\alpha_{t-1}$ and so needs $t\ge2$; the result holds at $t=1$ too, the end of the way: there, with $\bar\alpha_0=1$, it says mean $x_0$ and variance 0. One step before the picture, somebody who knows the picture has no doubt.
//
// ### Exercise 3 · The posterior (3 points)

// %% [markdown] lang="zh"
// 这就是为什么要分那么多步。（小高斯步的逆过程在极限下仍是高斯，这是 Feller 的定理；2015 年 Sohl-Dickstein 等人据此做出了第一个扩散模型。）
//
// **第二：如果有人悄悄告诉你 $x_0$，一切都是高斯，而且有公式。** 用贝叶斯公式，再用链的马尔可夫性（给定 $x_{t-1}$，走到 $x_t$ 的那一步与 $x_0$ 无关）：
//
// $$q(x_{t-1}\mid x_t,x_0)=\frac{q(x_t\mid x_{t-1})\,q(x_{t-1}\mid x_0)}{q(x_t\mid x_0)}
// \ \propto\ \exp\Bigl(-\tfrac12\Bigl[\frac{(x_t-\sqrt{\alpha_t}\,x_{t-1})^2}{\beta_t}+\frac{(x_{t-1}-\sqrt{\bar\alpha_{t-1}}\,x_0)^2}{1-\bar\alpha_{t-1}}\Bigr]\Bigr).$$
//
// （只留含 $x_{t-1}$ 的因子，因为它才是未知数。）方括号里是 $x_{t-1}$ 的二次函数，所以这*就是*高斯分布。合并二次项和一次项：
//
// $$\underbrace{\Bigl(\frac{\alpha_t}{\beta_t}+\frac1{1-\bar\alpha_{t-1}}\Bigr)}_{=\,1/\tilde\beta_t}x_{t-1}^2-2\underbrace{\Bigl(\frac{\sqrt{\alpha_t}}{\beta_t}x_t+\frac{\sqrt{\bar\alpha_{t-1}}}{1-\bar\alpha_{t-1}}x_0\Bigr)}_{=\,\tilde\mu_t/\tilde\beta_t}x_{t-1}+\dots$$
//
// 与 $(x-\mu)^2/\sigma^2=x^2/\sigma^2-2x\mu/\sigma^2+\dots$ 对照：第一个花括号是方差的倒数，第二个是均值除以方差。前者用
// $\alpha_t(1-\bar\alpha_{t-1})+\beta_t=\alpha_t-\bar\alpha_t+1-\alpha_t=1-\bar\alpha_t$ 化简，就得到**后验**（posterior）：
//
// $$\boxed{\,\tilde\beta_t=\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t,\qquad
// \tilde\mu_t=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t\,}$$
//
// 推导中除以了 $1-\bar\alpha_{t-1}$，所以要求 $t\ge2$；结果在路的尽头 $t=1$ 也成立：这时 $\bar\alpha_0=1$，均值就是 $x_0$，方差为 0。离图像只差一步时，知道图像的人没有任何疑问。
//
// ### 练习 3 · 后验（3 分）

// %% grade_id="ddpm-posterior" points=3
/** Mean and variance of q(x_{t−1} | x_t, x_0) at one step t, 1…T. x0, xt: [B, …] */
/* zh: 第 t 步（1…T）的 q(x_{t−1} | x_t, x_0) 的均值和方差。x0、xt: [B, …] */
function posterior(x0: Tensor, xt: Tensor, t: number, schedule: Schedule): { mean: Tensor; variance: number } {
  const { betas, alphas, alphasCumprod } = schedule;
  // BEGIN SOLUTION
  const ofX0 = (Math.sqrt(alphasCumprod[t - 1]) * betas[t]) / (1 - alphasCumprod[t]);
  const ofXt = (Math.sqrt(alphas[t]) * (1 - alphasCumprod[t - 1])) / (1 - alphasCumprod[t]);
  const variance = ((1 - alphasCumprod[t - 1]) / (1 - alphasCumprod[t])) * betas[t];
  return { mean: x0.mul(ofX0).add(xt.mul(ofXt)), variance };
  // END SOLUTION
}
await check('ddpm-posterior', { posterior });

// %% [markdown] lang="en"
// **Test it against the dice.** Draw many chains of the worked example ($x_0=0$, $\beta=(0.1,0.2)$), keep those whose $x_2$ fell near 0.5, and look at their $x_1$. The posterior must describe them.

// %% [markdown] lang="zh"
// **用抽样检验。** 按手算的例子（$x_0=0$，$\beta=(0.1,0.2)$）抽许多条链，只留下 $x_2$ 落在 0.5 附近的，看它们的 $x_1$。后验必须与之相符。

// %%
const shortSchedule = ddpm.scheduleOf([0.1, 0.2]);
const kept = tf.tidy(() => {
  const n = 1_000_000;
  const x1 = random.normal([n]).mul(Math.sqrt(0.1));
  const x2 = x1.mul(Math.sqrt(0.8)).add(random.normal([n]).mul(Math.sqrt(0.2)));
  const [ones, twos] = [x1.dataSync(), x2.dataSync()];
  return Array.from(ones).filter((_, i) => Math.abs(twos[i] - 0.5) < 0.02);
});
const middle = kept.reduce((a, b) => a + b, 0) / kept.length;
const said = posterior(tf.zeros([1]), tf.tensor1d([0.5]), 2, shortSchedule);
show(
  figures.table(
    [
      {
        ['x₁ given x₂ = 0.5' /* zh: '已知 x₂ = 0.5 时的 x₁' */]: 'counted' /* zh: '数出来' */,
        ['mean' /* zh: '均值' */]: middle,
        ['variance' /* zh: '方差' */]: kept.reduce((sum, x) => sum + (x - middle) ** 2, 0) / kept.length,
      },
      {
        ['x₁ given x₂ = 0.5' /* zh: '已知 x₂ = 0.5 时的 x₁' */]: 'posterior' /* zh: '后验公式' */,
        ['mean' /* zh: '均值' */]: said.mean.dataSync()[0],
        ['variance' /* zh: '方差' */]: said.variance,
      },
    ],
    { digits: 3 },
  ),
);

// %% [markdown] lang="en"
// ## 6 · The bound, with its logarithm in the right place
//
// We build a **reverse process** with weights $\theta$ to learn: start at $p(x_T)=\mathcal N(0,I)$ and step back with $p_\theta(x_{t-1}\mid x_t)=\mathcal N(\mu_\theta(x_t,t),\sigma_t^2I)$. The variance $\sigma_t^2$ is not learned: it is $\beta_t$ or $\tilde\beta_t$ (section 9 says when). What
// should the loss be? The recipe is lesson 04's, with the whole noisy film $x_1,\dots,x_T$ in the place of the code $z$ and the forward process as the encoder:
//
// $$
// \begin{aligned}
// \log p_\theta(x_0)&=\log\int p_\theta(x_0,x_1,\dots,x_T)\,dx_1\cdots dx_T && \text{integrate over all films}\\
// &=\log\,\mathbb E_{q}\!\left[\frac{p_\theta(x_0,\dots,x_T)}{q(x_1,\dots,x_T\mid x_0)}\right] && \text{multiply and divide by } q\\
// &\ge\mathbb E_{q}\!\left[\log\frac{p_\theta(x_0,\dots,x_T)}{q(x_1,\dots,x_T\mid x_0)}\right] && \text{Jensen}
// \end{aligned}
// $$
//
// The last line is the **evidence lower bound** (ELBO). Look where the logarithm stands: **inside** the expectation. Lecture notes are in circulation that
// write $\log\mathbb E_q[\cdot]$ for it. That is the line *above* the inequality: it equals $\log p_\theta(x_0)$ itself, bounds nothing, and cannot be split into a sum over the steps, which is the
// very next thing we need. A number for each, for our two-step example and a network that knows nothing (it always answers "noise 0", so $\mu_\theta=x_t/\sqrt{\alpha_t}$, and $\sigma_t^2=\beta_t$); there $p_\theta(x_0)$ is a Gaussian with variance 1.711:

// %% [markdown] lang="zh"
// ## 6 · 下界：对数要放对地方
//
// 我们来搭一个带可学权重 $\theta$ 的**反向过程**（reverse process）：从 $p(x_T)=\mathcal N(0,I)$ 出发，用 $p_\theta(x_{t-1}\mid x_t)=\mathcal N(\mu_\theta(x_t,t),\sigma_t^2I)$ 一步步往回走。方差 $\sigma_t^2$ 不用学，取 $\beta_t$ 或 $\tilde\beta_t$（第 9 节再说）。
// 损失该是什么？做法与第 04 课相同，只是把编码 $z$ 换成整部噪声影片 $x_1,\dots,x_T$，编码器换成前向过程：
//
// $$
// \begin{aligned}
// \log p_\theta(x_0)&=\log\int p_\theta(x_0,x_1,\dots,x_T)\,dx_1\cdots dx_T && \text{对所有影片积分}\\
// &=\log\,\mathbb E_{q}\!\left[\frac{p_\theta(x_0,\dots,x_T)}{q(x_1,\dots,x_T\mid x_0)}\right] && \text{同乘同除 } q\\
// &\ge\mathbb E_{q}\!\left[\log\frac{p_\theta(x_0,\dots,x_T)}{q(x_1,\dots,x_T\mid x_0)}\right] && \text{Jensen 不等式}
// \end{aligned}
// $$
//
// 最后一行就是**证据下界**（ELBO）。注意对数的位置：在期望**里面**。有些流传的讲义把它写成 $\log\mathbb E_q[\cdot]$，那其实是不等号*上面*的一行：
// 它就等于 $\log p_\theta(x_0)$ 本身，什么也没有“界”住，而且拆不成对各步的求和，而拆开正是下一步要做的。拿两步的例子各算一个数，网络取什么都不懂的那个
// （永远回答“噪声为 0”，即 $\mu_\theta=x_t/\sqrt{\alpha_t}$，$\sigma_t^2=\beta_t$）；这时 $p_\theta(x_0)$ 是方差为 1.711 的高斯分布：

// %%
const logNormal = (x: Tensor, mean: Tensor | number, variance: number) =>
  x
    .sub(mean)
    .square()
    .div(-2 * variance)
    .sub(0.5 * Math.log(2 * Math.PI * variance));
const logs = tf.tidy(() => {
  const n = 100_000;
  const x0 = tf.zeros([n]);
  const x1 = random.normal([n]).mul(Math.sqrt(0.1));
  const x2 = x1.mul(Math.sqrt(0.8)).add(random.normal([n]).mul(Math.sqrt(0.2)));
  const logP = logNormal(x2, 0, 1)
    .add(logNormal(x1, x2.div(Math.sqrt(0.8)), 0.2))
    .add(logNormal(x0, x1.div(Math.sqrt(0.9)), 0.1));
  const logQ = logNormal(x1, x0.mul(Math.sqrt(0.9)), 0.1).add(logNormal(x2, x1.mul(Math.sqrt(0.8)), 0.2));
  const logW = logP.sub(logQ); // log p(film) / q(film) // zh: log p(影片) / q(影片)
  return { inside: logW.mean().dataSync()[0], outside: logW.logSumExp().sub(Math.log(n)).dataSync()[0] };
});
const exactLogP = -0.5 * Math.log(2 * Math.PI * ((1 / 0.8 + 0.2) / 0.9 + 0.1));
show(
  figures.table(
    [
      { what: 'log p(x₀)', nats: exactLogP },
      { what: 'log E[p/q]', nats: logs.outside },
      { what: 'E[log p/q] = ELBO', nats: logs.inside },
    ].map(({ what, nats }) => ({ ['for x₀ = 0' /* zh: 'x₀ = 0 时' */]: what, ['nats' /* zh: '奈特' */]: nats })),
    { digits: 3 },
  ),
);

// %% [markdown] lang="en"
// Log outside: $\log p$ itself, no bound. Log inside: a bound, below it. (With two steps the outer logarithm can still be estimated by drawing. With a thousand steps the average is carried by films that are never
// drawn, as in section 2 of lesson 04.)
//
// Now split. $p_\theta$ is a product over steps, and so is $q$; the Markov property lets us write $x_0$ behind the bar, and Bayes turns the step round:
// $q(x_t\mid x_{t-1})=q(x_t\mid x_{t-1},x_0)=q(x_{t-1}\mid x_t,x_0)\,\dfrac{q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)}$ for $t\ge2$. In the product over $t$ the fractions cancel in a
// chain, and only $q(x_T\mid x_0)$ at the top and $q(x_1\mid x_0)$ at the bottom survive. What is left, with the sign turned:
//
// $$-\text{ELBO}=\underbrace{\mathrm{KL}\bigl(q(x_T\mid x_0)\Vert p(x_T)\bigr)}_{L_T}+\sum_{t=2}^{T}\underbrace{\mathbb E_q\,\mathrm{KL}\bigl(q(x_{t-1}\mid x_t,x_0)\Vert p_\theta(x_{t-1}\mid x_t)\bigr)}_{L_{t-1}}+\underbrace{\mathbb E_q\bigl[-\log p_\theta(x_0\mid x_1)\bigr]}_{L_0}.$$
//
// Read the three parts. $L_T$ has no weights in it: it is near 0 if the film ends in noise (section 4!). Each $L_{t-1}$ compares *one* step back of the model with the posterior of exercise 3, Gaussian against Gaussian. $L_0$ is
// the last step, from $x_1$ to the picture.
//
// Both variances are fixed, $\tilde\beta_t$ by the schedule and $\sigma_t^2$ by us. So of the KL divergence of the two Gaussians (lesson 02) only the distance of the means has weights in it: $L_{t-1}=\mathbb E\bigl[\frac1{2\sigma_t^2}\lVert\tilde\mu_t-\mu_\theta\rVert^2\bigr]+\text{const}$ (the constant is 0 if $\sigma_t^2=\tilde\beta_t$). So the network should guess $\tilde\mu_t$.
//
// **From means to noise.** $\tilde\mu_t$ contains $x_0$, and $x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon)/\sqrt{\bar\alpha_t}$ by the closed form. Put it in. The factor of $x_t$ becomes
// $\frac{\beta_t}{(1-\bar\alpha_t)\sqrt{\alpha_t}}+\frac{\sqrt{\alpha_t}(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}=\frac{1-\alpha_t+\alpha_t-\bar\alpha_t}{(1-\bar\alpha_t)\sqrt{\alpha_t}}=\frac1{\sqrt{\alpha_t}}$ (using $\bar\alpha_t=\alpha_t\bar\alpha_{t-1}$), and all in all
//
// $$\tilde\mu_t=\frac1{\sqrt{\alpha_t}}\Bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon\Bigr).$$
//
// The network knows $x_t$ and $t$. The only thing it lacks is $\varepsilon$. So let it guess just that, $\varepsilon_\theta(x_t,t)$, and use the same formula for $\mu_\theta$. The difference of the means is then the difference of the noises, scaled:
//
// $$L_{t-1}=\mathbb E\Bigl[\underbrace{\frac{\beta_t^2}{2\sigma_t^2\,\alpha_t(1-\bar\alpha_t)}}_{w_t}\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2\Bigr]+\text{const}.$$
//
// $L_0$ has the same form, with $w_1$: at $t=1$ the formula for $\tilde\mu_t$ gives $x_0$ itself, and $-\log p_\theta(x_0\mid x_1)=\frac1{2\sigma_1^2}\lVert x_0-\mu_\theta\rVert^2+\text{const}$ with $\sigma_1^2=\beta_1$.
//
// ## 7 · The loss that everybody uses
//
// Ho, Jain and Abbeel drop the weight $w_t$:
//
// $$\boxed{\,L_{\text{simple}}=\mathbb E_{t,\,x_0,\,\varepsilon}\bigl[\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2\bigr],\qquad t\ \text{uniform on}\ 1,\dots,T\,}$$
//
// What has been derived, and what not? With $w_t$ and a share for every $t$ from 1 this is the bound, up to constants. Without $w_t$ it is **not** the bound any more; it is a choice that gave better-looking pictures in their
// experiments. **Guess first**, then look: which steps lose weight by dropping $w_t$?

// %% [markdown] lang="zh"
// 对数在外面：就是 $\log p$ 本身，没有界。对数在里面：真正的下界，比它低。（只有两步时，外面的对数还能靠抽样估计；有一千步时，平均值全靠从来抽不到的影片撑着，
// 就像第 04 课第 2 节那样。）
//
// 现在拆开。$p_\theta$ 是各步的乘积，$q$ 也是；马尔可夫性允许在竖线后面添上 $x_0$，贝叶斯公式再把这一步掉个头：
// $t\ge2$ 时，$q(x_t\mid x_{t-1})=q(x_t\mid x_{t-1},x_0)=q(x_{t-1}\mid x_t,x_0)\,\dfrac{q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)}$。
// 对 $t$ 连乘时，分式首尾相消，只剩最上面的 $q(x_T\mid x_0)$ 和最下面的 $q(x_1\mid x_0)$。变号之后得到
//
// $$-\text{ELBO}=\underbrace{\mathrm{KL}\bigl(q(x_T\mid x_0)\Vert p(x_T)\bigr)}_{L_T}+\sum_{t=2}^{T}\underbrace{\mathbb E_q\,\mathrm{KL}\bigl(q(x_{t-1}\mid x_t,x_0)\Vert p_\theta(x_{t-1}\mid x_t)\bigr)}_{L_{t-1}}+\underbrace{\mathbb E_q\bigl[-\log p_\theta(x_0\mid x_1)\bigr]}_{L_0}.$$
//
// 三部分分别看。$L_T$ 里没有权重：只要影片以噪声结尾（第 4 节！），它就接近 0。每个 $L_{t-1}$ 拿模型后退的*一*步与练习 3 的后验相比，高斯对高斯。$L_0$ 是从 $x_1$ 到图像的最后一步。
//
// 两个方差都是固定的：$\tilde\beta_t$ 由调度给出，$\sigma_t^2$ 由我们选定。所以这两个高斯之间的 KL 散度（第 02 课）里，只有均值之间的距离与权重有关：$L_{t-1}=\mathbb E\bigl[\frac1{2\sigma_t^2}\lVert\tilde\mu_t-\mu_\theta\rVert^2\bigr]+\text{常数}$（$\sigma_t^2=\tilde\beta_t$ 时常数为 0）。所以网络应该去猜 $\tilde\mu_t$。
//
// **从均值到噪声。** $\tilde\mu_t$ 里有 $x_0$，而由闭式，$x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon)/\sqrt{\bar\alpha_t}$。代进去，$x_t$ 的系数变成
// $\frac{\beta_t}{(1-\bar\alpha_t)\sqrt{\alpha_t}}+\frac{\sqrt{\alpha_t}(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}=\frac{1-\alpha_t+\alpha_t-\bar\alpha_t}{(1-\bar\alpha_t)\sqrt{\alpha_t}}=\frac1{\sqrt{\alpha_t}}$（用到 $\bar\alpha_t=\alpha_t\bar\alpha_{t-1}$），合起来就是
//
// $$\tilde\mu_t=\frac1{\sqrt{\alpha_t}}\Bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon\Bigr).$$
//
// 网络知道 $x_t$ 和 $t$，唯一缺的就是 $\varepsilon$。那就只让它猜这个，记为 $\varepsilon_\theta(x_t,t)$，$\mu_\theta$ 沿用同一公式。于是均值之差就是噪声之差乘一个系数：
//
// $$L_{t-1}=\mathbb E\Bigl[\underbrace{\frac{\beta_t^2}{2\sigma_t^2\,\alpha_t(1-\bar\alpha_t)}}_{w_t}\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2\Bigr]+\text{常数}.$$
//
// $L_0$ 也是这个形式，权重为 $w_1$：$t=1$ 时 $\tilde\mu_t$ 的公式给出的就是 $x_0$，而 $-\log p_\theta(x_0\mid x_1)=\frac1{2\sigma_1^2}\lVert x_0-\mu_\theta\rVert^2+\text{常数}$，$\sigma_1^2=\beta_1$。
//
// ## 7 · 人人都在用的损失
//
// Ho、Jain 与 Abbeel 把权重 $w_t$ 丢掉：
//
// $$\boxed{\,L_{\text{simple}}=\mathbb E_{t,\,x_0,\,\varepsilon}\bigl[\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2\bigr],\qquad t\ \text{在}\ 1,\dots,T\ \text{上均匀分布}\,}$$
//
// 哪些是推导出来的，哪些不是？带着 $w_t$，从 $t=1$ 起每个 $t$ 都有份，这就是下界（相差常数）。去掉 $w_t$，它就**不再是**下界，而是一种选择：在他们的实验里，这样图像更好看。
// **先猜一猜**再看图：丢掉 $w_t$，哪些步的分量变轻了？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## From the bound to "guess the noise"
//
// $$\log p_\theta(x_0)\ \ge\ \mathbb E_q\Bigl[\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\Bigr]$$
//
// - The log stands **inside** the expectation. Outside, nothing is bounded.
// - It splits into one KL per step: Gaussian against Gaussian.
// - Means differ only by the noise: **guess ε**.
// - Drop the weights: $\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2$, $t$ uniform on $1\dots T$.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 从下界到“猜噪声”
//
// $$\log p_\theta(x_0)\ \ge\ \mathbb E_q\Bigl[\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\Bigr]$$
//
// - 对数在期望**里面**；放到外面，就什么也没有界住。
// - 拆成每步一个 KL：高斯对高斯。
// - 均值只差在噪声上：**猜 ε**。
// - 去掉权重：$\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2$，$t$ 在 $1\dots T$ 上均匀。

// %% slideshow={"slide_type": "subslide"}
const everyStep = Array.from({ length: 1000 }, (_, i) => i + 1);
show(
  figures.curves({
    series: [
      {
        name: 'weight in the bound (σ² = β)' /* zh: '下界中的权重（σ² = β）' */,
        x: everyStep,
        y: everyStep.map((t) => paper.betas[t] / (2 * paper.alphas[t] * (1 - paper.alphasCumprod[t]))),
      },
      {
        name: 'L_simple (its height is arbitrary)' /* zh: 'L_simple（高度随意）' */,
        x: everyStep,
        y: everyStep.map(() => 0.01),
        dash: 'dash',
      },
    ],
    logY: true,
    title:
      'Dropping the weights takes attention off the first, nearly clean steps' /* zh: '去掉权重，就不再偏重最初那些几乎干净的步' */,
    x: 'step t' /* zh: '步 t' */,
    y: 'weight of the squared error' /* zh: '平方误差的权重' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes; the derivation belongs on the board, the slide is the map. Stop at the inequality and ask what changes if the log is moved out. Stop again at L_simple and say
// clearly: from here on it is a choice that works, not a bound.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十分钟；推导写在黑板上，这页是地图。讲到不等号停一下，问：把对数挪到外面会怎样？讲到 L_simple 再停一下，讲明白：从这里起是“好用的选择”，不再是下界。

// %% [markdown] lang="en"
// The bound cares most about $t$ near 1, where noise is too faint to see; it pays for every grain of the cloth. The simple loss spends the network's effort on the steps that decide *what* the picture shows.
//
// **$t$ is uniform on $1,\dots,T$.** Notes are in circulation that draw from $2,\dots,T$, because the sum of the KL terms begins at $t=2$. But $t=1$ stands for $L_0$: without it the network has
// never seen the last step, and must guess there.
//
// ### Exercise 4 · The loss (3 points)
//
// `stepFrom` turns a random number $u$, uniform on $[0,1)$, into a step, each of $1,\dots,T$ equally likely. `ddpmLoss` is the **mean** of the squared error over everything, so that an ignorant network, which answers 0, scores
// $\mathbb E[\varepsilon^2]=1$ whatever the size of the picture. `denoise(xt, t)` is the network.

// %% [markdown] lang="zh"
// 下界最在乎 $t$ 接近 1 的地方，那里的噪声淡得看不见；它把代价花在布料最细的纹理上。简单损失则把网络的力气花在决定图像*画的是什么*的那些步上。
//
// **$t$ 在 $1,\dots,T$ 上均匀分布。** 有些流传的讲义从 $2,\dots,T$ 里抽，因为 KL 的求和从 $t=2$ 开始。可是 $t=1$ 对应的是 $L_0$：漏掉它，网络从没见过最后一步，到时只能瞎猜。
//
// ### 练习 4 · 损失（3 分）
//
// `stepFrom` 把 $[0,1)$ 上均匀的随机数 $u$ 变成步数，$1,\dots,T$ 等可能。`ddpmLoss` 是平方误差对所有元素的**平均**，因此一个只会回答 0 的无知网络，
// 得分总是 $\mathbb E[\varepsilon^2]=1$，与图像大小无关。`denoise(xt, t)` 就是网络。

// %% grade_id="ddpm-loss" points=3
/** A step 1…T from u, uniform on [0, 1). */
/* zh: 由 [0, 1) 上均匀的 u 得到步数 1…T。 */
function stepFrom(u: number, T: number): number {
  // BEGIN SOLUTION
  return 1 + Math.floor(u * T);
  // END SOLUTION
}

/** L_simple: mean squared error between the noise put in and the noise found. x0, noise: [B, …]; t: [B] -> scalar */
/* zh: L_simple：加进去的噪声与猜出来的噪声之间的均方误差。x0、noise: [B, …]；t: [B] -> 标量 */
function ddpmLoss(denoise: Denoiser, x0: Tensor, t: readonly number[], noise: Tensor, schedule: Schedule): Scalar {
  // BEGIN SOLUTION
  const noisy = qSample(x0, t, noise, schedule);
  return denoise(noisy, t).sub(noise).square().mean();
  // END SOLUTION
}
await check('ddpm-loss', { stepFrom, ddpmLoss });

// %% [markdown] lang="en"
// ## 8 · Telling the network the time
//
// One network serves all steps, so it must be told $t$. A plain number from 1 to 1,000 is a poor way: in one number, 7 and 8 are nearly the same to a network, and 500 drowns both. Read the time off several
// clock hands instead, from a fast one to a very slow one. The **sinusoidal time embedding** of length $d$ (from Vaswani et al., 2017) has
//
// $$\bigl(\sin\omega_0t,\dots,\sin\omega_{d/2-1}t,\ \cos\omega_0t,\dots,\cos\omega_{d/2-1}t\bigr),\qquad \omega_i=10000^{-i/(d/2-1)} .$$
//
// The fastest hand has $\omega_0=1$, the slowest $\omega_{d/2-1}=1/10000$. All sines first, then all cosines, as in the DDPM authors' program.
//
// ### Exercise 5 · The clock (2 points)

// %% [markdown] lang="zh"
// ## 8 · 告诉网络现在几点
//
// 所有步共用一个网络，所以必须告诉它 $t$。直接给一个 1 到 1,000 的数并不好：对网络来说，7 和 8 几乎没有差别，而 500 会把它们都淹没。
// 不如用若干个快慢不同的正弦、余弦来表示，好比看几根钟表指针，从飞快的到极慢的都有。长度为 $d$ 的**正弦时间嵌入**（sinusoidal time embedding，出自 Vaswani 等，2017）是
//
// $$\bigl(\sin\omega_0t,\dots,\sin\omega_{d/2-1}t,\ \cos\omega_0t,\dots,\cos\omega_{d/2-1}t\bigr),\qquad \omega_i=10000^{-i/(d/2-1)} .$$
//
// 最快的指针 $\omega_0=1$，最慢的 $\omega_{d/2-1}=1/10000$。先放全部正弦，再放全部余弦，与 DDPM 作者的程序一致。
//
// ### 练习 5 · 时钟（2 分）

// %% grade_id="ddpm-time" points=2
/** The time as sines, then cosines. t: [B]; dim: even, at least 4 -> [B, dim] */
/* zh: 用正弦和余弦表示时间，先正弦后余弦。t: [B]；dim：偶数，至少为 4 -> [B, dim] */
function timeEmbedding(t: Tensor1D, dim: number): Tensor2D {
  // Hint: a column [B,1] times a row [1,dim/2] gives all angles at once.
  // zh: 提示：一列 [B,1] 乘一行 [1,dim/2]，一次得到所有角度。
  // BEGIN SOLUTION
  const half = dim / 2;
  const omegas = Array.from({ length: half }, (_, i) => 10_000 ** (-i / (half - 1)));
  const angles = t
    .toFloat()
    .reshape([-1, 1])
    .mul(tf.tensor2d([omegas])); // [B, dim/2]
  return tf.concat([angles.sin(), angles.cos()], 1) as Tensor2D;
  // END SOLUTION
}
await check('ddpm-time', { timeEmbedding });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Telling the network the time
//
// - One network for all steps: it must know $t$.
// - Not one number, but many clock hands, from fast to slow.
// - $\sin\omega_it$ and $\cos\omega_it$ with $\omega_i=10000^{-i/(d/2-1)}$.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 告诉网络现在几点
//
// - 所有步共用一个网络：它必须知道 $t$。
// - 不给一个数，而给许多根指针，从快到慢。
// - $\sin\omega_it$ 与 $\cos\omega_it$，$\omega_i=10000^{-i/(d/2-1)}$。

// %% figure="clock" slideshow={"slide_type": "subslide"}
const times = Array.from({ length: 64 }, (_, i) => i + 1);
show(
  figures.heatmap({
    values: timeEmbedding(tf.tensor1d(times), 32),
    ys: times,
    xs: Array.from({ length: 32 }, (_, i) => i),
    scale: 'diverging',
    title:
      'Each row is a time: fast hands tell neighbours apart, slow hands hardly move' /* zh: '每行是一个时刻：快针分得清相邻的步，慢针几乎不动' */,
    x: 'number of the hand: 16 sines, 16 cosines' /* zh: '指针编号：16 个正弦，16 个余弦' */,
    y: 'step t' /* zh: '步 t' */,
    color: 'value' /* zh: '取值' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Ask what two times the fastest hand cannot tell apart, and which hand can.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。问：最快的指针分不清哪两个时刻？哪根指针分得清？

// %% [markdown] lang="en"
// ## 9 · A toy that can be seen whole
//
// Training is now five lines. **Algorithm 1** of the paper:
//
// ```
// repeat
//     x₀ ~ data
//     t  ~ uniform on 1 … T
//     ε  ~ N(0, I)
//     gradient step on ‖ε − ε_θ(√ᾱ_t x₀ + √(1−ᾱ_t) ε, t)‖²
// ```
//
// Our first data set has two numbers for each example: points in eight clusters on a ring, which you can see whole. $T=100$ steps, scaled as in section 4. The network is plain: the point goes in, then three hidden layers, each told the time by the clock of exercise 5, and a
// guess of the noise comes out. **Guess first** what loss an ignorant network has, and how far it can fall. (Not to 0: nobody can tell for sure which part of a noisy point is noise.) Takes about half a minute.

// %% [markdown] lang="zh"
// ## 9 · 一个看得见全貌的玩具
//
// 训练只剩五行了。论文的**算法 1**：
//
// ```
// 重复：
//     x₀ ~ 数据
//     t  ~ 1 … T 上的均匀分布
//     ε  ~ N(0, I)
//     对 ‖ε − ε_θ(√ᾱ_t x₀ + √(1−ᾱ_t) ε, t)‖² 走一步梯度下降
// ```
//
// 第一个数据集，每个样本只有两个数：八个点团围成一圈，一眼就能看全。步数 $T=100$，按第 4 节缩放。网络很朴素：点进去，经过三个隐藏层（每层都用练习 5 的时钟告诉它时间），
// 出来一个对噪声的猜测。**先猜一猜**：无知的网络损失是多少？损失能降到多低？（降不到 0：一个带噪声的点里哪部分是噪声，谁也说不准。）大约需要半分钟。

// %%
const ring = datasets.toys.eightGaussians.split(4096, 1);
const toySteps = 100;
const toySchedule = ddpm.expectNoise(ddpm.scheduleOf(linearBetas(toySteps)));
const buildToy = () => nn.buildMlpDenoiser({ dims: 2, width: 96, layers: 3, seed: 1 });
const told = (network: tf.LayersModel): Denoiser => {
  return (xt, t) => network.apply([xt, tf.tensor1d([...t])]) as Tensor;
};

async function trainToy(name: string, network: tf.LayersModel, schedule: Schedule, shift = 0) {
  return train({
    name,
    variables: nn.variablesOf(network),
    batches: (epoch) => ring.batches({ batchSize: 512, seed: 1, epoch, dropLast: true }),
    loss: ({ images }, dice) => {
      const x0 = images.add([shift, 0]); // shift: for section 10 // zh: shift：第 10 节用
      const t = Array.from({ length: x0.shape[0] }, () => stepFrom(dice.next(), schedule.steps));
      return ddpmLoss(told(network), x0, t, dice.normal(x0.shape), schedule);
    },
    steps: budget({ quick: 15, default: 1200, full: 10_000 }),
    learningRate: 6e-3,
    schedule: 'cosine',
    seed: 1,
  });
}
const toyNet = buildToy();
show(nn.parameterTable({ toy: toyNet }));

// %% [markdown] lang="en"
// **Check the count**: the clock has 24 hands, mixed by $24\cdot96+96=2400$ and $96\cdot96+96=9312$ weights. The point comes in by $2\cdot96+96=288$. Each hidden layer has $96\cdot96+96=9312$ and, for the time, $96\cdot96=9216$. Out go $96\cdot2+2=194$.

// %% [markdown] lang="zh"
// **核对参数量**：时钟有 24 根指针，混合用去 $24\cdot96+96=2400$ 和 $96\cdot96+96=9312$ 个参数。点的入口是 $2\cdot96+96=288$。每个隐藏层有 $96\cdot96+96=9312$，时间另加 $96\cdot96=9216$。出口是 $96\cdot2+2=194$。

// %%
const toyHistory = await trainToy('ring' /* zh: '八个点团' */, toyNet, toySchedule);
show(
  figures.curves({
    series: [{ name: 'loss' /* zh: '损失' */, y: toyHistory.loss, smooth: 50 }],
    marks: [{ y: 1, label: 'knows nothing' /* zh: '一无所知' */ }],
    title: 'From ignorance, 1, to a floor that is not 0' /* zh: '从一无所知的 1 降到一个不为 0 的底' */,
    x: 'step of training' /* zh: '训练步数' */,
    y: 'mean squared error of the noise' /* zh: '噪声的均方误差' */,
    yRange: [0, 1.2],
  }),
);

// %% [markdown] lang="en"
// Now the way back. **Algorithm 2**: start with $x_T\sim\mathcal N(0,I)$, and for $t=T,\dots,1$
//
// $$x_{t-1}=\frac1{\sqrt{\alpha_t}}\Bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon_\theta(x_t,t)\Bigr)+\sigma_t z,\qquad z\sim\mathcal N(0,I)\ \text{for}\ t>1,\quad z=0\ \text{for}\ t=1 .$$
//
// We take $\sigma_t^2=\beta_t$ ($\tilde\beta_t$ is as legitimate: the first is exact for data that are pure noise, the second for data that are a single point, and the truth lies between).
//
// **Why add noise at all, when we want to get rid of it?** Because the step back is a *distribution*: $x_t$ could have come from many $x_{t-1}$, and always taking the middle one would draw everything to the average. **Why none at
// $t=1$?** Because $x_0$ is the answer, not a station. Noise put in there is never taken out again by anybody.
//
// ### Exercise 6 · One step back (4 points)
//
// The noise has been drawn for you: `z` comes as an argument.

// %% [markdown] lang="zh"
// 现在往回走。**算法 2**：从 $x_T\sim\mathcal N(0,I)$ 出发，对 $t=T,\dots,1$，
//
// $$x_{t-1}=\frac1{\sqrt{\alpha_t}}\Bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon_\theta(x_t,t)\Bigr)+\sigma_t z,\qquad t>1\ \text{时}\ z\sim\mathcal N(0,I),\quad t=1\ \text{时}\ z=0 .$$
//
// 这里取 $\sigma_t^2=\beta_t$（取 $\tilde\beta_t$ 同样合理：前者对纯噪声的数据精确，后者对只有一个点的数据精确，真相介于两者之间）。
//
// **明明要去掉噪声，为什么还要加？** 因为后退一步得到的是一个*分布*：许多 $x_{t-1}$ 都可能走到 $x_t$，总取最中间那个，一切都会被拉向平均。**为什么 $t=1$ 时不加？**
// 因为 $x_0$ 是答案，不是中途的一站。在这里加进去的噪声，再也没有人会把它去掉。
//
// ### 练习 6 · 后退一步（4 分）
//
// 噪声已经替你抽好：`z` 作为参数传进来。

// %% grade_id="ddpm-psample" points=4
/** x_t -> x_{t−1} with σ_t² = β_t. xt, z: [B, …]; t: the same step, 1…T, for all */
/* zh: x_t -> x_{t−1}，取 σ_t² = β_t。xt、z: [B, …]；t：所有样本共用的步数，1…T */
function pSample(denoise: Denoiser, xt: Tensor, t: number, z: Tensor, schedule: Schedule): Tensor {
  const { betas, alphas, alphasCumprod } = schedule;
  const everyone = new Array<number>(xt.shape[0]).fill(t); // the network wants a time for each example // zh: 网络要求每个样本都有时间
  // BEGIN SOLUTION
  const eps = denoise(xt, everyone);
  const mean = xt.sub(eps.mul(betas[t] / Math.sqrt(1 - alphasCumprod[t]))).div(Math.sqrt(alphas[t]));
  return t === 1 ? mean : mean.add(z.mul(Math.sqrt(betas[t])));
  // END SOLUTION
}
await check('ddpm-psample', { pSample });

// %%
/** One step of some sampler. */
/* zh: 某个采样器的一步。 */
type Move = (xt: Tensor, t: number, z: Tensor) => Tensor;
/** From noise at step T down to 0; the same dice for everyone who asks. */
/* zh: 从第 T 步的噪声走到第 0 步；谁来用，随机数都相同。 */
async function runBackwards(
  move: Move,
  shape: number[],
  T: number,
  onStep?: (t: number, x: Tensor) => void,
): Promise<Tensor> {
  const dice = new Random(5);
  let x: Tensor = dice.normal(shape);
  onStep?.(T, x);
  for (let t = T; t >= 1; t--) {
    const next = tf.tidy(() => move(x, t, dice.normal(shape)));
    x.dispose();
    x = next;
    onStep?.(t - 1, x);
    await tf.nextFrame();
  }
  return x;
}
const target = { points: ring.points().slice([0, 0], [600, 2]), name: 'data' /* zh: '数据' */, color: 7 };
const ofPlane = {
  xRange: [-3, 3] as const,
  yRange: [-3, 3] as const,
  x: 'first coordinate' /* zh: '横坐标' */,
  y: 'second coordinate' /* zh: '纵坐标' */,
  pointSize: 4,
};
const forwards = 'Forwards: the ring dissolves'; /* zh: '前向：八个点团散开' */ // the title, for every frame // zh: 标题，每帧都用
const there: { label: string; figure: ReturnType<typeof figures.scatter2d> }[] = [];
const still = random.normal([600, 2]);
for (let t = 0; t <= toySteps; t += 5) {
  const points = t === 0 ? target.points : qSample(target.points, new Array<number>(600).fill(t), still, toySchedule);
  there.push({
    label: `t = ${t}`,
    figure: figures.scatter2d({ ...ofPlane, title: forwards, points: points as Tensor2D }),
  });
}
show(figures.animation(there));

// %% [markdown] lang="en"
// Press ▶ or drag the slider. That was `qSample`. Now yours, the other way. **Guess first**: at which $t$ do the clusters appear?

// %% [markdown] lang="zh"
// 点 ▶ 或拖动滑块。刚才是 `qSample`。现在轮到你写的那个，反着来。**先猜一猜**：点团在 $t$ 为多少时出现？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One small step back, a hundred times
//
// $$x_{t-1}=\frac1{\sqrt{\alpha_t}}\Bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon_\theta(x_t,t)\Bigr)+\sigma_t z$$
//
// - The step back is a *distribution*: so noise is added,
// - except at the last step: $x_0$ is the answer, not a station.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一小步一小步退回去，一百次
//
// $$x_{t-1}=\frac1{\sqrt{\alpha_t}}\Bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon_\theta(x_t,t)\Bigr)+\sigma_t z$$
//
// - 后退一步得到的是*分布*，所以要加噪声；
// - 最后一步除外：$x_0$ 是答案，不是中途的一站。

// %% figure="ring-back" slideshow={"slide_type": "subslide"}
const backwardsTitle = 'Backwards: noise gathers into eight clusters'; /* zh: '反向：噪声聚成八个点团' */
const back: { label: string; figure: ReturnType<typeof figures.scatter2d> }[] = [];
const mine: Move = (xt, t, z) => pSample(told(toyNet), xt, t, z, toySchedule);
const made = await runBackwards(mine, [600, 2], toySteps, (t, x) => {
  if (t % 5 === 0)
    back.push({
      label: `t = ${t}`,
      figure: figures.scatter2d({ ...ofPlane, title: backwardsTitle, points: x as Tensor2D }),
    });
});
show(figures.animation(back));

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes with the exercise. Drag the slider slowly between t = 40 and t = 0 and ask where the decision falls which cluster a point goes to. It falls early; the last steps only tidy up.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 连练习共八分钟。在 t = 40 到 0 之间慢慢拖动滑块，问：一个点归到哪一团，是什么时候定下来的？很早就定了，最后几步只是收拾整齐。

// %%
/** Sliced Wasserstein distance to fresh data: 0 is perfect. */
/* zh: 与新抽数据的切片 Wasserstein 距离，0 为完美。 */
const fresh = datasets.toys.eightGaussians.sample(600, new Random(99));
const distance = async (x: Tensor) => (await metrics.slicedWasserstein(x as Tensor2D, fresh)).toFixed(3);
/** Share of the points within 0.3 of the middle of a cluster. */
/* zh: 与某个点团中心的距离在 0.3 以内的点所占比例。 */
function nearShare(x: Tensor): string {
  const isNear = ([a, b]: number[]) =>
    Array.from({ length: 8 }, (_, k) =>
      Math.hypot(a - 2 * Math.cos((k * Math.PI) / 4), b - 2 * Math.sin((k * Math.PI) / 4)),
    ).some((far) => far < 0.3);
  const points = x.arraySync() as number[][];
  return `${Math.round((100 * points.filter(isNear).length) / points.length)} %`;
}
console.log('near a cluster:' /* zh: '落在点团附近：' */, nearShare(made));
console.log('samples to data:' /* zh: '样本到数据：' */, await distance(made));
console.log('data to data:' /* zh: '数据到数据：' */, await distance(target.points));
console.log('noise to data:' /* zh: '噪声到数据：' */, await distance(still));

// %% [markdown] lang="en"
// (The distance is the Wasserstein distance of lesson 02, taken along many directions of the plane and averaged: the *sliced* Wasserstein distance.) **What you should see**: eight clusters with little between them, and a distance far below that of plain noise. **If you see one blob**, no noise is being removed: look at the sign before $\varepsilon_\theta$. **If the points
// fly off**, look at which of $\alpha_t$, $\beta_t$, $\bar\alpha_t$ stands where. **If the clusters are there but furry**, look at the last step.

// %% [markdown] lang="zh"
// （这里的距离是第 02 课的 Wasserstein 距离沿平面上许多方向的平均，叫*切片* Wasserstein 距离。）**你应该看到**：八个点团，中间几乎没有点，距离远小于纯噪声。**如果是一团**，说明噪声没有被去掉：检查 $\varepsilon_\theta$ 前面的符号。**如果点飞散了**，检查 $\alpha_t$、$\beta_t$、$\bar\alpha_t$
// 是不是放错了地方。**如果有点团但毛茸茸的**，检查最后一步。

// %% [markdown] lang="en"
// ## 10 · Break it: find the bugs in this sampler
//
// The following line circulates in lecture slides as *the* sampling step of DDPM:
//
// $$x\ \leftarrow\ \sqrt{\alpha_t}\,x-\frac{1-\bar\alpha_{t-1}}{\sqrt{1-\bar\alpha_t}}\,\eta\,\varepsilon_\theta+\sqrt{1-\bar\alpha_t}\,z .$$
//
// It has the right look: a bit of $x$, minus some noise found, plus some noise drawn. ($\eta$ is said to be a "step size"; take 1. It is not the $\eta$ of lesson 12.) **Every one of its three terms is wrong.** Below it is written as three factors, with your trained network behind it.
// **Guess first**: what will its samples look like?

// %% [markdown] lang="zh"
// ## 10 · 弄坏它：找出这个采样器的错误
//
// 下面这一行在一些课件里流传，被当作 DDPM 的采样步：
//
// $$x\ \leftarrow\ \sqrt{\alpha_t}\,x-\frac{1-\bar\alpha_{t-1}}{\sqrt{1-\bar\alpha_t}}\,\eta\,\varepsilon_\theta+\sqrt{1-\bar\alpha_t}\,z .$$
//
// 样子很像：一份 $x$，减去猜出的噪声，再加上新抽的噪声。（$\eta$ 据说是“步长”，取 1；与第 12 课的 $\eta$ 无关。）**可是三项没有一项是对的。** 下面把它写成三个系数，后面接你训练好的网络。
// **先猜一猜**：它的样本会是什么样？

// %%
interface Factors {
  readonly ofX: number;
  readonly ofEps: number;
  readonly ofZ: number;
}
/** x ← ofX·x + ofEps·ε_θ + ofZ·z, as it circulates. Not to be used. */
/* zh: x ← ofX·x + ofEps·ε_θ + ofZ·z，流传的写法。请勿使用。 */
function circulated(t: number, { alphas, alphasCumprod }: Schedule): Factors {
  return {
    ofX: Math.sqrt(alphas[t]),
    ofEps: -(1 - alphasCumprod[t - 1]) / Math.sqrt(1 - alphasCumprod[t]),
    ofZ: Math.sqrt(1 - alphasCumprod[t]),
  };
}
const moveBy = (factors: (t: number) => Factors): Move => {
  return (xt, t, z) => {
    const { ofX, ofEps, ofZ } = factors(t);
    const found = told(toyNet)(xt, new Array<number>(xt.shape[0]).fill(t));
    return xt.mul(ofX).add(found.mul(ofEps)).add(z.mul(ofZ));
  };
};
const wrongAll = await runBackwards(
  moveBy((t) => circulated(t, toySchedule)),
  [600, 2],
  toySteps,
);
console.log('distance to data:' /* zh: '到数据的距离：' */, await distance(wrongAll));

// %% [markdown] lang="en"
// Now repair it, term by term. For each term ask what it *should* do.
//
// 1. **The factor of $x$.** The forward step multiplied by $\sqrt{\alpha_t}$. What undoes a multiplication?
// 2. **The factor of $\varepsilon_\theta$.** How much of the noise should *one* step take away: all of it, or the share that one step had put in?
// 3. **The factor of $z$.** Which noise is being put back: that of one step, or that of all steps so far? And at $t=1$?
//
// ### Exercise 7 · Repair the sampler (3 points)
//
// Write the three factors of $x\leftarrow \mathtt{ofX}\,x+\mathtt{ofEps}\,\varepsilon_\theta+\mathtt{ofZ}\,z$ as algorithm 2 has them, with $\sigma_t^2=\beta_t$. Mind the sign of the second. One point each.

// %% [markdown] lang="zh"
// 现在逐项修好它。对每一项都问：它*应该*做什么？
//
// 1. **$x$ 的系数。** 前向那一步乘了 $\sqrt{\alpha_t}$。怎样撤销一次乘法？
// 2. **$\varepsilon_\theta$ 的系数。** *一*步应该去掉多少噪声：全部，还是一步所加的那一份？
// 3. **$z$ 的系数。** 放回去的是多少噪声：一步的，还是到目前为止所有步的？$t=1$ 时呢？
//
// ### 练习 7 · 修好采样器（3 分）
//
// 写出 $x\leftarrow \mathtt{ofX}\,x+\mathtt{ofEps}\,\varepsilon_\theta+\mathtt{ofZ}\,z$ 的三个系数，使它与算法 2 一致，取 $\sigma_t^2=\beta_t$。注意第二个的符号。每个一分。

// %% grade_id="ddpm-bugs" points=3
/** The factors of algorithm 2 at step t, 1…T. */
/* zh: 算法 2 在第 t 步（1…T）的三个系数。 */
function repaired(t: number, { betas, alphas, alphasCumprod }: Schedule): Factors {
  // BEGIN SOLUTION
  const ofX = 1 / Math.sqrt(alphas[t]);
  const ofEps = (-ofX * betas[t]) / Math.sqrt(1 - alphasCumprod[t]);
  return { ofX, ofEps, ofZ: t === 1 ? 0 : Math.sqrt(betas[t]) };
  // END SOLUTION
}
await check('ddpm-bugs', { repaired });

// %% [markdown] lang="en"
// Which mistake does what? Put **one** of the wrong factors at a time into your repaired sampler.

// %% [markdown] lang="zh"
// 哪个错误造成什么后果？在修好的采样器里每次只放进**一个**错误的系数。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Find the bugs
//
// $$x\leftarrow\sqrt{\alpha_t}\,x-\frac{1-\bar\alpha_{t-1}}{\sqrt{1-\bar\alpha_t}}\,\eta\,\varepsilon_\theta+\sqrt{1-\bar\alpha_t}\,z$$
//
// - Three terms, three mistakes. What should each do?
// - Undo the shrinking. Take away *one step's* share. Put back *one step's* noise.
// - And none at $t=1$.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 找虫
//
// $$x\leftarrow\sqrt{\alpha_t}\,x-\frac{1-\bar\alpha_{t-1}}{\sqrt{1-\bar\alpha_t}}\,\eta\,\varepsilon_\theta+\sqrt{1-\bar\alpha_t}\,z$$
//
// - 三项，三个错误。每一项本该做什么？
// - 撤销缩小；去掉*一步*的份额；放回*一步*的噪声。
// - $t=1$ 时什么也不放。

// %% figure="xray" slideshow={"slide_type": "subslide"}
const patients: { name: string; x: Tensor; far: string }[] = [];
patients.push({ name: 'data' /* zh: '数据' */, x: target.points, far: await distance(target.points) });
for (const [name, wrong] of [
  ['repaired' /* zh: '修好之后' */, []],
  ['√α x instead of x/√α' /* zh: '√α x，应为 x/√α' */, ['ofX']],
  ['all the noise taken each step' /* zh: '每步都去掉全部噪声' */, ['ofEps']],
  ['all the noise put back each step' /* zh: '每步都放回全部噪声' */, ['ofZ']],
  ['all three mistakes' /* zh: '三个都错' */, ['ofX', 'ofEps', 'ofZ']],
] as const) {
  const factors = (t: number): Factors => {
    const bad = circulated(t, toySchedule);
    return { ...repaired(t, toySchedule), ...Object.fromEntries(wrong.map((key) => [key, bad[key]])) };
  };
  const x = await runBackwards(moveBy(factors), [600, 2], toySteps);
  patients.push({ name, x, far: await distance(x) });
}
show(
  figures.panels(
    patients.map(({ name, x }) => figures.scatter2d({ ...ofPlane, points: x as Tensor2D, title: name })),
    { columns: 3, title: 'Each mistake has a face of its own' /* zh: '每种错误都有自己的长相' */ },
  ),
);
show(
  figures.table(
    patients.map(({ name, x, far }) => ({
      ['sampler' /* zh: '采样器' */]: name,
      ['near a cluster' /* zh: '落在点团附近' */]: nearShare(x),
      ['largest coordinate' /* zh: '最大的坐标' */]: x.abs().max().dataSync()[0].toPrecision(3),
      ['distance to data' /* zh: '到数据的距离' */]: far,
    })),
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes; the best quarter of an hour of this lesson. Show the formula, let pairs argue for three minutes which terms are wrong *before* showing any picture. Then the panels and the table.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十分钟，全课最精彩的一段。先放公式，让同桌讨论三分钟哪些项错了，*然后*再放图。最后看图和表。

// %% [markdown] lang="en"
// Read the panels and the table together. **√α x**: the forward step shrank the cloud, and this step shrinks it again instead of undoing that; the ring is a little too small, and stragglers hang between the clusters. **All the noise taken**: looks clean! But count: one side of the ring is crowded and the other nearly empty, and
// the distance to the data is the worst of all. Taking far too much at once settles everything too early. **All the noise put back**: fat, furry clusters.
//
// **All three at once**: fat clusters too, yet the *distance* is as small as that of the repaired sampler. The mistakes nearly cancel. Write it out to see why: $\sqrt{\alpha_t}\,x$ minus that much $\varepsilon_\theta$ takes out nearly all noise, and $\sqrt{1-\bar\alpha_t}\,z$ puts as much back. That is another sampler, "guess the picture, then noise it afresh",
// which holds together by accident; no bound stands behind it. Only the share near a cluster gives it away. This is how such a formula survives: one glance at a picture, or one number, does not find it. Check the formula first.
//
// **Two quieter mistakes.** *Noise at the last step* adds noise of standard deviation $\sqrt{\beta_1}$ to every coordinate: $\sqrt{0.001}=0.03$ here. Nothing explodes, no test of the loss sees it, the clusters only get a little fatter; look for it in the
// code, not in the picture. *An unscaled short schedule* is worse. Train the same network on $T=50$ steps with the numbers of $T=1000$, $\bar\alpha_{50}=0.60$, and start it where it was promised to start, at $\mathcal N(0,I)$. We move the data three to the right, so that it shows. (Half a minute.)

// %% [markdown] lang="zh"
// 图和表要一起看。**√α x**：前向那一步缩小了点云，这一步不但没有撤销，反而再缩一次；圈略小了些，点团之间还挂着零星的点。**去掉全部噪声**：看上去很干净！可是数一数：圈的一边很挤，另一边几乎是空的，与数据的距离是最差的。一次去掉太多，一切都定得太早。
// **放回全部噪声**：点团又胖又毛。
//
// **三个都错**：点团也发胖，可是*距离*竟与修好的采样器一样小。几个错误几乎互相抵消。写开来就明白了：$\sqrt{\alpha_t}\,x$ 减去那么多 $\varepsilon_\theta$，几乎去掉了全部噪声，而 $\sqrt{1-\bar\alpha_t}\,z$ 又放回同样多。这是另一种采样器：“先猜出图像，再重新加噪”，碰巧站得住脚，
// 背后却没有下界。只有“落在点团附近”的比例露了马脚。这样的公式正是这样流传下来的：看一眼图，或者只看一个数，都发现不了它。先检查公式。
//
// **两种更安静的错误。** *最后一步还加噪声*，会给每个坐标加上标准差为 $\sqrt{\beta_1}$ 的噪声，这里是 $\sqrt{0.001}=0.03$。什么也不会爆炸，任何对损失的测试都看不见，只是点团略胖了一点；要到代码里去找，而不是到图里。
// *没有缩放的短调度*更糟。同一个网络，用 $T=1000$ 的数字训练 $T=50$ 步，$\bar\alpha_{50}=0.60$，然后让它从约定的起点 $\mathcal N(0,I)$ 出发。数据整体右移 3，看得更清楚。（约半分钟。）

// %%
const hasty = ddpm.scheduleOf(unscaled); // ddpm.expectNoise(…) would refuse it // zh: ddpm.expectNoise(…) 会拒绝它
const hastyNet = buildToy();
await trainToy('unscaled, T = 50' /* zh: '未缩放，T = 50' */, hastyNet, hasty, 3);
const moved = target.points.add([3, 0]);
const widePlane = { ...ofPlane, xRange: [-3, 6] as const };
const fromNoise = await runBackwards((xt, t, z) => pSample(told(hastyNet), xt, t, z, hasty), [600, 2], 50);
const realEnd = qSample(moved, new Array<number>(600).fill(50), still, hasty);
show(
  figures.panels(
    [
      figures.scatter2d({
        ...widePlane,
        series: [
          { name: 'x₅₀ of real data' /* zh: '真实数据的 x₅₀' */, points: realEnd as Tensor2D },
          { name: 'N(0, I), where sampling starts' /* zh: '采样的起点 N(0, I)' */, points: still as Tensor2D },
        ],
        title: 'Two different places' /* zh: '两个不同的地方' */,
      }),
      figures.scatter2d({
        ...widePlane,
        series: [
          { name: 'data' /* zh: '数据' */, points: moved as Tensor2D, color: 7 },
          { name: 'samples' /* zh: '样本' */, points: fromNoise as Tensor2D, color: 2 },
        ],
        title: 'and so the samples miss' /* zh: '于是样本走偏了' */,
      }),
    ],
    {
      title:
        'A film that does not end in noise cannot be run backwards from noise' /* zh: '不以噪声结尾的影片，无法从噪声倒放' */,
    },
  ),
);
const middleOf = (x: Tensor) => tf.tidy(() => x.mean(0).dataSync()[0].toFixed(2));
console.log(
  'mean of the first coordinate: data' /* zh: '横坐标的均值：数据' */,
  middleOf(moved),
  'samples' /* zh: '样本' */,
  middleOf(fromNoise),
);

// %% [markdown] lang="en"
// The network did nothing wrong. It learnt to walk back from the blue points, and was set down on the orange ones; the samples crowd on the side it came from. Its loss showed nothing. One line, `endsInNoise`, would have.
//
// ## 11 · Noise, picture or velocity?
//
// The network could be asked for other things than $\varepsilon$. From $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon$, whoever knows $x_t$ and one of $x_0,\varepsilon$ knows the other. A third choice (Salimans and Ho, 2022) is the **velocity**
//
// $$v=\sqrt{\bar\alpha_t}\,\varepsilon-\sqrt{1-\bar\alpha_t}\,x_0 .$$
//
// Since the squares of the faders add up to 1, call them $\cos\varphi$ and $\sin\varphi$: $x_t=\cos\varphi\;x_0+\sin\varphi\;\varepsilon$ and $v=\cos\varphi\;\varepsilon-\sin\varphi\;x_0$. The pair $(x_t,v)$ is the pair $(x_0,\varepsilon)$ *turned* by the angle $\varphi$, and $v$ is $dx_t/d\varphi$, hence the name. Turn back and you have
//
// $$x_0=\cos\varphi\;x_t-\sin\varphi\;v,\qquad \varepsilon=\sin\varphi\;x_t+\cos\varphi\;v.$$
//
// | the network says | picture behind $x_t$ | an error of 1 in the answer is, in the picture | known as |
// |---|---|---|---|
// | $\varepsilon$ | $(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon)/\sqrt{\bar\alpha_t}$ | $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$: 157 at $t=1000$ | ε-prediction |
// | $x_0$ | itself | 1 | x₀-prediction |
// | $v$ | $\sqrt{\bar\alpha_t}\,x_t-\sqrt{1-\bar\alpha_t}\,v$ | $\sqrt{1-\bar\alpha_t}\le1$ | v-prediction |
//
// All three describe the same model; they differ in which errors the loss punishes. ε-prediction is hopeless about the picture at large $t$ (a thousandth of an error there moves the picture by 0.16), but with many small steps later ones mend it. x₀-prediction asks nothing at small $t$,
// where $x_t$ almost *is* $x_0$, so fine grain is learnt slowly. v-prediction turns smoothly from one to the other, and is preferred where steps are few.
//
// ### Exercise 8 ★ · Turn back (2 points)

// %% [markdown] lang="zh"
// 网络没有做错什么。它学会的是从蓝点往回走，却被放到了橙点上，于是样本挤向来的那一边。损失没有任何异样，而 `endsInNoise` 这一行本来可以发现问题。
//
// ## 11 · 猜噪声、猜图像还是猜速度？
//
// 也可以让网络回答 $\varepsilon$ 以外的东西。由 $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon$，知道 $x_t$ 以及 $x_0$、$\varepsilon$ 中的一个，就知道另一个。第三种选择（Salimans 与 Ho，2022）是**速度**（velocity）：
//
// $$v=\sqrt{\bar\alpha_t}\,\varepsilon-\sqrt{1-\bar\alpha_t}\,x_0 .$$
//
// 两个系数的平方和为 1，不妨记作 $\cos\varphi$ 和 $\sin\varphi$：$x_t=\cos\varphi\;x_0+\sin\varphi\;\varepsilon$，$v=\cos\varphi\;\varepsilon-\sin\varphi\;x_0$。
// 于是 $(x_t,v)$ 就是把 $(x_0,\varepsilon)$ *旋转*角度 $\varphi$，而 $v=dx_t/d\varphi$，所以叫速度。转回去就是
//
// $$x_0=\cos\varphi\;x_t-\sin\varphi\;v,\qquad \varepsilon=\sin\varphi\;x_t+\cos\varphi\;v.$$
//
// | 网络回答 | $x_t$ 背后的图像 | 回答错 1，图像错多少 | 名称 |
// |---|---|---|---|
// | $\varepsilon$ | $(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon)/\sqrt{\bar\alpha_t}$ | $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$，$t=1000$ 时为 157 | ε 预测 |
// | $x_0$ | 就是它 | 1 | x₀ 预测 |
// | $v$ | $\sqrt{\bar\alpha_t}\,x_t-\sqrt{1-\bar\alpha_t}\,v$ | $\sqrt{1-\bar\alpha_t}\le1$ | v 预测 |
//
// 三者描述的是同一个模型，区别在于损失惩罚哪些误差。$t$ 很大时，ε 预测对图像几乎说不准（千分之一的误差就让图像移动 0.16），不过步子又小又多，后面的步会补回来。
// $t$ 很小时，$x_t$ 几乎*就是* $x_0$，x₀ 预测无事可做，细节学得慢。v 预测在两者之间平滑过渡，步数少的时候多用它。
//
// ### 练习 8 ★ · 转回去（2 分）

// %% grade_id="ddpm-velocity" points=2
/** The picture and the noise behind x_t, from a predicted velocity. xt, v: [B, …]; t: one step for all */
/* zh: 由预测的速度求 x_t 背后的图像和噪声。xt、v: [B, …]；t：所有样本共用的步数 */
function fromVelocity(xt: Tensor, v: Tensor, t: number, schedule: Schedule): { x0: Tensor; epsilon: Tensor } {
  const cos = Math.sqrt(schedule.alphasCumprod[t]);
  const sin = Math.sqrt(1 - schedule.alphasCumprod[t]);
  // BEGIN SOLUTION
  return { x0: xt.mul(cos).sub(v.mul(sin)), epsilon: xt.mul(sin).add(v.mul(cos)) };
  // END SOLUTION
}
await check('ddpm-velocity', { fromVelocity });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Noise, picture or velocity?
//
// $$v=\sqrt{\bar\alpha_t}\,\varepsilon-\sqrt{1-\bar\alpha_t}\,x_0$$
//
// - $(x_t,v)$ is $(x_0,\varepsilon)$, turned by an angle. Turn back, and you have both.
// - Same model; the loss punishes different errors.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 猜噪声、猜图像还是猜速度？
//
// $$v=\sqrt{\bar\alpha_t}\,\varepsilon-\sqrt{1-\bar\alpha_t}\,x_0$$
//
// - $(x_t,v)$ 就是把 $(x_0,\varepsilon)$ 转一个角度；转回去，两者都有了。
// - 模型相同，区别在于损失惩罚哪些误差。

// %% figure="targets" slideshow={"slide_type": "subslide"}
const amplify = (answer: 'epsilon' | 'x0' | 'v') =>
  everyStep.map((t) => {
    const left = paper.alphasCumprod[t];
    return { epsilon: Math.sqrt((1 - left) / left), x0: 1, v: Math.sqrt(1 - left) }[answer];
  });
show(
  figures.curves({
    series: [
      { name: 'ε-prediction' /* zh: 'ε 预测' */, x: everyStep, y: amplify('epsilon') },
      { name: 'x₀-prediction' /* zh: 'x₀ 预测' */, x: everyStep, y: amplify('x0') },
      { name: 'v-prediction' /* zh: 'v 预测' */, x: everyStep, y: amplify('v') },
    ],
    logY: true,
    title: 'What an error of 1 in the answer does to the picture' /* zh: '回答错 1，图像错多少' */,
    x: 'step t' /* zh: '步 t' */,
    y: 'error in x₀' /* zh: 'x₀ 的误差' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. Draw the circle: x₀ on one axis, ε on the other, x_t as the radius, v as the tangent.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。画一个圆：横轴 x₀，纵轴 ε，x_t 是半径，v 是切线。

// %% [markdown] lang="en"
// ## 12 · The U-Net, block by block
//
// For pictures the guess at the noise is itself a picture. The network must know the whole (is this a shoe?) *and* every pixel (which part of this grey value is noise?). The **U-Net** goes down to a coarse picture, where the whole can be seen, and
// up again, and on every level a **skip connection** hands the fine detail across. DDPM's version, in the small size that we train:
//
// | block | what it is for |
// |---|---|
// | time: waves, then 2 dense layers | exercise 5's clock hands, mixed into 64 numbers that every residual block is told |
// | `in` | 3×3 convolution from 1 grey channel to 16 |
// | **residual block** $x+h(x,t)$ | $h$: group norm, SiLU, 3×3 convolution, *plus the time* (64→C, one number for each channel), group norm, SiLU, 3×3 convolution. The second convolution starts at zero, so each block starts as "change nothing". (Where the number of channels changes, $x$ first goes through a 1×1 convolution.) |
// | `half` | 3×3 convolution with stride 2: half the side |
// | attention | at 7×7, each of the 49 places looks at all others: the left shoe tip can know of the heel: four dense layers over the channels (query, key, value, output) behind a group norm. It costs (number of places)², so only where the picture is small |
// | `middle` | residual block, attention, residual block, at the coarsest level |
// | up blocks | two on each level. Each gets what comes from below *and* a skip, so its first convolution has more input channels: the first the output of the down block of its level, the second what went into that block (from `half` or `in`) |
// | `double` | each pixel four times, then a 3×3 convolution: twice the side |
// | `out` | group norm, SiLU, 3×3 convolution to 1 channel, which starts at zero |
//
// (SiLU is $x\cdot\operatorname{sigmoid}(x)$, also called swish.)

// %% [markdown] lang="zh"
// ## 12 · U-Net，一块一块看
//
// 对图像来说，要猜的噪声本身也是一幅图像。网络既要看懂整体（这是鞋吗？），又要顾到每个像素（这个灰度里哪部分是噪声？）。**U-Net** 先逐级下到粗糙的小图，在那里看得见整体，
// 再逐级上来；每一级都有**跳跃连接**（skip connection）把细节直接递过去。下面是 DDPM 的版本，取我们训练的小尺寸：
//
// | 模块 | 作用 |
// |---|---|
// | 时间：波形，再过 2 个全连接层 | 练习 5 的指针，混合成 64 个数，告诉每个残差块 |
// | `in` | 3×3 卷积，1 个灰度通道变成 16 个 |
// | **残差块**（residual block）$x+h(x,t)$ | $h$：组归一化、SiLU、3×3 卷积，*加上时间*（64→C，每个通道一个数），再来一次组归一化、SiLU、3×3 卷积。第二个卷积的权重初始化为零，所以每块一开始都是“什么也不改”。（通道数改变时，$x$ 先过一个 1×1 卷积。） |
// | `half` | 步幅为 2 的 3×3 卷积：边长减半 |
// | 注意力 | 在 7×7 上，49 个位置两两计算注意力，鞋尖处能用上鞋跟的信息：组归一化之后，对通道做四个全连接层（查询、键、值、输出）。代价是位置数的平方，所以只用在小图上 |
// | `middle` | 最粗一级：残差块、注意力、残差块 |
// | 上行块 | 每级两块，各自接收下面来的*和*一条跳跃连接，所以第一个卷积的输入通道更多：第一块接同级下行块的输出，第二块接那个下行块的输入（来自 `half` 或 `in`） |
// | `double` | 每个像素复制成四个，再过 3×3 卷积：边长加倍 |
// | `out` | 组归一化、SiLU、3×3 卷积到 1 个通道，权重初始化为零 |
//
// （SiLU 即 $x\cdot\operatorname{sigmoid}(x)$，又叫 swish。）

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The U-Net
//
// - Down: see the whole. Up: paint every pixel. Across: skip connections.
// - Every residual block is told the time.
// - **Group norm, not batch norm**: a batch mixes all noise levels, sampling does not.
// - Attention only where the picture is small.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## U-Net
//
// - 下行看整体，上行画像素，横向有跳跃连接。
// - 每个残差块都被告知时间。
// - **用组归一化，不用批归一化**：训练的一批混着各种噪声强度，采样的一批不混。
// - 注意力只用在小图上。

// %% figure="unet" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title:
      'Down to see the whole, up to paint the detail, skips across' /* zh: '下行看整体，上行画细节，横向跳跃连接' */,
    nodes: [
      { id: 'x', x: 0, y: 0, text: 'x_t', shape: 'round' },
      { id: 'd0', x: 1, y: 0, text: '28×28×16', color: 0 },
      { id: 'd1', x: 1, y: 1, text: '14×14×32', color: 0 },
      { id: 'd2', x: 1, y: 2, text: '7×7×32', color: 0 },
      { id: 'm', x: 2, y: 3, text: '7×7×32', color: 1 },
      { id: 'u2', x: 3, y: 2, text: '7×7×32', color: 2 },
      { id: 'u1', x: 3, y: 1, text: '14×14×32', color: 2 },
      { id: 'u0', x: 3, y: 0, text: '28×28×16', color: 2 },
      { id: 'e', x: 4, y: 0, text: 'ε', shape: 'round' },
      { id: 't', x: 0, y: 2, text: 't', shape: 'round', color: 4 },
    ],
    edges: [
      { from: 'x', to: 'd0' },
      { from: 'd0', to: 'd1', label: 'half' /* zh: '减半' */ },
      { from: 'd1', to: 'd2', label: 'half' /* zh: '减半' */ },
      { from: 'd2', to: 'm' },
      { from: 'm', to: 'u2' },
      { from: 'u2', to: 'u1', label: 'double' /* zh: '加倍' */ },
      { from: 'u1', to: 'u0', label: 'double' /* zh: '加倍' */ },
      { from: 'u0', to: 'e' },
      { from: 'd0', to: 'u0', label: 'skip' /* zh: '跳跃' */, color: 5 },
      { from: 'd1', to: 'u1', label: 'skip' /* zh: '跳跃' */, color: 5 },
      { from: 'd2', to: 'u2', label: 'skip' /* zh: '跳跃' */, color: 5 },
      { from: 't', to: 'd2', label: 'to all' /* zh: '告诉各块' */, color: 4 },
    ],
    step: [200, 110],
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Follow one path with the finger: down, middle, up. Ask why the up blocks have more weights than the down blocks (two of them, and wider inputs through the skips). Ask what breaks without skips (fine noise cannot be told from the 7×7 picture).

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。用手指走一遍：下、中、上。问：上行块的参数为什么比下行块多？（每级两块，跳跃连接又让输入更宽。）问：没有跳跃连接会怎样？（凭 7×7 的小图，说不出细碎的噪声在哪里。）

// %%
const unet = nn.buildUnet({ inputShape: [28, 28, 1], channels: 16, multipliers: [1, 2, 2], attention: [2], seed: 1 });
// Weights by block: the layers' names begin with the block's
// zh: 按模块统计参数：层名以模块名开头
const blocks = new Map<string, { weights: number; shape: string }>();
for (const layer of unet.layers) {
  const [name] =
    /^(time|down\d_(?:block\d(?:_attention)?|half)|middle_(?:block\d|attention)|up\d_(?:block\d(?:_attention)?|double)|in|out)(?=_|$)/.exec(
      layer.name,
    ) ?? [];
  if (!name || layer.countParams() === 0) continue;
  const shape = (layer.outputShape as number[]).slice(1).join('×');
  blocks.set(name, { weights: (blocks.get(name)?.weights ?? 0) + layer.countParams(), shape });
}
show(
  figures.table(
    [
      ...[...blocks].map(([name, { weights, shape }]) => ({
        ['block' /* zh: '模块' */]: name,
        ['output' /* zh: '输出' */]: shape,
        ['weights' /* zh: '参数量' */]: weights,
      })),
      {
        ['block' /* zh: '模块' */]: 'Σ',
        ['output' /* zh: '输出' */]: '',
        ['weights' /* zh: '参数量' */]: unet.countParams(),
      },
    ],
    { title: 'The U-Net, block by block' /* zh: 'U-Net，一块一块' */ },
  ),
);

// %% [markdown] lang="en"
// **Check three of them by hand.** Time: $16\cdot64+64=1088$, then $64\cdot64+64=4160$; together 5248. `down0_block1`: two norms of $2\cdot16$; two convolutions of $9\cdot16\cdot16+16=2320$; the time $64\cdot16+16=1040$; together 5744. `up0_block1` gets $32+16=48$ channels:
// norm $2\cdot48$, convolution $9\cdot48\cdot16+16=6928$, time 1040, norm 32, convolution 2320, and the 1×1 convolution $48\cdot16+16=784$ for $x$; together 11,200.
//
// **Why group norm instead of batch norm?** Batch norm computes one mean and one spread of each channel, over the *whole batch*, and uses their running averages when sampling. But a training batch mixes all steps $t$, while in sampling every picture is at the same
// $t$. Look at the numbers that come in:

// %% [markdown] lang="zh"
// **亲手核对其中三个。** 时间：$16\cdot64+64=1088$，再加 $64\cdot64+64=4160$，共 5248。`down0_block1`：两个归一化各 $2\cdot16$，两个卷积各 $9\cdot16\cdot16+16=2320$，时间 $64\cdot16+16=1040$，共 5744。
// `up0_block1` 的输入有 $32+16=48$ 个通道：归一化 $2\cdot48$，卷积 $9\cdot48\cdot16+16=6928$，时间 1040，归一化 32，卷积 2320，$x$ 的 1×1 卷积 $48\cdot16+16=784$，共 11,200。
//
// **为什么用组归一化（group normalization），不用批归一化？** 批归一化对*整批*求每个通道的一个均值和一个标准差，采样时用它们的滑动平均。可是训练的一批里混着各种步数 $t$，采样时所有图像却都处在同一个 $t$。看看进来的是什么样的数：

// %%
const someClothes = tf.tidy(() => data.test.images(0, 200).mul(2).sub(1));
const batchAt = (name: string, t: readonly number[]) =>
  tf.tidy(() => {
    const { mean, variance } = tf.moments(qSample(someClothes, t, random.normal(someClothes.shape), paper));
    return {
      ['batch of 200 pictures' /* zh: '一批 200 幅图像' */]: name,
      ['mean' /* zh: '均值' */]: mean.dataSync()[0],
      ['standard deviation' /* zh: '标准差' */]: Math.sqrt(variance.dataSync()[0]),
    };
  });
show(
  figures.table(
    [
      batchAt(
        'training: t mixed' /* zh: '训练：各种 t 混在一起' */,
        Array.from({ length: 200 }, () => stepFrom(random.next(), 1000)),
      ),
      ...[1000, 500, 1].map((t) =>
        batchAt(`${'sampling: all at' /* zh: '采样：都在' */} t = ${t}`, new Array<number>(200).fill(t)),
      ),
    ],
    { digits: 2 },
  ),
);

// %% [markdown] lang="en"
// The average of the mixed batch fits neither end: at $t=1000$ the numbers lie around 0, at $t=1$ much lower and closer together. **Group normalization** (Wu and He, 2018) splits the channels of *each picture* into groups (here 8) and normalizes within the group: it never looks at the neighbours in the batch, so training and sampling see the same.
//
// ## 13 · Clothes
//
// Now the real thing. The loop is that of section 9; the changed lines are marked. There are four changes:
//
// 1. the network is the U-Net, which has the clock inside;
// 2. grey levels 0…1 become −1…1, because the noise is centred at 0;
// 3. samples are drawn with an **exponential moving average** (EMA) of the weights, $\bar w\leftarrow \delta\,\bar w+(1-\delta)\,w$ after each step ($\delta=0.99$ here). The last mini-batches' noise averages out; without it samples change from one step to the next;
// 4. when sampling, the picture behind each step is kept within −1…1 (`clip`), where pictures are.
//
// (Besides, the numbers are those of a larger task: 200 steps instead of 100, 32 examples at a time instead of 512, a learning rate of 0.002 instead of 0.006.)
//
// The training cell takes about three minutes on two cores (750 steps of 32 pictures), the sampling cell about 20 seconds. That is little: the paper's model for CIFAR-10 took 800,000 steps of 128. Expect clothes, not catalogue photographs.

// %% [markdown] lang="zh"
// 混合批的平均值，两头都不合适：$t=1000$ 时数值分布在 0 附近，$t=1$ 时均值低得多，也集中得多。**组归一化**（Wu 与 He，2018）把*每幅图像*的通道分成几组（这里 8 组），在组内归一化：从不看同批的邻居，所以训练和采样看到的是一样的。
//
// ## 13 · 衣服
//
// 来真的。循环还是第 9 节那个，改动的行都标了出来，共四处：
//
// 1. 网络换成 U-Net，时钟在它里面；
// 2. 灰度从 0…1 变成 −1…1，因为噪声以 0 为中心；
// 3. 采样用权重的**指数滑动平均**（exponential moving average，EMA）：每走一步，$\bar w\leftarrow \delta\,\bar w+(1-\delta)\,w$（这里 $\delta=0.99$）。最后几个小批量的抖动被平均掉；不用它，样本会随训练的每一步变来变去；
// 4. 采样时，把每一步背后的图像限制在 −1…1 之内（`clip`），因为图像就在那里。
//
// （此外，几个数字随任务变大而改：步数 100 改为 200，每批 512 改为 32，学习率 0.006 改为 0.002。）
//
// 训练单元在双核上约需三分钟（750 步，每步 32 幅图像），采样单元约 20 秒。这点训练很少：论文里 CIFAR-10 的模型走了 800,000 步，每步 128 幅。所以只能指望看得出是衣服，别指望像商品照片。

// %%
const T = budget({ quick: 25, default: 200, full: 1000 });
const schedule = ddpm.expectNoise(ddpm.scheduleOf(linearBetas(T)));
const denoise: Denoiser = (xt, t) => unet.apply([xt, tf.tensor1d([...t])]) as Tensor; // changed: U-Net // zh: 改动：U-Net
const ema = new nn.Ema(nn.variablesOf(unet), { decay: budget({ quick: 0.9, default: 0.99, full: 0.999 }) }); // changed: EMA // zh: 改动：EMA
const clothes = data.train.take(budget({ quick: 64, default: 24_000, full: 60_000 }));
const start = tf.tidy(() => {
  const x0 = data.test.images(0, 16).mul(2).sub(1);
  return ddpmLoss(denoise, x0, new Array<number>(16).fill(10), random.normal(x0.shape), schedule).dataSync()[0];
});
console.log('loss before training:' /* zh: '训练前的损失：' */, start.toFixed(2));

const history = await train({
  name: 'clothes' /* zh: '衣服' */,
  variables: ema.variables,
  batches: (epoch) => clothes.batches({ batchSize: 32, seed: 1, epoch, dropLast: true }),
  stepsPerEpoch: Math.floor(clothes.size / 32),
  loss: ({ images }, dice) => {
    const x0 = images.mul(2).sub(1); // changed: grey levels −1…1 // zh: 改动：灰度 −1…1
    const t = Array.from({ length: x0.shape[0] }, () => stepFrom(dice.next(), schedule.steps));
    return ddpmLoss(denoise, x0, t, dice.normal(x0.shape), schedule);
  },
  onUpdate: () => ema.update(), // changed: EMA // zh: 改动：EMA
  epochs: budget({ quick: 1, default: 1, full: 20 }),
  learningRate: 2e-3,
  schedule: 'cosine',
  seed: 1,
});

// %%
const probes = [0.005, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1].map((share) => Math.max(1, Math.round(share * T)));
const heldOut = tf.tidy(() =>
  data.test
    .images(0, budget({ quick: 8, default: 64, full: 500 }))
    .mul(2)
    .sub(1),
);
const lossAt = (t: number) =>
  ema.during(() =>
    tf.tidy(() => {
      const each = new Array<number>(heldOut.shape[0]).fill(t);
      return ddpmLoss(denoise, heldOut, each, new Random(t).normal(heldOut.shape), schedule).dataSync()[0];
    }),
  );
show(
  figures.panels([
    figures.curves({
      series: [{ name: 'loss' /* zh: '损失' */, y: history.loss, smooth: 30 }],
      title: 'Falls at once, then slowly' /* zh: '先骤降，后缓降' */,
      x: 'step of training' /* zh: '训练步数' */,
      y: 'mean squared error' /* zh: '均方误差' */,
      yRange: [0, 1.1],
    }),
    figures.curves({
      series: [{ name: 'test' /* zh: '测试' */, x: probes, y: probes.map(lossAt), points: true }],
      title: 'Faint noise is the hardest to find' /* zh: '最淡的噪声最难找' */,
      x: 't',
      y: 'mean squared error' /* zh: '均方误差' */,
      yRange: [0, 1.1],
    }),
  ]),
);

// %% [markdown] lang="en"
// Before training the loss is 1: the last convolution is zero, so the answer is 0, and $\mathbb E[\varepsilon^2]=1$. **If yours starts elsewhere, something is wrong before you have trained at all.** On the right, the loss of each step on test pictures. At $t$ near $T$ the picture *is* noise and
// copying it is nearly right. At $t=1$ the noise is fainter than the cloth, and hard to tell from it. A single training loss is an average over all of this, and says little about the samples; look at them.

// %% [markdown] lang="zh"
// 训练前的损失是 1：最后一个卷积为零，所以回答为 0，而 $\mathbb E[\varepsilon^2]=1$。**如果你的不从 1 开始，那还没训练就已经有问题了。** 右图是测试图像在各步上的损失。$t$ 接近 $T$ 时，图像*就是*噪声，照抄就差不多对了；
// $t=1$ 时，噪声比布料的纹理还淡，很难区分。训练损失只是所有这些的一个平均，说明不了样本好坏；要看样本。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Clothes out of noise
//
// - The loop of the ring, four lines changed.
// - U-Net · grey levels −1…1 · EMA · clip.
// - Loss starts at 1. If it does not: stop and look.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 从噪声里走出来的衣服
//
// - 还是八个点团的那个循环，只改四处。
// - U-Net · 灰度 −1…1 · EMA · 裁剪。
// - 损失从 1 开始。如果不是，停下来检查。

// %% figure="clothes" slideshow={"slide_type": "subslide"}
const count = budget({ quick: 4, default: 20, full: 40 });
const reel: { t: number; x: Tensor4D; guess: Tensor4D }[] = [];
const frames = [1, 0.75, 0.5, 0.35, 0.25, 0.15, 0.05, 0].map((share) => Math.min(T - 1, Math.round(share * T)));
const samples = await ema.during(() =>
  ddpm.pSampleLoop<Tensor4D>(denoise, [count, 28, 28, 1], new Random(3), schedule, {
    clip: true, // changed: pictures stay in −1…1; else this loop is pSample, T times // zh: 改动：图像保持在 −1…1；除此之外就是 pSample 做 T 次
    onStep: ({ step, x, predX0 }) => {
      const t = T - step;
      const first = (some: Tensor4D) => tf.tidy(() => seen(some.slice([0, 0, 0, 0], [1, 28, 28, 1])));
      if (frames.includes(t)) reel.push({ t, x: first(x as Tensor4D), guess: first(predX0 as Tensor4D) });
    },
  }),
);
show(
  figures.imageGrid(seen(samples), {
    columns: 10,
    scale: 3,
    title: 'Clothes that nobody ever made, out of pure noise' /* zh: '谁也没做过的衣服，全都来自纯噪声' */,
  }),
);

// %%
show(
  figures.imageRows(
    [
      { label: 'x_t', images: tf.concat(reel.map(({ x }) => x)) as Tensor4D },
      { label: 'x̂₀', images: tf.concat(reel.map(({ guess }) => guess)) as Tensor4D },
    ],
    {
      scale: 3,
      labels: [...reel, ...reel].map(({ t }) => `t = ${t}`),
      title:
        'Above: where the sample is. Below: the picture that the network sees in it' /* zh: '上：样本走到哪里；下：网络从中看到的图像' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Show the strip last: the lower row goes from snow to a smear, and then suddenly has a shape. Coarse things are decided first, fine ones last. Ask what that means for speed: do we need all these steps? That is lesson 12.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。最后放那条长图：下面一行从雪花到一团暗影，然后突然有了形状。粗的先定，细的后定。问：这对速度意味着什么？真的需要这么多步吗？这就是第 12 课。

// %% [markdown] lang="en"
// **What you should see**: tops, dresses and shoes, roughly drawn, with black around them. About half of the twenty can be named at once; the others are half one thing and half another. The network has seen fewer than half of the training pictures, once. (`GENLAB_BUDGET=full` goes through all of them twenty times, with 1,000 steps: fifty
// times as much training.) **If all is grey snow**, compare the time that the network is told in training and in sampling: both count from 1 to $T$. **If all pictures are black or white**, look at the scale −1…1.
//
// Read the lower row, $\hat x_0$: the picture behind $x_t$ when the noise is what the network says, $(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta)/\sqrt{\bar\alpha_t}$. From left to right: at first the picture behind the snow is itself little more than snow: at high noise ε-prediction magnifies its errors, as section 11 said. Then comes a dark smear, then quite suddenly a shape, and from there on only finer work. Coarse things are settled at
// high noise, fine ones late. A well-chosen subsequence of the steps could therefore save much time. That is lesson 12.
//
// **The same, for longer.** The course ships a network of the same kind, `checkpoints/fashion-mnist-ddpm`: 24 channels where yours has 16, $T=1000$, all 60,000 training pictures five times, in under an hour on one processor core. The loss and the sampler are those that you have just seen, line by line. (About half a minute for twenty pictures: 1,000 calls of the network each.)

// %% [markdown] lang="zh"
// **你应该看到**：上衣、裙子、鞋子，画得粗糙，周围是黑色。二十幅里约有一半一眼就叫得出名字，其余的一半像这个、一半像那个。训练图像里，网络只看过不到一半，而且只看了一遍。（`GENLAB_BUDGET=full` 用全部图像训练二十轮，走 1,000 步，训练量是现在的五十倍。）
// **如果全是灰色雪花**，比较训练和采样时告诉网络的时间：都应从 1 数到 $T$。**如果图像非黑即白**，检查 −1…1 的缩放。
//
// 看下面一行，$\hat x_0$：假定噪声就是网络说的那样，$x_t$ 背后的图像，即 $(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta)/\sqrt{\bar\alpha_t}$。从左到右，起初，雪花背后的图像本身也和雪花差不多：噪声大时 ε 预测会放大误差，第 11 节说过。接着是一团暗影，然后几乎是突然之间有了形状，此后只是越画越细。
// 粗的东西在噪声大的时候定下，细的最后才定。因此，挑一部分步来走，可以省下很多时间。那是第 12 课。
//
// **同样的做法，练得更久。** 课程随附一个同类的网络 `checkpoints/fashion-mnist-ddpm`：通道数不是 16 而是 24，$T=1000$，60,000 张训练图像看过五遍，在一个处理器核上练了不到一小时。损失和采样器就是你刚才看到的，一行不差。（画二十幅约半分钟：每幅调用网络 1,000 次。）

// %% figure="longer" slideshow={"slide_type": "subslide"}
const longer = ddpm.buildDdpm({
  steps: budget({ quick: 30, default: 1000, full: 1000 }),
  unet: { channels: 24, multipliers: [1, 2, 2], attention: [2] },
});
loadCheckpoint('fashion-mnist-ddpm', { network: longer.network });
longer.ema.reset(); // draws with the weights just loaded // zh: 用刚读入的权重采样
show(
  figures.imageGrid(await ddpm.sample<Tensor4D>(longer, budget({ quick: 2, default: 20, full: 40 }), new Random(6)), {
    columns: 10,
    scale: 3,
    title: 'The same loss, the same sampler, trained for longer' /* zh: '同样的损失，同样的采样器，练得更久' */,
  }),
);

// %% [markdown] lang="en"
// **Break it once more**: noise at the last step. The same sample as above, your network's, with $\sigma_1z$ put on top, which is exactly what a forgotten `t === 1` does.

// %% [markdown] lang="zh"
// **再弄坏一次**：最后一步还加噪声。还是上面你的网络画的那批样本，叠加 $\sigma_1z$；忘了写 `t === 1`，结果就是这样。

// %%
const grainy = tf.tidy(() => samples.add(random.normal(samples.shape).mul(Math.sqrt(schedule.betas[1])))) as Tensor4D;
const pick = (some: Tensor4D) => tf.tidy(() => seen(some.slice([0, 0, 0, 0], [4, 28, 28, 1])));
show(
  figures.imageRows(
    [
      { label: 'z = 0', images: pick(samples) },
      { label: 'z ~ N(0, I)', images: pick(grainy) },
    ],
    {
      scale: 4,
      title:
        'Noise at the last step stays in the picture, hard to see as it is' /* zh: '最后一步加的噪声会留在图像里，只是很难看出来' */,
    },
  ),
);
console.log(
  `σ₁ = ${Math.sqrt(schedule.betas[1]).toFixed(3)}, ${(Math.sqrt(schedule.betas[1]) * 127.5).toFixed(1)} of 255 grey levels` /* zh: `σ₁ = ${Math.sqrt(schedule.betas[1]).toFixed(3)}，即 255 级灰度中的 ${(Math.sqrt(schedule.betas[1]) * 127.5).toFixed(1)} 级` */,
);

// %% [markdown] lang="en"
// Hardly to be seen, and therefore found in many programs. With 1,000 steps it is one or two grey levels; the shorter the schedule, the more. Measures such as FID (lesson 17) do notice.
//
// ## 14 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. β = (0.5, 0.5), x₀ = 1. Mean and variance of x₂? Is it noise yet?</summary>
//
// ᾱ₂ = 0.25: mean √0.25 = 0.5, variance 0.75. Not noise: a quarter of the picture's variance is left.
// </details>
//
// <details><summary>2. A colleague trains with T = 100 and β from 0.0001 to 0.02. The loss is fine. What will you tell them, and which line would have told them earlier?</summary>
//
// The betas add up to 1.0, so ᾱ_T ≈ e⁻¹ ≈ 0.36: x_T is not noise, and sampling starts where the network was never trained. The check ᾱ_T < 10⁻³ (`endsInNoise`) before training. Scale β by 10.
// </details>
//
// <details><summary>3. Why does the ELBO of diffusion have no encoder to train, unlike that of the VAE?</summary>
//
// The "encoder" is the forward process, fixed by the schedule. So L_T is a constant, nothing can collapse, and only the decoder, the reverse process, learns.
// </details>
//
// <details><summary>4. Why must the logarithm stand inside the expectation?</summary>
//
// With the log outside one has log p(x₀) itself: no bound, and the log of an average of products does not split into a sum over steps. Inside, the log of a product is a sum, each step has its own term, and drawing one t at a time gives an unbiased
// estimate.
// </details>
//
// <details><summary>5. Your network answers 0 for every input. What is its loss, what do its samples look like?</summary>
//
// The loss is E[ε²] = 1. The sampler then only divides by √α_t and adds noise: at each step the variance is divided by α_t and grows by β_t. It starts at 1 and ends at about 2/ᾱ_T, half of it from the start and half from the noise added on the way: 50,000 for T = 1000, points more than 200 times too far out.
// </details>
//
// <details><summary>6. t is drawn from 2…T. Which part of the bound is never trained, and when does it matter?</summary>
//
// L₀, the step from x₁ to the picture. At t = 1 the network is asked something it has never seen, just for the finest grain.
// </details>
//
// <details><summary>7. Samples get larger and larger until they are NaN. Samples are all near 0. Samples are pure noise. Which factor do you look at in each case?</summary>
//
// Too large: the factor of z, or the sign of the ε term. All near 0: √α_t on the wrong side, or no fresh noise at all. Pure noise: the ε term is missing or far too small, or the network is told the wrong time.
// </details>
//
// <details><summary>8. Why is a step back only approximately Gaussian, and what makes the approximation good?</summary>
//
// Without x₀, q(x_{t−1}|x_t) mixes the posteriors of all pictures that could have led to x_t. If β_t is small, the forward factor is so narrow that it leaves only one bump. Hence many small steps.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | forward step | $q(x_t\mid x_{t-1})=\mathcal N(\sqrt{1-\beta_t}\,x_{t-1},\beta_tI)$ |
// | jump | $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon$, $\ \bar\alpha_t=\prod_{i\le t}(1-\beta_i)$ |
// | end | $\bar\alpha_T<10^{-3}$; linear schedule scaled by $1000/T$ |
// | posterior | $\tilde\mu_t=\frac{\sqrt{\bar\alpha_{t-1}}\beta_t}{1-\bar\alpha_t}x_0+\frac{\sqrt{\alpha_t}(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}x_t$, $\ \tilde\beta_t=\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\beta_t$ |
// | bound ($x_{1:T}$: all of $x_1,\dots,x_T$) | $\log p_\theta(x_0)\ge\mathbb E_q\bigl[\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\bigr]=-(L_T+\sum_tL_{t-1}+L_0)$ |
// | loss | $\mathbb E\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2$, $t$ uniform on $1\dots T$ |
// | sampling step | $x_{t-1}=\frac1{\sqrt{\alpha_t}}\bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\varepsilon_\theta\bigr)+\sigma_tz$, $z=0$ at $t=1$, $\sigma_t^2=\beta_t$ or $\tilde\beta_t$ |
// | velocity | $v=\sqrt{\bar\alpha_t}\,\varepsilon-\sqrt{1-\bar\alpha_t}\,x_0$, $\ x_0=\sqrt{\bar\alpha_t}\,x_t-\sqrt{1-\bar\alpha_t}\,v$ |
//
// ## Further reading
//
// - Sohl-Dickstein, Weiss, Maheswaranathan & Ganguli (2015), *Deep Unsupervised Learning using Nonequilibrium Thermodynamics*, arXiv:1503.03585. The idea, shown on a spiral in the plane.
// - Ho, Jain & Abbeel (2020), *Denoising Diffusion Probabilistic Models*, arXiv:2006.11239. Our notation; eq. 4 is the jump, eq. 7 the posterior, eq. 14 the loss.
// - Nichol & Dhariwal (2021), *Improved Denoising Diffusion Probabilistic Models*, arXiv:2102.09672. The cosine schedule, learned variances.
// - Salimans & Ho (2022), *Progressive Distillation for Fast Sampling of Diffusion Models*, arXiv:2202.00512. v-prediction.
// - Vaswani et al. (2017), *Attention Is All You Need*, arXiv:1706.03762. Section 3.5: the clock hands.
// - Wu & He (2018), *Group Normalization*, arXiv:1803.08494.
// - Ronneberger, Fischer & Brox (2015), *U-Net: Convolutional Networks for Biomedical Image Segmentation*, arXiv:1505.04597.

// %% [markdown] lang="zh"
// 几乎看不出来，正因如此，许多程序里都有它。走 1,000 步时只有一两级灰度；调度越短，噪声越重。FID（第 17 课）这样的指标是看得出来的。
//
// ## 14 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. β = (0.5, 0.5)，x₀ = 1。x₂ 的均值和方差是多少？是噪声了吗？</summary>
//
// ᾱ₂ = 0.25：均值 √0.25 = 0.5，方差 0.75。还不是噪声：图像的方差还剩四分之一。
// </details>
//
// <details><summary>2. 同事用 T = 100、β 从 0.0001 到 0.02 训练，损失正常。你会告诉他什么？哪一行代码能更早发现？</summary>
//
// 各个 β 之和约为 1.0，所以 ᾱ_T ≈ e⁻¹ ≈ 0.36：x_T 不是噪声，采样的起点是网络从没训练过的地方。训练前检查 ᾱ_T < 10⁻³（`endsInNoise`），并把 β 乘以 10。
// </details>
//
// <details><summary>3. 与 VAE 不同，扩散模型的 ELBO 里没有要训练的编码器，为什么？</summary>
//
// “编码器”就是前向过程，由调度定死。所以 L_T 是常数，不会坍缩，只有解码器，也就是反向过程，需要学习。
// </details>
//
// <details><summary>4. 对数为什么必须在期望里面？</summary>
//
// 放在外面，就是 log p(x₀) 本身：没有界，而且乘积的平均取对数，拆不成对各步的求和。放在里面，乘积的对数就是和，每步各有一项，一次只抽一个 t，得到的也是无偏估计。
// </details>
//
// <details><summary>5. 网络对任何输入都回答 0。它的损失是多少？样本是什么样？</summary>
//
// 损失是 E[ε²] = 1。采样时就只剩下除以 √α_t 和加噪声：每一步方差都除以 α_t，再加 β_t。方差从 1 出发，最后约为 2/ᾱ_T，一半来自起点，一半来自途中加的噪声：T = 1000 时是 50,000，点散到了 200 多倍远。
// </details>
//
// <details><summary>6. t 从 2…T 里抽。下界的哪一部分没有训练到？什么时候会有影响？</summary>
//
// L₀，也就是从 x₁ 到图像的那一步。t = 1 时网络遇到从没见过的问题，偏偏这一步决定最细的纹理。
// </details>
//
// <details><summary>7. 样本越来越大直到 NaN；样本全在 0 附近；样本是纯噪声。三种情况各先查哪个系数？</summary>
//
// 太大：z 的系数，或者 ε 项的符号。全在 0 附近：√α_t 放错了边，或者完全没有加新噪声。纯噪声：缺了 ε 项或者它太小，或者告诉网络的时间不对。
// </details>
//
// <details><summary>8. 后退一步为什么只是近似高斯？什么使近似变好？</summary>
//
// 不知道 x₀ 时，q(x_{t−1}|x_t) 是所有可能走到 x_t 的图像的后验的混合。β_t 很小时，前向因子很窄，只留得下一个峰。所以要许多小步。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 前向一步 | $q(x_t\mid x_{t-1})=\mathcal N(\sqrt{1-\beta_t}\,x_{t-1},\beta_tI)$ |
// | 跳步 | $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon$，$\ \bar\alpha_t=\prod_{i\le t}(1-\beta_i)$ |
// | 终点 | $\bar\alpha_T<10^{-3}$；线性调度乘以 $1000/T$ |
// | 后验 | $\tilde\mu_t=\frac{\sqrt{\bar\alpha_{t-1}}\beta_t}{1-\bar\alpha_t}x_0+\frac{\sqrt{\alpha_t}(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}x_t$，$\ \tilde\beta_t=\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\beta_t$ |
// | 下界（$x_{1:T}$ 即 $x_1,\dots,x_T$） | $\log p_\theta(x_0)\ge\mathbb E_q\bigl[\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\bigr]=-(L_T+\sum_tL_{t-1}+L_0)$ |
// | 损失 | $\mathbb E\lVert\varepsilon-\varepsilon_\theta(x_t,t)\rVert^2$，$t$ 在 $1\dots T$ 上均匀 |
// | 采样一步 | $x_{t-1}=\frac1{\sqrt{\alpha_t}}\bigl(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\varepsilon_\theta\bigr)+\sigma_tz$，$t=1$ 时 $z=0$，$\sigma_t^2=\beta_t$ 或 $\tilde\beta_t$ |
// | 速度 | $v=\sqrt{\bar\alpha_t}\,\varepsilon-\sqrt{1-\bar\alpha_t}\,x_0$，$\ x_0=\sqrt{\bar\alpha_t}\,x_t-\sqrt{1-\bar\alpha_t}\,v$ |
//
// ## 延伸阅读
//
// - Sohl-Dickstein, Weiss, Maheswaranathan & Ganguli (2015), *Deep Unsupervised Learning using Nonequilibrium Thermodynamics*, arXiv:1503.03585. 想法的源头，用平面上的螺旋线演示。
// - Ho, Jain & Abbeel (2020), *Denoising Diffusion Probabilistic Models*, arXiv:2006.11239. 我们沿用其记号；式 (4) 是跳步，式 (7) 是后验，式 (14) 是损失。
// - Nichol & Dhariwal (2021), *Improved Denoising Diffusion Probabilistic Models*, arXiv:2102.09672. 余弦调度，可学习的方差。
// - Salimans & Ho (2022), *Progressive Distillation for Fast Sampling of Diffusion Models*, arXiv:2202.00512. v 预测。
// - Vaswani et al. (2017), *Attention Is All You Need*, arXiv:1706.03762. 第 3.5 节：那些钟表指针。
// - Wu & He (2018), *Group Normalization*, arXiv:1803.08494.
// - Ronneberger, Fischer & Brox (2015), *U-Net: Convolutional Networks for Biomedical Image Segmentation*, arXiv:1505.04597.
