import manifest from './fashion-mnist.files.json';
import { ByteSplit } from './split';
import type { Dataset, DatasetInfo } from './types';

/** Xiao, Rasul & Vollgraf (2017), arXiv:1708.07747: 70,000 grey pictures of clothes, 28×28, in ten classes. */
const info: DatasetInfo = {
  name: manifest.name,
  title: { en: 'Fashion-MNIST', zh: 'Fashion-MNIST' },
  shape: [28, 28, 1],
  classes: {
    en: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    zh: ['T恤/上衣', '裤子', '套头衫', '连衣裙', '外套', '凉鞋', '衬衫', '运动鞋', '包', '短靴'],
  },
};

const loaded = new Map<string, Promise<Dataset>>();

/**
 * Fashion-MNIST from this machine; a second call answers with the same object. Looked for in GENLAB_DATA, in Debian's
 * /usr/share/datasets/fashion-mnist and in genlab's cache.
 * @throws UserError if it is not there, or not whole
 */
export async function fashionMnist(options: { folder?: string } = {}): Promise<Dataset> {
  const { findFolder } = await import('./files'); // here, so that a browser can load the rest of this room
  const folder = options.folder ?? findFolder(info.name, manifest.files);
  let dataset = loaded.get(folder);
  if (!dataset) {
    dataset = load(folder);
    loaded.set(folder, dataset);
    dataset.catch(() => loaded.delete(folder)); // mended files are read again
  }
  return dataset;
}

async function load(folder: string): Promise<Dataset> {
  const { readDataFile } = await import('./files');
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    manifest.files.map((file) => readDataFile(folder, info.name, file)),
  );
  return {
    ...info,
    train: new ByteSplit('train', info, trainImages.data, trainLabels.data),
    test: new ByteSplit('test', info, testImages.data, testLabels.data),
  };
}
