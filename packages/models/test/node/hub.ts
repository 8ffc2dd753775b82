import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const commit = 'a'.repeat(40);
export const large = Buffer.from(Array.from({ length: 300_000 }, (_, k) => (k * 31) % 251));
export const small = Buffer.from('{"architecture":"resnet18"}');
export const largeHash = createHash('sha256').update(large).digest('hex');
export const smallHash = createHash('sha1')
  .update(`blob ${small.length}\0`)
  .update(small)
  .digest('hex');

export type Behavior =
  | 'send'
  | 'cut'
  | 'corrupt'
  | 'ignore ranges'
  /** Sends a part of what is asked for, and then nothing. */
  | 'stall'
  /** Says how long the file is, and sends no answer. */
  | 'silent'
  /** Sends without an end, and without saying how much. */
  | 'endless'
  | 'no length'
  /** Ends early, as if that were all. */
  | 'short'
  /** Begins elsewhere than it was asked to. */
  | 'wrong part'
  | 401
  | 403
  | 404
  | 'not a hub';

/** A hub of one model, and the other server that large files are on, as the real ones are. */
export class LocalHub {
  behavior: Behavior = 'send';
  /** Of the headers with which the hub answers; `undefined` leaves one away. */
  said: Record<string, string | undefined> = {};
  /** The only file of the model, if it has not all. */
  only: string | undefined;
  /** Requests that are not answered, before others are. */
  unanswered = 0;
  readonly addresses: string[] = [];
  /** Bytes of content that were sent. */
  sent = 0;
  readonly requests: { server: string; method: string; range?: string; authorization?: string }[] =
    [];
  readonly #hub = createServer((request, response) => this.#answerHub(request, response));
  readonly #storage = createServer((request, response) => this.#answerStorage(request, response));

  /** @param content Of the file of weights. */
  constructor(readonly content: Buffer = large) {}

  async start(): Promise<void> {
    for (const server of [this.#hub, this.#storage])
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      server.close();
    }
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  count(method: string): number {
    return this.requests.filter(request => request.method === method).length;
  }

  #note(server: string, { method = '', headers }: IncomingMessage): void {
    const { range, authorization } = headers;
    this.requests.push({
      server,
      method,
      ...(range && { range }),
      ...(authorization && { authorization }),
    });
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    this.#note('hub', request);
    this.addresses.push(request.url ?? '');
    if (this.unanswered-- > 0) return;
    if (this.only !== undefined && !request.url?.endsWith(`/${this.only}`)) {
      response.writeHead(404).end();
      return;
    }
    if (typeof this.behavior === 'number') {
      response.writeHead(this.behavior, { 'x-error-message': 'said the hub' }).end();
      return;
    }
    if (this.behavior === 'not a hub') {
      response
        .writeHead(200, { 'content-length': 5 })
        .end(request.method === 'HEAD' ? '' : 'hello');
      return;
    }
    const facts = { 'x-repo-commit': commit };
    if (request.url?.endsWith('/config.json')) {
      const own = { ...facts, etag: `"${smallHash}"`, 'content-length': small.length };
      response.writeHead(200, own).end(request.method === 'HEAD' ? '' : small);
      return;
    }
    const headers: Record<string, string | undefined> = {
      ...facts,
      'x-linked-etag': `"${createHash('sha256').update(this.content).digest('hex')}"`,
      'x-linked-size': `${this.content.length}`,
      etag: '"of the redirect"',
      location: `${addressOf(this.#storage)}/blob?signature=1`,
      ...this.said,
    };
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value);
    response.writeHead(302).end();
  }

  #answerStorage(request: IncomingMessage, response: ServerResponse): void {
    this.#note('storage', request);
    const wanted = this.behavior === 'ignore ranges' ? undefined : request.headers.range;
    const [, first, last] = /^bytes=(\d+)-(\d+)?$/.exec(wanted ?? 'bytes=0-') ?? [];
    const [start, end] = [Number(first), last ? Number(last) + 1 : this.content.length];
    const bytes = Buffer.from(this.content.subarray(start, end));
    if (last)
      response.setHeader('content-range', `bytes ${start}-${end - 1}/${this.content.length}`);
    if (this.behavior === 'corrupt') bytes[bytes.length - 1]! ^= 1;
    switch (this.behavior) {
      case 'silent':
        return;
      case 'stall':
        response.writeHead(wanted ? 206 : 200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 120_000));
        return;
      case 'endless': {
        const chunk = Buffer.alloc(65_536);
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        response.on('error', () => {});
        response.writeHead(200);
        more();
        return;
      }
      case 'no length':
        response.writeHead(wanted ? 206 : 200);
        response.end(bytes);
        return;
      case 'short':
        response.writeHead(wanted ? 206 : 200, { 'content-length': Math.min(1000, bytes.length) });
        response.end(bytes.subarray(0, 1000));
        return;
      case 'wrong part':
        if (wanted) {
          const other = {
            'content-range': `bytes 5-${this.content.length - 1}/${this.content.length}`,
          };
          response.writeHead(206, other).end(this.content.subarray(5));
          return;
        }
    }
    response.writeHead(wanted ? 206 : 200, { 'content-length': bytes.length });
    this.sent += this.behavior === 'cut' ? Math.min(100_000, bytes.length) : bytes.length;
    if (this.behavior === 'cut')
      response.write(bytes.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
    else response.end(bytes);
  }
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
