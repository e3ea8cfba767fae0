// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Conditional GANs: asking for what you want"
//   zh: 条件 GAN：想要什么，就画什么
// minutes: 75
// terms:
//   conditional GAN: 条件 GAN
//   condition: 条件
//   caption: 描述
//   conditional mean: 条件均值
//   concatenation: 拼接
//   projection: 投影
//   mismatched pair: 不匹配对
//   embedding: 嵌入
// ---

// %% [markdown] lang="en"
// # 07 · Conditional GANs: asking for what you want
//
// The generator of lesson 05 draws what it likes. By the end of this lesson yours takes orders: you ask for a boot and get a boot, you type a sentence about a face, and you can measure how much of it was heard. Between the two lies one question that decides everything:
// *what exactly does the discriminator judge?*
//
// **You can then**
//
// 1. derive what a network learns that is trained to turn a text into *the* picture, and show that this picture may be like none of the data;
// 2. write the value function of a conditional GAN and its best discriminator;
// 3. put a condition into a discriminator in two ways, beside the features and by a projection;
// 4. name the three kinds of pairs and write the loss over them;
// 5. say what the discriminator's probabilities are at equilibrium with three kinds of pairs, and why it is not ½;
// 6. find the bug in a program that makes "wrong" pairs by shuffling, and compute its damage;
// 7. draw a class grid, and a row with the same $z$ under changing conditions, and read both;
// 8. measure whether the generator obeys.
//
// **Time**: about 75 minutes to read and work through. All training cells together take about three and a half minutes on two processor cores;
// each says beforehand how long it takes.

// %% [markdown] lang="zh"
// # 07 · 条件 GAN：想要什么，就画什么
//
// 第 05 课的生成器想画什么就画什么。学完本课，你的生成器会听吩咐：要一只靴子，就得到靴子；写一句描述人脸的话，还能测出它听进去了多少。
// 从前者到后者，一切取决于一个问题：*判别器评判的究竟是什么？*
//
// **学完之后，你能够**
//
// 1. 推导：训练网络把一段文字变成*那一幅*图像，它学到的是什么；并说明这幅图可能与任何数据都不像；
// 2. 写出条件 GAN 的价值函数和它的最优判别器；
// 3. 用两种方式把条件送进判别器：与特征拼接，或者做投影；
// 4. 说出三种配对，并写出相应的损失；
// 5. 说出有三种配对时，均衡处判别器给出的概率是多少，为什么不是 ½；
// 6. 在靠“打乱”来制造错误配对的程序里找出错误，并算出它的危害；
// 7. 画出类别网格，以及 $z$ 不变、条件变化的一行，并看懂它们；
// 8. 测量生成器听不听话。
//
// **用时**：阅读和练习约 75 分钟。所有训练代码在双核处理器上合计约三分半钟，每段都会事先说明要多久。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import {
  budget,
  cgan,
  check,
  datasets,
  engine,
  figures,
  loadCheckpoint,
  metrics,
  nn,
  Random,
  show,
  train,
} from 'genlab';

const random = new Random(7);

// %%
console.log(engine.describe(await engine.ready()));
const fashion = await datasets.fashionMnist();
const classNames = fashion.classes['en' /* zh: 'zh' */];

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Why not supervise?
//
// - Many pictures are right for "a sandal"
// - Squared error: $\;f^*(y)=\mathbb E[x\mid y]$
// - The average of right answers need not be a right answer

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 为什么不直接监督学习？
//
// - “一只凉鞋”对应的正确图像很多
// - 平方误差：$\;f^*(y)=\mathbb E[x\mid y]$
// - 正确答案的平均，未必是正确答案

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Seven minutes. Ask what a student should draw for "a train in profile" to be least wrong over all trains, half of which go left and half right: a train with two fronts. Then show the ring.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 七分钟。问：题目是“火车的侧面”，一半的火车朝左，一半朝右，怎样画才能平均错得最少？画一列有两个车头的火车。然后放出圆环那幅图。

// %% [markdown] lang="en"
// ## 1 · Why not just supervise?
//
// You have pairs: a word $y$ and a picture $x$. Train a network $f$ so that $f(y)$ is close to $x$, as one trains any regression. What does it learn? Take the squared error and one fixed $y$:
//
// $$
// \begin{aligned}
// \mathbb E\bigl[\lVert x-c\rVert^2\mid y\bigr] && &\text{the loss if we answer } c=f(y)\\
// \nabla_c\,\mathbb E\bigl[\lVert x-c\rVert^2\mid y\bigr]&=-2\,\mathbb E[x-c\mid y]=0 && \text{at the best } c\text{, the slope is 0}\\
// c&=\mathbb E[x\mid y] && c\text{ is a constant, so it leaves the mean}
// \end{aligned}
// $$
//
// The best answer is the **conditional mean**: the average of all right answers. Is an average of right answers right? A toy where you can see it: eight bumps on a ring; $y$ is 0 for every second one, 1 for the others.
//
// **Guess first**: where does the best supervised $f$ put its answer for $y=0$, and for $y=1$?

// %% [markdown] lang="zh"
// ## 1 · 为什么不直接监督学习？
//
// 手头有成对的数据：一个词 $y$，一幅图像 $x$。像普通的回归那样，训练网络 $f$，使 $f(y)$ 接近 $x$。它学到的是什么？取平方误差，固定一个 $y$：
//
// $$
// \begin{aligned}
// \mathbb E\bigl[\lVert x-c\rVert^2\mid y\bigr] && &\text{回答 } c=f(y) \text{ 时的损失}\\
// \nabla_c\,\mathbb E\bigl[\lVert x-c\rVert^2\mid y\bigr]&=-2\,\mathbb E[x-c\mid y]=0 && \text{最优的 } c \text{ 处斜率为 0}\\
// c&=\mathbb E[x\mid y] && c \text{ 是常数，可以提出来}
// \end{aligned}
// $$
//
// 最好的回答是**条件均值**（conditional mean）：所有正确答案的平均。正确答案的平均还正确吗？看一个一目了然的小例子：圆环上的八个峰，隔一个取一个，记为 $y=0$，其余为 $y=1$。
//
// **先猜一猜**：对 $y=0$ 和 $y=1$，最好的监督学习 $f$ 分别把答案放在哪里？

// %%
const eight = datasets.toys.eightGaussians;
const drawnRing = eight.draw(8000, new Random(1));
const parity = Array.from(drawnRing.labels, (part) => part % 2);
const ringOf = (y: number) => drawnRing.points.filter((_, i) => parity[i] === y).slice(0, 250);
const meanOf = (rows: number[][]) => [0, 1].map((axis) => rows.reduce((sum, row) => sum + row[axis], 0) / rows.length);
const view = { x: 'x₁', y: 'x₂', xRange: [-3, 3] as const, yRange: [-3, 3] as const };
const of = [ringOf(0), ringOf(1)];
const answers = [0, 1].map((y) => meanOf(drawnRing.points.filter((_, i) => parity[i] === y)));
show(
  figures.scatter2d({
    ...view,
    series: [
      { name: 'y = 0', points: of[0], color: 0 },
      { name: 'y = 1', points: of[1], color: 1 },
      { name: 'best answers' /* zh: '最优回答' */, points: answers, color: 2, symbol: 'diamond' },
    ],
    title: 'Both best answers lie in the middle, where no data are' /* zh: '两个最优回答都在正中，那里没有数据' */,
    pointSize: 8,
  }),
);

// %% [markdown] lang="en"
// In the middle, both of them, in the one place where nothing ever is. And the two answers are the same, although the orders were different.
//
// ### Exercise 1 · What supervision converges to (2 points)
//
// For pictures (as rows of pixels) with class numbers: the best answer for each class. `tf.oneHot` and one matrix product do it without a loop.

// %% [markdown] lang="zh"
// 两个都在正中间，偏偏是唯一什么都没有的地方。而且要求不同，回答却一样。
//
// ### 练习 1 · 监督学习收敛到什么（2 分）
//
// 已知图像（每行是一幅的像素）和类别编号，求每一类的最优回答。用 `tf.oneHot` 和一次矩阵乘法就行，不必写循环。

// %% grade_id="cgan-average" points=2
/** The supervised answer for each class under the squared error. x: [N,pixels], labels: [N] int32 -> [classes,pixels] */
/* zh: 平方误差下，监督学习对每一类的回答。x: [N,pixels]，labels: [N] int32 -> [classes,pixels] */
function bestAnswers(x: Tensor2D, labels: Tensor1D, classes: number): Tensor2D {
  // BEGIN SOLUTION
  const members = tf.oneHot(labels.toInt(), classes).toFloat() as Tensor2D; // [N,classes]
  const counts = members.sum<Tensor1D>(0).expandDims<Tensor2D>(1); // [classes,1]
  return members.transpose<Tensor2D>().matMul<Tensor2D>(x).div<Tensor2D>(counts);
  // END SOLUTION
}
await check('cgan-average', { bestAnswers });

