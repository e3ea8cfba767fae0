import ts from 'typescript';
import type { CellError } from '../protocol';
import { describeDiagnostics } from './diagnostics';
import type { CellHost } from './host';

/** Names that a cell imports without saying `type`, and that are types all the same. */
export function importedTypes(service: ts.LanguageService, file: string): ReadonlySet<string> {
  const program = service.getProgram();
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
      if (target && target.flags & ts.SymbolFlags.Type && !(target.flags & ts.SymbolFlags.Value)) found.add(name.text);
    }
  }
  return found;
}

/** The modules that a file names: `import`, `export … from`, `import()`, `require()`. */
function specifiersOf(file: ts.SourceFile): ts.StringLiteralLike[] {
  // The compiler keeps them; its types do not tell.
  return [...((file as unknown as { readonly imports?: readonly ts.StringLiteralLike[] }).imports ?? [])];
}

/** Checks the files of a person's own that a cell imports, directly or not. Packages and the course's library are trusted. */
export class ImportedFiles {
  /** Versions of a file and all that it imports, when they were found free of errors. */
  private readonly right = new Map<string, string>();
  private readonly began = Date.now();

  constructor(
    private readonly host: CellHost,
    private readonly service: ts.LanguageService,
  ) {}

  /** The library of the project that the kernel belongs to was checked when it was made: only what was edited since is not. */
  private isOwn(file: string): boolean {
    if (file.includes('/node_modules/') || /\.d\.[cm]?ts$/.test(file) || !/\.[cm]?tsx?$/.test(file)) return false;
    if (!file.startsWith(`${this.host.root}/lib/`)) return true;
    return Number(this.host.versionOf(file)) > this.began;
  }

  /** Every file of a person's own that the given one imports, at any distance. */
  private closure(program: ts.Program, from: string): Set<string> {
    const checker = program.getTypeChecker();
    const found = new Set<string>();
    const waiting = [from];
    for (let name = waiting.pop(); name; name = waiting.pop()) {
      const file = program.getSourceFile(name);
      for (const literal of file ? specifiersOf(file) : []) {
        if (!/^[./@#~]/.test(literal.text)) continue; // a package
        const target = checker.getSymbolAtLocation(literal)?.declarations?.find(ts.isSourceFile)?.fileName;
        if (!target || found.has(target) || target.includes('/__cell_') || !this.isOwn(target)) continue;
        found.add(target);
        waiting.push(target);
      }
    }
    return found;
  }

  /** The errors of the first file that has some, as Jupyter's error. */
  firstError(cell: string, harmless: (one: ts.Diagnostic) => boolean): CellError | undefined {
    const program = this.service.getProgram();
    if (!program) return undefined;
    const files = this.closure(program, cell);
    const versions = [...files].map((file) => `${file} ${this.host.versionOf(file)}`).join('\n');
    for (const file of files) {
      if (this.right.get(file) === versions) continue;
      const wrong = [
        ...this.service.getSyntacticDiagnostics(file),
        ...this.service.getSemanticDiagnostics(file),
      ].filter((one) => one.category === ts.DiagnosticCategory.Error && !harmless(one));
      const source = program.getSourceFile(file)?.text ?? '';
      if (wrong.length) {
        const label = relative(this.host.cwd, file);
        const { line, ...error } = describeDiagnostics(wrong, { source, offset: 0, label });
        return { ...error, evalue: `${label}:${line}: ${error.evalue}` };
      }
      this.right.set(file, versions);
    }
    return undefined;
  }
}

/** `./lib/x.ts`, or the whole name of a file that lies elsewhere. */
const relative = (folder: string, file: string): string =>
  file.startsWith(`${folder}/`) ? `.${file.slice(folder.length)}` : file;
