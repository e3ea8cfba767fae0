import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { exportCsv, exportJUnit, exportNbgrader } from '../../../lib/grading/formats';
import { attempt, check, exerciseResult, final, result } from './records';

const results = {
  attempts: [attempt('bob'), attempt('ann', { number: 1 }), attempt('ann')],
  finals: [final('bob'), final('ann'), final('-cmd', { attempt: 0, raw: 0, penalty: 0, score: 0 })],
};

const rows = (text: string): Record<string, string>[] => parse(text, { columns: true, bom: true });

describe('CSV', () => {
  const [scores, checks] = exportCsv(results);

  it('has a row for each student, with the exercises of each lesson', () => {
    expect(scores.name).toBe('scores.csv');
    expect(rows(scores.text)).toEqual([
      expect.objectContaining({ student: "'-cmd", score: '0', max: '7.5', '04-vae attempt': '0', '04-vae kl': '' }),
      expect.objectContaining({
        student: 'ann',
        score: '1.75',
        '04-vae raw': '2',
        '04-vae penalty': '0.25',
        '04-vae submitted_at': '2026-11-01T08:00:00.000Z',
        '04-vae kl': '1.5',
        '04-vae sample': '0',
        '04-vae why': '0.5',
      }),
      expect.objectContaining({ student: 'bob' }),
    ]);
  });

  it('has a row for each check, and one for what a person gave', () => {
    const ann = rows(checks.text).filter(({ student }) => student === 'ann');
    expect(ann).toHaveLength(7);
    expect(ann[1]).toMatchObject({
      exercise: 'kl',
      check: 'is the closed form',
      earned: '0.5',
      points: '1.5',
      cause: 'wrong',
      reason: expect.stringContaining('\nThe second line, with "quotes", a, comma & <tags>.'),
    });
    expect(ann[6]).toMatchObject({
      exercise: 'why',
      earned: '0.5',
      reason: '好，但不完整',
      given_by: 'ta@example.org',
    });
  });

  it('never starts a field with what a spreadsheet would run', () => {
    for (const { text } of exportCsv(results)) {
      for (const row of parse(text)) {
        for (const field of row) expect(field).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }
    }
    expect(checks.text).toContain(`"'=HYPERLINK(""http://evil"")"`);
  });

  it('ends every row in CR LF and quotes what RFC 4180 wants quoted', () => {
    const bare = checks.text.replace(/"([^"]|"")*"/g, '');
    expect(bare.replaceAll('\r\n', '')).not.toMatch(/[\r\n"]/);
    expect(checks.text.endsWith('\r\n')).toBe(true);
  });

  it('starts with a byte order mark only where asked', () => {
    expect(scores.text.startsWith('student')).toBe(true);
    expect(exportCsv(results, { bom: true }).map(({ text }) => text.codePointAt(0))).toEqual([0xfeff, 0xfeff]);
  });

  it('leaves an excused lesson out of the total, and lessons that a student has not been in empty', () => {
    const finals = [
      final('ann', { excused: true }),
      final('ann', { lesson: '05-gan', score: 3, maxScore: 4 }),
      final('bob', { lesson: '05-gan', score: 2, maxScore: 4 }),
    ];
    const [ann, bob] = rows(exportCsv({ attempts: [], finals })[0].text);
    expect(ann).toMatchObject({ score: '3', max: '4', '04-vae score': '', '05-gan score': '3' });
    expect(bob).toMatchObject({ score: '2', '04-vae score': '', '04-vae max': '' });
  });

  it('has the columns of nbgrader export', () => {
    const [{ name, text }] = exportNbgrader(results, { dueAt: { '04-vae': '2026-10-31T23:59:00Z' } });
    expect(name).toBe('grades.csv');
    expect(text.split('\r\n')[0]).toBe(
      'assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score',
    );
    expect(rows(text)[1]).toMatchObject({
      assignment: '04-vae',
      duedate: '2026-10-31 23:59:00',
      timestamp: '2026-11-01 08:00:00',
      student_id: 'ann',
      raw_score: '2',
      late_submission_penalty: '0.25',
      score: '1.75',
    });
  });
});

describe('JUnit', () => {
  const xsd = fs.readFileSync(path.join(__dirname, 'junit.xsd'), 'utf8');
  const faults = async (text: string): Promise<string[]> => {
    const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: text }], schema: [xsd] });
    return errors.map(({ message }) => message);
  };
  const [{ name, text }] = exportJUnit(results);
  const ann = text.slice(text.indexOf('<testsuite name="04-vae/ann"'), text.indexOf('<testsuite name="04-vae/bob"'));

  it('is valid, whatever students print', async () => {
    expect(name).toBe('junit.xml');
    expect(await faults(text)).toEqual([]);
    expect(text.replace(/[\t\n\r]/g, '')).not.toMatch(/\p{Cc}|\p{Cs}/u);
  });

  it('is measured against a schema that finds faults', async () => {
    expect(await faults(text.replace('errors=', 'erors='))).not.toEqual([]);
    expect(await faults(text.replace('(by hand)', '\u0001'))).not.toEqual([]);
  });

  it('tells code that stopped from answers that are wrong', () => {
    expect(ann).toMatch(/tests="7" failures="4" errors="2" skipped="0"/);
    expect(ann).toMatch(/name="is the closed form"[^]*?<failure message="Numbers differ[^"]*" type="wrong">/);
    expect(ann).toMatch(/name="=HYPERLINK[^]*?<error message="@SUM\(A1\)\[31m half" type="threw">/);
    expect(ann).toMatch(/name="ends"[^]*?<error [^>]*type="timeout">/);
  });

  it('counts what nobody has marked yet as skipped, and nothing handed in as an error', () => {
    const [one] = exportJUnit({ attempts: [attempt('ann', { marks: [] })], finals: [final('ann')] });
    expect(one.text).toContain('<skipped message="scored by a person"/>');
    expect(text).toMatch(/name="04-vae\/-cmd" tests="1" failures="0" errors="1"/);
    expect(text).toContain('<error message="Nothing was handed in.">');
  });

  it('makes an error of a file that could not be read, so that no reader takes it for passed', async () => {
    const broken = result({ lesson: undefined, exercises: [], notes: ['The file is empty.'] });
    const [one] = exportJUnit({ attempts: [attempt('ann', { result: broken, marks: [] })], finals: [final('ann')] });
    expect(one.text).toMatch(/errors="1"[^]*<error message="The file is empty.">/);
    expect(await faults(one.text)).toEqual([]);
  });

  it('passes where all points are earned, and is valid for no student at all', async () => {
    const whole = result({ exercises: [exerciseResult('kl', [check('right')])] });
    const [one] = exportJUnit({ attempts: [attempt('ann', { result: whole, marks: [] })], finals: [final('ann')] });
    expect(one.text).toMatch(/tests="1" failures="0" errors="0" skipped="0"/);
    expect(await faults(exportJUnit({ attempts: [], finals: [] })[0].text)).toEqual([]);
  });
});
