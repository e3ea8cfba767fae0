/** Text to image: latent diffusion told by captions in English and Chinese, with classifier-free guidance. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { faces, type Faces, type FaceSplit, type Language } from '../../../datasets';
import { loadCheckpoint } from '../../checkpoints';
import { Random } from '../../engine';
import { clip } from '../../metrics';
import { ldm } from '../../models';
import { buildTextEncoder } from '../../nn';
import type { OwnMeasuring, Recipe } from '../recipe';
import { latentStages } from '../trainee';
import { facesOf, inputShape, seed, someOf } from './data';
import { Judge } from './judge';

const stage1 = { epochs: 8, batchSize: 32, schedule: 'cosine' } as const;
const stage2 = { epochs: 24, batchSize: 32, schedule: 'cosine' } as const;
/** γ of the guidance, and steps of DDIM. */
const guidance = 3;
const steps = 25;
/** As face-clip reads texts. */
const reading = { vocabulary: faces.vocabulary.length, length: faces.maxTokens };
const languages = { en: 'English', zh: 'Chinese' } as const;

export const textToImage: Recipe<Faces> = {
  ...facesOf(20_000),
  name: 'faces-text',
  title: 'Text to image, faces',
  family: 'ldm',
  paper: 'Rombach et al. (2022), arXiv:2112.10752',
  epochs: [stage1.epochs, stage2.epochs],
  batchSize: stage2.batchSize,
  open() {
    // With 8 channels the classifiers read 93 % of the attributes off reconstructions: less than samples are to reach.
    const first = ldm.buildAutoencoder({ inputShape, channels: 32, multipliers: [1, 2, 2], latentChannels: 16, seed });
    const unet = { channels: 40, multipliers: [1, 2], attention: [1] };
    const config = { unet, schedule: 'cosine', prediction: 'v', emaDecay: 0.999, seed } as const;
    const model = ldm.buildLatentDiffusion(first, config, buildTextEncoder({ ...reading, seed }));
    return {
      ...latentStages(model),
      async train({ train }, options) {
        const before = await ldm.trainStage1(first, train, { ...stage1, seed, ...options });
        if (before.interrupted) return [before];
        const some = train.images(0, 250);
        ldm.fitScale(model, some);
        takeTexts(model);
        const latents = new ldm.KnownLatents(model);
        const nothing = tokensOf(['']);
        try {
          const after = await ldm.trainLatentDiffusion(model, {
            steps: stage2.epochs * Math.floor(train.size / stage2.batchSize),
            batches: (epoch) => told(train, latents, epoch),
            schedule: stage2.schedule,
            nothing,
            seed,
            ...options,
          });
          return [before, after];
        } finally {
          tf.dispose([some, nothing]);
        }
      },
      samplers: {},
      async sheet({ heldOut }, count, random) {
        const chosen = someOf(heldOut, Math.min(count, 12), (size) => random.fork('who').shuffle(size));
        const half = Math.ceil(chosen.length / 2);
        const captions = [
          ...heldOut.captions(chosen.slice(0, half), { language: 'en', detail: 0.5 }),
          ...heldOut.captions(chosen.slice(half), { language: 'zh', detail: 0.5 }),
        ];
        return { rows: [{ label: '', images: await drawTold(model, captions, random.fork('noise')) }], captions };
      },
      measure: ({ heldOut, test }, options) =>
        Judge.during(async (judge) => {
          const reconstructed = await throughStage1(judge, first, test);
          const figures: Record<string, number> = { ...reconstructed };
          for (const language of ['en', 'zh'] as const) {
            Object.assign(figures, await heard(judge, model, heldOut, language, options));
          }
          return figures;
        }),
      dispose() {
        ldm.dispose(model);
        ldm.disposeAutoencoder(first);
      },
    };
  },
};

/** The conditioner begins as the text tower of face-clip, which knows both languages already, and learns on with the U-Net. */
function takeTexts({ conditioner }: ldm.LatentDiffusion): void {
  const known = clip.buildClip({ text: reading });
  try {
    loadCheckpoint('face-clip', { image: known.image, text: known.text, textHead: known.textHead });
    conditioner?.setWeights(known.text.getWeights());
  } finally {
    clip.dispose(known);
  }
}

function* told(split: FaceSplit, latents: ldm.KnownLatents, epoch: number): Generator<ldm.ConditionedBatch> {
  for (const { indices, images, tokens } of split.batches({
    batchSize: stage2.batchSize,
    seed,
    epoch,
    dropLast: true,
  })) {
    yield { latents: latents.of(images, indices), told: tokens };
  }
}

/** [n] captions -> [n,48] int32 */
function tokensOf(captions: readonly string[]): Tensor2D {
  return tf.tensor2d(captions.map(faces.encode), [captions.length, faces.maxTokens], 'int32');
}

/** A face for each caption. -> [n,H,W,3] */
async function drawTold(model: ldm.LatentDiffusion, captions: readonly string[], random: Random): Promise<Tensor4D> {
  const [text, nothing] = [tokensOf(captions), tokensOf(captions.map(() => ''))];
  try {
    return await ldm.sample(model, captions.length, random, {
      condition: { told: text },
      unconditional: { told: nothing },
      guidance,
      steps,
    });
  } finally {
    tf.dispose([text, nothing]);
  }
}

/** How often faces show what their captions say, beside what the classifiers find on real faces with the same captions. */
async function heard(
  judge: Judge,
  model: ldm.LatentDiffusion,
  split: FaceSplit,
  language: Language,
  { samples, seed: drawing, say }: OwnMeasuring,
): Promise<Record<string, number>> {
  const chosen = Array.from({ length: Math.min(samples, 500, split.size) }, (_, i) => i);
  const captions = split.captions(chosen, { language, seed: 'measure' });
  const wanted = captions.map((caption) => faces.wantedVector(faces.parseCaption(caption)));
  const name = `held-out captions in ${languages[language]}`;
  say(`${chosen.length} ${name}`);
  const random = new Random(drawing).fork(`measure ${language}`);
  const parts: Tensor4D[] = [];
  for (let from = 0; from < captions.length; from += 100) {
    parts.push(await drawTold(model, captions.slice(from, from + 100), random.fork(from)));
  }
  const [made, real] = [tf.concat(parts), split.images(chosen)];
  const score = await judge.score(made, wanted);
  const figures = {
    [`attribute accuracy, ${name}, %`]: 100 * score.overall,
    [`the classifiers' own on real faces, ${name}, %`]: 100 * (await judge.accuracy(real, wanted)),
    [`everything right, ${name}, % of faces`]: 100 * score.allRight,
  };
  tf.dispose([...parts, made, real]);
  return figures;
}

/** What stage 1 alone costs: attributes read off pictures that went through the latents. */
async function throughStage1(judge: Judge, first: ldm.Autoencoder, split: FaceSplit): Promise<Record<string, number>> {
  const chosen = Array.from({ length: Math.min(500, split.size) }, (_, i) => i);
  const images = split.images(chosen);
  const vectors = split.attributeVectors(chosen);
  const wanted = (await vectors.array()) as number[][];
  const decoded = ldm.reconstruct(first, images);
  const mean = tf.tidy(() => ldm.psnr(decoded, images).mean());
  const figures = {
    'stage 1: PSNR of new faces, dB': (await mean.data())[0],
    'stage 1: attribute accuracy of new faces, %': 100 * (await judge.accuracy(decoded, wanted)),
  };
  tf.dispose([images, vectors, decoded, mean]);
  return figures;
}
