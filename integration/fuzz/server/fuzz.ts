import { connect } from 'node:net';
import { randomStream } from '@shroom/data';
import { damagedRequest } from './requests';

/** Requests that are sent at the same time. */
const atOnce = 16;
/** Milliseconds without a byte after which a response counts as complete or as never coming. */
const quiet = 300;

export interface ServerReport {
  readonly cases: number;
  /** How often each status came; `none` for a connection that was closed or kept without a response. */
  readonly statuses: Readonly<Record<string, number>>;
}

/**
 * Sends damaged requests to a server.
 *
 * @param photo A photo that the server can answer.
 * @throws Error for a response that is not HTTP, an error that is not JSON, or a fault of the server.
 */
export async function fuzzServer(
  url: string,
  photo: Buffer,
  cases: number,
  seed: number,
): Promise<ServerReport> {
  const statuses: Record<string, number> = {};
  let next = 0;
  const sendNext = async (): Promise<void> => {
    while (next < cases) {
      const index = next++;
      const request = damagedRequest(photo, randomStream('server', seed, index));
      const response = await exchange(url, request);
      const status = statusOf(request, response, `seed ${seed}, case ${index}`);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendNext));
  return { cases, statuses };
}

/** Sends bytes and returns everything that comes back. */
function exchange(url: string, request: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(url);
  return new Promise(resolve => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    const end = () => {
      socket.destroy();
      resolve(Buffer.concat(parts));
    };
    socket.on('data', part => {
      parts.push(part);
      socket.setTimeout(quiet);
      if (isComplete(Buffer.concat(parts))) end();
    });
    socket.on('error', end).on('end', end).on('close', end).on('timeout', end);
    // A photo may wait for those of other requests; a request that awaits more bytes gets no response at all.
    socket.setTimeout(awaitsMore(request) ? quiet : 20_000);
    socket.write(request);
  });
}

const lengthIn = (head: string): number | undefined => {
  const found = /^content-length: *(\d+)/im.exec(head);
  return found ? Number(found[1]) : undefined;
};

/** The head of a message, and where its body begins. */
function splitMessage(message: Buffer): { head: string; start: number } | undefined {
  const end = message.indexOf('\r\n\r\n');
  return end < 0 ? undefined : { head: message.toString('latin1', 0, end), start: end + 4 };
}

function isComplete(response: Buffer): boolean {
  const parts = splitMessage(response);
  if (!parts) return false;
  const length = lengthIn(parts.head);
  return length !== undefined && response.length >= parts.start + length;
}

/** Whether a server has to wait for more of the request, as far as it can be said from outside. */
function awaitsMore(request: Buffer): boolean {
  const parts = splitMessage(request);
  if (!parts) return true;
  if (/^(transfer-encoding|expect|upgrade):/im.test(parts.head)) return true;
  return request.length < parts.start + (lengthIn(parts.head) ?? 0);
}

function statusOf(request: Buffer, response: Buffer, where: string): string {
  if (response.length === 0) return 'none';
  const parts = splitMessage(response);
  const status = /^HTTP\/1\.1 ([1-5]\d\d) /.exec(parts?.head ?? '')?.[1];
  if (!parts || !status) throw new Error(`${where}: the response is not HTTP: ${shown(response)}`);
  if (status === '500') throw new Error(`${where}: a fault of the server: ${shown(response)}`);
  // Another response may follow, if the damaged request had bytes after its end.
  const hasBody = request.toString('latin1', 0, 5) !== 'HEAD ';
  const body = response.toString('utf8', parts.start, parts.start + (lengthIn(parts.head) ?? 0));
  if (Number(status) >= 400 && hasBody && body !== '' && isComplete(response)) {
    const error = errorIn(body);
    if (!error)
      throw new Error(`${where}: the error is not in the form of the API: ${shown(response)}`);
  }
  return status;
}

function errorIn(body: string): boolean {
  try {
    const { error } = JSON.parse(body);
    return typeof error.code === 'string' && typeof error.message === 'string';
  } catch {
    return false;
  }
}

const shown = (bytes: Buffer) => JSON.stringify(bytes.toString('latin1', 0, 600));
