/** Results by the content that they are of: the same notebook, lesson and grader are graded once. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { FileResult } from '../results';
import type { Grading } from './gradebook';
import { writeWhole } from './storage';

/** What a result is of. */
export interface Content {
  /** SHA-256 of the notebook's bytes. */
  readonly hash: string;
  readonly lesson: string;
  readonly release: string;
  /** Whose it is: the numbers that checks draw depend on it. */
  readonly student: string;
  /** Language asked for; that of the notebook unless given. */
  readonly lang?: string;
}

export interface Cached extends Grading {
  readonly content: Content;
}

export const keyOf = ({ hash, lesson, release, student, lang = '' }: Content): string =>
  crypto.createHash('sha256').update([hash, lesson, release, student, lang].join('\0')).digest('hex');

export class ResultCache {
  constructor(private readonly folder: string) {}

  /** @returns nothing where there is none, or none that can be read: then it is graded again */
  read(content: Content): Cached | undefined {
    return readCached(this.fileOf(content));
  }

  write(content: Content, grading: Grading): void {
    const cached: Cached = { content, ...grading };
    writeWhole(this.fileOf(content), `${JSON.stringify(cached)}\n`);
  }

  /** Every result there is, the oldest first. */
  all(): Cached[] {
    if (!fs.existsSync(this.folder)) return [];
    const files = fs
      .readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'));
    const found = files.flatMap((name) => readCached(path.join(this.folder, name)) ?? []);
    return found.sort((a, b) => (a.gradedAt < b.gradedAt ? -1 : 1));
  }

  private fileOf(content: Content): string {
    const key = keyOf(content);
    return path.join(this.folder, key.slice(0, 2), `${key}.json`);
  }
}

function readCached(file: string): Cached | undefined {
  try {
    const cached = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Cached> | null;
    const whole = cached?.content && typeof cached.gradedAt === 'string' && isResult(cached.result);
    return whole ? (cached as Cached) : undefined;
  } catch {
    return undefined;
  }
}

const isResult = (result: FileResult | undefined): boolean =>
  typeof result?.score === 'number' && Array.isArray(result.exercises) && Array.isArray(result.notes);
