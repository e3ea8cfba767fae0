import type { AdamRow, AdamFactors } from '../adam';
import type { AverageRow } from '../average';
import type { Info } from '../kernel';
import { callOurs, hasOurs, idsOf, idToOverwrite } from './addon';
import { kernel } from './operation';

/** All variables in one call, and in their own memory. */
export function installOptimizer(): void {
  if (!hasOurs()) return;
  kernel<object, AdamFactors & { rows: readonly AdamRow[] }>('AdamInPlace', (_, attributes) => {
    const { rows, rate, beta1, beta2, epsilon } = attributes;
    const ids = rows.flatMap(({ variable, m, v, gradient }) => [
      ...[variable, m, v].map(idToOverwrite),
      ...idsOf([gradient]),
    ]);
    return callOurs('genlabAdam', ids, [rate, beta1, beta2, epsilon]);
  });
  kernel<{ share: Info }, { rows: readonly AverageRow[] }>('AverageInPlace', ({ share }, { rows }) => {
    const ids = rows.flatMap(({ average, variable }) => [idToOverwrite(average), ...idsOf([variable])]);
    return callOurs('genlabAverage', [...idsOf([share]), ...ids], []);
  });
}
