// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Variational autoencoders: from points to clouds"
//   zh: 变分自编码器：从点到云
// minutes: 80
// terms:
//   cloud: 云
//   prior: 先验
//   posterior: 后验
//   evidence lower bound (ELBO): 证据下界
//   variational inference: 变分推断
//   Kullback–Leibler divergence: KL 散度
//   reparameterization: 重参数化
//   Jensen's inequality: Jensen 不等式
//   rate: 码率
//   distortion: 失真
//   posterior collapse: 后验坍缩
//   nat: 奈特
//   intractable: 难以计算
// ---

// %% [markdown] lang="en"
// # 04 · Variational autoencoders: from points to clouds
//
// By the end of this lesson you will have a machine that *invents* clothes: draw twenty random numbers, get a picture nobody
// ever took. It is the autoencoder of lesson 03 with one change, a code that is a small cloud instead of a point, and
// one new term in the loss that keeps the clouds together. You will derive that term, write it, train with it, and then break it in a way that is easy to miss in a program.
//
// **You can then**
//
// 1. say why $p(x)=\int p(x\mid z)\,p(z)\,dz$ cannot be computed by drawing $z$ from the prior, and show it with numbers;
// 2. derive the evidence lower bound (ELBO) and say exactly how large its gap is;
// 3. write the closed-form Kullback–Leibler divergence between a diagonal Gaussian and $\mathcal N(0,I)$;
// 4. write the reparameterization and say why training needs it;
// 5. write the ELBO of a Bernoulli decoder, in nats per picture;
// 6. find out from a training program which β it *really* uses, whatever it says;
// 7. read a rate–distortion curve, and say what goes wrong at either end of it;
// 8. explain why the samples are blurry.
//
// **Time**: about 80 minutes to read and work through. All training cells together take about three minutes on two processor
// cores; each one says beforehand how long it will take.

// %% [markdown] lang="zh"
// # 04 · 变分自编码器：从点到云
//
// 学完本课，你会拥有一台能*设计*衣服的机器：抽二十个随机数，就得到一幅谁也没拍过的图像。它就是第 03 课的自编码器，
// 改了两处：编码不再是一个点，而是一小团云；损失里多出一项，让这些云聚在一起。你会推导这一项、写出它、用它训练，
// 然后用一种很容易看漏的方式把它弄坏。
//
// **学完之后，你能够**
//
// 1. 说清为什么不能靠从先验抽取 $z$ 来计算 $p(x)=\int p(x\mid z)\,p(z)\,dz$，并用数值实验说明；
// 2. 推导证据下界（ELBO），并准确说出它与真值差多少；
// 3. 写出对角高斯分布与 $\mathcal N(0,I)$ 之间 KL 散度的闭式表达式（closed form）；
// 4. 写出重参数化，并说明训练为什么离不开它；
// 5. 写出伯努利解码器的 ELBO，单位是每幅图像多少奈特（nat）；
// 6. 不管一个训练程序自称用了多大的 β，都能查出它*实际*用的是多少；
// 7. 看懂率失真曲线，并说出曲线两端各出了什么问题；
// 8. 解释样本为什么模糊。
//
// **用时**：阅读和练习约 80 分钟。所有训练代码在双核处理器上合计约三分钟，每次训练开始时都会先报出预计时间。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { ae, budget, check, datasets, engine, figures, nn, Random, show, vae } from 'genlab';

const random = new Random(4);

// %%
console.log(engine.describe(await engine.ready()));
const data = await datasets.fashionMnist();

// %% [markdown] lang="en"
// ## 1 · What the autoencoder lacked
//
// Lesson 03 ended with two wishes: a distribution to draw codes from, and no holes. Both come from one idea. Do not let the encoder name a point; let it name a **cloud**, a Gaussian with its own centre and its own width in every direction
// ($\phi$ stands for all weights of the encoder, $\theta$ for those of the decoder):
//
// $$q_\phi(z\mid x)=\mathcal N\!\bigl(z;\ \mu(x),\ \operatorname{diag}\sigma^2(x)\bigr).$$
//
// For each training step a code is drawn from the cloud, and the decoder must restore the picture from that draw. A point next to the
// centre must therefore decode to nearly the same picture: **no holes inside a cloud**. And if something also pushes every cloud towards one common
// place, the standard Gaussian $\mathcal N(0,I)$, then the clouds overlap and nearly fill that place, and a draw from $\mathcal N(0,I)$ usually lands inside some
// cloud: **a distribution to draw from**.
//
// Two forces, pulling against each other:
//
// - **reconstruction** wants narrow clouds far apart ($\sigma\to0$: back to the autoencoder);
// - **the pull to the prior** wants all clouds equal to $\mathcal N(0,I)$ (then the code says nothing about the picture).
//
// How strong should each be? One could tune two weights, $\lambda_{\text{rec}}$ and $\lambda_{\text{KL}}$, by eye. Probability theory fixes the ratio as soon as we say what distribution the decoder's output stands for; that is what the next
// three sections are for.

// %% [markdown] lang="zh"
// ## 1 · 自编码器缺了什么
//
// 第 03 课最后还缺两样东西：一个能从中抽取编码的分布，以及没有空洞。一个想法就能同时满足：编码器不再指定一个点，
// 而是指定一团**云**，即一个高斯分布，每个方向上都有自己的中心和宽度（$\phi$ 表示编码器的全部权重，$\theta$ 表示解码器的）：
//
// $$q_\phi(z\mid x)=\mathcal N\!\bigl(z;\ \mu(x),\ \operatorname{diag}\sigma^2(x)\bigr).$$
//
// 每走一步训练，就从云里抽一个编码，解码器必须凭它还原图像。于是中心旁边的点也得解码成差不多的图像：**云内没有空洞**。
// 如果再有一股力量把每团云都推向同一个地方，即标准高斯分布 $\mathcal N(0,I)$，那么云与云相互重叠，差不多把这块地方填满，
// 从 $\mathcal N(0,I)$ 里抽一个点，多半会落进某团云里：**有了可以抽样的分布**。
//
// 两股力量互相拉扯：
//
// - **重构**希望云又窄又分散（$\sigma\to0$，退回自编码器）；
// - **拉向先验**的力量希望每团云都等于 $\mathcal N(0,I)$（那样编码就与图像无关了）。
//
// 各占多少才合适？当然可以凭眼睛调两个权重 $\lambda_{\text{rec}}$ 和 $\lambda_{\text{KL}}$。但只要说清解码器的输出代表什么分布，概率论就会把比例定下来，接下来的三节就讲这件事。

// %% [markdown] lang="en"
// ## 2 · The model, and the integral nobody can do
//
// Tell it as a story of how a picture comes about.
//
// 1. Draw a code from the **prior**, $z\sim p(z)=\mathcal N(0,I)$.
// 2. Draw a picture from the **decoder's** distribution, $x\sim p_\theta(x\mid z)$.
//
// How probable does this story make a picture $x$? Sum over all codes that could have led to it:
//
// $$p_\theta(x)=\int p_\theta(x\mid z)\,p(z)\,dz=\mathbb E_{z\sim p(z)}\bigl[p_\theta(x\mid z)\bigr].$$
//
// Maximum likelihood wants $\log p_\theta(x)$ as large as possible on the data. Lesson 02 (section 5) drew many $z$ from the prior, averaged
// $p_\theta(x\mid z)$, and was nearly twenty nats short. How soon does that recipe fail when the noise is smaller, as it is for pictures? Take $x=z+0.1\,\eta$ with $\eta\sim\mathcal N(0,I)$ in $k$ dimensions. Then $x$
// is Gaussian with variance $1+0.1^2$, and $\log p(x)$ is a formula.
//
// **Guess first**: with 10,000 draws, up to which $k$ will the estimate be any good?

// %% [markdown] lang="zh"
// ## 2 · 模型，以及谁也算不出的积分
//
// 先把一幅图像的来历讲成一个故事。
//
// 1. 从**先验**（prior）抽一个编码：$z\sim p(z)=\mathcal N(0,I)$。
// 2. 从**解码器**给出的分布里抽一幅图像：$x\sim p_\theta(x\mid z)$。
//
// 按这个故事，图像 $x$ 的概率有多大？把所有可能产生它的编码都加起来：
//
// $$p_\theta(x)=\int p_\theta(x\mid z)\,p(z)\,dz=\mathbb E_{z\sim p(z)}\bigl[p_\theta(x\mid z)\bigr].$$
//
// 极大似然希望 $\log p_\theta(x)$ 在数据上越大越好。第 02 课第 5 节试过：从先验抽许多 $z$，对 $p_\theta(x\mid z)$ 取平均，
// 结果低了将近二十奈特。噪声更小时（图像正是如此），这个办法多快就会失效？在 $k$ 维空间里取 $x=z+0.1\,\eta$，$\eta\sim\mathcal N(0,I)$。这时 $x$ 服从方差为 $1+0.1^2$ 的高斯分布，
// $\log p(x)$ 有公式可套。
//
// **先猜一猜**：抽 10,000 个样本，到多少维估计还算准？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # Variational autoencoders: from points to clouds
//
// $$q_\phi(z\mid x)=\mathcal N\bigl(z;\ \mu(x),\ \operatorname{diag}\sigma^2(x)\bigr)$$
//
// - a code becomes a **cloud**: no holes inside it
// - a pull keeps the clouds together: somewhere to draw from
//
// First the integral that nobody can do.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 变分自编码器：从点到云
//
// $$q_\phi(z\mid x)=\mathcal N\bigl(z;\ \mu(x),\ \operatorname{diag}\sigma^2(x)\bigr)$$
//
// - 编码变成一团**云**：云内没有空洞
// - 一股拉力把云聚拢：有地方可以抽样
//
// 先看那个谁也算不出的积分。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. The two wishes of lesson 03 are on the board. Guess first: with 10,000 draws, up to how many dimensions is the estimate any good?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。把第 03 课缺的两样东西写在黑板上。先猜：抽 10,000 次，到多少维估计还算准？

