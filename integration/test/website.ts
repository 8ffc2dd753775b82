import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Faults and replacements that a test requests. */
interface Faults {
  /** Paths that get no answer at all, as if there were no network. */
  unreachable?: RegExp;
  /** Paths that do not exist. */
  missing?: RegExp;
  /** Replacement bodies by path. */
  readonly replaced: Map<string, string | Buffer>;
}

export interface Website {
  readonly address: string;
  readonly faults: Faults;
  /** Paths that were requested. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Serves a folder with cross-origin isolation, so that threads are allowed. */
export async function serveFolder(folder: string): Promise<Website> {
  const faults: Faults = { replaced: new Map() };
  const asked: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    asked.push(path);
    if (faults.unreachable?.test(path)) {
      request.socket.destroy();
      return;
    }
    try {
      if (faults.missing?.test(path)) throw new Error('missing');
      const body = faults.replaced.get(path) ?? (await readFile(join(folder, path)));
      response.writeHead(200, {
        'Content-Type': types[extname(path)] ?? 'application/octet-stream',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      });
      response.end(body);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not here</h1>');
    }
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    faults,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise(done => server.close(() => done()));
    },
  };
}
