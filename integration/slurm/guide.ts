import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../test/program';

const path = join(root, 'docs/guide/scale.md');
const begin = '<!-- slurm: written by npm run test:slurm -- --guide -->\n';
const end = '<!-- end of slurm -->\n';

/** A table in Markdown. The last column has numbers. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.join(' | ')} |\n`.replaceAll('|  |', '| |');
  const sides = `|${'---|'.repeat(columns.length - 1)}---:|\n`;
  return [line(columns), sides, ...rows.map(line)].join('');
}

/**
 * Replaces the tables of the guide.
 *
 * @throws Error when the guide has no place for them.
 */
export async function writeInGuide(tables: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined)
    throw new Error(`${path}: there should be '${begin.trim()}' and '${end.trim()}' once each.`);
  await writeFile(path, `${before}${begin}\n${tables}\n${end}${after}`);
}
