import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { captionedFaces, faces, stylePairs } from '../../datasets';
import { Random, ready } from '../../lib/engine';

const { attributeNames, attributeValues, drawFace, isHeldOut, randomAttributes } = faces;

beforeAll(() => ready({ engine: 'cpu' }));

const some = (count: number) => Array.from({ length: count }, (_, i) => randomAttributes(new Random(i).fork('test')));
const small = (options: faces.FacesOptions = {}) => captionedFaces({ train: 40, test: 20, heldOut: 20, ...options });

describe('a drawn face', () => {
  it('is the same for the same attributes and seed, and no other', () => {
    const [face] = some(1);
    expect(drawFace(face, 7, 32)).toEqual(drawFace(face, 7, 32));
    expect(drawFace(face, 7, 32)).not.toEqual(drawFace(face, 8, 32));
  });

  it('has the size that was asked for', () => {
    const [face] = some(1);
    for (const size of [16, 32, 45, 64]) expect(drawFace(face, 1, size).length).toBe(size * size * 3);
    expect(() => drawFace(face, 1, 8)).toThrow(/from 16 to 1024, got 8/);
  });

  it('looks alike at 32 and 64 pixels', () => {
    for (const [i, face] of some(30)
      .filter(({ style }) => style === 'comic')
      .entries()) {
      const [small, large] = [drawFace(face, i, 32), drawFace(face, i, 64)];
      let difference = 0;
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          for (let c = 0; c < 3; c++) {
            const at = (dy: number, dx: number) => large[((2 * y + dy) * 64 + 2 * x + dx) * 3 + c];
            const mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
            difference += Math.abs(mean - small[(y * 32 + x) * 3 + c]) / 3072;
          }
        }
      }
      expect(difference, `face ${i}`).toBeLessThan(9); // of 255: edges of the finest lines only
    }
  });

  it('changes when any visible attribute changes', () => {
    const [base] = some(40).filter((face) => face.style === 'comic' && face.hair === 'short' && face.eyes === 'open');
    const face = { ...base, person: 'man', glasses: 'none', hat: 'cap' } as const;
    for (const name of attributeNames) {
      for (const value of attributeValues[name]) {
        if (value === face[name]) continue;
        expect(drawFace({ ...face, [name]: value }, 3, 32), `${name} ${value}`).not.toEqual(drawFace(face, 3, 32));
      }
    }
  });

  it('is a picture: smooth edges, many levels, no empty ones', () => {
    for (const [i, face] of some(60).entries()) {
      const pixels = drawFace(face, i, 32);
      const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
      const spread = Math.sqrt(pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length);
      expect(spread, `face ${i}`).toBeGreaterThan(25);
      expect(new Set(pixels).size, `face ${i}`).toBeGreaterThan(60);
    }
  });

  it('needs nothing of Node', () => {
    const folder = path.join(__dirname, '..', '..', 'datasets', 'faces');
    for (const file of readdirSync(folder)) {
      const source = readFileSync(path.join(folder, file), 'utf8');
      expect(source, file).not.toMatch(/from 'node:|require\(|\bprocess\.|\bBuffer\b|__dirname/);
    }
  });
});

