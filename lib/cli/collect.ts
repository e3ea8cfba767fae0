import fs from 'node:fs';
import { UserError } from '../errors';
import { defineCommand } from './command';
import { classExitCodes, classOption, harmless, print, several, timeOption, warn } from './in-class';

export const command = defineCommand({
  name: 'collect',
  summary: 'Take in what a learning platform hands out: a folder or a ZIP archive',
  usage: 'genlab collect FOLDER|ARCHIVE.zip [--class FOLDER] [options]',
  options: {
    class: classOption,
    lesson: {
      type: 'string',
      value: 'LESSON',
      help: 'Lesson of notebooks that do not say; of others it must be theirs.',
    },
    names: {
      type: 'string',
      value: 'FILE.csv',
      help: "Who is who: the platform's name and the student, one row each.",
    },
    pattern: {
      type: 'string',
      value: 'REGEXP',
      help: "Finds the student in a file's path, as the group (?<student>…); see also class.json.",
    },
    at: { type: 'string', value: 'TIME', help: "When all of it was handed in; each file's own time unless given." },
  },
  details: `Knows the names that Moodle, Canvas and Blackboard give, a folder for each student, nbgrader's folders, and files
called STUDENT_LESSON.ipynb. With students in class.json, their names and mail addresses are matched; else whoever hands in is
in the class. What cannot be assigned is listed, and nothing of it is lost: collect again once it can be.

The same notebook from the same student is taken once, however often it is collected. Nothing that is there is overwritten. Names
in an archive are never used to write files; links, encrypted files and names that lead out of it are left.

${classExitCodes}

Examples:
  genlab collect ~/Downloads/submissions.zip --lesson 04-vae
  genlab collect handed-in/ --pattern '^(?<student>[a-z]+)-'`,
  async run({ values, positionals }) {
    const [source, ...more] = positionals;
    if (source === undefined || more.length > 0) {
      throw new UserError('collect takes one folder or archive\nSee genlab collect --help', 2);
    }
    const { classTools } = await import('../grading');
    const { collect, openClass, readNames } = await classTools();
    const room = openClass(values.class);
    const { lesson, pattern, names: namesFile } = values;
    const at = await timeOption('at', values.at, room.config.timeZone);
    const names = namesFile === undefined ? undefined : readNames(readText(namesFile), namesFile);
    const { attempts, known, left, warnings } = await collect(room, source, {
      ...(lesson === undefined ? {} : { lesson }),
      ...(pattern === undefined ? {} : { pattern }),
      ...(names === undefined ? {} : { names }),
      ...(at === undefined ? {} : { at }),
    });
    for (const warning of warnings) warn(`! ${harmless(warning)}`);
    for (const one of left) warn(`left: ${harmless(one)}`);
    const students = new Set(attempts.map(({ student }) => student)).size;
    print(`${several(attempts.length, 'notebook')} of ${several(students, 'student')} taken in, ${known} known before`);
    return 0;
  },
});

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code}).`);
  }
}
