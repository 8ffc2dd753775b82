import '@tensorflow/tfjs-backend-cpu';
import { setBackend, type Tensor, tensor4d, transpose } from '@tensorflow/tfjs-core';
import { type layers as Layers, layers, sequential } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { exportOnnx } from '../src/index';

beforeAll(() => setBackend('cpu'));

/** Numbers below 0, so that zeros around them are the largest in their windows. */
const values = Array.from({ length: 6 * 7 * 2 }, (_, k) => -1 - ((k * 37) % 101) / 50);

const poolings: Readonly<Record<string, (padding: 'valid' | 'same') => Layers.Layer>> = {
  maximum: padding => layers.maxPooling2d({ poolSize: 3, strides: 2, padding }),
  'maximum of each step': padding => layers.maxPooling2d({ poolSize: 2, strides: 1, padding }),
  mean: padding => layers.averagePooling2d({ poolSize: 3, strides: 2, padding }),
  'mean of each step': padding => layers.averagePooling2d({ poolSize: 2, strides: 1, padding }),
  convolution: () =>
    layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, kernelInitializer: 'ones' }),
};

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
    const images = tensor4d(values, [1, 6, 7, 2]);
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
  },
);
