import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { PlanError } from '../errors';
import { entrySchema, type PlanEntry, type PlanHead, planSchema, planVersion } from './schema';

/** A plan whose first line was read. */
export interface OpenPlan {
  /** Absolute path. */
  readonly path: string;
  readonly head: PlanHead;
  /** Hash of the first line, which has the hashes of all others. */
  readonly sha256: string;
  /** Where the lines of each shard begin in the file, and where those of the last one end. */
  readonly starts: readonly number[];
}

/** Largest size in bytes of the first line. */
const mostHead = 2 ** 28;

const hashOf = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The first photo of each shard, and the number of all photos at the end: as many photos in each shard as possible. */
export const boundsOf = (photos: number, shards: number): number[] =>
  Array.from({ length: shards + 1 }, (_, shard) => Math.floor((photos * shard) / shards));

/**
 * Writes a plan. The same photos and options give the same bytes. An existing plan is kept if it is the same.
 *
 * @throws PlanError when another plan is there. RangeError when there are more shards than photos.
 */
export async function writePlan(
  where: string,
  facts: Omit<PlanHead, 'format' | 'version' | 'shards' | 'photos'>,
  entries: Iterable<PlanEntry> | AsyncIterable<PlanEntry>,
  shards: number,
): Promise<OpenPlan> {
  const path = resolve(where);
  await mkdir(dirname(path), { recursive: true });
  const [lines, part] = [`${path}.${randomUUID()}.lines`, `${path}.${randomUUID()}.part`];
  try {
    const photos = await writeLines(lines, entries);
    if (photos < shards)
      throw new RangeError(`${photos} photos make at most ${photos} shards, not ${shards}.`);
    const head = v.parse(planSchema, {
      ...{ format: 'shroom-plan', version: planVersion, photos },
      ...facts,
      shards: await shardTable(lines, boundsOf(photos, shards)),
    });
    const first = `${JSON.stringify(head)}\n`;
    const starts = startsOf(head.shards, Buffer.byteLength(first));
    const made = { path, head, sha256: hashOf(first), starts };
    const there = await openPlan(path).catch(cause => {
      if (isMissing(cause)) return undefined;
      if (!(cause instanceof PlanError)) throw cause;
      const what = 'something else is there, which is no plan of this version.';
      throw new PlanError(path, `${what} Give another name with --out.`, { cause });
    });
    if (there) {
      if (there.sha256 === made.sha256) return there;
      throw new PlanError(
        path,
        'another plan is there. Give another name with --out, or remove that plan and its shards.',
      );
    }
    await writeFile(part, first, { flag: 'wx' });
    await pipeline(createReadStream(lines), createWriteStream(part, { flags: 'a' }));
    await rename(part, path);
    return made;
  } finally {
    await rm(part, { force: true });
    await rm(lines, { force: true });
  }
}

/** Writes a line for each photo. @returns The number of photos. */
async function writeLines(
  path: string,
  entries: Iterable<PlanEntry> | AsyncIterable<PlanEntry>,
): Promise<number> {
  let photos = 0;
  async function* lines() {
    let text = '';
    for await (const entry of entries) {
      photos++;
      text += `${JSON.stringify(entry)}\n`;
      if (text.length < 2 ** 16) continue;
      yield text;
      text = '';
    }
    yield text;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path, { flags: 'wx' }));
  return photos;
}

/** For each shard, the number and the hash of the bytes of its lines. @param bounds As `boundsOf` returns them. */
async function shardTable(lines: string, bounds: readonly number[]): Promise<PlanHead['shards']> {
  const table: PlanHead['shards'] = [];
  let [hash, bytes, photos] = [createHash('sha256'), 0, 0];
  const add = (part: Buffer) => {
    hash.update(part);
    bytes += part.length;
  };
  const finish = () => {
    table.push({ photos: photos - bounds[table.length]!, bytes, sha256: hash.digest('hex') });
    [hash, bytes] = [createHash('sha256'), 0];
  };
  for await (const piece of createReadStream(lines) as AsyncIterable<Buffer>) {
    let [start, at] = [0, 0];
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, at)) {
      at = end + 1;
      if (++photos < bounds[table.length + 1]!) continue;
      add(piece.subarray(start, at));
      finish();
      start = at;
    }
    add(piece.subarray(start));
  }
  return table;
}

