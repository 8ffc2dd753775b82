import { mul, reverse, type Tensor3D, type Tensor4D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { type Evidence, gradientOf, type Procedure } from './evidence';
import type { HeatMap } from './explain';
import { fuseMaps } from './fusion';
import type { Method } from './methods';
import { eachWeighted, principalComponent } from './principal';

/**
 * Eigen smoothing: the first principal component of what the channels contribute, in the place of their sum. Less noise, and
 * less of the class. Signed as for Eigen-CAM. From pytorch-grad-cam.
 *
 * @throws TypeError for a method that is not a sum over channels.
 */
export function eigenSmoothed(method: Method): Procedure {
  const { contributions } = method;
  if (!contributions)
    throw new TypeError('eigenSmoothed takes a method that sums over channels, such as gradCam.');
  return {
    needsGradient: true,
    map: ({ features, gradient }) =>
      eachWeighted(() => contributions(features, gradient!), principalComponent),
  };
}

/**
 * Augmentation smoothing: the mean of the maps of six variants of the image, mirrored or not, times 0.9, 1 and 1.1; each
 * finished as by `fuseMaps` and mirrored back. From pytorch-grad-cam.
 *
 * @returns A procedure with maps of the images' size, 0 to 1.
 */
export function augmented(method: Method | Procedure): Procedure {
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
            const maps = await mapsOf(method, { ...evidence, images });
            maps.forEach((map, image) => {
              const { values } = fuseMaps([map], [height, width]);
              values.forEach((value, place) => {
                const column = place % width;
                const target = mirrored ? place - column + (width - 1 - column) : place;
                total[image * height * width + target]! += value / 6;
              });
            });
          } finally {
            images.dispose();
          }
        }
      }
      return tensor3d(total, [count, height, width]);
    },
  };
}

/** A method's maps of other images than those that the evidence is about. */
async function mapsOf(method: Method | Procedure, evidence: Evidence): Promise<HeatMap[]> {
  const { parts, images, score } = evidence;
  const cut = parts.forward(images);
  const { features, side } = cut;
  try {
    const { gradient, logits } = gradientOf(parts, cut, score);
    let maps: Tensor3D | undefined;
    try {
      maps =
        typeof method === 'function'
          ? tidy(() => method(features, gradient))
          : await method.map({ ...evidence, features, side, gradient, logits });
      const [count, height, width] = maps.shape;
      const values = (await maps.data()) as Float32Array;
      const places = height * width;
      return Array.from({ length: count }, (_, image) => ({
        values: values.slice(image * places, (image + 1) * places),
        height,
        width,
      }));
    } finally {
      for (const tensor of [gradient, logits, maps]) tensor?.dispose();
    }
  } finally {
    cut.dispose();
  }
}