// %% figure="draws-of-the-prior" slideshow={"slide_type": "subslide"}
const logMean = (logs: Tensor1D) => logs.logSumExp().sub(Math.log(logs.size)).dataSync()[0];
const attempts = [1, 2, 5, 10, 20].map((k) =>
  tf.tidy(() => {
    // one sample, of a quite ordinary size
    // zh: 一个数值适中的样本
    const x = tf.ones([1, k]);
    const z = random.normal([10_000, k]);
    const logLikelihood = x
      .sub(z)
      .square()
      .sum<Tensor1D>(1)
      .div<Tensor1D>(-2 * 0.01)
      .sub<Tensor1D>((k / 2) * Math.log(2 * Math.PI * 0.01));
    const exact = -(k / 2) * Math.log(2 * Math.PI * 1.01) - k / (2 * 1.01);
    return {
      k,
      ['exact' /* zh: '精确值' */]: exact.toFixed(2),
      ['from draws' /* zh: '抽样估计' */]: logMean(logLikelihood).toFixed(2),
    };
  }),
);
show(
  figures.table(attempts, {
    title: 'log p(x), exactly and from 10,000 draws of the prior' /* zh: 'log p(x)：精确值与先验抽样一万次的估计' */,
  }),
);

// %% [markdown] lang="en"
// Fine with one or two dimensions, off with five, hopeless with twenty; and wherever it is far off, it is too low. Nearly every code drawn from the prior
// has nothing to do with this $x$ and contributes nothing; the few codes that matter are never drawn. (The average of $p$ itself is right in the long run, but only thanks to draws so rare that no
// likely run has one.) The integral is called
// **intractable**: not impossible to write down, impossible to afford.
//
// The way out: draw $z$ where it matters for *this* $x$. That is what the encoder's cloud $q_\phi(z\mid x)$ is for.
//
// ## 3 · The bound
//
// Start from $\log p(x)$ and bring $q$ in. In each line, what was done stands on the right (we drop
// $\phi$ and $\theta$ to keep the lines short). Two tools from lesson 02: **Jensen's inequality**, for a concave function the function of an
// average is at least the average of the function; and the **Kullback–Leibler divergence**
// $\mathrm{KL}(q\Vert p)=\mathbb E_q[\log q-\log p]$, which is never negative and zero only for $q=p$.
//
// $$
// \begin{aligned}
// \log p(x) &= \log\int p(x\mid z)\,p(z)\,dz && \text{definition}\\
// &= \log\int q(z\mid x)\,\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\,dz && \text{multiply and divide by } q>0\\
// &= \log\,\mathbb E_{q(z\mid x)}\!\left[\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\right] && \text{an average over the cloud}\\
// &\ge \mathbb E_{q(z\mid x)}\!\left[\log\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\right] && \text{Jensen: } \log \text{ is concave}\\
// &= \underbrace{\mathbb E_{q(z\mid x)}\bigl[\log p(x\mid z)\bigr]}_{\text{reconstruction}}-\underbrace{\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z)\bigr)}_{\text{pull to the prior}} && \text{split the logarithm}
// \end{aligned}
// $$
//
// The last line is the **evidence lower bound**, ELBO. Both forces of section 1 are there, and the ratio of their weights is settled: one to
// one, if both are in the same unit.
//
// How much do we lose at the inequality? Write $p(x\mid z)\,p(z)=p(z\mid x)\,p(x)$ in the fourth line and take $\log p(x)$, which does not depend on $z$,
// out of the average:
//
// $$\log p(x)=\mathrm{ELBO}+\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z\mid x)\bigr).$$
//
// The gap is the divergence between the cloud we use and the **posterior** $p(z\mid x)$, the cloud we ought to use. Better encoder
// weights $\phi$ can only close the gap; better decoder weights $\theta$ make the data more probable, or the posterior easier to match. Choosing $q$ by optimization like this is called **variational
// inference**, and gives the model its name.
//
// **See it**: the example above with $k=1$, noise 0.5 and $x=1$. Everything is Gaussian, so the ELBO of a cloud with centre $m$ and width $s$ is a
// formula, reconstruction minus KL (the second bracket is derived in section 4):
//
// $$\mathrm{ELBO}(m,s)=-\tfrac12\log(2\pi\cdot0.5^2)-\frac{(x-m)^2+s^2}{2\cdot0.5^2}-\tfrac12\bigl(m^2+s^2-1-\log s^2\bigr).$$
//
// The dashed line is the true $\log p(x)$.

// %% [markdown] lang="zh"
// 一两维没问题，五维就不准了，二十维毫无希望；凡是差得远的，都是偏低。从先验抽到的编码几乎都与这个 $x$ 无关，贡献为零；真正要紧的少数编码，一个也抽不到。（对 $p$ 本身的平均长期来看没有偏差，但全靠极其罕见的抽样撑着，任何一次实验都很难碰上。）
// 这个积分被称为**难以计算的**（intractable）：不是写不出来，而是算不起。
//
// 出路在于：针对*这个* $x$，到要紧的地方去抽 $z$。编码器给出的云 $q_\phi(z\mid x)$ 正是干这个的。
//
// ## 3 · 下界
//
// 从 $\log p(x)$ 出发，把 $q$ 请进来。每一行做了什么，写在右边（为了简短，省去 $\phi$ 和 $\theta$）。要用到第 02 课的两件工具：**Jensen 不等式**，
// 对凹函数，“平均值的函数”不小于“函数的平均值”；以及 **KL 散度** $\mathrm{KL}(q\Vert p)=\mathbb E_q[\log q-\log p]$，它永远非负，
// 只有 $q=p$ 时为零。
//
// $$
// \begin{aligned}
// \log p(x) &= \log\int p(x\mid z)\,p(z)\,dz && \text{定义}\\
// &= \log\int q(z\mid x)\,\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\,dz && \text{同乘同除 } q>0\\
// &= \log\,\mathbb E_{q(z\mid x)}\!\left[\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\right] && \text{对云取平均}\\
// &\ge \mathbb E_{q(z\mid x)}\!\left[\log\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\right] && \text{Jensen 不等式：} \log \text{ 是凹函数}\\
// &= \underbrace{\mathbb E_{q(z\mid x)}\bigl[\log p(x\mid z)\bigr]}_{\text{重构}}-\underbrace{\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z)\bigr)}_{\text{拉向先验}} && \text{把对数拆开}
// \end{aligned}
// $$
//
// 最后一行就是**证据下界**（evidence lower bound，ELBO）。第 1 节的两股力量都在里面，而且权重之比已经定了：只要单位相同，就是一比一。
//
// 不等号那里损失了多少？在第四行代入 $p(x\mid z)\,p(z)=p(z\mid x)\,p(x)$，再把与 $z$ 无关的 $\log p(x)$ 提到平均号外面：
//
// $$\log p(x)=\mathrm{ELBO}+\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z\mid x)\bigr).$$
//
// 差距就是我们用的云与该用的云，即**后验**（posterior）$p(z\mid x)$ 之间的散度。改进编码器的权重 $\phi$ 只会缩小差距；
// 改进解码器的权重 $\theta$，则让数据更可能出现，或让后验更容易逼近。像这样用优化来挑选 $q$，叫作**变分推断**（variational inference），模型也因此得名。
//
// **看一眼**：取上面的例子，$k=1$，噪声 0.5，$x=1$。一切都是高斯分布，中心为 $m$、宽度为 $s$ 的云，其 ELBO 有公式可算，即重构项减去 KL
// （后一个括号在第 4 节推导）：
//
// $$\mathrm{ELBO}(m,s)=-\tfrac12\log(2\pi\cdot0.5^2)-\frac{(x-m)^2+s^2}{2\cdot0.5^2}-\tfrac12\bigl(m^2+s^2-1-\log s^2\bigr).$$
//
// 虚线是真正的 $\log p(x)$。

// %%
const [noiseVar, xToy] = [0.25, 1];
const logEvidence = -0.5 * Math.log(2 * Math.PI * (1 + noiseVar)) - xToy ** 2 / (2 * (1 + noiseVar));
const toyElbo = (m: number, s: number) =>
  -0.5 * Math.log(2 * Math.PI * noiseVar) -
  ((xToy - m) ** 2 + s ** 2) / (2 * noiseVar) -
  0.5 * (m ** 2 + s ** 2 - 1 - Math.log(s ** 2));
