import * as tf from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { expectShape } from '../shapes';

/**
 * The last generated examples: a discriminator sees older ones among the new, so that it does not forget what the generator used
 * to do. Shrivastava et al. (2017), arXiv:1612.07828, §2.3; CycleGAN §4 keeps 50.
 *
 * The examples lie in a variable, so that a checkpoint can hold them and a resumed run goes on with the same ones.
 */
export class ImagePool {
  /** For checkpoints: the examples, and how many of the places are taken. */
  readonly state: readonly [images: tf.Variable, taken: tf.Variable];
  private size = 0;

  /** @param capacity 0 keeps nothing and gives back what it is asked with */
  constructor(
    readonly capacity: number,
    readonly shape: readonly number[],
  ) {
    if (!Number.isInteger(capacity) || capacity < 0) {
      throw new UserError(`ImagePool: capacity must be a whole number from 0, got ${capacity}.`);
    }
    const variable = (value: tf.Tensor) => tf.tidy(() => tf.variable(value, false));
    const [empty, none] = [tf.zeros([Math.max(1, capacity), ...shape]), tf.scalar(0)];
    this.state = [variable(empty), variable(none)];
    tf.dispose([empty, none]);
  }

  /** Places that are taken. */
  get taken(): number {
    return this.size;
  }

  /**
   * For each example in turn: while there is room it is kept and given back; after that, by the toss of a coin, it is either given
   * back, or it takes the place of one of the pool, which is given back instead. [B, …] -> [B, …]
   */
  query<X extends tf.Tensor>(examples: X, random: Random): X {
    expectShape('ImagePool.query', 'examples', examples, ['B', ...this.shape]);
    const [images, taken] = this.state;
    const { capacity } = this;
    if (capacity === 0) return examples.clone();
    // Where each place's content comes from, and each answer: below `capacity` from the pool, from there on from the examples.
    const places = Int32Array.from({ length: capacity }, (_, i) => i);
    const answers = Int32Array.from({ length: examples.shape[0] }, (_, i) => {
      const own = capacity + i;
      if (this.size < capacity) return (places[this.size++] = own);
      if (random.next() < 0.5) return own;
      const place = random.int(capacity);
      const older = places[place];
      places[place] = own;
      return older;
    });
    return tf.tidy(() => {
      const all = tf.concat([images, examples]);
      images.assign(all.gather(tf.tensor1d(places)));
      taken.assign(tf.scalar(this.size));
      return all.gather(tf.tensor1d(answers)) as X;
    });
  }

  /** Forgets everything. */
  clear(): void {
    this.size = 0;
    tf.tidy(() => this.state[1].assign(tf.scalar(0)));
  }

  /** To be called after the variables were given other values: by a checkpoint that was read. */
  async refresh(): Promise<void> {
    this.size = (await this.state[1].data())[0];
  }

  dispose(): void {
    tf.dispose([...this.state]);
  }
}
