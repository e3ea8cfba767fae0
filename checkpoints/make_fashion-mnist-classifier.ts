/** Trains the classifier that the metrics look through. An interrupted run goes on where its last checkpoint was written. */
import path from 'node:path';
import { fashionMnist } from '../datasets';
import { saveCheckpoint } from '../lib/checkpoints';
import { describe, ready } from '../lib/engine';
import { fileStore } from '../lib/files';
import { classifier as room, fidAgainstN, referenceOf } from '../lib/metrics';
import { countParams } from '../lib/nn';
import { loadWeights, saveWeights } from '../lib/training';

const name = 'fashion-mnist-classifier';
const epochs = 8;
const rates = [3e-3, 2e-3];
const seed = 0;

export async function make(): Promise<void> {
  const engine = describe(await ready()).replace(/^Engine: /, '');
  const data = await fashionMnist();
  let classifier = room.buildClassifier({ seed });
  // Two rounds: the second goes on from where the first ended, with the rate up again.
  const rounds = [];
  for (const [i, learningRate] of rates.entries()) {
    if (i > 0) classifier = await copyOf(classifier); // a run is resumed by its variables: the next one needs its own
    const history = await room.trainClassifier(classifier, data.train, {
      name: `${name}, ${epochs} epochs${i === 0 ? '' : ', again'}`,
      epochs,
      seed: seed + i,
      learningRate,
      checkpoint: { store: fileStore(path.join(__dirname, '..', '.genlab', 'training')), every: 200 },
      resume: true,
    });
    if (history.interrupted) return;
    rounds.push(history);
  }
  const [steps, seconds] = [sum(rounds.map(({ loss }) => loss.length)), sum(rounds.map((round) => round.seconds))];

  const models = { classifier: classifier.network };
  loadWeights(models, await saveWeights(models, { half: true }), name); // what people will load is what is measured
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const accuracies = [];
  for (let label = 0; label < 10; label++) {
    const share = await room.accuracy(classifier, data.test.ofClass(label));
    accuracies.push(`${data.classes.en[label]} ${(100 * share).toFixed(1)}`);
  }
  const reference = await referenceOf(data, classifier);
  const floors = await fidAgainstN(reference.features, reference.statistics, [1000, 5000, 10_000]);
  const parameters = countParams(classifier.network).toLocaleString('en-US');
  const size = await saveCheckpoint(name, models, {
    title: 'Fashion-MNIST classifier for the metrics',
    about: `
A small residual network of ${parameters} parameters (\`metrics.classifier\`). FID, precision and recall use its 128 features, the Inception
score its probabilities. It is trained on the 60,000 training images, so what it says of images that resemble none of them
(noise, photographs) means nothing. A figure of FID or IS can only be compared with one under this same classifier.`,
    facts: {
      data: 'Fashion-MNIST, 60,000 training images, mirrored with probability ½ and moved by up to 2 pixels; read as they are and mirrored, averaged',
      seed,
      engine,
      steps: `${steps.toLocaleString('en-US')} of 128 images (twice ${epochs} epochs), Adam, rate ${rates.join(' and then ')} falling to 0 along a cosine`,
      // True of the shipped file only; goes when it is made anew.
      'rate, as it was': 'the first 2,600 steps followed the cosine of a run of 12 epochs, the next 1,144 that of 8',
      time: `${Math.round(seconds / 60)} minutes, on two cores that others used too`,
    },
    metrics: {
      'accuracy on the 10,000 test images': percent(reference.classifierAccuracy),
      'accuracy by class (%)': accuracies.join(', '),
      'Inception score of the test images (10 splits)': reference.isTestSet.toFixed(3),
      'FID of n test images from the training images, the floor': floors
        .map(({ n, fid }) => `${fid.toFixed(3)} (n = ${n.toLocaleString('en-US')})`)
        .join(', '),
    },
  });
  console.log(`${percent(reference.classifierAccuracy)} on the test images, ${size.toLocaleString('en-US')} bytes`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

async function copyOf(classifier: room.Classifier): Promise<room.Classifier> {
  const copy = room.buildClassifier(classifier.config);
  loadWeights({ classifier: copy.network }, await saveWeights({ classifier: classifier.network }), name);
  room.dispose(classifier);
  return copy;
}
