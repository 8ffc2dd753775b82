export { type Sample, SampleError } from './batch';
export { type Batch, type BatchOptions, batches } from './batches';
export { ArchiveError } from './bytes';
export { type OpenOptions, PhotoSetError } from './collection';
export { check, DecodeError, decode, decodeWhole, decodeWithin, mostPixels } from './decode';
export { openDrawn } from './drawn';
export { openFolder } from './folder';
export { readPixels } from './pixels';
