import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resize } from '@shroom/data';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch, noChromium } from './chromium';
import { photoSize, prepareSite, secondPanel, side } from './mushroom-site';
import { root, runProgram } from './program';
import { Visit } from './visit';
import { serveFolder, type Website } from './website';

/** A fact that becomes true when the page has got there. */
const eventually = <T>(fact: () => T | Promise<T>) => expect.poll(fact, { timeout: 60_000 });
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [height, width] = photoSize;

/** The largest difference. */
const furthest = (found: readonly number[], expected: ArrayLike<number>): number =>
  Math.max(...found.map((value, k) => Math.abs(value - expected[k]!)));

describe.skipIf(noChromium)('the page that explains a mushroom', () => {
  let folder: string;
  let run: string;
  let site: string;
  let photo: string;
  let website: Website;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let visit: Visit;
  const errors: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shroom-page-'));
    ({ run, site, photo } = await prepareSite(folder));
    website = await serveFolder(site);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await website?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    visit = new Visit(page, website.address);
    page.on('pageerror', error => errors.push(error.message));
  });
  afterEach(async () => {
    website.faults.replaced.clear();
    website.faults.unreachable = undefined;
    website.faults.missing = undefined;
    await context.close();
    expect(errors.splice(0)).toEqual([]);
  });

  test('gives the class, the probabilities and the map that Node gives', async () => {
    // One photo that each shrinks by itself, and the same as the model sees it, which neither has to shrink.
    const { data, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
    const small = resize({ data, height: info.height, width: info.width }, [side, side]);
    const shrunk = join(folder, 'shrunk.png');
    await sharp(small.data, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toFile(shrunk);
    const explain = join(root, 'examples/explain.ts');
    const json = await runProgram(explain, [photo, shrunk, '--model', run, '--json']);
    const inNode = json.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const out = join(folder, 'explained');
    const drawn = await runProgram(explain, [photo, shrunk, '--model', run, '--out', out]);
    expect(drawn.code, drawn.stderr).toBe(0);

    await visit.open();
    await visit.choose([photo, shrunk]);
    await visit.ready();
    await visit.settled(2);
    for (const [index, { name, size, tolerance }] of [
      { name: 'Amanita.png', size: [height, width], tolerance: 0.05 },
      { name: 'shrunk.png', size: [side, side], tolerance: 0.01 },
    ].entries()) {
      const { class: best, probabilities } = inNode.find(({ file }) => file.endsWith(name));
      const shares = await visit.sharesOf(index);
      expect(shares[0]!.name).toBe(best);
      for (const each of shares)
        expect(Math.abs(each.share - probabilities[each.name]), name).toBeLessThan(0.005);
      const map = await visit.mapOf(index);
      const expected = await secondPanel(join(out, name), size as [number, number]);
      expect(map.size).toEqual(size);
      expect(Math.max(...map.opacities)).toBe(255);
      expect(furthest(map.opacities, expected) / 255, name).toBeLessThan(tolerance);
      const label = await visit.card(index).locator('canvas').getAttribute('aria-label');
      expect(label).toContain(`Heat map. What speaks for ${best}: most `);
      expect(label).toContain('Grad-CAM of 4 × 4 places, the last layer');
    }
  });

  test('changes class, layer, method and opacity, and tells two classes apart, by keyboard alone', async () => {
    // What the browser's own dialog gives.
    page.on('filechooser', chooser => chooser.setFiles(photo));
    await visit.open();
    await visit.ready();
    await page.keyboard.press('Tab');
    expect(await visit.focused()).toBe('choose');
    await page.keyboard.press('Enter');
    await visit.settled();
    const [first, second] = await visit.sharesOf();
    const before = await visit.mapOf();

    await page.locator('.classes input').first().focus();
    await page.keyboard.press('ArrowDown');
    await eventually(() => visit.caption()).toContain(`What speaks for ${second!.name}:`);
    expect((await visit.mapOf()).opacities).not.toEqual(before.opacities);
    await page.keyboard.press('ArrowUp');
    await eventually(() => visit.caption()).toContain(`What speaks for ${first!.name}:`);

    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await eventually(() => visit.caption()).toContain(
      `${first!.name} rather than ${second!.name}: `,
    );
    await visit.settled();
    // Drawn in its two colours alone: orange for the one, blue for the other.
    const { pixels, opacities } = await visit.mapOf();
    const strong = [...opacities.keys()].filter(k => opacities[k]! > 200);
    const distances = strong.map(k => {
      const colour = pixels.slice(4 * k, 4 * k + 3);
      return Math.min(furthest(colour, [213, 94, 0]), furthest(colour, [0, 114, 178]));
    });
    // A canvas keeps colours multiplied by their opacity, and rounds.
    expect(Math.max(...distances)).toBeLessThan(3);
    expect(strong.length).toBeGreaterThan(0);
    await page.keyboard.press('ArrowUp');
    await eventually(() => visit.caption()).toContain(`What speaks for ${first!.name}:`);

    await page.locator('#layer').focus();
    await page.keyboard.press('ArrowDown');
    await eventually(() => visit.caption()).toContain('8 × 8 places, the layer layer3');
    await page.locator('#method').focus();
    await page.keyboard.press('End');
    await eventually(() => visit.caption()).toMatch(/whatever the class.*Eigen-CAM of 8 × 8/);
    const opacity = () =>
      visit
        .card()
        .locator('canvas')
        .evaluate(canvas => getComputedStyle(canvas).opacity);
    await page.locator('#opacity').focus();
    await page.keyboard.press('Home');
    expect(await opacity()).toBe('0');
    await page.keyboard.press('ArrowRight');
    expect(await opacity()).toBe('0.05');

    await visit
      .card()
      .getByRole('button', { name: /at full size/ })
      .focus();
    await page.keyboard.press('Enter');
    const shown = page.locator('#full img');
    expect((await shown.boundingBox())!.width).toBe(width);
    await page.keyboard.press('Escape');
    expect(await page.locator('#full').isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Full size');
    await visit.card().getByRole('button', { name: 'Remove Amanita.png' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.card').count()).toBe(0);
    expect(await visit.focused()).toBe('choose');
  });

  test('takes photos that are dropped, pasted, photographed and drawn, side by side', async () => {
    await visit.open();
    await visit.ready();
    const bytes = [...(await readFile(photo))];
    for (const [kind, property] of [
      ['drop', 'dataTransfer'],
      ['paste', 'clipboardData'],
    ] as const) {
      await page.evaluate(
        ([kind, property, bytes]) => {
          const carried = new DataTransfer();
          carried.items.add(
            new File([new Uint8Array(bytes)], `${kind}.png`, { type: 'image/png' }),
          );
          const event = new Event(kind, { bubbles: true, cancelable: true });
          Object.defineProperty(event, property, { value: carried });
          document.body.dispatchEvent(event);
        },
        [kind, property, bytes] as const,
      );
    }
    await page.getByRole('button', { name: 'Take a photograph' }).click();
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Draw a mushroom' }).click();
    await visit.settled(4);
    const names = await page.locator('.card h3').allTextContents();
    expect(names.slice(0, 2)).toEqual(['drop.png', 'paste.png']);
    expect(names[2]).toMatch(/^photograph of /);
    expect(names[3]).toMatch(/^drawn \w+ \d+\.png$/);
    // The same photo twice: the same answer, beside each other.
    expect(await visit.sharesOf(1)).toEqual(await visit.sharesOf(0));
    expect(await visit.mapOf(1)).toEqual(await visit.mapOf(0));
    const [left, right] = await Promise.all([
      visit.card(0).boundingBox(),
      visit.card(1).boundingBox(),
    ]);
    expect(right!.y).toBe(left!.y);
    expect(right!.x).toBeGreaterThanOrEqual(left!.x + left!.width);
    await eventually(() => page.locator('#said').textContent()).toMatch(
      /drawn \w+ \d+\.png: (not sure|\w+, (above )?\d)/,
    );
  });

  test('lays the map on a photo that its EXIF orientation turns', async () => {
    const upright = await sharp(photo)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const turned = await sharp(photo)
      .rotate(270)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    await visit.open();
    await visit.choose([
      { name: 'upright.jpg', mimeType: 'image/jpeg', buffer: upright },
      { name: 'turned.jpg', mimeType: 'image/jpeg', buffer: turned },
    ]);
    await visit.ready();
    await visit.settled(2);
    const [a, b] = [await visit.mapOf(0), await visit.mapOf(1)];
    expect([a.size, b.size]).toEqual([
      [height, width],
      [height, width],
    ]);
    const apart = a.opacities.reduce((sum, value, k) => sum + Math.abs(value - b.opacities[k]!), 0);
    expect(apart / a.opacities.length / 255).toBeLessThan(0.02);
    const shapes = await page
      .locator('.card img')
      .evaluateAll(images =>
        images.map(each => [
          (each as HTMLImageElement).naturalHeight,
          each.clientWidth > each.clientHeight,
        ]),
      );
    expect(shapes).toEqual([
      [height, true],
      [height, true],
    ]);
  });

  test('is sure when one class alone reaches the threshold of a calibration, and says so when not', async () => {
    const manifest = JSON.parse(await readFile(join(site, 'model/manifest.json'), 'utf8'));
    await visit.open();
    await visit.choose(photo);
    await visit.ready();
    await visit.settled();
    const plain = (await visit.sharesOf()).map(({ share }) => share);
    for (const [threshold, said] of [
      [plain[1]! * 1.01, 'sure'],
      [plain[1]! * 0.99, 'doubt'],
      [1, 'none'],
    ] as const) {
      const certainty = { temperature: 1, threshold, coverage: 0.9 };
      website.faults.replaced.set(
        '/model/manifest.json',
        JSON.stringify({ ...manifest, certainty }),
      );
      await page.reload();
      await visit.choose(photo);
      await visit.ready();
      await visit.settled();
      const text = await visit.card().locator('.answer').textContent();
      const [first, second] = await visit.sharesOf();
      if (said === 'sure') expect(text).toMatch(new RegExp(`^${first!.name} (above )?\\d+ %`));
      else expect(text).toMatch(/^Not sure/);
      if (said === 'doubt') expect(text).toContain(`It may be ${first!.name} or ${second!.name}.`);
      if (said === 'none') expect(text).toContain('it may be none of the 9');
      expect(text).toContain('90 %');
    }
  });

  test('says kindly what is no picture, empty, damaged or too large, and goes on', async () => {
    const claimed = Buffer.from(await sharp(photo).png().toBuffer());
    // The size stands behind the signature and the name of the first chunk.
    claimed.writeUInt32BE(40_000, 16);
    claimed.writeUInt32BE(40_000, 20);
    const cut = (await sharp(photo).png().toBuffer()).subarray(0, 60);
    await visit.open();
    await visit.ready();
    await visit.choose([
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') },
      { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) },
      { name: 'huge.png', mimeType: 'image/png', buffer: claimed },
      { name: 'cut.png', mimeType: 'image/png', buffer: cut },
      { name: 'fine.png', mimeType: 'image/png', buffer: await readFile(photo) },
    ]);
    await visit.settled(5);
    expect(await page.locator('.card .problem').allTextContents()).toEqual([
      'This is no picture that a browser can read. JPEG, PNG, WebP, AVIF and GIF are.',
      'This file is empty.',
      'This picture has 40000 x 40000 pixels. Up to 100 million can be looked at here: save it smaller.',
      'This picture is damaged, or of a kind that this browser does not read. Save it as JPEG or PNG.',
      '',
    ]);
    expect(await visit.caption(4)).toMatch(/^What speaks for /);
  });

  test('says what is wrong with the model, and goes on when it is mended', async () => {
    const problem = page.locator('#loading-problem');
    website.faults.missing = /manifest/;
    await visit.open();
    await eventually(() => problem.textContent()).toMatch(/no model here.*npm run demo/);
    website.faults.missing = undefined;
    website.faults.unreachable = /model/;
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => problem.textContent()).toMatch(
      /not on this device yet, and there is no network/,
    );
    website.faults.unreachable = /weights-3of/;
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => problem.textContent()).toMatch(/network was lost.*goes on from there/);
    // Two shards of thirteen had come, and the bar had shown them.
    const shown = page.locator('#loading-bar');
    const share = await shown.evaluate((bar: HTMLProgressElement) => bar.value / bar.max);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.25);
    website.faults.unreachable = undefined;
    const [third] = await filesLike(/weights-3of/);
    const damaged = Buffer.alloc((await stat(join(site, third!))).size);
    website.faults.replaced.set(third!, damaged);
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => problem.textContent()).toMatch(/came damaged/);
    website.faults.replaced.clear();
    website.asked.length = 0;
    await page.getByRole('button', { name: 'Try again' }).click();
    await visit.ready();
    // What had come was kept.
    expect(website.asked.filter(path => /weights-[12]of/.test(path))).toEqual([]);
  });

  /** Paths of the site's model files. */
  async function filesLike(pattern: RegExp): Promise<string[]> {
    const names = await readdir(join(site, 'model'), { recursive: true });
    return names.filter(name => pattern.test(name)).map(name => `/model/${name}`);
  }

  test('measures the engines, remembers and shows what it found, and takes another one', async () => {
    await page.goto(website.address);
    await visit.ready();
    const memory = async () =>
      JSON.parse((await page.evaluate(() => localStorage.getItem('shroom.engine')))!);
    const { measurements, wanted } = await memory();
    expect(wanted).toBe('auto');
    expect(measurements.map(({ engine }: { engine: string }) => engine)).toEqual([
      'webgpu',
      'webgl',
      'wasm',
    ]);
    const timed = measurements.filter(
      ({ milliseconds }: { milliseconds?: number }) => milliseconds,
    );
    expect(timed.length).toBeGreaterThanOrEqual(1);
    const fastest = timed.sort(
      (a: { milliseconds: number }, b: { milliseconds: number }) => a.milliseconds - b.milliseconds,
    )[0];
    const running = () => page.locator('#engine-summary').getAttribute('data-engine');
    expect(await running()).toBe(fastest.engine);
    await page.locator('#engine summary').click();
    expect(await page.locator('#engines label').nth(3).textContent()).toMatch(
      /^WebAssembly\d+\.\d ms$/,
    );
    await page.reload();
    await visit.ready();
    expect((await memory()).measurements).toEqual(measurements);
    await page.locator('#engine summary').click();
    await page
      .locator('#engines')
      .getByRole('radio', { name: /WebAssembly/ })
      .check();
    await eventually(async () => (await memory()).wanted).toBe('wasm');
    await visit.ready();
    expect(await page.locator('#engine-summary').textContent()).toBe('WebAssembly, as you chose.');
  });

  test('works without a network after the first visit', async () => {
    await visit.open();
    await visit.ready();
    await eventually(() => page.locator('#offline').textContent()).toMatch(
      /works without a network from now on/,
    );
    await website.close();
    try {
      await page.reload();
      await visit.choose(photo);
      await visit.ready();
      await visit.settled();
      expect(await visit.caption()).toMatch(/^What speaks for .*4 × 4 places/);
      expect(Math.max(...(await visit.mapOf()).opacities)).toBe(255);
    } finally {
      website = await serveFolder(site);
    }
  });

  test('has no accessibility fault that axe finds, wide, narrow and dark, and fits a phone', async () => {
    await visit.open();
    await visit.choose(photo);
    await visit.choose({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await visit.ready();
    await visit.settled(2);
    await page.addScriptTag({ path: axe });
    for (const [viewport, colorScheme] of [
      [1200, 'light'],
      [1200, 'dark'],
      [360, 'light'],
    ] as const) {
      await page.setViewportSize({ width: viewport, height: 800 });
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate('axe.run()');
      const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport);
    }
  });

  test('leaves all that computes to a worker: the script of the page itself is small', async () => {
    const html = await readFile(join(site, 'index.html'), 'utf8');
    const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(
      match => match[1]!,
    );
    const sizes = await Promise.all(scripts.map(async each => (await stat(join(site, each))).size));
    expect(scripts).toHaveLength(1);
    // TensorFlow.js alone has half a million bytes.
    expect(sizes[0]).toBeLessThan(60_000);
    expect(html).toContain('No photograph decides whether a mushroom can be eaten.');
  });
});
