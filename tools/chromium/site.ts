import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** Returns the content at a path, such as `/page.js`, or `undefined` if there is none. */
export type Files = (
  path: string,
) => string | Uint8Array | undefined | Promise<string | Uint8Array | undefined>;

export interface Site {
  /** Address of the server, ending in a slash. */
  readonly url: string;
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  '': 'text/html',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves files, to this machine only.
 *
 * @param headers Headers that are sent with every file.
 */
export async function serve(
  files: Files,
  headers: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const body = await Promise.resolve(files(pathname)).catch(() => undefined);
    const type = types[extname(pathname)];
    response
      .writeHead(body === undefined ? 404 : 200, {
        ...headers,
        ...(type && { 'Content-Type': type }),
      })
      .end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** Serves the files of a folder. A path that ends in a slash means its `index.html`. */
export const filesOf =
  (folder: string): Files =>
  path =>
    readFile(join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path)));