const isMissing = (error: unknown): boolean =>
  error instanceof PlanError &&
  (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

/**
 * Reads the first line of a plan.
 *
 * @throws PlanError when there is no plan, or one of another version, or a damaged or incomplete one.
 */
export async function openPlan(where: string): Promise<OpenPlan> {
  const path = resolve(where);
  return reading(path, async file => {
    const line = await firstLine(file);
    if (line === undefined) throw new PlanError(path, 'this is no plan. `plan` makes one.');
    const value = jsonOf(line.toString());
    if (value === undefined) throw new PlanError(path, 'this is no plan. `plan` makes one.');
    const { format, version } = (value ?? {}) as Record<string, unknown>;
    if (format === 'shroom-plan' && version !== planVersion)
      throw new PlanError(
        path,
        `it has version ${JSON.stringify(version)}; this package reads version ${planVersion}. Plan again, or install the version that made it.`,
      );
    const result = v.safeParse(planSchema, value);
    if (!result.success) throw new PlanError(path, `this is no plan. ${faults(result.issues)}.`);
    const head = result.output;
    const starts = startsOf(head.shards, line.length);
    const bounds = boundsOf(head.photos, head.shards.length);
    if (head.shards.some(({ photos }, shard) => bounds[shard]! + photos !== bounds[shard + 1]))
      throw new PlanError(path, 'its shards have other photos than it says. Plan again.');
    const [needed, { size }] = [starts.at(-1)!, await file.stat()];
    if (size < needed)
      throw new PlanError(
        path,
        `it has ${size} bytes instead of ${needed}: it is incomplete. Copy it again, or plan again.`,
      );
    return { path, head, sha256: hashOf(line), starts };
  });
}

function startsOf(shards: PlanHead['shards'], first: number): number[] {
  const starts = [first];
  for (const { bytes } of shards) starts.push(starts.at(-1)! + bytes);
  return starts;
}

async function firstLine(file: FileHandle): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (let size = 0; size < mostHead; ) {
    const part = Buffer.alloc(2 ** 16);
    const { bytesRead } = await file.read(part, 0, part.length, size);
    const end = part.subarray(0, bytesRead).indexOf(10);
    parts.push(part.subarray(0, end < 0 ? bytesRead : end + 1));
    if (end >= 0) return Buffer.concat(parts);
    if (bytesRead === 0) return undefined;
    size += bytesRead;
  }
  return undefined;
}

/**
 * Reads the photos of one shard.
 *
 * @throws PlanError when the plan is damaged.
 */
export async function entriesOf(
  { path, head, starts }: OpenPlan,
  shard: number,
): Promise<PlanEntry[]> {
  const own = head.shards[shard]!;
  const bytes = Buffer.alloc(own.bytes);
  await reading(path, file => file.read(bytes, 0, own.bytes, starts[shard]!));
  if (hashOf(bytes) !== own.sha256)
    throw new PlanError(path, `the photos of shard ${shard} are damaged. Plan again.`);
  const lines = bytes.toString().split('\n').slice(0, -1);
  const damaged = (at: number, what: string) =>
    new PlanError(path, `photo ${at} of shard ${shard}: ${what}. Plan again.`);
  if (lines.length !== own.photos)
    throw damaged(lines.length, `there are ${lines.length} lines instead of ${own.photos}`);
  return lines.map((line, at) => {
    const result = v.safeParse(entrySchema, jsonOf(line));
    if (result.success) return result.output;
    throw damaged(at, faults(result.issues));
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const unread: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such plan. `plan` makes one.',
  ENOTDIR: 'there is no such plan. `plan` makes one.',
  EISDIR: 'this is a folder, not a plan. `plan` makes one.',
};

async function reading<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const unreadable = (cause: NodeJS.ErrnoException) => {
    const why = unread[cause.code ?? ''] ?? `it cannot be read (${cause.code}).`;
    return new PlanError(path, why, { cause });
  };
  const file = await open(path).catch(cause => {
    throw unreadable(cause);
  });
  try {
    return await work(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (cause instanceof PlanError || code === undefined) throw cause;
    throw unreadable(cause as Error);
  } finally {
    await file.close();
  }
}

const faults = (issues: readonly v.BaseIssue<unknown>[]): string =>
  issues
    .slice(0, 5)
    .map(issue => [v.getDotPath(issue), issue.message].filter(Boolean).join(': '))
    .join('; ');

/** The folder of the shards' results, if none is given. */
export const resultsOf = ({ path }: Pick<OpenPlan, 'path'>, given?: string): string =>
  resolve(given ?? `${path}.shards`);

/** The path of a plan without its extension. */
export const stemOf = ({ path }: Pick<OpenPlan, 'path'>): string =>
  extname(path) === '' ? `${path}.merged` : path.slice(0, -extname(path).length);
