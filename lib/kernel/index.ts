/** The Jupyter kernel for TypeScript: a front that speaks Jupyter's protocol and an executor that runs cells. */
export {
  transpileCell,
  CellSyntaxError,
  IMPORT_HELPER,
  VALUE_HELPER,
  type TranspiledCell,
  type TranspileOptions,
} from './transpile';
