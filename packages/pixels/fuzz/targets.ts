import sharp from 'sharp';
import {
  BmpError,
  decodeBmp,
  decodeJpeg,
  decodeJpegTo,
  readBmpHeader,
  toPixels,
} from '../src/index';
import { bitmaps, decoded, figures, picture } from '../test/figures';
import type { Target } from './damage';

/** Limit in pixels: a damaged file that claims to be larger is not decoded. */
const mostPixels = 1e6;

/** Returns the readers of files that strangers wrote. */
export async function fuzzTargets(): Promise<readonly Target[]> {
  const raw = { height: 33, width: 40, channels: 3 } as const;
  const whole = sharp(picture(33, 40).data, { raw });
  const jpegs: Uint8Array[] = [
    ...figures.decoding.map(({ file }: { file: string }) => decoded(file)),
    await whole.clone().jpeg().toBuffer(),
    await whole.clone().jpeg({ chromaSubsampling: '4:4:4', quality: 95 }).toBuffer(),
  ];
  return [
    {
      name: 'JPEG',
      seeds: jpegs,
      known: [],
      read: async bytes => {
        const pixels = decodeJpeg(bytes, { mostPixels });
        const small = decodeJpegTo(bytes, [5, 5], { mostPixels });
        if ((pixels === undefined) !== (small === undefined))
          throw new Error('The photo can be decoded at one size, but not at the other.');
        if (small && small.data.length !== 75)
          throw new Error(`5 x 5 pixels should be 75 bytes, not ${small.data.length}.`);
        return pixels !== undefined;
      },
    },
    {
      name: 'BMP',
      seeds: bitmaps.map(({ file }) => decoded(file)),
      known: [BmpError],
      read: async bytes => {
        const header = readBmpHeader(bytes);
        if (header.height * header.width > mostPixels) return false;
        const { data, height, width } = toPixels(decodeBmp(bytes, header));
        if (data.length !== height * width * 3)
          throw new Error(`${height} x ${width} pixels have ${data.length} bytes.`);
        return true;
      },
    },
  ];
}
