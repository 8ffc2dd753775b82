import type { Photo } from '@shroom/data';
import type { Configuration } from '../options';
import type { OnProgress } from '../progress';
import { directionsOf } from './directions';
import { type Extractor, extractorOf } from './extractor';
import { chosenWeights, loadWeights } from './weights';

/**
 * Loads the extractors of a new run. Their weights are downloaded once.
 *
 * @param training Photos from which the directions of second-order pooling are computed.
 */
export async function loadExtractors(
  configuration: Configuration,
  training: readonly Photo[],
  work: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
): Promise<Extractor[]> {
  const { pooling } = configuration;
  // All names are checked before the first download, so that a mistake in the last name is reported at once.
  const chosen = chosenWeights(configuration);
  const extractors: Extractor[] = [];
  try {
    for (const weights of chosen) {
      const loaded = await loadWeights(weights, configuration, work);
      const isSecondOrder = pooling === 'covariance';
      const taps = isSecondOrder ? await directionsOf(loaded, training, work.signal) : [];
      extractors.push(extractorOf(loaded, pooling, taps));
    }
  } catch (error) {
    for (const extractor of extractors) extractor.dispose();
    throw error;
  }
  return extractors;
}
