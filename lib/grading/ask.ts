/** Turns the questions of a spec into requests for a host, and its answers into values or failed checks. */
import { CheckFailure } from './failure';
import { Host, type Ask, type Target, type Thrown } from './host';
import { isFixture, isKept, keptMark, type Argument, type Fixture, type Kept, type Subject } from './subject';
import { TensorValue, type Value } from './values';
import { fromWire, toWire, type Wire } from './wire';
import { describeValue } from './describe';
import { say } from './text';

/** Carries one request to where the code lives. The answer is untrusted: any JSON at all. */
export type Carry = (ask: Ask) => Promise<unknown>;

function encode(argument: Argument | unknown): Wire {
  return toWire(argument, (one) => {
    if (isFixture(one)) return { t: 'F', c: one.code, o: encode(one.options) };
    if (isKept(one)) return { t: 'K', id: one[keptMark] };
    return undefined;
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const stubMessage = /^(not implemented\b|尚未实现)/i; // what the builder puts in a solution's place

/** The reason for a check that could not be asked because the code threw. */
export function thrownFailure(what: string, thrown: Partial<Thrown>, line?: number): CheckFailure {
  const message = String(thrown.message ?? '');
  if (stubMessage.test(message)) {
    return new CheckFailure({ en: `\`${what}\` is not written yet.`, zh: `\`${what}\` 还没有写。` }, 'missing');
  }
  if (message.startsWith('Cannot compute gradient of y=f(x)')) {
    const reason = {
      en: `No gradient flows back through \`${what}\`: somewhere its numbers leave the tensors (dataSync, arraySync, a new tf.tensor of old values).`,
      zh: `梯度无法穿过 \`${what}\`：某处的数值离开了张量（例如 dataSync、arraySync，或用旧数值新建了 tf.tensor）。`,
    };
    return new CheckFailure(reason, 'wrong', { kind: 'gradient' });
  }
  const name = thrown.name ? `${thrown.name}: ` : '';
  // Of several lines, and without what could steer a terminal.
  const shown = `${name}${message}`.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').slice(0, 300);
  const where = line ? { en: ` (line ${line} of the cell)`, zh: `（该单元格第 ${line} 行）` } : { en: '', zh: '' };
  return new CheckFailure(
    { en: `\`${what}\` stopped with an error${where.en}: ${shown}`, zh: `\`${what}\` 运行出错${where.zh}：${shown}` },
    'threw',
    line ? { line } : {},
  );
}

export function missingFailure(name: string): CheckFailure {
  return new CheckFailure(
    {
      en: `The cell defines no \`${name}\` (was it renamed?).`,
      zh: `单元格里没有定义 \`${name}\`（是否改了名字？）。`,
    },
    'missing',
  );
}

/** A subject whose code is reached by `carry`. `lineOf` finds the cell's line in an error's stack. */
export function subjectOver(carry: Carry, lineOf: (stack: string) => number | undefined = () => undefined): Subject {
  const ask = async (what: string, request: Ask): Promise<Record<string, unknown>> => {
    const answer = await carry(request);
    if (!isRecord(answer)) throw unreadable(what);
    if ('missing' in answer) throw missingFailure(String(answer.missing).slice(0, 100) || what);
    if (isRecord(answer.threw)) {
      const { name, message, stack } = answer.threw;
      const text = (part: unknown, length: number): string => (typeof part === 'string' ? part.slice(0, length) : '');
      const thrown = { name: text(name, 80), message: text(message, 600), stack: text(stack, 8000) };
      throw thrownFailure(what, thrown, lineOf(thrown.stack));
    }
    return answer;
  };
  const value = async (what: string, request: Ask): Promise<Value> => {
    const answer = await ask(what, request);
    if (!('value' in answer)) throw unreadable(what);
    return fromWire(answer.value);
  };
  const keep = async (what: string, request: Ask): Promise<Kept> => {
    const { kept } = await ask(what, request);
    if (typeof kept !== 'number' || !Number.isInteger(kept)) throw unreadable(what);
    return keptThing(what, kept);
  };
  const gradient = async (
    what: string,
    target: Target,
    path: string[],
    args: Argument[],
    wrt: number,
  ): Promise<TensorValue> => {
    const found = await value(what, { target, path, args: args.map(encode), as: 'gradient', wrt });
    if (TensorValue.is(found)) return found;
    const got = describeValue(found);
    const reason = {
      en: `The gradient of \`${what}\` is ${say(got, 'en')}.`,
      zh: `\`${what}\` 的梯度是${say(got, 'zh')}。`,
    };
    throw new CheckFailure(reason, 'wrong', { kind: 'gradient' });
  };
  const pathOf = (method: string): string[] => (method === '' ? [] : method.split('.'));

  const keptThing = (what: string, id: number): Kept => {
    const target = { kept: id };
    const label = (method: string): string => (method === '' ? what : `${what}.${method}`);
    return {
      [keptMark]: id,
      call: (method, ...args) =>
        value(label(method), { target, path: pathOf(method), args: args.map(encode), as: 'value' }),
      callAsync: (method, ...args) =>
        value(label(method), { target, path: pathOf(method), args: args.map(encode), as: 'promise' }),
      make: (method, ...args) =>
        keep(label(method), { target, path: pathOf(method), args: args.map(encode), as: 'keep' }),
      read: (path) => value(label(path), { target, path: pathOf(path), as: 'value' }),
      gradient: (method, args, wrt = 0) => gradient(label(method), target, pathOf(method), args, wrt),
    };
  };

  return {
    call: (name, ...args) => value(name, { target: { name }, path: [], args: args.map(encode), as: 'value' }),
    callAsync: (name, ...args) => value(name, { target: { name }, path: [], args: args.map(encode), as: 'promise' }),
    make: (what: string | Fixture, ...args) =>
      typeof what === 'string'
        ? keep(what, { target: { name: what }, path: [], args: args.map(encode), as: 'keep' })
        : keep('fixture', { target: { fixture: what.code, options: encode(what.options) }, path: [], as: 'keep' }),
    read: (path) => {
      const [name, ...rest] = path.split('.');
      return value(path, { target: { name }, path: rest, as: 'value' });
    },
    gradient: (name, args, wrt = 0) => gradient(name, { name }, [], args, wrt),
  };
}

const unreadable = (what: string): CheckFailure =>
  new CheckFailure(
    { en: `\`${what}\` gave an answer that cannot be read.`, zh: `\`${what}\` 的返回结果无法读取。` },
    'crashed',
  );

/** A subject in this very process: the library, which is trusted, or a notebook's own functions. */
export function localSubject(functions: Readonly<Record<string, unknown>>): Subject {
  const host = new Host((name) => {
    if (!Object.hasOwn(functions, name)) throw new ReferenceError(name);
    return functions[name];
  });
  return subjectOver((ask) => host.answer(ask));
}
