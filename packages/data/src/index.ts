export { augment, plainView, randomView, type View } from './augmentation';
export { type Genus, genera } from './drawn/genus';
export { type DrawnMushroom, type DrawOptions, drawMushroom } from './drawn/mushroom';
export { type Normalisation, normalise } from './normalisation';
export type { Finding, Photo, PhotoSet, Pixels } from './photo';
export { type RandomStream, randomStream, shuffled } from './random';
export {
  compareText,
  leastPerClass,
  type Split,
  SplitError,
  type SplitName,
  type SplitOptions,
  splitByClass,
  splitNames,
} from './split';
