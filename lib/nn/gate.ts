import * as tf from '@tensorflow/tfjs';

/**
 * tanh(first half of the channels) ⊙ sigmoid(second half): van den Oord et al. (2016), arXiv:1606.05328, eq. 2.
 * [B, …, 2C] -> [B, …, C]
 */
export class GatedActivation extends tf.layers.Layer {
  static readonly className: string = 'GenlabGatedActivation';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const [signal, gate] = tf.split(x, 2, x.rank - 1);
      return signal.tanh().mul(gate.sigmoid());
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape.slice(0, -1), (inputShape[inputShape.length - 1] as number) / 2];
  }
}
tf.serialization.registerClass(GatedActivation);
