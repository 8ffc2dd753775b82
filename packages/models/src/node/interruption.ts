import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError, downloadError } from './download-error';

export interface RetryOptions {
  /** Milliseconds without an answer or a byte after which a connection counts as broken. Default 30,000. */
  readonly timeout?: number;
  /** Number of consecutive attempts that may fail without receiving another byte. Default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; the pause doubles before each further attempt. Default 500. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

/** Ends a connection after nothing was received for too long. */
export class Silence {
  readonly #silent = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #timeout: number;
  /** Aborts when the server was silent for too long, or when the caller aborts. */
  readonly signal: AbortSignal;

  constructor({ timeout = 30_000, signal }: RetryOptions) {
    this.#timeout = timeout;
    this.#timer = setTimeout(() => this.#silent.abort(), timeout);
    this.signal = signal ? AbortSignal.any([signal, this.#silent.signal]) : this.#silent.signal;
  }

  /** Called when something was received. */
  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** Returns an error that mentions the silence, if the silence ended the connection. */
  explain(source: string, error: unknown): unknown {
    if (!this.#silent.signal.aborted) return error;
    return new DownloadError(
      'silence',
      `${source} could not be downloaded: the server was silent for ${this.#timeout / 1000} s.\nThe next attempt resumes the download.`,
      { cause: error },
    );
  }
}

/** Faults that may disappear when the download is tried again. */
const passing: readonly string[] = ['connection', 'silence'];
/** Errors that another attempt does not help against: a wrong address, or a server that does not exist. */
const lasting: readonly string[] = ['ENOTFOUND', 'ECONNREFUSED', 'ERR_INVALID_URL'];

/**
 * Repeats an attempt while it fails for reasons that may disappear.
 *
 * @param progress Returns a number that grows with the received bytes. When it has grown, the attempts are counted from the start again.
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
