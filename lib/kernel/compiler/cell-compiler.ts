import ts from 'typescript';
import type { CellError } from '../protocol';
import { type CellHost, CellService } from './host';
import { describeDiagnostics } from './diagnostics';
import { declaredNames, importedNames } from './names';
import { transpileCell } from './transpile';

export interface CompiledCell {
  /** Number of the cell, counting every cell that was compiled without error. */
  readonly number: number;
  /** Name of the script in stack traces. */
  readonly file: string;
  readonly source: string;
  readonly js: string;
  readonly map: string;
  /** Makes the cell's names known to later cells: call it when the cell has run, with or without error. */
  readonly accept: () => void;
}

export type Compilation = { readonly cell: CompiledCell } | { readonly error: CellError };

/** A cell as a module: names of earlier cells in front, its own names exported behind. */
export interface CellModule {
  readonly file: string;
  readonly text: string;
  /** Where the cell's own text begins. */
  readonly offset: number;
}

interface Owner {
  readonly cell: number;
  /** A `let` or `var`, which later cells may assign. */
  readonly assignable: boolean;
}

/** Errors that are none in a notebook. */
const harmless = new Set([
  7005, // an evolving `let xs = []` seen from the next cell is any[]
  7034,
  7016, // a package without types is `any`
]);

/**
 * Type-checks and compiles the cells of one notebook. Each cell is a module of its own; the names it takes from earlier
 * cells are imported from theirs, and may be declared again.
 */
export class CellCompiler {
  readonly service: ts.LanguageService;
  private readonly files: CellService;
  private readonly owners = new Map<string, Owner>();
  private readonly cells: string[] = [];
  /** Cells with imports stay in view: taking a package out and in again costs more than keeping it. */
  private readonly importing = new Set<string>();
  private count = 0;

  constructor(private readonly host: CellHost) {
    this.files = new CellService(host);
    this.service = this.files.service;
  }

  private fileOf(cell: number | 'now'): string {
    return `${this.host.cwd}/__cell_${cell}.ts`;
  }

  /**
   * The cell at hand as a module, put in the service's view.
   * @param everything every name of earlier cells is in scope, not only those that the cell mentions
   */
  view(source: string, everything = false): CellModule {
    const file = this.fileOf('now');
    const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
    const module = this.moduleOf(file, source, parsed, everything);
    this.files.write(file, module.text);
    this.files.setRoots([file, ...this.host.ambientFiles, ...this.importing]);
    return module;
  }

  private moduleOf(file: string, source: string, parsed: ts.SourceFile, everything: boolean): CellModule {
    const { values, types } = declaredNames(parsed);
    const own = new Set([...values, ...types]);
    const imports = new Map<number, string[]>();
    let prefix = '';
    for (const name of everything ? this.owners.keys() : usedNames(parsed)) {
      const owner = own.has(name) ? undefined : this.owners.get(name);
      if (!owner) continue;
      if (owner.assignable) {
        // Not an import: those can neither be assigned nor are they narrowed by an assignment.
        prefix += `declare let ${name}: typeof import('./__cell_${owner.cell}').${name}; `;
      } else {
        imports.set(owner.cell, [...(imports.get(owner.cell) ?? []), name]);
      }
    }
    for (const [cell, names] of imports) prefix += `import { ${names.join(', ')} } from './__cell_${cell}'; `;
    const exported = exportedNames(parsed);
    const suffix = `\nexport { ${[...own].filter((name) => !exported.has(name)).join(', ')} };`;
    return { file, text: prefix + source + suffix, offset: prefix.length };
  }

