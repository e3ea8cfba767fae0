// -*- coding: utf-8 -*-
// ---
// title:
//   en: "DDIM and fast sampling: the same network in a fraction of the steps"
//   zh: DDIM 与快速采样：同一个网络，步数少得多
// minutes: 60
// terms:
//   denoising diffusion implicit models (DDIM): 去噪扩散隐式模型
//   marginal distribution: 边缘分布
//   joint distribution: 联合分布
//   subsequence: 子序列
//   deterministic: 确定性
//   ordinary differential equation (ODE): 常微分方程
//   spherical interpolation: 球面插值
//   signal-to-noise ratio: 信噪比
// ---

// %% [markdown] lang="en"
// # 12 · DDIM and fast sampling: the same network in a fraction of the steps
//
// Lesson 11 ended with a sampler that is right and painfully slow: one network call for each of hundreds of steps. By the end of this lesson a network trained *exactly as there*, not one weight changed for it,
// draws clothes in ten or twenty calls. As a by-product noise becomes a **code**: you will send a shoe to its noise and fetch it back, and walk from one piece of clothing to another.
//
// **You can then**
//
// 1. say why DDPM's training need not change when the sampler does;
// 2. write one step from any $t$ to any earlier $s$, for any $\eta$ between 0 and 1;
// 3. choose a subsequence of the steps that starts and ends where it must;
// 4. find two mistakes that make a fast sampler grainy or grey;
// 5. say what DPM-Solver++(2M) does that DDIM does not, and write its one new line;
// 6. read a plot of quality against steps, and say what $\eta$ does to it;
// 7. encode, decode and interpolate pictures, and say why straight interpolation fails;
// 8. quote what sampling costs beside a GAN's.
//
// **Time**: about 60 minutes to read and work through. All cells together run in about five minutes on two processor cores.

// %% [markdown] lang="zh"
// # 12 · DDIM 与快速采样：同一个网络，步数少得多
//
// 第 11 课最后得到的采样器没有错，只是慢得难受：几百步，每步都要调用一次网络。学完本课，*照第 11 课的办法训练*的网络，一个权重也不必为此改动，只用十次或二十次调用就能画出衣服。
// 顺带的收获是：噪声变成了**编码**。你会把一只鞋送到它的噪声里再取回来，还会从一件衣服一路走到另一件。
//
// **学完之后，你能够**
//
// 1. 说明为什么换采样器不必改 DDPM 的训练；
// 2. 写出从任意 $t$ 到任意更早的 $s$ 的一步，$\eta$ 取 0 到 1 之间的任意值；
// 3. 挑选一个起点和终点都正确的步数子序列；
// 4. 找出使快速采样器的样本带噪点、发灰的两处错误；
// 5. 说出 DPM-Solver++(2M) 比 DDIM 多做了什么，并写出那新增的一行；
// 6. 看懂质量–步数曲线，说出 $\eta$ 的影响；
// 7. 编码、解码、插值，并说明直线插值为什么不行；
// 8. 说出采样的代价与 GAN 相比差多少。
//
// **用时**：阅读和练习约 60 分钟。所有代码在双核处理器上合计运行约五分钟。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  ddim,
  ddpm,
  dpmSolver,
  engine,
  euler,
  fashionMnistClassifier,
  figures,
  loadCheckpoint,
  metrics,
  Random,
  show,
} from 'genlab';

type Schedule = ddpm.Schedule;
type Denoiser = ddpm.Denoiser;
const random = new Random(12);

// %%
console.log(engine.describe(await engine.ready()));
const data = await datasets.fashionMnist();
const schedule = ddpm.linearSchedule(1000);
const T = schedule.steps;

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DDIM: the same network in a fraction of the steps
//
// - DDPM: good, and slow. 1,000 network calls a picture.
// - A measured case, 179,800 RGB pictures of 64×64: **27.2 hours**. GANs: 0.012 to 0.031 hours.
// - Today: change the *sampler*, not the network.
// - DDIM = Denoising Diffusion **Implicit** Models.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DDIM：同一个网络，步数少得多
//
// - DDPM 好用，但慢：每幅图像要调用网络 1,000 次。
// - 实测案例：179,800 幅 64×64 彩色图像，**27.2 小时**；GAN 只要 0.012 到 0.031 小时。
// - 今天：换*采样器*，不换网络。
// - DDIM：去噪扩散**隐式**模型（Denoising Diffusion Implicit Models）。

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Two minutes. Let the class divide: 27.2 h over 179,800 pictures is half a second each. Ask what could be saved: a smaller network? fewer steps? Collect, do not answer.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 两分钟。让同学除一除：27.2 小时除以 179,800 幅，每幅半秒。问：能从哪里省？网络小一点？步数少一点？先收集，不作答。

// %% [markdown] lang="en"
// ## 1 · What a picture costs
//
// In one measured case, 179,800 RGB pictures of 64×64 took **27.2 hours with DDIM** and between **0.012 and 0.031 hours with GANs**: half a second a picture against less than a thousandth, a factor between 900 and 2,300. (The machine and the number of steps were not recorded with these times. Trust the order of magnitude; section 9 measures yours.) And DDIM is the *fast* sampler of this lesson. A GAN calls its
// generator once. A diffusion model calls a bigger network once **per step**.
//
// So the cost is (steps) × (price of a call). This lesson attacks the first factor. The name first, because it is often got wrong: DDIM stands for **denoising diffusion implicit models** (Song, Meng and Ermon, 2020), not "improved".
// *Implicit* because with $\eta=0$ the sampler turns one noise into one picture, as a GAN's generator does: the distribution is given by how one draws from it. ($\eta$, the number that says how much noise is drawn on the way, comes in section 2.)
//
// To see clearly we want a network that is never wrong. In one dimension we can have it: let the data be two bumps, $\frac12\mathcal N(-1,0.2^2)+\frac12\mathcal N(1,0.2^2)$. Then $x_t$ has two bumps as well, at $\pm c$ with $c=\sqrt{\bar\alpha_t}$, and of variance $V=0.04\,\bar\alpha_t+1-\bar\alpha_t$. If we knew which bump $x_t$ belongs to, the noise to expect would be the
// share $\sqrt{1-\bar\alpha_t}/V$ of the way from the middle of that bump. We do not know, so the two bumps count by how likely each is, and by Bayes' rule the difference of the two probabilities is $\tanh(c\,x_t/V)$:
//
// $$\mathbb E[\varepsilon\mid x_t]=\frac{\sqrt{1-\bar\alpha_t}}{V}\bigl(x_t-c\tanh(c\,x_t/V)\bigr).$$
//
// This is the best guess at the noise that there is. All that goes wrong from here to section 6 is the *sampler's* fault.

// %% [markdown] lang="zh"
// ## 1 · 生成一幅图像的代价
//
// 一个实测案例里，生成 179,800 幅 64×64 彩色图像，**DDIM 用了 27.2 小时**，**GAN 只用 0.012 到 0.031 小时**：每幅半秒对不到千分之一秒，相差约 900 到 2,300 倍。（这些时间没有注明机器和步数，看数量级就好；第 9 节会在你的机器上实测。）而 DDIM 已经是本课的*快速*采样器了。
// GAN 只调用一次生成器；扩散模型要调用一个更大的网络，而且**每步**一次。
//
// 所以代价 = 步数 × 每次调用的代价，本课对付第一个因子。先把名字说清楚，因为常有人弄错：DDIM 是**去噪扩散隐式模型**（denoising diffusion implicit models，Song、Meng 与 Ermon，2020），I 不是“改进”（improved）。
// 说它*隐式*，是因为 $\eta=0$ 时，采样器把一份噪声变成一幅图像，像 GAN 的生成器那样：分布由“怎样抽样”给出。（$\eta$ 管途中抽多少噪声，第 2 节给出定义。）
//
// 为了看得清楚，我们想要一个从不出错的网络。一维里办得到：数据取两个峰，$\frac12\mathcal N(-1,0.2^2)+\frac12\mathcal N(1,0.2^2)$。这时 $x_t$ 也是两个峰，位于 $\pm c$，$c=\sqrt{\bar\alpha_t}$，方差为 $V=0.04\,\bar\alpha_t+1-\bar\alpha_t$。
// 假如知道 $x_t$ 属于哪个峰，噪声的期望就是 $x_t$ 到那个峰中心的距离乘以 $\sqrt{1-\bar\alpha_t}/V$。其实并不知道，只能按两个峰的概率加权；由贝叶斯公式，两个概率之差是 $\tanh(c\,x_t/V)$，于是
//
// $$\mathbb E[\varepsilon\mid x_t]=\frac{\sqrt{1-\bar\alpha_t}}{V}\bigl(x_t-c\tanh(c\,x_t/V)\bigr).$$
//
// 对噪声不可能猜得比这更好了。从这里到第 6 节，凡有差错，都是*采样器*的错。

// %%
/** ᾱ at a step that need not be whole (section 6 asks between steps): evenly in the logarithm of √((1−ᾱ)/ᾱ). */
/* zh: 任意（不必是整数的）步上的 ᾱ（第 6 节会问到两步之间）：按 √((1−ᾱ)/ᾱ) 的对数均匀插值。 */
function leftAt(t: number): number {
  if (Number.isInteger(t)) return schedule.alphasCumprod[t];
  const [low, high] = [Math.floor(t), Math.ceil(t)].map((step) => Math.log(euler.sigmaOf(step, schedule)));
  return 1 / (1 + Math.exp(2 * (low + (high - low) * (t % 1))));
}
/** E[ε | x_t] for the two bumps: the network that training strives for. [B,1] -> [B,1] */
/* zh: 双峰数据的 E[ε | x_t]：训练想要达到的那个网络。[B,1] -> [B,1] */
const perfect: Denoiser = (xt, t) =>
  tf.tidy(() => {
    const left = leftAt(t[0]);
    const [centre, variance] = [Math.sqrt(left), 0.04 * left + 1 - left];
    const expected = xt
      .mul(centre / variance)
      .tanh()
      .mul(centre); // the middle of its bump, as far as one can tell // zh: 它所属峰的中心（期望）
    return xt.sub(expected).mul(Math.sqrt(1 - left) / variance);
  });

