import { describe, expect, it } from 'vitest';
import { faces } from '../../datasets';
import { Random } from '../../lib/engine';

const { caption, decode, encode, maxTokens, parseCaption, randomAttributes, tokenCount, vocabulary, wantedVector } =
  faces;

/** Faces and captions of many seeds. */
function* captions(count: number, language: 'en' | 'zh', detail?: number) {
  for (let i = 0; i < count; i++) {
    const random = new Random(i).fork(`captions ${language}`);
    const face = randomAttributes(random);
    yield { face, ...caption(face, random, { language, ...(detail !== undefined && { detail }) }) };
  }
}

describe.each(['en', 'zh'] as const)('captions (%s)', (language) => {
  it('say what is true and visible, and are read back exactly', () => {
    for (const { face, text, mentioned } of captions(4000, language)) {
      expect(parseCaption(text), text).toEqual(mentioned);
      for (const [name, value] of Object.entries(mentioned)) {
        expect(face[name as 'hair'], text).toBe(value);
        expect(faces.isVisible(name as 'hair', face), text).toBe(true);
      }
    }
  });

  it('fit into the tokens, of which none is unknown', () => {
    for (const { text } of captions(2000, language, 1)) {
      expect(tokenCount(text)).toBeLessThanOrEqual(maxTokens);
      expect(encode(text), text).not.toContain(1);
    }
  });

  it('vary, and say more where more is wanted', () => {
    const many = [...captions(1000, language)];
    expect(new Set(many.map(({ text }) => text)).size).toBeGreaterThan(900);
    const words = (detail: number) =>
      [...captions(300, language, detail)].reduce((sum, { mentioned }) => sum + Object.keys(mentioned).length, 0) / 300;
    expect(words(1)).toBeGreaterThan(2.5 * words(0.25));
  });

  it('mention every value of every attribute sooner or later, but those that nobody mentions', () => {
    const seen = new Set<string>();
    for (const { mentioned } of captions(4000, language, 1)) {
      for (const [name, value] of Object.entries(mentioned)) seen.add(`${name} ${value}`);
    }
    const all = Object.entries(faces.attributeValues).flatMap(([name, list]) =>
      list.map((value) => `${name} ${value}`),
    );
    const silent = ['eyes open', 'cheeks plain', 'earrings no', 'facialHair none'];
    expect(all.filter((each) => !seen.has(each))).toEqual(silent);
  });

  it('come back from their tokens with the same meaning', () => {
    for (const { text, mentioned } of captions(500, language)) {
      expect(encode(decode(encode(text)))).toEqual(encode(text));
      // Chinese needs its commas to be understood; English does not.
      if (language === 'en') expect(parseCaption(decode(encode(text)))).toEqual(mentioned);
    }
  });
});

describe('parseCaption', () => {
  it.each([
    [
      '一位戴圆框眼镜、棕色卷发的小女孩，微笑着，背景是浅蓝色',
      {
        glasses: 'round',
        hair: 'curly',
        hairColour: 'brown',
        person: 'girl',
        mouth: 'smile',
        backgroundColour: 'blue',
      },
    ],
    [
      'A bald man with a mustache, wearing a gray crown? No: a golden crown!',
      { hair: 'bald', person: 'man', facialHair: 'moustache', hat: 'crown' },
    ],
    [
      'watercolor of a blonde-haired?? lady: blonde hair, blue eyes, red cap, pink background',
      {
        style: 'watercolour',
        person: 'woman',
        hairColour: 'blond',
        eyeColour: 'blue',
        hat: 'cap',
        hatColour: 'red',
        backgroundColour: 'pink',
      },
    ],
    ['BLUE HAIR', { hairColour: 'blue' }],
    ['铅笔素描：戴墨镜的男士，没戴帽子', { style: 'sketch', glasses: 'sunglasses', person: 'man', hat: 'none' }],
  ])('reads what people write: %s', (text, expected) => {
    expect(parseCaption(text)).toEqual(expected);
  });

  it('takes a colour to belong to what stands behind it', () => {
    expect(parseCaption('a woman with red hair, blue eyes, a green beanie, on a pink background')).toEqual({
      person: 'woman',
      hairColour: 'red',
      eyeColour: 'blue',
      hat: 'beanie',
      hatColour: 'green',
      backgroundColour: 'pink',
    });
  });

  it('says when a text is about something else', () => {
    expect(() => parseCaption('a steam engine')).toThrow(/nothing about a face in "a steam engine"/);
    expect(() => parseCaption('')).toThrow(/nothing about a face/);
  });

  it('gives numbers for what is mentioned and −1 for the rest', () => {
    const vector = wantedVector(parseCaption('a pencil sketch of a boy'));
    expect([...vector].filter((value) => value >= 0)).toEqual([1, 1]);
    expect(vector).toHaveLength(faces.attributeNames.length);
  });
});

describe('the tokenizer', () => {
  it('has each token once', () => {
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
    expect(vocabulary.slice(0, 4)).toEqual(['<pad>', '<unk>', '<start>', '<end>']);
    expect(vocabulary.length).toBeLessThanOrEqual(512);
  });

  it('pads, cuts, and marks start and end', () => {
    const girl = vocabulary.indexOf('girl');
    expect(encode('girl')).toEqual([2, girl, 3, ...new Array(maxTokens - 3).fill(0)]);
    expect(encode('')).toEqual([2, 3, ...new Array(maxTokens - 2).fill(0)]);
    const long = encode('girl '.repeat(100));
    expect(long).toHaveLength(maxTokens);
    expect(long[maxTokens - 1]).toBe(3);
  });

  it('does not mind case, punctuation or American spelling; other words are unknown', () => {
    expect(encode('A Watercolor, of a GIRL!')).toEqual(encode('a watercolour of a girl'));
    expect(encode('zeppelin 鲸').slice(0, 4)).toEqual([2, 1, 1, 3]);
  });
});
