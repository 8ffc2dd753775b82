/**
 * Runs a job in Chromium, on tfjs's engine for WebAssembly with threads: `chromium.ts JOB NETWORK BATCH SIZE`. JOB is forward, step or
 * gradcam. Pages may have threads only if they are isolated from other origins.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundle, launch, serve as serveSite } from '@shroom-internal/chromium';
import { serve, threads } from './serve';

const [job, network] = process.argv.slice(2) as [string, string];
const [batch, size] = process.argv.slice(4).map(Number) as [number, number];
const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
const script = await bundle(new URL('../browser/page.ts', import.meta.url));
const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const site = await serveSite(path => {
  if (path === '/') return '<!doctype html><script type="module" src="/page.js"></script>';
  if (path === '/page.js') return script;
  if (path.startsWith('/wasm/')) return readFile(join(wasm, path.slice('/wasm/'.length)));
  return undefined;
}, isolated);
const browser = await launch();
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  // tfjs takes at most half of the cores that it is told.
  await page.addInitScript(
    `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${2 * threads} })`,
  );
  await page.goto(site.url);
  await page.waitForFunction('globalThis.run');
  const args = JSON.stringify([threads, job, network, batch, size]);
  await page.evaluate(`prepare(...${args})`);
  await serve(async () => ({ seconds: (await page.evaluate('run()')) as number }), {
    // The memory of Chromium's processes is not measured.
    peak: () => 0,
    end: () => browser.close(),
  });
} catch (error) {
  await browser.close();
  throw error;
}
