import type { AttentionMethodOptions } from './le-grad';
import { atLeastOne, type Method } from './method';
import { ofAttention } from './of-attention';

/**
 * Grad-ECLIP of a vision transformer: the values of each patch, weighed by the gradient of the score with respect to what the class token
 * takes from the attention, and by how similar the key of the patch is to the query of the class token. Zhao et al. 2024.
 * https://arxiv.org/abs/2502.18816
 *
 * @param options `layers`: default 1, the last.
 * @throws RangeError for a number of layers below 1. MethodError when the classifier does not read the class token, or for a network whose
 *   attention cannot be read; those of `@shroom/models` can be.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: gradEclip() });
 * ```
 */
export function gradEclip({ layers = 1 }: AttentionMethodOptions = {}): Method {
  const count = atLeastOne(layers, 'layers');
  return ofAttention((maps, evidence) => maps.gradEclipMap(evidence, count));
}
