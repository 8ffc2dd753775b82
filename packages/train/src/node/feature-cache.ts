import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

const keyBytes = 16;
const checksumBytes = 4;

/**
 * Features on disk: one record for each view of each photo, appended as it is computed. An interrupted extraction goes
 * on where it was; a record that was cut short or damaged is as good as absent.
 *
 * A record is a key, a CRC-32 of the features, and the features (float32, little-endian). Memory: the keys.
 */
export class FeatureCache {
  readonly #file: FileHandle;
  readonly #channels: number;
  readonly #offsets: Map<string, number>;
  #end: number;

  private constructor(
    file: FileHandle,
    channels: number,
    offsets: Map<string, number>,
    end: number,
  ) {
    this.#file = file;
    this.#channels = channels;
    this.#offsets = offsets;
    this.#end = end;
  }

  /**
   * @param backbone All that features depend on besides the view and the photo: weights, preprocessing, layer.
   * @param channels Length of a feature vector.
   */
  static async open(folder: string, backbone: unknown, channels: number): Promise<FeatureCache> {
    await mkdir(folder, { recursive: true });
    const name = createHash('sha256').update(JSON.stringify(backbone)).digest('hex').slice(0, 32);
    const file = await open(join(folder, `${name}.features`), 'a+');
    const size = recordSize(channels);
    // A write that was cut short is dropped, so that the records after it stay aligned.
    const end = Math.floor((await file.stat()).size / size) * size;
    await file.truncate(end);
    const offsets = new Map<string, number>();
    const key = Buffer.alloc(keyBytes);
    for (let offset = 0; offset < end; offset += size) {
      await file.read(key, 0, keyBytes, offset);
      offsets.set(key.toString('hex'), offset);
    }
    return new FeatureCache(file, channels, offsets, end);
  }

  /** The features of a view, or `undefined` when they are not there or damaged. */
  async read(view: string): Promise<Float32Array | undefined> {
    const key = keyOf(view);
    const offset = this.#offsets.get(key.toString('hex'));
    if (offset === undefined) return undefined;
    const record = Buffer.alloc(recordSize(this.#channels));
    await this.#file.read(record, 0, record.length, offset);
    const features = record.subarray(keyBytes + checksumBytes);
    // Another process may have appended in between, so that another record stands here.
    if (!key.equals(record.subarray(0, keyBytes))) return undefined;
    if (record.readUInt32LE(keyBytes) !== crc32(features)) return undefined;
    return new Float32Array(new Uint8Array(features).buffer);
  }

  async write(view: string, features: Float32Array): Promise<void> {
    if (features.length !== this.#channels) {
      throw new RangeError(
        `Features of '${view}' should have ${this.#channels} channels, they have ${features.length}.`,
      );
    }
    const key = keyOf(view);
    const data = Buffer.from(features.buffer, features.byteOffset, features.byteLength);
    const checksum = Buffer.alloc(checksumBytes);
    checksum.writeUInt32LE(crc32(data));
    const offset = this.#end;
    this.#end += recordSize(this.#channels);
    await this.#file.appendFile(Buffer.concat([key, checksum, data]));
    this.#offsets.set(key.toString('hex'), offset);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const recordSize = (channels: number) => keyBytes + checksumBytes + 4 * channels;
const keyOf = (view: string) => createHash('sha256').update(view).digest().subarray(0, keyBytes);
