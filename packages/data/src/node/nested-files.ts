import type { Finding } from '../photo';
import type { SplitName } from '../split';
import { isDocument } from './documents';

/** A file with the folders that contain it. */
export interface Nested<F> {
  readonly file: F;
  /** The parts of the path, at least two, from the top folder to the file name. */
  readonly parts: readonly string[];
}

/** The files that could be photos; all files if none could be a photo. */
export function decisive<F>(files: readonly Nested<F>[]): readonly Nested<F>[] {
  const possible = files.filter(({ parts }) => !isDocument(parts.at(-1)!));
  return possible.length > 0 ? possible : files;
}

/** A file with the class and the part that its folders state. */
export interface Placed<F> {
  readonly file: F;
  /** Path below the folders that wrap everything. */
  readonly id: string;
  readonly className: string;
  readonly part?: SplitName;
}

export interface Layout<F> {
  readonly placed: readonly Placed<F>[];
  readonly findings: readonly Finding[];
}

/** The folders that wrap everything: a folder that is the only one at its level and contains folders is not a class. */
export function wrappers(paths: readonly (readonly string[])[]): string[] {
  for (let depth = 0; ; depth++) {
    const nested = paths.filter(parts => parts.length > depth + 1);
    const [first] = nested;
    const alone = new Set(nested.map(parts => parts[depth])).size === 1;
    if (!alone || nested.every(parts => parts.length === depth + 2))
      return first?.slice(0, depth) ?? [];
  }
}

/** The first six names, for an error or a finding. */
export const listed = (names: ReadonlySet<string>): string => {
  const sorted = [...names].sort();
  const shown = sorted.slice(0, 6).map(name => `'${name}'`);
  return sorted.length === 0 ? 'none' : shown.join(', ') + (sorted.length > 6 ? ', …' : '');
};