// %% [markdown] lang="en"
// ## 2 · The loss never asked how the film was shot
//
// Look at the loss again: $\mathbb E\lVert\varepsilon-\varepsilon_\theta(\sqrt{\bar\alpha_t}x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon,\,t)\rVert^2$. It sees one $x_t$ at a time. It knows the **marginal distribution** $q(x_t\mid x_0)$ of each step, and nothing about how $x_t$ hangs together with $x_{t-1}$, the **joint distribution**. DDPM's film, in which each frame is made from the one before, is one way
// to have these marginals. There are others, and the network fits them all.
//
// Build one. We want $x_s$ for an earlier $s<t$, given $x_t$ and $x_0$. The noise in $x_t$ is $\varepsilon=(x_t-\sqrt{\bar\alpha_t}\,x_0)/\sqrt{1-\bar\alpha_t}$. **Use it again**, and add fresh noise of variance $\sigma^2$ of our own choice:
//
// $$x_s=\sqrt{\bar\alpha_s}\,x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\varepsilon+\sigma z,\qquad z\sim\mathcal N(0,I).$$
//
// Is the marginal right? $\varepsilon$ and $z$ are independent Gaussians, so the noise in $x_s$ has variance $(1-\bar\alpha_s-\sigma^2)+\sigma^2=1-\bar\alpha_s$. Exactly $q(x_s\mid x_0)$, **for every $\sigma$** with $\sigma^2\le1-\bar\alpha_s$. That is why the factor of $\varepsilon$ has $\sigma^2$ under its root: the total of the noise is fixed, and what comes fresh must be missing from the old.
//
// The chain need not be Markov: $x_s$ depends on $x_t$ *and* $x_0$. And $s$ need not be $t-1$.
//
// In sampling $x_0$ is not known, so take the one the network sees, $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta)/\sqrt{\bar\alpha_t}$. The family is indexed by $\eta$:
//
// $$\boxed{\,x_s=\sqrt{\bar\alpha_s}\,\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\varepsilon_\theta(x_t,t)+\sigma z,\qquad
// \sigma=\eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}}\,}$$
//
// - $\eta=1$ and $s=t-1$: then $\sigma^2=\tilde\beta_t$, lesson 11's posterior variance. This is DDPM (with $\sigma_t^2=\tilde\beta_t$).
// - $\eta=0$: no fresh noise at all. One $x_T$ leads to one $x_0$: **deterministic**. This is what people mean by "DDIM".
// - At the last step, $s=0$: $\bar\alpha_0=1$, so $\sigma=0$ and the answer is $\hat x_0$. No noise at the last step, without an `if`.
//
// ### Exercise 1 · One step of the family (4 points)

// %% [markdown] lang="zh"
// ## 2 · 损失只看边缘分布，不看路径
//
// 再看一眼损失：$\mathbb E\lVert\varepsilon-\varepsilon_\theta(\sqrt{\bar\alpha_t}x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon,\,t)\rVert^2$。它一次只看一个 $x_t$。它知道每一步的**边缘分布**（marginal distribution）$q(x_t\mid x_0)$，至于 $x_t$ 与 $x_{t-1}$ 怎样相关，即**联合分布**（joint distribution），它一无所知。
// DDPM 的影片是一帧接一帧拍出来的，这只是得到这些边缘分布的一种办法。还有别的办法，而网络对它们全都适用。
//
// 我们来造一个。已知 $x_t$ 和 $x_0$，想要更早的 $x_s$，$s<t$。$x_t$ 里的噪声是 $\varepsilon=(x_t-\sqrt{\bar\alpha_t}\,x_0)/\sqrt{1-\bar\alpha_t}$。**把它再用一次**，另加方差为 $\sigma^2$ 的新噪声，$\sigma$ 由我们定：
//
// $$x_s=\sqrt{\bar\alpha_s}\,x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\varepsilon+\sigma z,\qquad z\sim\mathcal N(0,I).$$
//
// 边缘分布对吗？$\varepsilon$ 与 $z$ 是独立的高斯，所以 $x_s$ 中噪声的方差是 $(1-\bar\alpha_s-\sigma^2)+\sigma^2=1-\bar\alpha_s$，恰好就是 $q(x_s\mid x_0)$，**$\sigma$ 取多少都行**，只要 $\sigma^2\le1-\bar\alpha_s$。所以 $\varepsilon$ 的根号里要减 $\sigma^2$：噪声的总量是定死的，新添多少，旧的就得少多少。
//
// 这条链不必是马尔可夫的：$x_s$ 既依赖 $x_t$，*也*依赖 $x_0$。$s$ 也不必是 $t-1$。
//
// 采样时不知道 $x_0$，就用网络看到的那个，$\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta)/\sqrt{\bar\alpha_t}$。整个家族以 $\eta$ 为参数：
//
// $$\boxed{\,x_s=\sqrt{\bar\alpha_s}\,\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\varepsilon_\theta(x_t,t)+\sigma z,\qquad
// \sigma=\eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}}\,}$$
//
// - $\eta=1$ 且 $s=t-1$：$\sigma^2=\tilde\beta_t$，正是第 11 课的后验方差，即 DDPM（取 $\sigma_t^2=\tilde\beta_t$）。
// - $\eta=0$：完全不加新噪声，一个 $x_T$ 对应一个 $x_0$，是**确定性**的（deterministic）。人们说的“DDIM”指的就是它。
// - 最后一步 $s=0$：$\bar\alpha_0=1$，所以 $\sigma=0$，结果就是 $\hat x_0$。最后一步不加噪声，连 `if` 都不用写。
//
// ### 练习 1 · 家族的一步（4 分）

// %% grade_id="ddim-step" points=4
/** From step t to the earlier step s (0 ≤ s < t). xt, z: [B, …]; the network is told t for each example. */
/* zh: 从第 t 步到更早的第 s 步（0 ≤ s < t）。xt、z: [B, …]；每个样本都要告诉网络 t。 */
function ddimStep(
  denoise: Denoiser,
  xt: Tensor,
  t: number,
  s: number,
  z: Tensor,
  eta: number,
  { alphasCumprod }: Schedule,
): Tensor {
  const eps = denoise(xt, new Array<number>(xt.shape[0]).fill(t));
  const [now, then] = [alphasCumprod[t], alphasCumprod[s]]; // ᾱ_t, ᾱ_s
  // 1. x̂_0  2. σ  3. mix: picture, old noise, fresh noise
  // zh: 1. x̂_0  2. σ  3. 混合：图像、旧噪声、新噪声
  // BEGIN SOLUTION
  const picture = xt.sub(eps.mul(Math.sqrt(1 - now))).div(Math.sqrt(now));
  const sigma = eta * Math.sqrt((1 - then) / (1 - now)) * Math.sqrt(1 - now / then);
  const old = eps.mul(Math.sqrt(Math.max(0, 1 - then - sigma ** 2)));
  return picture.mul(Math.sqrt(then)).add(old).add(z.mul(sigma));
  // END SOLUTION
}
await check('ddim-step', { ddimStep });

// %% [markdown] lang="en"
// **See the family.** Thirty particles start from the same thirty noises and walk back to the two bumps in 100 steps, with the perfect network, for three values of $\eta$. The colour of a path says in which bump it ends. **Guess first**: which of the three films would you call a film of ink? In which can two paths cross?

// %% [markdown] lang="zh"
// **看看这个家族。** 三十个粒子从同样的三十份噪声出发，用完美的网络，分 100 步走回两个峰，$\eta$ 取三个值。路径的颜色表示它最后落在哪个峰。**先猜一猜**：哪一部像墨水的影片？哪一部里两条路可以相交？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One family, one network
//
// $$x_s=\sqrt{\bar\alpha_s}\,\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\,\varepsilon_\theta+\sigma z$$
//
// - The loss sees one $x_t$ at a time: only marginals.
// - Total noise stays $1-\bar\alpha_s$, for every $\sigma^2\le1-\bar\alpha_s$.
// - η = 1: DDPM. η = 0: no dice at all.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一个家族，一个网络
//
// $$x_s=\sqrt{\bar\alpha_s}\,\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\,\varepsilon_\theta+\sigma z$$
//
// - 损失一次只看一个 $x_t$：只涉及边缘分布。
// - 只要 $\sigma^2\le1-\bar\alpha_s$，噪声总量总是 $1-\bar\alpha_s$。
// - η = 1：DDPM。η = 0：完全不掷骰子。

