// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Evaluation: who judges the pictures?"
//   zh: 评价：图像好不好，谁说了算？
// minutes: 75
// terms:
//   Fréchet inception distance (FID): FID
//   Inception score (IS): IS
//   Fréchet distance: Fréchet 距离
//   feature: 特征
//   precision: 精确率
//   recall: 召回率
//   fidelity: 保真度
//   diversity: 多样性
//   covariance: 协方差
//   bias: 偏差
//   real-data floor: 真实数据下限
//   memorization: 死记硬背
//   league table: 排行榜
// ---

// %% [markdown] lang="en"
// # 17 · Evaluation: who judges the pictures?
//
// By the end of this lesson you will have built a small court of law for generative models: an expert witness (a classifier), three
// measuring instruments, and a line-up of seven suspects, each of whom cheats in a way that you know beforehand. One of them goes free: no
// instrument catches him.
//
// **You can then**
//
// 1. say what a generator can get wrong, and why no single number sees all of it;
// 2. compute the Fréchet distance of two Gaussians, in one dimension by hand and in many with a matrix root;
// 3. find the errors in a circulated FID program;
// 4. show that FID falls when you draw more samples, say why, and extrapolate to infinitely many;
// 5. compute the Inception score, and name two faults that it cannot see;
// 6. tell precision from recall in a picture and in numbers;
// 7. say what a text–image score compares, and read one;
// 8. read a league table: what must stand beside a FID for it to mean anything;
// 9. choose a family of models for a task, with reasons.
//
// **Time**: about 75 minutes to read and work through; all cells together run in two to three minutes on two processor cores.

// %% [markdown] lang="zh"
// # 17 · 评价：图像好不好，谁说了算？
//
// 学完本课，你会为生成模型搭起一个小法庭：一位专家证人（分类器）、三件测量仪器，还有七名嫌疑人。每一名怎么作弊，你事先都知道。
// 其中一名，三件仪器都会放过。
//
// **学完之后，你能够**
//
// 1. 说出生成器可能错在哪些地方，以及为什么没有哪一个数能全看到；
// 2. 计算两个高斯分布的 Fréchet 距离：一维时手算，多维时用矩阵平方根；
// 3. 找出一段流传甚广的 FID 程序里的错误；
// 4. 说明样本越多 FID 越低，讲清原因，并外推到无穷多样本；
// 5. 计算 IS，并说出它看不见的两种毛病；
// 6. 在图上和数字上分清精确率与召回率；
// 7. 说出图文得分比较的是什么，并看懂它；
// 8. 看懂排行榜：一个 FID 旁边必须写上什么，它才有意义；
// 9. 为一项任务选择模型族，并说明理由。
//
// **用时**：阅读和练习约 75 分钟；所有代码在双核处理器上合计两三分钟。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  engine,
  fashionMnistClassifier,
  figures,
  league,
  loadCheckpoint,
  metrics,
  Random,
  show,
  vae,
} from 'genlab';

const random = new Random(17);

// %%
console.log(engine.describe(await engine.ready()));
const data = await datasets.fashionMnist();

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # Who judges the pictures?
//
// - one expert witness: a classifier
// - three instruments: FID, IS, precision and recall
// - seven suspects, each cheating in a known way
//
// **Guess**: which suspect does nobody catch?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 图像好不好，谁说了算？
//
// - 一位专家证人：分类器
// - 三件仪器：FID、IS、精确率与召回率
// - 七名嫌疑人，每一名怎么作弊都是已知的
//
// **猜一猜**：哪一名谁也抓不住？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Let the audience look at the rows of the next slide and write down a ranking before any number is shown.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。下一张先只看图，让大家给七名嫌疑人排个名次，再出示任何数字。

// %% [markdown] lang="en"
// ## 1 · A line-up
//
// A generator is asked for pictures of clothes. Two things can go wrong, and either can go wrong alone: single pictures may not look
// like clothes (poor **fidelity**), and the pictures together may not cover all that clothes can be (poor **diversity**). And one can have neither fault and still have
// made nothing, by handing out copies of the training pictures (**memorization**). Here are seven "generators" that need no training, because we make their faults ourselves:
//
// | suspect | what it does |
// |---|---|
// | honest | gives real pictures that were held back |
// | blurred | real pictures, smeared, as a VAE likes to |
// | noisy | real pictures with noise on top |
// | trousers | real training pictures, but of one class only: mode collapse |
// | half | real training pictures of the first five classes |
// | repeater | 20 real pictures, over and over |
// | thief | hands out the training pictures themselves: memorization |
//
// (Trousers and half need training pictures because the test set has only 1,000 of a class.)
//
// **Guess first**: rank the seven from best to worst. Then say which of them a *number* could tell apart from the honest one.

// %% [markdown] lang="zh"
// ## 1 · 指认嫌疑人
//
// 让生成器画衣物，可能错在两个地方，而且各错各的：单幅图像不像衣物（**保真度**差）；所有图像合起来没有覆盖衣物的各种可能（**多样性**差）。
// 还有一种情形，两样都不差，却什么也没有创造：照抄训练图像，也就是**死记硬背**（memorization）。下面七个“生成器”都不需要训练，因为毛病是我们亲手做的：
//
// | 嫌疑人 | 它怎么做 |
// |---|---|
// | 老实人 | 交出留出的真实图像 |
// | 模糊 | 把真实图像抹糊，像 VAE 那样 |
// | 噪点 | 在真实图像上加噪声 |
// | 只画裤子 | 真实的训练图像，但只有一个类别：模式坍缩 |
// | 只画一半 | 前五个类别的真实训练图像 |
// | 复读机 | 20 幅真实图像，翻来覆去 |
// | 小偷 | 直接交出训练图像：死记硬背 |
//
// （只画裤子、只画一半用的是训练图像，因为测试集每类只有 1,000 幅。）
//
// **先猜一猜**：把七名嫌疑人从好到坏排个序，再说说哪几名能靠一个*数*与老实人区分开。

// %% figure="line-up" slideshow={"slide_type": "subslide"}
const n = budget({ quick: 100, default: 2_000, full: 10_000 });
const blurred = (images: Tensor4D) =>
  tf.tidy(() => tf.avgPool(tf.avgPool<Tensor4D>(images, 3, 1, 'same'), 3, 1, 'same'));
const noisy = (images: Tensor4D) =>
  tf.tidy(() => images.add(random.normal(images.shape, 0, 0.15)).clipByValue(0, 1) as Tensor4D);
const held = data.test.size / 2;
// the first half of the test set is the court's; the honest one gives the second
// zh: 测试集的前一半归法庭所用，老实人交出后一半
const honest = (count: number) => data.test.images(held, held + Math.min(count, held));
const suspects: { name: string; draw: (count: number) => Tensor4D }[] = [
  { name: 'honest' /* zh: '老实人' */, draw: honest },
  { name: 'blurred' /* zh: '模糊' */, draw: (count) => blurred(honest(count)) },
  { name: 'noisy' /* zh: '噪点' */, draw: (count) => noisy(honest(count)) },
  { name: 'trousers' /* zh: '只画裤子' */, draw: (count) => data.train.ofClass(1).images(0, Math.min(count, 6000)) },
  {
    name: 'half' /* zh: '只画一半' */,
    draw: (count) =>
      tf.tidy(() => {
        const classes = [0, 1, 2, 3, 4].map((label) => data.train.ofClass(label).images(0, count / 5));
        return tf.concat(classes).gather(tf.tensor1d(random.shuffle(count), 'int32')) as Tensor4D;
      }),
  },
  {
    name: 'repeater' /* zh: '复读机' */,
    draw: (count) => data.test.images(Array.from({ length: count }, (_, i) => held + (i % 20))),
  },
  { name: 'thief' /* zh: '小偷' */, draw: (count) => data.train.images(0, count) },
];
show(
  figures.imageRows(
    suspects.map(({ name, draw }) => ({
      label: name,
      images: tf.tidy(() => draw(60).gather(tf.tensor1d(random.shuffle(60).subarray(0, 12), 'int32')) as Tensor4D),
    })),
    { title: 'Seven suspects: whose pictures would you buy?' /* zh: '七名嫌疑人：谁的图像骗得过你？' */ },
  ),
);

