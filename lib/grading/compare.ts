import * as tf from '@tensorflow/tfjs';
import { apart, short } from './describe';
import { TensorValue } from './values';

/** What a check expects: a tensor of the library's, numbers in nested arrays, or one number. */
export type Expected = tf.Tensor | TensorValue | tf.TensorLike;

export function tensorFrom(expected: Expected): TensorValue {
  if (TensorValue.is(expected)) return expected;
  const tensor = expected instanceof tf.Tensor ? expected : tf.tensor(expected);
  const data = tensor.dataSync();
  if (tensor.dtype === 'int32') return new TensorValue([...tensor.shape], 'int32', Int32Array.from(data));
  if (tensor.dtype === 'bool') return new TensorValue([...tensor.shape], 'bool', Uint8Array.from(data));
  return new TensorValue([...tensor.shape], 'float32', Float32Array.from(data));
}

/** A position in a flat array as indices: 5 in [2, 3] is `[1, 2]`. */
export function indexText(at: number, shape: readonly number[]): string {
  const indices: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices.unshift(at % shape[axis]);
    at = Math.floor(at / shape[axis]);
  }
  return `[${indices.join(', ')}]`;
}

/** How far off a value may be, in words. */
export function toleranceText(absolute: number, relative: number): { en: string; zh: string } {
  const [a, r] = [absolute, relative].map((x) => (x > 0 && x < 1e-3 ? x.toExponential() : String(x)));
  const parts = {
    en: [...(absolute ? [a] : []), ...(relative ? [`${r} of the value`] : [])],
    zh: [...(absolute ? [a] : []), ...(relative ? [`该值的 ${r} 倍`] : [])],
  };
  return { en: `allowed: ${parts.en.join(' + ') || '0'}`, zh: `允许误差：${parts.zh.join(' + ') || '0'}` };
}

/**
 * Where two tensors of one shape differ, in words: how many values, the largest difference with its place, both numbers
 * there, and the pattern where there is one. Nothing where they do not differ. A difference of up to
 * `absolute + relative·|expected|` is none.
 */
export function compare(
  got: TensorValue,
  expected: TensorValue,
  absolute: number,
  relative: number,
): { en: string; zh: string } | undefined {
  let off = 0;
  let worst = -1;
  let largest = 0;
  for (let i = 0; i < expected.size; i++) {
    const difference = Math.abs(got.data[i] - expected.data[i]);
    if (difference <= absolute + relative * Math.abs(expected.data[i])) continue;
    off++;
    const size = Number.isNaN(difference) ? Infinity : difference;
    if (worst < 0 || size > largest) [worst, largest] = [i, size];
  }
  if (worst < 0) return undefined;
  const by = short(Math.abs(got.data[worst] - expected.data[worst]));
  const [wanted, found] = apart(expected.data[worst], got.data[worst]);
  const pattern = patternOf(got, expected, absolute);
  const allowed = toleranceText(absolute, relative);
  if (expected.shape.length === 0) {
    return {
      en: `Expected ${wanted}, got ${found}: off by ${by} (${allowed.en}).${pattern.en}`,
      zh: `应为 ${wanted}，得到 ${found}，相差 ${by}（${allowed.zh}）。${pattern.zh}`,
    };
  }
  const where = indexText(worst, expected.shape);
  const many = expected.size === 1 ? { en: 'The value is', zh: '这个值' } : undefined;
  const count = many ?? { en: `${off} of ${expected.size} values are`, zh: `${expected.size} 个值中有 ${off} 个` };
  return {
    en: `${count.en} off (${allowed.en}). The largest difference is ${by}, at ${where}: expected ${wanted}, got ${found}.${pattern.en}`,
    zh: `${count.zh}不对（${allowed.zh}）。最大误差为 ${by}，在位置 ${where}：应为 ${wanted}，得到 ${found}。${pattern.zh}`,
  };
}
/** Mistakes that show a pattern: a sign, a factor, a shift, one row for all. */
function patternOf(got: TensorValue, expected: TensorValue, absolute: number): { en: string; zh: string } {
  const none = { en: '', zh: '' };
  const n = expected.size;
  const reach = Math.max(...Array.from(expected.data, Math.abs));
  if (n === 0 || reach === 0) return none;
  const close = (predict: (x: number) => number): boolean => {
    const slack = absolute + 1e-4 * reach;
    for (let i = 0; i < n; i++) if (!(Math.abs(got.data[i] - predict(expected.data[i])) <= slack)) return false;
    return true;
  };
  if (got.data.every((x: number) => x === 0)) return { en: ' All of yours are 0.', zh: '得到的值全为 0。' };
  if (close((x) => -x)) return { en: ' The size is right and the sign is not.', zh: '大小正确，但符号反了。' };
  if (n < 3) return none;
  let [dot, square, shift] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    dot += got.data[i] * expected.data[i];
    square += expected.data[i] ** 2;
    shift += (got.data[i] - expected.data[i]) / n;
  }
  if (close((x) => (dot / square) * x)) {
    return { en: ' All are off by one and the same factor.', zh: '所有值都差同一个倍数。' };
  }
  if (close((x) => x + shift)) return { en: ' All are off by one and the same amount.', zh: '所有值都差同一个数。' };
  return none;
}
