import type { PhotoSet } from '@shroom/data';
import { PhotoSetError } from '@shroom/data/node';
import { labelsOf } from './truth';

/** Largest number of characters of a class name. `classifier.json` takes no longer ones. */
const longest = 10_000;

/**
 * Returns a set of photos after checking it. A set that the caller has put together may have mistakes that would otherwise make wrong
 * labels, or an error after hours of training.
 *
 * @throws PhotoSetError naming the class or the photo that is wrong.
 */
export function checked<S extends PhotoSet & { readonly name: string }>(set: S): S {
  const { name, classes, photos } = set;
  const wrong = (what: string) => new PhotoSetError(`${name}: ${what}`);
  const known = new Set<string>();
  for (const each of classes) {
    if (typeof each !== 'string' || each === '' || each.length > longest)
      throw wrong(
        `the name of a class should be a text of 1 to ${longest} characters, not ${shown(each)}.`,
      );
    if (known.has(each)) throw wrong(`the class '${each}' is there twice. Give it one place.`);
    known.add(each);
  }
  // A set of the names is only needed where they are not in order. It takes more memory than the photos of an index.
  const ids = isAscending(photos) ? undefined : new Set<string>();
  for (const photo of photos) {
    const { id } = photo;
    if (ids?.has(id)) throw wrong(`the photo '${id}' is there twice. Give each photo its own id.`);
    ids?.add(id);
    const labels = labelsOf(photo);
    const odd = labels.find(label => classes[label] === undefined);
    if (odd !== undefined)
      throw wrong(
        `the photo '${id}' has the label ${odd}, but there are ${classes.length} classes.`,
      );
    if (new Set(labels).size < labels.length)
      throw wrong(`the photo '${id}' has a label twice: ${labels.join(', ')}.`);
  }
  return set;
}

function isAscending(photos: PhotoSet['photos']): boolean {
  let last: string | undefined;
  return photos.every(({ id }) => {
    const follows = last === undefined || last < id;
    last = id;
    return follows;
  });
}

function shown(name: unknown): string {
  if (typeof name !== 'string') return String(name);
  return name.length > longest ? `the ${name.length} of '${name.slice(0, 40)}…'` : `'${name}'`;
}
