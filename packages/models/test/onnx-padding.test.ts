import '@tensorflow/tfjs-backend-cpu';
import { setBackend, type Tensor, type Tensor4D, tensor4d, transpose } from '@tensorflow/tfjs-core';
import {
  initializers,
  type layers as Layers,
  type LayersModel,
  layers,
  sequential,
} from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportOnnx } from '../src/index';

beforeAll(() => setBackend('cpu'));

/** Numbers below 0, so that zeros around them are the largest in their windows. */
const below0 = (count: number) =>
  Array.from({ length: count }, (_, k) => -1 - ((k * 37) % 101) / 50);

const poolings: Readonly<Record<string, (padding: 'valid' | 'same') => Layers.Layer>> = {
  maximum: padding => layers.maxPooling2d({ poolSize: 3, strides: 2, padding }),
  'maximum of each step': padding => layers.maxPooling2d({ poolSize: 2, strides: 1, padding }),
  mean: padding => layers.averagePooling2d({ poolSize: 3, strides: 2, padding }),
  'mean of each step': padding => layers.averagePooling2d({ poolSize: 2, strides: 1, padding }),
  convolution: () =>
    layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, kernelInitializer: 'ones' }),
};

/** Expects ONNX Runtime to compute the same of one image, `[1, H, W, C]`. */
async function expectSame(network: LayersModel, images: Tensor4D): Promise<void> {
  const expected = network.predict(images) as Tensor;
  const session = await InferenceSession.create(await exportOnnx(network));
  const turned = transpose(images, [0, 3, 1, 2]);
  const feed = new OnnxTensor('float32', (await turned.data()) as Float32Array, turned.shape);
  const { output } = await session.run({ images: feed });
  const [count, height, width, channels] = expected.shape as [number, number, number, number];
  expect(output!.dims).toEqual([count, channels, height, width]);
  const wanted = await transpose(expected, [0, 3, 1, 2]).data();
  (output!.data as Float32Array).forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 5);
  });
}

test.each(
  Object.keys(poolings).flatMap(name =>
    (['valid', 'same'] as const).flatMap(padding =>
      [0, 1].map(zeros => [name, padding, zeros] as const),
    ),
  ),
)(
  'the %s, %s, of negative numbers with %i rows of zeros is the same in ONNX Runtime',
  async (name, padding, zeros) => {
    const network = sequential();
    const before: [number, number] = [zeros, 2 * zeros];
    network.add(layers.zeroPadding2d({ padding: [before, [zeros, zeros]], inputShape: [6, 7, 2] }));
    network.add(poolings[name]!(padding));
    await expectSame(network, tensor4d(below0(6 * 7 * 2), [1, 6, 7, 2]));
  },
);

type Pair = [number, number];
/** Sides of a window and larger steps. */
const sparse: readonly (readonly [Pair, Pair])[] = [
  [
    [1, 1],
    [2, 2],
  ],
  [
    [2, 2],
    [3, 3],
  ],
  [
    [3, 3],
    [5, 5],
  ],
  [
    [2, 3],
    [3, 2],
  ],
  [
    [1, 3],
    [2, 2],
  ],
];
const eighths = initializers.constant({ value: 1 / 8 });
const sparseLayers: Readonly<Record<string, (sides: Pair, strides: Pair) => Layers.Layer>> = {
  maximum: (poolSize, strides) => layers.maxPooling2d({ poolSize, strides, padding: 'same' }),
  mean: (poolSize, strides) => layers.averagePooling2d({ poolSize, strides, padding: 'same' }),
  convolution: (kernelSize, strides) =>
    layers.conv2d({ filters: 2, kernelSize, strides, padding: 'same', kernelInitializer: eighths }),
};

describe.each(Object.keys(sparseLayers))("the %s, 'same', of windows", name => {
  test.each(sparse)(
    'of sides %j at larger strides %j is the same in ONNX Runtime',
    async (...window) => {
      for (const size of [
        [8, 8],
        [9, 11],
        [10, 9],
        [11, 13],
        [6, 7],
      ])
        for (const isOpen of name === 'convolution' ? [false, true] : [false]) {
          const network = sequential();
          const inputShape = [...(isOpen ? [null, null] : size), 2];
          network.add(layers.inputLayer({ inputShape }));
          network.add(sparseLayers[name]!(...window));
          await expectSame(
            network,
            tensor4d(below0(size[0]! * size[1]! * 2), [1, size[0]!, size[1]!, 2]),
          );
        }
    },
  );
});
