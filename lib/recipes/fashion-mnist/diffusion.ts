/** Models that turn noise into images little by little. */
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Dataset } from '../../../datasets';
import { ddim, ddpm, dpmSolver, flowMatching, guidance, score } from '../../models';
import { published } from '../published';
import type { Recipe } from '../recipe';
import { averaged, withAnyClass } from '../trainee';
import { clothes } from './data';

const { seed } = clothes;
const settings = { epochs: 5, batchSize: 32, seed, learningRate: 1e-3, schedule: 'cosine' } as const;
/** Three levels, 28, 14 and 7; attention on the smallest alone, where it costs little. */
const levels = { multipliers: [1, 2, 2], attention: [2] } as const;
const unet = { ...levels, channels: 24 };
/** Fewer channels where the comparison with DDPM and SGM is not the point. */
const small = { unet: { ...levels, channels: 16 }, epochs: 4 } as const;
const facts = { ...clothes, epochs: [settings.epochs], batchSize: settings.batchSize };
/** Of the running average: half of it is forgotten after some 700 steps, which suits runs of thousands of steps. */
const emaDecay = 0.999;

const diffusion: Recipe<Dataset> = {
  ...facts,
  name: 'fashion-mnist-ddpm',
  title: 'DDPM',
  family: 'ddpm',
  paper: 'Ho, Jain & Abbeel (2020), arXiv:2006.11239',
  published: published.DDPM,
  league: ['DDIM, 50 steps', 'DDIM, 20 steps', 'DDIM, 10 steps', 'DPM-Solver++, 20 steps', 'DPM-Solver++, 10 steps'],
  slow: { 'all 1,000 steps': 500 },
  open() {
    const model = ddpm.buildDdpm({ unet, seed, emaDecay });
    const subsequence = (steps: number) => ddpm.stepSubsequence(model.config.steps, steps);
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: async (images, options) => [await ddpm.trainDdpm(model, images.train, { ...settings, ...options })],
      samplers: {
        'DDIM, 50 steps': (n, random) => ddim.sample<Tensor4D>(model, n, random, { steps: subsequence(50) }),
        'DDIM, 20 steps': (n, random) => ddim.sample<Tensor4D>(model, n, random, { steps: subsequence(20) }),
        'DDIM, 10 steps': (n, random) => ddim.sample<Tensor4D>(model, n, random, { steps: subsequence(10) }),
        'DPM-Solver++, 20 steps': (n, random) =>
          dpmSolver.sample<Tensor4D>(model, n, random, { steps: dpmSolver.logSnrSteps(model.schedule, 20) }),
        'DPM-Solver++, 10 steps': (n, random) =>
          dpmSolver.sample<Tensor4D>(model, n, random, { steps: dpmSolver.logSnrSteps(model.schedule, 10) }),
        'all 1,000 steps': (n, random) => ddpm.sample<Tensor4D>(model, n, random),
      },
      dispose: () => ddpm.dispose(model),
    };
  },
};

const guided: Recipe<Dataset> = {
  ...facts,
  epochs: [small.epochs],
  name: 'fashion-mnist-cfg',
  title: 'DDPM, classifier-free guidance',
  family: 'guidance',
  paper: 'Ho & Salimans (2022), arXiv:2207.12598',
  league: ['γ = 2, 50 steps', 'γ = 1, 50 steps'],
  open() {
    const classes = 10;
    const model = ddpm.buildDdpm({ classes, unet: small.unet, seed, emaDecay });
    const steps = ddpm.stepSubsequence(model.config.steps, 50);
    const sampler = (gamma: number) => (n: number, random: Parameters<typeof ddpm.sample>[2]) =>
      withAnyClass(n, classes, random, (labels) => guidance.sample<Tensor4D>(model, labels, random, { gamma, steps }));
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: async (images, options) => [
        await ddpm.trainDdpm(model, images.train, { ...settings, epochs: small.epochs, ...options }),
      ],
      samplers: { 'γ = 2, 50 steps': sampler(2), 'γ = 1, 50 steps': sampler(1), 'γ = 4, 50 steps': sampler(4) },
      dispose: () => ddpm.dispose(model),
    };
  },
};

const scoreBased: Recipe<Dataset> = {
  ...facts,
  name: 'fashion-mnist-sgm',
  title: 'SGM',
  family: 'score',
  paper: 'Song et al. (2020), arXiv:2011.13456',
  published: published.SGM,
  league: ['probability flow, 30 steps', 'predictor–corrector, 100 steps'],
  slow: { 'predictor–corrector, 500 steps': 500 },
  open() {
    const model = score.buildScoreModel({ sde: score.vpSde(), unet, seed, emaDecay });
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: async (images, options) => [await score.trainScoreModel(model, images.train, { ...settings, ...options })],
      samplers: {
        'probability flow, 30 steps': async (n, random) =>
          (await score.sampleByOde(model, n, random, { steps: 30 })) as Tensor4D,
        'predictor–corrector, 100 steps': async (n, random) =>
          (await score.sample(model, n, random, { steps: 100, correctorSteps: 1 })) as Tensor4D,
        'predictor–corrector, 500 steps': async (n, random) =>
          (await score.sample(model, n, random, { steps: 500, correctorSteps: 1 })) as Tensor4D,
      },
      dispose: () => score.dispose(model),
    };
  },
};

const flow: Recipe<Dataset> = {
  ...facts,
  epochs: [small.epochs],
  name: 'fashion-mnist-flow',
  title: 'Flow matching',
  family: 'flowMatching',
  paper: 'Lipman et al. (2022), arXiv:2210.02747',
  open() {
    const model = flowMatching.buildFlow({ unet: small.unet, seed, emaDecay });
    const sampler =
      (method: 'euler' | 'heun', steps: number) => async (n: number, random: Parameters<typeof ddpm.sample>[2]) =>
        (await flowMatching.sample(model, n, random, { method, steps })) as Tensor4D;
    return {
      ...averaged(model.ema),
      networks: { network: model.network },
      train: async (images, options) => [
        await flowMatching.trainFlow(model, images.train, { ...settings, epochs: small.epochs, ...options }),
      ],
      samplers: {
        'Heun, 15 steps': sampler('heun', 15),
        'Euler, 30 steps': sampler('euler', 30),
        'Euler, 10 steps': sampler('euler', 10),
      },
      dispose: () => flowMatching.dispose(model),
    };
  },
};

export const diffusionRecipes: readonly Recipe<Dataset>[] = [diffusion, guided, scoreBased, flow];
