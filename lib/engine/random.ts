import * as tf from '@tensorflow/tfjs';

type Shape = readonly number[];

/** Where a generator stands, as plain data for a checkpoint. */
export interface RandomState {
  /** What forks are derived from; drawing numbers does not change it. */
  readonly key: readonly number[];
  /** The four 32-bit words of xoshiro128**. */
  readonly words: readonly number[];
}

/**
 * Seeded random numbers, the same on every engine and every run: xoshiro128** (Blackman and Vigna, 2018), in JavaScript.
 * TensorFlow.js's own generators are partly unseeded, and each engine's differ.
 */
export class Random {
  private key: Uint32Array;
  private readonly words: Uint32Array;

  constructor(seed: number | string) {
    this.key = Uint32Array.of(typeof seed === 'number' ? mixSeed(seed) : hash(seed, 0));
    this.words = splitmix32(this.key[0], 4);
  }

  /** An independent generator. It depends on the seed and the label alone: drawing numbers before a fork changes nothing. */
  fork(label: number | string): Random {
    const child = new Random(0);
    child.key = Uint32Array.of(hash(typeof label === 'number' ? `#${label}` : label, this.key[0]));
    child.words.set(splitmix32(child.key[0], 4));
    return child;
  }

  state(): RandomState {
    return { key: [...this.key], words: [...this.words] };
  }

  restore(state: RandomState): void {
    if (state.words.length !== 4 || state.words.every((word) => word === 0) || state.key.length !== 1) {
      throw new Error('This is not the state of a Random.');
    }
    this.key.set(state.key);
    this.words.set(state.words);
  }

  /** 32 random bits. */
  bits(): number {
    const s = this.words;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** A number in [0, 1) with all 53 bits of a double. */
  next(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** An integer in [0, n), each equally likely. */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new Error(`int(n) needs an n from 1 to 2³², got ${n}.`);
    const even = 2 ** 32 - (2 ** 32 % n); // bits from here on would favour small results
    let bits = this.bits();
    while (bits >= even) bits = this.bits();
    return bits % n;
  }

  /** 0 … n−1 in random order. */
  shuffle(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** A float32 tensor of numbers in [low, high). */
  uniform<R extends tf.Rank>(shape: tf.ShapeMap[R] | Shape, low = 0, high = 1): tf.Tensor<R> {
    return this.tensor(shape, (values) => {
      // 24 bits: as many as a float32 between ½ and 1 can hold, so that 1 itself never comes out of rounding.
      for (let i = 0; i < values.length; i++) values[i] = low + (high - low) * ((this.bits() >>> 8) / 2 ** 24);
    });
  }

  /** A float32 tensor of normally distributed numbers (Box and Muller, 1958). */
  normal<R extends tf.Rank>(shape: tf.ShapeMap[R] | Shape, mean = 0, std = 1): tf.Tensor<R> {
    return this.tensor(shape, (values) => {
      for (let i = 0; i < values.length; i += 2) {
        const radius = std * Math.sqrt(-2 * Math.log((this.bits() + 0.5) / 2 ** 32));
        const angle = 2 * Math.PI * (this.bits() / 2 ** 32);
        values[i] = mean + radius * Math.cos(angle);
        if (i + 1 < values.length) values[i + 1] = mean + radius * Math.sin(angle);
      }
    });
  }

  /** A float32 tensor of ones with probability p, else zeros. */
  bernoulli<R extends tf.Rank>(shape: tf.ShapeMap[R] | Shape, p: number): tf.Tensor<R> {
    return this.tensor(shape, (values) => {
      for (let i = 0; i < values.length; i++) values[i] = this.bits() / 2 ** 32 < p ? 1 : 0;
    });
  }

  private tensor<R extends tf.Rank>(shape: Shape, fill: (values: Float32Array) => void): tf.Tensor<R> {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]));
    fill(values);
    return tf.tensor(values, [...shape] as tf.ShapeMap[R], 'float32');
  }
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Any number as 32 bits of seed: integers below 2³² as they are, others through their text. */
function mixSeed(seed: number): number {
  return Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 ? seed : hash(String(seed), 0);
}

/** FNV-1a over UTF-16 units. The key is spread first: plainly combined, ('a', 1) and ('b', 2) would meet. */
function hash(text: string, key: number): number {
  let h = (0x811c9dc5 ^ splitmix32(key, 1)[0]) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

/** The generator that spreads one word of seed over the words of a larger state (Steele, Lea and Flood, 2014). */
function splitmix32(seed: number, count: number): Uint32Array {
  let state = seed >>> 0;
  return Uint32Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  });
}
