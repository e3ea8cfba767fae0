import ts from 'typescript';
import { IMPORT_HELPER } from '../helpers';

/** `import a, { b as c } from 'm'` → `let { default: a, b: c } = await __import__('m')`. */
export function lowerImport(
  statement: ts.ImportDeclaration,
  types: ReadonlySet<string>,
  factory: ts.NodeFactory,
): ts.Statement | undefined {
  const load = ts.setTextRange(
    factory.createAwaitExpression(
      factory.createCallExpression(factory.createIdentifier(IMPORT_HELPER), undefined, [statement.moduleSpecifier]),
    ),
    statement,
  );
  const clause = statement.importClause;
  if (!clause) return factory.createExpressionStatement(load);
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;

  const members: ts.BindingElement[] = [];
  if (clause.name && !types.has(clause.name.text)) {
    members.push(factory.createBindingElement(undefined, 'default', clause.name));
  }
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamedImports(bindings)) {
    for (const one of bindings.elements) {
      if (one.isTypeOnly || types.has(one.name.text)) continue;
      members.push(factory.createBindingElement(undefined, one.propertyName, one.name));
    }
  }
  const declare = (name: ts.BindingName, value: ts.Expression): ts.VariableDeclaration =>
    factory.createVariableDeclaration(name, undefined, undefined, value);
  const declarations: ts.VariableDeclaration[] = [];
  if (bindings && ts.isNamespaceImport(bindings)) {
    declarations.push(declare(bindings.name, load));
    if (members.length) declarations.push(declare(factory.createObjectBindingPattern(members), bindings.name));
  } else if (members.length) {
    declarations.push(declare(factory.createObjectBindingPattern(members), load));
  }
  if (!declarations.length) return undefined; // types only
  return factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let),
  );
}
