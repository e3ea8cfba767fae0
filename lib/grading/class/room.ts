/** A class folder: where things lie in it, what it says of itself, and who is in it. */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors';
import {
  exercisesOf,
  findLesson,
  langs,
  loadLesson,
  listLessons,
  withPoints,
  type Lang,
  type Lesson,
} from '../../lesson';
import { loadRelease, type Course, type Release } from '../course';
import { sum } from '../points';
import type { LessonPolicy } from '../policy';
import { type ClassConfig, latePolicy, parseConfig, type StudentEntry } from './config';
import { Gradebook, withGradebook } from './gradebook';
import { checkStudent } from './names';
import { wrongPoints } from './points';
import { withDisk, writeWhole } from './storage';
import { weighRelease, type Weights } from './weights';

/** The places of a class folder. */
export const placesOf = (folder: string) => ({
  config: path.join(folder, 'class.json'),
  gradebook: path.join(folder, 'gradebook.db'),
  marks: path.join(folder, 'marks.jsonl'),
  cache: path.join(folder, 'cache'),
  submitted: path.join(folder, 'submitted'),
  release: (lang: Lang, slug: string) => path.join(folder, 'release', lang, `${slug}.ipynb`),
  feedback: (student: string, slug: string) => path.join(folder, 'feedback', student, `${slug}.html`),
  report: path.join(folder, 'report'),
  export: path.join(folder, 'export'),
  /** Held by whoever grades. */
  gradingLock: path.join(folder, 'grading.lock'),
});

/** A class that is open for work. */
export class ClassRoom {
  readonly places: ReturnType<typeof placesOf>;
  readonly course: Course;
  private readonly byId: ReadonlyMap<string, StudentEntry>;
  private readonly opened = new Map<string, Lesson>();

  constructor(
    /** Absolute. */
    readonly folder: string,
    readonly config: ClassConfig,
  ) {
    this.places = placesOf(folder);
    const { course } = config;
    const root = course && path.resolve(folder, course.folder);
    this.course = {
      ...(root === undefined ? {} : { root }),
      ...(course?.specs === undefined ? {} : { specs: path.resolve(folder, course.specs) }),
    };
    this.byId = new Map((config.students ?? []).map((one) => [one.id.toLowerCase(), one]));
  }

  /** Whether `class.json` lists who is in the class. */
  get hasRoster(): boolean {
    return this.config.students !== undefined;
  }

  get languages(): Lang[] {
    return langs.filter((lang) => this.config.languages.includes(lang));
  }

  /** Opens the gradebook for `work` alone. */
  gradebook<T>(doing: string, work: (book: Gradebook) => T): Promise<T> {
    return withGradebook(this.places.gradebook, doing, work);
  }

  /** A student as the class writes them. @throws UserError where the class has a list and they are not on it */
  student(id: string): string {
    const known = this.byId.get(id.toLowerCase());
    if (known) return known.id;
    checkStudent(id);
    if (this.hasRoster) {
      throw new UserError(
        `there is no student ${id} in this class. Add them to "students" in ${shown(this.places.config)}, or look for a typing mistake: genlab class students`,
      );
    }
    return id;
  }

  entryOf(student: string): StudentEntry | undefined {
    return this.byId.get(student.toLowerCase());
  }

  /** The slug that a person means. @throws UserError where there is no such lesson, or the class has not released it */
  lesson(name: string): string {
    const slug = findLesson(name, this.course);
    if (this.isReleased(slug)) return slug;
    const why = this.isWritten(slug)
      ? `${shown(this.places.config)} does not list it, so it was taken back`
      : `${shown(this.places.release(this.languages[0], slug))} is missing`;
    throw new UserError(
      `${slug} is not released in this class: ${why}.\nRelease it first: genlab release ${slug} --class ${shown(this.folder)}`,
    );
  }

  /** Listed in `class.json`, with a notebook in `release/`. Staff take a lesson back by taking its entry out. */
  isReleased(slug: string): boolean {
    return this.config.lessons.some((one) => one.slug === slug) && this.isWritten(slug);
  }

  private isWritten(slug: string): boolean {
    return this.languages.some((lang) => fs.existsSync(this.places.release(lang, slug)));
  }

  /** Slugs of what was released, in order. */
  released(): string[] {
    return listLessons(this.course).filter((slug) => this.isReleased(slug));
  }

