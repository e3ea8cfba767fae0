import type { Notebook, NotebookCell } from './types';

/** Reads a notebook file. @throws SyntaxError that says why it is none */
export function readNotebook(text: string): Notebook {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new SyntaxError(text.trim() === '' ? 'the file is empty' : 'the file is no JSON; it may have been cut off');
  }
  if (!isRecord(json) || !Array.isArray(json.cells) || !isRecord(json.metadata)) {
    throw new SyntaxError('the file is JSON, but no notebook of format 4');
  }
  const cells = json.cells.map((cell: unknown, index): NotebookCell => {
    const source = isRecord(cell) ? joined(cell.source) : undefined;
    if (!isRecord(cell) || source === undefined || !isCellType(cell.cell_type)) {
      throw new SyntaxError(`cell ${index + 1} is no notebook cell`);
    }
    return {
      ...cell,
      cell_type: cell.cell_type,
      id: typeof cell.id === 'string' ? cell.id : '',
      metadata: isRecord(cell.metadata) ? cell.metadata : {},
      source,
    };
  });
  const { nbformat, nbformat_minor: minor } = json;
  return {
    ...json,
    cells,
    metadata: json.metadata,
    nbformat: typeof nbformat === 'number' ? nbformat : 4,
    nbformat_minor: typeof minor === 'number' ? minor : 5,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isCellType = (value: unknown): value is NotebookCell['cell_type'] =>
  value === 'markdown' || value === 'code' || value === 'raw';

/** A source is one string or a list of lines. */
function joined(source: unknown): string | undefined {
  if (typeof source === 'string') return source;
  return Array.isArray(source) && source.every((line) => typeof line === 'string') ? source.join('') : undefined;
}
