/** The Jupyter kernel for TypeScript: a front that speaks Jupyter's protocol and an executor that runs cells. */
export { IMPORT_HELPER, VALUE_HELPER } from './helpers';
export { transpileCell, CellSyntaxError, type TranspiledCell, type TranspileOptions } from './compiler/transpile';
export { type CellHost } from './compiler/host';
export { CellCompiler, type Compilation, type CompiledCell } from './compiler/cell-compiler';
export { Executor, type ExecutorHandlers, type ExecutorOptions } from './executor';
export { nodeHost, projectRoot } from './node-host';
export { Session, type ExecuteOptions, type SessionOptions } from './session';
export {
  runNotebook,
  type Failure,
  type NotebookCell,
  type NotebookLike,
  type NotebookOutput,
  type RunOptions,
  type RunProgress,
  type RunReport,
} from './notebook';
export type { CellError, CellResult, MimeBundle, OutputEvent } from './protocol';
