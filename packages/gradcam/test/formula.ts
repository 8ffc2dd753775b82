import { type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

/** Numbers of -0.5 to 0.5 times `scale`, as tools/reference/gradcam.py computes them. */
export function formula(shape: number[], salt: number, scale = 1): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from(
      { length: count },
      (_, index) => (((index * 7919 + salt * 104729 + 13) % 1009) / 1009 - 0.5) * scale,
    ),
    shape,
  );
}

/** The images of the reference figures, `[2, 10, 8, 3]`. */
export const images = (): Tensor4D => formula([2, 10, 8, 3], 1, 4) as Tensor4D;

/** The networks of the reference figures: two convolutions, then a linear layer, after global average pooling or not. */
export function network(kind: string): LayersModel {
  const pooled = kind === 'pooled';
  const pad = { padding: [1, 1] as [number, number] };
  const result = sequential({
    layers: [
      layers.zeroPadding2d({ ...pad, inputShape: [10, 8, 3], name: 'pad1' }),
      layers.conv2d({ filters: 6, kernelSize: 3, name: 'conv1' }),
      layers.reLU({ name: 'relu1' }),
      layers.zeroPadding2d({ ...pad, name: 'pad2' }),
      layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, name: 'conv2' }),
      layers.reLU({ name: 'relu2' }),
      pooled ? layers.globalAveragePooling2d({ name: 'pool' }) : layers.flatten({ name: 'flat' }),
      layers.dense({ units: 5, name: 'linear' }),
    ],
  });
  result.setWeights([
    formula([3, 3, 3, 6], 2),
    formula([6], 3),
    formula([3, 3, 6, 8], 4),
    formula([8], 5),
    formula([pooled ? 8 : 160, 5], 6, pooled ? 4 : 1),
    formula([5], 7),
  ]);
  return result;
}
