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
  const kind = /\.jsonl$|\.ndjson$/i.test(where)
    ? 'JSON lines'
    : /\.json$/i.test(where)
      ? 'JSON'
      : 'CSV';
  let rows: unknown;
  let columns: readonly string[] | undefined;
  try {
    if (kind === 'JSON') rows = JSON.parse(text);
    else if (kind === 'JSON lines') rows = parseLines(text);
    else ({ rows, columns } = parseCsv(text, where));
  } catch (error) {
    if (error instanceof PhotoSetError) throw error;
    throw new PhotoSetError(`${where} is not ${kind}: ${(error as Error).message}`);
  }
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isRow)) {
    throw new PhotoSetError(`${where} should be a list of rows, with at least one.`);
  }
  columns ??= [...new Set((rows as Row[]).flatMap(row => Object.keys(row)))];
  return { columns, rows, ...(encoding && { encoding }) };
}

function decodeText(bytes: Uint8Array): { text: string; encoding?: string } {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes) };
  if (a === 0xfe && b === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    return { text, encoding: "Windows' Latin-1, as it is not UTF-8" };
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
  const [columns, ...records] = parse(text, {
    delimiter: separatorOf(text),
    skip_empty_lines: true,
    trim: true,
  }) as string[][];
  if (columns === undefined) return { rows: [], columns: [] };
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined)
    throw new PhotoSetError(`${where} has the column '${twice}' twice. Rename or remove one.`);
  const rows = records.map(record =>
    Object.fromEntries(columns.map((name, index) => [name, record[index]])),
  );
  return { rows, columns };
}

/** The one that is most often in the header line, outside quotes. */
function separatorOf(text: string): string {
  const header = /^(?:"(?:[^"]|"")*"|[^\n"])*/
    .exec(text.trimStart())![0]
    .replace(/"(?:[^"]|"")*"/g, '');
  const counts = separators.map(separator => header.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))]!;
}
