import { CellCompiler, emitOptions } from './compiler/cell-compiler';
import type { CompiledCell } from './compiler/cell-compiler';
import { Executor, type ExecutorHandlers } from './executor';
import { type NodeHost, nodeHost, projectRoot, runtimePaths } from './node-host';
import type { CellResult } from './protocol';
import { variablesOf } from './variables';

export interface SessionOptions {
  /** Folder of the notebook. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** JavaScript is not type-checked. */
  readonly language?: 'typescript' | 'javascript';
  /** Check as loosely as tslab does, for a notebook that was written for it. */
  readonly lax?: boolean;
}

export interface ExecuteOptions {
  /** Names the cell in output events. */
  readonly id: string;
  /** How error messages call the cell: `cell 3`. */
  readonly label: string;
  readonly silent?: boolean;
  readonly allowInput?: boolean;
  readonly expressions?: Readonly<Record<string, string>>;
}

const interrupted: CellResult = {
  status: 'error',
  ename: 'KeyboardInterrupt',
  evalue: 'the cell was interrupted before it ran',
  traceback: ['KeyboardInterrupt: the cell was interrupted before it ran'],
};

/** One notebook's worth of state: what its cells have declared, and the process where they live. */
export class Session {
  readonly executor: Executor;
  private readonly host: NodeHost;
  private toldProblems = false;
  private loaded: CellCompiler | undefined;
  private cancelled = false;
  /** Names that the cells have given to values. */
  private readonly variables = new Set<string>();

  constructor(
    private readonly options: SessionOptions,
    private readonly handlers: ExecutorHandlers,
  ) {
    this.host = nodeHost(options.cwd, { unchecked: options.language === 'javascript', lax: options.lax });
    this.executor = new Executor(
      {
        cwd: options.cwd,
        root: projectRoot,
        paths: runtimePaths(this.host.options),
        emit: emitOptions(this.host.options),
        env: options.env,
      },
      {
        ...handlers,
        variables: () => [...this.variables],
        lost: (why) => {
          this.variables.clear();
          this.loaded?.reset();
          handlers.lost?.(why);
        },
      },
    );
  }

  get compiler(): CellCompiler {
    this.loaded ??= new CellCompiler(this.host);
    return this.loaded;
  }

  /** Checks, compiles and runs one cell. */
  async execute(source: string, options: ExecuteOptions): Promise<CellResult> {
    this.cancelled = false;
    if (!this.toldProblems) this.tellProblems(options.id);
    const compilation = this.compiler.compile(source, options.label);
    if ('error' in compilation) return compilation.error;
    await this.executor.whenReady();
    if (this.cancelled) return interrupted;
    return await this.run(compilation.cell, options);
  }

  private tellProblems(cell: string): void {
    this.toldProblems = true;
    for (const problem of this.host.problems) {
      this.handlers.output({ type: 'output', cell, kind: 'stream', content: { name: 'stderr', text: `${problem}\n` } });
    }
  }

  private async run(cell: CompiledCell, options: ExecuteOptions): Promise<CellResult> {
    const { file, source, shift, js, map } = cell;
    const { generation } = this.executor;
    const result = await this.executor.run({
      cell: options.id,
      file,
      label: options.label,
      source,
      shift,
      js,
      map,
      silent: options.silent ?? false,
      allowInput: options.allowInput ?? false,
      expressions: options.expressions ?? {},
    });
    if (this.executor.generation === generation) {
      cell.accept();
      for (const name of variablesOf(cell.source)) this.variables.add(name);
    }
    return result;
  }

  /** Reads the declarations that most notebooks need, so that the first cell need not. */
  warmUp(source = ''): void {
    this.compiler.compile(source, 'warm-up');
  }

  interrupt(): void {
    this.cancelled = true; // a cell that waits for its process
    this.executor.interrupt();
  }

  async dispose(): Promise<void> {
    await this.executor.dispose();
  }
}
