import type { Method } from './method';

/**
 * Recipro-CAM: how much of the score one place of the feature map gives alone, all others being 0. One pass of the second
 * part of the model for each place, no gradient. Byun & Lee 2022. https://arxiv.org/abs/2209.14074
 *
 * The score of an empty feature map is taken off, so that places are comparable in sign; scaled to 0 to 1 the map is the
 * paper's. Before global average pooling and a linear layer it is Grad-CAM.
 */
export const reciproCam = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./recipro-cam-map')).placesAlone(evidence),
});
