// -*- coding: utf-8 -*-
// ---
// title:
//   en: "CycleGAN: two worlds and no dictionary"
//   zh: CycleGAN：两个世界，没有词典
// minutes: 75
// terms:
//   unpaired data: 非配对数据
//   domain: 域
//   cycle consistency: 循环一致性
//   cycle-consistency loss: 循环一致性损失
//   identity loss: 恒等损失
//   image pool: 图像池
//   instance normalization: 实例归一化
// ---

// %% [markdown] lang="en"
// # 08 · CycleGAN: two worlds and no dictionary
//
// By the end of this lesson you will have a machine that redraws a coloured cartoon as a pencil sketch, and a sketch as a cartoon, although nobody ever showed it the same face in
// both styles. You will see what such a machine does when only the adversarial loss is left: it forgets *who* it was asked to draw. And you will catch it cheating.
//
// **You can then**
//
// 1. say what an adversarial loss can see of a translation, and what it cannot;
// 2. write the cycle-consistency loss in both directions;
// 3. write the identity loss, and say which generator gets which picture;
// 4. build an image pool, and say what a discriminator without one forgets;
// 5. find the errors in a wrongly wired CycleGAN, where every shape fits;
// 6. measure whether a translation keeps its input, on data whose truth is known;
// 7. read X→Y→X strips, and say what a perfect return does not prove;
// 8. name a map that is perfectly cycle-consistent and wrong.
//
// **Time**: about 75 minutes to read and work through. All training cells together take two to three minutes on two processor cores.

// %% [markdown] lang="zh"
// # 08 · CycleGAN：两个世界，没有词典
//
// 学完本课，你会有一台机器：能把彩色卡通画成铅笔素描，也能把素描画成卡通，尽管从来没有人给它看过同一张脸的两种画法。
// 你还会看到，只剩对抗损失时，这台机器会怎样：它会忘记要画的是*谁*。最后，你会抓到它作弊。
//
// **学完之后，你能够**
//
// 1. 说清对抗损失能看见翻译的什么，看不见什么；
// 2. 写出两个方向的循环一致性损失；
// 3. 写出恒等损失，并说明每个生成器以哪幅图为输入；
// 4. 搭建图像池，并说明没有它的判别器会忘记什么；
// 5. 在一个变量用错、但张量形状都对得上的 CycleGAN 里找出错误；
// 6. 在知道真相的数据上，测量一种翻译是否保住了输入；
// 7. 看懂 X→Y→X 对照图，并说出“完美返回”证明不了什么；
// 8. 举出一个循环完全一致、却是错误的映射。
//
// **用时**：阅读和练习约 75 分钟。所有训练代码在双核处理器上合计两三分钟。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { budget, check, cyclegan, datasets, engine, figures, nn, Random, show } from 'genlab';

const random = new Random(8);

/** Takes a batch into the other domain, or scores it: [B, …] -> [B, …] */
/* zh: 把一批样本翻译到另一个域，或者给它打分：[B, …] -> [B, …] */
type Net = (x: tf.Tensor) => tf.Tensor;

// %%
console.log(engine.describe(await engine.ready()));

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # CycleGAN
//
// Two worlds and no dictionary
//
// - A pile of cartoons, a pile of sketches, no face in both
// - Can a machine learn to translate?

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # CycleGAN
//
// 两个世界，没有词典
//
// - 一堆卡通，一堆素描，没有一张脸同时出现在两边
// - 机器能学会翻译吗？

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 minutes. Ask for pairs that nobody can photograph: the same horse as a zebra, the same field in summer and winter at the same second.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 3 分钟。请大家举出谁也拍不到的成对照片：同一匹马变成斑马，同一片田野同一秒的夏天和冬天。

// %% [markdown] lang="en"
// ## 1 · Two piles of pictures
//
// With pairs, translating is supervised learning: show the cartoon, show the sketch of the same face, compare pixel by pixel. But pairs are rare. Nobody has a photograph of this horse as a zebra. What there is in
// plenty is **unpaired data**: a pile of pictures of one kind, a pile of another, and no link between them. We call the kinds **domains**, $X$ and $Y$.
//
// Our domains are drawn by the course's own hands: $X$ are cartoons, $Y$ pencil sketches, and no face is in both training piles. For *testing only* the same faces exist in both styles, which real projects do not have. So here we can say
// not only whether a translation looks good, but whether it is *right*.

// %% [markdown] lang="zh"
// ## 1 · 两堆图像
//
// 有成对的数据，翻译就是监督学习：给出卡通，给出同一张脸的素描，逐像素比较。可是成对数据很少见，谁也没有“这匹马变成斑马”的照片。
// 到处都有的是**非配对数据**（unpaired data）：一堆这种图，一堆那种图，彼此没有联系。这两种图称为两个**域**（domain），记作 $X$ 和 $Y$。
//
// 我们的两个域由课程自己的“画手”画成：$X$ 是卡通，$Y$ 是铅笔素描，没有一张脸同时出现在两堆训练图里。*仅供测试*的图像里，同一张脸两种画法都有，这是实际项目没有的条件。
// 所以在这里，我们不但能说一种翻译好不好看，还能说它*对不对*。

// %% figure="two-piles" slideshow={"slide_type": "subslide"}
const pairs = datasets.stylePairs({
  from: 'comic',
  to: 'sketch',
  size: 32,
  train: budget({ quick: 16, default: 500, full: 5_000 }),
  test: budget({ quick: 20, default: 200, full: 500 }),
});
const [testX, testY] = [pairs.test.from.images(), pairs.test.to.images()];
show(
  figures.imageRows(
    [
      { label: 'X, to train on' /* zh: 'X，训练用' */, images: pairs.train.from.images(0, 8) },
      { label: 'Y, to train on' /* zh: 'Y，训练用' */, images: pairs.train.to.images(0, 8) },
      { label: 'x, to test with' /* zh: 'x，测试用' */, images: pairs.test.from.images(0, 8) },
      { label: 'the same faces in Y' /* zh: '同样的脸，在 Y 里' */, images: pairs.test.to.images(0, 8) },
    ],
    {
      title:
        'Different faces to train on; the same faces, to judge by' /* zh: '训练用的是不同的脸；评判用的才是同样的脸' */,
    },
  ),
);

// %% [markdown] lang="en"
// Lesson 05 can make a generator of sketches from noise. Take the cartoon instead of the noise: a generator $G:X\to Y$, and a discriminator $D_Y$ that tells real sketches from translated ones. With the least-squares loss of lesson 05,
//
// $$L_{\text{adv}}(G)=\mathbb E_{x}\bigl(D_Y(G(x))-1\bigr)^2 .$$
//
// **Guess first**: suppose this works perfectly, and $D_Y$ cannot tell $G(x)$ from real sketches. Is $G(x)$ then a sketch of the *same face*? Write down your answer, and why.
//
// ## 2 · What the discriminator cannot see
//
// Try it where everything can be seen. Each example has three numbers: two of **content**, $c=(c_1,c_2)$, and one of **style**, $s$. In $X$ the style is near $-\frac12$, in $Y$ near $+\frac12$; the content is spread alike in both (denser in one corner, so that a mirror image does
// not fit). The right translation keeps the content and turns the style over: $(c,s)\mapsto(c,-s)$. Nobody shows a pair.
//
// We train three translators: with the adversarial losses alone, and with two more terms that you will write in sections 3 and 4. First look at what they do to the content. Points are coloured by the place they *come from*.

