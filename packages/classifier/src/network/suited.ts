import { findArchitecture } from '@shroom/models';
import { refuseLastConvolution } from '../explaining/last-convolution';
import type { Configuration } from '../options';
import { requirePooling } from './extractor';
import { requireWholePatches } from './patches';
import { chosenWeights, requireSize } from './weights';

/**
 * Checks that networks suit the size, the pooling and the heat maps of a configuration. Their names tell it, so that a training that
 * cannot work ends before it begins.
 *
 * @throws UnsupportedNetworkError when a network is unknown, has no file, takes no photos of this size, or cannot be pooled or explained
 *   this way.
 */
export function requireSuited(configuration: Configuration): void {
  const { size, pooling, map } = configuration;
  for (const { architecture } of chosenWeights(configuration)) {
    const { tokens, minimumSize } = findArchitecture(architecture);
    requireSize(architecture, minimumSize, size);
    requirePooling(architecture, tokens, pooling);
    if (map === 'last-convolution' && tokens) refuseLastConvolution(architecture);
  }
  requireWholePatches(configuration, size);
}
