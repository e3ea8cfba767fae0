import ts from 'typescript';
import { declaredNames, importedNames } from './compiler/names';

/** Names that a cell gives to values of its own: no types, no imports. */
export function variablesOf(source: string): string[] {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, false);
  const imported = new Set(file.statements.filter(ts.isImportDeclaration).flatMap((one) => importedNames(one).values));
  return declaredNames(file).values.filter((name) => !imported.has(name));
}
