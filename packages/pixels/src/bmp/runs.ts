import { BmpError, type BmpHeader } from './header';

/**
 * Expands a run-length coded picture of 4 or 8 bits per pixel to palette indices, one byte each, in the order of the file's rows.
 * Pixels that the runs jump over get index 0.
 *
 * @throws BmpError when a run reaches beyond its row, or when the end marker is missing.
 * @see Windows GDI, Bitmap Compression
 */
export function expandRuns(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { height, width, bits, start } = header;
  const indices = new Uint8Array(height * width);
  let [x, y, at] = [0, 0, start];
  const next = () => {
    if (at >= bytes.length) throw new BmpError(`the file ends in row ${y + 1} of ${height}`);
    return bytes[at++]!;
  };
  const put = (index: number) => {
    if (x >= width || y >= height)
      throw new BmpError(`a run goes beyond the ${width} pixels of row ${y + 1}`);
    indices[y * width + x++] = index;
  };
  const half = (byte: number, k: number) => (k % 2 === 0 ? byte >> 4 : byte & 15);
  // Some programs omit the end marker after the last row.
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
        throw new BmpError(`a jump leaves the picture, to row ${y + 1}`);
    } else {
      const first = at;
      let byte = 0;
      for (let k = 0; k < value; k++) {
        if (bits === 8 || k % 2 === 0) byte = next();
        put(bits === 8 ? byte : half(byte, k));
      }
      // The indices are padded to 16-bit words.
      at += (at - first) % 2;
    }
  }
  return indices;
}
