import { type NamesOf, requireKnown } from '../requirements';
import { holderOf } from '../run/lock';
import { openPlan, resultsOf } from './plan-file';
import type { ShardedWork } from './schema';
import { ShardFolder } from './shard-folder';

export interface ShardStatusOptions {
  /** The folder of the shards' results. Default: beside the plan, with `.shards` at the end of its name. */
  readonly results?: string;
  readonly signal?: AbortSignal;
}

/** A shard whose last attempt failed. */
export interface FailedShard {
  readonly shard: number;
  /** Name and message of the error. */
  readonly name: string;
  readonly message: string;
  /** Path of the log. */
  readonly log: string;
}

/** How far the shards of a plan are. Each shard is in one of the four lists. */
export interface ShardStatus {
  readonly what: ShardedWork;
  readonly photos: number;
  readonly shards: number;
  /** Numbers of the shards that are done, from 0. */
  readonly done: readonly number[];
  /** A worker has the lock of these. */
  readonly running: readonly number[];
  /** Nobody works on these, and their last attempt failed. */
  readonly failed: readonly FailedShard[];
  /** Nobody works on these. They were never begun, or their worker was killed. */
  readonly missing: readonly number[];
  /** Number of photos that are done, in shards that are done and in stored blocks. */
  readonly photosDone: number;
  /** Number of photos that could not be read, in shards that are done. */
  readonly unread: number;
  /** Seconds until all is done, if as many workers as now go on as until now. Absent if no shard is done or none is running. */
  readonly remaining?: number;
}

const known: NamesOf<ShardStatusOptions> = { results: true, signal: true };

/** Number of folders that are looked at at the same time. */
const atOnce = 32;

/**
 * Finds out which shards of a plan are done, running, failed and missing.
 *
 * @param plan Path of the plan.
 * @throws PlanError when there is no plan. ForeignShardError when a folder has the result of another plan.
 * @example
 * ```ts
 * const { done, missing, failed } = await shardStatus('pets.plan');
 * for (const { shard, message } of failed) console.log(shard, message);
 * ```
 */
export async function shardStatus(
  plan: string,
  options: ShardStatusOptions = {},
): Promise<ShardStatus> {
  requireKnown('', options, known);
  const opened = await openPlan(plan);
  const { work, photos, shards, block } = opened.head;
  const results = resultsOf(opened, options.results);
  const [done, running, missing]: number[][] = [[], [], []];
  const failed: FailedShard[] = [];
  let [photosDone, photosOfDone, unread, seconds, next] = [0, 0, 0, 0, 0];
  const lane = async () => {
    while (next < shards.length) {
      options.signal?.throwIfAborted();
      const shard = next++;
      const folder = new ShardFolder(results, opened, shard);
      const found = await folder.done();
      if (found) {
        done!.push(shard);
        photosDone += found.photos;
        photosOfDone += found.photos;
        unread += found.unread;
        seconds += found.seconds;
        continue;
      }
      const own = shards[shard]!.photos;
      const stored = await folder.blocks();
      // Other lanes add meanwhile, so nothing may be awaited within the sum.
      photosDone += Math.min(own, block * stored.size);
      const failure = await folder.failure();
      if ((await holderOf(folder.path)) !== undefined) running!.push(shard);
      else if (failure) failed.push({ shard, ...failure, log: folder.logFile });
      else missing!.push(shard);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, shards.length) }, lane));
  for (const list of [done!, running!, missing!]) list.sort((a, b) => a - b);
  failed.sort((a, b) => a.shard - b.shard);
  const workers = running!.length;
  const remaining = ((seconds / photosOfDone) * (photos - photosDone)) / workers;
  return {
    ...{ what: work.what, photos, shards: shards.length },
    ...{ done: done!, running: running!, failed, missing: missing!, photosDone, unread },
    ...(photosOfDone > 0 && workers > 0 && { remaining: Math.ceil(remaining) }),
  };
}
