import { mul, reverse, type Tensor4D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { fuseMaps } from '../pictures/fusion';
import { mapOfImages } from './map-of-images';
import { innerMethod, type Method } from './method';

/**
 * Augmentation smoothing: the mean of the maps of six variants of the image: mirrored or not, and multiplied by 0.9, 1 and 1.1. Each map is
 * scaled as in `fuseMaps` and mirrored back. From pytorch-grad-cam.
 *
 * @returns A method whose maps have the size of the images and values from 0 to 1.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: augmented(gradCam()) });
 * // map.height is 224, as that of the images
 * ```
 */
export function augmented(method: Method): Method {
  innerMethod(method, 'augmented');
  return {
    needsGradient: false,
    map: async evidence => {
      const [count, height, width] = evidence.images.shape;
      const total = new Float32Array(count * height * width);
      for (const mirrored of [false, true]) {
        for (const factor of [0.9, 1, 1.1]) {
          evidence.signal?.throwIfAborted();
          const images = tidy(() =>
            mul(mirrored ? reverse(evidence.images, 2) : evidence.images, factor),
          ) as Tensor4D;
          try {
            const maps = await mapOfImages(method, evidence, images);
            const [, rows, columns] = maps.shape;
            const all = (await maps.data()) as Float32Array;
            maps.dispose();
            for (let image = 0; image < count; image++) {
              const own = all.slice(image * rows * columns, (image + 1) * rows * columns);
              const map = { values: own, height: rows, width: columns };
              const { values } = fuseMaps([map], [height, width]);
              values.forEach((value, place) => {
                const column = place % width;
                const target = mirrored ? place - column + (width - 1 - column) : place;
                total[image * height * width + target]! += value / 6;
              });
            }
          } finally {
            images.dispose();
          }
        }
      }
      return tensor3d(total, [count, height, width]);
    },
  };
}
