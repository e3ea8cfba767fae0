/**
 * CycleGAN: translates between two domains without a single pair. Two generators, one each way, two discriminators, and a loss
 * that asks for the way there and back to end where it began.
 * Zhu et al. (2017), arXiv:1703.10593; equation numbers are that paper's.
 */
export { cycleLoss, discriminatorLoss, generatorAdversarialLoss, identityLoss, type CycleWeights } from './losses';
export { buildCycleGan, type CycleGan, type CycleGanConfig, type CycleGanOptions, defaults, dispose } from './networks';
export { ImagePool } from './pool';
export { cycle, type Direction, type DomainBatch, trainCycleGan, type CycleGanTraining, translate } from './train';
