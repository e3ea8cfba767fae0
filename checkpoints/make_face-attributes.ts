/** Trains the classifiers that read attributes off faces. An interrupted run goes on where its last checkpoint was written. */
import os from 'node:os';
import path from 'node:path';
import { attributeValues, captionedFaces } from '../datasets/faces';
import { ready } from '../lib/engine';
import { fileStore } from '../lib/files';
import { attributes } from '../lib/metrics';
import { loadCheckpoint, saveCheckpoint } from '../lib/checkpoints';

const { attributeAccuracy, buildAttributeClassifier, trainAttributes } = attributes;

const name = 'face-attributes';
const epochs = 12;
const seed = 1;
const trainFaces = 20_000;

export async function make(): Promise<void> {
  const engine = await ready();
  const data = captionedFaces({ seed, train: trainFaces, test: 2_000, heldOut: 2_000 });
  const classifier = buildAttributeClassifier({ attributes: attributeValues, seed });
  const history = await trainAttributes(classifier, data.train, {
    name,
    epochs,
    seed,
    checkpoint: { store: fileStore(path.join(__dirname, '..', '.genlab', 'training')), every: 300 },
    resume: true,
    onStep: ({ step, loss }) => {
      if (step % 100 === 0) console.log(step, loss.toFixed(3));
    },
    onEpoch: async ({ epoch }) => {
      const images = data.test.images(0, 500);
      const score = await attributeAccuracy(classifier, images, data.test.attributeVectors(0, 500));
      images.dispose();
      console.log(epoch, JSON.stringify(score));
      return { accuracy: score.overall };
    },
  });
  const models = { attributes: classifier.network };
  const card = (metrics: Readonly<Record<string, string>>) => ({
    title: 'Attributes of faces',
    about:
      'Reads the 16 attributes of the captioned faces (style, person, hair, glasses, …) off a picture of 32×32 pixels, or of ' +
      'a multiple averaged down. It says whether a picture shows what its caption asks for. Made for the faces of this ' +
      'data set; of photographs it knows nothing.',
    facts: {
      data: `captionedFaces({ seed: ${seed}, train: ${trainFaces.toLocaleString('en-US')} }), 32×32, all styles`,
      seed,
      engine: `${engine.engine} (${engine.version}), ${os.cpus().length} cores`,
      steps: `${history.loss.length.toLocaleString('en-US')} of 64 pictures, Adam, rate 2e-3 falling to 0 along a half cosine`,
      time: `${Math.round(history.seconds / 60)} minutes, with the machine shared`,
    },
    metrics,
  });
  await saveCheckpoint(name, models, card({}));
  loadCheckpoint(name, models); // the figures are those of the file: half precision
  const rows: Record<string, string> = {};
  for (const [title, split] of [
    ['2,000 new faces', data.test],
    ['2,000 faces of combinations never trained on', data.heldOut],
  ] as const) {
    const images = split.images();
    const wanted = split.attributeVectors();
    const { overall, byAttribute, allRight } = await attributeAccuracy(classifier, images, wanted);
    const each = Object.entries(byAttribute).map(([attribute, value]) => `${attribute} ${percent(value)}`);
    rows[title] =
      `${percent(overall)} of the visible attributes, ${percent(allRight)} of faces wholly right; ${each.join(', ')}`;
    images.dispose();
    wanted.dispose();
  }
  console.log(await saveCheckpoint(name, models, card(rows)), rows);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
