import { defineCommand } from './command';
import { classExitCodes, classOption, langOption, print } from './in-class';

export const command = defineCommand({
  name: 'similarity',
  summary: 'Write which answers of a class are unusually alike',
  usage: 'genlab similarity [LESSON…] [--class FOLDER]',
  options: {
    class: classOption,
    lang: { type: 'string', value: 'LANG', help: "Language of the page; the class's first unless given." },
  },
  details: `Writes report/LESSON-similarity.html. Names, literals, comments, layout and order make no difference; what students were
given and what many have does not count. A pair that is listed is a reason to look, and no proof.

${classExitCodes}`,
  async run({ values, positionals }) {
    const lang = langOption(values.lang);
    const { classTools } = await import('../grading');
    const { openClass, shown, writeSimilarity } = await classTools();
    const room = openClass(values.class);
    for (const found of await writeSimilarity(room, room.lessons(positionals), lang ?? room.languages[0])) {
      print(
        `${found.lesson}: ${found.compared} compared, ${found.unusual.length} pairs worth a look: ${shown(found.file)}`,
      );
      for (const { students, score } of found.unusual) print(`  ${students.join(', ')}: ${Math.round(score * 100)} %`);
    }
    return 0;
  },
});