const posterior = { m: xToy / (1 + noiseVar), s: Math.sqrt(noiseVar / (1 + noiseVar)) };

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The bound
//
// $$\log p(x)\ge\underbrace{\mathbb E_q\bigl[\log p(x\mid z)\bigr]}_{\text{reconstruction}}-\underbrace{\mathrm{KL}\bigl(q(z\mid x)\Vert p(z)\bigr)}_{\text{pull to the prior}}$$
//
// $$\text{gap}=\mathrm{KL}\bigl(q(z\mid x)\Vert p(z\mid x)\bigr)$$
//
// Multiply and divide by $q$, then Jensen.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 下界
//
// $$\log p(x)\ge\underbrace{\mathbb E_q\bigl[\log p(x\mid z)\bigr]}_{\text{重构}}-\underbrace{\mathrm{KL}\bigl(q(z\mid x)\Vert p(z)\bigr)}_{\text{拉向先验}}$$
//
// $$\text{差距}=\mathrm{KL}\bigl(q(z\mid x)\Vert p(z\mid x)\bigr)$$
//
// 同乘同除 $q$，再用 Jensen 不等式。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 15 minutes with the derivation on the board. On the figure: only the cloud with the posterior's centre and width touches the dashed line.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 连同黑板推导共 15 分钟。看图：只有中心和宽度都与后验相同的云，才碰到虚线。

// %% figure="bound" slideshow={"slide_type": "subslide"}
const centres = Array.from({ length: 121 }, (_, i) => -0.4 + i * 0.02);
const widths = [
  { s: posterior.s, name: 's = 0.45, the posterior’s' /* zh: 's = 0.45，与后验相同' */ },
  { s: 0.2, name: 's = 0.2, too narrow' /* zh: 's = 0.2，太窄' */ },
  { s: 0.9, name: 's = 0.9, too wide' /* zh: 's = 0.9，太宽' */ },
];
show(
  figures.curves({
    series: widths.map(({ s, name }) => ({ name, x: centres, y: centres.map((m) => toyElbo(m, s)) })),
    marks: [{ y: logEvidence, label: 'log p(x)' }],
    title:
      'The bound touches log p(x) only where the cloud is the posterior' /* zh: '只有当云等于后验时，下界才碰到 log p(x)' */,
    x: 'centre m of the cloud' /* zh: '云的中心 m' */,
    y: 'ELBO (nats)' /* zh: 'ELBO（奈特）' */,
    yRange: [-6, -0.8],
  }),
);

// %% [markdown] lang="en"
// The right width touches the line at exactly one centre, $m=0.8$: the posterior's. Clouds of other widths never touch it,
// and no curve crosses it.
//
// ## 4 · The pull, in closed form
//
// The KL term compares two Gaussians, so no drawing is needed. For one latent dimension, with $q=\mathcal N(\mu,\sigma^2)$ and
// $p=\mathcal N(0,1)$,
//
// $$
// \begin{aligned}
// \mathrm{KL}(q\Vert p) &= \mathbb E_q\bigl[\log q(z)-\log p(z)\bigr]\\
// &= \mathbb E_q\!\left[-\tfrac12\log(2\pi\sigma^2)-\frac{(z-\mu)^2}{2\sigma^2}+\tfrac12\log(2\pi)+\frac{z^2}{2}\right] && \text{both densities written out}\\
// &= -\tfrac12\log\sigma^2-\tfrac12+\tfrac12\bigl(\mu^2+\sigma^2\bigr) && \mathbb E_q(z-\mu)^2=\sigma^2,\ \ \mathbb E_q z^2=\mu^2+\sigma^2\\
// &= \tfrac12\bigl(\mu^2+\sigma^2-1-\log\sigma^2\bigr).
// \end{aligned}
// $$
//
// The dimensions of a diagonal Gaussian are independent, so their divergences **add**:
//
// $$\mathrm{KL}=\tfrac12\sum_{j=1}^{k}\bigl(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\bigr)\quad\text{nats}.$$
//
// A **nat** is the unit that goes with the natural logarithm: 1 nat = $1/\log 2\approx1.44$ bits.
//
// Check it by eye: zero when $\mu=0,\sigma=1$; grows with the square of $\mu$; infinite when $\sigma\to0$, because of $-\log\sigma^2$. That last one is the force
// that stops the clouds from shrinking back to points.
//
// The network puts out $\log\sigma^2$ (`logVar`), not $\sigma$: any real number is allowed, and nothing can go negative.
//
// ### Exercise 1 · The Gaussian KL (3 points)
//
// The usual slips: the sign of $\log\sigma^2$; `logVar` where $\sigma^2$ is meant; a mean over the latent dimensions where a sum is.

// %% [markdown] lang="zh"
// 宽度选对的那条曲线只在一个中心 $m=0.8$ 碰到虚线，那正是后验的中心。其他宽度的云永远碰不到。没有一条曲线穿过虚线。
//
// ## 4 · KL 项的闭式表达式
//
// KL 项比较的是两个高斯分布，不用抽样就能算。先看一个隐维度，$q=\mathcal N(\mu,\sigma^2)$，$p=\mathcal N(0,1)$：
//
// $$
// \begin{aligned}
// \mathrm{KL}(q\Vert p) &= \mathbb E_q\bigl[\log q(z)-\log p(z)\bigr]\\
// &= \mathbb E_q\!\left[-\tfrac12\log(2\pi\sigma^2)-\frac{(z-\mu)^2}{2\sigma^2}+\tfrac12\log(2\pi)+\frac{z^2}{2}\right] && \text{写出两个密度}\\
// &= -\tfrac12\log\sigma^2-\tfrac12+\tfrac12\bigl(\mu^2+\sigma^2\bigr) && \mathbb E_q(z-\mu)^2=\sigma^2,\ \ \mathbb E_q z^2=\mu^2+\sigma^2\\
// &= \tfrac12\bigl(\mu^2+\sigma^2-1-\log\sigma^2\bigr).
// \end{aligned}
// $$
//
// 对角高斯分布的各个维度相互独立，散度直接**相加**：
//
// $$\mathrm{KL}=\tfrac12\sum_{j=1}^{k}\bigl(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\bigr)\quad\text{（奈特）}.$$
//
// **奈特**（nat）是自然对数对应的单位：1 奈特 = $1/\log 2\approx1.44$ 比特。
//
// 用眼睛验一验：$\mu=0,\sigma=1$ 时为零；随 $\mu$ 的平方增长；$\sigma\to0$ 时因 $-\log\sigma^2$ 趋于无穷。正是最后这一点，
// 阻止云缩回成点。
//
// 网络输出的是 $\log\sigma^2$（`logVar`）而不是 $\sigma$：任何实数都合法，不会出现负的方差。
//
// ### 练习 1 · 高斯 KL 散度（3 分）
//
// 常见失误：$\log\sigma^2$ 的符号；该用 $\sigma^2$ 的地方用了 `logVar`；该对隐维度求和却取了平均。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The pull, in closed form
//
// $$\mathrm{KL}=\tfrac12\sum_{j=1}^{k}\bigl(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\bigr)\ \text{nats}$$
//
// - zero at $\mu=0$, $\sigma=1$
// - infinite when $\sigma\to0$: clouds cannot shrink to points

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## KL 项的闭式表达式
//
// $$\mathrm{KL}=\tfrac12\sum_{j=1}^{k}\bigl(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\bigr)\ \text{奈特}$$
//
// - $\mu=0$、$\sigma=1$ 时为零
// - $\sigma\to0$ 时趋于无穷：云不会缩成点

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 1, 8 minutes. Three slips to watch for: the sign of log σ², logVar in place of σ², mean in place of sum.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 1，8 分钟。留意三种失误：log σ² 的符号、把 logVar 当成 σ²、该求和却取了平均。

// %% grade_id="vae-kl" points=3
/** KL(N(μ, σ²) ‖ N(0, I)) in nats, one number for each example. mu, logVar: [B,k] -> [B] */
/* zh: KL(N(μ, σ²) ‖ N(0, I))，单位奈特，每个样本一个数。mu、logVar: [B,k] -> [B] */
function gaussianKl(mu: Tensor2D, logVar: Tensor2D): Tensor1D {
  // BEGIN SOLUTION
  return mu.square().add(logVar.exp()).sub(1).sub(logVar).sum<Tensor1D>(1).mul<Tensor1D>(0.5); // [B]
  // END SOLUTION
}
await check('vae-kl', { gaussianKl });

// %% [markdown] lang="en"
// ## 5 · Drawing so that gradients pass
//
// The reconstruction term is an average over draws $z\sim q_\phi(z\mid x)$. One draw for each picture and step is enough: its gradient is right on average, and a few thousand steps do the averaging. But training needs $\partial z/\partial\mu$ and $\partial z/\partial\sigma$, and "draw a random number" has no derivative. (There are
// estimators that do without it, the score-function ones; they are right on average too, but far noisier.)
//
// The remedy is a change of viewpoint. Draw the randomness first, from a distribution without any parameters, and *compute* the sample:
//
// $$\varepsilon\sim\mathcal N(0,I),\qquad z=\mu+\sigma\odot\varepsilon .$$
//
// Now $z$ has exactly the distribution $\mathcal N(\mu,\sigma^2)$, and for a given $\varepsilon$ it is an ordinary function: $\partial z/\partial\mu=1$,
// $\partial z/\partial\sigma=\varepsilon$ ($\odot$ multiplies entry by entry). This is the **reparameterization** trick.

