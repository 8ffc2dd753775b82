import type { PhotoSet } from '@shroom/data';
import { expandPlaces } from '@shroom/data/node';

/** Whether photos are named by their places, and not an open set. */
export const arePlaces = (
  photos: string | readonly string[] | PhotoSet,
): photos is string | readonly string[] => typeof photos === 'string' || Array.isArray(photos);

/** Places that can be opened again: those that standard input lists instead of `-`. */
export async function remembered(
  places: string | readonly string[],
): Promise<string | readonly string[]> {
  const given = [places].flat();
  if (!given.includes('-')) return places;
  const all: string[] = [];
  for (const place of given)
    if (place !== '-') all.push(place);
    else for await (const line of expandPlaces(['-'])) all.push(line);
  return all;
}
