import { normalize, type Pixels } from '@shroom/data';
import type { Backbone } from '@shroom/models';
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';

/** Preprocesses pictures for a backbone: `[N, H, W, 3]`. */
export function toTensor(
  pictures: readonly Pixels[],
  { preprocessing }: Pick<Backbone, 'preprocessing'>,
): Tensor4D {
  const [height, width] = preprocessing.size;
  const input = new Float32Array(pictures.length * height * width * 3);
  pictures.forEach((picture, index) => {
    normalize(picture, preprocessing, input, index * height * width * 3);
  });
  return tensor4d(input, [pictures.length, height, width, 3]);
}
