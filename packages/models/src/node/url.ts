import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from './cache';
import { type DownloadOptions, download, type RemoteFile, request } from './download';
import { DownloadError, downloadError } from './download-error';
import { withLock } from './lock';

export interface UrlOptions extends DownloadOptions {
  /** Where to keep it. Default `cacheFolder()`. */
  readonly cache?: string;
  /** Of the file, in hexadecimal. What arrives is checked against it; a file in the cache of that hash is not asked for. */
  readonly sha256?: string;
}

/**
 * The path of a file of the web in the cache folder, downloaded when it is not there. With `sha256` the server is asked
 * once and never again; without, it is asked whether the file is still the same.
 *
 * @throws DownloadError when it cannot be fetched, or is not what `sha256` says.
 */
export async function fetchUrl(address: string, options: UrlOptions = {}): Promise<string> {
  const { cache = cacheFolder(), sha256, signal } = options;
  const url = new URL(address);
  const pinned = sha256 && join(cache, 'url', sha256, basename(url.pathname));
  if (pinned && existsSync(pinned)) return pinned;
  try {
    const remote = await ask(url, sha256, signal);
    const path = pinned || join(cache, 'url', remote.version, basename(url.pathname));
    await withLock(`${path}.lock`, signal, async () => {
      if (!existsSync(path)) await download(remote, path, `${path}.incomplete`, options);
    });
    return path;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw downloadError(address, error);
  }
}

async function ask(
  url: URL,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<RemoteFile & { version: string }> {
  const source = url.href;
  const { headers } = await request({ source, url }, 'HEAD', {}, signal);
  const length = headers.get('content-length');
  if (!length) throw new DownloadError(`${source}: the server does not say how long the file is.`);
  // What tells one version of the file from the next.
  const facts = [source, headers.get('etag') ?? headers.get('last-modified'), length].join('\n');
  const version = createHash('sha256').update(facts).digest('hex');
  const bytes = Number(length);
  return {
    source,
    url,
    bytes,
    version,
    ...(sha256 && { expected: { kind: 'sha256', hash: sha256 } }),
  };
}
