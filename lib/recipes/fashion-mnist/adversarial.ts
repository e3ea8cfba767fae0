/** Generators that were taught by a judge. */
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Dataset } from '../../../datasets';
import { type AdversarialPair, cgan, dcgan, lsgan, sngan, wganGp } from '../../models';
import type { History } from '../../training';
import { published } from '../published';
import type { Recipe, RunOptions, Trainee } from '../recipe';
import { plain, withAnyClass } from '../trainee';
import { clothes } from './data';

/** What every family of adversarial pairs has. */
interface Family {
  generate: unknown;
  sample(model: AdversarialPair, n: number, random: Parameters<typeof dcgan.sample>[2]): unknown;
  dispose(model: AdversarialPair): void;
}

const { seed } = clothes;
const batchSize = 64;
/** Enough for clothes, and half the weights of the library's 64: most of them lie in the layer behind z. */
const latentDim = 32;

/** A pair trained on all images; it ships the generator alone, which is all that drawing needs. */
function pair(
  facts: Pick<Recipe, 'name' | 'title' | 'family' | 'paper' | 'published'> & { readonly epochs: number },
  family: Family,
  build: () => AdversarialPair,
  train: (model: AdversarialPair, data: Dataset['train'], options: RunOptions & Settings) => Promise<History>,
): Recipe<Dataset> {
  const { epochs, ...rest } = facts;
  const open = (): Trainee<Dataset> => {
    const model = build();
    return {
      ...plain,
      networks: { generator: model.generator },
      train: async (data, options) => [await train(model, data.train, { epochs, batchSize, seed, ...options })],
      samplers: { direct: (n, random) => family.sample(model, n, random) as Tensor4D },
      dispose: () => family.dispose(model),
    };
  };
  return { ...clothes, ...rest, epochs: [epochs], batchSize, open };
}

interface Settings {
  readonly batchSize: number;
  readonly seed: number;
}

const conditional: Recipe<Dataset> = {
  ...clothes,
  name: 'fashion-mnist-cgan',
  title: 'Conditional GAN',
  family: 'cgan',
  paper: 'Miyato & Koyama (2018), arXiv:1802.05637',
  epochs: [15],
  batchSize,
  open() {
    const model = cgan.buildCgan({ conditioning: 'projection', latentDim, seed });
    return {
      ...plain,
      networks: { generator: model.generator },
      train: async (data, options) => [
        await cgan.trainCgan(model, data.train, { epochs: 15, batchSize, seed, ...options }),
      ],
      samplers: {
        'all classes': (n, random) =>
          withAnyClass(n, 10, random, (labels) => cgan.sample<Tensor4D>(model, labels, random)),
      },
      dispose: () => cgan.dispose(model),
    };
  },
};

export const adversarialRecipes: readonly Recipe<Dataset>[] = [
  pair(
    {
      name: 'fashion-mnist-dcgan',
      title: 'DCGAN',
      family: 'dcgan',
      paper: 'Radford, Metz & Chintala (2015), arXiv:1511.06434',
      epochs: 20,
      published: published.DCGAN,
    },
    dcgan,
    () => dcgan.buildDcgan({ latentDim, seed }),
    (model, data, options) => dcgan.trainDcgan(model, data, options),
  ),
  pair(
    {
      name: 'fashion-mnist-lsgan',
      title: 'LSGAN',
      family: 'lsgan',
      paper: 'Mao et al. (2017), arXiv:1611.04076',
      epochs: 12,
    },
    lsgan,
    () => lsgan.buildLsgan({ latentDim, seed }),
    (model, data, options) => lsgan.trainLsgan(model, data, options),
  ),
  pair(
    {
      name: 'fashion-mnist-wgan-gp',
      title: 'WGAN-GP',
      family: 'wganGp',
      paper: 'Gulrajani et al. (2017), arXiv:1704.00028',
      epochs: 25, // five steps of the critic to a round
    },
    wganGp,
    () => wganGp.buildWganGp({ latentDim, seed }),
    (model, data, options) => wganGp.trainWganGp(model, data, { learningRate: 2e-4, ...options }),
  ),
  pair(
    {
      name: 'fashion-mnist-sngan',
      title: 'SNGAN',
      family: 'sngan',
      paper: 'Miyato et al. (2018), arXiv:1802.05957',
      epochs: 30,
      published: published.SNGAN,
    },
    sngan,
    () => sngan.buildSngan({ latentDim, seed }),
    (model, data, options) => sngan.trainSngan(model, data, options),
  ),
  conditional,
];
