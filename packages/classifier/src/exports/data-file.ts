import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** A file of weights beside a file that refers to it. It has a temporary name until it is whole. */
export class DataFile {
  readonly path: string;
  readonly #part: string;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.path = path;
    this.#part = `${path}.${randomUUID()}.part`;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    this.#file ??= await open(this.#part, 'wx');
    // A single write may write only a part.
    for (let offset = 0; offset < bytes.length; )
      offset += (await this.#file.write(bytes, offset)).bytesWritten;
    this.#bytes += bytes.length;
  }

  /**
   * Puts the file in its place, or removes that of an earlier export if nothing was written.
   *
   * @param before Called before an earlier file is replaced: what refers to it is no longer right.
   * @returns The file, if there is one.
   */
  async replace(before: () => Promise<void>): Promise<{ path: string; bytes: number }[]> {
    if (this.#file || existsSync(this.path)) await before();
    if (!this.#file) {
      await rm(this.path, { force: true });
      return [];
    }
    await this.#file.sync();
    await this.#file.close();
    this.#file = undefined;
    await rename(this.#part, this.path);
    return [{ path: basename(this.path), bytes: this.#bytes }];
  }

  /** Removes an unfinished file. */
  async discard(): Promise<void> {
    if (!this.#file) return;
    await this.#file.close();
    await rm(this.#part, { force: true });
  }
}