  /** Checks a cell by the project's rules and compiles it. @param label how errors call it: `cell 3` */
  compile(source: string, label: string): Compilation {
    const module = this.view(source);
    const { file, offset } = module;
    const inCell = ({ category, code, start }: ts.Diagnostic): boolean =>
      category === ts.DiagnosticCategory.Error &&
      !harmless.has(code) &&
      (start === undefined || (start >= offset && start <= offset + source.length));
    let wrong = this.service.getSyntacticDiagnostics(file).filter(inCell) as ts.Diagnostic[];
    if (!wrong.length) wrong = this.service.getSemanticDiagnostics(file).filter(inCell);
    const number = this.count + 1;
    if (wrong.length) {
      this.files.forgetResolutions();
      return { error: describeDiagnostics(wrong, { source, offset, label }) };
    }
    const name = `cell_${number}.ts`;
    const { js, map } = transpileCell(source, name, {
      earlier: this.owners.keys(),
      types: this.importedTypes(file),
      interruptible: true,
      compilerOptions: emitOptions(this.files.options),
    });
    this.count = number;
    return { cell: { number, file: name, source, js, map, accept: () => this.accept(number, module, source) } };
  }

  private accept(number: number, { text }: CellModule, source: string): void {
    const file = this.fileOf(number);
    this.files.write(file, text);
    this.cells.push(file);
    const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
    if (parsed.statements.some(ts.isImportDeclaration)) this.importing.add(file);
    const assignable = assignableNames(parsed);
    const { values, types } = declaredNames(parsed);
    for (const name of [...values, ...types]) this.owners.set(name, { cell: number, assignable: assignable.has(name) });
  }

  /** Names that the cell imports without saying `type`, and that are types all the same. */
  private importedTypes(file: string): ReadonlySet<string> {
    const program = this.service.getProgram();
    const checker = program?.getTypeChecker();
    const found = new Set<string>();
    for (const statement of program?.getSourceFile(file)?.statements ?? []) {
      if (!ts.isImportDeclaration(statement) || !statement.importClause || !checker) continue;
      const clause = statement.importClause;
      const bindings = clause.namedBindings;
      const names = [
        ...(clause.name ? [clause.name] : []),
        ...(bindings && ts.isNamedImports(bindings) ? bindings.elements.map((one) => one.name) : []),
      ];
      for (const name of names) {
        const symbol = checker.getSymbolAtLocation(name);
        const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        if (target && target.flags & ts.SymbolFlags.Type && !(target.flags & ts.SymbolFlags.Value))
          found.add(name.text);
      }
    }
    return found;
  }

  /** Every name that cells have declared. */
  names(): string[] {
    return [...this.owners.keys()];
  }

  /** Forgets every cell: their variables are gone. */
  reset(): void {
    for (const file of this.cells.splice(0)) this.files.remove(file);
    this.owners.clear();
    this.importing.clear();
  }
}

/** Options that change the JavaScript. */
const emitOptions = (options: ts.CompilerOptions): ts.CompilerOptions => ({
  experimentalDecorators: options.experimentalDecorators,
  emitDecoratorMetadata: options.emitDecoratorMetadata,
  useDefineForClassFields: options.useDefineForClassFields,
});

function usedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Names that the cell exports by itself. */
function exportedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const one of statement.exportClause.elements) names.add(one.name.text);
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (modifiers.some((one) => one.kind === ts.SyntaxKind.DefaultKeyword)) continue;
    const alone = ts.factory.updateSourceFile(file, [statement]);
    const { values, types } = declaredNames(alone);
    [...values, ...types].forEach((name) => names.add(name));
  }
  return names;
}

function assignableNames(file: ts.SourceFile): Set<string> {
  const names = new Set(declaredNames(file).values);
  for (const statement of file.statements) {
    const list = ts.isVariableStatement(statement) ? statement.declarationList : undefined;
    if (list && list.flags & (ts.NodeFlags.Const | ts.NodeFlags.Using)) {
      const alone = ts.factory.updateSourceFile(file, [statement]);
      declaredNames(alone).values.forEach((name) => names.delete(name));
    } else if (ts.isImportDeclaration(statement)) {
      importedNames(statement).values.forEach((name) => names.delete(name));
    } else if ('name' in statement && statement.name && ts.isIdentifier(statement.name as ts.Node)) {
      names.delete((statement.name as ts.Identifier).text); // function, class, enum, namespace, import =
    }
  }
  return names;
}
