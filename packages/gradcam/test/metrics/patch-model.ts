import { type Tensor4D, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

export const size = 12;
export const inside = (place: number) => {
  const [row, column] = [Math.floor(place / size), place % size];
  return row >= 2 && row < 6 && column >= 7 && column < 11;
};
export const mask = {
  values: Array.from({ length: size * size }, (_, place) => Number(inside(place))),
  height: size,
  width: size,
};

/**
 * Knows one thing: the brightness of a patch that is off the center is the logit of class 0, and that of its `surroundings`
 * where they have a weight.
 */
export function patchModel(surroundings = 0): LayersModel {
  const result = sequential({
    layers: [
      layers.activation({ activation: 'linear', inputShape: [size, size, 1], name: 'tap' }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
  });
  const kernel = mask.values.map(value => [value > 0 ? 1 / 4 : surroundings, 0]);
  result.setWeights([tensor2d(kernel), tensor1d([0, 0])]);
  return result;
}

/** A bright patch and a dim pattern around it. */
export const image = (): Tensor4D =>
  tensor4d(
    Float32Array.from({ length: size * size }, (_, place) =>
      inside(place) ? 1 : ((place * 7919) % 13) / 40,
    ),
    [1, size, size, 1],
  );