// %% [markdown] lang="zh"
// 第 05 课已经能从噪声生成素描。现在把噪声换成卡通：一个生成器 $G:X\to Y$，一个判别器 $D_Y$，分辨真素描与翻译出来的素描。用第 05 课的最小二乘损失：
//
// $$L_{\text{adv}}(G)=\mathbb E_{x}\bigl(D_Y(G(x))-1\bigr)^2 .$$
//
// **先猜一猜**：假设它完美地成功了，$D_Y$ 完全分不清 $G(x)$ 与真素描。那么 $G(x)$ 画的是*同一张脸*吗？写下你的答案和理由。
//
// ## 2 · 判别器看不见的东西
//
// 先在一个什么都看得见的例子上试。每个样本三个数：两个是**内容** $c=(c_1,c_2)$，一个是**风格** $s$。在 $X$ 里风格约为 $-\frac12$，在 $Y$ 里约为 $+\frac12$；
// 内容在两边的分布相同（往一个角落更密，所以镜像对不上）。正确的翻译保持内容、翻转风格：$(c,s)\mapsto(c,-s)$。没有人给它看过一对样本。
//
// 我们训练三个翻译器：一个只用对抗损失，另外两个逐项加上你将在第 3、4 节写的损失。先看它们对内容做了什么。点的颜色表示它*来自哪里*。

// %%
/** Points of a domain: content in two numbers, style in the third. [n, 3] */
/* zh: 一个域里的点：前两个数是内容，第三个是风格。[n, 3] */
function toyDomain(style: number, n: number, seed: number): Tensor2D {
  const noise = new Random(seed);
  return tf.tidy(() => {
    const content = noise.uniform<tf.Rank.R2>([n, 2]).square().mul(3).sub(1); // denser at one end // zh: 一端更密
    return tf.concat([content, noise.normal([n, 1], style, 0.1)], 1) as Tensor2D;
  });
}
const [toyX, toyY, toyTest] = [toyDomain(-0.5, 4000, 1), toyDomain(0.5, 4000, 2), toyDomain(-0.5, 600, 3)];
const toySteps = budget({ quick: 4, default: 250, full: 1_000 });
const toyRuns = [
  { name: 'adversarial alone' /* zh: '只有对抗损失' */, weights: { cycle: 0, identity: 0 } },
  { name: '+ cycle' /* zh: '+ 循环' */, weights: { cycle: 10, identity: 0 } },
  { name: '+ cycle + identity' /* zh: '+ 循环 + 恒等' */, weights: { cycle: 10, identity: 1 } },
];
const meanAbs = (x: tf.Tensor) => x.abs().mean().dataSync()[0];
const toyResults: { name: string; content: Tensor2D; contentError: number; styleError: number; cycleError: number }[] =
  [];
for (const { name, weights } of toyRuns) {
  const model = cyclegan.buildCycleGan({ inputShape: [3], width: 32, seed: 5 });
  await cyclegan.trainCycleGan(model, toyX, toyY, {
    steps: toySteps,
    batchSize: 64,
    learningRate: 2e-3,
    schedule: 'cosine',
    weights,
  });
  const there = cyclegan.translate<Tensor2D>(model, toyTest, 'XY');
  const back = cyclegan.translate<Tensor2D>(model, there, 'YX');
  const [content, style] = tf.split(there, [2, 1], 1);
  const [trueContent, trueStyle] = tf.split(toyTest, [2, 1], 1);
  toyResults.push({
    name,
    content: content as Tensor2D,
    contentError: meanAbs(content.sub(trueContent)),
    styleError: meanAbs(style.add(trueStyle)),
    cycleError: meanAbs(back.sub(toyTest)),
  });
  cyclegan.dispose(model);
}

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What the discriminator cannot see
//
// - It sees outputs, never which input they came from
// - It compares distributions: any rearrangement of $Y$ does as well
// - Style is enforced, content is not

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 判别器看不见的东西
//
// - 它只看输出，从不知道输出来自哪个输入
// - 它比较的是分布：$Y$ 的任何重排都一样好
// - 风格有人管，内容没人管

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 minutes. Collect guesses: will the colours stay in their corners? Then the three panels.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 分钟。先猜：四种颜色会不会留在各自的角落？再放三幅图。

// %% figure="toy-content" slideshow={"slide_type": "subslide"}
const cameFrom = toyTest.slice([0, 0], [-1, 2]) as Tensor2D;
const quarter = (toyTest.arraySync() as number[][]).map(([c1, c2]) => (c1 > -0.25 ? 1 : 0) + (c2 > -0.25 ? 2 : 0));
const corners = ['↙', '↘', '↖', '↗'];
const contentPlot = (title: string, points: Tensor2D) =>
  figures.scatter2d({
    points,
    labels: quarter,
    classes: corners,
    names: false,
    title,
    xRange: [-1.8, 3.5],
    yRange: [-1.8, 3.5],
    x: 'c₁',
    y: 'c₂',
  });
show(
  figures.panels(
    [
      contentPlot('where from' /* zh: '来处' */, cameFrom),
      ...toyResults.map(({ name, content }) => contentPlot(name, content)),
    ],
    {
      width: 1280,
      title:
        'The adversarial loss alone moves the content about, the cycle still does; all three leave it in place' /* zh: '只有对抗损失，内容被挪得乱七八糟；加上循环仍在挪；三项俱全，内容留在原处' */,
    },
  ),
);
show(
  figures.table(
    toyResults.map(({ name, contentError, styleError, cycleError }) => ({
      ['losses' /* zh: '损失' */]: name,
      ['style off by' /* zh: '风格误差' */]: styleError.toFixed(2),
      ['content off by' /* zh: '内容误差' */]: contentError.toFixed(2),
      ['there and back off by' /* zh: '往返误差' */]: cycleError.toFixed(2),
    })),
    {
      title:
        'All three find the style; two points drawn at random differ in content by about 1' /* zh: '三者都找对了风格；随机抽两个点，内容平均相差约 1' */,
    },
  ),
);

// %% [markdown] lang="en"
// All three get the style right: that is what the discriminator watches. But the first one has moved the content about. Its output is a perfectly good point of $Y$, only not the translation of *this* $x$.
//
// No wonder. $D_Y$ sees outputs, one at a time, and never learns which input an output came from. What it can compare are two **distributions**: that of $G(x)$ over all $x$, and that of $Y$. If $G$ does the job, take any rearrangement $\pi$ of $Y$ that leaves its distribution as it is
// (swap $c_1$ and $c_2$, for one). Then $\pi\circ G$ does the job *exactly as well*: $D_Y$ sees the same distribution, and the loss is the same to the last digit. The pairing is invisible. In the extreme $G$ may use its input as mere noise, whoever is in it.
//
// So we need a term that sees the *pair* of input and output, without anybody knowing the right pair.

// %% [markdown] lang="zh"
// 三者的风格都对：判别器盯着的正是风格。但第一个把内容挪乱了。它的输出是 $Y$ 里像模像样的一个点，只是不是*这个* $x$ 的翻译。
//
// 这并不奇怪。$D_Y$ 看到的是一个一个的输出，从来不知道某个输出来自哪个输入。它能比较的只是两个**分布**：$G(x)$ 对所有 $x$ 的分布，与 $Y$ 的分布。如果 $G$ 合格，任取一个保持 $Y$ 分布不变的重排 $\pi$
// （例如交换 $c_1$ 与 $c_2$），那么 $\pi\circ G$ *同样*合格：$D_Y$ 看到的分布一模一样，损失连最后一位都不差。配对是看不见的。极端情形下，$G$ 可以不理会输入的意义，只把它当作噪声来用。
//
// 所以需要一项能看见输入与输出*这一对*的损失，而且不需要任何人知道正确的配对。

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## There and back again
//
// $$L_{\text{cyc}}=\mathbb E_x\lVert F(G(x))-x\rVert_1+\mathbb E_y\lVert G(F(y))-y\rVert_1$$
//
// - Translate to French and back: do you get your sentence?
// - Whoever wants to come back must not throw anything away

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 去了，还要回得来
//
// $$L_{\text{cyc}}=\mathbb E_x\lVert F(G(x))-x\rVert_1+\mathbb E_y\lVert G(F(y))-y\rVert_1$$
//
// - 译成法文再译回来，还是原来那句话吗？
// - 想回得来，路上就什么都不能丢

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 minutes. Ask for a translation that passes the test and is wrong all the same. (Exercise 5: the mirror.)

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 5 分钟。请大家想一个通过检验、却仍然错误的翻译。（练习 5：镜像。）