// %% figure="family" slideshow={"slide_type": "subslide"}
const hundred = Array.from({ length: 100 }, (_, i) => (i + 1) * 10); // 10, 20, …, 1000
const starts = tf.tidy(() => tf.linspace(-2.2, 2.2, 30).reshape([30, 1]));
function paths(eta: number): number[][] {
  const dice = new Random(1);
  const rows = [Array.from(starts.dataSync())];
  let x: Tensor = starts.clone();
  for (let i = hundred.length - 1; i >= 0; i--) {
    const next = tf.tidy(() =>
      ddimStep(perfect, x, hundred[i], hundred[i - 1] ?? 0, dice.normal([30, 1]), eta, schedule),
    );
    x.dispose();
    x = next;
    rows.push(Array.from(x.dataSync()));
  }
  x.dispose();
  return rows; // [101][30], from t = 1000 down to 0 // zh: [101][30]，从 t = 1000 到 0
}
const walkTimes = [...hundred].reverse().concat(0);
show(
  figures.panels(
    [0, 0.3, 1].map((eta) => {
      const rows = paths(eta);
      return figures.curves({
        series: Array.from(rows[0], (_, k) => ({
          name: '',
          x: walkTimes,
          y: rows.map((row) => row[k]),
          color: rows[100][k] > 0 ? 0 : 1,
        })),
        title: `η = ${eta}`,
        x: 't',
        y: 'x',
        xRange: [1000, 0],
        yRange: [-4, 4],
      });
    }),
    {
      columns: 3,
      title:
        'Same noises, same network: smooth roads at η = 0, a drunkard at η = 1' /* zh: '同样的噪声、同样的网络：η = 0 是平滑的路，η = 1 是随机游走' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Five minutes. At η = 0 no two paths cross: where you start decides where you end. That makes a code of the noise. At η = 1 most of the start is forgotten. Both end in the same two bumps.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 五分钟。η = 0 时没有两条路相交：从哪里出发，就决定到哪里结束，噪声于是成了编码。η = 1 时起点大多被忘记。两者都终结于同样的两个峰。

// %% [markdown] lang="en"
// At $\eta=0$ the paths are smooth and never cross: in one dimension the left half of the noise becomes the left bump. At $\eta=1$ they stagger as in lesson 10, and where a particle ends has little to do with where it began. But the *marginals* agree. Check it at one $s$ in the middle, with the true $x_0$ in place of $\hat x_0$:

// %% [markdown] lang="zh"
// $\eta=0$ 时路径平滑、互不相交：一维里，噪声的左半边变成左边的峰。$\eta=1$ 时像第 10 课那样东倒西歪，终点与起点关系不大。但*边缘分布*是一致的。取中间某个 $s$，用真的 $x_0$ 代替 $\hat x_0$ 验证：

// %%
const marginalAt = (eta: number) =>
  tf.tidy(() => {
    const n = 50_000;
    const x0 = random
      .bernoulli([n, 1], 0.5)
      .mul(2)
      .sub(1)
      .add(random.normal([n, 1]).mul(0.2));
    const noise = random.normal([n, 1]);
    const x600 = ddpm.qSample(x0, new Array<number>(n).fill(600), noise, schedule);
    // a "network" that knows this very noise
    // zh: 一个恰好知道这份噪声的“网络”
    const x300 = ddimStep(() => noise, x600, 600, 300, random.normal([n, 1]), eta, schedule);
    const both = (a: Tensor, b: Tensor) => a.mul(b).mean().dataSync()[0];
    return { η: eta, 'E[x₃₀₀²]': both(x300, x300), 'E[x₃₀₀ x₆₀₀]': both(x300, x600) };
  });
show(
  figures.table([0, 0.5, 1].map(marginalAt), {
    digits: 2,
    title: 'The marginal stays, the joint distribution changes' /* zh: '边缘分布不变，联合分布变了' */,
  }),
);

// %% [markdown] lang="en"
// ## 3 · Leaving steps out
//
// Nothing ties $s$ to $t-1$. Choose a **subsequence** $\tau_1<\tau_2<\dots<\tau_S$ of $1,\dots,T$ and walk down it: from $\tau_S$ to $\tau_{S-1}$, …, from $\tau_1$ to 0. That is $S$ network calls. Two conditions:
//
// - $\tau_S=T$. Sampling starts with $\mathcal N(0,I)$, and that is what $x_T$ is. A list that stops at 980, such as `range(0, 1000, 20)` in much published code, tells the network that pure noise is $x_{980}$. (Some of that code counts the steps from 0 to 999; then it is 999 that is missing.)
// - The last move goes from $\tau_1$ to 0, the clean picture.
//
// ### Exercise 2 · The subsequence (2 points)
//
// `count` of the steps, as evenly as whole numbers allow: $\tau_i=\operatorname{round}(iT/S)$ for $i=1,\dots,S$.

// %% [markdown] lang="zh"
// ## 3 · 跳过一些步
//
// 没有谁规定 $s$ 必须是 $t-1$。从 $1,\dots,T$ 里挑一个**子序列**（subsequence）$\tau_1<\tau_2<\dots<\tau_S$，沿着它往下走：从 $\tau_S$ 到 $\tau_{S-1}$，……，从 $\tau_1$ 到 0，一共调用网络 $S$ 次。两个条件：
//
// - $\tau_S=T$。采样从 $\mathcal N(0,I)$ 出发，而那就是 $x_T$。不少公开的代码用 `range(0, 1000, 20)`，止于 980，就等于告诉网络：纯噪声是 $x_{980}$。（有的代码从 0 数到 999，那么缺的是 999。）
// - 最后一次从 $\tau_1$ 走到 0，也就是干净的图像。
//
// ### 练习 2 · 子序列（2 分）
//
// 取 `count` 步，在整数允许的范围内尽量均匀：$\tau_i=\operatorname{round}(iT/S)$，$i=1,\dots,S$。

// %% grade_id="ddim-subsequence" points=2
/** `count` of the steps 1…T in rising order, T last. */
/* zh: 从 1…T 中取 `count` 步，由小到大，最后一个是 T。 */
function subsequence(T: number, count: number): number[] {
  // BEGIN SOLUTION
  return Array.from({ length: count }, (_, i) => Math.round(((i + 1) * T) / count));
  // END SOLUTION
}
await check('ddim-subsequence', { subsequence });

// %% [markdown] lang="en"
// ## 4 · Break it: find the bugs in this fast sampler
//
// A sampler as one meets it in homework and in repositories. It runs, it has the shape of DDIM, and it has two mistakes.
//
// ```
// x = noise
// for t in reversed(steps):              # 1000, 950, …, 50
//     s   = t − 1
//     eps = network(x, t)
//     x0  = (x − √(1−ᾱ_t) · eps) / √ᾱ_t
//     x   = √ᾱ_s · x0 + √(1−ᾱ_s) · eps + σ · noise     # σ = η · …, with t and s
// ```
//
// **Guess first**: one of the two shows even at $\eta=0$; the other only at $\eta>0$. What will each do to the samples?

// %% [markdown] lang="zh"
// ## 4 · 弄坏它：找出这个快速采样器的错误
//
// 下面的采样器，在作业和代码仓库里都见得到。它能跑，样子像 DDIM，却有两处错误。
//
// ```
// x = 噪声
// for t in reversed(steps):              # 1000、950、……、50
//     s   = t − 1
//     eps = network(x, t)
//     x0  = (x − √(1−ᾱ_t) · eps) / √ᾱ_t
//     x   = √ᾱ_s · x0 + √(1−ᾱ_s) · eps + σ · 噪声     # σ = η · …，由 t 和 s 算出
// ```
//
// **先猜一猜**：其中一处在 $\eta=0$ 时就看得出来，另一处只在 $\eta>0$ 时才有影响。它们各会把样本弄成什么样？

// %% [markdown] lang="en"
// ### Exercise 3 · Repair it (3 points)
//
// `moves` lists where each step goes from and to, from $T$ down to 0. `oldNoise` is the right factor of $\varepsilon_\theta$ when fresh noise of standard deviation σ is added.

// %% [markdown] lang="zh"
// ### 练习 3 · 修好它（3 分）
//
// `moves` 列出每一步从哪里到哪里，从 $T$ 一直到 0。`oldNoise` 是加入标准差为 σ 的新噪声时，$\varepsilon_\theta$ 应有的系数。

// %% grade_id="ddim-bugs" points=3
/** The moves over rising steps, from the last of them down to 0: [{ t, s }, …]. */
/* zh: 给定由小到大的步，列出从最后一步走到 0 的每一次移动：[{ t, s }, …]。 */
function moves(steps: readonly number[]): { t: number; s: number }[] {
  // BEGIN SOLUTION
  return steps.map((t, i) => ({ t, s: i === 0 ? 0 : steps[i - 1] })).reverse();
  // END SOLUTION
}

/** What ε_θ is multiplied by in x_s when σ z is added. */
/* zh: 加入 σ z 时，x_s 中 ε_θ 的系数。 */
function oldNoise(s: number, sigma: number, { alphasCumprod }: Schedule): number {
  // BEGIN SOLUTION
  return Math.sqrt(Math.max(0, 1 - alphasCumprod[s] - sigma ** 2));
  // END SOLUTION
}
await check('ddim-bugs', { moves, oldNoise });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Find the bugs
//
// - `s = t − 1`, though the list jumps by 50.
// - $\sqrt{1-\bar\alpha_s}\,\varepsilon_\theta+\sigma z$: more noise than there should be.
// - Which of the two can be seen at η = 0?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 找虫
//
// - `s = t − 1`，可列表一跳就是 50 步。
// - $\sqrt{1-\bar\alpha_s}\,\varepsilon_\theta+\sigma z$：噪声比应有的多。
// - 哪一个在 η = 0 时就看得出来？

