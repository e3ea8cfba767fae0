import * as tf from '@tensorflow/tfjs';
import type { Scalar } from '@tensorflow/tfjs';
import { expectSameShape } from '../shapes';

/** λ of the parts of the generators' loss. */
export interface CycleWeights {
  /** Of the cycle loss, eq. 3; default 10. */
  readonly cycle: number;
  /** Of the identity loss, §5.2, as a share of `cycle`; default 0.5. */
  readonly identity: number;
}

/** What a discriminator minimizes: ½ (E (D(y) − 1)² + E D(F(x))²), §4 (least squares instead of eq. 1). Any shape -> scalar */
export function discriminatorLoss(real: tf.Tensor, fake: tf.Tensor): Scalar {
  return tf.tidy(() => real.sub(1).square().mean<Scalar>().add<Scalar>(fake.square().mean()).mul<Scalar>(0.5));
}

/** What a generator minimizes of it: E (D(G(x)) − 1)², §4. Any shape -> scalar */
export function generatorAdversarialLoss(fake: tf.Tensor): Scalar {
  return tf.tidy(() => fake.sub(1).square().mean<Scalar>());
}

/**
 * E |F(G(x)) − x|, one half of eq. 2: there and back again. The mean over examples and pixels, as the authors' code has it. Without
 * it a generator may turn any x into any y that looks right. [B,H,W,C], [B,H,W,C] -> a scalar
 */
export function cycleLoss(x: tf.Tensor, reconstructed: tf.Tensor): Scalar {
  expectSameShape('cycleLoss', { x, reconstructed });
  return tf.tidy(() => reconstructed.sub(x).abs().mean<Scalar>());
}

/** E |G(y) − y|, §5.2: what is in the target domain already should stay, colours above all. Gives a scalar. */
export function identityLoss(y: tf.Tensor, translated: tf.Tensor): Scalar {
  expectSameShape('identityLoss', { y, translated });
  return tf.tidy(() => translated.sub(y).abs().mean<Scalar>());
}
