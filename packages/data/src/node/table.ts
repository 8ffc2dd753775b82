import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PhotoSet } from '../photo';
import { leastPerClass } from '../split';
import {
  type Candidate,
  type ListedPhotos,
  type OpenOptions,
  PhotoSetError,
  photosInWords,
} from './collection';
import { collectPhotos } from './listed-photos';
import { type ColumnNames, findColumns } from './table-columns';
import { isFile, noneThere, oneRowEach, withEnding } from './table-files';
import { normalized, readRows } from './table-rows';
import { parseTable } from './table-text';

export interface TableOptions extends OpenOptions, ColumnNames {}

/**
 * Opens photos that are listed in a table: CSV (commas, semicolons, tabs or bars), a JSON array of objects, or JSON lines.
 * A path without an extension refers to an existing photo with any extension. Unusable rows are listed in `findings`, and
 * the others are used. CSV should have a header line; without one, the column with names of pictures is the path, and the
 * only other column is the class.
 *
 * @throws PhotoSetError naming the missing or wrong column, or when the photos lack classes.
 * @example
 * ```ts
 * const set = await openTable('photos.csv', { path: 'Foto', label: ['Amanita', 'Boletus'] }); // columns of 0 and 1
 * ```
 */
export async function openTable(file: string, options: TableOptions = {}): Promise<PhotoSet> {
  const { where, listed } = await listTable(file, options);
  return collectPhotos(where, listed, options);
}

/** Lists the photos of a table without reading them. @throws PhotoSetError as `openTable` does. */
export async function listTable(
  file: string,
  options: TableOptions,
): Promise<{ readonly where: string; readonly listed: ListedPhotos }> {
  const where = resolve(file);
  const bytes = await readFile(where).catch(error => {
    throw new PhotoSetError(`${where} cannot be read: ${(error as Error).message}`);
  });
  const table = parseTable(bytes, where);
  const folder = dirname(where);
  const placeOf = (id: string) => withEnding(resolve(folder, id));
  const columns = findColumns(table, where, options, cell => isFile(placeOf(normalized(cell))));
  const { listed: rows, findings: found } = readRows(table, where, columns);
  const findings = [...columns.findings, ...found];
  if (table.encoding)
    findings.unshift({ kind: 'converted', subject: where, reason: `read as ${table.encoding}` });
  const places = await Promise.all(
    rows.map(async row => {
      const path = placeOf(row.id);
      return { row, path, real: await realpath(path).catch(() => undefined) };
    }),
  );
  const missing = places.filter(({ real }) => real === undefined);
  const [first] = missing;
  if (first && missing.length === places.length)
    throw new PhotoSetError(noneThere(where, folder, missing.length, first));
  for (const { row, path } of missing)
    findings.push({
      kind: 'quarantined',
      subject: row.id,
      reason: `the file ${path} does not exist`,
    });
  const { listed, findings: again } = oneRowEach(
    places.flatMap(({ row, path, real }) => (real ? [{ ...row, path, real }] : [])),
  );
  findings.push(...again);
  const candidates = listed.map(({ path, real, ...row }): Candidate => {
    return { ...row, origin: { kind: 'file', path } };
  });
  const expected = `The rows should have at least ${photosInWords(options.leastPerClass ?? leastPerClass)} of each class.`;
  return { where, listed: { candidates, findings, expected } };
}
