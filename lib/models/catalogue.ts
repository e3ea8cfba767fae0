/** Every model that the library has, as `genlab models` lists them and the tests check them. */
import type * as tf from '@tensorflow/tfjs';
import * as ae from './ae';
import * as vae from './vae';

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
const vaePaper = 'Kingma & Welling (2013), arXiv:1312.6114';

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
];

/** The networks among a model's parts: `{ config, encoder, decoder }` -> `{ encoder, decoder }`. */
function networks<M extends object>(model: M): Record<string, tf.LayersModel> {
  const isNetwork = (part: unknown): part is tf.LayersModel =>
    typeof part === 'object' && part !== null && 'trainableWeights' in part && 'apply' in part;
  return Object.fromEntries(
    Object.entries(model).filter((entry): entry is [string, tf.LayersModel] => isNetwork(entry[1])),
  );
}
