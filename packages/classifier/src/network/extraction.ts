import type { Photo } from '@shroom/data';
import { batches } from '@shroom/data/node';
import type { CutBackbone } from '@shroom/models';
import { type Extracted, extractFeatures } from '@shroom/train';
import type { FeatureCache } from '@shroom/train/node';
import type { PhotoView } from '../photos/views';
import { type Extractor, imagesAtOnce, networkOf } from './extractor';

/** One view of one photo. */
export interface Task {
  readonly photo: Photo;
  readonly view: PhotoView;
  /** Number of the view, which also seeds random crops. */
  readonly index: number;
}

/** The caches of one extractor, one for each kind of feature. */
export interface Caches {
  /** Spatial averages of the last feature map. */
  readonly summary: FeatureCache;
  /** The features. Absent if the averages serve as features. */
  readonly features?: FeatureCache | undefined;
  /** Feature maps at the cut. Absent if the network is not cut. */
  readonly maps?: FeatureCache | undefined;
}

/** A finished task. */
export interface Done {
  readonly task: Task;
  readonly cached: boolean;
}

/** Computes the features of tasks and stores them in the caches. Yields tasks that are already cached first. */
export async function* extract(
  extractor: Extractor,
  cut: CutBackbone | undefined,
  tasks: readonly Task[],
  caches: Caches,
  signal?: AbortSignal,
): AsyncGenerator<Done, void, undefined> {
  const plain = tasks.filter(({ view }) => !view.transforms);
  const views = [...new Set(tasks.filter(({ view }) => view.transforms).map(task => task.index))];
  const groups = [
    plain,
    ...views.map(index => tasks.filter(task => task.view.transforms && task.index === index)),
  ];
  for (const group of groups)
    for await (const { sample, cached } of ofGroup(extractor, cut, group, caches, signal))
      yield { task: sample.task, cached };
}

/** Batches of tasks whose photos go through the same transforms. */
function ofGroup(
  extractor: Extractor,
  cut: CutBackbone | undefined,
  tasks: readonly Task[],
  { summary, features, maps }: Caches,
  signal?: AbortSignal,
): AsyncIterable<Extracted<Photo & { readonly task: Task }>> {
  const { preprocessing } = extractor.backbone;
  const samples = tasks.map(task => ({ ...task.photo, view: task.view.viewOf(task.photo), task }));
  const [first] = tasks;
  const how = {
    size: preprocessing.size,
    normalization: preprocessing,
    batchSize: imagesAtOnce,
    fillLast: true,
    // Features are kept under the hashes of photos.
    verify: true,
    ...(first?.view.transforms && {
      transforms: first.view.transforms(preprocessing.size[0]),
      epoch: first.index,
    }),
    ...(signal && { signal }),
  };
  const network = networkOf(extractor, cut);
  return extractFeatures(samples, {
    batches: missing => batches(missing, how),
    network: images => {
      const computed = network(images);
      const { atCut } = computed;
      return [
        computed.summary,
        ...(features ? [computed.features] : []),
        ...(atCut ? [atCut] : []),
      ];
    },
    caches: [summary, features, maps].filter(cache => cache !== undefined),
    keyOf: ({ task: { photo, view } }) => view.keyOf(photo),
    ...(signal && { signal }),
  });
}
