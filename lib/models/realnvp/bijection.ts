import type * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';

/** Where a step of a flow takes x, and what that does to the density there. */
export interface Moved {
  readonly y: tf.Tensor; // [B, …]
  /** log |det ∂y/∂x|, in nats. */
  readonly logDet: Tensor1D; // [B]
}

/** One invertible step of a flow. `inverse(forward(x).y)` is x. */
export interface Bijection {
  readonly name: string;
  /** What it learns, if anything. */
  readonly network?: tf.LayersModel;
  forward(x: tf.Tensor): Moved;
  inverse(y: tf.Tensor): tf.Tensor;
  /** Sets first weights by what arrives at this step: for steps whose first weights come from data. */
  initialize?(x: tf.Tensor): void;
}
