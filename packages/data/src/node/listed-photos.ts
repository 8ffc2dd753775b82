import { namesIn } from '../labels';
import { fieldOf, listLike } from '../lazy-list';
import type { StoredOrigin } from '../origin';
import type { Finding, PhotoSet } from '../photo';
import { leastPerClass } from '../split';
import { mergeByCase } from './classes';
import {
  type Candidate,
  collect,
  type ListedPhotos,
  type OpenOptions,
  photosInWords,
} from './collection';
import type { Placed } from './nested-files';
import { portabilityFindings } from './portability';

/**
 * Makes a set of the photos that a source has listed, with the same checks as for a folder. Every file is read and decoded
 * once. Unusable files are left out and listed in `findings`. Classes whose names differ only in letter case are one class.
 * Copies are found.
 *
 * @param where Name of the place in errors.
 * @throws PhotoSetError when fewer than `leastClasses` classes remain.
 * @example
 * ```ts
 * const candidates = ['Amanita', 'Boletus'].map(className => ({
 *   id: `${className}/1.jpg`,
 *   className,
 *   origin: { kind: 'file', path: `/photos/${className}/1.jpg` } as const,
 * }));
 * const { photos, findings } = await collectPhotos('my photos', { candidates }, { leastPerClass: 1 });
 * ```
 */
export function collectPhotos(
  where: string,
  { candidates, findings = [], ...listed }: ListedPhotos,
  options: OpenOptions = {},
): Promise<PhotoSet> {
  const given = new Set<string>();
  let hasSeveral = false;
  const [namesAt, severalAt] = [namesIn(candidates), fieldOf(candidates, 'classNames')];
  for (let place = 0; place < candidates.length; place++) {
    for (const name of namesAt(place)) given.add(name);
    hasSeveral ||= severalAt(place) !== undefined;
  }
  const { names, findings: merged } = mergeByCase(given);
  const named = ({ className, classNames, ...each }: Candidate): Candidate => {
    const all = classNames && [...new Set(classNames.map(name => names.get(name)!))];
    return { ...each, className: names.get(className)!, ...(all && { classNames: all }) };
  };
  // Names that stay are not given again, as that takes long where photos are made when they are asked for.
  const isRenamed = [...names].some(([given, name]) => given !== name);
  const all = {
    ...listed,
    candidates: !(isRenamed || hasSeveral)
      ? candidates
      : listLike(candidates, candidates.length, index => named(candidates[index]!)),
    findings: [...findings, ...merged, ...portabilityFindings(candidates)],
  };
  return collect(where, all, options);
}

/** Lists files whose class and part follow from their folders. */
export function listedPlaced(
  where: string,
  placed: readonly Placed<{ readonly name: string; readonly origin: StoredOrigin }>[],
  findings: readonly Finding[],
  options: OpenOptions,
): ListedPhotos {
  const candidates = placed.map(
    ({ id, className, part, file }): Candidate => ({
      id,
      className,
      origin: file.origin,
      ...(part && { part }),
    }),
  );
  const expected =
    `It should hold folders named after the classes, each with at least ${photosInWords(options.leastPerClass ?? leastPerClass)}: ${where}/Amanita/1.jpg, ` +
    `${where}/Boletus/1.jpg, ...`;
  return { candidates, findings, expected };
}
