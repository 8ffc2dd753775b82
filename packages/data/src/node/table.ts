import { statSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, posix, resolve } from 'node:path';
import { partNamed } from '../given-split';
import type { Finding, PhotoSet } from '../photo';
import type { SplitName } from '../split';
import { mergeByCase } from './classes';
import { type Candidate, collect, type OpenOptions, PhotoSetError } from './collection';
import type { GivenSplit } from './layout';
import { portabilityFindings } from './portability';
import { parseTable, type Row, type Table } from './table-text';

export interface TableOptions extends OpenOptions {
  /**
   * The column with the photo's path, relative to the table. Default the first there is of `file`, `file_name`, `filename`,
   * `path`, `image`, `image_path`, `image_id`, `photo`; letter case, spaces, `_` and a plural's `s` do not count. Of several, the first
   * whose photos are there.
   */
  readonly path?: string;
  /** The column with the class. Default the first there is of `class`, `label`, `category`, `genus`, `class_name`. */
  readonly label?: string;
  /**
   * The column with the group, for a split that keeps groups together; of several columns, their values together are
   * the group. Default `group`, where there is one.
   */
  readonly group?: string | readonly string[];
  /** What a column `split` with the names of parts means. Default `auto`. */
  readonly givenSplit?: GivenSplit;
}

type Columns = Pick<TableOptions, 'path' | 'label' | 'group' | 'givenSplit'>;

const usual = {
  path: [
    'file',
    'file_name',
    'filename',
    'path',
    'filepath',
    'file_path',
    'image',
    'image_path',
    'image_id',
    'image_name',
    'photo',
  ],
  label: ['class', 'label', 'category', 'genus', 'class_name', 'label_name', 'category_name'],
  split: ['split', 'subset', 'partition'],
  /** Taken as the split where all of their values name parts, else something else is meant. */
  perhapsSplit: ['set', 'data_set', 'dataset', 'usage', 'phase'],
};

/** `Image ID`, `imageId`, `image_ids`: the same column. */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/(?<!s|clas)s$/, '');

/**
 * Photos that are listed in a table: CSV (commas, semicolons or tabs) with a header line, a JSON array of objects, or JSON lines.
 * A path without an ending names the photo with one that lies there.
 *
 * @throws PhotoSetError naming the row and the column that is wrong, or when the photos lack classes.
 */
export async function openTable(file: string, options: TableOptions = {}): Promise<PhotoSet> {
  const where = resolve(file);
  const bytes = await readFile(where).catch(error => {
    throw new PhotoSetError(`${where} cannot be read: ${(error as Error).message}`);
  });
  const table = parseTable(bytes, where);
  const folder = dirname(where);
  const path = options.path ?? pathColumn(table, folder);
  const { listed: rows, findings } = readRows(table, where, { ...options, ...(path && { path }) });
  if (table.encoding)
    findings.unshift({ kind: 'converted', subject: where, reason: `read as ${table.encoding}` });
  const places = await Promise.all(
    rows.map(async row => {
      const path = withEnding(resolve(folder, row.id));
      return { row, path, real: await realpath(path).catch(() => undefined) };
    }),
  );
  const missing = places.filter(({ real }) => real === undefined);
  if (missing.length === places.length) throw new PhotoSetError(noneThere(where, folder, missing));
  for (const { row, path } of missing)
    findings.push({ kind: 'quarantined', subject: row.id, reason: `there is no file ${path}` });
  const { listed, findings: again } = oneRowEach(
    places.flatMap(({ row, path, real }) => (real ? [{ ...row, path, real }] : [])),
  );
  findings.push(...again);
  const { names, findings: merged } = mergeByCase(new Set(listed.map(row => row.className)));
  const candidates = listed.map(({ path, real, ...row }): Candidate => {
    return { ...row, className: names.get(row.className)!, origin: { kind: 'file', path } };
  });
  const portability = portabilityFindings(listed.map(({ id }) => id).filter(id => !isAbsolute(id)));
  return collect(where, candidates, [...findings, ...merged, ...portability], options);
}

const endings = ['.jpg', '.jpeg', '.png', '.webp', '.JPG', '.JPEG', '.PNG'];

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Tables with ids of photos leave the ending away. */
const withEnding = (path: string): string =>
  isFile(path) ? path : (endings.map(ending => path + ending).find(isFile) ?? path);

