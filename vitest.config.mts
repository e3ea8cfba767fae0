import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^genlab$/, replacement: path.join(root, 'lib/index.ts') },
      { find: /^genlab\//, replacement: `${path.join(root, 'lib')}/` },
      { find: /^tslab$/, replacement: path.join(root, 'lib/kernel/tslab.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globals: true, // graded specs are read outside vitest too, so they cannot import it
    pool: 'forks', // a native addon and worker threads do not mix
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
});
