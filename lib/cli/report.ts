import { defineCommand } from './command';
import { classExitCodes, classOption, langOption, print } from './in-class';

export const command = defineCommand({
  name: 'report',
  summary: 'Write how a lesson went: scores, exercises, and when work came in, with plots',
  usage: 'genlab report [LESSON…] [--class FOLDER]',
  options: {
    class: classOption,
    lang: { type: 'string', value: 'LANG', help: "Language of the page; the class's first unless given." },
  },
  details: `Writes report/LESSON.html for course staff: one file, which needs no network.

${classExitCodes}`,
  async run({ values, positionals }) {
    const lang = langOption(values.lang);
    const { classTools } = await import('../grading');
    const { openClass, shown, writeReports } = await classTools();
    const room = openClass(values.class);
    const files = await writeReports(room, room.lessons(positionals), lang ?? room.languages[0]);
    for (const file of files) print(`written: ${shown(file)}`);
    return 0;
  },
});
