import { BmpError, type BmpHeader } from './header';

/**
 * Palette indices of a picture that is coded as runs of 4 or 8 bits, one a byte, in the order of the file's rows. What the runs
 * jump over has index 0.
 *
 * @throws BmpError for a run beyond its row, and where the end is missing.
 * @see Windows GDI, Bitmap Compression
 */
export function expandRuns(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { height, width, bits, start } = header;
  const indices = new Uint8Array(height * width);
  let [x, y, at] = [0, 0, start];
  const next = () => {
    if (at >= bytes.length) throw new BmpError(`cut short in row ${y + 1} of ${height}`);
    return bytes[at++]!;
  };
  const put = (index: number) => {
    if (x >= width || y >= height)
      throw new BmpError(`a run beyond the ${width} pixels of row ${y + 1}`);
    indices[y * width + x++] = index;
  };
  const half = (byte: number, k: number) => (k % 2 === 0 ? byte >> 4 : byte & 15);
  // Some programs leave the end away once every row is there.
  while (!(at >= bytes.length && (y >= height || (y === height - 1 && x === width)))) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let k = 0; k < count; k++) put(bits === 8 ? value : half(value, k));
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return indices;
    } else if (value === 2) {
      x += next();
      y += next();
      if (x > width || y >= height)
        throw new BmpError(`a jump out of the picture, to row ${y + 1}`);
    } else {
      const first = at;
      let byte = 0;
      for (let k = 0; k < value; k++) {
        if (bits === 8 || k % 2 === 0) byte = next();
        put(bits === 8 ? byte : half(byte, k));
      }
      // Filled up to whole words.
      at += (at - first) % 2;
    }
  }
  return indices;
}
