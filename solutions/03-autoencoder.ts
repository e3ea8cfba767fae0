// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Autoencoders: a picture through a narrow door"
//   zh: 自编码器：让图像穿过一道窄门
// minutes: 70
// terms:
//   encoder: 编码器
//   decoder: 解码器
//   code: 编码
//   latent space: 隐空间
//   reconstruction: 重构
//   bottleneck: 瓶颈
//   manifold hypothesis: 流形假设
//   data manifold: 数据流形
//   activation function: 激活函数
//   principal component: 主成分
//   principal component analysis (PCA): 主成分分析
//   standard Gaussian: 标准高斯分布
//   autoencoder: 自编码器
// ---

// %% [markdown] lang="en"
// # 03 · Autoencoders: a picture through a narrow door
//
// By the end of this lesson you will have built a machine that shrinks a picture of 784 numbers to **2** and paints it
// again from those 2, and you will have used it to lay thousands of pieces of clothing out on one flat map. Then you will
// ask the machine to *invent* a piece of clothing, and watch it fail. The reason for that failure is the whole of the next
// lesson.
//
// **You can then**
//
// 1. say what an encoder, a code and a decoder are, and write down their shapes;
// 2. write the forward pass of both by hand and check the shapes;
// 3. write the reconstruction loss and say over what it is summed and over what it is averaged;
// 4. tell what a *linear* autoencoder can and cannot do, and name the classical method it rediscovers;
// 5. train an autoencoder on Fashion-MNIST and read its loss curve;
// 6. read a two-dimensional latent map (what lies close, what overlaps, what is empty), and measure whether neighbours are of one kind;
// 7. explain, with a picture, why a good compressor need not be a generator.
//
// **Time**: about 70 minutes to read and work through. All training cells together take about two minutes on two processor
// cores that have nothing else to do; each one says beforehand how long it will take.

// %% [markdown] lang="zh"
// # 03 · 自编码器：让图像穿过一道窄门
//
// 学完本课，你会造出一台机器：它把一幅由 784 个数组成的图像压缩成 **2** 个数，再凭这 2 个数把图像画回来；
// 你还会用它把几千件衣物铺在一张平面地图上。接着，你要让这台机器凭空*设计*一件新衣服，然后亲眼看它失败。
// 它为什么失败，正是下一课的全部内容。
//
// **学完之后，你能够**
//
// 1. 说清编码器、编码、解码器分别是什么，写出它们的形状；
// 2. 手写编码器和解码器的前向计算，并核对形状；
// 3. 写出重构损失，并说明哪些维度求和、哪些维度取平均；
// 4. 说出*线性*自编码器的能力和局限，以及它重新发现了哪个经典方法；
// 5. 在 Fashion-MNIST 上训练自编码器，看懂损失曲线；
// 6. 看懂二维隐空间地图（谁挨着谁，哪里重叠，哪里是空的），并测量邻居是否同类；
// 7. 用一张图解释：好的压缩器为什么未必是生成器。
//
// **用时**：阅读和练习约 70 分钟。所有训练代码在两个空闲的处理器核上合计约两分钟，每次训练开始时都会先报出预计时间。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { ae, budget, check, datasets, engine, figures, nn, Random, show, train } from 'genlab';

const random = new Random(3);

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en"
// ## 1 · How many numbers does a picture need?
//
// Here are sixteen pictures from Fashion-MNIST, and beside them sixteen pictures whose 784 pixels were each drawn at random.
// Both kinds are points in the same space: a picture of 28 × 28 grey values is one point $x\in\mathbb R^n$ with $n=784$,
// each coordinate a grey value between 0 and 1.
//
// **Guess first**: if you drew a million random pictures, how many of them would look like clothes? Write a number down.

// %% [markdown] lang="zh"
// ## 1 · 一幅图像需要多少个数？
//
// 下面是 Fashion-MNIST 里的十六幅图像，旁边是十六幅“随机图像”：784 个像素个个随机取值。两种图像都是同一个空间里的点：
// 一幅 28 × 28 的灰度图就是一个点 $x\in\mathbb R^n$，其中 $n=784$，每个坐标是 0 到 1 之间的一个灰度值。
//
// **先猜一猜**：随机画一百万幅，会有几幅看上去像衣服？把你的数字写下来。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # Autoencoders: a picture through a narrow door
//
// - shrink a picture of 784 numbers to **2**, and paint it again
// - lay thousands of clothes out on one map
// - ask the machine to invent something, and watch it fail

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 自编码器：让图像穿过一道窄门
//
// - 把 784 个数的图像压缩成 **2** 个数，再画回来
// - 把几千件衣物铺在一张地图上
// - 让机器凭空设计一件，看它失败

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Ask before the next slide: of a million random pictures, how many look like clothes? Collect numbers on the board, keep them there.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。翻页之前先提问：随机画一百万幅，有几幅像衣服？把大家报的数写在黑板上，留着。

// %% figure="real-and-random" slideshow={"slide_type": "subslide"}
const data = await datasets.fashionMnist();
show(
  figures.imageGrid(data.test.images(0, 16), {
    columns: 8,
    title: 'Fashion-MNIST: sixteen real pictures' /* zh: 'Fashion-MNIST：十六幅真实图像' */,
  }),
);
show(
  figures.imageGrid(random.uniform([16, 28, 28, 1]), {
    columns: 8,
    title: 'Sixteen random points of the same space: no clothes' /* zh: '同一空间里的十六个随机点：没有一件衣服' */,
  }),
);

// %% [markdown] lang="en"
// None. Not in a million, not in a lifetime. Clothes fill almost nothing of the 784-dimensional cube. They lie on a thin,
// curved sheet inside it: you can slide along the sheet (sleeves a little longer, fabric a little darker) and stay among
// clothes, but step off it in nearly any direction and you are among pictures like the random ones above. This picture is called the **manifold
// hypothesis**, and the sheet is the **data manifold**. Nobody has proved it for photographs; it is a belief that keeps
// paying off.
//
// If the sheet has only $k$ directions to slide in, then about $k$ numbers ought to be enough to say where on it a picture lies (exactly $k$ on any small piece of it; a closed loop as a whole takes one more).
// An autoencoder looks for those $k$ numbers. Let us first do it where we can see everything: points in the plane
// ($n=2$) scattered along a curve ($k=1$).

