import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { detached, variablesOf } from '../../nn';
import { type History, type Loss, type PlayerSettings, trainAlternating } from '../../training';
import { asSplit, type ImageSplit, type ImageTraining } from '../data';
import { expectShape } from '../shapes';
import { cycleLoss, type CycleWeights, discriminatorLoss, generatorAdversarialLoss, identityLoss } from './losses';
import type { CycleGan } from './networks';

/** `XY` is G: X → Y, `YX` is F: Y → X. */
export type Direction = 'XY' | 'YX';

/** An example of each domain, with nothing in common. */
export interface DomainBatch {
  readonly x: tf.Tensor; // [B, …]
  readonly y: tf.Tensor; // [B, …]
}

/** Into the other domain: images in [0, 1], or points. [B, …] -> [B, …] */
export function translate<X extends tf.Tensor = Tensor4D>(model: CycleGan, x: X, direction: Direction): X {
  expectShape('translate', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => outside(model, generators(model)[direction](inside(model, x)) as X));
}

/** There and back: F(G(x)) with `XY`, G(F(y)) with `YX`. [B, …] -> [B, …] */
export function cycle<X extends tf.Tensor = Tensor4D>(model: CycleGan, x: X, direction: Direction): X {
  return tf.tidy(() => translate<X>(model, translate<X>(model, x, direction), direction === 'XY' ? 'YX' : 'XY'));
}

export interface CycleGanTraining extends Omit<ImageTraining, 'batchSize'> {
  /** Rounds in all, instead of `epochs`. */
  readonly steps?: number;
  /** The paper: 1. */
  readonly batchSize?: number;
  readonly betas?: readonly [number, number];
  readonly weights?: Partial<CycleWeights>;
}

/**
 * Trains both ways at once on two sets that share no pair: eq. 3 with the least-squares loss, Adam with learning rate 2e-4 and
 * β₁ = 0.5. An epoch is as long as the shorter set. `history.loss` is the generators' loss; `history.metrics` has `cycle`, `identity`
 * and `adversarial`, its parts without their weights, and the losses of `discriminator X` and `discriminator Y`.
 */
export async function trainCycleGan(
  model: CycleGan,
  dataX: ImageSplit | tf.Tensor,
  dataY: ImageSplit | tf.Tensor,
  options: CycleGanTraining = {},
): Promise<History> {
  const { batchSize = 1, learningRate = 2e-4, betas = [0.5, 0.999], weights, seed = 0, steps, ...rest } = options;
  const { epochs = steps === undefined ? 5 : undefined, ...others } = rest;
  const [splitX, splitY] = [asSplit(dataX), asSplit(dataY)];
  const { poolX, poolY, generatorXY, generatorYX } = model;
  if (!options.resume) for (const pool of [poolX, poolY]) pool.clear();
  const settings = { learningRate, betas };
  return trainAlternating<DomainBatch>({
    name: 'CycleGAN',
    steps,
    epochs,
    seed,
    stepsPerEpoch: Math.floor(Math.min(splitX.size, splitY.size) / batchSize) || undefined,
    state: [...poolX.state, ...poolY.state],
    async *batches(epoch) {
      await Promise.all([poolX.refresh(), poolY.refresh()]);
      const order = (which: number) => ({ batchSize, seed: 2 * seed + which, epoch, dropLast: true });
      const ys = splitY.batches(order(1))[Symbol.iterator]();
      try {
        for (const { images: x, ...labelsOfX } of splitX.batches(order(0))) {
          tf.dispose(labelsOfX); // and whatever else a batch holds: captions, attributes
          const next = ys.next();
          if (next.done) return void x.dispose();
          const { images: y, ...labelsOfY } = next.value;
          tf.dispose(labelsOfY);
          yield { x, y };
        }
      } finally {
        ys.return?.();
      }
    },
    players: [
      {
        name: 'generators',
        variables: variablesOf(generatorXY, generatorYX),
        ...settings,
        loss: (batch) => generatorsLoss(model, batch, { cycle: 10, identity: 0.5, ...weights }),
      },
      discriminator(model, 'X', settings),
      discriminator(model, 'Y', settings),
    ],
    ...others,
  });
}

/** Eq. 3 and §5.2: both adversarial losses, λ·(both cycles), and λ·½·(both identities). */
function generatorsLoss(model: CycleGan, batch: DomainBatch, weights: CycleWeights): Loss {
  const { XY, YX } = generators(model);
  const [x, y] = [inside(model, batch.x), inside(model, batch.y)];
  const [fakeY, fakeX] = [XY(x), YX(y)];
  const judged = [model.discriminatorY.apply(fakeY), model.discriminatorX.apply(fakeX)] as tf.Tensor[];
  const adversarial = generatorAdversarialLoss(judged[0]).add(generatorAdversarialLoss(judged[1]));
  const cycles = cycleLoss(x, YX(fakeY)).add(cycleLoss(y, XY(fakeX)));
  let loss = adversarial.add(cycles.mul(weights.cycle));
  if (weights.cycle * weights.identity === 0) return { loss, adversarial, cycle: cycles };
  const identity = identityLoss(y, XY(y)).add(identityLoss(x, YX(x)));
  loss = loss.add(identity.mul(weights.cycle * weights.identity));
  return { loss, adversarial, cycle: cycles, identity };
}

function discriminator(
  model: CycleGan,
  domain: 'X' | 'Y',
  settings: Pick<PlayerSettings<DomainBatch>, 'learningRate' | 'betas'>,
): PlayerSettings<DomainBatch> {
  const isX = domain === 'X';
  const judge = isX ? model.discriminatorX : model.discriminatorY;
  const pool = isX ? model.poolX : model.poolY;
  const into = isX ? 'YX' : 'XY';
  return {
    name: `discriminator ${domain}`,
    variables: variablesOf(judge),
    ...settings,
    loss({ x, y }, random) {
      const [real, other] = isX ? [x, y] : [y, x];
      const fake = detached(() => pool.query(generators(model)[into](inside(model, other)), random.fork('pool')));
      return discriminatorLoss(judge.apply(inside(model, real)) as tf.Tensor, judge.apply(fake) as tf.Tensor);
    },
  };
}

function generators(model: CycleGan): Record<Direction, (x: tf.Tensor) => tf.Tensor> {
  return {
    XY: (x) => model.generatorXY.apply(x) as tf.Tensor,
    YX: (y) => model.generatorYX.apply(y) as tf.Tensor,
  };
}

/** Images are in [0, 1] outside and in [−1, 1] between the networks; points are as they are. */
function inside({ config }: CycleGan, x: tf.Tensor): tf.Tensor {
  return config.arch === 'conv' ? x.mul(2).sub(1) : x;
}

function outside<X extends tf.Tensor>({ config }: CycleGan, x: X): X {
  return config.arch === 'conv' ? x.add(1).div<X>(2) : x;
}
