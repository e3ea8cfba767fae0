import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'new',
  summary: 'Begin a lesson of your own, with its exercise and its spec',
  usage: 'genlab new lesson NN-slug [--title TITLE] [--title-zh TITLE]',
  options: {
    title: { type: 'string', value: 'TITLE', help: 'English title; made from the slug unless given.' },
    'title-zh': { type: 'string', value: 'TITLE', help: 'Chinese title; the English one unless given.' },
  },
  details: `Writes solutions/NN-slug.ts and test/exercises/NN-slug.test.ts: a small lesson that is checked, built and graded like any
other, to be written over. NN places it in the course; a lesson from 50 on never meets one of ours.

  genlab new lesson 50-my-topic --title "My topic" --title-zh 我的题目`,
  async run({ values, positionals }) {
    const [what, slug, ...more] = positionals;
    if (what !== 'lesson' || slug === undefined || more.length > 0) {
      throw new UserError('new takes the word lesson and a name such as 50-my-topic\nSee genlab new --help', 2);
    }
    if (!/^\d\d-[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug)) {
      throw new UserError(`${slug}: a lesson is named by two digits and small letters, such as 50-my-topic`, 2);
    }
    const { lessonTemplate, listLessons, shownPath, specTemplate } = await import('../lesson');
    const { root } = await import('../setup/common.js');
    const taken = listLessons().find((other) => other.slice(0, 2) === slug.slice(0, 2));
    if (taken) throw new UserError(`there is a lesson ${slug.slice(0, 2)} already: ${taken}. Take another number.`);

    const words = slug.slice(3).replaceAll('-', ' ');
    const en = values.title ?? `${words[0].toUpperCase()}${words.slice(1)}`;
    const lesson = { slug, en, zh: values['title-zh'] ?? en };
    const files = [
      [path.join(root, 'solutions', `${slug}.ts`), lessonTemplate(lesson)],
      [path.join(root, 'test', 'exercises', `${slug}.test.ts`), specTemplate(lesson)],
    ] as const;
    const existing = files.find(([file]) => fs.existsSync(file));
    if (existing) throw new UserError(`${shownPath(existing[0])} exists; nothing was written`);
    for (const [file, text] of files) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text, { flag: 'wx' });
      process.stdout.write(`written: ${shownPath(file)}\n`);
    }
    process.stdout.write(
      [
        `Then: genlab check ${slug}`,
        `      genlab build ${slug}`,
        `      npx vitest run test/exercises/${slug}.test.ts`,
        '',
      ].join('\n'),
    );
    return 0;
  },
});
