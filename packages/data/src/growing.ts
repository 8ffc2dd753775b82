import { type Allocable, allocate, countsOf, roomFor, unitsOf } from './allocation';
import { classKey, labelsOf } from './labels';
import type { SplitManifest } from './manifest';
import type { Photo, PhotoSet } from './photo';
import { type Split, SplitError, type SplitName, splitNames } from './split';

/** A split of a set that has grown. */
export interface ExtendedSplit {
  readonly split: Split;
  /** Ids of photos that the manifest does not know. */
  readonly added: readonly string[];
  /** Ids of the manifest that are gone. */
  readonly missing: readonly string[];
  /** Ids of photos whose bytes are others now; they keep their part. */
  readonly changed: readonly string[];
  /** Ids of photos whose class has another name now; they keep their part. */
  readonly relabeled: readonly string[];
}

/**
 * Extends an earlier split to the photos as they are now. Known photos, by their bytes or else by their id, stay where they
 * were: no test photo ever becomes a training photo. New ones join the part of their group or of their copies, near ones too, where there is
 * one, else the part that they came with, else they fill the parts up to 65/20/15 of each class.
 *
 * @param set As it was opened, with what is known of copies; groups stay together too.
 * @throws SplitError when no photo of the manifest is there, or when a part has lost all of its photos and gets no new ones.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const manifest = parseManifest(await readFile('split.json', 'utf8'));
 * const { split, added, missing } = extendSplit(manifest, await openPhotos('photos'));
 * console.log(`${added.length} new photos, ${missing.length} are gone`);
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
      'None of the photos of the earlier split are there. Is it the split of another set?',
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
      `All ${manifest[empty].length} photos of ${empty} are gone, such as '${manifest[empty][0]!.id}', and no new ones are there to ` +
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

/** Of two parts the one that must not be trained on. */
const later = (a: SplitName | undefined, b: SplitName): SplitName =>
  a !== undefined && splitNames.indexOf(a) > splitNames.indexOf(b) ? a : b;
