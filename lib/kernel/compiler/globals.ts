import ts from 'typescript';

/**
 * What a cell's `declare global` adds, as `name` or `Interface.member`. Such a cell stays in view of later ones, until one of
 * them declares the same thing again.
 */
export function globalDeclarations(file: ts.SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isModuleDeclaration(statement) || !statement.body || !ts.isModuleBlock(statement.body)) return [];
    const isGlobal = (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
    if (!isGlobal && !ts.isStringLiteral(statement.name)) return [];
    const prefix = isGlobal ? '' : `${statement.name.text}:`;
    return statement.body.statements.flatMap((one) => namesIn(one)).map((name) => prefix + name);
  });
}

function namesIn(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((one) => one.name.getText());
  }
  if (ts.isInterfaceDeclaration(statement)) {
    return statement.members.map((member) => `${statement.name.text}.${member.name?.getText() ?? member.kind}`);
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name ? [name.getText()] : [];
}
