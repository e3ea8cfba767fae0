import { Random } from '../engine';

/**
 * The random numbers of one exercise. They start anew at each check, from the seed and the check's name: a check draws the
 * same numbers whichever other checks run, and another student's submission gets other ones.
 */
export class CheckRandom {
  private current: Random;

  constructor(private readonly seed: string) {
    this.current = new Random(seed);
  }

  startCheck(name: string): void {
    this.current = new Random(`${this.seed}\n${name}`);
  }

  /** A float32 tensor of normal numbers. */
  normal: Random['normal'] = (shape, mean, std) => this.current.normal(shape, mean, std);
  /** A float32 tensor of numbers in [low, high). */
  uniform: Random['uniform'] = (shape, low, high) => this.current.uniform(shape, low, high);
  /** A float32 tensor of zeros and ones. */
  bernoulli: Random['bernoulli'] = (shape, p) => this.current.bernoulli(shape, p);
  /** A number in [0, 1). */
  next = (): number => this.current.next();
  /** An integer in [0, n). */
  int = (n: number): number => this.current.int(n);
  /** 0 … n−1 in random order. */
  shuffle = (n: number): Int32Array => this.current.shuffle(n);
  /** An independent generator, for a function that takes one. */
  fork = (label: number | string): Random => this.current.fork(label);
}