// %% [markdown] lang="en"
// ## 3 · There and back again
//
// Translate a sentence into French, have somebody else translate it back, and compare with the original. If it came back whole, little was lost on the way. Zhu, Park, Isola & Efros (2017) train a second generator for the way back, $F:Y\to X$ with its own discriminator $D_X$ and the loss $L_{\text{adv}}(F)=\mathbb E_y(D_X(F(y))-1)^2$, and ask for **cycle consistency** in both directions:
//
// $$L_{\text{cyc}}=\mathbb E_{x}\lVert F(G(x))-x\rVert_1+\mathbb E_{y}\lVert G(F(y))-y\rVert_1 .$$
//
// (Mathematicians mean by $\lVert\cdot\rVert_1$ the *sum* of absolute differences. CycleGAN's programs take their mean, and so do we, in the formulas too.) The reason why it helps: a generator that maps two different faces to the same sketch cannot have both back. And one that throws the content away makes it impossible for $F$ to
// restore it. **Information that is needed to come back must survive the way there.**
//
// ### Exercise 1 · The cycle-consistency loss (2 points)
//
// Both directions. The usual slip is to compare with the wrong end: $F(G(x))$ is a picture of $X$.

// %% [markdown] lang="zh"
// ## 3 · 去了，还要回得来
//
// 把一句话译成法文，让另一个人译回来，再与原文对照。如果原样回来了，说明路上没丢多少东西。Zhu、Park、Isola 与 Efros（2017）为返程另外训练一个生成器 $F:Y\to X$，它也有自己的判别器 $D_X$ 和损失 $L_{\text{adv}}(F)=\mathbb E_y(D_X(F(y))-1)^2$；
// 并要求两个方向都满足**循环一致性**（cycle consistency）：
//
// $$L_{\text{cyc}}=\mathbb E_{x}\lVert F(G(x))-x\rVert_1+\mathbb E_{y}\lVert G(F(y))-y\rVert_1 .$$
//
// （数学里 $\lVert\cdot\rVert_1$ 指绝对差之*和*；CycleGAN 的程序都取平均，我们也一样，公式里也按平均理解。）它为什么有用？如果一个生成器把两张不同的脸画成同一幅素描，就不可能两张都还原；如果它把内容扔掉，$F$ 就无从恢复。
// **回来所需要的信息，去的路上必须保住。** 这一项称为**循环一致性损失**（cycle-consistency loss）。
//
// ### 练习 1 · 循环一致性损失（2 分）
//
// 两个方向都要。常见失误是和错误的一端比较：$F(G(x))$ 是 $X$ 里的图像。

// %% grade_id="cycle-loss" points=2
/** E |F(G(x)) − x| + E |G(F(y)) − y|, means over examples and pixels. x, y: [B, …] -> scalar */
/* zh: E |F(G(x)) − x| + E |G(F(y)) − y|，对样本和像素取平均。x、y: [B, …] -> 标量 */
function cycleLoss(G: Net, F: Net, x: tf.Tensor, y: tf.Tensor): Scalar {
  // BEGIN SOLUTION
  const lost = (start: tf.Tensor, end: tf.Tensor) => end.sub(start).abs().mean();
  return lost(x, F(G(x))).add<Scalar>(lost(y, G(F(y))));
  // END SOLUTION
}
await check('cycle-loss', { cycleLoss });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What is right already should stay
//
// $$L_{\text{id}}=\mathbb E_y\lVert G(y)-y\rVert_1+\mathbb E_x\lVert F(x)-x\rVert_1$$
//
// - $G$ gets a $y$ here, not an $x$
// - $\lVert G(x)-x\rVert$ would forbid to translate

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 已经对的，就别动
//
// $$L_{\text{id}}=\mathbb E_y\lVert G(y)-y\rVert_1+\mathbb E_x\lVert F(x)-x\rVert_1$$
//
// - 这里 $G$ 的输入是 $y$，不是 $x$
// - 写成 $\lVert G(x)-x\rVert$ 就等于不许翻译

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 4 minutes. Ask for two generators that undo each other perfectly and are both wrong. Swapping the two content numbers is one such pair.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 4 分钟。请大家举出两个完美互相抵消、却都错误的生成器。把两个内容数对调，就是这样一对。

// %% [markdown] lang="en"
// ## 4 · What is right already should stay
//
// Look at the table of section 2 again, at the row "+ cycle": there and back it is almost perfect, and the content is off nevertheless. A cycle can be perfect and the translation still wrong: if $G$ swaps $c_1$ and $c_2$ and $F$ swaps them back, both the discriminators and the cycle are content. The cycle only says that $G$ and $F$ *undo each other*.
//
// The authors add a mild preference for leaving things alone. Give $G$ a picture that is a sketch already: it should not change it. This is the **identity loss**,
//
// $$L_{\text{id}}=\mathbb E_{y}\lVert G(y)-y\rVert_1+\mathbb E_{x}\lVert F(x)-x\rVert_1 .$$
//
// Mind which picture goes where. $G$ usually gets an $x$; here it gets a $y$. $\mathbb E\lVert G(x)-x\rVert$ would forbid to translate at all.
//
// In photographs this term keeps colours: without it, a generator that turns paintings into photos may turn day into evening, as long as $F$ turns it back (section 5.2 of the paper).
//
// ### Exercise 2 · The identity loss (2 points)

// %% [markdown] lang="zh"
// ## 4 · 已经对的，就别动
//
// 再看第 2 节的表，“+ 循环”那一行：往返几乎完美，内容却仍然不对。循环可以完美，翻译却是错的：如果 $G$ 把 $c_1$ 与 $c_2$ 对调，$F$ 再调回来，判别器和循环损失都挑不出毛病。循环只说明 $G$ 与 $F$ *互相抵消*。
//
// 作者加了一个温和的偏好：能不动就不动。给 $G$ 一幅本来就是素描的图，它不该改动。这就是**恒等损失**（identity loss）：
//
// $$L_{\text{id}}=\mathbb E_{y}\lVert G(y)-y\rVert_1+\mathbb E_{x}\lVert F(x)-x\rVert_1 .$$
//
// 当心哪幅图给谁。$G$ 平时的输入是 $x$，这里是 $y$。如果写成 $\mathbb E\lVert G(x)-x\rVert$，就等于不许翻译。
//
// 对照片来说，这一项保住的是颜色：没有它，把油画变照片的生成器可能把白天变成黄昏，反正 $F$ 会变回来（论文第 5.2 节）。
//
// ### 练习 2 · 恒等损失（2 分）

// %% grade_id="cycle-identity" points=2
/** E |G(y) − y| + E |F(x) − x|, means over examples and pixels. G: X → Y, F: Y → X; x, y: [B, …] -> scalar */
/* zh: E |G(y) − y| + E |F(x) − x|，对样本和像素取平均。G: X → Y，F: Y → X；x、y: [B, …] -> 标量 */
function identityLoss(G: Net, F: Net, x: tf.Tensor, y: tf.Tensor): Scalar {
  // BEGIN SOLUTION
  return G(y).sub(y).abs().mean().add<Scalar>(F(x).sub(x).abs().mean());
  // END SOLUTION
}
await check('cycle-identity', { identityLoss });

