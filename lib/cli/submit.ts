import { UserError } from '../errors';
import { defineCommand } from './command';
import { classExitCodes, classOption, harmless, print, timeOption, warn } from './in-class';

export const command = defineCommand({
  name: 'submit',
  summary: 'Hand in a notebook',
  usage: 'genlab submit FILE [--as STUDENT] [--class FOLDER] [options]',
  options: {
    class: classOption,
    as: { type: 'string', value: 'STUDENT', help: 'Whose it is; the name you are logged in under unless given.' },
    lesson: { type: 'string', value: 'LESSON', help: 'Its lesson, where the notebook does not say.' },
    at: {
      type: 'string',
      value: 'TIME',
      help: 'When it was handed in; now unless given. For staff who take it in later.',
    },
  },
  details: `Looks at the notebook first: it must be readable, of a lesson that the class has released, and saved after it was run
(else a warning says so). The notebook is copied with its time and SHA-256; handing the same one in twice counts once.

${classExitCodes}

Examples:
  genlab submit work/en/04-vae.ipynb --class /courses/autumn
  genlab submit mail/vae.ipynb --as ada --at 2026-12-01T17:58`,
  async run({ values, positionals }) {
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) {
      throw new UserError('submit takes one notebook\nSee genlab submit --help', 2);
    }
    const { classTools } = await import('../grading');
    const { openClass, submit } = await classTools();
    const room = openClass(values.class);
    const at = await timeOption('at', values.at, room.config.timeZone);
    if (at !== undefined && at > new Date(Date.now() + 60_000).toISOString()) {
      throw new UserError(`--at ${values.at} is in the future.`, 2);
    }
    const student = values.as ?? (await loginName());
    const { attempt, warnings, again } = await submit(room, file, student, {
      ...(values.lesson === undefined ? {} : { lesson: values.lesson }),
      ...(at === undefined ? {} : { at }),
    });
    for (const warning of warnings) warn(`! ${harmless(warning)}`);
    const { lesson, number, submittedAt, hash } = attempt;
    const receipt = `${attempt.student}, ${lesson}, attempt ${number}, ${submittedAt}, SHA-256 ${hash.slice(0, 16)}`;
    print(again ? `handed in before: ${receipt}` : `handed in: ${receipt}`);
    return 0;
  },
});

async function loginName(): Promise<string> {
  const os = await import('node:os');
  try {
    return os.userInfo().username;
  } catch {
    throw new UserError('this machine does not tell who you are; name the student with --as STUDENT.', 2);
  }
}
