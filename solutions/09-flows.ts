// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Flows and autoregression: models that know their own probability"
//   zh: 标准化流与自回归：说得出概率的模型
// minutes: 90
// terms:
//   normalizing flow: 标准化流
//   change of variables: 变量变换
//   Jacobian: 雅可比矩阵
//   coupling layer: 耦合层
//   checkerboard mask: 棋盘掩码
//   dequantization: 去量化
//   bits per dimension (bits/dim): 每维比特数
//   autoregressive model: 自回归模型
//   masked convolution: 掩码卷积
//   blind spot: 盲区
//   vector quantization: 向量量化
//   codebook: 码本
//   straight-through estimator: 直通估计器
// ---

// %% [markdown] lang="en"
// # 09 · Flows and autoregression: models that know their own probability
//
// By the end of this lesson you will have three machines. The first bends noise into pictures so carefully that every bend can be undone.
// The second draws a picture one pixel after another, and finishes pictures that you began. The third writes clothes in a language of 64 words,
// and you name the kind of clothes first: that is DALL·E's idea, small enough for your computer. The first two can do what neither the VAE nor the GAN could: take any picture and
// **compute the probability** that they give it, with no integral left over.
//
// **You can then**
//
// 1. compute the density of a bent random number, and say why the slope enters and on which side;
// 2. write an affine coupling layer forwards and backwards, and say why its Jacobian needs no determinant;
// 3. test a flow in two ways that do not rely on your derivation: undo it to $10^{-5}$, and check that its density adds up to 1;
// 4. say why pictures must be dequantized first, and turn nats into bits per dimension without losing a term;
// 5. find out why a program reports a likelihood that is too good to be true;
// 6. write a masked convolution, and point at the blind spot of a stack of them;
// 7. say what an exact likelihood costs a flow and what it costs a PixelCNN, at training and at drawing;
// 8. write vector quantization with a straight-through gradient, and say which gradient is made up;
// 9. explain how DALL·E makes a picture out of a sentence, part by part.
//
// **Time**: about 90 minutes to read and work through. What is marked ★ is optional and not counted: section 6 (a flow on pictures, about 10 minutes) and exercise 6 (about 10). None of the nine points above needs
// them; if you skip section 6, run its cells all the same, because section 8 measures that flow once. The training cells take about four minutes together on two processor cores; each says beforehand how long it will take.

// %% [markdown] lang="zh"
// # 09 · 标准化流与自回归：说得出概率的模型
//
// 学完本课，你会有三台机器。第一台把噪声弯成图像，而且每一道弯都能原路退回。第二台一个像素接一个像素地作画，还能把你画了一半的图像画完。
// 第三台用一种只有 64 个词的语言来“写”衣服，写之前由你点名要哪一类：这正是 DALL·E 的想法，只是小到你的电脑也能跑。
// 前两台还有 VAE 和 GAN 都没有的本领：随便给一幅图像，它们都能直接**算出**自己给它多大的概率，不留下算不了的积分。
//
// **学完之后，你能够**
//
// 1. 算出一个随机变量经变换后的密度，并说清斜率为什么会出现、出现在哪一边；
// 2. 写出仿射耦合层的正向与逆向，并说明它为什么不必计算行列式；
// 3. 用两种可以独立验证的办法检验流：退回原处，误差不超过 $10^{-5}$；密度加起来等于 1；
// 4. 说明图像为什么要先去量化，并把奈特换算成每维比特数而不漏掉任何一项；
// 5. 查出一个程序报告的似然为什么好得可疑；
// 6. 写出掩码卷积，并指出多层掩码卷积叠起来的盲区在哪里；
// 7. 说清精确似然的代价：流付在哪里，PixelCNN 付在哪里，训练和抽样各付多少；
// 8. 写出带直通梯度的向量量化，并指出哪一段梯度是“编”的；
// 9. 逐步讲清 DALL·E 怎样由一句话得到一幅图像。
//
// **用时**：阅读和练习约 90 分钟。标 ★ 的是选做，不计入：第 6 节（图像上的流，约 10 分钟）和练习 6（约 10 分钟）。上面九条都用不到它们；跳过第 6 节时，那里的代码也请照样运行，第 8 节要拿那个流来计一次时。所有训练代码在双核处理器上合计约四分钟，每次训练开始时都会先报出预计时间。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { budget, check, datasets, engine, figures, nn, pixelcnn, Random, realnvp, show, train, vqvae } from 'genlab';

const random = new Random(9);

// %%
console.log(engine.describe(await engine.ready()));
const data = await datasets.fashionMnist();

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What is the probability of *this* picture?
//
// - VAE: only a bound. GAN: no answer at all.
// - **Flow**: bend noise into data, never lose the way back.
// - **Autoregression**: one number after another, $\log p(x)=\sum_i\log p(x_i\mid x_1,\dots,x_{i-1})$.
// - Both: exact $\log p(x)$, trained by maximum likelihood and nothing else.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## *这幅*图像的概率是多少？
//
// - VAE：只有下界。GAN：答不上来。
// - **流**：把噪声弯成数据，回去的路一步也不丢。
// - **自回归**：一个数接一个数，$\log p(x)=\sum_i\log p(x_i\mid x_1,\dots,x_{i-1})$。
// - 两者都给出精确的 $\log p(x)$，训练只用极大似然。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Two minutes. Ask: which of our models so far could tell a photograph from static by its probability? Collect answers, then note that the VAE's bound could, the GAN's generator could not.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 两分钟。提问：到目前为止，哪个模型能凭概率把照片和雪花点分开？收集回答后指出：VAE 的下界可以，GAN 的生成器不行。

// %% [markdown] lang="en"
// ## 1 · Why is the slope in the formula?
//
// Lesson 02 asked for parameters $\theta$ that make $\sum_i\log p_\theta(x_i)$ as large as possible, and then neither the VAE nor the GAN could compute $p_\theta(x)$. The trouble was that
// many $z$ can lead to one $x$. Suppose that exactly **one** $z$ leads to each $x$: a function $z=f(x)$ that can be undone. Then there is nothing to
// integrate.
//
// Start on a line. Noise $z\sim\mathcal N(0,1)$ has the density $p_Z$. Data are made by undoing $f$: draw $z$, take the $x$ with $f(x)=z$. What is the density $p(x)$?
// Follow a thin slice of probability ($X$ and $Z$ are the random numbers, $x$ and $z$ their values).
//
// $$
// \begin{aligned}
// P(x\le X\le x+dx) &= P(z\le Z\le z+dz) && \text{the same draws, seen through } f \text{ (let } f \text{ rise)}\\
// p(x)\,dx &= p_Z(z)\,dz && \text{probability is density times width}\\
// p(x) &= p_Z\bigl(f(x)\bigr)\,\bigl|f'(x)\bigr| && \text{divide by } dx;\ dz/dx=f'(x)
// \end{aligned}
// $$
//
// (If $f$ falls, the two ends of the slice swap, and the bars keep the width positive.) In logarithms, which is what we maximize:
//
// $$\log p(x)=\log p_Z\bigl(f(x)\bigr)+\log\bigl|f'(x)\bigr|.$$
//
// This is the **change of variables**. **Guess first**: below, $f$ is steepest at $x=\pm1.2$. Between the two places it is flat. Where will $x$ be denser: at the steep places, or on the
// flat stretch between?

// %% [markdown] lang="zh"
// ## 1 · 公式里为什么有斜率？
//
// 第 02 课要找参数 $\theta$，让 $\sum_i\log p_\theta(x_i)$ 尽可能大；可 VAE 和 GAN 都算不出 $p_\theta(x)$，麻烦在于有许多 $z$ 都能得到同一个 $x$。
// 那就规定：每个 $x$ **只由一个** $z$ 得到，即存在可逆的函数 $z=f(x)$。这样就没有积分要做了。
//
// 先看一条直线。噪声 $z\sim\mathcal N(0,1)$ 的密度是 $p_Z$。数据由逆着走 $f$ 得到：抽一个 $z$，取满足 $f(x)=z$ 的 $x$。$p(x)$ 是多少？
// 盯住一薄片概率就行（大写的 $X$、$Z$ 是随机变量，小写的是它们的取值）。
//
// $$
// \begin{aligned}
// P(x\le X\le x+dx) &= P(z\le Z\le z+dz) && \text{同一批样本，透过 } f \text{ 来看（设 } f \text{ 递增）}\\
// p(x)\,dx &= p_Z(z)\,dz && \text{概率等于密度乘宽度}\\
// p(x) &= p_Z\bigl(f(x)\bigr)\,\bigl|f'(x)\bigr| && \text{两边除以 } dx\text{，}dz/dx=f'(x)
// \end{aligned}
// $$
//
// （若 $f$ 递减，薄片的两端互换，绝对值保证宽度为正。）我们要最大化的是对数：
//
// $$\log p(x)=\log p_Z\bigl(f(x)\bigr)+\log\bigl|f'(x)\bigr|.$$
//
// 这就是**变量变换**（change of variables）公式。**先猜一猜**：下面的 $f$ 在 $x=\pm1.2$ 处最陡，两处之间平缓。$x$ 在哪里更密：陡的地方，还是中间那段平的？

// %% slideshow={"slide_type": "subslide"}
const bend = (x: number) => 0.15 * x + 0.9 * (Math.tanh(3 * (x + 1.2)) + Math.tanh(3 * (x - 1.2)));
const slopeOf = (x: number) => 0.15 + 2.7 * (1 / Math.cosh(3 * (x + 1.2)) ** 2 + 1 / Math.cosh(3 * (x - 1.2)) ** 2);
const bell = (z: number) => Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
/** The x with bend(x) = z, by halving: bend rises everywhere. */
/** zh: 满足 bend(x) = z 的 x，用二分法求：bend 处处递增。 */
function unbend(z: number): number {
  let [low, high] = [-20, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (bend(middle) < z) low = middle;
    else high = middle;
  }
  return low;
}
const line = Array.from({ length: 401 }, (_, i) => -3 + i * 0.015);
const drawnX = [...random.normal([20_000]).dataSync()].map(unbend);
show(
  figures.panels(
    [
      figures.curves({
        series: [{ name: 'f', x: line, y: line.map(bend) }],
        marks: [{ x: -1.2 }, { x: 1.2 }],
        xRange: [-3, 3],
        title: 'f is steep in two places' /* zh: 'f 在两处很陡' */,
        x: 'x',
        y: 'z = f(x)',
      }),
      figures.histogram({
        series: [{ name: '20,000 draws' /* zh: '两万个样本' */, values: drawnX }],
        curves: [
          { name: 'p_Z(f(x))·|f′(x)|', x: line, y: line.map((x) => bell(bend(x)) * slopeOf(x)) },
          { name: 'p_Z(f(x)) alone' /* zh: '只有 p_Z(f(x))' */, x: line, y: line.map((x) => bell(bend(x))) },
        ],
        bins: 60,
        range: [-3, 3],
        title: 'x is dense near them' /* zh: 'x 在那附近最密' */,
        x: 'x',
        y: 'density' /* zh: '密度' */,
      }),
    ],
    { title: 'Steep f, dense x: the slope is part of the density' /* zh: 'f 陡则 x 密：斜率是密度的一部分' */ },
  ),
);
const whole = Array.from({ length: 6000 }, (_, i) => -30 + i * 0.01);
const area = (density: (x: number) => number) => whole.reduce((sum, x) => sum + density(x) * 0.01, 0);
console.log(
  `area with the slope ${area((x) => bell(bend(x)) * slopeOf(x)).toFixed(3)}, without ${area((x) => bell(bend(x))).toFixed(3)}` /* zh: `带斜率时面积为 ${area((x) => bell(bend(x)) * slopeOf(x)).toFixed(3)}，不带时为 ${area((x) => bell(bend(x))).toFixed(3)}` */,
);

// %% [markdown] lang="en"
// Where $f$ is **steep**. A steep $f$ packs a wide piece of noise into a narrow piece of data. The usual wrong guess follows $f$ from $x$ to $z$ and sees a short piece spread out; but the draws go the other way, from $z$ to $x$.
// ($p_Z$ has a say too: it is larger near $z=0$, so the peaks stand at about $\pm1.08$, a little inside the steepest places.) And look at the last line: without the slope, the curve is not a density at all, its area is not 1.
//
// ### Exercise 1 · Density of a bent number (1 point)
//
// The usual slips: a minus where the slope *adds*; the logarithm of a negative slope; the constant of the normal density.

// %% [markdown] lang="zh"
// 在 $f$ **陡**的地方。陡的 $f$ 把一大段噪声挤进一小段数据里。猜反的人多半是顺着 $f$ 从 $x$ 看到 $z$：一小段被拉宽，所以变稀；可样本是反过来走的，从 $z$ 到 $x$，所以是挤密。
// （$p_Z$ 也有影响：它在 $z=0$ 附近大，所以峰在 $\pm1.08$ 左右，比最陡处略靠里。）再看最后一行：丢掉斜率，那条曲线根本不是密度，面积不等于 1。
//
// ### 练习 1 · 随机变量经变换后的密度（1 分）
//
// 常见失误：斜率该*加*却减了；对负的斜率取对数；漏掉正态密度的常数。

// %% grade_id="flow-density" points=1
/** log p(x) from z = f(x) and the slope f′(x), where z ~ N(0, 1). z, slope: [B] -> [B] */
/* zh: 由 z = f(x) 和斜率 f′(x) 求 log p(x)，其中 z ~ N(0, 1)。z、slope: [B] -> [B] */
function logDensity(z: Tensor1D, slope: Tensor1D): Tensor1D {
  // BEGIN SOLUTION
  const ofNoise = z
    .square()
    .add(Math.log(2 * Math.PI))
    .mul<Tensor1D>(-0.5);
  return ofNoise.add(slope.abs().log());
  // END SOLUTION
}
await check('flow-density', { logDensity });

