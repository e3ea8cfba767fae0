import { createHash } from 'node:crypto';

/** nbgrader's cell metadata, version 3 of its format, which allows no further key. */
export interface GraderMetadata {
  readonly schema_version: 3;
  readonly grade: boolean;
  readonly solution: boolean;
  readonly locked: boolean;
  readonly task: boolean;
  readonly grade_id: string;
  readonly points?: number;
  readonly cell_type: 'markdown' | 'code';
  readonly checksum: string;
}

export type Role = 'solution' | 'tests' | 'manual' | 'readonly' | 'task';

/** nbgrader's (grade, solution, locked) for each role of a cell. */
const flags: Readonly<Record<Role, readonly [grade: boolean, solution: boolean, locked: boolean]>> = {
  solution: [false, true, false],
  tests: [true, false, true],
  manual: [true, true, false],
  readonly: [false, false, true],
  task: [false, false, true],
};

/** The metadata of a released cell: nbgrader's own, and what Jupyter needs to keep students from deleting it. */
export function releasedMetadata(
  role: Role,
  cell: {
    readonly type: 'markdown' | 'code';
    readonly source: string;
    readonly gradeId: string;
    readonly points?: number;
  },
): { readonly deletable: false; readonly editable?: false; readonly nbgrader: GraderMetadata } {
  const [grade, solution, locked] = flags[role];
  const nbgrader = {
    schema_version: 3 as const,
    grade,
    solution,
    locked,
    task: role === 'task',
    grade_id: cell.gradeId,
    ...(grade || role === 'task' ? { points: cell.points ?? 0 } : {}),
    cell_type: cell.type,
  };
  return {
    deletable: false,
    ...(locked ? { editable: false as const } : {}),
    nbgrader: { ...nbgrader, checksum: checksum(cell.source, nbgrader) },
  };
}

/** nbgrader's checksum of a released cell: md5 over its text and role, in Python's spelling. */
export function checksum(source: string, nbgrader: Omit<GraderMetadata, 'checksum'>): string {
  const { cell_type, grade, solution, locked, grade_id, points = 0 } = nbgrader;
  const bool = (value: boolean): string => (value ? 'True' : 'False');
  const text = source + cell_type + bool(grade) + bool(solution) + bool(locked) + grade_id;
  return createHash('md5')
    .update(grade ? text + pythonFloat(points) : text)
    .digest('hex');
}

/** `str(float(x))` in Python, for the numbers that points can be. */
function pythonFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
