import { readColorProfile } from '../color-profile';
import { xmpOrientation } from '../orientation';
import { codeTable } from '../simd/coding';
import { type HuffmanTable, huffmanTable } from './huffman';
import { xmpOfSegment } from './orientation';

/** One color component of a JPEG: Y, Cb or Cr. */
interface Component {
  /** Samples across and down for each sample of the coarsest component: 1 or 2. */
  readonly across: number;
  readonly down: number;
  /** Quantization table, in the order of the file. */
  readonly quantization: Uint8Array;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

/** The facts in a JPEG's header that the decoder needs. */
export interface JpegHeader {
  readonly height: number;
  readonly width: number;
  /** The components Y, Cb and Cr. */
  readonly components: readonly Component[];
  /** Number of blocks of all components between two restart markers; 0 if there are no such markers. */
  readonly restartInterval: number;
  /** Position of the coded data in the file, in bytes. */
  readonly scan: number;
}

/**
 * Reads a JPEG's header. The result is valid until the next call, and only while the bytes stay unchanged.
 *
 * @returns The header, or `undefined` for every file that is not an ordinary photograph: baseline, 8 bits, Y Cb Cr with 4:4:4, 4:2:2 or
 *   4:2:0 sampling, one scan, upright, no color profile other than sRGB, nothing unusual.
 * @see ITU T.81, annex B
 */
export function readHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables: Tables = { quantization: [], dc: [], ac: [] };
  let frame: Uint8Array | undefined;
  let restartInterval = 0;
  let colors: 'unknown' | 'known' = 'unknown';
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (length < 2 || segment.length !== length - 2) return undefined;
    at += 2 + length;
    switch (marker) {
      case 0xffc0:
      case 0xffc1:
        if (frame) return undefined;
        frame = segment;
        break;
      case 0xffc4:
        if (!readHuffman(segment, tables)) return undefined;
        break;
      case 0xffdb:
        if (!readQuantization(segment, tables)) return undefined;
        break;
      case 0xffdd:
        if (segment.length !== 2) return undefined;
        restartInterval = (segment[0]! << 8) | segment[1]!;
        break;
      case 0xffe0:
        if (startsWith(segment, 'JFIF\0')) colors = 'known';
        break;
      case 0xffe1:
        if (startsWith(segment, 'Exif\0') && !isUpright(segment)) return undefined;
        // Whether the XMP orientation counts depends on the EXIF data, so such a file is left to another decoder.
        if ((xmpOrientation(xmpOfSegment(segment) ?? '') ?? 1) > 1) return undefined;
        break;
      case 0xffe2:
        if (startsWith(segment, 'ICC_PROFILE\0') && !isSrgb(segment)) return undefined;
        break;
      case 0xffee:
        if (startsWith(segment, 'Adobe')) {
          if (segment[11] !== 1) return undefined;
          colors = 'known';
        }
        break;
      case 0xffda: {
        const components = frame && componentsOf(frame, segment, tables, colors === 'known');
        if (!components) return undefined;
        const height = (frame![1]! << 8) | frame![2]!;
        const width = (frame![3]! << 8) | frame![4]!;
        if (height === 0 || width === 0) return undefined;
        return { height, width, components, restartInterval, scan: at };
      }
      default:
        // The other kinds of application data and comments do not affect the pixels.
        if (marker !== 0xfffe && (marker < 0xffe3 || marker > 0xffef)) return undefined;
    }
  }
  return undefined;
}

interface Tables {
  readonly quantization: (Uint8Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
}

function readQuantization(segment: Uint8Array, { quantization }: Tables): boolean {
  for (let at = 0; at < segment.length; at += 65) {
    // Values above 15 mean a table of 16-bit values.
    if (segment[at]! > 3 || at + 65 > segment.length) return false;
    quantization[segment[at]!] = segment.subarray(at + 1, at + 65);
  }
  return true;
}

/** Memory for the DC tables and the AC tables, 0 to 3 each. The next header overwrites them. */
const rooms = Array.from({ length: 8 }, () => new Int32Array(codeTable.size / 4));

function readHuffman(segment: Uint8Array, { dc, ac }: Tables): boolean {
  for (let at = 0; at < segment.length; ) {
    const kind = segment[at]!;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    if ((kind & 0xef) > 3 || counts.length < 16 || symbols.length < total) return false;
    if (total > 256) return false;
    const table = huffmanTable(
      counts,
      symbols,
      kind < 16 ? 'dc' : 'ac',
      rooms[(kind >> 2) | (kind & 3)]!,
    );
    // A DC difference has at most 11 bits, a coefficient at most 10.
    const most = kind < 16 ? 11 : 10;
    if (!table || symbols.some(symbol => (kind < 16 ? symbol : symbol & 15) > most)) return false;
    (kind < 16 ? dc : ac)[kind & 15] = table;
    at += 17 + total;
  }
  return true;
}

function componentsOf(
  frame: Uint8Array,
  scan: Uint8Array,
  { quantization, dc, ac }: Tables,
  known: boolean,
): Component[] | undefined {
  if (frame.length !== 15 || scan.length !== 10 || frame[0] !== 8) return undefined;
  if (frame[5] !== 3 || scan[0] !== 3 || scan[7] !== 0 || scan[8] !== 63) return undefined;
  const components: Component[] = [];
  for (let index = 0; index < 3; index++) {
    const [id, sampling, which] = frame.subarray(6 + 3 * index);
    const [scanned, coding] = scan.subarray(1 + 2 * index);
    if (scanned !== id || (!known && id !== index + 1)) return undefined;
    const found = {
      across: sampling! >> 4,
      down: sampling! & 15,
      quantization: quantization[which!],
      dc: dc[coding! >> 4],
      ac: ac[coding! & 15],
    };
    if (!found.quantization || !found.dc || !found.ac) return undefined;
    components.push(found as Component);
  }
  const [luma, ...chroma] = components;
  if (!['1 1', '2 1', '2 2'].includes(`${luma!.across} ${luma!.down}`)) return undefined;
  return chroma.every(({ across, down }) => across === 1 && down === 1) ? components : undefined;
}

/** Whether the EXIF data, which contains a TIFF directory, has no orientation or the normal orientation. */
function isUpright(segment: Uint8Array): boolean {
  const tiff = new DataView(
    segment.buffer,
    segment.byteOffset + 6,
    Math.max(0, segment.length - 6),
  );
  try {
    const little = tiff.getUint16(0) === 0x4949;
    const directory = tiff.getUint32(4, little);
    const entries = tiff.getUint16(directory, little);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + 12 * entry;
      if (tiff.getUint16(at, little) === 0x0112) return tiff.getUint16(at + 8, little) === 1;
    }
    return true;
  } catch {
    // The directory reaches beyond its segment, so the file is left to another decoder.
    return false;
  }
}

/** Whether a color profile is sRGB. sRGB profiles fit into one segment; files with larger profiles are left to another decoder. */
function isSrgb(segment: Uint8Array): boolean {
  const [number, count] = segment.subarray(12, 14);
  return number === 1 && count === 1 && readColorProfile(segment.subarray(14)).isSrgb;
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, index) => bytes[index] === letter.charCodeAt(0));
