import sharp from 'sharp';

/** Raised with every change of resizing, rotation or drawing that moves a pixel. */
const own = 2;

/**
 * Names what turns a photo into pixels: this package's own arithmetic and the decoder. Where it changes, the same photo
 * and view may give slightly other numbers, and whatever was computed from them and kept is of another kind.
 */
export const pixelsVersion = `${own}, libvips ${sharp.versions.vips}`;
