import { dirname, join, relative, sep } from 'node:path';
import { filesBelow, specifiersOf } from './read';

/**
 * Finds files that import each other in a circle, directly or through other files. Type imports and `import()` count too.
 *
 * @param folder Folder of sources. Only imports within the folder are followed.
 * @returns For each file that imports itself through others, the shortest such circle, such as `a.ts -> b.ts -> a.ts`.
 */
export function importCircles(folder: string): string[] {
  const files = filesBelow(folder);
  const known = new Set(files);
  const imported = new Map(
    files.map(file => {
      const paths = specifiersOf(file)
        .filter(specifier => specifier.startsWith('.'))
        .map(specifier => join(dirname(file), specifier))
        .flatMap(path => [path, `${path}.ts`, join(path, 'index.ts')].filter(at => known.has(at)));
      return [file, paths] as const;
    }),
  );
  return files.flatMap(file => {
    const circle = wayBack(file, imported);
    return circle
      ? [circle.map(each => relative(folder, each).replaceAll(sep, '/')).join(' -> ')]
      : [];
  });
}

/** Finds the shortest path along imports from a file back to itself. */
function wayBack(
  start: string,
  imported: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const seen = new Set<string>();
  let ways = [[start]];
  while (ways.length > 0) {
    const longer: string[][] = [];
    for (const way of ways) {
      for (const next of imported.get(way.at(-1)!)!) {
        if (next === start) return [...way, start];
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...way, next]);
      }
    }
    ways = longer;
  }
  return undefined;
}
