import type { Finding } from '../photo';
import { PhotoSetError } from './collection';
import { doubtfulFolders } from './doubtful-folders';
import { decisive, type Layout, listed, type Nested, wrappers } from './nested-files';
import { readSplit } from './split-folders';
import { isSystem, systemFinding } from './system-files';

/**
 * What top folders with names of parts mean (train, training, val, valid, validation, dev, test, testing, eval,
 * evaluation). `auto`: they are the split if every top folder has such a name and holds class folders. `require`: they are
 * the split; anything else is an error. `ignore`: they are classes, or ordinary folders.
 */
export type GivenSplit = 'auto' | 'require' | 'ignore';

/**
 * Derives classes, and a split if there is one, from the paths of files. Hidden and system files are left out, and a folder
 * that only contains one folder with everything is skipped. Folders without any possible photo, such as annotations, are
 * ignored.
 *
 * @param files Files whose names have `/` as separator.
 * @param where Name of the place in errors.
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
        `${where} has no split: its top folders should be train, val and test, each with a folder for each class; they are ` +
          `${listed(new Set(photos.map(({ parts }) => parts[0]!)))}.`,
      );
    const placed = photos.map(({ file, parts }) => ({
      file,
      id: parts.join('/'),
      className: parts[0]!,
    }));
    const doubts = givenSplit === 'ignore' ? [] : doubtfulFolders(photos);
    return { placed, findings: [...findings, ...doubts] };
  }
  return { placed: split.placed, findings: [...findings, ...split.findings] };
}

/** Findings about files beside the class folders: single files are named, files in a folder are counted. */
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

/** Removes top folders without any possible photo: they are not classes, but annotations or similar. */
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
      reason: `no usable photos; ${count === 1 ? 'its only file is' : `its ${count} files are`} text, tables or similar`,
    }),
  );
  return { photos: nested.filter(({ parts }) => tops.has(parts[0]!)), documents };
}
