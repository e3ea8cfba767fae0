import fs from 'node:fs';
import path from 'node:path';
import { collectSpecs, type SpecFile } from './registry';

/** The specs of a checkout; without one, those that `GENLAB_SPECS` names, or else those of this checkout. */
export const specFolder = (root?: string): string =>
  root === undefined && process.env.GENLAB_SPECS
    ? process.env.GENLAB_SPECS
    : path.join(root ?? path.resolve(__dirname, '../..'), 'test', 'exercises');

/** The spec file of a lesson, if it has one. */
export function findSpec(slug: string, folder: string): string | undefined {
  return [`${slug}.test.ts`, `${slug}.spec.ts`]
    .map((name) => path.join(folder, name))
    .find((file) => fs.existsSync(file));
}

/** The spec file that defines an exercise: looked for as text, so that only one file need be loaded. */
export function findSpecOf(gradeId: string, folder: string): string | undefined {
  if (!fs.existsSync(folder)) return undefined;
  const files = fs.readdirSync(folder).filter((name) => /\.(test|spec)\.ts$/.test(name));
  return files
    .map((name) => path.join(folder, name))
    .find((file) => new RegExp(`\\bexercise\\(\\s*['"]${gradeId}['"]`).test(fs.readFileSync(file, 'utf8')));
}

const loaded = new Map<string, SpecFile>();
let queue: Promise<unknown> = Promise.resolve();

/** What a spec file defines. A file is loaded once; specs are read one after the other. */
export function loadSpec(file: string): Promise<SpecFile> {
  const next = queue.then(async () => {
    const known = loaded.get(file);
    if (known) return known;
    const specs = await collectSpecs(() => import(/* @vite-ignore */ file));
    loaded.set(file, specs);
    return specs;
  });
  queue = next.catch(() => undefined);
  return next;
}
