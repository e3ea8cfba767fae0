/** Grades what a class handed in: in parallel, each result kept the moment it is there, so that a kill costs only what was under way. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../errors';
import { listLessons } from '../../lesson';
import type { FileResult } from '../results';
import { ResultCache, type Content } from './cache';
import type { Filter, Grading, StoredAttempt } from './gradebook';
import { takeLock } from './lock';
import { hashOf } from './notebook';
import { runJobs, type Outcome } from './pool';
import { shown, type ClassRoom } from './room';
import { adopt } from './submit';
import { graderVersion, releaseVersion } from './version';
import { weighAttempt } from './weights';

export interface ClassGrading {
  /** Slugs; all that were released unless given. */
  readonly lessons?: readonly string[];
  readonly student?: string;
  /** Also what has a result already. */
  readonly regrade?: boolean;
  /** Go on with the rest when an attempt cannot be graded through a fault of the course or the machine. */
  readonly keepGoing?: boolean;
  /** Processes; as many as the machine has cores unless given. */
  readonly workers?: number;
  /** Seconds that one call of student code may take. */
  readonly seconds?: number;
  /** Grade even where the machine cannot hold student code in. */
  readonly allowWeakSandbox?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly total: number;
  /** Graded now. */
  readonly graded: number;
  /** Taken from an earlier run on the same notebook. */
  readonly reused: number;
  readonly failed: number;
  /** Graders that died and whose notebook was tried again. */
  readonly lost: number;
}

export interface Failure {
  readonly attempt: StoredAttempt;
  readonly reason: string;
}

export interface ClassGraded extends Progress {
  readonly failures: readonly Failure[];
  /** Still to be graded: stopped, or interrupted. */
  readonly left: number;
  /** Has a result of an older version of lesson or grader. */
  readonly outdated: number;
  /** Notebooks that lay in `submitted/` and were not in the gradebook. */
  readonly adopted: number;
  readonly strange: readonly string[];
}

interface Task {
  readonly attempt: StoredAttempt;
  readonly content: Content;
}

/** @throws UserError where somebody else grades this class, or the disk does not let results be kept */
export async function gradeClass(room: ClassRoom, options: ClassGrading = {}): Promise<ClassGraded> {
  const lock = await takeLock(room.places.gradingLock, 'grading');
  try {
    return await new Run(room, options).grade();
  } finally {
    lock.release();
  }
}

class Run {
  private readonly cache: ResultCache;
  private readonly counts = { total: 0, graded: 0, reused: 0, failed: 0, lost: 0 };
  private readonly failures: Failure[] = [];
  private readonly stop = new AbortController();
  /** Results that are in the cache and not in the gradebook yet. */
  private unwritten: { id: number; grading: Grading }[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly room: ClassRoom,
    private readonly options: ClassGrading,
  ) {
    this.cache = new ResultCache(room.places.cache);
  }

  async grade(): Promise<ClassGraded> {
    const { room, options } = this;
    const lessons = options.lessons ?? room.lessons([]);
    const grader = graderVersion();
    const releases = new Map(
      lessons.map((slug) => [slug, releaseVersion(slug, room.course, `${grader}${room.config.secret}`)]),
    );
    const { attempts, adopted, strange } = await this.takeStock(lessons);
    const tasks = attempts.filter(({ wanted }) => wanted !== undefined).map((attempt) => this.task(attempt, releases));
    const outdated = attempts.filter(
      (one) => one.wanted === undefined && one.release !== releases.get(one.lesson),
    ).length;
    this.counts.total = tasks.length;
    this.tell();

    const open = await this.reuse(tasks);
    const byId = new Map(open.map((task) => [task.attempt.id, task]));
    const interrupt = (): void => this.stop.abort();
    options.signal?.addEventListener('abort', interrupt);
    if (options.signal?.aborted) interrupt();
    try {
      const sound = open.filter((task) => this.isSound(task));
      await runJobs(
        sound.map(({ attempt, content }) => ({
          id: attempt.id,
          file: path.join(room.folder, attempt.file),
          lesson: attempt.lesson,
          student: attempt.student,
          ...(content.lang === 'en' || content.lang === 'zh' ? { lang: content.lang } : {}),
        })),
        {
          ...room.course,
          secret: room.config.secret,
          ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
          ...(options.allowWeakSandbox === undefined ? {} : { allowWeakSandbox: options.allowWeakSandbox }),
          workers: options.workers ?? os.availableParallelism(),
          signal: this.stop.signal,
          onDone: (job, outcome) => this.done(byId.get(job.id), outcome),
          onLost: () => {
            this.counts.lost++;
            this.tell();
          },
        },
      );
    } finally {
      options.signal?.removeEventListener('abort', interrupt);
      await this.writing;
    }
    const { total, graded, reused } = this.counts;
    const left = total - graded - reused - this.failures.length;
    return { ...this.counts, failures: this.failures, left, outdated, adopted, strange };
  }

