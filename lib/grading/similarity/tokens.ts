/**
 * TypeScript as a sequence of kinds of tokens: what stays when names, literals, comments, types and layout are taken away.
 */
import ts from 'typescript';

export interface Token {
  /** What is compared: the token's own text for keywords and punctuation, one letter for any name or literal. */
  readonly kind: string;
  /** Where it stands in the source. */
  readonly start: number;
  readonly end: number;
}

/** Names that say what is done and that no one chooses: members of the library that is called. */
const isMember = (previous: string | undefined): boolean => previous === '.' || previous === '?.';

const skipped = new Set([';', ',']); // what formatters put and take away

/** Spellings of one thing. */
const same: Readonly<Record<string, string>> = { let: 'const', var: 'const', '===': '==', '!==': '!=' };

export function tokensOf(source: string): Token[] {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, source);
  const tokens: Token[] = [];
  let previous: string | undefined;
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const text = scanner.getTokenText();
    if (!skipped.has(text)) {
      const kind = kindOf(token, text, previous);
      tokens.push({ kind, start: scanner.getTokenStart(), end: scanner.getTokenEnd() });
    }
    previous = text;
  }
  return tokens;
}

function kindOf(token: ts.SyntaxKind, text: string, previous: string | undefined): string {
  switch (token) {
    case ts.SyntaxKind.Identifier:
      return isMember(previous) ? `.${text}` : 'n';
    case ts.SyntaxKind.NumericLiteral:
    case ts.SyntaxKind.BigIntLiteral:
      return '0';
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
    case ts.SyntaxKind.TemplateHead:
    case ts.SyntaxKind.RegularExpressionLiteral:
      return 's';
    default:
      return same[text] ?? text;
  }
}
