import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { RunBusyError, ShardBusyError } from '../errors';
import { Meter, type OnProgress } from '../progress';
import { type NamesOf, requireKnown, requireWhole } from '../requirements';
import { ofTheDisk } from '../run/disk';
import { holderOf, lockRun, type RunLock } from '../run/lock';
import type { Rower } from './kinds/kind';
import { openRower, stages } from './kinds/open';
import { photosOf, requireRoot } from './photos';
import { boundsOf, entriesOf, type OpenPlan, openPlan, resultsOf } from './plan-file';
import { indexVariables, shardOfTask } from './scheduler';
import type { DoneShard, ShardedWork } from './schema';
import { type Block, ShardFolder } from './shard-folder';
import { requireVersions } from './versions';

export interface WorkShardOptions {
  /** The shard to do, from 0. Default: the one that the scheduler names in its variables. */
  readonly shard?: number;
  /** Where the photos are on this machine, if not where they were when the plan was made. */
  readonly root?: string;
  /** Where the classifier is on this machine, if not where it was when the plan was made. */
  readonly run?: string;
  /** The folder of the shards' results. Default: beside the plan, with `.shards` at the end of its name. */
  readonly results?: string;
  /** Seconds to wait while another worker does the shard, which may have been killed just now. Default 60. */
  readonly wait?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A shard that is done. */
export interface WorkedShard {
  readonly what: ShardedWork;
  readonly shard: number;
  /** Number of shards of the plan. */
  readonly shards: number;
  readonly photos: number;
  /** Number of photos that could not be read. Their rows say why. */
  readonly unread: number;
  /** Number of photos that earlier attempts have done; all of them if the shard was done before. */
  readonly kept: number;
  /** The folder with the result and the log. */
  readonly folder: string;
}

const known: NamesOf<WorkShardOptions> = {
  ...{ shard: true, root: true, run: true, results: true, wait: true },
  ...{ onProgress: true, signal: true },
};

/**
 * Does one shard of a plan, or what is left of it. A shard that is done is not done again. A photo that cannot be read gets a row that says
 * why. What happens is written to `log.txt` in the folder of the shard.
 *
 * @param plan Path of the plan.
 * @throws PlanError when the plan, the classifier or the software is not what it was. ShardBusyError when another worker does the shard.
 *   ForeignShardError when the result of another plan is in the way. RangeError when it is not clear which shard to do.
 * @example
 * ```ts
 * const { photos, unread } = await workShard('pets.plan', { shard: 3 });
 * console.log(`${photos} photos, ${unread} of them could not be read`);
 * ```
 */
export async function workShard(
  plan: string,
  options: WorkShardOptions = {},
): Promise<WorkedShard> {
  requireKnown('', options, known);
  const opened = await openPlan(plan);
  const { shards, work } = opened.head;
  const shard = options.shard ?? shardOfTask(shards.length)?.shard;
  const most = shards.length - 1;
  if (shard === undefined)
    throw new RangeError(
      `Which shard? Give one from 0 to ${most} with --shard, or start this as a task of an array: no scheduler has set ${indexVariables.join(', ')}.`,
    );
  requireWhole('shard', shard, 0, most);
  const { wait = 60 } = options;
  if (!(wait >= 0)) throw new RangeError(`wait should be 0 or more seconds, not ${wait}.`);
  const folder = new ShardFolder(resultsOf(opened, options.results), opened, shard);
  const told = ({ photos, unread }: DoneShard, kept: number): WorkedShard => ({
    ...{ what: work.what, shard, shards: shards.length, photos, unread, kept },
    folder: folder.path,
  });
  const before = await folder.done();
  if (before) return told(before, before.photos);
  const ofFolder = (error: unknown) => ofTheDisk(folder.path, error, '--results');
  const lock = await mkdir(folder.path, { recursive: true })
    .then(() => waitForLock(folder, shard, options))
    .catch(error => {
      throw ofFolder(error);
    });
  if ('plan' in lock) return told(lock, lock.photos);
  try {
    const { done, kept } = await attempt(opened, folder, shard, options);
    return told(done, kept);
  } catch (error) {
    const { signal } = options;
    if (signal?.aborted) await folder.log(`stopped (${reasonOf(signal.reason)})`);
    else {
      const shown = ofFolder(error);
      await folder.log(`failed: ${shown instanceof Error ? shown.stack : String(shown)}`);
      if (shown instanceof Error) await folder.fail(shown).catch(() => {});
      throw shown;
    }
    throw error;
  } finally {
    await lock.release();
  }
}

const reasonOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);

