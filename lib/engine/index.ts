/** Chooses an engine for TensorFlow.js (native, wasm), completes it, and gives the one source of randomness. */
export { applyAdam, stepOfAdam } from './adam';
export { moveAverages } from './average';
export { describe, engines, ready } from './engines';
export { isTwiceDifferentiated, stopGradient } from './gradients';
export { asOutOfMemory, OutOfMemory, withMemoryAdvice } from './memory';
export { Random, type RandomState } from './random';
export { engineNames, type EngineName, type EngineReport } from './types';
export { vocabulary } from './vocabulary';
