/**
 * Names the way from a photo's bytes to pixels: decoder, resampling, rotation. It changes whenever the pixels of a photo
 * do, so that what was computed of older ones (features in a cache) is not taken for what is computed of these. Part of
 * the key of such a cache.
 */
export const pixelsVersion = 'pillow-bilinear-5';
