import type { Pixels } from '../pixels';
import { layOut } from '../simd/layout';
import { type Machine, machine } from '../simd/machine';
import { rowsAtOnce } from '../simd/resampling';
import { bandBytes, isResizable, Resizing } from '../simd/resize';
import { scaleFor } from './halving';
import { type JpegHeader, readHeader } from './header';
import type { ComponentPlan, Plane } from './plan';
import { readPlanes } from './planes';
import { readerBytes, scanMargin, UnitReader, unstuff } from './scan';

type Size = readonly [number, number];

export interface JpegOptions {
  /** The decoder refuses photos of more pixels. Default: no limit. */
  readonly mostPixels?: number;
}

export interface ResizedJpegOptions extends JpegOptions {
  /** Buffer for the pixels. It is used if they fit into it; else a new buffer is allocated. */
  readonly room?: Uint8Array;
}

/**
 * Decodes an ordinary photograph at its full size: a baseline JPEG that is upright and has either no color profile or an sRGB profile. The
 * pixels equal libjpeg-turbo's, byte for byte.
 *
 * @returns The pixels, or `undefined` if the file is damaged or of another kind, or if WebAssembly has no vector
 * instructions here. Another decoder can then try.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const photo = decodeJpeg(await readFile('mushroom.jpg'), { mostPixels: 50e6 });
 * if (photo) console.log(photo.height, photo.width);
 * else console.log('for another decoder, such as sharp');
 * ```
 */
export function decodeJpeg(
  bytes: Uint8Array,
  { mostPixels = Infinity }: JpegOptions = {},
): Pixels | undefined {
  const read = readPhoto(bytes, mostPixels);
  if (!read) return undefined;
  const { plan, vectors } = read;
  const { height, width } = plan.components[0]!;
  const data = new Uint8Array(height * width * 3);
  color(plan, vectors, (address, first, rows) => {
    const band = new Uint8Array(vectors.memory(0), address, rows * width * 3);
    data.set(band, first * width * 3);
  });
  return { data, height, width };
}

/**
 * Decodes as `decodeJpeg` does and resizes as `resize` does, row by row. A photo of at least 512 by 512 pixels that is at least five times
 * as large as `size` is halved first, by means of two by two pixels.
 *
 * @param size `[height, width]` of the result, in pixels.
 * @returns The pixels, or `undefined` in the same cases as `decodeJpeg`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const small = decodeJpegTo(await readFile('mushroom.jpg'), [224, 224]);
 * ```
 */
export function decodeJpegTo(
  bytes: Uint8Array,
  size: Size,
  { mostPixels = Infinity, room }: ResizedJpegOptions = {},
): Pixels | undefined {
  const read = readPhoto(bytes, mostPixels, size);
  if (!read) return undefined;
  const { plan, extent, halved, vectors } = read;
  const resizing = new Resizing(plan.components[0]!, size, extent, plan.end, {
    averaged: halved,
  });
  vectors.memory(resizing.end);
  resizing.begin(vectors);
  color(plan, vectors, (address, first, rows) => {
    resizing.addRows(vectors, address, first, rows);
  });
  return resizing.finish(vectors, room);
}

interface Read {
  readonly plan: Plan;
  /**
   * `[height, width]` of the photo, counted in the decoded samples. If the photo was halved, these can be fractions, and
   * the last samples reach beyond the photo.
   */
  readonly extent: Size;
  readonly halved: boolean;
  readonly vectors: Machine;
}

/** Decodes a photo's samples into the memory of the vector instructions. */
function readPhoto(bytes: Uint8Array, mostPixels: number, size?: Size): Read | undefined {
  const vectors = machine();
  const header = vectors && readHeader(bytes);
  if (!header || header.height * header.width > mostPixels) return undefined;
  const scale = size ? scaleFor(header, size) : 1;
  const plan = planOf(header, scale);
  if (!plan || (size && !isResizable(plan.components[0]!, size))) return undefined;
  const codedBytes = bytes.length - header.scan + scanMargin;
  const memory = new Uint8Array(vectors.memory(plan.end + codedBytes));
  const ends = unstuff(bytes, header.scan, memory.subarray(plan.end));
  if (!ends) return undefined;
  const reader = new UnitReader(header, plan.components, plan.reader, vectors);
  if (!readPlanes(header, reader, plan.end, ends, plan.components, vectors)) return undefined;
  const extent = [header.height / scale, header.width / scale] as const;
  return { plan, extent, halved: scale === 2, vectors };
}

