import { startEngine } from '../engine/engine';
import type { EngineName } from '../engine/names';
import type { OnProgress } from '../progress';
import { type NamesOf, requireKnown, requireWhole } from '../requirements';
import { certaintyOf } from '../serving/certainty';
import { classifierFacts } from './classifier';
import { type Listing, listPlaces } from './listing';
import { resultsOf, writePlan } from './plan-file';
import { type PlanHead, type ShardedWork, shardedWork } from './schema';
import { shardVersions } from './versions';

/** Options of every plan. */
interface AnyPlanOptions {
  /** Path of the plan, such as `pets.plan`. */
  readonly out: string;
  /** Number of shards, at most one for each photo. */
  readonly shards: number;
  /**
   * Whether the plan has the hash of each photo, so that a changed photo of the same size is noticed too. All photos are read for that.
   * Default false: the plan has their sizes.
   */
  readonly hash?: boolean;
  /** Number of photos after which a shard stores its rows. A worker that is killed loses at most these. Default 64. */
  readonly block?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Options of plans whose work needs a classifier. */
interface ClassifierPlanOptions extends AnyPlanOptions {
  /** A trained classifier: an address for `openClassifier`. */
  readonly run: string;
  /** The engine that computes all shards. Default: the fastest one that loads where the plan is made. */
  readonly engine?: EngineName | 'auto';
}

export interface PredictPlanOptions extends ClassifierPlanOptions {
  /** Number of views of each photo whose probabilities are averaged. Default: as many as in the test of the run. */
  readonly views?: number;
}

/** The options of a plan, by its work. */
export interface PlanOptions {
  readonly predict: PredictPlanOptions;
}

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
  /** Default folder of the shards' results. */
  readonly results: string;
}

/**
 * Plans work on many photos for many machines: writes one file with the photos, the options, and the hash of the classifier. No photo is
 * decoded. Each shard is then done by `workShard`, wherever, and `mergeShards` makes one result of all.
 *
 * @param what `predict`: the rows of `predictions.csv`.
 * @param photos Paths of photos, folders of photos, or globs. Results name the photos by their paths below the folder if one folder is
 *   given, otherwise below the working directory.
 * @throws PhotoError when there are no photos. PlanError when another plan has the name. RangeError for an invalid option, or when there are
 *   more shards than photos.
 * @example
 * ```ts
 * const { photos } = await planShards('predict', 'photos', { run: 'runs/pets', shards: 400, out: 'pets.plan' });
 * for (let shard = 0; shard < 400; shard++) await workShard('pets.plan', { shard }); // or on 400 machines
 * const { path } = await mergeShards('pets.plan'); // pets.csv
 * ```
 */
export async function planShards<What extends ShardedWork & keyof PlanOptions>(
  what: What,
  photos: string | readonly string[],
  options: PlanOptions[What],
): Promise<PlannedShards> {
  if (!(shardedWork as readonly string[]).includes(what))
    throw new RangeError(`There is no work '${what}'; there are ${shardedWork.join(', ')}.`);
  requireKnown('', options, { ...common, ...own[what] });
  const { out, shards, hash = false, block = 64, onProgress, signal } = options;
  requireWhole('shards', shards, 1, 1_000_000);
  requireWhole('block', block, 1);
  if (typeof out !== 'string' || out === '')
    throw new RangeError('out should be a path for the plan.');
  const { classifier, engine, work } = await facts({ what, ...options } as Asked);
  const places = typeof photos === 'string' ? [photos] : photos;
  const { root, entries }: Listing = await listPlaces(places, { hash, onProgress, signal });
  if (entries.length < shards)
    throw new RangeError(
      `${entries.length} photos make at most ${entries.length} shards, not ${shards}.`,
    );
  const head = { work, root, block, classifier, engine, versions: shardVersions() };
  const plan = await writePlan(out, head, entries, shards);
  const missing = entries.filter(({ bytes, from }) => !from && bytes === undefined).length;
  return {
    ...{ path: plan.path, what, photos: entries.length, shards, missing, sha256: plan.sha256 },
    ...(engine && { engine }),
    results: resultsOf(plan),
  };
}

const common: NamesOf<AnyPlanOptions> = {
  ...{ out: true, shards: true, hash: true, block: true, onProgress: true, signal: true },
};

const ofClassifier = { run: true, engine: true } as const;

/** Names of the options of each kind of work, besides those that all have. */
const own: Readonly<Record<string, object>> = {
  predict: { ...ofClassifier, views: true } satisfies Partial<NamesOf<PredictPlanOptions>>,
};

type Asked = { readonly what: 'predict' } & PredictPlanOptions;

/** The work with all its options, and the classifier that it needs. */
async function facts(asked: Asked): Promise<Pick<PlanHead, 'work' | 'classifier' | 'engine'>> {
  const { run, engine, onProgress, signal } = asked;
  if (typeof run !== 'string') throw new RangeError(`run should be the address of a classifier.`);
  const { file, facts: classifier } = await classifierFacts(run, { onProgress, signal });
  const { name } = await startEngine(engine);
  const { views = file.views } = asked;
  certaintyOf(file, views);
  return { classifier, engine: name, work: { what: 'predict', views } };
}
