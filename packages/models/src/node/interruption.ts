import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError, downloadError } from './download-error';

export interface RetryOptions {
  /** Milliseconds without an answer or a byte after which a connection counts as broken. Default 30,000. */
  readonly timeout?: number;
  /** Attempts that may fail one after the other without a byte more. Default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, twice as many before each further one. Default 500. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

/** Ends a connection once nothing came for too long. */
export class Silence {
  readonly #silent = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #timeout: number;
  /** Aborts when it was too silent, or the caller no longer wants it. */
  readonly signal: AbortSignal;

  constructor({ timeout = 30_000, signal }: RetryOptions) {
    this.#timeout = timeout;
    this.#timer = setTimeout(() => this.#silent.abort(), timeout);
    this.signal = signal ? AbortSignal.any([signal, this.#silent.signal]) : this.#silent.signal;
  }

  /** Something came. */
  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** The error in words, where it was the silence that ended the connection. */
  explain(source: string, error: unknown): unknown {
    if (!this.#silent.signal.aborted) return error;
    return new DownloadError(
      'silence',
      `${source} could not be downloaded: the server was silent for ${this.#timeout / 1000} s.\nThe next try goes on from here.`,
      { cause: error },
    );
  }
}

/** What may pass when it is tried again. */
const passing: readonly string[] = ['connection', 'silence'];
/** Of an address that is wrong, or a server that is not there, nothing better comes. */
const lasting: readonly string[] = ['ENOTFOUND', 'ECONNREFUSED', 'ERR_INVALID_URL'];

/**
 * Runs an attempt again while it fails for reasons that may pass.
 *
 * @param progress Any number that grows with what was received: then the attempts are counted anew.
 */
export async function persist<Result>(
  source: string,
  attempt: () => Promise<Result>,
  progress: () => Promise<number>,
  { attempts = 5, wait = 500, signal }: RetryOptions,
): Promise<Result> {
  let failed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const before = await progress();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const known = downloadError(source, error);
      const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
      if (!passing.includes(known.fault) || lasting.includes(cause?.code ?? '')) throw known;
      failed = (await progress()) > before ? 1 : failed + 1;
      if (failed >= attempts) throw known;
      await sleep(wait * 2 ** (failed - 1), undefined, { signal });
    }
  }
}