// %% [markdown] lang="en"
// The whole loss of the two generators, with the paper's $\lambda=10$ and half of it for the identity (the paper uses that term in some of its tasks only):
//
// $$L=L_{\text{adv}}(G)+L_{\text{adv}}(F)+\lambda\,L_{\text{cyc}}+\tfrac{\lambda}{2}\,L_{\text{id}} .$$
//
// In the course's `weights`, `identity` is a share of `cycle`: ½ is the formula above. Section 2's toy took 1, that is λ itself.
//
// ## 5 · A discriminator with a memory
//
// The discriminators learn as in lesson 05, with half the loss, so that they do not run ahead of the generators:
//
// $$L(D_Y)=\tfrac12\,\mathbb E_y\bigl(D_Y(y)-1\bigr)^2+\tfrac12\,\mathbb E\,D_Y(\text{fake})^2,\qquad\text{and likewise } L(D_X).$$
//
// A discriminator sees only what the generator makes *now*. So the two can run in circles: $G$ makes blue sketches, $D_Y$ learns that blue is false and forgets the rest; $G$ turns to red; $D_Y$ learns red, forgets blue; $G$ goes back. The remedy of Shrivastava et al. (2017) is to show $D_Y$ old fakes among the new, from an **image pool** of the last 50 or so:
//
// - while the pool is not full, the new fake goes in, and $D_Y$ is shown it;
// - once it is full, toss a coin: with probability ½ show the new fake and leave the pool as it is; else show an *old* one from a random place, and put the new one in that place.
//
// **Guess first**: how many rounds does a fake stay in a full pool of 50, on average, if one arrives each round?
//
// ### Exercise 3 · The image pool (3 points)
//
// To make it checkable, chance comes in from outside: `toss` is uniform in $[0,1)$, `place` a random place of a full pool. Fakes are stood for by numbers. Do not change the array that came in; give back a new one.

// %% [markdown] lang="zh"
// 两个生成器的完整损失，取论文的 $\lambda=10$，恒等项取它的一半（论文只在部分任务里用恒等项）：
//
// $$L=L_{\text{adv}}(G)+L_{\text{adv}}(F)+\lambda\,L_{\text{cyc}}+\tfrac{\lambda}{2}\,L_{\text{id}} .$$
//
// 程序的 `weights` 里，`identity` 是 `cycle` 的几分之几：取 ½ 就是上式。第 2 节的玩具例子取 1，即 λ 本身。
//
// ## 5 · 有记忆的判别器
//
// 判别器的学法与第 05 课相同，只是损失取一半，免得跑到生成器前面去：
//
// $$L(D_Y)=\tfrac12\,\mathbb E_y\bigl(D_Y(y)-1\bigr)^2+\tfrac12\,\mathbb E\,D_Y(\text{假图})^2,\qquad L(D_X)\text{ 同理}.$$
//
// 判别器只看得到生成器*现在*的作品，于是两者可能绕圈子：$G$ 画蓝色素描，$D_Y$ 学会“蓝的是假的”，忘了别的；$G$ 改画红色；$D_Y$ 学会红色，忘了蓝色；$G$ 又回到蓝色。
// Shrivastava 等（2017）的办法是：在新的假图里掺进旧的假图给 $D_Y$ 看，它们来自一个存有最近五十幅左右的**图像池**（image pool）：
//
// - 池子没满时，新的假图放进去，也拿给 $D_Y$ 看；
// - 满了以后，抛硬币：以 ½ 的概率，给 $D_Y$ 看新图，池子不变；否则随机挑一个位置，给它看那里的*旧*图，再把新图放到这个位置。
//
// **先猜一猜**：池子容量 50 且已满，每轮来一幅新图，一幅假图平均会在池子里待多少轮？
//
// ### 练习 3 · 图像池（3 分）
//
// 为了便于检查，随机性从外面传进来：`toss` 在 $[0,1)$ 上均匀分布，`place` 是满池中的一个随机位置。假图用数字代表。不要改动传进来的数组，返回一个新的。

// %% grade_id="cycle-pool" points=3
/** What the discriminator is shown for one fresh fake, and the pool afterwards. toss < ½ shows the fresh one. */
/* zh: 来了一幅新的假图，判别器会看到什么，池子变成什么样。toss < ½ 时看新图。 */
function askPool(
  pool: readonly number[],
  fresh: number,
  capacity: number,
  toss: number,
  place: number,
): { shown: number; pool: number[] } {
  // BEGIN SOLUTION
  if (pool.length < capacity) return { shown: fresh, pool: [...pool, fresh] };
  if (toss < 0.5) return { shown: fresh, pool: [...pool] };
  return { shown: pool[place], pool: pool.map((old, i) => (i === place ? fresh : old)) };
  // END SOLUTION
}
await check('cycle-pool', { askPool });

