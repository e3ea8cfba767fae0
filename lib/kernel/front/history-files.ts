import fs from 'node:fs';
import path from 'node:path';

/** One input of one session; sessions and lines are counted from 1. */
export interface PastInput {
  readonly session: number;
  readonly line: number;
  readonly input: string;
}

/** What is kept: the latest sessions, as far as they fit. */
const MOST_SESSIONS = 500;
const MOST_BYTES = 4_000_000;

const nameOf = (session: number): string => `${String(session).padStart(6, '0')}.jsonl`;

/**
 * The inputs of earlier sessions, and of this one for later ones. Each session writes a file of its own, whose number it has
 * claimed by creating it, so that kernels that run side by side cannot disturb each other.
 */
export class HistoryFiles {
  private claimed: { session: number; file: string } | undefined;
  private past: PastInput[] | undefined;
  private failed = false;

  constructor(private readonly folder: string) {}

  private sessions(): number[] {
    try {
      return fs
        .readdirSync(this.folder)
        .filter((name) => /^\d+\.jsonl$/.test(name))
        .map((name) => parseInt(name, 10))
        .sort((a, b) => a - b);
    } catch {
      return []; // the first session of all
    }
  }

  /** Number of this session; 0 before its first input, and where nothing can be written. */
  get session(): number {
    return this.claimed?.session ?? 0;
  }

  private claim(): { session: number; file: string } {
    fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.earlier(); // what was there before this session
    this.discard();
    for (let session = (this.sessions().at(-1) ?? 0) + 1; ; session++) {
      const file = path.join(this.folder, nameOf(session));
      try {
        fs.closeSync(fs.openSync(file, 'wx', 0o600));
        return (this.claimed = { session, file });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // else another kernel was quicker
      }
    }
  }

  add(line: number, input: string): void {
    if (this.failed) return;
    try {
      const { file } = this.claimed ?? this.claim();
      fs.appendFileSync(file, `${JSON.stringify([line, input])}\n`, { mode: 0o600 });
    } catch {
      this.failed = true; // a read-only or full disk costs the history, nothing else
    }
  }

  /** Inputs of the sessions before this one, oldest first. Read once. */
  earlier(): readonly PastInput[] {
    this.past ??= this.sessions()
      .filter((session) => session !== this.session)
      .flatMap((session) => this.read(session));
    return this.past;
  }

  private read(session: number): PastInput[] {
    let text: string;
    try {
      text = fs.readFileSync(path.join(this.folder, nameOf(session)), 'utf8');
    } catch {
      return []; // discarded by another kernel just now
    }
    return text.split('\n').flatMap((row) => {
      try {
        const [line, input]: unknown[] = JSON.parse(row);
        return typeof line === 'number' && typeof input === 'string' ? [{ session, line, input }] : [];
      } catch {
        return []; // the last line of a kernel that was killed
      }
    });
  }

  private discard(): void {
    let bytes = 0;
    for (const [i, session] of this.sessions().reverse().entries()) {
      const file = path.join(this.folder, nameOf(session));
      bytes += fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (i > 0 && (i >= MOST_SESSIONS || bytes > MOST_BYTES)) fs.rmSync(file, { force: true });
    }
  }
}
