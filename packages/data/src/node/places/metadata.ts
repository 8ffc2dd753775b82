import { posix } from 'node:path';
import { PhotoSetError } from '../collection';
import { featuresOf } from '../parquet/features';
import { openParquet } from '../parquet/file';
import { rowsOf } from '../parquet/list';
import { type RangeOptions, readWhole } from '../stores/ranges';
import { parseTable, type Row, textOf } from '../table-text';
import type { SetFile } from './set-file';

/** Whether a file describes the photos beside and below it. */
export const isMetadata = (name: string): boolean =>
  /(^|\/)metadata\.(csv|jsonl|parquet)$/i.test(name);

/**
 * Reads the metadata of an image folder: the facts of photos by their paths in the set.
 *
 * @throws PhotoSetError when a file names no photos.
 * @see https://huggingface.co/docs/datasets/image_dataset
 */
export async function factsBeside(
  files: readonly SetFile[],
  where: string,
  options: RangeOptions,
): Promise<ReadonlyMap<string, Row>> {
  const facts = new Map<string, Row>();
  for (const { name, place } of files) {
    if (!isMetadata(name)) continue;
    for (const row of await rowsIn(name, place, options)) {
      const [column, cell] =
        Object.entries(row).find(([key]) => key === 'file_name') ??
        Object.entries(row).find(([key]) => key.endsWith('_file_name')) ??
        [];
      const path = textOf(cell);
      if (column === undefined || path === undefined)
        throw new PhotoSetError(
          `${where}: ${name} has no column 'file_name' for the paths of photos relative to it, or leaves it empty.`,
        );
      const { [column]: _, ...others } = row;
      facts.set(posix.join(posix.dirname(name), path.replaceAll('\\', '/')), others);
    }
  }
  return facts;
}

/** Whether a folder has metadata that names photos. Other files may have that name by chance. */
export async function hasMetadata(files: readonly SetFile[]): Promise<boolean> {
  const found = files.filter(({ name }) => isMetadata(name));
  for (const { name, place } of found) {
    const [row] = await rowsIn(name, place, {}).catch(() => []);
    if (row && Object.keys(row).some(key => /(^|_)file_name$/.test(key))) return true;
  }
  return false;
}

async function rowsIn(name: string, place: string, options: RangeOptions): Promise<readonly Row[]> {
  if (!/\.parquet$/i.test(name)) return parseTable(await readWhole(place, options), name).rows;
  const file = await openParquet(place, options);
  try {
    const rows: Row[] = [];
    for await (const { facts } of rowsOf(file, featuresOf(file.metadata), options))
      rows.push(facts);
    return rows;
  } finally {
    await file.close();
  }
}
