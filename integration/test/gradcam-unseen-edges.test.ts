import '@tensorflow/tfjs-backend-cpu';
import {
  augmented,
  explain,
  factorize,
  gradCam,
  gradientShap,
  type HeatMap,
  integratedGradients,
  normalizeMap,
  occlusion,
  overlay,
  resizeMap,
} from '@shroom/gradcam';
import { energyInMask, pointingGame } from '@shroom/gradcam/metrics';
import { placeOnOriginal, toHtml } from '@shroom/gradcam/pictures';
import { loadWeights, ownDialect, type ViTConfig, vit } from '@shroom/models';
import { fill, memory, setBackend, slice, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

beforeAll(() => setBackend('cpu'));

const patch = 10;
const [height, width] = [36, 48];
/** Patches fill 30 x 40 of 36 x 48 pixels. */
const [rows, columns] = [3, 4];

/** A network whose score is the brightest patch's brightness. It has the means of patches as tokens. */
function brightness(
  size: readonly [number | null, number | null],
  before?: layers.Layer,
): LayersModel {
  const pixels = input({ shape: [...size, 3] });
  const means = layers.conv2d({ filters: 1, kernelSize: patch, strides: patch, useBias: false });
  const shown = before ? (before.apply(pixels) as SymbolicTensor) : pixels;
  const patches = means.apply(shown) as SymbolicTensor;
  means.setWeights([fill([patch, patch, 3, 1], 1 / (3 * patch * patch))]);
  const tokens = layers.reshape({ targetShape: [rows * columns, 1], name: 'tokens' });
  const x = tokens.apply(patches) as SymbolicTensor;
  const brightest = layers.globalMaxPooling1d({}).apply(x) as SymbolicTensor;
  return model({ inputs: pixels, outputs: brightest });
}

/** A dark photo with one bright patch. */
function photoWith(row: number, column: number): Tensor4D {
  const values = new Float32Array(height * width * 3);
  for (let y = row * patch; y < (row + 1) * patch; y++)
    for (let x = column * patch; x < (column + 1) * patch; x++)
      values.fill(1, (y * width + x) * 3, (y * width + x + 1) * 3);
  return tensor4d(values, [1, height, width, 3]);
}

const maskOf = (row: number, column: number) => ({
  values: Float32Array.from({ length: height * width }, (_, place) =>
    Math.floor(place / width / patch) === row && Math.floor((place % width) / patch) === column
      ? 1
      : 0,
  ),
  height,
  width,
});

const how = { tap: 'tokens', tokens: {}, link: 'linear' as const, logits: 'as-is' as const };

/** Row and column of the middle of the largest values. */
function peak({ values, height: tall, width: wide }: HeatMap): [number, number] {
  const most = Math.max(...values);
  const places = [...values.keys()].filter(place => values[place]! > most - 1e-6);
  const mean = (of: (place: number) => number) =>
    places.reduce((sum, place) => sum + of(place), 0) / places.length;
  expect(values.length).toBe(tall * wide);
  return [mean(place => Math.floor(place / wide)), mean(place => place % wide)];
}

describe('a map of patches that leave an edge unseen', () => {
  test.each([
    ['images of a fixed size', brightness([height, width])],
    ['after a rescaling', brightness([height, width], layers.rescaling({ scale: 2 }))],
  ])('lies where the patches lie: %s', async (_, network) => {
    for (const [row, column] of [
      [0, 0],
      [1, 2],
      [2, 3],
    ] as const) {
      const photo = photoWith(row, column);
      const [why] = await explain(network, photo, { ...how, classIndex: 0 });
      const { map } = why!;
      expect([map.height, map.width, map.covers]).toEqual([rows, columns, [30 / 36, 40 / 48]]);
      // The middle of patch 2 is pixel 24.5, and not 2.5 * 36 / 3 - 0.5 = 29.5.
      const drawn = resizeMap(map, [height, width]);
      const [y, x] = peak(drawn);
      if (row > 0 && row < 2) expect(y).toBeCloseTo(row * patch + 4.5, 5);
      if (column > 0 && column < 3) expect(x).toBeCloseTo(column * patch + 4.5, 5);
      const { values: inside } = resizeMap({ ...map, covers: [1, 1] }, [30, 40]);
      const expected = Float32Array.from({ length: height * width }, (_, place) => {
        const [down, across] = [Math.floor(place / width), place % width];
        return down < 30 && across < 40 ? inside[down * 40 + across]! : 0;
      });
      expect(drawn.values).toEqual(expected);
      expect(pointingGame(map, maskOf(row, column))).toBe(1);
      // Stretched over the whole photo, less than half of the map's energy would lie on the last patch.
      const stretched = { values: map.values, height: rows, width: columns };
      expect(energyInMask(map, maskOf(row, column))).toBeGreaterThan(
        energyInMask(stretched, maskOf(row, column)),
      );
      photo.dispose();
    }
  });

  test('is placed on the original, in pages and at any size of the photo alike', async () => {
    const photo = photoWith(2, 3);
    const [why] = await explain(brightness([height, width]), photo, { ...how, classIndex: 0 });
    const { map } = why!;
    const placed = placeOnOriginal(map, [height, width]);
    const drawn = resizeMap(map, [height, width]);
    placed.values.forEach((value, place) => {
      expect(value).toBeCloseTo(drawn.values[place]!, 6);
    });
    const unseen = placeOnOriginal(map, [height, width], { unseen: Number.NaN });
    expect(unseen.values.filter(Number.isNaN).length).toBe(height * width - 30 * 40);
    const twice = resizeMap(map, [2 * height, 2 * width]);
    expect(twice.values.slice(60 * 2 * width).every(value => value === 0)).toBe(true);
    expect(twice.values[59 * 2 * width + 79]).toBeGreaterThan(0);
    const picture = { data: new Uint8Array(3 * height * width), height, width };
    const red = overlay(picture, normalizeMap(drawn));
    expect(red.data.slice(30 * width * 3).every(value => value === 0)).toBe(true);
    const page = await toHtml(picture, [{ className: 'a', layer: 'b', method: 'c', map }], {
      title: 'edges',
    });
    expect(page).toContain(`"covers":[${30 / 36},${40 / 48}]`);
    photo.dispose();
  });

  test('by methods that work on pixels covers the same part', async () => {
    const network = brightness([height, width]);
    const photo = photoWith(1, 1);
    const asked = { ...how, classIndex: 0 };
    const covers = [30 / 36, 40 / 48];
    const before = memory().numTensors;
    const [occluded] = await explain(network, photo, {
      ...asked,
      method: occlusion({ places: 3 }),
    });
    expect([occluded!.map.height, occluded!.map.covers]).toEqual([3, covers]);
    // Each place is a row of patches, and a third of 40 pixels wide.
    expect(peak(occluded!.map)).toEqual([1, 1]);
    const [smooth] = await explain(network, photo, { ...asked, method: augmented(gradCam()) });
    expect([smooth!.map.height, smooth!.map.width, smooth!.map.covers]).toEqual([30, 40, covers]);
    const { maps } = await factorize(network, photo, { ...how, concepts: 1 });
    expect(maps[0]![0]!.covers).toEqual(covers);
    expect(memory().numTensors).toBe(before);
    photo.dispose();
  });

  test('of a network of @shroom/models too, whose answer is that of the part it sees', async () => {
    const config: ViTConfig = {
      ...{ patch, width: 24, depth: 2, heads: 3, grid: 4 },
      ...{ positions: 'class and patches', epsilon: 1e-6, pool: 'cls' },
    };
    const filled = async (network: LayersModel) => {
      await loadWeights(network, formulaCheckpoint(network, ownDialect), ownDialect);
      return network;
    };
    const open = await filled(vit(config, { inputSize: [null, null], classes: 5 }));
    const whole = tensor4d(formula(height * width * 3, 1, 4), [1, height, width, 3]);
    const part = slice(whole, [0, 0, 0, 0], [1, 30, 40, 3]);
    const [seen] = await explain(open, part);
    const [why] = await explain(open, whole);
    expect(seen!.map.covers).toBeUndefined();
    expect(why!.map).toEqual({ ...seen!.map, covers: [30 / 36, 40 / 48] });
    expect(why!.logits).toEqual(seen!.logits);
    // A map of the patches' convolution, of which the network also says that it cuts patches.
    const [early] = await explain(open, whole, { tap: 'patch_embed.proj' });
    expect(early!.map.covers).toEqual([30 / 36, 40 / 48]);
    const fixed = await filled(vit(config, { inputSize: [height, width], classes: 5 }));
    const [again] = await explain(fixed, whole);
    expect(again!.signed).toEqual(why!.signed);
    // Baselines have the size of the images, and lose the same edge.
    const other = tensor4d(formula(height * width * 3, 2, 4), [1, height, width, 3]);
    const otherPart = slice(other, [0, 0, 0, 0], [1, 30, 40, 3]);
    for (const method of [integratedGradients, gradientShap]) {
      const from = async (images: Tensor4D, baseline: Tensor4D) => {
        const [found] = await explain(open, images, { method: method({ baseline }) });
        return found!.signed;
      };
      const { covers, ...map } = await from(whole, other);
      expect(covers).toEqual([30 / 36, 40 / 48]);
      expect(map).toEqual(await from(part, otherPart));
      await expect(from(whole, otherPart)).rejects.toThrow(
        'The baseline should be [1 or 1, 36, 48, 3], like the images; it is [1,30,40,3].',
      );
    }
  });
});

test('a feature map of a network without tokens is stretched over the image, as is usual', async () => {
  const pixels = input({ shape: [36, 48, 3] });
  const strided = layers.conv2d({ filters: 2, kernelSize: 10, strides: 10 });
  const pooled = layers.globalAveragePooling2d({}).apply(strided.apply(pixels));
  const logits = layers.dense({ units: 2 }).apply(pooled) as SymbolicTensor;
  const network = model({ inputs: pixels, outputs: logits });
  const [why] = await explain(network, photoWith(0, 0), { classIndex: 0 });
  expect(why!.map.covers).toBeUndefined();
});

test('numbers of a map and what it covers survive the normalizing', () => {
  const map = { values: Float32Array.of(1, 2), height: 1, width: 2, covers: [0.5, 1] as const };
  expect(normalizeMap(map)).toEqual({ ...map, values: Float32Array.of(0.5, 1) });
  expect(resizeMap(map, [2, 2]).values).toEqual(Float32Array.of(1, 2, 0, 0));
});
