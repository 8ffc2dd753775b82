export interface DownloadProgress {
  readonly source: string;
  readonly received: number;
  /** In bytes. */
  readonly total: number;
}

/** A download did not work; nothing was kept of it that could be taken for the whole. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

const advice: Record<string, string> = {
  ENOTFOUND: 'The server could not be found. Is there a network?',
  EAI_AGAIN: 'The server could not be found. Is there a network?',
  ECONNREFUSED: 'The server refused the connection.',
  ECONNRESET: 'The connection broke. The next try goes on from here.',
  UND_ERR_SOCKET: 'The connection broke. The next try goes on from here.',
  ENOSPC: 'The disk is full. SHROOM_CACHE and HF_HUB_CACHE name other folders for downloads.',
  EACCES: 'The cache folder cannot be written. SHROOM_CACHE and HF_HUB_CACHE name other ones.',
};

/** Says what happened and what to do. `fetch` hides the reason in the cause of its error. */
export function downloadError(source: string, error: unknown): DownloadError {
  if (error instanceof DownloadError) return error;
  const outer = error as Error & { cause?: NodeJS.ErrnoException; code?: string };
  const code = outer.code ?? outer.cause?.code ?? '';
  const hint = advice[code] ?? 'Trying again is safe: it goes on from here.';
  const reason = outer.cause?.message ? `${outer.message}: ${outer.cause.message}` : outer.message;
  return new DownloadError(`${source} could not be downloaded: ${reason}\n${hint}`, {
    cause: error,
  });
}
