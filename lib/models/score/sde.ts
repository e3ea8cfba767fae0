/**
 * Forward diffusions dx = f(t) x dt + g(t) dw that carry data to noise.
 * Song et al. (2020), Score-Based Generative Modeling through SDEs, arXiv:2011.13456. Equation numbers are that paper's.
 *
 * Time runs from 0 (data) to 1 (noise). Both drifts are linear, so an x(0) becomes a Gaussian in closed form.
 */
import { UserError } from '../../errors';

export interface Sde {
  readonly kind: 'VE' | 'VP';
  /** Sampling stops here: at 0 itself the score of data may not exist. */
  readonly epsilon: number;
  /** f(t): the drift is f(t) x. */
  drift(t: number): number;
  /** g(t). */
  diffusion(t: number): number;
  /** p(x(t) | x(0)) = N(mean · x(0), std² I). */
  marginalProb(t: number): { readonly mean: number; readonly std: number };
  /** Standard deviation of the prior, the Gaussian that x(1) is taken for. */
  readonly priorStd: number;
}

/**
 * Variance exploding, eq. 30: noise is added and nothing taken away, σ(t) = σ_min (σ_max/σ_min)^t. Data count as already
 * blurred by σ_min, as in the authors' code.
 * @throws UserError unless 0 < sigmaMin < sigmaMax.
 */
export function veSde({ sigmaMin = 0.01, sigmaMax = 50 } = {}): Sde {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin)) {
    throw new UserError(
      `veSde: 0 < sigmaMin < sigmaMax is needed, got sigmaMin = ${sigmaMin}, sigmaMax = ${sigmaMax}.`,
    );
  }
  const growth = Math.log(sigmaMax / sigmaMin);
  const sigma = (t: number) => sigmaMin * Math.exp(growth * t);
  return {
    kind: 'VE',
    epsilon: 1e-5,
    drift: () => 0,
    diffusion: (t) => sigma(t) * Math.sqrt(2 * growth),
    marginalProb: (t) => ({ mean: 1, std: sigma(t) }),
    priorStd: sigmaMax,
  };
}

/**
 * Variance preserving, eq. 32: DDPM with steps that have become infinitely small, β(t) = β_min + t (β_max − β_min).
 * @throws UserError unless 0 < betaMin ≤ betaMax, or when x(1) would still show the data (mean above 0.05).
 */
export function vpSde({ betaMin = 0.1, betaMax = 20 } = {}): Sde {
  if (!(betaMin > 0 && betaMax >= betaMin)) {
    throw new UserError(`vpSde: 0 < betaMin ≤ betaMax is needed, got betaMin = ${betaMin}, betaMax = ${betaMax}.`);
  }
  const beta = (t: number) => betaMin + t * (betaMax - betaMin);
  const integral = (t: number) => t * betaMin + (t * t * (betaMax - betaMin)) / 2; // ∫₀ᵗ β
  const left = Math.exp(-integral(1) / 2);
  if (left > 0.05) {
    throw new UserError(
      `vpSde: with β up to ${betaMax} a share of ${left.toFixed(2)} of the data is left at t = 1, which is then not noise. ` +
        'Use a larger betaMax, such as 20.',
    );
  }
  return {
    kind: 'VP',
    epsilon: 1e-3,
    drift: (t) => -beta(t) / 2,
    diffusion: (t) => Math.sqrt(beta(t)),
    marginalProb: (t) => ({ mean: Math.exp(-integral(t) / 2), std: Math.sqrt(-Math.expm1(-integral(t))) }),
    priorStd: 1,
  };
}