// %% [markdown] lang="zh"
// 一幅也没有。别说一百万幅，画一辈子也碰不上。在 784 维的立方体里，衣服几乎不占体积，它们躺在其中一张又薄又弯的“纸”上：
// 沿着纸面滑动（袖子长一点，料子深一点），看到的仍是衣服；可只要离开纸面，几乎无论朝哪个方向走，都会掉进上面那种杂点里。
// 这种看法叫作**流形假设**（manifold hypothesis），那张纸叫作**数据流形**（data manifold）。对照片而言它并没有被证明，
// 只是一条至今很管用的假设。
//
// 如果这张纸上只有 $k$ 个可以滑动的方向，那么用大约 $k$ 个数就应该足以说清一幅图像在纸上的位置（纸上任何一小块，恰好 $k$ 个就够；整个闭合的圈则要多一个）。自编码器要找的正是这 $k$ 个数。
// 我们先从一眼就能看全的情形做起：平面上的点（$n=2$），散布在一条曲线附近（$k=1$）。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Clothes lie on a thin sheet
//
// - a picture is one point $x\in\mathbb R^{784}$
// - random points are noise: clothes fill almost nothing of the cube
// - **manifold hypothesis**: they lie on a thin, curved sheet
// - $k$ directions to slide in: $k$ numbers should do

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 衣物躺在一张薄纸上
//
// - 一幅图像是一个点 $x\in\mathbb R^{784}$
// - 随机的点只是杂点：衣物几乎不占体积
// - **流形假设**：它们躺在一张又薄又弯的纸上
// - 只有 $k$ 个方向可滑动，$k$ 个数就该够用

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// The hypothesis is not proven for photographs; say so. The figure is the toy of the whole lesson: two coordinates, one way to move.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 要说明：对照片而言，这个假设并没有被证明。这张图是整节课的小例子：坐标有两个，能走的路只有一条。

// %% figure="curve" slideshow={"slide_type": "subslide"}
const curve = tf.tidy(() => {
  // where on the curve, [600,1]
  // zh: 点在曲线上的位置，[600,1]
  const along = random.uniform([600, 1], -1, 1);
  const bent = tf.concat([along, along.mul(2.6).sin().mul(0.6)], 1); // [600,2]
  return bent.add(random.normal([600, 2], 0, 0.03)) as Tensor2D;
});
show(
  figures.scatter2d({
    points: curve,
    title:
      'Two coordinates, but only one way to move: a 1-D manifold in the plane' /* zh: '坐标有两个，能走的路只有一条：平面中的一维流形' */,
    x: 'x₁',
    y: 'x₂',
  }),
);

// %% [markdown] lang="en"
// ## 2 · Encoder, code, decoder
//
// Two functions do the work.
//
// - The **encoder** $f_{\text{enc}}:\mathbb R^n\to\mathbb R^k$, written $e$ for short, turns a data point into its **code**
//   $z=e(x)$. The space the codes live in is the **latent space**.
// - The **decoder** $d:\mathbb R^k\to\mathbb R^n$ turns a code back into a data point $\hat x=d(z)$, the **reconstruction**.
//
// With $k<n$ the code is a narrow door, the **bottleneck**: whatever does not fit through it is lost. Neither function is
// given. Both are neural networks, and they learn together what is worth carrying through.
//
// The smallest network that can bend has one hidden layer. For a point $x$ written as a row, with weights $W_1,W_2$ (matrices; no relation of the distance of lesson 02), biases $b_1,b_2$ and $\tanh$ as the bend (the *activation function*),
//
// $$e(x)=\tanh(x\,W_1+b_1)\,W_2+b_2 .$$
//
// A batch of $B$ points is a matrix with one point a row, so the shapes read from left to right:
// $[B,n]\cdot[n,h]\to[B,h]$, then $[B,h]\cdot[h,k]\to[B,k]$, where $h$ is the number of hidden units. The decoder has the
// same form with $k$ and $n$ exchanged.

// %% [markdown] lang="zh"
// ## 2 · 编码器、编码、解码器
//
// 模型由两个函数组成。
//
// - **编码器**（encoder）$f_{\text{enc}}:\mathbb R^n\to\mathbb R^k$，简记为 $e$，把一个数据点变成它的**编码**（code）$z=e(x)$。
//   编码所在的空间叫**隐空间**（latent space）。
// - **解码器**（decoder）$d:\mathbb R^k\to\mathbb R^n$，把编码变回数据点 $\hat x=d(z)$，即**重构**（reconstruction）。
//
// 当 $k<n$ 时，编码就是一道窄门，也叫**瓶颈**（bottleneck）：挤不过去的信息就丢了。两个函数都不是事先给定的，
// 它们都是神经网络，在训练中一起学会哪些信息值得带过门去。
//
// 非线性的（能“拐弯”的）最小网络有一个隐藏层。数据点 $x$ 写成一行，设权重矩阵为 $W_1,W_2$（与第 02 课的距离无关），偏置为 $b_1,b_2$，“拐弯”靠的是非线性的激活函数 $\tanh$，
//
// $$e(x)=\tanh(x\,W_1+b_1)\,W_2+b_2 .$$
//
// 一批 $B$ 个点排成矩阵，一行一个点，于是形状可以从左往右读：$[B,n]\cdot[n,h]\to[B,h]$，再 $[B,h]\cdot[h,k]\to[B,k]$，
// 其中 $h$ 是隐藏单元的个数。解码器形式相同，只是把 $k$ 和 $n$ 对调。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Encoder, code, decoder
//
// $$z=e(x)\in\mathbb R^k,\qquad \hat x=d(z)\in\mathbb R^n,\qquad k<n$$
//
// $$\mathcal L(x)=\lVert x-d(e(x))\rVert^2$$
//
// **Summed** over the coordinates of a picture, **averaged** over pictures.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 编码器、编码、解码器
//
// $$z=e(x)\in\mathbb R^k,\qquad \hat x=d(z)\in\mathbb R^n,\qquad k<n$$
//
// $$\mathcal L(x)=\lVert x-d(e(x))\rVert^2$$
//
// 一幅图像的各坐标**求和**，不同图像**取平均**。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercises 1 and 2 belong here: 10 minutes. Stress sum and average; lesson 04 shows a famous bug that comes from mixing them.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 1、2 放在这里，10 分钟。强调求和与取平均：第 04 课会讲一个由此而来的著名错误。

// %% figure="bottleneck" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title: 'Many numbers in, few through the door, many out' /* zh: '进来很多数，过门只有几个，出去又是很多' */,
    nodes: [
      { id: 'x', x: 0, y: 0, text: 'x<br>n = 784', shape: 'round' },
      { id: 'e', x: 1, y: 0, text: 'encoder e' /* zh: '编码器 e' */ },
      { id: 'z', x: 2, y: 0, text: 'z<br>k = 2', shape: 'round', color: 1 },
      { id: 'd', x: 3, y: 0, text: 'decoder d' /* zh: '解码器 d' */ },
      { id: 'xHat', x: 4, y: 0, text: 'x̂<br>n = 784', shape: 'round' },
    ],
    edges: [
      { from: 'x', to: 'e' },
      { from: 'e', to: 'z' },
      { from: 'z', to: 'd' },
      { from: 'd', to: 'xHat' },
    ],
  }),
);

