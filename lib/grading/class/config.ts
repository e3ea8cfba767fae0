/** `class.json`: what a class is, in the hands of its staff. */
import { z } from 'zod';
import { UserError } from '../../errors';
import { langs } from '../../lesson';
import { momentOf, type LatePolicy } from '../policy';
import { whyNotStudent } from './names';

const date = z.string().refine(isDate, 'no date. Write 2026-12-01, 2026-12-01T18:00 or 2026-12-01T18:00+08:00');
const slug = z.string().regex(/^\d\d-[a-z0-9-]+$/, 'the slug of a lesson, such as 04-vae');
const counts = z.enum(['best', 'last']);

const late = z
  .strictObject({
    graceMinutes: z.number().min(0).describe('Minutes after the due date that still count as in time.'),
    percentPerDay: z.number().min(0).max(100).describe('Percent of what was earned that each day begun takes.'),
    maxPercent: z.number().min(0).max(100).describe('Lateness never takes more percent than this.'),
    closesAfterDays: z.number().min(0).describe('So many days after the due date nothing counts any more.'),
  })
  .partial();

const student = z.strictObject({
  id: z.string().superRefine((id, context) => {
    const why = whyNotStudent(id);
    if (why) context.addIssue({ code: 'custom', message: `cannot be a student's name here: ${why}` });
  }),
  name: z.string().min(1).optional().describe('As the learning platform writes it; files are matched by it.'),
  email: z.string().min(1).optional(),
  lang: z
    .enum(langs as [string, ...string[]])
    .optional()
    .describe("Language of the feedback; the notebook's unless given."),
  extensions: z
    .record(
      slug,
      z.strictObject({
        due: date.optional().describe("Takes the place of the lesson's due date."),
        excused: z.boolean().optional().describe('The lesson does not count for this student.'),
      }),
    )
    .optional(),
});

const schema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).describe('Name of the class, as reports show it.'),
  languages: z
    .array(z.enum(langs as [string, ...string[]]))
    .min(1)
    .default(['en']),
  timeZone: z
    .string()
    .refine(isZone, 'no time zone. Write an IANA name, such as Asia/Shanghai or Europe/Berlin')
    .default('UTC')
    .describe('Zone of dates without an offset, as an IANA name.'),
  late: late.optional().describe('What lateness costs; nothing unless given.'),
  counts: counts.default('best').describe('Which attempt counts, after lateness.'),
  lessons: z
    .array(
      z.strictObject({
        slug,
        due: date.optional().describe('A day counts to its end. A lesson without a due date is never late.'),
        late: late.optional().describe("In place of the class's."),
        counts: counts.optional().describe("In place of the class's."),
        points: z
          .record(z.string(), z.number().min(0).max(10_000))
          .optional()
          .describe("Points by exercise, in place of the lesson's. With 0 it does not count."),
      }),
    )
    .default([]),
  secret: z
    .string()
    .default('')
    .describe('Settles, with the student and the answer, the numbers that checks draw. For staff only.'),
  students: z.array(student).optional().describe('Who may hand in. Without it, whoever hands in is in the class.'),
  collect: z
    .strictObject({
      pattern: z
        .string()
        .refine(isPattern, 'a regular expression with a group (?<student>…)')
        .optional()
        .describe('Regular expression over the path of a file; its group "student" is who it is from.'),
    })
    .optional(),
  course: z
    .strictObject({
      folder: z.string().describe('Folder that holds solutions/, from the class folder on.'),
      specs: z.string().optional().describe('Folder of the specs; test/exercises in the course unless given.'),
    })
    .optional()
    .describe('A course other than the one that genlab is in.'),
});

export type ClassConfig = z.infer<typeof schema>;
export type StudentEntry = z.infer<typeof student>;

function isDate(text: string): boolean {
  try {
    momentOf(text);
    return true;
  } catch {
    return false;
  }
}

function isZone(name: string): boolean {
  try {
    momentOf('2026-01-01', name);
    return true;
  } catch {
    return false;
  }
}

function isPattern(text: string): boolean {
  try {
    return text.includes('(?<student>') && Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}

/** The description of `class.json` for editors, which complete and check it as it is written. */
export const configSchema = (): object => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/**
 * Reads the text of a `class.json`.
 * @param file how messages name it
 * @throws UserError that names each key at fault
 */
export function parseConfig(text: string, file: string): ClassConfig {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { success, data, error } = schema.safeParse(json, { reportInput: true });
  if (!success) throw new UserError(`${file} is wrong:\n${error.issues.map(issueText).join('\n')}`);
  const twice = [
    ...repeats(
      data.lessons.map((one) => one.slug),
      'lessons',
    ),
    ...repeatedStudents(data),
  ];
  if (twice.length) throw new UserError(`${file} is wrong:\n${twice.join('\n')}`);
  return data;
}

const at = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text && '.'}${String(key)}`),
    '',
  );

function issueText(issue: z.core.$ZodIssue): string {
  const place = at(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `  ${at([...issue.path, key])}: there is no such key`).join('\n');
  }
  const found = issue.input === undefined ? 'it is missing' : `it is ${JSON.stringify(issue.input)?.slice(0, 80)}`;
  const why = issue.message.replace(/^(Invalid (input|option)|Too (small|big)): /, '').replace(/, received .*$/, '');
  return `  ${place || 'the whole file'}: ${found}: ${why}`;
}

const repeats = (values: readonly string[], key: string): string[] =>
  values.flatMap((value, i) =>
    values.indexOf(value) < i
      ? [`  ${key}[${i}]: ${value} is there twice (also ${key}[${values.indexOf(value)}])`]
      : [],
  );

/** Students are folders, and some disks do not tell `ada` from `Ada`. */
const repeatedStudents = ({ students = [] }: ClassConfig): string[] =>
  repeats(
    students.map(({ id }) => id.toLowerCase()),
    'students',
  );

/** The late policy of a lesson in the terms of the policy's own room. */
export const latePolicy = (config: ClassConfig, lesson: ClassConfig['lessons'][number] | undefined): LatePolicy => ({
  ...(lesson?.late ?? config.late),
  timeZone: config.timeZone,
});
