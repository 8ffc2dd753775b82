import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request for the file's bytes. */
export type Fault =
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'silent'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'wrong hash' }
  | { readonly kind: 'ignores ranges' };

/** Something that was asked of the server. */
export interface Asked {
  readonly host: 'api' | 'storage';
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly body: string;
}

/** Kaggle in miniature: an API that redirects to a storage on another host, each with its faults. */
export class KaggleServer {
  readonly asked: Asked[] = [];
  /** One for each request, the first first; without one all is well. */
  readonly storageFaults: Fault[] = [];
  readonly apiFaults: number[] = [];
  /** To what the current version is. */
  answer: string | Buffer = '{"currentVersionNumber": 3}';
  readonly archive: Buffer;
  #api = createServer((request, response) => void this.#answerApi(request, response));
  #storage = createServer((request, response) => void this.#answerStorage(request, response));

  constructor(archive: Buffer) {
    this.archive = archive;
  }

  async start(): Promise<string> {
    for (const server of [this.#api, this.#storage]) {
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    }
    return addressOf(this.#api);
  }

  async stop(): Promise<void> {
    for (const server of [this.#api, this.#storage]) {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    }
  }

  async #note(host: Asked['host'], request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization, range } = request.headers;
    const body = Buffer.concat(chunks).toString();
    this.asked.push({ host, path: `${request.method} ${request.url}`, authorization, range, body });
  }

  async #answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#note('api', request);
    const fault = this.apiFaults.shift();
    if (fault) response.writeHead(fault).end('{"message": "no"}');
    else if (request.url?.endsWith('/GetDataset')) response.end(this.answer);
    else response.writeHead(302, { location: `${addressOf(this.#storage)}/file?signed` }).end();
  }

  async #answerStorage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#note('storage', request);
    const fault = this.storageFaults.shift();
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end('<Error/>');
      return;
    }
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const start = asked === undefined || fault?.kind === 'ignores ranges' ? 0 : Number(asked);
    const { length } = this.archive;
    if (start >= length) {
      response.writeHead(416).end();
      return;
    }
    const hashed = fault?.kind === 'wrong hash' ? 'another file' : this.archive;
    const md5 = createHash('md5').update(hashed).digest('base64');
    const headers = {
      'content-length': length - start,
      'accept-ranges': 'bytes',
      'x-goog-hash': `crc32c=AAAAAA==,md5=${md5}`,
      ...(start > 0 && { 'content-range': `bytes ${start}-${length - 1}/${length}` }),
    };
    response.writeHead(start > 0 ? 206 : 200, headers);
    if (fault?.kind === 'cut' || fault?.kind === 'silent') {
      const part = this.archive.subarray(start, start + fault.after);
      response.write(part, () => {
        // The client should have seen the bytes before the cut.
        if (fault.kind === 'cut') setTimeout(() => response.destroy(), 50);
      });
      return;
    }
    response.end(this.archive.subarray(start));
  }
}

const addressOf = (server: { address(): unknown }) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
