import type { ColumnNames, GivenSplit } from '@shroom/data/node';
import type { EngineName } from './engine/names';
import { type MapName, mapNames } from './explaining/map-names';
import { type Pooling, poolings } from './network/extractor';
import { largestSize, sizeFor, smallestSize, usualSize } from './network/patches';
import { type Precision, precisions } from './network/precision';
import { type Augment, mostViews } from './photos/views';
import { type NamesOf, requireKnown, requireWhole } from './requirements';
import { type TaskName, taskNames } from './task';
import { findRecipe, type HeadName, type JobRecipe, type JobRecipeName } from './training/recipe';

/** A warning for readers of the report, such as "Never eat a mushroom because of a photo." */
export interface Caution {
  readonly headline: string;
  readonly text: string;
}

/** Names of a table's columns that `columns` can set. */
export type TableColumns = Pick<ColumnNames, 'path' | 'label' | 'labelSeparator' | 'part'>;

/** Configuration of a training: plain data that is stored in the folder of the run. */
export interface TrainConfiguration {
  /**
   * The network that computes the features: the bare name of an architecture, a known id such as `convnext_base.fb_in1k`, or, with
   * `architecture`, a file, a URL or `hf:owner/name`. The features of several networks are concatenated. Default `resnet50`.
   */
  readonly backbone?: string | readonly string[];
  /**
   * Architecture of the backbone, if `backbone` is a file or an address. With several backbones, one for all or one for each. Such weights do
   * not say how photos are normalized: they are normalized as for the first known weights of the architecture.
   */
  readonly architecture?: string | readonly string[];
  /**
   * Photos are resized to squares of this side, in pixels. Default 299, or the largest multiple of a transformer's patch below it: 294 for
   * patches of 14 pixels, 288 for patches of 16, 224 for both together.
   */
  readonly size?: number;
  /**
   * The recipe of the training: `best`, `reference`, `fast`, or your own. Default `best`. The options below override settings of the
   * recipe.
   */
  readonly recipe?: JobRecipeName | JobRecipe;
  /** `mlp` has two hidden layers, `linear` none; `covariance` is `linear` on second-order pooling. */
  readonly head?: HeadName | 'covariance';
  readonly pooling?: Pooling;
  readonly augment?: Augment;
  /** Number of views of each training photo. Their features are cached. */
  readonly views?: number;
  /** Number of views of each validation and test photo whose probabilities are averaged. */
  readonly testViews?: number;
  /** Largest number of passes over the training photos in each phase. */
  readonly epochs?: number;
  /** Photos per training step. */
  readonly batch?: number;
  /** Initial learning rate of each phase. */
  readonly lr?: number;
  readonly classWeights?: 'none' | 'balanced';
  /** Probability moved off the true class, 0 to below 1. */
  readonly labelSmoothing?: number;
  /** The last stage or layer of the backbone that stays frozen; `none` trains the head alone. Default `none`. */
  readonly finetune?: string;
  /**
   * How the frozen network computes features. `int8` multiplies integers of 8 bits, whose ranges are calibrated on training photos; the
   * classifier then needs the engine `ort`. `auto` measures on this machine, and takes `int8` if it is faster and its features are nearly
   * the same. Heat maps and exports are computed with numbers of 32 bits. Default `float32`.
   */
  readonly precision?: Precision;
  /** Seed of the split, the initial weights, the order of photos, and dropout. Default 0. */
  readonly seed?: number;
  /**
   * Which photos stay in the same part of the split, besides identical ones: `auto` (near copies, and equal values in a table's column
   * `group`), `near`, `source` (a file's name before its first `-`), `column:<name>[,<name>...]`, `exact`, or `none`. Default `auto`.
   */
  readonly group?: string;
  /** The `split.json` of an earlier run, or the folder of that run. Photos of the earlier run stay in their parts. */
  readonly split?: string;
  /** Whether to use the split that the photos come with, as folders such as train, val and test or as a column `split`. Default `auto`. */
  readonly givenSplit?: GivenSplit;
  /** Unusual names of a table's columns, and the separator between several classes in a cell. */
  readonly columns?: TableColumns;
  /**
   * Whether a photo has exactly one class, or any number of classes. Default `auto`: `multi-label` if some photos have several or none.
   */
  readonly task?: TaskName | 'auto';
  /** Which heat maps the report shows. Default `gradcam`. */
  readonly map?: MapName;
  /** Default: the engine that the program has set, or else the fastest one that loads. */
  readonly engine?: EngineName | 'auto';
  /** Heading of the report and of pages. Default: the number of classes and the name of the photo set. */
  readonly title?: string;
  /** What the photos are, such as `photographs` or `drawings`. Default `photographs`. */
  readonly kind?: string;
  readonly caution?: Caution;
}

/** A configuration in which every option has a value. */
export interface Configuration
  extends Omit<
    TrainConfiguration,
    | 'backbone'
    | 'head'
    | 'epochs'
    | 'batch'
    | 'lr'
    | 'classWeights'
    | 'labelSmoothing'
    | 'engine'
    | 'task'
    | 'precision'
  > {
  readonly backbone: readonly string[];
  readonly size: number;
  readonly recipe: JobRecipeName | JobRecipe;
  readonly head: HeadName;
  readonly pooling: Pooling;
  readonly augment: Augment;
  readonly views: number;
  readonly testViews: number;
  readonly finetune: string;
  readonly seed: number;
  readonly group: string;
  readonly givenSplit: GivenSplit;
  readonly map: MapName;
  readonly kind: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly classWeights?: 'none' | 'balanced';
  readonly labelSmoothing?: number;
  /** Absent if the task follows from the photos. */
  readonly task?: TaskName;
  /** Absent for `float32`. */
  readonly precision?: Exclude<Precision, 'float32'>;
}

