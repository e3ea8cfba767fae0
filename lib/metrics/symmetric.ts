/** Symmetric matrices in double precision: row after row in a Float64Array of n² numbers. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { UserError } from '../errors';

/** A = V·diag(λ)·Vᵀ. */
export interface Eigen {
  /** λ, in no particular order. */
  readonly values: Float64Array;
  /** n × n; column k is the unit eigenvector of λ_k. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and unit eigenvectors of a symmetric matrix. Values are off by some 1e-16 of the largest.
 * A matrix that holds NaN or ∞ gives NaN. @throws {UserError} where it does not hold n² numbers
 */
export function eigenSymmetric(matrix: Float64Array, n: number): Eigen {
  if (matrix.length !== n * n) throw new UserError(`A matrix of ${n}×${n} has ${n * n} numbers, got ${matrix.length}.`);
  if (!matrix.every(Number.isFinite))
    return { values: new Float64Array(n).fill(NaN), vectors: new Float64Array(n * n).fill(NaN) };
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(Matrix.from1DArray(n, n, matrix), {
    assumeSymmetric: true,
  });
  return { values: Float64Array.from(realEigenvalues), vectors: Float64Array.from(eigenvectorMatrix.to1DArray()) };
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
