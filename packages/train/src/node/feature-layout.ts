import type { FileHandle } from 'node:fs/promises';
import { decodeNpyHeader, ElementTypeError, fromHalf, NpyError } from '@shroom/formats';
import { FeatureArrayError } from './feature-array-error';

/** Where the features of a file are, and how they are stored. */
export interface FeatureLayout {
  readonly photos: number;
  readonly views: number;
  /** Shape of the features of one view: `[channels]`, or `[height, width, channels]`. */
  readonly shape: readonly number[];
  readonly precision: 'float32' | 'float16';
  /** Number of numbers of one view of one photo. */
  readonly numbers: number;
  /** Number of bytes of one view of one photo. */
  readonly rowBytes: number;
  /** The byte at which the features begin. */
  readonly start: number;
}

/** Numbers as they are stored: of float16, their bits. */
export type StoredNumbers = Float32Array | Uint16Array;

/** Largest size of the header of an npy file that is read. */
const headerBytes = 10_012;

/**
 * Reads the header of an npy file of features.
 *
 * @throws NpyError when the file is damaged or cut short. ElementTypeError when it holds other numbers than float32 or float16.
 * @throws FeatureArrayError when the array has no rows, or another number of sides.
 */
export async function readLayout(file: FileHandle, path: string): Promise<FeatureLayout> {
  const { size } = await file.stat();
  const head = new Uint8Array(Math.min(headerBytes, size));
  await file.read(head, 0, head.length, 0);
  const source = { source: path };
  const { type, shape, start, size: expected } = decodeNpyHeader(head, source);
  if (type !== '<f4' && type !== '<f2')
    throw new ElementTypeError(
      `${path}: its elements are '${type}'; features should be float32 or float16. Save them as array.astype('<f4').`,
      source,
    );
  if (size !== expected)
    throw new NpyError(
      `${path} is not a whole npy file: ${type} [${shape}] has ${expected} bytes, it has ${size}.`,
      source,
    );
  if (![2, 3, 5].includes(shape.length) || shape.includes(0))
    throw new FeatureArrayError(
      path,
      'shape',
      `has an array [${shape}]. Features should be [photos, channels], [photos, views, channels] or ` +
        '[photos, views, height, width, channels], without empty sides.',
    );
  const [photos, ...sides] = shape as [number, ...number[]];
  const views = sides.length === 1 ? 1 : sides.shift()!;
  const numbers = sides.reduce((product, side) => product * side, 1);
  const precision = type === '<f2' ? 'float16' : 'float32';
  const rowBytes = numbers * (precision === 'float16' ? 2 : 4);
  return { photos, views, shape: sides, precision, numbers, rowBytes, start };
}

/** Memory for rows as they are stored. */
export const storedRows = ({ precision, numbers }: FeatureLayout, rows: number): StoredNumbers =>
  precision === 'float16' ? new Uint16Array(rows * numbers) : new Float32Array(rows * numbers);

/** Converts one stored row to 32-bit numbers. */
export function convertRow(stored: StoredNumbers, row: Float32Array): void {
  if (stored instanceof Uint16Array) fromHalf(stored, row);
  else row.set(stored);
}
