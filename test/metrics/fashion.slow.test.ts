/** The classifier that ships, on the data it is for: as good as it must be, and 60,000 images measured in bounded memory. */
import type { Tensor4D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { fashionMnist } from '../../datasets';
import { fashionMnistClassifier } from '../../lib/checkpoints';
import { ready } from '../../lib/engine';
import { evaluateSamples, referenceOf } from '../../lib/metrics';

vi.setConfig({ testTimeout: 600_000 }); // of a busy machine

let data: Awaited<ReturnType<typeof fashionMnist>> | undefined;

beforeAll(async () => {
  await ready();
  data = await fashionMnist().catch(() => undefined);
});

describe('Fashion-MNIST under the shipped classifier', () => {
  test('93.5 % of the test images; real images are hardly told from real ones; 60,000 fit in 2 GB', async ({
    skip,
  }) => {
    if (!data) return skip('the data set is not on this machine');
    const { train } = data;
    const classifier = await fashionMnistClassifier();
    const reference = await referenceOf(data, classifier);
    expect(reference.classifierAccuracy).toBeGreaterThanOrEqual(0.935);
    expect(reference.isTestSet).toBeGreaterThan(8);
    function* images(): Generator<Tensor4D> {
      for (let from = 0; from < train.size; from += 250) yield train.images(from, from + 250);
    }
    const report = await evaluateSamples(images(), reference, classifier, { model: 'the training images' });
    expect(report.n).toBe(60_000);
    expect(report.fid).toBeLessThan(1e-3); // from themselves
    expect(report.fidFloor).toBeLessThan(0.1);
    expect(report.precision).toBeGreaterThan(0.8);
    expect(report.recall).toBeGreaterThan(0.8);
    expect(process.resourceUsage().maxRSS).toBeLessThan(2e6); // in kB
  });
});