// %% [markdown] lang="en"
// ## 2 · And in the plane?
//
// In more dimensions a thin slice becomes a small box, and the width becomes a volume. A smooth map is nearly linear on a small box: it turns the box into a
// parallelepiped, whose volume has changed by the factor $|\det J|$, where
//
// $$J=\frac{\partial z}{\partial x},\qquad J_{ij}=\frac{\partial z_i}{\partial x_j}$$
//
// is the **Jacobian**. The same three lines as before give
//
// $$\boxed{\ \log p(x)=\log p_Z\bigl(f(x)\bigr)+\log\left|\det J(x)\right|\ }$$
//
// Two conditions come with it. $f$ must be invertible, so **$z$ has as many numbers as $x$**: no bottleneck, unlike a VAE. And the determinant must be affordable.

// %% [markdown] lang="zh"
// ## 2 · 到了平面上呢？
//
// 维数一多，薄片变成小盒子，宽度变成体积。光滑的映射在小盒子上近似线性：盒子变成平行多面体，体积变为原来的 $|\det J|$ 倍，其中
//
// $$J=\frac{\partial z}{\partial x},\qquad J_{ij}=\frac{\partial z_i}{\partial x_j}$$
//
// 叫作**雅可比矩阵**（Jacobian）。还是上面那三行，得到
//
// $$\boxed{\ \log p(x)=\log p_Z\bigl(f(x)\bigr)+\log\left|\det J(x)\right|\ }$$
//
// 它附带两个条件：$f$ 必须可逆，所以 **$z$ 和 $x$ 的维数相同**，不像 VAE 那样有瓶颈；行列式还得算得起。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Change of variables
//
// $$\log p(x)=\log p_Z\bigl(f(x)\bigr)+\log\left|\det\frac{\partial z}{\partial x}\right|$$
//
// - one $z$ for each $x$: no integral
// - as many numbers in $z$ as in $x$: no bottleneck
// - a determinant for each picture: affordable only if $J$ is special

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 变量变换
//
// $$\log p(x)=\log p_Z\bigl(f(x)\bigr)+\log\left|\det\frac{\partial z}{\partial x}\right|$$
//
// - 一个 $x$ 只对应一个 $z$：没有积分
// - $z$ 与 $x$ 维数相同：没有瓶颈
// - 每幅图像一个行列式：只有 $J$ 很特殊才算得起

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Before the figure: where is the area largest? Let them point. Then: what would a 784 × 784 determinant cost for each of 60,000 pictures and every step?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。出图前先问：哪里的面积最大？请学生指出来。然后问：六万幅图像，每一步都算一个 784 × 784 的行列式，要花多少？

// %% slideshow={"slide_type": "subslide"}
const pull = ([x1, x2]: readonly number[]) => [x1, x2 * Math.exp(0.8 * Math.sin(1.5 * x1)) + 0.4 * x1 * x1];
const ticks = Array.from({ length: 9 }, (_, i) => -2 + i / 2);
const fine = Array.from({ length: 41 }, (_, i) => -2 + i / 10);
const lift = [NaN, NaN]; // lifts the pen // zh: 抬笔
const wires = ticks.flatMap((at) => [...fine.map((x2) => [at, x2]), lift, ...fine.map((x1) => [x1, at]), lift]);
const box = (x1: number, x2: number) =>
  [0, 1, 2, 3, 0].map((k) => [x1 + (k === 1 || k === 2 ? 0.5 : 0), x2 + (k > 1 ? 0.5 : 0)]);
const boxes = [box(-1.5, 0.5), box(1, 0.5)];
const net = (title: string, through: (point: readonly number[]) => number[]) =>
  figures.scatter2d({
    series: [
      { name: 'grid' /* zh: '网格' */, points: wires.map(through), color: 7, path: true },
      ...boxes.map((one, i) => ({
        name: `|det J| = ${Math.exp(0.8 * Math.sin(1.5 * [-1.25, 1.25][i])).toFixed(2)}`,
        points: one.map(through),
        color: i,
        path: true,
      })),
    ],
    title,
    x: 'x₁',
    y: 'x₂',
    xRange: [-3, 3],
    yRange: [-4.5, 5.2],
    pointSize: 2,
    names: false,
  });
show(
  figures.panels(
    [
      net('before: equal areas' /* zh: '映射前：面积都相同' */, ([a, b]) => [a, b]),
      net('after: area × |det J|' /* zh: '映射后：面积 × |det J|' */, pull),
    ],
    { title: 'A smooth map turns small boxes into parallelograms' /* zh: '光滑映射把小盒子变成平行四边形' */ },
  ),
);

// %% [markdown] lang="en"
// The price of the general case: a picture of 784 pixels has a Jacobian of $784^2$ entries, one backward pass for each row, and its determinant takes about $784^3/3\approx1.6\times10^8$
// multiplications. For *each picture*, at *each training step*. But one kind of matrix has its determinant for nothing: the **triangular** one, where it is the product of the
// diagonal. The map in the figure was no accident: it leaves $x_1$ alone, and moves $x_2$ by amounts that only depend on $x_1$:
//
// $$J=\begin{pmatrix}1&0\\ \ast&e^{s(x_1)}\end{pmatrix},\qquad\det J=e^{s(x_1)},\quad\text{whatever stands at }\ast.$$
//
// And if one such map is too weak, take several. For $z=f_2(f_1(x))$ the chain rule multiplies the Jacobians, determinants of products are products of determinants, and so
// **log-determinants add up**.
//
// ## 3 · The affine coupling layer
//
// Dinh, Sohl-Dickstein and Bengio (2017) made a layer of this, for any number of dimensions. A mask $b$ of ones and zeros says which numbers **stay**. A network sees only those, $b\odot x$ ($\odot$ multiplies entry by entry), and says for
// all others a log scale $s$ and a shift $t$:
//
// $$y=b\odot x+(1-b)\odot\bigl(x\odot e^{s(b\odot x)}+t(b\odot x)\bigr).$$
//
// Sort the coordinates so that those that stay come first. Then
//
// $$J=\begin{pmatrix}I&0\\ \partial y_{\text{moved}}/\partial x_{\text{kept}}&\operatorname{diag}\,e^{s}\end{pmatrix}
// \qquad\Longrightarrow\qquad\log\left|\det J\right|=\sum_i(1-b_i)\,s_i .$$
//
// The derivative of the network sits in the lower left corner, where it does not count. So the network may be **anything**: deep, wide, convolutional, not invertible itself. To undo the layer, nobody has to undo the network:
// the numbers that stayed are still there, so the same $s$ and $t$ can be computed again,
//
// $$x=b\odot y+(1-b)\odot\bigl(y-t(b\odot y)\bigr)\odot e^{-s(b\odot y)} .$$
//
// **Guess first**: what does a single coupling layer do to the numbers with $b=1$? What must the next layer therefore do?

// %% [markdown] lang="zh"
// 一般情形的价格：784 个像素的图像，雅可比矩阵有 $784^2$ 个元素，每一行都要做一次反向传播，行列式还要约 $784^3/3\approx1.6\times10^8$ 次乘法。
// 而且是*每幅图像*、*每一步训练*都要付一次。不过有一种矩阵的行列式几乎白送：**三角矩阵**，等于对角元的乘积。上图的映射并非随手一写：它不动 $x_1$，
// 而 $x_2$ 怎么动只取决于 $x_1$：
//
// $$J=\begin{pmatrix}1&0\\ \ast&e^{s(x_1)}\end{pmatrix},\qquad\det J=e^{s(x_1)},\quad\text{不管 }\ast\text{ 处是什么。}$$
//
// 一个这样的映射太弱，就多用几个。对 $z=f_2(f_1(x))$，链式法则把雅可比矩阵相乘，乘积的行列式等于行列式的乘积，于是**对数行列式逐个相加**。
//
// ## 3 · 仿射耦合层
//
// Dinh、Sohl-Dickstein 与 Bengio（2017）把它做成了适用于任意维数的一层。由 0 和 1 组成的掩码 $b$ 指明哪些数**保持不动**。网络只看得见它们，即 $b\odot x$（$\odot$ 是逐元素相乘），
// 据此为其余的数给出对数缩放 $s$ 和平移 $t$：
//
// $$y=b\odot x+(1-b)\odot\bigl(x\odot e^{s(b\odot x)}+t(b\odot x)\bigr).$$
//
// 把坐标重新排列，不动的放在前面，则
//
// $$J=\begin{pmatrix}I&0\\ \partial y_{\text{动}}/\partial x_{\text{不动}}&\operatorname{diag}\,e^{s}\end{pmatrix}
// \qquad\Longrightarrow\qquad\log\left|\det J\right|=\sum_i(1-b_i)\,s_i .$$
//
// 网络的导数全在左下角，那里不影响行列式。所以网络可以是**任何东西**：深的、宽的、卷积的，自己不可逆也没关系。要退回去，也不必求网络的逆：
// 不动的数还在原处，同样的 $s$ 和 $t$ 可以再算一遍，
//
// $$x=b\odot y+(1-b)\odot\bigl(y-t(b\odot y)\bigr)\odot e^{-s(b\odot y)} .$$
//
// **先猜一猜**：单独一个耦合层会怎样改变 $b=1$ 的那些数？下一层因此必须怎么做？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Affine coupling
//
// $$y=b\odot x+(1-b)\odot\bigl(x\odot e^{s(b\odot x)}+t(b\odot x)\bigr),\qquad\log|\det J|=\sum_i(1-b_i)s_i$$
//
// - the network sees only what stays
// - undone without undoing the network
// - next layer: the other mask

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 仿射耦合
//
// $$y=b\odot x+(1-b)\odot\bigl(x\odot e^{s(b\odot x)}+t(b\odot x)\bigr),\qquad\log|\det J|=\sum_i(1-b_i)s_i$$
//
// - 网络只看见不动的部分
// - 退回时不必求网络的逆
// - 下一层换另一半掩码

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes with exercises 2 and 3. Ask why the lower left block may be anything. The commonest mistake in the room: the network is given all of x.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟，含练习 2 和 3。提问：左下角那一块为什么可以是任意的？课堂上最常见的错误：把整个 x 交给了网络。

// %% slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    title: 'What stays decides how the rest moves' /* zh: '不动的部分决定其余部分怎样动' */,
    nodes: [
      { id: 'keep', x: 0, y: 0, text: 'b ⊙ x', color: 0 },
      { id: 'move', x: 0, y: 1, text: '(1−b) ⊙ x', color: 1 },
      { id: 'net', x: 1, y: 0.5, text: 's, t' },
      { id: 'affine', x: 2, y: 1, text: 'x·eˢ + t', color: 1 },
      { id: 'same', x: 3, y: 0, text: 'unchanged' /* zh: '原样' */, color: 0 },
      { id: 'moved', x: 3, y: 1, text: 'moved' /* zh: '已移动' */, color: 1 },
    ],
    edges: [
      { from: 'keep', to: 'same' },
      { from: 'keep', to: 'net' },
      { from: 'net', to: 'affine' },
      { from: 'move', to: 'affine' },
      { from: 'affine', to: 'moved' },
    ],
    step: [210, 120],
  }),
);

// %% [markdown] lang="en"
// ### Exercise 2 · Coupling, forwards (3 points)
//
// Give back $y$ and the log-determinant, one number for each example. The mask has one entry for each coordinate and stretches over the batch by itself. The usual slips: the
// network is shown all of $x$; the log-determinant also counts the log scales of coordinates that were not moved.

// %% [markdown] lang="zh"
// ### 练习 2 · 耦合层，正向（3 分）
//
// 返回 $y$ 和对数行列式，每个样本一个数。掩码每个坐标一个元素，会自动扩展到整批样本。常见失误：让网络看到了整个 $x$；对数行列式把没有动的坐标的 $s$ 也加了进去。

// %% tags=["setup"]
/** What a coupling's network says about all coordinates, having seen b ⊙ x. */
/** zh: 耦合层的网络看过 b ⊙ x 之后，对所有坐标给出的回答。 */
type Network = (kept: Tensor2D) => { logScale: Tensor2D; shift: Tensor2D };

// %% grade_id="flow-coupling-forward" points=3
/** One affine coupling. x: [B,n], mask: [n], ones where x stays -> y: [B,n], logDet: [B] */
/* zh: 一个仿射耦合层。x: [B,n]，mask: [n]，1 表示不动 -> y: [B,n]，logDet: [B] */
function couplingForward(x: Tensor2D, mask: Tensor1D, network: Network): { y: Tensor2D; logDet: Tensor1D } {
  // BEGIN SOLUTION
  const kept = x.mul<Tensor2D>(mask); // [B,n]
  const { logScale, shift } = network(kept);
  const free = tf.sub(1, mask); // [n]
  const y = kept.add<Tensor2D>(x.mul(logScale.exp()).add(shift).mul(free));
  return { y, logDet: logScale.mul(free).sum<Tensor1D>(1) };
  // END SOLUTION
}
await check('flow-coupling-forward', { couplingForward });

// %% [markdown] lang="en"
// ### Exercise 3 · Coupling, backwards (2 points)
//
// Mind the order: forwards scales and then shifts, so backwards …

// %% [markdown] lang="zh"
// ### 练习 3 · 耦合层，逆向（2 分）
//
// 注意次序：正向是先缩放再平移，那么逆向……

// %% grade_id="flow-coupling-inverse" points=2
/** Undoes couplingForward. y: [B,n], mask: [n] -> x: [B,n] */
/* zh: couplingForward 的逆。y: [B,n]，mask: [n] -> x: [B,n] */
function couplingInverse(y: Tensor2D, mask: Tensor1D, network: Network): Tensor2D {
  // BEGIN SOLUTION
  const kept = y.mul<Tensor2D>(mask);
  const { logScale, shift } = network(kept);
  return kept.add(y.sub(shift).mul(logScale.neg().exp()).mul(tf.sub(1, mask)));
  // END SOLUTION
}
await check('flow-coupling-inverse', { couplingInverse });

