import type { Finding } from '../../photo';
import { leastPerClass, type SplitName } from '../../split';
import { type Candidate, type ListedPhotos, photosInWords } from '../collection';
import type { FoundPhoto } from '../found-photo';
import { readLayout } from '../layout';
import { listedPlaced } from '../listed-photos';
import { partsOf } from '../part-names';
import type { OpenPhotosOptions } from '../sources/photo-source';
import { findColumns, hasLabel } from '../table-columns';
import { normalized, readRows } from '../table-rows';
import type { Row, Table } from '../table-text';

/** A photo in one of several files that hold photos. */
export interface ShardedPhoto extends FoundPhoto {
  /** Unique name of the file, such as `train-000.tar`. */
  readonly shard: string;
  /** Part of a split, if the set says it. */
  readonly part?: SplitName;
}

/**
 * Gives photos their classes: by the facts that are stored with them if these have a class, otherwise by the folders in their names. Files
 * named after parts of a split, such as `train-000.tar`, are the split.
 *
 * @param where Name of the place in errors.
 * @param byFacts Whether folders tell no class.
 * @throws PhotoSetError when neither tells the class.
 */
export function labeled(
  where: string,
  photos: readonly ShardedPhoto[],
  findings: readonly Finding[],
  options: OpenPhotosOptions,
  byFacts = false,
): ListedPhotos {
  const shards = [...new Set(photos.map(({ shard }) => shard))];
  const parts = partsOfShards(shards, options);
  const isGiven = options.givenSplit !== 'ignore' && photos.every(({ part }) => part !== undefined);
  const isSplit = isGiven || parts.size > 0;
  const partOf = (photo: ShardedPhoto) => (isGiven ? photo.part : parts.get(photo.shard));
  const ids = photos.map(({ shard, name }) => normalized(shard === '' ? name : `${shard}/${name}`));
  const columns = [...new Set(photos.flatMap(({ row }) => Object.keys(row ?? {})))];
  const label = labelOf(columns, options);
  if (label === undefined && !byFacts) {
    const files = photos.map((photo, index) => {
      const { name, origin } = photo;
      const part = partOf(photo);
      return { name: part === undefined ? name : `${part}/${name}`, origin, id: ids[index]! };
    });
    const layout = readLayout(files, where, options.givenSplit);
    const placed = layout.placed.map(each => ({ ...each, id: each.file.id }));
    return listedPlaced(where, placed, [...layout.findings, ...findings], options);
  }
  const origins = new Map(photos.map(({ origin }, index) => [ids[index]!, origin]));
  const rows = photos.map((photo, index): Row => {
    const part = partOf(photo);
    return { ...(part !== undefined && { split: part }), ...photo.row, [path]: ids[index] };
  });
  const table: Table = {
    columns: [
      path,
      ...(isSplit ? ['split'] : []),
      ...columns.filter(each => each !== 'split' || !isSplit),
    ],
    ...{ rows, broken: new Map(), hasHeader: true, photoColumns: [] },
  };
  const found = findColumns(table, where, { ...options, path, ...label });
  const read = readRows(table, where, found);
  const candidates = read.listed.map((row): Candidate => {
    return { ...row, origin: origins.get(row.id)! };
  });
  const expected = `There should be at least ${photosInWords(options.leastPerClass ?? leastPerClass)} of each class.`;
  return { candidates, findings: [...found.findings, ...read.findings, ...findings], expected };
}

/** Name of the column that is added to the facts. */
const path = 'path of the photo';

/**
 * The column with the class: the given or a usual one, otherwise `cls` or `txt` of WebDataset. Names of classes come before numbers.
 *
 * @returns `undefined` if the facts have no class.
 */
function labelOf(
  columns: readonly string[],
  { label }: OpenPhotosOptions,
): Pick<OpenPhotosOptions, 'label'> | undefined {
  if (label !== undefined) return { label };
  if (hasLabel(columns)) return {};
  const own = ['cls', 'txt'].find(name => columns.includes(name));
  return own === undefined ? undefined : { label: own };
}

/** The part of each file, if the names of all files state one and one of them is for training. */
function partsOfShards(
  shards: readonly string[],
  { givenSplit }: OpenPhotosOptions,
): ReadonlyMap<string, string> {
  const stems = new Map(shards.map(shard => [shard, shard.replace(/\.\w+$/, '')]));
  const found = partsOf([...stems.values()].map(stem => stem.split('/').at(-1)!));
  const parts = new Map(
    [...stems].flatMap(([shard, stem]) => {
      const part = found.get(stem.split('/').at(-1)!);
      return part === undefined ? [] : [[shard, part as string] as const];
    }),
  );
  const isSplit = parts.size === shards.length && new Set(parts.values()).size > 1;
  return givenSplit === 'ignore' || !isSplit ? new Map() : parts;
}

/** Names of files below the folder that holds all of them. */
export function namesBelow(paths: readonly string[]): string[] {
  const split = paths.map(each => each.replaceAll('\\', '/').split('/'));
  const [first] = split;
  if (!first) return [];
  let common = 0;
  while (
    common < Math.min(...split.map(parts => parts.length)) - 1 &&
    split.every(parts => parts[common] === first[common])
  )
    common++;
  return split.map(parts => parts.slice(common).join('/'));
}
