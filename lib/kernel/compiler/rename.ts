import ts from 'typescript';
import { blockNames, boundNames, contains, hoistedVarNames } from './names';

/**
 * Names that exist on the global object of a fresh realm. A cell's top-level variables live in the realm's one script scope,
 * where `const performance = …` or `import { setTimeout } from 'node:timers/promises'` would hide the global of that name
 * from every library; such names are renamed within the cells.
 */
const globals: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

const SUFFIX = '$cell';

/** The name under which a cell's own `performance`, `crypto`, … lives. */
const inCells = (name: string): string => `${name}${SUFFIX}`;

/** What the person at the notebook calls it. */
export const asWritten = (name: string): string => (name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name);

/** Of the names that cells declare, those that would hide a global. */
export const hidesGlobal = (names: Iterable<string>): Set<string> =>
  new Set([...names].filter((name) => globals.has(name)));

/** Is this identifier the name of a member, a label or an attribute, and so no reference to a variable? */
function isNameOnly(node: ts.Identifier, parent: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isObjectLiteralElement(parent)) {
    return parent.name === node;
  }
  if (ts.isLabeledStatement(parent)) return parent.label === node;
  return ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent);
}

/** Names that a node binds for what stands inside it. */
function scopeOf(node: ts.Node): Iterable<string> | undefined {
  if (ts.isFunctionLike(node)) {
    const names = new Set(node.parameters.flatMap((parameter) => boundNames(parameter.name)));
    if (ts.isFunctionExpression(node) && node.name) names.add(node.name.text);
    const body = 'body' in node ? node.body : undefined;
    if (body) hoistedVarNames(body, names);
    return names;
  }
  if (ts.isBlock(node)) return blockNames(node.statements);
  if (ts.isCaseBlock(node)) return node.clauses.flatMap((clause) => blockNames(clause.statements));
  if (ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    const list = node.initializer;
    const bound = list && ts.isVariableDeclarationList(list) && list.flags & ts.NodeFlags.BlockScoped;
    return bound ? list.declarations.flatMap((one) => boundNames(one.name)) : undefined;
  }
  if (ts.isCatchClause(node) && node.variableDeclaration) return boundNames(node.variableDeclaration.name);
  if (ts.isClassExpression(node) && node.name) return [node.name.text];
  return undefined;
}

/** Renames every free or top-level use of the given names in a JavaScript tree. */
export function renameInCells(names: ReadonlySet<string>): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    if (!names.size) return file;
    const { factory } = context;
    const bound: ReadonlySet<string>[] = [];
    const meant = (name: string): boolean => names.has(name) && !bound.some((scope) => scope.has(name));
    const renamed = (node: ts.Identifier): ts.Identifier =>
      ts.setOriginalNode(ts.setTextRange(factory.createIdentifier(inCells(node.text)), node), node);
    const visitIn =
      (parent: ts.Node): ts.Visitor =>
      (node) => {
        if (ts.isIdentifier(node)) return meant(node.text) && !isNameOnly(node, parent) ? renamed(node) : node;
        if (ts.isShorthandPropertyAssignment(node) && meant(node.name.text)) {
          return factory.createPropertyAssignment(node.name, renamed(node.name));
        }
        if (ts.isBindingElement(node) && !node.propertyName && !node.dotDotDotToken && ts.isIdentifier(node.name)) {
          if (meant(node.name.text) && ts.isObjectBindingPattern(parent)) {
            const value = node.initializer && ts.visitNode(node.initializer, visitIn(node), ts.isExpression);
            return factory.createBindingElement(undefined, node.name, renamed(node.name), value);
          }
        }
        const scope = scopeOf(node);
        if (scope) bound.push(new Set(scope));
        const result = ts.visitEachChild(node, visitIn(node), context);
        if (scope) bound.pop();
        return result;
      };
    const mentions = (node: ts.Node): boolean => ts.isIdentifier(node) && names.has(node.text);
    const visitTop = visitIn(file);
    return ts.visitEachChild(file, (one) => (contains(one, mentions) ? visitTop(one) : one), context);
  };
}