// %%
const sampleSize = budget({ quick: 500, default: 5000, full: 20_000 });
const averages = tf.tidy(() =>
  bestAnswers(
    fashion.train.images(0, sampleSize).reshape([sampleSize, 784]) as Tensor2D,
    tf.tensor1d(fashion.train.labels(0, sampleSize), 'int32'),
    10,
  ).reshape([10, 28, 28, 1]),
) as tf.Tensor4D;
show(
  figures.imageRows(
    [
      { label: 'supervised' /* zh: '监督学习' */, images: averages },
      {
        label: 'one of the data' /* zh: '数据之一' */,
        images: tf.concat(classNames.map((_, label) => fashion.train.ofClass(label).images(2, 3))) as tf.Tensor4D,
      },
    ],
    {
      scale: 2,
      title: 'Asked for a class, supervision shows its average' /* zh: '点名要一类，监督学习给出的是这一类的平均' */,
    },
  ),
);

// %% [markdown] lang="en"
// (From left to right: T-shirt, trousers, pullover, dress, coat, sandal, shirt, sneaker, bag, boot.) Trousers average well, because all trousers look alike. Sandals do not: their average is like no sandal, and the average bag has lost its straps and patterns. The more the right answers differ, the worse their average. (Section 7 shows it for sentences.)
//
// What is missing is not a bigger network but another question. Not "how far from *the* answer", but "could this be *an* answer to this order?" That is a question for a discriminator.

// %% [markdown] lang="zh"
// （从左到右：T 恤、裤子、套头衫、连衣裙、外套、凉鞋、衬衫、运动鞋、包、短靴。）裤子的平均还不错，因为裤子都差不多。凉鞋就不行：平均起来不像任何一只凉鞋；包的平均则没了提手和花纹。正确的答案彼此差别越大，平均就越糟。（第 7 节会用句子来演示。）
//
// 问题不在网络太小，而在问法不对。不问“离*那个*答案有多远”，而问“这能不能算*一个*符合要求的答案？”这正是判别器能回答的问题。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Judge pairs, not pictures
//
// $$\min_G\max_D\;\mathbb E_{(x,y)}\log D(x,y)+\mathbb E_{y,z}\log\bigl(1-D(G(z,y),y)\bigr)$$
//
// - $D$ must see $y$ too: otherwise $G$ may ignore it
// - best $D$: $\;p(x\mid y)\,/\,\bigl(p(x\mid y)+p_g(x\mid y)\bigr)$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 评判配对，而不是图像
//
// $$\min_G\max_D\;\mathbb E_{(x,y)}\log D(x,y)+\mathbb E_{y,z}\log\bigl(1-D(G(z,y),y)\bigr)$$
//
// - $D$ 也必须看到 $y$：否则 $G$ 可以不理它
// - 最优的 $D$：$\;p(x\mid y)\,/\,\bigl(p(x\mid y)+p_g(x\mid y)\bigr)$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Ask: G is told y, D is not. What does G gain by obeying? Nothing. Let somebody say it aloud.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。问：告诉 G 条件是什么，却不告诉 D，G 听话有什么好处？没有。让学生自己说出来。

// %% [markdown] lang="en"
// ## 2 · Judge pairs, not pictures
//
// Give the **condition** $y$ (a class, or a sentence as a vector) to both players: $G(z,y)$ makes an example, with density $p_g(x\mid y)$, and $D(x,y)$ judges the *pair*. This is the **conditional GAN** of Mirza and Osindero (2014):
//
// $$\min_G\max_D\;\mathbb E_{(x,y)\sim p_{\text{data}}}\bigl[\log D(x,y)\bigr]+\mathbb E_{y\sim p_{\text{data}},\,z}\bigl[\log(1-D(G(z,y),y))\bigr].$$
//
// Lesson 05's derivation of the best judge goes through for pairs, word for word. Both kinds of pairs get $y$ from the data, so $p(y)$ cancels:
//
// $$D^*(x,y)=\frac{p(x\mid y)\,p(y)}{p(x\mid y)\,p(y)+p_g(x\mid y)\,p(y)}=\frac{p(x\mid y)}{p(x\mid y)+p_g(x\mid y)} .$$
//
// So at equilibrium $p_g(x\mid y)=p(x\mid y)$, *for each $y$ separately*. A perfect picture of the wrong thing has $p(x\mid y)=0$, so $D^*=0$.
//
// **Break it in thought**: what if only $G$ gets $y$ and $D$ does not? Then $D$ cannot see a difference between a boot drawn for "boot" and a boot drawn for "bag". Nothing in $G$'s loss depends on obeying, and whatever $G$ does with $y$ is an accident. Section 5 tries a close relative of this.

// %% [markdown] lang="zh"
// ## 2 · 评判配对，而不是图像
//
// 把**条件**（condition）$y$（一个类别，或表示成向量的一句话）交给双方：$G(z,y)$ 生成样本，其密度记作 $p_g(x\mid y)$；$D(x,y)$ 评判*配对*。这就是 Mirza 与 Osindero（2014）的**条件 GAN**（conditional GAN）：
//
// $$\min_G\max_D\;\mathbb E_{(x,y)\sim p_{\text{data}}}\bigl[\log D(x,y)\bigr]+\mathbb E_{y\sim p_{\text{data}},\,z}\bigl[\log(1-D(G(z,y),y))\bigr].$$
//
// 第 05 课最优判别器的推导，原样适用于配对。两种配对的 $y$ 都来自数据，所以 $p(y)$ 约掉：
//
// $$D^*(x,y)=\frac{p(x\mid y)\,p(y)}{p(x\mid y)\,p(y)+p_g(x\mid y)\,p(y)}=\frac{p(x\mid y)}{p(x\mid y)+p_g(x\mid y)} .$$
//
// 所以均衡时 $p_g(x\mid y)=p(x\mid y)$，而且是*对每个 $y$ 分别*成立。画得再完美，画错了东西就有 $p(x\mid y)=0$，于是 $D^*=0$。
//
// **在脑子里弄坏它**：如果只有 $G$ 拿到 $y$，$D$ 没有，会怎样？为“靴子”画的靴子，与为“包”画的靴子，在 $D$ 眼里没有区别。$G$ 的损失与听不听话毫无关系，它拿 $y$ 做了什么，全凭偶然。第 5 节会试一种与此相近的情形。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two ways in
//
// - **Concatenation**: put $y$ beside the features, let layers mix them
// - **Projection**: $\;a(x,y)=w^\top\varphi(x)+b+y^\top V\varphi(x)$
// - The second is what the best logit looks like

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 送进去的两种方式
//
// - **拼接**：把 $y$ 放在特征旁边，让后面的层去混合
// - **投影**：$\;a(x,y)=w^\top\varphi(x)+b+y^\top V\varphi(x)$
// - 第二种就是最优 logit 的样子

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Point at the row of V that a one-hot y picks: each class brings its own direction.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。指着独热的 y 选中的那一行 V：每个类别带来自己的方向。

// %% [markdown] lang="en"
// ## 3 · How the condition gets in
//
// One of $K$ classes becomes a vector as one-hot, $y\in\{0,1\}^K$; a sentence becomes a vector by a text encoder. In $G$ the vector stands beside $z$. In $D$ there are two ways. Write $\varphi(x)\in\mathbb R^n$ for the features of $D$'s last hidden layer, $V$ for a matrix $K\times n$, $w$ and $b$ for the last layer without a condition.
//
// **Concatenation.** $[\varphi(x),\,y]$, and further layers on top. (On feature maps: repeat $y$ at each place and add it as channels.) Simple; the layers above must find out how the two go together.
//
// **Projection** (Miyato & Koyama, 2018). Look at what the best logit is:
//
// $$
// \begin{aligned}
// a^*(x,y)&=\log\frac{p(x\mid y)}{p_g(x\mid y)} && \text{logit of } D^*\\
// &=\log\frac{p(y\mid x)}{p_g(y\mid x)}+\log\frac{p(x)}{p_g(x)} && \text{Bayes; } p(y) \text{ is the same for both}
// \end{aligned}
// $$
//
// Suppose both classifiers, $p(y\mid x)$ and $p_g(y\mid x)$, are softmax layers on $\varphi(x)$ with a weight vector for each class, $v_y$ and $v^g_y$. Then $\log p(y\mid x)=v_y^\top\varphi(x)-\log Z(x)$, where $Z(x)$ is the softmax's sum, and likewise for $p_g$. The first term is then $(v_y-v_y^g)^\top\varphi(x)$, linear in $\varphi$
// with a direction for each $y$, plus terms without $y$. For everything without $y$ we take one linear layer. (That is a choice of model; nothing proves those terms linear.)
//
// $$a(x,y)=\underbrace{w^\top\varphi(x)+b}_{\text{is it real at all?}}+\underbrace{y^\top V\varphi(x)}_{\text{does it fit }y?}$$
//
// ### Exercise 2 · Both ways (3 points)

