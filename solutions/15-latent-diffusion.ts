// -*- coding: utf-8 -*-
// ---
// title:
//   en: "Latent diffusion: from a sentence to a picture"
//   zh: 隐空间扩散：从一句话到一幅图
// minutes: 90
// terms:
//   latent diffusion: 隐空间扩散
//   latent image: 隐特征图
//   perceptual compression: 感知压缩
//   semantic compression: 语义压缩
//   judge of patches: 图块判别器
//   hinge loss: 合页损失
//   cross-attention: 交叉注意力
//   super-resolution: 超分辨率
//   inpainting: 图像修补
// ---

// %% [markdown] lang="en"
// # 15 · Latent diffusion: from a sentence to a picture
//
// By the end of this lesson you type "a girl with long red hair, green background", in English or in Chinese, and watch her come out of noise. Such a program has three parts: something that reads the sentence, something that draws, and something that turns the drawing into pixels. The first one comes trained; you build and train the other two. What draws can also fill holes, and a copy of it learns to enlarge small pictures. Stable Diffusion has the same parts, with about a thousand times as many weights.
//
// **You can then**
//
// 1. read a rate–distortion picture, and say what perceptual and what semantic compression are;
// 2. say why diffusion among pixels is expensive, measure it, and compute what a smaller space saves;
// 3. say what the reconstruction loss, the judge of patches, and a KL or VQ regularization each add to the autoencoder of stage 1;
// 4. bring latents to the right scale for diffusion and back, and say what happens otherwise;
// 5. train a diffusion model among latents and draw from it, with and without a class;
// 6. write cross-attention, and tell a model classes, layouts and sentences through it;
// 7. place Stable Diffusion, DALL·E and Imagen in one frame of three parts;
// 8. fill a hole with a model that never saw one, and enlarge a picture;
// 9. find the mistakes that are typical of latent samplers.
//
// **Time**: about 90 minutes to read and work through. All cells take about six minutes together on one processor core; the long ones say beforehand how long.
//
// You need lesson 11 (diffusion), lesson 12 (DDIM) and lesson 14 (guidance with $\gamma$); from lesson 04 the encoder, the decoder and the KL term, from lesson 09 vector quantization.

// %% [markdown] lang="zh"
// # 15 · 隐空间扩散：从一句话到一幅图
//
// 学完本课，你输入“红色长发的女孩，绿色背景”，中文英文都行，就能看着她从噪声里浮现出来。这种程序有三个部件：一个读句子，一个作画，一个把画变成像素。读句子的那个是训练好的，另外两个由你亲手搭建、训练。会作画的模型还会补洞；同样的网络换一种输入，又能学会放大小图。Stable Diffusion 也是这三个部件，权重约为本课的一千倍。
//
// **学完之后，你能够**
//
// 1. 看懂率失真图，说清什么是感知压缩，什么是语义压缩；
// 2. 说明像素上的扩散为什么贵，实测一次，并算出换到小空间能省多少；
// 3. 说清第一阶段自编码器的重构损失、图块判别器、KL 或 VQ 正则化各起什么作用；
// 4. 把隐变量缩放到适合扩散的尺度，再变回去，并说明不这样做会怎样；
// 5. 在隐空间训练扩散模型并采样，可以带类别，也可以不带；
// 6. 写出交叉注意力，并通过它把类别、布局和句子告诉模型；
// 7. 把 Stable Diffusion、DALL·E 和 Imagen 放进同一个三部件框架；
// 8. 让从没见过洞的模型补洞，让小图变大；
// 9. 找出隐空间采样器特有的错误。
//
// **用时**：阅读和练习约 90 分钟。所有代码用一个处理器核合计约六分钟，耗时较长的单元会事先说明。
//
// 本课要用到第 11 课（扩散）、第 12 课（DDIM）和第 14 课（引导与 $\gamma$），还有第 04 课的编码器、解码器与 KL 项，第 09 课的向量量化。

// %% tags=["setup"]
import * as tf from '@tensorflow/tfjs';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import {
  budget,
  check,
  datasets,
  ddim,
  ddpm,
  engine,
  faceAttributeClassifier,
  figures,
  type History,
  ldm,
  loadCheckpoint,
  metrics,
  nn,
  Random,
  show,
  train,
} from 'genlab';

const { faces } = datasets;

/** The same thing for each of n pictures: [1,…] -> [n,…] */
/* zh: 同一样东西，n 幅图像各给一份：[1,…] -> [n,…] */
const forAll = <T extends tf.Tensor>(one: T, n: number): T => tf.tile(one, [n, ...one.shape.slice(1).map(() => 1)]);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// # 15 · Latent diffusion
//
// **From a sentence to a picture**
//
// - throw away what the eye does not miss
// - diffuse in the small space that is left
// - tell it what to draw by cross-attention

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// # 15 · 隐空间扩散
//
// **从一句话到一幅图**
//
// - 眼睛察觉不到的，先扔掉
// - 在剩下的小空间里做扩散
// - 用交叉注意力告诉它画什么

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Three minutes. Ask how many numbers a photograph of 512×512 has (786,432) and how many of them anybody would miss. Promise: at the end the room dictates captions.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 三分钟。问：一张 512×512 的照片有多少个数（786,432）？其中少了哪些会有人发觉？预告：最后由大家来口述描述。

// %% [markdown] lang="en"
// The data: cartoon faces that the course draws itself, with captions in two languages; and group pictures, where one or two small faces stand on white paper and we know the box of each (drawn in red below, only for you). The second kind is for section 6. (About 10 seconds.)

// %% [markdown] lang="zh"
// 数据是课程自己画的卡通脸，配有中英文描述；还有合影：白纸上一两张小脸，每张脸的边界框已知（下图中的红框只画给你看），第 6 节要用。（约 10 秒。）

// %%
console.log(engine.describe(await engine.ready()));
const people = datasets.captionedFaces({
  train: budget({ quick: 48, default: 3000, full: 20_000 }),
  test: budget({ quick: 16, default: 300, full: 1000 }),
  heldOut: 0,
  only: { style: 'comic' },
  label: 'hairColour',
});
const portraits = people.train.images(); // [N,32,32,3] in [0, 1] // zh: [N,32,32,3]，取值 [0, 1]
const strangers = people.test.images();
const everybody = Array.from({ length: people.train.size }, (_, i) => i);
const captions = people.train.captions(everybody, { language: 'both', detail: 1 });
for (const caption of captions.slice(0, 4)) console.log(caption);

/** Zeros around a picture of 16×16 that bring it into its box on a paper of 32×32; `inset`: smaller on each side by so much. */
/* zh: 16×16 的图四周要补多少零，才能落到 32×32 纸上的边界框里；inset：每边缩进几个像素。 */
const around = ({ left, top }: ldm.Box, inset = 0): [number, number][] => [
  [32 * top + inset, 16 - 32 * top + inset],
  [32 * left + inset, 16 - 32 * left + inset],
  [0, 0],
];
/** 1 in the box, 0 elsewhere. -> [32,32,3] */
/* zh: 框内为 1，框外为 0。-> [32,32,3] */
const inBox = (box: ldm.Box, inset = 0) => tf.ones([16 - 2 * inset, 16 - 2 * inset, 3]).pad(around(box, inset));
/** Group pictures: one or two faces of 16×16 on white paper, and the box of each. */
/* zh: 合影：白纸上一两张 16×16 的脸，以及每张脸的边界框。 */
function groupPictures(count: number, seed: number): { images: Tensor4D; layouts: ldm.Box[][] } {
  const one = { style: 'comic', background: 'plain' } as const;
  const sitters = datasets.captionedFaces({
    size: 16,
    train: 2 * count,
    test: 0,
    heldOut: 0,
    only: one,
    label: 'backgroundColour',
    seed,
  }).train;
  const kinds = sitters.labels();
  const chance = new Random(seed);
  const layouts: ldm.Box[][] = [];
  const images = tf.tidy(() => {
    const small = sitters.images(); // [2·count,16,16,3]
    const papers = Array.from({ length: count }, (_, i) => {
      const boxes: ldm.Box[] = [];
      let paper = tf.ones([32, 32, 3]);
      const [many, sideBySide] = [1 + chance.int(2), chance.int(2) === 1];
      for (let k = 0; k < many; k++) {
        // Two stand side by side or one above the other: neither hides the other. // zh: 两张脸一左一右或一上一下，互不遮挡
        const [along, free] = [many === 2 ? 16 * k : 4 * chance.int(5), 4 * chance.int(5)];
        const [x, y] = sideBySide ? [along, free] : [free, along];
        const box = { left: x / 32, top: y / 32, width: 0.5, height: 0.5, kind: kinds[2 * i + k] };
        boxes.push(box);
        const face = small.slice([2 * i + k, 0, 0, 0], [1, 16, 16, 3]).reshape([16, 16, 3]) as Tensor3D;
        paper = paper.mul(tf.sub(1, inBox(box))).add(face.pad(around(box)));
      }
      layouts.push(boxes);
      return paper as Tensor3D;
    });
    return tf.stack(papers) as Tensor4D;
  });
  return { images, layouts };
}
const groups = groupPictures(budget({ quick: 16, default: 1000, full: 5000 }), 2);
/** With a grey edge around each picture, so that white paper ends somewhere. [n,32,32,3] -> [n,34,34,3] */
/* zh: 每幅图加一圈灰边，看得出白纸到哪里为止。[n,32,32,3] -> [n,34,34,3] */
const edged = (images: tf.Tensor) => tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], 0.75) as Tensor4D; // prettier-ignore
/** With the boxes as red frames. [n,32,32,3] -> [n,32,32,3] */
/* zh: 把边界框画成红框。[n,32,32,3] -> [n,32,32,3] */
const framed = (images: Tensor4D, layouts: readonly (readonly ldm.Box[])[]) =>
  tf.tidy(() =>
    tf.stack(
      layouts.map((boxes, i) =>
        boxes.reduce<tf.Tensor>(
          (paper, box) => {
            const frame = inBox(box).sub(inBox(box, 1));
            return paper.mul(tf.sub(1, frame)).add(frame.mul(tf.tensor1d([0.85, 0.1, 0.1])));
          },
          images.slice([i, 0, 0, 0], [1, 32, 32, 3]).reshape([32, 32, 3]),
        ),
      ),
    ),
  );
const boxed = framed(groups.images, groups.layouts.slice(0, 8));
show(
  figures.imageGrid(tf.concat([edged(portraits.slice(0, 8)), edged(boxed)]) as Tensor4D, {
    columns: 8,
    scale: 3,
    title:
      'Above: portraits with captions. Below: group pictures, their boxes in red' /* zh: '上：带描述的头像。下：合影，红框为边界框' */,
  }),
);

// %% [markdown] lang="en"
// ## 1 · What do the bits of a picture buy?
//
// Diffusion spends the same effort on every number of a picture. Does every number deserve it? Let us take numbers away and see what gets lost.
//
// JPEG's way: cut a picture into blocks of 8×8 pixels, write each block as a sum of cosine waves, and round the 64 coefficients to multiples of a step $\Delta$. A large $\Delta$ makes most of them 0. How many bits are then left to store? If each coefficient is stored by itself: on average its **entropy** (lesson 02). We add up the 64 entropies and divide by the number of pixels. That is the **rate**. (A coder that also uses how coefficients hang together needs fewer bits.) The **distortion** is the root mean square error. Beside it a second kind of loss: a classifier reads sixteen attributes off each face (hair, hat, glasses, mouth …) and we count how many are still right.
//
// **Guess first**: stored in this way, our faces take about 18 bits a pixel to be nearly exact. How many of these can go before the classifier notices: a tenth, a third, two thirds?

// %% [markdown] lang="zh"
// ## 1 · 一幅图像的比特换来了什么？
//
// 扩散模型对图像里的每个数都下同样的功夫。每个数都值得吗？我们试着拿掉一些，看看丢了什么。
//
// 学 JPEG 的做法：把图像切成 8×8 的小块，每块写成余弦波之和，再把 64 个系数取整为步长 $\Delta$ 的倍数。$\Delta$ 大，多数系数就成了 0。剩下的要多少比特才存得下？若每个系数单独编码，平均需要的就是取整后系数的**熵**（第 02 课）；64 个熵加起来，除以像素数，就是**码率**（rate）。（编码时若还利用系数之间的联系，可以更少。）**失真**（distortion）是均方根误差。旁边再放一种损失：分类器从每张脸上读出十六种属性（发型、帽子、眼镜、嘴……），看还有多少读得对。
//
// **先猜一猜**：这样存，我们的脸要近乎无损，每像素约需 18 比特。去掉多少，分类器才会察觉：十分之一、三分之一，还是三分之二？

// %%
/** The cosine basis of 8×8 blocks, for a side of 32: the one that JPEG uses. [32,32] */
/* zh: 边长 32 的图像按 8×8 分块的余弦基，就是 JPEG 用的那一组。[32,32] */
const basis = tf.tensor2d(
  Array.from({ length: 32 }, (_, row) =>
    Array.from({ length: 32 }, (_, column) => {
      const [k, n] = [row % 8, column % 8];
      const sameBlock = Math.floor(row / 8) === Math.floor(column / 8);
      return sameBlock ? Math.sqrt((k === 0 ? 1 : 2) / 8) * Math.cos((Math.PI * (n + 0.5) * k) / 8) : 0;
    }),
  ),
);
/** Pictures whose cosine coefficients are rounded to multiples of `step`, and how many bits a pixel they need. */
/* zh: 余弦系数按 step 的倍数取整后的图像，以及每个像素要几比特。 */
function squeezed(images: Tensor4D, step: number): { images: Tensor4D; bits: number } {
  const n = images.shape[0];
  return tf.tidy(() => {
    const planes = tf.transpose(images, [0, 3, 1, 2]).reshape([3 * n, 32, 32]);
    const each = basis.expandDims(0).tile([3 * n, 1, 1]) as Tensor3D;
    const rounded = tf.matMul(tf.matMul(each, planes), each, false, true).div<Tensor3D>(step).round<Tensor3D>();
    const back = tf.matMul(tf.matMul(each, rounded.mul<Tensor3D>(step), true), each);
    const pictures = tf.transpose(back.reshape([n, 3, 32, 32]), [0, 2, 3, 1]).clipByValue(0, 1) as Tensor4D;
    return { images: pictures, bits: entropies(rounded.dataSync()) / 64 };
  });
}
/** The entropies of the 64 coefficients of a block, added up, of all three colours, in bits. */
/* zh: 一块 64 个系数的熵之和，三种颜色合计，单位比特。 */
function entropies(values: ArrayLike<number>): number {
  const counts = Array.from({ length: 64 }, () => new Map<number, number>());
  for (let i = 0; i < values.length; i++) {
    const place = counts[8 * (Math.floor(i / 32) % 8) + (i % 8)];
    place.set(values[i], (place.get(values[i]) ?? 0) + 1);
  }
  const total = values.length / 64;
  const bits = counts.map((of) => [...of.values()].reduce((sum, m) => sum - (m / total) * Math.log2(m / total), 0));
  return 3 * bits.reduce((a, b) => a + b, 0);
}
const reader = faceAttributeClassifier();
const truth = (await people.test.attributeVectors().array()) as number[][];
/** Share of the attributes that a classifier reads right off the pictures. */
/* zh: 分类器从图像上读对的属性所占的比例。 */
const readRight = async (images: Tensor4D, wanted: readonly ArrayLike<number>[] = truth) =>
  (await metrics.attributes.attributeAccuracy(reader, images, wanted)).overall;
const rmse = (a: Tensor4D, b: Tensor4D) => 255 * a.sub(b).square().mean().sqrt().dataSync()[0];
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** What reading would give by chance: each face compared with somebody else's attributes. */
/* zh: 瞎猜的水平：拿别人的属性来对照每张脸。 */
const byChance = await readRight(
  strangers,
  truth.map((_, i) => truth[(i + 1) % truth.length]),
);
const squeezes = [];
for (const step of [0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6, 3]) {
  const { images, bits } = squeezed(strangers, step);
  squeezes.push({ images, bits, error: rmse(images, strangers), right: await readRight(images) });
}

// %% figure="rate-distortion" slideshow={"slide_type": "subslide"}
const rates = squeezes.map(({ bits }) => bits);
show(
  figures.panels(
    [
      figures.curves({
        series: [{ name: 'error' /* zh: '误差' */, x: rates, y: squeezes.map(({ error }) => error), points: true }],
        title: 'Pixels: every bit helps' /* zh: '像素：每多一比特都有用' */,
        x: 'rate, bits a pixel' /* zh: '码率，每像素比特' */,
        y: 'root mean square error, of 255' /* zh: '均方根误差（满分 255）' */,
      }),
      figures.curves({
        series: [
          {
            name: 'read right' /* zh: '读对的' */,
            x: rates,
            y: squeezes.map(({ right }) => 100 * right),
            points: true,
          },
        ],
        marks: [{ y: 100 * byChance, label: 'somebody else’s attributes' /* zh: '别人的属性' */ }],
        title: 'Meaning: there after the first few' /* zh: '含义：头几个比特就够了' */,
        x: 'rate, bits a pixel' /* zh: '码率，每像素比特' */,
        y: 'attributes read right, %' /* zh: '读对的属性，%' */,
        yRange: [0, 102],
      }),
    ],
    { columns: 2, title: 'What the bits of a picture buy' /* zh: '一幅图像的比特换来了什么' */ },
  ),
);
show(
  figures.imageRows(
    squeezes
      .filter((_, i) => [0, 2, 3, 5, 6, 7].includes(i))
      .map(({ images, bits }) => ({
        label: `${bits.toPrecision(2)} bits` /* zh: `${bits.toPrecision(2)} 比特` */,
        images: images.slice(0, 8) as Tensor4D,
      })),
    { scale: 2, title: 'The same faces with fewer and fewer bits a pixel' /* zh: '同样的脸，每像素的比特越来越少' */ },
  ),
);

