import { Random } from '../lib/engine';
import { histogram, imageGrid, scatter2d, type Figure } from '../lib/figures';
import type { Toy } from './toys';
import type { Language, Split } from './types';

export interface PreviewOptions {
  /** How many pictures, 20 unless told; or points, 2,000 unless told. */
  readonly count?: number;
  /** Which ones. */
  readonly seed?: number;
  readonly lang?: Language;
  readonly title?: string;
}

/** A look at some of the data, by chance: pictures with the names of their classes, or points. */
export function preview(data: Split | Toy, options: PreviewOptions = {}): Figure {
  return 'draw' in data ? pointPreview(data, options) : picturePreview(data, options);
}

function picturePreview(split: Split, { count = 20, seed = 1, lang = 'en', title }: PreviewOptions): Figure {
  const chosen = new Random(seed).shuffle(split.size).slice(0, count);
  const images = split.images(chosen);
  const labels = Array.from(split.labels(chosen), (label) => split.info.classes[lang][label]);
  const size = split.size.toLocaleString('en-US');
  const name = split.info.title[lang];
  const figure = imageGrid(images, {
    title:
      title ??
      (lang === 'zh'
        ? `${name}：${size} 幅图像中的 ${chosen.length} 幅`
        : `${name}: ${chosen.length} of ${size} pictures`),
    labels,
    columns: Math.min(10, chosen.length),
  });
  images.dispose();
  return figure;
}

function pointPreview(toy: Toy, { count = 2000, seed = 1, lang = 'en', title }: PreviewOptions): Figure {
  const { points, labels } = toy.draw(count, new Random(seed));
  const name = toy.title[lang];
  const size = count.toLocaleString('en-US');
  const words = title ?? (lang === 'zh' ? `${name}：${size} 个点` : `${name}: ${size} points`);
  if (toy.dims === 1) {
    return histogram({ title: words, x: 'x', series: [{ name, values: points.map(([x]) => x) }] });
  }
  const several = toy.parts > 1 && toy.parts <= 10;
  return scatter2d({ title: words, x: 'x₁', y: 'x₂', points, ...(several && { labels, names: false }), pointSize: 5 });
}