/** Locks a shard. @returns Instead of the lock: what the other worker has done meanwhile. */
async function waitForLock(
  folder: ShardFolder,
  shard: number,
  { wait = 60, signal }: WorkShardOptions,
): Promise<RunLock | DoneShard> {
  const end = Date.now() + 1000 * wait;
  for (;;) {
    try {
      const lock = await lockRun(folder.path);
      const done = await folder.done();
      if (!done) return lock;
      await lock.release();
      return done;
    } catch (error) {
      if (!(error instanceof RunBusyError)) throw error;
    }
    const done = await folder.done();
    if (done) return done;
    if (Date.now() >= end)
      throw new ShardBusyError(shard, (await holderOf(folder.path)) ?? 'another worker');
    await pause(Math.min(500, Math.max(1, end - Date.now())), undefined, signal && { signal });
  }
}

interface Attempt {
  readonly done: DoneShard;
  readonly kept: number;
}

async function attempt(
  plan: OpenPlan,
  folder: ShardFolder,
  shard: number,
  { root = plan.head.root, run, onProgress, signal }: WorkShardOptions,
): Promise<Attempt> {
  const { head } = plan;
  requireVersions(plan);
  signal?.throwIfAborted();
  await folder.begin();
  const first = boundsOf(head.photos, head.shards.length)[shard]!;
  const entries = await entriesOf(plan, shard);
  await requireRoot(plan.path, entries, root);
  const photos = photosOf(plan.path, entries, root, first);
  const parts = Array.from({ length: Math.ceil(photos.length / head.block) }, (_, index) =>
    photos.slice(index * head.block, (index + 1) * head.block),
  );
  const stored = await folder.blocks();
  const blocks: (Block | undefined)[] = [];
  for (const [index, part] of parts.entries())
    blocks.push(stored.has(index) ? await folder.block(index, part.length) : undefined);
  const kept = parts.reduce((sum, part, index) => sum + (blocks[index] ? part.length : 0), 0);
  await folder.log(
    `${head.work.what}, shard ${shard} of ${head.shards.length}: ${photos.length} photos${kept > 0 ? `, ${kept} of them done before` : ''}`,
  );
  const place = { plan: plan.path, folder: folder.path, signal };
  let rower: Rower | undefined;
  try {
    const meter = new Meter(stages[head.work.what], 'photos', onProgress);
    let finished = kept;
    for (const [index, part] of parts.entries()) {
      if (blocks[index]) continue;
      signal?.throwIfAborted();
      rower ??= await openRower(plan, place, { run, onProgress });
      // A worker whose machine was suspended may have lost its lock to another one, which has finished meanwhile.
      const other = await folder.done();
      if (other) return { done: other, kept: other.photos };
      const begin = performance.now();
      const rows = await rower.rowsOf(part, done => meter.update(finished + done, photos.length));
      const seconds = (performance.now() - begin) / 1000;
      blocks[index] = { ...rows, seconds, made: rower.made };
      await folder.writeBlock(index, blocks[index]);
      finished += part.length;
      meter.update(finished, photos.length);
    }
    const all = blocks as Block[];
    const sum = (field: 'unread' | 'seconds') =>
      all.reduce((total, block) => total + block[field], 0);
    const done = await folder.finish(Buffer.from(all.flatMap(({ lines }) => lines).join('')), {
      photos: photos.length,
      unread: sum('unread'),
      seconds: Math.round(100 * sum('seconds')) / 100,
      made: [...new Set(all.map(({ made }) => made))],
    });
    await folder.log(`done, ${done.unread} photos could not be read`);
    return { done, kept };
  } finally {
    await rower?.dispose();
  }
}
