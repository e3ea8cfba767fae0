import { UserError } from '../errors';
import { defineCommand } from './command';
import { classOption, countOption } from './in-class';

export const command = defineCommand({
  name: 'grade',
  summary: 'Score submitted notebooks, with a reason for each point lost.',
  usage: 'genlab grade FILE… [options]\n       genlab grade --class FOLDER [LESSON…] [options]',
  options: {
    class: { ...classOption, help: 'Grade what a class handed in and is not graded yet.' },
    json: { type: 'boolean', help: 'Print the results as JSON instead of tables.' },
    to: {
      type: 'string',
      value: 'FORMAT',
      help: 'Single files: write csv, junit, gradescope, prairielearn or exercism instead of tables.',
    },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'With --to: where to, instead of standard output.' },
    lang: {
      type: 'string',
      value: 'LANG',
      help: "Language of the reasons, en or zh; the notebook's own unless given.",
    },
    lesson: {
      type: 'string',
      value: 'SLUG',
      help: 'The lesson that was asked for, such as 04-vae; else what the notebook is.',
    },
    'no-hidden': { type: 'boolean', help: 'Run only the checks that students see.' },
    student: { type: 'string', value: 'STUDENT', help: 'With --class: only what this student handed in.' },
    regrade: { type: 'boolean', help: 'With --class: also what is graded; earlier results stay in the gradebook.' },
    'keep-going': {
      type: 'boolean',
      help: 'With --class: go on after a notebook that cannot be graded through a fault of the course or the machine.',
    },
    workers: { type: 'string', value: 'N', help: 'With --class: how many to grade at once; one a core unless given.' },
    'allow-weak-sandbox': {
      type: 'boolean',
      help: 'Grade even where this machine cannot hold student code in: for notebooks that you trust.',
    },
  },
  details: `
Student code runs in a process of its own that holds neither solutions nor checks. The first line says what keeps it in on
this machine, and what is wanting. Every file gets a score: what cannot be read scores 0 and says why.

With --class, each result is in the gradebook the moment it is there: after Ctrl-C, a crash or a power cut the same command goes
on where it stopped. A notebook that was graded before, by this version of lesson and grader, is not graded again.

Exit codes: 0 all files were graded, whatever they scored; 1 a file could not be read as a notebook of the course;
2 wrong usage; 3 this machine cannot hold student code in (the message says what is missing and how to get it), or its disk is
full; 130 interrupted. With --class: 1 something could not be graded, which is listed.

Examples:
  genlab grade work/en/04-vae.ipynb
  genlab grade submitted/*.ipynb --json > scores.json
  genlab grade --class ~/courses/autumn 04-vae`,
  async run({ values, positionals }) {
    if (values.class !== undefined) {
      if (values.lang !== undefined || values['no-hidden'] || values.lesson !== undefined || values.to !== undefined) {
        throw new UserError(
          '--lang, --lesson, --no-hidden and --to are for single files, not for --class (genlab export --class writes formats).',
          2,
        );
      }
      const workers = countOption('workers', values.workers);
      return (await import('./grade-class')).gradeInClass(values.class, positionals, {
        ...values,
        keepGoing: values['keep-going'] === true,
        allowWeakSandbox: values['allow-weak-sandbox'] === true,
        workers,
      });
    }
    if (values.student !== undefined || values.regrade || values['keep-going'] || values.workers !== undefined) {
      throw new UserError('--student, --regrade, --keep-going and --workers go with --class FOLDER.', 2);
    }
    if (!positionals.length) throw new UserError('name at least one notebook to grade.\nSee genlab grade --help', 2);
    const { lang } = values;
    if (lang !== undefined && lang !== 'en' && lang !== 'zh') {
      throw new UserError(`--lang is en or zh, not ${lang}.`, 2);
    }
    const { formatWriter } = await import('./grade-format');
    const write = formatWriter(values, positionals.length);
    const { fileTable, gradeFiles, sandboxReport } = await import('../grading');
    const { findLesson } = await import('../lesson');
    const { active, missing } = sandboxReport();
    process.stderr.write(`Student code is held by: ${active.join(', ')}.\n`);
    if (missing.length) process.stderr.write(`Not to be had on this machine: ${missing.join(', ')}.\n`);
    const results = await gradeFiles(positionals, {
      hidden: !values['no-hidden'],
      allowWeakSandbox: values['allow-weak-sandbox'] === true,
      ...(lang === undefined ? {} : { lang }),
      ...(values.lesson === undefined ? {} : { lesson: findLesson(values.lesson) }),
      onResult: (result) => {
        if (!values.json && !write) process.stdout.write(`${fileTable(result)}\n\n`);
      },
    });
    if (write) await write(results);
    else if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return results.every((result) => result.lesson !== undefined) ? 0 : 1;
  },
});
