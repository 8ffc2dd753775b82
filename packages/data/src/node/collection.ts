import { availableParallelism } from 'node:os';
import { type Named, namesIn, namesOf } from '../labels';
import { fieldOf, itemOf, listLike, placesWhere } from '../lazy-list';
import type { StoredOrigin } from '../origin';
import type { Finding, Photo, PhotoSet } from '../photo';
import { leastPerClass, type SplitName } from '../split';
import { compareText } from '../text-order';
import { type CheckedFile, checkFile, type KnownFile, ofKnown } from './checked-file';
import { findCopiesAmong, type Looked, tellOfCopies, withoutLeaks } from './copies';
import { type DecodeOptions, withDefaults } from './decode-options';
import type { ExaminedPhoto } from './examination';
import { tooFewClasses } from './few-classes';
import { absentPhotos } from './many/absent';

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
  /** What reading the file would tell, if that is known. The file is then not read. */
  readonly known?: KnownFile;
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
  const todo = inOrder(candidates);
  const [idOf, knownOf, candidateAt] = [fieldOf(todo, 'id'), fieldOf(todo, 'known'), itemOf(todo)];
  const unread = placesWhere(todo.length, place => knownOf(place) === undefined);
  const checked = new Map<number, CheckedFile>();
  let done = todo.length - unread.length;
  if (unread.length === 0) onProgress?.({ done, total: todo.length });
  signal?.throwIfAborted();
  await inParallel(unread.length, async place => {
    signal?.throwIfAborted();
    const index = unread[place]!;
    checked.set(index, await checkFile(todo[index]!, options));
    onProgress?.({ done: ++done, total: todo.length });
  });
  const fileOf = (index: number): CheckedFile => {
    const known = knownOf(index);
    return known ? ofKnown(idOf(index), known) : checked.get(index)!;
  };
  const findings = [...found, ...(await absentPhotos(where, todo))];
  const counts = new Map<string, number>();
  const namesAt = namesIn(todo);
  const usable = placesWhere(todo.length, index => {
    for (const name of namesAt(index)) counts.set(name, 0);
    const { sha256, finding } = fileOf(index);
    if (finding) findings.push(finding);
    return sha256 !== undefined;
  });
  const at = <Name extends keyof LookedAt & keyof Candidate>(name: Name) => {
    const read = fieldOf(todo, name);
    return (place: number) => read(usable[place]!);
  };
  const hashed = listLike(
    todo,
    usable.length,
    place => lookedAt(candidateAt(usable[place]!), fileOf(usable[place]!)),
    {
      ...{ className: at('className'), classNames: at('classNames'), part: at('part') },
      sha256: place => fileOf(usable[place]!).sha256!,
    },
  );
  const near = (options.copies ?? 'auto') === 'auto';
  const copies = await findCopiesAmong(hashed, near, { ...(signal && { signal }) });
  const { kept, leaks } = withoutLeaks(hashed, copies);
  findings.push(...leaks, ...copies.findings);
  if (near && unread.length < todo.length)
    findings.push({ kind: 'copies not searched', subject: where, reason: notSearched });

  const parts = new Map<string, Set<SplitName>>();
  let [isSplit, hasSeveral] = [false, false];
  const hashedNames = namesIn(hashed);
  const [partOf, severalOf] = [fieldOf(hashed, 'part'), fieldOf(hashed, 'classNames')];
  for (const place of kept) {
    const part = partOf(place);
    for (const name of hashedNames(place)) {
      counts.set(name, counts.get(name)! + 1);
      if (part) parts.set(name, (parts.get(name) ?? new Set()).add(part));
    }
    isSplit ||= part !== undefined;
    hasSeveral ||= severalOf(place) !== undefined;
  }
  const given = isSplit ? parts : undefined;
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
  const isUsed = (place: number) => hashedNames(place).some(name => labels.has(name));
  const used = labels.size === counts.size ? kept : kept.filter(isUsed);
  const isMultiLabel = hasSeveral && used.some(place => severalOf(place) !== undefined);
  const told = tellOfCopies(hashed, used, copies);
  const hashedAt = itemOf(hashed);
  const photos = listLike(todo, used.length, (index): Photo => {
    const place = used[index]!;
    const { className, classNames, sketch, ...photo } = hashedAt(place);
    const own = namesOf({ className, ...(classNames && { classNames }) }).flatMap(
      name => labels.get(name) ?? [],
    );
    own.sort((a, b) => a - b);
    const all = isMultiLabel && { labels: own };
    return { ...photo, label: own[0]!, ...all, ...told.marks.get(place) };
  });
  return { classes, photos, findings, copies: told.copies };
}

/** Field by field, as lists of a million photos make them several times. */
function lookedAt(
  { id, origin, className, classNames, group, part, columns }: Candidate,
  { sha256 = '', sketch }: CheckedFile,
): LookedAt {
  const photo: { -readonly [Field in keyof LookedAt]: LookedAt[Field] } = {
    id,
    className,
    origin,
    sha256,
  };
  if (classNames) photo.classNames = classNames;
  if (group !== undefined) photo.group = group;
  if (part) photo.part = part;
  if (columns) photo.columns = columns;
  if (sketch) photo.sketch = sketch;
  return photo;
}

type LookedAt = Looked & Omit<Candidate, 'known'>;

const notSearched =
  'near copies were not searched for, as an index has hashes and no pictures; identical files stay in one part of a split. ' +
  'An inspection in shards finds near copies';

/** Photos by their names. */
function inOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  // Making a million photos again to sort them takes long, if they are not kept as objects.
  const idOf = fieldOf(candidates, 'id');
  let last = '';
  for (let place = 0; place < candidates.length; place++) {
    const id = idOf(place);
    if (compareText(last, id) > 0) return [...candidates].sort((a, b) => compareText(a.id, b.id));
    last = id;
  }
  return candidates;
}

/** For each class, the parts that have photos of it, if a split was given. */
type Parts = ReadonlyMap<string, ReadonlySet<SplitName>>;

/** Findings about classes of a given split that are missing from validation or test. */
function unmeasured(classes: readonly string[], given: Parts | undefined): Finding[] {
  return (['validation', 'test'] as const).flatMap(part => {
    const lacking = classes.filter(name => !given?.get(name)?.has(part));
    if (!given || lacking.length === classes.length) return [];
    const reason = `no photos in ${part}, which has photos of other classes, so this class is not evaluated there`;
    return lacking.map((subject): Finding => ({ kind: 'split doubtful', subject, reason }));
  });
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
