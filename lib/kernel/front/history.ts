import type { HistoryFiles } from './history-files';

/** `[session, line, input]` or `[session, line, [input, output]]` */
type Entry = [session: number, line: number, input: string | [string, string | null]];

export interface HistoryRequest {
  readonly hist_access_type?: unknown;
  readonly output?: unknown;
  readonly session?: unknown;
  readonly start?: unknown;
  readonly stop?: unknown;
  readonly n?: unknown;
  readonly pattern?: unknown;
  readonly unique?: unknown;
}

interface Line {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  output?: string;
}

const numberOr = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);

/**
 * The inputs of this session and of earlier ones, as IPython keeps them: `raw` makes no difference, because an input is never
 * rewritten, and the values that cells gave (`output`) are kept for this session only.
 */
export class History {
  private readonly lines: Omit<Line, 'session'>[] = [];

  /** @param files where inputs are kept beyond this session; without it, nowhere */
  constructor(private readonly files?: HistoryFiles) {}

  add(line: number, input: string): void {
    this.lines.push({ line, input });
    this.files?.add(line, input);
  }

  setOutput(line: number, output: string): void {
    const entry = this.lines.findLast((one) => one.line === line);
    if (entry) (entry as Line).output = output;
  }

  /** This session's lines under a number: 0 means "the session at hand". */
  private present(session: number): Line[] {
    return this.lines.map((line) => ({ ...line, session }));
  }

  private all(): Line[] {
    return [...(this.files?.earlier() ?? []), ...this.present(this.files?.session ?? 0)];
  }

  private range(request: HistoryRequest): Line[] {
    const asked = numberOr(request.session, 0);
    const start = numberOr(request.start, 1);
    const stop = numberOr(request.stop, Infinity);
    const earlier = this.files?.earlier() ?? [];
    const own = this.files?.session ?? 0;
    // -1 is the session before this one.
    const numbers = [...new Set(earlier.map(({ session }) => session))];
    const session = asked < 0 ? numbers.at(asked) : asked;
    const lines =
      asked === 0 || session === own ? this.present(asked) : earlier.filter((one) => one.session === session);
    return lines.filter(({ line }) => line >= start && line < stop);
  }

  private search(request: HistoryRequest): Line[] {
    const pattern = glob(typeof request.pattern === 'string' ? request.pattern : '*');
    const found = this.all().filter(({ input }) => pattern.test(input));
    if (request.unique !== true) return found;
    const latest = new Map(found.map((line) => [line.input, line]));
    return found.filter((line) => latest.get(line.input) === line);
  }

  answer(request: HistoryRequest): Entry[] {
    const kind = request.hist_access_type;
    let found = kind === 'range' ? this.range(request) : kind === 'search' ? this.search(request) : this.all();
    if (kind !== 'range') {
      const n = numberOr(request.n, found.length);
      found = n > 0 ? found.slice(-n) : [];
    }
    return found.map(({ session, line, input, output = null }) => [
      session,
      line,
      request.output === true ? [input, output] : input,
    ]);
  }
}

/** IPython's patterns: `*` for anything, `?` for one character. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[\\s\\S]*')
    .replace(/\?/g, '[\\s\\S]');
  return new RegExp(`^${source}$`);
}
