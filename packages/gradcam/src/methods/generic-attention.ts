import type { Method } from './method';
import { ofAttention } from './of-attention';

/**
 * Generic attention explainability of a vision transformer: as attention rollout, with each attention weight times its gradient, so that
 * the map belongs to a class. Chefer et al. 2021 (ICCV). https://arxiv.org/abs/2103.15679
 *
 * @throws MethodError for a network whose attention cannot be read. Those of `@shroom/models` can be, at any tap.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: genericAttention(), classIndex: 3 });
 * ```
 */
export const genericAttention = (): Method =>
  ofAttention((maps, evidence) => maps.genericAttentionMap(evidence));
