import type { EngineName } from '../engine/names';
import type { MethodName } from '../explaining/methods';
import type { PictureOptions } from '../explaining/photo-png';
import type { TableColumns } from '../options';
import type { Augment } from '../photos/views';
import type { OnProgress } from '../progress';
import type { NamesOf } from '../requirements';
import type { ShardedWork } from './schema';

/** Options of every plan. */
interface AnyPlanOptions {
  /** Path of the plan, such as `pets.plan`. */
  readonly out: string;
  /** Number of shards, at most one for each photo. */
  readonly shards: number;
  /** Number of photos after which a shard stores its rows. A worker that is killed loses at most these. Default 64. */
  readonly block?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Options of plans whose work depends on the bytes of photos. */
interface CheckedPlanOptions extends AnyPlanOptions {
  /**
   * Whether the plan has the hash of each photo, so that a changed photo of the same size is noticed too. All photos are read for that,
   * except those of an index, which has their hashes: plan `hash` makes one in shards. Default false: the plan has their sizes.
   */
  readonly hash?: boolean;
}

/** Options of plans whose work needs a classifier. */
export interface ClassifierPlanOptions extends CheckedPlanOptions {
  /** A trained classifier: an address for `openClassifier`. */
  readonly run: string;
  /** The engine that computes all shards. Default: the fastest one that loads where the plan is made. */
  readonly engine?: EngineName | 'auto';
}

export interface PredictPlanOptions extends ClassifierPlanOptions {
  /** Number of views of each photo whose probabilities are averaged. Default: as many as in the test of the run. */
  readonly views?: number;
}

export interface ExplainPlanOptions extends ClassifierPlanOptions {
  /** Name of the method in `@shroom/gradcam`. Default `gradCam`. */
  readonly method?: MethodName;
  /** What a picture shows. Default `panels`. */
  readonly layout?: NonNullable<PictureOptions['layout']>;
  /** Stage or layer whose feature map is explained. Default: the layer of the last feature map. */
  readonly tap?: string;
  /** Name of the class that is explained. Default: the most probable class. */
  readonly class?: string;
  /** Name of a second class, against which `class` is explained. */
  readonly against?: string;
  /** Index of the extractor that is explained. Default 0. */
  readonly extractor?: number;
}

export interface InspectPlanOptions extends CheckedPlanOptions {
  /** Whether near copies are searched for (`auto`), or only files with the same bytes (`exact`). Default `auto`. */
  readonly copies?: 'auto' | 'exact';
  /** Unusual names of a table's columns, and the separator between several classes in a cell. */
  readonly columns?: TableColumns;
  /** Limits, as in the options of `inspect`. */
  readonly leastSide?: number;
  readonly mostPixels?: number;
  readonly mostAspect?: number;
  readonly mostImbalance?: number;
}

export interface FeaturesPlanOptions extends ClassifierPlanOptions {
  /**
   * Number of views of each photo, as a training caches them: the photo itself, and varied versions of it. Default 1. With more, photos are
   * hashed, as their hashes seed the views.
   */
  readonly views?: number;
  /** How views vary: flipped and rotated, or mirrored and cropped. Default: as in the training of the classifier. */
  readonly augment?: Augment;
  /** How numbers are stored. `float16` takes half the room and keeps three significant digits. Default `float32`. */
  readonly dtype?: 'float32' | 'float16';
  /**
   * Whether photos have classes, as for a training, which `photos.csv` then has, with the part of the split where it is known. Default
   * false: any photos.
   */
  readonly labeled?: boolean;
  /** For labeled photos: unusual names of a table's columns, and the separator between several classes in a cell. */
  readonly columns?: TableColumns;
}

export interface HashPlanOptions extends AnyPlanOptions {
  /** Whether photos have classes, so that training can open the index. Default false: any photos. */
  readonly labeled?: boolean;
  /** For labeled photos: unusual names of a table's columns, and the separator between several classes in a cell. */
  readonly columns?: TableColumns;
}

/** The options of a plan, by its work. */
export interface PlanOptions {
  readonly predict: PredictPlanOptions;
  readonly inspect: InspectPlanOptions;
  readonly explain: ExplainPlanOptions;
  readonly features: FeaturesPlanOptions;
  readonly hash: HashPlanOptions;
}

const common: NamesOf<AnyPlanOptions> = {
  ...{ out: true, shards: true, block: true, onProgress: true, signal: true },
};
const checked: NamesOf<CheckedPlanOptions> = { ...common, hash: true };
const ofClassifier: NamesOf<ClassifierPlanOptions> = { ...checked, run: true, engine: true };
const predict: NamesOf<PredictPlanOptions> = { ...ofClassifier, views: true };
const features: NamesOf<FeaturesPlanOptions> = {
  ...ofClassifier,
  ...{ views: true, augment: true, dtype: true, labeled: true, columns: true },
};
const explain: NamesOf<ExplainPlanOptions> = {
  ...ofClassifier,
  ...{ method: true, layout: true, tap: true, class: true, against: true, extractor: true },
};
const inspect: NamesOf<InspectPlanOptions> = {
  ...checked,
  ...{ copies: true, columns: true },
  ...{ leastSide: true, mostPixels: true, mostAspect: true, mostImbalance: true },
};

const hash: NamesOf<HashPlanOptions> = { ...common, labeled: true, columns: true };

/** The names of the options of each kind of work. */
export const planOptions: Readonly<Record<ShardedWork, object>> = {
  ...{ predict, inspect, explain, features, hash },
};
