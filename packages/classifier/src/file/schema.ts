import * as v from 'valibot';
import { taskNames } from '../task';

/**
 * Version of the file that this package writes and reads.
 *
 * @example
 * ```ts
 * console.log(fileVersion); // 1
 * ```
 */
export const fileVersion = 1;

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'should be 64 hexadecimal digits'));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(10_000));
/** Sides of images. */
const side = v.pipe(count, v.maxValue(4096));
/** Below the folder of the file, with `/` between the parts. */
const below = v.pipe(
  v.string(),
  v.check(
    path => path.split('/').every(part => /^[\w-][\w. -]*$/.test(part)),
    'should be a path below the folder',
  ),
);
const numbers = v.tuple([v.number(), v.number(), v.number()]);
const positive = v.pipe(v.number(), v.gtValue(0), v.finite());

const preprocessing = v.object({
  size: v.tuple([side, side]),
  channelOrder: v.picklist(['RGB', 'BGR']),
  scale: positive,
  mean: numbers,
  std: v.tuple([positive, positive, positive]),
  resize: v.picklist(['squash', 'crop']),
  cropFraction: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  interpolation: v.picklist(['bilinear', 'bicubic']),
});

/** Of all pieces of a network's weights; a page cannot hold more. */
const mostBytes = 2e9;

const shards = v.pipe(
  v.array(v.object({ path: below, bytes: count, sha256 })),
  v.minLength(1),
  v.check(
    pieces => pieces.reduce((sum, { bytes }) => sum + bytes, 0) <= mostBytes,
    `should have at most ${mostBytes / 1e9} GB`,
  ),
);

const extractor = v.object({
  /** Name of the network in `@shroom/models`, or of one that was registered there. */
  architecture: text,
  weights: v.object({
    /** The known id, such as `convnext_base.fb_in1k`, where the weights have one. */
    id: v.optional(text),
    /** What `openWeights` takes. */
    source: text,
    sha256,
    license: text,
    /** Where the folder has weights of its own: what they were made from. */
    origin: v.optional(text),
    /**
     * The pieces of a safetensors file below the folder: the weights of the network after `foldBatchNorm`, under its own names.
     * `source` and `sha256` are then those of the whole file.
     */
    shards: v.optional(shards),
  }),
  /** Of the numbers in the file of weights. */
  precision: v.picklist(['float32', 'float16']),
  preprocessing,
  pooling: v.picklist(['average', 'covariance']),
  /** Layers of second-order pooling; their frames are in `frames`. */
  taps: v.array(text),
  /** Of the features. */
  width: count,
});

const certainty = v.object({
  /** Views whose probabilities an answer averages. */
  views: count,
  temperature: positive,
  threshold: share,
  /** Of each class, where photos may have several: it is there from this probability on. */
  thresholds: v.optional(v.array(share)),
  coverage: v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
});

const stored = v.object({ path: below, sha256, bytes: v.optional(count) });

const unique = (names: string[]) => new Set(names).size === names.length;

/** `classifier.json`: all that is needed to answer for a new photo. */
export const classifierSchema = v.pipe(
  v.object({
    format: v.literal('shroom-classifier'),
    version: v.literal(fileVersion),
    title: text,
    caution: v.optional(v.object({ headline: text, text })),
    /** Absent where each photo has one class. */
    task: v.optional(v.picklist(taskNames)),
    classes: v.pipe(v.array(text), v.minLength(2), v.check(unique, 'should have no name twice')),
    extractors: v.pipe(v.array(extractor), v.minLength(1)),
    /** Tensors `<extractor>/<layer>/center` and `/directions` of second-order pooling. */
    frames: v.optional(stored),
    /** What is trained on the features; its weights, and those of trained layers of a network, are in the file. */
    head: v.object({ name: v.picklist(['mlp', 'linear']), ...stored.entries }),
    /** Where a network was trained too: which, and after which layer. */
    finetuned: v.optional(v.object({ extractor: index, layer: text })),
    /** How photos are varied where several views are averaged. */
    augment: v.picklist(['flips', 'crops']),
    /** Views that an answer averages unless it is asked for another number. */
    views: count,
    certainty: v.pipe(v.array(certainty), v.minLength(1)),
    /** How strange photos are known; absent where it was not measured. */
    novelty: v.optional(
      v.object({
        ...stored.entries,
        neighbors: count,
        /** A photo whose score is above is like nothing that was trained on. */
        threshold: v.pipe(v.number(), v.minValue(0), v.maxValue(2)),
        /** Share of validation photos above the threshold. */
        falseAlarms: share,
        /** For each class, the share of its photos that would be called strange if the class had not been trained on. */
        leftOut: v.optional(v.array(share)),
      }),
    ),
    trainedOn: v.object({
      name: text,
      /** Such as `photographs` or `drawings`. */
      kind: text,
      photos: count,
      perClass: v.array(index),
    }),
    licenses: v.array(v.object({ of: text, license: text })),
    /** Where weights were folded and rounded: how far that moves a logit at most, as a share of the largest, on so many photos. */
    change: v.optional(
      v.object({ share: v.pipe(v.number(), v.minValue(0), v.finite()), photos: count }),
    ),
  }),
  v.check(
    ({ certainty, views }) => certainty.some(each => each.views === views),
    'certainty should have an entry for the number of views that answers average',
  ),
  v.check(
    ({ extractors, finetuned }) => !finetuned || finetuned.extractor < extractors.length,
    'finetuned.extractor should be one of the extractors',
  ),
  v.check(
    ({ extractors, frames }) =>
      frames !== undefined || extractors.every(each => each.pooling === 'average'),
    'frames should be there for covariance pooling',
  ),
  v.check(
    ({ classes, novelty }) => (novelty?.leftOut?.length ?? classes.length) === classes.length,
    'novelty.leftOut should have a number for each class',
  ),
  v.check(
    ({ task, certainty }) =>
      task === 'multi-label' || certainty.every(({ thresholds }) => thresholds === undefined),
    "certainty should have thresholds for the task 'multi-label' alone",
  ),
  v.check(
    ({ task, classes, certainty }) =>
      task !== 'multi-label' ||
      certainty.every(({ thresholds }) => thresholds?.length === classes.length),
    "certainty should have a threshold for each class, as the task is 'multi-label'",
  ),
  v.check(
    ({ extractors }) =>
      extractors.every(({ precision, weights }) => precision === 'float32' || weights.shards),
    'weights of 16 bits should be in shards',
  ),
  v.check(
    ({ classes, trainedOn }) => trainedOn.perClass.length === classes.length,
    'trainedOn.perClass should have a number for each class',
  ),
);

/** What `classifier.json` holds. */
export type ClassifierFile = v.InferOutput<typeof classifierSchema>;
