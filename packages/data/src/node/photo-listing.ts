import type { ListedPhotos } from './collection';

/** The photos of a place, none of which was read. */
export interface PhotoListing {
  /** Name of the place in errors. */
  readonly where: string;
  readonly listed: ListedPhotos;
}
