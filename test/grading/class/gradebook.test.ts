import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Database } from 'node-sqlite3-wasm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../lib/errors';
import { createGradebook, withGradebook, type NewAttempt } from '../../../lib/grading/class/gradebook';
import { migrations } from '../../../lib/grading/class/migrations';
import { emptyFolder, resultOf } from './support';

const root = path.resolve(__dirname, '../../..');
const attempt = (student: string, time = '2026-10-01T10:00:00.000Z'): NewAttempt => ({
  student,
  lesson: '01-mini',
  submittedAt: time,
  hash: 'a'.repeat(64),
  file: `submitted/${student}/01-mini/${time}.ipynb`,
});

async function newBook(): Promise<string> {
  const file = path.join(emptyFolder(), 'gradebook.db');
  await createGradebook(file);
  return file;
}
const look = (file: string) => withGradebook(file, 'test', (book) => book.attempts());
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: unknown) => {
      if (error instanceof UserError) return error.message;
      throw error;
    },
  );

afterEach(() => void vi.restoreAllMocks());

describe('the gradebook', () => {
  it('numbers attempts, and gives each its newest result and marks; nothing is ever lost', async () => {
    const file = await newBook();
    const mark = {
      gradeId: 'mini-loss',
      points: 1,
      maxPoints: 3,
      rubric: ['a'],
      by: 'eve',
      at: '2026-10-02T00:00:00Z',
    };
    await withGradebook(file, 'test', (book) => {
      expect(book.addAttempt(attempt('ada')).number).toBe(1);
      expect(book.addAttempt(attempt('ada', '2026-10-01T11:00:00.000Z')).number).toBe(2);
      expect(book.addAttempt(attempt('bob')).number).toBe(1);
      const [{ id }] = book.attempts({ student: 'ada' });
      book.transaction(() => {
        book.addResult(id, { release: 'r1', gradedAt: '2026-10-03T00:00:00Z', result: resultOf(3) });
        book.addResult(id, { release: 'r2', gradedAt: '2026-10-04T00:00:00Z', result: resultOf(5) });
      });
      book.addMark(id, mark);
      book.addMark(id, { ...mark, points: 2, comment: 'better' });
    });
    const [first, second] = await look(file);
    expect(first).toMatchObject({ number: 1, release: 'r2', result: { score: 5 }, gradedAt: '2026-10-04T00:00:00Z' });
    expect(first.wanted).toBeUndefined();
    expect(first.marks).toEqual([{ ...mark, points: 2, comment: 'better' }]);
    expect(second).toMatchObject({ number: 2, wanted: 'new', marks: [] });
    expect(await withGradebook(file, 'test', (book) => book.gradings().get(first.id))).toBe(2);
  });

  it('asks for a regrade once, and keeps the result until then', async () => {
    const file = await newBook();
    await withGradebook(file, 'test', (book) => {
      const ids = ['ada', 'bob'].map((who) => (book.addAttempt(attempt(who)), book.attempts({ student: who })[0].id));
      book.transaction(() => book.addResult(ids[0], { release: 'r', gradedAt: 't', result: resultOf(3) }));
      book.transaction(() => book.wantAgain(ids, '2026-10-05T00:00:00Z'));
    });
    const [graded, never] = await look(file);
    expect(graded).toMatchObject({ wanted: '2026-10-05T00:00:00Z', result: { score: 3 } });
    expect(never.wanted).toBe('new');
  });

  it('takes back what a failing transaction did', async () => {
    const file = await newBook();
    const failing = withGradebook(file, 'test', (book) =>
      book.transaction(() => {
        book.addAttempt(attempt('ada'));
        throw new Error('on purpose');
      }),
    );
    await expect(failing).rejects.toThrow('on purpose');
    expect(await look(file)).toEqual([]);
  });

  it('survives a process that is killed within a transaction', async () => {
    const file = await newBook();
    await withGradebook(file, 'test', (book) => book.addAttempt(attempt('ada')));
    const script = `
      require(${JSON.stringify(path.join(root, 'lib/setup/register.js'))});
      const { withGradebook } = require(${JSON.stringify(path.join(root, 'lib/grading/class/gradebook.ts'))});
      withGradebook(${JSON.stringify(file)}, 'being killed', (book) => book.transaction(() => {
        for (let i = 0; i < 500; i++) book.addAttempt({ ...${JSON.stringify(attempt('bob'))}, file: 'f' + i });
        process.kill(process.pid, 'SIGKILL');
      }));`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    expect(fs.readdirSync(path.dirname(file)).sort()).toEqual(
      expect.arrayContaining(['gradebook.db', 'gradebook.db.lock', 'gradebook.db.owner']),
    );
    expect((await look(file)).map(({ student }) => student)).toEqual(['ada']);
    expect(fs.readdirSync(path.dirname(file)).filter((name) => /lock|owner/.test(name))).toEqual([]);
  });

  it.each<[string, (file: string) => void, RegExp]>([
    ['missing', (file) => fs.rmSync(file), /is missing\. genlab class rebuild/],
    ['empty', (file) => fs.truncateSync(file, 0), /is empty: it was cut off\. genlab class rebuild/],
    ['cut off', (file) => fs.truncateSync(file, 6000), /is damaged .* Nothing was changed/],
    [
      'a text',
      (file) => fs.writeFileSync(file, 'student,score\n'.repeat(1000)),
      /is damaged \(file is not a database\)/,
    ],
    [
      'overwritten in the middle',
      (file) => {
        const bytes = fs.readFileSync(file);
        fs.writeFileSync(file, bytes.fill(0xff, 4096, 8192));
      },
      /is damaged .* Nothing was changed/,
    ],
    [
      'another database',
      (file) => {
        fs.rmSync(file);
        const db = new Database(file);
        db.exec('create table t (a); insert into t values (1)');
        db.close();
      },
      /is a database, but not a gradebook of genlab/,
    ],
    [
      'of a newer genlab',
      (file) => {
        const db = new Database(file);
        db.exec('pragma user_version = 99');
        db.close();
      },
      /made by a newer genlab \(its version is 99, this one knows \d+\)/,
    ],
    ['a folder', (file) => (fs.rmSync(file), fs.mkdirSync(file)), /is not a file/],
  ])('is not used, and not changed, when it is %s', async (_, spoil, message) => {
    const file = await newBook();
    spoil(file);
    const before = fs.existsSync(file) && fs.statSync(file).isFile() ? fs.readFileSync(file, 'hex') : undefined;
    expect(await refusal(look(file))).toMatch(message);
    if (before !== undefined) expect(fs.readFileSync(file, 'hex')).toBe(before);
    else expect(fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false).toBe(false);
  });

  it('moves to a newer version of its tables after keeping a copy', async () => {
    const file = await newBook();
    await withGradebook(file, 'test', (book) => book.addAttempt(attempt('ada')));
    const next = [...migrations, 'alter table attempts add column remark text;'];
    expect(await withGradebook(file, 'test', (book) => book.attempts().length, next)).toBe(1);
    const [copy, ...more] = fs.readdirSync(path.join(path.dirname(file), 'backup'));
    expect([copy, more]).toEqual([expect.stringMatching(/^gradebook\.version-1\..*\.db$/), []]);
    const old = path.join(path.dirname(file), 'backup', copy);
    expect((await look(old)).map(({ student }) => student)).toEqual(['ada']);
    expect(await refusal(look(file))).toMatch(/newer genlab/);
  });

  it('is as it was when a migration fails', async () => {
    const file = await newBook();
    const broken = [...migrations, 'create table more (a); create nonsense;'];
    await expect(withGradebook(file, 'test', () => 0, broken)).rejects.toThrow(/nonsense/);
    expect(await look(file)).toEqual([]);
  });

  it('says so when the disk is full, and holds what it held', async () => {
    const file = await newBook();
    await withGradebook(file, 'test', (book) => book.addAttempt(attempt('ada')));
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const write = fs.writeSync;
    let writes = 0;
    vi.spyOn(fs, 'writeSync').mockImplementation(((...args: Parameters<typeof fs.writeSync>) => {
      if (++writes > 3) throw full;
      return write(...args);
    }) as typeof fs.writeSync);
    vi.spyOn(fs, 'statfsSync').mockReturnValue({ bavail: 0, bsize: 4096 } as fs.StatsFs);
    const adding = withGradebook(file, 'test', (book) =>
      book.transaction(() => {
        for (let i = 0; i < 200; i++) book.addAttempt({ ...attempt('bob'), file: `f${i}` });
      }),
    );
    expect(await refusal(adding)).toMatch(/disk is full/);
    vi.restoreAllMocks();
    expect((await look(file)).map(({ student }) => student)).toEqual(['ada']);
  });
});
