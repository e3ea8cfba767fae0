/** All of the library that a browser can run, and what its tests do there, as `genlab` of the page. */
import * as faces from '../../datasets/faces';
import { toys } from '../../datasets/toys';
import * as engine from '../../lib/engine';
import * as figures from '../../lib/figures';
import * as metrics from '../../lib/metrics';
import * as models from '../../lib/models';
import * as nn from '../../lib/nn';
import * as training from '../../lib/training';
import { learnGaussians } from './proof';

export const page = { engine, nn, models, training, metrics, figures, datasets: { faces, toys }, learnGaussians };
Object.assign(globalThis, { genlab: page });
