/**
 * What a score network learns: ∇ log p of data that were blurred with Gaussian noise, found without knowing p.
 * Vincent (2011), A Connection Between Score Matching and Denoising Autoencoders; Song & Ermon (2019), arXiv:1907.05600
 * (noise levels); Song et al. (2020), arXiv:2011.13456 (continuous time).
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { expectSameShape } from '../shapes';
import type { Sde } from './sde';

/** s(x, t) ≈ ∇ₓ log p_t(x), with a time (or a noise level) for each example. [B, …], [B] -> [B, …] */
export type ScoreFn = (x: Tensor, t: readonly number[]) => Tensor;

/** λ of the loss: `variance` weighs all times alike (λ = std²), `likelihood` bounds log p (λ = g², Song et al. 2021). */
export type Weighting = 'variance' | 'likelihood';

/**
 * Denoising score matching at noise levels σ, Song & Ermon eq. 5 and 6 with λ(σ) = σ²: ½ E ‖σ s(x + σz, σ) + z‖².
 *
 * x + σz given x is normal, and the gradient of its log-density is −z/σ: the mean of that over all x which may have led to
 * one noisy point is the score there, and a mean is what least squares finds.
 * @param sigma σ of each example
 * @param noise z ~ N(0, I), the shape of x
 * @returns mean over the batch of the sum over an example's numbers
 */
export function denoisingScoreMatchingLoss(score: ScoreFn, x: Tensor, sigma: readonly number[], noise: Tensor): Scalar {
  expectSameShape('denoisingScoreMatchingLoss', { x, noise });
  expectOneEach('denoisingScoreMatchingLoss', 'sigma', sigma, x);
  return tf.tidy(() => {
    const scale = perExample(sigma, x);
    const found = score(x.add(noise.mul(scale)), sigma);
    return found
      .mul(scale)
      .add(noise)
      .square()
      .sum()
      .div(2 * sigma.length);
  });
}

/** x(t) = mean(t) x(0) + std(t) z, eq. 29 (VE) and 31 (VP): a sample of p(x(t) | x(0)). [B, …] -> [B, …] */
export function perturb(x0: Tensor, t: readonly number[], noise: Tensor, sde: Sde): Tensor {
  expectSameShape('perturb', { x0, noise });
  expectOneEach('perturb', 't', t, x0);
  const marginals = t.map((time) => sde.marginalProb(time));
  return tf.tidy(() => {
    const signal = perExample(
      marginals.map(({ mean }) => mean),
      x0,
    );
    const spread = perExample(
      marginals.map(({ std }) => std),
      x0,
    );
    return x0.mul(signal).add(noise.mul(spread));
  });
}

/**
 * The same in continuous time, eq. 7: E λ(t) ‖s(x(t), t) + z/std(t)‖², mean over the batch and over an example's numbers.
 * @param noise z ~ N(0, I), the shape of `x0`
 */
export function scoreMatchingLoss(
  score: ScoreFn,
  x0: Tensor,
  t: readonly number[],
  noise: Tensor,
  sde: Sde,
  weighting: Weighting = 'variance',
): Scalar {
  return tf.tidy(() => {
    const found = score(perturb(x0, t, noise, sde), t);
    const std = t.map((time) => sde.marginalProb(time).std);
    const residual = found.mul(perExample(std, x0)).add(noise); // std · (s + z/std)
    if (weighting === 'variance') return residual.square().mean();
    const ratios = t.map((time, i) => (sde.diffusion(time) / std[i]) ** 2);
    return residual.square().mul(perExample(ratios, x0)).mean();
  });
}

/** A number for each example, shaped to scale a batch. */
function perExample(values: readonly number[], like: Tensor): Tensor {
  return tf.tensor([...values], [values.length, ...like.shape.slice(1).map(() => 1)]);
}

function expectOneEach(where: string, name: string, values: readonly number[], x: Tensor): void {
  if (values.length !== x.shape[0]) {
    throw new UserError(`${where}: ${name} has a number for each of the ${x.shape[0]} examples, got ${values.length}.`);
  }
}
