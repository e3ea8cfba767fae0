/**
 * JUnit-style XML after the common form that https://github.com/testmoapp/junitxml describes: one file, a suite for each
 * student and lesson, a case for each check. For course staff and their CI: hidden checks are named.
 */
import type { Cause, CheckResult } from '../results';
import { points } from '../text';
import { entriesOf, passed, type ClassResults, type Entry, type ExportedFile } from './entries';

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly properties: readonly (readonly [string, string])[];
  readonly outcome?: { readonly tag: 'failure' | 'error' | 'skipped'; readonly type?: string; readonly text: string };
}

export function exportJUnit(results: ClassResults): ExportedFile[] {
  const entries = entriesOf(results);
  const suites = entries.map((entry) => ({ entry, cases: casesOf(entry) }));
  const all = suites.flatMap(({ cases }) => cases);
  const root = { name: 'genlab', ...counts(all), time: seconds(entries) };
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(root)}>`,
    ...suites.map(({ entry, cases }) => suiteXml(entry, cases)),
    '</testsuites>\n',
  ].join('\n');
  return [{ name: 'junit.xml', text }];
}

/** An error is code that stopped, whatever the reason; a failure is an answer that came and is wrong. */
const tagOf = (cause: Cause | undefined): 'failure' | 'error' =>
  cause === undefined || cause === 'wrong' || cause === 'missing' ? 'failure' : 'error';

function casesOf({ final, attempt, exercises, marks }: Entry): Case[] {
  const classOf = (gradeId: string): string => `${final.lesson}.${gradeId}`;
  const cases = exercises.flatMap(({ gradeId, checks, manual }): Case[] => {
    if (manual && !marks.has(gradeId)) {
      const outcome = { tag: 'skipped', text: 'scored by a person' } as const;
      return [{ name: gradeId, classname: classOf(gradeId), properties: [], outcome }];
    }
    return checks.map((check) => checkCase(check, classOf(gradeId)));
  });
  const given = [...marks.values()].map(({ gradeId, ...mark }): Case => ({
    name: `${gradeId} (by hand)`,
    classname: classOf(gradeId),
    properties: [
      ['earned', points(mark.points)],
      ['points', points(mark.maxPoints)],
      ['by', mark.by],
    ],
    ...(mark.points < mark.maxPoints
      ? { outcome: { tag: 'failure' as const, type: 'by hand', text: mark.comment ?? mark.rubric.join(', ') } }
      : {}),
  }));
  if (cases.length || given.length) return [...cases, ...given];
  // Without a case, readers take the suite for passed.
  const notes = attempt?.result?.notes.join('\n');
  const text = attempt ? notes || 'This attempt has not been graded yet.' : 'Nothing was handed in.';
  return [{ name: final.lesson, classname: final.lesson, properties: [], outcome: { tag: 'error', text } }];
}

function checkCase(check: CheckResult, classname: string): Case {
  const text = [check.reason, check.hint && `Hint: ${check.hint}`].filter(Boolean).join('\n');
  return {
    name: check.name,
    classname,
    properties: [
      ['earned', points(check.earned)],
      ['points', points(check.points)],
      ...(check.hidden ? [['hidden', 'true'] as const] : []),
    ],
    ...(passed(check) ? {} : { outcome: { tag: tagOf(check.cause), type: check.cause ?? 'wrong', text } }),
  };
}

const counts = (cases: readonly Case[]): Record<string, number> => {
  const count = (tag: string): number => cases.filter(({ outcome }) => outcome?.tag === tag).length;
  const skipped = count('skipped');
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped,
    assertions: cases.length - skipped,
  };
};

const seconds = (entries: readonly Entry[]): string =>
  entries.reduce((sum, { attempt }) => sum + (attempt?.result?.seconds ?? 0), 0).toFixed(3);

function suiteXml(entry: Entry, cases: readonly Case[]): string {
  const { final, attempt, exercises } = entry;
  const suite = {
    name: `${final.lesson}/${final.student}`,
    ...counts(cases),
    time: seconds([entry]),
    ...(attempt
      ? { timestamp: (attempt.gradedAt ?? attempt.submittedAt).replace(/(\.\d+)?Z$/, ''), file: attempt.file }
      : {}),
  };
  const properties = [
    ['student', final.student],
    ['attempt', String(final.attempt)],
    ['score', points(final.score)],
    ['max_score', points(final.maxScore)],
    ['penalty', points(final.penalty)],
  ] as const;
  const notes = [...(attempt?.result?.notes ?? []), ...exercises.flatMap(({ notes }) => notes)];
  return [
    `  <testsuite${attributes(suite)}>`,
    propertiesXml(properties, '    '),
    ...cases.map(caseXml),
    ...(notes.length ? [`    <system-out>${escapeXml(notes.join('\n'))}</system-out>`] : []),
    '  </testsuite>',
  ].join('\n');
}

function caseXml({ name, classname, properties, outcome }: Case): string {
  const open = `    <testcase${attributes({ name, classname, assertions: outcome?.tag === 'skipped' ? 0 : 1, time: 0 })}`;
  const inside = [
    ...(properties.length ? [propertiesXml(properties, '      ')] : []),
    ...(outcome ? [outcomeXml(outcome)] : []),
  ];
  return inside.length ? [`${open}>`, ...inside, '    </testcase>'].join('\n') : `${open}/>`;
}

function outcomeXml({ tag, type, text }: NonNullable<Case['outcome']>): string {
  const [message] = text.split('\n');
  if (tag === 'skipped') return `      <skipped${attributes({ message })}/>`;
  return `      <${tag}${attributes({ message, ...(type ? { type } : {}) })}>${escapeXml(text)}</${tag}>`;
}

const propertiesXml = (pairs: readonly (readonly [string, string])[], indent: string): string =>
  [
    `${indent}<properties>`,
    ...pairs.map(([name, value]) => `${indent}  <property${attributes({ name, value })}/>`),
    `${indent}</properties>`,
  ].join('\n');

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${escapeXml(String(value)).replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`)}"`,
    )
    .join('');

/** Text as XML 1.0 allows it: what students print may hold control characters and halves of characters, which it does not. */
const escapeXml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
