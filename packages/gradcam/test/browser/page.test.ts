import { type Browser, launch, noChromium, type Page } from '@shroom-internal/chromium';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PageMap, type PageOptions, toHtml } from '../../src/pictures';
import { mapOf, plain } from '../pictures/figures';

const photo = plain(40, 80, [90, 90, 90]);
const left = mapOf([2, 0], 1, 2);
const right = mapOf([0, 1], 1, 2);
const maps: PageMap[] = [
  { className: 'Boletus', layer: 'last', method: 'Grad-CAM', map: right },
  { className: 'Amanita', layer: 'last', method: 'Grad-CAM', map: left },
  { className: 'Boletus', layer: 'earlier', method: 'Grad-CAM', map: left },
  { className: 'Amanita', layer: 'earlier', method: 'Grad-CAM', map: mapOf([0, -1], 1, 2) },
];
const options: PageOptions = {
  title: '</title><script>window.hacked = true</script>',
  probabilities: [
    { className: 'Amanita', probability: 0.25 },
    { className: 'Boletus', probability: 0.75 },
    { className: 'Suillus', probability: 0 },
  ],
};

/** Opacity of the canvas, 0 to 255, at the middle of its left and of its right quarter. */
const opacities = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const context = canvas.getContext('2d')!;
    const at = (share: number) =>
      context.getImageData(canvas.width * share, canvas.height / 2, 1, 1).data[3]!;
    return [at(0.1), at(0.9)];
  });
const said = (page: Page) =>
  page.getByRole('img', { name: /^Heat map/ }).getAttribute('aria-label');

describe.skipIf(noChromium)('the page in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const requests: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await launch({ webgl: true });
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    page.setDefaultTimeout(15_000);
    page.on('request', request => {
      if (!request.url().startsWith('data:')) requests.push(request.url());
    });
    page.on('pageerror', error => errors.push(error.message));
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    await page.setContent(await toHtml(photo, maps, options));
  });

  test('shows the first map, the more opaque the higher its values', async () => {
    expect(await opacities(page)).toEqual([0, Math.round(0.75 * 255)]);
    expect(await said(page)).toBe('Heat map. Boletus, Grad-CAM at last: strongest at the right.');
    expect(await page.getByRole('radio').allTextContents()).toHaveLength(3);
    expect(await page.locator('.classes label').allTextContents()).toEqual([
      'Boletus75.0 %',
      'Amanita25.0 %',
      'Suillus0.0 %, no map',
    ]);
  });

  test('has sliders that the keyboard moves', async () => {
    await page.getByRole('slider', { name: 'Opacity' }).focus();
    await page.keyboard.press('End');
    expect(await opacities(page)).toEqual([0, 255]);
    await page.keyboard.press('Home');
    expect(await opacities(page)).toEqual([0, 0]);
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowRight');
    expect(await opacities(page)).toEqual([0, 51]);
    expect(await page.locator('output[for=opacity]').textContent()).toBe('20 %');
  });

  test('hides values below the threshold, and says how much remains', async () => {
    const middle = () =>
      page.evaluate(
        () =>
          document.querySelector('canvas')!.getContext('2d')!.getImageData(44, 20, 1, 1).data[3],
      );
    expect(await middle()).toBeGreaterThan(0);
    await page.getByRole('slider', { name: 'Threshold' }).fill('75');
    expect(await middle()).toBe(0);
    expect(await opacities(page)).toEqual([0, 191]);
    // Of 80 columns those from x = 50 on: the ramp from 20 to 60 has three quarters there.
    expect(await said(page)).toMatch(/38 % of the picture is at or above the threshold\.$/);
  });

  test('changes class, layer and method, by keyboard too', async () => {
    await page.getByRole('radio', { name: /Boletus/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await said(page)).toMatch(/Amanita, Grad-CAM at last: strongest at the left/);
    expect(await opacities(page)).toEqual([191, 0]);
    await page.getByLabel('Layer').selectOption('earlier');
    expect(await said(page)).toMatch(/no place raised the score of this class/);
    expect(await opacities(page)).toEqual([0, 0]);
    await page.getByRole('radio', { name: /Boletus/ }).check();
    expect(await opacities(page)).toEqual([191, 0]);
    expect(await page.getByRole('radio', { name: /Suillus/ }).isDisabled()).toBe(true);
  });

  test('shows the photo alone, and at its full size', async () => {
    await page.keyboard.press('p');
    expect(await page.locator('canvas').isVisible()).toBe(false);
    const button = page.getByRole('button', { name: /Photo only/ });
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await button.click();
    expect(await page.locator('canvas').isVisible()).toBe(true);
    const width = async () => (await page.locator('.photo').boundingBox())!.width;
    expect(await width()).not.toBe(80);
    await page.keyboard.press('f');
    expect(await width()).toBe(80);
  });

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    const widest = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.setViewportSize({ width: 1000, height: 700 });
    expect(widest).toBe(360);
  });

  test('says what was not computed', async () => {
    await page.setContent(await toHtml(photo, maps.slice(0, 3), options));
    await page.getByLabel('Layer').selectOption('earlier');
    await page.getByRole('radio', { name: /Amanita/ }).check();
    expect(await said(page)).toMatch(/Amanita, Grad-CAM at earlier: this map was not computed\./);
    expect(await opacities(page)).toEqual([0, 0]);
  });

  test('runs no script from a text, loads nothing, and has no errors', async () => {
    const hostile = `</script><img src=x onerror="window.hacked = true">'"&`;
    const named = maps.map(each => ({
      ...each,
      className: hostile,
      layer: each.layer + each.className,
    }));
    await page.setContent(await toHtml(photo, named, { title: hostile, note: hostile }));
    expect(await page.locator('h1').textContent()).toBe(hostile);
    expect(await page.locator('.classes span').textContent()).toBe(hostile);
    expect(await said(page)).toContain(hostile);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
  });
});