// %% [markdown] lang="en"
// ### Exercise 1 · The forward pass (3 points)
//
// Write `forward(x, w)`, the formula above. The encoder and the decoder are then one and the same function with different
// weights: `forward(x, encoderWeights)` gives the codes, `forward(z, decoderWeights)` the reconstructions.
//
// The API you need: `tf.matMul` (or `.matMul`), `.add`, `.tanh`. A bias of shape $[h]$ added to $[B,h]$ is added to every row.
// The usual slip is to bend the output too: the last layer is a plain affine map, otherwise no code could leave $[-1,1]$.

// %% [markdown] lang="zh"
// ### 练习 1 · 前向计算（3 分）
//
// 写出 `forward(x, w)`，也就是上面的公式。这样，编码器和解码器就是同一个函数配上不同的权重：
// `forward(x, encoderWeights)` 得到编码，`forward(z, decoderWeights)` 得到重构。
//
// 需要用到的接口：`tf.matMul`（或 `.matMul`）、`.add`、`.tanh`。形状为 $[h]$ 的偏置加到 $[B,h]$ 上时，每一行都会加。
// 常见的失误是给输出层也加上激活函数：最后一层只做线性变换再加偏置，否则编码永远跑不出 $[-1,1]$。

// %% tags=["setup"]
/** Weights of one half: hidden layer, then output layer. */
/* zh: 半个网络（编码器或解码器）的权重：先隐藏层，后输出层。 */
interface Half {
  readonly w1: Tensor2D; // [in,h]
  readonly b1: Tensor1D; // [h]
  readonly w2: Tensor2D; // [h,out]
  readonly b2: Tensor1D; // [out]
}

// %% grade_id="ae-forward" points=3
/** tanh(x·W₁ + b₁)·W₂ + b₂ for a batch. x: [B,in] -> [B,out] */
/* zh: 对一批数据计算 tanh(x·W₁ + b₁)·W₂ + b₂。x: [B,in] -> [B,out] */
function forward(x: Tensor2D, w: Half): Tensor2D {
  // 1. the hidden layer, bent by tanh: [B,h]
  // zh: 1. 隐藏层，用 tanh 拐弯：[B,h]
  // 2. the output layer, not bent: [B,out]
  // zh: 2. 输出层，不拐弯：[B,out]
  // BEGIN SOLUTION
  const hidden = x.matMul<Tensor2D>(w.w1).add<Tensor2D>(w.b1).tanh(); // [B,h]
  return hidden.matMul<Tensor2D>(w.w2).add<Tensor2D>(w.b2); // [B,out]
  // END SOLUTION
}
await check('ae-forward', { forward });

// %% [markdown] lang="en"
// ## 3 · What makes a reconstruction good?
//
// Training needs one number that is small when $\hat x$ is close to $x$. The plainest is the squared distance,
//
// $$\mathcal L(x)=\lVert x-d(e(x))\rVert^2=\sum_{i=1}^{n}\bigl(x_i-\hat x_i\bigr)^2 ,$$
//
// and for a batch its average over the $B$ examples. Look at the two words: **summed** over the coordinates of one example,
// **averaged** over the examples. Many programs average over everything instead. For an autoencoder that only multiplies the loss by $1/n$, which moves no minimum. In lesson 04 a second term joins, and then the same habit
// becomes one of the best-hidden bugs of the trade. So we are strict from the start.
//
// ### Exercise 2 · Reconstruction loss (2 points)

// %% [markdown] lang="zh"
// ## 3 · 怎样才算重构得好？
//
// 训练需要一个数：$\hat x$ 越接近 $x$，它越小。最直接的选择是距离的平方，
//
// $$\mathcal L(x)=\lVert x-d(e(x))\rVert^2=\sum_{i=1}^{n}\bigl(x_i-\hat x_i\bigr)^2 ,$$
//
// 一批数据则对 $B$ 个样本取平均。请留意两个词：对一个样本的各个坐标**求和**，对不同样本**取平均**。
// 很多程序干脆全都取平均。对自编码器来说，这只是把损失乘上 $1/n$，最小值的位置不变。可到了第 04 课，损失里会多出第二项，
// 同样的习惯就会变成这一行里藏得最深的错误之一。所以我们从一开始就分清楚。
//
// ### 练习 2 · 重构损失（2 分）

// %% grade_id="ae-loss" points=2
/** ‖x − x̂‖², summed over what describes one example, averaged over the batch. x, xHat: [B,n] -> scalar */
/* zh: ‖x − x̂‖²：每个样本内求和，样本之间取平均。x、xHat: [B,n] -> 标量 */
function reconstructionLoss(x: Tensor2D, xHat: Tensor2D): tf.Scalar {
  // BEGIN SOLUTION
  return x.sub(xHat).square().sum(1).mean();
  // END SOLUTION
}
await check('ae-loss', { reconstructionLoss });

// %% [markdown] lang="en"
// ## 4 · The toy, whole
//
// Now train encoder and decoder together on the curve: two coordinates in, **one** number through the door, two coordinates
// out. Next to it runs a copy whose hidden layers are left out, so that $e$ and $d$ are merely linear.
//
// **Guess first**: what shape will the reconstructions of the linear one form? And why can it do no better?

// %% [markdown] lang="zh"
// ## 4 · 完整的小例子
//
// 现在在这条曲线上同时训练编码器和解码器：两个坐标进去，**一个**数过门，两个坐标出来。旁边再训练一个去掉隐藏层的版本，
// 它的 $e$ 和 $d$ 都只是线性函数。
//
// **先猜一猜**：线性版本的重构会排成什么形状？为什么它不可能更好？

// %%
/** Fresh weights of one half. */
/* zh: 半个网络的初始权重。 */
const freshHalf = (from: number, to: number, hidden = 32) => ({
  w1: tf.variable<tf.Rank.R2>(random.normal([from, hidden])),
  b1: tf.variable<tf.Rank.R1>(random.normal([hidden], 0, 0.1)),
  w2: tf.variable<tf.Rank.R2>(random.normal([hidden, to], 0, 0.3)),
  b2: tf.variable<tf.Rank.R1>(tf.zeros([to])),
});
const [bentEncoder, bentDecoder] = [freshHalf(2, 1), freshHalf(1, 2)];
// your forward, twice
// zh: 把你写的 forward 用两次
const through = (x: Tensor2D) => forward(forward(x, bentEncoder), bentDecoder);