// %% figure="ward" slideshow={"slide_type": "subslide"}
const twenty = subsequence(T, 20);
const manyNoises = random.normal([2000, 1]);
function fastSample(walk: readonly { t: number; s: number }[], eta: number, factor = oldNoise): Tensor {
  const dice = new Random(2);
  let x: Tensor = manyNoises.clone();
  for (const { t, s } of walk) {
    const next = tf.tidy(() => {
      // x̂₀ and ε_θ out of the network's answer
      // zh: 由网络的回答求 x̂₀ 和 ε_θ
      const { x0, epsilon } = ddpm.partsOf('epsilon', perfect(x, [t]), x, new Array<number>(2000).fill(t), schedule);
      const sigma = ddim.ddimSigma(t, s, eta, schedule);
      return x0
        .mul(Math.sqrt(schedule.alphasCumprod[s]))
        .add(epsilon.mul(factor(s, sigma, schedule)))
        .add(dice.normal([2000, 1]).mul(sigma));
    });
    x.dispose();
    x = next;
  }
  return x;
}
const tooMuch = (s: number) => Math.sqrt(1 - schedule.alphasCumprod[s]);
const neighbours = [...twenty].reverse().map((t) => ({ t, s: t - 1 }));
const xs = Array.from({ length: 241 }, (_, i) => -3 + i * 0.025);
const truth = {
  name: 'data' /* zh: '数据' */,
  x: xs,
  y: xs.map(
    (x) => (Math.exp(-((x + 1) ** 2) / 0.08) + Math.exp(-((x - 1) ** 2) / 0.08)) / 2 / Math.sqrt(2 * Math.PI * 0.04),
  ),
};
const ward = [
  { title: 'repaired, η = 1' /* zh: '修好之后，η = 1' */, x: fastSample(moves(twenty), 1) },
  { title: 's = t − 1: hardly moves' /* zh: 's = t − 1：几乎没动' */, x: fastSample(neighbours, 0) },
  { title: 'too much old noise, η = 1' /* zh: '旧噪声太多，η = 1' */, x: fastSample(moves(twenty), 1, tooMuch) },
];
show(
  figures.panels(
    ward.map(({ title, x }) =>
      figures.histogram({
        series: [{ name: 'samples' /* zh: '样本' */, values: x.dataSync() }],
        curves: [truth],
        title,
        height: 'density',
        bins: 60,
        range: [-3, 3],
        x: 'x',
        y: 'density' /* zh: '密度' */,
      }),
    ),
    {
      columns: 3,
      title: 'Two mistakes, twenty steps, a perfect network' /* zh: '两处错误，二十步，完美的网络' */,
      share: 'both',
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Pairs read the pseudo-code of section 4 for three minutes. Then the three panels.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。同桌读第 4 节的伪代码三分钟，然后看三幅图。

// %% [markdown] lang="en"
// Read the three. **Repaired**: two bumps where the data have them, but too narrow, a third too high: a long step takes $\hat x_0$ for certain and so draws too little noise ($\tilde\beta_t$ was the variance for a *known* $x_0$). **$s=t-1$**: each round removes the noise of *one* step and then the clock jumps by fifty, so nearly all the noise is still there: one grey heap. **Too much old noise**: the two
// bumps are there, but much too wide, and pushed outwards to about ±1.2, because the network reads the surplus noise as part of the picture. In pictures this is grain. It vanishes at $\eta=0$, where σ = 0, and that is how it survives in programs: nobody tries $\eta=1$.
//
// ## 5 · How few steps?
//
// Now count. The distance between samples and data (Wasserstein, lesson 02) against the number of network calls, still with the perfect network. **Guess first**: DDPM ($\eta=1$) was derived properly and DDIM ($\eta=0$) looks like a trick. Which wins at 10 steps? At 200?

// %% [markdown] lang="zh"
// 三幅图依次看。**修好之后**：两个峰在该在的地方，但偏窄，高出约三分之一：步子一长，就等于把 $\hat x_0$ 当成确知的，加的噪声偏少（$\tilde\beta_t$ 本是*已知* $x_0$ 时的方差）。**$s=t-1$**：每一轮只去掉*一*步的噪声，时钟却一下跳过五十步，所以噪声几乎全都还在：灰蒙蒙一堆。**旧噪声太多**：两个峰都在，
// 但宽得多，还外移到约 ±1.2，因为网络把多出来的噪声当成了图像的一部分；在图像上就是噪点。$\eta=0$ 时 σ = 0，这个错误不起作用；没人去试 $\eta=1$，它就一直留在程序里。
//
// ## 5 · 最少要几步？
//
// 来数一数：样本与数据的距离（Wasserstein 距离，第 02 课）随网络调用次数的变化，仍用完美的网络。**先猜一猜**：DDPM（$\eta=1$）是正经推导出来的，DDIM（$\eta=0$）看上去像个小花招。10 步时谁赢？200 步呢？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## How few steps?
//
// - One dimension, a perfect network: the dice cost nothing, long steps do.
// - Pictures, CIFAR-10, 10 calls: FID 13.4 at η = 0, 41.1 at η = 1 (DDIM paper, table 1).

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 最少要几步？
//
// - 一维、完美网络：骰子不花代价，步子长才花代价。
// - 图像，CIFAR-10，调用 10 次：η = 0 时 FID 为 13.4，η = 1 时为 41.1（DDIM 论文表 1）。

// %% figure="eta-steps" slideshow={"slide_type": "subslide"}
const counts = budget({
  quick: [5, 20],
  default: [3, 5, 10, 20, 50, 100, 200],
  full: [3, 5, 10, 20, 50, 100, 200, 500, 1000],
});
const exactQuantiles = tf.tidy(() => {
  const signs = tf.range(0, 20_000).mod(2).mul(2).sub(1);
  return signs.add(new Random(3).normal([20_000]).mul(0.2)).dataSync();
});
const far = (x: Tensor) => metrics.wasserstein1d(x.dataSync(), exactQuantiles);
show(
  figures.curves({
    series: [0, 0.5, 1].map((eta) => ({
      name: `η = ${eta}`,
      x: counts,
      y: counts.map((count) => tf.tidy(() => far(fastSample(moves(subsequence(T, count)), eta)))),
      points: true,
    })),
    logX: true,
    logY: true,
    title: 'In one dimension the length of the steps counts, not the dice' /* zh: '一维里要紧的是步长，不是骰子' */,
    x: 'network calls' /* zh: '网络调用次数' */,
    y: 'Wasserstein distance to the data' /* zh: '与数据的 Wasserstein 距离' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Let them vote first: which η wins at 10 steps? The figure says: here, none. Then the table of the paper.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。先投票：10 步时哪个 η 赢？图上说：这里不分胜负。再看论文里的表。

// %% [markdown] lang="en"
// In one dimension and with a perfect network the dice cost next to nothing. All three fall together (below about 0.05 they only show the luck of 2,000 samples). What costs is the *long step*, in which $\hat x_0$ is taken for constant. So the proper derivation was not wrong, and the trick is not worse.
//
// Pictures are another matter. At $\eta>0$ every step replaces some of the noise by new noise. The steps after it must find that noise again and take it out, in each of hundreds of directions, with an imperfect network and, if there are few steps, with long strides: some of it stays. At $\eta=0$ the noise that was found is used again, and nothing new has to be found. The DDIM paper measured on CIFAR-10 (FID, lower is better; its table 1):
//
// | network calls | 10 | 20 | 50 | 100 | 1000 |
// |---|---|---|---|---|---|
// | $\eta=0$ | 13.36 | 6.84 | 4.67 | 4.16 | 4.04 |
// | $\eta=1$ | 41.07 | 18.36 | 8.01 | 5.78 | 4.73 |
//
// With few steps $\eta=0$ wins by far. (With very many, noise has a good side: it washes out earlier mistakes; in the same table DDPM's own choice, the larger $\sigma_t^2=\beta_t$, is best of all at 1,000 steps, and hopeless at 10.) In section 7 you measure your own network.
//
// ## 6 · Beyond DDIM: the road is a curve
//
// At $\eta=0$ a particle follows a smooth road, an **ordinary differential equation** (ODE); lesson 13 derives it. DDIM's step is Euler's rule for it, straight on, in clever coordinates. Let time be half the logarithm of the **signal-to-noise ratio**,
// $\lambda=\log\bigl(\sqrt{\bar\alpha}/\sqrt{1-\bar\alpha}\bigr)$, which grows as $t$ falls. Then the road from $t$ to $s$ is, exactly (Lu et al., 2022),
//
// $$x_s=\frac{\sqrt{1-\bar\alpha_s}}{\sqrt{1-\bar\alpha_t}}\,x_t+\sqrt{1-\bar\alpha_s}\int_{\lambda_t}^{\lambda_s}e^{\lambda}\,\hat x_0(\lambda)\,d\lambda .$$
//
// The first part needs no network. In the integral only $\hat x_0$ is unknown, and we can ask for it at one point for each call.
//
// - **Take $\hat x_0$ as constant** over the step, equal to its value at $t$. With $h=\lambda_s-\lambda_t$ the integral is $(e^{\lambda_s}-e^{\lambda_t})\,\hat x_0$, and we get $x_s=\frac{\sqrt{1-\bar\alpha_s}}{\sqrt{1-\bar\alpha_t}}x_t+\sqrt{\bar\alpha_s}\,(1-e^{-h})\,\hat x_0$. Put in $x_t=\sqrt{\bar\alpha_t}\,\hat x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta$, and it is DDIM.
// - **DPM-Solver++(2M)** remembers the $\hat x_0$ of the step before and lays a *line* through the two. Its value in the middle of the coming step stands for the step. 2: second order; M: multistep, no extra calls.
// - **Heun's method** (Karras et al., 2022) makes a trial step, asks the network again at its end, and goes back to make the step with the mean of the two slopes. Second order too, for two calls a step. Its time is the noise level $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$.
//
// A line through $(\lambda_{\text{before}},\hat x_0^{\text{before}})$ and $(\lambda_t,\hat x_0^{\text{now}})$, read $h/2$ further on:
//
// $$D=\hat x_0^{\text{now}}+\frac{h}{2\,h_{\text{before}}}\bigl(\hat x_0^{\text{now}}-\hat x_0^{\text{before}}\bigr),$$
//
// and $D$ takes the place of $\hat x_0$.
//
// ### Exercise 4 · One new line (2 points)

// %% [markdown] lang="zh"
// 在一维、网络完美时，掷骰子几乎不花代价，三条线一起下降（降到 0.05 左右以下，就只剩 2,000 个样本的偶然起伏了）。真正要付代价的是*步子太长*：一步之内把 $\hat x_0$ 当成了常数。所以正经推导没有错，小花招也不差。
//
// 图像就不同了：$\eta>0$ 时，每一步都把一部分旧噪声换成新噪声，后面的步得在几百个方向上重新把它估计出来、去掉；网络不完美，步数少时步子又长，总有去不干净的。$\eta=0$ 时沿用已经找到的噪声，没有新的要找。DDIM 论文在 CIFAR-10 上测得（FID，越低越好；原文表 1）：
//
// | 网络调用次数 | 10 | 20 | 50 | 100 | 1000 |
// |---|---|---|---|---|---|
// | $\eta=0$ | 13.36 | 6.84 | 4.67 | 4.16 | 4.04 |
// | $\eta=1$ | 41.07 | 18.36 | 8.01 | 5.78 | 4.73 |
//
// 步数少时，$\eta=0$ 遥遥领先。（步数非常多时，噪声也有好处：能冲掉前面的错误；同一张表里，DDPM 自己的选择，即较大的 $\sigma_t^2=\beta_t$，在 1,000 步时最好，在 10 步时则毫无希望。）第 7 节，你来测自己的网络。
//
// ## 6 · DDIM 之后：路是弯的
//
// $\eta=0$ 时，粒子走的是一条平滑的路，即一个**常微分方程**（ordinary differential equation，ODE），第 13 课会推导。DDIM 的一步，就是在巧妙的坐标下对它用欧拉法。把“时间”取为**信噪比**对数的一半，
// $\lambda=\log\bigl(\sqrt{\bar\alpha}/\sqrt{1-\bar\alpha}\bigr)$，它随 $t$ 减小而增大。从 $t$ 到 $s$ 的路有精确表达式（Lu 等，2022）：
//
// $$x_s=\frac{\sqrt{1-\bar\alpha_s}}{\sqrt{1-\bar\alpha_t}}\,x_t+\sqrt{1-\bar\alpha_s}\int_{\lambda_t}^{\lambda_s}e^{\lambda}\,\hat x_0(\lambda)\,d\lambda .$$
//
// 第一部分不需要网络。积分里只有 $\hat x_0$ 未知，每次调用能问到它在一个点上的值。
//
// - **把 $\hat x_0$ 当作常数**，整步都取它在 $t$ 处的值。记 $h=\lambda_s-\lambda_t$，积分为 $(e^{\lambda_s}-e^{\lambda_t})\,\hat x_0$，于是 $x_s=\frac{\sqrt{1-\bar\alpha_s}}{\sqrt{1-\bar\alpha_t}}x_t+\sqrt{\bar\alpha_s}\,(1-e^{-h})\,\hat x_0$。把 $x_t=\sqrt{\bar\alpha_t}\,\hat x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta$ 代进去，就得到 DDIM。
// - **DPM-Solver++(2M)** 记住上一步的 $\hat x_0$，过两点画一条*直线*，用它在下一步中点的值代表这一步。2 指二阶，M 指多步法（multistep），不额外调用网络。
// - **Heun 方法**（Karras 等，2022）先试走一步，在终点再问一次网络，然后回到起点，按两处斜率的平均走这一步。也是二阶，但每步调用两次；它的“时间”是噪声强度 $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$。
//
// 过 $(\lambda_{\text{前}},\hat x_0^{\text{前}})$ 和 $(\lambda_t,\hat x_0^{\text{今}})$ 的直线，再往前读 $h/2$：
//
// $$D=\hat x_0^{\text{今}}+\frac{h}{2\,h_{\text{前}}}\bigl(\hat x_0^{\text{今}}-\hat x_0^{\text{前}}\bigr),$$
//
// 用 $D$ 代替 $\hat x_0$。
//
// ### 练习 4 · 新增的一行（2 分）

// %% grade_id="ddim-lookahead" points=2
/** The line through two x̂_0, half a step ahead. h: λ_s − λ_t of the coming step, hBefore: that of the step before */
/* zh: 过两个 x̂_0 的直线，往前读半步。h：即将走的一步的 λ_s − λ_t；hBefore：上一步的 */
function lookAhead(now: Tensor, before: Tensor, h: number, hBefore: number): Tensor {
  // BEGIN SOLUTION
  return now.add(now.sub(before).mul(h / (2 * hBefore)));
  // END SOLUTION
}
await check('ddim-lookahead', { lookAhead });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Beyond DDIM
//
// - η = 0 follows a smooth road: an ODE.
// - DDIM takes $\hat x_0$ as constant over a step: first order.
// - DPM-Solver++(2M) lays a line through the last two $\hat x_0$: second order, **no extra calls**.
// - Halve the step: the error halves, or quarters.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## DDIM 之后
//
// - η = 0 走的是平滑的路：一个常微分方程。
// - DDIM 在一步之内把 $\hat x_0$ 当常数：一阶。
// - DPM-Solver++(2M) 过最近两个 $\hat x_0$ 画直线：二阶，**不多调用网络**。
// - 步长减半，误差减半，或者减到四分之一。

// %% figure="order" slideshow={"slide_type": "subslide"}
async function byDpmSolver(steps: readonly number[]): Promise<Tensor> {
  let [x, remembered]: [Tensor, { x0: Tensor; h: number } | undefined] = [manyNoises.clone(), undefined];
  const walk = moves(steps);
  for (const { t, s } of walk) {
    const { x0 } = ddpm.partsOf('epsilon', perfect(x, [t]), x, new Array<number>(2000).fill(t), schedule);
    const left = schedule.alphasCumprod;
    const h: number = s === 0 ? Infinity : dpmSolver.logSnr(s, schedule) - dpmSolver.logSnr(t, schedule);
    // to s = 0, where λ is infinite, the plain step
    // zh: 走到 s = 0 时 λ 为无穷大，用普通的一步
    const d = remembered && s > 0 ? lookAhead(x0, remembered.x0, h, remembered.h) : x0;
    x = x.mul(Math.sqrt((1 - left[s]) / (1 - left[t]))).add(d.mul(Math.sqrt(left[s]) * (1 - Math.exp(-h))));
    remembered = { x0, h };
    await tf.nextFrame();
  }
  return x;
}
const callCounts = budget({ quick: [5, 10], default: [5, 10, 20, 40, 80], full: [5, 10, 20, 40, 80, 160] });
const road = await byDpmSolver(dpmSolver.logSnrSteps(schedule, budget({ quick: 100, default: 500, full: 1000 })));
const off = (x: Tensor) => tf.tidy(() => x.sub(road).square().mean().sqrt().dataSync()[0]);
const heun = (calls: number) => {
  const steps = (calls + 1) / 2; // two calls a step, one for the last // zh: 每步两次调用，最后一步一次
  const top = euler.sigmaOf(T, schedule);
  const sigmas = euler.karrasSigmas(steps, euler.sigmaOf(1, schedule), top);
  // the library's Heun wants x₀ + √((1−ᾱ)/ᾱ) ε, not scaled down, and a network that answers with x̂₀
  // zh: 库里的 Heun 用未缩小的 x₀ + √((1−ᾱ)/ᾱ) ε，并要求网络回答 x̂₀
  return euler.sampleHeun(euler.sigmaDenoiser(perfect, schedule), manyNoises.mul(Math.hypot(1, top)), sigmas);
};
const lines = [];
for (const { name, run, odd = false } of [
  { name: 'DDIM, even in t' /* zh: 'DDIM，按 t 均匀' */, run: (n: number) => fastSample(moves(subsequence(T, n)), 0) },
  {
    name: 'DDIM, even in λ' /* zh: 'DDIM，按 λ 均匀' */,
    run: (n: number) => fastSample(moves(dpmSolver.logSnrSteps(schedule, n)), 0),
  },
  {
    name: 'DPM-Solver++(2M), even in λ' /* zh: 'DPM-Solver++(2M)，按 λ 均匀' */,
    run: (n: number) => byDpmSolver(dpmSolver.logSnrSteps(schedule, n)),
  },
  { name: 'Heun, 2 calls a step' /* zh: 'Heun，每步 2 次调用' */, run: heun, odd: true },
]) {
  const calls = odd ? callCounts.map((n) => n + 1 - (n % 2)) : callCounts;
  const errors: number[] = [];
  for (const n of calls) errors.push(off(await run(n)));
  lines.push({ name, x: calls, y: errors, points: true });
}
show(
  figures.curves({
    series: lines,
    logX: true,
    logY: true,
    title:
      'A line through two answers is worth two to four times the calls' /* zh: '过两个回答画一条线，抵得上两到四倍的调用次数' */,
    x: 'network calls' /* zh: '网络调用次数' */,
    y: 'distance from the exact road (RMS)' /* zh: '偏离精确路径的距离（均方根）' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Read slopes: on double-log paper first order falls like 1/n, second like 1/n². Ask why the second-order curve is not better at 5 calls (the steps are too long for a line).

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。读斜率：双对数坐标下，一阶按 1/n 下降，二阶按 1/n²。问：只调用 5 次时，二阶的曲线为什么优势不大？（步子太长，一条直线不够用。）

// %% [markdown] lang="en"
// On double-logarithmic paper the slope is the order. DDIM falls about like one over the number of calls, whichever spacing it has; DPM-Solver++(2M) falls more steeply, for the price of one remembered picture. At 20 calls it is as near to the exact road as DDIM at 80. **Heun's method** is of second order too, but it asks the network twice a step, so its steps are twice as long: with 20 calls or fewer it is the worst of all, with 80 much better than DDIM.
//
// ## 7 · Clothes in ten calls
//
// Now a network that is *not* perfect. Train lesson 11's U-Net on lesson 11's loss with a longer schedule, $T=1000$ (half a minute). Nothing in the training knows of DDIM.

// %% [markdown] lang="zh"
// 双对数坐标下，斜率就是阶。无论怎样取步，DDIM 大致按调用次数的倒数下降；DPM-Solver++(2M) 降得更陡，代价只是记住一幅图像。它调用 20 次，就和 DDIM 调用 80 次一样接近精确路径。**Heun 方法**也是二阶，但每步要问网络两次，步子就长一倍：调用 20 次或更少时它最差，80 次时则比 DDIM 好得多。
//
// ## 7 · 调用十次，画出衣服
//
// 现在换一个*不完美*的网络：第 11 课的 U-Net，第 11 课的损失，调度加长到 $T=1000$（约半分钟）。训练部分没有一行与 DDIM 有关。

// %%
const model = ddpm.buildDdpm({
  steps: T,
  unet: { channels: 16, multipliers: [1, 2, 2], attention: [2] },
  emaDecay: budget({ quick: 0.9, default: 0.99, full: 0.999 }),
  seed: 1,
});
const history = await ddpm.trainDdpm(model, data.train.take(budget({ quick: 64, default: 4000, full: 60_000 })), {
  epochs: budget({ quick: 1, default: 1, full: 20 }),
  batchSize: 32,
  learningRate: 2e-3,
  schedule: 'cosine',
  seed: 1,
});
console.log(
  'loss at the end:' /* zh: '最后的损失：' */,
  (history.loss.slice(-100).reduce((a, b) => a + b, 0) / history.loss.slice(-100).length).toFixed(3),
);

// %% [markdown] lang="en"
// Half a minute makes a network that knows shadows, and a sampler can draw no better than its network. So the course brings one with half as many channels again that has seen the 60,000 pictures five times, in under an hour on one processor core: `checkpoints/fashion-mnist-ddpm`. All that follows draws with it. (With `GENLAB_BUDGET=full` your own sees all pictures twenty times: put `model` for `trained`, and compare.)

// %% [markdown] lang="zh"
// 半分钟练出来的网络只认得个影子，而采样器画得再好，也好不过网络。所以课程随附一个通道数是它 1.5 倍的网络，60,000 张图看过五遍，在一个处理器核上练了不到一小时：`checkpoints/fashion-mnist-ddpm`。下面都用它来画。（`GENLAB_BUDGET=full` 时，你自己的网络会把全部图像看二十遍：把 `trained` 换成 `model`，比比看。）

// %%
const trained = ddpm.buildDdpm({ steps: T, unet: { channels: 24, multipliers: [1, 2, 2], attention: [2] } });
loadCheckpoint('fashion-mnist-ddpm', { network: trained.network });
trained.ema.reset(); // draws with the weights just loaded // zh: 用刚读入的权重采样

// %% [markdown] lang="en"
// **The same eight noises**, sampled with fewer and fewer calls at $\eta=0$. **Guess first**: will the number of steps change *which* piece of clothing appears, or only how well it is drawn?

// %% [markdown] lang="zh"
// **同样的八份噪声**，$\eta=0$，调用次数越来越少。**先猜一猜**：步数改变的是画出*哪一件*衣服，还是只改变画得好不好？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Clothes in ten calls
//
// - Same weights, same noises; only the number of steps differs.
// - η = 0: the noise decides *what*, the steps decide *how well*.

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 调用十次，画出衣服
//
// - 同样的权重，同样的噪声，只有步数不同。
// - η = 0：噪声决定*画什么*，步数决定*画得多好*。

// %% figure="fewer-steps" slideshow={"slide_type": "subslide"}
const rowsOf = budget({ quick: [3, 6], default: [5, 10, 20, 50], full: [5, 10, 20, 50, 1000] });
const wardrobe: { label: string; images: Tensor4D }[] = [
  {
    label: 'half a minute' /* zh: '半分钟' */,
    images: await ddim.sample<Tensor4D>(model, 8, new Random(4), { steps: subsequence(T, rowsOf[rowsOf.length - 1]) }),
  },
];
for (const calls of rowsOf) {
  const images = await ddim.sample<Tensor4D>(trained, 8, new Random(4), { steps: subsequence(T, calls) });
  wardrobe.push({ label: `DDIM ${calls}`, images });
}
wardrobe.push({
  label: `DPM++ ${rowsOf[1]}`,
  images: await dpmSolver.sample<Tensor4D>(trained, 8, new Random(4), {
    steps: dpmSolver.logSnrSteps(trained.schedule, rowsOf[1]),
  }),
});
show(
  figures.imageRows(wardrobe, {
    scale: 3,
    title:
      'Top: your network. Below: the trained one, by number of calls. Columns: the same noise' /* zh: '最上：你的网络；以下：练好的，按调用次数；每列：同一份噪声' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. Follow one column with the finger. Ask for the smallest row count they would put in a product. Then the curve of FID.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。用手指沿着一列往下看。问：做产品的话，最少愿意用几步？然后看 FID 曲线。

// %% [markdown] lang="en"
// Follow one column from its second picture down. Every row solves the same equation from the same start, only with shorter steps, and so the rows come closer and closer to one picture. What it shows was settled by the noise. That is what deterministic means. Where two rows differ in *what* they show, the steps of the upper one were too long.
//
// **Quality against steps.** FID (lesson 17) measures how far a heap of pictures is from real ones, in the features of a classifier; small is good. Use it with care: it depends on the number of pictures, which is small here, so compare the curves with each other and with the line of real pictures *of the same number*, not with published figures. (About a minute and a half.)

// %% [markdown] lang="zh"
// 从第二行起，沿着一列往下看。每一行都从同一个起点解同一个方程，只是步子越来越短，所以各行越来越接近同一幅图像：画的是什么，由噪声决定。这就是“确定性”的意思。如果两行画的*东西*不同，那是上面一行的步子太长了。
//
// **质量与步数。** FID（第 17 课）用分类器提取的特征，衡量一批图像离真实图像有多远，越小越好。使用时要谨慎：它与图像数量有关，而这里数量很小，所以只能让几条曲线互相比，或与*同样数量*的真实图像那条线比，不要与论文里的数字比。（约一分半钟。）

// %%
const judge = fashionMnistClassifier();
const N = budget({ quick: 16, default: 200, full: 2000 });
const statisticsOf = async (images: Tensor4D) => {
  const features = tf.tidy(() => metrics.classifier.read(judge, images).features);
  const result = await metrics.frechetStatistics(features as Tensor2D);
  features.dispose();
  return result;
};
const real = await statisticsOf(data.test.images(0, budget({ quick: 200, default: 3000, full: 8000 })));
const fid = async (images: Tensor4D) => metrics.frechetDistance(real, await statisticsOf(images));
const floor = await fid(data.test.images(8000, 8000 + N));
const tried = budget({ quick: [2, 4], default: [5, 10, 20, 40], full: [5, 10, 20, 50, 100, 250] });
const contest = [];
for (const { name, draw } of [
  {
    name: 'DDIM, η = 0',
    draw: (n: number) => ddim.sample<Tensor4D>(trained, N, new Random(6), { steps: subsequence(T, n) }),
  },
  {
    name: 'η = 1',
    draw: (n: number) => ddim.sample<Tensor4D>(trained, N, new Random(6), { steps: subsequence(T, n), eta: 1 }),
  },
  {
    name: 'DPM-Solver++(2M)',
    draw: (n: number) =>
      dpmSolver.sample<Tensor4D>(trained, N, new Random(6), { steps: dpmSolver.logSnrSteps(trained.schedule, n) }),
  },
]) {
  const y: number[] = [];
  for (const n of tried) {
    const images = await draw(n);
    y.push(await fid(images));
    images.dispose();
  }
  contest.push({ name, x: tried, y, points: true });
}

// %% figure="fid-steps" slideshow={"slide_type": "subslide"}
show(
  figures.curves({
    series: contest,
    marks: [{ y: floor, label: `${N} real pictures` /* zh: `${N} 幅真实图像` */ }],
    logX: true,
    logY: true,
    title:
      'FID against network calls, one network, three samplers' /* zh: 'FID 随网络调用次数的变化：同一网络，三种采样器' */,
    x: 'network calls a picture' /* zh: '每幅图像的网络调用次数' */,
    y: `FID of ${N} pictures, our classifier` /* zh: `${N} 幅图像的 FID（本课程的分类器）` */,
  }),
);

// %% [markdown] lang="en"
// Read it like this. Where a curve falls, each extra call pays. Where it is flat, what is left is the *network's* error: no sampler can draw better than the network knows. Compare $\eta=1$ with $\eta=0$ at the same number of calls: the same network, and only the dice make the difference. **If your curves do not fall at all**, your network is too little trained for the sampler to matter.
//
// ## 8 · Noise as a code
//
// If $x_T$ decides the picture, it *is* the picture in another language. The road can be walked the other way: from $t$ to a later $t'$ with the same formula, exchanging the roles, $x_{t'}=\sqrt{\bar\alpha_{t'}}\,\hat x_0+\sqrt{1-\bar\alpha_{t'}}\,\varepsilon_\theta(x_t,t)$. So a *real* picture gets a code. (The network was trained on $t=1,\dots,T$ and must not be asked at 0, so for the first move the picture is taken for $x_1$, which it nearly is: $\bar\alpha_1=0.9999$.) Encode, decode, compare:

// %% [markdown] lang="zh"
// 这样读：曲线下降处，每多一次调用都值得；变平处，剩下的是*网络*的误差，采样器再好，也画不出网络不知道的东西。在同样的调用次数上比较 $\eta=1$ 与 $\eta=0$：同一个网络，差别全在骰子。**如果你的曲线根本不降**，说明网络训练得太少，采样器还起不了作用。
//
// ## 8 · 噪声就是编码
//
// 既然 $x_T$ 决定了图像，它*就是*用另一种语言写的图像。路也可以倒着走：用同一公式从 $t$ 走到更晚的 $t'$，$x_{t'}=\sqrt{\bar\alpha_{t'}}\,\hat x_0+\sqrt{1-\bar\alpha_{t'}}\,\varepsilon_\theta(x_t,t)$。于是*真实*图像也有了编码。（网络只在 $t=1,\dots,T$ 上训练过，不能在 0 处问它，所以第一步把图像当作 $x_1$；它们几乎相同：$\bar\alpha_1=0.9999$。）编码、解码、比较：

// %%
const trip = subsequence(T, budget({ quick: 4, default: 50, full: 250 }));
const originals = tf.tidy(() => data.test.images(0, 8).mul(2).sub(1)) as Tensor4D;
const grey = (x: Tensor) => tf.tidy(() => x.add(1).div(2).clipByValue(0, 1)) as Tensor4D;
const [codes, returned] = await trained.ema.during(async () => {
  const network = ddpm.denoiserOf(trained);
  const there = await ddim.ddimEncode<Tensor4D>(network, originals, schedule, { steps: trip });
  return [there, await ddim.ddimSampleLoop<Tensor4D>(network, there, schedule, { steps: trip })];
});
show(
  figures.imageRows(
    [
      { label: 'picture' /* zh: '图像' */, images: grey(originals) },
      { label: 'code x_T' /* zh: '编码 x_T' */, images: grey(codes.div(2)) },
      { label: 'returned' /* zh: '取回' */, images: grey(returned) },
    ],
    {
      scale: 3,
      title: 'To the noise and back, without training anything for it' /* zh: '编码成噪声再解码：无需另外训练' */,
    },
  ),
);
const difference = tf.tidy(() => grey(returned).sub(grey(originals)).abs().mean().dataSync()[0]);
console.log(
  `mean difference: ${(difference * 255).toFixed(1)} of 255 grey levels` /* zh: `平均相差 ${(difference * 255).toFixed(1)} 级（共 255 级灰度）` */,
);

// %% [markdown] lang="en"
// The codes look like snow, but each is *this* picture's snow. (Not perfectly: the walk is in steps, and the network is imperfect; more steps, less error.)
//
// Codes can be mixed. **Not along a straight line**: two independent Gaussian codes of $n$ numbers both have a length near $\sqrt n$ and are nearly at right angles, so their middle has only $\sqrt{1/2}\approx0.71$ of the length. The network has never seen such quiet noise. Walk on the sphere instead, by **spherical interpolation**: with $\varphi$ the angle between the codes $a$ and $b$,
//
// $$\operatorname{slerp}(a,b,u)=\frac{\sin((1-u)\varphi)}{\sin\varphi}\,a+\frac{\sin(u\varphi)}{\sin\varphi}\,b,\qquad \cos\varphi=\frac{a\cdot b}{\lVert a\rVert\,\lVert b\rVert}.$$
//
// ### Exercise 5 ★ · Walk on the sphere (2 points)

// %% [markdown] lang="zh"
// 编码看上去是雪花，却是*这*幅图像专有的雪花。（不是分毫不差：路是一步步走的，网络也不完美；步数越多，误差越小。）
//
// 编码可以混合，但**不能走直线**：两份独立的 $n$ 维高斯编码，长度都接近 $\sqrt n$，而且几乎互相垂直，所以中点的长度只有 $\sqrt{1/2}\approx0.71$ 倍。幅度这么小的噪声，网络从没见过。应当沿球面走，即**球面插值**（spherical interpolation）：设编码 $a$、$b$ 的夹角为 $\varphi$，
//
// $$\operatorname{slerp}(a,b,u)=\frac{\sin((1-u)\varphi)}{\sin\varphi}\,a+\frac{\sin(u\varphi)}{\sin\varphi}\,b,\qquad \cos\varphi=\frac{a\cdot b}{\lVert a\rVert\,\lVert b\rVert}.$$
//
// ### 练习 5 ★ · 沿球面走（2 分）

// %% grade_id="ddim-slerp" points=2
/** From code a (u = 0) to code b (u = 1) along the sphere. a, b: one code each, of any shape */
/* zh: 沿球面从编码 a（u = 0）走到编码 b（u = 1）。a、b：各一份编码，形状任意 */
function slerp(a: Tensor, b: Tensor, u: number): Tensor {
  // BEGIN SOLUTION
  const dot = (p: Tensor, q: Tensor) => p.mul(q).sum().dataSync()[0];
  const angle = Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
  return a.mul(Math.sin((1 - u) * angle) / Math.sin(angle)).add(b.mul(Math.sin(u * angle) / Math.sin(angle)));
  // END SOLUTION
}
await check('ddim-slerp', { slerp });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Noise is a code
//
// - η = 0: one noise, one picture. So the noise *is* the picture.
// - Encode, decode, and walk in between.
// - On the sphere, not straight: the middle of a straight line is too quiet (0.71).

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 噪声就是编码
//
// - η = 0：一份噪声，一幅图像。噪声*就是*图像。
// - 可以编码、解码，也可以在中间漫步。
// - 沿球面走，不走直线：直线的中点噪声太弱（0.71 倍）。

// %% figure="interpolation" slideshow={"slide_type": "subslide"}
const shares = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => i / 7);
const [from, to] = [0, 2].map((i) => codes.slice([i, 0, 0, 0], [1, 28, 28, 1])); // a boot and a pair of trousers // zh: 一只靴子和一条裤子
const walks = [
  { label: 'sphere' /* zh: '球面' */, codes: tf.concat(shares.map((u) => slerp(from, to, u))) },
  { label: 'straight' /* zh: '直线' */, codes: tf.concat(shares.map((u) => from.mul(1 - u).add(to.mul(u)))) },
];
const between: { label: string; images: Tensor4D }[] = [];
for (const { label, codes: mixed } of walks) {
  const pictures = await trained.ema.during(() =>
    ddim.ddimSampleLoop(ddpm.denoiserOf(trained), mixed as Tensor4D, schedule, { steps: trip, clip: true }),
  );
  between.push({ label, images: grey(pictures) });
}
show(
  figures.imageRows(between, {
    scale: 3,
    title: 'From a boot to trousers through the noise' /* zh: '穿过噪声，从靴子走到裤子' */,
  }),
);
const lengths = walks.map(({ codes: mixed }) =>
  (mixed.slice([3, 0, 0, 0], [1, 28, 28, 1]).norm().dataSync()[0] / 28).toFixed(2),
);
console.log(
  `length of a code near the middle, divided by √784: sphere ${lengths[0]}, straight ${lengths[1]}` /* zh: `中间附近编码的长度除以 √784：球面 ${lengths[0]}，直线 ${lengths[1]}` */,
);

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Four minutes. Ask first what the straight row will look like. Quiet noise is what the network knows from *later* steps, so it smooths: flat, washed-out pictures.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 四分钟。先问：直线那一行会是什么样？这么弱的噪声，在网络看来属于*靠后*的步，于是它一味抹平：图像发平、发淡。

// %% [markdown] lang="en"
// Both rows begin and end alike; compare their middles. The codes of the lower row are too short there, as the printed lengths say. The network takes such weak noise for that of a later step, when most is already drawn, and so it draws less: the middle pictures come out flatter than those above.
//
// ## 9 · What it costs, measured here

// %% [markdown] lang="zh"
// 两行的首尾相同，比较中间。下面一行的编码在中间太短（看打印出的长度）。这么弱的噪声，网络会当成靠后的步，以为大部分已经画好，于是少画：中间几幅比上面一行平淡。
//
// ## 9 · 本机实测的代价

// %%
const batch = random.normal([8, 28, 28, 1]);
const call = () => tf.tidy(() => ddpm.denoiserOf(trained)(batch, new Array<number>(8).fill(500)).dataSync());
call(); // the first one warms up // zh: 第一次是热身
const began = performance.now();
for (let i = 0; i < 5; i++) call();
const perCall = (performance.now() - began) / 5 / 8 / 1000; // seconds a picture // zh: 每幅图像的秒数
const bill = [
  { sampler: 'DDPM', calls: 1000 },
  { sampler: 'DDIM', calls: 50 },
  { sampler: 'DPM-Solver++(2M)', calls: 20 },
].map(({ sampler, calls }) => ({
  ['sampler' /* zh: '采样器' */]: sampler,
  ['network calls' /* zh: '网络调用次数' */]: calls,
  ['seconds a picture' /* zh: '秒/幅' */]: (perCall * calls).toPrecision(2),
  ['hours for 179,800' /* zh: '179,800 幅需小时' */]: ((perCall * calls * 179_800) / 3600).toFixed(1),
}));
show(
  figures.table(bill, {
    title: 'This machine, this small network, 28×28 grey pictures' /* zh: '这台机器、这个小网络、28×28 灰度图像' */,
  }),
);

// %% [markdown] lang="en"
// (Reckoned from the measured price of one call; the time for a picture at $n$ calls is $n$ times that.) A GAN would pay for a single call. What is left to do, beyond this lesson: distil many steps into one (Salimans and Ho, 2022), straighten the road (lesson 16), or make each call cheaper by working in a small latent space (lesson 15).
//
// ## 10 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. What has to be trained anew to sample a DDPM with DDIM in 20 steps?</summary>
//
// Nothing. The loss contains only the marginals q(x_t|x_0), and the whole family shares them.
// </details>
//
// <details><summary>2. In x_s, why does the factor of ε_θ depend on σ?</summary>
//
// The noise in x_s must have variance 1−ᾱ_s in all. The fresh part brings σ², so only 1−ᾱ_s−σ² is left for the old part.
// </details>
//
// <details><summary>3. Samples are clean at η = 0 and grainy at η = 1, even with 1,000 steps. What do you look at?</summary>
//
// At whether the factor of ε_θ is √(1−ᾱ_s−σ²) rather than √(1−ᾱ_s). With σ = 0 the two are the same.
// </details>
//
// <details><summary>4. steps = 0, 20, 40, …, 980. Two things are wrong for a model with T = 1000.</summary>
//
// T itself is missing, so the start N(0, I) is announced as x₉₈₀. And 0 is no step to call the network at: it was trained on 1…T. (Libraries that count from 0 to 999 mean our 1…1000; then it is 999 that is missing.)
// </details>
//
// <details><summary>5. Someone expands DDIM as "denoising diffusion improved model". What is the I, and why does the word fit?</summary>
//
// Implicit. At η = 0 the sampler is a fixed map from noise to picture, a distribution given by how one draws from it, as with a GAN, and not by a density.
// </details>
//
// <details><summary>6. Why does encoding a real picture work with η = 0 and not with η = 1?</summary>
//
// At η = 0 the road is a function that can be walked both ways. At η = 1 fresh noise decides much of where one ends; there is no single x_T that leads back.
// </details>
//
// <details><summary>7. DPM-Solver++(2M) calls the network once a step, like DDIM. What then is the "second" that makes it second order?</summary>
//
// The x̂₀ of the step before, which it kept.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | the picture seen | $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta)/\sqrt{\bar\alpha_t}$ |
// | a step of the family | $x_s=\sqrt{\bar\alpha_s}\,\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\,\varepsilon_\theta+\sigma z$ |
// | its noise | $\sigma=\eta\sqrt{(1-\bar\alpha_s)/(1-\bar\alpha_t)}\sqrt{1-\bar\alpha_t/\bar\alpha_s}$ |
// | subsequence | $\tau_i=\operatorname{round}(iT/S)$, $\tau_S=T$; last move to 0 |
// | time of the ODE | $\lambda=\log(\sqrt{\bar\alpha}/\sqrt{1-\bar\alpha})$ |
// | DPM-Solver++(2M) | $x_s=\frac{\sqrt{1-\bar\alpha_s}}{\sqrt{1-\bar\alpha_t}}x_t+\sqrt{\bar\alpha_s}(1-e^{-h})D$, $D=\hat x_0+\frac{h}{2h_{\text{before}}}(\hat x_0-\hat x_0^{\text{before}})$ |
// | between two codes | $\operatorname{slerp}(a,b,u)=\frac{\sin((1-u)\varphi)}{\sin\varphi}a+\frac{\sin(u\varphi)}{\sin\varphi}b$ |
//
// ## Further reading
//
// - Song, Meng & Ermon (2020), *Denoising Diffusion Implicit Models*, arXiv:2010.02502. Eq. 12 is the step, eq. 16 the σ; note that its α is our ᾱ.
// - Nichol & Dhariwal (2021), *Improved Denoising Diffusion Probabilistic Models*, arXiv:2102.09672. Subsequences for DDPM.
// - Lu et al. (2022), *DPM-Solver*, arXiv:2206.00927, and *DPM-Solver++*, arXiv:2211.01095.
// - Karras, Aittala, Aila & Laine (2022), *Elucidating the Design Space of Diffusion-Based Generative Models*, arXiv:2206.00364. Heun's method and a spacing of the noise levels.
// - Salimans & Ho (2022), *Progressive Distillation for Fast Sampling of Diffusion Models*, arXiv:2202.00512.

// %% [markdown] lang="zh"
// （由实测的单次调用时间乘以调用次数推算。）GAN 只需付一次调用。本课之外还有几条路：把多步蒸馏成一步（Salimans 与 Ho，2022），把路拉直（第 16 课），或者到小小的隐空间里去，让每次调用更便宜（第 15 课）。
//
// ## 10 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 用 DDIM 分 20 步对 DDPM 采样，有什么要重新训练？</summary>
//
// 什么都不用。损失里只有边缘分布 q(x_t|x_0)，整个家族共用它。
// </details>
//
// <details><summary>2. x_s 里 ε_θ 的系数为什么与 σ 有关？</summary>
//
// x_s 中噪声的总方差必须是 1−ᾱ_s。新噪声占去 σ²，留给旧噪声的只有 1−ᾱ_s−σ²。
// </details>
//
// <details><summary>3. η = 0 时样本干净，η = 1 时即使走 1,000 步也有颗粒。你先查什么？</summary>
//
// 查 ε_θ 的系数是 √(1−ᾱ_s−σ²) 还是 √(1−ᾱ_s)。σ = 0 时两者相同。
// </details>
//
// <details><summary>4. steps = 0, 20, 40, …, 980。对 T = 1000 的模型，有两处不对。</summary>
//
// 缺了 T 本身，于是起点 N(0, I) 被说成 x₉₈₀。另外 0 不是可以调用网络的步：网络是在 1…T 上训练的。（有的库从 0 数到 999，对应我们的 1…1000，那么缺的就是 999。）
// </details>
//
// <details><summary>5. 有人把 DDIM 展开成 denoising diffusion improved model。这个 I 究竟是什么？为什么贴切？</summary>
//
// Implicit，隐式。η = 0 时采样器是从噪声到图像的固定映射：和 GAN 一样，分布由“怎样抽样”给出，而不是由密度给出。
// </details>
//
// <details><summary>6. 为什么 η = 0 可以给真实图像编码，η = 1 就不行？</summary>
//
// η = 0 时这条路是一个函数，两个方向都能走。η = 1 时，走到哪里很大程度上由新噪声决定，没有哪个 x_T 能唯一地走回来。
// </details>
//
// <details><summary>7. DPM-Solver++(2M) 每步也只调用一次网络，和 DDIM 一样。那么“二阶”的“第二个”从哪里来？</summary>
//
// 它记住的上一步的 x̂₀。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 看到的图像 | $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon_\theta)/\sqrt{\bar\alpha_t}$ |
// | 家族的一步 | $x_s=\sqrt{\bar\alpha_s}\,\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\,\varepsilon_\theta+\sigma z$ |
// | 其中的噪声 | $\sigma=\eta\sqrt{(1-\bar\alpha_s)/(1-\bar\alpha_t)}\sqrt{1-\bar\alpha_t/\bar\alpha_s}$ |
// | 子序列 | $\tau_i=\operatorname{round}(iT/S)$，$\tau_S=T$；最后一步走到 0 |
// | 常微分方程的时间 | $\lambda=\log(\sqrt{\bar\alpha}/\sqrt{1-\bar\alpha})$ |
// | DPM-Solver++(2M) | $x_s=\frac{\sqrt{1-\bar\alpha_s}}{\sqrt{1-\bar\alpha_t}}x_t+\sqrt{\bar\alpha_s}(1-e^{-h})D$，$D=\hat x_0+\frac{h}{2h_{\text{前}}}(\hat x_0-\hat x_0^{\text{前}})$ |
// | 两份编码之间 | $\operatorname{slerp}(a,b,u)=\frac{\sin((1-u)\varphi)}{\sin\varphi}a+\frac{\sin(u\varphi)}{\sin\varphi}b$ |
//
// ## 延伸阅读
//
// - Song, Meng & Ermon (2020), *Denoising Diffusion Implicit Models*, arXiv:2010.02502. 式 (12) 是一步，式 (16) 是 σ；注意它的 α 是我们的 ᾱ。
// - Nichol & Dhariwal (2021), *Improved Denoising Diffusion Probabilistic Models*, arXiv:2102.09672. DDPM 的子序列。
// - Lu et al. (2022), *DPM-Solver*, arXiv:2206.00927；*DPM-Solver++*, arXiv:2211.01095.
// - Karras, Aittala, Aila & Laine (2022), *Elucidating the Design Space of Diffusion-Based Generative Models*, arXiv:2206.00364. Heun 方法与噪声强度的取法。
// - Salimans & Ho (2022), *Progressive Distillation for Fast Sampling of Diffusion Models*, arXiv:2202.00512.
