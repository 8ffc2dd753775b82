import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DownloadError, type DownloadProgress } from './download-error';
import { persist, type RetryOptions, Silence } from './interruption';
import { request } from './request';
import { writeWhole } from './whole-file';

/** A file on a server, as far as its headers tell. */
export interface RemoteFile {
  readonly source: string;
  readonly url: URL;
  readonly bytes: number;
  /** What the file must be: its sha256, or the sha1 that git gives it. Without, its length alone is checked. */
  readonly expected?: { readonly kind: 'sha256' | 'git'; readonly hash: string };
  /** For the server of `url`, and no other. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DownloadOptions extends RetryOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** A file that claims to be larger is refused before anything is written. Default 20e9. */
  readonly mostBytes?: number;
}

/**
 * Downloads a file beside its place, goes on where an earlier try stopped, checks it, and gives it its name at the end. A connection
 * that breaks or falls silent is tried again, from where it was.
 *
 * @param part Where the unfinished file is kept. It must belong to this very version of the file.
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

function requireSize({ source, bytes }: RemoteFile, { mostBytes = 20e9 }: DownloadOptions): void {
  if (bytes <= mostBytes) return;
  throw new DownloadError(
    'size',
    `${source} claims to have ${bytes} bytes; ${mostBytes} are allowed. The option mostBytes allows more.`,
  );
}

/** One connection: from what is there to the end. */
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
        // The server sends all of it, or another part.
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
  // Where a server does not say which part it sends, the hash tells.
  return start === undefined || Number(start) === received;
}

function startHash({ expected, bytes }: RemoteFile): Hash {
  if (expected?.kind !== 'git') return createHash('sha256');
  return createHash('sha1').update(`blob ${bytes}\0`);
}

/** Puts what is there of a file into a hash. @returns its length; a file that is too long is removed. */
async function hashExisting(part: string, most: number, hash: Hash): Promise<number> {
  const found = await lstat(part).catch(() => undefined);
  // A link would be written through, to wherever it leads.
  if (found && (!found.isFile() || found.size > most)) {
    await rm(part);
    return 0;
  }
  const size = found?.size ?? 0;
  if (size > 0) for await (const chunk of createReadStream(part)) hash.update(chunk);
  return size;
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

async function check(remote: RemoteFile, part: string, received: number, hash: Hash) {
  const { source, bytes, expected } = remote;
  if (received < bytes) {
    throw new DownloadError(
      'connection',
      `${source} was cut: ${received} of ${bytes} bytes came.\nThe next try goes on from here.`,
    );
  }
  const found = hash.digest('hex');
  if (received === bytes && (!expected || expected.hash === found)) return;
  await rm(part, { force: true });
  const got = received > bytes ? `more than ${bytes} bytes` : `${received} bytes with ${found}`;
  throw new DownloadError(
    received > bytes ? 'size' : 'damaged',
    `${source} is not what it should be: wanted ${expected?.hash ?? `${bytes} bytes`}, got ${got}.\n` +
      'It was removed. A proxy may have changed it; trying again starts anew.',
  );
}
