/** A spec as students may have it: without what it hides. */
import ts from 'typescript';
import { UserError } from '../errors';

/**
 * The source of a spec file without hidden checks, wrong answers, rubrics and comments, and without the imports and helpers
 * that only they used. `await check('…')` works with it as before.
 * @param worth points of each exercise, by grade id: what hidden checks were worth is still known to be missing
 * @throws UserError where it cannot be told whether a check is hidden, or where the file is not TypeScript
 */
export function stripHidden(source: string, worth: ReadonlyMap<string, number>, file = 'spec.ts'): string {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const [fault] = ts.transpileModule(source, { reportDiagnostics: true, fileName: file }).diagnostics ?? [];
  if (fault) throw new UserError(`${file} cannot be read: ${ts.flattenDiagnosticMessageText(fault.messageText, '\n')}`);
  const place = (node: ts.Node): string =>
    `${file}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;

  const transformed = ts.transform(tree, [
    (context) => {
      const visit = (node: ts.Node): ts.Node | undefined => {
        if (ts.isExpressionStatement(node)) {
          const call = callIn(node.expression);
          if (call && (isWrong(call) || nameOf(call) === 'rubric')) return undefined;
          if (call && nameOf(call) === 'check' && hides(call, place)) return undefined;
        }
        const next = ts.visitEachChild(node, visit, context);
        return ts.isCallExpression(next) && nameOf(next) === 'exercise'
          ? withWorth(next, worth, context.factory)
          : next;
      };
      return (root) => ts.visitEachChild(root, visit, context);
    },
  ]);
  const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });
  let text = printer.printFile(transformed.transformed[0]);
  transformed.dispose();
  for (let before = ''; before !== text;) {
    before = text;
    text = withoutUnused(text, file);
  }
  if (/\bhidden\s*:(?!\s*false\b)|\.wrong\s*\(|\brubric\s*\(/.test(text)) {
    throw new UserError(
      `${file} hides something under another name. Call check, exercise.wrong and rubric by these names.`,
    );
  }
  return text;
}

const callIn = (expression: ts.Expression): ts.CallExpression | undefined => {
  const inner =
    ts.isAwaitExpression(expression) || ts.isVoidExpression(expression) ? expression.expression : expression;
  return ts.isCallExpression(inner) ? inner : undefined;
};

const nameOf = (call: ts.CallExpression): string | undefined =>
  ts.isIdentifier(call.expression) ? call.expression.text : undefined;

const isWrong = ({ expression }: ts.CallExpression): boolean =>
  ts.isPropertyAccessExpression(expression) && expression.name.text === 'wrong';

/** Whether a check is hidden, as its options say in so many words. */
function hides(call: ts.CallExpression, place: (node: ts.Node) => string): boolean {
  const [, options] = call.arguments;
  const unclear = (node: ts.Node): UserError =>
    new UserError(
      `${place(node)}: it cannot be told whether this check is hidden. Write its options as { points: …, hidden: true } in the call itself.`,
    );
  if (!options || !ts.isObjectLiteralExpression(options)) throw unclear(options ?? call);
  for (const property of options.properties) {
    if (ts.isSpreadAssignment(property)) throw unclear(property);
    const { name } = property;
    if (ts.isComputedPropertyName(name)) throw unclear(property);
    if (name.text !== 'hidden') continue;
    if (!ts.isPropertyAssignment(property)) throw unclear(property);
    const { initializer } = property;
    if (initializer.kind === ts.SyntaxKind.TrueKeyword || ts.isObjectLiteralExpression(initializer)) return true;
    if (initializer.kind !== ts.SyntaxKind.FalseKeyword) throw unclear(property);
  }
  return false;
}

/** The exercise with its points written down. */
function withWorth(call: ts.CallExpression, worth: ReadonlyMap<string, number>, f: ts.NodeFactory): ts.CallExpression {
  const [id, ...rest] = call.arguments;
  const points = id && ts.isStringLiteralLike(id) ? worth.get(id.text) : undefined;
  if (points === undefined) return call;
  const property = f.createPropertyAssignment('worth', f.createNumericLiteral(points));
  const options = rest.length > 1 ? rest[0] : undefined;
  const body = rest.slice(-1);
  const kept = options && ts.isObjectLiteralExpression(options) ? [...options.properties] : [];
  const written = f.createObjectLiteralExpression([...kept, property]);
  return f.updateCallExpression(call, call.expression, undefined, [id, written, ...body]);
}

/** Drops declarations and imports that nothing names: helpers of hidden checks can hold what these expect. */
function withoutUnused(text: string, file: string): string {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const uses = new Map<string, number>();
  const count = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) uses.set(node.text, (uses.get(node.text) ?? 0) + 1);
    ts.forEachChild(node, count);
  };
  count(tree);
  const once = (name: ts.Node | undefined): boolean =>
    Boolean(name && ts.isIdentifier(name) && uses.get(name.text) === 1);
  const result = ts.transform(tree, [
    (context) => {
      const { factory: f } = context;
      const visit = (node: ts.Node): ts.Node | undefined => {
        if (ts.isVariableStatement(node)) {
          const { declarations } = node.declarationList;
          if (declarations.every(({ name }) => bound(name).every(once))) return undefined;
        }
        if (
          (ts.isFunctionDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) &&
          once(node.name)
        ) {
          return undefined;
        }
        if (ts.isImportDeclaration(node) && node.importClause) {
          const { name, namedBindings } = node.importClause;
          if (namedBindings && ts.isNamedImports(namedBindings)) {
            const elements = namedBindings.elements.filter((element) => !once(element.name));
            if (!elements.length && (!name || once(name))) return undefined;
            const clause = f.updateImportClause(
              node.importClause,
              node.importClause.phaseModifier,
              name,
              f.updateNamedImports(namedBindings, elements),
            );
            return f.updateImportDeclaration(node, node.modifiers, clause, node.moduleSpecifier, node.attributes);
          }
          if (once(namedBindings ? namedBindings.name : name)) return undefined;
        }
        return ts.visitEachChild(node, visit, context);
      };
      return (root) => ts.visitEachChild(root, visit, context);
    },
  ]);
  const printed = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed }).printFile(result.transformed[0]);
  result.dispose();
  return printed;
}

const bound = (name: ts.BindingName): ts.Identifier[] =>
  ts.isIdentifier(name) ? [name] : name.elements.flatMap((one) => (ts.isOmittedExpression(one) ? [] : bound(one.name)));