// %%
const ages: number[] = [];
let pool: number[] = [];
for (let round = 0; round < 4000; round++) {
  const answer = askPool(pool, round, 50, random.next(), random.int(50));
  pool = answer.pool;
  if (round > 1000) ages.push(round - answer.shown);
}
const fromPool = ages.filter((age) => age > 0);
console.log(
  `Shown from the pool: ${((100 * fromPool.length) / ages.length).toFixed(0)} %, on average ${(fromPool.reduce((sum, age) => sum + age, 0) / fromPool.length).toFixed(0)} rounds old.` /* zh: `来自池子的占 ${((100 * fromPool.length) / ages.length).toFixed(0)}%，平均已有 ${(fromPool.reduce((sum, age) => sum + age, 0) / fromPool.length).toFixed(0)} 轮。` */,
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## A discriminator with a memory
//
// - It forgets old errors; the two run in circles
// - Image pool: half of what it is shown are old fakes
// - Find the bugs: two generators, two judges, two batches, every shape fits

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 有记忆的判别器
//
// - 它会忘记旧的错误，两者就兜圈子
// - 图像池：给它看的假图，一半是旧的
// - 找错误：两个生成器，两个评委，两批图，形状都对得上

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 minutes. Show the wrong program of section 6, two minutes in pairs, then ask for each error: what would the machine learn?

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 分钟。放出第 6 节的错误程序，同桌两人找两分钟；每找到一处，问：机器会学到什么？

// %% [markdown] lang="en"
// About 100 rounds, not 50: in every second round nothing leaves, so a given place is emptied once in $50/\frac12=100$ rounds.
//
// ## 6 · Find the bugs
//
// Now the generators' loss, as a program. Two generators, two discriminators, two batches. In this one *every shape fits*, it runs, all losses are finite. Three lines are wrong.
//
// ```
// fakeY, fakeX = G(x), F(y)
//
// adversarial  = mean((Dx(fakeY) − 1)²) + mean((Dy(fakeX) − 1)²)
// cycle        = mean|F(fakeY) − y|     + mean|G(fakeX) − x|
// identity     = mean|G(x) − x|         + mean|F(y) − y|
// total        = adversarial + 10 · cycle + 5 · identity
// ```
//
// **Find them before you read on**, and say for each what the machine would learn.
//
// 1. The judges are swapped. $D_X$ tells real $X$ from false; asked about `fakeY`, it would push $G$ towards making *cartoons*, so $G$ learns to do nothing.
// 2. The cycle compares with the other domain's batch. `F(fakeY)` comes from $x$ and has to come back to $x$; $y$ is a different face altogether. The best answer to a random face, under absolute differences, is the median of all faces, pixel by pixel: everything turns to blur.
// 3. The identity loss gives $G$ an $x$. It forbids to translate.
//
// ### Exercise 4 · Wire it rightly (3 points)
//
// You may use your `cycleLoss` and `identityLoss`. The discriminators give scores of any shape; the target for a generator is 1.

// %% [markdown] lang="zh"
// 大约 100 轮，不是 50 轮：每两轮有一轮没有图离开，所以同一个位置平均 $50/\frac12=100$ 轮才换一次。
//
// ## 6 · 找错误
//
// 现在来看生成器损失的程序。两个生成器、两个判别器、两批图。下面这段*张量形状都对得上*，能运行，损失全是有限的数。其中有三行是错的。
//
// ```
// fakeY, fakeX = G(x), F(y)
//
// adversarial  = mean((Dx(fakeY) − 1)²) + mean((Dy(fakeX) − 1)²)
// cycle        = mean|F(fakeY) − y|     + mean|G(fakeX) − x|
// identity     = mean|G(x) − x|         + mean|F(y) − y|
// total        = adversarial + 10 · cycle + 5 · identity
// ```
//
// **先自己找，再往下读**，并说出每处错误会让机器学到什么。
//
// 1. 评委颠倒了。$D_X$ 分辨 $X$ 的真假；让它去评 `fakeY`，就会推着 $G$ 去画*卡通*，于是 $G$ 学会什么也不做。
// 2. 循环比错了对象。`F(fakeY)` 来自 $x$，应该回到 $x$；$y$ 根本是另一张脸。对一张随机的脸，在绝对差之下，最好的回答是所有脸逐像素的中位数：一切都变模糊。
// 3. 恒等损失把 $x$ 给了 $G$，等于不许翻译。
//
// ### 练习 4 · 写对生成器的损失（3 分）
//
// 可以调用你写的 `cycleLoss` 和 `identityLoss`。判别器打分的形状不限；生成器的目标值是 1。

// %% grade_id="cycle-wiring" points=3
/** L_adv(G) + L_adv(F) + λ L_cyc + λ/2 L_id, least squares. Dx judges X, Dy judges Y; x, y: [B, …] -> scalar */
/* zh: L_adv(G) + L_adv(F) + λ L_cyc + λ/2 L_id，最小二乘。Dx 评判 X，Dy 评判 Y；x、y: [B, …] -> 标量 */
function generatorsLoss(
  nets: { G: Net; F: Net; Dx: Net; Dy: Net },
  x: tf.Tensor,
  y: tf.Tensor,
  lambda: number,
): Scalar {
  // BEGIN SOLUTION
  const { G, F, Dx, Dy } = nets;
  const fool = (scores: tf.Tensor) => scores.sub(1).square().mean();
  const deceit = fool(Dy(G(x))).add(fool(Dx(F(y))));
  const kept = cycleLoss(G, F, x, y).add(identityLoss(G, F, x, y).div(2));
  return deceit.add<Scalar>(kept.mul(lambda));
  // END SOLUTION
}
await check('cycle-wiring', { generatorsLoss });

// %% [markdown] lang="en"
// ## 7 · Cartoons and sketches
//
// From three numbers to 3,072 = 32·32·3. What changes is the networks, not the losses:
//
// - the generators are small **ResNets**: halve the sides twice, a few residual blocks $h\mapsto h+r(h)$ with two convolutions in $r$, double the sides again. What has to stay can stay in place;
// - the discriminators judge **patches** (PatchGAN): a score for each stretch of a few pixels, not one for the picture. Style is local;
// - **instance normalization** instead of batch norm: in each picture, each channel gets its own mean over all places subtracted and is divided by its own standard deviation, since pictures of a batch have nothing to do with each other.

// %% [markdown] lang="zh"
// ## 7 · 卡通与素描
//
// 变的是网络，不是损失：
//
// - 生成器是小型 **ResNet**：边长减半两次，经过几个残差块 $h\mapsto h+r(h)$（$r$ 是两层卷积），边长再加倍两次。该留的可以留在原处；
// - 判别器逐块打分（PatchGAN）：给每个局部图像块一个分数，而不是整幅图一个分数。风格是局部的；
// - 用**实例归一化**（instance normalization）代替批归一化：每幅图的每个通道减去它自己在所有位置上的均值，再除以它自己的标准差，因为同批的图像彼此毫无关系。

// %%
const imageSettings = {
  inputShape: [32, 32, 3],
  width: budget({ quick: 4, default: 12, full: 32 }),
  blocks: budget({ quick: 1, default: 2, full: 3 }),
  seed: 1,
};
const withCycle = cyclegan.buildCycleGan(imageSettings);
show(nn.parameterTable({ 'generator G': withCycle.generatorXY, 'discriminator D_Y': withCycle.discriminatorY }));

// %% [markdown] lang="en"
// **What to measure.** We know the truth: `testY[i]` is the face `testX[i]`, in the other style. So take each translation $G(x_i)$ and ask which of all the true test sketches is nearest to it, pixel by pixel. If it is the one of the same face, the translation has kept who it is. The share of such hits is the **match rate**; guessing gives $1/n$ with $n$ test pictures.
//
// **Guess first**: with all three losses, and with the adversarial one alone, which share? And how far off, with pixel values from 0 to 1, is $F(G(x))$ from $x$?
//
// The next cell trains two CycleGANs. They differ in the weights of their losses alone: the second has neither cycle nor identity. It takes about two minutes on two cores.

// %% [markdown] lang="zh"
// **测量什么？** 我们知道真相：`testY[i]` 就是 `testX[i]` 那张脸，换一种画法画成。于是对每个翻译 $G(x_i)$，问所有真实的测试素描里，逐像素看哪一幅离它最近。如果正是同一张脸那幅，说明翻译保住了“是谁”。
// 这样的命中所占的比例叫**匹配率**；瞎猜是 $1/n$，$n$ 是测试图像的张数。
//
// **先猜一猜**：三项损失俱全，与只有对抗损失，匹配率各是多少？$F(G(x))$ 与 $x$ 又相差多少（像素值取 0 到 1）？
//
// 下一格训练两个 CycleGAN，它们只有损失的权重不同：第二个既没有循环项，也没有恒等项。在双核上约需两分钟。

// %%
/** The share of pictures whose nearest neighbour among the truths is their own. translated, truths: [n, …] */
/* zh: 在真值中最近的恰好是自己那幅的图像所占比例。translated、truths: [n, …] */
const matchRate = (translated: tf.Tensor, truths: tf.Tensor): number =>
  tf.tidy(() => {
    const [a, b] = [translated, truths].map((one) => one.reshape([one.shape[0], -1]) as Tensor2D);
    const squares = a
      .square()
      .sum(1, true)
      .add(b.square().sum(1))
      .sub(a.matMul(b, false, true).mul(2)); // [n,n]
    const nearest = Array.from(squares.argMin(1).dataSync());
    return nearest.filter((j, i) => j === i).length / nearest.length;
  });
const imageRun = {
  steps: budget({ quick: 1, default: 150, full: 10_000 }),
  batchSize: budget({ quick: 2, default: 4, full: 1 }),
  learningRate: budget({ quick: 1e-3, default: 1e-3, full: 2e-4 }),
  seed: 1,
};
const withoutCycle = cyclegan.buildCycleGan(imageSettings);
await cyclegan.trainCycleGan(withoutCycle, pairs.train.from, pairs.train.to, {
  ...imageRun,
  weights: { cycle: 0, identity: 0 }, // changed // zh: 改动
});
const history = await cyclegan.trainCycleGan(withCycle, pairs.train.from, pairs.train.to, imageRun);

// %% figure="cycle-losses"
show(
  figures.curves({
    series: [
      { name: 'cycle' /* zh: '循环' */, y: history.metrics.cycle, smooth: 15 },
      { name: 'identity' /* zh: '恒等' */, y: history.metrics.identity, smooth: 15 },
      { name: 'adversarial' /* zh: '对抗' */, y: history.metrics.adversarial, smooth: 15 },
    ].map((one) => ({ ...one, points: one.y.length < 10 })),
    title:
      'All three losses: what has to come back comes back better and better; the contest goes on' /* zh: '三项俱全：该回来的回来得越来越好，对抗则一直僵持' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'loss, both directions' /* zh: '损失（两个方向之和）' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## The same machine, with the adversarial loss alone
//
// - Same networks, same pictures, same number of steps
// - Only the weights of the losses differ
// - Look along the row, not down the column

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 同一台机器，只留对抗损失
//
// - 网络相同，图像相同，步数相同
// - 只有损失的权重不同
// - 请横着看一行，别竖着看一列

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 minutes. Let them say what they see before you explain. Then the table, and ask why the last row is there.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 8 分钟。先让大家说看到了什么，再解释。然后放表格，问最后一行为什么要放在那里。

// %% figure="strips" slideshow={"slide_type": "subslide"}
const few = testX.slice([0, 0, 0, 0], [8, -1, -1, -1]) as Tensor4D;
const strip = (model: cyclegan.CycleGan) => ({
  there: cyclegan.translate(model, few, 'XY'),
  back: cyclegan.cycle(model, few, 'XY'),
});
const [kept, lost] = [strip(withCycle), strip(withoutCycle)];
show(
  figures.imageRows(
    [
      { label: 'x', images: few },
      { label: 'all three: G(x)' /* zh: '三项俱全：G(x)' */, images: kept.there },
      { label: 'all three: F(G(x))' /* zh: '三项俱全：F(G(x))' */, images: kept.back },
      { label: 'adversarial: G(x)' /* zh: '只有对抗：G(x)' */, images: lost.there },
      { label: 'adversarial: F(G(x))' /* zh: '只有对抗：F(G(x))' */, images: lost.back },
      {
        label: 'the truth in Y' /* zh: 'Y 里的真相' */,
        images: testY.slice([0, 0, 0, 0], [8, -1, -1, -1]) as Tensor4D,
      },
    ],
    {
      title:
        'X → Y → X: with all three losses the same face comes back; else one picture for all' /* zh: 'X → Y → X：三项俱全，回来的是同一张脸；只有对抗，所有人都成了同一幅图' */,
    },
  ),
);

