import { partNamed } from '../given-split';
import type { SplitName } from '../split';

/** Words that say nothing in the name of a folder. */
const empty = new Set(
  'data dataset dir files folder image images img imgs photo photos pic pics pictures set split'.split(
    ' ',
  ),
);

/** `training_set`, `TestImages`, `seg-train`, `val2017`: its part, and the words that it has beside. */
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
 * The parts of a split that folders beside each other are named after: with plain names such as `train` and `val`, or
 * with names such as `training_set` and `test_set`, where there are two parts or more and other words are the same in all.
 *
 * @returns Empty where no folder is; folders without a part are not in it.
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