// %% [markdown] lang="en"
// **Two tests that do not rely on our derivation.** Go there and back with a random network: the error must be below $10^{-5}$, which is what single precision can give. And compute the
// determinant the expensive way: the whole Jacobian, one backward pass for each of its rows, and then elimination.

// %% [markdown] lang="zh"
// **两个可以独立验证的检验。** 用一个随机网络走一个来回：误差应小于 $10^{-5}$，这是单精度能做到的。再直接计算行列式（代价高）：写出整个雅可比矩阵，每一行一次反向传播，然后消元。

// %%
const wires6 = random.normal<tf.Rank.R2>([6, 6]);
const anyNetwork: Network = (kept) => ({
  logScale: kept.matMul(wires6).tanh() as Tensor2D,
  shift: kept.matMul(wires6).sin() as Tensor2D,
});
const anyMask = tf.tensor1d([1, 0, 1, 1, 0, 0]);
const anyX = random.normal<tf.Rank.R2>([1, 6]);
const there = couplingForward(anyX, anyMask, anyNetwork);
const back = couplingInverse(there.y, anyMask, anyNetwork);
const jacobian = Array.from({ length: 6 }, (_, row) => [
  ...tf
    .grad((x) =>
      couplingForward(x as Tensor2D, anyMask, anyNetwork)
        .y.slice([0, row], [1, 1])
        .sum(),
    )(anyX)
    .dataSync(),
]);
/** log |det| by Gaussian elimination with the largest pivot. */
/** zh: 列主元高斯消元求 log |det|。 */
function logAbsDet(matrix: readonly number[][]): number {
  const m = matrix.map((row) => [...row]);
  let sum = 0;
  for (let k = 0; k < m.length; k++) {
    const pivot = m.reduce((best, row, i) => (i > k && Math.abs(row[k]) > Math.abs(m[best][k]) ? i : best), k);
    [m[k], m[pivot]] = [m[pivot], m[k]];
    sum += Math.log(Math.abs(m[k][k]));
    for (let i = k + 1; i < m.length; i++) {
      const factor = m[i][k] / m[k][k];
      m[i] = m[i].map((value, j) => value - factor * m[k][j]);
    }
  }
  return sum;
}
show(
  figures.table([
    {
      ['there and back, largest error' /* zh: '往返最大误差' */]: back
        .sub(anyX)
        .abs()
        .max()
        .dataSync()[0]
        .toExponential(1),
      ['Σ (1−b)·s']: there.logDet.dataSync()[0].toFixed(5),
      ['log |det J|, the expensive way' /* zh: '直接计算的 log |det J|' */]: logAbsDet(jacobian).toFixed(5),
    },
  ]),
);

// %% [markdown] lang="en"
// A coupling leaves the coordinates with $b=1$ exactly as they were, so the next one must use the **other half** of the mask. Two couplings in turn reach every coordinate.
//
// ## 4 · A flow that you can see whole
//
// In the plane a coupling moves one coordinate, by amounts read from the other. Stack eight of them, with masks $(1,0)$ and $(0,1)$ in turn, and call the stack $f$. All the mathematics is in two lines:
//
// $$z=f(x),\qquad\log p(x)=\underbrace{-\tfrac12\sum_i\bigl(z_i^2+\log2\pi\bigr)}_{\log\mathcal N(z;\,0,\,I)}+\sum_{\text{layers}}\sum_i(1-b_i)\,s_i .$$
//
// Training is maximum likelihood and nothing else: no second network, no bound, no sampling.

// %% [markdown] lang="zh"
// 耦合层让 $b=1$ 的坐标原封不动，所以下一层必须换成掩码的**另一半**。两层轮流，每个坐标就都照顾到了。
//
// ## 4 · 平面上的流
//
// 在平面上，一个耦合层根据一个坐标去移动另一个坐标。把八层叠起来，掩码 $(1,0)$ 与 $(0,1)$ 轮流，合起来记作 $f$。全部数学只有两行：
//
// $$z=f(x),\qquad\log p(x)=\underbrace{-\tfrac12\sum_i\bigl(z_i^2+\log2\pi\bigr)}_{\log\mathcal N(z;\,0,\,I)}+\sum_{\text{各层}}\sum_i(1-b_i)\,s_i .$$
//
// 训练只有极大似然一件事：没有第二个网络，没有下界，不用抽样。

// %%
interface Coupling {
  readonly mask: Tensor1D;
  readonly layers: tf.LayersModel;
  readonly network: Network;
}
/** Two hidden layers and two heads; the heads start at zero, so that an untrained flow changes nothing. */
/** zh: 两个隐藏层、两个头；头从零开始，所以没训练的流什么也不改变。 */
function buildCoupling(place: number, seeds: nn.Seeds): Coupling {
  type Symbolic = tf.SymbolicTensor;
  const kept = tf.input({ shape: [2] });
  const hidden = (h: Symbolic) => {
    const kernelInitializer = seeds.he();
    const biasInitializer = tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: seeds.next() });
    return tf.layers.dense({ units: 32, activation: 'relu', kernelInitializer, biasInitializer }).apply(h) as Symbolic;
  };
  const h = hidden(hidden(kept));
  const head = (activation: 'tanh' | 'linear') =>
    tf.layers.dense({ units: 2, activation, kernelInitializer: 'zeros' }).apply(h) as Symbolic;
  // tanh: no layer stretches by more than e, so that a bad step cannot blow up the flow
  // zh: 用 tanh：任何一层的伸缩都不超过 e 倍，走错一步也不会让流爆掉
  const layers = tf.model({ inputs: kept, outputs: [head('tanh'), head('linear')] });
  const network: Network = (x) => {
    const [logScale, shift] = layers.apply(x) as Tensor2D[];
    return { logScale, shift };
  };
  return { mask: tf.tensor1d(place % 2 === 0 ? [1, 0] : [0, 1]), layers, network };
}
const buildFlow = (seed: number) => {
  const seeds = new nn.Seeds(seed);
  return Array.from({ length: 8 }, (_, place) => buildCoupling(place, seeds));
};

function toNoise(flow: readonly Coupling[], x: Tensor2D): { z: Tensor2D; logDet: Tensor1D } {
  let [z, logDet] = [x, tf.zeros<tf.Rank.R1>([x.shape[0]])];
  for (const { mask, network } of flow) {
    const step = couplingForward(z, mask, network);
    z = step.y;
    logDet = logDet.add(step.logDet);
  }
  return { z, logDet };
}
const toData = (flow: readonly Coupling[], z: Tensor2D) =>
  flow.reduceRight((y, { mask, network }) => couplingInverse(y, mask, network), z);
const logNormal = (z: Tensor2D) =>
  z
    .square()
    .add(Math.log(2 * Math.PI))
    .sum<Tensor1D>(1)
    .mul<Tensor1D>(-0.5);
function logProb(flow: readonly Coupling[], x: Tensor2D): Tensor1D {
  const { z, logDet } = toNoise(flow, x);
  return logNormal(z).add(logDet);
}

const flow = buildFlow(9);
console.log(nn.countParams(...flow.map(({ layers }) => layers)), 'weights' /* zh: '个权重' */);

// %% [markdown] lang="en"
// **Check the count**: each coupling has $2\cdot32+32$, then $32\cdot32+32$, then two heads of $32\cdot2+2$, together 1,284 weights; eight of them make 10,272.
//
// The data are two moons. We know their true density, so for once we know the best that *any* model can reach: the mean of $-\log p$ of the truth itself, the **entropy**.
// **Guess first**: the untrained flow is the identity. Will it be above or below the entropy, and can a trained flow fall below it?

// %% [markdown] lang="zh"
// **核对参数量**：每个耦合层有 $2\cdot32+32$，再加 $32\cdot32+32$，再加两个 $32\cdot2+2$ 的头，共 1,284 个权重；八层共 10,272 个。
//
// 数据是两个月牙。它的真实密度我们知道，所以难得一次，我们知道*任何*模型能达到的最好成绩：真实分布自己的 $-\log p$ 的平均值，即**熵**（entropy）。
// **先猜一猜**：没训练的流是恒等映射，它的成绩在熵之上还是之下？训练好的流能低于熵吗？

// %%
const moons = datasets.toys.twoMoons.split(8000, 1);
const heldOut = datasets.toys.twoMoons.draw(2000, new Random(7));
/** The true density of a point: the average over both arcs of a bell of width 0.1. */
/** zh: 一个点的真实密度：沿两条弧取平均的钟形，宽 0.1。 */
function moonDensity([x, y]: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < 400; k++) {
    const [c, s] = [Math.cos((Math.PI * (k + 0.5)) / 400), Math.sin((Math.PI * (k + 0.5)) / 400)];
    const square = (cx: number, cy: number) => (x - 1.4 * cx) ** 2 + (y - 1.4 * cy) ** 2;
    sum += Math.exp(-50 * square(c - 0.5, s - 0.25)) + Math.exp(-50 * square(0.5 - c, 0.25 - s));
  }
  return sum / 800 / (2 * Math.PI * 0.01);
}
const entropy = -heldOut.points.reduce((sum, point) => sum + Math.log(moonDensity(point)), 0) / heldOut.points.length;

/** Trains with the loss given. */
/** zh: 用给定的损失训练。 */
const trainFlow = (name: string, couplings: readonly Coupling[], epochs: number, loss: (x: Tensor2D) => tf.Tensor) =>
  train<{ images: Tensor2D }>({
    name,
    variables: nn.variablesOf(...couplings.map(({ layers }) => layers)),
    batches: (epoch) => moons.batches({ batchSize: 200, seed: 1, epoch }),
    epochs,
    stepsPerEpoch: budget({ quick: 10, default: 40, full: 40 }),
    loss: ({ images }) => loss(images),
    learningRate: 5e-3,
    schedule: 'cosine',
  });
const history = await trainFlow('flow' /* zh: '流' */, flow, budget({ quick: 1, default: 20, full: 100 }), (x) =>
  logProb(flow, x).mean().neg(),
);
show(
  figures.curves({
    series: [
      { name: '−log p(x)', y: history.loss, smooth: 20 },
      {
        name: 'entropy: no model does better' /* zh: '熵：没有模型能更好' */,
        x: [0, history.loss.length - 1],
        y: [entropy, entropy],
        dash: 'dash',
      },
    ],
    title: 'The loss falls towards the entropy, the best possible' /* zh: '损失降向熵，即可能的最好成绩' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'nats per point' /* zh: '奈特/点' */,
    yRange: [0.8, 4],
  }),
);
const points = tf.tensor2d(heldOut.points);
const reached = logProb(flow, points).mean().neg().dataSync()[0];
const roundTrip = toData(flow, toNoise(flow, points).z).sub(points).abs().max().dataSync()[0];
console.log(
  `held-out ${reached.toFixed(2)} nats, entropy ${entropy.toFixed(2)}; there and back: ${roundTrip.toExponential(1)}` /* zh: `留出数据 ${reached.toFixed(2)} 奈特，熵 ${entropy.toFixed(2)}；往返误差 ${roundTrip.toExponential(1)}` */,
);

// %% [markdown] lang="en"
// **Above**: the untrained flow starts at about 2.8 nats, far over the entropy. The mean of $-\log p_\theta$ over the true distribution is the entropy plus the divergence $\mathrm{KL}(p\,\|\,p_\theta)\ge0$ of lesson 02, so no flow can have a mean below it; the default budget ends at 1.38 against 1.33.
// (The faint curve does dip below. It shows batches of 200 points, and some batches are easier than the average.)
//
// Now watch the whole stack at work, backwards: from noise to data. Each layer moves points only along one axis. (Between two layers the film shows the coupling applied in part, $\tau s$ and $\tau t$ with
// $\tau$ from 0 to 1.) The colours say which moon a point will belong to. **Guess first**: could two points ever meet?

// %% [markdown] lang="zh"
// **在上面**：没训练的流从约 2.8 奈特起步，远高于熵。对真实分布取平均，$-\log p_\theta$ 等于熵加上第 02 课的散度 $\mathrm{KL}(p\,\|\,p_\theta)\ge0$，所以任何流的平均值都不会低于熵；默认预算下最后是 1.38，熵为 1.33。
// （浅色曲线确实有时低于熵：它画的是每批 200 个点，有的批恰好比平均容易。）
//
// 现在倒着看整个流怎样工作：从噪声到数据。每一层只沿一个坐标轴移动点。（两层之间的画面，是只施加一部分的耦合：$\tau s$ 和 $\tau t$，$\tau$ 从 0 到 1。）
// 颜色表示这个点最后属于哪个月牙。**先猜一猜**：会有两个点相遇吗？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## A flow that you can see whole
//
// - eight couplings, masks $(1,0)$ and $(0,1)$ in turn
// - the loss is $-\log p(x)$: no second network, no bound
// - test 1: undo it, error below $10^{-5}$
// - test 2: the density adds up to 1

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 平面上的流
//
// - 八个耦合层，掩码 $(1,0)$ 与 $(0,1)$ 轮流
// - 损失就是 $-\log p(x)$：没有第二个网络，没有下界
// - 检验一：退回原处，误差小于 $10^{-5}$
// - 检验二：密度的总和等于 1

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. Let the film run once without comment. Then ask: could two points ever meet? Then look for what joins the moons in the map of the density.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。先不加评论放一遍动画，再问：会有两个点相遇吗？最后一起在密度图上找：两个月牙靠什么连着？