  private takeStock(
    lessons: readonly string[],
  ): Promise<{ attempts: StoredAttempt[]; adopted: number; strange: readonly string[] }> {
    const { room, options } = this;
    const filter: Filter = options.student === undefined ? {} : { student: options.student };
    return room.gradebook('looking what is to be graded', (book) => {
      const chosen = (): StoredAttempt[] => book.attempts(filter).filter((attempt) => lessons.includes(attempt.lesson));
      const { attempts: found, strange } = adopt(room, book);
      if (options.regrade) {
        const ids = chosen().map(({ id }) => id);
        book.transaction(() => book.wantAgain(ids, new Date().toISOString()));
      }
      return { attempts: chosen(), adopted: found.length, strange };
    });
  }

  private task(attempt: StoredAttempt, releases: ReadonlyMap<string, string>): Task {
    const { hash, lesson, student } = attempt;
    const lang = this.room.entryOf(student)?.lang;
    const release = releases.get(lesson) ?? '';
    return { attempt, content: { hash, lesson, release, student, ...(lang === undefined ? {} : { lang }) } };
  }

  /** Takes results that are there already into the gradebook. @returns the tasks that have none */
  private async reuse(tasks: readonly Task[]): Promise<Task[]> {
    const open: Task[] = [];
    for (const task of tasks) {
      const known = this.cache.read(task.content);
      const { wanted = '', id, file } = task.attempt;
      // A regrade asks for a result that is younger than itself.
      if (!known || (wanted !== 'new' && known.gradedAt < wanted)) open.push(task);
      else {
        this.unwritten.push({ id, grading: { ...known, result: { ...known.result, file } } });
        this.counts.reused++;
      }
    }
    await this.flush();
    this.tell();
    return open;
  }

  /** What was handed in must be what is graded. */
  private isSound({ attempt }: Task): boolean {
    let reason: string | undefined;
    try {
      const bytes = fs.readFileSync(path.join(this.room.folder, attempt.file));
      if (hashOf(bytes) !== attempt.hash)
        reason = `${attempt.file} is not what was handed in: its content was changed since`;
    } catch (error) {
      reason = `${attempt.file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
    }
    if (reason === undefined) return true;
    this.fail(attempt, reason);
    return false;
  }

  private fail(attempt: StoredAttempt, reason: string): void {
    this.failures.push({ attempt, reason });
    this.counts.failed++;
    if (!this.options.keepGoing) this.stop.abort();
    this.tell();
  }

  private async done(task: Task | undefined, outcome: Outcome): Promise<void> {
    if (!task) return;
    if ('reason' in outcome) return this.fail(task.attempt, outcome.reason);
    const { attempt, content } = task;
    const result: FileResult = { ...outcome.result, file: attempt.file };
    const grading: Grading = { release: content.release, gradedAt: new Date().toISOString(), result };
    this.cache.write(content, grading); // first: whatever comes now, this notebook is not graded again
    this.unwritten.push({ id: attempt.id, grading });
    await this.flush();
    this.counts.graded++;
    this.tell();
  }

  /** Writes what is unwritten into the gradebook; what comes while that is under way goes with the next one. */
  private flush(): Promise<void> {
    this.writing = this.writing.then(async () => {
      if (this.unwritten.length === 0) return;
      const batch = this.unwritten;
      this.unwritten = [];
      await this.room.gradebook('noting results', (book) =>
        book.transaction(() => batch.forEach(({ id, grading }) => book.addResult(id, grading))),
      );
    });
    return this.writing;
  }

  private tell(): void {
    this.options.onProgress?.({ ...this.counts });
  }
}

/** The attempts of a filter as they stand, in the points of the class, for what comes after grading. @throws UserError where nothing was handed in */
export async function gradedAttempts(room: ClassRoom, filter: Filter): Promise<StoredAttempt[]> {
  const attempts = await room.gradebook('reading the gradebook', (book) => book.attempts(filter));
  if (!attempts.length) {
    const whose = [filter.student && `by ${filter.student}`, filter.lesson && `for ${filter.lesson}`].filter(Boolean);
    throw new UserError(
      `nothing was handed in ${whose.join(' ') || `in ${shown(room.folder)}`}. genlab submit and genlab collect take notebooks in.`,
    );
  }
  const handedIn = new Set(attempts.map((attempt) => attempt.lesson));
  const lessons = listLessons(room.course).filter((slug) => handedIn.has(slug)); // one may be gone from the course
  const points = new Map(lessons.map((slug) => [slug, { weights: room.weights(slug), worth: room.worth(slug) }]));
  return attempts.map((attempt) => {
    const own = points.get(attempt.lesson);
    return own ? weighAttempt(attempt, own.weights, own.worth) : attempt;
  });
}
