import { findPhotoCopies } from '../copies/photo-copies';
import { type Sketch, sketch } from '../copies/sketch';
import {
  type Concern,
  type Inspection,
  type InspectionLimits,
  inspectFacts,
  type PhotoFacts,
} from '../inspection/inspection';
import type { Finding, Photo, PhotoSet } from '../photo';
import { type Split, type SplitName, splitNames } from '../split';
import { readBytes } from './bytes';
import { inParallel, type OpenOptions, PhotoSetError } from './collection';
import { look, readDimensions } from './decode';
import type { DecodeOptions } from './decode-options';
import { readPixels } from './pixels';

export interface InspectOptions extends InspectionLimits {
  /** The split, to find photos that are in two parts. */
  readonly split?: Split;
  /** The options with which the set was opened. */
  readonly decoding?: DecodeOptions;
  /** As in the options with which the set was opened. */
  readonly examined?: OpenOptions['examined'];
  readonly onProgress?: OpenOptions['onProgress'];
  readonly signal?: AbortSignal;
}

/**
 * Inspects every photo of a set: finds odd sizes, exact and near duplicates within and across classes and parts, and
 * imbalance, and includes the findings from opening the set. No file is changed.
 *
 * @param set Open it with `leastPerClass: 1` to include classes that are too small for a split.
 * @example
 * ```ts
 * const set = await openPhotos('photos', { leastPerClass: 1 });
 * const { concerns, quarantine } = await inspect(set, { leastSide: 100 });
 * for (const { kind, subject, reason } of concerns) console.log(`${kind}: ${subject}, ${reason}`);
 * const usable = set.photos.filter(({ id }) => !quarantine.includes(id));
 * ```
 */
export async function inspect(set: PhotoSet, options: InspectOptions = {}): Promise<Inspection> {
  const { split, onProgress, signal } = options;
  const parts = new Map<number, SplitName>();
  for (const name of splitNames) for (const index of split?.[name] ?? []) parts.set(index, name);
  const facts: (PhotoFacts & { readonly sketch?: Sketch })[] = [];
  let done = 0;
  await inParallel(set.photos.length, async index => {
    signal?.throwIfAborted();
    const part = parts.get(index);
    const photo = set.photos[index]!;
    facts[index] = {
      ...(await factsOf(photo, set.classes, options)),
      ...(part !== undefined && { part }),
    };
    onProgress?.({ done: ++done, total: set.photos.length });
  });
  const copies = await findPhotoCopies(facts, { ...(signal && { signal }) });
  const plain = facts.map(({ sketch, ...fact }): PhotoFacts => fact);
  return inspectFacts(plain, set.findings.map(toConcern), options, copies);
}

async function factsOf(
  photo: Photo,
  classes: readonly string[],
  { decoding, examined }: InspectOptions,
): Promise<PhotoFacts & { readonly sketch?: Sketch }> {
  const { id, sha256, origin, label, labels } = photo;
  const all = labels && { classes: labels.map(each => classes[each]!) };
  const name = { id, class: classes[label]!, ...all, sha256 };
  if (origin.kind === 'generated') {
    const pixels = await readPixels(origin, undefined);
    const { width, height } = pixels;
    return { ...name, width, height, format: 'generated', bytes: 0, sketch: sketch(pixels) };
  }
  const known = examined?.(id);
  if (known && known.problem === undefined) {
    const { converted: _, sha256: __, ...facts } = known;
    return { ...name, ...facts };
  }
  const bytes = await readBytes(origin).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new PhotoSetError(
      `The photo '${id}' is not at ${origin.path}. Put it back, or open the set again; photos of an index stay where they are below its folder.`,
      { cause },
    );
  });
  const dimensions = await readDimensions(bytes, decoding);
  const { sketch: seen } = await look(bytes, decoding);
  return { ...name, ...dimensions, bytes: bytes.length, ...(seen && { sketch: seen }) };
}

const toConcern = ({ kind, subject, reason }: Finding): Concern => ({
  kind: kind === 'quarantined' ? 'unusable' : kind,
  subject,
  reason,
});