// %% slideshow={"slide_type": "subslide"}
const cast = heldOut.points.slice(0, 600);
const moonOf = [...heldOut.labels.slice(0, 600)];
const film: { label: string; places: number[][] }[] = [];
let here = tf.tensor2d(cast);
flow.forEach(({ mask, network }, layer) => {
  for (const tau of [0, 0.34, 0.67]) {
    const part: Network = (x) => {
      const { logScale, shift } = network(x);
      return { logScale: logScale.mul(tau), shift: shift.mul(tau) };
    };
    const label = (flow.length - layer - tau).toFixed(1);
    film.push({ label, places: couplingForward(here, mask, part).y.arraySync() });
  }
  here = couplingForward(here, mask, network).y;
});
film.push({ label: '0.0', places: here.arraySync() });
show(
  figures.animation(
    film.reverse().map(({ label, places }) => ({
      label: `${label} of 8 layers undone` /* zh: `已退回 ${label} 层，共 8 层` */,
      figure: figures.scatter2d({
        series: [0, 1].map((moon) => ({
          name: moon === 0 ? 'upper moon' /* zh: '上月牙' */ : 'lower moon' /* zh: '下月牙' */,
          points: places.filter((_, i) => moonOf[i] === moon),
        })),
        x: 'x₁',
        y: 'x₂',
        title: 'Eight couplings bend a cloud into two moons' /* zh: '八个耦合层把一团云弯成两个月牙' */,
        xRange: [-4, 4],
        yRange: [-3.2, 3.2],
        pointSize: 5,
      }),
    })),
    { milliseconds: 120 },
  ),
);

// %%
const lattice = (side: number, reach: number) => {
  const at = Array.from({ length: side }, (_, i) => -reach + ((i + 0.5) * 2 * reach) / side);
  return { at, points: tf.tensor2d(at.flatMap((y) => at.map((x) => [x, y]))) };
};
const map = lattice(100, 2.5);
const logDensity10 = logProb(flow, map.points).div(Math.LN10).reshape([100, 100]).arraySync() as number[][];
const drawnPoints = toData(flow, random.normal<tf.Rank.R2>([1000, 2]));
show(
  figures.panels(
    [
      figures.scatter2d({
        points: drawnPoints,
        title: 'draws from the flow' /* zh: '从流中抽样' */,
        xRange: [-2.5, 2.5],
        yRange: [-2.5, 2.5],
        x: 'x₁',
        y: 'x₂',
      }),
      figures.heatmap({
        values: logDensity10,
        range: [-4, 0],
        xs: map.at,
        ys: map.at,
        title: 'its density, in powers of 10' /* zh: '它的密度（以 10 的幂表示）' */,
        color: 'log₁₀ p(x)',
        x: 'x₁',
        y: 'x₂',
      }),
    ],
    { title: 'Some probability remains between the moons' /* zh: '两个月牙之间总留有一点概率' */ },
  ),
);
const strayShare = (list: readonly (readonly number[])[]) =>
  `${((100 * list.filter((point) => moonDensity(point) < 1e-3).length) / list.length).toFixed(1)} %`;
const [strayDraws, strayData] = [strayShare(drawnPoints.arraySync()), strayShare(heldOut.points)];
console.log(
  `where the true density is below 0.001: ${strayDraws} of the draws, ${strayData} of the data` /* zh: `真实密度低于 0.001 的地方：样本中占 ${strayDraws}，数据中占 ${strayData}` */,
);

// %% [markdown] lang="en"
// Points never meet: if two did, they could not be told apart on the way back. That is the strength of a flow and also its weakness. One cloud cannot be torn into two by a map that can be undone and
// has no jumps, so **some probability always remains between the moons**. On the right it is the green haze that joins them; the printed line counts the draws that fall where the data practically never are (default budget: 0.8 %).
//
// ### Break it: forget the determinant
//
// Suppose somebody maximizes $\log p_Z(f(x))$ alone. It compiles, and the loss falls. **Guess first**: what will $f$ do?

// %% [markdown] lang="zh"
// 点永远不会相遇：相遇了，回去时就分不开了。这是流的长处，也是短处。可逆而又没有跳跃的映射，不可能把一团云撕成两半，所以**月牙之间总会留下一点概率**。右图里，就是连着两个月牙的那片绿雾；打印的那一行数的是，有多少样本落在数据几乎从不出现的地方（默认预算：0.8 %）。
//
// ### 弄坏它：忘掉行列式
//
// 假如有人只最大化 $\log p_Z(f(x))$。程序能跑，损失也在下降。**先猜一猜**：$f$ 会做什么？

// %%
const broken = buildFlow(9);
await trainFlow(
  'no determinant' /* zh: '没有行列式' */,
  broken,
  budget({ quick: 1, default: 4, full: 20 }),
  (x) => logNormal(toNoise(broken, x).z).mean().neg(), // changed: no log-determinant // zh: 改动：没有对数行列式
);
const wide = lattice(200, 6);
const cell = (12 / 200) ** 2;
const mass = (log: Tensor1D) => (log.exp().sum().dataSync()[0] * cell).toFixed(2);
const brokenZ = toNoise(broken, points).z;
show(
  figures.table(
    [
      {
        ['flow' /* zh: '流' */]: 'right' /* zh: '正确' */,
        ['loss it reports, nats' /* zh: '程序报告的损失（奈特）' */]: reached.toFixed(2),
        ['typical |z|' /* zh: '典型的 |z|' */]: toNoise(flow, points).z.square().mean().sqrt().dataSync()[0].toFixed(3),
        ['total probability' /* zh: '总概率' */]: mass(logProb(flow, wide.points)),
      },
      {
        ['flow' /* zh: '流' */]: 'no determinant' /* zh: '没有行列式' */,
        ['loss it reports, nats' /* zh: '程序报告的损失（奈特）' */]: logNormal(brokenZ)
          .mean()
          .neg()
          .dataSync()[0]
          .toFixed(2),
        ['typical |z|' /* zh: '典型的 |z|' */]: brokenZ.square().mean().sqrt().dataSync()[0].toFixed(3),
        ['total probability' /* zh: '总概率' */]: mass(logNormal(toNoise(broken, wide.points).z)),
      },
    ],
    { title: 'Only a density adds up to 1' /* zh: '只有密度的总和才等于 1' */ },
  ),
);

// %% [markdown] lang="en"
// It squeezes everything into the origin, where the normal density is highest, and has learned nothing about moons. The log-determinant is the price of squeezing: it falls by exactly as much as the slices become
// thinner. (The lowest loss that such a program can report is $\log2\pi\approx1.84$ nats, a limit that has nothing to do with the data.) The sum over a fine grid gives it away at once: **a density adds up to 1, always**.
//
// ## 5 · From the plane to pictures: why dequantize?
//
// A grey level is a whole number from 0 to 255. Give such data to a model of densities and training goes mad: the model can put an ever narrower spike on each of the 256 levels. The figure does it by hand.
// **Guess first**: what is the best mean $\log p$ that a density can reach on data that take 256 values?

// %% [markdown] lang="zh"
// 它把一切都挤到原点，因为那里正态密度最高，而月牙的样子一点没学到。对数行列式正是挤压的价钱：薄片变薄多少，它就降多少。（这种损失的下限是 $\log2\pi\approx1.84$ 奈特，与数据毫无关系。）
// 在细网格上求和，马上露馅：**密度的总和永远等于 1**。
//
// ## 5 · 从平面到图像：为什么要去量化？
//
// 灰度是 0 到 255 的整数。把这种数据交给一个密度模型，训练会发疯：模型可以在 256 个灰度上各立一根越来越窄的尖峰。下图就用手工这么做。
// **先猜一猜**：数据只取 256 个值时，密度的平均 $\log p$ 最高能到多少？

// %%
// up to a width of 0.2: there neighbouring spikes do not overlap yet
// zh: 宽度至多 0.2：这时相邻的尖峰还不重叠
const spikes = Array.from({ length: 41 }, (_, i) => 0.2 * 10 ** (-i / 12));
show(
  figures.curves({
    series: [
      {
        name: 'spikes of this width' /* zh: '这么宽的尖峰' */,
        x: spikes,
        y: spikes.map((width) => -Math.log(256) - 0.5 * Math.log(2 * Math.PI * width ** 2)),
      },
    ],
    logX: true,
    title:
      'Narrower spikes, higher “likelihood”: no end, nothing learned' /* zh: '尖峰越窄，“似然”越高：没有尽头，什么也没学到' */,
    x: 'width of each spike, in grey levels' /* zh: '每根尖峰的宽度（灰度级）' */,
    y: 'log p per pixel, nats' /* zh: '每像素 log p（奈特）' */,
  }),
);

// %% [markdown] lang="en"
// There is no best. The remedy fills the gaps: add noise $u$, uniform on $[0,1)$, to each level $v$, new noise whenever a picture is seen. This is **dequantization**. It also turns the density into an honest
// statement about the levels $v$ of a picture of $n$ pixels: their probability $P(v)$ is the density $p$ summed over their unit box,
//
// $$
// \begin{aligned}
// \log P(v)&=\log\int_{[0,1)^n}p(v+u)\,du && \text{the box that belongs to } v\\
// &=\log\mathbb E_u\,p(v+u)\ \ge\ \mathbb E_u\log p(v+u) && \text{Jensen, as in lesson 04}
// \end{aligned}
// $$
//
// So the mean log-density of dequantized pictures is a **lower bound** on the log-probability of the real ones, and a probability is at most 1. A spike has become useless. (Strictly then: on dequantized data the flow's density is exact; for the grey levels themselves, the number is a bound.)
//
// Three steps bring a pixel to where the flow works. The last two stretch along one axis each, so each has a log-determinant. From here on $x$ is the picture with pixels in $[0,1)$ and $y$ what the flow gets in its place:
//
// | step | why | adds to $\log p$, for each pixel |
// |---|---|---|
// | $v\to v+u$ | no gaps | nothing: it is noise, not a map |
// | $\div256$, to $[0,1)$ | a common scale | $-\log256$ when we go back to levels of width 1 |
// | $y=\operatorname{logit}\bigl(\alpha+(1-2\alpha)x\bigr)$ | from an interval to all real numbers | $\log(1-2\alpha)-\log q-\log(1-q)$, with $q=\alpha+(1-2\alpha)x$ |
//
// with $\operatorname{logit}q=\log\frac{q}{1-q}$ and $\alpha=0.05$, which keeps the logit finite at black and white.
//
// The unit in which people compare is **bits per dimension**: $-\log P$ of a picture in bits (nats divided by $\log2$), divided by $n$, for levels of width 1. A model that knows nothing but the
// 256 levels needs 8, and so does a file that stores each pixel as it is.
//
// ### Exercise 4 · Find the bug (3 points)
//
// A program trained a flow on pictures and reports 1.7 "bits per dimension" after one epoch, far better than anything published:
//
// ```
// // logProbY: log p(y) of the flow, [B];  logDetLogit: of x ↦ y = logit(…), [B];  n pixels, x in [0, 1)
// const bitsPerDim = logProbY.neg().div(n).mean();
// ```
//
// Three things are wrong. Ask of it: is this in bits? Is it the density of $y$ or of $x$? And how wide is one grey level? A check that settles it: a model that knows nothing, $p(x)=1$ on all of $[0,1)^n$, must come out at 8.

// %% [markdown] lang="zh"
// 没有“最高”。补救办法是把空隙填满：给每个灰度 $v$ 加上 $[0,1)$ 上的均匀噪声 $u$，每次见到图像都换新的噪声。这叫**去量化**（dequantization）。这样一来，密度就成了关于灰度的实在的说法：
// 设图像有 $n$ 个像素，灰度为 $v$，它的概率 $P(v)$ 等于密度 $p$ 在它那个单位盒子上的总和，
//
// $$
// \begin{aligned}
// \log P(v)&=\log\int_{[0,1)^n}p(v+u)\,du && v \text{ 所属的盒子}\\
// &=\log\mathbb E_u\,p(v+u)\ \ge\ \mathbb E_u\log p(v+u) && \text{Jensen 不等式，与第 04 课相同}
// \end{aligned}
// $$
//
// 所以，去量化图像的平均对数密度是真实图像对数概率的**下界**，而概率不超过 1。尖峰没用了。（严格地说：对去量化的数据，流给出的密度是精确的；对灰度本身，这个数是个界。）
//
// 要把像素送到流工作的地方，得走三步。后两步都是沿单个坐标的伸缩，所以各有一个对数行列式。从这里起，$x$ 是像素在 $[0,1)$ 内的图像，$y$ 是代替它交给流的东西：
//
// | 步骤 | 为什么 | 每个像素给 $\log p$ 加多少 |
// |---|---|---|
// | $v\to v+u$ | 没有空隙 | 不加：它是噪声，不是映射 |
// | $\div256$，到 $[0,1)$ | 统一尺度 | 换回宽度为 1 的灰度时，$-\log256$ |
// | $y=\operatorname{logit}\bigl(\alpha+(1-2\alpha)x\bigr)$ | 从区间到全体实数 | $\log(1-2\alpha)-\log q-\log(1-q)$，$q=\alpha+(1-2\alpha)x$ |
//
// 其中 $\operatorname{logit}q=\log\frac{q}{1-q}$，$\alpha=0.05$ 保证纯黑和纯白处 logit 有限。
//
// 大家比较时用的单位是**每维比特数**（bits per dimension，bits/dim）：把一幅图像的 $-\log P$ 换成比特（奈特除以 $\log2$），再除以 $n$，灰度宽度按 1 计。除了有 256 个灰度之外一无所知的模型需要 8；
// 把像素原样存下来的文件也需要 8。
//
// ### 练习 4 · 找出错误（3 分）
//
// 有个程序在图像上训练流，一轮之后就报告 1.7“比特/维”，比发表过的任何结果都好得多：
//
// ```
// // logProbY：流给出的 log p(y)，[B]；logDetLogit：x ↦ y = logit(…) 的对数行列式，[B]；n 个像素，x 在 [0, 1) 内
// const bitsPerDim = logProbY.neg().div(n).mean();
// ```
//
// 错了三处。请问它：单位是比特吗？这是 $y$ 的密度还是 $x$ 的？一个灰度有多宽？有个检验能一锤定音：一无所知的模型，即在整个 $[0,1)^n$ 上 $p(x)=1$，必须得到 8。

