import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../lib/engine';
import { imageGrid, imageRows, imageStrip, latentWalk, normalGrid } from '../../lib/figures';
import { montage, png, toPictures } from '../../lib/figures/pixels';
import { decode } from 'fast-png';
import { pixel, pngOf } from './support';

beforeAll(async () => {
  await ready({ engine: 'wasm' });
});

const grey = (...values: number[]) => tf.tensor4d(values, [1, 1, values.length, 1]);
const plain = (count: number) => tf.zeros([count, 2, 2, 1]);

describe('pictures', () => {
  it('become bytes: 0 is black, 1 is white, what lies outside is cut off', () => {
    expect([...toPictures(grey(0, 0.5, 1, -3, 7), 'test', 'images')[0].data]).toEqual([0, 128, 255, 0, 255]);
    expect([...toPictures(grey(-1, 0, 1), 'test', 'images', [-1, 1])[0].data]).toEqual([0, 128, 255]);
  });

  it('come as a batch, a list, one picture, grey or coloured', () => {
    const count = (images: Parameters<typeof toPictures>[0]) => toPictures(images, 'test', 'images').length;
    expect(count(plain(3))).toBe(3);
    expect(count([plain(1), plain(2)])).toBe(3);
    expect(count(tf.zeros([5, 4, 3]))).toBe(1);
    expect(count([tf.zeros([5, 4]), tf.zeros([5, 4])])).toBe(2);
  });

  it('show NaN loudly instead of as black', () => {
    const [broken] = toPictures(grey(0, NaN, 1), 'test', 'images');
    expect([...broken.data]).toEqual([0, 0, 0, 213, 94, 0, 255, 255, 255]);
  });

  it.each([
    [
      () => imageGrid(tf.zeros([4, 28, 28])),
      /imageGrid: images must be pictures \[B,H,W,C\].*got the shape \[4,28,28\].*expandDims/,
    ],
    [() => imageGrid(tf.zeros([4, 784, 1, 2])), /got the shape \[4,784,1,2\]/],
    [() => imageGrid(tf.zeros([784])), /got the shape \[784\]/],
    [() => imageGrid([]), /images is empty/],
    [() => imageGrid([tf.zeros([2, 2]), tf.zeros([3, 2])]), /one size, got 2×2 and 3×2/],
    [() => imageGrid(plain(4), { labels: ['a'] }), /4 pictures need as many labels, got 1/],
    [
      () =>
        imageRows([
          { label: 'a', images: plain(2) },
          { label: 'b', images: plain(3) },
        ]),
      /"b" has 3/,
    ],
    [() => imageStrip([{ image: plain(2) }]), /each item needs one picture/],
  ])('of a wrong kind are refused in words', (draw, message) => {
    expect(draw).toThrow(message);
  });

  it('are enlarged without blur and set apart by white', () => {
    const pictures = toPictures(tf.tensor4d([0, 1, 1, 0, 0, 0, 0, 0], [2, 2, 2, 1]), 'test', 'images');
    const sheet = montage(pictures, 2, 1, 2);
    expect([sheet.width, sheet.height]).toEqual([9, 4]);
    const row = (y: number) => [...sheet.data.slice(y * 9, (y + 1) * 9)];
    expect(row(0)).toEqual([0, 0, 255, 255, 255, 0, 0, 0, 0]);
    expect(row(1)).toEqual(row(0));
    expect(row(2)).toEqual([255, 255, 0, 0, 255, 0, 0, 0, 0]);
    expect([...decode(png(sheet)).data]).toEqual([...sheet.data]);
  });

  it('do not outlive the call that draws them', () => {
    const images = plain(4);
    const figure = imageGrid(images);
    images.dispose();
    expect(pngOf(figure).width).toBeGreaterThan(100);
  });
});

describe('a grid', () => {
  it('has rows as high as their longest label', () => {
    const height = (labels: string[]) => pngOf(imageGrid(plain(4), { columns: 2, labels, scale: 10 })).height;
    const one = height(['a', 'b', 'c', 'd']);
    const [two, three] = [height(['a\na', 'b', 'c', 'd']), height(['a\na', 'b', 'c\nc\nc', 'd'])];
    expect(two - one).toBeGreaterThan(10);
    expect(three - one).toBeGreaterThan(2.5 * (two - one));
    const { 'text/html': html } = imageGrid(plain(1), { labels: ['a\n<b>'] }).bundle();
    expect(html).toContain('a<br>&#60;b&#62;');
  });

  it('is one PNG with title and labels, and HTML with each picture and its label', () => {
    const figure = imageGrid(plain(6), {
      title: 'Six < seven',
      columns: 3,
      labels: ['a', 'b', 'c', 'd', 'e', '<f>'],
      scale: 10,
    });
    const bundle = figure.bundle();
    expect(Object.keys(bundle).sort()).toEqual(['image/png', 'text/html', 'text/plain']);
    const html = String(bundle['text/html']);
    expect(html.match(/<img /g)).toHaveLength(6);
    expect(html).toContain('Six &#60; seven');
    expect(html).toContain('alt="&#60;f&#62;"');
    expect(html).not.toContain('<f>');
    expect(bundle['text/plain']).toBe('[Six < seven: 6 pictures of 2×2, 3 in a row]');
    const picture = pngOf(figure);
    expect(pixel(picture, 8 + 5, 38 + 8 + 5)).toBe('#000000'); // inside the first picture, below the title
    expect(pixel(picture, 2, 2)).toBe('#FFFFFF');
  });

  it('keeps colours as they are', () => {
    const red = tf.tensor4d([1, 0, 0], [1, 1, 1, 3]);
    expect(pixel(pngOf(imageGrid(red, { scale: 20 })), 12, 12)).toBe('#FF0000');
  });

  it('is the same each time', () => {
    const draw = () => imageGrid(tf.ones([3, 4, 4, 1]), { title: '三张图', labels: ['一', '二', '三'] }).bundle();
    expect(draw()).toEqual(draw());
  });

  it('has a name for each row, and labels below a strip', () => {
    const rows = imageRows([
      { label: 'original', images: plain(2) },
      { label: 'copy', images: plain(2) },
    ]);
    expect(String(rows.bundle()['text/html'])).toMatch(/original<\/th>[^]*copy<\/th>/);
    const strip = imageStrip([{ image: plain(1), label: 't = 1' }, { image: plain(1) }]);
    expect(String(strip.bundle()['text/html'])).toContain('t = 1');
  });
});

describe('a latent walk', () => {
  it('has no gaps and names both directions', () => {
    const html = String(latentWalk(plain(4), { columns: 2, x: 'z₁', y: 'z₂', scale: 1 }).bundle()['text/html']);
    const sheet = decode(Buffer.from(/base64,([^"]+)/.exec(html)?.[1] ?? '', 'base64'));
    expect([sheet.width, sheet.height]).toEqual([4, 4]);
    expect(html).toContain('z₁');
    expect(html).toContain('z₂');
  });

  it('runs over quantiles of the normal distribution, from the top left to the bottom right', () => {
    const grid = normalGrid(5);
    expect(grid).toHaveLength(25);
    const tenth = 1.2815516; // the normal distribution's 90 % quantile
    expect(grid[0][0]).toBeCloseTo(-tenth, 5);
    expect(grid[0][1]).toBeCloseTo(tenth, 5);
    expect(grid[12].map(Math.abs)).toEqual([expect.closeTo(0, 5), expect.closeTo(0, 5)]);
    expect(grid[24]).toEqual([expect.closeTo(tenth, 5), expect.closeTo(-tenth, 5)]);
    expect(grid[4][0]).toBeCloseTo(tenth, 5);
  });
});