// %% [markdown] lang="en"
// **What you should see** (default budget): on the left each bit more lowers the error, all the way. On the right the curve has long been flat: from 18 bits down to 5 the share read right falls from 99 % to 97 % only, while the error rises from less than 1 to 13. So more than two thirds of the bits buy next to no meaning. Below 3 bits meaning goes fast: 82 % at 1 bit, 58 % at 0.3, and the dashed line says what is right by accident in somebody else's face. In the rows: at 8 bits you find the first speckles if you look closely, at 5 they are plain, at 1 the edges fray, and at 0.3 blocks stand where the face was. So the classifier is less particular than the eye; for the eye, perhaps half of the bits are too many. (In a picture this small every pixel counts; in a large photograph the share of bits that nobody sees is far greater.)
//
// So there are two kinds of compression. **Perceptual compression** removes what is hardly seen; most bits are of this kind. **Semantic compression** is about the few bits that say *what* is there and how it hangs together. (This reading of the rate–distortion picture is that of Rombach and others, 2022.) A diffusion model among pixels is bad at the first and good at the second: it works on invisible detail in every step, with a large network. The idea of **latent diffusion** is a division of labour:
//
// - **stage 1**, an autoencoder, does the perceptual compression, once and cheaply;
// - **stage 2**, a diffusion model, learns what hangs together, in the small space of the autoencoder's latents.
//
// ### Exercise 1 · What is saved? (2 points)
//
// The encoder turns a picture of $S\times S$ pixels in three colours into a **latent image** of $\frac Sf\times\frac Sf$ places with $c$ numbers each; $f$ says how many times shorter each side becomes. Divide what the picture has by what the latent image has, for
//
// - numbers (all of them),
// - places (a convolution's work grows with these),
// - pairs of places (self-attention compares every place with every other).

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：左图里每多一比特，误差都会再降，一路如此。右图的曲线却早就平了：从 18 比特减到 5，读对的比例只从 99 % 降到 97 %，误差则从不到 1 升到 13。也就是说，三分之二以上的比特几乎不含什么意义。低于 3 比特，含义才迅速丢失：1 比特时 82 %，0.3 比特时 58 %；虚线是拿别人的属性来对照时碰巧对上的比例。看那几行脸：8 比特时，仔细看才找得到斑点；5 比特时斑点已很明显；1 比特时边缘散乱；0.3 比特时只剩方块，脸没了。可见分类器不如眼睛挑剔，对眼睛来说，多余的比特大约占一半。（这么小的图像，每个像素都要紧；大照片里，没人看得见的比特所占的份额要大得多。）
//
// 可见压缩有两种。**感知压缩**（perceptual compression）去掉几乎看不见的东西，大部分比特属于这一种；**语义压缩**（semantic compression）管的是那不多的几比特：画面里*有什么*，彼此怎样搭配。（这样解读率失真图，出自 Rombach 等，2022。）像素上的扩散模型擅长后者，却拙于前者：每一步都用一个大网络去处理看不见的细节。**隐空间扩散**（latent diffusion）的想法是分工：
//
// - **第一阶段**，自编码器负责感知压缩，一次做完，代价小；
// - **第二阶段**，扩散模型在自编码器的小小隐空间里，学习各部分怎样搭配。
//
// ### 练习 1 · 省了多少？（2 分）
//
// 编码器把 $S\times S$ 像素、三种颜色的图像变成一幅**隐特征图**（latent image）：边长缩到 $1/f$，即 $\frac Sf\times\frac Sf$ 个位置，每个位置 $c$ 个数。对下列各量，求图像与隐特征图之比：
//
// - 数的总个数；
// - 位置数（卷积的计算量与它成正比）；
// - 位置对数（自注意力要把每个位置与其他所有位置比较）。

// %% grade_id="latent-savings" points=2
/** How many times less a latent image is than its picture [side, side, 3], if it is smaller by f on each side and has c channels. */
/* zh: 图像为 [side, side, 3]，隐特征图每边缩到 1/f、有 c 个通道：各量之比（图像 ÷ 隐特征图）。 */
function savings(f: number, c: number): { numbers: number; places: number; pairs: number } {
  // BEGIN SOLUTION
  return { numbers: (3 * f ** 2) / c, places: f ** 2, pairs: f ** 4 };
  // END SOLUTION
}
await check('latent-savings', { savings });

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Two kinds of compression
//
// - most bits of a picture: detail that hardly anybody sees
// - a few bits: what is there
// - **stage 1** removes the first, once; **stage 2** models the second

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 两种压缩
//
// - 大部分比特：几乎看不见的细节
// - 少数比特：画面里有什么
// - **第一阶段**一次去掉前者，**第二阶段**建模后者

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Six minutes. Before the figure: who thinks that 1 bit a pixel is enough to recognize a hat? Then exercise 1 aloud with Stable Diffusion's numbers: f = 8, c = 4: 48 times fewer numbers, 64 times fewer places, 4,096 times fewer pairs.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 六分钟。放图之前问：谁认为每像素 1 比特就认得出帽子？然后用 Stable Diffusion 的数口算练习 1：f = 8，c = 4：数减到 1/48，位置减到 1/64，位置对减到 1/4096。

// %% [markdown] lang="en"
// ## 2 · How expensive are pixels?
//
// Measured, in one run: the same U-Net, with nearly as many weights, once on 32×32 pixels and once on an 8×8 latent image. **Guess first**: 16 times fewer places. How many times faster? (About 30 seconds.)

// %% [markdown] lang="zh"
// ## 2 · 像素有多贵？
//
// 同场实测：同一个 U-Net，权重数几乎一样，一次用在 32×32 像素上，一次用在 8×8 的隐特征图上。**先猜一猜**：位置数只有 1/16，速度是几倍？（约 30 秒。）

// %%
/** Seconds that a picture takes of a training step, and of one evaluation of the network. */
/* zh: 训练一步、计算一次网络，每幅图像各要几秒。 */
function timed(shape: readonly [number, number, number], batch: number) {
  const network = nn.buildUnet({ inputShape: shape, channels: 32, multipliers: [1, 2], attention: [1], seed: 1 });
  const learned = nn.variablesOf(network);
  const x = new Random(1).normal<tf.Rank.R4>([batch, ...shape]);
  const run = () => network.apply([x, tf.fill([batch], 500)]) as tf.Tensor;
  const clock = (work: () => void) => {
    const times = Array.from({ length: budget({ quick: 2, default: 4, full: 6 }) }, () => {
      const began = performance.now();
      tf.tidy(work);
      return (performance.now() - began) / 1000 / batch;
    });
    return Math.min(...times); // the first is a warm-up // zh: 第一次是热身
  };
  const training = clock(() => {
    const { value, grads } = tf.variableGrads(() => run().sub(x).square().mean() as tf.Scalar, learned);
    value.dataSync();
    for (const gradient of Object.values(grads)) gradient.dataSync();
  });
  const evaluation = clock(() => void run().dataSync());
  const weights = network.countParams();
  x.dispose();
  network.dispose();
  return { training, evaluation, weights };
}
const sides = budget({ quick: [8, 16], default: [8, 16, 32, 64], full: [8, 16, 32, 64] });
const among = sides.map((side) => timed([side, side, 3], 2)); // two pictures at every size // zh: 各种边长都用两幅图
const pixels = timed([32, 32, 3], budget({ quick: 2, default: 16, full: 16 }));
const latents = timed([8, 8, 4], budget({ quick: 2, default: 16, full: 16 }));
show(
  figures.table(
    [
      { what: 'pixels, 32×32×3' /* zh: '像素，32×32×3' */, ...pixels },
      { what: 'latents, 8×8×4' /* zh: '隐空间，8×8×4' */, ...latents },
      {
        what: 'ratio' /* zh: '倍数' */,
        weights: pixels.weights / latents.weights,
        training: pixels.training / latents.training,
        evaluation: pixels.evaluation / latents.evaluation,
      },
    ].map(({ what, weights, training, evaluation }, i) => ({
      ['U-Net among' /* zh: 'U-Net 在哪里工作' */]: what,
      ['weights' /* zh: '权重数' */]: i < 2 ? weights.toLocaleString('en-US') : weights.toFixed(2),
      ['training step, ms a picture' /* zh: '训练一步，毫秒/幅' */]:
        i < 2 ? (1000 * training).toFixed(1) : training.toFixed(1),
      ['one evaluation, ms a picture' /* zh: '计算一次，毫秒/幅' */]:
        i < 2 ? (1000 * evaluation).toFixed(1) : evaluation.toFixed(1),
    })),
    { title: 'The same network at both places, on this machine' /* zh: '同样的网络用在两处，在这台机器上' */ },
  ),
);

// %% figure="cost" slideshow={"slide_type": "subslide"}
show(
  figures.curves({
    series: [
      {
        name: 'training step' /* zh: '训练一步' */,
        x: sides,
        y: among.map(({ training }) => 1000 * training),
        points: sides.map(String),
      },
      {
        name: 'one evaluation' /* zh: '计算一次' */,
        x: sides,
        y: among.map(({ evaluation }) => 1000 * evaluation),
        points: true,
      },
    ],
    title: 'Larger pictures cost more, and the curve grows steeper' /* zh: '图像越大越贵，而且曲线越来越陡' */,
    logX: true,
    logY: true,
    x: 'side of the picture, pixels' /* zh: '图像边长，像素' */,
    y: 'milliseconds a picture' /* zh: '每幅图像毫秒' */,
    xRange: [7, 1.3 * Math.max(...sides)],
    yRange: [
      800 * Math.min(...among.map(({ evaluation }) => evaluation)),
      1500 * Math.max(...among.map(({ training }) => training)),
    ],
  }),
);

// %% [markdown] lang="en"
// **What you should see**: several times faster, though less than 16 times. A small picture has fixed costs that do not shrink, such as starting each operation, so on the tiny end the curve is flat; towards larger pictures it takes its true slope: twice the side, four times the work for convolutions, and sixteen times for self-attention. (The words at the points are the sides. The times are those of your machine; other programs that run beside it make them jump.) That is why the saving grows with the picture: at 512×512 it decides whether a model can be trained at all. It is saved in every step of training, and in every step of sampling.
//
// What does it cost in return? A second network, and whatever the autoencoder loses can never come back. So the autoencoder had better lose only what nobody misses.
//
// ## 3 · Stage 1: an autoencoder that keeps pictures sharp
//
// The architecture you know from lessons 03 and 11: residual blocks, down from 32×32 to 8×8 and up again, so that the latent is still an image, with a place for each 4×4 patch. New are the losses.
//
// **Reconstruction.** With $\hat x$ for what encoder and decoder make of a picture $x$, the mean absolute error $L_{\text{rec}}=\mathbb E|x-\hat x|$ over all its $n=32\cdot32\cdot3$ numbers. By itself it blurs, and here is why. Suppose the latent has room to say "vertical lines, every fourth pixel", but not *where* they begin. Four pictures are possible. Which answer is best? Lesson 07 knows: for the squared error the mean, for the absolute error the median of what is possible.

// %% [markdown] lang="zh"
// **你应该看到**：快了好几倍，但不到 16 倍。小图有些固定开销不会变小，例如启动每个运算，所以曲线在小的一端比较平；图像变大，才显出真正的斜率：边长加倍，卷积的计算量四倍，自注意力十六倍。（点旁的数是边长。时间是你这台机器的；同时跑着别的程序，数字就会跳。）所以图越大省得越多：到 512×512，这决定了模型究竟训练得起训练不起。训练的每一步、采样的每一步，都省下这么多。
//
// 代价是什么？多一个网络；而且自编码器丢掉的，再也回不来。所以它最好只丢没人在意的。
//
// ## 3 · 第一阶段：让图像保持清晰的自编码器
//
// 结构在第 03 课和第 11 课都见过：残差块，从 32×32 降到 8×8 再升回来，所以隐变量仍是一幅图，每个 4×4 的图块对应一个位置。新的是损失。
//
// **重构。** 记 $\hat x$ 为图像 $x$ 经编码器和解码器还原的结果，平均绝对误差 $L_{\text{rec}}=\mathbb E|x-\hat x|$ 是对一幅图全部 $n=32\cdot32\cdot3$ 个数取平均。单靠它会模糊，原因如下。假设隐变量只装得下“竖线，每四个像素一条”，却装不下线从*哪里*开始，于是四幅图都有可能。怎样回答最好？第 07 课讲过：平方误差下是均值，绝对误差下是中位数。

// %% figure="stripes" slideshow={"slide_type": "subslide"}
const stripes = [0, 1, 2, 3].map((phase) =>
  tf.tidy(() => tf.range(0, 256).mod(4).notEqual(phase).toFloat().reshape([1, 16, 16, 1])),
) as Tensor4D[];
const mean = tf.addN(stripes).div<Tensor4D>(4);
const median = tf.onesLike(mean);
const answers = [
  { label: 'the mean' /* zh: '均值' */, image: mean },
  { label: 'the median' /* zh: '中位数' */, image: median },
  { label: 'a guess' /* zh: '任选一幅' */, image: stripes[1] },
];
show(
  figures.imageStrip([{ label: 'the truth' /* zh: '真相' */, image: stripes[0] }, ...answers], {
    scale: 8,
    range: [0, 1.1],
    title: 'Three answers to "where are the lines?"' /* zh: '“线在哪里？”的三种回答' */,
  }),
);
const overPhases = (error: (truth: Tensor4D) => tf.Tensor) =>
  tf.tidy(
    () =>
      tf
        .stack(stripes.map((one) => error(one).mean()))
        .mean()
        .dataSync()[0],
  );
show(
  figures.table(
    answers.map(({ label, image }) => ({
      ['answer' /* zh: '回答' */]: label,
      ['mean squared error' /* zh: '均方误差' */]: overPhases((one) => one.sub(image).square()),
      ['mean absolute error' /* zh: '平均绝对误差' */]: overPhases((one) => one.sub(image).abs()),
      ['looks like the data' /* zh: '像数据' */]: image === stripes[1] ? 'yes' /* zh: '是' */ : 'no' /* zh: '否' */,
    })),
    {
      digits: 3,
      title:
        'The only answer that could be real has the largest squared error' /* zh: '唯一可能为真的回答，平方误差反而最大' */,
    },
  ),
);

// %% [markdown] lang="en"
// Read the table. By the squared error the mean is best, a grey nothing; by the absolute error the median, an empty sheet (drawn light grey here, so that it can be seen). The only answer that *could* be true is the worst by the first and no better than grey by the second. So one loss makes the lines grey and the other makes them vanish. Only where one possibility is likelier than all the others together is it sure to win, by the absolute error. But must the place be right? For the eye, lines in the wrong place are better than no lines.
//
// **The judge of patches.** So we add a discriminator (lesson 05), which does not see pairs, only whether a **patch** looks like some real patch. It is convolutional and gives a score to each patch, not one to the picture. Large scale is left to $L_{\text{rec}}$, texture to the judge. With $D(x)$ the scores of all patches, the judge minimizes the hinge loss, the autoencoder has a term of its own:
//
// $$L_D=\tfrac12\Bigl(\mathbb E\max\bigl(0,1-D(x)\bigr)+\mathbb E\max\bigl(0,1+D(\hat x)\bigr)\Bigr),\qquad L_{\text{adv}}=-\,\mathbb E\,D(\hat x).$$
//
// A real patch with a score above 1 costs nothing more, nor does a made one below $-1$.
//
// ### Exercise 2 · The judge of patches (2 points)

// %% [markdown] lang="zh"
// 看表。按平方误差，最好的是均值，一片灰；按绝对误差，最好的是中位数，一张白纸（为了看得见，这里画成浅灰）。唯一*可能*为真的回答，按前者最差，按后者也不比一片灰强。所以一种损失使线变灰，另一种使线消失。只有某一种可能的概率比其余的加起来还大，按绝对误差它才一定胜出。可是我们需要位置准确吗？对眼睛来说，线画错了地方，也好过没有线。
//
// **图块判别器。** 所以再加一个判别器（第 05 课）。它不看配对，只看一个**图块**（patch）像不像某个真实的图块。它是卷积网络，给每个图块打一个分，不是给整幅图打一个分。大尺度归 $L_{\text{rec}}$ 管，纹理归判别器管。记 $D(x)$ 为全部图块的得分，判别器最小化合页损失（hinge loss），自编码器则多出一项：
//
// $$L_D=\tfrac12\Bigl(\mathbb E\max\bigl(0,1-D(x)\bigr)+\mathbb E\max\bigl(0,1+D(\hat x)\bigr)\Bigr),\qquad L_{\text{adv}}=-\,\mathbb E\,D(\hat x).$$
//
// 真图块得分超过 1，假图块低于 $-1$，就不再计损失。
//
// ### 练习 2 · 图块判别器（2 分）

// %% grade_id="latent-patch-losses" points=2
/** The judge's loss and the autoencoder's, of the scores of all patches. real, fake: [B,h,w,1] -> two scalars */
/* zh: 由所有图块的得分计算判别器的损失和自编码器的对抗损失。real、fake: [B,h,w,1] -> 两个标量 */
function patchLosses(real: tf.Tensor, fake: tf.Tensor): { judge: tf.Tensor; coder: tf.Tensor } {
  // BEGIN SOLUTION
  const onReal = tf.relu(tf.sub(1, real)).mean();
  const onMade = tf.relu(fake.add(1)).mean();
  return { judge: onReal.add(onMade).mul(0.5), coder: fake.mean().neg() };
  // END SOLUTION
}
await check('latent-patch-losses', { patchLosses });

// %% [markdown] lang="en"
// **Regularization.** Nothing so far says how large latents may become, or that near latents mean near pictures. Two remedies are in use:
//
// - **KL**: as in a VAE, the encoder gives a mean and a variance for each number, the latent is drawn, and $D_{\mathrm{KL}}(q(z\mid x)\,\|\,\mathcal N(0,I))$ is added, in nats for a whole picture, but with a **tiny weight**, about $10^{-6}$ (Stable Diffusion's way). The latents do *not* become $\mathcal N(0,I)$. They are only kept from growing without bound. And since the decoder never knows which latent is drawn, it has to make near pictures of near latents.
// - **VQ**: each place takes the nearest of a few hundred learned vectors (lesson 09), so a small change of $z$ mostly changes nothing.
//
// Together, with $n$ the count of numbers in a picture, since $L_{\text{rec}}$ is a mean and the KL a sum:
//
// $$L=L_{\text{rec}}+\lambda_{\text{adv}}L_{\text{adv}}+\frac{10^{-6}}n\,D_{\mathrm{KL}} .$$
//
// Three autoencoders, the same network, the same short training, all without a judge. The middle one has weight 1 in place of $10^{-6}$, and is a VAE: $n$ times its loss is a negative ELBO up to a constant, with a Laplace distribution for the pixels. **Guess first**: which will blur most? (About 60 seconds in all.)