// %% [markdown] lang="zh"
// ## 3 · 条件怎样送进去
//
// $K$ 个类别用独热向量表示，$y\in\{0,1\}^K$；句子由文本编码器变成向量。在 $G$ 里，这个向量放在 $z$ 旁边。在 $D$ 里有两种方式。记 $\varphi(x)\in\mathbb R^n$ 为 $D$ 最后一个隐藏层的特征，$V$ 为 $K\times n$ 的矩阵，$w$ 和 $b$ 为没有条件时的最后一层。
//
// **拼接**（concatenation）。$[\varphi(x),\,y]$，上面再接几层。（在特征图上：把 $y$ 复制到每个位置，当作额外的通道。）做法简单，但两者怎样配合，得由后面的层自己去发现。
//
// **投影**（projection；Miyato 与 Koyama，2018）。看看最优的 logit 长什么样：
//
// $$
// \begin{aligned}
// a^*(x,y)&=\log\frac{p(x\mid y)}{p_g(x\mid y)} && D^* \text{ 的 logit}\\
// &=\log\frac{p(y\mid x)}{p_g(y\mid x)}+\log\frac{p(x)}{p_g(x)} && \text{贝叶斯公式；两边的 } p(y) \text{ 相同}
// \end{aligned}
// $$
//
// 假设两个分类器 $p(y\mid x)$ 和 $p_g(y\mid x)$ 都是 $\varphi(x)$ 上的 softmax 层，每一类各有权重向量 $v_y$ 和 $v^g_y$。那么 $\log p(y\mid x)=v_y^\top\varphi(x)-\log Z(x)$，其中 $Z(x)$ 是 softmax 的分母，$p_g$ 同理。于是第一项等于 $(v_y-v_y^g)^\top\varphi(x)$ 再加上不含 $y$ 的项：
// 它对 $\varphi$ 是线性的，每个 $y$ 有自己的方向。不含 $y$ 的各项，统一用一个线性层来表示。（这是建模时的选择，并没有证明它们是线性的。）
//
// $$a(x,y)=\underbrace{w^\top\varphi(x)+b}_{\text{像不像真的？}}+\underbrace{y^\top V\varphi(x)}_{\text{合不合 }y?}$$
//
// ### 练习 2 · 两种方式（3 分）

// %% grade_id="cgan-condition" points=3
/** The condition beside the features. phi: [B,n], y: [B,K] -> [B,n+K] */
/* zh: 条件放在特征旁边。phi: [B,n]，y: [B,K] -> [B,n+K] */
function beside(phi: Tensor2D, y: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return phi.concat(y, 1);
  // END SOLUTION
}
/** wᵀφ + b + yᵀVφ for each pair. phi: [B,n], y: [B,K], V: [K,n], w: [n], b: a number -> [B] */
/* zh: 每个配对的 wᵀφ + b + yᵀVφ。phi: [B,n]，y: [B,K]，V: [K,n]，w: [n]，b：一个数 -> [B] */
function projection(phi: Tensor2D, y: Tensor2D, V: Tensor2D, w: Tensor1D, b: number): Tensor1D {
  // BEGIN SOLUTION
  const real = phi.mul(w).sum<Tensor1D>(1).add<Tensor1D>(b); // [B]
  const fits = y.matMul<Tensor2D>(V).mul(phi).sum<Tensor1D>(1); // [B]
  return real.add(fits);
  // END SOLUTION
}
await check('cgan-condition', { beside, projection });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Three kinds of pairs
//
// | picture | condition | $D$ should say |
// |---|---|---|
// | real | right | yes |
// | real | **wrong** | no |
// | made | right | no |
//
// $$-\log s_r-\tfrac12\bigl[\log(1-s_w)+\log(1-s_f)\bigr]$$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 三种配对
//
// | 图像 | 条件 | $D$ 应该说 |
// |---|---|---|
// | 真 | 对 | 是 |
// | 真 | **错** | 否 |
// | 生成 | 对 | 否 |
//
// $$-\log s_r-\tfrac12\bigl[\log(1-s_w)+\log(1-s_f)\bigr]$$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Ask what a lazy D could do with the first and the third row only: look at the picture, forget the condition. The second row makes laziness expensive.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。问：如果只有第一行和第三行，偷懒的 D 会怎么做？只看图，不看条件。有了第二行，偷懒就要付出代价。

// %% [markdown] lang="en"
// ## 4 · Three kinds of pairs
//
// Early in training every generated picture is bad, so $D$ can tell real pairs from generated ones *by the picture alone*. It need not look at $y$ for a long time, and as long as it does not, $G$ hears nothing about $y$. Reed et al. (2016) add a third kind of pair that only $y$ can give away: a **real picture with a wrong condition**, a **mismatched pair**.
//
// With $s_r$, $s_w$, $s_f$ for the probabilities that $D$ gives to (real, right), (real, wrong) and (generated, right):
//
// $$\mathcal L_D=-\mathbb E\log s_r-\tfrac12\Bigl(\mathbb E\log(1-s_w)+\mathbb E\log(1-s_f)\Bigr),\qquad \mathcal L_G=-\mathbb E\log s_f .$$
//
// The ½ keeps "yes" and "no" in balance: there are two kinds of "no". From logits, as in lesson 05: $-\log s=\operatorname{softplus}(-a)$, $-\log(1-s)=\operatorname{softplus}(a)$.
//
// ### Exercise 3 · The loss over three kinds of pairs (3 points)

// %% [markdown] lang="zh"
// ## 4 · 三种配对
//
// 训练初期，生成的图像都很差，$D$ *光看图*就能分清真假配对。它可以很久都不看 $y$；只要它不看，$G$ 就听不到任何关于 $y$ 的消息。Reed 等人（2016）添了第三种配对，只有看 $y$ 才能识破：**真实的图像配上错误的条件**，即**不匹配对**（mismatched pair）。
//
// 用 $s_r$、$s_w$、$s_f$ 表示 $D$ 给（真，对）、（真，错）、（生成，对）的概率：
//
// $$\mathcal L_D=-\mathbb E\log s_r-\tfrac12\Bigl(\mathbb E\log(1-s_w)+\mathbb E\log(1-s_f)\Bigr),\qquad \mathcal L_G=-\mathbb E\log s_f .$$
//
// 有了 ½，“是”与“否”才平衡，因为“否”有两种。从 logits 计算，与第 05 课相同：$-\log s=\operatorname{softplus}(-a)$，$-\log(1-s)=\operatorname{softplus}(a)$。
//
// ### 练习 3 · 三种配对的损失（3 分）

// %% grade_id="cgan-matching" points=3
/** D's loss from the logits of (real, right), (real, wrong) and (generated, right) pairs, each [B] -> scalar, in nats */
/* zh: 由（真，对）、（真，错）、（生成，对）三种配对的 logits 求 D 的损失，各为 [B] -> 标量，单位奈特 */
function matchingLoss(realRight: Tensor1D, realWrong: Tensor1D, fakeRight: Tensor1D): Scalar {
  // BEGIN SOLUTION
  const rejected = realWrong.softplus().mean<Scalar>().add<Scalar>(fakeRight.softplus().mean());
  return realRight.neg().softplus().mean<Scalar>().add<Scalar>(rejected.mul(0.5));
  // END SOLUTION
}
await check('cgan-matching', { matchingLoss });

// %% [markdown] lang="en"
// **What should the curves show?** At one pair $(x,y)$ let the three kinds have densities $p_r,p_w,p_f$. $D$ minimizes $-p_r\log s-\frac12(p_w+p_f)\log(1-s)$, and as in lesson 05
//
// $$s^*=\frac{p_r}{p_r+\frac12(p_w+p_f)} .$$
//
// At equilibrium, on a right pair where no wrong one ever falls ($p_f=p_r$, $p_w=0$), that is $\frac1{1+\frac12}=\frac23$. So $D$ ends at $s_r=s_f=\frac23$ and $s_w=0$, not at ½, and its loss at $-\log\frac23-\frac12\log\frac13\approx0.955$.
//
// ### The bug: wrong pairs by shuffling
//
// Where do wrong conditions come from? This line is in wide use:
//
// ```
// const wrong = labels.gather(tf.util.createShuffledIndices(batchSize));   // the batch's own labels in another order
// ```
//
// **Guess first**: with ten equally frequent classes, how many of the "wrong" pairs are right?
//
// A shuffled label is some label of the batch, so it equals the picture's own with probability $\frac1K$. With ten classes, one "wrong" pair in ten is a right one, and $D$ is punished for saying yes to it. In the formula above $p_w=\frac1Kp_r$ on right pairs: at equilibrium
// $s_r=\frac1{1+\frac12+\frac1{2K}}$. For $K=10$ that is 0.645 instead of 0.667, hard to notice. For $K=2$ it is $\frac47\approx0.571$, and every second "wrong" pair teaches the opposite of what it should. A bug that hurts little with many classes and much with few.
//
// ### Exercise 4 · Really wrong labels (3 points)
//
// Mend it: give each example *another* class, all others equally likely. You get whole random numbers `shifts`, each from 1 to $K-1$; how do you get from a label and a shift to a different class? Then write the damage: the $s_r$ of a perfect $D$ at equilibrium when a share `r` of the wrong pairs is really right.

