import * as tf from '@tensorflow/tfjs';
import { train, type TrainOptions } from '../../lib/training';

export type Batch = { x: tf.Tensor2D; y: tf.Tensor2D };

/** The smallest run there is: a line through noisy points: y = 2x₀ − x₁ + 0.5. */
export function line(options: Partial<TrainOptions<Batch>> = {}) {
  const variables = [tf.variable(tf.zeros([2, 1])), tf.variable(tf.zeros([1]))];
  const [weight, bias] = variables as [tf.Variable<tf.Rank.R2>, tf.Variable];
  const all: TrainOptions<Batch> = {
    name: 'line',
    variables,
    epochs: 3,
    learningRate: 0.05,
    *batches(_epoch, random) {
      for (let i = 0; i < 10; i++) {
        yield tf.tidy(() => {
          const x = random.normal<tf.Rank.R2>([8, 2]);
          return { x, y: x.matMul<tf.Tensor2D>(tf.tensor2d([[2], [-1]])).add<tf.Tensor2D>(0.5) };
        });
      }
    },
    loss({ x, y }, random) {
      const jitter = random.normal(y.shape, 0, 0.1);
      const error = x.matMul(weight).add(bias).sub(y).add(jitter);
      return { loss: error.square().mean(), worst: error.abs().max() };
    },
    ...options,
  };
  const values = () => variables.flatMap((variable) => [...variable.dataSync()]);
  return {
    options: all,
    run: (more: Partial<TrainOptions<Batch>> = {}) => train({ ...all, ...more }),
    values,
    variables,
  };
}
