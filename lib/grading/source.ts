/** What the grader must know of a cell's text without running it. Works on text with mistakes in it too. */
import ts from 'typescript';
import { CellSyntaxError, transpileCell } from '../kernel';

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
function declaredIn(source: string): Set<string> {
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

/** Every identifier in the text, whatever it means there, and every member of a name: `vae.gaussianKl`. */
function namesIn(source: string): { identifiers: Set<string>; members: Set<string> } {
  const [identifiers, members] = [new Set<string>(), new Set<string>()];
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) identifiers.add(node.text);
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      members.add(`${node.expression.text}.${node.name.text}`);
    }
    ts.forEachChild(node, walk);
  };
  try {
    const file = parse(source);
    if (file) walk(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // too deep to walk: as if it named nothing
  }
  return { identifiers, members };
}

/** A cell that can be run. */
export interface Prepared {
  readonly js: string;
  readonly declares: readonly string[];
  /** Source map from `js` to the cell. */
  readonly map: string;
}

/** A cell that is no TypeScript, with the place of the mistake. */
export interface Unprepared {
  readonly syntax: string;
  readonly line: number;
}

function prepare(source: string): Prepared | Unprepared {
  try {
    const { js, declares, map } = transpileCell(source, 'cell.ts');
    return { js, declares, map };
  } catch (error) {
    if (error instanceof CellSyntaxError) return { syntax: error.message, line: error.line };
    if (error instanceof RangeError) return { syntax: 'nested too deeply', line: 1 };
    throw error;
  }
}

/** The text without comments, line ends and spacing: equal for cells that differ in nothing that matters. */
function bare(source: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, source);
  let text = '';
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) text += `${scanner.getTokenText()} `;
  return text.replace(pointsOfClass, '$1');
}

/** What a class that gives an exercise other points writes into its test cell: `await check('…', { … }, { points: 5 });`. */
const pointsOfClass = /^(await check \( .*\}) , \{ points : [\d.e-]+ \}(?= (?:, )?\) ; $)/s;

/** All that the grader asks of one cell's text. */
export interface Reading {
  readonly declared: ReadonlySet<string>;
  readonly identifiers: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
  readonly bare: string;
  readonly code: Prepared | Unprepared;
}

export const readSource = (source: string): Reading => ({
  declared: declaredIn(source),
  ...namesIn(source),
  bare: bare(source),
  code: prepare(source),
});
