export { check, DecodeError, decode, decodeWithin, mostPixels } from './decode';
export { type OpenFolderOptions, openFolder, type PhotoFile, PhotoFolderError } from './folder';