/** Of several columns with usual names, the first with the path of a photo that is there. */
function pathColumn({ columns, rows }: Table, folder: string): string | undefined {
  const keys = usual.path.map(nameKey);
  const found = columns
    .filter(name => keys.includes(nameKey(name)))
    .sort((a, b) => keys.indexOf(nameKey(a)) - keys.indexOf(nameKey(b)));
  if (found.length < 2) return undefined;
  return found.find(name =>
    rows.slice(0, 20).some(row => {
      const text = textOf(row[name]);
      return text !== undefined && isFile(withEnding(resolve(folder, normalized(text))));
    }),
  );
}

function noneThere(
  where: string,
  folder: string,
  missing: readonly { readonly row: Listed; readonly path: string }[],
): string {
  const [{ row, path }] = missing as [{ row: Listed; path: string }];
  const hint = /^\w{2,}:\/|%[0-9a-f]{2}/i.test(row.id)
    ? 'Addresses are not loaded, nor are they decoded: write plain paths.'
    : 'Put the table where its paths lead from, or correct them.';
  return (
    `${where}: none of its ${missing.length} photos is there. The first is '${row.id}', which would be ${path}; paths are relative ` +
    `to the table's folder, ${folder}. ${hint}`
  );
}

/** A file that is listed by several names, such as with and without its ending or through a link, is one photo. */
function oneRowEach<R extends Listed & { readonly real: string }>(
  rows: readonly R[],
): { listed: R[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const first = new Map<string, R>();
  const contradicted = new Set<string>();
  for (const row of rows) {
    const other = first.get(row.real);
    if (other === undefined) {
      first.set(row.real, row);
      continue;
    }
    const contradiction =
      other.className !== row.className
        ? `'${other.className}' and as '${row.className}'`
        : other.part !== row.part
          ? `part of ${other.part} and of ${row.part}`
          : undefined;
    if (contradiction) contradicted.add(row.real);
    findings.push(
      contradiction
        ? {
            kind: 'quarantined',
            subject: row.id,
            reason: `the same file as '${other.id}', listed as ${contradiction}; it is left out`,
          }
        : { kind: 'listed twice', subject: row.id, reason: `the same file as '${other.id}'` },
    );
  }
  const listed = rows.filter(row => first.get(row.real) === row && !contradicted.has(row.real));
  return { listed, findings };
}

type Listed = Omit<Candidate, 'origin'>;

/**
 * The photos of a table's rows, without their origin. A photo that is listed again is one photo; one that is listed under two
 * classes or in two parts is left out.
 *
 * @throws PhotoSetError naming the row and the column that is wrong.
 */
export function readRows(
  { rows, columns }: Table,
  where: string,
  options: Columns = {},
): { listed: Listed[]; findings: Finding[] } {
  const columnOf = chooser(columns, where);
  const path = columnOf(options.path, usual.path, 'path of a photo');
  const label = columnOf(options.label, usual.label, 'class');
  const asked = options.group ?? columns.filter(name => nameKey(name) === 'group').slice(0, 1);
  const groups = [asked].flat().map(name => columnOf(name, [], 'group'));
  const findings: Finding[] = [];
  const split = splitColumn({ rows, columns }, where, options.givenSplit, findings);
  const byPath = new Map<string, Listed & { readonly spelled: string }>();
  const contradicted = new Map<string, string>();
  let unlabelled = 0;
  rows.forEach((row, index) => {
    const read = (column: string) => {
      const text = textOf(row[column]);
      const strange = controlIn(text ?? '');
      if (strange !== undefined) {
        throw new PhotoSetError(
          `${where}, row ${index + 1}: '${column}' holds the control character ${strange}. Is the table damaged, or are its line ends mixed?`,
        );
      }
      if (text !== undefined) return text;
      throw new PhotoSetError(`${where}, row ${index + 1}: '${column}' is empty or no text.`);
    };
    const spelled = read(path);
    const id = normalized(spelled);
    const part = split === undefined ? undefined : partNamed(read(split))!;
    if (part === 'test' && textOf(row[label]) === undefined) {
      unlabelled++;
      return;
    }
    const className = read(label);
    const other = byPath.get(id);
    if (other === undefined) {
      const group = groups.map(read).join(' / ');
      byPath.set(id, {
        id,
        className,
        spelled,
        ...(groups.length > 0 && { group }),
        ...(part && { part }),
      });
      return;
    }
    const again = `row ${index + 1}`;
    if (other.className !== className)
      contradicted.set(id, `${again}: listed as '${other.className}' and as '${className}'`);
    else if (other.part !== part)
      contradicted.set(id, `${again}: listed in ${other.part} and in ${part}`);
    else {
      const how = other.spelled === spelled ? 'again' : `again, as '${spelled}'`;
      findings.push({ kind: 'listed twice', subject: id, reason: `${again} lists it ${how}` });
    }
  });
  for (const [id, reason] of contradicted) {
    byPath.delete(id);
    findings.push({ kind: 'quarantined', subject: id, reason: `${reason}; it is left out` });
  }
  if (unlabelled > 0)
    findings.push({
      kind: 'quarantined',
      subject: `${unlabelled} rows of test`,
      reason: 'have no class, and are left out',
    });
  const listed = [...byPath.values()].map(({ spelled, ...row }) => row);
  return { listed, findings };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : typeof value === 'string' && value.trim() !== ''
      ? value.trim()
      : undefined;

/** Such as `U+000D`; no path and no name of a class holds one. */
function controlIn(text: string): string | undefined {
  const found = /\p{Cc}/u.exec(text)?.[0];
  return found && `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** One spelling of a path: `a\b.jpg`, `./a/b.jpg` and `a//b.jpg` are `a/b.jpg`. */
const normalized = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));

type Chooser = (given: string | undefined, usual: readonly string[], what: string) => string;

/** Finds columns by their names; letter case and spelling do not count where they are not needed. @see nameKey */
const chooser =
  (columns: readonly string[], where: string): Chooser =>
  (given, usual, what) => {
    const names = given === undefined ? usual : [given];
    if (given !== undefined && columns.includes(given)) return given;
    for (const name of names) {
      const found = columns.filter(column => nameKey(column) === nameKey(name));
      if (found.length > 1)
        throw new PhotoSetError(
          `${where} has the columns '${found.join("' and '")}' for the ${what}. Say which is meant, or remove one.`,
        );
      if (found.length === 1) return found[0]!;
    }
    const option = { 'path of a photo': 'path', class: 'label', group: 'group' }[what];
    throw new PhotoSetError(
      `${where} has no column '${names.join("' or '")}' for the ${what}; its first line has ${columns
        .slice(0, 20)
        .map(name => `'${name}'`)
        .join(
          ', ',
        )}${columns.length > 20 ? ', …' : ''}. Name the column there, or give its name as the option ${option}.`,
    );
  };

/** The column that gives the split, if one does. */
function splitColumn(
  { rows, columns }: Pick<Table, 'rows' | 'columns'>,
  where: string,
  givenSplit: GivenSplit = 'auto',
  findings: Finding[],
): string | undefined {
  if (givenSplit === 'ignore') return undefined;
  const isPart = (row: Row, name: string) => partNamed(textOf(row[name]) ?? '') !== undefined;
  const column =
    columns.find(name => usual.split.map(nameKey).includes(nameKey(name))) ??
    columns.find(
      name =>
        usual.perhapsSplit.map(nameKey).includes(nameKey(name)) &&
        rows.every(row => isPart(row, name)),
    );
  const partOf = (row: Row): SplitName | undefined => partNamed(textOf(row[column!]) ?? '');
  const strange = column === undefined ? undefined : rows.find(row => !partOf(row));
  if (column !== undefined && strange === undefined && rows.some(row => partOf(row) === 'train')) {
    const reason = 'the column is taken as the split';
    findings.push({ kind: 'split given', subject: column, reason });
    return column;
  }
  const why =
    column === undefined
      ? `no column '${usual.split.join("' or '")}'`
      : strange === undefined
        ? `nothing to train on in column '${column}'`
        : `'${textOf(strange[column]) ?? ''}' in column '${column}', which names no part`;
  if (givenSplit === 'require')
    throw new PhotoSetError(`${where} gives no split: it has ${why}. Use train, val and test.`);
  if (column !== undefined)
    findings.push({
      kind: 'split doubtful',
      subject: column,
      reason: `not taken as the split: ${why}`,
    });
  return undefined;
}
