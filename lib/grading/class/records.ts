import type { FileResult } from '../results';

/** What the gradebook knows of one notebook that one student handed in. Plain data. */
export interface Attempt {
  /** As the student is known to the class: `[A-Za-z0-9._@-]+`. */
  readonly student: string;
  /** Slug, such as `04-vae`. */
  readonly lesson: string;
  /** 1, 2, … for one student and lesson. */
  readonly number: number;
  /** ISO 8601 in UTC. */
  readonly submittedAt: string;
  /** SHA-256 of the notebook's bytes, hex. */
  readonly hash: string;
  /** Where the notebook is kept, from the class folder on. */
  readonly file: string;
  /** Absent until it was graded. */
  readonly result?: FileResult;
  readonly gradedAt?: string;
  /** What people gave, by exercise; the newest of each. */
  readonly marks: readonly Mark[];
}

/** Points that a person gave. They stand beside what the checks gave, and survive a regrade. */
export interface Mark {
  readonly gradeId: string;
  readonly points: number;
  readonly maxPoints: number;
  /** Ids of the rubric's items that apply. */
  readonly rubric: readonly string[];
  readonly comment?: string;
  readonly by: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** What counts for a student in a lesson, after marks and lateness. */
export interface FinalScore {
  readonly student: string;
  readonly lesson: string;
  /** Number of the attempt that counts; 0 where nothing was handed in. */
  readonly attempt: number;
  /** Points of checks and people, before lateness. */
  readonly raw: number;
  /** Points that lateness takes. */
  readonly penalty: number;
  readonly score: number;
  readonly maxScore: number;
  /** Days that the attempt that counts was late; absent where it was in time. */
  readonly daysLate?: number;
  /** The lesson does not count for this student. */
  readonly excused?: true;
}
