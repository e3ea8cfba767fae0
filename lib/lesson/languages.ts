import { renderCode } from './render';
import { commentsOf, parseCode } from './syntax';
import { langs, type Lesson, type Problem } from './types';

const han = /\p{Script=Han}/u;

/** Traces of one language in the notebook of the other. */
export function languageProblems(lesson: Lesson): Problem[] {
  const problems: Problem[] = [];
  for (const cell of lesson.cells) {
    const add = (offset: number, level: Problem['level'], message: string): void => {
      const line = cell.line + cell.source.slice(0, Math.max(0, offset)).split('\n').length;
      problems.push({ file: lesson.file, line, level, message });
    };
    if (cell.lang) {
      const found = cell.source.search(han);
      if (cell.lang === 'zh' && found < 0 && wordCount(cell.source) > 3) {
        add(0, 'error', 'this cell is lang="zh" but holds no Chinese');
      }
      continue;
    }
    for (const lang of langs) {
      const { code, check = '' } = renderCode(cell, lang, 'solution');
      const text = `${code}\n${check}`;
      const stray = text.match(/[^\n]*\p{Script=Han}[^\n]*/u)?.[0];
      if (lang === 'en' && stray !== undefined) {
        add(cell.source.indexOf(stray.trim()), 'error', `Chinese in the English notebook: ${stray.trim()}`);
      }
      if (lang === 'zh') {
        for (const comment of commentsOf(parseCode(text))) {
          if (/\bzh:/.test(comment.text))
            add(cell.source.indexOf(comment.text), 'error', '"zh:" stands in a wrong place');
          else if (!han.test(comment.text) && wordCount(comment.text) > 3) {
            add(cell.source.indexOf(comment.text), 'hint', 'this comment has no "// zh: …" below it');
          }
        }
      }
    }
  }
  return problems;
}

/** English words, not counting what is set as code or as a formula. */
function wordCount(text: string): number {
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]+`|\$\$[\s\S]*?\$\$|\$[^$\n]+\$/g, ' ');
  return prose.match(/(?<![\w.])[A-Za-z][a-z]+(?![\w(.])/g)?.length ?? 0;
}
