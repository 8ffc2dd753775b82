import '@tensorflow/tfjs-backend-cpu';
import { add } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { explain, prepareModel } from '../../src/index';
import {
  blend,
  jet,
  jetPanels,
  lastConvolution,
  meanGradCam,
  resizeNormalized,
} from '../../src/pictures';
import { formula, images } from '../formula';
import { bytes, figures, mapOf, photo, plain } from './figures';

type Layer = { apply(x: SymbolicTensor): unknown };
const through = (x: SymbolicTensor, ...list: Layer[]): SymbolicTensor =>
  list.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
const sum = (...values: SymbolicTensor[]) => layers.add().apply(values) as SymbolicTensor;
const relu = () => layers.reLU();
const pad = () => layers.zeroPadding2d({ padding: 1 });
const classes = () => [layers.globalAveragePooling2d({}), layers.dense({ units: 5 })];

/** As at the end of a ResNet: convolution, batch norm, shortcut, ReLU. */
function normed(): LayersModel {
  const image = input({ shape: [10, 8, 3] });
  const first = layers.conv2d({ filters: 6, kernelSize: 3, strides: 2 });
  const x = through(image, pad(), first, relu());
  const tap = layers.conv2d({ filters: 6, kernelSize: 3, name: 'last' });
  const y = through(x, pad(), tap, layers.batchNormalization({ epsilon: 1e-3 }));
  const result = model({ inputs: image, outputs: through(sum(x, y), relu(), ...classes()) });
  result.setWeights([
    ...[formula([3, 3, 3, 6], 2), formula([6], 3), formula([3, 3, 6, 6], 4), formula([6], 5)],
    ...[add(formula([6], 8), 1), formula([6], 9)],
    ...[formula([6, 5], 6, 4), formula([5], 7)],
    ...[formula([6], 10), add(formula([6], 11), 1)],
  ]);
  return result;
}

/** As in a ConvNeXt block: a depthwise convolution, two linear layers over the channels, the shortcut. */
function depthwise(): LayersModel {
  const image = input({ shape: [10, 8, 3] });
  const x = through(image, layers.conv2d({ filters: 6, kernelSize: 2, strides: 2 }));
  const tap = layers.depthwiseConv2d({ kernelSize: 3, name: 'last' });
  const linear = [layers.dense({ units: 12 }), relu(), layers.dense({ units: 6 })];
  const y = through(x, pad(), tap, ...linear);
  const result = model({ inputs: image, outputs: through(sum(x, y), ...classes()) });
  result.setWeights([
    ...[formula([2, 2, 3, 6], 2), formula([6], 3), formula([3, 3, 6, 1], 4), formula([6], 5)],
    ...[formula([6, 12], 8, 2), formula([12], 9), formula([12, 6], 10, 2), formula([6], 11)],
    ...[formula([6, 5], 6, 4), formula([5], 7)],
  ]);
  return result;
}

test('jet is that of OpenCV to the byte', () => {
  expect(jet).toEqual(bytes(figures.jet));
});

describe.each([
  ['before the batch norm', 'normed', normed],
  ['on the last depthwise convolution', 'depthwise', depthwise],
] as const)('the map of the last convolution, %s', (_, name, network) => {
  const parts = () => {
    const whole = network();
    return prepareModel(whole, { tap: lastConvolution(whole) });
  };
  const explained = async () => {
    const photos = images();
    const found = await explain(parts(), photos, { method: meanGradCam(), classIndex: [1, 3] });
    photos.dispose();
    return found;
  };

  test('is that of PyTorch and OpenCV, at its own size and at that of the photo', async () => {
    expect(parts().tap).toBe('last');
    for (const [index, { map }] of (await explained()).entries()) {
      const figure = figures.lastConvolution[name][index]!;
      expect(furthest(resizeNormalized(map, [5, 4]).values, figure.map)).toBeLessThan(1e-4);
      expect(furthest(resizeNormalized(map, [23, 19]).values, figure.resized)).toBeLessThan(1e-4);
    }
  });

  test('gives the same three panels, to one step of a pixel', async () => {
    for (const [index, { map }] of (await explained()).entries()) {
      const panels = jetPanels(photo(index), map, 0);
      expect([panels.height, panels.width]).toEqual([23, 3 * 19]);
      const figure = bytes(figures.lastConvolution[name][index]!.panels);
      expect(furthest(panels.data, figure)).toBeLessThanOrEqual(1);
    }
  });
});

test('only convolutions are taken for convolutions', () => {
  const image = input({ shape: [4, 4, 3] });
  const pooled = layers.averagePooling2d({ poolSize: 2, name: 'pool' });
  const none = model({ inputs: image, outputs: through(image, pooled, ...classes()) });
  expect(() => lastConvolution(none)).toThrow(/none of Conv2D.*'pool'/);
});

test("a map with nothing above 0 is drawn in jet's first color, not stretched", () => {
  const { data } = jetPanels(plain(1, 1, [0, 0, 0]), mapOf([-1, -2], 1, 2), 0);
  expect(Array.from(data)).toEqual([0, 0, 0, 0, 0, 128, 0, 0, Math.round(0.3 * 128)]);
});

test('a blend has fixed shares, and says which sizes differ', () => {
  const mixed = blend(plain(1, 1, [100, 200, 255]), plain(1, 1, [200, 0, 255]));
  expect(Array.from(mixed.data)).toEqual([130, 140, 255]);
  expect(() => blend(plain(1, 2, [0]), plain(1, 1, [0]))).toThrow(/1 x 2 and 1 x 1/);
});

function furthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < actual.length; i++)
    most = Math.max(most, Math.abs(actual[i]! - expected[i]!));
  return most;
}