// %% [markdown] lang="zh"
// **曲线应该是什么样？** 在某个配对 $(x,y)$ 处，设三种配对的密度为 $p_r,p_w,p_f$。$D$ 要最小化 $-p_r\log s-\frac12(p_w+p_f)\log(1-s)$，与第 05 课一样得到
//
// $$s^*=\frac{p_r}{p_r+\frac12(p_w+p_f)} .$$
//
// 均衡时，在错误配对从不出现的正确配对上（$p_f=p_r$，$p_w=0$），它等于 $\frac1{1+\frac12}=\frac23$。所以 $D$ 最终停在 $s_r=s_f=\frac23$、$s_w=0$，不是 ½；它的损失停在 $-\log\frac23-\frac12\log\frac13\approx0.955$。
//
// ### 一个错误：靠打乱来制造错误配对
//
// 错误的条件从哪里来？下面这一行用得很广：
//
// ```
// const wrong = labels.gather(tf.util.createShuffledIndices(batchSize));   // 这一批自己的标签，换个顺序
// ```
//
// **先猜一猜**：十个类别各占一成，“错误”配对里有多少其实是对的？
//
// 打乱后的标签总归是这一批里的某个标签，它恰好等于图像自己标签的概率是 $\frac1K$。十个类别时，每十个“错误”配对里就有一个是对的，而 $D$ 对它说“是”却要挨罚。在上面的公式里，正确配对上有 $p_w=\frac1Kp_r$，均衡时
// $s_r=\frac1{1+\frac12+\frac1{2K}}$。$K=10$ 时是 0.645 而不是 0.667，很难察觉；$K=2$ 时是 $\frac47\approx0.571$，每两个“错误”配对就有一个教反了。类别多时危害小，类别少时危害大。
//
// ### 练习 4 · 真正错误的标签（3 分）
//
// 把它改好：给每个样本换成*另一个*类别，其余各类机会均等。给你随机整数 `shifts`，每个在 1 到 $K-1$ 之间；怎样由标签和它得到一个不同的类别？再写出危害有多大：错误配对里有比例 `r` 其实是对的，均衡时完美的 $D$ 给出的 $s_r$ 是多少？

// %% grade_id="cgan-wrong" points=3
/** Another class for each example. labels, shifts: [B] int32, shifts from 1 to classes − 1 -> [B] int32 */
/* zh: 给每个样本另一个类别。labels、shifts: [B] int32，shifts 在 1 到 classes − 1 之间 -> [B] int32 */
function wrongLabels(labels: Tensor1D, shifts: Tensor1D, classes: number): Tensor1D {
  // BEGIN SOLUTION
  return labels.add(shifts).mod(tf.scalar(classes, 'int32'));
  // END SOLUTION
}
/** What the best D says of right pairs at equilibrium, when a share r of the wrong pairs is right. */
/* zh: 错误配对中有比例 r 其实是对的；均衡时最优的 D 对正确配对给出的概率。 */
function atEquilibrium(r: number): number {
  // BEGIN SOLUTION
  return 1 / (1 + 0.5 * (1 + r));
  // END SOLUTION
}
await check('cgan-wrong', { wrongLabels, atEquilibrium });

// %% [markdown] lang="en"
// ## 5 · See it whole: two orders on a ring
//
// Back to the ring, with the order $y=0$ or $y=1$. Three conditional GANs, alike but for what $D$ is shown (about a minute for all three; the library's `cgan.trainCgan` uses the losses you wrote):
//
// 1. **blind**: the real points carry random labels, so $y$ tells $D$ nothing about $x$ (close to a $D$ that never sees $y$, and a little stricter: here the best $G$ makes the same mixture for *each* $y$, while a $D$ without $y$ would let $G$ split the bumps as it likes);
// 2. **matched**: real+right against fake+right, as in section 2;
// 3. **mismatched**: all three kinds of pairs.
//
// **Guess first**: of the points made for $y=0$, which share lies nearest to a bump of $y=0$, in each of the three?

// %% [markdown] lang="zh"
// ## 5 · 看得见的例子：圆环上的两种要求
//
// 回到圆环，要求是 $y=0$ 或 $y=1$。三个条件 GAN，只在给 $D$ 看什么上有所不同（三个共约一分钟；库里的 `cgan.trainCgan` 用的就是你写的损失）：
//
// 1. **蒙眼**：真实点的标签是随机的，$y$ 与 $x$ 毫无关系（这接近 $D$ 看不到 $y$ 的情形，只是更严一些：这里最优的 $G$ 对*每个* $y$ 都给出同样的混合分布；$D$ 若看不到 $y$，就会任由 $G$ 怎样分派各个峰）；
// 2. **只有匹配对**：（真，对）对（生成，对），即第 2 节的做法；
// 3. **加上不匹配对**：三种配对都有。
//
// **先猜一猜**：为 $y=0$ 生成的点，离得最近的峰属于 $y=0$ 的比例，在三者中各是多少？

// %%
const ringPoints = tf.tensor2d(drawnRing.points);
/** The ring's points with labels 0 and 1, true ones or random ones. */
/* zh: 圆环上的点，标签为 0 和 1，真实的或随机的。 */
const ringSplit = (labels: readonly number[]) => ({
  size: labels.length,
  *batches({ batchSize, seed, epoch = 0 }: { batchSize: number; seed: number; epoch?: number }) {
    const order = new Random(seed).fork(epoch).shuffle(labels.length);
    for (let from = 0; from + batchSize <= labels.length; from += batchSize) {
      const rows = order.slice(from, from + batchSize);
      yield {
        images: tf.tidy(() => ringPoints.gather(tf.tensor1d(rows, 'int32'))),
        labels: tf.tensor1d(
          Array.from(rows, (row) => labels[row]),
          'int32',
        ),
      };
    }
  },
});
const coins = Array.from({ length: parity.length }, () => random.int(2));
const trials = [
  { name: 'blind' /* zh: '蒙眼' */, labels: coins, pairs: 'matched' },
  { name: 'matched' /* zh: '只有匹配对' */, labels: parity, pairs: 'matched' },
  { name: 'mismatched' /* zh: '加上不匹配对' */, labels: parity, pairs: 'mismatched' },
] as const;
const orders = (y: number, count: number) => tf.fill([count], y, 'int32') as Tensor1D;
/** The share of points whose nearest bump belongs to the order. */
/* zh: 最近的峰符合要求的点所占的比例。 */
const obeying = (points: number[][], y: number) =>
  points.filter((point) => {
    const far = eight.mixture.centers.map((center) => Math.hypot(point[0] - center[0], point[1] - center[1]));
    return far.indexOf(Math.min(...far)) % 2 === y;
  }).length / points.length;

// %%
const panels: figures.Chart[] = [];
const outcome: Record<string, string>[] = [];
const courses: Record<string, readonly number[]> = {};
for (const { name, labels, pairs } of trials) {
  const pair = cgan.buildCgan({
    inputShape: [2],
    latentDim: 2,
    condition: { kind: 'label', size: 2 },
    generator: { hidden: [64, 64] },
    discriminator: { hidden: [64, 64] },
    seed: 2,
  });
  const { metrics: curves } = await cgan.trainCgan(pair, ringSplit(labels), {
    name,
    pairs,
    steps: budget({ quick: 20, default: 1200, full: 5000 }),
    batchSize: 256,
    learningRate: 0.001,
    seed: 2,
  });
  Object.assign(courses, curves);
  const made = [0, 1].map((y) =>
    tf.tidy(() => cgan.sample<Tensor2D>(pair, orders(y, 1000), new Random(5)).arraySync()),
  );
  panels.push(
    figures.scatter2d({
      ...view,
      series: [
        { name: 'made for y = 0' /* zh: '为 y = 0 生成' */, points: made[0].slice(0, 250), color: 0 },
        { name: 'made for y = 1' /* zh: '为 y = 1 生成' */, points: made[1].slice(0, 250), color: 1 },
      ],
      title: name,
      pointSize: 4,
    }),
  );
  const share = (y: number) => `${(100 * obeying(made[y], y)).toFixed(0)} %`;
  outcome.push({
    ['discriminator' /* zh: '判别器' */]: name,
    ['y = 0 obeyed' /* zh: 'y = 0 的符合率' */]: share(0),
    ['y = 1 obeyed' /* zh: 'y = 1 的符合率' */]: share(1),
  });
  cgan.dispose(pair);
}

