import type { Pixels } from '../photo';
import { layOut } from '../simd/layout';
import { type Machine, machine } from '../simd/machine';
import { type JpegHeader, readHeader } from './header';
import { type ComponentPlan, type Plane, readPlanes } from './planes';
import { readerBytes, scanMargin, UnitReader, unstuff } from './scan';

type Size = readonly [number, number];

/** A decoded photo. */
export interface DecodedJpeg {
  readonly pixels: Pixels;
  /** `[height, width]` of the photo in these pixels: where it was reduced, the last ones may reach beyond it. */
  readonly extent: Size;
}

/**
 * Decodes an ordinary photograph: baseline JPEG, upright, without a colour profile. At its full size, to the byte what
 * libjpeg-turbo gives.
 *
 * @param size `[height, width]` that the photo will be resized to; where it is at least five times as large, its pixels
 *   may be means of two by two.
 * @param room Where the pixels may go, if they fit; else they get their own.
 * @returns `undefined` for another or a damaged file, and where there are no vector instructions: for another decoder.
 */
export function decodeJpeg(
  bytes: Uint8Array,
  size?: Size,
  room?: Uint8Array,
): DecodedJpeg | undefined {
  const vectors = machine();
  const header = vectors && readHeader(bytes);
  if (!header) return undefined;
  const scale = size ? scaleFor(header, size) : 1;
  const plan = planOf(header, scale);
  if (!plan) return undefined;
  const codedBytes = bytes.length - header.scan + scanMargin;
  const memory = new Uint8Array(vectors.memory(plan.end + codedBytes));
  const ends = unstuff(bytes, header.scan, memory.subarray(plan.end));
  if (!ends) return undefined;
  const reader = new UnitReader(header, plan.components, plan.reader, vectors);
  if (!readPlanes(header, reader, plan.end, ends, plan.components, vectors)) return undefined;
  return {
    pixels: colour(plan, vectors, room),
    extent: [header.height / scale, header.width / scale],
  };
}

/** From here on the mean difference stays below 1 of 255, and is mostly below 1/2, on photographs full of detail. */
const largeEnough = 5;

function scaleFor({ height, width }: JpegHeader, size: Size): 1 | 2 {
  return height >= largeEnough * size[0] && width >= largeEnough * size[1] ? 2 : 1;
}

interface Plan {
  readonly components: readonly ComponentPlan[];
  /** Address of what a `UnitReader` needs. */
  readonly reader: number;
  /** Rows of chroma at full width. */
  readonly rows: readonly [number, number];
  /** Finished pixels. */
  readonly band: number;
  /** Rows of pixels that it has room for. */
  readonly bandRows: number;
  readonly end: number;
}

/** Vectors reach beyond the ends of rows. */
const margin = 16;
const bandBytes = 2 ** 18;
/** Of all planes; larger photos would make the vectors' memory large for good. */
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
    // Where chroma is coarser in both directions, it has that size already.
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
  // libjpeg repeats samples of so narrow a chroma instead of mixing them.
  if (chroma.across < luma.across && shapes[1]!.width <= 2) return undefined;
  const planeBytes = shapes.map(({ row, rows }) => row * rows + 2 * margin);
  if (planeBytes.reduce((sum, size) => sum + size, 0) > mostBytes) return undefined;
  const rowBytes = shapes[0]!.width * 3;
  const bandRows = Math.max(1, Math.floor(bandBytes / rowBytes));
  const widest = Math.max(...shapes.map(({ blocks }) => blocks * 8));
  const rowsOfBlocks = shapes.map(({ blocks }, which) => blocks * components[which]!.down);
  const places = layOut([
    ...planeBytes,
    ...rowsOfBlocks.map(blocks => blocks * 128),
    ...rowsOfBlocks,
    readerBytes,
    widest + 2 * margin,
    widest + 2 * margin,
    bandRows * rowBytes + 4 * margin,
  ]);
  return {
    components: shapes.map((shape, which) => ({
      ...shape,
      address: places[which]! + margin,
      coefficients: places[3 + which]!,
      extents: places[6 + which]!,
    })),
    reader: places[9]!,
    rows: [places[10]!, places[11]!],
    band: places[12]!,
    bandRows,
    end: places[13]!,
  };
}

function colour(
  { components, rows, band, bandRows }: Plan,
  { kernels, memory }: Machine,
  room: Uint8Array = new Uint8Array(0),
): Pixels {
  const luma: Plane = components[0]!;
  const chroma: readonly Plane[] = components.slice(1);
  const { height, width } = luma;
  const bytes = new Uint8Array(memory(0));
  const size = height * width * 3;
  const data = room.length < size ? new Uint8Array(size) : room.subarray(0, size);
  const halfAcross = chroma[0]!.width < width;
  const halfDown = chroma[0]!.height < height;
  if (halfAcross) for (const plane of chroma) repeatEnds(plane, bytes);
  for (let first = 0; first < height; first += bandRows) {
    const end = Math.min(height, first + bandRows);
    for (let y = first; y < end; y++) {
      const [blueness, redness] = chroma.map(({ address, row, width, height }, which) => {
        const near = halfDown ? y >> 1 : y;
        if (!halfAcross) return address + near * row;
        const other = halfDown ? near + (y & 1 ? 1 : -1) : near;
        const far = Math.max(0, Math.min(height - 1, other));
        const rounding = halfDown ? [8, 7] : [4, 8];
        const target = rows[which]!;
        kernels.upsample(
          address + near * row,
          address + far * row,
          target,
          width,
          rounding[0]!,
          rounding[1]!,
        );
        return target;
      });
      const target = band + (y - first) * width * 3;
      kernels.toRgb(luma.address + y * luma.row, blueness!, redness!, target, width);
    }
    data.set(bytes.subarray(band, band + (end - first) * width * 3), first * width * 3);
  }
  return { data, height, width };
}

/** Beyond the ends of a row its last samples go on. */
function repeatEnds({ address, row, height, width }: Plane, bytes: Uint8Array): void {
  for (let y = 0, at = address; y < height; y++, at += row) {
    bytes[at - 1] = bytes[at]!;
    bytes[at + width] = bytes[at + width - 1]!;
  }
}
