import { PassingError, type RetryOptions, retrying } from './retrying';
import { PhotoStoreError } from './store-error';

/** A file on a server. */
export interface RemoteFile {
  /** Its address without credentials, for messages. */
  readonly shown: string;
  /** Asks for the file. Redirects are followed, and the request is signed if the store wants that. */
  ask(headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>;
  /** What else to say when the server refuses access. */
  readonly advice?: string;
}

/**
 * Reads a range of a file. What was received before a connection broke is kept, unless the file has another ETag by then.
 *
 * @param end Position after the last byte; `undefined` for the end of the file. At its end, fewer bytes are read.
 * @throws PhotoStoreError when the range cannot be read.
 */
export async function readRemote(
  file: RemoteFile,
  start: number,
  end: number | undefined,
  options: RetryOptions,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let received = 0;
  let version: string | null = null;
  const whole = start === 0 && end === undefined;
  const attempt = async (signal: AbortSignal, heard: () => void) => {
    const from = start + received;
    if (end !== undefined && from >= end) return;
    const isPart = !whole || received > 0;
    const range = `bytes=${from}-${end === undefined ? '' : end - 1}`;
    const answer = await file.ask(isPart ? { range } : {}, signal);
    heard();
    if (answer.status === 416) return discard(answer);
    await requireOk(file, answer);
    const tag = answer.headers.get('etag');
    if (received > 0 && version !== null && tag !== null && tag !== version) {
      await discard(answer);
      parts.length = 0;
      received = 0;
      throw new PassingError('answer', 'the file was changed while it was read');
    }
    version = tag;
    let last = Number.POSITIVE_INFINITY;
    if (answer.status === 206) last = await rangeEnd(answer, from, end);
    else if (from > 0) {
      await discard(answer);
      throw new PhotoStoreError(
        'answer',
        `${file.shown}: the server does not answer requests for ranges, so single photos cannot be read. Download the file.`,
      );
    }
    const stop = Math.min(end ?? last, last);
    const reader = answer.body?.getReader();
    // A server that ignores ranges sends the whole file, of which only a part is wanted.
    while (reader && start + received < stop) {
      const { done, value } = await reader.read();
      if (done) break;
      heard();
      const part = Buffer.from(value).subarray(0, stop - start - received);
      parts.push(part);
      received += part.length;
    }
    await reader?.cancel().catch(() => {});
    if (Number.isFinite(stop) && answer.status === 206 && start + received < stop)
      throw new PassingError('connection', 'the connection ended early');
    if (answer.status === 206 && start + received < lengthSaid(answer, end))
      throw new PassingError('answer', 'the server sent less than the range that was asked for');
  };
  await retrying(file.shown, attempt, options, () => received);
  return Buffer.concat(parts);
}

/** Length of a file in bytes; `undefined` if the server does not have it. */
export async function remoteSize(
  file: RemoteFile,
  options: RetryOptions,
): Promise<number | undefined> {
  return retrying(
    file.shown,
    async signal => {
      // HEAD is forbidden by some signed addresses.
      const answer = await file.ask({ range: 'bytes=0-0' }, signal);
      if (answer.status === 404) return discard(answer);
      const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
      if (answer.status === 416) {
        await discard(answer);
        return Number(total?.[1] ?? 0);
      }
      await requireOk(file, answer);
      await discard(answer);
      const length = answer.status === 206 ? total?.[1] : answer.headers.get('content-length');
      if (length !== null && length !== undefined && /^\d+$/.test(length)) return Number(length);
      throw new PhotoStoreError(
        'answer',
        `${file.shown}: the server does not say how long the file is.`,
      );
    },
    options,
  );
}

/** Position after the last byte that was asked for, if the server says how long the file is; otherwise 0. */
function lengthSaid(answer: Response, end = Number.POSITIVE_INFINITY): number {
  const length = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return length === undefined ? 0 : Math.min(end, Number(length));
}

/** Position after the last byte of a partial answer. @throws PassingError when it is not the range that was asked for. */
async function rangeEnd(answer: Response, from: number, end: number | undefined): Promise<number> {
  const said = answer.headers.get('content-range') ?? '';
  const [, first, last] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(said) ?? [];
  if (Number(first) === from && (end === undefined || Number(last) < end)) return Number(last) + 1;
  await discard(answer);
  throw new PassingError(
    'answer',
    `the server sent the range '${said.slice(0, 60)}' instead of the bytes from ${from} on`,
  );
}

/** @throws PassingError when the server is overloaded. PhotoStoreError when it refuses. */
async function requireOk(file: RemoteFile, answer: Response): Promise<void> {
  if (answer.ok) return;
  const { status, headers } = answer;
  const code = await codeOf(answer);
  const what = `the server answers ${status}${code ? ` (${code})` : ''}`;
  if (status === 429 || status === 408 || status >= 500) {
    const after = Number(headers.get('retry-after'));
    throw new PassingError('connection', what, Number.isFinite(after) ? 1000 * after : 0);
  }
  const advice = file.advice ? ` ${file.advice}` : '';
  if (status === 404 || status === 410)
    throw new PhotoStoreError('missing', `${file.shown}: ${what}. Is the address right?`);
  if (status === 401 || status === 403)
    throw new PhotoStoreError('refused', `${file.shown}: ${what}, so access is denied.${advice}`);
  throw new PhotoStoreError('answer', `${file.shown}: ${what}.${advice}`);
}

/** The code of an error in XML, such as `SlowDown`. The rest of such an answer may hold what was signed. */
async function codeOf(answer: Response): Promise<string | undefined> {
  const isXml = /xml/.test(answer.headers.get('content-type') ?? '');
  const text = isXml ? await answer.text().catch(() => '') : await discard(answer);
  return /<Code>(\w{1,60})<\/Code>/.exec(text ?? '')?.[1];
}

export async function discard(answer: Response): Promise<undefined> {
  await answer.body?.cancel().catch(() => {});
  return undefined;
}