// %% [markdown] lang="en"
// ## 2 · The expert witness
//
// Pixels are bad judges. Move a shirt sideways by two pixels: to the eye it is the same shirt. But by the squared distance of pixels, most shirts are then nearer to some coat than to their own copy, as the next cell counts. So we do not compare
// pictures, we compare what a trained classifier sees in them. It gives us two things for each picture $x$:
//
// - **features** $\phi(x)\in\mathbb R^{F}$: the $F=128$ numbers in front of its last layer;
// - **probabilities** $p(y\mid x)$ of the ten classes.
//
// The original FID uses an Inception network trained on colour photographs ($F=2048$). For grey clothes ours is the better witness, and its figures are on another scale. **A FID without the name of its
// classifier is a length without a unit.** And before a witness speaks, we ask how often he is right.
//
// **Predicted time**: half a minute to a minute in default mode, for 65,000 pictures; each is read as it is and mirrored.

// %% [markdown] lang="zh"
// ## 2 · 专家证人
//
// 像素不是好法官。把一件衬衫横移两个像素，在人眼看来还是同一件。可是按像素的平方距离，多数衬衫这时离某件外套反而比离自己的副本更近，下一个单元会数一数。
// 所以我们不比较图像本身，而是比较一个训练好的分类器从中看到了什么。对每幅图像 $x$，它给出两样东西：
//
// - **特征**（feature）$\phi(x)\in\mathbb R^{F}$：最后一层之前的 $F=128$ 个数；
// - 十个类别的**概率** $p(y\mid x)$。
//
// 最初的 FID 用的是在彩色照片上训练的 Inception 网络（$F=2048$）。要看灰度衣物，我们这位证人更合适，但它的数值尺度不同。
// **不写明分类器的 FID，就像没有单位的长度。** 另外，请证人作证之前，先看看他自己的正确率。
//
// **预计用时**：默认模式约一分钟，要读 65,000 幅图像，每幅原样读一遍、左右翻转再读一遍。

// %%
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const confused = tf.tidy(() => {
  const [shirts, coats] = [6, 4].map((label) => data.test.ofClass(label).images(0, 500));
  const moved = tf.concat([tf.zeros([500, 28, 2, 1]), shirts.slice([0, 0, 0, 0], [500, 28, 26, 1])], 2);
  const toCopy = moved.sub(shirts).square().sum([1, 2, 3]); // [500]
  const toCoats = coats.reshape<Tensor2D>([500, 784]);
  const rows = shirts.reshape<Tensor2D>([500, 784]);
  const products = tf.matMul(rows, toCoats, false, true);
  const squares = rows.square().sum(1, true).add(toCoats.square().sum(1)).sub(products.mul(2)); // ‖a − b‖², [500,500]
  return toCopy.greater(squares.min(1)).toFloat().mean().dataSync()[0];
});
console.log('shirts nearer to a coat than to themselves:' /* zh: '离外套比离自己还近的衬衫：' */, percent(confused));
const classifier = fashionMnistClassifier();
const reference = await metrics.referenceOf(
  {
    train: data.train.take(budget({ quick: 600, default: 60_000, full: 60_000 })),
    test: data.test.take(budget({ quick: 400, default: held, full: held })),
  },
  classifier,
);
console.log('witness right on:' /* zh: '证人的正确率：' */, percent(reference.classifierAccuracy));

// %% [markdown] lang="en"
// ## 3 · The Fréchet distance
//
// Take the features of many real pictures and of many generated ones: two clouds in $\mathbb R^{128}$. Measuring $W_1$ between them exactly (lesson 02) costs $N^3$. So make a bold
// assumption, that both clouds are Gaussian, and use a distance that has a formula for Gaussians. Charge for each unit of mass the *square* of the way that it is carried, instead of the way itself as $W_1$ does: the cheapest plan's cost is the squared **Wasserstein-2** distance. For Gaussians it goes by the name of **Fréchet distance** (and the word "squared" is dropped). On features of an Inception network it is the **Fréchet inception distance**, FID; the name has stuck for other classifiers.
//
// In one dimension you can derive it. On a line the cheapest plan pairs equal quantiles, for squares as for $W_1$ (lesson 02): two ways that cross never cost less than the same two uncrossed. For Gaussians the quantiles are $\mu_1+\sigma_1 u$ and $\mu_2+\sigma_2 u$ with the
// same $u\sim\mathcal N(0,1)$. The mean squared distance of a pair is
//
// $$\mathbb E_u\bigl[(\mu_1-\mu_2+(\sigma_1-\sigma_2)u)^2\bigr]=(\mu_1-\mu_2)^2+(\sigma_1-\sigma_2)^2,$$
//
// because $\mathbb E[u]=0$ and $\mathbb E[u^2]=1$. Two separate terms: the centres differ (pictures are *elsewhere*), and the widths differ (there is *less variety*, or more).
//
// ### Exercise 1 · On a line (2 points)

// %% [markdown] lang="zh"
// ## 3 · Fréchet 距离
//
// 取许多真实图像和许多生成图像的特征，得到 $\mathbb R^{128}$ 里的两团点。精确计算它们之间的 $W_1$（第 02 课）要花 $N^3$ 步。
// 于是大胆假设：两团点都服从高斯分布，再用一个对高斯分布有公式的距离。$W_1$ 按每份质量搬运的路程收费；如果改按路程的*平方*收费，最省的方案所花的费用就是 **Wasserstein-2** 距离的平方。对高斯分布，它叫做 **Fréchet 距离**（习惯上不说“平方”二字）。用在 Inception 网络的特征上，就叫 **FID**（Fréchet inception distance）；换了别的分类器，名字也沿用下来。
//
// 一维时可以自己推导。在直线上，最省的方案总是让相同的分位数配对：$W_1$ 如此（第 02 课），按平方收费也如此，因为两条交叉的路换成不交叉的，费用不会增加。两个高斯分布的分位数分别是 $\mu_1+\sigma_1 u$ 和 $\mu_2+\sigma_2 u$，
// 其中的 $u\sim\mathcal N(0,1)$ 相同。一对之间距离平方的平均是
//
// $$\mathbb E_u\bigl[(\mu_1-\mu_2+(\sigma_1-\sigma_2)u)^2\bigr]=(\mu_1-\mu_2)^2+(\sigma_1-\sigma_2)^2,$$
//
// 因为 $\mathbb E[u]=0$，$\mathbb E[u^2]=1$。两项各管一件事：中心不同（图像画到*别处*去了）；宽度不同（*花样*少了，或多了）。
//
// ### 练习 1 · 在直线上（2 分）

// %% grade_id="ev-frechet-line" points=2
/** The Fréchet distance of N(m1, s1²) and N(m2, s2²). s1, s2: standard deviations */
/** zh: N(m1, s1²) 与 N(m2, s2²) 的 Fréchet 距离。s1、s2 为标准差 */
function frechetOnLine(m1: number, s1: number, m2: number, s2: number): number {
  // BEGIN SOLUTION
  return (m1 - m2) ** 2 + (s1 - s2) ** 2;
  // END SOLUTION
}
await check('ev-frechet-line', { frechetOnLine });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Fréchet distance
//
// $$d^2=\lVert\mu_1-\mu_2\rVert^2+\operatorname{tr}\bigl(\Sigma_1+\Sigma_2-2(\Sigma_1\Sigma_2)^{1/2}\bigr)$$
//
// - features of a classifier, taken for two Gaussians
// - centres differ: pictures are *elsewhere*
// - widths differ: *less variety*, or more
// - the root is the **matrix** root

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Fréchet 距离
//
// $$d^2=\lVert\mu_1-\mu_2\rVert^2+\operatorname{tr}\bigl(\Sigma_1+\Sigma_2-2(\Sigma_1\Sigma_2)^{1/2}\bigr)$$
//
// - 分类器的特征，当作两个高斯分布
// - 中心不同：画到*别处*去了
// - 宽度不同：*花样*少了，或多了
// - 根号是**矩阵**平方根

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Derive the line by quantiles first (exercise 1, 5 minutes), then the general form. Exercise 2 repairs a program that is passed around: 10 minutes.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 先用分位数推导一维情形（练习 1，5 分钟），再给一般形式。练习 2 修理一段流传的程序，10 分钟。

