import {
  abs,
  div,
  grad,
  max,
  mean,
  mul,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Method } from './method';

/**
 * Thrown when CAM is not defined for the model or for the target.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images, { method: cam() }).catch(error => {
 *   if (!(error instanceof NotLinearError)) throw error;
 *   return explain(model, images, { method: gradCam() }); // for any network
 * });
 * ```
 */
export class NotLinearError extends Error {
  override readonly name = 'NotLinearError';
}

/**
 * CAM: each channel is weighted by the weight that leads from it to the class. Zhou et al. 2016. https://arxiv.org/abs/1512.04150
 *
 * CAM works only if the tap reaches the logits through global average pooling and one linear layer. The mean of the map plus the bias is
 * then the logit. Grad-CAM generalizes CAM to other networks.
 *
 * @throws NotLinearError when there are other layers between the tap and the logits, or when the target is not linear in the logits.
 * @example
 * ```ts
 * const [{ signed, logits, classIndex }] = await explain(model, images, { method: cam() });
 * const mean = signed.values.reduce((sum, value) => sum + value, 0) / signed.values.length;
 * const bias = logits[classIndex] - mean; // of the last layer, for this class
 * ```
 */
export const cam = (): Method => ({
  needsGradient: false,
  map: async ({ parts, features, score }) => {
    if (!parts.pooled)
      throw new NotLinearError(
        `CAM needs global average pooling right after '${parts.tap}'. gradCam() generalizes it to any network.`,
      );
    const rows = Array.from({ length: features.shape[0] }, (_, image) => image);
    const [map, difference] = tidy(() => {
      const weights = grad((pooled: Tensor) =>
        sum(score(parts.pooledTail(pooled as Tensor2D), rows)),
      );
      const pooled = mean(features, [1, 2]);
      const own = weights(pooled);
      // A linear function has the same gradient everywhere.
      const elsewhere = weights(zerosLike(pooled));
      const difference = div(max(abs(sub(own, elsewhere))), max(abs(own)));
      const [count, channels] = own.shape as [number, number];
      return [sum(mul(features, reshape(own, [count, 1, 1, channels])), 3), difference] as [
        Tensor3D,
        Scalar,
      ];
    });
    const [share] = await difference.data();
    difference.dispose();
    if (share! > 1e-5) {
      map.dispose();
      throw new NotLinearError(
        `CAM needs one linear layer from the pooled '${parts.tap}' to the logits, and a linear target. gradCam() generalizes it to any network.`,
      );
    }
    return map;
  },
});
