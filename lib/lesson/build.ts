import fs from 'node:fs';
import path from 'node:path';
import { builtFiles, listLessons, notebookFolder, type Place, readSource, writeFileSafely } from './files';
import { readLesson } from './parse';
import { LessonError, type Problem, type Variant } from './types';

export interface BuildOptions extends Place {
  /** Slugs; all lessons when absent. */
  readonly lessons?: readonly string[];
  readonly variant?: Variant;
  /** Instead of notebooks/ (or out/solutions/). */
  readonly out?: string;
  /** Write nothing, only tell what is stale. */
  readonly check?: boolean;
}

export interface BuildReport {
  readonly lessons: number;
  /** Files whose bytes are not what the source gives (with `check`), or that were written. */
  readonly changed: readonly string[];
  /** Notebooks of lessons that are no more. */
  readonly orphans: readonly string[];
  readonly upToDate: number;
  /** What is wrong in the form of the sources but does not keep them from being built. */
  readonly problems: readonly Problem[];
}

/** Builds the notebooks of some lessons or of all. The same source always gives the same bytes. */
export function build(options: BuildOptions = {}): BuildReport {
  const { variant = 'student', check = false } = options;
  const folder = options.out ?? notebookFolder(variant, options);
  const slugs = options.lessons ?? listLessons(options);
  // All are read before any is written: a broken lesson leaves the folder as it was.
  const read = slugs.map((slug) => {
    const { text, file } = readSource(slug, options);
    return readLesson(text, file);
  });
  const problems = read.flatMap((each) => each.problems);
  const fatal = problems.filter(({ level }) => level === 'fatal');
  if (fatal.length > 0) throw new LessonError(fatal);
  const files = read.flatMap(({ lesson }) => builtFiles(lesson, folder, variant));
  const changed = files.filter(({ file, text }) => readIfThere(file) !== text);
  // A folder that someone chose may hold other notebooks.
  const orphans = options.lessons || options.out ? [] : orphansIn(folder, new Set(files.map(({ file }) => file)));
  if (!check) {
    for (const { file, text } of changed) writeFileSafely(file, text);
    for (const file of orphans) fs.rmSync(file);
  }
  return {
    lessons: slugs.length,
    changed: changed.map(({ file }) => file),
    orphans,
    upToDate: files.length - changed.length,
    problems,
  };
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/** Notebooks that `build` must have written once; files with other names are none of its business. */
function orphansIn(folder: string, wanted: ReadonlySet<string>): string[] {
  return ['en', 'zh'].flatMap((lang) => {
    const place = path.join(folder, lang);
    if (!fs.existsSync(place)) return [];
    return fs
      .readdirSync(place)
      .filter((name) => /^\d\d-[a-z0-9-]+\.ipynb$/.test(name))
      .map((name) => path.join(place, name))
      .filter((file) => !wanted.has(file));
  });
}
