import { say, type Text } from './text';
import { Refused, refusedKinds, TensorValue, type Value } from './values';

export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** What came back, in words, for a reason. */
export function describeValue(value: Value): Text {
  if (value === undefined)
    return { en: 'nothing (undefined; is a return missing?)', zh: '什么也没有（undefined；是不是漏了 return？）' };
  if (value === null) return 'null';
  if (value instanceof Refused) return refusedKinds[value.what];
  if (TensorValue.is(value)) {
    const shape = shapeText(value.shape);
    return { en: `a tensor of shape ${shape}`, zh: `形状为 ${shape} 的张量` };
  }
  if (typeof value === 'number') return { en: `the number ${value}`, zh: `数值 ${value}` };
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return { en: 'a string', zh: '一个字符串' };
  if (Array.isArray(value)) return { en: `an array of ${value.length}`, zh: `长度为 ${value.length} 的数组` };
  if (ArrayBuffer.isView(value)) return { en: 'a typed array', zh: '一个类型化数组' };
  const keys = Object.keys(value).slice(0, 6).join(', ');
  return { en: `an object { ${keys} }`, zh: `对象 { ${keys} }` };
}

/** Four digits are enough to see what is wrong. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));

/** Two numbers with as many digits as it takes to tell them apart. */
export function apart(a: number, b: number): [string, string] {
  for (let digits = 4; digits < 9; digits++) {
    const shown = [a, b].map((value) => String(Number(value.toPrecision(digits))));
    if (shown[0] !== shown[1] || a === b) return [shown[0], shown[1]];
  }
  return [String(a), String(b)];
}

/** A reason of the spec's own as a sentence behind the grader's. */
export function because(why: Text | undefined): { en: string; zh: string } {
  return why ? { en: ` ${sentence(say(why, 'en'))}`, zh: sentence(say(why, 'zh'), '。') } : { en: '', zh: '' };
}

const sentence = (words: string, stop = '.'): string => {
  const text = words.replace(/^[a-z](?=[a-z ])/, (letter) => letter.toUpperCase()); // not a formula's μ
  return /[.!?。！？]$/.test(text) ? text : text + stop;
};