// %% grade_id="flow-find-the-bug" points=3
/** Bits per dimension of grey levels 0…255, the mean of a batch. logProbY, logDetLogit: [B] -> a scalar */
/* zh: 灰度 0…255 的每维比特数，对一批样本取平均。logProbY、logDetLogit: [B] -> 标量 */
function bitsPerDim(logProbY: Tensor1D, logDetLogit: Tensor1D, n: number): tf.Tensor {
  // BEGIN SOLUTION
  const codeLength = logProbY.add(logDetLogit).mean().neg(); // of a density on [0, 1)ⁿ // zh: [0, 1)ⁿ 上的密度
  // A level is 1/256 wide: log₂ 256 = 8.
  // zh: 一个灰度宽 1/256：log₂ 256 = 8。
  return codeLength.div(n * Math.LN2).add(8);
  // END SOLUTION
}
await check('flow-find-the-bug', { bitsPerDim });

// %% [markdown] lang="en"
// ## 6 ★ · RealNVP on clothes (optional)
//
// What changes from the moons to pictures? The coupling stays as you wrote it. New are four things:
//
// 1. **Masks for pictures.** A **checkerboard mask** keeps every other pixel; each moved pixel is then surrounded by neighbours that stayed. After a while the picture is **squeezed**: each block of 2×2 pixels becomes one pixel with four channels; now a
//    **channel mask** keeps half of the channels.
// 2. **The network is convolutional**: residual blocks instead of dense layers.
// 3. **Scales.** After the squeeze, half of the channels are declared finished and go straight to $z$; the rest goes on at half the size. That halves the work, and $z$ still has 784 numbers in all.
// 4. **Normalization between couplings**, a learned scale and shift for each channel, which is invertible and has a log-determinant like everything else.

// %% [markdown] lang="zh"
// ## 6 ★ · 用 RealNVP 画衣服（选做）
//
// 从月牙到图像，哪些变了？耦合层还是你写的那个。新东西有四样：
//
// 1. **图像用的掩码。** **棋盘掩码**（checkerboard）隔一个像素留一个，于是每个要动的像素四周都是没动的邻居。之后把图像**挤压**（squeeze）：每个 2×2 的像素块变成一个有四个通道的像素；这时改用
//    **通道掩码**，留住一半通道。
// 2. **网络换成卷积的**：用残差块代替全连接层。
// 3. **多尺度。** 挤压之后，一半通道宣告完工，直接进入 $z$；其余的以一半的边长继续。计算量减半，而 $z$ 总共仍是 784 个数。
// 4. **耦合层之间的归一化**：每个通道学一个缩放和一个平移，它可逆，也和其他各步一样有对数行列式。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Pictures
//
// - levels are whole numbers: **dequantize**, $v+u$, or spikes win
// - bits/dim $=-\log p(x)/(n\log 2)+8$
// - checkerboard masks, squeeze, channel masks
// - 8 bits: knows nothing. Below 2 after one epoch: look for the bug

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 图像
//
// - 灰度是整数：要**去量化** $v+u$，否则尖峰会赢
// - 每维比特数 $=-\log p(x)/(n\log 2)+8$
// - 棋盘掩码、挤压、通道掩码
// - 8 比特：一无所知。一轮之后就低于 2：去找错误

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes with exercise 4. Write the wrong line on the board and let them find the three mistakes in pairs; the test with p(x) = 1 decides.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟，含练习 4。把错的那一行写在黑板上，两人一组找三处错误；用 p(x) = 1 的检验来裁决。

// %% slideshow={"slide_type": "subslide"}
/** A mask as it lies on the picture; four channels are put back into the 2×2 pixels that they came from. */
/** zh: 掩码在图像上的样子；四个通道放回它们原来的 2×2 个像素。 */
const asPicture = ({ shape: [height, width, channels], values }: realnvp.Mask) =>
  tf.tidy(() => {
    const mask = tf.tensor4d([...values], [1, height, width, channels]);
    return (channels === 4 ? realnvp.unsqueeze(mask) : mask).reshape([4, 4]).arraySync() as number[][];
  });
const board = (title: string, values: number[][]) => {
  const names = values.map((_, i) => `${i + 1}`);
  return figures.heatmap({
    values,
    title,
    topDown: true,
    range: [0, 1],
    digits: 0,
    scale: 'grey',
    xs: names,
    ys: names,
  });
};
show(
  figures.panels(
    [
      board('checkerboard' /* zh: '棋盘掩码' */, asPicture(realnvp.checkerboardMask([4, 4, 1], false))),
      board('the other half' /* zh: '另一半' */, asPicture(realnvp.checkerboardMask([4, 4, 1], true))),
      board('by channels, unsqueezed' /* zh: '按通道，还原成图像' */, asPicture(realnvp.channelMask([2, 2, 4], false))),
      board('the other channels' /* zh: '另一半通道' */, asPicture(realnvp.channelMask([2, 2, 4], true))),
    ],
    {
      title:
        'Where a mask has 1, numbers stay; next time the other half does' /* zh: '掩码为 1 的数不动，下一次换另一半' */,
      height: 190,
    },
  ),
);

// %%
const clothesFlow = realnvp.buildRealNvp({
  inputShape: [28, 28, 1],
  arch: 'conv',
  scales: 2,
  channels: 16,
  blocks: 1,
  seed: 1,
});
const weightsOf = (variables: readonly tf.Variable[]) => variables.reduce((sum, { size }) => sum + size, 0);
const stepCount = clothesFlow.scales.map(({ steps }) => steps.filter(({ name }) => !name.includes('norm')).length);
console.log(
  weightsOf(realnvp.variables(clothesFlow)),
  'weights; steps at each scale:' /* zh: '个权重；每个尺度的步数：' */,
  stepCount,
);
// the least and the greatest grey level of a picture, as the flow sees them
// zh: 图像最暗和最亮的灰度，在流眼里是多少
const lookAt = realnvp.toFlow(data.test.images(0, 100), random.uniform([100, 28, 28, 1])).y;
console.log(lookAt.min().dataSync()[0].toFixed(2), lookAt.max().dataSync()[0].toFixed(2));

// %% [markdown] lang="en"
// **Check**: seven steps at the first scale (three checkerboards, the squeeze, three by channels) and four at the last. The numbers lie in about $[-2.9,2.9]$, which is $\operatorname{logit}0.05$ and $\operatorname{logit}0.95$.
//
// **Guess first**: 8 bits is no knowledge. Where will a few minutes of training on a small flow get: 6, 4 or 2? Nearly half of all pixels in these pictures are pure black.

// %% [markdown] lang="zh"
// **核对**：第一个尺度七步（三个棋盘、一次挤压、三个通道掩码），最后一个尺度四步。数值大约在 $[-2.9,2.9]$ 之间，即 $\operatorname{logit}0.05$ 与 $\operatorname{logit}0.95$。
//
// **先猜一猜**：8 比特是一无所知。一个小流训练一两分钟能到多少：6、4 还是 2？这些图像里接近一半的像素是纯黑的。

// %%
const flowPictures = data.train.take(budget({ quick: 128, default: 6_000, full: 60_000 }));
const flowHistory = await realnvp.trainRealNvp(clothesFlow, flowPictures, {
  epochs: budget({ quick: 1, default: 1, full: 20 }),
  seed: 1,
});
const flowScore = await realnvp.evaluate(
  clothesFlow,
  data.test.take(budget({ quick: 100, default: 1000, full: 10_000 })),
);
show(
  figures.curves({
    series: [{ name: 'bits/dim', y: flowHistory.loss, smooth: 10 }],
    marks: [{ y: 8, label: 'knows nothing' /* zh: '一无所知' */ }],
    title: 'Below 8 bits is knowledge' /* zh: '低于 8 比特的部分就是知识' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'bits per dimension' /* zh: '每维比特数' */,
    yRange: [2, 10],
  }),
);
console.log('test set, bits/dim:' /* zh: '测试集，每维比特数：' */, flowScore.bitsPerDim?.toFixed(2));

// %%
const fewY = realnvp.toFlow(data.test.images(0, 20), random.uniform([20, 28, 28, 1])).y;
const fewZ = realnvp.forward(clothesFlow, fewY).z;
const gap = realnvp.inverse(clothesFlow, fewZ).sub(fewY).abs();
console.log(
  `there and back through ${realnvp.variables(clothesFlow).length} arrays of weights: mean error ${gap.mean().dataSync()[0].toExponential(1)}, largest ${gap.max().dataSync()[0].toExponential(1)}` /* zh: `往返一趟，经过 ${realnvp.variables(clothesFlow).length} 组权重：平均误差 ${gap.mean().dataSync()[0].toExponential(1)}，最大 ${gap.max().dataSync()[0].toExponential(1)}` */,
);
show(
  figures.imageRows(
    [1, 0.7, 0.4].map((temperature) => ({
      label: `z × ${temperature}`,
      images: realnvp.sample(clothesFlow, 10, new Random(3), { temperature }),
    })),
    {
      title:
        'Draws of a small, briefly trained flow: where it is dark it knows, what clothes are it does not' /* zh: '短训练小流的样本：哪里该黑它知道，衣服什么样它还不知道' */,
    },
  ),
);

// %% [markdown] lang="en"
// **What you should see**: the mean error of the way there and back is near $10^{-6}$: you can turn a picture into noise and back and lose nothing. The bits per dimension fall steeply and then slowly; with the default budget, that is 6,000 pictures seen once, they end at about 5, between the two larger guesses. With so little training the flow knows which
// pixels are mostly black and that neighbours agree, and little of clothes; larger flows, trained for hours, do draw them. Multiplying $z$ by less than 1, the **temperature**, keeps to the likelier part: calmer pictures, less variety.
//
// **If the number is below 2 here**, do not rejoice: read exercise 4 again.
//
// ## 7 · The other way: one number after another
//
// A flow pays for its exact likelihood with a strict form: invertible, equal dimensions, cheap determinants. The second way has no such form. Any probability of $n$ numbers can be split, without any assumption:
//
// $$
// \begin{aligned}
// p(x_1,x_2,\dots,x_n)&=p(x_1)\,p(x_2,\dots,x_n\mid x_1) && \text{definition of conditional probability}\\
// &=p(x_1)\,p(x_2\mid x_1)\,p(x_3,\dots,x_n\mid x_1,x_2) && \text{again}\\
// &=\prod_{i=1}^{n}p(x_i\mid x_1,\dots,x_{i-1}) && \text{and so on}
// \end{aligned}
// $$
//
// A model of this kind is **autoregressive**. Each factor is a distribution over *one* pixel, that is, over a few grey levels: a softmax. No integral, no determinant, no dequantization; grey levels may stay whole numbers, and $\log p(x)$ is exact.
// For pixels one needs an order. We take the order of reading: row by row, left to right.
//
// One network should answer all 784 questions at once when the picture is known, as it is in training. A convolution would do, if only no answer saw its own pixel or a later one. So set the weights that look there to zero. That is a **masked convolution**
// (van den Oord, Kalchbrenner & Kavukcuoglu 2016):
//
// - **mask A**, for the first layer: all rows above, and in the own row everything left of the middle. *Not the middle*: that is the answer itself;
// - **mask B**, for all later layers: the same and the middle too, because what lies there has already been computed without the answer.
//
// ### Exercise 5 · Masked convolution (3 points)
//
// Zero the weights of the kernel that must not look; then an ordinary convolution with padding `'same'`. The usual slips: mask A with the middle; the rest of the row above left out; rows and columns exchanged.

// %% [markdown] lang="zh"
// **你应该看到**：往返的平均误差在 $10^{-6}$ 上下：把图像变成噪声再变回来，什么也不会丢。每维比特数先急降，后缓降；默认预算下 6,000 幅图像各看一遍，最后约为 5，在 6 与 4 之间。训练这么短，流只知道哪些像素多半是黑的、邻居往往相同，对衣服所知甚少；
// 更大的流训练几个小时，才画得出衣服。把 $z$ 乘上小于 1 的数（**温度**，temperature），就只取更可能的部分：画面平静了，花样也少了。
//
// **如果这里的数低于 2**，先别高兴：重读练习 4。
//
// ## 7 · 另一条路：一个数接一个数
//
// 流为精确似然付出的代价是严格的形式：可逆、维数相同、行列式便宜。第二条路没有这些限制。任何 $n$ 个数的概率都可以这样拆开，不需要任何假设：
//
// $$
// \begin{aligned}
// p(x_1,x_2,\dots,x_n)&=p(x_1)\,p(x_2,\dots,x_n\mid x_1) && \text{条件概率的定义}\\
// &=p(x_1)\,p(x_2\mid x_1)\,p(x_3,\dots,x_n\mid x_1,x_2) && \text{再用一次}\\
// &=\prod_{i=1}^{n}p(x_i\mid x_1,\dots,x_{i-1}) && \text{以此类推}
// \end{aligned}
// $$
//
// 这样的模型叫**自回归**（autoregressive）模型。每个因子只是*一个*像素上的分布，也就是几个灰度上的分布：一个 softmax 就够了。没有积分，没有行列式，不用去量化；灰度仍是整数，$\log p(x)$ 是精确的。
// 像素需要排个次序。我们用阅读的次序：逐行，从左到右。
//
// 训练时整幅图像是已知的，最好让一个网络一次答完 784 道题。卷积就行，只要每个答案都看不到自己那个像素和后面的像素。那就把看向那里的权重置零，这叫**掩码卷积**（masked convolution，van den Oord、Kalchbrenner 与 Kavukcuoglu，2016）：
//
// - **掩码 A**，用于第一层：上面各行全部，以及本行中心左边的部分。*不含中心*，那就是答案本身；
// - **掩码 B**，用于以后各层：同上，再加上中心，因为那里的东西是没看答案算出来的。
//
// ### 练习 5 · 掩码卷积（3 分）
//
// 把卷积核中不许看的权重置零，然后做一次普通卷积，填充用 `'same'`。常见失误：掩码 A 含了中心；漏掉上面各行的右半边；行列弄反。

