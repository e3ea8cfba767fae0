import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { captionedFaces, faces } from '../../datasets';
import { loadCheckpoint } from '../../lib/checkpoints';
import { ready } from '../../lib/engine';
import { attributes, clip } from '../../lib/metrics';

beforeAll(() => ready());

const fresh = () => captionedFaces({ seed: 98_765, train: 200, test: 0, heldOut: 200 });

function reader() {
  const classifier = attributes.buildAttributeClassifier({ attributes: faces.attributeValues });
  loadCheckpoint('face-attributes', { attributes: classifier.network });
  return classifier;
}

function textImageModel() {
  const model = clip.buildClip({ text: { vocabulary: faces.vocabulary.length, length: faces.maxTokens } });
  loadCheckpoint('face-clip', { image: model.image, text: model.text, textHead: model.textHead });
  return model;
}

describe('the shipped attribute classifiers', () => {
  it('read fresh faces, of held-out combinations too', async () => {
    const classifier = reader();
    const { train, heldOut } = fresh();
    for (const split of [train, heldOut]) {
      const { overall, byAttribute } = await attributes.attributeAccuracy(
        classifier,
        split.images(),
        split.attributeVectors(),
      );
      expect(overall).toBeGreaterThan(0.97);
      for (const [name, share] of Object.entries(byAttribute)) expect(share, name).toBeGreaterThan(0.92);
    }
  });

  it('read faces of 64 pixels', async () => {
    const { train } = captionedFaces({ seed: 98_765, size: 64, train: 100, test: 0, heldOut: 0 });
    const score = await attributes.attributeAccuracy(reader(), train.images(), train.attributeVectors());
    expect(score.overall).toBeGreaterThan(0.95);
  });

  it('tell true captions from others', async () => {
    const classifier = reader();
    const { train } = fresh();
    const places = Array.from({ length: 200 }, (_, i) => i);
    const said = train.captions(places, { language: 'zh' }).map((text) => faces.wantedVector(faces.parseCaption(text)));
    const images = train.images();
    const right = await attributes.attributeAccuracy(classifier, images, said);
    const wrong = await attributes.attributeAccuracy(classifier, images, [...said.slice(1), said[0]]);
    expect(right.overall).toBeGreaterThan(0.97);
    expect(wrong.overall).toBeLessThan(0.6);
  });
});

describe('the shipped text–image model', () => {
  it.each(['en', 'zh'] as const)('finds the picture of a caption among 100 (%s)', async (language) => {
    const model = textImageModel();
    const { train } = fresh();
    const places = Array.from({ length: 100 }, (_, i) => i);
    const tokens = tf.tensor2d(train.captions(places, { language, detail: 1 }).map(faces.encode), undefined, 'int32');
    const { imageOfText, textOfImage } = await clip.retrieval(model, train.images(places), tokens);
    expect(imageOfText).toBeGreaterThan(0.8);
    expect(textOfImage).toBeGreaterThan(0.8);
  });

  it('gives true captions a higher score', async () => {
    const model = textImageModel();
    const { train } = fresh();
    const places = Array.from({ length: 100 }, (_, i) => i);
    const images = train.images(places);
    const encoded = train.captions(places, { detail: 0.75 }).map(faces.encode);
    const score = async (rows: number[][]) =>
      (
        await clip
          .clipScore(model, images, tf.tensor2d(rows, undefined, 'int32'))
          .mean()
          .data()
      )[0];
    const [own, others] = [await score(encoded), await score([...encoded.slice(1), encoded[0]])];
    expect(own).toBeGreaterThan(others + 15);
  });

  it('puts one meaning in two languages close together', async () => {
    const model = textImageModel();
    const texts = [
      'a comic of a bald man with a beard',
      '漫画：留着络腮胡的光头男士',
      'a pencil sketch of a girl with pigtails',
    ];
    const vectors = clip.embedTexts(model, tf.tensor2d(texts.map(faces.encode), undefined, 'int32'));
    const cosines = (await vectors.matMul(vectors, false, true).array()) as number[][];
    expect(cosines[0][1]).toBeGreaterThan(cosines[0][2] + 0.2);
  });
});
