import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** The imports in the sources of one package, or in the programs of one folder. */
export interface Importer {
  readonly name: string;
  /** Names of this project's packages, such as `formats`. */
  readonly ours: readonly string[];
  /** Other packages; modules of Node are left out. */
  readonly others: readonly string[];
}

export interface Imports {
  readonly packages: readonly Importer[];
  /** Folders of programs that use the packages. */
  readonly programs: readonly Importer[];
}

/** @param root A checkout, with `packages/<name>/src` and any folders of programs. */
export function readImports(root: string): Imports {
  const names = readdirSync(join(root, 'packages')).sort();
  const read = (name: string, folder: string): Importer => {
    const [ours, others] = [new Set<string>(), new Set<string>()];
    for (const file of filesBelow(join(root, folder))) {
      for (const specifier of specifiersOf(file)) {
        const isPath = specifier.startsWith('.');
        const path = isPath ? relative(root, join(dirname(file), specifier)) : specifier;
        const [first, second] = path.split(/[/\\]/) as [string, string | undefined];
        if (first === '@shroom' || first === 'packages') ours.add(second!);
        else if (!isPath && first !== '@shroom-internal' && !isBuiltin(specifier))
          others.add(first.startsWith('@') ? `${first}/${second}` : first);
      }
    }
    ours.delete(name);
    return { name, ours: [...ours].sort(), others: [...others].sort() };
  };
  const programs = ['examples', 'integration', 'benchmarks'];
  return {
    packages: names.map(name => read(name, `packages/${name}/src`)),
    programs: programs.filter(name => existsSync(join(root, name))).map(name => read(name, name)),
  };
}

/** Lists imports and re-exports, including types and `import()`. Text in comments and strings is ignored. */
export const specifiersOf = (file: string): string[] =>
  ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName);

/** Lists the programs in a folder and its subfolders. */
export function filesBelow(folder: string): string[] {
  const below = (entry: Dirent): string[] => {
    if (entry.name.startsWith('.') || ['node_modules', 'dist'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : [];
  };
  return readdirSync(folder, { withFileTypes: true }).flatMap(below);
}