// %% [markdown] lang="zh"
// **正则化。** 到此为止，没有任何东西规定隐变量能有多大，也没有规定隐变量相近则图像相近。常用的补救有两种：
//
// - **KL**：像 VAE 那样，编码器给每个数一个均值和一个方差，从中抽出隐变量，并加上 $D_{\mathrm{KL}}(q(z\mid x)\,\|\,\mathcal N(0,I))$（整幅图的奈特数），但**权重极小**，约 $10^{-6}$（Stable Diffusion 的做法）。隐变量*并不会*因此服从 $\mathcal N(0,I)$，只是不会无限变大。而且解码器事先不知道会抽到哪个隐变量，只好让相近的隐变量解码成相近的图像。
// - **VQ**：每个位置取几百个可学习向量中最近的一个（第 09 课），所以 $z$ 稍有变化，结果多半不变。
//
// 合在一起，记 $n$ 为一幅图所含的数的个数（$L_{\text{rec}}$ 是平均，KL 是总和，所以除以 $n$）：
//
// $$L=L_{\text{rec}}+\lambda_{\text{adv}}L_{\text{adv}}+\frac{10^{-6}}n\,D_{\mathrm{KL}} .$$
//
// 三个自编码器，网络相同，训练步数同样少，都不带判别器。中间那个把 $10^{-6}$ 换成 1，就是 VAE：损失乘以 $n$，差一个常数就是负的 ELBO，像素服从拉普拉斯分布。**先猜一猜**：哪个最模糊？（共约 60 秒。）

// %%
const size = {
  inputShape: [32, 32, 3],
  channels: 8,
  multipliers: [1, 2, 4],
  latentChannels: 4,
  patchWidth: 16,
  seed: 1,
};
const first = ldm.buildAutoencoder(size); // KL, weight 10⁻⁶ // zh: KL，权重 10⁻⁶
const asVae = ldm.buildAutoencoder(size); // the same network, weight 1 // zh: 同样的网络，权重 1
const withCodes = ldm.buildAutoencoder({ ...size, regularization: 'vq' }); // 256 vectors // zh: 256 个向量
console.log(
  'weights of encoder and decoder:' /* zh: '编码器与解码器的权重数：' */,
  nn.countParams(first.encoder),
  nn.countParams(first.decoder),
);
const epochs = budget({ quick: 1, default: 1, full: 5 });
const batchSize = 16;
const ofWeak = await ldm.trainStage1(first, portraits, { name: 'KL 0.000001', epochs, batchSize, seed: 1, learningRate: 2e-3 }); // prettier-ignore
const ofStrong = await ldm.trainStage1(asVae, portraits, { name: 'KL 1', epochs, batchSize, seed: 1, learningRate: 2e-3, klWeight: 1 }); // prettier-ignore
const ofVq = await ldm.trainStage1(withCodes, portraits, { name: 'VQ', epochs, batchSize, seed: 1, learningRate: 2e-3 }); // prettier-ignore
/** The reconstruction error of runs that are compared, over their steps. */
/* zh: 几次训练的重构误差，放在一起比较。 */
const errorCurves = (runs: readonly { name: string; history: History }[], title: string) =>
  figures.curves({
    series: runs.map(({ name, history: { metrics: { reconstruction: y } } }) => ({ name, x: y.map((_, i) => i + 1), y, smooth: 10 })), // prettier-ignore
    title,
    x: 'step' /* zh: '训练步数' */,
    y: 'mean absolute error, in [−1, 1]' /* zh: '平均绝对误差，取值 [−1, 1]' */,
  });
show(
  errorCurves(
    [
      { name: 'KL, weight 10⁻⁶' /* zh: 'KL，权重 10⁻⁶' */, history: ofWeak },
      { name: 'KL, weight 1' /* zh: 'KL，权重 1' */, history: ofStrong },
      { name: 'VQ, 256 codes' /* zh: 'VQ，256 个编码' */, history: ofVq },
    ],
    'Reconstruction in the same short training' /* zh: '训练步数同样少，重构误差如何下降' */,
  ),
);

// %% figure="regularization" slideshow={"slide_type": "subslide"}
const kinds = [
  { label: 'KL, weight 10⁻⁶' /* zh: 'KL，权重 10⁻⁶' */, coder: first },
  { label: 'KL, weight 1' /* zh: 'KL，权重 1' */, coder: asVae },
  { label: 'VQ, 256 codes' /* zh: 'VQ，256 个编码' */, coder: withCodes },
];
show(
  figures.imageRows(
    [
      { label: 'true' /* zh: '原图' */, images: strangers.slice(0, 8) as Tensor4D },
      ...kinds.map(({ label, coder }) => ({
        label,
        images: ldm.reconstruct(coder, strangers.slice(0, 8) as Tensor4D),
      })),
    ],
    {
      scale: 2,
      title:
        'Through three kinds of latents and back, after the same short training' /* zh: '经过三种隐变量再还原，训练步数同样少' */,
    },
  ),
);
const deviation = (x: tf.Tensor) => tf.tidy(() => tf.moments(x).variance.sqrt().dataSync()[0]);
const ofKinds = [];
for (const { label, coder } of kinds) {
  const decoded = ldm.reconstruct(coder, strangers);
  ofKinds.push({
    ['latents' /* zh: '隐变量' */]: label,
    ['mean absolute error, of 255' /* zh: '平均绝对误差（满分 255）' */]:
      255 * decoded.sub(strangers).abs().mean().dataSync()[0],
    ['attributes read right, %' /* zh: '读对的属性，%' */]: 100 * (await readRight(decoded)),
    ['standard deviation of the latents' /* zh: '隐变量的标准差' */]: deviation(ldm.encode(coder, strangers)),
  });
}
show(figures.table(ofKinds, { digits: 2, title: 'What the regularization costs' /* zh: '正则化的代价' */ }));

// %% [markdown] lang="en"
// **What you should see** (default budget): the small weight keeps most; the VAE pays for every nat that its latents carry and saves where it can, so it blurs more and its classifier score is lower. VQ stores 8 bits a place, 512 bits a picture, in all; in so short a training it is behind. What regularization *adds* is not visible here. In a long training without it, latents may grow and lie far apart; the paper found a small weight enough against that, and we take its word. **If one reads nothing right**: look at its curve. If it stopped falling early, look at the learning rate first.
//
// We go on with the first: some more training, on group pictures too. Then a fair comparison: two copies go on for the same number of steps, one of them with the judge, $\lambda_{\text{adv}}=0.1$. (About 90 seconds. The judge comes late for a reason: against early blur it wins at once, and teaches nothing.)

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：弱 KL（权重 10⁻⁶）保留的信息最多；VAE 的隐变量每携带一奈特信息都计入损失，所以尽量少存，图像更模糊，属性也读对得更少。VQ 每个位置只存 8 比特，整幅图 512 比特，训练步数这么少，它会落后。正则化*带来*的好处在这里看不见。没有它，训练久了隐变量可能越来越大，彼此离得很远；论文发现很小的权重就足以防止，这里采用它的结论。**如果哪一个什么都读不对**：看它的曲线，若早早停住不降，先查学习率。
//
// 接下来用第一个：再训练一阵，也看合影。然后做公平比较：两份副本再训练同样多步，其中一份加上判别器，$\lambda_{\text{adv}}=0.1$。（约 90 秒。判别器晚到是有原因的：面对早期的模糊它立刻获胜，什么也教不了。）

// %%
const pictures = tf.concat([portraits, groups.images]) as Tensor4D;
await ldm.trainStage1(first, pictures, { epochs: budget({ quick: 1, default: 2, full: 10 }), batchSize, seed: 2, schedule: 'cosine', learningRate: 2e-3 }); // prettier-ignore
const judged = ldm.buildAutoencoder(size);
judged.encoder.setWeights(first.encoder.getWeights());
judged.decoder.setWeights(first.decoder.getWeights());
const some = portraits.slice(
  0,
  Math.ceil(portraits.shape[0] / budget({ quick: 2, default: 1.5, full: 1 })),
) as Tensor4D;
const alone = await ldm.trainStage1(first, some, { name: 'without a judge' /* zh: '没有判别器' */, epochs: 1, batchSize, seed: 3, learningRate: 5e-4 }); // prettier-ignore
const watched = await ldm.trainStage1(judged, some, { name: 'with a judge' /* zh: '有判别器' */, epochs: 1, batchSize, seed: 3, learningRate: 5e-4, adversarialWeight: 0.1 }); // prettier-ignore
show(
  figures.panels(
    [
      errorCurves(
        [
          { name: 'without a judge' /* zh: '没有判别器' */, history: alone },
          { name: 'with a judge' /* zh: '有判别器' */, history: watched },
        ],
        'The reconstruction of both' /* zh: '两者的重构误差' */,
      ),
      figures.curves({
        series: [
          {
            name: 'judge' /* zh: '判别器' */,
            x: watched.loss.map((_, i) => i + 1),
            y: watched.metrics.patches,
            smooth: 10,
            color: 2,
          },
        ],
        yRange: [0, 1.3],
        marks: [{ y: 1, label: 'tells nothing apart' /* zh: '真假不分' */ }],
        title: 'The loss of the judge' /* zh: '判别器的损失' */,
        x: 'step' /* zh: '训练步数' */,
        y: 'hinge loss' /* zh: '合页损失' */,
      }),
    ],
    { columns: 2, title: 'Two copies go on, one of them judged' /* zh: '两份副本继续训练，其中一份加了判别器' */ },
  ),
);

// %% figure="judge" slideshow={"slide_type": "subslide"}
const pair = [
  { label: 'without a judge' /* zh: '没有判别器' */, images: ldm.reconstruct(first, strangers) },
  { label: 'with a judge' /* zh: '有判别器' */, images: ldm.reconstruct(judged, strangers) },
];
show(
  figures.imageRows(
    [{ label: 'true' /* zh: '原图' */, images: strangers }, ...pair].map(({ label, images }) => ({
      label,
      images: images.slice(0, 6) as Tensor4D,
    })),
    { scale: 4, title: 'What the judge of patches adds' /* zh: '图块判别器加了什么' */ },
  ),
);
/** Mean difference of neighbouring pixels: large where edges are sharp, and where there is noise. */
/* zh: 相邻像素之差的平均：边缘锐利时大，有噪点时也大。 */
const edges = (x: Tensor4D) => tf.tidy(() => x.slice([0, 0, 1, 0]).sub(x.slice([0, 0, 0, 0], [-1, -1, 31, -1])).abs().mean().dataSync()[0]); // prettier-ignore
const sharpness = [];
for (const { label, images } of pair) {
  sharpness.push({
    ['after the same steps' /* zh: '同样的步数之后' */]: label,
    ['mean absolute error, of 255' /* zh: '平均绝对误差（满分 255）' */]:
      255 * images.sub(strangers).abs().mean().dataSync()[0],
    ['edges, of the true pictures’, %' /* zh: '边缘强度，占原图的 %' */]: (100 * edges(images)) / edges(strangers),
    ['attributes read right, %' /* zh: '读对的属性，%' */]: 100 * (await readRight(images)),
  });
}
show(figures.table(sharpness, { digits: 1, title: 'Error against sharpness' /* zh: '误差与锐度' */ }));

// %% [markdown] lang="en"
// **What you should see** (default budget): without a judge the edges have 70 % of the true pictures' strength, since the absolute error smooths what it is not sure of. With the judge they have some 120 %, the error grows from 25 to about 34 of 255, and as many attributes are read right as before. That is the trade of this section: **error against sharpness**, decided by one weight. Here 0.1 is too much: in so short a training the judge has only learnt that real patches have contrast, and the autoencoder paints contrast everywhere, speckles too (the column counts them as edges). Try 0.02. All that follows takes the copy *without* a judge, which has seen the same steps. (The paper adds a third loss, which compares features of a trained network instead of pixels. We leave it out.)
//
// **If your faces get speckled**, the judge's weight is too high: the autoencoder paints texture where there is none.
//
// ## 4 · Can we draw from stage 1 now?
//
// A VAE draws by decoding noise. Why not here? **Guess first**, then look: noise with the latents' own mean and standard deviation, channel by channel, decoded.

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：没有判别器时，边缘只有原图的 70 %，因为绝对误差会抹平没把握的地方。有判别器时约 120 %，误差从 25 升到约 34（满分 255），读对的属性差不多一样多。这就是本节的权衡：**误差与锐度**，由一个权重决定。这里 0.1 太高：训练步数这么少，判别器只学会了真图块有反差，自编码器便到处画反差，斑点也不例外（它们也算进“边缘”那一列）。可以试试 0.02。后面用的都是*没有*判别器的那一份，两份训练的步数相同。（论文还有第三种损失，比较的是训练好的网络的特征，而不是像素。本课略去。）
//
// **如果脸上出现斑点**，说明判别器权重太高：没有纹理的地方也画上了纹理。
//
// ## 4 · 现在就能从第一阶段采样吗？
//
// VAE 解码噪声就能采样，这里为什么不行？**先猜一猜**再看：取噪声，使每个通道的均值和标准差都与隐变量相同，再解码。

// %% slideshow={"slide_type": "subslide"}
/** Eight noise images with the mean and the deviation of each channel of z. [B,8,8,4] -> [8,8,8,4] */
/* zh: 八幅噪声，各通道的均值和标准差与 z 相同。[B,8,8,4] -> [8,8,8,4] */
const noiseLike = (z: Tensor4D) =>
  tf.tidy(() => {
    const { mean, variance } = tf.moments(z, [0, 1, 2], true);
    return new Random(4).normal<tf.Rank.R4>([8, 8, 8, 4]).mul(variance.sqrt()).add<Tensor4D>(mean);
  });
