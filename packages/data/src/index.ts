export { type Color, type Interpolation, type Pixels, resize } from '@shroom/pixels';
export { augment, plainView, randomView, type View } from './augmentation';
export {
  type BrowserPicture,
  type BrowserPixels,
  PictureError,
  readPicture,
} from './browser/picture';
export { type CopyGroups, groupCopies } from './copies/chains';
export { type CopyOptions, type CopyPair, findCopies } from './copies/copies';
export { type Sketch, sketch } from './copies/sketch';
export { type GivenSample, partNamed, splitAsGiven } from './given-split';
export {
  type FoldOptions,
  type GroupedSample,
  type GroupOptions,
  groupBySource,
  kFolds,
  splitByGroup,
} from './groups';
export { type ExtendedSplit, extendSplit } from './growing';
export {
  type Concern,
  groupDuplicates,
  type Inspection,
  type InspectionLimits,
  inspectFacts,
  type PhotoFacts,
} from './inspection/inspection';
export { findNeighbors, groupsOf, type Neighbors } from './inspection/neighbors';
export { perceptualHash } from './inspection/perceptual-hash';
export {
  applyManifest,
  type ManifestEntry,
  parseManifest,
  type SplitManifest,
  toManifest,
} from './manifest';
export { type Normalization, normalize } from './normalization';
export type {
  ArchiveOrigin,
  FileOrigin,
  Generate,
  GeneratedOrigin,
  Origin,
  ParquetOrigin,
  RemoteOrigin,
  StoredOrigin,
  TarOrigin,
} from './origin';
export type { DuplicateGroup, Finding, Photo, PhotoSet } from './photo';
export type { BackgroundOptions } from './pictures/options';
export { pixelsVersion } from './pixels-version';
export { type RandomStream, randomStream, shuffled } from './random';
export {
  leastPerClass,
  type Split,
  SplitError,
  type SplitName,
  type SplitOptions,
  splitByClass,
  splitNames,
} from './split';
export { compareText } from './text-order';
export { type AffineMatrix, affine, rotate, shearX, shearY, translate } from './transforms/affine';
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type ColorJitterOptions,
  colorJitter,
} from './transforms/color';
export {
  type Box,
  centerCrop,
  crop,
  drawCrop,
  type RandomResizedCropOptions,
  randomResizedCrop,
} from './transforms/crop';
export { type RandomErasingOptions, randomErasing } from './transforms/erasing';
export { type Framing, frame, resizedSize } from './transforms/framing';
export { cutmix, type MixedBatch, type MixingOptions, mixup, oneHot } from './transforms/mixing';
export {
  type RandAugmentOptions,
  randAugment,
  randAugmentOperations,
} from './transforms/randaugment';
export { type Occasion, type TransformStep, transform } from './transforms/recipe';
export {
  adjustSharpness,
  equalize,
  posterize,
  solarize,
  stretchContrast,
} from './transforms/tone';
