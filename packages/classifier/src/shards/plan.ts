import * as v from 'valibot';
import { startEngine } from '../engine/engine';
import { requireInt8 } from '../engine/limits';
import type { EngineName } from '../engine/names';
import { computesInt8, precisionOf } from '../network/precision';
import { nameOf } from '../photos/open-set';
import { requireKnown, requireWhole } from '../requirements';
import { ofTheResult } from '../run/disk';
import { certaintyOf } from '../serving/certainty';
import { classifierFacts } from './classifier';
import { type LabeledListing, labeledPhotos } from './labeled-photos';
import { isElsewhere, type Listing, type ListingOptions, listPlaces } from './listing';
import { resultsOf, writePlan } from './plan-file';
import {
  type ClassifierPlanOptions,
  type HashPlanOptions,
  type InspectPlanOptions,
  type PlanOptions,
  planOptions,
} from './plan-options';
import { type PlanHead, precisionIn, type ShardedWork, shardedWork, workSchema } from './schema';
import { shardVersions } from './versions';

/** A plan that was written. */
export interface PlannedShards {
  /** Absolute path. */
  readonly path: string;
  readonly what: ShardedWork;
  readonly photos: number;
  readonly shards: number;
  /** Number of photos that were not found. Their rows will say so. */
  readonly missing: number;
  /** Hash of the plan, which each result of a shard has. */
  readonly sha256: string;
  /** The engine that computes all shards. Absent for work without networks. */
  readonly engine?: EngineName;
  /** How the networks compute in all shards: `float32`, `int8`, or `float32 and int8`. Absent for work without networks. */
  readonly precision?: string;
  /** Default folder of the shards' results. */
  readonly results: string;
}

/**
 * Plans work on many photos for many machines: writes one file with the photos, the options, and the hash of the classifier. No photo is
 * decoded. Each shard is then done by `workShard`, wherever, and `mergeShards` makes one result of all.
 *
 * | work | result |
 * |---|---|
 * | `predict` | a table, with the columns of `predictions.csv` |
 * | `explain` | a folder with `explanations.csv` and a picture of each photo |
 * | `features` | a folder with `features.npy`, `[photos, width]` or `[photos, views, width]`, and `photos.csv` |
 * | `inspect` | a folder with `inspection.json` and `index.html`, as `inspect` writes them |
 * | `hash` | an index of the photos with their hashes, which `openPhotos` and other plans open without reading a photo |
 *
 * @param photos Places of photos, as for `findPhotos` of `@shroom/data`. Results name the photos by their paths below the folder if one
 *   folder is given, otherwise below the working directory. For `inspect`, and for `features` and `hash` with `labeled`: labeled photos, as
 *   for `openPhotos`.
 * @throws PhotoError when there are no photos. PlanError when another plan has the name. RunFolderError when the disk does not take the plan.
 *   RangeError for an invalid option, or when there are more shards than photos.
 * @example
 * ```ts
 * const { photos } = await planShards('predict', 'photos', { run: 'runs/pets', shards: 400, out: 'pets.plan' });
 * for (let shard = 0; shard < 400; shard++) await workShard('pets.plan', { shard }); // or on 400 machines
 * const { path } = await mergeShards('pets.plan'); // pets.csv
 * ```
 */
export async function planShards<What extends ShardedWork>(
  what: What,
  photos: string | readonly string[],
  options: PlanOptions[What],
): Promise<PlannedShards> {
  if (!shardedWork.includes(what))
    throw new RangeError(`There is no work '${what}'; there are ${shardedWork.join(', ')}.`);
  requireKnown('', options, planOptions[what]);
  const { out, shards, block = 64, onProgress, signal } = options;
  const hash = 'hash' in options && options.hash === true;
  requireWhole('shards', shards, 1, 1_000_000);
  requireWhole('block', block, 1);
  if (typeof out !== 'string' || out === '')
    throw new RangeError('out should be the path of the plan.');
  const places = typeof photos === 'string' ? [photos] : photos;
  const listing = { hash, onProgress, signal };
  const { root, entries, ...job } = await jobOf(what, places, options, listing);
  const head = { ...job, root, block, versions: shardVersions() };
  let missing = 0;
  async function* counted() {
    for await (const entry of entries) {
      if (entry.bytes === undefined && !isElsewhere(entry)) missing++;
      yield entry;
    }
  }
  const plan = await writePlan(out, head, counted(), shards).catch(error => {
    throw ofTheResult(out, error);
  });
  return {
    ...{ path: plan.path, what, photos: plan.head.photos, shards, missing, sha256: plan.sha256 },
    ...(plan.head.engine && { engine: plan.head.engine, precision: precisionIn(plan.head) }),
    results: resultsOf(plan),
  };
}