// %% slideshow={"slide_type": "subslide"}
show(
  figures.panels(panels, {
    title:
      'Only a discriminator that can check the order makes G obey' /* zh: '只有能核对要求的判别器，才能让 G 听话' */,
    share: 'both',
  }),
);

// %%
show(
  figures.table(outcome, {
    title:
      'Share of 1,000 points nearest to a bump of their own order' /* zh: '1,000 个点中，最近的峰符合要求的比例' */,
  }),
);

// %%
show(
  figures.curves({
    series: [
      { name: 's_r', y: courses.real, smooth: 20, color: 0 },
      { name: 's_w', y: courses.wrong, smooth: 20, color: 1 },
      { name: 's_f', y: courses.fake, smooth: 20, color: 2 },
    ],
    marks: [{ y: 2 / 3, label: '2/3' }],
    title:
      'Three kinds of pairs: right ones close in on 2/3, wrong ones go to 0' /* zh: '三种配对：正确的向 2/3 靠拢，错误的降到 0' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'mean probability' /* zh: '平均概率' */,
    yRange: [0, 1],
  }),
);

// %% [markdown] lang="en"
// The blind one obeys half of the time, as by chance, although $G$ *has* $y$: where labels say nothing about the points, the best thing to do with $y$ is to ignore it. Matched pairs already bring more than nine points in ten to the right bumps, and the third kind of pair a few more. On so small a problem that is not much; it should pay where
// pictures are hard and $D$ could live off their faults for a long time. (Change `pairs` in the next section and compare.) Now count the bumps in the right-hand panel as well: one for $y=1$ has no points at all. Obeying and covering are two things.
//
// The last figure shows the equilibrium of section 4: right pairs, real and made, close in on ⅔ from both sides, not on ½ (they have not met yet), and wrong ones go to 0.
//
// **What to look at first when $G$ does not obey**: $s_w$. If it does not fall below $s_r$, $D$ has not learned what belongs together, and $G$ cannot.

// %% [markdown] lang="zh"
// 蒙眼的那个只有一半符合要求，等于碰运气，尽管 $G$ *拿到了* $y$：标签与点无关时，最好的做法就是不理会 $y$。只有匹配对时，已有九成以上的点去了该去的峰；加上第三种配对，又多几个百分点。问题这么小，差别不大；当图像较难生成、$D$ 长期只凭画质就能分辨真假时，第三种配对的好处才会明显。
// （可以在下一节改一改 `pairs`，自己比较。）再数一数右边那幅图里的峰：$y=1$ 有一个峰上一个点也没有。听话与覆盖，是两回事。
//
// 最后一幅图就是第 4 节的均衡：正确的配对无论真假，都从两边向 ⅔ 靠拢，而不是 ½（还没有会合）；错误的配对降到 0。
//
// **$G$ 不听话时，先看什么**：看 $s_w$。如果它没有降到 $s_r$ 以下，说明 $D$ 还没学会什么配什么，$G$ 就更不可能学会。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Clothes to order
//
// - rows: the class that was asked for
// - columns: the same $z$ all the way down
// - what stays the same in a column? what in a row?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 按要求生成衣物
//
// - 每一行：要求的类别
// - 每一列：从上到下用同一个 $z$
// - 一列里什么不变？一行里什么不变？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Cover the row labels and let the room name the rows. Then go down one column and look for what z stands for: brightness, width, sleeves.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。遮住行标，让大家说出每一行是什么。再顺着一列往下看，找找 z 管的是什么：明暗、宽窄、袖子。

// %% [markdown] lang="en"
// ## 6 · Clothes to order
//
// Now pictures, with dense layers as in the first paper: on 28×28 pixels they listen within a minute. (The DCGAN of lesson 05 draws better and takes far longer to listen. We tried: given the same orders, it still obeyed no better than chance after 400 steps.)

// %% [markdown] lang="zh"
// ## 6 · 按要求生成衣物
//
// 现在换成图像，像最早那篇论文一样用全连接层：28×28 的图像，一分钟之内它就听得懂话。（第 05 课的 DCGAN 画得更好，学会听话却慢得多。我们试过：给它同样的要求，400 步之后，听话的比例仍与碰运气相当。）

// %%
const tailor = cgan.buildCgan({
  inputShape: [28, 28, 1],
  latentDim: 32,
  condition: { kind: 'label', size: 10 }, // changed: both players get y // zh: 改动：双方都拿到 y
  conditioning: 'concat', // changed: y beside the pixels at D's input // zh: 改动：在 D 的输入处，y 放在像素旁边
  generator: { arch: 'mlp', hidden: [256, 256] },
  discriminator: { arch: 'mlp', hidden: [256, 128], norm: 'none' },
  seed: 5,
});
show(nn.parameterTable({ generator: tailor.generator, discriminator: tailor.discriminator }));

// %% [markdown] lang="en"
// **Check the count**: $G$'s first layer now takes $32+10$ numbers: $42\cdot256+256=11{,}008$ instead of 8,448. $D$'s takes $784+10$: $794\cdot256+256=203{,}520$.
//
// To count obedience we need somebody who stands still. Exercise 1 left us one: the ten average pictures. A picture counts as obedient if, of the ten averages, that of its order is the nearest. (Real clothes pass this test far from always; the dashed line below says how often.)
//
// **Guess first**: will it learn what a class is before or after it learns to draw well? (About half a minute.)

// %% [markdown] lang="zh"
// **核对参数量**：$G$ 的第一层现在接收 $32+10$ 个数：$42\cdot256+256=11{,}008$，原来是 8,448。$D$ 的接收 $784+10$ 个：$794\cdot256+256=203{,}520$。
//
// 要数听话的比例，得有个不会动的裁判。练习 1 正好留下一个：十幅平均图像。在十幅平均里，如果离得最近的正是所要求的那一类，就算听话。（真实的衣物也远非每次都能通过，下面的虚线就是它们的比例。）
//
// **先猜一猜**：它会先学会分类别，还是先学会画好？（约半分钟。）

// %%
const averageRows = averages.reshape([10, 784]) as Tensor2D;
/** The share of pictures whose nearest average is that of their order. images: [B,28,28,1], wanted: [B] int32 */
/* zh: 最近的平均图像正是所要求那一类的图像所占的比例。images: [B,28,28,1]，wanted: [B] int32 */
const passing = (images: tf.Tensor4D, wanted: Tensor1D) =>
  tf.tidy(() => {
    const products = images.reshape([-1, 784]).matMul(averageRows, false, true); // [B,10]
    const nearest = averageRows.square().sum(1).sub(products.mul(2)).argMin(1); // ‖m‖² − 2x·m
    return nearest.equal(wanted).mean().dataSync()[0];
  });
const obedience = (each: number) =>
  tf.tidy(() => {
    const wanted = tf.range(0, 10 * each, 1, 'int32').mod<Tensor1D>(tf.scalar(10, 'int32'));
    return passing(cgan.sample(tailor, wanted, new Random(4)), wanted);
  });
const ofReal = tf.tidy(() => passing(fashion.test.images(0, 1000), tf.tensor1d(fashion.test.labels(0, 1000), 'int32')));
const looks: { step: number; share: number }[] = [{ step: 0, share: obedience(30) }];
const tailorSteps = budget({ quick: 16, default: 1500, full: 20_000 });
const apprenticeship = await cgan.trainCgan(tailor, fashion.train, {
  name: 'cGAN',
  pairs: 'mismatched', // changed: three kinds of pairs // zh: 改动：三种配对
  steps: tailorSteps,
  batchSize: 64,
  learningRate: 0.0005,
  seed: 5,
  onStep: ({ step }) => {
    if (step % Math.ceil(tailorSteps / 8) === 0) looks.push({ step, share: obedience(30) });
  },
});

// %% [markdown] lang="en"
// ### Exercise 5 · A class grid (2 points)
//
// To compare orders, everything else must stand still. From $n$ noise vectors make the inputs of a whole grid, row after row: the first row is class 0 with all $n$ of them, the second class 1 with *the same* $n$, and so on.

// %% [markdown] lang="zh"
// ### 练习 5 · 类别网格（2 分）
//
// 要比较不同的要求，其余一切都不能动。由 $n$ 个噪声向量做出整张网格的输入，一行接一行：第一行是类别 0 配上全部 $n$ 个，第二行是类别 1 配上*同样的* $n$ 个，依此类推。

