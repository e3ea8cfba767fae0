import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import * as genlab from '../../lib';
import { type ModelRow, table } from '../../lib/cli/models';
import { ready } from '../../lib/engine';
import * as models from '../../lib/models';
import { run } from '../../lib/setup/common.js';

const { catalogue } = models;
const root = path.join(__dirname, '..', '..');
const call = (...args: string[]) =>
  run(process.execPath, [path.join(root, 'lib', 'setup', 'genlab.js'), 'models', ...args], { timeout: 170_000 });
const namespaces = Object.entries(models).filter(([, value]) => typeof value === 'object' && !Array.isArray(value));

beforeAll(() => ready({ engine: 'cpu' }));

describe('the catalogue', () => {
  test('has at least 24 models, no two of one name', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(24);
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
  });

  test('every family that the library exports is in it', () => {
    const parts = ['adversarial', 'noisyClassifier', 'processes']; // what families are made of, or without a network
    const listed = new Set([...catalogue.map(({ family }) => family), ...parts]);
    expect(namespaces.map(([name]) => name).filter((name) => !listed.has(name))).toEqual([]);
  });

  test.each(catalogue.map((entry) => [entry.name, entry] as const))(
    '%s: paper, golden values, networks',
    (_, entry) => {
      expect(entry.paper).toMatch(/\(\d{4}\).*(arXiv:\d{4}\.\d{4,5}|doi:10\.\d{4,}\/)/);
      expect(Object.keys(models)).toContain(entry.family);
      expect(Object.keys(genlab), 'exported by the package').toContain(entry.family);
      expect(entry.golden.length).toBeGreaterThan(0);
      for (const file of entry.golden) {
        const { source, cases } = JSON.parse(readFileSync(path.join(root, 'test', 'golden', `${file}.json`), 'utf8'));
        expect(source).toMatch(/\d+\.\d+/); // who made it, with version
        expect(Object.keys(cases).length).toBeGreaterThan(0);
      }
      const before = tf.memory().numTensors;
      const networks = entry.build();
      expect(Object.keys(networks).length).toBeGreaterThan(0);
      for (const network of Object.values(networks)) expect(network.countParams()).toBeGreaterThan(0);
      for (const network of Object.values(networks)) network.dispose();
      expect(tf.memory().numTensors, 'left over by build and dispose').toBe(before);
    },
  );
});

describe('genlab models', () => {
  test('sizes as one counts them by hand, the golden checks of each, and a table for people', async () => {
    const { code, stdout } = await call('--json');
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as ModelRow[];
    expect(rows.map(({ name }) => name)).toEqual(catalogue.map(({ name }) => name));
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['name', 'family', 'paper', 'params', 'goldenChecks']);
      expect(row.params, row.name).toBeGreaterThan(0);
      expect(row.goldenChecks, row.name).toBeGreaterThanOrEqual(1);
    }
    const params = (name: string) => rows.find((row) => row.name === name)?.params;
    expect(params('VAE')).toBe(784 * 400 + 400 + 2 * (400 * 20 + 20) + 20 * 400 + 400 + 400 * 784 + 784);
    expect(params('Conditional VAE')).toBe((params('VAE') ?? 0) + 2 * 10 * 400);
    const lines = table(rows).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Model +Family +Parameters +Golden checks +Paper$/);
    expect(lines.find((line) => line.startsWith('VAE  '))).toMatch(/vae +652,824 +\d+ +Kingma & Welling \(2013\)/);
    expect(lines.at(-1)).toBe(`${catalogue.length} models`);
  }, 180_000);

  test('takes no arguments', async () => {
    const { code, output } = await call('vae');
    expect(code).toBe(2);
    expect(output).toContain('models takes no arguments');
  });
});
