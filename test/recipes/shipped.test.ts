/** A recipe's file in other hands: damaged, changed, read by Python. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../../lib/checkpoints';
import { ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { findRecipe, openShipped } from '../../lib/recipes';
import { readSafetensors, type TensorData, writeSafetensors } from '../../lib/training';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shipped-'));
const recipe = findRecipe('fashion-mnist-ldm');
const file = path.join(folder, `${recipe.name}.safetensors`);
const card = { title: 'Test', about: 'For a test.', facts: {}, metrics: {} };
let whole: Buffer;

beforeAll(async () => {
  await ready({ engine: 'cpu' });
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const trainee = recipe.open();
  const metadata = { trainSeconds: '60', latentScale: '0.75' };
  await saveCheckpoint(recipe.name, trainee.networks, { ...card, metadata }, folder);
  trainee.dispose();
  whole = readFileSync(file);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

test('a whole file opens, in less than a second, with what its header says', () => {
  const { trainee, trainSeconds, loadSeconds } = openShipped(recipe, folder);
  trainee.dispose();
  expect(trainSeconds).toBe(60);
  expect(loadSeconds).toBeGreaterThan(0);
});

describe('what is not whole, or is of something else, is refused, and it is said how', () => {
  const said = (bytes: Uint8Array): string => {
    writeFileSync(file, bytes);
    try {
      openShipped(recipe, folder).trainee.dispose();
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    } finally {
      writeFileSync(file, whole);
    }
    return 'it was taken';
  };
  /** As another program would write it: the same tensors, some under another name, with or without our checksum. */
  const rewritten = (rename: (name: string) => string, drop: readonly string[] = []) => {
    const { tensors, metadata } = readSafetensors(whole, file);
    const renamed = new Map<string, TensorData>([...tensors].map(([name, data]) => [rename(name), data]));
    return writeSafetensors(renamed, {
      half: true,
      metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !drop.includes(key) && key !== 'sha256')),
    });
  };
  const changed = (from: string, to: string) => {
    const bytes = Buffer.from(whole);
    expect(to).toHaveLength(from.length);
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to, at);
    return bytes;
  };

  test('truncated', () => {
    expect(said(whole.subarray(0, whole.length - 1000))).toMatch(/fashion-mnist-ldm\.safetensors is not a whole safetensors file: 1000 of its \d+ bytes of numbers are missing: was it cut off\?/); // prettier-ignore
    expect(said(whole.subarray(0, 300))).toMatch(/not a whole safetensors file/);
    expect(said(new Uint8Array(0))).toMatch(/too few for a header/);
  });

  test('one bit of the numbers turned', () => {
    const bytes = Buffer.from(whole);
    bytes[bytes.length - 4321] ^= 0x10;
    expect(said(bytes)).toMatch(/its checksum does not match/);
  });

  test('a name or a fact in the header written over', () => {
    expect(said(changed('decoder.in/kernel', 'decoder.in/kernal'))).toMatch(/checksum does not match/);
    expect(said(changed('"latentScale":"0.75"', '"latentScale":"0.57"'))).toMatch(/checksum does not match/);
  });

  test('a tensor renamed by a program that wrote the file anew', () => {
    const bytes = rewritten((name) => (name === 'decoder.in/kernel' ? 'decoder.first/kernel' : name));
    expect(said(bytes)).toMatch(/there is no decoder\.in\/kernel in it; it belongs to another model/);
  });

  test('without the scale of its latents', () => {
    expect(said(rewritten((name) => name, ['latentScale']))).toMatch(
      /says its latentScale in its header; got undefined/,
    );
  });

  test('the weights of another model', async () => {
    const other = findRecipe('fashion-mnist-ae');
    const trainee = other.open();
    await saveCheckpoint(other.name, trainee.networks, card, folder);
    trainee.dispose();
    expect(said(readFileSync(path.join(folder, `${other.name}.safetensors`)))).toMatch(/belongs to another model/);
  });
});

describe('in Python', () => {
  const python = path.join(__dirname, '..', '..', '.genlab', 'venv', 'bin', 'python');
  const script = `
import json, struct, sys
from safetensors import deserialize
with open(sys.argv[1], 'rb') as file:
    tensors = dict(deserialize(file.read()))
def numbers(data):
    return struct.unpack('<%de' % (len(data) // 2), bytes(data))
json.dump({name: [tensor['dtype'], tensor['shape'], sum(numbers(tensor['data'])), list(numbers(tensor['data'])[:8])]
           for name, tensor in tensors.items()}, sys.stdout)
`;
  const hasPackage = (() => {
    if (!existsSync(python)) return false;
    try {
      execFileSync(python, ['-c', 'import safetensors'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  test.skipIf(!hasPackage)(
    hasPackage
      ? 'the package safetensors reads the same names, shapes and numbers'
      : 'skipped: .genlab/venv has no package safetensors (npm test installs it)',
    () => {
      const trainee = recipe.open();
      loadCheckpoint(recipe.name, trainee.networks, folder); // ours, from the same file
      trainee.dispose();
      const answer = execFileSync(python, ['-c', script, file], { encoding: 'utf8', maxBuffer: 1e7 });
      const found = JSON.parse(answer) as Record<string, [string, number[], number, number[]]>;
      const { tensors } = readSafetensors(whole, file);
      expect(Object.keys(found).sort()).toEqual([...tensors.keys()].sort());
      for (const [name, { shape, values }] of tensors) {
        const [dtype, theirShape, theirSum, first] = found[name];
        expect([dtype, theirShape], name).toEqual(['F16', shape]);
        expect(first, name).toEqual([...values.slice(0, 8)]);
        const sum = [...values].reduce((a, b) => a + b, 0);
        expect(theirSum, name).toBeCloseTo(sum, 3);
      }
    },
  );
});