describe('attributes', () => {
  it('come in every value, and fit together', () => {
    const drawn = some(3000);
    for (const name of attributeNames) {
      expect(new Set(drawn.map((face) => face[name])).size, name).toBe(attributeValues[name].length);
    }
    for (const face of drawn) {
      if (face.person !== 'man') expect(face.facialHair).toBe('none');
      if (face.hat !== 'none') expect(['spiky', 'bun']).not.toContain(face.hair);
    }
  });

  it('are −1 as numbers where the picture does not show them', () => {
    const face = { ...some(1)[0], style: 'sketch', hair: 'bald', glasses: 'sunglasses', hat: 'cap' } as const;
    const vector = faces.attributeVector(face);
    const hidden = ['skin', 'hairColour', 'eyes', 'eyeColour', 'hatColour', 'background', 'backgroundColour'];
    expect(attributeNames.filter((_, i) => vector[i] < 0)).toEqual(hidden);
    expect(vector[attributeNames.indexOf('glasses')]).toBe(3);
  });

  it('can be fixed; what was asked for wins', () => {
    for (let i = 0; i < 50; i++) {
      const face = randomAttributes(new Random(i), { hair: 'bun', hat: 'cap', style: 'sketch' });
      expect(face).toMatchObject({ hair: 'bun', hat: 'cap', style: 'sketch' });
      expect(randomAttributes(new Random(i), { hair: 'spiky' }).hat).toBe('none');
    }
    expect(() => randomAttributes(new Random(1), { hair: 'mohawk' as 'bun' })).toThrow(/hair is one of bald.*mohawk/);
    expect(() => randomAttributes(new Random(1), { nose: 'big' } as object)).toThrow(/no attribute nose/);
  });

  it('have held-out combinations of which each value is seen in training', () => {
    const seen = some(3000).filter((face) => !isHeldOut(face));
    for (const name of attributeNames) {
      expect(new Set(seen.map((face) => face[name])).size, name).toBe(attributeValues[name].length);
    }
    const share = 1 - seen.length / 3000;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.3);
  });
});