await train({
  name: 'bent, 2 → 1 → 2' /* zh: '会拐弯，2 → 1 → 2' */,
  variables: [...Object.values(bentEncoder), ...Object.values(bentDecoder)],
  // all 600 points at every step
  // zh: 每一步都用全部 600 个点
  batches: () => [curve.clone()],
  loss: (x: Tensor2D) => reconstructionLoss(x, through(x)),
  steps: budget({ quick: 300, default: 1500, full: 4000 }),
  learningRate: 0.01,
});

// %%
const [down, up] = [tf.variable<tf.Rank.R2>(random.normal([2, 1])), tf.variable<tf.Rank.R2>(random.normal([1, 2]))];
const throughLinear = (x: Tensor2D) => tf.matMul<Tensor2D>(tf.matMul(x, down), up);

await train({
  name: 'linear, 2 → 1 → 2' /* zh: '线性，2 → 1 → 2' */,
  variables: [down, up],
  batches: () => [curve.clone()],
  loss: (x: Tensor2D) => reconstructionLoss(x, throughLinear(x)),
  steps: 600,
  learningRate: 0.03,
});

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Guess first
//
// Two coordinates in, **one** number through the door, two out.
//
// - one pair of networks is linear
// - one pair may bend
//
// What shape will each one's reconstructions have?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 先猜一猜
//
// 两个坐标进去，**一个**数过门，两个坐标出来。
//
// - 一对网络是线性的
// - 一对网络可以拐弯
//
// 两者的重构各会排成什么形状？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Let them draw it. Linear: the first principal component, and no better (Baldi & Hornik, 1989). It is the bend that brings something new.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 让学生画出来。线性的只能得到第一主成分，不可能更好（Baldi & Hornik，1989）。带来新能力的是“拐弯”。

// %% figure="linear-and-bent" slideshow={"slide_type": "subslide"}
const grey = { name: 'data' /* zh: '数据' */, points: curve, color: 7 };
show(
  figures.panels(
    [
      figures.scatter2d({
        series: [grey, { name: 'linear' /* zh: '线性' */, points: throughLinear(curve), color: 1 }],
        title: 'Linear: the best straight line' /* zh: '线性：最佳直线' */,
        x: 'x₁',
        y: 'x₂',
      }),
      figures.scatter2d({
        series: [grey, { name: 'bent' /* zh: '会拐弯' */, points: through(curve), color: 2 }],
        title: 'Bent: along the curve' /* zh: '会拐弯：沿着曲线' */,
        x: 'x₁',
        y: 'x₂',
      }),
    ],
    { title: 'Only the pair that bends can follow the curve' /* zh: '只有会拐弯的那一对跟得上曲线' */ },
  ),
);

// %% [markdown] lang="en"
// Grey is the data, coloured what comes out of the door. The linear pair can only reach a straight line, and the best straight line
// through a cloud is the one along which the cloud varies most. Statisticians call that direction the first **principal component**. On
// centred data, as ours nearly is, a linear autoencoder with the squared error finds the same subspace as **principal component analysis**
// (PCA; Baldi & Hornik, 1989). Both pairs have the same bottleneck, and must choose what to carry through; it is the bend that makes a better choice
// possible. The bent pair follows the curve at a small part of the loss: less than a tenth after the 1500 steps of the default budget, about a quarter after 300.
//
// ## 5 · The real thing
//
// The network changes in four places: $n$ is 784 instead of 2, there are two hidden layers instead of one, $\tanh$ becomes
// $\mathrm{relu}(a)=\max(a,0)$ (faster to learn with many layers), and a sigmoid, $1/(1+\exp(-a))$, at the end keeps grey values between
// 0 and 1. We train with Adam on batches of 128 pictures. With
// $k=2$ we will be able to draw the latent space; with $k=32$ the pictures will be better.

// %% [markdown] lang="zh"
// 灰色是数据，彩色是过门之后出来的东西。线性版本只够得着一条直线，而穿过一团点的最佳直线，就是这团点变化最大的方向，
// 统计学称之为第一**主成分**。数据已中心化时（这里近似如此），用平方误差训练的线性自编码器，找到的子空间与**主成分分析**（PCA）
// 相同（Baldi & Hornik，1989）。两个版本的窄门一样窄，都得挑选带什么过去；能挑得更好，靠的是非线性的“拐弯”。会拐弯的版本跟上了整条曲线，损失小得多：按默认设置训练 1500 步，不到前者的十分之一；只训练 300 步，约为四分之一。
//
// ## 5 · 换成真实数据
//
// 网络要改四处：$n$ 从 2 变成 784；隐藏层从一层变成两层；$\tanh$ 换成 $\mathrm{relu}(a)=\max(a,0)$
// （层数多时学得更快）；最后加一个 sigmoid，即 $1/(1+\exp(-a))$，让灰度值保持在 0 和 1 之间。训练用 Adam，每批 128 幅图像。取 $k=2$，隐空间就能画出来；取 $k=32$，图像会更清楚。

// %%
const flat = ae.buildAutoencoder({ inputShape: [28, 28, 1], latentDim: 2, hidden: [256, 64], seed: 1 });
const roomy = ae.buildAutoencoder({ inputShape: [28, 28, 1], latentDim: 32, hidden: [256, 64], seed: 1 });
show(nn.parameterTable({ 'encoder, k = 2': flat.encoder, 'decoder, k = 2': flat.decoder }));

// %% [markdown] lang="en"
// **Check the count** before you believe it. A dense layer from $a$ to $b$ units has $a\cdot b$ weights and $b$ biases. For the
// encoder with $k=2$: $784\cdot256+256$, then $256\cdot64+64$, then $64\cdot2+2$. Does the sum agree with the table?

// %% [markdown] lang="zh"
// **先核对参数量，再相信它。** 从 $a$ 个单元到 $b$ 个单元的全连接层有 $a\cdot b$ 个权重和 $b$ 个偏置。$k=2$ 的编码器依次是
// $784\cdot256+256$、$256\cdot64+64$、$64\cdot2+2$。加起来与表中一致吗？

// %%
const epochs = budget({ quick: 1, default: 4, full: 20 });
const flatHistory = await ae.trainAutoencoder(flat, data.train, { epochs, seed: 1 });

// %%
const roomyHistory = await ae.trainAutoencoder(roomy, data.train, { epochs, seed: 1 });
show(
  figures.curves({
    series: [
      { name: 'k = 2', y: flatHistory.loss, smooth: 20 },
      { name: 'k = 32', y: roomyHistory.loss, smooth: 20 },
    ],
    title: 'A wider door loses less' /* zh: '门宽一点，丢得少一点' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'squared error per picture' /* zh: '每幅图像的平方误差' */,
    yRange: [0, 70],
  }),
);

