/** Comic faces into pencil sketches and back, learned from faces that have no pairs. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { faces, type FaceSplit, stylePairs, type StylePairs } from '../../../datasets';
import { cyclegan } from '../../models';
import type { Recipe } from '../recipe';
import { plain } from '../trainee';
import { inputShape, seed, side, someOf } from './data';
import { Judge, shown } from './judge';

const settings = { epochs: 10, batchSize: 4 } as const;
const count = 4000;
const styles = { from: 'comic', to: 'sketch' } as const;

export const translation: Recipe<StylePairs> = {
  name: 'faces-cyclegan',
  title: 'CycleGAN, comic and sketch',
  family: 'cyclegan',
  paper: 'Zhu et al. (2017), arXiv:1703.10593',
  data: 'faces',
  images: `${count.toLocaleString('en-US')} comic faces and as many sketches of other faces, ${side}×${side} in colour, made from seed ${seed}`,
  load: () => Promise.resolve(stylePairs({ ...styles, size: side, seed, train: count, test: 500 })),
  epochs: [settings.epochs],
  batchSize: settings.batchSize,
  seed,
  open() {
    const model = cyclegan.buildCycleGan({ inputShape, width: 16, seed });
    return {
      ...plain,
      networks: { generatorXY: model.generatorXY, generatorYX: model.generatorYX },
      train: async ({ train }, options) => [
        await cyclegan.trainCycleGan(model, train.from, train.to, { ...settings, seed, ...options }),
      ],
      samplers: {},
      sheet({ test }, wished, random) {
        const chosen = someOf(test.from, Math.min(wished, 10), (size) => random.shuffle(size));
        const [comic, sketch] = [test.from.images(chosen), test.to.images(chosen)];
        const drawn = cyclegan.translate(model, comic, 'XY');
        const coloured = cyclegan.translate(model, sketch, 'YX');
        return Promise.resolve({
          rows: [
            { label: 'comic', images: comic },
            { label: 'as a sketch', images: drawn },
            { label: 'and back', images: cyclegan.translate(model, drawn, 'YX') },
            { label: 'sketch', images: sketch },
            { label: 'as a comic', images: coloured },
            { label: 'and back', images: cyclegan.translate(model, coloured, 'XY') },
          ],
        });
      },
      measure: ({ test }) =>
        Judge.during(async (judge) => ({
          ...(await translated(judge, model, 'XY', test.from, test.to, 'comic to sketch')),
          ...(await translated(judge, model, 'YX', test.to, test.from, 'sketch to comic')),
        })),
      dispose: () => cyclegan.dispose(model),
    };
  },
};

/**
 * Whether translated pictures are of the other style and still of the same face. Of the face only what both hands show can be kept.
 * @param truth the same faces by the other hand
 */
async function translated(
  judge: Judge,
  model: cyclegan.CycleGan,
  direction: cyclegan.Direction,
  source: FaceSplit,
  truth: FaceSplit,
  way: string,
): Promise<Record<string, number>> {
  const all = Array.from({ length: source.size }, (_, i) => i);
  const [before, after] = [await shown(source, all), await shown(truth, all)];
  const style = faces.attributeNames.indexOf('style');
  const both = after.map((row, i) => row.map((value, k) => (before[i][k] < 0 ? -1 : value)));
  const kept = both.map((row) => row.map((value, k) => (k === style ? -1 : value)));
  const turned = both.map((row) => row.map((value, k) => (k === style ? value : -1)));
  const [images, real] = [source.images(all), truth.images(all)];
  const made = cyclegan.translate(model, images, direction);
  const back = cyclegan.cycle(model, images, direction);
  const difference = async (a: Tensor4D, b: Tensor4D) => {
    const mean = tf.tidy(() => a.sub(b).abs().mean());
    const [value] = await mean.data();
    mean.dispose();
    return value;
  };
  const figures = {
    [`${way}: of the other style, %`]: 100 * (await judge.accuracy(made, turned)),
    [`${way}: attributes kept, %`]: 100 * (await judge.accuracy(made, kept)),
    [`${way}: attributes read off the true pictures, %`]: 100 * (await judge.accuracy(real, kept)),
    [`${way}: mean difference from the true pictures`]: await difference(made, real),
    [`${way}: the same without translating`]: await difference(images, real),
    [`${way}: mean difference there and back`]: await difference(images, back),
  };
  tf.dispose([images, real, made, back]);
  return figures;
}
