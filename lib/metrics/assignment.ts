import { UserError } from '../errors';

/**
 * The cheapest way to give each row a column of its own: shortest augmenting paths with dual prices, O(n³).
 * Jonker & Volgenant (1987), doi:10.1007/BF02278710; the form without start heuristics is Crouse (2016),
 * doi:10.1109/TAES.2016.140952.
 * @param cost n × n, row after row
 * @returns the column of each row
 * @throws UserError for costs that are not finite
 */
export function assignment(cost: ArrayLike<number>, n: number): Int32Array {
  if (cost.length !== n * n) throw new UserError(`assignment: a cost matrix of ${n}×${n}, got ${cost.length} numbers.`);
  for (let i = 0; i < cost.length; i++) {
    if (!Number.isFinite(cost[i])) throw new UserError(`assignment: costs must be finite numbers, got ${cost[i]}.`);
  }
  const [rowPrice, columnPrice] = [new Float64Array(n), new Float64Array(n)];
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  for (let start = 0; start < n; start++) {
    // Dijkstra over columns, with reduced costs cost − rowPrice − columnPrice ≥ 0, until a free column is reached.
    const distance = new Float64Array(n).fill(Infinity);
    const before = new Int32Array(n).fill(-1); // the row from which each column was reached
    const isDone = new Uint8Array(n);
    let [row, reached, end] = [start, 0, -1];
    while (end < 0) {
      let nearest = -1;
      for (let column = 0; column < n; column++) {
        if (isDone[column]) continue;
        const through = reached + cost[row * n + column] - rowPrice[row] - columnPrice[column];
        if (through < distance[column]) {
          distance[column] = through;
          before[column] = row;
        }
        if (nearest < 0 || distance[column] < distance[nearest]) nearest = column;
      }
      reached = distance[nearest];
      isDone[nearest] = 1;
      if (rowOf[nearest] < 0) end = nearest;
      else row = rowOf[nearest];
    }
    rowPrice[start] += reached;
    for (let column = 0; column < n; column++) {
      if (!isDone[column]) continue;
      columnPrice[column] -= reached - distance[column];
      if (column !== end) rowPrice[rowOf[column]] += reached - distance[column];
    }
    for (let column = end; column >= 0;) {
      const owner = before[column];
      const next = columnOf[owner];
      columnOf[owner] = column;
      rowOf[column] = owner;
      column = owner === start ? -1 : next;
    }
  }
  return columnOf;
}
