import ts from 'typescript';
import type { CellError } from '../protocol';
import { type CellHost, CellService } from './host';
import { describeDiagnostics, describeSyntaxError } from './diagnostics';
import { globalDeclarations } from './globals';
import { ImportedFiles, importedTypes } from './imports';
import { asExpression, isJsx } from './literal';
import { declaredNames, descendants, importedNames } from './names';
import { CellSyntaxError, type TranspiledCell, transpileCell } from './transpile';

export interface CompiledCell {
  /** Number of the cell, counting every cell that was compiled without error. */
  readonly number: number;
  /** Name of the script in stack traces. */
  readonly file: string;
  readonly source: string;
  /** Characters that were put in front of the source before it was compiled. */
  readonly shift: number;
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
  1202, // `import x = require('x')`, which the executor can do
  1203, // `export = x`
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
  /** Each module's last cell that imports it stays in view: taking a package out and in again costs more than keeping it. */
  private readonly importing = new Map<string, string>();
  /** Cells that add to the globals, and what they add. */
  private readonly augmenting = new Map<string, readonly string[]>();
  private readonly imported: ImportedFiles;
  private count = 0;

  constructor(private readonly host: CellHost) {
    this.files = new CellService(host);
    this.service = this.files.service;
    this.imported = new ImportedFiles(host, this.service);
  }

  private fileOf(cell: number | 'now', jsx: boolean): string {
    return `${this.host.cwd}/__cell_${cell}.${jsx ? 'tsx' : 'ts'}`;
  }

  /**
   * The cell at hand as a module, put in the service's view.
   * @param everything every name of earlier cells is in scope, not only those that the cell mentions
   */
  view(source: string, everything = false): CellModule {
    const file = this.fileOf('now', isJsx(source));
    const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
    const module = this.moduleOf(file, source, parsed, everything);
    this.files.write(file, module.text);
    const added = new Set(globalDeclarations(parsed));
    const augmenting = [...this.augmenting].filter(([, names]) => !names.some((name) => added.has(name)));
    const roots = [
      file,
      ...this.host.ambientFiles,
      ...this.importing.values(),
      ...augmenting.map(([earlier]) => earlier),
    ];
    this.files.setRoots([...new Set(roots)]);
    return module;
  }

  private moduleOf(file: string, source: string, parsed: ts.SourceFile, everything: boolean): CellModule {
    const { values, types } = declaredNames(parsed);
    const own = new Set([...values, ...types]);
    const imports = new Map<number, string[]>();
    let prefix = '';
    const used = usedNames(parsed);
    if (file.endsWith('x')) used.add((this.files.options.jsxFactory ?? 'React').split('.')[0]);
    for (const name of everything ? this.owners.keys() : used) {
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
  compile(cell: string, label: string): Compilation {
    const source = cell.replace(/^\uFEFF/, ''); // a byte order mark would count as a column
    const { text, shift } = asExpression(source);
    try {
      return this.checkAndCompile(source, text, shift, label);
    } catch (error) {
      const tooDeep = error instanceof RangeError && /call stack/.test(error.message);
      if (tooDeep)
        return { error: describeSyntaxError('The cell is nested too deeply to be compiled.', { source, label }) };
      throw error;
    }
  }

  private checkAndCompile(source: string, text: string, shift: number, label: string): Compilation {
    const module = this.view(text);
    const { file } = module;
    const offset = module.offset + shift;
    const inCell = ({ category, code, start }: ts.Diagnostic): boolean =>
      category === ts.DiagnosticCategory.Error &&
      !harmless.has(code) &&
      (start === undefined || (start >= offset && start <= offset + source.length));
    if (file.endsWith('x') && this.host.options.jsx === undefined && !/@jsx\b/.test(source)) {
      return { error: describeSyntaxError(noJsx, { source, label }) };
    }
    let wrong = this.service.getSyntacticDiagnostics(file).filter(inCell) as ts.Diagnostic[];
    if (!wrong.length && !this.host.unchecked) wrong = this.service.getSemanticDiagnostics(file).filter(inCell);
    const number = this.count + 1;
    if (wrong.length) {
      this.files.forgetResolutions();
      this.files.remove(file); // the same text may be right the next time
      return { error: describeDiagnostics(wrong, { source, offset, label }) };
    }
    const inImported = !this.host.unchecked && this.imported.firstError(file, (one) => harmless.has(one.code));
    if (inImported) return { error: inImported };
    const name = `cell_${number}.${file.endsWith('x') ? 'tsx' : 'ts'}`;
    let compiled: TranspiledCell;
    try {
      compiled = transpileCell(text, name, {
        earlier: this.owners.keys(),
        types: importedTypes(this.service, file),
        interruptible: true,
        compilerOptions: emitOptions(this.files.options),
      });
    } catch (error) {
      // What the parser of a module lets pass, such as an `await` with nothing behind it.
      if (!(error instanceof CellSyntaxError)) throw error;
      return { error: describeSyntaxError(error.message, { source, label, line: error.line, column: error.column }) };
    }
    const { js, map } = compiled;
    this.count = number;
    return { cell: { number, file: name, source, shift, js, map, accept: () => this.accept(number, module, text) } };
  }

  private accept(number: number, module: CellModule, source: string): void {
    const file = this.fileOf(number, module.file.endsWith('x'));
    this.files.write(file, module.text);
    this.cells.push(file);
    const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
    for (const one of parsed.statements.filter(ts.isImportDeclaration)) {
      this.importing.set((one.moduleSpecifier as ts.StringLiteral).text, file);
    }
    const added = globalDeclarations(parsed);
    if (added.length) {
      const again = new Set(added);
      for (const [earlier, names] of this.augmenting) {
        if (!names.some((name) => again.has(name))) continue;
        this.augmenting.delete(earlier);
        for (const [name, importer] of this.importing) if (importer === earlier) this.importing.delete(name);
      }
      this.augmenting.set(file, added);
    }
    const assignable = assignableNames(parsed);
    const { values, types } = declaredNames(parsed);
    for (const name of [...values, ...types]) this.owners.set(name, { cell: number, assignable: assignable.has(name) });
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
    this.augmenting.clear();
  }
}

const noJsx =
  'JSX (<b>…</b> outside of a text) is off: set "jsx" in tsconfig.json to switch it on. ' +
  "To show HTML: import { display } from 'tslab'; display.html('<b>…</b>');";

/** Options that change the JavaScript. */
export const emitOptions = (options: ts.CompilerOptions): ts.CompilerOptions => ({
  jsx: options.jsx === undefined || options.jsx === ts.JsxEmit.Preserve ? ts.JsxEmit.React : options.jsx,
  jsxFactory: options.jsxFactory,
  jsxFragmentFactory: options.jsxFragmentFactory,
  jsxImportSource: options.jsxImportSource,
  experimentalDecorators: options.experimentalDecorators,
  emitDecoratorMetadata: options.emitDecoratorMetadata,
  useDefineForClassFields: options.useDefineForClassFields,
});

function usedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const node of descendants(file)) if (ts.isIdentifier(node)) names.add(node.text);
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
