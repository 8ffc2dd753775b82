import { mul, reverse, type Tensor4D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { mapOfImages } from './copies';
import { fuseMaps } from './fusion';
import { innerMethod, type Method, MethodError } from './method';
import { componentOf } from './principal';

/**
 * Eigen smoothing: the first principal component of what the channels contribute, in the place of their sum. Less noise, and
 * less of the class. Signed as for Eigen-CAM. From pytorch-grad-cam.
 *
 * @throws MethodError for a method that is not a sum over channels.
 */
export function eigenSmoothed(method: Method): Method {
  const { contributions } = innerMethod(method, 'eigenSmoothed');
  if (!contributions)
    throw new MethodError(
      'eigenSmoothed takes a method that sums over channels, such as gradCam() or layerCam().',
    );
  return {
    needsGradient: true,
    map: ({ features, gradient }) => componentOf(() => contributions(features, gradient!)),
  };
}

/**
 * Augmentation smoothing: the mean of the maps of six variants of the image, mirrored or not, times 0.9, 1 and 1.1; each
 * finished as by `fuseMaps` and mirrored back. From pytorch-grad-cam.
 *
 * @returns A procedure with maps of the images' size, 0 to 1.
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
