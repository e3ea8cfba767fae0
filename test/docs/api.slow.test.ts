/** The API page: it can be made without a warning, and says of everything public what it is. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../lib/setup/common.js';

const root = path.join(__dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'genlab-api-'));

interface Comment {
  readonly summary: readonly { text: string }[];
  readonly blockTags?: readonly { content: readonly { text: string }[] }[];
}

interface Reflection {
  readonly name: string;
  readonly kind: number;
  readonly comment?: Comment;
  readonly children?: readonly Reflection[];
  readonly signatures?: readonly Reflection[];
  readonly parameters?: readonly Reflection[];
  readonly type?: unknown;
}

const kinds = { module: 2, namespace: 4, function: 64, class: 128 };

let project: Reflection;

beforeAll(async () => {
  const json = path.join(folder, 'api.json');
  const typedoc = path.join(root, 'node_modules', 'typedoc', 'bin', 'typedoc');
  const options = ['--options', path.join(root, 'docs', 'api', 'typedoc.json'), '--out', folder, '--json', json];
  const { code, output } = await run(process.execPath, [typedoc, ...options], { cwd: root });
  if (code !== 0) throw new Error(output); // a warning is an error
  project = JSON.parse(readFileSync(json, 'utf8')) as Reflection;
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function text(comment: Comment | undefined): string {
  const parts = [...(comment?.summary ?? []), ...(comment?.blockTags ?? []).flatMap(({ content }) => content)];
  return parts.map((part) => part.text).join('');
}

/** Everything of a kind under a reflection, with the way to it. */
function* all(reflection: Reflection, kind: number, way = ''): Generator<[string, Reflection]> {
  for (const child of reflection.children ?? []) {
    const name = way ? `${way}.${child.name}` : child.name;
    if (child.kind === kind) yield [name, child];
    if (child.kind === kinds.module || child.kind === kinds.namespace) yield* all(child, kind, name);
  }
}

const rooms = /^(models|nn|metrics|training)\b/;
const inRooms = (kind: number) => [...all(project, kind)].filter(([name]) => rooms.test(name));

test('all rooms are there, each with a page and a sentence about itself', () => {
  const modules = project.children ?? [];
  const names = ['models', 'nn', 'training', 'metrics', 'datasets', 'figures', 'engine', 'grading', 'genlab'];
  expect(modules.map(({ name }) => name)).toEqual(names);
  for (const { name, comment } of modules) {
    expect(text(comment), name).not.toBe('');
    expect(existsSync(path.join(folder, 'modules', `${name}.html`)), name).toBe(true);
  }
  expect(readFileSync(path.join(folder, 'index.html'), 'utf8')).toContain('Everything that a lesson');
});

describe('models, nn, metrics, training', () => {
  test('every function and class has a docstring', () => {
    const bare = [...inRooms(kinds.function), ...inRooms(kinds.class)].filter(
      ([, { comment, signatures = [] }]) => ![comment, ...signatures.map((each) => each.comment)].some((c) => text(c)),
    );
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  test('a function that gives a tensor says its shape', () => {
    const silent = inRooms(kinds.function).filter(([, { signatures = [] }]) =>
      signatures.some(
        ({ comment, parameters = [], type }) =>
          /"name":"(Tensor(\dD)?|Scalar)"/.test(JSON.stringify(type ?? '')) &&
          !/\[[^\]]*\]|[Ss]calar|[Ss]hape|of (one|any) number/.test(
            [comment, ...parameters.map((p) => p.comment)].map(text).join(' '),
          ),
      ),
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test('every family names its source, with arXiv number or DOI', () => {
    const models = project.children?.find(({ name }) => name === 'models');
    const families = (models?.children ?? []).filter(({ kind }) => kind === kinds.namespace);
    expect(families.length).toBeGreaterThan(15);
    // What others are made of, or walks that are older than arXiv.
    const own = families.filter(({ name }) => name !== 'adversarial' && name !== 'processes');
    const without = own.filter(({ comment }) => !/arXiv:\d{4}\.\d{4,5}|doi:10\.\d{4,}\//.test(text(comment)));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
