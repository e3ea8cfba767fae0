import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { History } from '../../lib/kernel/front/history';
import { HistoryFiles } from '../../lib/kernel/front/history-files';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'history-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const place = (name: string): string => path.join(folder, name);
const session = (name: string): History => new History(new HistoryFiles(place(name)));
const tail = (history: History, n = 100) => history.answer({ hist_access_type: 'tail', n });

test('inputs outlive the kernel; outputs do not', () => {
  const first = session('a');
  first.add(1, 'x = 1');
  first.setOutput(1, 'a value');
  first.add(2, 'many\nlines');
  const second = session('a');
  expect(tail(second)).toEqual([
    [1, 1, 'x = 1'],
    [1, 2, 'many\nlines'],
  ]);
  second.add(1, 'y');
  second.setOutput(1, '7');
  expect(tail(second, 2)).toEqual([
    [1, 2, 'many\nlines'],
    [2, 1, 'y'],
  ]);
  const range = (asked: number, output = false) =>
    second.answer({ hist_access_type: 'range', session: asked, start: 1, stop: 2, output });
  expect(range(0, true)).toEqual([[0, 1, ['y', '7']]]);
  expect(range(-1)).toEqual([[1, 1, 'x = 1']]);
  expect(range(1, true)).toEqual([[1, 1, ['x = 1', null]]]);
  expect(range(9)).toEqual([]);
  second.add(2, 'x = 1');
  const search = { hist_access_type: 'search', pattern: 'x*' };
  expect(second.answer(search)).toHaveLength(2);
  expect(second.answer({ ...search, unique: true })).toEqual([[2, 2, 'x = 1']]);
  for (const file of fs.readdirSync(place('a'))) {
    expect(fs.readFileSync(path.join(place('a'), file), 'utf8')).not.toContain('a value');
    if (process.platform !== 'win32') expect(fs.statSync(path.join(place('a'), file)).mode & 0o077).toBe(0);
  }
});

test('kernels side by side keep apart', () => {
  const kernels = Array.from({ length: 5 }, () => session('b'));
  for (let line = 1; line <= 20; line++) kernels.forEach((kernel, i) => kernel.add(line, `${i}:${line}`));
  const found = tail(session('b'), 1000);
  expect(found).toHaveLength(100);
  expect(new Set(found.map(([number]) => number)).size).toBe(5);
});

test('a cut-off line, a foreign file and a folder that cannot be written do no harm', () => {
  const first = session('c');
  first.add(1, 'whole');
  fs.appendFileSync(path.join(place('c'), '000001.jsonl'), '[2, "cut o');
  fs.writeFileSync(path.join(place('c'), 'notes.txt'), 'mine');
  expect(tail(session('c'))).toEqual([[1, 1, 'whole']]);
  fs.writeFileSync(place('file'), '');
  const nowhere = new History(new HistoryFiles(path.join(place('file'), 'inside')));
  nowhere.add(1, 'kept for now');
  expect(tail(nowhere)).toEqual([[0, 1, 'kept for now']]);
});

test('old sessions make room for new ones', () => {
  fs.mkdirSync(place('d'));
  for (let i = 1; i <= 6; i++) {
    fs.writeFileSync(path.join(place('d'), `00000${i}.jsonl`), `${JSON.stringify([1, 'x'.repeat(1_000_000)])}\n`);
  }
  session('d').add(1, 'new');
  const left = fs.readdirSync(place('d'));
  expect(left).toContain('000007.jsonl');
  expect(left).not.toContain('000001.jsonl');
  expect(left.length).toBeLessThan(6);
});
