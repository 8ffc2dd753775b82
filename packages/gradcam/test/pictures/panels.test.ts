import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { inferno } from '../../src/index';
import {
  colorBar,
  contactSheet,
  contoursOf,
  contrastPanels,
  grid,
  legend,
  sharedScale,
  signedOverlay,
  toSvg,
} from '../../src/pictures';
import { mapOf, photo, plain } from './figures';

/** What an SVG looks like, as a reader that runs no scripts draws it. */
const drawn = async (svg: string) =>
  sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });

const hostile = `<script>alert("1")</script> & 'more'\u0000`;

describe('evidence for and against a class', () => {
  const gray = plain(1, 3, [100, 100, 100]);
  const options = { favor: [200, 0, 0], against: [0, 0, 200], opacity: 1 } as const;

  test('has a color each, the stronger the farther from 0', () => {
    const { data } = signedOverlay(gray, mapOf([-1, 0, 0.5], 1, 3), options);
    expect(Array.from(data)).toEqual([0, 0, 200, 100, 100, 100, 150, 50, 50]);
  });

  test('of several classes is drawn on one scale', () => {
    const maps = [mapOf([4, 0, 0], 1, 3), mapOf([0, -1, 0], 1, 3)];
    expect(sharedScale(maps)).toBe(4);
    const { data, width } = contrastPanels(gray, maps, options);
    expect(width).toBe(3 + 6 + 3);
    expect(Array.from(data.slice(0, 3))).toEqual([200, 0, 0]);
    // A quarter of the way from gray to blue.
    expect(Array.from(data.slice(10 * 3, 11 * 3))).toEqual([75, 75, 125]);
  });

  test('is empty if the map is 0 everywhere', () => {
    expect(signedOverlay(gray, mapOf([0, 0], 1, 2)).data).toEqual(gray.data);
  });
});

describe('a legend', () => {
  test('runs through all colors, and prints its ends', async () => {
    expect(colorBar(inferno, [1, 256]).data).toEqual(inferno);
    const svg = await legend({ to: 0.5, label: hostile });
    expect([...svg.matchAll(/middle">([^<]*)</g)].map(([, value]) => value)).toEqual([
      '0',
      '0.125',
      '0.25',
      '0.375',
      '0.5',
    ]);
    expect(svg).not.toContain('<script>');
    const { data, info } = await drawn(svg);
    // The last color of the scale, a pixel before its end.
    const place = (34 * info.width + 24 + 254) * 3;
    expect(data[place]).toBeGreaterThan(240);
    expect(data[place + 1]).toBeGreaterThan(240);
  });

  test('without numbers at its ends is refused', async () => {
    await expect(legend({ to: Number.NaN })).rejects.toThrow(/it has 5 from 0 to NaN/);
  });
});

describe('a grid', () => {
  const [red, blue, small] = [
    plain(2, 4, [255, 0, 0]),
    plain(2, 4, [0, 0, 255]),
    plain(2, 2, [0, 255, 0]),
  ];

  test('has its pictures row by row, smaller ones in the middle of their cell', () => {
    const { data, height, width } = grid([red, blue, small], { columns: 2, gap: 1 });
    expect([height, width]).toEqual([5, 9]);
    const at = (row: number, column: number) =>
      Array.from(data.slice((row * 9 + column) * 3).slice(0, 3));
    expect([at(0, 0), at(0, 4), at(0, 5), at(3, 0), at(3, 1)]).toEqual([
      [255, 0, 0],
      [255, 255, 255],
      [0, 0, 255],
      [255, 255, 255],
      [0, 255, 0],
    ]);
  });

  test('of nothing is refused', () => {
    expect(() => grid([])).toThrow(/at least one/);
    expect(() => grid([red], { columns: 0 })).toThrow(/it is 0/);
  });

  test('with captions is one SVG that a reader of SVG can draw', async () => {
    const cells = [
      {
        picture: plain(80, 120, [255, 0, 0]),
        caption: 'Amanita muscaria, ninety-nine per cent sure',
      },
      { picture: plain(80, 120, [0, 0, 255]), caption: hostile },
    ];
    const svg = await contactSheet(cells, { title: hostile, columns: 2 });
    expect(svg).not.toMatch(/<script|[^\P{Cc}\n]/u);
    expect(svg.match(/<text/g)!.length).toBeGreaterThan(4); // the first caption takes several lines
    const { data, info } = await drawn(svg);
    const at = (row: number, column: number) =>
      Array.from(data.subarray((row * info.width + column) * 3).subarray(0, 3));
    expect(at(60, 30)).toEqual([255, 0, 0]);
    expect(at(60, 24 + 120 + 16 + 6)).toEqual([0, 0, 255]);
  });
});

describe('an SVG', () => {
  const black = plain(20, 20, [0, 0, 0]);
  const contours = contoursOf(mapOf([0, 1], 1, 2), [0.5]).map(({ level, rings }) => ({
    level,
    rings: rings.map(ring => ring.map(([x, y]) => [x * 10, y * 20] as const)),
  }));

  test('shows the photo and the contours on it', async () => {
    const svg = await toSvg(black, {
      title: 'A',
      description: 'B',
      contours,
      color: [0, 255, 0],
      width: 4,
    });
    const { data, info } = await drawn(svg);
    expect([info.width, info.height]).toEqual([20, 20]);
    const at = (row: number, column: number) =>
      Array.from(data.subarray((row * 20 + column) * 3).subarray(0, 3));
    expect(at(10, 10)).toEqual([0, 255, 0]);
    expect(at(10, 3)).toEqual([0, 0, 0]);
  });

  test('has a text alternative, with all special characters escaped', async () => {
    const svg = await toSvg(black, { title: hostile, description: 'strongest in the middle' });
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+strongest in the middle"/);
    expect(svg).toMatch(/<title>[^<]+<\/title><desc>strongest in the middle<\/desc>/);
    expect(svg).not.toMatch(/<script|[^\P{Cc}\n]/u);
    expect(svg).not.toMatch(/href="(?!data:)/);
  });

  test('takes the photograph as its file', async () => {
    const { data, height, width } = photo(3);
    const raw = { height, width, channels: 3 } as const;
    const file = await sharp(data, { raw }).jpeg({ quality: 100 }).toBuffer();
    const svg = await toSvg({ file, height, width }, { title: 'A', description: 'B' });
    expect(svg).toContain(`href="data:image/jpeg;base64,${file.toString('base64')}"`);
    const text = { file: new TextEncoder().encode('no picture'), height, width };
    await expect(toSvg(text, { title: 'A', description: 'B' })).rejects.toThrow(
      /begins with "no p"/,
    );
  });
});
