// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Generative adversarial networks: a loss that learns"
//   zh: 生成对抗网络：会学习的损失
// minutes: 85
// terms:
//   generative adversarial network (GAN): 生成对抗网络
//   generator: 生成器
//   discriminator: 判别器
//   value function: 价值函数
//   non-saturating loss: 非饱和损失
//   minimax game: 极小极大博弈
//   saturation: 饱和
//   equilibrium: 均衡
//   mode: 模式
//   mode collapse: 模式坍缩
//   least squares GAN: 最小二乘 GAN
//   transposed convolution: 转置卷积
//   batch normalization: 批归一化
// ---

// %% [markdown] lang="en"
// # 05 · Generative adversarial networks: a loss that learns
//
// By the end of this lesson two networks of yours will have played against each other until one of them draws clothes and cartoon faces. No picture
// was ever held up to it as the right answer. It was told only, by the other network, how a small change would make its picture pass for a real one.
// You will see that judge move frame by frame, write one round of the game yourself, and break the game in the ways that happen to everybody.
//
// **You can then**
//
// 1. write the value function of the game, and the discriminator's loss from logits;
// 2. derive the best discriminator $D^*$, and say what it gives for any two densities;
// 3. derive that the value at $D^*$ is $2\,\mathrm{JS}-2\log 2$, and read both off a trained discriminator;
// 4. say why the generator's loss is usually not the one of the game, and write both;
// 5. write one round: a step of $D$ with $G$ standing still, and a step of $G$ with $D$ standing still;
// 6. find two circulating bugs from the loss values alone;
// 7. count how many modes a generator covers, and tell mode collapse from poor training;
// 8. say what LSGAN changes, and for which generated examples that matters;
// 9. read GAN training curves, and say what they cannot tell you.
//
// **Time**: about 85 minutes to read and work through. All training cells together take about four minutes on two processor cores;
// each says beforehand how long it takes.

// %% [markdown] lang="zh"
// # 05 · 生成对抗网络：会学习的损失
//
// 学完本课，你的两个网络会互相较量，直到其中一个画出衣物和卡通人脸。从来没有人拿着一幅图对它说“这就是标准答案”，它听到的只有另一个网络的意见：
// 怎样稍微改一改，就更像真的。你会一帧一帧地看着这位裁判移动，亲手写出一个回合，再用人人都会碰上的几种方式把这场博弈弄坏。
//
// **学完之后，你能够**
//
// 1. 写出博弈的价值函数，并从 logits 写出判别器的损失；
// 2. 推导最优判别器 $D^*$，对任意两个密度说出它的取值；
// 3. 推导 $D^*$ 处的价值等于 $2\,\mathrm{JS}-2\log 2$，并从训练好的判别器上把两者读出来；
// 4. 说明生成器通常用的损失为什么不是博弈里的那一个，并把两种都写出来；
// 5. 写出一个回合：$G$ 不动时更新一步 $D$，$D$ 不动时更新一步 $G$；
// 6. 只凭损失的数值找出两个流传很广的错误；
// 7. 数出生成器覆盖了多少个模式，分清模式坍缩与没训练好；
// 8. 说出 LSGAN 改了什么，对哪些生成样本有影响；
// 9. 看懂 GAN 的训练曲线，并说出它不能告诉你什么。
//
// **用时**：阅读和练习约 85 分钟。所有训练代码在双核处理器上合计约四分钟，每段都会事先说明要多久。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
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
  train,
} from 'genlab';

const random = new Random(5);
type Pair = ReturnType<typeof gan.buildGan>;

/** A network that learns: what it computes, and the variables that an optimizer may move. */
/* zh: 会学习的网络：它算什么，以及优化器可以移动的变量。 */
interface Player {
  apply(input: Tensor2D): Tensor2D;
  readonly variables: tf.Variable[];
}

// %%
console.log(engine.describe(await engine.ready()));
const fashion = await datasets.fashionMnist();

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## A fixed loss punishes the wrong thing
//
// - A sharp sandal, moved by two pixels
// - The same sandal, blurred in place
// - Which of the two has the smaller squared error?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 固定的损失罚错了地方
//
// - 清晰的凉鞋，平移两个像素
// - 同一只凉鞋，原地模糊
// - 哪一幅的平方误差更小？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Let the room vote before the picture appears. Most vote for the moved one, because it *looks* right. Ask: what would a loss have to
// know to agree with you? That question is the whole lesson.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。先让大家投票再放图。多数人选平移的那幅，因为它*看着*对。追问：损失要懂得什么，才会同意你的看法？整节课就在回答这个问题。

// %% [markdown] lang="en"
// ## 1 · Who says what looks right?
//
// The VAE of lesson 04 drew soft pictures, and we knew whom to blame: a loss that compares pixel by pixel. Here is that blame as a number. One test picture, and two attempts at it: one is the same sandal, sharp, moved two
// pixels to the right; the other is blurred where it stands.
//
// **Guess first**: which attempt has the smaller squared error?

// %% [markdown] lang="zh"
// ## 1 · 像不像，谁说了算？
//
// 第 04 课的 VAE 画得模糊，我们也知道该怪谁：逐像素比较的损失。现在用数字来算这笔账。取一幅测试图像，给出两种仿作：一种是同一只凉鞋，
// 依旧清晰，只是右移两个像素；另一种留在原地，但被模糊了。
//
// **先猜一猜**：哪种仿作的平方误差更小？

// %%
const sandal = fashion.test.ofClass(5).images(6, 7); // [1,28,28,1]
const moved = tf.concat([tf.zeros([1, 28, 2, 1]), sandal.slice([0, 0, 0, 0], [1, 28, 26, 1])], 2) as tf.Tensor4D;
const blurred = tf.tidy(() => tf.avgPool(tf.avgPool(sandal, 3, 1, 'same'), 3, 1, 'same'));
const errorOf = (attempt: tf.Tensor) => tf.tidy(() => attempt.sub(sandal).square().mean().dataSync()[0].toFixed(4));
show(
  figures.imageStrip(
    [
      { image: sandal, label: 'the picture' /* zh: '原图' */ },
      { image: moved, label: `moved: ${errorOf(moved)}` /* zh: `平移：${errorOf(moved)}` */ },
      { image: blurred, label: `blurred: ${errorOf(blurred)}` /* zh: `模糊：${errorOf(blurred)}` */ },
    ],
    {
      scale: 6,
      title: 'The squared error prefers the attempt that nobody would buy' /* zh: '平方误差偏爱那双没人会买的鞋' */,
    },
  ),
);

// %% [markdown] lang="en"
// The blurred one. A pixel-by-pixel loss knows nothing of shapes, and no formula that we could write down says "looks like a shoe". So let us not write it down. Let a network **learn** it, from the only thing we have
// plenty of: examples of what real pictures look like.
//
// - The **generator** $G_\theta$ maps noise $z\sim\mathcal N(0,I)$ to an example $G_\theta(z)$. The distribution of what comes out is called $p_g$; that of the data, $p_{\text{data}}$.
// - The **discriminator** $D_\phi$ looks at one example $x$, real or generated, and says with which probability it is real, $D_\phi(x)\in(0,1)$.
// - $D$ is trained to tell them apart; $G$ is trained to make $D$ fail.
//
// $G$ never sees a real picture. All it learns about the data comes back through $D$, as a gradient: *change this pixel a little and I will find it more real*. That is the
// **generative adversarial network** (GAN) of Goodfellow et al. (2014).

// %% [markdown] lang="zh"
// 是模糊的那幅。逐像素的损失不懂形状，我们也写不出一个表达“像鞋”的公式。那就不写，让一个网络去**学**；
// 学习的材料是我们唯一不缺的东西：真实图像的样例。
//
// - **生成器**（generator）$G_\theta$ 把噪声 $z\sim\mathcal N(0,I)$ 变成样本 $G_\theta(z)$。它产生的分布记作 $p_g$，数据的分布记作 $p_{\text{data}}$。
// - **判别器**（discriminator）$D_\phi$ 看一个样本 $x$，不管是真的还是生成的，说出它为真的概率 $D_\phi(x)\in(0,1)$。
// - 训练 $D$，让它分得清；训练 $G$，让 $D$ 分不清。
//
// $G$ 从没见过真实图像。它对数据的全部了解，都是通过 $D$ 传回来的梯度：*这个像素稍微改一改，我就觉得更真*。
// 这就是 Goodfellow 等人（2014）的**生成对抗网络**（generative adversarial network，GAN）。

