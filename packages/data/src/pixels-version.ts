/**
 * Names the way from a photo's bytes to pixels: decoder, resampling, rotation. It changes whenever the pixels of a photo do.
 * Include it in the keys of caches, so that features of older pixels are not taken for those of these.
 *
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos');
 * const keys = photos.map(({ sha256 }) => `resnet50 224 ${pixelsVersion} ${sha256}`);
 * ```
 */
export const pixelsVersion = 'pillow-bilinear-5';