// %% [markdown] lang="zh"
// ## 5 · 让梯度穿过抽样
//
// 重构项是对 $z\sim q_\phi(z\mid x)$ 求平均。每幅图像每一步只抽一次就够了：这样得到的梯度是无偏的，几千步下来自会平均。可是训练需要
// $\partial z/\partial\mu$ 和 $\partial z/\partial\sigma$，而“抽一个随机数”没有导数。（也有不靠它的估计，如得分函数估计，同样无偏，但方差大得多。）
//
// 解决办法是换个角度：先从一个不含任何参数的分布里抽出随机性，再把样本*算*出来：
//
// $$\varepsilon\sim\mathcal N(0,I),\qquad z=\mu+\sigma\odot\varepsilon .$$
//
// 这样 $z$ 的分布恰好是 $\mathcal N(\mu,\sigma^2)$；而给定 $\varepsilon$ 之后，它只是个普通函数：$\partial z/\partial\mu=1$，
// $\partial z/\partial\sigma=\varepsilon$。这就是**重参数化**（reparameterization）技巧，其中 $\odot$ 表示逐元素相乘。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Reparameterization
//
// $$\varepsilon\sim\mathcal N(0,I),\qquad z=\mu+\sigma\odot\varepsilon$$
//
// Draw first, compute afterwards: $\partial z/\partial\mu=1$, $\partial z/\partial\sigma=\varepsilon$

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 重参数化
//
// $$\varepsilon\sim\mathcal N(0,I),\qquad z=\mu+\sigma\odot\varepsilon$$
//
// 先抽，后算：$\partial z/\partial\mu=1$，$\partial z/\partial\sigma=\varepsilon$

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 2, 5 minutes. Then the check against 2μ and σ²: trust nobody, measure.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 2，5 分钟。然后与 2μ、σ² 对照：谁也别信，自己量。

// %% figure="gradient-passes" slideshow={"slide_type": "fragment"}
show(
  figures.diagram({
    title: 'On its way back the gradient stops at a draw' /* zh: '梯度往回走，遇到抽样就断' */,
    nodes: [
      { id: 'heads1', x: 0, y: 0, text: 'μ, σ', shape: 'round' },
      { id: 'draw', x: 1, y: 0, text: 'draw z' /* zh: '抽取 z' */, color: 1 },
      { id: 'decoder1', x: 2, y: 0, text: 'decoder' /* zh: '解码器' */ },
      { id: 'loss1', x: 3, y: 0, text: 'loss' /* zh: '损失' */, shape: 'round' },
      { id: 'heads2', x: 0, y: 1, text: 'μ, σ', shape: 'round' },
      { id: 'z', x: 1, y: 1, text: 'z = μ + σ ⊙ ε', color: 2 },
      { id: 'decoder2', x: 2, y: 1, text: 'decoder' /* zh: '解码器' */ },
      { id: 'loss2', x: 3, y: 1, text: 'loss' /* zh: '损失' */, shape: 'round' },
      { id: 'noise', x: 1, y: 2, text: 'draw ε' /* zh: '抽取 ε' */, shape: 'round', color: 1 },
    ],
    edges: [
      { from: 'heads1', to: 'draw', label: 'blocked' /* zh: '不通' */, color: 1 },
      { from: 'draw', to: 'decoder1' },
      { from: 'decoder1', to: 'loss1' },
      { from: 'heads2', to: 'z', label: 'open' /* zh: '可通' */, color: 2 },
      { from: 'z', to: 'decoder2' },
      { from: 'decoder2', to: 'loss2' },
      { from: 'noise', to: 'z' },
    ],
    step: [230, 120],
  }),
);

// %% [markdown] lang="en"
// ### Exercise 2 · Reparameterize (2 points)
//
// Remember what the network puts out: $\sigma=\sqrt{\sigma^2}=e^{\frac12\log\sigma^2}$.

// %% [markdown] lang="zh"
// ### 练习 2 · 重参数化（2 分）
//
// 别忘了网络输出的是什么：$\sigma=\sqrt{\sigma^2}=e^{\frac12\log\sigma^2}$。

// %% grade_id="vae-reparameterize" points=2
/** z = μ + σ ⊙ ε. mu, logVar, noise: [B,k] -> [B,k] */
/* zh: z = μ + σ ⊙ ε。mu、logVar、noise: [B,k] -> [B,k] */
function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return mu.add(logVar.mul(0.5).exp().mul(noise));
  // END SOLUTION
}
await check('vae-reparameterize', { reparameterize });

// %% [markdown] lang="en"
// **A test without trusting anyone**: $\mathbb E[z^2]=\mu^2+\sigma^2$, so its derivative by $\mu$ is $2\mu$; and by $v=\log\sigma^2$ it is $\sigma^2$, because $\sigma^2=e^v$ is its own derivative by $v$. Average the
// gradient over 100,000 draws and compare.

// %% [markdown] lang="zh"
// **自己动手验证**：$\mathbb E[z^2]=\mu^2+\sigma^2$，它对 $\mu$ 的导数是 $2\mu$；对 $v=\log\sigma^2$ 的导数是 $\sigma^2$，因为 $\sigma^2=e^v$ 对 $v$ 求导还是它自己。
// 把十万次抽样的梯度取平均，比一比。

// %%
const slope = tf.grads((mu, logVar) => {
  const noise = random.normal([100_000, 1]) as Tensor2D;
  return reparameterize(mu.tile([100_000, 1]) as Tensor2D, logVar.tile([100_000, 1]) as Tensor2D, noise)
    .square()
    .mean();
})([tf.tensor2d([[1.5]]), tf.tensor2d([[Math.log(0.25)]])]);
const [byMu, byLogVar] = slope.map((gradient) => gradient.dataSync()[0]);
show(
  figures.table([
    {
      '∂ E[z²]': '∂μ',
      ['sampled' /* zh: '抽样' */]: byMu.toFixed(3),
      ['exact' /* zh: '精确' */]: (2 * 1.5).toFixed(3),
    },
    {
      '∂ E[z²]': '∂ log σ²',
      ['sampled' /* zh: '抽样' */]: byLogVar.toFixed(3),
      ['exact' /* zh: '精确' */]: (0.25).toFixed(3),
    },
  ]),
);

// %% [markdown] lang="en"
// ## 6 · The whole bound
//
// The last piece is $\log p_\theta(x\mid z)$. Grey values lie between 0 and 1, and the usual decoder treats each pixel as a coin that shows white with
// probability $p_i$ (for $n$ pixels):
//
// $$\log p_\theta(x\mid z)=\sum_{i=1}^{n}\bigl[x_i\log p_i+(1-x_i)\log(1-p_i)\bigr],\qquad p_i=\operatorname{sigmoid}(a_i).$$
//
// The decoder puts out the **logits** $a_i$. Going through $p_i$ would take the logarithm of numbers that round to 0; with $\operatorname{softplus}(a)=\log(1+e^{a})$, which `tf.softplus` computes without overflow, the same sum is safe for any $a$:
//
// $$\log p_\theta(x\mid z)=\sum_i\bigl[x_i\,a_i-\operatorname{softplus}(a_i)\bigr].$$
//
// *Honesty note*: for grey values that are neither 0 nor 1 this is not a normalized density, only a convenient score, and so the one-to-one of section 3 is here a convention, too. Our "nats" compare with other people's only when they also put grey values into this formula; many first make the pictures black and white, and get numbers of another kind. Loaiza-Ganem and Cunningham (2019) show what the correct
// normalization changes.
//
// ### Exercise 3 · The ELBO (3 points)
//
// One number for each picture, in nats: reconstruction **summed** over the pixels minus the KL **summed** over the latent dimensions. Use `gaussianKl` from
// exercise 1.

// %% [markdown] lang="zh"
// ## 6 · 完整的下界
//
// 最后一块是 $\log p_\theta(x\mid z)$。灰度值在 0 和 1 之间，通常的做法是把每个像素看成一枚硬币，以概率 $p_i$ 显示白色（共 $n$ 个像素）：
//
// $$\log p_\theta(x\mid z)=\sum_{i=1}^{n}\bigl[x_i\log p_i+(1-x_i)\log(1-p_i)\bigr],\qquad p_i=\operatorname{sigmoid}(a_i).$$
//
// 解码器输出的是 **logits**，即 $a_i$。如果先算 $p_i$，就会对舍入成 0 的数取对数；利用 $\operatorname{softplus}(a)=\log(1+e^{a})$（`tf.softplus` 的算法不会溢出），同样的和对任何 $a$ 都安全：
//
// $$\log p_\theta(x\mid z)=\sum_i\bigl[x_i\,a_i-\operatorname{softplus}(a_i)\bigr].$$
//
// *要说明的是*：灰度既不是 0 也不是 1 时，它并不是归一化的密度，只是个方便的打分；第 3 节的“一比一”在这里也就只是一种约定。我们的“奈特”只能与同样把灰度代入此式的结果相比；不少论文先把图像变成黑白两色，得到的是另一种数字。正确归一化会带来什么变化，可以看 Loaiza-Ganem 与 Cunningham（2019）。
//
// ### 练习 3 · ELBO（3 分）
//
// 每幅图像一个数，单位奈特：重构项对像素**求和**，减去对隐维度**求和**的 KL。可以调用练习 1 的 `gaussianKl`。

