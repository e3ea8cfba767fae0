import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'glossary',
  summary: "Write the course's glossary, English and Chinese, from the lessons",
  usage: 'genlab glossary [--check | --json]',
  options: {
    check: { type: 'boolean', help: 'Write nothing; exit with 1 if docs/glossary.md is stale.' },
    json: { type: 'boolean', help: 'Write nothing; print JSON: [{en, zh, lessons}].' },
  },
  details: `Each lesson names its terms in its header. genlab check finds terms that its prose does not use, and terms that
two lessons translate differently.`,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UserError('glossary takes no arguments\nSee genlab glossary --help', 2);
    const [{ glossary, listLessons, loadLesson }, { root }] = await Promise.all([
      import('../lesson'),
      import('../setup/common.js'),
    ]);
    const entries = glossary(listLessons().map((slug) => loadLesson(slug)));
    if (values.json) {
      process.stdout.write(`${JSON.stringify(entries, undefined, 2)}\n`);
      return 0;
    }
    const file = path.join(root, 'docs', 'glossary.md');
    const text = glossaryPage(entries);
    const isFresh = fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text;
    if (values.check && !isFresh) {
      process.stdout.write('stale: docs/glossary.md\nRun genlab glossary and commit what it writes.\n');
      return 1;
    }
    if (!isFresh) fs.writeFileSync(file, text);
    process.stdout.write(`${entries.length} terms, docs/glossary.md ${isFresh ? 'was up to date' : 'written'}\n`);
    return 0;
  },
});

/** A table by the English alphabet. Made by `genlab glossary`; not edited by hand. */
function glossaryPage(
  entries: readonly { readonly en: string; readonly zh: string; readonly lessons: readonly string[] }[],
): string {
  const rows = entries.map(
    ({ en, zh, lessons }) => `| ${cell(en)} | ${cell(zh)} | ${lessons.map((slug) => slug.slice(0, 2)).join(', ')} |`,
  );
  return [
    '# Glossary · 术语表',
    '',
    'Written by `genlab glossary` from the headers of the lessons. 由 `genlab glossary` 根据各课的文件头生成。',
    '',
    '<!-- prettier-ignore -->',
    '| English | 中文 | Lessons · 课 |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
