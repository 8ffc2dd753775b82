import * as v from 'valibot';
import { type Pooling, poolings } from '../network/extractor';
import { type Computes, computesInt8 } from '../network/precision';
import { mostViews } from '../photos/views';
import { type TaskName, taskNames } from '../task';

/**
 * The newest version of `classifier.json` that this package reads and writes. Version 2 is that of classifiers that compute in int8: packages
 * that read only version 1 would compute them in 32 bits without a word. All others have version 1.
 *
 * @example
 * ```ts
 * console.log(fileVersion); // 2
 * ```
 */
export const fileVersion = 2;

const versions = [1, fileVersion] as const;

/** The version that a `classifier.json` is written with: the oldest that computes it right. */
export const versionOf = (file: Pick<ClassifierFile, 'extractors'>): ClassifierFile['version'] =>
  computesInt8(file) ? 2 : 1;

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'should be 64 hexadecimal digits'));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(10_000));
/** Height or width of an image in pixels. */
const side = v.pipe(count, v.maxValue(4096));
/** A path relative to the folder of `classifier.json`, with `/` as separator. */
const below = v.pipe(
  v.string(),
  v.check(
    path => path.split('/').every(part => /^[\w-][\w. -]*$/.test(part)),
    'should be a path below the folder',
  ),
);
const finite = v.pipe(v.number(), v.finite());
const positive = v.pipe(v.number(), v.gtValue(0), v.finite());
/** Number of views of a photo. An answer computes all of them. */
const viewCount = v.pipe(count, v.maxValue(mostViews));

const preprocessing = v.object({
  size: v.tuple([side, side]),
  channelOrder: v.picklist(['RGB', 'BGR']),
  scale: positive,
  mean: v.tuple([finite, finite, finite]),
  std: v.tuple([positive, positive, positive]),
  resize: v.picklist(['squash', 'crop']),
  cropFraction: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  interpolation: v.picklist(['bilinear', 'bicubic']),
});

/** Largest total size in bytes of a network's weights. A web page cannot hold more. */
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
  architecture: text,
  weights: v.object({
    id: v.optional(text),
    source: text,
    sha256,
    license: text,
    origin: v.optional(text),
    shards: v.optional(shards),
  }),
  precision: v.picklist(['float32', 'float16']),
  computes: v.optional(v.picklist(['float32', 'int8'])),
  trainedIn: v.optional(v.picklist(['float32', 'int8'])),
  preprocessing,
  pooling: v.picklist(poolings),
  taps: v.array(text),
  width: count,
});

const certainty = v.object({
  views: viewCount,
  temperature: positive,
  threshold: share,
  thresholds: v.optional(v.array(share)),
  coverage: v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
});

const stored = v.object({ path: below, sha256, bytes: v.optional(count) });

const unique = (names: string[]) => new Set(names).size === names.length;

/** The size, order of channels and normalization of a network's images. */
interface StoredPreprocessing {
  size: [height: number, width: number];
  channelOrder: 'RGB' | 'BGR';
  scale: number;
  mean: [number, number, number];
  std: [number, number, number];
  resize: 'squash' | 'crop';
  cropFraction: number;
  interpolation: 'bilinear' | 'bicubic';
}

interface StoredWeights {
  /** The id of known weights, such as `convnext_base.fb_in1k`. Absent for other weights. */
  id?: string | undefined;
  /** Source of the weights: an argument of `openWeights`. */
  source: string;
  sha256: string;
  license: string;
  /** If the folder contains the weights: the source that they were made from. */
  origin?: string | undefined;
  /**
   * The pieces of a safetensors file below the folder: the weights of the network after `foldBatchNorm`, under its own names.
   * If there are shards, `source` and `sha256` describe the safetensors file as a whole.
   */
  shards?: { path: string; bytes: number; sha256: string }[] | undefined;
}

interface StoredExtractor {
  /** Name of the architecture in `@shroom/models`, built in or registered by the program. */
  architecture: string;
  weights: StoredWeights;
  /** Number format in the file of weights. */
  precision: 'float32' | 'float16';
  /** How the features are computed. Absent for `float32`. */
  computes?: Computes | undefined;
  /** Only for exports: how the features were computed that the head was trained on. Absent if as now. */
  trainedIn?: Computes | undefined;
  preprocessing: StoredPreprocessing;
  pooling: Pooling;
  /** Layers of second-order pooling; their frames are in `frames`. */
  taps: string[];
  /** Number of features. */
  width: number;
}

