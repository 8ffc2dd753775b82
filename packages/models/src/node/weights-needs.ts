import { listPretrained } from '../pretrained';
import { findWeightsSource } from './sources/table';
import type { FileNeeds, SourceOptions } from './sources/weights-source';

/** What weights take before they can be used. */
export interface WeightsNeeds extends FileNeeds {
  readonly source: string;
}

/**
 * What weights will take, without downloading them: whether they are here, and how large they are. A server is asked for the
 * size; the hub is not where HF_HUB_OFFLINE forbids it.
 *
 * @param source What `openWeights` takes, or an id of `listPretrained()`.
 * @throws DownloadError for invalid names, and where there is no such file.
 * @example
 * ```ts
 * const { here, download } = await weightsNeeds('resnet50.keras');
 * if (!here) console.log(`${download} bytes will be downloaded`); // 95128781
 * ```
 */
export async function weightsNeeds(
  source: string,
  options: SourceOptions = {},
): Promise<WeightsNeeds> {
  const known = listPretrained().find(({ id }) => id === source);
  const address = known?.source ?? source;
  return { source, ...(await findWeightsSource(address).needs(address, options)) };
}
