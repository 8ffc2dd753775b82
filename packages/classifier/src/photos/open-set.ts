import { basename, resolve } from 'node:path';
import type { PhotoSet } from '@shroom/data';
import { type ColumnNames, type GivenSplit, openPhotos, PhotoSetError } from '@shroom/data/node';
import { Meter, type OnProgress } from '../progress';
import { isAddress } from './addresses';
import { checked } from './checked-set';
import { columnsOf, copiesFor } from './grouping';
import { arePlaces } from './places';

/** Photos of a run, with the name of the set. */
export interface NamedPhotos extends PhotoSet {
  readonly name: string;
}

/** How a set is read. The fields are the training options of the same names. */
export interface ReadingOptions {
  readonly group: string;
  readonly givenSplit?: GivenSplit;
  readonly columns?: ColumnNames;
  /** Classes with fewer photos are left out. */
  readonly leastPerClass?: number;
  /** Minimum number of classes. Default 2. */
  readonly leastClasses?: number;
}

/**
 * Opens photos and names the set.
 *
 * @param where An argument of `openPhotos` of `@shroom/data`, or an open set.
 * @throws PhotoSetError also when the photos of an index are not where it says.
 */
export async function openSet(
  where: string | readonly string[] | PhotoSet,
  { group, givenSplit = 'auto', columns, leastPerClass, leastClasses }: ReadingOptions,
  { onProgress, signal }: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
): Promise<NamedPhotos> {
  if (!arePlaces(where)) return checked({ ...where, name: where.name || 'photos' });
  const groups = columnsOf(group);
  const loading = new Meter('downloading photos', 'MB', onProgress);
  const checking = new Meter('checking photos', 'files', onProgress);
  const set = await openPhotos(where, {
    givenSplit,
    copies: copiesFor(group),
    ...(signal && { signal }),
    ...(groups && { group: groups }),
    ...columns,
    ...(leastPerClass !== undefined && { leastPerClass }),
    ...(leastClasses !== undefined && { leastClasses }),
    kaggle: {
      onProgress: ({ done, total = done }) => loading.update(megabytes(done), megabytes(total)),
    },
    onProgress: ({ done, total }) => checking.update(done, total),
  });
  const absent = set.findings.find(({ kind }) => kind === 'photos absent');
  // Whatever opens a set reads its photos: better now than after hours.
  if (absent) throw new PhotoSetError(`${absent.subject}: ${absent.reason}.`);
  return checked({ name: nameOf(where), ...set });
}

/** Name of a photo set, derived from the location of the set, or the first one of several. The name can be used for a folder. */
export function nameOf(where: string | readonly string[]): string {
  const [first = ''] = typeof where === 'string' ? [where] : where;
  const onServer = isAddress(first);
  const plain = first.replace(onServer ? /[?#].*$/ : /^-$/, '').replace(/\/+$/, '');
  return (
    basename(onServer ? plain : resolve(plain))
      .replace(/\.(zip|csv|tsv|json|jsonl|ndjson|tar|parquet|photos)$/i, '')
      .replace(/[{*?[].*$/, '')
      .replace(/[-_.]+$/, '')
      .replaceAll(/[:@]/g, '-') || 'photos'
  );
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);
