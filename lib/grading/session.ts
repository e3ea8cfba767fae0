import { SourceMap, type SourceMapPayload } from 'node:module';
import { subjectOver, thrownFailure } from './ask';
import type { PreparedCell } from './sandbox/cells';
import { CheckFailure } from './failure';
import type { Ask } from './host';
import type { Cause } from './results';
import type { End, Sandbox, SandboxLimits } from './sandbox/sandbox';
import { takeSandbox } from './sandbox/spares';
import type { Prepared, Reading } from './source';
import type { Subject } from './subject';
import type { Text } from './text';

/** Code to be loaded before questions are asked. */
export interface NamedCell {
  /** The exercise it answers, or what it is otherwise. */
  readonly label: string;
  readonly reading: Reading;
  /** Comes from the lesson itself and must load. */
  readonly setup?: boolean;
}

/** What kept a cell from loading. */
type Fault = { readonly reason: Text; readonly cause: Cause; readonly line?: number };

interface Loaded {
  readonly cell: NamedCell;
  readonly prepared?: Prepared;
  fault?: Fault;
}

export interface SessionOptions {
  /** Seconds that one call may take. */
  readonly seconds?: number;
  /** How many children an exercise may end before it is not asked any more; 2 unless said. */
  readonly lives?: number;
  /** What the child may use; the usual amounts where it is not said. */
  readonly limits?: Partial<SandboxLimits>;
  /** By exercise: names of the library's functions that it asks to be written, which its answer may not call. */
  readonly closed?: ReadonlyMap<string, readonly string[]>;
}

/**
 * A sandbox with cells in it. It survives what the cells do: a child that is killed is started again, without a cell
 * that could not be loaded, and only the question during which it died is lost.
 */
export class Session {
  private sandbox?: Sandbox;
  /** By exercise: what ended a child, each time. */
  private readonly ends = new Map<string, CheckFailure[]>();
  private loads: Loaded[] = [];
  private readonly seconds: number;
  private readonly lives: number;
  private readonly limits: Partial<SandboxLimits>;
  private readonly closed: ReadonlyMap<string, readonly string[]>;

  constructor(
    cells: readonly NamedCell[],
    { seconds = 10, lives = 2, limits = {}, closed = new Map() }: SessionOptions = {},
  ) {
    this.seconds = seconds;
    this.lives = lives;
    this.limits = limits;
    this.closed = closed;
    this.loads = cells.map(prepareCell);
  }

  /** Why an exercise's own cell did not load. */
  faultOf(label: string): Fault | undefined {
    return this.loads.find((load) => load.cell.label === label && load.fault)?.fault;
  }

  /** Why cells of the lesson's own did not load, where any did not. The course is at fault then. */
  get setupFaults(): Text[] {
    return this.loads.flatMap(({ cell, fault }) => (cell.setup && fault ? [fault.reason] : []));
  }

  /** Loads one more cell, now if the child runs. For trying several answers in one child. */
  async add(cell: NamedCell): Promise<void> {
    this.loads = this.loads.filter((load) => load.cell.label !== cell.label);
    const load = prepareCell(cell);
    this.loads.push(load);
    this.ends.delete(cell.label);
    if (this.sandbox && !this.sandbox.ended) await this.load(this.sandbox, load);
  }

  /** The code under test, as the spec of one exercise sees it. */
  subject(label: string, seconds = this.seconds): Subject {
    return subjectOver(
      async (ask) => {
        const ends = this.ends.get(label) ?? [];
        if (ends.length >= this.lives) throw ends[ends.length - 1];
        const sandbox = await this.start();
        const fault = this.faultOf(label);
        const answer = await sandbox.order({ ask, closed: this.closed.get(label) }, seconds);
        if (answer === undefined) {
          const failure = endFailure(sandbox.ended ?? 'exit', nameOf(ask), seconds);
          this.ends.set(label, [...ends, failure]);
          throw failure;
        }
        const missing = typeof answer === 'object' && answer !== null && 'missing' in answer;
        // A name is missing, in the cell or within the function, because the cell did not load: that is the reason to tell.
        if (fault && (missing || isReferenceError(answer))) throw faultFailure(fault);
        if (missing && !this.loads.some((load) => load.cell.label === label)) throw notHandedIn();
        return answer;
      },
      (stack) => this.lineIn(label, stack),
    );
  }

  async close(): Promise<void> {
    await this.sandbox?.close();
  }

