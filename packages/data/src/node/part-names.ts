import { partNamed } from '../given-split';
import type { SplitName } from '../split';

/** Words in the name of a folder that carry no information. */
const empty = new Set(
  'data dataset dir files folder image images img imgs photo photos pic pics pictures set split'.split(
    ' ',
  ),
);

/** Splits a name such as `training_set`, `TestImages`, `seg-train` or `val2017` into its part and its other words. */
function readName(name: string): { part: SplitName; rest: string } | undefined {
  const words = name
    .replace(/(?<=[a-z])(?=[A-Z\d])/g, ' ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map(word => word.replace(/(?<=.)(set|data|images|imgs|photos)$/, ''))
    .filter(word => word !== '' && !empty.has(word) && !/^\d+$/.test(word));
  const parts = words.flatMap(word => partNamed(word) ?? []);
  if (parts.length !== 1) return undefined;
  return { part: parts[0]!, rest: words.filter(word => !partNamed(word)).join(' ') };
}

/**
 * The parts of a split that the names of neighboring folders state: plain names such as `train` and `val`, or names such as
 * `training_set` and `test_set` if there are at least two parts and the other words are the same in all names.
 *
 * @returns The part of each folder that has one; empty if no folder has one.
 */
export function partsOf(folders: readonly string[]): ReadonlyMap<string, SplitName> {
  const plain = folders.flatMap(name => {
    const part = partNamed(name);
    return part ? [[name, part] as const] : [];
  });
  if (plain.length > 0) return new Map(plain);
  const read = folders.flatMap(name => {
    const found = readName(name);
    return found ? [{ name, ...found }] : [];
  });
  const parts = new Set(read.map(({ part }) => part));
  const isSplit = parts.size > 1 && parts.has('train');
  if (!isSplit || new Set(read.map(({ rest }) => rest)).size > 1) return new Map();
  return new Map(read.map(({ name, part }) => [name, part]));
}
