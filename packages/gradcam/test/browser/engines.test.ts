import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { explainAll } from './cases';
import { launch, noChromium } from './chromium';
import type { BrowserResults } from './engines-page';

const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** Serves the page, its script, and the WebAssembly files as they are in the package. */
async function serve(script: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/wasm/')) {
      const body = await readFile(join(wasm, pathname.slice('/wasm/'.length)));
      response.writeHead(200, { 'Content-Type': 'application/wasm' }).end(body);
    } else if (pathname === '/page.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><script type="module" src="/page.js"></script>');
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

test.skipIf(noChromium)(
  'Chromium draws the maps of Node, on wasm and on webgl',
  async () => {
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL('./engines-page.ts', import.meta.url))],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      logLevel: 'error',
    });
    const inNode = await explainAll();
    const server = await serve(bundle.outputFiles[0]!.text);
    const browser = await launch();
    try {
      for (const engine of ['wasm', 'webgl']) {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/#${engine}`);
        await page.waitForFunction('globalThis.results ?? globalThis.failure', undefined, {
          timeout: 60_000,
        });
        expect(await page.evaluate('globalThis.failure')).toBeUndefined();
        const results = (await page.evaluate('globalThis.results')) as BrowserResults;
        expect(results.engine).toBe(engine);
        expect(Object.keys(results.maps)).toEqual(Object.keys(inNode));
        for (const [name, map] of Object.entries(results.maps)) {
          expect(furthest(map, inNode[name]!), `${engine}, ${name}`).toBeLessThan(2e-3);
        }
        await page.close();
      }
    } finally {
      await browser.close();
      server.close();
    }
  },
  90_000,
);

/** The largest difference, as a share of the largest value. */
function furthest(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  const most = Math.max(...expected.map(Math.abs));
  expect(most).toBeGreaterThan(0);
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / most;
}