// %% grade_id="vae-elbo" points=3
/** log p(x|z) − KL for each picture, in nats. x in [0,1] and logits: [B,n]; mu, logVar: [B,k] -> [B] */
/* zh: 每幅图像的 log p(x|z) − KL，单位奈特。x（取值 [0,1]）与 logits: [B,n]；mu、logVar: [B,k] -> [B] */
function elbo(x: Tensor2D, logits: Tensor2D, mu: Tensor2D, logVar: Tensor2D): Tensor1D {
  // BEGIN SOLUTION
  const reconstruction = x.mul(logits).sub(logits.softplus()).sum<Tensor1D>(1); // [B]
  return reconstruction.sub(gaussianKl(mu, logVar)); // [B]
  // END SOLUTION
}
await check('vae-elbo', { elbo });

// %% [markdown] lang="en"
// ## 7 · Train it
//
// Against the autoencoder of lesson 03 three ideas are new: the encoder has **two heads** ($\mu$ and $\log\sigma^2$), a code is **drawn** with
// `reparameterize`, and the loss is **minus the ELBO**. (We also use one hidden layer of 400 units and 20 latent dimensions, the sizes of PyTorch's
// VAE example, from which many programs descend.)

// %% [markdown] lang="zh"
// ## 7 · 训练
//
// 与第 03 课的自编码器相比，新想法有三个：编码器有**两个头**（$\mu$ 和 $\log\sigma^2$）；用 `reparameterize` **抽取**编码；损失是
// **负的 ELBO**。（另外，这里用一个 400 单元的隐藏层和 20 个隐维度，与 PyTorch 的 VAE 示例相同，许多程序都由它而来。）

// %%
const big = vae.buildVae({ inputShape: [28, 28, 1], latentDim: 20, hidden: [400], likelihood: 'bernoulli', seed: 1 });
show(nn.parameterTable({ encoder: big.encoder, decoder: big.decoder }));

// %% [markdown] lang="en"
// **Check the count**: the encoder has $784\cdot400+400$ and then two heads of $400\cdot20+20$; the decoder $20\cdot400+400$ and
// $400\cdot784+784$. **Guess first**: a decoder that answers $p_i=\frac12$ for every pixel pays $784\cdot\log 2\approx543$ nats. Will a fresh network start below or above that?

// %% [markdown] lang="zh"
// **核对参数量**：编码器有 $784\cdot400+400$，再加两个头，各 $400\cdot20+20$；解码器有 $20\cdot400+400$ 和 $400\cdot784+784$。
// **先猜一猜**：对每个像素都回答 $p_i=\frac12$ 的解码器，代价是 $784\cdot\log 2\approx543$ 奈特。刚初始化的网络，起点会比它低还是高？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Train it
//
// $$-\mathrm{ELBO}=-\sum_i\bigl[x_ia_i-\operatorname{softplus}(a_i)\bigr]+\mathrm{KL}$$
//
// **Summed** over pixels, **summed** over latents, both in nats per picture.
//
// Guess: does a fresh network start above or below 543 nats?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 训练
//
// $$-\mathrm{ELBO}=-\sum_i\bigl[x_ia_i-\operatorname{softplus}(a_i)\bigr]+\mathrm{KL}$$
//
// 对像素**求和**，对隐维度**求和**，单位都是奈特/图像。
//
// 猜一猜：刚初始化的网络，起点比 543 奈特高还是低？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 3 first. Training takes about a minute: start it, then talk about confident and wrong.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 先做练习 3。训练约一分钟：先启动，再讲“自信地犯错”。

// %% figure="reconstruction-and-kl" slideshow={"slide_type": "subslide"}
const pictures = data.train.take(budget({ quick: 4_000, default: 60_000, full: 60_000 }));
const history = await vae.trainVae(big, pictures, { epochs: budget({ quick: 1, default: 5, full: 30 }), seed: 1 });
show(
  figures.curves({
    series: [
      { name: '−log p(x|z)', y: history.metrics.reconstruction, smooth: 20 },
      { name: 'KL', y: history.metrics.kl, smooth: 20 },
    ],
    title:
      'The KL is small beside the reconstruction, and settles early' /* zh: 'KL 比重构项小得多，而且很早就稳定下来' */,
    marks: [{ y: 784 * Math.LN2, label: '½ for every pixel' /* zh: '每个像素都答 ½' */ }],
    x: 'step' /* zh: '训练步数' */,
    y: 'nats per picture' /* zh: '奈特/图像' */,
    yRange: [0, 700],
  }),
);

// %%
const seen = await vae.evaluate(big, data.train.take(10_000), { seed: 1 });
const unseen = await vae.evaluate(big, data.test, { seed: 1 });
show(
  figures.table(
    [
      { ['pictures' /* zh: '图像' */]: 'trained on' /* zh: '训练过的' */, ...seen },
      { ['pictures' /* zh: '图像' */]: 'test set' /* zh: '测试集' */, ...unseen },
    ].map(({ negativeElbo, reconstruction, kl, ...row }) => ({
      ...row,
      '−ELBO': negativeElbo,
      '−log p(x|z)': reconstruction,
      KL: kl,
    })),
    { title: 'Nats per picture' /* zh: '奈特/图像' */, digits: 1 },
  ),
);

// %% [markdown] lang="en"
// **What you should see**: the loss starts at about 660 and falls below 300 within half an epoch. After the five epochs of the default budget the negative test ELBO is below 247
// nats, of which roughly 16 are KL; after a single epoch it is still about 260, and the quick budget, which sees only 4,000 pictures, stops far above that. (The
// start: fresh random weights are not ignorant, they are *confident and wrong*, which costs more than saying $\frac12$ everywhere.)
// The test set scores about three nats worse than the pictures that were trained on; most likely a little of what was learnt is memory.
//
// **If the KL is near 0** and all reconstructions look alike, the pull won: read section 9. **If the KL is in the hundreds**, the clouds have shrunk to points:
// is the KL's sign right?
//
// Now twenty random numbers for each picture, and the decoder.

// %% [markdown] lang="zh"
// **你应该看到**：不到半轮，损失就从 660 左右降到 300 以下。按默认设置训练五轮后，测试集上的负 ELBO 低于 247 奈特，其中 KL 约占 16；只训练一轮时还在 260 左右；快速模式只看 4,000 幅图像，停在高得多的地方。
// （起点为什么这么高：随机初始化的网络不是无知，而是*自信地犯错*，
// 代价比处处回答 $\frac12$ 还大。）测试集的得分比训练过的图像差大约三奈特，多半是因为学到的东西里，有一点点是死记硬背。
//
// **如果 KL 接近 0**，所有重构都差不多，
// 说明拉力赢了，请看第 9 节。**如果 KL 高达几百**，说明云缩成了点：KL 的符号写对了吗？
//
// 现在每幅图像只用二十个随机数，剩下的交给解码器。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Twenty random numbers each
//
// No picture goes in. Compare with what the autoencoder invented.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 每幅图像只用二十个随机数
//
// 没有任何图像输入。与自编码器的“设计”比一比。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// The moment the lesson is for. Let them look. Then ask what is still wrong: soft insides.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 本课的重头戏，让大家好好看。然后问：还差在哪里？里面发软。

// %% figure="forty-clothes" slideshow={"slide_type": "fragment"}
show(
  figures.imageGrid(vae.sample(big, 40, random), {
    columns: 10,
    title: 'Forty clothes that nobody ever made' /* zh: '四十件谁也没做过的衣物' */,
  }),
);

// %% [markdown] lang="en"
// Compare with the inventions at the end of lesson 03. Tops, trousers, shoes and bags, all from plain noise (after a single epoch many are still smears).
//
// ## 8 · Two maps side by side
//
// Train one more of each kind with two latent dimensions and look at where the test pictures land. Left the autoencoder, right
// the VAE (the centres $\mu$).
//
// **Guess first**: what will differ: the places of the classes, the scale, or the gaps?

// %% [markdown] lang="zh"
// 与第 03 课末尾的“设计”比一比：上衣、裤子、鞋、包，全都来自纯粹的噪声（只训练一轮时，不少还是一团模糊）。
//
// ## 8 · 两张地图并排看
//
// 再各训练一个二维隐空间的模型，看看测试图像落在哪里。左边是自编码器，右边是 VAE（画的是中心 $\mu$）。
//
// **先猜一猜**：会有什么不同？是类别的位置、比例尺，还是空隙？

