import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/**
 * What a page may do: load what this server has, compute with WebAssembly in threads, and show pictures that it made. Pages that are
 * isolated from others (the two `Cross-Origin` headers) may share memory between threads.
 */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'self'",
    // Each WebAssembly thread of TensorFlow.js loads its script from a blob that the page made.
    "script-src 'self' blob: 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "connect-src 'self' blob: data:",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Serves the files of a folder, except hidden ones and links that lead out of it. */
export async function serveFolder(app: FastifyInstance, folder: string): Promise<void> {
  const root = realpathSync(folder);
  await app.register(fastifyStatic, {
    root,
    dotfiles: 'ignore',
    cacheControl: false,
    decorateReply: false,
    allowedPath: path => isInside(root, path),
    setHeaders: reply => {
      // The browser asks each time whether a file has changed. Versions differ in their time or size.
      void reply.headers({ ...pageHeaders, 'cache-control': 'no-cache' });
    },
  });
}

/** Whether a path of the folder leads to a file in it. A path that does not exist counts as inside: it is answered as missing. */
function isInside(root: string, path: string): boolean {
  try {
    const real = realpathSync(join(root, path));
    return real === root || real.startsWith(root + sep);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
