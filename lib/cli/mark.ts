import { UserError } from '../errors';
import { defineCommand } from './command';
import { classExitCodes, classOption, countOption, print, several } from './in-class';

export const command = defineCommand({
  name: 'mark',
  summary: 'Give points by hand',
  usage:
    'genlab mark STUDENT LESSON EXERCISE POINTS [--class FOLDER] [options]\n       genlab mark LESSON --sheet FILE.csv | --from FILE.csv [--class FOLDER]',
  options: {
    class: classOption,
    comment: { type: 'string', value: 'TEXT', help: 'What the student reads beside it.' },
    rubric: { type: 'string', value: 'ID', multiple: true, help: "An item of the exercise's rubric that applies." },
    by: { type: 'string', value: 'NAME', help: 'Who gives them; the name you are logged in under unless given.' },
    sheet: { type: 'string', value: 'FILE.csv', help: 'Write a table of all that people have to score in a lesson.' },
    from: { type: 'string', value: 'FILE.csv', help: 'Take such a table in, filled in with a spreadsheet.' },
    attempt: { type: 'string', value: 'N', help: 'Of which attempt; the last one unless given.' },
  },
  details: `A mark takes the place of what the checks gave, or scores an exercise that people score. Every mark is kept, the newest
counts, and a regrade leaves it as it is.

${classExitCodes}

A table is taken in whole or not at all: what is wrong in it is listed row by row.

Examples:
  genlab mark ada 04-vae vae-discussion 2.5 --comment 'The second argument needs a source.'
  genlab mark 04-vae --sheet marks.csv
  genlab mark 04-vae --from marks.csv`,
  async run({ values, positionals }) {
    if (values.sheet !== undefined || values.from !== undefined) return markByTable(values, positionals);
    const [student, lesson, gradeId, points, ...more] = positionals;
    if (points === undefined || more.length > 0) {
      throw new UserError('mark takes a student, a lesson, an exercise and points\nSee genlab mark --help', 2);
    }
    if (!/^\d+(\.\d+)?$/.test(points)) throw new UserError(`${points} is no number of points.`, 2);
    const attempt = countOption('attempt', values.attempt);
    const { classTools } = await import('../grading');
    const { addMarks, openClass } = await classTools();
    const room = openClass(values.class);
    const mark = {
      student: room.student(student),
      lesson: room.lesson(lesson),
      gradeId,
      points: Number(points),
      by: values.by ?? (await login()),
      ...(values.comment === undefined ? {} : { comment: values.comment }),
      ...(values.rubric === undefined ? {} : { rubric: values.rubric }),
      ...(attempt === undefined ? {} : { attempt }),
    };
    await addMarks(room, [mark]);
    print(`noted: ${mark.student}, ${mark.lesson}, ${gradeId}: ${points}`);
    return 0;
  },
});

async function markByTable(
  values: { sheet?: string; from?: string; class?: string; by?: string },
  positionals: readonly string[],
): Promise<number> {
  const [name, ...more] = positionals;
  const { sheet, from } = values;
  if (name === undefined || more.length > 0 || (sheet !== undefined && from !== undefined)) {
    throw new UserError('mark takes one lesson with either --sheet or --from\nSee genlab mark --help', 2);
  }
  const { classTools } = await import('../grading');
  const { openClass, readSheet, shown, writeSheet } = await classTools();
  const room = openClass(values.class);
  const lesson = room.lesson(name);
  if (sheet !== undefined) {
    const attempts = await writeSheet(room, lesson, sheet, room.languages[0]);
    print(`${several(attempts, 'attempt')} in ${shown(sheet)}`);
  } else if (from !== undefined) {
    const marks = await readSheet(room, lesson, from, values.by ?? (await login()));
    print(`${several(marks, 'mark')} taken in`);
  }
  return 0;
}

async function login(): Promise<string> {
  const os = await import('node:os');
  try {
    return os.userInfo().username;
  } catch {
    throw new UserError('this machine does not tell who you are; say it with --by NAME.', 2);
  }
}