// %% figure="kept-or-lost" slideshow={"slide_type": "subslide"}
const judgement = (name: string, model: cyclegan.CycleGan | undefined) =>
  tf.tidy(() => {
    const there = model ? cyclegan.translate(model, testX, 'XY') : testX;
    const back = model ? cyclegan.cycle(model, testX, 'XY') : testX;
    return {
      ['translator' /* zh: '翻译器' */]: name,
      ['match rate of G(x)' /* zh: 'G(x) 的匹配率' */]: `${(100 * matchRate(there, testY)).toFixed(0)} %`,
      ['G(x) off the true sketch' /* zh: 'G(x) 与真素描之差' */]: meanAbs(there.sub(testY)).toFixed(3),
      ['F(G(x)) off x' /* zh: 'F(G(x)) 与 x 之差' */]: meanAbs(back.sub(testX)).toFixed(3),
    };
  });
show(
  figures.table(
    [
      judgement('all three losses' /* zh: '三项俱全' */, withCycle),
      judgement('adversarial alone' /* zh: '只有对抗损失' */, withoutCycle),
      judgement('none: x as it is' /* zh: '不翻译：x 原样' */, undefined),
    ],
    {
      title:
        'Cycle and identity keep who it is (pixels from 0 to 1; guessing matches 1 in n)' /* zh: '循环与恒等保住了“是谁”（像素值取 0 到 1；瞎猜的匹配率是 1/n）' */,
    },
  ),
);

// %% [markdown] lang="en"
// **What you should see.** With all three losses, $G(x)$ is a rough sketch, and it is a sketch of *this* face: the shape of the hair, the place of the glasses. What comes back has the same outline, in the commonest colours (pale ground, brown skin) and not in its own. With the adversarial loss alone, look along the row: $G(x)$ is nearly the *same picture* for every $x$. The generator has
// found one pattern that its discriminator likes and ignores its input, and what comes back is one picture too. The table says it in numbers: with all three most translations are nearest to the true sketch of their own face; with the adversarial loss alone hardly more than by guessing.
//
// After so few steps neither machine draws well. The point is that the two had the same networks, the same pictures and the same number of steps: *who* is in the picture is the work of the two added losses. Which of the two did it, this pair of runs does not say; in section 2's toy the cycle alone was not enough (change `weights` to `{ cycle: 10, identity: 0 }` to find out). Set `GENLAB_BUDGET=full` to train until the sketches look like sketches (hours on a processor).
//
// Mind the last row of the table. A cartoon that is not translated at all also matches its own sketch far better than chance, since dark hair is dark in both. So the match rate *alone* proves nothing about style: a translator that does nothing would look good. Only together with the other columns does it mean something. Always put the lazy solution, which does nothing, beside yours.
//
// **What if I don't see it?** With all three losses, all outputs the same smear: too few steps, or a discriminator that won at once (its loss near 0). Colours inverted: a known way to satisfy the cycle early on; more identity loss helps. $F(G(x))$ perfect and $G(x)$ still a cartoon: λ is too large, the generators do nothing.
//
// ## 8 · Caught cheating
//
// A pencil sketch has no colours. So how does $F$ know, from $G(x)$, that the jumper was yellow? If $G(x)$ were an honest sketch, $F$ could do no better from it than from the *true* sketch of the same face. We have the true sketches. Compare.
//
// **Guess first**: which of the three will be furthest from $x$: $F$ of $G(x)$, $F$ of $G(x)$ with a little noise on top, or $F$ of the true sketch?

// %% [markdown] lang="zh"
// **你应该看到**：三项俱全时，$G(x)$ 是一幅粗糙的素描，但画的就是*这*张脸：头发的形状、眼镜的位置都在。回来的图轮廓相同，颜色却是最常见的那几种（浅底、棕肤），不是它自己的。只有对抗损失时，横着看那一行：不管 $x$ 是谁，$G(x)$ 几乎都是*同一幅图*。
// 生成器找到了一种判别器喜欢的花纹，从此不理会输入；回来的自然也是同一幅图。表格用数字说了同样的事：三项俱全时，多数翻译离自己那张脸的真素描最近；只有对抗损失，匹配率与瞎猜差不多。
//
// 步数这么少，两台机器都画得不好。要点在于：网络相同，图像相同，步数相同，图里画的*是谁*，全靠加上的那两项。两项中是哪一项起的作用，这一对实验说不清；第 2 节的玩具例子里，单靠循环项还不够（把 `weights` 改成 `{ cycle: 10, identity: 0 }` 就能查明）。设 `GENLAB_BUDGET=full` 可以一直训练到素描像素描（在处理器上要几个小时）。
//
// 请留意表的最后一行。根本没有翻译的卡通，与自己的素描也远比瞎猜更匹配，因为深色头发在两边都是深的。所以*单凭*匹配率，证明不了风格：什么都不做的翻译器也会显得很好。它要和其他几列合起来看才有意义。始终要与平凡解（什么都不做）对比。
//
// **没看到怎么办？** 三项俱全而输出仍全是同样的一团：步数太少，或判别器一下子就赢了（损失接近 0）。颜色反相：这是早期满足循环的一条捷径，加大恒等损失有帮助。$F(G(x))$ 完美而 $G(x)$ 还是卡通：λ 太大，生成器什么也没做。
//
// ## 8 · 抓到作弊
//
// 铅笔素描没有颜色。那么 $F$ 怎么从 $G(x)$ 知道毛衣是黄的？如果 $G(x)$ 是一幅诚实的素描，$F$ 从它出发，不可能比从同一张脸的*真*素描出发做得更好。而真素描我们手里就有，比一比。
//
// **先猜一猜**：以下三者，哪个离 $x$ 最远：$F$ 作用于 $G(x)$，作用于加了一点噪声的 $G(x)$，还是作用于真素描？

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Caught cheating
//
// - A sketch has no colours, yet they must come back
// - True sketch: the tints of paper and pencil, no others
// - $G$'s sketch: many tints, which nobody punishes

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 抓到作弊
//
// - 素描没有颜色，颜色却必须回来
// - 真素描：只有纸和铅笔的色调
// - $G$ 的素描：色调繁多，没有人惩罚

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 minutes. A small cycle loss proves that information survived, not in which form.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 6 分钟。循环损失小，只证明信息还在，不证明是以什么形式。

