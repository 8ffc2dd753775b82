import { ClassifierFileError } from '../errors';

/** Downloads a file: the standard `fetch`, or a replacement for it. */
export type Fetch = (address: string, init: { readonly signal?: AbortSignal }) => Promise<Response>;

/** Options for the download of one file. */
export interface DownloadOptions {
  readonly fetch: Fetch;
  /** Expected size of the file in bytes, if known. */
  readonly bytes?: number | undefined;
  /** Called with the number of bytes that arrived since the last call. */
  readonly onReceived?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Largest size in bytes of a file whose length is not known in advance. */
const mostBytes = 2e9;

/**
 * Downloads a file and returns its bytes.
 *
 * @throws ClassifierFileError when the server does not have the file, the connection is lost, or the file has the wrong length. Other
 *   errors of `fetch` are passed on.
 */
export async function download(address: string, options: DownloadOptions): Promise<Uint8Array> {
  const { fetch, bytes, signal, onReceived = () => {} } = options;
  try {
    const response = await fetch(address, signal ? { signal } : {});
    if (!response.ok)
      throw new ClassifierFileError(address, `the server does not have it (${response.status}).`);
    const pieces: Uint8Array[] = [];
    let received = 0;
    for await (const piece of piecesOf(response)) {
      received += piece.length;
      if (received > (bytes ?? mostBytes)) break;
      pieces.push(piece);
      onReceived(piece.length);
    }
    if (bytes !== undefined && received !== bytes)
      throw new ClassifierFileError(
        address,
        `it came damaged: it should have ${bytes} bytes, but ${received > bytes ? 'more' : received} arrived.`,
      );
    const whole = new Uint8Array(received);
    let start = 0;
    for (const piece of pieces) {
      whole.set(piece, start);
      start += piece.length;
    }
    return whole;
  } catch (cause) {
    signal?.throwIfAborted();
    if (!(cause instanceof TypeError)) throw cause;
    throw new ClassifierFileError(address, `it cannot be downloaded: ${cause.message}.`, { cause });
  }
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
