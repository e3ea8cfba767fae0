/** The course's data: pictures of clothes, and toy sets made from a seed. One interface whatever the source. */
export * as faces from './faces';
export {
  captionedFaces,
  type FaceBatch,
  type Faces,
  type FacesOptions,
  type FaceSplit,
  type Style,
  stylePairs,
  type StylePairs,
  type StylePairsOptions,
} from './faces';
export { fashionMnist } from './fashion-mnist';
export { preview, type PreviewOptions } from './preview';
export { gaussians, toys, type Mixture, type Points, type PointSplit, type Toy } from './toys';
export type { Batch, BatchOptions, Bilingual, Dataset, DatasetInfo, Language, Split } from './types';
