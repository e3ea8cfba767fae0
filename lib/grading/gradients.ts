import * as tf from '@tensorflow/tfjs';
import { short } from './describe';
import { CheckFailure } from './failure';
import { tensorOf } from './matchers';
import type { CheckRandom } from './random';
import type { Argument, Kept, Subject } from './subject';
import { TensorValue } from './values';

export interface GradientOptions {
  /** Which argument, counted from 0; a float32 tensor. */
  readonly wrt?: number;
  readonly random: CheckRandom;
  /** How far each number is moved; 0.05 unless given. Smaller where the function bends sharply. */
  readonly step?: number;
  /** Random directions to try; 3 unless given. */
  readonly directions?: number;
  /** Largest difference allowed, as a part of the gradient's length; 0.01 unless given. */
  readonly tolerance?: number;
}

/**
 * The gradient that TensorFlow.js's tape gives for the sum of a function's result, against finite differences of that very
 * function: finds a tape that was cut, a wrong custom gradient, a constant that should not be one, whatever the function
 * computes. The argument is moved along random signs, and two steps are combined so that the error is of the fourth order
 * (Richardson). For functions that are smooth and draw no numbers of their own.
 */
export async function expectGradient(
  subject: Pick<Subject | Kept, 'call' | 'gradient'>,
  name: string,
  args: readonly Argument[],
  { wrt = 0, random, step = 0.05, directions = 3, tolerance = 0.01 }: GradientOptions,
): Promise<void> {
  const x = args[wrt];
  if (!(x instanceof tf.Tensor)) throw new Error(`expectGradient: argument ${wrt} of ${name} is no tensor`);
  const gradient = await subject.gradient(name, [...args], wrt);
  tensorOf(gradient, `∂${name}`).toHaveShape(x.shape).toBeFinite();
  const length = Math.hypot(...gradient.data);
  const sumAt = async (shift: tf.Tensor): Promise<number> => {
    const moved = [...args.slice(0, wrt), x.add(shift), ...args.slice(wrt + 1)];
    return total(await subject.call(name, ...moved), name);
  };
  for (let i = 0; i < directions; i++) {
    const signs = random.bernoulli(x.shape, 0.5).mul(2).sub(1);
    const slope = async (h: number): Promise<number> =>
      ((await sumAt(signs.mul(h))) - (await sumAt(signs.mul(-h)))) / (2 * h);
    const numeric = (4 * (await slope(step / 2)) - (await slope(step))) / 3;
    const tape = dot(gradient.data, signs.dataSync());
    const allowed = tolerance * Math.max(length, Math.abs(numeric)) + 1e-4;
    if (Math.abs(numeric - tape) <= allowed) continue;
    const [moves, says] = [short(numeric), short(tape)];
    const reason = {
      en: `The gradient of \`${name}\` does not fit the function: along one direction it rises by ${moves} per unit, its gradient says ${says}.`,
      zh: `\`${name}\` 的梯度与函数本身不符：沿某一方向，函数每单位上升 ${moves}，而梯度给出 ${says}。`,
    };
    throw new CheckFailure(reason, 'wrong', { kind: 'gradient' });
  }
}

function total(value: Parameters<typeof tensorOf>[0], name: string): number {
  const { data } = tensorOf(value, name).toBeFinite().value as TensorValue;
  let all = 0; // in double precision, or the differences drown
  for (const one of data) all += one;
  return all;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let all = 0;
  for (let i = 0; i < a.length; i++) all += a[i] * b[i];
  return all;
};
