import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { check, league } from 'genlab';
import { check as grading } from '../lib/grading';
import { shippedModels } from '../lib/recipes';
import type * as known from '../lib/self-check';

const root = path.resolve(import.meta.dirname, '..');

describe('what a notebook knows of grading and recipes', () => {
  test('is what they are', () => {
    // The type checker's to say; here only that nothing stands for them at run time.
    grading satisfies typeof known.check;
    shippedModels satisfies typeof known.shippedModels;
    expect([typeof check, typeof league]).toEqual(['function', 'function']);
  });

  test('spares its cells the types of both rooms and of the packages under them', () => {
    const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram([path.join(root, 'lib/index.ts')], options);
    const files = program.getSourceFiles().map(({ fileName }) => path.relative(root, fileName));
    expect(files).toContain(path.join('lib', 'self-check.d.ts'));
    expect(
      files.filter((file) => /^lib.(grading|recipes|kernel|lesson)|node_modules.(zod|yauzl|zeromq)/.test(file)),
    ).toEqual([]);
  });
});
