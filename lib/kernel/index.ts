/** The Jupyter kernel for TypeScript: a front that speaks Jupyter's protocol and an executor that runs cells. */
export { IMPORT_HELPER, VALUE_HELPER } from './helpers';
export { transpileCell, CellSyntaxError, type TranspiledCell, type TranspileOptions } from './compiler/transpile';
