import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { flowMatching, ldm, score } from '../../lib/models';
import { variablesOf } from '../../lib/nn';
import { minimizer } from '../support/minimizer';

const random = new Random(0);
const times = (count: number) => Array.from({ length: count }, () => 0.001 + 0.999 * random.next());

const flow = (config: Partial<flowMatching.FlowConfig>, shape: number[]) => () => {
  const model = flowMatching.buildFlow(config);
  const x1 = random.normal(shape);
  const velocity = flowMatching.velocityOf(model);
  return minimizer(
    () => flowMatching.flowMatchingLoss(velocity, x1, times(shape[0]), random.normal(shape)),
    variablesOf(model.network),
  );
};

const points = () => {
  const model = score.buildScoreModel({ inputShape: [2] });
  const x0 = random.normal([256, 2]);
  const { sde } = model.config;
  return minimizer(
    () => score.scoreMatchingLoss(score.scoreFn(model), x0, times(256), random.normal([256, 2]), sde),
    variablesOf(model.network),
  );
};

const stage1 = () => {
  const { encoder, decoder } = ldm.buildAutoencoder();
  const x = random.uniform<tf.Rank.R4>([16, 32, 32, 3], -1, 1);
  return minimizer(
    () => {
      const posterior = ldm.posteriorOf(encoder.apply(x) as tf.Tensor4D);
      const noise = random.normal(posterior.mean.shape);
      const z = posterior.mean.add(posterior.logVariance.mul(0.5).exp().mul(noise));
      const error = ldm.reconstructionLoss(x, decoder.apply(z) as tf.Tensor);
      return error.add(ldm.latentKl(posterior).mean().mul(1e-6));
    },
    variablesOf(encoder, decoder),
  );
};

export const steps = {
  'Flow matching B32': flow({}, [32, 28, 28, 1]),
  'Flow matching of points B256': flow({ inputShape: [2] }, [256, 2]),
  'Score model of points B256': points,
  'Latent diffusion, stage 1 (KL) B16': stage1,
};

export const samplers = {
  'Flow matching, 16 images, 10 steps of Euler': () => {
    const model = flowMatching.buildFlow();
    return () => flowMatching.sample(model, 16, random, { steps: 10, weights: 'last' });
  },
};
