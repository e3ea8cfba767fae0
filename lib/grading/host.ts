/**
 * The side on which the code under test lives: does what a subject asks and answers with plain data. Runs in the sandboxed
 * child and, for `await check('…')`, in the notebook itself. Nothing here knows what a check expects.
 */
import * as tf from '@tensorflow/tfjs';
import { toLive, toWire, type Wire } from './wire';

export type Target =
  { readonly name: string } | { readonly kept: number } | { readonly fixture: string; readonly options: Wire };

/** What is asked of the code under test. */
export interface Ask {
  readonly target: Target;
  /** Property names from the target on. */
  readonly path: readonly string[];
  /** Absent: the property is read, not called. */
  readonly args?: readonly Wire[];
  readonly as: 'value' | 'promise' | 'keep' | 'gradient';
  readonly wrt?: number;
}

export type Answer =
  { readonly value: Wire } | { readonly kept: number } | { readonly missing: string } | { readonly threw: Thrown };

/** An error of the student's, cut to a length that can be shown. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

class Missing extends Error {}

export class Host {
  private readonly kept: unknown[] = [];

  /** @param lookup the value of a declared name; throws where there is none */
  constructor(private readonly lookup: (name: string) => unknown) {}

  async answer(ask: Ask): Promise<Answer> {
    const engine = tf.engine();
    const scoped = ask.as === 'value' || ask.as === 'gradient'; // what is kept must outlive the call
    try {
      if (scoped) engine.startScope();
      const { value } = await this.perform(ask);
      if (ask.as === 'keep') {
        this.kept.push(value);
        return { kept: this.kept.length - 1 };
      }
      return { value: toWire(value) };
    } catch (error) {
      return error instanceof Missing ? { missing: error.message } : { threw: describeError(error) };
    } finally {
      try {
        if (scoped) engine.endScope();
      } catch {
        // The code under test broke the engine; that must not keep the answer.
      }
    }
  }

  /** The result in a box: bare, a promise or anything with a `then` would be waited for on the way out. */
  private async perform({ target, path, args, as, wrt = 0 }: Ask): Promise<{ value: unknown }> {
    let owner: unknown;
    let value = this.find(target);
    for (const key of path) {
      owner = value;
      if (owner === null || owner === undefined) throw new Missing(path.join('.'));
      value = Reflect.get(Object(owner), key, owner);
    }
    if (args === undefined) return { value };
    if (typeof value !== 'function') throw new Missing(path.join('.') || ('name' in target ? target.name : ''));
    const callee = value;
    const live = args.map((arg) => toLive(arg, (id) => this.kept[id], build));
    if (as === 'gradient') return { value: gradient((given) => Reflect.apply(callee, owner, given), live, wrt) };
    const result: unknown = isClass(callee) ? Reflect.construct(callee, live) : Reflect.apply(callee, owner, live);
    return { value: as === 'promise' ? await result : result };
  }

  private find(target: Target): unknown {
    if ('kept' in target) return this.kept[target.kept];
    if ('fixture' in target) {
      return build(
        target.fixture,
        toLive(target.options, (id) => this.kept[id], build),
      );
    }
    try {
      return this.lookup(target.name);
    } catch {
      throw new Missing(target.name);
    }
  }
}

// Taken before any student's code could replace them.
const { Function: compile, Reflect: reflect } = globalThis;
const { toString: textOf } = Function.prototype;

const isClass = (value: unknown): boolean =>
  typeof value === 'function' && /^class\b/.test(reflect.apply(textOf, value, []));

/** A fixture from its source text. It comes from the spec, never from a student. */
function build(code: string, options: unknown): unknown {
  const make: unknown = new compile(`"use strict"; return (${code});`)();
  if (typeof make !== 'function') throw new TypeError('A fixture is a function.');
  return make(tf, options);
}

function gradient(call: (args: unknown[]) => unknown, args: readonly unknown[], wrt: number): tf.Tensor {
  const at = args[wrt];
  if (!(at instanceof tf.Tensor)) throw new TypeError(`Argument ${wrt} is no tensor.`);
  return tf.grad((x) => {
    const result = call(args.map((arg, i) => (i === wrt ? x : arg)));
    if (!(result instanceof tf.Tensor)) throw new TypeError('The result is not a tensor, so it has no gradient.');
    return result.sum();
  })(at);
}

const cut = (value: unknown, length: number): string => (typeof value === 'string' ? value.slice(0, length) : '');

export function describeError(error: unknown): Thrown {
  try {
    if (error instanceof Error) {
      return { name: cut(error.name, 80) || 'Error', message: cut(error.message, 600), stack: cut(error.stack, 8000) };
    }
    return { name: '', message: typeof error === 'string' ? cut(error, 600) : typeof error, stack: '' };
  } catch {
    return { name: 'Error', message: '', stack: '' }; // an error whose own fields throw
  }
}