// %% [markdown] lang="en"
// In many dimensions the two clouds have mean vectors $\mu_1,\mu_2$ and covariance matrices $\Sigma_1,\Sigma_2$, and the product of standard deviations becomes a matrix root. With $\operatorname{tr}$ for the trace, the sum of a matrix's diagonal, the distance $d^2$ is
//
// $$d^2=\lVert\mu_1-\mu_2\rVert^2+\operatorname{tr}\bigl(\Sigma_1+\Sigma_2-2(\Sigma_1\Sigma_2)^{1/2}\bigr).$$
//
// Check it against the line: with $\Sigma=\sigma^2$ the trace is $\sigma_1^2+\sigma_2^2-2\sigma_1\sigma_2=(\sigma_1-\sigma_2)^2$. The product $\Sigma_1\Sigma_2$ of two symmetric matrices is
// in general *not* symmetric, and its root is awkward. But $\Sigma_1^{1/2}\,\Sigma_2\,\Sigma_1^{1/2}$ is symmetric and has the same eigenvalues, and so the same trace of the root:
//
// $$\operatorname{tr}\Bigl((\Sigma_1\Sigma_2)^{1/2}\Bigr)=\operatorname{tr}\Bigl(\bigl(\Sigma_1^{1/2}\,\Sigma_2\,\Sigma_1^{1/2}\bigr)^{1/2}\Bigr).$$
//
// ### Exercise 2 · Find the bugs (4 points)
//
// This version is passed around. It runs, it gives 0 for two equal Gaussians with diagonal covariances, and three things in it are wrong. (The setup cell below has a `matrixRoot` that is right.)
//
// ```ts
// const apart = mean1.sub(mean2).norm();                       // ‖μ₁ − μ₂‖
// const root = cov1.mul(cov2).sqrt();                          // (Σ₁Σ₂)^½
// return apart.add(cov1.add(cov2).sub(root.mul(2)).sum());
// ```
//
// Write it right. (With diagonal covariances only the first slip shows: there the root entry by entry is the matrix root, and off the diagonal all is 0.)

// %% [markdown] lang="zh"
// 在高维空间里，两团点各有均值向量 $\mu_1,\mu_2$ 和协方差矩阵 $\Sigma_1,\Sigma_2$，标准差的乘积变成矩阵平方根。记 $\operatorname{tr}$ 为矩阵的迹，即对角线之和，距离 $d^2$ 为
//
// $$d^2=\lVert\mu_1-\mu_2\rVert^2+\operatorname{tr}\bigl(\Sigma_1+\Sigma_2-2(\Sigma_1\Sigma_2)^{1/2}\bigr).$$
//
// 用一维验一验：$\Sigma=\sigma^2$ 时，迹为 $\sigma_1^2+\sigma_2^2-2\sigma_1\sigma_2=(\sigma_1-\sigma_2)^2$。两个对称矩阵的乘积 $\Sigma_1\Sigma_2$
// 一般*不*对称，开平方很麻烦。但 $\Sigma_1^{1/2}\,\Sigma_2\,\Sigma_1^{1/2}$ 是对称的，特征值与它相同，平方根的迹也就相同：
//
// $$\operatorname{tr}\Bigl((\Sigma_1\Sigma_2)^{1/2}\Bigr)=\operatorname{tr}\Bigl(\bigl(\Sigma_1^{1/2}\,\Sigma_2\,\Sigma_1^{1/2}\bigr)^{1/2}\Bigr).$$
//
// ### 练习 2 · 找出错误（4 分）
//
// 下面这个版本四处流传。它能运行，两个协方差为对角阵的相同高斯分布也得 0，却有三处错误。（下面的准备单元里有一个正确的 `matrixRoot`。）
//
// ```ts
// const apart = mean1.sub(mean2).norm();                       // ‖μ₁ − μ₂‖
// const root = cov1.mul(cov2).sqrt();                          // (Σ₁Σ₂)^½
// return apart.add(cov1.add(cov2).sub(root.mul(2)).sum());
// ```
//
// 请写出正确的版本。（协方差为对角阵时只看得出第一处：逐元素的平方根恰好就是矩阵平方根，而对角线以外全是 0。）

// %% tags=["setup"]
/** The symmetric square root of a symmetric matrix without negative eigenvalues: R·R = A. [F,F] -> [F,F] */
/** zh: 无负特征值的对称矩阵的对称平方根：R·R = A。[F,F] -> [F,F] */
function matrixRoot(a: Tensor2D): Tensor2D {
  const size = a.shape[0];
  return tf.tensor2d(Float32Array.from(metrics.sqrtSymmetric(Float64Array.from(a.dataSync()), size)), [size, size]);
}

// %% grade_id="ev-frechet" points=4
/** The Fréchet distance of two Gaussians. mean1, mean2: [F]; cov1, cov2: [F,F] -> scalar */
/** zh: 两个高斯分布的 Fréchet 距离。mean1、mean2: [F]；cov1、cov2: [F,F] -> 标量 */
function frechet(mean1: Tensor1D, cov1: Tensor2D, mean2: Tensor1D, cov2: Tensor2D): tf.Scalar {
  // The trace of a matrix is the sum of its diagonal: multiply it by tf.eye and add up.
  // zh: 矩阵的迹是对角线之和：乘上 tf.eye 再求和。
  // BEGIN SOLUTION
  const half = matrixRoot(cov1);
  const shared = matrixRoot(tf.matMul<Tensor2D>(tf.matMul(half, cov2), half)); // [F,F]
  const spread = cov1.add<Tensor2D>(cov2).sub<Tensor2D>(shared.mul(2)); // [F,F]
  const trace = spread.mul(tf.eye(cov1.shape[0])).sum();
  return mean1.sub(mean2).square().sum().add<tf.Scalar>(trace);
  // END SOLUTION
}
await check('ev-frechet', { frechet });

// %% [markdown] lang="en"
// Now the line-up before the first instrument. Here "real" means the training pictures: their mean and covariance are what everybody is compared with, as is customary. So we should also know the **real-data floor**: the FID that *real* held-back pictures get, as many of them. It depends on the draw, so the cell below draws several times. The honest suspect is one more draw of that kind.

// %% [markdown] lang="zh"
// 现在请嫌疑人到第一件仪器前。按惯例，这里的“真实”指训练图像：所有人都与它们的均值和协方差相比。因此还应当知道**真实数据下限**：同样多的*真实*的、未参与训练的图像得到的 FID。它随抽到哪些图像而变，所以下面的单元抽了好几次；老实人也正是这样的一次抽样。

// %%
/** What the witness sees in `count` pictures of a generator. */
/** zh: 证人在某个生成器的 `count` 幅图像里看到了什么。 */
async function testify(draw: (count: number) => Tensor4D, count: number) {
  const [features, probabilities]: Tensor2D[][] = [[], []];
  const images = draw(count);
  for (let from = 0; from < count; from += 250) {
    const reading = tf.tidy(() => ({
      ...metrics.classifier.read(classifier, images.slice(from, Math.min(250, count - from))),
    }));
    features.push(reading.features);
    probabilities.push(reading.probabilities);
  }
  images.dispose();
  return { features: tf.concat(features), probabilities: tf.concat(probabilities) };
}
const testimonies: { name: string; features: Tensor2D; probabilities: Tensor2D; fid: number }[] = [];
for (const { name, draw } of suspects) {
  const { features, probabilities } = await testify(draw, n);
  const fid = metrics.frechetDistance(reference.statistics, await metrics.frechetStatistics(features));
  testimonies.push({ name, features, probabilities, fid });
}
const sixTimes = new Array<number>(6).fill(Math.min(n, reference.features.count));
const floors = (await metrics.fidAgainstN(reference.features, reference.statistics, sixTimes)).map(({ fid }) => fid);
const floor = floors.reduce((sum, fid) => sum + fid, 0) / floors.length;

// %% figure="fid-of-suspects" slideshow={"slide_type": "subslide"}
show(
  figures.bars({
    categories: testimonies.map(({ name }) => name),
    series: [{ name: 'FID', values: testimonies.map(({ fid }) => fid) }],
    title: 'FID catches every fault but one: the thief passes' /* zh: 'FID 抓住了所有毛病，只漏掉一个：小偷' */,
    y: 'FID (classifier of this course)' /* zh: 'FID（本课程的分类器）' */,
    digits: 2,
  }),
);
console.log('n =' /* zh: '样本数 n =' */, n, '· real-data floor:' /* zh: '· 真实数据下限：' */, floor.toFixed(3));
console.log('six draws:' /* zh: '六次抽样：' */, floors.map((fid) => fid.toFixed(3)).join(', '));

// %% [markdown] lang="en"
// FID sees blur, noise and missing classes, all in one number: from the number alone you cannot tell *what* is wrong. The thief passes with the best mark of all, lower than real held-back pictures get: that is the only hint, and nobody looks for it. **No instrument in this lesson asks whether a picture is new.**
// (To ask it, look up the nearest training picture of each sample.)
//
// ## 4 · The same generator, two FIDs
//
// **Guess first**: we measure the FID of *real* test pictures with 1,000 of them, then with 5,000. Nothing else changes. Does it go up, down, or stay?

