import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { alias } from '../sources';

/** The threads' script, built from the sources: Node cannot run TypeScript in a thread. */
export function buildWorker(): URL {
  // Below this package, so that what is not bundled resolves as it does for a user.
  const folder = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}worker-${process.pid}.mjs`;
  buildSync({
    entryPoints: [fileURLToPath(new URL('../../src/node/worker.ts', import.meta.url))],
    bundle: true,
    alias,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
  });
  return pathToFileURL(outfile);
}
