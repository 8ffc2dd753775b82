import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listPretrained } from '../pretrained';
import { cacheFolder } from './cache';
import { DownloadError } from './download-error';
import { hubNeeds } from './hub';
import { knownPackages, parseHubSource, type SourceOptions } from './source';
import { urlNeeds } from './url';

/** What weights take before they can be used. */
export interface WeightsNeeds {
  readonly source: string;
  /** Whether they are on this machine, so that nothing is downloaded. */
  readonly here: boolean;
  /** Bytes to download: 0 for what is here, `undefined` where nobody could say. */
  readonly download: number | undefined;
}

/**
 * What weights will take, without downloading them: whether they are here, and how large they are. A server is asked for the
 * size; the hub is not where HF_HUB_OFFLINE forbids it.
 *
 * @param source What `openWeights` takes, or an id of `listPretrained()`.
 * @throws DownloadError for names that none can have, and where there is no such file.
 * @example
 *
 *     const { here, download } = await weightsNeeds('convnext_tiny.fb_in1k');
 */
export async function weightsNeeds(
  source: string,
  options: SourceOptions = {},
): Promise<WeightsNeeds> {
  const known = listPretrained().find(({ id }) => id === source);
  if (known) return { ...(await weightsNeeds(known.source, options)), source };
  if (source.startsWith('hf:'))
    return { source, ...(await hubNeeds(parseHubSource(source), options)) };
  const { cache = cacheFolder(options.env) } = options;
  if (source.startsWith('npm:')) {
    const [, spec = ''] = /^npm:([^#]+)/.exec(source) ?? [];
    const here = existsSync(join(cache, 'npm', spec.replace('/', '+')));
    return { source, here, download: here ? 0 : knownPackages[spec]?.bytes };
  }
  if (/^https?:/.test(source))
    return { source, ...(await urlNeeds(source, { ...options, cache })) };
  const path = source.startsWith('file:') ? fileURLToPath(source) : source;
  if (!existsSync(path)) throw new DownloadError('missing', `${path}: there is no such file.`);
  return { source, here: true, download: 0 };
}