describe('the data set', () => {
  it('is the same for the same seed', () => {
    const pixels = (seed: number) => {
      const images = small({ seed }).train.images([3, 5]);
      return [...images.dataSync()];
    };
    expect(pixels(1)).toEqual(pixels(1));
    expect(pixels(1)).not.toEqual(pixels(2));
  });

  it('keeps its splits apart: no face twice, and held-out combinations in one split only', () => {
    const { train, test, heldOut } = small({ train: 400, test: 200, heldOut: 200 });
    expect([...train.attributes(), ...test.attributes()].some(isHeldOut)).toBe(false);
    expect(heldOut.attributes().every(isHeldOut)).toBe(true);
    const key = (split: typeof train, i: number) => [...split.images([i]).dataSync()].join();
    const keys = [train, test, heldOut].flatMap((split) => Array.from({ length: 10 }, (_, i) => key(split, i)));
    expect(new Set(keys).size).toBe(30);
    expect(small({ combinations: 'all', train: 400 }).train.attributes().some(isHeldOut)).toBe(true);
  });

  it('has batches with pictures, labels, captions, tokens and attributes of the same faces', () => {
    const { train } = small();
    let count = 0;
    for (const batch of train.batches({ batchSize: 16, seed: 5 })) {
      const { images, labels, captions, tokens, attributes, indices } = batch;
      const size = indices.length;
      expect(images.shape).toEqual([size, 32, 32, 3]);
      expect(tokens.shape).toEqual([size, faces.maxTokens]);
      expect(attributes.shape).toEqual([size, attributeNames.length]);
      expect(captions).toHaveLength(size);
      expect([...labels.dataSync()]).toEqual([...train.labels(indices)]);
      expect(tokens.arraySync()[0]).toEqual(faces.encode(captions[0]));
      expect([...attributes.slice(0, 1).dataSync()]).toEqual([...faces.attributeVector(train.attributes(indices)[0])]);
      expect(faces.parseCaption(captions[0])).toSatisfy((said: object) =>
        Object.entries(said).every(([name, value]) => train.attributes(indices)[0][name as 'hair'] === value),
      );
      const values = images.dataSync();
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
      count += size;
    }
    expect(count).toBe(40);
  });

  it('words a face otherwise in the next epoch', () => {
    const captionsOf = (epoch: number) => {
      const words = new Map<number, string>();
      for (const { captions, indices } of small().train.batches({ batchSize: 20, seed: 1, epoch })) {
        captions.forEach((text, i) => words.set(indices[i], text));
      }
      return words;
    };
    const [first, again, second] = [captionsOf(0), captionsOf(0), captionsOf(1)];
    expect(again).toEqual(first);
    expect([...first].filter(([index, text]) => second.get(index) === text).length).toBeLessThan(10);
  });

  it('can be narrowed: the first, one class, fixed attributes, another label', () => {
    const { train, classes } = small({ label: 'style', only: { person: 'girl' } });
    expect(classes.zh).toEqual(['漫画', '铅笔素描', '水彩画']);
    expect(train.attributes().every(({ person }) => person === 'girl')).toBe(true);
    expect(
      train
        .ofClass(1)
        .attributes()
        .every(({ style }) => style === 'sketch'),
    ).toBe(true);
    expect(train.take(7).size).toBe(7);
    expect([...train.take(7).images([2]).dataSync()]).toEqual([...train.images([2]).dataSync()]);
  });

  it.each([
    [() => small({ label: 'nose' as 'hair' }), /label is one of style/],
    [() => small({ only: { hair: 'short', hairColour: 'red', hat: 'none' }, train: 0, test: 0 }), /is held out/],
    [() => small().train.images(0, 41), /0 to 41 is not a range within 0 to 40/],
    [() => small().train.labels([40]), /pictures 0 to 39, got 40/],
    [() => small().train.take(41), /has 40 faces, cannot take 41/],
    [() => small().train.ofClass(8), /classes 0 to 7, got 8/],
  ])('says what cannot be had (%#)', (ask, message) => {
    expect(ask).toThrow(message);
  });

  it('leaves no tensors behind', () => {
    const { train } = small();
    const before = tf.memory().numTensors;
    for (const batch of train.batches({ batchSize: 16, seed: 5 })) expect(batch.indices.length).toBeGreaterThan(0);
    train.images(0, 2).dispose();
    train.attributeVectors(0, 2).dispose();
    faces.holes(2, 32, new Random(1)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('for other tasks', () => {
  it('the same faces in two styles to measure with, different ones to train on', () => {
    const { train, test } = stylePairs({ from: 'sketch', to: 'comic', train: 30, test: 10 });
    const bare = (split: typeof train.from) => split.attributes().map(({ style: _, ...rest }) => JSON.stringify(rest));
    expect(bare(test.from)).toEqual(bare(test.to));
    expect(test.from.attributes().every(({ style }) => style === 'sketch')).toBe(true);
    expect(test.to.attributes().every(({ style }) => style === 'comic')).toBe(true);
    expect(bare(train.from)).not.toEqual(bare(train.to));
    expect(train.to.attributes().every(({ style }) => style === 'comic')).toBe(true);
    expect(() => stylePairs({ from: 'comic', to: 'comic' })).toThrow(/got comic twice/);
  });

  it('the same seed is the same head: outlines of two styles fall together', () => {
    const [face] = some(1);
    const dark = (style: 'comic' | 'watercolour') => {
      const pixels = drawFace({ ...face, style, background: 'plain', hair: 'short', hairColour: 'black' }, 4, 32);
      return Array.from({ length: 1024 }, (_, i) => pixels[3 * i] + pixels[3 * i + 1] + pixels[3 * i + 2] < 300);
    };
    const [a, b] = [dark('comic'), dark('watercolour')];
    const both = a.filter((value, i) => value && b[i]).length;
    expect(both / b.filter(Boolean).length).toBeGreaterThan(0.8);
  });

  it('holes of a quarter to a half of each side', () => {
    const mask = faces.holes(20, 32, new Random(3));
    expect(mask.shape).toEqual([20, 32, 32, 1]);
    for (const share of mask.mean([1, 2, 3]).dataSync()) {
      expect(share).toBeGreaterThanOrEqual(1 / 16);
      expect(share).toBeLessThanOrEqual(1 / 4);
    }
  });

  it('downsample takes means', () => {
    const images = tf.tensor4d([1, 2, 5, 6, 3, 4, 7, 8], [1, 2, 4, 1]);
    expect([...faces.downsample(images, 2).dataSync()]).toEqual([2.5, 6.5]);
    expect(() => faces.downsample(images, 3)).toThrow(/divides 2×4 evenly, got 3/);
  });
});