// %% [markdown] lang="zh"
// FID 把模糊、噪声、缺失的类别都看在眼里，合成一个数；光看这个数，不知道*错在哪里*。小偷得了最好的成绩，比留出的真实图像还低：这是唯一的破绽，却没有人去找。
// **本课的仪器都不问一幅图像是不是新的。**（该怎么问：为每个样本找最近的训练图像。）
//
// ## 4 · 同一个生成器，两个 FID
//
// **先猜一猜**：测*真实*测试图像的 FID，一次用 1,000 幅，一次用 5,000 幅，其他都不变。它会升高、降低，还是不变？

// %% figure="fid-against-n" slideshow={"slide_type": "subslide"}
const most = reference.features.count;
const sizes = [0.2, 0.3, 0.45, 0.7, 1].map((share) => Math.round(share * most));
// each size is drawn several times, to see the trend and not the luck
// zh: 每种大小抽好几次，看的是趋势，不是运气
const tries = await Promise.all(
  Array.from({ length: budget({ quick: 4, default: 6, full: 6 }) }, (_, seed) =>
    metrics.fidAgainstN(reference.features, reference.statistics, sizes, seed),
  ),
);
const falling = sizes.map((size, i) => ({
  n: size,
  fid: tries.reduce((sum, points) => sum + points[i].fid, 0) / tries.length,
}));
show(
  figures.panels(
    [
      figures.curves({
        series: [{ name: 'FID', x: falling.map((point) => point.n), y: falling.map(({ fid }) => fid), points: true }],
        title: 'against N' /* zh: '横轴为 N' */,
        x: 'number of real pictures N' /* zh: '真实图像数 N' */,
        y: 'FID',
      }),
      figures.curves({
        series: [
          { name: 'FID', x: falling.map((point) => 1 / point.n), y: falling.map(({ fid }) => fid), points: true },
        ],
        title: 'against 1/N: nearly a line' /* zh: '横轴为 1/N：几乎是直线' */,
        x: '1/N',
        y: 'FID',
      }),
    ],
    { title: 'Real pictures, measured with fewer of them, look worse' /* zh: '同样是真实图像，样本少了就显得差' */ },
  ),
);

// %% [markdown] lang="en"
// It falls, but for the luck of a single draw. Means and covariances estimated from $N$ points are off by amounts of order $1/\sqrt N$, and the distance is a square: errors to either side make it larger on average, by an amount of order $1/N$. So FID has a positive **bias** that shrinks like $1/N$, and its size depends on the model. **Two FIDs with different $N$ must never be compared.** (The law holds once $N$ is well above the number of features, $F=128$. With fewer points than features the covariance is singular, and the curve is rougher, as in quick mode.)
//
// Since the bias is a line in $1/N$, fit the line and read it off at $1/N=0$: FID$_\infty$ (Chong & Forsyth, 2020).
//
// ### Exercise 3 · Extrapolate (2 points)
//
// Least squares through points $(r_i,f_i)$, where $r_i=1/N_i$ and $f_i$ is the FID: slope $b=\sum(r_i-\bar r)(f_i-\bar f)\big/\sum(r_i-\bar r)^2$, and the line's value at 0 is $\bar f-b\,\bar r$.

// %% [markdown] lang="zh"
// 它降低，除非单次抽样运气作怪。用 $N$ 个点估计均值和协方差，误差的量级是 $1/\sqrt N$；而这个距离是平方，误差无论偏向哪边，平均来说都让它变大，变大的量级是 $1/N$。
// 所以 FID 有一个正的**偏差**，像 $1/N$ 一样缩小，大小还因模型而异。**$N$ 不同的两个 FID 绝不能相比。**（要 $N$ 明显大于特征数 $F=128$，这条规律才成立。点比特征还少时，协方差是奇异的，曲线就不那么规整，快速模式即是如此。）
//
// 既然偏差是 $1/N$ 的一次函数，就拟合一条直线，读出 $1/N=0$ 处的值：FID$_\infty$（Chong & Forsyth，2020）。
//
// ### 练习 3 · 外推（2 分）
//
// 对点 $(r_i,f_i)$ 做最小二乘，其中 $r_i=1/N_i$，$f_i$ 是 FID：斜率 $b=\sum(r_i-\bar r)(f_i-\bar f)\big/\sum(r_i-\bar r)^2$，直线在 0 处的值为 $\bar f-b\,\bar r$。

// %% grade_id="ev-infinity" points=2
/** Where the least-squares line of FID against 1/N meets 1/N = 0. counts, fids: equally many */
/** zh: FID 对 1/N 的最小二乘直线在 1/N = 0 处的值。counts 与 fids 个数相同 */
function fidAtInfinity(counts: readonly number[], fids: readonly number[]): number {
  // BEGIN SOLUTION
  const average = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const inverse = counts.map((count) => 1 / count);
  const [r, f] = [average(inverse), average(fids)];
  const products = inverse.map((value, i) => (value - r) * (fids[i] - f));
  const squares = inverse.map((value) => (value - r) ** 2);
  return f - (average(products) / average(squares)) * r;
  // END SOLUTION
}
await check('ev-infinity', { fidAtInfinity });

