import type { Cell, Lesson } from './types';

/** Cells that show a figure: those named so, and those that call `show`. */
export const figureCells = ({ cells }: Lesson): Cell[] =>
  cells.filter(
    ({ kind, metadata, source }) => kind === 'code' && (metadata.figure !== undefined || /\bshow\(/.test(source)),
  );
