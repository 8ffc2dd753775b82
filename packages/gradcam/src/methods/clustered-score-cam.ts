import { atLeastOne, type Method } from './method';

export interface ClusteredScoreCamOptions {
  /** Groups of channels, a pass of the model for each. Default 32. */
  readonly clusters?: number;
  /** An integer. Default 0. */
  readonly seed?: number;
}

/**
 * Score-CAM with one pass of the model for a group of channels that are alike, in the place of one for each: thirty-two in
 * the place of thousands. The mask of a group is the mean of its channels, each scaled to 0 to 1; its weight is shared by
 * them. With as many groups as channels it is Score-CAM. The idea of Cluster-CAM, Feng et al. 2023.
 * https://arxiv.org/abs/2302.01642
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
