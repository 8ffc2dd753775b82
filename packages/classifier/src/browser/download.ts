import { ClassifierFileError } from '../errors';

/** Gets a file: `fetch`, or what stands in for it. */
export type Fetch = (address: string, init: { readonly signal?: AbortSignal }) => Promise<Response>;

/** How one file is brought. */
export interface DownloadOptions {
  readonly fetch: Fetch;
  /** How many bytes it should have, where that is known. */
  readonly bytes?: number | undefined;
  /** Called with the bytes that came since the last call. */
  readonly onReceived?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Of one file whose length is not known. */
const mostBytes = 2e9;

/**
 * The bytes of a file on a server.
 *
 * @throws ClassifierFileError when it is not there, the transfer is cut, or it has another length. What `fetch` itself throws, unless that
 *   is the TypeError of a lost network.
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
        `it came damaged: it should have ${bytes} bytes, ${received > bytes ? 'more' : received} came.`,
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
    throw new ClassifierFileError(address, `it cannot be fetched: ${cause.message}.`, { cause });
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
