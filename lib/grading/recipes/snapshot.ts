import fs from 'node:fs';
import path from 'node:path';

/** What a checkout needs for grading; tests, notebooks and documents stay at home. */
const parts = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', '.npmrc', 'LICENSE'],
  ...['lib', 'datasets', 'checkpoints', 'solutions', 'test/exercises', 'test/support'],
];

/** Files of the course that a grader elsewhere needs, from the checkout on, in order. */
export function snapshot(root: string): string[] {
  return parts.filter((part) => fs.existsSync(path.join(root, part))).flatMap((part) => filesUnder(root, part));
}

function filesUnder(root: string, part: string): string[] {
  const place = path.join(root, part);
  if (!fs.statSync(place).isDirectory()) return [part];
  return fs
    .readdirSync(place)
    .filter((name) => name !== 'node_modules' && !name.endsWith('.tmp'))
    .sort()
    .flatMap((name) => filesUnder(root, `${part}/${name}`));
}