// %% [markdown] lang="en"
// **What you should see**: both curves fall steeply within the first two hundred steps and then creep. After the four epochs of the default budget the loss with $k=2$
// is near 22, with $k=32$ near 10; after one epoch, near 25 and 14 (squared error, summed over the 784 pixels of a picture). **If the loss stays near 68**,
// every output is the same average picture: the hidden units died, and a smaller learning rate or another seed helps. **If it
// is NaN**, the weights have grown beyond all bounds: the learning rate is far too large.

// %% [markdown] lang="zh"
// **你应该看到**：两条损失曲线都在前两百步内急降，之后缓慢下降。按默认设置训练四轮后，$k=2$ 时约为 22，$k=32$ 时约为 10；只训练一轮则约为 25 和 14
// （平方误差，对一幅图像的 784 个像素求和）。**如果损失停在 68 附近**，说明每个输出都是同一幅“平均图像”：隐藏单元“死”了，
// 把学习率调小或换一个种子就好。**如果变成 NaN**，说明权重已经发散：学习率太大了。

// %% [markdown] lang="en"
// ## 6 · What fits through the door
//
// Top row: test pictures the networks never saw. Below, what came through two numbers and through thirty-two. The bars put a number
// on it: the error as a share of the variation within the class (how far its pictures lie from the class's average picture).
//
// **Guess first**: which kind of clothing will suffer most? And does the wider door help all kinds alike?

// %% [markdown] lang="zh"
// ## 6 · 哪些信息过得了门
//
// 第一行是网络从未见过的测试图像；第二、三行分别是通过两个数和三十二个数重构出来的结果。柱状图给出数字：误差占该类自身差异
// （各图像与该类平均图像之差）的比例。
//
// **先猜一猜**：哪一类衣物损失最惨重？门宽了之后，各类受益一样多吗？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Fashion-MNIST through the door
//
// What changes: $n=784$, two hidden layers, relu, a sigmoid at the end.
//
// Loss per picture after a short training: about **22** with $k=2$, about **10** with $k=32$.
//
// **Guess**: which kind of clothing suffers most?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Fashion-MNIST 过窄门
//
// 改动：$n=784$，两个隐藏层，relu，最后加 sigmoid。
//
// 短暂训练后每幅图像的损失：$k=2$ 约 **22**，$k=32$ 约 **10**。
//
// **猜一猜**：哪一类衣物损失最惨重？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Run the two training cells before the lecture, or during a break: together about a minute and a half. Outlines fit through, details do not; blur comes from painting the average.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 两次训练合计约一分半钟，课前或课间先运行。轮廓过得了门，细节过不了；模糊来自“画平均”。

// %% figure="through-the-door" slideshow={"slide_type": "subslide"}
const wardrobe = data.test.images(0, 12);
show(
  figures.imageRows(
    [
      { label: 'original' /* zh: '原图' */, images: wardrobe },
      { label: 'k = 2', images: ae.reconstruct(flat, wardrobe) },
      { label: 'k = 32', images: ae.reconstruct(roomy, wardrobe) },
    ],
    { title: 'Outlines fit through the door, details do not' /* zh: '轮廓过得了门，细节过不了' */ },
  ),
);

// %%
const classes = data.classes['en' /* zh: 'zh' */];
const lostShare = (model: ae.Autoencoder, label: number) =>
  tf.tidy(() => {
    const x = data.test.ofClass(label).images();
    const variation = x.sub(x.mean(0)).square().sum([1, 2, 3]).mean();
    // your loss from exercise 2, one number for each picture
    // zh: 就是练习 2 的损失，每幅图像一个数
    return ae.reconstructionLoss(x, ae.reconstruct(model, x), 'mse').mean().div(variation).dataSync()[0];
  });
show(
  figures.bars({
    categories: classes,
    series: [
      { name: 'k = 2', values: classes.map((_, label) => lostShare(flat, label)) },
      { name: 'k = 32', values: classes.map((_, label) => lostShare(roomy, label)) },
    ],
    title: 'Sandals lose the largest share, through either door' /* zh: '两道门都是凉鞋丢得最多' */,
    y: 'share of variation lost' /* zh: '丢失的类内差异占比' */,
  }),
);

// %% [markdown] lang="en"
// Outlines survive; prints and checks do not, and the last sandal came back as another kind of shoe. Sandals suffer most: each is a different
// tangle of thin straps, so a few numbers cannot say which. The wider door helps every kind, but does not change which kind is the hardest. And everything is a little soft. A thin sharp line in the wrong place is punished
// twice, once where it is and once where it should be; a soft line is punished only a little. If a code leaves several pictures $x$ possible, the best single answer $c$ is their *average*: the derivative of
// $\mathbb E\lVert x-c\rVert^2$ by $c$ is $2(c-\mathbb E[x])$, which is zero at $c=\mathbb E[x]$. So the decoder paints averages. You will meet this blur again in lesson 04.

// %% [markdown] lang="zh"
// 轮廓保住了，印花和格纹没有，最后那只凉鞋出来时成了另一种鞋。凉鞋损失最惨重：每一只都是不同的细带缠绕方式，几个数说不清是哪一只。
// 门宽了，各类都受益，但最难的还是凉鞋。而且所有图像都有点发虚。按平方误差，一条锐利却放错位置的细线要罚两次：
// 不该有的地方罚一次，该有的地方再罚一次；柔和的线只罚一点。如果一个编码对应好几种可能的图像 $x$，最好的单一回答 $c$ 就是它们的*平均*：
// $\mathbb E\lVert x-c\rVert^2$ 对 $c$ 的导数是 $2(c-\mathbb E[x])$，在 $c=\mathbb E[x]$ 处为零。所以解码器画的是平均。这种模糊，第 04 课还会遇到。

// %% [markdown] lang="en"
// ## 7 · The map
//
// With $k=2$ every picture has an address in the plane. Here are the addresses of the test pictures, coloured by class. The network
// was never told the classes.
//
// **Look for three things**: two classes that lie on top of each other, a class that has a region to itself, and a stretch
// that is empty.

