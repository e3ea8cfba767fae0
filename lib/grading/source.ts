/** What the grader must know of a cell's text without running it. Works on text with mistakes in it too. */
import ts from 'typescript';
import { CellSyntaxError, transpileCell } from '../kernel';
import type { PreparedCell } from './cells';

const bound = (name: ts.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bound(element.name)));

function parse(source: string): ts.SourceFile | undefined {
  try {
    return ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  } catch {
    return undefined; // nested so deeply that the parser gave up
  }
}

/** Names that stand declared at the top level. */
export function declaredIn(source: string): Set<string> {
  const names = (parse(source)?.statements ?? []).flatMap((statement): string[] => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap((one) => bound(one.name));
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
      return statement.name ? [statement.name.text] : [];
    }
    if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      const inner = !namedBindings
        ? []
        : ts.isNamespaceImport(namedBindings)
          ? [namedBindings.name.text]
          : namedBindings.elements.map((element) => element.name.text);
      return [...(name ? [name.text] : []), ...inner];
    }
    return [];
  });
  return new Set(names);
}

/** Every identifier in the text, whatever it means there. */
export function identifiersIn(source: string): Set<string> {
  const found = new Set<string>();
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, walk);
  };
  try {
    const file = parse(source);
    if (file) walk(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // too deep to walk: as if it named nothing
  }
  return found;
}

export interface Prepared extends PreparedCell {
  readonly map: string;
}

/** A cell that is no TypeScript, with the place of the mistake. */
export interface Unprepared {
  readonly syntax: string;
  readonly line: number;
}

export function prepare(source: string, file: string): Prepared | Unprepared {
  try {
    const { js, declares, map } = transpileCell(source, file);
    return { js, declares, map, file };
  } catch (error) {
    if (error instanceof CellSyntaxError) return { syntax: error.message, line: error.line };
    if (error instanceof RangeError) return { syntax: 'nested too deeply', line: 1 };
    throw error;
  }
}

/** Student text without comments, line ends and spacing: equal for cells that differ in nothing that matters. */
export const bare = (source: string): string => {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, source);
  let text = '';
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) text += `${scanner.getTokenText()} `;
  return text;
};
