/**
 * Identifies the way in which a photo's bytes become pixels: decoder, resampling, rotation. It changes whenever the pixels
 * of any photo change. Include it in cache keys, so that features of older pixels are not used for new ones.
 *
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos');
 * const keys = photos.map(({ sha256 }) => `resnet50 224 ${pixelsVersion} ${sha256}`);
 * ```
 */
export const pixelsVersion = 'pillow-bilinear-5';
