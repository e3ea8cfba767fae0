import { UserError } from '../errors';
import { defineCommand } from './command';
import { classExitCodes, classOption, countOption, print } from './in-class';

export const command = defineCommand({
  name: 'mark',
  summary: 'Give points by hand',
  usage: 'genlab mark STUDENT LESSON EXERCISE POINTS [--class FOLDER] [options]',
  options: {
    class: classOption,
    comment: { type: 'string', value: 'TEXT', help: 'What the student reads beside it.' },
    rubric: { type: 'string', value: 'ID', multiple: true, help: "An item of the exercise's rubric that applies." },
    by: { type: 'string', value: 'NAME', help: 'Who gives them; the name you are logged in under unless given.' },
    attempt: { type: 'string', value: 'N', help: 'Of which attempt; the last one unless given.' },
  },
  details: `A mark takes the place of what the checks gave, or scores an exercise that people score. Every mark is kept, the newest
counts, and a regrade leaves it as it is.

${classExitCodes}

Example:
  genlab mark ada 04-vae vae-discussion 2.5 --comment 'The second argument needs a source.'`,
  async run({ values, positionals }) {
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

async function login(): Promise<string> {
  const os = await import('node:os');
  try {
    return os.userInfo().username;
  } catch {
    throw new UserError('this machine does not tell who you are; say it with --by NAME.', 2);
  }
}
