import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A fault that the next request meets. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** The connection is cut after so many bytes of the answer. */
  | { readonly cutAfter: number }
  /** The answer is another range than was asked for. */
  | { readonly wrongRange: true }
  /** The server ignores that a range was asked for. */
  | { readonly noRanges: true }
  /** Nothing is ever answered. */
  | { readonly silent: true };

/** Serves bytes by ranges, as web servers and stores do. */
export class FileServer {
  readonly files = new Map<string, Uint8Array>();
  /** The next requests meet these, one each. */
  readonly faults: Fault[] = [];
  /** What was asked for. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly #server = createServer((request, response) => this.answer(request, response));
  url = '';

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.url;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise(resolve => this.#server.close(() => resolve()));
  }

  protected answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url!, this.url).pathname);
    this.asked.push({ path, headers: request.headers });
    const fault = this.faults.shift();
    if (fault && 'silent' in fault) return;
    if (fault && 'status' in fault) {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const file = this.files.get(path);
    if (file) this.send(file, request, response, fault);
    else this.missing(path, request, response);
  }

  /** An index of a folder, as Apache writes it, or 404. */
  protected missing(path: string, _: IncomingMessage, response: ServerResponse): void {
    const inside = [...this.files.keys()].filter(name => name.startsWith(path));
    if (!path.endsWith('/') || inside.length === 0) {
      response.writeHead(404).end();
      return;
    }
    const names = new Set(inside.map(name => /^[^/]*\/?/.exec(name.slice(path.length))![0]));
    const links = [...names].map(name => `<a href="${encodeURI(name)}">${name}</a>`);
    response
      .writeHead(200, { 'content-type': 'text/html;charset=UTF-8' })
      .end(`<a href="?C=N;O=D">Name</a> <a href="../">Parent</a> ${links.join('\n')}`);
  }

  protected send(
    file: Uint8Array,
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ): void {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const isRange = from !== undefined && !(fault && 'noRanges' in fault);
    let [start, end] = isRange
      ? [Number(from), to ? Number(to) + 1 : file.length]
      : [0, file.length];
    end = Math.min(end, file.length);
    if (isRange && start >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
      return;
    }
    if (fault && 'wrongRange' in fault) [start, end] = [start + 1, end + 1];
    const body = file.subarray(start, end);
    response.writeHead(isRange ? 206 : 200, {
      'content-length': end - start,
      ...(isRange && { 'content-range': `bytes ${start}-${end - 1}/${file.length}` }),
    });
    if (fault && 'cutAfter' in fault) {
      response.write(body.subarray(0, fault.cutAfter), () => response.destroy());
      return;
    }
    response.end(body);
  }
}
