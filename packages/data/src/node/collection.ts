import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ArchiveOrigin, FileOrigin } from '../origin';
import type { Finding, Photo, PhotoSet } from '../photo';
import { leastPerClass, type SplitName, splitNames } from '../split';
import { compareText } from '../text-order';
import { ArchiveError, readBytes } from './bytes';
import { check } from './decode';
import { DecodeError } from './decode-error';
import { type DecodeOptions, withDefaults } from './decode-options';

/** A file that may be a photo. */
export interface Candidate {
  /** Unique. */
  readonly id: string;
  readonly className: string;
  readonly group?: string;
  readonly part?: SplitName;
  readonly origin: FileOrigin | ArchiveOrigin;
}

export interface OpenOptions {
  /** How files become pixels: the most pixels, whether drawings count. Give `batches` the same. */
  readonly decoding?: DecodeOptions;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
  /** The least number of photos of a class; smaller classes are left out. Default 6, for the split into three parts. */
  readonly leastPerClass?: number;
}

/** A place cannot serve as a labelled set. */
export class PhotoSetError extends Error {
  override readonly name: string = 'PhotoSetError';
}

/**
 * Reads and decodes every candidate once. What cannot be used is listed in `findings` and left out, what decoding will
 * convert is listed too.
 *
 * @param where Names the place in errors.
 * @param found Findings of whoever listed the candidates.
 * @throws PhotoSetError when fewer than two classes remain.
 */
export async function collect(
  where: string,
  candidates: readonly Candidate[],
  found: readonly Finding[],
  options: OpenOptions = {},
): Promise<PhotoSet> {
  const { onProgress, signal, leastPerClass: least = leastPerClass, decoding } = options;
  withDefaults(decoding ?? {});
  const todo = [...candidates].sort((a, b) => compareText(a.id, b.id));
  const verdicts: Verdict[] = [];
  let done = 0;
  await inParallel(todo.length, async index => {
    signal?.throwIfAborted();
    verdicts[index] = await judge(todo[index]!, decoding);
    onProgress?.({ done: ++done, total: todo.length });
  });
  const findings = [...found, ...verdicts.flatMap(({ finding }) => finding ?? [])];
  const hashed = todo.flatMap((candidate, index) => {
    const { sha256 } = verdicts[index]!;
    return sha256 ? [{ ...candidate, sha256 }] : [];
  });
  const { readable, leaks } = withoutLeaks(hashed);
  findings.push(...leaks);

  const counts = new Map<string, number>(todo.map(({ className }) => [className, 0]));
  for (const { className } of readable) counts.set(className, counts.get(className)! + 1);
  const given = partsGiven(readable);
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
    throw new PhotoSetError(tooFewClasses(where, classes, findings));
  }
  const labels = new Map(classes.map((name, label) => [name, label]));
  const photos = readable.flatMap(({ className, ...photo }): Photo[] => {
    const label = labels.get(className);
    return label === undefined ? [] : [{ ...photo, label }];
  });
  return { classes, photos, findings };
}

/**
 * Of a given split, every photo is in one part only: what is tested on is not trained on, byte for byte. Copies of a test photo
 * are left out of training and validation, and those of a validation photo out of training.
 */
function withoutLeaks<C extends Candidate & { readonly sha256: string }>(
  candidates: readonly C[],
): { readable: readonly C[]; leaks: readonly Finding[] } {
  const kept = new Map<string, C>();
  const rank = ({ part }: C) => (part === undefined ? -1 : splitNames.indexOf(part));
  for (const candidate of candidates) {
    const other = kept.get(candidate.sha256);
    if (!other || rank(candidate) > rank(other)) kept.set(candidate.sha256, candidate);
  }
  const leaks: Finding[] = [];
  const readable = candidates.filter(candidate => {
    const { id, sha256, part } = candidate;
    const best = kept.get(sha256)!;
    if (part === best.part) return true;
    const reason = `the same bytes as ${best.id} in ${best.part}; this copy is left out of ${part}`;
    leaks.push({ kind: 'leak', subject: id, reason });
    return false;
  });
  return { readable, leaks };
}

type Parts = ReadonlyMap<string, ReadonlySet<SplitName>>;

/** The parts that each class has photos in, where a split was given. */
function partsGiven(candidates: readonly Candidate[]): Parts | undefined {
  if (!candidates.some(({ part }) => part)) return undefined;
  const parts = new Map<string, Set<SplitName>>();
  for (const { className, part } of candidates)
    if (part) parts.set(className, (parts.get(className) ?? new Set()).add(part));
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

interface Verdict {
  /** Of a file that can be used. */
  readonly sha256?: string;
  readonly finding?: Finding;
}

async function judge(
  { id, origin }: Candidate,
  decoding: DecodeOptions | undefined,
): Promise<Verdict> {
  try {
    const bytes = await readBytes(origin);
    const converted = await check(bytes, decoding);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (converted.length === 0) return { sha256 };
    return { sha256, finding: { kind: 'converted', subject: id, reason: converted.join(', ') } };
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

function tooFewClasses(
  where: string,
  classes: readonly string[],
  findings: readonly Finding[],
): string {
  const found = classes.length === 0 ? 'no usable class' : `one usable class ('${classes[0]}')`;
  const shown = findings.slice(0, 8).map(({ subject, reason }) => `  ${subject}: ${reason}`);
  if (findings.length > shown.length)
    shown.push(`  ... and ${findings.length - shown.length} more`);
  const empty = classes.length === 0 ? '\nThe folder is empty.' : '';
  const why = shown.length > 0 ? `\nWhat was found there:\n${shown.join('\n')}` : empty;
  const expected = /\.(csv|tsv|json|jsonl|ndjson)$/i.test(where)
    ? `Expected are rows with at least ${leastPerClass} photos of each class.`
    : `Expected are folders named after the classes, each with at least ${leastPerClass} photos: ${where}/Amanita/1.jpg, ` +
      `${where}/Boletus/1.jpg, ...`;
  return `${where} has ${found}; training needs two or more. ${expected}${why}`;
}
