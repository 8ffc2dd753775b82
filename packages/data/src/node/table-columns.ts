import { partNamed } from '../given-split';
import type { Finding } from '../photo';
import { PhotoSetError } from './collection';
import type { GivenSplit } from './layout';
import { furtherColumns } from './table-further';
import { isFlag, isYes, type Row, type Table, textOf } from './table-text';

/** Names of the columns of a table. The columns of a table without a header line are named `1`, `2` and so on. */
export interface ColumnNames {
  /**
   * The column with the path of a photo, relative to the table. Default: the first that exists of `file`, `file_name`,
   * `filename`, `path`, `image`, `image_path`, `image_id`, `photo`; letter case, spaces, `_` and a plural `s` are ignored.
   * Of several such columns, the first whose photos exist is used.
   */
  readonly path?: string;
  /**
   * The column with the class, which in JSON may be a list of classes. If you give several columns, each column is a class,
   * and a photo has the classes whose columns hold 1 (or true). Default: the first that exists of `class`, `label`,
   * `category`, `genus`, `class_name`; otherwise all columns of 0 and 1.
   */
  readonly label?: string | readonly string[];
  /**
   * The separator between several classes of a photo in the class column, such as `;`, `|` or `,`. Default: a photo has one
   * class.
   */
  readonly labelSeparator?: string;
  /**
   * The column with the group, for a split that keeps groups together. If you give several columns, their combined values
   * are the group. Default: `group`, if it exists.
   */
  readonly group?: string | readonly string[];
  /**
   * The column with the part of a split. Default: `split`, `subset` or `partition`, or `set` and similar names if all
   * values are parts.
   */
  readonly part?: string;
  /** What a column with names of parts means. Default `auto`. */
  readonly givenSplit?: GivenSplit;
}

/** The columns that were found. */
export interface Columns {
  readonly path: string;
  /** One column with class names, or several columns that are a class each. */
  readonly labels: readonly string[];
  /** Whether a row may have several classes, because some row has more than one 1. */
  readonly hasSeveral: boolean;
  readonly labelSeparator?: string;
  readonly groups: readonly string[];
  readonly part?: string;
  /** Other columns that photos keep, for comparisons: columns whose values are all short texts. */
  readonly further: readonly string[];
  /** Findings about columns that were guessed. */
  readonly findings: readonly Finding[];
}

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
  label: [
    'class',
    'label',
    'category',
    'genus',
    'class_name',
    'class_label',
    'label_name',
    'category_name',
  ],
  part: ['split', 'subset', 'partition'],
  /** These columns are used as the split only if all of their values are names of parts. */
  perhapsPart: ['set', 'data_set', 'dataset', 'usage', 'phase'],
};

/**
 * Names such as `is_train`, `isTestImage` or `train`: such a column concerns a split, but does not name the other parts.
 */
const partFlag = /^(is)?(train(ing)?|test(ing)?|val(id|idation)?)(image|img|set)?$/;

/** Returns the same key for spellings of a name such as `Image ID`, `imageId` and `image_ids`. */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/(?<!s|clas)s$/, '');

const named = (columns: readonly string[], names: readonly string[]): string[] => {
  const keys = names.map(nameKey);
  return columns
    .filter(name => keys.includes(nameKey(name)))
    .sort((a, b) => keys.indexOf(nameKey(a)) - keys.indexOf(nameKey(b)));
};

/**
 * Finds the columns of a table by the given or usual names or, without a header line, by their content.
 *
 * @param where Name of the table in errors.
 * @param isThere Whether a cell names an existing photo.
 * @throws PhotoSetError saying what is missing, and what to do.
 */
export function findColumns(
  table: Table,
  where: string,
  names: ColumnNames = {},
  isThere: (cell: string) => boolean = () => true,
): Columns {
  const findings: Finding[] = [];
  const path = pathColumn(table, where, names, isThere);
  const groups = [names.group ?? named(table.columns, ['group']).slice(0, 1)]
    .flat()
    .map(name => oneColumn(table.columns, where, 'group', [name]));
  const part = partColumn(table, where, names, findings);
  const taken = [path, ...groups, ...(part === undefined ? [] : [part])];
  const rest = table.columns.filter(name => !taken.includes(name));
  const labels = labelColumns(table, where, names, rest, findings);
  const { labelSeparator } = names;
  if (labelSeparator !== undefined && (labelSeparator === '' || labels.length > 1))
    throw new PhotoSetError(
      `labelSeparator is '${labelSeparator}'; it should separate the classes in one column, such as ';'. But ${where} has ` +
        `${labels.length} columns for the class: ${quoted(labels)}.`,
    );
  if (!table.hasHeader) {
    const reason = `no header line: column ${path} is used as the path of a photo, column ${labels.join(', ')} as the class`;
    findings.push({ kind: 'columns guessed', subject: where, reason });
  }
  const further = furtherColumns(table, [path, ...labels, ...(part === undefined ? [] : [part])]);
  return {
    ...{ path, labels, groups, further, findings },
    ...{ hasSeveral: rowsWithSeveral(table, labels) > 0 },
    ...(labelSeparator !== undefined && { labelSeparator }),
    ...(part !== undefined && { part }),
  };
}

/** Whether a column has a usual name of the class. */
export const hasLabel = (columns: readonly string[]): boolean =>
  named(columns, usual.label).length > 0;

/** The first of several possible path columns whose cells name existing photos. */
function pathColumn(
  { columns, rows, hasHeader, photoColumns }: Table,
  where: string,
  { path }: ColumnNames,
  isThere: (cell: string) => boolean,
): string {
  const found = hasHeader ? named(columns, usual.path) : photoColumns;
  if (path === undefined && (found.length > 1 || !hasHeader)) {
    const filled = found.find(name =>
      rows.slice(0, 20).some(row => {
        const cell = textOf(row[name]);
        return cell !== undefined && isThere(cell);
      }),
    );
    if (filled !== undefined) return filled;
    if (!hasHeader) return found[0]!;
  }
  return oneColumn(columns, where, 'path', path === undefined ? usual.path : [path]);
}

