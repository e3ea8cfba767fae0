import { UserError } from '../errors';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'grade',
  summary: 'Score submitted notebooks, with a reason for each point lost.',
  usage: 'genlab grade FILE… [options]',
  options: {
    json: { type: 'boolean', help: 'Print the results as JSON instead of tables.' },
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
    'allow-weak-sandbox': {
      type: 'boolean',
      help: 'Grade even where this machine cannot hold student code in: for notebooks that you trust.',
    },
  },
  details: `
Student code runs in a process of its own that holds neither solutions nor checks. The first line says what keeps it in on
this machine, and what is wanting. Every file gets a score: what cannot be read scores 0 and says why.

Exit codes: 0 all files were graded, whatever they scored; 1 a file could not be read as a notebook of the course;
2 wrong usage; 3 this machine cannot hold student code in (the message says what is missing and how to get it).

Examples:
  genlab grade work/en/04-vae.ipynb
  genlab grade submitted/*.ipynb --json > scores.json`,
  async run({ values, positionals }) {
    if (!positionals.length) throw new UserError('name at least one notebook to grade.\nSee genlab grade --help', 2);
    const { lang } = values;
    if (lang !== undefined && lang !== 'en' && lang !== 'zh') {
      throw new UserError(`--lang is en or zh, not ${lang}.`, 2);
    }
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
        if (!values.json) process.stdout.write(`${fileTable(result)}\n\n`);
      },
    });
    if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return results.every((result) => result.lesson !== undefined) ? 0 : 1;
  },
});
