import { crc32, deflateSync } from 'node:zlib';

/**
 * An opaque picture as PNG, with a palette if few colours do: a third of the size, which counts in a notebook.
 * @param rgba four bytes a pixel
 */
export function encodePng(rgba: Uint8Array, width: number, height: number, colors: 'few' | 'many'): Uint8Array {
  const pixels = new Uint32Array(rgba.buffer.slice(rgba.byteOffset, rgba.byteOffset + rgba.byteLength));
  const counts = countColors(pixels);
  return colors === 'few' || counts.size <= 256
    ? indexed(pixels, width, height, counts)
    : trueColor(rgba, width, height);
}

function countColors(pixels: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (let from = 0, i = 1; i <= pixels.length; i++) {
    if (i < pixels.length && pixels[i] === pixels[from]) continue; // runs of one colour are long
    counts.set(pixels[from], (counts.get(pixels[from]) ?? 0) + i - from);
    from = i;
  }
  return counts;
}

/** The 256 most used colours stay; the others, shades at the edges of letters and lines, become the nearest of them. */
function indexed(pixels: Uint32Array, width: number, height: number, counts: ReadonlyMap<number, number>): Uint8Array {
  const colors = [...counts].sort(([, a], [, b]) => b - a).map(([color]) => color);
  const palette = colors.slice(0, 256);
  const places = new Map(palette.map((color, place) => [color, place]));
  for (const color of colors.slice(256)) places.set(color, nearest(palette, color));
  const rows = new Uint8Array((width + 1) * height); // each row opens with the number of its filter: 0, none
  let [last, place] = [-1, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (pixels[i] !== last) {
        last = pixels[i];
        place = places.get(last) ?? 0;
      }
      rows[y * (width + 1) + 1 + x] = place;
    }
  }
  const table = Uint8Array.from(palette.flatMap(channels));
  return png(width, height, 3, [chunk('PLTE', table), chunk('IDAT', deflateSync(rows, { level: 7 }))]);
}

function channels(color: number): [number, number, number] {
  return [color & 255, (color >> 8) & 255, (color >> 16) & 255];
}

function nearest(palette: readonly number[], color: number): number {
  let [best, least] = [0, Infinity];
  for (let i = 0; i < palette.length; i++) {
    const red = (palette[i] & 255) - (color & 255);
    const green = ((palette[i] >> 8) & 255) - ((color >> 8) & 255);
    const blue = ((palette[i] >> 16) & 255) - ((color >> 16) & 255);
    const distance = red * red + green * green + blue * blue;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** Each pixel less its left neighbour, which packs better. */
function trueColor(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const rows = new Uint8Array((3 * width + 1) * height);
  for (let y = 0, to = 0; y < height; y++) {
    rows[to++] = 1;
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) rows[to++] = rgba[at + c] - (x > 0 ? rgba[at - 4 + c] : 0);
    }
  }
  return png(width, height, 2, [chunk('IDAT', deflateSync(rows, { level: 7 }))]);
}

function png(width: number, height: number, colorType: 2 | 3, chunks: readonly Buffer[]): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), ...chunks, chunk('IEND', new Uint8Array())]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
}
