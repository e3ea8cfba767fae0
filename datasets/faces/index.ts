/** Captioned cartoon faces: pictures, attributes, captions in two languages, a tokenizer. Nothing to download. */
export {
  type AttributeName,
  type Attributes,
  attributeNames,
  attributeVector,
  isHeldOut,
  isVisible,
  randomAttributes,
  type SomeAttributes,
  type Style,
  values as attributeValues,
} from './attributes';
export { type Caption, caption, type CaptionLanguage, type CaptionOptions } from './captions';
export { drawFace } from './draw';
export { captionedFaces, type Faces, type FacesOptions } from './faces';
export { parseCaption, wantedVector } from './parse';
export { type FaceBatch, type FaceRecord, FaceSplit } from './split';
export { downsample, holes, inEveryStyle, stylePairs, type StylePairs, type StylePairsOptions } from './tasks';
export { decode, encode, maxTokens, tokenCount, vocabulary } from './tokenizer';