// %% grade_id="cgan-grid" points=2
/** Noise and labels of a grid of `classes` rows and n columns. z: [n,k] -> z: [classes·n,k], labels: [classes·n] int32 */
/* zh: `classes` 行 n 列网格的噪声与标签。z: [n,k] -> z: [classes·n,k]，labels: [classes·n] int32 */
function classGrid(z: Tensor2D, classes: number): { z: Tensor2D; labels: Tensor1D } {
  // BEGIN SOLUTION
  const n = z.shape[0];
  const rows = Array.from({ length: classes * n }, (_, i) => Math.floor(i / n));
  return { z: z.tile<Tensor2D>([classes, 1]), labels: tf.tensor1d(rows, 'int32') };
  // END SOLUTION
}
await check('cgan-grid', { classGrid });

// %% slideshow={"slide_type": "subslide"}
const inputs = classGrid(new Random(9).normal<tf.Rank.R2>([10, 32]), 10);
const cloths = cgan.generate(tailor, inputs.z, inputs.labels); // [100,28,28,1]
show(
  figures.imageRows(
    classNames.map((name, label) => ({ label: name, images: cloths.slice([10 * label], [10]) })),
    {
      scale: 2,
      title: 'Rows obey the order; down a column z is the same' /* zh: '每一行听从要求；每一列用同一个 z' */,
    },
  ),
);

// %%
show(
  figures.curves({
    series: [
      {
        name: 'obeyed' /* zh: '听话' */,
        x: looks.map(({ step }) => step),
        y: looks.map(({ share }) => share),
        points: true,
      },
    ],
    marks: [
      { y: 0.1, label: 'by chance' /* zh: '碰运气' */ },
      { y: ofReal, label: 'real clothes' /* zh: '真实的衣物' */ },
    ],
    title: 'How often the nearest average is the one that was ordered' /* zh: '最近的平均图像属于所要求类别的比例' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'share of 300 pictures' /* zh: '占 300 幅图像的比例' */,
    yRange: [0, 1],
  }),
);
show(
  figures.curves({
    series: [
      { name: 's_r', y: apprenticeship.metrics.real, smooth: 20, color: 0 },
      { name: 's_w', y: apprenticeship.metrics.wrong, smooth: 20, color: 1 },
      { name: 's_f', y: apprenticeship.metrics.fake, smooth: 20, color: 2 },
    ],
    title: 'D learns to tell wrong pairs from right ones: s_w falls' /* zh: 'D 学会分辨错误的配对：s_w 下降' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'mean probability' /* zh: '平均概率' */,
    yRange: [0, 1],
  }),
);

// %% [markdown] lang="en"
// **What you should see**: each row is one kind of thing, grainy as dense layers draw; it learns *what* was ordered long before it learns to draw it well. In a column the class changes and something else stays: above all how bright it is. Nobody told $z$ to stand for that. What the order leaves open must come from somewhere, and $z$ is all there is.
//
// **What if I don't?** *All rows alike*: $G$ ignores $y$; look at $s_w$. *All columns alike* (one picture per class, ten times): mode collapse inside the classes. A conditional GAN can obey perfectly and have no variety at all, so obedience alone is no measure of quality; count both, as in lesson 05.
//
// ## 7 · Faces from a sentence
//
// A sentence is a condition like any other, once it is a vector. The course's own text encoder turns a caption into a vector $y\in\mathbb R^{128}$, an **embedding**. It was trained on pairs of pictures and captions so that the vectors of a pair that belongs together point the same way (the method is called CLIP; lesson 17 comes back to it). So captions that mean the same lie close together, in English and in Chinese. That is all the generator ever gets of the words.
//
// Nearly every caption occurs once. There are no classes to average over, and still every caption fits many faces: it may say nothing of the eyes.
//
// Wrong captions come from the batch, moved on by some places: another face's caption. Is *that* ever right? Hardly: two of our long captions seldom agree in everything.

// %% [markdown] lang="zh"
// **你应该看到**：每一行是一类东西，全连接层画得颗粒很重；它早就懂得要的*是什么*，很久以后才画得好。一列之中，类别在变，另一些东西不变，最明显的是明暗。没人规定 $z$ 要管这些。要求里没说的，总得有个来处，而 $z$ 是唯一的来处。
//
// **如果看不到？** *每一行都一样*：$G$ 不理 $y$，去看 $s_w$。*每一列都一样*（每类只有一幅，重复十次）：类别内部的模式坍缩。条件 GAN 可以百分之百听话而毫无变化，所以光看听话程度衡量不了质量；像第 05 课那样，两样都要数。
//
// ## 7 · 一句话画一张脸
//
// 句子一旦变成向量，就与别的条件没有区别。本课程自带的文本编码器把一句描述变成向量 $y\in\mathbb R^{128}$，称为**嵌入**（embedding）。它是用成对的图像与描述训练的，使匹配的一对所对应的两个向量方向一致（这种方法叫 CLIP，第 17 课还会讲到）。意思相同的描述因此挨得近，中文和英文都行。生成器从文字里得到的，就只有这个向量。
//
// 几乎每句描述都只出现一次。没有类别可以取平均，可每句描述仍然符合许多张脸：它也许只字未提眼睛。
//
// 错误的描述取自同一批，整体挪动几位：别人的描述。*它*会不会碰巧是对的？很少：两句这么长的描述，难得处处一致。

// %%
const sitters = budget({ quick: 96, default: 2500, full: 10_000 });
const people = datasets.captionedFaces({ train: sitters, test: 0, heldOut: 0, only: { style: 'comic' } });
const clip = metrics.clip.buildClip({
  text: { vocabulary: datasets.faces.vocabulary.length, length: datasets.faces.maxTokens },
});
loadCheckpoint('face-clip', { image: clip.image, text: clip.text, textHead: clip.textHead });
/** Captions as vectors with entries of size about 1. -> [N,128] */
/* zh: 描述的向量，各分量大小约为 1。-> [N,128] */
function embed(captions: readonly string[]): Tensor2D {
  const parts = [];
  for (let from = 0; from < captions.length; from += 100) {
    const tokens = captions.slice(from, from + 100).map((text) => datasets.faces.encode(text));
    parts.push(
      tf.tidy(() =>
        metrics.clip.embedTexts(clip, tf.tensor2d(tokens, undefined, 'int32')).mul<Tensor2D>(Math.sqrt(128)),
      ),
    );
  }
  const all = tf.concat(parts) as Tensor2D;
  tf.dispose(parts);
  return all;
}
const everybody = Array.from({ length: sitters }, (_, i) => i);
const captions = people.train.captions(everybody, { language: 'both', detail: 1, seed: 1 });
const codes = embed(captions); // [N,128]
const portraits = people.train.images(); // [N,32,32,3]
const isChinese = (text: string) => /\p{Script=Han}/u.test(text);
const shown = [captions.filter((text) => !isChinese(text)), captions.filter(isChinese)];
for (const text of shown.flatMap((some) => some.slice(0, 2))) console.log(text);

// %% [markdown] lang="en"
// Two models get exactly the same captions and pictures. First the supervised one of section 1, a linear layer and a sigmoid trained by squared error; then the conditional GAN.
//
// **Guess first**: what will the supervised one draw for "a laughing girl with long pink hair"? (About 10 seconds; the GAN about a minute and a half.)

// %% [markdown] lang="zh"
// 两个模型看到的描述和图像完全相同。先是第 1 节的监督学习：一个线性层加 sigmoid，用平方误差训练；再是条件 GAN。
//
// **先猜一猜**：对“开怀大笑的女孩，粉色长发”，监督学习会画出什么？（约 10 秒；GAN 约一分半钟。）

// %%
const supervised = tf.sequential({
  layers: [tf.layers.dense({ inputShape: [128], units: 3072, activation: 'sigmoid' })],
});
const pairsOf = {
  size: sitters,
  *batches({ batchSize, seed, epoch = 0 }: { batchSize: number; seed: number; epoch?: number }) {
    const order = new Random(seed).fork(epoch).shuffle(sitters);
    for (let from = 0; from + batchSize <= sitters; from += batchSize) {
      yield tf.tidy(() => {
        const rows = tf.tensor1d(order.slice(from, from + batchSize), 'int32');
        return { images: portraits.gather(rows), conditions: codes.gather(rows) };
      });
    }
  },
};
const { loss: errors } = await train({
  name: 'supervised' /* zh: '监督学习' */,
  variables: nn.variablesOf(supervised),
  batches: (epoch) => pairsOf.batches({ batchSize: 32, seed: 1, epoch }),
  loss: ({ images, conditions }) => {
    const drawn = supervised.apply(conditions) as tf.Tensor;
    return drawn.sub(images.reshape(drawn.shape)).square().mean();
  },
  steps: budget({ quick: 10, default: 400, full: 2000 }),
  learningRate: 0.002,
});
console.log(
  'squared error a pixel, first and last step:' /* zh: '每个像素的平方误差，第一步与最后一步：' */,
  [errors[0], errors[errors.length - 1]].map((error) => error.toFixed(3)).join(' → '),
);

