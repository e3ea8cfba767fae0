import ts from 'typescript';

/** A comment of a cell, as offsets into its source. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  readonly kind: 'line' | 'block';
  readonly text: string;
  /** Nothing but spaces stands before it on its line. */
  readonly ownLine: boolean;
}

const addition = '\nexport {};\n';

/**
 * A cell as a syntax tree. The added `export {}` makes it a module, without which `await` at the top level would be read as
 * a name; it is the last statement and no part of the cell.
 */
export function parseCode(source: string): ts.SourceFile {
  return ts.createSourceFile('cell.ts', source + addition, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
}

/** The cell's own statements. */
export const statementsOf = (tree: ts.SourceFile): readonly ts.Statement[] => tree.statements.slice(0, -1);

export interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
}

/** What the parser rejects, such as a missing bracket. */
export function syntaxFaults(tree: ts.SourceFile): SyntaxFault[] {
  if (!hasFault(tree)) return []; // the compiler's own report takes ten times as long as parsing
  const { diagnostics } = ts.transpileModule(tree.text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return (diagnostics ?? []).map((diagnostic) => ({
    offset: Math.min(diagnostic.start ?? 0, tree.text.length - addition.length),
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
  }));
}

/** The parser marks the node that it finishes next after each error. */
function hasFault(node: ts.Node): boolean {
  return (node.flags & ts.NodeFlags.ThisNodeHasError) !== 0 || ts.forEachChild(node, hasFault) === true;
}

/** Calls `visit` for every token, in order. */
export function forEachToken(tree: ts.SourceFile, visit: (token: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return; // a comment
    const children = node.getChildren(tree);
    if (children.length === 0) visit(node);
    else children.forEach(walk);
  };
  walk(tree);
}

/** Every comment in order. Only what lies between two tokens is scanned, so text in strings and patterns is never taken for one. */
export function commentsOf(tree: ts.SourceFile): Comment[] {
  const source = tree.text;
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, false);
  const comments: Comment[] = [];
  forEachToken(tree, (token) => {
    const [from, to] = [token.pos, token.getStart(tree)];
    if (to <= from || !source.slice(from, to).includes('/')) return;
    scanner.setText(source, from, to - from);
    for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
      const line = kind === ts.SyntaxKind.SingleLineCommentTrivia;
      if (!line && kind !== ts.SyntaxKind.MultiLineCommentTrivia) continue;
      const [start, end] = [scanner.getTokenStart(), scanner.getTokenEnd()];
      const before = source.slice(source.lastIndexOf('\n', start - 1) + 1, start);
      comments.push({
        start,
        end,
        kind: line ? 'line' : 'block',
        text: source.slice(start, end),
        ownLine: before.trim() === '',
      });
    }
  });
  return comments;
}

/** Is this a string or template literal, with or without `${…}`? */
export const isText = (node: ts.Node): boolean =>
  ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);

export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** The spaces that the line of this offset begins with. */
export function indentAt(source: string, offset: number): string {
  return /^[ \t]*/.exec(source.slice(lineStart(source, offset)))?.[0] ?? '';
}
