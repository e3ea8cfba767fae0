import ts from 'typescript';
import { buildNotebook } from './notebook';
import { renderCode } from './render';
import { commentsOf, isText, parseCode } from './syntax';
import { type Cell, langs, type Lesson, type Problem } from './types';

// What a solution introduces, and what therefore must not be found in a student's notebook:
// - names that it declares (names that it only uses belong to the lesson or to the library, and hints may say them);
// - texts and numbers of some length;
// - its lines.
// Anything that the lesson's open code says too is no secret.

interface Secret {
  readonly gradeId: string;
  readonly words: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
}

/** Looks for parts of solutions in the notebooks that students get. */
export function leakProblems(lesson: Lesson): Problem[] {
  const open = openWords(lesson);
  const secrets = lesson.cells.flatMap((cell) => secretsOf(cell, open));
  const problems = new Map<string, Problem>();
  for (const lang of langs) {
    const { cells } = buildNotebook(lesson, { lang, variant: 'student' });
    for (const { cell_type: type, source } of cells) {
      const words = type === 'code' ? wordsOfCode(source) : wordsOfProse(source);
      const said = squeeze(type === 'code' ? commentText(source) : source);
      if (/(BEGIN|END) SOLUTION/.test(source)) add(source, 'a solution marker is left in the notebook for students');
      for (const { gradeId, words: secretWords, lines } of secrets) {
        for (const word of secretWords) {
          if (words.has(word)) add(word, `"${word}" gives away the solution of "${gradeId}", which introduces it`);
        }
        for (const line of lines) {
          if (said.includes(line)) add(line, `this gives away a line of the solution of "${gradeId}": ${line}`);
        }
      }
    }
  }
  return [...problems.values()];

  function add(what: string, message: string): void {
    problems.set(message, { file: lesson.file, line: lineOf(lesson, what), level: 'error', message });
  }
}

/** The first line outside solutions that says it. */
function lineOf(lesson: Lesson, what: string): number {
  for (const { source, line, outline } of lesson.cells) {
    for (let at = source.indexOf(what); at >= 0; at = source.indexOf(what, at + 1)) {
      if (outline?.regions.some(({ start, end }) => start <= at && at < end)) continue;
      return line + source.slice(0, at).split('\n').length;
    }
  }
  return 1;
}

/** Names, texts and numbers of all code outside solutions. */
function openWords(lesson: Lesson): Set<string> {
  return new Set(
    lesson.cells.flatMap((cell) => {
      if (!cell.outline) return [];
      const { code, check = '' } = renderCode(cell, 'en', 'student');
      return [...tokensOf(`${code}\n${check}`)];
    }),
  );
}

function secretsOf(cell: Cell, open: ReadonlySet<string>): Secret[] {
  const { outline, gradeId, source } = cell;
  if (!outline || !gradeId || outline.regions.length === 0) return [];
  const tree = parseCode(source);
  const inside = (node: ts.Node): boolean =>
    outline.regions.some(({ start, end }) => node.getStart(tree) >= start && node.end <= end);
  const words = new Set<string>();
  const walk = (node: ts.Node): void => {
    if (inside(node)) {
      if (ts.isIdentifier(node) && isDeclared(node)) words.add(node.text);
      const literal = literalOf(node, tree);
      if (literal !== undefined && literal.length >= 4) words.add(literal);
    }
    ts.forEachChild(node, walk);
  };
  walk(tree);
  const lines = outline.regions
    .flatMap(({ start, end }) => source.slice(start, end).split('\n').slice(1, -1))
    .map((line) => squeeze(line.replace(/\s\/\/ .*$/, '')).replace(/;$/, ''))
    .filter((line) => line.length >= 12 && /[=(+*/]/.test(line) && !line.startsWith('//'));
  return [{ gradeId, words: new Set([...words].filter((word) => !open.has(word))), lines: new Set(lines) }];
}

function isDeclared(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isFunctionExpression(parent) ||
      ts.isClassDeclaration(parent)) &&
    parent.name === name
  );
}

function literalOf(node: ts.Node, tree: ts.SourceFile): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isNumericLiteral(node)) {
    return ts.isNumericLiteral(node) ? node.getText(tree) : node.text;
  }
  return isText(node) ? node.getText(tree) : undefined;
}

function tokensOf(code: string): Set<string> {
  const tree = parseCode(code);
  const words = new Set<string>();
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) words.add(node.text);
    const literal = literalOf(node, tree);
    if (literal !== undefined) words.add(literal);
    ts.forEachChild(node, walk);
  };
  walk(tree);
  return words;
}

const commentText = (code: string): string =>
  commentsOf(parseCode(code))
    .map(({ text }) => text)
    .join('\n');

function wordsOfCode(code: string): Set<string> {
  return new Set([...tokensOf(code), ...wordsOfProse(commentText(code))]);
}

/**
 * In prose, what is set as code, and what no English text would say: `posteriorMean`, `0.31415`. A plain word such as
 * "signal" is only a word, even where a solution has a variable of that name.
 */
function wordsOfProse(text: string): Set<string> {
  const code = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g)].map((match) => match[1] ?? match[2]);
  const words = code.flatMap((piece) => piece.match(/[A-Za-z_$][\w$]*|\d[\w.]*\w/g) ?? []);
  const plain = text.match(/[A-Za-z_$][\w$]*|\d+\.\d+/g) ?? [];
  return new Set([...words, ...plain.filter((word) => /[a-z][A-Z]|_\w|\d/.test(word))]);
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();