// %% [markdown] lang="zh"
// ## 7 · 地图
//
// 当 $k=2$ 时，每幅图像在平面上都有一个地址。下面是测试图像的地址，按类别着色。网络从来没有见过类别标签。
//
// **找三样东西**：两个叠在一起的类别，一个独占一块地盘的类别，一片空地。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The map
//
// With $k=2$ every picture has an address.
//
// Find on it: two classes on top of each other · one with a region to itself · an empty stretch

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 地图
//
// $k=2$ 时，每幅图像都有一个地址。
//
// 在图上找：两个叠在一起的类别 · 一个独占一块地盘的类别 · 一片空地

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Nobody told it the classes. No scale, no centre, gaps between rays: the loss asked for none of it. These gaps are what the next slides fall into. Exercise 3, ten minutes: how many neighbours are of one class?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 没有人告诉过它类别。没有比例尺，没有中心，射线之间有空隙：损失函数从没要求过整齐。后面就会掉进这些空隙。练习 3，十分钟：有多少邻居是同类？

// %% figure="latent-map" slideshow={"slide_type": "subslide"}
const shown = 4000;
const addresses = ae.encode(flat, data.test.images(0, shown));
show(
  figures.scatter2d({
    points: addresses,
    labels: data.test.labels(0, shown),
    classes,
    title: 'The map of clothes: neighbours look alike, and there are gaps' /* zh: '衣物地图：邻居长得像，中间有空隙' */,
    x: 'z₁',
    y: 'z₂',
  }),
);

// %% [markdown] lang="en"
// Pullovers, coats and shirts share one country: on 28 × 28 grey pixels their outlines hardly differ. Trousers and shoes lie far apart, at the ends of two rays. Shoes of the three kinds are neighbours. And the map has no scale and no centre: clusters stretch into long rays, some codes
// lie eight or ten units out, and white gaps open between the rays. Nothing in the loss asked for a tidy map. It asked for addresses from
// which the picture can be restored, and any addresses will do.
//
// ### Exercise 3 · Are neighbours alike? (3 points)
//
// The title of the map claims something; put a number on it. Find for each point the nearest *other* point. The number is the share of points whose nearest neighbour has the same label as they have.
// With ten classes of the same size, neighbours at random would give about 0.1. Each point is an array of its coordinates; plain loops or `.map` and `Math.min` will do.

// %% [markdown] lang="zh"
// 套头衫、外套和衬衫挤在同一块地盘上：在 28 × 28 的灰度像素里，它们的轮廓几乎没有差别。裤子和鞋相隔最远，各占一条射线的末端。三种鞋互为邻居。
// 而且这张地图既没有比例尺，也没有中心：有的类别拉成长长的射线，有的编码远到八个、十个单位之外，射线之间留着空白。
// 损失函数从没要求过一张整齐的地图。它只要求：凭地址能还原图像。至于是什么地址，无所谓。
//
// ### 练习 3 · 邻居是同类吗？（3 分）
//
// 地图的标题下了一个断语，现在给它一个数字。对每个点，找出离它最近的*另一个*点；要算的是：最近邻的标签与自己相同的点，占多大比例。
// 十个类别一样多时，随便指派邻居约得 0.1。每个点是一个坐标数组，用普通的循环，或者 `.map` 加 `Math.min` 都行。

// %% grade_id="ae-neighbours" points=3
/** The share of points whose nearest other point has the same label: 0 to 1. points: N rows of coordinates */
/* zh: 最近邻（不含自己）与自己标签相同的点所占的比例，0 到 1。points: N 行坐标 */
function neighboursAlike(points: readonly (readonly number[])[], labels: readonly number[]): number {
  // BEGIN SOLUTION
  const apart = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
  const alike = points.filter((here, i) => {
    const gaps = points.map((there, j) => (j === i ? Infinity : apart(here, there)));
    return labels[gaps.indexOf(Math.min(...gaps))] === labels[i];
  });
  return alike.length / points.length;
  // END SOLUTION
}
await check('ae-neighbours', { neighboursAlike });

// %%
const asked = budget({ quick: 200, default: 1000, full: 1000 });
const kinds = Array.from(data.test.labels(0, asked));
const spaces = {
  ['784 pixels' /* zh: '784 个像素' */]: data.test.images(0, asked).reshape<Tensor2D>([asked, 784]),
  'k = 32': ae.encode(roomy, data.test.images(0, asked)),
  'k = 2': ae.encode(flat, data.test.images(0, asked)),
};
show(
  figures.table(
    Object.entries(spaces).map(([space, rows]) => ({
      ['neighbours in' /* zh: '在哪里找邻居' */]: space,
      ['of the same class' /* zh: '同类的比例' */]: neighboursAlike(rows.arraySync(), kinds).toFixed(2),
    })),
    {
      title: 'Neighbours are of one class far more often than by chance' /* zh: '邻居是同类的比例，远高于碰运气' */,
    },
  ),
);

// %% [markdown] lang="en"
// Far above 0.1 everywhere, though no network was told a class. Compare the rows: how much of the neighbourhoods that the 784 pixels have do thirty-two numbers keep, and how much do two? Where pullovers, coats and shirts overlap on the map, a neighbour is often of another class; that pulls the last number down.
//
// ## 8 · Walking in a straight line
//
// Take the codes of two pictures and walk from one to the other (this is *linear interpolation* in the latent space),
//
// $$z(s)=(1-s)\,z_a+s\,z_b,\qquad s\in[0,1],$$
//
// decoding as you go.
//
// ### Exercise 4 · The walk (2 points)

// %% [markdown] lang="zh"
// 没有哪个网络见过类别，比例却处处远高于 0.1。逐行比一比：784 个像素里的邻居关系，三十二个数保住了多少，两个数又保住了多少？在地图上套头衫、外套和衬衫重叠的地方，邻居常常是别的类，最后一个数就是这样被拉低的。
//
// ## 8 · 走一条直线：线性插值
//
// 取两幅图像的编码，在隐空间里从一个走到另一个，也就是*线性插值*（linear interpolation），
//
// $$z(s)=(1-s)\,z_a+s\,z_b,\qquad s\in[0,1],$$
//
// 一边走一边解码。
//
// ### 练习 4 · 走一走（2 分）

// %% grade_id="ae-walk" points=2
/** `steps` codes evenly spaced on the line from za to zb, both ends included. za, zb: [k] -> [steps,k] */
/* zh: 从 za 到 zb 的直线上等距的 `steps` 个编码，含两端。za、zb: [k] -> [steps,k] */
function walk(za: Tensor1D, zb: Tensor1D, steps: number): Tensor2D {
  // hint: tf.linspace gives the s, and a column [steps,1] times a row [1,k] is [steps,k]
  // zh: 提示：tf.linspace 给出各个 s；一列 [steps,1] 乘一行 [1,k] 得到 [steps,k]
  // BEGIN SOLUTION
  const s = tf.linspace(0, 1, steps).reshape<Tensor2D>([steps, 1]); // [steps,1]
  return za.mul(tf.sub(1, s)).add<Tensor2D>(zb.mul(s)); // [steps,k]
  // END SOLUTION
}
await check('ae-walk', { walk });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Walking in a straight line
//
// $$z(s)=(1-s)\,z_a+s\,z_b$$
//
// Straight in the latent space. On the data manifold? Only by luck.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 走一条直线：线性插值
//
// $$z(s)=(1-s)\,z_a+s\,z_b$$
//
// 在隐空间里是直的。还贴着数据流形吗？全凭运气。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 4, five minutes. Trouser to boot crosses ground where nobody trained the decoder.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 4，五分钟。从裤子走到短靴，要穿过解码器从没训练过的地方。

