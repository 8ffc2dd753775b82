import { bundle, launch, noChromium } from '@shroom-internal/chromium';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readReference } from '../../packages/models/test/reference';
import type { Run } from '../../packages/models/test/stages';

const { runs } = readReference<{ runs: readonly Run[] }>('activations.json');
// With software rendering, large networks take long. SHROOM_SLOW=1 tests them too.
const chosen = runs.filter(
  ({ network, size }) => process.env.SHROOM_SLOW || (network === 'resnet18' && size === 224),
);

describe.skipIf(noChromium)('on webgl, every stage agrees with torchvision', () => {
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

  test.each(chosen)('$network at $size', async ({ network, size, activations }) => {
    const stages = Object.entries(activations).filter(([name]) => name !== 'pooled');
    const count = stages[0]![1].samples.length;
    const found = await page.evaluate(
      ([name, side, samples]) => window.stagesOf(name, side, samples),
      [network, size, count] as const,
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
