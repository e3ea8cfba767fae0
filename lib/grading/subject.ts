import type * as tf from '@tensorflow/tfjs';
import type { TensorValue, Value } from './values';

const fixtureMark = Symbol.for('genlab.grading.fixture');
const keptMark = Symbol.for('genlab.grading.kept');

/** A function or object of the spec's own, built beside the student's code from its source text. See `fixture`. */
export interface Fixture {
  readonly [fixtureMark]: true;
  readonly code: string;
  readonly options: Argument;
}

/** What can be given to student code: plain data, tensors (of this process), fixtures, and things kept on the other side. */
export type Argument =
  | undefined
  | null
  | boolean
  | number
  | string
  | tf.Tensor
  | ArrayBufferView
  | Value
  | Fixture
  | Kept
  | readonly Argument[]
  | { readonly [key: string]: Argument };

/** A value that stays beside the student's code (a model, a class's object, a function): a handle to ask it things. */
export interface Kept {
  readonly [keptMark]: number;
  /** Calls it, or its method: `model.call('predict', x)`, `denoiser.call('', x)`. */
  call(method: string, ...args: Argument[]): Promise<Value>;
  /** Like `call`, for what answers with a Promise. */
  callAsync(method: string, ...args: Argument[]): Promise<Value>;
  /** Keeps what the method answers. */
  make(method: string, ...args: Argument[]): Promise<Kept>;
  /** A property, however deep: `read('layers.0.name')`, `read('layers.length')`. */
  read(path: string): Promise<Value>;
  /** Like `subject.gradient`. */
  gradient(method: string, args: Argument[], wrt?: number): Promise<TensorValue>;
}

/** The code under test, by the names that its cell declares. It may run in another process: everything is a promise. */
export interface Subject {
  /** Calls a function that answers at once. Tensors may be given and come back; whatever else comes back must be plain. */
  call(name: string, ...args: Argument[]): Promise<Value>;
  /** Calls a function that answers with a Promise, and waits for it. */
  callAsync(name: string, ...args: Argument[]): Promise<Value>;
  /** Calls a function, or `new` on a class, and keeps the result on the other side. A fixture can be kept too. */
  make(what: string | Fixture, ...args: Argument[]): Promise<Kept>;
  /** The value of a constant, or a part of it: `read('config.latentDim')`. */
  read(path: string): Promise<Value>;
  /** d(sum of the result) / d(argument number `wrt`), by TensorFlow.js's tape beside the student's code. */
  gradient(name: string, args: Argument[], wrt?: number): Promise<TensorValue>;
}

/**
 * Something that student code is handed and that cannot cross as data: a denoiser, a critic, a decoder.
 * `build` runs beside the student's code, so it must stand by itself: it sees `tf` and `options` and nothing else of the
 * spec's file, and it must not hold what a check expects.
 *
 *     const halve = fixture((tf, { factor }) => (x) => tf.mul(x, factor), { factor: 0.5 });
 */
export function fixture<const O extends { readonly [key: string]: Argument }>(
  build: (tf: typeof import('@tensorflow/tfjs'), options: O) => unknown,
  options?: O,
): Fixture {
  return { [fixtureMark]: true, code: build.toString(), options: options ?? {} };
}

export const isFixture = (value: object): value is Fixture => fixtureMark in value;
export const isKept = (value: object): value is Kept => keptMark in value;
export { keptMark };
