import * as v from 'valibot';
import { engineNames } from '../engine/names';
import { methodNames } from '../explaining/methods';
import { mostViews } from '../photos/views';

/** Version of plans that this package writes and reads. */
export const planVersion = 1;

/**
 * The work that can be divided into shards.
 *
 * @example
 * ```ts
 * for (const what of shardedWork) console.log(`shroom plan ${what}`);
 * ```
 */
export const shardedWork = ['predict', 'inspect', 'explain', 'features', 'hash'] as const;

/** A kind of work that can be divided into shards. */
export type ShardedWork = (typeof shardedWork)[number];

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'should be 64 hexadecimal digits'));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(10_000));
const positive = v.pipe(v.number(), v.gtValue(0), v.finite());
const partName = v.picklist(['train', 'validation', 'test']);

const finding = v.object({ kind: text, subject: v.string(), reason: v.string() });

/** What was found when labeled photos were listed. */
const listed = {
  findings: v.array(finding),
  /** A sentence for the error when too few classes remain. */
  expected: v.optional(text),
};

/** The options of each kind of work. */
export const workSchema = v.variant('what', [
  v.strictObject({
    what: v.literal('predict'),
    views: v.pipe(count, v.maxValue(mostViews)),
  }),
  v.strictObject({
    what: v.literal('features'),
    views: v.optional(v.pipe(count, v.maxValue(mostViews)), 1),
    augment: v.optional(v.picklist(['flips', 'crops']), 'flips'),
    dtype: v.optional(v.picklist(['float32', 'float16']), 'float32'),
  }),
  v.strictObject({
    what: v.literal('explain'),
    method: v.picklist(methodNames),
    layout: v.picklist(['overlay', 'panels', 'jet']),
    tap: v.optional(text),
    class: v.optional(text),
    against: v.optional(text),
    extractor: v.optional(index),
  }),
  v.strictObject({
    what: v.literal('inspect'),
    /** Whether near copies are searched for. */
    copies: v.picklist(['auto', 'exact']),
    leastSide: v.optional(positive),
    mostPixels: v.optional(positive),
    mostAspect: v.optional(positive),
    mostImbalance: v.optional(positive),
    /** Name of the set. */
    name: text,
    ...listed,
  }),
  v.strictObject({ what: v.literal('hash'), ...listed }),
]);

/** The first line of a plan. The lines after it are `entrySchema`, those of the first shard first. */
export const planSchema = v.object({
  format: v.literal('shroom-plan'),
  version: v.literal(planVersion),
  work: workSchema,
  photos: index,
  /** Where relative places of photos begin: the absolute path of a folder, or an address that ends with `/`. */
  root: text,
  /** The classifier: its address, the hash of `classifier.json`, and that of each network's weights. */
  classifier: v.optional(v.object({ address: text, sha256, weights: v.array(sha256) })),
  /** The engine that computes every shard. Absent for work without networks. */
  engine: v.optional(v.picklist(engineNames)),
  /** How the networks compute in every shard. Absent for `float32`, and for work without networks. */
  precision: v.optional(text),
  /** Versions of all software that may change a result, by name. */
  versions: v.record(text, text),
  /** Number of photos that are done before they are stored. */
  block: count,
  /** For each shard: its number of photos, and the number and the hash of the bytes of its lines in the plan. */
  shards: v.pipe(
    v.array(v.object({ photos: index, bytes: index, sha256 })),
    v.minLength(1),
    v.maxLength(1_000_000),
  ),
});

/** The first line of a plan. */
export type PlanHead = v.InferOutput<typeof planSchema>;

/** How networks compute in every shard of a plan. */
export const precisionIn = ({ precision = 'float32' }: Pick<PlanHead, 'precision'>): string =>
  precision;

/** The work of a plan, with its options. */
export type PlannedWork = PlanHead['work'];

/**
 * Where the bytes of a photo are. A kind that this package does not know is no fault of a plan, but of the package that should read it:
 * other sources add kinds, and the version stays.
 */
const place = v.looseObject({ kind: text });

/** One photo of a plan: a line. */
export const entrySchema = v.object({
  /** Name of the photo in results. */
  id: text,
  /** Default: the file with the path `id` below the root. */
  from: v.optional(place),
  /** Size of the file. Absent if the photo could not be found. */
  bytes: v.optional(index),
  sha256: v.optional(sha256),
  /** For labeled photos. */
  class: v.optional(text),
  classes: v.optional(v.array(text)),
  group: v.optional(v.string()),
  part: v.optional(partName),
  columns: v.optional(v.record(v.string(), v.string())),
});

/** One photo of a plan. */
export type PlanEntry = v.InferOutput<typeof entrySchema>;

/** `done.json` of a shard, which is written last. */
export const doneSchema = v.object({
  /** Hash of the plan. */
  plan: sha256,
  shard: index,
  photos: index,
  /** Number of photos whose row says why they could not be read. */
  unread: index,
  /** The file of rows. */
  rows: v.object({ bytes: index, sha256 }),
  /** Time that all attempts together took, without the photos whose work was lost. */
  seconds: v.pipe(v.number(), v.minValue(0)),
  /** The engines and machines that computed it, which may change the last bits of a result. */
  made: v.array(v.string()),
});

/** What a finished shard says about itself. */
export type DoneShard = v.InferOutput<typeof doneSchema>;

/** `failed.json` of a shard: why the last attempt failed. */
export const failureSchema = v.object({
  plan: sha256,
  name: v.string(),
  message: v.string(),
  at: v.pipe(v.string(), v.isoTimestamp()),
});