// %% figure="smuggled" slideshow={"slide_type": "subslide"}
const sketched = cyclegan.translate(withCycle, testX, 'XY');
const shaken = sketched.add(random.normal(sketched.shape, 0, 0.05)).clipByValue(0, 1) as Tensor4D;
/** Without colour: each pixel's grey, in all three channels. */
/* zh: 去色：每个像素取灰度，三个通道相同。 */
const greyOf = (images: Tensor4D): Tensor4D => images.mean(3, true).tile<Tensor4D>([1, 1, 1, 3]);
const colourings = [
  { from: 'G(x)', images: sketched },
  { from: 'G(x) + noise 0.05' /* zh: 'G(x) + 噪声 0.05' */, images: shaken },
  { from: 'the true sketch' /* zh: '真素描' */, images: testY },
  { from: 'G(x) without colour' /* zh: '去色的 G(x)' */, images: greyOf(sketched) },
  { from: 'the true sketch without colour' /* zh: '去色的真素描' */, images: greyOf(testY) },
].map(({ from, images }) => ({ from, coloured: cyclegan.translate(withCycle, images, 'YX') }));
show(
  figures.table(
    colourings.map(({ from, coloured }) => ({
      ['F of' /* zh: 'F 作用于' */]: from,
      ['off x by' /* zh: '与 x 之差' */]: meanAbs(coloured.sub(testX)).toFixed(3),
    })),
    {
      title: 'F restores x better from G’s sketch than from the true one' /* zh: 'F 从 G 的素描还原得比从真素描更好' */,
    },
  ),
);
/** What is left of colour: each channel's difference from the grey of the pixel, ten times as large, around a middle grey. */
/* zh: 剩下的颜色：每个通道与该像素灰度之差，放大十倍，以中灰为零点。 */
const colourOnly = (images: Tensor4D): Tensor4D =>
  images.sub(images.mean(3, true)).mul(10).add(0.5).clipByValue(0, 1) as Tensor4D;
const eight = (images: Tensor4D) => images.slice([0, 0, 0, 0], [8, -1, -1, -1]) as Tensor4D;
show(
  figures.imageRows(
    [
      { label: 'x', images: few },
      { label: 'G(x)', images: eight(sketched) },
      { label: 'G(x), colours × 10' /* zh: 'G(x)，颜色 × 10' */, images: eight(colourOnly(sketched)) },
      { label: 'true sketch, colours × 10' /* zh: '真素描，颜色 × 10' */, images: eight(colourOnly(testY)) },
      ...colourings.slice(0, 3).map(({ from, coloured }) => ({ label: `F(${from})`, images: eight(coloured) })),
    ],
    { title: 'G’s sketches hold tints that true ones do not' /* zh: 'G 的素描里有真素描没有的色调' */ },
  ),
);

// %% [markdown] lang="en"
// Furthest from $x$ is $F$ of the true sketch; $F$ does better from $G$'s own. There are two possible reasons, and the first three rows cannot tell them apart: $F$ was trained on $G$'s hand and not on the true one; or $G(x)$ holds something that a sketch does not hold, and $F$ reads it. The last two rows separate them. They take the colours away from both sketches: whatever $F$ loses by that on $G(x)$, beyond what it loses on the true sketch, it had read from $G$'s tints.
//
// In our default run it loses nothing: 0.149 with the tints and without, and a little noise does no harm either. So after 150 steps the whole difference is $G$'s hand. But look at the rows with the colours enlarged. A true sketch has two tints, the paper's and the pencil's, whoever is in the picture. $G$'s has many more, and the discriminator lets them pass. Here is a channel that nobody punishes; in so short a training nothing is sent through it yet.
//
// Long training does use it. Chu, Zhmoginov & Sandler (2017) found that generators which turned aerial photographs into maps **hid information** in the maps: a faint pattern, invisible to people, told $F$ what the map did not show, and a little noise destroyed it. They called CycleGAN "a master of steganography". We ask for a perfect return from a domain that *cannot hold* what must return; hiding it is the only way to obey. (After a run with `GENLAB_BUDGET=full`, read the last two rows of the table again.)
//
// The lesson goes beyond CycleGAN: a small cycle loss proves that the information *survived*, not that it survived *in a form you would accept*.
//
// ## 9 · A perfect cycle that is wrong ★
//
// Hidden colours are one way to have a perfect cycle and a wrong translation. Here is a plainer one. Let content be one number, spread *evenly* between −1 and 1 in both domains, and style be $-\frac12$ in $X$ and $+\frac12$ in $Y$. The right translation is $(c,s)\mapsto(c,-s)$.
//
// ### Exercise 5 ★ · The mirror (2 points, optional)
//
// Write another pair $G$, $F$ that no adversarial and no cycle loss can object to: $G(x)$ is distributed exactly like $Y$, both cycles are perfect, and the content is wrong all the same.

// %% [markdown] lang="zh"
// 离 $x$ 最远的是 $F$ 作用于真素描；从 $G$ 自己的素描出发，$F$ 做得更好。可能的原因有两个，表的前三行分不开：$F$ 是照着 $G$ 的手笔训练的，没照着真素描训练；或者 $G(x)$ 里有素描不该有的东西，被 $F$ 读了出来。后两行把它们分开：给两种素描都去掉颜色，$F$ 在 $G(x)$ 上因此多损失的部分（与真素描相比），就是它原先从 $G$ 的色调里读到的。
//
// 我们的默认运行里，它什么也没损失：有没有色调都是 0.149，加一点噪声也无妨。所以只训练 150 步时，差别全在 $G$ 的手笔。可是再看放大颜色的两行图：真素描只有两种色调，纸的和铅笔的，画谁都一样；$G$ 的素描里色调要多得多，判别器却放它过去。这就是一条没有人惩罚的通道，只不过训练这么短，还没有东西从里面通过。
//
// 训练久了，这条通道就会用上。Chu、Zhmoginov 与 Sandler（2017）发现，把航拍照片转成地图的生成器会在地图里**夹带信息**：一种肉眼看不出的极淡花纹，把地图上没有的内容告诉 $F$，加一点噪声就毁了。他们称 CycleGAN 为“隐写术大师”（a master of steganography）。我们要求从一个*装不下*颜色的域里完美地返回，夹带是唯一能从命的办法。（用 `GENLAB_BUDGET=full` 训练之后，请再看一遍表的后两行。）
//
// 这个教训不限于 CycleGAN：循环损失小，只证明信息*还在*，不证明它*以你认可的形式*存在。
//
// ## 9 · 完美的循环，错误的翻译 ★
//
// 藏颜色是“循环完美、翻译错误”的一种。这里有更简单的一种。设内容是一个数，在两个域里都在 −1 与 1 之间*均匀*分布；风格在 $X$ 里是 $-\frac12$，在 $Y$ 里是 $+\frac12$。正确的翻译是 $(c,s)\mapsto(c,-s)$。
//
// ### 练习 5 ★ · 镜像（2 分，选做）
//
// 另写一对 $G$、$F$，让对抗损失和循环损失都挑不出毛病：$G(x)$ 的分布与 $Y$ 完全相同，两个循环都完美，内容却是错的。

// %% grade_id="cycle-mirror" points=2
/** From X to Y, and wrong. x: [B,2], content and style -> [B,2] */
/* zh: 从 X 到 Y，但是错的。x: [B,2]，内容与风格 -> [B,2] */
function mirrorG(x: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return x.mul(tf.tensor1d([-1, -1]));
  // END SOLUTION
}
/** Back from Y to X, undoing it. y: [B,2] -> [B,2] */
/* zh: 从 Y 回到 X，抵消上面那个。y: [B,2] -> [B,2] */
function mirrorF(y: Tensor2D): Tensor2D {
  // BEGIN SOLUTION
  return y.neg();
  // END SOLUTION
}
await check('cycle-mirror', { mirrorG, mirrorF });

