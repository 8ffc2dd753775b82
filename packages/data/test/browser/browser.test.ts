import { bundle, launch, noChromium, resultsOf, serve } from '@shroom-internal/chromium';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { normalize } from '../../src/index';
import { decode, decodeWhole } from '../../src/node/index';
import { decoded, difference, figures, jpeg, picture } from '../figures';
import {
  chunk,
  exif,
  packedText,
  rawProfile,
  withChunks,
  withSegments,
  xmp,
  xmpSegment,
} from '../pictures/chunks';
import { alias } from '../sources';
import { type BrowserResults, type JpegWay, jpegWays } from './page';

test.skipIf(noChromium)(
  'Chromium gets the same numbers from a File, a Blob, an address and a canvas as Node from the file',
  async () => {
    const png = await sharp(picture(6, 9).data, { raw: { height: 6, width: 9, channels: 3 } })
      .png()
      .toBuffer();
    const clear = await sharp(picture(6, 9).data, { raw: { height: 6, width: 9, channels: 3 } })
      .joinChannel(Buffer.alloc(54, 128), { raw: { height: 6, width: 9, channels: 1 } })
      .png()
      .toBuffer();
    const pngs: Record<string, Buffer> = {
      exif: withChunks(png, chunk('eXIf', exif(6))),
      raw: withChunks(png, packedText('Raw profile type exif', rawProfile(exif(7)))),
      xmp: withChunks(png, xmp(3)),
      clear,
    };
    const files: Record<string, string | Uint8Array> = {
      ...Object.fromEntries(Object.entries(pngs).map(([name, file]) => [`/${name}.png`, file])),
      '/': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
      '/page.js': await bundle(new URL('./page.ts', import.meta.url), alias),
      '/waves.jpg': jpeg,
      '/xmp.jpg': withSegments(jpeg, xmpSegment(6)),
      '/turned.jpg': await sharp(jpeg).withMetadata({ orientation: 6 }).toBuffer(),
    };
    const site = await serve(path => files[path]);
    // Under this policy no WebAssembly is compiled.
    const strictSite = await serve(path => files[path], {
      'Content-Security-Policy': "script-src 'self'",
    });
    const browser = await launch();
    try {
      const results = await resultsOf<BrowserResults>(browser, site.url);

      const file = Buffer.from(results.file);
      const inNode = Array.from((await decodeWhole(file)).data);
      for (const [way, pixels] of Object.entries(results.pixels))
        expect(pixels, way).toEqual(inNode);
      const plain = {
        channelOrder: 'RGB',
        scale: 1 / 255,
        mean: [0, 0, 0],
        std: [1, 1, 1],
      } as const;
      const normalized = new Float32Array(results.normalized.length);
      normalize(await decodeWhole(file), plain, normalized);
      expect(results.normalized).toEqual(Array.from(normalized));

      for (const [way, { data, fallback }] of Object.entries(results.jpeg)) {
        const how = jpegWays[way as JpegWay];
        const inNode = how ? await decode(jpeg, how) : await decodeWhole(jpeg);
        expect(Buffer.from(data).equals(inNode.data), way).toBe(true);
        expect(fallback).toBeUndefined();
      }
      expect(results.fallbacks.turned).toMatch(/rotated by EXIF/);
      expect(results.fallbacks.png).toBe('it is not a JPEG');
      expect(results.fallbacks.canvas).toBeUndefined();

      const strict = await resultsOf<BrowserResults>(browser, strictSite.url);
      for (const { fallback } of Object.values(strict.jpeg))
        expect(fallback).toMatch(/no vector instructions here, or the page's policy forbids it/);
      const figure = figures.jpeg.find(({ size }: { size: number[] }) => size[0] === 60);
      const { mean } = difference(Uint8Array.from(strict.jpeg.halved.data), decoded(figure.pixels));
      expect(mean).toBeLessThan(1);
      expect(results.upright).toEqual([800, 600, 800, 600]);
      for (const [name, file] of Object.entries(pngs)) {
        const { most } = difference(
          Uint8Array.from(results.pngs[name]!),
          (await decodeWhole(file)).data,
        );
        // The browser mixes what is transparent with its background by itself.
        expect(most, name).toBeLessThanOrEqual(name === 'clear' ? 1 : 0);
      }
      const onBlue = (await decodeWhole(clear, { background: [0, 0, 255] })).data;
      const { most } = difference(Uint8Array.from(results.pngs.clearOnBlue!), onBlue);
      expect(most).toBeLessThanOrEqual(1);
      expect(results.errors[0]).toBe('PictureError: /missing.jpg cannot be loaded: 404');
      expect(results.errors[1]).toMatch(/^PictureError: the file cannot be decoded: /);
      expect(results.errors[2]).toMatch(/it is a PPM.*which this browser cannot read\. Convert it/);
    } finally {
      await browser.close();
      site.close();
      strictSite.close();
    }
  },
  90_000,
);
