/** Symmetric matrices in double precision: row after row in a Float64Array of n² numbers. */
import { UserError } from '../errors';

/** A = V·diag(λ)·Vᵀ. */
export interface Eigen {
  /** λ, in no particular order. */
  readonly values: Float64Array;
  /** n × n; column k is the unit eigenvector of λ_k. */
  readonly vectors: Float64Array;
}

/** Off the diagonal, this much of the neighbours (or of the largest number) counts as nothing. */
const negligible = 2 ** -53;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reflections leave three diagonals, implicit QR steps with
 * Wilkinson's shift leave one (Golub & Van Loan, Matrix Computations, §8.3). Values are off by some 1e-16 of the largest.
 * A matrix that holds NaN gives NaN.
 */
export function eigenSymmetric(matrix: Float64Array, n: number): Eigen {
  if (matrix.length !== n * n) throw new UserError(`A matrix of ${n}×${n} has ${n * n} numbers, got ${matrix.length}.`);
  const rows = new Float64Array(n * n); // of Vᵀ, so that a rotation runs along two rows
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  const { diagonal, beside } = tridiagonal(Float64Array.from(matrix), rows, n);
  const scale = Math.max(...diagonal.map(Math.abs), ...beside.map(Math.abs));
  const isNothing = (k: number) =>
    Math.abs(beside[k]) <= negligible * Math.max(Math.abs(diagonal[k]) + Math.abs(diagonal[k + 1]), 0.1 * scale);
  let last = n - 1;
  for (let step = 0; last > 0 && step < 60 * n; step++) {
    if (isNothing(last - 1)) {
      last--; // its place on the diagonal is an eigenvalue
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isNothing(first - 1)) first--;
    qrStep(diagonal, beside, rows, n, first, last);
  }
  const vectors = Float64Array.from({ length: n * n }, (_, i) => rows[(i % n) * n + Math.floor(i / n)]);
  return { values: diagonal, vectors };
}

/**
 * Turns A by reflections into three diagonals, T = QᵀAQ; A is used up. What the rows hold is multiplied by Qᵀ.
 * `beside[k]` is T_{k,k+1}.
 */
function tridiagonal(a: Float64Array, rows: Float64Array, n: number) {
  const beside = new Float64Array(Math.max(0, n - 1));
  const [mirror, change] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 1; k++) {
    // The column below the diagonal becomes (length, 0, 0, …): reflected at the plane across `mirror`.
    let square = 0;
    for (let i = k + 1; i < n; i++) square += (mirror[i] = a[i * n + k]) ** 2;
    const rest = square - mirror[k + 1] ** 2;
    if (rest <= 0) {
      beside[k] = mirror[k + 1]; // nothing below it
      continue;
    }
    const length = mirror[k + 1] > 0 ? -Math.sqrt(square) : Math.sqrt(square); // of the other sign: no digits are lost
    beside[k] = length;
    mirror[k + 1] -= length;
    const factor = 2 / (rest + mirror[k + 1] ** 2);
    // A ← A − m wᵀ − w mᵀ, where w = p − ½·factor·(p·m) m and p = factor·A m
    let overlap = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * mirror[j];
      change[i] = factor * sum;
      overlap += change[i] * mirror[i];
    }
    for (let i = k + 1; i < n; i++) change[i] -= 0.5 * factor * overlap * mirror[i];
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i * n + j] -= mirror[i] * change[j] + change[i] * mirror[j];
    }
    change.fill(0); // now mirrorᵀ·rows
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) change[j] += mirror[i] * rows[i * n + j];
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) rows[i * n + j] -= factor * mirror[i] * change[j];
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), beside };
}

/** One QR step on the places first…last of three diagonals: a rotation, and those that chase its bulge down and out. */
function qrStep(
  diagonal: Float64Array,
  beside: Float64Array,
  rows: Float64Array,
  n: number,
  first: number,
  last: number,
): void {
  const [corner, side] = [diagonal[last], beside[last - 1]];
  const half = (diagonal[last - 1] - corner) / 2;
  const shift = corner - side ** 2 / (half + (half < 0 ? -1 : 1) * Math.hypot(half, side));
  let [x, bulge] = [diagonal[first] - shift, beside[first]];
  for (let k = first; k < last; k++) {
    const r = Math.hypot(x, bulge);
    const [c, s] = r === 0 ? [1, 0] : [x / r, bulge / r];
    if (k > first) beside[k - 1] = r;
    const [here, next, off] = [diagonal[k], diagonal[k + 1], beside[k]];
    diagonal[k] = c * c * here + 2 * c * s * off + s * s * next;
    diagonal[k + 1] = s * s * here - 2 * c * s * off + c * c * next;
    beside[k] = c * s * (next - here) + (c * c - s * s) * off;
    if (k + 1 < last) {
      x = beside[k];
      bulge = s * beside[k + 1];
      beside[k + 1] *= c;
    }
    const [rowK, rowNext] = [k * n, (k + 1) * n];
    for (let j = 0; j < n; j++) {
      const [upper, lower] = [rows[rowK + j], rows[rowNext + j]];
      rows[rowK + j] = c * upper + s * lower;
      rows[rowNext + j] = c * lower - s * upper;
    }
  }
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
