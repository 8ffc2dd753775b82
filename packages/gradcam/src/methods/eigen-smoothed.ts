import { componentOf } from './component';
import { innerMethod, type Method, MethodError } from './method';

/**
 * Eigen smoothing: the first principal component of the channels' contributions instead of their sum. The map has less noise, but depends
 * less on the class. Its sign is chosen as for Eigen-CAM. From pytorch-grad-cam.
 *
 * @throws MethodError when the given method is not a sum over channels.
 * @example
 * ```ts
 * const method = eigenSmoothed(layerCam()); // pytorch-grad-cam's `eigen_smooth=True`
 * const [{ map }] = await explain(model, images, { method, tap: 'layer3' });
 * ```
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
