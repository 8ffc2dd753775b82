import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { serve } from '@shroom/classifier/server';
import { noChromium } from '@shroom-internal/chromium';
import axe from 'axe-core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { usePage } from './page-fixture';
import { Visit } from './visit';

/** Waits until a fact about the page becomes true. */
const eventually = <T>(fact: () => T | Promise<T>) => expect.poll(fact, { timeout: 60_000 });

/** Paths of the site's model files. */
async function filesLike(site: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(join(site, 'model'), { recursive: true });
  return names.filter(name => pattern.test(name)).map(name => `/model/${name}`);
}

describe.skipIf(noChromium)('the page that explains a mushroom, under all conditions,', () => {
  const at = usePage();

  test('says kindly what is no picture, empty, damaged or too large, and goes on', async () => {
    const { photo, page, visit } = at;
    const claimed = Buffer.from(await sharp(photo).png().toBuffer());
    // The size comes after the signature and the name of the first chunk.
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
      {
        name: 'phone.heic',
        mimeType: 'image/heic',
        buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
      },
      { name: 'fine.png', mimeType: 'image/png', buffer: await readFile(photo) },
    ]);
    await visit.settled(6);
    expect(await page.locator('.card .problem').allTextContents()).toEqual([
      'This is no picture that a browser can read. JPEG, PNG, WebP, AVIF and GIF are.',
      'This file is empty.',
      'This picture has 40000 x 40000 pixels. Up to 100 million can be looked at here: save it smaller.',
      'This picture is damaged, or of a kind that this browser does not read. Save it as JPEG or PNG.',
      'This is an HEIC picture, which this browser does not read. Save it as JPEG or PNG.',
      '',
    ]);
    expect(await visit.caption(5)).toMatch(/^What speaks for /);
  });

  test('says what is wrong with the model, and goes on when it is mended', async () => {
    const { site, website, page, visit } = at;
    const problem = page.locator('#loading-problem');
    website.faults.missing = /classifier\.json/;
    await visit.open();
    await eventually(() => problem.textContent()).toMatch(/no model here.*npm run demo/);
    website.faults.missing = undefined;
    website.faults.unreachable = /model/;
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => problem.textContent()).toMatch(
      /not on this device yet, and there is no network/,
    );
    website.faults.unreachable = /weights0-3of/;
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => problem.textContent()).toMatch(
      /network was lost.*try again to load the rest/,
    );
    // The head and two shards of twelve had arrived, and the bar had shown them.
    const shown = page.locator('#loading-bar');
    const share = await shown.evaluate((bar: HTMLProgressElement) => bar.value / bar.max);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
    website.faults.unreachable = undefined;
    const [third] = await filesLike(site, /weights0-3of/);
    const damaged = Buffer.alloc((await stat(join(site, third!))).size);
    website.faults.replaced.set(third!, damaged);
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => problem.textContent()).toMatch(/came damaged/);
    website.faults.replaced.clear();
    website.asked.length = 0;
    await page.getByRole('button', { name: 'Try again' }).click();
    await visit.ready();
    // The shards that had arrived were kept.
    expect(website.asked.filter(path => /weights0-[12]of/.test(path))).toEqual([]);
  });

  test('measures the engines, remembers and shows what it found, and takes another one', async () => {
    const { website, page, visit } = at;
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
    await eventually(() => page.locator('#engine-summary').textContent()).toBe(
      'WebAssembly, as you chose.',
    );
  });

  test('works without a network after the first visit', async () => {
    const { photo, website, page, visit } = at;
    await visit.open();
    await visit.ready();
    await eventually(() => page.locator('#offline').textContent()).toMatch(
      /work without a network from now on/,
    );
    website.faults.unreachable = /./;
    await page.reload();
    await visit.choose(photo);
    await visit.ready();
    await visit.settled();
    expect(await visit.caption()).toMatch(/^What speaks for .*4 × 4 places/);
    expect(Math.max(...(await visit.mapOf()).opacities)).toBe(255);
  });

  test('works from the server of the classifier, whose rules it keeps, and without it after the first visit', async () => {
    const { run, site, photo, page } = at;
    const broken: string[] = [];
    page.on('console', message => {
      if (/Content Security Policy|Refused to/.test(message.text())) broken.push(message.text());
    });
    const server = await serve(run, { port: 0, page: site });
    const visit = new Visit(page, `${server.url}/`);
    try {
      await visit.open();
      await visit.choose(photo);
      await visit.ready();
      await visit.settled();
      // Threads share memory, which only isolated pages may.
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await eventually(() => page.locator('#offline').textContent()).toMatch(
        /work without a network from now on/,
      );
    } finally {
      await server.close();
    }
    const shares = await visit.sharesOf();
    await page.reload();
    await visit.choose(photo);
    await visit.ready();
    await visit.settled();
    expect(await visit.sharesOf()).toEqual(shares);
    expect(broken).toEqual([]);
  });

  test('has no accessibility fault that axe finds, wide, narrow and dark, and fits a phone', async () => {
    const { photo, page, visit } = at;
    await visit.open();
    await visit.choose(photo);
    await visit.choose({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await visit.ready();
    await visit.settled(2);
    await page.addScriptTag({ content: axe.source });
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
    const { site } = at;
    const html = await readFile(join(site, 'index.html'), 'utf8');
    const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(
      match => match[1]!,
    );
    const sizes = await Promise.all(scripts.map(async each => (await stat(join(site, each))).size));
    expect(scripts).toHaveLength(1);
    // TensorFlow.js alone has half a million bytes.
    expect(sizes[0]).toBeLessThan(60_000);
    expect(html).toContain('Never eat a mushroom because of a photo.');
  });
});
