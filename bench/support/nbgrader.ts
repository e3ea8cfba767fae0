import fs from 'node:fs';
import { NbgraderCourse, type CourseOptions } from '../../test/support/nbgrader';

export interface NbgraderRate {
  /** Submissions a minute by `nbgrader autograde`, which grades one after the other. */
  readonly perMinute: number;
  readonly seconds: number;
  readonly version: string;
  /** Points of each notebook, in the order given. */
  readonly scores: readonly number[];
}

/**
 * How fast nbgrader's autograde is on the same notebooks: a course made by `genlab release --nbgrader`, our kernel. Only
 * autograde is timed.
 * @param notebooks files, each handed in by a student of its own
 */
export async function nbgraderRate(
  notebooks: readonly string[],
  { lesson, ...options }: CourseOptions & { readonly lesson: string },
): Promise<NbgraderRate> {
  const course = await NbgraderCourse.open(lesson, options);
  try {
    notebooks.forEach((file, i) => course.submit(`student-${i}`, fs.readFileSync(file, 'utf8')));
    const version = await course.version();
    const started = performance.now();
    await course.run('autograde', lesson);
    const seconds = (performance.now() - started) / 1000;
    const found = await course.scores();
    const scores = notebooks.map((_, i) => Object.values(found[`student-${i}`] ?? {}).reduce((a, b) => a + b, 0));
    return { perMinute: (60 * notebooks.length) / seconds, seconds, version, scores };
  } finally {
    course.close();
  }
}
