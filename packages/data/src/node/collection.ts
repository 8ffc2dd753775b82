import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Sketch } from '../copies/sketch';
import { type Named, namesOf } from '../labels';
import type { ArchiveOrigin, FileOrigin } from '../origin';
import type { Finding, Photo, PhotoSet } from '../photo';
import { leastPerClass, type SplitName } from '../split';
import { compareText } from '../text-order';
import { ArchiveError, readBytes } from './bytes';
import { findCopiesAmong, tellOfCopies, withoutLeaks } from './copies';
import { look } from './decode';
import { DecodeError } from './decode-error';
import { type DecodeOptions, withDefaults } from './decode-options';

/** A file that may be a photo. */
export interface Candidate extends Named {
  /** Unique and stable, such as its path below the set's folder, with `/` between the parts. */
  readonly id: string;
  /** What must not be torn apart by a split, such as everything from one photographer. */
  readonly group?: string;
  /** Where the set comes with a split: its part. */
  readonly part?: SplitName;
  /** What else is known of it, by name; short texts. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly origin: FileOrigin | ArchiveOrigin;
}

/** What a source has listed. */
export interface ListedPhotos {
  readonly candidates: readonly Candidate[];
  /** What was wrong while listing. Default: nothing. */
  readonly findings?: readonly Finding[];
  /** A sentence for the error when fewer than two classes remain. Default: that each class needs so many photos. */
  readonly expected?: string;
}

export interface OpenOptions {
  /** How files become pixels: the most pixels, whether drawings count. Give `batches` the same. */
  readonly decoding?: DecodeOptions;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
  /** The least number of photos of a class; smaller classes are left out. Default 6, for the split into three parts. */
  readonly leastPerClass?: number;
  /**
   * Which copies stay in one part of a split. `auto`: the same bytes, and nearly the same pictures: compressed again, scaled,
   * mirrored, turned by quarters, or cropped to at least 80 % of the area. `exact`: the same bytes alone. Default `auto`.
   */
  readonly copies?: 'auto' | 'exact';
}

/**
 * A place does not hold a labeled set of photos.
 *
 * @example
 * ```ts
 * try {
 *   console.log((await openPhotos('photos')).classes);
 * } catch (error) {
 *   if (!(error instanceof PhotoSetError)) throw error;
 *   console.error(error.message); // what was expected, and what was found there
 * }
 * ```
 */
export class PhotoSetError extends Error {
  override readonly name: string = 'PhotoSetError';
}

/**
 * Reads and decodes every candidate once. What cannot be used is listed in `findings` and left out, what decoding will
 * convert is listed too.
 *
 * @param where Names the place in errors.
 * @throws PhotoSetError when fewer than two classes remain.
 */
export async function collect(
  where: string,
  { candidates, findings: found = [], expected = expectedOfAll }: ListedPhotos,
  options: OpenOptions = {},
): Promise<PhotoSet> {
  const { onProgress, signal, leastPerClass: least = leastPerClass, decoding } = options;
  withDefaults(decoding ?? {});
  const todo = [...candidates].sort((a, b) => compareText(a.id, b.id));
  const checked: CheckedFile[] = [];
  let done = 0;
  await inParallel(todo.length, async index => {
    signal?.throwIfAborted();
    checked[index] = await checkFile(todo[index]!, decoding);
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
        ? `${count} usable photos, none of them in training: nothing to learn the class from`
        : `${count} usable photos; the split into training, validation and test needs ${least}`;
    if (count >= least && (!given || parts?.has('train'))) return true;
    findings.push({ kind: 'class left out', subject: name, reason });
    return false;
  });
  findings.push(...unmeasured(classes, given));
  if (classes.length < 2) {
    throw new PhotoSetError(tooFewClasses(where, classes, findings, expected));
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

/** The parts that each class has photos in, where a split was given. */
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

/** Of a given split: classes that validation or test lacks, where it has others. */
function unmeasured(classes: readonly string[], given: Parts | undefined): Finding[] {
  return (['validation', 'test'] as const).flatMap(part => {
    const lacking = classes.filter(name => !given?.get(name)?.has(part));
    if (!given || lacking.length === classes.length) return [];
    const reason = `no photos in ${part}, which has those of other classes: it is not measured there`;
    return lacking.map((subject): Finding => ({ kind: 'split doubtful', subject, reason }));
  });
}

interface CheckedFile {
  /** Of a file that can be used. */
  readonly sha256?: string;
  readonly sketch?: Sketch;
  readonly finding?: Finding;
}

async function checkFile(
  { id, origin }: Candidate,
  decoding: DecodeOptions | undefined,
): Promise<CheckedFile> {
  try {
    const bytes = await readBytes(origin);
    const { converted, sketch } = await look(bytes, decoding);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const usable = { sha256, ...(sketch && { sketch }) };
    if (converted.length === 0) return usable;
    return { ...usable, finding: { kind: 'converted', subject: id, reason: converted.join(', ') } };
  } catch (error) {
    const ofTheFile =
      error instanceof DecodeError ||
      error instanceof ArchiveError ||
      (error as NodeJS.ErrnoException).code !== undefined;
    if (!ofTheFile) throw error;
    return { finding: { kind: 'quarantined', subject: id, reason: (error as Error).message } };
  }
}

/** As many at once as there are threads that decode. */
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

const expectedOfAll = `Expected are at least ${leastPerClass} photos of each class.`;

function tooFewClasses(
  where: string,
  classes: readonly string[],
  findings: readonly Finding[],
  expected: string,
): string {
  const found = classes.length === 0 ? 'no usable class' : `one usable class ('${classes[0]}')`;
  const shown = findings.slice(0, 8).map(({ subject, reason }) => `  ${subject}: ${reason}`);
  if (findings.length > shown.length)
    shown.push(`  ... and ${findings.length - shown.length} more`);
  const empty = classes.length === 0 ? '\nThe folder is empty.' : '';
  const why = shown.length > 0 ? `\nWhat was found there:\n${shown.join('\n')}` : empty;
  return `${where} has ${found}; training needs two or more. ${expected}${why}`;
}
