export { decodeBmp } from './bmp/decoder';
export { BmpError, type BmpHeader, isBmp, readHeader as readBmpHeader } from './bmp/header';
export { type ColorProfile, readColorProfile } from './color-profile';
export {
  decodeJpeg,
  decodeJpegTo,
  type JpegOptions,
  type ResizedJpegOptions,
} from './jpeg/decoder';
export { resizeJpeg } from './jpeg/halving';
export { xmpOrientationOfJpeg } from './jpeg/orientation';
export {
  exchangesSides,
  exifOrientation,
  type Orientation,
  turnUpright,
  xmpOrientation,
} from './orientation';
export type { Pixels } from './pixels';
export { type Color, isTransparent, type Raster, toPixels, white } from './raster';
export { resize } from './resize';
export { hasVectors } from './simd/machine';
export { type NumbersOptions, type Turn, writeNumbers } from './simd/view';
export type { Interpolation } from './windows';
