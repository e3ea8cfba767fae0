import { type NotebookOutput, type RunOptions, runNotebook } from '../../lib/kernel';

interface AnyCell {
  readonly cell_type: string;
  readonly source: string | string[];
}

/** A code cell that was run before. */
export const code = (source: string | string[]) => ({
  cell_type: 'code',
  source,
  metadata: {},
  outputs: ['old'],
  execution_count: 9,
});

/** Runs cells as a notebook of a folder. */
export const runIn =
  (folder: string) =>
  (cells: AnyCell[], options: Partial<RunOptions> = {}) =>
    runNotebook({ cells, metadata: { kept: true }, nbformat: 4, nbformat_minor: 5 }, { cwd: folder, ...options });

export const outputsOf = (cell: object): NotebookOutput[] => (cell as { outputs: NotebookOutput[] }).outputs;
