/** What a result depends on besides the notebook: the lesson, its spec, and the code that grades. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { lessonFile, type Place } from '../../lesson';
import type { Course } from '../course';
import { findSpec, specFolder } from '../specs';

const root = path.resolve(__dirname, '..', '..', '..');

/** What shows, keeps and hands on results, and makes none. */
const afterwards =
  /^lib\/(cli|setup|recipes|grading\/(class|class-report|feedback|formats|policy|similarity))(\/|$)|^lib\/cli\.ts$/;

/** A name for the code that grades: another one when any of it changes. Reads about three megabytes. */
export function graderVersion(): string {
  const files = ['lib', 'datasets', path.join('test', 'support')]
    .flatMap((folder) => sourcesIn(path.join(root, folder)))
    .map((file) => path.relative(root, file).split(path.sep).join('/'))
    .filter((file) => !afterwards.test(file))
    .sort();
  const hash = crypto.createHash('sha256');
  for (const file of [...files, 'package-lock.json']) {
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function sourcesIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|json)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** A name for a lesson as it is graded now, 16 hex digits. */
export function releaseVersion(slug: string, course: Course, grader: string): string {
  const place: Place = course;
  const spec = findSpec(slug, course.specs ?? specFolder(course.root));
  const hash = crypto.createHash('sha256').update(`${grader}\0${slug}\0`);
  for (const file of [lessonFile(slug, place), ...(spec ? [spec] : [])])
    hash.update(fs.readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
}
