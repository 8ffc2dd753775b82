import { statSync } from 'node:fs';
import { classKey, namesOf } from '../labels';
import type { Finding } from '../photo';
import type { Listed } from './table-rows';

const endings = ['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff', '.gif', '.avif'];
const spelledEndings = [...endings, ...endings.map(ending => ending.toUpperCase())];

/** Also of what no disk can hold: names that are too long, or have a NUL. */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

/** Tables with ids of photos leave the ending away. */
export const withEnding = (path: string): string =>
  isFile(path) ? path : (spelledEndings.map(ending => path + ending).find(isFile) ?? path);

/** The message where no photo of a table is there. @param first Its row, and where it would be. */
export function noneThere(
  where: string,
  folder: string,
  count: number,
  first: { readonly row: Listed; readonly path: string },
): string {
  const { row, path } = first;
  const hint = /^\w{2,}:\/|%[0-9a-f]{2}/i.test(row.id)
    ? 'Addresses are not loaded, nor are they decoded: write plain paths.'
    : 'Put the table where its paths lead from, or correct them.';
  return (
    `${where}: none of its ${count} photos is there. The first is '${row.id}', which would be ${path}; paths are relative ` +
    `to the table's folder, ${folder}. ${hint}`
  );
}

/** A file that is listed by several names, such as with and without its ending or through a link, is one photo. */
export function oneRowEach<R extends Listed & { readonly real: string }>(
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
      classKey(namesOf(other)) !== classKey(namesOf(row))
        ? `'${classKey(namesOf(other))}' and as '${classKey(namesOf(row))}'`
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
