/** Trains the classifiers that read attributes off faces. Interrupted in its first, longer stage, it goes on from there. */
import os from 'node:os';
import path from 'node:path';
import { captionedFaces, faces, type FaceSplit } from '../datasets';
import { ready } from '../lib/engine';
import { fileStore } from '../lib/files';
import { attributes } from '../lib/metrics';
import { loadCheckpoint, saveCheckpoint } from '../lib/checkpoints';

const { attributeAccuracy, buildAttributeClassifier, trainAttributes } = attributes;

const name = 'face-attributes';
const epochs = [12, 4] as const;
const seed = 1;
const trainFaces = 20_000;

export async function make(): Promise<void> {
  const engine = await ready();
  const some = captionedFaces({ seed, train: trainFaces, test: 0, heldOut: 0 });
  const all = captionedFaces({ seed: seed + 1, train: trainFaces, test: 2_000, heldOut: 2_000, combinations: 'all' });
  const classifier = buildAttributeClassifier({ attributes: faces.attributeValues, seed });
  const store = fileStore(path.join(__dirname, '..', '.genlab', 'training'));
  const stage = (split: FaceSplit, options: attributes.AttributeTraining) =>
    trainAttributes(classifier, split, {
      ...options,
      seed,
      onEpoch: async ({ epoch }) => {
        const score = await scoreOf(classifier, all.test.take(500));
        console.log(epoch, JSON.stringify(score));
        return { accuracy: score.overall };
      },
    });
  // Most combinations first; then all of them: who judges combinations that others never saw must know them.
  const first = await stage(some.train, {
    name,
    epochs: epochs[0],
    learningRate: 2e-3,
    checkpoint: { store, every: 300 },
    resume: true,
  });
  const second = await stage(all.train, { name: `${name}-all`, epochs: epochs[1], learningRate: 1e-3 });
  const models = { attributes: classifier.network };
  const card = (metrics: Readonly<Record<string, string>>) => ({
    title: 'Attributes of faces',
    about:
      'Reads the 16 attributes of the captioned faces (style, person, hair, glasses, …) off a picture of 32×32 pixels, or of ' +
      'a multiple averaged down. It says whether a picture shows what its caption asks for. Made for the faces of this ' +
      'data set; of photographs it knows nothing.',
    facts: {
      data:
        `captionedFaces({ seed: ${seed}, train: ${trainFaces.toLocaleString('en-US')} }), then as many new faces of all ` +
        'combinations, 32×32, all styles',
      seed,
      engine: `${engine.engine} (${engine.version}), ${os.cpus().length} cores`,
      steps:
        `${first.loss.length.toLocaleString('en-US')} of 64 pictures (${epochs[0]} epochs, Adam, rate 2e-3 falling to 0 along ` +
        `a half cosine), then ${second.loss.length.toLocaleString('en-US')} (${epochs[1]} epochs, from 1e-3)`,
      time: `${Math.round((first.seconds + second.seconds) / 60)} minutes, with the machine shared`,
    },
    metrics,
  });
  await saveCheckpoint(name, models, card({}));
  loadCheckpoint(name, models); // the figures are those of the file: half precision
  const rows: Record<string, string> = {};
  for (const [title, split] of [
    ['2,000 new faces', all.test],
    ['2,000 new faces of the combinations that generative models are not trained on', all.heldOut],
  ] as const) {
    const { overall, byAttribute, allRight } = await scoreOf(classifier, split);
    const each = Object.entries(byAttribute).map(([attribute, value]) => `${attribute} ${percent(value)}`);
    rows[title] =
      `${percent(overall)} of the visible attributes, ${percent(allRight)} of faces wholly right; ${each.join(', ')}`;
  }
  console.log(await saveCheckpoint(name, models, card(rows)), rows);
}

async function scoreOf(classifier: attributes.AttributeClassifier, split: FaceSplit) {
  const images = split.images();
  const wanted = split.attributeVectors();
  const score = await attributeAccuracy(classifier, images, wanted);
  images.dispose();
  wanted.dispose();
  return score;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
