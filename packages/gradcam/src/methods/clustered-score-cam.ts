import { atLeastOne, type Method } from './method';

export interface ClusteredScoreCamOptions {
  /** Groups of channels, a pass of the model for each. Default 32. */
  readonly clusters?: number;
  /** An integer. Default 0. */
  readonly seed?: number;
}

/**
 * Score-CAM with one pass of the model for each group of channels that are alike, instead of one for each channel: 32 passes
 * instead of thousands. The mask of a group is the mean of its channels, each scaled to 0 to 1; its channels share its weight.
 * With as many groups as channels it is Score-CAM. The idea of Cluster-CAM, Feng et al. 2023.
 * https://arxiv.org/abs/2302.01642
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
