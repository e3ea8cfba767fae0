import ts from 'typescript';

/** What the parser found wrong. It keeps that; its types do not tell. */
const errorsOf = (file: ts.SourceFile): readonly ts.Diagnostic[] =>
  (file as unknown as { readonly parseDiagnostics: readonly ts.Diagnostic[] }).parseDiagnostics;

const parse = (text: string, kind = ts.ScriptKind.TS): ts.SourceFile =>
  ts.createSourceFile('cell', text, ts.ScriptTarget.ES2022, false, kind);

/** Is it TypeScript only if `<b>…</b>` may stand in it? tslab's mark for that is a comment, `@jsx`. */
export function isJsx(source: string): boolean {
  if (!source.includes('<')) return false;
  if (/^\s*\/\*\*[^/]*@jsx\b/.test(source)) return true;
  return errorsOf(parse(source)).length > 0 && errorsOf(parse(source, ts.ScriptKind.TSX)).length === 0;
}

/**
 * `{ a: 1 }` alone in a cell is meant as an object, though JavaScript reads a block with a label: as in Node's REPL and a
 * browser's console it is put in parentheses. @returns the text to compile, and how many characters were put in front
 */
export function asExpression(source: string): { text: string; shift: 0 | 1 } {
  const plain = { text: source, shift: 0 } as const;
  if (!/^\s*\{/.test(source) || !/\}\s*$/.test(source)) return plain;
  const text = `(${source})`;
  const file = parse(text);
  const [only, ...more] = file.statements;
  const isObject =
    ts.isExpressionStatement(only) &&
    ts.isParenthesizedExpression(only.expression) &&
    ts.isObjectLiteralExpression(only.expression.expression);
  return isObject && !more.length && !errorsOf(file).length ? { text, shift: 1 } : plain;
}
