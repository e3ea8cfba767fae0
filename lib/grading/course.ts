import fs from 'node:fs';
import path from 'node:path';
import { buildNotebook, exercisesOf, langs, listLessons, loadLesson, type Exercise, type Lesson } from '../lesson';
import { releasedCells, type ReleasedCell } from './restored';
import { readSource, type Reading } from './source';
import { findSpec, loadSpec, specFolder } from './specs';
import type { Rubric } from './rubric';
import type { ExerciseSpec } from './spec';
import type { Lang } from './text';
import { lessonRate } from './statistics';

/** Where lessons and specs come from; the course of this checkout unless said otherwise. */
export interface Course {
  /** Holds `solutions/`. */
  readonly root?: string;
  /** Holds the spec files. */
  readonly specs?: string;
}

/** A lesson as it was released, with its exercises and their specs. */
export interface Release {
  readonly lesson: Lesson;
  readonly exercises: readonly Exercise[];
  /** By grade id. An exercise without one is scored by a person. */
  readonly specs: ReadonlyMap<string, ExerciseSpec>;
  /** How people score, by grade id; a cell that people score may have none. */
  readonly rubrics: ReadonlyMap<string, Rubric>;
  /** What is known of the lesson's own texts, in both languages, by their text. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** The cells that students were given, bare. */
  readonly given: ReadonlySet<string>;
  /** Those of them that must be as they were given, by language. */
  readonly released: Readonly<Record<Lang, readonly ReleasedCell[]>>;
}

export async function loadRelease(slug: string, course: Course = {}): Promise<Release> {
  const lesson = loadLesson(slug, course);
  const exercises = exercisesOf(lesson);
  const file = findSpec(slug, course.specs ?? specFolder(course.root));
  const { exercises: specs, rubrics } = file ? await loadSpec(file) : { exercises: [], rubrics: [] };
  const notebooks = langs.map((lang) => buildNotebook(lesson, { lang }));
  const given = notebooks.flatMap(({ cells }) => cells.map((cell) => cell.source));
  const code = exercises.flatMap(({ setup, stub, solution }) => [...setup, stub, solution]);
  const readings = new Map([...new Set([...given, ...code])].map((source) => [source, readSource(source)]));
  const bareOf = (source: string): string => readings.get(source)?.bare ?? '';
  return {
    lesson,
    exercises,
    specs: new Map(specs.map((spec) => [spec.gradeId, spec])),
    rubrics: new Map(rubrics.map((rubric) => [rubric.gradeId, rubric])),
    readings,
    given: new Set(given.map(bareOf)),
    released: Object.fromEntries(
      langs.map((lang, i) => [lang, releasedCells(notebooks[i], bareOf)]),
    ) as unknown as Release['released'],
  };
}

/** What is wrong between a lesson and its spec file; nothing where all agrees. */
export function disagreements({ lesson, exercises, specs, rubrics }: Release): string[] {
  const graded = exercises.filter((exercise) => !exercise.manual);
  const missing = graded.filter((exercise) => !specs.has(exercise.gradeId));
  const extra = [...specs.keys()].filter((id) => !exercises.some((exercise) => exercise.gradeId === id));
  const rate = Number([...specs.values()].reduce((all, spec) => all + spec.falseFailRate, 0).toPrecision(10));
  return [
    ...missing.map((exercise) => `${lesson.slug}: ${exercise.gradeId} has no spec`),
    ...extra.map((id) => `${lesson.slug}: the spec ${id} belongs to no cell`),
    ...graded.flatMap(({ gradeId, points }) => {
      const spec = specs.get(gradeId);
      return spec && Math.abs(spec.points - points) > 1e-9
        ? [`${lesson.slug}: ${gradeId} is worth ${points} points in the lesson, ${spec.points} in its spec`]
        : [];
    }),
    ...[...rubrics.values()].flatMap((rubric) => {
      const cell = exercises.find(({ gradeId }) => gradeId === rubric.gradeId);
      if (!cell?.manual) return [`${lesson.slug}: the rubric ${rubric.gradeId} belongs to no cell that people score`];
      return Math.abs(rubric.points - cell.points) > 1e-9
        ? [
            `${lesson.slug}: ${cell.gradeId} is worth ${cell.points} points in the lesson, ${rubric.points} in its rubric`,
          ]
        : [];
    }),
    ...(rate > lessonRate
      ? [`${lesson.slug}: its checks' falseFailRates add up to ${rate}, which is above ${lessonRate}`]
      : []),
  ];
}

/** Slugs by grade id, read from the text of the lessons: cheaper than parsing them all. */
export function slugsByGradeId(course: Course = {}): Map<string, string> {
  const found = new Map<string, string>();
  for (const slug of listLessons(course)) {
    const text = fs.readFileSync(
      path.join(course.root ?? path.resolve(__dirname, '../..'), 'solutions', `${slug}.ts`),
      'utf8',
    );
    for (const [, id] of text.matchAll(/^\/\/ %%.*\bgrade_id="([^"]+)"/gm)) found.set(id, slug);
  }
  return found;
}
