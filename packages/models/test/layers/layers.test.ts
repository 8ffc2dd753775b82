import '@tensorflow/tfjs-backend-cpu';
import { memory, serialization, type Tensor, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { registerLayers } from '../../src/index';
import { AdaptiveAverage, averagingMatrix } from '../../src/layers/adaptive-average';
import { Gelu } from '../../src/layers/gelu';
import { LayerNorm } from '../../src/layers/layer-norm';
import { StochasticDepth } from '../../src/layers/stochastic-depth';

test('GELU is x times the share of a normal distribution below x', async () => {
  const result = new Gelu().apply(tensor2d([[0, 1, -2]])) as Tensor;
  const [zero, one, minusTwo] = await result.data();
  expect(zero).toBe(0);
  expect(one).toBeCloseTo(0.8413447, 5);
  expect(minusTwo).toBeCloseTo(-2 * 0.0227501, 5);
});

test('a layer norm centers the channels and scales them to a variance of one', async () => {
  const result = new LayerNorm({ epsilon: 0 }).apply(
    tensor2d([
      [1, 3],
      [10, 20],
    ]),
  ) as Tensor;
  expect([...(await result.data())]).toEqual([-1, 1, -1, 1]);
});

describe('an adaptive average', () => {
  test('has the bins of PyTorch: eight places to six overlap', () => {
    const rows = averagingMatrix(6, 8);
    const starts = Array.from({ length: 6 }, (_, bin) =>
      Array.from(rows.subarray(8 * bin, 8 * bin + 8), weight => (weight > 0 ? 1 : 0)).join(''),
    );
    expect(starts).toEqual([
      '11000000',
      '01100000',
      '00110000',
      '00001100',
      '00000110',
      '00000011',
    ]);
  });

  test('of a map that is wide enough already changes nothing', async () => {
    const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const same = new AdaptiveAverage({ size: 2 }).apply(x) as Tensor;
    expect(await same.data()).toEqual(await x.data());
    const mean = new AdaptiveAverage({ size: 1 }).apply(x) as Tensor;
    expect([...(await mean.data())]).toEqual([2.5]);
  });
});

describe('stochastic depth', () => {
  const ones = () => tensor2d(Array<number>(1000).fill(1), [1000, 1]);

  test('leaves out its share of samples in training, and weights the others up', async () => {
    const layer = new StochasticDepth({ rate: 0.2, name: 'drop' });
    const first = await (layer.apply(ones(), { training: true }) as Tensor).data();
    expect(new Set(first)).toEqual(new Set([0, 1.25]));
    expect(first.filter(value => value === 0).length / 1000).toBeCloseTo(0.2, 1);
    const second = await (layer.apply(ones(), { training: true }) as Tensor).data();
    expect(second).not.toEqual(first);
    const again = new StochasticDepth({ rate: 0.2, name: 'drop' });
    expect(await (again.apply(ones(), { training: true }) as Tensor).data()).toEqual(first);
  });

  test('is the identity elsewhere', async () => {
    const x = ones();
    const before = memory().numTensors;
    const same = new StochasticDepth({ rate: 0.9 }).apply(x) as Tensor;
    expect(await same.data()).toEqual(await x.data());
    expect(memory().numTensors).toBe(before + 1);
  });
});

test('two copies of the package register a layer once', async () => {
  registerLayers();
  const known = serialization.SerializationMap.getMap().classNameMap;
  const [first] = known.ShroomGelu!;
  vi.resetModules();
  vi.doMock('@tensorflow/tfjs-core', async () => ({
    ...(await vi.importActual('@tensorflow/tfjs-core')),
    serialization,
  }));
  const copy = await import('../../src/layers/gelu');
  expect(copy.Gelu).not.toBe(Gelu);
  expect(known.ShroomGelu![0]).toBe(first);
});