type Job = Pick<PlanHead, 'work' | 'classifier' | 'engine' | 'precision'>;

async function jobOf(
  what: ShardedWork,
  places: readonly string[],
  options: PlanOptions[ShardedWork],
  listing: ListingOptions,
): Promise<Job & Listing> {
  if (what === 'inspect') return inspection(places, options as InspectPlanOptions, listing);
  const job = what === 'hash' ? undefined : await networks(what, options as NetworkOptions);
  const { facts, listing: found } = await photosFor(places, options as HashPlanOptions, listing);
  return { ...(job ?? { work: valid({ what, ...facts }) }), ...found };
}

type NetworkOptions = ClassifierPlanOptions &
  Partial<
    Omit<
      PlanOptions['predict'] & PlanOptions['explain'] & PlanOptions['features'],
      keyof ClassifierPlanOptions
    >
  >;

/** Work with a classifier. */
async function networks(
  what: Exclude<ShardedWork, 'inspect' | 'hash'>,
  options: NetworkOptions,
): Promise<Job> {
  const { run, engine: wanted, onProgress, signal } = options;
  if (typeof run !== 'string')
    throw new RangeError(`run should be the address of a classifier, which \`${what}\` needs.`);
  const { file, facts } = await classifierFacts(run, { onProgress, signal });
  const { name: engine } = await startEngine(wanted);
  if (computesInt8(file)) requireInt8(engine);
  const precision = precisionOf(file);
  const job = { classifier: facts, engine, ...(computesInt8(file) && { precision }) };
  if (what === 'features') {
    const { views = 1, augment = file.augment, dtype = 'float32' } = options;
    return { ...job, work: valid({ what, views, augment, dtype }) };
  }
  if (what === 'predict') {
    const { views = file.views } = options;
    certaintyOf(file, views);
    return { ...job, work: { what, views } };
  }
  const { method = 'gradCam', layout = 'panels', tap, against, extractor } = options;
  for (const name of [options.class, against])
    if (name !== undefined && !file.classes.includes(name))
      throw new RangeError(`There is no class '${name}'; there are ${file.classes.join(', ')}.`);
  if (against !== undefined && (options.class === undefined || options.class === against))
    throw new RangeError('against needs class with another class: it shows one against the other.');
  return {
    ...job,
    work: valid({ what, method, layout, tap, class: options.class, against, extractor }),
  };
}

/** Inspection of labeled photos. */
async function inspection(
  places: readonly string[],
  options: InspectPlanOptions,
  listing: ListingOptions,
): Promise<Job & Listing> {
  const { copies = 'auto', columns, leastSide, mostPixels, mostAspect, mostImbalance } = options;
  const { facts, listing: found } = await labeledPhotos(places, columns, listing);
  const limits = { leastSide, mostPixels, mostAspect, mostImbalance };
  const work = { what: 'inspect', copies, name: nameOf(places), ...facts, ...limits };
  return { work: valid(work), ...found };
}

/** The photos of work for which they may have classes, and what was found when labeled ones were listed. */
async function photosFor(
  places: readonly string[],
  { labeled = false, columns }: Pick<HashPlanOptions, 'labeled' | 'columns'>,
  options: ListingOptions,
): Promise<LabeledListing> {
  if (labeled) return labeledPhotos(places, columns, options);
  if (columns === undefined)
    return { facts: { findings: [] }, listing: await listPlaces(places, options) };
  throw new RangeError('columns are those of labeled photos: they need labeled.');
}

/** @throws RangeError naming what is wrong with an option. */
function valid(work: object): PlanHead['work'] {
  const given = Object.fromEntries(Object.entries(work).filter(([, value]) => value !== undefined));
  const result = v.safeParse(workSchema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RangeError(`${v.getDotPath(issue) ?? 'options'}: ${issue.message}.`);
}
