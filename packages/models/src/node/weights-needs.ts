import { listPretrained } from '../pretrained';
import { findWeightsSource } from './sources/table';
import type { FileNeeds, SourceOptions } from './sources/weights-source';

/** What weights need before they can be used. */
export interface WeightsNeeds extends FileNeeds {
  readonly source: string;
}

/**
 * Tells, without downloading them, whether weights are on this machine and how large they are. The server is asked for the size, except
 * for the hub if HF_HUB_OFFLINE forbids it.
 *
 * @param source What `openWeights` takes, or an id of `listPretrained()`.
 * @throws DownloadError when the name is invalid, or when there is no such file.
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
