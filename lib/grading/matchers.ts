import * as tf from '@tensorflow/tfjs';
import { tensorFrom } from './compare';
import { because, describeValue } from './describe';
import { CheckFailure } from './failure';
import { NumberMatchers } from './number-matchers';
import { TensorMatchers } from './tensor-matchers';
import { say, type Text } from './text';
import { Refused, TensorValue, type PlainObject, type Value } from './values';

function unexpected(wanted: { en: string; zh: string }, value: Value, label?: string): never {
  const got = describeValue(value);
  const [en, zh] = label ? [`\`${label}\`: `, `\`${label}\`：`] : ['', ''];
  const reason = {
    en: `${en}expected ${wanted.en}, got ${say(got, 'en')}.`,
    zh: `${zh}应为${wanted.zh}，得到的是${say(got, 'zh')}。`,
  };
  throw new CheckFailure(reason, 'wrong', { kind: 'type' });
}

/** A tensor that came back, or a failed check that says what came back instead. `label` names it where there are several. */
export function tensorOf(value: Value | tf.Tensor, label?: string): TensorMatchers {
  const plain = value instanceof tf.Tensor ? tensorFrom(value) : value;
  if (!TensorValue.is(plain)) unexpected({ en: 'a tensor', zh: '张量' }, plain, label);
  return new TensorMatchers(plain, label);
}

/** One number that came back: a JavaScript number or a scalar tensor. */
export function numberOf(value: Value, label?: string): NumberMatchers {
  if (TensorValue.is(value) && value.shape.length === 0) return new NumberMatchers(value.data[0], label);
  if (typeof value !== 'number') unexpected({ en: 'a number', zh: '数值' }, value, label);
  return new NumberMatchers(value, label);
}

/** The named parts of an object that came back: `const { mean, logVar } = partsOf(value, 'mean', 'logVar')`. */
export function partsOf<const K extends string>(value: Value, ...names: K[]): { [key in K]: Value } {
  const shown = `{ ${names.join(', ')} }`;
  if (!isPlainObject(value) || names.some((name) => !(name in value))) {
    unexpected({ en: `an object ${shown}`, zh: `对象 ${shown}` }, value);
  }
  return Object.fromEntries(names.map((name) => [name, value[name]])) as { [key in K]: Value };
}

/** The entries of an array of exactly `count`, or of any length. */
export function itemsOf(value: Value, count?: number): readonly Value[] {
  const items = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  if (!Array.isArray(items) || (count !== undefined && items.length !== count)) {
    unexpected(
      {
        en: `an array${count === undefined ? '' : ` of ${count}`}`,
        zh: `${count === undefined ? '' : `长度为 ${count} 的`}数组`,
      },
      value,
    );
  }
  return items;
}

/** The values of a boolean, a string, …: exactly this one. */
export function expectValue(value: Value, expected: boolean | string | null | undefined, why?: Text): void {
  if (Object.is(value, expected)) return;
  const got = describeValue(value);
  const wanted = JSON.stringify(expected) ?? 'undefined';
  const more = because(why);
  const reason = {
    en: `Expected ${wanted}, got ${say(got, 'en')}.${more.en}`,
    zh: `应为 ${wanted}，得到的是${say(got, 'zh')}。${more.zh}`,
  };
  throw new CheckFailure(reason, 'wrong', { kind: 'value' });
}

const isPlainObject = (value: Value): value is PlainObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !TensorValue.is(value) &&
  !(value instanceof Refused);
