import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { ddpm, guidance } from '../../lib/models';
import { variablesOf } from '../../lib/nn';
import { minimizer } from '../support/minimizer';

const labelsOf = (count: number) => tf.tensor1d(Int32Array.from({ length: count }, (_, i) => i % 10));

const step = (config: Partial<ddpm.DdpmConfig>, count: number) => () => {
  const model = ddpm.buildDdpm(config);
  const { schedule, network } = model;
  const random = new Random(0);
  const x0 = random.uniform([count, ...model.config.inputShape], -1, 1);
  const denoise = ddpm.denoiserOf(model, model.config.classes > 0 ? labelsOf(count) : undefined);
  const loss = () => {
    const [t, noise] = [ddpm.drawSteps(count, schedule, random), random.normal(x0.shape)];
    if (model.config.variance === 'learned') return ddpm.hybridLoss(denoise, x0, t, noise, schedule).loss;
    return ddpm.ddpmLoss(denoise, x0, t, noise, schedule);
  };
  return minimizer(loss, variablesOf(network));
};

/** One reverse step of T = 1,000; DDIM's and DPM-Solver++'s cost as much, they take fewer. */
const reverseStep = (classes: number, count: number) => () => {
  const model = ddpm.buildDdpm({ classes });
  const random = new Random(0);
  const xt = random.normal([count, 28, 28, 1]);
  const denoise = classes > 0 ? guidance.guidedDenoiser(model, labelsOf(count), 3) : ddpm.denoiserOf(model);
  return () => tf.tidy(() => ddpm.pSample(denoise, xt, 500, random.normal(xt.shape), model.schedule, { clip: true }));
};

export const steps = {
  'DDPM U-Net B32': step({}, 32),
  'Improved DDPM U-Net B32': step({ schedule: 'cosine', variance: 'learned' }, 32),
  'DDPM of points B512': step({ inputShape: [2] }, 512),
};

export const samplers = {
  'DDPM, one step of 32 images': reverseStep(0, 32),
  'Classifier-free guidance, one step of 32 images': reverseStep(10, 32),
};
