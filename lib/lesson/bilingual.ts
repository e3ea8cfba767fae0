import ts from 'typescript';
import { type Comment, indentAt, isText } from './syntax';
import type { Edit, Lang } from './types';

// Code is written once for both languages. English stands in the code; the Chinese for it stands beside it in a comment:
//
//     // Points become clouds.
//     // zh: 点变成云。
//     plot({ title: 'Loss' /* zh: '损失' */ }); // every step // zh: 每一步
//
// A block comment may be followed by its Chinese twin, a block comment whose text starts with `zh:`.

/** The edits that leave only one language in a cell. */
export function translations(
  tree: ts.SourceFile,
  comments: readonly Comment[],
  report: (offset: number, message: string) => void,
): Record<Lang, Edit[]> {
  const source = tree.text;
  const edits: Record<Lang, Edit[]> = { en: [], zh: [] };
  const literals = textsByEnd(tree);

  for (let i = 0; i < comments.length; i++) {
    const comment = comments[i];
    if (comment.kind === 'block') {
      if (isChineseBlock(comment.text)) blockOrLiteral(comment, comments[i - 1]);
      continue;
    }
    const both = /^(.*?\S)\s*\/\/\s*zh:\s*(.*)$/.exec(comment.text);
    if (both) {
      edits.en.push({ start: comment.start, end: comment.end, text: both[1] });
      edits.zh.push({ start: comment.start, end: comment.end, text: `// ${both[2]}` });
    } else if (chineseLine(comment) !== undefined) {
      let last = i;
      while (last + 1 < comments.length && isBelow(last, last + 1) && chineseLine(comments[last + 1]) !== undefined) {
        last++;
      }
      run(i, last);
      i = last;
    }
  }
  return edits;

  /** The Chinese lines `first…last`, which replace the English comment lines directly above them. */
  function run(first: number, last: number): void {
    let top = first;
    while (top > 0 && isBelow(top - 1, top) && isEnglishLine(comments[top - 1])) top--;
    if (top === first) {
      return report(comments[first].start, '"// zh:" must stand directly below the English comment that it translates');
    }
    const indent = indentAt(source, comments[top].start);
    const chinese = comments.slice(first, last + 1).map((comment) => `// ${chineseLine(comment)}`.trimEnd());
    edits.en.push({ start: comments[first - 1].end, end: comments[last].end, text: '' });
    edits.zh.push({ start: comments[top].start, end: comments[last].end, text: chinese.join(`\n${indent}`) });
  }

  function isBelow(upper: number, lower: number): boolean {
    return comments[lower].ownLine && /^[ \t]*\n[ \t]*$/.test(source.slice(comments[upper].end, comments[lower].start));
  }

  function blockOrLiteral(comment: Comment, previous: Comment | undefined): void {
    const end = source.slice(0, comment.start).trimEnd().length;
    // Prettier moves a comment at the end of a statement behind its ";".
    const literalEnd = /[;,]/.test(source[end - 1]) ? end - 1 : end;
    const literal = literals.get(literalEnd);
    if (literal !== undefined) {
      const chinese = comment.text.replace(/^\/\*\s*zh:\s*/, '').replace(/\s*\*\/$/, '');
      if (!isOneText(chinese)) {
        return report(comment.start, `after zh: comes one string or template in quotes, not: ${chinese}`);
      }
      const uncommented = { start: end, end: comment.end, text: '' };
      edits.en.push(uncommented);
      edits.zh.push({ start: literal, end: literalEnd, text: chinese }, uncommented);
    } else if (previous?.kind === 'block' && previous.end === end) {
      const chinese = comment.text.replace(/^(\/\*\*?[\s*]*)zh:[ \t]*/, '$1');
      edits.en.push({ start: previous.end, end: comment.end, text: '' });
      edits.zh.push({ start: previous.start, end: comment.end, text: chinese });
    } else {
      report(
        comment.start,
        '"/* zh: … */" must stand directly after the string or the block comment that it translates',
      );
    }
  }
}

const chineseLine = (comment: Comment): string | undefined =>
  comment.ownLine && comment.kind === 'line' ? /^\/\/\s*zh:\s*(.*)$/.exec(comment.text)?.[1] : undefined;

const isEnglishLine = (comment: Comment): boolean =>
  comment.ownLine && comment.kind === 'line' && chineseLine(comment) === undefined && !isSolutionMarker(comment.text);

const isChineseBlock = (text: string): boolean => /^\/\*\*?[\s*]*zh:/.test(text);

/** Does the comment speak of a solution marker, rightly written or not? */
export const isSolutionMarker = (text: string): boolean => /\b(BEGIN|END)\s+SOLUTION\b/i.test(text);

/** Start of each string or template, by its end. */
function textsByEnd(tree: ts.SourceFile): Map<number, number> {
  const ends = new Map<number, number>();
  const walk = (node: ts.Node): void => {
    if (isText(node)) ends.set(node.end, node.getStart(tree));
    ts.forEachChild(node, walk);
  };
  walk(tree);
  return ends;
}

function isOneText(code: string): boolean {
  const tree = ts.createSourceFile('text.ts', `(${code})`, ts.ScriptTarget.ES2022, true);
  const [statement, ...more] = tree.statements;
  return (
    more.length === 0 &&
    ts.isExpressionStatement(statement) &&
    ts.isParenthesizedExpression(statement.expression) &&
    statement.expression.end === tree.text.length &&
    isText(statement.expression.expression)
  );
}
