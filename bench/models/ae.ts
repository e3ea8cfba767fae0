import { Random } from '../../lib/engine';
import { ae } from '../../lib/models';
import { variablesOf } from '../../lib/nn';
import { minimizer } from '../support/minimizer';

const make = (arch: 'mlp' | 'conv') => () => {
  const model = ae.buildAutoencoder({ arch });
  const x = new Random(0).uniform([128, 28, 28, 1]);
  const loss = () => ae.reconstructionLoss(x, ae.reconstruct(model, x), 'mse').mean();
  return minimizer(loss, variablesOf(model.encoder, model.decoder));
};

export const steps = { 'Autoencoder B128': make('mlp'), 'Autoencoder, convolutional B128': make('conv') };
