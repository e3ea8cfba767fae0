/** Every model that the library has, as `genlab models` lists them and the tests check them. */
import type * as tf from '@tensorflow/tfjs';
import { buildTextEncoder, Ema } from '../nn';
import * as ae from './ae';
import * as cgan from './cgan';
import * as cyclegan from './cyclegan';
import * as dcgan from './dcgan';
import * as ddpm from './ddpm';
import * as flowMatching from './flow-matching';
import * as gan from './gan';
import * as ldm from './ldm';
import * as lsgan from './lsgan';
import * as noisyClassifier from './noisy-classifier';
import * as score from './score';
import * as sngan from './sngan';
import * as wgan from './wgan';
import * as wganGp from './wgan-gp';
import * as pixelcnn from './pixelcnn';
import * as realnvp from './realnvp';
import * as vae from './vae';
import * as vqvae from './vqvae';

export interface CatalogueEntry {
  /** As people call the model; no two alike. */
  readonly name: string;
  /** The namespace that it lives in: `vae` of `import { vae } from 'genlab'`. */
  readonly family: string;
  /** Authors (year), with arXiv number or DOI. */
  readonly paper: string;
  /** Golden files, `test/golden/NAME.json`, that its losses, layers and samplers are checked against. */
  readonly golden: readonly string[];
  /** Fresh networks of the default (image) config, each under its role; the caller disposes of them. */
  readonly build: () => Readonly<Record<string, tf.LayersModel>>;
}

const aePaper = 'Hinton & Salakhutdinov (2006), doi:10.1126/science.1127647';
const realNvpPaper = 'Dinh, Sohl-Dickstein & Bengio (2017), arXiv:1605.08803';
const pixelCnnPaper = 'van den Oord et al. (2016), arXiv:1601.06759 and arXiv:1606.05328';
const vaePaper = 'Kingma & Welling (2013), arXiv:1312.6114';
const ddpmPaper = 'Ho, Jain & Abbeel (2020), arXiv:2006.11239';
const scorePaper = 'Song et al. (2020), arXiv:2011.13456';
const flowPaper = 'Lipman et al. (2022), arXiv:2210.02747';
const ldmPaper = 'Rombach et al. (2022), arXiv:2112.10752';

