import type { Cell, Json, Problem } from './types';

/** Prose tagged `slide` stands on the lesson's slides and nowhere else: short sentences there, whole ones in the notebook. */
export const isDeckOnly = ({ tags }: Cell): boolean => tags.includes('slide');

const slideType = ({ metadata: { slideshow } }: Cell): Json | undefined =>
  slideshow !== null && typeof slideshow === 'object' && 'slide_type' in slideshow ? slideshow.slide_type : undefined;

/** What a notebook of slides says of a cell. A lesson with slides of its own shows what it marks; one without, all its cells. */
export function slideshowOf(cell: Cell, cells: readonly Cell[]): Json | undefined {
  if (slideType(cell) === undefined && cells.some(isDeckOnly)) return { slide_type: 'skip' };
  return cell.metadata.slideshow;
}

/** Slides that no audience would see as they were meant. */
export function deckProblems(file: string, cells: readonly Cell[]): Problem[] {
  return cells.flatMap((cell): Problem[] => {
    const problem = (message: string): Problem[] => [{ file, line: cell.line, level: 'error', message }];
    const type = slideType(cell);
    if (isDeckOnly(cell)) {
      if (cell.kind === 'code') return problem('only prose is tagged "slide": code is shown by its slideshow key');
      if (cell.gradeId !== undefined) return problem('students never see a cell tagged "slide": it cannot be graded');
      if (type === undefined || type === 'skip' || type === '-') {
        return problem(
          'a cell tagged "slide" says where it stands: slideshow={"slide_type": "slide"}, or subslide, fragment, notes',
        );
      }
    } else if (type === 'notes') {
      return problem('notes are for the speaker: tags=["slide"] keeps them out of the students\' notebooks');
    }
    return [];
  });
}
