import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ListedPhotos } from '@shroom/data/node';
import { listPhotos } from '@shroom/data/node';
import { requireKnownColumns, type TableColumns } from '../options';
import { type Listing, type ListingOptions, listLabeled } from './listing';

/**
 * Lists labeled photos for a plan.
 *
 * @param places Places for `openPhotos` of `@shroom/data`.
 */
export async function labeledPhotos(
  places: readonly string[],
  columns: TableColumns | undefined,
  options: ListingOptions,
): Promise<{ readonly listed: ListedPhotos; readonly listing: Listing }> {
  requireKnownColumns(columns);
  const [place = '', ...more] = places;
  const { signal } = options;
  const { where, listed } = await listPhotos(places, { ...columns, ...(signal && { signal }) });
  const isOne = more.length === 0 && existsSync(place);
  const isFolder = isOne && statSync(place).isDirectory();
  const root = isFolder ? where : isOne ? dirname(where) : process.cwd();
  return { listed, listing: await listLabeled(listed, root, options) };
}
