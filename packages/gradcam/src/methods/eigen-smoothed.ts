import { componentOf } from './component';
import { innerMethod, type Method, MethodError } from './method';

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
