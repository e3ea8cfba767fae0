/** A class graded on 2 workers: submissions a minute and memory; the good ones beside nbgrader's autograde. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ClassRoom, classTools } from '../lib/grading';
import { type Bench, type BenchOptions, row, type Row } from './support/bench';
import { nbgraderRate } from './support/nbgrader';
import { submissionsOf } from './support/submissions';

const slug = '04-vae';
const workers = 2;
/** Good submissions that both grade: nbgrader takes seconds for each. */
const beside = 6;

export const bench: Bench = {
  summary: 'submissions graded in a minute on 2 workers, and what that does to memory (--submissions N, default 300)',
  peer: "nbgrader's autograde with our kernel, on the same good submissions",
  async run(say, { submissions = 300 }: BenchOptions = {}) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-bench-'));
    try {
      const good = (await submissionsOf(slug, beside, 'good')).map(({ text }) => text);
      const ours = await gradeAll(path.join(folder, 'good'), good, (text) => say(`good: ${text}`));
      const files = good.map((text, i) => {
        const file = path.join(folder, `${i}.ipynb`);
        fs.writeFileSync(file, text);
        return file;
      });
      say(`nbgrader autogrades ${beside}`);
      const peer = await peerRate(files, say);
      const rows: Row[] = [
        row(
          `good submissions a minute, ${workers} workers; ${peer?.name ?? 'nbgrader'}`,
          ours.perMinute,
          peer?.perMinute ?? null,
          '/min',
        ),
      ];
      const mixed = (await submissionsOf(slug, submissions)).map(({ text }) => text);
      const all = await gradeAll(path.join(folder, 'mixed'), mixed, (text) => say(`mixed: ${text}`));
      rows.push(
        row(`${submissions} submissions, good, partial, broken and hostile, a minute`, all.perMinute, null, '/min'),
        row('memory of grader and workers, at most', all.megabytes, null, 'MB'),
        row('its growth in 100 submissions, over the second half', all.growth, null, 'MB'),
      );
      return rows;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function peerRate(
  files: readonly string[],
  say: (text: string) => void,
): Promise<{ perMinute: number; name: string } | undefined> {
  try {
    const { perMinute, version } = await nbgraderRate(files, { lesson: slug });
    return { perMinute, name: `nbgrader ${version}` };
  } catch (error) {
    say(`nbgrader does not run here: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    return undefined;
  }
}

interface Measured {
  readonly perMinute: number;
  readonly megabytes: number;
  /** Megabytes for each 100 submissions. */
  readonly growth: number;
}

async function gradeAll(folder: string, notebooks: readonly string[], say: (text: string) => void): Promise<Measured> {
  const { gradeClass, initClass, releaseLessons } = await classTools();
  let room: ClassRoom = await initClass(folder, { name: 'bench' });
  await releaseLessons(room, [slug]);
  room = await initClass(folder);
  notebooks.forEach((text, i) => {
    const file = path.join(room.places.submitted, `student${i}`, slug, '2026-10-01T10-00-00Z.ipynb');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  });
  const memory: { done: number; megabytes: number }[] = [];
  const began = performance.now();
  const graded = await gradeClass(room, {
    workers,
    allowWeakSandbox: true,
    onProgress: ({ graded: done, total }) => {
      say(`${done} of ${total}`);
      memory.push({ done, megabytes: megabytesOf(process.pid) });
    },
  });
  if (graded.failures.length > 0 || graded.left > 0)
    throw new Error(`not graded: ${JSON.stringify(graded.failures[0])}`);
  return {
    perMinute: (notebooks.length / (performance.now() - began)) * 60_000,
    megabytes: Math.max(...memory.map((one) => one.megabytes)),
    growth: slope(memory.filter((one) => one.done > notebooks.length / 2)) * 100,
  };
}

/** Resident megabytes of a process and its workers, without the sandboxes; 0 where the system does not tell. */
function megabytesOf(pid: number): number {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const below = pid === process.pid ? children.map((child) => megabytesOf(Number(child))) : [];
    return below.reduce((all, one) => all + one, (pages * 4096) / 2 ** 20);
  } catch {
    return 0;
  }
}

/** Least squares. */
function slope(points: readonly { done: number; megabytes: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(points.map(({ done }) => done)), mean(points.map(({ megabytes }) => megabytes))];
  const over = points.reduce((all, one) => all + (one.done - x) * (one.megabytes - y), 0);
  const under = points.reduce((all, one) => all + (one.done - x) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
