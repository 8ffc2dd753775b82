import { cellOf, type Table, textOf } from './table-text';

const mostFurther = 20;
/** Maximum number of characters of a name or a value. */
const longest = 64;

/**
 * The first columns whose values are all short texts, including group columns. @param taken Columns that photos have as
 * other fields.
 */
export function furtherColumns(
  { columns, rows, broken }: Table,
  taken: readonly string[],
): string[] {
  const others = new Set(columns);
  for (const name of ['', ...taken]) others.delete(name);
  const whole = rows.filter((_, index) => !broken.has(index));
  const found: string[] = [];
  for (const name of others) {
    if (found.length === mostFurther) break;
    const cells = whole.map(row => cellOf(row, name)).filter(cell => !isEmpty(cell));
    if (cells.length > 0 && [name, ...cells].every(isShort)) found.push(name);
  }
  return found;
}

const isEmpty = (cell: unknown): boolean =>
  cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '');

function isShort(cell: unknown): boolean {
  const text = textOf(cell);
  return text !== undefined && text.length <= longest && !/\p{Cc}/u.test(text);
}
