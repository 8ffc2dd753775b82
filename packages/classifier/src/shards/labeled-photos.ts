import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { listPhotos } from '@shroom/data/node';
import { requireKnownColumns, type TableColumns } from '../options';
import { type Listing, type ListingOptions, listLabeled } from './listing';

/** Photos for a plan, and what was found when they were listed. */
export interface LabeledListing {
  readonly facts: { readonly findings: readonly object[]; readonly expected?: string | undefined };
  readonly listing: Listing;
}

/**
 * Lists labeled photos for a plan.
 *
 * @param places Places for `openPhotos` of `@shroom/data`.
 */
export async function labeledPhotos(
  places: readonly string[],
  columns: TableColumns | undefined,
  options: ListingOptions,
): Promise<LabeledListing> {
  requireKnownColumns(columns);
  const [place = '', ...more] = places;
  const { signal } = options;
  const { where, listed } = await listPhotos(places, { ...columns, ...(signal && { signal }) });
  const isOne = more.length === 0 && existsSync(place);
  const isFolder = isOne && statSync(place).isDirectory();
  const root = isFolder ? where : isOne ? dirname(where) : process.cwd();
  const { findings = [], expected } = listed;
  return { facts: { findings, expected }, listing: await listLabeled(listed, root, options) };
}
