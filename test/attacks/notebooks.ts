/** Accidents and tricks of whole notebooks that cost nothing: what happens to cells, metadata and bytes. */
import { notebookText, type NotebookCell } from '../../lib/lesson';
import { answering, gradeIdOf } from '../grading/support';
import { full, miniNotebook, solutionOf, type Attack } from './attack';
import { after, before, cellOf, eachCell, marked, only, plain, raw, withCells, withId, without } from './changes';

const scale = solutionOf('mini-scale');
const huge = Array.from({ length: 50 }, () => ({ output_type: 'stream', name: 'stdout', text: 'x'.repeat(1 << 20) }));
const helper = 'const third = (x: number) => x;\nconst mine = (x: number) => third(half(x));';
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

const keeps = (name: string, submission: Attack['submission'], says?: RegExp): Attack => ({
  ...{ name, submission, scores: full },
  ...(says ? { says } : {}),
});
/** Something happened to the notebook, and no point is lost. */
export const accidents: readonly Attack[] = [
  keeps('nothing', () => miniNotebook()),
  keeps('the notebook in Chinese', () => miniNotebook('solution', 'zh')),
  keeps('a mark at its start (BOM)', () => `\ufeff${JSON.stringify(miniNotebook())}`),
  keeps('UTF-16', () => Buffer.from(`\ufeff${JSON.stringify(miniNotebook())}`, 'utf16le')),
  keeps('UTF-16, the other way round', () =>
    Buffer.from(`\ufeff${JSON.stringify(miniNotebook())}`, 'utf16le').swap16(),
  ),
  keeps('Windows line ends', () => JSON.stringify(miniNotebook()).replaceAll('\\n', '\\r\\n')),
  keeps('line ends of an old Mac', () => JSON.stringify(miniNotebook()).replaceAll('\\n', '\\r')),
  keeps('sources cut into lines', () => notebookText(miniNotebook())),
  keeps('50 MB of outputs', () => only('mini-scale', (cell) => ({ ...cell, outputs: huge }))),
  keeps('bytes that are no UTF-8', () =>
    Buffer.concat([
      Buffer.from(notebookText(miniNotebook()).replace('Mini lesson', 'Mini \u0001')).map((byte) =>
        byte === 1 ? 0xff : byte,
      ),
    ]),
  ),
  keeps('another format number', () => ({ ...miniNotebook(), nbformat: 5 }), /format is 5/),
  keeps(
    'format 3',
    () =>
      raw(({ cells }) => ({
        ...{ nbformat: 3, metadata: {} },
        worksheets: [{ cells: (cells as NotebookCell[]).map(({ source, ...cell }) => ({ ...cell, input: source })) }],
      })),
    /format is 3/,
  ),
  keeps('a format number of nonsense', () => raw((notebook) => ({ ...notebook, nbformat: { deep: [] } })), /format is/),
  keeps('no kernel and no lesson named', () => ({ ...miniNotebook(), metadata: {} })),
  keeps('the name of another lesson', () => ({ ...miniNotebook(), metadata: { genlab: { lesson: '02-other' } } })),
  keeps("another language's kernel", () => ({
    ...miniNotebook(),
    metadata: { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } },
  })),
  keeps('metadata nested 100,000 deep', () =>
    notebookText(miniNotebook()).replace('"metadata": {}', `"metadata": {"deep": ${deep}}`),
  ),
  keeps('metadata of the wrong kinds', () => raw((notebook) => ({ ...notebook, metadata: [], nbformat_minor: 'x' }))),
  keeps('cells in reverse order', () => withCells((cells) => [...cells].reverse()), /another order/),
  keeps(
    'no test and setup cells',
    () => without((cell) => !gradeIdOf(cell) || (gradeIdOf(cell) ?? '').endsWith('-check')),
    /missing; the lesson's own were used: setup 1, setup 2, mini-scale-check, mini-sample-check, mini-loss-check/,
  ),
  keeps(
    'a setup cell with a mistake in it',
    () => eachCell((cell) => (cell.source.startsWith('import') ? { ...cell, source: 'import (;' } : cell)),
    /missing; the lesson's own were used: setup 1\./,
  ),
  keeps(
    'test cells that say yes to everything',
    () => only('mini-scale-check', (cell) => ({ ...cell, source: 'const check = () => ({ score: 100 });' })),
    /changed; the lesson's own were used: mini-scale-check/,
  ),
  keeps(
    'test cells unlocked',
    () => only('mini-scale-check', (cell) => marked(cell, { locked: false })),
    /marks of cells were changed.*mini-scale-check/,
  ),
  keeps(
    'every cell unlocked',
    () =>
      eachCell((cell) => ({
        ...cell,
        metadata: JSON.parse(JSON.stringify(cell.metadata).replace('"locked":true', '"locked":false')),
      })),
    /marks of cells were changed/,
  ),
  keeps(
    'test cells turned into text',
    () => only('mini-scale-check', (cell) => ({ ...cell, cell_type: 'markdown' })),
    /changed; the lesson's own were used: mini-scale-check/,
  ),
  keeps('test cells renamed', () => only('mini-scale-check', (cell) => marked(cell, { grade_id: 'mine' })), undefined),
  keeps(
    'test cells twice',
    () => after('mini-scale-check', cellOf('mini-scale-check')),
    /more than once: mini-scale-check/,
  ),
  keeps(
    'test cells before their answers',
    () =>
      withCells((cells) => {
        const at = cells.findIndex((cell) => gradeIdOf(cell) === 'mini-scale-check');
        return [cells[at], ...cells.filter((_, i) => i !== at)];
      }),
    /another order/,
  ),
  keeps(
    'points and grade changed in its metadata',
    () => only('mini-scale-check', (cell) => marked(cell, { points: 100, grade: false })),
    /marks of cells were changed/,
  ),
  keeps(
    'all metadata of an answer lost',
    () => only('mini-scale', (cell) => ({ ...cell, metadata: {} })),
    /No cell is marked mini-scale; cell \d/,
  ),
  keeps('all metadata lost', () => eachCell((cell) => ({ ...cell, metadata: {} })), /No cell is marked/),
  keeps(
    'an answer under another id',
    () => only('mini-scale', (cell) => withId(cell, 'my-own')),
    /No cell is marked mini-scale/,
  ),
  keeps(
    'an id that every object has',
    () => only('mini-scale', (cell) => withId(cell, '__proto__')),
    /No cell is marked mini-scale/,
  ),
  keeps(
    'ids of the wrong kind',
    () => only('mini-scale', (cell) => ({ ...cell, metadata: { nbgrader: { grade_id: { toString: 1 } } } })),
    /No cell is marked mini-scale/,
  ),
  keeps(
    'two ids swapped',
    () =>
      eachCell((cell) => {
        const swapped: Record<string, string> = { 'mini-scale': 'mini-sample', 'mini-sample': 'mini-scale' };
        const to = swapped[gradeIdOf(cell) ?? ''];
        return to ? marked(cell, { grade_id: to }) : cell;
      }),
    /No cell is marked/,
  ),
  keeps(
    'an answer turned into text',
    () => only('mini-scale', (cell) => ({ ...cell, cell_type: 'markdown' })),
    /turned into text/,
  ),
  keeps(
    'an answer turned raw',
    () => only('mini-scale', (cell) => ({ ...cell, cell_type: 'raw' })),
    /turned into text/,
  ),
  keeps('an answer of an unknown type', () =>
    only('mini-scale', (cell) => ({ ...cell, cell_type: 'heading' as 'code' })),
  ),
  keeps('an answer twice', () => after('mini-scale', cellOf('mini-scale')), /more than once: mini-scale/),
  keeps(
    'an answer and a broken copy below it',
    () => after('mini-scale', withId(plain('function scale(x: Tensor) { return x; }'), 'mini-scale')),
    /2 versions of mini-scale; the best one counts/,
  ),
  keeps('an answer and the stub below it', () => after('mini-scale', cellOf('mini-scale', 'student'))),
  keeps(
    'ten versions of an answer',
    () =>
      after(
        'mini-scale',
        ...Array.from({ length: 9 }, (_, i) =>
          withId(plain(`const scale = (x: Tensor) => tf.mul(x, ${i});`), 'mini-scale'),
        ),
      ),
    /10 versions of mini-scale/,
  ),
  keeps('helpers in cells of their own', () =>
    before('mini-scale', plain(helper), answering({ 'mini-scale': scale.replace('half(1)', 'mine(1)') })),
  ),
  keeps(
    'an answer split in two',
    () =>
      withCells((cells) =>
        cells.flatMap((cell) =>
          gradeIdOf(cell) === 'mini-scale'
            ? [
                { ...cell, source: 'const factor = half(1);' },
                plain('function scale(x: Tensor): Tensor {\n  return tf.mul(x, factor);\n}'),
              ]
            : [cell],
        ),
      ),
    /No cell is marked mini-scale; cell 5/,
  ),
  keeps('an answer split, both halves with its id', () =>
    withCells((cells) =>
      cells.flatMap((cell) =>
        gradeIdOf(cell) === 'mini-scale'
          ? [
              { ...cell, source: 'const factor = half(1);' },
              { ...cell, source: 'function scale(x: Tensor): Tensor {\n  return tf.mul(x, factor);\n}' },
            ]
          : [cell],
      ),
    ),
  ),
  keeps(
    'two answers merged into one cell',
    () =>
      withCells((cells) =>
        cells.flatMap((cell) => {
          if (gradeIdOf(cell) === 'mini-scale')
            return [{ ...cell, source: `${scale}\n\n${solutionOf('mini-sample')}` }];
          return gradeIdOf(cell) === 'mini-sample' ? [] : [cell];
        }),
      ),
    /No cell is marked mini-sample/,
  ),
  keeps(
    'all of it merged into one cell',
    () =>
      withCells((cells) => [
        plain(
          cells
            .filter((cell) => cell.cell_type === 'code')
            .map((cell) => cell.source)
            .join('\n'),
        ),
      ]),
    /No cell is marked/,
  ),
  keeps('cells of scrap', () => before('mini-scale', plain('for (;;);'))),
  keeps('cells of scrap that do not parse', () => before('mini-scale', plain('}}} let let let'))),
  keeps(
    'a cell that is no cell',
    () => raw(({ cells }) => ({ ...miniNotebook(), cells: [null, 7, [], 'x', ...(cells as [])] })),
    /Cells 1, 2, 3, 4 cannot be read/,
  ),
  keeps(
    'a cell whose source is a number',
    () => raw(({ cells }) => ({ ...miniNotebook(), cells: [{ cell_type: 'code', source: 7 }, ...(cells as [])] })),
    /Cell 1 cannot be read/,
  ),
  keeps('keys that poison objects', () =>
    notebookText(miniNotebook()).replace(
      '"metadata": {}',
      '"__proto__": {"polluted": 1}, "metadata": {"__proto__": {"polluted": 1}}',
    ),
  ),
  keeps(
    'a cell of 10 MB beside the answers',
    () => before('mini-scale', plain(`// ${'x'.repeat(10 << 20)}`)),
    /Cell \d is too long/,
  ),
  keeps(
    'a million empty cells below',
    () =>
      raw(({ cells }) => ({
        ...miniNotebook(),
        cells: [...(cells as []), ...Array.from({ length: 1e6 }, () => ({ cell_type: 'code', source: '' }))],
      })),
    /has 1000\d\d\d cells|1000009 cells/,
  ),
];
