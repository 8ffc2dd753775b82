import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { staysBelow } from '../weights/file-names';
import { cacheFolder } from './cache';
import { makeInside } from './cache-names';
import { noteUse } from './cache-use';
import { type DownloadOptions, download, type RemoteFile } from './download';
import { DownloadError, downloadError } from './download-error';
import { persist, Silence } from './interruption';
import { withLock } from './lock';
import { bytesIn, request } from './request';

export interface UrlOptions extends DownloadOptions {
  /** Cache folder. Default `cacheFolder()`. */
  readonly cache?: string;
  /**
   * SHA-256 of the file, in hexadecimal. The download is checked against it, and a cached file with
   * that hash is used without asking the server.
   */
  readonly sha256?: string;
}

/**
 * Returns the path of a file from the web in the cache folder, and downloads the file if it is missing. With `sha256` the server is asked
 * only for the download; without, it is asked each time whether the file has changed.
 *
 * @throws DownloadError when the file cannot be downloaded, or when its hash is not `sha256`.
 * @example
 * ```ts
 * const address = 'https://example.org/resnet18.safetensors';
 * const path = await fetchUrl(address, { signal, mostBytes: 100e6 });
 * ```
 */
export async function fetchUrl(address: string, options: UrlOptions = {}): Promise<string> {
  const { cache = cacheFolder(), sha256, signal } = options;
  const url = addressOf(address, sha256);
  const name = basename(url.pathname);
  const pinned = sha256 && join(cache, 'url', sha256, name);
  if (pinned && existsSync(pinned)) {
    await noteUse(pinned);
    return pinned;
  }
  try {
    const asked = () => ask(url, sha256, options);
    const remote = await persist(address, asked, async () => 0, options);
    const path = pinned || join(cache, 'url', remote.version, name);
    await makeInside(cache, dirname(path));
    await withLock(`${path}.lock`, signal, async () => {
      if (existsSync(path)) await noteUse(path);
      else await download(remote, path, `${path}.incomplete`, options);
    });
    return path;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const { fault, message, cause } = downloadError(address, error);
    const way = 'Or download the file by hand, and give its path as the source.';
    throw new DownloadError(fault, `${message}\n${way}`, { cause: cause ?? error });
  }
}

/**
 * Returns whether a file from the web is in the cache, and otherwise its size in bytes; `undefined` if the server does not state it.
 *
 * @throws DownloadError when the server does not have the file or cannot be reached.
 */
export async function urlNeeds(
  address: string,
  options: UrlOptions = {},
): Promise<{ here: boolean; download: number | undefined }> {
  const { cache = cacheFolder(), sha256 } = options;
  const url = addressOf(address, sha256);
  const name = basename(url.pathname);
  const isHere = (version: string) => existsSync(join(cache, 'url', version, name));
  if (sha256 && isHere(sha256)) return { here: true, download: 0 };
  try {
    const asked = () => ask(url, sha256, options);
    const { version, bytes } = await persist(address, asked, async () => 0, options);
    const here = !sha256 && isHere(version);
    return { here, download: here ? 0 : bytes };
  } catch (error) {
    if (error instanceof DownloadError && error.fault === 'size')
      return { here: false, download: undefined };
    throw error;
  }
}

/** @throws DownloadError when the text is not the address of a file. */
function addressOf(address: string, sha256: string | undefined): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !staysBelow(basename(url.pathname)))
    throw new DownloadError(
      'name',
      `${JSON.stringify(address)} is not the address of a file on the web.`,
    );
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    const expected = '64 hexadecimal digits';
    throw new DownloadError('name', `sha256 should be ${expected}, not ${JSON.stringify(sha256)}.`);
  }
  return url;
}

async function ask(
  url: URL,
  sha256: string | undefined,
  options: UrlOptions,
): Promise<RemoteFile & { version: string }> {
  const source = url.href;
  const silence = new Silence(options);
  let headers: Headers;
  try {
    ({ headers } = await request({ source, url }, 'HEAD', {}, silence.signal));
  } catch (error) {
    throw silence.explain(source, error);
  } finally {
    silence.end();
  }
  const bytes = bytesIn(headers.get('content-length'));
  if (bytes === undefined) {
    throw new DownloadError('size', `${source}: the server does not say how long the file is.`);
  }
  // Facts that distinguish one version of the file from the next.
  const facts = [source, headers.get('etag') ?? headers.get('last-modified'), bytes].join('\n');
  const version = createHash('sha256').update(facts).digest('hex');
  return {
    source,
    url,
    bytes,
    version,
    ...(sha256 && { expected: { kind: 'sha256', hash: sha256 } }),
  };
}
