/** Faces by generators that were taught by a judge: any face, a face with given attributes, a face by another hand. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Faces, FaceSplit } from '../../../datasets';
import { Random } from '../../engine';
import { cgan, type ImageBatch, wganGp } from '../../models';
import type { Recipe } from '../recipe';
import { plain } from '../trainee';
import { attributeWidth, facesOf, inputShape, oneHot, seed, someOf } from './data';
import { Judge, shown } from './judge';

/** Half the library's widths: a quarter of the work. */
const hidden = [128, 64, 32] as const;
const networks = { generator: { hidden }, discriminator: { hidden: [...hidden].reverse() } };
const batchSize = 64;

const wasserstein: Recipe<Faces> = {
  ...facesOf(10_000, 'comic'),
  name: 'faces-wgan-gp',
  title: 'WGAN-GP, faces',
  family: 'wganGp',
  paper: 'Gulrajani et al. (2017), arXiv:1704.00028',
  epochs: [80],
  batchSize,
  open() {
    const model = wganGp.buildWganGp({ ...networks, inputShape, latentDim: 128, seed });
    const direct = (n: number, random: Random) => wganGp.sample<Tensor4D>(model, n, random);
    return {
      ...plain,
      networks: { generator: model.generator },
      // Two steps of the critic to one of the generator: the paper's five would take a day on a CPU.
      train: async (data, options) => [
        await wganGp.trainWganGp(model, data.train, {
          ...{ epochs: 80, batchSize, seed, learningRate: 3e-4, discriminatorSteps: 2 },
          ...options,
        }),
      ],
      samplers: { direct },
      measure: (data, options) => Judge.during((judge) => judge.distribution(data, direct, options)),
      dispose: () => wganGp.dispose(model),
    };
  },
};

const conditional: Recipe<Faces> = {
  ...facesOf(20_000),
  name: 'faces-cgan',
  title: 'Conditional GAN, faces',
  family: 'cgan',
  paper: 'Reed et al. (2016), arXiv:1605.05396; Miyato & Koyama (2018), arXiv:1802.05637',
  epochs: [40],
  batchSize,
  open() {
    const condition = { kind: 'vector', size: attributeWidth } as const;
    const model = cgan.buildCgan({ ...networks, inputShape, condition, conditioning: 'projection', seed });
    /** A face for each of these in a split: z anew, the attributes as they are. */
    const like = (split: FaceSplit, indices: ArrayLike<number>, random: Random): Tensor4D =>
      tf.tidy(() => cgan.sample<Tensor4D>(model, oneHot(split.attributeVectors(indices)), random));
    return {
      ...plain,
      networks: { generator: model.generator },
      train: async ({ train }, options) => [
        await cgan.trainCgan(model, withAttributes(train), { epochs: 40, batchSize, seed, ...options }),
      ],
      samplers: {},
      sheet({ heldOut }, count, random) {
        const chosen = someOf(heldOut, Math.min(count, 10), (size) => random.fork('who').shuffle(size));
        const rows = [1, 2, 3].map((i) => ({ label: `z ${i}`, images: like(heldOut, chosen, random.fork(i)) }));
        return Promise.resolve({ rows: [{ label: 'asked for', images: heldOut.images(chosen) }, ...rows] });
      },
      measure: (data, { samples, seed: drawing }) =>
        Judge.during(async (judge) => {
          const figures: Record<string, number> = {};
          for (const [name, split] of Object.entries({ known: data.test, 'held-out': data.heldOut })) {
            const chosen = Array.from({ length: Math.min(samples, split.size) }, (_, i) => i);
            const wanted = await shown(split, chosen);
            const images = like(split, chosen, new Random(drawing).fork(name));
            const real = split.images(chosen);
            figures[`attribute accuracy, ${name} combinations, %`] = 100 * (await judge.accuracy(images, wanted));
            figures[`the classifiers' own on real faces, ${name} combinations, %`] =
              100 * (await judge.accuracy(real, wanted));
            tf.dispose([images, real]);
          }
          return figures;
        }),
      dispose: () => cgan.dispose(model),
    };
  },
};

/** A split whose batches say what each face is to show. */
function withAttributes(split: FaceSplit) {
  return {
    size: split.size,
    *batches(options: Parameters<FaceSplit['batches']>[0]): Generator<ImageBatch & { readonly conditions: Tensor2D }> {
      for (const { images, labels, attributes } of split.batches(options)) {
        yield { images, labels, conditions: oneHot(attributes) };
      }
    },
  };
}

export const adversarialFaces: readonly Recipe<Faces>[] = [wasserstein, conditional];
