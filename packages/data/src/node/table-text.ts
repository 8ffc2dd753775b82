import { parse } from 'csv-parse/sync';
import { PhotoSetError } from './collection';

/** A row by its columns. */
export type Row = Readonly<Record<string, unknown>>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Not UTF-8: what it was read as, for people. */
  readonly encoding?: string;
}

/**
 * A table's rows: CSV with a header line, separated by commas, semicolons, tabs or bars; JSON, an array of objects; or JSON
 * lines. UTF-8 or UTF-16 with a byte order mark, UTF-8 without, else Windows' Latin-1.
 *
 * @param where Names the table in errors; its ending says what it is.
 * @throws PhotoSetError
 */
export function parseTable(bytes: Uint8Array, where: string): Table {
  const { text, encoding } = decodeText(bytes);
  const kind = /\.(json|jsonl|ndjson)$/i.test(where) ? 'JSON' : 'CSV';
  let rows: unknown;
  let columns: readonly string[] | undefined;
  try {
    if (kind === 'JSON') rows = parseJson(text);
    else ({ rows, columns } = parseCsv(text, where));
  } catch (error) {
    if (error instanceof PhotoSetError) throw error;
    throw new PhotoSetError(`${where} is not ${kind}: ${(error as Error).message}`);
  }
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isRow)) {
    throw new PhotoSetError(
      `${where} should be a list of rows, with at least one, such as ${
        kind === 'CSV'
          ? "'file,label' and below it 'photos/1.jpg,Amanita'"
          : '[{"file": "photos/1.jpg", "label": "Amanita"}], or such an object on each line'
      }.`,
    );
  }
  columns ??= [...new Set((rows as Row[]).flatMap(row => Object.keys(row)))];
  return { columns, rows, ...(encoding && { encoding }) };
}

function decodeText(bytes: Uint8Array): { text: string; encoding?: string } {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes) };
  if (a === 0xfe && b === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes) };
  // Text has no zeros: where every other byte of the start is one, it is UTF-16 that does not say so.
  if (bytes.length > 3 && bytes.length % 2 === 0) {
    const [c, d] = bytes.subarray(2);
    const order = a && !b && c && !d ? 'utf-16le' : !a && b && !c && d ? 'utf-16be' : undefined;
    if (order) return { text: new TextDecoder(order).decode(bytes), encoding: order.toUpperCase() };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    return { text, encoding: "Windows' Latin-1, as it is not UTF-8" };
  }
}

/** One value, or an object on each line, whatever the file's ending says. */
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

function parseCsv(text: string, where: string): { rows: Row[]; columns: string[] } {
  // A first line for Excel.
  const [line, named] = /^\s*"?sep=(.)"?[ \t,;|]*(?:\r\n|\r|\n)/i.exec(text) ?? [''];
  const table = text.slice(line.length);
  const [columns, ...records] = parse(table, {
    delimiter: named ?? separatorOf(table),
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    trim: true,
  }) as string[][];
  if (columns === undefined) return { rows: [], columns: [] };
  // Spreadsheets leave separators behind the last column.
  while (columns.at(-1) === '' && records.every(record => !record[columns.length - 1]))
    columns.pop();
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined)
    throw new PhotoSetError(`${where} has the column '${twice}' twice. Rename or remove one.`);
  const rows = records.map(record =>
    Object.fromEntries(columns.map((name, index) => [name, record[index]])),
  );
  return { rows, columns };
}

/** The one that is most often in each of the first lines, outside quotes. */
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
