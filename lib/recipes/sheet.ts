import fs from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Random } from '../engine';
import { type Figure, imageGrid, imageRows, wrapped } from '../figures';
import type { Recipe, Sampler, Sheet, Trainee } from './recipe';

export interface SheetOptions {
  readonly seed: number;
  /** 40 unless told. */
  readonly count?: number;
  /** This sampler's pictures; unless told, the recipe's own sheet, or else its first sampler's. */
  readonly sampler?: Sampler;
  /** The recipe's data, where they are at hand; else they are read if the sheet needs them. */
  readonly data?: unknown;
}

/** Draws samples with the weights that are shipped, and writes them as a PNG. The same seed draws the same sheet. */
export async function writeSheet(recipe: Recipe, trainee: Trainee, file: string, options: SheetOptions): Promise<void> {
  const { seed, count = 40, sampler, data } = options;
  const sheet = await trainee.asShipped(() => drawSheet(recipe, trainee, count, seed, sampler, data));
  try {
    await writePicture(figureOf(sheet), file);
  } finally {
    tf.dispose(sheet.rows.map(({ images }) => images));
  }
}

/** @param sampler instead of the recipe's own sheet */
export async function drawSheet(
  recipe: Recipe,
  trainee: Trainee,
  count: number,
  seed: number,
  sampler?: Sampler,
  data?: unknown,
): Promise<Sheet> {
  const random = new Random(seed).fork('sheet');
  if (trainee.sheet && !sampler) return trainee.sheet(data ?? (await recipe.load()), count, random);
  const draw = sampler ?? Object.values(trainee.samplers)[0];
  return { rows: [{ label: '', images: await draw(count, random) }] };
}

export async function writePicture(figure: Figure, file: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, Buffer.from(String(figure.bundle()['image/png']), 'base64'));
}

function figureOf({ rows, captions }: Sheet): Figure {
  const { images } = rows[0];
  const [count, height] = images.shape;
  const scale = captions ? 4 : height > 40 ? 1 : 2;
  if (rows.length > 1) return imageRows(rows, { scale });
  if (!captions) return imageGrid(images, { columns: Math.min(count, 10), scale });
  const width = scale * images.shape[2];
  return imageGrid(images, {
    columns: Math.min(count, 6),
    scale,
    gap: 16,
    labels: captions.map((caption) => wrapped(caption, width)),
  });
}
