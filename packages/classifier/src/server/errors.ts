import type { Failure } from './task';

/**
 * A server could not begin: its port is taken, or the process that computes could not open the classifier.
 *
 * @example
 * ```ts
 * const server = await serve('runs/pets', { port: 8080 }).catch(error => {
 *   if (error instanceof ServeError) return serve('runs/pets', { port: 0 }); // any free port
 *   throw error;
 * });
 * ```
 */
export class ServeError extends Error {
  override readonly name = 'ServeError';
}

/** A request that gets an error instead of an answer. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly failure: Failure;
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(failure: Failure, headers: Readonly<Record<string, string>> = {}) {
    super(failure.message);
    this.failure = failure;
    this.headers = headers;
  }
}

/** Failures that the server itself finds, by their codes. */
const failures = {
  'bad-request': 400,
  'no-photo': 400,
  'not-acceptable': 406,
  'method-not-allowed': 405,
  'too-many-bytes': 413,
  'too-many-photos': 413,
  'media-type': 415,
  // Nobody receives it; it is for the metrics.
  'client-gone': 499,
  'worker-ended': 500,
  busy: 503,
  'too-slow': 504,
} as const;

export const requestError = (
  code: keyof typeof failures,
  message: string,
  headers?: Readonly<Record<string, string>>,
): RequestError => new RequestError({ status: failures[code], code, message }, headers);
