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

const numberOr = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);

/** The inputs of this session, and the values they gave. */
export class History {
  private readonly lines: { line: number; input: string; output: string | null }[] = [];

  add(line: number, input: string): void {
    this.lines.push({ line, input, output: null });
  }

  setOutput(line: number, output: string): void {
    const entry = this.lines.findLast((one) => one.line === line);
    if (entry) entry.output = output;
  }

  answer(request: HistoryRequest): Entry[] {
    let found = this.lines;
    const n = numberOr(request.n, this.lines.length);
    if (request.hist_access_type === 'range') {
      const session = numberOr(request.session, 0);
      if (session !== 0) return [];
      const start = numberOr(request.start, 1);
      const stop = numberOr(request.stop, Infinity);
      found = found.filter(({ line }) => line >= start && line < stop);
    } else if (request.hist_access_type === 'search') {
      const pattern = glob(typeof request.pattern === 'string' ? request.pattern : '*');
      found = found.filter(({ input }) => pattern.test(input));
      if (request.unique === true) {
        const latest = new Map(found.map((entry) => [entry.input, entry]));
        found = found.filter((entry) => latest.get(entry.input) === entry);
      }
      found = n > 0 ? found.slice(-n) : [];
    } else {
      found = n > 0 ? found.slice(-n) : [];
    }
    return found.map(({ line, input, output }) => [0, line, request.output === true ? [input, output] : input]);
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
