import ts from 'typescript';
import { IMPORT_HELPER, VALUE_HELPER } from '../helpers';
import { contains, declaredNames } from './names';
import { guardAwaits } from './awaits';
import { lowerImport } from './lower-import';
import { lowerDeclarations } from './lower';
import { hidesGlobal, renameInCells } from './rename';

export interface TranspiledCell {
  /** JavaScript for V8's `Runtime.evaluate` with `replMode` and `awaitPromise`. */
  readonly js: string;
  /** Source map (version 3, JSON) from `js` to the cell. */
  readonly map: string;
  /** Names with a value that the cell declares for later cells, as the cell spells them. */
  readonly declares: string[];
}

export interface TranspileOptions {
  /** What earlier cells declared. Needed only where such a name is also a global's (`crypto`, `performance`). */
  readonly earlier?: Iterable<string>;
  /** Imported names that the type checker knows to be types: not asked for at run time. */
  readonly types?: ReadonlySet<string>;
  /** Let `await` tell the await helper which cell goes on after it, so that a cell can be interrupted there. */
  readonly interruptible?: boolean;
  /** The project's options as far as they change the JavaScript (`experimentalDecorators`, `jsx`, …). */
  readonly compilerOptions?: ts.CompilerOptions;
}

/** A cell that is no TypeScript. */
export class CellSyntaxError extends SyntaxError {
  constructor(
    message: string,
    /** 1-based. */
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
    this.name = 'SyntaxError';
  }
}

/** `export default class {}`: nothing in a notebook could refer to it. */
const isNamelessDefault = (statement: ts.Statement): boolean =>
  (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && !statement.name;

const moduleWords = new Set([ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DefaultKeyword]);

const isModuleSyntax = ({ kind }: ts.Node): boolean =>
  kind === ts.SyntaxKind.ImportKeyword || kind === ts.SyntaxKind.MetaProperty || moduleWords.has(kind);

/** What a module may say and a script may not: imports, exports, `import()`, `import.meta`. Also marks the last value. */
function lowerModule(types: ReadonlySet<string>): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const deep = (node: ts.Node): ts.Node => {
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const inner = node.arguments.map((argument) => deepIn(argument));
        return ts.setTextRange(
          factory.createCallExpression(factory.createIdentifier(IMPORT_HELPER), undefined, inner),
          node,
        );
      }
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return factory.createPropertyAccessExpression(factory.createIdentifier(IMPORT_HELPER), 'meta');
      }
      if (ts.isStatement(node) && ts.canHaveModifiers(node) && node.parent === file) {
        const modifiers = ts.getModifiers(node);
        if (modifiers?.some((modifier) => moduleWords.has(modifier.kind))) {
          return ts.visitEachChild(node, (child) => (moduleWords.has(child.kind) ? undefined : deep(child)), context);
        }
      }
      return ts.visitEachChild(node, deep, context);
    };

    /** Nothing above turns an expression into anything else, or a statement. */
    const deepIn = <T extends ts.Node>(node: T): T => (contains(node, isModuleSyntax) ? (deep(node) as T) : node);

    const last = file.statements.at(-1);
    const statements = file.statements.flatMap((statement): ts.Statement[] => {
      let lowered: ts.Statement | undefined;
      if (ts.isImportDeclaration(statement)) {
        lowered = lowerImport(statement, types, factory);
      } else if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) {
        if (statement.isTypeOnly) return [];
        const call = factory.createCallExpression(factory.createIdentifier('require'), undefined, [
          statement.moduleReference.expression,
        ]);
        lowered = factory.createVariableStatement(
          undefined,
          factory.createVariableDeclarationList(
            [factory.createVariableDeclaration(statement.name, undefined, undefined, call)],
            ts.NodeFlags.Let,
          ),
        );
      } else if (ts.isExportDeclaration(statement) || isNamelessDefault(statement)) {
        return []; // every name of a cell is visible to the next one anyway
      } else if (ts.isExportAssignment(statement) || (ts.isExpressionStatement(statement) && statement === last)) {
        const value = deepIn(statement.expression);
        const call = factory.createCallExpression(factory.createIdentifier(VALUE_HELPER), undefined, [value]);
        const shown = statement === last ? ts.setTextRange(call, statement.expression) : value;
        lowered = factory.createExpressionStatement(shown);
      } else {
        return [deepIn(statement)];
      }
      return lowered ? [ts.setTextRange(lowered, statement)] : [];
    });
    return factory.updateSourceFile(file, statements);
  };
}

const noTypes: ReadonlySet<string> = new Set();

/**
 * A TypeScript cell as JavaScript that V8 runs in REPL mode: imports become awaited calls of the import helper, the last
 * expression's value goes to the value helper, `await` stands at top level, and any name can be declared again.
 * Nothing is type-checked. Imports nothing of Node: a browser can run it.
 * @throws CellSyntaxError where the text is no TypeScript
 */
export function transpileCell(source: string, name: string, options: TranspileOptions = {}): TranspiledCell {
  const parsed = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true);
  const { values } = declaredNames(parsed);
  const renames = hidesGlobal([...values, ...(options.earlier ?? [])]);
  const output = ts.transpileModule(source, {
    fileName: name,
    reportDiagnostics: true,
    compilerOptions: {
      ...options.compilerOptions,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleDetection: ts.ModuleDetectionKind.Force,
      verbatimModuleSyntax: false,
      sourceMap: true,
      inlineSourceMap: false,
      inlineSources: true,
      declaration: false,
      importHelpers: false,
      removeComments: false,
    },
    transformers: {
      before: [lowerModule(options.types ?? noTypes)],
      after: [renameInCells(renames), ...(options.interruptible ? [guardAwaits] : []), lowerDeclarations],
    },
  });
  const wrong = output.diagnostics?.find((one) => one.category === ts.DiagnosticCategory.Error);
  if (wrong) {
    const { line, character } = parsed.getLineAndCharacterOfPosition(wrong.start ?? 0);
    const text = ts.flattenDiagnosticMessageText(wrong.messageText, '\n');
    throw new CellSyntaxError(text, line + 1, character + 1);
  }
  return {
    js: output.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''),
    map: output.sourceMapText ?? '',
    declares: values,
  };
}
