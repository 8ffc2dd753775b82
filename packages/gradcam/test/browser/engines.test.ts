import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundle, launch, noChromium, resultsOf, serve } from '@shroom-internal/chromium';
import { expect, test } from 'vitest';
import { explainAll } from './cases';
import type { BrowserResults } from './engines-page';

const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** The page, its script, and the WebAssembly files as they are in the package. */
function servePage(script: string) {
  return serve(path => {
    if (path.startsWith('/wasm/')) return readFile(join(wasm, path.slice('/wasm/'.length)));
    if (path === '/page.js') return script;
    return '<!doctype html><script type="module" src="/page.js"></script>';
  });
}

test.skipIf(noChromium)(
  'Chromium draws the maps of Node, on wasm and on webgl',
  async () => {
    const site = await servePage(await bundle(new URL('./engines-page.ts', import.meta.url)));
    const inNode = await explainAll();
    const browser = await launch({ webgl: true });
    try {
      for (const engine of ['wasm', 'webgl']) {
        const results = await resultsOf<BrowserResults>(browser, `${site.url}#${engine}`, 60_000);
        expect(results.engine).toBe(engine);
        expect(Object.keys(results.maps)).toEqual(Object.keys(inNode));
        for (const [name, map] of Object.entries(results.maps)) {
          expect(furthest(map, inNode[name]!), `${engine}, ${name}`).toBeLessThan(2e-3);
        }
      }
    } finally {
      await browser.close();
      site.close();
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
