import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ArchiveError } from '../archive-error';
import { ofWriting } from '../pack/pack-error';
import { openRanges, type RangeOptions, type RangeReader } from '../stores/ranges';
import type { Row } from '../table-text';
import { headerReader } from './entries';
import { type TarPhoto, tarPhotos } from './samples';

/** The index of an archive is beside it, with this at the end of its name. */
export const indexEnding = '.index';

const version = 1;

/** Bytes of an index that are read at once. */
const piece = 2 ** 20;

/**
 * Writes the index of a tar archive beside it: where each photo is, and the facts about it. With an index, an archive is listed without
 * reading its headers, which matters for millions of photos and for archives on a server.
 *
 * @returns Path of the index, and the number of photos.
 * @throws ArchiveError when the archive is missing or damaged. PackError when the index cannot be written.
 * @example
 * ```ts
 * const { path, photos } = await writeTarIndex('shards-000.tar'); // shards-000.tar.index
 * ```
 */
export async function writeTarIndex(
  tar: string,
  options: RangeOptions = {},
): Promise<{ readonly path: string; readonly photos: number }> {
  const path = `${tar}${indexEnding}`;
  const part = `${path}.${randomUUID()}.part`;
  const file = await openRanges(tar, options).catch(error => {
    throw unreadable(tar, error);
  });
  try {
    let photos = 0;
    async function* lines() {
      const head = { format: 'shroom-tar-index', version, tar: { bytes: file.size } };
      yield `${JSON.stringify(head)}\n`;
      for await (const { name, offset, size, row } of tarPhotos(headerReader(file))) {
        options.signal?.throwIfAborted();
        photos++;
        yield `${JSON.stringify([name, offset, size, row])}\n`;
      }
      // An index without this line is incomplete.
      yield `${JSON.stringify({ photos })}\n`;
    }
    await pipeline(lines, createWriteStream(part, { flags: 'wx' }));
    await rename(part, path);
    return { path, photos };
  } catch (error) {
    throw unreadable(
      tar,
      ofWriting(path, error, 'Copy the archive to where its index can be beside it.'),
    );
  } finally {
    await file.close();
    await rm(part, { force: true });
  }
}

/** An error about an archive says which one. Other errors are returned unchanged. */
function unreadable(tar: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return new ArchiveError(`${tar} does not exist.`, { cause: error });
  if (!(error instanceof ArchiveError) || error.message.startsWith(tar)) return error;
  return new ArchiveError(`${tar} cannot be read as a tar archive: ${error.message}`, {
    cause: error,
  });
}

/**
 * Yields the photos that an index lists.
 *
 * @param tarBytes Length of the archive.
 * @throws ArchiveError when the index is damaged, or belongs to another archive.
 */
export async function* readTarIndex(
  index: RangeReader,
  tarBytes: number,
): AsyncGenerator<TarPhoto, void, undefined> {
  const damaged = (why: string) =>
    new ArchiveError(`its index ${why}. Remove the index, or make it again with \`shroom index\``);
  let state: 'head' | 'photos' | 'end' = 'head';
  let count = 0;
  for await (const line of linesOf(index)) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw damaged('is damaged');
    }
    if (state === 'head') {
      const { format, version: own, tar } = (value ?? {}) as Head;
      if (format !== 'shroom-tar-index') throw damaged('is of another kind');
      if (own !== version) throw damaged(`has version ${own}, not ${version}`);
      if (tar?.bytes !== tarBytes)
        throw damaged(`is of an archive of ${tar?.bytes} bytes, but this one has ${tarBytes}`);
      state = 'photos';
    } else if (Array.isArray(value)) {
      const [name, offset, size, row] = value as [string, number, number, Row];
      if (typeof name !== 'string' || !(offset >= 0) || !(size >= 0) || offset + size > tarBytes)
        throw damaged(`is damaged at photo ${count}`);
      count++;
      yield { name, offset, size, row };
    } else {
      const { photos } = (value ?? {}) as { readonly photos?: unknown };
      if (photos !== count) throw damaged(`lists ${count} photos, but says ${photos}`);
      state = 'end';
    }
  }
  if (state !== 'end') throw damaged('is incomplete');
}

interface Head {
  readonly format?: unknown;
  readonly version?: unknown;
  readonly tar?: { readonly bytes?: unknown };
}

async function* linesOf(file: RangeReader): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let at = 0; at < file.size; at += piece) {
    const text = decoder.decode(await file.read(at, Math.min(file.size, at + piece)), {
      stream: true,
    });
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}
