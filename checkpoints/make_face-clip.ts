/** Trains the text–image model of the faces. An interrupted run goes on where its last checkpoint was written. */
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { captionedFaces, faces, type FaceSplit } from '../datasets';
import { loadCheckpoint, saveCheckpoint } from '../lib/checkpoints';
import { ready } from '../lib/engine';
import { fileStore } from '../lib/files';
import { attributes, clip } from '../lib/metrics';

const name = 'face-clip';
const epochs = 3;
const seed = 2;
const trainFaces = 20_000;
const planned = epochs * Math.floor(trainFaces / 128);

export async function make(): Promise<void> {
  const engine = await ready();
  const data = captionedFaces({ seed, train: trainFaces, test: 2_200, heldOut: 2_200, combinations: 'all' });
  const model = clip.buildClip({ seed, text: { vocabulary: faces.vocabulary.length, length: faces.maxTokens } });
  const reader = attributes.buildAttributeClassifier({ attributes: faces.attributeValues });
  loadCheckpoint('face-attributes', { attributes: reader.network });
  clip.takeTrunk(model, reader.network);
  attributes.dispose(reader);
  const history = await clip.trainClip(model, data.train, {
    name,
    trunk: 'locked',
    epochs,
    seed,
    learningRate: 2e-3,
    checkpoint: { store: fileStore(path.join(__dirname, '..', '.genlab', 'training')), every: 100 },
    resume: true,
    onStep: ({ step, loss, metrics }) => {
      if (step % 50 === 0) console.log(step, loss.toFixed(3), metrics.scale.toFixed(1));
    },
    onEpoch: async ({ epoch }) => {
      const [en, zh] = [await meanRetrieval(model, data.test, 'en', 3), await meanRetrieval(model, data.test, 'zh', 3)];
      console.log(epoch, en, zh);
      return { english: en.imageOfText, chinese: zh.imageOfText };
    },
  });
  const models = { image: model.image, text: model.text, textHead: model.textHead };
  const card = (metrics: Readonly<Record<string, string>>) => ({
    title: 'Faces and captions',
    about:
      'A CLIP-style text–image model of the captioned faces: a picture of 32×32 pixels (or a multiple, averaged down) and an ' +
      'English or Chinese caption become vectors of 128 numbers that point the same way where they fit. Its text encoder ' +
      '(two transformer blocks) also conditions text-to-image models. The image tower is that of `face-attributes`, locked ' +
      '(Zhai et al. 2022); its projection and the text tower are learned by the symmetric InfoNCE loss (Radford et al. 2021). ' +
      'It knows this data set only.',
    facts: {
      data: `captionedFaces({ seed: ${seed}, train: ${trainFaces.toLocaleString('en-US')}, combinations: 'all' }), captions worded anew each epoch, half English, half Chinese`,
      seed,
      engine: `${engine.engine} (${engine.version}), ${os.cpus().length} cores`,
      steps:
        `${history.loss.length} of 128 pairs, Adam, rate 2e-3 falling to 0 along a half cosine` +
        (history.loss.length < planned ? ` of ${planned} steps, before whose end it was stopped` : ''),
      time: `${Math.round(history.seconds / 60)} minutes, with the machine shared`,
    },
    metrics,
  });
  await saveCheckpoint(name, models, card({}));
  loadCheckpoint(name, models); // the figures are those of the file: half precision
  const rows: Record<string, string> = {};
  for (const [title, split] of [
    ['new faces', data.test],
    ['faces of the combinations that generative models are not trained on', data.heldOut],
  ] as const) {
    for (const [language, of] of [
      ['English', 'en'],
      ['Chinese', 'zh'],
    ] as const) {
      const { imageOfText, textOfImage } = await meanRetrieval(model, split, of, 20);
      rows[`${language}, ${title}`] =
        `${percent(imageOfText)} of captions find their picture among 100 with distinct attributes, ` +
        `${percent(textOfImage)} of pictures their caption (20 sets of 100, captions that say everything)`;
    }
  }
  console.log(await saveCheckpoint(name, models, card(rows)), rows);
}

/** Top-1 among 100 pictures, no two of them with the same attributes; means over sets of 100. */
async function meanRetrieval(model: clip.Clip, split: FaceSplit, language: 'en' | 'zh', sets: number) {
  const sums = { imageOfText: 0, textOfImage: 0 };
  const vectors = split.attributes().map((face) => String(faces.attributeVector(face)));
  let next = 0;
  for (let set = 0; set < sets; set++) {
    const chosen = new Map<string, number>(); // no two alike
    for (; chosen.size < 100 && next < split.size; next++) {
      if (!chosen.has(vectors[next])) chosen.set(vectors[next], next);
    }
    const places = [...chosen.values()];
    const images = split.images(places);
    const captions = split.captions(places, { language, detail: 1, seed: 'retrieval' });
    const tokens = tf.tensor2d(captions.map(faces.encode), undefined, 'int32');
    const { imageOfText, textOfImage } = await clip.retrieval(model, images, tokens);
    sums.imageOfText += imageOfText / sets;
    sums.textOfImage += textOfImage / sets;
    tf.dispose([images, tokens]);
  }
  return sums;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
