/** Faces by diffusion among pixels: from noise, around a hole, from a small picture. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { type Faces, faces } from '../../../datasets';
import { Random } from '../../engine';
import { ddim, ddpm, dpmSolver, ldm } from '../../models';
import type { OwnMeasuring, Recipe } from '../recipe';
import { averaged } from '../trainee';
import { bicubic } from './bicubic';
import { facesOf, inputShape, seed, side, someOf } from './data';
import { Judge, shown } from './judge';

const settings = { epochs: 20, batchSize: 32, seed, learningRate: 1e-3, schedule: 'cosine' } as const;
const emaDecay = 0.999;
const unet = { channels: 24, multipliers: [1, 2, 2], attention: [2] };

function build(): ddpm.Ddpm {
  return ddpm.buildDdpm({ inputShape, unet, seed, emaDecay });
}

const facts = {
  ...facesOf(10_000, 'comic'),
  family: 'ddpm',
  epochs: [settings.epochs],
  batchSize: settings.batchSize,
} as const;

const diffusion: Recipe<Faces> = {
  ...facts,
  name: 'faces-ddpm',
  title: 'DDPM, faces',
  paper: 'Ho, Jain & Abbeel (2020), arXiv:2006.11239',
  slow: { 'all 1,000 steps': 100 },
  open() {
    const model = build();
    const fast = (n: number, random: Random) =>
      ddim.sample<Tensor4D>(model, n, random, { steps: ddpm.stepSubsequence(model.config.steps, 50) });
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: async (data, options) => [await ddpm.trainDdpm(model, data.train, { ...settings, ...options })],
      samplers: {
        'DDIM, 50 steps': fast,
        'DPM-Solver++, 20 steps': (n, random) =>
          dpmSolver.sample<Tensor4D>(model, n, random, { steps: dpmSolver.logSnrSteps(model.schedule, 20) }),
        'all 1,000 steps': (n, random) => ddpm.sample<Tensor4D>(model, n, random),
      },
      measure: (data, options) =>
        Judge.during(async (judge) => ({
          ...(await judge.distribution(data, fast, { ...options, samples: Math.min(1000, options.samples) })),
          ...(await measureFilling(judge, model, data, options)),
        })),
      dispose: () => ddpm.dispose(model),
    };
  },
};

const inpainting: Recipe<Faces> = {
  ...facts,
  name: 'faces-inpainting',
  title: 'Inpainting, faces',
  paper: 'Lugmayr et al. (2022), arXiv:2201.09865',
  weights: diffusion.name,
  open() {
    const model = build();
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: () => Promise.resolve([]),
      samplers: {},
      async sheet({ test }, count, random) {
        const images = test.images(someOf(test, Math.min(count, 10), (size) => random.fork('who').shuffle(size)));
        const mask = faces.holes(images.shape[0], side, random.fork('holes'));
        const once = await fill(model, images, mask, random.fork(1));
        const again = await fill(model, images, mask, random.fork(2));
        const hidden = tf.tidy(() => images.mul(tf.sub(1, mask)).add<Tensor4D>(mask.mul(0.5)));
        mask.dispose();
        return {
          rows: [
            { label: 'with a hole', images: hidden },
            { label: 'filled', images: once },
            { label: 'and again', images: again },
            { label: 'as it was', images },
          ],
        };
      },
      measure: (data, options) => Judge.during((judge) => measureFilling(judge, model, data, options)),
      dispose: () => ddpm.dispose(model),
    };
  },
};

/** RePaint: 50 steps of the respaced process, each done three times. The known pixels are the picture's own. */
async function fill(model: ddpm.Ddpm, images: Tensor4D, mask: Tensor4D, random: Random): Promise<Tensor4D> {
  const schedule = ddpm.respace(model.schedule, ddpm.stepSubsequence(model.config.steps, 50));
  const known = tf.tidy(() => ddpm.toModel(model, images.mul<Tensor4D>(tf.sub(1, mask))));
  const made = await ddpm.sampleWith(model, 'average', () =>
    ldm.inpaintLoop(ddpm.denoiserOf(model), known, mask, random, schedule, {
      ...ddpm.reverseOptions(model),
      repeats: 3,
    }),
  );
  const whole = tf.tidy(() => tf.where(mask.greater(0.5).tile([1, 1, 1, images.shape[3]]), made, images) as Tensor4D);
  tf.dispose([known, made]);
  return whole;
}

