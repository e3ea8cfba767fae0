import type { Lang, Lesson, Problem, Term } from './types';

/** A term with the lessons that give it, in the order of the course. */
export interface GlossaryEntry {
  readonly en: string;
  readonly zh: string;
  readonly lessons: readonly string[];
}

/** The course's glossary, by the English alphabet. */
export function glossary(lessons: readonly Lesson[]): GlossaryEntry[] {
  const entries = new Map<string, { en: string; zh: string; lessons: string[] }>();
  for (const { slug, terms } of lessons) {
    for (const { en, zh } of terms) {
      const entry = entries.get(key(en)) ?? { en, zh, lessons: [] };
      entry.lessons.push(slug);
      entries.set(key(en), entry);
    }
  }
  return [...entries.values()].sort((a, b) => a.en.localeCompare(b.en, 'en', { sensitivity: 'base' }));
}

/** Terms that the prose does not use, and terms that two lessons translate differently. */
export function termProblems(lessons: readonly Lesson[]): Problem[] {
  const first = new Map<string, { readonly term: Term; readonly lesson: Lesson }>();
  return lessons.flatMap((lesson) =>
    lesson.terms.flatMap((term): Problem[] => {
      const problem = (message: string): Problem => ({ file: lesson.file, line: term.line, level: 'error', message });
      const unused = (['en', 'zh'] as const).filter((lang) => !isUsed(term[lang], lesson, lang));
      const found = unused.map((lang) => problem(`the term "${term[lang]}" does not occur in the ${lang} prose`));
      const earlier = first.get(key(term.en));
      if (!earlier) first.set(key(term.en), { term, lesson });
      else if (earlier.term.zh !== term.zh) {
        const where = earlier.lesson.slug === lesson.slug ? `line ${earlier.term.line}` : earlier.lesson.slug;
        found.push(problem(`"${term.en}" is ${term.zh} here and ${earlier.term.zh} in ${where}: agree on one`));
      }
      return found;
    }),
  );
}

/** "Evidence lower bound (ELBO)" and "evidence lower bound" are one term. */
const key = (en: string): string => withoutBrackets(en).toLowerCase();

const withoutBrackets = (text: string): string => text.replace(/\s*[（(][^（()）]*[)）]/g, '').trim();

function isUsed(term: string, { cells }: Lesson, lang: Lang): boolean {
  const words = normal(withoutBrackets(term));
  return cells.some((cell) => cell.lang === lang && normal(cell.source).includes(words));
}

/** Line ends, stress marks, hyphens and capitals make no other term. */
const normal = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[*_]/g, '')
    .replace(/[\s\-–]+/g, ' ')
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
