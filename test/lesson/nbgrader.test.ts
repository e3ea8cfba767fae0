import { describe, expect, it } from 'vitest';
import { buildNotebook, checksum, type GraderMetadata } from '../../lib/lesson';
import golden from '../golden/nbgrader-checksums.json';
import { clouds } from './support';

describe('nbgrader metadata', () => {
  it('has the checksums that nbgrader computes', () => {
    expect(golden.cases.length).toBeGreaterThan(50);
    for (const { source, nbgrader, checksum: wanted } of golden.cases) {
      expect(checksum(source, nbgrader as Omit<GraderMetadata, 'checksum'>), JSON.stringify(nbgrader)).toBe(wanted);
    }
  });

  it('marks each cell by its role and keeps students from deleting it', () => {
    const { cells } = buildNotebook(clouds(), { lang: 'en' });
    const roles = cells.flatMap(({ id, metadata }) => {
      const { nbgrader, deletable, editable } = metadata as {
        nbgrader?: GraderMetadata;
        deletable?: boolean;
        editable?: boolean;
      };
      if (!nbgrader) return [];
      const { grade, solution, locked, task, points } = nbgrader;
      const letters = [grade, solution, locked, task].map((flag) => (flag ? 'T' : 'F')).join('');
      return [[id, letters, points, deletable, editable]];
    });
    expect(roles).toEqual([
      ['cloud-sample', 'FTFF', undefined, false, undefined],
      ['cloud-sample-check', 'TFTF', 2, false, false],
      ['cloud-width', 'FTFF', undefined, false, undefined],
      ['cloud-width-check', 'TFTF', 0.5, false, false],
      ['cloud-why', 'TTFF', 1, false, undefined],
    ]);
  });

  it('has only the keys that the format allows', () => {
    const allowed = [
      'schema_version',
      'grade',
      'solution',
      'locked',
      'task',
      'grade_id',
      'points',
      'checksum',
      'cell_type',
    ];
    for (const { metadata } of buildNotebook(clouds(), { lang: 'zh' }).cells) {
      expect(allowed).toEqual(expect.arrayContaining(Object.keys(metadata.nbgrader ?? {})));
    }
  });
});
