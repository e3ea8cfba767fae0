import { UserError } from '../errors';

/** The two languages every lesson is written in. */
export type Lang = 'en' | 'zh';
export const langs: readonly Lang[] = ['en', 'zh'];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Something wrong in a lesson's source. `fatal`: no notebook can be built; `error`: one can, but it must not be released. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly level: 'fatal' | 'error' | 'hint';
  readonly message: string;
}

export const showProblem = ({ file, line, level, message }: Problem): string =>
  `${file}:${line}: ${level === 'hint' ? 'hint: ' : ''}${message}`;

/** A lesson that cannot be read; the message has one `file:line: …` for each reason. */
export class LessonError extends UserError {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(showProblem).join('\n'));
    this.name = 'LessonError';
  }
}

/** Replace the characters from `start` up to `end` of a cell's source. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Code between BEGIN SOLUTION and END SOLUTION, both lines included. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly indent: string;
  /** Top-level values: what stands left of each `=`, to be kept in the stub. Absent: statements of a function body. */
  readonly values?: readonly string[];
  /** What stands right of each `=`, and whether it waits for something. */
  readonly initializers?: readonly { readonly start: number; readonly end: number; readonly awaits: boolean }[];
}

/** The statement `await check('id', { names… })` that ends a graded cell. */
export interface CheckCall {
  /** Where the statement's own comments begin. */
  readonly start: number;
  /** Where its second argument ends. */
  readonly end: number;
  readonly id: string;
  readonly names: readonly string[];
}

/** What the compiler's syntax tree says about a code cell. */
export interface Outline {
  readonly regions: readonly Region[];
  readonly check?: CheckCall;
  readonly edits: Readonly<Record<Lang, readonly Edit[]>>;
}

export interface Cell {
  readonly kind: 'markdown' | 'code';
  /** Only prose has a language; code is shared. */
  readonly lang?: Lang;
  readonly title?: string;
  readonly gradeId?: string;
  readonly points?: number;
  /** Scored by a person. */
  readonly manual: boolean;
  /** A task of nbgrader's: instructions for work that the student does in cells of their own. */
  readonly task: boolean;
  /** Students may read but not edit. */
  readonly locked: boolean;
  readonly tags: readonly string[];
  /** Every key of the marker line. */
  readonly metadata: { readonly [key: string]: Json };
  /** Markdown without its comment signs, or code as it stands. */
  readonly source: string;
  /** Line of the `// %%` marker in the file, counted from 1. The source starts on the next. */
  readonly line: number;
  readonly outline?: Outline;
}

export interface Lesson {
  /** `04-vae` */
  readonly slug: string;
  readonly file: string;
  readonly title: Readonly<Record<Lang, string>>;
  readonly summary?: Readonly<Partial<Record<Lang, string>>>;
  /** About how long the lesson takes, reading and running. */
  readonly minutes?: number;
  /** What the lesson gives to the course's glossary. */
  readonly terms: readonly Term[];
  readonly cells: readonly Cell[];
  /** The file as it was read. */
  readonly text: string;
}

/** A term of the field as the lesson's prose has it in each language. `line`: where the lesson says so. */
export interface Term {
  readonly en: string;
  readonly zh: string;
  readonly line: number;
}

/** One graded cell, ready for the grader. Code is given without its `await check(…)`. */
export interface Exercise {
  readonly gradeId: string;
  readonly points: number;
  /** Scored by a person: nothing to run. */
  readonly manual: boolean;
  readonly kind: 'markdown' | 'code';
  /** What `check` is given, which is what the spec may ask the subject for. */
  readonly names: readonly string[];
  readonly solution: string;
  readonly stub: string;
  /** Sources of the cells tagged `setup` that come before it, in order. */
  readonly setup: readonly string[];
  readonly file: string;
  readonly line: number;
}

export type Variant = 'student' | 'solution';

export interface NotebookCell {
  readonly cell_type: 'markdown' | 'code' | 'raw';
  readonly id: string;
  readonly metadata: { readonly [key: string]: unknown };
  readonly source: string;
  readonly execution_count?: number | null;
  readonly outputs?: readonly unknown[];
  readonly attachments?: unknown;
}

/** A notebook in memory: sources are whole strings; the file has them cut into lines. */
export interface Notebook {
  readonly cells: readonly NotebookCell[];
  readonly metadata: { readonly [key: string]: unknown };
  readonly nbformat: number;
  readonly nbformat_minor: number;
}
