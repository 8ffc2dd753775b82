import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  extendSplit,
  groupBySource,
  groupDuplicates,
  type Photo,
  parseManifest,
  randomStream,
  type Split,
  shuffled,
  splitAsGiven,
  splitByClass,
  splitByGroup,
} from '@shroom/data';
import { PhotoSetError } from '@shroom/data/node';
import { RunFolderError } from '../errors';
import { columnsOf } from './grouping';
import type { NamedPhotos } from './open-set';
import { labelsOf } from './truth';

/** A split, with a description of how it was made. */
export interface PhotoSplit {
  readonly split: Split;
  readonly rule: string;
  /** Two halves of the validation photos, as indices into that part. One half can choose the epoch while the other one measures. */
  readonly halves: readonly (readonly number[])[];
}

/**
 * Splits photos into training, validation and test photos.
 *
 * @param group Value of the option `--group`.
 * @param earlier An earlier `split.json` to extend.
 */
export async function splitPhotos(
  photos: NamedPhotos,
  group: string,
  seed: number,
  earlier?: string,
): Promise<PhotoSplit> {
  const members = grouped(photos, group);
  const made = (split: Split, rule: string): PhotoSplit => ({
    split,
    rule,
    halves: halvesOf(together(members, photos), split, seed),
  });
  if (earlier !== undefined) {
    const manifest = parseManifest(await readEarlier(earlier));
    const set = { ...photos, photos: members };
    const { split, added, missing, changed, relabeled } = extendSplit(manifest, set, { seed });
    const counts =
      `${added.length} photos added, ${missing.length} missing, ${changed.length} changed, ` +
      `${relabeled.length} of another class`;
    const came = members.some(({ part }) => part !== undefined);
    const known = came ? '; the parts that photos came in count for added ones alone' : '';
    return made(split, `${manifest.rule}; extended: ${counts}${known}`);
  }
  if (members.some(({ part }) => part !== undefined)) {
    const rule = 'the parts that the photos came in; a part that is not there is cut from training';
    return made(splitAsGiven(members, { seed }), rule);
  }
  const near = (photos.copies ?? []).filter(({ kind }) => kind === 'near').length;
  const likeness = near > 0 ? `; ${near} groups of near copies kept together` : '';
  const groups = new Set(members.flatMap(({ group }) => group ?? [])).size;
  if (groups === 0 && ['auto', 'exact', 'near', 'none'].includes(group)) {
    const exact = 'of each class ceil(0.65 n) train, floor(0.2 n) validation, the rest test';
    const iterative = 'near 65/20/15 of each class, by iterative stratification';
    const rule = members.some(({ labels }) => labels !== undefined) ? iterative : exact;
    return made(splitByClass(members, { seed }), rule + likeness);
  }
  if (groups === 0) {
    const what = columnsOf(group) ? 'a .csv or .json table' : 'names such as source-1.jpg';
    throw new PhotoSetError(`--group ${group} needs ${what}; ${photos.name} has none.`);
  }
  const split = splitByGroup(members, { seed, classes: photos.classes });
  const what = { auto: 'column:group', exact: 'column:group' }[group] ?? group;
  const rule = `${groups} groups (${what}) kept together, near 65/20/15 of each class`;
  return made(split, rule + likeness);
}

/** Reads the text of an earlier split. @param path A `split.json`, or the folder of the run that wrote it. */
async function readEarlier(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(path, 'split.json') : path;
  return readFile(file, 'utf8').catch(error => {
    throw new RunFolderError(
      path,
      `holds no split: '${file}' cannot be read (${error.code}). Give the split.json of an earlier run, or the run's folder.`,
      { cause: error },
    );
  });
}

/** The two validation halves of an existing split. @param group Value of the option `--group` when the split was made. */
export function validationHalves(
  photos: NamedPhotos,
  split: Split,
  group: string,
  seed: number,
): PhotoSplit['halves'] {
  return halvesOf(together(grouped(photos, group), photos), split, seed);
}

/** Halves with classes as evenly distributed as possible. Groups stay together if there are at least two. */
function halvesOf(members: readonly Photo[], split: Split, seed: number): PhotoSplit['halves'] {
  const own = split.validation.map(index => members[index]!);
  const nameOf = ({ sha256, group }: Photo) => (group === undefined ? sha256 : `group ${group}`);
  const single = new Set(own.map(nameOf)).size === 1;
  const groups = new Map<string, number[]>();
  for (const [place, photo] of own.entries()) {
    const name = single ? `photo ${photo.id}` : nameOf(photo);
    groups.set(name, [...(groups.get(name) ?? []), place]);
  }
  const order = shuffled([...groups.values()], randomStream('halves', seed));
  const halves: [number[], number[]] = [[], []];
  for (const group of order.sort((a, b) => b.length - a.length)) {
    const labels = group.flatMap(place => labelsOf(own[place]!));
    const [first, second] = halves.map(
      half =>
        half.filter(place => labelsOf(own[place]!).some(label => labels.includes(label))).length,
    ) as [number, number];
    const isSecond = first === second ? halves[0].length > halves[1].length : first > second;
    halves[isSecond ? 1 : 0].push(...group);
  }
  return halves.map(half => half.sort((a, b) => a - b));
}

/** Sets the group of each photo according to `--group`. Near copies were already found when the photos were opened. */
function grouped({ photos }: NamedPhotos, group: string): readonly Photo[] {
  if (group === 'source') return groupBySource(photos);
  if (group !== 'none' && group !== 'near') return photos;
  return photos.map(({ group, ...photo }) => photo);
}

/** Merges groups that share copies of a photo. */
const together = (members: readonly Photo[], { copies = [] }: NamedPhotos): readonly Photo[] =>
  groupDuplicates(members, copies);
