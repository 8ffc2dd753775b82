import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { fromHalf, toHalf } from '@shroom/formats';
import { requireInteger, requireOneOf } from '../options/requirements';

const keyBytes = 16;
const headBytes = keyBytes + 4;
/** What is read at once where keys stand close together. */
const scanBytes = 2 ** 20;

export interface CacheOptions {
  /** How a number is stored. `float16` takes half the room and keeps three digits. Default `float32`. */
  readonly precision?: 'float32' | 'float16';
}

/** Where a record is, and the checksum of its features. */
interface Place {
  readonly offset: number;
  readonly checksum: number;
}

/**
 * Features on disk: one record for each view of each photo, appended as it is computed. An interrupted extraction goes
 * on where it was; a record that was cut short or damaged counts as absent. Several processes may share a file.
 *
 * A record is a key, a CRC-32 of what follows, and the features (little-endian). Memory: the keys and checksums.
 *
 * @example
 * ```ts
 * const { weights, preprocessing, channels } = backbone;
 * const key = { weights, preprocessing, engine: 'wasm 4.22.0' };
 * const cache = await FeatureCache.open('cache/features', key, channels, { precision: 'float16' });
 * await cache.write('photo 4, view 0', features);
 * await cache.read('photo 4, view 0'); // [channels]; undefined for what is not there
 * await cache.close();
 * ```
 */
export class FeatureCache {
  readonly #file: FileHandle;
  readonly #length: number;
  readonly #precision: 'float32' | 'float16';
  readonly #records = new Map<string, Place>();
  /** Up to where the file's keys are known. */
  #known = 0;
  #aligned = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, length: number, precision: 'float32' | 'float16') {
    this.#file = file;
    this.#length = length;
    this.#precision = precision;
  }

  /**
   * @param backbone All that features depend on besides the view and the photo: weights, preprocessing, layer.
   * @param shape Of the features of a view: their number, or `[height, width, channels]`.
   * @throws RangeError for another precision, or a side that is not a whole number above 0.
   */
  static async open(
    folder: string,
    backbone: unknown,
    shape: number | readonly number[],
    options: CacheOptions = {},
  ): Promise<FeatureCache> {
    const { precision = 'float32' } = options;
    requireOneOf('precision', precision, ['float32', 'float16']);
    for (const side of [shape].flat()) requireInteger('shape', side, { least: 1 });
    await mkdir(folder, { recursive: true });
    const identity = JSON.stringify([backbone, shape, precision]);
    const name = createHash('sha256').update(identity).digest('hex').slice(0, 32);
    const file = await open(join(folder, `${name}.features`), 'a+');
    const length = [shape].flat().reduce((product, side) => product * side, 1);
    // That it is used, for `pruneFeatures`: file systems note it once a day, or never.
    const { mtime } = await file.stat();
    await file.utimes(new Date(), mtime).catch(() => {});
    const cache = new FeatureCache(file, length, precision);
    await cache.#findKeys();
    return cache;
  }

  /** The features of a view, or `undefined` when they are not there or damaged. */
  async read(view: string): Promise<Float32Array | undefined> {
    const key = keyOf(view);
    const known = this.#records.get(key.toString('hex'));
    if (!known) return undefined;
    const record = Buffer.alloc(this.#recordBytes);
    await this.#file.read(record, 0, record.length, known.offset);
    const features = record.subarray(headBytes);
    if (record.readUInt32LE(keyBytes) !== crc32(features)) return undefined;
    // A copy, for alignment.
    const { buffer } = new Uint8Array(features);
    return this.#precision === 'float16'
      ? fromHalf(new Uint16Array(buffer))
      : new Float32Array(buffer);
  }

  /** The checksum that the features of a view were written with, without reading them; `undefined` when they are not there. */
  checksum(view: string): number | undefined {
    return this.#records.get(keyOf(view).toString('hex'))?.checksum;
  }

  async write(view: string, features: Float32Array): Promise<void> {
    await this.writeAll([[view, features]]);
  }

  /** @throws RangeError when features are of another length; nothing is written then. */
  async writeAll(
    entries: readonly (readonly [view: string, features: Float32Array])[],
  ): Promise<void> {
    const records = entries.flatMap(([view, features]) => {
      if (features.length !== this.#length) {
        throw new RangeError(
          `Features of '${view}' should be ${this.#length} numbers, they are ${features.length}.`,
        );
      }
      const stored = this.#precision === 'float16' ? toHalf(features) : features;
      const data = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
      const checksum = Buffer.alloc(headBytes - keyBytes);
      checksum.writeUInt32LE(crc32(data));
      return [keyOf(view), checksum, data];
    });
    const bytes = Buffer.concat(records);
    // One after the other: where a record is follows from what is in the file before it.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#append(bytes));
    await this.#writing;
  }

  async #append(records: Buffer): Promise<void> {
    if (!this.#aligned) {
      // A write that was cut short is dropped, so that the records after it stay aligned. Not before this process writes:
      // it may be another's that is under way.
      const { size } = await this.#file.stat();
      if (size % this.#recordBytes > 0)
        await this.#file.truncate(size - (size % this.#recordBytes));
    }
    // Until all of it is there: a full disk takes a part.
    this.#aligned = false;
    for (let offset = 0; offset < records.length; )
      offset += (await this.#file.write(records, offset)).bytesWritten;
    this.#aligned = true;
    // Another process may have appended as well: where the records are is read from the file.
    await this.#findKeys();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  get #recordBytes(): number {
    return recordBytes(this.#length, this.#precision);
  }

  async #findKeys(): Promise<void> {
    const step = this.#recordBytes;
    const end = Math.floor((await this.#file.stat()).size / step) * step;
    const atOnce = Math.max(1, Math.floor(scanBytes / step));
    while (this.#known < end) {
      const count = Math.min(atOnce, (end - this.#known) / step);
      const bytes = Buffer.alloc((count - 1) * step + headBytes);
      await this.#file.read(bytes, 0, bytes.length, this.#known);
      for (let index = 0; index < count; index++) {
        const start = index * step;
        const key = bytes.toString('hex', start, start + keyBytes);
        const checksum = bytes.readUInt32LE(start + keyBytes);
        this.#records.set(key, { offset: this.#known + start, checksum });
      }
      this.#known += count * step;
    }
  }
}

/** On the disk, of the features of one view. */
export function recordBytes(
  shape: number | readonly number[],
  precision: 'float32' | 'float16',
): number {
  const length = [shape].flat().reduce((product, side) => product * side, 1);
  return headBytes + length * (precision === 'float16' ? 2 : 4);
}

const keyOf = (view: string) => createHash('sha256').update(view).digest().subarray(0, keyBytes);