/** Known pixels must stay as they are; what fills the hole should leave a face that the classifiers read as before. */
async function measureFilling(
  judge: Judge,
  model: ddpm.Ddpm,
  { test }: Faces,
  { samples, seed: drawing, say }: OwnMeasuring,
): Promise<Record<string, number>> {
  const chosen = Array.from({ length: Math.min(samples, 200, test.size) }, (_, i) => i);
  say(`filling ${chosen.length} holes`);
  const random = new Random(drawing).fork('holes');
  const images = test.images(chosen);
  const mask = faces.holes(chosen.length, side, random.fork('where'));
  const filled = await fill(model, images, mask, random.fork('fill'));
  const wanted = await shown(test, chosen);
  const grey = tf.tidy(() => images.mul(tf.sub(1, mask)).add<Tensor4D>(mask.mul(0.5)));
  const worst = tf.tidy(() => filled.sub(images).mul(tf.sub(1, mask)).abs().max());
  const figures = {
    'inpainting: greatest change of a known pixel': (await worst.data())[0],
    'inpainting: attributes as before, %': 100 * (await judge.accuracy(filled, wanted)),
    'inpainting: the same with the hole left grey, %': 100 * (await judge.accuracy(grey, wanted)),
    'inpainting: the same of the whole pictures, %': 100 * (await judge.accuracy(images, wanted)),
  };
  tf.dispose([images, mask, filled, grey, worst]);
  return figures;
}

const superSettings = { epochs: 6, batchSize: 32, seed, learningRate: 1e-3, schedule: 'cosine' } as const;

const superResolution: Recipe<Faces> = {
  ...facesOf(20_000),
  name: 'faces-super-resolution',
  title: 'Super-resolution, faces',
  family: 'ldm',
  paper: 'Saharia et al. (2021), arXiv:2104.07636',
  epochs: [superSettings.epochs],
  batchSize: superSettings.batchSize,
  open() {
    // What is where is known from the small face, so that two levels are enough.
    const model = ldm.buildSuperResolution({
      inputShape,
      factor: 4,
      unet: { ...unet, multipliers: [1, 2], attention: [] },
      seed,
      emaDecay,
    });
    const { factor } = model.config;
    /** A hundred at a time: bounds the memory. */
    const enlarged = async (small: Tensor4D, random: Random): Promise<Tensor4D> => {
      const parts: Tensor4D[] = [];
      for (let from = 0; from < small.shape[0]; from += 100) {
        const part = small.slice(from, Math.min(100, small.shape[0] - from));
        parts.push(await ldm.superResolve(model, part, random.fork(from), { steps: 20 }));
        part.dispose();
      }
      const all = tf.concat(parts);
      tf.dispose(parts);
      return all;
    };
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: async (data, options) => [
        await ldm.trainSuperResolution(model, data.train, { ...superSettings, ...options }),
      ],
      samplers: {},
      async sheet({ test }, count, random) {
        const images = test.images(someOf(test, Math.min(count, 10), (size) => random.fork('who').shuffle(size)));
        const small = ldm.shrink(images, factor);
        const rows = [
          { label: `${side / factor}×${side / factor}`, images: tf.image.resizeNearestNeighbor(small, [side, side]) },
          { label: 'bicubic', images: bicubic(small, factor) },
          { label: `${side}×${side}`, images: await enlarged(small, random.fork('noise')) },
          { label: 'true', images },
        ];
        small.dispose();
        return { rows };
      },
      measure: ({ test }, { samples, seed: drawing, say }) =>
        Judge.during(async (judge) => {
          const chosen = Array.from({ length: Math.min(samples, 500, test.size) }, (_, i) => i);
          say(`enlarging ${chosen.length} pictures`);
          const images = test.images(chosen);
          const small = ldm.shrink(images, factor);
          const made = await enlarged(small, new Random(drawing).fork('enlarge'));
          const cubic = bicubic(small, factor);
          const wanted = await shown(test, chosen);
          const figures = {
            'PSNR, dB': await psnrOf(made, images),
            'PSNR of bicubic enlargement, dB': await psnrOf(cubic, images),
            'attribute accuracy, %': 100 * (await judge.accuracy(made, wanted)),
            'attribute accuracy of bicubic enlargement, %': 100 * (await judge.accuracy(cubic, wanted)),
            'attribute accuracy of the true pictures, %': 100 * (await judge.accuracy(images, wanted)),
          };
          tf.dispose([images, small, made, cubic]);
          return figures;
        }),
      dispose() {
        model.ema.dispose();
        model.network.dispose();
      },
    };
  },
};

/** Mean over the pictures, in dB. */
async function psnrOf(images: Tensor4D, truth: Tensor4D): Promise<number> {
  const mean = tf.tidy(() => ldm.psnr(images, truth).mean());
  const [value] = await mean.data();
  mean.dispose();
  return value;
}

export const diffusionFaces: readonly Recipe<Faces>[] = [diffusion, inpainting, superResolution];
