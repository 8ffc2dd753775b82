import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  colorJitter,
  cutmix,
  drawCrop,
  mixup,
  oneHot,
  type Pixels,
  randAugment,
  randomErasing,
  randomResizedCrop,
  randomStream,
  resize,
  type TransformStep,
  transform,
} from '../../src/index';
import { picture } from '../figures';

const sides = fc.integer({ min: 1, max: 40 });
const seeds = fc.nat();
const size = ({ data, height, width }: Pixels) => [data.length, height, width];

describe('for any picture and seed', () => {
  test('every step keeps its promise about the size, reads alike, and leaves its input alone', () => {
    const steps = fc.constantFrom<TransformStep>(
      { name: 'resize', size: [7, 9] },
      { name: 'centerCrop', size: [7, 9] },
      { name: 'randomResizedCrop', size: [7, 9] },
      { name: 'flipAndRotate' },
      { name: 'colorJitter', brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.5 },
      { name: 'randAugment', operations: 4, magnitude: 30 },
      { name: 'randomErasing', probability: 1 },
    );
    fc.assert(
      fc.property(sides, sides, seeds, steps, (height, width, seed, step) => {
        const original = picture(height, width);
        const occasion = { seed, epoch: 1, photo: 'a' };
        const once = transform(original, [step], occasion);
        expect(transform(picture(height, width), [step], occasion)).toEqual(once);
        expect(original).toEqual(picture(height, width));
        expect(size(once)).toEqual('size' in step ? [189, 7, 9] : size(original));
      }),
      { numRuns: 300 },
    );
  });

  test('resizing keeps a plain color, and every value between the least and the most', () => {
    fc.assert(
      fc.property(sides, sides, sides, sides, (height, width, toHeight, toWidth) => {
        const { data } = picture(height, width);
        const result = resize({ data, height, width }, [toHeight, toWidth]).data;
        expect(Math.min(...result)).toBeGreaterThanOrEqual(Math.min(...data));
        expect(Math.max(...result)).toBeLessThanOrEqual(Math.max(...data));
        const plain = { data: data.map(() => 77), height, width };
        expect(new Set(resize(plain, [toHeight, toWidth]).data)).toEqual(new Set([77]));
      }),
    );
  });

  test('a crop lies inside, within the share of the area that was asked for', () => {
    const large = fc.integer({ min: 60, max: 400 });
    fc.assert(
      fc.property(large, large, seeds, (height, width, seed) => {
        const options = { scale: [0.2, 0.5], ratio: [0.9, 1.1] } as const;
        const box = drawCrop({ height, width }, randomStream(seed), options);
        expect(Math.min(box.top, box.left)).toBeGreaterThanOrEqual(0);
        expect(box.top + box.height).toBeLessThanOrEqual(height);
        expect(box.left + box.width).toBeLessThanOrEqual(width);
        const ratio = box.width / box.height;
        expect(ratio).toBeGreaterThan(0.85);
        expect(ratio).toBeLessThan(1.15);
      }),
    );
  });
});

test('what a step does depends on seed, epoch, photo and its name alone', () => {
  const original = picture(12, 12);
  const occasion = { seed: 1, epoch: 2, photo: 'a' };
  const flip = { name: 'flipAndRotate' } as const;
  const nothing = { name: 'colorJitter' } as const;
  const alone = transform(original, [flip], occasion);
  expect(transform(original, [nothing, flip], occasion)).toEqual(alone);
  for (const other of [{ seed: 2 }, { epoch: 3 }, { photo: 'b' }, { copy: 1 }]) {
    expect(transform(original, [flip], { ...occasion, ...other })).not.toEqual(alone);
  }
});

test('random resized crops cover small and large parts, and squares come out unchanged at full scale', () => {
  const boxes = Array.from({ length: 300 }, (_, seed) =>
    drawCrop({ height: 100, width: 100 }, randomStream('box', seed)),
  );
  const shares = boxes.map(({ height, width }) => (height * width) / 10_000);
  expect(Math.min(...shares)).toBeLessThan(0.15);
  expect(Math.max(...shares)).toBeGreaterThan(0.85);
  const whole = { scale: [1, 1], ratio: [1, 1] } as const;
  const square = picture(15, 15);
  expect(randomResizedCrop(square, [15, 15], randomStream(1), whole)).toEqual(square);
});

test('jitter of no reach, and erasing that never happens, change nothing', () => {
  const original = picture(9, 9);
  expect(colorJitter(original, randomStream(1))).toEqual(original);
  expect(randomErasing(original, randomStream(1), { probability: 0 })).toEqual(original);
  expect(randAugment(original, randomStream(1), { operations: 0 })).toEqual(original);
});

test('erasing fills one rectangle of the share that was asked for', () => {
  const color = [1, 2, 3] as const;
  const white = { data: new Uint8Array(3 * 10_000).fill(255), height: 100, width: 100 };
  for (let seed = 0; seed < 20; seed++) {
    const options = { probability: 1, scale: [0.1, 0.2], color } as const;
    const { data } = randomErasing(white, randomStream(seed), options);
    const rows = Array.from({ length: 100 }, (_, y) =>
      Array.from({ length: 100 }, (_, x) => (data[(y * 100 + x) * 3] === 1 ? x : -1)).filter(
        x => x >= 0,
      ),
    ).filter(row => row.length > 0);
    expect(new Set(rows.map(String)).size).toBe(1);
    const share = (rows.length * rows[0]!.length) / 10_000;
    expect(share).toBeGreaterThan(0.09);
    expect(share).toBeLessThan(0.21);
  }
});

describe('mixing', () => {
  const batch = {
    images: Float32Array.from({ length: 3 * 8 * 8 * 3 }, (_, index) => Math.floor(index / 192)),
    shape: [3, 8, 8, 3] as const,
    targets: oneHot([0, 1, 2], 3),
  };

  test('mixup gives pictures and targets the same shares, which sum to 1', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { images, targets } = mixup(batch, randomStream(seed));
      const share = targets[3 + 1]!;
      expect(targets[3]).toBeCloseTo(1 - share, 6);
      // Picture 1 is all ones, the one before it all zeros.
      expect(images[192]).toBeCloseTo(share, 6);
    }
  });

  test('cutmix gives targets the share of the area that each picture kept', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { images, targets } = cutmix(batch, randomStream(seed));
      const kept = images.slice(192, 384).filter(value => value === 1).length / 192;
      expect(targets[3 + 1]).toBeCloseTo(kept, 6);
      expect(targets[3]).toBeCloseTo(1 - kept, 6);
      expect(batch.images[192]).toBe(1);
    }
  });

  test('shares follow the Beta distribution: mean 1/2, variance 1 / (8 alpha + 4)', () => {
    const alpha = 0.5;
    const shares = Array.from(
      { length: 4000 },
      (_, seed) => mixup(batch, randomStream('share', seed), { alpha }).targets[0]!,
    );
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(1 / (8 * alpha + 4), 2);
    expect(() => mixup(batch, randomStream(1), { alpha: 2 })).toThrow(/at most 1, not 2/);
  });
});