// %% [markdown] lang="en"
// Nothing in these two losses decides between this map and the right one. The identity loss does object: $G(y)=(-c,-s)$ is not $y$. But a $G$ that mirrors where $s=-\frac12$ and leaves everything alone where $s=+\frac12$ would satisfy all three losses. Against that there is only that networks prefer smooth functions, the architecture
// (convolutions do not mirror pictures), and the start of training. In section 2 we made the content denser in one corner, so that the distribution itself rules the mirror out.
//
// ## 10 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. The adversarial loss of G is as small as it can be. What do you know about G(x) for one particular x?</summary>
//
// Only that it looks like a member of $Y$. The loss compares distributions; which output belongs to which input is invisible to it.
// </details>
//
// <details><summary>2. Somebody writes the cycle loss with y instead of x in the first term. What will the pictures look like?</summary>
//
// $F(G(x))$ is compared with an unrelated picture, a new one in each step. The best answer under absolute differences is the pixel-wise median of all pictures: a blur, the same for every input.
// </details>
//
// <details><summary>3. And with G(x) instead of G(y) in the identity loss?</summary>
//
// $\mathbb E\lVert G(x)-x\rVert$ pays $G$ for doing nothing. It fights the adversarial loss, and the result is a half-hearted translation.
// </details>
//
// <details><summary>4. Why may CycleGAN use an L1 cycle loss, when L1 makes blurry pictures?</summary>
//
// It blurs only where several answers are possible. There and back there is one right answer, $x$ itself, as long as $G(x)$ holds enough information. And sharpness is the discriminators' business.
// </details>
//
// <details><summary>5. Horses to zebras works, apples to oranges works, cats to dogs hardly. Why?</summary>
//
// Texture changes in place; shape does not. Discriminators that judge patches, generators that work in place and a cycle that demands every pixel back all favour keeping the geometry (the paper's section on limitations shows the failures).
// </details>
//
// <details><summary>6. Your cycle loss is nearly 0. Are the translations right?</summary>
//
// Not necessarily: mirrored content, hidden information, or generators that do nothing all have it. Look at $G(x)$, compare with the lazy solution, and where you can, with pairs.
// </details>
//
// <details><summary>7. What does a discriminator without a pool forget?</summary>
//
// Whatever the generator used to do wrong and does not do at the moment. The generator may then come back to it, and the two go round in circles.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | adversarial | $\mathbb E(D_Y(G(x))-1)^2+\mathbb E(D_X(F(y))-1)^2$ |
// | discriminator $D_Y$ | $\frac12\mathbb E(D_Y(y)-1)^2+\frac12\mathbb E\,D_Y(\text{fake from the pool})^2$ |
// | cycle | $\mathbb E\lVert F(G(x))-x\rVert_1+\mathbb E\lVert G(F(y))-y\rVert_1$ |
// | identity | $\mathbb E\lVert G(y)-y\rVert_1+\mathbb E\lVert F(x)-x\rVert_1$ |
// | generators | $L_{\text{adv}}+\lambda L_{\text{cyc}}+\frac\lambda2L_{\text{id}}$, $\ \lambda=10$ |
// | pool | full: with probability ½ an old fake is shown, and the new one takes its place |
//
// ## Further reading
//
// - Zhu, Park, Isola & Efros (2017), *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks*, arXiv:1703.10593.
// - Isola, Zhu, Zhou & Efros (2017), *Image-to-Image Translation with Conditional Adversarial Networks*, arXiv:1611.07004. With pairs; the discriminator that judges patches.
// - Shrivastava, Pfister, Tuzel, Susskind, Wang & Webb (2017), *Learning from Simulated and Unsupervised Images through Adversarial Training*, arXiv:1612.07828. The image pool.
// - Ulyanov, Vedaldi & Lempitsky (2016), *Instance Normalization: The Missing Ingredient for Fast Stylization*, arXiv:1607.08022.
// - Chu, Zhmoginov & Sandler (2017), *CycleGAN, a Master of Steganography*, arXiv:1712.02950.

// %% [markdown] lang="zh"
// 对抗损失和循环损失都不能在它与正确的映射之间做出取舍。恒等损失倒会反对：$G(y)=(-c,-s)$ 不等于 $y$。但如果 $G$ 在 $s=-\frac12$ 处取镜像、在 $s=+\frac12$ 处什么也不动，三项损失就全都满足了。能指望的只有：网络偏好光滑的函数，
// 网络结构（卷积不会把图像左右翻转），以及训练的起点。第 2 节里，我们让内容往一个角落更密，分布本身就排除了镜像。
//
// ## 10 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. G 的对抗损失已经小到不能再小。对某个具体的 x，你对 G(x) 知道些什么？</summary>
//
// 只知道它看上去像 $Y$ 的一员。这个损失比较的是分布；哪个输出属于哪个输入，它看不见。
// </details>
//
// <details><summary>2. 有人把循环损失第一项里的 x 写成了 y。图像会变成什么样？</summary>
//
// $F(G(x))$ 被拿去和一幅毫不相干的图比，而且每步换一幅。在绝对差之下，最好的回答是所有图像逐像素的中位数：一团模糊，输入什么都一样。
// </details>
//
// <details><summary>3. 如果恒等损失里把 G(y) 写成 G(x) 呢？</summary>
//
// $\mathbb E\lVert G(x)-x\rVert$ 奖励 $G$ 什么都不做。它与对抗损失互相冲突，结果是翻译得不彻底。
// </details>
//
// <details><summary>4. L1 会让图像模糊，CycleGAN 的循环损失为什么可以用 L1？</summary>
//
// 只有存在多种可能答案的地方才会模糊。往返一趟只有一个正确答案，就是 $x$ 自己，只要 $G(x)$ 里信息足够。何况清晰与否归判别器管。
// </details>
//
// <details><summary>5. 马变斑马可以，苹果变橙子可以，猫变狗却不太行，为什么？</summary>
//
// 纹理可以就地改，形状不行。判别器逐块打分，生成器就地工作，循环又要求每个像素都回来，三者都偏向保留几何形状（论文讨论局限的一节展示了失败的例子）。
// </details>
//
// <details><summary>6. 循环损失几乎为 0，翻译就对吗？</summary>
//
// 不一定：内容镜像、信息夹带、生成器什么也不做，都能做到。要看 $G(x)$ 本身，与平凡解比较；有条件时，再与成对数据比较。
// </details>
//
// <details><summary>7. 没有图像池的判别器会忘记什么？</summary>
//
// 忘记生成器以前犯过、眼下没犯的错。生成器于是可以再犯，两者就兜起圈子来。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 对抗 | $\mathbb E(D_Y(G(x))-1)^2+\mathbb E(D_X(F(y))-1)^2$ |
// | 判别器 $D_Y$ | $\frac12\mathbb E(D_Y(y)-1)^2+\frac12\mathbb E\,D_Y(\text{池中的假图})^2$ |
// | 循环 | $\mathbb E\lVert F(G(x))-x\rVert_1+\mathbb E\lVert G(F(y))-y\rVert_1$ |
// | 恒等 | $\mathbb E\lVert G(y)-y\rVert_1+\mathbb E\lVert F(x)-x\rVert_1$ |
// | 生成器 | $L_{\text{adv}}+\lambda L_{\text{cyc}}+\frac\lambda2L_{\text{id}}$，$\ \lambda=10$ |
// | 图像池 | 已满：以 ½ 的概率给看一幅旧假图，新图占它的位置 |
//
// ## 延伸阅读
//
// - Zhu, Park, Isola & Efros (2017), *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks*, arXiv:1703.10593.
// - Isola, Zhu, Zhou & Efros (2017), *Image-to-Image Translation with Conditional Adversarial Networks*, arXiv:1611.07004. 有配对的情形；逐块打分的判别器。
// - Shrivastava, Pfister, Tuzel, Susskind, Wang & Webb (2017), *Learning from Simulated and Unsupervised Images through Adversarial Training*, arXiv:1612.07828. 图像池。
// - Ulyanov, Vedaldi & Lempitsky (2016), *Instance Normalization: The Missing Ingredient for Fast Stylization*, arXiv:1607.08022.
// - Chu, Zhmoginov & Sandler (2017), *CycleGAN, a Master of Steganography*, arXiv:1712.02950.