// %%
const painter = cgan.buildCgan({
  inputShape: [32, 32, 3], // changed: colour // zh: 改动：彩色
  latentDim: 32,
  condition: { kind: 'vector', size: 128 }, // changed: a sentence's embedding // zh: 改动：句子的嵌入
  generator: { hidden: [96, 48, 24] },
  discriminator: { hidden: [24, 48, 96] },
  seed: 7,
});
const { metrics: ofPairs } = await cgan.trainCgan(painter, pairsOf, {
  name: 'cGAN, faces' /* zh: 'cGAN，人脸' */,
  steps: budget({ quick: 3, default: 600, full: 20_000 }),
  batchSize: 32,
  learningRate: 0.0003,
  seed: 7,
});

// %%
show(
  figures.curves({
    series: [
      { name: 's_r', y: ofPairs.real, smooth: 20, color: 0 },
      { name: 's_w', y: ofPairs.wrong, smooth: 20, color: 1 },
      { name: 's_f', y: ofPairs.fake, smooth: 20, color: 2 },
    ],
    title:
      'First D judges by the picture (s_f drops), much later by the sentence (s_w leaves s_r)' /* zh: 'D 先凭图像判断（s_f 下降），很久以后才看句子（s_w 离开 s_r）' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'mean probability' /* zh: '平均概率' */,
    yRange: [0, 1],
  }),
);

// %% [markdown] lang="en"
// Section 4 said it, and here it is: for some two hundred steps $D$ rejects generated pairs by the picture alone ($s_f$ falls to about 0.1) and says the same of right and wrong sentences ($s_w$ lies on $s_r$). Only then do the two part, and only from then on can $G$ hear anything of the sentence. This training stops soon after.
//
// Order something. Change the sentences below and run the two cells again: words that the captions use are understood (colours, hair, hats, glasses, moods, backgrounds).

// %% [markdown] lang="zh"
// 第 4 节说过的，这里看到了：大约前两百步，$D$ 光凭图像就拒绝了生成的配对（$s_f$ 降到 0.1 左右），对正确和错误的句子则一视同仁（$s_w$ 与 $s_r$ 重合）。此后两者才分开，$G$ 也才听得到句子的内容。而这次训练不久就结束了。
//
// 试着提几个要求。改一改下面的句子，再运行这两个单元：描述里用过的词都听得懂（颜色、头发、帽子、眼镜、表情、背景）。

// %% slideshow={"slide_type": "subslide"}
const wishes = [
  'a laughing girl with long pink hair, green background' /* zh: '开怀大笑的女孩，粉色长发，绿色背景' */,
  'a man with short black hair and a beard, blue background' /* zh: '留着络腮胡的男人，黑色短发，蓝色背景' */,
  'a woman with curly red hair, yellow background' /* zh: '红色卷发的女人，黄色背景' */,
  'a boy with spiky blond hair, pink background' /* zh: '金色刺猬头的男孩，粉色背景' */,
];
const wishCodes = embed(wishes);
const rowsOfWishes = wishes.map((wish, i) => {
  const y = wishCodes.slice([i, 0], [1, 128]);
  return {
    label: wish,
    images: tf.tidy(() => {
      const plain = (supervised.apply(y) as tf.Tensor).reshape([1, 32, 32, 3]);
      const z = new Random(11).normal<tf.Rank.R2>([7, 32]); // the same seven z for every wish // zh: 每个愿望用同样的七个 z
      return tf.concat([plain, cgan.generate(painter, z, y.tile([7, 1]))]) as tf.Tensor4D;
    }),
  };
});
show(
  figures.imageRows(rowsOfWishes, {
    scale: 2,
    title:
      'First column: supervised, an average. Then the GAN: seven z, the same in every row' /* zh: '第一列：监督学习，一个平均。其余：GAN，各行用同样的七个 z' */,
  }),
);

// %% [markdown] lang="en"
// The supervised column is what section 1 promised: for each sentence one soft average of the faces that fit it. To its right are the GAN's: hard edges, strong colours, another picture for another sentence, and after so short a training hardly faces yet. Look along a row, too: seven different $z$, and seven pictures that are nearly one. The embedding has 128 numbers and nearly
// tells the training faces apart, so $G$ can please $D$ for a while without using $z$: mode collapse *within* a condition, the other danger of section 6. Now the other direction: one $z$, and a sentence in which one word changes.

// %% [markdown] lang="zh"
// 监督学习那一列正如第 1 节所料：每句话对应一张柔和的平均脸。右边是 GAN 画的：边缘硬，颜色浓，换一句话就换一幅图；训练这么短，还算不上脸。再横着看一行：七个不同的 $z$，七幅图却几乎一样。嵌入有 128 个数，几乎能把训练用的脸一张张区分开，所以 $G$ 在一段时间里不用 $z$ 也能讨好 $D$：
// 这就是条件*内部*的模式坍缩，即第 6 节说的另一种危险。再换个方向：同一个 $z$，句子里只改一个词。

// %% slideshow={"slide_type": "subslide"}
const words = [
  'blue' /* zh: '蓝色' */,
  'pink' /* zh: '粉色' */,
  'yellow' /* zh: '黄色' */,
  'green' /* zh: '绿色' */,
  'light purple' /* zh: '淡紫色' */,
];
const backgrounds = embed(
  words.map((word) => `a woman with long brown hair, ${word} background` /* zh: `棕色长发的女人，${word}背景` */),
);
const oneZ = new Random(12).normal<tf.Rank.R2>([3, 32]);
show(
  figures.imageRows(
    [0, 1, 2].map((row) => ({
      label: `z ${row + 1}`,
      images: tf.tidy(() => cgan.generate(painter, oneZ.slice([row, 0], [1, 32]).tile<Tensor2D>([5, 1]), backgrounds)),
    })),
    {
      labels: [...words, ...words, ...words],
      scale: 3,
      title:
        'One z a row, one word changed a column: do the backgrounds follow?' /* zh: '每行一个 z，每列改一个词：背景跟着变了吗？' */,
    },
  ),
);

// %% [markdown] lang="en"
// Hardly: one word moves the embedding by little, and this $G$ does not notice yet.
//
// **Does it obey?** Count. A classifier that reads attributes off cartoon faces compares what 300 new captions ask for with what the pictures show. The last column is what anybody gets who always gives the same answer, the one most often asked for: only what lies above it has been heard.
//
// **Guess first**: which will be obeyed first: the colour of the background, of the hair, or the glasses?

// %% [markdown] lang="zh"
// 几乎没有：一个词只让嵌入动了一点点，这个 $G$ 还察觉不到。
//
// **它听话吗？** 数一数。一个能从卡通脸上读出属性的分类器，把 300 句新描述的要求与图像上的样子对照。最后一列是永远只给同一个答案（要求里最常见的那个）时的得分：高出它的部分，才是听进去的。
//
// **先猜一猜**：最先做到的是哪一样？背景颜色、头发颜色，还是眼镜？

// %%
const reader = metrics.attributes.buildAttributeClassifier({ attributes: datasets.faces.attributeValues });
loadCheckpoint('face-attributes', { attributes: reader.network });
const asking = budget({ quick: 40, default: 300, full: 1000 });
const strangers = datasets.captionedFaces({ train: 0, test: asking, heldOut: 0, only: { style: 'comic' }, seed: 9 });
const requests = strangers.test.captions(
  Array.from({ length: asking }, (_, i) => i),
  { language: 'both', detail: 1, seed: 2 },
);
const wanted = requests.map((text) => datasets.faces.wantedVector(datasets.faces.parseCaption(text)));
const requestCodes = embed(requests);
const byGan = cgan.sample(painter, requestCodes, new Random(13));
const byMean = tf.tidy(() => (supervised.apply(requestCodes) as tf.Tensor).reshape([asking, 32, 32, 3])) as tf.Tensor4D;
const [ofGan, ofMean, ofTruth] = await Promise.all(
  [byGan, byMean, strangers.test.images()].map((images) =>
    metrics.attributes.attributeAccuracy(reader, images, wanted),
  ),
);
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const order = Object.keys(datasets.faces.attributeValues);
/** The share that the value asked for most often would get, given always. */
/* zh: 永远只答要求里最常见的那个值，能答对的比例。 */
const always = (name: string) => {
  const values = wanted.map((row) => row[order.indexOf(name)]).filter((value) => value >= 0); // −1: not asked // zh: −1：没有要求
  return Math.max(...values.map((one) => values.filter((value) => value === one).length)) / values.length;
};
const asked = [
  { name: 'backgroundColour', title: 'background colour' /* zh: '背景颜色' */ },
  { name: 'hairColour', title: 'hair colour' /* zh: '头发颜色' */ },
  { name: 'hair', title: 'hair style' /* zh: '发型' */ },
  { name: 'skin', title: 'skin' /* zh: '肤色' */ },
  { name: 'hat', title: 'hat' /* zh: '帽子' */ },
  { name: 'glasses', title: 'glasses' /* zh: '眼镜' */ },
] as const;
show(
  figures.table(
    asked.map(({ name, title }) => ({
      ['asked for' /* zh: '要求' */]: title,
      ['cGAN' /* zh: '条件 GAN' */]: percent(ofGan.byAttribute[name]),
      ['supervised' /* zh: '监督学习' */]: percent(ofMean.byAttribute[name]),
      ['the real picture' /* zh: '真实图像' */]: percent(ofTruth.byAttribute[name]),
      ['always the same' /* zh: '永远答同一个' */]: percent(always(name)),
    })),
    { title: 'How often new captions are obeyed' /* zh: '新描述的要求做到了多少' */ },
  ),
);

