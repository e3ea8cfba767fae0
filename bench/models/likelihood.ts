import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { pixelcnn, realnvp, vqvae } from '../../lib/models';
import { minimizer } from '../support/minimizer';

const random = new Random(0);
const images = (count: number) => random.uniform<tf.Rank.R4>([count, 28, 28, 1]);

const flow = (config: Partial<realnvp.RealNvpConfig>, x: tf.Tensor) => () => {
  const model = realnvp.buildRealNvp(config);
  realnvp.initialize(model, x);
  return minimizer(() => realnvp.loss(model, x), realnvp.variables(model));
};

const autoregression =
  (config: Partial<pixelcnn.PixelCnnConfig>, count: number, [height, width]: readonly [number, number]) =>
  () => {
    const model = pixelcnn.buildPixelCnn(config);
    const grid = random.uniform([count, height, width], 0, model.config.levels).floor().toInt() as tf.Tensor3D;
    return minimizer(() => pixelcnn.loss(model, grid), pixelcnn.variables(model));
  };

export const steps = {
  'RealNVP B16': () => flow({}, random.normal([16, 28, 28, 1]))(),
  'RealNVP of points B256': () => flow({ arch: 'mlp' }, random.normal([256, 2]))(),
  'PixelCNN B32': autoregression({}, 32, [28, 28]),
  'VQ-VAE B64': () => {
    const model = vqvae.buildVqVae();
    const x = images(64);
    return minimizer(() => {
      const { z, indices, ...terms } = vqvae.vqVaeTerms(model, x);
      const rows = z.reshape<tf.Tensor2D>([-1, model.config.codeDim]);
      vqvae.codebookOf(model).follow(rows, indices.flatten(), { decay: 0.99, restart: 0, random });
      return vqvae.loss(model, terms);
    }, vqvae.variables(model));
  },
  'VQ-VAE prior B64': () =>
    autoregression(
      { size: [7, 7], levels: 128, input: 'one-hot', kernels: [5, 3], layers: 4, channels: 48 },
      64,
      [7, 7],
    )(),
};

export const samplers = {
  'RealNVP, 16 images': () => {
    const model = realnvp.buildRealNvp();
    return () => realnvp.sample(model, 16, random);
  },
  'PixelCNN, 4 images': () => {
    const model = pixelcnn.buildPixelCnn();
    return () => pixelcnn.sample(model, 4, random);
  },
  'VQ-VAE with prior, 64 images': () => {
    const model = vqvae.buildVqVae();
    const prior = vqvae.buildPrior(model);
    return () => vqvae.sampleWithPrior(model, prior, 64, random);
  },
};
