import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findNeighbors, groupsOf, perceptualHash, randomStream, resize } from '../../src/index';
import { figures, picture } from '../figures';

const distance = (a: string, b: string) =>
  [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter(bit => bit === '1').length;

const randomHash = (random: ReturnType<typeof randomStream>) =>
  Array.from({ length: 16 }, () => random.below(16).toString(16)).join('');

/** The hash with a number of bits turned over. */
function near(hash: string, bits: readonly number[]): string {
  const turned = bits.reduce((value, bit) => value ^ (1n << BigInt(bit)), BigInt(`0x${hash}`));
  return turned.toString(16).padStart(16, '0');
}

describe('the search for neighbors', () => {
  test('finds what comparing all pairs finds', () => {
    const bit = fc.integer({ min: 0, max: 63 });
    const hashes = fc.array(fc.array(bit, { maxLength: 12 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(hashes, fc.integer({ min: 0, max: 15 }), (list, radius) => {
        const made = [...new Set(list.map(bits => near('0123456789abcdef', bits)))];
        const expected = made.flatMap((one, a) =>
          made
            .map((other, b) => ({ a, b, distance: distance(one, other) }))
            .filter(pair => pair.b > a && pair.distance <= radius),
        );
        expect(findNeighbors(made, radius)).toEqual(expected);
      }),
    );
  });

  test('chains equal hashes instead of pairing each with each', () => {
    const blank = Array(1000).fill('00000000000000ff');
    const pairs = findNeighbors([...blank, '00000000000000fe']);
    expect(pairs).toHaveLength(1000);
    expect(groupsOf(1001, pairs)).toEqual([Array.from({ length: 1001 }, (_, index) => index)]);
  });

  // So many that buckets of one shared band would be large, and two are shared.
  test.each([20_000, 150_000])('finds the planted pairs among %i hashes, each once', count => {
    const random = randomStream('hashes');
    const hashes = Array.from({ length: count }, () => randomHash(random));
    for (let pair = 0; pair < 100; pair++) {
      hashes.push(near(hashes[pair]!, [0, 11, 22, 33, 44, 55].slice(0, pair % 7)));
    }
    const pairs = findNeighbors(hashes).map(({ a, b }) => `${a} ${b}`);
    const found = new Set(pairs);
    expect(found.size).toBe(pairs.length);
    for (let pair = 0; pair < 100; pair++) {
      expect(found.has(`${pair} ${count + pair}`)).toBe(true);
    }
  });

  test('refuses what is no hash', () => {
    expect(() => findNeighbors(['xyz'])).toThrow(/Hash 0 should be 16 hexadecimal digits/);
    expect(() => findNeighbors([], 16)).toThrow(/0 to 15, not 16/);
  });
});

test('groups are what is connected', () => {
  const pairs = [
    { a: 0, b: 4 },
    { a: 2, b: 3 },
    { a: 4, b: 5 },
  ];
  expect(groupsOf(7, pairs)).toEqual([
    [0, 4, 5],
    [2, 3],
  ]);
});

describe('the perceptual hash', () => {
  test.each<{ from: [number, number]; hash: string }>(figures.perceptualHash)(
    'of a picture $from differs from that by SciPy in no bit',
    ({ from, hash }) => {
      expect(perceptualHash(picture(...from))).toBe(hash);
    },
  );

  test('hardly changes with size and brightness, and much with content', () => {
    const large = picture(97, 131);
    const hash = perceptualHash(large);
    const brighter = { ...large, data: large.data.map(value => 20 + value * 0.9) };
    expect(distance(hash, perceptualHash(resize(large, [60, 70])))).toBeLessThanOrEqual(6);
    expect(distance(hash, perceptualHash(brighter))).toBeLessThanOrEqual(6);
    expect(distance(hash, perceptualHash(picture(64, 64)))).toBeGreaterThan(12);
  });
});
