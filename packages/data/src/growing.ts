import { type Allocable, allocate, countsOf, roomFor, unitsOf } from './allocation';
import { classKey, labelsOf } from './labels';
import type { SplitManifest } from './manifest';
import type { Photo, PhotoSet } from './photo';
import { type Split, SplitError, type SplitName, splitNames } from './split';

/** A split that was extended to a set that has grown. */
export interface ExtendedSplit {
  readonly split: Split;
  /** Ids of new photos, which are not in the manifest. */
  readonly added: readonly string[];
  /** Ids in the manifest whose photos are missing now. */
  readonly missing: readonly string[];
  /** Ids of photos whose bytes have changed; they keep their part. */
  readonly changed: readonly string[];
  /** Ids of photos whose class has another name now; they keep their part. */
  readonly relabeled: readonly string[];
}

/**
 * Extends an earlier split to a set that has grown. Known photos, recognized by their bytes or else by their id, keep their
 * part: a test photo never becomes a training photo. A new photo joins the part of its group or of its copies (also near
 * copies), if there is one; otherwise it keeps the part that it came with, if any; otherwise the new photos fill the parts
 * up to 65/20/15 of each class.
 *
 * @param set The opened set, with its copies. Groups stay together too.
 * @throws SplitError when no photo of the manifest is in the set, or when a part has lost all of its photos and gets no new
 *   ones.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const manifest = parseManifest(await readFile('split.json', 'utf8'));
 * const { split, added, missing } = extendSplit(manifest, await openPhotos('photos'));
 * console.log(`${added.length} new photos, ${missing.length} missing`);
 * ```
 */
export function extendSplit(
  manifest: SplitManifest,
  {
    photos,
    classes,
  }: { readonly photos: readonly (Photo & Allocable)[] } & Pick<PhotoSet, 'classes'>,
  options: { readonly seed?: number } = {},
): ExtendedSplit {
  const { seed = manifest.seed } = options;
  const byHash = new Map<string, SplitName>();
  const byId = new Map<string, SplitName>();
  const classOf = new Map<string, string>();
  for (const part of splitNames)
    for (const entry of manifest[part]) {
      const { id, sha256 } = entry;
      byHash.set(sha256, later(byHash.get(sha256), part));
      byId.set(id, part);
      const name = classKey(entry.classes ?? [entry.class]);
      classOf.set(id, name).set(sha256, name);
    }
  const known = photos.map(({ id, sha256 }) => byHash.get(sha256) ?? byId.get(id));
  if (!known.some(part => part !== undefined))
    throw new SplitError(
      'No photo of the earlier split is in this set. Is it the split of another set?',
    );
  const parts: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  const totals = countsOf(photos);
  const room = roomFor(totals);
  const place = (index: number, part: SplitName) => {
    parts[part].push(index);
    const labels = room[splitNames.indexOf(part)]!;
    for (const label of labelsOf(photos[index]!)) labels.set(label, labels.get(label)! - 1);
  };
  const fresh: Photo[] = [];
  const places = new Map<Photo, number>();
  const partOf = new Map(photos.map(({ id }, index) => [id, known[index]]));
  for (const { members } of unitsOf(photos)) {
    const parts = members.flatMap(member => [
      known[member],
      ...(photos[member]!.cutFrom ?? []).map(id => partOf.get(id)),
    ]);
    const home = parts.reduce((home, part) => (part ? later(home, part) : home), undefined);
    for (const member of members) {
      const given = photos[member]!.part;
      const part = known[member] ?? (given ? later(home, given) : home);
      if (part) place(member, part);
      else {
        fresh.push(photos[member]!);
        places.set(photos[member]!, member);
      }
    }
  }
  const filled = allocate(unitsOf(fresh), room, totals, seed);
  for (const [index, name] of splitNames.entries()) {
    for (const member of filled[index]!) parts[name].push(places.get(fresh[member]!)!);
    parts[name].sort((a, b) => a - b);
  }
  const empty = splitNames.find(name => parts[name].length === 0 && manifest[name].length > 0);
  if (empty)
    throw new SplitError(
      `All ${manifest[empty].length} photos of ${empty} are missing, such as '${manifest[empty][0]!.id}', and no new photos ` +
        'replace them. Restore them, or make a new split.',
    );
  const ids = new Set(photos.map(({ id }) => id));
  const hashes = new Set(photos.map(({ sha256 }) => sha256));
  const gone = ({ id, sha256 }: { id: string; sha256: string }) =>
    !ids.has(id) && !hashes.has(sha256);
  const missing = splitNames.flatMap(name => manifest[name].filter(gone).map(({ id }) => id));
  const isRelabeled = (photo: Photo) => {
    const name = classOf.get(photo.sha256) ?? classOf.get(photo.id);
    return name !== undefined && name !== classKey(labelsOf(photo).map(label => classes[label]!));
  };
  const isChanged = ({ id, sha256 }: Photo) => !byHash.has(sha256) && byId.has(id);
  return {
    split: parts,
    added: photos.filter((_, index) => known[index] === undefined).map(({ id }) => id),
    missing,
    changed: photos.filter(isChanged).map(({ id }) => id),
    relabeled: photos.filter(isRelabeled).map(({ id }) => id),
  };
}

/** The later of two parts, which counts when copies are in both: test before validation, validation before training. */
const later = (a: SplitName | undefined, b: SplitName): SplitName =>
  a !== undefined && splitNames.indexOf(a) > splitNames.indexOf(b) ? a : b;
