import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, launch, noChromium } from '@shroom-internal/chromium';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../src/index';
import { content } from './content';
import { several } from './multi-label';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe.skipIf(noChromium)('in Chromium the report', () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    browser = await launch();
    script = await readFile(axe, 'utf8');
  }, 60_000);
  afterAll(() => browser?.close());

  const open = async (colorScheme: 'light' | 'dark', width: number, report = content) => {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.setContent(renderReport(report));
    return { page, asked };
  };

  test.each([
    ['light', 1200, 'one class a photo', content],
    ['light', 390, 'one class a photo', content],
    ['dark', 1200, 'one class a photo', content],
    ['dark', 390, 'one class a photo', content],
    ['light', 390, 'several classes', several],
    ['dark', 1200, 'several classes', several],
  ] as const)(
    'is accessible by axe, %s, %i pixels wide, of %s',
    async (scheme, width, _, report) => {
      const { page } = await open(scheme, width, report);
      await page.evaluate(script);
      const { violations, passes } = await page.evaluate<AxeResults>('axe.run(document)');
      const named = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
      expect(named).toEqual([]);
      // Contrast and the rest were really looked at.
      const checked = passes.map(({ id }) => id);
      const rules = ['color-contrast', 'image-alt', 'svg-img-alt', 'th-has-data-cells'];
      // Only on a phone there is something to scroll sideways.
      if (width < 500) rules.push('scrollable-region-focusable');
      for (const rule of rules) expect(checked).toContain(rule);
    },
  );

  test('asks for nothing, and is no wider than a phone', async () => {
    const { page, asked } = await open('light', 390);
    expect(asked.filter(address => !address.startsWith('data:'))).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  test('can be walked through by keyboard: links, then what can be scrolled', async () => {
    const { page } = await open('light', 390);
    const reached: string[] = [];
    for (let step = 0; step < 26; step++) {
      await page.keyboard.press('Tab');
      const name =
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent';
      reached.push(await page.evaluate<string>(name));
    }
    expect(reached.slice(0, 2)).toEqual(['Class by class', 'What is taken for what']);
    expect(reached).toContain('Confusion matrix');
    expect(reached).toContain('Wrong answers');
    expect(reached).toContain('The command');
    await page.keyboard.press('Shift+Tab');
  });
});
