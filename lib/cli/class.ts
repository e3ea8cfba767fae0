import { UserError } from '../errors';
import { defineCommand } from './command';
import { classExitCodes, classOption, harmless, langOption, print, several, warn } from './in-class';

export const command = defineCommand({
  name: 'class',
  summary: 'Make a class, look at it, or rebuild its gradebook',
  usage: 'genlab class init [FOLDER] | students | status | rebuild [--class FOLDER]',
  options: {
    class: classOption,
    name: { type: 'string', value: 'NAME', help: "init: the class's name; the folder's unless given." },
    lang: { type: 'string', value: 'LANG', multiple: true, help: 'init: a language of the class, en (default) or zh.' },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      help: "init: zone of due dates, such as Asia/Shanghai; this machine's unless given.",
    },
    json: { type: 'boolean', help: 'students, status: as JSON.' },
  },
  details: `A class is a folder: class.json says what it is (its keys are described in class.schema.json, which editors read),
release/ holds what students get, submitted/ every notebook that was handed in, gradebook.db every attempt, result and mark.

class.json gives a lesson other dates, another late policy and other points than the class and the course have:
  "lessons": [{"slug": "04-vae", "due": "2026-12-01", "points": {"vae-kl": 5, "vae-iwae": 0}}]
The checks of an exercise keep their proportions; one of 0 points does not count. Points may be changed at any time: what was
graded and marked is counted in them at once. Release the lesson again, so that notebooks say them too.

  init      makes the folder, or completes one that is there; overwrites nothing of yours
  students  lists who is in the class, with the score that counts in each lesson
  status    how many were handed in, are graded, and wait
  rebuild   makes the gradebook anew from submitted/, cache/ and marks.jsonl; the one that is there is moved aside

${classExitCodes}`,
  async run({ values, positionals }) {
    const [action, folder, ...more] = positionals;
    const at = folder ?? values.class;
    if (action === undefined || more.length > 0 || (folder !== undefined && values.class !== undefined)) {
      throw new UserError('class takes an action and at most one folder\nSee genlab class --help', 2);
    }
    const { classTools } = await import('../grading');
    const tools = await classTools();
    if (action === 'init') {
      const languages = (values.lang ?? []).flatMap((lang) => langOption(lang) ?? []);
      const room = await tools.initClass(at ?? '.', {
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(languages.length ? { languages } : {}),
        ...(values['time-zone'] === undefined ? {} : { timeZone: values['time-zone'] }),
      });
      print(`${room.config.name}: ${tools.shown(room.places.config)}`);
      print(`Next: genlab release LESSON --class ${tools.shown(room.folder)}`);
      return 0;
    }
    const room = tools.openClass(at);
    if (action === 'rebuild') {
      const { attempts, results, marks, aside, strange } = await tools.rebuildGradebook(room);
      if (aside !== undefined) print(`The gradebook that was there is now ${tools.shown(aside)}`);
      print(`${several(attempts, 'attempt')}, ${several(results, 'result')}, ${several(marks, 'mark')}`);
      for (const file of strange) warn(`left alone: ${harmless(file)}`);
      return 0;
    }
    if (action === 'students' || action === 'status') {
      const { studentRows, statusRows, table } = await import('./class-tables');
      const rows = await (action === 'students' ? studentRows(room) : statusRows(room));
      print(values.json ? JSON.stringify(rows, undefined, 2) : table(rows));
      const other = action === 'status' ? tools.releasesWithOtherPoints(room) : [];
      for (const slug of other) {
        warn(
          `${slug}: its released notebooks say other points than class.json. Those of class.json count. Release it again: genlab release ${slug} --class ${tools.shown(room.folder)}`,
        );
      }
      return 0;
    }
    throw new UserError(`there is no action ${action}: there are init, students, status and rebuild.`, 2);
  },
});
