import { partNamed } from '../given-split';
import type { Finding } from '../photo';
import type { SplitName } from '../split';
import { PhotoSetError } from './collection';
import { isDocument } from './documents';
import { partsOf } from './part-names';
import { isSystem, systemFinding } from './system-files';

/**
 * What top folders named after parts of a split mean (train, training, val, valid, validation, dev, test, testing, eval,
 * evaluation). `auto`: the split, where every top folder has such a name and holds class folders. `require`: the split, and
 * anything else is an error. `ignore`: classes, or folders like any other.
 */
export type GivenSplit = 'auto' | 'require' | 'ignore';

/** A file, its class and its part by where it lies. */
export interface Placed<F> {
  readonly file: F;
  /** Its path below the folders that wrap everything. */
  readonly id: string;
  readonly className: string;
  readonly part?: SplitName;
}

export interface Layout<F> {
  readonly placed: readonly Placed<F>[];
  readonly findings: readonly Finding[];
}

/**
 * Reads classes, and a split where one is given, from the paths of files. Hidden and system files are left out, and folders
 * that wrap everything are passed over. Folders of annotations, without a file that could be a photo, decide nothing.
 *
 * @param files With `/` between the parts of their names.
 * @param where Names the place in errors.
 * @throws PhotoSetError when a split is required and there is none, or when its folders hold photos without classes.
 */
export function readLayout<F extends { readonly name: string }>(
  files: readonly F[],
  where: string,
  givenSplit: GivenSplit = 'auto',
): Layout<F> {
  const system = files.filter(({ name }) => name.split('/').some(isSystem));
  const skipped = new Set(system);
  const all = files
    .filter(file => !skipped.has(file))
    .map(file => ({ file, parts: file.name.split('/') }));
  const wrapping = wrappers(decisive(all).map(({ parts }) => parts));
  const depth = wrapping.length;
  const isInside = ({ parts }: Nested<F>) =>
    parts.length > depth && wrapping.every((name, index) => parts[index] === name);
  const inner = all
    .filter(isInside)
    .map(({ file, parts }) => ({ file, parts: parts.slice(depth) }));
  const findings = systemFinding(system.map(({ name }) => name));
  findings.push(...beside(all.filter(file => !isInside(file))));
  findings.push(...beside(inner.filter(({ parts }) => parts.length === 1)));
  const { photos, documents } = withoutDocuments(inner.filter(({ parts }) => parts.length > 1));
  findings.push(...documents);
  const split = givenSplit === 'ignore' ? undefined : readSplit(photos, where);
  if (split === undefined) {
    if (givenSplit === 'require')
      throw new PhotoSetError(
        `${where} gives no split: its top folders should be train, val and test, each with a folder per class; they are ` +
          `${listed(new Set(photos.map(({ parts }) => parts[0]!)))}.`,
      );
    const placed = photos.map(({ file, parts }) => ({
      file,
      id: parts.join('/'),
      className: parts[0]!,
    }));
    return { placed, findings: [...findings, ...halfSplit(photos, givenSplit)] };
  }
  return { placed: split.placed, findings: [...findings, ...split.findings] };
}

interface Nested<F> {
  readonly file: F;
  /** At least two, from the top folder to the file. */
  readonly parts: readonly string[];
}

/** Files that could be photos; all of them where none could. */
function decisive<F>(files: readonly Nested<F>[]): readonly Nested<F>[] {
  const possible = files.filter(({ parts }) => !isDocument(parts.at(-1)!));
  return possible.length > 0 ? possible : files;
}

