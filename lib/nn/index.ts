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
export {
  divergence,
  evaluationsPerStep,
  normalLogProb,
  odeLogLikelihood,
  type OdeMethod,
  type OdeOptions,
  odeSolve,
  odeStep,
  randomProbes,
  timeGrid,
  unitProbes,
  type VectorField,
} from './ode';
export { Seeds } from './seeds';
export { parameterTable } from './table';
export { countParams, variablesOf } from './variables';