// %% figure="fid-infinity" slideshow={"slide_type": "subslide"}
const limit = fidAtInfinity(
  falling.map((point) => point.n),
  falling.map(({ fid }) => fid),
);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
// the line goes through (mean of 1/N, mean of FID) and meets 1/N = 0 at `limit`
// zh: 直线过点（1/N 的平均，FID 的平均），在 1/N = 0 处的值为 `limit`
const middle = { x: mean(falling.map((point) => 1 / point.n)), y: mean(falling.map(({ fid }) => fid)) };
const lineEnds = [0, 1 / falling[0].n];
show(
  figures.curves({
    series: [
      { name: 'FID', x: falling.map((point) => 1 / point.n), y: falling.map(({ fid }) => fid), points: true },
      {
        name: 'least squares' /* zh: '最小二乘直线' */,
        x: lineEnds,
        y: lineEnds.map((x) => limit + ((middle.y - limit) / middle.x) * x),
        dash: 'dash',
      },
    ],
    title: `FID∞ of real pictures, where the line ends: ${limit.toFixed(3)}` /* zh: `直线的左端就是真实图像的 FID∞：${limit.toFixed(3)}` */,
    x: '1/N',
    y: 'FID',
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Inception score
//
// $$\mathrm{IS}=\exp\;\mathbb E_x\,\mathrm{KL}\bigl(p(y\mid x)\,\|\,p(y)\bigr)$$
//
// - each picture certain, all classes equally often: 10
// - all pictures alike to the witness: 1
// - what does it *not* look at?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## IS
//
// $$\mathrm{IS}=\exp\;\mathbb E_x\,\mathrm{KL}\bigl(p(y\mid x)\,\|\,p(y)\bigr)$$
//
// - 每幅都确定，各类一样多：10
// - 在证人眼里幅幅相同：1
// - 它*不看*什么？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// It never sees a real picture. Ask for the cheapest way to get the highest score: one perfect picture of each class. Exercise 4: 8 minutes.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 它从不看真实图像。问大家：怎样最省事地拿最高分？每类一幅完美的图像。练习 4：8 分钟。

// %% [markdown] lang="en"
// ## 5 · The Inception score
//
// An older instrument needs no real pictures at all. Two wishes: the witness should be *certain* about each picture, so $p(y\mid x)$ has low entropy; and all classes should occur, so the average
// $p(y)=\frac1N\sum_i p(y\mid x_i)$ has high entropy. (Entropy is $H(p)=-\sum_y p(y)\log p(y)$; a bar means the average over pictures.) Both at once:
//
// $$\mathrm{IS}=\exp\Bigl(\frac1N\sum_{i=1}^{N}\mathrm{KL}\bigl(p(y\mid x_i)\,\|\,p(y)\bigr)\Bigr)=\exp\bigl(H(y)-\overline{H(y\mid x)}\bigr),$$
//
// where the second form follows by splitting the logarithm: $\sum_y p(y|x)\log p(y|x)$ is minus the entropy of one picture, and $-\frac1N\sum_i\sum_y p(y|x_i)\log p(y)$ is the entropy of the average. It lies between 1 and the number $K$ of classes.
//
// ### Exercise 4 · Inception score (3 points)
//
// $0\log0=0$: a classifier may be so certain that a probability rounds to 0.

// %% [markdown] lang="zh"
// ## 5 · IS（Inception score）
//
// 还有一件更早的仪器：**Inception 分数**（inception score，IS），根本不需要真实图像。它看重两点：证人对每幅图像都*有把握*，即 $p(y\mid x)$ 的熵低；各个类别都出现，即平均分布
// $p(y)=\frac1N\sum_i p(y\mid x_i)$ 的熵高。（熵为 $H(p)=-\sum_y p(y)\log p(y)$，上横线表示对图像取平均。）两者合在一起：
//
// $$\mathrm{IS}=\exp\Bigl(\frac1N\sum_{i=1}^{N}\mathrm{KL}\bigl(p(y\mid x_i)\,\|\,p(y)\bigr)\Bigr)=\exp\bigl(H(y)-\overline{H(y\mid x)}\bigr),$$
//
// 后一种形式只是把对数拆开：$\sum_y p(y|x)\log p(y|x)$ 是一幅图像的熵取负，$-\frac1N\sum_i\sum_y p(y|x_i)\log p(y)$ 是平均分布的熵。
// 它的取值在 1 与类别数 $K$ 之间。
//
// ### 练习 4 · IS（3 分）
//
// $0\log0=0$：分类器可能十分肯定，以致某个概率舍入成 0。

// %% grade_id="ev-inception" points=3
/** exp of the mean over pictures of KL(p(y|x) ‖ p(y)). probabilities: [N,K], rows add up to 1 -> number */
/** zh: KL(p(y|x) ‖ p(y)) 对图像取平均后再取指数。probabilities: [N,K]，每行之和为 1 -> 数 */
function inceptionScore(probabilities: Tensor2D): number {
  // BEGIN SOLUTION
  return tf.tidy(() => {
    const entropyTerms = (p: tf.Tensor) => p.mul(p.maximum(1e-30).log());
    const certain = entropyTerms(probabilities).sum(1).mean();
    const overall = entropyTerms(probabilities.mean(0)).sum();
    return Math.exp(certain.sub(overall).dataSync()[0]);
  });
  // END SOLUTION
}
await check('ev-inception', { inceptionScore });

// %% figure="is-of-suspects" slideshow={"slide_type": "subslide"}
const ofHonest = inceptionScore(testimonies[0].probabilities); // real test pictures, as many as everybody has
const fractions = testimonies.map(({ probabilities }) => inceptionScore(probabilities) / ofHonest);
show(
  figures.bars({
    categories: suspects.map(({ name }) => name),
    series: [{ name: 'IS', values: fractions }],
    title: 'IS is content with twenty pictures, and with a thief' /* zh: '只要二十幅图像，IS 就满意了；对小偷也满意' */,
    y: 'IS as a fraction of the honest one’s' /* zh: 'IS 占老实人 IS 的比例' */,
    digits: 2,
  }),
);

// %% [markdown] lang="en"
// The repeater has a high score: twenty sharp pictures of many classes are all that IS asks for. It sees no variety *within* a class, and it never looks at a real picture, so it cannot know whether the pictures are of clothes at all. The thief scores highest of all: the witness was trained on these very pictures and is surest of them. IS depends on the classifier and, a little, on $N$; this course quotes it as a **fraction of the test set's**
// score under the same classifier, which takes out part of that dependence, not all. Here the honest suspect's test pictures are the measure, as many as everybody has.
//
// ## 6 · Two questions, two numbers
//
// FID mixes fidelity with diversity. Kynkäänniemi and others (2019) ask separately. Around each real point, in feature space, draw a ball that reaches to its $k$-th nearest real neighbour (here $k=3$). The balls together are a sketch of where real pictures live.
//
// - **Precision**: what share of the *samples* lies in some ball of a real point? (fidelity)
// - **Recall**: the other way round, with balls around the samples: what share of the *real* points do they reach? (diversity)
//
// In two dimensions one sees which number notices what. Grey: real points on a ring. Orange: a generator. (For the suspects below, the real points are test pictures of the court's half, as many as there are samples.)

// %% [markdown] lang="zh"
// 复读机的分数很高：IS 只要求图像清晰、类别多，二十幅足矣。它看不见类别*内部*的花样；它从不看真实图像，也就无从知道画的究竟是不是衣物。
// 小偷得分最高：证人正是用这些图像训练的，对它们最有把握。IS 也依赖分类器，还稍稍依赖 $N$，所以本课程报告的 IS，一律是它占**测试集 IS 的比例**（同一分类器）；这样能消去一部分依赖，但不是全部。
// 这里以老实人的测试图像为准，图像数与大家相同。
//
// ## 6 · 两个问题，两个数
//
// FID 把保真度和多样性搅在一起。Kynkäänniemi 等人（2019）把它们分开问。在特征空间里，以每个真实点为中心画一个球，半径到它的第 $k$ 近的真实邻居为止（这里 $k=3$）。
// 这些球合起来，勾勒出真实图像所在的地方。
//
// - **精确率**（precision）：*样本*中有多大比例落在某个真实点的球里？（保真度）
// - **召回率**（recall）：反过来，以样本为中心画球，*真实*点中有多大比例被它们够到？（多样性）
//
// 在二维里看得出哪个数管什么。灰色：圆环上的真实点。橙色：生成器。（再往下评判嫌疑人时，真实点取法庭那一半测试图像，与样本一样多。）

// %% figure="precision-recall-toy" slideshow={"slide_type": "subslide"}
const onRing = (count: number, from: number, to: number, width: number) =>
  tf.tidy(() => {
    const angle = random.uniform<tf.Rank.R1>([count], from, to);
    const radius = random.normal<tf.Rank.R1>([count], 1, width);
    return tf.stack([angle.cos().mul(radius), angle.sin().mul(radius)], 1) as Tensor2D;
  });
const ring = onRing(300, 0, 2 * Math.PI, 0.05);
const toyCases = [
  { name: 'sharp quarter' /* zh: '精确的四分之一' */, points: onRing(300, 0, Math.PI / 2, 0.05) },
  { name: 'sloppy whole' /* zh: '马虎的全部' */, points: onRing(300, 0, 2 * Math.PI, 0.35) },
];
const toyPanels: figures.Chart[] = [];
for (const { name, points } of toyCases) {
  const { precision, recall } = await metrics.precisionRecall(ring, points);
  toyPanels.push(
    figures.scatter2d({
      series: [
        { name: 'real' /* zh: '真实' */, points: ring, color: 7 },
        { name: 'generated' /* zh: '生成' */, points, color: 1 },
      ],
      title: `${name}: P ${precision.toFixed(2)}, R ${recall.toFixed(2)}`,
      x: 'x₁',
      y: 'x₂',
    }),
  );
}
show(
  figures.panels(toyPanels, {
    title: 'Precision asks the samples, recall asks the real points' /* zh: '精确率问样本，召回率问真实点' */,
    share: 'both',
  }),
);

// %% figure="all-instruments" slideshow={"slide_type": "subslide"}
const real = tf.tensor2d(Float32Array.from(reference.features.values), [
  reference.features.count,
  reference.features.size,
]);
const verdicts: Record<string, string>[] = [];
for (const [i, { name, features, fid }] of testimonies.entries()) {
  const both = Math.min(n, real.shape[0]); // as many real points as samples // zh: 真实点与样本一样多
  const { precision, recall } = await metrics.precisionRecall(
    real.slice<Tensor2D>([0, 0], [both, -1]),
    features.slice<Tensor2D>([0, 0], [both, -1]),
  );
  verdicts.push({
    ['suspect' /* zh: '嫌疑人' */]: name,
    FID: fid.toFixed(2),
    ['IS / test set’s' /* zh: 'IS / 测试集 IS' */]: fractions[i].toFixed(2),
    ['precision' /* zh: '精确率' */]: precision.toFixed(2),
    ['recall' /* zh: '召回率' */]: recall.toFixed(2),
  });
}
show(figures.table(verdicts, { title: `All instruments, n = ${n}` /* zh: `全部仪器，n = ${n}` */ }));

// %% [markdown] lang="en"
// **What you should see**: the repeater and the trousers have high precision and next to no recall. Blur and noise lose both, recall most: a smeared or speckled picture misses the balls of real points far oftener than an honest one, and the balls around such pictures reach hardly any real point. Half the classes, half the recall. (The repeater's is 0 by construction: copies lie on top of each other, so the balls around them have radius 0.) The thief's row is as good as the honest one's. **If your recall is near 0 for everybody**, see whether both sides went through the same classifier with the same scale of grey; if it is 0 exactly, and the precision too, each point was counted as its own nearest neighbour.
//
// ### Exercise 5 ★ · Precision (3 points, optional)
//
// `distances` of samples to real points, and each real point's radius. A sample counts if *any* ball holds it.

// %% [markdown] lang="zh"
// **你应该看到**：复读机和只画裤子的，精确率高，召回率几乎为零。模糊和噪声两样都丢，召回率丢得最多：抹糊的、带噪点的图像，落在真实点的球外的远比老实人的多；以它们为中心的球，几乎够不到真实点。类别只有一半，召回率也只有一半左右。（复读机的召回率必然为 0：复制品叠在一起，以它们为中心的球半径为 0。）小偷那一行与老实人一样好。
// **如果所有人的召回率都接近 0**，查一查双方用的是不是同一个分类器、灰度范围是否一致；如果连同精确率一起恰好是 0，那是把每个点当成了它自己的最近邻。
//
// ### 练习 5 ★ · 精确率（3 分，选做）
//
// 给出样本到各真实点的距离 `distances`，以及每个真实点的半径。只要有*任何*一个球装得下，这个样本就算数。

// %% grade_id="ev-precision" points=3
/** The share of samples in a ball of some real point. distances: [M,N], samples down; radii: [N] -> number */
/** zh: 落在某个真实点的球里的样本所占比例。distances: [M,N]，一行一个样本；radii: [N] -> 数 */
function precisionOf(distances: Tensor2D, radii: Tensor1D): number {
  // BEGIN SOLUTION
  return tf.tidy(() => distances.lessEqual(radii).any(1).toFloat().mean().dataSync()[0]);
  // END SOLUTION
}
await check('ev-precision', { precisionOf });

// %% [markdown] lang="en"
// ## 7 · Does the picture fit the words?
//
// A text-to-image model can paint perfect faces and ignore the caption. The witness for that is a pair of networks trained together, one for pictures, one for texts, so that a picture and its own caption point in the same direction (CLIP; Radford et al., 2021). The **text–image score** is the cosine of the two, times 100, negative values cut to 0. Ours was trained on the cartoon faces of lesson 15, which a program draws together with their captions, and reads English and Chinese.
//
// **Guess first**: how will the scores of faces with their own captions and with other faces' captions be distributed?

// %% [markdown] lang="zh"
// ## 7 · 图与文相符吗？
//
// 文生图模型可能把脸画得完美，却不理会文字。为此要请另一位证人：两个一同训练的网络，一个看图，一个读文，使一幅图像与它自己的说明指向同一方向
// （CLIP；Radford 等，2021）。**图文得分**就是两个向量夹角的余弦乘以 100，负值记为 0。我们的这一对是在第 15 课的卡通人脸上训练的（人脸由程序画出，各带一段说明），中英文都读得懂。图文得分在文献里叫 CLIP 分数（CLIPScore）。
//
// **先猜一猜**：人脸配自己的说明，与配别人的说明，得分各会怎样分布？

// %% figure="text-image-score" slideshow={"slide_type": "subslide"}
const pairs = budget({ quick: 60, default: 400, full: 1000 });
const people = datasets.captionedFaces({ seed: 170, train: 1, test: pairs });
const clip = metrics.clip.buildClip({
  seed: 2,
  text: { vocabulary: datasets.faces.vocabulary.length, length: datasets.faces.maxTokens },
});
loadCheckpoint('face-clip', { image: clip.image, text: clip.text, textHead: clip.textHead });
const everyone = Array.from({ length: pairs }, (_, i) => i);
const captions = people.test.captions(everyone, { language: 'en' /* zh: 'zh' */, detail: 1 });
const facesShown = people.test.images(0, pairs);
const tokensOf = (texts: readonly string[]) =>
  tf.tensor2d(
    texts.map((text) => [...datasets.faces.encode(text)]),
    undefined,
    'int32',
  );
const scoresOf = (texts: readonly string[]) =>
  Array.from(tf.tidy(() => metrics.clip.clipScore(clip, facesShown, tokensOf(texts)).dataSync()));
const ownScores = scoresOf(captions);
const others = [...captions.slice(7), ...captions.slice(0, 7)]; // everybody gets the caption of the seventh after him
const wrongScores = scoresOf(others);
show(
  figures.histogram({
    series: [
      { name: 'own caption' /* zh: '自己的说明' */, values: ownScores },
      { name: 'another’s' /* zh: '别人的说明' */, values: wrongScores },
    ],
    title: 'A caption fits its own face better than another’s' /* zh: '说明与自己的脸更相符' */,
    x: 'text–image score (0–100)' /* zh: '图文得分（0–100）' */,
    y: 'density' /* zh: '密度' */,
    range: [0, 100],
  }),
);

// %% figure="best-wrong-pair" slideshow={"slide_type": "subslide"}
const fooled = wrongScores.indexOf(Math.max(...wrongScores));
show(
  figures.imageGrid(
    tf.tidy(() => facesShown.gather(tf.tensor1d([fooled, fooled], 'int32'))),
    {
      labels: [
        { score: ownScores[fooled], text: captions[fooled] },
        { score: wrongScores[fooled], text: others[fooled] },
      ].map(({ score, text }) => `${score.toFixed(0)}\n${figures.wrapped(text, 216)}`),
      scale: 7,
      gap: 40,
      title:
        'One face, its own caption, and the best of all wrong ones' /* zh: '同一张脸：自己的说明，以及配错的说明里得分最高的一条' */,
    },
  ),
);

// %% [markdown] lang="en"
// The two heaps lie apart. Read the two captions under the last face: the wrong one that scores best usually says several things that are true of it. The score compares a picture with *this* text and nothing else: it does not see whether the face is well painted, nor whether all faces look the same.
//
// ## 8 · Reading a league table
//
// The first rows below are a table that circulates for Fashion-MNIST. Neither its classifier nor its machine is named, so its FIDs are on a scale that nobody can reproduce, and its speeds compare only with each other. What compares best, though only roughly, is each IS as a fraction of the test set's under the *same* classifier. (SNGAN is the GAN of lesson 06 with spectral normalization, SGM the score model of lesson 13.)
//
// Then come the models of this course whose checkpoint your copy holds. Each was measured once, when it was made, and its card in `checkpoints/` keeps the figures. Last comes one model that you train now: the VAE of lesson 04.
//
// **Guess first**: where in the table will your VAE land, by fraction of IS?
//
// **Predicted time**: about a minute in default mode.

// %% [markdown] lang="zh"
// 两堆分得很开。读一读最后那张脸下面的两段说明：配错的说明里得分最高的那一条，往往有好几处恰好说对了。这个得分只比较图像与*这段*文字，别的都不管：脸画得好不好、是不是张张相同，它都看不见。
//
// ## 8 · 看懂排行榜
//
// 下表前几行是一张流传的 Fashion-MNIST 成绩表。它没有写明分类器和机器，所以它的 FID 是什么尺度，谁也无法重现；它的速度也只能在表内相互比较。最能比较的（也只是大致），是每个 IS 占*同一*分类器下测试集 IS 的比例。（SNGAN 是第 06 课里带谱归一化的 GAN，SGM 是第 13 课的分数模型。）
//
// 接着是本课程的模型，只列你手头有检查点的。每个模型在做成时测量过一次，数字记在 `checkpoints/` 里的卡片上。最后是你现在训练的模型：第 04 课的 VAE。
//
// **先猜一猜**：按 IS 的比例，你的 VAE 会排在哪里？
//
// **预计用时**：默认模式约一分钟。

// %%
const published = [
  { model: 'test set' /* zh: '测试集' */, fid: 0.011, is: 9.389, speed: undefined },
  { model: 'VAE', fid: 3.186, is: 5.799, speed: 3.65e4 },
  { model: 'DCGAN', fid: 2.379, is: 7.525, speed: 4.92e4 },
  { model: 'SNGAN', fid: 0.487, is: 8.499, speed: 3.52e4 },
  { model: 'RealNVP', fid: 1.385, is: 7.54, speed: 3.32e4 },
  { model: 'DDPM', fid: 0.647, is: 8.672, speed: 7.18 },
  { model: 'SGM', fid: 0.525, is: 9.058, speed: 10.1 },
];
const mine = vae.buildVae({ inputShape: [28, 28, 1], latentDim: 20, hidden: [400], likelihood: 'bernoulli', seed: 1 });
await vae.trainVae(mine, data.train.take(budget({ quick: 1_000, default: 60_000, full: 60_000 })), {
  epochs: budget({ quick: 1, default: 3, full: 30 }),
  seed: 1,
});
// as many pictures as the cards of the shipped models speak of; the floor takes as many real ones
// zh: 图像数与检查点卡片上的相同；下限也用同样多的真实图像
const drawn = budget({ quick: 100, default: 10_000, full: 10_000 });
const start = performance.now();
const invented = tf.concat(Array.from({ length: drawn / 100 }, () => vae.sample(mine, 100, random)));
await invented.data();
const imagesPerSecond = drawn / ((performance.now() - start) / 1000);
const seen = await testify(() => invented, drawn);
const mineFid = metrics.frechetDistance(reference.statistics, await metrics.frechetStatistics(seen.features));
const secondHalf = await testify(honest, budget({ quick: 100, default: held, full: held }));
const ofTestSet = inceptionScore(secondHalf.probabilities);
const [leagueFloor] = await metrics.fidAgainstN(tf.concat([real, secondHalf.features]), reference.statistics, [drawn]);
const shipped = await league();
console.log('checkpoints of clothes here:' /* zh: '这里的衣物检查点：' */, shipped.length);

// %% figure="league" slideshow={"slide_type": "subslide"}
interface Standing {
  readonly model: string;
  /** Under a classifier that is not named; under ours. */
  /** zh: 前者的分类器没有写明；后者用本课程的分类器。 */
  readonly theirFid?: number;
  readonly ourFid?: number;
  /** Of the test set's inception score. */
  /** zh: 占测试集 IS 的比例。 */
  readonly share: number;
  readonly speed?: number;
  readonly source: string;
}
const standings: Standing[] = [
  ...published.map(({ model, fid, is, speed }) => ({
    model,
    theirFid: fid,
    share: is / published[0].is,
    speed,
    source: 'published' /* zh: '已发表' */,
  })),
  ...shipped.flatMap(({ title, reports }) =>
    Object.entries(reports).map(([sampler, { fid, is, isTestSet, imagesPerSecond: speed, n: count }], _, all) => ({
      model: all.length > 1 ? `${title}, ${sampler}` : title,
      ourFid: fid,
      share: is / isTestSet,
      speed,
      source: `card, n = ${count}` /* zh: `卡片，n = ${count}` */,
    })),
  ),
  {
    model: 'test set' /* zh: '测试集' */,
    ourFid: leagueFloor.fid,
    share: 1,
    source: `here, n = ${drawn}` /* zh: `这里，n = ${drawn}` */,
  },
  {
    model: 'VAE of this cell' /* zh: '刚训练的 VAE' */,
    ourFid: mineFid,
    share: inceptionScore(seen.probabilities) / ofTestSet,
    speed: imagesPerSecond,
    source: `here, n = ${drawn}` /* zh: `这里，n = ${drawn}` */,
  },
];
show(
  figures.table(
    standings.map(({ model, theirFid, ourFid, share, speed, source }) => ({
      ['model' /* zh: '模型' */]: model,
      ['FID, theirs' /* zh: 'FID（他们的）' */]: theirFid?.toFixed(3) ?? '–',
      ['FID, ours' /* zh: 'FID（我们的）' */]: ourFid?.toFixed(3) ?? '–',
      ['IS of test set’s' /* zh: 'IS 占测试集比例' */]: share.toFixed(3),
      ['images/s' /* zh: '图像/秒' */]: speed?.toLocaleString('en-US', { maximumSignificantDigits: 3 }) ?? '–',
      ['measured' /* zh: '出处' */]: source,
    })),
    {
      title:
        'FIDs of two classifiers do not compare; fractions of IS do, roughly' /* zh: '两个分类器的 FID 不能相比，IS 的比例大致可以' */,
    },
  ),
);

// %% figure="league-samples" slideshow={"slide_type": "subslide"}
// a shipped model has a row if a sampler of it, by its card's speed, is done within `patience` seconds
// zh: 按卡片上的速度，某个抽样方法能在 `patience` 秒内画完的检查点，才占一行
const patience = budget({ quick: 0.1, default: 10, full: 120 });
const quickEnough = shipped.flatMap((model) => {
  const names = Object.entries(model.reports).filter(([, report]) => 12 / report.imagesPerSecond < patience);
  return names.slice(0, 1).map(([sampler]) => ({ model, sampler }));
});
const sampleRows = [{ label: 'real' /* zh: '真实' */, images: data.test.images(0, 12) }];
for (const { model, sampler } of quickEnough.slice(0, budget({ quick: 2, default: 20, full: 20 }))) {
  sampleRows.push({ label: model.title, images: await model.draw(12, new Random(3), sampler) });
}
sampleRows.push({ label: 'VAE, here' /* zh: '刚训练的 VAE' */, images: vae.sample(mine, 12, new Random(3)) });
show(figures.imageRows(sampleRows, { title: 'Look before you count' /* zh: '先看，再数' */ }));

// %% [markdown] lang="en"
// Read the columns together. In the published rows, by quality: SNGAN, SGM and DDPM lead, the VAE is last. By **speed**: one pass through a network (VAE, GAN, flow) is several thousand times faster than a thousand passes (DDPM). Speed belongs beside every quality, measured on one machine in one run.
//
// **Your VAE** lands below the published one, though its pictures are clothes at a glance: they are blurred, and blur leaves the witness undecided, which is what IS punishes. It is a small network, trained for a minute. Lower still is the plain autoencoder, decoded from random codes: it compresses, and nobody taught it which codes are clothes (lesson 03). (In quick mode it is hardly trained at all and paints noise.)
//
// Rows marked *card* and *here* share the classifier, the real pictures and, in default mode, mostly $N$ too: where $N$ is the same, their FIDs compare with one another, and the test set's row is the floor for all of them. A card's speed belongs to the machine that the card names.
//
// What must stand beside a FID: the classifier and its accuracy, $N$ of both sides, the real-data floor at that $N$, and which images "real" are. The command `genlab league` measures every model of this course that way, and a checkpoint's card (`checkpoints/*.md`) carries its row.
//
// ## 9 · Which family for which task?
//
// | family | trains stably | covers all modes | sharp | speed | control | likelihood |
// |---|---|---|---|---|---|---|
// | VAE (04) | yes | yes | no | one pass | latent space | a bound |
// | GAN (05–08) | with care | often not | yes | one pass | conditions | none |
// | flow (09) | yes | yes | middling | one pass | latent space | exact |
// | autoregressive (09) | yes | yes | yes | one pass for each pixel | prefix | exact |
// | diffusion, score (11–14) | yes | yes | yes | tens to thousands of passes | guidance, editing | a bound, or by the ODE |
// | latent diffusion (15) | yes, in two stages | yes | yes | tens of passes, small | text, layout | of the latents |
// | flow matching (16) | yes | yes | yes | tens of passes | guidance | by the ODE |
//
// The entries are rules of thumb from experience, not theorems. (A prefix: the first pixels are given, the model goes on. By the ODE: lesson 13.) Of "often not", IS sees a missing class but not missing variety within a class; recall sees both.
//
// **Open problems**: quality *and* diversity at once (guidance trades one for the other); precise control; coherence over long ranges (many objects, hands, text in pictures, video); and efficiency. For the last, three families of remedies: *pruning* takes weights out, *quantization* stores them in fewer bits, *parallelism* spreads the work, besides needing fewer steps (lesson 12) on smaller pictures (lesson 15).
//
// ## 10 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. Paper A reports FID 4.1 with 50,000 samples, paper B 4.6 with 5,000, same classifier. Who is better?</summary>
//
// Nobody can say. If both models' biases have like constants, B's figure carries ten times A's, and without it B may well be the better one. Measure both at one N, or compare FID∞.
// </details>
//
// <details><summary>2. A model's IS is higher than the test set's. Is it better than reality?</summary>
//
// It is *more certain* to the classifier than reality: it leaves out the ambiguous pictures (is this a shirt or a coat?) that real data have. That is a loss of diversity which IS rewards. (Or it copies pictures that the classifier was trained on, like the thief; or the two scores are of different $N$.)
// </details>
//
// <details><summary>3. Your generator's FID is below the real-data floor. What do you suspect first?</summary>
//
// That training pictures leak into its output, since the reference statistics are of the training pictures: the thief's case. Then a different N on the two sides.
// </details>
//
// <details><summary>4. Precision 0.9, recall 0.1. Name a family and a fault.</summary>
//
// A GAN with mode collapse, typically; or a diffusion model with far too strong guidance (lesson 14).
// </details>
//
// <details><summary>5. Why not simply train the generator to lower FID?</summary>
//
// Then it learns what the classifier's 128 features happen to see, and the features stop being a measure (Goodhart's law). Keep the judge out of the training.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | Fréchet, on a line | $(\mu_1-\mu_2)^2+(\sigma_1-\sigma_2)^2$ |
// | Fréchet | $\lVert\mu_1-\mu_2\rVert^2+\operatorname{tr}(\Sigma_1+\Sigma_2-2(\Sigma_1\Sigma_2)^{1/2})$ |
// | its bias | about $b/N$; FID$_\infty$ is the line's value at $1/N=0$ |
// | IS | $\exp\frac1N\sum_i\mathrm{KL}(p(y\mid x_i)\Vert p(y))$, from 1 to the number of classes |
// | precision | share of samples in a ball of a real point |
// | recall | share of real points in a ball of a sample |
// | text–image score | $100\max(\cos(\text{picture},\text{text}),0)$ |
//
// ## Further reading
//
// - Heusel et al. (2017), *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*, arXiv:1706.08500. FID.
// - Salimans et al. (2016), *Improved Techniques for Training GANs*, arXiv:1606.03498. The Inception score.
// - Barratt & Sharma (2018), *A Note on the Inception Score*, arXiv:1801.01973. What it does not measure.
// - Chong & Forsyth (2020), *Effectively Unbiased FID and Inception Score and Where to Find Them*, arXiv:1911.07023.
// - Kynkäänniemi et al. (2019), *Improved Precision and Recall Metric for Assessing Generative Models*, arXiv:1904.06991.
// - Radford et al. (2021), *Learning Transferable Visual Models From Natural Language Supervision*, arXiv:2103.00020. CLIP.
// - Hessel et al. (2021), *CLIPScore*, arXiv:2104.08718.

// %% [markdown] lang="zh"
// 几列要放在一起看。已发表的几行，论质量：SNGAN、SGM、DDPM 领先，VAE 垫底。论**速度**：只需一次前向计算的（VAE、GAN、流模型），比需要一千次的（DDPM）快几千倍。
// 质量旁边总要写上速度，而且要在同一台机器上一次测完。
//
// **你的 VAE** 比已发表的那个还低，尽管它的图像一眼看去也是衣物：图像发糊，证人拿不定主意，而 IS 罚的正是这一点。何况它网络小，只训练了一分钟。比它更低的是普通自编码器，用随机编码解码：它只学过压缩，没有人教它哪些编码是衣物（第 03 课）。（快速模式几乎没有训练，画出来的是噪声。）
//
// 出处为“卡片”和“这里”的各行，分类器相同，真实图像相同，默认模式下 $N$ 多半也相同：$N$ 相同的，FID 就可以相互比较，测试集那一行是它们共同的下限。卡片上的速度属于卡片上写明的那台机器。
//
// 一个 FID 旁边必须写明：分类器及其正确率，双方的 $N$，该 $N$ 下的真实数据下限，以及“真实”指的是哪些图像。命令 `genlab league` 就是这样测量本课程的每个模型，
// 检查点的卡片（`checkpoints/*.md`）上写着各自的成绩。
//
// ## 9 · 什么任务用哪一族？
//
// | 模型族 | 训练稳定 | 覆盖全部模式 | 清晰 | 速度 | 可控性 | 似然 |
// |---|---|---|---|---|---|---|
// | VAE（04） | 是 | 是 | 否 | 一次前向 | 隐空间 | 下界 |
// | GAN（05–08） | 要小心 | 常常不能 | 是 | 一次前向 | 条件 | 没有 |
// | 流模型（09） | 是 | 是 | 中等 | 一次前向 | 隐空间 | 精确 |
// | 自回归（09） | 是 | 是 | 是 | 每个像素一次前向 | 前缀 | 精确 |
// | 扩散、分数模型（11–14） | 是 | 是 | 是 | 几十到上千次前向 | 引导、编辑 | 下界，或由 ODE 得到 |
// | 隐空间扩散（15） | 是，分两阶段 | 是 | 是 | 几十次前向，但尺寸小 | 文字、布局 | 隐变量的似然 |
// | 流匹配（16） | 是 | 是 | 是 | 几十次前向 | 引导 | 由 ODE 得到 |
//
// 表里是经验之谈，不是定理。（前缀：先给定开头的像素，由模型接着画。由 ODE 得到：见第 13 课。）至于“常常不能”，缺了整个类别，IS 看得见；类别内部缺了变化，IS 就看不见了；召回率两样都看得见。
//
// **尚未解决的问题**：质量*与*多样性兼得（引导是拿一个换另一个）；精确的控制；长程的连贯性（多个物体、手、图中的文字、视频）；以及效率。提高效率有三类办法：
// *剪枝*去掉一些权重，*量化*用更少的比特存权重，*并行*把活儿分摊出去；此外还可以少走几步（第 12 课），在更小的图上走（第 15 课）。
//
// ## 10 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 论文甲用 50,000 个样本，FID 为 4.1；论文乙用 5,000 个样本，FID 为 4.6；分类器相同。谁更好？</summary>
//
// 说不清。如果两个模型的偏差系数相近，乙的偏差就是甲的十倍；去掉偏差，乙也许反而更好。应在同一个 N 下重测，或者比较 FID∞。
// </details>
//
// <details><summary>2. 某个模型的 IS 比测试集还高。它比现实还好吗？</summary>
//
// 只是在分类器眼里比现实*更肯定*：真实数据里模棱两可的图像（这是衬衫还是外套？）被它略去了。这是多样性的损失，IS 却奖励它。（也可能像小偷那样，抄了分类器训练时见过的图像；或者两个 IS 的 $N$ 不同。）
// </details>
//
// <details><summary>3. 你的生成器，FID 低于真实数据下限。首先怀疑什么？</summary>
//
// 训练图像漏进了输出里，因为参照的统计量正来自训练图像，这就是小偷的情形。其次，检查双方的 N 是否不同。
// </details>
//
// <details><summary>4. 精确率 0.9，召回率 0.1。说出一族模型和一种毛病。</summary>
//
// 典型的是发生模式坍缩的 GAN；也可能是引导过强的扩散模型（第 14 课）。
// </details>
//
// <details><summary>5. 为什么不直接训练生成器去降低 FID？</summary>
//
// 那样它学到的，是分类器那 128 个特征碰巧看得见的东西，特征也就不再是尺子了（古德哈特定律）。别让法官参与训练。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 直线上的 Fréchet 距离 | $(\mu_1-\mu_2)^2+(\sigma_1-\sigma_2)^2$ |
// | Fréchet 距离 | $\lVert\mu_1-\mu_2\rVert^2+\operatorname{tr}(\Sigma_1+\Sigma_2-2(\Sigma_1\Sigma_2)^{1/2})$ |
// | 它的偏差 | 约为 $b/N$；FID$_\infty$ 是直线在 $1/N=0$ 处的值 |
// | IS | $\exp\frac1N\sum_i\mathrm{KL}(p(y\mid x_i)\Vert p(y))$，在 1 与类别数之间 |
// | 精确率 | 落在真实点的球里的样本所占比例 |
// | 召回率 | 落在样本的球里的真实点所占比例 |
// | 图文得分 | $100\max(\cos(\text{图像},\text{文字}),0)$ |
//
// ## 延伸阅读
//
// - Heusel et al. (2017), *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*, arXiv:1706.08500. FID 的出处。
// - Salimans et al. (2016), *Improved Techniques for Training GANs*, arXiv:1606.03498. IS 的出处。
// - Barratt & Sharma (2018), *A Note on the Inception Score*, arXiv:1801.01973. 它没有衡量什么。
// - Chong & Forsyth (2020), *Effectively Unbiased FID and Inception Score and Where to Find Them*, arXiv:1911.07023.
// - Kynkäänniemi et al. (2019), *Improved Precision and Recall Metric for Assessing Generative Models*, arXiv:1904.06991.
// - Radford et al. (2021), *Learning Transferable Visual Models From Natural Language Supervision*, arXiv:2103.00020. CLIP.
// - Hessel et al. (2021), *CLIPScore*, arXiv:2104.08718.