/** Single files are named, those of a folder are counted. */
function beside<F extends { readonly name: string }>(files: readonly Nested<F>[]): Finding[] {
  const folders = new Map<string, F[]>();
  for (const { file } of files) {
    const folder = file.name.slice(0, file.name.lastIndexOf('/') + 1);
    const beside = folders.get(folder);
    if (beside) beside.push(file);
    else folders.set(folder, [file]);
  }
  return [...folders].flatMap(([folder, inside]): Finding[] =>
    inside.length <= mostNamed || folder === ''
      ? inside.map(({ name }) => ({
          kind: 'quarantined',
          subject: name,
          reason: 'lies beside the class folders, not in one',
        }))
      : [
          {
            kind: 'quarantined',
            subject: `${folder}: ${inside.length} files`,
            reason: 'lie beside the class folders, not in one',
          },
        ],
  );
}

const mostNamed = 8;

/** Top folders without a file that could be a photo are no classes, but annotations and the like. */
function withoutDocuments<F>(nested: readonly Nested<F>[]): {
  photos: readonly Nested<F>[];
  documents: readonly Finding[];
} {
  const tops = new Set(decisive(nested).map(({ parts }) => parts[0]!));
  const others = new Map<string, number>();
  for (const { parts } of nested) {
    const top = parts[0]!;
    if (!tops.has(top)) others.set(top, (others.get(top) ?? 0) + 1);
  }
  const documents = [...others].map(
    ([top, count]): Finding => ({
      kind: 'class left out',
      subject: top,
      reason: `0 usable photos; ${count === 1 ? 'its one file is' : `its ${count} files are`} text, tables or the like`,
    }),
  );
  return { photos: nested.filter(({ parts }) => tops.has(parts[0]!)), documents };
}

/** `train/Amanita/1.jpg`, or `Amanita/train/1.jpg`. */
function readSplit<F>(nested: readonly Nested<F>[], where: string): Layout<F> | undefined {
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

/** Which part each top folder is, where all are one; or where those beside parts with class folders hold nothing but files. */
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

/** @param partOf Of top folders; those that it does not know hold no classes. */
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
            : 'no class folders: nothing says what they show, and they have no labels; left out',
      });
  }
  if (!placed.some(({ part }) => part === 'train')) {
    throw new PhotoSetError(
      `${where} has the folders ${listed(tops)}, which name parts of a split, and no class folders in a training part: nothing ` +
        "says what the photos show. Put a folder per class into each, or set givenSplit to 'ignore' where these are the classes.",
    );
  }
  return { placed, findings: [announced(labeled, 'on top'), ...loose] };
}

/**
 * `train/images/Amanita/1.jpg`, `train/train/Amanita/1.jpg`: folders between a part and its classes, for each part. One that is alone in
 * its part is a class where another part has it too, and where it is not named after a part.
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
  reason: `folders ${place} are taken as the split, not as classes`,
});

/** Some folders, but not all, are named after parts: probably a mistake, so it is said. */
function halfSplit<F>(nested: readonly Nested<F>[], givenSplit: GivenSplit): Finding[] {
  if (givenSplit === 'ignore') return [];
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

/** `holdout/A`, `holdout/B`, `train/A` and `train/B`: folders of the same names in each, which are probably the classes. */
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
    `taken as classes, though each holds the same folders, ${listed(same)}: where those are the classes, name the ones on top train, ` +
    'val and test, or put them together';
  return [{ kind: 'split doubtful', subject: [...inside.keys()].sort().join(', '), reason }];
}

/** The folders that lie above the class folders: one that is alone and holds folders is not a class. */
function wrappers(paths: readonly (readonly string[])[]): string[] {
  for (let depth = 0; ; depth++) {
    const nested = paths.filter(parts => parts.length > depth + 1);
    const [first] = nested;
    const alone = new Set(nested.map(parts => parts[depth])).size === 1;
    if (!alone || nested.every(parts => parts.length === depth + 2))
      return first?.slice(0, depth) ?? [];
  }
}

const listed = (names: ReadonlySet<string>): string => {
  const sorted = [...names].sort();
  const shown = sorted.slice(0, 6).map(name => `'${name}'`);
  return sorted.length === 0 ? 'none' : shown.join(', ') + (sorted.length > 6 ? ', …' : '');
};
