export interface DownloadProgress {
  readonly source: string;
  readonly received: number;
  /** Size of the whole download in bytes. */
  readonly total: number;
  /** What is downloaded instead of what was asked for, and why. */
  readonly note?: string;
}

/** Kinds of download faults, for programs that react to some of them differently. */
export type DownloadFault =
  /** The name of the source is invalid, or would lead out of the cache. */
  | 'name'
  /** The file is not in the cache, and downloading is forbidden. */
  | 'offline'
  /** The file is not in the cache, and is downloaded only when asked: see the option `pip`. */
  | 'absent'
  /** Python or its pip, which the download needs, is missing or does not run. */
  | 'pip'
  /** The server cannot be reached, or the connection broke too often. */
  | 'connection'
  /** The server was silent for longer than `timeout`. */
  | 'silence'
  /** The server requires a login or denies access. */
  | 'refused'
  /** The server does not have the file. */
  | 'missing'
  /** The server sent an answer that is not the file. */
  | 'answer'
  /** The file is longer or shorter than announced, or larger than `mostBytes`. */
  | 'size'
  /** The downloaded bytes have a wrong hash. */
  | 'damaged'
  /** The disk is full, or the cache cannot be written. */
  | 'disk'
  /** A link in the cache leads out of the cache. */
  | 'cache';

/**
 * Thrown when a download fails. A part of a file that is kept is never used as the whole file. The message says what to do.
 *
 * @example
 * ```ts
 * try {
 *   await loadPretrained('convnext_tiny.fb_in1k');
 * } catch (error) {
 *   const isUnreachable = error instanceof DownloadError && error.fault === 'connection';
 *   if (!isUnreachable) throw error;
 *   await loadBackbone('convnext_tiny', './convnext_tiny.safetensors');
 * }
 * ```
 */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly fault: DownloadFault;

  constructor(fault: DownloadFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const known: Record<string, readonly [DownloadFault, string]> = {
  ENOTFOUND: ['connection', 'The server could not be found. Is there a network?'],
  EAI_AGAIN: ['connection', 'The server could not be found. Is there a network?'],
  ECONNREFUSED: ['connection', 'The server refused the connection.'],
  ECONNRESET: ['connection', 'The connection broke. The next attempt resumes the download.'],
  UND_ERR_SOCKET: ['connection', 'The connection broke. The next attempt resumes the download.'],
  ENOSPC: [
    'disk',
    'The disk is full. Set SHROOM_CACHE and HF_HUB_CACHE to folders on another disk.',
  ],
};

/** Codes of errors when a folder cannot be written, or when a file is in its place. */
export const unwritable: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EEXIST',
]);

const unwritableAdvice = [
  'disk',
  'The cache folder cannot be written. Set SHROOM_CACHE and HF_HUB_CACHE to other folders.',
] as const;

/** Makes an error that says what happened and what to do. `fetch` hides the reason in the `cause` of its error. */
export function downloadError(source: string, error: unknown): DownloadError {
  if (error instanceof DownloadError) return error;
  const outer = error as Error & { cause?: NodeJS.ErrnoException; code?: string };
  const code = outer.code ?? outer.cause?.code ?? '';
  const advice = unwritable.has(code) ? unwritableAdvice : known[code];
  const [fault, hint] = advice ?? ['connection', 'Trying again is safe: the download is resumed.'];
  const reason = outer.cause?.message ? `${outer.message}: ${outer.cause.message}` : outer.message;
  return new DownloadError(fault, `${source} could not be downloaded: ${reason}\n${hint}`, {
    cause: error,
  });
}
