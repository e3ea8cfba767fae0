import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import manifest from '../../package.json';

const root = path.resolve(__dirname, '../..');

/** Every file that a bundle for the browser takes in, and every package. */
function bundle(entry: string) {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const { fileName } of ts.preProcessFile(fs.readFileSync(path.join(root, file), 'utf8')).importedFiles) {
      if (fileName === '#engine-platform') visit(path.normalize(manifest.imports['#engine-platform'].default));
      else if (fileName.startsWith('.')) visit(resolve(path.join(path.dirname(file), fileName)));
      else packages.add(fileName);
    }
  };
  visit(entry);
  return { files: [...files], packages: [...packages].sort() };
}

const resolve = (stem: string) =>
  [`${stem}.ts`, path.join(stem, 'index.ts')].find((file) => fs.existsSync(path.join(root, file))) ?? stem;

test('a browser bundle of the engine holds nothing of Node', () => {
  const { files, packages } = bundle('lib/engine/index.ts');
  expect(packages).toEqual(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu']);
  expect(files).toContain('lib/engine/platform/browser.ts');
  expect(files).not.toContain('lib/engine/platform/node.ts');
  for (const file of files)
    expect(fs.readFileSync(path.join(root, file), 'utf8'), file).not.toMatch(/\b(process|require)\b[.(]/);
});
