/** The gradebook of a class: one SQLite file with every attempt, every result and every mark that was ever given. */
import fs from 'node:fs';
import path from 'node:path';
import { Database, SQLite3Error } from 'node-sqlite3-wasm';
import { UserError } from '../../errors';
import type { FileResult } from '../results';
import { takeLock } from './lock';
import { applicationId, migrations as released } from './migrations';
import type { Attempt, Mark } from './records';
import { withDisk } from './storage';

/** An attempt as it is first known: before it was graded and looked at. */
export type NewAttempt = Omit<Attempt, 'number' | 'result' | 'gradedAt' | 'marks'>;

/** An attempt with its name in the gradebook. */
export interface StoredAttempt extends Attempt {
  readonly id: number;
  /** The version of lesson and grader that its result is of. */
  readonly release?: string;
  /** Why it is to be graded: `new`, or the moment (ISO 8601) at which a regrade was asked for. */
  readonly wanted?: string;
}

/** A result, when it was made, and by which version of lesson and grader. */
export interface Grading {
  readonly release: string;
  /** ISO 8601 in UTC. */
  readonly gradedAt: string;
  readonly result: FileResult;
}

export interface Filter {
  readonly student?: string;
  readonly lesson?: string;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Opens a gradebook, hands it to `work` and closes it. One process has it at a time; others wait their turn.
 * @param doing what the work is, in a few words, for those who wait too long
 * @throws UserError where the file is missing, no gradebook, damaged, or made by a newer genlab
 */
export async function withGradebook<T>(
  file: string,
  doing: string,
  work: (book: Gradebook) => T,
  migrations: readonly string[] = released,
): Promise<T> {
  const lock = await takeLock(`${file}.owner`, doing, 60);
  try {
    // SQLite's own sign that the file is in use. Nobody else can be using it now: whoever left it was killed.
    fs.rmSync(`${file}.lock`, { recursive: true, force: true });
    const book = Gradebook.open(file, migrations);
    try {
      return work(book);
    } finally {
      book.close();
    }
  } finally {
    lock.release();
  }
}

/** Makes an empty gradebook. @throws UserError where there is a file already */
export async function createGradebook(file: string): Promise<void> {
  const lock = await takeLock(`${file}.owner`, 'making the gradebook', 60);
  try {
    if (fs.existsSync(file)) throw new UserError(`${file} is there already.`);
    const temporary = `${file}.new`;
    const leftovers = [temporary, `${temporary}-journal`, `${temporary}.lock`];
    leftovers.forEach((name) => fs.rmSync(name, { recursive: true, force: true }));
    try {
      guarded(file, () => {
        const db = new Database(temporary);
        migrate(db, 0, released);
        db.close();
      });
      withDisk(`${file} cannot be written`, () => fs.renameSync(temporary, file));
    } finally {
      leftovers.forEach((name) => fs.rmSync(name, { recursive: true, force: true }));
    }
  } finally {
    lock.release();
  }
}

/** Files that were found whole in this process: to look through all pages once is enough. */
const soundFiles = new Set<string>();

export class Gradebook {
  private constructor(
    private readonly db: Database,
    private readonly file: string,
  ) {}

