import { parse } from 'csv-parse/sync';
import { PhotoSetError } from './collection';

/** The cells of a row by column name. */
export type Row = Readonly<Record<string, unknown>>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Unreadable rows by index, with the reasons. */
  readonly broken: ReadonlyMap<number, string>;
  /** Whether the table has a header line. Without one, the columns are named `1`, `2` and so on. */
  readonly hasHeader: boolean;
  /** In a table without a header line: the columns whose first cell is the name of a picture. */
  readonly photoColumns: readonly string[];
  /** Name of the encoding that was used, if it is not UTF-8. */
  readonly encoding?: string;
}

/** The text of a cell; `undefined` if the cell is empty or holds a list or an object. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : typeof value === 'string' && value.trim() !== ''
      ? value.trim()
      : undefined;

/** The cell of a row, also if the column has the name of an object's method, such as `constructor`. */
export const cellOf = (row: Row, column: string): unknown =>
  Object.hasOwn(row, column) ? row[column] : undefined;

/** Whether a cell of a class column means "yes". */
export const isYes = (cell: string | undefined): boolean => /^(1(\.0*)?|true)$/i.test(cell ?? '');

/** Whether a cell of a class column means "yes" or "no". */
export const isFlag = (cell: string | undefined): boolean =>
  isYes(cell) || /^(0(\.0*)?|false)$/i.test(cell ?? '');

/**
 * Reads the rows of a table: CSV (separated by commas, semicolons, tabs or bars), JSON (an array of objects), or JSON
 * lines. The encoding is UTF-8, UTF-16 (with or without a byte order mark), or otherwise Windows' Latin-1.
 *
 * @param where Name of the table in errors; its file extension tells the format.
 * @throws PhotoSetError when the text is not in that format.
 */
export function parseTable(bytes: Uint8Array, where: string): Table {
  const { text, encoding } = decodeText(bytes);
  const kind = /\.(json|jsonl|ndjson)$/i.test(where) ? 'JSON' : 'CSV';
  let read: Omit<Table, 'encoding'>;
  try {
    read = kind === 'JSON' ? tableOf(parseJson(text)) : parseCsv(text, where);
  } catch (error) {
    if (error instanceof PhotoSetError) throw error;
    throw new PhotoSetError(`${where} is not ${kind}: ${(error as Error).message}`);
  }
  if (read.rows.length === read.broken.size && !(kind === 'CSV' && read.rows.length > 0)) {
    throw new PhotoSetError(
      `${where} should be a list of at least one row, such as ${
        kind === 'CSV'
          ? "'file,label' followed by 'photos/1.jpg,Amanita'"
          : '[{"file": "photos/1.jpg", "label": "Amanita"}], or one such object on each line'
      }.`,
    );
  }
  return { ...read, ...(encoding && { encoding }) };
}

/** A table from a JSON value. A value that is not a list has no rows. */
function tableOf(value: unknown): Omit<Table, 'encoding'> {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  const broken = new Map(
    values.flatMap((row, index) => (isRow(row) ? [] : [[index, 'is not an object'] as const])),
  );
  const rows = values.map((row): Row => (isRow(row) ? (row as Row) : {}));
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  return { columns, rows, broken, hasHeader: true, photoColumns: [] };
}

function decodeText(bytes: Uint8Array): { text: string; encoding?: string } {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes) };
  if (a === 0xfe && b === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes) };
  // Text contains no zeros. If every other byte at the start is zero, the text is UTF-16 without a byte order mark.
  if (bytes.length > 3 && bytes.length % 2 === 0) {
    const [c, d] = bytes.subarray(2);
    const order = a && !b && c && !d ? 'utf-16le' : !a && b && !c && d ? 'utf-16be' : undefined;
    if (order) return { text: new TextDecoder(order).decode(bytes), encoding: order.toUpperCase() };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    return { text, encoding: "Windows' Latin-1, because it is not UTF-8" };
  }
}

/** Parses one JSON value, or one object on each line, regardless of the file extension. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const lines = text.split('\n').filter(line => line.trim() !== '');
    if (lines.length > 1 && /^\s*\{.*\}\s*,?\s*$/.test(lines[0]!)) return parseLines(text);
    throw error;
  }
}

function parseLines(text: string): unknown[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`);
    }
  });
}

const separators = [',', ';', '\t', '|'];

/** File extensions of pictures. A first line that contains such a cell lists a photo, and is not a header. */
const picture = /\.(avif|bmp|gif|jpe?g|png|tiff?|webp)$/i;

function parseCsv(text: string, where: string): Omit<Table, 'encoding'> {
  // A first line such as `sep=;`, which is meant for Excel, states the separator.
  const [line, named] = /^\s*"?sep=(.)"?[ \t,;|]*(?:\r\n|\r|\n)/i.exec(text) ?? [''];
  const table = text.slice(line.length);
  const all = parse(table, {
    delimiter: named ?? separatorOf(table),
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
  }) as string[][];
  const [first = []] = all;
  const hasHeader = !first.some(cell => picture.test(cell));
  const columns = hasHeader ? [...first] : first.map((_, index) => String(index + 1));
  const records = hasHeader ? all.slice(1) : all;
  // Spreadsheet programs leave separators after the last column.
  const isEmpty = (place: number) => records.every(record => !record[place]);
  while (
    (hasHeader ? columns.at(-1) : first[columns.length - 1]) === '' &&
    isEmpty(columns.length - 1)
  )
    columns.pop();
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined)
    throw new PhotoSetError(`${where} has the column '${twice}' twice. Rename or remove one.`);
  const broken = new Map<number, string>();
  const rows = records.map((record, index) => {
    const beyond = record.slice(columns.length).findLastIndex(cell => cell !== '') + 1;
    const cells = beyond > 0 ? columns.length + beyond : Math.min(record.length, columns.length);
    if (cells !== columns.length)
      broken.set(index, `has ${cells} cells, but the first line has ${columns.length}`);
    return Object.fromEntries(columns.map((name, place) => [name, record[place]]));
  });
  const photoColumns = hasHeader ? [] : columns.filter((_, index) => picture.test(first[index]!));
  return { columns, rows, broken, hasHeader, photoColumns };
}

/** The separator with the most occurrences in each of the first lines, outside quotes. */
function separatorOf(text: string): string {
  const lines = text
    .slice(0, 2 ** 16)
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/\r\n|\r|\n/)
    .filter(line => line.trim() !== '')
    .slice(0, 5);
  const counts = separators.map(separator =>
    Math.min(...lines.map(line => line.split(separator).length)),
  );
  return separators[counts.indexOf(Math.max(...counts))]!;
}