// %%
const points = ae.buildAutoencoder({ inputShape: [28, 28, 1], latentDim: 2, hidden: [400], seed: 1 });
const clouds = vae.buildVae({ inputShape: [28, 28, 1], latentDim: 2, hidden: [400], likelihood: 'bernoulli', seed: 1 });
const shortRun = { epochs: budget({ quick: 1, default: 2, full: 10 }), seed: 1 };
await ae.trainAutoencoder(points, pictures, { ...shortRun, loss: 'bce' });
await vae.trainVae(clouds, pictures, shortRun);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two maps side by side
//
// **Guess**: what differs, the places of the classes, the scale, or the gaps?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 两张地图并排看
//
// **猜一猜**：不同的是类别的位置、比例尺，还是空隙？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Scale and gaps. The VAE puts the classes where the prior draws. Next slide: walk over the map.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 比例尺和空隙。VAE 把各类放在先验会抽到的地方。下一张：在地图上走一遍。

// %% figure="two-maps" slideshow={"slide_type": "fragment"}
const some = data.test.images(0, 3000);
const [mapAe, mapVae] = [ae.encode(points, some), vae.encode(clouds, some).mu];
// one scale for both maps, with the origin in the middle
// zh: 两张地图用同一比例尺，原点居中
const reach = Math.ceil(tf.concat([mapAe, mapVae]).abs().max().dataSync()[0]);
const ofSome = {
  xRange: [-reach, reach] as const,
  yRange: [-reach, reach] as const,
  labels: data.test.labels(0, 3000),
  classes: data.classes['en' /* zh: 'zh' */],
  x: 'z₁',
  y: 'z₂',
};
show(
  figures.panels(
    [
      figures.scatter2d({
        ...ofSome,
        points: mapAe,
        title: 'AE: long rays from a knot' /* zh: 'AE：从一个结伸出的长射线' */,
      }),
      figures.scatter2d({
        ...ofSome,
        points: mapVae,
        title: 'VAE: close around the origin' /* zh: 'VAE：聚在原点周围' */,
      }),
    ],
    {
      title: 'Only the VAE keeps its codes where the prior draws' /* zh: '只有 VAE 把编码放在先验会抽到的地方' */,
    },
  ),
);

// %% [markdown] lang="en"
// Scale and gaps. The autoencoder crowds most classes into a knot and stretches the rest out in rays, at a scale of its own choosing.
// The VAE keeps nearly all of them within a few units of the origin, about where $\mathcal N(0,I)$ puts its draws, and what gaps are left are
// smaller. Similar classes are neighbours on both.
//
// Now walk over the right-hand map in a grid. The grid points are quantiles of the normal
// distribution, so each of them stands for the same share of draws.

// %% [markdown] lang="zh"
// 不同的是比例尺和空隙。自编码器把多数类别挤成一个结，其余的拉成射线，比例尺随心所欲；VAE 把各类几乎都放在原点周围几个单位之内，
// 大致就是 $\mathcal N(0,I)$ 抽样会落到的地方，剩下的空隙也小得多。相似的类别在两张图上都是邻居。
//
// 现在在右边的地图上按网格走一遍。网格点取正态分布的分位数，因此每一点代表同样多的样本。

// %% figure="walk-over-the-map" slideshow={"slide_type": "subslide"}
const side = 15;
const gridPoints = tf.tensor2d(figures.normalGrid(side)); // [side², 2]
show(
  figures.latentWalk(vae.decode(clouds, gridPoints), {
    columns: side,
    title:
      'A walk over the map: each kind turns into its neighbours' /* zh: '在地图上走一遍：每一类都渐变成它的邻居' */,
    x: 'z₁',
    y: 'z₂',
  }),
);

// %% [markdown] lang="en"
// Sleeves grow, heels rise, trousers fuse into dresses. Where shoes meet trousers the pictures are dim mixtures: two numbers leave
// no room for a better border. But nothing jumps on the way, and all of it lies where the prior draws.
//
// ## 9 · How strong should the pull be?
//
// Give the KL a weight $\beta=\lambda_{\text{KL}}/\lambda_{\text{rec}}$ of its own,
//
// $$\mathcal L_\beta=-\mathbb E_q\bigl[\log p_\theta(x\mid z)\bigr]+\beta\,\mathrm{KL}\bigl(q_\phi(z\mid x)\Vert p(z)\bigr).$$
//
// $\beta=1$ is the ELBO. The two terms have names from the theory of compression. The KL is the **rate**: how many nats the code spends on this
// picture. Minus the reconstruction term is the **distortion**: what is missing nevertheless. (With grey pixels
// it does not reach 0 even for a perfect picture.) Each $\beta$ is a different trade between the two.
//
// **Guess first**: draw the curve of distortion against rate on paper. Where on it are $\beta=0.1$, $1$ and $30$?

// %% [markdown] lang="zh"
// 袖子变长，鞋跟升高，裤子并成连衣裙。鞋与裤子交界处的图像是昏暗的混合体：隐变量只有二维，过渡只能如此。但一路上没有突变，
// 而且整张地图都在先验会抽到的地方。
//
// ## 9 · 拉力该有多大？
//
// 给 KL 一个自己的权重 $\beta=\lambda_{\text{KL}}/\lambda_{\text{rec}}$：
//
// $$\mathcal L_\beta=-\mathbb E_q\bigl[\log p_\theta(x\mid z)\bigr]+\beta\,\mathrm{KL}\bigl(q_\phi(z\mid x)\Vert p(z)\bigr).$$
//
// $\beta=1$ 就是 ELBO。这两项在压缩理论里各有名字：KL 是**码率**（rate），即编码为这幅图像花了多少奈特；重构项取负是**失真**
// （distortion），即尽管如此仍缺了多少（像素是灰度时，即使重构完美也不为 0）。不同的 $\beta$ 对应码率与失真之间不同的折中。
//
// **先猜一猜**：在纸上画出失真随码率变化的曲线。$\beta=0.1$、$1$、$30$ 各在曲线的什么位置？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## How strong should the pull be?
//
// $$\mathcal L_\beta=\underbrace{-\mathbb E_q[\log p(x\mid z)]}_{\text{distortion}}+\beta\cdot\underbrace{\mathrm{KL}}_{\text{rate}}$$
//
// Draw distortion against rate. Where are $\beta=0.1$, $1$, $30$?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 拉力该有多大？
//
// $$\mathcal L_\beta=\underbrace{-\mathbb E_q[\log p(x\mid z)]}_{\text{失真}}+\beta\cdot\underbrace{\mathrm{KL}}_{\text{码率}}$$
//
// 画出失真随码率变化的曲线。$\beta=0.1$、$1$、$30$ 在哪里？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five short trainings: run them before the lecture. Left end: posterior collapse. Right end: back to the autoencoder.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五次短训练，课前运行。左端：后验坍缩。右端：退回自编码器。

// %% figure="rate-distortion" slideshow={"slide_type": "subslide"}
const betas = [0.1, 0.5, 1, 4, 30];
const exchange: { rate: number; distortion: number; label: string }[] = [];
const drawn: { label: string; images: tf.Tensor4D }[] = [];
const practice = data.train.take(budget({ quick: 2_000, default: 20_000, full: 60_000 }));
for (const beta of betas) {
  const model = vae.buildVae({
    inputShape: [28, 28, 1],
    latentDim: 20,
    hidden: [400],
    likelihood: 'bernoulli',
    seed: 1,
  });
  await vae.trainVae(model, practice, { epochs: budget({ quick: 1, default: 2, full: 10 }), beta, seed: 1 });
  const { kl, reconstruction } = await vae.evaluate(model, data.test.take(2000), { seed: 1 });
  exchange.push({ rate: kl, distortion: reconstruction, label: `β = ${beta}` });
  drawn.push({ label: `β = ${beta}`, images: vae.sample(model, 10, new Random(7)) });
  vae.dispose(model);
}
show(
  figures.rateDistortion({
    points: exchange,
    title: 'The first nats buy the most' /* zh: '最初几奈特最值钱' */,
    x: 'rate: KL (nats per picture)' /* zh: '码率：KL（奈特/图像）' */,
    y: 'distortion: −log p(x|z) (nats per picture)' /* zh: '失真：−log p(x|z)（奈特/图像）' */,
  }),
);
show(
  figures.imageRows(drawn, {
    title:
      'Samples from the prior: a small β misses the clouds, a large one says nothing' /* zh: '从先验抽样：β 太小会错过云，太大则言之无物' */,
  }),
);

// %% [markdown] lang="en"
// The curve falls and flattens: each further nat buys less. Towards the right ($\beta\to0$) you are on the way back to the autoencoder:
// clouds shrink, and samples from $\mathcal N(0,I)$ miss them. Towards the left the code says less and less; at $\beta=30$ less than one nat is left, and
// when the rate reaches 0 the decoder can only paint the average piece of clothing: **posterior collapse**. The curve belongs to this network *and this
// short training*. Train longer, as in section 7, and the whole curve moves down; what stays is its shape.

// %% [markdown] lang="zh"
// 曲线先陡后平：越往右，码率每增加一奈特，失真降得越少。往右（$\beta\to0$）是退回自编码器的路：云缩小，从 $\mathcal N(0,I)$ 抽的点会错过它们。
// 往左，编码说得越来越少；$\beta=30$ 时只剩不到一奈特，等它降到 0，解码器就只能画“平均衣物”：这叫**后验坍缩**（posterior collapse）。
// 这条曲线只属于这个网络*和这么短的训练*。像第 7 节那样训练久一些，整条曲线都会下移，不变的是它的形状。

