import { partNamed } from '../given-split';
import type { Finding } from '../photo';
import type { SplitName } from '../split';
import { PhotoSetError } from './collection';
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
 * that wrap everything are passed over.
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
  const depth = wrappers(all.map(({ parts }) => parts));
  const inner = all.map(({ file, parts }) => ({ file, parts: parts.slice(depth) }));
  const findings = systemFinding(system.map(({ name }) => name));
  const stray = (file: F): Finding => ({
    kind: 'quarantined',
    subject: file.name,
    reason: 'lies beside the class folders, not in one',
  });
  const shallow = inner.filter(({ parts }) => parts.length === 1);
  findings.push(...shallow.map(({ file }) => stray(file)));
  const nested = inner.filter(({ parts }) => parts.length > 1);
  const split = givenSplit === 'ignore' ? undefined : readSplit(nested, where);
  if (split === undefined) {
    if (givenSplit === 'require')
      throw new PhotoSetError(
        `${where} gives no split: its top folders should be train, val and test, each with a folder per class; they are ` +
          `${listed(new Set(nested.map(({ parts }) => parts[0]!)))}.`,
      );
    const placed = nested.map(({ file, parts }) => ({
      file,
      id: parts.join('/'),
      className: parts[0]!,
    }));
    return { placed, findings: [...findings, ...halfSplit(nested, givenSplit)] };
  }
  return { placed: split.placed, findings: [...findings, ...split.findings] };
}

interface Nested<F> {
  readonly file: F;
  /** At least two, from the top folder to the file. */
  readonly parts: readonly string[];
}

/** `train/Amanita/1.jpg`, or `Amanita/train/1.jpg`. */
function readSplit<F>(nested: readonly Nested<F>[], where: string): Layout<F> | undefined {
  const tops = new Set(nested.map(({ parts }) => parts[0]!));
  if (tops.size > 0 && [...tops].every(name => partNamed(name)))
    return splitOnTop(nested, tops, where);
  const below = nested.map(({ parts }) => (parts.length > 2 ? partNamed(parts[1]!) : undefined));
  const given = new Set(below);
  if (!given.has('train') || given.size < 2 || given.has(undefined)) return undefined;
  const placed = nested.map(({ file, parts }, index) => ({
    file,
    id: parts.join('/'),
    className: parts[0]!,
    part: below[index]!,
  }));
  const inside = new Set(nested.map(({ parts }) => parts[1]!));
  return { placed, findings: [announced(inside, 'below each class')] };
}

function splitOnTop<F>(
  nested: readonly Nested<F>[],
  tops: ReadonlySet<string>,
  where: string,
): Layout<F> | undefined {
  const inClasses = nested.filter(({ parts }) => parts.length > 2);
  const labelled = new Set(inClasses.map(({ parts }) => parts[0]!));
  const parts = new Set([...labelled].map(partNamed));
  if (!parts.has('train')) {
    throw new PhotoSetError(
      `${where} has the folders ${listed(tops)}, which name parts of a split, and no class folders in a training part: nothing ` +
        "says what the photos show. Put a folder per class into each, or set givenSplit to 'ignore' where these are the classes.",
    );
  }
  // `train/images/Amanita/1.jpg`: a folder that wraps each part the same way is passed over.
  const depth = wrappers(inClasses.map(({ parts }) => parts.slice(1)));
  const findings: Finding[] = [announced(labelled, 'on top')];
  for (const top of tops) {
    const loose = nested.filter(
      ({ parts }) => parts[0] === top && parts.length <= 2 + (labelled.has(top) ? depth : 0),
    );
    if (loose.length === 0) continue;
    const reason = labelled.has(top)
      ? 'lie beside the class folders, not in one'
      : 'have no class folders: they have no labels, and are left out';
    findings.push({ kind: 'quarantined', subject: `${top}: ${loose.length} files`, reason });
  }
  const placed = inClasses.flatMap(({ file, parts }) =>
    parts.length > 2 + depth
      ? [
          {
            file,
            id: parts.join('/'),
            className: parts[1 + depth]!,
            part: partNamed(parts[0]!)!,
          },
        ]
      : [],
  );
  return { placed, findings };
}

const announced = (folders: ReadonlySet<string>, place: string): Finding => ({
  kind: 'split given',
  subject: [...folders].sort().join(', '),
  reason: `folders ${place} are taken as the split, not as classes`,
});

/** Some top folders, but not all, are named after parts: probably a mistake, so it is said. */
function halfSplit<F>(nested: readonly Nested<F>[], givenSplit: GivenSplit): Finding[] {
  if (givenSplit === 'ignore') return [];
  const tops = [...new Set(nested.map(({ parts }) => parts[0]!))];
  const named = tops.filter(name => partNamed(name));
  if (named.length < 2) return [];
  const others = tops.filter(name => !partNamed(name));
  const reason = `named after parts of a split, but taken as classes, since ${listed(new Set(others))} beside them are not`;
  return [{ kind: 'split doubtful', subject: named.sort().join(', '), reason }];
}

/** How many folders lie above the class folders: one that is alone and holds folders is not a class. */
function wrappers(paths: readonly (readonly string[])[]): number {
  for (let depth = 0; ; depth++) {
    const nested = paths.filter(parts => parts.length > depth + 1);
    const alone = new Set(nested.map(parts => parts[depth])).size === 1;
    if (!alone || nested.every(parts => parts.length === depth + 2)) return depth;
  }
}

const listed = (names: ReadonlySet<string>): string => {
  const sorted = [...names].sort();
  const shown = sorted.slice(0, 6).map(name => `'${name}'`);
  return sorted.length === 0 ? 'none' : shown.join(', ') + (sorted.length > 6 ? ', …' : '');
};
