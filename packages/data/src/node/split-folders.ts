import { partNamed } from '../given-split';
import type { Finding } from '../photo';
import type { SplitName } from '../split';
import { PhotoSetError } from './collection';
import { decisive, type Layout, listed, type Nested, type Placed, wrappers } from './nested-files';
import { partsOf } from './part-names';

/**
 * Reads the split that folders define: `train/Amanita/1.jpg`, or `Amanita/train/1.jpg`.
 *
 * @throws PhotoSetError when folders named after parts hold photos without class folders.
 */
export function readSplit<F>(nested: readonly Nested<F>[], where: string): Layout<F> | undefined {
  const parts = partsIn(nested);
  if (parts) return splitOnTop(nested, parts, where);
  const photos = decisive(nested);
  const below = photos.map(({ parts }) => (parts.length > 2 ? partNamed(parts[1]!) : undefined));
  const given = new Set(below);
  if (!given.has('train') || given.size < 2 || given.has(undefined)) return undefined;
  const placed = photos.map(({ file, parts }, index) => ({
    file,
    id: parts.join('/'),
    className: parts[0]!,
    part: below[index]!,
  }));
  const inside = new Set(photos.map(({ parts }) => parts[1]!));
  return { placed, findings: [announced(inside, 'below each class')] };
}

/**
 * The part of each top folder, if all top folders are parts, or if all others hold only files while parts hold class
 * folders.
 */
function partsIn<F>(nested: readonly Nested<F>[]): ReadonlyMap<string, SplitName> | undefined {
  const photos = decisive(nested);
  const folders = new Map<string, Set<string>>();
  for (const { parts } of photos) {
    const inside = folders.get(parts[0]!) ?? new Set();
    folders.set(parts[0]!, inside.add(parts.slice(1, -1).join('/')));
  }
  const parts = partsOf([...folders.keys()]);
  if (parts.size === 0) return undefined;
  const others = [...folders].filter(([name]) => !parts.has(name));
  if (others.length === 0) return parts;
  const labeled = [...parts].filter(([name]) => folders.get(name)!.size > 1);
  const isSplit =
    labeled.some(([, part]) => part === 'train') &&
    new Set(labeled.map(([, part]) => part)).size > 1 &&
    others.every(([, inside]) => inside.size === 1);
  return isSplit ? parts : undefined;
}

/** @param partOf Parts of top folders. Other top folders hold no classes. */
function splitOnTop<F>(
  nested: readonly Nested<F>[],
  partOf: ReadonlyMap<string, SplitName>,
  where: string,
): Layout<F> {
  const tops = new Set(nested.map(({ parts }) => parts[0]!));
  const placed: Placed<F>[] = [];
  const loose: Finding[] = [];
  const labeled = new Set<string>();
  const inClasses = nested.filter(({ parts }) => parts.length > 2 && partOf.has(parts[0]!));
  const wrapping = wrappersOfParts(decisive(inClasses), partOf);
  for (const top of tops) {
    const own = nested.filter(({ parts }) => parts[0] === top);
    const inside = [top, ...(wrapping.get(top) ?? [])];
    const part = partOf.get(top);
    const classed = own.filter(
      ({ parts }) =>
        part !== undefined &&
        parts.length > inside.length + 1 &&
        inside.every((name, index) => parts[index] === name),
    );
    for (const { file, parts } of classed)
      placed.push({ file, id: parts.join('/'), className: parts[inside.length]!, part: part! });
    if (classed.length > 0) labeled.add(top);
    const count = own.length - classed.length;
    if (count > 0)
      loose.push({
        kind: 'quarantined',
        subject: `${top}: ${count} ${count === 1 ? 'file' : 'files'}`,
        reason:
          classed.length > 0
            ? `${count === 1 ? 'lies' : 'lie'} beside the class folders, not in one`
            : 'no class folders, so the photos have no labels; left out',
      });
  }
  if (!placed.some(({ part }) => part === 'train')) {
    throw new PhotoSetError(
      `${where} has the folders ${listed(tops)}, which are names of parts of a split, but no class folders in a training part, so the ` +
        "classes are unknown. Put a folder for each class into each part, or set givenSplit to 'ignore' if these folders are the classes.",
    );
  }
  return { placed, findings: [announced(labeled, 'on top'), ...loose] };
}

/**
 * Folders between a part and its classes, for each part: `train/images/Amanita/1.jpg`, `train/train/Amanita/1.jpg`. The
 * only folder in a part is a class if another part has a folder with the same name and the name is not that of a part.
 */
function wrappersOfParts<F>(
  nested: readonly Nested<F>[],
  partOf: ReadonlyMap<string, SplitName>,
): ReadonlyMap<string, readonly string[]> {
  const inside = new Map<string, string[][]>();
  for (const { parts } of nested) {
    const [top, ...path] = parts as [string, ...string[]];
    const paths = inside.get(top);
    if (paths) paths.push(path);
    else inside.set(top, [path]);
  }
  const common = wrappers(nested.map(({ parts }) => parts.slice(1)));
  const below = (name: string) =>
    new Set(inside.get(name)!.map(parts => parts[common.length]!.toLowerCase()));
  const isClass = (top: string, name: string) =>
    [...inside.keys()].some(other => other !== top && below(other).has(name.toLowerCase()));
  return new Map(
    Array.from(inside, ([top, paths]) => {
      const deeper = wrappers(paths.map(parts => parts.slice(common.length)));
      const [first] = deeper;
      const isOwn =
        first !== undefined &&
        (first === top || partNamed(first) === partOf.get(top) || !isClass(top, first));
      return [top, isOwn ? [...common, ...deeper] : common];
    }),
  );
}

const announced = (folders: ReadonlySet<string>, place: string): Finding => ({
  kind: 'split given',
  subject: [...folders].sort().join(', '),
  reason: `folders ${place} are used as the split, not as classes`,
});
