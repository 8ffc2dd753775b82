import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { fromHalf, toHalf } from '@shroom/formats';
import { requireInteger, requireOneOf } from '../options/requirements';

const keyBytes = 16;
const headBytes = keyBytes + 4;
/** Number of bytes per read when the file is searched for keys. */
const scanBytes = 2 ** 20;

export interface CacheOptions {
  /** How numbers are stored. `float16` takes half the space and keeps three significant digits. Default `float32`. */
  readonly precision?: 'float32' | 'float16';
}

/** The position of a record in the file, and the checksum of its features. */
interface Place {
  readonly offset: number;
  readonly checksum: number;
}

/**
 * Stores features on disk: one record for each view of each photo, appended as it is computed. An interrupted extraction
 * can continue where it stopped; a truncated or damaged record counts as missing. Several processes may share a file.
 *
 * A record consists of a key, a CRC-32 of the features, and the features (little-endian). Only keys and checksums are kept
 * in memory.
 *
 * @example
 * ```ts
 * const { weights, preprocessing, channels } = backbone;
 * const key = { weights, preprocessing, engine: 'wasm 4.22.0' };
 * const cache = await FeatureCache.open('cache/features', key, channels, { precision: 'float16' });
 * await cache.write('photo 4, view 0', features);
 * await cache.read('photo 4, view 0'); // [channels]; undefined if it is missing
 * await cache.close();
 * ```
 */
export class FeatureCache {
  readonly #file: FileHandle;
  readonly #length: number;
  readonly #precision: 'float32' | 'float16';
  readonly #records = new Map<string, Place>();
  /** Position in the file up to which the keys are known. */
  #known = 0;
  #aligned = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, length: number, precision: 'float32' | 'float16') {
    this.#file = file;
    this.#length = length;
    this.#precision = precision;
  }

  /**
   * @param backbone Everything except the photo and the view that the features depend on: weights, preprocessing, layer.
   * @param shape Shape of the features of a view: their number, or `[height, width, channels]`.
   * @throws RangeError for an unknown precision, or a side length that is not a whole number above 0.
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
    // Sets the access time explicitly, for `pruneFeatures`, because file systems update it once a day or never.
    const { mtime } = await file.stat();
    await file.utimes(new Date(), mtime).catch(() => {});
    const cache = new FeatureCache(file, length, precision);
    await cache.#findKeys();
    return cache;
  }

  /** Reads the features of a view; `undefined` if they are missing or damaged. */
  async read(view: string): Promise<Float32Array | undefined> {
    const key = keyOf(view);
    const known = this.#records.get(key.toString('hex'));
    if (!known) return undefined;
    const record = Buffer.alloc(this.#recordBytes);
    await this.#file.read(record, 0, record.length, known.offset);
    const features = record.subarray(headBytes);
    if (record.readUInt32LE(keyBytes) !== crc32(features)) return undefined;
    // A copy, because typed arrays need aligned memory.
    const { buffer } = new Uint8Array(features);
    return this.#precision === 'float16'
      ? fromHalf(new Uint16Array(buffer))
      : new Float32Array(buffer);
  }

  /**
   * The checksum that was stored with the features of a view, without reading the features; `undefined` if they are
   * missing.
   */
  checksum(view: string): number | undefined {
    return this.#records.get(keyOf(view).toString('hex'))?.checksum;
  }

  async write(view: string, features: Float32Array): Promise<void> {
    await this.writeAll([[view, features]]);
  }

  /** @throws RangeError when features have the wrong length; nothing is written then. */
  async writeAll(
    entries: readonly (readonly [view: string, features: Float32Array])[],
  ): Promise<void> {
    const records = entries.flatMap(([view, features]) => {
      if (features.length !== this.#length) {
        throw new RangeError(
          `The features of '${view}' should be ${this.#length} numbers, not ${features.length}.`,
        );
      }
      const stored = this.#precision === 'float16' ? toHalf(features) : features;
      const data = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
      const checksum = Buffer.alloc(headBytes - keyBytes);
      checksum.writeUInt32LE(crc32(data));
      return [keyOf(view), checksum, data];
    });
    const bytes = Buffer.concat(records);
    // Appends one after another, because the position of a record depends on everything that the file holds before it.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#append(bytes));
    await this.#writing;
  }

  async #append(records: Buffer): Promise<void> {
    if (!this.#aligned) {
      // Removes an incomplete record at the end of the file, so that the following records stay aligned. This is done only
      // before the first write, because another process may be writing at this moment.
      const { size } = await this.#file.stat();
      if (size % this.#recordBytes > 0)
        await this.#file.truncate(size - (size % this.#recordBytes));
    }
    // Not aligned until everything is written, because a full disk may take only a part.
    this.#aligned = false;
    for (let offset = 0; offset < records.length; )
      offset += (await this.#file.write(records, offset)).bytesWritten;
    this.#aligned = true;
    // Another process may have appended records too, so the positions are read from the file.
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

/** Number of bytes on disk for the features of one view. */
export function recordBytes(
  shape: number | readonly number[],
  precision: 'float32' | 'float16',
): number {
  const length = [shape].flat().reduce((product, side) => product * side, 1);
  return headBytes + length * (precision === 'float16' ? 2 : 4);
}

const keyOf = (view: string) => createHash('sha256').update(view).digest().subarray(0, keyBytes);