// %% grade_id="flow-masked-convolution" points=3
/** Sees only pixels before its own, in reading order (B: its own too). x: [B,H,W,C], kernel: [k,k,C,D], k odd -> [B,H,W,D] */
/* zh: 只看得到阅读次序在自己之前的像素的卷积（B 型：也看得到自己）。x: [B,H,W,C]，kernel: [k,k,C,D]，k 为奇数 -> [B,H,W,D] */
function maskedConvolution(x: Tensor4D, kernel: Tensor4D, type: 'A' | 'B'): Tensor4D {
  // BEGIN SOLUTION
  const size = kernel.shape[0];
  const middle = (size - 1) / 2;
  const isSeen = (row: number, column: number) =>
    row < middle || (row === middle && (column < middle || (column === middle && type === 'B')));
  const rows = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => Number(isSeen(row, column))),
  );
  const mask = tf.tensor4d(rows.flat(), [size, size, 1, 1]);
  return tf.conv2d(x, kernel.mul<Tensor4D>(mask), 1, 'same');
  // END SOLUTION
}
await check('flow-masked-convolution', { maskedConvolution });

// %% [markdown] lang="en"
// ### What does a stack of them see?
//
// One layer of 3×3 sees little, so layers are stacked. Which pixels can the answer at one place depend on? Ask the gradient: it is zero exactly where nothing is seen. **Guess first**: five layers, the first with mask A. Draw on paper what the middle pixel of a
// 15×15 picture sees. Everything before it within five steps?

// %% [markdown] lang="zh"
// ### 叠起来之后看得到什么？
//
// 单独一层 3×3 看不远，所以要叠好几层。某一处的答案可能取决于哪些像素？问问梯度：看不到的地方，梯度恰好为零。**先猜一猜**：五层，第一层用掩码 A。在纸上画出 15×15 图像正中的像素看得到哪些地方。是五步之内、排在它前面的全部像素吗？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One number after another
//
// $$p(x)=\prod_{i=1}^{n}p(x_i\mid x_1,\dots,x_{i-1})$$
//
// - no assumption: only the definition of conditional probability
// - mask A: before the pixel; mask B: before it or itself
// - what does a stack of 3×3 masks never see?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一个数接一个数
//
// $$p(x)=\prod_{i=1}^{n}p(x_i\mid x_1,\dots,x_{i-1})$$
//
// - 没有任何假设，只用了条件概率的定义
// - 掩码 A：像素之前；掩码 B：之前或它自己
// - 叠起来的 3×3 掩码永远看不到哪里？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Everyone draws the field of view on squared paper before the figure is shown. Few draw the wedge.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。出图之前，每人先在方格纸上画出视野。很少有人画出那块楔形。

// %% slideshow={"slide_type": "subslide"}
const ones = tf.ones<tf.Rank.R4>([3, 3, 1, 1]);
const masked = (x: tf.Tensor) =>
  Array.from({ length: 5 }).reduce<Tensor4D>(
    (h, _, layer) => maskedConvolution(h, ones, layer === 0 ? 'A' : 'B'),
    x.reshape([1, 15, 15, 1]),
  );
const gated = pixelcnn.buildPixelCnn({
  size: [15, 15],
  kernels: [3, 3],
  layers: 4,
  channels: 8,
  outputChannels: 8,
  seed: 3,
});
const twoStacks = (x: tf.Tensor) => pixelcnn.logits(gated, x.reshape([1, 15, 15]));
const sight = (answer: (x: tf.Tensor) => Tensor4D) => {
  const slope = tf.grad((x) => answer(x).slice([0, 7, 7, 0], [1, 1, 1, 1]).sum())(random.uniform([15, 15]));
  const seen = slope.notEqual(0).toInt().arraySync() as number[][];
  return seen.map((row, i) => row.map((value, j) => (i === 7 && j === 7 ? 2 : value)));
};
const view = (title: string, values: number[][]) =>
  figures.heatmap({
    values,
    title,
    topDown: true,
    range: [0, 2],
    color: '0: not seen, 1: seen, 2: itself' /* zh: '0：看不到；1：看得到；2：自己' */,
    x: 'column' /* zh: '列' */,
    y: 'row' /* zh: '行' */,
  });
show(
  figures.panels(
    [
      view('five masked 3×3 layers' /* zh: '五层 3×3 掩码卷积' */, sight(masked)),
      view('two stacks (gated PixelCNN)' /* zh: '两个栈（门控 PixelCNN）' */, sight(twoStacks)),
    ],
    {
      title:
        'The blind spot: above and to the right, never seen however deep the stack' /* zh: '盲区：右上方一块，叠多少层都看不到' */,
    },
  ),
);

// %% [markdown] lang="en"
// (Yellow: the pixel itself; green: seen; violet: not seen.) On the left a wedge **above and to the right** is missing. A 3×3 mask lets a layer look one step up and at most one to the right, so from $r$ rows above nothing further right than $r$ columns ever arrives, and no depth changes
// that slope: this is the **blind spot**. In reading order those pixels come *before* ours, so the formula lets us use them. The model is still a correct product of conditionals; it has merely been made to ignore evidence.
//
// Van den Oord and others (2016) mend it with **two stacks**. A vertical one sees complete rows above and has no mask to the sides; a horizontal one sees its own row to the left, and at each layer hears from the vertical one. On the right: nothing is missing within its reach. Their layers also have
// gates, $\tanh(h_1)\odot\operatorname{sigmoid}(h_2)$, where $h_1$ and $h_2$ are the two halves of the channels that the layer has computed, and that is the model we train.
//
// ## 8 · Clothes, pixel by pixel
//
// We cut the 256 grey levels to 4, which makes the pictures coarser and the softmax small. **Note the unit**: a pixel that is one of 4 costs at most $\log_2 4=2$ bits, so these bits **must not** be compared with the flow's, whose pixels are one of 256. What we may compare with is the same 4 levels without neighbours:
// each pixel by the frequencies that its place has in the training set.

// %% [markdown] lang="zh"
// （黄色是像素自己，绿色看得到，紫色看不到。）左图缺了**右上方**一块楔形。3×3 的掩码每层只能往上看一步、最多往右看一步，所以上面第 $r$ 行里，比右移 $r$ 列更远的像素永远传不过来；叠得再深，这条斜边的斜率也不变。这就是**盲区**（blind spot）。
// 按阅读次序，那些像素排在我们*前面*，公式是允许用的。模型仍是一串正确的条件概率之积，只是被迫无视了一部分证据。
//
// van den Oord 等人（2016）用**两个栈**补上了它：竖直栈看得到上面完整的各行，左右没有掩码；水平栈看本行左边，并在每一层听取竖直栈的消息。右图：够得着的范围之内，什么也没漏。他们的每一层还带门控
// $\tanh(h_1)\odot\operatorname{sigmoid}(h_2)$，$h_1$、$h_2$ 是这一层算出的通道的前后两半。我们训练的正是这个模型。
//
// ## 8 · 一个像素一个像素地画衣服
//
// 我们把 256 个灰度并成 4 个，图像粗一些，softmax 就小了。**注意单位**：一个像素只有 4 种可能，最多花 $\log_2 4=2$ 比特，所以这里的比特数**不能**与流的相比，流的像素有 256 种可能。可以比的是同样 4 个灰度、但不看邻居的做法：
// 每个像素只按训练集里这个位置各灰度的频率来算。

// %%
const levels = 4;
const painter = pixelcnn.buildPixelCnn({
  levels,
  channels: 16,
  layers: budget({ quick: 1, default: 4, full: 8 }),
  outputChannels: 32,
  seed: 1,
});
show(nn.parameterTable({ above: painter.vertical, left: painter.horizontal }));
/** Bits a pixel if each place has its own frequencies and knows no neighbour. */
/** zh: 每个位置只用自己的频率、不看邻居时，每像素多少比特。 */
function bitsWithoutNeighbours(trainingSet: Tensor4D, testSet: Tensor4D): number {
  return tf.tidy(() => {
    const oneHot = (images: Tensor4D) => tf.oneHot(pixelcnn.toLevels(images, levels), levels).toFloat(); // [N,H,W,K]
    const share = oneHot(trainingSet).mean(0).add(1e-4).log().div(-Math.LN2); // [H,W,K]
    return oneHot(testSet).mul(share).sum(3).mean().dataSync()[0];
  });
}
const alone = bitsWithoutNeighbours(data.train.images(0, 5000), data.test.images(0, 1000));
console.log('without neighbours, bits/pixel:' /* zh: '不看邻居，每像素比特数：' */, alone.toFixed(3));

// %% [markdown] lang="en"
// **Guess first**: how many bits does a pixel cost once its neighbours above and to the left are known: half of that, or a tenth?

// %% [markdown] lang="zh"
// **先猜一猜**：知道了上面和左边的邻居之后，一个像素要花多少比特：那个数的一半，还是十分之一？

// %%
const painterHistory = await pixelcnn.trainPixelCnn(
  painter,
  data.train.take(budget({ quick: 128, default: 8_000, full: 60_000 })),
  {
    epochs: budget({ quick: 1, default: 1, full: 12 }),
    batchSize: budget({ quick: 16, default: 32, full: 64 }),
    seed: 1,
  },
);
const painterTest = await pixelcnn.evaluate(
  painter,
  data.test.take(budget({ quick: 50, default: 1000, full: 10_000 })),
);
show(
  figures.curves({
    series: [{ name: 'PixelCNN', y: painterHistory.loss, smooth: 10 }],
    marks: [
      { y: 2, label: 'knows nothing: 2 bits' /* zh: '一无所知：2 比特' */ },
      { y: alone, label: 'without neighbours' /* zh: '不看邻居' */ },
    ],
    title: 'Below the lower line, neighbours say more than the place' /* zh: '低于下面那条线：邻居透露的比位置多' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'bits per pixel of 4 levels' /* zh: '每像素比特数（4 级灰度）' */,
    yRange: [0, 2.2],
  }),
);
console.log(
  'test set, exact, bits/pixel:' /* zh: '测试集，精确值，每像素比特数：' */,
  painterTest.bitsPerDim.toFixed(3),
);

// %% [markdown] lang="en"
// To answer for pixel 300 the network must know pixels 1 to 299, and they must have been **drawn** already. So a picture takes 784 steps, one after another, each with a softmax, a throw of the dice, and the result put in its place. (The next two cells take about a quarter of a minute each.) Watch three pictures come about (left blank: not yet drawn).

// %% [markdown] lang="zh"
// 要回答第 300 个像素，网络得先知道第 1 到 299 个，而它们必须已经**抽**好了。所以一幅图像要走 784 步，一步接一步：算一次 softmax，掷一次骰子，把结果填进去。（下面两格代码各要十几秒。）看看三幅图像怎样画成（空白处还没画到）。

// %% slideshow={"slide_type": "subslide"}
const count = budget({ quick: 3, default: 20, full: 40 });
const started = Date.now();
const painted = await pixelcnn.sample(painter, count, new Random(2));
const secondsEach = (Date.now() - started) / 1000 / count;
const canvas = (await painted.slice([0, 0, 0], [3, 28, 28]).array()) as number[][][];
const moments = Array.from({ length: 57 }, (_, i) => i * 14);
const drawnUpTo = (known: number) =>
  Array.from({ length: 28 }, (_, row) =>
    canvas.flatMap((grid) => [
      ...Array.from({ length: 28 }, (_, column) => (row * 28 + column < known ? grid[row][column] : NaN)),
      NaN, // a gap between two pictures // zh: 两幅图像之间留空
    ]),
  );
show(
  figures.animation(
    moments.map((known) => ({
      label: `pixels drawn: ${known}` /* zh: `已画像素：${known}` */,
      figure: figures.heatmap({
        values: drawnUpTo(known),
        title: 'Every pixel is drawn knowing all pixels before it' /* zh: '画每个像素时，都知道它之前的所有像素' */,
        range: [0, 3],
        topDown: true,
        color: 'level: 0 black, 3 white' /* zh: '灰度级：0 黑，3 白' */,
        x: 'column' /* zh: '列' */,
        y: 'row' /* zh: '行' */,
        size: { width: 900, height: 340 },
      }),
    })),
    { milliseconds: 100 },
  ),
);

// %%
const half = pixelcnn.toLevels(data.test.images([0, 1, 2, 3, 9]), levels);
const rows = budget({ quick: 26, default: 14, full: 14 });
const finished = [];
for (const seed of budget({ quick: [1], default: [1, 2, 3], full: [1, 2, 3, 4] })) {
  const grids = await pixelcnn.sample(painter, 5, new Random(seed), { given: { indices: half, rows } });
  finished.push({ label: `dice ${seed}` /* zh: `第 ${seed} 次掷骰` */, images: pixelcnn.toImages(grids, levels) });
}
show(
  figures.imageRows(
    [{ label: 'test picture' /* zh: '测试图像' */, images: pixelcnn.toImages(half, levels) }, ...finished],
    {
      title: `The upper ${rows} of 28 rows are given; the rest is drawn, each time anew` /* zh: `上面 ${rows} 行已知（共 28 行），其余每次重新抽` */,
    },
  ),
);
show(
  figures.imageGrid(pixelcnn.toImages(painted, levels), {
    columns: 10,
    title: 'Drawn from nothing, 784 throws of the dice each' /* zh: '从零画起，每幅掷 784 次骰子' */,
  }),
);
const clock = Date.now();
realnvp.sample(clothesFlow, count, new Random(4)).dispose();
console.log(
  `one picture of ${count} drawn together: PixelCNN ${(1000 * secondsEach).toFixed(0)} ms, flow ${((Date.now() - clock) / count).toFixed(1)} ms` /* zh: `${count} 幅一起画，每幅：PixelCNN ${(1000 * secondsEach).toFixed(0)} 毫秒，流 ${((Date.now() - clock) / count).toFixed(1)} 毫秒` */,
);

