/** Blocks that two or more models share, seeded initializers, and the way to a model's variables. */
export {
  type Activation,
  type Arch,
  type BodyConfig,
  checkBody,
  decoderBody,
  dense,
  denseStack,
  encoderBody,
} from './blocks';
export { Seeds } from './seeds';
export { parameterTable } from './table';
export { countParams, variablesOf } from './variables';
