import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ddpm, ldm } from '../../lib/models';
import { countParams } from '../../lib/nn';
import golden from '../golden/ldm.json';

beforeAll(() => ready());

const { cases } = golden;
const image = (values: number[][][][]) => tf.tensor4d(values);

function expectClose(actual: tf.Tensor, expected: unknown, tolerance = 1e-5): void {
  const flat = (expected as number[]).flat(Infinity) as number[];
  const found = actual.dataSync();
  expect(found.length).toBe(flat.length);
  found.forEach((value, i) =>
    expect(Math.abs(value - flat[i]), `entry ${i}: ${value} for ${flat[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(flat[i])),
    ),
  );
}

describe('stage 1, against diffusers and PyTorch', () => {
  test('the latents’ distribution and its KL', () => {
    const posterior = ldm.posteriorOf(image(cases.posterior.answer));
    expectClose(posterior.mean, cases.posterior.mean);
    expectClose(posterior.logVariance, cases.posterior.logVariance);
    expectClose(ldm.latentKl(posterior), cases.posterior.kl);
  });

  test('the hinge losses of the patches, and their gradients', () => {
    const { real, fake, loss, generator, byReal, byFake } = cases.hinge;
    const gradients = tf.grads((r, f) => ldm.patchDiscriminatorLoss(r, f))([image(real), image(fake)]);
    expectClose(ldm.patchDiscriminatorLoss(image(real), image(fake)), [loss]);
    expectClose(gradients[0], byReal);
    expectClose(gradients[1], byFake);
    expectClose(ldm.patchGeneratorLoss(image(fake)), [generator]);
  });

  test('latentScale makes the standard deviation 1', () => {
    const z = new Random(1).normal<tf.Rank.R4>([50, 4, 4, 2], 3, 5);
    const scaled = z.mul(ldm.latentScale(z));
    expect(Math.abs(tf.moments(scaled).variance.dataSync()[0] - 1)).toBeLessThan(1e-4);
  });
});

describe('the inpainting step, against diffusers’ RePaint', () => {
  const { known, mask, steps } = cases.inpainting;
  const schedule = ddpm.linearSchedule(1000);

  test.each(steps)('from step $t', ({ t, noise, unknown, next }) => {
    const args = [image(known), image(unknown), image(mask), t, image(noise), schedule] as const;
    expectClose(ldm.inpaintingStep(...args), next);
  });

  test('leaves what is known as it is at the end, whatever the model says', async () => {
    const short = ddpm.linearSchedule(30);
    const random = new Random(2);
    const wild: ddpm.Denoiser = (x) => x.mul(0.3).add(1);
    const result = await ldm.inpaintLoop(wild, image(known), image(mask), random, short, { repeats: 3 });
    const outside = tf.sub(1, image(mask));
    expectClose(result.mul(outside), image(known).mul(outside).arraySync());
    expect(result.sub(image(known)).mul(image(mask)).abs().max().dataSync()[0]).toBeGreaterThan(0.1);
  });

  test('the exact denoiser of correlated data fills the hole with what belongs there', async () => {
    // Two pixels that are always the same number, N(0, 1): ε's best guess is known in closed form.
    const schedule = ddpm.linearSchedule(60);
    const exact: ddpm.Denoiser = (x, t) => {
      const left = schedule.alphasCumprod[t[0]];
      const mean = x.mean(2, true).mul((2 * Math.sqrt(left)) / (1 + left)); // E[x₀ | both pixels]
      return x.sub(mean.mul(Math.sqrt(left))).div(Math.sqrt(1 - left));
    };
    const random = new Random(3);
    const values = random.normal<tf.Rank.R4>([400, 1, 1, 1]);
    const pair = tf.tile(values, [1, 1, 2, 1]);
    const hole = tf.tensor4d([0, 1], [1, 1, 2, 1]);
    const error = async (repeats: number) => {
      const filled = await ldm.inpaintLoop(exact, pair, hole, random, schedule, { repeats });
      return filled.sub(pair).square().mean().sqrt().dataSync()[0];
    };
    const [once, often] = [await error(1), await error(8)];
    expect(often).toBeLessThan(0.25);
    expect(often).toBeLessThan(once); // repeating is what makes the hole agree with its surroundings
  });
});

describe('super-resolution', () => {
  const { small, enlarged, a, b, psnr, shrunk } = cases.superResolution;

  test('enlarging, shrinking and PSNR are PyTorch’s and torchmetrics’', () => {
    expectClose(ldm.enlarge(image(small), [16, 16]), enlarged);
    expectClose(ldm.shrink(image(a), 4), shrunk);
    expectClose(ldm.psnr(image(a), image(b)), psnr, 1e-4);
  });
});

describe('models', () => {
  const stage1 = (regularization: 'kl' | 'vq') =>
    ldm.buildAutoencoder({ inputShape: [8, 8, 1], channels: 8, multipliers: [1, 2], latentChannels: 2, patchWidth: 8, codes: 16, regularization, groups: 4 }); // prettier-ignore
  const text = () => {
    const tokens = tf.input({ shape: [5], name: 'tokens' });
    const vectors = tf.layers.embedding({ inputDim: 7, outputDim: 6 }).apply(tokens) as tf.SymbolicTensor;
    return tf.model({ inputs: tokens, outputs: vectors });
  };
  const unet = { channels: 8, multipliers: [1], attention: [0], heads: 2, groups: 4 };

  test.each(['kl', 'vq'] as const)('%s: each part is trained, and nothing is left over', async (regularization) => {
    const model = stage1(regularization);
    const x = new Random(1).uniform<tf.Rank.R4>([8, 8, 8, 1]);
    const trained = { epochs: 1, batchSize: 4 };
    const sizes = (part: tf.LayersModel) => part.getWeights().map((w) => w.abs().sum().dataSync()[0]);
    const weights = () =>
      tf.tidy(() => {
        const parts = [model.encoder, model.decoder, model.discriminator, model.codebook];
        return parts.map((part) => (part ? sizes(part) : []));
      });
    const before = weights();
    const plain = await ldm.trainStage1(model, x, trained);
    expect(Object.keys(plain.metrics)).toEqual(['reconstruction', regularization === 'kl' ? 'kl' : 'commitment']);
    expect(weights()[2]).toEqual(before[2]); // without an adversarial weight nobody judges
    const count = tf.memory().numTensors;
    const adversarial = await ldm.trainStage1(model, x, { ...trained, adversarialWeight: 0.1 });
    expect(adversarial.metrics.patches).toHaveLength(2);
    const after = weights();
    after.forEach((part, i) => {
      if (part.length > 0) expect(part).not.toEqual(before[i]);
    });
    const z = ldm.encode(model, x);
    expect(z.shape).toEqual([8, 4, 4, 2]);
    const y = ldm.decode(model, z);
    expect(y.shape).toEqual([8, 8, 8, 1]);
    expect(Math.min(...y.dataSync())).toBeGreaterThanOrEqual(0);
    tf.dispose([z, y, ldm.reconstruct(model, x)]);
    expect(tf.memory().numTensors).toBe(count);
    ldm.disposeAutoencoder(model);
  });

  test('latent diffusion told a text: trains, samples with guidance, fills holes, repeats itself, leaves nothing', async () => {
    const autoencoder = stage1('kl');
    const model = ldm.buildLatentDiffusion(autoencoder, { steps: 40, unet, emaDecay: 0.9 }, text());
    const random = new Random(1);
    const images = random.uniform<tf.Rank.R4>([4, 8, 8, 1]);
    const told = tf.tensor2d([[2, 3, 4, 0, 0]]).tile([4, 1]) as tf.Tensor2D;
    const nothing = tf.zeros<tf.Rank.R2>([1, 5]);
    ldm.fitScale(model, images);
    const latents = ldm.toLatents(model, images);
    expect(Math.abs(tf.moments(latents).variance.dataSync()[0] - 1)).toBeLessThan(1e-3);
    const batches = () => [{ images: images.clone(), told: told.clone() }];
    await ldm.trainLatentDiffusion(model, { steps: 3, batches, nothing });
    const hole = tf.tidy(() => tf.pad(tf.ones<tf.Rank.R4>([4, 4, 4, 1]), [[0, 0], [0, 4], [0, 4], [0, 0]])); // prettier-ignore
    const before = tf.memory().numTensors;
    const options = { condition: { told }, unconditional: { told: nothing.tile([4, 1]) as tf.Tensor2D }, guidance: 2, steps: 4 }; // prettier-ignore
    const [first, again] = [
      await ldm.sample(model, 4, new Random(5), options),
      await ldm.sample(model, 4, new Random(5), options),
    ];
    expect(first.shape).toEqual([4, 8, 8, 1]);
    expectClose(again, first.arraySync(), 0);
    const filled = await ldm.inpaint(model, images, hole, new Random(6), { condition: { told }, steps: 3 });
    const outside = tf.sub(1, hole);
    tf.tidy(() => expectClose(filled.mul(outside), images.mul(outside).arraySync()));
    tf.dispose([first, again, filled, outside, options.unconditional.told]);
    expect(tf.memory().numTensors).toBe(before);
    ldm.dispose(model);
    ldm.disposeAutoencoder(autoencoder);
  });

  test('a training on latents that were made once is the training on their images', async () => {
    const autoencoder = stage1('kl');
    const images = new Random(1).uniform<tf.Rank.R4>([4, 8, 8, 1]);
    const losses = async (batchOf: (known: ldm.KnownLatents) => ldm.ConditionedBatch) => {
      const model = ldm.buildLatentDiffusion(autoencoder, { steps: 40, unet, emaDecay: 0.9, seed: 2 });
      ldm.fitScale(model, images);
      const known = new ldm.KnownLatents(model);
      const { loss } = await ldm.trainLatentDiffusion(model, { steps: 3, batches: () => [batchOf(known)] });
      ldm.dispose(model);
      return loss;
    };
    const onImages = await losses(() => ({ images: images.clone() }));
    let encoded = 0;
    const onLatents = await losses((known) => {
      // Once they are known, the images are not looked at.
      const picture = encoded++ === 0 ? images : tf.zerosLike(images);
      return { latents: tf.tidy(() => known.of(picture, [0, 1, 2, 3])) };
    });
    expect(encoded).toBe(3);
    expect(onImages).toHaveLength(3);
    onLatents.forEach((value, i) => expect(value).toBeCloseTo(onImages[i], 5));
    await expect(losses(() => ({}))).rejects.toThrow('neither');
    images.dispose();
    ldm.disposeAutoencoder(autoencoder);
  });

  test('ε on a schedule that ends in noise alone is refused', () => {
    const autoencoder = stage1('kl');
    expect(() => ldm.buildLatentDiffusion(autoencoder, { schedule: 'cosine', unet })).toThrow("Predict 'v'");
    ldm.dispose(ldm.buildLatentDiffusion(autoencoder, { schedule: 'cosine', prediction: 'v', unet }));
    ldm.disposeAutoencoder(autoencoder);
  });

  test('layouts and classes', () => {
    const autoencoder = stage1('kl');
    const layout = { boxes: 3, kinds: 2, dim: 8, seed: 0 };
    const model = ldm.buildLatentDiffusion(autoencoder, { steps: 40, classes: 4, unet }, ldm.buildLayoutConditioner(layout)); // prettier-ignore
    const told = ldm.layoutOf([[{ left: 0, top: 0, width: 0.5, height: 1, kind: 1 }], []], layout);
    expect(told.shape).toEqual([2, 3, 6]);
    const answer = ldm.denoiserOf(model, { told, labels: tf.tensor1d([0, 4]) })(tf.zeros([2, 4, 4, 2]), [1, 7]);
    expect(answer.shape).toEqual([2, 4, 4, 2]);
    expect(countParams(model.network)).toBeGreaterThan(1000);
    const box = { left: 0, top: 0, width: 1, height: 1, kind: 2 };
    expect(() => ldm.layoutOf([[box]], layout)).toThrow(/kind is a whole number from 0 to 1, got 2/);
    expect(() => ldm.layoutOf([[box, box, box, box]], layout)).toThrow(/at most 3 boxes, got 4/);
  });

  test('super-resolution trains and enlarges', async () => {
    const model = ldm.buildSuperResolution({ inputShape: [8, 8, 1], factor: 4, steps: 40, unet });
    const x = new Random(1).uniform<tf.Rank.R4>([4, 8, 8, 1]);
    await ldm.trainSuperResolution(model, x, { epochs: 2, batchSize: 4 });
    const small = ldm.shrink(x, 4);
    const before = tf.memory().numTensors;
    const large = await ldm.superResolve(model, small, new Random(2), { steps: 3 });
    expect(large.shape).toEqual([4, 8, 8, 1]);
    large.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('messages', async () => {
    expect(() => ldm.buildAutoencoder({ inputShape: [30, 30, 3] })).toThrow(/divide the sides by 4/);
    expect(() => ldm.buildSuperResolution({ inputShape: [30, 30, 3] })).toThrow(/factor divides the sides/);
    const autoencoder = stage1('kl');
    const model = ldm.buildLatentDiffusion(autoencoder, { steps: 40, unet }, text());
    await expect(ldm.sample(model, 1, new Random(0))).rejects.toThrow(/pass it as `told`/);
    expect(() => ldm.trainLatentDiffusion(model, { steps: 1, batches: () => [] })).toThrow(/as `nothing`/);
    expect(() => ldm.encode(autoencoder, tf.zeros([1, 4, 4, 1]))).toThrow(/x must have the shape \[B, 8, 8, 1\]/);
  });
});
