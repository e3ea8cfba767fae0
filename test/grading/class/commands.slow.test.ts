import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClassRoom } from '../../../lib/grading/class';
import { emptyFolder, genlab, lesson, makeClass, notebook, resultOf, writeNotebook } from './support';

let room: ClassRoom;
let good: string;
beforeEach(async () => {
  room = await makeClass({ students: [{ id: 'ada' }, { id: 'bob' }] });
  good = writeNotebook('ada.ipynb');
});

/** Gives every attempt of the class a result, as grading would. */
const graded = (score: number): Promise<void> =>
  room.gradebook('test', (book) =>
    book.transaction(() => {
      for (const { id } of book.attempts()) {
        book.addResult(id, { release: 'r', gradedAt: '2026-10-03T00:00:00Z', result: resultOf(score) });
      }
    }),
  );

describe('a class from hand to hand', () => {
  it('takes a notebook in once, marks it, and gives pages and tables', async () => {
    const at = ['--class', room.folder];
    const first = await genlab('submit', good, '--as', 'ada', '--at', '2026-10-01T10:00', ...at);
    expect(first.stdout).toMatch(
      /^handed in: ada, 01-mini, attempt 1, 2026-10-01T10:00:00\.000Z, SHA-256 [0-9a-f]{16}\n$/,
    );
    expect(first.stderr).toContain('No cell was run');
    expect((await genlab('submit', good, '--as', 'ada', ...at)).stdout).toMatch(
      /^handed in before: ada, 01-mini, attempt 1/,
    );
    await genlab('submit', writeNotebook('second'), '--as', 'ADA', ...at);
    await genlab('submit', good, '--as', 'ada', ...at); // back to the first answer: that is an attempt of its own
    await graded(1);

    expect((await genlab('mark', 'ada', lesson, 'mini-scale', '1.5', '--comment', 'neat', ...at)).code).toBe(0);
    const students = JSON.parse((await genlab('class', 'students', '--json', ...at)).stdout) as object[];
    expect(students).toEqual([
      { student: 'ada', name: '', [lesson]: 1.5 },
      { student: 'bob', name: '', [lesson]: '' },
    ]);
    const [status] = JSON.parse((await genlab('class', 'status', '--json', ...at)).stdout) as object[];
    expect(status).toMatchObject({ lesson, students: 1, attempts: 3, graded: 3, waiting: 0 });

    expect((await genlab('feedback', ...at)).stdout).toMatch(/^1 page in /);
    expect(fs.readFileSync(room.places.feedback('ada', lesson), 'utf8')).toContain('neat');
    expect((await genlab('report', ...at)).stdout).toMatch(/^written: .*01-mini\.html\n$/);
    expect((await genlab('similarity', ...at)).stdout).toMatch(/^01-mini: 1 compared, 0 pairs worth a look: /);
    for (const name of ['01-mini.html', '01-mini-similarity.html']) {
      expect(fs.readFileSync(path.join(room.places.report, name), 'utf8')).toMatch(/^<!doctype html>/i);
    }
    expect((await genlab('export', ...at)).stdout).toMatch(/^2 files in .*export.csv\n$/);
    expect(fs.readFileSync(path.join(room.places.export, 'csv', 'scores.csv'), 'utf8')).toMatch(/ada.*1\.5/);
    for (const format of ['junit', 'gradescope', 'prairielearn', 'exercism', 'nbgrader']) {
      expect((await genlab('export', '--to', format, ...at)).code, format).toBe(0);
      expect(fs.readdirSync(path.join(room.places.export, format)).length).toBeGreaterThan(0);
    }
  });

  it('gets everything back when the gradebook is lost: attempts, results that are cached, marks', async () => {
    const at = ['--class', room.folder];
    await genlab('submit', good, '--as', 'ada', ...at);
    await genlab('mark', 'ada', lesson, 'mini-scale', '1.5', '--by', 'eve', ...at);
    const before = await room.gradebook('test', (book) => book.attempts());
    fs.truncateSync(room.places.gradebook, 5000);
    const refused = await genlab('class', 'status', ...at);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/is damaged[^]*genlab class rebuild/)]);
    const rebuilt = await genlab('class', 'rebuild', ...at);
    expect(rebuilt.stdout).toMatch(/The gradebook that was there is now .*\.aside\n1 attempt, 0 results, 1 mark\n/);
    expect(await room.gradebook('test', (book) => book.attempts())).toEqual(before);
  });

  it('takes a notebook in that a crash left in submitted/ without noting it', async () => {
    const file = path.join(room.places.submitted, 'bob', lesson, '2026-10-01T10-00-00.000Z.ipynb');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, notebook('left'));
    fs.writeFileSync(path.join(path.dirname(file), 'notes.txt'), 'x');
    const { adopt } = await import('../../../lib/grading/class/submit');
    const { attempts, strange } = await room.gradebook('test', (book) => adopt(room, book));
    expect(attempts).toMatchObject([{ student: 'bob', number: 1, submittedAt: '2026-10-01T10:00:00.000Z' }]);
    expect(strange).toEqual([`submitted/bob/${lesson}/notes.txt`]);
    expect((await room.gradebook('test', (book) => adopt(room, book))).attempts).toEqual([]);
  });

  it('releases a lesson, makes the class where there is none, and keeps what staff wrote into class.json', async () => {
    const folder = path.join(emptyFolder(), 'new', 'class');
    expect((await genlab('release', 'vae', '--class', folder, '--due', '2026-12-01', '--lang', 'zh')).code).toBe(0);
    const config = JSON.parse(fs.readFileSync(path.join(folder, 'class.json'), 'utf8')) as object;
    expect(config).toMatchObject({ languages: ['zh'], lessons: [{ slug: '04-vae', due: '2026-12-01' }] });
    expect(fs.existsSync(path.join(folder, 'release', 'zh', '04-vae.ipynb'))).toBe(true);
    fs.writeFileSync(path.join(folder, 'class.json'), JSON.stringify({ ...config, counts: 'last' }));
    const again = await genlab('release', 'vae', '--class', folder);
    expect(again.stdout).toContain('as before');
    expect(JSON.parse(fs.readFileSync(path.join(folder, 'class.json'), 'utf8'))).toMatchObject({ counts: 'last' });
  });
});
