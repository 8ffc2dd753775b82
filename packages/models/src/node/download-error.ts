export interface DownloadProgress {
  readonly source: string;
  readonly received: number;
  /** In bytes. */
  readonly total: number;
}

/** What kind of fault it is, for a program that goes on in another way for some of them. */
export type DownloadFault =
  /** The name of the source is invalid, or would lead out of the cache. */
  | 'name'
  /** It is not in the cache, and downloading is forbidden. */
  | 'offline'
  /** The server cannot be reached, or the connection broke more often than it was worth. */
  | 'connection'
  /** The server said nothing for longer than `timeout`. */
  | 'silence'
  /** The server wants a login, or denies access. */
  | 'refused'
  /** The server does not have it. */
  | 'missing'
  /** Another answer of the server that is not the file. */
  | 'answer'
  /** It is longer or shorter than was said, or larger than `mostBytes`. */
  | 'size'
  /** What came has another hash. */
  | 'damaged'
  /** The disk is full, or the cache cannot be written. */
  | 'disk'
  /** A link in the cache leads out of it. */
  | 'cache';

/**
 * A download failed. What is kept of it is never taken for the whole file. The message says what to do.
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
  ECONNRESET: ['connection', 'The connection broke. The next try goes on from here.'],
  UND_ERR_SOCKET: ['connection', 'The connection broke. The next try goes on from here.'],
  ENOSPC: [
    'disk',
    'The disk is full. SHROOM_CACHE and HF_HUB_CACHE name other folders for downloads.',
  ],
  EACCES: [
    'disk',
    'The cache folder cannot be written. SHROOM_CACHE and HF_HUB_CACHE name other ones.',
  ],
  EROFS: [
    'disk',
    'The cache folder cannot be written. SHROOM_CACHE and HF_HUB_CACHE name other ones.',
  ],
};

/** Says what happened and what to do. `fetch` hides the reason in the cause of its error. */
export function downloadError(source: string, error: unknown): DownloadError {
  if (error instanceof DownloadError) return error;
  const outer = error as Error & { cause?: NodeJS.ErrnoException; code?: string };
  const code = outer.code ?? outer.cause?.code ?? '';
  const [fault, hint] = known[code] ?? [
    'connection',
    'Trying again is safe: it goes on from here.',
  ];
  const reason = outer.cause?.message ? `${outer.message}: ${outer.cause.message}` : outer.message;
  return new DownloadError(fault, `${source} could not be downloaded: ${reason}\n${hint}`, {
    cause: error,
  });
}