export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'Autoencoder',
    family: 'ae',
    paper: aePaper,
    golden: ['ae'],
    build: () => networks(ae.buildAutoencoder()),
  },
  {
    name: 'Autoencoder, convolutional',
    family: 'ae',
    paper: aePaper,
    golden: ['ae'],
    build: () => networks(ae.buildAutoencoder({ arch: 'conv' })),
  },
  {
    name: 'VAE',
    family: 'vae',
    paper: vaePaper,
    golden: ['vae'],
    build: () => networks(vae.buildVae()),
  },
  {
    name: 'VAE, convolutional',
    family: 'vae',
    paper: vaePaper,
    golden: ['vae'],
    build: () => networks(vae.buildVae({ arch: 'conv' })),
  },
  {
    name: 'Conditional VAE',
    family: 'vae',
    paper: 'Kingma et al. (2014), arXiv:1406.5298',
    golden: ['vae'],
    build: () => networks(vae.buildVae({ classes: 10 })),
  },
  {
    name: 'GAN',
    family: 'gan',
    paper: 'Goodfellow et al. (2014), arXiv:1406.2661',
    golden: ['gan'],
    build: () => networks(gan.buildGan()),
  },
  {
    name: 'LSGAN',
    family: 'lsgan',
    paper: 'Mao et al. (2017), arXiv:1611.04076',
    golden: ['lsgan'],
    build: () => networks(lsgan.buildLsgan()),
  },
  {
    name: 'DCGAN',
    family: 'dcgan',
    paper: 'Radford, Metz & Chintala (2015), arXiv:1511.06434',
    golden: ['dcgan', 'gan'],
    build: () => networks(dcgan.buildDcgan()),
  },
  {
    name: 'WGAN, weight clipping',
    family: 'wgan',
    paper: 'Arjovsky, Chintala & Bottou (2017), arXiv:1701.07875',
    golden: ['wgan'],
    build: () => networks(wgan.buildWgan()),
  },
  {
    name: 'WGAN-GP',
    family: 'wganGp',
    paper: 'Gulrajani et al. (2017), arXiv:1704.00028',
    golden: ['wgan-gp', 'wgan'],
    build: () => networks(wganGp.buildWganGp()),
  },
  {
    name: 'SNGAN',
    family: 'sngan',
    paper: 'Miyato et al. (2018), arXiv:1802.05957',
    golden: ['sngan', 'gan', 'wgan'],
    build: () => networks(sngan.buildSngan()),
  },
  {
    name: 'Conditional GAN, concatenation',
    family: 'cgan',
    paper: 'Mirza & Osindero (2014), arXiv:1411.1784; Reed et al. (2016), arXiv:1605.05396',
    golden: ['cgan'],
    build: () => networks(cgan.buildCgan()),
  },
  {
    name: 'Conditional GAN, projection',
    family: 'cgan',
    paper: 'Miyato & Koyama (2018), arXiv:1802.05637',
    golden: ['cgan'],
    build: () => networks(cgan.buildCgan({ conditioning: 'projection' })),
  },
  {
    name: 'CycleGAN',
    family: 'cyclegan',
    paper: 'Zhu et al. (2017), arXiv:1703.10593',
    golden: ['cyclegan'],
    build: () => {
      const { poolX, poolY, ...model } = cyclegan.buildCycleGan();
      for (const pool of [poolX, poolY]) pool.dispose(); // only training needs the pools of old images
      return networks(model);
    },
  },
  {
    name: 'VQ-VAE',
    family: 'vqvae',
    paper: 'van den Oord, Vinyals & Kavukcuoglu (2017), arXiv:1711.00937',
    golden: ['vqvae'],
    build: () => networks(vqvae.buildVqVae()),
  },
  {
    name: 'PixelCNN prior of a VQ-VAE',
    family: 'vqvae',
    paper: 'van den Oord, Vinyals & Kavukcuoglu (2017), arXiv:1711.00937',
    golden: ['vqvae', 'pixelcnn'],
    build: () => {
      const model = vqvae.buildVqVae();
      const prior = networks(vqvae.buildPrior(model));
      vqvae.dispose(model);
      return prior;
    },
  },
  {
    name: 'RealNVP',
    family: 'realnvp',
    paper: realNvpPaper,
    golden: ['realnvp'],
    build: () => realnvp.networks(realnvp.buildRealNvp()),
  },
  {
    name: 'RealNVP of points',
    family: 'realnvp',
    paper: realNvpPaper,
    golden: ['realnvp'],
    build: () => realnvp.networks(realnvp.buildRealNvp({ arch: 'mlp' })),
  },
  {
    name: 'Gated PixelCNN',
    family: 'pixelcnn',
    paper: pixelCnnPaper,
    golden: ['pixelcnn'],
    build: () => networks(pixelcnn.buildPixelCnn()),
  },
  {
    name: 'Gated PixelCNN, conditional',
    family: 'pixelcnn',
    paper: pixelCnnPaper,
    golden: ['pixelcnn'],
    build: () => networks(pixelcnn.buildPixelCnn({ classes: 10 })),
  },
  {
    name: 'DDPM',
    family: 'ddpm',
    paper: ddpmPaper,
    golden: ['ddpm', 'nn'],
    build: () => networks(ddpm.buildDdpm()),
  },
  {
    name: 'DDPM of points',
    family: 'ddpm',
    paper: ddpmPaper,
    golden: ['ddpm'],
    build: () => networks(ddpm.buildDdpm({ inputShape: [2] })),
  },
  {
    name: 'Improved DDPM',
    family: 'ddpm',
    paper: 'Nichol & Dhariwal (2021), arXiv:2102.09672',
    golden: ['ddpm', 'nn'],
    build: () => networks(ddpm.buildDdpm({ schedule: 'cosine', variance: 'learned' })),
  },
  {
    name: 'DDIM',
    family: 'ddim',
    paper: 'Song, Meng & Ermon (2020), arXiv:2010.02502',
    golden: ['ddim', 'nn'],
    build: () => networks(ddpm.buildDdpm()),
  },
  {
    name: 'DPM-Solver++(2M)',
    family: 'dpmSolver',
    paper: 'Lu et al. (2022), arXiv:2211.01095',
    golden: ['dpm-solver', 'nn'],
    build: () => networks(ddpm.buildDdpm()),
  },
  {
    name: 'Euler and Heun in σ',
    family: 'euler',
    paper: 'Karras et al. (2022), arXiv:2206.00364',
    golden: ['euler', 'nn'],
    build: () => networks(ddpm.buildDdpm()),
  },
  {
    name: 'Classifier guidance',
    family: 'guidance',
    paper: 'Dhariwal & Nichol (2021), arXiv:2105.05233',
    golden: ['guidance', 'nn'],
    build: () => {
      const model = ddpm.buildDdpm();
      const { inputShape } = model.config;
      const classifier = noisyClassifier.buildNoisyClassifier({ inputShape, classes: 10, schedule: model.schedule });
      return { ...networks(model), classifier: classifier.network };
    },
  },
  {
    name: 'Classifier-free guidance',
    family: 'guidance',
    paper: 'Ho & Salimans (2022), arXiv:2207.12598',
    golden: ['guidance', 'nn'],
    build: () => networks(ddpm.buildDdpm({ classes: 10 })),
  },
  {
    name: 'Score model, VP SDE',
    family: 'score',
    paper: scorePaper,
    golden: ['score', 'nn'],
    build: () => networks(score.buildScoreModel()),
  },
  {
    name: 'Score model, VE SDE',
    family: 'score',
    paper: scorePaper,
    golden: ['score', 'nn'],
    build: () => networks(score.buildScoreModel({ sde: score.veSde() })),
  },
  {
    name: 'Score model of points',
    family: 'score',
    paper: 'Song & Ermon (2019), arXiv:1907.05600',
    golden: ['score'],
    build: () => networks(score.buildScoreModel({ inputShape: [2] })),
  },
  {
    name: 'Flow matching',
    family: 'flowMatching',
    paper: flowPaper,
    golden: ['flow-matching', 'nn'],
    build: () => networks(flowMatching.buildFlow()),
  },
  {
    name: 'Flow matching of points',
    family: 'flowMatching',
    paper: flowPaper,
    golden: ['flow-matching'],
    build: () => networks(flowMatching.buildFlow({ inputShape: [2] })),
  },
  {
    name: 'Latent diffusion, stage 1 (KL)',
    family: 'ldm',
    paper: ldmPaper,
    golden: ['ldm', 'nn'],
    build: () => networks(ldm.buildAutoencoder()),
  },
  {
    name: 'Latent diffusion, stage 1 (VQ)',
    family: 'ldm',
    paper: 'Esser, Rombach & Ommer (2021), arXiv:2012.09841',
    golden: ['ldm', 'vqvae', 'nn'],
    build: () => networks(ldm.buildAutoencoder({ regularization: 'vq' })),
  },
  {
    name: 'Latent diffusion',
    family: 'ldm',
    paper: ldmPaper,
    golden: ['ldm', 'nn'],
    build: () => {
      const stage1 = ldm.buildAutoencoder();
      const { scale, ...model } = ldm.buildLatentDiffusion(stage1, {}, buildTextEncoder());
      scale.dispose();
      return { ...networks(stage1), ...networks(model) };
    },
  },
  {
    name: 'Super-resolution by diffusion',
    family: 'ldm',
    paper: 'Saharia et al. (2021), arXiv:2104.07636',
    golden: ['ldm', 'nn'],
    build: () => networks(ldm.buildSuperResolution()),
  },
];

/** The networks among a model's parts: `{ config, encoder, decoder }` -> `{ encoder, decoder }`. */
function networks<M extends object>(model: M): Record<string, tf.LayersModel> {
  if ('ema' in model && model.ema instanceof Ema) model.ema.dispose();
  const isNetwork = (part: unknown): part is tf.LayersModel =>
    typeof part === 'object' && part !== null && 'trainableWeights' in part && 'apply' in part;
  return Object.fromEntries(
    Object.entries(model).filter((entry): entry is [string, tf.LayersModel] => isNetwork(entry[1])),
  );
}
