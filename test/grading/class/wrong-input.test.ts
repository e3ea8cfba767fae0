import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClassRoom } from '../../../lib/grading/class';
import { genlab, lesson, makeClass, snapshot, writeNotebook } from './support';

let room: ClassRoom;
let good: string;
beforeEach(async () => {
  room = await makeClass({ students: [{ id: 'ada' }, { id: 'bob' }] });
  good = writeNotebook('ada.ipynb');
});
afterEach(() => void vi.restoreAllMocks());

type Case = [what: string, args: (at: string) => string[], code: number, message: RegExp, spoil?: () => void];

const wrong: Case[] = [
  ['no such folder', () => ['class', 'status', '--class', '/nowhere/class'], 1, /there is no folder \/nowhere\/class/],
  [
    'a folder that is no class',
    (at) => ['grade', '--class', path.join(at, 'release')],
    1,
    /is no class: it holds no class\.json/,
  ],
  ['a file for a class', (at) => ['feedback', '--class', path.join(at, 'class.json')], 1, /is not a folder/],
  [
    'class.json that is no JSON',
    (at) => ['class', 'status', '--class', at],
    1,
    /class\.json is not valid JSON/,
    () => fs.writeFileSync(room.places.config, '{ "name": '),
  ],
  [
    'class.json with a wrong key',
    (at) => ['class', 'status', '--class', at],
    1,
    /class\.json is wrong:\n {2}lesons: there is no such key/,
    () => fs.writeFileSync(room.places.config, '{ "name": "x", "lesons": [] }'),
  ],
  [
    'a due date that is none',
    (at) => ['class', 'status', '--class', at],
    1,
    /lessons\[0\]\.due: it is "tomorrow": no date/,
    () => fs.writeFileSync(room.places.config, '{ "name": "x", "lessons": [{ "slug": "04-vae", "due": "tomorrow" }] }'),
  ],
  [
    'a time zone that is none',
    (at) => ['class', 'status', '--class', at],
    1,
    /timeZone: it is "Mars\/Base": no time zone/,
    () => fs.writeFileSync(room.places.config, '{ "name": "x", "timeZone": "Mars/Base" }'),
  ],
  [
    'a student twice',
    (at) => ['class', 'status', '--class', at],
    1,
    /students\[1\]: ada is there twice/,
    () => fs.writeFileSync(room.places.config, '{ "name": "x", "students": [{ "id": "ada" }, { "id": "Ada" }] }'),
  ],
  ['a lesson that does not exist', (at) => ['grade', '--class', at, '99-none'], 1, /there is no lesson 99-none/],
  [
    'a lesson that was not released',
    (at) => ['grade', '--class', at, lesson],
    1,
    /01-mini is not released in this class[^]*genlab release 01-mini/,
    () => fs.rmSync(path.join(room.folder, 'release'), { recursive: true }),
  ],
  [
    'a lesson that was taken back',
    (at) => ['submit', good, '--as', 'ada', '--class', at],
    1,
    /01-mini is not released in this class: .*class\.json does not list it[^]*genlab release 01-mini/,
    () => {
      const { lessons: _, ...rest } = room.config;
      fs.writeFileSync(room.places.config, JSON.stringify(rest));
    },
  ],
  [
    'nothing released',
    (at) => ['feedback', '--class', at],
    1,
    /no lesson is released in this class/,
    () => fs.rmSync(path.join(room.folder, 'release'), { recursive: true }),
  ],
  ['nothing handed in', (at) => ['export', '--class', at], 1, /nothing was handed in/],
  [
    'an unknown student',
    (at) => ['submit', good, '--as', 'eve', '--class', at],
    1,
    /there is no student eve in this class/,
  ],
  ['a student called ..', (at) => ['submit', good, '--as', '..', '--class', at], 1, /cannot be a student's name here/],
  [
    'a missing file',
    (at) => ['submit', '/nowhere.ipynb', '--as', 'ada', '--class', at],
    1,
    /nowhere\.ipynb: There is no such file/,
  ],
  [
    'a folder for a notebook',
    (at) => ['submit', at, '--as', 'ada', '--class', at],
    1,
    /This is a folder, not a notebook/,
  ],
  [
    'a link for a notebook',
    (at) => ['submit', path.join(at, 'link.ipynb'), '--as', 'ada', '--class', at],
    1,
    /This is a link/,
    () => fs.symlinkSync(good, path.join(room.folder, 'link.ipynb')),
  ],
  [
    'a file that is no notebook',
    (at) => ['submit', path.join(at, 'x.ipynb'), '--as', 'ada', '--class', at],
    1,
    /not valid JSON.*name its lesson with --lesson/,
    () => fs.writeFileSync(path.join(room.folder, 'x.ipynb'), '{'),
  ],
  [
    'a notebook of something else',
    (at) => ['submit', path.join(at, 'x.ipynb'), '--as', 'ada', '--class', at],
    1,
    /holds no exercise of this course/,
    () => fs.writeFileSync(path.join(room.folder, 'x.ipynb'), '{"cells": [], "nbformat": 4, "metadata": {}}'),
  ],
  [
    'a time that is none',
    (at) => ['submit', good, '--as', 'ada', '--at', '31.12.', '--class', at],
    2,
    /--at: "31\.12\." is no date/,
  ],
  [
    'a time to come',
    (at) => ['submit', good, '--as', 'ada', '--at', '2199-01-01', '--class', at],
    2,
    /is in the future/,
  ],
  ['two files', (at) => ['submit', good, good, '--class', at], 2, /submit takes one notebook/],
  ['a source that is no archive', (at) => ['collect', good, '--class', at], 1, /is neither a folder nor a ZIP archive/],
  [
    'an archive that is none',
    (at) => ['collect', path.join(at, 'x.zip'), '--class', at],
    1,
    /is no ZIP archive that can be read/,
    () => fs.writeFileSync(path.join(room.folder, 'x.zip'), 'PK but not really'),
  ],
  [
    'a folder without notebooks',
    (at) => ['collect', path.join(at, 'empty'), '--class', at],
    1,
    /holds no notebook/,
    () => fs.mkdirSync(path.join(room.folder, 'empty')),
  ],
  ['no source', (at) => ['collect', '/nowhere', '--class', at], 1, /there is no \/nowhere/],
  [
    'a pattern without a student',
    (at) => ['collect', path.dirname(good), '--pattern', '(', '--class', at],
    2,
    /--pattern \(: it has no group/,
  ],
  [
    'names that cannot be read',
    (at) => ['collect', at, '--names', '/nowhere.csv', '--class', at],
    1,
    /there is no file \/nowhere\.csv/,
  ],
  [
    'points that are none',
    (at) => ['mark', 'ada', lesson, 'mini-scale', 'many', '--class', at],
    2,
    /many is no number of points/,
  ],
  [
    'an exercise that is none',
    (at) => ['mark', 'ada', lesson, 'mini-none', '1', '--class', at],
    1,
    /has no exercise mini-none\. Its exercises are mini-scale/,
  ],
  [
    'more points than there are',
    (at) => ['mark', 'ada', lesson, 'mini-scale', '9', '--class', at],
    1,
    /is worth 0 to 2 points, so 9 cannot be given/,
  ],
  [
    'a mark for nothing',
    (at) => ['mark', 'ada', lesson, 'mini-scale', '1', '--class', at],
    1,
    /ada handed in nothing for 01-mini/,
  ],
  [
    'workers that are none',
    (at) => ['grade', '--class', at, '--workers', '0'],
    2,
    /--workers is a whole number from 1 on, not 0/,
  ],
  ['options of a class for a file', () => ['grade', good, '--regrade'], 2, /go with --class FOLDER/],
  ['options of a file for a class', (at) => ['grade', '--class', at, '--lang', 'en'], 2, /are for single files/],
  ['a format that is none', (at) => ['export', '--class', at, '--to', 'xlsx'], 2, /for a class there are csv, junit/],
  [
    'a missing gradebook',
    (at) => ['submit', good, '--as', 'ada', '--class', at],
    1,
    /the gradebook .* is missing\. genlab class rebuild/,
    () => fs.rmSync(room.places.gradebook),
  ],
  [
    'a damaged gradebook',
    (at) => ['class', 'students', '--class', at],
    1,
    /is damaged .* Nothing was changed/,
    () => fs.truncateSync(room.places.gradebook, 5000),
  ],
  [
    'somebody else grading',
    (at) => ['grade', '--class', at, '--allow-weak-sandbox'],
    1,
    new RegExp(`is in use: process ${process.ppid} on .*, grading`),
    () => lockedBy(process.ppid),
  ],
];

function lockedBy(pid: number): void {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const born = `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  const owner = {
    pid,
    host: fs.readFileSync('/proc/sys/kernel/hostname', 'utf8').trim(),
    born,
    since: 'now',
    doing: 'grading',
  };
  fs.writeFileSync(room.places.gradingLock, JSON.stringify(owner));
}

describe('what is wrong is told, and nothing is changed by it', () => {
  it.each(wrong.map(([what, ...rest]) => ({ what, rest })))(
    '$what',
    async ({ what, rest: [args, code, message, spoil] }) => {
      if (what === 'somebody else grading' && process.platform !== 'linux') return; // reads /proc
      spoil?.();
      const before = snapshot(room.folder);
      const told = await genlab(...args(room.folder));
      expect(told.stderr).toMatch(message);
      expect(told.code).toBe(code);
      expect(told.stderr).not.toMatch(/\n\s+at /);
      expect(snapshot(room.folder)).toEqual(before);
    },
  );

  it.each([
    ['ENOSPC', 3, /the disk is full\. Make room/],
    ['EROFS', 3, /the disk is read-only/],
    ['EACCES', 1, /there is no permission/],
    ['EDQUOT', 3, /quota/],
  ])('a disk that says %s', async (errorCode, code, message) => {
    const before = snapshot(room.folder);
    const refuse = (): never => {
      throw Object.assign(new Error(`${errorCode}: on purpose`), { code: errorCode });
    };
    const open = fs.openSync;
    vi.spyOn(fs, 'openSync').mockImplementation(((file: string, ...rest: [string]) =>
      file.includes(`${path.sep}submitted${path.sep}`) ? refuse() : open(file, ...rest)) as typeof fs.openSync);
    const told = await genlab('submit', good, '--as', 'ada', '--class', room.folder);
    vi.restoreAllMocks();
    expect([told.code, told.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(snapshot(room.folder)).toEqual(before);
    expect((await genlab('submit', good, '--as', 'ada', '--class', room.folder)).code).toBe(0);
  });

  it('says in the help of every command what its exit codes mean', async () => {
    for (const name of ['class', 'release', 'submit', 'collect', 'grade', 'mark', 'feedback']) {
      const { stdout } = await genlab(name, '--help');
      expect(stdout, name).toMatch(/Exit codes: 0 [^]*; 1 [^]*2 wrong usage; 3 [^]*130 interrupted/);
    }
  });
});
