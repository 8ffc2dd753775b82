import { shownPlaces } from '../photos/addresses';
import { eachPhoto, type StoredPhoto } from '../photos/inputs';
import { UsageError } from './verb';

/** Number of photos that are listed before the first of them is used. */
const ahead = 1000;

/** Photos at the places of a command. They are found while they are used, so that any number of them can be listed. */
export interface PlacedPhotos {
  /** The first photos, at most a thousand. */
  readonly first: readonly StoredPhoto[];
  /** Number of photos, if they are no more than the first ones. */
  readonly total: number | undefined;
  /** All photos, one after the other, once. */
  readonly all: AsyncIterable<StoredPhoto>;
  /** Ends the listing. A list on standard input that goes on would otherwise keep the program from ending. */
  close(): void;
}

/** Begins to list the photos at places. @throws UsageError when there are none. */
export async function photosAt(places: readonly string[]): Promise<PlacedPhotos> {
  const listing = stored(places);
  const first: StoredPhoto[] = [];
  let isWhole = false;
  while (!isWhole && first.length < ahead) {
    const { value, done } = await listing.next();
    if (value) first.push(value);
    isWhole = done === true;
  }
  if (first.length === 0) throw new UsageError(`There are no photos in ${shownPlaces(places)}.`);
  async function* all() {
    yield* first;
    yield* listing;
  }
  return {
    ...{ first, total: isWhole ? first.length : undefined, all: all() },
    close: () => {
      if (places.includes('-')) process.stdin.destroy();
      // Not awaited, as the next line of the list may never come.
      void listing.return().catch(() => {});
    },
  };
}

async function* stored(places: readonly string[]): AsyncGenerator<StoredPhoto, void, undefined> {
  for await (const { name, input } of eachPhoto(places)) {
    const origin = typeof input === 'string' ? ({ kind: 'file', path: input } as const) : input;
    if ('kind' in origin) yield { name, origin };
  }
}
