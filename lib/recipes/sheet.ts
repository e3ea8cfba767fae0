import fs from 'node:fs/promises';
import path from 'node:path';
import { Random } from '../engine';
import { imageGrid } from '../figures';
import type { Sampler, Trainee } from './recipe';

export interface SheetOptions {
  readonly seed: number;
  /** 40 unless told. */
  readonly count?: number;
  readonly columns?: number;
  /** The trainee's first sampler unless told. */
  readonly sampler?: Sampler;
}

/** Draws samples with the weights that are shipped, and writes them as a PNG. The same seed draws the same sheet. */
export async function writeSheet(trainee: Trainee, file: string, options: SheetOptions): Promise<void> {
  const { seed, count = 40, columns = 10, sampler = Object.values(trainee.samplers)[0] } = options;
  const images = await trainee.asShipped(async () => sampler(count, new Random(seed).fork('sheet')));
  try {
    const picture = imageGrid(images, { columns, scale: images.shape[1] > 40 ? 1 : 2 }).bundle()['image/png'];
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, Buffer.from(String(picture), 'base64'));
  } finally {
    images.dispose();
  }
}
