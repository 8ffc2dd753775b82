import type { EpochRecord } from '@shroom/train';
import type { Engine } from './engine/engine';
import type { Extractor } from './network/extractor';
import type { FeaturePlan } from './network/plan';
import type { NamedPhotos } from './photos/open-set';
import type { PhotoSplit } from './photos/splitting';
import type { TaskName } from './task';

/** Findings and decisions of a training, in the order in which they occur. */
export type TrainEvent =
  | { readonly kind: 'engine'; readonly engine: Engine }
  | { readonly kind: 'photos'; readonly photos: NamedPhotos; readonly split: PhotoSplit }
  /** Whether a photo has one class or several, and why. */
  | { readonly kind: 'task'; readonly task: TaskName; readonly reason: string }
  | {
      readonly kind: 'backbone';
      readonly extractors: readonly Extractor[];
      /** The last layer that stays frozen. Absent if the whole network stays frozen. */
      readonly cut?: string;
      readonly size: number;
    }
  /** The estimated cost of the features, reported before they are computed. */
  | { readonly kind: 'plan'; readonly plan: FeaturePlan }
  | {
      readonly kind: 'trained';
      readonly history: readonly EpochRecord[];
      /** The number of epochs if no phase had stopped early. */
      readonly mostEpochs: number;
    }
  /** A sentence that the caller should show to the user. */
  | { readonly kind: 'notice'; readonly text: string };