function labelColumns(
  table: Table,
  where: string,
  { label }: ColumnNames,
  rest: readonly string[],
  findings: Finding[],
): readonly string[] {
  const { columns, hasHeader } = table;
  if (label !== undefined)
    return [label].flat().map(name => oneColumn(columns, where, 'label', [name]));
  if (!hasHeader) {
    if (rest.length === 1) return rest;
    throw new PhotoSetError(
      `${where} has no header line, and ${rest.length} columns in addition to the path, so it is unclear which one is the class. Add ` +
        "a first line such as 'file,label', or give the number of the column as the option label, such as '2'.",
    );
  }
  if (named(columns, usual.label).length > 0)
    return [oneColumn(columns, where, 'label', usual.label)];
  const classes = classColumns(table, rest);
  if (classes.length < 2) return [oneColumn(columns, where, 'label', usual.label)];
  const several = rowsWithSeveral(table, classes);
  const rows =
    several > 0 ? `, and a photo may have several classes, because ${several} photos do` : '';
  const reason = `each column of 0 and 1 is used as a class${rows}: ${quoted(classes)}`;
  findings.push({ kind: 'columns guessed', subject: where, reason });
  return classes;
}

/** The columns of 0 and 1, each of which is a class. */
function classColumns(table: Table, rest: readonly string[]): string[] {
  const whole = wholeRows(table);
  const flags = rest.filter(name => whole.every(row => isFlag(textOf(row[name]))));
  return flags.length < 2 ? [] : flags;
}

/** The number of rows with more than one 1 in these columns. */
function rowsWithSeveral(table: Table, columns: readonly string[]): number {
  if (columns.length < 2) return 0;
  const count = (row: Row) => columns.filter(name => isYes(textOf(row[name]))).length;
  return wholeRows(table).filter(row => count(row) > 1).length;
}

const wholeRows = ({ rows, broken }: Table): Row[] => rows.filter((_, index) => !broken.has(index));

const whatIs = {
  path: 'path of a photo',
  label: 'class',
  group: 'group',
  part: 'part of the split',
};

/** The first of these names that is a column. Letter case and spelling are ignored, unless one name matches exactly. */
function oneColumn(
  columns: readonly string[],
  where: string,
  option: keyof typeof whatIs,
  names: readonly string[],
): string {
  if (names.length === 1 && columns.includes(names[0]!)) return names[0]!;
  for (const name of names) {
    const found = named(columns, [name]);
    if (found.length > 1)
      throw new PhotoSetError(
        `${where} has the columns '${found.join("' and '")}' for the ${whatIs[option]}. Say which one to use, or remove one.`,
      );
    if (found.length === 1) return found[0]!;
  }
  throw new PhotoSetError(
    `${where} has no column '${names.join("' or '")}' for the ${whatIs[option]}; its first line has ${quoted(columns)}. ` +
      `Rename the column, or give its name as the option ${option}. If the table has no header line, add one, such as 'file,label'.`,
  );
}

const quoted = (names: readonly string[]): string =>
  names
    .slice(0, 20)
    .map(name => `'${name}'`)
    .join(', ') + (names.length > 20 ? ', …' : '');

/** The column that defines the split, if there is one. */
function partColumn(
  { rows, columns, broken, hasHeader }: Table,
  where: string,
  { part, givenSplit = 'auto' }: ColumnNames,
  findings: Finding[],
): string | undefined {
  if (givenSplit === 'ignore') return undefined;
  const whole = rows.filter((_, index) => !broken.has(index));
  const isPart = (row: Row, name: string) => partNamed(textOf(row[name]) ?? '') !== undefined;
  const perhaps = hasHeader ? named(columns, usual.perhapsPart) : columns;
  const column =
    part !== undefined
      ? oneColumn(columns, where, 'part', [part])
      : (named(columns, usual.part)[0] ??
        perhaps.find(name => whole.every(row => isPart(row, name))));
  const isNeeded = part !== undefined || givenSplit === 'require';
  // A row without a part is left out. If most rows have no part, the column means something else.
  const without = (name: string) => whole.filter(row => textOf(row[name]) === undefined).length;
  const canLack =
    column !== undefined && givenSplit !== 'require' && without(column) < whole.length / 2;
  const strange =
    column === undefined
      ? undefined
      : whole.find(row => !isPart(row, column) && !(canLack && textOf(row[column]) === undefined));
  const trains = whole.some(
    row => column !== undefined && partNamed(textOf(row[column]) ?? '') === 'train',
  );
  if (column !== undefined && strange === undefined && trains) {
    const reason = 'the column is used as the split';
    findings.push({ kind: 'split given', subject: column, reason });
    return column;
  }
  const why =
    column === undefined
      ? `no column '${usual.part.join("' or '")}'`
      : strange === undefined
        ? `no training photos in column '${column}'`
        : `'${textOf(strange[column]) ?? ''}' in column '${column}', which is not the name of a part`;
  if (isNeeded)
    throw new PhotoSetError(`${where} has no split: there is ${why}. Use train, val and test.`);
  const alike = column ?? columns.find(name => partFlag.test(nameKey(name)));
  if (alike !== undefined) {
    const reason = `not used as the split: ${column === undefined ? "a column 'split' would have to say train, val or test" : why}`;
    findings.push({ kind: 'split doubtful', subject: alike, reason });
  }
  return undefined;
}