show(
  figures.imageRows(
    kinds.map(({ label, coder }) => ({
      label,
      images: tf.tidy(() => ldm.decode(coder, noiseLike(ldm.encode(coder, strangers)))),
    })),
    {
      scale: 2,
      title:
        'Noise of the right scale, decoded: stage 1 is no generator' /* zh: '尺度合适的噪声解码出来：第一阶段不是生成器' */,
    },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Stage 1
//
// $$L=L_{\text{rec}}+\lambda_{\text{adv}}L_{\text{adv}}+\tfrac{10^{-6}}n\,D_{\mathrm{KL}}$$
//
// - reconstruction: right place, but blurred
// - judge of patches: sharp
// - KL or VQ: latents stay within bounds
// - it compresses; it does **not** generate

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 第一阶段
//
// $$L=L_{\text{rec}}+\lambda_{\text{adv}}L_{\text{adv}}+\tfrac{10^{-6}}n\,D_{\mathrm{KL}}$$
//
// - 重构：位置对，但模糊
// - 图块判别器：清晰
// - KL 或 VQ：隐变量不失控
// - 它只压缩，**不**生成

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes with exercise 2. Show the stripes first and let the room vote for the best answer. Then ask whether one could sample from this autoencoder as from a VAE, and show the decoded noise.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十分钟，含练习 2。先放条纹图，让大家投票哪个回答最好。再问：能不能像 VAE 那样从这个自编码器采样？然后放解码后的噪声。

// %% [markdown] lang="en"
// Colour and texture, no faces, not even where the weight of 1 has pushed latents towards $\mathcal N(0,I)$. This is an error that circulates: *"the latents of Stable Diffusion are Gaussian, because its autoencoder is a VAE"*. With a weight of $10^{-6}$ they are whatever reconstruction wants. Which latents belong to pictures, and how the 64 places hang together, nobody has learned yet. That is the work of stage 2.
//
// ### The right scale
//
// The noise schedule of lesson 11 was made for data with a standard deviation of about 1. Ours have whatever they have; those of Stable Diffusion have about 5.5. So every latent is multiplied by one constant, the **scale** $1/\hat\sigma$, before diffusion, and divided by it before decoding:
//
// $$\hat\sigma^2=\frac1{bhwc}\sum(z-\hat\mu)^2,\qquad z\leftarrow\frac z{\hat\sigma}\ \text{ for the U-Net},\qquad z\leftarrow z\,\hat\sigma\ \text{ for the decoder}.$$
//
// The sum runs over everything in a batch: $b$ pictures, $h\times w$ places, $c$ channels, with $\hat\mu$ the mean of them all. The mean itself may stay: it is the same for every picture, and noise does not cover it any sooner. The famous 0.18215 in Stable Diffusion's code is this $1/\hat\sigma$, measured once.
//
// ### Exercise 3 · There and back (2 points)

// %% [markdown] lang="zh"
// 有颜色，有纹理，没有脸，哪怕权重 1 的 KL 把隐变量推向了 $\mathcal N(0,I)$。有个说法流传很广却是错的：*“Stable Diffusion 的自编码器是 VAE，所以它的隐变量服从高斯分布。”* 权重只有 $10^{-6}$ 时，隐变量是什么样，全凭重构的需要。哪些隐变量对应真正的图像，64 个位置怎样搭配，还没有谁学过。那是第二阶段的事。
//
// ### 合适的尺度
//
// 第 11 课的噪声调度是为标准差约为 1 的数据设计的。我们的隐变量标准差是多少就是多少，Stable Diffusion 的约为 5.5。所以扩散之前，所有隐变量都乘以同一个常数，即**缩放因子**（scale）$1/\hat\sigma$，解码之前再除回去：
//
// $$\hat\sigma^2=\frac1{bhwc}\sum(z-\hat\mu)^2,\qquad z\leftarrow\frac z{\hat\sigma}\ \text{（给 U-Net）},\qquad z\leftarrow z\,\hat\sigma\ \text{（给解码器）}.$$
//
// 求和遍及一批里的全部：$b$ 幅图，$h\times w$ 个位置，$c$ 个通道；$\hat\mu$ 是它们的总均值。均值不必减掉：它对每幅图都一样，并不影响噪声多快盖过图像之间的差别。Stable Diffusion 代码里著名的 0.18215，就是测过一次的 $1/\hat\sigma$。
//
// ### 练习 3 · 去与回（2 分）

// %% grade_id="latent-scale" points=2
/** 1/σ̂, the factor that gives these latents a standard deviation of 1, all of them together. z: [B,h,w,c] -> a scalar */
/* zh: 缩放因子 1/σ̂，使这些隐变量（全体合在一起）标准差为 1。z: [B,h,w,c] -> 标量 */
function scaleOf(z: Tensor4D): tf.Scalar {
  // BEGIN SOLUTION
  return tf.moments(z).variance.sqrt().reciprocal() as tf.Scalar;
  // END SOLUTION
}
/** What the decoder must be given, of a latent as the U-Net has it. [B,h,w,c] -> [B,h,w,c] */
/* zh: U-Net 那边的隐变量要变成什么才能交给解码器。[B,h,w,c] -> [B,h,w,c] */
function forDecoder(z: Tensor4D, scale: tf.Scalar): Tensor4D {
  // BEGIN SOLUTION
  return z.div(scale);
  // END SOLUTION
}
await check('latent-scale', { scaleOf, forDecoder });

// %% [markdown] lang="en"
// **Break it.** A toy: two narrow bumps on a line at $\pm1$, and the same two made twenty times smaller and twenty times larger. The network is the exact formula, so nothing can be blamed on training. **Guess first**: which scale suffers?

// %% [markdown] lang="zh"
// **弄坏它。** 玩具：直线上 $\pm1$ 处各有一个窄峰；再把它们缩小二十倍、放大二十倍。网络是精确公式，出了问题怪不到训练头上。**先猜一猜**：哪种尺度会出问题？

// %% figure="scale" slideshow={"slide_type": "subslide"}
const toySchedule = ddpm.linearSchedule(1000);
/** The exact ε for two narrow bumps at ±size, noised to step t. [N,1] -> [N,1] */
/* zh: 两个窄峰位于 ±size，加噪到第 t 步时的精确 ε。[N,1] -> [N,1] */
const exact =
  (size: number): ddpm.Denoiser =>
  (x, [t]) => {
    const left = toySchedule.alphasCumprod[t];
    const [center, variance] = [size * Math.sqrt(left), left * (0.1 * size) ** 2 + 1 - left];
    const score = x
      .mul(center / variance)
      .tanh()
      .mul(center)
      .sub(x)
      .div(variance);
    return score.mul(-Math.sqrt(1 - left));
  };
const toyCount = budget({ quick: 500, default: 4000, full: 20_000 });
const start = new Random(6).normal<tf.Rank.R2>([toyCount, 1]);
const toySteps = ddpm.stepSubsequence(1000, 20);
const sizes = [0.05, 1, 20];
const drawn: { size: number; points: Float32Array }[] = [];
for (const size of sizes) {
  const x = await ddim.ddimSampleLoop<tf.Tensor2D>(exact(size), start.clone(), toySchedule, { steps: toySteps });
  drawn.push({ size, points: x.div(size).dataSync() as Float32Array });
}
const spreadOf = (points: Float32Array) => {
  const offs = Array.from(points, (x) => Math.abs(x) - 1);
  return Math.sqrt(offs.reduce((sum, x) => sum + x * x, 0) / offs.length);
};
show(
  figures.panels(
    drawn.map(({ size, points }) =>
      figures.histogram({
        series: [{ name: 'samples' /* zh: '样本' */, values: points }],
        title: `scale ${size}` /* zh: `尺度 ${size}` */,
        x: 'sample ÷ scale' /* zh: '样本 ÷ 尺度' */,
        y: 'density' /* zh: '密度' */,
        range: [-2, 2],
        yRange: [0, 4],
        bins: 60,
      }),
    ),
    {
      columns: 3,
      title:
        'The same two bumps, made small, as they are, and large, sampled in 20 steps' /* zh: '同样的两个峰，缩小、原样、放大，都用 20 步采样' */,
    },
  ),
);
show(
  figures.table(
    drawn.map(({ size, points }) => ({
      ['scale of the data' /* zh: '数据的尺度' */]: size,
      ['spread about ±1 (true: 0.1)' /* zh: '在 ±1 周围的离散程度（真值 0.1）' */]: spreadOf(points).toFixed(2),
      ['steps of 1,000 at which noise outweighs the data' /* zh: '1000 步中噪声盖过数据的步数' */]:
        toySchedule.alphasCumprod.filter((left) => left * size ** 2 < 1 - left).length,
    })),
    { title: 'Exact networks throughout' /* zh: '网络都是精确的' */ },
  ),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Stage 2: diffusion among latents
//
// $$\mathbb E\,\bigl\|\varepsilon-\varepsilon_\theta(z_t,t,\tau_\theta(y))\bigr\|^2$$
//
// - encode all pictures once; stage 1 stands still
// - times $1/\hat\sigma$ for the U-Net, times $\hat\sigma$ for the decoder
// - one in ten hears nothing: guidance later
// - latents are **not** $\mathcal N(0,I)$: that is why stage 2 is needed

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 第二阶段：在隐空间里扩散
//
// $$\mathbb E\,\bigl\|\varepsilon-\varepsilon_\theta(z_t,t,\tau_\theta(y))\bigr\|^2$$
//
// - 图像只编码一次，第一阶段不再变动
// - 给 U-Net 乘 $1/\hat\sigma$，给解码器乘 $\hat\sigma$
// - 以 10 % 的概率换成空条件：以后好用引导
// - 隐变量**不**服从 $\mathcal N(0,I)$，所以才要第二阶段

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Eight minutes with exercise 3. Ask what the famous 0.18215 is before you say it. Then: at which scale of the data does even an exact network fail? Most say the large one.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 八分钟，含练习 3。先问那个著名的 0.18215 是什么，再揭晓。接着问：数据在哪种尺度下，连精确的网络也会失败？多数人会说大的。

// %% [markdown] lang="en"
// **What you should see**: small data are destroyed even by an exact network. They drown in noise within a dozen of the 1,000 steps, so all that matters happens close to $t=0$, and 20 evenly spaced steps jump over it. At scale 1 both bumps stand where they should, a little narrow (0.07 for 0.1), because 20 steps are few: with 200 it would be 0.10. Large data come out even better, *here*, where the network is exact. Their trouble is with learning: look at the last column. It is while noise outweighs the data that it is decided *what* will be drawn. At scale 1 these are three quarters of all steps, at scale 20 less than a quarter: most of the training goes into removing a little noise from a picture that anybody can see.
//
// ## 5 · Stage 2: diffusion among latents
//
// Stage 1 now stands still. So its encoder need not run in every step of training: **we encode all pictures once** and keep the latents (the means that the encoder gives, no draws). The rest is lesson 11, with $z$ in place of $x$. With $y$ for what is told and $\tau_\theta(y)$ for the vectors that stand for it (section 6; here one vector, for the colour of the hair). The index $\theta$ is for all weights that stage 2 learns:
//
// $$L=\mathbb E_{z_0,\,y,\,\varepsilon\sim\mathcal N(0,I),\,t}\ \bigl\|\varepsilon-\varepsilon_\theta(z_t,t,\tau_\theta(y))\bigr\|^2,\qquad z_t=\sqrt{\bar\alpha_t}\,z_0+\sqrt{1-\bar\alpha_t}\,\varepsilon .$$
//
// This is the paper's loss. Our network says the $v$ of lesson 11 in place of $\varepsilon$. The reason: images have a range to which a guess $\hat x_0$ can be clipped, latents have none, and near $t=T$ an error in $\varepsilon$ reaches $\hat z_0$ multiplied by up to $1/\sqrt{\bar\alpha_T}\approx160$. After so short a training that is fatal: with $\varepsilon$ and all else the same, most of our samples were coloured noise. An error in $v$ is multiplied by 1 at most.
//
// One in ten hears "nothing" (lesson 14). So one network can do both: draw any face, and draw one with a hair colour that you name. (Encoding: 10 seconds; training: about a minute.)

// %% [markdown] lang="zh"
// **你应该看到**：数据太小，连精确的网络也救不了。1000 步里才过十来步，它们就淹没在噪声里，要紧的事全发生在 $t=0$ 附近，而均匀的 20 步正好跳了过去。尺度为 1 时，两个峰的位置都对，只是略窄（0.07，应为 0.1），因为 20 步太少：用 200 步就是 0.10。数据太大，*在这里*结果更准，因为网络是精确的。它的麻烦在学习：看最后一列。噪声盖过数据的那些步，才决定*画什么*。尺度为 1 时，这样的步占四分之三；尺度为 20 时不到四分之一，大部分训练只是在学怎样从一幅谁都看得清的图上抹掉一点噪声。
//
// ## 5 · 第二阶段：在隐空间里扩散
//
// 第一阶段从此不再变动，所以训练时不必每一步都运行编码器：**所有图像只编码一次**，把隐变量存下来（取编码器给出的均值，不抽样）。其余就是第 11 课，只是 $x$ 换成了 $z$。记 $y$ 为条件，$\tau_\theta(y)$ 为代表它的那些向量（第 6 节细讲；这里只有一个向量，表示发色），下标 $\theta$ 指第二阶段要学的全部权重：
//
// $$L=\mathbb E_{z_0,\,y,\,\varepsilon\sim\mathcal N(0,I),\,t}\ \bigl\|\varepsilon-\varepsilon_\theta(z_t,t,\tau_\theta(y))\bigr\|^2,\qquad z_t=\sqrt{\bar\alpha_t}\,z_0+\sqrt{1-\bar\alpha_t}\,\varepsilon .$$
//
// 这是论文的损失。我们的网络不预测 $\varepsilon$，改为预测第 11 课的 $v$。原因是：图像有取值范围，对 $\hat x_0$ 的猜测可以截断；隐变量没有，而在 $t=T$ 附近，$\varepsilon$ 的误差传到 $\hat z_0$ 要放大到约 $1/\sqrt{\bar\alpha_T}\approx160$ 倍。训练这么短，这是致命的：改成预测 $\varepsilon$，其余不变，我们的样本大多成了彩色噪声。而 $v$ 的误差至多乘 1，不会放大。
//
// 以 10 % 的概率把条件换成空条件（第 14 课）。于是一个网络两样都会：随便画一张脸，或者按你点的发色画。（编码 10 秒，训练约一分钟。）

// %%
const batch = budget({ quick: 8, default: 32, full: 64 });
/** A fresh second stage on our first, told by vectors that `conditioner` makes; its scale is that of `images`. */
/* zh: 在第一阶段之上新建第二阶段，条件由 conditioner 变成向量，缩放因子由 images 测得。 */
function secondStage(conditioner: tf.LayersModel, images: Tensor4D): ldm.LatentDiffusion {
  const unet = { channels: 32, multipliers: [1, 2], attention: [1] };
  const model = ldm.buildLatentDiffusion(first, { unet, prediction: 'v', emaDecay: 0.99, seed: 1 }, conditioner);
  tf.tidy(() =>
    model.scale.assign(scaleOf(ldm.encode(first, images.slice(0, Math.min(500, images.shape[0])) as Tensor4D))),
  );
  return model;
}
/** All latents of some pictures, as the U-Net has them. [N,32,32,3] -> [N,8,8,4] */
/* zh: 一批图像的全部隐变量，U-Net 那边的尺度。[N,32,32,3] -> [N,8,8,4] */
function latentsOf(model: ldm.LatentDiffusion, images: Tensor4D): Tensor4D {
  const parts: Tensor4D[] = [];
  for (let from = 0; from < images.shape[0]; from += 250) {
    parts.push(
      tf.tidy(() => ldm.toLatents(model, images.slice(from, Math.min(250, images.shape[0] - from)) as Tensor4D)),
    );
  }
  return tf.concat(parts) as Tensor4D;
}
/** Lesson 11's training among latents. z0: [N,8,8,4]; told, nothing: what the conditioner takes, [N,M,…] and [1,M,…] */
/* zh: 第 11 课的训练，搬到隐空间。z0: [N,8,8,4]；told、nothing：conditioner 的输入，[N,M,…] 与 [1,M,…] */
function trainAmongLatents<T extends tf.Tensor2D | Tensor3D>(
  name: string,
  model: ldm.LatentDiffusion,
  {
    z0,
    told,
    nothing,
    steps,
    learned = model.ema.variables,
  }: { z0: Tensor4D; told: T; nothing: T; steps: number; learned?: readonly tf.Variable[] },
): Promise<History> {
  return train({
    name,
    steps,
    variables: learned,
    state: model.ema.state,
    onUpdate: () => model.ema.update(),
    batches: function* (epoch) {
      const order = new Random(1).fork(epoch).shuffle(z0.shape[0]);
      for (let from = 0; from + batch <= order.length; from += batch) {
        yield tf.tidy(() => {
          const rows = tf.tensor1d(order.slice(from, from + batch), 'int32');
          return { z: z0.gather(rows), told: told.gather(rows) as T }; // changed: latents, not pictures // zh: 改动：是隐变量，不是图像
        });
      }
    },
    loss: ({ z, told }, random) => {
      const heard = ldm.withoutSome(told, nothing, 0.1, random); // one in ten hears nothing // zh: 以 10 % 的概率换成空条件
      const t = ddpm.drawSteps(z.shape[0], model.schedule, random);
      const denoise = ldm.denoiserOf(model, { told: heard }); // changed: told something // zh: 改动：听到了条件
      return ddpm.ddpmLoss(denoise, z, t, random.normal(z.shape), model.schedule, { prediction: 'v' }); // changed: v for ε // zh: 改动：预测 v，不是 ε
    },
    learningRate: 1e-3,
    schedule: 'cosine',
    seed: 1,
  });
}

// %%
/** The vector that says which class, the eighth stands for none: [n] -> [n,1,8] */
/* zh: 表示类别的向量，第八个表示“没说”：[n] -> [n,1,8] */
const asVectors = (labels: ArrayLike<number>) =>
  tf.tidy(() =>
    tf
      .oneHot(tf.tensor1d(Array.from(labels), 'int32'), 8)
      .toFloat()
      .expandDims(1),
  ) as Tensor3D;
const classInput = tf.input({ shape: [1, 8] });
const classLayer = tf.layers.dense({ units: 32, useBias: false, kernelInitializer: new nn.Seeds(1).glorot() });
const byClass = secondStage(
  tf.model({ inputs: classInput, outputs: classLayer.apply(classInput) as tf.SymbolicTensor }),
  portraits,
);
console.log(
  'scale' /* zh: '缩放因子' */,
  byClass.scale.dataSync()[0].toFixed(3),
  'weights of U-Net and conditioner:' /* zh: 'U-Net 与条件编码器的权重数：' */,
  nn.countParams(byClass.network),
  nn.countParams(byClass.conditioner as tf.LayersModel),
);
const codes = latentsOf(byClass, portraits);
console.log(
  'standard deviation of the latents, scaled:' /* zh: '缩放后隐变量的标准差：' */,
  deviation(codes).toFixed(2),
);
const noColour = asVectors([7]);
const learning = await trainAmongLatents('hair colours' /* zh: '发色' */, byClass, {
  z0: codes,
  told: asVectors(people.train.labels()),
  nothing: noColour,
  steps: budget({ quick: 4, default: 450, full: 20_000 }),
});
show(
  figures.curves({
    series: [{ name: 'loss' /* zh: '损失' */, x: learning.loss.map((_, i) => i + 1), y: learning.loss, smooth: 30 }],
    title: 'The loss falls at once, then slowly' /* zh: '损失先骤降，再缓慢下降' */,
    x: 'step' /* zh: '训练步数' */,
    y: 'mean squared error of v' /* zh: 'v 的均方误差' */,
    yRange: [0, 1.8],
  }),
);

// %% figure="unconditional" slideshow={"slide_type": "subslide"}
const drawSteps = budget({ quick: 3, default: 25, full: 50 });
/** Eight of the steps at most, evenly spread, the first and the last among them. */
/* zh: 至多八步，均匀分布，含第一步和最后一步。 */
const shownSteps = new Set(Array.from({ length: 8 }, (_, i) => 1 + Math.round((i * (drawSteps - 1)) / 7)));
const moments: { label: string; image: Tensor4D }[] = [];
const anybody = await ldm.sample(byClass, 16, new Random(7), {
  condition: { told: forAll(noColour, 16) },
  steps: drawSteps,
  onStep: ({ step, predX0 }) => {
    if (shownSteps.has(step))
      moments.push({ label: `${step}`, image: tf.tidy(() => ldm.toImages(byClass, predX0.slice(0, 1) as Tensor4D)) });
  },
});
show(figures.imageStrip(moments, { scale: 3, title: 'What the U-Net believes behind the noise, after these steps, decoded' /* zh: '去噪到各步时，U-Net 认为噪声背后是什么（解码后）' */ })); // prettier-ignore
show(
  figures.imageGrid(anybody, {
    columns: 8,
    scale: 3,
    title: 'Nothing asked: unconditional samples' /* zh: '什么也没要求：无条件样本' */,
  }),
);

// %% [markdown] lang="en"
// **What you should see**: the strip begins with a smear of average face, and the large things (background, hair, where the head is) are decided first. The samples have a head in the middle, hair on top and a lighter background, and no features that one could name: that much a minute buys. The loss is still falling; `GENLAB_BUDGET=full` trains forty times longer. **If all samples are alike and grey**: is the latents' standard deviation, printed above, near 1?

// %% [markdown] lang="zh"
// **你应该看到**：那一条从一团平均脸开始，大的东西（背景、头发、头的位置）最先定下来。样本中间有头，上面有头发，背景较浅，五官却认不出来：一分钟只能换到这些。损失还在下降，`GENLAB_BUDGET=full` 会训练四十多倍那么久。**如果所有样本都一样灰**：看看上面打印的标准差，是不是接近 1？

// %% figure="classes" slideshow={"slide_type": "subslide"}
const perColour = budget({ quick: 1, default: 20, full: 50 });
const labels = Array.from({ length: 7 * perColour }, (_, i) => i % 7);
const drawColours = (gamma: number) =>
  ldm.sample(byClass, labels.length, new Random(8), {
    condition: { told: asVectors(labels) },
    unconditional: { told: forAll(noColour, labels.length) },
    guidance: gamma,
    steps: drawSteps,
  });
const coloured = await drawColours(3);
const rowsOfColours = Array.from({ length: Math.min(3, perColour) }, (_, i) => ({
  label: `${i + 1}`,
  images: coloured.slice(7 * i, 7) as Tensor4D,
}));
show(
  figures.imageRows(rowsOfColours, {
    scale: 3,
    labels: rowsOfColours.flatMap(() => [...people.classes['en' /* zh: 'zh' */]]),
    title: 'Seven hair colours ordered, γ = 3' /* zh: '点了七种发色，γ = 3' */,
  }),
);
const place = faces.attributeNames.indexOf('hairColour');
const wantedColours = labels.map((label) => faces.attributeNames.map((_, k) => (k === place ? label : -1)));
console.log('right colour at γ = 3:' /* zh: 'γ = 3 时发色正确：' */, percent(await readRight(coloured, wantedColours)));
console.log('and at γ = 1:' /* zh: 'γ = 1 时：' */, percent(await readRight(await drawColours(1), wantedColours)));

// %% [markdown] lang="en"
// **What you should see**: with $\gamma=3$ the columns begin to take on their colours. The last lines count it with the attribute classifier (default budget): about 26 % at $\gamma=3$, 20 % at $\gamma=1$; guessing would give 14 %.
//
// ## 6 · How do you tell it?
//
// A class is one of seven. A sentence is a few dozen words, a layout a handful of boxes. What do they have in common? Each can be written as a **list of vectors** $\tau_\theta(y)\in\mathbb R^{M\times d_\tau}$, one for each word or box, made by a network $\tau_\theta$ (for one class, $M=1$). Then every place of the latent image should pick from the list what concerns *it*: the places at the top the hat, those below the mouth.
//
// That is attention (lesson 11's U-Net has it among places). Each place $i$ asks with a **query**, each vector $j$ offers a **key** and a **value**: the better query and key fit, the more the value weighs in the answer:
//
// $$Q=XW_Q,\quad K=\tau W_K,\quad V=\tau W_V,\qquad \boxed{\ \operatorname{softmax}\Bigl(\frac{QK^{\mathsf T}}{\sqrt d}\Bigr)V\ }$$
//
// $X\in\mathbb R^{N\times C}$ has the $N$ places as rows, each with the $C$ channels that the U-Net has there (its convolutions know from the border where a place lies); $\tau$ is short for $\tau_\theta(y)$, $d$ is the length of a query. The softmax runs over the $M$ vectors told, so each place has a weight of 1 to spread. Where does $\sqrt d$ come from? If the entries of a query and a key are independent with mean 0 and variance 1, their scalar product is a sum of $d$ products, each with variance 1: its standard deviation is $\sqrt d$. Divided by it, the scores keep a size of about 1, whatever $d$; without it the softmax soon puts all its weight on one vector, and its gradient vanishes.
//
// It is called **cross-attention** because questions and answers come from different sources. One more matrix brings the result back to $C$ channels, and it is added to $X$, in some blocks of the U-Net.
//
// ### Exercise 4 · Cross-attention (3 points)

// %% [markdown] lang="zh"
// **你应该看到**：$\gamma=3$ 时各列开始染上各自的颜色。最后两行用属性分类器数了一遍（默认预算）：$\gamma=3$ 时约 26 %，$\gamma=1$ 时约 20 %；瞎猜是 14 %。
//
// ## 6 · 怎么告诉它？
//
// 类别是七选一，句子是几十个词，布局是几个边界框。它们有什么共同点？都可以写成**一列向量** $\tau_\theta(y)\in\mathbb R^{M\times d_\tau}$，每个词或每个边界框一个，由网络 $\tau_\theta$ 产生（单个类别时 $M=1$）。然后，隐特征图的每个位置应该从中挑出与*自己*有关的：上面的位置挑帽子，下面的挑嘴。
//
// 这就是注意力（第 11 课的 U-Net 里，位置与位置之间已经用过）。位置 $i$ 用**查询**（query）来问，向量 $j$ 给出**键**（key）和**值**（value）；查询与键越匹配，对应的值所占权重越大：
//
// $$Q=XW_Q,\quad K=\tau W_K,\quad V=\tau W_V,\qquad \boxed{\ \operatorname{softmax}\Bigl(\frac{QK^{\mathsf T}}{\sqrt d}\Bigr)V\ }$$
//
// $X\in\mathbb R^{N\times C}$ 的各行是 $N$ 个位置，每个位置有 U-Net 在该处的 $C$ 个通道（卷积能从图像边缘得知自己在哪里）；$\tau$ 是 $\tau_\theta(y)$ 的简写，$d$ 是查询向量的长度。softmax 在 $M$ 个条件向量上归一化，所以每个位置都有总和为 1 的权重可分。$\sqrt d$ 从何而来？若查询与键的各分量相互独立、均值 0、方差 1，它们的内积就是 $d$ 个方差为 1 的乘积之和，标准差是 $\sqrt d$。除以它，不管 $d$ 多大，得分的大小都约为 1；不除，softmax 很快就把全部权重压在一个向量上，梯度随之消失。
//
// 问的与答的来自不同的地方，所以叫**交叉注意力**（cross-attention）。结果再乘一个矩阵变回 $C$ 个通道，加到 $X$ 上；U-Net 里有若干块这样做。
//
// ### 练习 4 · 交叉注意力（3 分）

// %% grade_id="latent-cross-attention" points=3
/** softmax(QKᵀ/√d)·V for one picture and one head. x: [N,C], context: [M,dτ], wq: [C,d], wk, wv: [dτ,d] -> [N,d] and the weights [N,M] */
/* zh: softmax(QKᵀ/√d)·V，一幅图像、一个头。x: [N,C]，context: [M,dτ]，wq: [C,d]，wk、wv: [dτ,d] -> [N,d] 与权重 [N,M] */
function crossAttention(
  x: tf.Tensor2D,
  context: tf.Tensor2D,
  wq: tf.Tensor2D,
  wk: tf.Tensor2D,
  wv: tf.Tensor2D,
): { mixed: tf.Tensor2D; weights: tf.Tensor2D } {
  // BEGIN SOLUTION
  const [query, key, value] = [
    x.matMul<tf.Tensor2D>(wq),
    context.matMul<tf.Tensor2D>(wk),
    context.matMul<tf.Tensor2D>(wv),
  ];
  const scores = tf.matMul<tf.Tensor2D>(query, key, false, true).div<tf.Tensor2D>(Math.sqrt(wq.shape[1]));
  const weights = tf.softmax(scores); // over the M things told // zh: 在 M 个条件向量上归一化
  return { mixed: tf.matMul(weights, value), weights };
  // END SOLUTION
}
await check('latent-cross-attention', { crossAttention });

// %% [markdown] lang="en"
// Four places at different heights, three words, and matrices chosen by hand so that the score, divided by $\sqrt d$, is $-30(a-b)^2$ up to a constant for each place, for a place at height $a$ (0 is the top) and a word that belongs at $b$. Your function fills the table. **Guess first**: whom does the place at the bottom listen to, although no word belongs there?

// %% [markdown] lang="zh"
// 四个高度不同的位置，三个词，矩阵是手选的：位置高度为 $a$（0 在最上面），词应在的高度为 $b$，除以 $\sqrt d$ 之后的得分是 $-30(a-b)^2$ 加一个常数（同一位置的常数相同）。表由你的函数来填。**先猜一猜**：最下面没有词该去的地方，那个位置听谁的？

// %% figure="who-listens" slideshow={"slide_type": "subslide"}
const toyWords = ['hat' /* zh: '帽子' */, 'eyes' /* zh: '眼睛' */, 'mouth' /* zh: '嘴' */];
const toyPlaces = ['top' /* zh: '上' */, 'upper' /* zh: '中上' */, 'lower' /* zh: '中下' */, 'bottom' /* zh: '下' */];
const heights = tf.tensor2d([
  [0, 1],
  [0.35, 1],
  [0.65, 1],
  [1, 1],
]); // height, and a constant // zh: 高度，以及常数 1
const meanings = tf.tensor2d([
  [0, 1],
  [0.4, 1],
  [0.7, 1],
]); // where each thing belongs // zh: 每样东西应在的高度
// −30(a−b)² without the a² that does not matter: a scalar product; times √d, which is divided by. // zh: −30(a−b)² 去掉无关的 a² 就是内积；乘 √d 是因为后面要除。
const wq = tf
  .tensor2d([
    [60, 0],
    [0, 30],
  ])
  .mul<tf.Tensor2D>(Math.sqrt(2));
const told = tf.tensor2d(Array.from(meanings.arraySync(), ([b]) => [b, -b * b]));
const { weights } = crossAttention(heights, told, wq, tf.eye(2), tf.eye(2));
show(
  figures.heatmap({
    values: weights,
    xs: toyWords,
    ys: toyPlaces,
    topDown: true,
    digits: 2,
    range: [0, 1],
    title:
      'Each place listens to the nearest word, the lowest one too' /* zh: '每个位置都听离自己最近的词，最下面的也是' */,
    x: 'word (key)' /* zh: '词（键）' */,
    y: 'place (query)' /* zh: '位置（查询）' */,
    color: 'weight' /* zh: '权重' */,
  }),
);

// %% [markdown] lang="en"
// It listens to the mouth, the nearest thing: a softmax cannot answer "nobody". Texts have a way out: their start and end marks, which our captions carry too, are vectors like the others, and places that nothing concerns can learn to put their weight there. And with a single vector, as for our hair colours, the softmax is 1 whatever the query says: every place gets the same $V$, and cross-attention has become an addition.
//
// ### Layouts
//
// Now a list of boxes. Each is a vector of its place, its size and a one-hot of its kind, which two dense layers turn into one of $\tau$'s rows. An absent box goes in as zeros; its row of $\tau$ is a vector too, which the model learns to read as "nobody". The group pictures have one box or two, and their kind is the colour of the background. Nothing else changes: same U-Net, same training, the scale measured again, on these pictures. (About 50 seconds.)
//
// The order has two halves. **Guess first**: after a minute, which will be nearer to what real pictures reach, *where* or *what*?

// %% [markdown] lang="zh"
// 它听嘴的，因为嘴最近：softmax 没法回答“谁也不听”。文本倒有个出路：开始和结束标记（我们的描述也有）同样各占一个向量，与自己有关的词一个也没有时，可以学会把权重放在那里。另外，若只有一个向量，比如我们的发色，那么不管查询是什么，softmax 都是 1：每个位置得到同样的 $V$，交叉注意力就成了加法。
//
// ### 布局
//
// 现在换成一列边界框。每个边界框是一个向量：位置、大小，加上种类的独热编码，由两个全连接层变成 $\tau$ 的一行。没有的框输入全是零；它在 $\tau$ 里的那一行仍是一个向量，模型会学会把它读作“没有人”。合影里有一两个边界框，种类就是背景颜色。别的都不变：同样的 U-Net，同样的训练，只是缩放因子用这些图像重新测。（约 50 秒。）
//
// 要求有两半。**先猜一猜**：训练一分钟之后，哪一半更接近真实图像的水平，*在哪里*还是*是什么*？

// %%
const kindsOfBox = faces.attributeValues.backgroundColour.length;
const layout = { boxes: 2, kinds: kindsOfBox, dim: 32, seed: 1 };
const byLayout = secondStage(ldm.buildLayoutConditioner(layout), groups.images); // changed: boxes for a class // zh: 改动：类别换成边界框
console.log('weights of the conditioner:' /* zh: '条件编码器的权重数：' */, nn.countParams(byLayout.conditioner as tf.LayersModel)); // prettier-ignore
const groupCodes = latentsOf(byLayout, groups.images);
const noBoxes = ldm.layoutOf([[]], layout);
await trainAmongLatents('layouts' /* zh: '布局' */, byLayout, {
  z0: groupCodes,
  told: ldm.layoutOf(groups.layouts, layout),
  nothing: noBoxes,
  steps: budget({ quick: 4, default: 350, full: 10_000 }),
});

// %% figure="layout" slideshow={"slide_type": "subslide"}
const orders = groupPictures(budget({ quick: 8, default: 64, full: 256 }), 5);
const seated = await ldm.sample(byLayout, orders.layouts.length, new Random(9), {
  condition: { told: ldm.layoutOf(orders.layouts, layout) },
  unconditional: { told: forAll(noBoxes, orders.layouts.length) },
  guidance: 2,
  steps: drawSteps,
});
/** The mean colour of each kind of box in the training pictures. [kinds][3] */
/* zh: 训练图像里每种边界框的平均颜色。[kinds][3] */
function boxColours(images: Tensor4D, layouts: readonly (readonly ldm.Box[])[]): { kind: number; rgb: number[] }[] {
  return layouts.flatMap((boxes, i) =>
    boxes.map(({ left, top, kind }) => ({
      kind,
      rgb: tf.tidy(() =>
        Array.from(
          images
            .slice([i, 32 * top, 32 * left, 0], [1, 4, 16, 3])
            .mean([0, 1, 2])
            .dataSync(),
        ),
      ), // its upper edge // zh: 边界框上沿
    })),
  );
}
const known = boxColours(groups.images, groups.layouts);
const palette = Array.from({ length: kindsOfBox }, (_, kind) => {
  const own = known.filter((box) => box.kind === kind);
  return [0, 1, 2].map((k) => own.reduce((sum, { rgb }) => sum + rgb[k], 0) / own.length);
});
const nearest = (rgb: readonly number[]) => {
  const far = palette.map((color) => Math.hypot(...color.map((value, k) => value - rgb[k])));
  return far.indexOf(Math.min(...far));
};
const agree = (boxes: readonly { kind: number; rgb: number[] }[]) =>
  percent(boxes.filter(({ kind, rgb }) => nearest(rgb) === kind).length / boxes.length);
/** The orders as pictures: boxes filled with the mean colour of their kind. */
/* zh: 把要求画成图：边界框填上该种类的平均颜色。 */
const plans = tf.tidy(() =>
  tf.stack(
    orders.layouts.slice(0, 8).map((boxes) =>
      boxes.reduce<tf.Tensor>(
        (paper, box) => {
          const area = inBox(box);
          return paper.mul(tf.sub(1, area)).add(area.mul(tf.tensor1d(palette[box.kind])));
        },
        tf.ones([32, 32, 3]),
      ),
    ),
  ),
) as Tensor4D;
show(
  figures.imageRows(
    [
      { label: 'ordered' /* zh: '要求' */, images: edged(plans) },
      { label: 'drawn' /* zh: '画出的' */, images: edged(seated.slice(0, 8)) },
    ],
    { scale: 3, title: 'Boxes with a background colour: where, and what' /* zh: '带背景色的边界框：在哪里，是什么' */ },
  ),
);
/** Share of the pixels that are painted where a box was ordered, and white where none was. */
/* zh: 该有框的地方画了东西、没有框的地方是白纸的像素所占的比例。 */
const inPlace = (images: Tensor4D, layouts: readonly (readonly ldm.Box[])[]) =>
  tf.tidy(() => {
    const asked = tf.stack(layouts.map((boxes) => tf.addN(boxes.map((box) => inBox(box))).min(2)));
    const painted = images.min(3).less(0.9).toFloat();
    return percent(1 - painted.sub(asked).abs().mean().dataSync()[0]);
  });
const ofOthers = orders.layouts.map((_, i) => orders.layouts[(i + 1) % orders.layouts.length]);
show(
  figures.table(
    [
      { what: 'drawn' /* zh: '画出的' */, images: seated, layouts: orders.layouts },
      { what: 'real pictures' /* zh: '真实图像' */, images: orders.images, layouts: orders.layouts },
      {
        what: 'real pictures of other orders' /* zh: '别的要求的真实图像' */,
        images: orders.images,
        layouts: ofOthers,
      },
    ].map(({ what, images, layouts }) => ({
      ['pictures' /* zh: '图像' */]: what,
      ['where: pixels as ordered' /* zh: '在哪里：符合要求的像素' */]: inPlace(images, layouts),
      ['what: boxes of the colour ordered' /* zh: '是什么：颜色符合要求的边界框' */]: agree(
        boxColours(images, layouts),
      ),
    })),
    {
      title:
        'Where, and what, between the worst and the best that these measures give' /* zh: '在哪里，是什么：与这两种度量的最低和最高水平比较' */,
    },
  ),
);

// %% [markdown] lang="en"
// **What you should see** (default budget): dark heads begin to gather where boxes were ordered, the paper is not clean, and no colour is right but by chance. The table counts both halves: *where* by the pixels that are painted or white as ordered, *what* by the colour on the upper edge of each box. Real pictures give the best that these measures can say; pictures of other orders give what one gets without listening. *Where* gets 47 %, less than the 58 % of clean pictures in the wrong places, because grain on the paper counts as paint; *what* gets 23 %, no more than without listening. So *where* shows first, to the eye, and 350 steps are too few for either measure; `GENLAB_BUDGET=full` takes 10,000.
//
// ## 7 · A sentence
//
// Text-to-image systems look very different, and nearly all have the same **three parts**.

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：深色的头开始聚到要求的地方，纸面还不干净，颜色只是碰巧才对。表里两半都数了：*在哪里*，数该画的画了、该白的白着的像素；*是什么*，看每个边界框上沿的颜色。真实图像那一行是这两种度量的上限，“别的要求”那一行是不听要求也能得的分。*在哪里*得 47 %，比位置不对但纸面干净的 58 % 还低，因为纸上的噪点也算画了东西；*是什么*得 23 %，与不听要求一样。所以肉眼先看出的是*在哪里*，而 350 步对两种度量都太少；`GENLAB_BUDGET=full` 训练 10,000 步。
//
// ## 7 · 一句话
//
// 文生图系统看上去各不相同，但几乎都有同样的**三个部件**。

// %% figure="three-parts" slideshow={"slide_type": "subslide"}
show(
  figures.diagram({
    nodes: [
      { id: 'caption', x: 0, y: 0, text: 'caption' /* zh: '描述' */ },
      { id: 'text', x: 1, y: 0, text: 'text encoder' /* zh: '文本编码器' */, color: 0 },
      { id: 'noise', x: 1, y: 1, text: 'noise' /* zh: '噪声' */ },
      { id: 'model', x: 2, y: 0, text: 'generator' /* zh: '生成模型' */, color: 1 },
      { id: 'decoder', x: 3, y: 0, text: 'decoder' /* zh: '解码器' */, color: 2 },
      { id: 'picture', x: 4, y: 0, text: 'picture' /* zh: '图像' */ },
    ],
    edges: [
      { from: 'caption', to: 'text' },
      { from: 'text', to: 'model' },
      { from: 'noise', to: 'model' },
      { from: 'model', to: 'decoder' },
      { from: 'decoder', to: 'picture' },
    ],
    title: 'Three parts, from a sentence to a picture' /* zh: '从句子到图像的三个部件' */,
  }),
);

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## Cross-attention
//
// $$\operatorname{softmax}\Bigl(\frac{QK^{\mathsf T}}{\sqrt d}\Bigr)V$$
//
// - queries from the places, keys and values from what is told
// - class: one vector; layout: one a box; text: one a word
// - each place picks what concerns it

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 交叉注意力
//
// $$\operatorname{softmax}\Bigl(\frac{QK^{\mathsf T}}{\sqrt d}\Bigr)V$$
//
// - 查询来自各个位置，键和值来自条件
// - 类别：一个向量；布局：每框一个；文本：每词一个
// - 每个位置挑与自己有关的

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Twelve minutes with exercise 4. Before the heat map: which word will the lowest place listen to? Then: what happens with one vector only? (An addition.) Then the table of systems: let the room place the ones it knows.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十二分钟，含练习 4。放热图之前问：最下面的位置听哪个词？再问：只有一个向量会怎样？（变成加法。）然后是系统表：让大家把自己知道的系统放进去。

// %% [markdown] lang="en"
// | | text encoder | generation model | decoder |
// |---|---|---|---|
// | Stable Diffusion 1 (2022) | CLIP's, frozen | diffusion among 64×64×4 latents | autoencoder, $f=8$: 512×512 |
// | Imagen (2022) | T5-XXL, a language model, frozen | diffusion among 64×64 *pixels* | two diffusion models that enlarge: 256, then 1024 |
// | DALL·E (2021) | none of its own: words and picture are one sequence | autoregression over 32×32 codes (lesson 09) | of a discrete VAE: 256×256 |
// | DALL·E 2 (2022) | CLIP's, and a *prior* that turns its vector into that of a picture | diffusion among 64×64 pixels | two diffusion models that enlarge |
// | this lesson | of a small CLIP for our faces (`face-clip`), frozen | diffusion among 8×8×4 latents | ours, $f=4$: 32×32 |
//
// (*Frozen*: not trained further. CLIP is a pair of networks, one for pictures and one for texts, trained so that what belongs together gets similar vectors: lesson 17.)
//
// Two ways to make the problem small: an autoencoder (Stable Diffusion), or a small picture first and **super-resolution** afterwards (Imagen). The first DALL·E is no diffusion model; the second is.
//
// Our text encoder is a small transformer, one half of such a pair. It knows English and Chinese, and gives a vector for each of 48 tokens: words, a start and an end mark, padding. It is frozen: only the U-Net learns, so $\tau$ has no share in $\theta$ here. (About half a minute.)

// %% [markdown] lang="zh"
// | | 文本编码器 | 生成模型 | 解码器 |
// |---|---|---|---|
// | Stable Diffusion 1（2022） | CLIP 的，冻结 | 64×64×4 隐变量上的扩散 | 自编码器，$f=8$：512×512 |
// | Imagen（2022） | 语言模型 T5-XXL，冻结 | 64×64 *像素*上的扩散 | 两个放大用的扩散模型：先 256，再 1024 |
// | DALL·E（2021） | 没有单独的：词与图像排成一个序列 | 32×32 个编码上的自回归（第 09 课） | 离散 VAE 的：256×256 |
// | DALL·E 2（2022） | CLIP 的，外加一个把文本向量变成图像向量的*先验* | 64×64 像素上的扩散 | 两个放大用的扩散模型 |
// | 本课 | 为卡通脸训练的小 CLIP（`face-clip`）的，冻结 | 8×8×4 隐变量上的扩散 | 自己的，$f=4$：32×32 |
//
// （*冻结*即不再训练。CLIP 是一对网络，一个看图像，一个读文本，训练得使相配的图文得到相近的向量：第 17 课。）
//
// 把问题变小有两条路：用自编码器（Stable Diffusion），或者先画小图、再做**超分辨率**（super-resolution，Imagen）。第一代 DALL·E 不是扩散模型，第二代才是。
//
// 我们的文本编码器是个小 Transformer，正是这样一对里读文本的那个。它懂中文和英文，为 48 个词元各给一个向量：词、开始和结束标记、填充。它是冻结的：只有 U-Net 在学，这里的 $\theta$ 不含 $\tau$ 的权重。（约半分钟。）

// %%
const reading = { vocabulary: faces.vocabulary.length, length: faces.maxTokens };
const clip = metrics.clip.buildClip({ text: reading });
loadCheckpoint('face-clip', { image: clip.image, text: clip.text, textHead: clip.textHead });
const byText = secondStage(clip.text, portraits); // stands still, as in Stable Diffusion and Imagen // zh: 不再训练，与 Stable Diffusion 和 Imagen 一样
const tokensOf = (texts: readonly string[]) =>
  tf.tensor2d(
    texts.map((text) => faces.encode(text)),
    [texts.length, faces.maxTokens],
    'int32',
  );
const silence = tokensOf(['']);
console.log(
  'text encoder, U-Net, decoder:' /* zh: '文本编码器、U-Net、解码器：' */,
  [clip.text, byText.network, first.decoder].map((part) => nn.countParams(part).toLocaleString('en-US')).join(', '),
);
await trainAmongLatents('text to image' /* zh: '文生图' */, byText, {
  z0: codes,
  told: tokensOf(captions),
  nothing: silence,
  steps: budget({ quick: 3, default: 200, full: 30_000 }),
  learned: nn.variablesOf(byText.network),
});

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## One frame of three parts
//
// - **text encoder**: CLIP's (Stable Diffusion, DALL·E 2), T5 (Imagen)
// - **generation model**: diffusion among latents, or among few pixels, or autoregression over codes
// - **decoder**: an autoencoder's, or super-resolution
// - DALL·E of 2021 is no diffusion model

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 一个框架，三个部件
//
// - **文本编码器**：CLIP（Stable Diffusion、DALL·E 2）、T5（Imagen）
// - **生成模型**：隐空间扩散，少量像素上的扩散，或编码上的自回归
// - **解码器**：自编码器的，或超分辨率
// - 2021 年的 DALL·E 不是扩散模型

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Seven minutes, and then captions from the room. Before the curve: where does γ = 0 lie? (At somebody else's face.)

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 七分钟，然后请大家口述描述。放曲线之前问：γ = 0 在哪里？（在“别人的脸”那条线上。）

// %% [markdown] lang="en"
// ### The model that comes with the course
//
// In half a minute a U-Net learns little more than that a head is in the middle. It would need hours, so the course brings a model of the same kind that has had them: `checkpoints/faces-text`. Its autoencoder has 16 channels instead of 4, its U-Net is wider, its text encoder was allowed to learn along, and it saw 20,000 faces in three styles (comic, pencil sketch, watercolour) in an hour and a half on one processor core. You load it in four parts, and one number beside them: without the scale of its latents it would draw nothing sensible. (A second.)

// %% [markdown] lang="zh"
// ### 课程随附的模型
//
// 半分钟里，U-Net 学到的几乎只有“中间有个脑袋”。它需要几个小时，所以课程随附一个训练够久的同类模型：`checkpoints/faces-text`。自编码器不是 4 个通道而是 16 个，U-Net 更宽，文本编码器也跟着一起学，看过三种画风（漫画、铅笔素描、水彩）的 20,000 张脸，在一个处理器核上训练了一个半小时。读入的是四个部件，外加一个数：没有隐变量的缩放因子，它画不出像样的东西。（一秒。）

// %%
const shipped = ldm.buildAutoencoder({ inputShape: [32, 32, 3], channels: 32, multipliers: [1, 2, 2], latentChannels: 16 }); // prettier-ignore
const artist = ldm.buildLatentDiffusion(
  shipped,
  { unet: { channels: 40, multipliers: [1, 2], attention: [1] }, schedule: 'cosine', prediction: 'v' },
  nn.buildTextEncoder(reading),
);
const { latentScale } = loadCheckpoint('faces-text', {
  conditioner: artist.conditioner as tf.LayersModel, // text encoder // zh: 文本编码器
  network: artist.network, // generation model // zh: 生成模型
  encoder: shipped.encoder, // the other way, for inpainting // zh: 反方向，补洞时用
  decoder: shipped.decoder,
});
tf.tidy(() => artist.scale.assign(tf.scalar(Number(latentScale)))); // it lies beside the weights in the file // zh: 它与权重一起存在文件里
artist.ema.reset(); // draws with the weights just loaded // zh: 用刚读入的权重采样
console.log(
  'text encoder, U-Net, decoder:' /* zh: '文本编码器、U-Net、解码器：' */,
  [artist.conditioner as tf.LayersModel, artist.network, shipped.decoder].map((part) => nn.countParams(part).toLocaleString('en-US')).join(', '), // prettier-ignore
);

// %% [markdown] lang="en"
// Do they hear anything? Write captions of new faces, draw with both models, and let the attribute classifier compare with what was ordered. Two lines to compare with: the real faces of these captions, and *somebody else's* faces, which is what a model gets that listens to nothing. **Guess first**: where is $\gamma=0$? (About 40 seconds.)

// %% [markdown] lang="zh"
// 它们听得进去吗？取新面孔的描述，用两个模型画出来，让属性分类器与要求对照。两条对照线：这些描述本来的脸，以及*别人的*脸，也就是什么也不听的模型能得的分。**先猜一猜**：$\gamma=0$ 在哪里？（约 40 秒。）

// %%
/** A picture for each caption; `seen` gets what the U-Net believes after each step. */
/* zh: 每句描述一幅图；每一步之后，把 U-Net 此刻认为的图像交给 seen。 */
function draw(
  model: ldm.LatentDiffusion,
  texts: readonly string[],
  gamma: number,
  seed: number,
  seen?: (step: number, images: Tensor4D) => void,
): Promise<Tensor4D> {
  return ldm.sample(model, texts.length, new Random(seed), {
    condition: { told: tokensOf(texts) },
    unconditional: { told: forAll(silence, texts.length) },
    guidance: gamma,
    steps: drawSteps,
    onStep: ({ step, predX0 }) =>
      seen?.(
        step,
        tf.tidy(() => ldm.toImages(model, predX0 as Tensor4D)),
      ),
  });
}
const asking = budget({ quick: 6, default: 64, full: 500 });
const requests = people.test.captions(
  Array.from({ length: asking }, (_, i) => i),
  { language: 'both', detail: 0.5, seed: 'orders' },
);
const wanted = requests.map((text) => faces.wantedVector(faces.parseCaption(text)));
/** What somebody else's face gets: each face against the wishes of the next caption. */
/* zh: “别人的脸”能得多少：拿下一句描述的要求对照这张脸。 */
const blind = await readRight(
  strangers.slice(0, asking) as Tensor4D,
  wanted.map((_, i) => wanted[(i + 1) % asking]),
);
const realRight = await readRight(strangers.slice(0, asking) as Tensor4D, wanted);
const sweepOf = async (model: ldm.LatentDiffusion, gammas: readonly number[]) => {
  const rows = [];
  for (const gamma of gammas) {
    const images = await draw(model, requests, gamma, 10);
    const fit = tf.tidy(() => metrics.clip.clipScore(clip, images, tokensOf(requests)).mean().dataSync()[0]);
    rows.push({ gamma, images, right: await readRight(images, wanted), fit });
  }
  return rows;
};
const sweep = await sweepOf(byText, budget({ quick: [0, 3], default: [0, 2, 8], full: [0, 1, 2, 3, 4, 6, 8] }));
const sweepShipped = await sweepOf(artist, budget({ quick: [0, 3], default: [0, 1, 2, 4, 8], full: [0, 1, 1.5, 2, 3, 4, 6, 8] })); // prettier-ignore

// %% figure="sweep" slideshow={"slide_type": "subslide"}
show(
  figures.curves({
    series: [
      { name: 'shipped' /* zh: '随附的模型' */, rows: sweepShipped },
      { name: 'trained here' /* zh: '刚才训练的' */, rows: sweep },
    ].map(({ name, rows }) => ({
      name,
      x: rows.map(({ gamma }) => gamma),
      y: rows.map(({ right }) => 100 * right),
      points: true,
    })),
    marks: [
      { y: 100 * realRight, label: 'real faces' /* zh: '真实人脸' */ },
      { y: 100 * blind, label: 'somebody else’s face' /* zh: '别人的脸' */ },
    ],
    title:
      'Half a minute hears nothing; an hour and a half hears, and more with guidance' /* zh: '半分钟什么也听不见；一个半小时听得见，加引导听得更多' */,
    x: 'γ',
    y: 'attributes as ordered, %' /* zh: '符合要求的属性，%' */,
    yRange: [0, 112],
  }),
);
show(figures.table(sweepShipped.map(({ gamma, right, fit }) => ({ γ: gamma, ['attributes as ordered, %' /* zh: '符合要求的属性，%' */]: 100 * right, ['text–image score' /* zh: '图文匹配分' */]: fit })), { digits: 1, title: 'What the shipped model hears of a caption' /* zh: '随附的模型把描述听进去多少' */ })); // prettier-ignore
show(
  figures.imageRows(
    sweepShipped.map(({ gamma, images }) => ({ label: `γ = ${gamma}`, images: images.slice(0, Math.min(8, asking)) as Tensor4D })), // prettier-ignore
    { scale: 2, title: 'The same captions and noises, more and more guidance' /* zh: '描述与噪声都相同，引导渐强' */ },
  ),
);

// %% figure="two-languages" slideshow={"slide_type": "subslide"}
// Faces with combinations of attributes that no training picture had, in all three styles. // zh: 属性的组合在训练图像里从没出现过的脸，三种画风都有。
const newcomers = datasets.captionedFaces({ train: 0, test: 0, heldOut: budget({ quick: 1, default: 4, full: 8 }), seed: 15 }); // prettier-ignore
const twice: { label: string; images: Tensor4D }[] = [];
for (let i = 0; i < newcomers.heldOut.size; i++) {
  for (const [language, name] of [
    ['en', 'English' /* zh: '英文' */],
    ['zh', 'Chinese' /* zh: '中文' */],
  ] as const) {
    const [sentence] = newcomers.heldOut.captions([i], { language, detail: 1 });
    console.log(`${i + 1}: ${sentence}`);
    const images = await draw(artist, Array<string>(budget({ quick: 2, default: 6, full: 8 })).fill(sentence), 3, 14);
    twice.push({ label: `${i + 1} · ${name}`, images: tf.concat([newcomers.heldOut.images([i]), images]) as Tensor4D });
  }
}
show(
  figures.imageRows(twice, {
    scale: 2,
    title:
      'First column: the face that was described. Then drawn, each caption from the same noise' /* zh: '第一列：被描述的那张脸。其余：画出来的，每句都用同样的噪声' */,
  }),
);

// %% [markdown] lang="en"
// **What you should see** (default budget): the model of half a minute stays at the line of other people's faces, whatever $\gamma$: it hears nothing. The shipped one hears a little over half of what is said at $\gamma=1$, and 69 % at $\gamma=4$; at 8 nothing more is gained, and the colours grow hard (lesson 14). At $\gamma=0$ the caption is not heard at all, and the score even falls below the line, since drawn faces are harder to read than real ones. (The text–image score is 100 times the cosine between the two vectors of our small CLIP. The shipped text encoder began as a copy of its text half, so this judge is not an independent one.)
//
// Look at *what* is heard. Of a hundred captions in all styles ($\gamma=3$) the style and the colour of the background were right nearly always, the kind of hair four times in five, a hat twice in three; eyes, mouths, glasses and earrings, two or three pixels each, were wrong more often than right. Large things are learnt first, as they are drawn first. Captions in both languages lead to the same kind of face, though seldom to the same one: other words, other vectors. **If it draws nothing but grey**: was the scale set before drawing?
//
// ### Type a caption
//
// Now you. The cell below draws four faces for one sentence and shows what the U-Net believes after each step. Change the sentence, run it again. Words that the captions know: colours, hair, hats, glasses, beards, moods, backgrounds.

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：半分钟练出来的模型，不管 $\gamma$ 取多少，都停在“别人的脸”那条线上：什么也没听见。随附的模型在 $\gamma=1$ 时听进去一半多，$\gamma=4$ 时 69 %；到 8 不再增加，颜色却变得生硬（第 14 课）。$\gamma=0$ 时完全不理描述，得分甚至低于那条线，因为画出来的脸比真脸难认。（图文匹配分是小 CLIP 两个向量之间余弦的 100 倍。随附的文本编码器就是从它的文本那一半开始练的，所以这个评委并不独立。）
//
// 再看听进去的是*什么*。拿各种画风的一百句描述试过（$\gamma=3$）：画风和背景颜色几乎都对，发型五次对四次，帽子三次对两次；眼睛、嘴、眼镜、耳环只有两三个像素，错的比对的多。大的先学会，正如大的先画出来。两种语言的描述引出同一类脸，但很少是同一张：词不同，向量就不同。**如果画出来全是灰的**：采样之前设好缩放因子了吗？
//
// ### 输入一句描述
//
// 轮到你了。下面的单元按一句话画四张脸，每一步之后都显示 U-Net 此刻认为的图像。改一改句子，再运行。描述里用过的词都懂：颜色、发型、帽子、眼镜、胡子、表情、背景。

// %% figure="wish" slideshow={"slide_type": "subslide"}
const wish: string = 'a girl with long red hair, green background'; /* zh: '红色长发的女孩，绿色背景' */
const frames: { label: string; image: Tensor4D }[] = [];
const wished = await draw(artist, Array<string>(4).fill(wish), 3, 11, (step, images) => {
  show(figures.imageGrid(images, { columns: 4, scale: 4, title: `${wish} · ${step}/${drawSteps}` }), { id: 'wish' });
  if (shownSteps.has(step)) frames.push({ label: `${step}`, image: images.slice(0, 1) as Tensor4D });
});
show(figures.imageGrid(wished, { columns: 4, scale: 4, title: wish }), { id: 'wish' });
show(figures.imageStrip(frames, { scale: 3, title: 'The first of them, step by step' /* zh: '第一幅，一步一步' */ })); // prettier-ignore

// %% figure="one-word" slideshow={"slide_type": "subslide"}
const colourWords = ['black' /* zh: '黑色' */, 'red' /* zh: '红色' */, 'blue' /* zh: '蓝色' */, 'pink' /* zh: '粉色' */, 'grey' /* zh: '灰色' */, 'blond' /* zh: '金色' */]; // prettier-ignore
const oneWord: { label: string; images: Tensor4D }[] = [];
for (let seed = 0; seed < budget({ quick: 1, default: 3, full: 3 }); seed++) {
  const parts: Tensor4D[] = [];
  for (const word of colourWords) {
    parts.push(await draw(artist, [`a comic of a woman with long ${word} hair, plain yellow background` /* zh: `漫画，${word}长发的女人，纯黄色背景` */], 3, 20 + seed)); // prettier-ignore
  }
  oneWord.push({ label: `z ${seed + 1}`, images: tf.concat(parts) as Tensor4D });
}
show(
  figures.imageRows(oneWord, {
    scale: 3,
    labels: oneWord.flatMap(() => colourWords),
    title: 'One noise a row, one word changed a column' /* zh: '每行一个噪声，每列改一个词' */,
  }),
);

// %% [markdown] lang="en"
// Along a row the noise stays and one word changes; what the word does not concern, the face and its expression, mostly stays too. So the noise decides *who*, the word *what colour*. That follows from sampling without fresh noise (lesson 12): one noise, one picture.
//
// And with a field to type in, a slider and a button, in JupyterLab and VS Code:

// %% [markdown] lang="zh"
// 每一行噪声不变，只改一个词；与这个词无关的，比如脸和表情，大多也不变。可见*是谁*由噪声定，*什么颜色*由词定。这是采样时不加新噪声的结果（第 12 课）：一份噪声，一幅图。
//
// 在 JupyterLab 和 VS Code 里，还可以用输入框、滑块和按钮：

// %%
import { interact, text } from 'genlab/widgets';

interact(
  async ({ caption, gamma }) => {
    const images = await draw(artist, Array<string>(4).fill(caption), gamma, 12);
    show(figures.imageGrid(images, { columns: 4, scale: 4, title: `${caption} · γ = ${gamma}` }));
  },
  { caption: text({ value: wish, continuous: false }), gamma: [0, 8, 0.5] },
  { button: 'Draw' /* zh: '画' */ },
);

// %% [markdown] lang="en"
// ## 8 · Fill a hole
//
// This is **inpainting**. A hole in a picture: a scratch, somebody who should not be there, or hair that should be pink. Must one train a model for holes? **No**: a model that draws whole pictures knows what fits. We only have to keep it to what is known (Lugmayr and others, 2022, RePaint).
//
// At each step we hold a noisy latent $z_t$. The model makes $z_{t-1}^{\text{made}}$ of it, everywhere. Where the picture is known, we know better: there $z_{t-1}$ is the known latent, noised to the level $t-1$ by the closed form of lesson 11. With a mask $m$, 1 in the hole and 0 outside, and $\odot$ place by place,
//
// $$z_{t-1}=(1-m)\odot\underbrace{\bigl(\sqrt{\bar\alpha_{t-1}}\,z_0^{\text{known}}+\sqrt{1-\bar\alpha_{t-1}}\,\varepsilon\bigr)}_{\text{known, as noisy as the rest}}+\;m\odot z_{t-1}^{\text{made}} .$$
//
// Why noise what we know exactly? Because the U-Net expects latents of *one* noise level; clean ones beside noisy ones it has never seen.
//
// In latent space one thing is new. A latent place stands for 4×4 pixels. If **any** of them is in the hole, the place belongs to the hole: so the mask is shrunk by its maximum, not its mean. (The encoder looks a little further than 4×4 pixels, so known latents next to the hole still have some of what fills it: one more reason for a visible border.) At the end the known pixels are laid over the decoded picture, since the decoder would blur them a little.
//
// ### Exercise 5 · The inpainting step (2 points)
//
// Some programs turn the mask round (1 where it is kept). Here 1 is the hole.

// %% [markdown] lang="zh"
// ## 8 · 补洞
//
// 这叫**图像修补**（inpainting）。图像上有个洞：一道划痕，一个不该在的人，或者一头想染成粉色的头发。要专门训练一个补洞的模型吗？**不用**：会画整幅图的模型知道什么才搭配。我们只要让它守住已知的部分（Lugmayr 等，2022，RePaint）。
//
// 每一步手里有加噪的隐变量 $z_t$。模型由它得到各处的 $z_{t-1}^{\text{made}}$。在图像已知的地方，我们知道得更准：那里的 $z_{t-1}$ 取已知隐变量，用第 11 课的闭式加噪到 $t-1$ 级。设掩码 $m$ 在洞里为 1，洞外为 0，$\odot$ 为逐位置相乘：
//
// $$z_{t-1}=(1-m)\odot\underbrace{\bigl(\sqrt{\bar\alpha_{t-1}}\,z_0^{\text{known}}+\sqrt{1-\bar\alpha_{t-1}}\,\varepsilon\bigr)}_{\text{已知部分，噪声与其余一样大}}+\;m\odot z_{t-1}^{\text{made}} .$$
//
// 明明准确知道，为什么还要加噪？因为 U-Net 期待的是*同一*噪声级的隐变量；干净的与加噪的并排，它从没见过。
//
// 到了隐空间，有一点是新的：一个隐变量位置代表 4×4 个像素。其中只要有**一个**在洞里，这个位置就算洞，所以缩小掩码时取最大值，不取平均。（编码器看到的范围比 4×4 略大，洞旁的已知隐变量还是沾了一点洞里的填充色，这也是边界看得出来的一个原因。）最后，把已知像素盖回解码后的图像上，因为解码器会让它们略微变糊。
//
// ### 练习 5 · 补洞的一步（2 分）
//
// 有些程序的掩码反过来（1 表示保留）。这里 1 是洞。

// %% grade_id="latent-inpainting-step" points=2
/** The latent one step less noisy: known latents where mask is 0, made ones where it is 1. left is ᾱ of that step. All [B,h,w,·] */
/* zh: 噪声少一步的隐变量：mask 为 0 处取已知的，为 1 处取画出来的。left 是那一步的 ᾱ。形状均为 [B,h,w,·] */
function inpaintingStep(known: Tensor4D, made: Tensor4D, mask: Tensor4D, left: number, noise: Tensor4D): Tensor4D {
  // BEGIN SOLUTION
  const noised = known.mul(Math.sqrt(left)).add(noise.mul(Math.sqrt(1 - left)));
  return noised.mul(tf.sub(1, mask)).add(made.mul(mask));
  // END SOLUTION
}
await check('latent-inpainting-step', { inpaintingStep });

// %% [markdown] lang="en"
// Your step at work, with the shipped model of section 7: it was never told of holes. Rows 0 to 13 are cut away: the last of them reach halfway into a row of latents, which the maximum counts as hole. One trick of RePaint: after each step, go back by one step of noise and do it again, so that the hole has another chance to agree with its surroundings. In the fourth row the same hole is filled on order, with guidance: "pink hair". That is **editing**. (About 30 seconds.)
//
// **Guess first**: what will differ between one pass and three?

// %% [markdown] lang="zh"
// 用第 7 节随附的模型来跑你写的这一步，从没有人对它提过洞。第 0 到 13 行挖掉了：最后几行只占一行隐变量的一半，按最大值，这一行也算洞。RePaint 有个窍门：每一步之后，退回一步噪声再做一遍，让洞再与周围商量一次。第四行的洞是按要求补的（带引导）：“粉色头发”，这就是**编辑**。（约 30 秒。）
//
// **先猜一猜**：做一遍与做三遍会有什么不同？

// %%
/** Fills holes (mask 1, [B,32,32,1]) among latents as the text says; each step is done `repeats` times. [B,32,32,3] -> [B,32,32,3] */
/* zh: 按文本在隐空间里补洞（mask 为 1 处，[B,32,32,1]）；每一步重复 repeats 次。[B,32,32,3] -> [B,32,32,3] */
async function fill(
  model: ldm.LatentDiffusion,
  images: Tensor4D,
  mask: Tensor4D,
  text: string,
  repeats: number,
  seed: number,
): Promise<Tensor4D> {
  const noiseOf = new Random(seed);
  const schedule = ddpm.respace(model.schedule, ddpm.stepSubsequence(model.schedule.steps, drawSteps));
  const known = ldm.toLatents(model, images.mul(tf.sub(1, mask)).add(mask.mul(0.5))); // grey in the hole // zh: 洞里填灰
  const hole = tf.maxPool(mask, 4, 4, 'valid'); // [B,8,8,1]: a latent with any pixel in the hole // zh: 只要有一个像素在洞里，这个隐变量就算洞
  const noise = () => noiseOf.normal<tf.Rank.R4>(known.shape);
  const [told, untold] = [text, ''].map((one) => ({ told: tokensOf(Array<string>(images.shape[0]).fill(one)) }));
  const denoise = ldm.guided(model, told, untold, text === '' ? 1 : 3);
  const z = await model.ema.during(async () => {
    let z = noise();
    for (let t = schedule.steps; t >= 1; t--) {
      for (let again = t > 1 ? repeats : 1; again >= 1; again--) {
        z = tf.tidy(() => {
          const { mean, logVariance } = ddpm.pMeanVariance(denoise, z, ddpm.everyone(z, t), schedule, {
            prediction: 'v',
          });
          const made = t > 1 ? mean.add<Tensor4D>(logVariance.mul(0.5).exp().mul(noise())) : mean;
          const joined = inpaintingStep(known, made, hole, schedule.alphasCumprod[t - 1], noise());
          if (again === 1) return joined;
          // Back to t by one step of q: the hole has another go with its surroundings. // zh: 用 q 退回第 t 步，让洞再与周围商量一次
          return joined.mul(Math.sqrt(1 - schedule.betas[t])).add<Tensor4D>(noise().mul(Math.sqrt(schedule.betas[t])));
        });
      }
    }
    return z;
  });
  return tf.tidy(() => images.mul(tf.sub(1, mask)).add<Tensor4D>(ldm.toImages(model, z).mul(mask)));
}
const sitters = strangers.slice(0, 8) as Tensor4D;
/** A hole of the rows 0 to 13: forehead and hair. */
/* zh: 第 0 到 13 行挖掉：额头和头发。 */
const hole = tf.tidy(() =>
  tf.ones([8, 14, 32, 1]).pad([
    [0, 0],
    [0, 18],
    [0, 0],
    [0, 0],
  ]),
) as Tensor4D;
const aside = tf.tidy(() => sitters.mul(tf.sub(1, hole)).add(hole.mul(0.5))) as Tensor4D;
const filledOnce = await fill(artist, sitters, hole, '', 1, 12);
const filled = await fill(artist, sitters, hole, '', 3, 12);
const inPink = await fill(artist, sitters, hole, 'a person with pink hair' /* zh: '粉色头发的人' */, 3, 12);

// %% figure="inpainting" slideshow={"slide_type": "subslide"}
show(
  figures.imageRows(
    [
      { label: 'hole' /* zh: '挖掉' */, images: aside },
      { label: 'once a step' /* zh: '每步一次' */, images: filledOnce },
      { label: 'three times' /* zh: '每步三次' */, images: filled },
      { label: 'told: pink hair' /* zh: '条件：粉色头发' */, images: inPink },
      { label: 'as it was' /* zh: '原来的' */, images: sitters },
    ],
    { scale: 2, title: 'A model that never saw a hole fills one' /* zh: '从没见过洞的模型也会补洞' */ },
  ),
);
/** Mean jump over the border of the hole, between rows 13 and 14. */
/* zh: 洞的边界上（第 13 与 14 行之间）的平均跳变。 */
const seam = (x: Tensor4D) => tf.tidy(() => 255 * x.slice([0, 13, 0, 0], [-1, 1, -1, -1]).sub(x.slice([0, 14, 0, 0], [-1, 1, -1, -1])).abs().mean().dataSync()[0]); // prettier-ignore
show(
  figures.table(
    [
      { rows: 'once a step' /* zh: '每步一次' */, images: filledOnce },
      { rows: 'three times' /* zh: '每步三次' */, images: filled },
      { rows: 'true' /* zh: '原图' */, images: sitters },
    ].map(({ rows, images }) => ({
      ['filled' /* zh: '补法' */]: rows,
      ['jump at the border, of 255' /* zh: '边界跳变（满分 255）' */]: seam(images),
    })),
    { digits: 1, title: 'How well the filled part joins' /* zh: '补上的部分接得好不好' */ },
  ),
);

// %% [markdown] lang="en"
// **What you should see** (default budget): the lower part of a face gets hair or a hat, and a background, grainier than the rest and often somebody else's: of what was cut away the model knows nothing, and invents. After one pass the hair may have any colour; after three it more often goes with the strands that are left. In the fourth row most of the hair is pink, or on the way there. The table measures the jump at the border: that of the true pictures is the goal, 33 of 255; one pass has 54 and three have 47. **If the filled part ignores its surroundings**, check which side of the mask your step keeps. **If it is noisy**, look at the last step.
//
// ## 9 · Enlarge a small picture
//
// Imagen's other half: a small picture is given, a large one wanted. Many large pictures fit one small one, so, again, the mean of them would be blurred, and a sample is not. The condition is now a picture, and a picture can be told more directly than by cross-attention: **laid beside** the noisy latent as further channels (concatenated) (Saharia and others, 2021; in latent space Rombach and others, §4.4). Our 8×8 picture and our 8×8 latent even have the same sides. Three lines of training change. (About 80 seconds.)
//
// **Guess first**: PSNR is the mean squared error in decibels, $-10\log_{10}\mathrm{MSE}$ for pixels in $[0,1]$; larger is better. Who wins it: bilinear enlargement, or diffusion?

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：下半张脸配上了头发或帽子，还有背景，比其余部分多些颗粒，而且常常是另一个人的：挖掉的是什么，模型无从知道，只能编。做一遍时，头发什么颜色都可能；做三遍后，更多地与露在外面的发丝一致。第四行的头发大多是粉色的，或者偏粉。表里量的是边界上的跳变：越接近真实图像的值（33）越好；一遍是 54，三遍是 47。**如果补的部分与周围毫不相干**，检查你的步保留的是掩码的哪一边；**如果有噪点**，看最后一步。
//
// ## 9 · 把小图放大
//
// Imagen 的另一半：给一幅小图，要一幅大图。同一幅小图对应许多幅大图，所以它们的平均又是模糊的，样本则不是。这次的条件是图像，而图像条件有比交叉注意力更直接的输入方式：与加噪的隐变量**在通道维上拼接**（concatenate）（Saharia 等，2021；隐空间的做法见 Rombach 等 §4.4）。8×8 的小图与 8×8 的隐变量，边长恰好相同。训练只改三行。（约 80 秒。）
//
// **先猜一猜**：PSNR 用分贝表示均方误差，像素取值 $[0,1]$ 时为 $-10\log_{10}\mathrm{MSE}$，越大越好。谁会赢：双线性插值，还是扩散？

// %%
const enlarger = nn.buildUnet({
  inputShape: [8, 8, 4 + 3], // changed: the small picture beside the noisy latent // zh: 改动：小图与加噪的隐变量拼接
  outChannels: 4,
  channels: 32,
  multipliers: [1, 2],
  attention: [1],
  seed: 1,
});
console.log('weights:' /* zh: '权重数：' */, enlarger.countParams());
const smallOf = (images: Tensor4D) => tf.tidy(() => ldm.shrink(images, 4).mul(2).sub(1)) as Tensor4D; // [B,8,8,3] in [−1, 1] // zh: [B,8,8,3]，取值 [−1, 1]
const beside =
  (small: Tensor4D): ddpm.Denoiser =>
  (zt, t) =>
    tf.tidy(() => enlarger.apply([tf.concat([zt, small], 3), tf.tensor1d([...t], 'float32')]) as tf.Tensor); // changed // zh: 改动
const smallPortraits = smallOf(portraits);
await train({
  name: 'super-resolution' /* zh: '超分辨率' */,
  steps: budget({ quick: 4, default: 350, full: 20_000 }),
  variables: nn.variablesOf(enlarger),
  batches: function* (epoch) {
    const order = new Random(2).fork(epoch).shuffle(codes.shape[0]);
    for (let from = 0; from + batch <= order.length; from += batch) {
      yield tf.tidy(() => {
        const rows = tf.tensor1d(order.slice(from, from + batch), 'int32');
        return { z: codes.gather(rows), small: smallPortraits.gather(rows) };
      });
    }
  },
  loss: ({ z, small }, random) => {
    const t = ddpm.drawSteps(z.shape[0], byClass.schedule, random);
    return ddpm.ddpmLoss(beside(small), z, t, random.normal(z.shape), byClass.schedule, { prediction: 'v' }); // changed // zh: 改动
  },
  learningRate: 1e-3,
  schedule: 'cosine',
  seed: 2,
});
const judgedOn = budget({ quick: 8, default: 100, full: 300 });
const originals = strangers.slice(0, judgedOn) as Tensor4D;
const zT = new Random(13).normal<tf.Rank.R4>([judgedOn, 8, 8, 4]);
const z0 = await ddim.ddimSampleLoop<Tensor4D>(beside(smallOf(originals)), zT, byClass.schedule, {
  steps: ddpm.stepSubsequence(byClass.schedule.steps, drawSteps),
  prediction: 'v',
});

// %% figure="super-resolution" slideshow={"slide_type": "subslide"}
const enlarged = [
  {
    label: '8×8',
    images: tf.tidy(() => tf.image.resizeNearestNeighbor(ldm.shrink(originals, 4), [32, 32])) as Tensor4D,
  },
  { label: 'bilinear' /* zh: '双线性插值' */, images: ldm.enlarge(ldm.shrink(originals, 4), [32, 32]) },
  { label: 'diffusion' /* zh: '扩散' */, images: ldm.toImages(byClass, z0) },
  { label: 'stage 1 alone' /* zh: '仅第一阶段' */, images: ldm.reconstruct(first, originals) },
  { label: 'true' /* zh: '原图' */, images: originals },
];
show(
  figures.imageRows(
    enlarged.map(({ label, images }) => ({ label, images: images.slice(0, 8) as Tensor4D })),
    { scale: 2, title: 'From 8×8 to 32×32' /* zh: '从 8×8 到 32×32' */ },
  ),
);
const ofEnlarged = [];
for (const { label, images } of enlarged) {
  ofEnlarged.push({
    ['picture' /* zh: '图像' */]: label,
    ['PSNR, dB' /* zh: 'PSNR，dB' */]:
      images === originals ? null : tf.tidy(() => ldm.psnr(images, originals).mean().dataSync()[0]),
    ['edges, of the true pictures’, %' /* zh: '边缘强度，占原图的 %' */]: (100 * edges(images)) / edges(originals),
    ['attributes read right, %' /* zh: '读对的属性，%' */]: 100 * (await readRight(images, truth.slice(0, judgedOn))),
  });
}
show(figures.table(ofEnlarged, { digits: 1, title: 'Error, sharpness, meaning' /* zh: '误差、锐度、含义' */ }));

// %% [markdown] lang="en" slideshow={"slide_type": "slide"} tags=["slide"]
// ## What else can be done among latents
//
// - **inpainting**: known part noised to the same level, the rest made
// - mask: a latent is in the hole if any of its pixels is
// - **super-resolution**: the small picture beside the noisy latent
// - sharper is not nearer: PSNR prefers the blur

// %% [markdown] lang="zh" slideshow={"slide_type": "slide"} tags=["slide"]
// ## 隐空间里还能做什么
//
// - **补洞**：已知部分加噪到同一级，其余由模型画
// - 掩码：有一个像素在洞里，隐变量就算洞
// - **超分辨率**：小图与加噪的隐变量在通道维上拼接
// - 清晰不等于接近：PSNR 偏爱模糊

// %% [markdown] lang="en" slideshow={"slide_type": "notes"} tags=["slide"]
// Ten minutes with exercise 5. Ask what the U-Net would make of clean latents beside noisy ones. Then the enlarged faces: vote which row is best before the table says what each measure prefers.

// %% [markdown] lang="zh" slideshow={"slide_type": "notes"} tags=["slide"]
// 十分钟，含练习 5。问：干净的隐变量与加噪的并排，U-Net 会怎样？再看放大的脸：先投票哪一行最好，再看表里每种度量偏爱谁。

// %% [markdown] lang="en"
// **What you should see** (default budget): bilinear enlargement wins PSNR, 15.3 dB against 13.0, and is a fog; diffusion has edges of nearly 90 % of the true pictures' strength against 28 %, and invents detail that is not true: the classifier reads less off it, 49 % against 52 %. The row "stage 1 alone" is the autoencoder's own reconstruction: roughly the ceiling for PSNR and for what is read right, since every latent method ends with the same decoder. Remember the stripes of section 3: an error pixel by pixel rewards the blur. Whoever reports PSNR alone rewards it too, and whoever shows sharp faces alone hides that they are invented. A face "enlarged" from a security camera is evidence of nothing.
//
// ## 10 · Find the bug
//
// A colleague took a pixel sampler and made it a latent one. It gives flat colours, and captions do little. Three mistakes; all three are typical of *latent* text-to-image samplers.
//
// ```
// function paint(denoise, decode, { words, nothing, zT, alphasCumprod, steps, gamma, scale }) {
//   let z = zT;
//   for (t from the last of steps down to the first; next is the step below t, or 0) {
//     const c = denoise(z, t, words);
//     const u = denoise(z, t, tf.zerosLike(words));            // without a caption
//     const guided = c.mul(gamma).add(u.mul(1 - gamma));
//     const x0 = z.sub(guided.mul(Math.sqrt(1 - alphasCumprod[t])))
//                 .div(Math.sqrt(alphasCumprod[t])).clipByValue(-1, 1);
//     z = x0.mul(Math.sqrt(alphasCumprod[next])).add(guided.mul(Math.sqrt(1 - alphasCumprod[next])));
//   }
//   return decode(z);
// }
// ```
//
// ### Exercise 6 · Find the bug (3 points)
//
// Write it right. (`scale` is the $1/\hat\sigma$ of section 4: the U-Net has latents times the scale.) Ask of each line: was this true for pixels, and is it for latents? And what did the network hear in training when it heard nothing?

// %% [markdown] lang="zh"
// **你应该看到**（默认预算）：双线性插值赢得 PSNR，15.3 dB 对 13.0，看上去却是一团雾；扩散的边缘有真实图像的近 90 %，插值只有 28 %，但它编出来的细节不是真的：从中读对的属性更少，49 % 对 52 %。“仅第一阶段”那一行是自编码器自己的重构，大致是 PSNR 和属性的上限，因为隐空间的方法最后都要经过同一个解码器。记得第 3 节的条纹：逐像素的误差奖励模糊。只报 PSNR，就是在奖励模糊；只给人看清晰的脸，就是在隐瞒那是编的。从监控画面“放大”出来的脸，什么也证明不了。
//
// ## 10 · 找出错误
//
// 同事把像素采样器改成了隐空间的。画出来是一片片平涂的颜色，描述几乎不起作用。有三处错误，都是*隐空间*文生图采样器特有的。
//
// ```
// function paint(denoise, decode, { words, nothing, zT, alphasCumprod, steps, gamma, scale }) {
//   let z = zT;
//   for (t 从 steps 的最后一个到第一个；next 是 t 之前的一个，没有则为 0) {
//     const c = denoise(z, t, words);
//     const u = denoise(z, t, tf.zerosLike(words));            // 没有描述
//     const guided = c.mul(gamma).add(u.mul(1 - gamma));
//     const x0 = z.sub(guided.mul(Math.sqrt(1 - alphasCumprod[t])))
//                 .div(Math.sqrt(alphasCumprod[t])).clipByValue(-1, 1);
//     z = x0.mul(Math.sqrt(alphasCumprod[next])).add(guided.mul(Math.sqrt(1 - alphasCumprod[next])));
//   }
//   return decode(z);
// }
// ```
//
// ### 练习 6 · 找出错误（3 分）
//
// 请写出正确的版本。（`scale` 是第 4 节的 $1/\hat\sigma$：U-Net 那边是隐变量乘以它。）逐行问：这对像素成立，对隐变量也成立吗？训练时网络听到“什么也没说”，听到的究竟是什么？

// %% grade_id="latent-find-the-bug" points=3
/** What a text-to-image sampler is given. */
/* zh: 文生图采样器得到的东西。 */
interface Painting {
  readonly words: tf.Tensor; // [B,M,dτ]
  readonly nothing: tf.Tensor; // of the empty text, [B,M,dτ] // zh: 空文本的向量，[B,M,dτ]
  readonly zT: tf.Tensor; // [B,h,w,c]
  readonly alphasCumprod: readonly number[]; // ᾱ_0 = 1, ᾱ_1, …, ᾱ_T
  readonly steps: readonly number[]; // rising // zh: 从小到大
  readonly gamma: number; // of the guidance // zh: 引导强度
  readonly scale: number; // 1/σ̂ of section 4: latents times this have a deviation of 1 // zh: 第 4 节的 1/σ̂：隐变量乘以它，标准差为 1
}
/** A picture from noise zT: [B,h,w,c], by DDIM with guidance γ; words, nothing: what cross-attention is given */
/* zh: 从噪声 zT: [B,h,w,c] 出发，用引导强度为 γ 的 DDIM 得到图像；words、nothing：交给交叉注意力的向量 */
function paint(
  denoise: (z: tf.Tensor, t: number, context: tf.Tensor) => tf.Tensor,
  decode: (z: tf.Tensor) => tf.Tensor,
  { words, nothing, zT, alphasCumprod, steps, gamma, scale }: Painting,
): tf.Tensor {
  let z = zT;
  // BEGIN SOLUTION
  for (let i = steps.length - 1; i >= 0; i--) {
    const [alphaHere, alphaThere] = [alphasCumprod[steps[i]], alphasCumprod[i > 0 ? steps[i - 1] : 0]];
    const [fromWords, fromNothing] = [denoise(z, steps[i], words), denoise(z, steps[i], nothing)];
    const blend = fromWords.mul(gamma).add(fromNothing.mul(1 - gamma));
    const behind = z.sub(blend.mul(Math.sqrt(1 - alphaHere))).div(Math.sqrt(alphaHere));
    z = behind.mul(Math.sqrt(alphaThere)).add(blend.mul(Math.sqrt(1 - alphaThere)));
  }
  return decode(z.div(scale));
  // END SOLUTION
}
await check('latent-find-the-bug', { paint });

// %% [markdown] lang="en"
// ## 11 · Questions
//
// Write your answer down before you unfold ours.
//
// <details><summary>1. An autoencoder has f = 8 and c = 4. A picture of 512×512 in colour: how large is its latent image, and how many times fewer numbers has it?</summary>
//
// 64×64×4 = 16,384 numbers against 786,432: 48 times fewer. Places are 64 times fewer, pairs of places 4,096 times.
// </details>
//
// <details><summary>2. Why not choose f = 32 and save even more?</summary>
//
// At some point stage 1 has to remove what is seen: it begins to compress semantically, and what it loses no diffusion brings back. Section 1 shows that there is such a point. At which $f$ it lies one has to try; the paper, for its photographs, found 4 to 16 best.
// </details>
//
// <details><summary>3. What does each of the three terms of stage 1 add?</summary>
//
// Reconstruction: everything in the right place, blurred where the latent does not say enough. The judge of patches: texture as sharp as the data's, at the price of some error. KL or VQ: latents that stay within bounds, so that a diffusion model can learn them.
// </details>
//
// <details><summary>4. "The latents of Stable Diffusion are N(0, I), so decode some noise and you have a picture." What is wrong?</summary>
//
// The KL has a weight of about 10⁻⁶: latents have a standard deviation of about 5.5, and places depend on each other. Decoded noise is coloured texture. Which latents are pictures is what stage 2 learns.
// </details>
//
// <details><summary>5. A program forgets to divide by the scale before decoding. The scale is 0.18. What do its pictures look like?</summary>
//
// The decoder gets latents five and a half times too small, near zero: pale, nearly uniform pictures with faint outlines.
// </details>
//
// <details><summary>6. The list told has one vector only. What does cross-attention compute, and what can it not do?</summary>
//
// The softmax over one score is 1: every place gets the same vector, an addition. It cannot treat places differently; that must come from the places themselves.
// </details>
//
// <details><summary>7. In inpainting somebody pastes the clean known latents at every step. What does the U-Net see, and what follows?</summary>
//
// Clean latents beside noisy ones, told one t for all: inputs it never saw. The hole no longer fits its surroundings. Only at the last step are the known latents clean.
// </details>
//
// <details><summary>8. Imagen has no autoencoder. How does it keep the work small?</summary>
//
// It draws a picture of 64×64 pixels and lets two more diffusion models enlarge it to 256 and 1024.
// </details>
//
// ## Formula sheet
//
// | | |
// |---|---|
// | latent image | $\frac Sf\times\frac Sf\times c$ for $S\times S\times3$: $3f^2/c$ times fewer numbers |
// | stage 1 | $L_{\text{rec}}+\lambda_{\text{adv}}L_{\text{adv}}+\frac{10^{-6}}nD_{\mathrm{KL}}$, $n$ numbers in a picture; or VQ |
// | judge of patches | $\frac12(\mathbb E\max(0,1-D(x))+\mathbb E\max(0,1+D(\hat x)))$; $\ L_{\text{adv}}=-\mathbb E D(\hat x)$ |
// | scale | $z/\hat\sigma$ for the U-Net, $z\,\hat\sigma$ for the decoder |
// | stage 2 | $\mathbb E\,\lVert\varepsilon-\varepsilon_\theta(z_t,t,\tau_\theta(y))\rVert^2$, or the same of $v$ |
// | cross-attention | $\operatorname{softmax}(QK^{\mathsf T}/\sqrt d)\,V$, $\ Q$ from places, $K,V$ from $\tau_\theta(y)$ |
// | inpainting | $z_{t-1}=(1-m)\odot\bigl(\sqrt{\bar\alpha_{t-1}}\,z_0^{\text{known}}+\sqrt{1-\bar\alpha_{t-1}}\,\varepsilon\bigr)+m\odot z_{t-1}^{\text{made}}$ |
// | super-resolution | $\varepsilon_\theta([z_t,\ \text{small picture}],t)$ |
//
// ## Further reading
//
// - Rombach, Blattmann, Lorenz, Esser & Ommer (2022), *High-Resolution Image Synthesis with Latent Diffusion Models*, arXiv:2112.10752. This lesson's paper; §3 and appendix G.
// - Esser, Rombach & Ommer (2021), *Taming Transformers for High-Resolution Image Synthesis*, arXiv:2012.09841. The patch-adversarial autoencoder with a codebook.
// - Ramesh et al. (2021), *Zero-Shot Text-to-Image Generation* (DALL·E), arXiv:2102.12092; Ramesh et al. (2022), *Hierarchical Text-Conditional Image Generation with CLIP Latents* (DALL·E 2), arXiv:2204.06125.
// - Saharia et al. (2022), *Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding* (Imagen), arXiv:2205.11487.
// - Saharia et al. (2021), *Image Super-Resolution via Iterative Refinement* (SR3), arXiv:2104.07636.
// - Lugmayr et al. (2022), *RePaint: Inpainting using Denoising Diffusion Probabilistic Models*, arXiv:2201.09865.
// - Vaswani et al. (2017), *Attention Is All You Need*, arXiv:1706.03762. Queries, keys, values, and $\sqrt d$.

// %% [markdown] lang="zh"
// ## 11 · 思考题
//
// 先写下自己的答案，再展开看我们的。
//
// <details><summary>1. 自编码器的 f = 8，c = 4。一幅 512×512 的彩色图像，隐特征图有多大？数减到几分之一？</summary>
//
// 64×64×4 = 16,384 个数，对 786,432：减到 1/48。位置减到 1/64，位置对减到 1/4096。
// </details>
//
// <details><summary>2. 为什么不取 f = 32，省得更多？</summary>
//
// 到某个程度，第一阶段就不得不去掉看得见的东西：开始了语义压缩，而它丢掉的，扩散模型补不回来。第 1 节说明确有这样一点；它在哪个 $f$，要试了才知道，论文对照片试下来，4 到 16 最好。
// </details>
//
// <details><summary>3. 第一阶段的三项各起什么作用？</summary>
//
// 重构：一切都在正确的位置，但隐变量没说清的地方就模糊。图块判别器：纹理与数据一样清晰，代价是误差略增。KL 或 VQ：隐变量不失控，扩散模型才学得动。
// </details>
//
// <details><summary>4. “Stable Diffusion 的隐变量服从 N(0, I)，所以解码一些噪声就有图像。”错在哪里？</summary>
//
// KL 的权重只有约 10⁻⁶：隐变量的标准差约 5.5，各位置彼此相关。噪声解码出来是彩色的纹理。哪些隐变量是图像，正是第二阶段要学的。
// </details>
//
// <details><summary>5. 有个程序解码前忘了除以缩放因子，因子是 0.18。画出来是什么样？</summary>
//
// 解码器得到的隐变量只有应有大小的 1/5.5，接近零：苍白、几乎均匀的图，轮廓隐约可见。
// </details>
//
// <details><summary>6. 条件只有一个向量。交叉注意力算的是什么？它做不到什么？</summary>
//
// 对一个得分做 softmax 得 1：每个位置得到同一个向量，就是加法。它不能区别对待各个位置，差别只能来自位置自己。
// </details>
//
// <details><summary>7. 补洞时，有人每一步都贴上干净的已知隐变量。U-Net 看到的是什么？后果如何？</summary>
//
// 干净的与加噪的并排，却只被告知同一个 t：这样的输入它从没见过，洞与周围不再搭配。只有最后一步，已知隐变量才是干净的。
// </details>
//
// <details><summary>8. Imagen 没有自编码器。它怎样把计算量压下来？</summary>
//
// 先画 64×64 像素的小图，再由另外两个扩散模型放大到 256 和 1024。
// </details>
//
// ## 公式表
//
// | | |
// |---|---|
// | 隐特征图 | $S\times S\times3$ 变成 $\frac Sf\times\frac Sf\times c$：数减到 $c/(3f^2)$ |
// | 第一阶段 | $L_{\text{rec}}+\lambda_{\text{adv}}L_{\text{adv}}+\frac{10^{-6}}nD_{\mathrm{KL}}$，$n$ 为一幅图中数的个数；或 VQ |
// | 图块判别器 | $\frac12(\mathbb E\max(0,1-D(x))+\mathbb E\max(0,1+D(\hat x)))$；$\ L_{\text{adv}}=-\mathbb E D(\hat x)$ |
// | 缩放 | 给 U-Net 的是 $z/\hat\sigma$，给解码器的是 $z\,\hat\sigma$ |
// | 第二阶段 | $\mathbb E\,\lVert\varepsilon-\varepsilon_\theta(z_t,t,\tau_\theta(y))\rVert^2$，或对 $v$ 的同样形式 |
// | 交叉注意力 | $\operatorname{softmax}(QK^{\mathsf T}/\sqrt d)\,V$，$Q$ 来自各位置，$K,V$ 来自 $\tau_\theta(y)$ |
// | 补洞 | $z_{t-1}=(1-m)\odot\bigl(\sqrt{\bar\alpha_{t-1}}\,z_0^{\text{known}}+\sqrt{1-\bar\alpha_{t-1}}\,\varepsilon\bigr)+m\odot z_{t-1}^{\text{made}}$ |
// | 超分辨率 | $\varepsilon_\theta([z_t,\ \text{小图}],t)$ |
//
// ## 延伸阅读
//
// - Rombach, Blattmann, Lorenz, Esser & Ommer (2022), *High-Resolution Image Synthesis with Latent Diffusion Models*, arXiv:2112.10752. 本课所依据的论文，§3 和附录 G。
// - Esser, Rombach & Ommer (2021), *Taming Transformers for High-Resolution Image Synthesis*, arXiv:2012.09841. 带码本与图块判别器的自编码器。
// - Ramesh et al. (2021), *Zero-Shot Text-to-Image Generation*（DALL·E）, arXiv:2102.12092；Ramesh et al. (2022), *Hierarchical Text-Conditional Image Generation with CLIP Latents*（DALL·E 2）, arXiv:2204.06125.
// - Saharia et al. (2022), *Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding*（Imagen）, arXiv:2205.11487.
// - Saharia et al. (2021), *Image Super-Resolution via Iterative Refinement*（SR3）, arXiv:2104.07636.
// - Lugmayr et al. (2022), *RePaint: Inpainting using Denoising Diffusion Probabilistic Models*, arXiv:2201.09865.
// - Vaswani et al. (2017), *Attention Is All You Need*, arXiv:1706.03762. 查询、键、值与 $\sqrt d$ 的由来。
