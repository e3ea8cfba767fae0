import { defineCommand } from './command';
import { classExitCodes, classOption, langOption, print, several, warn } from './in-class';

export const command = defineCommand({
  name: 'feedback',
  summary: "Write each student's feedback as a page",
  usage: 'genlab feedback [LESSON…] [--student STUDENT] [--class FOLDER]',
  options: {
    class: classOption,
    student: { type: 'string', value: 'STUDENT', help: 'Only the pages of this student.' },
    lang: { type: 'string', value: 'LANG', help: "Language of the pages; each student's own unless given." },
  },
  details: `Writes feedback/STUDENT/LESSON.html for the attempt that counts: each cell with the reason for every point lost beside it,
what people gave, and what lateness took. Hidden checks are not shown. A page is one file and needs no network.

${classExitCodes}`,
  async run({ values, positionals }) {
    const lang = langOption(values.lang);
    const { classTools } = await import('../grading');
    const { openClass, shown, writeFeedback } = await classTools();
    const room = openClass(values.class);
    const student = values.student === undefined ? undefined : room.student(values.student);
    const { files, ungraded } = await writeFeedback(room, room.lessons(positionals), {
      ...(student === undefined ? {} : { student }),
      ...(lang === undefined ? {} : { lang }),
    });
    for (const one of ungraded) warn(`not graded yet: ${one}`);
    print(`${several(files.length, 'page')} in ${shown(room.folder)}/feedback`);
    return ungraded.length > 0 ? 1 : 0;
  },
});
