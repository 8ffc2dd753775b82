import { setTimeout as pause } from 'node:timers/promises';
import { PhotoStoreError, type PhotoStoreFault } from './store-error';

export interface RetryOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which a connection counts as broken. Default 30,000. */
  readonly timeout?: number;
  /** Number of consecutive attempts that may fail without receiving a byte. Default 6. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubles before each further one. Default 500. */
  readonly wait?: number;
}

/** Thrown by an attempt that may succeed when it is made again. */
export class PassingError extends Error {
  readonly fault: PhotoStoreFault;
  /** Milliseconds that the server asks to wait. */
  readonly after: number;

  constructor(fault: PhotoStoreFault, message: string, after = 0) {
    super(message);
    this.fault = fault;
    this.after = after;
  }
}

/** A wrong address, or a server that does not exist: another attempt does not help. */
const lasting = new Set([
  'ENOTFOUND',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Longest pause in milliseconds. */
const mostWait = 30_000;

/**
 * Makes attempts until one succeeds, with pauses that double. Pauses differ by chance, as a thousand machines should not come back at the
 * same moment.
 *
 * @param source The address in messages.
 * @param attempt Gets a signal that ends it, and a function to call when something was received.
 * @param progress A number that grows when an attempt has received something: then attempts are counted from the start again.
 * @throws PhotoStoreError when all attempts failed, or for a fault that stays. The signal's reason.
 */
export async function retrying<T>(
  source: string,
  attempt: (signal: AbortSignal, heard: () => void) => Promise<T>,
  options: RetryOptions,
  progress: () => number = () => 0,
): Promise<T> {
  const { signal, timeout = 30_000, attempts = 6, wait = 500 } = options;
  for (let failed = 0; ; ) {
    signal?.throwIfAborted();
    const before = progress();
    const silent = new AbortController();
    const timer = setTimeout(() => silent.abort(), timeout);
    const both = signal ? AbortSignal.any([signal, silent.signal]) : silent.signal;
    try {
      return await attempt(both, () => void timer.refresh());
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof PhotoStoreError) throw error;
      const { fault, words, isLasting } = faultOf(error, silent.signal.aborted, timeout);
      failed = progress() > before ? 1 : failed + 1;
      if (failed >= attempts || isLasting)
        throw new PhotoStoreError(fault, `${source}: ${words}. Trying again later is safe.`, {
          cause: error,
        });
      const longest = Math.min(mostWait, wait * 2 ** (failed - 1));
      const after = error instanceof PassingError ? Math.min(mostWait, error.after) : 0;
      await pause(
        Math.max(after, longest * (0.5 + Math.random() / 2)),
        undefined,
        signal && { signal },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

function faultOf(error: unknown, isSilent: boolean, timeout: number) {
  if (isSilent)
    return {
      fault: 'silence' as const,
      words: `the server was silent for ${timeout / 1000} s`,
      isLasting: false,
    };
  if (error instanceof PassingError)
    return { fault: error.fault, words: error.message, isLasting: false };
  const { cause, code } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const known = code ?? cause?.code;
  if (known === undefined && !(error instanceof TypeError)) throw error;
  const words =
    known === 'ENOTFOUND'
      ? 'the server could not be found'
      : known === 'ECONNREFUSED'
        ? 'the server refused the connection'
        : `the connection broke (${known ?? (error as Error).message})`;
  return { fault: 'connection' as const, words, isLasting: lasting.has(known ?? '') };
}
