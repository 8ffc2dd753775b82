import { posix } from 'node:path';
import { partNamed } from '../given-split';
import { classKey, type Named, namesOf } from '../labels';
import type { Finding } from '../photo';
import { type Candidate, PhotoSetError } from './collection';
import type { Columns } from './table-columns';
import { cellOf, isFlag, isYes, type Row, type Table, textOf } from './table-text';

/** A photo as a row of a table lists it: its path, class, group and part. */
export type Listed = Omit<Candidate, 'origin'>;

/**
 * Reads the photos in the rows of a table, without their origin. A photo that is listed several times counts once. A photo
 * that is listed under two classes or in two parts is left out, and so is a row without a path, a class or a part.
 *
 * @throws PhotoSetError when a cell holds a control character, or when no row is usable.
 */
export function readRows(
  { rows, broken }: Table,
  where: string,
  columns: Columns,
): { listed: Listed[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const byPath = new Map<string, ReadRow>();
  const contradicted = new Map<string, string>();
  const unusable: Unusable[] = [];
  for (const [index, row] of rows.entries()) {
    const number = index + 1;
    const why = broken.get(index);
    const read = why ? { why } : readRow(row, columns, `${where}, row ${number}`);
    if ('why' in read) {
      unusable.push({ number, ...read });
      continue;
    }
    const { id, part, spelled } = read;
    const className = classKey(namesOf(read));
    const other = byPath.get(id);
    const again = `row ${number}`;
    if (other === undefined) byPath.set(id, read);
    else if (classKey(namesOf(other)) !== className)
      contradicted.set(
        id,
        `${again}: listed as '${classKey(namesOf(other))}' and as '${className}'`,
      );
    else if (other.part !== part)
      contradicted.set(id, `${again}: listed in ${other.part} and in ${part}`);
    else {
      const how = other.spelled === spelled ? 'again' : `again, as '${spelled}'`;
      findings.push({ kind: 'listed twice', subject: id, reason: `${again} lists it ${how}` });
    }
  }
  for (const [id, reason] of contradicted) {
    byPath.delete(id);
    findings.push({ kind: 'quarantined', subject: id, reason: `${reason}; it is left out` });
  }
  const left = unusableFindings(unusable);
  if (unusable.length === rows.length) {
    const shown = left.map(({ subject, reason }) => `\n  ${subject}: ${reason}`).join('');
    throw new PhotoSetError(`${where}: none of its ${rows.length} rows can be used.${shown}`);
  }
  const listed = [...byPath.values()].map(({ spelled, ...row }): Listed => row);
  findings.push(...left, ...withoutGroup(listed, columns));
  return { listed, findings };
}

type ReadRow = Listed & { readonly spelled: string };

/** The photo of a row, or the reason why the row is unusable. */
function readRow(
  row: Row,
  { path, labels, labelSeparator, hasSeveral, groups, part: partColumn, further }: Columns,
  where: string,
): ReadRow | { readonly why: string; readonly id?: string } {
  const read = (column: string) => readCell(row, column, where);
  const spelled = read(path);
  if (spelled === undefined) return { why: `'${path}' is empty or not a text` };
  const id = normalized(spelled);
  const found =
    labels.length > 1
      ? marked(row, labels, hasSeveral)
      : classesIn(row, labels[0]!, labelSeparator, where);
  if ('why' in found) return { ...found, id };
  const part = partColumn === undefined ? undefined : partNamed(read(partColumn) ?? '');
  if (partColumn !== undefined && part === undefined)
    return { why: `'${partColumn}' is empty`, id };
  const cells = groups.map(read);
  const group = cells.some(cell => cell !== undefined) && cells.map(cell => cell ?? '').join(' / ');
  const known = further.flatMap(name => {
    const text = textOf(cellOf(row, name));
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...{ id, ...found, spelled, ...(group && { group }), ...(part && { part }) },
    ...(known.length > 0 && { columns: Object.fromEntries(known) }),
  };
}

type ClassFound = Named | { readonly why: string };

/** The classes in a cell: one class, a text with separators, or a list of texts in JSON. */
function classesIn(
  row: Row,
  column: string,
  separator: string | undefined,
  where: string,
): ClassFound {
  const value = row[column];
  if (separator === undefined && !Array.isArray(value))
    return named(readCell(row, column, where), column);
  const cells = Array.isArray(value)
    ? value
    : (readCell(row, column, where) ?? '').split(separator!);
  const names = cells.flatMap(cell => readCell({ [column]: cell }, column, where) ?? []);
  const all = [...new Set(names)].map(name => named(name, column));
  const odd = all.find(each => 'why' in each);
  if (odd) return odd;
  const [first, ...others] = all as Named[];
  if (first === undefined) return named(undefined, column);
  const classNames = [first, ...others].map(({ className }) => className);
  return { className: first.className, classNames };
}

/** Values that programs write for a missing value. */
const noValue = /^(nan|null|#?n\/a)$/i;

function named(className: string | undefined, column: string): ClassFound {
  if (className === undefined) return { why: `'${column}' is empty or not a text` };
  if (noValue.test(className))
    return { why: `'${column}' is ${className}, which is not the name of a class` };
  return { className };
}

/** The classes whose columns hold 1: exactly one, or several if photos may have several classes. */
function marked(row: Row, columns: readonly string[], hasSeveral: boolean): ClassFound {
  const odd = columns.find(name => !isFlag(textOf(row[name])));
  if (odd !== undefined)
    return { why: `'${odd}' is ${textOf(row[odd]) ?? 'empty or not a text'}, neither 0 nor 1` };
  const classNames = columns.filter(name => isYes(textOf(row[name])));
  const [className] = classNames;
  if (className === undefined) return { why: 'none of its classes is 1' };
  return hasSeveral ? { className, classNames } : { className };
}

function withoutGroup(listed: readonly Listed[], { groups }: Columns): Finding[] {
  const count = listed.filter(({ group }) => group === undefined).length;
  if (groups.length === 0 || count === 0) return [];
  const reason = `${count} photos have no group: each is a group by itself`;
  return [{ kind: 'group missing', subject: groups.join(', '), reason }];
}

interface Unusable {
  readonly number: number;
  readonly why: string;
  readonly id?: string;
}

/** Findings about unusable rows: a few rows are named, many are counted. */
function unusableFindings(rows: readonly Unusable[]): Finding[] {
  const byReason = new Map<string, Unusable[]>();
  for (const row of rows) {
    const alike = byReason.get(row.why);
    if (alike) alike.push(row);
    else byReason.set(row.why, [row]);
  }
  return [...byReason].flatMap(([why, all]) =>
    all.length <= mostNamed
      ? all.map(
          ({ number, id }): Finding => ({
            kind: 'quarantined',
            subject: id ?? `row ${number}`,
            reason: `row ${number}: ${why}; it is left out`,
          }),
        )
      : [
          {
            kind: 'quarantined',
            subject: `${all.length} rows`,
            reason: `${why}; left out, the first is row ${all[0]!.number}`,
          },
        ],
  );
}

const mostNamed = 8;

/**
 * The text of a cell. @throws PhotoSetError for a control character, which no path or class name has; then the whole table
 * may be damaged.
 */
function readCell(row: Row, column: string, where: string): string | undefined {
  const text = textOf(row[column]);
  const strange = controlIn(text ?? '');
  if (strange === undefined) return text;
  throw new PhotoSetError(
    `${where}: '${column}' holds the control character ${strange}. Is the table damaged, or are its line endings mixed?`,
  );
}

/** The control character in a text, such as `U+000D`, if there is one. No path or class name has one. */
function controlIn(text: string): string | undefined {
  const found = /\p{Cc}/u.exec(text)?.[0];
  return found && `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The normalized path: `a\b.jpg`, `./a/b.jpg` and `a//b.jpg` become `a/b.jpg`. */
export const normalized = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));
