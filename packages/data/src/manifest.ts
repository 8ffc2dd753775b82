import { classKey, labelsOf } from './labels';
import type { Photo, PhotoSet } from './photo';
import { type Split, SplitError, type SplitName, splitNames } from './split';
import { compareText } from './text-order';

/** One photo of a saved split. */
export interface ManifestEntry {
  readonly id: string;
  readonly class: string;
  /** All classes of the photo, in a set whose photos may have several classes. */
  readonly classes?: readonly string[];
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A split as it is saved in JSON. */
export interface SplitManifest extends Readonly<Record<SplitName, readonly ManifestEntry[]>> {
  /** How the split was made, in words. */
  readonly rule: string;
  readonly seed: number;
  readonly classes: readonly string[];
}

/**
 * Converts a split to plain data in which each photo has its hash.
 *
 * @param how The rule and the seed that made the split.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const set = await openPhotos('photos');
 * const split = splitByClass(set.photos, { seed: 1 });
 * const manifest = toManifest(set, split, { rule: 'splitByClass', seed: 1 });
 * await writeFile('split.json', JSON.stringify(manifest, undefined, 2));
 * ```
 */
export function toManifest(
  { classes, photos }: Pick<PhotoSet, 'classes' | 'photos'>,
  split: Split,
  how: { readonly rule: string; readonly seed: number },
): SplitManifest {
  const part = (name: SplitName) =>
    split[name].map((index): ManifestEntry => {
      const { id, label, labels, sha256 } = photos[index]!;
      const all = labels && { classes: labels.map(each => classes[each]!) };
      return { id, class: classes[label]!, ...all, sha256 };
    });
  return {
    ...how,
    classes,
    train: part('train'),
    validation: part('validation'),
    test: part('test'),
  };
}

/**
 * Reads a manifest from JSON.
 *
 * @throws SplitError saying what is missing or wrong in the text.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const manifest = parseManifest(await readFile('split.json', 'utf8'));
 * const tested = manifest.test.map(({ id }) => id); // ['Amanita/3.jpg', ...]
 * ```
 */
export function parseManifest(text: string): SplitManifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new SplitError(`The manifest is not JSON: ${(error as Error).message}`);
  }
  const broken = (what: string) =>
    new SplitError(`The manifest ${what}. Was it made by toManifest?`);
  if (typeof value !== 'object' || value === null) throw broken('is not an object');
  const manifest = value as Record<string, unknown>;
  const isText = (item: unknown) => typeof item === 'string';
  if (!Array.isArray(manifest.classes) || !manifest.classes.every(isText)) {
    throw broken("has no list of names in 'classes'");
  }
  if (!Number.isFinite(manifest.seed)) throw broken("has no number in 'seed'");
  if (!isText(manifest.rule)) throw broken("has no text in 'rule'");
  const seen = new Set<string>();
  for (const name of splitNames) {
    const entries = manifest[name];
    if (!Array.isArray(entries)) throw broken(`has no list in '${name}'`);
    entries.forEach((entry: Partial<ManifestEntry> | null, place) => {
      if (![entry?.id, entry?.class, entry?.sha256].every(isText)) {
        throw broken(`lacks id, class or sha256 at ${name}[${place}]`);
      }
      const { classes } = entry!;
      if (classes !== undefined && !(Array.isArray(classes) && classes.every(isText)))
        throw broken(`has no list of names in 'classes' at ${name}[${place}]`);
      if (seen.has(entry!.id!)) throw broken(`has '${entry!.id}' more than once`);
      seen.add(entry!.id!);
    });
  }
  return value as SplitManifest;
}

/**
 * Applies the split of a manifest to the photos of a set. Every photo is compared by its hash.
 *
 * @throws SplitError listing photos that are missing, new, changed, or of another class.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const manifest = parseManifest(await readFile('split.json', 'utf8'));
 * const { train, test } = applyManifest(manifest, await openPhotos('photos')); // indices into the photos
 * ```
 */
export function applyManifest(
  manifest: SplitManifest,
  { classes, photos }: Pick<PhotoSet, 'classes' | 'photos'>,
): Split {
  const now = new Map(photos.map((photo, index) => [photo.id, { photo, index }]));
  const problems: string[] = [];
  const indices = (name: SplitName) =>
    manifest[name].flatMap(entry => {
      const found = now.get(entry.id);
      now.delete(entry.id);
      const problem = found ? compare(entry, found.photo, classes) : 'is missing';
      if (problem) problems.push(`${entry.id} ${problem}`);
      return found ? [found.index] : [];
    });
  const [train, validation, test] = splitNames.map(name => indices(name).sort((a, b) => a - b));
  for (const id of now.keys()) problems.push(`${id} is new`);
  if (problems.length > 0) {
    const shown = problems
      .sort(compareText)
      .slice(0, 10)
      .map(problem => `  ${problem}`);
    if (problems.length > shown.length)
      shown.push(`  ... and ${problems.length - shown.length} more`);
    throw new SplitError(
      `The photos are not those that were split:\n${shown.join('\n')}\nRestore them, or make a new split.`,
    );
  }
  return { train: train!, validation: validation!, test: test! };
}

function compare(
  entry: ManifestEntry,
  photo: Photo,
  classes: readonly string[],
): string | undefined {
  if (entry.sha256 !== photo.sha256) return 'has changed';
  const now = classKey(labelsOf(photo).map(label => classes[label]!));
  const then = classKey(entry.classes ?? [entry.class]);
  return now === then ? undefined : `is '${now}' now, but was '${then}'`;
}
