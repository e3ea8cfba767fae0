import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Who may import whom (a room's index is its only public face). A room always sees itself. */
const arrows = {
  engine: [],
  nn: ['engine'],
  models: ['engine', 'nn', 'training', 'figures'],
  training: ['engine', 'nn', 'figures'],
  metrics: ['engine', 'nn', 'models', 'training', 'figures'],
  figures: ['engine'],
  recipes: ['engine', 'nn', 'models', 'training', 'metrics', 'figures'],
  lesson: [],
  widgets: [],
  kernel: [],
  grading: ['lesson', 'kernel', 'engine', 'figures'],
};
const rooms = Object.keys(arrows);

/** Rooms that a browser can run. */
const pure = ['nn', 'models', 'training', 'metrics', 'figures'];

export default tseslint.config(
  { ignores: ['node_modules', '.genlab', 'work', 'out', 'coverage', 'notebooks'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    plugins: { 'import-x': importX },
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'Buffer',
          'require',
          'module',
          '__dirname',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'URL',
          'fetch',
        ].map((name) => [name, 'readonly']),
      ),
    },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.js', '.mjs', '.json'] } } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'import-x/no-cycle': ['error', { maxDepth: 8 }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: rooms.flatMap((room) => {
            const strangers = rooms.filter((other) => other !== room);
            const folders = ['lib/cli', 'lib/setup', ...strangers.map((other) => `lib/${other}`)];
            return [
              // An arrow that the design does not have.
              {
                target: `./lib/${room}`,
                from: strangers.filter((other) => !arrows[room].includes(other)).map((other) => `./lib/${other}`),
                message: `lib/${room} may import only: ${arrows[room].join(', ') || 'no other room'}.`,
              },
              // A side door: any file of another room but its index.
              {
                target: [
                  ...folders.map((folder) => `./${folder}`),
                  './lib/*.ts',
                  './datasets',
                  './solutions',
                  './bench',
                  './checkpoints',
                ],
                from: `./lib/${room}`,
                except: ['./index.ts'],
                message: `Import lib/${room} through its index.`,
              },
            ];
          }),
        },
      ],
    },
  },
  {
    files: pure.map((room) => `lib/${room}/**/*.ts`),
    ignores: ['lib/*/platform/node*.ts'], // node.ts stands in for browser.ts under Node, by package.json's "imports"
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*', 'fs', 'path', 'os', 'child_process'], message: 'A browser runs this too.' }] },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require', '__dirname'],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs' },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // A lesson shows values by naming them on a cell's last line.
    files: ['solutions/*.ts', 'test/lesson/fixtures/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  prettier,
);
