import { defineCommand } from './command';

export const command = defineCommand({
  name: 'check',
  summary: 'Check the lessons: form, both languages, types, leaked solutions',
  usage: 'genlab check [LESSON…] [--no-types] [--hints]',
  options: {
    'no-types': { type: 'boolean', help: 'Leave out the type check, which takes most of the time.' },
    hints: {
      type: 'boolean',
      help: 'Also show hints, such as comments that have no Chinese. They never fail a check.',
    },
  },
  details: `LESSON is 04-vae, 4 or vae; without any, all lessons are checked. Each line names file, line and reason.
The type check takes the lesson as written and as students get it, with stubs. Exit code 1: something must be mended.`,
  async run({ values, positionals }) {
    const { checkLessons, findLesson, listLessons, showProblem } = await import('../lesson');
    const names = positionals.length > 0 ? positionals.map((name) => findLesson(name)) : listLessons();
    const problems = checkLessons(names, { types: !values['no-types'] });
    const hints = problems.filter(({ level }) => level === 'hint');
    const wrong = problems.length - hints.length;
    for (const problem of problems) {
      if (problem.level !== 'hint' || values.hints) process.stdout.write(`${showProblem(problem)}\n`);
    }
    const more = hints.length > 0 && !values.hints ? `, ${hints.length} hints (--hints shows them)` : '';
    process.stdout.write(
      `${names.length} lesson${names.length === 1 ? '' : 's'} checked, ${wrong} problem${wrong === 1 ? '' : 's'}${more}\n`,
    );
    return wrong > 0 ? 1 : 0;
  },
});