  /** Lessons by name, or all that were released. @throws UserError where none was */
  lessons(names: readonly string[]): string[] {
    const slugs = names.length ? names.map((name) => this.lesson(name)) : this.released();
    if (!slugs.length) {
      throw new UserError(
        `no lesson is released in this class.\nRelease one first: genlab release LESSON --class ${shown(this.folder)}`,
      );
    }
    return [...new Set(slugs)];
  }

  /** What this class gives other points than the lesson does, by exercise. */
  weights(slug: string): Weights {
    return new Map(Object.entries(this.config.lessons.find((one) => one.slug === slug)?.points ?? {}));
  }

  /** A lesson in the points of this class. */
  lessonOf(slug: string): Lesson {
    const known = this.opened.get(slug) ?? withPoints(loadLesson(slug, this.course), this.weights(slug));
    this.opened.set(slug, known);
    return known;
  }

  /** What the exercises of a lesson are worth in this class. */
  worth(slug: string): Weights {
    return new Map(exercisesOf(this.lessonOf(slug)).map(({ gradeId, points }) => [gradeId, points]));
  }

  /** A lesson with its specs and rubrics, in the points of this class. */
  async release(slug: string): Promise<Release> {
    return weighRelease(await loadRelease(slug, this.course), this.weights(slug));
  }

  /** The rules for a lesson. */
  policy(slug: string): LessonPolicy {
    const entry = this.config.lessons.find((one) => one.slug === slug);
    const extensions = Object.fromEntries(
      (this.config.students ?? []).flatMap(({ id, extensions: all = {} }) => {
        const one = all[slug];
        if (!one) return [];
        const { due, excused } = one;
        return [[id, { ...(due === undefined ? {} : { dueAt: due }), ...(excused === undefined ? {} : { excused }) }]];
      }),
    );
    return {
      lesson: slug,
      maxScore: sum([...this.worth(slug).values()]),
      ...(entry?.due === undefined ? {} : { dueAt: entry.due }),
      late: latePolicy(this.config, entry),
      counts: entry?.counts ?? this.config.counts,
      extensions,
    };
  }
}

/** A path as a person at this folder would type it. */
export const shown = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return relative === '' ? '.' : relative.startsWith('..') ? file : relative;
};

/**
 * Opens the class in a folder; without one, the class that this folder or one above it belongs to.
 * @throws UserError where there is none, or its `class.json` is wrong
 */
export function openClass(folder?: string): ClassRoom {
  const at = folder === undefined ? findUpwards(process.cwd()) : path.resolve(folder);
  if (at === undefined) {
    throw new UserError(
      'there is no class.json here or in a folder above. Name the class with --class FOLDER, or make one: genlab class init FOLDER',
    );
  }
  const { config } = placesOf(at);
  const stat = fs.statSync(at, { throwIfNoEntry: false });
  if (!stat) throw new UserError(`there is no folder ${folder}. Make a class there: genlab class init ${folder}`);
  if (!stat.isDirectory())
    throw new UserError(`${folder} is not a folder. --class takes the folder that holds class.json.`);
  if (!fs.existsSync(config)) {
    throw new UserError(`${shown(at)} is no class: it holds no class.json. Make one: genlab class init ${shown(at)}`);
  }
  const text = withDisk(`${shown(config)} cannot be read`, () => fs.readFileSync(config, 'utf8'));
  const room = new ClassRoom(fs.realpathSync(at), parseConfig(text, shown(config)));
  const wrong = wrongPoints(room.config, room.course);
  if (wrong.length) throw new UserError(`${shown(config)} is wrong:\n${wrong.join('\n')}`);
  return room;
}

function findUpwards(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, 'class.json'))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : findUpwards(above);
}

/** Adds lessons to `class.json`, which keeps all that its staff wrote. */
export function addLessons(room: ClassRoom, slugs: readonly string[], due?: string): void {
  const { config } = room.places;
  const json = JSON.parse(fs.readFileSync(config, 'utf8').replace(/^\uFEFF/, '')) as {
    lessons?: { slug: string; due?: string }[];
  };
  const lessons = [...(json.lessons ?? [])];
  for (const slug of slugs) {
    const known = lessons.find((one) => one.slug === slug);
    if (!known) lessons.push({ slug, ...(due === undefined ? {} : { due }) });
    else if (due !== undefined) known.due = due;
  }
  const text = `${JSON.stringify({ ...json, lessons }, undefined, 2)}\n`;
  parseConfig(text, shown(config)); // a wrong date is told before anything is written
  if (JSON.stringify(json.lessons) !== JSON.stringify(lessons)) writeWhole(config, text);
}