// %% [markdown] lang="en"
// ## 10 · The β nobody chose
//
// These lines look right, and many a program has trained on them:
//
// ```
// reconstruction = binaryCrossentropy(x, xHat)            // a library function: MEAN over the 784 pixels
// kl             = −0.5 · sum(1 + logVar − μ² − exp(logVar))   // SUM over the k latent dimensions
// loss           = reconstruction + kl
// ```
//
// Each term is right on its own. Together they are not the ELBO: the reconstruction is in nats *per pixel*, the KL in nats *per
// picture*. Multiply the loss by 784, which changes nothing about where its minimum is, and read it again:
//
// $$784\cdot\text{loss}=-\log p_\theta(x\mid z)+784\cdot\mathrm{KL}.$$
//
// This program trains with $\beta=784$. **Guess first**: what will its samples look like? Then look.

// %% [markdown] lang="zh"
// ## 10 · 无意中设定的 β
//
// 下面几行看上去没问题，不少程序就是这样训练的：
//
// ```
// reconstruction = binaryCrossentropy(x, xHat)            // 库函数：对 784 个像素取平均
// kl             = −0.5 · sum(1 + logVar − μ² − exp(logVar))   // 对 k 个隐维度求和
// loss           = reconstruction + kl
// ```
//
// 每一项单独看都对，合在一起却不是 ELBO：重构项的单位是*每像素*奈特，KL 的单位是*每幅图像*奈特。把损失乘以 784，
// 最小值的位置不变，再读一遍：
//
// $$784\cdot\text{loss}=-\log p_\theta(x\mid z)+784\cdot\mathrm{KL}.$$
//
// 这个程序实际上在用 $\beta=784$ 训练。**先猜一猜**：它的样本会是什么样？然后再看。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The β nobody chose
//
// `reconstruction` a **mean** over 784 pixels, `kl` a **sum** over latents:
//
// $$784\cdot\text{loss}=-\log p_\theta(x\mid z)+784\cdot\mathrm{KL}$$
//
// What will its samples look like?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 无意中设定的 β
//
// `reconstruction` 对 784 个像素**取平均**，`kl` 对隐维度**求和**：
//
// $$784\cdot\text{loss}=-\log p_\theta(x\mid z)+784\cdot\mathrm{KL}$$
//
// 它的样本会是什么样？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Exercise 4. Many published programs have this; each line is right by itself. Close with the blur: the average wins.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 练习 4。不少公开的程序都有这个问题，每一行单独看都对。最后讲模糊：最优的输出就是平均。

// %% figure="collapse" slideshow={"slide_type": "subslide"}
const collapsed = vae.buildVae({
  inputShape: [28, 28, 1],
  latentDim: 20,
  hidden: [400],
  likelihood: 'bernoulli',
  seed: 1,
});
await vae.trainVae(collapsed, data.train.take(budget({ quick: 2_000, default: 20_000, full: 60_000 })), {
  epochs: 1,
  beta: 784,
  seed: 1,
});
const { kl: leftOver } = await vae.evaluate(collapsed, data.test.take(2000), { seed: 1 });
console.log(`KL: ${leftOver.toFixed(3)} nats per picture` /* zh: `KL：每幅图像 ${leftOver.toFixed(3)} 奈特` */);
show(
  figures.imageGrid(vae.sample(collapsed, 20, random), {
    columns: 10,
    title:
      'β = 784: nearly the same average picture, whatever is drawn' /* zh: 'β = 784：无论抽到什么，几乎都是同一幅平均图像' */,
  }),
);

// %% [markdown] lang="en"
// The KL printed above need not be exactly 0, or lower than that of β = 30: this run is a very short one, and the shorter it is, the less the pull has had time to do.
//
// ### Exercise 4 · Find the bug: which β is it? (2 points)
//
// A reviewer has to see this at a glance. Write the function that says which β a program *really* trains with, from the way it reduces each term to one number per example. "sum" means
// summed over the $n$ pixels (or the $k$ latent dimensions) of one example, "mean" averaged over them; both are averaged over the batch, which scales both alike and so does not matter.

// %% [markdown] lang="zh"
// 上面打印的 KL 未必正好是 0，也未必低于 β = 30 的：这次训练很短，训练越短，拉力越来不及起作用。
//
// ### 练习 4 · 找出错误：β 到底是多少？（2 分）
//
// 审稿人应该一眼看穿这种问题。写一个函数：根据两项各自怎样变成每个样本一个数（求和还是取平均），算出程序*实际*使用的 β。“sum” 表示对一个样本的 $n$ 个像素
// （或 $k$ 个隐维度）求和，“mean” 表示取平均；两项都会再对一批样本取平均，缩放的倍数相同，所以不影响结果。

// %% grade_id="vae-effective-beta" points=2
/** The β of −log p(x|z) + β·KL that has the same minimum as reconstruction + kl, each reduced as said. */
/* zh: 与 reconstruction + kl（各按所说方式归约）有相同最小值的 −log p(x|z) + β·KL，其中的 β。 */
function effectiveBeta(n: number, k: number, reconstruction: 'sum' | 'mean', kl: 'sum' | 'mean'): number {
  // BEGIN SOLUTION
  return (reconstruction === 'mean' ? n : 1) / (kl === 'mean' ? k : 1);
  // END SOLUTION
}
await check('vae-effective-beta', { effectiveBeta });

// %% [markdown] lang="en"
// ## 11 · Why are the samples blurry?
//
// Look at your forty clothes again: good outlines, soft insides. Three reasons.
//
// 1. **The average wins.** Several pictures are plausible for one $z$: the clouds overlap, and 20 numbers cannot fix every thread. The decoder's best answer
//    under a pixel-by-pixel likelihood is, at each pixel, their average. An average of sharp pictures is not sharp.
// 2. **We show means.** What we plot is $p_i$, the decoder's expectation. An honest draw $x_i\sim\mathrm{Bernoulli}(p_i)$ would be sharp, and full of salt and
//    pepper, because the pixels are independent given $z$.
// 3. **The prior and the clouds do not match perfectly.** Some draws from $\mathcal N(0,I)$ land between clouds, where the decoder mixes neighbours.
//
// The remedies make up the rest of the course: replace the pixel-by-pixel loss by a critic that punishes blur (GANs, lessons 05 to 08), or keep the codes and put
// something far better than one Gaussian over them (latent diffusion, lesson 15).
//
// ## 12 · How good is the bound? ★
//
// The ELBO is a lower bound on $\log p(x)$. How far below? Burda, Grosse and Salakhutdinov (2015) tighten it with $K$ draws from the same cloud:
//
// $$\mathcal L_K=\mathbb E\left[\log\frac1K\sum_{i=1}^{K} w_i\right],\qquad w_i=\frac{p_\theta(x\mid z_i)\,p(z_i)}{q_\phi(z_i\mid x)},\qquad z_i\sim q_\phi(z\mid x).$$
//
// $K=1$ is the ELBO, more draws can only raise it (it is an expectation; a single run may fall), and under mild conditions it reaches $\log p(x)$ as $K\to\infty$ (their Theorem 1). It is
// section 2's recipe again, with the draws in the right place.
//
// ### Exercise 5 ★ · The tighter bound (2 points)
//
// You get $\log w$, numbers around $-240$. Exponentiate one of them and it is 0 in single precision; the logarithm of 0 is $-\infty$. So subtract the
// largest first, or use a function that does.

// %% [markdown] lang="zh"
// ## 11 · 样本为什么模糊？
//
// 再看看那四十件衣物：轮廓不错，里面发软。原因有三个。
//
// 1. **最优的输出就是平均。** 同一个 $z$ 对应好几种可能的图像：云有重叠，20 个数也定不下每一根线。在逐像素的似然下，解码器最好的回答，
//    就是在每个像素上取它们的平均。一堆清晰图像的平均，并不清晰。
// 2. **我们画的是均值。** 图上画的是 $p_i$，即解码器的期望。真要按 $x_i\sim\mathrm{Bernoulli}(p_i)$ 去抽，图像会很锐利，但满是椒盐噪声，
//    因为给定 $z$ 之后像素相互独立。
// 3. **先验与云并不完全吻合。** 从 $\mathcal N(0,I)$ 抽的点，有些落在云与云之间，解码器就把邻居混在一起。
//
// 补救办法就是本课程余下的内容：用专门惩罚模糊的判别器代替逐像素的损失（第 05 至 08 课，GAN）；或者保留编码，换一个远比单个高斯更好的分布
// 来描述它们（第 15 课，隐空间扩散）。
//
// ## 12 · 下界有多紧？★
//
// ELBO 是 $\log p(x)$ 的下界，低多少呢？Burda、Grosse 与 Salakhutdinov（2015）从同一团云里抽 $K$ 次，把它收紧：
//
// $$\mathcal L_K=\mathbb E\left[\log\frac1K\sum_{i=1}^{K} w_i\right],\qquad w_i=\frac{p_\theta(x\mid z_i)\,p(z_i)}{q_\phi(z_i\mid x)},\qquad z_i\sim q_\phi(z\mid x).$$
//
// $K=1$ 就是 ELBO；因为是期望，$K$ 越大它只升不降；在较弱的条件下，$K\to\infty$ 时达到 $\log p(x)$（原文定理 1）。这还是第 2 节的做法，只是抽样抽对了地方。
//
// ### 练习 5 ★ · 更紧的下界（2 分）
//
// 给你的是 $\log w$，数值在 $-240$ 左右。直接取指数，单精度下就是 0，而 0 的对数是 $-\infty$。所以要先减去最大的那个，
// 或者使用会这样做的函数。

