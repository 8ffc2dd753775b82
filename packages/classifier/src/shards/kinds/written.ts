import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes a file of any length under another name, and renames it when it is whole. */
export async function writeWhole(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const written = Readable.from(pieces, { objectMode: true });
    await pipeline(written, createWriteStream(part, { flags: 'wx' }), signal ? { signal } : {});
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
