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
    map: async evidence =>
      (await import('./augmented-map')).overVariants(
        evidence,
        variant => mapOfImages(method, evidence, variant),
        fuseMaps,
      ),
  };
}
