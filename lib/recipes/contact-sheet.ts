/** One picture of what every shipped model makes: a few rows a model, named at the left. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { imageRows } from '../figures';
import { isShipped, openShipped } from './league';
import type { Recipe } from './recipe';
import { drawSheet, writePicture } from './sheet';

const columns = 10;
/** The largest of the models' pictures; smaller ones get a white frame. */
const side = 32;

/** @returns the names of the recipes that are on it */
export async function writeContactSheet(
  recipes: readonly Recipe[],
  file: string,
  options: { readonly seed: number; readonly folder?: string; readonly say?: (line: string) => void },
): Promise<string[]> {
  const { seed, folder, say = () => undefined } = options;
  const chosen = recipes.filter((recipe) => isShipped(recipe, folder));
  const rows: { label: string; images: Tensor4D }[] = [];
  try {
    for (const recipe of chosen) {
      const { trainee } = openShipped(recipe, folder);
      try {
        const sheet = await trainee.asShipped(() => drawSheet(recipe, trainee, columns, seed));
        for (const { label, images } of sheet.rows) {
          rows.push({ label: label ? `${recipe.title}: ${label}` : recipe.title, images: framed(images) });
          images.dispose();
        }
      } finally {
        trainee.dispose();
      }
      say(recipe.title);
    }
    if (rows.length > 0) await writePicture(imageRows(rows, { scale: 2 }), file);
  } finally {
    tf.dispose(rows.map(({ images }) => images));
  }
  return chosen.map(({ name }) => name);
}

/** In colour, of one size, and as many as there are columns. [n,H,W,C] -> [10,32,32,3] */
function framed(images: Tensor4D): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const [top, left] = [Math.floor((side - height) / 2), Math.floor((side - width) / 2)];
  return tf.tidy(() => {
    const coloured = channels === 1 ? images.tile([1, 1, 1, 3]) : images;
    const first = coloured.slice(0, Math.min(count, columns));
    return tf.pad4d(
      first as Tensor4D,
      [
        [0, columns - first.shape[0]],
        [top, side - height - top],
        [left, side - width - left],
        [0, 0],
      ],
      1,
    );
  });
}
