import type { Photo } from '@shroom/data';

/** Selects at most `most` photos in the order of their hashes, equally many of each class where possible. */
export function evenly(photos: readonly Photo[], most: number): Photo[] {
  const byClass = new Map<number, Photo[]>();
  for (const photo of [...photos].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)))
    byClass.set(photo.label, [...(byClass.get(photo.label) ?? []), photo]);
  const turns = Math.max(...[...byClass.values()].map(own => own.length));
  return Array.from({ length: turns }, (_, turn) =>
    [...byClass.values()].flatMap(own => own[turn] ?? []),
  )
    .flat()
    .slice(0, most);
}
