/** Trains one model of test/models/steps.ts for 1,500 batches and prints how the process grew over the last 1,000. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../lib/engine';
import { batchesPerEpoch, runs } from '../../test/models/steps';
import { ownMemory } from './own-memory';

const settling = 500; // compiled code, pools of memory, the optimizers' state
const counted = 1000;
const every = 25; // a reading collects garbage, which takes as long as ten batches

/** Of the straight line through (x, y), by least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

async function main(name: string): Promise<void> {
  await ready();
  const own: [number, number][] = [];
  const tensors: [number, number][] = [];
  const epochs = Math.ceil((settling + counted) / batchesPerEpoch);
  await runs[name]({
    epochs,
    onStep({ step }) {
      tensors.push([step, tf.memory().numTensors]);
      if (step % every > 0) return;
      own.push([step, ownMemory() / 1e6]);
    },
  });
  // A round of players takes several batches.
  const batchesAStep = (epochs * batchesPerEpoch) / tensors.length;
  const late = (points: [number, number][]) =>
    points.map(([step, value]): [number, number] => [step * batchesAStep, value]).filter(([batch]) => batch > settling);
  const growth = { megabytes: slope(late(own)) * counted, tensors: slope(late(tensors)) * counted };
  process.stdout.write(`\ngrowth ${JSON.stringify(growth)}\n`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
