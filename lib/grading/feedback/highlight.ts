import ts from 'typescript';
import { escapeHtml } from './text';

/** Longer than any answer. */
const limits = { characters: 60_000, lines: 600 } as const;

export interface Highlighted {
  /** One piece of HTML a line. */
  readonly lines: readonly string[];
  /** Whether the end was left out. */
  readonly cut: boolean;
}

const { SyntaxKind } = ts;

/** TypeScript by its own scanner, line by line, as spans of class k (word of the language), s (text), n (number), c (comment). */
export function highlight(source: string): Highlighted {
  const shown = source.slice(0, limits.characters);
  const pieces = tokens(shown).map(({ text, kind }) => {
    const mark = markOf(kind);
    return text
      .split('\n')
      .map((part) => (mark && part ? `<span class="${mark}">${escapeHtml(part)}</span>` : escapeHtml(part)));
  });
  const lines = [''];
  for (const [first, ...rest] of pieces) {
    lines[lines.length - 1] += first;
    lines.push(...rest);
  }
  const cut = shown.length < source.length || lines.length > limits.lines;
  return { lines: lines.slice(0, limits.lines), cut };
}

/** Text without marks, line by line. */
export function plainLines(source: string): Highlighted {
  const lines = source.slice(0, limits.characters).split('\n').map(escapeHtml);
  const cut = source.length > limits.characters || lines.length > limits.lines;
  return { lines: lines.slice(0, limits.lines), cut };
}

interface Token {
  readonly text: string;
  readonly kind: ts.SyntaxKind;
}

function tokens(source: string): Token[] {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, false, ts.LanguageVariant.Standard, source, () => undefined);
  const found: Token[] = [];
  /** What each open brace closes: a block, or the hole of a template. */
  const braces: boolean[] = [];
  let before: ts.SyntaxKind = SyntaxKind.Unknown;
  for (;;) {
    let kind = scanner.scan();
    if (kind === SyntaxKind.EndOfFileToken) return found;
    if ((kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) && !endsOperand(before)) {
      kind = scanner.reScanSlashToken();
    }
    if (kind === SyntaxKind.TemplateHead) braces.push(true);
    else if (kind === SyntaxKind.OpenBraceToken) braces.push(false);
    else if (kind === SyntaxKind.CloseBraceToken && braces.pop()) {
      kind = scanner.reScanTemplateToken(false);
      if (kind === SyntaxKind.TemplateMiddle) braces.push(true);
    }
    found.push({ text: scanner.getTokenText(), kind });
    if (kind > SyntaxKind.LastTriviaToken) before = kind;
  }
}

/** After an operand a slash divides; elsewhere it opens a regular expression. */
const endsOperand = (kind: ts.SyntaxKind): boolean =>
  kind === SyntaxKind.Identifier ||
  kind === SyntaxKind.CloseParenToken ||
  kind === SyntaxKind.CloseBracketToken ||
  kind === SyntaxKind.CloseBraceToken ||
  kind === SyntaxKind.ThisKeyword ||
  (kind >= SyntaxKind.FirstLiteralToken && kind <= SyntaxKind.LastTemplateToken);

function markOf(kind: ts.SyntaxKind): string | undefined {
  if (kind >= SyntaxKind.FirstKeyword && kind <= SyntaxKind.LastKeyword) return 'k';
  if (kind === SyntaxKind.SingleLineCommentTrivia || kind === SyntaxKind.MultiLineCommentTrivia) return 'c';
  if (kind === SyntaxKind.NumericLiteral || kind === SyntaxKind.BigIntLiteral) return 'n';
  if (kind === SyntaxKind.StringLiteral || kind === SyntaxKind.RegularExpressionLiteral) return 's';
  if (kind >= SyntaxKind.FirstTemplateToken && kind <= SyntaxKind.LastTemplateToken) return 's';
  return undefined;
}
