import { statSync } from 'node:fs';
import { classKey, namesOf } from '../labels';
import type { Finding } from '../photo';
import type { Listed } from './table-rows';

const endings = ['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff', '.gif', '.avif'];
const spelledEndings = [...endings, ...endings.map(ending => ending.toUpperCase())];

/** Whether a path is a file. False also for names that no disk allows: too long, or with a NUL character. */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

/** The path with its file extension, which tables with ids of photos leave out. */
export const withEnding = (path: string): string =>
  isFile(path) ? path : (spelledEndings.map(ending => path + ending).find(isFile) ?? path);

/** The error message if no photo of a table exists. @param first The first row, and the path where its photo would be. */
export function noneThere(
  where: string,
  folder: string,
  count: number,
  first: { readonly row: Listed; readonly path: string },
): string {
  const { row, path } = first;
  const hint = /^\w{2,}:\/|%[0-9a-f]{2}/i.test(row.id)
    ? 'Addresses are not downloaded, and escapes in them are not decoded: use plain paths.'
    : 'Put the table into the folder that its paths are relative to, or correct the paths.';
  return (
    `${where}: none of its ${count} photos exists. The first is '${row.id}', which would be ${path}; paths are relative ` +
    `to the table's folder, ${folder}. ${hint}`
  );
}

/**
 * Keeps one row for each file. A file may be listed by several names, for example with and without its extension, or
 * through a link.
 */
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