/**
 * Fills in the defaults of all options that are not given.
 *
 * @throws RangeError for an unknown option or an invalid value. UnsupportedNetworkError when a backbone is unknown.
 */
export function withDefaults(options: TrainConfiguration): Configuration {
  requireKnown('', options, known);
  requireKnownColumns(options.columns);
  const {
    backbone = 'resnet50',
    recipe = 'best',
    head,
    engine: _,
    task,
    precision,
    ...rest
  } = options;
  const own = findRecipe(recipe);
  const { pooling = head === 'covariance' ? 'covariance' : own.pooling } = options;
  const configuration: Configuration = {
    size: usualSize,
    finetune: 'none',
    seed: 0,
    group: 'auto',
    givenSplit: 'auto',
    map: 'gradcam',
    kind: 'photographs',
    augment: own.augment,
    views: own.views,
    testViews: own.testViews,
    ...defined(rest),
    // `auto` is left out, so that a run with an explicit `auto` has the same configuration as a run without it.
    ...(task !== undefined && task !== 'auto' && { task }),
    // So is `float32`.
    ...(precision !== undefined && precision !== 'float32' && { precision }),
    backbone: typeof backbone === 'string' ? [backbone] : backbone,
    recipe,
    head: head === 'covariance' ? 'linear' : (head ?? own.head),
    pooling,
  };
  check(configuration);
  return options.size === undefined
    ? { ...configuration, size: sizeFor(configuration) }
    : configuration;
}

const known: NamesOf<TrainConfiguration> = {
  ...{ backbone: true, architecture: true, size: true, recipe: true, head: true, pooling: true },
  ...{ augment: true, views: true, testViews: true, epochs: true, batch: true, lr: true },
  ...{ classWeights: true, labelSmoothing: true, finetune: true, seed: true, group: true },
  ...{ split: true, givenSplit: true, columns: true, map: true, engine: true, title: true },
  ...{ kind: true, caution: true, task: true, precision: true },
};

const tableColumns: NamesOf<TableColumns> = {
  path: true,
  label: true,
  labelSeparator: true,
  part: true,
};

/** @throws RangeError for a misspelled column option: without its `labelSeparator`, `a|b` would be one class. */
export function requireKnownColumns(columns: TableColumns | undefined): void {
  if (columns !== undefined) requireKnown('columns.', columns, tableColumns);
}

/** Removes properties that are undefined. */
const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

/** The allowed values of options that take one of a few words. */
const choices: Readonly<
  Record<
    'head' | 'pooling' | 'augment' | 'classWeights' | 'givenSplit' | 'map' | 'task' | 'precision',
    readonly string[]
  >
> = {
  head: ['mlp', 'linear', 'covariance'],
  pooling: poolings,
  augment: ['flips', 'crops'],
  classWeights: ['none', 'balanced'],
  givenSplit: ['auto', 'require', 'ignore'],
  map: mapNames,
  task: ['auto', ...taskNames],
  precision: precisions,
};

function check(configuration: Configuration): void {
  const { labelSmoothing, lr, group, backbone, architecture } = configuration;
  requireWhole('size', configuration.size, smallestSize, largestSize);
  requireWhole('views', configuration.views, 1, mostViews);
  requireWhole('testViews', configuration.testViews, 1, mostViews);
  requireWhole('epochs', configuration.epochs, 1);
  requireWhole('batch', configuration.batch, 2);
  requireWhole('seed', configuration.seed, 0);
  const { title = '-', kind, caution = { headline: '-', text: '-' } } = configuration;
  const texts = { title, kind, 'caution.headline': caution.headline, 'caution.text': caution.text };
  for (const [name, text] of Object.entries(texts))
    if (typeof text !== 'string' || text === '' || text.length > 10_000)
      throw new RangeError(`${name} should be a text of 1 to 10000 characters.`);
  for (const [name, values] of Object.entries(choices)) {
    const value = configuration[name as keyof typeof choices];
    if (value !== undefined && !values.includes(value))
      throw new RangeError(`${name} should be ${values.join(' or ')}, not '${value}'.`);
  }
  if (configuration.precision === 'int8' && configuration.finetune !== 'none')
    throw new RangeError(
      `precision int8 is for frozen networks, and finetune '${configuration.finetune}' trains layers. Leave one of them out.`,
    );
  if (labelSmoothing !== undefined && !(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new RangeError(`labelSmoothing should be 0 to below 1, not ${labelSmoothing}.`);
  if (lr !== undefined && !(lr > 0 && Number.isFinite(lr)))
    throw new RangeError(`lr should be a number above 0, not ${lr}.`);
  if (backbone.length === 0) throw new RangeError('backbone should name one network or several.');
  if (Array.isArray(architecture) && architecture.length !== backbone.length)
    throw new RangeError(
      `architecture should name one architecture for all ${backbone.length} backbones or one for each, not ${architecture.length}.`,
    );
  if (!/^(auto|exact|none|near|source|column:[^,]+(,[^,]+)*)$/.test(group))
    throw new RangeError(
      `group should be auto, exact, none, near, source, or column:name,name,..., not '${group}'.`,
    );
}
