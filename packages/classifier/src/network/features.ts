import { join } from 'node:path';
import { pixelsVersion, type Split, splitNames } from '@shroom/data';
import { cacheFolder } from '@shroom/models/node';
import type { FeatureSet, FeatureSource, Features as Rows } from '@shroom/train';
import { FeatureCache } from '@shroom/train/node';
import type { Engine } from '../engine/engine';
import type { NamedPhotos } from '../photos/open-set';
import { type Augment, viewsOf } from '../photos/views';
import { Meter, type OnProgress } from '../progress';
import type { TaskName } from '../task';
import { type Caches, extract, type Task } from './extraction';
import { type CutExtractor, type Extractor, isSummary } from './extractor';
import { computingOf, identityOf } from './identity';
import { type FeaturePlan, planFeatures } from './plan';
import { cachedRows, inMemory, joined, type Seen, sizeOf } from './rows';

export interface ExtractOptions {
  /** Number of views of each training photo. The first view is the unchanged photo. */
  readonly views: number;
  /** Number of views of each validation and test photo. Default 1. */
  readonly testViews?: number;
  readonly augment: Augment;
  /** With 'multi-label', the results have targets instead of single labels. Default 'single-label'. */
  readonly task?: TaskName;
  /** Where the network is cut for fine-tuning. If given, the feature maps at the cut are computed too. */
  readonly cut?: CutExtractor | undefined;
  /** The running engine. Features that another engine computed are not taken from the cache. */
  readonly engine: Engine;
  readonly onProgress?: OnProgress | undefined;
  /** Called with the estimated cost before the extraction begins. */
  readonly onPlan?: ((plan: FeaturePlan) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Largest size in bytes of the features of one part that are held in memory. Larger sets of features are read from disk batch by batch. */
const bytesInMemory = 1e9;
/** Largest size in bytes of the feature maps of one part that are held in memory. */
const bytesOfMaps = 3e8;

type Parts<T> = Readonly<Record<keyof Split, T>>;

/** Features of the photos of a split. */
export interface Features {
  /** Input of the head: the features of all extractors, concatenated. */
  readonly pooled: Parts<Rows>;
  /**
   * Spatial averages of the last feature maps of all extractors, concatenated. They serve to recognize photos unlike the training photos.
   */
  readonly summaries: Parts<FeatureSet>;
  /** Input for fine-tuning: the feature map at the cut, then the features of the other extractors. Absent if no network is cut. */
  readonly maps?: Parts<FeatureSource>;
  close(): Promise<void>;
}

/** Computes the features of every part of the split. Features in the cache are not computed again. */
export async function extractAll(
  photos: NamedPhotos,
  split: Split,
  extractors: readonly Extractor[],
  options: ExtractOptions,
): Promise<Features> {
  const { views, testViews = 1, augment, task, cut, engine } = options;
  const numberOf = (part: keyof Split) => (part === 'train' ? views : testViews);
  const all = viewsOf(augment, Math.max(views, testViews));
  const tasks = splitNames.flatMap(part =>
    split[part].flatMap(index =>
      all
        .slice(0, numberOf(part))
        .map((view, place): Task => ({ photo: photos.photos[index]!, view, index: place })),
    ),
  );
  const caches: Caches[] = [];
  const close = async () => {
    for (const { summary, features, maps } of caches)
      await Promise.all([summary.close(), features?.close(), maps?.close()]);
  };
  try {
    const meter = new Meter('features', 'views', options.onProgress);
    let [cached, done] = [0, 0];
    const cutOf = (extractor: Extractor) => (cut?.extractor === extractor ? cut : undefined);
    for (const extractor of extractors)
      caches.push(await openCaches(extractor, cutOf(extractor), engine));
    options.onPlan?.(await planFeatures(extractors, caches, cut, tasks));
    for (const [index, extractor] of extractors.entries()) {
      const own = cutOf(extractor)?.cut;
      for await (const each of extract(extractor, own, tasks, caches[index]!, options.signal)) {
        if (each.cached) cached++;
        const note = cached > 0 ? `${cached} from the cache` : '';
        meter.update(++done, tasks.length * extractors.length, note);
      }
    }
    const ofParts = async <T>(make: (seen: Seen) => T | Promise<T>): Promise<Parts<T>> => {
      const seen = (part: keyof Split): Seen => ({
        photos: split[part].map(index => photos.photos[index]!),
        views: all.slice(0, numberOf(part)),
        ...(task === 'multi-label' && { classes: photos.classes.length }),
      });
      return {
        train: await make(seen('train')),
        validation: await make(seen('validation')),
        test: await make(seen('test')),
      };
    };
    const rowsOf = (extractor: Extractor, seen: Seen) => {
      const { features, summary } = caches[extractors.indexOf(extractor)]!;
      return cachedRows(features ?? summary, [extractor.width], seen, bytesInMemory);
    };
    const mapsOf = ({ extractor, cut: { shape } }: CutExtractor, seen: Seen) => {
      const { maps } = caches[extractors.indexOf(extractor)]!;
      return cachedRows(maps!, shape as number[], seen, bytesOfMaps);
    };
    return {
      pooled: await ofParts(async seen => {
        const rows = joined(extractors.map(extractor => rowsOf(extractor, seen)));
        const bytes = 4 * sizeOf(rows) * rows.labels.length * rows.views;
        return bytes <= bytesInMemory ? inMemory(rows) : rows;
      }),
      summaries: await ofParts(({ photos, views }) =>
        inMemory(
          joined(
            extractors.map(({ backbone: { channels } }, index) => {
              const seen = { photos, views: views.slice(0, 1) };
              return cachedRows(caches[index]!.summary, [channels], seen, 0);
            }),
          ),
        ),
      ),
      ...(cut && {
        maps: await ofParts(seen =>
          joined([
            mapsOf(cut, seen),
            ...extractors.filter(each => each !== cut.extractor).map(each => rowsOf(each, seen)),
          ]),
        ),
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens a cache for each kind of feature. The name of a cache contains everything that its features depend on except photo and view. */
async function openCaches(
  extractor: Extractor,
  cut: CutExtractor | undefined,
  engine: Engine,
): Promise<Caches> {
  const { backbone, pooling, width } = extractor;
  const { name, weights, preprocessing, channels } = backbone;
  const folder = join(cacheFolder(), 'features');
  const how = { preprocessing, pixels: pixelsVersion, engine: engine.identity };
  const source = { name, sha256: weights.sha256, ...how, ...computingOf(extractor) };
  const precision = 'float16';
  const own = pooling === 'attention' ? { ...source, pooling } : source;
  const summary = await FeatureCache.open(folder, own, channels);
  const features = isSummary(extractor)
    ? undefined
    : await FeatureCache.open(folder, { ...source, ...identityOf(extractor) }, width, {
        precision,
      });
  if (!cut) return { summary, features };
  const { layer, shape } = cut.cut;
  const maps = await FeatureCache.open(folder, { ...source, layer }, shape as number[], {
    precision,
  });
  return { summary, features, maps };
}
