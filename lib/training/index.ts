/** The training loop: live progress, interrupt and resume, history. A browser can run all of it. */
export { Adam } from './adam';
export { type AlternatingOptions, trainAlternating } from './alternating';
export { type CheckpointStore, loadWeights, memoryStore, saveWeights } from './checkpoint';
export { type EpochRecord, History, type HistoryData, smooth } from './history';
export { breathe, budget, cellSignal } from './host';
export type { PlayerSettings } from './player';
export { readSafetensors, type TensorData, type TensorFile, writeSafetensors } from './safetensors';
export { type Loss, type Schedule, type StepInfo, train, type TrainOptions } from './train';
