import { shownAddress } from '../stores/http';
import { isRemote } from './addresses';

/** A place as names and messages show it: an address without credentials. */
export const shownPlace = (place: string): string =>
  isRemote(place) ? shownAddress(place) : place;

/** Shows places, one after the other. Addresses that differ only in what is not shown get numbers. */
export function shownPlaces(): (place: string) => string {
  const counts = new Map<string, number>();
  return place => {
    const shown = shownPlace(place);
    if (shown === place) return place;
    const count = (counts.get(shown) ?? 0) + 1;
    counts.set(shown, count);
    return count === 1 ? shown : `${shown}${count}`;
  };
}