// %% [markdown] lang="en"
// **What you should see**: the bits of the test set end far below the line without neighbours; with the default budget at about 0.54 against 1.33, two fifths: nearer to the half than to the tenth. Look just below the cut: the first rows continue what was given,
// with sharp edges and flat patches. Farther down the network of the default budget loses the thread. 250 steps have taught it what neighbours look like, not what a shoe is; drawn from nothing it makes scraps of cloth. (The full budget
// gives it more than forty times as many steps.) Each pixel is a good guess given the ones before; nothing but the network's reach makes the bottom agree with the top.
// **If you see snow**, the network has hardly trained (the quick budget does that): it does not know yet that neighbours agree.
//
// ### Exercise 6 ★ · Draw a grid yourself (2 points)
//
// `logitsOf` answers for all pixels at once, [1,H,W] → [1,H,W,K], but only the answer at the place that comes next is of use. Go through the grid in reading order. At each place: softmax of its $K$ logits, then take the first level whose cumulated
// probability exceeds the next of the given uniform numbers. Put it into the grid before you ask again.

// %% [markdown] lang="zh"
// **你应该看到**：测试集的比特数远低于“不看邻居”那条线；默认预算下约为 0.54，不看邻居则是 1.33：剩下五分之二，离一半近，离十分之一远。看看切口正下方：最初几行接得上，
// 边缘锐利，色块平整；再往下，默认预算的网络就断了线索。250 步教会了它邻居是什么样，却没教会它鞋是什么样；从零画起，得到的是些碎布头。（full 预算的步数是它的四十多倍。）
// 每个像素都是“已知前面的”之后的合理猜测；能让下面与上面一致的，只有网络的视野。
// **如果看到的是雪花**，说明网络几乎没训练（quick 预算就是这样）：它还不知道邻居通常是一样的。
//
// ### 练习 6 ★ · 自己画一个网格（2 分）
//
// `logitsOf` 一次回答所有像素，[1,H,W] → [1,H,W,K]，但有用的只有“下一个位置”的那个回答。按阅读次序走遍网格。每到一处：对它的 $K$ 个 logits 做 softmax，取累积概率第一个超过“下一个给定均匀随机数”的灰度。
// 先填进网格，再问下一个。

// %% grade_id="flow-draw-grid" points=2
/** Draws a grid of levels in reading order; uniforms: H·W numbers in [0, 1) -> [1,H,W], int32 */
/* zh: 按阅读次序抽出一个灰度网格；uniforms：[0, 1) 内的 H·W 个数 -> [1,H,W]，int32 */
function drawGrid(
  logitsOf: (grid: Tensor3D) => Tensor4D,
  height: number,
  width: number,
  uniforms: readonly number[],
): Tensor3D {
  const grid = new Int32Array(height * width);
  // BEGIN SOLUTION
  for (let place = 0; place < grid.length; place++) {
    const probabilities = tf.tidy(() => {
      const logits = logitsOf(tf.tensor3d(grid, [1, height, width], 'int32'));
      return logits
        .softmax()
        .reshape([height * width, -1])
        .gather([place])
        .dataSync();
    });
    let [level, sum] = [0, probabilities[0]];
    while (sum <= uniforms[place] && level < probabilities.length - 1) sum += probabilities[++level];
    grid[place] = level;
  }
  // END SOLUTION
  return tf.tensor3d(grid, [1, height, width], 'int32');
}
await check('flow-draw-grid', { drawGrid });

// %% [markdown] lang="en"
// ## 9 · DALL·E's idea: write the picture in words
//
// 784 steps for 28×28 grey pixels; a colour photograph of 256×256 would take 196,608. And most of those steps decide about texture that no one looks at. DALL·E (Ramesh and others 2021) splits the work:
//
// 1. **An autoencoder with a discrete code** turns a picture into a small grid of *numbers*, each the name of an entry in a list of vectors, the **codebook**. DALL·E: 256×256 pixels → 32×32 numbers, 8,192 entries.
// 2. **An autoregressive model writes the grid**, number by number, having read the caption first: up to 256 tokens of text, then 1,024 of picture. DALL·E: a transformer of 12 billion weights. This is a language model whose second half of each sentence happens to be a picture.
// 3. **The decoder** turns the grid into pixels.
//
// Ours: 28×28 pixels → 7×7 numbers, 64 entries, and for a caption the name of the class. First stage: **VQ-VAE** (van den Oord, Vinyals & Kavukcuoglu 2017). (DALL·E trained its discrete autoencoder by a softened draw instead, the Gumbel-softmax; the idea of the two stages is the same.)
//
// The encoder answers with a vector $z_e$ at each of the 49 places; $e_j$ is vector number $j$ of the codebook. The code is the nearest one,
//
// $$k=\arg\min_j\lVert z_e-e_j\rVert^2,\qquad z_q=e_k .$$
//
// **Guess first**: what is the derivative of $z_q$ by $z_e$?
//
// Zero. Move $z_e$ a little and the nearest vector stays the same; at a border it jumps. So no gradient reaches the encoder. (You met this in question 4 of lesson 04.) The **straight-through estimator** pretends: forwards $z_q$, backwards as if nothing had happened between encoder and decoder,
//
// $$\tilde z=z_e+\operatorname{sg}\bigl[z_q-z_e\bigr],$$
//
// where $\operatorname{sg}[\cdot]$, **stop-gradient**, is the identity forwards and lets nothing through backwards. The value of $\tilde z$ is $z_q$; its derivative by $z_e$ is the identity. That derivative is *made up*. It works because $z_q$ is near $z_e$, and two terms in the loss keep it so:
//
// $$\mathcal L=\underbrace{-\log p(x\mid\tilde z)}_{\text{encoder, decoder}}+\underbrace{\lVert\operatorname{sg}[z_e]-e_k\rVert^2}_{\text{vector goes to encoder}}+\beta\underbrace{\lVert z_e-\operatorname{sg}[e_k]\rVert^2}_{\text{encoder commits}} .$$
//
// Here $\beta$ weighs how firmly the encoder keeps to its choice; the paper and our library use 0.25. (Our library, as the paper's appendix proposes, replaces the middle term by a running average of the $z_e$ that chose $e_k$: the same aim, and steadier.)
//
// ### Exercise 7 · Quantize, and let the gradient through (3 points)
//
// `nearestCodes`: the number of the nearest vector for each row. Nearest by distance, not by inner product. `straightThrough`: value of `chosen`, gradient of `z`. `nn.detached(() => …)` is $\operatorname{sg}[\cdot]$: whatever is computed inside gets no gradient.

// %% [markdown] lang="zh"
// ## 9 · DALL·E 的想法：用词来写图像
//
// 28×28 的灰度图要 784 步；256×256 的彩色照片就要 196,608 步，而且其中大部分在决定没人会看的纹理。DALL·E（Ramesh 等，2021）把活儿分开干：
//
// 1. **编码离散的自编码器**把图像变成一个小网格的*编号*，每个编号指向一张向量表里的一项，这张表叫**码本**（codebook）。DALL·E：256×256 像素 → 32×32 个编号，码本 8,192 项。
// 2. **自回归模型来写这个网格**，一个编号接一个编号，写之前先读说明文字：最多 256 个文本 token，接着 1,024 个图像 token。DALL·E 用的是 120 亿参数的 Transformer。说到底，这是个语言模型，只不过每句话的后半句恰好是一幅图像。
// 3. **解码器**把网格变成像素。
//
// 我们的版本：28×28 像素 → 7×7 个编号，码本 64 项，说明文字就是类别名。第一阶段用 **VQ-VAE**（van den Oord、Vinyals 与 Kavukcuoglu，2017）。（DALL·E 训练离散自编码器时用的是软化的抽样，即 Gumbel-softmax；两阶段的想法是一样的。）
//
// 编码器在 49 个位置上各给出一个向量 $z_e$；码本里的第 $j$ 个向量记作 $e_j$。编码取其中最近的：
//
// $$k=\arg\min_j\lVert z_e-e_j\rVert^2,\qquad z_q=e_k .$$
//
// **先猜一猜**：$z_q$ 对 $z_e$ 的导数是多少？
//
// 是零。$z_e$ 动一点点，最近的向量不变；到了边界则突然跳变。所以梯度到不了编码器。（第 04 课思考题 4 遇到过它。）**直通估计器**（straight-through estimator）的办法是装作没事：正向用 $z_q$，反向就当编码器与解码器之间什么也没发生，
//
// $$\tilde z=z_e+\operatorname{sg}\bigl[z_q-z_e\bigr],$$
//
// 其中 $\operatorname{sg}[\cdot]$ 是**停止梯度**（stop-gradient）：正向是恒等映射，反向什么也不放行。$\tilde z$ 的值是 $z_q$，它对 $z_e$ 的导数是恒等。这个导数是*编出来的*。它行得通，是因为 $z_q$ 离 $z_e$ 很近，而损失里有两项专门维持这一点：
//
// $$\mathcal L=\underbrace{-\log p(x\mid\tilde z)}_{\text{编码器、解码器}}+\underbrace{\lVert\operatorname{sg}[z_e]-e_k\rVert^2}_{\text{向量靠近编码器}}+\beta\underbrace{\lVert z_e-\operatorname{sg}[e_k]\rVert^2}_{\text{编码器守住选择}} .$$
//
// 这里的 $\beta$ 表示编码器守住选择的力度，论文和我们的库都取 0.25。（我们的库按论文附录的建议，把中间那项换成对选中 $e_k$ 的那些 $z_e$ 做滑动平均：目的相同，更稳定。）
//
// ### 练习 7 · 量化，并让梯度通过（3 分）
//
// `nearestCodes`：每一行最近的向量的编号，按距离最近，不是按内积。`straightThrough`：值取 `chosen`，梯度给 `z`。`nn.detached(() => …)` 就是 $\operatorname{sg}[\cdot]$：在里面算的东西都没有梯度。

// %% grade_id="flow-quantize" points=3
/** The number of the nearest codebook vector. z: [n,D], codebook: [K,D] -> [n], int32 */
/* zh: 最近的码本向量的编号。z: [n,D]，codebook: [K,D] -> [n]，int32 */
function nearestCodes(z: Tensor2D, codebook: Tensor2D): Tensor1D {
  // BEGIN SOLUTION
  const distances = z.expandDims(1).sub(codebook.expandDims(0)).square().sum(2); // [n,K]
  return distances.argMin(1);
  // END SOLUTION
}
/** Forwards `chosen`, backwards `z` as if nothing had happened. z, chosen: [n,D] -> [n,D] */
/* zh: 正向是 chosen，反向就当什么也没发生，梯度给 z。z、chosen: [n,D] -> [n,D] */
function straightThrough(z: Tensor2D, chosen: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return z.add(nn.detached(() => chosen.sub(z)));
  // END SOLUTION
}
await check('flow-quantize', { nearestCodes, straightThrough });

