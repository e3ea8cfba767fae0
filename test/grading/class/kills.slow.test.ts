import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { gradeClass, type ClassRoom, submit } from '../../../lib/grading/class';
import type { StoredAttempt } from '../../../lib/grading/class/gradebook';
import { answering, miniNotebook, solutionOf } from '../support';
import { makeClass, notebook, writeNotebook } from './support';

vi.setConfig({ testTimeout: 1_200_000, hookTimeout: 600_000 }); // the machine may be busy

const root = path.resolve(__dirname, '../../..');
const kills = 24;
const students = 6;

async function fill(room: ClassRoom): Promise<void> {
  const wrong = answering({ 'mini-scale': solutionOf('mini-scale').replace('half(1)', '0.4') });
  for (let i = 0; i < students; i++) {
    const kinds = [miniNotebook(), wrong, miniNotebook('student')];
    const text = i % 4 === 3 ? `{ broken ${i}` : notebook(`${i}`, kinds[i % 4]);
    await submit(room, writeNotebook(`${i}.ipynb`, text), `student${i}`, {
      lesson: '01-mini',
      at: '2026-10-01T10:00:00Z',
    });
  }
}

/** Grades in a process of its own, as the command does. */
function grader(room: ClassRoom): ChildProcess {
  const script = `
    require(${JSON.stringify(path.join(root, 'lib/setup/register.js'))});
    const { main } = require(${JSON.stringify(path.join(root, 'lib/cli.ts'))});
    main(['grade', '--class', ${JSON.stringify(room.folder)}, '--workers', '2', '--allow-weak-sandbox'])
      .then((code) => process.exit(code));`;
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** Every process below one, as Linux tells it. */
function below(pid: number): number[] {
  try {
    const children = fs
      .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return children.flatMap((child) => [child, ...below(child)]);
  } catch {
    return [];
  }
}

/** What a result says, without when and how fast. */
const told = ({ student, hash, number, result }: StoredAttempt): object => ({
  student,
  hash,
  number,
  result: { ...result, seconds: 0 },
});

const look = (room: ClassRoom): Promise<{ attempts: StoredAttempt[]; gradings: number[] }> =>
  room.gradebook('test', (book) => ({ attempts: book.attempts(), gradings: [...book.gradings().values()] }));

/** Numbers that look random and are the same each time. */
function* chances(seed: number): Generator<number> {
  for (let x = seed; ; x = (x * 48271) % 2147483647) yield x / 2147483647;
}

describe('a grader that is killed', () => {
  let room: ClassRoom;
  let undisturbed: object[];
  beforeAll(async () => {
    room = await makeClass({ secret: 'the same' });
    await fill(room);
    const quiet = await makeClass({ secret: 'the same' });
    await fill(quiet);
    const graded = await gradeClass(quiet, { workers: 2, allowWeakSandbox: true });
    expect(graded).toMatchObject({ graded: students, failed: 0, left: 0 });
    undisturbed = (await look(quiet)).attempts.map(told);
  });

  it(`at ${kills} moments, itself or a process of its, has lost nothing and doubled nothing in the end`, async () => {
    const chance = chances(7);
    const next = (): number => chance.next().value as number;
    let killed = 0;
    let span = 500;
    for (let run = 0; run < 200 && killed < kills; run++) {
      const child = grader(room);
      const done = ended(child);
      await new Promise((resolve) => setTimeout(resolve, next() * span));
      // Every third time a worker or what it started, and then the grader itself.
      const others = child.pid === undefined ? [] : below(child.pid);
      if (run % 3 === 2 && others.length) process.kill(others[Math.floor(next() * others.length)], 'SIGKILL');
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        killed++;
      }
      await done;
      const { attempts, gradings } = await look(room);
      expect(attempts).toHaveLength(students);
      expect(Math.max(0, ...gradings)).toBeLessThanOrEqual(1);
      const open = attempts.filter(({ wanted }) => wanted !== undefined).length;
      // Reaches ever further into a run; and starts over once all is graded, so that kills meet work.
      span = open > 0 ? Math.min(span * 1.25, 20_000) : 500;
      if (open === 0) await again(room);
    }
    expect(killed).toBeGreaterThanOrEqual(20);
    const last = grader(room);
    expect(await ended(last)).toBe(0);
    const { attempts, gradings } = await look(room);
    expect(attempts.map(told)).toEqual(undisturbed);
    expect(gradings).toEqual(Array(students).fill(1));
  });

  it('whose workers are killed again and again still grades all, once each', async () => {
    await again(room);
    const stop = new AbortController();
    const hunt = setInterval(() => {
      const workers = below(process.pid).filter((pid) => commandOf(pid).includes('class/worker.ts'));
      const [victim] = workers;
      if (victim !== undefined && hunted++ < 2) process.kill(victim, 'SIGKILL');
    }, 3000);
    let hunted = 0;
    const graded = await gradeClass(room, { workers: 2, allowWeakSandbox: true, signal: stop.signal });
    clearInterval(hunt);
    expect(graded).toMatchObject({ graded: students, failures: [], left: 0 });
    const { attempts, gradings } = await look(room);
    expect(attempts.map(told)).toEqual(undisturbed);
    expect(gradings).toEqual(Array(students).fill(1));
  });
});

/** Makes the class as it was before anything was graded. */
async function again(room: ClassRoom): Promise<void> {
  fs.rmSync(room.places.cache, { recursive: true, force: true });
  fs.rmSync(room.places.gradebook);
  const { rebuildGradebook } = await import('../../../lib/grading/class');
  await rebuildGradebook(room);
}

function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
