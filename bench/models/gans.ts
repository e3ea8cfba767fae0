/** A round of each adversarial family: one step of the discriminator (critic), one of the generator. */
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import {
  adversarial,
  type AdversarialPair,
  cgan,
  cyclegan,
  dcgan,
  gan,
  lsgan,
  sngan,
  wgan,
  wganGp,
} from '../../lib/models';
import { detached, variablesOf } from '../../lib/nn';
import { minimizer } from '../support/minimizer';

type Rules = Pick<Parameters<typeof adversarial.trainPair>[2], 'generatorLoss'> & {
  readonly judgeLoss: (nets: adversarial.InTraining, real: tf.Tensor, fake: tf.Tensor, random: Random) => tf.Tensor;
  readonly onUpdate?: (model: AdversarialPair) => void;
};
type Step = () => tf.Scalar;

const count = 64;

/** One after the other; the generator's loss is what is given back. */
function round(...players: readonly Step[]): Step {
  return () => {
    players.slice(0, -1).forEach((player) => player().dispose());
    return players[players.length - 1]();
  };
}

const pair = (build: () => AdversarialPair, { judgeLoss, generatorLoss, onUpdate }: Rules) => {
  return (): Step => {
    const model = build();
    const nets = adversarial.inTraining(model);
    const random = new Random(0);
    const images = random.uniform([count, 28, 28, 1]);
    const judge = minimizer(() => {
      return judgeLoss(nets, nets.real(images), nets.generateFixed(nets.latents(count, random)), random);
    }, variablesOf(model.discriminator));
    const clipped = () => {
      const loss = judge();
      onUpdate?.(model);
      return loss;
    };
    return round(
      clipped,
      minimizer(
        () => generatorLoss(nets.judge(nets.generate(nets.latents(count, random)))),
        variablesOf(model.generator),
      ),
    );
  };
};

const logistic: Rules = {
  judgeLoss: (nets, real, fake) => gan.discriminatorLoss(nets.judge(real), nets.judge(fake)),
  generatorLoss: (fake) => gan.generatorLoss(fake),
};

const conditional = (conditioning: cgan.CganConfig['conditioning']) => (): Step => {
  const model = cgan.buildCgan({ conditioning });
  const nets = adversarial.inTraining(model);
  const random = new Random(0);
  const images = random.uniform([count, 28, 28, 1], -1, 1);
  const labels = tf.tensor1d(Int32Array.from({ length: count }, (_, i) => i % 10));
  const y = cgan.encodeCondition(model, labels);
  return round(
    minimizer(() => {
      const wrong = cgan.encodeCondition(model, cgan.mismatched(model, labels, random));
      return cgan.matchingLoss({
        realRight: nets.judge(images, y),
        realWrong: nets.judge(images, wrong),
        fakeRight: nets.judge(nets.generateFixed(nets.latents(count, random), y), y),
      });
    }, variablesOf(model.discriminator)),
    minimizer(() => {
      const made = nets.generate(nets.latents(count, random), y);
      return cgan.generatorLoss(nets.judge(made, y));
    }, variablesOf(model.generator)),
  );
};

/** Batch 4 of 32 × 32 in colour: both generators, then both discriminators. */
const bothWays = (): Step => {
  const model = cyclegan.buildCycleGan();
  const random = new Random(0);
  const [x, y] = [random.uniform([4, 32, 32, 3], -1, 1), random.uniform([4, 32, 32, 3], -1, 1)];
  const through = (network: tf.LayersModel, input: tf.Tensor) => network.apply(input) as tf.Tensor;
  const { generatorXY: g, generatorYX: f, discriminatorX, discriminatorY } = model;
  const judge = (network: tf.LayersModel, real: tf.Tensor, generator: tf.LayersModel, other: tf.Tensor) =>
    minimizer(() => {
      const fake = detached(() => through(generator, other));
      return cyclegan.discriminatorLoss(through(network, real), through(network, fake));
    }, variablesOf(network));
  return round(
    judge(discriminatorX, x, f, y),
    judge(discriminatorY, y, g, x),
    minimizer(
      () => {
        const [fakeY, fakeX] = [through(g, x), through(f, y)];
        const cycles = cyclegan.cycleLoss(x, through(f, fakeY)).add(cyclegan.cycleLoss(y, through(g, fakeX)));
        const identities = cyclegan.identityLoss(y, through(g, y)).add(cyclegan.identityLoss(x, through(f, x)));
        return cyclegan
          .generatorAdversarialLoss(through(discriminatorY, fakeY))
          .add(cyclegan.generatorAdversarialLoss(through(discriminatorX, fakeX)))
          .add(cycles.mul(10))
          .add(identities.mul(5));
      },
      variablesOf(g, f),
    ),
  );
};

export const steps: Record<string, () => Step> = {
  'GAN B64': pair(gan.buildGan, logistic),
  'LSGAN B64': pair(lsgan.buildLsgan, {
    judgeLoss: (nets, real, fake) => lsgan.discriminatorLoss(nets.judge(real), nets.judge(fake)),
    generatorLoss: (fake) => lsgan.generatorLoss(fake),
  }),
  'DCGAN B64': pair(dcgan.buildDcgan, logistic),
  'WGAN B64': pair(wgan.buildWgan, {
    judgeLoss: (nets, real, fake) => wgan.criticLoss(nets.judge(real), nets.judge(fake)),
    generatorLoss: wgan.generatorLoss,
    onUpdate: (model) => wgan.clipWeights(variablesOf(model.discriminator), 0.01),
  }),
  'WGAN-GP B64': pair(wganGp.buildWganGp, {
    judgeLoss(nets, real, fake, random) {
      const between = wganGp.interpolate(real, fake, random.uniform<tf.Rank.R1>([count]));
      const penalty = wganGp.gradientPenalty((x) => nets.judge(x), between);
      return wganGp.criticLoss(nets.judge(real), nets.judge(fake)).add(penalty.mul(10));
    },
    generatorLoss: wgan.generatorLoss,
  }),
  'SNGAN B64': pair(sngan.buildSngan, {
    judgeLoss: (nets, real, fake) => sngan.hingeLoss(nets.judge(real), nets.judge(fake)),
    generatorLoss: sngan.generatorLoss,
  }),
  'Conditional GAN, concatenation B64': conditional('concat'),
  'Conditional GAN, projection B64': conditional('projection'),
  'CycleGAN B4': bothWays,
};

export const samplers = {
  'GAN, 512 images': () => {
    const [model, random] = [gan.buildGan(), new Random(0)];
    return () => gan.sample(model, 512, random);
  },
  'DCGAN, 512 images': () => {
    const [model, random] = [dcgan.buildDcgan(), new Random(0)];
    return () => dcgan.sample(model, 512, random);
  },
};
