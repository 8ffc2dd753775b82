import type { ParquetOrigin } from '../../origin';
import { ArchiveError } from '../archive-error';
import type { RangeOptions } from '../stores/ranges';
import { ofParquet, openParquet } from './file';

/** The photos of neighboring rows, which are stored together. */
interface Group {
  readonly key: string;
  readonly first: number;
  readonly end: number;
  readonly cells: Promise<readonly unknown[]>;
}

/** Groups that are kept, the one used last at the end. */
const groups: Group[] = [];
const mostGroups = 2;
/** Largest group that is read at once, in bytes. Of larger ones, single rows are read. */
const mostBytes = 2 ** 28;

/**
 * Reads one photo of a Parquet file. Its neighbors are read with it, and kept for a while.
 *
 * @throws ArchiveError when the file has no photo there.
 */
export async function readCell(
  { path, column, row }: ParquetOrigin,
  options: RangeOptions,
): Promise<Buffer> {
  const key = `${column} ${path}`;
  const kept = groups.find(group => group.key === key && group.first <= row && row < group.end);
  const group = kept ?? (await readGroup(key, path, column, row, options));
  if (kept) groups.push(...groups.splice(groups.indexOf(kept), 1));
  const cells = await group.cells;
  const cell = cells[row - group.first];
  const bytes = cell instanceof Uint8Array ? cell : (cell as { bytes?: unknown } | null)?.bytes;
  if (!(bytes instanceof Uint8Array)) throw new ArchiveError(`row ${row} has no photo`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

async function readGroup(
  key: string,
  path: string,
  column: string,
  row: number,
  options: RangeOptions,
): Promise<Group> {
  const { metadata, buffer, close } = await openParquet(path, options);
  let first = 0;
  const found = metadata.row_groups.find(({ num_rows: count }) => {
    if (row < first + Number(count)) return true;
    first += Number(count);
    return false;
  });
  if (!found || row < 0) {
    await close();
    throw new ArchiveError(`the file has changed: it has no row ${row}`);
  }
  const bytes = found.columns
    .filter(({ meta_data: facts }) => facts?.path_in_schema[0] === column)
    .reduce((sum, { meta_data: facts }) => sum + Number(facts!.total_uncompressed_size), 0);
  const isSmall = bytes <= mostBytes;
  const [rowStart, rowEnd] = isSmall ? [first, first + Number(found.num_rows)] : [row, row + 1];
  const cells = (async () => {
    try {
      const { parquetReadObjects } = await import('hyparquet');
      const range = { rowStart, rowEnd, columns: [column], utf8: false, useOffsetIndex: !isSmall };
      const rows = await parquetReadObjects({ file: buffer, metadata, ...range });
      return rows.map(each => each[column] as unknown);
    } catch (error) {
      throw ofParquet(error);
    } finally {
      await close();
    }
  })();
  const group: Group = { key, first: rowStart, end: rowEnd, cells };
  if (isSmall) groups.push(group);
  if (groups.length > mostGroups) groups.shift();
  cells.catch(() => {
    if (groups.includes(group)) groups.splice(groups.indexOf(group), 1);
  });
  return group;
}
