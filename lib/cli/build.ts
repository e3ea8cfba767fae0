import { defineCommand } from './command';

export const command = defineCommand({
  name: 'build',
  summary: 'Write the notebooks of the lessons, in both languages',
  usage: 'genlab build [LESSON…] [--solutions] [--out DIR] [--check]',
  options: {
    solutions: { type: 'boolean', help: 'Notebooks with the solutions in, under out/solutions/.' },
    out: { type: 'string', value: 'DIR', help: 'Write DIR/en/ and DIR/zh/ instead of notebooks/.' },
    check: {
      type: 'boolean',
      help: 'Write nothing; list the notebooks that are stale and exit with 1 if there are any.',
    },
  },
  details: `LESSON is 04-vae, 4 or vae; without any, all lessons in solutions/ are built.
A notebook that is up to date already is left alone. genlab check looks deeper: types, leaked solutions, both languages.`,
  async run({ values, positionals }) {
    const { build, findLesson, shownPath, showProblem } = await import('../lesson');
    const path = await import('node:path');
    const lessons = positionals.length > 0 ? positionals.map((name) => findLesson(name)) : undefined;
    const report = build({
      ...(lessons ? { lessons } : {}),
      ...(values.out ? { out: path.resolve(values.out) } : {}),
      variant: values.solutions ? 'solution' : 'student',
      check: values.check ?? false,
    });
    const stale = [
      ...report.changed.map((file) => ({ file, what: values.check ? 'stale' : 'written' })),
      ...report.orphans.map((file) => ({ file, what: values.check ? 'has no lesson' : 'removed' })),
    ];
    for (const { file, what } of stale) process.stdout.write(`${what}: ${shownPath(file)}\n`);
    for (const problem of report.problems) process.stderr.write(`${showProblem(problem)}\n`);
    if (values.check && stale.length > 0) {
      process.stdout.write('Run genlab build and commit what it writes.\n');
      return 1;
    }
    process.stdout.write(
      `${report.lessons} lesson${report.lessons === 1 ? '' : 's'}, ${report.upToDate} notebooks were up to date\n`,
    );
    return 0;
  },
});
