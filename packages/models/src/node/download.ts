import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DownloadError, type DownloadProgress } from './download-error';
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

export interface DownloadOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

const mostRedirects = 5;

/**
 * Downloads a file beside its place, goes on where an earlier try stopped, checks it, and gives it its name at the end.
 *
 * @param part Where the unfinished file is kept. It must belong to this very version of the file.
 */
export async function download(
  remote: RemoteFile,
  path: string,
  part: string,
  options: DownloadOptions,
): Promise<void> {
  const { onProgress, signal } = options;
  await mkdir(dirname(path), { recursive: true });
  const hash = startHash(remote);
  let received = await hashExisting(part, remote.bytes, hash);
  onProgress?.({ source: remote.source, received, total: remote.bytes });
  if (received < remote.bytes || remote.bytes === 0) {
    const range: Record<string, string> = received > 0 ? { range: `bytes=${received}-` } : {};
    const response = await request(remote, 'GET', range, signal);
    if (received > 0 && response.status !== 206) {
      // The server sends all of it again.
      await rm(part, { force: true });
      await response.body?.cancel();
      return download(remote, path, part, options);
    }
    const file = await open(part, 'a');
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        signal?.throwIfAborted();
        received += chunk.length;
        if (received > remote.bytes) break;
        await writeWhole(file, chunk);
        hash.update(chunk);
        onProgress?.({ source: remote.source, received, total: remote.bytes });
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
  await check(remote, part, received, hash);
  await rename(part, path);
}

/**
 * Asks a server, and follows it to others without showing them the headers that were meant for the first.
 *
 * @throws DownloadError for an answer that is not the file.
 */
export async function request(
  { source, url, headers = {} }: Pick<RemoteFile, 'source' | 'url' | 'headers'>,
  method: 'GET' | 'HEAD',
  more: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  followElsewhere = true,
): Promise<Response> {
  let address = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const own = address.origin === url.origin ? headers : {};
    // A packed answer would have another length than the file.
    const all = { 'accept-encoding': 'identity', ...more, ...own };
    const response = await fetch(address, { method, headers: all, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      const next = new URL(location, address);
      if (next.origin !== url.origin && !followElsewhere) return response;
      address = next;
      continue;
    }
    if (response.ok) return response;
    throw new DownloadError(`${source} could not be downloaded: ${explainStatus(response)}`);
  }
  throw new DownloadError(`${source} could not be downloaded: ${url.origin} redirects in circles.`);
}

function explainStatus({ status, headers }: Response): string {
  const said = headers.get('x-error-message');
  const what = `the server answers ${status}${said ? ` (${said})` : ''}.`;
  if (status === 401)
    return `${what}\nIt wants a login, or there is no such thing. HF_TOKEN is the login of the Hugging Face hub.`;
  if (status === 403)
    return `${what}\nThis login may not read it. Its page on the server may ask to accept a licence.`;
  if (status === 404) return `${what}\nIs the name right, and the revision?`;
  return `${what}\nTrying again later is safe.`;
}

function startHash({ expected, bytes }: RemoteFile): Hash {
  if (expected?.kind !== 'git') return createHash('sha256');
  return createHash('sha1').update(`blob ${bytes}\0`);
}

/** Puts what is there of a file into a hash. @returns its length; a file that is too long is removed. */
async function hashExisting(part: string, most: number, hash: Hash): Promise<number> {
  const size = (await stat(part).catch(() => undefined))?.size ?? 0;
  if (size > most) {
    await rm(part);
    return 0;
  }
  if (size > 0) for await (const chunk of createReadStream(part)) hash.update(chunk);
  return size;
}

async function check(remote: RemoteFile, part: string, received: number, hash: Hash) {
  if (received < remote.bytes) {
    throw new DownloadError(
      `${remote.source} was cut: ${received} of ${remote.bytes} bytes came.\nThe next try goes on from here.`,
    );
  }
  const found = hash.digest('hex');
  if (received === remote.bytes && (!remote.expected || remote.expected.hash === found)) return;
  await rm(part, { force: true });
  const wanted = remote.expected?.hash ?? `${remote.bytes} bytes`;
  throw new DownloadError(
    `${remote.source} is not what it should be: wanted ${wanted}, got ${received} bytes with ${found}.\n` +
      'It was removed. A proxy may have changed it; trying again starts anew.',
  );
}
