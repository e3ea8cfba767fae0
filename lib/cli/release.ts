import { UserError } from '../errors';
import { defineCommand } from './command';
import { classExitCodes, classOption, langOption, print } from './in-class';

export const command = defineCommand({
  name: 'release',
  summary: 'Write the notebooks that the students of a class get',
  usage:
    'genlab release LESSON… [--class FOLDER] [options]\n       genlab release LESSON… --nbgrader FOLDER [--lang LANG]',
  options: {
    class: classOption,
    due: {
      type: 'string',
      value: 'DATE',
      help: 'When it is due: 2026-12-01 (to the end of the day) or 2026-12-01T18:00.',
    },
    lang: { type: 'string', value: 'LANG', multiple: true, help: "A language to write; the class's unless given." },
    nbgrader: {
      type: 'string',
      value: 'FOLDER',
      help: 'Make a course folder for nbgrader there instead, or add lessons to it.',
    },
  },
  details: `Writes release/LANG/LESSON.ipynb and notes the lesson in class.json. Where there is no class yet, --class FOLDER makes
one there. A lesson that its own checks do not fit is not released.

${classExitCodes}

Examples:
  genlab release 04-vae --class ~/courses/autumn --due 2026-12-01
  genlab release 3 4 --lang en --lang zh
  genlab release 04-vae --nbgrader ~/courses/nbgrader`,
  async run({ values, positionals }) {
    if (!positionals.length) throw new UserError('name at least one lesson to release.\nSee genlab release --help', 2);
    const { classTools, nbgraderTools } = await import('../grading');
    if (values.nbgrader !== undefined) return releaseForNbgrader(values.nbgrader, positionals, values, nbgraderTools);
    const { initClass, openClass, releaseLessons, shown } = await classTools();
    const languages = (values.lang ?? []).flatMap((lang) => langOption(lang) ?? []);
    const room =
      values.class === undefined ? openClass() : await initClass(values.class, languages.length ? { languages } : {});
    const released = await releaseLessons(room, positionals, {
      ...(languages.length ? { languages } : {}),
      ...(values.due === undefined ? {} : { due: values.due }),
    });
    const states = { new: 'written', same: 'as before', changed: 'changed since it was released before' };
    for (const { file, state } of released) print(`${shown(file)}: ${states[state]}`);
    return 0;
  },
});

async function releaseForNbgrader(
  folder: string,
  names: readonly string[],
  {
    lang = [],
    class: room,
    due,
  }: { readonly lang?: readonly string[]; readonly class?: string; readonly due?: string },
  tools: typeof import('../grading').nbgraderTools,
): Promise<number> {
  if (room !== undefined || due !== undefined) throw new UserError('--class and --due do not go with --nbgrader.', 2);
  if (lang.length > 1) throw new UserError('nbgrader has one language a course: give one --lang.', 2);
  const { releaseNbgrader } = await tools();
  const { findLesson, shownPath } = await import('../lesson');
  const chosen = langOption(lang[0]);
  for (const file of await releaseNbgrader(folder, names, chosen ? { lang: chosen } : {})) {
    print(`written: ${shownPath(file)}`);
  }
  const [first] = names;
  print(`Next, in ${folder}: nbgrader generate_assignment ${findLesson(first)}`);
  return 0;
}
