import { beforeAll, describe, expect, it } from 'vitest';
import { fashionMnist, preview } from '../../datasets';
import { findFolder } from '../../datasets/files';
import manifest from '../../datasets/fashion-mnist.files.json';
import { ready } from '../../lib/engine';

let why = '';
try {
  findFolder('fashion-mnist', manifest.files);
} catch (error) {
  why = String(error);
  console.warn(`Fashion-MNIST's own tests are skipped: ${why}`);
}

describe.skipIf(why)('Fashion-MNIST', () => {
  beforeAll(async () => {
    await ready({ engine: 'wasm' });
  });

  it('has the sizes, classes and balance that its authors state', async () => {
    const data = await fashionMnist();
    expect([data.train.size, data.test.size]).toEqual([60000, 10000]);
    expect(data.shape).toEqual([28, 28, 1]);
    expect(data.classes.en).toHaveLength(10);
    expect(data.classes.zh).toHaveLength(10);
    for (const label of data.classes.en.keys()) expect(data.train.ofClass(label).size).toBe(6000);
    expect([...data.train.labels(0, 8)].map((label) => data.classes.en[label])).toEqual([
      'Ankle boot',
      'T-shirt/top',
      'T-shirt/top',
      'Dress',
      'T-shirt/top',
      'Pullover',
      'Sneaker',
      'Pullover',
    ]);
  });

  it('has the mean grey level that everyone finds', async () => {
    const { train } = await fashionMnist();
    const images = train.images(0, 10000);
    expect(images.mean().dataSync()[0]).toBeCloseTo(0.286, 2);
    images.dispose();
  });

  it('is read once', async () => {
    expect(await fashionMnist()).toBe(await fashionMnist());
  });

  it('has a preview with the names of the classes', async () => {
    const { train } = await fashionMnist();
    const html = String(preview(train, { count: 10, seed: 2, lang: 'zh' }).bundle()['text/html']);
    expect(html).toContain('60,000 幅图像中的 10 幅');
    expect(html.match(/<img /g)).toHaveLength(10);
  });
});

it('a folder without the files is a plain message', async () => {
  await expect(fashionMnist({ folder: '/nowhere' })).rejects.toThrow(/train-images-idx3-ubyte\.gz is missing/);
});