interface Plan {
  readonly components: readonly ComponentPlan[];
  /** Address of the memory for a `UnitReader`. */
  readonly reader: number;
  /** Address of the finished rows of pixels. */
  readonly band: number;
  /** How many rows of pixels the band has room for. */
  readonly bandRows: number;
  readonly end: number;
}

/** Bytes beyond the ends of rows that vector instructions may read and write. */
const margin = 16;
/** Limit on the bytes of all planes together. WebAssembly memory never shrinks, so a larger photo would occupy it for good. */
const mostBytes = 2 ** 26;

function planOf({ height, width, components }: JpegHeader, scale: 1 | 2): Plan | undefined {
  const [luma, chroma] = components as [
    (typeof components)[0] & object,
    (typeof components)[0] & object,
  ];
  const units = [luma.down, luma.across].map((samples, axis) =>
    Math.ceil([height, width][axis]! / (8 * samples)),
  ) as [number, number];
  const shapes = components.map(component => {
    // Chroma that has half the resolution in both directions is not halved again.
    const side: 8 | 4 = scale === 2 && component.down === luma.down ? 4 : 8;
    const blocks = units[1] * component.across;
    const reduction = 8 / side;
    return {
      side,
      blocks,
      row: blocks * side + 2 * margin,
      rows: units[0] * component.down * side,
      height: Math.ceil((height * component.down) / (luma.down * reduction)),
      width: Math.ceil((width * component.across) / (luma.across * reduction)),
    };
  });
  // libjpeg repeats the samples of such a narrow chroma plane instead of interpolating them.
  if (chroma.across < luma.across && shapes[1]!.width <= 2) return undefined;
  const planeBytes = shapes.map(({ row, rows }) => row * rows + 2 * margin);
  if (planeBytes.reduce((sum, size) => sum + size, 0) > mostBytes) return undefined;
  const rowBytes = shapes[0]!.width * 3;
  const bandRows = Math.max(1, Math.floor(bandBytes / rowBytes));
  const rowsOfBlocks = shapes.map(({ blocks }, which) => blocks * components[which]!.down);
  const places = layOut([
    ...planeBytes,
    ...rowsOfBlocks.map(blocks => blocks * 128),
    ...rowsOfBlocks,
    readerBytes,
    (bandRows + rowsAtOnce) * rowBytes + 4 * margin,
  ]);
  return {
    components: shapes.map((shape, which) => ({
      ...shape,
      address: places[which]! + margin,
      coefficients: places[3 + which]!,
      extents: places[6 + which]!,
    })),
    reader: places[9]!,
    band: places[10]!,
    bandRows,
    end: places[11]!,
  };
}

/** @param take Called with each band of pixel rows, from the top: its address, its first row and its number of rows. */
function color(
  { components, band, bandRows }: Plan,
  { routines, memory }: Machine,
  take: (address: number, first: number, rows: number) => void,
): void {
  const [luma, blueness, redness] = components as readonly Plane[] as [Plane, Plane, Plane];
  const { height, width } = luma;
  const halfAcross = blueness.width < width;
  const halfDown = blueness.height < height;
  const [even, odd] = halfDown ? [8, 7] : [4, 8];
  if (halfAcross) {
    const bytes = new Uint8Array(memory(0));
    for (const plane of [blueness, redness]) repeatEnds(plane, bytes);
  }
  const rowOf = ({ address, row }: Plane, y: number) => address + y * row;
  for (let first = 0; first < height; first += bandRows) {
    const end = Math.min(height, first + bandRows);
    for (let y = first, target = band; y < end; y++, target += width * 3) {
      const near = halfDown ? y >> 1 : y;
      const at = rowOf(luma, y);
      if (!halfAcross) {
        routines.toRgb(at, rowOf(blueness, near), rowOf(redness, near), target, width);
        continue;
      }
      const other = halfDown ? near + (y & 1 ? 1 : -1) : near;
      const far = Math.max(0, Math.min(blueness.height - 1, other));
      routines.upsampledToRgb(
        at,
        rowOf(blueness, near),
        rowOf(blueness, far),
        rowOf(redness, near),
        rowOf(redness, far),
        target,
        blueness.width,
        even,
        odd,
      );
    }
    take(band, first, end - first);
  }
}

/** Repeats the first and the last sample of each row beyond the ends of the row. */
function repeatEnds({ address, row, height, width }: Plane, bytes: Uint8Array): void {
  for (let y = 0, at = address; y < height; y++, at += row) {
    bytes[at - 1] = bytes[at]!;
    bytes[at + width] = bytes[at + width - 1]!;
  }
}
