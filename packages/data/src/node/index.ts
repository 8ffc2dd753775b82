export { mostPixels } from '../pictures/options';
export {
  type ArchiveFile,
  type ArchiveLimits,
  type ArchiveListing,
  listArchive,
  openArchive,
} from './archive';
export { ArchiveError } from './archive-error';
export { type Sample, SampleError } from './batch';
export {
  type Batch,
  type BatchOptions,
  batches,
  type PreprocessedBatchOptions,
  type Preprocessing,
  type SquashedBatchOptions,
} from './batches';
export { readBytes } from './bytes';
export type { KnownFile } from './checked-file';
export {
  type Candidate,
  type ListedPhotos,
  type OpenOptions,
  PhotoSetError,
} from './collection';
export { check, decode, decodeWhole, decodeWithin, readDimensions } from './decode';
export { DecodeError } from './decode-error';
export type { DecodeOptions } from './decode-options';
export { type ExaminedPhoto, examinePhoto, isOfTheFile } from './examination';
export { type FolderOptions, openFolder } from './folder';
export type { FoundPhoto } from './found-photo';
export { type InspectOptions, inspect } from './inspect';
export { type PageOptions, renderInspection } from './inspection-page';
export { KaggleCredentialsError } from './kaggle/credentials';
export { fetchKaggle, KaggleError, type KaggleOptions } from './kaggle/dataset';
export type { GivenSplit } from './layout';
export { collectPhotos } from './listed-photos';
export { listPhotos } from './listing';
export type { PhotoIndexHead } from './many/index-file';
export { type IndexedPhoto, writePhotoIndex } from './many/photo-index';
export { openPhotos } from './open';
export { type Packed, type PackFormat, type PackOptions, packPhotos } from './pack/pack';
export { PackError } from './pack/pack-error';
export type { PhotoListing } from './photo-listing';
export { readPixels } from './pixels';
export { type ExpandOptions, expandPlaces } from './places/expand';
export { type FindOptions, findPhotos, type PlacedPhoto } from './places/found';
export type { OpenPhotosOptions, PhotoSource } from './sources/photo-source';
export { listPhotoSources, registerPhotoSource } from './sources/table';
export type { RangeOptions } from './stores/ranges';
export type { RetryOptions } from './stores/retrying';
export { PhotoStoreError, type PhotoStoreFault } from './stores/store-error';
export { openTable, type TableOptions } from './table';
export type { ColumnNames } from './table-columns';
export { writeTarIndex } from './tar/index-file';
export { type UnpackOptions, unpackArchive } from './unpacking';
