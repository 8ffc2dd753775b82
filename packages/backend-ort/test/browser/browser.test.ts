import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import type { BrowserResults } from './page';

const executablePath = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find(path => path !== '' && existsSync(path));
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const types: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
};
const ort = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-web')), '.');

if (executablePath === undefined) {
  process.stderr.write(
    'The browser test is skipped: no Chromium found. Its path can be given by CHROMIUM.\n',
  );
}

/** Serves the page, and the WebAssembly files as they are in the package, isolated so that threads are allowed. */
async function serve(script: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const headers = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Content-Type': types[extname(pathname)] ?? 'text/html',
    };
    try {
      const body = pathname.startsWith('/ort/')
        ? await readFile(join(ort, pathname.slice('/ort/'.length)))
        : pathname === '/page.js'
          ? script
          : '<!doctype html><script type="module" src="/page.js"></script>';
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

test.skipIf(executablePath === undefined)(
  'Chromium trains a small CNN and runs ResNet50 on WebAssembly threads',
  async () => {
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL('./page.ts', import.meta.url))],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      logLevel: 'error',
    });
    const server = await serve(bundle.outputFiles[0]!.text);
    const browser = await chromium.launch({ executablePath: executablePath!, args: flags });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(
        'globalThis.results !== undefined || globalThis.failure !== undefined',
        undefined,
        {
          timeout: 80_000,
        },
      );
      expect(await page.evaluate('globalThis.failure')).toBeUndefined();
      const results = (await page.evaluate('globalThis.results')) as BrowserResults;
      expect(results.runtime).toBe('onnxruntime-web');
      expect(results.losses.at(-1)).toBeLessThan(results.losses[0]! / 3);
      expect(results.features).toBe(2048);
      expect(results.finite).toBe(true);
      expect(results.fallbacks).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  },
  90_000,
);
