import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import prettier from 'prettier';
import { parseCommandLine } from '../../lib/cli/command';
import { command } from '../../lib/cli/new';
import { checkLesson, lessonTemplate, listLessons, parseLesson, specTemplate } from '../../lib/lesson';

const lesson = { slug: '97-tried-out', en: 'A lesson: tried "out"', zh: '试一试' };
const call = async (...argv: string[]) => command.run(parseCommandLine(command, argv));

describe('genlab new lesson', () => {
  const written = ['solutions/97-tried-out.ts', 'test/exercises/97-tried-out.test.ts'];
  afterEach(() => {
    vi.restoreAllMocks();
    for (const file of written) rmSync(file, { force: true });
  });

  it('writes a lesson that checks without a problem, and as Prettier would', async () => {
    const source = lessonTemplate(lesson);
    const parsed = parseLesson(source, 'solutions/97-tried-out.ts');
    expect(checkLesson(parsed, { types: false }).filter(({ level }) => level !== 'hint')).toEqual([]);
    expect(parsed.title).toEqual({ en: lesson.en, zh: lesson.zh });
    const style = { ...(await prettier.resolveConfig('solutions/x.ts')), parser: 'typescript' };
    for (const text of [source, specTemplate(lesson)]) expect(await prettier.format(text, style)).toBe(text);
  });

  it('refuses a number that is taken, and a name that is none, and writes nothing', async () => {
    const [first] = listLessons();
    await expect(call('lesson', `${first.slice(0, 2)}-mine`)).rejects.toThrow(`already: ${first}`);
    await expect(call('lesson', 'My lesson')).rejects.toThrow('two digits and small letters');
    await expect(call('leson', '97-tried-out')).rejects.toThrow('takes the word lesson');
  });
});
