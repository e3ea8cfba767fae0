/** The networks that read log scale s and shift t from the part of x that a coupling keeps. */
import * as tf from '@tensorflow/tfjs';
import type { Seeds } from '../../nn';

type Symbolic = tf.SymbolicTensor;

/** s = c ⊙ tanh(raw), one c for each channel, learned (§4.1): a network can then not scale by e^1000 in a bad step. */
class BoundedLogScale extends tf.layers.Layer {
  static readonly className: string = 'GenlabBoundedLogScale';
  private bound!: tf.LayerVariable;

  override build(inputShape: tf.Shape): void {
    this.bound = this.addWeight('bound', [inputShape[inputShape.length - 1]], 'float32', tf.initializers.ones());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const raw = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.tidy(() => raw.tanh().mul(this.bound.read()));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }
}
tf.serialization.registerClass(BoundedLogScale);

/** Dense layers, for points. [B,n] -> s [B,n], t [B,n] */
export function denseNetwork(name: string, size: number, hidden: readonly number[], seeds: Seeds): tf.LayersModel {
  const kept = tf.input({ shape: [size], name: 'kept' });
  // With all biases at zero every ReLU would bend at the same place, and of a single coordinate that is the only one.
  const layer = (h: Symbolic, units: number, i: number) =>
    tf.layers
      .dense({
        name: `hidden${i + 1}`,
        units,
        activation: 'relu',
        kernelInitializer: seeds.he(),
        biasInitializer: tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: seeds.next() }),
      })
      .apply(h) as Symbolic;
  const h = hidden.reduce(layer, kept);
  // Zero: the flow begins as the identity.
  const head = (what: string) =>
    tf.layers.dense({ name: what, units: size, kernelInitializer: 'zeros' }).apply(h) as Symbolic;
  return tf.model({ inputs: kept, outputs: [bounded(head('rawScale')), head('shift')], name });
}

/** A convolution, residual blocks of two convolutions each, and the two outputs. [B,H,W,C] -> s, t [B,H,W,C] */
export function residualNetwork(
  name: string,
  shape: readonly number[],
  { channels, blocks }: { readonly channels: number; readonly blocks: number },
  seeds: Seeds,
): tf.LayersModel {
  const convolution = (x: Symbolic, layer: string, filters: number, kernelSize: number) =>
    tf.layers
      .conv2d({ name: layer, filters, kernelSize, padding: 'same', kernelInitializer: seeds.he() })
      .apply(x) as Symbolic;
  const relu = (x: Symbolic) => tf.layers.reLU().apply(x) as Symbolic;

  const kept = tf.input({ shape: [...shape], name: 'kept' });
  let h = convolution(kept, 'first', channels, 3); // [B,H,W,channels]
  for (let i = 1; i <= blocks; i++) {
    const inner = relu(convolution(relu(h), `block${i}a`, channels, 3));
    h = tf.layers.add().apply([h, convolution(inner, `block${i}b`, channels, 1)]) as Symbolic;
  }
  const last = relu(h);
  const head = (what: string) =>
    tf.layers
      .conv2d({ name: what, filters: shape[2], kernelSize: 3, padding: 'same', kernelInitializer: 'zeros' })
      .apply(last) as Symbolic;
  return tf.model({ inputs: kept, outputs: [bounded(head('rawScale')), head('shift')], name });
}

function bounded(raw: Symbolic): Symbolic {
  return new BoundedLogScale({ name: 'logScale' }).apply(raw) as Symbolic;
}
