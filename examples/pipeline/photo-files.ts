import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The given files, and all files in the given folders. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async path => {
      if (!existsSync(path)) throw new Error(`${path} does not exist.`);
      if (!(await stat(path)).isDirectory()) return [path];
      const entries = await readdir(path, { withFileTypes: true, recursive: true });
      return entries
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name));
    }),
  );
  const files = found.flat().sort();
  if (files.length === 0) throw new Error(`${paths.join(', ')}: there are no files.`);
  return files;
}

/** A file name that was not used before. */
export function unusedName(stem: string, ending: string, given: Set<string>): string {
  let name = `${stem}${ending}`;
  for (let count = 2; given.has(name); count++) name = `${stem}-${count}${ending}`;
  given.add(name);
  return name;
}
