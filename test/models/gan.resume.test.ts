/** What is not learned but changes in training (moving statistics, u and v of spectral norm, RMSProp's averages) comes back too. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { type AdversarialPair, dcgan, sngan, wgan, wganGp } from '../../lib/models';
import { memoryStore } from '../../lib/training';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const tiny = { inputShape: [8, 8, 1], latentDim: 3, generator: { hidden: [4] }, discriminator: { hidden: [4, 4] } };
const families = {
  DCGAN: [() => dcgan.buildDcgan(tiny), dcgan.trainDcgan],
  SNGAN: [() => sngan.buildSngan(tiny), sngan.trainSngan],
  WGAN: [() => wgan.buildWgan(tiny), wgan.trainWgan],
  'WGAN-GP': [() => wganGp.buildWganGp(tiny), wganGp.trainWganGp],
} as const;

test.each(Object.entries(families))(
  '%s: resumed from a file in models made anew, it ends with the same bits',
  async (_, [build, train]) => {
    const x = new Random(0).uniform<tf.Rank.R4>([40, 8, 8, 1]);
    const options = { batchSize: 4, steps: 6, discriminatorSteps: 2, learningRate: 1e-3 };
    const all = ({ generator, discriminator }: AdversarialPair) =>
      [...generator.weights, ...discriminator.weights].map((weight) => [...weight.read().dataSync()]);
    const [whole, crashed, later] = [build(), build(), build()];
    const history = await train(whole, x, options);
    const checkpoint = { store: memoryStore(), every: 2 };
    const onStep = ({ step }: { step: number }) => {
      if (step === 5) throw new Error('power cut');
    };
    await expect(train(crashed, x, { ...options, checkpoint, onStep })).rejects.toThrow('power cut');
    const resumed = await train(later, x, { ...options, checkpoint, resume: true });
    expect(all(later)).toEqual(all(whole));
    expect(resumed.loss).toEqual(history.loss);
    expect(all(later)).not.toEqual(all(build()));
  },
);
