import { partNamed } from '../given-split';
import type { Finding } from '../photo';
import { decisive, listed, type Nested } from './nested-files';
import { partsOf } from './part-names';

/** A finding if some folders, but not all, are named after parts of a split: that is probably a mistake. */
export function doubtfulFolders<F>(nested: readonly Nested<F>[]): Finding[] {
  const photos = decisive(nested);
  const tops = [...new Set(photos.map(({ parts }) => parts[0]!))];
  const partOf = partsOf(tops);
  const doubtful = (names: Iterable<string>, others: Iterable<string>): Finding => ({
    kind: 'split doubtful',
    subject: [...names].sort().join(', '),
    reason: `named after parts of a split, but not taken as one, since ${listed(new Set(others))} beside them ${
      new Set(others).size === 1 ? 'is' : 'are'
    } not`,
  });
  const others = tops.filter(name => !partOf.has(name));
  if (new Set(partOf.values()).size > 1) return [doubtful(partOf.keys(), others)];
  const below = photos.filter(({ parts }) => parts.length > 2 && partNamed(parts[1]!));
  const named = new Set(below.map(({ parts }) => parts[1]!));
  if (new Set([...named].map(partNamed)).size < 2) return sameFolders(photos);
  const skipped = new Set(below);
  const beside = photos.filter(file => !skipped.has(file));
  return beside.length === 0
    ? []
    : [
        doubtful(
          named,
          new Set(beside.map(({ parts }) => parts.slice(0, -1).slice(0, 2).join('/'))),
        ),
      ];
}

/**
 * A finding if all folders contain the same folder names, which are probably the classes: `holdout/A`, `holdout/B`,
 * `train/A`, `train/B`.
 */
function sameFolders<F>(photos: readonly Nested<F>[]): Finding[] {
  const inside = new Map<string, Set<string>>();
  for (const { parts } of photos) {
    if (parts.length < 3) return [];
    const [top, folder] = parts as [string, string];
    const folders = inside.get(top);
    if (folders) folders.add(folder);
    else inside.set(top, new Set([folder]));
  }
  const kinds = new Set(Array.from(inside.values(), folders => [...folders].sort().join('/')));
  const [same] = inside.values();
  if (inside.size < 2 || kinds.size > 1 || !same || same.size < 2) return [];
  const reason =
    `used as classes, although each contains the same folders, ${listed(same)}: if those are the classes, name the top folders train, ` +
    'val and test, or merge them';
  return [{ kind: 'split doubtful', subject: [...inside.keys()].sort().join(', '), reason }];
}
