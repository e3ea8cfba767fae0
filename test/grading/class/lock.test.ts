import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../../lib/grading/class/lock';
import { emptyFolder } from './support';

const fresh = (): string => path.join(emptyFolder(), 'x.lock');
const owner = (file: string): { pid: number; doing: string } => JSON.parse(fs.readFileSync(file, 'utf8'));
const write = (file: string, content: object | string): void =>
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
const gonePid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('a lock', () => {
  it('names its owner, refuses others, and opens when it is given back', async () => {
    const file = fresh();
    const lock = await takeLock(file, 'grading');
    expect(owner(file)).toMatchObject({ pid: process.pid, host: os.hostname(), doing: 'grading' });
    await expect(takeLock(file, 'me too')).rejects.toThrow(
      new RegExp(`is in use: process ${process.pid} on .*, grading, since .*Wait until it is done`),
    );
    lock.release();
    (await takeLock(file, 'me too')).release();
    expect(fs.existsSync(file)).toBe(false);
  });

  it('waits for an owner that is at work', async () => {
    const file = fresh();
    const lock = await takeLock(file, 'first');
    setTimeout(() => lock.release(), 50);
    (await takeLock(file, 'second', 30)).release();
  });

  it.each<[string, () => object | string]>([
    ['is dead', () => ({ pid: gonePid(), host: os.hostname(), born: 'x', since: '', doing: 'was killed' })],
    ['has its number from one that is dead', () => ({ pid: process.pid, host: os.hostname(), born: 'long ago' })],
    ['cannot be read', () => 'not json'],
  ])('is taken over when its owner %s', async (_, left) => {
    const file = fresh();
    write(file, left());
    const lock = await takeLock(file, 'next');
    expect(owner(file)).toMatchObject({ pid: process.pid, doing: 'next' });
    lock.release();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it('of another machine is left, with the way to open it', async () => {
    const file = fresh();
    write(file, { pid: 1, host: 'elsewhere', born: 'x', since: '2026-10-01', doing: 'grading' });
    await expect(takeLock(file, 'next')).rejects.toThrow(`delete ${file}`);
    expect(fs.existsSync(file)).toBe(true);
  });

  it('of an owner that was killed just now goes to exactly one of many', async () => {
    const file = fresh();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    write(file, { pid: child.pid, host: os.hostname(), born: 'x' });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const taken = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => takeLock(file, `taker ${i}`)));
    const holders = taken.filter((one) => one.status === 'fulfilled');
    expect(holders).toHaveLength(1);
    holders.forEach((one) => one.value.release());
  });
});
