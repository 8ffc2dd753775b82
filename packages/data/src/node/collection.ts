import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Sketch } from '../copies/sketch';
import { type Named, namesOf } from '../labels';
import type { StoredOrigin } from '../origin';
import type { Finding, Photo, PhotoSet } from '../photo';
import { leastPerClass, type SplitName } from '../split';
import { compareText } from '../text-order';
import { readBytes } from './bytes';
import { findCopiesAmong, tellOfCopies, withoutLeaks } from './copies';
import { look } from './decode';
import { type DecodeOptions, withDefaults } from './decode-options';
import { type ExaminedPhoto, isOfTheFile } from './examination';

/** A file that may be a photo. */
export interface Candidate extends Named {
  /** Unique and stable name, such as the path below the set's folder with `/` as separator. */
  readonly id: string;
  /** Group of the photo, such as its photographer. A split does not separate a group. */
  readonly group?: string;
  /** Part of the photo, if the set comes with a split. */
  readonly part?: SplitName;
  /** Other facts about the photo by name; short texts. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly origin: StoredOrigin;
}

/** The photos that a source has listed. */
export interface ListedPhotos {
  readonly candidates: readonly Candidate[];
  /** Problems that were found while listing. Default: none. */
  readonly findings?: readonly Finding[];
  /**
   * A sentence for the error when too few classes remain. Default: that each class needs at least `leastPerClass`
   * photos.
   */
  readonly expected?: string;
}

export interface OpenOptions {
  /** How files are decoded: the maximum number of pixels, whether drawings are read. Pass the same options to `batches`. */
  readonly decoding?: DecodeOptions;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
  /**
   * Minimum number of photos of a class. Smaller classes are left out. Default 6, the minimum for a split into three parts.
   */
  readonly leastPerClass?: number;
  /** Minimum number of classes. Default 2, as training needs; photos to evaluate a classifier on may all be of one class. */
  readonly leastClasses?: number;
  /**
   * Which copies stay in one part of a split. `auto`: files with the same bytes and near copies (compressed again, scaled,
   * mirrored, turned by quarters, or cropped to at least 80 % of the area). `exact`: only files with the same bytes.
   * Default `auto`.
   */
  readonly copies?: 'auto' | 'exact';
  /**
   * What `examinePhoto` has found out about a photo before, by its id, such as on other machines. The file of such a photo is
   * not read. Default: every file is read and decoded.
   */
  readonly examined?: (id: string) => ExaminedPhoto | undefined;
}

/**
 * Thrown when a place does not hold a labeled set of photos.
 *
 * @example
 * ```ts
 * try {
 *   console.log((await openPhotos('photos')).classes);
 * } catch (error) {
 *   if (!(error instanceof PhotoSetError)) throw error;
 *   console.error(error.message); // says what was expected and what was found
 * }
 * ```
 */
export class PhotoSetError extends Error {
  override readonly name: string = 'PhotoSetError';
}

/**
 * Reads and decodes every candidate once. Unusable files are left out and listed in `findings`; files that decoding will
 * convert are listed too.
 *
 * @param where Name of the place in errors.
 * @throws PhotoSetError when fewer than `leastClasses` classes remain.
 */
export async function collect(
  where: string,
  { candidates, findings: found = [], expected }: ListedPhotos,
  options: OpenOptions = {},
): Promise<PhotoSet> {
  const {
    onProgress,
    signal,
    leastPerClass: least = leastPerClass,
    leastClasses = 2,
    decoding,
  } = options;
  withDefaults(decoding ?? {});
  const todo = [...candidates].sort((a, b) => compareText(a.id, b.id));
  const checked: CheckedFile[] = [];
  let done = 0;
  await inParallel(todo.length, async index => {
    signal?.throwIfAborted();
    checked[index] = await checkFile(todo[index]!, options);
    onProgress?.({ done: ++done, total: todo.length });
  });
  const findings = [...found, ...checked.flatMap(({ finding }) => finding ?? [])];
  const hashed = todo.flatMap((candidate, index) => {
    const { sha256, sketch } = checked[index]!;
    return sha256 ? [{ ...candidate, sha256, ...(sketch && { sketch }) }] : [];
  });
  const near = (options.copies ?? 'auto') === 'auto';
  const copies = await findCopiesAmong(hashed, near, { ...(signal && { signal }) });
  const { kept, leaks } = withoutLeaks(hashed, copies);
  findings.push(...leaks, ...copies.findings);

  const counts = new Map<string, number>(todo.flatMap(namesOf).map(name => [name, 0]));
  for (const name of kept.flatMap(namesOf)) counts.set(name, counts.get(name)! + 1);
  const given = partsGiven(kept);
  const classes = [...counts.keys()].sort(compareText).filter(name => {
    const count = counts.get(name)!;
    const parts = given?.get(name);
    const reason =
      given && count > 0 && !parts?.has('train')
        ? `${count} usable photos, but none of them in training, so the class cannot be learned`
        : `${count} usable photos; the split into training, validation and test needs ${least}`;
    if (count >= least && (!given || parts?.has('train'))) return true;
    findings.push({ kind: 'class left out', subject: name, reason });
    return false;
  });
  findings.push(...unmeasured(classes, given));
  if (classes.length < leastClasses) {
    const needed = expected ?? `Each class needs at least ${photosInWords(least)}.`;
    throw new PhotoSetError(tooFewClasses(where, classes, findings, needed, leastClasses));
  }
  const labels = new Map(classes.map((name, label) => [name, label]));
  const used = kept.filter(each => namesOf(each).some(name => labels.has(name)));
  const isMultiLabel = used.some(({ classNames }) => classNames !== undefined);
  const told = tellOfCopies(used, copies);
  const photos = used.map((looked): Photo => {
    const { className, classNames, sketch, ...photo } = looked;
    const own = namesOf(looked).flatMap(name => labels.get(name) ?? []);
    own.sort((a, b) => a - b);
    const all = isMultiLabel && { labels: own };
    return { ...photo, label: own[0]!, ...all, ...told.marks.get(looked) };
  });
  return { classes, photos, findings, copies: told.copies };
}

type Parts = ReadonlyMap<string, ReadonlySet<SplitName>>;

/** For each class, the parts that have photos of it, if a split was given. */
function partsGiven(candidates: readonly Candidate[]): Parts | undefined {
  if (!candidates.some(({ part }) => part)) return undefined;
  const parts = new Map<string, Set<SplitName>>();
  for (const candidate of candidates) {
    const { part } = candidate;
    if (!part) continue;
    for (const name of namesOf(candidate))
      parts.set(name, (parts.get(name) ?? new Set()).add(part));
  }
  return parts;
}

/** Findings about classes of a given split that are missing from validation or test. */
function unmeasured(classes: readonly string[], given: Parts | undefined): Finding[] {
  return (['validation', 'test'] as const).flatMap(part => {
    const lacking = classes.filter(name => !given?.get(name)?.has(part));
    if (!given || lacking.length === classes.length) return [];
    const reason = `no photos in ${part}, which has photos of other classes, so this class is not evaluated there`;
    return lacking.map((subject): Finding => ({ kind: 'split doubtful', subject, reason }));
  });
}

interface CheckedFile {
  /** Hash of the file, if it is usable. */
  readonly sha256?: string;
  readonly sketch?: Sketch;
  readonly finding?: Finding;
}

async function checkFile(
  { id, origin }: Candidate,
  { decoding, examined }: OpenOptions,
): Promise<CheckedFile> {
  const known = examined?.(id);
  if (known?.problem !== undefined)
    return { finding: { kind: 'quarantined', subject: id, reason: known.problem } };
  if (known) return usable(id, known.sha256, known);
  try {
    const bytes = await readBytes(origin);
    const seen = await look(bytes, decoding);
    return usable(id, createHash('sha256').update(bytes).digest('hex'), seen);
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    return { finding: { kind: 'quarantined', subject: id, reason: (error as Error).message } };
  }
}

function usable(
  id: string,
  sha256: string,
  { converted, sketch }: { readonly converted: readonly string[]; readonly sketch?: Sketch },
): CheckedFile {
  const file = { sha256, ...(sketch && { sketch }) };
  if (converted.length === 0) return file;
  return { ...file, finding: { kind: 'converted', subject: id, reason: converted.join(', ') } };
}

/** Runs as many tasks at once as there are decoding threads. */
export async function inParallel(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, availableParallelism() * 2) }, lane));
}

/** A number of photos with its noun. */
export const photosInWords = (count: number): string =>
  `${count} ${count === 1 ? 'photo' : 'photos'}`;

function tooFewClasses(
  where: string,
  classes: readonly string[],
  findings: readonly Finding[],
  expected: string,
  leastClasses: number,
): string {
  const found = classes.length === 0 ? 'no usable class' : `one usable class ('${classes[0]}')`;
  const shown = findings.slice(0, 8).map(({ subject, reason }) => `  ${subject}: ${reason}`);
  if (findings.length > shown.length)
    shown.push(`  ... and ${findings.length - shown.length} more`);
  const empty = classes.length === 0 ? '\nThe folder is empty.' : '';
  const why = shown.length > 0 ? `\nThis was found there:\n${shown.join('\n')}` : empty;
  // Photos to evaluate a classifier on may all be of one class.
  const needs =
    leastClasses > 1
      ? `; training needs at least ${leastClasses === 2 ? 'two' : leastClasses}`
      : '';
  return `${where} has ${found}${needs}. ${expected}${why}`;
}
