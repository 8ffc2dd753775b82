import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundle, launch, noChromium, resultsOf, serve } from '@shroom-internal/chromium';
import { expect, test } from 'vitest';
import type { BrowserResults } from './page';

const ort = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));

/** The page, and the WebAssembly files as they are in the package, isolated so that threads are allowed. */
function servePage(script: string) {
  const files = (path: string) => {
    if (path.startsWith('/ort/')) return readFile(join(ort, path.slice('/ort/'.length)));
    if (path === '/page.js') return script;
    return '<!doctype html><script type="module" src="/page.js"></script>';
  };
  return serve(files, {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
}

test.skipIf(noChromium)(
  'Chromium trains a small CNN and runs ResNet50 on WebAssembly threads',
  async () => {
    const site = await servePage(await bundle(new URL('./page.ts', import.meta.url)));
    const browser = await launch();
    try {
      const results = await resultsOf<BrowserResults>(browser, site.url);
      expect(results.runtime).toBe('onnxruntime-web');
      expect(results.losses.at(-1)).toBeLessThan(results.losses[0]! / 3);
      expect(results.features).toBe(2048);
      expect(results.finite).toBe(true);
      expect(results.fallbacks).toEqual([]);
    } finally {
      await browser.close();
      site.close();
    }
  },
  90_000,
);
