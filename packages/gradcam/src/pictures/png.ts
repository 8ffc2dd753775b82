import { type Picture, type PicturePixels, rgbOf } from './picture';

/**
 * Encodes a picture as a PNG file: 8 bits, RGB, without a color profile, so that browsers treat it
 * as sRGB. It works in Node and in browsers.
 *
 * @throws RangeError when the picture has no pixels, or when its number of bytes does not match its size.
 * @see https://www.w3.org/TR/png-3/
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * await writeFile('heat.png', await encodePng(colorize(normalizeMap(map))));
 * // In a browser: URL.createObjectURL(new Blob([png], { type: 'image/png' })) is the `src` of an image.
 * ```
 */
export async function encodePng(picture: PicturePixels): Promise<Uint8Array<ArrayBuffer>> {
  const { height, width } = picture;
  if (height < 1 || width < 1)
    throw new RangeError(`A picture should have pixels; this one is ${height} x ${width}.`);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits per channel, RGB, the only compression and filter methods that PNG defines, not interlaced.
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', await compress(filtered(rgbOf(picture)))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return joined([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks]);
}

/**
 * Filters the rows and puts the number of its filter before each row. The filter with the smallest sum of
 * absolute differences is chosen, as in libpng.
 */
function filtered({ data, height, width }: Picture): Uint8Array<ArrayBuffer> {
  const length = width * 3;
  const result = new Uint8Array(height * (length + 1));
  const trial = new Uint8Array(length);
  for (let row = 0; row < height; row++) {
    const start = row * length;
    const target = row * (length + 1);
    let least = Infinity;
    for (const [number, predict] of filters.entries()) {
      let sum = 0;
      for (let i = 0; i < length && sum < least; i++) {
        const left = i < 3 ? 0 : data[start + i - 3]!;
        const up = row === 0 ? 0 : data[start + i - length]!;
        const corner = i < 3 || row === 0 ? 0 : data[start + i - length - 3]!;
        const difference = (data[start + i]! - predict(left, up, corner)) & 255;
        trial[i] = difference;
        sum += difference < 128 ? difference : 256 - difference;
      }
      if (sum >= least) continue;
      least = sum;
      result[target] = number;
      result.set(trial, target + 1);
    }
  }
  return result;
}

/** The value that each filter predicts for a byte, from the bytes to the left, above, and above left. */
const filters: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  left => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  (left, up, corner) => {
    const guess = left + up - corner;
    const [toLeft, toUp, toCorner] = [guess - left, guess - up, guess - corner].map(Math.abs);
    if (toLeft! <= toUp! && toLeft! <= toCorner!) return left;
    return toUp! <= toCorner! ? up : corner;
  },
];

async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(
    Array.from(type, letter => letter.charCodeAt(0)),
    4,
  );
  bytes.set(content, 8);
  view.setUint32(content.length + 8, checksum(bytes.subarray(4, content.length + 8)));
  return bytes;
}

const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** CRC-32 as in ISO 3309 and PNG. */
function checksum(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = remainders[(remainder ^ byte) & 255]! ^ (remainder >>> 8);
  return ~remainder >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    result.set(part, place);
    place += part.length;
  }
  return result;
}
