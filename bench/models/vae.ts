import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { vae } from '../../lib/models';
import { variablesOf } from '../../lib/nn';
import { minimizer } from '../support/minimizer';

const build = (config: Partial<vae.VaeConfig>, count: number) => {
  const model = vae.buildVae(config);
  const labels =
    model.config.classes > 0 ? tf.tensor1d(Int32Array.from({ length: count }, (_, i) => i % 10)) : undefined;
  return { model, labels, random: new Random(0) };
};

const step = (config: Partial<vae.VaeConfig>) => () => {
  const { model, labels, random } = build(config, 128);
  const x = random.uniform([128, 28, 28, 1]);
  return minimizer(
    () => vae.loss(vae.elboTerms(model, x, random.normal<tf.Rank.R2>([128, 20]), labels)),
    variablesOf(model.encoder, model.decoder),
  );
};

const sampler = (config: Partial<vae.VaeConfig>) => () => {
  const { model, labels, random } = build(config, 512);
  return () => vae.sample(model, 512, random, labels);
};

export const steps = {
  'VAE B128': step({}),
  'VAE, convolutional B128': step({ arch: 'conv' }),
  'Conditional VAE B128': step({ classes: 10 }),
};

export const samplers = {
  'VAE, 512 images': sampler({}),
  'VAE, convolutional, 512 images': sampler({ arch: 'conv' }),
};
