import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DownloadOptions {
  /** Called with the number of bytes that have arrived; `total` is `undefined` if the server does not state it. */
  readonly onProgress?: (progress: { readonly done: number; readonly total?: number }) => void;
  readonly signal?: AbortSignal;
  /** Number of consecutive attempts that may fail without receiving a byte. Default 5. */
  readonly attempts?: number;
  /** Milliseconds to wait before the second attempt; doubled before each further attempt. Default 1000. */
  readonly wait?: number;
  /** Milliseconds without a byte after which a connection counts as interrupted. Default 15,000. */
  readonly timeout?: number;
}

/** Requests the file. Called again for every attempt, because the addresses that a server redirects to expire. */
export type Request = (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;

/** A download failed permanently. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** HTTP status of the last answer, if there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

/** A failure that may not occur again at the next attempt. */
class Interruption extends Error {
  /** Minimum number of milliseconds to wait before the next attempt. */
  readonly wait: number;
  readonly status: number | undefined;

  constructor(message: string, options: ErrorOptions & { wait?: number; status?: number } = {}) {
    super(message, options);
    this.wait = options.wait ?? 0;
    this.status = options.status;
  }
}

/**
 * Downloads to a file, and continues from the bytes that it already holds. The bytes are checked against the server's MD5
 * if it is sent as `x-goog-hash`.
 *
 * @throws DownloadError when the download failed. The received bytes are kept for the next time, unless their hash is
 *   wrong.
 * @throws The signal's reason when it aborts.
 */
export async function download(
  request: Request,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { attempts = 5, wait = 1000, signal } = options;
  let failed = 0;
  for (;;) {
    const before = await sizeOf(path);
    try {
      return await attempt(request, path, before, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interruption)) throw error;
      failed = (await sizeOf(path)) > before ? 1 : failed + 1;
      if (failed >= attempts) {
        const { message, status } = error;
        throw new DownloadError(`${message}, ${failed} times in a row`, {
          cause: error,
          ...(status !== undefined && { status }),
        });
      }
      await sleep(Math.max(error.wait, wait * 2 ** (failed - 1)), undefined, { signal });
    }
  }
}

async function attempt(
  request: Request,
  path: string,
  present: number,
  options: DownloadOptions,
): Promise<void> {
  const { onProgress, signal, timeout = 15_000 } = options;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), timeout);
  const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  try {
    const headers: Record<string, string> = present > 0 ? { Range: `bytes=${present}-` } : {};
    const response = await request(headers, either);
    await requireFile(response, path);
    const start = startOf(response, present);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isNaN(length) ? undefined : start + length;
    let done = start;
    const file = await open(path, start > 0 ? 'a' : 'w');
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        timer.refresh();
        await write(file, chunk, path);
        done += chunk.length;
        onProgress?.({ done, ...(total !== undefined && { total }) });
      }
    } finally {
      await file.close();
    }
    if (total !== undefined && done < total)
      throw new Interruption('the connection was interrupted');
    await requireHash(response, path);
  } catch (error) {
    if (error instanceof Interruption || error instanceof DownloadError) throw error;
    if (silence.signal.aborted) {
      throw new Interruption(`the server was silent for ${timeout / 1000} s`);
    }
    throw new Interruption(`the connection failed (${reasonOf(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function requireFile(response: Response, path: string): Promise<void> {
  const { status } = response;
  if (status === 200 || status === 206) return;
  await response.body?.cancel();
  if (status === 416) {
    // The existing bytes are longer than the file, so they belong to another file.
    await rm(path, { force: true });
    throw new Interruption('the bytes from an earlier download do not belong to this file', {
      status,
    });
  }
  const message = `the server answered ${status} ${response.statusText}`.trimEnd();
  if (status === 429 || status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? 0);
    throw new Interruption(message, {
      status,
      wait: seconds > 0 ? Math.min(seconds, 60) * 1000 : 0,
    });
  }
  // An expired address answers with 400 or 403, so these are tried again; a server that refuses permanently answers the
  // same again.
  if (response.redirected && (status === 400 || status === 403)) {
    throw new Interruption(message, { status });
  }
  throw new DownloadError(message, { status });
}

/**
 * The position in the file at which the answer begins. A server may send the complete file although only a part was
 * requested.
 */
function startOf(response: Response, present: number): number {
  if (response.status !== 206) return 0;
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (Number(start) === present) return present;
  throw new DownloadError('the server sent a different part of the file from the requested one');
}

async function write(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' ? 'the disk is full' : `cannot be written (${message})`;
    throw new DownloadError(`${path}: ${full}`, { cause: error });
  }
}

async function requireHash(response: Response, path: string): Promise<void> {
  const expected = /(?:^|[,\s])md5=([A-Za-z0-9+/=]+)/.exec(
    response.headers.get('x-goog-hash') ?? '',
  )?.[1];
  if (expected === undefined) return;
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const received = hash.digest('base64');
  if (received === expected) return;
  await rm(path, { force: true });
  throw new DownloadError(
    `the download is damaged: its MD5 is ${received}, expected ${expected}. It was removed; try again.`,
  );
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** The reason why `fetch` failed, which it hides in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