// %% figure="walk" slideshow={"slide_type": "fragment"}
const labels = data.test.labels(0, 500);
const firstOf = (label: number) => data.test.images([labels.indexOf(label)]);
const [trouser, sneaker, boot] = [1, 7, 9].map((label) => ae.encode(flat, firstOf(label)).reshape<Tensor1D>([2]));
show(
  figures.imageRows(
    [
      { label: 'trouser → boot' /* zh: '裤子 → 短靴' */, images: ae.decode(flat, walk(trouser, boot, 12)) },
      { label: 'sneaker → boot' /* zh: '运动鞋 → 短靴' */, images: ae.decode(flat, walk(sneaker, boot, 12)) },
    ],
    { title: 'A straight walk stays among clothes only by luck' /* zh: '直线行走能否一直是衣服，全凭运气' */ },
  ),
);

// %% [markdown] lang="en"
// From a trouser to an ankle boot the walk crosses ground on which no training picture ever stood, and the decoder, never trained there, paints dark smears or next to nothing. From a sneaker to a boot it stays in the country of shoes and every
// stop is a shoe. The line is straight in the latent space; whether it stays on the data manifold is luck.
//
// ## 9 · The machine is asked to invent
//
// A generator must make new pictures from nothing but a draw of random numbers. We have a decoder. So draw random codes and decode them. The
// simplest source is the **standard Gaussian** $\mathcal N(0,I)$: every coordinate independent, with mean 0 and variance 1.
//
// **Guess first**: take the 32-number autoencoder, the one with the better reconstructions. Will its inventions be better
// too?
//
// ### Exercise 5 · Find the bug (2 points)
//
// Real codes need not have mean 0 and variance 1. To be fair to the machine, we shall also draw codes that have, in each coordinate, the mean and the spread of the codes of real pictures. Here is a program for that.
// It runs, and two things in it are wrong:
//
// ```ts
// const { mean, variance } = tf.moments(codes); // codes: [N,k]
// return noise.mul(variance).add(mean);         // noise: [M,k], drawn from N(0, I)
// ```
//
// Write it right.

// %% [markdown] lang="zh"
// 从裤子走到短靴，途中要穿过从来没有训练图像落脚的地方。解码器从没在那里训练过，画出来的只剩模糊的暗影，甚至几乎一片漆黑。
// 而从运动鞋走到短靴，一路都在鞋的地盘上，每一站都是鞋。线在隐空间里是直的；它是否还贴着数据流形，全凭运气。
//
// ## 9 · 让机器设计新衣
//
// 生成器必须只凭一组随机数，就造出新的图像。解码器我们已经有了，那就随机抽取编码，解码看看。
// 最简单的来源是**标准高斯分布** $\mathcal N(0,I)$：各坐标相互独立，均值为 0，方差为 1。
//
// **先猜一猜**：32 个数的自编码器重构得更好，它设计的新衣也会更好吗？
//
// ### 练习 5 · 找出错误（2 分）
//
// 真实的编码不一定均值为 0、方差为 1。为了公平，我们再抽一种编码：它在每个坐标上的均值和分散程度，都与真实图像的编码相同。下面的程序就是干这个的。
// 它能运行，却有两处错误：
//
// ```ts
// const { mean, variance } = tf.moments(codes); // codes: [N,k]
// return noise.mul(variance).add(mean);         // noise: [M,k]，抽自 N(0, I)
// ```
//
// 请写出正确的版本。

// %% grade_id="ae-fitted" points=2
/** Codes with the mean and the spread of `codes` in each coordinate. codes: [N,k]; noise from N(0, I): [M,k] -> [M,k] */
/* zh: 每个坐标上的均值和标准差都与 `codes` 相同的编码。codes: [N,k]；noise 抽自 N(0, I): [M,k] -> [M,k] */
function fittedCodes(codes: Tensor2D, noise: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  const each = tf.moments(codes, 0); // [k] and [k]
  return noise.mul<Tensor2D>(each.variance.sqrt()).add(each.mean);
  // END SOLUTION
}
await check('ae-fitted', { fittedCodes });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Ask it to invent
//
// Draw $z\sim\mathcal N(0,I)$, decode.
//
// **Guess**: the autoencoder with 32 numbers reconstructs better. Does it invent better?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 让它凭空设计
//
// 抽取 $z\sim\mathcal N(0,I)$，解码。
//
// **猜一猜**：32 个数的自编码器重构得更好。它设计得也更好吗？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 5, five minutes. Let them vote; it is the other way round: in 32 dimensions the used addresses are a vanishing part of the space. End with the two wishes: a distribution to draw from, and no holes. Lesson 04 grants both.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 5，五分钟。先表决；事实相反：在 32 维里，用过的地址只占空间微乎其微的一部分。最后留下两个愿望：一个可以抽样的分布，以及没有空洞。第 04 课同时满足。

// %% figure="inventions" slideshow={"slide_type": "subslide"}
const fitted = fittedCodes(ae.encode(roomy, data.train.images(0, 5000)), random.normal([12, 32]));
show(
  figures.imageRows(
    [
      { label: 'k = 2, N(0, I)', images: ae.decode(flat, random.normal([12, 2])) },
      { label: 'k = 32, N(0, I)', images: ae.decode(roomy, random.normal([12, 32])) },
      { label: 'k = 32, fitted' /* zh: 'k = 32，拟合' */, images: ae.decode(roomy, fitted) },
    ],
    { title: 'Better reconstructions, worse inventions' /* zh: '重构更好，设计更差' */ },
  ),
);

