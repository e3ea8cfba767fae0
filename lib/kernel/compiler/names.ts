import ts from 'typescript';

/** Names bound by an identifier or a destructuring pattern. */
export function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)));
}

/** A node and everything inside it, in no order, however deep: without recursion. */
export function* descendants(node: ts.Node): Generator<ts.Node> {
  const waiting = [node];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    yield one;
    ts.forEachChild(one, (child) => void waiting.push(child));
  }
}

/** Is there a node in it that answers to a test? What has none need not be rewritten, which takes recursion. */
export function contains(node: ts.Node, test: (one: ts.Node) => boolean): boolean {
  for (const one of descendants(node)) if (test(one)) return true;
  return false;
}

/** Names that an import declaration binds; `types` holds those that are marked as types only. */
export function importedNames(statement: ts.ImportDeclaration): { values: string[]; types: string[] } {
  const values: string[] = [];
  const types: string[] = [];
  const clause = statement.importClause;
  if (!clause) return { values, types };
  const typeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (clause.name) (typeOnly ? types : values).push(clause.name.text);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) (typeOnly ? types : values).push(bindings.name.text);
  if (bindings && ts.isNamedImports(bindings)) {
    for (const one of bindings.elements) (typeOnly || one.isTypeOnly ? types : values).push(one.name.text);
  }
  return { values, types };
}

/** `var` names anywhere in a node except inside functions and classes: where JavaScript hoists them from. */
export function hoistedVarNames(node: ts.Node, found = new Set<string>()): Set<string> {
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isExpressionStatement(node)) return found;
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped)) {
    for (const one of node.declarations) boundNames(one.name).forEach((name) => found.add(name));
  }
  if (ts.isVariableDeclarationList(node)) return found; // no `var` inside an initializer, which may be very deep
  ts.forEachChild(node, (child) => void hoistedVarNames(child, found));
  return found;
}

/** Names that a statement list binds for its own block: `let`, `const`, `using`, classes and functions. */
export function blockNames(statements: readonly ts.Statement[]): string[] {
  return statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement) && statement.declarationList.flags & ts.NodeFlags.BlockScoped) {
      return statement.declarationList.declarations.flatMap((one) => boundNames(one.name));
    }
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      return [statement.name.text];
    }
    return [];
  });
}

const isAmbient = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  !!ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword);

/** Holds something at run time: a namespace of types alone is no value. */
function hasValues(declaration: ts.ModuleDeclaration): boolean {
  const body = declaration.body;
  if (!body) return false;
  if (ts.isModuleDeclaration(body)) return hasValues(body);
  if (!ts.isModuleBlock(body)) return false;
  return body.statements.some(
    (one) =>
      !ts.isInterfaceDeclaration(one) &&
      !ts.isTypeAliasDeclaration(one) &&
      (!ts.isModuleDeclaration(one) || hasValues(one)),
  );
}

/**
 * What the top level of a cell declares: names with a value at run time (variables, functions, classes, enums, imports)
 * and names that exist for the type checker alone.
 */
export function declaredNames(file: ts.SourceFile): { values: string[]; types: string[] } {
  const values = new Set(blockNames(file.statements.filter((statement) => !isAmbient(statement))));
  const types = new Set<string>();
  for (const statement of file.statements) {
    if (isAmbient(statement)) continue;
    hoistedVarNames(statement, values);
    if (ts.isImportDeclaration(statement)) {
      const imported = importedNames(statement);
      imported.values.forEach((name) => values.add(name));
      imported.types.forEach((name) => types.add(name));
    } else if (ts.isImportEqualsDeclaration(statement)) {
      (statement.isTypeOnly ? types : values).add(statement.name.text);
    } else if (ts.isEnumDeclaration(statement)) {
      values.add(statement.name.text);
    } else if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name)) {
      (hasValues(statement) ? values : types).add(statement.name.text);
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      types.add(statement.name.text);
    }
  }
  return { values: [...values], types: [...types].filter((name) => !values.has(name)) };
}
