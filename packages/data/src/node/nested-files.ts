import type { Finding } from '../photo';
import type { SplitName } from '../split';
import { isDocument } from './documents';

/** A file by the folders that it is in. */
export interface Nested<F> {
  readonly file: F;
  /** At least two, from the top folder to the file. */
  readonly parts: readonly string[];
}

/** Files that could be photos; all of them where none could. */
export function decisive<F>(files: readonly Nested<F>[]): readonly Nested<F>[] {
  const possible = files.filter(({ parts }) => !isDocument(parts.at(-1)!));
  return possible.length > 0 ? possible : files;
}

/** A file, its class and its part by where it lies. */
export interface Placed<F> {
  readonly file: F;
  /** Its path below the folders that wrap everything. */
  readonly id: string;
  readonly className: string;
  readonly part?: SplitName;
}

export interface Layout<F> {
  readonly placed: readonly Placed<F>[];
  readonly findings: readonly Finding[];
}

/** The folders that lie above the class folders: one that is alone and holds folders is not a class. */
export function wrappers(paths: readonly (readonly string[])[]): string[] {
  for (let depth = 0; ; depth++) {
    const nested = paths.filter(parts => parts.length > depth + 1);
    const [first] = nested;
    const alone = new Set(nested.map(parts => parts[depth])).size === 1;
    if (!alone || nested.every(parts => parts.length === depth + 2))
      return first?.slice(0, depth) ?? [];
  }
}

/** Names in an error or a finding, the first six of them. */
export const listed = (names: ReadonlySet<string>): string => {
  const sorted = [...names].sort();
  const shown = sorted.slice(0, 6).map(name => `'${name}'`);
  return sorted.length === 0 ? 'none' : shown.join(', ') + (sorted.length > 6 ? ', …' : '');
};
