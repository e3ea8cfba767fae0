import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../errors';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'flaky',
  summary: 'Grade one answer over and over and name the checks that change their mind.',
  usage: 'genlab flaky LESSON|NOTEBOOK [options]',
  options: {
    times: { type: 'string', value: 'N', help: 'How often to grade; 10 unless given.' },
    'same-numbers': {
      type: 'boolean',
      help: 'Let checks draw the same numbers each time: finds what depends on time, or on numbers of the answer itself.',
    },
    json: { type: 'boolean', help: 'Print what was found as JSON.' },
  },
  details: `
For a lesson its reference solution is graded. Each time the checks draw other numbers, as for another student.

Exit codes: 0 every check always said the same; 1 some did not; 2 wrong usage.

Examples:
  genlab flaky 04-vae --times 50
  genlab flaky submitted/li/04-vae.ipynb --same-numbers`,
  async run({ values, positionals }) {
    const [subject, ...more] = positionals;
    if (!subject || more.length) throw new UserError('name one lesson or one notebook.\nSee genlab flaky --help', 2);
    const times = Number(values.times ?? 10);
    if (!Number.isInteger(times) || times < 2)
      throw new UserError(`--times is a whole number from 2 on, not ${values.times}.`, 2);
    const { findFlakes, gradeFiles } = await import('../grading');
    const { buildNotebook, findLesson, loadLesson, notebookText } = await import('../lesson');
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-flaky-'));
    try {
      let file = subject;
      if (!subject.endsWith('.ipynb')) {
        file = path.join(folder, 'solution.ipynb');
        fs.writeFileSync(
          file,
          notebookText(buildNotebook(loadLesson(findLesson(subject)), { lang: 'en', variant: 'solution' })),
        );
      }
      let done = 0;
      const flakes = await findFlakes(
        async (secret) => {
          const [result] = await gradeFiles([file], { secret, lang: 'en' });
          if (result.lesson === undefined)
            throw new UserError([`${subject} cannot be graded.`, ...result.notes].join(' '));
          if (!values.json)
            process.stderr.write(`${++done} of ${times}: ${result.score} of ${result.maxScore} points\n`);
          return result.exercises;
        },
        { times, seeds: values['same-numbers'] ? 'same' : 'other' },
      );
      if (values.json) process.stdout.write(`${JSON.stringify(flakes, null, 2)}\n`);
      for (const { gradeId, check, earned, reason } of values.json ? [] : flakes) {
        const how = earned.map((one) => `${one.points} points ${one.times} times`).join(', ');
        process.stdout.write(`${gradeId}: ${check}: ${how}\n${reason ? `    ${reason}\n` : ''}`);
      }
      if (!values.json && !flakes.length) process.stdout.write(`Every check said the same ${times} times.\n`);
      return flakes.length ? 1 : 0;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
});