// %% grade_id="vae-iwae" points=2
/** log (1/K) Σᵢ wᵢ for each example, from log w. logWeights: [K,B] -> [B] */
/* zh: 由 log w 求每个样本的 log (1/K) Σᵢ wᵢ。logWeights: [K,B] -> [B] */
function importanceBound(logWeights: Tensor2D): Tensor1D {
  // BEGIN SOLUTION
  return logWeights.logSumExp(0).sub<Tensor1D>(Math.log(logWeights.shape[0]));
  // END SOLUTION
}
await check('vae-iwae', { importanceBound });

// %%
const few = data.test.take(500);
const bounds = [];
for (const draws of [1, 5, 50]) {
  const { negativeLogLikelihood } = await vae.evaluate(big, few, { seed: 2, draws, batchSize: 100 });
  bounds.push({ K: draws, '−L_K': negativeLogLikelihood });
}
show(
  figures.table(bounds, {
    title:
      'Bound on −log p(x), 500 test pictures, nats per picture' /* zh: '−log p(x) 的界，500 幅测试图像，奈特/图像' */,
    digits: { '−L_K': 1 },
  }),
);

// %% [markdown] lang="en"
// Two or three nats (more after a single epoch) come from nothing but drawing more often: that much of the cost was never the model's, only the bound's.
//
// ## 13 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. Your KL is negative in one step. Can that be?</summary>
//
// No. A Kullback–Leibler divergence is never negative, and the closed form has no sampling noise. Look for a wrong sign, or `logVar`
// used as σ or σ².
// </details>
//
// <details><summary>2. Somebody's VAE has reconstruction 229 and KL 16 on its training set; of its 20 latent dimensions, 11 have a KL below 0.01 each. What does that mean?</summary>
//
// Those dimensions are hardly used: for nearly every picture their clouds are almost the prior, so they carry almost no information. The ELBO pays only for
// dimensions that earn more in reconstruction than they cost in KL. The model has chosen its own k.
// </details>
//
// <details><summary>3. Someone averages the KL over the 20 latent dimensions and sums the reconstruction over pixels. Which β is that, and what will they see?</summary>
//
// β = 1/20. Reconstructions a little sharper than ours, clouds narrower, samples from N(0, I) worse: the draws miss the clouds more often.
// </details>
//
// <details><summary>4. Why does the reparameterization not work for a code drawn from {1, …, 512}?</summary>
//
// A discrete draw jumps: there is no μ + σε with a derivative. VQ-VAE (lesson 09) copies the gradient straight through instead.
// </details>
//
// <details><summary>5. Is a VAE with a lower negative ELBO always the one with the nicer samples?</summary>
//
// No. The ELBO adds up nats over all pixels; much of it is fabric noise that nobody looks at. A model may win by nats and lose to the eye, and the
// other way round. Lesson 17 compares pictures by what a classifier sees in them, which is closer to the eye.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | cloud | $q_\phi(z\mid x)=\mathcal N(\mu(x),\operatorname{diag}\sigma^2(x))$ |
// | ELBO | $\log p(x)\ge\mathbb E_q[\log p_\theta(x\mid z)]-\mathrm{KL}(q_\phi(z\mid x)\Vert p(z))$ |
// | its gap | $\mathrm{KL}(q_\phi(z\mid x)\Vert p_\theta(z\mid x))$ |
// | Gaussian KL | $\frac12\sum_j(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2)$ nats |
// | reparameterization | $z=\mu+\sigma\odot\varepsilon,\ \varepsilon\sim\mathcal N(0,I)$ |
// | Bernoulli decoder | $\sum_i x_ia_i-\operatorname{softplus}(a_i)$, with logits $a$ |
// | β-VAE | distortion $+\ \beta\ \cdot$ rate; $\beta=\lambda_{\text{KL}}/\lambda_{\text{rec}}$ |
// | the hidden β | $\frac{n\text{ if reconstruction is a mean, else }1}{k\text{ if the KL is a mean, else }1}$ |
//
// ## Further reading
//
// - Kingma & Welling (2013), *Auto-Encoding Variational Bayes*, arXiv:1312.6114. Our notation is theirs; eq. 10 is our ELBO.
// - Rezende, Mohamed & Wierstra (2014), *Stochastic Backpropagation and Approximate Inference in Deep Generative Models*,
//   arXiv:1401.4082. The same idea, found at the same time.
// - Higgins et al. (2017), *β-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework*, ICLR.
// - Alemi et al. (2018), *Fixing a Broken ELBO*, arXiv:1711.00464. The rate–distortion picture.
// - Burda, Grosse & Salakhutdinov (2015), *Importance Weighted Autoencoders*, arXiv:1509.00519.
// - Loaiza-Ganem & Cunningham (2019), *The Continuous Bernoulli: Fixing a Pervasive Error in Variational Autoencoders*,
//   arXiv:1907.06845.

// %% [markdown] lang="zh"
// 仅仅多抽几次，下界就提高了两三奈特（只训练一轮时更多）：这部分代价从来不是模型的，只是下界的。
//
// ## 13 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 某一步里 KL 是负数，可能吗？</summary>
//
// 不可能。KL 散度永远非负，而且闭式表达式里没有抽样噪声。去找写错的符号，或者被当成 σ 或 σ² 用的 `logVar`。
// </details>
//
// <details><summary>2. 某人的 VAE 在训练集上重构 229、KL 16；20 个隐维度里有 11 个的 KL 不到 0.01。这说明什么？</summary>
//
// 这些维度基本没有被用上：对几乎每幅图像，它们的云都与先验差不多，几乎不携带信息。一个维度在重构上赚到的，必须超过它在 KL 上的花费，
// ELBO 才会用到它。模型自己选定了 k。
// </details>
//
// <details><summary>3. 有人对 20 个隐维度的 KL 取平均，而重构对像素求和。β 是多少？他会看到什么？</summary>
//
// β = 1/20。重构比我们的略清晰，云更窄，从 N(0, I) 抽出的样本更差：更容易错过那些云。
// </details>
//
// <details><summary>4. 如果编码是从 {1, …, 512} 里抽取的，重参数化为什么行不通？</summary>
//
// 离散抽样会跳变，写不成带导数的 μ + σε。VQ-VAE（第 09 课）改用直通估计器（straight-through estimator），把梯度原样传过去。
// </details>
//
// <details><summary>5. 负 ELBO 更低的 VAE，样本一定更好看吗？</summary>
//
// 不一定。ELBO 把所有像素的奈特加在一起，其中很大一部分是没人会看的布料噪声。有的模型奈特数更好，样本却更难看，反过来也可能。
// 第 17 课按分类器看到的内容来比较图像，更接近眼睛的感受。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 云 | $q_\phi(z\mid x)=\mathcal N(\mu(x),\operatorname{diag}\sigma^2(x))$ |
// | ELBO | $\log p(x)\ge\mathbb E_q[\log p_\theta(x\mid z)]-\mathrm{KL}(q_\phi(z\mid x)\Vert p(z))$ |
// | 差距 | $\mathrm{KL}(q_\phi(z\mid x)\Vert p_\theta(z\mid x))$ |
// | 高斯 KL | $\frac12\sum_j(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2)$ 奈特 |
// | 重参数化 | $z=\mu+\sigma\odot\varepsilon,\ \varepsilon\sim\mathcal N(0,I)$ |
// | 伯努利解码器 | $\sum_i x_ia_i-\operatorname{softplus}(a_i)$，$a$ 为 logits |
// | β-VAE | 失真 $+\ \beta\ \cdot$ 码率；$\beta=\lambda_{\text{KL}}/\lambda_{\text{rec}}$ |
// | 隐藏的 β | $\frac{\text{重构取平均时为 }n\text{，否则为 }1}{\text{KL 取平均时为 }k\text{，否则为 }1}$ |
//
// ## 延伸阅读
//
// - Kingma & Welling (2013), *Auto-Encoding Variational Bayes*, arXiv:1312.6114. 我们沿用其记号；式 (10) 即我们的 ELBO。
// - Rezende, Mohamed & Wierstra (2014), *Stochastic Backpropagation and Approximate Inference in Deep Generative Models*,
//   arXiv:1401.4082. 同一想法，同时发现。
// - Higgins et al. (2017), *β-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework*, ICLR.
// - Alemi et al. (2018), *Fixing a Broken ELBO*, arXiv:1711.00464. 从率失真的角度看 VAE。
// - Burda, Grosse & Salakhutdinov (2015), *Importance Weighted Autoencoders*, arXiv:1509.00519.
// - Loaiza-Ganem & Cunningham (2019), *The Continuous Bernoulli: Fixing a Pervasive Error in Variational Autoencoders*,
//   arXiv:1907.06845.
