/** Symmetric matrices in double precision: row after row in a Float64Array of n² numbers. */
import { UserError } from '../errors';

/** A = V·diag(λ)·Vᵀ. */
export interface Eigen {
  /** λ, in no particular order. */
  readonly values: Float64Array;
  /** n × n; column k is the unit eigenvector of λ_k. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations,
 * §8.5). About 0.2 s for n = 128; small eigenvalues of a semidefinite matrix come out as exact as the large ones.
 */
export function eigenSymmetric(matrix: Float64Array, n: number): Eigen {
  if (matrix.length !== n * n) throw new UserError(`A matrix of ${n}×${n} has ${n * n} numbers, got ${matrix.length}.`);
  const a = Float64Array.from(matrix);
  const rows = new Float64Array(n * n); // of Vᵀ, so that a rotation runs along two rows
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  const scale = norm(a, n, () => true);
  for (let sweep = 0; sweep < 60; sweep++) {
    if (norm(a, n, (i, j) => i !== j) <= 1e-15 * scale) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, rows, n, p, q);
  }
  const values = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  const vectors = Float64Array.from({ length: n * n }, (_, i) => rows[(i % n) * n + Math.floor(i / n)]);
  return { values, vectors };
}

/** A ← JᵀAJ with the rotation J in the plane (p, q) that makes a_pq zero. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q];
  if (off === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1)); // the smaller root: tan of the angle
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const [rowP, rowQ] = [p * n, q * n];
  for (let k = 0; k < n; k++) {
    const [vp, vq] = [vectors[rowP + k], vectors[rowQ + k]];
    vectors[rowP + k] = c * vp - s * vq;
    vectors[rowQ + k] = s * vp + c * vq;
    if (k === p || k === q) continue;
    const [ap, aq] = [a[rowP + k], a[rowQ + k]];
    const [newP, newQ] = [c * ap - s * aq, s * ap + c * aq];
    a[rowP + k] = newP;
    a[rowQ + k] = newQ;
    a[k * n + p] = newP;
    a[k * n + q] = newQ;
  }
  a[rowP + p] -= t * off;
  a[rowQ + q] += t * off;
  a[rowP + q] = a[rowQ + p] = 0;
}

/** The symmetric positive semidefinite square root: S·S = A. Eigenvalues that rounding made negative count as 0. */
export function sqrtSymmetric(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = eigenSymmetric(matrix, n);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += vectors[i * n + k] * roots[k] * vectors[j * n + k];
      result[i * n + j] = result[j * n + i] = sum;
    }
  }
  return result;
}

/** A·B for square matrices of n × n. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      for (let j = 0; j < n; j++) result[i * n + j] += factor * b[k * n + j];
    }
  }
  return result;
}

export function trace(matrix: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i];
  return sum;
}

/** √Σ a_ij² over the places that count. */
function norm(a: Float64Array, n: number, counts: (i: number, j: number) => boolean): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (counts(i, j)) sum += a[i * n + j] ** 2;
  return Math.sqrt(sum);
}
