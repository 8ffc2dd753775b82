import type { Method } from './method';
import { ofAttention } from './of-attention';

/**
 * Attention rollout of a vision transformer: how much the tokens that the classifier reads have seen of each patch, through the attention
 * of all layers and the shortcuts around it. Where the classifier reads the class token or the mean of the patches, the map is the same for
 * each class; otherwise each token counts as much as the gradient of the score with respect to it is long. Abnar & Zuidema 2020.
 * https://arxiv.org/abs/2005.00928
 *
 * @throws MethodError for a network whose attention cannot be read. Those of `@shroom/models` can be, at any tap,
 *   unless two feed one classifier, or it reads earlier layers too. GradientError when the classifier cannot be differentiated.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: rollout() });
 * // map.height is 16: the rows of the grid of patches
 * ```
 */
export const rollout = (): Method => ofAttention((maps, evidence) => maps.rolloutMap(evidence));
