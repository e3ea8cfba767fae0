import { describe, expect, it } from 'vitest';
import { mergeNotebooks, type Notebook, type NotebookCell } from '../../lib/lesson';

type Spec = readonly [id: string, source: string, more?: object];

const code = (id: string, source: string, more: object = {}): NotebookCell => ({
  cell_type: 'code',
  id,
  metadata: {},
  source,
  execution_count: null,
  outputs: [],
  ...more,
});
const notebook = (...cells: Spec[]): Notebook => ({
  cells: cells.map(([id, source, more]) => code(id, source, more)),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const merge = (base: Notebook | undefined, mine: Notebook, theirs: Notebook) =>
  mergeNotebooks({ ...(base ? { base } : {}), mine, theirs, lang: 'en' });
const shown = ({ cells }: Notebook): string[] => cells.map(({ id, source }) => `${id}: ${source}`);
const output = { output_type: 'stream', name: 'stdout', text: 'mine' };
const base = notebook(['a', 'A'], ['b', 'B'], ['c', 'C']);

describe('an update of a lesson in a student’s notebook', () => {
  it('changes nothing when nothing is new', () => {
    const mine = notebook(['a', 'A mine'], ['own', 'O'], ['c', 'C']);
    expect(merge(base, mine, base).notebook).toBe(mine);
  });

  it('renews what the student has not touched', () => {
    const merged = merge(base, base, notebook(['a', 'A'], ['b', 'B new'], ['c', 'C']));
    expect(shown(merged.notebook)).toEqual(['a: A', 'b: B new', 'c: C']);
    expect(merged).toMatchObject({ updated: 1, added: 0, removed: 0, both: [] });
  });

  it('keeps what the student wrote, its outputs and count', () => {
    const mine = notebook(['a', 'A'], ['b', 'B mine', { outputs: [output], execution_count: 7 }], ['c', 'C']);
    const { cells } = merge(base, mine, notebook(['a', 'A new'], ['b', 'B'], ['c', 'C'])).notebook;
    expect(cells[0].source).toBe('A new');
    expect(cells[1]).toMatchObject({ source: 'B mine', outputs: [output], execution_count: 7 });
  });

  it('keeps the outputs of cells that it renews', () => {
    const mine = notebook(['a', 'A'], ['b', 'B', { outputs: [output] }], ['c', 'C']);
    expect(merge(base, mine, notebook(['a', 'A'], ['b', 'B new'], ['c', 'C'])).notebook.cells[1].outputs).toEqual([
      output,
    ]);
  });

  it('puts new cells in their place and takes away those that are gone', () => {
    const merged = merge(base, base, notebook(['n', 'N'], ['a', 'A'], ['c', 'C'], ['z', 'Z']));
    expect(shown(merged.notebook)).toEqual(['n: N', 'a: A', 'c: C', 'z: Z']);
    expect(merged).toMatchObject({ added: 2, removed: 1 });
  });

  it('leaves the student’s own cells behind the cell that they stood behind', () => {
    const mine = notebook(
      ['o0', 'first'],
      ['a', 'A'],
      ['o1', 'mine'],
      ['o2', 'mine too'],
      ['b', 'B'],
      ['c', 'C'],
      ['o3', 'last'],
    );
    const theirs = notebook(['a', 'A'], ['n', 'N'], ['c', 'C new'], ['b', 'B']);
    expect(shown(merge(base, mine, theirs).notebook)).toEqual([
      'o0: first',
      'a: A',
      'o1: mine',
      'o2: mine too',
      'n: N',
      'c: C new',
      'o3: last',
      'b: B',
    ]);
  });

  it('keeps a cell that the lesson has dropped but the student had written in, out of the grader’s way', () => {
    const nbgrader = { nbgrader: { grade_id: 'b' }, deletable: false };
    const graded = notebook(['a', 'A'], ['b', 'B', { metadata: nbgrader }], ['c', 'C']);
    const mine = notebook(['a', 'A'], ['b', 'B mine', { metadata: nbgrader }], ['c', 'C']);
    const merged = merge(graded, mine, notebook(['a', 'A'], ['c', 'C']));
    expect(shown(merged.notebook)).toEqual(['a: A', 'b: B mine', 'c: C']);
    expect(merged.notebook.cells[1].metadata).toEqual({});
    expect(merged.kept).toEqual(['b']);
  });

  it('has both versions of a cell that both sides changed; the new one does not run', () => {
    const mine = notebook(['a', 'A'], ['b', 'B mine', { outputs: [output] }], ['c', 'C']);
    const merged = merge(base, mine, notebook(['a', 'A'], ['b', 'B new'], ['c', 'C']));
    const [, yours, note] = merged.notebook.cells;
    expect(yours).toMatchObject({ id: 'b', source: 'B mine', outputs: [output] });
    expect(note).toMatchObject({ id: 'b-update', cell_type: 'markdown' });
    expect(note.source).toBe(
      '> **This cell was updated.** Yours, above, is as you left it. The new version:\n\n```ts\nB new\n```',
    );
    expect(merged.both).toEqual(['b']);
  });

  it('replaces its own note at the next update, unless the student has written in it', () => {
    const versions = ['B 2', 'B 3'].map((b) => notebook(['a', 'A'], ['b', b], ['c', 'C']));
    const mine = notebook(['a', 'A'], ['b', 'B mine'], ['c', 'C']);
    const once = merge(base, mine, versions[0]).notebook;
    const twice = merge(versions[0], once, versions[1]).notebook;
    expect(twice.cells).toHaveLength(4);
    expect(twice.cells[2].source).toContain('B 3');

    const cells = once.cells.map((cell) =>
      cell.id === 'b-update' ? { ...cell, source: `${cell.source} seen` } : cell,
    );
    const kept = merge(versions[0], { ...once, cells }, versions[1]).notebook;
    expect(kept.cells.map(({ source }) => source).filter((source) => /B [23]/.test(source))).toHaveLength(2);
  });

  it('takes the same change on both sides for no conflict', () => {
    const mine = notebook(['a', 'A'], ['b', 'B new'], ['c', 'C']);
    expect(merge(base, mine, notebook(['a', 'A'], ['b', 'B new'], ['c', 'C']))).toMatchObject({ both: [] });
  });

  it('keeps a test the lesson’s own, with what the student had written in it beside', () => {
    const locked = { metadata: { editable: false, deletable: false } };
    const [was, mine, theirs] = ['T', 'T forged', 'T new'].map((source) => notebook(['t', source, locked]));
    const { cells } = merge(was, mine, theirs).notebook;
    expect(cells[0]).toMatchObject({ id: 't', source: 'T new' });
    expect(cells[1].source).toContain('T forged');
  });

  it('respects what the student deleted, but brings back what is new or graded', () => {
    const locked = { metadata: { deletable: false } };
    const was = notebook(['a', 'A'], ['b', 'B'], ['c', 'C', locked]);
    const theirs = notebook(['a', 'A new'], ['b', 'B'], ['c', 'C', locked], ['d', 'D']);
    expect(shown(merge(was, notebook(['own', 'O']), theirs).notebook)).toEqual(['own: O', 'a: A new', 'c: C', 'd: D']);
  });

  it('keeps an order that the student has made', () => {
    const mine = notebook(['c', 'C'], ['a', 'A'], ['own', 'O'], ['b', 'B']);
    const theirs = notebook(['a', 'A'], ['n', 'N'], ['b', 'B new'], ['c', 'C'], ['z', 'Z']);
    expect(shown(merge(base, mine, theirs).notebook)).toEqual(['c: C', 'z: Z', 'a: A', 'n: N', 'own: O', 'b: B new']);
  });

  it('sees through new numbers after an insertion', () => {
    const was = notebook(['s-code-1', 'A'], ['s-code-2', 'B']);
    const mine = notebook(['s-code-1', 'A mine'], ['s-code-2', 'B']);
    const theirs = notebook(['s-code-1', 'N'], ['s-code-2', 'A'], ['s-code-3', 'B']);
    const merged = merge(was, mine, theirs);
    expect(shown(merged.notebook)).toEqual(['s-code-1: N', 's-code-2: A mine', 's-code-3: B']);
    expect(merged.both).toEqual([]);
  });

  it('knows cells whose ids a program has dropped by grade_id and text', () => {
    const graded = { metadata: { nbgrader: { grade_id: 'x' } } };
    const was = notebook(['a', 'A'], ['x', 'X', graded]);
    const mine = notebook(['', 'A'], ['', 'X mine', graded]);
    expect(shown(merge(was, mine, notebook(['a', 'A'], ['n', 'N'], ['x', 'X', graded])).notebook)).toEqual([
      'a: A',
      'n: N',
      'x: X mine',
    ]);
  });

  it('counts every difference as the student’s when the base is lost', () => {
    const mine = notebook(['a', 'A mine'], ['b', 'B']);
    const merged = merge(undefined, mine, notebook(['a', 'A'], ['b', 'B'], ['c', 'C']));
    expect(merged.notebook.cells.map(({ id }) => id)).toEqual(['a', 'a-update', 'b', 'c']);
    expect(merged.notebook.cells[0].source).toBe('A mine');
  });

  it('keeps metadata of Jupyter’s and of the student’s, and renews the lesson’s', () => {
    const meta = (metadata: object): Notebook => notebook(['a', 'A', { metadata }]);
    const mine = meta({ tags: ['x'], collapsed: true, nbgrader: { points: 99 }, figure: 'f' });
    const merged = merge(
      meta({ tags: ['x'], nbgrader: { points: 1 }, figure: 'f' }),
      mine,
      meta({ tags: ['y'], nbgrader: { points: 2 } }),
    );
    expect(merged.notebook.cells[0].metadata).toEqual({ tags: ['y'], collapsed: true, nbgrader: { points: 2 } });
  });
});

describe('whatever happens to a lesson and to a copy of it', () => {
  /** A small generator of numbers, so that a failure comes again. */
  const numbers = (seed: number) => {
    let state = seed * 2654435761;
    return (n: number): number => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
      return (state >>> 8) % n;
    };
  };
  /** A few random changes: edits, deletions, insertions, perhaps a move. */
  const disturb = (
    { cells, ...rest }: Notebook,
    who: string,
    pick: (n: number) => number,
    moves: boolean,
  ): Notebook => {
    const changed = [...cells];
    for (let i = 0; i < 1 + pick(5); i++) {
      const at = pick(changed.length + 1);
      const kind = pick(moves ? 4 : 3);
      if (kind === 0) changed.splice(at, 0, code(`${who}-${i}-${pick(1000)}`, `${who} new ${pick(1e6)}`));
      else if (at < changed.length && kind === 1) changed.splice(at, 1);
      else if (at < changed.length && kind === 2) {
        changed[at] = { ...changed[at], source: `${changed[at].source} ${who} ${pick(1e6)}`, outputs: [output] };
      } else if (at < changed.length) changed.splice(pick(changed.length), 0, ...changed.splice(at, 1));
    }
    return { ...rest, cells: changed };
  };

  it.each(Array.from({ length: 200 }, (_, seed) => seed))('nothing is lost (%i)', (seed) => {
    const pick = numbers(seed + 1);
    const was = notebook(...Array.from({ length: 1 + pick(8) }, (_, i): Spec => [`c${i}`, `text ${i}`]));
    const mine = disturb(was, 'student', pick, true);
    const theirs = disturb(was, 'lesson', pick, pick(2) === 0);
    const { notebook: merged } = merge(was, mine, theirs);
    const texts = merged.cells.map(({ source }) => source);

    // Every word of the student's is in a cell of its own, once, with its outputs.
    for (const cell of mine.cells.filter(({ source }) => source.includes('student'))) {
      const found = merged.cells.filter(({ source }) => source === cell.source);
      expect(found).toHaveLength(1);
      expect(found[0].outputs).toEqual(cell.outputs);
    }
    // Everything new in the lesson has arrived, if only beside.
    for (const { source } of theirs.cells.filter((cell) => cell.source.includes('lesson'))) {
      expect(
        texts.some((text) => text.includes(source)),
        source,
      ).toBe(true);
    }
    // Nothing comes from nowhere, no id twice, and doing it again changes nothing.
    const known = new Set([...mine.cells, ...theirs.cells].map(({ source }) => source));
    for (const { source, id } of merged.cells) expect(known.has(source) || id.endsWith('-update'), source).toBe(true);
    expect(new Set(merged.cells.map(({ id }) => id)).size).toBe(merged.cells.length);
    expect(merge(theirs, merged, theirs).notebook).toBe(merged);
    // After a crash before the base was written, too.
    expect(shown(merge(was, merged, theirs).notebook).sort()).toEqual(shown(merged).sort());
  });

  it.each(Array.from({ length: 50 }, (_, seed) => seed))('an untouched copy becomes the new lesson (%i)', (seed) => {
    const pick = numbers(seed + 1000);
    const was = notebook(...Array.from({ length: 1 + pick(8) }, (_, i): Spec => [`c${i}`, `text ${i}`]));
    const theirs = disturb(was, 'lesson', pick, true);
    expect(shown(merge(was, was, theirs).notebook)).toEqual(shown(theirs));
  });
});