  /**
   * A child with all cells loaded: the one that runs, or a new one. A cell that ends its child is left out of the next.
   * @throws Error where no child starts at all, which is the machine's fault and nobody's answer
   */
  async start(): Promise<Sandbox> {
    let failed = 0;
    while (!this.sandbox || this.sandbox.ended) {
      await this.sandbox?.close();
      const sandbox = takeSandbox(this.limits);
      this.sandbox = sandbox;
      if (!(await sandbox.ready())) {
        if (++failed < 3) continue;
        throw new Error(`The process for student code does not start. ${sandbox.lastWords}`);
      }
      for (const load of this.loads) {
        if (load.fault?.cause === 'crashed') continue; // it would only do so again
        await this.load(sandbox, load);
        if (sandbox.ended) break;
      }
    }
    return this.sandbox;
  }

  private async load(sandbox: Sandbox, load: Loaded): Promise<void> {
    if (!load.prepared) return;
    const { js, declares } = load.prepared;
    const cell: PreparedCell = { js, declares, file: fileOf(load.cell) };
    const answer = await sandbox.order({ load: cell, closed: this.closed.get(load.cell.label) }, this.seconds);
    load.fault = undefined;
    if (answer === undefined) {
      const { reason } = endFailure(sandbox.ended ?? 'exit', load.cell.label, this.seconds);
      load.fault = { reason, cause: 'crashed' };
    } else if (typeof answer === 'object' && answer !== null && 'threw' in answer) {
      const threw = (answer.threw ?? {}) as { name?: unknown; message?: unknown; stack?: unknown };
      const text = (part: unknown): string => (typeof part === 'string' ? part : '');
      const line = this.lineIn(load.cell.label, text(threw.stack));
      const { reason, cause } = thrownFailure(
        load.cell.label,
        { name: text(threw.name), message: text(threw.message) },
        line,
      );
      load.fault = { reason, cause: cause === 'missing' ? 'missing' : 'threw', ...(line ? { line } : {}) };
    }
  }

  /** The line of a label's cell that an error's stack names first. */
  private lineIn(label: string, stack: string): number | undefined {
    const load = this.loads.find(({ cell }) => cell.label === label);
    if (!load?.prepared) return undefined;
    const file = fileOf(load.cell);
    const at = stack.indexOf(`${file}:`);
    const found = at < 0 ? null : /^:(\d+):(\d+)/.exec(stack.slice(at + file.length));
    if (!found) return undefined;
    const map = new SourceMap(JSON.parse(load.prepared.map) as SourceMapPayload);
    const entry = map.findEntry(Number(found[1]) - 1, Number(found[2]) - 1);
    return 'originalLine' in entry ? entry.originalLine + 1 : undefined;
  }
}

/** What errors call a cell. */
const fileOf = ({ label }: NamedCell): string => `cell_${label.replace(/\W/g, '_')}.ts`;

function prepareCell(cell: NamedCell): Loaded {
  const { code } = cell.reading;
  if (!('syntax' in code)) return { cell, prepared: code };
  const { syntax, line } = code;
  const reason = {
    en: `The cell is no valid TypeScript, so it cannot run: line ${line}: ${syntax}`,
    zh: `单元格不是有效的 TypeScript，无法运行：第 ${line} 行：${syntax}`,
  };
  return { cell, fault: { reason, cause: 'crashed', line } };
}

const faultFailure = ({ reason, cause, line }: Fault): CheckFailure =>
  new CheckFailure(reason, cause, line ? { line } : {});

const isReferenceError = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'threw' in answer &&
  typeof answer.threw === 'object' &&
  answer.threw !== null &&
  'name' in answer.threw &&
  answer.threw.name === 'ReferenceError';

const nameOf = ({ target, path }: Ask): string =>
  'name' in target ? [target.name, ...path].join('.') : path.join('.') || 'fixture';

const notHandedIn = (): CheckFailure =>
  new CheckFailure({ en: 'Nothing was handed in for this exercise.', zh: '这道题没有提交内容。' }, 'missing');

function endFailure(end: End, what: string, seconds: number): CheckFailure {
  const reasons: Record<End, { en: string; zh: string }> = {
    time: {
      en: `\`${what}\` was not done after ${seconds} s (an endless loop?), so it was stopped.`,
      zh: `\`${what}\` 运行 ${seconds} 秒仍未结束（是否有死循环？），已被终止。`,
    },
    memory: {
      en: `\`${what}\` used more memory than there is, so it was stopped.`,
      zh: `\`${what}\` 占用内存过多，已被终止。`,
    },
    output: { en: `\`${what}\` wrote far too much, so it was stopped.`, zh: `\`${what}\` 输出过多，已被终止。` },
    exit: { en: `\`${what}\` ended the process it ran in.`, zh: `\`${what}\` 结束了它所在的进程。` },
  };
  return new CheckFailure(reasons[end], end === 'time' ? 'timeout' : 'crashed');
}
