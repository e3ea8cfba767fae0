import * as tf from '@tensorflow/tfjs';
import { Random } from '../engine';

/** Gives each layer its own seed, all from one. TensorFlow.js's default initializers are unseeded: no two runs alike. */
export class Seeds {
  private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed).fork('weights');
  }

  /** The next layer's seed. */
  next(): number {
    return 1 + this.random.int(2 ** 31 - 1); // never 0, which some initializers read as "none"
  }

  /** Glorot & Bengio (2010): variance 2 / (fan in + fan out). For linear, sigmoid and tanh outputs. */
  glorot(): ReturnType<typeof tf.initializers.glorotUniform> {
    return tf.initializers.glorotUniform({ seed: this.next() });
  }

  /** He et al. (2015): variance 2 / fan in. For layers that end in a ReLU. */
  he(): ReturnType<typeof tf.initializers.heUniform> {
    return tf.initializers.heUniform({ seed: this.next() });
  }

  /** N(0, std²), whatever the layer's width. DCGAN: 0.02. */
  normal(std: number): ReturnType<typeof tf.initializers.randomNormal> {
    return tf.initializers.randomNormal({ mean: 0, stddev: std, seed: this.next() });
  }
}