// %%
const words = vqvae.buildVqVae({ codes: 64, hidden: [16, 32], seed: 1 });
show(nn.parameterTable({ encoder: words.encoder, codebook: words.codebook, decoder: words.decoder }));
const library = data.train.take(budget({ quick: 512, default: 20_000, full: 60_000 }));
await vqvae.trainVqVae(words, library, { epochs: budget({ quick: 1, default: 2, full: 15 }), seed: 1 });
const vqScore = await vqvae.evaluate(words, data.test.take(1000));
console.log(
  `vectors used: ${vqScore.used} of 64, perplexity ${vqScore.perplexity.toFixed(0)}; a picture is ${(49 * Math.log2(64)).toFixed(0)} bits instead of ${784 * 8}` /* zh: `用到的向量：64 个中的 ${vqScore.used} 个，困惑度 ${vqScore.perplexity.toFixed(0)}；一幅图像 ${(49 * Math.log2(64)).toFixed(0)} 比特，原来是 ${784 * 8}` */,
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DALL·E's idea
//
// 1. picture → small grid of numbers (discrete autoencoder)
// 2. caption, then grid, number by number (a language model)
// 3. grid → picture (decoder)
//
// DALL·E: 32×32 numbers out of 8,192. Ours: 7×7 out of 64, and ten captions

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DALL·E 的想法
//
// 1. 图像 → 小网格的编号（离散自编码器）
// 2. 先读文字，再逐个写编号（语言模型）
// 3. 编号 → 图像（解码器）
//
// DALL·E：32×32 个编号，码本 8,192 项。我们：7×7，64 项，十种说明

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes. Ask what the derivative of the nearest vector is; wait for "zero". Then: how does the encoder learn at all?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟。问：最近向量的导数是多少？等他们说出“零”。再问：那编码器怎么学得动？

// %% slideshow={"slide_type": "subslide"}
const originals = data.test.images(0, 10);
show(
  figures.imageRows(
    [
      { label: 'picture' /* zh: '原图' */, images: originals },
      { label: 'from 49 words' /* zh: '由 49 个词还原' */, images: vqvae.reconstruct(words, originals) },
    ],
    {
      title:
        '49 places, one of 64 words each: the rough shape stays, the fabric is lost' /* zh: '49 个位置，各从 64 个词里选一个：大致形状还在，布纹丢了' */,
    },
  ),
);
show(
  figures.heatmap({
    values: vqvae.encodeToIndices(words, data.test.images(0, 1)).reshape([7, 7]).arraySync() as number[][],
    topDown: true,
    digits: 0,
    range: [0, 63],
    title: 'The first picture, as the second stage reads it' /* zh: '第二阶段眼里的第一幅图像' */,
    color: 'number of the vector' /* zh: '向量编号' */,
    x: 'column' /* zh: '列' */,
    y: 'row' /* zh: '行' */,
    size: { width: 560, height: 470 },
  }),
);

// %% [markdown] lang="en"
// (The **perplexity** is $e$ to the entropy of how often each vector is used: so many vectors, all used equally often, would give the same entropy.)
//
// The second stage is the PixelCNN of section 8 again. Three changes: the grid is 7×7 instead of 28×28; the numbers have no order, so the network reads them one-hot; and it is told the class. **Guess first**: what would you see if the 49 numbers were drawn independently and evenly instead?

// %% [markdown] lang="zh"
// （**困惑度**（perplexity）是 $e$ 的“使用频率的熵”次方：这么多个向量、个个用得一样多，熵就是这么大。）
//
// 第二阶段还是第 8 节的 PixelCNN，只改三处：网格从 28×28 变成 7×7；编号没有大小次序，所以按独热（one-hot）向量读入；还告诉它类别。**先猜一猜**：如果 49 个编号各自独立、均匀地抽，会看到什么？

// %%
const writer = vqvae.buildPrior(words, { channels: 24, layers: 3, classes: 10 }); // changed: 7×7, one-hot, classes // zh: 改动：7×7、独热、类别
await vqvae.trainPrior(words, writer, library, { epochs: budget({ quick: 1, default: 2, full: 20 }), seed: 1 });
const { code } = await vqvae.evaluateWithPrior(words, writer, data.test.take(1000));
console.log(
  `the writer needs ${(code / Math.LN2).toFixed(0)} bits for a grid; without knowing anything, ${(49 * 6).toFixed(0)}` /* zh: `写一个网格需要 ${(code / Math.LN2).toFixed(0)} 比特；什么都不知道则需要 ${(49 * 6).toFixed(0)} 比特` */,
);

// %% slideshow={"slide_type": "subslide"}
const captions = data.classes['en' /* zh: 'zh' */];
const wanted = budget({ quick: [1, 9], default: [0, 1, 3, 5, 7, 8, 9], full: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
const told = wanted.flatMap((label) => Array.from({ length: 8 }, () => label));
const written = await vqvae.sampleWithPrior<Tensor4D>(words, writer, told.length, new Random(5), {
  labels: tf.tensor1d(told),
});
const noise = tf.tensor3d(
  Array.from({ length: 8 * 49 }, () => random.int(64)),
  [8, 7, 7],
  'int32',
);
show(
  figures.imageRows(
    [
      ...wanted.map((label, i) => ({ label: captions[label], images: written.slice([8 * i], [8]) })),
      { label: 'numbers at random' /* zh: '编号乱抽' */, images: vqvae.decodeIndices(words, noise) },
    ],
    {
      title:
        'Say what you want: the writer chooses 49 words, the decoder paints' /* zh: '点名要什么：先验模型逐个生成 49 个编号，解码器来画' */,
    },
  ),
);

// %% [markdown] lang="en"
// That is a text-to-image system whose only texts are the names of ten classes. (The class goes in as an extra input; DALL·E's writer reads its caption token by token, step 2 above.) The last row shows why the second stage is needed: the same words in no order decode to rubbish. 49 steps instead of 784, and each of them decides about a piece of clothing instead of a pixel. Compare with section 8: the same kind of network after about the same time of training, and now the whole hangs together.
//
// ## 10 · Who pays what?
//
// | | VAE (04) | GAN (05) | flow | PixelCNN | VQ-VAE and writer |
// |---|---|---|---|---|---|
// | $\log p(x)$ | a lower bound | none | exact (a bound for whole grey levels) | exact | a lower bound |
// | size of the code | free | free | as the picture | no code | free |
// | passes to train on a picture | 1 | 1 of each network | 1 | 1 | 1 of each network |
// | passes to draw a picture | 1 | 1 | 1, backwards | one for each pixel | one for each number of the grid, and one of the decoder |
// | what is restricted | clouds $q(z\mid x)$ | nothing; hard to balance | every layer invertible | an order must be chosen | codes from a list |
//
// Exact likelihood and good looks are two different things. A likelihood counts every bit of every pixel, and in a photograph most bits are fabric and noise. Theis, van den Oord and Bethge (2016) show that a model can win in likelihood and lose to the eye, and the other way round.
//
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. A flow maps a picture of 784 pixels to 20 numbers. What do you say to its author?</summary>
//
// It cannot be undone: infinitely many pictures share each code. The formula with the determinant asks for a square Jacobian, so $z$ must have 784 numbers.
// </details>
//
// <details><summary>2. In a coupling, somebody lets the network see all of $x$ instead of $b\odot x$. Which of our tests notices?</summary>
//
// Both. The way back computes $s$ and $t$ from $y$, where the moved numbers differ, so it does not arrive. And the Jacobian is no longer triangular, so the expensive determinant disagrees with $\sum(1-b)s$.
// </details>
//
// <details><summary>3. A program's log-determinant has the wrong sign. Does the test of going there and back notice? Which one does?</summary>
//
// No: the way there and back never uses the log-determinant. Adding up the density over a fine grid notices, or the expensive determinant.
// </details>
//
// <details><summary>4. A paper reports 2.9 bits/dim for a flow on 8-bit pictures, another 0.6 bits/pixel for a PixelCNN on black and white ones. Which model is better?</summary>
//
// One cannot say. One pixel is one of 256 in the first, one of 2 in the second. At most they could be compared with what "knows nothing" costs: 8 and 1.
// </details>
//
// <details><summary>5. Why must the first layer of a PixelCNN have mask A and the others mask B? What happens with A everywhere, and with B everywhere?</summary>
//
// With B everywhere the answer sees its own pixel: the loss falls to nearly 0 and drawing gives rubbish. With A everywhere nothing is wrong, but each layer moves one pixel further away, and the nearest neighbours get lost on the way.
// </details>
//
// <details><summary>6. The gradient that reaches a VQ-VAE's encoder is made up. Where exactly, and why does training work all the same?</summary>
//
// Between $z_e$ and $z_q$: the true derivative is 0 almost everywhere, the identity is put in its place. Since the loss keeps $z_e$ near the vector that it chose, a direction that improves $z_q$ is usually one that improves $z_e$, and on its way $z_e$ comes nearer to better vectors. That is a heuristic that works, not a theorem.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | change of variables | $\log p(x)=\log p_Z(f(x))+\log\lvert\det\partial z/\partial x\rvert$ |
// | coupling | $y=b\odot x+(1-b)\odot(x\odot e^{s(b\odot x)}+t(b\odot x))$ |
// | its inverse | $x=b\odot y+(1-b)\odot(y-t(b\odot y))\odot e^{-s(b\odot y)}$ |
// | its log-determinant | $\sum_i(1-b_i)s_i$; over layers they add up |
// | dequantization | $\log P(v)\ge\mathbb E_u\log p(v+u)$ |
// | bits per dimension | $-\log p(x)/(n\log2)+8$, with $p$ a density on $[0,1)^n$ |
// | chain rule | $\log p(x)=\sum_i\log p(x_i\mid x_1,\dots,x_{i-1})$ |
// | mask A, mask B | before the pixel; before it or it itself |
// | quantization | $k=\arg\min_j\lVert z_e-e_j\rVert^2$ |
// | straight through | $\tilde z=z_e+\operatorname{sg}[z_q-z_e]$ |
//
// ## Further reading
//
// - Dinh, Sohl-Dickstein & Bengio (2017), *Density estimation using Real NVP*, arXiv:1605.08803. Our notation of $b$, $s$, $t$ is theirs.
// - Kingma & Dhariwal (2018), *Glow: Generative Flow with Invertible 1×1 Convolutions*, arXiv:1807.03039.
// - Papamakarios et al. (2021), *Normalizing Flows for Probabilistic Modeling and Inference*, arXiv:1912.02762. The survey.
// - Theis, van den Oord & Bethge (2016), *A note on the evaluation of generative models*, arXiv:1511.01844. Dequantization's bound, and why likelihood and looks differ.
// - van den Oord, Kalchbrenner & Kavukcuoglu (2016), *Pixel Recurrent Neural Networks*, arXiv:1601.06759. The masks A and B.
// - van den Oord et al. (2016), *Conditional Image Generation with PixelCNN Decoders*, arXiv:1606.05328. The blind spot and its cure.
// - van den Oord, Vinyals & Kavukcuoglu (2017), *Neural Discrete Representation Learning*, arXiv:1711.00937. VQ-VAE.
// - Ramesh et al. (2021), *Zero-Shot Text-to-Image Generation*, arXiv:2102.12092. DALL·E.

// %% [markdown] lang="zh"
// 这就是一个文生图系统，只不过“文”只有十个类别名。（类别是作为额外输入给进去的；DALL·E 则是逐个 token 读说明文字，即上面的第 2 步。）最后一行说明为什么需要第二阶段：同样的词，乱了次序，解码出来就是一团糟。49 步代替了 784 步，而且每一步决定的是衣服的一块，不是一个像素。与第 8 节比一比：同一种网络，训练时间也差不多，这回整体像样了。
//
// ## 10 · 各类模型的代价
//
// | | VAE（04） | GAN（05） | 流 | PixelCNN | VQ-VAE 加自回归先验 |
// |---|---|---|---|---|---|
// | $\log p(x)$ | 下界 | 没有 | 精确（对整数灰度是界） | 精确 | 下界 |
// | 编码的大小 | 随意 | 随意 | 与图像相同 | 没有编码 | 随意 |
// | 训练时每幅图像要算几遍 | 1 | 两个网络各 1 | 1 | 1 | 两个网络各 1 |
// | 画一幅图像要算几遍 | 1 | 1 | 1，逆向 | 每个像素一遍 | 网格里每个编号一遍，再加解码器一遍 |
// | 受限的是什么 | 云 $q(z\mid x)$ 的形状 | 没有，但难以平衡 | 每层都要可逆 | 必须选定次序 | 编码只能取自码本 |
//
// 精确的似然和好看是两回事。似然把每个像素的每一比特都算上，而照片里大部分比特是布纹和噪声。Theis、van den Oord 与 Bethge（2016）指出：一个模型可能赢了似然、输了观感，反过来也可能。
//
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 有人的流把 784 个像素的图像映射成 20 个数。你对他说什么？</summary>
//
// 那不可逆：每个编码都对应无穷多幅图像。带行列式的公式要求雅可比矩阵是方阵，所以 $z$ 必须有 784 个数。
// </details>
//
// <details><summary>2. 有人在耦合层里让网络看到了整个 $x$，而不是 $b\odot x$。哪个检验会发现？</summary>
//
// 两个都会。逆向时 $s$、$t$ 是由 $y$ 算的，动过的数已经不同，所以回不到原处；雅可比矩阵也不再是三角的，直接算出的行列式与 $\sum(1-b)s$ 对不上。
// </details>
//
// <details><summary>3. 一个程序的对数行列式符号写反了。往返检验发现得了吗？哪个检验可以？</summary>
//
// 发现不了：往返根本不用对数行列式。在细网格上把密度加起来，或者直接计算行列式，就能发现。
// </details>
//
// <details><summary>4. 一篇论文报告流在 8 位图像上 2.9 比特/维，另一篇报告 PixelCNN 在黑白图像上 0.6 比特/像素。哪个模型更好？</summary>
//
// 没法说。前者一个像素有 256 种可能，后者只有 2 种。至多各自与“一无所知”的代价相比：8 和 1。
// </details>
//
// <details><summary>5. PixelCNN 的第一层为什么必须用掩码 A，其余用 B？全用 A 会怎样？全用 B 呢？</summary>
//
// 全用 B，答案就看到了自己的像素：损失几乎降到 0，抽出来的却是一团糟。全用 A 没有错，但每一层都再退开一个像素，最近的邻居就在半路上丢了。
// </details>
//
// <details><summary>6. 到达 VQ-VAE 编码器的梯度是编出来的。具体编在哪里？为什么训练照样有效？</summary>
//
// 编在 $z_e$ 与 $z_q$ 之间：真正的导数几乎处处为 0，却换成了恒等。由于损失让 $z_e$ 守在所选向量附近，能改进 $z_q$ 的方向往往也能改进 $z_e$，$z_e$ 一路走去也就靠近了更好的向量。这是管用的经验做法，不是定理。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 变量变换 | $\log p(x)=\log p_Z(f(x))+\log\lvert\det\partial z/\partial x\rvert$ |
// | 耦合层 | $y=b\odot x+(1-b)\odot(x\odot e^{s(b\odot x)}+t(b\odot x))$ |
// | 它的逆 | $x=b\odot y+(1-b)\odot(y-t(b\odot y))\odot e^{-s(b\odot y)}$ |
// | 它的对数行列式 | $\sum_i(1-b_i)s_i$；各层相加 |
// | 去量化 | $\log P(v)\ge\mathbb E_u\log p(v+u)$ |
// | 每维比特数 | $-\log p(x)/(n\log2)+8$，$p$ 是 $[0,1)^n$ 上的密度 |
// | 链式分解 | $\log p(x)=\sum_i\log p(x_i\mid x_1,\dots,x_{i-1})$ |
// | 掩码 A、B | 像素之前；像素之前或它自己 |
// | 量化 | $k=\arg\min_j\lVert z_e-e_j\rVert^2$ |
// | 直通 | $\tilde z=z_e+\operatorname{sg}[z_q-z_e]$ |
//
// ## 延伸阅读
//
// - Dinh, Sohl-Dickstein & Bengio (2017), *Density estimation using Real NVP*, arXiv:1605.08803. $b$、$s$、$t$ 沿用它的记号。
// - Kingma & Dhariwal (2018), *Glow: Generative Flow with Invertible 1×1 Convolutions*, arXiv:1807.03039.
// - Papamakarios et al. (2021), *Normalizing Flows for Probabilistic Modeling and Inference*, arXiv:1912.02762. 综述。
// - Theis, van den Oord & Bethge (2016), *A note on the evaluation of generative models*, arXiv:1511.01844. 去量化的界，以及似然与观感为何不同。
// - van den Oord, Kalchbrenner & Kavukcuoglu (2016), *Pixel Recurrent Neural Networks*, arXiv:1601.06759. 掩码 A 与 B。
// - van den Oord et al. (2016), *Conditional Image Generation with PixelCNN Decoders*, arXiv:1606.05328. 盲区及其补救。
// - van den Oord, Vinyals & Kavukcuoglu (2017), *Neural Discrete Representation Learning*, arXiv:1711.00937. VQ-VAE。
// - Ramesh et al. (2021), *Zero-Shot Text-to-Image Generation*, arXiv:2102.12092. DALL·E。
