/** What a sum of products is made of, on tensors of whatever kind: the engine's own, or a backend's. */
export interface Pieces<T> {
  shapeOf(x: T): number[];
  /** Without the axes that were summed over. */
  sum(x: T, axes: number[]): T;
  transpose(x: T, permutation: number[]): T;
  /** Always a tensor of its own, also where the shape stays. */
  reshape(x: T, shape: number[]): T;
  /** [batch, m, k] × [batch, k, n] */
  matMul(a: T, b: T): T;
}

/** The letters of each operand and of the result: `ij,jk->ik` is {operands: ['ij', 'jk'], result: 'ik'}. */
export function parseEinsum(equation: string): { operands: string[]; result: string } {
  const [left, result, ...rest] = equation.replace(/\s/g, '').split('->');
  const operands = left.split(',');
  if (result === undefined || rest.length > 0 || /[^A-Za-z]/.test(operands.join('') + result)) {
    throw new Error(`einsum takes letters, commas and one arrow, like ij,jk->ik; got ${equation}.`);
  }
  for (const letters of [...operands, result]) {
    if (new Set(letters).size === letters.length) continue;
    throw new Error(
      `einsum: ${letters} names an axis twice (a diagonal). Multiply by tf.eye and sum over that axis instead.`,
    );
  }
  const known = new Set(operands.join(''));
  const unknown = [...result].find((letter) => !known.has(letter));
  if (unknown) throw new Error(`einsum: the axis ${unknown} of the result is in no operand of ${equation}.`);
  return { operands, result };
}

/** A tensor and the letters of its axes. */
interface Named<T> {
  readonly x: T;
  readonly letters: string;
}

/** A sum of products as matrix products, two operands at a time. */
export function einsum<T>(equation: string, tensors: readonly T[], pieces: Pieces<T>): T {
  const { operands, result } = parseEinsum(equation);
  if (operands.length !== tensors.length) {
    throw new Error(`einsum: ${equation} has ${operands.length} operands, got ${tensors.length} tensors.`);
  }
  const named = tensors.map((x, i): Named<T> => {
    const rank = pieces.shapeOf(x).length;
    if (rank !== operands[i].length) {
      throw new Error(`einsum: ${operands[i]} has ${operands[i].length} axes, its tensor has ${rank}.`);
    }
    return { x, letters: operands[i] };
  });
  checkSizes(named, pieces);
  // Axes that only one operand has, and not the result, are summed over before anything is multiplied.
  const reduced = named.map((one, i) => {
    const elsewhere = operands.filter((_, j) => j !== i).join('') + result;
    return without(
      one,
      [...one.letters].filter((letter) => !elsewhere.includes(letter)),
      pieces,
    );
  });
  const product = reduced.reduce((a, b, i) => {
    const later = reduced.slice(i + 1).map(({ letters }) => letters);
    return multiply(a, b, later.join('') + result, pieces);
  });
  return pieces.reshape(arranged(product, result, pieces), shapeOf(product, result, pieces));
}

function checkSizes<T>(named: Named<T>[], { shapeOf }: Pieces<T>): void {
  const sizes = new Map<string, number>();
  for (const { x, letters } of named) {
    [...letters].forEach((letter, axis) => {
      const size = shapeOf(x)[axis];
      const before = sizes.get(letter) ?? size;
      if (before !== size) throw new Error(`einsum: the axis ${letter} has ${before} elements and ${size}.`);
      sizes.set(letter, size);
    });
  }
}

function without<T>({ x, letters }: Named<T>, gone: string[], { sum }: Pieces<T>): Named<T> {
  if (gone.length === 0) return { x, letters };
  const kept = [...letters].filter((letter) => !gone.includes(letter)).join('');
  return {
    x: sum(
      x,
      gone.map((letter) => letters.indexOf(letter)),
    ),
    letters: kept,
  };
}

/** Letters of both that are still wanted are a batch; of both and not wanted, summed over; of one, rows or columns. */
function multiply<T>(a: Named<T>, b: Named<T>, wanted: string, pieces: Pieces<T>): Named<T> {
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => wanted.includes(letter)).join('');
  const inner = shared.filter((letter) => !wanted.includes(letter)).join('');
  const rows = [...a.letters].filter((letter) => !shared.includes(letter)).join('');
  const columns = [...b.letters].filter((letter) => !shared.includes(letter)).join('');
  const count = (one: Named<T>, letters: string) => shapeOf(one, letters, pieces).reduce((x, y) => x * y, 1);
  const left = pieces.reshape(arranged(a, batch + rows + inner, pieces), [
    count(a, batch),
    count(a, rows),
    count(a, inner),
  ]);
  const right = pieces.reshape(arranged(b, batch + inner + columns, pieces), [
    count(b, batch),
    count(b, inner),
    count(b, columns),
  ]);
  const shape = [...shapeOf(a, batch + rows, pieces), ...shapeOf(b, columns, pieces)];
  return { x: pieces.reshape(pieces.matMul(left, right), shape), letters: batch + rows + columns };
}

function arranged<T>({ x, letters }: Named<T>, order: string, { transpose }: Pieces<T>): T {
  return letters === order
    ? x
    : transpose(
        x,
        [...order].map((letter) => letters.indexOf(letter)),
      );
}

function shapeOf<T>({ x, letters }: Named<T>, order: string, pieces: Pieces<T>): number[] {
  const shape = pieces.shapeOf(x);
  return [...order].map((letter) => shape[letters.indexOf(letter)]);
}