interface StoredCertainty {
  /** Number of views whose probabilities an answer averages. */
  views: number;
  temperature: number;
  threshold: number;
  /** One threshold per class, only for the task 'multi-label': the class is present if its probability is at least this. */
  thresholds?: number[] | undefined;
  coverage: number;
}

interface StoredPart {
  path: string;
  sha256: string;
  bytes?: number | undefined;
}

interface StoredNovelty extends StoredPart {
  neighbors: number;
  /** A photo with a higher score is called unlike the training photos (`known: false`). */
  threshold: number;
  /** Share of validation photos with a score above the threshold. */
  falseAlarms: number;
  /** For each class, the share of its photos that would be answered with `known: false` if the class had not been trained on. */
  leftOut?: number[] | undefined;
}

/** What `classifier.json` holds: everything needed to classify a new photo. */
export interface ClassifierFile {
  format: 'shroom-classifier';
  version: 1 | typeof fileVersion;
  title: string;
  caution?: { headline: string; text: string } | undefined;
  /** Absent if each photo has exactly one class. */
  task?: TaskName | undefined;
  classes: string[];
  extractors: StoredExtractor[];
  /** Tensors `<extractor>/<layer>/center` and `/directions` of second-order pooling. */
  frames?: StoredPart | undefined;
  /** The ranges of the values of networks that compute `int8`. */
  ranges?: StoredPart | undefined;
  /** The head. The file of the head has the weights of the head and of the fine-tuned layers of a network. */
  head: StoredPart & { name: 'mlp' | 'linear' };
  /** If a network was fine-tuned: its index, and the last layer that stayed frozen. */
  finetuned?: { extractor: number; layer: string } | undefined;
  /** How views of a photo are made if an answer averages several views. */
  augment: 'flips' | 'crops';
  /** Number of views that an answer averages by default. */
  views: number;
  certainty: StoredCertainty[];
  /** How photos unlike the training photos are recognized. Absent if novelty was not measured. */
  novelty?: StoredNovelty | undefined;
  trainedOn: {
    name: string;
    /** What the photos are, such as `photographs` or `drawings`. */
    kind: string;
    photos: number;
    perClass: number[];
  };
  licenses: { of: string; license: string }[];
  /**
   * Only for exports: the largest change of any logit due to folding and rounding the weights, as a share of the largest logit, and the
   * number of photos on which it was measured.
   */
  change?: { share: number; photos: number } | undefined;
}

/** Validates a `classifier.json`. The type is stated, because the inferred one takes 800 lines of declarations. */
export const classifierSchema: v.GenericSchema<ClassifierFile> = v.pipe(
  v.object({
    format: v.literal('shroom-classifier'),
    version: v.picklist(versions),
    title: text,
    caution: v.optional(v.object({ headline: text, text })),
    task: v.optional(v.picklist(taskNames)),
    classes: v.pipe(v.array(text), v.minLength(2), v.check(unique, 'should have no name twice')),
    extractors: v.pipe(v.array(extractor), v.minLength(1)),
    frames: v.optional(stored),
    ranges: v.optional(stored),
    head: v.object({ name: v.picklist(['mlp', 'linear']), ...stored.entries }),
    finetuned: v.optional(v.object({ extractor: index, layer: text })),
    augment: v.picklist(['flips', 'crops']),
    views: viewCount,
    certainty: v.pipe(v.array(certainty), v.minLength(1)),
    novelty: v.optional(
      v.object({
        ...stored.entries,
        neighbors: count,
        threshold: v.pipe(v.number(), v.minValue(0), v.maxValue(2)),
        falseAlarms: share,
        leftOut: v.optional(v.array(share)),
      }),
    ),
    trainedOn: v.object({
      name: text,
      kind: text,
      photos: count,
      perClass: v.array(index),
    }),
    licenses: v.array(v.object({ of: text, license: text })),
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
      frames !== undefined || extractors.every(each => each.pooling !== 'covariance'),
    'frames should be there for covariance pooling',
  ),
  v.check(
    file => file.ranges !== undefined || !computesInt8(file),
    'ranges should be there for networks that compute int8',
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
