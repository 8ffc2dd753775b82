import { atLeastOne, type Method } from './method';

export interface ClusteredScoreCamOptions {
  /** Number of groups of channels. The model runs once per group. Default 32. */
  readonly clusters?: number;
  /** Seed of the grouping, an integer. Default 0. */
  readonly seed?: number;
}

/**
 * Score-CAM that runs the model once per group of similar channels instead of once per channel: 32 times instead of thousands. The mask of
 * a group is the mean of its channels, each scaled to 0 to 1, and its channels share one weight. With one group per channel it equals
 * Score-CAM. The idea is from Cluster-CAM, Feng et al. 2023. https://arxiv.org/abs/2302.01642
 *
 * @example
 * ```ts
 * const method = clusteredScoreCam({ clusters: 64 }); // 64 passes an image
 * const [{ map }] = await explain(model, images, { method, batch: 32 });
 * ```
 */
export function clusteredScoreCam(options: ClusteredScoreCamOptions = {}): Method {
  const { clusters = 32, seed = 0 } = options;
  atLeastOne(clusters, 'clusters');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./clustered-score-cam-map')).seenThroughGroups(evidence, clusters, seed),
  };
}
