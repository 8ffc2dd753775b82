import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { ForeignShardError, UnfinishedShardsError } from '../errors';
import type { OnProgress } from '../progress';
import { type NamesOf, requireKnown } from '../requirements';
import { ofTheResult } from '../run/disk';
import { mergers, resultPath } from './kinds/merge';
import { type OpenPlan, openPlan, resultsOf } from './plan-file';
import { ranges } from './ranges';
import type { DoneShard, ShardedWork } from './schema';
import { ShardFolder } from './shard-folder';

export interface MergeShardsOptions {
  /** The file or folder of the result. Default: beside the plan, with the same name. */
  readonly out?: string;
  /** Where the photos are on this machine, if not where they were when the plan was made. */
  readonly root?: string;
  /** Where the classifier is on this machine, if not where it was when the plan was made. */
  readonly run?: string;
  /** The folder of the shards' results. Default: beside the plan, with `.shards` at the end of its name. */
  readonly results?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The result of all shards. */
export interface MergedShards {
  readonly what: ShardedWork;
  /** Absolute path of the file or folder. */
  readonly path: string;
  readonly photos: number;
  readonly shards: number;
  /** Number of photos that could not be read. Their rows say why. */
  readonly unread: number;
  /** Number of photos with the same bytes as one before them, for plans of the work `hash`. */
  readonly copies?: number;
  /** Time that all shards took together. */
  readonly seconds: number;
  /**
   * The engines and machines that computed the shards. If there are several, the last digits may differ from those that one machine
   * computes.
   */
  readonly made: readonly string[];
}

const known: NamesOf<MergeShardsOptions> = {
  ...{ out: true, root: true, run: true, results: true, onProgress: true, signal: true },
};

/**
 * Merges the results of all shards of a plan into one result. On machines of one kind, it has the same bytes as if one machine had done
 * everything in one shard. The results of the shards are kept.
 *
 * @param plan Path of the plan.
 * @throws UnfinishedShardsError when shards are missing; it names them. ForeignShardError when the result of a shard belongs to another plan,
 *   or is damaged. In both cases, nothing is written. RunFolderError when the disk does not take the result.
 * @example
 * ```ts
 * const { path, unread } = await mergeShards('pets.plan', { out: 'pets.csv' });
 * ```
 */
export async function mergeShards(
  plan: string,
  options: MergeShardsOptions = {},
): Promise<MergedShards> {
  requireKnown('', options, known);
  const opened = await openPlan(plan);
  const { work, shards, photos } = opened.head;
  const folders = shards.map(
    (_, shard) => new ShardFolder(resultsOf(opened, options.results), opened, shard),
  );
  const done = await finished(opened, folders, options.signal);
  const made = [...new Set(done.flatMap(each => each.made))].sort();
  const sum = (field: 'unread' | 'seconds') => done.reduce((total, each) => total + each[field], 0);
  const { out = resultPath(opened), root = opened.head.root, run, signal, onProgress } = options;
  const path = resolve(out);
  let facts: Pick<MergedShards, 'copies'> = {};
  await mergers[work.what]({
    ...{ plan: opened, out: path, root, run, signal, onProgress },
    folders: folders.map(folder => folder.path),
    rows: () => rowsOf(folders, done, signal),
    onCopies: copies => {
      facts = { copies };
    },
  }).catch(error => {
    throw ofTheResult(path, error);
  });
  return {
    ...{ what: work.what, path, photos, shards: shards.length },
    ...facts,
    ...{ unread: sum('unread'), seconds: Math.round(100 * sum('seconds')) / 100, made },
  };
}

/** What all shards say about themselves. */
async function finished(
  { path, head }: OpenPlan,
  folders: readonly ShardFolder[],
  signal: AbortSignal | undefined,
): Promise<DoneShard[]> {
  const done: DoneShard[] = [];
  const missing: number[] = [];
  for (const [shard, folder] of folders.entries()) {
    signal?.throwIfAborted();
    const found = await folder.done();
    if (!found) missing.push(shard);
    else if (found.photos !== head.shards[shard]!.photos)
      throw new ForeignShardError(
        folder.path,
        `has ${found.photos} photos, the plan ${head.shards[shard]!.photos}.`,
      );
    else done.push(found);
  }
  if (missing.length === 0) return done;
  const some = `${missing.length} of ${folders.length} shards`;
  throw new UnfinishedShardsError(
    `${path}: ${some} are not done: ${ranges(missing)}. Do them with \`work\`; \`status\` says which of them have failed, and why.`,
    missing,
  );
}

/** The rows of all shards in order, in pieces. @throws ForeignShardError when the rows of a shard are not those that it has written. */
async function* rowsOf(
  folders: readonly ShardFolder[],
  done: readonly DoneShard[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  for (const [shard, { path, rowsFile }] of folders.entries()) {
    signal?.throwIfAborted();
    const hash = createHash('sha256');
    const damaged = (why: string) => new ForeignShardError(path, `is damaged: ${why}.`);
    try {
      for await (const piece of createReadStream(rowsFile) as AsyncIterable<Buffer>) {
        hash.update(piece);
        yield piece;
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOENT' ? damaged('its rows are missing') : error;
    }
    if (hash.digest('hex') !== done[shard]!.rows.sha256)
      throw damaged('its rows are not those that were written');
  }
}
