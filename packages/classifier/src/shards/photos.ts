import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Origin } from '@shroom/data';
import * as v from 'valibot';
import { PlanError } from '../errors';
import type { PlanEntry } from './schema';

/** A photo of a shard. */
export interface ShardPhoto {
  readonly entry: PlanEntry;
  /** Its number in the plan, from 0. */
  readonly number: number;
  readonly origin: Exclude<Origin, { kind: 'generated' }>;
}

const archived = v.object({
  kind: v.literal('archive'),
  path: v.string(),
  offset: v.number(),
  compressedSize: v.number(),
  size: v.number(),
  compressed: v.boolean(),
  crc32: v.number(),
});

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
  const below = (path: string) => (isAbsolute(path) ? path : join(resolve(root), path));
  return entries.map((entry, index): ShardPhoto => {
    const { id, from = { kind: 'file' } } = entry;
    const number = first + index;
    if (from.kind === 'file') {
      const path = below(typeof from.path === 'string' ? from.path : id);
      return { entry, number, origin: { kind: 'file', path } };
    }
    const entryOfZip = v.safeParse(archived, from);
    if (entryOfZip.success) {
      const { path, ...place } = entryOfZip.output;
      return { entry, number, origin: { ...place, path: below(path) } };
    }
    throw new PlanError(
      plan,
      `'${id}' is in a place of the kind '${from.kind}', which this version does not read. Install the version that made the plan.`,
    );
  });
}

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
  if (origin.kind !== 'file') return { photo, ...(entry.sha256 && { sha256: entry.sha256 }) };
  try {
    if (!hashed && entry.sha256 === undefined) {
      const { size } = await stat(origin.path);
      return { photo, ...sizeProblem(entry, size) };
    }
    const bytes = await readFile(origin.path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (entry.sha256 !== undefined && entry.sha256 !== sha256)
      return { photo, problem: 'has changed since the plan was made: its hash is another' };
    return { photo, sha256, ...sizeProblem(entry, bytes.length) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { photo, problem: code === 'ENOENT' ? 'there is no such file' : message };
  }
}

const sizeProblem = ({ bytes }: PlanEntry, size: number) =>
  bytes === undefined || bytes === size
    ? {}
    : { problem: `has changed since the plan was made: it has ${size} bytes, not ${bytes}` };
