import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { PhotoSet } from '../photo';
import { type Candidate, collect, type OpenOptions, PhotoSetError } from './collection';

export interface TableOptions extends OpenOptions {
  /** The column with the photo's path, relative to the table. Default the first there is of `file`, `path`, `image`. */
  readonly path?: string;
  /** The column with the class. Default the first there is of `class`, `label`, `genus`. */
  readonly label?: string;
  /**
   * The column with the group, for a split that keeps groups together; of several columns, their values together are
   * the group. Default `group`, where there is one.
   */
  readonly group?: string | readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Photos that are listed in a table: CSV with a header line, or a JSON array of objects.
 *
 * @throws PhotoSetError naming the line and the column that is wrong, or when the photos lack classes.
 */
export async function openTable(file: string, options: TableOptions = {}): Promise<PhotoSet> {
  const where = resolve(file);
  const text = await readFile(where, 'utf8').catch(error => {
    throw new PhotoSetError(`${where} cannot be read: ${(error as Error).message}`);
  });
  const rows = parseTable(text, where);
  const folder = dirname(where);
  const candidates = candidatesOf(rows, where, options).map(({ id, className, group }) => {
    const origin = { kind: 'file', path: resolve(folder, id) } as const;
    return { id, className, origin, ...(group !== undefined && { group }) };
  });
  return collect(where, candidates, [], options);
}

/** @param where Names the table in errors; ending in `.json` it is JSON. */
export function parseTable(text: string, where: string): Row[] {
  const isJson = /\.json$/i.test(where);
  let rows: unknown;
  try {
    rows = isJson
      ? JSON.parse(text)
      : parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new PhotoSetError(
      `${where} is not ${isJson ? 'JSON' : 'CSV'}: ${(error as Error).message}`,
    );
  }
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isRow)) {
    throw new PhotoSetError(`${where} should be a list of rows, with at least one.`);
  }
  return rows;
}

/** The photos of a table's rows, without their origin. @throws PhotoSetError */
export function candidatesOf(
  rows: readonly Row[],
  where: string,
  options: Pick<TableOptions, 'path' | 'label' | 'group'> = {},
): Omit<Candidate, 'origin'>[] {
  const columns = Object.keys(rows[0]!);
  const choose = (given: string | undefined, usual: readonly string[], what: string) => {
    const names = given === undefined ? usual : [given];
    const found = names.find(name => columns.includes(name));
    if (found !== undefined) return found;
    throw new PhotoSetError(
      `${where} has no column '${names.join("' or '")}' for the ${what}; it has ${columns.join(', ')}.`,
    );
  };
  const path = choose(options.path, ['file', 'path', 'image'], 'path of a photo');
  const label = choose(options.label, ['class', 'label', 'genus'], 'class');
  const asked = options.group ?? (columns.includes('group') ? 'group' : []);
  const groups = [asked].flat().map(name => choose(name, [], 'group'));
  const seen = new Set<string>();
  return rows.map((row, index) => {
    const read = (column: string) => {
      const value = row[column];
      if (typeof value === 'number' || (typeof value === 'string' && value !== '')) {
        return String(value);
      }
      throw new PhotoSetError(`${where}, row ${index + 1}: '${column}' is empty or no text.`);
    };
    const id = read(path).replaceAll('\\', '/');
    if (seen.has(id))
      throw new PhotoSetError(`${where}, row ${index + 1}: '${id}' is listed twice.`);
    seen.add(id);
    const group = groups.map(read).join(' / ');
    return { id, className: read(label), ...(groups.length > 0 && { group }) };
  });
}
