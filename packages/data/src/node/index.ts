export { mostPixels } from '../pictures/options';
export {
  type ArchiveFile,
  type ArchiveLimits,
  type ArchiveListing,
  listArchive,
  openArchive,
} from './archive';
export { type Sample, SampleError } from './batch';
export {
  type Batch,
  type BatchOptions,
  batches,
  type PreprocessedBatchOptions,
  type Preprocessing,
  type SquashedBatchOptions,
} from './batches';
export { ArchiveError } from './bytes';
export { type Candidate, type ListedPhotos, type OpenOptions, PhotoSetError } from './collection';
export { check, decode, decodeWhole, decodeWithin, readDimensions } from './decode';
export { DecodeError } from './decode-error';
export type { DecodeOptions } from './decode-options';
export { type ExaminedPhoto, examinePhoto } from './examination';
export { type FolderOptions, openFolder } from './folder';
export { type InspectOptions, inspect } from './inspect';
export { type PageOptions, renderInspection } from './inspection-page';
export { KaggleCredentialsError } from './kaggle/credentials';
export { fetchKaggle, KaggleError, type KaggleOptions } from './kaggle/dataset';
export type { GivenSplit } from './layout';
export { collectPhotos } from './listed-photos';
export { listPhotos, type PhotoListing } from './listing';
export { openPhotos } from './open';
export { readPixels } from './pixels';
export type { OpenPhotosOptions, PhotoSource } from './sources/photo-source';
export { listPhotoSources, registerPhotoSource } from './sources/table';
export { openTable, type TableOptions } from './table';
export type { ColumnNames } from './table-columns';
export { type UnpackOptions, unpackArchive } from './unpacking';