  /** To be called by `withGradebook`, which holds the lock. */
  static open(file: string, migrations: readonly string[]): Gradebook {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) throw new UserError(`the gradebook ${file} is missing. ${rebuild}`);
    if (!stat.isFile()) throw new UserError(`the gradebook ${file} is not a file.`);
    if (stat.size === 0) throw new UserError(`the gradebook ${file} is empty: it was cut off. ${rebuild}`);
    return guarded(file, () => {
      const db = new Database(file, { fileMustExist: true });
      try {
        db.exec('pragma synchronous = full; pragma foreign_keys = on;');
        inspect(db, file);
        const version = number(db.get('pragma user_version'), 'user_version');
        if (version > migrations.length) {
          throw new UserError(
            `the gradebook ${file} was made by a newer genlab (its version is ${version}, this one knows ${migrations.length}). Update genlab.`,
          );
        }
        if (version < migrations.length) {
          keepCopy(file, version);
          migrate(db, version, migrations);
        }
        return new Gradebook(db, file);
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  close(): void {
    this.db.close();
  }

  /** All or nothing. */
  transaction<T>(work: () => T): T {
    return guarded(this.file, () => {
      this.db.exec('begin immediate');
      try {
        const value = work();
        this.db.exec('commit');
        return value;
      } catch (error) {
        if (this.db.inTransaction) this.db.exec('rollback');
        throw error;
      }
    });
  }

  /** Adds an attempt under the next number of its student and lesson. */
  addAttempt({ student, lesson, submittedAt, hash, file }: NewAttempt): Attempt {
    return guarded(this.file, () => {
      const row = this.db.get(
        `insert into attempts (student, lesson, number, submitted_at, hash, file)
         values (?1, ?2, 1 + (select coalesce(max(number), 0) from attempts where student = ?1 and lesson = ?2), ?3, ?4, ?5)
         returning number`,
        [student, lesson, submittedAt, hash, file],
      );
      return { student, lesson, number: number(row, 'number'), submittedAt, hash, file, marks: [] };
    });
  }

  /** @returns the number of an attempt with this content, 0 where there is none */
  attemptWith(student: string, lesson: string, hash: string): number {
    const row = this.db.get(
      'select coalesce(max(number), 0) as number from attempts where student = ? and lesson = ? and hash = ?',
      [student, lesson, hash],
    );
    return number(row, 'number');
  }

  /** Within a transaction: notes a result, and that the attempt is graded. */
  addResult(attempt: number, { release, gradedAt, result }: Grading): void {
    this.db.run(
      'insert into results (attempt, graded_at, release, score, max_score, result) values (?, ?, ?, ?, ?, ?)',
      [attempt, gradedAt, release, result.score, result.maxScore, JSON.stringify(result)],
    );
    this.db.run('update attempts set wanted = null where id = ?', [attempt]);
  }

  /** Within a transaction: asks for attempts to be graded once more. What they have stays until then, and in the record. */
  wantAgain(attempts: readonly number[], at: string): void {
    for (const id of attempts)
      this.db.run("update attempts set wanted = ? where id = ? and wanted is not 'new'", [at, id]);
  }

  addMark(attempt: number, mark: Mark): void {
    const { gradeId, points, maxPoints, rubric, comment = null, by, at } = mark;
    guarded(this.file, () =>
      this.db.run(
        'insert into marks (attempt, grade_id, points, max_points, rubric, comment, by, at) values (?, ?, ?, ?, ?, ?, ?, ?)',
        [attempt, gradeId, points, maxPoints, JSON.stringify(rubric), comment, by, at],
      ),
    );
  }

  /** Attempts by student, lesson and number, each with its newest result and the newest mark of each exercise. */
  attempts({ student, lesson }: Filter = {}): StoredAttempt[] {
    return guarded(this.file, () => {
      const rows = this.rows(
        `select a.*, r.graded_at, r.release, r.result from attempts a
         left join results r on r.id = (select max(id) from results where attempt = a.id)
         where (?1 is null or a.student = ?1) and (?2 is null or a.lesson = ?2)
         order by a.student, a.lesson, a.number`,
        [student ?? null, lesson ?? null],
      );
      const marks = new Map<number, Mark[]>();
      for (const row of this.rows(
        'select * from marks where id in (select max(id) from marks group by attempt, grade_id) order by id',
      )) {
        const id = number(row, 'attempt');
        marks.set(id, [...(marks.get(id) ?? []), markOf(row)]);
      }
      return rows.map((row) => attemptOf(row, marks.get(number(row, 'id')) ?? []));
    });
  }

  /** Files of all attempts, from the class folder on. */
  files(): Set<string> {
    return new Set(this.rows('select file from attempts').map((row) => text(row, 'file')));
  }

  /** How often attempts were graded, by the attempt's name. */
  gradings(): Map<number, number> {
    const rows = this.rows('select attempt, count(*) as number from results group by attempt');
    return new Map(rows.map((row) => [number(row, 'attempt'), number(row, 'number')]));
  }

  private rows(sql: string, values: (string | number | null)[] = []): Row[] {
    return this.db.all(sql, values) as Row[];
  }
}

const rebuild =
  'genlab class rebuild makes it anew from the notebooks in submitted/, the results in cache/ and marks.jsonl.';

function inspect(db: Database, file: string): void {
  if (number(db.get('pragma application_id'), 'application_id') !== applicationId) {
    throw new UserError(`${file} is a database, but not a gradebook of genlab.`);
  }
  if (soundFiles.has(file)) return;
  const found = db.get('pragma integrity_check') as Row | null;
  if (found?.integrity_check !== 'ok') throw damaged(file, String(found?.integrity_check).split('\n')[0]);
  soundFiles.add(file);
}

const damaged = (file: string, why: string): UserError =>
  new UserError(
    `the gradebook ${file} is damaged (${why}). Nothing was changed. Put a copy in its place (backup/ may hold one), or: ${rebuild}`,
  );

function migrate(db: Database, from: number, migrations: readonly string[]): void {
  db.exec('begin exclusive');
  try {
    for (const sql of migrations.slice(from)) db.exec(sql);
    db.exec(`pragma application_id = ${applicationId}; pragma user_version = ${migrations.length}; commit`);
  } catch (error) {
    if (db.inTransaction) db.exec('rollback');
    throw error;
  }
}

/** The file as it is before a new version of the tables. */
function keepCopy(file: string, version: number): void {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const copy = path.join(path.dirname(file), 'backup', `gradebook.version-${version}.${stamp}.db`);
  withDisk(`the copy ${copy} cannot be written, so the gradebook was left as it is`, () => {
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    fs.copyFileSync(file, copy, fs.constants.COPYFILE_EXCL);
  });
}

/** Turns what SQLite says into what a person can act on. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SQLite3Error)) throw error;
    const { message } = error;
    if (/malformed|not a database|corrupt/i.test(message)) throw damaged(file, message);
    if (/full/i.test(message)) {
      throw new UserError(`${file} cannot be written: the disk is full. Make room and run the command again.`, 3);
    }
    if (/readonly|read-only/i.test(message)) throw new UserError(`${file} cannot be written: it is read-only.`, 3);
    if (/unable to open|disk I\/O/i.test(message)) {
      const full = isFull(path.dirname(file));
      throw new UserError(
        `${file} cannot be ${full ? 'written: the disk is full. Make room and run the command again' : `used (${message}). Look at its permissions and at the disk`}.`,
        3,
      );
    }
    throw error;
  }
}

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize < 65_536;
  } catch {
    return false;
  }
}

const text = (row: unknown, key: string): string => String((row as Row)[key]);
const number = (row: unknown, key: string): number => Number((row as Row)[key]);

function attemptOf(row: Row, marks: readonly Mark[]): StoredAttempt {
  const graded =
    typeof row.result === 'string'
      ? {
          result: JSON.parse(row.result) as FileResult,
          gradedAt: text(row, 'graded_at'),
          release: text(row, 'release'),
        }
      : {};
  return {
    id: number(row, 'id'),
    student: text(row, 'student'),
    lesson: text(row, 'lesson'),
    number: number(row, 'number'),
    submittedAt: text(row, 'submitted_at'),
    hash: text(row, 'hash'),
    file: text(row, 'file'),
    marks,
    ...(typeof row.wanted === 'string' ? { wanted: row.wanted } : {}),
    ...graded,
  };
}

function markOf(row: Row): Mark {
  return {
    gradeId: text(row, 'grade_id'),
    points: number(row, 'points'),
    maxPoints: number(row, 'max_points'),
    rubric: JSON.parse(text(row, 'rubric')) as string[],
    ...(typeof row.comment === 'string' ? { comment: row.comment } : {}),
    by: text(row, 'by'),
    at: text(row, 'at'),
  };
}
