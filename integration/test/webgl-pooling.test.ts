import { bundle, launch, noChromium } from '@shroom-internal/chromium';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PoolingValues } from './webgl-pooling-page';

// WebGL keeps 2 x 2 numbers together, so it has places that do not exist where their number is odd.
describe.skipIf(noChromium)('on webgl, second-order pooling is that of plain JavaScript', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launch({ webgl: true });
    page = await browser.newPage();
    await page.addScriptTag({
      type: 'module',
      content: await bundle(new URL('./webgl-pooling-page.ts', import.meta.url)),
    });
    await page.waitForFunction('window.poolingOf');
  });
  afterAll(() => browser?.close());

  test.each([
    [1, 3, 3],
    [1, 4, 4],
    [1, 7, 7],
    [1, 1, 3],
    [2, 3, 3],
    [3, 5, 5],
  ] as const)('of %d photos with %d x %d places', async (...shape) => {
    const [expected, found] = await page.evaluate(
      async maps => [await window.poolingOf('cpu', maps), await window.poolingOf('webgl', maps)],
      shape,
    );
    for (const name of ['pooled', 'graph', 'center', 'directions'] as const)
      expect([name, furthest(found!, expected!, name) < 1e-5]).toEqual([name, true]);
  });
});

/** The largest difference as a share of the largest number. */
function furthest(found: PoolingValues, expected: PoolingValues, name: keyof PoolingValues) {
  const largest = Math.max(...expected[name].map(Math.abs));
  const apart = expected[name].map((value, at) => Math.abs(value - found[name][at]!));
  return Math.max(...apart) / largest;
}