// %%
show(
  figures.diagram({
    title: 'G hears of the data only through D' /* zh: 'G 只能通过 D 了解数据' */,
    nodes: [
      { id: 'z', x: 0, y: 1, text: 'z ~ N(0, I)', shape: 'round' },
      { id: 'G', x: 1, y: 1, text: 'generator G' /* zh: '生成器 G' */, color: 1 },
      { id: 'data', x: 1, y: 0, text: 'data x' /* zh: '数据 x' */, shape: 'round' },
      { id: 'D', x: 2, y: 0.5, text: 'discriminator D' /* zh: '判别器 D' */, color: 0 },
      { id: 'out', x: 3, y: 0.5, text: 'D: real?' /* zh: 'D：真？' */, shape: 'round' },
      { id: 'back', x: 2, y: 1.6, text: 'gradient' /* zh: '梯度' */, shape: 'none' },
    ],
    edges: [
      { from: 'z', to: 'G' },
      { from: 'G', to: 'D' },
      { from: 'data', to: 'D' },
      { from: 'D', to: 'out' },
      { from: 'D', to: 'back', color: 2 },
      { from: 'back', to: 'G', color: 2 },
    ],
    step: [220, 130],
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The game
//
// $$\min_G\max_D V(D,G),\qquad V=\mathbb E_{x\sim p_{\text{data}}}\log D(x)+\mathbb E_{z}\log\bigl(1-D(G(z))\bigr)$$
//
// - $D$ wants $V$ large: 1 for real, 0 for generated
// - $G$ wants $V$ small
// - a judge that knows nothing: $V=-2\log2\approx-1.386$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 这场博弈
//
// $$\min_G\max_D V(D,G),\qquad V=\mathbb E_{x\sim p_{\text{data}}}\log D(x)+\mathbb E_{z}\log\bigl(1-D(G(z))\bigr)$$
//
// - $D$ 要 $V$ 大：真的给 1，生成的给 0
// - $G$ 要 $V$ 小
// - 什么都不懂的裁判：$V=-2\log2\approx-1.386$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Write the likelihood of the labels on the board first, and let the room find the two terms. Ask for the loss of a coin-tossing judge before showing the number.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。先在黑板上写标签的似然，让大家自己找出那两项。给出数字之前，先问：靠抛硬币判案的裁判，损失是多少？

// %% [markdown] lang="en"
// ## 2 · The rules: a value function
//
// $D$ is a classifier with two classes, so we know its loss. Label real examples $y=1$ and generated ones $y=0$; the model says $P(y=1\mid x)=D(x)$. Then
//
// $$
// \begin{aligned}
// \log P(y\mid x) &= y\log D(x)+(1-y)\log\bigl(1-D(x)\bigr) && \text{one term is 0}\\
// \text{mean of the real} &= \mathbb E_{x\sim p_{\text{data}}}\bigl[\log D(x)\bigr] && y=1\\
// \text{mean of the generated} &= \mathbb E_{x\sim p_g}\bigl[\log(1-D(x))\bigr] && y=0\\
// &= \mathbb E_{z}\bigl[\log(1-D(G(z)))\bigr] && x=G(z)
// \end{aligned}
// $$
//
// The sum of the two means is the **value function**, and the whole game stands in one line:
//
// $$\min_G\max_D V(D,G),\qquad V(D,G)=\mathbb E_{x\sim p_{\text{data}}}\bigl[\log D(x)\bigr]+\mathbb E_{z}\bigl[\log(1-D(G(z)))\bigr].$$
//
// $D$ climbs on $V$, $G$ descends on it: a **minimax game**. A judge that always says $\frac12$ gets $V=2\log\frac12=-2\log2\approx-1.386$; one that is sure and never errs comes as close as you like to 0, which no $V$ exceeds.
// (How close one *can* come depends on how much real and generated examples overlap: section 3.) An optimizer minimizes, so the discriminator's **loss** is $-V$: 1.386 when it knows nothing, near 0 when it is sure and right.
//
// As in lesson 04 the network does not put out $D$ but its **logit** $a$, $D=\operatorname{sigmoid}(a)=\frac1{1+e^{-a}}$. Both logarithms then have a form that no rounding can ruin, with $\operatorname{softplus}(a)=\log(1+e^a)$:
//
// $$-\log D=\operatorname{softplus}(-a),\qquad-\log(1-D)=\operatorname{softplus}(a).$$
//
// ### Exercise 1 · The discriminator's loss (3 points)
//
// From the logits of a batch of real examples and of a batch of generated ones: $-V$, with a mean over each batch. (In comments, `[B]` is the shape of a tensor with $B$ numbers, one for each example of a batch.)

// %% [markdown] lang="zh"
// ## 2 · 规则：价值函数
//
// $D$ 是个二分类器，它的损失我们会写。真实样本的标签为 $y=1$，生成样本为 $y=0$；模型说 $P(y=1\mid x)=D(x)$。于是
//
// $$
// \begin{aligned}
// \log P(y\mid x) &= y\log D(x)+(1-y)\log\bigl(1-D(x)\bigr) && \text{有一项为 0}\\
// \text{真实样本的平均} &= \mathbb E_{x\sim p_{\text{data}}}\bigl[\log D(x)\bigr] && y=1\\
// \text{生成样本的平均} &= \mathbb E_{x\sim p_g}\bigl[\log(1-D(x))\bigr] && y=0\\
// &= \mathbb E_{z}\bigl[\log(1-D(G(z)))\bigr] && x=G(z)
// \end{aligned}
// $$
//
// 两个平均之和就是**价值函数**（value function），整场博弈一行写完：
//
// $$\min_G\max_D V(D,G),\qquad V(D,G)=\mathbb E_{x\sim p_{\text{data}}}\bigl[\log D(x)\bigr]+\mathbb E_{z}\bigl[\log(1-D(G(z)))\bigr].$$
//
// $D$ 沿 $V$ 往上爬，$G$ 沿 $V$ 往下走，这叫**极小极大博弈**（minimax game）。永远回答 $\frac12$ 的裁判，$V=2\log\frac12=-2\log2\approx-1.386$；
// 有十足把握又从不出错的裁判，$V$ 可以任意接近 0，但不会超过 0。（究竟*能*多接近，要看真实样本与生成样本重叠多少，见第 3 节。）优化器只做最小化，所以判别器的**损失**是 $-V$：一无所知时为 1.386，既有把握又正确时接近 0。
//
// 与第 04 课一样，网络输出的不是 $D$，而是它的 **logit**，记作 $a$，$D=\operatorname{sigmoid}(a)=\frac1{1+e^{-a}}$。
// 用 $\operatorname{softplus}(a)=\log(1+e^a)$，两个对数都能写成不怕舍入的形式：
//
// $$-\log D=\operatorname{softplus}(-a),\qquad-\log(1-D)=\operatorname{softplus}(a).$$
//
// ### 练习 1 · 判别器的损失（3 分）
//
// 已知一批真实样本和一批生成样本的 logits，求 $-V$，每批各自取平均。（注释里的 `[B]` 是张量的形状：$B$ 个数，一批中每个样本一个。）

// %% grade_id="gan-discriminator-loss" points=3
/** −E log D(x) − E log(1 − D(G(z))), in nats. real, fake: logits, [B] -> scalar */
/* zh: −E log D(x) − E log(1 − D(G(z)))，单位奈特。real、fake：logits，[B] -> 标量 */
function discriminatorLoss(real: Tensor1D, fake: Tensor1D): Scalar {
  // BEGIN SOLUTION
  return real.neg().softplus().mean<Scalar>().add<Scalar>(fake.softplus().mean());
  // END SOLUTION
}
await check('gan-discriminator-loss', { discriminatorLoss });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The best judge
//
// $$D^*(x)=\frac{p_{\text{data}}(x)}{p_{\text{data}}(x)+p_g(x)}$$
//
// - 1 where only data are, 0 where only forgeries are
// - $\frac12$ everywhere once $p_g=p_{\text{data}}$
// - put into $V$: $\;V(D^*,G)=2\,\mathrm{JS}(p_{\text{data}}\Vert p_g)-2\log2$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 最好的裁判
//
// $$D^*(x)=\frac{p_{\text{data}}(x)}{p_{\text{data}}(x)+p_g(x)}$$
//
// - 只有数据的地方为 1，只有赝品的地方为 0
// - 一旦 $p_g=p_{\text{data}}$，处处为 $\frac12$
// - 代入 $V$：$\;V(D^*,G)=2\,\mathrm{JS}(p_{\text{data}}\Vert p_g)-2\log2$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes with the derivation on the board. The point to dwell on: the maximum over a whole function falls apart into one small maximum at each x. Then show the figure: the dots are a network that saw samples only.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 连板书推导共十分钟。值得停下来讲的是：对整个函数求最大，拆成了在每个 x 处各求一个小小的最大。然后放图：点是只见过样本的网络画出来的。

// %% [markdown] lang="en"
// ## 3 · The best possible judge
//
// Hold $G$ still and let $D$ be any function at all. Which one is best? Write both expectations as integrals over the same $x$:
//
// $$V(D,G)=\int\Bigl[p_{\text{data}}(x)\log D(x)+p_g(x)\log\bigl(1-D(x)\bigr)\Bigr]dx .$$
//
// $D(x)$ may be chosen at each $x$ by itself, so the integral is largest when its integrand is largest at every single $x$. There, with the two numbers $p=p_{\text{data}}(x)$ and $q=p_g(x)$, both positive, and the unknown $s=D(x)$:
//
// $$
// \begin{aligned}
// f(s)&=p\log s+q\log(1-s) && 0<s<1\\
// f'(s)&=\frac ps-\frac q{1-s}=0 && \text{a maximum has slope 0}\\
// p(1-s)&=q\,s\;\Longrightarrow\;s=\frac p{p+q} && \text{times } s(1-s)\\
// f''(s)&=-\frac p{s^2}-\frac q{(1-s)^2}<0 && \text{so it is the maximum}
// \end{aligned}
// $$
//
// $$\boxed{\,D^*(x)=\frac{p_{\text{data}}(x)}{p_{\text{data}}(x)+p_g(x)}\,}$$
//
// (If one of the two densities is 0, $f$ grows all the way to an end of the interval, and the formula names that end, 0 or 1. If both are 0, $D(x)$ does not matter.)
//
// This is Bayes' rule: half of what $D$ sees is real, so $D^*(x)$ is the probability of "real" given $x$.
//
// ### Exercise 2 · The best discriminator (2 points)
//
// On histograms with shares $p_i$ of the data and $q_i$ of the generated examples. Where both are 0 nothing ever falls, and nothing can be known: say $\frac12$.

// %% [markdown] lang="zh"
// ## 3 · 最好的裁判是什么样
//
// 让 $G$ 不动，$D$ 可以是任何函数。哪一个最好？把两个期望写成对同一个 $x$ 的积分：
//
// $$V(D,G)=\int\Bigl[p_{\text{data}}(x)\log D(x)+p_g(x)\log\bigl(1-D(x)\bigr)\Bigr]dx .$$
//
// 每个 $x$ 处的 $D(x)$ 可以单独选，所以只要被积函数在每一个 $x$ 处都取到最大，积分就最大。固定一个 $x$，记 $p=p_{\text{data}}(x)$，$q=p_g(x)$，
// 设两者都为正，未知数 $s=D(x)$：
//
// $$
// \begin{aligned}
// f(s)&=p\log s+q\log(1-s) && 0<s<1\\
// f'(s)&=\frac ps-\frac q{1-s}=0 && \text{最大值处斜率为 0}\\
// p(1-s)&=q\,s\;\Longrightarrow\;s=\frac p{p+q} && \text{两边乘 } s(1-s)\\
// f''(s)&=-\frac p{s^2}-\frac q{(1-s)^2}<0 && \text{所以是最大值}
// \end{aligned}
// $$
//
// $$\boxed{\,D^*(x)=\frac{p_{\text{data}}(x)}{p_{\text{data}}(x)+p_g(x)}\,}$$
//
// （若有一个密度为 0，$f$ 会一直增大到区间的一端，公式给出的正是那一端：0 或 1。若两个都为 0，$D(x)$ 取什么都无所谓。）
//
// 这就是贝叶斯公式：$D$ 看到的东西一半是真的，$D^*(x)$ 就是见到 $x$ 后“为真”的概率。
//
// ### 练习 2 · 最优判别器（2 分）
//
// 用直方图来算：数据的占比为 $p_i$，生成样本的占比为 $q_i$。两者都为 0 的格子里从来没有东西，什么也无从知道，就回答 $\frac12$。

// %% grade_id="gan-optimal" points=2
/** D* in each cell, ½ where both shares are 0. */
/* zh: 每一格的 D*；两个占比都为 0 时取 ½。 */
function optimalDiscriminator(p: readonly number[], q: readonly number[]): number[] {
  // BEGIN SOLUTION
  return p.map((share, i) => (share + q[i] > 0 ? share / (share + q[i]) : 0.5));
  // END SOLUTION
}
await check('gan-optimal', { optimalDiscriminator });

// %% [markdown] lang="en"
// Does a network find $D^*$ without being told any density? Data: $\mathcal N(0,0.5^2)$. Generated: $\mathcal N(d,0.8^2)$ with $d=1.5$, fixed. A small network sees samples of both and minimizes *your* loss (about 5 seconds).
//
// **Guess first**: sketch $D^*$ over the two bumps. Where does it cross $\frac12$? And what does it do far to the *left*, where nobody has any examples?

// %% [markdown] lang="zh"
// 没人告诉网络密度是多少，它能自己找到 $D^*$ 吗？数据：$\mathcal N(0,0.5^2)$。生成样本：$\mathcal N(d,0.8^2)$，$d=1.5$，固定不变。
// 一个小网络只看两边的样本，最小化*你写的*损失（约 5 秒）。
//
// **先猜一猜**：在两个峰上画出 $D^*$ 的草图。它在哪里穿过 $\frac12$？在*左边*很远、谁也没有样本的地方，它又会怎样？

// %%
const line = Array.from({ length: 181 }, (_, i) => -4 + i * 0.05); // cell centres, 0.05 apart // zh: 格子中心，间隔 0.05
const bump = (middle: number, width: number) =>
  line.map((x) => Math.exp(-((x - middle) ** 2) / (2 * width ** 2)) / (Math.sqrt(2 * Math.PI) * width));
const column = tf.tensor2d(line, [line.length, 1]); // [181,1]

/** A fresh discriminator for numbers, trained on samples with the generated bump at `d`. */
/* zh: 新建一个判别器（输入是数），用样本训练；生成的峰在 `d` 处。 */
async function judgeAgainst(d: number) {
  const judge = gan.buildGan({ inputShape: [1], latentDim: 1, discriminator: { hidden: [32, 32] }, seed: 3 });
  const real = () => random.normal<tf.Rank.R2>([256, 1], 0, 0.5);
  const made = () => random.normal<tf.Rank.R2>([256, 1], d, 0.8);
  await train({
    name: `D, d = ${d}`,
    variables: nn.variablesOf(judge.discriminator),
    batches: function* () {
      for (let i = 0; i < 100; i++) yield [real(), made()];
    },
    loss: ([x, fake]) => discriminatorLoss(gan.discriminate(judge, x), gan.discriminate(judge, fake)),
    steps: budget({ quick: 60, default: 400, full: 2000 }),
    learningRate: 0.005,
  });
  return judge;
}
const apart = 1.5;
const [pData, pMade] = [bump(0, 0.5), bump(apart, 0.8)];
const judge = await judgeAgainst(apart);
const learned = tf.tidy(() => Array.from(gan.discriminate(judge, column).sigmoid().dataSync()));
gan.dispose(judge);
show(
  figures.curves({
    series: [
      { name: 'p_data', x: line, y: pData, fill: true, color: 0 },
      { name: 'p_g', x: line, y: pMade, fill: true, color: 1 },
      { name: 'D*, formula' /* zh: 'D*，公式' */, x: line, y: optimalDiscriminator(pData, pMade), color: 7 },
      { name: 'D, learned' /* zh: 'D，学到的' */, x: line, y: learned, dash: 'dash', color: 2 },
    ],
    marks: [{ y: 0.5 }],
    title:
      'Where there are examples, a network that saw only samples finds D*' /* zh: '有样本的地方，只见过样本的网络也找到了 D*' */,
    x: 'x',
    y: 'density; D(x)' /* zh: '密度；D(x)' */,
  }),
);

// %% [markdown] lang="en"
// Over the bumps the two lines lie on each other; they cross $\frac12$ where the densities are equal. Far to the left the learned line does what it likes: there was nothing to learn from. Remember that. A discriminator's opinion of places where nobody has been is
// worth nothing, and its *gradient* there is what a bad generator has to live on. (The formula's own return towards 0 at the far left is real: the wider bump wins in both tails.)
//
// ### What the game then measures
//
// Put $D^*$ into $V$. With $m=\frac12(p_{\text{data}}+p_g)$, as in lesson 02:
//
// $$
// \begin{aligned}
// V(D^*,G)&=\mathbb E_{p_{\text{data}}}\Bigl[\log\frac{p_{\text{data}}}{p_{\text{data}}+p_g}\Bigr]+\mathbb E_{p_g}\Bigl[\log\frac{p_g}{p_{\text{data}}+p_g}\Bigr] && 1-D^*=\tfrac{p_g}{p_{\text{data}}+p_g}\\
// &=\mathbb E_{p_{\text{data}}}\Bigl[\log\frac{p_{\text{data}}}{2m}\Bigr]+\mathbb E_{p_g}\Bigl[\log\frac{p_g}{2m}\Bigr] && p_{\text{data}}+p_g=2m\\
// &=\mathbb E_{p_{\text{data}}}\Bigl[\log\frac{p_{\text{data}}}{m}\Bigr]+\mathbb E_{p_g}\Bigl[\log\frac{p_g}{m}\Bigr]-2\log2 && \text{each expectation gives up one }\log 2\\
// &=\mathrm{KL}(p_{\text{data}}\Vert m)+\mathrm{KL}(p_g\Vert m)-2\log2 && \text{what KL is}\\
// &=2\,\mathrm{JS}(p_{\text{data}}\Vert p_g)-2\log2 && \text{what JS is}
// \end{aligned}
// $$
//
// So a generator that descends on $V$ against the best judge descends on the **Jensen–Shannon divergence**. JS is 0 only for $p_g=p_{\text{data}}$; there $V=-2\log2$, $D^*=\frac12$ everywhere, and neither player can gain by moving: the **equilibrium**. And it is at most $\log2$, reached when the two do not
// overlap; there $V=0$. That is the stuck needle of lesson 02.
//
// **See it**: $V$ from a trained network and 20,000 fresh samples of each kind (it is minus *your* loss), against the formula, for several distances.

// %% [markdown] lang="zh"
// 在两个峰上，两条线重合，并在密度相等处穿过 $\frac12$。左边很远的地方，学到的线随心所欲：那里没有东西可学。请记住这一点：
// 没人去过的地方，判别器的意见一文不值；而一个糟糕的生成器，偏偏就靠那里的*梯度*过日子。（公式给出的线在最左边又落向 0，这是真的：两侧的尾部都归更宽的那个峰。）
//
// ### 这场博弈量的是什么
//
// 把 $D^*$ 代入 $V$。与第 02 课一样，记 $m=\frac12(p_{\text{data}}+p_g)$：
//
// $$
// \begin{aligned}
// V(D^*,G)&=\mathbb E_{p_{\text{data}}}\Bigl[\log\frac{p_{\text{data}}}{p_{\text{data}}+p_g}\Bigr]+\mathbb E_{p_g}\Bigl[\log\frac{p_g}{p_{\text{data}}+p_g}\Bigr] && 1-D^*=\tfrac{p_g}{p_{\text{data}}+p_g}\\
// &=\mathbb E_{p_{\text{data}}}\Bigl[\log\frac{p_{\text{data}}}{2m}\Bigr]+\mathbb E_{p_g}\Bigl[\log\frac{p_g}{2m}\Bigr] && p_{\text{data}}+p_g=2m\\
// &=\mathbb E_{p_{\text{data}}}\Bigl[\log\frac{p_{\text{data}}}{m}\Bigr]+\mathbb E_{p_g}\Bigl[\log\frac{p_g}{m}\Bigr]-2\log2 && \text{两个期望各拿出一个 }\log 2\\
// &=\mathrm{KL}(p_{\text{data}}\Vert m)+\mathrm{KL}(p_g\Vert m)-2\log2 && \text{KL 的定义}\\
// &=2\,\mathrm{JS}(p_{\text{data}}\Vert p_g)-2\log2 && \text{JS 的定义}
// \end{aligned}
// $$
//
// 所以，面对最好的裁判，生成器沿 $V$ 下降，就是沿 **JS 散度**下降。只有 $p_g=p_{\text{data}}$ 时 JS 为 0；这时 $V=-2\log2$，$D^*$ 处处为 $\frac12$，
// 任何一方单独改变都得不到好处：这就是**均衡**（equilibrium，即纳什均衡）。JS 最大为 $\log2$，两个分布不重叠时取到，这时 $V=0$：第 02 课里卡住的指针，就在这里。
//
// **看一眼**：对几个不同的距离，用训练好的网络和两边各 20,000 个新样本算出 $V$（即*你写的*损失取负），与公式放在一起。

// %%
const far = Array.from({ length: 41 }, (_, i) => i / 10);
const jsAt = (d: number) => {
  const [p, q] = [bump(0, 0.5), bump(d, 0.8)].map((density) => density.map((value) => value * 0.05));
  return metrics.jsDivergence(p, q);
};
const tried = budget({ quick: [0, 1.5], default: [0, 0.75, 1.5, 3], full: [0, 0.75, 1.5, 2.25, 3] });
const reached: number[] = [];
for (const d of tried) {
  const judge = await judgeAgainst(d);
  const fresh = new Random(11); // samples the network has not seen // zh: 网络没见过的样本
  reached.push(
    tf.tidy(() => {
      const [x, fake] = [fresh.normal<tf.Rank.R2>([20_000, 1], 0, 0.5), fresh.normal<tf.Rank.R2>([20_000, 1], d, 0.8)];
      return -discriminatorLoss(gan.discriminate(judge, x), gan.discriminate(judge, fake)).dataSync()[0];
    }),
  );
  gan.dispose(judge);
}
const needle = figures.curves({
  series: [
    { name: '2 JS − 2 log 2', x: far, y: far.map((d) => 2 * jsAt(d) - 2 * Math.LN2), color: 7 },
    { name: 'V, trained D' /* zh: 'V，训练出的 D' */, x: tried, y: reached, points: true, color: 2 },
  ],
  marks: [
    { y: 0, label: 'no overlap: 0' /* zh: '不重叠：0' */ },
    { y: -2 * Math.LN2, label: 'the same: −2 log 2' /* zh: '相同：−2 log 2' */ },
  ],
  title: 'A trained discriminator measures the JS divergence' /* zh: '训练好的判别器，量的是 JS 散度' */,
  x: 'distance d of the generated bump' /* zh: '生成的峰的距离 d' */,
  y: 'V (nats)' /* zh: 'V（奈特）' */,
  yRange: [-1.6, 0.25],
});
// The measurements as points, not joined: nothing was measured between them.
// zh: 测量值只画点，不连线：点与点之间没有测过。
show({
  ...needle,
  data: needle.data.map((trace) =>
    trace.type === 'scatter' && trace.mode === 'lines+markers'
      ? { ...trace, mode: 'markers' as const, line: { width: 0 } }
      : trace,
  ),
});

// %% [markdown] lang="en"
// The points lie on the curve or a little below it, up to the scatter of the samples (about 0.01): a network that is not quite $D^*$ can only reach less. (The curve starts at $-1.29$, not at $-2\log2$: at $d=0$ the two bumps have the same middle, but not the same width.) So **training $D$ is measuring**, and one uses a network because it needs no density, only samples, which no formula of lesson 02 could do. Towards the right
// the curve flattens: at $d=4$ hardly anything changes any more. How will $G$ learn from there?
//
// Two honest remarks. The theorem speaks of *any* function $D$ and of full training of $D$ between two steps of $G$. In practice $D$ is a network and gets one step. That training nevertheless tends to work is experience, not a theorem.

// %% [markdown] lang="zh"
// 除去抽样的波动（约 0.01），点落在曲线上，或略低一点：还没达到 $D^*$ 的网络只会更低。（曲线从 $-1.29$ 而不是 $-2\log2$ 开始：$d=0$ 时两个峰的中心相同，宽度却不同。）所以，**训练 $D$ 就是在测量**；而用网络来测量，不需要密度，只需要样本，这是第 02 课的公式都做不到的。
// 曲线往右逐渐变平：到 $d=4$ 时几乎不动了。在那里，$G$ 靠什么学？
//
// 两点需要说明。定理说的是*任意*函数 $D$，并且 $G$ 每走一步，$D$ 都要重新训练到底。实际中 $D$ 是个网络，而且只走一步。
// 尽管如此训练多半还是有效，这是经验，不是定理。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two ways to tell G
//
// | | loss of $G$ | slope by the logit $a$ |
// |---|---|---|
// | minimax | $\mathbb E\log(1-D)$ | $-D$ |
// | non-saturating | $-\mathbb E\log D$ | $-(1-D)$ |
//
// Early on $D\approx0$ for everything generated. Which slope do you want?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 告诉 G 的两种方式
//
// | | $G$ 的损失 | 对 logit $a$ 的斜率 |
// |---|---|---|
// | 极小极大 | $\mathbb E\log(1-D)$ | $-D$ |
// | 非饱和 | $-\mathbb E\log D$ | $-(1-D)$ |
//
// 刚开始时，生成的东西都有 $D\approx0$。你要哪种斜率？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Let them derive both slopes; it takes a line each. Point out that both go the same way and differ only in when they push.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。让学生自己推两个斜率，各一行。指出：两者方向相同，区别只在什么时候用力。

// %% [markdown] lang="en"
// ## 4 · What to tell the generator
//
// By the rules $G$ minimizes $\mathbb E_z[\log(1-D(G(z)))]$; the other term of $V$ does not contain $G$. How hard does that pull at the logit $a$ of one generated example? With $\frac{d}{da}\operatorname{softplus}(a)=\operatorname{sigmoid}(a)=D$:
//
// $$
// \begin{aligned}
// \text{minimax:}&& \frac{d}{da}\log(1-D)&=\frac{d}{da}\bigl[-\operatorname{softplus}(a)\bigr]=-D\\
// \text{non-saturating:}&& \frac{d}{da}\bigl[-\log D\bigr]&=\frac{d}{da}\operatorname{softplus}(-a)=-(1-D)
// \end{aligned}
// $$
//
// Both are negative, so both push $a$ up: *look more real*. But early on a generator is bad, $D$ sees it, $D\approx0$; and the minimax loss, whose slope is $-D$, says next to nothing just when there is most to say. This is called **saturation**. Goodfellow et al. therefore train $G$ with $-\mathbb E\log D(G(z))$, the **non-saturating loss**: not the game's own
// rule, but a push in the same direction that is strong exactly when $G$ loses.

// %% [markdown] lang="zh"
// ## 4 · 该对生成器说什么
//
// 按规则，$G$ 要最小化 $\mathbb E_z[\log(1-D(G(z)))]$，$V$ 的另一项不含 $G$。它对一个生成样本的 logit $a$ 拉得有多用力？
// 利用 $\frac{d}{da}\operatorname{softplus}(a)=\operatorname{sigmoid}(a)=D$：
//
// $$
// \begin{aligned}
// \text{极小极大：}&& \frac{d}{da}\log(1-D)&=\frac{d}{da}\bigl[-\operatorname{softplus}(a)\bigr]=-D\\
// \text{非饱和：}&& \frac{d}{da}\bigl[-\log D\bigr]&=\frac{d}{da}\operatorname{softplus}(-a)=-(1-D)
// \end{aligned}
// $$
//
// 两者都是负的，都把 $a$ 往上推：*再像真的一点*。但刚开始生成器很差，$D$ 一眼看穿，$D\approx0$；极小极大损失的斜率是 $-D$，
// 偏偏在最该开口的时候一言不发，这叫**饱和**（saturation）。所以 Goodfellow 等人用 $-\mathbb E\log D(G(z))$ 训练 $G$，即**非饱和损失**（non-saturating loss）：
// 它不是博弈本来的规则，但方向一致，而且恰好在 $G$ 落败时最有力。

// %% slideshow={"slide_type": "subslide"}
const logitAxis = Array.from({ length: 121 }, (_, i) => -6 + i / 10);
const says = logitAxis.map((a) => 1 / (1 + Math.exp(-a))); // D // zh: D
const twoLosses = (minimax: (D: number) => number, nonSaturating: (D: number) => number) => [
  { name: 'minimax' /* zh: '极小极大' */, x: logitAxis, y: says.map(minimax), color: 1 },
  { name: 'non-saturating' /* zh: '非饱和' */, x: logitAxis, y: says.map(nonSaturating), color: 2 },
];
show(
  figures.panels(
    [
      figures.curves({
        series: twoLosses(
          (value) => Math.log(1 - value),
          (value) => -Math.log(value),
        ),
        title: 'loss' /* zh: '损失' */,
        x: 'logit a of a generated example' /* zh: '生成样本的 logit a' */,
        y: 'nats' /* zh: '奈特' */,
      }),
      figures.curves({
        series: twoLosses(
          (value) => -value,
          (value) => value - 1,
        ),
        title: 'slope' /* zh: '斜率' */,
        x: 'logit a of a generated example' /* zh: '生成样本的 logit a' */,
        y: 'd loss / da' /* zh: 'd 损失 / da' */,
      }),
    ],
    {
      title:
        'Caught (left), minimax is flat; the non-saturating loss pushes hardest' /* zh: '被识破时（左侧），极小极大是平的，非饱和损失推得最用力' */,
    },
  ),
);

// %% [markdown] lang="en"
// ### Exercise 3 · Two losses for G (2 points)

// %% [markdown] lang="zh"
// ### 练习 3 · 生成器的两种损失（2 分）

// %% grade_id="gan-generator-loss" points=2
/** E log(1 − D) or −E log D of generated examples, in nats. fake: logits, [B] -> scalar */
/* zh: 生成样本的 E log(1 − D) 或 −E log D，单位奈特。fake：logits，[B] -> 标量 */
function generatorLoss(fake: Tensor1D, kind: 'minimax' | 'non-saturating'): Scalar {
  // BEGIN SOLUTION
  const logD = fake.neg().softplus().neg(); // log D
  const logNotD = fake.softplus().neg(); // log(1 − D)
  return kind === 'minimax' ? logNotD.mean<Scalar>() : logD.mean<Scalar>().neg();
  // END SOLUTION
}
await check('gan-generator-loss', { generatorLoss });

// %% [markdown] lang="en"
// **How much is it worth?** Data $\mathcal N(0,0.5^2)$; a generator $G(z)=0.5z-d$ that could reach the data by moving one number; the best discriminator against it, by formula. The logit of $D^*$ is $a(x)=\log p_{\text{data}}(x)-\log p_g(x)$, here a straight line. How large is the gradient with which each loss moves $G$?
//
// **Guess first**: at $d=4$, eight standard deviations away, what is the ratio of the two gradients: 10, a thousand, or more than ten thousand?

// %% [markdown] lang="zh"
// **差别有多大？** 数据 $\mathcal N(0,0.5^2)$；生成器 $G(z)=0.5z-d$ 只要移动一个数就能到达；判别器取公式给出的最优者。$D^*$ 的 logit 是
// $a(x)=\log p_{\text{data}}(x)-\log p_g(x)$，在这里是一条直线。两种损失推动 $G$ 的梯度各有多大？
//
// **先猜一猜**：$d=4$，即相距八个标准差时，两个梯度之比是 10、一千，还是一万以上？

// %%
const z5000 = random.normal<tf.Rank.R1>([5000]);
const pull = (distance: number, kind: 'minimax' | 'non-saturating') =>
  tf.tidy(() => {
    const place = tf.scalar(-distance); // where G puts its bump // zh: G 把峰放在哪里
    const logit = (x: tf.Tensor) => {
      const [toData, toMade] = [x.square(), x.add(distance).square()];
      return toMade.sub(toData).div(2 * 0.5 ** 2) as Tensor1D;
    };
    const loss = (b: tf.Tensor) => generatorLoss(logit(z5000.mul(0.5).add(b)), kind);
    return Math.abs(tf.grad(loss)(place).dataSync()[0]);
  });
const strengths = [0.5, 1, 2, 3, 4].map((distance) => ({
  d: distance,
  ['minimax' /* zh: '极小极大' */]: pull(distance, 'minimax').toExponential(1),
  ['non-saturating' /* zh: '非饱和' */]: pull(distance, 'non-saturating').toExponential(1),
}));
show(
  figures.table(strengths, {
    title: 'Gradient by the place of G’s bump, against the best D' /* zh: '面对最优的 D，损失对 G 的峰位置的梯度' */,
  }),
);

// %% [markdown] lang="en"
// About twenty thousand: integrated exactly, the two are $16.0$ and $7.9\cdot10^{-4}$. The table has means over 5,000 samples, and its last minimax number may be several times off. The minimax gradient dies as fast as the overlap does, and what is left of it comes from the handful of $z$ in the tail that happen to land nearest to the data: it is small *and* noisy.
//
// *What is proven, what is folklore*: the non-saturating loss is not JS any more. Against $D^*$ its gradient is that of $\mathrm{KL}(p_g\Vert p_{\text{data}})-2\,\mathrm{JS}$ (Arjovsky & Bottou, 2017), the reverse KL *minus* twice JS. The reverse KL is the mode-seeking one of lesson 02, and that
// is often given as the reason why GANs drop modes. As a proof it does not do: $D$ is hardly ever $D^*$.

// %% [markdown] lang="zh"
// 约两万：精确积分的结果是 $16.0$ 与 $7.9\cdot10^{-4}$。表里是 5,000 个样本的平均，最后一行的极小极大可能差上几倍。重叠消失得多快，极小极大的梯度就消失得多快；剩下的那一点，还全靠尾部碰巧离数据最近的几个 $z$：又小，*又*充满噪声。
//
// *哪些有证明，哪些是传说*：非饱和损失已经不是 JS 了。面对 $D^*$，它的梯度是 $\mathrm{KL}(p_g\Vert p_{\text{data}})-2\,\mathrm{JS}$ 的梯度（Arjovsky 与 Bottou，2017），
// 即反向 KL *减去*两倍的 JS。反向 KL 正是第 02 课里“追逐众数”的那个，所以常有人拿它解释 GAN 为什么会丢失模式。但这算不上证明：$D$ 几乎从来不是 $D^*$。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One round
//
// 1. draw real $x$ and noise $z$; move **$D$ only**, down $-V$ (do this $k$ times)
// 2. draw new noise $z$; move **$G$ only**, down $-\log D(G(z))$
//
// Who stands still is half of the algorithm.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一个回合
//
// 1. 取真实的 $x$ 和噪声 $z$；**只动 $D$**，沿 $-V$ 下降（做 $k$ 次）
// 2. 取新的噪声 $z$；**只动 $G$**，沿 $-\log D(G(z))$ 下降
//
// 谁站着不动，占了算法的一半。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes with the exercise begun in class. Ask what happens if the optimizer of step 2 is given all variables. Do not answer: section 6 shows it.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟，练习在课上开头。问：如果第 2 步的优化器拿到了全部变量，会怎样？先不回答，第 6 节会演示。

// %% [markdown] lang="en"
// ## 5 · One round
//
// Algorithm 1 of the paper, with the non-saturating loss in its second step, and with Adam or plain gradient descent as the optimizer:
//
// 1. ($k$ times; $k=1$ here) draw a batch of real $x$ and a batch of $z$. Move $\phi$, the weights of $D$, one step down $-V$. **$G$ stands still.**
// 2. Draw a new batch of $z$. Move $\theta$, the weights of $G$, one step down $-\mathbb E\log D(G(z))$. The gradient flows *through* $D$, but **$D$ stands still.**
//
// A player here is `{ apply, variables }`: `D.apply(x)` gives logits `[B,1]`, `G.apply(z)` examples. TensorFlow.js does a step by
// `optimizer.minimize(f, true, variables)`: it computes the scalar `f()`, moves *only the listed variables* against its gradient, and gives the scalar back. Without the list it moves **every trainable variable there is**.
//
// ### Exercise 4 · One step of D, one step of G (4 points)
//
// Use `discriminatorLoss` and `generatorLoss`, the latter non-saturating. `.squeeze([1])` (or `.reshape([-1])`) makes `[B]` out of `[B,1]`. Both functions give the loss before the step, a number.

// %% [markdown] lang="zh"
// ## 5 · 一个回合
//
// 这就是论文里的算法 1，只是第 2 步换成非饱和损失；优化器可以用 Adam，也可以用普通的梯度下降：
//
// 1. （做 $k$ 次，这里 $k=1$）取一批真实的 $x$ 和一批 $z$。让 $D$ 的权重 $\phi$ 沿 $-V$ 下降一步。**$G$ 不动。**
// 2. 取一批新的 $z$。让 $G$ 的权重 $\theta$ 沿 $-\mathbb E\log D(G(z))$ 下降一步。梯度*穿过* $D$，但 **$D$ 不动。**
//
// 这里一个选手写成 `{ apply, variables }`：`D.apply(x)` 给出 logits `[B,1]`，`G.apply(z)` 给出样本。TensorFlow.js 用 `optimizer.minimize(f, true, variables)`
// 走一步：计算标量 `f()`，*只移动列出的变量*，并返回这个标量。如果不列变量，它会移动**所有可训练的变量**。
//
// ### 练习 4 · D 走一步，G 走一步（4 分）
//
// 用上 `discriminatorLoss` 和 `generatorLoss`（后者取非饱和）。`.squeeze([1])`（或 `.reshape([-1])`）把 `[B,1]` 变成 `[B]`。两个函数都返回走这一步之前的损失，一个数。

// %% grade_id="gan-steps" points=4
/** Moves D one step, G standing still; gives D's loss. x: [B,n], z: [B,m] */
/* zh: D 走一步，G 不动；返回 D 的损失。x: [B,n]，z: [B,m] */
function discriminatorStep(D: Player, G: Player, x: Tensor2D, z: Tensor2D, optimizer: tf.Optimizer): number {
  // BEGIN SOLUTION
  const lossOfD = () => discriminatorLoss(D.apply(x).squeeze([1]), D.apply(G.apply(z)).squeeze([1]));
  return tf.tidy(() => (optimizer.minimize(lossOfD, true, D.variables) as Scalar).dataSync()[0]);
  // END SOLUTION
}
/** Moves G one step, D standing still; gives G's loss. z: [B,m] */
/* zh: G 走一步，D 不动；返回 G 的损失。z: [B,m] */
function generatorStep(D: Player, G: Player, z: Tensor2D, optimizer: tf.Optimizer): number {
  // BEGIN SOLUTION
  const lossOfG = () => generatorLoss(D.apply(G.apply(z)).squeeze([1]), 'non-saturating');
  return tf.tidy(() => (optimizer.minimize(lossOfG, true, G.variables) as Scalar).dataSync()[0]);
  // END SOLUTION
}
await check('gan-steps', { discriminatorStep, generatorStep });

// %% [markdown] lang="en"
// ### The game on a line
//
// Now the smallest game that can be seen whole. Data: two bumps on a line. $G$ turns one random number into one number, $D$ judges one number; both have two hidden layers of 32 units. Your two steps alternate, a thousand times
// (about 10 seconds).
//
// **Guess first**: with its first weights $G$ makes one wide lump, to the right of 0. It covers the right-hand bump and misses the left-hand one. What will $D$ say first, and where does the lump go?

// %% [markdown] lang="zh"
// ### 直线上的博弈
//
// 先看一个能尽收眼底的最小博弈。数据：直线上的两个峰。$G$ 把一个随机数变成一个数，$D$ 给一个数打分；两者各有两个 32 单元的隐藏层。
// 你写的两个函数交替走一千次（约 10 秒）。
//
// **先猜一猜**：按初始的权重，$G$ 产生宽宽的一团，全在 0 的右边，盖住右峰，漏掉左峰。$D$ 首先会怎么说？这一团会往哪边走？

// %%
const playerOf = (network: tf.LayersModel): Player => ({
  apply: (input) => network.apply(input) as Tensor2D,
  variables: nn.variablesOf(network),
});
const twoBumps = datasets.toys.twoBumps;
const small = { inputShape: [1], latentDim: 1, generator: { hidden: [32, 32] }, discriminator: { hidden: [32, 32] } };

/** The game with your steps, on batches of 256; `look` is called before the first round and every `every` rounds. */
/* zh: 用你写的两个函数进行博弈，每批 256 个；第一回合之前以及每 `every` 个回合调用一次 `look`。 */
async function play(
  pair: Pair,
  toy: datasets.Toy,
  { rounds, every, look }: { rounds: number; every: number; look: (round: number) => void | Promise<void> },
) {
  const [G, D] = [playerOf(pair.generator), playerOf(pair.discriminator)];
  const [forG, forD] = [tf.train.adam(0.002, 0.5), tf.train.adam(0.002, 0.5)];
  const pool = toy.sample(20_000, random.fork(toy.name));
  const losses = { D: [] as number[], G: [] as number[] };
  const noise = () => random.normal<tf.Rank.R2>([256, pair.config.latentDim]);
  await look(0);
  for (let round = 1; round <= rounds; round++) {
    tf.tidy(() => {
      const x = pool.slice([random.int(20_000 - 256), 0], [256, toy.dims]);
      losses.D.push(discriminatorStep(D, G, x, noise(), forD));
      losses.G.push(generatorStep(D, G, noise(), forG));
    });
    if (round % every === 0) await look(round);
  }
  tf.dispose([pool]);
  forG.dispose();
  forD.dispose();
  return losses;
}

// %%
const duel = gan.buildGan({ ...small, seed: 2 });
const spots = Array.from({ length: 81 }, (_, i) => -4 + i / 10);
const spotColumn = tf.tensor2d(spots, [81, 1]);
const trueDensity = twoBumps.mixture.density(spots.map((x) => [x]));
const scenes: figures.AnimationFrame[] = [];
/** Densities of data and generated numbers, and D, as they stand. */
/* zh: 此刻的数据密度、生成样本的密度和 D。 */
function scene(pair: Pair) {
  const [made, judged] = tf.tidy(() => [
    Array.from(gan.sample(pair, 4000, new Random(1)).dataSync()),
    Array.from(gan.discriminate(pair, spotColumn).sigmoid().dataSync()),
  ]);
  const shares = metrics.histogram(made, -4.05, 4.05, 81);
  return figures.curves({
    series: [
      { name: 'p_data', x: spots, y: trueDensity, fill: true, color: 0 },
      { name: 'p_g', x: spots, y: Array.from(shares, (share) => share / 0.1), fill: true, color: 1 },
      { name: 'D', x: spots, y: judged, color: 2 },
    ],
    title: 'D rises where G is missing; G follows D' /* zh: 'G 缺席的地方 D 升高，G 跟着 D 走' */,
    x: 'x',
    y: 'density; D(x)' /* zh: '密度；D(x)' */,
    yRange: [0, 1.3],
    xRange: [-4, 4],
  });
}
const duelLosses = await play(duel, twoBumps, {
  rounds: budget({ quick: 60, default: 1000, full: 4000 }),
  every: budget({ quick: 20, default: 50, full: 200 }),
  look: (round) => {
    scenes.push({ label: `round ${round}` /* zh: `第 ${round} 回合` */, figure: scene(duel) });
  },
});

// %% slideshow={"slide_type": "subslide"}
show(figures.animation(scenes, { milliseconds: 400 }));

// %% [markdown] lang="en"
// Drag the scrubber and watch the green line. Where data stand and no generated numbers do, $D$ goes up; the lump slides up that slope, *arrives*, and $D$ goes down under it. The slopes pull the lump apart into two, and at the end $D$ lies near $\frac12$ wherever there is anything. (Outside both
// bumps it is arbitrary, as in section 3.) What is left between the bumps is a bridge: $G$ is continuous, and no continuous map takes one normal lump to two separate ones.

// %% [markdown] lang="zh"
// 拖动滑块，盯住绿线。有数据却没有生成样本的地方，$D$ 升高；那一团顺着坡往上爬，一*到*，脚下的 $D$ 就降下去。两边的坡把这一团扯成两半，最后凡是有东西的地方，
// $D$ 都在 $\frac12$ 附近。（两峰之外仍是随心所欲，与第 3 节一样。）峰与峰之间剩下的是一座桥：$G$ 是连续的，没有哪个连续映射能把一团正态分布变成互不相连的两团。

// %% [markdown] lang="en"
// ## 6 · Break it, three times
//
// **One: a judge that never learns again.** Train on as above, then freeze $D$ and let $G$ alone move for 300 steps.
//
// **Guess first**: $G$ may now improve for as long as it likes against a judge that was good. Does $p_g$ come closer to the data?

// %% [markdown] lang="zh"
// ## 6 · 弄坏它，三次
//
// **第一次：不再学习的裁判。** 像上面那样训练，然后冻结 $D$，只让 $G$ 再走 300 步。
//
// **先猜一猜**：裁判本来不错，$G$ 现在想改进多久就改进多久。$p_g$ 会更接近数据吗？

// %%
const before = scene(duel);
const loneOptimizer = tf.train.adam(0.002, 0.5);
const alone = budget({ quick: 20, default: 300, full: 300 });
for (let step = 0; step < alone; step++)
  tf.tidy(() => {
    const z = random.normal<tf.Rank.R2>([256, 1]);
    generatorStep(playerOf(duel.discriminator), playerOf(duel.generator), z, loneOptimizer);
  });
loneOptimizer.dispose();
const after = scene(duel);
const titled = (one: figures.Chart, text: string): figures.Chart => ({
  ...one,
  layout: { ...one.layout, title: { text } },
});
show(
  figures.panels(
    [
      titled(before, 'D and G in turn' /* zh: 'D 与 G 轮流' */),
      titled(after, `then ${alone} steps of G alone` /* zh: `之后只有 G 走 ${alone} 步` */),
    ],
    {
      title:
        'Against a frozen judge, G piles up where D happens to be highest' /* zh: '面对冻结的裁判，G 全堆到 D 碰巧最高的地方' */,
      share: 'both',
    },
  ),
);

// %% [markdown] lang="en"
// No: it is ruined. For a fixed $D$ the loss $-\mathbb E\log D(G(z))$ is smallest when *every* $z$ goes to the point where $D$ is highest, whether or not any data are there. The best answer to a fixed judge is a single point. Keep this picture: it is the seed of **mode collapse**, and the reason why the two
// must take turns. Only $D$'s next step, which pulls that point down, keeps $G$ spread out.
//
// **Two: the sigmoid twice.** Here is a program that runs, and that you can find in many places in one form or another:
//
// ```
// const D   = (x) => network(x).sigmoid();                         // the last layer: a probability
// const bce = (y, a) => tf.losses.sigmoidCrossEntropy(y, a);       // the library's loss
// lossD = bce(ones, D(x)).add(bce(zeros, D(G(z))));
// lossG = bce(ones, D(G(z)));
// ```
//
// But `sigmoidCrossEntropy` expects *logits* and applies the sigmoid itself. Below, $D$ gets the easiest task there is, data at $+3$ and forgeries at $-3$, once with logits and once with the line above.
//
// **Guess first**: both discriminators separate the two perfectly. To which number does each loss fall?

// %% [markdown] lang="zh"
// 不会，它毁了。对固定的 $D$，要让 $-\mathbb E\log D(G(z))$ 最小，就得把*每一个* $z$ 都送到 $D$ 最高的那一点，不管那里有没有数据。
// 裁判固定时，最优的生成分布缩成一个点。请记住这幅图：它是**模式坍缩**（mode collapse）的种子，也是两者必须轮流走的原因。只有 $D$ 的下一步把这个点压下去，$G$ 才散得开。
//
// **第二次：用了两次 sigmoid。** 下面的程序能跑，而且以各种面目四处流传：
//
// ```
// const D   = (x) => network(x).sigmoid();                         // 最后一层：概率
// const bce = (y, a) => tf.losses.sigmoidCrossEntropy(y, a);       // 库里的损失
// lossD = bce(ones, D(x)).add(bce(zeros, D(G(z))));
// lossG = bce(ones, D(G(z)));
// ```
//
// 可是 `sigmoidCrossEntropy` 要的是 *logits*，它自己会做 sigmoid。下面给 $D$ 一个最容易的任务，数据在 $+3$，赝品在 $-3$；
// 一次用 logits，一次用上面的写法。
//
// **先猜一猜**：两个判别器都把两边完全分开。各自的损失会降到多少？

// %%
const courses = [];
for (const sigmoids of [1, 2]) {
  const judge = gan.buildGan({ ...small, seed: 4 });
  const out = (x: Tensor2D) => {
    const a = gan.discriminate(judge, x);
    return sigmoids === 2 ? a.sigmoid() : a;
  };
  const { loss } = await train({
    name: sigmoids === 1 ? 'logits' : 'sigmoid twice' /* zh: '两次 sigmoid' */,
    variables: nn.variablesOf(judge.discriminator),
    batches: () =>
      Array.from({ length: 50 }, () => [random.normal([128, 1], 3, 0.3), random.normal([128, 1], -3, 0.3)]),
    loss: ([x, fake]) => discriminatorLoss(out(x as Tensor2D), out(fake as Tensor2D)),
    steps: budget({ quick: 100, default: 300, full: 1000 }),
    learningRate: 0.01,
  });
  courses.push({
    name: sigmoids === 1 ? 'logits' : 'sigmoid twice' /* zh: '两次 sigmoid' */,
    y: loss,
    color: sigmoids,
  });
}
show(
  figures.curves({
    series: courses,
    marks: [{ y: 2 * Math.LN2, label: 'knows nothing: 2 log 2' /* zh: '一无所知：2 log 2' */ }],
    title:
      'Both tell real from fake without a mistake; one loss cannot say so' /* zh: '两者都分得毫无差错，但其中一个损失说不出来' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'discriminator’s loss (nats)' /* zh: '判别器的损失（奈特）' */,
    yRange: [0, 1.6],
  }),
);

// %% [markdown] lang="en"
// ### Exercise 5 · Find the bug in the log (2 points)
//
// Somebody sends you a training log of many hours: D's loss never goes below 1.006, G's never below 0.313. You suspect the double sigmoid, and want to be sure. Suppose what reaches the loss as "logit" $a$ can only lie between `low` and `high`. What are the lowest values that $D$'s loss and $G$'s (non-saturating)
// loss can ever show? For honest logits, $-\infty$ and $\infty$, the answer is 0 and 0.
//
// The function should work for any limits (somebody else ends $D$ with a tanh). `Math.log1p(Math.exp(a))` is softplus.

// %% [markdown] lang="zh"
// ### 练习 5 · 在日志里找错误（2 分）
//
// 有人发来一份好几个小时的训练日志：D 的损失从没低于 1.006，G 的损失从没低于 0.313。你怀疑是两次 sigmoid，想要确认。假设作为“logit” 传给损失的数 $a$
// 只能在 `low` 与 `high` 之间，那么 $D$ 的损失和 $G$ 的（非饱和）损失最低各能到多少？真正的 logits 是 $-\infty$ 到 $\infty$，答案是 0 和 0。
//
// 函数要对任何上下限都成立（说不定还有人在 $D$ 末尾加了 tanh）。`Math.log1p(Math.exp(a))` 就是 softplus。

// %% grade_id="gan-floors" points=2
/** The lowest possible losses, in nats, when what the losses take for logits lies between low and high. */
/* zh: 当损失所收到的“logits”只能在 low 与 high 之间时，两个损失可能的最小值，单位奈特。 */
function lowestLosses(low: number, high: number): { D: number; G: number } {
  // BEGIN SOLUTION
  const softplus = (a: number) => Math.log1p(Math.exp(a));
  return { D: softplus(-high) + softplus(low), G: softplus(-high) };
  // END SOLUTION
}
await check('gan-floors', { lowestLosses });

// %%
const twice = lowestLosses(0, 1);
console.log('sigmoid twice: D ≥' /* zh: '两次 sigmoid：D ≥' */, twice.D.toFixed(4), ' G ≥', twice.G.toFixed(4));

// %% [markdown] lang="en"
// These are the two floors of the log, so the bug is found without reading a line of the program. (They cannot be reached together: while $D$ is at its floor every forgery has "logit" 0, and $G$'s loss is $\log2$.) And it costs more than a number. What the loss takes for $D$, $\operatorname{sigmoid}(a)$ with $0<a<1$, lies between $\frac12$ and
// $0.73$: no forgery can ever be called one. And by the chain rule every gradient is multiplied by the slope of the extra sigmoid, $a(1-a)\le\frac14$, which is nearly 0 once the network is sure.
//
// **Three: everybody moves.** `gOptimizer.minimize(lossG)` without a list of variables moves $D$ as well, in the direction in which $D$ finds forgeries *more* real. It is one word less than the right program, and no error is raised. Same networks, same start, same data as in section 5.
//
// **Guess first**: which of the two losses will give it away, and by which value?

// %% [markdown] lang="zh"
// 这正是日志里的两个下限，没读一行程序就找到了错误。（两个下限不会同时达到：$D$ 到达下限时，每个赝品的“logit”都是 0，$G$ 的损失是 $\log2$。）它的代价不只是一个数。损失眼里的 $D$ 是 $\operatorname{sigmoid}(a)$，而 $0<a<1$，所以只能在 $\frac12$ 与 $0.73$ 之间：
// 没有一个赝品能被明确判假。再由链式法则，每个梯度都要乘上多出来的那个 sigmoid 的斜率 $a(1-a)\le\frac14$；网络一有把握，它就接近 0。
//
// **第三次：大家一起动。** `gOptimizer.minimize(lossG)` 不列变量，就会连 $D$ 一起移动，方向是让 $D$ 觉得赝品*更*真。与正确的程序只差一个词，也不会报错。
// 网络、起点和数据都与第 5 节相同。
//
// **先猜一猜**：两个损失中哪一个会露馅？是什么数值？

// %%
const chaos = gan.buildGan({ ...small, seed: 2 });
const chaosLosses = { D: [] as number[], G: [] as number[] };
{
  const [G, D] = [playerOf(chaos.generator), playerOf(chaos.discriminator)];
  const [forG, forD] = [tf.train.adam(0.002, 0.5), tf.train.adam(0.002, 0.5)];
  for (let round = 0; round < budget({ quick: 30, default: 500, full: 500 }); round++)
    tf.tidy(() => {
      const noise = () => random.normal<tf.Rank.R2>([256, 1]);
      chaosLosses.D.push(discriminatorStep(D, G, twoBumps.sample(256, random), noise(), forD));
      const lossOfG = () => generatorLoss(D.apply(G.apply(noise())).squeeze([1]), 'non-saturating');
      chaosLosses.G.push((forG.minimize(lossOfG, true) as Scalar).dataSync()[0]); // no list of variables // zh: 没有列出变量
    });
  forG.dispose();
  forD.dispose();
}
const course = (losses: { D: number[]; G: number[] }, title: string) =>
  figures.curves({
    series: [
      { name: 'D', y: losses.D.slice(0, chaosLosses.D.length), smooth: 10, color: 0 },
      { name: 'G', y: losses.G.slice(0, chaosLosses.G.length), smooth: 10, color: 1 },
    ],
    marks: [{ y: 2 * Math.LN2, label: '2 log 2' }],
    title,
    x: 'round' /* zh: '回合' */,
    y: 'loss (nats)' /* zh: '损失（奈特）' */,
    yRange: [0, 12],
  });
show(
  figures.panels(
    [
      course(duelLosses, 'G’s step moves G' /* zh: 'G 的一步只动 G' */),
      course(chaosLosses, 'G’s step moves everybody' /* zh: 'G 的一步谁都动' */),
    ],
    {
      title: 'A judge that is pushed does worse than one that tosses a coin' /* zh: '被人推着走的裁判，比抛硬币还差' */,
      share: 'y',
    },
  ),
);

// %% [markdown] lang="en"
// $G$'s loss looks like the equilibrium's, about 0.7. But $D$'s is far *above* $2\log2$, and no honest minimizer stays above what a constant answer gets: somebody else is moving $D$. **What to look at first**, then: is $D$'s loss above 1.386 for long? Count whose variables moved. Does it never get below 1.006? Count the sigmoids.

// %% [markdown] lang="zh"
// $G$ 的损失在 0.7 左右，很像均衡。可是 $D$ 的损失远*高于* $2\log2$；回答一个常数就能做到的事，正经做最小化的网络不会一直做不到：有别人在推 $D$。
// 所以，**先看什么**：$D$ 的损失长期高于 1.386 吗？数一数动了谁的变量。它从不低于 1.006 吗？数一数 sigmoid。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Mode collapse
//
// - Eight bumps in the plane: how many does $G$ draw?
// - A mode is covered when enough samples lie within 3σ of its centre
// - Watch: $D$ turns against the place where $G$ sits, and $G$ moves on

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 模式坍缩
//
// - 平面上的八个峰：$G$ 画出了几个？
// - 离中心 3σ 以内的样本够多，这个模式才算覆盖
// - 请看：$D$ 转而反对 $G$ 所在的地方，$G$ 就挪窝

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes. Let the animation run twice: first everybody watches the orange points, then everybody watches the grey surface. Ask which of the two moves first.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十分钟。动画放两遍：第一遍大家看橙色的点，第二遍大家看灰色的曲面。问：哪一个先动？

// %% [markdown] lang="en"
// ## 7 · The game in the plane, and the modes it loses
//
// Eight narrow bumps on a circle: a standard trial for GANs, because one sees at once what is missing. A bump of the data is called a **mode**. Before we look, a number: how many modes does a generator cover?
//
// Count like this. A sample *belongs to* the nearest centre, if it lies within three standard deviations of it ($3\sigma$ hold 98.9 % of a round bump in the plane). A mode is **covered** if at least `atLeast` samples belong to it. The share of samples that belong to any mode at all says how good they are. It
// takes both numbers: a generator that sprays points over the whole plane covers everything and is worthless.
//
// ### Exercise 6 · Modes covered (3 points)

// %% [markdown] lang="zh"
// ## 7 · 平面上的博弈，以及丢掉的模式
//
// 圆周上的八个窄峰，是检验 GAN 的标准试题，因为缺了什么一眼就能看见。数据的一个峰叫作一个**模式**（mode）。看图之前先要一个数：生成器覆盖了多少个模式？
//
// 这样数：如果样本离最近的中心不超过三个标准差，它就*属于*这个中心（平面上的圆形高斯峰，$3\sigma$ 之内占 98.9 %）。至少有 `atLeast` 个样本属于它的模式，算**被覆盖**。
// 属于某个模式的样本所占的比例，说明样本的质量。两个数缺一不可：往整个平面乱撒点的生成器覆盖一切，却一文不值。
//
// ### 练习 6 · 覆盖了多少个模式（3 分）

// %% grade_id="gan-modes" points=3
/** Modes with at least `atLeast` samples, and the share of samples that belong to a mode. samples, centers: rows of coordinates */
/* zh: 至少有 `atLeast` 个样本的模式数，以及属于某个模式的样本所占的比例。samples、centers：每行一个点的坐标 */
function coverage(
  samples: readonly number[][],
  centers: readonly (readonly number[])[],
  sigma: number,
  atLeast: number,
): { modes: number; share: number } {
  // BEGIN SOLUTION
  const counts = centers.map(() => 0);
  for (const point of samples) {
    const distances = centers.map((center) => Math.hypot(...center.map((middle, axis) => point[axis] - middle)));
    const nearest = distances.indexOf(Math.min(...distances));
    if (distances[nearest] <= 3 * sigma) counts[nearest]++;
  }
  const belonging = counts.reduce((sum, count) => sum + count, 0);
  return { modes: counts.filter((count) => count >= atLeast).length, share: belonging / samples.length };
  // END SOLUTION
}
await check('gan-modes', { coverage });

// %% [markdown] lang="en"
// Now play. From here on the library runs the rounds (`gan.trainGan` does what your two functions do, and predicts its time). $z$ has two numbers, so the plane of $z$ is folded onto the plane of $x$.

// %% [markdown] lang="zh"
// 开始博弈。从这里起由库来走回合（`gan.trainGan` 做的就是你那两个函数做的事，并且会预报用时）。$z$ 有两个数，所以这是把 $z$ 平面折叠到 $x$ 平面上。

// %%
const eight = datasets.toys.eightGaussians;
const points8 = eight.split(8000, 1);
const plane = { inputShape: [2], latentDim: 2, generator: { hidden: [64, 64] }, discriminator: { hidden: [64, 64] } };
const rounds8 = budget({ quick: 40, default: 1200, full: 6000 });
const reals = eight.draw(300, new Random(6)).points;
const mesh = Array.from({ length: 37 }, (_, i) => -3.6 + i * 0.2);
const meshPoints = tf.tensor2d(mesh.flatMap((y) => mesh.map((x) => [x, y]))); // [37·37,2]

/** D as a grey surface, real points and generated ones on it. */
/* zh: 灰色曲面是 D，上面是真实的点和生成的点。 */
function surface(pair: Pair, title: string): figures.Chart {
  const [values, made] = tf.tidy(() => [
    gan.discriminate(pair, meshPoints).sigmoid().reshape([37, 37]).arraySync() as number[][],
    gan.sample<Tensor2D>(pair, 300, new Random(2)).arraySync(),
  ]);
  const ground = figures.heatmap({
    values,
    xs: mesh,
    ys: mesh,
    range: [0, 1],
    scale: 'grey',
    color: 'D(x)',
    title,
    x: 'x₁',
    y: 'x₂',
    size: { width: 700, height: 620 },
  });
  const dots = figures.scatter2d({
    series: [
      { name: 'real' /* zh: '真实' */, points: reals, color: 0 },
      { name: 'generated' /* zh: '生成' */, points: made, color: 1 },
    ],
    pointSize: 4,
  });
  return { ...ground, data: [...ground.data, ...dots.data.map((trace) => ({ ...trace, showlegend: false }))] };
}
/** How many modes 2,000 samples cover; 25 are enough, a tenth of a mode's fair share of 250. */
/* zh: 2,000 个样本覆盖多少个模式；每个模式应得 250 个，有十分之一即 25 个就算覆盖。 */
const covered = (pair: Pair) =>
  coverage(
    tf.tidy(() => gan.sample<Tensor2D>(pair, 2000, new Random(3)).arraySync()),
    eight.mixture.centers,
    eight.mixture.std,
    25,
  );

// %%
const fair = gan.buildGan({ ...plane, seed: 1 });
const views: figures.AnimationFrame[] = [];
const fairCourse = { x: [] as number[], y: [] as number[] };
const view = (round: number) => {
  const { modes } = covered(fair);
  fairCourse.x.push(round);
  fairCourse.y.push(modes);
  views.push({
    label: `round ${round}: ${modes} modes` /* zh: `第 ${round} 回合：${modes} 个模式` */,
    figure: surface(
      fair,
      'D’s surface moves under G’s points (blue: real, orange: generated)' /* zh: 'D 的曲面在 G 的点下移动（蓝：真实，橙：生成）' */,
    ),
  });
};
view(0);
await gan.trainGan(fair, points8, {
  name: 'eight bumps' /* zh: '八个峰' */,
  steps: rounds8,
  batchSize: 256,
  learningRate: 0.001,
  seed: 1,
  onStep: ({ step }) => {
    if (step % Math.ceil(rounds8 / 15) === 0) view(step);
  },
});
const lines = [{ name: 'equal rates' /* zh: '学习率相同' */, ...fairCourse }];

// %% slideshow={"slide_type": "subslide"}
show(figures.animation(views, { milliseconds: 500 }));

// %% [markdown] lang="en"
// At first $G$ runs as one clot from bump to bump, and $D$ darkens the ground under it wherever it stops; then it spreads. Now three more generators from the same start: one where *both* learn four times as fast, one where $G$ learns ten times as fast as $D$ (the frozen judge of section 6, in a milder form), and one
// with the loss of the next section (about 40 seconds for all three).
//
// **Guess first**: which of them will cover the fewest modes?

// %% [markdown] lang="zh"
// 开始时 $G$ 缩成一团，从一个峰跑到另一个峰，停在哪里，$D$ 就让哪里变暗；后来它才散开。再从同样的起点训练三个生成器：一个是*双方*都快四倍，一个是 $G$ 比 $D$ 快十倍（第 6 节冻结的裁判，程度轻一些），
// 还有一个用下一节的损失（三个共约 40 秒）。
//
// **先猜一猜**：哪一个覆盖的模式最少？

// %%
const results: Record<string, string | number>[] = [];
const rivals: { name: string; modes: number; points: number[][] }[] = [];
const record = (name: string, pair: Pair) => {
  const { modes, share } = covered(pair);
  results.push({
    ['generator' /* zh: '生成器' */]: name,
    ['modes covered (of 8)' /* zh: '覆盖的模式（共 8 个）' */]: modes,
    ['samples on a mode' /* zh: '在模式上的样本' */]: `${(100 * share).toFixed(0)} %`,
  });
  rivals.push({ name, modes, points: tf.tidy(() => gan.sample<Tensor2D>(pair, 400, new Random(3)).arraySync()) });
};
record(lines[0].name, fair);
const contestants = [
  { name: 'both four times faster' /* zh: '双方都快四倍' */, family: gan, options: { learningRate: 0.004 } },
  {
    name: 'G ten times faster' /* zh: 'G 快十倍' */,
    family: gan,
    options: { learningRate: 0.0002, generatorLearningRate: 0.002 },
  },
  { name: 'LSGAN', family: lsgan, options: {} },
];
for (const { name, family, options } of contestants) {
  const pair = family === gan ? gan.buildGan({ ...plane, seed: 1 }) : lsgan.buildLsgan({ ...plane, seed: 1 });
  const trace = { name, x: [] as number[], y: [] as number[] };
  const settings = {
    name,
    steps: rounds8,
    batchSize: 256,
    learningRate: 0.001,
    seed: 1,
    ...options,
    onStep: ({ step }: { step: number }) => {
      if (step % Math.ceil(rounds8 / 15) !== 0) return;
      trace.x.push(step);
      trace.y.push(covered(pair).modes);
    },
  };
  if (family === gan) await gan.trainGan(pair, points8, settings);
  else await lsgan.trainLsgan(pair, points8, settings);
  record(name, pair);
  lines.push(trace);
  gan.dispose(pair);
}

// %% slideshow={"slide_type": "subslide"}
show(
  figures.panels(
    rivals.map(({ name, modes, points }) =>
      figures.scatter2d({
        series: [
          { name: 'real' /* zh: '真实' */, points: reals, color: 7 },
          { name: 'generated' /* zh: '生成' */, points, color: 1 },
        ],
        title: `${name}: ${modes} / 8`,
        x: 'x₁',
        y: 'x₂',
        xRange: [-3, 3],
        yRange: [-3, 3],
        pointSize: 4,
      }),
    ),
    {
      columns: 2,
      height: 260,
      title: 'Four generators after the same number of rounds' /* zh: '回合数相同的四个生成器' */,
      share: 'both',
    },
  ),
);

// %%
show(
  figures.curves({
    series: lines.map((one) => ({ ...one, points: true })),
    title: 'Modes come and go: one look at the end does not tell' /* zh: '模式来来去去：只看最后一眼说明不了问题' */,
    x: 'round' /* zh: '回合' */,
    y: 'modes covered (of 8)' /* zh: '覆盖的模式数（共 8 个）' */,
    yRange: [0, 8.5],
  }),
);
show(
  figures.table(results, {
    title: 'Coverage at the end, 2,000 samples' /* zh: '训练结束时的覆盖情况，2,000 个样本' */,
  }),
);

// %% [markdown] lang="en"
// Read the two columns of the table together.
//
// - *Few modes, and a low share on a mode*: $G$ is still running about. The one that learns ten times as fast as its judge behaves as if the judge were frozen: it gathers where $D$ is high just now, $D$ notices late, and the clot moves on.
// - *Most samples on a mode, and yet a mode missing*: **mode collapse** in the strict sense. The pair that learns four times as fast draws well and has gone without one bump since the middle of its training. No loss says so, since every *single* sample looks real, and $D$ finds nothing to object to where nobody is.
//
// One run with one seed is an anecdote: change `seed` and run the cell again before you believe a ranking. In any case *count*, and look at the whole course.

// %% [markdown] lang="zh"
// 表的后两列要合在一起看。
//
// - *模式少，在模式上的样本也少*：$G$ 还在到处跑。比裁判快十倍的那个，就像面对冻结的裁判：$D$ 此刻哪里高，它就聚到哪里；$D$ 迟迟才发觉，那一团便挪到下一处。
// - *多数样本都在模式上，却缺了模式*：这才是严格意义上的**模式坍缩**。双方都快四倍的那一对画得不错，却从训练中途起一直缺着一个峰。没有哪个损失会指出这一点，因为*单独*看每个样本都像真的，而没人去的地方，$D$ 也没有什么可反对的。
//
// 只用一个种子跑一次，不足为凭：相信排名之前，请改一改 `seed` 再运行一遍。无论如何，要*数*，而且要看全过程。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## LSGAN: regress instead of classify
//
// $$\tfrac12\mathbb E(D(x)-1)^2+\tfrac12\mathbb E\,D(G(z))^2,\qquad\tfrac12\mathbb E(D(G(z))-1)^2$$
//
// - no sigmoid: $D$ gives a score
// - "too real" is pulled back as well
// - the best score is again $p_{\text{data}}/(p_{\text{data}}+p_g)$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## LSGAN：用回归代替分类
//
// $$\tfrac12\mathbb E(D(x)-1)^2+\tfrac12\mathbb E\,D(G(z))^2,\qquad\tfrac12\mathbb E(D(G(z))-1)^2$$
//
// - 没有 sigmoid：$D$ 给出一个分数
// - “太真了”也会被拉回来
// - 最优的分数还是 $p_{\text{data}}/(p_{\text{data}}+p_g)$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Ask for the slope of each loss at a score of 4. Then: is a picture that the judge finds "400 % real" a good picture?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。问：分数为 4 时，两个损失的斜率各是多少？再问：裁判觉得“400 % 真”的图，就是好图吗？

// %% [markdown] lang="en"
// ## 8 · LSGAN: a judge that gives marks
//
// Cross-entropy stops caring about an example as soon as $D$ takes it for real, however far from the data it lies. In the **least squares GAN** (LSGAN), Mao et al. (2017) let $D$ put out a plain score, without a sigmoid, and *regress*: real examples to 1, generated ones to 0; $G$ wants its examples at 1.
//
// $$
// \begin{aligned}
// \mathcal L_D&=\tfrac12\,\mathbb E_{x\sim p_{\text{data}}}\bigl[(D(x)-1)^2\bigr]+\tfrac12\,\mathbb E_z\bigl[D(G(z))^2\bigr]\\
// \mathcal L_G&=\tfrac12\,\mathbb E_z\bigl[(D(G(z))-1)^2\bigr]
// \end{aligned}
// $$
//
// What is the best $D$ now? At one $x$, with densities $p$ and $q$, minimize $\frac12p(s-1)^2+\frac12q\,s^2$ over the score $s=D(x)$: $p(s-1)+q\,s=0$, so $s=\frac p{p+q}$. The same $D^*$ as before, without a logarithm. What changes is the slope of $G$'s loss by what $D$'s last layer puts out. By the logit $a$ it was
// $-(1-\operatorname{sigmoid}(a))$, which dies for large $a$; by the score $s$ it is $s-1$, whose size grows on *both* sides of 1.

// %% [markdown] lang="zh"
// ## 8 · LSGAN：打分的裁判
//
// 在交叉熵下，一个样本只要被 $D$ 当成真的，就没人再管它，哪怕它离数据很远。Mao 等人（2017）让 $D$ 不经 sigmoid 直接给出分数，做*回归*：真实样本拉向 1，
// 生成样本拉向 0；$G$ 则希望自己的样本得 1 分。这叫**最小二乘 GAN**（least squares GAN，LSGAN）。
//
// $$
// \begin{aligned}
// \mathcal L_D&=\tfrac12\,\mathbb E_{x\sim p_{\text{data}}}\bigl[(D(x)-1)^2\bigr]+\tfrac12\,\mathbb E_z\bigl[D(G(z))^2\bigr]\\
// \mathcal L_G&=\tfrac12\,\mathbb E_z\bigl[(D(G(z))-1)^2\bigr]
// \end{aligned}
// $$
//
// 现在最好的 $D$ 是什么？在某个 $x$ 处，密度为 $p$ 和 $q$，对分数 $s=D(x)$ 最小化 $\frac12p(s-1)^2+\frac12q\,s^2$：$p(s-1)+q\,s=0$，所以 $s=\frac p{p+q}$。还是原来的 $D^*$，只是没有了对数。
// 变的是 $G$ 的损失对 $D$ 最后一层输出的斜率：原来对 logit $a$ 是 $-(1-\operatorname{sigmoid}(a))$，$a$ 一大就消失；现在对分数 $s$ 是 $s-1$，往 1 的*两边*走，绝对值都会增大。

// %% slideshow={"slide_type": "subslide"}
const marksAxis = Array.from({ length: 121 }, (_, i) => -4 + i / 12);
const slopes = (title: string, x: string, slope: (out: number) => number, color: number) =>
  figures.curves({
    series: [{ name: title, x: marksAxis, y: marksAxis.map(slope), color }],
    marks: [{ y: 0 }],
    title,
    x,
    y: 'slope of G’s loss' /* zh: 'G 的损失的斜率' */,
    yRange: [-5.5, 5.5],
  });
show(
  figures.panels(
    [
      slopes(
        'non-saturating' /* zh: '非饱和' */,
        'logit a of a forgery' /* zh: '赝品的 logit a' */,
        (a) => 1 / (1 + Math.exp(-a)) - 1,
        2,
      ),
      slopes('LSGAN', 'score s of a forgery' /* zh: '赝品的分数 s' */, (mark) => mark - 1, 3),
    ],
    {
      title: 'Only LSGAN pulls back what is taken for more than real' /* zh: '只有 LSGAN 会把“过于真实”的样本拉回来' */,
      share: 'y',
    },
  ),
);

// %% [markdown] lang="en"
// ### Exercise 7 ★ · LSGAN (2 points)
//
// Both losses, for any targets. In the paper's letters: `a` is the target of generated examples (no logit here), `b` that of real ones, `c` what $G$ wants. The formulas above have 0, 1 and 1.

// %% [markdown] lang="zh"
// ### 练习 7 ★ · LSGAN（2 分）
//
// 写出两个损失，目标值可以任取。沿用论文的字母：`a` 是生成样本的目标（这里不是 logit），`b` 是真实样本的目标，`c` 是 $G$ 想要的值。上面的公式里依次是 0、1、1。

// %% grade_id="gan-least-squares" points=2
/** Both losses of LSGAN from scores. real, fake: [B] -> scalars */
/* zh: 由分数求 LSGAN 的两个损失。real、fake: [B] -> 标量 */
function leastSquares(
  real: Tensor1D,
  fake: Tensor1D,
  { a, b, c }: { a: number; b: number; c: number },
): { D: Scalar; G: Scalar } {
  // BEGIN SOLUTION
  const D = real.sub(b).square().mean<Scalar>().add<Scalar>(fake.sub(a).square().mean()).mul<Scalar>(0.5);
  return { D, G: fake.sub(c).square().mean<Scalar>().mul<Scalar>(0.5) };
  // END SOLUTION
}
await check('gan-least-squares', { leastSquares });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DCGAN: the game on pictures
//
// - strides instead of pooling; transposed convolutions upwards
// - batch norm, but not on $G$'s output nor on $D$'s input
// - ReLU in $G$, tanh at its end; LeakyReLU in $D$
// - Adam, rate 0.0002, $\beta_1=0.5$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DCGAN：图像上的博弈
//
// - 用步长代替池化；往上用转置卷积
// - 批归一化，但 $G$ 的输出和 $D$ 的输入不用
// - $G$ 用 ReLU，末尾用 tanh；$D$ 用 LeakyReLU
// - Adam，学习率 0.0002，$\beta_1=0.5$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes. Show the strips from left to right and let the room say at which step they would first call it a shoe, and a face.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟。从上到下放图，让大家说：到哪一步才算是鞋，到哪一步才算是脸。

// %% [markdown] lang="en"
// ## 9 · From points to clothes: DCGAN
//
// On pictures the same game with dense layers works poorly. What made it work was an architecture, found by trying: the **deep convolutional GAN** of Radford, Metz and Chintala (2015).
//
// - $G$: a dense layer makes a small map of many channels, $7\times7$; **transposed convolutions** with stride 2 double its side until it is a picture. A transposed convolution is the backward pass of a convolution used forwards: each input pixel paints its kernel, scaled, into the output.
// - $D$: convolutions with stride 2, no pooling.
// - **Batch normalization** in both, except at $G$'s output and $D$'s input.
// - ReLU in $G$ with a tanh at the end (so pictures live in $[-1,1]$), LeakyReLU in $D$ so that gradients also pass where a unit is negative.
// - Adam with a rate of 0.0002 and $\beta_1=0.5$: with the usual 0.9 the momentum outlives the opponent's last move.
//
// The loss is untouched, the round is your exercise 4. Changed lines are marked.

// %% [markdown] lang="zh"
// ## 9 · 从点到衣物：DCGAN
//
// 同样的博弈，用全连接层来画图效果很差。让它管用的是一套试出来的结构：Radford、Metz 与 Chintala（2015）的**深度卷积 GAN**（deep convolutional GAN，DCGAN）。
//
// - $G$：全连接层先给出一张通道很多的小图，$7\times7$；步长为 2 的**转置卷积**（transposed convolution）把边长翻倍，直到成为图像。转置卷积就是把卷积的反向传播拿来正着用：每个输入像素把自己的卷积核按比例“盖”到输出上。
// - $D$：步长为 2 的卷积，不用池化。
// - 两者都用**批归一化**（batch normalization），但 $G$ 的输出和 $D$ 的输入除外。
// - $G$ 用 ReLU，末尾用 tanh（图像的取值因此在 $[-1,1]$）；$D$ 用 LeakyReLU，单元为负时梯度也能通过。
// - Adam，学习率 0.0002，$\beta_1=0.5$：若用通常的 0.9，对手已经变了，动量还沿着旧方向走。
//
// 损失原封不动，回合就是练习 4。改动的行已标出。

// %%
const clothes = dcgan.buildDcgan({
  inputShape: [28, 28, 1], // changed: pictures instead of points // zh: 改动：图像，不再是点
  latentDim: 64, // changed // zh: 改动
  generator: { hidden: [64, 32] }, // changed: channels of the 7×7 and the 14×14 map // zh: 改动：7×7 与 14×14 两张图的通道数
  discriminator: { hidden: [32, 64] }, // changed: the same way back // zh: 改动：原路返回
  seed: 5,
});
show(nn.parameterTable({ generator: clothes.generator, discriminator: clothes.discriminator }));

// %% [markdown] lang="en"
// **Check the count**: the generator's dense layer has $64\cdot(7\cdot7\cdot64)$ weights and as many biases as outputs: $64\cdot3136+3136=203{,}840$, most of the network. A kernel of $4\times4$ from 64 to 32 channels has $16\cdot64\cdot32+32=32{,}800$.
//
// **Guess first**: what will the curves of $D(x)$ and $D(G(z))$, averaged over each batch, look like: do they meet at $\frac12$? (About a minute.)

// %% [markdown] lang="zh"
// **核对参数量**：生成器的全连接层有 $64\cdot(7\cdot7\cdot64)$ 个权重，偏置与输出一样多：$64\cdot3136+3136=203{,}840$，占了网络的大半。从 64 到 32 通道的 $4\times4$ 卷积核有 $16\cdot64\cdot32+32=32{,}800$ 个。
//
// **先猜一猜**：$D(x)$ 与 $D(G(z))$ 在每批上的平均值，曲线会是什么样？会在 $\frac12$ 会合吗？（约一分钟。）

// %%
/** Pictures from the same ten z at these steps, and the training's history. */
/* zh: 在这些步数上，由同样的十个 z 得到的图像，以及训练历史。 */
async function growing(pair: Pair, data: datasets.Dataset['train'], steps: readonly number[], name: string) {
  const z = new Random(8).normal<tf.Rank.R2>([10, pair.config.latentDim]);
  const rows: { label: string; images: tf.Tensor4D }[] = [];
  const snap = (step: number) => {
    if (steps.includes(step)) {
      const label = step.toLocaleString('en');
      rows.push({ label: `step ${label}` /* zh: `第 ${label} 步` */, images: gan.generate(pair, z) });
    }
  };
  snap(0);
  const history = await dcgan.trainDcgan(pair, data, {
    name,
    steps: steps.at(-1),
    batchSize: 64,
    seed: 5,
    onStep: ({ step }) => snap(step),
  });
  return { rows, history };
}
const stepsOfClothes = budget({
  quick: [0, 2, 4],
  default: [0, 25, 50, 100, 200, 450],
  full: [0, 100, 500, 1000, 2000, 5000, 10_000],
});
const wardrobe = await growing(clothes, fashion.train, stepsOfClothes, 'DCGAN');

// %% slideshow={"slide_type": "subslide"}
show(
  figures.imageRows(wardrobe.rows, {
    title: 'The same ten z, step by step: noise, blobs, clothes' /* zh: '同样的十个 z，一步一步：噪声、色块、衣物' */,
  }),
);

// %%
const { generator: lossOfG, real: meanReal, fake: meanFake } = wardrobe.history.metrics;
show(
  figures.panels(
    [
      figures.curves({
        series: [
          { name: 'D', y: wardrobe.history.loss, smooth: 15, color: 0 },
          { name: 'G', y: lossOfG, smooth: 15, color: 1 },
        ],
        title: 'losses' /* zh: '损失' */,
        x: 'step' /* zh: '训练步数' */,
        y: 'nats' /* zh: '奈特' */,
      }),
      figures.curves({
        series: [
          { name: 'D(x)', y: meanReal, smooth: 15, color: 2 },
          { name: 'D(G(z))', y: meanFake, smooth: 15, color: 3 },
        ],
        title: 'what D says, on average' /* zh: 'D 的平均判断' */,
        x: 'step' /* zh: '训练步数' */,
        y: 'probability' /* zh: '概率' */,
        yRange: [0, 1],
      }),
    ],
    {
      title:
        'The pictures get better all the time; these curves do not say so' /* zh: '图像一直在变好，这些曲线却看不出来' */,
    },
  ),
);

// %% [markdown] lang="en"
// **What you should see**: grey noise, then blobs, then rough outlines: a shirt, a shoe, a bag, and some pictures that are like no piece of clothing at all. Edges are harder than anything the VAE drew: the two families err in opposite ways. $D$ stays ahead: $D(x)$ near 0.8, $D(G(z))$ near 0.2 at the end of this short run.
//
// **What if I don't?**
//
// - *All ten pictures alike*: collapse. Is $G$'s rate larger than $D$'s? Is `z` drawn anew for each batch?
// - *$D$'s loss is 0 and stays there*: $D$ has won. Are real pictures in $[-1,1]$ like the generated ones? If not, $D$ only needs to look at the background.
// - *D's loss is 1.386, G's 0.693*: $D$ gives $\frac12$ for everything. That is the equilibrium, or a $D$ that learns nothing. Look at the pictures: they tell which.
// - *A checkerboard*: transposed convolutions whose kernel is not a multiple of the stride paint some pixels more often than others. Here it is 4 and 2.
//
// Why do the curves not say how good the pictures are? Both losses are measured against an opponent who is learning too. A chess player who always plays against an equal wins half of the games, as a beginner and as a master. So quality must be measured with something that stands still: here a classifier that was trained once, on the labels, and never again (lesson 17 uses
// it too). Which kinds of clothes does $G$ draw? It is section 7's question again, with ten modes.

// %% [markdown] lang="zh"
// **你应该看到**：先是灰色噪声，再是色块，然后是粗略的轮廓：一件衬衫，一只鞋，一个包，也有几幅什么衣物都不像。边缘比 VAE 画的任何图都硬：两类模型的毛病正好相反。
// $D$ 一直领先：这么短的训练结束时，$D(x)$ 约为 0.8，$D(G(z))$ 约为 0.2。
//
// **如果看不到？**
//
// - *十幅图都一样*：坍缩了。$G$ 的学习率是否大于 $D$ 的？每批的 `z` 是重新抽的吗？
// - *$D$ 的损失为 0，一直不动*：$D$ 赢了。真实图像是否和生成的一样在 $[-1,1]$？如果不是，$D$ 只看背景就够了。
// - *D 的损失 1.386，G 的 0.693*：$D$ 对什么都回答 $\frac12$。可能是均衡，也可能是 $D$ 什么都没学到。看看图像就知道是哪一种。
// - *棋盘格*：卷积核边长不是步长的整数倍时，转置卷积会让某些像素被画到的次数更多。这里是 4 和 2。
//
// 为什么曲线说不出图像的好坏？两个损失都是与一个同样在学习的对手比出来的。总与旗鼓相当的人下棋，初学时赢一半，成了大师还是赢一半。所以质量要用一件不会动的东西来量。
// 这里用一个分类器，它用标签训练过一次，此后不再改动（第 17 课还会用到它）：$G$ 画的是哪几类衣物？这又是第 7 节的问题，只是模式变成了十个。

// %%
const referee = metrics.classifier;
const eyes = fashionMnistClassifier();
const kinds = tf.tidy(() => {
  const images = gan.sample(clothes, budget({ quick: 50, default: 500, full: 2000 }), new Random(4));
  return Array.from(referee.probabilities(eyes, images).argMax(1).dataSync());
});
referee.dispose(eyes);
const names = fashion.classes['en' /* zh: 'zh' */];
show(
  figures.bars({
    categories: [...names],
    series: [
      {
        name: 'share' /* zh: '比例' */,
        values: names.map((_, label) => kinds.filter((kind) => kind === label).length / kinds.length),
      },
    ],
    marks: [{ y: 0.1, label: 'data' /* zh: '数据' */ }],
    title: 'Which clothes G draws, as the classifier sees them' /* zh: 'G 画的是哪些衣物（由分类器判断）' */,
    x: 'class' /* zh: '类别' */,
    y: 'share of the samples' /* zh: '占样本的比例' */,
  }),
);

// %% [markdown] lang="en"
// In the data each kind has a tenth. $G$ prefers some kinds and neglects others, and no sample by itself gives that away. (The classifier must name something even for a picture that shows nothing, so read this chart together with the strip.)
//
// ## 10 · The avatar strip
//
// Faces in colour, 32×32, drawn by the course's own data set. Three lines change (about a minute and a half).

// %% [markdown] lang="zh"
// 在数据里，每一类占十分之一。$G$ 偏爱某几类，冷落另外几类，而任何单独一个样本都不会泄露这一点。（图上什么都不是，分类器也只能挑一类，所以这张图要和上面的演变图一起看。）
//
// ## 10 · 头像演变图
//
// 彩色的人脸，32×32，由本课程自带的数据集画成。只改三行（约一分半钟）。

// %%
const people = datasets.captionedFaces({
  train: budget({ quick: 100, default: 3000, full: 10_000 }),
  test: 0,
  heldOut: 0,
  only: { style: 'comic' },
});
const faces = dcgan.buildDcgan({
  inputShape: [32, 32, 3], // changed: colour // zh: 改动：彩色
  latentDim: 64,
  generator: { hidden: [96, 48, 24] }, // changed: from 4×4 upwards // zh: 改动：从 4×4 开始
  discriminator: { hidden: [24, 48, 96] }, // changed // zh: 改动
  seed: 6,
});
const stepsOfFaces = budget({
  quick: [0, 2],
  default: [0, 50, 100, 200, 400, 600],
  full: [0, 100, 1000, 2000, 5000, 10_000, 20_000],
});
const album = await growing(faces, people.train, stepsOfFaces, 'DCGAN, faces' /* zh: 'DCGAN，人脸' */);

// %% slideshow={"slide_type": "subslide"}
show(
  figures.imageRows(album.rows, {
    title: 'Ten faces growing up: the head first, then colours' /* zh: '十张脸的成长：先有头，再有颜色' */,
    scale: 2,
  }),
);

// %% [markdown] lang="en"
// Row by row: noise; one dark oval, the same for every $z$, which is the average of all heads; light and shadow inside it; then colours; and by step 600 a dark outline of hair, a neck, and the first eyes. Large things come first. Each $z$ has begun to have a face of its own, but the squares of the transposed
// convolutions still show, and clean lines take thousands of steps. The strips in papers end at 10,000 or more. With `GENLAB_BUDGET=full` ours goes on to 20,000.
//
// Which attribute will be in the next face? You cannot say: $G$ draws what it likes. To *ask* for blond curls is lesson 07.
//
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. D(x) is 0.5 for every real and every generated example. Name two situations in which that happens.</summary>
//
// The equilibrium, $p_g=p_{\text{data}}$; or a $D$ that has learned nothing (untrained, or with a gradient of 0). The loss is $2\log2$ in both and cannot tell which. Look at the examples, or train a fresh $D$.
// </details>
//
// <details><summary>2. At some x the data have density 0.3 and the generator 0.1. What is D*(x), and what is its logit?</summary>
//
// $0.3/0.4=0.75$; the logit is $\log(0.3/0.1)=\log3\approx1.10$. The logit of $D^*$ is always the logarithm of the ratio of the densities.
// </details>
//
// <details><summary>3. D's loss has been near 0 for an hour, and G's loss is 12. What does JS say, and what would the minimax loss do?</summary>
//
// $-V\approx0$, so $\mathrm{JS}\approx\log2$: no overlap. The minimax gradient would be about 0. The non-saturating one is large, though it points where an untested part of $D$ happens to rise.
// </details>
//
// <details><summary>4. Why may G not be trained to the end against a fixed D, as theory has D trained to the end against a fixed G?</summary>
//
// The best answer to a fixed $D$ is one single point, where $D$ is highest. $\min_G\max_D$ and $\max_D\min_G$ are different games.
// </details>
//
// <details><summary>5. A log shows D's loss at 2.1 for thousands of rounds. Which bug do you suspect?</summary>
//
// A $D$ that answers $\frac12$ to everything has 1.386. To stay above that, something must push $D$ against its own loss: most likely $G$'s step also moves $D$'s variables.
// </details>
//
// <details><summary>6. A generator covers all eight modes, with 20 % of its samples on a mode. Is that mode collapse?</summary>
//
// No. Nothing is missing; the samples are bad. Collapse is the other corner: few modes, and a high share.
// </details>
//
// <details><summary>7. Does LSGAN have another best discriminator than GAN?</summary>
//
// No, $D^*=p_{\text{data}}/(p_{\text{data}}+p_g)$ both times (with targets 0 and 1). It differs in how far from $D^*$ each mistake is punished: by a square instead of a logarithm, so a score far beyond its target still has a slope.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | the game | $\min_G\max_D\;\mathbb E_{p_{\text{data}}}\log D(x)+\mathbb E_z\log(1-D(G(z)))$ |
// | D's loss from logits | $\mathbb E\operatorname{softplus}(-a_{\text{real}})+\mathbb E\operatorname{softplus}(a_{\text{fake}})$ |
// | best D | $D^*=p_{\text{data}}/(p_{\text{data}}+p_g)$, logit $\log(p_{\text{data}}/p_g)$ |
// | value there | $2\,\mathrm{JS}(p_{\text{data}}\Vert p_g)-2\log2$, from $-1.386$ (equal) to 0 (no overlap) |
// | minimax loss of G | $\mathbb E\log(1-D)=-\mathbb E\operatorname{softplus}(a)$, slope $-D$ |
// | non-saturating loss of G | $-\mathbb E\log D=\mathbb E\operatorname{softplus}(-a)$, slope $-(1-D)$ |
// | losses at equilibrium | $D$: $2\log2\approx1.386$; $G$: $\log2\approx0.693$ |
// | LSGAN | $\frac12\mathbb E(D(x)-1)^2+\frac12\mathbb E\,D(G(z))^2$; $\;\frac12\mathbb E(D(G(z))-1)^2$ |
// | covered mode | at least `atLeast` samples within $3\sigma$, each counted for its nearest centre |
//
// ## Further reading
//
// - Goodfellow et al. (2014), *Generative Adversarial Networks*, arXiv:1406.2661. Sections 3 and 4 are our sections 2 to 5.
// - Radford, Metz & Chintala (2015), *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*, arXiv:1511.06434.
// - Salimans et al. (2016), *Improved Techniques for Training GANs*, arXiv:1606.03498. Remedies for collapse, and the Inception score of lesson 17.
// - Metz et al. (2016), *Unrolled Generative Adversarial Networks*, arXiv:1611.02163. The eight Gaussians, jumping.
// - Arjovsky & Bottou (2017), *Towards Principled Methods for Training Generative Adversarial Networks*, arXiv:1701.04862. Why both losses of $G$ have trouble; the way to lesson 06.
// - Mao et al. (2017), *Least Squares Generative Adversarial Networks*, arXiv:1611.04076.
// - Srivastava et al. (2017), *VEEGAN*, arXiv:1705.07761. How to count modes.

// %% [markdown] lang="zh"
// 一行一行往下看：噪声；一个深色的椭圆，对每个 $z$ 都一样，那是所有头像的平均；里面有了明暗；然后有了颜色；到第 600 步，出现了头发的轮廓、脖子和最初的眼睛。总是先有大的。每个 $z$ 开始有了自己的脸，但转置卷积的方格还看得见，
// 干净的线条要几千步才画得出来。论文里的演变图往往画到一万步以上。用 `GENLAB_BUDGET=full` 运行，我们的会一直画到 20,000 步。
//
// 下一张脸会有什么特征？说不准：$G$ 想画什么就画什么。要*指定*金色卷发，请看第 07 课。
//
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 对所有真实样本和生成样本，D(x) 都是 0.5。说出两种会出现这种现象的情形。</summary>
//
// 一是均衡，$p_g=p_{\text{data}}$；二是 $D$ 什么也没学到（没训练，或梯度为 0）。两种情形下损失都是 $2\log2$，单看损失分不清。要看样本，或者重新训练一个 $D$。
// </details>
//
// <details><summary>2. 在某个 x 处，数据的密度为 0.3，生成器的密度为 0.1。D*(x) 是多少？它的 logit 呢？</summary>
//
// $0.3/0.4=0.75$；logit 为 $\log(0.3/0.1)=\log3\approx1.10$。$D^*$ 的 logit 总是两个密度之比的对数。
// </details>
//
// <details><summary>3. D 的损失接近 0 已经一个小时，G 的损失是 12。JS 是多少？极小极大损失会怎样？</summary>
//
// $-V\approx0$，所以 $\mathrm{JS}\approx\log2$：没有重叠。极小极大的梯度约为 0。非饱和损失的梯度很大，不过它指向的，只是 $D$ 没受过检验的地方碰巧升高的方向。
// </details>
//
// <details><summary>4. 理论让 D 面对固定的 G 训练到底，为什么不能让 G 面对固定的 D 训练到底？</summary>
//
// $D$ 固定时，最优的生成分布缩成 $D$ 最高处的一个点。$\min_G\max_D$ 与 $\max_D\min_G$ 是两场不同的博弈。
// </details>
//
// <details><summary>5. 日志里 D 的损失几千个回合都是 2.1。你怀疑什么错误？</summary>
//
// 对什么都回答 $\frac12$ 的 $D$，损失是 1.386。要一直高于它，必定有什么在逆着 $D$ 的损失推它：最可能是 $G$ 的那一步也移动了 $D$ 的变量。
// </details>
//
// <details><summary>6. 一个生成器覆盖了全部八个模式，但只有 20 % 的样本在模式上。这是模式坍缩吗？</summary>
//
// 不是。什么都没缺，只是样本差。坍缩是相反的情形：模式少，而落在模式上的比例高。
// </details>
//
// <details><summary>7. LSGAN 的最优判别器与 GAN 的不同吗？</summary>
//
// 相同，都是 $D^*=p_{\text{data}}/(p_{\text{data}}+p_g)$（目标取 0 和 1 时）。不同的是偏离 $D^*$ 时怎样惩罚：用平方代替对数，因而分数远远超过目标时，斜率也不消失。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 博弈 | $\min_G\max_D\;\mathbb E_{p_{\text{data}}}\log D(x)+\mathbb E_z\log(1-D(G(z)))$ |
// | 由 logits 求 D 的损失 | $\mathbb E\operatorname{softplus}(-a_{\text{real}})+\mathbb E\operatorname{softplus}(a_{\text{fake}})$ |
// | 最优的 D | $D^*=p_{\text{data}}/(p_{\text{data}}+p_g)$，logit 为 $\log(p_{\text{data}}/p_g)$ |
// | 该处的价值 | $2\,\mathrm{JS}(p_{\text{data}}\Vert p_g)-2\log2$，从 $-1.386$（相同）到 0（不重叠） |
// | G 的极小极大损失 | $\mathbb E\log(1-D)=-\mathbb E\operatorname{softplus}(a)$，斜率 $-D$ |
// | G 的非饱和损失 | $-\mathbb E\log D=\mathbb E\operatorname{softplus}(-a)$，斜率 $-(1-D)$ |
// | 均衡时的损失 | $D$：$2\log2\approx1.386$；$G$：$\log2\approx0.693$ |
// | LSGAN | $\frac12\mathbb E(D(x)-1)^2+\frac12\mathbb E\,D(G(z))^2$；$\;\frac12\mathbb E(D(G(z))-1)^2$ |
// | 被覆盖的模式 | $3\sigma$ 之内至少有 `atLeast` 个样本，每个样本只算给最近的中心 |
//
// ## 延伸阅读
//
// - Goodfellow et al. (2014), *Generative Adversarial Networks*, arXiv:1406.2661. 其第 3、4 节就是我们的第 2 至 5 节。
// - Radford, Metz & Chintala (2015), *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*, arXiv:1511.06434.
// - Salimans et al. (2016), *Improved Techniques for Training GANs*, arXiv:1606.03498. 对付坍缩的办法，以及第 17 课的 Inception 分数。
// - Metz et al. (2016), *Unrolled Generative Adversarial Networks*, arXiv:1611.02163. 跳来跳去的八个高斯。
// - Arjovsky & Bottou (2017), *Towards Principled Methods for Training Generative Adversarial Networks*, arXiv:1701.04862. 为什么 $G$ 的两种损失都有麻烦；通往第 06 课。
// - Mao et al. (2017), *Least Squares Generative Adversarial Networks*, arXiv:1611.04076.
// - Srivastava et al. (2017), *VEEGAN*, arXiv:1705.07761. 怎样数模式。
