import fs from 'node:fs';
import path from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../lib/grading/class';
import { claimOf, Owners, readNames } from '../../../lib/grading/class/owners';
import { emptyFolder, lesson, makeClass, notebook, snapshot } from './support';

interface Entry {
  readonly name: string;
  readonly text: string | Buffer;
  readonly mtime?: Date;
  readonly mode?: number;
}

/** A ZIP archive with exactly these names, hostile ones too. */
function zip(entries: readonly Entry[]): Buffer {
  const files = entries.map(({ name, text, mtime = new Date('2026-10-01T10:00:00Z'), mode = 0o100644 }) => {
    const options = { mtime, os: 3, attrs: (mode << 16) >>> 0 };
    return [name, [new Uint8Array(Buffer.from(text)), options]] as const;
  });
  return Buffer.from(zipSync(Object.fromEntries(files) as unknown as Zippable));
}

function zipFile(entries: readonly Entry[]): string {
  const file = path.join(emptyFolder(), 'submissions.zip');
  fs.writeFileSync(file, zip(entries));
  return file;
}

function folderOf(files: Record<string, string>): string {
  const folder = emptyFolder();
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const ada = { id: 'ada', name: 'Ada Lovelace', email: 'al@example.org' };
const zhang = { id: 'zhang.san', name: '张三' };

describe('whose a file is', () => {
  it.each<[string, string, string, string?]>([
    ['Moodle, a folder each', 'Ada Lovelace_123456_assignsubmission_file_/01-mini.ipynb', 'Ada Lovelace', '123456'],
    ['Moodle, flat', 'Ada Lovelace_123456_assignsubmission_file_01-mini.ipynb', 'Ada Lovelace', '123456'],
    ['Moodle, a Chinese name', '张三_77_assignsubmission_file_/课程.ipynb', '张三', '77'],
    ['Canvas', 'lovelaceada_4711_99887_01-mini.ipynb', 'lovelaceada', '4711'],
    ['Canvas, late and again', 'lovelaceada_LATE_4711_99887_01-mini-1.ipynb', 'lovelaceada', '4711'],
    ['Blackboard', '01 Mini_ada_attempt_2026-10-01-12-30-59_01-mini.ipynb', 'ada'],
    ['a folder each', 'ada/01-mini.ipynb', 'ada'],
    ['nbgrader', 'ada/01-mini/01-mini.ipynb', 'ada'],
    ['student first', 'ada_01-mini.ipynb', 'ada'],
    ['lesson first', '01-mini_ada.ipynb', 'ada'],
    ['the student alone', 'ada.ipynb', 'ada'],
  ])('%s', (_, file, name, number) => {
    expect(claimOf(file)).toMatchObject({ name, ...(number ? { number } : {}) });
  });

  it('knows a student by name, in any order, by mail and by id', async () => {
    const owners = new Owners(await makeClass({ students: [ada, zhang] }));
    const names = ['Ada Lovelace', 'ada lovelace', 'Lovelace, Ada', 'lovelaceada', 'AL@example.org', 'ADA'];
    for (const name of names) expect(owners.find({ name, file: '' }), name).toEqual({ student: 'ada' });
    expect(owners.find({ name: '张三', file: '' })).toEqual({ student: 'zhang.san' });
    expect(owners.find({ name: 'Grace', file: '' })).toEqual({ why: 'there is no student "Grace" in the class' });
  });

  it('says where a name fits two', async () => {
    const twins = [ada, { id: 'ada2', name: 'Ada Lovelace' }];
    const owners = new Owners(await makeClass({ students: twins }));
    expect(owners.find({ name: 'Ada Lovelace', file: '' })).toEqual({ why: '"Ada Lovelace" may be ada or ada2' });
  });

  it('reads a table of names, with and without a heading, and refuses a name for two', () => {
    const names = [...readNames('\uFEFFname;x,id,mail\nAda L.,ada,al@example.org\n', 'n.csv')];
    expect(names).toEqual([
      ['ada l', 'ada'],
      ['al example org', 'ada'],
    ]);
    expect([...readNames('"Lovelace, Ada",ada\n', 'n.csv')]).toEqual([['lovelace ada', 'ada']]);
    expect(() => readNames('Ada,ada\nada,bob\n', 'n.csv')).toThrow('ada stands for both ada and bob');
    expect(() => readNames('Ada,../x\n', 'n.csv')).toThrow(`cannot be a student's name`);
    expect(() => readNames('"Ada,ada\n', 'n.csv')).toThrow('n.csv cannot be read as CSV');
  });
});

describe('genlab collect', () => {
  it('takes in what Moodle hands out, with the time of each file; twice is once', async () => {
    const room = await makeClass({ students: [ada, zhang] });
    const source = zipFile([
      { name: 'Ada Lovelace_1_assignsubmission_file_/a.ipynb', text: notebook('a') },
      {
        name: '张三_2_assignsubmission_file_/01-mini.ipynb',
        text: notebook('z'),
        mtime: new Date('2026-10-02T08:00:00Z'),
      },
      { name: 'Grace Hopper_3_assignsubmission_file_/a.ipynb', text: notebook('g') },
      { name: 'Ada Lovelace_1_assignsubmission_file_/readme.txt', text: 'hello' },
    ]);
    const first = await collect(room, source);
    expect(first.attempts.map(({ student, submittedAt }) => [student, submittedAt])).toEqual([
      ['ada', '2026-10-01T10:00:00.000Z'],
      ['zhang.san', '2026-10-02T08:00:00.000Z'],
    ]);
    expect(first.left.join('\n')).toMatch(
      /1 files that are no notebooks \(.*readme\.txt\)[^]*no student "Grace Hopper"/,
    );
    const before = snapshot(path.join(room.folder, 'submitted'));
    expect(Object.keys(before)).toEqual([
      path.join('ada', lesson, '2026-10-01T10-00-00.000Z.ipynb'),
      path.join('zhang.san', lesson, '2026-10-02T08-00-00.000Z.ipynb'),
    ]);
    expect(await collect(room, source)).toMatchObject({ attempts: [], known: 2 });
    expect(snapshot(path.join(room.folder, 'submitted'))).toEqual(before);
  });

  it('writes nothing outside, whatever an archive calls its files', async () => {
    const room = await makeClass();
    const outside = path.dirname(room.folder);
    const before = fs.readdirSync(outside);
    const inner = zip([
      { name: 'ada/../../evil.ipynb', text: notebook('inner evil') },
      { name: 'x/inner.ipynb', text: notebook('inner') },
    ]);
    const source = zipFile([
      { name: '../../../tmp/evil.ipynb', text: notebook('up') },
      { name: '/tmp/evil.ipynb', text: notebook('absolute') },
      { name: 'C:/evil.ipynb', text: notebook('drive') },
      { name: 'bob/link.ipynb', text: '/etc/passwd', mode: 0o120777 },
      { name: 'cy/nested.zip', text: inner },
      { name: 'ada/01-mini.ipynb', text: notebook('good') },
      { name: '__MACOSX/ada/._01-mini.ipynb', text: 'x' },
    ]);
    const { attempts, left } = await collect(room, source);
    expect(attempts.map(({ student }) => student).sort()).toEqual(['ada', 'cy']);
    const told = left.join('\n');
    for (const name of [
      '../../../tmp/evil.ipynb',
      '/tmp/evil.ipynb',
      'C:/evil.ipynb',
      'cy/nested.zip/ada/../../evil.ipynb',
    ]) {
      expect(told).toContain(`${name}: its name leads out of the archive`);
    }
    expect(told).toContain('bob/link.ipynb: it is a link');
    expect(fs.readdirSync(outside)).toEqual(before);
    expect(fs.existsSync('/tmp/evil.ipynb')).toBe(false);
  });

  it('takes a folder: links and odd names are left, broken notebooks are taken where their lesson is known', async () => {
    const room = await makeClass();
    const source = folderOf({
      'ada/01-mini.ipynb': notebook('a'),
      'bob/01-mini.ipynb': '{ broken',
      'cy/homework.ipynb': '{ broken',
      'con/01-mini.ipynb': notebook('device'),
      'ada/.ipynb_checkpoints/01-mini-checkpoint.ipynb': notebook('old'),
      'dan/other.ipynb': '{"cells": [], "nbformat": 4}',
    });
    fs.symlinkSync('/etc/hostname', path.join(source, 'eve.ipynb'));
    const { attempts, left, warnings } = await collect(room, source);
    expect(attempts.map(({ student }) => student).sort()).toEqual(['ada', 'bob']);
    expect(warnings.join('\n')).toMatch(/bob\/01-mini\.ipynb: .*not valid JSON.*It will score 0/);
    const told = left.join('\n');
    expect(told).toMatch(/cy\/homework\.ipynb: .*Name the lesson with --lesson/);
    expect(told).toMatch(/con\/01-mini\.ipynb: "con" cannot be made a student's name/);
    expect(told).toMatch(/dan\/other\.ipynb: it holds no exercise of this course/);
    expect(told).toMatch(/eve\.ipynb: it is a link/);
    const again = await collect(room, source, { lesson });
    expect(again.attempts.map(({ student }) => student).sort()).toEqual(['cy', 'dan']);
  });

  it('refuses to mix two people whom the platform tells apart', async () => {
    const room = await makeClass();
    const source = zipFile([
      { name: 'Ada Lovelace_1_assignsubmission_file_/a.ipynb', text: notebook('one') },
      { name: 'Ada Lovelace_2_assignsubmission_file_/a.ipynb', text: notebook('two') },
    ]);
    const { attempts, left } = await collect(room, source);
    expect(attempts.map(({ student }) => student)).toEqual(['ada-lovelace']);
    expect(left.join()).toMatch(/"Ada Lovelace" \(1\) and "Ada Lovelace" \(2\) would both be ada-lovelace/);
    const names = new Map([
      ['1', 'ada'],
      ['2', 'ada2'],
    ]);
    const told = await collect(await makeClass(), source, { names });
    expect(told.attempts.map(({ student }) => student)).toEqual(['ada', 'ada2']);
  });

  it('does not believe a clock that is wrong', async () => {
    const room = await makeClass();
    const source = folderOf({ 'ada/01-mini.ipynb': notebook('a'), 'bob/01-mini.ipynb': notebook('b') });
    fs.utimesSync(path.join(source, 'ada/01-mini.ipynb'), 0, 0);
    fs.utimesSync(path.join(source, 'bob/01-mini.ipynb'), 5e9, 5e9);
    const started = new Date().toISOString();
    const { attempts, warnings } = await collect(room, source);
    expect(attempts.every(({ submittedAt }) => submittedAt >= started)).toBe(true);
    expect(warnings.filter((text) => /its time cannot be right \((1970|2128)/.test(text))).toHaveLength(2);
  });
});