// %% [markdown] lang="en"
// It is the other way round. And it is not only that $\mathcal N(0,I)$ has the wrong size for these codes: those of the third row have the mean and
// the spread of real ones in each coordinate, and still give chimeras. With $k=2$ a random code
// has a fair chance to land near *some* used address. In 32 dimensions the used addresses are a vanishing part of the space, just as clothes
// are in the space of pixels. We have moved the problem of section 1 into a smaller room; we have not solved it.
//
// An autoencoder is a **compressor**: it is trained so that $d(e(x))\approx x$ for data $x$, and nothing was ever asked of
// $d(z)$ for a $z$ that is no picture's code. A **generator** needs two more things:
//
// 1. a distribution to draw $z$ from, such that the draws land where the decoder knows its way;
// 2. no holes: a code *near* a used one must decode to something sensible as well.
//
// Lesson 04 gets both: a picture's code becomes a small **cloud** instead of a point, and one more term in the loss keeps the clouds together.
//
// ## 10 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. What would happen with k = 784?</summary>
//
// Nothing would have to be given up. With layers that are wide enough throughout, encoder and decoder could both come close to
// the identity: loss near 0, nothing learnt. The bottleneck (or some other obstacle, such as noise on the input) is what
// makes the code worth having.
// </details>
//
// <details><summary>2. The loss with k = 32 is far below that with k = 2. Is that network a better model of clothes?</summary>
//
// It is a better compressor of clothes. About how clothes are *distributed* neither says anything: the loss never asks
// for a probability.
// </details>
//
// <details><summary>3. The fitted Gaussian of section 9 did not help with k = 32. What would?</summary>
//
// One Gaussian laid over rays with gaps between them still lands in the gaps, and nothing has trained the decoder there. Two ways
// out: train so that there are no gaps (lesson 04), or learn a far better density of the codes than one Gaussian (lesson 15,
// latent diffusion).
// </details>
//
// <details><summary>4. Your own squared error averaged over pixels is 0.0281. What is it in this lesson's units?</summary>
//
// Ours is summed over the 784 pixels of a picture: 0.0281 × 784 ≈ 22.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | encoder, code | $z=e(x)=f_{\text{enc}}(x)\in\mathbb R^k$ |
// | decoder, reconstruction | $\hat x=d(z)\in\mathbb R^n$ |
// | loss of one example | $\lVert x-d(e(x))\rVert^2$, summed over $n$ coordinates |
// | loss of a batch | the average of that over $B$ examples |
// | linear autoencoder | spans the first $k$ principal components |
// | walk (linear interpolation) | $z(s)=(1-s)z_a+s z_b$ |
//
// ## Further reading
//
// - Hinton & Salakhutdinov (2006), *Reducing the Dimensionality of Data with Neural Networks*, Science 313: 504–507. The
//   paper that made deep autoencoders work; its figure of a 2-D map beside PCA's is the ancestor of ours.
// - Baldi & Hornik (1989), *Neural Networks and Principal Component Analysis: Learning from Examples Without Local Minima*,
//   Neural Networks 2(1): 53–58. The linear case, proven.
// - Vincent, Larochelle, Bengio & Manzagol (2008), *Extracting and Composing Robust Features with Denoising Autoencoders*,
//   ICML. Noise on the input in place of a narrow door.
// - Xiao, Rasul & Vollgraf (2017), *Fashion-MNIST*, arXiv:1708.07747. The data.

// %% [markdown] lang="zh"
// 事实正好相反。而且不只是 $\mathcal N(0,I)$ 的大小与编码不合：第三行的编码，在每个坐标上都与真实编码
// 有相同的均值和方差，解出来的仍是四不像。$k=2$ 时，随机编码还有不小的机会落在*某个*用过的地址附近；到了 32 维，用过的地址在空间里
// 微乎其微，就像衣服在像素空间里一样。我们只是把第 1 节的难题搬进了一间小一点的屋子，并没有解决它。
//
// 自编码器是一个**压缩器**：训练只要求它对数据 $x$ 做到 $d(e(x))\approx x$；对于不是任何图像编码的 $z$，从来没人对 $d(z)$
// 提过要求。
// **生成器**还需要两样东西：
//
// 1. 一个可以从中抽取 $z$ 的分布，抽到的地方正好是解码器熟悉的地方；
// 2. 没有空洞：用过的编码*附近*，解码出来也得像样。
//
// 第 04 课同时得到这两样：图像的编码不再是一个点，而是一小团**云**；损失里多出一项，把这些云聚在一起。
//
// ## 10 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 如果 k = 784，会发生什么？</summary>
//
// 什么都不必放弃。只要各层都够宽，编码器和解码器可以都接近恒等映射：损失接近 0，什么也没学到。正因为有瓶颈（或者别的障碍，比如给输入加噪声），
// 编码才有价值。
// </details>
//
// <details><summary>2. k = 32 的损失比 k = 2 小得多，它是更好的“衣物模型”吗？</summary>
//
// 它是更好的衣物压缩器。至于衣物是怎样*分布*的，两个网络都没有说：损失函数里根本没有概率。
// </details>
//
// <details><summary>3. 第 9 节里，k = 32 时换用拟合的高斯分布也没用。怎样才有用？</summary>
//
// 把一个高斯分布盖在几条带空隙的射线上，照样会落进空隙，而解码器从没在那里训练过。出路有两条：训练时就不留空隙（第 04 课）；
// 或者给编码学一个远比单个高斯更好的密度（第 15 课，隐空间扩散）。
// </details>
//
// <details><summary>4. 你自己的程序对像素取平均，得到平方误差 0.0281。换成本课的单位是多少？</summary>
//
// 我们对一幅图像的 784 个像素求和：0.0281 × 784 ≈ 22。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 编码器，编码 | $z=e(x)=f_{\text{enc}}(x)\in\mathbb R^k$ |
// | 解码器，重构 | $\hat x=d(z)\in\mathbb R^n$ |
// | 单个样本的损失 | $\lVert x-d(e(x))\rVert^2$，对 $n$ 个坐标求和 |
// | 一批样本的损失 | 上式对 $B$ 个样本取平均 |
// | 线性自编码器 | 张成前 $k$ 个主成分的空间 |
// | 线性插值 | $z(s)=(1-s)z_a+s z_b$ |
//
// ## 延伸阅读
//
// - Hinton & Salakhutdinov (2006), *Reducing the Dimensionality of Data with Neural Networks*, Science 313: 504–507.
//   让深层自编码器真正可用的论文；文中与 PCA 并排的二维地图，是我们那张图的祖先。
// - Baldi & Hornik (1989), *Neural Networks and Principal Component Analysis: Learning from Examples Without Local Minima*,
//   Neural Networks 2(1): 53–58. 线性情形的证明。
// - Vincent, Larochelle, Bengio & Manzagol (2008), *Extracting and Composing Robust Features with Denoising Autoencoders*,
//   ICML. 用输入噪声代替窄门。
// - Xiao, Rasul & Vollgraf (2017), *Fashion-MNIST*, arXiv:1708.07747. 数据集。
