import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DownloadError, type DownloadProgress } from './download-error';
import { persist, type RetryOptions, Silence } from './interruption';
import { request } from './request';
import { writeWhole } from './whole-file';

/** A file on a server, as described by its headers. */
export interface RemoteFile {
  readonly source: string;
  readonly url: URL;
  readonly bytes: number;
  /** Expected hash of the file: its SHA-256, or the SHA-1 that git computes for it. Without a hash, only the length is checked. */
  readonly expected?: { readonly kind: 'sha256' | 'git'; readonly hash: string };
  /** Headers for the server of `url`. They are not sent to other servers. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DownloadOptions extends RetryOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** A file that claims to be larger is refused before anything is written. In bytes. Default 20e9. */
  readonly mostBytes?: number;
}

/**
 * Downloads a file to a path beside its final path, resumes where an earlier attempt stopped, checks the file, and renames it at the end.
 * If the connection breaks or the server falls silent, the download is tried again from where it stopped.
 *
 * @param part Path of the unfinished file. It must belong to exactly this version of the file.
 */
export async function download(
  remote: RemoteFile,
  path: string,
  part: string,
  options: DownloadOptions,
): Promise<void> {
  requireSize(remote, options);
  await mkdir(dirname(path), { recursive: true });
  const attempt = () => receive(remote, part, options);
  await persist(remote.source, attempt, () => sizeOf(part), options);
  await rename(part, path);
}

/** @throws DownloadError when a file is larger than allowed. */
export function requireSize(
  { source, bytes }: Pick<RemoteFile, 'source' | 'bytes'>,
  { mostBytes = 20e9 }: DownloadOptions,
): void {
  if (bytes <= mostBytes) return;
  throw new DownloadError(
    'size',
    `${source} claims to have ${bytes} bytes; ${mostBytes} are allowed. To allow more, raise the option mostBytes.`,
  );
}

/** Downloads over one connection, from the received part to the end. */
async function receive(remote: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const { onProgress } = options;
  const { source, bytes } = remote;
  const hash = startHash(remote);
  let received = await hashExisting(part, bytes, hash);
  onProgress?.({ source, received, total: bytes });
  if (received < bytes || bytes === 0) {
    const silence = new Silence(options);
    try {
      const range: Record<string, string> = received > 0 ? { range: `bytes=${received}-` } : {};
      const response = await request(remote, 'GET', range, silence.signal);
      if (received > 0 && !continues(response, received)) {
        // The server sends the whole file or another part, so the received part is useless.
        await rm(part, { force: true });
        await response.body?.cancel();
        return await receive(remote, part, options);
      }
      const file = await open(part, 'a');
      try {
        for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
          silence.heard();
          silence.signal.throwIfAborted();
          received += chunk.length;
          if (received > bytes) break;
          await writeWhole(file, chunk);
          hash.update(chunk);
          onProgress?.({ source, received, total: bytes });
        }
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw silence.explain(source, error);
    } finally {
      silence.end();
    }
  }
  await check(remote, part, received, hash);
}

function continues({ status, headers }: Response, received: number): boolean {
  if (status !== 206) return false;
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  // If a server does not say which part it sends, the hash shows whether it was the right one.
  return start === undefined || Number(start) === received;
}

function startHash({ expected, bytes }: RemoteFile): Hash {
  if (expected?.kind !== 'git') return createHash('sha256');
  return createHash('sha1').update(`blob ${bytes}\0`);
}

/** Adds the received part of a file to a hash. @returns Its length in bytes. A part that is too long is removed. */
async function hashExisting(part: string, most: number, hash: Hash): Promise<number> {
  const found = await lstat(part).catch(() => undefined);
  // A link is removed, because writing through it would change the file that it points to.
  if (found && (!found.isFile() || found.size > most)) {
    await rm(part);
    return 0;
  }
  const size = found?.size ?? 0;
  if (size > 0) for await (const chunk of createReadStream(part)) hash.update(chunk);
  return size;
}

/** Length of a file in bytes; 0 if there is none. */
export const sizeOf = async (path: string): Promise<number> =>
  (await stat(path).catch(() => undefined))?.size ?? 0;

async function check(remote: RemoteFile, part: string, received: number, hash: Hash) {
  const { source, bytes, expected } = remote;
  if (received < bytes) {
    throw new DownloadError(
      'connection',
      `${source} was cut: ${received} of ${bytes} bytes came.\nThe next attempt resumes the download.`,
    );
  }
  const found = hash.digest('hex');
  if (received === bytes && (!expected || expected.hash === found)) return;
  await rm(part, { force: true });
  const got = received > bytes ? `more than ${bytes} bytes` : `${received} bytes with ${found}`;
  throw new DownloadError(
    received > bytes ? 'size' : 'damaged',
    `${source} has a wrong hash: wanted ${expected?.hash ?? `${bytes} bytes`}, got ${got}.\n` +
      'It was removed. A proxy may have changed it; the next attempt starts from the beginning.',
  );
}
