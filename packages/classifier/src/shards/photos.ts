import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { StoredOrigin } from '@shroom/data';
import { isOfTheFile, readBytes } from '@shroom/data/node';
import * as v from 'valibot';
import { PlanError } from '../errors';
import { isAddress } from '../photos/addresses';
import type { PlanEntry } from './schema';

/** A photo of a shard. */
export interface ShardPhoto {
  readonly entry: PlanEntry;
  /** Its number in the plan, from 0. */
  readonly number: number;
  readonly origin: StoredOrigin;
}

const place = { path: v.string() };
const size = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The kinds of places that this version reads. */
const stored = v.variant('kind', [
  v.object({ kind: v.literal('file'), path: v.optional(v.string()) }),
  v.object({
    ...{ kind: v.literal('archive'), ...place, offset: size, compressedSize: size, size },
    ...{ compressed: v.boolean(), crc32: v.number() },
  }),
  v.object({ kind: v.literal('tar'), ...place, offset: size, size }),
  v.object({ kind: v.literal('parquet'), ...place, column: v.string(), row: size }),
  v.object({ kind: v.literal('remote'), ...place }),
]);

/**
 * Finds the bytes of a plan's photos.
 *
 * @param root Where relative places begin.
 * @param first Number of the first photo.
 * @throws PlanError when photos are in a kind of place that this package does not read.
 */
export function photosOf(
  plan: string,
  entries: readonly PlanEntry[],
  root: string,
  first: number,
): ShardPhoto[] {
  const below = (kind: string, path: string) =>
    isWhole(kind, path) ? path : isAddress(root) ? `${root}${path}` : join(resolve(root), path);
  return entries.map((entry, index): ShardPhoto => {
    const { id, from = { kind: 'file' } } = entry;
    const found = v.safeParse(stored, from);
    if (!found.success)
      throw new PlanError(
        plan,
        `'${id}' is in a place of the kind '${from.kind}', which this version does not read. Install the version that made the plan.`,
      );
    const { path = id, ...origin } = found.output;
    return {
      entry,
      number: first + index,
      origin: { ...origin, path: below(origin.kind, path) } as StoredOrigin,
    };
  });
}

/**
 * Without the folder of the photos, a worker would give all of them a row that says that there is no such file.
 *
 * @throws PlanError when photos have relative places, and the folder where these begin is not there.
 */
export async function requireRoot(
  plan: string,
  entries: readonly PlanEntry[],
  root: string,
): Promise<void> {
  const isBelow = ({ id, from }: PlanEntry) =>
    !isWhole(from?.kind ?? 'file', typeof from?.path === 'string' ? from.path : id);
  if (isAddress(root) || !entries.some(isBelow)) return;
  await stat(root).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new PlanError(
      plan,
      `its photos are in ${root}, which is not there on this machine. Say where they are with --root.`,
      { cause },
    );
  });
}

/** Whether a path does not begin at the root. The name of a file may look like an address. */
const isWhole = (kind: string, path: string): boolean =>
  isAbsolute(path) || (kind !== 'file' && kind !== 'archive' && isAddress(path));

/** A photo whose bytes are those of the plan, or the reason why they are not. */
export interface CheckedPhoto {
  readonly photo: ShardPhoto;
  /** Hash of the bytes. Only if they were hashed. */
  readonly sha256?: string;
  readonly problem?: string;
}

/** Compares a photo with the plan: its size, and its hash if the plan has one. @param hashed Hashes the bytes in any case. */
export async function checkedPhoto(photo: ShardPhoto, hashed: boolean): Promise<CheckedPhoto> {
  const { entry, origin } = photo;
  try {
    if (!hashed && entry.sha256 === undefined) {
      if (origin.kind !== 'file') return { photo };
      const { size } = await stat(origin.path);
      return { photo, ...sizeProblem(entry, size) };
    }
    const bytes = await readBytes(origin);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (entry.sha256 !== undefined && entry.sha256 !== sha256)
      return { photo, problem: 'has changed since the plan was made: its hash is another' };
    return { photo, sha256, ...sizeProblem(entry, bytes.length) };
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    return { photo, problem: code === 'ENOENT' ? 'there is no such file' : message };
  }
}

const sizeProblem = ({ bytes }: PlanEntry, size: number) =>
  bytes === undefined || bytes === size
    ? {}
    : { problem: `has changed since the plan was made: it has ${size} bytes, not ${bytes}` };