// %% [markdown] lang="en"
// In this short training the supervised average beats the constant answer on hair style and skin, and the GAN hardly anywhere: it has learned to look *unlike an average* long before it has learned to obey. That order is typical, since telling a blurred face from a sharp one is easier for $D$ than reading a sentence. A blurred average obeys
// *more easily*, and has no variety at all; so never report obedience alone, nor sharpness alone.
//
// With `GENLAB_BUDGET=full` the training is more than thirty times longer; look at the same table again then. Lessons 14 and 15 come back to the same captions with diffusion, where one knob trades variety for obedience.
//
// ## 8 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. Under the absolute error instead of the squared one, what would the best supervised answer be, pixel by pixel? Does that cure the blur?</summary>
//
// The conditional median. It is one fixed answer for each order again, so it cannot show the variety; for a pixel that is black in most right pictures it says black. Less grey, still no picture of the data.
// </details>
//
// <details><summary>2. G gets y, D does not. What does D*'s gradient tell G about y?</summary>
//
// Nothing: $D^*(x)=p(x)/(p(x)+p_g(x))$ compares the mixtures over all $y$. Any assignment of pictures to orders with the right mixture is an equilibrium.
// </details>
//
// <details><summary>3. Why do real+wrong pairs help most early in training?</summary>
//
// Then $D$ can reject generated pairs by the picture alone. Real+wrong pairs have a perfect picture, so only the condition gives them away.
// </details>
//
// <details><summary>4. A training log shows s_r = s_f = 0.57 at the end, with two classes and three kinds of pairs. What happened?</summary>
//
// $\frac47\approx0.571$ is the equilibrium when half of the wrong pairs are right: the wrong labels were made by shuffling.
// </details>
//
// <details><summary>5. In the projection discriminator, what does the row of V for "boot" mean?</summary>
//
// A direction in feature space, added to $w$ when the order is "boot": along it $D$ finds that a picture fits the order better. By the derivation it is $v_y-v_y^g$, what real boots have more of than those that $G$ draws.
// </details>
//
// <details><summary>6. A conditional GAN obeys in 99 % of cases. What may still be wrong with it?</summary>
//
// It may draw one picture per class: mode collapse within the classes. Measure variety too.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | supervised, squared error | $f^*(y)=\mathbb E[x\mid y]$ |
// | the game | $\mathbb E\log D(x,y)+\mathbb E\log(1-D(G(z,y),y))$ |
// | best D | $p(x\mid y)/(p(x\mid y)+p_g(x\mid y))$ |
// | concatenation | $[\varphi(x),y]$ and more layers |
// | projection | $w^\top\varphi(x)+b+y^\top V\varphi(x)$ |
// | three kinds of pairs | $-\log s_r-\frac12[\log(1-s_w)+\log(1-s_f)]$ |
// | its equilibrium | $s_r=s_f=\frac23$, $s_w=0$, loss 0.955 |
// | with a share $r$ of the wrong pairs right | $s_r=1/(1+\frac12(1+r))$; shuffling gives $r=1/K$ |
//
// ## Further reading
//
// - Mirza & Osindero (2014), *Conditional Generative Adversarial Nets*, arXiv:1411.1784.
// - Reed et al. (2016), *Generative Adversarial Text to Image Synthesis*, arXiv:1605.05396. Our three kinds of pairs are its Algorithm 1, GAN-CLS.
// - Odena, Olah & Shlens (2016), *Conditional Image Synthesis with Auxiliary Classifier GANs*, arXiv:1610.09585. Another way: let D also classify.
// - Miyato & Koyama (2018), *cGANs with Projection Discriminator*, arXiv:1802.05637.
// - Radford et al. (2021), *Learning Transferable Visual Models From Natural Language Supervision*, arXiv:2103.00020. CLIP, where our caption vectors come from.

// %% [markdown] lang="zh"
// 训练这么短，监督学习的平均脸在发型和肤色上胜过“永远答同一个”，GAN 则几乎处处没有超过它：它早就学会了*不像平均*，却还没学会听话。这个先后很典型，因为对 $D$ 来说，分辨模糊与清晰比读懂一句话容易。模糊的平均*更容易*听话，却毫无变化；所以不要只报告听话程度，也不要只看清晰程度。
//
// 用 `GENLAB_BUDGET=full` 运行，训练时间是这里的三十多倍，到时再看一遍这张表。第 14、15 课会带着同样的描述回到扩散模型，那里有一个旋钮，可以用变化去换听话。
//
// ## 8 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 把平方误差换成绝对误差，逐像素看，监督学习的最优回答是什么？能治好模糊吗？</summary>
//
// 是条件中位数。对每个要求仍只有一个固定的回答，所以表现不出变化；一个像素在多数正确图像里是黑的，它就答黑。灰色少了些，但仍不是数据里的图像。
// </details>
//
// <details><summary>2. G 拿到 y，D 没有。D* 的梯度会告诉 G 关于 y 的什么？</summary>
//
// 什么也没有：$D^*(x)=p(x)/(p(x)+p_g(x))$ 比较的是所有 $y$ 混在一起的分布。只要混合起来对，图像怎样分派给要求，都是均衡。
// </details>
//
// <details><summary>3. 为什么（真，错）配对在训练初期最有用？</summary>
//
// 那时 $D$ 光看图像就能拒绝生成的配对。（真，错）配对的图像完美无缺，只有看条件才能识破。
// </details>
//
// <details><summary>4. 某训练日志最后 s_r = s_f = 0.57，两个类别，三种配对。发生了什么？</summary>
//
// $\frac47\approx0.571$ 正是错误配对有一半其实正确时的均衡：错误标签是靠打乱得到的。
// </details>
//
// <details><summary>5. 投影判别器里，V 中“靴子”那一行是什么意思？</summary>
//
// 特征空间里的一个方向，要求为“靴子”时加到 $w$ 上：沿着它走，$D$ 就认为图像更符合要求。按推导，它等于 $v_y-v_y^g$，即真实的靴子比 $G$ 画的靴子多出来的东西。
// </details>
//
// <details><summary>6. 一个条件 GAN 有 99 % 的时候听话。它还可能有什么毛病？</summary>
//
// 可能每一类只画一幅图：类别内部的模式坍缩。变化程度也要测。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 监督学习，平方误差 | $f^*(y)=\mathbb E[x\mid y]$ |
// | 博弈 | $\mathbb E\log D(x,y)+\mathbb E\log(1-D(G(z,y),y))$ |
// | 最优的 D | $p(x\mid y)/(p(x\mid y)+p_g(x\mid y))$ |
// | 拼接 | $[\varphi(x),y]$，再接几层 |
// | 投影 | $w^\top\varphi(x)+b+y^\top V\varphi(x)$ |
// | 三种配对 | $-\log s_r-\frac12[\log(1-s_w)+\log(1-s_f)]$ |
// | 它的均衡 | $s_r=s_f=\frac23$，$s_w=0$，损失 0.955 |
// | 错误配对中有比例 $r$ 其实正确 | $s_r=1/(1+\frac12(1+r))$；打乱时 $r=1/K$ |
//
// ## 延伸阅读
//
// - Mirza & Osindero (2014), *Conditional Generative Adversarial Nets*, arXiv:1411.1784.
// - Reed et al. (2016), *Generative Adversarial Text to Image Synthesis*, arXiv:1605.05396. 我们的三种配对就是其算法 1，即 GAN-CLS。
// - Odena, Olah & Shlens (2016), *Conditional Image Synthesis with Auxiliary Classifier GANs*, arXiv:1610.09585. 另一种做法：让 D 同时做分类。
// - Miyato & Koyama (2018), *cGANs with Projection Discriminator*, arXiv:1802.05637.
// - Radford et al. (2021), *Learning Transferable Visual Models From Natural Language Supervision*, arXiv:2103.00020. CLIP，我们的描述向量由此而来。
