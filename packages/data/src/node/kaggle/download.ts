import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DownloadOptions {
  /** Bytes that are there; `total` is `undefined` where the server does not say. */
  readonly onProgress?: (progress: { readonly done: number; readonly total?: number }) => void;
  readonly signal?: AbortSignal;
  /** Attempts that may fail one after the other without a byte more. Default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, twice as many before each further one. Default 1000. */
  readonly wait?: number;
  /** Milliseconds without a byte after which a connection counts as cut. Default 15,000. */
  readonly timeout?: number;
}

/** What asks for the file: at every attempt anew, since addresses that a server redirects to expire. */
export type Request = (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;

/** A download failed for good. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** Of the last answer, where there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

/** What may pass when it is tried again. */
class Interruption extends Error {
  /** Milliseconds to wait at least. */
  readonly wait: number;
  readonly status: number | undefined;

  constructor(message: string, options: ErrorOptions & { wait?: number; status?: number } = {}) {
    super(message, options);
    this.wait = options.wait ?? 0;
    this.status = options.status;
  }
}

/**
 * Downloads to a file, and goes on from what is in it already. Bytes are checked against the server's md5, where it
 * sends one as `x-goog-hash`.
 *
 * @throws DownloadError; what came is kept for the next time, unless its hash is wrong. The signal's reason.
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
    if (total !== undefined && done < total) throw new Interruption('the connection was cut');
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
    // What is here is longer than the file: it is another one's.
    await rm(path, { force: true });
    throw new Interruption('what was downloaded before does not fit', { status });
  }
  const message = `the server answered ${status} ${response.statusText}`.trimEnd();
  if (status === 429 || status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? 0);
    throw new Interruption(message, {
      status,
      wait: seconds > 0 ? Math.min(seconds, 60) * 1000 : 0,
    });
  }
  // A redirect's address expires with 400 or 403; whoever refuses for good does so again.
  if (response.redirected && (status === 400 || status === 403)) {
    throw new Interruption(message, { status });
  }
  throw new DownloadError(message, { status });
}

/** Where in the file the answer begins: a server may send the whole all the same. */
function startOf(response: Response, present: number): number {
  if (response.status !== 206) return 0;
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (Number(start) === present) return present;
  throw new DownloadError('the server sent another part of the file than was asked for');
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
    `what came is not what the server has: md5 ${received}, expected ${expected}. It was removed; try again.`,
  );
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** `fetch` hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
