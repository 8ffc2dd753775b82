import { drawMushroom, genera } from '@shroom/drawn';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  crop,
  findCopies,
  groupCopies,
  type Pixels,
  type RandomStream,
  randomStream,
  resize,
  sketch,
} from '../../src/index';

const count = 27;
let pictures: Pixels[];
beforeAll(() => {
  pictures = Array.from({ length: count }, (_, index) => {
    const size = 96;
    const { pixels } = drawMushroom(genera[index % genera.length]!, { seed: index, size });
    return resize({ data: pixels, height: size, width: size }, [120, 150]);
  });
}, 60_000);

/** Pixel by pixel from where `from` says. */
function rearranged(
  { data, height, width }: Pixels,
  size: [number, number],
  from: (y: number, x: number, height: number, width: number) => [number, number],
): Pixels {
  const result = new Uint8Array(3 * height * width);
  for (let y = 0, target = 0; y < size[0]; y++)
    for (let x = 0; x < size[1]; x++, target += 3) {
      const [row, column] = from(y, x, height, width);
      const source = 3 * (row * width + column);
      result.set(data.subarray(source, source + 3), target);
    }
  return { data: result, height: size[0], width: size[1] };
}
const mirrored = (picture: Pixels) =>
  rearranged(picture, [120, 150], (y, x, _, width) => [y, width - 1 - x]);
const turned = (picture: Pixels) =>
  rearranged(picture, [picture.width, picture.height], (y, x, height) => [height - 1 - x, y]);

/** Of this share of the area, anywhere, of any aspect that fits. */
function someCrop(picture: Pixels, share: number, random: RandomStream): Pixels {
  const { height, width } = picture;
  const w = Math.ceil(width * Math.exp(random.between(Math.log(share), 0)));
  const h = Math.min(height, Math.ceil((share * width * height) / w));
  return crop(picture, {
    top: random.below(height - h + 1),
    left: random.below(width - w + 1),
    height: h,
    width: w,
  });
}

const found = async (all: readonly Pixels[]) =>
  (await findCopies(all.map(sketch))).map(({ a, b }) => [a, b]);

describe('near copies', () => {
  test('pictures of one kind are none', async () => {
    expect(await found(pictures)).toEqual([]);
  });

  const kinds: [string, (picture: Pixels, random: RandomStream) => Pixels][] = [
    ['a quarter of the size', picture => resize(picture, [30, 38])],
    ['twice the size', picture => resize(picture, [240, 300])],
    ['squashed', picture => resize(picture, [90, 90])],
    ['mirrored', mirrored],
    ['turned by 90 degrees', turned],
    ['turned by 180 degrees', picture => turned(turned(picture))],
    ['turned by 270 degrees', picture => turned(turned(turned(picture)))],
    ['upside down', picture => mirrored(turned(turned(picture)))],
    ['darker', ({ data, ...size }) => ({ data: data.map(value => 0.8 * value), ...size })],
    ['cropped to 80 %', (picture, random) => someCrop(picture, 0.8, random)],
    ['cropped to 90 %', (picture, random) => someCrop(picture, 0.9, random)],
    [
      'cropped to 80 %, turned, mirrored and half the size',
      (picture, random) => resize(mirroredAny(turned(someCrop(picture, 0.8, random))), [60, 60]),
    ],
  ];
  const mirroredAny = (picture: Pixels) =>
    rearranged(picture, [picture.height, picture.width], (y, x, _, width) => [y, width - 1 - x]);

  test.each(kinds)('%s: every one is found, and nothing else', async (name, copy) => {
    const copies = pictures.map((picture, index) => copy(picture, randomStream(name, index)));
    expect(await found([...pictures, ...copies])).toEqual(
      pictures.map((_, index) => [index, count + index]),
    );
  });

  test('many copies of one picture are all connected', async () => {
    const random = randomStream('many');
    const copies = Array.from({ length: 30 }, () => someCrop(pictures[0]!, 0.8, random));
    const all = [...pictures, ...copies];
    const pairs = await findCopies(all.map(sketch));
    const { groups } = groupCopies(Array<number>(all.length).fill(1), pairs, 1);
    expect(groups).toEqual([[0, ...copies.map((_, index) => count + index)]]);
  });

  test('both crops of one picture are found, and it makes no difference which is first', async () => {
    const random = randomStream('order');
    const [picture] = pictures as [Pixels];
    const set = [someCrop(picture, 0.9, random), picture, mirrored(picture)];
    expect(await found(set)).toEqual(
      expect.arrayContaining([
        [0, 1],
        [1, 2],
      ]),
    );
    expect(await found([...set].reverse())).toEqual(
      expect.arrayContaining([
        [0, 1],
        [1, 2],
      ]),
    );
  });
});

describe('look-alikes', () => {
  const [height, width] = [96, 96];
  const made = (color: (y: number, x: number) => number[]): Pixels => ({
    data: Uint8Array.from(
      Array.from({ length: height * width }, (_, place) =>
        color(Math.floor(place / width), place % width),
      ).flat(),
    ),
    height,
    width,
  });

  test('blank pictures and soft gradients are too plain to compare', async () => {
    const blank = Array.from({ length: 5 }, (_, k) => made(() => [40 * k, 40 * k, 40 * k]));
    const soft = Array.from({ length: 5 }, (_, k) => made((y, x) => [x + k, y, (x + y) / 2]));
    expect(await found([...blank, ...blank, ...soft])).toEqual([]);
  });

  test('the same drawing in other colors is another picture', async () => {
    const [{ data }] = pictures as [Pixels];
    // Red and blue exchanged.
    const other = data.map((_, place) => data[place - (place % 3) + (2 - (place % 3))]!);
    expect(await found([pictures[0]!, { ...pictures[0]!, data: other }])).toEqual([]);
  });

  test('a frame that many pictures share does not make them copies', async () => {
    const framed = pictures.slice(0, 12).map(picture => {
      const inner = resize(picture, [48, 48]);
      return made((y, x) => {
        const inside = y >= 24 && y < 72 && x >= 24 && x < 72;
        const place = 3 * ((y - 24) * 48 + x - 24);
        if (inside) return Array.from(inner.data.subarray(place, place + 3));
        const tile = ((Math.floor(y / 6) * 7 + Math.floor(x / 6) * 13) % 5) * 60;
        return [tile, tile, tile];
      });
    });
    expect(await found(framed)).toEqual([]);
  });
});

test('the search can be stopped, tells how far it is, and has nothing to say of nothing', async () => {
  expect(await findCopies([])).toEqual([]);
  const seen: number[] = [];
  await findCopies(pictures.map(sketch), { onProgress: ({ done }) => seen.push(done) });
  expect(seen.at(-1)).toBe(count);
  const stopped = findCopies(pictures.map(sketch), {
    signal: AbortSignal.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
});
