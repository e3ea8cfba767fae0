/** Trains the classifier that the metrics look through. An interrupted run goes on where its last checkpoint was written. */
import path from 'node:path';
import { fashionMnist } from '../datasets';
import { ready } from '../lib/engine';
import { fileStore } from '../lib/files';
import { buildClassifier, trainClassifier } from '../lib/metrics/classifier';

const epochs = 12;
const seed = 0;

export async function make(): Promise<void> {
  await ready();
  const data = await fashionMnist();
  const classifier = buildClassifier({ seed });
  const store = fileStore(path.join(__dirname, '..', '.genlab', 'training'));
  const history = await trainClassifier(classifier, data.train, {
    name: 'fashion-mnist-classifier',
    epochs,
    seed,
    checkpoint: { store, every: 200 },
    resume: true,
  });
  console.log(history.seconds);
}
