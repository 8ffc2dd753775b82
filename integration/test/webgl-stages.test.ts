import { bundle, launch, noChromium } from '@shroom-internal/chromium';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runs } from '../../packages/models/test/stages';

// With software rendering, large networks take long. SHROOM_SLOW=1 tests them too.
const usual = ['resnet18 75', 'efficientnet_lite0 75', 'vit_small_patch16_dinov3 64'];
const chosen = runs.filter(
  ({ network, size }) => process.env.SHROOM_SLOW || usual.includes(`${network} ${size}`),
);

describe.skipIf(noChromium)('on webgl, every stage agrees with torchvision or timm', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launch({ webgl: true });
    page = await browser.newPage();
    await page.addScriptTag({
      type: 'module',
      content: await bundle(new URL('./webgl-page.ts', import.meta.url)),
    });
    await page.waitForFunction('window.stagesOf');
  });
  afterAll(() => browser?.close());

  test.each(chosen)('$network at $size', async ({ network, library, size, activations }) => {
    const stages = Object.entries(activations).filter(([name]) => name !== 'pooled');
    const count = stages[0]![1].samples.length;
    const found = await page.evaluate(
      ([name, from, side, samples]) => window.stagesOf(name, from, side, samples),
      [network, library, size, count] as const,
    );
    expect(found).toHaveLength(stages.length);
    for (const [index, [name, { shape, largest, samples }]] of stages.entries()) {
      const own = found[index]!;
      expect(own.shape).toEqual(shape);
      const furthest = samples.reduce(
        (most, value, k) => Math.max(most, Math.abs(own.samples[k]! - value)),
        0,
      );
      expect(furthest / largest, `${network} ${size} ${name}`).toBeLessThan(1e-3);
    }
  });
});
